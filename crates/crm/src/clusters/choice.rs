//! How many clusters there are.

use serde::{Deserialize, Serialize};

use super::points::square;
use super::{Clusters, KMeans, Points};
use crate::KernelError;
use crate::error::{at_least, same_length};

/// What so many clusters would be like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// How many.
    pub count: usize,
    /// [`silhouette`].
    pub silhouette: f64,
    /// The clusters.
    pub clusters: Clusters,
}

/// Clusters of every count from two to `most`, the one with the largest silhouette first.
///
/// # Errors
/// When `most` is below two, or there are not more rows than that.
///
/// ```
/// use fondaco_crm::clusters::{KMeans, Points, choose};
///
/// let points = Points::new(1, vec![0.0, 0.1, 0.2, 5.0, 5.1, 5.2, 9.0, 9.1, 9.2])?;
/// assert_eq!(choose(KMeans::new(2), &points, 5)?[0].count, 3);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn choose(settings: KMeans, points: &Points, most: usize) -> Result<Vec<Choice>, KernelError> {
    at_least("most", most, 2)?;
    at_least("rows", points.len(), most + 1)?;
    let tried = (2..=most).map(|count| {
        let clusters = settings.with_clusters(count).fit(points)?;
        let silhouette = silhouette(points, &clusters.labels)?;
        Ok(Choice { count, silhouette, clusters })
    });
    let mut tried = tried.collect::<Result<Vec<_>, KernelError>>()?;
    tried.sort_by(|a, b| b.silhouette.total_cmp(&a.silhouette));
    Ok(tried)
}

/// How well rows lie in their clusters, on average: near 1 where they are far from the next, 0 between two, below it in the wrong one. A row that is alone counts as
/// 0. In time with the square of the rows: take a sample of many.
///
/// # Errors
/// When there is not one label per row, or less than two clusters have rows.
pub fn silhouette(points: &Points, labels: &[usize]) -> Result<f64, KernelError> {
    same_length("labels", labels.len(), points.len())?;
    let mut known = labels.to_vec();
    known.sort_unstable();
    known.dedup();
    at_least("clusters with rows", known.len(), 2)?;
    let own: Vec<usize> = labels.iter().map(|label| known.partition_point(|k| k < label)).collect();
    let mut sizes = vec![0.0; known.len()];
    own.iter().for_each(|label| sizes[*label] += 1.0);
    let of_row = |(row, label): (&[f64], &usize)| {
        let mut sums = vec![0.0; sizes.len()];
        for (other, label) in points.rows().zip(&own) {
            sums[*label] += square(row, other).sqrt();
        }
        if sizes[*label] <= 1.0 {
            return 0.0;
        }
        let within = sums[*label] / (sizes[*label] - 1.0);
        let others = sums.iter().zip(&sizes).enumerate().filter(|(at, _)| at != label);
        let next = others.map(|(_, (sum, size))| sum / size).fold(f64::INFINITY, f64::min);
        let most = within.max(next);
        if most > 0.0 { (next - within) / most } else { 0.0 }
    };
    Ok(points.rows().zip(&own).map(of_row).sum::<f64>() / points.len() as f64)
}
