//! Why something about an employee is refused. Numbers of accounts and the like are personal: an error tells their last characters.

use chrono::NaiveDate;
use fondaco_core::timeline::TimelineError;
use fondaco_core::{ErrorCode, PartyId};
use smol_str::SmolStr;

/// What is wrong with an employee, or with something that is said of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum StaffError {
    /// Nobody has this number.
    #[error("there is no employee {employee}: take the employee on first, or correct the number")]
    #[kind(NotFound)]
    UnknownEmployee {
        /// The number as given.
        employee: SmolStr,
    },
    /// No employee has this id.
    #[error("party {party} is no employee: take the person on first, or correct the id")]
    #[kind(NotFound)]
    #[code("no_employee")]
    NoEmployee {
        /// The id as given.
        party: PartyId,
    },
    /// A number that somebody has.
    #[error("employee number {employee} is taken: give another one")]
    #[kind(Conflict)]
    NumberTaken {
        /// The number.
        employee: SmolStr,
    },
    /// The person is an employee already, under another number.
    #[error("employee {employee} is the same person as employee {other}: use that number")]
    #[kind(Conflict)]
    EmployedAlready {
        /// The number as given.
        employee: SmolStr,
        /// The number on record.
        other: SmolStr,
    },
    /// Something that stands twice in one command.
    #[error("employee {employee}: {field} is given twice: leave one out")]
    #[kind(Invalid)]
    GivenTwice {
        /// The employee's number.
        employee: SmolStr,
        /// What.
        field: SmolStr,
    },
    /// A value that can't be.
    #[error("employee {employee}: {field} is {value}: {way_out}")]
    #[kind(Invalid)]
    BadStaff {
        /// The employee's number.
        employee: SmolStr,
        /// Which field.
        field: SmolStr,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        way_out: String,
    },
    /// Two things that would hold on the same days, or the like.
    #[error("employee {employee}: {what}: {error}")]
    #[inner]
    Said {
        /// The employee's number.
        employee: SmolStr,
        /// What was to be recorded: a contract, a job and its code.
        what: SmolStr,
        /// What is wrong.
        error: TimelineError,
    },
    /// Nothing was agreed for that day.
    #[error(
        "employee {employee} has no contract on {day}, for which {field} is {value}: record the contract first, or correct the day"
    )]
    #[kind(Refused)]
    NoContract {
        /// The employee's number.
        employee: SmolStr,
        /// The day.
        day: NaiveDate,
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
    },
    /// Input for days that are paid already.
    #[error(
        "employee {employee}: {field} is {value} for {day}, whose period is paid: correct the day, or say that a retro run pays it"
    )]
    #[kind(Refused)]
    PeriodPaid {
        /// The employee's number.
        employee: SmolStr,
        /// The day.
        day: NaiveDate,
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
    },
    /// A job that the employee does not have then.
    #[error(
        "employee {employee} has no job {job} on {day}: record the job first, or correct the code"
    )]
    #[kind(NotFound)]
    NoJob {
        /// The employee's number.
        employee: SmolStr,
        /// The job's code.
        job: SmolStr,
        /// The day.
        day: NaiveDate,
    },
    /// No such component of pay.
    #[error("there is no pay component {component}: define it first, or correct the code")]
    #[kind(NotFound)]
    UnknownComponent {
        /// The code as given.
        component: SmolStr,
    },
    /// A grade that the pay scale does not have then.
    #[error(
        "employee {employee}: pay scale {scale} has no grade {grade} step {step} on {day}: record its pay first, or correct the job"
    )]
    #[kind(NotFound)]
    NoGrade {
        /// The employee's number.
        employee: SmolStr,
        /// The pay scale.
        scale: SmolStr,
        /// The grade.
        grade: SmolStr,
        /// The step.
        step: u32,
        /// The day.
        day: NaiveDate,
    },
    /// A setting of a component or of a pay scale.
    #[error("{what} {code}: {field} is {value}: {way_out}")]
    #[kind(Invalid)]
    BadPayTerm {
        /// What it is: a component, a pay scale.
        what: &'static str,
        /// Its code.
        code: SmolStr,
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        way_out: &'static str,
    },
    /// Pay of a pay scale that holds on the same days already, or the like.
    #[error("pay scale {scale}, grade {grade} step {step}: {error}")]
    #[inner]
    ScaleSaid {
        /// The pay scale.
        scale: SmolStr,
        /// The grade.
        grade: SmolStr,
        /// The step.
        step: u32,
        /// What is wrong.
        error: TimelineError,
    },
    /// More than one command takes.
    #[error("{count} lines are more than the {most} that one command takes: enter them in parts")]
    #[kind(Invalid)]
    #[code("too_many_lines")]
    TooMany {
        /// How many.
        count: usize,
        /// The most.
        most: usize,
    },
}

impl StaffError {
    /// A value that can't be.
    pub(crate) fn bad(
        employee: &SmolStr,
        field: impl Into<SmolStr>,
        value: impl ToString,
        way_out: impl Into<String>,
    ) -> StaffError {
        StaffError::BadStaff {
            employee: employee.clone(),
            field: field.into(),
            value: value.to_string(),
            way_out: way_out.into(),
        }
    }
}
