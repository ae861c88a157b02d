//! Why a quantity cannot be read, reckoned with, or converted.

use std::fmt;

use smol_str::SmolStr;

use super::{Conversion, Quantity, Unit, UnitError};
use crate::allocation::AllocationError;
use crate::decimal::DecimalError;
use crate::money::MoneyError;
use crate::names::ErrorKind;
use crate::ratio::{Ratio, RatioError};

/// What can go wrong with quantities, conversions and prices per unit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuantityError {
    /// Quantities of two units were added, subtracted or compared.
    #[error("{left} and {right} cannot be reckoned together: convert one of them first")]
    UnitMismatch {
        /// The unit of the first quantity.
        left: Unit,
        /// The unit of the second.
        right: Unit,
    },
    /// Nobody said how many of one unit are one of the other.
    #[error(
        "{}there is no factor from {from} to {to}: give a conversion, such as 1 {from} = 12 {to}",
        of(item)
    )]
    NoFactor {
        /// The item, or whatever the conversions are of; `None` where only the listed units were asked.
        item: Option<SmolStr>,
        /// The unit of the quantity.
        from: Unit,
        /// The unit wanted.
        to: Unit,
    },
    /// A conversion that says something else than those before it.
    #[error(
        "{}{given} does not fit: by what was given before, 1 {} = {implied} {}; correct one of them",
        of(item), given.left().unit(), given.right().unit()
    )]
    FactorsDisagree {
        /// The item, or whatever the conversions are of.
        item: Option<SmolStr>,
        /// The conversion as given.
        given: Box<Conversion>,
        /// How many of its right unit are one of its left, by the others.
        implied: Ratio,
    },
    /// A conversion of nothing, of less, or of a unit into itself.
    #[error(
        "{given} is no conversion: write two different units, each with an amount above zero, such as 1 carton = 12 pcs"
    )]
    BadConversion {
        /// The conversion as given.
        given: String,
    },
    /// The converted amount has no last digit, or more than 28.
    #[error(
        "{quantity} is no exact number of {}: {nearest} would lose {lost}; round it to the digits you need",
        nearest.unit()
    )]
    Inexact {
        /// The quantity as given.
        quantity: Quantity,
        /// As much of it as ten digits of the other unit hold.
        nearest: Quantity,
        /// What these leave out, as far as it can be written.
        lost: Quantity,
    },
    /// A converted price has no last digit, or more than 28.
    #[error("{price} is no exact price per {to}: round it to the digits you need")]
    InexactPrice {
        /// The price as given.
        price: super::UnitPrice,
        /// The unit wanted.
        to: Unit,
    },
    /// The quantity has finer digits than its parts may have.
    #[error(
        "{quantity} has more than {digits} digits: round it first, or split it into finer parts"
    )]
    TooFine {
        /// The quantity as given.
        quantity: Quantity,
        /// The digits that parts may have.
        digits: u32,
    },
    /// A price per no quantity, or per less than none.
    #[error("a price is per a quantity above zero, not per {per}")]
    BadPer {
        /// The quantity as given.
        per: Quantity,
    },
    /// Pieces and their weight that can't belong together.
    #[error("{count} can't weigh {weight}: both are above zero, both below, or both zero")]
    SignsDiffer {
        /// The pieces.
        count: Quantity,
        /// The weight.
        weight: Quantity,
    },
    /// More was to be taken than there is.
    #[error("{wanted} can't be taken from {count}: take at most as many")]
    TooMany {
        /// What was asked for.
        wanted: Quantity,
        /// What there is.
        count: Quantity,
    },
    /// A weight beyond the tolerance.
    #[error("{0}: weigh again, or correct the nominal weight or its tolerance")]
    OutOfTolerance(Box<OutOfTolerance>),
    /// A nominal weight or a tolerance that no weight could be judged by.
    #[error("{item}: {what}")]
    BadRule {
        /// The item.
        item: SmolStr,
        /// What is wrong, and the way out.
        what: &'static str,
    },
    /// The text is not an amount and a unit.
    #[error("{text:?} is no quantity: write the amount, one blank, and the unit, such as 12.5 kg")]
    Syntax {
        /// The text as given.
        text: String,
    },
    /// The text is not a price per unit.
    #[error("{text:?} is no price per unit: write such as 1.25 EUR/kg or 3.20 EUR/100 pcs")]
    PriceSyntax {
        /// The text as given.
        text: String,
    },
    /// The amount cannot be read, held or computed exactly.
    #[error(transparent)]
    Amount(#[from] DecimalError),
    /// The factor has no room.
    #[error(transparent)]
    Factor(#[from] RatioError),
    /// The text is no unit.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// The price is no money.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The weights to split by are wrong.
    #[error(transparent)]
    Split(AllocationError),
}

/// A weighing, and what it should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfTolerance {
    /// The item.
    pub item: SmolStr,
    /// The pieces.
    pub count: Quantity,
    /// What they weigh.
    pub weight: Quantity,
    /// The least they may.
    pub least: Quantity,
    /// The most.
    pub most: Quantity,
}

impl fmt::Display for OutOfTolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OutOfTolerance { item, count, weight, least, most } = self;
        write!(f, "{item}: {count} weigh {weight}, but should weigh {least} to {most}")
    }
}

/// The item that a message begins with.
fn of(item: &Option<SmolStr>) -> String {
    item.as_ref().map(|item| format!("{item}: ")).unwrap_or_default()
}

impl QuantityError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::{ErrorKind, Quantity};
    /// let error = Quantity::parse("12.5").unwrap_err();
    /// assert_eq!((error.code(), error.kind()), ("core.quantity_syntax", ErrorKind::Invalid));
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            QuantityError::UnitMismatch { .. } => "core.unit_mismatch",
            QuantityError::NoFactor { .. } => "core.no_unit_factor",
            QuantityError::FactorsDisagree { .. } => "core.unit_factors_disagree",
            QuantityError::BadConversion { .. } => "core.bad_conversion",
            QuantityError::Inexact { .. } | QuantityError::InexactPrice { .. } => {
                "core.inexact_conversion"
            }
            QuantityError::TooFine { .. } => "core.quantity_too_fine",
            QuantityError::BadPer { .. } => "core.bad_price_quantity",
            QuantityError::SignsDiffer { .. } => "core.catch_weight_signs",
            QuantityError::TooMany { .. } => "core.catch_weight_short",
            QuantityError::OutOfTolerance(_) => "core.catch_weight_tolerance",
            QuantityError::BadRule { .. } => "core.bad_catch_rule",
            QuantityError::Syntax { .. } => "core.quantity_syntax",
            QuantityError::PriceSyntax { .. } => "core.unit_price_syntax",
            QuantityError::Amount(error) => error.code(),
            QuantityError::Factor(error) => error.code(),
            QuantityError::Unit(error) => error.code(),
            QuantityError::Money(error) => error.code(),
            QuantityError::Split(error) => error.code(),
        }
    }

    /// What the caller can do: give another value, or the factor that is missing.
    pub fn kind(&self) -> ErrorKind {
        match self {
            QuantityError::NoFactor { .. } => ErrorKind::NotFound,
            QuantityError::OutOfTolerance(_) | QuantityError::TooMany { .. } => ErrorKind::Refused,
            QuantityError::FactorsDisagree { .. } => ErrorKind::Conflict,
            _ => ErrorKind::Invalid,
        }
    }
}
