//! Employees, and all that is said of them: contracts, jobs and rates, cards, accounts, what is paid once, hours, balances.
//!
//! An [`Employee`] is a party of core's under the company's own number. Whatever holds for a time is said with the days on which it
//! holds, and kept with the time at which it was said: pay that is reckoned again for an old period is reckoned from what was known then,
//! or from what is known now, as it is asked.

mod employee;
mod error;
mod holdings;
pub mod rights;

pub use employee::{
    AddEmployees, Employee, NewEmployee, NewPerson, employee_numbered, employee_party,
};
pub use error::StaffError;
pub use holdings::HOLDINGS;

use fondaco_core::engine::Part;
use fondaco_core::enter::MOST_LINES;
use fondaco_core::store::Record;

use crate::calendars::{PayGroup, PayPeriod};
use crate::leave::LeaveRequest;

/// What the engine has of employees, their pay calendars and their leave.
pub(crate) static PART: Part =
    Part::new(&[PayGroup::TABLE, PayPeriod::TABLE, Employee::TABLE, LeaveRequest::TABLE])
        .permissions(&[
            &rights::SET_UP,
            &rights::KEEP_STAFF,
            &rights::ENTER_PAY,
            &rights::ENTER_TIME,
            &rights::REQUEST_LEAVE,
            &rights::DECIDE_LEAVE,
        ])
        .holdings(HOLDINGS);

/// Whether one command takes so many lines.
pub(crate) fn check_count(count: usize) -> Result<(), StaffError> {
    let most = MOST_LINES;
    if count > most { Err(StaffError::TooMany { count, most }) } else { Ok(()) }
}
