use std::num::NonZeroUsize;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn decs(values: &[i64]) -> Vec<Decimal> {
    values.iter().map(|value| Decimal::from(*value)).collect()
}

fn all_rules() -> Vec<LotSizing> {
    vec![
        LotSizing::LotForLot,
        LotSizing::FixedQuantity(Decimal::from(7)),
        LotSizing::Periods(3),
        LotSizing::EconomicQuantity(Decimal::ONE),
        LotSizing::EconomicPeriods,
        LotSizing::LeastUnitCost,
        LotSizing::PartPeriod(Stop::Nearest),
        LotSizing::PartPeriod(Stop::NotAbove),
        LotSizing::SilverMeal,
        LotSizing::WagnerWhitin,
    ]
}

/// Costs by period and demands with many zeros and many ties.
#[derive(Debug, Clone)]
struct Item {
    demand: Vec<i64>,
    setup: Vec<i64>,
    holding: Vec<i64>,
    unit: Vec<i64>,
}

impl Item {
    fn costs(&self) -> LotCosts {
        LotCosts::new(decs(&self.setup), decs(&self.holding)).bought_at(decs(&self.unit))
    }
}

fn item(most_periods: usize) -> impl Strategy<Value = Item> {
    let period = (prop_oneof![Just(0_i64), 0_i64..15], 0_i64..40, 0_i64..4, 0_i64..5);
    prop::collection::vec(period, 1..=most_periods).prop_map(|periods| {
        let column = |of: fn(&(i64, i64, i64, i64)) -> i64| periods.iter().map(of).collect();
        Item {
            demand: column(|row| row.0),
            setup: column(|row| row.1),
            holding: column(|row| row.2),
            unit: column(|row| row.3),
        }
    })
}

/// What lots cost, period by period, in plain decimals; and that none is owed.
fn cost(item: &Item, quantities: &[Decimal]) -> Decimal {
    let (mut stock, mut cost) = (Decimal::ZERO, Decimal::ZERO);
    for (period, quantity) in quantities.iter().enumerate() {
        stock += quantity - Decimal::from(item.demand[period]);
        assert!(stock >= Decimal::ZERO, "owed in period {period}");
        let setup = if quantity.is_zero() { 0 } else { item.setup[period] };
        cost += Decimal::from(setup)
            + quantity * Decimal::from(item.unit[period])
            + stock * Decimal::from(item.holding[period]);
    }
    cost
}

/// The cheapest plan by trying all sets of periods with a lot: each need comes with the lot that is cheapest for it.
fn cheapest_of_all(item: &Item) -> i64 {
    let periods = item.demand.len();
    let kept = |from: usize, to: usize| item.holding[from..to].iter().sum::<i64>();
    let of_set = |set: u32| {
        let mut cost = 0;
        let mut used = 0_u32;
        for (period, need) in item.demand.iter().enumerate().filter(|(_, need)| **need > 0) {
            let lots = (0..=period).filter(|lot| set >> lot & 1 == 1);
            let (unit, lot) = lots.map(|lot| (item.unit[lot] + kept(lot, period), lot)).min()?;
            cost += need * unit;
            used |= 1 << lot;
        }
        Some(
            cost + (0..periods)
                .filter(|lot| used >> lot & 1 == 1)
                .map(|lot| item.setup[lot])
                .sum::<i64>(),
        )
    };
    (0..1 << periods).filter_map(of_set).min().unwrap_or(0)
}

/// The same in quadratic time with the rule of ties: the last lot as late as possible.
fn in_quadratic_time(item: &Item) -> Vec<i64> {
    let periods = item.demand.len();
    let mut best: Vec<(i64, usize)> = vec![(0, 0)];
    for period in 0..periods {
        if item.demand[period] == 0 {
            best.push((best[period].0, usize::MAX));
            continue;
        }
        let of_lot = |lot: usize| {
            let served = (lot..=period).map(|at| {
                item.demand[at] * (item.unit[lot] + item.holding[lot..at].iter().sum::<i64>())
            });
            (best[lot].0 + item.setup[lot] + served.sum::<i64>(), lot)
        };
        let least = (0..=period).map(of_lot).min_by_key(|(cost, lot)| (*cost, periods - lot));
        best.push(least.unwrap());
    }
    let (mut quantities, mut end) = (vec![0; periods], periods);
    while end > 0 {
        let lot = best[end].1;
        if lot == usize::MAX {
            end -= 1;
        } else {
            quantities[lot] = item.demand[lot..end].iter().sum();
            end = lot;
        }
    }
    quantities
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn wagner_and_whitin_find_the_cheapest_of_all_plans(item in item(8)) {
        let (demand, costs) = (decs(&item.demand), item.costs());
        let plan = LotModel::new(&demand, &costs).plan(&LotSizing::WagnerWhitin).unwrap();
        prop_assert_eq!(plan.costs.total, Decimal::from(cheapest_of_all(&item)));
    }

    #[test]
    fn ties_go_to_the_latest_lots(item in item(40)) {
        let (demand, costs) = (decs(&item.demand), item.costs());
        let plan = LotModel::new(&demand, &costs).plan(&LotSizing::WagnerWhitin).unwrap();
        prop_assert_eq!(plan.quantities(), decs(&in_quadratic_time(&item)));
    }

    #[test]
    fn every_rule_covers_all_and_says_what_it_costs(item in item(20), free in any::<bool>()) {
        let mut item = item;
        // An economic quantity needs a holding cost.
        item.holding[0] += 1;
        if free {
            item.unit.fill(0);
        }
        let (demand, costs) = (decs(&item.demand), item.costs());
        let model = LotModel::new(&demand, &costs);
        let least = model.plan(&LotSizing::WagnerWhitin).unwrap().costs.total;
        for rule in all_rules() {
            let plan = model.plan(&rule).unwrap();
            prop_assert_eq!(plan.costs.total, cost(&item, &plan.quantities()));
            let parts = plan.costs.setup + plan.costs.holding + plan.costs.purchase;
            prop_assert_eq!(plan.costs.total, parts);
            prop_assert!(plan.costs.total >= least, "{rule:?}");
            prop_assert!(plan.lots.is_sorted_by(|a, b| a.last < b.period));
            prop_assert!(plan.lots.iter().all(|lot| lot.period <= lot.last && !lot.quantity.is_zero()));
            prop_assert!(plan.explain(&model).is_ok());
        }
    }

    /// Grams or kilograms, cents or thousandths of them: the same lots.
    #[test]
    fn units_change_nothing(item in item(12)) {
        let mut item = item;
        item.holding[0] += 1;
        let (demand, costs) = (decs(&item.demand), item.costs());
        let thousandths = |values: &[i64]| -> Vec<Decimal> {
            values.iter().map(|value| Decimal::new(*value, 3)).collect()
        };
        let small_demand = thousandths(&item.demand);
        let small = LotCosts::new(thousandths(&item.setup), decs(&item.holding)).bought_at(decs(&item.unit));
        for rule in all_rules() {
            let small_rule = match rule {
                LotSizing::FixedQuantity(_) => LotSizing::FixedQuantity(Decimal::new(7, 3)),
                LotSizing::EconomicQuantity(_) => LotSizing::EconomicQuantity(Decimal::new(1, 3)),
                rule => rule,
            };
            let plan = LotModel::new(&demand, &costs).plan(&rule).unwrap();
            let small = LotModel::new(&small_demand, &small).plan(&small_rule).unwrap();
            let scaled: Vec<Decimal> =
                small.quantities().iter().map(|quantity| quantity * Decimal::from(1000)).collect();
            prop_assert_eq!(plan.quantities(), scaled);
            prop_assert_eq!(plan.costs.total, small.costs.total * Decimal::from(1000));
        }
    }

    #[test]
    fn an_economic_quantity_is_the_nearest_multiple(
        demand in 1_i64..5000, setup in 1_i64..5000, holding in 1_i64..200, step in 1_i64..50
    ) {
        let (demand, costs) = (decs(&[demand, 0]), LotCosts::new(Decimal::from(setup), Decimal::new(holding, 2)));
        let sizer = Sizer::new(&LotSizing::EconomicQuantity(Decimal::from(step)), &costs, 0).unwrap();
        let wanted = i64::try_from(demand[0]).unwrap();
        let quantity = sizer.economic_quantity(2, wanted).unwrap() as f64;
        let exact = (2.0 * setup as f64 * (wanted as f64 / 2.0) / (holding as f64 / 100.0)).sqrt();
        let near = (quantity - exact).abs() <= step as f64 / 2.0 + 1e-6;
        prop_assert!(near || (quantity <= step as f64 && exact < quantity), "{quantity} for {exact}");
    }
}

#[test]
fn the_same_on_any_number_of_threads() {
    let costs = LotCosts::new(Decimal::from(90), Decimal::ONE);
    let demands: Vec<Vec<Decimal>> =
        (0..41_i64).map(|n| decs(&[n % 7 * 11, n % 5, n, 30 - n % 31])).collect();
    let models: Vec<_> = demands.iter().map(|demand| LotModel::new(demand, &costs)).collect();
    let on =
        |threads| plan_each(&models, &LotSizing::WagnerWhitin, NonZeroUsize::new(threads).unwrap());
    assert_eq!(on(1), on(3));
    assert!(on(3).iter().all(Result::is_ok));
}

#[test]
fn what_cannot_be_planned_is_refused_by_name() {
    let costs = LotCosts::new(Decimal::from(10), Decimal::ONE);
    let refused = |demand: &[i64], costs: &LotCosts, rule: LotSizing| {
        LotModel::new(&decs(demand), costs).plan(&rule).unwrap_err().to_string()
    };
    assert_eq!(refused(&[], &costs, LotSizing::SilverMeal), "demand has 0 values: give at least 1");
    assert_eq!(
        refused(&[1, -2], &costs, LotSizing::LotForLot),
        "row 1 (counted from 0): demand is -2: give zero or a number above it"
    );
    let short = LotCosts::new(decs(&[1]), Decimal::ONE);
    assert_eq!(
        refused(&[1, 2], &short, LotSizing::WagnerWhitin),
        "setup_cost is 1, but the demand has another number of periods: give one for each period, or one for all"
    );
    let below = LotCosts::new(Decimal::ONE, decs(&[1, -1]));
    assert_eq!(
        refused(&[1, 2], &below, LotSizing::WagnerWhitin),
        "row 1 (counted from 0): holding_cost is -1: give zero or a number above it"
    );
    let free = LotCosts::new(Decimal::ONE, Decimal::ZERO);
    for rule in [LotSizing::EconomicPeriods, LotSizing::EconomicQuantity(Decimal::ONE)] {
        assert_eq!(refused(&[1, 2], &free, rule), "holding_cost is 0: give a number above zero");
    }
    assert_eq!(
        refused(&[1], &costs, LotSizing::Periods(0)),
        "periods is 0: give a number above zero"
    );
    assert_eq!(
        refused(&[1], &costs, LotSizing::EconomicQuantity(Decimal::NEGATIVE_ONE)),
        "multiple is -1: give a number above zero"
    );
}

#[test]
fn figures_without_room_are_refused_rather_than_wrong() {
    let dear = LotCosts::new(Decimal::MAX, Decimal::MAX);
    let plan = LotModel::new(&decs(&[5, 5]), &dear).plan(&LotSizing::WagnerWhitin);
    assert_eq!(plan.unwrap_err().code(), "inventory.exact");
    let costs = LotCosts::new(Decimal::ONE, Decimal::ONE);
    let most = decs(&[i64::MAX, 1]);
    let plan = LotModel::new(&most, &costs).plan(&LotSizing::LotForLot);
    assert_eq!(
        plan.unwrap_err().to_string(),
        "demand: the result is too large for a decimal of 28 digits"
    );
    let fixed = LotSizing::FixedQuantity(Decimal::from(i64::MAX));
    let plan = LotModel::new(&decs(&[1, 0]), &costs).plan(&fixed);
    assert_eq!(
        plan.unwrap_err().to_string(),
        "the quantity of a lot: the result is too large for a decimal of 28 digits"
    );
    let fixed = LotSizing::FixedQuantity(Decimal::from(i64::MAX / 2));
    let plan = LotModel::new(&decs(&[7, i64::MAX / 2 - 8]), &LotCosts::default()).plan(&fixed);
    assert_eq!(plan.unwrap().quantities(), decs(&[i64::MAX / 2, 0]));
}

#[test]
fn no_demand_is_no_lot() {
    let (demand, costs) = (decs(&[0, 0]), LotCosts::new(Decimal::ONE, Decimal::ONE));
    for rule in all_rules() {
        let plan = LotModel::new(&demand, &costs).plan(&rule).unwrap();
        assert_eq!((plan.lots.len(), plan.costs.total), (0, Decimal::ZERO), "{rule:?}");
    }
}

#[test]
fn explained_by_what_another_choice_would_have_cost() {
    let demand = decs(&[69, 29, 36, 61]);
    let costs = LotCosts::new(decs(&[85, 102, 102, 101]), Decimal::ONE).bought_at(Decimal::TWO);
    let model = LotModel::new(&demand, &costs);
    let said = |rule: LotSizing| model.plan(&rule).unwrap().explain(&model).unwrap().to_string();
    assert_eq!(
        said(LotSizing::WagnerWhitin),
        "\
Cost of the lots: 667
│ Wagner-Whitin: the least cost over all periods
├─ Lot of period 1: 98
│  │ reaches through period 2
│  ├─ Setup: 85
│  └─ Holding: 29
├─ Lot of period 3: 97
│  │ reaches through period 4
│  ├─ Setup: 102
│  ├─ Holding: 61
│  └─ More if it came with the lot of period 1: 92
├─ Setup: 187
├─ Holding: 90
└─ Purchase: 390
"
    );
    assert!(said(LotSizing::PartPeriod(Stop::NotAbove)).contains(
        "├─ Setup: 85\n│  ├─ Holding: 29\n│  └─ Holding if it reached through period 3: 101\n"
    ));
    assert!(said(LotSizing::LeastUnitCost).contains("Cost per unit: 1.1633"));
    assert!(said(LotSizing::EconomicPeriods).contains("│ periods: 2\n"));
    assert!(said(LotSizing::EconomicQuantity(Decimal::ONE)).contains("│ quantity: 98\n"));
    let other = [Decimal::ONE];
    let plan = model.plan(&LotSizing::LotForLot).unwrap();
    let refused = plan.explain(&LotModel::new(&other, &costs)).unwrap_err().to_string();
    assert!(refused.starts_with("demand is 1, but the plan is of another number"));
}
