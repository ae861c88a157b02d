//! From where the search begins: seasons by their means, level and trend by a line through the first cycles.

use super::model::{Ets, SeasonForm, TrendForm};
use super::recursion::{Parameters, Recursion};
use crate::forecast::Series;
use crate::forecast::seasons;

/// The form on the series, in the unit of its mean.
pub(super) fn recursion(model: Ets, series: &Series<'_>, scale: f64) -> Recursion {
    let period = if model.season == SeasonForm::None { 1 } else { series.period() };
    let values = (0..series.len()).map(|index| series.at(index).map(|value| value / scale));
    Recursion { model, values: values.collect(), period }
}

/// First states, in the unit of the series' mean, with smoothing parameters yet to be tried.
pub(super) fn parameters(model: Ets, series: &Series<'_>, scale: f64) -> Parameters {
    let filled: Vec<f64> = series.filled().iter().map(|value| value / scale).collect();
    let period = series.period();
    let multiplies = model.season == SeasonForm::Multiplicative;
    let seasons = match model.season {
        SeasonForm::None => Vec::new(),
        _ => seasons::indices(&filled, period, multiplies),
    };
    let head = filled.len().min((2 * period).max(10));
    let deseasoned =
        filled[..head].iter().enumerate().map(|(index, value)| match seasons.get(index % period) {
            Some(season) if multiplies => value / season.max(1e-6),
            Some(season) => value - season,
            None => *value,
        });
    let deseasoned: Vec<f64> = deseasoned.collect();
    let (first, slope) = seasons::line(&deseasoned);
    let mean = deseasoned.iter().sum::<f64>() / head as f64;
    let (level, trend) = match model.trend {
        TrendForm::None => (mean, 0.0),
        // A line that begins at or below zero can't be multiplied.
        _ if first <= slope.abs() => (mean, 0.0),
        _ => (first - slope, slope),
    };
    let phi = match model.trend {
        TrendForm::None => 0.0,
        TrendForm::Additive => 1.0,
        TrendForm::Damped => 0.95,
    };
    Parameters { alpha: 0.0, beta: 0.0, gamma: 0.0, phi, level, trend, seasons }
}
