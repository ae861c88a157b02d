//! A rule and its costs, made ready for whole numbers.

use rust_decimal::Decimal;

use super::units::{self, WholeCosts};
use super::{LotCosts, LotSizing, PlannedLot, grown, plain, wagner_whitin};
use crate::KernelError;
use crate::exact::positive;

/// A rule of lot sizing and what lots cost, ready for quantities that are whole numbers of their smallest unit: what a run over many
/// items calls, without a decimal or an allocation in between.
///
/// ```
/// use fondaco_inventory::lot_sizing::{LotCosts, LotSizing, Scratch, Sizer};
/// use rust_decimal::Decimal;
///
/// // Quantities in millionths, as stock keeps them.
/// let sizer = Sizer::new(&LotSizing::Periods(2), &LotCosts::default(), 6)?;
/// let lots = sizer.lots(&[0, 5_000_000, 2_500_000, 1_000_000], &mut Scratch::default())?.to_vec();
/// assert_eq!((lots[0].period, lots[0].last, lots[0].quantity), (1, 2, 7_500_000));
/// assert_eq!((lots[1].period, lots[1].last, lots[1].quantity), (3, 3, 1_000_000));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizer {
    pub(super) rule: LotSizing,
    /// The quantity that the rule was given, as a whole number; 1 where it has none.
    pub(super) step: i64,
    pub(super) costs: WholeCosts,
}

/// Room that [`Sizer::lots`] works in, used again from item to item.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    pub(super) needs: Vec<i64>,
    pub(super) lots: Vec<PlannedLot<i64>>,
    pub(super) courses: wagner_whitin::Courses,
}

impl Sizer {
    /// A rule with its costs, for quantities in units of the `quantity_digits`-th decimal: 6 for stock's.
    ///
    /// # Errors
    /// When a cost, or the rule's own quantity or number of periods, is below zero or nothing where it can't be, or has no room in so
    /// many digits.
    pub fn new(
        rule: &LotSizing,
        costs: &LotCosts,
        quantity_digits: u32,
    ) -> Result<Sizer, KernelError> {
        let step = |field, quantity: Decimal| {
            units::narrow(field, positive(field, quantity)?, quantity_digits)
        };
        let step = match rule {
            LotSizing::FixedQuantity(quantity) => step("quantity", *quantity)?,
            LotSizing::EconomicQuantity(multiple) => step("multiple", *multiple)?,
            LotSizing::Periods(0) => {
                return Err(KernelError::NotPositive { field: "periods", value: 0.0 });
            }
            _ => 1,
        };
        Ok(Sizer { rule: *rule, step, costs: WholeCosts::of(costs, quantity_digits)? })
    }

    /// Its rule.
    #[must_use]
    pub fn rule(&self) -> &LotSizing {
        &self.rule
    }

    /// The lots that cover the needs of all periods, in the order of periods.
    ///
    /// # Errors
    /// When there is no period, a need is below zero, costs by period are of another number of periods, an economic quantity is asked
    /// for and keeping costs nothing, or a sum has no room.
    pub fn lots<'s>(
        &self,
        needs: &[i64],
        scratch: &'s mut Scratch,
    ) -> Result<&'s [PlannedLot<i64>], KernelError> {
        if needs.is_empty() {
            return Err(KernelError::TooFew { field: "demand", count: 0, least: 1 });
        }
        if let Some(index) = needs.iter().position(|need| *need < 0) {
            let value = needs[index] as f64;
            return Err(KernelError::Negative { field: "demand", value }.at(index));
        }
        let wanted = units::total(needs)?;
        self.costs.check(needs.len(), wanted)?;
        let Scratch { lots, courses, .. } = scratch;
        lots.clear();
        match self.rule {
            LotSizing::LotForLot => plain::over_periods(1, needs, lots),
            LotSizing::Periods(periods) => plain::over_periods(periods as usize, needs, lots),
            LotSizing::FixedQuantity(_) => self.fixed(self.step, needs, wanted, lots)?,
            LotSizing::EconomicQuantity(_) => {
                let quantity = self.economic_quantity(needs.len(), wanted)?;
                self.fixed(quantity, needs, wanted, lots)?;
            }
            LotSizing::EconomicPeriods => {
                plain::over_periods(self.economic_periods(needs.len(), wanted)?, needs, lots);
            }
            LotSizing::LeastUnitCost => grown::least_unit_cost(&self.costs, needs, lots),
            LotSizing::PartPeriod(stop) => grown::part_period(&self.costs, stop, needs, lots),
            LotSizing::SilverMeal => grown::silver_meal(&self.costs, needs, lots),
            LotSizing::WagnerWhitin => wagner_whitin::lots(&self.costs, needs, courses, lots),
        }
        Ok(lots)
    }

    /// Lots of a quantity, of which more may come than is wanted.
    fn fixed(
        &self,
        quantity: i64,
        needs: &[i64],
        wanted: i64,
        lots: &mut Vec<PlannedLot<i64>>,
    ) -> Result<(), KernelError> {
        let most = wanted.checked_add(quantity).ok_or(plain::NO_ROOM)?;
        self.costs.check(needs.len(), most)?;
        plain::of_quantity(quantity, needs, lots);
        Ok(())
    }

    /// The economic order quantity in steps.
    pub(super) fn economic_quantity(
        &self,
        periods: usize,
        wanted: i64,
    ) -> Result<i64, KernelError> {
        if wanted == 0 {
            return Ok(self.step);
        }
        let steps = plain::economic_steps(&self.costs, periods, wanted, self.step)?;
        steps.checked_mul(self.step).ok_or(plain::NO_ROOM)
    }

    /// How many periods the economic order quantity lasts.
    pub(super) fn economic_periods(
        &self,
        periods: usize,
        wanted: i64,
    ) -> Result<usize, KernelError> {
        if wanted == 0 {
            return Ok(1);
        }
        plain::economic_periods(&self.costs, periods, wanted)
    }
}
