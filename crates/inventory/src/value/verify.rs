//! Whether value is what its facts say, its layers come to it, and it is of what is there, lot by lot where each has its own cost; whether
//! layers, debts and late costs name what there is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId, View};

use super::costs::{cast, layer_of, rules_of, state_of};
use super::record::{
    CostChange, CostChangeKind, CostDebt, CostLayer, Costing, StockCost, ValueDay, ValueEntry,
};
use crate::items::{Item, Lot, Ownership};
use crate::moves::{Move, Stage};
use crate::valuation::{Cause, Debt, Method, State};
use crate::{Qty, Settings};

type Key = (ItemId, SiteId);

/// Quantity and value.
type Sum = (i128, i128);

/// Compares what stock costs with its facts, its layers and what there is of it.
pub(super) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    let (Some(settings), Some(costing)) =
        (view.peek::<Settings>(&Settings::key())?, view.peek::<Costing>(&Settings::key())?)
    else {
        return Ok(());
    };
    let (mut facts, mut days) = (BTreeMap::<Key, Sum>::new(), BTreeMap::new());
    view.peek_each(&Range::<ValueEntry>::all(), |fact: &ValueEntry| {
        let change = (i128::from(fact.quantity.units()), i128::from(fact.value.units()));
        add(facts.entry((fact.item, fact.site)).or_default(), change);
        add(days.entry((fact.item, fact.site, fact.date)).or_default(), change);
        Ok::<_, Halt>(())
    })?;
    compare_days(view, days, found)?;
    let states = states(view)?;
    let mut there = own_goods(view, &states)?;
    compare_lots(&states, &there.of_lots, found);
    names(view, &states, found)?;
    let rules = rules_of(&settings, &costing);
    let valued: BTreeSet<ItemId> = states.keys().map(|(item, _)| *item).collect();
    for (key, (row, state)) in states {
        let stored = (i128::from(row.quantity.units()), i128::from(row.value().units()));
        let counted = facts.remove(&key).unwrap_or_default();
        let (item, site) = key;
        if stored != counted {
            found.say(format_args!(
                "item {item} at site {site}: quantity and value are {stored:?} in smallest units, and the facts come to {counted:?}"
            ));
        }
        if let Err(error) = state.check(&rules) {
            found.say(format_args!("item {item} at site {site}: {error}"));
        }
        let lies = there.all.remove(&key).unwrap_or(0);
        if lies != stored.0 {
            found.say(format_args!(
                "item {item} at site {site}: {} are valued in smallest units, and {lies} are there",
                stored.0
            ));
        }
    }
    for ((item, site), _) in facts {
        found.say(format_args!("item {item} at site {site} has facts of value, and no cost"));
    }
    let unvalued =
        there.all.iter().filter(|((item, _), units)| **units != 0 && valued.contains(item));
    for ((item, site), units) in unvalued {
        found.say(format_args!(
            "item {item} is valued, but not at site {site}, where {units} are in smallest units"
        ));
    }
    Ok(())
}

/// Where each lot has its own cost, what is valued of a lot is what lies of it.
fn compare_lots(
    states: &BTreeMap<Key, (StockCost, State)>,
    of_lots: &BTreeMap<(ItemId, SiteId, Id<Lot>), i128>,
    found: &mut Discrepancies,
) {
    let mut laid = of_lots.clone();
    for ((item, site), (_, state)) in states.iter().filter(|(_, (row, _))| is_by_lots(row)) {
        for layer in state.layers.iter() {
            let Some(lot) = layer.lot else { continue };
            let left = laid.entry((*item, *site, cast(lot))).or_default();
            *left -= i128::from(layer.quantity.units());
        }
    }
    for ((item, site, lot), differs) in laid.iter().filter(|(_, differs)| **differs != 0) {
        found.say(format_args!(
            "item {item} at site {site}: {differs} more are there of lot {lot} than are valued, in smallest units"
        ));
    }
}

fn is_by_lots(row: &StockCost) -> bool {
    row.method == Method::Lot
}

/// That layers and debts are of moves or changes of cost that there are, and that each late cost has its facts.
fn names(
    view: &mut View<'_>,
    states: &BTreeMap<Key, (StockCost, State)>,
    found: &mut Discrepancies,
) -> Result<(), Halt> {
    let mut named: BTreeSet<Id<Move>> = BTreeSet::new();
    for (_, state) in states.values() {
        named.extend(state.layers.iter().map(|layer| cast::<_, Move>(layer.id)));
        named.extend(state.debts.iter().map(|debt| cast::<_, Move>(debt.of)));
    }
    view.peek_each(&Range::<Move>::all(), |leg: &Move| {
        named.remove(&leg.id);
        Ok::<_, Halt>(())
    })?;
    let mut late = BTreeSet::new();
    view.peek_each(&Range::<CostChange>::all(), |change: &CostChange| {
        named.remove(&change.id);
        if matches!(change.kind, CostChangeKind::Landed | CostChangeKind::Price) {
            late.insert(change.id);
        }
        Ok::<_, Halt>(())
    })?;
    for id in named {
        found.say(format_args!("a layer or an issue below zero is of {id}, which there is not"));
    }
    let mut unknown = BTreeSet::new();
    view.peek_each(&Range::<ValueEntry>::all(), |fact: &ValueEntry| {
        let is_known = late.remove(&fact.by);
        if !is_known && fact.cause == Cause::Landed {
            unknown.insert(fact.by);
        }
        Ok::<_, Halt>(())
    })?;
    for id in late {
        found.say(format_args!("the cost {id} came later, and has no facts of value"));
    }
    for id in unknown {
        if view.peek::<CostChange>(&id)?.is_none() && view.peek::<Move>(&(id, 0))?.is_none() {
            found.say(format_args!("there are facts of the cost {id}, which there is not"));
        }
    }
    Ok(())
}

fn add(sum: &mut Sum, change: Sum) {
    sum.0 += change.0;
    sum.1 += change.1;
}

fn compare_days(
    view: &mut View<'_>,
    mut days: BTreeMap<(ItemId, SiteId, NaiveDate), Sum>,
    found: &mut Discrepancies,
) -> Result<(), Halt> {
    let mut differ = |(item, site, date): (ItemId, SiteId, NaiveDate),
                      stored: Sum,
                      counted: Sum| {
        if stored != counted {
            found.say(format_args!(
                "item {item} at site {site} on {date}: value changed by {stored:?} in smallest units, and the facts come to {counted:?}"
            ));
        }
    };
    view.peek_each(&Range::<ValueDay>::all(), |day: &ValueDay| {
        let key = (day.item, day.site, day.date);
        let stored = (i128::from(day.quantity.units()), i128::from(day.value.units()));
        differ(key, stored, days.remove(&key).unwrap_or_default());
        Ok::<_, Halt>(())
    })?;
    days.into_iter().for_each(|(key, counted)| differ(key, (0, 0), counted));
    Ok(())
}

/// All stocks that are valued, with their layers and debts.
fn states(view: &mut View<'_>) -> Result<BTreeMap<Key, (StockCost, State)>, Halt> {
    let mut states = BTreeMap::new();
    view.peek_each(&Range::<StockCost>::all(), |row: &StockCost| {
        states.insert((row.item, row.site), (row.clone(), state_of(row)));
        Ok::<_, Halt>(())
    })?;
    let mut stray = None;
    view.peek_each(&Range::<CostLayer>::all(), |row: &CostLayer| {
        match states.get_mut(&(row.item, row.site)) {
            Some((_, state)) => state.bring(layer_of(row), |_| true),
            None => stray = Some((row.item, row.site)),
        }
        Ok::<_, Halt>(())
    })?;
    view.peek_each(&Range::<CostDebt>::all(), |row: &CostDebt| {
        let debt = Debt { of: cast(row.of), quantity: row.quantity, value: row.value };
        match states.get_mut(&(row.item, row.site)) {
            Some((_, state)) => state.debts.push_back(debt),
            None => stray = Some((row.item, row.site)),
        }
        Ok::<_, Halt>(())
    })?;
    match stray {
        Some((item, site)) => Err(fondaco_core::store::StoreError::Corrupt(format!(
            "item {item} at site {site} has layers, and no cost"
        ))
        .into()),
        None => Ok(states),
    }
}

/// The company's own goods, in transit included.
#[derive(Default)]
struct There {
    /// By item and site.
    all: BTreeMap<Key, i128>,
    /// By lot too, where each has its own cost.
    of_lots: BTreeMap<(ItemId, SiteId, Id<Lot>), i128>,
}

/// The company's own goods as its moves say.
fn own_goods(
    view: &mut View<'_>,
    states: &BTreeMap<Key, (StockCost, State)>,
) -> Result<There, Halt> {
    let (mut of_items, mut of_lots) = (BTreeMap::new(), BTreeMap::<Id<Lot>, Ownership>::new());
    view.peek_each(&Range::<Item>::all(), |item: &Item| {
        of_items.insert(item.id, item.ownership);
        Ok::<_, Halt>(())
    })?;
    view.peek_each(&Range::<Lot>::all(), |lot: &Lot| {
        of_lots.insert(lot.id, lot.ownership);
        Ok::<_, Halt>(())
    })?;
    let mut there = There::default();
    view.peek_each(&Range::<Move>::all(), |leg: &Move| {
        let of_lot = leg.lot.copied().and_then(|lot| of_lots.get(&lot));
        let own = of_lot.or(of_items.get(&leg.item)) == Some(&Ownership::Own);
        if own && matches!(leg.stage, Stage::Stock | Stage::Transit) && leg.quantity != Qty::ZERO {
            let (key, units) = ((leg.item, leg.site), i128::from(leg.quantity.units()));
            *there.all.entry(key).or_default() += units;
            let by_lots = states.get(&key).is_some_and(|(row, _)| is_by_lots(row));
            if let (true, Some(lot)) = (by_lots, leg.lot.copied()) {
                *there.of_lots.entry((key.0, key.1, lot)).or_default() += units;
            }
        }
        Ok::<_, Halt>(())
    })?;
    Ok(there)
}
