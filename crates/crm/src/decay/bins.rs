//! Decaying counts that are the same to the last bit, whatever order events come and go in.
//!
//! Time is cut into bins of one half-life. Within its bin an event counts for a whole number of parts: `2^52 * 2^(r / half-life)` of them, where `r` is
//! how long after the beginning of the bin it was. Sums of whole numbers don't depend on their order, and what is taken back leaves no trace.
//! Rounding happens once, when a sum is read, from the oldest bin to the newest. This is forward decay (see [the module](super)) with one landmark per bin.
//!
//! What is [`FORGOTTEN_AFTER`] half-lives old counts for nothing, so a sum has a bounded number of bins: one event more is one step.

use fondaco_core::Timestamp;

use super::{HalfLife, MICROS};

/// After so many half-lives an event counts for nothing: it would count for less than 2^-64.
pub const FORGOTTEN_AFTER: i64 = 64;

/// How many parts one is at the beginning of a bin.
const ONE: f64 = (1_u64 << 52) as f64;

impl HalfLife {
    fn micros(self) -> i64 {
        ((self.seconds * MICROS).round() as i64).max(1)
    }

    /// Which bin a time lies in, counted from 1970.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_crm::decay::HalfLife;
    ///
    /// let week = HalfLife::from_days(7.0)?;
    /// assert_eq!(week.bin(Timestamp::EPOCH), 0);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    #[must_use]
    pub fn bin(self, at: Timestamp) -> i64 {
        at.micros().div_euclid(self.micros())
    }

    /// For how many parts of its bin one event counts.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_crm::decay::HalfLife;
    ///
    /// let week = HalfLife::from_days(7.0)?;
    /// let day = |day: i64| Timestamp::from_micros(day * 86_400_000_000).unwrap();
    /// let bins = [(week.bin(day(0)), u128::from(week.parts(day(0)))), (week.bin(day(14)), u128::from(week.parts(day(14))))];
    /// assert_eq!(week.worth(bins, day(14)), 1.25);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    #[must_use]
    pub fn parts(self, at: Timestamp) -> u64 {
        // Between 2^52 and 2^53, hence whole.
        (ONE * self.grown(at)).round() as u64
    }

    /// What bins with their parts, from the oldest to the newest, are worth at a time; none may be later than that.
    #[must_use]
    pub fn worth(self, bins: impl IntoIterator<Item = (i64, u128)>, at: Timestamp) -> f64 {
        self.worth_where(bins, self.bin(at), self.grown(at))
    }

    /// [`worth`](Self::worth) at a time whose bin is known, and what one has grown to in it.
    pub(crate) fn worth_where(
        self,
        bins: impl IntoIterator<Item = (i64, u128)>,
        now: i64,
        grown: f64,
    ) -> f64 {
        let left = bins.into_iter().map(|(bin, parts)| match now.saturating_sub(bin) {
            age @ 0..FORGOTTEN_AFTER => parts as f64 / (1_u64 << age) as f64,
            _ => 0.0,
        });
        left.sum::<f64>() / (ONE * grown)
    }

    /// What one at the beginning of its bin has to be multiplied by for a time in it.
    pub(crate) fn grown(self, at: Timestamp) -> f64 {
        let half_life = self.micros();
        power_of_two(at.micros().rem_euclid(half_life) as f64 / half_life as f64)
    }
}

/// One over the factorial of the index.
const TERMS: [f64; 19] = {
    let mut terms = [1.0; 19];
    let mut n = 1;
    while n < terms.len() {
        terms[n] = terms[n - 1] / n as f64;
        n += 1;
    }
    terms
};

/// Two to the power of a number from 0 to 1 by its series: a system's own `exp2` may differ in the last bit from another's. Even and odd terms are added up beside
/// one another.
fn power_of_two(part: f64) -> f64 {
    let power = part * std::f64::consts::LN_2;
    let square = power * power;
    let (mut even, mut odd) = (TERMS[18], 0.0);
    let mut n = 18;
    while n >= 2 {
        odd = odd * square + TERMS[n - 1];
        even = even * square + TERMS[n - 2];
        n -= 2;
    }
    even + power * odd
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_series_is_the_power(part in 0.0f64..1.0) {
            prop_assert!((power_of_two(part) / part.exp2() - 1.0).abs() < 4e-16);
        }

        #[test]
        fn what_is_read_is_the_sum_of_what_is_left(
            seconds in prop::collection::vec(0i64..50_000_000, 1..40), half_life in 10.0f64..5e6, later in 0i64..50_000_000,
        ) {
            let half = HalfLife::from_seconds(half_life.round()).unwrap();
            let at = |second: i64| Timestamp::from_micros(second * 1_000_000).unwrap();
            let now = at(50_000_000 + later);
            let mut bins = std::collections::BTreeMap::new();
            for second in &seconds {
                *bins.entry(half.bin(at(*second))).or_insert(0) += u128::from(half.parts(at(*second)));
            }
            let naive: f64 = seconds.iter().map(|second| half.left(at(*second), now)).sum();
            let read = half.worth(bins, now);
            prop_assert!((read - naive).abs() <= 1e-12 * naive + 1e-17, "{read} for {naive}");
        }
    }

    #[test]
    fn after_whole_half_lives_exactly_half_is_left() {
        let day = HalfLife::from_days(1.0).unwrap();
        let at = |days: i64| Timestamp::from_micros(days * 86_400_000_000 + 12_345).unwrap();
        for age in 0..FORGOTTEN_AFTER {
            let one = [(day.bin(at(3)), u128::from(day.parts(at(3))))];
            let left = day.worth(one, at(3 + age));
            assert!(left.total_cmp(&0.5_f64.powi(age as i32)).is_eq(), "{left} after {age} days");
        }
        let old = [(day.bin(at(0)), u128::from(day.parts(at(0))))];
        assert!(day.worth(old, at(FORGOTTEN_AFTER)).total_cmp(&0.0).is_eq());
    }
}
