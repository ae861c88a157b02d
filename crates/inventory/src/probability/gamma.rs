//! The gamma distribution.

use super::Demand;
use super::demand::{Level, moments};
use super::search;
use super::special::{Tails, gamma_tails, poisson_kernel};
use crate::KernelError;
use crate::error::positive;

/// A demand of any amount above zero, skewed the more the larger its variance is: what is sold by weight or length, or in large numbers.
///
/// ```
/// use fondaco_inventory::probability::{Demand, Gamma};
///
/// let demand = Gamma::from_moments(4.0, 9.0)?;
/// assert!((demand.quantile(0.95)? - 9.852_494_258_676_865).abs() < 1e-9);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
    scale: f64,
}

impl Gamma {
    /// Of this shape and scale: the mean is their product.
    ///
    /// # Errors
    /// When one of them is not above zero.
    pub fn new(shape: f64, scale: f64) -> Result<Self, KernelError> {
        Ok(Self { shape: positive("shape", shape)?, scale: positive("scale", scale)? })
    }

    /// Of this mean and variance.
    ///
    /// # Errors
    /// When one of them is not above zero.
    pub fn from_moments(mean: f64, variance: f64) -> Result<Self, KernelError> {
        let (mean, variance) = moments(positive("mean", mean)?, variance)?;
        Self::new(mean * (mean / variance), variance / mean)
    }

    /// The sum of the independent demands of this many periods, which need not be whole.
    ///
    /// # Errors
    /// When the periods are not above zero.
    pub fn over(&self, periods: f64) -> Result<Self, KernelError> {
        Self::new(self.shape * positive("periods", periods)?, self.scale)
    }

    fn tails(&self, x: f64) -> Tails {
        gamma_tails(self.shape, x / self.scale)
    }

    /// What the distribution of the next shape has less below `x`.
    fn edge(&self, x: f64) -> f64 {
        poisson_kernel(self.shape, x / self.scale)
    }
}

impl Demand for Gamma {
    fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    fn variance(&self) -> f64 {
        self.shape * self.scale * self.scale
    }

    fn counts(&self) -> bool {
        false
    }

    fn density(&self, x: f64) -> f64 {
        if x > 0.0 { self.edge(x) * self.shape / x } else { 0.0 }
    }

    fn cumulative(&self, x: f64) -> f64 {
        self.tails(x).below
    }

    fn exceeds(&self, x: f64) -> f64 {
        self.tails(x).above
    }

    fn loss(&self, x: f64) -> f64 {
        self.tail(x).1
    }

    fn tail(&self, x: f64) -> (f64, f64) {
        if x <= 0.0 {
            return (1.0, self.mean() - x);
        }
        let above = self.tails(x).above;
        (above, ((self.mean() - x) * above + self.mean() * self.edge(x)).max(0.0))
    }

    fn complementary_loss(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        ((x - self.mean()) * self.tails(x).below + self.mean() * self.edge(x)).max(0.0)
    }

    fn second_loss(&self, x: f64) -> f64 {
        let gap = self.mean() - x;
        let square = gap * gap + self.variance();
        if x <= 0.0 {
            return 0.5 * square;
        }
        let edge = self.mean() * (self.mean() + self.scale - x) * self.edge(x);
        (0.5 * (square * self.tails(x).above + edge)).max(0.0)
    }

    fn upper_quantile(&self, tail: f64) -> Result<f64, KernelError> {
        let level = Level::of_tail(tail)?;
        Ok(search::amount(self, level, guess(self, level)))
    }

    fn quantile(&self, probability: f64) -> Result<f64, KernelError> {
        let level = Level::of_probability(probability)?;
        Ok(search::amount(self, level, guess(self, level)))
    }
}

/// Wilson and Hilferty's cube; near zero, the first term of the power series.
fn guess(demand: &Gamma, level: Level) -> f64 {
    let ninth = 1.0 / (9.0 * demand.shape);
    let root = 1.0 - ninth + level.deviate() * ninth.sqrt();
    if root > 0.3 {
        return demand.mean() * root * root * root;
    }
    let probability = match level {
        Level::Below(probability) => probability,
        Level::Above(tail) => 1.0 - tail,
    };
    let gamma = statrs::function::gamma::ln_gamma(demand.shape + 1.0);
    demand.scale * ((probability.ln() + gamma) / demand.shape).exp()
}
