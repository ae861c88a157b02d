//! A demand whose distribution is itself a matter of chance.

use super::demand::Level;
use super::{Demand, Distribution, search};
use crate::KernelError;
use crate::error::{not_negative, positive};

/// Several distributions, of which chance chooses one: what a random lead time makes of demand
/// ([`Distribution::over_random`]), or a season that may be good or bad.
///
/// ```
/// use fondaco_inventory::probability::{Demand, Mixture, Normal};
///
/// let (good, bad) = (Normal::new(900.0, 60.0)?, Normal::new(500.0, 60.0)?);
/// let season = Mixture::new(vec![(3.0, good.into()), (1.0, bad.into())])?;
/// assert_eq!(season.mean(), 800.0);
/// assert!((season.variance() - (3600.0 + 0.1875 * 160_000.0)).abs() < 1e-6);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    parts: Vec<(f64, Distribution)>,
}

impl Mixture {
    /// Of these distributions, each as likely as its share in the weights.
    ///
    /// # Errors
    /// When there is none, when a weight is below zero, or all are zero.
    pub fn new(mut parts: Vec<(f64, Distribution)>) -> Result<Self, KernelError> {
        if parts.is_empty() {
            return Err(KernelError::TooFew { field: "parts", count: 0, least: 1 });
        }
        let mut sum = 0.0;
        for (index, (weight, _)) in parts.iter().enumerate() {
            sum += not_negative("weight", *weight).map_err(|error| error.at(index))?;
        }
        let sum = positive("sum of the weights", sum)?;
        parts.retain(|(weight, _)| *weight > 0.0);
        for (weight, _) in &mut parts {
            *weight /= sum;
        }
        Ok(Self { parts })
    }

    fn average(&self, figure: impl Fn(&Distribution) -> f64) -> f64 {
        self.parts.iter().map(|(weight, part)| weight * figure(part)).sum()
    }

    /// The level lies between the least and the greatest of the parts' levels.
    fn reach(&self, level: Level) -> Result<f64, KernelError> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (_, part) in &self.parts {
            let own = match level {
                Level::Below(probability) => part.quantile(probability)?,
                Level::Above(tail) => part.upper_quantile(tail)?,
            };
            (low, high) = (low.min(own), high.max(own));
        }
        let reached = |x: f64| level.is_reached(self, x);
        if reached(low) {
            return Ok(low);
        }
        Ok(if self.counts() {
            search::whole_between(reached, low, high)
        } else {
            search::between(reached, low, high)
        })
    }
}

impl Demand for Mixture {
    fn mean(&self) -> f64 {
        self.average(Demand::mean)
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.average(|part| part.variance() + (part.mean() - mean) * (part.mean() - mean))
    }

    fn counts(&self) -> bool {
        self.parts.iter().all(|(_, part)| part.counts())
    }

    fn density(&self, x: f64) -> f64 {
        self.average(|part| part.density(x))
    }

    fn cumulative(&self, x: f64) -> f64 {
        self.average(|part| part.cumulative(x))
    }

    fn exceeds(&self, x: f64) -> f64 {
        self.average(|part| part.exceeds(x))
    }

    fn loss(&self, x: f64) -> f64 {
        self.average(|part| part.loss(x))
    }

    fn complementary_loss(&self, x: f64) -> f64 {
        self.average(|part| part.complementary_loss(x))
    }

    fn second_loss(&self, x: f64) -> f64 {
        self.average(|part| part.second_loss(x))
    }

    fn upper_quantile(&self, tail: f64) -> Result<f64, KernelError> {
        self.reach(Level::of_tail(tail)?)
    }

    fn quantile(&self, probability: f64) -> Result<f64, KernelError> {
        self.reach(Level::of_probability(probability)?)
    }
}
