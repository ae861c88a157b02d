//! What deductions get of what the rules leave of pay.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::SlipTaking;
use super::{Earlier, Owed};
use crate::PayrollError;
use crate::garnishment::{self, Order};

/// What the rules leave of pay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    /// What is earned, less what the law withholds: what limits of orders are of.
    pub(crate) disposable: Decimal,
    /// What would be paid.
    pub(crate) net: Decimal,
    /// What is paid in any case.
    pub(crate) floor: Decimal,
    /// What slips of the same days left and took before.
    pub(crate) earlier: Earlier,
    /// How many digits the smallest coin has behind the point.
    pub(crate) digits: u32,
    /// Whether the slip is paid besides that of the period: nothing falls due by it.
    pub(crate) is_extra: bool,
}

/// What deductions get of what is left. What is owed to the employee is given back first. What was paid on the slip that this one stands in
/// place of is no deduction but pay that has left: it counts towards the floor, and no limit holds for it. Then orders are served as
/// [`serve`](crate::garnishment::serve) does, of what may be taken without going below the floor.
pub(crate) fn take(
    left: Left,
    owed: &[Owed],
    pay_date: NaiveDate,
) -> Result<Vec<SlipTaking>, PayrollError> {
    let mut takings = Vec::new();
    // What is paid in any case is paid once.
    let floor = (left.floor - left.earlier.net).max(Decimal::ZERO);
    let (mut net, mut floor) = (left.net, floor);
    let mut orders = Vec::new();
    // First what gives, then what takes from all of it.
    let mut owed: Vec<&Owed> = owed.iter().filter(|owed| owed.holds(pay_date)).collect();
    owed.sort_by_key(|owed| owed.is_paid_before);
    for owed in owed {
        let (mut wanted, due) = (owed.wanted(left.is_extra), owed.due(left.is_extra));
        let gives_back = wanted.is_sign_negative() && !wanted.is_zero();
        let mut taken = if gives_back { wanted } else { Decimal::ZERO };
        if owed.is_paid_before && !gives_back {
            taken = wanted.min(net.max(Decimal::ZERO));
            floor = (floor - taken).max(Decimal::ZERO);
            wanted = Decimal::ZERO;
        }
        net -= taken;
        takings.push(SlipTaking { deduction: owed.deduction.id, before: owed.owed, due, taken });
        orders.push(Order {
            id: SmolStr::default(),
            wanted: wanted.max(Decimal::ZERO),
            rank: owed.deduction.rank,
            limit: owed.deduction.limit.limit(),
        });
    }
    let disposable = left.disposable.max(Decimal::ZERO);
    let available = (net - floor).max(Decimal::ZERO);
    let keep = (disposable - available).max(Decimal::ZERO);
    let earlier = (left.earlier.disposable, left.earlier.taken);
    let served = garnishment::serve_after(earlier, disposable, &orders, keep, left.digits)?;
    for (taking, served) in takings.iter_mut().zip(served) {
        taking.taken += served.amount;
    }
    takings.retain(|taking| !(taking.taken.is_zero() && taking.due.is_zero()));
    Ok(takings)
}
