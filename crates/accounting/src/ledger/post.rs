//! Posting: judge every entry, add up in memory, write everything once.
//!
//! Phases of a batch, whatever its size: one read of the settings, one of all accounts, one of the journals, one of the
//! periods; then no more reading. Each entry is judged alone. Then one insert of all entries, one of all postings, one add
//! of all balances. Numbers are drawn by the commit.

use chrono::NaiveDate;
use fondaco_core::digest::DigestError;
use fondaco_core::policy::Reason;
use fondaco_core::store::{Event, Field, Hash};
use fondaco_core::tx::{self, LogMark, Pending};
use fondaco_core::{Act, Halt, Id, Tx};
use serde::{Deserialize, Serialize};

use crate::close::Judging;
use crate::dimensions::complete;
use crate::parallel;

use super::draft;
use super::each;
use super::judge::{Judged, judge};
use super::pages::{Dates, Pages, Place};
use super::rights::{self, Asking};
use super::rules::Rules;
use super::spending::Override;
use super::totals::Layer;
use super::{
    CheckedSoFar, Entry, Journal, LedgerError, NewEntry, Period, Posted, PostedEach, PostedMany,
    RefusedEntry,
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
    for (some, first) in entries.chunks(AHEAD).zip((0..).step_by(AHEAD)) {
        writer.rules.chart.look_ahead(some);
        for (entry, index) in some.iter().zip(first..) {
            posted.push(writer.accept(tx, entry, None).map_err(|error| error.at(index))?);
        }
    }
    writer.pages.check_whole(LogMark::default()).map_err(|broken| {
        let place = posted.iter().position(|posted| posted.id == broken.0);
        broken.1.at(place.unwrap_or_default())
    })?;
    writer.write(tx)?;
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
    for some in entries.chunks(AHEAD) {
        writer.rules.chart.look_ahead(some);
        for entry in some {
            let taken = tx::item(tx, &mut writer, |tx, writer| writer.accept(tx, entry, None))?;
            answers.push(taken.map_err(RefusedEntry::from));
        }
    }
    writer.write(tx)?;
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
        let taken = tx::item(tx, &mut writer, |tx, writer| writer.accept(tx, entry, None))?;
        refused.push(taken.err().map(RefusedEntry::from));
    }
    writer.pages.carry_out(so_far)?;
    Ok(refused)
}

/// The accounts of so many entries are looked at before the first of them is judged: of so few that they stay in a processor's
/// cache until then.
const AHEAD: usize = 32;

/// Whether any entry carries more than its lines: then they go the longer way, which knows keys, chains and instants.
fn has_options(entries: &[NewEntry]) -> bool {
    entries.iter().any(|entry| entry.options.is_some())
}

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
    writer.write(tx)?;
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
    writer.write(tx)?;
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
    writer.pages.check_whole(LogMark::default()).map_err(|broken| broken.1)?;
    writer.write(tx)?;
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
#[derive(Pending)]
struct Writer {
    #[pending(skip)]
    rules: Rules,
    /// What it adds up it counts when an entry is taken.
    #[pending(skip)]
    asking: Asking,
    #[pending(skip)]
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

    /// Judges an entry and takes it.
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
        match rules.closes {
            None => pages.gate(tx, rules, Layer::Posted, (new, judged))?,
            // A year is closed with all its accounts, also with those that take nothing more.
            Some(_) if rules.chart.is_gated() => {
                pages.run(tx, rules, Layer::Posted, (new, judged))?;
            }
            Some(_) => {}
        }
        let place = Place { reverses, exceeding, ..pages.place(tx, None)? };
        let posted = pages.write(tx, rules, (new, judged), (period, journal), place)?;
        asking.count();
        Ok(posted)
    }

    /// Stages them, and tells of it.
    fn write(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let entries = &self.pages.entries;
        if let Some(first) = entries.first() {
            tx.emit(posted(first.id, entries.len(), self.pages.postings.len()));
        }
        self.finish(tx)
    }
}

/// What a commit reports of entries whose ids follow one another.
pub(crate) fn posted(first: Id<Entry>, entries: usize, postings: usize) -> Event {
    Event::new("ledger.posted")
        .with("first", first)
        .with("entries", entries as i64)
        .with("postings", postings as i64)
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
