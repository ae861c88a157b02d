//! (s, S), exactly.

use fondaco_core::report::{Explain, Parameter, Phrase, word};
use serde::{Deserialize, Serialize};

use super::renewal::{MOST_POSITIONS, Renewals};
use crate::KernelError;
use crate::error::{finite, positive};
use crate::figure::{because, figure, percent};
use crate::policies::costs::computed;
use crate::policies::products::product;
use crate::policies::{CostCurve, Costs};
use crate::probability::{Demand, Distribution};

pub(super) const WHAT: &str = "the (s, S) policy";

/// One item that is reviewed each period and filled up to S when its position is at or below s: min-max.
///
/// In each period the order is placed first, arrives after the lead time, then demand comes, and what is on hand or owed at its end is paid for. All
/// that is missing is delivered later.
///
/// Assumes that demands of the periods are independent and alike, and that orders all take the same time.
#[doc(alias = "sS")]
#[doc(alias = "min-max")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MinMaxReview {
    /// What each order costs, however much is ordered.
    pub fixed_cost: f64,
    /// What a unit costs that is on hand at the end of a period.
    pub holding_cost: f64,
    /// What a unit costs that is owed at the end of a period.
    pub stockout_cost: f64,
    /// The demand of one period.
    pub demand: Distribution,
    /// After how many periods an order arrives. At 0 it serves the demand of the period in which it is placed.
    pub lead_time: u32,
}

/// An (s, S) policy, with what it costs and how it serves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MinMaxPlan {
    /// s: the position at or below which is ordered. It may be below zero: then orders wait until so much is owed.
    pub reorder_point: f64,
    /// S: the position that is filled up to.
    pub order_up_to: f64,
    /// What it costs per period.
    pub costs: Costs,
    /// The share of periods at whose end nothing is owed.
    pub period_service: f64,
    /// The share of demand that is served at once.
    pub fill_rate: f64,
    /// How many units are on hand at the end of a period, on average.
    pub expected_on_hand: f64,
    /// How many units are owed at the end of a period, on average.
    pub expected_backorders: f64,
    /// How many periods lie between two orders, on average.
    pub cycle_time: f64,
}

impl MinMaxReview {
    /// An item with these costs and this demand per period, delivered at once.
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::MinMaxReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// // The example of Zheng and Federgruen: they publish (14, 62) at 49.173.
    /// let plan = MinMaxReview::new(64.0, 1.0, 9.0, Poisson::new(20.0)?).solve()?;
    /// assert_eq!((plan.reorder_point, plan.order_up_to), (14.0, 62.0));
    /// assert!((plan.costs.total() - 49.173_035_744_939_41).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn new(
        fixed_cost: f64,
        holding_cost: f64,
        stockout_cost: f64,
        demand: impl Into<Distribution>,
    ) -> Self {
        Self { fixed_cost, holding_cost, stockout_cost, demand: demand.into(), lead_time: 0 }
    }

    /// The same with orders that arrive after this many periods.
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::MinMaxReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let at_once = MinMaxReview::new(64.0, 1.0, 9.0, Poisson::new(20.0)?);
    /// let later = at_once.clone().delivered_after(2).solve()?;
    /// assert!(later.reorder_point > at_once.solve()?.reorder_point + 40.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn delivered_after(mut self, periods: u32) -> Self {
        self.lead_time = periods;
        self
    }

    /// The (s, S) policy that costs least.
    ///
    /// Source: Y.-S. Zheng, A. Federgruen, *Finding Optimal (s, S) Policies Is About As Simple As Evaluating a Single Policy*,
    /// Operations Research 39 (1991), with the bounds that they prove.
    ///
    /// # Errors
    /// When a cost is not above zero, when demand is not of whole units, when none is ever wanted, and when s and S lie more than
    /// 32,768 apart: then count in larger units, or take the power approximation.
    pub fn solve(&self) -> Result<MinMaxPlan, KernelError> {
        let mut search = Search::new(self)?;
        let (reorder_point, order_up_to) = search.optimum()?;
        search.plan(reorder_point, order_up_to)
    }

    /// The policy with these levels, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when a level is not a whole number, or S not above s.
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::MinMaxReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = MinMaxReview::new(64.0, 1.0, 9.0, Poisson::new(20.0)?);
    /// assert!(model.plan_at(10.0, 70.0)?.costs.total() > model.solve()?.costs.total());
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, reorder_point: f64, order_up_to: f64) -> Result<MinMaxPlan, KernelError> {
        let mut search = Search::new(self)?;
        let (low, high) =
            (whole("reorder_point", reorder_point)?, whole("order_up_to", order_up_to)?);
        if high <= low {
            let (other, way_out) =
                ("the reorder point is not below it", "give a level above the reorder point");
            let (field, value) = ("order_up_to", high);
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        search.plan(low, high)
    }

    /// The costs of other reorder points with the order-up-to level of a plan, for a chart.
    ///
    /// ```
    /// use fondaco_inventory::policies::{CostCurve, periodic_review::MinMaxReview};
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = MinMaxReview::new(64.0, 1.0, 9.0, Poisson::new(20.0)?);
    /// let plan = model.solve()?;
    /// assert!(model.reorder_points(&plan).cost_ratio(16.0)? < 1.004);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn reorder_points(&self, plan: &MinMaxPlan) -> impl CostCurve {
        Curve { model: self, plan: *plan, along: Along::ReorderPoint }
    }

    /// The costs of other order-up-to levels with the reorder point of a plan, for a chart.
    ///
    /// ```
    /// use fondaco_inventory::policies::{CostCurve, periodic_review::MinMaxReview};
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = MinMaxReview::new(64.0, 1.0, 9.0, Poisson::new(20.0)?);
    /// let plan = model.solve()?;
    /// let curve = model.order_up_to_levels(&plan).curve(32.0, 92.0, 61)?;
    /// assert!(curve.iter().all(|point| point.cost >= plan.costs.total()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn order_up_to_levels(&self, plan: &MinMaxPlan) -> impl CostCurve {
        Curve { model: self, plan: *plan, along: Along::OrderUpTo }
    }

    /// Why a plan of this model is what it is.
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::MinMaxReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = MinMaxReview::new(64.0, 1.0, 9.0, Poisson::new(20.0)?);
    /// assert_eq!(model.explain(&model.solve()?).to_string(), "\
    /// Reorder point: 14
    /// │ order up to 62 when on hand + on order − owed is at or below it
    /// │ fixed cost: 64
    /// │ holding cost: 1
    /// │ stockout cost: 9
    /// │ mean demand of a period: 20
    /// │ lead time in periods: 0
    /// ├─ Periods between orders: 2.9296
    /// ├─ Fill rate: 97.76%
    /// └─ Cost per period: 49.173
    ///    ├─ Ordering: 21.8457
    ///    ├─ Holding: 23.2962
    ///    └─ Shortage: 4.0312
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, plan: &MinMaxPlan) -> Explain {
        let rule = Phrase::from(word("order up to"))
            .and(figure(plan.order_up_to))
            .and(word("when on hand + on order − owed is at or below it"));
        let given = [
            ("fixed cost", self.fixed_cost),
            ("holding cost", self.holding_cost),
            ("stockout cost", self.stockout_cost),
            ("mean demand of a period", self.demand.mean()),
            ("lead time in periods", f64::from(self.lead_time)),
        ];
        let why = because("Reorder point", plan.reorder_point).rule(rule);
        let why = given.into_iter().fold(why, |why, (name, value)| {
            why.parameter(Parameter::new(word(name), figure(value)))
        });
        why.input(because("Periods between orders", plan.cycle_time))
            .input(Explain::new(word("Fill rate"), percent(plan.fill_rate)))
            .input(plan.costs.explain("Cost per period"))
    }

    pub(super) fn check(&self) -> Result<(), KernelError> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        positive("stockout_cost", self.stockout_cost)?;
        positive("mean demand", self.demand.mean())?;
        Ok(())
    }

    /// The demand from a review to the end of the period in which an order placed at it can be sold.
    pub(super) fn protected(&self) -> Result<Distribution, KernelError> {
        self.demand.over(f64::from(self.lead_time) + 1.0)
    }
}

fn whole(field: &'static str, level: f64) -> Result<f64, KernelError> {
    let value = finite(field, level)?;
    if value.fract() == 0.0 {
        return Ok(value);
    }
    let (other, way_out) = ("demand is of whole units", "give a whole number");
    Err(KernelError::Contradiction { field, value, other, way_out })
}

enum Along {
    ReorderPoint,
    OrderUpTo,
}

struct Curve<'a> {
    model: &'a MinMaxReview,
    plan: MinMaxPlan,
    along: Along,
}

impl CostCurve for Curve<'_> {
    fn chosen(&self) -> f64 {
        match self.along {
            Along::ReorderPoint => self.plan.reorder_point,
            Along::OrderUpTo => self.plan.order_up_to,
        }
    }

    fn costs_at(&self, at: f64) -> Result<Costs, KernelError> {
        let (low, high) = match self.along {
            Along::ReorderPoint => (at, self.plan.order_up_to),
            Along::OrderUpTo => (self.plan.reorder_point, at),
        };
        Ok(self.model.plan_at(low, high)?.costs)
    }
}

/// What the search of Zheng and Federgruen needs, made once.
struct Search<'a> {
    model: &'a MinMaxReview,
    protected: Distribution,
    renewals: Renewals,
}

/// The costs G(y) of the positions from `highest` downwards: a row that is as long as the search came.
struct Positions {
    highest: f64,
    costs: Vec<f64>,
}

impl Positions {
    fn below(&self, position: f64) -> &[f64] {
        let skipped = (self.highest - position).max(0.0) as usize;
        self.costs.get(skipped..).unwrap_or(&[])
    }

    fn at(&self, position: f64) -> f64 {
        self.below(position).first().copied().unwrap_or(f64::INFINITY)
    }
}

impl<'a> Search<'a> {
    fn new(model: &'a MinMaxReview) -> Result<Self, KernelError> {
        model.check()?;
        if !model.demand.counts() {
            let why = "demand has to be of whole units; take a distribution of counts, or the power approximation";
            return Err(KernelError::NoAnswer { what: WHAT, why });
        }
        let protected = model.protected()?;
        Ok(Self { model, protected, renewals: Renewals::new(&model.demand)? })
    }

    /// What a position costs at the end of the period that it is for, G(y).
    fn position(&self, position: f64) -> f64 {
        let both = self.model.holding_cost + self.model.stockout_cost;
        self.model.holding_cost * (position - self.protected.mean())
            + both * self.protected.loss(position)
    }

    fn optimum(&mut self) -> Result<(f64, f64), KernelError> {
        let model = self.model;
        let tail = computed(WHAT, model.holding_cost / (model.holding_cost + model.stockout_cost))?;
        let cheapest = self.protected.upper_quantile(tail)?;
        let (mut low, mut cost) = self.lowest(cheapest)?;
        let mut high = cheapest;
        let positions = self.positions(low, cheapest, cost)?;
        // Step 1: S upwards as long as its own position costs no more than the policy; s follows.
        let mut candidate = cheapest + 1.0;
        while candidate <= positions.highest && positions.at(candidate) <= cost {
            let found = self.cost(&positions, low, candidate);
            if found < cost {
                (high, cost) = (candidate, found);
                while cost <= positions.at(low + 1.0) {
                    low += 1.0;
                    cost = self.cost(&positions, low, high);
                }
            }
            candidate += 1.0;
        }
        Ok((low, high))
    }

    /// Step 0: the best s when S is the cheapest position, and what that costs.
    fn lowest(&mut self, cheapest: f64) -> Result<(f64, f64), KernelError> {
        let mut spent = self.model.fixed_cost;
        for below in 0..MOST_POSITIONS {
            let position = cheapest - below as f64;
            let reviews = self.renewals.reviews(below + 1).last().copied().unwrap_or(0.0);
            spent += reviews * self.position(position);
            let cost = spent / self.renewals.cycle(below + 1);
            let low = position - 1.0;
            if cost <= self.position(low) {
                return Ok((low, cost));
            }
        }
        Err(too_far_apart())
    }

    /// The costs of all positions that S can have and s leaves: up to the last that costs no more than the policy found first.
    fn positions(&self, low: f64, cheapest: f64, cost: f64) -> Result<Positions, KernelError> {
        let model = self.model;
        let highest = (self.protected.mean() + cost / model.holding_cost).floor().max(cheapest);
        if highest - low > MOST_POSITIONS as f64 {
            return Err(too_far_apart());
        }
        let first = low.min(highest);
        let count = (highest - first) as usize + 1;
        let mut costs: Vec<f64>;
        if highest > 2.0 * MOST_POSITIONS as f64 {
            costs = (0..count).map(|step| self.position(first + step as f64)).collect();
        } else {
            costs = self.row(first, count);
        }
        costs.reverse();
        Ok(Positions { highest, costs })
    }

    /// The costs of this many positions, by G(y + 1) = G(y) + (h + p) F(y) - p: a sum and a product each, instead of a loss function.
    fn row(&self, first: f64, count: usize) -> Vec<f64> {
        let (model, both) = (self.model, self.model.holding_cost + self.model.stockout_cost);
        let last = (first + count as f64).max(0.0);
        let probabilities = self.protected.probabilities(last as usize + 1);
        let mut below = self.protected.cumulative(first - 1.0);
        let mut own = self.position(first);
        let mut next = |step: usize| {
            let (cost, position) = (own, first + step as f64);
            if position >= 0.0 {
                below += probabilities.get(position as usize).copied().unwrap_or(0.0);
            }
            own += both * below - model.stockout_cost;
            cost
        };
        (0..count).map(&mut next).collect()
    }

    fn cost(&mut self, positions: &Positions, low: f64, high: f64) -> f64 {
        let count = (high - low) as usize;
        let reviews = self.renewals.reviews(count);
        let own = positions.below(high);
        let own = own.get(..count).unwrap_or(own);
        let spent = self.model.fixed_cost + product(reviews, own);
        spent / self.renewals.cycle(count)
    }

    fn plan(&mut self, low: f64, high: f64) -> Result<MinMaxPlan, KernelError> {
        if high - low > MOST_POSITIONS as f64 {
            return Err(too_far_apart());
        }
        let model = self.model;
        let count = (high - low) as usize;
        let before = if model.lead_time == 0 {
            None
        } else {
            Some(model.demand.over(f64::from(model.lead_time))?)
        };
        let cycle_time = self.renewals.cycle(count);
        let (mut owed, mut served, mut missing) = (0.0, 0.0, 0.0);
        let mut level = 0.0;
        for (below, reviews) in self.renewals.reviews(count).iter().enumerate() {
            let position = high - below as f64;
            let (above, loss) = self.protected.tail(position);
            let owed_before =
                before.as_ref().map_or((-position).max(0.0), |demand| demand.loss(position));
            owed += reviews * loss;
            served += reviews * (1.0 - above);
            missing += reviews * (loss - owed_before);
            level += reviews * position;
        }
        let owed = owed / cycle_time;
        let on_hand = (level / cycle_time - self.protected.mean() + owed).max(0.0);
        let costs = Costs {
            ordering: model.fixed_cost / cycle_time,
            holding: model.holding_cost * on_hand,
            shortage: model.stockout_cost * owed,
            purchase: 0.0,
        };
        Ok(MinMaxPlan {
            reorder_point: low,
            order_up_to: high,
            costs: costs.checked(WHAT)?,
            period_service: (served / cycle_time).clamp(0.0, 1.0),
            fill_rate: (1.0 - missing / cycle_time / model.demand.mean()).clamp(0.0, 1.0),
            expected_on_hand: on_hand,
            expected_backorders: owed,
            cycle_time: computed(WHAT, cycle_time)?,
        })
    }
}

fn too_far_apart() -> KernelError {
    let why = "s and S lie more than 32,768 units apart; count in larger units, or take the power approximation";
    KernelError::NoAnswer { what: WHAT, why }
}
