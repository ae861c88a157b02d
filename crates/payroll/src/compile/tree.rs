//! What a formula became: its tree once more, each part with its place in the frame. It explains results and is not run.

use fondaco_core::Rounding;
use smol_str::SmolStr;

use super::Symbol;
use crate::program::Reg;
use crate::units::Type;

/// A part of a formula.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) what: What,
    /// Where its value stands. A quotient within a rounding has none.
    pub(crate) reg: Option<Reg>,
    pub(crate) digits: u8,
    pub(crate) of: Type,
}

/// What a part of a formula is.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A number, a condition, a value of a choice.
    Literal,
    /// Something that has a name.
    Name(Symbol),
    /// What is said of each row of a list: whether the row is there, and its value.
    Rows { list: SmolStr, rows: Vec<(Reg, Node)> },
    /// What a claim gets: of which claims, the how manieth, and what it wants, is limited by and is served by.
    Claim { claims: u16, at: usize, parts: Vec<(&'static str, Node)> },
    /// An argument or a step of a formula that is called.
    Local(SmolStr),
    /// A formula that is called: with what, the steps on the way, the answer.
    Call {
        callable: usize,
        of: Vec<(SmolStr, String, Node)>,
        steps: Vec<(SmolStr, String, Node)>,
        answer: Box<Node>,
    },
    /// One cell of a parameter.
    Cell { parameter: usize, index: Reg, cells: Vec<Node> },
    /// Operators and functions, of which nothing has to be said but what they are made of.
    Join(Vec<Node>),
    /// A base or total: what adds to it, with 1, and what is taken from it, with -1.
    Sum(Vec<(i8, Node)>),
    /// Condition, then, else.
    If(Box<[Node; 3]>),
    /// A rounding, and how the formula writes it.
    Round { exact: Exact, to_digits: Option<u8>, rounding: Rounding, of: Vec<Node>, text: String },
    /// A table: the value that is looked up, and of one whose thresholds are scaled the place of the ratio.
    Table { table: u16, index: Option<Reg>, value: Reg, over: Option<Reg>, of: Vec<Node> },
}

/// What was rounded: a value, or a value over another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact {
    pub(crate) value: (Reg, u8),
    pub(crate) over: Option<(Reg, u8)>,
}
