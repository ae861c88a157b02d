//! Lots by quantity and by time, given or economic.

use fondaco_core::Ratio;
use fondaco_core::decimal::DecimalError;

use super::PlannedLot;
use super::units::WholeCosts;
use crate::KernelError;

pub(super) const NO_ROOM: KernelError =
    KernelError::Exact { what: "the quantity of a lot", error: DecimalError::Overflow };

/// From the first need that is not covered, a lot as far as `reach` says it goes; and so on.
pub(super) fn by_reach(
    needs: &[i64],
    lots: &mut Vec<PlannedLot<i64>>,
    reach: impl Fn(usize) -> usize,
) {
    let mut from = 0;
    while let Some(period) = (from..needs.len()).find(|period| needs[*period] > 0) {
        let end = reach(period).min(needs.len() - 1);
        let last = (period..=end).rfind(|period| needs[*period] > 0).unwrap_or(period);
        let quantity = needs[period..=last].iter().sum();
        lots.push(PlannedLot { period, last, quantity });
        from = end + 1;
    }
}

/// Lots over so many periods.
pub(super) fn over_periods(periods: usize, needs: &[i64], lots: &mut Vec<PlannedLot<i64>>) {
    by_reach(needs, lots, |from| from.saturating_add(periods - 1));
}

/// Lots of a quantity, or of several of it, whenever stock does not suffice.
pub(super) fn of_quantity(quantity: i64, needs: &[i64], lots: &mut Vec<PlannedLot<i64>>) {
    let mut stock = 0;
    for (period, need) in needs.iter().enumerate().filter(|(_, need)| **need > 0) {
        if stock < *need {
            // No overflow: the sum of needs and one quantity more has room.
            let times = (need - stock - 1) / quantity + 1;
            lots.push(PlannedLot { period, last: period, quantity: times * quantity });
            stock += times * quantity;
        }
        stock -= need;
        if let Some(lot) = lots.last_mut() {
            lot.last = period;
        }
    }
}

/// The economic order quantity in whole steps, rounded half up, at least one.
pub(super) fn economic_steps(
    costs: &WholeCosts,
    periods: usize,
    wanted: i64,
    step: i64,
) -> Result<i64, KernelError> {
    // (Q / step)² = 2 K D ÷ (h step²), by the sums of K and h and the mean of D.
    let of_costs = costs_ratio(costs, periods)?;
    let step = Ratio::new(1, step.into()).map_err(no_room)?;
    let wanted = Ratio::new(wanted.into(), periods as i128).map_err(no_room)?;
    let square = of_costs.mul(wanted).and_then(|square| square.mul(step)?.mul(step));
    rounded_root(square.map_err(no_room)?)
}

/// How many periods the economic order quantity lasts at the mean demand, rounded half up, at least one.
pub(super) fn economic_periods(
    costs: &WholeCosts,
    periods: usize,
    wanted: i64,
) -> Result<usize, KernelError> {
    // (Q / D)² = 2 K ÷ (h D).
    let mean = Ratio::new(periods as i128, wanted.into()).map_err(no_room)?;
    let square = costs_ratio(costs, periods)?.mul(mean).map_err(no_room)?;
    Ok(usize::try_from(rounded_root(square)?).unwrap_or(usize::MAX))
}

/// `2 K ÷ h` by the means over all periods.
fn costs_ratio(costs: &WholeCosts, periods: usize) -> Result<Ratio, KernelError> {
    let setup: i128 = (0..periods).map(|period| costs.setup.at(period)).sum();
    let holding: i128 = (0..periods).map(|period| i128::from(costs.holding.at(period))).sum();
    if holding == 0 {
        return Err(KernelError::NotPositive { field: "holding_cost", value: 0.0 });
    }
    Ratio::new(2 * setup, holding).map_err(no_room)
}

/// The whole number nearest to the root, at least 1: the largest `n` with `(2n - 1)² ≤ 4 × square`.
fn rounded_root(square: Ratio) -> Result<i64, KernelError> {
    let fourfold = Ratio::new(4, 1).and_then(|four| square.mul(four)).map_err(no_room)?;
    let root = (fourfold.numerator() / fourfold.denominator()).isqrt();
    i64::try_from((root + 1) / 2).map(|root| root.max(1)).map_err(|_| NO_ROOM)
}

fn no_room<E>(_: E) -> KernelError {
    NO_ROOM
}
