//! Valuing what lies there, when a rule of costing is set: at once, or in many commits by a job.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::store::Hash;
use fondaco_core::{ItemId, Progressed, Range, Reading, SiteId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::change::check_lock;
use super::costs::{Costs, last_change};
use super::record::StockCost;
use super::setup::{Opening, allow_company};
use super::{ValueError, rights, rule};
use crate::items::existing;
use crate::levels::Stock;
use crate::moves::StockLock;
use crate::{MoveError, StockError};

/// Costs what lies there as the rules say now: what was never valued at its item's cost, what is costed by another method by that of its
/// rule. A [job](fondaco_core::job): so many stocks a commit, with progress, and it goes on where it was killed. So the rules of a large
/// company are set first ([`SetCosting::rule_alone`](super::SetCosting::rule_alone)), and nobody who moves goods waits for all of them.
///
/// Until it has come to a stock, that is costed as before; what was never valued has its moves refused.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = valued_stock(); // bolts by FIFO
/// use fondaco_inventory::valuation::Method;
/// use fondaco_inventory::value::{CostStock, SetCosting};
/// stock.send("average", &SetCosting::company(Method::Average).rule_alone())?;
/// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
/// assert_eq!(stock.cost(bolt, main)?.unwrap().method, Method::Fifo);
/// let done = stock.run_job("average", &mut CostStock::default(), &mut ())?;
/// assert_eq!((done.report.stocks, done.report.changed), (1, 1));
/// assert_eq!(stock.cost(bolt, main)?.unwrap().method, Method::Average);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostStock {
    /// The day from which what this changes in value counts; the day of each commit when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
}

/// So many stocks are costed in one commit.
const CHUNK: usize = if cfg!(test) { 2 } else { 500 };

/// So many items without a cost are named.
const NAMED: usize = 100;

/// How far the job is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostStockCursor {
    /// The item and site to go on with.
    pub next: Option<(ItemId, SiteId)>,
    /// What was done so far.
    pub report: CostStockReport,
}

/// What the job has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostStockReport {
    /// How many items at sites were looked at.
    pub stocks: u64,
    /// How many of them began to be valued or are costed by another method from now on.
    pub changed: u64,
    /// The codes of items that are left as they are, as nothing says what they cost, or how: the first hundred.
    pub left: Vec<SmolStr>,
}

impl Job for CostStock {
    type Cursor = CostStockCursor;
    type Report = CostStockReport;
    type Error = StockError;

    fn kind(&self) -> &'static str {
        "stock.cost"
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(self)
    }

    fn progress(&self, cursor: &CostStockCursor) -> Progressed {
        Progressed::new("costing", i64::try_from(cursor.report.stocks).unwrap_or(i64::MAX))
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &CostStockCursor,
    ) -> Result<Step<CostStockCursor>, StockError> {
        self.ask(tx)?;
        let from = Range::<Stock>::all().limit(CHUNK + 1);
        let mut levels = tx.peek_scan(&match &cursor.next {
            Some(next) => from.from(next),
            None => from,
        })?;
        let rest = levels.split_off(levels.len().min(CHUNK));
        let mut next = cursor.clone();
        next.next = rest.first().map(|level| (level.item, level.site));
        let keys: Vec<_> = levels.iter().map(|level| (level.item, level.site)).collect();
        let mut costs = Costs::new(tx)?;
        let done = value_stocks(tx, &mut costs, &keys, (self.date, false))?;
        costs.finish(tx)?;
        next.report.stocks += keys.len() as u64;
        next.report.changed += done.changed;
        let left = done.without_cost.into_iter().chain(done.without_method);
        let named: BTreeSet<SmolStr> = next.report.left.drain(..).chain(left).collect();
        next.report.left = named.into_iter().take(NAMED).collect();
        Ok(if rest.is_empty() { Step::Last(next) } else { Step::More(next) })
    }

    fn finish(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &CostStockCursor,
    ) -> Result<CostStockReport, StockError> {
        self.ask(tx)?;
        Ok(cursor.report.clone())
    }
}

impl CostStock {
    fn ask(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET_COSTING)?;
        Ok(allow_company(tx, &authority)?)
    }
}

/// What was done to some stocks.
#[derive(Default)]
pub(super) struct Begun {
    /// How many changed.
    pub(super) changed: u64,
    /// The codes of the items of those that lie there without a cost.
    pub(super) without_cost: BTreeSet<SmolStr>,
    /// The codes of the items that were valued, and that nothing says how to cost any more.
    pub(super) without_method: BTreeSet<SmolStr>,
}

/// Values what lies there of items at sites as the rules say now, and costs by another method what was valued by one. `given` says that
/// the cost of an item was.
///
/// # Errors
/// A day that is locked, to come, or before the last change of one of them; what costing refuses.
pub(super) fn value_stocks(
    tx: &mut Tx<'_>,
    costs: &mut Costs,
    keys: &[(ItemId, SiteId)],
    (date, given): (Option<NaiveDate>, bool),
) -> Result<Begun, StockError> {
    let today = tx.today()?;
    let date = date.unwrap_or(today);
    if date > today {
        return Err(MoveError::DateAhead { date, today }.into());
    }
    let stored = tx.get_many::<StockCost>(keys)?;
    let locks = tx.scan(&Range::<StockLock>::all())?;
    let mut begun = Begun::default();
    for (key, stored) in keys.iter().zip(stored) {
        let (item, site) = (existing(tx, key.0)?, key.1);
        let Some(found) = rule::of_item(tx, &item)? else {
            if stored.is_some() {
                begun.without_method.insert(item.code.clone());
            }
            continue;
        };
        // What was valued rests on its cost, which every move of it changes.
        let level = match stored {
            Some(_) => None,
            None => tx.get_range(&Range::<Stock>::by_key(key))?.into_iter().next(),
        };
        check_lock(&locks, site, date)?;
        let last = match &level {
            Some(level) => level.last_moved(),
            None => last_change(tx, *key)?,
        };
        let opening = Opening { item, site, date, last, given };
        let changed = match (&stored, &level) {
            (Some(_), _) => Some(opening.change(tx, costs, &found)?),
            (None, Some(level)) => opening.value(tx, costs, &found, level)?.then_some(true),
            (None, None) => Some(false),
        };
        match changed {
            Some(changed) => begun.changed += u64::from(changed),
            None => drop(begun.without_cost.insert(opening.item.code.clone())),
        }
    }
    Ok(begun)
}

/// The same of all that a rule may be for, in this commit.
///
/// # Errors
/// [`ValueError::NoMethod`], [`ValueError::OpeningCostMissing`], and as [`value_stocks`].
pub(super) fn value_what_is_there(
    tx: &mut Tx<'_>,
    costs: &mut Costs,
    levels: &Range<Stock>,
    at: (Option<NaiveDate>, bool),
) -> Result<(), StockError> {
    let levels: Vec<Arc<Stock>> = tx.get_range(levels)?;
    let keys: Vec<_> = levels.iter().map(|level| (level.item, level.site)).collect();
    let begun = value_stocks(tx, costs, &keys, at)?;
    if let Some(item) = begun.without_method.first().cloned() {
        return Err(ValueError::NoMethod { item }.into());
    }
    if begun.without_cost.is_empty() {
        return Ok(());
    }
    let items = begun.without_cost.into_iter().collect();
    Err(ValueError::OpeningCostMissing { items }.into())
}
