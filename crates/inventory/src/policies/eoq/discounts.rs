//! Lots whose price falls with their size.

use fondaco_core::report::{Explain, word};
use serde::{Deserialize, Serialize};

use super::super::costs::{computed, computed_positive};
use super::super::explained::parameters;
use super::super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{not_negative, positive};
use crate::figure::because;

const WHAT: &str = "the order quantity at these prices";

/// What a unit costs from this quantity on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceBreak {
    /// The least quantity at this price. That of the first break is the least that can be ordered: 0 where there is none.
    pub from: f64,
    /// What a unit costs.
    pub unit_cost: f64,
}

/// Which units of an order are bought at the lower price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountKind {
    /// All units of an order, when it is large enough.
    AllUnits,
    /// Only the units above each break.
    Incremental,
}

/// One item with a list of prices: the economic order quantity with discounts.
///
/// Assumes what [`Eoq`](super::Eoq) does but for the price. Stock is held at what it cost: `holding_cost_rate` is the share of a unit's price that it
/// costs to keep it for one unit of time (with incremental discounts, of the average price of the lot).
///
/// Source: G. Hadley, T. M. Whitin, *Analysis of Inventory Systems* (1963), sections 2-11 and 2-12; Snyder and Shen (2019), section 3.4.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PriceBreaks<'a> {
    /// What each order costs, however much is ordered.
    pub fixed_cost: f64,
    /// What it costs to keep a unit for one unit of time, as a share of its price: 0.25 for 25 %.
    pub holding_cost_rate: f64,
    /// How many units are wanted per unit of time.
    pub demand_rate: f64,
    /// The prices, by rising quantity.
    pub breaks: &'a [PriceBreak],
    /// Which units have the lower price.
    pub kind: DiscountKind,
}

/// How much to order at prices that fall, with what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DiscountPlan<'a> {
    /// What was solved.
    pub model: PriceBreaks<'a>,
    /// How many units to order each time.
    pub order_quantity: f64,
    /// The break that the quantity has reached, counted from 0.
    pub region: usize,
    /// What a unit costs on average.
    pub unit_cost: f64,
    /// How much time lies between two orders.
    pub cycle_time: f64,
    /// What it costs per unit of time, the goods included.
    pub costs: Costs,
}

/// The best quantity of a region.
#[derive(Clone, Copy)]
struct Candidate {
    region: usize,
    quantity: f64,
    /// What an order costs besides its units at the region's price.
    extra: f64,
}

impl<'a> PriceBreaks<'a> {
    /// An item whose whole order has the price of the break that it reaches.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{PriceBreak, PriceBreaks};
    ///
    /// let breaks = [(0.0, 1490.0), (1200.0, 1220.0), (2400.0, 1100.0)]
    ///     .map(|(from, unit_cost)| PriceBreak { from, unit_cost });
    /// let plan = PriceBreaks::all_units(2250.0, 0.25, 182_500.0, &breaks).solve()?;
    /// assert_eq!((plan.order_quantity, plan.region), (2400.0, 2));
    /// assert!((plan.costs.total() - 201_251_093.75).abs() < 1e-6);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn all_units(
        fixed_cost: f64,
        holding_cost_rate: f64,
        demand_rate: f64,
        breaks: &'a [PriceBreak],
    ) -> Self {
        let kind = DiscountKind::AllUnits;
        Self { fixed_cost, holding_cost_rate, demand_rate, breaks, kind }
    }

    /// An item of whose order only the units above a break have its price.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{PriceBreak, PriceBreaks};
    ///
    /// let breaks = [(0.0, 1490.0), (1200.0, 1220.0), (2400.0, 1100.0)]
    ///     .map(|(from, unit_cost)| PriceBreak { from, unit_cost });
    /// let plan = PriceBreaks::incremental(2250.0, 0.25, 182_500.0, &breaks).solve()?;
    /// assert_eq!(plan.order_quantity.round(), 28553.0);
    /// assert_eq!(plan.unit_cost.round(), 1121.0); // the first 2,400 pieces were dearer
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn incremental(
        fixed_cost: f64,
        holding_cost_rate: f64,
        demand_rate: f64,
        breaks: &'a [PriceBreak],
    ) -> Self {
        let kind = DiscountKind::Incremental;
        Self { fixed_cost, holding_cost_rate, demand_rate, breaks, kind }
    }

    /// The quantity that costs least, the goods included.
    ///
    /// Of each region it is the quantity that costs least there, or the region's beginning when that is not reached; the cheapest of them is taken,
    /// and the smaller one when two cost the same.
    ///
    /// # Errors
    /// When a cost, price, rate or quantity is not above zero (the first break may begin at 0), when the breaks are not in rising order
    /// or a price rises, when there is no break, and when the numbers are too far apart to reckon with.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{PriceBreak, PriceBreaks};
    ///
    /// let breaks = [(100.0, 9.5), (0.0, 10.0)].map(|(from, unit_cost)| PriceBreak { from, unit_cost });
    /// let refused = PriceBreaks::all_units(8.0, 0.25, 1300.0, &breaks).solve().unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "row 1 (counted from 0): breaks.from is 0, but the break before begins there or later: give the breaks in rising order",
    /// );
    /// ```
    pub fn solve(&self) -> Result<DiscountPlan<'a>, KernelError> {
        self.check()?;
        let mut best: Option<DiscountPlan<'a>> = None;
        for candidate in self.candidates() {
            let plan = self.plan_in(candidate)?;
            if best.is_none_or(|best| plan.costs.total() < best.costs.total()) {
                best = Some(plan);
            }
        }
        let why = "the best quantity of each price is beyond the next break; give other units";
        best.ok_or(KernelError::NoAnswer { what: WHAT, why })
    }

    /// The plan that orders this quantity, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the quantity is not above zero or below the first break.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{PriceBreak, PriceBreaks};
    ///
    /// let breaks = [(0.0, 10.0), (100.0, 9.0)].map(|(from, unit_cost)| PriceBreak { from, unit_cost });
    /// let plan = PriceBreaks::incremental(8.0, 0.25, 1300.0, &breaks).plan_at(200.0)?;
    /// assert_eq!((plan.region, plan.unit_cost), (1, 9.5));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, order_quantity: f64) -> Result<DiscountPlan<'a>, KernelError> {
        self.check()?;
        let value = positive("order_quantity", order_quantity)?;
        let reached = self.breaks.partition_point(|price| price.from <= value);
        let (field, other) = ("order_quantity", "the first break begins above it");
        let way_out = "order at least that, or let the first break begin at 0";
        let below = KernelError::Contradiction { field, value, other, way_out };
        let region = reached.checked_sub(1).ok_or(below)?;
        let extra = self.extras().nth(region).unwrap_or(0.0);
        self.plan_in(Candidate { region, quantity: value, extra })
    }

    fn check(&self) -> Result<(), KernelError> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost_rate", self.holding_cost_rate)?;
        positive("demand_rate", self.demand_rate)?;
        if self.breaks.is_empty() {
            return Err(KernelError::TooFew { field: "breaks", count: 0, least: 1 });
        }
        let before = std::iter::once(None).chain(self.breaks.iter().map(Some));
        for (index, (before, price)) in before.zip(self.breaks).enumerate() {
            price.check(before).map_err(|error| error.at(index))?;
        }
        Ok(())
    }

    /// Per region the quantity that costs least in it, but of regions whose least lies in a later, cheaper one.
    fn candidates(&self) -> impl Iterator<Item = Candidate> {
        let upper = self.breaks.iter().skip(1).map(|next| next.from);
        let regions = self.breaks.iter().zip(upper.chain([f64::INFINITY])).zip(self.extras());
        regions.enumerate().filter_map(|(region, ((price, upper), extra))| {
            let held = self.holding_cost_rate * price.unit_cost;
            let free = (2.0 * (self.fixed_cost + extra) * self.demand_rate / held).sqrt();
            let quantity = free.max(price.from);
            (free < upper).then_some(Candidate { region, quantity, extra })
        })
    }

    /// Per region, what an order costs besides its units at the region's price: what the dearer units below cost more.
    fn extras(&self) -> impl Iterator<Item = f64> {
        let mut before: Option<PriceBreak> = None;
        let mut extra = 0.0;
        self.breaks.iter().map(move |price| {
            if self.kind == DiscountKind::Incremental {
                extra += before.map_or(0.0, |it| (it.unit_cost - price.unit_cost) * price.from);
            }
            before = Some(*price);
            extra
        })
    }

    fn plan_in(&self, candidate: Candidate) -> Result<DiscountPlan<'a>, KernelError> {
        let Candidate { region, extra, .. } = candidate;
        let quantity = computed_positive(WHAT, candidate.quantity)?;
        let price = self.breaks.get(region).map_or(0.0, |price| price.unit_cost);
        let unit_cost = price + extra / quantity;
        let costs = Costs {
            ordering: self.fixed_cost * (self.demand_rate / quantity),
            holding: self.holding_cost_rate * unit_cost * quantity / 2.0,
            purchase: unit_cost * self.demand_rate,
            ..Costs::default()
        };
        let cycle_time = computed(WHAT, quantity / self.demand_rate)?;
        let costs = costs.checked(WHAT)?;
        let model = *self;
        Ok(DiscountPlan { model, order_quantity: quantity, region, unit_cost, cycle_time, costs })
    }
}

impl PriceBreak {
    fn check(&self, before: Option<&PriceBreak>) -> Result<(), KernelError> {
        let from = not_negative("breaks.from", self.from)?;
        let unit_cost = positive("breaks.unit_cost", self.unit_cost)?;
        let Some(before) = before else { return Ok(()) };
        if from <= before.from {
            let other = "the break before begins there or later";
            let way_out = "give the breaks in rising order";
            return Err(KernelError::Contradiction {
                field: "breaks.from",
                value: from,
                other,
                way_out,
            });
        }
        if unit_cost > before.unit_cost {
            let (field, other) = ("breaks.unit_cost", "less of it is cheaper");
            let way_out = "give prices that fall with the quantity, or leave this break out";
            return Err(KernelError::Contradiction { field, value: unit_cost, other, way_out });
        }
        Ok(())
    }
}

impl DiscountPlan<'_> {
    /// Why it is this quantity: the best of each region, with what it costs.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{PriceBreak, PriceBreaks};
    ///
    /// let breaks = [(0.0, 10.0), (1000.0, 9.5)].map(|(from, unit_cost)| PriceBreak { from, unit_cost });
    /// let why = PriceBreaks::all_units(50.0, 0.2, 5000.0, &breaks).solve()?.explain();
    /// assert_eq!(why.to_string(), "\
    /// Order quantity: 1,000
    /// │ the cheapest of the best quantities at each price, the goods included
    /// │ fixed cost: 50
    /// │ holding cost rate: 0.2
    /// │ demand rate: 5,000
    /// ├─ Cost per unit of time: 48,700
    /// │  ├─ Ordering: 250
    /// │  ├─ Holding: 950
    /// │  └─ Purchase: 47,500
    /// └─ Best at this price: 500
    ///    │ from: 0
    ///    │ unit cost: 10
    ///    └─ Cost per unit of time: 51,000
    ///       ├─ Ordering: 500
    ///       ├─ Holding: 500
    ///       └─ Purchase: 50,000
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let model = &self.model;
        let given = [
            ("fixed cost", Some(model.fixed_cost)),
            ("holding cost rate", Some(model.holding_cost_rate)),
            ("demand rate", Some(model.demand_rate)),
        ];
        let rule = "the cheapest of the best quantities at each price, the goods included";
        let why = because("Order quantity", self.order_quantity).rule(word(rule));
        let others = model.candidates().filter(|other| other.region != self.region);
        parameters(why, given)
            .input(self.costs.explain("Cost per unit of time"))
            .inputs(others.filter_map(|other| model.explain_other(other)))
    }
}

impl PriceBreaks<'_> {
    fn explain_other(&self, other: Candidate) -> Option<Explain> {
        let (plan, price) = (self.plan_in(other).ok()?, self.breaks.get(other.region)?);
        let given = [("from", Some(price.from)), ("unit cost", Some(price.unit_cost))];
        let why = parameters(because("Best at this price", other.quantity), given);
        Some(why.input(plan.costs.explain("Cost per unit of time")))
    }
}

impl CostCurve for DiscountPlan<'_> {
    fn chosen(&self) -> f64 {
        self.order_quantity
    }

    fn costs_at(&self, order_quantity: f64) -> Result<Costs, KernelError> {
        Ok(self.model.plan_at(order_quantity)?.costs)
    }
}
