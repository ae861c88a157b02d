//! The forms, and what tells the better of two.

use std::fmt;

use super::all_positive;
use crate::KernelError;
use crate::forecast::Series;

/// How errors come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorForm {
    /// As large whatever the level is.
    Additive,
    /// In proportion to what was expected.
    Multiplicative,
}

/// How the level moves by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrendForm {
    /// It doesn't.
    None,
    /// By so much each period.
    Additive,
    /// By so much each period, and less each time.
    Damped,
}

/// How seasons come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SeasonForm {
    /// There are none.
    None,
    /// As so much more or less.
    Additive,
    /// As so many times the level.
    Multiplicative,
}

/// A form of exponential smoothing: `ETS(A,N,N)` is simple smoothing, `ETS(A,A,N)` Holt's method, `ETS(A,A,M)` Holt and Winters'.
///
/// ```
/// use fondaco_inventory::forecast::{ErrorForm, Ets, Method, SeasonForm, Series, TrendForm};
///
/// let holt = Ets::new(ErrorForm::Additive, TrendForm::Additive, SeasonForm::None);
/// assert_eq!(holt.to_string(), "ETS(A,A,N)");
///
/// let sold: Vec<f64> = (0..24).map(|month| 100.0 + 5.0 * f64::from(month)).collect();
/// let forecast = Method::Ets(holt).forecast(&Series::new(&sold)?, 2)?;
/// assert!((forecast.points[1] - 225.0).abs() < 0.01);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ets {
    /// How errors come in.
    pub error: ErrorForm,
    /// How the level moves by itself.
    pub trend: TrendForm,
    /// How seasons come in.
    pub season: SeasonForm,
}

impl Ets {
    /// A form.
    #[must_use]
    pub fn new(error: ErrorForm, trend: TrendForm, season: SeasonForm) -> Ets {
        Ets { error, trend, season }
    }

    /// All forms among which [`AutoEts`](crate::forecast::Method::AutoEts) chooses: all but those of additive errors with
    /// multiplicative seasons, whose variance has no bound.
    pub fn all() -> impl Iterator<Item = Ets> {
        let errors = [ErrorForm::Additive, ErrorForm::Multiplicative];
        let trends = [TrendForm::None, TrendForm::Additive, TrendForm::Damped];
        let seasons = [SeasonForm::None, SeasonForm::Additive, SeasonForm::Multiplicative];
        let of = move |error| {
            trends.into_iter().flat_map(move |trend| {
                seasons.into_iter().map(move |season| Ets { error, trend, season })
            })
        };
        let unstable = |ets: &Ets| {
            ets.error == ErrorForm::Additive && ets.season == SeasonForm::Multiplicative
        };
        errors.into_iter().flat_map(of).filter(move |ets| !unstable(ets))
    }

    /// How many parameters, first states and the variance are chosen.
    pub(super) fn parameters(self, period: usize) -> usize {
        let trend = match self.trend {
            TrendForm::None => 0,
            TrendForm::Additive => 2,
            TrendForm::Damped => 3,
        };
        let seasons = if self.season == SeasonForm::None { 0 } else { period };
        3 + trend + seasons
    }

    /// Whether a series has room for this form, and no values that it can't work on.
    pub(super) fn check(self, series: &Series<'_>) -> Result<(), KernelError> {
        let period = series.period();
        if self.season != SeasonForm::None {
            if period < 2 {
                return Err(KernelError::Contradiction {
                    field: "period",
                    value: period as f64,
                    other: "the form has seasons",
                    way_out: "say after how many periods they come again, or take a form without",
                });
            }
            series.at_least(period.saturating_mul(2))?;
        }
        series.at_least(self.parameters(period) + 2)?;
        let multiplies =
            self.error == ErrorForm::Multiplicative || self.season == SeasonForm::Multiplicative;
        if multiplies { all_positive(series) } else { Ok(()) }
    }
}

impl fmt::Display for Ets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = match self.error {
            ErrorForm::Additive => "A",
            ErrorForm::Multiplicative => "M",
        };
        let trend = match self.trend {
            TrendForm::None => "N",
            TrendForm::Additive => "A",
            TrendForm::Damped => "Ad",
        };
        let season = match self.season {
            SeasonForm::None => "N",
            SeasonForm::Additive => "A",
            SeasonForm::Multiplicative => "M",
        };
        write!(f, "ETS({error},{trend},{season})")
    }
}

/// How likely a series is by a fitted form, and what that is worth beside the number of its parameters: less is better, within one series.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Criteria {
    /// The logarithm of the likelihood, without the part that is the same for all forms.
    pub log_likelihood: f64,
    /// Akaike's criterion.
    pub akaike: f64,
    /// Akaike's criterion, corrected for short series.
    pub corrected: f64,
    /// The Bayesian criterion.
    pub bayesian: f64,
}

impl Criteria {
    /// Those of `-2 log L`, so many parameters, and so many values.
    pub(super) fn of(twice: f64, parameters: usize, count: usize) -> Criteria {
        let (k, n) = (parameters as f64, count as f64);
        let akaike = twice + 2.0 * k;
        Criteria {
            log_likelihood: -0.5 * twice,
            akaike,
            corrected: akaike + 2.0 * k * (k + 1.0) / (n - k - 1.0),
            bayesian: twice + k * n.ln(),
        }
    }
}
