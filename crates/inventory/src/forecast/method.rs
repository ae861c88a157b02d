//! The methods, behind one door: what is asked of a batch of series or of a backtest is asked of any of them.

use fondaco_core::report::{Explain, Phrase, word};

use super::ets::{self, Ets};
use super::horizon::Forecast;
use super::learned::Learned;
use super::{Series, intermittent, simple, theta};
use crate::KernelError;
use crate::figure::{because, figure};

/// How demand is forecast.
///
/// ```
/// use fondaco_inventory::forecast::{Method, Series};
///
/// let spare_part = [0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 5.0, 0.0, 3.0, 0.0];
/// let forecast = Method::Sba { alpha: Some(0.1) }.forecast(&Series::new(&spare_part)?, 3)?;
/// assert_eq!(format!("{:.3}", forecast.points[0]), "1.268");
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// What was asked for last.
    Naive,
    /// What was asked for in the same season last.
    SeasonalNaive,
    /// The line from the first value to the last, drawn on.
    Drift,
    /// The mean of all.
    Mean,
    /// The mean of the last values.
    MovingAverage {
        /// How many.
        window: usize,
    },
    /// The mean of the last values of the same season.
    SeasonalAverage {
        /// How many.
        seasons: usize,
    },
    /// Simple exponential smoothing from the first value on (R. G. Brown, *Statistical Forecasting for Inventory Control*, 1959).
    Ses {
        /// By which part of its error the level follows; none: that with the least squares of errors.
        alpha: Option<f64>,
    },
    /// Exponential smoothing in state space form, with trend and seasons as named; its parameters and first states are chosen by
    /// likelihood. With additive errors it is Holt's and Holt and Winters' method.
    Ets(Ets),
    /// That form of [`Ets`](Method::Ets) with the least corrected information criterion (AICc).
    AutoEts,
    /// The Theta method (V. Assimakopoulos and K. Nikolopoulos, "The theta model", *International Journal of Forecasting* 16, 2000):
    /// smoothing with half the trend of the line through all.
    Theta,
    /// Theta with the best weight of that trend (J. A. Fiorucci et al., "Models for optimising the theta method", *International
    /// Journal of Forecasting* 32, 2016, OTM).
    OptimisedTheta,
    /// Croston's method for intermittent demand: sizes and intervals smoothed apart (J. D. Croston, *Operational Research Quarterly* 23,
    /// 1972). Its forecasts are too high; see [`Sba`](Method::Sba).
    Croston {
        /// By which part of their errors both follow; none: the best from 0.1 to 0.3.
        alpha: Option<f64>,
    },
    /// Croston's method without its bias (A. A. Syntetos and J. E. Boylan, *International Journal of Forecasting* 21, 2005).
    Sba {
        /// By which part of their errors both follow; none: the best from 0.1 to 0.3.
        alpha: Option<f64>,
    },
    /// Sizes and the probability of any demand smoothed apart, so that what is no longer asked for fades (R. H. Teunter, A. A. Syntetos
    /// and M. Z. Babai, *European Journal of Operational Research* 214, 2011).
    Tsb {
        /// By which part of its error the size follows.
        size: f64,
        /// By which part of its error the probability follows.
        probability: f64,
    },
    /// Periods put together until nearly all have demand, then smoothed (K. Nikolopoulos et al., *Journal of the Operational Research
    /// Society* 62, 2011).
    Adida,
    /// The mean of such forecasts over all lengths of periods put together (F. Petropoulos and N. Kourentzes, *Journal of the Operational
    /// Research Society* 66, 2015).
    Imapa,
}

impl Method {
    /// The name it goes by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Method::Naive => "Naive",
            Method::SeasonalNaive => "Seasonal naive",
            Method::Drift => "Drift",
            Method::Mean => "Mean",
            Method::MovingAverage { .. } => "Moving average",
            Method::SeasonalAverage { .. } => "Seasonal average",
            Method::Ses { .. } => "Simple exponential smoothing",
            Method::Ets(_) | Method::AutoEts => "Exponential smoothing",
            Method::Theta => "Theta",
            Method::OptimisedTheta => "Optimised theta",
            Method::Croston { .. } => "Croston",
            Method::Sba { .. } => "Syntetos-Boylan approximation",
            Method::Tsb { .. } => "Teunter-Syntetos-Babai",
            Method::Adida => "ADIDA",
            Method::Imapa => "IMAPA",
        }
    }

    /// What it expects of the next `horizon` periods.
    ///
    /// # Errors
    /// When the series is too short for the method, has values that it can't work on (an intermittent method: below zero; a form of
    /// ETS with multiplicative parts: zero or below), a parameter is out of its bounds, or the horizon is more than 10,000 periods.
    pub fn forecast(&self, series: &Series<'_>, horizon: usize) -> Result<Forecast, KernelError> {
        self.learn(series, &mut |_, _| {})?.forecast(horizon)
    }

    /// What it makes of a series: its parameters, and what it would have forecast for each period one before.
    ///
    /// # Errors
    /// As [`forecast`](Method::forecast).
    ///
    /// ```
    /// use fondaco_inventory::forecast::{Method, Series};
    ///
    /// let sold = [10.0, 12.0, 11.0, 13.0, 12.0, 14.0];
    /// let fit = Method::Ses { alpha: Some(0.5) }.fit(&Series::new(&sold)?)?;
    /// assert_eq!(fit.fitted[1..4], [Some(10.0), Some(11.0), Some(11.0)]);
    /// assert_eq!(fit.explain().to_string(), "\
    /// Simple exponential smoothing: 13
    /// ├─ Smoothing of the level: 0.5
    /// └─ Standard deviation of the errors: 1.5492
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn fit(&self, series: &Series<'_>) -> Result<Fit, KernelError> {
        let mut fitted = vec![None; series.len()];
        let learned = self.learn(series, &mut |index, value| {
            if let Some(place) = fitted.get_mut(index) {
                *place = Some(value);
            }
        })?;
        Ok(Fit { fitted, learned })
    }

    /// Learns from a series, and tells what it expected of each period from those before it.
    fn learn(
        &self,
        series: &Series<'_>,
        tell: &mut impl FnMut(usize, f64),
    ) -> Result<Learned, KernelError> {
        match *self {
            Method::Naive => simple::naive(series, tell),
            Method::SeasonalNaive => simple::seasonal_average(*self, 1, series, tell),
            Method::Drift => simple::drift(series, tell),
            Method::Mean => simple::mean(series, tell),
            Method::MovingAverage { window } => simple::moving_average(window, series, tell),
            Method::SeasonalAverage { seasons } => {
                simple::seasonal_average(*self, seasons, series, tell)
            }
            Method::Ses { alpha } => simple::ses(alpha, series, tell),
            Method::Ets(model) => ets::fit(model, series, tell),
            Method::AutoEts => ets::auto(series, tell),
            Method::Theta => theta::learn(false, series, tell),
            Method::OptimisedTheta => theta::learn(true, series, tell),
            Method::Croston { alpha } => intermittent::croston(*self, alpha, series, tell),
            Method::Sba { alpha } => intermittent::croston(*self, alpha, series, tell),
            Method::Tsb { size, probability } => {
                intermittent::tsb((size, probability), series, tell)
            }
            Method::Adida => intermittent::adida(series),
            Method::Imapa => intermittent::imapa(series),
        }
    }
}

/// What a method made of a series.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fit {
    /// What it expected of each period from those before it; none of those that it starts from. Where parameters and first states were
    /// chosen, they were so by the whole series.
    pub fitted: Vec<Option<f64>>,
    learned: Learned,
}

impl Fit {
    /// The method with what it chose: of [`AutoEts`](Method::AutoEts) the form.
    #[must_use]
    pub fn method(&self) -> Method {
        self.learned.method
    }

    /// The parameters by name, those that were given and those that were chosen.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.learned.parameters.iter().flatten().copied()
    }

    /// The sum of the squares of its one-step errors.
    #[must_use]
    pub fn squares(&self) -> f64 {
        self.learned.errors.squares
    }

    /// The information criteria, where the method has a likelihood: those of ETS.
    #[must_use]
    pub fn criteria(&self) -> Option<ets::Criteria> {
        self.learned.criteria
    }

    /// What it expects of the next `horizon` periods.
    ///
    /// # Errors
    /// When that is more than 10,000 periods, or beyond the reach of floats.
    pub fn forecast(&self, horizon: usize) -> Result<Forecast, KernelError> {
        self.learned.forecast(horizon)
    }

    /// Why the next period's forecast is what it is.
    #[must_use]
    pub fn explain(&self) -> Explain {
        let name = match self.method() {
            Method::Ets(model) => {
                Phrase::from(word("Exponential smoothing")).and(model.to_string())
            }
            method => Phrase::from(word(method.name())),
        };
        let next = self.forecast(1).map_or(f64::NAN, |next| next.total());
        let why = Explain::new(name, figure(next));
        let why = self.parameters().fold(why, |why, (name, value)| why.input(because(name, value)));
        match self.learned.errors.deviation(0) {
            Some(deviation) => why.input(because("Standard deviation of the errors", deviation)),
            None => why,
        }
    }
}
