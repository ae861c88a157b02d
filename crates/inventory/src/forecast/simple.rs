//! The methods that everything else is measured by: the last value, the mean, the line, and simple smoothing.

use super::horizon::Errors;
use super::learned::{Course, Learned, Spread};
use super::ses::{self, Bounds};
use super::{Method, Series};
use crate::KernelError;
use crate::error::share;

type Tell<'t> = &'t mut dyn FnMut(usize, f64);

/// The last value; errors grow as a random walk's.
pub(super) fn naive(
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    let (mut last, mut errors) = (None, Errors::default());
    for (index, value) in series.observed() {
        if let Some(last) = last {
            tell(index, last);
            errors.note(value - last);
        }
        last = Some(value);
    }
    Ok(Learned::flat(Method::Naive, last.unwrap_or_default(), Spread::Walk, errors))
}

/// The line from the first value to the last.
pub(super) fn drift(
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    series.at_least(2)?;
    let (mut observed, mut errors) = (series.observed(), Errors::default());
    let (Some(first), Some(last)) = (observed.next(), observed.next_back()) else {
        return Err(KernelError::TooFew { field: "values", count: 1, least: 2 });
    };
    let slope = (last.1 - first.1) / (last.0 - first.0) as f64;
    let mut before = first;
    for (index, value) in series.observed().skip(1) {
        let expected = before.1 + slope * (index - before.0) as f64;
        tell(index, expected);
        errors.note(value - expected);
        before = (index, value);
    }
    let level = last.1 + slope * (series.len() - 1 - last.0) as f64;
    let periods = (series.len() - 1) as f64;
    let course = Course::Line { level, slope, periods };
    Ok(Learned::of(Method::Drift, course, errors).telling("Slope", slope).choosing(1))
}

/// The mean of all; its errors are told about the mean itself.
pub(super) fn mean(
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    let count = series.count() as f64;
    let mean: f64 = series.observed().map(|(_, value)| value / count).sum();
    let mut errors = Errors::default();
    for (index, value) in series.observed() {
        tell(index, mean);
        errors.note(value - mean);
    }
    Ok(Learned::flat(Method::Mean, mean, Spread::Mean(count), errors).choosing(1))
}

/// The mean of the last values that are there.
pub(super) fn moving_average(
    window: usize,
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    let method = Method::MovingAverage { window };
    if window == 0 {
        return Err(KernelError::NotPositive { field: "window", value: 0.0 });
    }
    series.at_least(window)?;
    let (mut seen, mut sum, mut errors) =
        (Vec::with_capacity(series.len()), 0.0, Errors::default());
    for (index, value) in series.observed() {
        if let Some(oldest) = seen.len().checked_sub(window) {
            let expected = sum / window as f64;
            tell(index, expected);
            errors.note(value - expected);
            sum -= seen[oldest];
        }
        sum += value;
        seen.push(value);
    }
    // Added up anew: a sum that runs gathers what rounding left.
    let level = seen[seen.len() - window..].iter().sum::<f64>() / window as f64;
    let spread = Spread::Mean(window as f64);
    Ok(Learned::flat(method, level, spread, errors).telling("Periods", window as f64))
}

/// The mean of the last values of each season.
pub(super) fn seasonal_average(
    method: Method,
    seasons: usize,
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    let (period, tell): (usize, Tell<'_>) = (series.period(), tell);
    if seasons == 0 {
        return Err(KernelError::NotPositive { field: "seasons", value: 0.0 });
    }
    let least = period.saturating_mul(seasons);
    if series.len() < least {
        return Err(KernelError::TooFew { field: "values", count: series.len(), least });
    }
    let (mut of, mut errors) = (vec![Vec::new(); period], Errors::default());
    for (index, value) in series.observed() {
        let before: &mut Vec<f64> = &mut of[index % period];
        if let Some(from) = before.len().checked_sub(seasons) {
            let expected = before[from..].iter().sum::<f64>() / seasons as f64;
            tell(index, expected);
            errors.note(value - expected);
        }
        before.push(value);
    }
    let filled = series.filled();
    let next = (0..period).map(|ahead| {
        let index = series.len() + ahead;
        let season = &of[index % period];
        let last = &season[season.len().saturating_sub(seasons)..];
        match last.len() {
            0 => filled[index - period],
            count => last.iter().sum::<f64>() / count as f64,
        }
    });
    Ok(Learned::of(method, Course::Seasons(next.collect()), errors))
}

/// Simple exponential smoothing from the first value on.
pub(super) fn ses(
    alpha: Option<f64>,
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    let chosen = usize::from(alpha.is_none());
    let alpha = match alpha {
        Some(alpha) => share("alpha", alpha)?,
        None if series.has_missing() => {
            let values: Vec<f64> = series.observed().map(|(_, value)| value).collect();
            ses::best_alpha(&values, Bounds::WIDE)
        }
        None => ses::best_alpha(series.values(), Bounds::WIDE),
    };
    let (mut level, mut errors) = (None, Errors::default());
    for (index, value) in series.observed() {
        level = Some(match level {
            None => value,
            Some(level) => {
                tell(index, level);
                let error = value - level;
                errors.note(error);
                level + alpha * error
            }
        });
    }
    let method = Method::Ses { alpha: Some(alpha) };
    let learned = Learned::flat(method, level.unwrap_or_default(), Spread::Level(alpha), errors);
    Ok(learned.telling("Smoothing of the level", alpha).choosing(chosen))
}
