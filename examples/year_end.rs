//! The end of a year in three currencies: `cargo run --release --example year_end`. With `-- --page year_end.html` all that is
//! printed is also written there as a page; with `--store sqlite:PATH` the books stay in a file, in which each thing happens once,
//! however often it is run.
//!
//! A firm in Venice keeps its books in euro, sells in dollars and francs too, and has closed 2025. In January 2027 it closes
//! 2026: the insurance that was paid in September is spread over its twelve months, power that is not billed yet is
//! accrued, what is foreign is valued at the rates of the last day, the rent is shared out among shop and workshop by their
//! area, the checklist is gone through, and the result goes to retained earnings. On 1 January what was accrued and valued comes back
//! by the clock. The statements stand beside those of the
//! year before: a balance sheet by a layout of the firm's own (`year_end.layout`, the short form of § 266 HGB), income
//! by nature and by cost centre, cash flow, changes in equity. In February a bill of December turns up: the closed year
//! refuses it, so the year is reopened, the bill is posted and the year closed again, and a report says which figures of
//! which periods that changed.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use fondaco::{
    accounting::allocation::{Allocate, RecordStatistics, SetAllocation},
    accounting::close::{
        AddClosingPoint, AssertBalance, ChangeQuery, CloseYear, LockBooks, RecogniseDeferrals,
        ReopenYear, SetClosing, SignOff, SpreadPlan, StartDeferral, UnlockBooks,
    },
    accounting::currency::{
        MarkMonetary, NewRate, OpenRateSource, RecordRates, Revalue, SetExchangeAccounts,
    },
    accounting::ledger::PostReversing,
    accounting::reports::{FinancialQuery, Layout, StatementQuery},
    core::report::{Locale, Page, Report, word},
    core::store::Store,
    prelude::*,
};
use story::Offer;

#[path = "common/exit.rs"]
mod exit;
#[path = "common/story.rs"]
mod story;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    exit::code(run())
}

fn run() -> Outcome<()> {
    let offers = [Offer::Page("write all that is printed there as a page")];
    let Some(story) = story::begin("Closes a firm's year, twice.", &offers)? else {
        return Ok(());
    };
    let mut shown = Shown { page: Page::new(word("The end of 2026")), file: story.page };
    let clock = Clock(Arc::new(AtomicI64::new(0)));
    clock.set("2027-01-15T09:00:00Z")?;
    let books = firm(story.store, &clock)?;
    last_year(&books)?;
    this_year(&books)?;

    // What belongs to the year and was not posted yet.
    books.send("insurance to December", &RecogniseDeferrals::through(day("2026-12-31")?))?;
    let power = NewEntry::new("GEN", day("2026-12-31")?)
        .text("Power used in December")
        .debit("6200", money("412.50 EUR")?)
        .credit("2300", money("412.50 EUR")?);
    books.send("accrue power", &PostReversing::new(power))?;
    let rates = Revalue::at(day("2026-12-31")?);
    shown.report(books.revaluation(&rates)?.to_report());
    books.send("revalue", &rates)?;
    shown.report(books.deferred("1900", day("2026-12-31")?)?.to_report());
    // The rent is paid for the whole house: 200 square metres of shop, 100 of workshop.
    shown.report(books.allocation("rent", 202_612)?.to_report());
    books.send("share the rent out", &Allocate::new("rent", 202_612))?;

    // The checklist: the stock is counted, the bank's statement agrees.
    let stock = AddClosingPoint::of_year(2026, "stock", "count the stock").blocking();
    books.send("stock is to be counted", &stock)?;
    let early = books.send("close too early", &CloseYear::new(2026)).err().ok_or("it was early")?;
    println!("{early}\n");
    books.send("counted", &SignOff::of_year(2026, "stock").note("agrees"))?;
    let bank = AssertBalance::new("1000", day("2026-12-31")?, money("48575.00 EUR")?);
    books.send("statement of the bank", &bank.within("0.01".parse()?).warning())?;
    shown.report(books.checklist(202_600)?.to_report());

    // The year is closed, and locked.
    let closed = books.send("close 2026", &CloseYear::new(2026))?.answer;
    println!("2026 is closed with {}\n", closed.result);
    books.send("lock 2026", &LockBooks::through(day("2026-12-31")?))?;
    show_statements(&books, &mut shown)?;
    come_back(&books, &mut shown)?;

    late_bill(&books, &clock, &mut shown)?;
    books.send("for ever", &LockBooks::through(day("2026-12-31")?).for_ever())?;
    let never = books.send("once more", &ReopenYear::new(2026, "one more bill"));
    println!("{}\n", never.err().ok_or("nobody reopens it now")?);
    println!("{}", books.verify()?);
    shown.write()
}

/// The host's timer wakes: what was accrued and valued for the last day comes back on the first of the new year, and the insurance goes on.
fn come_back(books: &Books<'_>, shown: &mut Shown) -> Outcome<()> {
    let ticked = books.tick()?;
    println!("{ticked}");
    for done in &ticked.carried_out {
        println!("  {} of {}", done.subject, done.at.date_utc());
    }
    println!();
    let new_year = "2026-12-31/2027-01-31".parse()?;
    let accrued = StatementQuery::new("2300", new_year);
    shown.report(books.statement(&accrued)?.to_report());
    Ok(())
}

/// A bill of December turns up in February.
fn late_bill(books: &Books<'_>, clock: &Clock, shown: &mut Shown) -> Outcome<()> {
    clock.set("2027-02-10T09:00:00Z")?;
    let printed = books.envelope("now").time;
    clock.set("2027-02-11T09:00:00Z")?;
    books.tick()?;
    let bill = NewEntry::new("GEN", day("2026-12-20")?)
        .text("Lawyer, December")
        .source("bill/4711")
        .debit("6400", money("1900.00 EUR")?)
        .credit("2000", money("1900.00 EUR")?);
    let refused = books.post("late bill, at first", bill.clone()).err().ok_or("2026 is closed")?;
    println!("{refused}\n");
    books.send("unlock December", &UnlockBooks::after(day("2026-11-30")?))?;
    books.send("reopen", &ReopenYear::new(2026, "the lawyer's bill came late"))?;
    books.post("late bill", bill)?;
    books.send("lock again", &LockBooks::through(day("2026-12-31")?))?;
    let again = books.send("close again", &CloseYear::new(2026))?.answer;
    println!("2026 is closed again with {}\n", again.result);
    for step in books.year_history(2026)? {
        let why = step.why.as_deref().unwrap_or("");
        println!("{}. {:?} by {} {why}", step.step, step.deed, step.actor);
    }
    println!();
    let query = ChangeQuery::new(printed, day("2026-12-31")?);
    shown.report(books.changes(&query)?.to_report());
    show_statements(books, shown)
}

fn show_statements(books: &Books<'_>, shown: &mut Shown) -> Outcome<()> {
    let year = FinancialQuery::new().days("2026-01-01/2026-12-31".parse()?);
    let beside = year.clone().beside_last_year();
    let balance_sheet = Layout::parse(include_str!("year_end.layout"))?;
    let income = Layout::shipped("plain-income-statement")?;
    let cash_flow = Layout::shipped("plain-cash-flow-indirect")?;
    for (layout, query) in [
        (&balance_sheet, &beside.clone().shares().with_accounts()),
        (&income, &beside.clone().with_accounts().without_empty()),
        (&income, &year.by_dimension("cost_centre").without_empty()),
        (&cash_flow, &beside),
    ] {
        let statement = books.financial_statement(layout, query)?;
        // Whatever goes out of the house adds up, and has every account.
        if !statement.failed.is_empty() || !statement.untaken.is_empty() {
            return Err(statement.to_string().into());
        }
        shown.report(statement.to_report());
    }
    shown.report(books.equity_statement(Some(&balance_sheet), &beside)?.to_report());
    Ok(())
}

fn firm(store: Box<dyn Store>, clock: &Clock) -> Outcome<Books<'static>> {
    use AccountClass::*;
    let time = clock.clone();
    let books = Books::open(store, CompanyId::named("fondaco"))?;
    let books = books.with_clock(move || time.now());
    books.send("set up", &SetUp::new(Currency::EUR))?;
    let account = NewAccount::new;
    let chart = vec![
        account("0400", "Machines", Asset).tag("flow", "investing"),
        account("0490", "Machines, written off", Asset).tag("flow", "investing"),
        account("1000", "Bank", Asset).kind("bank"),
        account("1010", "Bank in dollars", Asset).currency(Currency::USD).kind("bank"),
        account("1020", "Bank in francs", Asset).currency(Currency::CHF).kind("bank"),
        account("1200", "Customers", Asset).kind("receivable").open_items(),
        account("1900", "Prepaid expenses", Asset),
        account("2000", "Suppliers", Liability).kind("payable"),
        account("2300", "Provisions", Liability),
        account("3000", "Capital", Equity),
        account("3900", "Retained earnings", Equity),
        account("4000", "Sales", Income),
        account("4900", "Exchange gains", Income),
        account("6100", "Rent", Expense),
        account("6200", "Power", Expense),
        account("6300", "Insurance", Expense),
        account("6400", "Advice", Expense),
        account("6500", "Depreciation", Expense).tag("flow", "non_cash"),
        account("6900", "Exchange losses", Expense),
    ];
    books.send("chart", &OpenAccounts::new(chart))?;
    books.send("general", &OpenJournal::new("GEN", "General journal"))?;
    books.send("sales", &OpenJournal::new("SALES", "Invoices"))?;
    for year in 2025..=2027 {
        books.send(&format!("{year}"), &OpenFiscalYear::calendar_year(year))?;
    }
    books.send("closing", &SetClosing::new("3900", "GEN"))?;
    let rent = SetAllocation::new("rent", "Rent by area", "GEN", "6100", "cost_centre", "house");
    books.send("rent", &rent.by_statistic("square metres"))?;
    let area = RecordStatistics::new("square metres", 202_601).until_next();
    books.send("area", &area.value("shop", 200.into()).value("workshop", 100.into()))?;
    books.send("differences", &SetExchangeAccounts::new("GEN", "4900", "6900"))?;
    books.send("monetary", &MarkMonetary::new(["1000", "1010", "1020", "1200", "2000"]))?;
    books.send("source", &OpenRateSource::new("SPOT", "Central bank").pivot(Currency::EUR))?;
    let rate = |quote, rate: &str, on: &str| -> Outcome<NewRate> {
        Ok(NewRate::new(Currency::EUR, quote, rate.parse()?, day(on)?))
    };
    let rates = vec![
        rate(Currency::USD, "1.10", "2026-01-01")?,
        rate(Currency::CHF, "0.95", "2026-01-01")?,
        rate(Currency::USD, "1.16", "2026-12-31")?,
        rate(Currency::CHF, "0.93", "2026-12-31")?,
    ];
    books.send("rates", &RecordRates::new("SPOT", rates))?;
    Ok(books)
}

/// 2025, which is closed.
fn last_year(books: &Books<'_>) -> Outcome<()> {
    let entry = |date: &str, debit: &str, credit: &str, amount: &str| -> Outcome<NewEntry> {
        let amount = money(amount)?;
        Ok(NewEntry::new("GEN", day(date)?).debit(debit, amount).credit(credit, amount))
    };
    let entries = vec![
        entry("2025-01-02", "1000", "3000", "50000.00 EUR")?,
        entry("2025-01-15", "0400", "1000", "8000.00 EUR")?,
        entry("2025-06-30", "1000", "4000", "31000.00 EUR")?,
        entry("2025-12-30", "6100", "1000", "12000.00 EUR")?,
        entry("2025-12-31", "6500", "0490", "1600.00 EUR")?,
    ];
    books.send("2025, all of it", &PostMany::new(entries))?;
    let closed = books.send("close 2025", &CloseYear::new(2025))?.answer;
    println!("2025 is closed with {}\n", closed.result);
    Ok(())
}

fn this_year(books: &Books<'_>) -> Outcome<()> {
    let sale = |date: &str, debit: &str, amount: &str| -> Outcome<NewEntry> {
        let amount = money(amount)?;
        Ok(NewEntry::new("SALES", day(date)?).debit(debit, amount).credit("4000", amount))
    };
    let rent = money("12600.00 EUR")?;
    let premium = money("2400.00 EUR")?;
    let entries = vec![
        sale("2026-03-31", "1000", "7575.00 EUR")?,
        sale("2026-05-12", "1010", "11000.00 USD")?,
        sale("2026-08-03", "1020", "9500.00 CHF")?,
        sale("2026-11-20", "1200", "4400.00 USD")?,
        NewEntry::new("GEN", day("2026-09-01")?)
            .text("Insurance, September to August")
            .source("bill/1807")
            .debit("1900", premium)
            .credit("1000", premium),
        NewEntry::new("GEN", day("2026-12-30")?)
            .text("Rent of the whole house")
            .posting(NewPosting::debit("6100", rent).dimension("cost_centre", "house"))
            .credit("1000", rent),
        NewEntry::new("GEN", day("2026-06-30")?)
            .text("Dividend")
            .debit("3900", money("5000.00 EUR")?)
            .credit("1000", money("5000.00 EUR")?),
        NewEntry::new("GEN", day("2026-12-31")?)
            .text("Depreciation")
            .debit("6500", money("1600.00 EUR")?)
            .credit("0490", money("1600.00 EUR")?),
    ];
    books.send("2026, all of it", &PostMany::new(entries))?;
    let year = SpreadPlan::periods(day("2026-09-01")?, 12);
    let insurance = StartDeferral::expense("insurance", "GEN", ("1900", "6300"), premium, year);
    books.send("insurance", &insurance.source("bill/1807"))?;
    Ok(())
}

/// What is printed, and kept for a page.
struct Shown {
    page: Page,
    file: Option<PathBuf>,
}

impl Shown {
    fn report(&mut self, report: Report) {
        println!("{report}");
        self.page = self.page.clone().report(report);
    }

    fn write(self) -> Outcome<()> {
        if let Some(file) = self.file {
            std::fs::write(&file, self.page.to_html(&Locale::en()))?;
            println!("written to {}", file.display());
        }
        Ok(())
    }
}

#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn set(&self, time: &str) -> Outcome<()> {
        self.0.store(time.parse::<Timestamp>()?.micros(), Ordering::SeqCst);
        Ok(())
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::EPOCH)
    }
}

fn day(text: &str) -> Outcome<chrono::NaiveDate> {
    Ok(text.parse()?)
}

fn money(text: &str) -> Outcome<Money> {
    Ok(Money::parse(text)?)
}
