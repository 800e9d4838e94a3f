//! Items: `object[key]` in all its forms, and what dicts and sets need of the machine: hashing and equality of any key.

use super::class::Type;
use super::compare::plain_hash;
use super::dict::Dict;
use super::dict::Set;
use super::machine::Vm;
use super::operate::bounded;
use super::raised::Raised;
use super::value::Range;
use super::value::Value;
use ruff_python_ast::Operator;
use std::rc::Rc;

impl Vm<'_> {
    /// `object[key]`.
    ///
    /// # Errors
    /// `KeyError`, `IndexError`, `TypeError`, or what `__getitem__` raised.
    pub fn item(&mut self, object: &Value, key: &Value) -> Result<Value, Raised> {
        match object {
            Value::Host(_) => {
                let span = self.machine.span;
                return match self.host.operator("[]", object, key, span) {
                    Some(result) => result,
                    None => Err(not_subscriptable(object)),
                };
            }
            Value::Instance(instance) => {
                if let Some(method) = self.method_of(object, "__getitem__") {
                    return self.call_with(&method, vec![key.clone()]);
                }
                if let (Some(Value::Dict(dict)), Some(_)) = (instance.payload.get(), instance.class.lookup_own("__missing__")) {
                    let dict = Rc::clone(dict);
                    if let Some(value) = self.dict_get(&dict, key)? {
                        return Ok(value);
                    }
                    let Some(missing) = self.method_of(object, "__missing__") else { return Err(Raised::key_error(key.clone())) };
                    return self.call_with(&missing, vec![key.clone()]);
                }
            }
            Value::Class(class) => {
                if let Some(members) = class.members() {
                    return members.get_plain(key).ok_or_else(|| Raised::key_error(key.clone()));
                }
                if let Some(Value::Wrapper(_) | Value::Function(_)) = class.lookup_own("__class_getitem__") {
                    let method = self.attribute(object, "__class_getitem__")?;
                    return self.call_with(&method, vec![key.clone()]);
                }
                // `list[int]`, `Generic[T]`: the class itself stands for it.
                return Ok(object.clone());
            }
            _ => {}
        }
        self.plain_item(object, key)
    }

    fn plain_item(&mut self, object: &Value, key: &Value) -> Result<Value, Raised> {
        let plain = object.plain();
        if let Value::Slice(parts) = key {
            return self.slice_of(object, plain, parts);
        }
        match plain {
            Value::Dict(dict) => {
                let dict = Rc::clone(dict);
                match self.dict_get(&dict, key)? {
                    Some(value) => Ok(value),
                    None => Err(Raised::key_error(key.clone())),
                }
            }
            Value::List(list) => {
                let index = self.index_of(key, "list indices must be integers or slices")?;
                let place = place_of(index, list.len(), "list index out of range")?;
                Ok(list.get(place).unwrap_or_default())
            }
            Value::Tuple(tuple) => {
                let index = self.index_of(key, "tuple indices must be integers or slices")?;
                Ok(tuple[place_of(index, tuple.len(), "tuple index out of range")?].clone())
            }
            Value::Str(text) => {
                let index = self.index_of(key, "string indices must be integers")?;
                char_at(text, index)
            }
            Value::Bytes(bytes) => {
                let index = self.index_of(key, "byte indices must be integers or slices")?;
                Ok(Value::Int(i64::from(bytes[place_of(index, bytes.len(), "index out of range")?])))
            }
            Value::Range(range) => {
                let index = self.index_of(key, "range indices must be integers or slices")?;
                Ok(Value::Int(range.at(place_of(index, range.len(), "range object index out of range")?)))
            }
            _ => Err(not_subscriptable(object)),
        }
    }

    /// An index as an integer: `int`, `bool`, or what `__index__` says.
    fn index_of(&mut self, key: &Value, message: &str) -> Result<i64, Raised> {
        if let Some(index) = key.as_i64() {
            return Ok(index);
        }
        if let Some(method) = self.method_of(key, "__index__")
            && let Some(index) = self.call_with(&method, Vec::new())?.as_i64()
        {
            return Ok(index);
        }
        if matches!(key, Value::Big(_)) {
            return Err(Raised::new("IndexError", "cannot fit 'int' into an index-sized integer"));
        }
        let sep = if message.starts_with("string") { ", not '" } else { ", not " };
        let end = if message.starts_with("string") { "'" } else { "" };
        Err(Raised::type_error(format!("{message}{sep}{}{end}", key.type_name())))
    }

    fn slice_of(&mut self, object: &Value, plain: &Value, parts: &[Value; 3]) -> Result<Value, Raised> {
        let length = match plain {
            Value::List(list) => list.len(),
            Value::Tuple(tuple) => tuple.len(),
            Value::Str(text) => text.chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Range(range) => range.len(),
            Value::Dict(_) => return Err(Raised::type_error("unhashable type: 'slice'")),
            _ => return Err(not_subscriptable(object)),
        };
        let bounds = slice_bounds(parts, length)?;
        self.spend((bounds.len() / 16) as u64)?;
        let places = || (0..bounds.len()).map(|index| usize::try_from(bounds.at(index)).unwrap_or(0));
        Ok(match plain {
            Value::List(list) => {
                let items = list.items();
                Value::list(places().map(|place| items[place].clone()).collect())
            }
            Value::Tuple(tuple) => Value::tuple(places().map(|place| tuple[place].clone()).collect()),
            Value::Str(text) if text.is_ascii() => {
                let bytes = text.as_bytes();
                Value::from(places().map(|place| char::from(bytes[place])).collect::<String>())
            }
            Value::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                Value::from(places().map(|place| chars[place]).collect::<String>())
            }
            Value::Bytes(bytes) => Value::bytes(&places().map(|place| bytes[place]).collect::<Vec<u8>>()),
            Value::Range(range) => {
                let start = range.start + bounds.start * range.step;
                let step = range.step * bounds.step;
                let stop = start + i64::try_from(bounds.len()).unwrap_or(0) * step;
                Value::Range(Rc::new(Range { start, stop, step }))
            }
            _ => Value::None,
        })
    }

    /// `object[key] = value`.
    ///
    /// # Errors
    /// `IndexError`, `TypeError`, or what `__setitem__` raised.
    pub fn set_item(&mut self, object: &Value, key: &Value, value: Value) -> Result<(), Raised> {
        if let Value::Host(host_object) = object {
            let span = self.machine.span;
            return self.host.set_item(host_object, key, value, span);
        }
        if let Some(method) = self.method_of(object, "__setitem__") {
            return self.call_with(&method, vec![key.clone(), value]).map(drop);
        }
        self.set_plain_item(object, key, value)
    }

    pub(super) fn set_plain_item(&mut self, object: &Value, key: &Value, value: Value) -> Result<(), Raised> {
        match object.plain() {
            Value::Dict(dict) => {
                let dict = Rc::clone(dict);
                self.dict_set(&dict, key.clone(), value)
            }
            Value::List(list) => {
                let list = Rc::clone(list);
                if let Value::Slice(parts) = key {
                    let items = self.iterate(&value)?;
                    let bounds = slice_bounds(parts, list.len())?;
                    return set_slice(&list, &bounds, items);
                }
                let index = self.index_of(key, "list indices must be integers or slices")?;
                let place = place_of(index, list.len(), "list assignment index out of range")?;
                let old = list.change(|items| std::mem::replace(&mut items[place], value));
                drop(old);
                Ok(())
            }
            _ => Err(Raised::type_error(format!("'{}' object does not support item assignment", object.type_name()))),
        }
    }

    /// `del object[key]`.
    ///
    /// # Errors
    /// `KeyError`, `IndexError`, `TypeError`, or what `__delitem__` raised.
    pub fn delete_item(&mut self, object: &Value, key: &Value) -> Result<(), Raised> {
        if let Some(method) = self.method_of(object, "__delitem__") {
            return self.call_with(&method, vec![key.clone()]).map(drop);
        }
        match object.plain() {
            Value::Dict(dict) => {
                let dict = Rc::clone(dict);
                match self.dict_find(&dict, key)? {
                    Some(place) => drop(dict.remove_at(place)),
                    None => return Err(Raised::key_error(key.clone())),
                }
                Ok(())
            }
            Value::List(list) => {
                let list = Rc::clone(list);
                if let Value::Slice(parts) = key {
                    let bounds = slice_bounds(parts, list.len())?;
                    let gone: std::collections::BTreeSet<usize> =
                        (0..bounds.len()).filter_map(|index| usize::try_from(bounds.at(index)).ok()).collect();
                    let kept =
                        list.items().into_iter().enumerate().filter(|(place, _)| !gone.contains(place)).map(|(_, item)| item).collect();
                    list.replace(kept);
                    return Ok(());
                }
                let index = self.index_of(key, "list indices must be integers or slices")?;
                let place = place_of(index, list.len(), "list assignment index out of range")?;
                let old = list.change(|items| items.remove(place));
                drop(old);
                Ok(())
            }
            _ => Err(Raised::type_error(format!("'{}' object doesn't support item deletion", object.type_name()))),
        }
    }

    /// The place of a key in a dict.
    pub(super) fn dict_find(&mut self, dict: &Dict, key: &Value) -> Result<Option<usize>, Raised> {
        if let Some(hash) = plain_hash(key) {
            if let Some(place) = dict.find_plain(hash, key) {
                return Ok(Some(place));
            }
            if !matches!(key, Value::Tuple(_) | Value::Set(_)) {
                return self.find_among_instances(dict, hash, key);
            }
        }
        let hash = self.hash(key)?;
        for (place, candidate) in dict.candidates(hash) {
            if candidate.is(key) || self.equal(&candidate, key)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// A plain key may equal an instance of the program's with the same hash.
    fn find_among_instances(&mut self, dict: &Dict, hash: u64, key: &Value) -> Result<Option<usize>, Raised> {
        for (place, candidate) in dict.candidates(hash) {
            if matches!(candidate, Value::Instance(_)) && self.equal(&candidate, key)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// The value under a key.
    ///
    /// # Errors
    /// `TypeError` where the key is unhashable.
    pub fn dict_get(&mut self, dict: &Dict, key: &Value) -> Result<Option<Value>, Raised> {
        Ok(self.dict_find(dict, key)?.and_then(|place| dict.value_at(place)))
    }

    /// Puts an entry.
    ///
    /// # Errors
    /// `TypeError` where the key is unhashable.
    pub fn dict_set(&mut self, dict: &Dict, key: Value, value: Value) -> Result<(), Raised> {
        match self.dict_find(dict, &key)? {
            Some(place) => drop(dict.replace_value(place, value)),
            None => {
                bounded(dict.len())?;
                let hash = self.hash(&key)?;
                dict.append(hash, key, value);
            }
        }
        Ok(())
    }

    /// `dict.update(other)`: a mapping, or pairs.
    pub(super) fn dict_update(&mut self, dict: &Dict, other: &Value) -> Result<(), Raised> {
        if let Some(entries) = other.entries() {
            for (key, value) in entries {
                self.dict_set(dict, key, value)?;
            }
            return Ok(());
        }
        if let Some(keys) = self.method_of(other, "keys") {
            let keys = self.call_with(&keys, Vec::new())?;
            for key in self.iterate(&keys)? {
                let value = self.item(other, &key)?;
                self.dict_set(dict, key, value)?;
            }
            return Ok(());
        }
        for (place, pair) in self.iterate(other)?.into_iter().enumerate() {
            if !self.is_iterable(&pair) {
                return Err(Raised::type_error(format!("cannot convert dictionary update sequence element #{place} to a sequence")));
            }
            let parts = self.iterate(&pair)?;
            let [key, value] = &parts[..] else {
                return Err(Raised::value_error(format!(
                    "dictionary update sequence element #{place} has length {}; 2 is required",
                    parts.len()
                )));
            };
            self.dict_set(dict, key.clone(), value.clone())?;
        }
        Ok(())
    }

    /// `set.add(item)`.
    pub(super) fn set_add(&mut self, set: &Set, item: Value) -> Result<(), Raised> {
        if self.dict_find(&set.members, &item)?.is_none() {
            bounded(set.len())?;
            let hash = self.hash(&item)?;
            set.members.append(hash, item, Value::None);
        }
        Ok(())
    }

    /// A set of the items of anything iterable.
    pub(super) fn make_set(&mut self, items: &Value, frozen: bool) -> Result<Value, Raised> {
        let set = Set { members: Dict::default(), frozen };
        let iterator = self.iterator(items)?;
        while let Some(item) = self.next(&iterator)? {
            self.set_add(&set, item)?;
        }
        Ok(Value::Set(Rc::new(set)))
    }

    pub(super) fn set_binary(&mut self, operator: Operator, left: &Value, right: &Value) -> Result<Value, Raised> {
        let frozen = left.kind() == Type::FrozenSet;
        let (Value::Set(a), Value::Set(b)) = (self.make_set(left, frozen)?, self.make_set(right, false)?) else { return Ok(Value::None) };
        let result = Set { members: Dict::default(), frozen };
        for item in a.items() {
            let in_both = self.dict_find(&b.members, &item)?.is_some();
            if operator == Operator::BitOr || in_both == (operator == Operator::BitAnd) {
                self.set_add(&result, item)?;
            }
        }
        if matches!(operator, Operator::BitOr | Operator::BitXor) {
            for item in b.items() {
                if operator == Operator::BitOr || self.dict_find(&a.members, &item)?.is_none() {
                    self.set_add(&result, item)?;
                }
            }
        }
        Ok(Value::Set(Rc::new(result)))
    }

    pub(super) fn is_subset(&mut self, small: &Set, large: &Set) -> Result<bool, Raised> {
        for item in small.items() {
            if self.dict_find(&large.members, &item)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn not_subscriptable(object: &Value) -> Raised {
    let raised = Raised::type_error(format!("'{}' object is not subscriptable", object.type_name()));
    if object.is_callable() && !matches!(object, Value::Host(_)) {
        return raised.hint("Square brackets take an item out of something. To call a function use round ones: f(x).", None);
    }
    raised
}

/// The place that an index, perhaps negative, means.
pub(super) fn place_of(index: i64, length: usize, message: &str) -> Result<usize, Raised> {
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let place = if index < 0 { index.saturating_add(signed) } else { index };
    match usize::try_from(place) {
        Ok(place) if place < length => Ok(place),
        _ => Err(Raised::new("IndexError", message)),
    }
}

fn char_at(text: &str, index: i64) -> Result<Value, Raised> {
    if text.is_ascii() {
        let place = place_of(index, text.len(), "string index out of range")?;
        return Ok(Value::str(&text[place..=place]));
    }
    let place = place_of(index, text.chars().count(), "string index out of range")?;
    Ok(text.chars().nth(place).map_or(Value::None, |found| Value::from(found.to_string())))
}

/// What a slice means for a sequence of a length: a range of places.
pub(super) fn slice_bounds(parts: &[Value; 3], length: usize) -> Result<Range, Raised> {
    let number = |part: &Value| match part {
        Value::None => Ok(None),
        Value::Big(number) => Ok(Some(if number.sign() == num_bigint::Sign::Minus { i64::MIN } else { i64::MAX })),
        other => match other.as_i64() {
            Some(number) => Ok(Some(number)),
            None => Err(Raised::type_error("slice indices must be integers or None or have an __index__ method")),
        },
    };
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let step = number(&parts[2])?.unwrap_or(1);
    if step == 0 {
        return Err(Raised::value_error("slice step cannot be zero"));
    }
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |number: i64| {
        let number = if number < 0 { number.saturating_add(length) } else { number };
        number.clamp(low, high)
    };
    let start = number(&parts[0])?.map_or(if step > 0 { low } else { high }, clamp);
    let stop = number(&parts[1])?.map_or(if step > 0 { high } else { low }, clamp);
    Ok(Range { start, stop, step: step.clamp(-length - 1, length + 1) })
}

fn set_slice(list: &super::sequence::List, bounds: &Range, items: Vec<Value>) -> Result<(), Raised> {
    bounded(list.len() + items.len())?;
    if bounds.step == 1 {
        let start = usize::try_from(bounds.start).unwrap_or(0);
        let stop = usize::try_from(bounds.stop.max(bounds.start)).unwrap_or(0);
        let old: Vec<Value> = list.change(|known| known.splice(start..stop, items).collect());
        drop(old);
        return Ok(());
    }
    if items.len() != bounds.len() {
        return Err(Raised::value_error(format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            items.len(),
            bounds.len()
        )));
    }
    for (index, item) in items.into_iter().enumerate() {
        let place = usize::try_from(bounds.at(index)).unwrap_or(0);
        let old = list.change(|known| std::mem::replace(&mut known[place], item));
        drop(old);
    }
    Ok(())
}
