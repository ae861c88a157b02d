//! The entries that close a fiscal year: statements show the year as it was before them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{DateRange, Id, Range, Reading};

use super::cells::{Cells, is_known};
use super::columns::Plan;
use crate::ledger::{Entry, LedgerError, Period, Posting};

/// The entries that close years, by year, with their dates.
#[derive(Debug, Default)]
pub(super) struct Closings {
    entries: BTreeMap<i32, Vec<(NaiveDate, Id<Entry>)>>,
}

impl Closings {
    pub(super) fn read(_read: &mut impl Reading) -> Result<Closings, LedgerError> {
        Ok(Closings::default())
    }

    /// The years of which closing entries lie on some days.
    pub(super) fn years_on(
        &self,
        from: NaiveDate,
        through: NaiveDate,
    ) -> impl Iterator<Item = i32> {
        let on = move |entries: &Vec<(NaiveDate, Id<Entry>)>| {
            entries.iter().any(|(date, _)| (from..=through).contains(date))
        };
        self.entries.iter().filter(move |(_, entries)| on(entries)).map(|(year, _)| *year)
    }

    /// The fiscal year of a date, if entries up to it close that year.
    pub(super) fn year_closed_by(&self, periods: &[Arc<Period>], date: NaiveDate) -> Option<i32> {
        let begun = periods.iter().filter(|period| period.start <= date);
        let year = begun.max_by_key(|period| (period.start, period.fiscal_year))?.fiscal_year;
        let entries = self.entries.get(&year)?;
        entries.iter().any(|(closed, _)| *closed <= date).then_some(year)
    }

    /// The entries that close a year on some days.
    pub(super) fn on(&self, days: DateRange) -> BTreeSet<Id<Entry>> {
        let all = self.entries.values().flatten();
        all.filter(|(date, _)| days.contains(*date)).map(|(_, entry)| *entry).collect()
    }

    /// Whether an entry closes a year.
    pub(super) fn has(&self, entry: Id<Entry>) -> bool {
        self.entries.values().flatten().any(|(_, known)| *known == entry)
    }

    /// Puts what they posted into the places that the plan has for them.
    pub(super) fn fill(
        &self,
        read: &mut impl Reading,
        plan: &Plan,
        cells: &mut Cells,
    ) -> Result<(), LedgerError> {
        for (at, (known, year)) in plan.closings.iter().enumerate() {
            let entries = self.entries.get(year).into_iter().flatten();
            let ranges: Vec<_> =
                entries.map(|(_, entry)| Range::<Posting>::by_key(entry)).collect();
            read.peek_each_of(&ranges, |posting: &Posting| {
                if is_known(posting, *known) {
                    cells.add_posting(posting, plan.closing_place(at));
                }
                Ok::<(), LedgerError>(())
            })?;
        }
        Ok(())
    }
}
