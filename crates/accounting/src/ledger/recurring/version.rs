//! Terms with what is reckoned of them once, so that n occurrences take n steps and not n².

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use fondaco_core::recurrence::RecurrenceEnd;
use fondaco_core::{Halt, Money, Range, Tx};
use smol_str::SmolStr;

use super::{AmountRule, RecurringTerms, RecurringVersion, parts};
use crate::ledger::LedgerError;

/// Terms from a day on.
pub(super) struct Version {
    pub(super) terms: RecurringTerms,
    series: OnceLock<Option<Series>>,
}

/// All occurrences of terms that end, in order.
struct Series {
    dates: Vec<NaiveDate>,
    /// Of each posting its share in each occurrence; none where amounts are fixed.
    shares: Vec<Vec<Money>>,
}

impl Version {
    pub(super) fn new(terms: RecurringTerms) -> Arc<Version> {
        Arc::new(Version { terms, series: OnceLock::new() })
    }

    fn of(rows: &[Arc<RecurringVersion>]) -> Result<Vec<Arc<Version>>, Halt> {
        rows.iter().map(|row| row.terms().map(Version::new)).collect()
    }

    /// Reckoned for terms that are walked from their start: those that count, and those that share an amount out. `None`
    /// for the others, and for what [`parts::check`] refuses.
    fn series(&self) -> Option<&Series> {
        let terms = &self.terms;
        let counted = match terms.recurrence.end() {
            RecurrenceEnd::Count(count) => count.get() as usize <= parts::MOST,
            RecurrenceEnd::Until(_) => terms.amounts != AmountRule::Fixed,
            RecurrenceEnd::Never => false,
        };
        let reckon = || {
            let shares = parts::shares(terms).ok()?;
            Some(Series { dates: terms.recurrence.dates(terms.start()).collect(), shares })
        };
        self.series.get_or_init(|| if counted { reckon() } else { None }).as_ref()
    }

    /// The first occurrence on a day or after it.
    pub(super) fn date_from(&self, day: NaiveDate) -> Option<NaiveDate> {
        match self.series() {
            Some(series) => {
                series.dates.get(series.dates.partition_point(|date| *date < day)).copied()
            }
            None => self.terms.recurrence.dates_from(self.terms.start(), day).next(),
        }
    }

    /// What each posting of the occurrence on a day amounts to; `None` where there is no occurrence.
    pub(super) fn amounts(&self, date: NaiveDate) -> Result<Option<Vec<Money>>, LedgerError> {
        let terms = &self.terms;
        if self.date_from(date) != Some(date) {
            return Ok(None);
        }
        if terms.amounts == AmountRule::Fixed {
            return Ok(Some(terms.entry.postings.iter().map(|posting| posting.amount).collect()));
        }
        let Some(series) = self.series() else {
            return parts::check(terms).map(|()| None); // says what is wrong with them
        };
        let at = series.dates.partition_point(|known| *known < date);
        Ok(Some(series.shares.iter().filter_map(|of| of.get(at).copied()).collect()))
    }
}

/// The terms of all recurring entries, kept by a driver until some are changed.
struct Kept(BTreeMap<SmolStr, Known>);

#[derive(Default)]
struct Known {
    rows: Vec<Arc<RecurringVersion>>,
    versions: OnceLock<Result<Vec<Arc<Version>>, Halt>>,
}

/// More terms than these are not read for the sake of one.
const MOST_KEPT: u64 = 4096;

impl Kept {
    fn of(rows: &[Arc<RecurringVersion>]) -> Kept {
        let mut kept: BTreeMap<SmolStr, Known> = BTreeMap::new();
        for row in rows {
            kept.entry(row.code.clone()).or_default().rows.push(row.clone());
        }
        Kept(kept)
    }
}

/// The terms of a recurring entry, by start; the decision rests on all of them.
pub(super) fn versions(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Vec<Arc<Version>>, LedgerError> {
    match tx.compiled::<RecurringVersion, Kept>(|rows| rows <= MOST_KEPT, Kept::of)? {
        Some(kept) => {
            let known = kept.0.get(code);
            let versions =
                known.map(|known| known.versions.get_or_init(|| Version::of(&known.rows)).clone());
            Ok(versions.unwrap_or(Ok(Vec::new()))?)
        }
        None => of_rows(&tx.scan(&Range::<RecurringVersion>::by_key(code))?),
    }
}

/// As the rows have them.
pub(super) fn of_rows(rows: &[Arc<RecurringVersion>]) -> Result<Vec<Arc<Version>>, LedgerError> {
    Ok(Version::of(rows)?)
}
