//! What a stock is made of: layers of one cost each, in the order of their days, and what was issued before it came in.

use std::collections::{BTreeMap, VecDeque};

use chrono::NaiveDate;
use fondaco_core::Id;

use super::{Lot, MoveId, Qty, Val};

/// What is left of a receipt, at its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The move that brought it.
    pub id: MoveId,
    /// The day it came.
    pub date: NaiveDate,
    /// Its lot.
    pub lot: Option<Id<Lot>>,
    /// How much is left; zero when it is used up.
    pub quantity: Qty,
    /// What that cost.
    pub value: Val,
}

/// What was issued below zero and is not covered by a receipt yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Debt {
    /// The issue.
    pub of: MoveId,
    /// How much is not covered; zero when all is.
    pub quantity: Qty,
    /// What that was issued at.
    pub value: Val,
}

/// Open layers, oldest first; of one day as they came. Where each lot has its own cost, each lot has its own row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    queue: VecDeque<Layer>,
    lots: BTreeMap<Id<Lot>, VecDeque<Layer>>,
}

impl Layers {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Layer> {
        self.queue.iter().chain(self.lots.values().flatten())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.lots.is_empty()
    }

    /// Takes all out.
    pub(super) fn drain(&mut self) -> Vec<Layer> {
        let all = self.iter().copied().collect();
        *self = Layers::default();
        all
    }

    /// The row that is issued from: of the lot, or of all.
    pub(super) fn row(&mut self, lot: Option<Id<Lot>>) -> &mut VecDeque<Layer> {
        match lot {
            Some(lot) => self.lots.entry(lot).or_default(),
            None => &mut self.queue,
        }
    }

    /// The row of a lot, or of all; `None` when there is nothing of the lot.
    pub(super) fn seen(&self, lot: Option<Id<Lot>>) -> Option<&VecDeque<Layer>> {
        lot.map_or(Some(&self.queue), |lot| self.lots.get(&lot))
    }

    /// How much of a lot there is.
    pub(super) fn of_lot(&self, lot: Id<Lot>) -> i64 {
        let row = self.lots.get(&lot).into_iter().flatten();
        row.map(|layer| layer.quantity.units()).sum()
    }

    /// Puts a layer into its place: after those of its day, or upon what is left of the same receipt. Gives the layer as it lies there.
    pub(super) fn put(&mut self, row: Option<Id<Lot>>, layer: Layer) -> Layer {
        if let Some(there) = self.find(row, layer.id, layer.date) {
            there.quantity = Qty::from_units(there.quantity.units() + layer.quantity.units());
            there.value = Val::from_units(there.value.units() + layer.value.units());
            return *there;
        }
        let row = self.row(row);
        if row.back().is_none_or(|last| last.date <= layer.date) {
            row.push_back(layer);
        } else {
            let at = row.partition_point(|other| other.date <= layer.date);
            row.insert(at, layer);
        }
        layer
    }

    /// Whether those of the one queue come to so much, from the end at which they leave and up to the first that is not `known`.
    pub(crate) fn reach(
        &self,
        units: i64,
        last_first: bool,
        known: impl Fn(&Layer) -> bool,
    ) -> bool {
        let mut sum = 0_i64;
        let mut enough = |layer: &Layer| {
            sum = sum.saturating_add(layer.quantity.units());
            sum >= units
        };
        let known = |layer: &&Layer| known(layer);
        units <= 0
            || if last_first {
                self.queue.iter().rev().take_while(known).any(&mut enough)
            } else {
                self.queue.iter().take_while(known).any(&mut enough)
            }
    }

    /// Puts a stored layer behind those that stand before it.
    pub(super) fn bring(
        &mut self,
        row: Option<Id<Lot>>,
        layer: Layer,
        before: impl Fn(&Layer) -> bool,
    ) {
        let row = self.row(row);
        let at = row.partition_point(before);
        row.insert(at, layer);
    }

    /// What is left of a receipt.
    pub(super) fn find(
        &mut self,
        row: Option<Id<Lot>>,
        id: MoveId,
        date: NaiveDate,
    ) -> Option<&mut Layer> {
        let row = match row {
            Some(lot) => self.lots.get_mut(&lot)?,
            None => &mut self.queue,
        };
        if row.back().is_none_or(|last| last.date < date) {
            return None;
        }
        let from = row.partition_point(|layer| layer.date < date);
        let of_day = row.range_mut(from..).take_while(|layer| layer.date == date);
        of_day.into_iter().find(|layer| layer.id == id)
    }

    /// Takes out what is used up of a receipt.
    pub(super) fn clear(&mut self, row: Option<Id<Lot>>, id: MoveId, date: NaiveDate) {
        let lot = row;
        let row = self.row(lot);
        let from = row.partition_point(|layer| layer.date < date);
        let of_day = row.range(from..).take_while(|layer| layer.date == date);
        let place = of_day.into_iter().position(|layer| layer.id == id);
        if let Some(place) = place {
            row.remove(from + place);
        }
        self.tidy(lot);
    }

    /// Forgets a lot of which nothing is left.
    pub(super) fn tidy(&mut self, lot: Option<Id<Lot>>) {
        if let Some(lot) = lot.filter(|lot| self.lots.get(lot).is_some_and(VecDeque::is_empty)) {
            self.lots.remove(&lot);
        }
    }
}
