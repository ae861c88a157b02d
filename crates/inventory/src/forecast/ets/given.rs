//! A run with parameters and first states that somebody gave.

use super::course::Smoothed;
use super::model::Ets;
use super::recursion::{Parameters, Recursion, Trace};
use crate::KernelError;
use crate::forecast::Series;
use crate::forecast::horizon::Forecast;

/// Parameters and first states, in the unit of the series.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::forecast) struct Given {
    pub(in crate::forecast) model: Ets,
    pub(in crate::forecast) alpha: f64,
    pub(in crate::forecast) beta: f64,
    pub(in crate::forecast) gamma: f64,
    pub(in crate::forecast) phi: f64,
    pub(in crate::forecast) level: f64,
    pub(in crate::forecast) trend: f64,
    pub(in crate::forecast) seasons: Vec<f64>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::forecast) struct Run {
    trace: Trace,
    smoothed: Smoothed,
}

impl Run {
    /// Runs over a series; none where a multiplicative part left what is above zero.
    pub(in crate::forecast) fn over(series: &Series<'_>, given: Given) -> Option<Run> {
        let Given { model, alpha, beta, gamma, phi, level, trend, seasons } = given;
        let values = (0..series.len()).map(|index| series.at(index)).collect();
        let recursion = Recursion { model, values, period: seasons.len().max(1) };
        let parameters = Parameters { alpha, beta, gamma, phi, level, trend, seasons };
        let mut trace = Trace::default();
        recursion.run(&parameters, &mut trace)?;
        let smoothed = Smoothed::after((model, &parameters), &trace, 1.0, 0);
        Some(Run { trace, smoothed })
    }

    pub(in crate::forecast) fn expected(&self, index: usize) -> f64 {
        self.trace.expected(index)
    }

    /// Level and trend after the last period.
    pub(in crate::forecast) fn states(&self) -> (f64, f64) {
        (self.trace.level, self.trace.trend)
    }

    pub(in crate::forecast) fn forecast(&self, horizon: usize) -> Result<Forecast, KernelError> {
        self.smoothed.forecast(horizon)
    }
}
