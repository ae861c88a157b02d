//! Serial chains against the newsvendor, against published levels and against a simulation of every position.

use super::*;
use crate::probability::{Gamma, LogNormal, NegativeBinomial, Normal, Poisson};

fn stages(of: &[(f64, f64)]) -> Vec<SerialStage> {
    of.iter().map(|(cost, time)| SerialStage::new(*cost, *time)).collect()
}

fn close(actual: f64, expected: f64, within: f64) {
    assert!((actual - expected).abs() <= within * expected.abs(), "{actual} is not {expected}");
}

#[test]
fn one_stage_is_the_newsvendor() {
    let demands: [Distribution; 3] = [
        Normal::new(50.0, 8.0).unwrap().into(),
        Poisson::new(4.0).unwrap().into(),
        Gamma::new(2.0, 5.0).unwrap().into(),
    ];
    for demand in demands {
        let plan = Serial::new(stages(&[(0.18, 4.0)]), 0.7, demand.clone()).solve().unwrap();
        let lead_time = demand.over(4.0).unwrap();
        let level = lead_time.upper_quantile(0.18 / 0.88).unwrap();
        close(plan.echelon_levels[0], level, 1e-12);
        let cost = 0.18 * lead_time.complementary_loss(level) + 0.7 * lead_time.loss(level);
        close(plan.costs.total(), cost, 1e-12);
        close(plan.expected_backorders, lead_time.loss(level), 1e-12);
        assert!((plan.local_levels[0] - level).abs() < 1e-12);
    }
}

#[test]
fn published_levels_are_found() {
    // Snyder and Shen, example 6.1: the book's own figures.
    let plan = Serial::new(
        stages(&[(3.0, 1.0), (2.0, 1.0), (2.0, 2.0)]),
        37.12,
        Normal::new(5.0, 1.0).unwrap(),
    )
    .solve()
    .unwrap();
    for (level, book) in plan.echelon_levels.iter().zip([6.49, 12.02, 22.71]) {
        close(*level, book, 1e-3);
    }
    // The same recursion by Gauss and Hermite with 120 points on 40,001 places (numpy).
    close(plan.costs.total(), 47.660_828_6, 2e-5);
    let plan =
        Serial::new(stages(&[(5.0, 8.0), (2.0, 3.0)]), 24.0, Normal::new(20.0, 4.0).unwrap())
            .solve()
            .unwrap();
    close(plan.costs.total(), 438.184_174, 2e-5);
    let chain = stages(&[(2.0, 0.5), (2.0, 0.5), (1.0, 0.5), (1.0, 0.5), (1.0, 0.5)]);
    let plan = Serial::new(chain, 24.0, Normal::new(64.0, 8.0).unwrap()).solve().unwrap();
    close(plan.costs.total(), 451.609_27, 2e-5);
}

/// The cost of echelon base stocks of counts, by summing over all demands of all lead times.
fn by_enumeration(model: &Serial, levels: &[f64]) -> f64 {
    let stages = model.stages.len();
    let demands: Vec<_> =
        model.stages.iter().map(|stage| model.demand.over(stage.lead_time).unwrap()).collect();
    fn from(
        model: &Serial,
        demands: &[Distribution],
        levels: &[f64],
        stage: usize,
        position: f64,
    ) -> f64 {
        let position = position.min(levels[stage]);
        let cells = demands[stage].probabilities(30);
        let after = |demanded: usize| {
            let left = position - demanded as f64;
            let own = model.stages[stage].echelon_holding_cost * left;
            if stage == 0 {
                let all: f64 = model.stages.iter().map(|stage| stage.echelon_holding_cost).sum();
                own + (model.stockout_cost + all) * (-left).max(0.0)
            } else {
                own + from(model, demands, levels, stage - 1, left)
            }
        };
        cells.iter().enumerate().map(|(demanded, cell)| cell * after(demanded)).sum()
    }
    from(model, &demands, levels, stages - 1, f64::INFINITY)
}

#[test]
fn levels_of_counts_cost_what_every_course_of_demand_costs() {
    let chain = stages(&[(1.5, 1.0), (1.0, 2.0), (0.5, 1.0)]);
    let demands: [Distribution; 2] = [
        Poisson::new(1.2).unwrap().into(),
        NegativeBinomial::from_moments(0.6, 0.8).unwrap().into(),
    ];
    for demand in demands {
        let model = Serial::new(chain.clone(), 12.0, demand);
        let plan = model.solve().unwrap();
        close(plan.costs.total(), by_enumeration(&model, &plan.echelon_levels), 1e-6);
        for (stage, change) in [(0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0), (2, 1.0), (2, -1.0)] {
            let mut levels = plan.echelon_levels.clone();
            levels[stage] += change;
            let other = model.plan_at(&levels).unwrap().costs.total();
            close(other, by_enumeration(&model, &levels), 1e-6);
            assert!(other >= plan.costs.total() - 1e-9);
        }
    }
}

#[test]
fn the_best_levels_have_no_better_neighbour_and_lie_within_their_bounds() {
    let normal = Distribution::from(Normal::new(64.0, 8.0).unwrap());
    let skewed = Distribution::from(Gamma::from_moments(6.0, 30.0).unwrap());
    let chains = [
        (stages(&[(3.0, 1.0), (2.0, 1.0), (2.0, 2.0)]), 37.12, normal),
        (stages(&[(1.0, 0.5), (1.0, 3.0)]), 9.0, skewed.clone()),
        (stages(&[(1.0, 0.0), (1.0, 3.0)]), 9.0, skewed),
    ];
    for (chain, stockout, demand) in chains {
        let model = Serial::new(chain, stockout, demand);
        let (plan, bounds) = (model.solve().unwrap(), model.bounds().unwrap());
        for (stage, (level, (low, high))) in plan.echelon_levels.iter().zip(bounds).enumerate() {
            let slack = 1e-3 * high.max(1.0);
            assert!(low - slack <= *level && *level <= high + slack, "{low} {level} {high}");
            for change in [-0.03, 0.03] {
                let mut levels = plan.echelon_levels.clone();
                levels[stage] += change * high.max(1.0);
                let other = model.plan_at(&levels).unwrap().costs.total();
                assert!(
                    other >= plan.costs.total() * (1.0 - 1e-6),
                    "{other} at {levels:?}, {plan:?}"
                );
            }
        }
        let heuristic = model.plan_at(&model.newsvendor_levels().unwrap()).unwrap().costs.total();
        assert!(
            heuristic <= 1.06 * plan.costs.total(),
            "Shang and Song are close: {heuristic} {plan:?}"
        );
    }
}

#[test]
fn a_level_above_the_next_stages_is_never_reached() {
    let model = Serial::new(stages(&[(1.0, 1.0), (1.0, 1.0)]), 9.0, Poisson::new(2.0).unwrap());
    let (capped, open) =
        (model.plan_at(&[6.0, 6.0]).unwrap(), model.plan_at(&[50.0, 6.0]).unwrap());
    close(open.costs.total(), capped.costs.total(), 1e-9);
    assert_eq!(
        format!("{:?} {:?}", open.local_levels, capped.local_levels),
        "[6.0, 0.0] [6.0, 0.0]"
    );
}

#[test]
fn what_is_no_chain_is_refused() {
    let right = Serial::new(stages(&[(1.0, 1.0), (1.0, 1.0)]), 9.0, Poisson::new(2.0).unwrap());
    let said = |model: &Serial| model.solve().unwrap_err().to_string();
    assert_eq!(
        said(&Serial { stages: Vec::new(), ..right.clone() }),
        "stages has 0 values: give at least 1"
    );
    assert_eq!(
        said(&Serial { stages: stages(&[(1.0, 1.0), (0.0, 1.0)]), ..right.clone() }),
        "row 1 (counted from 0): echelon_holding_cost is 0: give a number above zero",
    );
    assert_eq!(
        said(&Serial { stages: stages(&[(1.0, -1.0)]), ..right.clone() }),
        "row 0 (counted from 0): lead_time is -1: give zero or a number above it",
    );
    assert_eq!(
        said(&Serial { stockout_cost: 0.0, ..right.clone() }),
        "stockout_cost is 0: give a number above zero"
    );
    let refused = right.plan_at(&[1.0]).unwrap_err().to_string();
    assert_eq!(refused, "echelon_levels has 1 values: give at least 2");
    let refused = right.plan_at(&[1.0, f64::NAN]).unwrap_err().to_string();
    assert_eq!(refused, "row 1 (counted from 0): echelon_level is NaN: give a finite number");
    assert!(right.levels_of(&right.solve().unwrap(), 2).is_err());
    let refused = right.plan_at(&[1.0, 1e9]).unwrap_err().to_string();
    assert!(refused.contains("give lower levels"), "{refused}");
    let endless = LogNormal::from_logs(0.0, 5.0).unwrap();
    let refused = Serial { demand: endless.into(), ..right }.solve().unwrap_err().to_string();
    assert!(refused.contains("too long a tail"), "{refused}");
}
