//! What is stored: which accounts are monetary, and every run with what it posted.

use chrono::NaiveDate;
use fondaco_core::store::Record;
use fondaco_core::{Currency, Id};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::ValuationMethod;
use crate::ledger::{Amount, Entry};

/// That an account, or all under a heading, holds money, claims or debts.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "currency_monetary_account", kind = state, key(account), guard(all()))]
pub struct MonetaryAccount {
    /// The account or heading.
    pub account: SmolStr,
}

/// Whether an account, or all under a heading, held money until that was changed: what revaluations would have found at a time goes
/// by it.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "currency_monetary_before", kind = fact, key(account, id))]
pub struct MonetaryBefore {
    /// The account or heading.
    pub account: SmolStr,
    /// What names the change. It is time-ordered: its time is that until which this held.
    pub id: Id<MonetaryBefore>,
    /// Whether it was marked.
    pub monetary: bool,
}

/// A revaluation that was posted.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "currency_revaluation", kind = fact, key(date, entry), guard(all()), layout = 4)]
pub struct RevaluationRun {
    /// The day whose rates count.
    pub date: NaiveDate,
    /// What it posted.
    pub entry: Id<Entry>,
    /// The source of the rates.
    pub source: SmolStr,
    /// When the entry reverses itself.
    pub reverses_on: NaiveDate,
    /// How many accounts and currencies it moved.
    pub lines: u32,
    /// What the accounts are worth more, or less where it is negative: gains less losses.
    pub difference: Amount,
    /// The parallel ledger of which it is; `None` for what all have.
    #[record(since = 2)]
    pub ledger: Option<SmolStr>,
    /// How many days old a rate could be, where the run said it.
    #[record(since = 3)]
    pub max_rate_age_days: Option<u32>,
    /// What it recognised; `None` for all.
    #[record(since = 4)]
    pub method: Option<ValuationMethod>,
}

/// What a revaluation moved of an account in a currency.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "currency_revaluation_line", kind = fact, key(entry, account, currency))]
pub struct RevaluationLine {
    /// The entry.
    pub entry: Id<Entry>,
    /// The account that was valued.
    pub account: SmolStr,
    /// In this currency.
    pub currency: Currency,
    /// The day.
    pub date: NaiveDate,
    /// The account that was posted to in its stead.
    pub adjustment: Option<SmolStr>,
    /// How much of the currency there was: debits less credits.
    pub open: Amount,
    /// What that was worth in the books before, in the ledger's currency.
    pub before: Amount,
    /// What it is worth by the rate, without gains that were not recognised.
    pub worth: Amount,
    /// Units of the ledger's currency for one of the currency; `None` where there was none of it, or no decimal holds it.
    pub rate: Option<Decimal>,
}

/// What of a [`RevaluationLine`] is of which dimensions: of what has some. The rest is of none.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "currency_revaluation_part",
    kind = fact,
    key(entry, account, currency, dimensions)
)]
pub struct RevaluationPart {
    /// The entry.
    pub entry: Id<Entry>,
    /// The account that was valued.
    pub account: SmolStr,
    /// In this currency.
    pub currency: Currency,
    /// The dimensions as a JSON object with its keys in order.
    pub dimensions: SmolStr,
    /// What the account is worth more of them, or less where it is negative.
    pub difference: Amount,
}
