//! Posting: judge every entry, add up in memory, write everything once.
//!
//! Phases of a batch, whatever its size: one read of the settings, one of all accounts, one of the journals, one of the
//! periods; then no more reading. Each entry is judged alone. Then one insert of all entries, one of all postings, one add
//! of all balances. Numbers are drawn by the commit.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::digest::DigestError;
use fondaco_core::policy::Reason;
use fondaco_core::store::{Drawn, Event, Field, Hash, Value};
use fondaco_core::{Act, Drew, Halt, Id, IdRun, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::close::{Asserted, Broken, Judging};
use crate::dimensions::complete;
use crate::parallel;

use super::closing::Closings;
use super::draft;
use super::each;
use super::fold::Fold;
use super::judge::{Judged, judge};
use super::open_items::Items;
use super::rights::{self, Asking};
use super::rules::{Chart, Rules};
use super::running::Running;
use super::spending::{self, Override, Standing};
use super::totals::Layer;
use super::{
    CheckedSoFar, Entry, EntryDetail, Journal, LedgerError, NewEntry, Period, Posted, PostedEach,
    PostedMany, Posting, RefusedEntry,
};

/// Posts one entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Post {
    /// The entry.
    pub entry: NewEntry,
}

impl Post {
    /// Posts `entry`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rent = Money::parse("40 EUR")?;
    /// let entry = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .debit("5100", rent)
    ///     .credit("1000", rent);
    /// let posted = books.send("rent/2026-03", &Post::new(entry))?.answer;
    /// assert_eq!(posted.number.number(), Some(3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(entry: NewEntry) -> Post {
        Post { entry }
    }
}

impl Act for Post {
    type Answer = Posted;
    type Error = LedgerError;

    fn digest(&self) -> Result<Hash, DigestError> {
        Ok(draft::digest("ledger.post", std::slice::from_ref(&self.entry)))
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<Posted, LedgerError> {
        post_now(tx, &self.entry)
    }
}

/// Posts many entries: all or nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PostMany {
    /// The entries, numbered in this order.
    pub entries: Vec<NewEntry>,
}

impl PostMany {
    /// Posts `entries`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let ten = Money::parse("10 EUR")?;
    /// let entry = |on: &str| Ok::<_, chrono::ParseError>(
    ///     NewEntry::new("GEN", on.parse()?).debit("5100", ten).credit("1000", ten)
    /// );
    /// let entries = vec![entry("2026-03-01")?, entry("2031-03-01")?];
    /// let refusal = books.send("rents", &PostMany::new(entries)).unwrap_err(); // none is posted
    /// assert_eq!(
    ///     refusal.to_string(),
    ///     "item 1 (counted from 0): \
    ///      no fiscal period holds 2031-03-01: open the fiscal year first",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(entries: Vec<NewEntry>) -> PostMany {
        PostMany { entries }
    }
}

impl Act for PostMany {
    type Answer = PostedMany;
    type Error = LedgerError;

    fn digest(&self) -> Result<Hash, DigestError> {
        Ok(draft::digest("ledger.post_many", &self.entries))
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<PostedMany, LedgerError> {
        post_many(tx, &self.entries)
    }
}

/// Posts many entries, each standing alone: those that are refused are answered so, the others are posted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PostEach {
    /// The entries, numbered in this order.
    pub entries: Vec<NewEntry>,
}

impl PostEach {
    /// Posts those of `entries` that may be posted.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let ten = Money::parse("10 EUR")?;
    /// let entry = |on: &str| Ok::<_, chrono::ParseError>(
    ///     NewEntry::new("GEN", on.parse()?).debit("5100", ten).credit("1000", ten)
    /// );
    /// let entries = vec![entry("2026-03-01")?, entry("2031-03-01")?];
    /// let answer = books.send("rents", &PostEach::new(entries))?.answer;
    /// assert!(answer.entries[0].is_ok());
    /// assert_eq!(answer.entries[1].as_ref().unwrap_err().code, "accounting.no_period");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(entries: Vec<NewEntry>) -> PostEach {
        PostEach { entries }
    }
}

impl Act for PostEach {
    type Answer = PostedEach;
    type Error = LedgerError;

    fn digest(&self) -> Result<Hash, DigestError> {
        Ok(draft::digest("ledger.post_each", &self.entries))
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<PostedEach, LedgerError> {
        post_each(tx, &self.entries)
    }
}

/// Posts `entries` in a unit of work: all or nothing.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let ten = Money::parse("10 EUR")?;
/// let rent = NewEntry::new("GEN", "2026-03-01".parse()?).debit("5100", ten).credit("1000", ten);
/// let done = books.driver().run(books.envelope("rent"), &[rent], |tx, entries| {
///     // What the host's own flow reads and stages here is in the same commit.
///     ledger::post_many(tx, entries)
/// })?;
/// assert_eq!(done.answer.entries.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::At`] with the place of the first entry that is refused.
pub fn post_many(tx: &mut Tx<'_>, entries: &[NewEntry]) -> Result<PostedMany, LedgerError> {
    if has_options(entries) {
        return each::post_many(tx, entries);
    }
    let asking = Asking::new(tx, &rights::POST)?;
    let mut writer = Writer::new(tx, entries, asking)?;
    writer.pages.judge(Judging::Whole);
    let mut posted: Vec<Posted> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        posted.push(writer.accept(tx, entry, None).map_err(|error| error.at(index))?);
    }
    writer.pages.check_whole(0).map_err(|broken| {
        let place = posted.iter().position(|posted| posted.id == broken.0);
        broken.1.at(place.unwrap_or_default())
    })?;
    writer.finish(tx)?;
    Ok(PostedMany { entries: posted })
}

/// Posts those of `entries` in a unit of work that may be posted, and says why the others may not.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let ten = Money::parse("10 EUR")?;
/// let nobody = NewEntry::new("GEN", "2026-03-01".parse()?).debit("9999", ten).credit("1000", ten);
/// let done = books.driver().run(books.envelope("rent"), &[nobody], |tx, entries| {
///     ledger::post_each(tx, entries)
/// })?;
/// let refused = done.answer.entries[0].as_ref().unwrap_err();
/// assert_eq!(refused.code, "accounting.unknown_account");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Only what concerns all of them: the ledger is not set up, or a [`Halt`](fondaco_core::Halt), also when a stored
/// balance would go beyond its reach.
pub fn post_each(tx: &mut Tx<'_>, entries: &[NewEntry]) -> Result<PostedEach, LedgerError> {
    if has_options(entries) {
        return each::post_each(tx, entries);
    }
    let asking = Asking::new(tx, &rights::POST)?;
    let mut writer = Writer::new(tx, entries, asking)?;
    let mut answers = Vec::with_capacity(entries.len());
    for entry in entries {
        answers.push(match writer.accept(tx, entry, None) {
            Ok(posted) => Ok(posted),
            Err(LedgerError::Halt(halt)) if !halt.is_refusal() => return Err(halt.into()),
            Err(refusal) => Err(RefusedEntry::from(refusal)),
        });
    }
    writer.finish(tx)?;
    Ok(PostedEach { entries: answers })
}

/// Judges `entries` in a unit of work as [`post_each`] would, and posts none: why each would be refused, or `None`.
///
/// Pass the same `so_far` with each part of a long list, and the order of dates, the limits of accounts, spending limits and assertions
/// are judged across its parts. Of each of these the first 10,000 sums are carried on. Sums beyond their reach show only
/// when posting, and so does what keys, chains and balancing bring.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let ten = Money::parse("10 EUR")?;
/// let rent = |on: &str| Ok::<_, chrono::ParseError>(
///     NewEntry::new("GEN", on.parse()?).debit("5100", ten).credit("1000", ten)
/// );
/// let entries = vec![rent("2026-03-01")?, rent("2031-03-01")?];
/// let done = books.driver().run(books.envelope("try"), &entries, |tx, entries| {
///     let refused = ledger::check_each(tx, entries, &mut Default::default())?;
///     Ok::<Vec<bool>, LedgerError>(refused.iter().map(Option::is_some).collect())
/// })?;
/// assert_eq!(done.answer, [false, true]);
/// assert_eq!(books.trial_balance("2026-12-31".parse()?)?.debit, 659.into()); // as it was
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`post_each`].
pub fn check_each(
    tx: &mut Tx<'_>,
    entries: &[NewEntry],
    so_far: &mut CheckedSoFar,
) -> Result<Vec<Option<RefusedEntry>>, LedgerError> {
    let asking = Asking::new(tx, &rights::POST)?;
    let mut writer = Writer::new(tx, entries, asking)?;
    writer.pages.carry_in(so_far);
    let mut refused = Vec::with_capacity(entries.len());
    for entry in entries {
        refused.push(match writer.accept(tx, entry, None) {
            Ok(_) => None,
            Err(LedgerError::Halt(halt)) if !halt.is_refusal() => return Err(halt.into()),
            Err(refusal) => Some(RefusedEntry::from(refusal)),
        });
    }
    writer.pages.carry_out(so_far);
    Ok(refused)
}

/// Whether any entry carries more than its lines: then they go the longer way, which knows keys, chains and instants.
fn has_options(entries: &[NewEntry]) -> bool {
    entries.iter().any(|entry| entry.options.is_some())
}

/// The latest date by number series.
type Dates = BTreeMap<SmolStr, NaiveDate>;

/// How an entry is posted that is part of something larger.
#[derive(Clone, Copy, Default)]
pub(crate) struct Within {
    pub(crate) judging: Judging,
    /// The day whose rates on record count, where that is not the entry's.
    pub(crate) valued_on: Option<NaiveDate>,
}

/// Posts one entry at once.
pub(crate) fn post_now(tx: &mut Tx<'_>, entry: &NewEntry) -> Result<Posted, LedgerError> {
    post_within(tx, entry, Within::default())
}

/// Posts one entry as part of something larger.
pub(crate) fn post_within(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    within: Within,
) -> Result<Posted, LedgerError> {
    if entry.options.is_some() {
        return each::post_one(tx, entry, within);
    }
    let asking = Asking::new(tx, &rights::POST)?;
    post_alone(tx, (entry, None), within, asking).map(|(posted, _)| posted)
}

/// Whether an entry that is planned could be posted, as [`check_each`] judges it.
pub(crate) fn check_entry(tx: &mut Tx<'_>, entry: &NewEntry) -> Result<(), LedgerError> {
    let asking = Asking::new(tx, &rights::PLAN)?;
    let mut writer = Writer::new(tx, std::slice::from_ref(entry), asking)?;
    writer.pages.trial = Some(Dates::new());
    writer.accept(tx, entry, None).map(|_| ())
}

/// Posts one entry above spending limits.
pub(crate) fn post_exceeding(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    exceeding: &Override<'_>,
) -> Result<Posted, LedgerError> {
    if entry.options.is_some() {
        return each::post_exceeding(tx, entry, exceeding);
    }
    let asking = Asking::new(tx, &rights::POST)?;
    let mut writer = Writer::new(tx, std::slice::from_ref(entry), asking)?;
    let posted = writer.take(tx, entry, (None, Some(exceeding)))?;
    writer.finish(tx)?;
    Ok(posted)
}

/// Posts one entry under a permission that was asked for: a reversal, or a draft that was approved. Gives with it why who
/// acts may, where that was asked.
pub(crate) fn post_one(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    reverses: Option<Id<Entry>>,
    asking: Asking,
) -> Result<(Posted, Option<Reason>), LedgerError> {
    post_alone(tx, (entry, reverses), Within::default(), asking)
}

/// As [`post_one`], as part of something larger.
pub(crate) fn post_alone(
    tx: &mut Tx<'_>,
    (entry, reverses): (&NewEntry, Option<Id<Entry>>),
    within: Within,
    asking: Asking,
) -> Result<(Posted, Option<Reason>), LedgerError> {
    let mut writer = Writer::new(tx, std::slice::from_ref(entry), asking)?;
    writer.rules.reverses = reverses.is_some();
    writer.rules.valued_on = within.valued_on;
    writer.pages.judge(within.judging);
    let posted = writer.accept(tx, entry, reverses)?;
    let reason = writer.asking.take_reason();
    writer.finish(tx)?;
    Ok((posted, reason))
}

/// Posts entries into the period that holds the closing entries of a year, each with the one that it reverses.
pub(crate) fn post_closing(
    tx: &mut Tx<'_>,
    entries: &[(NewEntry, Option<Id<Entry>>)],
    period: super::PeriodKey,
    asking: Asking,
) -> Result<Vec<Posted>, LedgerError> {
    let given: Vec<&NewEntry> = entries.iter().map(|(entry, _)| entry).collect();
    let mut writer = Writer::new(tx, &given, asking)?;
    writer.rules.closes = Some(period);
    writer.pages.judge(Judging::Whole);
    let mut posted = Vec::with_capacity(entries.len());
    for (entry, reverses) in entries {
        writer.rules.reverses = reverses.is_some();
        posted.push(writer.accept(tx, entry, *reverses)?);
    }
    writer.pages.check_whole(0).map_err(|broken| broken.1)?;
    writer.finish(tx)?;
    Ok(posted)
}

/// Whether an entry could be posted now under a permission that was asked for, without posting it; and why who acts may.
pub(crate) fn examine_one(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    asking: Asking,
) -> Result<Option<Reason>, LedgerError> {
    let mut writer = Writer::new(tx, std::slice::from_ref(entry), asking)?;
    let completed = complete(tx, &writer.rules, entry)?;
    let entry = completed.as_ref().unwrap_or(entry);
    examine(&writer.rules, &mut writer.asking, tx, entry, &mut Vec::new())?;
    Ok(writer.asking.take_reason())
}

/// All that can be wrong with an entry before it is numbered.
pub(crate) fn examine<'r>(
    rules: &'r Rules,
    asking: &mut Asking,
    tx: &mut Tx<'_>,
    new: &NewEntry,
    judged: &mut Vec<Judged>,
) -> Result<(&'r Period, &'r Journal), LedgerError> {
    let period = judge(rules, new, judged)?;
    let journal = rules.journal(&new.journal)?;
    check_texts(new)?;
    // What is there already is closed and taken back whatever became of its accounts.
    if let Some(ledger) =
        rules.ledger(&new.journal).filter(|_| rules.closes.is_none() && !rules.reverses)
    {
        parallel::check_entry(&rules.chart, ledger, new)?;
    }
    let status = rules.status(period, new.date, Some(&new.journal))?;
    asking.allow_at_once(tx, rules, journal)?;
    asking.allow_posting(tx, rules, (new, judged), (period, status))?;
    Ok((period, journal))
}

/// Takes entries one by one and stages them all at the end.
struct Writer {
    rules: Rules,
    asking: Asking,
    judged: Vec<Judged>,
    pages: Pages,
}

impl Writer {
    fn new<E: std::borrow::Borrow<NewEntry>>(
        tx: &mut Tx<'_>,
        entries: &[E],
        asking: Asking,
    ) -> Result<Writer, LedgerError> {
        let rules = Rules::read(tx, entries)?;
        let pages = Pages::new(tx, &rules, entries, entries.len())?;
        Ok(Writer { rules, asking, judged: Vec::new(), pages })
    }

    /// Judges an entry and takes it; a refused entry leaves nothing.
    fn accept(
        &mut self,
        tx: &mut Tx<'_>,
        new: &NewEntry,
        reverses: Option<Id<Entry>>,
    ) -> Result<Posted, LedgerError> {
        self.take(tx, new, (reverses, None))
    }

    fn take(
        &mut self,
        tx: &mut Tx<'_>,
        new: &NewEntry,
        (reverses, exceeding): (Option<Id<Entry>>, Option<&Override<'_>>),
    ) -> Result<Posted, LedgerError> {
        let Writer { rules, asking, judged, pages } = self;
        let completed = complete(tx, rules, new)?;
        let new = completed.as_ref().unwrap_or(new);
        let (period, journal) = examine(rules, asking, tx, new, judged)?;
        let mark = pages.running.mark();
        match rules.closes {
            None => pages.gate(tx, rules, Layer::Posted, (new, judged))?,
            // A year is closed with all its accounts, also with those that take nothing more.
            Some(_) if rules.chart.is_gated() => {
                pages.run(tx, rules, Layer::Posted, (new, judged))?;
            }
            Some(_) => {}
        }
        let place = Place { reverses, exceeding, ..pages.place(tx, None)? };
        let posted = pages.write(tx, rules, (new, judged), (period, journal), place);
        let posted = posted.inspect_err(|_| pages.running.back_to(mark))?;
        asking.count();
        Ok(posted)
    }

    fn finish(self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        if let Some(first) = self.pages.entries.first() {
            tx.emit(posted(first.id, self.pages.entries.len(), self.pages.postings.len()));
        }
        self.pages.finish(tx, &self.rules)
    }
}

/// What a commit reports of entries whose ids follow one another.
pub(crate) fn posted(first: Id<Entry>, entries: usize, postings: usize) -> Event {
    Event::new("ledger.posted")
        .with("first", Value::Id(first.to_u128()))
        .with("entries", Value::I64(entries as i64))
        .with("postings", Value::I64(postings as i64))
}

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
pub(crate) struct Pages {
    ids: IdRun<Entry>,
    /// How many ids were used.
    taken: u32,
    pub(crate) entries: Vec<Entry>,
    pub(crate) postings: Vec<Posting>,
    pub(crate) details: Vec<EntryDetail>,
    fold: Fold,
    pub(crate) spending: spending::Judge,
    asserted: Asserted,
    items: Items,
    pub(crate) running: Running,
    pub(crate) closings: Closings,
    series: Vec<(SmolStr, i32, SmolStr)>,
    /// When nothing is posted: what would be the latest dates. Then no numbers are drawn.
    trial: Option<Dates>,
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
            taken: 0,
            entries: Vec::with_capacity(entries.len()),
            postings: Vec::with_capacity(postings),
            details: Vec::new(),
            fold: Fold::new(rules.chart.codes().len()),
            spending: spending::Judge::prepare(tx, rules, entries)?,
            asserted: Asserted::prepare(tx, rules.assertions, entries)?,
            items: Items::default(),
            running: Running::prepare(tx, &rules.chart, entries)?,
            closings: Closings::default(),
            series: Vec::new(),
            trial: None,
        })
    }

    /// Judges from now on after this whether what is asserted is kept; gives what it was before.
    pub(crate) fn judge(&mut self, judging: Judging) -> Judging {
        self.asserted.judge(judging)
    }

    /// What was taken down so far, for [`check_whole`](Pages::check_whole).
    pub(crate) fn asserted_mark(&self) -> usize {
        self.asserted.mark()
    }

    /// Whether what was taken down since keeps what is asserted, where it is judged as a whole.
    pub(crate) fn check_whole(&self, mark: usize) -> Result<(), Broken> {
        self.asserted.check_whole(mark)
    }

    /// Posts nothing, and judges by what was only checked before.
    fn carry_in(&mut self, so_far: &CheckedSoFar) {
        self.trial = Some(so_far.dates.clone());
        self.running.carry_in(&so_far.accounts);
        self.spending.carry_in(&so_far.spending);
        self.asserted.carry_in(&so_far.assertions);
    }

    /// What was checked so far, with this part.
    fn carry_out(&mut self, so_far: &mut CheckedSoFar) {
        so_far.dates = self.trial.take().unwrap_or_default();
        so_far.accounts = self.running.carry_out(std::mem::take(&mut so_far.accounts));
        so_far.spending = self.spending.carry_out(std::mem::take(&mut so_far.spending));
        so_far.assertions = self.asserted.carry_out(std::mem::take(&mut so_far.assertions));
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
            None => (self.ids.get(self.taken).ok_or_else(too_many)?, tx.now()),
            Some(instant) => (tx.id_at(instant)?, instant),
        };
        Ok(Place { id, recorded_at, reverses: None, exceeding: None, settles: false })
    }

    /// Uses the next place for something that is no entry.
    pub(crate) fn skip(&mut self) {
        self.taken += 1;
    }

    /// The next id, for something that is no entry.
    pub(crate) fn next_id(&mut self) -> Option<u128> {
        let id = self.ids.get(self.taken)?;
        self.skip();
        Some(id.to_u128())
    }

    /// Adds an entry up, numbers it and takes it down; what is refused leaves nothing.
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
        let placed = (period.period, ledger);
        self.fold.add_all(new, judged, placed)?;
        let mark = self.spending.mark();
        let what = (new, judged, period);
        let Place { id, exceeding, settles, .. } = place;
        let standing = Standing { id, layer: Layer::Posted, exceeding, settles };
        let held = self.asserted.mark();
        let mut amounts = judged.iter().map(|judged| judged.amount);
        let asserted = (new, &mut amounts as &mut dyn Iterator<Item = _>, period.period, id);
        // What one ledger has alone is neither asserted nor spent.
        let allowed = match ledger {
            Some(_) => Ok(()),
            None => self.asserted.allow(tx, &rules.chart, asserted),
        };
        let allowed = allowed.and_then(|()| match ledger {
            Some(_) => Ok(()),
            None => self.spending.allow(tx, rules, what, &standing),
        });
        if let Err(error) = allowed {
            self.asserted.back_to(held);
            self.fold.take_back(new, judged, placed);
            return Err(error);
        }
        let date = journal.by_date.then_some(new.date);
        let drew = match &mut self.trial {
            None => tx.draw(series, date)?,
            Some(dates) => would_draw(tx, dates, series, date)?,
        };
        let number = match drew {
            Drew::Place(number) => number,
            Drew::Late(last) => {
                self.fold.take_back(new, judged, placed);
                self.spending.back_to(mark);
                self.asserted.back_to(held);
                return Err(LedgerError::OutOfOrder { code: journal.code.clone(), last });
            }
        };
        let (id, first) = (place.id, self.postings.len());
        let lines = new.postings.iter().zip(judged.iter()).zip(1..);
        // At once, so that each row is written where it stays.
        self.postings.extend(lines.map(|((posting, judged), line)| {
            let mut posting = self::posting(new, posting, judged, period, (id, line));
            if let Some(ledger) = ledger {
                posting.dimensions = parallel::marked(&posting.dimensions, ledger);
            }
            posting
        }));
        self.taken += 1;
        let entry = Entry { number, ..entry(new, period, place) };
        if rules.chart.keeps_items && ledger.is_none() {
            let postings = self.postings.get(first..).unwrap_or_default();
            self.items.take(&rules.chart, &entry, postings, judged);
        }
        self.entries.push(entry);
        Ok(Posted { id, number })
    }

    /// Takes back the entries from a place on; the numbers that they drew are given back by [`Tx::attempt`].
    pub(crate) fn back_to(&mut self, chart: &Chart, mark: &PagesMark) {
        let postings = self.postings.split_off(mark.postings.min(self.postings.len()));
        let mut postings = postings.as_slice();
        for entry in self.entries.split_off(mark.entries.min(self.entries.len())) {
            let mine = postings.iter().take_while(|posting| posting.entry == entry.id).count();
            let (lines, rest) = postings.split_at(mine);
            postings = rest;
            let judged: Vec<Judged> =
                lines.iter().filter_map(|line| Judged::of(chart, line)).collect();
            let new = NewEntry {
                postings: lines.iter().map(super::NewPosting::of).collect(),
                ..NewEntry::new("", entry.date)
            };
            let ledger = lines.first().and_then(|line| parallel::ledger_of(&line.dimensions));
            let ledger = ledger.map(SmolStr::new);
            self.fold.take_back(&new, &judged, (entry.period, ledger.as_ref()));
        }
        self.details.truncate(mark.details);
        self.items.back_to(mark.items);
        self.spending.back_to(mark.spending);
        self.asserted.back_to(mark.asserted);
        self.running.back_to(mark.running);
        self.closings.back_to(mark.closings);
        self.taken = mark.taken;
    }

    pub(crate) fn mark(&self) -> PagesMark {
        PagesMark {
            entries: self.entries.len(),
            postings: self.postings.len(),
            details: self.details.len(),
            items: self.items.mark(),
            spending: self.spending.mark(),
            asserted: self.asserted.mark(),
            running: self.running.mark(),
            closings: self.closings.mark(),
            taken: self.taken,
        }
    }

    /// Stages all of it.
    pub(crate) fn finish(self, tx: &mut Tx<'_>, rules: &Rules) -> Result<(), LedgerError> {
        if !self.entries.is_empty() {
            let deltas = self.fold.into_deltas(&rules.chart);
            tx.insert_all(self.entries)?;
            tx.insert_all(self.postings)?;
            self.items.finish(tx)?;
            tx.add_all(deltas)?;
        }
        if !self.details.is_empty() {
            tx.insert_all(self.details)?;
        }
        self.spending.finish(tx)?;
        self.asserted.finish(tx)?;
        self.running.finish(tx)?;
        self.closings.finish(tx)
    }
}

/// How much was taken down at some point.
pub(crate) struct PagesMark {
    entries: usize,
    postings: usize,
    details: usize,
    items: usize,
    spending: spending::Mark,
    asserted: usize,
    running: super::running::Mark,
    closings: usize,
    taken: u32,
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

fn posting(
    entry: &NewEntry,
    new: &super::NewPosting,
    judged: &Judged,
    period: &Period,
    (id, line): (Id<Entry>, u32),
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
        dimensions: new.dimensions.clone(),
    }
}

/// Texts that no store can keep are refused here, with the field's name. Codes name what exists, so they are fine.
pub(crate) fn check_texts(new: &NewEntry) -> Result<(), LedgerError> {
    check_text("text", &new.text)?;
    check_text("source", &new.source)?;
    new.postings.iter().try_for_each(|posting| {
        check_text("posting text", &posting.text)?;
        check_dimensions(posting.dimensions.iter().map(|(name, _)| name))?;
        posting.dimensions.iter().try_for_each(|(name, value)| check_value(name, value))?;
        check_text("dimensions", &posting.dimensions)
    })
}

/// A value that looks like another is another to every limit and sum.
fn check_value(name: &str, value: &str) -> Result<(), LedgerError> {
    if value.trim().len() == value.len() {
        return Ok(());
    }
    let why = format!("{name} {value:?} has blanks at an end: leave them out");
    Err(LedgerError::BadInput { what: "dimensions", why })
}

/// Whether dimensions have names, none of them the one that marks what belongs to one ledger alone.
pub(crate) fn check_dimensions<'n>(
    names: impl Iterator<Item = &'n str>,
) -> Result<(), LedgerError> {
    for name in names {
        if name.is_empty() {
            let why = "a dimension has a name, such as cost_centre".into();
            return Err(LedgerError::BadInput { what: "dimensions", why });
        }
        parallel::check_unreserved(name)?;
    }
    Ok(())
}

/// Whether a store can keep what somebody wrote.
pub(crate) fn check_text<F: Field>(what: &'static str, field: &F) -> Result<(), LedgerError> {
    field.check().map_or(Ok(()), |why| Err(LedgerError::BadInput { what, why: why.into() }))
}
