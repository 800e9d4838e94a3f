//! Python's values: what a name may stand for. Cheap to clone; what can be changed is shared.

use super::class::Class;
use super::class::Instance;
use super::class::Type;
use super::dict::Dict;
use super::dict::Set;
use super::function::Bound;
use super::function::Builtin;
use super::function::Closure;
use super::function::Function;
use super::function::Wrapper;
use super::host::HostObject;
use super::iterator::Iter;
use super::module::Module;
use super::moment::Date;
use super::moment::DateTime;
use super::moment::TimeZone;
use super::sequence::List;
use super::sequence::Tuple;
use num_bigint::BigInt;
use std::fmt;
use std::rc::Rc;

/// A Python value.
#[derive(Clone, Default)]
pub enum Value {
    /// No value at all: a local that is not bound yet. Programs never see it.
    #[default]
    Unbound,
    /// `None`.
    None,
    /// `True`, `False`.
    Bool(bool),
    /// An `int` that fits 64 bits.
    Int(i64),
    /// An `int` that does not.
    Big(Rc<BigInt>),
    /// A `float`.
    Float(f64),
    /// A `str`.
    Str(Rc<str>),
    /// A `bytes`.
    Bytes(Rc<[u8]>),
    /// `...`.
    Ellipsis,
    /// `NotImplemented`.
    NotImplemented,
    /// A `list`.
    List(Rc<List>),
    /// A `tuple`.
    Tuple(Rc<Tuple>),
    /// A `dict`.
    Dict(Rc<Dict>),
    /// A `set` or `frozenset`.
    Set(Rc<Set>),
    /// A `range`.
    Range(Rc<Range>),
    /// A `slice`.
    Slice(Rc<[Value; 3]>),
    /// A function of the program, `def` or `lambda`.
    Function(Rc<Function>),
    /// A function of ours, as `len`.
    Builtin(&'static Builtin),
    /// A function of the host's, made with [`Value::native`].
    Closure(Rc<Closure>),
    /// A function with its `self`.
    Bound(Rc<Bound>),
    /// `property`, `staticmethod`, `classmethod`, `super()`.
    Wrapper(Rc<Wrapper>),
    /// A class, built in or of the program.
    Class(Rc<Class>),
    /// An instance of a class of the program, exceptions included.
    Instance(Rc<Instance>),
    /// A module.
    Module(Rc<Module>),
    /// An iterator or a generator.
    Iter(Rc<Iter>),
    /// `datetime.datetime`.
    DateTime(Rc<DateTime>),
    /// `datetime.date`.
    Date(Date),
    /// `datetime.timedelta`, in microseconds.
    TimeDelta(i64),
    /// `datetime.timezone`, `zoneinfo.ZoneInfo`.
    TimeZone(Rc<TimeZone>),
    /// An object that the host owns.
    Host(Rc<dyn HostObject>),
}

/// `range(start, stop, step)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first number.
    pub start: i64,
    /// Where it ends, exclusive.
    pub stop: i64,
    /// Never 0.
    pub step: i64,
}

impl Range {
    /// How many numbers it has.
    #[must_use]
    pub fn len(&self) -> usize {
        let (start, stop, step) = (i128::from(self.start), i128::from(self.stop), i128::from(self.step));
        let count = if step > 0 { (stop - start + step - 1) / step } else { (start - stop - step - 1) / -step };
        usize::try_from(count.max(0)).unwrap_or(usize::MAX)
    }

    /// Whether it has no number.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number at an index below [`Range::len`].
    #[must_use]
    pub fn at(&self, index: usize) -> i64 {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        self.start.wrapping_add(index.wrapping_mul(self.step))
    }
}

impl Value {
    /// A `str`.
    #[must_use]
    pub fn str(text: impl AsRef<str>) -> Self {
        Self::Str(Rc::from(text.as_ref()))
    }

    /// A `bytes`.
    #[must_use]
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(Rc::from(bytes))
    }

    /// A new `list`.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(List::new(items)))
    }

    /// An iterator over these items, each given once.
    #[must_use]
    pub fn iterator(items: Vec<Value>) -> Self {
        let mut items = items.into_iter();
        Iter::pull(Type::Map, move |_| Ok(items.next()))
    }

    /// A `tuple`.
    #[must_use]
    pub fn tuple(items: Vec<Value>) -> Self {
        Self::Tuple(Rc::new(Tuple::new(items)))
    }

    /// A new `dict`. The keys are values of Python's own hashable types (str, int, ...); of equal keys the last one wins.
    #[must_use]
    pub fn dict(entries: impl IntoIterator<Item = (Value, Value)>) -> Self {
        let dict = Dict::default();
        for (key, value) in entries {
            dict.set_plain(key, value);
        }
        Self::Dict(Rc::new(dict))
    }

    /// An object of the host's.
    #[must_use]
    pub fn host(object: impl HostObject + 'static) -> Self {
        Self::Host(Rc::new(object))
    }

    /// An `int` of any size.
    #[must_use]
    pub fn big(number: BigInt) -> Self {
        i64::try_from(&number).map_or_else(|_| Self::Big(Rc::new(number)), Self::Int)
    }

    /// A value from an `i128`.
    #[must_use]
    pub fn wide(number: i128) -> Self {
        i64::try_from(number).map_or_else(|_| Self::Big(Rc::new(BigInt::from(number))), Self::Int)
    }

    /// Whether it is `None`.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The text of a `str`.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => self.payload_ref().and_then(Value::as_str),
        }
    }

    /// The number of a `bool` or an `int` that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Bool(truth) => Some(i64::from(*truth)),
            Self::Int(number) => Some(*number),
            _ => self.payload_ref().and_then(Value::as_i64),
        }
    }

    /// The number of a `bool`, `int` or `float`.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            Self::Big(number) => Some(super::number::big_to_f64(number)),
            Self::Instance(_) => self.payload_ref().and_then(Value::as_f64),
            #[allow(clippy::cast_precision_loss)]
            _ => self.as_i64().map(|number| number as f64),
        }
    }

    /// The truth of a `bool`.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The items of a `list`, `tuple`, `set` or `frozenset` (subclasses such as named tuples included).
    #[must_use]
    pub fn items(&self) -> Option<Vec<Value>> {
        match self {
            Self::List(list) => Some(list.items()),
            Self::Tuple(tuple) => Some(tuple.to_vec()),
            Self::Set(set) => Some(set.items()),
            _ => self.payload_ref().and_then(Value::items),
        }
    }

    /// The entries of a `dict` in order.
    #[must_use]
    pub fn entries(&self) -> Option<Vec<(Value, Value)>> {
        match self {
            Self::Dict(dict) => Some(dict.entries()),
            _ => self.payload_ref().and_then(Value::entries),
        }
    }

    /// The host's own object behind it, if it is one of type `T`.
    #[must_use]
    pub fn as_host<T: 'static>(&self) -> Option<&T> {
        match self {
            Self::Host(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// Whether it can be called: function, method, class. Host objects are said to be callable.
    #[must_use]
    pub fn is_callable(&self) -> bool {
        match self {
            Self::Function(_) | Self::Builtin(_) | Self::Closure(_) | Self::Bound(_) | Self::Class(_) | Self::Host(_) => true,
            Self::Instance(instance) => instance.class.lookup("__call__").is_some(),
            _ => false,
        }
    }

    /// The name of its class, as `type(x).__name__`.
    #[must_use]
    pub fn type_name(&self) -> String {
        match self {
            Self::Host(object) => object.class_name().to_owned(),
            _ => self.class().name.to_string(),
        }
    }

    /// Its class. Host objects have the class `object` here; ask [`Value::type_name`] for their name.
    #[must_use]
    pub fn class(&self) -> Rc<Class> {
        match self {
            Self::Instance(instance) => Rc::clone(&instance.class),
            _ => Class::of(self.kind()),
        }
    }

    /// Whether it is an instance of the class (of its subclasses too).
    #[must_use]
    pub fn is_instance(&self, class: &Rc<Class>) -> bool {
        match self {
            Self::Host(object) => {
                let is_object = class.builtin && class.layout == Type::Object;
                is_object || object.class_name() == &*class.name || object.base_names().contains(&&*class.name)
            }
            _ => self.class().is_subclass(class),
        }
    }

    /// What an instance holds in its own attributes under this name: `self.name = ...`.
    #[must_use]
    pub fn own_attribute(&self, name: &str) -> Option<Value> {
        match self {
            Self::Instance(instance) => instance.attributes.borrow().get(name).cloned(),
            Self::Class(class) => class.lookup(name),
            Self::Module(module) => module.names.borrow().get(name).cloned(),
            _ => None,
        }
    }

    /// The value that an instance of a subclass of a built-in type stands for: the `dict` of a `Counter`.
    #[must_use]
    pub(super) fn payload_ref(&self) -> Option<&Value> {
        match self {
            Self::Instance(instance) => instance.payload.get(),
            _ => None,
        }
    }

    /// The built-in value: the payload of an instance that has one, otherwise itself.
    #[must_use]
    pub(super) fn plain(&self) -> &Value {
        self.payload_ref().unwrap_or(self)
    }

    /// Whether both are the same object (`is`).
    #[must_use]
    pub fn is(&self, other: &Value) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => Rc::ptr_eq(a, b),
            (Self::Tuple(a), Self::Tuple(b)) => Rc::ptr_eq(a, b) || (a.is_empty() && b.is_empty()),
            (Self::Dict(a), Self::Dict(b)) => Rc::ptr_eq(a, b),
            (Self::Set(a), Self::Set(b)) => Rc::ptr_eq(a, b),
            (Self::Function(a), Self::Function(b)) => Rc::ptr_eq(a, b),
            (Self::Builtin(a), Self::Builtin(b)) => std::ptr::eq(*a, *b),
            (Self::Closure(a), Self::Closure(b)) => Rc::ptr_eq(a, b),
            (Self::Bound(a), Self::Bound(b)) => Rc::ptr_eq(a, b),
            (Self::Wrapper(a), Self::Wrapper(b)) => Rc::ptr_eq(a, b),
            (Self::Class(a), Self::Class(b)) => Rc::ptr_eq(a, b),
            (Self::Instance(a), Self::Instance(b)) => Rc::ptr_eq(a, b),
            (Self::Module(a), Self::Module(b)) => Rc::ptr_eq(a, b),
            (Self::Iter(a), Self::Iter(b)) => Rc::ptr_eq(a, b),
            (Self::Host(a), Self::Host(b)) => std::ptr::addr_eq(Rc::as_ptr(a), Rc::as_ptr(b)),
            (Self::Slice(a), Self::Slice(b)) => Rc::ptr_eq(a, b),
            (Self::DateTime(a), Self::DateTime(b)) => Rc::ptr_eq(a, b),
            (Self::TimeZone(a), Self::TimeZone(b)) => Rc::ptr_eq(a, b) || a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::None, Self::None) | (Self::Ellipsis, Self::Ellipsis) | (Self::NotImplemented, Self::NotImplemented) => true,
            _ => false,
        }
    }

    /// The built-in type behind the value.
    pub(super) fn kind(&self) -> Type {
        match self {
            Self::None | Self::Unbound => Type::NoneType,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) | Self::Big(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Str(_) => Type::Str,
            Self::Bytes(_) => Type::Bytes,
            Self::Ellipsis => Type::Ellipsis,
            Self::NotImplemented => Type::NotImplemented,
            Self::List(_) => Type::List,
            Self::Tuple(_) => Type::Tuple,
            Self::Dict(_) => Type::Dict,
            Self::Set(set) => {
                if set.frozen {
                    Type::FrozenSet
                } else {
                    Type::Set
                }
            }
            Self::Range(_) => Type::Range,
            Self::Slice(_) => Type::Slice,
            Self::Function(_) => Type::Function,
            Self::Builtin(_) | Self::Closure(_) => Type::BuiltinFunction,
            Self::Bound(_) => Type::Method,
            Self::Wrapper(wrapper) => wrapper.kind(),
            Self::Class(_) => Type::Type,
            Self::Instance(_) | Self::Host(_) => Type::Object,
            Self::Module(_) => Type::Module,
            Self::Iter(iter) => iter.kind(),
            Self::DateTime(_) => Type::DateTime,
            Self::Date(_) => Type::Date,
            Self::TimeDelta(_) => Type::TimeDelta,
            Self::TimeZone(_) => Type::TimeZone,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::str(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::str(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

/// Short, for our own messages: containers and objects by their type alone.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Str(value) => write!(f, "{value:?}"),
            Self::Unbound => f.write_str("<unbound>"),
            _ => write!(f, "<{}>", self.type_name()),
        }
    }
}
