//! Whether today's values are still those that a model was learned of: the population stability index (PSI).
//!
//! The index is the sum over bins of the difference of both shares times the logarithm of their ratio. By a rule of thumb of credit scoring below 0.1
//! nothing has moved, and from 0.25 on much has.

use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::{at_least, finite, positive};
use crate::numeric::quantile;

/// How far values have moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// Below 0.1.
    Little,
    /// From 0.1 on: look why.
    Some,
    /// From 0.25 on: learn again.
    Much,
}

/// Bins between edges, with what they held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    edges: Vec<f64>,
    shares: Vec<f64>,
}

/// What stands for a share of nothing, which has no logarithm.
pub const FLOOR: f64 = 1e-4;

impl Bins {
    /// So many bins that each hold as many of these values, fewer where values repeat. A value at an edge lies above it.
    ///
    /// # Errors
    /// When there are no values, one is not finite, or there are less than two bins.
    ///
    /// ```
    /// use fondaco_crm::scoring::learned::drift::{Bins, FLOOR, Moved, moved};
    ///
    /// let then: Vec<f64> = (0..1000).map(f64::from).collect();
    /// let now: Vec<f64> = (500..1500).map(f64::from).collect();
    /// let bins = Bins::of_equal_counts(&then, 10)?;
    /// assert!(bins.psi(&then, FLOOR)? < 1e-12);
    /// assert_eq!(moved(bins.psi(&now, FLOOR)?), Moved::Much);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn of_equal_counts(values: &[f64], bins: usize) -> Result<Self, KernelError> {
        at_least("values", values.len(), 1)?;
        at_least("bins", bins, 2)?;
        let mut sorted = checked(values)?.to_vec();
        sorted.sort_by(f64::total_cmp);
        let inner = (1..bins).map(|n| quantile(&sorted, n as f64 / bins as f64));
        Self::between(inner.collect(), values)
    }

    /// Bins between these edges, and beyond the first and the last; equal edges are one.
    ///
    /// # Errors
    /// When there are no values, or a value or edge is not finite.
    pub fn between(mut edges: Vec<f64>, values: &[f64]) -> Result<Self, KernelError> {
        checked(&edges)?;
        edges.sort_by(f64::total_cmp);
        edges.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let mut bins = Self { edges, shares: Vec::new() };
        bins.shares = bins.shares_of(values)?;
        Ok(bins)
    }

    /// Between which values bins lie.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// How far these values are from those that the bins were made of; a share below the floor counts as the floor.
    ///
    /// # Errors
    /// When there are no values, one is not finite, or the floor is not above zero.
    pub fn psi(&self, values: &[f64], floor: f64) -> Result<f64, KernelError> {
        positive("floor", floor)?;
        Ok(index(&self.shares, &self.shares_of(values)?, floor))
    }

    fn shares_of(&self, values: &[f64]) -> Result<Vec<f64>, KernelError> {
        at_least("values", values.len(), 1)?;
        let mut counts = vec![0_usize; self.edges.len() + 1];
        for value in checked(values)? {
            counts[self.edges.partition_point(|edge| edge <= value)] += 1;
        }
        Ok(counts.into_iter().map(|count| count as f64 / values.len() as f64).collect())
    }
}

/// [`Bins::psi`] of texts, such as sources: by how often each was seen then and now.
///
/// # Errors
/// When nothing was seen then or now, or the floor is not above zero.
pub fn psi_of_texts(then: &[&str], now: &[&str], floor: f64) -> Result<f64, KernelError> {
    positive("floor", floor)?;
    at_least("texts of then", then.len(), 1)?;
    at_least("texts of now", now.len(), 1)?;
    let mut levels: Vec<&str> = then.iter().chain(now).copied().collect();
    levels.sort_unstable();
    levels.dedup();
    let shares = |texts: &[&str]| -> Vec<f64> {
        let mut counts = vec![0_usize; levels.len()];
        for text in texts {
            counts[levels.partition_point(|level| level < text)] += 1;
        }
        counts.into_iter().map(|count| count as f64 / texts.len() as f64).collect()
    };
    Ok(index(&shares(then), &shares(now), floor))
}

/// What an index says.
#[must_use]
pub fn moved(psi: f64) -> Moved {
    match psi {
        psi if psi < 0.1 => Moved::Little,
        psi if psi < 0.25 => Moved::Some,
        _ => Moved::Much,
    }
}

fn index(then: &[f64], now: &[f64], floor: f64) -> f64 {
    let both = then.iter().zip(now).map(|(a, b)| (a.max(floor), b.max(floor)));
    both.map(|(then, now)| (now - then) * (now / then).ln()).sum()
}

fn checked(values: &[f64]) -> Result<&[f64], KernelError> {
    for (row, value) in values.iter().enumerate() {
        finite("value", *value).map_err(|error| error.at(row))?;
    }
    Ok(values)
}
