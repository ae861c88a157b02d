//! Whether counts are as they were meant to be.

use serde::{Deserialize, Serialize};
use statrs::function::gamma::checked_gamma_ur;

use crate::KernelError;
use crate::error::{at_least, positive, same_length};

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChiSquare {
    /// The sum of the squares of what counts are off by, each over what was meant.
    pub statistic: f64,
    /// How many counts can differ freely.
    pub degrees_of_freedom: usize,
    /// How likely counts are off by as much by chance.
    pub p_value: f64,
}

/// Whether the groups of an experiment are as large as they were meant to be (Pearson, 1900). Below 0.001, by custom, something has gone wrong with who
/// came to which group, and its figures are worth nothing.
///
/// # Errors
/// When there is not one share for each group, there are less than two groups, nobody is in any, or a share is not above zero.
///
/// ```
/// use fondaco_crm::stats::sample_ratio_mismatch;
///
/// let test = sample_ratio_mismatch(&[5_100, 4_900], &[0.5, 0.5])?;
/// assert_eq!(test.statistic, 4.0);
/// assert!((test.p_value - 0.0455).abs() < 1e-4);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn sample_ratio_mismatch(counts: &[u64], shares: &[f64]) -> Result<ChiSquare, KernelError> {
    same_length("shares", shares.len(), counts.len())?;
    at_least("groups", counts.len(), 2)?;
    for (group, share) in shares.iter().enumerate() {
        positive("share", *share).map_err(|error| error.at(group))?;
    }
    let count: f64 = counts.iter().map(|count| *count as f64).sum();
    positive("counts together", count)?;
    let whole: f64 = shares.iter().sum();
    let off = counts.iter().zip(shares).map(|(seen, share)| {
        let meant = count * share / whole;
        (*seen as f64 - meant).powi(2) / meant
    });
    let (statistic, free) = (off.sum::<f64>(), counts.len() - 1);
    let p_value = match statistic > 0.0 {
        true => checked_gamma_ur(free as f64 / 2.0, statistic / 2.0).unwrap_or(0.0),
        false => 1.0,
    };
    Ok(ChiSquare { statistic, degrees_of_freedom: free, p_value })
}
