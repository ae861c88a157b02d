//! Running a rule for a period.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::store::{Event, Tags};
use fondaco_core::{Act, Id, Money, Outcome, Range, Reading, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::share::{borne, pool, rests_on, share_out};
use super::{
    Allocation, AllocationLine, AllocationPart, AllocationPool, AllocationRule, AllocationRun,
    AllocationShare, BasisKind, CostAllocationError, StatisticalValue,
};
use crate::dimensions::Places;
use crate::ledger::rights::{self, Asking};
use crate::ledger::{
    Amount, Entry, LedgerError, NewEntry, NewPosting, Period, PeriodKey, PeriodKind, Posting,
    Settings, Side, is_closing, period_label, post_one, rested_reversal_chains,
};
use crate::parallel::leading;

/// Shares a pool out for a period, once: run again, it answers what stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allocate {
    /// The rule.
    pub code: SmolStr,
    /// The period.
    pub period: PeriodKey,
}

impl Allocate {
    /// Runs rule `code` for `period`. The [module](super) has an example.
    pub fn new(code: impl Into<SmolStr>, period: PeriodKey) -> Allocate {
        Allocate { code: code.into(), period }
    }
}

/// What was shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Outcome)]
pub struct Allocated {
    /// What was posted; `None` where the pool bears nothing.
    pub entry: Option<Id<Entry>>,
    /// How many parts it has.
    pub parts: u32,
    /// How much in all: debits less credits of the pool.
    pub amount: Amount,
    /// What the pool bears since it was shared out: what came late. [`UndoAllocation`](super::UndoAllocation) and a new run share
    /// that too.
    pub left: Amount,
}

impl Act for Allocate {
    type Answer = Allocated;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Allocated, LedgerError> {
        let authority = tx.authority(&rights::ALLOCATE)?;
        tx.allow(&authority, &of_rule(&self.code))?;
        let unknown = || CostAllocationError::UnknownRule { code: self.code.clone() };
        let rule = tx.get::<AllocationRule>(&self.code)?.ok_or_else(unknown)?;
        let period = tx.get::<Period>(&self.period)?;
        let label = || period_label(self.period);
        let period = period.ok_or_else(|| LedgerError::UnknownPeriod { period: label() })?;
        if is_closing(self.period) {
            let why = format!("{} only closes its year: name a period before it", label());
            return Err(LedgerError::BadInput { what: "period", why });
        }
        if let Some((run, _)) = standing(tx, &self.code, self.period)? {
            let (entry, parts, amount) = (Some(run.entry), run.parts, run.amount);
            let left = left(tx, &rule, self.period)?;
            return Ok(Allocated { entry, parts, amount, left });
        }
        rest_on(tx, &rule, self.period)?;
        let shared = share_out(tx, &rule, self.period)?;
        if shared.lines.is_empty() {
            let (amount, left) = (Amount::ZERO, Amount::ZERO);
            return Ok(Allocated { entry: None, parts: 0, amount, left });
        }
        let entry = entry(&shared, &period);
        let (posted, _) = post_one(tx, &entry, None, Asking::following(authority))?;
        keep(tx, &shared, posted.id)
    }
}

/// Asks for something about a rule.
pub(super) fn of_rule(code: &SmolStr) -> fondaco_core::policy::Request {
    let request = fondaco_core::policy::Request::new(&rights::ALLOCATE);
    request.about(code.clone()).at("allocation", code.clone())
}

/// A run that stands, and the entry by which it does: its own, or the one that took back what took it back.
pub(super) type Standing = (Arc<AllocationRun>, Id<Entry>);

/// The run of a rule that stands in a period; the decision rests on it.
pub(super) fn standing(
    tx: &mut Tx<'_>,
    code: &SmolStr,
    period: PeriodKey,
) -> Result<Option<Standing>, LedgerError> {
    let runs = tx.scan(&Range::<AllocationRun>::by_key(&(code.clone(), period)))?;
    let ids: Vec<_> = runs.iter().map(|run| run.entry).collect();
    let chains = rested_reversal_chains(tx, &ids)?;
    let stands = runs.into_iter().zip(chains).find(|(_, chain)| chain.len() % 2 == 0);
    Ok(stands.map(|(run, chain)| {
        let by = chain.last().copied().unwrap_or(run.entry);
        (run, by)
    }))
}

/// What the pool bears after it was shared out.
fn left(tx: &mut Tx<'_>, rule: &AllocationRule, period: PeriodKey) -> Result<Amount, LedgerError> {
    let settings = tx.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let pool = pool(&mut leading(tx)?, rule, period, settings.currency)?;
    stored(&rule.code, borne(&pool, settings.currency))
}

/// A sum as it is stored.
fn stored(code: &SmolStr, money: Money) -> Result<Amount, LedgerError> {
    let too_large = || LedgerError::TooLarge { code: code.clone(), amount: money.amount() };
    Amount::from_decimal(money.amount()).ok_or_else(too_large)
}

/// Guards first: who posts to pool or basis, or changes a share or a figure, makes the run begin anew.
fn rest_on(tx: &mut Tx<'_>, rule: &AllocationRule, period: PeriodKey) -> Result<(), LedgerError> {
    let periods = tx.scan(&Range::<Period>::all())?;
    let until: Vec<PeriodKey> =
        periods.iter().map(|period| period.period).filter(|key| *key <= period).collect();
    match (rule.basis, &rule.basis_of) {
        (BasisKind::Shares, _) => {
            tx.scan(&Range::<AllocationShare>::by_key(&rule.code))?;
        }
        (BasisKind::Statistic, Some(name)) => {
            let of = |key: &PeriodKey| Range::<StatisticalValue>::by_key(&(name.clone(), *key));
            tx.scan_each(&until.iter().map(of).collect::<Vec<_>>())?;
        }
        _ => {}
    }
    if rule.receivers.is_some() {
        Places::read(tx, &rule.dimension)?;
    }
    let mut ranges = Vec::new();
    for (account, from_the_first) in rests_on(tx, rule)? {
        let keys = until.iter().filter(|key| from_the_first || **key == period);
        ranges.extend(
            keys.map(|key| Range::by(Posting::BY_ACCOUNT, &(account.code.clone(), *key)).limit(1)),
        );
    }
    tx.scan_each(&ranges)?;
    Ok(())
}

/// The pool is credited account by account, and each receiver debited.
fn entry(shared: &Allocation, period: &Period) -> NewEntry {
    let rule = &shared.rule;
    let label = period.label();
    let mut entry = NewEntry::new(rule.journal.clone(), period.end)
        .text(format_smolstr!("{}, {label}", rule.name))
        .source(format_smolstr!("allocation/{}/{label}", rule.code));
    if period.kind == Some(PeriodKind::Adjustment) {
        entry = entry.adjusting(period.number); // else it would lie in the last period beside
    }
    let posting = |account: &SmolStr, value: &SmolStr, of: &Tags, amount: Money| {
        let side = if amount.is_negative() { Side::Credit } else { Side::Debit };
        let mut posting = NewPosting::new(account.clone(), side, amount.abs());
        posting.dimensions = of.clone();
        posting.dimension(rule.dimension.clone(), value.clone())
    };
    for AllocationPool { account, dimensions, amount } in &shared.pool {
        entry.postings.push(posting(account, &rule.pool_value, dimensions, amount.neg()));
        let mine = |line: &&AllocationLine| {
            (&line.account, &line.dimensions) == (account, dimensions) && !line.amount.is_zero()
        };
        for line in shared.lines.iter().filter(mine) {
            let to = rule.to_account.as_ref().unwrap_or(account);
            entry.postings.push(posting(to, &line.value, dimensions, line.amount));
        }
    }
    entry
}

fn keep(tx: &mut Tx<'_>, shared: &Allocation, entry: Id<Entry>) -> Result<Allocated, LedgerError> {
    let code = &shared.rule.code;
    let mut parts: BTreeMap<(&SmolStr, &SmolStr), (Decimal, Decimal)> = BTreeMap::new();
    for line in &shared.lines {
        let part =
            parts.entry((&line.account, &line.value)).or_insert((line.weight, Decimal::ZERO));
        part.1 = part.1.saturating_add(line.amount.amount());
    }
    for ((account, value), (weight, sum)) in parts {
        let (account, value) = (account.clone(), value.clone());
        let amount = stored(code, Money::new(sum, shared.currency))?;
        tx.insert(AllocationPart { entry, account, value, weight, amount })?;
    }
    let (parts, amount) = (shared.lines.len() as u32, stored(code, shared.amount())?);
    let (rule, period) = (code.clone(), shared.period);
    let event = Event::new("allocation.run").with("allocation", rule.clone());
    let event = event.with("period", period);
    tx.emit(event.with("entry", entry));
    tx.insert(AllocationRun { rule, period, entry, parts, amount })?;
    Ok(Allocated { entry: Some(entry), parts, amount, left: Amount::ZERO })
}
