//! Classes and their instances: names, bases, the order in which bases are asked, attributes.

use super::builtin::OF_VALUES;
use super::names::Names;
use super::types;
use super::value::Value;
use std::cell::Cell;
use std::cell::OnceCell;
use std::cell::RefCell;
use std::rc::Rc;

/// The built-in types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Type {
    Object,
    NoneType,
    Bool,
    Int,
    Float,
    Str,
    Bytes,
    Ellipsis,
    NotImplemented,
    List,
    Tuple,
    Dict,
    Set,
    FrozenSet,
    Range,
    Slice,
    Function,
    BuiltinFunction,
    Method,
    Property,
    StaticMethod,
    ClassMethod,
    Super,
    Type,
    Module,
    Iterator,
    Generator,
    DateTime,
    Date,
    TimeDelta,
    TimeZone,
    Enumerate,
    Zip,
    Map,
    Filter,
    Reversed,
    BaseException,
    DictKeys,
    DictValues,
    DictItems,
}

/// A class.
pub struct Class {
    /// Its name.
    pub name: Rc<str>,
    /// The module it was made in, as `repr` shows it; empty for built-in ones.
    pub module: Rc<str>,
    /// Its direct bases, `object` left out.
    pub bases: Vec<Rc<Class>>,
    /// Which classes are asked for a name after this one, in order; `object` (asked last) left out.
    pub ancestors: Vec<Rc<Class>>,
    /// Methods and class variables.
    pub attributes: RefCell<Names>,
    /// The built-in type that its instances are made of.
    pub layout: Type,
    /// Whether it is that built-in type itself.
    pub builtin: bool,
    own_equality: Cell<Option<bool>>,
}

/// An object of a class of the program.
pub struct Instance {
    /// Its class.
    pub class: Rc<Class>,
    /// What was assigned to `self.name`.
    pub attributes: RefCell<Names>,
    /// For a subclass of a built-in type: the value it stands for.
    pub payload: OnceCell<Value>,
    /// For an exception that the host raised: what it said.
    pub diagnostic: RefCell<Option<Box<crate::diag::Diagnostic>>>,
    /// A number for `id` and `repr`, in order of creation.
    pub serial: u64,
}

thread_local! {
    static SERIAL: Cell<u64> = const { Cell::new(0) };
}

impl Class {
    /// The class of a built-in type.
    #[must_use]
    pub fn of(kind: Type) -> Rc<Class> {
        types::class_of(kind)
    }

    /// A built-in class by its name, exceptions included: `Exception`, `ValueError`, `str`.
    #[must_use]
    pub fn builtin(name: &str) -> Option<Rc<Class>> {
        types::named(name)
    }

    /// A new class; `Err` says why the bases do not go together (the text of CPython's `TypeError`).
    pub fn new(name: &str, module: &str, bases: Vec<Rc<Class>>, attributes: Names) -> Result<Rc<Class>, String> {
        let bases: Vec<_> = bases.into_iter().filter(|base| !(base.builtin && base.layout == Type::Object)).collect();
        let ancestors = linearise(&bases)
            .ok_or_else(|| format!("Cannot create a consistent method resolution\norder (MRO) for bases {}", names_of(&bases)))?;
        let layout = ancestors.iter().map(|class| class.layout).find(|layout| *layout != Type::Object).unwrap_or(Type::Object);
        Ok(Rc::new(Class {
            name: Rc::from(name),
            module: Rc::from(module),
            bases,
            ancestors,
            attributes: RefCell::new(attributes),
            layout,
            builtin: false,
            own_equality: Cell::new(None),
        }))
    }

    pub(super) fn new_builtin(name: &str, bases: Vec<Rc<Class>>, layout: Type) -> Class {
        let ancestors = linearise(&bases).unwrap_or_default();
        let own_equality = Cell::new(Some(false));
        Class {
            name: Rc::from(name),
            module: Rc::from(""),
            bases,
            ancestors,
            attributes: RefCell::default(),
            layout,
            builtin: true,
            own_equality,
        }
    }

    /// The class and its ancestors, `object` last.
    pub fn order(self: &Rc<Self>) -> Vec<Rc<Class>> {
        let mut order = vec![Rc::clone(self)];
        order.extend(self.ancestors.iter().cloned());
        let object = Class::of(Type::Object);
        if !Rc::ptr_eq(self, &object) {
            order.push(object);
        }
        order
    }

    /// The attribute that instances see under a name: this class's own, or the first ancestor's.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<Value> {
        let found = self.lookup_without_object(name);
        if found.is_none() && self.layout == Type::Object && !self.builtin && OF_VALUES.contains(&name) {
            return None;
        }
        found.or_else(|| types::object_attribute(name))
    }

    /// As [`Class::lookup`], without what every object has.
    #[must_use]
    pub fn lookup_without_object(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.attributes.borrow().get(name) {
            return Some(value.clone());
        }
        self.ancestors.iter().find_map(|class| class.attributes.borrow().get(name).cloned())
    }

    /// The attribute that a class of the program (not a built-in one) gives.
    #[must_use]
    pub fn lookup_own(&self, name: &str) -> Option<Value> {
        if self.builtin {
            return None;
        }
        if let Some(value) = self.attributes.borrow().get(name) {
            return Some(value.clone());
        }
        self.ancestors.iter().filter(|class| !class.builtin).find_map(|class| class.attributes.borrow().get(name).cloned())
    }

    /// Whether it is the other class or inherits from it.
    #[must_use]
    pub fn is_subclass(&self, other: &Rc<Class>) -> bool {
        std::ptr::eq(self, Rc::as_ptr(other))
            || (other.builtin && other.layout == Type::Object)
            || self.ancestors.iter().any(|class| Rc::ptr_eq(class, other))
    }

    /// Whether it is an exception class.
    #[must_use]
    pub fn is_exception(&self) -> bool {
        self.layout == Type::BaseException
    }

    /// Sets a method or a class variable.
    pub fn set(&self, name: &str, value: Value) {
        self.own_equality.set(None);
        let old = self.attributes.borrow_mut().set(&Rc::from(name), value);
        drop(old);
    }

    /// Whether the program defines `__eq__` or `__hash__` for its instances.
    pub(super) fn has_own_equality(&self) -> bool {
        if let Some(known) = self.own_equality.get() {
            return known;
        }
        let own = self.lookup_own("__eq__").is_some() || self.lookup_own("__hash__").is_some();
        self.own_equality.set(Some(own));
        own
    }
}

impl Instance {
    /// A bare instance: no attributes, no payload.
    #[must_use]
    pub fn new(class: Rc<Class>) -> Rc<Instance> {
        let serial = SERIAL.get() + 1;
        SERIAL.set(serial);
        Rc::new(Instance { class, attributes: RefCell::default(), payload: OnceCell::new(), diagnostic: RefCell::default(), serial })
    }

    /// An attribute of its own.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value> {
        self.attributes.borrow().get(name).cloned()
    }

    /// Sets an attribute of its own.
    pub fn set(&self, name: &str, value: Value) {
        let old = self.attributes.borrow_mut().set(&Rc::from(name), value);
        drop(old);
    }
}

impl Value {
    /// A new class for the program to use and to inherit from: `bases` are classes, others are ignored.
    #[must_use]
    pub fn new_class(name: &str, module: &str, bases: &[Value]) -> Value {
        let bases = bases.iter().filter_map(|base| if let Value::Class(class) = base { Some(Rc::clone(class)) } else { None }).collect();
        Class::new(name, module, bases, Names::default()).map_or(Value::None, Value::Class)
    }
}

fn names_of(bases: &[Rc<Class>]) -> String {
    bases.iter().map(|base| &*base.name).collect::<Vec<_>>().join(", ")
}

/// C3: each class before its bases, bases in the order written.
fn linearise(bases: &[Rc<Class>]) -> Option<Vec<Rc<Class>>> {
    let mut lists: Vec<Vec<Rc<Class>>> =
        bases.iter().map(|base| std::iter::once(Rc::clone(base)).chain(base.ancestors.iter().cloned()).collect()).collect();
    lists.push(bases.to_vec());
    let mut order = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            return Some(order);
        }
        let next = lists
            .iter()
            .map(|list| &list[0])
            .find(|head| !lists.iter().any(|list| list[1..].iter().any(|class| Rc::ptr_eq(class, head))))?;
        let next = Rc::clone(next);
        for list in &mut lists {
            if Rc::ptr_eq(&list[0], &next) {
                list.remove(0);
            }
        }
        order.push(next);
    }
}
