//! What a threshold does, and what its errors cost.

use serde::{Deserialize, Serialize};

use super::checked;
use crate::KernelError;
use crate::error::{not_negative, probability};

/// How rows fall that are taken for positive from a threshold on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Taken, and it happened.
    pub true_positives: u64,
    /// Taken, and it did not happen.
    pub false_positives: u64,
    /// Left, and it did not happen.
    pub true_negatives: u64,
    /// Left, and it happened.
    pub false_negatives: u64,
}

/// What the two kinds of error cost, in any unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// To take what does not happen: a call in vain.
    pub false_positive: f64,
    /// To leave what happens: a buyer nobody called.
    pub false_negative: f64,
}

impl Confusion {
    /// Of probabilities and what happened; a row at the threshold is taken.
    ///
    /// # Errors
    /// When there is not one outcome per probability, all outcomes are the same, or a probability or the threshold is not from 0 to 1.
    ///
    /// ```
    /// use fondaco_crm::scoring::learned::metrics::{Confusion, Costs};
    ///
    /// let seen = Confusion::at(0.5, &[0.2, 0.5, 0.9], &[true, false, true])?;
    /// assert_eq!((seen.true_positives, seen.false_positives, seen.false_negatives), (1, 1, 1));
    /// assert_eq!(seen.cost(Costs { false_positive: 5.0, false_negative: 100.0 })?, 105.0);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn at(
        threshold: f64,
        probabilities: &[f64],
        outcomes: &[bool],
    ) -> Result<Self, KernelError> {
        probability("threshold", threshold)?;
        checked(probabilities, outcomes)?;
        Ok(Self::count(threshold, probabilities.iter().copied().zip(outcomes.iter().copied())))
    }

    /// Of rows that are known to be good.
    pub(crate) fn count(threshold: f64, rows: impl Iterator<Item = (f64, bool)>) -> Self {
        let mut seen =
            Self { true_positives: 0, false_positives: 0, true_negatives: 0, false_negatives: 0 };
        for (likely, happened) in rows {
            *match (likely >= threshold, happened) {
                (true, true) => &mut seen.true_positives,
                (true, false) => &mut seen.false_positives,
                (false, false) => &mut seen.true_negatives,
                (false, true) => &mut seen.false_negatives,
            } += 1;
        }
        seen
    }

    /// Of those taken, the part of which it happened; nothing where none is taken.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Of those of which it happened, the part that is taken (sensitivity); nothing where it never happened.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Of those of which it did not happen, the part that is taken; nothing where it always happened.
    #[must_use]
    pub fn false_positive_rate(&self) -> Option<f64> {
        ratio(self.false_positives, self.false_positives + self.true_negatives)
    }

    /// The harmonic mean of precision and recall; nothing where nothing is taken or happened.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        let errors = self.false_positives + self.false_negatives;
        ratio(2 * self.true_positives, 2 * self.true_positives + errors)
    }

    /// The part that is right; nothing where there are no rows.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        let right = self.true_positives + self.true_negatives;
        ratio(right, right + self.false_positives + self.false_negatives)
    }

    /// What all errors cost.
    ///
    /// # Errors
    /// When a cost is below zero or not finite.
    pub fn cost(&self, costs: Costs) -> Result<f64, KernelError> {
        let costs = costs.checked()?;
        Ok(self.false_positives as f64 * costs.false_positive
            + self.false_negatives as f64 * costs.false_negative)
    }
}

impl Costs {
    fn checked(self) -> Result<Self, KernelError> {
        not_negative("cost of a false positive", self.false_positive)?;
        not_negative("cost of a false negative", self.false_negative)?;
        Ok(self)
    }
}

fn ratio(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

/// The threshold whose errors cost least on these rows, with what they cost: one of the probabilities, or 1 and a bit where none is worth taking, in which
/// case it is nothing. Of several the highest.
///
/// # Errors
/// As [`Confusion::at`] and [`Confusion::cost`].
pub fn cheapest_threshold(
    probabilities: &[f64],
    outcomes: &[bool],
    costs: Costs,
) -> Result<(Option<f64>, f64), KernelError> {
    let [_, yes] = checked(probabilities, outcomes)?;
    let costs = costs.checked()?;
    let mut rows: Vec<(f64, bool)> =
        probabilities.iter().copied().zip(outcomes.iter().copied()).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut cost = yes * costs.false_negative;
    let mut best = (None, cost);
    for tied in rows.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        for (_, happened) in tied {
            cost += if *happened { -costs.false_negative } else { costs.false_positive };
        }
        if cost < best.1 {
            best = (tied.first().map(|(likely, _)| *likely), cost);
        }
    }
    Ok(best)
}
