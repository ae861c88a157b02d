//! That nothing is made of itself: read level by level below what is set, each item once, and judged without recursion.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fondaco_core::{ItemId, Range, Tx};
use smol_str::ToSmolStr;

use super::{BillError, BillLine};
use crate::StockError;
use crate::items::Item;

/// So many levels are read below what is set.
const MOST_LEVELS: u32 = 1_000;

/// So many items.
const MOST_ITEMS: u32 = 200_000;

/// What each item is made of, and makes besides.
type Parts = BTreeMap<ItemId, Vec<ItemId>>;

/// Refuses a circle through any of the items that are set, whose parts are given. Rests on the lines of all that is below them.
pub(super) fn check(tx: &mut Tx<'_>, set: Parts) -> Result<(), StockError> {
    let named: Vec<ItemId> = set.keys().copied().collect();
    let parts = below(tx, set)?;
    let left = left_over(&parts);
    let around = named.iter().filter(|item| left.contains(item));
    // Of all ways round the shortest, and of these the first by id.
    let ways = around.filter_map(|item| way_round(&parts, &left, *item));
    match ways.min_by_key(Vec::len) {
        None => Ok(()),
        Some(way) => Err(BillError::BillCycle { path: codes(tx, &way)? }.into()),
    }
}

/// The parts of all that is below.
fn below(tx: &mut Tx<'_>, mut parts: Parts) -> Result<Parts, StockError> {
    let first = parts.keys().next().copied();
    let mut level: BTreeSet<ItemId> = parts.values().flatten().copied().collect();
    level.retain(|item| !parts.contains_key(item));
    let mut levels = 0;
    while !level.is_empty() {
        levels += 1;
        let is_large = parts.len() + level.len() > MOST_ITEMS as usize;
        if let Some(item) = first.filter(|_| levels > MOST_LEVELS || is_large) {
            let item = codes(tx, &[item])?.swap_remove(0);
            let (most_levels, most_items) = (MOST_LEVELS, MOST_ITEMS);
            return Err(BillError::BillTooLarge { item, most_levels, most_items }.into());
        }
        let ranges: Vec<_> = level.iter().map(Range::<BillLine>::by_key).collect();
        let lines = tx.scan_each(&ranges)?;
        let mut next = BTreeSet::new();
        for (item, lines) in level.iter().zip(lines) {
            let made_of: Vec<ItemId> = lines.iter().map(|line| line.component).collect();
            next.extend(made_of.iter().copied());
            parts.insert(*item, made_of);
        }
        next.retain(|item| !parts.contains_key(item));
        level = next;
    }
    Ok(parts)
}

/// What is left when all is taken away that goes into nothing that is left: what lies on circles, and below them.
fn left_over(parts: &Parts) -> BTreeSet<ItemId> {
    let mut into: BTreeMap<ItemId, usize> = parts.keys().map(|item| (*item, 0)).collect();
    for part in parts.values().flatten() {
        *into.entry(*part).or_default() += 1;
    }
    let mut free: Vec<ItemId> =
        into.iter().filter(|(_, count)| **count == 0).map(|(item, _)| *item).collect();
    while let Some(item) = free.pop() {
        into.remove(&item);
        for part in parts.get(&item).into_iter().flatten() {
            if let Some(count) = into.get_mut(part) {
                *count -= 1;
                if *count == 0 {
                    free.push(*part);
                }
            }
        }
    }
    into.into_keys().collect()
}

/// The shortest way from an item to itself.
fn way_round(parts: &Parts, left: &BTreeSet<ItemId>, start: ItemId) -> Option<Vec<ItemId>> {
    let mut from: BTreeMap<ItemId, ItemId> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(item) = next.pop_front() {
        for part in parts.get(&item).into_iter().flatten().filter(|part| left.contains(part)) {
            if *part == start {
                let mut way = vec![item];
                while let Some(above) = way.last().and_then(|last| from.get(last)) {
                    way.push(*above);
                }
                way.reverse();
                return Some(way);
            }
            if !from.contains_key(part) {
                from.insert(*part, item);
                next.push_back(*part);
            }
        }
    }
    None
}

fn codes(tx: &mut Tx<'_>, items: &[ItemId]) -> Result<Vec<smol_str::SmolStr>, StockError> {
    let rows = tx.get_many::<Item>(items)?;
    let named = items.iter().zip(rows);
    Ok(named
        .map(|(id, row)| row.map_or_else(|| id.to_smolstr(), |item| item.code.clone()))
        .collect())
}
