//! What is forecast for the periods to come, and how sure it is.

use crate::KernelError;
use crate::error::share;
use crate::probability::normal;

/// The demand of the periods to come.
///
/// ```
/// use fondaco_inventory::forecast::{Method, Series};
///
/// let sold = [10.0, 12.0, 9.0, 13.0, 11.0, 10.0, 14.0, 12.0];
/// let forecast = Method::Mean.forecast(&Series::new(&sold)?, 2)?;
/// assert_eq!(forecast.points, [11.375, 11.375]);
/// let next = forecast.intervals(0.9)?[0];
/// assert!(next.low < 9.0 && next.high > 13.5);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Forecast {
    /// The mean of each period, the next first.
    pub points: Vec<f64>,
    /// The standard deviation of what comes about that mean, period by period; none where the series is too short to tell.
    pub deviations: Option<Vec<f64>>,
}

/// Between which figures a period's demand lies with some probability.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Forecast {
    /// The interval of each period that its demand lies in with this probability, by a normal distribution of the errors.
    ///
    /// Where demand is intermittent the normal distribution is a poor guide: use the upper end with care.
    ///
    /// # Errors
    /// When the probability is not above 0 and below 1, or the series was too short to tell how sure the forecast is.
    pub fn intervals(&self, probability: f64) -> Result<Vec<Interval>, KernelError> {
        let z = normal::quantile(0.5 + share("probability", probability)? / 2.0)?;
        let deviations = self.deviations.as_ref().ok_or(KernelError::NoAnswer {
            what: "an interval of the forecast",
            why: "the series is too short to tell how far forecasts were off: give more periods",
        })?;
        let interval = |(point, deviation): (&f64, &f64)| Interval {
            low: point - z * deviation,
            high: point + z * deviation,
        };
        Ok(self.points.iter().zip(deviations).map(interval).collect())
    }

    /// What is asked for in all these periods together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.points.iter().sum()
    }

    /// A forecast, checked: what a method found by dividing and multiplying large figures may be no number.
    pub(super) fn of(
        points: Vec<f64>,
        deviations: Option<Vec<f64>>,
    ) -> Result<Forecast, KernelError> {
        if points.iter().all(|point| point.is_finite()) {
            let deviations =
                deviations.filter(|all| all.iter().all(|deviation| deviation.is_finite()));
            return Ok(Forecast { points, deviations });
        }
        Err(KernelError::NoAnswer {
            what: "the forecast",
            why: "its values are beyond the reach of floats: give them in a larger unit",
        })
    }
}

/// How many periods a forecast looks ahead at most, and of how many a cycle of seasons may be.
const MOST: usize = 10_000;

/// A number of periods that a forecast can reckon with.
pub(super) fn periods(field: &'static str, periods: usize) -> Result<usize, KernelError> {
    if periods <= MOST {
        return Ok(periods);
    }
    let (value, other) = (periods as f64, "no forecast reckons with more than 10,000 periods");
    Err(KernelError::Contradiction { field, value, other, way_out: "take longer periods" })
}

/// How far one-step forecasts were off, added up as they are made.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Errors {
    /// The sum of squares.
    pub(super) squares: f64,
    /// How many.
    pub(super) count: usize,
}

impl Errors {
    pub(super) fn note(&mut self, error: f64) {
        self.squares += error * error;
        self.count += 1;
    }

    /// The standard deviation, when so many parameters were chosen by the same errors.
    pub(super) fn deviation(&self, chosen: usize) -> Option<f64> {
        let free = self.count.checked_sub(chosen)?;
        (free > 0).then(|| (self.squares / free as f64).sqrt())
    }

    /// The deviations of `horizon` periods, each so many times that of the first.
    pub(super) fn spread(
        &self,
        chosen: usize,
        horizon: usize,
        times: impl Fn(usize) -> f64,
    ) -> Option<Vec<f64>> {
        let deviation = self.deviation(chosen)?;
        Some((1..=horizon).map(|ahead| deviation * times(ahead)).collect())
    }
}
