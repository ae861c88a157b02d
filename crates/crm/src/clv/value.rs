//! What a customer is worth from now on.

use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::{not_negative, positive, within};

/// How far to look, and what later money is worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Horizon {
    /// How many periods.
    pub periods: u32,
    /// How long each is, in the model's unit of time.
    pub length: f64,
    /// By what part money is worth less for each period later.
    pub discount: f64,
}

impl Horizon {
    /// So many months, for models whose unit of time is the week, at this discount a month.
    #[must_use]
    pub fn months(months: u32, discount: f64) -> Self {
        Self { periods: months, length: 4.345, discount }
    }
}

/// The sum over periods of what purchases are expected, times what one is worth, discounted to now. `expected` says how many purchases are expected until a time.
///
/// # Errors
/// When a number is out of range, or `expected` refuses.
///
/// ```
/// use fondaco_crm::clv::{BgNbd, History, Horizon, Variant, lifetime_value};
///
/// let model = BgNbd::new(Variant::Plain, 0.243, 4.414, 0.793, 2.426)?;
/// let customer = History::new(2.0, 30.43, 38.86)?;
/// let worth = lifetime_value(24.66, Horizon::months(12, 0.01), |time| model.expected(customer, time))?;
/// assert!((worth - 36.28).abs() < 0.5);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn lifetime_value(
    worth_of_one: f64,
    horizon: Horizon,
    expected: impl Fn(f64) -> Result<f64, KernelError>,
) -> Result<f64, KernelError> {
    not_negative("worth_of_one", worth_of_one)?;
    positive("length", horizon.length)?;
    let above = |discount| discount > -1.0;
    within("discount", horizon.discount, above, "a discount above -1, such as 0.01")?;
    let (mut before, mut sum, mut worth) = (0.0, 0.0, worth_of_one);
    for period in 1..=horizon.periods {
        let until = expected(f64::from(period) * horizon.length)?;
        worth /= 1.0 + horizon.discount;
        sum += (until - before) * worth;
        before = until;
    }
    Ok(sum)
}
