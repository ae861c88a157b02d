//! Networks against all service times that there are.

use proptest::prelude::*;

use super::*;
use crate::policies::safety_stock::SafetyStock;

/// The least cost of all service times up to a bound.
fn tried(network: &Network, most: u32) -> f64 {
    let count = network.stages.len();
    let mut times = vec![0; count];
    let mut least = f64::INFINITY;
    loop {
        if let Ok(plan) = network.plan_at(&times) {
            least = least.min(plan.costs.total());
        }
        let Some(place) = times.iter().position(|time| *time < most) else { return least };
        times[..place].fill(0);
        times[place] += 1;
    }
}

/// Trees of up to five stages: each but the first is linked to one before it, this way or that.
fn networks() -> impl Strategy<Value = Network> {
    let stage = (0.1..5.0_f64, 0_u32..3, 0_u32..2, 0.5..4.0_f64, 0_u32..3);
    let link = (any::<prop::sample::Index>(), any::<bool>());
    (prop::collection::vec(stage, 1..5), prop::collection::vec(link, 4)).prop_map(
        |(stages, links)| {
            let links: Vec<_> = (1..stages.len())
                .zip(links)
                .map(|(stage, (other, down))| {
                    let other = other.index(stage);
                    if down { (other, stage) } else { (stage, other) }
                })
                .collect();
            let stages: Vec<_> = stages
                .into_iter()
                .enumerate()
                .map(|(index, (cost, time, inbound, sd, promise))| {
                    let stage = Stage::new(cost, time, 1.5).supplied_in(inbound);
                    let supplies = links.iter().any(|(from, _)| *from == index);
                    // Some sell although they supply others, too.
                    if supplies && promise > 0 {
                        stage
                    } else {
                        stage.selling(2.0 * sd, sd, promise)
                    }
                })
                .collect();
            Network::new(stages, links)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_best_promises_are_the_best_of_all_that_were_tried(network in networks()) {
        let plan = network.solve().unwrap();
        let least = tried(&network, 6);
        prop_assert!((plan.costs.total() - least).abs() < 1e-9, "{} of {plan:?}, but {least} was found", plan.costs.total());
        let own: Vec<_> = plan.stages.iter().map(|stage| stage.service_time).collect();
        prop_assert!((network.plan_at(&own).unwrap().costs.total() - plan.costs.total()).abs() < 1e-12);
        for (stage, own) in plan.stages.iter().enumerate() {
            let curve = network.promises_of(&plan, stage).unwrap();
            let chosen = curve.cost_at(f64::from(own.service_time)).unwrap();
            prop_assert!((chosen - plan.costs.total()).abs() < 1e-9);
            if let Ok(longer) = curve.cost_at(f64::from(own.service_time) + 1.0) {
                prop_assert!(longer >= plan.costs.total() - 1e-9);
            }
        }
    }
}

#[test]
fn one_stage_is_its_safety_stock() {
    let stage = Stage::new(2.0, 4, 1.644_853_626_951_472_2).selling(100.0, 30.0, 0);
    let plan = Network::new([stage], []).solve().unwrap();
    let stock = SafetyStock::new(100.0, 30.0, 4.0).kept_at(2.0).for_cycle_service(0.95).unwrap();
    assert!((plan.stages[0].safety_stock - stock.safety_stock).abs() < 1e-9);
    assert!((plan.stages[0].base_stock - stock.level).abs() < 1e-9);
    assert!((plan.costs.total() - stock.holding_cost).abs() < 1e-9);
}

#[test]
fn demand_is_pooled_upwards() {
    let stages = [
        Stage::new(1.0, 1, 1.0),
        Stage::new(2.0, 1, 1.0).selling(5.0, 3.0, 0),
        Stage::new(2.0, 1, 1.0).selling(7.0, 4.0, 0),
    ];
    let plan = Network::new(stages, [(0, 1), (0, 2)]).solve().unwrap();
    assert!((plan.stages[0].demand_mean - 12.0).abs() < 1e-12);
    assert!((plan.stages[0].demand_sd - 5.0).abs() < 1e-12);
}

#[test]
fn a_long_chain_and_a_wide_tree_are_solved() {
    let count = 300;
    let mut stages: Vec<_> = (0..count).map(|at| Stage::new(1.0 + f64::from(at), 1, 1.0)).collect();
    stages[count as usize - 1] = stages[count as usize - 1].selling(1.0, 1.0, 0);
    let links: Vec<_> = (1..count as usize).map(|at| (at - 1, at)).collect();
    let plan = Network::new(stages, links).solve().unwrap();
    assert!(plan.costs.total() > 0.0);
    let mut stages = vec![Stage::new(1.0, 3, 1.0)];
    stages.extend((0..2_000).map(|_| Stage::new(2.0, 2, 1.0).selling(1.0, 1.0, 1)));
    let links: Vec<_> = (1..=2_000).map(|at| (0, at)).collect();
    let plan = Network::new(stages, links).solve().unwrap();
    // The shared part is kept once: two thousand shops need one period's stock each.
    let expected = (2_000.0_f64 * 3.0).sqrt() + 2_000.0 * 2.0;
    assert!((plan.costs.total() - expected).abs() < 1e-6, "{} and {expected}", plan.costs.total());
}

#[test]
fn what_is_no_tree_is_refused() {
    let inner = Stage::new(1.0, 1, 1.0);
    let shop = inner.selling(1.0, 1.0, 0);
    let said = |stages: &[Stage], links: &[(usize, usize)]| {
        Network::new(stages, links).solve().unwrap_err().to_string()
    };
    assert_eq!(said(&[], &[]), "stages has 0 values: give at least 1");
    assert_eq!(
        said(&[inner, inner, shop], &[(0, 1), (1, 2), (0, 2)]),
        "row 2 (counted from 0): link to stage is 2, but the link closes a circle: only trees are solved exactly: leave a link out, or join stages into one",
    );
    assert!(
        said(&[shop, shop], &[(0, 1), (1, 0)]).starts_with(
            "row 1 (counted from 0): link to stage is 0, but the link closes a circle"
        )
    );
    assert!(said(&[shop], &[(0, 0)]).contains("closes a circle"));
    assert!(said(&[shop], &[(0, 3)]).contains("link to stage is 3, but there is no such stage"));
    assert!(
        said(&[inner], &[]).starts_with("stage is 0, but it sells nothing and supplies nobody")
    );
    let wrong = Stage { holding_cost: -1.0, ..shop };
    assert_eq!(
        said(&[shop, wrong], &[]),
        "row 1 (counted from 0): holding_cost is -1: give zero or a number above it"
    );
    let wrong = Stage { demand_sd: f64::NAN, ..shop };
    assert_eq!(
        said(&[wrong], &[]),
        "row 0 (counted from 0): demand_sd is NaN: give a finite number"
    );
    let endless = Stage { processing_time: u32::MAX, ..shop };
    assert!(said(&[endless], &[]).contains("count time in longer periods"));

    let network = Network::new([inner, shop], [(0, 1)]);
    let said = |times: &[u32]| network.plan_at(times).unwrap_err().to_string();
    assert_eq!(said(&[0]), "service_times has 1 values: give at least 2");
    assert!(
        said(&[2, 0]).starts_with(
            "row 0 (counted from 0): service_time is 2, but units are here before that"
        )
    );
    assert!(said(&[0, 1]).starts_with(
        "row 1 (counted from 0): service_time is 1, but customers were promised less"
    ));
    assert!(network.promises_of(&network.solve().unwrap(), 2).is_err());
    let curve =
        network.promises_of(&network.solve().unwrap(), 0).unwrap().cost_at(0.5).unwrap_err();
    assert!(curve.to_string().starts_with("service_time is 0.5, but promises are whole periods"));
}
