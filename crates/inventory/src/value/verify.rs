//! Whether value is what its facts say, its layers come to it, and it is of what is there.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId, View};

use super::costs::{cast, layer_of, rules_of, state_of};
use super::record::{CostDebt, CostLayer, Costing, StockCost, ValueDay, ValueEntry};
use crate::items::{Item, Lot, Ownership};
use crate::moves::{Move, Stage};
use crate::valuation::{Debt, State};
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
    let mut there = own_goods(view)?;
    let rules = rules_of(&settings, &costing);
    for (key, (row, state)) in states(view)? {
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
        let lies = there.remove(&key).unwrap_or(0);
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

/// The company's own goods by item and site, in transit to it included, as its moves say.
fn own_goods(view: &mut View<'_>) -> Result<BTreeMap<Key, i128>, Halt> {
    let (mut of_items, mut of_lots) = (BTreeMap::new(), BTreeMap::<Id<Lot>, Ownership>::new());
    view.peek_each(&Range::<Item>::all(), |item: &Item| {
        of_items.insert(item.id, item.ownership);
        Ok::<_, Halt>(())
    })?;
    view.peek_each(&Range::<Lot>::all(), |lot: &Lot| {
        of_lots.insert(lot.id, lot.ownership);
        Ok::<_, Halt>(())
    })?;
    let mut there = BTreeMap::new();
    view.peek_each(&Range::<Move>::all(), |leg: &Move| {
        let of_lot = leg.lot.copied().and_then(|lot| of_lots.get(&lot));
        let own = of_lot.or(of_items.get(&leg.item)) == Some(&Ownership::Own);
        if own && matches!(leg.stage, Stage::Stock | Stage::Transit) && leg.quantity != Qty::ZERO {
            *there.entry((leg.item, leg.site)).or_default() += i128::from(leg.quantity.units());
        }
        Ok::<_, Halt>(())
    })?;
    Ok(there)
}
