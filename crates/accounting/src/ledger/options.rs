//! What an entry may carry besides its lines: the host's key, its kind and tags, and how it is to be handled.

use fondaco_core::digest::Digester;
use fondaco_core::party::Private;
use fondaco_core::store::{Field, Personal, Rare, Record, Tags};
use fondaco_core::{Id, PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Amount, Entry, LedgerError, NewEntry, PendingEntry};

/// Whose headroom an entry's amount may not exceed: "as much as there is".
///
/// The entry has two postings, and its amount is the most that may be moved. Moved is no more than the account on that side
/// could take until its two sides are equal ([`Totals::room`](super::Totals::room)); what was moved is in the answer and in
/// the entry. Zero is an answer too: then the entry is posted with nothing in it.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balancing {
    /// The debited account gives no more than its posted credits exceed its debits, pending ones included.
    Debit,
    /// The credited account takes no more than its posted debits exceed its credits, pending ones included.
    Credit,
    /// Both.
    Both,
}

impl Balancing {
    /// Whether the posting on this side may take no more than there is.
    pub(crate) fn is_on(self, side: super::Side) -> bool {
        match self {
            Balancing::Debit => side == super::Side::Debit,
            Balancing::Credit => side == super::Side::Credit,
            Balancing::Both => true,
        }
    }
}

/// What an entry may carry besides its lines: see [`NewEntry::key`] and the methods after it. An ordinary entry has none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct EntryOptions {
    /// See [`NewEntry::key`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<SmolStr>,
    /// See [`NewEntry::linked`].
    #[serde(skip_serializing_if = "is_false")]
    pub linked: bool,
    /// See [`NewEntry::kind`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SmolStr>,
    /// See [`NewEntry::tag`].
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// See [`NewEntry::balancing`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balancing: Option<Balancing>,
    /// See [`NewEntry::imported_at`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported_at: Option<Timestamp>,
    /// See [`NewEntry::adjusting`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjustment: Option<u32>,
    /// See [`NewEntry::note`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Private<SmolStr>>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What an entry carries besides its lines, where it carries something: a fact beside the entry, so that ordinary entries
/// cost nothing more.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_entry_detail", kind = fact, layout = 2, key(entry), index(by_kind(kind)))]
pub struct EntryDetail {
    /// The entry.
    pub entry: Id<Entry>,
    /// The host's key.
    pub key: Option<SmolStr>,
    /// What kind of business it is to the host: `payment`, `fee`, `refund`.
    pub kind: Option<SmolStr>,
    /// Whatever else the host tells apart.
    pub tags: Tags,
    /// The pending entry that it posts.
    pub pending: Option<Id<PendingEntry>>,
    /// Whose headroom its amount did not exceed.
    pub balancing: Option<Balancing>,
    /// The most that might have been moved, where it was balancing.
    pub asked: Option<Amount>,
    /// Whether it was recorded elsewhere before, at the entry's instant.
    pub imported: bool,
    /// What is written about a person: see [`NewEntry::note`].
    #[record(since = 2)]
    pub note: Rare<Personal<SmolStr>>,
    /// Of which party the note tells, where that is known: the entry's, or the one that its postings name.
    #[record(since = 2)]
    pub note_about: Rare<PartyId>,
}

impl EntryDetail {
    /// Of an entry that carries nothing.
    pub(crate) fn of(entry: Id<Entry>) -> EntryDetail {
        EntryDetail {
            entry,
            key: None,
            kind: None,
            tags: Tags::default(),
            pending: None,
            balancing: None,
            asked: None,
            imported: false,
            note: Rare::default(),
            note_about: Rare::default(),
        }
    }
}

impl NewEntry {
    fn options_mut(&mut self) -> &mut EntryOptions {
        self.options.get_or_insert_default()
    }

    /// The host's key: a transfer's id, an idempotency key. An entry that comes again under it is posted once: with the same
    /// content the answer is the entry that is there, with other content [`LedgerError::KeyDiffers`] names the first field
    /// that differs. A key of [`PostEach`](super::PostEach) that failed because of how things stood (an account that is not
    /// there, closed, or at the limit of its own sums) is used up: sent again it is refused ([`LedgerError::KeyFailed`]), so
    /// that nobody has to wonder whether a late copy went through after all. What a [spending limit](mod@super::spending) refused
    /// may come again under its key, once somebody has allowed it or the next day has begun.
    ///
    /// [`LedgerError::KeyDiffers`]: super::LedgerError::KeyDiffers
    /// [`LedgerError::KeyFailed`]: super::LedgerError::KeyFailed
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let payment = |amount| NewEntry::new("GEN", day("2026-03-01"))
    ///     .debit("1000", eur(amount))
    ///     .credit("1200", eur(amount))
    ///     .key("payment/17");
    /// let first = books.post("from the queue", payment("20"))?.answer;
    /// let again = books.post("from the queue once more", payment("20"))?.answer;
    /// assert_eq!(first.id, again.id);
    /// let other = books.post("by mistake", payment("21")).unwrap_err();
    /// assert_eq!(other.code(), "accounting.key_differs");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn key(mut self, key: impl Into<SmolStr>) -> NewEntry {
        self.options_mut().key = Some(key.into());
        self
    }

    /// Stands or falls with the next entry of its [`PostEach`](super::PostEach) or [`RecordEach`](super::RecordEach): a chain
    /// of linked entries is posted whole or not at all. The last of a chain is not linked.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let entry = |account: &str| NewEntry::new("GEN", day("2026-03-01"))
    ///     .debit(account, eur("10"))
    ///     .credit("1000", eur("10"));
    /// let chain = vec![entry("5100").linked(), entry("9999"), entry("5100")];
    /// let answer = books.send("chain", &PostEach::new(chain))?.answer.entries;
    /// assert_eq!(answer[0].as_ref().unwrap_err().code, "accounting.linked_failed");
    /// assert_eq!(answer[1].as_ref().unwrap_err().code, "accounting.unknown_account");
    /// assert!(answer[2].is_ok());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn linked(mut self) -> NewEntry {
        self.options_mut().linked = true;
        self
    }

    /// What kind of business it is to the host: `payment`, `fee`, `refund`. [`movements`](super::movements()) finds by it.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<SmolStr>) -> NewEntry {
        self.options_mut().kind = Some(kind.into());
        self
    }

    /// Whatever else the host tells apart about the entry as a whole; dimensions are of its postings.
    #[must_use]
    pub fn tag(mut self, name: impl Into<SmolStr>, text: impl Into<SmolStr>) -> NewEntry {
        self.options_mut().tags.set(name, text);
        self
    }

    /// What is written about a person: who paid, at what address, why. Texts, sources, tags and dimensions of an entry are kept as long as
    /// the books are, and the chain covers them as they are; a note is [personal](fondaco_core::store::Personal), so it is erased with its party
    /// ([`EraseParty`](fondaco_core::party::EraseParty)) or alone ([`EraseNotes`](super::EraseNotes)), the books still verify, and it is in
    /// what is [exported](fondaco_core::party::export()) of the party. Whose it is the entry says, or the one party that its postings name.
    ///
    /// No report and no export of the books shows it: [`Books::note`](crate::Books::note) does. A reversal does not repeat it; a draft, a plan and
    /// what is pending take none.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let paid = NewEntry::new("GEN", day("2026-03-01"))
    ///     .text("Invoice 17")
    ///     .debit("1000", eur("20"))
    ///     .credit("1200", eur("20"))
    ///     .note("paid by her brother, Elm Street 3");
    /// assert!(!format!("{paid:?}").contains("Elm")); // no log shows it
    /// let id = books.post("paid", paid)?.answer.id;
    /// assert_eq!(books.note(id)?.as_deref(), Some("paid by her brother, Elm Street 3"));
    ///
    /// books.send("forget", &EraseNotes::new(vec![id]))?;
    /// assert_eq!(books.note(id)?, None);
    /// assert!(books.verify()?.is_clean());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn note(mut self, note: impl Into<SmolStr>) -> NewEntry {
        self.options_mut().note = Some(Private(note.into()));
        self
    }

    /// Moves as much as there is, at most the amount of its two postings: see [`Balancing`].
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("track", &ChangeAccount::track("1000"))?; // 460 are there
    /// let sweep = NewEntry::new("GEN", day("2026-03-01"))
    ///     .debit("3000", eur("1000000"))
    ///     .credit("1000", eur("1000000"))
    ///     .balancing(Balancing::Credit);
    /// let id = books.post("sweep", sweep)?.answer.id;
    /// let swept = books.entry(id)?.expect("it was posted");
    /// assert_eq!(swept.postings[0].money(), eur("460"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn balancing(mut self, balancing: Balancing) -> NewEntry {
        self.options_mut().balancing = Some(balancing);
        self
    }

    /// Was recorded elsewhere at this instant, which becomes the time of recording here. In a batch all entries are such or
    /// none is; their instants increase, are not in the future, and come after those of their accounts.
    #[must_use]
    pub fn imported_at(mut self, instant: Timestamp) -> NewEntry {
        self.options_mut().imported_at = Some(instant);
        self
    }
}

impl NewEntry {
    /// Lies in an adjustment period, which [`OpenAdjustmentPeriods`](crate::close::OpenAdjustmentPeriods) opened: 13 for the
    /// first after twelve months. Its date is the last day of the fiscal year.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::OpenAdjustmentPeriods;
    /// books.send("13", &OpenAdjustmentPeriods::new(2026, 1))?;
    /// let bonus = NewEntry::new("GEN", day("2026-12-31")).debit("5100", eur("9")).credit("2200", eur("9"));
    /// books.post("bonus", bonus.adjusting(13))?;
    /// let rent = |query: BalanceQuery| books.balances(&query).map(|rows| rows[0].amounts.ledger_balance());
    /// let year = BalanceQuery::account("5100").until(day("2026-12-31"));
    /// assert_eq!(rent(year.clone())?, 49.into());
    /// assert_eq!(rent(year.without_adjustments())?, 40.into());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn adjusting(mut self, period: u32) -> NewEntry {
        self.options_mut().adjustment = Some(period);
        self
    }

    /// The same in an ordinary period.
    pub(crate) fn unadjusted(mut self) -> NewEntry {
        if let Some(options) = &mut self.options {
            options.adjustment = None;
        }
        self.options = self.options.filter(|options| **options != EntryOptions::default());
        self
    }

    /// The adjustment period in which it lies.
    pub(crate) fn adjustment(&self) -> Option<u32> {
        self.options.as_ref().and_then(|options| options.adjustment)
    }

    /// What is written about a person.
    pub(crate) fn noted(&self) -> Option<&SmolStr> {
        self.options.as_ref()?.note.as_ref().map(|note| &note.0)
    }

    /// Whose a note is: the entry's party, or the one that its postings name.
    pub(crate) fn note_about(&self) -> Option<PartyId> {
        let mut named = self.postings.iter().filter_map(|posting| posting.party);
        self.party.or_else(|| named.next().filter(|party| named.all(|other| other == *party)))
    }
}

/// Refuses what names one entry alone, where entries come again or later: a key, an instant, a link.
pub(crate) fn check_nameless(new: &NewEntry) -> Result<(), LedgerError> {
    let Some(options) = new.options.as_deref() else { return Ok(()) };
    let named = options.key.is_some() || options.linked || options.imported_at.is_some();
    if named || options.note.is_some() {
        let why =
            "what is posted later or reversed has no key, link, instant or note: leave them out";
        return Err(LedgerError::BadInput { what: "options", why: why.into() });
    }
    Ok(())
}

/// Refuses options where they would be lost.
pub(crate) fn check_plain(new: &NewEntry) -> Result<(), LedgerError> {
    if new.options.is_none() {
        return Ok(());
    }
    let why =
        "a draft keeps no key, kind, tags or note: leave them out, or post the entry yourself";
    Err(LedgerError::BadInput { what: "options", why: why.into() })
}

impl EntryOptions {
    pub(crate) fn digest(&self, digester: &mut Digester) {
        let EntryOptions { key, linked, kind, tags, balancing, imported_at, adjustment, note } =
            self;
        let text = |digester: &mut Digester, text: &SmolStr| {
            digester.text(text);
        };
        digester.option(key.as_ref(), text).count(usize::from(*linked));
        digester.option(kind.as_ref(), text).count(tags.iter().count());
        for (name, value) in tags.iter() {
            digester.text(name).text(value);
        }
        let balancing = match balancing {
            None => 0,
            Some(Balancing::Debit) => 1,
            Some(Balancing::Credit) => 2,
            Some(Balancing::Both) => 3,
        };
        // What came later is told apart in what was there, so that no older digest changes.
        let later = usize::from(adjustment.is_some()) + 2 * usize::from(note.is_some());
        digester.count(balancing + 4 * later);
        if let Some(adjustment) = adjustment {
            digester.count(*adjustment as usize);
        }
        if let Some(Private(note)) = note {
            digester.text(note);
        }
        digester.option(imported_at.as_ref(), |digester, at| {
            digester.u128(at.micros() as u128);
        });
    }
}
