//! How well probabilities tell outcomes apart, whatever they mean.

use serde::{Deserialize, Serialize};
use statrs::function::erf::erfc;

use super::checked;
use crate::KernelError;
use crate::error::{at_least, share};

/// Rows of equal probability, from the likeliest down: how many there are without and with the outcome.
fn places(probabilities: &[f64], outcomes: &[bool]) -> Vec<(f64, f64)> {
    let mut rows: Vec<(f64, bool)> =
        probabilities.iter().copied().zip(outcomes.iter().copied()).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let place = |rows: &[(f64, bool)]| {
        let yes = rows.iter().filter(|(_, outcome)| *outcome).count();
        ((rows.len() - yes) as f64, yes as f64)
    };
    // Zero is zero, whatever its sign.
    rows.chunk_by(|a, b| (a.0 - b.0).abs() <= 0.0).map(place).collect()
}

/// The area under the ROC curve: how likely a row with the outcome has the higher probability than one without, ties counting half.
///
/// # Errors
/// When there is not one outcome per probability, all outcomes are the same, or a probability is not from 0 to 1.
///
/// ```
/// use fondaco_crm::scoring::learned::metrics::auc;
///
/// assert_eq!(auc(&[0.1, 0.4, 0.4, 0.8], &[false, false, true, true])?, 0.875);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn auc(probabilities: &[f64], outcomes: &[bool]) -> Result<f64, KernelError> {
    let [no, yes] = checked(probabilities, outcomes)?;
    let (mut above, mut won) = (0.0, 0.0);
    for (place_no, place_yes) in places(probabilities, outcomes) {
        won += place_no * (above + place_yes / 2.0);
        above += place_yes;
    }
    Ok(won / (no * yes))
}

/// The mean share of rows with the outcome among those at least as likely, over the rows with the outcome (area under the curve of precision and recall,
/// in steps).
///
/// # Errors
/// As [`auc`].
pub fn average_precision(probabilities: &[f64], outcomes: &[bool]) -> Result<f64, KernelError> {
    let [_, yes] = checked(probabilities, outcomes)?;
    let (mut rows, mut found, mut sum) = (0.0, 0.0, 0.0);
    for (place_no, place_yes) in places(probabilities, outcomes) {
        rows += place_no + place_yes;
        found += place_yes;
        sum += place_yes / yes * found / rows;
    }
    Ok(sum)
}

/// The largest distance between what share of rows with and without the outcome lies above a threshold.
///
/// # Errors
/// As [`auc`].
pub fn kolmogorov_smirnov(probabilities: &[f64], outcomes: &[bool]) -> Result<f64, KernelError> {
    let [no, yes] = checked(probabilities, outcomes)?;
    let (mut above_no, mut above_yes, mut most) = (0.0, 0.0, 0.0_f64);
    for (place_no, place_yes) in places(probabilities, outcomes) {
        above_no += place_no;
        above_yes += place_yes;
        most = most.max((above_yes / yes - above_no / no).abs());
    }
    Ok(most)
}

/// How many times as often it happened among the likeliest part of the rows, rounded up to whole ones, as among all: 1 is no better than
/// chance. Of rows that are tied at the border the first are taken, as from a sorted list.
///
/// # Errors
/// As [`auc`], and when the part is not above 0 and below 1.
///
/// ```
/// use fondaco_crm::scoring::learned::metrics::lift;
///
/// assert_eq!(lift(&[0.9, 0.8, 0.2, 0.1], &[true, false, false, false], 0.25)?, 4.0);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn lift(probabilities: &[f64], outcomes: &[bool], part: f64) -> Result<f64, KernelError> {
    let [_, yes] = checked(probabilities, outcomes)?;
    let rows = probabilities.len() as f64;
    let first = (share("part", part)? * rows).ceil();
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    let found = order.iter().take(first as usize).filter(|row| outcomes[**row]).count();
    Ok(found as f64 / first / (yes / rows))
}

/// How many with the outcome are among so many of the likeliest.
fn found_within(places: &[(f64, f64)], first: f64) -> f64 {
    let (mut rows, mut found) = (0.0, 0.0);
    for (no, yes) in places {
        let here = no + yes;
        let taken = (first - rows).clamp(0.0, here);
        found += yes * taken / here;
        rows += here;
    }
    found
}

/// What asking the likeliest so many would find: a point of a gain chart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    /// What part of all rows is asked.
    pub asked: f64,
    /// What part of all with the outcome is found.
    pub found: f64,
    /// How many times as many as by chance.
    pub lift: f64,
}

/// The gain chart: so many parts of equal size, from the likeliest down, added up.
///
/// # Errors
/// As [`auc`], and when there is no part.
pub fn gains(
    probabilities: &[f64],
    outcomes: &[bool],
    parts: usize,
) -> Result<Vec<Gain>, KernelError> {
    let [_, yes] = checked(probabilities, outcomes)?;
    at_least("parts", parts, 1)?;
    let places = places(probabilities, outcomes);
    let point = |part: usize| {
        let asked = part as f64 / parts as f64;
        let found = found_within(&places, asked * probabilities.len() as f64) / yes;
        Gain { asked, found, lift: found / asked }
    };
    Ok((1..=parts).map(point).collect())
}

/// By how much the area under the ROC curve of the second probabilities is larger than that of the first, over the same rows, its standard
/// error, and how likely so large a difference is by chance, either way (DeLong, DeLong and Clarke-Pearson, 1988). Of few rows the variance says
/// little, and of one in an outcome nothing: so the chance is at least that of two orders, the best and the worst, among all that the outcomes can
/// come in, `2 / C(rows, rows with the outcome)`, as in an exact rank test.
///
/// # Errors
/// As [`auc`].
pub fn compare_aucs(
    first: &[f64],
    second: &[f64],
    outcomes: &[bool],
) -> Result<(f64, f64, f64), KernelError> {
    let [no, yes] = checked(first, outcomes)?;
    checked(second, outcomes)?;
    let (one, two) = (placements(first, outcomes), placements(second, outcomes));
    let (mut sums, mut squares) = ([0.0; 2], [0.0; 2]);
    for ((one, two), outcome) in one.iter().zip(&two).zip(outcomes) {
        let (side, difference) = (usize::from(*outcome), two - one);
        sums[side] += difference;
        squares[side] += difference * difference;
    }
    let variance = |side: usize, count: f64| {
        let spread = squares[side] - sums[side] * sums[side] / count;
        if count > 1.0 { (spread / (count - 1.0)).max(0.0) / count } else { 0.0 }
    };
    let (difference, error) = (sums[1] / yes, (variance(0, no) + variance(1, yes)).sqrt());
    let chance = match error > 0.0 {
        true => erfc((difference / error).abs() / std::f64::consts::SQRT_2),
        // No row says otherwise: they are equally good, or one always is better.
        false => f64::from(u8::from(difference.abs() <= 0.0)),
    };
    Ok((difference, error, chance.max(by_order(no, yes))))
}

/// How likely the outcomes of so many rows come in the best or in the worst of all orders.
fn by_order(no: f64, yes: f64) -> f64 {
    let (few, mut orders, mut nth) = (no.min(yes), 1.0, 0.0);
    while nth < few && orders < f64::MAX {
        nth += 1.0;
        orders *= (no + yes - few + nth) / nth;
    }
    (2.0_f64 / orders).min(1.0)
}

/// For each row what share of the rows of the other outcome it is ranked rightly against.
fn placements(probabilities: &[f64], outcomes: &[bool]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]));
    let mut placed = vec![0.0; order.len()];
    let all = outcomes.iter().filter(|outcome| **outcome).count() as f64;
    let (no, yes) = (order.len() as f64 - all, all);
    let (mut below_no, mut below_yes) = (0.0, 0.0);
    for tied in order.chunk_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]).is_eq()) {
        let here_yes = tied.iter().filter(|row| outcomes[**row]).count() as f64;
        let here_no = tied.len() as f64 - here_yes;
        for row in tied {
            placed[*row] = match outcomes[*row] {
                true => (below_no + here_no / 2.0) / no,
                false => (yes - below_yes - here_yes / 2.0) / yes,
            };
        }
        below_no += here_no;
        below_yes += here_yes;
    }
    placed
}
