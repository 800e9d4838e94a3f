//! What each instruction does, beyond the few that the loop does itself.

use super::code::CodeKind;
use super::code::NO_NAMES;
use super::code::Op;
use super::dict::Dict;
use super::dict::Set;
use super::frame::Frame;
use super::host::Arguments;
use super::machine::Vm;
use super::raised::Raised;
use super::run::Step;
use super::run::Stepped;
use super::sequence::List;
use super::value::Value;
use std::rc::Rc;

impl Vm<'_> {
    pub(super) fn step_more(&mut self, op: Op) -> Stepped {
        match op {
            Op::LoadCell(_) | Op::StoreCell(_) | Op::DeleteCell(_) | Op::DeleteLocal(_) => self.step_variable(op),
            Op::LoadGlobal(_) | Op::StoreGlobal(_) | Op::DeleteGlobal(_) | Op::LoadName(_) | Op::StoreName(_) | Op::DeleteName(_) => {
                self.step_name(op)
            }
            Op::Duplicate | Op::DuplicateTwo | Op::Swap | Op::Rotate => self.step_stack(op),
            Op::Attribute(_) | Op::StoreAttribute(_) | Op::DeleteAttribute(_) | Op::Item | Op::StoreItem | Op::DeleteItem | Op::Slice => {
                self.step_access(op)
            }
            Op::Binary(_) | Op::InPlace(_) | Op::Unary(_) | Op::Compare(_) => self.step_operate(op),
            Op::JumpIfFalseKeep(target) => self.step_jump_keep(false, target),
            Op::JumpIfTrueKeep(target) => self.step_jump_keep(true, target),
            Op::Call(..) | Op::CallSpread | Op::LoadMethod(_) | Op::CallMethod(..) | Op::CallMethodSpread => self.step_call(op),
            Op::Iterate | Op::ForNext(_) | Op::Unpack(_) | Op::UnpackStar(..) | Op::YieldFromResult => self.step_iterate(op),
            Op::MakeFunction(place, positional, keyword) => {
                self.make_function(place, positional, keyword);
                Ok(Step::Next)
            }
            Op::MakeClass(place) => self.begin_class(place),
            Op::PushHandler(_)
            | Op::PopHandler
            | Op::PopException
            | Op::LoadException
            | Op::MatchException
            | Op::Raise(_)
            | Op::Reraise
            | Op::AssertFailed(_) => self.step_exception(op),
            Op::WithEnter(_) | Op::WithExit(_) | Op::WithExitException(_) => self.step_with(op),
            Op::Import(..) | Op::ImportFrom(..) | Op::ImportStar(_) => self.step_import(op),
            Op::MatchSequence(..) | Op::MatchMapping | Op::MatchClass(_) | Op::MatchRest => self.step_match(op),
            _ => self.step_build(op),
        }
    }

    fn step_variable(&mut self, op: Op) -> Stepped {
        let frame = self.frame();
        match op {
            Op::LoadCell(place) => {
                let value = frame.cells[place as usize].borrow().clone();
                if matches!(value, Value::Unbound) {
                    return Err(frame.unbound_cell(place));
                }
                frame.push(value);
            }
            Op::StoreCell(place) => {
                let value = frame.pop();
                let old = frame.cells[place as usize].replace(value);
                drop(old);
            }
            Op::DeleteCell(place) => {
                let old = frame.cells[place as usize].take();
                if matches!(old, Value::Unbound) {
                    return Err(frame.unbound_cell(place));
                }
            }
            Op::DeleteLocal(place) => {
                if matches!(std::mem::take(&mut frame.locals[place as usize]), Value::Unbound) {
                    return Err(frame.unbound_local(place));
                }
            }
            _ => unreachable!("not an instruction on variables"),
        }
        Ok(Step::Next)
    }

    fn step_name(&mut self, op: Op) -> Stepped {
        let frame = self.frame();
        match op {
            Op::LoadGlobal(place) => {
                let name = frame.name(place);
                let value = self.global_or_builtin(&name)?;
                self.frame().push(value);
            }
            Op::LoadName(place) => {
                let name = frame.name(place);
                let own = frame.namespace.as_ref().and_then(|names| names.borrow().get(&name).cloned());
                let value = match own {
                    Some(value) => value,
                    None => self.global_or_builtin(&name)?,
                };
                self.frame().push(value);
            }
            Op::StoreGlobal(place) => {
                let (name, value) = (frame.name(place), frame.pop());
                let old = frame.globals.borrow_mut().set(&name, value);
                drop(old);
            }
            Op::StoreName(place) => {
                let (name, value) = (frame.name(place), frame.pop());
                let names = frame.namespace.clone().unwrap_or_else(|| Rc::clone(&frame.globals));
                let old = names.borrow_mut().set(&name, value);
                drop(old);
            }
            Op::DeleteGlobal(place) => {
                let name = frame.name(place);
                let old = frame.globals.borrow_mut().remove(&name);
                old.ok_or_else(|| Raised::new("NameError", format!("name '{name}' is not defined")))?;
            }
            Op::DeleteName(place) => {
                let name = frame.name(place);
                let names = frame.namespace.clone().unwrap_or_else(|| Rc::clone(&frame.globals));
                let old = names.borrow_mut().remove(&name);
                old.ok_or_else(|| Raised::new("NameError", format!("name '{name}' is not defined")))?;
            }
            _ => unreachable!("not an instruction on names"),
        }
        Ok(Step::Next)
    }

    fn global_or_builtin(&mut self, name: &str) -> Result<Value, Raised> {
        let found = self.frame().globals.borrow().get(name).cloned();
        match found.or_else(|| super::builtin::named(name)) {
            Some(value) => Ok(value),
            None => Err(self.unknown_name(name)),
        }
    }

    fn step_stack(&mut self, op: Op) -> Stepped {
        let frame = self.frame();
        match op {
            Op::Duplicate => {
                let value = frame.top(0).clone();
                frame.push(value);
            }
            Op::DuplicateTwo => {
                let (a, b) = (frame.top(1).clone(), frame.top(0).clone());
                frame.push(a);
                frame.push(b);
            }
            Op::Swap => {
                let (b, a) = (frame.pop(), frame.pop());
                frame.push(b);
                frame.push(a);
            }
            Op::Rotate => {
                let (c, b, a) = (frame.pop(), frame.pop(), frame.pop());
                frame.push(c);
                frame.push(a);
                frame.push(b);
            }
            _ => unreachable!("not an instruction on the stack"),
        }
        Ok(Step::Next)
    }

    fn step_access(&mut self, op: Op) -> Stepped {
        self.mark();
        let frame = self.frame();
        match op {
            Op::Attribute(place) => {
                let (name, object) = (frame.name(place), frame.pop());
                let value = self.attribute(&object, &name)?;
                self.frame().push(value);
            }
            Op::StoreAttribute(place) => {
                let (name, object, value) = (frame.name(place), frame.pop(), frame.pop());
                self.set_attribute(&object, &name, value)?;
            }
            Op::DeleteAttribute(place) => {
                let (name, object) = (frame.name(place), frame.pop());
                self.delete_attribute(&object, &name)?;
            }
            Op::Item => {
                let (key, object) = (frame.pop(), frame.pop());
                let value = self.item(&object, &key)?;
                self.frame().push(value);
            }
            Op::StoreItem => {
                let (key, object, value) = (frame.pop(), frame.pop(), frame.pop());
                self.set_item(&object, &key, value)?;
            }
            Op::DeleteItem => {
                let (key, object) = (frame.pop(), frame.pop());
                self.delete_item(&object, &key)?;
            }
            Op::Slice => {
                let (step, stop, start) = (frame.pop(), frame.pop(), frame.pop());
                let slice = super::sequence::slice([start, stop, step])?;
                frame.push(slice);
            }
            _ => unreachable!("not an access"),
        }
        Ok(Step::Next)
    }

    fn step_operate(&mut self, op: Op) -> Stepped {
        self.mark();
        let frame = self.frame();
        let value = match op {
            Op::Unary(operator) => {
                let operand = frame.pop();
                self.unary(operator, &operand)?
            }
            Op::Binary(operator) => {
                let (right, left) = (frame.pop(), frame.pop());
                self.binary(operator, &left, &right)?
            }
            Op::InPlace(operator) => {
                let (right, left) = (frame.pop(), frame.pop());
                self.in_place(operator, &left, &right)?
            }
            Op::Compare(operator) => {
                let (right, left) = (frame.pop(), frame.pop());
                self.compare(operator, &left, &right)?
            }
            _ => unreachable!("not an operation"),
        };
        self.frame().push(value);
        Ok(Step::Next)
    }

    fn step_jump_keep(&mut self, wanted: bool, target: u32) -> Stepped {
        let value = self.frame().top(0).clone();
        if self.truth(&value)? == wanted {
            self.frame().at = target as usize;
        } else {
            self.frame().pop();
        }
        Ok(Step::Next)
    }

    fn step_call(&mut self, op: Op) -> Stepped {
        self.mark();
        let frame = self.frame();
        match op {
            Op::LoadMethod(place) => {
                let (name, object) = (frame.name(place), frame.pop());
                if matches!(object, Value::Host(_)) {
                    frame.push(object);
                    frame.push(Value::Str(name));
                    return Ok(Step::Next);
                }
                let (function, receiver) = self.method(&object, &name)?;
                let frame = self.frame();
                frame.push(function);
                frame.push(receiver);
                Ok(Step::Next)
            }
            Op::Call(count, names) => {
                let arguments = frame.take_arguments(count, names);
                let callee = frame.pop();
                self.invoke(&callee, arguments)
            }
            Op::CallSpread => {
                let arguments = frame.take_spread();
                let callee = frame.pop();
                self.invoke(&callee, arguments)
            }
            Op::CallMethod(count, names) => {
                let arguments = frame.take_arguments(count, names);
                self.invoke_method(arguments)
            }
            Op::CallMethodSpread => {
                let arguments = frame.take_spread();
                self.invoke_method(arguments)
            }
            _ => unreachable!("not a call"),
        }
    }

    /// `callee receiver` lie on the stack.
    fn invoke_method(&mut self, mut arguments: Arguments) -> Stepped {
        let frame = self.frame();
        let (receiver, function) = (frame.pop(), frame.pop());
        match (&function, receiver) {
            (Value::Host(object), Value::Str(name)) => {
                let span = self.machine.span;
                let reply = self.host.call(object, Some(&name), arguments, span)?;
                self.reply(reply)
            }
            (_, Value::Unbound) => self.invoke(&function, arguments),
            (_, receiver) => {
                arguments.positional.insert(0, receiver);
                self.invoke(&function, arguments)
            }
        }
    }

    fn step_build(&mut self, op: Op) -> Stepped {
        let frame = self.frame();
        match op {
            Op::BuildList(count) => {
                let items = frame.pop_many(count as usize);
                frame.push(Value::list(items));
            }
            Op::BuildTuple(count) => {
                let items = frame.pop_many(count as usize);
                frame.push(Value::tuple(items));
            }
            Op::BuildSet(_) => frame.push(Value::Set(Rc::new(Set::default()))),
            Op::BuildDict(_) => frame.push(Value::Dict(Rc::new(Dict::default()))),
            Op::ListAppend(below) => {
                let item = frame.pop();
                frame.list(below).push(item);
            }
            Op::ListExtend => {
                let items = frame.pop();
                let items = self.iterate(&items)?;
                self.frame().list(0).change(|list| list.extend(items));
            }
            Op::ListToTuple => {
                let list = frame.pop();
                frame.push(Value::tuple(list.items().unwrap_or_default()));
            }
            Op::BuildString(count) => {
                let parts = frame.pop_many(count as usize);
                let text: String = parts.iter().filter_map(Value::as_str).collect();
                frame.push(Value::from(text));
            }
            Op::Format(conversion, spec) => {
                let spec = if spec { frame.pop() } else { Value::None };
                let value = frame.pop();
                let text = self.format_converted(&value, conversion, spec.as_str().unwrap_or(""))?;
                self.frame().push(Value::from(text));
            }
            Op::Annotate(name, text) => {
                let (name, text) = (frame.name(name), frame.code.constants[text as usize].clone());
                if let (Some(names), CodeKind::Class) = (frame.namespace.clone(), frame.code.kind) {
                    let known = names.borrow().get("__annotations__").cloned();
                    let annotations = known.unwrap_or_else(|| Value::dict([]));
                    if let Value::Dict(dict) = &annotations {
                        dict.set_plain(Value::Str(name), text);
                    }
                    let old = names.borrow_mut().set(&Rc::from("__annotations__"), annotations);
                    drop(old);
                }
            }
            _ => return self.step_collect(op),
        }
        Ok(Step::Next)
    }

    fn step_collect(&mut self, op: Op) -> Stepped {
        self.mark();
        let frame = self.frame();
        match op {
            Op::SetAdd(below) => {
                let item = frame.pop();
                let Value::Set(set) = frame.top(below as usize).clone() else { unreachable!("a set is being built") };
                self.set_add(&set, item)?;
            }
            Op::SetExtend => {
                let items = frame.pop();
                let Value::Set(set) = frame.top(0).clone() else { unreachable!("a set is being built") };
                for item in self.iterate(&items)? {
                    self.set_add(&set, item)?;
                }
            }
            Op::DictSet(below) => {
                let (value, key) = (frame.pop(), frame.pop());
                let dict = frame.dict(below);
                self.dict_set(&dict, key, value)?;
            }
            Op::DictSetName(place) => {
                let (name, value) = (frame.name(place), frame.pop());
                let dict = frame.dict(0);
                if dict.get_str(&name).is_some() {
                    return Err(Raised::type_error(format!("got multiple values for keyword argument '{name}'")));
                }
                dict.set_plain(Value::Str(name), value);
            }
            Op::DictUpdate => {
                let other = frame.pop();
                let dict = frame.dict(0);
                if other.entries().is_none() && self.method_of(&other, "keys").is_none() {
                    return Err(Raised::type_error(format!("'{}' object is not a mapping", other.type_name())));
                }
                self.dict_update(&dict, &other)?;
            }
            Op::DictMerge => {
                let other = frame.pop();
                let dict = frame.dict(0);
                let Some(entries) = other.entries() else {
                    return Err(Raised::type_error(format!("argument after ** must be a mapping, not {}", other.type_name())));
                };
                for (key, value) in entries {
                    let Some(name) = key.as_str() else { return Err(Raised::type_error("keywords must be strings")) };
                    if dict.get_str(name).is_some() {
                        return Err(Raised::type_error(format!("got multiple values for keyword argument '{name}'")));
                    }
                    dict.set_plain(key, value);
                }
            }
            _ => unreachable!("an instruction that nobody does"),
        }
        Ok(Step::Next)
    }

    /// Remembers where we are, for the host and for tracebacks.
    pub(super) fn mark(&mut self) {
        let frame = self.frame();
        let span = frame.code.spans[frame.at - 1];
        if !frame.code.lines.own {
            self.machine.span = span;
        }
    }
}

impl Frame {
    pub(super) fn list(&self, below: u32) -> Rc<List> {
        match self.top(below as usize) {
            Value::List(list) => Rc::clone(list),
            _ => unreachable!("a list is being built"),
        }
    }

    fn dict(&self, below: u32) -> Rc<Dict> {
        match self.top(below as usize) {
            Value::Dict(dict) => Rc::clone(dict),
            _ => unreachable!("a dict is being built"),
        }
    }

    fn take_arguments(&mut self, count: u32, names: u32) -> Arguments {
        let mut keyword = Vec::new();
        if names != NO_NAMES {
            let names = self.code.constants[names as usize].items().unwrap_or_default();
            let values = self.pop_many(names.len());
            keyword = names.iter().zip(values).map(|(name, value)| (name.as_str().unwrap_or("").to_owned(), value)).collect();
        }
        Arguments { positional: self.pop_many(count as usize), keyword }
    }

    fn take_spread(&mut self) -> Arguments {
        let (keywords, positional) = (self.pop(), self.pop());
        let keyword = keywords.entries().unwrap_or_default();
        let keyword = keyword.into_iter().map(|(name, value)| (name.as_str().unwrap_or("").to_owned(), value)).collect();
        Arguments { positional: positional.items().unwrap_or_default(), keyword }
    }
}
