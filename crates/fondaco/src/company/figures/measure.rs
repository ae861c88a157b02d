//! A figure: its value, or why it has none, and how it came about.

use std::fmt;

use fondaco_core::report::{Cell, Explain, Phrase};
use fondaco_core::{Rounding, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Why a figure has no value: nothing is divided by nothing.
///
/// ```
/// use fondaco::company::figures::NotDefined;
/// let none = NotDefined::new("there are no current liabilities");
/// assert_eq!(none.to_string(), "not defined, because there are no current liabilities");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotDefined {
    /// The reason.
    pub because: SmolStr,
}

impl NotDefined {
    /// For this reason.
    pub fn new(because: impl Into<SmolStr>) -> NotDefined {
        NotDefined { because: because.into() }
    }
}

impl fmt::Display for NotDefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not defined, because {}", self.because)
    }
}

/// A figure of the owner's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// What programs call it by: `current_ratio`.
    pub code: SmolStr,
    /// How much it is: a number, an amount, a part, days; or why there is none.
    pub value: Result<Cell, NotDefined>,
    /// How it came about.
    pub explain: Explain,
}

impl Measure {
    /// A figure with how it came about: its tree begins with its value.
    pub(crate) fn new(
        code: &'static str,
        name: Cell,
        value: Result<Cell, NotDefined>,
        rule: &'static str,
        inputs: Vec<Explain>,
    ) -> Measure {
        let shown = value.clone().unwrap_or_else(|why| Cell::text(why.to_string()));
        let explain = Explain::new(name, shown).rule(rule).inputs(inputs);
        Measure { code: SmolStr::new_static(code), value, explain }
    }

    /// What people call it.
    pub fn name(&self) -> &Phrase {
        &self.explain.what
    }

    /// The number in it; `None` where it is not defined.
    pub fn number(&self) -> Option<Decimal> {
        self.value.as_ref().ok().and_then(Cell::figure)
    }
}

/// One number over another, to eight digits; not defined where the other is not above zero.
pub(crate) fn over(top: Decimal, bottom: Decimal, of: &str) -> Result<Decimal, NotDefined> {
    if bottom <= Decimal::ZERO {
        let is = if bottom.is_zero() { "zero" } else { "below zero" };
        return Err(NotDefined::new(format!("{of} is {is}")));
    }
    let quotient = decimal::div_round(top, bottom, 8, Rounding::HalfEven);
    quotient.map(decimal::normalize).map_err(|_| NotDefined::new("it is beyond 28 digits"))
}

/// A product, to eight digits.
pub(crate) fn times(one: Decimal, other: Decimal) -> Result<Decimal, NotDefined> {
    let product = decimal::mul_round(one, other, 8, Rounding::HalfEven);
    product.map(decimal::normalize).map_err(|_| NotDefined::new("it is beyond 28 digits"))
}
