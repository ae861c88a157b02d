//! What a policy asks of the demand during some time.

use crate::KernelError;
use crate::error::{not_negative, positive, share};

/// The demand during some time (a season, a lead time, a review period and a lead time), which nobody knows beforehand.
///
/// Amounts are in the caller's unit. They are given as finite numbers: at what is not a number, what comes out is none either.
/// The loss functions are those of P. Zipkin, "Foundations of Inventory Management" (2000), C.2 and C.3.
pub trait Demand {
    /// The mean.
    fn mean(&self) -> f64;

    /// The variance, in units squared.
    fn variance(&self) -> f64;

    /// Whether only whole units are demanded. A level between two whole numbers then serves as well as the lower one.
    fn counts(&self) -> bool;

    /// The density at `x`; of counts the probability of exactly `x`.
    fn density(&self, x: f64) -> f64;

    /// How likely a demand of at most `x` is.
    fn cumulative(&self, x: f64) -> f64;

    /// How likely a demand above `x` is: 1 - [`cumulative`](Self::cumulative), exact also where that is almost 1.
    fn exceeds(&self, x: f64) -> f64;

    /// By how much demand exceeds `x` on average, E\[(D - x)^+\]: what is missing when `x` was there.
    fn loss(&self, x: f64) -> f64;

    /// By how much demand falls short of `x` on average, E\[(x - D)^+\]: what is left over when `x` was there.
    fn complementary_loss(&self, x: f64) -> f64;

    /// What is missing, added up over all levels from `x` on: E\[((D - x)^+)^2\] / 2, of counts E\[(D - x)^+ (D - x - 1)^+\] / 2 at
    /// whole `x`, which is the sum of the losses at x + 1, x + 2, ... Between whole numbers it is interpolated linearly.
    ///
    /// The average loss over the positions r to r + Q of an (r, Q) policy is the difference of two of these, by Q.
    fn second_loss(&self, x: f64) -> f64;

    /// The least `x` that demand exceeds with at most this probability: the level of a service of 1 - `tail`.
    ///
    /// Exact also for a tail that 1 - tail could not tell from nothing.
    ///
    /// # Errors
    /// When the tail is not above 0 and below 1.
    fn upper_quantile(&self, tail: f64) -> Result<f64, KernelError>;

    /// The least `x` that demand does not exceed with at least this probability.
    ///
    /// # Errors
    /// When the probability is not above 0 and below 1.
    fn quantile(&self, probability: f64) -> Result<f64, KernelError>;

    /// What [`exceeds`](Self::exceeds) and [`loss`](Self::loss) say of `x`, for the price of one where they share their work.
    fn tail(&self, x: f64) -> (f64, f64) {
        (self.exceeds(x), self.loss(x))
    }

    /// The [`density`](Self::density) at 0, 1, 2, ..., this many.
    fn probabilities(&self, count: usize) -> Vec<f64> {
        (0..count).map(|whole| self.density(whole as f64)).collect()
    }

    /// The standard deviation.
    fn sd(&self) -> f64 {
        self.variance().sqrt()
    }
}

/// Mean and variance as people give them for a demand that is uncertain: neither below zero, and the variance not zero.
pub(super) fn moments(mean: f64, variance: f64) -> Result<(f64, f64), KernelError> {
    Ok((not_negative("mean", mean)?, positive("variance", variance)?))
}

/// The most that a mean of counts may be: above it, whole units can hardly be told apart.
const MOST_COUNTED: f64 = 1e9;

/// A mean of whole units.
pub(super) fn counted(mean: f64) -> Result<f64, KernelError> {
    let value = positive("mean", mean)?;
    if value <= MOST_COUNTED {
        return Ok(value);
    }
    let (other, way_out) =
        ("units are counted up to 1e9", "count in larger units, or take the normal distribution");
    Err(KernelError::Contradiction { field: "mean", value, other, way_out })
}

/// A probability and what is missing from 1, from either.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Level {
    /// Demand is at most this, with this probability.
    Below(f64),
    /// Demand is above it, with this probability.
    Above(f64),
}

impl Level {
    pub(crate) fn of_tail(tail: f64) -> Result<Self, KernelError> {
        let tail = share("tail", tail)?;
        Ok(if tail < 0.5 { Level::Above(tail) } else { Level::Below(1.0 - tail) })
    }

    pub(crate) fn of_probability(probability: f64) -> Result<Self, KernelError> {
        let probability = share("probability", probability)?;
        Ok(if probability > 0.5 {
            Level::Above(1.0 - probability)
        } else {
            Level::Below(probability)
        })
    }

    /// Whether `x` is enough.
    ///
    /// Counts have their probabilities in steps, which are met on the dot: 0.5 and 0.3 are enough for 0.8, whatever floats say.
    pub(crate) fn is_reached(self, demand: &impl Demand, x: f64) -> bool {
        let slack = if demand.counts() { 1e-12 } else { 0.0 };
        match self {
            Level::Below(probability) => demand.cumulative(x) >= probability * (1.0 - slack),
            Level::Above(tail) => demand.exceeds(x) <= tail * (1.0 + slack),
        }
    }

    /// The standard normal deviate of this level.
    pub(crate) fn deviate(self) -> f64 {
        match self {
            Level::Below(probability) => super::normal::deviate(probability),
            Level::Above(tail) => -super::normal::deviate(tail),
        }
    }
}

/// A demand as its linear pieces between whole numbers: the whole number at or below `x`, and the rest.
pub(super) fn split(x: f64) -> (f64, f64) {
    let whole = x.floor();
    (whole, x - whole)
}

/// The probabilities of 0, 1, 2, ... from that of the mode, by the ratios of neighbours: `rise(k)` is p(k) by p(k - 1).
///
/// A product a cell, instead of a logarithm and two exponentials.
pub(super) fn from_the_mode(
    count: usize,
    mode: f64,
    at_mode: f64,
    rise: impl Fn(f64) -> f64,
) -> Vec<f64> {
    let mut cells = vec![0.0; count];
    let start = (mode.max(0.0) as usize).min(count.saturating_sub(1));
    if let Some(cell) = cells.get_mut(start) {
        *cell = at_mode;
    }
    let (low, high) = cells.split_at_mut((start + 1).min(count));
    let mut last = at_mode;
    for (cell, whole) in high.iter_mut().zip(start + 1..) {
        last *= rise(whole as f64);
        *cell = last;
    }
    let mut last = at_mode;
    for (cell, whole) in low.iter_mut().zip(0..start).rev() {
        last /= rise(whole as f64 + 1.0);
        *cell = last;
    }
    cells
}

/// So that a model can be of a demand that is kept elsewhere.
impl<D: Demand + ?Sized> Demand for &D {
    fn mean(&self) -> f64 {
        (**self).mean()
    }

    fn variance(&self) -> f64 {
        (**self).variance()
    }

    fn counts(&self) -> bool {
        (**self).counts()
    }

    fn density(&self, x: f64) -> f64 {
        (**self).density(x)
    }

    fn cumulative(&self, x: f64) -> f64 {
        (**self).cumulative(x)
    }

    fn exceeds(&self, x: f64) -> f64 {
        (**self).exceeds(x)
    }

    fn loss(&self, x: f64) -> f64 {
        (**self).loss(x)
    }

    fn complementary_loss(&self, x: f64) -> f64 {
        (**self).complementary_loss(x)
    }

    fn second_loss(&self, x: f64) -> f64 {
        (**self).second_loss(x)
    }

    fn upper_quantile(&self, tail: f64) -> Result<f64, KernelError> {
        (**self).upper_quantile(tail)
    }

    fn quantile(&self, probability: f64) -> Result<f64, KernelError> {
        (**self).quantile(probability)
    }

    fn tail(&self, x: f64) -> (f64, f64) {
        (**self).tail(x)
    }

    fn probabilities(&self, count: usize) -> Vec<f64> {
        (**self).probabilities(count)
    }

    fn sd(&self) -> f64 {
        (**self).sd()
    }
}
