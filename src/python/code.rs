//! Compiled code: instructions for the machine, each with its place in the text.

use super::value::Value;
use crate::diag::Span;
use ruff_python_ast::CmpOp;
use ruff_python_ast::Operator;
use ruff_python_ast::UnaryOp;
use std::rc::Rc;

/// One instruction. Numbers index the code's tables; jumps are places in `ops`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Op {
    Constant(u32),
    Pop,
    Duplicate,
    DuplicateTwo,
    /// `a b -> b a`.
    Swap,
    /// `a b c -> c a b`.
    Rotate,
    LoadLocal(u32),
    StoreLocal(u32),
    DeleteLocal(u32),
    LoadCell(u32),
    StoreCell(u32),
    DeleteCell(u32),
    LoadGlobal(u32),
    StoreGlobal(u32),
    DeleteGlobal(u32),
    /// In a class body: its own names, then globals.
    LoadName(u32),
    StoreName(u32),
    DeleteName(u32),
    Attribute(u32),
    StoreAttribute(u32),
    DeleteAttribute(u32),
    Item,
    StoreItem,
    DeleteItem,
    /// `start stop step -> slice`.
    Slice,
    Binary(Operator),
    InPlace(Operator),
    Unary(UnaryOp),
    Compare(CmpOp),
    Jump(u32),
    JumpIfFalse(u32),
    JumpIfTrue(u32),
    /// `and`: jumps and keeps the value if it is false, drops it otherwise.
    JumpIfFalseKeep(u32),
    JumpIfTrueKeep(u32),
    BuildList(u32),
    BuildTuple(u32),
    BuildSet(u32),
    BuildDict(u32),
    /// Appends to the list so many places below.
    ListAppend(u32),
    ListExtend,
    ListToTuple,
    SetAdd(u32),
    SetExtend,
    DictSet(u32),
    DictUpdate,
    /// `**kwargs` in a call: a name given twice is an error.
    DictMerge,
    DictSetName(u32),
    Iterate,
    /// Pushes the next item, or drops the iterator and jumps.
    ForNext(u32),
    Unpack(u32),
    UnpackStar(u32, u32),
    /// Positional count, and the constant with the tuple of keyword names (`NO_NAMES` without).
    Call(u32, u32),
    /// `function list dict -> result`.
    CallSpread,
    LoadMethod(u32),
    CallMethod(u32, u32),
    CallMethodSpread,
    /// Code, positional defaults, keyword-only defaults.
    MakeFunction(u32, u32, u32),
    /// Code; the stack holds a tuple of bases and a dict of keywords.
    MakeClass(u32),
    Return,
    Yield,
    /// `iterator -> what its generator returned`.
    YieldFromResult,
    PushHandler(u32),
    PopHandler,
    PopException,
    LoadException,
    MatchException,
    Raise(u32),
    Reraise,
    Import(u32, bool),
    ImportFrom(u32, u32),
    ImportStar(u32),
    /// Conversion (0, `r`, `s`, `a`) and whether a format spec lies on top.
    Format(u8, bool),
    BuildString(u32),
    WithEnter(u32),
    WithExit(u32),
    WithExitException(u32),
    AssertFailed(bool),
    /// Records an annotated name of a class body.
    Annotate(u32, u32),
    /// `subject -> subject bool`: whether it is a sequence of so many items (or at least so many).
    MatchSequence(u32, bool),
    /// `subject keys -> subject values-or-None`.
    MatchMapping,
    /// `subject class names -> values-or-None`; the number is that of positional patterns.
    MatchClass(u32),
    /// `subject keys -> dict of the rest`.
    MatchRest,
}

/// Says in [`Op::Call`] that there are no keywords.
pub(super) const NO_NAMES: u32 = u32::MAX;

/// What a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeKind {
    Program,
    Function,
    Lambda,
    Comprehension,
    Class,
}

/// The code of a function, a class body, or a program.
pub(super) struct Code {
    pub(super) name: Rc<str>,
    pub(super) qualified: Rc<str>,
    pub(super) kind: CodeKind,
    pub(super) generator: bool,
    pub(super) parameters: Parameters,
    pub(super) ops: Vec<Op>,
    pub(super) spans: Vec<Span>,
    pub(super) constants: Vec<Value>,
    pub(super) names: Vec<Rc<str>>,
    pub(super) codes: Vec<Rc<Code>>,
    pub(super) locals: Vec<Rc<str>>,
    /// All cells: its own first, then those captured.
    pub(super) cells: Vec<Rc<str>>,
    /// Which cells of the enclosing code are captured.
    pub(super) captures: Vec<u32>,
    /// Parameters that live in cells: local, cell.
    pub(super) cell_parameters: Vec<(u32, u32)>,
    /// The cell that holds the class, for `super()`.
    pub(super) class_cell: Option<u32>,
    pub(super) documentation: Option<Rc<str>>,
    pub(super) lines: Rc<Lines>,
}

/// What a function takes. The locals begin with the positional parameters, the keyword-only ones, `*args`, `**kwargs`.
#[derive(Default)]
pub(super) struct Parameters {
    pub(super) positional: Vec<Rc<str>>,
    pub(super) positional_only: usize,
    pub(super) keyword_only: Vec<Rc<str>>,
    /// Which keyword-only parameters have defaults, in order.
    pub(super) keyword_defaults: Vec<Rc<str>>,
    pub(super) rest: bool,
    pub(super) keywords: bool,
}

/// Where lines begin.
pub(super) struct Lines {
    starts: Vec<u32>,
    /// Whether it is a text of ours, whose frames no traceback shows.
    pub(super) own: bool,
}

impl Lines {
    pub(super) fn new(text: &str, own: bool) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(place, _)| u32::try_from(place + 1).unwrap_or(u32::MAX))).collect();
        Self { starts, own }
    }

    /// The line of a place, from 1.
    pub(super) fn line(&self, place: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= place)).unwrap_or(u32::MAX)
    }
}

impl Parameters {
    pub(super) fn positional(&self) -> &[Rc<str>] {
        &self.positional
    }
}
