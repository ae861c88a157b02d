//! A look before posting: every account, currency and item, with its worth in the books and by the rate.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Money, Reading, Timestamp};
use smol_str::SmolStr;

use super::closing::Closing;
use super::earlier::adjusted;
use super::mark::{monetary_accounts, monetary_accounts_known};
use super::value::{Held, adjust, held, sums};
use super::{Revalue, Scope, ValuationMethod};
use crate::Books;
use crate::currency::FoundRate;
use crate::ledger::open_items::money;
use crate::ledger::{Account, ItemKey, LedgerError};

/// What a [`Revalue`] would find, and move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revaluation {
    /// The day whose rates count.
    pub date: NaiveDate,
    /// The source of the rates.
    pub source: SmolStr,
    /// The ledger's currency.
    pub currency: Currency,
    /// The parallel ledger of which it is; `None` for what all have.
    pub ledger: Option<SmolStr>,
    /// What is recognised.
    pub method: ValuationMethod,
    /// Each account in each other currency, also where nothing differs.
    pub lines: Vec<RevaluedLine>,
}

/// An account in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevaluedLine {
    /// The account.
    pub account: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// How much there is of the currency: debits less credits.
    pub open: Money,
    /// What it is worth in the books, with what stands in its stead on an adjustment account.
    pub before: Money,
    /// What it is worth by the rate.
    pub by_rate: Money,
    /// At what it is to stand: that, without gains that are not recognised.
    pub worth: Money,
    /// The rate; `None` where there is nothing of the currency, only worth.
    pub rate: Option<FoundRate>,
    /// The items, of an account that is kept by them.
    pub items: Vec<RevaluedItem>,
}

/// An item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevaluedItem {
    /// What names it.
    pub key: ItemKey,
    /// What of it is open.
    pub open: Money,
    /// What that is worth in the books.
    pub before: Money,
    /// What it is worth by the rate.
    pub by_rate: Money,
    /// At what it is to stand: that, without a gain that is not recognised.
    pub worth: Money,
}

impl RevaluedLine {
    /// What of its worth by the rate is a gain that is not recognised.
    pub fn unrecognised(&self) -> Money {
        less(self.by_rate, self.worth)
    }

    /// What it would gain, or lose where it is negative.
    pub fn difference(&self) -> Money {
        less(self.worth, self.before)
    }
}

impl RevaluedItem {
    /// What of its worth by the rate is a gain that is not recognised.
    pub fn unrecognised(&self) -> Money {
        less(self.by_rate, self.worth)
    }

    /// What it would gain, or lose where it is negative.
    pub fn difference(&self) -> Money {
        less(self.worth, self.before)
    }
}

/// Both are of the ledger's currency and of 64 bits: nothing is lost.
fn less(a: Money, b: Money) -> Money {
    Money::new(a.amount().saturating_sub(b.amount()), a.currency())
}

impl Revaluation {
    /// Gains less losses.
    pub fn difference(&self) -> Money {
        self.sum(RevaluedLine::difference, |_| true)
    }

    /// Gains that are not recognised, as by the [lowest value principle](Revalue::prudently).
    pub fn unrecognised(&self) -> Money {
        self.sum(RevaluedLine::unrecognised, |_| true)
    }

    /// What accounts gain.
    pub fn gains(&self) -> Money {
        self.sum(RevaluedLine::difference, |difference| !difference.is_negative())
    }

    /// What accounts lose: not positive.
    pub fn losses(&self) -> Money {
        self.sum(RevaluedLine::difference, |difference| difference.is_negative())
    }

    fn sum(&self, of: fn(&RevaluedLine) -> Money, counts: impl Fn(&Money) -> bool) -> Money {
        let sum = self
            .lines
            .iter()
            .map(of)
            .filter(counts)
            .fold(rust_decimal::Decimal::ZERO, |sum, difference| {
                sum.saturating_add(difference.amount())
            });
        Money::new(sum, self.currency)
    }
}

/// What `run` would find, without posting: also where no accounts are named for differences yet.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_rates(); // EUR/USD 1.25
/// use fondaco_accounting::currency::{MarkMonetary, Revalue, revaluation};
/// let bill = NewEntry::new("GEN", day("2026-03-01"))
///     .posting(NewPosting::debit("1200", Money::parse("100 CHF").unwrap()).worth(eur("101")))
///     .posting(NewPosting::credit("4000", Money::parse("100 CHF").unwrap()).worth(eur("101")));
/// books.post("bill", bill)?;
/// books.send("monetary", &MarkMonetary::new(["1"]))?;
/// let preview = books.view(|view| revaluation(view, &Revalue::at(day("2026-03-31"))))?;
/// assert_eq!(preview.to_string(), "\
/// Revaluation at 2026-03-31 (SPOT), in EUR
/// Account  Name             Open      Rate  Rate of      Books   Worth  Difference
/// =======  =========  ==========  ========  ==========  ======  ======  ==========
/// 1200     Customers  100.00 CHF  1.052632  2026-01-02  101.00  105.26        4.26
/// -------  ---------  ----------  --------  ----------  ------  ------  ----------
///          Total                                        101.00  105.26        4.26
/// Gains 4.26 EUR
/// Losses 0.00 EUR
/// ");
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// As [`Revalue`], without those of posting.
pub fn revaluation(read: &mut impl Reading, run: &Revalue) -> Result<Revaluation, LedgerError> {
    let scope = run.of(read)?;
    revaluation_of(read, run, scope)
}

/// What `run` would find in these books, whatever its journal.
pub(crate) fn revaluation_of(
    read: &mut impl Reading,
    run: &Revalue,
    scope: Scope,
) -> Result<Revaluation, LedgerError> {
    preview(read, run, scope, None)
}

/// What `run` would have found at a time: by the entries, clearings and rates that were recorded until then, of the accounts
/// that were monetary then. Read from facts, so its cost grows with the postings of those accounts.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_rates(); // EUR/USD 1.25; all is recorded on 1 June at 8:00
/// use fondaco_accounting::currency::{MarkMonetary, Revalue, revaluation_known_at};
/// let dollars = NewEntry::new("GEN", day("2026-03-01")).conversion()
///     .posting(NewPosting::debit("1010", Money::parse("100 USD").unwrap()).worth(eur("90")))
///     .credit("1000", eur("90"));
/// books.post("dollars", dollars)?;
/// books.send("monetary", &MarkMonetary::new(["1010"]))?;
/// let run = Revalue::at(day("2026-03-31"));
/// let known = |time: &str| books.view(|view| revaluation_known_at(view, &run, time.parse().unwrap()));
/// assert!(known("2026-05-31T00:00:00Z")?.lines.is_empty());
/// assert_eq!(known("2026-06-01T08:00:00Z")?.difference(), eur("-10"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// As [`revaluation`].
pub fn revaluation_known_at(
    read: &mut impl Reading,
    run: &Revalue,
    time: Timestamp,
) -> Result<Revaluation, LedgerError> {
    let scope = run.of(read)?;
    preview(read, run, scope, Some(time))
}

fn preview(
    read: &mut impl Reading,
    run: &Revalue,
    scope: Scope,
    known_at: Option<Timestamp>,
) -> Result<Revaluation, LedgerError> {
    let read = &mut scope.books(read)?;
    let mut closing = run.closing(read, known_at, &scope)?;
    let adjusted = adjusted(read, closing.at, &scope)?;
    let mut lines = Vec::new();
    let accounts = match known_at {
        Some(time) => monetary_accounts_known(read, time)?,
        None => monetary_accounts(read)?,
    };
    for account in accounts {
        let held = held(read, &account, &mut closing)?;
        let valued = adjust(&account.code, sums(&account, &held)?, &adjusted)?;
        let mut items = items(&held, closing.ledger);
        for line in valued {
            let by_rate = held.iter().filter(|part| part.currency == line.currency);
            let by_rate = by_rate.map(|part| part.by_rate).sum();
            let [open, before, worth] = [line.open, line.before, line.worth].map(i128::from);
            let of = (line.currency, [open, before, by_rate, worth]);
            let items = items.remove(&line.currency).unwrap_or_default();
            lines.push(shown(&account, of, &closing, items));
        }
    }
    let (date, source, currency) = (run.date, run.source.clone(), closing.ledger);
    let ledger = scope.ledger;
    let method = run.method;
    Ok(Revaluation { date, source, currency, ledger, method, lines })
}

fn shown(
    account: &Arc<Account>,
    (currency, [open, before, by_rate, worth]): (Currency, [i128; 4]),
    closing: &Closing,
    items: Vec<RevaluedItem>,
) -> RevaluedLine {
    RevaluedLine {
        account: account.code.clone(),
        name: account.name.clone(),
        open: money(open, currency),
        before: money(before, closing.ledger),
        by_rate: money(by_rate, closing.ledger),
        worth: money(worth, closing.ledger),
        rate: closing.found(currency).cloned(),
        items,
    }
}

/// The items, by currency.
fn items(held: &[Held], ledger: Currency) -> BTreeMap<Currency, Vec<RevaluedItem>> {
    let mut items: BTreeMap<Currency, Vec<RevaluedItem>> = BTreeMap::new();
    for Held { item, currency, open, before, by_rate, worth, .. } in held {
        let Some(key) = *item else { continue };
        let (open, before) = (money(*open, *currency), money(*before, ledger));
        let (by_rate, worth) = (money(*by_rate, ledger), money(*worth, ledger));
        let item = RevaluedItem { key, open, before, by_rate, worth };
        items.entry(*currency).or_default().push(item);
    }
    items
}

impl Books<'_> {
    /// What a revaluation would find and move: see [`revaluation`].
    ///
    /// # Errors
    /// As [`revaluation`].
    pub fn revaluation(&self, run: &Revalue) -> Result<Revaluation, LedgerError> {
        self.view(|view| revaluation(view, run))
    }

    /// What a revaluation would have found at a time: see [`revaluation_known_at`].
    ///
    /// # Errors
    /// As [`revaluation_known_at`].
    pub fn revaluation_known_at(
        &self,
        run: &Revalue,
        time: Timestamp,
    ) -> Result<Revaluation, LedgerError> {
        self.view(|view| revaluation_known_at(view, run, time))
    }
}
