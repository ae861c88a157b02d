//! Demand that comes now and then: its sizes and its intervals, or periods put together until there is always some.
//!
//! Missing periods are left out as if there had been none: whether something would have been asked for in them is not known.

use super::horizon::Errors;
use super::learned::{Learned, Spread};
use super::ses::{self, Bounds};
use super::{Method, Series};
use crate::KernelError;
use crate::error::{not_negative, share};

/// Refuses demands below zero.
fn check(series: &Series<'_>) -> Result<(), KernelError> {
    series.observed().try_for_each(|(index, value)| {
        not_negative("values", value).map(|_| ()).map_err(|error| error.at(index))
    })
}

/// The sizes of what was asked for, and after how many periods each came.
fn sizes_and_intervals(series: &Series<'_>) -> (Vec<f64>, Vec<f64>) {
    let (mut sizes, mut intervals, mut waited) = (Vec::new(), Vec::new(), 0.0);
    for (_, value) in series.observed() {
        waited += 1.0;
        if value > 0.0 {
            sizes.push(value);
            intervals.push(waited);
            waited = 0.0;
        }
    }
    (sizes, intervals)
}

/// Croston's method, and without its bias that of Syntetos and Boylan.
pub(super) fn croston(
    method: Method,
    alpha: Option<f64>,
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    check(series)?;
    let chosen = if alpha.is_some() { 0 } else { 2 };
    let [by_size, by_interval] = match alpha {
        Some(alpha) => [share("alpha", alpha)?; 2],
        None => {
            let (sizes, intervals) = sizes_and_intervals(series);
            [sizes, intervals].map(|values| ses::best_alpha(&values, Bounds::SLOW))
        }
    };
    let unbiased = if matches!(method, Method::Sba { .. }) { 1.0 - by_interval / 2.0 } else { 1.0 };
    let (mut state, mut waited, mut errors) = (None, 0.0, Errors::default());
    for (index, value) in series.observed() {
        if let Some((size, interval)) = state {
            let expected: f64 = unbiased * size / interval;
            tell(index, expected);
            errors.note(value - expected);
        }
        waited += 1.0;
        if value > 0.0 {
            state = Some(match state {
                None => (value, waited),
                Some((size, interval)) => {
                    (size + by_size * (value - size), interval + by_interval * (waited - interval))
                }
            });
            waited = 0.0;
        }
    }
    let level = state.map_or(0.0, |(size, interval)| unbiased * size / interval);
    let learned = Learned::flat(method, level, Spread::Constant, errors).choosing(chosen);
    let learned = learned.telling("Smoothing of sizes", by_size);
    let learned = learned.telling("Smoothing of intervals", by_interval);
    Ok(match state {
        Some((size, interval)) => learned.telling("Size", size).telling("Interval", interval),
        None => learned,
    })
}

/// The method of Teunter, Syntetos and Babai.
pub(super) fn tsb(
    (by_size, by_probability): (f64, f64),
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    check(series)?;
    let by_size = share("size", by_size)?;
    let by_probability = share("probability", by_probability)?;
    let (mut size, mut probability, mut errors) = (None, None, Errors::default());
    for (index, value) in series.observed() {
        if let Some(probability) = probability {
            let expected = size.unwrap_or(0.0) * probability;
            tell(index, expected);
            errors.note(value - expected);
        }
        let came = if value > 0.0 { 1.0 } else { 0.0 };
        probability = Some(match probability {
            None => came,
            Some(before) => before + by_probability * (came - before),
        });
        if value > 0.0 {
            size = Some(size.map_or(value, |before: f64| before + by_size * (value - before)));
        }
    }
    let (size, probability) = (size.unwrap_or(0.0), probability.unwrap_or(0.0));
    let method = Method::Tsb { size: by_size, probability: by_probability };
    let learned = Learned::flat(method, size * probability, Spread::Constant, errors);
    Ok(learned.telling("Size", size).telling("Probability", probability))
}

/// The mean of one period, from so many put together; the oldest that don't fill one are left out.
fn together(values: &[f64], periods: usize) -> f64 {
    let whole = &values[values.len() % periods..];
    let sums: Vec<f64> = whole.chunks_exact(periods).map(|part| part.iter().sum()).collect();
    let alpha = ses::best_alpha(&sums, Bounds::SLOW);
    ses::level(sums, alpha).unwrap_or(0.0) / periods as f64
}

/// What is there, and after how many periods demand comes on average; none where there is none.
fn by_mean_interval(series: &Series<'_>) -> Result<(Vec<f64>, Option<usize>), KernelError> {
    check(series)?;
    let values: Vec<f64> = series.observed().map(|(_, value)| value).collect();
    let (_, intervals) = sizes_and_intervals(series);
    let count = intervals.len();
    let mean = intervals.iter().sum::<f64>() / count as f64;
    let periods = (count > 0).then(|| (mean.round_ties_even() as usize).clamp(1, values.len()));
    Ok((values, periods))
}

/// Periods put together until nearly all have demand.
pub(super) fn adida(series: &Series<'_>) -> Result<Learned, KernelError> {
    let (values, periods) = by_mean_interval(series)?;
    let level = periods.map_or(0.0, |periods| together(&values, periods));
    let learned = about_level(Method::Adida, level, &values);
    Ok(periods.map_or(learned.clone(), |periods| learned.telling("Periods", periods as f64)))
}

/// The mean over all lengths up to that.
pub(super) fn imapa(series: &Series<'_>) -> Result<Learned, KernelError> {
    let (values, periods) = by_mean_interval(series)?;
    // Longer ones say the same, and each costs a run over all.
    let most = periods.unwrap_or(0).min(1000);
    let all: f64 = (1..=most).map(|periods| together(&values, periods)).sum();
    let level = if most > 0 { all / most as f64 } else { 0.0 };
    Ok(about_level(Method::Imapa, level, &values).telling("Periods", most as f64))
}

/// A level, with the errors of single periods about it: these methods have no forecast of each.
fn about_level(method: Method, level: f64, values: &[f64]) -> Learned {
    let mut errors = Errors::default();
    values.iter().for_each(|value| errors.note(value - level));
    Learned::flat(method, level, Spread::Constant, errors).choosing(1)
}

/// How a demand comes (A. A. Syntetos, J. E. Boylan and J. D. Croston, "On the categorization of demand patterns", *Journal of the
/// Operational Research Society* 56, 2005).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pattern {
    /// Often, and in sizes that are alike: smoothing does well.
    Smooth,
    /// Now and then, in sizes that are alike.
    Intermittent,
    /// Often, in sizes that differ.
    Erratic,
    /// Now and then, in sizes that differ.
    Lumpy,
    /// Nothing was asked for.
    None,
}

/// How often a demand comes, how its sizes differ, and what it is called by that.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Classification {
    /// The average interval: periods for each one with demand (ADI).
    pub interval: Option<f64>,
    /// The squared coefficient of variation of the sizes, by the variance of the whole (CV²).
    pub variation: Option<f64>,
    /// The pattern.
    pub pattern: Pattern,
}

/// Above this many periods between demands it is intermittent.
const OFTEN: f64 = 1.32;
/// Above this squared coefficient of variation sizes differ.
const ALIKE: f64 = 0.49;

/// The class of a demand by Syntetos, Boylan and Croston: cuts at 1.32 periods and 0.49.
///
/// # Errors
/// When a demand is below zero.
///
/// ```
/// use fondaco_inventory::forecast::{Pattern, Series, classify};
///
/// let class = classify(&Series::new(&[0.0, 0.0, 45.0, 0.0, 1.0, 0.0, 120.0, 0.0])?)?;
/// assert_eq!(class.pattern, Pattern::Lumpy);
/// assert_eq!(class.interval, Some(8.0 / 3.0));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn classify(series: &Series<'_>) -> Result<Classification, KernelError> {
    check(series)?;
    let (sizes, _) = sizes_and_intervals(series);
    if sizes.is_empty() {
        let pattern = Pattern::None;
        return Ok(Classification { interval: None, variation: None, pattern });
    }
    let count = sizes.len() as f64;
    let interval = series.count() as f64 / count;
    // By the largest, so that no square overflows.
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    let mean: f64 = sizes.iter().map(|size| size / largest / count).sum();
    let variance: f64 = sizes.iter().map(|size| (size / largest - mean).powi(2) / count).sum();
    let variation = variance / (mean * mean);
    let pattern = match (interval > OFTEN, variation > ALIKE) {
        (false, false) => Pattern::Smooth,
        (true, false) => Pattern::Intermittent,
        (false, true) => Pattern::Erratic,
        (true, true) => Pattern::Lumpy,
    };
    Ok(Classification { interval: Some(interval), variation: Some(variation), pattern })
}
