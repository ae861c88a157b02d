//! All of it as one page to look at.

use std::{error::Error, fs, io, path::Path};

use fondaco::core::report::{Cell, Chart, Figure, Grid, Kind, Locale, Page};

use super::card::ByRules;
use super::data::Leads;
use super::learning::{Learned, share};
use super::next::Next;

/// Writes the page.
///
/// # Errors
/// The file can't be written.
pub fn write(
    path: &Path,
    leads: &Leads,
    learned: &Learned,
    by_rules: &ByRules,
    next: &Next,
) -> Result<(), Box<dyn Error>> {
    let html = page(leads, learned, by_rules, next)?.to_html(&Locale::en());
    let cannot = |error: io::Error| {
        format!("the page {}: {error}; choose another file with --page", path.display())
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    Ok(fs::write(path, html).map_err(cannot)?)
}

fn page(
    leads: &Leads,
    learned: &Learned,
    by_rules: &ByRules,
    next: &Next,
) -> Result<Page, Box<dyn Error>> {
    let bought = learned.outcomes.iter().filter(|bought| **bought).count();
    let mut page = Page::new("Leads")
        .about("Who will buy, why, and who speaks to whom next")
        .figures([
            Figure::new("Leads", Cell::Count(leads.leads.len() as i64)),
            Figure::new("Judged by", Cell::Count(learned.outcomes.len() as i64)),
            Figure::new("Of them bought", Cell::Count(bought as i64)),
            Figure::new("Lines refused", Cell::Count(leads.refused.len() as i64)),
        ])
        .chart(lift(learned, by_rules)?)
        .chart(learned.calibration()?)
        .report(learned.report())
        .report(by_rules.report(learned)?)
        .report(next.queue(25))
        .chart(next.chart())
        .report(next.sellers());
    if let Some((title, why)) = next.why(leads, learned)? {
        page = page.explain(title, why);
    }
    if let Some(row) = next.first() {
        page = page.explain("Its points by the rules", by_rules.why(&leads.leads[row])?);
    }
    for (title, why) in next.reasons() {
        page = page.explain(title, why);
    }
    Ok(page.report(learned.fairness()).report(leads.tally()))
}

/// What part of the buyers is found by asking the best first: by learning, by rules, by chance.
fn lift(learned: &Learned, by_rules: &ByRules) -> Result<Chart, Box<dyn Error>> {
    let gains = learned.gains()?;
    let grid = Grid::new(gains.iter().map(|gain| format!("{:.0} %", 100.0 * gain.asked)))
        .series("Learned", gains.iter().map(|gain| share(gain.found)))
        .series("Rules", by_rules.gains.iter().map(|gain| share(gain.found)))
        .series("Chance", gains.iter().map(|gain| share(gain.asked)));
    Ok(Chart::line("Buyers found by asking the first ...", Kind::Percent { digits: 0 }, grid))
}
