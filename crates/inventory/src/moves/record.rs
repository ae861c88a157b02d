//! Moves as they are stored: facts, a row for each place that something left or came to.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Rare, Record};
use fondaco_core::{DocumentId, Id, ItemId, PartyId, Quantity, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Expected, Reservation};
use crate::Qty;
use crate::items::Lot;

/// What happened.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// It came, from a supplier or from production.
    Receipt,
    /// It went, to a customer or into production.
    Issue,
    /// It was put elsewhere, in one step.
    Transfer,
    /// It was sent to another site, where it has not arrived.
    Dispatch,
    /// What was sent arrived.
    Arrival,
    /// What was sent will not arrive.
    TransitLoss,
    /// More was there than the books said.
    Gain,
    /// Less was there than the books said.
    Loss,
    /// It was thrown away.
    Scrap,
    /// A customer sent it back.
    CustomerReturn,
    /// It went back to the supplier.
    SupplierReturn,
    /// It was counted: what is stored is the difference.
    Count,
    /// It was set aside until somebody decides.
    Quarantine,
    /// It came back from there.
    Release,
    /// It became another's, in its place.
    OwnerChange,
    /// A move was taken back whole.
    Reversal,
}

impl MoveKind {
    /// Whether it records what was found to be so: that is believed, whatever was promised of it.
    pub(crate) fn is_finding(self) -> bool {
        matches!(self, MoveKind::Count | MoveKind::Loss | MoveKind::Scrap | MoveKind::Quarantine)
    }
}

/// What a leg's quantity counts to.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// What the company may use: [`Stock::on_hand`](crate::levels::Stock::on_hand).
    Stock,
    /// What it keeps for a customer.
    Custody,
    /// What is on its way to the leg's site: [`Stock::in_transit`](crate::levels::Stock::in_transit).
    Transit,
    /// What lies where it is not on hand: with a supplier, on the shop floor, thrown away.
    Outside,
}

/// One leg of a move: that so much of an item left a place, or came to it. A transfer has two, the one that left first; what has one leg
/// came from outside or went there.
///
/// Rows never change. What was wrong is taken back by a [`Reversal`](MoveKind::Reversal), which names it.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_move", kind = fact, key(id, leg),
    index(by_item(item, site, date)), index(by_lot(lot)), index(by_document(document)), index(by_of(of)),
)]
pub struct Move {
    /// The move; its legs share it.
    pub id: Id<Move>,
    /// Which leg, from 0.
    pub leg: u8,
    /// The item.
    pub item: ItemId,
    /// The site of this leg.
    pub site: SiteId,
    /// The day on which it took effect.
    pub date: NaiveDate,
    /// What happened.
    pub kind: MoveKind,
    /// What it counts to.
    pub stage: Stage,
    /// The location's code; empty in transit.
    pub location: SmolStr,
    /// How much, in the item's stock unit: below zero where it left.
    pub quantity: Qty,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The document that it belongs to.
    pub document: Option<DocumentId>,
    /// The lot, or the one piece of this serial number.
    pub lot: Rare<Id<Lot>>,
    /// The supplier, customer or whoever else had a part in it.
    pub party: Rare<PartyId>,
    /// The move that it belongs to: what is returned, what arrives, what is taken back.
    pub of: Rare<Id<Move>>,
    /// The reservation that it fulfils.
    pub fulfils: Rare<Id<Reservation>>,
    /// The order that it comes on.
    pub receives: Rare<Id<Expected>>,
    /// What it weighs in the books, of goods that are counted and weighed: below zero where it left.
    pub weight: Rare<Qty>,
    /// What it was weighed at, where the books have another weight for it: of the last pieces what was left, of a count the difference.
    pub weighed: Rare<Qty>,
    /// The quantity as it was written, where that was in another unit, or of a count.
    pub written: Rare<Quantity>,
    /// Why, by a code of the host's.
    pub reason: Rare<SmolStr>,
    /// What people read.
    pub text: Rare<SmolStr>,
}
