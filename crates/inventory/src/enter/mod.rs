//! Entering what was kept elsewhere until now: items with their units, and what lies where, with its cost.
//!
//! [`EnterItems`] and [`EnterStock`] take many lines in one command and say of each that is refused why; with [`Taking`] all of them are
//! taken or none, or those that are good, or none at all, to see what would be refused. What is there already, as it is given, is left
//! alone, so that the same list can be entered again when it has grown.
//!
//! With the feature `import` the lines come from CSV files, by a mapping of columns: `ItemFile` and `StockFile` read them, `command` makes the
//! command, and `report` says line by line what was refused, of the file and of the stock.

mod error;
mod items;
mod stock;

#[cfg(feature = "import")]
mod item_file;
#[cfg(feature = "import")]
mod report;
#[cfg(feature = "import")]
mod stock_file;

pub use error::EnterError;
pub use items::{EnterItems, NewItem};
pub use stock::{EnterStock, OpeningLine};
#[cfg(feature = "import")]
pub use {
    item_file::{ItemFile, ItemMapping},
    report::EnterReport,
    stock_file::{StockFile, StockMapping},
};

use fondaco_core::{ActError, ErrorKind, Halt, Outcome, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::StockError;

/// So many lines one command takes.
pub(crate) const MOST: usize = 100_000;

/// What is done where lines are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taking {
    /// All are taken, or none.
    #[default]
    AllOrNothing,
    /// Those that are good are taken.
    GoodOnes,
    /// None is taken: it is only said which would be refused.
    OnlyCheck,
}

/// What became of lines that were entered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Outcome)]
pub struct Entered {
    /// How many were taken.
    pub entered: u32,
    /// How many are there already, as they were given.
    pub there: u32,
    /// Those that were refused, in order.
    pub refused: Vec<RefusedLine>,
}

/// Why a line was not taken: kept with the command, so that a replay says the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Outcome)]
#[error("line {at} (counted from 0): {message}")]
pub struct RefusedLine {
    /// Its place in the command, counted from 0.
    pub at: u32,
    /// The error's stable code.
    pub code: SmolStr,
    /// The error's text.
    pub message: SmolStr,
}

impl Entered {
    fn refuse(&mut self, at: usize, error: &StockError) {
        self.refused.push(RefusedLine {
            at: u32::try_from(at).unwrap_or(u32::MAX),
            code: SmolStr::new_static(error.code()),
            // What a person typed may hold anything; a stored text may not.
            message: error.to_string().replace('\0', "\u{fffd}").into(),
        });
    }

    /// Notes what became of a line: taken, there already, or refused.
    fn note(&mut self, at: usize, done: Result<bool, StockError>) {
        match done {
            Ok(true) => self.entered += 1,
            Ok(false) => self.there += 1,
            Err(error) => self.refuse(at, &error),
        }
    }
}

/// Takes lines as it is said, and takes back what is not to stay.
fn take(
    tx: &mut Tx<'_>,
    taking: Taking,
    all: impl FnOnce(&mut Tx<'_>) -> Result<Entered, StockError>,
) -> Result<Entered, StockError> {
    let done = tx.attempt(|tx| {
        let entered = all(tx).map_err(Nothing::Stock)?;
        let stays = match taking {
            Taking::AllOrNothing => entered.refused.is_empty(),
            Taking::GoodOnes => true,
            Taking::OnlyCheck => false,
        };
        if stays { Ok(entered) } else { Err(Nothing::Stays(entered)) }
    })?;
    match done {
        Ok(entered) => Ok(entered),
        Err(Nothing::Stays(entered)) => Ok(Entered { entered: 0, ..entered }),
        Err(Nothing::Stock(error)) => Err(error),
    }
}

/// Why what was entered is taken back.
#[derive(Debug, thiserror::Error)]
enum Nothing {
    #[error("nothing of it stays")]
    Stays(Entered),
    #[error(transparent)]
    Stock(StockError),
}

impl From<Halt> for Nothing {
    fn from(halt: Halt) -> Nothing {
        Nothing::Stock(halt.into())
    }
}

impl ActError for Nothing {
    fn halt(&self) -> Option<&Halt> {
        if let Nothing::Stock(error) = self { error.halt() } else { None }
    }
    fn code(&self) -> &'static str {
        if let Nothing::Stock(error) = self { error.code() } else { "inventory.nothing_entered" }
    }
    fn kind(&self) -> ErrorKind {
        if let Nothing::Stock(error) = self { error.kind() } else { ErrorKind::Refused }
    }
}

fn check_count(count: usize) -> Result<(), EnterError> {
    if count > MOST { Err(EnterError::TooManyLines { count, most: MOST }) } else { Ok(()) }
}
