//! Why a pay calendar is refused.

use chrono::NaiveDate;
use fondaco_core::calendar::CalendarError;
use fondaco_core::{DateRange, ErrorCode};
use smol_str::SmolStr;

/// A pay calendar that can't be, or a year or day that it doesn't reach.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum PayCalendarError {
    /// A first day on which no such period can begin.
    #[error("no {frequency} period can begin on {anchor}: {way_out}")]
    #[kind(Invalid)]
    BadAnchor {
        /// How often is paid.
        frequency: &'static str,
        /// The day as given.
        anchor: NaiveDate,
        /// Which days can be.
        way_out: &'static str,
    },
    /// A setting that can't be.
    #[error("{field} is {value}, which {why}")]
    #[kind(Invalid)]
    BadPayCalendar {
        /// Which setting.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// A year that no calendar reaches.
    #[error("the year {year} lies beyond the calendar: give one from 1900 to 9999")]
    #[kind(Invalid)]
    PayYearBeyond {
        /// The year as given.
        year: i32,
    },
    /// No such pay group.
    #[error("there is no pay group {group}: define it first, or correct the code")]
    #[kind(NotFound)]
    UnknownPayGroup {
        /// The code as given.
        group: SmolStr,
    },
    /// The periods of that year are there already.
    #[error(
        "the periods of {year} of pay group {group} are open already: use them as they are, or open another year"
    )]
    #[kind(Conflict)]
    PayYearOpen {
        /// The pay group.
        group: SmolStr,
        /// The year.
        year: i32,
    },
    /// Periods of another calendar that don't follow on those that are open.
    #[error(
        "of pay group {group} the period {after} does not follow on {before}: days would be paid twice, or never; give a calendar of which a period begins on {begins}, or define another pay group and say it in contracts from a day on"
    )]
    #[kind(Conflict)]
    PayPeriodsApart {
        /// The pay group.
        group: SmolStr,
        /// The days of one.
        before: DateRange,
        /// The days of the next one.
        after: DateRange,
        /// The day on which a period has to begin.
        begins: NaiveDate,
    },
    /// No such period.
    #[error(
        "pay group {group} has no period {number} in {year}: open the year first, or correct the number"
    )]
    #[kind(NotFound)]
    UnknownPayPeriod {
        /// The pay group.
        group: SmolStr,
        /// The year.
        year: i32,
        /// The number as given.
        number: u32,
    },
    /// No such period.
    #[error("pay group {group} has no period of {days}: open its year first, or correct the days")]
    #[kind(NotFound)]
    NoPayPeriod {
        /// The pay group.
        group: SmolStr,
        /// The days as given.
        days: DateRange,
    },
    /// A business calendar that can't tell a day.
    #[error(transparent)]
    #[inner]
    Calendar(#[from] CalendarError),
}
