//! Exponential smoothing in state space form: error, trend and seasons, each additive, multiplicative or none (R. J. Hyndman, A. B. Koehler,
//! J. K. Ord and R. D. Snyder, *Forecasting with Exponential Smoothing*, 2008).
//!
//! Parameters and first states are those of the greatest likelihood, searched by quasi-Newton steps along its exact gradient, which
//! costs about three runs over the series however many seasons there are. Smoothing parameters stay in the usual region (`0 < beta <
//! alpha < 1`, `0 < gamma < 1 - alpha`, `0.8 <= phi <= 0.98`).

mod course;
mod given;
mod model;
mod recursion;
mod search;
mod start;

use super::horizon::Errors;
use super::learned::{Course, Learned};
use super::{Method, Series, simple};
use crate::KernelError;
use crate::error::positive;

pub use model::{Criteria, ErrorForm, Ets, SeasonForm, TrendForm};

pub(super) use course::Smoothed;
pub(super) use given::{Given, Run};
use recursion::Trace;
use search::Found;

/// Fits one form.
pub(super) fn fit(
    model: Ets,
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    model.check(series)?;
    let found = search::search(model, series).ok_or(KernelError::NoAnswer {
        what: "the form of exponential smoothing",
        why: "it has no likelihood on this series: choose additive parts",
    })?;
    Ok(learned(series, &found, tell))
}

/// Fits all forms that the series has room for, and takes the one with the least corrected information criterion.
pub(super) fn auto(
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    let fits = Ets::all().filter(|model| model.check(series).is_ok());
    let found = fits.filter_map(|model| search::search(model, series));
    let best = found.min_by(|one, other| {
        let criterion = |found: &Found| found.criteria(series).corrected;
        criterion(one).total_cmp(&criterion(other))
    });
    match best {
        Some(best) => Ok(learned(series, &best, tell)),
        // Too short for any likelihood.
        None => simple::ses(None, series, tell),
    }
}

/// What was found, as it is told.
fn learned(series: &Series<'_>, found: &Found, tell: &mut impl FnMut(usize, f64)) -> Learned {
    let (model, parameters) = (found.model, &found.parameters);
    let recursion = start::recursion(model, series, found.scale);
    let mut trace = Trace::default();
    recursion.run(parameters, &mut trace);
    let mut errors = Errors::default();
    for (index, value) in series.observed() {
        let expected = trace.expected(index) * found.scale;
        tell(index, expected);
        errors.note(value - expected);
    }
    let chosen = model.parameters(series.period());
    let smoothed = Smoothed::after((model, parameters), &trace, found.scale, chosen);
    let learned = Learned::of(Method::Ets(model), Course::Smoothed(Box::new(smoothed)), errors);
    let learned = learned.choosing(chosen.min(errors.count.saturating_sub(1)));
    let told = [
        (true, "Smoothing of the level", parameters.alpha),
        (model.trend != TrendForm::None, "Smoothing of the trend", parameters.beta),
        (model.season != SeasonForm::None, "Smoothing of the seasons", parameters.gamma),
        (model.trend == TrendForm::Damped, "Damping", parameters.phi),
    ];
    let learned = (told.into_iter().filter(|(there, ..)| *there))
        .fold(learned, |learned, (_, name, value)| learned.telling(name, value));
    Learned { criteria: Some(found.criteria(series)), ..learned }
}

/// Values above zero, as multiplicative parts need them.
fn all_positive(series: &Series<'_>) -> Result<(), KernelError> {
    series.observed().try_for_each(|(index, value)| {
        positive("values", value).map(|_| ()).map_err(|error| error.at(index))
    })
}

#[cfg(test)]
mod tests;
