//! All of it as one page to look at: figures, charts, what to order, what to do otherwise, and why.

use std::{error::Error, fs, io, path::Path};

use fondaco::{
    core::report::{Figure, Locale, Page, Phrase},
    prelude::*,
};

use super::{
    Findings,
    advice::{SUPPOSED, percent},
    levels::value_chart,
};

/// How many orders it shows.
const MOST: usize = 40;

/// Writes the page.
///
/// # Errors
/// The file can't be written.
pub fn write(path: &Path, title: &str, found: &Findings<'_>) -> Result<(), Box<dyn Error>> {
    let html = page(title, found).to_html(&Locale::en());
    let cannot = |error: io::Error| {
        format!("the page {}: {error}; choose another file with --page", path.display())
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    Ok(fs::write(path, html).map_err(cannot)?)
}

fn page(title: &str, found: &Findings<'_>) -> Page {
    let Findings { currency, worth, levels, short, advice, adjusted } = found;
    let last = worth.ends.last().copied().unwrap_or_default();
    let mut page = Page::new(title)
        .about(Phrase::from("The stock on").and(last))
        .figures(figures(found))
        .chart(value_chart(worth, *currency))
        .chart(levels.chart(worth))
        .report(levels.report(worth, *currency).note(adjusted.as_str()))
        .report(short.report(*currency, MOST));
    for (title, why) in short.why() {
        page = page.explain(title.as_str(), why);
    }
    page = page.report(advice.saved(*currency));
    if let Some((product, best)) = advice.best() {
        let title = format!("Why the policy of {} is recommended", product.number);
        page = page.explain(title.as_str(), best.explain());
    }
    page.report(advice.matrix.to_report().note(SUPPOSED))
}

fn figures(found: &Findings<'_>) -> [Figure; 5] {
    let Findings { currency, worth, short, advice, .. } = found;
    let totals = advice.totals();
    let a_year = (totals.cost_per_day[0] - totals.cost_per_day[1]) * 365.0;
    let saved = Decimal::try_from(a_year).unwrap_or_default().round_dp(0);
    [
        Figure::new("Value of the stock", Money::new(worth.total(), *currency)),
        Figure::new("To be ordered", short.lines.len()),
        Figure::new("Saved a year, as recommended", Money::new(saved, *currency)),
        Figure::new("Served at once today", percent(totals.fill_rate[0])),
        Figure::new("Served as recommended", percent(totals.fill_rate[1])),
    ]
}
