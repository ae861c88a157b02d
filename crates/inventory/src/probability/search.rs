//! Quantiles and roots, by searches that always end.

use super::Demand;
use super::demand::Level;

/// Doublings that span all floats.
const DOUBLINGS: u32 = 2_100;
/// Halvings after which two floats are neighbours, and some.
const HALVINGS: u32 = 200;

/// The least whole number, zero or above, that reaches the level; `guess` is where to begin.
pub(super) fn whole(demand: &impl Demand, level: Level, guess: f64) -> f64 {
    let reached = |x: f64| level.is_reached(demand, x);
    let start = guess.round().max(0.0);
    let mut step = (0.02 * demand.sd()).round().max(1.0);
    let (mut low, mut high);
    if reached(start) {
        (low, high) = (start - step, start);
        while low >= 0.0 && reached(low) {
            step *= 2.0;
            (low, high) = (low - step, low);
        }
        low = low.max(-1.0);
    } else {
        (low, high) = (start, start + step);
        for _ in 0..DOUBLINGS {
            if reached(high) {
                break;
            }
            step *= 2.0;
            (low, high) = (high, high + step);
        }
    }
    whole_between(reached, low, high)
}

/// The least whole number above `low` and up to `high` at which it is so; it is at `high`.
pub(crate) fn whole_between(is_so: impl Fn(f64) -> bool, mut low: f64, mut high: f64) -> f64 {
    while high - low > 1.0 {
        let middle = (low + (high - low) / 2.0).floor();
        if middle <= low || middle >= high {
            break;
        }
        if is_so(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// The amount above zero of a continuous demand at a level, by Newton steps in the logarithms of amount and probability.
pub(super) fn amount(demand: &impl Demand, level: Level, guess: f64) -> f64 {
    let (mut low, mut high) = bracket(|x| level.is_reached(demand, x), guess);
    let mut x = guess.clamp(low, high);
    for _ in 0..HALVINGS {
        let (tail, target, sign) = match level {
            Level::Below(probability) => (demand.cumulative(x), probability, 1.0),
            Level::Above(tail) => (demand.exceeds(x), tail, -1.0),
        };
        if sign * (tail - target) >= 0.0 {
            high = x;
        } else {
            low = x;
        }
        // d ln tail / d ln x
        let slope = sign * demand.density(x) * x / tail;
        let newton = x * ((target / tail).ln() / slope).exp();
        let inside = newton > low && newton < high;
        let next = if inside { newton } else { (low * high).sqrt().clamp(low, high) };
        if (next - x).abs() <= 4.0 * f64::EPSILON * x || high - low <= f64::EPSILON * high {
            return next;
        }
        x = next;
    }
    x
}

/// Two amounts between which it becomes so, `guess` among them; the factor between them grows, so that few steps span all floats.
fn bracket(is_so: impl Fn(f64) -> bool, guess: f64) -> (f64, f64) {
    let guess = guess.clamp(f64::MIN_POSITIVE, f64::MAX);
    let (mut low, mut high, mut factor) = (guess, guess, 2.0_f64);
    if is_so(guess) {
        while low > f64::MIN_POSITIVE && is_so(low) {
            (low, high) = ((low / factor).max(f64::MIN_POSITIVE), low);
            factor *= factor;
        }
    } else {
        while high < f64::MAX && !is_so(high) {
            (low, high) = (high, (high * factor).min(f64::MAX));
            factor *= factor;
        }
    }
    (low, high)
}

/// The least `x` in between at which it is so, to the last digit; it is at `high`.
pub(crate) fn between(is_so: impl Fn(f64) -> bool, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if is_so(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// The root of an increasing function between two points, by Newton steps that stay between them.
///
/// `function` gives value and slope.
pub(crate) fn root(
    function: impl Fn(f64) -> (f64, f64),
    mut low: f64,
    mut high: f64,
    guess: f64,
) -> f64 {
    let mut x = guess.clamp(low, high);
    for _ in 0..HALVINGS {
        let (value, slope) = function(x);
        if value >= 0.0 {
            high = x;
        } else {
            low = x;
        }
        let newton = x - value / slope;
        let inside = newton > low && newton < high;
        let next = if inside { newton } else { low + (high - low) / 2.0 };
        if (next - x).abs() <= 2.0 * f64::EPSILON * x.abs() || next <= low || next >= high {
            return next;
        }
        x = next;
    }
    x
}
