//! A month is closed by a checklist: what is accrued is posted, all of payroll through its last day is in the books, and nothing that the books
//! themselves ask for is open. Then its period is locked.

use std::fmt;

use chrono::NaiveDate;
use fondaco_accounting::close::checklist;
use fondaco_accounting::ledger::{Amount, LockPeriod, Period, PeriodKey, PeriodStatus};
use fondaco_core::policy::Request;
use fondaco_core::report::{Column, Page, Phrase, Report, Row, word};
use fondaco_core::store::{Event, Json, Rare, Record};
use fondaco_core::{Act, Halt, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::company::document::{Document, DocumentKind, Status};
use crate::company::production::WorkOrder;
use crate::company::{Company, CompanyError, ENGINE, rights};

/// That accruals of a day are posted.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_accrual", kind = state, key(date), guard(all()))]
pub struct AccrualDay {
    /// The last day of the period.
    pub date: NaiveDate,
    /// The entries, those of the day after included: what is taken back when they are posted again.
    pub entries: Rare<Json>,
    /// What that cost which was shipped and not invoiced: accrued on the day, and the other way round on the next, whatever the books post.
    pub sold: Amount,
    /// Whether something of the time up to the day came since.
    pub stale: bool,
}

/// Accruals that a day of something new is within are to be posted again.
///
/// # Errors
/// A [`Halt`].
pub(crate) fn mark_stale(tx: &mut Tx<'_>, since: NaiveDate) -> Result<(), Halt> {
    for day in tx.scan(&Range::<AccrualDay>::all())? {
        if day.date >= since && !day.stale {
            tx.put(AccrualDay { stale: true, ..day.as_ref().clone() })?;
        }
    }
    Ok(())
}

/// A step of closing a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseStep {
    /// What programs call it by.
    pub code: SmolStr,
    /// What is to be done, or was.
    pub text: String,
    /// Whether it is done.
    pub done: bool,
    /// Whether the month can't be closed before.
    pub blocks: bool,
}

/// How far closing a month is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseState {
    /// Its last day.
    pub date: NaiveDate,
    /// Its period in the books.
    pub period: PeriodKey,
    /// What people call that: `2026-03`.
    pub label: SmolStr,
    /// Whether it is closed.
    pub closed: bool,
    /// The steps.
    pub steps: Vec<CloseStep>,
}

impl CloseStep {
    /// One that is not done.
    pub(crate) fn to_do(code: &'static str, text: String, blocks: bool) -> CloseStep {
        CloseStep { code: SmolStr::new_static(code), text, done: false, blocks }
    }
}

impl fmt::Display for CloseStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.text)
    }
}

impl CloseState {
    /// The steps that keep the month from being closed.
    pub fn open(&self) -> impl Iterator<Item = &CloseStep> {
        self.steps.iter().filter(|step| step.blocks && !step.done)
    }

    /// As a table.
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(word("Closing of")).and(self.label.clone());
        let mut report = Report::new(title)
            .column(Column::text(word("Step")).naming_rows())
            .column(Column::text(word("Done")))
            .column(Column::text(word("Blocks")));
        let shown = |is: bool| if is { word("yes") } else { word("no") };
        for step in &self.steps {
            report.push(Row::new([step.to_string().into(), shown(step.done), shown(step.blocks)]));
        }
        report
    }

    /// As a page.
    pub fn to_page(&self) -> Page {
        let about = if self.closed { word("closed") } else { word("open") };
        Page::new(word("Closing of a month")).about(about).report(self.to_report())
    }
}

/// Closes a month: refused while a step is open, and then its period is locked. Where payroll joined, no run through its last day may wait for
/// an approval, and each slip, void, payment and claim of them must be in the books.
///
/// ```
/// use fondaco::company::CloseMonth;
/// let march = CloseMonth::ending("2026-03-31".parse()?);
/// assert_eq!(march.date.to_string(), "2026-03-31");
/// # Ok::<(), fondaco::chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseMonth {
    /// Its last day.
    pub date: NaiveDate,
}

impl CloseMonth {
    /// The month that ends on a day.
    pub fn ending(date: NaiveDate) -> CloseMonth {
        CloseMonth { date }
    }

    /// How far it is.
    ///
    /// # Errors
    /// [`CompanyError::Unknown`] where no period of the books ends on the day; what the books say.
    pub fn state(&self, read: &mut impl Reading) -> Result<CloseState, CompanyError> {
        let periods = read.peek_scan(&Range::<Period>::all())?;
        let fits =
            |period: &&std::sync::Arc<Period>| period.kind.is_none() && period.end == self.date;
        let code = || format_smolstr!("that ends on {}", self.date);
        let unknown = || CompanyError::Unknown { what: "period", code: code() };
        let period = periods.iter().find(fits).ok_or_else(unknown)?;
        let accrued = read.peek::<AccrualDay>(&self.date)?;
        let is_stale = accrued.as_ref().is_some_and(|day| day.stale);
        let again = if is_stale { " again: something of the time up to it came since" } else { "" };
        let accrued = accrued.is_some() && !is_stale;
        let text = format!("PostAccruals on {}{again}", self.date);
        let accruals = CloseStep { done: accrued, ..CloseStep::to_do("accruals", text, true) };
        let mut steps = vec![accruals];
        steps.extend(of_pay(read, self.date)?);
        steps.extend(of_work(read, self.date)?);
        for point in checklist(read, period.period)?.points {
            steps.push(CloseStep::to_do("books", point.to_string(), point.blocks));
        }
        let closed = period.status != PeriodStatus::Open;
        Ok(CloseState {
            date: self.date,
            period: period.period,
            label: period.label(),
            closed,
            steps,
        })
    }
}

impl Act for CloseMonth {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::CLOSE_PERIOD))?;
        let state = self.state(tx)?;
        let open: Vec<String> = state.open().map(ToString::to_string).collect();
        if !open.is_empty() {
            let steps = open.join("; ");
            return Err(CompanyError::OpenSteps { period: state.label, steps });
        }
        // What was found open or done is rested on by the lock: whoever posts to the period afterwards is refused.
        tx.get::<AccrualDay>(&self.date)?;
        tx.as_engine(&ENGINE, |tx| LockPeriod::new(state.period).act(tx))?;
        tx.emit(Event::new("period.closed").with("date", self.date));
        Ok(())
    }
}

/// Work orders that all was made of and nobody closed, and those that gave more than went in: to be looked at, though a month can be closed.
fn of_work(read: &mut impl Reading, through: NaiveDate) -> Result<Vec<CloseStep>, CompanyError> {
    let mut found = Vec::new();
    let mut step = |what: &str, names: Vec<SmolStr>| {
        if let Some(first) = names.first() {
            let text = format!("{what}: {first} and {} more", names.len() - 1);
            found.push(CloseStep::to_do("work", text, false));
        }
    };
    let mut below = Vec::new();
    for status in [Status::InProgress, Status::Finished] {
        let range = Range::by(Document::BY_KIND, &(DocumentKind::WorkOrder, status));
        let orders = read.peek_scan(&range.through(&through))?;
        let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
        for (order, work) in orders.iter().zip(read.peek_many::<WorkOrder>(&ids)?) {
            if work.is_some_and(|work| work.in_progress < Amount::ZERO) {
                below.push(order.name());
            }
        }
        if status == Status::Finished {
            let names = orders.iter().map(|order| order.name()).collect();
            step("CloseWorkOrders that all was made of", names);
        }
    }
    step("look at orders of which more was made than went in", below);
    Ok(found)
}

#[cfg(not(feature = "payroll"))]
fn of_pay(_: &mut impl Reading, _: NaiveDate) -> Result<Vec<CloseStep>, CompanyError> {
    Ok(Vec::new())
}

/// Runs that are not approved, and what the books don't have of those that are: looked at wherever payroll joined.
#[cfg(feature = "payroll")]
fn of_pay(read: &mut impl Reading, through: NaiveDate) -> Result<Vec<CloseStep>, CompanyError> {
    crate::company::pay::pending(read, through)
}

impl Company<'_> {
    /// How far closing a month is.
    ///
    /// ```
    /// use fondaco::company::{CloseMonth, Company, SetUpCompany};
    /// use fondaco::prelude::*;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acme = Company::open(Memory::new(), &SetUpCompany::new(Currency::EUR, 2026))?;
    /// let january = CloseMonth::ending("2026-01-31".parse()?);
    /// let state = acme.close_state(&january)?;
    /// let open: Vec<String> = state.open().map(|step| step.to_string()).collect();
    /// assert_eq!(open, ["accruals: PostAccruals on 2026-01-31"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`CloseMonth::state`].
    pub fn close_state(&self, month: &CloseMonth) -> Result<CloseState, CompanyError> {
        self.office().view(|view| month.state(view))
    }
}
