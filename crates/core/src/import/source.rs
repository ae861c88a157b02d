//! Where the values of a field stand in a file.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The column of this name.
    Column(SmolStr),
    /// The column at this position, counted from 1.
    Position(u32),
    /// The same for every line.
    Constant(SmolStr),
}

impl Source {
    /// The column of this name.
    ///
    /// ```
    /// use fondaco_core::import::Source;
    /// assert_eq!(Source::column("Betrag"), Source::Column("Betrag".into()));
    /// assert_eq!(Source::constant("GEN"), Source::Constant("GEN".into()));
    /// ```
    pub fn column(name: impl Into<SmolStr>) -> Source {
        Source::Column(name.into())
    }

    /// The same for every line.
    pub fn constant(value: impl Into<SmolStr>) -> Source {
        Source::Constant(value.into())
    }
}

/// A text names a column.
impl From<&str> for Source {
    fn from(name: &str) -> Source {
        Source::column(name)
    }
}

/// A number is the position of a column, from 1.
impl From<u32> for Source {
    fn from(position: u32) -> Source {
        Source::Position(position)
    }
}
