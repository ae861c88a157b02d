//! The least of a smooth function of many variables by its gradient: L-BFGS (Nocedal, 1980) with backtracking, from a guess of the inverse of its second
//! derivatives.

use super::sums::{add, dot, largest};

/// How many steps are remembered.
const MEMORY: usize = 10;

/// A step with how it turned the gradient.
struct Past {
    moved: Vec<f64>,
    turned: Vec<f64>,
    inverse: f64,
    /// What the guess makes of it.
    scale: f64,
}

/// Where a function is least, starting from a point; nothing when it was not found in so many steps.
///
/// `of` gives the value at a point and writes the gradient; `guess` multiplies by what the inverse of the second derivatives is guessed to be. It is
/// found when the next step would move no variable by more than `tolerance`, beside the largest: a gradient alone does not say how far it is.
pub(crate) fn lbfgs(
    mut point: Vec<f64>,
    tolerance: f64,
    steps: usize,
    guess: impl Fn(&[f64]) -> Vec<f64>,
    mut of: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Option<Vec<f64>> {
    let mut gradient = vec![0.0; point.len()];
    let mut value = of(&point, &mut gradient);
    let mut past: Vec<Past> = Vec::new();
    for _ in 0..steps {
        let mut direction = downhill(&gradient, &past, &guess);
        let mut slope = dot(&direction, &gradient);
        if slope > 0.0 {
            past.clear();
            direction = guess(&gradient).iter().map(|step| -step).collect();
            slope = dot(&direction, &gradient);
        }
        let near = tolerance * (1.0 + largest(&point));
        if largest(&direction) <= near {
            // The last step is below what can be told by the value.
            add(&mut point, 1.0, &direction);
            return point.iter().all(|x| x.is_finite()).then_some(point);
        }
        let mut next_gradient = vec![0.0; point.len()];
        // At the end of a search rounding hides whether it went down.
        let noise = 1e-13 * value.abs();
        let tried = std::iter::successors(Some(1.0), |step| Some(step * 0.5)).take(60);
        let mut better = tried.map(|step| {
            let mut next = point.clone();
            add(&mut next, step, &direction);
            let found = of(&next, &mut next_gradient);
            (next, found, found <= value + 1e-4 * step * slope + noise)
        });
        let Some((next, next_value, _)) = better.find(|(.., is_better)| *is_better) else {
            // Rounding hides all that is left to be found.
            return (largest(&direction) <= 1e4 * near).then_some(point);
        };
        drop(better);
        let moved: Vec<f64> = next.iter().zip(&point).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-300 {
            if past.len() == MEMORY {
                past.remove(0);
            }
            let scale = curvature / dot(&turned, &guess(&turned));
            past.push(Past { moved, turned, inverse: 1.0 / curvature, scale });
        }
        (point, value, gradient) = (next, next_value, next_gradient);
    }
    None
}

/// The two loops: what the remembered steps make of the gradient.
fn downhill(gradient: &[f64], past: &[Past], guess: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(past.len());
    for step in past.iter().rev() {
        let share = step.inverse * dot(&step.moved, &direction);
        add(&mut direction, -share, &step.turned);
        shares.push(share);
    }
    direction = guess(&direction);
    if let Some(last) = past.last().filter(|last| last.scale.is_finite() && last.scale > 0.0) {
        direction.iter_mut().for_each(|d| *d *= last.scale);
    }
    for (step, share) in past.iter().zip(shares.iter().rev()) {
        let back = step.inverse * dot(&step.turned, &direction);
        add(&mut direction, share - back, &step.moved);
    }
    direction
}
