//! Whether exactly what is short stands as a shortage.

use std::collections::BTreeSet;

use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, ItemId, Range, Reading, SiteId, View};

use super::{ReorderRule, Shortage, ShortageLine};
use crate::levels::Stock;

/// Compares the shortages that stand with the levels and the rules.
pub(super) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    let mut told: BTreeSet<(ItemId, SiteId, ShortageLine)> = BTreeSet::new();
    view.peek_each(&Range::<Shortage>::all(), |row: &Shortage| {
        told.insert((row.item, row.site, row.line));
        Ok::<_, Halt>(())
    })?;
    for rule in view.peek_scan(&Range::<ReorderRule>::all())? {
        let (item, site) = (rule.item, rule.site);
        let stored = view.peek::<Stock>(&(item, site))?;
        let level = stored.map_or_else(|| Stock::none(item, site), |row| row.as_ref().clone());
        for line in [ShortageLine::Reorder, ShortageLine::Safety] {
            let is_told = told.remove(&(item, site, line));
            let least = rule.least(line);
            let is_short = least.is_some_and(|(of, least)| of.of(&level) < i128::from(least));
            if is_short != is_told {
                let (short, told) = (said(is_short), said(is_told));
                let line = line.code();
                found.say(format_args!(
                    "item {item} at site {site}: below the {line} line is {short}, told is {told}"
                ));
            }
        }
    }
    for (item, site, line) in told {
        let line = line.code();
        found.say(format_args!("item {item} at site {site} has no rule, and a {line} shortage"));
    }
    Ok(())
}

fn said(is_so: bool) -> &'static str {
    if is_so { "true" } else { "false" }
}
