//! The statement of an account: what it opened with, what moved it, the balance after each movement, and what it closed with.
//!
//! It is what a customer, a supplier or an auditor is sent: per currency, with what that is worth in the ledger's, for any
//! days, of one party or dimension alone, and as it was known at any time. Backdated entries stand on their date.
//!
//! A long account is read in [pages](each_statement_page), all of one held snapshot, each of which is a statement of its own
//! whose opening is the closing of the one before: a million postings need the room of a page.
//!
//! [`confirmation`](crate::confirmation) makes one that others can check against the log.

mod description;
mod explain;
mod order;
mod query;
mod read;

use chrono::NaiveDate;
use fondaco_core::{Currency, DateRange, Id, PartyId, Timestamp, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{AccountClass, Amounts, Entry, Side};

pub use explain::explain_opening;
pub(crate) use order::as_recorded;
pub use query::StatementQuery;
pub(crate) use read::{Found, Run};
pub use read::{account_statement, each_statement_page};

/// The statement of an account, or a page of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AccountStatement {
    /// The account's code.
    pub account: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its class.
    pub class: AccountClass,
    /// The days.
    pub days: DateRange,
    /// What was known then; `None` for all that is known.
    pub known_at: Option<Timestamp>,
    /// The ledger's currency.
    pub ledger_currency: Currency,
    /// The page, counted from 1.
    pub page: u32,
    /// Whether another page follows.
    pub goes_on: bool,
    /// Each currency that the account has or had on these days, by code; one at least.
    pub currencies: Vec<CurrencyStatement>,
    /// All currencies in the ledger's.
    pub ledger: StatementSums,
    /// The side on which a balance is shown as positive.
    #[serde(default = "debit", skip_serializing_if = "is_debit")]
    pub balances_on: Side,
}

fn debit() -> Side {
    Side::Debit
}

fn is_debit(side: &Side) -> bool {
    *side == Side::Debit
}

/// What a statement says in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CurrencyStatement {
    /// The currency.
    pub currency: Currency,
    /// Its sums.
    pub sums: StatementSums,
    /// What they are worth in the ledger's currency.
    pub ledger: StatementSums,
    /// The movements, by date and then as they were recorded.
    pub movements: Vec<Movement>,
}

/// Opening and closing, and what is between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StatementSums {
    /// Debits less credits before the first of the days, or of the page.
    #[serde(with = "decimal::as_text")]
    pub opening: Decimal,
    /// Sum of the debits.
    #[serde(with = "decimal::as_text")]
    pub debit: Decimal,
    /// Sum of the credits.
    #[serde(with = "decimal::as_text")]
    pub credit: Decimal,
    /// Debits less credits at the end: the opening, and the debits less the credits.
    #[serde(with = "decimal::as_text")]
    pub closing: Decimal,
}

/// One posting of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Movement {
    /// The day on which it took effect.
    pub date: NaiveDate,
    /// Its entry.
    pub entry: Id<Entry>,
    /// Its place in the entry, from 1.
    pub line: u32,
    /// The entry's journal.
    pub journal: SmolStr,
    /// The entry's number in the journal and fiscal year.
    pub number: Option<i64>,
    /// What people read: the posting's text, else the entry's, else the document it comes from.
    pub text: Option<SmolStr>,
    /// With whom: the posting's party, else the entry's.
    pub party: Option<PartyId>,
    /// The accounts on the other side of the entry, each once, in order of line; where that has none, all its other accounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counter_accounts: Vec<SmolStr>,
    /// The amount, if a debit.
    #[serde(default, with = "decimal::as_text::option")]
    pub debit: Option<Decimal>,
    /// The amount, if a credit.
    #[serde(default, with = "decimal::as_text::option")]
    pub credit: Option<Decimal>,
    /// Debits less credits after it.
    #[serde(with = "decimal::as_text")]
    pub balance: Decimal,
    /// What it is worth in the ledger's currency: positive for a debit, negative for a credit.
    #[serde(with = "decimal::as_text")]
    pub ledger_amount: Decimal,
    /// What the balance is worth in the ledger's currency.
    #[serde(with = "decimal::as_text")]
    pub ledger_balance: Decimal,
}

impl StatementSums {
    fn of(opening: &Amounts, moved: &Amounts, currency: Currency) -> StatementSums {
        let opening = opening.balance(currency).amount();
        let (debit, credit) = (moved.debit(), moved.credit());
        StatementSums { opening, debit, credit, closing: closing(opening, debit, credit) }
    }

    fn of_ledger(opening: &Amounts, moved: &Amounts) -> StatementSums {
        let opening = opening.ledger_balance();
        let (debit, credit) = (moved.ledger_debit(), moved.ledger_credit());
        StatementSums { opening, debit, credit, closing: closing(opening, debit, credit) }
    }
}

/// 64-bit amounts in 96-bit sums.
fn closing(opening: Decimal, debit: Decimal, credit: Decimal) -> Decimal {
    opening.saturating_add(debit).saturating_sub(credit)
}

impl AccountStatement {
    /// How many movements it has, in all currencies.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = books.statement(&StatementQuery::new("1000", DateRange::always()))?;
    /// assert_eq!(bank.movements(), 2);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn movements(&self) -> usize {
        self.currencies.iter().map(|section| section.movements.len()).sum()
    }

    /// A balance, which is debits less credits, as the statement shows it: credits less debits where it was asked for
    /// [on the normal side](StatementQuery::on_normal_side) of an account that grows by credits.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let all = |code| StatementQuery::new(code, DateRange::always()).on_normal_side();
    /// let (bank, capital) = (books.statement(&all("1000"))?, books.statement(&all("3000"))?);
    /// assert_eq!(bank.shown(bank.ledger.closing), 460.into());
    /// assert_eq!(capital.shown(capital.ledger.closing), 500.into());
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn shown(&self, balance: Decimal) -> Decimal {
        match self.balances_on {
            Side::Debit => balance,
            Side::Credit => Decimal::ZERO.saturating_sub(balance),
        }
    }

    /// What it says in one currency.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = books.statement(&StatementQuery::new("1000", DateRange::always()))?;
    /// assert_eq!(bank.currency(Currency::EUR).map(|euros| euros.sums.closing), Some(460.into()));
    /// assert_eq!(bank.currency(Currency::USD), None);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn currency(&self, currency: Currency) -> Option<&CurrencyStatement> {
        self.currencies.iter().find(|section| section.currency == currency)
    }
}
