//! The best (r, Q), and the best r for a Q.

use super::{ContinuousReview, WHAT};
use crate::KernelError;
use crate::policies::costs::computed;
use crate::probability::Demand;
use crate::probability::search;

/// Newton steps; each about doubles the digits that are right.
const STEPS: usize = 100;

/// The positions whose cost is below a level: above the first number, up to the second.
///
/// The cost of a position is convex, so Newton steps from outside come in monotonously; that of whole units is made of straight pieces.
fn positions_below<D: Demand>(model: &ContinuousReview<D>, level: f64) -> (f64, f64) {
    let mean = model.lead_time_demand.mean();
    let edge = |outside: f64, inwards: f64| {
        let mut position = outside;
        for _ in 0..STEPS {
            let (cost, slope) = model.position(position);
            let step = (level - cost) / slope;
            let settled = step.abs() <= 4.0 * f64::EPSILON * position.abs();
            if settled || !step.is_finite() || step * inwards < 0.0 {
                break;
            }
            position += step;
        }
        position
    };
    let low = edge(mean - level / model.stockout_cost, 1.0);
    let high = edge(mean + level / model.holding_cost, -1.0);
    if model.lead_time_demand.counts() {
        whole_positions(model, level, low, high)
    } else {
        (low, high)
    }
}

/// The whole positions strictly below the level, given where the interpolated cost crosses it.
fn whole_positions<D: Demand>(
    model: &ContinuousReview<D>,
    level: f64,
    low: f64,
    high: f64,
) -> (f64, f64) {
    let is_below = |position: f64| model.position(position).0 < level;
    let mut first = low.floor();
    if !is_below(first) {
        first += 1.0;
    }
    if !is_below(first) {
        first += 1.0;
    }
    let mut last = high.ceil();
    if !is_below(last) {
        last -= 1.0;
    }
    if !is_below(last) {
        last -= 1.0;
    }
    (first - 1.0, last)
}

/// Reorder point and quantity of the least cost.
pub(super) fn optimum<D: Demand>(model: &ContinuousReview<D>) -> Result<(f64, f64), KernelError> {
    let start = start(model)?;
    let mut best = (reorder_point(model, start)?, start);
    let mut level = cost(model, best)?;
    for _ in 0..STEPS {
        let (low, high) = positions_below(model, level);
        let next = (low, high - low);
        if !(next.0.is_finite() && next.1 > 0.0 && next.1.is_finite()) {
            break;
        }
        let found = cost(model, next)?;
        // What costs the same with fewer units is as good, as in the search that adds one unit at a time.
        let gain = level - found;
        if gain > 0.0 || (gain >= -1e-15 * level && next.1 < best.1) {
            best = next;
        }
        if gain <= 1e-14 * level {
            break;
        }
        level = found;
    }
    Ok(best)
}

/// The economic order quantity with planned backorders, which is never above the best one.
fn start<D: Demand>(model: &ContinuousReview<D>) -> Result<f64, KernelError> {
    let quantity = computed(WHAT, super::approximate::eoq_with_backorders(model))?;
    Ok(if model.lead_time_demand.counts() { quantity.round().max(1.0) } else { quantity })
}

fn cost<D: Demand>(
    model: &ContinuousReview<D>,
    (point, quantity): (f64, f64),
) -> Result<f64, KernelError> {
    Ok(model.plan(point, quantity)?.costs.total())
}

/// The best reorder point for a quantity: both ends of the positions cost the same, or of whole units, the next ones do no better.
pub(super) fn reorder_point<D: Demand>(
    model: &ContinuousReview<D>,
    quantity: f64,
) -> Result<f64, KernelError> {
    let demand = &model.lead_time_demand;
    let tail = model.holding_cost / (model.holding_cost + model.stockout_cost);
    // By how much the upper end costs more than the lower one; it grows with the position.
    let difference = |point: f64| {
        let ((low, low_slope), (high, high_slope)) =
            (model.position(point), model.position(point + quantity));
        (high - low, high_slope - low_slope)
    };
    let best = computed(WHAT, demand.upper_quantile(computed(WHAT, tail)?)?)?;
    if demand.counts() {
        // The least r whose next position, r + 1, has no better one on its other side.
        let is_enough = |point: f64| difference(point).0 >= 0.0;
        let (low, high) = (best - quantity - 1.0, best);
        let low = lowered(low, quantity, |point| !is_enough(point));
        return Ok(search::whole_between(is_enough, low, high) - 1.0);
    }
    let low = lowered(best - quantity, quantity, |point| difference(point).0 <= 0.0);
    Ok(search::root(difference, low, best, best - tail * quantity))
}

/// A point below which it holds; at the one given it does but for the last digits.
fn lowered(mut point: f64, step: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let mut step = step;
    for _ in 0..STEPS {
        if holds(point) {
            break;
        }
        point -= step;
        step *= 2.0;
    }
    point
}
