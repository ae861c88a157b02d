//! All of it as one page to look at: sizes over time, who came and went, what segments have in common, why, cells, and messages.

use std::error::Error;
use std::path::Path;
use std::{fs, io};

use fondaco::core::report::{
    Cell, Chart, Column, Explain, Figure, Grid, Kind, Locale, Page, Phrase, Report, Row,
};
use fondaco::crm::segments::{Explanation, Overlap, Truth, Why};

use super::mail::{Outcome, named};
use super::replay::{Month, Replay, SEGMENTS};
use super::shop::Shop;

/// What was found.
pub struct Found<'f> {
    pub shop: &'f Shop,
    pub replay: &'f Replay,
    pub overlap: Overlap,
    pub why: Option<Why>,
    pub cells: Vec<(String, usize)>,
    pub outcome: Outcome,
}

/// Writes the page.
///
/// # Errors
/// The file can't be written.
pub fn write(path: &Path, found: &Found<'_>) -> Result<(), Box<dyn Error>> {
    let html = page(found).to_html(&Locale::en());
    let cannot = |error: io::Error| {
        format!("the page {}: {error}; choose another file with --page", path.display())
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    Ok(fs::write(path, html).map_err(cannot)?)
}

fn page(found: &Found<'_>) -> Page {
    let Found { shop, replay, overlap, why, cells, outcome } = found;
    let figures = [
        Figure::new("Customers", shop.customers.len()),
        Figure::new("Purchases", shop.purchases.len()),
        Figure::new("Messages sent", outcome.sent),
        Figure::new("Delivered", outcome.delivered),
    ];
    let mut page = Page::new(shop.name)
        .about(Phrase::from("Segments on").and(replay.end.date_utc()))
        .figures(figures)
        .chart(sizes(&replay.months))
        .chart(moves(&replay.months))
        .report(definitions(replay))
        .chart(regions(overlap))
        .chart(bars("Customers by recency, frequency and money", cells));
    if let Some(why) = why {
        page = page.explain("Why one customer has lapsed", explained(&why.explanation));
    }
    page.report(messages(outcome)).report(table(&replay.months))
}

fn months(months: &[Month]) -> impl Iterator<Item = Cell> {
    months.iter().map(|month| Cell::Month(month.first))
}

fn sizes(all: &[Month]) -> Chart {
    let size = |name: &'static str| {
        all.iter().map(move |month| month.sizes.get(name).copied().unwrap_or(0).into())
    };
    let grid = SEGMENTS
        .iter()
        .fold(Grid::new(months(all)), |grid, (name, _)| grid.series(*name, size(name)));
    Chart::line("Members at the ends of months", Kind::Count, grid)
}

fn moves(all: &[Month]) -> Chart {
    let name = "worth winning back";
    let of = |month: &Month, entered: bool| {
        let counts = if entered { &month.entered } else { &month.left };
        counts.get(name).copied().unwrap_or(0).into()
    };
    let grid = Grid::new(months(all))
        .series("Came in", all.iter().map(|month| of(month, true)))
        .series("Left", all.iter().map(|month| of(month, false)));
    Chart::bars("Who is worth winning back: came and went", Kind::Count, grid)
}

fn regions(overlap: &Overlap) -> Chart {
    let name = |mask: u32| {
        let names = overlap.names.iter().enumerate().filter(|(place, _)| mask >> place & 1 == 1);
        names.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let regions: Vec<(String, usize)> = overlap
        .regions
        .iter()
        .take(8)
        .map(|(mask, count)| (name(*mask), usize::try_from(*count).unwrap_or(usize::MAX)))
        .collect();
    bars("What segments have in common: in exactly these", &regions)
}

fn bars(title: &str, counts: &[(String, usize)]) -> Chart {
    let names = counts.iter().map(|(name, _)| name.as_str());
    let grid =
        Grid::new(names).series("Customers", counts.iter().map(|(_, count)| (*count).into()));
    Chart::bars(title, Kind::Count, grid)
}

fn definitions(replay: &Replay) -> Report {
    let mut report = Report::new("Segments").columns([
        Column::text("Segment"),
        Column::text("Who is in"),
        Column::count("Members"),
    ]);
    for (name, text) in SEGMENTS {
        let size = replay.live.members(name).map_or(0, |members| members.len());
        let size = Cell::Count(i64::try_from(size).unwrap_or(i64::MAX));
        report.push(Row::new([Cell::text(name), Cell::text(text), size]));
    }
    report
}

fn explained(explanation: &Explanation) -> Explain {
    let said = match explanation.truth {
        Truth::Yes => "yes",
        Truth::No => "no",
        Truth::Unknown => "unknown",
    };
    let explain = Explain::new(explanation.part.as_str(), Cell::text(said));
    let found = explanation
        .found
        .as_deref()
        .map_or(explain.clone(), |found| explain.rule(format!("found: {found}").as_str()));
    found.inputs(explanation.parts.iter().map(explained))
}

fn messages(outcome: &Outcome) -> Report {
    let mut report = Report::new("Messages")
        .columns([Column::text("What became of them"), Column::count("How many")]);
    let count = |count: usize| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
    report.push(Row::new([Cell::text("sent"), count(outcome.sent)]));
    report.push(Row::new([
        Cell::text("tries at a service that fails at random"),
        count(outcome.tries),
    ]));
    report.push(Row::new([Cell::text("delivered, each once"), count(outcome.delivered)]));
    for (reason, held) in &outcome.held {
        report.push(Row::new([Cell::text(format!("held back: {}", named(*reason))), count(*held)]));
    }
    report
}

fn table(all: &[Month]) -> Report {
    let columns = SEGMENTS.iter().flat_map(|(name, _)| {
        [
            Column::count(*name),
            Column::count(format!("{name} +").as_str()),
            Column::count(format!("{name} -").as_str()),
        ]
    });
    let mut report =
        Report::new("Entries and exits by month").column(Column::text("Month")).columns(columns);
    for month in all {
        let of = |counts: &std::collections::BTreeMap<&str, u64>, name: &str| {
            Cell::Count(i64::try_from(counts.get(name).copied().unwrap_or(0)).unwrap_or(i64::MAX))
        };
        let figures = SEGMENTS.iter().flat_map(|(name, _)| {
            [of(&month.sizes, name), of(&month.entered, name), of(&month.left, name)]
        });
        report.push(Row::new([Cell::Month(month.first)].into_iter().chain(figures)));
    }
    report
}
