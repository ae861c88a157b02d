//! Entries as they are given.

use chrono::NaiveDate;
use fondaco_core::digest::Digester;
use fondaco_core::store::{Field, Tags};
use fondaco_core::{Currency, Money, PartyId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::EntryOptions;
use crate::parallel::unmarked;

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
    ///
    /// ```
    /// use fondaco_accounting::ledger::Side;
    /// assert_eq!(Side::Debit.opposite(), Side::Credit);
    /// ```
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
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// The journal's code.
    pub journal: SmolStr,
    /// When it takes effect in the business.
    pub date: NaiveDate,
    /// See [`Entry::document_date`](super::Entry::document_date).
    #[serde(default)]
    pub document_date: Option<NaiveDate>,
    /// See [`Entry::due_date`](super::Entry::due_date).
    #[serde(default)]
    pub due_date: Option<NaiveDate>,
    /// See [`Entry::text`](super::Entry::text).
    #[serde(default)]
    pub text: Option<SmolStr>,
    /// See [`Entry::party`](super::Entry::party).
    #[serde(default)]
    pub party: Option<PartyId>,
    /// See [`Entry::source`](super::Entry::source).
    #[serde(default)]
    pub source: Option<SmolStr>,
    /// See [`Entry::conversion`](super::Entry::conversion).
    #[serde(default)]
    pub conversion: bool,
    /// At least two.
    pub postings: Vec<NewPosting>,
    /// The host's key, kind and tags, and how it is to be handled, where it is no ordinary entry: see [`NewEntry::key`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Box<EntryOptions>>,
}

impl NewEntry {
    /// An entry of `journal` on `date`, without postings yet.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let empty = NewEntry::new("GEN", "2026-03-01".parse()?);
    /// let refusal = books.post("empty", empty).unwrap_err();
    /// assert_eq!(refusal.to_string(), "an entry has at least two postings, this one has 0");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
            options: None,
        }
    }

    /// Debits an account.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let unequal = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .debit("5100", Money::parse("40 EUR")?)
    ///     .credit("1000", Money::parse("39.99 EUR")?);
    /// let refusal = books.post("unequal", unequal).unwrap_err();
    /// assert_eq!(refusal.code(), "accounting.unbalanced");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// use fondaco_accounting::ledger::{NewEntry, NewPosting};
    /// use fondaco_core::Money;
    /// let rent = Money::parse("40 EUR")?;
    /// let entry = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .posting(NewPosting::debit("5100", rent).dimension("cost_centre", "10"))
    ///     .credit("1000", rent);
    /// assert_eq!(entry.postings[0].dimensions.get("cost_centre"), Some("10"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn posting(mut self, posting: NewPosting) -> NewEntry {
        self.postings.push(posting);
        self
    }

    /// What people read.
    ///
    /// ```
    /// use fondaco_accounting::ledger::NewEntry;
    /// use fondaco_core::PartyId;
    /// let invoice = NewEntry::new("INV", "2026-01-05".parse()?)
    ///     .text("Invoice 17")
    ///     .party(PartyId::named("customer/29825"))
    ///     .source("sales_order/51921")
    ///     .document_date("2026-01-04".parse()?)
    ///     .due_date("2026-02-04".parse()?);
    /// assert_eq!(invoice.source.as_deref(), Some("sales_order/51921"));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
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
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let (paid, got) = (Money::parse("92 EUR")?, Money::parse("100 USD")?);
    /// let buy = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .posting(NewPosting::debit("1010", got).worth(paid))
    ///     .credit("1000", paid);
    /// let refusal = books.post("buy", buy.clone()).unwrap_err(); // no dollars on the other side
    /// assert_eq!(refusal.code(), "accounting.unbalanced");
    /// books.post("buy", buy.conversion())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

/// As [`digest`], for a command about one entry and something that has an id.
pub(crate) fn digest_about(kind: &str, id: u128, entry: &NewEntry) -> [u8; 32] {
    let mut digester = Digester::new(kind);
    digester.u128(id);
    entry.digest(&mut digester);
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
    pub(crate) fn digest(&self, digester: &mut Digester) {
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
            options,
        } = self;
        let has_options = usize::from(options.is_some());
        digester.text(journal).date(*date).count(usize::from(*conversion) + 2 * has_options);
        digester.option(document_date.as_ref(), put_date).option(due_date.as_ref(), put_date);
        digester.option(text.as_ref(), put_text).option(source.as_ref(), put_text);
        digester.option(party.as_ref(), put_party).count(postings.len());
        postings.iter().for_each(|posting| posting.digest(digester));
        if let Some(options) = options {
            options.digest(digester);
        }
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
#[serde(deny_unknown_fields)]
pub struct NewPosting {
    /// The account's code.
    pub account: SmolStr,
    /// Debit or credit.
    pub side: Side,
    /// How much, not negative, in whole minor units of its currency.
    pub amount: Money,
    /// How much that is in the ledger's currency, for a foreign amount; else the rate says, else the
    /// one on record for the entry's date ([`currency`](crate::currency)).
    #[serde(default)]
    pub ledger_amount: Option<Money>,
    /// Units of the ledger's currency for one unit of the amount's. The product is rounded half-up; where all postings of a
    /// currency go by one rate and balance, each side is converted as a whole and split by largest remainder, so that the
    /// entry balances in the ledger's currency too. Beside a worth it says by which rate that came about: the worth may be off by half a unit of the rate's last
    /// digit and two of the smallest coins, and what is off by more is refused.
    #[serde(default, with = "fondaco_core::decimal::as_text::option")]
    pub rate: Option<Decimal>,
    /// See [`Posting::text`](super::Posting::text).
    #[serde(default)]
    pub text: Option<SmolStr>,
    /// See [`Posting::party`](super::Posting::party).
    #[serde(default)]
    pub party: Option<PartyId>,
    /// See [`Posting::due_date`](super::Posting::due_date).
    #[serde(default)]
    pub due_date: Option<NaiveDate>,
    /// See [`Posting::dimensions`](super::Posting::dimensions).
    #[serde(default)]
    pub dimensions: Tags,
}

impl NewPosting {
    /// `amount` on one side of an account.
    ///
    /// ```
    /// use fondaco_accounting::ledger::{NewPosting, Side};
    /// use fondaco_core::Money;
    /// let ten = Money::parse("10 EUR")?;
    /// assert_eq!(NewPosting::new("1000", Side::Debit, ten), NewPosting::debit("1000", ten));
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
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

    /// As one that was posted was given.
    pub(crate) fn of(posting: &super::Posting) -> NewPosting {
        NewPosting {
            rate: posting.rate.copied(),
            text: posting.text.cloned(),
            party: posting.party.copied(),
            due_date: posting.due_date,
            dimensions: unmarked(&posting.dimensions),
            ..NewPosting::new(posting.account.clone(), posting.side, posting.money().abs())
        }
    }

    /// Whether its worth is left to the rates on record.
    pub(crate) fn needs_rate(&self, ledger: Currency) -> bool {
        self.amount.currency() != ledger && self.ledger_amount.is_none() && self.rate.is_none()
    }

    /// On the debit side.
    ///
    /// ```
    /// use fondaco_accounting::ledger::{NewPosting, Side};
    /// use fondaco_core::Money;
    /// let rent = Money::parse("40 EUR")?;
    /// assert_eq!(NewPosting::debit("5100", rent).side, Side::Debit);
    /// assert_eq!(NewPosting::credit("1000", rent).side, Side::Credit);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    pub fn debit(account: impl Into<SmolStr>, amount: Money) -> NewPosting {
        NewPosting::new(account, Side::Debit, amount)
    }

    /// On the credit side.
    pub fn credit(account: impl Into<SmolStr>, amount: Money) -> NewPosting {
        NewPosting::new(account, Side::Credit, amount)
    }

    /// What the amount is in the ledger's currency.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let dollars = Money::parse("100 USD")?;
    /// let earned = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .posting(NewPosting::debit("1010", dollars).worth(Money::parse("92.13 EUR")?))
    ///     .posting(NewPosting::credit("4000", dollars).worth(Money::parse("92.13 EUR")?));
    /// books.post("earned", earned)?;
    /// let unknown_worth = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .debit("1010", dollars)
    ///     .credit("4000", dollars);
    /// assert_eq!(books.post("more", unknown_worth).unwrap_err().code(), "accounting.no_rate");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn worth(mut self, ledger_amount: Money) -> NewPosting {
        self.ledger_amount = Some(ledger_amount);
        self
    }

    /// Units of the ledger's currency for one unit of the amount's currency.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let (dollars, rate) = (Money::parse("100 USD")?, decimal::parse("0.92137")?);
    /// let earned = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .posting(NewPosting::debit("1010", dollars).rate(rate))
    ///     .posting(NewPosting::credit("4000", dollars).rate(rate));
    /// books.post("earned", earned)?;
    /// let worth = books.balances(&BalanceQuery::account("1010"))?[0].amounts.ledger_balance();
    /// assert_eq!(worth, decimal::parse("92.14")?); // 92.137, rounded to the cent
    ///
    /// let three = ["33.33", "33.33", "33.34"]; // 30.71, 30.71 and 30.72, if each were rounded alone
    /// let parts = three.iter().map(|part| Ok(Money::new(decimal::parse(part)?, Currency::USD)));
    /// let mut sale = NewEntry::new("GEN", "2026-03-02".parse()?)
    ///     .posting(NewPosting::debit("1010", dollars).rate(decimal::parse("0.92145")?));
    /// for part in parts.collect::<Result<Vec<_>, decimal::DecimalError>>()? {
    ///     sale = sale.posting(NewPosting::credit("4000", part).rate(decimal::parse("0.92145")?));
    /// }
    /// books.post("in three parts", sale)?; // it balances all the same: 92.15 on both sides
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rate(mut self, rate: Decimal) -> NewPosting {
        self.rate = Some(rate);
        self
    }

    /// What is told apart: `("cost_centre", "10")`.
    ///
    /// ```
    /// use fondaco_accounting::ledger::NewPosting;
    /// use fondaco_core::{Money, PartyId};
    /// let posting = NewPosting::debit("5100", Money::parse("40 EUR")?)
    ///     .dimension("site", "Mestre")
    ///     .dimension("cost_centre", "10")
    ///     .party(PartyId::named("landlord"))
    ///     .text("March");
    /// assert_eq!(posting.dimensions.to_json(), r#"{"cost_centre":"10","site":"Mestre"}"#);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
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
    ///
    /// ```
    /// use fondaco_accounting::ledger::{NewEntry, NewPosting};
    /// use fondaco_core::Money;
    /// // An invoice that is paid in two parts, each due on its day.
    /// let half = Money::parse("59.50 EUR")?;
    /// let invoice = NewEntry::new("INV", "2026-01-05".parse()?)
    ///     .posting(NewPosting::debit("1200", half).due_date("2026-02-05".parse()?))
    ///     .posting(NewPosting::debit("1200", half).due_date("2026-03-05".parse()?))
    ///     .credit("4000", Money::parse("119 EUR")?);
    /// # assert_ne!(invoice.postings[0].due_date, invoice.postings[1].due_date);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn due_date(mut self, date: NaiveDate) -> NewPosting {
        self.due_date = Some(date);
        self
    }
}
