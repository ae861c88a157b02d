//! Why the stock engine refuses something.

use fondaco_core::{ActError, Currency, ErrorKind, Halt, InputError, QuantityError};

/// What the stock engine refuses.
///
/// Each feature has an error of its own within; what all of them share is here.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StockError {
    /// The stock was not set up.
    #[error("the stock has no settings yet: carry out SetUp first")]
    NotSetUp,
    /// The stock was set up already.
    #[error("the stock is set up already, in {currency}")]
    AlreadySetUp {
        /// Its currency.
        currency: Currency,
    },
    /// A code, text or tag that can't be kept.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A quantity that can't be read, held or converted.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// A move that is refused.
    #[error(transparent)]
    Move(Box<crate::MoveError>),
    /// A promise that is refused.
    #[error(transparent)]
    Reserve(Box<crate::ReserveError>),
    /// A level that can't be shown.
    #[error(transparent)]
    Level(#[from] crate::LevelError),
    /// One of a batch was refused.
    #[error("item {index} (counted from 0): {error}")]
    At {
        /// Its place, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: Box<StockError>,
    },
    /// Nothing of the stock's: the store, a right, an interruption.
    #[error(transparent)]
    Halt(Halt),
}

impl StockError {
    /// This error, said of one of a batch. What is no refusal of that one is passed on as it is.
    #[must_use]
    pub fn at(self, index: usize) -> StockError {
        match self {
            StockError::Halt(halt) if !halt.is_refusal() => StockError::Halt(halt),
            error => StockError::At { index, error: Box::new(error) },
        }
    }
}

impl From<crate::MoveError> for StockError {
    fn from(error: crate::MoveError) -> StockError {
        StockError::Move(Box::new(error))
    }
}

impl From<crate::ReserveError> for StockError {
    fn from(error: crate::ReserveError) -> StockError {
        StockError::Reserve(Box::new(error))
    }
}

impl From<Halt> for StockError {
    fn from(halt: Halt) -> StockError {
        StockError::Halt(halt)
    }
}

impl ActError for StockError {
    fn halt(&self) -> Option<&Halt> {
        match self {
            StockError::Halt(halt) => Some(halt),
            StockError::At { error, .. } => error.halt(),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            StockError::NotSetUp => "inventory.not_set_up",
            StockError::AlreadySetUp { .. } => "inventory.already_set_up",
            StockError::Input(error) => error.code(),
            StockError::Quantity(error) => error.code(),
            StockError::Move(error) => error.code(),
            StockError::Reserve(error) => error.code(),
            StockError::Level(error) => error.code(),
            StockError::At { error, .. } => error.code(),
            StockError::Halt(halt) => halt.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            StockError::NotSetUp => ErrorKind::Refused,
            StockError::AlreadySetUp { .. } => ErrorKind::Conflict,
            StockError::Input(error) => error.kind(),
            StockError::Quantity(error) => error.kind(),
            StockError::Move(error) => error.kind(),
            StockError::Reserve(error) => error.kind(),
            StockError::Level(error) => error.kind(),
            StockError::At { error, .. } => error.kind(),
            StockError::Halt(halt) => halt.kind(),
        }
    }
}
