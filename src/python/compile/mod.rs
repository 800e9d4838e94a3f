//! From ruff's tree to code for the machine.

mod assign;
mod control;
mod expression;
mod function;
mod pattern;
mod scope;
mod statement;

use super::code::Code;
use super::code::CodeKind;
use super::code::Lines;
use super::code::Op;
use super::code::Parameters;
use super::parse;
use super::parse::Program;
use super::value::Value;
use crate::diag::Diagnostic;
use crate::diag::Span;
use hashbrown::HashMap;
use ruff_python_ast::Stmt;
use scope::Home;
use scope::ScopeKind;
use scope::Scopes;
use std::rc::Rc;

/// Compiles a program.
///
/// # Errors
/// The first thing that Python's own compiler would refuse (`'return' outside function`), or what is too large for us.
pub(super) fn compile(program: &Program, own: bool) -> Result<Rc<Code>, Box<Diagnostic>> {
    if let Some(first) = program.diagnostics.first() {
        return Err(Box::new(first.clone()));
    }
    let scopes = Scopes::read(&program.tree.body);
    if let Some((name, range)) = &scopes.unbound_nonlocal {
        if scopes.all[0].nonlocals.contains_key(name) {
            return refuse("nonlocal declaration not allowed at module level", parse::span(*range));
        }
        return Err(Box::new(parse::syntax_error(format!("no binding for nonlocal '{name}' found"), parse::span(*range))));
    }
    let lines = Rc::new(Lines::new(&program.text, own));
    let mut compiler = Compiler { text: &program.text, lines, scopes: &scopes, units: Vec::new(), depth: 0, size: 0 };
    compiler.open(0, CodeKind::Program, "<module>", Parameters::default());
    compiler.body(&program.tree.body)?;
    Ok(compiler.close())
}

type Done = Result<(), Box<Diagnostic>>;

/// Expressions and statements nested deeper than this are refused.
const DEPTH: usize = 250;
/// Programs of more instructions than this are refused (`finally` bodies are copied to every exit).
const SIZE: usize = 2_000_000;

struct Compiler<'a> {
    text: &'a str,
    lines: Rc<Lines>,
    scopes: &'a Scopes,
    units: Vec<Unit<'a>>,
    depth: usize,
    size: usize,
}

/// A piece of code being made.
struct Unit<'a> {
    scope: usize,
    code: Code,
    blocks: Vec<Block<'a>>,
    local_index: HashMap<Rc<str>, u32>,
    name_index: HashMap<Rc<str>, u32>,
    constant_index: HashMap<ConstantKey, u32>,
}

#[derive(PartialEq, Eq, Hash)]
enum ConstantKey {
    None,
    Bool(bool),
    Int(i64),
    Str(Rc<str>),
}

/// What a jump out of the current place has to leave.
enum Block<'a> {
    /// A loop: where `continue` goes, the jumps of its `break`s, and whether an iterator lies on the stack.
    Loop { start: u32, breaks: Vec<usize>, iterator: bool },
    /// A `try` whose handler is set.
    Handler,
    /// An `except` body: its exception is to be forgotten.
    Except,
    /// A `try` with `finally`: handler set, and the body to run.
    Finally(&'a [Stmt]),
    /// A `with`: handler set, and where the manager is.
    With(u32, Span),
}

impl<'a> Compiler<'a> {
    fn open(&mut self, scope: usize, kind: CodeKind, name: &str, parameters: Parameters) {
        let found = &self.scopes.all[scope];
        let cells: Vec<Rc<str>> = found.cells.iter().chain(&found.free).map(|name| Rc::from(name.as_str())).collect();
        let captures = found.free.iter().map(|name| self.units.last().map_or(0, |unit| unit.cell(name))).collect();
        let qualified = match self.units.last() {
            Some(unit) if unit.code.kind == CodeKind::Program => Rc::from(name),
            Some(unit) if unit.code.kind == CodeKind::Class => Rc::from(format!("{}.{name}", unit.code.qualified)),
            Some(unit) => Rc::from(format!("{}.<locals>.{name}", unit.code.qualified)),
            None => Rc::from(name),
        };
        let class_cell = cells.iter().position(|cell| &**cell == "__class__").map(index);
        let code = Code {
            name: Rc::from(name),
            qualified,
            kind,
            generator: found.generator,
            parameters,
            ops: Vec::new(),
            spans: Vec::new(),
            constants: Vec::new(),
            names: Vec::new(),
            codes: Vec::new(),
            locals: Vec::new(),
            cells,
            captures,
            cell_parameters: Vec::new(),
            class_cell,
            documentation: None,
            lines: Rc::clone(&self.lines),
        };
        let mut unit = Unit {
            scope,
            code,
            blocks: Vec::new(),
            local_index: HashMap::new(),
            name_index: HashMap::new(),
            constant_index: HashMap::new(),
        };
        unit.parameter_locals();
        self.units.push(unit);
    }

    fn close(&mut self) -> Rc<Code> {
        let end = Span { start: 0, end: 0 };
        if self.unit().code.kind != CodeKind::Lambda {
            self.constant(Value::None, end);
        }
        self.emit(Op::Return, end);
        let Some(unit) = self.units.pop() else { unreachable!("closed more code than was opened") };
        Rc::new(unit.code)
    }

    fn unit(&mut self) -> &mut Unit<'a> {
        let Some(unit) = self.units.last_mut() else { unreachable!("no code is open") };
        unit
    }

    fn emit(&mut self, op: Op, span: Span) -> usize {
        self.size += 1;
        let unit = self.unit();
        unit.code.ops.push(op);
        unit.code.spans.push(span);
        unit.code.ops.len() - 1
    }

    fn here(&mut self) -> u32 {
        index(self.unit().code.ops.len())
    }

    /// Lets a jump go to the place that comes next.
    fn land(&mut self, jump: usize) {
        let target = self.here();
        let op = &mut self.unit().code.ops[jump];
        *op = match *op {
            Op::Jump(_) => Op::Jump(target),
            Op::JumpIfFalse(_) => Op::JumpIfFalse(target),
            Op::JumpIfTrue(_) => Op::JumpIfTrue(target),
            Op::JumpIfFalseKeep(_) => Op::JumpIfFalseKeep(target),
            Op::JumpIfTrueKeep(_) => Op::JumpIfTrueKeep(target),
            Op::ForNext(_) => Op::ForNext(target),
            Op::PushHandler(_) => Op::PushHandler(target),
            _ => unreachable!("only jumps are landed"),
        };
    }

    fn land_all(&mut self, jumps: Vec<usize>) {
        jumps.into_iter().for_each(|jump| self.land(jump));
    }

    fn constant(&mut self, value: Value, span: Span) {
        let place = self.constant_place(value);
        self.emit(Op::Constant(place), span);
    }

    fn constant_place(&mut self, value: Value) -> u32 {
        let unit = self.unit();
        let key = match &value {
            Value::None => Some(ConstantKey::None),
            Value::Bool(truth) => Some(ConstantKey::Bool(*truth)),
            Value::Int(number) => Some(ConstantKey::Int(*number)),
            Value::Str(text) => Some(ConstantKey::Str(Rc::clone(text))),
            _ => None,
        };
        let next = index(unit.code.constants.len());
        let place = match key {
            Some(key) => *unit.constant_index.entry(key).or_insert(next),
            None => next,
        };
        if place == next {
            unit.code.constants.push(value);
        }
        place
    }

    fn name(&mut self, name: &str) -> u32 {
        let unit = self.unit();
        if let Some(place) = unit.name_index.get(name) {
            return *place;
        }
        let (name, place): (Rc<str>, u32) = (Rc::from(name), index(unit.code.names.len()));
        unit.code.names.push(Rc::clone(&name));
        unit.name_index.insert(name, place);
        place
    }

    fn load(&mut self, name: &str, span: Span) {
        let op = match self.home(name) {
            Home::Local => Op::LoadLocal(self.unit().local(name)),
            Home::Cell => Op::LoadCell(self.unit().cell(name)),
            Home::Global => Op::LoadGlobal(self.name(name)),
            Home::Name => Op::LoadName(self.name(name)),
        };
        self.emit(op, span);
    }

    fn store(&mut self, name: &str, span: Span) {
        let op = match self.home(name) {
            Home::Local => Op::StoreLocal(self.unit().local(name)),
            Home::Cell => Op::StoreCell(self.unit().cell(name)),
            Home::Global => Op::StoreGlobal(self.name(name)),
            Home::Name => Op::StoreName(self.name(name)),
        };
        self.emit(op, span);
    }

    fn delete(&mut self, name: &str, span: Span) {
        let op = match self.home(name) {
            Home::Local => Op::DeleteLocal(self.unit().local(name)),
            Home::Cell => Op::DeleteCell(self.unit().cell(name)),
            Home::Global => Op::DeleteGlobal(self.name(name)),
            Home::Name => Op::DeleteName(self.name(name)),
        };
        self.emit(op, span);
    }

    fn home(&mut self, name: &str) -> Home {
        let scope = self.unit().scope;
        self.scopes.home(scope, name)
    }

    /// Goes one level deeper, or refuses.
    fn deeper(&mut self, span: Span) -> Done {
        self.depth += 1;
        if self.depth > DEPTH {
            return refuse("too many nested parentheses, operators or blocks", span);
        }
        if self.size > SIZE {
            return refuse("the program is too large", span);
        }
        Ok(())
    }

    fn scope_kind(&mut self) -> ScopeKind {
        let scope = self.unit().scope;
        self.scopes.all[scope].kind
    }
}

impl Unit<'_> {
    fn local(&mut self, name: &str) -> u32 {
        if let Some(place) = self.local_index.get(name) {
            return *place;
        }
        let (name, place): (Rc<str>, u32) = (Rc::from(name), index(self.code.locals.len()));
        self.code.locals.push(Rc::clone(&name));
        self.local_index.insert(name, place);
        place
    }

    /// A local that the program does not see.
    fn hidden(&mut self) -> u32 {
        let place = index(self.code.locals.len());
        self.code.locals.push(Rc::from("."));
        place
    }

    fn cell(&self, name: &str) -> u32 {
        self.code.cells.iter().position(|cell| &**cell == name).map_or(0, index)
    }

    fn parameter_locals(&mut self) {
        let parameters = &self.code.parameters;
        let names: Vec<Rc<str>> = parameters.positional.iter().chain(&parameters.keyword_only).cloned().collect();
        for name in names {
            self.parameter_local(&name);
        }
    }

    fn parameter_local(&mut self, name: &Rc<str>) {
        let local = self.local(name);
        if let Some(cell) = self.code.cells.iter().position(|cell| cell == name) {
            self.code.cell_parameters.push((local, index(cell)));
        }
    }
}

fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn refuse<T>(message: &str, span: Span) -> Result<T, Box<Diagnostic>> {
    Err(Box::new(parse::syntax_error(message, span)))
}

/// Code that does nothing but return what lies on its stack.
pub(super) fn return_code() -> Rc<Code> {
    Rc::new(Code {
        name: Rc::from("<call>"),
        qualified: Rc::from("<call>"),
        kind: CodeKind::Function,
        generator: false,
        parameters: Parameters::default(),
        ops: vec![Op::Return],
        spans: vec![Span { start: 0, end: 0 }],
        constants: Vec::new(),
        names: Vec::new(),
        codes: Vec::new(),
        locals: Vec::new(),
        cells: Vec::new(),
        captures: Vec::new(),
        cell_parameters: Vec::new(),
        class_cell: None,
        documentation: None,
        lines: Rc::new(Lines::new("", true)),
    })
}
