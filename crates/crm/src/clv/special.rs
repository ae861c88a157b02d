//! Functions that the models are made of.

pub(super) use statrs::function::beta::ln_beta;
pub(super) use statrs::function::gamma::ln_gamma;

/// Terms after which a series is given up; where it reaches so far it has converged to what doubles hold.
const MOST_TERMS: u32 = 2_000_000;

/// The logarithm of the sum of two numbers, by theirs.
pub(super) fn ln_sum(a: f64, b: f64) -> f64 {
    let (most, least) = if a >= b { (a, b) } else { (b, a) };
    if least == f64::NEG_INFINITY { most } else { most + (least - most).exp().ln_1p() }
}

/// `(q^power - 1) / power`, which is the logarithm of `q` where the power is zero.
pub(super) fn power_less_one(q: f64, power: f64) -> f64 {
    let exponent = power * q.ln();
    if exponent.abs() < 1e-300 { q.ln() } else { exponent.exp_m1() / power }
}

/// Gauss's hypergeometric function less one, over its second parameter less one: `(2F1(a, b - 1; c; z) - 1) / (b - 1)`, for `z` from 0 to below 1. So it has a value
/// also where `b` is 1.
pub(super) fn hypergeometric_slope(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (a / c * z, 0.0);
    for n in 1..MOST_TERMS {
        sum += term;
        let at = f64::from(n);
        term *= (a + at) * (b + at - 1.0) / ((c + at) * (at + 1.0)) * z;
        if term.abs() <= 1e-17 * sum.abs() {
            break;
        }
    }
    sum
}

/// The logarithm of `2F1(a, b; a + 1; z)` for positive parameters and `z` from 0 to below 1: by Euler's transformation a series of terms that fall.
pub(super) fn ln_hypergeometric_next(a: f64, b: f64, z: f64) -> f64 {
    let (rising, c) = (a + 1.0 - b, a + 1.0);
    let (mut term, mut sum) = (1.0, 0.0);
    for n in 0..MOST_TERMS {
        sum += term;
        let at = f64::from(n);
        term *= (rising + at) / (c + at) * z;
        if term.abs() <= 1e-17 * sum {
            break;
        }
    }
    (1.0 - b) * (-z).ln_1p() + sum.ln()
}
