//! What is taken down of a batch until all of it is staged: entries with their postings, sums, and what judges them on the way.
//!
//! Nothing here takes anything back: an item that is refused may have left something in any of the parts, and whoever goes on
//! after a refusal takes the item by [`fondaco_core::tx::item`].

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::store::{Drawn, Tags};
use fondaco_core::tx::{LogMark, Noted, Pending, Rows};
use fondaco_core::{Drew, Halt, Id, IdRun, Timestamp, Tx};
use smol_str::SmolStr;

use crate::close::{Asserted, Broken, Judging};
use crate::parallel;

use super::closing::Closings;
use super::fold::Fold;
use super::judge::Judged;
use super::open_items;
use super::rules::{Chart, Rules};
use super::running::Running;
use super::spending::{self, Override, Standing};
use super::totals::Layer;
use super::{
    CheckedSoFar, Entry, EntryDetail, Journal, LedgerError, NewEntry, NewPosting, OpenItem, Period,
    Posted, Posting,
};

/// The latest date by number series.
pub(crate) type Dates = BTreeMap<SmolStr, NaiveDate>;

/// Where an entry stands among those of its batch.
pub(crate) struct Place<'o> {
    pub(crate) id: Id<Entry>,
    pub(crate) recorded_at: Timestamp,
    pub(crate) reverses: Option<Id<Entry>>,
    /// Why it may be above spending limits.
    pub(crate) exceeding: Option<&'o Override<'o>>,
    /// Whether it was held before.
    pub(crate) settles: bool,
}

/// What is taken down of a batch until all of it is staged.
#[derive(Pending)]
pub(crate) struct Pages {
    #[pending(skip)]
    ids: IdRun<Entry>,
    #[pending(skip)]
    series: Vec<(SmolStr, i32, SmolStr)>,
    /// When nothing is posted: what would be the latest dates. Then no numbers are drawn.
    #[pending(skip)]
    pub(crate) trial: Option<Dates>,
    /// How many ids were used.
    taken: Noted<u32>,
    pub(crate) entries: Rows<Entry>,
    pub(crate) postings: Rows<Posting>,
    items: Rows<OpenItem>,
    fold: Fold,
    pub(crate) details: Rows<EntryDetail>,
    pub(crate) spending: spending::Judge,
    asserted: Asserted,
    pub(crate) running: Running,
    pub(crate) closings: Closings,
}

impl Pages {
    /// For so many items, of which these entries are known.
    pub(crate) fn new<E: std::borrow::Borrow<NewEntry>>(
        tx: &mut Tx<'_>,
        rules: &Rules,
        entries: &[E],
        items: usize,
    ) -> Result<Pages, LedgerError> {
        let count = u32::try_from(items).map_err(|_| too_many())?;
        if count >= fondaco_core::id::MAX_IDS {
            return Err(too_many());
        }
        let ids = tx.ids(count)?;
        let postings = entries.iter().map(|entry| entry.borrow().postings.len()).sum();
        Ok(Pages {
            ids,
            series: Vec::new(),
            trial: None,
            taken: Noted(0),
            entries: Rows::with_capacity(entries.len()),
            postings: Rows::with_capacity(postings),
            items: Rows::default(),
            fold: Fold::new(rules.chart.clone(), postings),
            details: Rows::default(),
            spending: spending::Judge::prepare(tx, rules, entries)?,
            asserted: Asserted::prepare(tx, rules.assertions, entries)?,
            running: Running::prepare(tx, &rules.chart, entries)?,
            closings: Closings::default(),
        })
    }

    /// Judges from now on after this whether what is asserted is kept; gives what it was before. Limits of accounts are judged entry
    /// by entry, but in a part of something larger.
    pub(crate) fn judge(&mut self, judging: Judging) -> Judging {
        self.running.judge_outside(judging == Judging::Outside);
        self.asserted.judge(judging)
    }

    /// What was taken down so far, for [`check_whole`](Pages::check_whole).
    pub(crate) fn asserted_mark(&self) -> LogMark {
        self.asserted.mark()
    }

    /// Whether what was taken down since keeps what is asserted, where it is judged as a whole.
    pub(crate) fn check_whole(&self, mark: LogMark) -> Result<(), Broken> {
        self.asserted.check_whole(mark)
    }

    /// Posts nothing, and judges by what was only checked before.
    pub(crate) fn carry_in(&mut self, so_far: &CheckedSoFar) {
        self.trial = Some(so_far.dates.clone());
        self.running.carry_in(&so_far.accounts);
        self.spending.carry_in(&so_far.spending);
        self.asserted.carry_in(&so_far.assertions);
    }

    /// What was checked so far, with this part.
    pub(crate) fn carry_out(&mut self, so_far: &mut CheckedSoFar) -> Result<(), Halt> {
        so_far.dates = self.trial.take().unwrap_or_default();
        so_far.accounts = self.running.carry_out(std::mem::take(&mut so_far.accounts))?;
        so_far.spending = self.spending.carry_out(std::mem::take(&mut so_far.spending))?;
        so_far.assertions = self.asserted.carry_out(std::mem::take(&mut so_far.assertions));
        Ok(())
    }

    /// Whether the accounts of an entry are open, and its sums within their limits.
    pub(crate) fn gate(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        layer: Layer,
        (new, judged): (&NewEntry, &[Judged]),
    ) -> Result<(), LedgerError> {
        let chart = &rules.chart;
        if layer == Layer::Posted && !chart.is_gated() && self.closings.is_empty() {
            return Ok(());
        }
        self.check_closed(chart, (new, judged))?;
        self.run(tx, rules, layer, (new, judged))
    }

    /// Whether the sums of the accounts of an entry stay within their limits; none are kept of one ledger alone.
    pub(crate) fn run(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        layer: Layer,
        (new, judged): (&NewEntry, &[Judged]),
    ) -> Result<(), LedgerError> {
        match rules.ledger(&new.journal) {
            Some(_) => Ok(()),
            None => self.running.allow(tx, &rules.chart, layer, (new, judged)),
        }
    }

    /// Whether all accounts of an entry are open at this point of the batch.
    pub(crate) fn check_closed(
        &self,
        chart: &Chart,
        (new, judged): (&NewEntry, &[Judged]),
    ) -> Result<(), LedgerError> {
        new.postings.iter().zip(judged).try_for_each(|(posting, judged)| {
            self.closings.check(chart, (&posting.account, judged.account))
        })
    }

    /// The next place: recorded now, or elsewhere before.
    pub(crate) fn place(
        &mut self,
        tx: &mut Tx<'_>,
        imported_at: Option<Timestamp>,
    ) -> Result<Place<'static>, LedgerError> {
        let (id, recorded_at) = match imported_at {
            None => (self.ids.get(self.taken.0).ok_or_else(too_many)?, tx.now()),
            Some(instant) => (tx.id_at(instant)?, instant),
        };
        Ok(Place { id, recorded_at, reverses: None, exceeding: None, settles: false })
    }

    /// Uses the next place for something that is no entry.
    pub(crate) fn skip(&mut self) {
        self.taken.0 += 1;
    }

    /// The next id, for something that is no entry.
    pub(crate) fn next_id(&mut self) -> Option<u128> {
        let id = self.ids.get(self.taken.0)?;
        self.skip();
        Some(id.to_u128())
    }

    /// Adds an entry up, numbers it and takes it down.
    pub(crate) fn write(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (new, judged): (&NewEntry, &[Judged]),
        (period, journal): (&Period, &Journal),
        place: Place<'_>,
    ) -> Result<Posted, LedgerError> {
        let series = series(&mut self.series, &new.journal, period.fiscal_year);
        let ledger = journal.ledger.as_ref();
        self.fold.add_all(new, judged, (period.period, ledger))?;
        // What one ledger has alone is neither asserted nor spent.
        if ledger.is_none() {
            let mut amounts = judged.iter().map(|judged| judged.amount);
            let amounts = &mut amounts as &mut dyn Iterator<Item = _>;
            self.asserted.allow(tx, &rules.chart, (new, amounts, period.period, place.id))?;
            let Place { id, exceeding, settles, .. } = place;
            let standing = Standing { id, layer: Layer::Posted, exceeding, settles };
            self.spending.allow(tx, rules, (new, judged, period), &standing)?;
        }
        let date = journal.by_date.then_some(new.date);
        let drew = match &mut self.trial {
            None => tx.draw(series, date)?,
            Some(dates) => would_draw(tx, dates, series, date)?,
        };
        let number = match drew {
            Drew::Place(number) => number,
            Drew::Late(last) => {
                return Err(LedgerError::OutOfOrder { code: journal.code.clone(), last });
            }
        };
        let (id, first) = (place.id, self.postings.len());
        let lines = new.postings.iter().zip(judged.iter()).zip(1..);
        // At once, so that each row is written where it stays.
        self.postings.extend(lines.map(|((posting, judged), line)| {
            let dimensions = match ledger {
                None => posting.dimensions.clone(),
                Some(ledger) => parallel::marked(&posting.dimensions, ledger),
            };
            self::posting(new, (posting, judged), period, (id, line), dimensions)
        }));
        self.taken.0 += 1;
        let entry = Entry { number, ..entry(new, period, place) };
        if rules.chart.keeps_items && ledger.is_none() {
            let postings = self.postings.get(first..).unwrap_or_default();
            self.items.extend(open_items::items_of(&rules.chart, &entry, postings, judged));
        }
        self.entries.push(entry);
        Ok(Posted { id, number })
    }
}

/// What a draw would answer, were numbers drawn up to these dates.
fn would_draw(
    tx: &mut Tx<'_>,
    dates: &mut Dates,
    series: &SmolStr,
    date: Option<NaiveDate>,
) -> Result<Drew, Halt> {
    let number = Drew::Place(Drawn::Number(0));
    let Some(date) = date else { return Ok(number) };
    let last = match dates.get(series) {
        Some(last) => Some(*last),
        None => tx.series(series)?.date,
    };
    if let Some(last) = last.filter(|last| date < *last) {
        return Ok(Drew::Late(last));
    }
    dates.insert(series.clone(), date);
    Ok(number)
}

pub(crate) fn too_many() -> LedgerError {
    LedgerError::BadInput {
        what: "entries",
        why: "one command takes up to 16,777,215: send several".into(),
    }
}

/// The number series of a journal and year; there are few in a batch.
fn series<'a>(
    known: &'a mut Vec<(SmolStr, i32, SmolStr)>,
    journal: &SmolStr,
    year: i32,
) -> &'a SmolStr {
    let at = known.iter().position(|(code, of, _)| *of == year && code == journal).unwrap_or_else(
        || {
            known.push((journal.clone(), year, Journal::series(journal, year)));
            known.len() - 1
        },
    );
    &known[at].2
}

fn entry(new: &NewEntry, period: &Period, place: Place<'_>) -> Entry {
    Entry {
        id: place.id,
        journal: new.journal.clone(),
        fiscal_year: period.fiscal_year,
        number: Drawn::Number(0),
        period: period.period,
        date: new.date,
        recorded_at: place.recorded_at,
        document_date: new.document_date,
        due_date: new.due_date,
        text: new.text.clone(),
        party: new.party,
        source: new.source.clone(),
        reverses: place.reverses.into(),
        conversion: new.conversion,
    }
}

#[inline]
fn posting(
    entry: &NewEntry,
    (new, judged): (&NewPosting, &Judged),
    period: &Period,
    (id, line): (Id<Entry>, u32),
    dimensions: Tags,
) -> Posting {
    Posting {
        entry: id,
        line,
        account: new.account.clone(),
        period: period.period,
        date: entry.date,
        side: new.side,
        amount: judged.amount,
        currency: new.amount.currency(),
        ledger_amount: judged.ledger_amount,
        rate: judged.rate.into(),
        text: new.text.clone().into(),
        party: new.party.into(),
        due_date: new.due_date,
        dimensions,
    }
}
