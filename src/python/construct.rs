//! Classes of the program: made from their bodies; enumerations; `match` on classes; abstract ones.

use super::class::Class;
use super::class::Instance;
use super::class::Type;
use super::code::Op;
use super::dict::Dict;
use super::frame::ClassParts;
use super::frame::Frame;
use super::frame::Then;
use super::function::Wrapper;
use super::host::Arguments;
use super::machine::Vm;
use super::names::Names;
use super::raised::Raised;
use super::run::Step;
use super::run::Stepped;
use super::value::Value;
use std::cell::RefCell;
use std::rc::Rc;

impl Vm<'_> {
    /// Runs a class body; its bases and keywords lie on the stack.
    pub(super) fn begin_class(&mut self, place: u32) -> Stepped {
        self.mark();
        let frame = self.frame();
        let (keywords, bases) = (frame.pop(), frame.pop());
        let code = Rc::clone(&frame.code.codes[place as usize]);
        let globals = Rc::clone(&frame.globals);
        let captured: Vec<_> = code.captures.iter().map(|cell| Rc::clone(&frame.cells[*cell as usize])).collect();
        let mut classes = Vec::new();
        for base in bases.items().unwrap_or_default() {
            match &base {
                Value::Class(class) if matches!(class.layout, Type::Bool | Type::NoneType | Type::Range | Type::Function | Type::Slice) => {
                    return Err(Raised::type_error(format!("type '{}' is not an acceptable base type", class.name)));
                }
                Value::Class(class) => classes.push(Rc::clone(class)),
                Value::Host(object) => {
                    let class = self.host_class(object.class_name());
                    classes.push(class);
                }
                // `Generic[T]`, `Protocol` and the like say nothing that matters when the program runs.
                Value::Tuple(_) | Value::None => {}
                other => return Err(Raised::type_error(format!("'{}' object cannot be a base class", other.type_name()))),
            }
        }
        let keywords = keywords.entries().unwrap_or_default();
        let keywords = keywords.into_iter().map(|(name, value)| (name.as_str().unwrap_or("").to_owned(), value)).collect();
        let name = Rc::clone(&code.name);
        let mut body = Frame::new(&code, &globals, &captured, Then::Push);
        let namespace = Rc::new(RefCell::new(Names::default()));
        namespace.borrow_mut().set(&Rc::from("__qualname__"), Value::Str(Rc::clone(&code.qualified)));
        body.namespace = Some(namespace);
        let class_cell = code.class_cell.map(|cell| Rc::clone(&body.cells[cell as usize]));
        let documentation = code.documentation.clone();
        body.then = Then::Class(Box::new(ClassParts { name, bases: classes, keywords, class_cell, documentation }));
        self.enter(body)?;
        Ok(Step::Next)
    }

    /// A class body has ended: its names become the class.
    pub(super) fn finish_class(&mut self, parts: ClassParts, namespace: &Rc<RefCell<Names>>) -> Result<Value, Raised> {
        let mut names = std::mem::take(&mut *namespace.borrow_mut());
        if let Some(text) = parts.documentation {
            names.set(&Rc::from("__doc__"), Value::Str(text));
        }
        let own = self.machine.frames.last().is_some_and(|frame| frame.code.lines.own);
        let module = if own { "tidemark" } else { "__main__" };
        let class = Class::new(&parts.name, module, parts.bases, names).map_err(Raised::type_error)?;
        if let Some(cell) = &parts.class_cell {
            *cell.borrow_mut() = Value::Class(Rc::clone(&class));
        }
        if class.ancestors.iter().any(|base| base.lookup_own("__enumeration__").is_some()) {
            self.make_members(&class)?;
        }
        self.announce(&class, parts.keywords)
    }

    /// A class is complete: its attributes hear their names, the class above hears of it.
    pub(super) fn announce(&mut self, class: &Rc<Class>, keywords: Vec<(String, Value)>) -> Result<Value, Raised> {
        let value = Value::Class(Rc::clone(class));
        let named: Vec<(Rc<str>, Value)> = class.attributes.borrow().iter().map(|(name, value)| (Rc::clone(name), value.clone())).collect();
        for (name, attribute) in named {
            if let Some(method) = self.method_of(&attribute, "__set_name__") {
                self.call_with(&method, vec![value.clone(), Value::Str(name)])?;
            }
        }
        let hook = class.ancestors.iter().find_map(|base| base.attributes.borrow().get("__init_subclass__").cloned());
        if let Some(hook) = hook {
            let hook = if let Value::Wrapper(wrapper) = &hook { wrapper.inner().clone() } else { hook };
            let keyword = keywords.into_iter().filter(|(name, _)| name != "metaclass").collect();
            self.call(&hook, Arguments { positional: vec![value.clone()], keyword })?;
        }
        Ok(value)
    }

    /// The names of an enumeration become its members.
    fn make_members(&mut self, class: &Rc<Class>) -> Result<(), Raised> {
        let members = Rc::new(Dict::default());
        let names: Vec<(Rc<str>, Value)> = class.attributes.borrow().iter().map(|(name, value)| (Rc::clone(name), value.clone())).collect();
        let mut last = 0;
        for (name, value) in names {
            if name.starts_with('_') || matches!(value, Value::Function(_) | Value::Wrapper(_) | Value::Class(_) | Value::Builtin(_)) {
                continue;
            }
            let automatic = value.class().lookup_own("__automatic__").is_some();
            let value = if automatic { Value::Int(last + 1) } else { value };
            last = value.as_i64().unwrap_or(last);
            let known = self.member_by_value(&members, &value)?;
            let member = match known {
                Some(member) => member,
                None => {
                    let instance = Instance::new(Rc::clone(class));
                    instance.set("_name_", Value::Str(Rc::clone(&name)));
                    instance.set("_value_", value.clone());
                    instance.set("name", Value::Str(Rc::clone(&name)));
                    instance.set("value", value.clone());
                    if class.layout != Type::Object {
                        let _ = instance.payload.set(value);
                    }
                    let member = Value::Instance(instance);
                    members.set_plain(Value::Str(Rc::clone(&name)), member.clone());
                    member
                }
            };
            class.set(&name, member);
        }
        class.set("__members__", Value::Dict(members));
        Ok(())
    }

    fn member_by_value(&mut self, members: &Rc<Dict>, value: &Value) -> Result<Option<Value>, Raised> {
        for (_, member) in members.entries() {
            let known = member.own_attribute("value").unwrap_or_default();
            if self.equal(&known, value)? {
                return Ok(Some(member));
            }
        }
        Ok(None)
    }

    /// `Color(1)`.
    pub(super) fn enum_member(&mut self, class: &Rc<Class>, arguments: &Arguments) -> Result<Value, Raised> {
        let value = arguments.positional.first().cloned().unwrap_or(Value::None);
        if value.is_instance(class) {
            return Ok(value);
        }
        let Some(members) = class.members() else { return Ok(Value::None) };
        match self.member_by_value(&members, &value)? {
            Some(member) => Ok(member),
            None => {
                let text = self.repr(&value)?;
                Err(Raised::value_error(format!("{text} is not a valid {}", class.name)))
            }
        }
    }

    /// A class with abstract methods left has no instances.
    pub(super) fn refuse_abstract(&mut self, class: &Rc<Class>) -> Result<(), Raised> {
        if !class.ancestors.iter().any(|base| &*base.name == "ABC") {
            return Ok(());
        }
        let mut missing = Vec::new();
        for base in class.order() {
            for (name, value) in base.attributes.borrow().iter() {
                let is_abstract = |value: &Value| match value {
                    Value::Function(function) => function.attributes.borrow().get("__isabstractmethod__").is_some(),
                    _ => false,
                };
                let inner = if let Value::Wrapper(wrapper) = value { wrapper.inner().clone() } else { value.clone() };
                let now = class.lookup(name).unwrap_or_default();
                let now = if let Value::Wrapper(wrapper) = &now { wrapper.inner().clone() } else { now };
                if is_abstract(&inner) && is_abstract(&now) && !missing.contains(name) {
                    missing.push(Rc::clone(name));
                }
            }
        }
        missing.sort();
        match &missing[..] {
            [] => Ok(()),
            [one] => Err(Raised::type_error(format!("Can't instantiate abstract class {} with abstract method {one}", class.name))),
            many => Err(Raised::type_error(format!(
                "Can't instantiate abstract class {} with abstract methods {}",
                class.name,
                many.join(", ")
            ))),
        }
    }

    pub(super) fn step_match(&mut self, op: Op) -> Stepped {
        let frame = self.frame();
        let value = match op {
            Op::MatchSequence(count, at_least) => {
                let subject = frame.pop();
                let length = match subject.plain() {
                    Value::List(list) => Some(list.len()),
                    Value::Tuple(tuple) => Some(tuple.len()),
                    Value::Range(range) => Some(range.len()),
                    _ => None,
                };
                let count = count as usize;
                Value::Bool(length.is_some_and(|length| if at_least { length >= count } else { length == count }))
            }
            Op::MatchMapping => {
                let (keys, subject) = (frame.pop(), frame.pop());
                match subject.plain() {
                    Value::Dict(dict) => {
                        let dict = Rc::clone(dict);
                        let mut values = Some(Vec::new());
                        for key in keys.items().unwrap_or_default() {
                            match (self.dict_get(&dict, &key)?, &mut values) {
                                (Some(value), Some(values)) => values.push(value),
                                _ => values = None,
                            }
                        }
                        values.map_or(Value::None, Value::tuple)
                    }
                    _ => Value::None,
                }
            }
            Op::MatchRest => {
                let (keys, subject) = (frame.pop(), frame.pop());
                let rest = match subject.plain() {
                    Value::Dict(dict) => dict.copy(),
                    _ => Dict::default(),
                };
                for key in keys.items().unwrap_or_default() {
                    if let Some(place) = self.dict_find(&rest, &key)? {
                        rest.remove_at(place);
                    }
                }
                Value::Dict(Rc::new(rest))
            }
            Op::MatchClass(positional) => {
                let (names, class, subject) = (frame.pop(), frame.pop(), frame.pop());
                self.match_class(&subject, &class, positional as usize, &names.items().unwrap_or_default())?
            }
            _ => unreachable!("not an instruction of match"),
        };
        self.frame().push(value);
        Ok(Step::Next)
    }

    fn match_class(&mut self, subject: &Value, class: &Value, positional: usize, names: &[Value]) -> Result<Value, Raised> {
        let Value::Class(class) = class else { return Err(Raised::type_error("called match pattern must be a class")) };
        if !subject.is_instance(class) {
            return Ok(Value::None);
        }
        let mut values = Vec::new();
        if positional > 0 {
            let arguments = class.lookup_own("__match_args__").and_then(|names| names.items());
            if let Some(arguments) = arguments {
                if arguments.len() < positional {
                    let message = format!("{}() accepts {} positional sub-patterns ({positional} given)", class.name, arguments.len());
                    return Err(Raised::type_error(message));
                }
                for name in arguments.iter().take(positional) {
                    values.push(self.attribute(subject, name.as_str().unwrap_or(""))?);
                }
            } else if positional == 1 && class.builtin {
                values.push(subject.clone());
            } else {
                return Err(Raised::type_error(format!("{}() accepts 0 positional sub-patterns ({positional} given)", class.name)));
            }
        }
        for name in names {
            let found = match self.find_attribute(subject, name.as_str().unwrap_or("")) {
                Ok(found) => found,
                Err(raised) if raised.is("AttributeError") => None,
                Err(raised) => return Err(raised),
            };
            match found {
                Some(value) => values.push(value),
                None => return Ok(Value::None),
            }
        }
        Ok(Value::tuple(values))
    }
}

impl Class {
    /// The members of an enumeration, by name.
    #[must_use]
    pub fn members(&self) -> Option<Rc<Dict>> {
        if self.builtin {
            return None;
        }
        match self.attributes.borrow().get("__members__") {
            Some(Value::Dict(members)) => Some(Rc::clone(members)),
            _ => None,
        }
    }
}

impl Wrapper {
    /// The function that it wraps.
    #[must_use]
    pub fn inner(&self) -> &Value {
        match self {
            Self::Property(inner, _) | Self::Static(inner) | Self::Class(inner) | Self::Super(_, inner) => inner,
        }
    }
}
