//! The least of a smooth function of many variables by its gradient: L-BFGS (Nocedal, 1980) with backtracking.

/// How many steps are remembered.
const MEMORY: usize = 10;

/// Where a function is least, starting from a point; nothing when it was not found in so many steps.
///
/// `of` gives the value at a point and writes the gradient. It is found when no part of the gradient is beyond `tolerance`.
pub(crate) fn lbfgs(
    mut point: Vec<f64>,
    tolerance: f64,
    steps: usize,
    mut of: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Option<Vec<f64>> {
    let mut gradient = vec![0.0; point.len()];
    let mut value = of(&point, &mut gradient);
    let mut past: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..steps {
        if largest(&gradient) <= tolerance {
            return Some(point);
        }
        let mut direction = downhill(&gradient, &past);
        let mut slope = dot(&direction, &gradient);
        if slope >= 0.0 {
            past.clear();
            direction = gradient.iter().map(|g| -g).collect();
            slope = -dot(&gradient, &gradient);
        }
        let first = if past.is_empty() { (1.0 / largest(&gradient)).min(1.0) } else { 1.0 };
        let mut next_gradient = vec![0.0; point.len()];
        let better =
            std::iter::successors(Some(first), |step| Some(step * 0.5)).take(60).find_map(|step| {
                let next: Vec<f64> =
                    point.iter().zip(&direction).map(|(x, d)| x + step * d).collect();
                let found = of(&next, &mut next_gradient);
                // At the end of a search rounding hides whether it went down.
                let noise = 1e-15 * value.abs();
                (found <= value + 1e-4 * step * slope + noise).then_some((next, found))
            });
        let Some((next, next_value)) = better else {
            // Rounding hides all that is left to be found.
            return (largest(&gradient) <= 1e4 * tolerance).then_some(point);
        };
        let moved: Vec<f64> = next.iter().zip(&point).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-300 {
            if past.len() == MEMORY {
                past.remove(0);
            }
            past.push((moved, turned, 1.0 / curvature));
        }
        (point, value, gradient) = (next, next_value, next_gradient);
    }
    None
}

/// The two loops: what the remembered steps make of the gradient.
fn downhill(gradient: &[f64], past: &[(Vec<f64>, Vec<f64>, f64)]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(past.len());
    for (moved, turned, inverse) in past.iter().rev() {
        let share = inverse * dot(moved, &direction);
        add(&mut direction, -share, turned);
        shares.push(share);
    }
    if let Some((_, turned, inverse)) = past.last() {
        let scale = 1.0 / (inverse * dot(turned, turned));
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for ((moved, turned, inverse), share) in past.iter().zip(shares.iter().rev()) {
        let back = inverse * dot(turned, &direction);
        add(&mut direction, share - back, moved);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times * what);
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, value| most.max(value.abs()))
}
