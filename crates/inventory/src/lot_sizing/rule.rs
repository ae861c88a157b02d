//! The rules of lot sizing.

use rust_decimal::Decimal;

use super::{LotModel, LotPlan, PlannedLot, Scratch, Sizer, units};
use crate::KernelError;

/// How large lots are.
///
/// The rules from [`LeastUnitCost`](LotSizing::LeastUnitCost) to [`SilverMeal`](LotSizing::SilverMeal) begin a lot in the first period
/// with a demand that is not covered, and decide by what comes next how far it reaches. The costs are those of the lot's own period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum LotSizing {
    /// Each period has a lot of just what it wants.
    #[default]
    LotForLot,
    /// When stock does not suffice, as many times this quantity as it takes. What is left serves later periods.
    FixedQuantity(Decimal),
    /// A lot reaches over so many periods, its own included.
    Periods(u32),
    /// [`FixedQuantity`](LotSizing::FixedQuantity) by the economic order quantity `√(2 × setup cost × mean demand ÷ holding cost)`,
    /// rounded half up to a multiple of this, at least one: to 1 for whole pieces. Costs that differ by period count with their mean.
    EconomicQuantity(Decimal),
    /// [`Periods`](LotSizing::Periods) by the economic order quantity over the mean demand, rounded half up, at least one: the period
    /// order quantity.
    #[doc(alias = "POQ")]
    EconomicPeriods,
    /// As far as the cost per unit does not rise.
    LeastUnitCost,
    /// Least total cost, or part-period balancing: as far as keeping costs about as much as setting up.
    #[doc(alias = "LeastTotalCost")]
    PartPeriod(Stop),
    /// As far as the cost per period does not rise.
    SilverMeal,
    /// What costs least over all periods. Of plans that cost the same, the one whose last lot comes latest, and so back to the first:
    /// the one with the least stock.
    WagnerWhitin,
}

/// Where a lot ends whose keeping must balance its setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stop {
    /// Where keeping costs most nearly as much as setting up (S. Nahmias); the shorter of two that are equally near.
    Nearest,
    /// Before keeping costs more than setting up.
    NotAbove,
}

impl LotSizing {
    /// The lots of a model by this rule.
    ///
    /// # Errors
    /// As [`LotModel::plan`].
    ///
    /// ```
    /// use fondaco_inventory::lot_sizing::{LotCosts, LotModel, LotSizing};
    /// use rust_decimal::Decimal;
    /// let (demand, costs) = ([5, 0, 12, 2].map(Decimal::from), LotCosts::default());
    /// let plan = LotSizing::FixedQuantity(Decimal::TEN).plan(&LotModel::new(&demand, &costs))?;
    /// assert_eq!(plan.quantities(), [10, 0, 10, 0].map(Decimal::from));
    /// let refused = LotSizing::FixedQuantity(Decimal::ZERO).plan(&LotModel::new(&demand, &costs));
    /// assert_eq!(refused.unwrap_err().to_string(), "quantity is 0: give a number above zero");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan(&self, model: &LotModel<'_>) -> Result<LotPlan, KernelError> {
        self.plan_with(model, &mut Scratch::default())
    }

    /// [`plan`](LotSizing::plan) with room that is used again.
    pub(super) fn plan_with(
        &self,
        model: &LotModel<'_>,
        scratch: &mut Scratch,
    ) -> Result<LotPlan, KernelError> {
        let mut needs = std::mem::take(&mut scratch.needs);
        let digits = units::demand(model.demand, self.own_quantity(), &mut needs)?;
        let sizer = Sizer::new(self, model.costs, digits)?;
        let planned = sizer.lots(&needs, scratch).and_then(|lots| {
            let costs = sizer.costs.spent(&needs, lots)?;
            let lots = lots.iter().map(|lot| PlannedLot {
                period: lot.period,
                last: lot.last,
                quantity: fondaco_core::decimal::from_fixed(lot.quantity, digits),
            });
            Ok(LotPlan { rule: Some(*self), periods: needs.len(), lots: lots.collect(), costs })
        });
        scratch.needs = needs;
        planned
    }

    /// The quantity that the rule was given.
    fn own_quantity(&self) -> Option<Decimal> {
        match self {
            LotSizing::FixedQuantity(quantity) | LotSizing::EconomicQuantity(quantity) => {
                Some(*quantity)
            }
            _ => None,
        }
    }
}
