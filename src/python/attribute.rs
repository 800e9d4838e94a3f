//! Attributes: reading, writing and deleting `object.name`; methods bound to their objects.

use super::builtin::OF_DIAGNOSTICS;
use super::class::Class;
use super::class::Instance;
use super::class::Type;
use super::function::Binding;
use super::function::Bound;
use super::function::Wrapper;
use super::host::Arguments;
use super::machine::Vm;
use super::module::Module;
use super::raised::Raised;
use super::value::Value;
use std::rc::Rc;

impl Vm<'_> {
    /// `object.name`.
    ///
    /// # Errors
    /// `AttributeError`, or what a property raised.
    pub fn attribute(&mut self, object: &Value, name: &str) -> Result<Value, Raised> {
        match self.find_attribute(object, name)? {
            Some(value) => Ok(value),
            None => Err(self.no_attribute(object, name)),
        }
    }

    /// `object.name`, or `None` where there is no such attribute.
    ///
    /// # Errors
    /// What a property raised.
    pub fn find_attribute(&mut self, object: &Value, name: &str) -> Result<Option<Value>, Raised> {
        match object {
            Value::Host(host_object) => {
                if name == "__class__" {
                    return Ok(Some(Value::Class(self.host_class(host_object.class_name()))));
                }
                let span = self.machine.span;
                match self.host.attribute(host_object, name, span) {
                    Ok(value) => Ok(Some(value)),
                    Err(raised) => Err(raised),
                }
            }
            Value::Instance(instance) => self.instance_attribute(object, instance, name),
            Value::Class(class) => self.class_attribute(class, name),
            Value::Module(module) => Ok(self.module_attribute(module, name)),
            Value::Wrapper(wrapper) => match &**wrapper {
                Wrapper::Super(after, receiver) => self.super_attribute(after, receiver, name),
                Wrapper::Property(getter, setter) => Ok(property_attribute(object, getter, setter, name)),
                Wrapper::Static(function) | Wrapper::Class(function) => self.find_attribute(function, name),
            },
            _ => {
                if let Some(value) = special_attribute(object, name) {
                    return Ok(Some(value));
                }
                match object.class().lookup(name) {
                    Some(found) => self.bind_attribute(found, object).map(Some),
                    None => Ok(None),
                }
            }
        }
    }

    /// The function behind `object.name(...)` and what to put before its arguments (`Unbound`: nothing).
    pub(super) fn method(&mut self, object: &Value, name: &str) -> Result<(Value, Value), Raised> {
        let class = match object {
            Value::Instance(instance) => {
                if instance.attributes.borrow().get(name).is_some() {
                    return Ok((self.attribute(object, name)?, Value::Unbound));
                }
                Some(Rc::clone(&instance.class))
            }
            Value::Class(_) | Value::Module(_) | Value::Wrapper(_) | Value::Host(_) | Value::Function(_) => None,
            _ => Some(object.class()),
        };
        if let Some(class) = class {
            match class.lookup(name) {
                Some(function @ Value::Function(_)) => return Ok((function, object.clone())),
                Some(Value::Builtin(builtin)) if builtin.binding == Binding::Method => {
                    return Ok((Value::Builtin(builtin), object.clone()));
                }
                _ => {}
            }
        }
        Ok((self.attribute(object, name)?, Value::Unbound))
    }

    /// The bound special method of an object of the program, as `__len__`.
    pub(super) fn method_of(&mut self, object: &Value, name: &str) -> Option<Value> {
        let Value::Instance(instance) = object else { return None };
        let found = instance.class.lookup_own(name)?;
        self.bind_attribute(found, object).ok()
    }

    fn instance_attribute(&mut self, object: &Value, instance: &Rc<Instance>, name: &str) -> Result<Option<Value>, Raised> {
        let in_class = instance.class.lookup(name);
        if let Some(Value::Wrapper(wrapper)) = &in_class
            && matches!(**wrapper, Wrapper::Property(..))
        {
            return self.bind_attribute(Value::Wrapper(Rc::clone(wrapper)), object).map(Some);
        }
        if let Some(value) = instance.get(name) {
            return Ok(Some(value));
        }
        let of_host_alone =
            OF_DIAGNOSTICS.contains(&name) && matches!(in_class, Some(Value::Builtin(_))) && instance.diagnostic.borrow().is_none();
        if let Some(found) = in_class.filter(|_| !of_host_alone) {
            return self.bind_attribute(found, object).map(Some);
        }
        match name {
            "__class__" => return Ok(Some(Value::Class(Rc::clone(&instance.class)))),
            "__dict__" => return Ok(Some(instance_dict(instance))),
            "__doc__" => return Ok(Some(Value::None)),
            "__module__" => return Ok(Some(Value::str(&*instance.class.module))),
            "__cause__" | "__context__" | "__traceback__" if instance.class.is_exception() => return Ok(Some(Value::None)),
            _ => {}
        }
        if let Some(value) = instance.payload.get().and_then(|payload| special_attribute(payload, name)) {
            return Ok(Some(value));
        }
        if let Some(getter) = instance.class.lookup_own("__getattr__") {
            return self.call_with(&getter, vec![object.clone(), Value::str(name)]).map(Some);
        }
        Ok(None)
    }

    fn class_attribute(&mut self, class: &Rc<Class>, name: &str) -> Result<Option<Value>, Raised> {
        match name {
            "__name__" => return Ok(Some(Value::str(&*class.name))),
            "__qualname__" => return Ok(Some(class.attributes.borrow().get(name).cloned().unwrap_or_else(|| Value::str(&*class.name)))),
            "__module__" => return Ok(Some(Value::str(if class.builtin { "builtins" } else { &class.module }))),
            "__class__" => return Ok(Some(Value::Class(Class::of(Type::Type)))),
            "__mro__" => return Ok(Some(Value::tuple(class.order().into_iter().map(Value::Class).collect()))),
            "__bases__" => {
                let mut bases: Vec<Value> = class.bases.iter().cloned().map(Value::Class).collect();
                if bases.is_empty() {
                    bases.push(Value::Class(Class::of(Type::Object)));
                }
                return Ok(Some(Value::tuple(bases)));
            }
            "__dict__" => {
                let names = class.attributes.borrow();
                return Ok(Some(Value::dict(names.iter().map(|(name, value)| (Value::Str(Rc::clone(name)), value.clone())))));
            }
            "__doc__" => return Ok(Some(class.attributes.borrow().get(name).cloned().unwrap_or(Value::None))),
            "mro" => {
                let order = class.order();
                return Ok(Some(Value::native("mro", move |_, _| Ok(Value::list(order.iter().cloned().map(Value::Class).collect())))));
            }
            _ => {}
        }
        let Some(found) = class.lookup(name) else { return Ok(None) };
        Ok(Some(match &found {
            Value::Wrapper(wrapper) => match &**wrapper {
                Wrapper::Static(function) => function.clone(),
                Wrapper::Class(function) => bound(function.clone(), Value::Class(Rc::clone(class))),
                _ => found,
            },
            Value::Builtin(builtin) if builtin.binding == Binding::ClassMethod => bound(found, Value::Class(Rc::clone(class))),
            _ => found,
        }))
    }

    fn super_attribute(&mut self, after: &Rc<Class>, receiver: &Value, name: &str) -> Result<Option<Value>, Raised> {
        let class = match receiver {
            Value::Class(class) => Rc::clone(class),
            other => other.class(),
        };
        let order = class.order();
        let from = order.iter().position(|class| Rc::ptr_eq(class, after)).map_or(0, |place| place + 1);
        let found = order[from..].iter().find_map(|class| class.attributes.borrow().get(name).cloned());
        match found {
            Some(found) => match (&found, receiver) {
                (Value::Function(_), Value::Class(_)) if name != "__init_subclass__" => Ok(Some(found)),
                _ => self.bind_attribute(found, receiver).map(Some),
            },
            None => Ok(None),
        }
    }

    pub(super) fn module_attribute(&mut self, module: &Rc<Module>, name: &str) -> Option<Value> {
        if let Some(value) = module.names.borrow().get(name) {
            return Some(value.clone());
        }
        if name == "__name__" {
            return Some(Value::str(&*module.name));
        }
        if let Some(value) = self.host.import(&module.name, Some(name)) {
            return Some(value);
        }
        let dotted = format!("{}.{name}", module.name);
        if let Some(known) = self.machine.modules.get(&dotted) {
            return Some(known.clone());
        }
        self.host.import(&dotted, None)
    }

    /// What a class attribute is when it is read from an instance.
    pub(super) fn bind_attribute(&mut self, found: Value, object: &Value) -> Result<Value, Raised> {
        match &found {
            Value::Function(_) | Value::Closure(_) => Ok(bound(found, object.clone())),
            Value::Builtin(builtin) => match builtin.binding {
                Binding::Method => Ok(bound(found, object.clone())),
                Binding::ClassMethod => Ok(bound(found, Value::Class(object.class()))),
                Binding::Static => Ok(found),
                Binding::Property => (builtin.run)(self, Arguments::of(vec![object.clone()])),
            },
            Value::Wrapper(wrapper) => match &**wrapper {
                Wrapper::Property(getter, _) => self.call_with(getter, vec![object.clone()]),
                Wrapper::Static(function) => Ok(function.clone()),
                Wrapper::Class(function) => {
                    let class = if let Value::Class(class) = object { Rc::clone(class) } else { object.class() };
                    Ok(bound(function.clone(), Value::Class(class)))
                }
                Wrapper::Super(..) => Ok(found),
            },
            Value::Instance(descriptor) if descriptor.class.lookup_own("__get__").is_some() => {
                let Some(getter) = descriptor.class.lookup_own("__get__") else { return Ok(found) };
                self.call_with(&getter, vec![found.clone(), object.clone(), Value::Class(object.class())])
            }
            _ => Ok(found),
        }
    }

    /// `object.name = value`.
    ///
    /// # Errors
    /// `AttributeError`, or what a setter raised.
    pub fn set_attribute(&mut self, object: &Value, name: &str, value: Value) -> Result<(), Raised> {
        match object {
            Value::Instance(instance) => {
                if let Some(setter) = instance.class.lookup_own("__setattr__") {
                    return self.call_with(&setter, vec![object.clone(), Value::str(name), value]).map(drop);
                }
                self.set_own_attribute(object, instance, name, value)
            }
            Value::Class(class) if class.builtin => {
                Err(Raised::type_error(format!("cannot set '{name}' attribute of immutable type '{}'", class.name)))
            }
            Value::Class(class) => {
                class.set(name, value);
                Ok(())
            }
            Value::Module(module) => {
                let old = module.names.borrow_mut().set(&Rc::from(name), value);
                drop(old);
                Ok(())
            }
            Value::Function(function) => {
                let old = function.attributes.borrow_mut().set(&Rc::from(name), value);
                drop(old);
                Ok(())
            }
            Value::Host(host_object) => {
                let span = self.machine.span;
                self.host.set_attribute(host_object, name, value, span)
            }
            _ => Err(self.no_attribute(object, name)),
        }
    }

    /// As `object.__setattr__` does it.
    pub(super) fn set_own_attribute(&mut self, object: &Value, instance: &Rc<Instance>, name: &str, value: Value) -> Result<(), Raised> {
        match instance.class.lookup_own(name) {
            Some(Value::Wrapper(wrapper)) => {
                if let Wrapper::Property(_, setter) = &*wrapper {
                    if setter.is_none() {
                        return Err(Raised::new(
                            "AttributeError",
                            format!("property '{name}' of '{}' object has no setter", instance.class.name),
                        ));
                    }
                    return self.call_with(setter, vec![object.clone(), value]).map(drop);
                }
            }
            Some(descriptor @ Value::Instance(_)) => {
                if let Some(setter) = self.method_of(&descriptor, "__set__") {
                    return self.call_with(&setter, vec![object.clone(), value]).map(drop);
                }
            }
            _ => {}
        }
        if let Some(slots) = instance.class.lookup_own("__slots__")
            && !slots.items().unwrap_or_default().iter().any(|slot| slot.as_str() == Some(name))
        {
            return Err(Raised::no_attribute(&instance.class.name, name));
        }
        instance.set(name, value);
        Ok(())
    }

    /// `del object.name`.
    ///
    /// # Errors
    /// `AttributeError`.
    pub fn delete_attribute(&mut self, object: &Value, name: &str) -> Result<(), Raised> {
        if let Some(deleter) = self.method_of(object, "__delattr__") {
            return self.call_with(&deleter, vec![Value::str(name)]).map(drop);
        }
        let removed = match object {
            Value::Instance(instance) => instance.attributes.borrow_mut().remove(name),
            Value::Class(class) if !class.builtin => class.attributes.borrow_mut().remove(name),
            Value::Module(module) => module.names.borrow_mut().remove(name),
            Value::Function(function) => function.attributes.borrow_mut().remove(name),
            _ => None,
        };
        removed.map(drop).ok_or_else(|| Raised::new("AttributeError", name))
    }

    /// The class that stands for host objects of a name, for `type(x)`.
    pub(super) fn host_class(&mut self, name: &str) -> Rc<Class> {
        let key = format!("class {name}");
        if let Some(Value::Class(class)) = self.machine.host_exceptions.get(&key) {
            return Rc::clone(class);
        }
        let made = Value::new_class(name, "", &[]);
        self.machine.host_exceptions.insert(key, made.clone());
        match made {
            Value::Class(class) => class,
            _ => Class::of(Type::Object),
        }
    }
}

/// A function bound to its receiver.
pub(super) fn bound(function: Value, receiver: Value) -> Value {
    Value::Bound(Rc::new(Bound { function, receiver }))
}

pub(super) fn instance_dict(instance: &Instance) -> Value {
    let names = instance.attributes.borrow();
    let hidden = |name: &str| instance.class.is_exception() && name == "args";
    Value::dict(names.iter().filter(|(name, _)| !hidden(name)).map(|(name, value)| (Value::Str(Rc::clone(name)), value.clone())))
}

fn property_attribute(object: &Value, getter: &Value, setter: &Value, name: &str) -> Option<Value> {
    let (getter, setter) = (getter.clone(), setter.clone());
    let other = move |arguments: &Arguments| arguments.positional.first().cloned().unwrap_or(Value::None);
    let made = |getter: Value, setter: Value| Value::Wrapper(Rc::new(Wrapper::Property(getter, setter)));
    match name {
        "setter" => Some(Value::native(name, move |_, arguments| Ok(made(getter.clone(), other(&arguments))))),
        "getter" => Some(Value::native(name, move |_, arguments| Ok(made(other(&arguments), setter.clone())))),
        "deleter" => {
            let object = object.clone();
            Some(Value::native(name, move |_, _| Ok(object.clone())))
        }
        "fget" => Some(getter),
        "fset" => Some(setter),
        _ => None,
    }
}

/// `__name__`, `__doc__` and the like of built-in values.
fn special_attribute(object: &Value, name: &str) -> Option<Value> {
    match (object, name) {
        (_, "__class__") => Some(Value::Class(object.class())),
        (Value::Function(function), _) => {
            if let Some(value) = function.attributes.borrow().get(name) {
                return Some(value.clone());
            }
            match name {
                "__name__" => Some(Value::str(&*function.name)),
                "__qualname__" => Some(Value::str(&*function.code.qualified)),
                "__doc__" => Some(function.code.documentation.as_ref().map_or(Value::None, |text| Value::Str(Rc::clone(text)))),
                "__module__" => Some(Value::str("__main__")),
                "__defaults__" if function.defaults.is_empty() => Some(Value::None),
                "__defaults__" => Some(Value::tuple(function.defaults.clone())),
                "__dict__" | "__annotations__" => Some(Value::dict([])),
                _ => None,
            }
        }
        (Value::Builtin(builtin), "__name__" | "__qualname__") => Some(Value::str(builtin.name)),
        (Value::Closure(closure), "__name__" | "__qualname__") => Some(Value::str(&*closure.name)),
        (Value::Bound(bound), "__self__") => Some(bound.receiver.clone()),
        (Value::Bound(bound), "__func__") => Some(bound.function.clone()),
        (Value::Bound(bound), _) => special_attribute(&bound.function, name),
        (Value::Slice(parts), "start") => Some(parts[0].clone()),
        (Value::Slice(parts), "stop") => Some(parts[1].clone()),
        (Value::Slice(parts), "step") => Some(parts[2].clone()),
        (Value::Range(range), "start") => Some(Value::Int(range.start)),
        (Value::Range(range), "stop") => Some(Value::Int(range.stop)),
        (Value::Range(range), "step") => Some(Value::Int(range.step)),
        (Value::Int(_) | Value::Big(_) | Value::Bool(_), "real" | "numerator") => Some(object.clone()),
        (Value::Int(_) | Value::Big(_) | Value::Bool(_), "imag") => Some(Value::Int(0)),
        (Value::Int(_) | Value::Big(_) | Value::Bool(_), "denominator") => Some(Value::Int(1)),
        (_, "__doc__") => Some(Value::None),
        _ => None,
    }
}
