//! Scores against laws and each other.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn customers() -> impl Strategy<Value = Vec<Customer<usize>>> {
    let figures = prop::collection::vec((0i64..400, 1u32..9, -500i64..9_000), 1..60);
    figures.prop_map(|all| {
        let customer = |(customer, (recency_days, frequency, cents))| Customer {
            customer,
            recency_days,
            frequency,
            money: Decimal::new(cents, 2),
        };
        all.into_iter().enumerate().map(customer).collect()
    })
}

proptest! {
    #[test]
    fn better_figures_never_have_lower_scores(customers in customers(), parts in 2u8..7) {
        let fixed = Scale::Fixed {
            recency_days: vec![30, 90, 180],
            frequency: vec![1, 3],
            money: vec![Decimal::new(10, 0)],
        };
        for scale in [Scale::quantiles(parts).unwrap(), fixed] {
            let scores = scale.scores(&customers).unwrap();
            for (a, of_a) in customers.iter().zip(&scores) {
                for (b, of_b) in customers.iter().zip(&scores) {
                    prop_assert!(a.recency_days > b.recency_days || of_a.recency >= of_b.recency);
                    prop_assert!(a.frequency < b.frequency || of_a.frequency >= of_b.frequency);
                    prop_assert!(a.money < b.money || of_a.money >= of_b.money);
                }
            }
        }
        let tiles = Scale::tiles(parts).unwrap().scores(&customers).unwrap();
        for part in 1..=parts {
            let count = tiles.iter().filter(|scores| scores.money == part).count();
            prop_assert!(count.abs_diff(customers.len() / usize::from(parts)) <= 1);
        }
    }

    #[test]
    fn figures_are_those_of_a_recount(
        purchases in prop::collection::vec((0u8..4, 0u64..60, -50i64..500), 0..60), until in 0u64..60,
    ) {
        let day = |n: u64| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n);
        let all = purchases.iter().map(|(customer, on, amount)| {
            Purchase { customer: *customer, day: day(*on), amount: Decimal::from(*amount) }
        });
        let found = summarise(all, day(until)).unwrap();
        for customer in 0..4 {
            let own = purchases.iter().filter(|it| it.0 == customer && it.1 <= until);
            let days = |of: fn(&i64) -> bool| -> std::collections::BTreeSet<u64> {
                own.clone().filter(|it| of(&it.2)).map(|it| it.1).collect()
            };
            let (days, returned) = (days(|amount| *amount >= 0), days(|amount| *amount < 0));
            let figures = found.iter().find(|it| it.customer == customer);
            prop_assert_eq!(figures.is_some(), own.clone().next().is_some());
            if let Some(figures) = figures {
                prop_assert_eq!(figures.frequency as usize, days.len());
                prop_assert_eq!(figures.money, own.map(|it| Decimal::from(it.2)).sum::<Decimal>());
                prop_assert_eq!(figures.recency_days, (until - days.last().or(returned.first()).unwrap()).cast_signed());
            }
        }
    }
}

#[test]
fn every_score_has_one_name() {
    let cells = standard_cells();
    for (recency, frequency) in (1..=5).flat_map(|r| (1..=5).map(move |f| (r, f))) {
        let scores = Scores { recency, frequency, money: 3 };
        assert_eq!(cells.iter().filter(|cell| cell.has(scores)).count(), 1, "{scores:?}");
    }
}

#[test]
fn scales_that_can_not_be_are_refused() {
    assert!(Scale::quantiles(1).is_err() && Scale::tiles(0).is_err());
    let falling = Scale::Fixed { recency_days: vec![9, 3], frequency: vec![], money: vec![] };
    let error = falling.scores::<u8>(&[]).unwrap_err();
    assert!(error.to_string().starts_with("cuts of recency_days is not rising"));
    assert_eq!(Scale::quantiles(5).unwrap().scores::<u8>(&[]).unwrap(), []);
}
