//! The cost around the optimum.

use serde::{Deserialize, Serialize};

use super::Costs;
use super::costs::computed;
use crate::KernelError;
use crate::error::{finite, positive};

/// The most points of one curve: more than any screen shows.
const MOST_POINTS: usize = 100_000;

/// One point of a curve of costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CurvePoint {
    /// The quantity or level.
    pub at: f64,
    /// What it costs per unit of time.
    pub cost: f64,
}

/// A plan that knows what other quantities (or levels, or intervals) than its own would cost.
///
/// ```
/// use fondaco_inventory::policies::{CostCurve, eoq::Eoq};
///
/// let plan = Eoq::new(8.0, 0.225, 1300.0).solve()?; // 304 pieces a time
/// assert!((plan.cost_at(250.0)? - 69.725).abs() < 1e-9);
/// // The optimum is flat: twice as much costs a quarter more.
/// assert!((plan.cost_ratio(2.0 * plan.order_quantity)? - 1.25).abs() < 1e-12);
/// let curve = plan.curve(100.0, 600.0, 51)?; // for a chart
/// assert_eq!((curve.len(), curve[15].at), (51, 250.0));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub trait CostCurve {
    /// The quantity or level of this plan.
    fn chosen(&self) -> f64;

    /// What another quantity or level would cost per unit of time, by what it is spent on.
    ///
    /// # Errors
    /// When the model has no cost there, such as for an order of nothing.
    fn costs_at(&self, at: f64) -> Result<Costs, KernelError>;

    /// What another quantity or level would cost per unit of time.
    ///
    /// # Errors
    /// As [`costs_at`](Self::costs_at).
    fn cost_at(&self, at: f64) -> Result<f64, KernelError> {
        Ok(self.costs_at(at)?.total())
    }

    /// How flat the optimum is: the cost at another quantity or level, as a multiple of the cost of this plan.
    ///
    /// All costs count. Where the price of the goods is among them, it makes the curve flatter.
    ///
    /// # Errors
    /// As [`costs_at`](Self::costs_at), and when the plan costs nothing.
    fn cost_ratio(&self, at: f64) -> Result<f64, KernelError> {
        let own = positive("cost of the plan", self.cost_at(self.chosen())?)?;
        computed("the cost ratio", self.cost_at(at)? / own)
    }

    /// The cost at this many points from one quantity or level to another, both included, at even distances.
    ///
    /// # Errors
    /// As [`costs_at`](Self::costs_at), when `to` is not above `from`, and when the points are less than 2 or more than 100,000.
    fn curve(&self, from: f64, to: f64, count: usize) -> Result<Vec<CurvePoint>, KernelError> {
        points(from, to, count, |at| self.cost_at(at))
    }
}

/// A figure at this many points from one place to another, both included, at even distances.
pub(crate) fn points(
    from: f64,
    to: f64,
    count: usize,
    cost: impl Fn(f64) -> Result<f64, KernelError>,
) -> Result<Vec<CurvePoint>, KernelError> {
    let (from, to) = (finite("from", from)?, finite("to", to)?);
    if from >= to {
        let (other, way_out) = ("the curve begins there or later", "give one above `from`");
        return Err(KernelError::Contradiction { field: "to", value: to, other, way_out });
    }
    let steps = steps(count)?;
    let point = |step: usize| {
        let part = step as f64 / steps;
        let at = from * (1.0 - part) + to * part;
        Ok(CurvePoint { at, cost: cost(at)? })
    };
    (0..count).map(point).collect()
}

fn steps(points: usize) -> Result<f64, KernelError> {
    if points < 2 {
        return Err(KernelError::TooFew { field: "points", count: points, least: 2 });
    }
    if points > MOST_POINTS {
        let (other, way_out) = ("a curve has at most 100,000 points", "ask for fewer");
        let value = points as f64;
        return Err(KernelError::Contradiction { field: "points", value, other, way_out });
    }
    Ok((points - 1) as f64)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// That no quantity near the chosen one costs less.
    pub(crate) fn is_least(plan: &impl CostCurve) {
        let least = plan.cost_at(plan.chosen()).unwrap();
        for step in -40..=40 {
            let at = plan.chosen() * (1.0 + f64::from(step) / 41.0);
            let cost = plan.cost_at(at).unwrap_or(f64::INFINITY);
            assert!(
                cost >= least - 1e-9 * least.abs(),
                "{cost} at {at}, {least} at {}",
                plan.chosen()
            );
        }
    }

    struct Square;

    impl CostCurve for Square {
        fn chosen(&self) -> f64 {
            0.0
        }
        fn costs_at(&self, at: f64) -> Result<Costs, KernelError> {
            Ok(Costs { holding: at * at, ..Costs::default() })
        }
    }

    #[test]
    fn a_curve_has_both_its_ends() {
        let curve = Square.curve(-1.0, 3.0, 5).unwrap();
        let shown: Vec<_> = curve.iter().map(|point| (point.at, point.cost)).collect();
        assert_eq!(shown, [(-1.0, 1.0), (0.0, 0.0), (1.0, 1.0), (2.0, 4.0), (3.0, 9.0)]);
    }

    #[test]
    fn a_curve_of_no_width_or_with_too_few_or_too_many_points_is_refused() {
        let refused = |from, to, points| Square.curve(from, to, points).unwrap_err().to_string();
        assert_eq!(refused(0.0, 1.0, 1), "points has 1 values: give at least 2");
        assert!(refused(0.0, 1.0, 100_001).starts_with("points is 100001"));
        assert!(refused(2.0, 2.0, 9).starts_with("to is 2, but the curve begins there"));
        assert_eq!(refused(f64::NAN, 1.0, 9), "from is NaN: give a finite number");
    }

    #[test]
    fn a_plan_that_costs_nothing_has_no_ratio() {
        let refused = Square.cost_ratio(1.0).unwrap_err();
        assert_eq!(refused.to_string(), "cost of the plan is 0: give a number above zero");
    }
}
