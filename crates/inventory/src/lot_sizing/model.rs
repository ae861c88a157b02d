//! What is to be covered, and the lots that do.

use fondaco_core::report::Explain;
use rust_decimal::Decimal;

use super::{LotCosts, LotSizing, SpentCosts, explain};
use crate::KernelError;

/// What is wanted of an item, period by period, and what its lots cost.
///
/// ```
/// use fondaco_inventory::lot_sizing::{LotCosts, LotModel, LotSizing};
/// use rust_decimal::Decimal;
///
/// // Nahmias, Production and Operations Analysis: five weeks of a machine's casting.
/// let demand = [18, 30, 42, 5, 20].map(Decimal::from);
/// let costs = LotCosts::new(Decimal::from(80), Decimal::from(2));
/// let plan = LotModel::new(&demand, &costs).plan(&LotSizing::SilverMeal)?;
/// assert_eq!(plan.quantities(), [48, 0, 47, 0, 20].map(Decimal::from));
/// assert_eq!((plan.costs.setup, plan.costs.holding), (240.into(), 70.into()));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LotModel<'a> {
    /// How much is wanted in each period, net of the stock at the start.
    pub demand: &'a [Decimal],
    /// What its lots cost.
    pub costs: &'a LotCosts,
}

impl<'a> LotModel<'a> {
    /// A demand by period, and what lots cost.
    #[must_use]
    pub fn new(demand: &'a [Decimal], costs: &'a LotCosts) -> LotModel<'a> {
        LotModel { demand, costs }
    }

    /// The lots by a rule.
    ///
    /// # Errors
    /// When there is no period, when a demand, a cost or a figure of the rule is below zero, when costs by period are of another
    /// number of periods, when an economic quantity is asked for and keeping costs nothing, and when a figure has no room.
    pub fn plan(&self, rule: &LotSizing) -> Result<LotPlan, KernelError> {
        rule.plan(self)
    }
}

/// A lot that is to come in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedLot<Quantity = Decimal> {
    /// The period in which it comes, counted from 0.
    pub period: usize,
    /// The last period with a demand before the next lot comes: how far it has to reach.
    pub last: usize,
    /// How much comes.
    pub quantity: Quantity,
}

/// The lots of an item, and what they cost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LotPlan {
    /// The rule that they were made by. None where each is as large as its period's capacity made best.
    pub rule: Option<LotSizing>,
    /// Of how many periods it is.
    pub periods: usize,
    /// The lots, in the order of periods, at most one in each.
    pub lots: Vec<PlannedLot>,
    /// What they cost together.
    pub costs: SpentCosts,
}

impl LotPlan {
    /// What comes in each period: 0 where there is no lot.
    #[must_use]
    pub fn quantities(&self) -> Vec<Decimal> {
        let mut quantities = vec![Decimal::ZERO; self.periods];
        for lot in &self.lots {
            if let Some(quantity) = quantities.get_mut(lot.period) {
                *quantity = lot.quantity;
            }
        }
        quantities
    }

    /// Why the lots are what they are: how far each reaches, what it costs, and why it doesn't reach further. `model` is what the plan
    /// was made of. Periods are counted from 1 in words.
    ///
    /// # Errors
    /// When the model is of another number of periods than the plan, or is one that no plan could be made of.
    ///
    /// ```
    /// use fondaco_inventory::lot_sizing::{LotCosts, LotModel, LotSizing};
    /// use rust_decimal::Decimal;
    ///
    /// let (demand, costs) = ([18, 30, 42].map(Decimal::from), LotCosts::new(Decimal::from(80), Decimal::TWO));
    /// let model = LotModel::new(&demand, &costs);
    /// let why = model.plan(&LotSizing::SilverMeal)?.explain(&model)?;
    /// assert_eq!(why.to_string(), "\
    /// Cost of the lots: 220
    /// │ Silver-Meal: a lot reaches as far as its cost per period does not rise
    /// ├─ Lot of period 1: 48
    /// │  │ reaches through period 2
    /// │  ├─ Setup: 80
    /// │  ├─ Holding: 60
    /// │  ├─ Cost per period: 70
    /// │  └─ Cost per period if it reached through period 3: 102.6667
    /// ├─ Lot of period 3: 42
    /// │  ├─ Setup: 80
    /// │  └─ Cost per period: 80
    /// ├─ Setup: 160
    /// └─ Holding: 60
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn explain(&self, model: &LotModel<'_>) -> Result<Explain, KernelError> {
        explain::plan(self, model)
    }
}
