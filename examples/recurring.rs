//! What comes by the clock: `cargo run --release --example recurring`. With `-- --page plans.html` the
//! plans are drawn there as bars over the year; with `--store sqlite:PATH` the books stay in a file.
//!
//! A small firm pays its rent on the first business day of each month, spreads an insurance premium
//! over the twelve months it covers, and accrues at the end of the year what it has used but not
//! been billed for; the accrual takes itself back on the first of January. Nothing here sleeps: the
//! program plays the host's timer, and a year passes in a moment. For most of the spring the host
//! is switched off. In a real program, `tick` is called when the clock says so:
//!
//! - a server ticks, and sleeps until `next_due` (see the page of `fondaco::core::due`);
//! - a cron job ticks once an hour, whether something is due or not;
//! - an app ticks when it is opened, and asks the phone for an alarm at `next_due`.
//!
//! Whichever it is, and however often two of them overlap, each entry is posted once.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use fondaco::{
    accounting::ledger::{ChangeRecurring, PostReversing, RecurringTerms, StartRecurring},
    core::calendar::{BusinessDays, Roll},
    core::recurrence::Recurrence,
    core::report::{Chart, Locale, Page, Task, word},
    core::store::Store,
    prelude::*,
};
use story::Offer;

#[path = "common/exit.rs"]
mod exit;
#[path = "common/story.rs"]
mod story;

fn main() -> ExitCode {
    exit::code(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let offers = [Offer::Page("draw the plans there")];
    let Some(story) = story::begin("A firm's year of recurring entries.", &offers)? else {
        return Ok(());
    };
    let clock = Clock::at("2026-01-01T06:00:00Z")?;
    let books = firm(story.store, &clock)?;
    plan(&books)?;
    show_what_is_to_come(&books)?;
    draw_the_plans(&books, story.page.as_deref())?;

    // The host's timer: it wakes when something is due, until it is switched off in March ...
    run_until(&books, &clock, "2026-03-10T06:00:00Z")?;
    // ... and comes back in June. Somebody has locked March and April by then, so what was missed in
    // them is posted on the day of the return, with its own date as the date of the document.
    books.send("lock March", &LockPeriod::new(202_603))?;
    books.send("lock April", &LockPeriod::new(202_604))?;
    clock.set("2026-06-08T06:00:00Z")?;
    println!("\nThe host is back after three months.");
    tick(&books)?;
    let (from, raised) = (day("2026-09-01")?, eur("1320.00")?);
    books.send("raise", &ChangeRecurring::new("rent", rent(from, raised)))?;
    run_until(&books, &clock, "2026-12-31T20:00:00Z")?;

    // The power of December is used, and not billed yet.
    let used = eur("412.50")?;
    let power = NewEntry::new("GEN", day("2026-12-31")?)
        .text("Power used in December")
        .debit("6200", used)
        .credit("2300", used);
    books.send("accrue power", &PostReversing::new(power))?;
    println!("\n{}", books.trial_balance(day("2026-12-31")?)?);
    books.send("2027", &OpenFiscalYear::calendar_year(2027))?;
    run_until(&books, &clock, "2027-01-02T06:00:00Z")?;

    check(&books)
}

/// Books whose chart has what the three plans need.
fn firm(store: Box<dyn Store>, clock: &Clock) -> Result<Books<'static>, Box<dyn Error>> {
    let time = clock.clone();
    let books = Books::open(store, CompanyId::named("acme"))?.with_clock(move || time.now());
    books.send("set up", &SetUp::new(Currency::EUR))?;
    books.send(
        "chart",
        &OpenAccounts::new(vec![
            NewAccount::new("1000", "Bank", AccountClass::Asset),
            NewAccount::new("1900", "Prepaid insurance", AccountClass::Asset),
            NewAccount::new("2300", "Accrued expenses", AccountClass::Liability),
            NewAccount::new("3000", "Capital", AccountClass::Equity),
            NewAccount::new("6100", "Rent", AccountClass::Expense),
            NewAccount::new("6200", "Power", AccountClass::Expense),
            NewAccount::new("6300", "Insurance", AccountClass::Expense),
        ]),
    )?;
    books.send("journal", &OpenJournal::new("GEN", "General journal"))?;
    books.send("2026", &OpenFiscalYear::calendar_year(2026))?;
    let (capital, premium) = (eur("20000.00")?, eur("1000.00")?);
    let first = day("2026-01-01")?;
    books.post(
        "capital",
        NewEntry::new("GEN", first).debit("1000", capital).credit("3000", capital),
    )?;
    books.post(
        "premium",
        NewEntry::new("GEN", first).debit("1900", premium).credit("1000", premium),
    )?;
    Ok(books)
}

fn plan(books: &Books<'_>) -> Result<(), Box<dyn Error>> {
    books.send("rent", &StartRecurring::new("rent", rent(day("2026-01-01")?, eur("1250.00")?)))?;

    // 1,000.00 in twelve parts: four of 83.34 and eight of 83.33, each at the end of its month.
    let premium = eur("1000.00")?;
    let part = NewEntry::new("GEN", day("2026-01-31")?)
        .text("Insurance of the month")
        .debit("6300", premium)
        .credit("1900", premium);
    let months = Recurrence::monthly().on_month_days([-1])?.times(12)?;
    let terms = RecurringTerms::new(part, months).spread();
    books.send("insurance", &StartRecurring::new("insurance", terms))?;
    Ok(())
}

/// On the first of each month, or on the next day that is worked in Germany.
fn rent(from: NaiveDate, amount: Money) -> RecurringTerms {
    let entry =
        NewEntry::new("GEN", from).text("Rent").debit("6100", amount).credit("1000", amount);
    RecurringTerms::new(entry, Recurrence::monthly())
        .on_business_days(BusinessDays::new("DE", Roll::Following))
}

fn show_what_is_to_come(books: &Books<'_>) -> Result<(), Box<dyn Error>> {
    for recurring in books.recurring()? {
        println!("{}, {}:", recurring.code, recurring.terms.recurrence);
        for next in books.upcoming(&recurring.code, 4)? {
            println!("  {} {}", next.on, next.entry.postings[0].amount);
        }
    }
    Ok(())
}

/// Each plan as a bar from its next occurrence to the last of the twelve to come, and those of its first quarter under it:
/// one description, here as a table, on a page as a picture, in German.
fn draw_the_plans(books: &Books<'_>, page: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let mut bars = Vec::new();
    for recurring in books.recurring()? {
        let next = books.upcoming(&recurring.code, 12)?;
        // Told again in the same file, some have ended.
        let Some((first, last)) = next.first().zip(next.last()) else { continue };
        bars.push(Task::new(recurring.code.as_str(), first.on, last.on));
        for one in next.iter().take(3) {
            let amount = one.entry.postings[0].amount;
            bars.push(Task::new(amount, one.on, one.on).at_level(1));
        }
    }
    let chart = Chart::gantt(word("What is planned"), bars);
    println!("\n{}", chart.to_report());
    if let Some(file) = page {
        let mut german = Locale::de();
        german.words.insert("What is planned".into(), "Was geplant ist".into());
        std::fs::write(file, Page::new("Acme").chart(chart).to_html(&german))?;
    }
    Ok(())
}

/// What a host's loop does, on a clock that jumps.
fn run_until(books: &Books<'_>, clock: &Clock, end: &str) -> Result<(), Box<dyn Error>> {
    let end: Timestamp = end.parse()?;
    while let Some(next) = books.next_due()?.filter(|next| *next <= end) {
        clock.show(next.max(clock.now()));
        tick(books)?;
    }
    clock.show(end);
    Ok(())
}

fn tick(books: &Books<'_>) -> Result<(), Box<dyn Error>> {
    let ticked = books.tick()?;
    println!("{ticked}");
    for done in &ticked.carried_out {
        println!("  {} of {}", done.subject, done.at.date_utc());
    }
    Ok(())
}

/// The year's expenses are those of twelve months, and the accrual is gone.
fn check(books: &Books<'_>) -> Result<(), Box<dyn Error>> {
    let year = books.income_statement(day("2026-01-01")?, day("2026-12-31")?)?;
    println!("\n{year}");
    let sum = |account: &str| -> Result<Decimal, Box<dyn Error>> {
        let balances = books.balances(&BalanceQuery::account(account))?;
        Ok(balances.iter().map(|balance| balance.amounts.ledger_balance()).sum())
    };
    let told = [
        ("insurance of twelve months", sum("6300")?, eur("1000.00")?),
        ("prepaid insurance left", sum("1900")?, eur("0.00")?),
        ("accrued expenses left", sum("2300")?, eur("0.00")?),
        // Eight months at 1,250.00 and four at 1,320.00: New Year is a holiday, so that of 2027 waits for the 4th.
        ("rent", sum("6100")?, eur("15280.00")?),
    ];
    for (what, found, expected) in told {
        println!("{what}: {}", Money::new(found, Currency::EUR));
        if found != expected.amount() {
            return Err(format!("{what} should be {expected}").into());
        }
    }
    println!("{}", books.verify()?);
    Ok(())
}

fn day(text: &str) -> Result<NaiveDate, Box<dyn Error>> {
    Ok(text.parse()?)
}

fn eur(amount: &str) -> Result<Money, Box<dyn Error>> {
    Ok(Money::parse(&format!("{amount} EUR"))?)
}

/// A clock that shows what it is told.
#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn at(time: &str) -> Result<Clock, Box<dyn Error>> {
        let clock = Clock(Arc::new(AtomicI64::new(0)));
        clock.set(time)?;
        Ok(clock)
    }

    fn set(&self, time: &str) -> Result<(), Box<dyn Error>> {
        self.show(time.parse()?);
        Ok(())
    }

    fn show(&self, time: Timestamp) {
        self.0.store(time.micros(), Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::EPOCH)
    }
}
