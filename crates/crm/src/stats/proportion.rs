//! One rate.

use serde::{Deserialize, Serialize};
use statrs::function::beta::checked_beta_reg;

use super::normal;
use crate::KernelError;
use crate::error::share;

/// So many of so many, such as buyers of those who were asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proportion {
    successes: u64,
    trials: u64,
}

impl Proportion {
    /// So many of so many.
    ///
    /// # Errors
    /// When there are no trials, or more successes than trials.
    ///
    /// ```
    /// use fondaco_crm::stats::Proportion;
    ///
    /// let bought = Proportion::new(30, 5_000)?;
    /// let (low, high) = bought.wilson(0.95)?;
    /// assert!(low < bought.rate() && bought.rate() < high);
    /// assert!(Proportion::new(3, 2).is_err());
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn new(successes: u64, trials: u64) -> Result<Self, KernelError> {
        if trials == 0 {
            return Err(KernelError::TooFew { field: "trials".into(), count: 0, least: 1 });
        }
        if successes > trials {
            return Err(KernelError::Contradiction {
                field: "successes".into(),
                found: successes.to_string(),
                other: "there are fewer trials",
                way_out: "count each trial as a success at most once",
            });
        }
        Ok(Self { successes, trials })
    }

    /// How many succeeded.
    #[must_use]
    pub fn successes(self) -> u64 {
        self.successes
    }

    /// How many there were.
    #[must_use]
    pub fn trials(self) -> u64 {
        self.trials
    }

    /// The share that succeeded.
    #[must_use]
    pub fn rate(self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// Between what the rate lies with this confidence, by Wilson's score (1927): near it on average, also for few trials.
    ///
    /// # Errors
    /// When the confidence is not above 0 and below 1.
    pub fn wilson(self, confidence: f64) -> Result<(f64, f64), KernelError> {
        let z = normal::exceeded_with((1.0 - share("confidence", confidence)?) / 2.0);
        let (n, rate) = (self.trials as f64, self.rate());
        let centre = rate + z * z / (2.0 * n);
        let width = z * (rate * (1.0 - rate) / n + z * z / (4.0 * n * n)).sqrt();
        let all = 1.0 + z * z / n;
        // What is certain at the ends is not left to rounding.
        let low = if self.successes == 0 { 0.0 } else { (centre - width) / all };
        let high = if self.successes == self.trials { 1.0 } else { (centre + width) / all };
        Ok((low, high))
    }

    /// Between what the rate lies with at least this confidence, exactly (Clopper and Pearson, 1934): wider than [`wilson`](Self::wilson).
    ///
    /// # Errors
    /// When the confidence is not above 0 and below 1.
    pub fn clopper_pearson(self, confidence: f64) -> Result<(f64, f64), KernelError> {
        let tail = (1.0 - share("confidence", confidence)?) / 2.0;
        let (x, n) = (self.successes as f64, self.trials as f64);
        let low = if self.successes == 0 { 0.0 } else { beta_quantile(x, n - x + 1.0, tail) };
        let high = match self.successes == self.trials {
            true => 1.0,
            false => 1.0 - beta_quantile(n - x, x + 1.0, tail),
        };
        Ok((low, high))
    }
}

/// The value below which a beta distribution lies with this probability, by halving.
fn beta_quantile(a: f64, b: f64, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // A double has no more places than these halvings tell apart, however near to zero.
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        match checked_beta_reg(a, b, middle) {
            Ok(below) if below < probability => low = middle,
            _ => high = middle,
        }
    }
    0.5 * (low + high)
}
