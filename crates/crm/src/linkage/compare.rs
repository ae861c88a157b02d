//! How alike two values are, in levels.

use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::{at_least, positive, probability, share};
use crate::strings::{jaro_winkler, levenshtein_within};

/// What two values have to be for a level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The same.
    Exact,
    /// At least so similar.
    JaroWinkler(f64),
    /// At most so many letters apart.
    Levenshtein(usize),
}

impl Level {
    fn holds(self, a: &str, b: &str) -> bool {
        match self {
            Self::Exact => a == b,
            Self::JaroWinkler(least) => jaro_winkler(a, b) >= least,
            Self::Levenshtein(most) => levenshtein_within(a, b, most).is_some(),
        }
    }
}

/// How a column is compared: in levels, of which the first that holds counts, and the last is that none does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    pub(super) column: String,
    pub(super) levels: Vec<Level>,
    /// How often pairs of one person are on each level, and pairs of two.
    pub(super) m: Vec<f64>,
    pub(super) u: Vec<f64>,
    /// How much more rare values count, from 0 to 1.
    pub(super) rarity: f64,
}

impl Comparison {
    /// A column in levels from the best down. It begins with nine in ten pairs of one person on the best, and as many pairs of two on the last; the rest
    /// equally on the others.
    #[must_use]
    pub fn new(column: &str, levels: impl IntoIterator<Item = Level>) -> Self {
        let levels: Vec<Level> = levels.into_iter().collect();
        let others = levels.len().max(1) as f64;
        let mut m = vec![0.1 / others; levels.len() + 1];
        if let Some(best) = m.first_mut() {
            *best = 0.9;
        }
        let u = m.iter().rev().copied().collect();
        Self { column: column.to_owned(), levels, m, u, rarity: 0.0 }
    }

    /// With other beginnings: how often pairs of one person, and pairs of two, are on each level, the last level included.
    #[must_use]
    pub fn starting(mut self, m: Vec<f64>, u: Vec<f64>) -> Self {
        (self.m, self.u) = (m, u);
        self
    }

    /// Where both are the same, a value that is rarer than such pairs of two persons are counts for more, to this power: 0 not at all, 1 wholly.
    #[must_use]
    pub fn rarity(mut self, weight: f64) -> Self {
        self.rarity = weight;
        self
    }

    /// On which level two values are.
    pub(super) fn level(&self, a: &str, b: &str) -> usize {
        let found = self.levels.iter().position(|level| level.holds(a, b));
        found.unwrap_or(self.levels.len())
    }

    pub(super) fn checked(self) -> Result<Self, KernelError> {
        let column = &self.column;
        at_least(&format!("levels of {column}"), self.levels.len(), 1)?;
        probability(&format!("rarity of {column}"), self.rarity)?;
        for level in &self.levels {
            if let Level::JaroWinkler(least) = level {
                share(&format!("similarity of {column}"), *least)?;
            }
        }
        for (name, shares) in [("m", &self.m), ("u", &self.u)] {
            let field = format!("{name} of {column}");
            crate::error::same_length(&field, shares.len(), self.levels.len() + 1)?;
            for share in shares {
                positive(&field, *share)?;
                probability(&field, *share)?;
            }
        }
        Ok(self)
    }
}
