//! Interest: what was done, each act worth half as much after each half-life.

use std::cmp::Ordering;

use crate::segments::compile::Decayed;
use crate::segments::predicate::Compare;

/// What events at these times are worth now; those that are not yet are worth nothing.
#[inline]
pub(crate) fn worth(
    half_life_micros: f64,
    weight: f64,
    times: impl Iterator<Item = i64>,
    now: i64,
) -> f64 {
    let one = |at: i64| weight * (-((now - at) as f64) / half_life_micros).exp2();
    times.map(one).sum()
}

impl Decayed {
    /// Whether each event brings it nearer to holding, or leaves it where it is.
    pub(crate) fn only_rises(&self) -> bool {
        let is_more = matches!(self.compare, Compare::AtLeast | Compare::More);
        is_more && self.weights.iter().all(|of| of.weight >= 0.0)
    }

    pub(crate) fn holds(&self, worth: f64) -> bool {
        let order = worth.partial_cmp(&self.value).unwrap_or(Ordering::Less);
        self.compare.holds(order)
    }

    /// When a sum that fades away crosses the value, of which it is on the far side: somewhat before, so that it is asked again then.
    pub(crate) fn crosses(&self, worth: f64, now: i64) -> Option<i64> {
        let ratio = worth / self.value;
        // A sum of the other sign, or nearer to zero than the value, never comes to it. At the value itself, it leaves it at once.
        if !ratio.is_finite() || ratio < 1.0 {
            return None;
        }
        let micros = self.half_life_micros * ratio.log2();
        if micros < 4.0 {
            return now.checked_add(1);
        }
        // Floats tell neighbouring microseconds apart only when little is left: come nearer, and ask again.
        let careful = (micros * (1.0 - 1e-9)) as i64 - 1;
        now.checked_add(careful.max(1))
    }
}
