//! What each cluster is like, beside everybody.

use serde::{Deserialize, Serialize};

use super::{Clusters, Points};
use crate::KernelError;
use crate::error::same_length;

/// A cluster in figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// How many rows.
    pub rows: usize,
    /// What share of all rows.
    pub share: f64,
    /// The mean of each feature.
    pub means: Vec<f64>,
    /// By how many of everybody's deviations that is above everybody's mean: what stands out is far from zero.
    pub deviations: Vec<f64>,
}

/// What each cluster is like, by any features of the same rows: also others than those that the clusters were found by.
///
/// # Errors
/// When there is not one label per row.
///
/// ```
/// use fondaco_crm::clusters::{KMeans, Points, profiles};
///
/// let points = Points::new(1, vec![1.0, 1.0, 5.0, 5.0])?;
/// let found = KMeans::new(2).fit(&points)?;
/// let of_first = &profiles(&points, &found)?[found.labels[0]];
/// assert_eq!((of_first.means[0], of_first.deviations[0]), (1.0, -1.0));
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn profiles(points: &Points, clusters: &Clusters) -> Result<Vec<Profile>, KernelError> {
    same_length("labels", clusters.labels.len(), points.len())?;
    let all = points.len().max(1) as f64;
    let mean = |keep: &dyn Fn(usize) -> bool, count: f64| -> Vec<f64> {
        let mut sums = vec![0.0; points.width()];
        for (_, row) in points.rows().enumerate().filter(|(at, _)| keep(*at)) {
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        sums.into_iter().map(|sum| sum / count.max(1.0)).collect()
    };
    let of_all = mean(&|_| true, all);
    let mut spread = vec![0.0; points.width()];
    for row in points.rows() {
        let off = row.iter().zip(&of_all).map(|(x, mean)| (x - mean).powi(2) / all);
        spread.iter_mut().zip(off).for_each(|(spread, off)| *spread += off);
    }
    let profile = |(label, rows): (usize, usize)| {
        let own = |at: usize| clusters.labels.get(at) == Some(&label);
        let means = mean(&own, rows as f64);
        let off = means.iter().zip(&of_all).zip(&spread);
        let deviations = off.map(|((mean, all), spread)| match *spread > 0.0 {
            true => (mean - all) / spread.sqrt(),
            false => 0.0,
        });
        let deviations = deviations.collect();
        Profile { rows, share: rows as f64 / all, means, deviations }
    };
    Ok(clusters.sizes().into_iter().enumerate().map(profile).collect())
}
