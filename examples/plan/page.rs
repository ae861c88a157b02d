//! All of it as one page to look at: figures, stock as it will be, a bill, proposals and messages, bars over dates, and why.

use std::{error::Error, fs, io, path::Path};

use fondaco::{
    core::report::{Figure, Locale, Page, Phrase},
    inventory::replenish::SourceKind,
};

use super::{
    late::{LargeOrder, Late},
    outlook::Outlook,
    runs::Runs,
    today::Today,
    workshop::Workshop,
};

/// How many rows a table has.
const MOST: usize = 40;

/// What was found.
pub struct Found<'f> {
    pub today: &'f Today<'f>,
    pub outlook: Outlook,
    pub runs: Runs,
    pub large: LargeOrder<'f>,
    pub late: Late,
    /// The demo company's; nothing is known of the machines of another.
    pub workshop: Option<Workshop>,
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
    let Found { today, outlook, runs, large, late, workshop } = found;
    let mut page = Page::new(today.company.name.as_str())
        .about(Phrase::from("The plan on").and(today.date))
        .figures(figures(found))
        .chart(late.projection.clone())
        .explain(large.title().as_str(), late.why.clone())
        .report(late.bill.clone())
        .report(outlook.report(today, MOST))
        .report(runs.proposals(false, MOST))
        .report(runs.proposals(true, MOST))
        .report(runs.messages(MOST))
        .chart(runs.gantt(MOST));
    if let Some(workshop) = workshop {
        page = page.report(workshop.report()).chart(workshop.gantt());
    }
    page.explain(runs.firmed_title().as_str(), runs.why_firmed.clone())
        .report(runs.history())
        .report(runs.changes(MOST))
}

fn figures(found: &Found<'_>) -> [Figure; 5] {
    let Found { runs, late, .. } = found;
    let of = |source| runs.orders.iter().filter(|order| order.source == Some(source)).count();
    [
        Figure::new("Articles planned", runs.report.items),
        Figure::new("Purchases proposed", of(SourceKind::Buy)),
        Figure::new("Work orders proposed", of(SourceKind::Make)),
        Figure::new("Messages", runs.report.messages),
        Figure::new("Days the large order is late", late.feasible.late_days),
    ]
}
