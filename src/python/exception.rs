//! Exceptions: made into objects, raised, matched, told to the learner.

use super::class::Class;
use super::class::Instance;
use super::code::Op;
use super::frame::Frame;
use super::frame::Handler;
use super::machine::Vm;
use super::raised::Place;
use super::raised::Raised;
use super::raised::What;
use super::raised::diagnostic_class;
use super::run::Step;
use super::run::Stepped;
use super::value::Value;
use crate::diag::Diagnostic;
use crate::diag::Span;
use std::rc::Rc;

impl Vm<'_> {
    pub(super) fn step_exception(&mut self, op: Op) -> Stepped {
        self.mark();
        let frame = self.frame();
        match op {
            Op::PushHandler(target) => {
                let handler = Handler { target: target as usize, stack: frame.stack.len(), exceptions: frame.exceptions.len() };
                frame.handlers.push(handler);
            }
            Op::PopHandler => drop(frame.handlers.pop()),
            Op::PopException => drop(frame.exceptions.pop()),
            Op::LoadException => {
                let exception = self.current_exception().unwrap_or(Value::None);
                self.frame().push(exception);
            }
            Op::MatchException => {
                let wanted = frame.pop();
                let exception = self.current_exception().unwrap_or(Value::None);
                let matches = self.exception_matches(&exception, &wanted)?;
                self.frame().push(Value::Bool(matches));
            }
            Op::Reraise => match frame.exceptions.pop() {
                Some(raised) => return Err(raised),
                None => unreachable!("there is no exception to raise again"),
            },
            Op::Raise(0) => {
                let last = self.machine.frames.iter_mut().rev().find_map(|frame| frame.exceptions.pop());
                return Err(last.unwrap_or_else(|| Raised::new("RuntimeError", "No active exception to reraise")));
            }
            Op::Raise(given) => {
                let cause = (given == 2).then(|| frame.pop());
                let raised = frame.pop();
                return Err(self.raise(&raised, cause));
            }
            Op::AssertFailed(message) => {
                let message = if message { vec![frame.pop()] } else { Vec::new() };
                let Some(class) = Class::builtin("AssertionError") else { unreachable!("AssertionError is built in") };
                return Err(Raised::instance(new_exception(class, message)));
            }
            _ => unreachable!("not an instruction on exceptions"),
        }
        Ok(Step::Next)
    }

    fn raise(&mut self, value: &Value, cause: Option<Value>) -> Raised {
        let instance = match value {
            Value::Instance(instance) if instance.class.is_exception() => Rc::clone(instance),
            Value::Class(class) if class.is_exception() => match self.call(value, super::host::Arguments::default()) {
                Ok(Value::Instance(instance)) => instance,
                Ok(_) => return Raised::type_error("exceptions must derive from BaseException"),
                Err(raised) => return raised,
            },
            _ => return Raised::type_error("exceptions must derive from BaseException"),
        };
        if let Some(cause) = cause {
            let cause = match &cause {
                Value::Class(class) if class.is_exception() => Value::Instance(new_exception(Rc::clone(class), Vec::new())),
                _ => cause,
            };
            instance.set("__cause__", cause);
        }
        if let Some(context) = self.current_exception()
            && !context.is(&Value::Instance(Rc::clone(&instance)))
        {
            instance.set("__context__", context);
        }
        Raised::instance(instance)
    }

    /// The exception that the innermost `except` or `finally` is at work on, as an object.
    pub(super) fn current_exception(&mut self) -> Option<Value> {
        let place = self.machine.frames.iter().rposition(|frame| !frame.exceptions.is_empty())?;
        let mut raised = self.machine.frames[place].exceptions.pop()?;
        let exception = self.exception_object(&mut raised);
        self.machine.frames[place].exceptions.push(raised);
        Some(exception)
    }

    /// The object of a raised exception; made now if nobody has needed it before.
    pub fn exception_object(&mut self, raised: &mut Raised) -> Value {
        let instance = match raised.what() {
            What::Instance(instance) => return Value::Instance(Rc::clone(instance)),
            What::Named(class, message) => new_exception(builtin_exception(class), vec![Value::from(message.clone())]),
            What::Argument(class, argument) => new_exception(builtin_exception(class), vec![argument.clone()]),
            What::Stopped(message) => new_exception(builtin_exception("RuntimeError"), vec![Value::from(message.clone())]),
            What::Diagnostic(diagnostic) => {
                let diagnostic = diagnostic.clone();
                let class = self.class_of_diagnostic(&diagnostic);
                let instance = new_exception(class, vec![Value::str(&diagnostic.message)]);
                *instance.diagnostic.borrow_mut() = Some(diagnostic);
                instance
            }
        };
        raised.set_what(What::Instance(Rc::clone(&instance)));
        Value::Instance(instance)
    }

    fn class_of_diagnostic(&mut self, diagnostic: &Diagnostic) -> Rc<Class> {
        let name = diagnostic.class.to_string();
        if let Some(class) = Class::builtin(&name)
            && class.is_exception()
        {
            return class;
        }
        let known = self.host.exception_class(&name).or_else(|| self.machine.host_exceptions.get(&name).cloned());
        if let Some(Value::Class(class)) = known {
            return class;
        }
        let made = Value::new_class(&name, "", &[Value::Class(builtin_exception("Exception"))]);
        self.machine.host_exceptions.insert(name, made.clone());
        match made {
            Value::Class(class) => class,
            _ => builtin_exception("Exception"),
        }
    }

    /// A tuple of classes may be given, but, as in CPython, no tuple of tuples.
    fn exception_matches(&mut self, exception: &Value, wanted: &Value) -> Result<bool, Raised> {
        let classes = if let Value::Tuple(classes) = wanted { &classes[..] } else { std::slice::from_ref(wanted) };
        let mut found = false;
        for class in classes {
            match class {
                Value::Class(class) if class.is_exception() => found |= exception.is_instance(class),
                _ => return Err(Raised::type_error("catching classes that do not inherit from BaseException is not allowed")),
            }
        }
        Ok(found)
    }

    /// What to tell the learner of an exception that nothing caught.
    pub fn diagnostic(&mut self, raised: &Raised) -> Box<Diagnostic> {
        let mut diagnostic = match raised.what() {
            What::Instance(instance) if instance.diagnostic.borrow().is_none() => {
                let text = self.str(&Value::Instance(Rc::clone(instance)));
                Diagnostic::plain(diagnostic_class(&instance.class.name), text.unwrap_or_default())
            }
            What::Argument(class, argument) => {
                let text = self.repr(argument).unwrap_or_default();
                Diagnostic::plain(diagnostic_class(class), text)
            }
            _ => raised.diagnostic(),
        };
        if let Some(span) = raised.span() {
            diagnostic = diagnostic.at(span);
        }
        diagnostic.hints.extend(raised.hints().iter().cloned());
        diagnostic
    }

    /// Whether it is a `SystemExit` that says all is well.
    pub(super) fn is_clean_exit(&mut self, raised: &Raised) -> bool {
        let What::Instance(instance) = raised.what() else { return false };
        let exit = instance.class.is_subclass(&builtin_exception("SystemExit"));
        let code = instance.get("args").and_then(|arguments| arguments.items()).unwrap_or_default();
        exit && code.first().is_none_or(|code| code.is_none() || code.as_i64() == Some(0))
    }
}

/// A new exception object.
pub(super) fn new_exception(class: Rc<Class>, arguments: Vec<Value>) -> Rc<Instance> {
    let instance = Instance::new(class);
    instance.set("args", Value::tuple(arguments));
    instance
}

fn builtin_exception(name: &str) -> Rc<Class> {
    match Class::builtin(name) {
        Some(class) => class,
        None => unreachable!("an exception class that is not built in: {name}"),
    }
}

impl Frame {
    /// Where it is.
    pub(super) fn place(&self) -> (Rc<str>, Span) {
        let span = self.code.spans[self.at.saturating_sub(1).min(self.code.spans.len() - 1)];
        (Rc::clone(&self.code.name), span)
    }

    pub(super) fn unbound_local(&self, place: u32) -> Raised {
        let name = &self.code.locals[place as usize];
        Raised::new("UnboundLocalError", format!("cannot access local variable '{name}' where it is not associated with a value"))
    }

    pub(super) fn unbound_cell(&self, place: u32) -> Raised {
        let name = &self.code.cells[place as usize];
        if (place as usize) < self.code.cells.len() - self.code.captures.len() {
            return self.unbound_named(name);
        }
        Raised::new("NameError", format!("cannot access free variable '{name}' where it is not associated with a value in enclosing scope"))
    }

    fn unbound_named(&self, name: &str) -> Raised {
        Raised::new("UnboundLocalError", format!("cannot access local variable '{name}' where it is not associated with a value"))
    }

    /// The line of a place in the frame's code.
    pub(super) fn line(&self, span: Span) -> u32 {
        self.code.lines.line(span.start)
    }
}

impl Raised {
    /// It went out of a frame, or into one of its handlers.
    pub(super) fn passed_frame(&mut self, frame: &Frame) {
        let (function, span) = frame.place();
        if !frame.code.lines.own && span.end > 0 {
            self.passed(Place { line: frame.line(span), function, span });
        }
    }
}
