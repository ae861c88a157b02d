//! The Theta method in its form as smoothing with a drift (R. J. Hyndman and B. Billah, "Unmasking the Theta method", *International
//! Journal of Forecasting* 19, 2003), with the drift's weight as found best (Fiorucci et al., 2016).
//!
//! Seasons are taken off first where the series has them, as in the M3 competition. Smoothing and first level are those with the least
//! squares of one-step errors of smoothing alone, in the second form, with the weight, of the whole: for each smoothing the others have a
//! solution in closed form. What was never below zero isn't forecast below it.

use super::horizon::Errors;
use super::learned::{Course, Learned};
use super::{Method, Series, seasons};
use crate::KernelError;

/// Between which the smoothing of the level is looked for.
const ALPHAS: (f64, f64) = (0.0001, 0.9999);

/// Learns by the Theta method, with half the trend or with the best part of it.
pub(super) fn learn(
    optimised: bool,
    series: &Series<'_>,
    tell: &mut impl FnMut(usize, f64),
) -> Result<Learned, KernelError> {
    series.at_least(3)?;
    let scale = series.scale();
    let filled: Vec<f64> = series.filled().iter().map(|value| value / scale).collect();
    let (of_season, additive) = found_seasons(&filled, series.period());
    let season = |index: usize| of_season[index % of_season.len()];
    let off = |(index, value): (usize, f64)| {
        if additive { value - season(index) } else { value / season(index) }
    };
    let back = |index: usize, value: f64| {
        scale * if additive { value + season(index) } else { value * season(index) }
    };
    let deseasoned: Vec<f64> = filled.iter().copied().enumerate().map(off).collect();
    let there: Vec<bool> = (0..series.len()).map(|index| series.at(index).is_some()).collect();
    let (first, slope) = seasons::line(&deseasoned);
    let line = Line { values: &deseasoned, there: &there, first, slope, optimised };
    let best = line.best();

    let mut errors = Errors::default();
    let level = line.run(best, |index, expected| {
        tell(index, back(index, expected));
        errors.note((deseasoned[index] - expected) * scale);
    });
    let Theta { alpha, weight, .. } = best;
    let count = series.len();
    let next = level + weight * line.drift(count, alpha);
    let factor = if additive { scale } else { 1.0 };
    let ahead = (0..of_season.len()).map(|ahead| season(count + ahead) * factor).collect();
    let slope = weight * slope * scale;
    let floored = series.observed().all(|(_, value)| value >= 0.0);
    let level = next * scale;
    let course = Course::Theta { level, slope, alpha, seasons: ahead, additive, floored };
    let method = if optimised { Method::OptimisedTheta } else { Method::Theta };
    let learned = Learned::of(method, course, errors).telling("Smoothing of the level", alpha);
    let learned = learned.telling("Slope", slope);
    Ok(if optimised {
        learned.telling("Theta", 1.0 / (1.0 - weight)).choosing(3)
    } else {
        learned.choosing(2)
    })
}

/// The seasons where there are any: as factors, or as differences where a factor would be none.
fn found_seasons(values: &[f64], period: usize) -> (Vec<f64>, bool) {
    if !seasons::are_there(values, period) {
        return (vec![1.0], false);
    }
    let factors = seasons::indices(values, period, true);
    let multiplies =
        values.iter().all(|value| *value > 0.0) && factors.iter().all(|factor| *factor > 0.01);
    if multiplies { (factors, false) } else { (seasons::indices(values, period, false), true) }
}

/// A series without seasons, and the line through it.
struct Line<'a> {
    values: &'a [f64],
    there: &'a [bool],
    first: f64,
    slope: f64,
    optimised: bool,
}

/// What is chosen: the smoothing, the first level, and the weight of the drift.
#[derive(Debug, Clone, Copy, Default)]
struct Theta {
    alpha: f64,
    level: f64,
    weight: f64,
    squares: f64,
}

impl Line<'_> {
    /// What the line adds to the forecast of the period at `index`, for a weight of one: what smoothing lags behind it, at last
    /// `1 / alpha` periods. In the second form the first level carries part of the line.
    fn drift(&self, index: usize, alpha: f64) -> f64 {
        let faded = (1.0 - alpha).powi(i32::try_from(index).unwrap_or(i32::MAX));
        match self.optimised {
            false => self.slope * (1.0 - faded) / alpha,
            true => faded * self.first + self.slope * (1.0 - (1.0 - alpha) * faded) / alpha,
        }
    }

    /// The best smoothing, by narrowing about the best of a few.
    fn best(&self) -> Theta {
        const TRIED: u32 = 12;
        let (mut low, mut high) = ALPHAS;
        let mut best = Theta { squares: f64::INFINITY, ..Theta::default() };
        while high - low > 1e-5 {
            let step = (high - low) / f64::from(TRIED);
            for nth in 0..=TRIED {
                let tried = self.solve(low + step * f64::from(nth));
                if tried.squares < best.squares {
                    best = tried;
                }
            }
            (low, high) = ((best.alpha - step).max(ALPHAS.0), (best.alpha + step).min(ALPHAS.1));
        }
        best
    }

    /// The first level and the weight with the least squares for a smoothing: errors are linear in both.
    fn solve(&self, alpha: f64) -> Theta {
        // A run from a level of nothing without drift, and what one of level and one of weight take off its errors.
        let (mut level, mut faded) = (0.0, 1.0);
        let (mut ee, mut el, mut ed, mut ll, mut ld, mut dd) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for (index, (value, there)) in self.values.iter().zip(self.there).enumerate() {
            let drift = self.drift(index, alpha);
            if *there {
                let error = value - level;
                ee += error * error;
                el += error * faded;
                ed += error * drift;
                ll += faded * faded;
                ld += faded * drift;
                dd += drift * drift;
                level += alpha * error;
                faded *= 1.0 - alpha;
            }
        }
        let with = |weight: f64| {
            let first = (el - weight * ld) / ll;
            let squares = ee - 2.0 * (first * el + weight * ed)
                + first * first * ll
                + 2.0 * first * weight * ld
                + weight * weight * dd;
            Theta { alpha, level: first, weight, squares }
        };
        if !self.optimised {
            // The smoothing is that of the values alone.
            return Theta { weight: 0.5, ..with(0.0) };
        }
        let apart = ll * dd - ld * ld;
        let best = if apart > 1e-12 * ll * dd { (ll * ed - ld * el) / apart } else { 0.0 };
        // Theta is 1 or more: the weight from nothing to nearly one.
        with(best.clamp(0.0, 0.999))
    }

    /// Runs with what was chosen; the level after the last value.
    fn run(&self, theta: Theta, mut tell: impl FnMut(usize, f64)) -> f64 {
        let mut level = theta.level;
        for (index, (value, there)) in self.values.iter().zip(self.there).enumerate() {
            if *there {
                tell(index, level + theta.weight * self.drift(index, theta.alpha));
                level += theta.alpha * (value - level);
            }
        }
        level
    }
}
