//! Models with what they were learned of, and whether a challenger beats the champion.

use fondaco_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::calibration::{Isotonic, Platt};
use super::logistic::Model;
use super::metrics::{Quality, brier, compare_aucs, log_loss};
use super::table::{Table, Value};
use crate::KernelError;
use crate::error::share;

/// A model in use or on trial, with all that is needed to judge it. It can be stored as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// What it is called, such as "leads".
    pub name: String,
    /// Counted up with each that is learned.
    pub number: u32,
    /// Only what was known before this time was learned of.
    pub known_until: Timestamp,
    /// How many rows were learned of.
    pub rows: usize,
    /// What was learned.
    pub model: Model,
    /// How its probabilities are corrected.
    pub calibration: Calibration,
    /// How good it was on rows that were not learned of, corrections included.
    pub quality: Quality,
}

/// How probabilities are corrected.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// Not at all.
    #[default]
    None,
    /// By a curve.
    Platt(Platt),
    /// By steps.
    Isotonic(Isotonic),
}

impl Calibration {
    /// The corrected probability.
    ///
    /// # Errors
    /// When the probability is not finite.
    pub fn of(&self, probability: f64) -> Result<f64, KernelError> {
        match self {
            Self::None => Ok(probability),
            Self::Platt(platt) => platt.of(probability),
            Self::Isotonic(isotonic) => isotonic.of(probability),
        }
    }
}

impl Version {
    /// How likely it is for one lead, corrected.
    ///
    /// # Errors
    /// As [`Model::probability`].
    pub fn probability(&self, lead: &[Value<'_>]) -> Result<f64, KernelError> {
        self.calibration.of(self.model.probability(lead)?)
    }

    /// How likely it is for each row of a table, corrected.
    ///
    /// # Errors
    /// As [`Model::probabilities`].
    pub fn probabilities(&self, table: &Table) -> Result<Vec<f64>, KernelError> {
        let raw = self.model.probabilities(table)?;
        raw.into_iter().map(|likely| self.calibration.of(likely)).collect()
    }
}

/// What to do with a challenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The challenger is better: it becomes the champion.
    Replace,
    /// The champion is better.
    Keep,
    /// The difference may be chance: gather more outcomes, and keep the champion meanwhile.
    Undecided,
}

/// Two models over the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contest {
    /// By how much the challenger's area under the ROC curve is larger.
    pub auc_gained: f64,
    /// How likely so large a difference is by chance, either way.
    pub auc_chance: f64,
    /// By how much the challenger's Brier score is lower.
    pub brier_gained: f64,
    /// By how much the challenger's log loss is lower.
    pub log_loss_gained: f64,
    /// What follows.
    pub verdict: Verdict,
}

/// Judges two models by what they said of the same rows, which neither was learned of. A difference in ranking counts when chance makes one so
/// large in less than this share of cases, so a few rows never decide ([`compare_aucs`]); a challenger that ranks better but is worse by its log loss is
/// undecided: calibrate it first.
///
/// # Errors
/// When there is not one outcome per probability, all outcomes are the same, a probability is not from 0 to 1, or the share is not above 0
/// and below 1.
///
/// ```
/// use fondaco_crm::scoring::learned::versions::{Verdict, contest};
///
/// let outcomes: Vec<bool> = (0..200).map(|n| n % 2 == 0).collect();
/// let guesses = vec![0.5; 200];
/// let better: Vec<f64> = (0..200).map(|n| if n % 2 == 0 || n % 5 == 0 { 0.8 } else { 0.3 }).collect();
/// assert_eq!(contest(&guesses, &better, &outcomes, 0.05)?.verdict, Verdict::Replace);
/// assert_eq!(contest(&better, &better, &outcomes, 0.05)?.verdict, Verdict::Undecided);
/// assert_eq!(contest(&[0.5, 0.5], &[0.9, 0.1], &[true, false], 0.05)?.verdict, Verdict::Undecided);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn contest(
    champion: &[f64],
    challenger: &[f64],
    outcomes: &[bool],
    chance_below: f64,
) -> Result<Contest, KernelError> {
    let below = share("chance_below", chance_below)?;
    let (auc_gained, _, auc_chance) = compare_aucs(champion, challenger, outcomes)?;
    let brier_gained = brier(champion, outcomes)? - brier(challenger, outcomes)?;
    let log_loss_gained = log_loss(champion, outcomes)? - log_loss(challenger, outcomes)?;
    let verdict = match auc_chance < below {
        true if auc_gained < 0.0 => Verdict::Keep,
        true if log_loss_gained >= 0.0 => Verdict::Replace,
        _ => Verdict::Undecided,
    };
    Ok(Contest { auc_gained, auc_chance, brier_gained, log_loss_gained, verdict })
}
