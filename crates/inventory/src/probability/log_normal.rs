//! The lognormal distribution.

use super::Demand;
use super::demand::{Level, moments};
use super::normal::bell;
use super::special::normal_tails;
use crate::KernelError;
use crate::error::{finite, positive};

/// A demand whose logarithm is normal: many small factors multiplied, with a heavy upper tail.
///
/// ```
/// use fondaco_inventory::probability::{Demand, LogNormal};
///
/// let demand = LogNormal::from_logs(6.0, 0.3)?;
/// assert!((demand.quantile(0.5)? - 6.0_f64.exp()).abs() < 1e-9);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogNormal {
    log_mean: f64,
    log_sd: f64,
}

impl LogNormal {
    /// Of this mean and standard deviation of the logarithm.
    ///
    /// # Errors
    /// When the standard deviation is not above zero, or the mean or variance of the demand itself is too large to be a number.
    pub fn from_logs(log_mean: f64, log_sd: f64) -> Result<Self, KernelError> {
        let log_mean = finite("log_mean", log_mean)?;
        let demand = Self { log_mean, log_sd: positive("log_sd", log_sd)? };
        positive("variance", demand.variance())?;
        Ok(demand)
    }

    /// Of this mean and variance of the demand itself.
    ///
    /// # Errors
    /// When one of them is not above zero.
    pub fn from_moments(mean: f64, variance: f64) -> Result<Self, KernelError> {
        let (mean, variance) = moments(positive("mean", mean)?, variance)?;
        let square = (variance / mean / mean).ln_1p();
        Self::from_logs(mean.ln() - 0.5 * square, square.sqrt())
    }

    /// The sum of the independent demands of this many periods, as the lognormal distribution of its mean and variance.
    ///
    /// No such sum is lognormal; this is the usual approximation (L. F. Fenton, IRE Trans. Commun. Syst. 8, 1960).
    ///
    /// # Errors
    /// When the periods are not above zero.
    pub fn over(&self, periods: f64) -> Result<Self, KernelError> {
        let periods = positive("periods", periods)?;
        Self::from_moments(self.mean() * periods, self.variance() * periods)
    }

    fn z(&self, x: f64) -> f64 {
        (x.ln() - self.log_mean) / self.log_sd
    }
}

impl Demand for LogNormal {
    fn mean(&self) -> f64 {
        (self.log_mean + 0.5 * self.log_sd * self.log_sd).exp()
    }

    fn variance(&self) -> f64 {
        let (mean, square) = (self.mean(), self.log_sd * self.log_sd);
        mean * mean * square.exp_m1()
    }

    fn counts(&self) -> bool {
        false
    }

    fn density(&self, x: f64) -> f64 {
        if x > 0.0 { bell(self.z(x)) / (self.log_sd * x) } else { 0.0 }
    }

    fn cumulative(&self, x: f64) -> f64 {
        if x > 0.0 { normal_tails(self.z(x)).below } else { 0.0 }
    }

    fn exceeds(&self, x: f64) -> f64 {
        if x > 0.0 { normal_tails(self.z(x)).above } else { 1.0 }
    }

    fn loss(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return self.mean() - x;
        }
        let z = self.z(x);
        (self.mean() * normal_tails(z - self.log_sd).above - x * normal_tails(z).above).max(0.0)
    }

    fn complementary_loss(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        let z = self.z(x);
        (x * normal_tails(z).below - self.mean() * normal_tails(z - self.log_sd).below).max(0.0)
    }

    fn second_loss(&self, x: f64) -> f64 {
        let mean = self.mean();
        if x <= 0.0 {
            return 0.5 * (self.variance() + (mean - x) * (mean - x));
        }
        let above = |shift: f64| normal_tails(self.z(x) - shift * self.log_sd).above;
        let square = mean * mean + self.variance();
        (0.5 * (square * above(2.0) - 2.0 * x * mean * above(1.0) + x * x * above(0.0))).max(0.0)
    }

    fn upper_quantile(&self, tail: f64) -> Result<f64, KernelError> {
        Ok((self.log_mean + self.log_sd * Level::of_tail(tail)?.deviate()).exp())
    }

    fn quantile(&self, probability: f64) -> Result<f64, KernelError> {
        Ok((self.log_mean + self.log_sd * Level::of_probability(probability)?.deviate()).exp())
    }
}
