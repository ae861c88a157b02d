//! Entries and postings as they are stored: facts.

use chrono::NaiveDate;
use fondaco_core::store::{Drawn, Rare, Record, Tags};
use fondaco_core::{Currency, Id, Money, PartyId, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Amount, PeriodKey, Side};

/// A balanced whole. Its id is time-ordered by when it was recorded.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_entry", kind = fact, key(id), index(by_number(journal, fiscal_year, number)))]
pub struct Entry {
    /// What names it for ever.
    pub id: Id<Entry>,
    /// Its journal.
    pub journal: SmolStr,
    /// The fiscal year of its date.
    pub fiscal_year: i32,
    /// Its number in the journal and year, without gaps.
    pub number: Drawn,
    /// The period of its date.
    pub period: PeriodKey,
    /// When it took effect in the business.
    pub date: NaiveDate,
    /// When we recorded it.
    pub recorded_at: Timestamp,
    /// The date of the document, or the tax point, where it is another.
    pub document_date: Option<NaiveDate>,
    /// When it falls due.
    pub due_date: Option<NaiveDate>,
    /// What people read.
    pub text: Option<SmolStr>,
    /// With whom.
    pub party: Option<PartyId>,
    /// The document it comes from, in the host's words: `sales_order/51921`.
    pub source: Option<SmolStr>,
    /// The entry that it reverses.
    pub reverses: Rare<Id<Entry>>,
    /// Whether it turns one currency into another, so that only the ledger's currency balances.
    pub conversion: bool,
}

impl Entry {
    /// Whether it closes a year, or takes such a closing back: statements of income leave it out.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let capital = books.entry_by_number("GEN", 2026, 1)?.expect("it was posted");
    /// assert!(!capital.entry.is_closing());
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn is_closing(&self) -> bool {
        super::is_closing(self.period)
    }

    /// The number of its period in the fiscal year.
    pub(crate) fn period_number(&self) -> u32 {
        u32::try_from(self.period.rem_euclid(100)).unwrap_or(0)
    }
}

/// One line of an entry.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_posting",
    kind = fact,
    key(entry, line),
    index(by_account(account, period, date)),
    guard(by_account_and_period(account, period))
)]
pub struct Posting {
    /// Its entry.
    pub entry: Id<Entry>,
    /// Its place in the entry, from 1.
    pub line: u32,
    /// The account.
    pub account: SmolStr,
    /// The period of the date.
    pub period: PeriodKey,
    /// The entry's date.
    pub date: NaiveDate,
    /// Debit or credit.
    pub side: Side,
    /// The amount in its currency: positive for a debit, negative for a credit.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// The amount in the ledger's currency, signed likewise.
    pub ledger_amount: Amount,
    /// Units of the ledger's currency for one unit of the currency, where they differ.
    pub rate: Rare<Decimal>,
    /// What people read, where the entry's text is not enough.
    pub text: Rare<SmolStr>,
    /// With whom, where the entry's party is not meant.
    pub party: Rare<PartyId>,
    /// When it falls due, where the entry's due date is not meant.
    pub due_date: Option<NaiveDate>,
    /// Cost centre, project, site and whatever else the host tells apart.
    pub dimensions: Tags,
}

impl Posting {
    /// The amount, positive for a debit, negative for a credit.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let postings = books.view(|view| Ok(view.peek_scan(&Range::<Posting>::all().limit(2))?))?;
    /// assert_eq!(postings[0].money(), Money::parse("500 EUR")?); // a debit
    /// assert_eq!(postings[1].money(), Money::parse("-500 EUR")?); // a credit
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn money(&self) -> Money {
        Money::new(self.amount.to_decimal(), self.currency)
    }

    /// When its entry was recorded, to the millisecond.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let postings = books.view(|view| Ok(view.peek_scan(&Range::<Posting>::all().limit(1))?))?;
    /// assert_eq!(postings[0].date.to_string(), "2026-01-02"); // when it took effect ...
    /// assert_eq!(postings[0].recorded_at(), Some("2026-06-01T08:00:00Z".parse()?)); // ... and not
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn recorded_at(&self) -> Option<Timestamp> {
        self.entry.timestamp()
    }
}
