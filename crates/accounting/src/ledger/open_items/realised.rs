//! What clearings realised and posted: which entry, and why so much.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Explain, Parameter, Phrase, word};
use fondaco_core::store::Record;
use fondaco_core::{Currency, Id, Money, Range, Reading};
use smol_str::{SmolStr, format_smolstr};

use super::realise::is_own;
use super::{Clearing, ClearingLine, ItemError, OpenItem};
use crate::Books;
use crate::ledger::{Amount, Entry, LedgerError, Posting, Settings};

/// That what a clearing realised was posted, in the same commit. Undone, the clearing stays with its fact, and the entry
/// is reversed.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_realised", kind = fact, key(clearing), index(by_entry(entry)))]
pub struct Realised {
    /// The clearing.
    pub clearing: Id<Clearing>,
    /// The entry that posts it.
    pub entry: Id<Entry>,
    /// The account whose items were cleared.
    pub account: SmolStr,
    /// When both take effect.
    pub date: NaiveDate,
    /// What was realised: positive for a loss, negative for a gain. See [`Clearing::difference`].
    pub difference: Amount,
}

/// What was posted of a clearing: `None` where it left nothing, or no accounts were named for it.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_rates(); // EUR/USD 1.25
/// use fondaco_accounting::currency::SetExchangeAccounts;
/// books.send("by items", &ChangeAccount::open_items("1200", true))?;
/// books.send("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"))?;
/// let usd = |amount: &str| Money::parse(&format!("{amount} USD")).unwrap();
/// let bill = NewEntry::new("GEN", day("2026-02-01")).debit("1200", usd("100")).credit("4000", usd("100")); // 80 EUR
/// let bill = ItemKey::new(books.post("bill", bill)?.answer.id, 1);
/// let paid = NewEntry::new("GEN", day("2026-03-01"))
///     .posting(NewPosting::debit("1010", usd("100")).worth(eur("83")))
///     .posting(NewPosting::credit("1200", usd("100")).worth(eur("83")));
/// let paid = books.send("paid", &PostClearing::new(paid).pays(Pays::new(2).all(bill)))?.answer;
/// let clearing = paid.clearings[0].clearing;
/// let realised = books.realised(clearing)?.expect("rates moved");
/// assert_eq!(realised.difference.to_decimal(), (-3).into()); // a gain
/// let entry = books.entry(realised.entry)?.expect("it is posted");
/// assert_eq!(entry.postings[1].money(), eur("-3")); // to 4000
/// assert_eq!(books.view(|view| ledger::realised_by(view, realised.entry))?, Some(realised));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn realised(
    read: &mut impl Reading,
    clearing: Id<Clearing>,
) -> Result<Option<Arc<Realised>>, LedgerError> {
    Ok(read.peek::<Realised>(&clearing)?)
}

/// What an entry posts of a clearing: `None` for an entry that is about something else.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn realised_by(
    read: &mut impl Reading,
    entry: Id<Entry>,
) -> Result<Option<Arc<Realised>>, LedgerError> {
    // It comes in the commit of its entry, so nothing has to be rested on.
    Ok(read.peek_scan(&Range::by(Realised::BY_ENTRY, &entry).limit(1))?.into_iter().next())
}

/// Why a clearing realised what it did: what each part that it took was worth, and where the difference went.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::currency::SetExchangeAccounts;
/// books.send("by items", &ChangeAccount::open_items("1200", true))?;
/// books.send("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"))?;
/// let usd = Money::parse("400 USD")?;
/// let item = |on, debit, worth| {
///     let line = |account: &str, side| NewPosting::new(account, side, usd).worth(eur(worth));
///     let (customers, sales) = if debit { (Side::Debit, Side::Credit) } else { (Side::Credit, Side::Debit) };
///     NewEntry::new("GEN", day(on)).posting(line("1200", customers)).posting(line("4000", sales))
/// };
/// let bill = ItemKey::new(books.post("bill", item("2026-02-01", true, "333.33"))?.answer.id, 1);
/// let paid = ItemKey::new(books.post("paid", item("2026-03-01", false, "363.64"))?.answer.id, 1);
/// let cleared = books.send("clear", &Clear::new("1200").all(bill).all(paid))?.answer;
/// let why = books.explain_realised(cleared.clearing)?;
/// assert_eq!(why.value, eur("-30.31").into());
/// let why = why.to_string();
/// assert!(why.starts_with("1200, realised on 2026-03-01: -30.31 EUR (entry "), "{why}");
/// assert!(why.contains("│ posted to 4000: -30.31 EUR\n"), "{why}");
/// assert!(why.contains("├─ 400.00 USD of 2026-02-01: 333.33 EUR"), "{why}");
/// assert!(why.contains("└─ -400.00 USD of 2026-03-01: -363.64 EUR"), "{why}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ItemError::UnknownClearing`], or a [`Halt`](fondaco_core::Halt).
pub fn explain_realised(
    read: &mut impl Reading,
    clearing: Id<Clearing>,
) -> Result<Explain, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let unknown = || ItemError::UnknownClearing { clearing };
    let fact = read.peek::<Clearing>(&clearing)?.ok_or_else(unknown)?;
    let realised = realised(read, clearing)?;
    let lines = read.peek_scan(&Range::<ClearingLine>::by_key(&clearing))?;
    let keys: Vec<_> = lines.iter().map(|line| line.item_key().stored()).collect();
    let items = read.peek_many::<OpenItem>(&keys)?;
    let given =
        lines.iter().zip(items).filter(|(line, _)| !is_own(realised.as_deref(), line.item_key()));
    let parts = given.map(|(line, item)| part(line, item.as_deref(), settings.currency));
    let what = Phrase::from(format_smolstr!("{},", fact.account)).and(word("realised on"));
    let value = Money::new(fact.difference.to_decimal(), settings.currency);
    let why = Explain::new(what.and(fact.date), value)
        .rule(word("debits less credits of what was cleared, each at what it was worth"))
        .inputs(parts);
    let Some(realised) = realised else { return Ok(why) };
    posted(read, why, &realised)
}

/// A part of an item: its worth, and the rate at which it stood in the books.
fn part(line: &ClearingLine, item: Option<&OpenItem>, ledger: Currency) -> Explain {
    let amount = Money::new(line.amount.to_decimal(), line.currency);
    let what = Phrase::from(amount);
    let what = match item {
        Some(item) => what.and(word("of")).and(item.date),
        None => what,
    };
    let key = line.item_key();
    Explain::new(what, Money::new(line.ledger_amount.to_decimal(), ledger)).source(format_smolstr!(
        "entry {}, line {}",
        key.entry,
        key.line
    ))
}

/// Where it went.
fn posted(
    read: &mut impl Reading,
    why: Explain,
    realised: &Realised,
) -> Result<Explain, LedgerError> {
    let postings = read.peek_scan(&Range::<Posting>::by_key(&realised.entry))?;
    let elsewhere = postings.iter().filter(|posting| posting.account != realised.account);
    let to = |why: Explain, posting: &Arc<Posting>| {
        let name = Phrase::from(word("posted to")).and(posting.account.clone());
        why.parameter(Parameter::new(name, posting.money()))
    };
    let why = elsewhere.fold(why, to);
    Ok(why.source(format_smolstr!("entry {}", realised.entry)))
}

impl Books<'_> {
    /// What was posted of a clearing: see [`realised`].
    ///
    /// # Errors
    /// As [`realised`].
    pub fn realised(&self, clearing: Id<Clearing>) -> Result<Option<Arc<Realised>>, LedgerError> {
        self.view(|view| realised(view, clearing))
    }

    /// Why a clearing realised what it did: see [`explain_realised`].
    ///
    /// # Errors
    /// As [`explain_realised`].
    pub fn explain_realised(&self, clearing: Id<Clearing>) -> Result<Explain, LedgerError> {
        self.view(|view| explain_realised(view, clearing))
    }
}
