//! Clusters chunk by chunk.

use serde::{Deserialize, Serialize};

use super::points::nearest;
use super::{KMeans, Points};
use crate::KernelError;
use crate::error::same_length;

/// Centres that move with each chunk, less and less. It can be stored as JSON and gone on with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MiniBatch {
    centres: Vec<Vec<f64>>,
    /// How many rows each was moved by.
    counts: Vec<f64>,
}

impl MiniBatch {
    /// Begins with the clusters of a first chunk.
    ///
    /// # Errors
    /// As [`KMeans::fit`].
    ///
    /// ```
    /// use fondaco_crm::clusters::{KMeans, MiniBatch, Points};
    ///
    /// let chunk = |at: f64| Points::new(1, vec![at, at + 0.1, 10.0 + at, 10.1 + at]);
    /// let mut clusters = MiniBatch::begin(KMeans::new(2), &chunk(0.0)?)?;
    /// clusters.absorb(&chunk(0.2)?)?;
    /// assert_eq!(clusters.centres().len(), 2);
    /// assert_ne!(clusters.label(&[0.0])?, clusters.label(&[10.0])?);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn begin(settings: KMeans, chunk: &Points) -> Result<Self, KernelError> {
        let found = settings.fit(chunk)?;
        let counts = found.sizes().into_iter().map(|size| size as f64).collect();
        Ok(Self { centres: found.centres, counts })
    }

    /// Moves the centres by another chunk: to the mean of all rows that were ever nearest to them.
    ///
    /// # Errors
    /// When its rows have another width.
    pub fn absorb(&mut self, chunk: &Points) -> Result<(), KernelError> {
        self.check(chunk.width())?;
        // All of a chunk by the centres as they were before it.
        let labels: Vec<usize> = chunk.rows().map(|row| nearest(row, &self.centres).0).collect();
        for (row, label) in chunk.rows().zip(labels) {
            self.counts[label] += 1.0;
            let part = 1.0 / self.counts[label];
            let centre = self.centres[label].iter_mut().zip(row);
            centre.for_each(|(centre, x)| *centre += part * (x - *centre));
        }
        Ok(())
    }

    /// The centres.
    #[must_use]
    pub fn centres(&self) -> &[Vec<f64>] {
        &self.centres
    }

    /// Which centre a row is nearest to.
    ///
    /// # Errors
    /// When it has another width, or a number is not finite.
    pub fn label(&self, row: &[f64]) -> Result<usize, KernelError> {
        self.check(row.len())?;
        Points::new(row.len(), row.to_vec())?;
        Ok(nearest(row, &self.centres).0)
    }

    fn check(&self, width: usize) -> Result<(), KernelError> {
        same_length("features of a row", width, self.centres.first().map_or(0, Vec::len))
    }
}
