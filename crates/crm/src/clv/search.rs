//! The parameters that make what was seen most likely.

use crate::KernelError;
use crate::numeric::nelder_mead;

/// Looks for positive parameters by their logarithms, beginning at 1.
pub(super) fn most_likely<const N: usize>(
    what: &'static str,
    log_likelihood: impl Fn([f64; N]) -> f64,
) -> Result<[f64; N], KernelError> {
    let parameters = |logs: &[f64]| -> [f64; N] {
        std::array::from_fn(|n| logs.get(n).map_or(f64::NAN, |log| log.exp()))
    };
    // Beyond these nothing is told apart any more.
    let inside = |logs: &[f64]| logs.iter().all(|log| log.abs() < 25.0);
    let of = |logs: &[f64]| match inside(logs) {
        true => -log_likelihood(parameters(logs)),
        false => f64::INFINITY,
    };
    let found = nelder_mead(vec![0.0; N], 0.5, 1e-9, 6_000, of);
    let found = found.filter(|(logs, _)| logs.iter().all(|log| log.abs() < 20.0));
    let (logs, _) = found.ok_or(KernelError::NoAnswer {
        what,
        why: "no parameters are most likely: the customers are too few or too alike",
    })?;
    Ok(parameters(&logs))
}
