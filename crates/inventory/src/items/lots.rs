//! Registering lots and serial numbers, correcting them, and saying whether they may be used.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use fondaco_core::input::{check_code, check_line};
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, Id, ItemId, PartyId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::add::existing;
use super::{CatalogueError, Item, Lot, LotOrigin, LotStatus, Ownership, Tracking};
use crate::change::{Change, set};
use crate::{Settings, StockError, held, rights};

/// A lot to be registered, or one piece with its serial number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLot {
    /// See [`Lot::item`].
    pub item: ItemId,
    /// See [`Lot::code`].
    pub code: SmolStr,
    /// See [`Lot::expires`]; where it is left out, the day on which it was made and the item's shelf life say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
    /// See [`Lot::made_on`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_on: Option<NaiveDate>,
    /// See [`Lot::status`].
    #[serde(default)]
    pub status: LotStatus,
    /// See [`Lot::ownership`]; as its item's when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<Ownership>,
    /// See [`Lot::owner`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PartyId>,
    /// See [`Lot::supplier`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<PartyId>,
    /// See [`Lot::supplier_code`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier_code: Option<SmolStr>,
    /// The lots that it was made of, of this item or of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Id<Lot>>,
}

impl NewLot {
    /// A lot of an item, which may be used.
    ///
    /// ```
    /// use fondaco_core::ItemId;
    /// use fondaco_inventory::items::{LotStatus, NewLot};
    /// let lot = NewLot { status: LotStatus::Quarantined, ..NewLot::new(ItemId::named("FLOUR-550"), "2026-114") };
    /// assert!(lot.expires.is_none() && lot.origins.is_empty());
    /// ```
    pub fn new(item: ItemId, code: impl Into<SmolStr>) -> NewLot {
        NewLot {
            item,
            code: code.into(),
            expires: None,
            made_on: None,
            status: LotStatus::Released,
            ownership: None,
            owner: None,
            supplier: None,
            supplier_code: None,
            origins: Vec::new(),
        }
    }
}

/// Registers lots: all or none. Answers with their ids, in the same order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AddLots {
    /// The lots.
    pub lots: Vec<NewLot>,
}

impl AddLots {
    /// Registers `lots`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock(); // flour is good for 270 days
    /// let milled = NewLot { made_on: Some(day("2026-01-10")), ..NewLot::new(ItemId::named("FLOUR-550"), "2026-010") };
    /// let lots = stock.send("milled", &AddLots::new(vec![milled.clone()]))?.answer;
    /// assert_eq!(stock.lot(lots[0])?.expires, Some(day("2026-10-07")));
    /// let twice = stock.send("twice", &AddLots::new(vec![milled])).unwrap_err();
    /// assert_eq!(twice.code(), "inventory.lot_exists");
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(lots: Vec<NewLot>) -> AddLots {
        AddLots { lots }
    }
}

impl Act for AddLots {
    type Answer = Vec<Id<Lot>>;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<Id<Lot>>, StockError> {
        let authority = tx.authority(&rights::ADD_LOT)?;
        Settings::of(tx)?;
        tx.need::<Item>(&self.lots.iter().map(|lot| lot.item).collect::<Vec<_>>())?;
        let origins: Vec<Id<Lot>> =
            self.lots.iter().flat_map(|lot| &lot.origins).copied().collect();
        tx.need::<Lot>(&origins)?;
        let each = |(at, new): (usize, &NewLot)| {
            add_lot(tx, &authority, new).map(|lot| lot.id).map_err(|error| error.at(at))
        };
        self.lots.iter().enumerate().map(each).collect()
    }
}

/// Registers one lot, if who acts may: what a receipt of a new lot does too.
pub(crate) fn add_lot(
    tx: &mut Tx<'_>,
    authority: &Authority,
    new: &NewLot,
) -> Result<Lot, StockError> {
    let item = existing(tx, new.item)?;
    rights::allow_in_category(tx, authority, &new.code, item.category.as_ref())?;
    check_new(&item, new)?;
    let id = tx.id()?;
    let lot = Lot {
        id,
        item: new.item,
        code: new.code.clone(),
        expires: new.expires.or_else(|| expiry(&item, new.made_on)),
        made_on: new.made_on,
        status: new.status,
        ownership: new.ownership.unwrap_or(item.ownership),
        owner: new.owner.into(),
        supplier: new.supplier,
        supplier_code: new.supplier_code.clone(),
    };
    check_lot(tx, &item, &lot)?;
    add_origins(tx, id, &new.origins)?;
    tx.insert(lot.clone())?;
    held::schedule_lot(tx, &lot)?;
    tx.emit(event("stock.lot_added", &lot));
    Ok(lot)
}

pub(super) fn event(name: &'static str, lot: &Lot) -> Event {
    Event::new(name).with("item", lot.item).with("lot", lot.id)
}

/// The last day on which something is good that was made on a day.
fn expiry(item: &Item, made_on: Option<NaiveDate>) -> Option<NaiveDate> {
    made_on?.checked_add_days(Days::new(u64::from(item.shelf_life_days?)))
}

pub(super) fn bad(
    item: &Item,
    code: &SmolStr,
    field: &'static str,
    why: &'static str,
) -> StockError {
    let (item, code) = (item.code.clone(), code.clone());
    CatalogueError::BadLot { item, code, field, why }.into()
}

/// That an item has lots at all.
fn check_new(item: &Item, new: &NewLot) -> Result<(), StockError> {
    if item.closed {
        return Err(CatalogueError::Closed { what: "item", code: item.code.clone() }.into());
    }
    if item.tracking == Tracking::None || item.template {
        return Err(bad(
            item,
            &new.code,
            "item",
            "is not tracked by lots: change its tracking first",
        ));
    }
    let mut named = BTreeSet::new();
    if !new.origins.iter().all(|origin| named.insert(*origin)) {
        return Err(bad(item, &new.code, "origins", "name a lot twice: leave one out"));
    }
    Ok(())
}

/// What is wrong with a lot by itself, and that its number is free. Costs no read: the commit decides.
fn check_lot(tx: &mut Tx<'_>, item: &Item, lot: &Lot) -> Result<(), StockError> {
    check_code("lot number", &lot.code)?;
    lot.supplier_code.as_ref().map_or(Ok(()), |code| check_line("supplier's lot number", code))?;
    if lot.made_on.zip(lot.expires).is_some_and(|(made_on, expires)| expires < made_on) {
        return Err(bad(
            item,
            &lot.code,
            "expires",
            "is before the day on which it was made: correct one",
        ));
    }
    if lot.ownership == Ownership::Own && lot.owner.get().is_some() {
        return Err(bad(
            item,
            &lot.code,
            "owner",
            "is given, but the lot is the company's own: say whose it is, or leave the owner out",
        ));
    }
    if lot.ownership != Ownership::Own && lot.owner.get().is_none() {
        return Err(bad(
            item,
            &lot.code,
            "owner",
            "is not given, and the lot is not the company's own: name the party",
        ));
    }
    let holder = tx.unique(Lot::BY_CODE, &(lot.item, lot.code.clone(), lot.ownership))?;
    match holder.filter(|holder| holder.id != lot.id) {
        Some(holder) => Err(taken(item, &holder)),
        None => Ok(()),
    }
}

fn taken(item: &Item, holder: &Lot) -> StockError {
    let what = if item.tracking == Tracking::Serial { "serial number" } else { "lot" };
    let (item, code, lot) = (item.code.clone(), holder.code.clone(), holder.id);
    CatalogueError::LotExists { item, what, code, lot }.into()
}

/// A lot that is there. The decision rests on it.
pub(crate) fn existing_lot(tx: &mut Tx<'_>, lot: Id<Lot>) -> Result<Arc<Lot>, StockError> {
    tx.require(&lot, || CatalogueError::UnknownLot { lot }.into())
}

/// Notes what a new lot was made of. A new lot is in none that is there, so no circle can come of it.
fn add_origins(tx: &mut Tx<'_>, lot: Id<Lot>, origins: &[Id<Lot>]) -> Result<(), StockError> {
    for &origin in origins {
        existing_lot(tx, origin)?;
        tx.insert(LotOrigin { lot, origin })?;
    }
    Ok(())
}

/// Corrects a lot. What is left out stays. Whose it is can't change: goods that become another's are moved into a lot of his
/// ([`OwnerChange`](crate::moves::Movement::OwnerChange)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeLot {
    /// Which lot.
    pub lot: Id<Lot>,
    /// See [`Lot::code`].
    #[serde(default)]
    pub code: Option<SmolStr>,
    /// See [`Lot::expires`].
    #[serde(default)]
    pub expires: Change<NaiveDate>,
    /// See [`Lot::made_on`]. The day of expiry stays as it is.
    #[serde(default)]
    pub made_on: Change<NaiveDate>,
    /// See [`Lot::supplier`].
    #[serde(default)]
    pub supplier: Change<PartyId>,
    /// See [`Lot::supplier_code`].
    #[serde(default)]
    pub supplier_code: Change<SmolStr>,
}

impl ChangeLot {
    /// No change yet.
    pub fn of(lot: Id<Lot>) -> ChangeLot {
        ChangeLot {
            lot,
            code: None,
            expires: Change::Keep,
            made_on: Change::Keep,
            supplier: Change::Keep,
            supplier_code: Change::Keep,
        }
    }

    /// Gives a lot another last day.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let lot = stock.send("lot", &AddLots::new(vec![NewLot::new(ItemId::named("FLOUR-550"), "7")]))?.answer[0];
    /// stock.send("retested", &ChangeLot::expires(lot, day("2027-01-31")))?;
    /// assert!(stock.lot(lot)?.is_expired(day("2027-02-01")));
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn expires(lot: Id<Lot>, last: NaiveDate) -> ChangeLot {
        ChangeLot { expires: Change::To(last), ..ChangeLot::of(lot) }
    }
}

impl Act for ChangeLot {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CHANGE_LOT)?;
        let before = existing_lot(tx, self.lot)?;
        let item = existing(tx, before.item)?;
        rights::allow_in_category(tx, &authority, &before.code, item.category.as_ref())?;
        let mut lot = before.as_ref().clone();
        set(&mut lot.code, &self.code);
        self.expires.apply(&mut lot.expires);
        self.made_on.apply(&mut lot.made_on);
        self.supplier.apply(&mut lot.supplier);
        self.supplier_code.apply(&mut lot.supplier_code);
        if lot == *before {
            return Ok(());
        }
        check_lot(tx, &item, &lot)?;
        if item.tracking == Tracking::Serial {
            held::rename_serial(tx, &before, &lot)?;
        }
        tx.put(lot.clone())?; // what waits for it is judged by the lot as it is now
        held::recount_lot(tx, &before, &lot)?;
        tx.emit(event("stock.lot_changed", &lot));
        Ok(())
    }
}

/// Releases a lot, or keeps it back: what there is of it counts as quarantined, or blocked as expired, until it is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeLot {
    /// Which lot.
    pub lot: Id<Lot>,
    /// What it is from now on.
    pub status: LotStatus,
    /// Why, for who reads the events: a test report's number, a recall's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}

impl JudgeLot {
    /// Says what a lot is from now on.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let lot = stock.send("lot", &AddLots::new(vec![NewLot::new(ItemId::named("FLOUR-550"), "7")]))?.answer[0];
    /// let recall = JudgeLot { reason: Some("recall 2026-3".into()), ..JudgeLot::new(lot, LotStatus::Blocked) };
    /// stock.send("recall", &recall)?;
    /// assert!(!stock.lot(lot)?.status.is_usable());
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(lot: Id<Lot>, status: LotStatus) -> JudgeLot {
        JudgeLot { lot, status, reason: None }
    }
}

impl Act for JudgeLot {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::JUDGE_LOT)?;
        let before = existing_lot(tx, self.lot)?;
        let item = existing(tx, before.item)?;
        rights::allow_in_category(tx, &authority, &before.code, item.category.as_ref())?;
        self.reason.as_ref().map_or(Ok(()), |reason| check_line("reason", reason))?;
        if before.status == self.status {
            return Ok(());
        }
        let lot = Lot { status: self.status, ..before.as_ref().clone() };
        tx.put(lot.clone())?;
        held::recount_lot(tx, &before, &lot)?;
        let event = event("stock.lot_judged", &lot).with("status", lot.status.code());
        tx.emit(event.with("reason", self.reason.clone()));
        Ok(())
    }
}
