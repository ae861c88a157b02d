//! A real company's half year of sales and purchases through its documents: `cargo run --release --example orders`.
//!
//! Without options it generates a demo company; `--data ../shared/data/adventureworks_mini` reads AdventureWorks. Every order is placed,
//! promised, delivered, invoiced and paid, every purchase ordered, received, billed and paid, each step one commit over stock and books in an
//! SQLite file. Run it again, and nothing is booked twice; kill it in the middle and run it again, and it goes on where it was.
//!
//! Read it in this order: `run` below is the whole story; `company/papers.rs` makes commands of documents, `company/booking.rs` sends them,
//! `company/checks.rs` compares the accounts with what was published.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::{error::Error, io::Write, process::ExitCode};

#[path = "company/booking.rs"]
mod booking;
#[path = "company/checks.rs"]
mod checks;
mod common;
#[path = "company/papers.rs"]
mod papers;
#[path = "company/telling.rs"]
mod telling;

use booking::Booking;
use common::{
    args::{self, Command, Offer, StoreChoice},
    exit,
    output::Output,
    progress::Progress,
};
use papers::Papers;

fn main() -> ExitCode {
    exit::code(run(&mut Output::new()))
}

const ABOUT: &str =
    "Takes a company's sales and purchases of half a year through orders, stock and books.";

const OFFERS: [Offer; 3] = [
    Offer::Data(
        "read the company's documents from the CSV files in DIR, say\n../shared/data/adventureworks_mini; without it a demo company is\ngenerated, the same on every run",
    ),
    Offer::Orders(
        "the demo company has N sales orders instead of 3000, and purchases\nin proportion",
    ),
    Offer::Switch("each", "each document is a commit of its own, instead of a day's of a kind"),
];

/// The whole story.
fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let args = match args::offered(ABOUT, default_store(), &OFFERS)? {
        Command::Run(args) => args,
        Command::Help(text) => return Ok(write!(out, "{text}")?),
    };

    // Read and check everything first: bad input must not leave half a year in the books.
    let company = common::company(&args)?;
    let papers = Papers::of(&company, None)?;
    let opening = papers::opening(&company, &papers)?;
    telling::introduce(out, &args, &company, &papers)?;

    // Then book it, day by day.
    let each = args.switches.iter().any(|it| it == "each");
    let mut booking = Booking::open(&args.store, &company, &papers, each)?;
    booking.open_stock(&opening)?;
    let mut progress = Progress::new("documents", papers.count());
    booking.live(&papers, |documents| progress.add(documents))?;
    writeln!(out, "\n{}\n", booking.tally)?;
    telling::check(out, &booking, &company)
}

fn default_store() -> StoreChoice {
    StoreChoice::Sqlite(telling::among_targets("orders.db"))
}
