//! Why the stock engine refuses something.

use fondaco_core::tree::TreeError;
use fondaco_core::{Currency, ErrorCode, Halt, InputError, QuantityError};

use crate::items::CatalogueError;
use crate::places::PlaceError;

/// What the stock engine refuses.
///
/// Each feature has an error of its own within; what all of them share is here.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum StockError {
    /// The stock was not set up.
    #[error("the stock has no settings yet: carry out SetUpStock first")]
    #[kind(Refused)]
    NotSetUp,
    /// The stock was set up already.
    #[error("the stock is set up already, in {currency}")]
    #[kind(Conflict)]
    AlreadySetUp {
        /// Its currency.
        currency: Currency,
    },
    /// A setting that can't be.
    #[error("{field} {why}")]
    #[kind(Invalid)]
    BadSetting {
        /// Which setting.
        field: &'static str,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// An item, a category or a lot.
    #[error(transparent)]
    #[inner]
    Catalogue(#[from] CatalogueError),
    /// A site or a location.
    #[error(transparent)]
    #[inner]
    Place(#[from] PlaceError),
    /// A location or category that can't stand where it shall.
    #[error(transparent)]
    #[inner]
    Tree(#[from] TreeError),
    /// A code, text or tag that can't be kept.
    #[error(transparent)]
    #[inner]
    Input(#[from] InputError),
    /// A quantity that can't be read, held or converted.
    #[error(transparent)]
    #[inner]
    Quantity(#[from] QuantityError),
    /// A move that is refused.
    #[error(transparent)]
    #[inner]
    Move(Box<crate::MoveError>),
    /// A promise that is refused.
    #[error(transparent)]
    #[inner]
    Reserve(Box<crate::ReserveError>),
    /// A rule of replenishment that is refused.
    #[error(transparent)]
    #[inner]
    Replenish(Box<crate::ReplenishError>),
    /// A cost, or how something is costed.
    #[error(transparent)]
    #[inner]
    Value(Box<crate::ValueError>),
    /// A cycle count that is refused.
    #[error(transparent)]
    #[inner]
    Count(Box<crate::CountError>),
    /// A bill of material that is refused.
    #[error(transparent)]
    #[inner]
    Bill(Box<crate::BillError>),
    /// What is said for planning, or a proposal of a plan.
    #[error(transparent)]
    #[inner]
    Planning(Box<crate::PlanningError>),
    /// Something that can't be entered.
    #[error(transparent)]
    #[inner]
    Enter(Box<crate::EnterError>),
    /// A level that can't be shown.
    #[error(transparent)]
    #[inner]
    Level(#[from] crate::LevelError),
    /// Numbers that a formula can't be asked with.
    #[error(transparent)]
    #[inner]
    Kernel(#[from] crate::KernelError),
    /// One of a batch was refused.
    #[error("item {index} (counted from 0): {error}")]
    #[inner]
    At {
        /// Its place, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: Box<StockError>,
    },
    /// Nothing of the stock's: the store, a right, an interruption.
    #[error(transparent)]
    #[halt]
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

impl From<crate::ReplenishError> for StockError {
    fn from(error: crate::ReplenishError) -> StockError {
        StockError::Replenish(Box::new(error))
    }
}

impl From<crate::ValueError> for StockError {
    fn from(error: crate::ValueError) -> StockError {
        StockError::Value(Box::new(error))
    }
}

impl From<crate::CountError> for StockError {
    fn from(error: crate::CountError) -> StockError {
        StockError::Count(Box::new(error))
    }
}

impl From<crate::BillError> for StockError {
    fn from(error: crate::BillError) -> StockError {
        StockError::Bill(Box::new(error))
    }
}

impl From<crate::PlanningError> for StockError {
    fn from(error: crate::PlanningError) -> StockError {
        StockError::Planning(Box::new(error))
    }
}

impl From<crate::EnterError> for StockError {
    fn from(error: crate::EnterError) -> StockError {
        StockError::Enter(Box::new(error))
    }
}

impl From<Halt> for StockError {
    fn from(halt: Halt) -> StockError {
        StockError::Halt(halt)
    }
}
