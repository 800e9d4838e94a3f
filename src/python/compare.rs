//! Equality, order and hashes of Python's own types, where no code of the program is needed.

use super::number;
use super::value::Value;
use std::cmp::Ordering;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::rc::Rc;

/// Whether two values are equal; `None` where only the program's or the host's code can say (an instance is involved).
/// Containers are compared by the machine, as their items may be instances.
pub(super) fn plain_equal(left: &Value, right: &Value) -> Option<bool> {
    plain_equal_at(left, right, 0)
}

/// Tuples in tuples deeper than this are left to the machine, which counts its levels and refuses.
const LEVELS: u32 = 100;

fn plain_equal_at(left: &Value, right: &Value, level: u32) -> Option<bool> {
    if level > LEVELS {
        return None;
    }
    let (left, right) = (left.plain_key()?, right.plain_key()?);
    Some(match (left, right) {
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Tuple(a), Value::Tuple(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            for (a, b) in a.iter().zip(b.iter()) {
                if !a.is(b) && !plain_equal_at(a, b, level + 1)? {
                    return Some(false);
                }
            }
            true
        }
        (Value::Range(a), Value::Range(b)) => a == b,
        (Value::DateTime(a), Value::DateTime(b)) => a.same(b),
        (Value::Date(a), Value::Date(b)) => a == b,
        (Value::TimeDelta(a), Value::TimeDelta(b)) => a == b,
        (Value::TimeZone(a), Value::TimeZone(b)) => a == b,
        (Value::Bound(a), Value::Bound(b)) => a.receiver.is(&b.receiver) && a.function.is(&b.function),
        (a, b) if is_number(a) && is_number(b) => number::compare(a, b) == Some(Ordering::Equal),
        (a, b) => a.is(b),
    })
}

/// The hash of a value of Python's own immutable types; `None` where it is unhashable or only the program's code can say.
pub(super) fn plain_hash(value: &Value) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    hash_into(value, &mut hasher, 0)?;
    Some(hasher.finish())
}

pub(super) fn is_number(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::Big(_) | Value::Float(_))
}

fn hash_into(value: &Value, hasher: &mut DefaultHasher, level: u32) -> Option<()> {
    if level > LEVELS {
        return None;
    }
    match value.plain_key()? {
        Value::Str(text) => (0u8, &**text).hash(hasher),
        Value::Bool(truth) => (1u8, i64::from(*truth)).hash(hasher),
        Value::Int(number) => (1u8, *number).hash(hasher),
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::float_cmp)]
        Value::Float(number) if *number as i64 as f64 == *number => (1u8, *number as i64).hash(hasher),
        Value::Float(number) => (2u8, number.to_bits()).hash(hasher),
        Value::Big(number) => (3u8, number).hash(hasher),
        Value::Bytes(bytes) => (4u8, bytes).hash(hasher),
        Value::None => 5u8.hash(hasher),
        Value::Tuple(items) => {
            (6u8, items.len()).hash(hasher);
            for item in items.iter() {
                hash_into(item, hasher, level + 1)?;
            }
        }
        Value::Range(range) => (7u8, range.start, range.stop, range.step).hash(hasher),
        Value::DateTime(moment) => (8u8, moment.instant_us()).hash(hasher),
        Value::Date(date) => (9u8, date.days).hash(hasher),
        Value::TimeDelta(micros) => (10u8, micros).hash(hasher),
        Value::Ellipsis => 11u8.hash(hasher),
        Value::Set(set) if set.frozen => {
            let hashes = set.members.hashed().iter().fold(0u64, |sum, (hash, ..)| sum.wrapping_add(*hash));
            (12u8, hashes).hash(hasher);
        }
        Value::Function(function) => address(Rc::as_ptr(function).cast(), hasher),
        Value::Builtin(builtin) => address(std::ptr::from_ref(*builtin).cast(), hasher),
        Value::Closure(closure) => address(Rc::as_ptr(closure).cast(), hasher),
        Value::Bound(bound) => address(Rc::as_ptr(bound).cast(), hasher),
        Value::Class(class) => address(Rc::as_ptr(class).cast(), hasher),
        Value::Module(module) => address(Rc::as_ptr(module).cast(), hasher),
        Value::Iter(iter) => address(Rc::as_ptr(iter).cast(), hasher),
        Value::Wrapper(wrapper) => address(Rc::as_ptr(wrapper).cast(), hasher),
        Value::Host(object) => address(Rc::as_ptr(object).cast(), hasher),
        Value::TimeZone(zone) => zone.name().hash(hasher),
        Value::NotImplemented => 14u8.hash(hasher),
        _ => return None,
    }
    Some(())
}

fn address(pointer: *const (), hasher: &mut DefaultHasher) {
    (13u8, pointer as usize).hash(hasher);
}

impl Value {
    /// The value as a key that needs no program code: itself, or its payload where its class has no `__eq__` and no `__hash__` of its own.
    fn plain_key(&self) -> Option<&Value> {
        match self {
            Value::Instance(instance) if instance.class.has_own_equality() => None,
            Value::Instance(_) => self.payload_ref(),
            Value::List(_) | Value::Dict(_) => None,
            Value::Set(set) if !set.frozen => None,
            _ => Some(self),
        }
    }
}
