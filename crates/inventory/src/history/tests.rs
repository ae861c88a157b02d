//! What must hold of parameters and policies from history.

use proptest::prelude::*;

use super::*;
use crate::probability::Demand;

fn day(n: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Duration::days(n)
}

fn window(days: i64, period: u32) -> Window {
    Window::new(day(0), day(days - 1), period).unwrap()
}

fn sale(n: i64, quantity: f64) -> Move {
    Move::new(0, day(n), quantity, Flow::Sale)
}

fn history(days: i64, moves: &[Move], deliveries: &[Delivery]) -> History {
    History::new(1, window(days, 7), moves, deliveries).unwrap()
}

/// A generator that is written down here, so that every run draws the same.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn poisson(&mut self, mean: f64) -> f64 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.next(), 0.0);
        while product > limit {
            (product, count) = (product * self.next(), count + 1.0);
        }
        count
    }

    /// A demand for each day: of this probability, and of this mean above 1.
    fn demands(&mut self, days: i64, likely: f64, mean: f64) -> Vec<f64> {
        let draw = |_| if self.next() < likely { 1.0 + self.poisson(mean) } else { 0.0 };
        (0..days).map(draw).collect()
    }
}

fn sales(demands: &[f64]) -> Vec<Move> {
    (0..).zip(demands).map(|(n, units)| sale(n, *units)).collect()
}

fn monthly(days: i64, lead_time: i64) -> Vec<Delivery> {
    let orders = (0..days / 30).map(|n| n * 30);
    orders.map(|n| Delivery::new(0, day(n), day(n + lead_time), 100.0)).collect()
}

#[test]
fn a_sold_out_week_is_missing_and_no_week_without_demand() {
    // Ten a day; sold out on day 20, filled up again on day 35.
    let moves: Vec<Move> = (0..70)
        .filter(|n| !(20..35).contains(n))
        .map(|n| sale(n, 10.0))
        .chain([Move::new(0, day(35), 1000.0, Flow::Receipt)])
        .collect();
    let unknown = history(70, &moves, &[]);
    let blind = unknown.demand(0).unwrap();
    let known = unknown.opening_stock(&[200.0]).unwrap().demand(0).unwrap();
    assert_eq!((known.days_without_stock, known.missing_periods, known.periods), (15, 3, 7));
    assert!((known.mean - 70.0).abs() < 1e-9 && known.sd < 1e-9);
    assert!(blind.mean < 56.0 && blind.sd > 20.0 && blind.missing_periods == 0);
}

#[test]
fn what_is_owed_was_wanted_and_its_days_are_not_missing() {
    let moves: Vec<Move> = (0..28).map(|n| sale(n, 1.0)).collect();
    let demand = history(28, &moves, &[]).opening_stock(&[3.0]).unwrap().demand(0).unwrap();
    assert_eq!((demand.days_without_stock, demand.mean), (0, 7.0));
}

#[test]
fn demands_are_classed_by_how_often_and_how_much() {
    let of = |demands: &[f64]| history(70, &sales(demands), &[]).demand(0).unwrap().class;
    let week = |amounts: &[f64]| {
        let at = |n: usize| if n.is_multiple_of(7) { amounts[n / 7 % amounts.len()] } else { 0.0 };
        (0..70).map(at).collect::<Vec<f64>>()
    };
    assert_eq!(of(&week(&[5.0, 6.0])), DemandClass::Smooth);
    assert_eq!(of(&week(&[1.0, 20.0, 1.0])), DemandClass::Erratic);
    assert_eq!(of(&week(&[0.0, 5.0])), DemandClass::Intermittent);
    assert_eq!(of(&week(&[0.0, 1.0, 0.0, 30.0])), DemandClass::Lumpy);
    assert_eq!(of(&week(&[0.0])), DemandClass::None);
    // As forecasts have it: two of 10 and 30 vary by 100 / 400.
    let two = history(14, &sales(&[10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 30.0]), &[]);
    let two = two.demand(0).unwrap();
    let alike = crate::forecast::Series::new(&[10.0, 30.0]).unwrap();
    let alike = crate::forecast::classify(&alike).unwrap();
    assert_eq!(two.class, DemandClass::Smooth);
    assert!((two.size_variation - alike.variation.unwrap()).abs() < 1e-12);
}

#[test]
fn returns_are_taken_off_what_was_wanted() {
    let mut moves: Vec<Move> = (0..28).map(|n| sale(n, 2.0)).collect();
    moves.push(Move::new(0, day(10), 14.0, Flow::Return));
    let demand = history(28, &moves, &[]).demand(0).unwrap();
    assert!((demand.mean - (56.0 - 14.0) / 4.0).abs() < 1e-9);
}

#[test]
fn nothing_wanted_is_ordered_on_demand_and_costs_nothing() {
    let history = history(28, &[], &[]);
    let terms = ItemTerms::new(10.0, 0.1, 1.0).delivered_after(7);
    let best = history.recommend(0, &terms).unwrap();
    assert_eq!((best.policy, best.expected.cost_per_day), (Policy::OnDemand, 0.0));
}

#[test]
fn what_is_expected_is_what_a_long_life_brings() {
    for (likely, mean, lead_time, seed) in
        [(1.0, 4.0, 10, 1), (0.4, 2.0, 14, 2), (0.9, 20.0, 7, 3), (0.05, 3.0, 21, 4)]
    {
        let demands = Draws(seed).demands(20_000, likely, mean);
        let history = history(20_000, &sales(&demands), &monthly(20_000, lead_time));
        let terms = ItemTerms::new(20.0, 0.02, 0.4);
        let best = history.recommend(0, &terms).unwrap();
        let lead_times = [u32::try_from(lead_time).unwrap()];
        let fresh = Draws(seed + 100).demands(20_000, likely, mean);
        let start = Start::with(100.0);
        let lived = replay(&best.policy, &terms, &start, &fresh, &lead_times).unwrap();
        let ratio = lived.cost_per_day / best.expected.cost_per_day;
        assert!((0.93..1.07).contains(&ratio), "{ratio} {best:?} {lived:?}");
        let off = lived.fill_rate - best.expected.fill_rate;
        assert!(off.abs() < 0.03, "{off} {best:?} {lived:?}");
    }
}

#[test]
fn no_policy_nearby_lives_much_cheaper_than_the_recommended_one() {
    let demands = Draws(9).demands(8_000, 0.5, 3.0);
    let history = history(8_000, &sales(&demands), &monthly(8_000, 12));
    let terms = ItemTerms::new(20.0, 0.02, 0.4);
    let best = history.recommend(0, &terms).unwrap();
    let (point, more) = best.policy.numbers().unwrap().unwrap();
    let fresh = Draws(10).demands(8_000, 0.5, 3.0);
    let cost = |reorder_point: f64, order_quantity: f64| {
        let policy = Policy::ReorderPoint { reorder_point, order_quantity };
        let start = Start::with(point + more);
        replay(&policy, &terms, &start, &fresh, &[12]).unwrap().cost_per_day
    };
    let own = cost(point, more);
    for (by, times) in [(-8.0, 1.0), (8.0, 1.0), (0.0, 0.6), (0.0, 1.6), (-5.0, 1.3), (5.0, 0.7)] {
        assert!(cost(point + by, (more * times).round()) > own * 0.995, "{by} {times}");
    }
}

#[test]
fn a_share_to_be_served_is_served() {
    let demands = Draws(5).demands(6_000, 0.7, 5.0);
    let history = history(6_000, &sales(&demands), &monthly(6_000, 9));
    for rate in [0.8, 0.9, 0.97] {
        let terms = ItemTerms::new(20.0, 0.02, 1.0).serving(rate);
        let best = history.recommend(0, &terms).unwrap();
        assert!(best.expected.fill_rate >= rate - 1e-9);
        let fresh = Draws(6).demands(6_000, 0.7, 5.0);
        let lived = replay(&best.policy, &terms, &Start::with(100.0), &fresh, &[9]).unwrap();
        assert!((lived.fill_rate - rate).abs() < 0.03, "{} {rate}", lived.fill_rate);
    }
}

#[test]
fn what_is_recommended_saves_on_days_that_it_has_not_seen() {
    let demands = Draws(3).demands(720, 0.8, 4.0);
    let moves = sales(&demands);
    let history = history(720, &moves, &monthly(720, 10));
    let today = Policy::ReorderPoint { reorder_point: 20.0, order_quantity: 400.0 };
    let terms = ItemTerms::new(20.0, 0.02, 0.4).today(today);
    let proof = history.prove(day(360), &[terms]).unwrap();
    let item = proof.items[0].as_ref().unwrap();
    assert!(proof.saved_per_day() > 0.0);
    assert!(proof.recommended_fill_rate > proof.today_fill_rate);
    assert_eq!((item.recommended.days, item.today.unwrap().days), (360, 360));
    // Nothing of the second part was learnt from.
    let first: Vec<Move> = moves.iter().copied().filter(|it| it.date < day(360)).collect();
    let shorter = super::History::new(1, window(360, 7), &first, &monthly(720, 10)).unwrap();
    let alone = shorter.recommend(0, &terms).unwrap();
    assert_eq!(alone.policy, item.recommendation.policy);
}

#[test]
fn what_was_wanted_without_stock_is_in_no_replay_and_its_days_are_told() {
    // Ten a day; sold out on day 100, filled up again on day 115.
    let moves: Vec<Move> = (0..140)
        .filter(|n| !(100..115).contains(n))
        .map(|n| sale(n, 10.0))
        .chain([Move::new(0, day(115), 1000.0, Flow::Receipt)])
        .collect();
    let history = history(140, &moves, &monthly(140, 10)).opening_stock(&[1000.0]).unwrap();
    let today = Policy::ReorderPoint { reorder_point: 200.0, order_quantity: 400.0 };
    let terms = ItemTerms::new(20.0, 0.02, 0.4).today(today);
    let proof = history.prove(day(70), &[terms]).unwrap();
    let item = proof.items[0].as_ref().unwrap();
    assert_eq!((item.days_without_stock, proof.days_without_stock), (15, 15));
    assert!((item.recommended.wanted - 550.0).abs() < 1e-9);
    let report = proof
        .to_report(fondaco_core::report::Kind::Amount(fondaco_core::Currency::EUR), |_| {
            "Candles".into()
        });
    assert!(report.to_string().contains("15"), "{report}");
    // What ran out before the split is not told again.
    let later = history.prove(day(110), &[terms]).unwrap();
    assert_eq!(later.days_without_stock, 5);
}

/// Five days or thirty: what comes after either is not taken for what comes after seventeen and a half.
#[test]
fn lead_times_of_two_kinds_stay_two_kinds() {
    let demands = Draws(5).demands(2_000, 1.0, 9.0);
    let orders = (0..60).map(|n| {
        let lead_time = if n % 2 == 0 { 5 } else { 30 };
        Delivery::new(0, day(30 * n), day(30 * n + lead_time), 300.0)
    });
    let history = history(2_000, &sales(&demands), &orders.collect::<Vec<_>>());
    let terms = ItemTerms::new(20.0, 0.02, 1.0);
    let best = history.recommend(0, &terms).unwrap();
    let during = best.lead_time_demand.unwrap();
    // Between the two there is nothing; in all it varies as much as the sample does.
    assert!(
        (during.cumulative(120.0) - 0.5).abs() < 0.01
            && (during.cumulative(230.0) - 0.5).abs() < 0.01
    );
    let (lead_time, demand) = (best.lead_time, best.demand);
    let variance = demand.variance_per_day(7) * lead_time.mean_days
        + (demand.mean_per_day * lead_time.sd_days).powi(2)
        + demand.undershoot_variance;
    assert!((during.variance() / variance - 1.0).abs() < 1e-9);
    // Many kinds are put together, and vary as much.
    let many = LeadTimeProfile::seen((0..100).collect()).unwrap();
    assert_eq!((many.groups().len(), many.groups().concat().len()), (15, 100));
}

#[test]
fn what_is_on_hand_and_under_way_at_the_split_is_there_for_both() {
    let moves: Vec<Move> =
        (0..56).map(|n| sale(n, 1.0)).chain([Move::new(0, day(30), 60.0, Flow::Receipt)]).collect();
    let deliveries =
        [Delivery::new(0, day(5), day(15), 9.0), Delivery::new(0, day(20), day(30), 60.0)];
    let history = history(56, &moves, &deliveries).opening_stock(&[40.0]).unwrap();
    let start = history.start(0, 28, &Policy::OnDemand).unwrap();
    assert_eq!(start, Start::with(12.0).and_ordered(2, 60.0));
}

#[test]
fn an_item_of_which_too_little_is_known_says_so_and_leaves_the_others_alone() {
    let mut moves = sales(&Draws(3).demands(140, 0.8, 4.0));
    moves.extend((0..140).map(|n| Move::new(1, day(n), 2.0, Flow::Sale)));
    let history = super::History::new(2, window(140, 7), &moves, &monthly(140, 10)).unwrap();
    let terms = [ItemTerms::new(20.0, 0.02, 0.4); 2];
    let proof = history.prove(day(70), &terms).unwrap();
    assert!(proof.items[0].is_ok());
    let said = proof.items[1].as_ref().unwrap_err().to_string();
    assert_eq!(said, "deliveries has 0 values: give at least 1");
}

proptest! {
    #[test]
    fn a_replay_loses_no_unit(
        demands in prop::collection::vec((0u32..20).prop_map(f64::from), 1..120),
        (point, more) in (0.0f64..60.0, 0.5f64..80.0),
        lead_times in prop::collection::vec(0u32..15, 1..4),
        up_to in any::<bool>(), opening in -20.0f64..80.0,
    ) {
        let policy = if up_to {
            Policy::MinMax { reorder_point: point, order_up_to: point + more }
        } else {
            Policy::ReorderPoint { reorder_point: point, order_quantity: more }
        };
        let terms = ItemTerms::new(20.0, 0.02, 0.4);
        let start = Start::with(opening).and_ordered(3, 5.0).and_ordered(500, 7.0);
        let lived = replay(&policy, &terms, &start, &demands, &lead_times).unwrap();
        prop_assert!(lived.position > point - 1e-9 && lived.position >= 0.0 - 1e-9);
        if !up_to {
            let ordered = lived.position + lived.wanted - opening - 12.0;
            prop_assert!((ordered / more - (ordered / more).round()).abs() < 1e-6);
        }
        prop_assert!(lived.served <= lived.wanted + 1e-9);
        prop_assert!((0.0..=1.0 + 1e-12).contains(&lived.fill_rate));
        prop_assert!(lived.orders <= demands.len());
        let again = replay(&policy, &terms, &start, &demands, &lead_times).unwrap();
        prop_assert_eq!(lived, again);
    }

    #[test]
    fn moves_may_come_in_any_order(
        moves in prop::collection::vec((0i64..60, 0u32..9, 0usize..3), 10..80), turn in 0usize..80,
    ) {
        let flow = |n: u32| [Flow::Sale, Flow::Sale, Flow::Return, Flow::Receipt][n as usize % 4];
        let row = |(n, units, item): (i64, u32, usize)| {
            Move::new(item, day(n), f64::from(units), flow(units))
        };
        let rows: Vec<Move> = moves.into_iter().map(row).collect();
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        turned.reverse();
        let of = |rows: &[Move]| {
            let history = super::History::new(3, window(60, 10), rows, &[]).unwrap();
            let history = history.opening_stock(&[5.0, 5.0, 5.0]).unwrap();
            (0..3).map(|item| history.demand(item)).collect::<Vec<_>>()
        };
        prop_assert_eq!(of(&rows), of(&turned));
    }
}

#[test]
fn each_row_that_is_wrong_is_refused_by_its_place() {
    let said = |moves: &[Move], deliveries: &[Delivery]| {
        super::History::new(1, window(28, 7), moves, deliveries).unwrap_err().to_string()
    };
    let good = sale(1, 1.0);
    let bad = said(&[good, Move { item: 1, ..good }], &[]);
    assert!(
        bad.starts_with("row 1 (counted from 0): item is 1, but there are fewer items"),
        "{bad}"
    );
    let bad = said(&[good, sale(1, -1.0)], &[]);
    assert!(bad.starts_with("row 1 (counted from 0): quantity is -1: give zero"), "{bad}");
    assert!(
        said(&[Move { flow: Flow::Adjustment, ..sale(1, f64::NAN) }], &[])
            .contains("quantity is NaN")
    );
    let bad = said(&[], &[Delivery::new(0, day(3), day(2), 1.0)]);
    assert!(bad.starts_with("row 0 (counted from 0): received is -1, but"), "{bad}");
    assert!(said(&[], &[Delivery::new(7, day(1), day(2), 1.0)]).contains("item is 7"));
    assert!(
        said(&[], &[Delivery::new(0, day(1), day(2), f64::INFINITY)]).contains("quantity is inf")
    );
}

#[test]
fn each_window_and_stock_that_is_wrong_is_refused() {
    let said = |from, through, period| {
        Window::new(day(from), day(through), period).unwrap_err().to_string()
    };
    assert!(said(5, 4, 1).starts_with("through is -1, but days from the first day is before it"));
    assert!(said(0, 40_000, 1).contains("at most 36,600 days"));
    assert_eq!(said(0, 9, 0), "period_days is 0: give a number above zero");
    assert!(said(0, 9, 11).starts_with("period_days is 11, but the window is shorter"));
    let history = history(28, &[], &[]);
    let stock = |units: &[f64]| history.clone().opening_stock(units).unwrap_err().to_string();
    assert_eq!(stock(&[]), "stock has 0 values: give at least 1");
    assert!(stock(&[1.0, 2.0]).starts_with("stock is 2, but there are fewer items"));
    assert!(stock(&[f64::NAN]).contains("stock is NaN"));
    assert!(history.demand(1).unwrap_err().to_string().starts_with("item is 1"));
    assert!(history.lead_time(1).unwrap_err().to_string().starts_with("item is 1"));
    let prove = |split| history.prove(day(split), &[ItemTerms::new(1.0, 1.0, 1.0)]);
    assert!(prove(0).unwrap_err().to_string().starts_with("split is 0, but"));
    assert!(prove(28).unwrap_err().to_string().starts_with("split is 28, but"));
    assert_eq!(
        history.prove(day(9), &[]).unwrap_err().to_string(),
        "terms has 0 values: give at least 1"
    );
    let short = super::History::new(1, window(8, 7), &[], &[]).unwrap();
    let said = short.demand(0).unwrap_err().to_string();
    assert_eq!(said, "whole periods with stock on all their days has 1 values: give at least 2");
}

#[test]
fn each_term_and_policy_that_is_wrong_is_refused_by_its_name() {
    let history = history(28, &(0..28).map(|n| sale(n, 2.0)).collect::<Vec<_>>(), &[]);
    let good = ItemTerms::new(10.0, 0.1, 1.0).delivered_after(5);
    assert!(history.recommend(0, &good).is_ok());
    let said = |terms: ItemTerms| history.recommend(0, &terms).unwrap_err().to_string();
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        for (field, terms) in [
            ("fixed_cost", ItemTerms { fixed_cost: bad, ..good }),
            ("holding_cost_per_day", ItemTerms { holding_cost_per_day: bad, ..good }),
            ("stockout cost per day", ItemTerms { shortage: Shortage::Cost(bad), ..good }),
            ("fill_rate", good.serving(bad)),
            (
                "order_quantity",
                good.today(Policy::ReorderPoint { reorder_point: 1.0, order_quantity: bad }),
            ),
        ] {
            assert!(
                said(terms).starts_with(&format!("{field} is {bad}: give a")),
                "{}",
                said(terms)
            );
        }
    }
    assert!(
        said(good.serving(1.0)).starts_with("fill_rate is 1: give a number above 0 and below 1")
    );
    let upside = Policy::MinMax { reorder_point: 5.0, order_up_to: 5.0 };
    assert!(said(good.today(upside)).starts_with("order_up_to is 5, but the reorder point"));
    let live = |policy: Policy, start: &Start, demands: &[f64], lead_times: &[u32]| {
        replay(&policy, &good, start, demands, lead_times).unwrap_err().to_string()
    };
    let policy = Policy::ReorderPoint { reorder_point: 5.0, order_quantity: 5.0 };
    let start = Start::with(5.0);
    assert_eq!(live(policy, &start, &[], &[1]), "demands has 0 values: give at least 1");
    assert_eq!(live(policy, &start, &[1.0], &[]), "lead_times_days has 0 values: give at least 1");
    assert!(
        live(policy, &start, &[1.0, -1.0], &[1])
            .starts_with("row 1 (counted from 0): demands is -1")
    );
    assert!(live(policy, &Start::with(f64::NAN), &[1.0], &[1]).starts_with("on_hand is NaN"));
    assert!(
        live(policy, &start.clone().and_ordered(1, -1.0), &[1.0], &[1]).contains("on_order is -1")
    );
    let tiny = Policy::ReorderPoint { reorder_point: 5.0, order_quantity: 1e-12 };
    assert!(live(tiny, &start, &[1.0], &[1]).contains("give a larger quantity"));
}
