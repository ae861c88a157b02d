//! Pending entries and what is done with them, as they are given.

use chrono::NaiveDate;
use fondaco_core::store::Tags;
use fondaco_core::{Currency, Id, Money, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Closing, PendingEntry};
use crate::ledger::NewEntry;

/// When a pending entry expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// So many seconds after it is recorded.
    After(u32),
    /// At this instant.
    At(Timestamp),
}

/// An entry that is held until it is posted or voided.
///
/// ```
/// use fondaco_accounting::ledger::{NewEntry, NewPending};
/// use fondaco_core::Money;
/// let ten = Money::parse("10 EUR")?;
/// let card = NewEntry::new("GEN", "2026-06-01".parse()?).debit("wallet/17", ten).credit("2000", ten);
/// let hold = NewPending::new(card.key("authorization/4711")).expires_after(7 * 24 * 3600);
/// assert!(hold.closing.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPending {
    /// What it will be when it is posted.
    pub entry: NewEntry,
    /// When it expires; `None` for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Expiry>,
    /// Which of its accounts it closes while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
}

impl NewPending {
    /// Holds `entry`, until somebody posts or voids it.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rent = NewEntry::new("GEN", day("2026-06-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// let held = books.send("hold", &RecordPending::new(NewPending::new(rent)))?.answer;
    /// assert_eq!(books.pending(held.id)?.expect("it is held").pending.expires_at, None);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(entry: NewEntry) -> NewPending {
        NewPending { entry, expires: None, closing: None }
    }

    /// Expires so many seconds after it is recorded.
    #[must_use]
    pub fn expires_after(mut self, seconds: u32) -> NewPending {
        self.expires = Some(Expiry::After(seconds));
        self
    }

    /// Expires at this instant.
    #[must_use]
    pub fn expires_at(mut self, instant: Timestamp) -> NewPending {
        self.expires = Some(Expiry::At(instant));
        self
    }

    /// Closes its accounts on these sides while it is pending: then they take nothing else. It can't be posted, for that
    /// would be something else; voiding it, or its end, reopens them.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let nothing = NewEntry::new("GEN", day("2026-06-01")).debit("1010", usd("0")).credit("3000", usd("0"));
    /// # fn usd(amount: &str) -> Money { Money::parse(&format!("{amount} USD")).unwrap() }
    /// # let nothing = NewEntry { postings: nothing.postings.into_iter().map(|p| p.worth(eur("0"))).collect(), ..nothing };
    /// let close = RecordPending::new(NewPending::new(nothing).closing(Closing::Debit));
    /// let held = books.send("close the dollars", &close)?.answer.id;
    /// let dollars = |books: &Books<'_>| books.view(|view| Ok(view.peek::<Account>(&"1010".into())?));
    /// assert!(dollars(&books)?.unwrap().closed.is_some());
    /// books.send("open them again", &VoidPending::new(held))?;
    /// assert!(dollars(&books)?.unwrap().closed.is_none());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn closing(mut self, closing: Closing) -> NewPending {
        self.closing = Some(closing);
        self
    }
}

/// Which pending entry is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingRef {
    /// By its id.
    Id(Id<PendingEntry>),
    /// By the host's key, also of one that the same batch records.
    Key(SmolStr),
}

impl From<Id<PendingEntry>> for PendingRef {
    fn from(id: Id<PendingEntry>) -> PendingRef {
        PendingRef::Id(id)
    }
}

impl std::fmt::Display for PendingRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PendingRef::Id(id) => id.fmt(f),
            PendingRef::Key(key) => write!(f, "{key:?}"),
        }
    }
}

/// How much of a pending entry is posted. The rest is released: a pending entry is posted once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All of it.
    #[default]
    All,
    /// So much of the whole, in the one currency that its lines have: each side is cut down to this sum, and shared out over
    /// its lines in proportion by largest remainder, so that no cent is lost.
    Amount(Money),
    /// So much of each line, in order; together they balance.
    Lines(Vec<Money>),
}

/// What whoever posts or voids a pending entry believes it to be: where it is something else, it is refused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// An account that it debits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debit: Option<SmolStr>,
    /// An account that it credits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<SmolStr>,
    /// The currency of its lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SmolStr>,
    /// The sum of its debits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// What posting and voiding a pending entry share.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[serde(deny_unknown_fields)]
pub struct SettleOptions {
    /// The host's key of this step: see [`NewEntry::key`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<SmolStr>,
    /// Whether it stands or falls with the next item: see [`NewEntry::linked`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub linked: bool,
    /// Tags in place of those of the pending entry, by name; the others are taken over.
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// When it was recorded elsewhere: see [`NewEntry::imported_at`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported_at: Option<Timestamp>,
    /// What the pending entry is believed to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Box<Expected>>,
}

/// Posts a pending entry, in full or in part: an entry of its own, linked to it, with a number of its own.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let order = NewEntry::new("GEN", day("2026-06-01"))
///     .debit("1200", eur("119"))
///     .credit("4000", eur("100"))
///     .credit("2200", eur("19"));
/// let held = books.send("hold", &RecordPending::new(NewPending::new(order)))?.answer.id;
/// // A third of it was delivered:
/// let posted = books.send("deliver", &PostPending::new(held).amount(eur("39.67")))?.answer;
/// assert_eq!(posted.moved, eur("39.67"));
/// let entry = books.entry(posted.entry.id)?.expect("it was posted");
/// assert_eq!(entry.postings[1].money(), eur("-33.34"));
/// assert_eq!(entry.postings[2].money(), eur("-6.33"));
/// let again = books.send("twice", &PostPending::new(held)).unwrap_err();
/// assert_eq!(again.code(), "accounting.pending_already_posted");
/// # Ok::<(), LedgerError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostPending {
    /// Which pending entry.
    pub pending: PendingRef,
    /// How much of it.
    #[serde(default)]
    pub part: Part,
    /// When it takes effect; `None` for the pending entry's own date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// The rest.
    #[serde(default)]
    pub options: SettleOptions,
}

impl PostPending {
    /// Posts all of a pending entry, on its own date.
    pub fn new(pending: impl Into<PendingRef>) -> PostPending {
        let options = SettleOptions::default();
        PostPending { pending: pending.into(), part: Part::All, date: None, options }
    }

    /// Only so much of it: see [`Part::Amount`].
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rent = NewEntry::new("GEN", day("2026-06-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// let held = books.send("hold", &RecordPending::new(NewPending::new(rent)))?.answer.id;
    /// let posted = books.send("a part", &PostPending::new(held).amount(eur("30")).on(day("2026-06-02")))?.answer;
    /// assert_eq!(posted.moved, eur("30")); // ten are free again
    /// let entry = books.entry(posted.entry.id)?.expect("it was posted");
    /// assert_eq!(entry.entry.date, day("2026-06-02"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn amount(mut self, amount: Money) -> PostPending {
        self.part = Part::Amount(amount);
        self
    }

    /// Only so much of each line: see [`Part::Lines`].
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let sale = NewEntry::new("GEN", day("2026-06-01"))
    ///     .debit("1000", eur("40"))
    ///     .credit("4000", eur("30"))
    ///     .credit("2200", eur("10"));
    /// let held = books.send("hold", &RecordPending::new(NewPending::new(sale)))?.answer.id;
    /// let without_tax = PostPending::new(held).lines(vec![eur("30"), eur("30"), eur("0")]);
    /// assert_eq!(books.send("exempt", &without_tax)?.answer.moved, eur("30"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn lines(mut self, amounts: Vec<Money>) -> PostPending {
        self.part = Part::Lines(amounts);
        self
    }

    /// On this date.
    #[must_use]
    pub fn on(mut self, date: NaiveDate) -> PostPending {
        self.date = Some(date);
        self
    }

    /// Under this key of the host's.
    #[must_use]
    pub fn key(mut self, key: impl Into<SmolStr>) -> PostPending {
        self.options.key = Some(key.into());
        self
    }
}

/// Voids a pending entry: what it held is free again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoidPending {
    /// Which pending entry.
    pub pending: PendingRef,
    /// The rest.
    #[serde(default)]
    pub options: SettleOptions,
}

impl VoidPending {
    /// Voids a pending entry.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rent = NewEntry::new("GEN", day("2026-06-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// let held = books.send("hold", &RecordPending::new(NewPending::new(rent)))?.answer.id;
    /// assert_eq!(books.totals("1000")?[0].pending_credit.to_decimal(), 40.into());
    /// books.send("void", &VoidPending::new(held))?;
    /// assert_eq!(books.totals("1000")?[0].pending_credit.to_decimal(), 0.into());
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(pending: impl Into<PendingRef>) -> VoidPending {
        VoidPending { pending: pending.into(), options: SettleOptions::default() }
    }

    /// Under this key of the host's.
    #[must_use]
    pub fn key(mut self, key: impl Into<SmolStr>) -> VoidPending {
        self.options.key = Some(key.into());
        self
    }
}
