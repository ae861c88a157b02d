//! Posting and clearing in one act: a payment that names what it pays.

use chrono::NaiveDate;
use fondaco_core::{Act, Money, Outcome, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::clear::Clearer;
use super::{Clear, ClearLine, Cleared, ItemError, ItemKey, OpenItem};
use crate::ledger::post::post_now;
use crate::ledger::{LedgerError, NewEntry, Posted};

/// What one posting of a new entry clears.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pays {
    /// The posting's line in the entry, from 1.
    pub line: u32,
    /// The items that it clears, of its account.
    pub items: Vec<ClearLine>,
    /// How much of the posting itself goes into it, with its sign; `None` for as much as the items need in its currency, or
    /// all of it where they are in another.
    #[serde(default)]
    pub amount: Option<Money>,
}

impl Pays {
    /// The posting at `line` of the entry, counted from 1, clears no item yet.
    ///
    /// ```
    /// use fondaco_accounting::ledger::{ItemKey, Pays};
    /// use fondaco_core::{Id, Money};
    /// let invoice = ItemKey::new(Id::from_u128(7), 1);
    /// let pays = Pays::new(2).part(invoice, Money::parse("50 EUR")?);
    /// assert_eq!(pays.items[0].item(), invoice);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    pub fn new(line: u32) -> Pays {
        Pays { line, items: Vec::new(), amount: None }
    }

    /// All that is open of `item`.
    #[must_use]
    pub fn all(mut self, item: ItemKey) -> Pays {
        self.items.push(ClearLine::all(item));
        self
    }

    /// So much of `item`, with its sign.
    #[must_use]
    pub fn part(mut self, item: ItemKey, amount: Money) -> Pays {
        self.items.push(ClearLine::part(item, amount));
        self
    }

    /// So much of the posting itself, with its sign: positive of a debit, negative of a credit.
    #[must_use]
    pub fn with(mut self, amount: Money) -> Pays {
        self.amount = Some(amount);
        self
    }
}

/// Posts an entry, and clears items by its postings: both or nothing. It needs the right to post and that to clear.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostClearing {
    /// The entry.
    pub entry: NewEntry,
    /// Which of its postings clear what: each posting once.
    pub pays: Vec<Pays>,
    /// When the clearings take effect; `None` for the first day on which they can.
    #[serde(default)]
    pub date: Option<NaiveDate>,
    /// Whether items of several parties are meant.
    #[serde(default)]
    pub across_parties: bool,
}

impl PostClearing {
    /// Posts `entry`, which clears nothing yet.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// let invoice = books.open_items(&OpenItemQuery::account("1200"))?.items[0].key;
    /// let paid = NewEntry::new("GEN", day("2026-02-10")).debit("1000", eur("150")).credit("1200", eur("150"));
    /// let paid = PostClearing::new(paid).pays(Pays::new(2).all(invoice));
    /// let answer = books.send("150 for 119", &paid)?.answer;
    /// assert_eq!(answer.clearings.len(), 1);
    /// let open = books.open_items(&OpenItemQuery::account("1200"))?;
    /// assert_eq!(open.items[0].open, eur("-31")); // too much was paid: it is open
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(entry: NewEntry) -> PostClearing {
        PostClearing { entry, pays: Vec::new(), date: None, across_parties: false }
    }

    /// One of its postings clears these.
    #[must_use]
    pub fn pays(mut self, pays: Pays) -> PostClearing {
        self.pays.push(pays);
        self
    }

    /// The clearings take effect on this day.
    #[must_use]
    pub fn on(mut self, date: NaiveDate) -> PostClearing {
        self.date = Some(date);
        self
    }

    /// Items of several parties are meant.
    #[must_use]
    pub fn across_parties(mut self) -> PostClearing {
        self.across_parties = true;
        self
    }
}

/// An entry that was posted with what it clears.
#[derive(Debug, Clone, PartialEq, Eq, Outcome)]
pub struct PostedClearing {
    /// The entry.
    pub posted: Posted,
    /// The clearings, one for each of [`PostClearing::pays`].
    pub clearings: Vec<Cleared>,
}

impl Act for PostClearing {
    type Answer = PostedClearing;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<PostedClearing, LedgerError> {
        post_clearing(tx, self)
    }
}

/// Posts an entry and clears items by its postings in a unit of work.
///
/// # Errors
/// As [`Post`](crate::ledger::Post), and as [`clear`](super::clear()) with the place of the posting among
/// [`PostClearing::pays`]; [`LedgerError::BadInput`] for a line that the entry does not have.
pub fn post_clearing(
    tx: &mut Tx<'_>,
    command: &PostClearing,
) -> Result<PostedClearing, LedgerError> {
    let mut clearer = Clearer::new(tx)?;
    let posted = post_now(tx, &command.entry)?;
    let mut clearings = Vec::with_capacity(command.pays.len());
    for (index, pays) in command.pays.iter().enumerate() {
        let cleared = clearing(tx, command, pays, posted)
            .and_then(|clear| clearer.clear(tx, &clear))
            .map_err(|error| error.at(index))?;
        clearings.push(cleared);
    }
    Ok(PostedClearing { posted, clearings })
}

/// The clearing of the items that one posting pays: the posting comes last.
fn clearing(
    tx: &mut Tx<'_>,
    command: &PostClearing,
    pays: &Pays,
    posted: Posted,
) -> Result<Clear, LedgerError> {
    let at = usize::try_from(pays.line).ok().and_then(|line| line.checked_sub(1));
    let posting = at.and_then(|at| command.entry.postings.get(at)).ok_or_else(|| {
        let why = format!("the entry has no line {}: they count from 1", pays.line);
        LedgerError::BadInput { what: "line", why }
    })?;
    let account: SmolStr = posting.account.clone();
    let own = ItemKey::new(posted.id, pays.line);
    let amount = match pays.amount {
        Some(amount) => Some(amount),
        None => needed(tx, pays, posting.amount)?,
    };
    let mut lines = pays.items.clone();
    lines.push(ClearLine { entry: own.entry, line: own.line, amount });
    let (date, text) = (command.date, command.entry.text.clone());
    Ok(Clear { account, lines, date, text, across_parties: command.across_parties })
}

/// What the items need of the posting: the opposite of their sum, where they are all in its currency.
fn needed(tx: &mut Tx<'_>, pays: &Pays, posting: Money) -> Result<Option<Money>, LedgerError> {
    let keys: Vec<_> = pays.items.iter().map(|line| line.item().stored()).collect();
    let items = tx.get_many::<OpenItem>(&keys)?;
    let mut sum = Money::zero(posting.currency());
    for (line, item) in pays.items.iter().zip(items) {
        let amount = match (line.amount, item) {
            (Some(amount), _) => amount,
            (None, Some(item)) => item.open_money(),
            (None, None) => return Err(ItemError::Unknown { item: line.item() }.into()),
        };
        if amount.currency() != posting.currency() {
            return Ok(None);
        }
        let too_large =
            |_| LedgerError::TooLarge { code: SmolStr::default(), amount: amount.amount() };
        sum = sum.add(amount).map_err(too_large)?;
    }
    // Nothing of it, where what it pays is cleared already: the clearing then says so.
    Ok((!sum.is_zero()).then(|| sum.neg()))
}
