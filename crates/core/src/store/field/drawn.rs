//! Numbers that the store draws.

use super::{Field, Numbers, unexpected};
use crate::store::{ColumnSink, DecodeError, KeyWriter, Type, Value};

/// A number that the store gives at commit, without gaps: until then its place in the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Drawn {
    /// The number.
    Number(i64),
    /// The `offset`-th number of the batch's `draw`-th draw.
    Place {
        /// Which draw.
        draw: u32,
        /// Which number of it.
        offset: u32,
    },
}

impl Drawn {
    /// The number; `None` before the commit.
    ///
    /// ```
    /// use fondaco_core::store::Drawn;
    /// assert_eq!(Drawn::Number(17).number(), Some(17));
    /// assert_eq!(Drawn::Place { draw: 0, offset: 2 }.number(), None);
    /// ```
    pub fn number(self) -> Option<i64> {
        match self {
            Drawn::Number(number) => Some(number),
            Drawn::Place { .. } => None,
        }
    }
}

impl Field for Drawn {
    const TYPE: Type = Type::I64;
    fn write(&self, out: &mut dyn ColumnSink) {
        match *self {
            Drawn::Number(number) => out.i64(number),
            Drawn::Place { draw, offset } => out.drawn(draw, offset),
        }
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::I64(number) => Ok(Drawn::Number(number)),
            Value::Drawn { draw, offset } => Ok(Drawn::Place { draw, offset }),
            other => unexpected(&other, "a drawn number"),
        }
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.number().is_some_and(|number| number.write_part(out))
    }
    fn fill(&mut self, numbers: &Numbers) {
        if let Drawn::Place { draw, offset } = *self
            && let Some(number) = numbers.get(draw, offset)
        {
            *self = Drawn::Number(number);
        }
    }
}
