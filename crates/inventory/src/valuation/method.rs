//! The ways to cost what leaves, and the standards that allow them.

use std::fmt;

use fondaco_core::store::Field;
use fondaco_core::{Currency, Rounding};
use serde::{Deserialize, Serialize};

use super::{Steps, ValuationError};

/// Which cost leaves with what is issued.
///
/// ```
/// use fondaco_inventory::valuation::{Framework, Method};
/// assert!(!Method::Lifo.allowed_under(Framework::Ifrs));
/// assert!(Method::Lifo.allowed_under(Framework::UsGaap));
/// ```
#[derive(Field, Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// What came first leaves first (IAS 2.25, 2.27; ASC 330-10-30-9).
    Fifo,
    /// What came last leaves first, of what had come by then: ASC 330-10-30-9 and § 256 HGB allow it, IAS 2 has not since 2005 (IAS 2.BC9-BC21).
    Lifo,
    /// The average of what is on hand, which each receipt makes anew (IAS 2.27, "as each additional shipment is received").
    Average,
    /// A cost that is set; what was paid otherwise is a variance (IAS 2.21: where it approximates cost).
    Standard,
    /// Each lot at its own cost: specific identification (IAS 2.23-24).
    Lot,
}

/// A set of accounting standards, as far as it says something on the cost of stock.
#[derive(Field, Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Framework {
    /// IAS 2: no LIFO (2.25); what was written down comes back when its value does, up to cost (2.33).
    Ifrs,
    /// ASC 330: LIFO allowed; what was written down is the new cost and never comes back (330-10-35-14).
    UsGaap,
    /// German commercial law: LIFO allowed (§ 256 HGB); what was written down must come back (§ 253 (5) HGB).
    Hgb,
}

impl Method {
    /// Whether these standards let stock be costed so.
    #[must_use]
    pub fn allowed_under(self, framework: Framework) -> bool {
        !matches!((self, framework), (Method::Lifo, Framework::Ifrs))
    }

    /// Whether receipts stay apart as layers.
    pub(super) fn has_layers(self) -> bool {
        matches!(self, Method::Fifo | Method::Lifo | Method::Lot)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Method::Fifo => "FIFO",
            Method::Lifo => "LIFO",
            Method::Average => "moving average",
            Method::Standard => "standard cost",
            Method::Lot => "specific lot",
        })
    }
}

impl Framework {
    /// Whether a write-down is taken back when the value has risen again.
    #[must_use]
    pub fn reverses_write_downs(self) -> bool {
        self != Framework::UsGaap
    }
}

impl fmt::Display for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Framework::Ifrs => "IFRS",
            Framework::UsGaap => "US GAAP",
            Framework::Hgb => "HGB",
        })
    }
}

/// What costing goes by in one company.
///
/// ```
/// use fondaco_core::{Currency, Rounding};
/// use fondaco_inventory::valuation::{Framework, CostRules};
/// let rules = CostRules::new(Currency::EUR).under(Framework::Hgb).rounded(Rounding::HalfEven);
/// assert_eq!(rules.framework, Some(Framework::Hgb));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CostRules {
    /// The digits of values, and how they are rounded.
    pub steps: Steps,
    /// The standards the books keep; `None` refuses nothing.
    pub framework: Option<Framework>,
}

impl CostRules {
    /// Values in whole minor units of a currency, rounded half up, under no particular standards.
    #[must_use]
    pub fn new(currency: Currency) -> CostRules {
        CostRules { steps: Steps::of(currency), framework: None }
    }

    /// Values to so many digits, at most 4, rounded half up, under no particular standards.
    #[must_use]
    pub fn to_digits(digits: u32) -> CostRules {
        CostRules { steps: Steps::to_digits(digits), framework: None }
    }

    /// The same under these standards.
    #[must_use]
    pub fn under(self, framework: Framework) -> CostRules {
        CostRules { framework: Some(framework), ..self }
    }

    /// The same with another rule of rounding.
    #[must_use]
    pub fn rounded(self, rounding: Rounding) -> CostRules {
        CostRules { steps: self.steps.rounded(rounding), ..self }
    }

    /// Refuses a method that the standards don't allow.
    pub(super) fn check(&self, method: Method) -> Result<(), ValuationError> {
        match self.framework {
            Some(framework) if !method.allowed_under(framework) => {
                Err(ValuationError::NotAllowed { method, framework })
            }
            _ => Ok(()),
        }
    }
}
