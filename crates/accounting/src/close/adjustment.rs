//! Adjustment periods: where what is settled after the year's end lies, apart from its last month.

use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Tags};
use fondaco_core::{Act, Range, Tx};
use serde::{Deserialize, Serialize};

use super::CloseError;
use crate::ledger::{LedgerError, Period, PeriodKind, PeriodStatus, period_key, rights};

/// A year has at most so many adjustment periods.
const MOST: u32 = 9;

/// Opens adjustment periods of a fiscal year, on its last day: SAP's special periods. Their numbers go on from the ordinary
/// ones: 13, 14, ... after twelve months. Entries lie in one when they [say so](crate::ledger::NewEntry::adjusting). A year
/// whose last ordinary period is locked for ever gets none; a journal that is locked so there is locked so in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAdjustmentPeriods {
    /// The fiscal year, which is open.
    pub year: i32,
    /// How many more.
    pub count: u32,
}

impl OpenAdjustmentPeriods {
    /// Opens `count` more of `year`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::OpenAdjustmentPeriods;
    /// books.send("two", &OpenAdjustmentPeriods::new(2026, 2))?;
    /// let labels: Vec<_> = books.periods()?[11..].iter().map(|period| period.label()).collect();
    /// assert_eq!(labels, ["2026-12", "2026-13", "2026-14"]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(year: i32, count: u32) -> OpenAdjustmentPeriods {
        OpenAdjustmentPeriods { year, count }
    }
}

impl Act for OpenAdjustmentPeriods {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::OPEN_FISCAL_YEAR))?;
        let periods = tx.scan(&Range::<Period>::all())?;
        let of_year = || periods.iter().filter(|period| period.fiscal_year == self.year);
        let last = of_year().rfind(|period| period.kind != Some(PeriodKind::Closing));
        let last = last.ok_or(CloseError::UnknownYear { year: self.year })?;
        if last.closed == Some(true) {
            return Err(CloseError::YearClosed { year: self.year, date: last.end }.into());
        }
        let ordinary = of_year().rfind(|period| period.is_ordinary());
        let ordinary = ordinary.ok_or(CloseError::UnknownYear { year: self.year })?;
        if ordinary.status == PeriodStatus::Final {
            let what = format!("period {}", ordinary.label());
            return Err(CloseError::LockedForEver { what }.into());
        }
        // Other locks end the month, not the year: what is locked for ever is so in all that lies on its last day.
        let for_ever = |code: &str| ordinary.journal_status(code) == PeriodStatus::Final;
        let journals: Tags = ordinary.journals.iter().filter(|(code, _)| for_ever(code)).collect();
        let there = of_year().filter(|period| period.kind == Some(PeriodKind::Adjustment)).count();
        if self.count == 0 || there + self.count as usize > MOST as usize {
            let all = there + self.count as usize;
            let why = format!("{} more make {all} in all: a year has 1 to {MOST}", self.count);
            return Err(LedgerError::BadInput { what: "adjustment periods", why });
        }
        for number in last.number + 1..=last.number + self.count {
            tx.insert(Period {
                period: period_key(self.year, number)?,
                fiscal_year: self.year,
                number,
                start: last.end,
                end: last.end,
                status: PeriodStatus::Open,
                kind: Some(PeriodKind::Adjustment),
                closed: None,
                journals: journals.clone(),
            })?;
        }
        let event = Event::new("ledger.adjustment_periods_opened");
        let event = event.with("year", self.year);
        tx.emit(event.with("count", self.count));
        Ok(())
    }
}
