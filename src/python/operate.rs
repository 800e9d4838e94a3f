//! Operators: of numbers and sequences here, of the program's classes through their methods, of the host's objects through the host.

use super::class::Type;
use super::compare::is_number;
use super::compare::plain_equal;
use super::compare::plain_hash;
use super::machine::Vm;
use super::number;
use super::raised::Raised;
use super::value::Value;
use ruff_python_ast::CmpOp;
use ruff_python_ast::Operator;
use ruff_python_ast::UnaryOp;
use std::cmp::Ordering;
use std::rc::Rc;

/// Texts, lists and tuples longer than this are refused.
pub(super) const LENGTH: usize = 1 << 24;

impl Vm<'_> {
    pub(super) fn binary(&mut self, operator: Operator, left: &Value, right: &Value) -> Result<Value, Raised> {
        if is_number(left) && is_number(right) {
            return number::binary(operator, left, right);
        }
        if matches!(left, Value::Host(_)) || matches!(right, Value::Host(_)) {
            let span = self.machine.span;
            if let Some(result) = self.host.operator(operator.as_str(), left, right, span) {
                return result;
            }
        }
        if (matches!(left, Value::Instance(_)) || matches!(right, Value::Instance(_)))
            && let Some(value) = self.binary_methods(operator, left, right)?
        {
            return Ok(value);
        }
        match self.binary_plain(operator, left.plain(), right.plain())? {
            Some(value) => Ok(value),
            None => Err(self.unsupported(operator.as_str(), left, right)),
        }
    }

    fn binary_methods(&mut self, operator: Operator, left: &Value, right: &Value) -> Result<Option<Value>, Raised> {
        let name = operator.dunder();
        let reflected = operator.reflected_dunder();
        let right_first = matches!((left, right), (Value::Instance(a), Value::Instance(b)) if !Rc::ptr_eq(&a.class, &b.class) && b.class.is_subclass(&a.class));
        let mut tries = [(left, name, right), (right, reflected, left)];
        if right_first {
            tries.reverse();
        }
        for (object, name, other) in tries {
            if let Some(method) = self.method_of(object, name) {
                let value = self.call_with(&method, vec![other.clone()])?;
                if !matches!(value, Value::NotImplemented) {
                    return Ok(Some(value));
                }
            }
        }
        Ok(None)
    }

    fn binary_plain(&mut self, operator: Operator, left: &Value, right: &Value) -> Result<Option<Value>, Raised> {
        if is_number(left) && is_number(right) {
            return number::binary(operator, left, right).map(Some);
        }
        Ok(Some(match (operator, left, right) {
            (Operator::Add, Value::Str(a), Value::Str(b)) => {
                bounded(a.len() + b.len())?;
                let mut text = String::with_capacity(a.len() + b.len());
                text.push_str(a);
                text.push_str(b);
                self.spend((text.len() / 64) as u64)?;
                Value::from(text)
            }
            (Operator::Add, Value::Bytes(a), Value::Bytes(b)) => {
                bounded(a.len() + b.len())?;
                Value::bytes(&[&**a, &**b].concat())
            }
            (Operator::Add, Value::List(a), Value::List(b)) => {
                bounded(a.len() + b.len())?;
                let mut items = a.items();
                items.extend(b.items());
                Value::list(items)
            }
            (Operator::Add, Value::Tuple(a), Value::Tuple(b)) => {
                bounded(a.len() + b.len())?;
                Value::tuple(a.iter().chain(b.iter()).cloned().collect())
            }
            (Operator::Mult, _, Value::Int(_) | Value::Bool(_)) if is_sequence(left) => repeat(left, right)?,
            (Operator::Mult, Value::Int(_) | Value::Bool(_), _) if is_sequence(right) => repeat(right, left)?,
            (Operator::Mod, Value::Str(format), _) => Value::from(self.percent_format(format, right)?),
            (Operator::BitOr, Value::Dict(a), Value::Dict(b)) => {
                let merged = Rc::new(a.copy());
                self.dict_update(&merged, &Value::Dict(Rc::clone(b)))?;
                Value::Dict(merged)
            }
            (Operator::BitOr | Operator::BitAnd | Operator::Sub | Operator::BitXor, _, _) => {
                let set_like = |value: &Value| matches!(value, Value::Set(_)) || matches!(value, Value::Iter(iter) if iter.is_view());
                if set_like(left) && set_like(right) {
                    return self.set_binary(operator, left, right).map(Some);
                }
                if operator == Operator::BitOr && is_type_like(left) && is_type_like(right) {
                    return Ok(Some(Value::tuple(vec![left.clone(), right.clone()])));
                }
                return super::module::datetime::binary(operator, left, right);
            }
            _ => return super::module::datetime::binary(operator, left, right),
        }))
    }

    pub(super) fn in_place(&mut self, operator: Operator, left: &Value, right: &Value) -> Result<Value, Raised> {
        if is_number(left) && is_number(right) {
            return number::binary(operator, left, right).map_err(|raised| self.in_place_message(raised, operator, left, right));
        }
        if let Some(method) = self.method_of(left, operator.in_place_dunder()) {
            let value = self.call_with(&method, vec![right.clone()])?;
            if !matches!(value, Value::NotImplemented) {
                return Ok(value);
            }
        }
        match (operator, left.plain()) {
            (Operator::Add, Value::List(list)) if self.method_of(left, "__add__").is_none() && !matches!(right, Value::Host(_)) => {
                let items = self.iterate(right)?;
                bounded(list.len() + items.len())?;
                list.change(|list| list.extend(items));
                Ok(left.clone())
            }
            (Operator::Mult, Value::List(list)) if right.as_i64().is_some() => {
                let Value::List(repeated) = repeat(&Value::List(Rc::clone(list)), right)? else { return Ok(left.clone()) };
                list.replace(repeated.items());
                Ok(left.clone())
            }
            (Operator::BitOr, Value::Dict(dict)) if right.entries().is_some() => {
                let dict = Rc::clone(dict);
                self.dict_update(&dict, right)?;
                Ok(left.clone())
            }
            (Operator::BitOr | Operator::BitAnd | Operator::Sub | Operator::BitXor, Value::Set(set))
                if !set.frozen && matches!(right.plain(), Value::Set(_)) =>
            {
                let set = Rc::clone(set);
                let changed = self.set_binary(operator, left.plain(), right.plain())?;
                if let Value::Set(changed) = &changed {
                    set.members.clear();
                    for (hash, key, value) in changed.members.hashed() {
                        set.members.append(hash, key, value);
                    }
                }
                Ok(left.clone())
            }
            _ => self.binary(operator, left, right).map_err(|raised| self.in_place_message(raised, operator, left, right)),
        }
    }

    fn in_place_message(&mut self, raised: Raised, operator: Operator, left: &Value, right: &Value) -> Raised {
        let expected = self.unsupported(operator.as_str(), left, right);
        if raised.diagnostic().message == expected.diagnostic().message && raised.diagnostic().message.starts_with("unsupported operand") {
            return self.unsupported(&format!("{}=", operator.as_str()), left, right);
        }
        raised
    }

    fn unsupported(&mut self, sign: &str, left: &Value, right: &Value) -> Raised {
        let (a, b) = (left.type_name(), right.type_name());
        let concatenate = matches!(sign, "+" | "+=");
        match (left, right) {
            (Value::Str(_), _) if concatenate => Raised::type_error(format!("can only concatenate str (not \"{b}\") to str"))
                .hint("Only text can be added to text. Use str(...) or an f-string to make text of the other value.", None),
            (Value::List(_), _) if concatenate => Raised::type_error(format!("can only concatenate list (not \"{b}\") to list")),
            (Value::Tuple(_), _) if concatenate => Raised::type_error(format!("can only concatenate tuple (not \"{b}\") to tuple")),
            _ if sign == "*" && (is_sequence(left) || is_sequence(right)) => {
                let other = if is_sequence(left) { b } else { a };
                Raised::type_error(format!("can't multiply sequence by non-int of type '{other}'"))
            }
            _ if sign == "**" => Raised::type_error(format!("unsupported operand type(s) for ** or pow(): '{a}' and '{b}'")),
            _ => Raised::type_error(format!("unsupported operand type(s) for {sign}: '{a}' and '{b}'")),
        }
    }

    pub(super) fn unary(&mut self, operator: UnaryOp, operand: &Value) -> Result<Value, Raised> {
        let (name, sign, host_name) = match operator {
            UnaryOp::Not => return self.truth(operand).map(|truth| Value::Bool(!truth)),
            UnaryOp::Invert => ("__invert__", "~", "invert"),
            UnaryOp::UAdd => ("__pos__", "+", "pos"),
            UnaryOp::USub => ("__neg__", "-", "neg"),
        };
        if let Value::Host(_) = operand {
            let span = self.machine.span;
            if let Some(result) = self.host.operator(host_name, operand, &Value::None, span) {
                return result;
            }
        }
        if let Some(method) = self.method_of(operand, name) {
            return self.call_with(&method, Vec::new());
        }
        match (operator, operand.plain()) {
            (_, number) if is_number(number) && !(operator == UnaryOp::Invert && matches!(number, Value::Float(_))) => {
                Ok(number::unary(operator, number))
            }
            (UnaryOp::USub, Value::TimeDelta(micros)) => Ok(Value::TimeDelta(-micros)),
            (UnaryOp::UAdd, Value::TimeDelta(micros)) => Ok(Value::TimeDelta(*micros)),
            _ => Err(Raised::type_error(format!("bad operand type for unary {sign}: '{}'", operand.type_name()))),
        }
    }

    pub(super) fn compare(&mut self, operator: CmpOp, left: &Value, right: &Value) -> Result<Value, Raised> {
        let truth = match operator {
            CmpOp::Is => left.is(right),
            CmpOp::IsNot => !left.is(right),
            CmpOp::In => return self.contains(right, left),
            CmpOp::NotIn => {
                let found = self.contains(right, left)?;
                return Ok(Value::Bool(!self.truth(&found)?));
            }
            CmpOp::Eq => return self.equal_value(left, right),
            CmpOp::NotEq => return self.unequal_value(left, right),
            _ => return self.order_value(operator, left, right),
        };
        Ok(Value::Bool(truth))
    }

    /// `left == right` as a truth.
    ///
    /// # Errors
    /// What `__eq__` raised.
    pub fn equal(&mut self, left: &Value, right: &Value) -> Result<bool, Raised> {
        if left.is(right) && !matches!(left, Value::Float(number) if number.is_nan()) {
            return Ok(true);
        }
        if matches!(left, Value::Host(_)) && matches!(right, Value::Host(_)) {
            return Ok(false);
        }
        let value = self.equal_value(left, right)?;
        self.truth(&value)
    }

    fn equal_value(&mut self, left: &Value, right: &Value) -> Result<Value, Raised> {
        if let Some(value) = self.compare_by_code("==", "__eq__", "__eq__", left, right)? {
            return Ok(value);
        }
        self.equal_plain(left, right).map(Value::Bool)
    }

    fn unequal_value(&mut self, left: &Value, right: &Value) -> Result<Value, Raised> {
        if let Some(value) = self.compare_by_code("!=", "__ne__", "__ne__", left, right)? {
            return Ok(value);
        }
        let equal = self.equal_value(left, right)?;
        Ok(Value::Bool(!self.truth(&equal)?))
    }

    /// Containers are compared item by item, the rest by value.
    fn equal_plain(&mut self, left: &Value, right: &Value) -> Result<bool, Raised> {
        self.descend()?;
        let result = self.equal_contents(left.plain(), right.plain());
        self.machine.depth -= 1;
        result
    }

    fn equal_contents(&mut self, left: &Value, right: &Value) -> Result<bool, Raised> {
        match (left, right) {
            (Value::List(a), Value::List(b)) => self.all_equal(&a.items(), &b.items()),
            (Value::Tuple(a), Value::Tuple(b)) => self.all_equal(a, b),
            (Value::Dict(a), Value::Dict(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, value) in a.entries() {
                    match self.dict_get(b, &key)? {
                        Some(other) if self.equal(&value, &other)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            }
            (Value::Set(a), Value::Set(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for item in a.items() {
                    if self.dict_find(&b.members, &item)?.is_none() {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Value::Iter(a), Value::Iter(b)) if a.is_view() && b.is_view() => {
                let (a, b) = (self.make_set(left, false)?, self.make_set(right, false)?);
                self.equal_plain(&a, &b)
            }
            _ => Ok(plain_equal(left, right).unwrap_or_else(|| left.is(right))),
        }
    }

    fn all_equal(&mut self, left: &[Value], right: &[Value]) -> Result<bool, Raised> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for (a, b) in left.iter().zip(right) {
            if !self.equal(a, b)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Comparison by the host or by methods of the program's classes; `None` where neither knows.
    fn compare_by_code(&mut self, sign: &str, name: &str, reflected: &str, left: &Value, right: &Value) -> Result<Option<Value>, Raised> {
        if matches!(left, Value::Host(_)) || matches!(right, Value::Host(_)) {
            let span = self.machine.span;
            if let Some(result) = self.host.operator(sign, left, right, span) {
                return result.map(Some);
            }
        }
        for (object, name, other) in [(left, name, right), (right, reflected, left)] {
            if let Some(method) = self.method_of(object, name) {
                let value = self.call_with(&method, vec![other.clone()])?;
                if !matches!(value, Value::NotImplemented) {
                    return Ok(Some(value));
                }
            }
        }
        Ok(None)
    }

    fn order_value(&mut self, operator: CmpOp, left: &Value, right: &Value) -> Result<Value, Raised> {
        let (name, reflected) = match operator {
            CmpOp::Lt => ("__lt__", "__gt__"),
            CmpOp::LtE => ("__le__", "__ge__"),
            CmpOp::Gt => ("__gt__", "__lt__"),
            _ => ("__ge__", "__le__"),
        };
        if let Some(value) = self.compare_by_code(operator.as_str(), name, reflected, left, right)? {
            return Ok(value);
        }
        if let (Value::Set(a), Value::Set(b)) = (left.plain(), right.plain()) {
            let (small, large) = if matches!(operator, CmpOp::Lt | CmpOp::LtE) { (a, b) } else { (b, a) };
            let strict = matches!(operator, CmpOp::Lt | CmpOp::Gt);
            let (small, large) = (Rc::clone(small), Rc::clone(large));
            let subset = self.is_subset(&small, &large)?;
            return Ok(Value::Bool(subset && (!strict || small.len() < large.len())));
        }
        match self.order(left, right)? {
            Order::Known(order) => Ok(Value::Bool(match operator {
                CmpOp::Lt => order == Ordering::Less,
                CmpOp::LtE => order != Ordering::Greater,
                CmpOp::Gt => order == Ordering::Greater,
                _ => order != Ordering::Less,
            })),
            Order::NotANumber => Ok(Value::Bool(false)),
            Order::Unknown(a, b) => {
                let sign = operator.as_str();
                Err(Raised::type_error(format!("'{sign}' not supported between instances of '{a}' and '{b}'")))
            }
        }
    }

    /// Whether `left < right`, for sorting.
    pub(super) fn less(&mut self, left: &Value, right: &Value) -> Result<bool, Raised> {
        if let (Value::Str(a), Value::Str(b)) = (left, right) {
            return Ok(a < b);
        }
        let value = self.order_value(CmpOp::Lt, left, right)?;
        self.truth(&value)
    }

    fn order(&mut self, left: &Value, right: &Value) -> Result<Order, Raised> {
        self.descend()?;
        let result = self.order_inner(left.plain(), right.plain());
        self.machine.depth -= 1;
        result
    }

    fn order_inner(&mut self, left: &Value, right: &Value) -> Result<Order, Raised> {
        if is_number(left) && is_number(right) {
            return Ok(number::compare(left, right).map_or(Order::NotANumber, Order::Known));
        }
        Ok(match (left, right) {
            (Value::Str(a), Value::Str(b)) => Order::Known(a.cmp(b)),
            (Value::Bytes(a), Value::Bytes(b)) => Order::Known(a.cmp(b)),
            (Value::List(a), Value::List(b)) => return self.order_items(&a.items(), &b.items()),
            (Value::Tuple(a), Value::Tuple(b)) => return self.order_items(a, b),
            (Value::DateTime(a), Value::DateTime(b)) => {
                if a.zone.is_some() != b.zone.is_some() {
                    return Err(Raised::type_error("can't compare offset-naive and offset-aware datetimes"));
                }
                Order::Known(a.instant_us().cmp(&b.instant_us()))
            }
            (Value::Date(a), Value::Date(b)) => Order::Known(a.cmp(b)),
            (Value::TimeDelta(a), Value::TimeDelta(b)) => Order::Known(a.cmp(b)),
            _ => Order::Unknown(left.type_name(), right.type_name()),
        })
    }

    fn order_items(&mut self, left: &[Value], right: &[Value]) -> Result<Order, Raised> {
        for (a, b) in left.iter().zip(right) {
            if !self.equal(a, b)? {
                if matches!(a, Value::Instance(_)) || matches!(b, Value::Instance(_)) {
                    return Ok(Order::Known(if self.less(a, b)? { Ordering::Less } else { Ordering::Greater }));
                }
                return self.order(a, b);
            }
        }
        Ok(Order::Known(left.len().cmp(&right.len())))
    }

    /// `item in container`.
    fn contains(&mut self, container: &Value, item: &Value) -> Result<Value, Raised> {
        if let Value::Host(_) = container {
            let span = self.machine.span;
            if let Some(result) = self.host.operator("in", item, container, span) {
                return result;
            }
        }
        if let Some(method) = self.method_of(container, "__contains__") {
            let value = self.call_with(&method, vec![item.clone()])?;
            return self.truth(&value).map(Value::Bool);
        }
        let found = match container.plain() {
            Value::Str(text) => match item.plain() {
                Value::Str(part) => text.contains(&**part),
                other => {
                    return Err(Raised::type_error(format!("'in <string>' requires string as left operand, not {}", other.type_name())));
                }
            },
            Value::Bytes(bytes) => match item {
                Value::Bytes(part) => part.is_empty() || bytes.windows(part.len()).any(|window| window == &**part),
                other => other.as_i64().is_some_and(|number| bytes.iter().any(|byte| i64::from(*byte) == number)),
            },
            Value::Dict(dict) => {
                let dict = Rc::clone(dict);
                self.dict_find(&dict, item)?.is_some()
            }
            Value::Set(set) => {
                let set = Rc::clone(set);
                self.dict_find(&set.members, item)?.is_some()
            }
            Value::Range(range) if item.as_i64().is_some() => item.as_i64().is_some_and(|number| {
                let offset = i128::from(number) - i128::from(range.start);
                let step = i128::from(range.step);
                offset % step == 0 && offset / step >= 0 && offset / step < range.len() as i128
            }),
            Value::Class(class) if class.members().is_some() => item.class().is_subclass(class),
            other => {
                if !self.is_iterable(container) {
                    let _ = other;
                    return Err(Raised::type_error(format!("argument of type '{}' is not iterable", container.type_name())));
                }
                let iterator = self.iterator(container)?;
                while let Some(candidate) = self.next(&iterator)? {
                    if self.equal(&candidate, item)? {
                        return Ok(Value::Bool(true));
                    }
                }
                false
            }
        };
        Ok(Value::Bool(found))
    }

    /// `bool(value)`.
    ///
    /// # Errors
    /// What `__bool__` or the host raised.
    pub fn truth(&mut self, value: &Value) -> Result<bool, Raised> {
        Ok(match value {
            Value::Bool(truth) => *truth,
            Value::None | Value::Unbound => false,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Str(text) => !text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(list) => !list.is_empty(),
            Value::Tuple(tuple) => !tuple.is_empty(),
            Value::Dict(dict) => !dict.is_empty(),
            Value::Set(set) => !set.is_empty(),
            Value::Range(range) => !range.is_empty(),
            Value::TimeDelta(micros) => *micros != 0,
            Value::Iter(iter) if iter.is_view() => iter.view_len() > 0,
            Value::Host(object) => {
                let span = self.machine.span;
                return self.host.truth(object, span);
            }
            Value::Instance(_) => return self.truth_of_instance(value),
            _ => true,
        })
    }

    fn truth_of_instance(&mut self, value: &Value) -> Result<bool, Raised> {
        if let Some(method) = self.method_of(value, "__bool__") {
            return match self.call_with(&method, Vec::new())? {
                Value::Bool(truth) => Ok(truth),
                other => Err(Raised::type_error(format!("__bool__ should return bool, returned {}", other.type_name()))),
            };
        }
        if let Some(method) = self.method_of(value, "__len__") {
            return Ok(self.call_with(&method, Vec::new())?.as_i64() != Some(0));
        }
        match value.payload_ref() {
            Some(payload) => self.truth(&payload.clone()),
            None => Ok(true),
        }
    }

    /// `hash(value)`.
    pub(super) fn hash(&mut self, value: &Value) -> Result<u64, Raised> {
        if let Some(hash) = plain_hash(value) {
            return Ok(hash);
        }
        match value {
            Value::Instance(instance) => {
                if let Some(method) = self.method_of(value, "__hash__") {
                    return match self.call_with(&method, Vec::new())? {
                        Value::Int(number) => Ok(number.cast_unsigned()),
                        Value::Big(number) => Ok(plain_hash(&Value::Big(number)).unwrap_or(0)),
                        _ => Err(Raised::type_error("__hash__ method should return an integer")),
                    };
                }
                let unhashable =
                    instance.class.lookup_own("__eq__").is_some() || matches!(instance.class.layout, Type::List | Type::Dict | Type::Set);
                if unhashable {
                    return Err(Raised::type_error(format!("unhashable type: '{}'", instance.class.name)));
                }
                Ok(instance.serial.wrapping_mul(0x9E37_79B9_7F4A_7C15))
            }
            Value::Tuple(items) => {
                self.descend()?;
                let hash = items.iter().try_fold(7u64, |hash, item| Ok(hash.wrapping_mul(31).wrapping_add(self.hash(item)?)));
                self.machine.depth -= 1;
                hash
            }
            _ => Err(Raised::type_error(format!("unhashable type: '{}'", value.type_name()))),
        }
    }

    /// One level deeper into nested values; refused where a recursion on the Rust stack would go too deep.
    pub(super) fn descend(&mut self) -> Result<(), Raised> {
        if self.machine.depth >= 150 {
            return Err(Raised::new("RecursionError", "maximum recursion depth exceeded in comparison"));
        }
        self.machine.depth += 1;
        Ok(())
    }

    /// One level up again.
    pub(super) fn ascend(&mut self) {
        self.machine.depth -= 1;
    }
}

enum Order {
    Known(Ordering),
    NotANumber,
    Unknown(String, String),
}

pub(super) fn is_sequence(value: &Value) -> bool {
    matches!(value, Value::Str(_) | Value::List(_) | Value::Tuple(_) | Value::Bytes(_))
}

fn is_type_like(value: &Value) -> bool {
    matches!(value, Value::Class(_) | Value::None)
        || matches!(value, Value::Tuple(items) if items.iter().all(|item| matches!(item, Value::Class(_) | Value::None)))
}

pub(super) fn bounded(length: usize) -> Result<(), Raised> {
    if length > LENGTH { Err(Raised::new("MemoryError", "a value of that size is too large for the playground")) } else { Ok(()) }
}

fn repeat(sequence: &Value, count: &Value) -> Result<Value, Raised> {
    let count = usize::try_from(count.as_i64().unwrap_or(0).max(0)).unwrap_or(0);
    let length = match sequence {
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Tuple(tuple) => tuple.len(),
        _ => 0,
    };
    bounded(length.saturating_mul(count))?;
    let items = |items: &[Value]| items.iter().cycle().take(items.len() * count).cloned().collect::<Vec<Value>>();
    Ok(match sequence {
        Value::Str(text) => Value::from(text.repeat(count)),
        Value::Bytes(bytes) => Value::bytes(&bytes.repeat(count)),
        Value::List(list) => Value::list(items(&list.items())),
        Value::Tuple(tuple) => Value::tuple(items(tuple)),
        _ => Value::None,
    })
}
