//! What each receiver gets: the pool account by account, split by the weights.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::store::Tags;
use fondaco_core::{Currency, Money, Range, Reading, Residual, allocate};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::lookup::statistics;
use super::{AllocationRule, AllocationShare, BasisKind, CostAllocationError};
use crate::Books;
use crate::dimensions::Places;
use crate::ledger::open_items::money;
use crate::ledger::{
    Account, Balance, LedgerError, Period, PeriodKey, Settings, decimal, leaves, period_label, tags,
};
use crate::parallel::leading;

/// What a rule shares out in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// The rule.
    pub rule: AllocationRule,
    /// The period.
    pub period: PeriodKey,
    /// The ledger's currency.
    pub currency: Currency,
    /// What each account of the pool bears with which other dimensions.
    pub pool: Vec<AllocationPool>,
    /// What each receiver gets of each account.
    pub lines: Vec<AllocationLine>,
}

/// What an account of the pool bears with the pool's value of the dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationPool {
    /// The account.
    pub account: SmolStr,
    /// The other dimensions, which credit and debits keep: what was spent on a project stays spent on it.
    pub dimensions: Tags,
    /// Debits less credits of the period.
    pub amount: Money,
}

/// What a receiver gets of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationLine {
    /// The account of the pool.
    pub account: SmolStr,
    /// The other dimensions of what is shared.
    pub dimensions: Tags,
    /// The receiver.
    pub value: SmolStr,
    /// Its weight.
    pub weight: Decimal,
    /// Its part: the parts of an account with the same other dimensions add up to it.
    pub amount: Money,
}

impl Allocation {
    /// How much is shared out.
    pub fn amount(&self) -> Money {
        borne(&self.pool, self.currency)
    }
}

/// What a pool bears in all.
pub(super) fn borne(pool: &[AllocationPool], currency: Currency) -> Money {
    let amounts = pool.iter().map(|part| part.amount.amount());
    Money::new(amounts.fold(Decimal::ZERO, Decimal::saturating_add), currency)
}

/// What a run of rule `code` for `period` would share out, without posting.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::allocation::{SetAllocation, allocation};
/// let power = NewEntry::new("GEN", day("2026-03-01"))
///     .posting(NewPosting::debit("5100", eur("0.05")).dimension("cost_centre", "900"))
///     .credit("1000", eur("0.05"));
/// books.post("power", power)?;
/// let rule = SetAllocation::new("power", "Power", "GEN", "5100", "cost_centre", "900");
/// books.send("rule", &rule.share("10", 1.into()).share("20", 1.into()).share("30", 1.into()))?;
/// let shared = books.view(|view| allocation(view, "power", 202_603))?;
/// let parts: Vec<_> = shared.lines.iter().map(|line| line.amount).collect();
/// assert_eq!(parts, [eur("0.02"), eur("0.02"), eur("0.01")]); // and nothing is lost
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`CostAllocationError::UnknownRule`], [`CostAllocationError::NoBase`], [`CostAllocationError::NegativeBase`];
/// [`LedgerError::UnknownPeriod`]; or a [`Halt`](fondaco_core::Halt).
pub fn allocation(
    read: &mut impl Reading,
    code: &str,
    period: PeriodKey,
) -> Result<Allocation, LedgerError> {
    let code = SmolStr::new(code);
    let unknown = || CostAllocationError::UnknownRule { code: code.clone() };
    let rule = read.peek::<AllocationRule>(&code)?.ok_or_else(unknown)?;
    if read.peek::<Period>(&period)?.is_none() {
        return Err(LedgerError::UnknownPeriod { period: period_label(period) });
    }
    share_out(read, &rule, period)
}

/// As [`allocation`], of a rule and a period that are there.
pub(super) fn share_out(
    read: &mut impl Reading,
    rule: &AllocationRule,
    period: PeriodKey,
) -> Result<Allocation, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let currency = settings.currency;
    // What is shared out concerns all ledgers.
    let read = &mut leading(read)?;
    let (rule, pool) = (rule.clone(), pool(read, rule, period, currency)?);
    if pool.is_empty() {
        // Whether there is a base matters once there is something to share.
        return Ok(Allocation { rule, period, currency, pool, lines: Vec::new() });
    }
    let weights = weights(read, (&rule, &pool), period)?;
    let each: Vec<Decimal> = weights.iter().map(|(_, weight)| *weight).collect();
    let mut lines = Vec::with_capacity(pool.len() * weights.len());
    for AllocationPool { account, dimensions, amount } in &pool {
        let parts = allocate(*amount, &each, Residual::LargestRemainder);
        let parts = parts.map_err(|error| CostAllocationError::BadRule {
            code: rule.code.clone(),
            why: format!("{amount} of account {account} can't be split: {error}"),
        })?;
        let line = |((value, weight), amount): (&(SmolStr, Decimal), Money)| {
            let (account, dimensions) = (account.clone(), dimensions.clone());
            let (value, weight) = (value.clone(), *weight);
            AllocationLine { account, dimensions, value, weight, amount }
        };
        lines.extend(weights.iter().zip(parts).map(line));
    }
    Ok(Allocation { rule, period, currency, pool, lines })
}

/// What the pool of a rule bears in a period now, by account and other dimensions; in the ledger's currency.
pub(super) fn pool(
    read: &mut impl Reading,
    rule: &AllocationRule,
    period: PeriodKey,
    currency: Currency,
) -> Result<Vec<AllocationPool>, LedgerError> {
    let mut pool = Vec::new();
    for account in leaves(read, vec![rule.pool.clone()])? {
        let mut sums: BTreeMap<Tags, i128> = BTreeMap::new();
        read.peek_each(&Range::<Balance>::by_key(&(account.code.clone(), period)), |balance| {
            let all = tags(&balance.dimensions)?;
            if all.get(&rule.dimension) == Some(rule.pool_value.as_str()) {
                let others = all.iter().filter(|(name, _)| *name != rule.dimension);
                *sums.entry(others.collect()).or_default() += net(balance);
            }
            Ok::<(), LedgerError>(())
        })?;
        let borne = sums.into_iter().filter(|(_, units)| *units != 0);
        pool.extend(borne.map(|(dimensions, units)| AllocationPool {
            account: account.code.clone(),
            dimensions,
            amount: money(units, currency),
        }));
    }
    Ok(pool)
}

fn net(balance: &Balance) -> i128 {
    i128::from(balance.ledger_debit.units()) - i128::from(balance.ledger_credit.units())
}

/// What an account of income or expenses moved in a period, or another stood at at its end, by the values of a dimension: debits less
/// credits, in the ledger's currency.
fn by_value(
    read: &mut impl Reading,
    account: &Account,
    period: PeriodKey,
    dimension: &str,
) -> Result<BTreeMap<SmolStr, i128>, LedgerError> {
    let until = Range::<Balance>::by_key(&account.code).through(&period);
    let range = if account.class.is_result() { until.from(&period) } else { until };
    let mut sums = BTreeMap::new();
    read.peek_each(&range, |balance| {
        if let Some(value) = tags(&balance.dimensions)?.get(dimension) {
            *sums.entry(SmolStr::new(value)).or_default() += net(balance);
        }
        Ok::<(), LedgerError>(())
    })?;
    Ok(sums)
}

/// The receivers with their weights, in order; the pool itself is none.
fn weights(
    read: &mut impl Reading,
    (rule, pool): (&AllocationRule, &[AllocationPool]),
    period: PeriodKey,
) -> Result<Vec<(SmolStr, Decimal)>, LedgerError> {
    let of = rule.basis_of.clone().unwrap_or_default();
    let mut weights: Vec<(SmolStr, Decimal)> = match rule.basis {
        BasisKind::Shares => {
            let shares = read.peek_scan(&Range::<AllocationShare>::by_key(&rule.code))?;
            shares.iter().map(|share| (share.value.clone(), share.share)).collect()
        }
        BasisKind::Statistic => {
            let known = statistics(read, &of, period)?;
            known.iter().map(|row| (row.value.clone(), row.amount)).collect()
        }
        BasisKind::Account => of_account(read, rule, &of, period)?,
    };
    weights.retain(|(value, weight)| *value != rule.pool_value && !weight.is_zero());
    if let Some(receivers) = receivers(read, rule, period)? {
        weights.retain(|(value, _)| receivers.contains(value));
    }
    let (code, period, basis) = (rule.code.clone(), period_label(period), rule.basis_text());
    let negative = weights.iter().find(|(_, weight)| weight.is_sign_negative());
    if let Some((value, amount)) = negative {
        let (value, amount) = (value.clone(), *amount);
        return Err(CostAllocationError::NegativeBase { code, period, basis, value, amount }.into());
    }
    if weights.is_empty() {
        let waits = waiting(pool);
        return Err(CostAllocationError::NoBase { code, period, waits, basis }.into());
    }
    Ok(weights)
}

/// What waits on which accounts, the first three by name.
fn waiting(pool: &[AllocationPool]) -> String {
    let one = |part: &AllocationPool| format!("{} on account {}", part.amount, part.account);
    let mut all: Vec<String> = pool.iter().take(3).map(one).collect();
    if let Some(more) = pool.len().checked_sub(3).filter(|more| *more > 0) {
        all.push(format!("{more} more"));
    }
    all.join(", ")
}

/// The values that stand under the rule's heading on the last day of the period, where it has one.
fn receivers(
    read: &mut impl Reading,
    rule: &AllocationRule,
    period: PeriodKey,
) -> Result<Option<BTreeSet<SmolStr>>, LedgerError> {
    let Some(heading) = &rule.receivers else { return Ok(None) };
    let day = read.peek::<Period>(&period)?.map(|period| period.end);
    let places = Places::peek(read, &rule.dimension)?;
    Ok(Some(places.tree(&rule.dimension, day, None).under(heading)))
}

/// What an account, or all under a heading, has for each value; positive on the side on which it grows.
fn of_account(
    read: &mut impl Reading,
    rule: &AllocationRule,
    of: &SmolStr,
    period: PeriodKey,
) -> Result<Vec<(SmolStr, Decimal)>, LedgerError> {
    let mut sums: BTreeMap<SmolStr, i128> = BTreeMap::new();
    for account in leaves(read, vec![of.clone()])? {
        let sign = if account.class.grows_by_debit() { 1 } else { -1 };
        for (value, units) in by_value(read, &account, period, &rule.dimension)? {
            *sums.entry(value).or_default() += sign * units;
        }
    }
    let weight = |(value, units)| (value, decimal(units).normalize());
    Ok(sums.into_iter().map(weight).collect())
}

/// The accounts on whose postings a run rests, each with whether on those of earlier periods too.
pub(super) fn rests_on(
    read: &mut impl Reading,
    rule: &AllocationRule,
) -> Result<Vec<(Arc<Account>, bool)>, LedgerError> {
    let pool = leaves(read, vec![rule.pool.clone()])?.into_iter().map(|account| (account, false));
    let mut accounts: Vec<_> = pool.collect();
    if rule.basis == BasisKind::Account {
        let basis = leaves(read, rule.basis_of.iter().cloned().collect())?.into_iter();
        accounts.extend(basis.map(|account| {
            let stands = !account.class.is_result();
            (account, stands)
        }));
    }
    Ok(accounts)
}

impl Books<'_> {
    /// What an allocation would share out: see [`allocation`].
    ///
    /// # Errors
    /// As [`allocation`].
    pub fn allocation(&self, code: &str, period: PeriodKey) -> Result<Allocation, LedgerError> {
        self.view(|view| allocation(view, code, period))
    }
}
