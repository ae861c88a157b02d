//! What is known of a customer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::{at_least, not_negative};

/// A customer's purchases after the first, as counts and times since then.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(f64, f64, f64)", into = "(f64, f64, f64)")]
pub struct History {
    pub(super) repeats: f64,
    pub(super) last: f64,
    pub(super) age: f64,
}

impl History {
    /// How often he came again, when last (0 for who never did), and for how long he is known, all since the first purchase.
    ///
    /// # Errors
    /// When a number is below zero or not finite, he came last after now, or came last without coming again, or the other way round.
    ///
    /// ```
    /// use fondaco_crm::clv::History;
    ///
    /// assert!(History::new(3.0, 20.0, 52.0).is_ok());
    /// assert!(History::new(3.0, 60.0, 52.0).is_err());
    /// ```
    pub fn new(repeats: f64, last: f64, age: f64) -> Result<Self, KernelError> {
        let repeats = not_negative("repeats", repeats)?;
        let (last, age) = (not_negative("last", last)?, not_negative("age", age)?);
        let wrong = |other, way_out| KernelError::Contradiction {
            field: "last".into(),
            found: last.to_string(),
            other,
            way_out,
        };
        match (last > age, (last > 0.0) == (repeats > 0.0)) {
            (true, _) => {
                Err(wrong("he is not known for so long", "count all times from the first purchase"))
            }
            (_, false) => Err(wrong(
                "it is zero for who never came again, and only then",
                "count purchases after the first, those of one day as one",
            )),
            _ => Ok(Self { repeats, last, age }),
        }
    }

    /// How often he came again.
    #[must_use]
    pub fn repeats(self) -> f64 {
        self.repeats
    }
}

impl TryFrom<(f64, f64, f64)> for History {
    type Error = KernelError;

    fn try_from((repeats, last, age): (f64, f64, f64)) -> Result<Self, KernelError> {
        Self::new(repeats, last, age)
    }
}

impl From<History> for (f64, f64, f64) {
    fn from(history: History) -> Self {
        (history.repeats, history.last, history.age)
    }
}

/// Customers of whom the same is known, once with their number; times in parts of the mean age, which is given too.
pub(super) fn grouped(customers: &[History]) -> Result<(Vec<(History, f64)>, f64), KernelError> {
    at_least("customers", customers.len(), 2)?;
    let ages: f64 = customers.iter().map(|customer| customer.age).sum();
    let unit = if ages > 0.0 { ages / customers.len() as f64 } else { 1.0 };
    let bits = |c: &History| [c.repeats, c.last, c.age].map(f64::to_bits);
    let mut groups: BTreeMap<[u64; 3], (History, f64)> = BTreeMap::new();
    for customer in customers {
        let scaled = History { last: customer.last / unit, age: customer.age / unit, ..*customer };
        groups.entry(bits(customer)).or_insert((scaled, 0.0)).1 += 1.0;
    }
    Ok((groups.into_values().collect(), unit))
}
