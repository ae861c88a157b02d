//! Figures against recounts, distributions against all that may happen.

use chrono::Days;
use proptest::prelude::*;

use super::*;

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n)
}

fn deals() -> impl Strategy<Value = Vec<Deal>> {
    let deal = (0u8..3, 0u8..3, 0i64..5_000, 0u64..300, 0u64..200);
    let made = deal.prop_map(|(kind, outcome, amount, opened, took)| match outcome {
        0 => Deal::open(&kind.to_string(), Some(day(opened))),
        1 => Deal::won(&kind.to_string(), amount.into(), day(opened), day(opened + took)),
        _ => Deal::lost(&kind.to_string(), day(opened), day(opened + took)),
    });
    prop::collection::vec(made, 0..40)
}

proptest! {
    #[test]
    fn kinds_months_and_ages_add_up(deals in deals()) {
        let all = Summary::of(&deals).unwrap();
        let kinds = by_kind(&deals).unwrap();
        prop_assert_eq!(kinds.values().map(|seen| seen.won).sum::<usize>(), all.won);
        prop_assert_eq!(kinds.values().map(|seen| seen.won_total).sum::<Decimal>(), all.won_total);
        let months = by_month(&deals).unwrap();
        prop_assert_eq!(months.iter().map(|month| month.lost).sum::<usize>(), all.lost);
        prop_assert_eq!(months.iter().map(|month| month.won_value).sum::<Decimal>(), all.won_total);
        let ages = chance_by_age(&deals, &[0, 50, 100]).unwrap();
        prop_assert_eq!(ages[0].chance(), all.win_rate());
        prop_assert!(ages.windows(2).all(|pair| pair[0].won >= pair[1].won));
        let open = ages_of_open(&deals, day(300)).unwrap();
        prop_assert_eq!(open.map_or(0, |ages| ages.count), all.open);
        prop_assert!(weighted_forecast(&deals).unwrap() >= 0.0);
    }

    /// Each set of deals that may be won, one by one.
    #[test]
    fn the_outlook_is_all_that_may_happen(deals in prop::collection::vec((0i64..6, 0.0f64..=1.0), 0..10), goal in 0i64..30) {
        let given: Vec<(Decimal, f64)> = deals.iter().map(|(a, p)| (Decimal::from(*a), *p)).collect();
        let outlook = Outlook::of(&given).unwrap();
        let (mut mean, mut square, mut reached) = (0.0, 0.0, 0.0);
        for set in 0..1_u32 << deals.len() {
            let won = |n: usize| set >> n & 1 == 1;
            let likely: f64 = deals.iter().enumerate().map(|(n, d)| if won(n) { d.1 } else { 1.0 - d.1 }).product();
            let sum: i64 = deals.iter().enumerate().filter(|(n, _)| won(*n)).map(|(_, d)| d.0).sum();
            mean += likely * sum as f64;
            square += likely * (sum * sum) as f64;
            reached += if sum >= goal { likely } else { 0.0 };
        }
        prop_assert!((outlook.expected() - mean).abs() < 1e-9);
        prop_assert!((outlook.variance() - (square - mean * mean)).abs() < 1e-8);
        prop_assert!((outlook.at_least(goal.into()) - reached).abs() < 1e-9);
        prop_assert!((outlook.sums().iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn what_can_not_be_is_refused_by_its_row() {
    let backwards = [Deal::open("a", None), Deal::lost("a", day(9), day(3))];
    let error = Summary::of(&backwards).unwrap_err().to_string();
    assert!(error.starts_with("row 1 (counted from 0): closed is 2026-01-04"), "{error}");
    let error = Outlook::of(&[(Decimal::ONE, 1.5)]).unwrap_err().to_string();
    assert!(error.starts_with("row 0 (counted from 0): chance is 1.5"), "{error}");
    assert!(funnel(&[Visit { deal: 1, stage: 4, on: day(1) }], 4).is_err());
    let nothing = Summary::of(&[]).unwrap();
    assert_eq!((nothing.win_rate(), nothing.velocity_per_day()), (None, None));
}

/// Forty deals of powers of two have a million million sums.
#[test]
fn too_many_sums_are_refused_and_not_waited_for() {
    let deals: Vec<(Decimal, f64)> = (0..40).map(|n| (Decimal::from(1_u64 << n), 0.5)).collect();
    assert!(matches!(Outlook::of(&deals), Err(KernelError::NoAnswer { .. })));
}
