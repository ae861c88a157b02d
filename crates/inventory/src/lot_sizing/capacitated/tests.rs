use proptest::prelude::*;

use super::super::LotCosts;
use super::*;

fn decs(values: &[i64]) -> Vec<Decimal> {
    values.iter().map(|value| Decimal::from(*value)).collect()
}

/// Demand, capacity, setup, holding and unit cost of a period.
type Period = (i64, i64, i64, i64, i64);

fn column(periods: &[Period], of: fn(&Period) -> i64) -> Vec<Decimal> {
    periods.iter().map(|period| Decimal::from(of(period))).collect()
}

/// The least cost by trying every whole quantity in every period; none where the capacity does not suffice.
fn cheapest_of_all(periods: &[Period]) -> Option<i64> {
    let wanted: i64 = periods.iter().map(|period| period.0).sum();
    let mut least = vec![Some(0)];
    for (demand, capacity, setup, holding, unit) in periods {
        let to = |stock: i64| {
            let from = |(before, cost): (usize, &Option<i64>)| {
                let lot = stock + demand - before as i64;
                let setup = if lot > 0 { *setup } else { 0 };
                let fits = (0..=*capacity).contains(&lot);
                cost.filter(|_| fits).map(|cost| cost + setup + unit * lot + holding * stock)
            };
            least.iter().enumerate().filter_map(from).min()
        };
        least = (0..=wanted).map(to).collect();
    }
    least[0]
}

fn solved(periods: &[Period], most_levels: usize) -> Result<CapacitatedPlan, KernelError> {
    let demand = column(periods, |period| period.0);
    let costs =
        LotCosts::new(column(periods, |period| period.2), column(periods, |period| period.3))
            .bought_at(column(periods, |period| period.4));
    let lots =
        CapacitatedLots::new(LotModel::new(&demand, &costs), column(periods, |period| period.1));
    let plan = lots.solve_within(most_levels)?;
    assert!(plan.explain(&lots.model).is_ok());
    let mut stock = Decimal::ZERO;
    for (period, quantity) in plan.plan.quantities().iter().enumerate() {
        stock += quantity - demand[period];
        assert!(stock >= Decimal::ZERO && *quantity <= Decimal::from(periods[period].1));
    }
    Ok(plan)
}

fn periods(most: usize) -> impl Strategy<Value = Vec<Period>> {
    let demand = prop_oneof![Just(0_i64), 0_i64..9];
    prop::collection::vec((demand, 0_i64..14, 0_i64..30, 0_i64..4, 0_i64..5), 1..=most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_plan_of_whole_quantities_costs_less(periods in periods(7)) {
        match cheapest_of_all(&periods) {
            Some(least) => {
                let plan = solved(&periods, MOST_LEVELS).unwrap();
                prop_assert!(plan.is_optimal);
                prop_assert_eq!(plan.plan.costs.total, Decimal::from(least));
            }
            None => prop_assert!(solved(&periods, MOST_LEVELS).is_err()),
        }
    }

    /// With hardly any levels allowed the plan still keeps the capacity, and its bound is one.
    #[test]
    fn a_bound_is_never_above_the_optimum(periods in periods(7), scale in 1_i64..1000) {
        let periods: Vec<Period> = periods.into_iter()
            .map(|(demand, capacity, setup, holding, unit)| {
                // Not all multiples of one step.
                (demand * scale + demand % 3, capacity * scale + capacity % 5, setup * scale, holding, unit)
            })
            .collect();
        if let Ok(best) = solved(&periods, MOST_LEVELS) {
            let good = solved(&periods, 4).unwrap();
            prop_assert!(good.lower_bound <= best.plan.costs.total, "{good:?} {best:?}");
            prop_assert!(good.plan.costs.total >= best.plan.costs.total);
            prop_assert!((0.0..=1.0).contains(&good.gap()));
        }
    }
}

#[test]
fn large_plans_are_good_and_say_how_good() {
    // Capacities without a common measure: too many sums to try all.
    let periods: Vec<Period> = (0..60_i64)
        .map(|n| (40_000 + n * 7919 % 30_011, 70_000 + n * 104_729 % 20_011, 50_000, 1, 3))
        .collect();
    let plan = solved(&periods, 40_000).unwrap();
    assert!(!plan.is_optimal);
    assert!(plan.gap() < 0.05, "{}", plan.gap());
}

#[test]
fn the_same_capacity_everywhere_is_solved_exactly_over_a_year_of_weeks() {
    let periods: Vec<Period> =
        (0..52_i64).map(|n| (n * 7919 % 101 * 997, 90_001, 200_000, 2, 0)).collect();
    assert!(solved(&periods, MOST_LEVELS).unwrap().is_optimal);
}

#[test]
fn too_little_capacity_is_named_where_it_lacks() {
    let refused = |demand: &[i64], capacity: &[i64]| {
        let (demand, costs) = (decs(demand), LotCosts::default());
        let lots = CapacitatedLots::new(LotModel::new(&demand, &costs), decs(capacity));
        lots.solve().unwrap_err().to_string()
    };
    assert_eq!(
        refused(&[1, 9, 1], &[2, 3, 30]),
        "row 1 (counted from 0): capacity is 5, but that much is missing of what is wanted up to this period: \
         give more capacity up to it, or move demand to later periods"
    );
    assert!(refused(&[1, 1], &[1]).starts_with("capacity is 1, but the demand has another number"));
    assert!(refused(&[1], &[-1]).starts_with("row 0 (counted from 0): capacity is -1"));
    assert_eq!(refused(&[], &[]), "demand has 0 values: give at least 1");
}
