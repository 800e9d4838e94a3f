//! Names to columns, functions to their meaning, types to all: Spark's analysis of one expression.

use super::aggregate;
use super::coercion;
use super::error;
use super::external::ExternalCall;
use super::external::ExternalFunction;
use super::extract;
use super::function;
use super::function::Function;
use super::function::Mismatch;
use super::function::Nulls;
use super::function::Parameter;
use super::lambda;
use super::name::pretty_name;
use super::over;
use super::scope::Scope;
use super::scope::Settings;
use super::special;
use super::tree::Expr;
use super::typed::Call;
use super::typed::CastMode;
use super::typed::ColumnId;
use super::typed::Typed;
use super::typed::TypedKind;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::types::DataType;
use std::cell::Cell;
use std::cell::RefCell;

/// How deep an expression may nest.
const MAXIMUM_DEPTH: usize = 250;

/// The typed tree of an expression. An alias on top is left out: see `name_of`.
///
/// # Errors
/// Spark's analysis errors: unknown columns and functions, wrong numbers and types of arguments.
pub fn resolve(expr: &Expr, scope: &dyn Scope, settings: &Settings) -> Result<Typed> {
    let resolver =
        Resolver { scope, settings, variables: RefCell::default(), next_variable: Cell::new(ColumnId::VARIABLES), depth: Cell::new(0) };
    resolver.resolve(expr)
}

/// One run of [`resolve`].
pub struct Resolver<'a> {
    /// Where names are looked up.
    pub scope: &'a dyn Scope,
    /// The session's settings.
    pub settings: &'a Settings,
    variables: RefCell<Vec<(String, Typed)>>,
    next_variable: Cell<u64>,
    depth: Cell<usize>,
}

impl Resolver<'_> {
    /// The typed tree of an expression.
    pub fn resolve(&self, expr: &Expr) -> Result<Typed> {
        if self.depth.get() > MAXIMUM_DEPTH {
            return Err(error::not_known("expressions that nest so deeply"));
        }
        self.depth.set(self.depth.get() + 1);
        let found = self.resolve_here(expr);
        self.depth.set(self.depth.get() - 1);
        found
    }

    fn resolve_here(&self, expr: &Expr) -> Result<Typed> {
        match expr {
            Expr::At(inner, origin) => self.resolve(inner).map_err(|mut error| {
                if error.class == Class::Analysis && !error.message.contains("; line ") && error::is_placed(&error, inner) {
                    error.message.push_str(&format!("; line {} pos {}", origin.line, origin.position));
                }
                error
            }),
            Expr::Name(parts) => self.name(parts),
            Expr::ColumnOf(frame, name) => self.scope.resolve_column_of(*frame, name),
            Expr::Star(_) => Err(Diagnostic::analysis("INVALID_USAGE_OF_STAR_OR_REGEX", "Invalid usage of '*' in expression.", "42000")),
            Expr::Literal(value, data_type) => Ok(Typed::literal(value.clone(), data_type.clone())),
            Expr::Alias(child, _) => self.resolve(child),
            Expr::Call { name, arguments, distinct, filter } => self.call(expr, name, arguments, *distinct, filter.as_deref()),
            Expr::Cast(child, data_type, try_cast) => self.cast(child, data_type, *try_cast),
            Expr::Case(branches, otherwise) => self.case(expr, branches, otherwise.as_deref()),
            Expr::Item(child, key) => extract::item(self.resolve(child)?, self.resolve(key)?, child, key, self.settings),
            Expr::FieldOf(child, name) => extract::field(self.resolve(child)?, name, &pretty_name(child), self.settings),
            Expr::Lambda(..) => Err(error::not_known("a lambda outside of a higher-order function")),
            Expr::Over(call, partition, order, frame) => over::over(self, expr, call, (partition, order, frame.as_ref())),
            Expr::Sort(key) => self.resolve(&key.expr),
            Expr::External(function, arguments) => {
                let names = arguments.iter().map(|argument| argument.0.clone()).collect();
                let arguments = arguments.iter().map(|argument| self.resolve(&argument.1)).collect::<Result<Vec<_>>>()?;
                Ok(external(function.clone(), arguments, names))
            }
        }
    }

    fn name(&self, parts: &[String]) -> Result<Typed> {
        let variable =
            self.variables.borrow().iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(&parts[0])).map(|(_, typed)| typed.clone());
        let (mut found, used) = match variable {
            Some(variable) => (variable, 1),
            None => self.scope.resolve_name(parts)?,
        };
        let mut said = parts[..used].last().cloned().unwrap_or_default();
        for part in &parts[used..] {
            found = extract::field(found, part, &said, self.settings)?;
            said = format!("{said}.{part}");
        }
        Ok(found)
    }

    fn cast(&self, child: &Expr, to: &DataType, try_cast: bool) -> Result<Typed> {
        let typed = self.resolve(child)?;
        if !super::cast::can_cast(&typed.data_type, to, self.settings.ansi || try_cast) {
            let text = format!("cannot cast {} to {}", error::quoted(&typed.data_type), error::quoted(to));
            return Err(cast_refusal(
                &typed.data_type,
                to,
                &text,
                &pretty_name(&Expr::Cast(Box::new(child.clone()), to.clone(), try_cast)),
                &pretty_name(child),
            ));
        }
        let mode = match (try_cast, self.settings.ansi) {
            (true, _) => CastMode::Try,
            (false, true) => CastMode::Ansi,
            (false, false) => CastMode::Legacy,
        };
        if typed.data_type == *to {
            return Ok(typed);
        }
        let forced = if try_cast {
            typed.data_type != DataType::String || *to != DataType::Binary
        } else {
            coercion::forces_null(&typed.data_type, to)
        };
        let nullable = typed.nullable || forced;
        Ok(Typed { kind: TypedKind::Cast(Box::new(typed), mode), data_type: to.clone(), nullable })
    }

    fn case(&self, whole: &Expr, branches: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Result<Typed> {
        let mut found = Vec::with_capacity(branches.len());
        for (index, (condition, value)) in branches.iter().enumerate() {
            let typed = self.resolve(condition)?;
            if typed.data_type != DataType::Boolean && typed.data_type != DataType::Null {
                let text = format!(
                    "The {} parameter requires the \"BOOLEAN\" type, however \"{}\" has the type {}.",
                    ordinal(index * 2),
                    pretty_name(condition),
                    error::quoted(&typed.data_type)
                );
                return Err(error::mismatch("UNEXPECTED_INPUT_TYPE", &pretty_name(whole), &text));
            }
            found.push((coercion::cast(typed, &DataType::Boolean, true), self.resolve(value)?));
        }
        let otherwise = otherwise.map(|value| self.resolve(value)).transpose()?;
        special::case_of(found, otherwise, &pretty_name(whole), "CASE WHEN", self.settings)
    }

    fn call(&self, whole: &Expr, name: &str, arguments: &[Expr], distinct: bool, filter: Option<&Expr>) -> Result<Typed> {
        let lower = if (name, arguments.len()) == ("-", 1) { "negative".to_owned() } else { name.to_ascii_lowercase() };
        if let Some(function) = self.settings.functions.get(&lower) {
            let arguments = self.arguments(arguments)?;
            let names = vec![None; arguments.len()];
            return Ok(external(function.clone(), arguments, names));
        }
        if let Some(found) = aggregate::resolve_call(self, whole, &lower, arguments, distinct, filter)? {
            return Ok(found);
        }
        if distinct || filter.is_some() {
            if function::find(&lower).is_none() {
                return Err(error::unresolved_routine(name));
            }
            let said = format!("The function `{lower}` does not support {}.", if distinct { "DISTINCT" } else { "FILTER" });
            return Err(Diagnostic::analysis("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", said, "42000"));
        }
        if let Some(found) = special::resolve_call(self, whole, &lower, arguments)? {
            return Ok(found);
        }
        if let Some(found) = super::update_fields::resolve_call(self, whole, &lower, arguments)? {
            return Ok(found);
        }
        if let Some(found) = lambda::resolve_call(self, whole, &lower, arguments)? {
            return Ok(found);
        }
        let Some(function) = function::find(&lower) else { return Err(error::unresolved_routine(name)) };
        let mut typed = self.arguments(arguments)?;
        if let Some(found) = super::temporal::rewrite(&lower, &typed, self.settings) {
            return Ok(found);
        }
        self.check_arity(function, &lower, typed.len())?;
        let missing = function.most.saturating_sub(typed.len()).min(function.defaults.len());
        if function.most != usize::MAX {
            for text in &function.defaults[function.defaults.len() - missing..] {
                typed.push(self.resolve(&super::parse(text)?)?);
            }
        }
        self.build(whole, function, typed)
    }

    /// The arguments of a call; a star stands for all columns.
    pub fn arguments(&self, arguments: &[Expr]) -> Result<Vec<Typed>> {
        let mut typed = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument.bare() {
                Expr::Star(qualifier) => typed.extend(self.scope.star(qualifier)?.into_iter().map(|(_, column)| column)),
                _ => typed.push(self.resolve(argument)?),
            }
        }
        Ok(typed)
    }

    fn check_arity(&self, function: &Function, name: &str, count: usize) -> Result<()> {
        if count >= function.least && count <= function.most {
            return Ok(());
        }
        Err(error::wrong_arity(name, &expected_arity(function.least, function.most), count))
    }

    /// A call of a scalar function on resolved arguments: checks and coerces them.
    pub fn build(&self, whole: &Expr, function: &'static Function, mut arguments: Vec<Typed>) -> Result<Typed> {
        let refuse = |mismatch| match mismatch {
            Mismatch::Type(condition, text) => error::mismatch(condition, &pretty_name(whole), &text),
            Mismatch::Other(diagnostic) => diagnostic,
        };
        if let Some(check) = function.check {
            check(&mut arguments, self.settings).map_err(refuse)?;
        }
        let shown = match whole.bare() {
            Expr::Call { arguments, .. } => arguments.iter().map(pretty_name).collect(),
            _ => Vec::new(),
        };
        coerce(function, &mut arguments, &shown, self.settings).map_err(refuse)?;
        Ok(assemble(function, arguments, self.settings.ansi))
    }

    /// Runs with lambda variables in sight; gives their ids too.
    pub fn with_variables<T>(
        &self,
        variables: &[(String, DataType, bool)],
        body: impl FnOnce() -> Result<T>,
    ) -> Result<(Vec<ColumnId>, T)> {
        let depth = self.variables.borrow().len();
        let mut ids = Vec::new();
        for (name, data_type, nullable) in variables {
            let id = ColumnId(self.next_variable.replace(self.next_variable.get() + 1));
            ids.push(id);
            self.variables.borrow_mut().push((name.clone(), Typed::column(id, data_type.clone(), *nullable)));
        }
        let found = body();
        self.variables.borrow_mut().truncate(depth);
        Ok((ids, found?))
    }
}

/// A call of an external function.
fn external(function: ExternalFunction, arguments: Vec<Typed>, names: Vec<Option<String>>) -> Typed {
    let data_type = function.0.result().clone();
    Typed { kind: TypedKind::External(Box::new(ExternalCall { function, arguments, names })), data_type, nullable: true }
}

/// `[1, 2]`, `2`, `> 0`: how Spark tells what number of arguments a function takes.
pub fn expected_arity(least: usize, most: usize) -> String {
    if most == usize::MAX {
        return format!("> {}", least.saturating_sub(1));
    }
    if least == most {
        return least.to_string();
    }
    let all: Vec<String> = (least..=most).map(|count| count.to_string()).collect();
    format!("[{}]", all.join(", "))
}

/// A call node with its type and nullability.
pub fn assemble(function: &'static Function, arguments: Vec<Typed>, ansi: bool) -> Typed {
    let data_type = (function.result)(&arguments);
    let nullable = match function.nulls {
        Nulls::Any => arguments.iter().any(|argument| argument.nullable),
        Nulls::Never => false,
        Nulls::Always => true,
        Nulls::First => arguments.first().is_some_and(|argument| argument.nullable),
        Nulls::All => arguments.iter().all(|argument| argument.nullable),
    };
    Typed { kind: TypedKind::Call(Box::new(Call { function, arguments, ansi })), data_type, nullable }
}

/// `first`, `second`, ...
pub fn ordinal(index: usize) -> &'static str {
    const NAMES: [&str; 10] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    NAMES.get(index).copied().unwrap_or("next")
}

fn cast_refusal(from: &DataType, to: &DataType, text: &str, cast_name: &str, child_name: &str) -> Box<Diagnostic> {
    // Spark names the child where the target has parts, else the whole cast.
    let child_name = if to.is_atomic() { cast_name } else { child_name };
    let functions = match (from, to) {
        (DataType::Date, to) if to.is_numeric() => Some("`UNIX_DATE`"),
        (from, DataType::Date) if from.is_numeric() => Some("`DATE_FROM_UNIX_DATE`"),
        (DataType::Timestamp, to) if to.is_numeric() => Some("`UNIX_SECONDS`/`UNIX_MILLIS`/`UNIX_MICROS`"),
        _ => None,
    };
    match functions {
        Some(functions) => {
            let text = format!(
                "{text}.\nTo convert values from {} to {}, you can use the functions {functions} instead.",
                error::quoted(from),
                error::quoted(to)
            );
            error::mismatch("CAST_WITH_FUNC_SUGGESTION", child_name, &text)
        }
        None if super::cast::can_cast(from, to, false) => {
            let text = format!(
                "{text} with ANSI mode on.\nIf you have to cast {} to {}, you can set \"spark.sql.ansi.enabled\" as 'false'.",
                error::quoted(from),
                error::quoted(to)
            );
            error::mismatch("CAST_WITH_CONF_SUGGESTION", child_name, &text)
        }
        None => error::mismatch("CAST_WITHOUT_SUGGESTION", child_name, &format!("{text}.")),
    }
}

/// Casts the arguments to what the parameters take.
fn coerce(function: &Function, arguments: &mut [Typed], shown: &[String], settings: &Settings) -> std::result::Result<(), Mismatch> {
    let parameter_of = |index: usize| function.parameters.get(index).or(function.parameters.last()).copied().unwrap_or(Parameter::Any);
    let same: Vec<usize> = (0..arguments.len()).filter(|index| parameter_of(*index) == Parameter::Same).collect();
    if !same.is_empty() {
        let types: Vec<&DataType> = same.iter().map(|index| &arguments[*index].data_type).collect();
        let Some(common) = coercion::widest(types.iter().copied()) else {
            let said: Vec<String> = types.iter().map(|data_type| error::quoted(data_type)).collect();
            let text = format!("Input to `{}` should all be the same type, but it's ({}).", function.name, said.join(" or "));
            return Err(Mismatch::Type("DATA_DIFF_TYPES", text));
        };
        for index in &same {
            cast_in_place(&mut arguments[*index], &common, settings);
        }
    }
    for (index, found) in arguments.iter_mut().enumerate() {
        let parameter = parameter_of(index);
        let target = match target_type(parameter, &found.data_type) {
            Target::Fits => continue,
            Target::Cast(target) if narrows_literal(found, &target) || coercion::casts_implicitly(&found.data_type, &target) => target,
            _ => {
                let name = shown.get(index).cloned().unwrap_or_default();
                let text = format!(
                    "The {} parameter requires the {} type, however \"{name}\" has the type {}.",
                    ordinal(index),
                    required(parameter),
                    error::quoted(&found.data_type)
                );
                return Err(Mismatch::Type("UNEXPECTED_INPUT_TYPE", text));
            }
        };
        cast_in_place(found, &target, settings);
    }
    Ok(())
}

/// A literal that fits goes into a narrower type unasked.
fn narrows_literal(found: &Typed, target: &DataType) -> bool {
    found.data_type.is_integral() && target.is_integral() && found.is_foldable()
}

/// Replaces an argument by its cast.
pub fn cast_in_place(argument: &mut Typed, to: &DataType, settings: &Settings) {
    let taken = std::mem::replace(argument, Typed::literal(crate::types::Value::Null, DataType::Null));
    *argument = coercion::cast(taken, to, settings.ansi);
}

enum Target {
    Fits,
    Cast(DataType),
    Refused,
}

fn target_type(parameter: Parameter, found: &DataType) -> Target {
    use Parameter as P;
    let fixed = |target: DataType| if found.same_type(&target) { Target::Fits } else { Target::Cast(target) };
    let among = |fits: bool, otherwise: DataType| if fits { Target::Fits } else { Target::Cast(otherwise) };
    match parameter {
        P::Any | P::Same | P::Lambda => Target::Fits,
        P::Boolean => fixed(DataType::Boolean),
        P::Integer => fixed(DataType::Integer),
        P::Long => fixed(DataType::Long),
        P::Double => fixed(DataType::Double),
        P::Numeric => among(found.is_numeric(), DataType::Double),
        P::Integral => among(found.is_integral(), DataType::Long),
        P::String => fixed(DataType::String),
        P::Binary if *found == DataType::String => Target::Cast(DataType::Binary),
        P::Binary => fixed(DataType::Binary),
        P::StringOrBinary => among(matches!(found, DataType::String | DataType::Binary), DataType::String),
        P::StringBinaryOrArray => among(matches!(found, DataType::String | DataType::Binary | DataType::Array(..)), DataType::String),
        P::Date => fixed(DataType::Date),
        P::Timestamp => fixed(DataType::Timestamp),
        P::TimestampAny => among(matches!(found, DataType::Timestamp | DataType::TimestampNtz), DataType::Timestamp),
        P::DayTimeInterval => among(matches!(found, DataType::DayTimeInterval(..)), DataType::DAY_TIME),
        P::Array if *found == DataType::Null => Target::Cast(DataType::Array(Box::new(DataType::Null), true)),
        P::Array => {
            if matches!(found, DataType::Array(..)) {
                Target::Fits
            } else {
                Target::Refused
            }
        }
        P::Map if *found == DataType::Null => Target::Cast(DataType::Map(Box::new(DataType::Null), Box::new(DataType::Null), true)),
        P::Map => {
            if matches!(found, DataType::Map(..)) {
                Target::Fits
            } else {
                Target::Refused
            }
        }
        P::ArrayOrMap if *found == DataType::Null => Target::Cast(DataType::Array(Box::new(DataType::Null), true)),
        P::ArrayOrMap => {
            if matches!(found, DataType::Array(..) | DataType::Map(..)) {
                Target::Fits
            } else {
                Target::Refused
            }
        }
        P::Struct => {
            if matches!(found, DataType::Struct(_)) {
                Target::Fits
            } else {
                Target::Refused
            }
        }
    }
}

fn required(parameter: Parameter) -> &'static str {
    use Parameter as P;
    match parameter {
        P::Any | P::Same | P::Lambda => "\"ANY\"",
        P::Boolean => "\"BOOLEAN\"",
        P::Integer => "\"INT\"",
        P::Long => "\"BIGINT\"",
        P::Double => "\"DOUBLE\"",
        P::Numeric => "\"NUMERIC\"",
        P::Integral => "\"INTEGRAL\"",
        P::String => "\"STRING\"",
        P::Binary => "\"BINARY\"",
        P::StringOrBinary => "(\"STRING\" or \"BINARY\")",
        P::StringBinaryOrArray => "(\"STRING\" or \"BINARY\" or \"ARRAY\")",
        P::Date => "\"DATE\"",
        P::Timestamp => "\"TIMESTAMP\"",
        P::TimestampAny => "\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\"",
        P::DayTimeInterval => "\"INTERVAL DAY TO SECOND\"",
        P::Array => "\"ARRAY\"",
        P::Map => "\"MAP\"",
        P::ArrayOrMap => "(\"ARRAY\" or \"MAP\")",
        P::Struct => "\"STRUCT\"",
    }
}
