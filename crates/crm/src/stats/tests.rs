//! Tests against exact sums, and what they refuse.

use proptest::prelude::*;

use super::*;
use crate::KernelError;

/// How many ways there are to choose, exactly for small numbers.
fn choose(n: u64, k: u64) -> f64 {
    (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product()
}

/// Fisher's test by adding up binomial coefficients.
fn naive_fisher(a: u64, n: u64, b: u64, m: u64) -> f64 {
    let likely = |x: u64| match x <= n && x <= a + b && a + b - x <= m {
        true => choose(n, x) * choose(m, a + b - x) / choose(n + m, a + b),
        false => 0.0,
    };
    let seen = likely(a);
    (0..=n).map(likely).filter(|p| *p <= seen * (1.0 + 1e-7)).sum()
}

proptest! {
    #[test]
    fn fisher_is_the_sum_of_rarer_tables((n, m) in (1u64..25, 1u64..25), x in 0.0f64..1.0, y in 0.0f64..1.0) {
        let (a, b) = ((x * (n + 1) as f64) as u64, (y * (m + 1) as f64) as u64);
        let tables = Comparison::new(Proportion::new(a, n).unwrap(), Proportion::new(b, m).unwrap());
        prop_assert!((tables.fisher() - naive_fisher(a, n, b, m)).abs() < 1e-9);
    }

    #[test]
    fn bounds_hold_the_rate(n in 1u64..2_000, x in 0.0f64..1.0, confidence in 0.5f64..0.999) {
        let seen = Proportion::new(((n + 1) as f64 * x) as u64, n).unwrap();
        let (low, high) = seen.wilson(confidence).unwrap();
        prop_assert!(0.0 <= low && low <= seen.rate() + 1e-12 && seen.rate() <= high + 1e-12 && high <= 1.0);
        let (low, high) = seen.clopper_pearson(confidence).unwrap();
        prop_assert!(0.0 <= low && low <= seen.rate() + 1e-12 && seen.rate() <= high + 1e-12 && high <= 1.0);
        // The exact bounds: at the lower one, so many or more are as likely as the tail.
        if n <= 60 && seen.successes() > 0 {
            let more: f64 = (seen.successes()..=n)
                .map(|k| choose(n, k) * low.powf(k as f64) * (1.0 - low).powf((n - k) as f64))
                .sum();
            prop_assert!((more - (1.0 - confidence) / 2.0).abs() < 1e-9);
        }
    }

    #[test]
    fn so_many_have_the_power_that_was_asked_for(
        base in 0.01f64..0.9, effect in 0.005f64..0.09, power_wanted in 0.5f64..0.99, ratio in 0.1f64..10.0,
    ) {
        let wanted = SampleSize { power: power_wanted, ratio, ..SampleSize::new(base, effect) };
        let needed = sample_size(wanted).unwrap();
        prop_assert!((power(wanted, needed).unwrap() - power_wanted).abs() < 1e-9);
    }
}

#[test]
fn what_has_no_answer_is_refused_by_its_name() {
    let none = Proportion::new(0, 10).unwrap();
    assert!(matches!(Comparison::new(none, none).z(), Err(KernelError::NoAnswer { .. })));
    assert!(Comparison::new(none, none).relative_lift().is_none());
    assert!((Comparison::new(none, none).fisher() - 1.0).abs() < 1e-12);
    assert!(Proportion::new(1, 0).is_err() && none.wilson(1.0).is_err());
    assert!(sample_size(SampleSize::new(0.05, 0.0)).is_err());
    assert!(
        sample_size(SampleSize::new(0.95, 0.1)).unwrap_err().to_string().contains("least_effect")
    );
    assert!(sample_ratio_mismatch(&[0, 0], &[0.5, 0.5]).is_err());
    let error = sample_ratio_mismatch(&[1, 2], &[0.5, f64::NAN]).unwrap_err();
    assert!(error.to_string().starts_with("row 1 (counted from 0): share is NaN"));
    assert!(Experiment::new("x", []).is_err() && Experiment::new("x", [("a", -1.0)]).is_err());
}

/// Groups must never change: these were written down once.
#[test]
fn groups_stay_as_they_are() {
    let test = Experiment::new("spring", [("a", 1.0), ("b", 1.0), ("c", 2.0)]).unwrap();
    let groups: Vec<&str> =
        ["1", "2", "3", "4", "5", "6", "7", "8"].map(|id| test.group_of(id.as_bytes())).into();
    assert_eq!(groups.concat(), "ccccccac");
    let text = serde_json::to_string(&test).unwrap();
    assert_eq!(serde_json::from_str::<Experiment>(&text).unwrap(), test);
    assert!(serde_json::from_str::<Experiment>("{\"name\":\"x\",\"groups\":[]}").is_err());
}
