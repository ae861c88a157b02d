//! How many it takes to see a difference.

use serde::{Deserialize, Serialize};

use super::normal;
use crate::KernelError;
use crate::error::{positive, share};

/// What an experiment is to see.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleSize {
    /// The rate without treatment.
    pub base: f64,
    /// The smallest difference that is to be seen, up or down.
    pub least_effect: f64,
    /// How likely a difference may be seen where there is none, such as 0.05.
    pub alpha: f64,
    /// How likely the difference is to be seen where there is one, such as 0.8.
    pub power: f64,
    /// How many times as large the second group is as the first.
    pub ratio: f64,
}

impl SampleSize {
    /// Two groups of one size, 5 % and 80 %.
    #[must_use]
    pub fn new(base: f64, least_effect: f64) -> Self {
        Self { base, least_effect, alpha: 0.05, power: 0.8, ratio: 1.0 }
    }

    /// How far the two rates are apart on a scale on which all rates vary alike (Cohen's h).
    ///
    /// # Errors
    /// When a rate is not above 0 and below 1.
    pub fn cohen_h(&self) -> Result<f64, KernelError> {
        let base = share("base", self.base)?;
        let other = share("base and least_effect", self.base + self.least_effect)?;
        Ok(2.0 * (other.sqrt().asin() - base.sqrt().asin()))
    }
}

/// How many the first group needs; the second needs [`ratio`](SampleSize::ratio) times as many. Round up.
///
/// # Errors
/// When a rate, alpha or power is not above 0 and below 1, power is not above alpha, the ratio not above zero, or the effect is nothing.
///
/// ```
/// use fondaco_crm::stats::{SampleSize, sample_size};
///
/// let needed = sample_size(SampleSize::new(0.05, 0.01))?;
/// assert_eq!(needed.ceil(), 8_143.0);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn sample_size(wanted: SampleSize) -> Result<f64, KernelError> {
    let effect = wanted.cohen_h()?.abs();
    positive("least_effect", effect)?;
    let alpha = share("alpha", wanted.alpha)?;
    share("power", wanted.power)?;
    if wanted.power <= alpha {
        return Err(KernelError::Contradiction {
            field: "power".into(),
            found: wanted.power.to_string(),
            other: "it is seen as often where there is nothing",
            way_out: "ask for a power above alpha",
        });
    }
    let ratio = positive("ratio", wanted.ratio)?;
    let critical = normal::exceeded_with(alpha / 2.0);
    // By how many standard errors the groups have to differ.
    let (mut low, mut high) = (0.0, critical + 40.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if seen(middle, critical) < wanted.power {
            low = middle;
        } else {
            high = middle;
        }
    }
    let apart = 0.5 * (low + high) / effect;
    Ok(apart * apart * (1.0 + 1.0 / ratio))
}

/// How likely the difference is to be seen with so many in the first group.
///
/// # Errors
/// As [`sample_size`], but for the power, which is not read, and when the count is not above zero.
pub fn power(wanted: SampleSize, first_group: f64) -> Result<f64, KernelError> {
    let effect = wanted.cohen_h()?.abs();
    let ratio = positive("ratio", wanted.ratio)?;
    let count = positive("first_group", first_group)? / (1.0 + 1.0 / ratio);
    let critical = normal::exceeded_with(share("alpha", wanted.alpha)? / 2.0);
    Ok(seen(effect * count.sqrt(), critical))
}

fn seen(apart: f64, critical: f64) -> f64 {
    normal::above(critical - apart) + normal::above(critical + apart)
}
