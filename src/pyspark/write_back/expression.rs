//! Expressions as PySpark: operators and methods of `Column`, functions of `F`.

use super::Result;
use super::literal;
use super::unwritable;
use crate::expr::Expr;
use crate::plan::quote;
use crate::pyspark::functions;
use crate::types::DataType;
use crate::types::Value;
use std::collections::BTreeMap;

/// How each column of an input is called.
#[derive(Clone, Debug, Default)]
pub(super) struct Speaker {
    /// By the column's id.
    pub columns: BTreeMap<u64, Spoken>,
}

/// How a column is called.
#[derive(Clone, Debug)]
pub(super) enum Spoken {
    /// By its name alone, quoted where it needs it: `"id"` where a name is taken, else `F.col("id")`.
    Name(String),
    /// By an expression: `clicks["id"]`, `F.window("at", "1 hour")`.
    Text(String),
}

/// How strongly an expression holds together, as Python binds its operators.
type Level = u8;
const ATOM: Level = 10;
const UNARY: Level = 9;
const PRODUCT: Level = 8;
const SUM: Level = 7;
const AND: Level = 5;
const OR: Level = 3;
const COMPARISON: Level = 2;

/// A column's name as a name part: in backquotes where it is no plain word.
pub(super) fn name_part(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || it == '_');
    if plain { name.to_owned() } else { quote(name) }
}

impl Speaker {
    /// A `Column`.
    pub fn column(&self, expr: &Expr) -> Result<String> {
        self.at(expr, 0)
    }

    /// A `Column`, or just its name in quotes: for parameters that take both.
    pub fn column_or_name(&self, expr: &Expr) -> Result<String> {
        match self.dotted(expr) {
            Some(name) => Ok(literal::text(&name)),
            None => self.column(expr),
        }
    }

    /// A `Column` that binds at least so strongly, in parentheses where it would not by itself.
    fn at(&self, expr: &Expr, least: Level) -> Result<String> {
        let (text, level) = self.leveled(expr)?;
        Ok(if level < least { format!("({text})") } else { text })
    }

    fn leveled(&self, expr: &Expr) -> Result<(String, Level)> {
        if let Some(name) = self.dotted(expr) {
            return Ok((format!("F.col({})", literal::text(&name)), ATOM));
        }
        let text = match expr {
            Expr::ColumnOf(id, _) => match self.columns.get(id) {
                Some(Spoken::Text(text)) => text.clone(),
                _ => return unwritable("a column that has no name of its own"),
            },
            Expr::Name(parts) => parts.join("."),
            Expr::Star(_) => "F.expr(\"*\")".to_owned(),
            Expr::Literal(value, data_type) => match literal::bare(value, data_type) {
                Some(bare) => format!("F.lit({bare})"),
                None => format!("F.expr({})", literal::text(&literal::sql(value, data_type)?)),
            },
            Expr::Cast(child, data_type, tried) => {
                let method = if *tried { "try_cast" } else { "cast" };
                format!("{}.{method}({})", self.at(child, ATOM)?, literal::text(&data_type.simple_string()))
            }
            Expr::FieldOf(base, name) => format!("{}.getField({})", self.at(base, ATOM)?, literal::text(name)),
            Expr::Item(base, key) => format!("{}[{}]", self.at(base, ATOM)?, self.value(key)?),
            Expr::Alias(child, names) => {
                let names: Vec<String> = names.iter().map(|name| literal::text(name)).collect();
                format!("{}.alias({})", self.at(child, ATOM)?, names.join(", "))
            }
            Expr::Case(branches, otherwise) => self.case(branches, otherwise.as_deref())?,
            Expr::Call { name, arguments, distinct, filter: None } => return self.call(name, arguments, *distinct),
            _ => return unwritable("an expression without words in PySpark"),
        };
        Ok((text, ATOM))
    }

    /// The name of a column or of a struct's field, where a name is enough.
    fn dotted(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::ColumnOf(id, _) => match self.columns.get(id) {
                Some(Spoken::Name(name)) => Some(name.clone()),
                _ => None,
            },
            Expr::FieldOf(base, field) => Some(format!("{}.{}", self.dotted(base)?, name_part(field))),
            _ => None,
        }
    }

    /// A plain Python value where the expression is one, else a `Column`: for the right side of operators.
    fn value(&self, expr: &Expr) -> Result<String> {
        self.value_at(expr, 0)
    }

    fn value_at(&self, expr: &Expr, least: Level) -> Result<String> {
        if let Expr::Literal(value, data_type) = expr
            && let Some(bare) = literal::bare(value, data_type)
        {
            return Ok(bare);
        }
        self.at(expr, least)
    }

    fn case(&self, branches: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Result<String> {
        let mut text = "F".to_owned();
        for (condition, value) in branches {
            text.push_str(&format!(".when({}, {})", self.column(condition)?, self.value(value)?));
        }
        if let Some(value) = otherwise {
            text.push_str(&format!(".otherwise({})", self.value(value)?));
        }
        Ok(text)
    }

    fn call(&self, name: &str, arguments: &[Expr], distinct: bool) -> Result<(String, Level)> {
        if let [a, b] = arguments
            && !distinct
            && let Some(found) = self.operator(name, a, b)?
        {
            return Ok(found);
        }
        if let (false, "between", [tested, low, high]) = (distinct, name, arguments) {
            return Ok((format!("{}.between({}, {})", self.at(tested, ATOM)?, self.value(low)?, self.value(high)?), ATOM));
        }
        if let (false, [first, rest @ ..]) = (distinct, arguments)
            && let Some(found) = self.method(name, first, rest)?
        {
            return Ok(found);
        }
        Ok((self.function(name, arguments, distinct)?, ATOM))
    }

    /// A call that is an operator of Python's.
    fn operator(&self, name: &str, a: &Expr, b: &Expr) -> Result<Option<(String, Level)>> {
        if let ("and", Some((tested, low, high))) = (name, between(a, b)) {
            return Ok(Some((format!("{}.between({}, {})", self.at(tested, ATOM)?, self.value(low)?, self.value(high)?), ATOM)));
        }
        let (sign, level) = match name {
            "+" | "-" => (name, SUM),
            "*" | "/" | "%" => (name, PRODUCT),
            "<" | "<=" | ">" | ">=" => (name, COMPARISON),
            "=" => ("==", COMPARISON),
            "and" => ("&", AND),
            "or" => ("|", OR),
            _ => return Ok(None),
        };
        Ok(Some((format!("{} {sign} {}", self.at(a, level + u8::from(level == COMPARISON))?, self.value_at(b, level + 1)?), level)))
    }

    /// A call that is a method of `Column`.
    fn method(&self, name: &str, first: &Expr, rest: &[Expr]) -> Result<Option<(String, Level)>> {
        if let ("not", Expr::Call { name, arguments, distinct: false, filter: None }) = (name, first)
            && let ("=", [a, b]) = (name.as_str(), arguments.as_slice())
        {
            return Ok(Some((format!("{} != {}", self.at(a, COMPARISON + 1)?, self.value_at(b, COMPARISON + 1)?), COMPARISON)));
        }
        let method = match (name, rest) {
            ("not", []) => return Ok(Some((format!("~{}", self.at(first, UNARY)?), UNARY))),
            ("negative", []) => return Ok(Some((format!("-{}", self.at(first, UNARY)?), UNARY))),
            ("isnull", []) => "isNull",
            ("isnotnull", []) => "isNotNull",
            ("in", _) => "isin",
            ("<=>", [_]) => "eqNullSafe",
            ("&", [_]) => "bitwiseAND",
            ("|", [_]) => "bitwiseOR",
            ("^", [_]) => "bitwiseXOR",
            ("like" | "rlike" | "ilike" | "contains" | "startswith" | "endswith", [_]) => name,
            _ => return Ok(None),
        };
        let rest: Vec<String> = rest.iter().map(|argument| self.value(argument)).collect::<Result<_>>()?;
        Ok(Some((format!("{}.{method}({})", self.at(first, ATOM)?, rest.join(", ")), ATOM)))
    }

    /// A function of `F`, by its own name where PySpark's takes these arguments, else through `call_function`.
    fn function(&self, name: &str, arguments: &[Expr], distinct: bool) -> Result<String> {
        let columns = || arguments.iter().map(|argument| self.column_or_name(argument)).collect::<Result<Vec<_>>>();
        let built_in = match (name, distinct) {
            ("count", true) => Some("count_distinct"),
            ("sum", true) => Some("sum_distinct"),
            (_, true) => return unwritable(format!("{name}(DISTINCT ...)")),
            ("count", false) if matches!(arguments, [Expr::Literal(Value::Integer(1), _)]) => return Ok("F.count(\"*\")".to_owned()),
            ("count", false) if matches!(arguments, [Expr::Star(_)]) => return Ok("F.count(\"*\")".to_owned()),
            ("map", false) => Some("create_map"),
            ("struct" | "array", false) => Some(name),
            _ => None,
        };
        if let Some(own) = built_in {
            return Ok(format!("F.{own}({})", columns()?.join(", ")));
        }
        if arguments.iter().any(|argument| matches!(argument, Expr::Lambda(..))) {
            return self.higher(name, arguments);
        }
        if let Some(text) = self.listed(name, arguments)? {
            return Ok(text);
        }
        let arguments: Vec<String> = arguments.iter().map(|argument| self.column(argument)).collect::<Result<_>>()?;
        let whole: Vec<String> = [literal::text(name)].into_iter().chain(arguments).collect();
        Ok(format!("F.call_function({})", whole.join(", ")))
    }

    /// A function of PySpark's list that takes these arguments in this order.
    fn listed(&self, name: &str, arguments: &[Expr]) -> Result<Option<String>> {
        for spec in functions::of_sql_name(name) {
            let mut kinds: Vec<char> = Vec::new();
            let rest = spec.arguments.last().filter(|last| last.rest).map(|last| last.kind);
            kinds.extend(spec.arguments.iter().filter(|argument| !argument.rest).map(|argument| argument.kind));
            kinds.extend(std::iter::repeat_n(rest.unwrap_or(' '), arguments.len().saturating_sub(kinds.len())));
            let enough = kinds.len() == arguments.len() || arguments.len() < kinds.len() && arguments.len() >= spec.least();
            if !enough || kinds.contains(&' ') {
                continue;
            }
            let words = arguments.iter().zip(&kinds).map(|(argument, kind)| match kind {
                'C' => self.column_or_name(argument),
                'I' if is_number(argument) => self.value(argument),
                'I' => self.column_or_name(argument),
                'R' if !matches!(argument, Expr::Literal(..)) => unwritable(format!("an argument of {name} that is no constant")),
                _ => self.value(argument),
            });
            let words: Vec<String> = words.collect::<Result<_>>()?;
            return Ok(Some(format!("F.{}({})", spec.name, words.join(", "))));
        }
        Ok(None)
    }

    fn higher(&self, name: &str, arguments: &[Expr]) -> Result<String> {
        let argument = |argument: &Expr| match argument {
            Expr::Lambda(names, body) => Ok(format!("lambda {}: {}", names.join(", "), self.column(body)?)),
            other => self.column_or_name(other),
        };
        let words: Vec<String> = arguments.iter().map(argument).collect::<Result<_>>()?;
        match functions::find(name) {
            Some(spec) => Ok(format!("F.{}({})", spec.name, words.join(", "))),
            None => unwritable(format!("the function {name} with a lambda")),
        }
    }
}

/// `tested >= low AND tested <= high`.
fn between<'a>(a: &'a Expr, b: &'a Expr) -> Option<(&'a Expr, &'a Expr, &'a Expr)> {
    let bound = |expr: &'a Expr, sign: &str| match expr {
        Expr::Call { name, arguments, .. } if name == sign => match arguments.as_slice() {
            [tested, bound] => Some((tested, bound)),
            _ => None,
        },
        _ => None,
    };
    let ((tested, low), (again, high)) = (bound(a, ">=")?, bound(b, "<=")?);
    (tested == again).then_some((tested, low, high))
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(_, DataType::Integer | DataType::Double))
}
