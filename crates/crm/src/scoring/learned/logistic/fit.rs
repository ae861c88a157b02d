//! The search for the coefficients.
//!
//! Many rows say nearly the same as some of them: a sample is fitted first, by Newton's method. Where that is least, and what the second derivatives are there, is the start of a search
//! (L-BFGS) that reads all rows a few times for their gradient alone.

use super::design::{BLOCK, Design};
use crate::KernelError;
use crate::numeric::{Cholesky, dot, exp_below, largest, lbfgs};

/// What is to be made least.
pub(super) struct Problem<'p> {
    pub(super) design: &'p Design,
    /// 1 where it happened, else 0.
    pub(super) outcomes: &'p [f64],
    /// Of rows without and with the outcome.
    pub(super) weights: [f64; 2],
    pub(super) l2: f64,
}

/// More coefficients than this have no Cholesky factor: it takes time with their cube.
const MOST_FACTORED: usize = 2_000;
/// Up to so many coefficients a sample is fitted; beyond them its second derivatives are taken where all are zero.
const MOST_FITTED: usize = 400;
/// What a matrix of second derivatives may cost, in products.
const MOST_PRODUCTS: usize = 4_000_000_000;

impl Problem<'_> {
    /// Whether the exact search is soon done.
    pub(super) fn is_small(&self) -> bool {
        self.design.rows.saturating_mul(self.design.width.pow(2)) < 50_000_000
    }

    /// By Newton's method: each step goes where the parabola that touches here is least, or half as far while that is no better.
    pub(super) fn newton(&self) -> Result<Vec<f64>, KernelError> {
        let mut at = vec![0.0; self.design.width];
        let mut here = self.derivatives(&at);
        for _ in 0..100 {
            let step = direction(&here, self.design.width)?;
            let gain: f64 = dot(&step, &here.gradient);
            // Twice what the parabola promises is too little to show in the value.
            if gain <= 1e-15 * (1.0 + here.value.abs()) {
                return self.finish(at, &step);
            }
            let tried = std::iter::successors(Some(1.0), |part| Some(part * 0.5)).take(40);
            let next = tried.map(|part| {
                let next: Vec<f64> =
                    at.iter().zip(&step).map(|(at, step)| at - part * step).collect();
                let found = self.derivatives(&next);
                (next, found)
            });
            let mut better = next.filter(|(_, found)| found.value < here.value);
            let Some((next, found)) = better.next() else {
                return self.finish(at, &step);
            };
            (at, here) = (next, found);
        }
        Err(endless())
    }

    /// By gradients, from what a sample says.
    pub(super) fn lbfgs(&self) -> Result<Vec<f64>, KernelError> {
        let (start, guess) = self.guess();
        let steps = if self.l2 > 0.0 { 1_000 } else { 5_000 };
        let multiplied = |gradient: &[f64]| guess.multiply(gradient);
        let found = lbfgs(start, 1e-10, steps, multiplied, |at, gradient| self.slope(at, gradient));
        self.bounded(found.ok_or_else(endless)?)
    }

    /// Where to begin, and what the second derivatives are about there.
    fn guess(&self) -> (Vec<f64>, Guess) {
        let (rows, width) = (self.design.rows, self.design.width);
        let zero = vec![0.0; width];
        let wanted = (20 * width).max(20_000);
        let dense = self.design.intercept() + 1;
        if width > MOST_FACTORED || wanted.saturating_mul(dense * dense) > MOST_PRODUCTS {
            let squares = self.squares(&zero);
            return (zero, Guess::Diagonal(squares));
        }
        let every = (rows / wanted).max(1);
        let design = self.design.sample(every);
        let outcomes: Vec<f64> = self.outcomes.iter().step_by(every).copied().collect();
        let times = rows as f64 / design.rows.max(1) as f64;
        let weights = self.weights.map(|weight| weight * times);
        let sample = Problem { design: &design, outcomes: &outcomes, weights, l2: self.l2 };
        let fitted = if width <= MOST_FITTED { sample.newton().ok() } else { None };
        let start = fitted.unwrap_or(zero);
        let (squares, hessian) = (self.squares(&start), sample.derivatives(&start).hessian);
        let factor = stiffened(hessian, &squares);
        (start, factor.map_or(Guess::Diagonal(squares), Guess::Factor))
    }

    /// The last step is taken whole: it is what rounding hides from the value.
    fn finish(&self, at: Vec<f64>, step: &[f64]) -> Result<Vec<f64>, KernelError> {
        let found: Vec<f64> = at.iter().zip(step).map(|(at, step)| at - step).collect();
        // Where it still moves, it moves for ever: some rows are told apart entirely.
        match largest(step) <= 1e-3 * (1.0 + largest(&found)) {
            true => self.bounded(found),
            false => Err(endless()),
        }
    }

    /// Refuses what is largest nowhere: without `l2` all rows on their right side can always be farther there.
    fn bounded(&self, found: Vec<f64>) -> Result<Vec<f64>, KernelError> {
        let apart = self.l2 <= 0.0 && self.are_apart(&found);
        match !apart && found.iter().all(|x| x.is_finite()) {
            true => Ok(found),
            false => Err(endless()),
        }
    }

    fn are_apart(&self, at: &[f64]) -> bool {
        let mut log_odds = [0.0; BLOCK];
        self.outcomes.chunks(BLOCK).enumerate().all(|(block, outcomes)| {
            let log_odds = &mut log_odds[..outcomes.len()];
            self.design.log_odds(block, at, log_odds);
            log_odds.iter().zip(outcomes).all(|(odds, outcome)| (*odds > 0.0) == (*outcome > 0.5))
        })
    }

    /// Calls with each block of rows, by how much their probabilities are off, and how fast that changes; gives the value.
    fn pass(&self, at: &[f64], mut of: impl FnMut(usize, &[f64], &[f64])) -> f64 {
        let (mut off, mut curves) = ([0.0; BLOCK], [0.0; BLOCK]);
        let mut value = 0.0;
        for (block, outcomes) in self.outcomes.chunks(BLOCK).enumerate() {
            let (off, curves) = (&mut off[..outcomes.len()], &mut curves[..outcomes.len()]);
            self.design.log_odds(block, at, off);
            value += judge(off, curves, outcomes, self.weights);
            of(block, off, curves);
        }
        let free = self.design.intercept();
        let held: f64 = at.iter().enumerate().filter(|(n, _)| *n != free).map(|(_, x)| x * x).sum();
        value + 0.5 * self.l2 * held
    }

    /// The value, with the gradient.
    fn slope(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let value = self.pass(at, |block, off, _| self.design.add_rows(block, off, gradient));
        self.hold_back(at, gradient);
        value
    }

    /// What belongs to `l2`; of the coefficient of nothing there is nothing else.
    fn hold_back(&self, at: &[f64], gradient: &mut [f64]) {
        let free = self.design.intercept();
        for (n, (sum, x)) in gradient.iter_mut().zip(at).enumerate().filter(|(n, _)| *n != free) {
            *sum += if n + 1 == at.len() { -*sum } else { self.l2 * x };
        }
    }

    /// The second derivatives by each coefficient alone.
    fn squares(&self, at: &[f64]) -> Vec<f64> {
        let mut squares = vec![0.0; at.len()];
        self.pass(at, |block, _, curves| self.design.add_squares(block, curves, &mut squares));
        self.stiffen(&mut squares, 1);
        squares
    }

    /// Adds `l2` to second derivatives that are so far from one another in their list; the coefficient of nothing stays where it is.
    fn stiffen(&self, list: &mut [f64], apart: usize) {
        let (free, last) = (self.design.intercept(), self.design.width - 1);
        for (n, place) in list.iter_mut().step_by(apart).enumerate().filter(|(n, _)| *n != free) {
            *place = if n == last { 1.0 } else { *place + self.l2 };
        }
    }

    fn derivatives(&self, at: &[f64]) -> Derivatives {
        let width = at.len();
        let (mut gradient, mut hessian) = (vec![0.0; width], vec![0.0; width * width]);
        let value = self.pass(at, |block, off, curves| {
            self.design.add_rows(block, off, &mut gradient);
            self.design.add_gram(block, curves, &mut hessian);
        });
        self.hold_back(at, &mut gradient);
        if let Some(nothing) = hessian.chunks_exact_mut(width).last() {
            nothing.fill(0.0);
        }
        self.stiffen(&mut hessian, width + 1);
        Derivatives { value, gradient, hessian }
    }
}

/// The value at a point with its derivatives, the second ones on and below the diagonal.
struct Derivatives {
    value: f64,
    gradient: Vec<f64>,
    hessian: Vec<f64>,
}

/// What the inverse of the second derivatives is about.
enum Guess {
    /// Of each coefficient alone.
    Diagonal(Vec<f64>),
    /// A factor of what they are in a sample.
    Factor(Cholesky),
}

impl Guess {
    fn multiply(&self, gradient: &[f64]) -> Vec<f64> {
        match self {
            Self::Diagonal(squares) => {
                let pairs = gradient.iter().zip(squares);
                pairs.map(|(g, s)| if *s > 0.0 { g / s } else { *g }).collect()
            }
            Self::Factor(factor) => factor.solve(gradient),
        }
    }
}

/// The factor of a sample's second derivatives. A level that the sample hardly has is as stiff as it is in all rows; others are left as they are, so that
/// what columns say twice stays said twice.
fn stiffened(mut hessian: Vec<f64>, squares: &[f64]) -> Option<Cholesky> {
    let width = squares.len();
    for (place, square) in hessian.iter_mut().step_by(width + 1).zip(squares) {
        // A little more than they are: columns that say the same twice have a factor too.
        *place = if *place < 0.5 * square { *square } else { *place } * (1.0 + 1e-10);
    }
    Cholesky::of(hessian, width)
}

/// Makes of log-odds by how much probabilities are off, times the weights, and how fast that changes; gives what they cost.
fn judge(log_odds: &mut [f64], curves: &mut [f64], outcomes: &[f64], [no, yes]: [f64; 2]) -> f64 {
    let mut small = [0.0; BLOCK];
    small.iter_mut().zip(&*log_odds).for_each(|(small, odds)| *small = exp_below(-odds.abs()));
    let cost = cost(log_odds, &small, outcomes, [no, yes]);
    let rows = log_odds.iter_mut().zip(curves).zip(&small).zip(outcomes);
    for (((off, curve), small), outcome) in rows {
        let likely = if *off < 0.0 { *small } else { 1.0 } / (1.0 + small);
        let weight = no + outcome * (yes - no);
        *off = weight * (likely - outcome);
        *curve = weight * likely * (1.0 - likely);
    }
    cost
}

/// What log-odds cost, with the powers of e below them.
fn cost(log_odds: &[f64], small: &[f64], outcomes: &[f64], [no, yes]: [f64; 2]) -> f64 {
    const LANES: usize = 4;
    let mut costs = [0.0; LANES];
    // What is below the larger part is a product of numbers up to two: those of a block have room, and one logarithm does for all.
    let (mut of_no, mut of_yes) = ([1.0; LANES], [1.0; LANES]);
    let rows = log_odds.chunks(LANES).zip(small.chunks(LANES)).zip(outcomes.chunks(LANES));
    for ((odds, small), outcomes) in rows {
        for (lane, ((odds, small), outcome)) in odds.iter().zip(small).zip(outcomes).enumerate() {
            let against = odds - 2.0 * outcome * odds;
            costs[lane] += (no + outcome * (yes - no)) * against.max(0.0);
            of_yes[lane] *= 1.0 + outcome * small;
            of_no[lane] *= 1.0 + (1.0 - outcome) * small;
        }
    }
    let log = |parts: [f64; LANES]| parts.iter().map(|part| part.ln()).sum::<f64>();
    costs.iter().sum::<f64>() + no * log(of_no) + yes * log(of_yes)
}

/// Where to go; columns that say the same need a push off the edge.
fn direction(here: &Derivatives, width: usize) -> Result<Vec<f64>, KernelError> {
    let largest = (0..width).map(|n| here.hessian[n * width + n]).fold(0.0, f64::max);
    let pushes = [0.0, 1e-12, 1e-9, 1e-6].into_iter().map(|part| part * largest);
    let mut factors = pushes.filter_map(|push| {
        let mut pushed = here.hessian.clone();
        pushed.iter_mut().step_by(width + 1).for_each(|place| *place += push);
        Cholesky::of(pushed, width)
    });
    factors.next().map(|factor| factor.solve(&here.gradient)).ok_or_else(endless)
}

fn endless() -> KernelError {
    KernelError::NoAnswer {
        what: "the logistic regression",
        why: "the features tell the outcomes apart entirely, or say the same twice: give an l2 above 0",
    }
}
