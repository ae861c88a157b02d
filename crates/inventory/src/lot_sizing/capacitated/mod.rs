//! Lots where each period has only so much room: the single-item capacitated lot sizing problem.
//!
//! Between two periods whose stock is nothing, a best plan has at most one lot that is neither nothing nor all its period has room for
//! (M. Florian, M. Klein, Management Science 18 (1971)). So the stock that a period may end with is a sum of whole capacities less what
//! was wanted since the stock was last nothing, or what is wanted until it is next, less whole capacities. `levels` lists those stocks,
//! `course` finds the cheapest way over them: the exact optimum, in the third power of the number of periods where the capacity is always
//! the same. Where it differs the problem is NP-hard, and the levels may be too many. Then the plan goes over evenly spread levels, its
//! quantities are made the best for the periods it has chosen (`fill`), and `bound` says how much less any plan must cost at least.

mod bound;
mod course;
mod fill;
mod levels;

use fondaco_core::report::{Explain, Parameter, word};
use rust_decimal::Decimal;

use super::units::{self, PerPeriod, WholeCosts};
use super::{ByPeriod, LotModel, LotPlan, PlannedLot};
use crate::KernelError;
use crate::exact::float;

/// How many levels of stock are looked at, over all periods together, before a plan is content to be good.
const MOST_LEVELS: usize = 1 << 20;

/// Lots that must not be larger than their period has room for.
///
/// ```
/// use fondaco_inventory::lot_sizing::{CapacitatedLots, LotCosts, LotModel};
/// use rust_decimal::Decimal;
///
/// let (demand, costs) = ([20, 60, 0, 90].map(Decimal::from), LotCosts::new(Decimal::from(50), Decimal::ONE));
/// let plan = CapacitatedLots::new(LotModel::new(&demand, &costs), Decimal::from(70)).solve()?;
/// assert_eq!(plan.plan.quantities(), [30, 70, 0, 70].map(Decimal::from));
/// assert_eq!(plan.plan.costs.total, Decimal::from(200));
/// assert!(plan.is_optimal && plan.gap() == 0.0);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CapacitatedLots<'a> {
    /// What is wanted, and what lots cost.
    pub model: LotModel<'a>,
    /// The most that can come in a period.
    pub capacity: ByPeriod,
}

/// Lots within a capacity, and how good they are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CapacitatedPlan {
    /// The lots.
    pub plan: LotPlan,
    /// No plan costs less than this.
    pub lower_bound: Decimal,
    /// Whether it was proved that no plan costs less than this one.
    pub is_optimal: bool,
}

/// What is to be covered within a capacity, in whole numbers.
struct Whole {
    needs: Vec<i64>,
    capacity: PerPeriod<i64>,
    costs: WholeCosts,
    /// Of which digit quantities are.
    digits: u32,
}

impl<'a> CapacitatedLots<'a> {
    /// Lots of a model within a capacity by period.
    #[must_use]
    pub fn new(model: LotModel<'a>, capacity: impl Into<ByPeriod>) -> CapacitatedLots<'a> {
        CapacitatedLots { model, capacity: capacity.into() }
    }

    /// The plan of least cost; where that is out of reach, a good one, with how much better another could be at most.
    ///
    /// Of plans that cost the same it is the one with the fewest lots found first.
    ///
    /// # Errors
    /// As [`LotModel::plan`], when the capacity is below zero or of another number of periods, and when it does not suffice: then the
    /// first period that can't be covered is named.
    pub fn solve(&self) -> Result<CapacitatedPlan, KernelError> {
        self.solve_within(MOST_LEVELS)
    }

    fn solve_within(&self, most_levels: usize) -> Result<CapacitatedPlan, KernelError> {
        let whole = self.whole()?;
        let all = levels::all(&whole, most_levels);
        let is_complete = all.is_some();
        let stocks = all.unwrap_or_else(|| levels::spread(&whole, most_levels));
        let course = course::cheapest(&whole, &stocks).ok_or(KernelError::NoAnswer {
            what: "the lots within a capacity",
            why: "no plan was found; give a larger capacity",
        })?;
        let lots = if is_complete { course.lots } else { fill::best(&whole, &course.lots) };
        let costs = whole.costs.spent(&whole.needs, &lots)?;
        let bound = if is_complete { None } else { Some(bound::lower(&whole, most_levels)?) };
        let lower_bound = bound.map_or(costs.total, |bound| bound.min(costs.total));
        let lots = lots.iter().map(|lot| PlannedLot {
            period: lot.period,
            last: lot.last,
            quantity: fondaco_core::decimal::from_fixed(lot.quantity, whole.digits),
        });
        let lots = lots.collect();
        Ok(CapacitatedPlan {
            plan: LotPlan { rule: None, periods: whole.needs.len(), lots, costs },
            is_optimal: lower_bound == costs.total,
            lower_bound,
        })
    }

    fn whole(&self) -> Result<Whole, KernelError> {
        let LotModel { demand, costs } = self.model;
        let digits = units::digits_beside(&self.capacity, demand);
        let mut needs = Vec::new();
        units::demand(demand, Some(Decimal::new(1, digits)), &mut needs)?;
        if needs.is_empty() {
            return Err(KernelError::TooFew { field: "demand", count: 0, least: 1 });
        }
        let costs = WholeCosts::of(costs, digits)?;
        costs.check(needs.len(), units::roomy_total(&needs)?)?;
        let capacity = units::quantities("capacity", &self.capacity, digits, needs.len())?;
        let whole = Whole { needs, capacity, costs, digits };
        whole.suffices()?;
        Ok(whole)
    }
}

impl Whole {
    /// That what could come up to each period is as much as is wanted.
    fn suffices(&self) -> Result<(), KernelError> {
        let mut spare = 0_i128;
        for (period, need) in self.needs.iter().enumerate() {
            spare += i128::from(self.capacity.at(period)) - i128::from(*need);
            if spare < 0 {
                return Err(KernelError::Contradiction {
                    field: "capacity",
                    value: float(units::decimal("capacity", -spare, self.digits)?),
                    other: "that much is missing of what is wanted up to this period",
                    way_out: "give more capacity up to it, or move demand to later periods",
                }
                .at(period));
            }
        }
        Ok(())
    }

    /// The least stock that each period must begin with, and the last one end with, for the later ones to be covered.
    fn least_stocks(&self) -> Vec<i64> {
        let mut least = vec![0; self.needs.len() + 1];
        for (period, need) in self.needs.iter().enumerate().rev() {
            least[period] = (least[period + 1] + need - self.capacity.at(period)).max(0);
        }
        least
    }

    /// The most stock that each period can begin with, of what is still wanted.
    fn most_stocks(&self) -> Vec<i64> {
        let mut wanted: i64 = self.needs.iter().sum();
        let (mut most, mut stock) = (vec![0], 0_i64);
        for (period, need) in self.needs.iter().enumerate() {
            wanted -= need;
            stock =
                stock.saturating_add(self.capacity.at(period)).saturating_sub(*need).min(wanted);
            most.push(stock);
        }
        most
    }
}

impl CapacitatedPlan {
    /// How much cheaper another plan could be at most, as a share of this one's cost: 0 where it is proved to be the best.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let total = self.plan.costs.total;
        if total.is_zero() { 0.0 } else { float(total - self.lower_bound) / float(total) }
    }

    /// Why the lots are what they are: what they cost, and what no plan can cost less than.
    ///
    /// # Errors
    /// As [`LotPlan::explain`].
    pub fn explain(&self, model: &LotModel<'_>) -> Result<Explain, KernelError> {
        let why = self.plan.explain(model)?;
        Ok(why.parameter(Parameter::new(word("no plan costs less than"), self.lower_bound)))
    }
}

#[cfg(test)]
mod tests;
