//! When each thing on order is needed, and what stays short, judged by what the netting counts with: of an item that is made to order, each
//! demand by what comes for it alone, and all the rest by what is there for all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::check::{date, day};
use super::compiled::NONE;
use super::pegging::{Dealt, Supplied, SupplyOf};
use super::plan::quantity;
use super::{ItemNo, MrpError, Plan, SupplyKind, SupplyNo};

/// Something on order, and when it is needed.
#[derive(Clone, Copy)]
pub(super) struct Needed {
    pub(super) supply: SupplyNo,
    pub(super) day: i32,
    pub(super) quantity: i64,
    pub(super) kind: SupplyKind,
    /// Whose alone it is, or [`NONE`].
    mark: u32,
    pub(super) on: Option<i32>,
}

/// Less than nothing from a day on: how much at most, and until when.
pub(super) struct Short {
    pub(super) from: NaiveDate,
    pub(super) most: Decimal,
    pub(super) until: Option<NaiveDate>,
}

/// What is available of an item changes by so much on a day.
type Changes = Vec<(i32, i64)>;

/// The stretches of levels that are below nothing.
pub(super) fn below_zero(levels: impl Iterator<Item = (NaiveDate, Decimal)>) -> Vec<Short> {
    let mut runs: Vec<Short> = Vec::new();
    let mut is_below = false;
    for (start, level) in levels {
        let lacks = -level;
        match (is_below, lacks > Decimal::ZERO) {
            (false, true) => runs.push(Short { from: start, most: lacks, until: None }),
            (true, true) => {
                if let Some(run) = runs.last_mut() {
                    run.most = run.most.max(lacks);
                }
            }
            (true, false) => {
                if let Some(run) = runs.last_mut() {
                    run.until = Some(start);
                }
            }
            (false, false) => {}
        }
        is_below = lacks > Decimal::ZERO;
    }
    runs
}

impl Plan {
    /// On which day each thing on order is needed, if it could come on any.
    pub(super) fn needed_days(&self, item: ItemNo, dealt: &Dealt) -> Result<Vec<Needed>, MrpError> {
        let to_order = self.compiled.params[item.index()].to_order;
        let ready = self.ready_of(item.0);
        let receipts = ready.into_iter().flat_map(|ready| &ready.receipts);
        let mut needed: Vec<Needed> = receipts
            .map(|row| Needed {
                supply: SupplyNo(row.supply),
                day: row.day,
                quantity: row.quantity,
                kind: row.kind,
                mark: if to_order { row.demand } else { NONE },
                on: None,
            })
            .collect();
        if needed.is_empty() {
            return Ok(needed);
        }
        let marks: BTreeSet<u32> = dealt.wants.iter().map(|want| want.mark).collect();
        for mark in marks.iter().copied().filter(|mark| *mark != NONE) {
            let changes = self.changes(item, dealt, mark);
            let own = needed.iter_mut().filter(|row| row.mark == mark);
            self.sweep(item, changes, own, |_| 0)?;
        }
        let mut changes = self.changes(item, dealt, NONE);
        // What a demand leaves of what came for it is there for all.
        let start = day(self.horizon.start);
        let kept: BTreeSet<SupplyNo> =
            needed.iter().filter(|row| row.on.is_some()).map(|row| row.supply).collect();
        for (supply, left) in dealt.left_of_own() {
            let is_there = match supply.of {
                SupplyOf::Supply(number) => kept.contains(&number),
                _ => self.firmed(item, supply.of).is_none_or(|number| kept.contains(&number)),
            };
            if is_there && left > 0 {
                changes.push((supply.day.max(start), left));
            }
        }
        let safety = self.compiled.safety_of(item.0);
        changes.extend(safety.iter().map(|(from, _)| ((*from).max(start), 0)));
        let target = |begin: i32| {
            let step = safety.iter().rev().find(|(from, _)| self.bucket_begin(*from) <= begin);
            step.map_or(0, |(_, quantity)| *quantity)
        };
        let for_all = needed.iter_mut().filter(|row| row.on.is_none());
        self.sweep(item, changes, for_all, target)?;
        Ok(needed)
    }

    /// The firm order that an order of the plan is.
    fn firmed(&self, item: ItemNo, of: SupplyOf) -> Option<SupplyNo> {
        let SupplyOf::Order(number) = of else { return None };
        let (_, dues) = self.book.of_item(item.0);
        dues.get(number)?.mark.supply().map(SupplyNo)
    }

    /// All days on which something is needed for one demand, or for all others, or comes that is not on order yet.
    fn changes(&self, item: ItemNo, dealt: &Dealt, mark: u32) -> Changes {
        let start = day(self.horizon.start);
        let is_new = |supply: &Supplied| match supply.of {
            SupplyOf::Order(_) => self.firmed(item, supply.of).is_none(),
            _ => false,
        };
        let mut changes: Changes = vec![(start, 0)];
        let wants = dealt.wants.iter().filter(|want| want.mark == mark);
        changes.extend(wants.map(|want| (want.day.max(start), -want.quantity)));
        let brought = dealt.supplied.iter().filter(|supply| supply.mark == mark);
        let brought = brought.filter(|supply| {
            is_new(supply) || matches!(supply.of, SupplyOf::Output { .. } | SupplyOf::OnHand)
        });
        changes.extend(brought.map(|supply| (supply.day.max(start), supply.quantity)));
        // What waits for a new order that comes late is left to it.
        for (need, supply, much) in &dealt.pegs {
            let (want, supply) = (&dealt.wants[*need as usize], &dealt.supplied[*supply as usize]);
            if want.mark == mark && is_new(supply) && supply.day > want.day {
                changes.push((want.day.max(start), *much));
                changes.push((supply.day.max(start), -much));
            }
        }
        changes
    }

    /// The first day of the bucket that a day lies in: what the netting counts with.
    fn bucket_begin(&self, on: i32) -> i32 {
        let grid = &self.compiled.grid;
        grid.place(on).map_or(on, |place| grid.day(place))
    }

    /// Says of each thing on order, in the order of their days, the first day of need in the bucket in which those before it are not enough.
    fn sweep<'n>(
        &self,
        item: ItemNo,
        mut changes: Changes,
        mut receipts: impl Iterator<Item = &'n mut Needed>,
        target: impl Fn(i32) -> i64,
    ) -> Result<(), MrpError> {
        let overflow =
            || MrpError::Overflow { sku: self.network.name(item.0), what: "what is available" };
        changes.sort_unstable();
        let mut available = 0_i64;
        for of_bucket in changes.chunk_by(|a, b| self.bucket_begin(a.0) == self.bucket_begin(b.0)) {
            let need = of_bucket.iter().find(|(_, change)| *change < 0);
            let on = need.or(of_bucket.first()).map_or(0, |(on, _)| *on);
            for (_, change) in of_bucket {
                available = available.checked_add(*change).ok_or_else(overflow)?;
            }
            while available < target(self.bucket_begin(on))
                && let Some(receipt) = receipts.next()
            {
                receipt.on = Some(on);
                available = available.checked_add(receipt.quantity).ok_or_else(overflow)?;
            }
        }
        Ok(())
    }

    /// Of an item that is made to order: what is short of each demand by what comes for it, and of all others by what is there for all.
    pub(super) fn short_apart(&self, item: ItemNo, dealt: &Dealt) -> Result<Vec<Short>, MrpError> {
        let needed = self.needed_days(item, dealt)?;
        let called_in: BTreeMap<SupplyNo, i32> = needed
            .iter()
            .filter(|row| row.kind != SupplyKind::Fixed)
            .filter_map(|row| Some((row.supply, row.on?, row.day)))
            .filter(|(_, on, due)| on < due && due.abs_diff(*on) <= self.options.reschedule_days)
            .map(|(supply, on, _)| (supply, on))
            .collect();
        let comes = |supply: &Supplied| {
            let number = match supply.of {
                SupplyOf::Supply(number) => Some(number),
                of => self.firmed(item, of),
            };
            number.and_then(|number| called_in.get(&number)).map_or(supply.day, |on| *on)
        };
        let mut levels: BTreeMap<u32, BTreeMap<u32, i64>> = BTreeMap::new();
        let grid = &self.compiled.grid;
        let mut add = |mark: u32, on: i32, much: i64| {
            let Some(place) = grid.place(on) else { return };
            let level = levels.entry(mark).or_default().entry(place).or_default();
            *level = level.saturating_add(much);
        };
        for want in &dealt.wants {
            add(want.mark, want.day, -want.quantity);
        }
        let marks: BTreeSet<u32> = dealt.wants.iter().map(|want| want.mark).collect();
        let own: BTreeMap<(SupplyOf, u32), i64> =
            dealt.left_of_own().map(|(supply, left)| ((supply.of, supply.mark), left)).collect();
        for supply in &dealt.supplied {
            let own = own.get(&(supply.of, supply.mark)).filter(|_| marks.contains(&supply.mark));
            let left = own.map_or(supply.quantity, |left| *left);
            add(NONE, comes(supply), left);
            add(supply.mark, comes(supply), supply.quantity - left);
        }
        let mut runs = Vec::new();
        for of_one in levels.into_values() {
            let mut level = 0_i64;
            runs.extend(below_zero(of_one.into_iter().map(|(place, change)| {
                level = level.saturating_add(change);
                (date(grid.day(place)), quantity(level))
            })));
        }
        runs.sort_by_key(|run| run.from);
        Ok(runs)
    }
}

impl Dealt {
    /// What comes for one demand alone, and how much of it is not for that.
    fn left_of_own(&self) -> impl Iterator<Item = (&Supplied, i64)> {
        let mut taken = vec![0_i64; self.supplied.len()];
        for (need, supply, much) in &self.pegs {
            let is_own = self.wants.get(*need as usize).is_some_and(|want| want.mark != NONE);
            if let Some(taken) = taken.get_mut(*supply as usize).filter(|_| is_own) {
                *taken = taken.saturating_add(*much);
            }
        }
        let all = self.supplied.iter().zip(taken);
        let own = all.filter(|(supply, _)| supply.mark != NONE);
        own.map(|(supply, taken)| (supply, supply.quantity.saturating_sub(taken)))
    }
}
