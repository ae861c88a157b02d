//! The standard normal distribution.

use std::f64::consts::{SQRT_2, TAU};

use statrs::function::erf::{erfc, erfc_inv};

/// How likely a value of at least `z` is.
pub(super) fn above(z: f64) -> f64 {
    0.5 * erfc(z / SQRT_2)
}

/// The value that is exceeded with this probability, which lies between 0 and 1.
pub(super) fn exceeded_with(probability: f64) -> f64 {
    let first = SQRT_2 * erfc_inv(2.0 * probability);
    // A step of Newton's takes away what the inverse is off by.
    let density = (-0.5 * first * first).exp() / TAU.sqrt();
    let step = (above(first) - probability) / density;
    if step.is_finite() { first + step } else { first }
}
