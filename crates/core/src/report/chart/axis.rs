//! An axis of values: where its ticks stand, reckoned exactly.

use rust_decimal::Decimal;

use crate::Rounding;
use crate::decimal::{POWERS_OF_TEN, div_round, from_parts};

/// An axis from its lowest tick to its highest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Axis {
    low: Decimal,
    high: Decimal,
    pub(super) ticks: Vec<Decimal>,
}

impl Axis {
    /// The axis of these values, with about so many steps of 1, 2 or 5 times a power of ten. Zero is always on it where
    /// `from_zero` says so, as lengths of bars mean nothing without it; else where it is near.
    pub(super) fn of(values: impl Iterator<Item = Decimal>, steps: u32, from_zero: bool) -> Axis {
        let range = values.fold(None, |range: Option<(Decimal, Decimal)>, value| match range {
            Some((low, high)) => Some((low.min(value), high.max(value))),
            None => Some((value, value)),
        });
        let (mut low, mut high) = range.unwrap_or_default();
        let span = high.saturating_sub(low);
        let near = |end: Decimal| end.abs() <= span || span.is_zero();
        if from_zero || near(low) || near(high) {
            (low, high) = (low.min(Decimal::ZERO), high.max(Decimal::ZERO));
        }
        if low == high {
            high = Decimal::ONE;
        }
        let step = step(low, high, steps);
        Axis::with_step(low, high, step)
    }

    /// From 0 to 100 %, in as many steps as another axis has, so that both share their grid.
    pub(super) fn of_shares() -> Axis {
        Axis::with_step(Decimal::ZERO, Decimal::ONE, Decimal::new(25, 2))
    }

    fn with_step(low: Decimal, high: Decimal, step: Decimal) -> Axis {
        let first = multiple(low, step, Rounding::Floor).unwrap_or(low);
        let mut ticks = vec![first];
        while let Some(last) = ticks.last().copied().filter(|last| *last < high) {
            let Some(next) = last.checked_add(step) else { break };
            ticks.push(next);
        }
        let last = ticks.last().copied().unwrap_or(first);
        Axis { low: first.min(low), high: last.max(high), ticks }
    }

    /// How far along the axis a value stands: 0 at its low end, 1 at its high end.
    pub(super) fn place(&self, value: Decimal) -> f64 {
        let (low, high) = (float(self.low), float(self.high));
        (float(value) - low) / (high - low)
    }

    /// The largest size on it.
    pub(super) fn largest(&self) -> Decimal {
        self.low.abs().max(self.high.abs())
    }
}

/// The smallest step of 1, 2 or 5 times a power of ten of which so many reach from one end to the other.
fn step(low: Decimal, high: Decimal, steps: u32) -> Decimal {
    let reaches = |step: &Decimal| {
        let reach = step.checked_mul(Decimal::from(steps));
        reach.is_none_or(|reach| reach >= high.saturating_sub(low))
    };
    candidates().find(reaches).unwrap_or(Decimal::MAX)
}

/// 1, 2 and 5 times every power of ten that a decimal holds, smallest first.
fn candidates() -> impl Iterator<Item = Decimal> {
    let parts = |scale: u32| [1, 2, 5].into_iter().filter_map(move |n| from_parts(n, false, scale));
    let wholes = POWERS_OF_TEN.iter().skip(1);
    let wholes = wholes.flat_map(|power| {
        [1, 2, 5].into_iter().filter_map(|n| from_parts(power.checked_mul(n)?, false, 0))
    });
    (0..=28).rev().flat_map(parts).chain(wholes)
}

/// The multiple of a step at or beside a value; `None` where it has no room.
fn multiple(value: Decimal, step: Decimal, rounding: Rounding) -> Option<Decimal> {
    div_round(value, step, 0, rounding).ok()?.checked_mul(step)
}

/// A place on a picture needs no more than a float has.
pub(super) fn float(value: Decimal) -> f64 {
    value.mantissa() as f64 / 10f64.powi(value.scale() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ticks(values: &[&str], from_zero: bool) -> String {
        let values = values.iter().map(|value| value.parse().unwrap());
        let ticks = Axis::of(values, 5, from_zero).ticks;
        ticks.iter().map(|tick| tick.normalize().to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(ticks(&["0", "97"], true), "0 20 40 60 80 100");
        assert_eq!(ticks(&["3", "12"], true), "0 5 10 15");
        assert_eq!(ticks(&["-130", "250"], true), "-200 -100 0 100 200 300");
        assert_eq!(ticks(&["-0.003"], true), "-0.003 -0.002 -0.001 0");
        assert_eq!(ticks(&["1234567.89"], true), "0 500000 1000000 1500000");
    }

    #[test]
    fn nothing_one_value_and_equal_values_have_an_axis_too() {
        assert_eq!(ticks(&[], true), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(ticks(&["0", "0"], true), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(ticks(&["7"], false), "0 2 4 6 8");
    }

    #[test]
    fn lines_far_from_zero_leave_it_out() {
        assert_eq!(ticks(&["1001", "1009"], false), "1000 1002 1004 1006 1008 1010");
        assert_eq!(ticks(&["10", "90"], false), "0 20 40 60 80 100");
    }

    #[test]
    fn the_largest_decimals_have_an_axis() {
        let ends = [Decimal::MIN, Decimal::MAX];
        let axis = Axis::of(ends.into_iter(), 5, true);
        assert!(axis.ticks.len() < 12, "{axis:?}");
        assert!(
            (0.0..=1.0).contains(&axis.place(Decimal::MIN))
                && (0.0..=1.0).contains(&axis.place(Decimal::MAX))
        );
    }

    proptest! {
        #[test]
        fn every_value_stands_on_its_axis(values in prop::collection::vec(any::<i64>(), 1..8), scale in 0u32..20, from_zero: bool) {
            let values: Vec<_> = values.into_iter().map(|value| Decimal::new(value, scale)).collect();
            let axis = Axis::of(values.iter().copied(), 5, from_zero);
            prop_assert!((2..=8).contains(&axis.ticks.len()), "{:?}", axis);
            for value in values {
                prop_assert!((0.0..=1.0).contains(&axis.place(value)), "{} on {:?}", value, axis);
            }
        }
    }
}
