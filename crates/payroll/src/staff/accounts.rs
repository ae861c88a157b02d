//! The accounts that an employee is paid to, for payment files.

use chrono::NaiveDate;
use fondaco_core::store::Personal;
use fondaco_core::timeline::{Timeline, TimelineRules};
use fondaco_core::{PartyId, Range, Reading};

use super::term::{PrivateFact, PrivateTerm, Topic};
use super::{Employee, PayAccount, StaffError};
use crate::PayrollError;

/// The accounts that an employee is paid to on a day, in the order in which they are served: [`account_key`](super::account_key) of
/// [`PayAccount::bank`] is what a slip knows each by. None of who never told any, and of who was erased.
///
/// # Errors
/// [`StaffError::NoEmployee`], or a [`Halt`](fondaco_core::Halt) to be passed on.
pub fn pay_accounts(
    read: &mut impl Reading,
    employee: PartyId,
    day: NaiveDate,
) -> Result<Vec<PayAccount>, PayrollError> {
    let none = || StaffError::NoEmployee { party: employee }.into();
    read.peek_require::<Employee, PayrollError>(&employee, none)?;
    let rows = read.peek_scan(&Range::<PrivateFact>::by_key(&(employee, Topic::Accounts)))?;
    let timeline = Timeline::of_rows(TimelineRules::default(), &rows)?;
    match timeline.as_of(day).and_then(Personal::get).map(|term| &**term) {
        Some(PrivateTerm::Accounts(accounts)) => Ok(accounts.clone()),
        _ => Ok(Vec::new()),
    }
}
