//! Entries as they are given.

use chrono::NaiveDate;
use fondaco_core::digest::Digester;
use fondaco_core::store::{Field, Tags};
use fondaco_core::{Money, PartyId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Debit or credit.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The left side.
    Debit,
    /// The right side.
    Credit,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn opposite(self) -> Side {
        match self {
            Side::Debit => Side::Credit,
            Side::Credit => Side::Debit,
        }
    }
}

/// An entry to be posted.
///
/// ```
/// use chrono::NaiveDate;
/// use fondaco_accounting::ledger::NewEntry;
/// use fondaco_core::Money;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let date = NaiveDate::from_ymd_opt(2026, 1, 5).ok_or("no such day")?;
/// let sale = NewEntry::new("SALES", date)
///     .text("Invoice 17")
///     .debit("1200", Money::parse("119.00 EUR")?)
///     .credit("4000", Money::parse("100.00 EUR")?)
///     .credit("2200", Money::parse("19.00 EUR")?);
/// assert_eq!(sale.postings.len(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewEntry {
    /// The journal's code.
    pub journal: SmolStr,
    /// When it takes effect in the business.
    pub date: NaiveDate,
    /// See [`Entry::document_date`](super::Entry::document_date).
    pub document_date: Option<NaiveDate>,
    /// See [`Entry::due_date`](super::Entry::due_date).
    pub due_date: Option<NaiveDate>,
    /// See [`Entry::text`](super::Entry::text).
    pub text: Option<SmolStr>,
    /// See [`Entry::party`](super::Entry::party).
    pub party: Option<PartyId>,
    /// See [`Entry::source`](super::Entry::source).
    pub source: Option<SmolStr>,
    /// See [`Entry::conversion`](super::Entry::conversion).
    pub conversion: bool,
    /// At least two.
    pub postings: Vec<NewPosting>,
}

impl NewEntry {
    /// An entry of `journal` on `date`, without postings yet.
    pub fn new(journal: impl Into<SmolStr>, date: NaiveDate) -> NewEntry {
        NewEntry {
            journal: journal.into(),
            date,
            document_date: None,
            due_date: None,
            text: None,
            party: None,
            source: None,
            conversion: false,
            postings: Vec::new(),
        }
    }

    /// Debits an account.
    #[must_use]
    pub fn debit(self, account: impl Into<SmolStr>, amount: Money) -> NewEntry {
        self.posting(NewPosting::new(account, Side::Debit, amount))
    }

    /// Credits an account.
    #[must_use]
    pub fn credit(self, account: impl Into<SmolStr>, amount: Money) -> NewEntry {
        self.posting(NewPosting::new(account, Side::Credit, amount))
    }

    /// Adds a posting.
    #[must_use]
    pub fn posting(mut self, posting: NewPosting) -> NewEntry {
        self.postings.push(posting);
        self
    }

    /// What people read.
    #[must_use]
    pub fn text(mut self, text: impl Into<SmolStr>) -> NewEntry {
        self.text = Some(text.into());
        self
    }

    /// With whom.
    #[must_use]
    pub fn party(mut self, party: PartyId) -> NewEntry {
        self.party = Some(party);
        self
    }

    /// The document it comes from.
    #[must_use]
    pub fn source(mut self, source: impl Into<SmolStr>) -> NewEntry {
        self.source = Some(source.into());
        self
    }

    /// The date of the document, or the tax point.
    #[must_use]
    pub fn document_date(mut self, date: NaiveDate) -> NewEntry {
        self.document_date = Some(date);
        self
    }

    /// When it falls due.
    #[must_use]
    pub fn due_date(mut self, date: NaiveDate) -> NewEntry {
        self.due_date = Some(date);
        self
    }

    /// Turns one currency into another: only the ledger's currency has to balance.
    #[must_use]
    pub fn conversion(mut self) -> NewEntry {
        self.conversion = true;
        self
    }
}

/// Puts entries into the digest of their command: every field, by destructuring, so that none can be forgotten.
pub(crate) fn digest(kind: &str, entries: &[NewEntry]) -> [u8; 32] {
    let mut digester = Digester::new(kind);
    digester.count(entries.len());
    entries.iter().for_each(|entry| entry.digest(&mut digester));
    digester.finish()
}

fn put_text(digester: &mut Digester, text: &SmolStr) {
    digester.text(text);
}

fn put_date(digester: &mut Digester, date: &NaiveDate) {
    digester.date(*date);
}

fn put_money(digester: &mut Digester, money: &Money) {
    digester.decimal(money.amount()).text(money.currency().code());
}

fn put_party(digester: &mut Digester, party: &PartyId) {
    digester.u128(party.to_u128());
}

impl NewEntry {
    fn digest(&self, digester: &mut Digester) {
        let NewEntry {
            journal,
            date,
            document_date,
            due_date,
            text,
            party,
            source,
            conversion,
            postings,
        } = self;
        digester.text(journal).date(*date).count(usize::from(*conversion));
        digester.option(document_date.as_ref(), put_date).option(due_date.as_ref(), put_date);
        digester.option(text.as_ref(), put_text).option(source.as_ref(), put_text);
        digester.option(party.as_ref(), put_party).count(postings.len());
        postings.iter().for_each(|posting| posting.digest(digester));
    }
}

impl NewPosting {
    fn digest(&self, digester: &mut Digester) {
        let NewPosting {
            account,
            side,
            amount,
            ledger_amount,
            rate,
            text,
            party,
            due_date,
            dimensions,
        } = self;
        digester.text(account).count(usize::from(*side == Side::Credit));
        put_money(digester, amount);
        digester.option(ledger_amount.as_ref(), put_money);
        digester.option(rate.as_ref(), |digester, rate| {
            digester.decimal(*rate);
        });
        digester.option(text.as_ref(), put_text).option(party.as_ref(), put_party);
        digester.option(due_date.as_ref(), put_date).count(dimensions.iter().count());
        for (name, value) in dimensions.iter() {
            digester.text(name).text(value);
        }
    }
}

/// A posting to be posted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewPosting {
    /// The account's code.
    pub account: SmolStr,
    /// Debit or credit.
    pub side: Side,
    /// How much, not negative, in whole minor units of its currency.
    pub amount: Money,
    /// How much that is in the ledger's currency, for a foreign amount; else the rate says.
    pub ledger_amount: Option<Money>,
    /// Units of the ledger's currency for one unit of the amount's; the product is rounded half-up.
    #[serde(with = "fondaco_core::decimal::as_text::option")]
    pub rate: Option<Decimal>,
    /// See [`Posting::text`](super::Posting::text).
    pub text: Option<SmolStr>,
    /// See [`Posting::party`](super::Posting::party).
    pub party: Option<PartyId>,
    /// See [`Posting::due_date`](super::Posting::due_date).
    pub due_date: Option<NaiveDate>,
    /// See [`Posting::dimensions`](super::Posting::dimensions).
    pub dimensions: Tags,
}

impl NewPosting {
    /// `amount` on one side of an account.
    pub fn new(account: impl Into<SmolStr>, side: Side, amount: Money) -> NewPosting {
        NewPosting {
            account: account.into(),
            side,
            amount,
            ledger_amount: None,
            rate: None,
            text: None,
            party: None,
            due_date: None,
            dimensions: Tags::default(),
        }
    }

    /// On the debit side.
    pub fn debit(account: impl Into<SmolStr>, amount: Money) -> NewPosting {
        NewPosting::new(account, Side::Debit, amount)
    }

    /// On the credit side.
    pub fn credit(account: impl Into<SmolStr>, amount: Money) -> NewPosting {
        NewPosting::new(account, Side::Credit, amount)
    }

    /// What the amount is in the ledger's currency.
    #[must_use]
    pub fn worth(mut self, ledger_amount: Money) -> NewPosting {
        self.ledger_amount = Some(ledger_amount);
        self
    }

    /// Units of the ledger's currency for one unit of the amount's currency.
    #[must_use]
    pub fn rate(mut self, rate: Decimal) -> NewPosting {
        self.rate = Some(rate);
        self
    }

    /// What is told apart: `("cost_centre", "10")`.
    #[must_use]
    pub fn dimension(mut self, name: impl Into<SmolStr>, value: impl Into<SmolStr>) -> NewPosting {
        self.dimensions.set(name, value);
        self
    }

    /// With whom.
    #[must_use]
    pub fn party(mut self, party: PartyId) -> NewPosting {
        self.party = Some(party);
        self
    }

    /// What people read.
    #[must_use]
    pub fn text(mut self, text: impl Into<SmolStr>) -> NewPosting {
        self.text = Some(text.into());
        self
    }

    /// When it falls due.
    #[must_use]
    pub fn due_date(mut self, date: NaiveDate) -> NewPosting {
        self.due_date = Some(date);
        self
    }
}
