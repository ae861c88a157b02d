//! Lots of many items by each rule: `cargo bench --bench lot_sizing -- [ITEMS]`, by default 100,000 items of 52 weeks, on one core and on
//! all, with what the plans cost together beside the least there is. Then Wagner and Whitin's at ten times the periods, and one item within a capacity.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::Instant;

use fondaco::inventory::lot_sizing::{
    CapacitatedLots, LotCosts, LotModel, LotSizing, Scratch, Sizer, Stop, plan_each,
};
use fondaco::rust_decimal::Decimal;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const WEEKS: usize = 52;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let items: usize = args.next().map_or(100_000, |text| text.parse().expect("a number of items"));
    let cores = std::thread::available_parallelism().expect("cores");
    let (demands, costs) = (demands(items, WEEKS), costs(items));
    let models: Vec<_> =
        demands.iter().zip(&costs).map(|(demand, costs)| LotModel::new(demand, costs)).collect();
    let rules = [
        LotSizing::WagnerWhitin,
        LotSizing::SilverMeal,
        LotSizing::LeastUnitCost,
        LotSizing::PartPeriod(Stop::Nearest),
        LotSizing::PartPeriod(Stop::NotAbove),
        LotSizing::EconomicPeriods,
        LotSizing::EconomicQuantity(Decimal::ONE),
        LotSizing::LotForLot,
    ];
    let mut least = None;
    for rule in rules {
        for threads in [NonZeroUsize::MIN, cores] {
            let start = Instant::now();
            let plans = plan_each(&models, &rule, threads);
            let took = start.elapsed().as_secs_f64();
            let total: Decimal = plans.iter().flatten().map(|plan| plan.costs.total).sum();
            assert!(plans.iter().all(Result::is_ok));
            let least = *least.get_or_insert(total);
            let over = (total / least - Decimal::ONE) * Decimal::ONE_HUNDRED;
            println!(
                "{rule:?}, {threads} threads: {items} items x {WEEKS} in {took:.3} s; cost {:.2} % above the least",
                over
            );
        }
    }
    whole_numbers(&demands, &costs);
    long(items / 10);
    within_capacity();
}

/// The same as a planning run asks it: quantities are whole numbers, nothing is allocated.
fn whole_numbers(demands: &[Vec<Decimal>], costs: &[LotCosts]) {
    let sizers: Vec<Sizer> =
        costs.iter().map(|costs| Sizer::new(&LotSizing::WagnerWhitin, costs, 6).unwrap()).collect();
    let units = |demand: &Vec<Decimal>| -> Vec<i64> {
        demand.iter().map(|wanted| i64::try_from(*wanted).unwrap() * 1_000_000).collect()
    };
    let needs: Vec<Vec<i64>> = demands.iter().map(units).collect();
    let mut scratch = Scratch::default();
    let start = Instant::now();
    let mut lots = 0;
    for (needs, sizer) in needs.iter().zip(&sizers) {
        lots += sizer.lots(needs, &mut scratch).unwrap().len();
    }
    let took = start.elapsed().as_secs_f64();
    println!(
        "WagnerWhitin on whole numbers, 1 thread: {} items in {took:.3} s, {lots} lots",
        needs.len()
    );
}

fn long(items: usize) {
    let (demands, costs) = (demands(items, 10 * WEEKS), costs(items));
    let models: Vec<_> =
        demands.iter().zip(&costs).map(|(demand, costs)| LotModel::new(demand, costs)).collect();
    let start = Instant::now();
    black_box(plan_each(&models, &LotSizing::WagnerWhitin, NonZeroUsize::MIN));
    let took = start.elapsed().as_secs_f64();
    println!("WagnerWhitin, 1 thread: {items} items x {} in {took:.3} s", 10 * WEEKS);
}

fn within_capacity() {
    // No week wants more than the smallest capacity, so that there is a way.
    let most = Decimal::from(250);
    let demand: Vec<Decimal> =
        demands(1, WEEKS).iter().flatten().map(|wanted| most.min(*wanted)).collect();
    let costs = LotCosts::new(Decimal::from(700), Decimal::ONE);
    let model = LotModel::new(&demand, &costs);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(9);
    let varying: Vec<Decimal> =
        demand.iter().map(|_| Decimal::from(250 + random.next_u64() % 97)).collect();
    for (what, lots) in [
        ("the same capacity", CapacitatedLots::new(model, most)),
        ("a capacity that varies", CapacitatedLots::new(model, varying)),
    ] {
        let start = Instant::now();
        let found = lots.solve().expect("enough capacity");
        let took = start.elapsed().as_secs_f64();
        let gap = 100.0 * found.gap();
        println!(
            "{what}: {WEEKS} weeks in {took:.3} s, optimal: {}, gap {gap:.2} %",
            found.is_optimal
        );
    }
}

/// Demands of up to 500, a quarter of them none.
fn demands(items: usize, periods: usize) -> Vec<Vec<Decimal>> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut wanted = || match random.next_u64() {
        none if none.is_multiple_of(4) => Decimal::ZERO,
        some => Decimal::from(some / 4 % 500),
    };
    (0..items).map(|_| (0..periods).map(|_| wanted()).collect()).collect()
}

fn costs(items: usize) -> Vec<LotCosts> {
    let of = |n: usize| {
        LotCosts::new(Decimal::from(200 + n % 1009), Decimal::new(25 + (n % 97) as i64, 2))
            .bought_at(Decimal::from(3))
    };
    (0..items).map(of).collect()
}
