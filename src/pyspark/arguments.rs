//! What PySpark's methods and functions are called with: their signatures, and the arguments of a call bound to them as Python binds them.

use super::errors;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::python::Arguments;
use crate::python::Value;

/// A line a method: class, name, parameters (`?` has a default, `*` the rest, `**` the rest by name); `@name` is a property.
const SIGNATURES: &str = include_str!("signatures.txt");

/// A parameter of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether a call may leave it out.
    pub optional: bool,
    /// Whether it is given by name alone.
    pub keyword_only: bool,
}

/// What a function or method takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Signature {
    /// As Python's messages name it: `DataFrame.show`.
    pub qualified_name: String,
    /// Whether a call passes `self`.
    pub method: bool,
    /// Named parameters in order, `self` left out.
    pub parameters: Vec<Parameter>,
    /// The name of `*args`.
    pub rest: Option<String>,
    /// Whether it takes `**kwargs`.
    pub keywords: bool,
}

/// The arguments of one call, bound.
#[derive(Debug, Default)]
pub(super) struct Call {
    values: Vec<(String, Value)>,
    /// What `*args` got.
    pub rest: Vec<Value>,
    /// What `**kwargs` got.
    pub keywords: Vec<(String, Value)>,
}

/// What a name is on a class of PySpark's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// Read without a call.
    Property,
    /// Called.
    Method(Signature),
}

/// The member of a class by name; none where PySpark's class has none of this name.
pub(super) fn member(class: &str, name: &str) -> Option<Member> {
    let line = SIGNATURES.lines().find_map(|line| {
        let rest = line.strip_prefix(class)?.strip_prefix(' ')?;
        let rest_of_name = rest.strip_prefix('@').unwrap_or(rest).strip_prefix(name)?;
        (rest_of_name.is_empty() || rest_of_name.starts_with(' ')).then_some((rest, rest_of_name))
    });
    let (rest, parameters) = line?;
    if rest.starts_with('@') {
        return Some(Member::Property);
    }
    Some(Member::Method(Signature { method: true, ..Signature::parse(&format!("{class}.{name}"), parameters) }))
}

impl Signature {
    /// Reads `colName col=1 *cols **options`: a default is marked by `=` or `?`.
    pub(super) fn parse(qualified_name: &str, text: &str) -> Self {
        let mut signature = Self { qualified_name: qualified_name.to_owned(), ..Self::default() };
        let mut keyword_only = false;
        for word in text.split(' ').filter(|it| !it.is_empty()) {
            if word.starts_with("**") {
                signature.keywords = true;
            } else if let Some(rest) = word.strip_prefix('*') {
                keyword_only = true;
                signature.rest = Some(rest.to_owned()).filter(|it| !it.is_empty());
            } else {
                let name = word.split(['=', '?']).next().unwrap_or(word).to_owned();
                signature.parameters.push(Parameter { optional: name.len() < word.len(), name, keyword_only });
            }
        }
        signature
    }

    /// Binds the arguments of a call as Python does.
    ///
    /// # Errors
    /// Python's `TypeError` for a missing, surplus, unexpected or doubled argument.
    pub(super) fn bind(&self, arguments: Arguments) -> Result<Call> {
        let mut call = Call::default();
        let positional: Vec<&Parameter> = self.parameters.iter().filter(|it| !it.keyword_only).collect();
        let given = arguments.positional.len();
        for (at, value) in arguments.positional.into_iter().enumerate() {
            match positional.get(at) {
                Some(parameter) => call.values.push((parameter.name.clone(), value)),
                None if self.rest.is_some() => call.rest.push(value),
                None => return Err(self.too_many(&positional, given)),
            }
        }
        for (name, value) in arguments.keyword {
            if call.has(&name) {
                return Err(self.wrong(&format!("got multiple values for argument '{name}'")));
            }
            if self.parameters.iter().any(|it| it.name == name) {
                call.values.push((name, value));
            } else if self.keywords {
                call.keywords.push((name, value));
            } else {
                return Err(self.wrong(&format!("got an unexpected keyword argument '{name}'")));
            }
        }
        let missing: Vec<&str> =
            self.parameters.iter().filter(|it| !it.optional && !call.has(&it.name)).map(|it| it.name.as_str()).collect();
        if missing.is_empty() { Ok(call) } else { Err(self.missing(&missing)) }
    }

    fn too_many(&self, positional: &[&Parameter], given: usize) -> Box<Diagnostic> {
        let own = usize::from(self.method);
        let (most, least) = (positional.len() + own, positional.iter().filter(|it| !it.optional).count() + own);
        let takes = if least == most { format!("{most}") } else { format!("from {least} to {most}") };
        let plural = if most == 1 { "" } else { "s" };
        let were = if given + own == 1 { "was" } else { "were" };
        self.wrong(&format!("takes {takes} positional argument{plural} but {} {were} given", given + own))
    }

    fn missing(&self, names: &[&str]) -> Box<Diagnostic> {
        let quoted: Vec<String> = names.iter().map(|it| format!("'{it}'")).collect();
        let list = match quoted.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [one, two] => format!("{one} and {two}"),
            [most @ .., last] => format!("{}, and {last}", most.join(", ")),
        };
        let plural = if names.len() == 1 { "" } else { "s" };
        self.wrong(&format!("missing {} required positional argument{plural}: {list}", names.len()))
    }

    fn wrong(&self, what: &str) -> Box<Diagnostic> {
        Diagnostic::plain(Class::Named("TypeError".to_owned()), format!("{}() {what}", self.qualified_name))
    }
}

impl Call {
    /// A call with unnamed arguments alone.
    pub(super) fn of_rest(rest: Vec<Value>) -> Self {
        Self { rest, ..Self::default() }
    }

    /// Whether the call gave this argument.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.iter().any(|it| it.0 == name)
    }

    /// The argument of this name; `None` of Python where the call left it out.
    pub(super) fn get(&self, name: &str) -> &Value {
        self.values.iter().find(|it| it.0 == name).map_or(&Value::None, |it| &it.1)
    }

    /// All named arguments that the call gave.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The argument, unless it is left out or Python's `None`.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        Some(self.get(name)).filter(|it| !it.is_none())
    }

    /// The argument as text; `expected` is how PySpark's error names what it wants.
    pub(super) fn text(&self, name: &str, expected: &str) -> Result<&str> {
        let value = self.get(name);
        value.as_str().ok_or_else(|| errors::not_expected(name, expected, value))
    }

    /// The argument as text, where it is given.
    pub(super) fn optional_text(&self, name: &str) -> Result<Option<&str>> {
        self.given(name).map(|value| value.as_str().ok_or_else(|| errors::not_expected(name, "str", value))).transpose()
    }

    /// The argument as a truth value, or what it is when left out.
    pub(super) fn truth(&self, name: &str, default: bool) -> Result<bool> {
        match self.given(name) {
            None => Ok(default),
            Some(value) => value.as_bool().ok_or_else(|| errors::not_expected(name, "bool", value)),
        }
    }

    /// The argument as a whole number.
    pub(super) fn integer(&self, name: &str) -> Result<i64> {
        let value = self.get(name);
        value.as_i64().ok_or_else(|| errors::not_expected(name, "int", value))
    }
}

/// `*cols`, where a single list or tuple stands for its items.
pub(super) fn spread(values: &[Value]) -> Vec<Value> {
    match values {
        [one @ (Value::List(_) | Value::Tuple(_) | Value::Set(_))] => one.items().unwrap_or_default(),
        _ => values.to_vec(),
    }
}

/// The names in a list or tuple of text.
pub(super) fn names(value: &Value, argument: &str, container: &str) -> Result<Vec<String>> {
    let Some(items) = value.items().filter(|_| value.as_str().is_none()) else {
        return Err(errors::not_expected(argument, container, value));
    };
    items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(|| errors::not_expected(argument, "str", item))).collect()
}
