//! The incomplete gamma and beta functions with both tails right, also where one of them is tiny or the arguments are large.
//!
//! `statrs` gives the logarithm of the gamma function to the last digits, but takes its incomplete functions from differences
//! of large logarithms, subtracts the tail from 1 and iterates without a bound. Here the leading factor is that of C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000); the rest are the power
//! series, the continued fractions (W. Press et al., "Numerical Recipes", 6.2 and 6.4) and for large arguments N. M. Temme's
//! uniform expansion (NIST DLMF 8.12).

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use statrs::function::gamma::ln_gamma;

use super::tail::{half_square_exponential, scaled_complement};

/// How many terms a series or a fraction may take; what is asked here needs a few times the root of its arguments.
const TERMS: u32 = 200_000;
const TINY: f64 = 1e-300;
/// From here on Temme's three terms are exact to the last digit.
const LARGE: f64 = 1e4;
const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;

/// A probability and what is left of 1, each as exact as it is alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tails {
    pub(crate) below: f64,
    pub(crate) above: f64,
}

impl Tails {
    fn of_below(below: f64) -> Self {
        let below = below.clamp(0.0, 1.0);
        Self { below, above: 1.0 - below }
    }

    fn of_above(above: f64) -> Self {
        let above = above.clamp(0.0, 1.0);
        Self { below: 1.0 - above, above }
    }
}

/// The tails of the standard normal distribution at `z`.
pub(crate) fn normal_tails(z: f64) -> Tails {
    let tail = scaled_complement(z.abs() * FRAC_1_SQRT_2);
    let tail = 0.5 * half_square_exponential(z) * tail;
    if z < 0.0 { Tails::of_below(tail) } else { Tails::of_above(tail) }
}

/// By how much Stirling's formula falls short: ln n! - (n + 1/2) ln n + n - ln(2 pi) / 2.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return ln_gamma(n + 1.0) - (n + 0.5) * n.ln() + n - HALF_LN_2_PI;
    }
    let square = n * n;
    let tail = 1.0 / 1260.0 - (1.0 / 1680.0 - (1.0 / 1188.0) / square) / square;
    (1.0 / 12.0 - (1.0 / 360.0 - tail / square) / square) / n
}

/// Loader's deviance: x ln(x / m) + m - x, exact also where x is close to m.
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return if x > 0.0 { x * (x / m).ln() - difference } else { m };
    }
    let ratio = difference / (x + m);
    let square = ratio * ratio;
    let (mut sum, mut power) = (difference * ratio, 2.0 * x * ratio);
    for term in 1..100_u32 {
        power *= square;
        let next = sum + power / f64::from(2 * term + 1);
        if (next - sum).abs() <= f64::EPSILON * next.abs() * 0.25 {
            return next;
        }
        sum = next;
    }
    sum
}

/// x^a e^-x / Gamma(a + 1): the probability of `a` at a Poisson mean of `x`, for any `a` that is not negative.
pub(crate) fn poisson_kernel(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return if a > 0.0 { 0.0 } else { 1.0 };
    }
    if a < 10.0 {
        return (a * x.ln() - x - ln_gamma(a + 1.0)).exp();
    }
    (-stirling_error(a) - deviance(a, x)).exp() / (2.0 * PI * a).sqrt()
}

/// Gamma(a + b + 1) / (Gamma(a + 1) Gamma(b + 1)) x^a y^b with y = 1 - x, for `a` and `b` above zero.
fn binomial_kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let exponent = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y);
    exponent.exp() * (n / (2.0 * PI * a * b)).sqrt()
}

/// The probability of `k` failures before the `size`-th success, at a probability of `success` and of `failure` = 1 - success.
pub(crate) fn negative_binomial_kernel(k: f64, size: f64, success: f64, failure: f64) -> f64 {
    if k <= 0.0 {
        return (size * (-failure).ln_1p()).exp();
    }
    size / (size + k) * binomial_kernel(size, k, success, failure)
}

/// The regularised incomplete gamma functions P(a, x) and Q(a, x), for `a` above zero.
pub(crate) fn gamma_tails(a: f64, x: f64) -> Tails {
    if x <= 0.0 {
        return Tails { below: 0.0, above: 1.0 };
    }
    if a >= LARGE && (x - a).abs() < 0.3 * a {
        return gamma_tails_of_large(a, x);
    }
    let factor = poisson_kernel(a, x);
    if x < a + 1.0 {
        Tails::of_below(factor * gamma_series(a, x))
    } else {
        Tails::of_above(factor * a * gamma_fraction(a, x))
    }
}

fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut below) = (1.0, 1.0, a);
    for _ in 0..TERMS {
        below += 1.0;
        term *= x / below;
        sum += term;
        if term <= sum * f64::EPSILON * 0.5 {
            break;
        }
    }
    sum
}

fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for term in 1..TERMS {
        let n = f64::from(term);
        let factor = -n * (n - a);
        b += 2.0;
        d = 1.0 / not_zero(factor * d + b);
        c = not_zero(b + factor / c);
        let change = d * c;
        value *= change;
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// Temme's expansion; the coefficients of DLMF 8.12.11 ff.
fn gamma_tails_of_large(a: f64, x: f64) -> Tails {
    const FIRST: [f64; 10] = [
        -1.0 / 3.0,
        1.0 / 12.0,
        -2.0 / 135.0,
        1.0 / 864.0,
        1.0 / 2835.0,
        -139.0 / 777_600.0,
        1.0 / 25_515.0,
        -571.0 / 261_273_600.0,
        -281.0 / 151_559_100.0,
        8.295_343_090_7e-7,
    ];
    const SECOND: [f64; 5] = [
        -1.0 / 540.0,
        -1.0 / 288.0,
        1.0 / 378.0,
        -9.902_263_374_485_597e-4,
        2.057_613_168_724_28e-4,
    ];
    const THIRD: [f64; 2] = [25.0 / 6048.0, -139.0 / 51_840.0];
    let exponent = deviance(a, x);
    let exponential = (-exponent).exp();
    let root = exponent.max(0.0).sqrt();
    let eta = (root * (2.0 / a).sqrt()).copysign(x - a);
    let series = |terms: &[f64]| terms.iter().rev().fold(0.0, |sum, term| sum * eta + term);
    let sum = series(&FIRST) + (series(&SECOND) + series(&THIRD) / a) / a;
    let correction = exponential / (2.0 * PI * a).sqrt() * sum;
    let tail = 0.5 * exponential * scaled_complement(root);
    if x < a { Tails::of_below(tail - correction) } else { Tails::of_above(tail + correction) }
}

/// The regularised incomplete beta function at `x`, with `y` = 1 - x given as exactly as it is known.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x < (a + 1.0) / (a + b + 2.0) {
        Tails::of_below(binomial_kernel(a, b, x, y) * b / (a + b) * beta_fraction(a, b, x))
    } else {
        Tails::of_above(binomial_kernel(b, a, y, x) * a / (a + b) * beta_fraction(b, a, y))
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for term in 1..TERMS {
        let m = f64::from(term);
        let (at, twice) = (a + 2.0 * m, 2.0 * m);
        let even = m * (b - m) * x / ((a + twice - 1.0) * at);
        d = 1.0 / not_zero(1.0 + even * d);
        c = not_zero(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / (at * (at + 1.0));
        d = 1.0 / not_zero(1.0 + odd * d);
        c = not_zero(1.0 + odd / c);
        let change = d * c;
        value *= change;
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

fn not_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}
