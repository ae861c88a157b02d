//! Periodic policies against searches that try everything, and against what they must agree with.

use proptest::prelude::*;

use super::*;
use crate::KernelError;
use crate::policies::continuous_review::ContinuousReview;
use crate::policies::table;
use crate::probability::{Demand, Discrete, Distribution, NegativeBinomial, Normal, Poisson};

/// The average cost of an (s, S) policy by its Markov chain: positions after ordering, iterated until they settle.
fn by_chain(model: &MinMaxReview, low: i64, high: i64) -> f64 {
    let count = (high - low) as usize; // positions low + 1 ..= high
    let demand = &model.demand;
    let protected = demand.over(f64::from(model.lead_time) + 1.0).unwrap();
    let mut shares = vec![1.0 / count as f64; count];
    let probabilities = demand.probabilities(count);
    let mut orders = 0.0;
    for _ in 0..4_000 {
        let mut next = vec![0.0; count];
        orders = 0.0;
        for (place, share) in shares.iter().enumerate() {
            let mut left = 1.0;
            for (units, probability) in probabilities.iter().enumerate().take(place + 1) {
                next[place - units] += share * probability;
                left -= probability;
            }
            next[count - 1] += share * left;
            orders += share * left;
        }
        shares = next;
    }
    let position = |y: f64| {
        model.holding_cost * protected.complementary_loss(y)
            + model.stockout_cost * protected.loss(y)
    };
    let paid: f64 = shares.iter().zip(low + 1..).map(|(share, y)| share * position(y as f64)).sum();
    paid + orders * model.fixed_cost
}

#[test]
fn the_best_policy_is_the_best_of_all_that_were_tried() {
    let lumpy = NegativeBinomial::from_moments(2.0, 9.0).unwrap();
    let dozens = Discrete::new(&[(0, 0.6), (3, 0.3), (6, 0.1)]).unwrap();
    let demands: [Distribution; 4] = [
        Poisson::new(4.0).unwrap().into(),
        Poisson::new(0.3).unwrap().into(),
        lumpy.into(),
        dozens.into(),
    ];
    for demand in demands {
        for (fixed, holding, stockout, lead_time) in
            [(20.0, 1.0, 9.0, 0), (3.0, 2.0, 5.0, 2), (0.01, 1.0, 50.0, 1)]
        {
            let model = MinMaxReview::new(fixed, holding, stockout, demand.clone())
                .delivered_after(lead_time);
            let plan = model.solve().unwrap();
            let (found, mut least) = (plan.costs.total(), f64::INFINITY);
            for low in -3..16 {
                for high in low + 1..26 {
                    let cost = model.plan_at(low.into(), high.into()).unwrap().costs.total();
                    least = least.min(cost);
                }
            }
            assert!(found <= least * (1.0 + 1e-12), "{found} of {plan:?}, but {least} was found");
        }
    }
}

#[test]
fn a_policy_costs_what_its_markov_chain_does() {
    let demand = NegativeBinomial::from_moments(2.0, 5.0).unwrap();
    for (low, high, lead_time) in [(3, 14, 0), (-4, 2, 0), (9, 10, 2), (6, 25, 1)] {
        let model = MinMaxReview::new(20.0, 1.0, 9.0, demand).delivered_after(lead_time);
        let plan = model.plan_at(low as f64, high as f64).unwrap();
        let chain = by_chain(&model, low, high);
        assert!((plan.costs.total() - chain).abs() < 1e-9 * chain, "{plan:?} and {chain}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_neighbour_of_the_best_policy_costs_less(
        mean in 0.05..60.0_f64, lumps in 1.0..6.0_f64, fixed in 0.1..500.0_f64, holding in 0.1..5.0_f64, stockout in 0.1..100.0_f64, lead_time in 0_u32..4,
    ) {
        let demand = Distribution::counting(mean, mean * lumps).unwrap();
        let model = MinMaxReview::new(fixed, holding, stockout, demand).delivered_after(lead_time);
        let plan = model.solve().unwrap();
        let (low, high, least) = (plan.reorder_point, plan.order_up_to, plan.costs.total());
        for (down, up) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (2.0, 2.0), (-2.0, -2.0), (-3.0, 5.0), (4.0, 9.0)] {
            if high + up > low + down {
                let cost = model.plan_at(low + down, high + up).unwrap().costs.total();
                prop_assert!(cost >= least * (1.0 - 1e-12), "{cost} at {} {}, {plan:?}", low + down, high + up);
            }
        }
        prop_assert!((0.0..=1.0).contains(&plan.fill_rate) && (0.0..=1.0).contains(&plan.period_service));
        let curve = model.reorder_points(&plan);
        prop_assert!((crate::policies::CostCurve::cost_at(&curve, low).unwrap() - least).abs() < 1e-12 * least);
    }

    /// An (r, Q) policy fills up by what it always orders; of all policies of a position reviewed for each unit, (s, S) is best.
    #[test]
    fn the_best_min_max_policy_costs_no_more_than_any_reorder_policy(mean in 0.02..0.2_f64, fixed in 1.0..200.0_f64, stockout in 2.0..60.0_f64) {
        let lead_time = 9;
        // A period so short that hardly ever two units come in it: as good as continuous review.
        let demand = Discrete::new(&[(0, 1.0 - mean), (1, mean)]).unwrap();
        let periodic = MinMaxReview::new(fixed, 1.0, stockout, demand.clone()).delivered_after(lead_time).solve().unwrap();
        let over = demand.over(lead_time + 1).unwrap();
        let continuous = ContinuousReview::new(fixed, 1.0, stockout, mean, over).solve().unwrap();
        let (least, other) = (periodic.costs.total(), continuous.costs.total());
        prop_assert!(least <= other * (1.0 + 1e-9), "{least} and {other}");
    }

    #[test]
    fn the_best_level_of_a_review_period_has_no_better_neighbour(
        mean in 0.5..500.0_f64, spread in 0.1..0.6_f64, lead_time in 0.0..8.0_f64, period in 0.1..10.0_f64, stockout in 0.5..100.0_f64,
    ) {
        let demands: [Distribution; 2] =
            [Normal::new(mean, mean * spread).unwrap().into(), Poisson::new(mean).unwrap().into()];
        for demand in demands {
            let counts = demand.counts();
            let model = OrderUpTo::new(10.0, 1.0, stockout, demand, lead_time);
            let plan = model.solve(period).unwrap();
            let step = if counts { 1.0 } else { 0.01 * plan.order_up_to };
            for level in [plan.order_up_to - step, plan.order_up_to + step] {
                let cost = model.plan_at(period, level).unwrap().costs.total();
                prop_assert!(cost >= plan.costs.total() * (1.0 - 1e-10), "{cost} at {level}, {plan:?}");
            }
            let stock = plan.expected_on_hand - plan.expected_backorders;
            let balance = plan.order_up_to - mean * (lead_time + 0.5 * period);
            prop_assert!((stock - balance).abs() < 1e-6 * plan.order_up_to.abs().max(1.0), "{stock} {balance}");
        }
    }
}

#[test]
fn the_shorter_the_review_period_the_more_it_is_a_newsvendor() {
    let demand = Normal::new(50.0, 8.0).unwrap();
    let model = OrderUpTo::new(0.0, 0.18, 0.7, demand, 4.0);
    let plan = model.solve(1e-6).unwrap();
    assert!((plan.order_up_to - (50.0 * 4.0 + 0.824_5 * 16.0)).abs() < 0.02, "{plan:?}");
}

#[test]
fn what_is_no_policy_is_refused() {
    let right = MinMaxReview::new(64.0, 1.0, 9.0, Poisson::new(20.0).unwrap());
    let said = |refused: Result<MinMaxPlan, KernelError>| refused.unwrap_err().to_string();
    for (model, field) in [
        (MinMaxReview { fixed_cost: 0.0, ..right.clone() }, "fixed_cost"),
        (MinMaxReview { holding_cost: 0.0, ..right.clone() }, "holding_cost"),
        (MinMaxReview { stockout_cost: 0.0, ..right.clone() }, "stockout_cost"),
    ] {
        let expected = format!("{field} is 0: give a number above zero");
        assert_eq!(said(model.solve()), expected);
        assert_eq!(said(model.plan_at(1.0, 2.0)), expected);
        assert_eq!(model.power_approximation().unwrap_err().to_string(), expected);
    }
    assert!(
        said(right.plan_at(5.0, 5.0))
            .starts_with("order_up_to is 5, but the reorder point is not below it")
    );
    assert!(
        said(right.plan_at(0.5, 5.0))
            .starts_with("reorder_point is 0.5, but demand is of whole units")
    );
    assert!(said(right.plan_at(0.0, 1e6)).contains("32,768"));
    let rich = MinMaxReview { fixed_cost: 1e12, ..right.clone() };
    assert!(said(rich.solve()).contains("count in larger units"));
    let smooth = MinMaxReview::new(64.0, 1.0, 9.0, Normal::new(20.0, 4.0).unwrap());
    assert!(said(smooth.solve()).contains("the power approximation"));
    let never = MinMaxReview::new(64.0, 1.0, 9.0, Discrete::new(&[(0, 1.0)]).unwrap());
    assert_eq!(said(never.solve()), "mean demand is 0: give a number above zero");
    let rows = [right.clone(), rich];
    assert!(
        table(&rows, MinMaxReview::solve)
            .unwrap_err()
            .to_string()
            .starts_with("row 1 (counted from 0)")
    );

    let right = OrderUpTo::new(20.0, 0.5, 9.5, Normal::new(100.0, 30.0).unwrap(), 2.0);
    let said = |refused: Result<OrderUpToPlan, KernelError>| refused.unwrap_err().to_string();
    assert_eq!(said(right.solve(0.0)), "review_period is 0: give a number above zero");
    assert_eq!(said(right.best_of(&[])), "review_periods has 0 values: give at least 1");
    assert_eq!(said(right.plan_at(1.0, f64::INFINITY)), "order_up_to is inf: give a finite number");
    let back = OrderUpTo { lead_time: -1.0, ..right.clone() };
    assert_eq!(said(back.solve(1.0)), "lead_time is -1: give zero or a number above it");
    let table = OrderUpTo::new(20.0, 0.5, 9.5, Discrete::new(&[(0, 0.5), (1, 0.5)]).unwrap(), 2.0);
    assert!(
        said(table.solve(1.0))
            .contains("a table of whole units can only be added up over whole periods")
    );
}

/// Twenty items by the golden ratio and its like, each solved by `stockpyl` 1.0.2 (`ss.s_s_discrete_exact`, a second and a half an item).
#[test]
fn the_best_policies_of_twenty_items_cost_what_stockpyl_finds() {
    let items = (0..20).map(|number| {
        let part = |step: f64| (f64::from(number + 1) * step).fract();
        let mean = 0.5 * 200.0_f64.powf(part(0.618_033_988_749_895));
        let holding = 0.1 * 20.0_f64.powf(part(0.754_877_666_246_693));
        let fixed = 5.0 * 100.0_f64.powf(part(0.671_043_606_703_789));
        let stockout = holding * (5.0 + 45.0 * part(0.549_700_477_901_971));
        MinMaxReview::new(fixed, holding, stockout, Poisson::new(mean).unwrap())
    });
    let items: Vec<_> = items.collect();
    let plans = table(&items, MinMaxReview::solve).unwrap();
    let sum: f64 = plans.iter().map(|plan| plan.costs.total()).sum();
    assert!((sum - 353.514_439_116).abs() < 1e-8, "{sum}");
}
