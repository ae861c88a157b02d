//! Powers of e below one, the same to the last bit on every machine and in vectors: a system's own `exp` is neither.
//!
//! The power is cut into a whole number of halvings and a rest of at most half of one, of which the series is added up (Cody and Waite, 1980).

/// ln 2 in two parts: the first has zeros at its end, so that its multiples are exact.
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
/// Added to a small number it leaves its nearest whole number in the last bits.
const MAGIC: f64 = 6_755_399_441_055_744.0;
/// One over the factorials from 13 down.
const TERMS: [f64; 14] = {
    let mut terms = [1.0; 14];
    let mut factorial = 1.0;
    let mut n = 1;
    while n < terms.len() {
        factorial *= n as f64;
        terms[terms.len() - 1 - n] = 1.0 / factorial;
        n += 1;
    }
    terms
};

/// e to the power of a number that is zero or below.
#[inline]
pub(crate) fn exp_below(power: f64) -> f64 {
    // Below this there is nothing left worth adding.
    let power = power.max(-700.0);
    let shifted = power * std::f64::consts::LOG2_E + MAGIC;
    let halvings = shifted - MAGIC;
    let rest = power - halvings * LN_2[0] - halvings * LN_2[1];
    let mut sum = TERMS[0];
    for term in &TERMS[1..] {
        sum = sum * rest + term;
    }
    // The whole number goes into the exponent.
    f64::from_bits(sum.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// The probability that has these log-odds.
#[inline]
pub(crate) fn logistic(log_odds: f64) -> f64 {
    let small = exp_below(-log_odds.abs());
    let top = if log_odds < 0.0 { small } else { 1.0 };
    // What is not a number stays so.
    if log_odds.is_nan() { log_odds } else { top / (1.0 + small) }
}
