//! Lots and serial numbers.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Rare, Record};
use fondaco_core::{Id, ItemId, PartyId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Ownership;

/// Whether a lot may be used.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LotStatus {
    /// It may.
    #[default]
    Released,
    /// Not before somebody has released it: it waits for an inspection. Counts as quarantined wherever it lies, until it is over.
    Quarantined,
    /// It may not: a recall, a complaint. Counts as expired wherever it lies, and leaves only as scrap or back to where
    /// it came from.
    Blocked,
}

impl LotStatus {
    /// Whether what there is of the lot can be promised to somebody.
    ///
    /// ```
    /// use fondaco_inventory::items::LotStatus;
    /// assert!(LotStatus::Released.is_usable() && !LotStatus::Quarantined.is_usable());
    /// ```
    pub fn is_usable(self) -> bool {
        self == LotStatus::Released
    }
}

/// What was made or bought together; of an item that is tracked by serial numbers, one piece.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_lot", kind = state, key(id),
    index(by_code(item, code, ownership), unique), index(by_item(item)), index(by_expiry(item, expires)),
    index(expiring(expires)), index(by_supplier_code(item, supplier_code)),
    guard(by_item(item))
)]
pub struct Lot {
    /// Its id: the lots of an item are in the order in which they were recorded.
    pub id: Id<Lot>,
    /// The item.
    pub item: ItemId,
    /// The lot's or the serial number. Of an item there is one lot of a number for each [`Ownership`]: what is bought of goods that were
    /// consigned keeps its number, in a lot of its own.
    pub code: SmolStr,
    /// The last day on which it is good; `None` for ever.
    pub expires: Option<NaiveDate>,
    /// The day on which it was made.
    pub made_on: Option<NaiveDate>,
    /// Whether it may be used.
    pub status: LotStatus,
    /// Whose it is.
    pub ownership: Ownership,
    /// Who owns what is not the company's own.
    pub owner: Rare<PartyId>,
    /// Who made or delivered it.
    pub supplier: Option<PartyId>,
    /// What the supplier calls it.
    pub supplier_code: Option<SmolStr>,
}

impl Lot {
    /// Whether it is past its last day on `date`.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// # use fondaco_inventory::items::{Lot, LotStatus, Ownership};
    /// # use fondaco_core::{Id, ItemId};
    /// # let lot = |expires| Lot {
    /// #     id: Id::from_u128(1), item: ItemId::named("MILK"), code: "L1".into(), expires, made_on: None,
    /// #     status: LotStatus::Released, ownership: Ownership::Own, owner: None.into(), supplier: None, supplier_code: None,
    /// # };
    /// let june = |day| NaiveDate::from_ymd_opt(2026, 6, day);
    /// let milk = lot(june(10));
    /// assert_eq!(june(10).map(|day| milk.is_expired(day)), Some(false)); // still good on its last day
    /// assert_eq!(june(11).map(|day| milk.is_expired(day)), Some(true));
    /// assert_eq!(june(11).map(|day| lot(None).is_expired(day)), Some(false));
    /// ```
    pub fn is_expired(&self, date: NaiveDate) -> bool {
        self.expires.is_some_and(|last| last < date)
    }
}

/// That a lot was made of another, wholly or in part, or that some of the other is in it since it changed its owner.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_lot_origin", kind = fact, key(lot, origin), index(by_origin(origin)),
    guard(by_lot(lot)), guard(by_origin(origin))
)]
pub struct LotOrigin {
    /// The lot.
    pub lot: Id<Lot>,
    /// What it was made of.
    pub origin: Id<Lot>,
}
