//! The loop that runs frames: fetch an instruction, do it, until the outermost frame of this run returns, waits or dies.

use super::code::Op;
use super::frame::Frame;
use super::frame::Then;
use super::function::Cell;
use super::function::Function;
use super::host::Arguments;
use super::host::Reply;
use super::iterator::Iter;
use super::machine::FUEL;
use super::machine::Vm;
use super::raised::Raised;
use super::value::Value;
use std::rc::Rc;

/// How a run ended.
pub(super) enum Outcome {
    Returned(Value),
    Raised(Raised),
    Waiting(u64),
    OutOfFuel,
}

/// What an instruction did.
pub(super) enum Step {
    /// Go on with the next one.
    Next,
    /// The innermost frame has returned this.
    Return(Value),
    /// The innermost frame, a generator's, has yielded this.
    Yield(Value),
    /// The call waits for the host.
    Wait(u64),
}

pub(super) type Stepped = Result<Step, Raised>;

/// Calls deeper than this raise `RecursionError`, as CPython's do.
const RECURSION: usize = 1000;
/// Calls from Rust into Python deeper than this raise `RecursionError`.
const NESTED: u32 = 24;

impl Vm<'_> {
    /// Runs until the frame at depth `base` (from 0) has returned. `given` is what a wait that is over brought.
    pub(super) fn run(&mut self, base: usize, given: Option<Result<Value, Raised>>) -> Outcome {
        let mut next = match given {
            None => Ok(Step::Next),
            Some(Ok(value)) => {
                self.frame().push(value);
                Ok(Step::Next)
            }
            Some(Err(raised)) => Err(raised),
        };
        loop {
            let outcome = match next {
                Ok(Step::Next) => {
                    if self.machine.fuel == 0 && self.machine.nested == 0 {
                        return Outcome::OutOfFuel;
                    }
                    next = match self.spend(1) {
                        Ok(()) => self.step(),
                        Err(raised) => Err(raised),
                    };
                    continue;
                }
                Ok(Step::Return(value)) => self.leave(value),
                Ok(Step::Yield(value)) => self.yielded(value),
                Ok(Step::Wait(token)) if self.machine.nested == 0 => return Outcome::Waiting(token),
                Ok(Step::Wait(token)) => {
                    next = self.host.wait_inside(token).map(|value| {
                        self.frame().push(value);
                        Step::Next
                    });
                    continue;
                }
                Err(raised) => self.unwind(raised, base),
            };
            match outcome {
                Left::Step(step) => next = step,
                Left::Done(outcome) => return outcome,
            }
        }
    }

    /// Pays for work; in a nested run, which cannot pause, there is an overdraft, and beyond that the program is stopped.
    pub(super) fn spend(&mut self, amount: u64) -> Result<(), Raised> {
        let machine = &mut *self.machine;
        if machine.fuel < amount {
            if machine.overdraft < amount {
                return Err(Raised::stopped("the program runs for too long in one call"));
            }
            let grant = machine.overdraft.min(FUEL.max(amount));
            machine.overdraft -= grant;
            machine.fuel += grant;
        }
        machine.fuel -= amount;
        Ok(())
    }

    pub(super) fn frame(&mut self) -> &mut Frame {
        let Some(frame) = self.machine.frames.last_mut() else { unreachable!("no frame is running") };
        frame
    }

    /// Pushes a frame, if the program is not too deep already.
    pub(super) fn enter(&mut self, frame: Frame) -> Result<(), Raised> {
        if self.machine.frames.len() >= RECURSION {
            return Err(Raised::new("RecursionError", "maximum recursion depth exceeded"));
        }
        self.machine.frames.push(frame);
        Ok(())
    }

    /// Runs the frame on top, which ends with [`Then::Leave`], to its end.
    pub(super) fn run_nested(&mut self) -> Result<Value, Raised> {
        self.run_nested_from(self.machine.frames.len() - 1)
    }

    /// Runs the frame at a depth, and what lies above it, to its end.
    pub(super) fn run_nested_from(&mut self, base: usize) -> Result<Value, Raised> {
        self.run_nested_given(base, None)
    }

    /// As [`Vm::run_nested_from`]; the frame on top gets a value, or an exception, first.
    pub(super) fn run_nested_given(&mut self, base: usize, given: Option<Result<Value, Raised>>) -> Result<Value, Raised> {
        if self.machine.nested >= NESTED {
            self.machine.frames.truncate(base);
            return Err(Raised::new("RecursionError", "maximum recursion depth exceeded"));
        }
        self.machine.nested += 1;
        let span = self.machine.span;
        let outcome = self.run(base, given);
        self.machine.span = span;
        self.machine.nested -= 1;
        match outcome {
            Outcome::Returned(value) => Ok(value),
            Outcome::Raised(raised) => Err(raised),
            Outcome::Waiting(_) | Outcome::OutOfFuel => unreachable!("a nested run neither waits nor pauses"),
        }
    }

    /// The innermost frame has returned.
    fn leave(&mut self, value: Value) -> Left {
        let Some(frame) = self.machine.frames.pop() else { unreachable!("no frame is running") };
        let Frame { then, namespace, .. } = frame;
        let step = match then {
            Then::Leave => return Left::Done(Outcome::Returned(value)),
            Then::Push => {
                self.frame().push(value);
                Ok(Step::Next)
            }
            Then::Made(instance) => {
                if matches!(value, Value::None) {
                    self.frame().push(instance);
                    Ok(Step::Next)
                } else {
                    Err(Raised::type_error(format!("__init__() should return None, not '{}'", value.type_name())))
                }
            }
            Then::Host(token) => match self.host.called(token, Ok(value)) {
                Ok(reply) => self.reply(reply),
                Err(raised) => Err(raised),
            },
            Then::Class(parts) => self.finish_class(*parts, &namespace.unwrap_or_default()).map(|class| {
                self.frame().push(class);
                Step::Next
            }),
            Then::Loop(iter, target) => {
                iter.finish(value);
                let frame = self.frame();
                frame.pop();
                frame.at = target;
                Ok(Step::Next)
            }
        };
        Left::Step(step)
    }

    /// The innermost frame, a generator's, has yielded: it goes back into its generator.
    fn yielded(&mut self, value: Value) -> Left {
        let Some(mut frame) = self.machine.frames.pop() else { unreachable!("no frame is running") };
        match std::mem::replace(&mut frame.then, Then::Leave) {
            Then::Loop(iter, _) => {
                iter.suspend(frame);
                self.frame().push(value);
                Left::Step(Ok(Step::Next))
            }
            _ => {
                self.machine.frames.push(frame);
                Left::Done(Outcome::Returned(value))
            }
        }
    }

    /// What the host said becomes the value of the call.
    pub(super) fn reply(&mut self, reply: Reply) -> Stepped {
        match reply {
            Reply::Value(value) => {
                self.frame().push(value);
                Ok(Step::Next)
            }
            Reply::Wait(token) => Ok(Step::Wait(token)),
            Reply::Call { function, arguments, token } => self.call_for_host(&function, arguments, token),
        }
    }

    fn call_for_host(&mut self, function: &Value, arguments: Arguments, token: u64) -> Stepped {
        let depth = self.machine.frames.len();
        let step = match self.invoke(function, arguments) {
            Ok(step) => step,
            Err(raised) => return self.host.called(token, Err(raised)).and_then(|reply| self.reply(reply)),
        };
        if self.machine.frames.len() > depth && matches!(self.frame().then, Then::Push) {
            self.frame().then = Then::Host(token);
            return Ok(step);
        }
        match step {
            Step::Next if self.machine.frames.len() == depth => {
                let value = self.frame().pop();
                self.host.called(token, Ok(value)).and_then(|reply| self.reply(reply))
            }
            step => Ok(step),
        }
    }

    /// An exception goes up the frames until one handles it.
    fn unwind(&mut self, mut raised: Raised, base: usize) -> Left {
        loop {
            let frame = self.frame();
            raised.passed_frame(frame);
            if !raised.is_stopped()
                && let Some(handler) = frame.handlers.pop()
            {
                frame.stack.truncate(handler.stack);
                frame.exceptions.truncate(handler.exceptions);
                frame.at = handler.target;
                frame.exceptions.push(raised);
                return Left::Step(Ok(Step::Next));
            }
            let Some(frame) = self.machine.frames.pop() else { unreachable!("no frame is running") };
            let frame_then = frame.then;
            match frame_then {
                Then::Leave => {
                    debug_assert!(self.machine.frames.len() == base, "a run leaves by its own frame");
                    return Left::Done(Outcome::Raised(raised));
                }
                Then::Host(token) => match self.host.called(token, Err(raised)) {
                    Ok(reply) => return Left::Step(self.reply(reply)),
                    Err(again) => raised = again,
                },
                Then::Loop(iter, _) => {
                    iter.finish(Value::None);
                    if raised.is("StopIteration") {
                        raised = Raised::new("RuntimeError", "generator raised StopIteration");
                    }
                }
                Then::Push | Then::Made(_) | Then::Class(_) => {}
            }
        }
    }

    /// Begins the generator in a loop: its frame comes on top, its yields are the loop's items.
    pub(super) fn enter_generator(&mut self, iter: &Rc<Iter>, target: usize) -> Result<bool, Raised> {
        let Some(mut frame) = iter.take_frame()? else { return Ok(false) };
        frame.then = Then::Loop(Rc::clone(iter), target);
        if frame.at > 0 {
            frame.push(Value::None);
        }
        self.enter(frame)?;
        Ok(true)
    }

    pub(super) fn make_function(&mut self, place: u32, positional: u32, keyword: u32) {
        let frame = self.frame();
        let code = Rc::clone(&frame.code.codes[place as usize]);
        let keyword_values = frame.pop_many(keyword as usize);
        let defaults = frame.pop_many(positional as usize);
        let cells: Vec<Cell> = code.captures.iter().map(|cell| Rc::clone(&frame.cells[*cell as usize])).collect();
        let keyword_defaults = code.parameters.keyword_defaults.iter().cloned().zip(keyword_values).collect();
        let globals = Rc::clone(&frame.globals);
        let name = Rc::clone(&code.name);
        let function = Function { name, code, defaults, keyword_defaults, cells, globals, attributes: std::cell::RefCell::default() };
        frame.push(Value::Function(Rc::new(function)));
    }

    pub(super) fn step(&mut self) -> Stepped {
        let frame = self.frame();
        let op = frame.code.ops[frame.at];
        frame.at += 1;
        match op {
            Op::Constant(place) => {
                let value = frame.code.constants[place as usize].clone();
                frame.push(value);
            }
            Op::LoadLocal(place) => match &frame.locals[place as usize] {
                Value::Unbound => return Err(frame.unbound_local(place)),
                value => {
                    let value = value.clone();
                    frame.push(value);
                }
            },
            Op::StoreLocal(place) => {
                let value = frame.pop();
                frame.locals[place as usize] = value;
            }
            Op::Pop => drop(frame.pop()),
            Op::Jump(target) => frame.at = target as usize,
            Op::JumpIfFalse(target) => return self.jump_if(false, target),
            Op::JumpIfTrue(target) => return self.jump_if(true, target),
            Op::Return => return Ok(Step::Return(frame.pop())),
            Op::Yield => return Ok(Step::Yield(frame.pop())),
            _ => return self.step_more(op),
        }
        Ok(Step::Next)
    }

    fn jump_if(&mut self, wanted: bool, target: u32) -> Stepped {
        let value = self.frame().pop();
        if self.truth(&value)? == wanted {
            self.frame().at = target as usize;
        }
        Ok(Step::Next)
    }
}

enum Left {
    Step(Stepped),
    Done(Outcome),
}
