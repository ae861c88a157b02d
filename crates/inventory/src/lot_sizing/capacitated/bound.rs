//! What no plan can cost less than.
//!
//! Two easier problems, of which the dearer answer counts. Without the capacity: Wagner and Whitin's. And on a coarse scale: the demand
//! summed up is rounded down to whole steps and each capacity up, so that every plan is allowed here too and more besides; what is kept is
//! still reckoned against the true demand. All that is wanted and all there is room for being whole steps, the best plan is one of whole
//! steps, and is found exactly.

use rust_decimal::Decimal;

use super::super::units::{self, PerPeriod};
use super::super::wagner_whitin::{self, Courses};
use super::{Whole, course, levels};
use crate::KernelError;

pub(super) fn lower(whole: &Whole, most_levels: usize) -> Result<Decimal, KernelError> {
    let mut lots = Vec::new();
    wagner_whitin::lots(&whole.costs, &whole.needs, &mut Courses::default(), &mut lots);
    let without_capacity = whole.costs.spent(&whole.needs, &lots)?.total;
    Ok(match coarse(whole, most_levels) {
        Some(bound) => {
            units::decimal("lower_bound", bound, whole.costs.digits)?.max(without_capacity)
        }
        None => without_capacity,
    })
}

/// The cost of the best plan on the coarse scale.
fn coarse(whole: &Whole, most_levels: usize) -> Option<i128> {
    let step = levels::step(whole, most_levels);
    let (mut wanted, mut covered, mut less_kept) = (0_i64, 0_i64, 0_i128);
    let (mut needs, mut capacity) = (Vec::new(), Vec::new());
    for (period, need) in whole.needs.iter().enumerate() {
        wanted += need;
        needs.push(wanted / step * step - covered);
        covered = wanted / step * step;
        capacity.push(whole.capacity.at(period).checked_add(step - 1)? / step * step);
        less_kept += i128::from(whole.costs.holding.at(period)) * i128::from(wanted - covered);
    }
    let coarse = Whole {
        needs,
        capacity: PerPeriod::Each(capacity),
        costs: whole.costs.clone(),
        digits: whole.digits,
    };
    let all = levels::multiples(&coarse, step);
    Some(course::cheapest(&coarse, &all)?.cost - less_kept)
}
