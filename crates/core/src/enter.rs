//! Many lines in one command, of which some may be refused: what is done then, and what became of each.
//!
//! What was kept elsewhere until now (items, employees, hours) comes as a list. A command that takes one says with [`Taking`] what is done
//! where lines are refused, does each within [`take`], and answers what was [`Entered`]. Of a file, `import::GoodLines` knows which
//! line of it each is.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{ActError, ErrorKind, Halt, Outcome, Tx};

/// So many lines one command takes.
pub const MOST_LINES: usize = 100_000;

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
    /// Notes that a line was refused.
    ///
    /// ```
    /// use fondaco_core::Halt;
    /// use fondaco_core::enter::Entered;
    /// let mut entered = Entered::default();
    /// entered.refuse(3, &Halt::Bug("a line that can't be".into()));
    /// assert_eq!((entered.refused[0].at, entered.refused[0].code.as_str()), (3, "core.bug"));
    /// ```
    pub fn refuse(&mut self, at: usize, error: &impl ActError) {
        self.refused.push(RefusedLine {
            at: u32::try_from(at).unwrap_or(u32::MAX),
            code: SmolStr::new_static(error.code()),
            // What a person typed may hold anything; a stored text may not.
            message: error.to_string().replace('\0', "\u{fffd}").into(),
        });
    }

    /// Notes what became of a line: taken, there already, or refused.
    ///
    /// ```
    /// use fondaco_core::Halt;
    /// use fondaco_core::enter::Entered;
    /// let mut entered = Entered::default();
    /// entered.note(0, Ok::<bool, Halt>(true));
    /// entered.note(1, Ok::<bool, Halt>(false));
    /// assert_eq!((entered.entered, entered.there), (1, 1));
    /// ```
    pub fn note<E: ActError>(&mut self, at: usize, done: Result<bool, E>) {
        match done {
            Ok(true) => self.entered += 1,
            Ok(false) => self.there += 1,
            Err(error) => self.refuse(at, &error),
        }
    }
}

/// Takes lines as it is said, and takes back what is not to stay.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::enter::{Entered, Taking, take};
///
/// # run(|tx| {
/// let entered = take(tx, Taking::AllOrNothing, |tx| {
///     let mut entered = Entered::default();
///     tx.get::<Shelf>(&3)?;
///     tx.insert(shelf(3, "cellar"))?;
///     entered.note(0, Ok::<bool, Halt>(true));
///     entered.refuse(1, &Halt::Bug("another line that can't be".into()));
///     Ok::<Entered, Halt>(entered)
/// })?;
/// assert_eq!(entered.entered, 0); // one was refused, so nothing stays
/// assert!(tx.get::<Shelf>(&3)?.is_none());
/// # Ok(()) });
/// ```
///
/// # Errors
/// What `all` is refused with as a whole; a [`Halt`] to be passed on.
pub fn take<E: ActError>(
    tx: &mut Tx<'_>,
    taking: Taking,
    all: impl FnOnce(&mut Tx<'_>) -> Result<Entered, E>,
) -> Result<Entered, E> {
    let done = tx.attempt(|tx| {
        let entered = all(tx).map_err(Nothing::Refused)?;
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
        Err(Nothing::Refused(error)) => Err(error),
    }
}

/// Why what was entered is taken back.
#[derive(Debug, thiserror::Error)]
enum Nothing<E: ActError> {
    #[error("nothing of it stays")]
    Stays(Entered),
    #[error("{0}")]
    Refused(E),
}

impl<E: ActError> From<Halt> for Nothing<E> {
    fn from(halt: Halt) -> Nothing<E> {
        Nothing::Refused(halt.into())
    }
}

impl<E: ActError> ActError for Nothing<E> {
    fn halt(&self) -> Option<&Halt> {
        if let Nothing::Refused(error) = self { error.halt() } else { None }
    }
    fn code(&self) -> &'static str {
        if let Nothing::Refused(error) = self { error.code() } else { "core.nothing_entered" }
    }
    fn kind(&self) -> ErrorKind {
        if let Nothing::Refused(error) = self { error.kind() } else { ErrorKind::Refused }
    }
}
