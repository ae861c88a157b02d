//! Which leads will buy, why, and who speaks to whom next: `cargo run --release --example leads`.
//!
//! Without options it makes up a school's leads; `--data ../shared/oracles/crm/datasets/x_education_leads_9col.csv` reads 9,240 real ones. They are cleaned, and what was changed or
//! refused is told. Four of five teach a logistic regression, one of five judges it. A scorecard that people could have written is held against it on the same leads. Then the leads
//! stand in a queue by what they are worth, and go to sellers.
//!
//! Read it in this order: `run` below is the whole story; `leads/data.rs` reads and cleans, `leads/demo.rs` makes leads up, `leads/learning.rs` teaches and
//! judges, `leads/card.rs` is the scorecard, `leads/next.rs` the queue and the sellers, `leads/page.rs` makes a page of it.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::{
    error::Error,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[path = "leads/card.rs"]
mod card;
mod common;
#[path = "leads/data.rs"]
mod data;
#[path = "leads/demo.rs"]
mod demo;
#[path = "leads/learning.rs"]
mod learning;
#[path = "leads/next.rs"]
mod next;
#[path = "leads/page.rs"]
mod page;

use card::ByRules;
use common::{
    args::{self, Command, Offer, StoreChoice},
    exit,
    output::Output,
};
use data::Leads;
use learning::Learned;
use next::Next;

fn main() -> ExitCode {
    exit::code(run(&mut Output::new()))
}

const ABOUT: &str = "Scores leads by learning and by rules, says why, and gives them to sellers.";

const OFFERS: [Offer; 2] = [
    Offer::Data(
        "read leads from this CSV file, say\n../shared/oracles/crm/datasets/x_education_leads_9col.csv",
    ),
    Offer::Page("write the page there, instead of into target"),
];

/// The whole story.
fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let args = match args::offered(ABOUT, StoreChoice::Memory, &OFFERS)? {
        Command::Run(args) => args,
        Command::Help(text) => return Ok(write!(out, "{text}")?),
    };
    let leads = match &args.data {
        Some(path) => Leads::read(path)?,
        None => Leads::clean(demo::rows()),
    };
    writeln!(out, "{}", leads.tally())?;

    // Teach and judge.
    let learned = Learned::of(&leads)?;
    writeln!(out, "{}", learned.report())?;
    let by_rules = ByRules::of(&leads, &learned.judged)?;
    writeln!(out, "{}", by_rules.report(&learned)?)?;

    // Who is next, and whose.
    let next = Next::of(&leads, &learned)?;
    writeln!(out, "{}", next.queue(12))?;
    writeln!(out, "{}", next.sellers())?;
    if let Some((title, why)) = next.why(&leads, &learned)? {
        writeln!(out, "{title}:\n{why}")?;
    }
    let path = args.page.unwrap_or_else(|| among_targets("leads.html"));
    page::write(&path, &leads, &learned, &by_rules, &next)?;
    Ok(writeln!(out, "The leads as a page, with charts: open {} in a browser.", path.display())?)
}

/// A file in cargo's target folder where there is one, else among the temporary files.
fn among_targets(name: &str) -> PathBuf {
    match Path::new("target").is_dir() {
        true => Path::new("target").join(name),
        false => std::env::temp_dir().join(format!("fondaco-{name}")),
    }
}
