//! Calls: who is called, how arguments become locals, what comes of it.

use super::class::Class;
use super::class::Instance;
use super::class::Type;
use super::code::CodeKind;
use super::frame::Frame;
use super::frame::Then;
use super::function::Function;
use super::host::Arguments;
use super::iterator::Iter;
use super::machine::Vm;
use super::raised::Raised;
use super::run::Step;
use super::run::Stepped;
use super::value::Value;
use std::rc::Rc;

impl Vm<'_> {
    /// Calls anything that can be called and runs it to its end.
    ///
    /// # Errors
    /// What it raised.
    pub fn call(&mut self, function: &Value, arguments: Arguments) -> Result<Value, Raised> {
        match function {
            Value::Function(function) => self.call_function(function, arguments),
            Value::Builtin(builtin) => (builtin.run)(self, arguments),
            Value::Bound(bound) => {
                let mut arguments = arguments;
                arguments.positional.insert(0, bound.receiver.clone());
                self.call(&bound.function, arguments)
            }
            _ => self.call_in_frame(function, arguments),
        }
    }

    /// Calls with positional arguments only.
    ///
    /// # Errors
    /// What it raised.
    pub fn call_with(&mut self, function: &Value, positional: Vec<Value>) -> Result<Value, Raised> {
        self.call(function, Arguments::of(positional))
    }

    fn call_function(&mut self, function: &Rc<Function>, arguments: Arguments) -> Result<Value, Raised> {
        let locals = bind(function, arguments)?;
        let frame = Frame::of(function, locals, Then::Leave);
        if function.code.generator {
            return Ok(Value::Iter(Rc::new(Iter::generator(frame))));
        }
        self.enter(frame)?;
        self.run_nested()
    }

    /// Calls whatever may push frames or wait: on a frame of its own that does nothing but hold the result.
    fn call_in_frame(&mut self, function: &Value, arguments: Arguments) -> Result<Value, Raised> {
        let globals = Rc::clone(&self.machine.globals);
        let holder = Frame::new(&super::compile::return_code(), &globals, &[], Then::Leave);
        self.enter(holder)?;
        let base = self.machine.frames.len();
        match self.invoke(function, arguments) {
            Ok(Step::Wait(token)) => match self.host.wait_inside(token) {
                Ok(value) => self.frame().push(value),
                Err(raised) => {
                    self.machine.frames.truncate(base - 1);
                    return Err(raised);
                }
            },
            Ok(_) => {}
            Err(raised) => {
                self.machine.frames.truncate(base - 1);
                return Err(raised);
            }
        }
        if self.machine.frames.len() == base {
            let value = self.frame().pop();
            self.machine.frames.pop();
            return Ok(value);
        }
        self.run_nested_from(base - 1)
    }

    /// Begins a call: its value is pushed at once, or a frame is, or the host waits.
    pub(super) fn invoke(&mut self, callee: &Value, mut arguments: Arguments) -> Stepped {
        match callee {
            Value::Function(function) => self.invoke_function(function, arguments),
            Value::Builtin(builtin) => {
                let value = (builtin.run)(self, arguments)?;
                self.frame().push(value);
                Ok(Step::Next)
            }
            Value::Closure(closure) => {
                let reply = (closure.run)(self, arguments)?;
                self.reply(reply)
            }
            Value::Bound(bound) => {
                arguments.positional.insert(0, bound.receiver.clone());
                self.invoke(&bound.function, arguments)
            }
            Value::Host(object) => {
                let span = self.machine.span;
                let reply = self.host.call(object, None, arguments, span)?;
                self.reply(reply)
            }
            Value::Class(class) => self.invoke_class(class, arguments),
            Value::Instance(instance) => match instance.class.lookup_without_object("__call__") {
                Some(function) => {
                    arguments.positional.insert(0, callee.clone());
                    self.invoke(&function, arguments)
                }
                None => Err(not_callable(callee)),
            },
            Value::Wrapper(wrapper) => match &**wrapper {
                super::function::Wrapper::Static(function) => self.invoke(function, arguments),
                _ => Err(not_callable(callee)),
            },
            _ => Err(not_callable(callee)),
        }
    }

    fn invoke_function(&mut self, function: &Rc<Function>, arguments: Arguments) -> Stepped {
        let locals = bind(function, arguments)?;
        let frame = Frame::of(function, locals, Then::Push);
        if function.code.generator {
            self.frame().push(Value::Iter(Rc::new(Iter::generator(frame))));
            return Ok(Step::Next);
        }
        self.enter(frame)?;
        Ok(Step::Next)
    }

    fn invoke_class(&mut self, class: &Rc<Class>, arguments: Arguments) -> Stepped {
        if class.builtin && !class.is_exception() {
            let value = super::builtin::construct(self, class, arguments)?;
            self.frame().push(value);
            return Ok(Step::Next);
        }
        if class.members().is_some() {
            let value = self.enum_member(class, &arguments)?;
            self.frame().push(value);
            return Ok(Step::Next);
        }
        self.refuse_abstract(class)?;
        let made = match class.lookup_own("__new__") {
            Some(new) => {
                let new = if let Value::Wrapper(wrapper) = &new { wrapper.inner().clone() } else { new };
                let mut given = arguments.clone();
                given.positional.insert(0, Value::Class(Rc::clone(class)));
                self.call(&new, given)?
            }
            None => self.bare_instance(class, &arguments)?,
        };
        if !made.is_instance(class) {
            self.frame().push(made);
            return Ok(Step::Next);
        }
        self.initialise(class, made, arguments)
    }

    fn initialise(&mut self, class: &Rc<Class>, made: Value, mut arguments: Arguments) -> Stepped {
        match class.lookup_own("__init__") {
            Some(Value::Function(function)) => {
                arguments.positional.insert(0, made.clone());
                let locals = bind(&function, arguments)?;
                self.enter(Frame::of(&function, locals, Then::Made(made)))?;
            }
            Some(other) => {
                arguments.positional.insert(0, made.clone());
                self.call(&other, arguments)?;
                self.frame().push(made);
            }
            None => {
                let takes_none = class.layout == Type::Object && class.lookup_own("__new__").is_none();
                if takes_none && !(arguments.positional.is_empty() && arguments.keyword.is_empty()) {
                    return Err(Raised::type_error(format!("{}() takes no arguments", class.name)));
                }
                self.frame().push(made);
            }
        }
        Ok(Step::Next)
    }

    /// An instance before `__init__`: with the payload of the built-in type it derives from.
    pub(super) fn bare_instance(&mut self, class: &Rc<Class>, arguments: &Arguments) -> Result<Value, Raised> {
        let instance = Instance::new(Rc::clone(class));
        match class.layout {
            Type::Object => {}
            Type::BaseException => instance.set("args", Value::tuple(arguments.positional.clone())),
            layout => {
                let own_init = class.lookup_own("__init__").is_some();
                let changeable = matches!(layout, Type::List | Type::Dict | Type::Set);
                let given = if own_init && changeable { Arguments::default() } else { arguments.clone() };
                let payload = super::builtin::construct(self, &Class::of(layout), given)?;
                let _ = instance.payload.set(payload);
            }
        }
        Ok(Value::Instance(instance))
    }
}

fn not_callable(callee: &Value) -> Raised {
    Raised::type_error(format!("'{}' object is not callable", callee.type_name()))
}

/// Binds arguments to the parameters of a function, as CPython does, with its messages.
pub(super) fn bind(function: &Function, arguments: Arguments) -> Result<Vec<Value>, Raised> {
    let code = &function.code;
    let parameters = &code.parameters;
    let wanted = parameters.positional.len();
    let mut given = arguments.positional;
    let total = given.len();
    let rest = if given.len() > wanted { given.split_off(wanted) } else { Vec::new() };
    let mut locals = given;
    locals.resize(wanted + parameters.keyword_only.len(), Value::Unbound);
    let mut extra = Vec::new();
    for (name, value) in arguments.keyword {
        let positional = parameters.positional[parameters.positional_only..].iter().position(|known| **known == *name);
        let place = positional
            .map(|place| place + parameters.positional_only)
            .or_else(|| parameters.keyword_only.iter().position(|known| **known == *name).map(|place| place + wanted));
        match place {
            Some(place) if matches!(locals[place], Value::Unbound) => locals[place] = value,
            Some(_) => return Err(Raised::type_error(format!("{}() got multiple values for argument '{name}'", code.qualified))),
            None if parameters.keywords => extra.push((Value::from(name), value)),
            None => {
                let hint = format!("{}() got an unexpected keyword argument '{name}'", code.qualified);
                return Err(Raised::type_error(hint));
            }
        }
    }
    if !rest.is_empty() && !parameters.rest {
        return Err(too_many(function, total, &locals));
    }
    fill_defaults(function, &mut locals)?;
    if parameters.rest {
        locals.push(Value::tuple(rest));
    }
    if parameters.keywords {
        locals.push(Value::dict(extra));
    }
    debug_assert!(code.kind != CodeKind::Class, "class bodies are not called");
    Ok(locals)
}

fn fill_defaults(function: &Function, locals: &mut [Value]) -> Result<(), Raised> {
    let parameters = &function.code.parameters;
    let wanted = parameters.positional.len();
    let first_default = wanted - function.defaults.len();
    let mut missing = Vec::new();
    for (place, local) in locals.iter_mut().enumerate().take(wanted) {
        if matches!(local, Value::Unbound) {
            match place.checked_sub(first_default) {
                Some(default) => *local = function.defaults[default].clone(),
                None => missing.push(&parameters.positional[place]),
            }
        }
    }
    if !missing.is_empty() {
        return Err(missing_arguments(function, "positional", &missing));
    }
    for (place, name) in parameters.keyword_only.iter().enumerate() {
        if matches!(locals[wanted + place], Value::Unbound) {
            match function.keyword_defaults.iter().find(|(known, _)| known == name) {
                Some((_, default)) => locals[wanted + place] = default.clone(),
                None => missing.push(name),
            }
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing_arguments(function, "keyword-only", &missing)) }
}

fn missing_arguments(function: &Function, kind: &str, missing: &[&Rc<str>]) -> Raised {
    let names: Vec<String> = missing.iter().map(|name| format!("'{name}'")).collect();
    let list = match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, [one])) => format!("{one} and {last}"),
        Some((last, many)) => format!("{}, and {last}", many.join(", ")),
        None => String::new(),
    };
    let plural = if names.len() == 1 { "" } else { "s" };
    Raised::type_error(format!("{}() missing {} required {kind} argument{plural}: {list}", function.code.qualified, names.len()))
}

fn too_many(function: &Function, given: usize, locals: &[Value]) -> Raised {
    let parameters = &function.code.parameters;
    let most = parameters.positional.len();
    let least = most - function.defaults.len();
    let takes = if least == most { most.to_string() } else { format!("from {least} to {most}") };
    let plural = if most == 1 && least == most { "" } else { "s" };
    let keyword_given = locals[most..].iter().filter(|value| !matches!(value, Value::Unbound)).count();
    let name = &function.code.qualified;
    if keyword_given > 0 {
        let plural_given = if keyword_given == 1 { "" } else { "s" };
        let plural_positional = if given == 1 { "" } else { "s" };
        return Raised::type_error(format!(
            "{name}() takes {takes} positional argument{plural} but {given} positional argument{plural_positional} \
             (and {keyword_given} keyword-only argument{plural_given}) were given"
        ));
    }
    let were = if given == 1 { "was" } else { "were" };
    Raised::type_error(format!("{name}() takes {takes} positional argument{plural} but {given} {were} given"))
}
