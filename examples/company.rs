//! A whole company lives through half a year: `cargo run --release --example company`.
//!
//! Without options it generates a demo company; `--data ../shared/data/adventureworks_mini` reads AdventureWorks. Day by day leads come and
//! become customers, goods are ordered, received, made, sold, billed and paid, people are paid, and at the end of each month what is open is
//! accrued and the month is locked. Then a planning run says what to order and make next, and the next quarter is planned in a ledger of its own.
//! It is all in one SQLite file. Run it again, and nothing happens twice; kill it, run it again, and it goes on where it was.
//!
//! Read it in this order: `run` below is the whole story; `company/papers.rs` makes commands of documents, `company/booking.rs` sends them,
//! `company/leads.rs` wins customers, `company/staff.rs` pays people, `company/months.rs` closes months, `company/supply.rs` orders what is
//! needed next, `company/planned.rs` plans, `company/customers.rs` and `company/report.rs` make a page of it.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::{
    collections::BTreeMap,
    error::Error,
    io::Write,
    process::ExitCode,
    time::{Duration, Instant},
};

use fondaco::prelude::*;

#[path = "company/booking.rs"]
#[allow(dead_code, reason = "it lives through days itself, because people are paid on them too")]
mod booking;
#[path = "payroll/cases.rs"]
mod cases;
#[path = "company/checks.rs"]
mod checks;
mod common;
#[path = "company/customers.rs"]
mod customers;
#[path = "stock/goods.rs"]
#[allow(dead_code, reason = "of what is known of goods only the lists of parts are needed")]
mod goods;
#[path = "company/leads.rs"]
mod leads;
#[path = "company/months.rs"]
mod months;
#[path = "company/papers.rs"]
mod papers;
#[path = "payroll/people.rs"]
#[allow(
    dead_code,
    reason = "names and titles are for payslips, which the example of payroll prints"
)]
mod people;
#[path = "company/planned.rs"]
mod planned;
#[path = "segments/replay.rs"]
#[allow(dead_code, reason = "the example of segments asks all of it once more in full")]
mod replay;
#[path = "company/report.rs"]
mod report;
#[path = "segments/shop.rs"]
#[allow(dead_code, reason = "the example of segments reads or makes up its own shop")]
mod shop;
#[path = "plan/sources.rs"]
mod sources;
#[path = "company/staff.rs"]
mod staff;
#[path = "company/supply.rs"]
mod supply;
#[path = "company/telling.rs"]
mod telling;
#[path = "company/together.rs"]
mod together;
#[path = "plan/workshop.rs"]
mod workshop;

use booking::Booking;
use common::{
    args::{self, Command, Offer, StoreChoice},
    exit,
    output::Output,
    progress::Progress,
};
use customers::Customers;
use goods::Goods;
use leads::Leads;
use papers::Papers;
use people::People;
use report::Told;
use staff::Staff;

fn main() -> ExitCode {
    exit::code(run(&mut Output::new()))
}

const ABOUT: &str =
    "Lives through half a year of a whole company: bought, made, sold, paid, closed, planned.";

/// What a reader must know of the cost of sales.
const COSTS_NOTE: &str = "What is made costs the parts that today's lists name, at what they were bought for or opened at. The real company's lists and prices \
     don't fit its standard costs: ten bearing balls at 41.92 each go into a ball bearing and ten of those into a bottom bracket, which so costs \
     6,468, where its standard is 24. Its result is one of the data, none to compare.";

const OFFERS: [Offer; 3] = [
    Offer::Data(
        "read the company from the CSV files in DIR, say\n\
         ../shared/data/adventureworks_mini; without it a demo company is\n\
         generated, the same on every run",
    ),
    Offer::Orders(
        "the demo company has N sales orders instead of 3000, and the rest\nin proportion",
    ),
    Offer::Report("write the report there, instead of into target"),
];

/// The whole story.
fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let args = match args::offered(ABOUT, default_store(), &OFFERS)? {
        Command::Run(args) => args,
        Command::Help(text) => return Ok(write!(out, "{text}")?),
    };

    // Read and check everything first: bad input must not leave half a year in the books.
    let mut parts = Parts::default();
    let company = parts.timed("reading", || common::company(&args).map_err(Box::from))?;
    let people = People::of(args.data.as_deref())?;
    let goods = Goods::of(&company, args.data.as_deref())?;
    let mut papers = Papers::of(&company, Some(&recipes(&goods)))?;
    let leads = leads::taken_from(&company, &mut papers)?;
    let opening = papers::opening(&company, &papers)?;
    telling::introduce(out, &args, &company, &papers)?;
    writeln!(out, "{} people. {}", people.all.len(), staff::SUPPOSED)?;

    // Then live through it, day by day.
    let mut booking = Booking::open(&args.store, &company, &papers, false)?;
    parts.timed("opening", || booking.open_stock(&opening))?;
    let currency = Currency::from_code(&company.currency).ok_or("the currency is unknown")?;
    let leads = Leads::of(&booking.firm, leads)?;
    let life = live(&mut booking, (&leads, currency), &papers, people, &mut parts)?;
    writeln!(out, "\n{}\n{} payslips\n", booking.tally, life.staff.slips)?;

    // And look at it.
    let (first, last) = (life.first, life.last);
    let supply = parts
        .timed("supply", || supply::plan(&booking.firm, &company, &goods, (last, currency)))?;
    let planned = parts.timed("planning", || planned::plan(&booking.firm, currency, last))?;
    let customers =
        parts.timed("customers", || Customers::of(&company, &leads, (first, last), currency))?;
    let pay = life.staff.by_department(&booking.firm)?;
    let told = Told {
        name: &company.name,
        firm: &booking.firm,
        currency,
        first,
        last,
        orders: company.sales.len(),
        pay: &pay,
        pay_to_come: life.staff.to_come(last, 13),
        planned: &planned,
        supply: &supply,
        customers: &customers,
    };
    writeln!(out, "{}", booking.firm.books().income_statement(first, last)?.to_report())?;
    writeln!(out, "{COSTS_NOTE}\n")?;
    writeln!(out, "{}", customers.pipeline)?;
    writeln!(out, "{}\n", supply.told())?;
    writeln!(out, "{}", told.plan_table())?;
    let path = args.page.unwrap_or_else(|| telling::among_targets("company.html"));
    parts.timed("report", || told.write(&path))?;
    parts.timed("checking", || telling::check(out, &booking, &company))?;
    write!(out, "\n{}", parts.told())?;
    Ok(writeln!(out, "\nThe report: open {} in a browser.", path.display())?)
}

fn default_store() -> StoreChoice {
    StoreChoice::Sqlite(telling::among_targets("company.db"))
}

/// What products are made of, as it holds today.
fn recipes(goods: &Goods) -> papers::Parts {
    let of = |(product, parts): (&u32, &Vec<goods::Part>)| {
        (*product, parts.iter().map(|part| (part.product, part.quantity)).collect())
    };
    goods.parts.iter().map(of).collect()
}

/// What came of the half year.
struct Life {
    staff: Staff,
    first: NaiveDate,
    last: NaiveDate,
}

/// Every day from the first document to the last: leads, documents, pay, and the end of the month.
fn live(
    booking: &mut Booking<'_>,
    (leads, currency): (&Leads, Currency),
    papers: &Papers,
    people: People,
    parts: &mut Parts,
) -> Result<Life, Box<dyn Error>> {
    let days = papers.days.keys().next().copied().zip(papers.days.keys().next_back().copied());
    let (first, last) = days.ok_or("the company has no documents")?;
    let mut staff = Staff::of(&booking.firm, people, currency, (first, last))?;
    let mut progress = Progress::new("documents", papers.count());
    for day in first.iter_days().take_while(|day| *day <= last) {
        booking.on(day);
        parts.timed("leads", || leads.live(&booking.firm, day))?;
        if let Some(of_day) = papers.days.get(&day) {
            parts.timed("documents", || booking.day(day, of_day))?;
            progress.add(of_day.count());
        }
        parts.timed("pay", || staff.pay(&booking.firm, day))?;
        if months::is_last_of_month(day) {
            parts.timed("closing", || months::close(booking, day))?;
        }
    }
    Ok(Life { staff, first, last })
}

/// How long each part of the story took.
#[derive(Default)]
struct Parts(BTreeMap<&'static str, Duration>);

impl Parts {
    fn timed<T>(
        &mut self,
        part: &'static str,
        work: impl FnOnce() -> Result<T, Box<dyn Error>>,
    ) -> Result<T, Box<dyn Error>> {
        let started = now();
        let done = work();
        *self.0.entry(part).or_default() += started.elapsed();
        done
    }

    fn told(&self) -> String {
        let line = |(part, took): (&&str, &Duration)| {
            format!("  {part:<10} {:>7.2} s\n", took.as_secs_f64())
        };
        format!("Time by part:\n{}", self.0.iter().map(line).collect::<String>())
    }
}

#[allow(clippy::disallowed_methods, reason = "a program may time itself; an engine may not")]
fn now() -> Instant {
    Instant::now()
}
