//! Taking an entry back by its mirror image.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{Event, Field, Record, Value};
use fondaco_core::{Act, Halt, Id, Money, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::gate::Gate;
use super::open_items::{clear_reversal, realised_by};
use super::post::{Within, post_alone};
use super::reversing::cancel_plan;
use super::rights::{self, Asking};
use super::{
    Account, Entry, Journal, LedgerError, NewEntry, NewPosting, Period, Posted, Posting, Settings,
    Side,
};
use crate::close::CloseError;
use crate::currency::ExchangeError;
use crate::parallel::unmarked;

/// How an entry is reversed.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::close::SetReversalStyle;
/// books.send("storno", &SetReversalStyle::new(ReversalStyle::SameSide))?;
/// let rent = books.entry_by_number("GEN", 2026, 2)?.expect("it was posted");
/// books.send("take it back", &Reverse::new(rent.entry.id, day("2026-03-01")))?;
/// let spent = &books.balances(&BalanceQuery::account("5100"))?[0].amounts;
/// assert_eq!((spent.debit(), spent.credit()), (0.into(), 0.into())); // and not 40 on either side
/// # Ok::<(), LedgerError>(())
/// ```
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversalStyle {
    /// The same amounts on the other sides.
    #[default]
    OtherSide,
    /// The same amounts with a minus on their own sides, so that the turnover of either side is what it would have been
    /// (the general reversal of German, the *storno* of Eastern European books). An entry that touches an account whose
    /// [totals](super::Totals) are kept is reversed on the other sides all the same: its limits are about what was
    /// moved.
    SameSide,
}

/// That an entry was reversed, and by which: an entry is reversed at most once.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_reversal", kind = fact, key(entry))]
pub struct Reversal {
    /// The entry that was taken back.
    pub entry: Id<Entry>,
    /// The entry that takes it back.
    pub by: Id<Entry>,
}

/// Reverses an entry: the same amounts on the other sides, linked to it, in its journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reverse {
    /// Which entry.
    pub entry: Id<Entry>,
    /// When the reversal takes effect.
    pub date: NaiveDate,
    /// What people read; `None` for the entry's own text.
    #[serde(default)]
    pub text: Option<SmolStr>,
}

impl Reverse {
    /// Reverses `entry` on `date`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let ten = Money::parse("10 EUR")?;
    /// let date = "2026-03-01".parse()?;
    /// let rent = NewEntry::new("GEN", date).debit("5100", ten).credit("1000", ten);
    /// let posted = books.post("rent", rent)?.answer;
    /// books.send("take it back", &Reverse::new(posted.id, date))?;
    /// let twice = books.send("take it back again", &Reverse::new(posted.id, date));
    /// assert_eq!(twice.unwrap_err().code(), "accounting.already_reversed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(entry: Id<Entry>, date: NaiveDate) -> Reverse {
        Reverse { entry, date, text: None }
    }
}

impl Act for Reverse {
    type Answer = Posted;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Posted, LedgerError> {
        reverse(tx, self, None)
    }
}

/// Reverses an entry; one that comes late was `planned` for a day, which is its document's date.
pub(crate) fn reverse(
    tx: &mut Tx<'_>,
    command: &Reverse,
    planned: Option<NaiveDate>,
) -> Result<Posted, LedgerError> {
    reverse_within(tx, command, planned, Within::default())
}

/// As [`reverse`], as part of something larger.
pub(crate) fn reverse_within(
    tx: &mut Tx<'_>,
    command: &Reverse,
    planned: Option<NaiveDate>,
    within: Within,
) -> Result<Posted, LedgerError> {
    let asking = Asking::new(tx, &rights::REVERSE)?;
    let entry = unreversed(tx, command.entry)?;
    reversible(tx, &entry)?;
    take_back(tx, command, (planned, within), asking)
}

/// Reverses an entry under a permission that was asked for.
pub(crate) fn reverse_as(
    tx: &mut Tx<'_>,
    command: &Reverse,
    planned: Option<NaiveDate>,
    asking: Asking,
) -> Result<Posted, LedgerError> {
    take_back(tx, command, (planned, Within::default()), asking)
}

fn take_back(
    tx: &mut Tx<'_>,
    command: &Reverse,
    (planned, within): (Option<NaiveDate>, Within),
    asking: Asking,
) -> Result<Posted, LedgerError> {
    let Reverse { entry: id, date, text } = command;
    let (id, date) = (*id, *date);
    let entry = unreversed(tx, id)?;
    not_closing(&entry)?;
    if date < entry.date {
        let why = format!("{date} is before the entry, which is of {}", entry.date);
        return Err(LedgerError::BadInput { what: "date", why });
    }
    let mut new = mirrored(tx, &entry, date)?;
    new.document_date = planned.or(new.document_date);
    new.text = text.clone().or(new.text);
    let (posted, _) = post_alone(tx, (&new, Some(id)), within, asking)?;
    let (from, to) = (Value::Id(id.to_u128()), Value::Id(posted.id.to_u128()));
    tx.emit(Event::new("ledger.reversed").with("entry", from).with("by", to));
    tx.insert(Reversal { entry: id, by: posted.id })?;
    clear_reversal(tx, id, posted.id, &new)?;
    // What was planned to come by the clock has come.
    cancel_plan(tx, id)?;
    Ok(posted)
}

/// The entry, unless it was reversed.
pub(super) fn unreversed(tx: &mut Tx<'_>, id: Id<Entry>) -> Result<Arc<Entry>, LedgerError> {
    let entry = tx.get::<Entry>(&id)?.ok_or(LedgerError::UnknownEntry { entry: id })?;
    match tx.get::<Reversal>(&id)? {
        Some(reversal) => Err(LedgerError::AlreadyReversed { entry: id, by: reversal.by }),
        None => Ok(entry),
    }
}

/// Refuses an entry that is never reversed by itself: one that closes a year, posts what a clearing realised, or takes that
/// back.
pub(super) fn reversible(read: &mut impl Reading, entry: &Entry) -> Result<(), LedgerError> {
    for of in std::iter::once(entry.id).chain(entry.reverses.copied()) {
        if let Some(realised) = realised_by(read, of)? {
            let (entry, clearing) = (entry.id, realised.clearing);
            return Err(ExchangeError::OfClearing { entry, clearing }.into());
        }
    }
    not_closing(entry)
}

fn not_closing(entry: &Entry) -> Result<(), LedgerError> {
    match entry.is_closing() {
        true => Err(CloseError::ClosingEntry { entry: entry.id, year: entry.fiscal_year }.into()),
        false => Ok(()),
    }
}

/// What took each entry back, what took that back, and so on: after an even number of reversals an entry stands.
pub(crate) fn reversal_chains(
    read: &mut impl Reading,
    entries: &[Id<Entry>],
) -> Result<Vec<Vec<Id<Entry>>>, Halt> {
    let mut chains: Vec<Vec<Id<Entry>>> = entries.iter().map(|_| Vec::new()).collect();
    let mut last: Vec<(usize, Id<Entry>)> = entries.iter().copied().enumerate().collect();
    while !last.is_empty() {
        let ids: Vec<_> = last.iter().map(|(_, entry)| *entry).collect();
        let found = read.peek_many::<Reversal>(&ids)?;
        let next = last.iter().zip(found).filter_map(|((at, _), found)| Some((*at, found?.by)));
        last = next.collect();
        last.iter().for_each(|(at, by)| chains[*at].push(*by));
    }
    Ok(chains)
}

/// The same, where the decision rests on nobody reversing any of them meanwhile.
pub(crate) fn rested_reversal_chains(
    tx: &mut Tx<'_>,
    entries: &[Id<Entry>],
) -> Result<Vec<Vec<Id<Entry>>>, Halt> {
    let chains = reversal_chains(tx, entries)?;
    let ids: Vec<_> = entries.iter().chain(chains.iter().flatten()).copied().collect();
    tx.get_many::<Reversal>(&ids)?;
    Ok(chains)
}

/// The mirror image of an entry, of `date`.
pub(crate) fn mirrored(
    tx: &mut Tx<'_>,
    entry: &Entry,
    date: NaiveDate,
) -> Result<NewEntry, LedgerError> {
    let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    // Postings are facts of an entry that exists: nobody can add one.
    let postings = tx.peek_scan(&Range::<Posting>::by_key(&entry.id))?;
    let style = style(tx, &settings, entry, &postings)?;
    let mut new = NewEntry {
        journal: entry.journal.clone(),
        date,
        document_date: entry.document_date,
        due_date: None,
        text: entry.text.clone(),
        party: entry.party,
        source: entry.source.clone(),
        conversion: entry.conversion,
        postings: postings.iter().map(|posting| mirror(posting, &settings, style)).collect(),
        options: None,
    };
    // On its own day what was adjusted is taken back where it lies.
    let period = tx.get::<Period>(&entry.period)?;
    if date == entry.date && period.is_some_and(|period| !period.is_ordinary()) {
        new = new.adjusting(entry.period_number());
    }
    Ok(new)
}

/// How an entry is reversed: as its journal says, or the ledger; on the other sides where totals are kept.
fn style(
    tx: &mut Tx<'_>,
    settings: &Settings,
    entry: &Entry,
    postings: &[Arc<Posting>],
) -> Result<ReversalStyle, LedgerError> {
    let journal = tx.get::<Journal>(&entry.journal)?;
    let style = journal.and_then(|journal| journal.reversals).or(settings.reversals);
    if style.unwrap_or_default() == ReversalStyle::OtherSide {
        return Ok(ReversalStyle::OtherSide);
    }
    let codes: Vec<SmolStr> = postings.iter().map(|posting| posting.account.clone()).collect();
    let accounts = tx.get_many::<Account>(&codes)?;
    let kept = accounts.iter().flatten().any(|account| Gate::of(account).is_kept());
    Ok(if kept { ReversalStyle::OtherSide } else { ReversalStyle::SameSide })
}

fn mirror(posting: &Posting, settings: &Settings, style: ReversalStyle) -> NewPosting {
    let foreign = posting.currency != settings.currency;
    let worth = Money::new(posting.ledger_amount.to_decimal(), settings.currency);
    // As it was given, which is without its sign unless the entry is a reversal on its own sides.
    let given = |amount: Money| if posting.side == Side::Debit { amount } else { amount.neg() };
    let (amount, worth) = (given(posting.money()), given(worth));
    let (side, amount, worth) = match style {
        ReversalStyle::SameSide => (posting.side, amount.neg(), worth.neg()),
        ReversalStyle::OtherSide => (posting.side.opposite(), amount, worth),
    };
    NewPosting {
        account: posting.account.clone(),
        side,
        amount,
        ledger_amount: foreign.then_some(worth),
        rate: posting.rate.copied(),
        text: posting.text.cloned(),
        party: posting.party.copied(),
        due_date: None,
        dimensions: unmarked(&posting.dimensions),
    }
}
