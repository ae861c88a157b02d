//! Simple exponential smoothing of bare numbers, and the search for the smoothing that fits them best.

/// Between which a smoothing is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    /// Nearly all that there are.
    pub(super) const WIDE: Bounds = Bounds { low: 0.0001, high: 0.9999 };
    /// What is usual where demand is intermittent.
    pub(super) const SLOW: Bounds = Bounds { low: 0.1, high: 0.3 };
}

/// The level after the last value, from the first on.
pub(super) fn level(values: impl IntoIterator<Item = f64>, alpha: f64) -> Option<f64> {
    let mut values = values.into_iter();
    let first = values.next()?;
    Some(values.fold(first, |level, value| level + alpha * (value - level)))
}

/// How many smoothings one pass tries: as many as a processor adds up at once.
const LANES: usize = 8;

/// The smoothing with the least squares of one-step errors, to a ten-thousandth of the bounds.
///
/// A pass tries eight at once, evenly over what is left, and leaves what lies about the best.
pub(super) fn best_alpha(values: &[f64], bounds: Bounds) -> f64 {
    let Bounds { mut low, mut high } = bounds;
    while high - low > 1e-4 * (bounds.high - bounds.low) {
        let step = (high - low) / (LANES - 1) as f64;
        let alphas: [f64; LANES] = std::array::from_fn(|lane| low + step * lane as f64);
        let squares = squares(values, alphas);
        let mut best = 0;
        for lane in 1..LANES {
            if squares[lane] < squares[best] {
                best = lane;
            }
        }
        let about = (alphas[best.saturating_sub(1)], alphas[(best + 1).min(LANES - 1)]);
        (low, high) = about;
    }
    (low + high) / 2.0
}

/// The squares of the one-step errors of each smoothing.
fn squares(values: &[f64], alphas: [f64; LANES]) -> [f64; LANES] {
    let Some((first, rest)) = values.split_first() else { return [0.0; LANES] };
    let (mut levels, mut squares) = ([*first; LANES], [0.0; LANES]);
    for value in rest {
        for lane in 0..LANES {
            let error = value - levels[lane];
            squares[lane] += error * error;
            levels[lane] += alphas[lane] * error;
        }
    }
    squares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares_of(values: &[f64], alpha: f64) -> f64 {
        squares(values, [alpha; LANES])[0]
    }

    #[test]
    fn no_other_smoothing_fits_better() {
        let values: Vec<f64> = (0..60).map(|n| f64::from((n * n * 7 + n) % 23)).collect();
        let best = best_alpha(&values, Bounds::WIDE);
        let least = squares_of(&values, best);
        for other in 1..1000 {
            assert!(squares_of(&values, f64::from(other) / 1000.0) >= least * (1.0 - 1e-6));
        }
    }

    #[test]
    fn a_walk_is_followed_wholly_and_noise_hardly() {
        let walk: Vec<f64> = (0..40).map(|n| f64::from(n * n)).collect();
        assert!(best_alpha(&walk, Bounds::WIDE) > 0.99);
        assert!((best_alpha(&walk, Bounds::SLOW) - 0.3).abs() < 1e-4);
        let noise: Vec<f64> = (0..200).map(|n| f64::from((n * 7919) % 101)).collect();
        assert!(best_alpha(&noise, Bounds::WIDE) < 0.1);
    }

    #[test]
    fn nothing_has_no_level() {
        assert_eq!(level([], 0.5), None);
        assert_eq!(level([4.0], 0.5), Some(4.0));
        assert_eq!(level([4.0, 8.0, 0.0], 0.5), Some(3.0));
    }
}
