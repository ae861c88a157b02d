//! The Poisson distribution.

use super::Demand;
use super::demand::{Level, counted, from_the_mode, split};
use super::special::{Tails, gamma_tails, poisson_kernel};
use super::{NegativeBinomial, search};
use crate::KernelError;
use crate::error::positive;

/// A demand of single units by many buyers who know nothing of one another: its variance is its mean.
///
/// ```
/// use fondaco_inventory::probability::{Demand, Poisson};
///
/// let day = Poisson::new(1.5)?;
/// let lead_time = day.over(2.0)?;
/// assert_eq!((lead_time.mean(), lead_time.quantile(0.95)?), (3.0, 6.0));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Poisson {
    mean: f64,
}

impl Poisson {
    /// Of this mean.
    ///
    /// # Errors
    /// When the mean is not above zero, or above a thousand million.
    pub fn new(mean: f64) -> Result<Self, KernelError> {
        Ok(Self { mean: counted(mean)? })
    }

    /// The sum of the independent demands of this many periods, which need not be whole.
    ///
    /// # Errors
    /// When the periods are not above zero, or the mean becomes too large.
    pub fn over(&self, periods: f64) -> Result<Self, KernelError> {
        Self::new(self.mean * positive("periods", periods)?)
    }

    /// The demand over a lead time that is gamma distributed with this mean and standard deviation, in periods: exactly a negative
    /// binomial distribution (Zipkin, "Foundations of Inventory Management", 7.5.1).
    ///
    /// # Errors
    /// When mean or standard deviation are not above zero.
    ///
    /// ```
    /// use fondaco_inventory::probability::{Demand, Poisson};
    ///
    /// let demand = Poisson::new(3.0)?.over_gamma(4.0, 2.0)?;
    /// assert!((demand.mean() - 12.0).abs() < 1e-12);
    /// assert!((demand.variance() - (12.0 + 9.0 * 4.0)).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn over_gamma(&self, mean: f64, sd: f64) -> Result<NegativeBinomial, KernelError> {
        let (mean, sd) = (positive("mean", mean)?, positive("sd", sd)?);
        let spread = self.mean * sd;
        NegativeBinomial::from_moments(self.mean * mean, self.mean * mean + spread * spread)
    }

    fn tails(&self, whole: f64) -> Tails {
        let Tails { below, above } = gamma_tails(whole + 1.0, self.mean);
        Tails { below: above, above: below }
    }
}

impl Demand for Poisson {
    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean
    }

    fn counts(&self) -> bool {
        true
    }

    fn density(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        if whole < 0.0 || rest > 0.0 { 0.0 } else { poisson_kernel(whole, self.mean) }
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
            return (1.0, self.mean - x);
        }
        let above = self.tails(whole).above;
        let whole_loss = (self.mean - whole) * above + self.mean * poisson_kernel(whole, self.mean);
        (above, (whole_loss - rest * above).max(0.0))
    }

    fn probabilities(&self, count: usize) -> Vec<f64> {
        let mode = self.mean.floor().min(count.saturating_sub(1) as f64);
        from_the_mode(count, mode, poisson_kernel(mode, self.mean), |whole| self.mean / whole)
    }

    fn complementary_loss(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        if whole < 0.0 {
            return 0.0;
        }
        let below = self.tails(whole).below;
        let whole_loss = (whole - self.mean) * below + self.mean * poisson_kernel(whole, self.mean);
        whole_loss.max(0.0) + rest * below
    }

    fn second_loss(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        if whole < 0.0 {
            let (below, mean) = (-whole, self.mean);
            return 0.5 * mean * mean + below * mean + 0.5 * below * (below - 1.0)
                - rest * (mean - whole - 1.0);
        }
        let (gap, above) = (whole - self.mean, self.tails(whole).above);
        let kernel = poisson_kernel(whole, self.mean);
        let at_whole = 0.5 * ((gap * gap + whole) * above - self.mean * gap * kernel);
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
fn guess(demand: &Poisson, level: Level) -> f64 {
    let z = level.deviate();
    demand.mean + demand.sd() * z + (z * z - 1.0) / 6.0 - 0.5
}
