//! Sums kept up to date against sums made anew, in any order, over any time.

use proptest::prelude::*;

use super::*;

fn second(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000).unwrap()
}

fn naive(events: &[(i64, f64)], half_life: f64, at: i64) -> f64 {
    events.iter().map(|(time, weight)| weight * (-((at - time) as f64) / half_life).exp2()).sum()
}

proptest! {
    #[test]
    fn the_order_of_events_does_not_matter(
        events in prop::collection::vec((0i64..10_000_000, -50.0f64..50.0), 0..30),
        cut in 0usize..30, half_life in 1_000.0f64..3e6, later in 0i64..10_000_000,
    ) {
        let half = HalfLife::from_seconds(half_life).unwrap();
        let fold = |events: &[(i64, f64)]| {
            let mut sum = DecayingSum::new();
            for (time, weight) in events {
                sum.add(*weight, second(*time), half).unwrap();
            }
            sum
        };
        let at = 10_000_000 + later;
        let expected = naive(&events, half_life, at);
        let near = |sum: DecayingSum| {
            let weight: f64 = events.iter().map(|(time, weight)| {
                weight.abs() * (-((at - time) as f64) / half_life).exp2()
            }).sum();
            (sum.at(second(at), half).unwrap() - expected).abs() <= 1e-12 * weight.max(1e-300)
        };
        prop_assert!(near(fold(&events)));
        let backwards: Vec<_> = events.iter().rev().copied().collect();
        prop_assert!(near(fold(&backwards)));
        let (one, two) = events.split_at(cut.min(events.len()));
        prop_assert!(near(fold(one).merged(&fold(two), half).unwrap()));
    }
}

#[test]
fn a_hundred_years_of_a_half_life_of_a_second_do_not_overflow() {
    let half = HalfLife::from_seconds(1.0).unwrap();
    let mut sum = DecayingSum::new();
    for year in 0..100 {
        sum.add(1.0, second(year * 31_557_600), half).unwrap();
    }
    sum.add(1.0, second(0), half).unwrap();
    let read = sum.at(second(99 * 31_557_600 + 1), half).unwrap();
    assert!((read - 0.5).abs() < 1e-15);
    assert!(sum.at(second(100_000_000_000), half).unwrap().abs() < 1e-300);
}

#[test]
fn what_can_not_be_is_refused_by_its_name() {
    let half = HalfLife::from_days(7.0).unwrap();
    let mut sum = DecayingSum::new();
    sum.add(3.0, second(10), half).unwrap();
    let before = sum;
    let error = sum.add(f64::NAN, second(20), half).unwrap_err();
    assert!(matches!(&error, KernelError::NotFinite { field, .. } if field == "weight"));
    assert!(sum.add(f64::INFINITY, second(20), half).is_err());
    assert_eq!(sum, before, "what was refused changed the sum");
    assert!(matches!(sum.at(second(9), half), Err(KernelError::Contradiction { .. })));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(HalfLife::from_seconds(bad).is_err() && HalfLife::from_days(bad).is_err());
    }
    assert!(serde_json::from_str::<HalfLife>("-3").is_err());
}
