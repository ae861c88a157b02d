//! Exponential smoothing with parameters and first states as given (C. C. Holt, ONR Memorandum 52, 1957; P. R. Winters, *Management
//! Science* 6, 1960; E. S. Gardner and E. McKenzie, *Management Science* 31, 1985, for the damped trend).

use super::Series;
use super::ets::{ErrorForm, Ets, Given, Run, SeasonForm, TrendForm};
use super::horizon::{Forecast, periods};
use crate::KernelError;
use crate::error::{finite, share};

/// Smoothing of level, trend and seasons as somebody set it.
///
/// [`Method::Ets`](super::Method::Ets) chooses all of this by likelihood; this takes it from whoever chose it elsewhere, or goes on from
/// states that were kept.
///
/// ```
/// use fondaco_inventory::forecast::{HoltWinters, Series};
///
/// let holt = HoltWinters::new(0.8, 118.0).trend(0.2, 2.0);
/// let run = holt.run(&Series::new(&[112.0, 118.0, 132.0])?)?;
/// assert_eq!(run.fitted[0], 120.0);
/// assert!((run.forecast(1)?.points[0] - 132.771_712).abs() < 1e-9);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HoltWinters {
    /// By which part of its error the level follows.
    pub alpha: f64,
    /// The level before the first period.
    pub level: f64,
    /// By which part of the level's change the trend follows, and the trend before the first period.
    pub trend: Option<(f64, f64)>,
    /// What is left of the trend after a period; none: all.
    pub damping: Option<f64>,
    /// How seasons come in, by which part of their errors they follow, and what they are before the first period, that of the first
    /// period first.
    pub seasons: Option<(SeasonForm, f64, Vec<f64>)>,
}

/// What came of such smoothing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HoltWintersRun {
    /// What was expected of each period from those before it.
    pub fitted: Vec<f64>,
    /// The sum of the squares of the errors.
    pub squares: f64,
    /// The level after the last period.
    pub level: f64,
    /// The trend after the last period.
    pub trend: f64,
    run: Run,
}

impl HoltWinters {
    /// Smoothing of a level alone, from one before the first period on.
    #[must_use]
    pub fn new(alpha: f64, level: f64) -> HoltWinters {
        HoltWinters { alpha, level, trend: None, damping: None, seasons: None }
    }

    /// The same with a trend: by which part of the level's change it follows, and what it is before the first period.
    #[must_use]
    pub fn trend(self, beta: f64, trend: f64) -> HoltWinters {
        HoltWinters { trend: Some((beta, trend)), ..self }
    }

    /// The same with a trend of which this part is left after each period.
    #[must_use]
    pub fn damped(self, phi: f64) -> HoltWinters {
        HoltWinters { damping: Some(phi), ..self }
    }

    /// The same with seasons.
    #[must_use]
    pub fn seasons(self, form: SeasonForm, gamma: f64, seasons: Vec<f64>) -> HoltWinters {
        HoltWinters { seasons: Some((form, gamma, seasons)), ..self }
    }

    /// Runs over a series. Seasons come again after as many periods as were given, whatever the series says.
    ///
    /// # Errors
    /// When a smoothing is not above 0 and below 1, a state is no finite number, there are no seasons where some are said to be, or level
    /// or seasons that multiply come to zero or below.
    pub fn run(&self, series: &Series<'_>) -> Result<HoltWintersRun, KernelError> {
        let given = self.given()?;
        let run = Run::over(series, given).ok_or(KernelError::NoAnswer {
            what: "smoothing with multiplicative seasons",
            why: "the level or a season came to zero or below: take additive seasons",
        })?;
        let fitted: Vec<f64> = (0..series.len()).map(|index| run.expected(index)).collect();
        let squares = series.observed().map(|(at, value)| (value - fitted[at]).powi(2)).sum();
        let (level, trend) = run.states();
        Ok(HoltWintersRun { fitted, squares, level, trend, run })
    }

    fn given(&self) -> Result<Given, KernelError> {
        let alpha = share("alpha", self.alpha)?;
        let (beta, trend) = self.trend.unwrap_or_default();
        if self.trend.is_some() {
            share("beta", beta)?;
        }
        let phi = match (self.trend, self.damping) {
            (None, _) => 0.0,
            (Some(_), None) => 1.0,
            (Some(_), Some(phi)) => share("phi", phi)?,
        };
        let (season, gamma, seasons) = match &self.seasons {
            None => (SeasonForm::None, 0.0, Vec::new()),
            Some((_, _, seasons)) if seasons.is_empty() => {
                return Err(KernelError::TooFew { field: "seasons", count: 0, least: 1 });
            }
            Some((form, gamma, seasons)) => (*form, share("gamma", *gamma)?, seasons.clone()),
        };
        for (index, season) in seasons.iter().enumerate() {
            finite("seasons", *season).map_err(|error| error.at(index))?;
        }
        let (level, trend) = (finite("level", self.level)?, finite("trend", trend)?);
        let form = if self.trend.is_some() { TrendForm::Additive } else { TrendForm::None };
        let model = Ets::new(ErrorForm::Additive, form, season);
        // The trend follows the level's change, which is a part of the error.
        Ok(Given { model, alpha, beta: alpha * beta, gamma, phi, level, trend, seasons })
    }
}

impl HoltWintersRun {
    /// What comes, with how sure that is by the errors of the run.
    ///
    /// # Errors
    /// When that is more than 10,000 periods, or beyond the reach of floats.
    pub fn forecast(&self, horizon: usize) -> Result<Forecast, KernelError> {
        self.run.forecast(periods("horizon", horizon)?)
    }
}
