//! Imports, `with`, and what is said of unknown names.

use super::code::Op;
use super::host::Arguments;
use super::machine::Vm;
use super::raised::Raised;
use super::run::Step;
use super::run::Stepped;
use super::value::Value;
use std::rc::Rc;

impl Vm<'_> {
    pub(super) fn step_import(&mut self, op: Op) -> Stepped {
        self.mark();
        let frame = self.frame();
        match op {
            Op::Import(module, whole) => {
                let name = frame.name(module);
                let imported = self.import_module(&name)?;
                let value = match name.split_once('.') {
                    Some((first, _)) if !whole => {
                        let first = first.to_owned();
                        self.import_module(&first)?
                    }
                    _ => imported,
                };
                self.frame().push(value);
            }
            Op::ImportFrom(module, name) => {
                let (module, name) = (frame.name(module), frame.name(name));
                let value = self.import_name(&module, &name)?;
                self.frame().push(value);
            }
            Op::ImportStar(module) => {
                let module = frame.name(module);
                let names = self.exported(&module)?;
                for (name, value) in names {
                    let globals = Rc::clone(&self.frame().globals);
                    let old = globals.borrow_mut().set(&name, value);
                    drop(old);
                }
            }
            _ => unreachable!("not an import"),
        }
        Ok(Step::Next)
    }

    /// A module by its dotted name: the host's, or one of ours.
    ///
    /// # Errors
    /// `ModuleNotFoundError`.
    pub fn import_module(&mut self, name: &str) -> Result<Value, Raised> {
        if let Some(module) = self.machine.modules.get(name) {
            return Ok(module.clone());
        }
        let found = match self.host.import(name, None) {
            Some(module) => Some(module),
            None => super::module::own(self, name)?,
        };
        match found {
            Some(module) => {
                self.machine.modules.insert(name.to_owned(), module.clone());
                Ok(module)
            }
            None => {
                let missing = self.first_missing(name)?;
                Err(self.no_module(&missing))
            }
        }
    }

    /// The first of a name's packages that there is not, or the name itself.
    fn first_missing(&mut self, name: &str) -> Result<String, Raised> {
        for (at, _) in name.match_indices('.') {
            let package = &name[..at];
            let known = self.machine.modules.contains_key(package) || self.host.import(package, None).is_some();
            if !known && super::module::own(self, package)?.is_none() {
                return Ok(package.to_owned());
            }
        }
        Ok(name.to_owned())
    }

    fn import_name(&mut self, module: &str, name: &str) -> Result<Value, Raised> {
        if let Some(value) = self.host.import(module, Some(name)) {
            return Ok(value);
        }
        let value = self.import_module(module)?;
        let found = match &value {
            Value::Module(module) => self.module_attribute(module, name),
            Value::Host(_) => self.find_attribute(&value, name).ok().flatten(),
            _ => self.find_attribute(&value, name)?,
        };
        if let Some(found) = found {
            return Ok(found);
        }
        if let Ok(inner) = self.import_module(&format!("{module}.{name}")) {
            return Ok(inner);
        }
        let mut raised = Raised::new("ImportError", format!("cannot import name '{name}' from '{module}'"));
        let known = self.host.exports(module).unwrap_or_else(|| names_in(&value));
        if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
            raised = raised.hint(format!("Did you mean {near}?"), None);
        }
        Err(raised)
    }

    fn exported(&mut self, module: &str) -> Result<Vec<(Rc<str>, Value)>, Raised> {
        if let Some(names) = self.host.exports(module) {
            let mut values = Vec::new();
            for name in names {
                if let Some(value) = self.host.import(module, Some(&name)) {
                    values.push((Rc::from(name), value));
                }
            }
            return Ok(values);
        }
        match self.import_module(module)? {
            Value::Module(module) => {
                let names = module.names.borrow();
                Ok(names.iter().filter(|(name, _)| !name.starts_with('_')).map(|(name, value)| (Rc::clone(name), value.clone())).collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    fn no_module(&mut self, name: &str) -> Raised {
        let raised = Raised::new("ModuleNotFoundError", format!("No module named '{name}'"));
        let first = name.split('.').next().unwrap_or(name);
        if matches!(first, "pandas" | "numpy" | "os" | "requests" | "threading" | "asyncio" | "subprocess" | "kafka" | "pyarrow" | "socket")
        {
            return raised.hint(format!("Tidemark does not know the module {first}."), None);
        }
        let known = super::module::NAMES.iter().copied().chain(["pyspark"]);
        match nearest(first, known) {
            Some(near) => raised.hint(format!("Did you mean {near}?"), None),
            None => raised,
        }
    }

    /// `NameError`, with a near name as advice.
    pub(super) fn unknown_name(&mut self, name: &str) -> Raised {
        let raised = Raised::new("NameError", format!("name '{name}' is not defined"));
        self.mark();
        let span = self.machine.span;
        let frame = self.frame();
        let mut known: Vec<String> = frame.code.locals.iter().chain(&frame.code.cells).map(|name| name.to_string()).collect();
        known.extend(frame.globals.borrow().iter().map(|(name, _)| name.to_string()));
        known.extend(super::builtin::names().into_iter().map(str::to_owned));
        let advice = match name {
            "true" => Some("True".to_owned()),
            "false" => Some("False".to_owned()),
            "null" | "none" | "nil" => Some("None".to_owned()),
            _ => nearest(name, known.iter().map(String::as_str)),
        };
        if let Some(near) = advice {
            return raised.hint(format!("Did you mean {near}?"), Some((span, near)));
        }
        if super::module::NAMES.contains(&name) {
            return raised.hint(format!("Did you forget 'import {name}'?"), None);
        }
        raised
    }

    /// `AttributeError`, with a near name as advice.
    pub(super) fn no_attribute(&mut self, object: &Value, name: &str) -> Raised {
        let raised = match object {
            Value::Module(module) => Raised::new("AttributeError", format!("module '{}' has no attribute '{name}'", module.name)),
            Value::Class(class) => Raised::new("AttributeError", format!("type object '{}' has no attribute '{name}'", class.name)),
            Value::Wrapper(wrapper) if matches!(**wrapper, super::function::Wrapper::Super(..)) => {
                Raised::new("AttributeError", format!("'super' object has no attribute '{name}'"))
            }
            _ => Raised::no_attribute(&object.type_name(), name),
        };
        let known = names_in(object);
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => raised.hint(format!("Did you mean {near}?"), None),
            None if object.is_none() => {
                raised.hint("The value is None: perhaps a function returned nothing, or a method changed its object in place.", None)
            }
            None => raised,
        }
    }

    pub(super) fn step_with(&mut self, op: Op) -> Stepped {
        self.mark();
        let frame = self.frame();
        match op {
            Op::WithEnter(slot) => {
                let manager = frame.pop();
                frame.locals[slot as usize] = manager.clone();
                let known = |name: &str| match &manager {
                    Value::Host(_) => true,
                    other => other.class().lookup(name).is_some(),
                };
                for name in ["__enter__", "__exit__"] {
                    if !known(name) {
                        let missed = if name == "__exit__" { " (missed __exit__ method)" } else { "" };
                        let message = format!("'{}' object does not support the context manager protocol{missed}", manager.type_name());
                        return Err(Raised::type_error(message));
                    }
                }
                self.call_special(&manager, "__enter__", Vec::new())
            }
            Op::WithExit(slot) => {
                let manager = std::mem::take(&mut frame.locals[slot as usize]);
                self.call_special(&manager, "__exit__", vec![Value::None, Value::None, Value::None])
            }
            Op::WithExitException(slot) => {
                let manager = std::mem::take(&mut frame.locals[slot as usize]);
                let exception = self.current_exception().unwrap_or(Value::None);
                let class = Value::Class(exception.class());
                self.call_special(&manager, "__exit__", vec![class, exception, Value::None])
            }
            _ => unreachable!("not an instruction of with"),
        }
    }

    /// Begins a call of a special method of an object, the host's included.
    fn call_special(&mut self, object: &Value, name: &str, positional: Vec<Value>) -> Stepped {
        let arguments = Arguments::of(positional);
        if let Value::Host(host_object) = object {
            let span = self.machine.span;
            let reply = self.host.call(host_object, Some(name), arguments, span)?;
            return self.reply(reply);
        }
        let method = self.attribute(object, name)?;
        self.invoke(&method, arguments)
    }
}

fn names_in(object: &Value) -> Vec<String> {
    let mut names = Vec::new();
    let mut class = |class: &Rc<super::class::Class>| {
        for class in class.order() {
            names.extend(class.attributes.borrow().iter().map(|(name, _)| name.to_string()));
        }
    };
    match object {
        Value::Module(module) => return module.names.borrow().iter().map(|(name, _)| name.to_string()).collect(),
        Value::Class(found) => class(found),
        Value::Host(_) => {}
        other => class(&other.class()),
    }
    if let Value::Instance(instance) = object {
        names.extend(instance.attributes.borrow().iter().map(|(name, _)| name.to_string()));
    }
    names.retain(|name| !name.starts_with("__"));
    names
}

/// The known name that is nearest to a misspelt one, if any is near.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let most = (name.chars().count() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        if candidate.starts_with('.') || candidate == name || candidate.is_empty() {
            continue;
        }
        let distance = if candidate.eq_ignore_ascii_case(name) { 0 } else { distance(name, candidate) };
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    let (distance, found) = best?;
    (name.chars().count() > 2 || distance == 0).then(|| found.to_owned())
}

/// How many letters to insert, drop, change or swap.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(40).collect(), b.chars().take(40).collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let mut least = (row[j] + usize::from(left != right)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *right && *left == b[j - 1] {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}
