//! Higher-order functions: `transform(xs, x -> x + 1)` and its kin, their types.

use super::coercion;
use super::error;
use super::function;
use super::name::pretty_name;
use super::resolve::Resolver;
use super::resolve::assemble;
use super::resolve::ordinal;
use super::tree::Expr;
use super::typed::Typed;
use super::typed::TypedKind;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;

/// A variable of a lambda: its type and whether it may be null.
type Variable = (DataType, bool);

/// A call of a higher-order function; none where the name is none.
pub fn resolve_call(resolver: &Resolver<'_>, whole: &Expr, name: &str, arguments: &[Expr]) -> Result<Option<Typed>> {
    let (least, most) = match name {
        "transform" | "filter" | "exists" | "forall" | "transform_keys" | "transform_values" | "map_filter" => (2, 2),
        "array_sort" if arguments.len() == 2 => (2, 2),
        "zip_with" | "map_zip_with" => (3, 3),
        "aggregate" | "reduce" => (3, 4),
        _ => return Ok(None),
    };
    if arguments.len() < least || arguments.len() > most {
        return Err(error::wrong_arity(name, &super::resolve::expected_arity(least, most), arguments.len()));
    }
    let call = Higher { resolver, whole, arguments };
    Ok(Some(match name {
        "transform" => {
            let (list, element) = call.list(0)?;
            let body = call.lambda(1, &[element, (DataType::Integer, false)])?;
            let result = DataType::Array(Box::new(body.data_type.clone()), body.nullable);
            call.build("transform", vec![list, body], result)
        }
        "filter" => {
            let (list, element) = call.list(0)?;
            let body = call.condition(1, &[element, (DataType::Integer, false)])?;
            let result = list.data_type.clone();
            call.build("filter", vec![list, body], result)
        }
        "exists" | "forall" => {
            let (list, element) = call.list(0)?;
            let body = call.condition(1, &[element])?;
            let mut found = call.build(if name == "exists" { "exists" } else { "forall" }, vec![list, body], DataType::Boolean);
            found.nullable = matches!(&found.kind, TypedKind::Call(call) if call.arguments.iter().any(|argument| argument.nullable));
            found
        }
        "array_sort" => {
            let (list, element) = call.list(0)?;
            let body = call.lambda(1, &[element.clone(), element])?;
            let result = list.data_type.clone();
            call.build("$array_sort_by", vec![list, body], result)
        }
        "zip_with" => {
            let ((left, a), (right, b)) = (call.list(0)?, call.list(1)?);
            let body = call.lambda(2, &[(a.0, true), (b.0, true)])?;
            let result = DataType::Array(Box::new(body.data_type.clone()), body.nullable);
            call.build("zip_with", vec![left, right, body], result)
        }
        "aggregate" | "reduce" => call.fold()?,
        _ => call.over_map(name)?,
    }))
}

struct Higher<'a> {
    resolver: &'a Resolver<'a>,
    whole: &'a Expr,
    arguments: &'a [Expr],
}

impl Higher<'_> {
    fn refuse<T>(&self, index: usize, required: &str, found: &DataType) -> Result<T> {
        let text = format!(
            "The {} parameter requires the {required} type, however \"{}\" has the type {}.",
            ordinal(index),
            pretty_name(&self.arguments[index]),
            error::quoted(found)
        );
        Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(self.whole), &text))
    }

    fn list(&self, index: usize) -> Result<(Typed, Variable)> {
        let typed = self.resolver.resolve(&self.arguments[index])?;
        match &typed.data_type {
            DataType::Array(element, nullable) => {
                let variable = ((**element).clone(), *nullable);
                Ok((typed, variable))
            }
            other => self.refuse(index, "\"ARRAY\"", other),
        }
    }

    fn map(&self, index: usize) -> Result<(Typed, DataType, Variable)> {
        let typed = self.resolver.resolve(&self.arguments[index])?;
        match &typed.data_type {
            DataType::Map(key, value, nullable) => {
                let (key, value) = ((**key).clone(), ((**value).clone(), *nullable));
                Ok((typed, key, value))
            }
            other => self.refuse(index, "\"MAP\"", other),
        }
    }

    /// The lambda at this place, with as many of the variables as it takes.
    fn lambda(&self, index: usize, variables: &[Variable]) -> Result<Typed> {
        let Expr::Lambda(names, body) = self.arguments[index].bare() else {
            return Err(error::not_known("a higher-order function without a lambda"));
        };
        // `transform` and `filter` may leave the index out.
        if names.len() > variables.len() || names.len() < variables.len() && !matches!(variables, [_, (DataType::Integer, false)]) {
            let given = if matches!(variables, [_, (DataType::Integer, false)]) { 1 } else { variables.len() };
            let said = format!("A higher order function expects {} arguments, but got {given}.", names.len());
            return Err(Diagnostic::analysis(
                "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
                format!("Invalid lambda function call. {said}"),
                "42K0D",
            ));
        }
        let named: Vec<(String, DataType, bool)> =
            names.iter().zip(variables).map(|(name, (data_type, nullable))| (name.clone(), data_type.clone(), *nullable)).collect();
        let (ids, body) = self.resolver.with_variables(&named, || self.resolver.resolve(body))?;
        let (data_type, nullable) = (body.data_type.clone(), body.nullable);
        if let Some(refused) = external_refused(&body, names, &ids) {
            return Err(refused);
        }
        Ok(Typed { kind: TypedKind::Lambda(ids, Box::new(body)), data_type, nullable })
    }

    fn condition(&self, index: usize, variables: &[Variable]) -> Result<Typed> {
        let lambda = self.lambda(index, variables)?;
        if lambda.data_type == DataType::Boolean { Ok(lambda) } else { self.refuse(index, "\"BOOLEAN\"", &lambda.data_type) }
    }

    fn build(&self, name: &str, arguments: Vec<Typed>, data_type: DataType) -> Typed {
        let Some(function) = function::find(name) else { unreachable!("{name} is built in") };
        let nullable = arguments.iter().any(|argument| argument.nullable && !matches!(argument.kind, TypedKind::Lambda(..)));
        let mut found = assemble(function, arguments, self.resolver.settings.ansi);
        found.data_type = data_type;
        found.nullable = nullable;
        found
    }

    fn fold(&self) -> Result<Typed> {
        let (list, element) = self.list(0)?;
        let start = self.resolver.resolve(&self.arguments[1])?;
        let mut accumulator = (start.data_type.clone(), true);
        let mut merge = self.lambda(2, &[accumulator.clone(), element.clone()])?;
        if let Some(looser) = coercion::wider(&start.data_type, &merge.data_type).filter(|looser| *looser != start.data_type)
            && merge.data_type.same_type(&start.data_type)
        {
            accumulator.0 = looser;
            merge = self.lambda(2, &[accumulator.clone(), element])?;
        }
        if !merge.data_type.same_type(&start.data_type) {
            return self.refuse(2, &error::quoted(&start.data_type), &merge.data_type);
        }
        let mut arguments = vec![list, start, merge];
        let mut result = accumulator.0.clone();
        if self.arguments.len() == 4 {
            let finish = self.lambda(3, &[accumulator])?;
            result = finish.data_type.clone();
            arguments.push(finish);
        }
        let mut found = self.build("aggregate", arguments, result);
        found.nullable = true;
        Ok(found)
    }

    fn over_map(&self, name: &str) -> Result<Typed> {
        let (map, key, value) = self.map(0)?;
        if name == "map_zip_with" {
            let (other, _, other_value) = self.map(1)?;
            let body = self.lambda(2, &[(key.clone(), false), (value.0, true), (other_value.0, true)])?;
            let result = DataType::Map(Box::new(key), Box::new(body.data_type.clone()), body.nullable);
            return Ok(self.build("map_zip_with", vec![map, other, body], result));
        }
        let variables = [(key.clone(), false), value.clone()];
        Ok(match name {
            "map_filter" => {
                let body = self.condition(1, &variables)?;
                let result = map.data_type.clone();
                self.build("map_filter", vec![map, body], result)
            }
            "transform_keys" => {
                let body = self.lambda(1, &variables)?;
                let result = DataType::Map(Box::new(body.data_type.clone()), Box::new(value.0), value.1);
                self.build("transform_keys", vec![map, body], result)
            }
            _ => {
                let body = self.lambda(1, &variables)?;
                let result = DataType::Map(Box::new(key), Box::new(body.data_type.clone()), body.nullable);
                self.build("transform_values", vec![map, body], result)
            }
        })
    }
}

/// A lambda is computed on elements, Python on rows: the first external function in one is refused.
fn external_refused(body: &Typed, names: &[String], ids: &[super::typed::ColumnId]) -> Option<Box<Diagnostic>> {
    let mut shown = None;
    body.any(&mut |node| {
        let TypedKind::External(call) = &node.kind else { return false };
        let argument = |argument: &Typed| match &argument.kind {
            TypedKind::Column(id) => {
                let place = ids.iter().position(|own| own == id);
                place.map_or_else(|| format!("column#{}", id.0), |place| format!("lambda {}#{}", names[place], id.0))
            }
            _ => "...".to_owned(),
        };
        let arguments: Vec<String> = call.arguments.iter().map(argument).collect();
        shown = Some(format!("{}({})", call.function.0.name(), arguments.join(", ")));
        true
    });
    let text = format!("The feature is not supported: Lambda function with Python UDF \"{}\" in a higher order function.", shown?);
    Some(Diagnostic::analysis("UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_PYTHON_UDF", text, "0A000"))
}
