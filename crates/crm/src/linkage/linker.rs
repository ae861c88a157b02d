//! What a pair weighs, and why.

use serde::{Deserialize, Serialize};

use super::{Comparison, Pair, Records};
use crate::KernelError;
use crate::error::{at_least, share};

/// How columns are compared, and how often a candidate is of one person. It can be stored as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linker {
    pub(super) comparisons: Vec<Comparison>,
    pub(super) prior: f64,
}

/// A pair with its weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weighed {
    /// How likely both are one person.
    pub probability: f64,
    /// The logarithm to base 2 of the odds for that: the prior's and all reasons' added up.
    pub weight: f64,
    /// What each column says.
    pub reasons: Vec<Reason>,
}

/// What one column says of a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The column.
    pub column: String,
    /// The level, from 0, the best; nothing where a value is missing.
    pub level: Option<usize>,
    /// By what it multiplies the odds, as a logarithm to base 2: below zero against one person.
    pub weight: f64,
}

/// A pair as the model sees it: the level of each column, and how rare the values are that agree.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) levels: Vec<Option<usize>>,
    /// The share of rows that have the commoner of both values; nothing where it does not count.
    pub(super) shares: Vec<Option<f64>>,
}

impl Linker {
    /// Comparisons of columns; of all candidates three in ten are of one person, until it is learned otherwise.
    ///
    /// # Errors
    /// When there are none, or one has no level, or a share that is not above 0 and at most 1.
    pub fn new(comparisons: impl IntoIterator<Item = Comparison>) -> Result<Self, KernelError> {
        let checked = comparisons.into_iter().map(Comparison::checked);
        let comparisons = checked.collect::<Result<Vec<_>, _>>()?;
        at_least("comparisons", comparisons.len(), 1)?;
        Ok(Self { comparisons, prior: 0.3 })
    }

    /// With another share of candidates that are of one person.
    ///
    /// # Errors
    /// When it is not above 0 and below 1.
    pub fn prior(mut self, prior: f64) -> Result<Self, KernelError> {
        self.prior = share("prior", prior)?;
        Ok(self)
    }

    /// What share of candidates is of one person.
    #[must_use]
    pub fn share_of_matches(&self) -> f64 {
        self.prior
    }

    /// Of each column how often pairs of one person, and pairs of two, are on each level, the best first.
    pub fn levels(&self) -> impl Iterator<Item = (&str, &[f64], &[f64])> {
        self.comparisons.iter().map(|it| (it.column.as_str(), it.m.as_slice(), it.u.as_slice()))
    }

    /// What a pair weighs.
    ///
    /// # Errors
    /// When a column is not there.
    pub fn weigh(&self, records: &Records, pair: Pair) -> Result<Weighed, KernelError> {
        Ok(self.weigh_seen(&self.seen(records, &[pair])?.pop().unwrap_or_else(|| self.nothing())))
    }

    /// How likely each pair is one person.
    ///
    /// # Errors
    /// When a column is not there.
    pub fn probabilities(
        &self,
        records: &Records,
        pairs: &[Pair],
    ) -> Result<Vec<f64>, KernelError> {
        let seen = self.seen(records, pairs)?;
        Ok(seen.iter().map(|seen| self.probability(seen)).collect())
    }

    /// How likely a pair is one person whose columns are on these levels, counted from 0, the best; nothing where a value is missing.
    ///
    /// # Errors
    /// When there is not one level for each comparison, or there is no such level.
    pub fn probability_of_levels(&self, levels: &[Option<usize>]) -> Result<f64, KernelError> {
        self.check_levels(levels)?;
        Ok(self.probability(&Seen { levels: levels.to_vec(), shares: vec![None; levels.len()] }))
    }

    pub(super) fn check_levels(&self, levels: &[Option<usize>]) -> Result<(), KernelError> {
        crate::error::same_length("levels", levels.len(), self.comparisons.len())?;
        for (level, comparison) in levels.iter().zip(&self.comparisons) {
            if let Some(level) = level.filter(|level| *level > comparison.levels.len()) {
                let name = format!("{level} of {}", comparison.column);
                let way_out = "levels are counted from 0, the best, to their number";
                return Err(KernelError::Unknown { what: "level", name, way_out });
            }
        }
        Ok(())
    }

    fn nothing(&self) -> Seen {
        let none = self.comparisons.len();
        Seen { levels: vec![None; none], shares: vec![None; none] }
    }

    /// How the columns of pairs compare.
    pub(super) fn seen(&self, records: &Records, pairs: &[Pair]) -> Result<Vec<Seen>, KernelError> {
        let mut seen = vec![Seen { levels: Vec::new(), shares: Vec::new() }; pairs.len()];
        for comparison in &self.comparisons {
            let column = records.column(&comparison.column)?;
            let rare = comparison.rarity > 0.0;
            let frequencies = if rare { records.frequencies(column) } else { Default::default() };
            for ((one, other), seen) in pairs.iter().zip(&mut seen) {
                let values = records.value(*one, column).zip(records.value(*other, column));
                let level = values.map(|(a, b)| comparison.level(a, b));
                let share = values
                    .filter(|_| level == Some(0) && rare)
                    .and_then(|(a, b)| Some(f64::max(*frequencies.get(a)?, *frequencies.get(b)?)));
                seen.levels.push(level);
                seen.shares.push(share);
            }
        }
        Ok(seen)
    }

    pub(super) fn probability(&self, seen: &Seen) -> f64 {
        1.0 / (1.0
            + (-self.weights(seen).sum::<f64>() - (self.prior / (1.0 - self.prior)).log2()).exp2())
    }

    /// What each column says, as a logarithm to base 2.
    fn weights<'w>(&'w self, seen: &'w Seen) -> impl Iterator<Item = f64> + 'w {
        let columns = self.comparisons.iter().zip(seen.levels.iter().zip(&seen.shares));
        columns.map(|(comparison, (level, share))| {
            let Some(level) = level else { return 0.0 };
            let (m, u) = (comparison.m[*level], comparison.u[*level]);
            let rarer = share.map_or(0.0, |share| comparison.rarity * (u / share).log2());
            (m / u).log2() + rarer
        })
    }

    fn weigh_seen(&self, seen: &Seen) -> Weighed {
        let weights: Vec<f64> = self.weights(seen).collect();
        let prior = (self.prior / (1.0 - self.prior)).log2();
        let columns = self.comparisons.iter().zip(&seen.levels).zip(&weights);
        let reason = |((comparison, level), weight): ((&Comparison, &Option<usize>), &f64)| {
            Reason { column: comparison.column.clone(), level: *level, weight: *weight }
        };
        Weighed {
            probability: self.probability(seen),
            weight: prior + weights.iter().sum::<f64>(),
            reasons: columns.map(reason).collect(),
        }
    }
}
