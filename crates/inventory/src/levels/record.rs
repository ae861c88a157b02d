//! The counters: what there is of an item, by site, by location, by lot, by month.
//!
//! Each follows from the facts ([`Move`](crate::moves::Move), the reservations and what is on order), and [`verify`](super::verify) adds
//! them up again.

use chrono::{Datelike, NaiveDate};
use fondaco_core::store::Record;
use fondaco_core::{Id, ItemId, SiteId, Timestamp};
use smol_str::SmolStr;

use crate::Qty;
use crate::items::Lot;

/// What there is of an item at a site, of what the company may use: its own goods and consigned ones. A customer's goods are not in it.
///
/// All of its columns but the last two are quantities in the item's stock unit.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_level", kind = counter, key(item, site), index(by_site(site)),
    measure(available = on_hand - reserved - quarantined - expired),
    measure(position = on_hand + on_order + in_transit - expired - reserved - backordered),
    measure(not_waited_for = -backordered), measure(not_after = -last_day),
    measure(not_promised = -reserved),
)]
pub struct Stock {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// What lies there, quarantine included.
    pub on_hand: Qty,
    /// What is promised of it.
    pub reserved: Qty,
    /// What waits for an inspection and may be good: in a location for quarantine, or of a lot that is quarantined.
    pub quarantined: Qty,
    /// What serves nobody any more, wherever it lies: of lots whose last day is over, or that are blocked.
    pub expired: Qty,
    /// What was sent to the site and has not arrived.
    pub in_transit: Qty,
    /// What was ordered for the site, of suppliers or of production, and has not come.
    pub on_order: Qty,
    /// What is promised as soon as it comes.
    pub backordered: Qty,
    /// How many legs of moves there were at the site, also of what counts to no other column: who rests on this row rests on all that
    /// happens to the item there.
    pub legs: i64,
    /// The last day on which anything of it was moved there, as a number: see [`Stock::last_moved`]. A move that is dated before it has to
    /// leave enough for every day since.
    pub last_day: i64,
}

impl Stock {
    /// Nothing of an item at a site.
    ///
    /// ```
    /// use fondaco_core::{ItemId, SiteId};
    /// use fondaco_inventory::Qty;
    /// use fondaco_inventory::levels::Stock;
    ///
    /// let none = Stock::none(ItemId::named("M8x40"), SiteId::named("shop"));
    /// let some = Stock { on_hand: Qty::from_units(5_000_000), reserved: Qty::from_units(2_000_000), ..none };
    /// assert_eq!(some.available().to_string(), "3");
    /// ```
    pub fn none(item: ItemId, site: SiteId) -> Stock {
        let none = Qty::ZERO;
        Stock {
            item,
            site,
            on_hand: none,
            reserved: none,
            quarantined: none,
            expired: none,
            in_transit: none,
            on_order: none,
            backordered: none,
            legs: 0,
            last_day: 0,
        }
    }

    /// The last day on which anything of the item was moved at the site.
    ///
    /// ```
    /// use fondaco_core::{ItemId, SiteId};
    /// use fondaco_inventory::levels::Stock;
    ///
    /// let none = Stock::none(ItemId::named("M8x40"), SiteId::named("shop"));
    /// assert_eq!(none.last_moved(), None);
    /// ```
    pub fn last_moved(&self) -> Option<NaiveDate> {
        let day = i32::try_from(self.last_day).ok().filter(|day| *day > 0)?;
        NaiveDate::from_num_days_from_ce_opt(day)
    }

    /// What can be promised or issued: on hand - reserved - quarantined - expired.
    pub fn available(&self) -> rust_decimal::Decimal {
        sum(&[self.on_hand], &[self.reserved, self.quarantined, self.expired])
    }

    /// What reorder points are compared with: on hand + on order + in transit to the site - expired - reserved - backordered. What waits
    /// for an inspection is in it until somebody decides: what comes through would be ordered twice otherwise. What is over or blocked is not.
    ///
    /// ```
    /// use fondaco_core::{ItemId, SiteId};
    /// use fondaco_inventory::Qty;
    /// use fondaco_inventory::levels::Stock;
    ///
    /// let none = Stock::none(ItemId::named("M8x40"), SiteId::named("shop"));
    /// let ordered = Stock { on_order: Qty::from_units(9_000_000), backordered: Qty::from_units(4_000_000), ..none };
    /// assert_eq!(ordered.position().to_string(), "5");
    /// ```
    pub fn position(&self) -> rust_decimal::Decimal {
        let has = [self.on_hand, self.on_order, self.in_transit];
        sum(&has, &[self.expired, self.reserved, self.backordered])
    }
}

/// The number of a day in [`Stock::last_day`]: 1 is 1 January of the year 1, and 0 stands for none.
pub(crate) fn number_of(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce()).max(0)
}

/// The one less the others, of any size.
fn sum(plus: &[Qty], minus: &[Qty]) -> rust_decimal::Decimal {
    let total = |all: &[Qty]| all.iter().map(|one| i128::from(one.units())).sum::<i128>();
    super::read::decimal(total(plus) - total(minus))
}

/// What lies of an item in a location, whosever it is.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_bin", kind = counter, key(item, location), index(by_location(location)),
    measure(free = on_hand - reserved), measure(on_hand = on_hand), measure(not_promised = -reserved),
)]
pub struct Bin {
    /// The item.
    pub item: ItemId,
    /// The location's code.
    pub location: SmolStr,
    /// What lies there.
    pub on_hand: Qty,
    /// What is promised out of this location.
    pub reserved: Qty,
}

/// What lies of a lot in a location.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_lot_bin", kind = counter, key(lot, location),
    measure(free = on_hand - reserved), measure(on_hand = on_hand),
)]
pub struct LotBin {
    /// The lot.
    pub lot: Id<Lot>,
    /// The location's code.
    pub location: SmolStr,
    /// What lies there.
    pub on_hand: Qty,
    /// What is promised of the lot out of this location.
    pub reserved: Qty,
}

/// What there is of a lot, wherever it lies or travels. Each leg of it counts, so who rests on this row rests on all that happens to
/// the lot.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_lot_total", kind = counter, key(lot),
)]
pub struct LotTotal {
    /// The lot.
    pub lot: Id<Lot>,
    /// What there is, in transit included.
    pub on_hand: Qty,
    /// How many legs of moves it had.
    pub legs: i64,
}

/// What there is of a serial number, whoever owns it and wherever it lies or travels: one piece or none.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_serial", kind = counter, key(item, code),
    measure(room_for_one = -on_hand), measure(number_of_legs = legs),
)]
pub struct Serial {
    /// The item.
    pub item: ItemId,
    /// The serial number.
    pub code: SmolStr,
    /// What there is, in transit included.
    pub on_hand: Qty,
    /// How many legs of moves it had.
    pub legs: i64,
}

/// What pieces weigh that lie in a location, of goods that are counted in one unit and weighed in another: no pieces weigh nothing.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_weight", kind = counter, key(item, site, location, lot), index(by_lot(lot)),
    measure(on_hand = on_hand),
)]
pub struct Weight {
    /// The item.
    pub item: ItemId,
    /// The site of the location.
    pub site: SiteId,
    /// The location's code.
    pub location: SmolStr,
    /// The lot; [`NO_LOT`](Weight::NO_LOT) of what is not tracked.
    pub lot: Id<Lot>,
    /// What lies there, in the unit that the item is weighed in.
    pub on_hand: Qty,
}

impl Weight {
    /// Stands for the lot of what is not tracked.
    pub const NO_LOT: Id<Lot> = Id::from_u128(0);
}

/// What moved of an item at a site within a month: what balances as of a day are added up from.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_flow", kind = counter, key(item, site, month))]
pub struct Flow {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// Which month, as [`month_of`](super::month_of) numbers them.
    pub month: i32,
    /// What came, of what counts to [`Stock::on_hand`].
    pub received: Qty,
    /// What went.
    pub issued: Qty,
    /// How many legs of moves there were.
    pub legs: i64,
}

/// How often something was put into a location or taken from it; what is sent to a site counts at its root. Who rests on this row rests on
/// all that lies there.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_location_use", kind = counter, key(location))]
pub struct LocationUse {
    /// The location's code.
    pub location: SmolStr,
    /// How many legs of moves there were.
    pub legs: i64,
}

/// How much of a move was taken back by others: of an issue, what was returned; of a receipt, what went back; of a dispatch, what arrived;
/// of any, all of it when it was reversed.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_move_use", kind = counter, key(of), measure(unused = -used))]
pub struct MoveUse {
    /// The move.
    pub of: Id<crate::moves::Move>,
    /// How much.
    pub used: Qty,
}

/// That the last day of a lot is over: what there is of it counts as [`expired`](Stock::expired).
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_lot_lapse", kind = state, key(lot))]
pub struct LotLapse {
    /// The lot.
    pub lot: Id<Lot>,
    /// The last day on which it was good.
    pub expired: NaiveDate,
    /// When that was recorded.
    pub recorded_at: Timestamp,
}
