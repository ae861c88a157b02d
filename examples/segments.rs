//! Customers of a shop, told apart day by day: `cargo run --release --example segments`.
//!
//! Without options it makes up a shop; `--data ../shared/data/cdnow` reads CDNOW's 69,659 purchases. Segments are written as text and kept true while
//! the purchases are replayed in the order of time: who is new, loyal, lapsed, worth winning back. Each month it says who came and went; at the end
//! it asks the same in full, and why one customer is where it is; what sets the lapsed apart; cells of RFM; and what a campaign to win customers back
//! would have sent, through a mail service that fails at random and still gets each message once.
//!
//! Read it in this order: `run` below is the whole story; `segments/shop.rs` reads purchases, `segments/replay.rs` goes through the days,
//! `segments/mail.rs` sends, `segments/page.rs` makes a page of it.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use fondaco::crm::rfm::{Scale, cell_of, standard_cells, summarise};
use fondaco::crm::segments::Overlap;

#[path = "common/args.rs"]
#[allow(dead_code, reason = "other examples take more")]
mod args;
#[path = "common/exit.rs"]
mod exit;
#[path = "segments/mail.rs"]
mod mail;
#[path = "common/output.rs"]
mod output;
#[path = "segments/page.rs"]
mod page;
#[path = "segments/replay.rs"]
mod replay;
#[path = "segments/shop.rs"]
mod shop;

use args::{Command, Offer, StoreChoice};
use output::Output;
use replay::Replay;
use shop::Shop;

fn main() -> ExitCode {
    exit::code(run(&mut Output::new()))
}

const ABOUT: &str = "Tells a shop's customers apart, day by day, and says why.";
const OFFERS: [Offer; 2] = [
    Offer::Data(
        "read CDNOW_master.csv in DIR, say ../shared/data/cdnow; without it a shop is made up",
    ),
    Offer::Page("write the page there, instead of into target"),
];

/// The whole story.
fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let args = match args::offered(ABOUT, StoreChoice::Memory, &OFFERS)? {
        Command::Run(args) => args,
        Command::Help(text) => return Ok(write!(out, "{text}")?),
    };
    let shop = Shop::of(args.data.as_deref())?;
    writeln!(
        out,
        "{}: {} customers, {} purchases",
        shop.name,
        shop.customers.len(),
        shop.purchases.len()
    )?;

    // Day by day: members come and go by what they do, and by what they don't.
    let replay = Replay::of(&shop, 100)?;
    for month in &replay.months {
        writeln!(out, "{month}")?;
    }

    // The same in full, at once: incremental and full evaluation agree, or this ends here.
    let columns = replay.columns(&shop)?;
    for name in replay.set().names() {
        let full = columns.members(replay.set(), name, replay.end)?.to_bitmap();
        if full != replay.live.members(name)? {
            return Err(format!("{name}: kept and full membership differ").into());
        }
    }
    writeln!(out, "\nAll {} segments are what a full evaluation says.", replay.names().len())?;

    // Why, how many in common, and what sets them apart.
    let lapsed = replay.live.members("lapsed")?;
    let why = lapsed.min().map(|who| replay.live.explain("lapsed", who)).transpose()?;
    if let Some(why) = &why {
        writeln!(out, "\n{why}")?;
    }
    let members = replay.names().into_iter().map(|name| Ok((name, replay.live.members(name)?)));
    let members = members.collect::<Result<Vec<_>, fondaco::crm::segments::SegmentError>>()?;
    let overlap = Overlap::of(members.iter().map(|(name, set)| (*name, set)))?;
    let cells = cells(&columns, &replay)?;
    let outcome = mail::deliver(&replay.decisions);
    writeln!(out, "{outcome}")?;

    let path = args.page.unwrap_or_else(|| among_targets("segments.html"));
    page::write(
        &path,
        &page::Found { shop: &shop, replay: &replay, overlap, why, cells, outcome },
    )?;
    Ok(writeln!(
        out,
        "\nThe segments as a page, with charts: open {} in a browser.",
        path.display()
    )?)
}

/// How many customers are in each cell of recency, frequency and money.
fn cells(
    columns: &fondaco::crm::segments::Columns,
    replay: &Replay,
) -> Result<Vec<(String, usize)>, Box<dyn Error>> {
    let bought = columns.purchases("purchase", "amount", replay.end)?;
    let customers = summarise(bought, replay.end.date_utc())?;
    let scores = Scale::tiles(5)?.scores(&customers)?;
    let cells = standard_cells();
    let mut counts: Vec<(String, usize)> =
        cells.iter().map(|cell| (cell.name.clone(), 0)).collect();
    for cell in scores.into_iter().filter_map(|scores| cell_of(&cells, scores)) {
        if let Some((_, count)) = counts.iter_mut().find(|(name, _)| *name == cell.name) {
            *count += 1;
        }
    }
    counts.retain(|(_, count)| *count > 0);
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(counts)
}

/// A file in cargo's target folder where there is one, else among the temporary files.
fn among_targets(name: &str) -> PathBuf {
    match Path::new("target").is_dir() {
        true => Path::new("target").join(name),
        false => std::env::temp_dir().join(format!("fondaco-{name}")),
    }
}
