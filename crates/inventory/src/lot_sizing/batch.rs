//! Many items at once.

use std::num::NonZeroUsize;

use super::{LotModel, LotPlan, LotSizing, Scratch};
use crate::{KernelError, threads};

/// The lots of many items by one rule, on so many threads: the plan of each, or why it has none.
///
/// No item knows of another, so the result is the same on any number of threads.
///
/// ```
/// use fondaco_inventory::lot_sizing::{LotCosts, LotModel, LotSizing, plan_each};
/// use rust_decimal::Decimal;
/// use std::num::NonZeroUsize;
///
/// let costs = LotCosts::new(Decimal::from(30), Decimal::ONE);
/// let demands = [[10, 20, 5, 40].map(Decimal::from), [10, -1, 5, 40].map(Decimal::from)];
/// let models = demands.each_ref().map(|demand| LotModel::new(demand, &costs));
/// let plans = plan_each(&models, &LotSizing::WagnerWhitin, NonZeroUsize::MIN);
/// assert_eq!(plans[0].as_ref().map(|plan| plan.costs.total), Ok(90.into()));
/// assert_eq!(
///     plans[1].as_ref().unwrap_err().to_string(),
///     "row 1 (counted from 0): demand is -1: give zero or a number above it",
/// );
/// ```
#[must_use]
pub fn plan_each(
    models: &[LotModel<'_>],
    rule: &LotSizing,
    threads: NonZeroUsize,
) -> Vec<Result<LotPlan, KernelError>> {
    threads::each(models, threads, Scratch::default, |room, model| rule.plan_with(model, room))
}
