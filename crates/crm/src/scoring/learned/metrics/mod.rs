//! How good probabilities are: do they rank well, do they mean what they say, and what does acting on them cost.
//!
//! All of them take probabilities and outcomes in the same order. Rows of equal probability count as one place: whichever order they come in, a
//! figure is the same. [`lift`] alone takes the likeliest rows as a sorted list has them, those of equal probability in their order.

mod confusion;
mod ranking;

pub use confusion::{Confusion, Costs, cheapest_threshold};
pub use ranking::{Gain, auc, average_precision, compare_aucs, gains, kolmogorov_smirnov, lift};

use serde::{Deserialize, Serialize};

use super::logistic::both_classes;
use crate::KernelError;
use crate::error::{at_least, probability};

/// The usual figures of one set of probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// How many rows.
    pub rows: usize,
    /// Of how many it happened.
    pub positives: usize,
    /// [`auc`].
    pub auc: f64,
    /// [`average_precision`].
    pub average_precision: f64,
    /// [`brier`].
    pub brier: f64,
    /// [`log_loss`].
    pub log_loss: f64,
    /// [`calibration_error`] over ten bins.
    pub calibration_error: f64,
    /// [`kolmogorov_smirnov`].
    pub kolmogorov_smirnov: f64,
    /// [`lift`] of the first tenth.
    pub lift_of_first_tenth: f64,
}

impl Quality {
    /// Of probabilities and what happened.
    ///
    /// # Errors
    /// When there is not one outcome per probability, all outcomes are the same, or a probability is not from 0 to 1.
    ///
    /// ```
    /// use fondaco_crm::scoring::learned::metrics::Quality;
    ///
    /// let quality = Quality::of(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true])?;
    /// assert_eq!(quality.auc, 0.75);
    /// assert_eq!(quality.positives, 2);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn of(probabilities: &[f64], outcomes: &[bool]) -> Result<Self, KernelError> {
        let [_, yes] = both_classes(probabilities.len(), outcomes)?;
        Ok(Self {
            rows: probabilities.len(),
            positives: yes as usize,
            auc: auc(probabilities, outcomes)?,
            average_precision: average_precision(probabilities, outcomes)?,
            brier: brier(probabilities, outcomes)?,
            log_loss: log_loss(probabilities, outcomes)?,
            calibration_error: calibration_error(probabilities, outcomes, 10)?,
            kolmogorov_smirnov: kolmogorov_smirnov(probabilities, outcomes)?,
            lift_of_first_tenth: lift(probabilities, outcomes, 0.1)?,
        })
    }
}

/// The mean square of what probabilities were off by (Brier, 1950): 0 is best.
///
/// # Errors
/// When there is not one outcome per probability, all outcomes are the same, or a probability is not from 0 to 1.
pub fn brier(probabilities: &[f64], outcomes: &[bool]) -> Result<f64, KernelError> {
    mean_loss(probabilities, outcomes, |likely, happened| {
        (likely - f64::from(u8::from(happened))).powi(2)
    })
}

/// The mean of the negative logarithm of the probability of what happened: 0 is best, and to be sure and wrong is dear.
///
/// Probabilities of 0 and 1 count as 1e-15 off them, so that to be sure and wrong costs 34.5 and not all there is.
///
/// # Errors
/// As [`brier`].
pub fn log_loss(probabilities: &[f64], outcomes: &[bool]) -> Result<f64, KernelError> {
    mean_loss(probabilities, outcomes, |likely, happened| {
        let likely = likely.clamp(1e-15, 1.0 - 1e-15);
        -(if happened { likely } else { 1.0 - likely }).ln()
    })
}

fn mean_loss(
    probabilities: &[f64],
    outcomes: &[bool],
    loss: impl Fn(f64, bool) -> f64,
) -> Result<f64, KernelError> {
    checked(probabilities, outcomes)?;
    let losses =
        probabilities.iter().zip(outcomes).map(|(likely, happened)| loss(*likely, *happened));
    Ok(losses.sum::<f64>() / probabilities.len() as f64)
}

/// Rows whose probabilities lie in one bin: a point of a calibration curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// How many rows.
    pub rows: usize,
    /// Their mean probability.
    pub said: f64,
    /// The share of them of which it happened.
    pub happened: f64,
}

/// The calibration curve: what was said and what happened, in bins of equal width, those without rows left out.
///
/// # Errors
/// As [`brier`], and when there is no bin.
pub fn calibration_curve(
    probabilities: &[f64],
    outcomes: &[bool],
    bins: usize,
) -> Result<Vec<CalibrationBin>, KernelError> {
    checked(probabilities, outcomes)?;
    at_least("bins", bins, 1)?;
    let mut sums = vec![(0_usize, 0.0, 0.0); bins];
    for (likely, happened) in probabilities.iter().zip(outcomes) {
        let bin = ((likely * bins as f64) as usize).min(bins - 1);
        let (rows, said, seen) = &mut sums[bin];
        *rows += 1;
        *said += likely;
        *seen += f64::from(u8::from(*happened));
    }
    let filled = sums.into_iter().filter(|(rows, ..)| *rows > 0);
    Ok(filled
        .map(|(rows, said, seen)| {
            let count = rows as f64;
            CalibrationBin { rows, said: said / count, happened: seen / count }
        })
        .collect())
}

/// By how much bins of equal width are off on average, each weighed by its rows (expected calibration error).
///
/// # Errors
/// As [`calibration_curve`].
pub fn calibration_error(
    probabilities: &[f64],
    outcomes: &[bool],
    bins: usize,
) -> Result<f64, KernelError> {
    let curve = calibration_curve(probabilities, outcomes, bins)?;
    let off = curve.iter().map(|bin| bin.rows as f64 * (bin.said - bin.happened).abs());
    Ok(off.sum::<f64>() / probabilities.len() as f64)
}

/// One outcome per probability, both kinds of them, and all probabilities from 0 to 1; how many there are of each outcome.
fn checked(probabilities: &[f64], outcomes: &[bool]) -> Result<[f64; 2], KernelError> {
    for (row, likely) in probabilities.iter().enumerate() {
        probability("probability", *likely).map_err(|error| error.at(row))?;
    }
    both_classes(probabilities.len(), outcomes)
}
