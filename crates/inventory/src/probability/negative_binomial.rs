//! The negative binomial distribution.

use super::Demand;
use super::demand::{Level, counted, from_the_mode, moments, split};
use super::search;
use super::special::{Tails, beta_tails, negative_binomial_kernel};
use crate::KernelError;
use crate::error::{positive, share};

/// A lumpy demand of whole units: its variance is above its mean.
///
/// Buyers who take several pieces at a time, a rate that itself varies, or a [`Poisson`](super::Poisson) demand over a random lead time.
///
/// ```
/// use fondaco_inventory::probability::{Demand, NegativeBinomial};
///
/// let demand = NegativeBinomial::from_moments(4.0, 9.0)?;
/// assert_eq!(demand.quantile(0.95)?, 10.0);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NegativeBinomial {
    size: f64,
    /// Failures per success: (1 - p) / p. The mean is this times the size.
    odds: f64,
}

impl NegativeBinomial {
    /// The failures before the `size`-th success, each try succeeding with this probability. The size need not be whole.
    ///
    /// # Errors
    /// When the size is not above zero, the probability not above 0 and below 1, or the mean above a thousand million.
    pub fn new(size: f64, probability: f64) -> Result<Self, KernelError> {
        let (size, probability) = (positive("size", size)?, share("probability", probability)?);
        Self::of(size, (1.0 - probability) / probability)
    }

    /// Of this mean and variance.
    ///
    /// # Errors
    /// When the mean is not above zero (or above a thousand million), or the variance not above the mean.
    pub fn from_moments(mean: f64, variance: f64) -> Result<Self, KernelError> {
        let (mean, variance) = moments(counted(mean)?, variance)?;
        let odds = (variance - mean) / mean;
        if odds > 0.0 {
            return Self::of(mean / odds, odds);
        }
        let (other, way_out) = (
            "it is not above the mean",
            "take the Poisson distribution, whose variance is its mean",
        );
        Err(KernelError::Contradiction { field: "variance", value: variance, other, way_out })
    }

    fn of(size: f64, odds: f64) -> Result<Self, KernelError> {
        counted(positive("size", size)? * positive("odds", odds)?)?;
        Ok(Self { size, odds })
    }

    /// The sum of the independent demands of this many periods, which need not be whole.
    ///
    /// # Errors
    /// When the periods are not above zero, or the mean becomes too large.
    pub fn over(&self, periods: f64) -> Result<Self, KernelError> {
        Self::of(self.size * positive("periods", periods)?, self.odds)
    }

    fn success(&self) -> f64 {
        1.0 / (1.0 + self.odds)
    }

    fn failure(&self) -> f64 {
        self.odds / (1.0 + self.odds)
    }

    fn kernel(&self, whole: f64) -> f64 {
        negative_binomial_kernel(whole, self.size, self.success(), self.failure())
    }

    fn tails(&self, whole: f64) -> Tails {
        beta_tails(self.size, whole + 1.0, self.success(), self.failure())
    }
}

impl Demand for NegativeBinomial {
    fn mean(&self) -> f64 {
        self.size * self.odds
    }

    fn variance(&self) -> f64 {
        self.mean() * (1.0 + self.odds)
    }

    fn counts(&self) -> bool {
        true
    }

    fn density(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        if whole < 0.0 || rest > 0.0 { 0.0 } else { self.kernel(whole) }
    }

    fn cumulative(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.tails(x.floor()).below }
    }

    fn exceeds(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { self.tails(x.floor()).above }
    }

    fn loss(&self, x: f64) -> f64 {
        self.tail(x).1
    }

    fn tail(&self, x: f64) -> (f64, f64) {
        let (whole, rest) = split(x);
        if whole < 0.0 {
            return (1.0, self.mean() - x);
        }
        let above = self.tails(whole).above;
        let edge = (whole + self.size) * self.odds * self.kernel(whole);
        (above, ((self.mean() - whole) * above + edge - rest * above).max(0.0))
    }

    fn probabilities(&self, count: usize) -> Vec<f64> {
        let top = ((self.size - 1.0) * self.odds).floor().max(0.0);
        let mode = top.min(count.saturating_sub(1) as f64);
        let (size, failure) = (self.size, self.failure());
        from_the_mode(count, mode, self.kernel(mode), |whole| {
            (size + whole - 1.0) * failure / whole
        })
    }

    fn complementary_loss(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        if whole < 0.0 {
            return 0.0;
        }
        let below = self.tails(whole).below;
        let edge = (whole + self.size) * self.odds * self.kernel(whole);
        ((whole - self.mean()) * below + edge).max(0.0) + rest * below
    }

    fn second_loss(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        let (size, odds, mean) = (self.size, self.odds, self.mean());
        if whole < 0.0 {
            let below = -whole;
            let factorial = (size + 1.0) * odds * mean;
            return 0.5 * factorial + below * mean + 0.5 * below * (below - 1.0)
                - rest * (mean - whole - 1.0);
        }
        let raised = (size + 1.0) * odds;
        let square = raised * mean - 2.0 * mean * whole + whole * (whole + 1.0);
        let edge = (raised - whole) * (whole + size) * odds * self.kernel(whole);
        let at_whole = 0.5 * (square * self.tails(whole).above + edge);
        let step = if rest > 0.0 { rest * self.loss(whole + 1.0) } else { 0.0 };
        (at_whole - step).max(0.0)
    }

    fn upper_quantile(&self, tail: f64) -> Result<f64, KernelError> {
        let level = Level::of_tail(tail)?;
        Ok(search::whole(self, level, guess(self, level)))
    }

    fn quantile(&self, probability: f64) -> Result<f64, KernelError> {
        let level = Level::of_probability(probability)?;
        Ok(search::whole(self, level, guess(self, level)))
    }
}

/// The expansion of Cornish and Fisher with the skewness.
fn guess(demand: &NegativeBinomial, level: Level) -> f64 {
    let z = level.deviate();
    demand.mean() + demand.sd() * z + (z * z - 1.0) * (1.0 + 2.0 * demand.odds) / 6.0 - 0.5
}
