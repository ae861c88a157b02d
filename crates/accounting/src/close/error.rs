//! Why books are not closed, not reopened, and take no entry.

use chrono::NaiveDate;
use fondaco_core::{ErrorCode, Id, Money};
use smol_str::SmolStr;

use super::{Assertion, Point};
use crate::ledger::{AccountClass, Entry};

/// A refusal about closing: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum CloseError {
    /// The journal is locked in the period.
    #[error(
        "journal {journal} is locked in {period}: date the entry in an open period, or unlock the journal there"
    )]
    #[kind(Refused)]
    JournalLocked {
        /// The journal.
        journal: SmolStr,
        /// The period, as `2026-03`.
        period: SmolStr,
    },
    /// All days through one are locked.
    #[error(
        "{date} is locked{}, as all days through {through} are: give a later date, or unlock it",
        of_journal(.journal)
    )]
    #[kind(Refused)]
    DateLocked {
        /// The entry's date.
        date: NaiveDate,
        /// The last day that is locked.
        through: NaiveDate,
        /// The journal, where it is locked alone.
        journal: Option<SmolStr>,
    },
    /// Locked for ever.
    #[error("{what} is locked for ever: nobody opens it again; date what is new after it")]
    #[kind(Refused)]
    LockedForEver {
        /// What.
        what: String,
    },
    /// The fiscal year is closed.
    #[error("fiscal year {year} is closed, and {date} lies in it: reopen it, or give a later date")]
    #[kind(Refused)]
    YearClosed {
        /// The year.
        year: i32,
        /// The date.
        date: NaiveDate,
    },
    /// The year is closed already.
    #[error("fiscal year {year} is closed already: reopen it, to close it anew")]
    #[kind(Conflict)]
    YearAlreadyClosed {
        /// The year.
        year: i32,
    },
    /// The year is not closed.
    #[error("fiscal year {year} is not closed: there is nothing to reopen")]
    #[kind(Conflict)]
    YearOpen {
        /// The year.
        year: i32,
    },
    /// The year is not over.
    #[error(
        "fiscal year {year} ends on {end}, and today is {today}: close it when it is over, or early where nothing more comes (CloseYear::early)"
    )]
    #[kind(Refused)]
    YearNotOver {
        /// The year.
        year: i32,
        /// Its last day.
        end: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// An earlier year is open.
    #[error("fiscal year {year} can't be closed while {earlier} is open: close that first")]
    #[kind(Refused)]
    EarlierYearOpen {
        /// The year.
        year: i32,
        /// The earliest that is open.
        earlier: i32,
    },
    /// A later year is closed.
    #[error("fiscal year {year} can't be opened while {later} is closed: reopen that first")]
    #[kind(Refused)]
    LaterYearClosed {
        /// The year.
        year: i32,
        /// The first later one that is closed.
        later: i32,
    },
    /// Things that are not done.
    #[error("fiscal year {year} can't be closed yet: {}", listed(.points))]
    #[kind(Refused)]
    #[code("not_ready_to_close")]
    Obstacles {
        /// The year.
        year: i32,
        /// What stands in the way.
        points: Vec<Point>,
    },
    /// Nobody said where the result goes.
    #[error("nobody said where a year's result goes: name retained earnings with SetClosing first")]
    #[kind(Refused)]
    NoClosingSet,
    /// The account is no equity.
    #[error("account {code} is {}: a year's result goes to an account of equity", class_word(*.class))]
    #[kind(Invalid)]
    NoEquity {
        /// The account.
        code: SmolStr,
        /// Its class.
        class: AccountClass,
    },
    /// No such fiscal year.
    #[error("there is no fiscal year {year}: open it first")]
    #[kind(NotFound)]
    UnknownYear {
        /// The year.
        year: i32,
    },
    /// The year has no adjustment period of this number on this day.
    #[error(
        "no adjustment period {number} lies on {date}: date the entry on the last day of its fiscal year, and open the period"
    )]
    #[kind(NotFound)]
    NoAdjustmentPeriod {
        /// Its number.
        number: u32,
        /// The entry's date.
        date: NaiveDate,
    },
    /// Opening balances that don't balance.
    #[error(
        "opening balances don't balance: {}; complete them, or name the account that takes the difference",
        exceed(.difference)
    )]
    #[kind(Invalid)]
    OpeningUnbalanced {
        /// Debits less credits.
        difference: Money,
    },
    /// A plan that can't spread an amount.
    #[error("it can't be spread so: {why}")]
    #[kind(Invalid)]
    BadSpread {
        /// Why, and the way out.
        why: String,
    },
    /// No template of this code is in use.
    #[error("there is no template {code}, or it was withdrawn: store it, or correct the code")]
    #[kind(NotFound)]
    UnknownTemplate {
        /// Its code.
        code: SmolStr,
    },
    /// No such deferral.
    #[error("there is no deferral {code}: start it first, or correct the code")]
    #[kind(NotFound)]
    UnknownDeferral {
        /// Its code.
        code: SmolStr,
    },
    /// All of a deferral is recognised or taken back.
    #[error("deferral {code} has nothing left: all of it is recognised, or it was taken back")]
    #[kind(Refused)]
    DeferralEnded {
        /// Its code.
        code: SmolStr,
    },
    /// An account does not stand where it is said to.
    #[error(
        "account {account} stands at {found} at the end of {date}, not at {stated}: find the {}, or state it with a tolerance",
        off(.found, .stated)
    )]
    #[kind(Refused)]
    AssertionFails {
        /// The account.
        account: SmolStr,
        /// The day.
        date: NaiveDate,
        /// What was stated.
        stated: Money,
        /// What it stands at.
        found: Money,
    },
    /// An entry would make an account stand elsewhere than was asserted.
    #[error(
        "account {account} was asserted to stand at {stated} at the end of {date}, and would stand at {found}: date the entry later, or withdraw the assertion"
    )]
    #[kind(Refused)]
    BreaksAssertion {
        /// The account.
        account: SmolStr,
        /// The day.
        date: NaiveDate,
        /// What was stated.
        stated: Money,
        /// What it would stand at.
        found: Money,
    },
    /// No such assertion, or it was withdrawn.
    #[error("there is no assertion {assertion} that holds: correct its id")]
    #[kind(NotFound)]
    UnknownAssertion {
        /// Its id.
        assertion: Id<Assertion>,
    },
    /// No such point on the closing checklist.
    #[error("there is no point {code} on the closing checklist of {period}: add it first")]
    #[kind(NotFound)]
    #[code("unknown_closing_point")]
    UnknownPoint {
        /// The period.
        period: SmolStr,
        /// The point's code.
        code: SmolStr,
    },
    /// A formula that is none, or comes to nothing that can be posted.
    #[error("formula {formula:?}, place {place}: {why}")]
    #[kind(Invalid)]
    BadFormula {
        /// The formula.
        formula: SmolStr,
        /// Where, counted in characters from 1.
        place: usize,
        /// Why.
        why: &'static str,
    },
    /// An input of a template that is missing, or not one of its.
    #[error("input {name} of the template: {why}")]
    #[kind(Invalid)]
    TemplateInput {
        /// Its name.
        name: SmolStr,
        /// Why, and the way out.
        why: &'static str,
    },
    /// What a template makes does not balance.
    #[error("the template's debits and credits differ by {difference}: mend its formulas")]
    #[kind(Invalid)]
    TemplateUnbalanced {
        /// Debits less credits.
        difference: Money,
    },
    /// A closing entry is taken back with all others of its year.
    #[error("entry {entry} closes fiscal year {year}: reopen the year instead")]
    #[kind(Refused)]
    ClosingEntry {
        /// The entry.
        entry: Id<Entry>,
        /// The year.
        year: i32,
    },
    /// A run goes by what it posted, when it is run again or undone.
    #[error("entry {entry} is of {run}: {way_out}")]
    #[kind(Refused)]
    OfRun {
        /// The entry, or the one that it takes back.
        entry: Id<Entry>,
        /// Which run.
        run: String,
        /// What to do instead.
        way_out: &'static str,
    },
}

fn exceed(difference: &Money) -> String {
    let which =
        if difference.is_negative() { "credits exceed debits" } else { "debits exceed credits" };
    format!("{which} by {}", difference.abs())
}

fn off(found: &Money, stated: &Money) -> String {
    found.sub(*stated).map_or_else(|_| "difference".to_owned(), |difference| difference.to_string())
}

fn listed(points: &[Point]) -> String {
    let points: Vec<String> = points.iter().map(Point::to_string).collect();
    points.join("; ")
}

fn class_word(class: AccountClass) -> &'static str {
    match class {
        AccountClass::Asset => "an asset",
        AccountClass::Liability => "a liability",
        AccountClass::Equity => "equity",
        AccountClass::Income => "income",
        AccountClass::Expense => "an expense",
    }
}

fn of_journal(journal: &Option<SmolStr>) -> String {
    journal.as_ref().map_or(String::new(), |code| format!(" for journal {code}"))
}

impl CloseError {
    /// Whether an entry is refused for its date alone: a later one would be taken.
    pub(crate) fn is_about_date(&self) -> bool {
        matches!(
            self,
            CloseError::JournalLocked { .. }
                | CloseError::DateLocked { .. }
                | CloseError::LockedForEver { .. }
                | CloseError::YearClosed { .. }
        )
    }
}
