//! How a threshold treats groups, such as regions or languages.
//!
//! Figures can't all be equal at once where groups buy at different rates (Kleinberg, Mullainathan and Raghavan, 2016): which matters is for people to
//! decide; here they are side by side.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::metrics::Confusion;
use crate::KernelError;
use crate::error::{at_least, probability, same_length};

/// How one group is treated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Which.
    pub name: String,
    /// How many rows.
    pub rows: usize,
    /// The share of which it happened.
    pub happened: f64,
    /// The mean probability: where it is not what happened, the group is misjudged.
    pub said: f64,
    /// The share that is taken (demographic parity compares this).
    pub taken: f64,
    /// That share over the largest of any group; below 0.8 the four-fifths rule of 29 CFR 1607.4(D) suspects an adverse effect. Nothing where none is
    /// taken anywhere.
    pub ratio: Option<f64>,
    /// What errors are made: equal opportunity compares its recall, equalised odds that and its false positive rate.
    pub confusion: Confusion,
}

/// How each group is treated where rows from a threshold on are taken, in the order of their names.
///
/// # Errors
/// When there is not one outcome and one group per probability, there are no rows, or a probability or the threshold is not from 0 to 1.
///
/// ```
/// use fondaco_crm::scoring::learned::fairness::by_group;
///
/// let groups = by_group(&["north", "north", "south", "south"], &[0.9, 0.8, 0.7, 0.2], &[true, false, true, false], 0.5)?;
/// assert_eq!(groups[1].ratio, Some(0.5));
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn by_group(
    groups: &[&str],
    probabilities: &[f64],
    outcomes: &[bool],
    threshold: f64,
) -> Result<Vec<Group>, KernelError> {
    at_least("rows", probabilities.len(), 1)?;
    same_length("groups", groups.len(), probabilities.len())?;
    same_length("outcomes", outcomes.len(), probabilities.len())?;
    probability("threshold", threshold)?;
    let mut rows: BTreeMap<&str, Vec<(f64, bool)>> = BTreeMap::new();
    for (row, ((group, likely), outcome)) in
        groups.iter().zip(probabilities).zip(outcomes).enumerate()
    {
        probability("probability", *likely).map_err(|error| error.at(row))?;
        rows.entry(group).or_default().push((*likely, *outcome));
    }
    let mut treated: Vec<Group> =
        rows.into_iter().map(|(name, rows)| group(name, &rows, threshold)).collect();
    let most = treated.iter().map(|group| group.taken).fold(0.0, f64::max);
    for group in &mut treated {
        group.ratio = (most > 0.0).then(|| group.taken / most);
    }
    Ok(treated)
}

fn group(name: &str, rows: &[(f64, bool)], threshold: f64) -> Group {
    let count = rows.len() as f64;
    let confusion = Confusion::count(threshold, rows.iter().copied());
    let happened = rows.iter().filter(|(_, outcome)| *outcome).count() as f64;
    let taken = (confusion.true_positives + confusion.false_positives) as f64;
    Group {
        name: name.to_owned(),
        rows: rows.len(),
        happened: happened / count,
        said: rows.iter().map(|(likely, _)| likely).sum::<f64>() / count,
        taken: taken / count,
        ratio: None,
        confusion,
    }
}
