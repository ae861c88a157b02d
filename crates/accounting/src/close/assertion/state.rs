//! Stating what an account stands at, and withdrawing it.

use chrono::NaiveDate;
use fondaco_core::store::Event;
use fondaco_core::{Act, Id, Money, Range, Reading, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Assertion;
use crate::close::CloseError;
use crate::ledger::{
    Account, Amount, BalanceQuery, LedgerError, Period, Posting, Settings, balances, rights,
};
use crate::parallel::leading;

/// States what an account stands at, at the end of a day. It is checked at once, and again whenever something of that day or
/// an earlier one is posted. Closing entries of the day don't count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssertBalance {
    /// The account.
    pub account: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// Debits less credits in this currency: what is owed is negative.
    pub amount: Money,
    /// By how much it may differ, either way.
    #[serde(default, with = "fondaco_core::decimal::as_text::option")]
    pub tolerance: Option<Decimal>,
    /// Whether all that stands under the account counts.
    #[serde(default)]
    pub subtree: bool,
    /// Whether a posting that breaks it is noted; else it is refused.
    #[serde(default)]
    pub warns: bool,
}

impl AssertBalance {
    /// `account` stands at exactly `amount` at the end of `date`; what would change that is refused.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::AssertBalance;
    /// let wrong = AssertBalance::new("1000", day("2026-01-31"), eur("501"));
    /// assert_eq!(
    ///     books.send("statement", &wrong).unwrap_err().to_string(),
    ///     "account 1000 stands at 500.00 EUR at the end of 2026-01-31, not at 501.00 EUR: find the \
    ///      -1.00 EUR, or state it with a tolerance"
    /// );
    /// books.send("statement", &AssertBalance::new("1000", day("2026-01-31"), eur("500")))?;
    /// let late = NewEntry::new("GEN", day("2026-01-20")).debit("5100", eur("9")).credit("1000", eur("9"));
    /// assert_eq!(books.post("late", late).unwrap_err().code(), "accounting.breaks_assertion");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(account: impl Into<SmolStr>, date: NaiveDate, amount: Money) -> AssertBalance {
        let (account, tolerance) = (account.into(), None);
        AssertBalance { account, date, amount, tolerance, subtree: false, warns: false }
    }

    /// It may differ by so much, either way.
    #[must_use]
    pub fn within(mut self, tolerance: Decimal) -> AssertBalance {
        self.tolerance = Some(tolerance);
        self
    }

    /// With all that stands under the account.
    #[must_use]
    pub fn subtree(mut self) -> AssertBalance {
        self.subtree = true;
        self
    }

    /// What breaks it is posted all the same, and noted: as an event, and on the assertion.
    #[must_use]
    pub fn warning(mut self) -> AssertBalance {
        self.warns = true;
        self
    }
}

/// What an account stands at, resting on all that is posted to it through the day.
fn found(
    tx: &mut Tx<'_>,
    account: &SmolStr,
    subtree: bool,
    (date, amount): (NaiveDate, Money),
) -> Result<Amount, LedgerError> {
    let mut codes = vec![account.clone()];
    let mut at = 0;
    while let Some(code) = codes.get(at).filter(|_| subtree).cloned() {
        at += 1;
        let under = tx.scan(&Range::by(Account::BY_PARENT, &code))?;
        codes.extend(under.iter().map(|account| account.code.clone()));
    }
    let mut ranges = Vec::new();
    for period in tx.scan(&Range::<Period>::all())?.iter() {
        if period.start <= date {
            let key = |code: &SmolStr| (code.clone(), period.period);
            let range = |code| Range::by(Posting::BY_ACCOUNT, &key(code)).limit(1);
            ranges.extend(codes.iter().map(range));
        }
    }
    tx.scan_each::<Posting>(&ranges)?;
    let sum = sum(tx, account, subtree, (date, amount))?;
    let too_large = || LedgerError::SumTooLarge { code: account.clone() };
    Amount::from_decimal(sum).ok_or_else(too_large)
}

/// What an account stands at, in the currency of the amount.
fn sum(
    read: &mut impl Reading,
    account: &SmolStr,
    subtree: bool,
    (date, amount): (NaiveDate, Money),
) -> Result<Decimal, LedgerError> {
    let account = account.clone();
    let query =
        if subtree { BalanceQuery::subtree(account) } else { BalanceQuery::account(account) };
    let query = query.until(date).before_closing().currency(amount.currency());
    // What is asserted is what the company has, by the rules of no one ledger.
    let rows = balances(&mut leading(read)?, &query)?;
    let balances = rows.iter().map(|row| row.amounts.balance(row.currency).amount());
    Ok(balances.fold(Decimal::ZERO, Decimal::saturating_add))
}

impl Act for AssertBalance {
    type Answer = Id<Assertion>;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Id<Assertion>, LedgerError> {
        let authority = tx.authority(&rights::ASSERT_BALANCE)?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let unknown = || LedgerError::UnknownAccount { code: self.account.clone() };
        let account = tx.get::<Account>(&self.account)?.ok_or_else(unknown)?;
        rights::allow_account(tx, &authority, &account.code, account.parent.as_ref())?;
        if account.heading && !self.subtree {
            return Err(LedgerError::Heading { code: self.account.clone() });
        }
        let stored = |money: Money| {
            let (code, amount) = (self.account.clone(), money.amount());
            Amount::from_decimal(amount).ok_or(LedgerError::TooLarge { code, amount })
        };
        let tolerance = self.tolerance.unwrap_or_default();
        if tolerance < Decimal::ZERO {
            let why =
                format!("{tolerance} is below zero: give by how much it may differ either way");
            return Err(LedgerError::BadInput { what: "tolerance", why });
        }
        let currency = self.amount.currency();
        let assertion = Assertion {
            id: tx.id()?,
            account: self.account.clone(),
            subtree: self.subtree,
            date: self.date,
            holds_on: Some(self.date),
            currency,
            amount: stored(self.amount)?,
            tolerance: stored(Money::new(tolerance, currency))?,
            warns: self.warns,
            found: found(tx, &self.account, self.subtree, (self.date, self.amount))?,
            actor: tx.actor().clone(),
            at: tx.now(),
        };
        if !assertion.is_kept() {
            return Err(CloseError::AssertionFails {
                account: self.account.clone(),
                date: self.date,
                stated: self.amount,
                found: Money::new(assertion.found.to_decimal(), currency),
            }
            .into());
        }
        if settings.assertions != Some(true) {
            tx.put(Settings { assertions: Some(true), ..settings.as_ref().clone() })?;
        }
        let id = assertion.id;
        tx.emit(event("ledger.balance_asserted", id));
        tx.insert(assertion)?;
        Ok(id)
    }
}

/// Withdraws an assertion: from now on nothing is held to it. It stays on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawAssertion {
    /// Which.
    pub assertion: Id<Assertion>,
}

impl WithdrawAssertion {
    /// Withdraws `assertion`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{AssertBalance, WithdrawAssertion};
    /// let stated = AssertBalance::new("1000", day("2026-01-31"), eur("500"));
    /// let id = books.send("statement", &stated)?.answer;
    /// books.send("the bank erred", &WithdrawAssertion::new(id))?;
    /// assert!(books.assertions()?.is_empty());
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(assertion: Id<Assertion>) -> WithdrawAssertion {
        WithdrawAssertion { assertion }
    }
}

impl Act for WithdrawAssertion {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let authority = tx.authority(&rights::ASSERT_BALANCE)?;
        let unknown = || CloseError::UnknownAssertion { assertion: self.assertion };
        let assertion = tx.get::<Assertion>(&self.assertion)?;
        let assertion = assertion.filter(|known| known.holds_on.is_some()).ok_or_else(unknown)?;
        let account = tx.get::<Account>(&assertion.account)?;
        let parent = account.as_ref().and_then(|account| account.parent.as_ref());
        rights::allow_account(tx, &authority, &assertion.account, parent)?;
        tx.emit(event("ledger.assertion_withdrawn", self.assertion));
        Ok(tx.put(Assertion { holds_on: None, ..assertion.as_ref().clone() })?)
    }
}

pub(super) fn event(name: &'static str, id: Id<Assertion>) -> Event {
    Event::new(name).with("assertion", id)
}

/// Assertions that hold and say otherwise than the postings what their account stands at.
pub(crate) fn verify(read: &mut impl Reading) -> Result<Vec<Id<Assertion>>, LedgerError> {
    let mut wrong = Vec::new();
    for assertion in super::assertions(read)? {
        let Assertion { id, account, subtree, date, found, .. } = assertion.as_ref();
        if sum(read, account, *subtree, (*date, assertion.stated()))? != found.to_decimal() {
            wrong.push(*id);
        }
    }
    Ok(wrong)
}

/// Counts anew what is asserted of headings that an account, with all under it, leaves or comes to.
pub(crate) fn recount_moved(
    tx: &mut Tx<'_>,
    account: &SmolStr,
    stood_under: &[SmolStr],
    stands_under: &[SmolStr],
) -> Result<(), LedgerError> {
    let settings = tx.get::<Settings>(&Settings::key())?;
    if settings.is_none_or(|settings| settings.assertions != Some(true)) {
        return Ok(());
    }
    for assertion in tx.scan(&Range::by(Assertion::BY_DAY, &()))? {
        let (stood, stands) =
            (stood_under.contains(&assertion.account), stands_under.contains(&assertion.account));
        if !assertion.subtree || stood == stands {
            continue;
        }
        let moved = found(tx, account, true, (assertion.date, assertion.stated()))?.units();
        let moved = if stands { moved } else { moved.saturating_neg() };
        let found = Amount::from_units(assertion.found.units().saturating_add(moved));
        let after = Assertion { found, ..assertion.as_ref().clone() };
        if assertion.is_kept() && !after.is_kept() {
            if !assertion.warns {
                return Err(breaks(&assertion, found));
            }
            let event = event("ledger.assertion_broken", assertion.id);
            tx.emit(event.with("account", account.clone()));
        }
        if after.found != assertion.found {
            tx.put(after)?;
        }
    }
    Ok(())
}

/// That an account would stand elsewhere than it was asserted to.
pub(super) fn breaks(assertion: &Assertion, found: Amount) -> LedgerError {
    let error = CloseError::BreaksAssertion {
        account: assertion.account.clone(),
        date: assertion.date,
        stated: assertion.stated(),
        found: Money::new(found.to_decimal(), assertion.currency),
    };
    error.into()
}
