//! Moves as they are given: one struct for all kinds, which say where from and where to.

use chrono::NaiveDate;
use fondaco_core::digest::Digester;
use fondaco_core::{DocumentId, Id, ItemId, Money, PartyId, Quantity, SiteId, UnitPrice};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Expected, Move, MoveKind, Reservation};
use crate::items::Lot;

/// What is to happen, with the codes of the locations that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Movement {
    /// It comes, from a supplier or from production.
    Receipt {
        /// Where it is put.
        to: SmolStr,
    },
    /// It goes, to a customer or into production.
    Issue {
        /// Where it lies.
        from: SmolStr,
    },
    /// It is put elsewhere, on the same site or another, in one step.
    Transfer {
        /// Where it lies.
        from: SmolStr,
        /// Where it is put.
        to: SmolStr,
    },
    /// It is sent to another site: in transit there until it [arrives](Movement::Arrival).
    Dispatch {
        /// Where it lies.
        from: SmolStr,
        /// Where it is sent.
        to_site: SiteId,
    },
    /// What was sent arrives, all of it or a part.
    Arrival {
        /// The dispatch.
        of: Id<Move>,
        /// Where it is put, on the site that it was sent to.
        to: SmolStr,
    },
    /// What was sent will not arrive.
    TransitLoss {
        /// The dispatch.
        of: Id<Move>,
    },
    /// More is there than the books say.
    Gain {
        /// Where.
        at: SmolStr,
    },
    /// Less is there than the books say.
    Loss {
        /// Where.
        at: SmolStr,
    },
    /// It is thrown away.
    Scrap {
        /// Where it lies.
        from: SmolStr,
    },
    /// A customer sends it back.
    CustomerReturn {
        /// The issue that it went out by.
        of: Id<Move>,
        /// Where it is put.
        to: SmolStr,
    },
    /// It goes back to the supplier.
    SupplierReturn {
        /// The receipt that it came by.
        of: Id<Move>,
        /// Where it lies.
        from: SmolStr,
    },
    /// It was counted: the move's quantity is what is there at the end of its day, in this location and of this lot, and may be zero. The
    /// difference to what was known of that day then is recorded, and stays: a move of an earlier day that is recorded later changes what
    /// lies there by its own quantity, and `stock.count_outdated` names the count.
    Count {
        /// Where.
        at: SmolStr,
    },
    /// It is set aside.
    Quarantine {
        /// Where it lies.
        from: SmolStr,
        /// A location for quarantine.
        to: SmolStr,
    },
    /// It is good again.
    Release {
        /// The location for quarantine.
        from: SmolStr,
        /// Where it is put.
        to: SmolStr,
    },
    /// It becomes another's, in its place: what was consigned is bought, say. Whose it is, its lot says; a lot's trace goes on over it,
    /// up and down. A lot of the same number can be registered for the new owner, and of a piece with a serial number it has to be.
    OwnerChange {
        /// Where it lies.
        at: SmolStr,
        /// The lot that it belongs to from now on.
        to_lot: Id<Lot>,
    },
    /// A move is taken back whole: what left is there again, what came is gone. Item and quantity are the move's; of a count, the
    /// difference that it found. What came on an order is to come again; what the move fulfilled stays so: promise it again.
    Reversal {
        /// The move.
        of: Id<Move>,
    },
}

impl Movement {
    /// Which kind it is stored as.
    ///
    /// ```
    /// use fondaco_inventory::moves::{MoveKind, Movement};
    /// assert_eq!(Movement::Receipt { to: "A-1".into() }.kind(), MoveKind::Receipt);
    /// ```
    pub fn kind(&self) -> MoveKind {
        match self {
            Movement::Receipt { .. } => MoveKind::Receipt,
            Movement::Issue { .. } => MoveKind::Issue,
            Movement::Transfer { .. } => MoveKind::Transfer,
            Movement::Dispatch { .. } => MoveKind::Dispatch,
            Movement::Arrival { .. } => MoveKind::Arrival,
            Movement::TransitLoss { .. } => MoveKind::TransitLoss,
            Movement::Gain { .. } => MoveKind::Gain,
            Movement::Loss { .. } => MoveKind::Loss,
            Movement::Scrap { .. } => MoveKind::Scrap,
            Movement::CustomerReturn { .. } => MoveKind::CustomerReturn,
            Movement::SupplierReturn { .. } => MoveKind::SupplierReturn,
            Movement::Count { .. } => MoveKind::Count,
            Movement::Quarantine { .. } => MoveKind::Quarantine,
            Movement::Release { .. } => MoveKind::Release,
            Movement::OwnerChange { .. } => MoveKind::OwnerChange,
            Movement::Reversal { .. } => MoveKind::Reversal,
        }
    }

    /// The location that it leaves.
    pub(crate) fn from(&self) -> Option<&SmolStr> {
        match self {
            Movement::Issue { from }
            | Movement::Transfer { from, .. }
            | Movement::Dispatch { from, .. }
            | Movement::Scrap { from }
            | Movement::SupplierReturn { from, .. }
            | Movement::Quarantine { from, .. }
            | Movement::Release { from, .. }
            | Movement::Loss { at: from }
            | Movement::OwnerChange { at: from, .. } => Some(from),
            _ => None,
        }
    }

    /// The location that it comes to.
    pub(crate) fn to(&self) -> Option<&SmolStr> {
        match self {
            Movement::Receipt { to }
            | Movement::Transfer { to, .. }
            | Movement::Arrival { to, .. }
            | Movement::CustomerReturn { to, .. }
            | Movement::Quarantine { to, .. }
            | Movement::Release { to, .. }
            | Movement::Gain { at: to }
            | Movement::Count { at: to }
            | Movement::OwnerChange { at: to, .. } => Some(to),
            _ => None,
        }
    }

    /// The site that it is sent to.
    pub(crate) fn to_site(&self) -> Option<SiteId> {
        if let Movement::Dispatch { to_site, .. } = self { Some(*to_site) } else { None }
    }

    /// The lot that it becomes a part of.
    pub(crate) fn to_lot(&self) -> Option<Id<Lot>> {
        if let Movement::OwnerChange { to_lot, .. } = self { Some(*to_lot) } else { None }
    }

    /// The move that it belongs to.
    pub(crate) fn of(&self) -> Option<Id<Move>> {
        match self {
            Movement::Arrival { of, .. }
            | Movement::TransitLoss { of }
            | Movement::CustomerReturn { of, .. }
            | Movement::SupplierReturn { of, .. }
            | Movement::Reversal { of } => Some(*of),
            _ => None,
        }
    }
}

/// What goods cost that come in.
///
/// ```
/// use fondaco_core::{Money, UnitPrice};
/// use fondaco_inventory::moves::MoveCost;
/// let all = MoveCost::Total(Money::parse("96 EUR")?);
/// let each = MoveCost::Each("3.20 EUR/100 pcs".parse::<UnitPrice>()?);
/// assert_ne!(all, each);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveCost {
    /// All of it.
    Total(Money),
    /// So much of it, in any unit into which the item's converts; rounded once, for all of it.
    Each(UnitPrice),
}

impl From<Money> for MoveCost {
    fn from(all: Money) -> MoveCost {
        MoveCost::Total(all)
    }
}

impl From<UnitPrice> for MoveCost {
    fn from(each: UnitPrice) -> MoveCost {
        MoveCost::Each(each)
    }
}

/// A move to be made.
///
/// ```
/// use fondaco_core::{DocumentId, ItemId};
/// use fondaco_inventory::moves::NewMove;
///
/// let receipt = NewMove::receipt(ItemId::named("M8x40"), "3 carton".parse()?, "A-1", "2026-03-02".parse()?)
///     .document(DocumentId::named("delivery/51921"));
/// assert_eq!(receipt.quantity.to_string(), "3 carton");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMove {
    /// What.
    pub item: ItemId,
    /// How much, above zero, in any unit that converts into the item's stock unit.
    pub quantity: Quantity,
    /// What happens.
    pub movement: Movement,
    /// The day on which it takes effect: not after today.
    pub date: NaiveDate,
    /// The lot, or the one piece of this serial number, of an item that is tracked so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Id<Lot>>,
    /// What it weighs, of goods that are counted and weighed; of a count, what all of it weighs. `None` for its share of what the move
    /// weighs that it is of, else for the nominal weight or its share of what lies there. The last pieces take what is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Quantity>,
    /// What it cost, of what comes in of an item that is valued; `None` for what stock costs now, or the last known cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<MoveCost>,
    /// What was promised and is fulfilled by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfils: Option<Id<Reservation>>,
    /// What was ordered and comes by it; what another site was to send, and is on its way by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receives: Option<Id<Expected>>,
    /// The document that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
    /// The supplier, customer or whoever else has a part in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// Why, by a code of the host's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<SmolStr>,
}

impl NewMove {
    /// A move with nothing but what it must have.
    pub fn new(item: ItemId, quantity: Quantity, movement: Movement, date: NaiveDate) -> NewMove {
        NewMove {
            item,
            quantity,
            movement,
            date,
            lot: None,
            weight: None,
            cost: None,
            fulfils: None,
            receives: None,
            document: None,
            party: None,
            reason: None,
            text: None,
        }
    }

    /// Something comes to the location `to`.
    pub fn receipt(
        item: ItemId,
        quantity: Quantity,
        to: impl Into<SmolStr>,
        date: NaiveDate,
    ) -> NewMove {
        NewMove::new(item, quantity, Movement::Receipt { to: to.into() }, date)
    }

    /// Something goes from the location `from`.
    pub fn issue(
        item: ItemId,
        quantity: Quantity,
        from: impl Into<SmolStr>,
        date: NaiveDate,
    ) -> NewMove {
        NewMove::new(item, quantity, Movement::Issue { from: from.into() }, date)
    }

    /// Something is put from one location into another.
    ///
    /// ```
    /// use fondaco_core::ItemId;
    /// use fondaco_inventory::moves::{MoveKind, NewMove};
    /// let put = NewMove::transfer(ItemId::named("M8x40"), "5 pcs".parse()?, ("A-1", "B-7"), "2026-03-02".parse()?);
    /// assert_eq!(put.movement.kind(), MoveKind::Transfer);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn transfer(
        item: ItemId,
        quantity: Quantity,
        (from, to): (impl Into<SmolStr>, impl Into<SmolStr>),
        date: NaiveDate,
    ) -> NewMove {
        NewMove::new(item, quantity, Movement::Transfer { from: from.into(), to: to.into() }, date)
    }

    /// So much was counted in a location at the end of that day.
    pub fn count(
        item: ItemId,
        quantity: Quantity,
        at: impl Into<SmolStr>,
        date: NaiveDate,
    ) -> NewMove {
        NewMove::new(item, quantity, Movement::Count { at: at.into() }, date)
    }

    /// Of this lot, or the piece of this serial number.
    #[must_use]
    pub fn lot(mut self, lot: Id<Lot>) -> NewMove {
        self.lot = Some(lot);
        self
    }

    /// That weighs so much.
    #[must_use]
    pub fn weight(mut self, weight: Quantity) -> NewMove {
        self.weight = Some(weight);
        self
    }

    /// That cost so much: in all ([`Money`]), or each ([`UnitPrice`]).
    ///
    /// ```
    /// use fondaco_core::{ItemId, Money};
    /// use fondaco_inventory::moves::NewMove;
    /// let receipt = NewMove::receipt(ItemId::named("M8x40"), "3 carton".parse()?, "A-1", "2026-03-02".parse()?)
    ///     .cost(Money::parse("96 EUR")?);
    /// assert!(receipt.cost.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn cost(mut self, cost: impl Into<MoveCost>) -> NewMove {
        self.cost = Some(cost.into());
        self
    }

    /// As was promised.
    #[must_use]
    pub fn fulfils(mut self, reservation: Id<Reservation>) -> NewMove {
        self.fulfils = Some(reservation);
        self
    }

    /// As was ordered.
    #[must_use]
    pub fn receives(mut self, expected: Id<Expected>) -> NewMove {
        self.receives = Some(expected);
        self
    }

    /// By this document.
    #[must_use]
    pub fn document(mut self, document: DocumentId) -> NewMove {
        self.document = Some(document);
        self
    }

    /// From or to this party.
    #[must_use]
    pub fn party(mut self, party: PartyId) -> NewMove {
        self.party = Some(party);
        self
    }

    /// For this reason, a code of the host's.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<SmolStr>) -> NewMove {
        self.reason = Some(reason.into());
        self
    }

    /// Puts it into the digest of its command: every field, by destructuring, so that none can be forgotten. Its cost comes after all
    /// moves ([`NewMove::digest_cost`]), so that a command without any has the digest that it always had.
    pub(crate) fn digest(&self, digester: &mut Digester) {
        let NewMove {
            item,
            quantity,
            movement,
            date,
            lot,
            weight,
            cost: _,
            fulfils,
            receives,
            document,
            party,
            reason,
            text,
        } = self;
        digester.u128(item.to_u128()).date(*date);
        put_quantity(digester, quantity);
        movement.digest(digester);
        digester.option(lot.as_ref(), put_id).option(weight.as_ref(), put_quantity);
        digester.option(fulfils.as_ref(), put_id).option(receives.as_ref(), put_id);
        digester.option(document.as_ref(), put_id).option(party.as_ref(), put_id);
        digester.option(reason.as_ref(), put_text).option(text.as_ref(), put_text);
    }
}

impl NewMove {
    /// Puts what it cost into the digest of its command, with its place among the moves, if that is said.
    pub(crate) fn digest_cost(&self, at: usize, digester: &mut Digester) {
        match &self.cost {
            None => {}
            Some(MoveCost::Total(money)) => {
                digester.count(at).count(0).decimal(money.amount()).text(money.currency().code());
            }
            Some(MoveCost::Each(price)) => {
                let money = price.money();
                digester.count(at).count(1).decimal(money.amount()).text(money.currency().code());
                put_quantity(digester, &price.per());
            }
        }
    }
}

impl Movement {
    /// A number for the kind, which stays for ever, and its fields.
    fn digest(&self, digester: &mut Digester) {
        match self {
            Movement::Receipt { to } => digester.count(0).text(to),
            Movement::Issue { from } => digester.count(1).text(from),
            Movement::Transfer { from, to } => digester.count(2).text(from).text(to),
            Movement::Dispatch { from, to_site } => {
                digester.count(3).text(from).u128(to_site.to_u128())
            }
            Movement::Arrival { of, to } => digester.count(4).u128(of.to_u128()).text(to),
            Movement::TransitLoss { of } => digester.count(5).u128(of.to_u128()),
            Movement::Gain { at } => digester.count(6).text(at),
            Movement::Loss { at } => digester.count(7).text(at),
            Movement::Scrap { from } => digester.count(8).text(from),
            Movement::CustomerReturn { of, to } => digester.count(9).u128(of.to_u128()).text(to),
            Movement::SupplierReturn { of, from } => {
                digester.count(10).u128(of.to_u128()).text(from)
            }
            Movement::Count { at } => digester.count(11).text(at),
            Movement::Quarantine { from, to } => digester.count(12).text(from).text(to),
            Movement::Release { from, to } => digester.count(13).text(from).text(to),
            Movement::OwnerChange { at, to_lot } => {
                digester.count(14).text(at).u128(to_lot.to_u128())
            }
            Movement::Reversal { of } => digester.count(15).u128(of.to_u128()),
        };
    }
}

fn put_quantity(digester: &mut Digester, quantity: &Quantity) {
    digester.decimal(quantity.amount()).text(quantity.unit().code());
}

fn put_id<T>(digester: &mut Digester, id: &Id<T>) {
    digester.u128(id.to_u128());
}

fn put_text(digester: &mut Digester, text: &SmolStr) {
    digester.text(text);
}
