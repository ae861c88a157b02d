//! Probabilities that mean what they say: of leads with 30 %, three in ten buy.
//!
//! [`Platt`] bends scores by a curve with two parameters, for few rows; [`Isotonic`] by steps that only rise, for many. Learn them of rows that
//! the model was not learned of.

use serde::{Deserialize, Serialize};

use super::logistic::both_classes;
use crate::KernelError;
use crate::error::{at_least, finite, not_negative, same_length};
use crate::numeric::Cholesky;

/// `1 / (1 + exp(a f + b))` of a score `f` (Platt, 1999).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Platt {
    /// How steep it is: below zero where larger scores are more likely.
    pub a: f64,
    /// Where it lies.
    pub b: f64,
}

impl Platt {
    /// Learns of scores and outcomes, by the targets that Platt smooths, with Newton's method as Lin, Lin and Weng (2007) secure it.
    ///
    /// # Errors
    /// When there is not one outcome per score, all outcomes are the same, or a score is not finite.
    ///
    /// ```
    /// use fondaco_crm::scoring::learned::calibration::Platt;
    ///
    /// let platt = Platt::fit(&[0.2, 0.3, 0.6, 0.7], &[false, true, false, true])?;
    /// assert!(platt.a < 0.0 && platt.of(0.7)? > platt.of(0.2)?);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn fit(scores: &[f64], outcomes: &[bool]) -> Result<Self, KernelError> {
        for (row, score) in scores.iter().enumerate() {
            finite("score", *score).map_err(|error| error.at(row))?;
        }
        let [no, yes] = both_classes(scores.len(), outcomes)?;
        let targets = [1.0 / (no + 2.0), (yes + 1.0) / (yes + 2.0)];
        let rows: Vec<(f64, f64)> = scores
            .iter()
            .zip(outcomes)
            .map(|(score, outcome)| (*score, targets[usize::from(*outcome)]))
            .collect();
        let mut at = Self { a: 0.0, b: ((no + 1.0) / (yes + 1.0)).ln() };
        let mut value = at.value(&rows);
        for _ in 0..100 {
            let (gradient, hessian) = at.derivatives(&rows);
            let Some(factor) = Cholesky::of(hessian, 2) else { break };
            let step = factor.solve(&gradient);
            let tried = std::iter::successors(Some(1.0), |part| Some(part * 0.5)).take(40);
            let next =
                tried.map(|part| Self { a: at.a - part * step[0], b: at.b - part * step[1] });
            let better =
                next.map(|next| (next, next.value(&rows))).find(|(_, found)| *found < value);
            let Some((next, found)) = better else { break };
            (at, value) = (next, found);
        }
        Ok(at)
    }

    /// The probability of a score.
    ///
    /// # Errors
    /// When the score is not finite.
    pub fn of(self, score: f64) -> Result<f64, KernelError> {
        Ok(self.likely(finite("score", score)?))
    }

    fn likely(self, score: f64) -> f64 {
        1.0 / (1.0 + (self.a * score + self.b).exp())
    }

    fn value(self, rows: &[(f64, f64)]) -> f64 {
        let loss = |(score, target): &(f64, f64)| {
            let z = self.a * score + self.b;
            target * z + (-z).max(0.0) + (-z.abs()).exp().ln_1p()
        };
        rows.iter().map(loss).sum()
    }

    /// The gradient, and the second derivatives with a grain that keeps them positive.
    fn derivatives(self, rows: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
        let (mut gradient, mut hessian) = (vec![0.0; 2], vec![1e-12, 0.0, 0.0, 1e-12]);
        for (score, target) in rows {
            let likely = self.likely(*score);
            let (off, curve) = (target - likely, likely * (1.0 - likely));
            gradient[0] += score * off;
            gradient[1] += off;
            hessian[0] += score * score * curve;
            hessian[2] += score * curve;
            hessian[3] += curve;
        }
        hessian[1] = hessian[2];
        (gradient, hessian)
    }
}

/// The rising steps that come nearest to what was seen, joined by lines between their ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    /// Scores and probabilities, rising.
    knots: Vec<(f64, f64)>,
}

impl Isotonic {
    /// Learns of scores and outcomes.
    ///
    /// # Errors
    /// When there is not one outcome per score, all outcomes are the same, or a score is not finite.
    ///
    /// ```
    /// use fondaco_crm::scoring::learned::calibration::Isotonic;
    ///
    /// let isotonic = Isotonic::fit(&[0.1, 0.2, 0.3, 0.4], &[false, true, false, true])?;
    /// assert_eq!(isotonic.of(0.25)?, 0.5);
    /// assert_eq!(isotonic.of(7.0)?, 1.0);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn fit(scores: &[f64], outcomes: &[bool]) -> Result<Self, KernelError> {
        at_least("scores", scores.len(), 1)?;
        both_classes(scores.len(), outcomes)?;
        for (row, score) in scores.iter().enumerate() {
            finite("score", *score).map_err(|error| error.at(row))?;
        }
        let mut rows: Vec<(f64, f64)> = scores
            .iter()
            .zip(outcomes)
            .map(|(score, outcome)| (*score, f64::from(u8::from(*outcome))))
            .collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Equal scores are one place.
        let places: Vec<&[(f64, f64)]> =
            rows.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).collect();
        let mean =
            |rows: &&[(f64, f64)]| rows.iter().map(|(_, y)| y).sum::<f64>() / rows.len() as f64;
        let (means, weights): (Vec<f64>, Vec<f64>) =
            places.iter().map(|rows| (mean(rows), rows.len() as f64)).unzip();
        let fitted = pool_adjacent_violators(&means, &weights)?;
        let at = |place: &&[(f64, f64)]| place.first().map_or(f64::NAN, |(score, _)| *score);
        let all: Vec<(f64, f64)> = places.iter().map(at).zip(fitted).collect();
        // Of each step only its ends are needed.
        let mut knots = Vec::new();
        for step in all.chunk_by(|a, b| a.1.total_cmp(&b.1).is_eq()) {
            knots.extend(step.first());
            knots.extend(step.last().filter(|_| step.len() > 1));
        }
        Ok(Self { knots })
    }

    /// Scores and probabilities between which lines are drawn.
    #[must_use]
    pub fn knots(&self) -> &[(f64, f64)] {
        &self.knots
    }

    /// The probability of a score; beyond the scores that were learned of, that of the nearest.
    ///
    /// # Errors
    /// When the score is not finite.
    pub fn of(&self, score: f64) -> Result<f64, KernelError> {
        finite("score", score)?;
        let at = self.knots.partition_point(|(known, _)| *known <= score);
        let left = at.checked_sub(1).and_then(|at| self.knots.get(at));
        Ok(match (left, self.knots.get(at)) {
            (Some((x, y)), Some((to_x, to_y))) => y + (to_y - y) * ((score - x) / (to_x - x)),
            (Some((_, y)), None) | (None, Some((_, y))) => *y,
            (None, None) => f64::NAN,
        })
    }
}

/// The rising values that come nearest to these, by squares times weights: neighbours that fall are pooled until none do (PAVA; Ayer et
/// al., 1955).
///
/// # Errors
/// When the lists differ in length, a value is not finite or a weight is below zero.
///
/// ```
/// use fondaco_crm::scoring::learned::calibration::pool_adjacent_violators;
///
/// let fitted = pool_adjacent_violators(&[1.0, 3.0, 2.0, 4.0], &[1.0, 1.0, 1.0, 1.0])?;
/// assert_eq!(fitted, [1.0, 2.5, 2.5, 4.0]);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn pool_adjacent_violators(values: &[f64], weights: &[f64]) -> Result<Vec<f64>, KernelError> {
    same_length("weights", weights.len(), values.len())?;
    // Pools with their sum, weight and number of values.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (row, (value, weight)) in values.iter().zip(weights).enumerate() {
        let value = finite("value", *value).map_err(|error| error.at(row))?;
        let weight = not_negative("weight", *weight).map_err(|error| error.at(row))?;
        let mut pool = (value * weight, weight, 1);
        while let Some(before) = pools.last().copied()
            && falls(before, pool)
        {
            pools.pop();
            pool = (before.0 + pool.0, before.1 + pool.1, before.2 + pool.2);
        }
        pools.push(pool);
    }
    let mean = |(sum, weight, count): (f64, f64, usize)| {
        std::iter::repeat_n(if weight > 0.0 { sum / weight } else { 0.0 }, count)
    };
    Ok(pools.into_iter().flat_map(mean).collect())
}

/// Whether a pool has no higher mean than the one before it.
fn falls(before: (f64, f64, usize), pool: (f64, f64, usize)) -> bool {
    before.0 * pool.1 >= pool.0 * before.1
}
