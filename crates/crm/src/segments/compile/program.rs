//! A formula as steps over a small stack: joins of many become joins of two, so that the stack is never higher than the formula is deep.

use crate::segments::predicate::{Formula, Node};
use crate::segments::{DEEPEST, Truth};

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op<T> {
    Leaf(T),
    Yes,
    No,
    And,
    Or,
    Not,
}

/// Steps that leave one truth.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Program<T> {
    pub(crate) ops: Vec<Op<T>>,
}

impl<T> Program<T> {
    pub(crate) fn leaf(leaf: T) -> Self {
        Self { ops: vec![Op::Leaf(leaf)] }
    }

    /// Parts joined one by one.
    pub(crate) fn joined(parts: Vec<Self>, none: Op<T>, join: fn() -> Op<T>) -> Self {
        let mut ops = Vec::new();
        for (number, part) in parts.into_iter().enumerate() {
            ops.extend(part.ops);
            if number > 0 {
                ops.push(join());
            }
        }
        if ops.is_empty() {
            ops.push(none);
        }
        Self { ops }
    }

    /// From a formula without people.
    pub(crate) fn of<L>(formula: &Formula<L>, mut leaf: impl FnMut(&L) -> T) -> Self {
        let made = formula.fold(|_, node, mut parts| match node {
            Node::Leaf(one) => Self::leaf(leaf(one)),
            Node::All(_) => Self::joined(parts, Op::Yes, || Op::And),
            Node::Any(_) => Self::joined(parts, Op::No, || Op::Or),
            Node::Not | Node::People(_) => {
                let mut part = parts.pop().unwrap_or(Self { ops: vec![Op::No] });
                part.ops.push(Op::Not);
                part
            }
        });
        made.unwrap_or(Self { ops: vec![Op::Yes] })
    }

    /// Whether it holds always, whatever its leaves say.
    pub(crate) fn is_always(&self) -> bool {
        matches!(self.ops.as_slice(), [Op::Yes])
    }

    /// Runs the steps; every leaf is asked.
    #[inline]
    pub(crate) fn truth(&self, mut leaf: impl FnMut(&T) -> Truth) -> Truth {
        if let [Op::Leaf(one)] = self.ops.as_slice() {
            return leaf(one);
        }
        let mut stack = [Truth::Unknown; DEEPEST + 2];
        let mut top = 0_usize;
        for op in &self.ops {
            match op {
                Op::Leaf(_) | Op::Yes | Op::No => {
                    let truth = match op {
                        Op::Leaf(one) => leaf(one),
                        Op::Yes => Truth::Yes,
                        _ => Truth::No,
                    };
                    if let Some(place) = stack.get_mut(top) {
                        *place = truth;
                    }
                    top += 1;
                }
                Op::Not => {
                    if let Some(place) = stack.get_mut(top.wrapping_sub(1)) {
                        *place = !*place;
                    }
                }
                Op::And | Op::Or => {
                    top = top.saturating_sub(1);
                    let right = stack.get(top).copied().unwrap_or(Truth::Unknown);
                    if let Some(left) = stack.get_mut(top.wrapping_sub(1)) {
                        *left =
                            if matches!(op, Op::And) { left.and(right) } else { left.or(right) };
                    }
                }
            }
        }
        stack[0]
    }
}
