//! When people are paid: periods, their cut-off and pay day, and the tax year and period that each belongs to.
//!
//! A [`PayCalendar`] makes the periods of a tax year by itself, from the first day of any one of them: weekly, biweekly, four-weekly,
//! semimonthly or monthly. Pay days move off holidays by a business calendar of core's. Which tax year a period belongs to is each
//! law's own matter ([`TaxTime`]), so a year has 53 weekly or 27 biweekly periods when so many of the days that count fall into it,
//! and never because somebody counted wrong.
//!
//! In the store a [`PayGroup`] is those who are paid together: by one calendar and one book of rules. [`OpenPayYear`] makes its
//! [`PayPeriod`]s once; what is changed of the calendar later leaves them as they are.

mod error;
mod group;
mod held;
mod opening;
mod pay_calendar;
mod periods;
mod tax_time;

pub use error::PayCalendarError;
pub use group::SET_UP;
pub use group::{
    AnnualPay, DefinePayGroup, PayGroup, PayPeriod, ProrationRule, pay_group, pay_period,
    pay_period_of, pay_periods,
};
pub(crate) use held::HeldGroups;
pub use opening::OpenPayYear;
pub(crate) use opening::{made, new_periods};
pub use pay_calendar::{PayCalendar, PayDay, PayFrequency};
pub use periods::Period;
pub use tax_time::{Numbering, TaxBasis, TaxTime};

#[cfg(test)]
mod tests;
