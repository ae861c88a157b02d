//! Dimensions: what is defined, what accounts demand, which values go together, and figures by their trees.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod commands;
mod existing;
mod failures;
mod judging;
mod places;

mod reading;
mod refusing;
mod rights;
mod sums;
mod ways_in;

use common::*;
use fondaco_accounting::dimensions::*;
use fondaco_accounting::ledger::*;

/// Cost centres of which only known ones are taken: SALES over EAST and WEST, EAST over 10 and 11, WEST over 20; and projects.
fn with_centres(firm: Firm) -> Firm {
    let firm = firm.set_up();
    firm.must("centres", &DefineDimension::new("cost_centre", "Cost centres").known());
    firm.must("projects", &DefineDimension::new("project", "Projects"));
    let values = vec![
        NewDimensionValue::new("10", "Mestre").under("EAST"),
        NewDimensionValue::heading("EAST", "East").under("SALES"),
        NewDimensionValue::heading("SALES", "Sales"),
        NewDimensionValue::heading("WEST", "West").under("SALES"),
        NewDimensionValue::new("11", "Murano").under("EAST"),
        NewDimensionValue::new("20", "Verona").under("WEST"),
    ];
    firm.must("values", &OpenDimensionValues::new("cost_centre", values));
    firm
}

/// Rent of 10 with these dimensions.
fn rent(date: &str, dimensions: &[(&str, &str)]) -> NewEntry {
    cost("5100", date, dimensions)
}

fn cost(account: &str, date: &str, dimensions: &[(&str, &str)]) -> NewEntry {
    let posting = NewPosting::debit(account, eur("10"));
    let posting =
        dimensions.iter().fold(posting, |posting, (name, value)| posting.dimension(*name, *value));
    NewEntry::new("GEN", d(date)).posting(posting).credit("1000", eur("10"))
}

/// The dimensions of an entry's first line.
fn first_line(firm: &Firm, id: fondaco_core::Id<Entry>) -> String {
    let whole = firm.view(|view| entry(view, id)).unwrap();
    whole.postings[0].dimensions.to_json()
}
