//! Why something of a payroll run is refused.

use chrono::NaiveDate;
use fondaco_core::{Currency, ErrorCode, Id, PartyId};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Deduction, Run};

/// What is wrong with a run, a slip, a deduction or a rule book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum RunError {
    /// There is no such run.
    #[error("there is no payroll run {run}: create it first")]
    #[kind(NotFound)]
    UnknownRun {
        /// Its id.
        run: Id<Run>,
    },
    /// The run has no slip of this employee.
    #[error("payroll run {run} has no slip of employee {employee}")]
    #[kind(NotFound)]
    UnknownSlip {
        /// The run.
        run: Id<Run>,
        /// Whose.
        employee: PartyId,
    },
    /// There is no such loan, order or claim.
    #[error("there is no deduction {deduction}: set it first")]
    #[kind(NotFound)]
    UnknownDeduction {
        /// Its id.
        deduction: Id<Deduction>,
    },
    /// Rules that nobody stored and that are not shipped.
    #[error(
        "employee {number}: rules are {rules:?}: store that book first, or name one of {known}"
    )]
    #[kind(NotFound)]
    UnknownRules {
        /// Whose case names them; empty where no case does.
        number: SmolStr,
        /// Their code.
        rules: SmolStr,
        /// What there is.
        known: String,
    },
    /// The run of this id is there already.
    #[error("payroll run {run} is there already, {status}: give another name")]
    #[kind(Conflict)]
    RunExists {
        /// Its id.
        run: Id<Run>,
        /// How far it is.
        status: &'static str,
    },
    /// A period of a calendar is paid by one regular run.
    #[error(
        "the period of {calendar} that begins on {period_start} has its regular run, {run}: go on with that, cancel it, or pay what is missing off-cycle"
    )]
    #[kind(Conflict)]
    PeriodHasRun {
        /// The calendar.
        calendar: SmolStr,
        /// The first day of its period.
        period_start: NaiveDate,
        /// The run.
        run: Id<Run>,
    },
    /// The books of a period are closed.
    #[error(
        "the period of {calendar} that begins on {period_start} is closed: pay what is missing by a retro run of a period that is open"
    )]
    #[kind(Refused)]
    PeriodClosed {
        /// The calendar.
        calendar: SmolStr,
        /// The first day of its period.
        period_start: NaiveDate,
    },
    /// A field of a command that can't be.
    #[error("{field} is {value}: {way_out}")]
    #[kind(Invalid)]
    BadRun {
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
        /// What to give.
        way_out: &'static str,
    },
    /// The run is not where this can be done.
    #[error("payroll run {run} is {status} and can't be {wanted}: {way_out}")]
    #[kind(Refused)]
    IllegalMove {
        /// The run.
        run: Id<Run>,
        /// How far it is.
        status: &'static str,
        /// What was to become of it.
        wanted: &'static str,
        /// What can be done.
        way_out: &'static str,
    },
    /// The slip is not where this can be done.
    #[error(
        "the slip of employee {number} in payroll run {run} is {status} and can't be {wanted}: {way_out}"
    )]
    #[kind(Refused)]
    IllegalSlipMove {
        /// The run.
        run: Id<Run>,
        /// Whose, by the company's number.
        number: SmolStr,
        /// How far it is.
        status: &'static str,
        /// What was to become of it.
        wanted: &'static str,
        /// What can be done.
        way_out: &'static str,
    },
    /// Another calculation of the run was begun meanwhile.
    #[error("payroll run {run} is being computed anew by another job: let that one go on")]
    #[kind(Conflict)]
    Superseded {
        /// The run.
        run: Id<Run>,
    },
    /// What a slip rests on has changed since it was computed.
    #[error(
        "the slip of employee {number} rests on {what} {was}, which is {now} by now: compute it again"
    )]
    #[kind(Conflict)]
    StaleSlip {
        /// Whose, by the company's number.
        number: SmolStr,
        /// What has changed.
        what: SmolStr,
        /// What it was.
        was: Decimal,
        /// What it is.
        now: Decimal,
    },
    /// A run in which nobody is paid.
    #[error("payroll run {run} has no slips: compute it first, or see why everybody was refused")]
    #[kind(Refused)]
    NoSlips {
        /// The run.
        run: Id<Run>,
    },
    /// Some employees could not be computed, and the run is not to go on without them.
    #[error(
        "{refused} employees of payroll run {run} could not be computed: mend that and compute it again, or approve it without them"
    )]
    #[kind(Refused)]
    RefusedLeft {
        /// The run.
        run: Id<Run>,
        /// How many.
        refused: i64,
    },
    /// Two currencies in one run.
    #[error(
        "employee {number} is paid in {found}, and the run in {currency}: pay them in a run of their own"
    )]
    #[kind(Invalid)]
    OtherCurrency {
        /// Whose, by the company's number.
        number: SmolStr,
        /// What the rules say.
        found: Currency,
        /// What the run is paid in.
        currency: Currency,
    },
    /// A sum over a year whose year nobody said.
    #[error("employee {number}: years has none for {over}, which {sum} is summed over: say it")]
    #[kind(Invalid)]
    NoYear {
        /// Whose, by the company's number.
        number: SmolStr,
        /// The accumulator.
        sum: SmolStr,
        /// What it is summed over.
        over: SmolStr,
    },
    /// A case of another day of payment than the run's.
    #[error("employee {number}: pay_date is {pay_date}: give that of the run, {wanted}")]
    #[kind(Invalid)]
    OtherPayDate {
        /// Whose, by the company's number.
        number: SmolStr,
        /// What was given.
        pay_date: NaiveDate,
        /// The run's.
        wanted: NaiveDate,
    },
    /// A value that the payroll keeps itself.
    #[error(
        "employee {number}: {field} is kept by the payroll: leave it out, and enter what was before as an opening sum"
    )]
    #[kind(Invalid)]
    KeptSum {
        /// Whose, by the company's number.
        number: SmolStr,
        /// The accumulator.
        field: SmolStr,
    },
    /// A component with an amount that is no number of its input, or given twice in different ways.
    #[error("employee {number}: {field} is given as a value and by components: give one of them")]
    #[kind(Invalid)]
    GivenTwice {
        /// Whose, by the company's number.
        number: SmolStr,
        /// The input.
        field: SmolStr,
    },
    /// A figure without room.
    #[error("employee {number}: {what} has no room in 14 digits and 4 behind the point")]
    #[kind(Invalid)]
    NoRoom {
        /// Whose, by the company's number.
        number: SmolStr,
        /// Which figure.
        what: SmolStr,
    },
    /// The same employee twice in one run.
    #[error("employee {number} is given twice: give one case for each")]
    #[kind(Invalid)]
    Twice {
        /// Whose, by the company's number.
        number: SmolStr,
    },
    /// More is said to be paid than is due, or more to have come back than has left.
    #[error("employee {number}: amount is {amount}, and {most} is the most there is: {way_out}")]
    #[kind(Refused)]
    TooMuch {
        /// Whose, by the company's number.
        number: SmolStr,
        /// What was given.
        amount: Decimal,
        /// The most.
        most: Decimal,
        /// What to do.
        way_out: &'static str,
    },
    /// A slip that pays what another slip pays already: a one-off item, or the days of a period.
    #[error("employee {number}: {what} is paid by the {kind} payroll run {run} already: {way_out}")]
    #[kind(Refused)]
    PaidAlready {
        /// Whose, by the company's number.
        number: SmolStr,
        /// What is paid.
        what: SmolStr,
        /// By a run of which kind.
        kind: &'static str,
        /// By which run.
        run: Id<Run>,
        /// What to do.
        way_out: &'static str,
    },
    /// A case of retro pay for days that are not paid yet, rather than were paid too little.
    #[error(
        "employee {number}: the days of {calendar} from {period} on are still to be paid by a run of their own: approve that first, or leave the case out"
    )]
    #[kind(Refused)]
    NotPaidYet {
        /// Whose, by the company's number.
        number: SmolStr,
        /// The calendar.
        calendar: SmolStr,
        /// The first of the days.
        period: NaiveDate,
    },
    /// A period that earlier retro pay made good, without a case that says what it should be.
    #[error(
        "employee {number}: the period from {period} on was made good by retro pay before: give its case too"
    )]
    #[kind(Refused)]
    CaseMissing {
        /// Whose, by the company's number.
        number: SmolStr,
        /// The first day of the period.
        period: NaiveDate,
    },
    /// A case of retro pay that stands for several slips, or one slip that several cases stand for.
    #[error(
        "employee {number}: from/to is {from}/{to}, which meets several slips or another case: give one case for each slip"
    )]
    #[kind(Invalid)]
    CaseAmbiguous {
        /// Whose, by the company's number.
        number: SmolStr,
        /// The first day of the case.
        from: NaiveDate,
        /// The last.
        to: NaiveDate,
    },
}
