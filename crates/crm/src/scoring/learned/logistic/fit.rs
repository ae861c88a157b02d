//! The search for the coefficients.

use super::encode::Design;
use super::gram::{add_gram, product};
use crate::KernelError;
use crate::numeric::{Cholesky, lbfgs};

/// What is to be made least.
pub(super) struct Problem<'p> {
    pub(super) design: &'p Design,
    pub(super) outcomes: &'p [bool],
    /// Of rows without and with the outcome.
    pub(super) weights: [f64; 2],
    pub(super) l2: f64,
}

/// Rows whose weights are kept at a time.
const BLOCK: usize = 1024;

impl Problem<'_> {
    /// By Newton's method: each step goes where the parabola that touches here is least, or half as far while that is no better.
    pub(super) fn newton(&self) -> Result<Vec<f64>, KernelError> {
        let width = self.design.width;
        let mut at = vec![0.0; width];
        let mut value = self.value(&at);
        for _ in 0..100 {
            let (gradient, hessian) = self.derivatives(&at);
            let step = direction(hessian, &gradient, width)?;
            let gain: f64 = step.iter().zip(&gradient).map(|(step, slope)| step * slope).sum();
            // Twice what the parabola promises is too little to show in the value.
            if gain <= 1e-15 * (1.0 + value.abs()) {
                return self.finish(at, &step);
            }
            let tried = std::iter::successors(Some(1.0), |part| Some(part * 0.5)).take(40);
            let next = tried.map(|part| -> (Vec<f64>, f64) {
                let next: Vec<f64> =
                    at.iter().zip(&step).map(|(at, step)| at - part * step).collect();
                let found = self.value(&next);
                (next, found)
            });
            let mut better = next.filter(|(_, found)| *found < value);
            let Some((next, found)) = better.next() else {
                return self.finish(at, &step);
            };
            (at, value) = (next, found);
        }
        Err(endless())
    }

    /// By L-BFGS.
    pub(super) fn lbfgs(&self) -> Result<Vec<f64>, KernelError> {
        let start = vec![0.0; self.design.width];
        let tolerance = 1e-11 * self.outcomes.len() as f64 + 1e-9;
        let found = lbfgs(start, tolerance, 5_000, |at, gradient| self.slope(at, gradient));
        self.bounded(found.ok_or_else(endless)?)
    }

    /// The last step is taken whole: it is what rounding hides from the value.
    fn finish(&self, at: Vec<f64>, step: &[f64]) -> Result<Vec<f64>, KernelError> {
        let found: Vec<f64> = at.iter().zip(step).map(|(at, step)| at - step).collect();
        let largest = |values: &[f64]| values.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        // Where it still moves, it moves for ever: some rows are told apart entirely.
        match largest(step) <= 1e-3 * (1.0 + largest(&found)) {
            true => self.bounded(found),
            false => Err(endless()),
        }
    }

    /// Refuses what is largest nowhere: without `l2` all rows on their right side can always be farther there.
    fn bounded(&self, found: Vec<f64>) -> Result<Vec<f64>, KernelError> {
        let mut rows = self.design.cells.chunks_exact(self.design.width).zip(self.outcomes);
        let apart =
            self.l2 <= 0.0 && rows.all(|(row, outcome)| (product(row, &found) > 0.0) == *outcome);
        match !apart && found.iter().all(|x| x.is_finite()) {
            true => Ok(found),
            false => Err(endless()),
        }
    }

    fn value(&self, at: &[f64]) -> f64 {
        let rows = self.design.cells.chunks_exact(self.design.width).zip(self.outcomes);
        let loss: f64 = rows.map(|(row, outcome)| self.loss(product(row, at), *outcome)).sum();
        loss + self.held_back(at)
    }

    fn held_back(&self, at: &[f64]) -> f64 {
        let squares: f64 = at.iter().take(at.len() - 1).map(|x| x * x).sum();
        0.5 * self.l2 * squares
    }

    fn loss(&self, log_odds: f64, outcome: bool) -> f64 {
        let against = if outcome { -log_odds } else { log_odds };
        // ln(1 + e^x) without a power that has no room.
        let loss = against.max(0.0) + (-against.abs()).exp().ln_1p();
        self.weights[usize::from(outcome)] * loss
    }

    /// The value, with the gradient.
    fn slope(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut value = self.held_back(at);
        for (row, outcome) in self.design.cells.chunks_exact(at.len()).zip(self.outcomes) {
            let log_odds = product(row, at);
            value += self.loss(log_odds, *outcome);
            let off = self.off(log_odds, *outcome).0;
            gradient.iter_mut().zip(row).for_each(|(sum, cell)| *sum += off * cell);
        }
        self.hold_back(at, gradient);
        value
    }

    /// How far the probability is off, and how fast that changes.
    fn off(&self, log_odds: f64, outcome: bool) -> (f64, f64) {
        let weight = self.weights[usize::from(outcome)];
        let likely = super::model::probability(log_odds);
        (weight * (likely - f64::from(u8::from(outcome))), weight * likely * (1.0 - likely))
    }

    fn hold_back(&self, at: &[f64], gradient: &mut [f64]) {
        let held = gradient.iter_mut().zip(at).take(at.len() - 1);
        held.for_each(|(sum, x)| *sum += self.l2 * x);
    }

    /// The gradient, and the second derivatives on and below the diagonal.
    fn derivatives(&self, at: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let width = at.len();
        let (mut gradient, mut hessian) = (vec![0.0; width], vec![0.0; width * width]);
        let blocks = self.design.cells.chunks(BLOCK * width).zip(self.outcomes.chunks(BLOCK));
        let mut curves = Vec::with_capacity(BLOCK);
        for (cells, outcomes) in blocks {
            curves.clear();
            for (row, outcome) in cells.chunks_exact(width).zip(outcomes) {
                let (off, curve) = self.off(product(row, at), *outcome);
                gradient.iter_mut().zip(row).for_each(|(sum, cell)| *sum += off * cell);
                curves.push(curve);
            }
            add_gram(&mut hessian, cells, &curves, width);
        }
        self.hold_back(at, &mut gradient);
        for n in 0..width - 1 {
            hessian[n * width + n] += self.l2;
        }
        (gradient, hessian)
    }
}

/// Where to go; columns that say the same need a push off the edge.
fn direction(hessian: Vec<f64>, gradient: &[f64], width: usize) -> Result<Vec<f64>, KernelError> {
    let largest = (0..width).map(|n| hessian[n * width + n]).fold(0.0, f64::max);
    let pushes = [0.0, 1e-12, 1e-9, 1e-6].into_iter().map(|part| part * largest);
    let mut factors = pushes.filter_map(|push| {
        let mut pushed = hessian.clone();
        (0..width).for_each(|n| pushed[n * width + n] += push);
        Cholesky::of(pushed, width)
    });
    factors.next().map(|factor| factor.solve(gradient)).ok_or_else(endless)
}

fn endless() -> KernelError {
    KernelError::NoAnswer {
        what: "the logistic regression",
        why: "the features tell the outcomes apart entirely, or say the same twice: give an l2 above 0",
    }
}
