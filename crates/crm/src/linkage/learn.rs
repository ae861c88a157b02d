//! Expectation and maximisation: which pairs are of one person follows from how they agree, and how such pairs agree from which they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::linker::Seen;
use super::{Linker, Pair, Records};
use crate::KernelError;
use crate::error::{at_least, positive};

/// Shares of nothing have no logarithm; one pair of a million may be anything.
const LEAST: f64 = 1e-12;

/// How a linker is learned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learning {
    /// How many rounds at most.
    pub rounds: usize,
    /// It is learned when no share moves by more than this.
    pub tolerance: f64,
    /// Whether how often pairs of two persons agree stays as it is.
    pub keep_u: bool,
}

impl Default for Learning {
    fn default() -> Self {
        Self { rounds: 1_000, tolerance: 1e-10, keep_u: false }
    }
}

/// The share of pairs that are of one person after a round.
pub type Round = f64;

impl Linker {
    /// Learns of candidate pairs, by rounds, and says what share of them it found to be of one person after each.
    ///
    /// # Errors
    /// When a column is not there, or there are no pairs.
    pub fn learn(
        &mut self,
        records: &Records,
        pairs: &[Pair],
        how: Learning,
    ) -> Result<Vec<Round>, KernelError> {
        at_least("pairs", pairs.len(), 1)?;
        let seen = self.seen(records, pairs)?;
        // Pairs that agree alike are one.
        type Key = (Vec<Option<usize>>, Vec<Option<u64>>);
        let mut groups: BTreeMap<Key, (Seen, f64)> = BTreeMap::new();
        for seen in seen {
            let shares = seen.shares.iter().map(|share| share.map(f64::to_bits)).collect();
            groups.entry((seen.levels.clone(), shares)).or_insert((seen, 0.0)).1 += 1.0;
        }
        Ok(self.rounds(&groups.into_values().collect::<Vec<_>>(), how))
    }

    /// [`learn`](Self::learn)s of pairs that are given by their levels, with how many there are of each.
    ///
    /// # Errors
    /// When there are no pairs, a count is not above zero, or levels are not those of the comparisons.
    pub fn learn_of_levels(
        &mut self,
        pairs: &[(Vec<Option<usize>>, f64)],
        how: Learning,
    ) -> Result<Vec<Round>, KernelError> {
        at_least("pairs", pairs.len(), 1)?;
        let mut groups = Vec::with_capacity(pairs.len());
        for (row, (levels, count)) in pairs.iter().enumerate() {
            self.check_levels(levels).map_err(|error| error.at(row))?;
            positive("count", *count).map_err(|error| error.at(row))?;
            groups
                .push((Seen { levels: levels.clone(), shares: vec![None; levels.len()] }, *count));
        }
        Ok(self.rounds(&groups, how))
    }

    fn rounds(&mut self, groups: &[(Seen, f64)], how: Learning) -> Vec<Round> {
        let mut rounds = Vec::new();
        while rounds.len() < how.rounds {
            let moved = self.round(groups, how.keep_u);
            rounds.push(self.prior);
            if moved <= how.tolerance {
                break;
            }
        }
        rounds
    }

    /// One round, and by how much the share that moved most did.
    fn round(&mut self, groups: &[(Seen, f64)], keep_u: bool) -> f64 {
        let likely: Vec<f64> = groups.iter().map(|(seen, _)| self.probability(seen)).collect();
        let (mut all, mut matches, mut moved) = (0.0, 0.0, 0.0_f64);
        for ((_, count), likely) in groups.iter().zip(&likely) {
            all += count;
            matches += count * likely;
        }
        for (at, comparison) in self.comparisons.iter_mut().enumerate() {
            let none = vec![0.0; comparison.m.len()];
            let (mut of_one, mut of_two) = (none.clone(), none);
            for ((seen, count), likely) in groups.iter().zip(&likely) {
                if let Some(level) = seen.levels.get(at).copied().flatten() {
                    of_one[level] += count * likely;
                    of_two[level] += count * (1.0 - likely);
                }
            }
            let both = [(&mut comparison.m, of_one, true), (&mut comparison.u, of_two, !keep_u)];
            for (shares, sums, learned) in both {
                let whole: f64 = sums.iter().sum();
                if !learned || whole <= 0.0 {
                    continue;
                }
                for (share, sum) in shares.iter_mut().zip(sums) {
                    let next = (sum / whole).max(LEAST);
                    moved = moved.max((next - *share).abs());
                    *share = next;
                }
            }
        }
        let prior = (matches / all).clamp(LEAST, 1.0 - LEAST);
        moved = moved.max((prior - self.prior).abs());
        self.prior = prior;
        moved
    }
}
