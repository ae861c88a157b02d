//! What is stored: rules with their shares, statistical figures by period, and every run with its parts.

use fondaco_core::Id;
use fondaco_core::store::{Field, Record};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{Amount, Entry, PeriodKey};

/// By what a pool is shared.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BasisKind {
    /// By the rule's own shares.
    Shares,
    /// By a statistical figure of the period.
    Statistic,
    /// By an account, or all under a heading: by what it stands at at the end of the period where it is of the balance sheet, by what
    /// it moved in the period where it is of income or expenses.
    Account,
}

/// How something is shared out.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "allocation_rule", kind = state, key(code), layout = 2)]
pub struct AllocationRule {
    /// What names it.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// The journal of its entries.
    pub journal: SmolStr,
    /// The account or heading of the pool.
    pub pool: SmolStr,
    /// The dimension over which it is shared.
    pub dimension: SmolStr,
    /// The dimension's value that is the pool's.
    pub pool_value: SmolStr,
    /// The account that receivers are debited on; `None` for the pool's own.
    pub to_account: Option<SmolStr>,
    /// By what it is shared.
    pub basis: BasisKind,
    /// The statistic or the account of the basis.
    pub basis_of: Option<SmolStr>,
    /// The heading under which receivers stand on the period's last day; `None` for all.
    #[record(since = 2)]
    pub receivers: Option<SmolStr>,
}

impl AllocationRule {
    /// What it is shared by, in words.
    pub(super) fn basis_text(&self) -> SmolStr {
        let of = self.basis_of.as_deref().unwrap_or_default();
        match self.basis {
            BasisKind::Shares => SmolStr::new_static("its shares"),
            BasisKind::Statistic => smol_str::format_smolstr!("statistic {of}"),
            BasisKind::Account => smol_str::format_smolstr!("account {of}"),
        }
    }
}

/// A receiver's fixed share.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "allocation_share", kind = state, key(rule, value), guard(by_rule(rule)))]
pub struct AllocationShare {
    /// The rule.
    pub rule: SmolStr,
    /// The receiver: a value of the rule's dimension.
    pub value: SmolStr,
    /// Its weight among the others.
    pub share: Decimal,
}

/// A figure that is no money: heads, square metres, hours of a cost centre in a period.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "allocation_statistic",
    kind = state,
    key(statistic, period, value),
    guard(by_statistic_and_period(statistic, period)),
    layout = 3
)]
pub struct StatisticalValue {
    /// What is counted.
    pub statistic: SmolStr,
    /// When.
    pub period: PeriodKey,
    /// Of whom: a value of a dimension.
    pub value: SmolStr,
    /// How much; zero where it ends what held before.
    pub amount: Decimal,
    /// Whether it counts in later periods too, until the next one that does.
    #[record(since = 2)]
    pub until_next: Option<bool>,
    /// What counts in later periods instead, until the next one that does, where the figure is of its period alone.
    #[record(since = 3)]
    pub beside: Option<Decimal>,
}

impl StatisticalValue {
    /// What of it counts in later periods, until the next one.
    pub(super) fn standing(&self) -> Option<Decimal> {
        if self.until_next == Some(true) { Some(self.amount) } else { self.beside }
    }
}

/// That a rule was run for a period. It stands until its entry is reversed.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "allocation_run",
    kind = fact,
    key(rule, period, entry),
    guard(by_rule_and_period(rule, period))
)]
pub struct AllocationRun {
    /// The rule.
    pub rule: SmolStr,
    /// The period.
    pub period: PeriodKey,
    /// What it posted.
    pub entry: Id<Entry>,
    /// How many parts it shared out.
    pub parts: u32,
    /// How much in all, in the ledger's currency: debits less credits of the pool.
    pub amount: Amount,
}

/// What a receiver got of an account.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "allocation_part", kind = fact, key(entry, account, value))]
pub struct AllocationPart {
    /// The run's entry.
    pub entry: Id<Entry>,
    /// The account of the pool.
    pub account: SmolStr,
    /// The receiver.
    pub value: SmolStr,
    /// Its weight.
    pub weight: Decimal,
    /// Its part.
    pub amount: Amount,
}
