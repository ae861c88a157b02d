//! Employees, and all that is said of them: contracts, jobs and rates, cards, accounts, what is paid once, hours, balances.
//!
//! An [`Employee`] is a party of core's under the company's own number. Whatever holds for a time is said with the days on which it
//! holds, and kept with the time at which it was said: pay that is reckoned again for an old period is reckoned from what was known then,
//! or from what is known now, as it is asked.
//!
//! With the feature `import` employees, contracts, accounts, components and scales, leave, hours, one-off items and what is there at the start come
//! from CSV files too.

mod accounts;
mod bank;
mod change;
mod component;
mod contracts;
mod employee;
mod error;
#[cfg(feature = "import")]
mod files;
mod gather;
mod holdings;
mod item;
mod openings;
mod paid;
pub mod rights;
mod rules;
mod say;
mod sheets;
mod term;

pub use accounts::pay_accounts;
pub use bank::{PayAccount, account_key};
pub use change::ChangeEmployee;
pub use component::{
    Basis, Component, DefineComponents, NewComponent, NewScalePay, RecordScale, ScaleFact, ScalePay,
};
pub(crate) use employee::{known, must_be_employee, numbered};

pub use employee::{
    AddEmployees, Employee, NewEmployee, NewPerson, employee_numbered, employee_party, employments,
};
pub use error::StaffError;
#[cfg(feature = "import")]
pub use files::{
    AccountColumns, AccountFile, AccountMapping, CardFile, CardMapping, ComponentFile,
    ComponentMapping, ContractFile, ContractMapping, DeductionFile, DeductionMapping, EmployeeFile,
    EmployeeMapping, GrantFile, GrantMapping, ItemFile, ItemMapping, LeaveFile, LeaveMapping,
    LeaveRightFile, LeaveRightMapping, RecurringFile, RecurringMapping, ScaleFile, ScaleMapping,
    SumFile, SumMapping, TimeFile, TimeMapping,
};
pub(crate) use gather::reached;
pub use gather::{Gathered, Gathering, employee_rate};
pub use holdings::HOLDINGS;
pub use item::{NewItem, PayItem, RecordItems};
pub use openings::{EnterDeductions, EnterSums, NewDeduction, NewSum};
pub use say::{NewTerm, RecordTerms, Said};
pub use sheets::{NewSheet, RecordTime, TimeSheet};
pub use term::{
    Contract, Job, JobPay, LeaveRight, PayPer, PrivateFact, PrivateTerm, Recurring, SalaryHours,
    Term, TermFact, Topic,
};

use fondaco_core::engine::Part;
use fondaco_core::enter::MOST_LINES;
use fondaco_core::store::Record;

use crate::calendars::{PayGroup, PayPeriod};

/// What the engine has of employees, their pay calendars and their leave.
pub(crate) static PART: Part = Part::new(&[
    PayGroup::TABLE,
    PayPeriod::TABLE,
    Employee::TABLE,
    TermFact::TABLE,
    PrivateFact::TABLE,
    Component::TABLE,
    ScaleFact::TABLE,
    PayItem::TABLE,
    TimeSheet::TABLE,
])
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
