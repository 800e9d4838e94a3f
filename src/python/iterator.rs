//! Iterators: over containers, of functions of ours, generators of the program; and the views of a dict.

use super::class::Type;
use super::code::Op;
use super::dict::Dict;
use super::dict::Set;
use super::frame::Frame;
use super::frame::Then;
use super::machine::Vm;
use super::operate::bounded;
use super::raised::Raised;
use super::run::Step;
use super::run::Stepped;
use super::sequence::List;
use super::sequence::Tuple;
use super::value::Range;
use super::value::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// An iterator, a generator, or the view of a dict.
pub struct Iter {
    state: RefCell<State>,
    kind: Type,
    result: RefCell<Value>,
}

/// Which side of the entries a view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// `dict.keys()`.
    Keys,
    /// `dict.values()`.
    Values,
    /// `dict.items()`.
    Items,
}

/// Gives the next item.
pub(super) type Pull = dyn FnMut(&mut Vm<'_>) -> Result<Option<Value>, Raised>;

enum State {
    Done,
    /// A generator that is running just now.
    Running,
    List(Rc<List>, usize),
    Tuple(Rc<Tuple>, usize),
    Str(Rc<str>, usize),
    Bytes(Rc<[u8]>, usize),
    Range(Range, usize),
    Dict(Rc<Dict>, usize, usize, View),
    Set(Rc<Set>, usize, usize),
    Items(std::vec::IntoIter<Value>),
    Pull(Box<Pull>),
    Generator(Box<Frame>),
    /// Not an iterator: a view.
    View(Rc<Dict>, View),
}

impl Iter {
    fn new(state: State, kind: Type) -> Self {
        Self { state: RefCell::new(state), kind, result: RefCell::new(Value::None) }
    }

    /// A generator that has not begun.
    pub(super) fn generator(frame: Frame) -> Self {
        Self::new(State::Generator(Box::new(frame)), Type::Generator)
    }

    pub(super) fn pull(kind: Type, pull: impl FnMut(&mut Vm<'_>) -> Result<Option<Value>, Raised> + 'static) -> Value {
        Value::Iter(Rc::new(Self::new(State::Pull(Box::new(pull)), kind)))
    }

    pub(super) fn items(items: Vec<Value>) -> Value {
        Value::Iter(Rc::new(Self::new(State::Items(items.into_iter()), Type::Iterator)))
    }

    pub(super) fn view(dict: &Rc<Dict>, view: View) -> Value {
        Value::Iter(Rc::new(Self::new(State::View(Rc::clone(dict), view), Type::Iterator)))
    }

    pub(super) fn kind(&self) -> Type {
        match &*self.state.borrow() {
            State::View(_, View::Keys) => Type::DictKeys,
            State::View(_, View::Values) => Type::DictValues,
            State::View(_, View::Items) => Type::DictItems,
            _ => self.kind,
        }
    }

    /// Whether it is the view of a dict, which is not an iterator.
    #[must_use]
    pub fn is_view(&self) -> bool {
        matches!(&*self.state.borrow(), State::View(..))
    }

    pub(super) fn view_len(&self) -> usize {
        match &*self.state.borrow() {
            State::View(dict, _) => dict.len(),
            _ => 0,
        }
    }

    /// What a view shows.
    pub(super) fn view_items(&self) -> Option<Vec<Value>> {
        match &*self.state.borrow() {
            State::View(dict, view) => Some(dict.entries().into_iter().map(|entry| shown(entry, *view)).collect()),
            _ => None,
        }
    }

    /// The generator has ended with this.
    pub(super) fn finish(&self, result: Value) {
        let old = self.state.replace(State::Done);
        drop(old);
        self.result.replace(result);
    }

    /// The generator's frame comes back until it is driven on.
    pub(super) fn suspend(&self, frame: Frame) {
        self.state.replace(State::Generator(Box::new(frame)));
    }

    /// What a generator returned.
    pub(super) fn result(&self) -> Value {
        self.result.borrow().clone()
    }

    /// The frame of a generator, to be run; `None` where it has ended or is no generator.
    pub(super) fn take_frame(&self) -> Result<Option<Frame>, Raised> {
        let mut state = self.state.borrow_mut();
        match &*state {
            State::Generator(_) => match std::mem::replace(&mut *state, State::Running) {
                State::Generator(frame) => Ok(Some(*frame)),
                _ => unreachable!("it was a generator just now"),
            },
            State::Running => Err(Raised::value_error("generator already executing")),
            _ => Ok(None),
        }
    }

    fn is_generator(&self) -> bool {
        matches!(&*self.state.borrow(), State::Generator(_) | State::Running)
    }

    /// The next item where no code of the program is needed; `Err(())` where it is.
    fn next_plain(&self) -> Result<Result<Option<Value>, Raised>, ()> {
        let state = &mut *self.state.borrow_mut();
        let item = match state {
            State::Done => None,
            State::List(list, place) => advance(place, |place| list.get(place)),
            State::Tuple(tuple, place) => advance(place, |place| tuple.get(place).cloned()),
            State::Str(text, place) => text[*place..].chars().next().map(|found| {
                *place += found.len_utf8();
                Value::from(found.to_string())
            }),
            State::Bytes(bytes, place) => advance(place, |place| bytes.get(place).map(|byte| Value::Int(i64::from(*byte)))),
            State::Range(range, place) => advance(place, |place| (place < range.len()).then(|| Value::Int(range.at(place)))),
            State::Dict(dict, place, size, view) => {
                if dict.len() != *size {
                    return Ok(Err(Raised::new("RuntimeError", "dictionary changed size during iteration")));
                }
                dict.next_from(*place).map(|(next, key, value)| {
                    *place = next;
                    shown((key, value), *view)
                })
            }
            State::Set(set, place, size) => {
                if set.len() != *size {
                    return Ok(Err(Raised::new("RuntimeError", "Set changed size during iteration")));
                }
                set.members.next_from(*place).map(|(next, key, _)| {
                    *place = next;
                    key
                })
            }
            State::Items(items) => items.next(),
            State::View(..) => return Ok(Err(Raised::type_error("a view of a dict is not an iterator"))),
            State::Pull(_) | State::Generator(_) | State::Running => return Err(()),
        };
        if item.is_none() {
            *state = State::Done;
        }
        Ok(Ok(item))
    }
}

fn advance(place: &mut usize, get: impl FnOnce(usize) -> Option<Value>) -> Option<Value> {
    let item = get(*place)?;
    *place += 1;
    Some(item)
}

fn shown((key, value): (Value, Value), view: View) -> Value {
    match view {
        View::Keys => key,
        View::Values => value,
        View::Items => Value::tuple(vec![key, value]),
    }
}

impl Vm<'_> {
    /// `iter(value)`.
    ///
    /// # Errors
    /// `TypeError` where it is not iterable.
    pub fn iterator(&mut self, value: &Value) -> Result<Value, Raised> {
        let state = match value {
            Value::Iter(iter) => match &*iter.state.borrow() {
                State::View(dict, view) => State::Dict(Rc::clone(dict), 0, dict.len(), *view),
                _ => return Ok(value.clone()),
            },
            Value::List(list) => State::List(Rc::clone(list), 0),
            Value::Tuple(tuple) => State::Tuple(Rc::clone(tuple), 0),
            Value::Str(text) => State::Str(Rc::clone(text), 0),
            Value::Bytes(bytes) => State::Bytes(Rc::clone(bytes), 0),
            Value::Range(range) => State::Range(**range, 0),
            Value::Dict(dict) => State::Dict(Rc::clone(dict), 0, dict.len(), View::Keys),
            Value::Set(set) => State::Set(Rc::clone(set), 0, set.len()),
            Value::Host(object) => match self.host.items(object) {
                Some(items) => State::Items(items?.into_iter()),
                None => return Err(not_iterable(value)),
            },
            Value::Class(class) => match class.members() {
                Some(members) => State::Items(members.entries().into_iter().map(|(_, member)| member).collect::<Vec<_>>().into_iter()),
                None => return Err(not_iterable(value)),
            },
            Value::Instance(_) => return self.iterator_of_instance(value),
            _ => return Err(not_iterable(value)),
        };
        Ok(Value::Iter(Rc::new(Iter::new(state, Type::Iterator))))
    }

    fn iterator_of_instance(&mut self, value: &Value) -> Result<Value, Raised> {
        if let Some(method) = self.method_of(value, "__iter__") {
            let iterator = self.call_with(&method, Vec::new())?;
            let is_iterator = matches!(iterator, Value::Iter(_)) || self.method_of(&iterator, "__next__").is_some();
            if !is_iterator {
                return Err(Raised::type_error(format!("iter() returned non-iterator of type '{}'", iterator.type_name())));
            }
            return Ok(iterator);
        }
        if let Some(payload) = value.payload_ref() {
            return self.iterator(&payload.clone());
        }
        if let Some(method) = self.method_of(value, "__getitem__") {
            let mut index = 0;
            return Ok(Iter::pull(Type::Iterator, move |vm| {
                index += 1;
                match vm.call_with(&method, vec![Value::Int(index - 1)]) {
                    Ok(item) => Ok(Some(item)),
                    Err(raised) if raised.is("IndexError") => Ok(None),
                    Err(raised) => Err(raised),
                }
            }));
        }
        Err(not_iterable(value))
    }

    /// Whether it can be iterated.
    pub(super) fn is_iterable(&mut self, value: &Value) -> bool {
        match value {
            Value::Instance(_) => {
                value.payload_ref().is_some_and(|payload| !super::compare::is_number(payload))
                    || self.method_of(value, "__iter__").is_some()
                    || self.method_of(value, "__getitem__").is_some()
            }
            Value::Host(object) => self.host.items(object).is_some(),
            Value::Class(class) => class.members().is_some(),
            Value::Iter(_)
            | Value::List(_)
            | Value::Tuple(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::Range(_)
            | Value::Dict(_)
            | Value::Set(_) => true,
            _ => false,
        }
    }

    /// `next(iterator)`: `None` at its end.
    ///
    /// # Errors
    /// What the iterator raised.
    pub fn next(&mut self, iterator: &Value) -> Result<Option<Value>, Raised> {
        self.spend(1)?;
        match iterator {
            Value::Iter(iter) => match iter.next_plain() {
                Ok(item) => item,
                Err(()) => self.next_by_code(iter),
            },
            _ => {
                let Some(method) = self.method_of(iterator, "__next__") else {
                    return Err(Raised::type_error(format!("'{}' object is not an iterator", iterator.type_name())));
                };
                match self.call_with(&method, Vec::new()) {
                    Ok(item) => Ok(Some(item)),
                    Err(raised) if raised.is("StopIteration") => Ok(None),
                    Err(raised) => Err(raised),
                }
            }
        }
    }

    fn next_by_code(&mut self, iter: &Rc<Iter>) -> Result<Option<Value>, Raised> {
        if iter.is_generator() {
            return self.drive(iter, Ok(Value::None));
        }
        let State::Pull(mut pull) = iter.state.replace(State::Running) else { return Ok(None) };
        self.descend()?;
        let item = pull(self);
        self.machine.depth -= 1;
        let ended = matches!(item, Ok(None));
        iter.state.replace(if ended { State::Done } else { State::Pull(pull) });
        item
    }

    /// Runs a generator to its next `yield`: with a value sent in, or an exception thrown in.
    pub(super) fn drive(&mut self, iter: &Rc<Iter>, given: Result<Value, Raised>) -> Result<Option<Value>, Raised> {
        let Some(mut frame) = iter.take_frame()? else {
            return given.map(|_| None);
        };
        frame.then = Then::Leave;
        let fresh = frame.at == 0;
        let outcome = match given {
            Err(raised) if fresh => Err(raised),
            given => {
                let base = self.machine.frames.len();
                self.enter(frame)?;
                let given = if fresh { None } else { Some(given) };
                let outcome = self.run_nested_given(base, given);
                if self.machine.frames.len() > base {
                    let Some(frame) = self.machine.frames.pop() else { unreachable!("the generator's frame is on top") };
                    iter.suspend(frame);
                    return outcome.map(Some);
                }
                outcome
            }
        };
        match outcome {
            Ok(result) => {
                iter.finish(result);
                Ok(None)
            }
            Err(raised) => {
                iter.finish(Value::None);
                if raised.is("StopIteration") { Err(Raised::new("RuntimeError", "generator raised StopIteration")) } else { Err(raised) }
            }
        }
    }

    /// All items of anything iterable.
    ///
    /// # Errors
    /// `TypeError` where it is not iterable, or what its code raised.
    pub fn iterate(&mut self, value: &Value) -> Result<Vec<Value>, Raised> {
        match value {
            Value::List(list) => return Ok(list.items()),
            Value::Tuple(tuple) => return Ok(tuple.to_vec()),
            _ => {}
        }
        let iterator = self.iterator(value)?;
        let mut items = Vec::new();
        while let Some(item) = self.next(&iterator)? {
            items.push(item);
            bounded(items.len())?;
        }
        Ok(items)
    }

    pub(super) fn step_iterate(&mut self, op: Op) -> Stepped {
        self.mark();
        match op {
            Op::Iterate => {
                let value = self.frame().pop();
                let iterator = self.iterator(&value)?;
                self.frame().push(iterator);
            }
            Op::ForNext(target) => {
                let iterator = self.frame().top(0).clone();
                if let Value::Iter(iter) = &iterator
                    && iter.is_generator()
                    && self.enter_generator(iter, target as usize)?
                {
                    return Ok(Step::Next);
                }
                match self.next(&iterator)? {
                    Some(item) => self.frame().push(item),
                    None => {
                        let frame = self.frame();
                        frame.pop();
                        frame.at = target as usize;
                    }
                }
            }
            Op::Unpack(count) => self.unpack(count as usize)?,
            Op::UnpackStar(before, after) => self.unpack_star(before as usize, after as usize)?,
            Op::YieldFromResult => {
                let result = match self.frame().pop() {
                    Value::Iter(iter) => iter.result(),
                    _ => Value::None,
                };
                self.frame().push(result);
            }
            _ => unreachable!("not an iteration"),
        }
        Ok(Step::Next)
    }

    fn unpack(&mut self, count: usize) -> Result<(), Raised> {
        let value = self.frame().pop();
        if !self.is_iterable(&value) && !matches!(value, Value::Instance(_)) {
            return Err(Raised::type_error(format!("cannot unpack non-iterable {} object", value.type_name())));
        }
        let iterator = self.iterator(&value)?;
        let mut items = Vec::new();
        while let Some(item) = self.next(&iterator)? {
            if items.len() == count {
                return Err(Raised::value_error(format!("too many values to unpack (expected {count})")));
            }
            items.push(item);
        }
        if items.len() < count {
            return Err(Raised::value_error(format!("not enough values to unpack (expected {count}, got {})", items.len())));
        }
        self.frame().stack.extend(items.into_iter().rev());
        Ok(())
    }

    fn unpack_star(&mut self, before: usize, after: usize) -> Result<(), Raised> {
        let value = self.frame().pop();
        if !self.is_iterable(&value) {
            return Err(Raised::type_error(format!("cannot unpack non-iterable {} object", value.type_name())));
        }
        let mut items = self.iterate(&value)?;
        if items.len() < before + after {
            return Err(Raised::value_error(format!(
                "not enough values to unpack (expected at least {}, got {})",
                before + after,
                items.len()
            )));
        }
        let last = items.split_off(items.len() - after);
        let middle = items.split_off(before);
        let frame = self.frame();
        frame.stack.extend(last.into_iter().rev());
        frame.push(Value::list(middle));
        frame.stack.extend(items.into_iter().rev());
        Ok(())
    }
}

fn not_iterable(value: &Value) -> Raised {
    let raised = Raised::type_error(format!("'{}' object is not iterable", value.type_name()));
    if matches!(value, Value::Int(_)) { raised.hint("To count up to a number, loop over range(number).", None) } else { raised }
}

impl Iter {
    /// Whether it is a generator that has not begun.
    pub(super) fn is_fresh(&self) -> bool {
        matches!(&*self.state.borrow(), State::Generator(frame) if frame.at == 0)
    }
}

impl Drop for Iter {
    fn drop(&mut self) {
        if matches!(self.state.get_mut(), State::Generator(_) | State::Pull(_) | State::Items(_)) {
            super::trash::drop_later(std::mem::replace(self.state.get_mut(), State::Done));
        }
    }
}
