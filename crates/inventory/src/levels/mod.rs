//! Levels: what there is, now, as of any day, and as known at any time.
//!
//! What there is now are counters, each written once per batch ([`Stock`], [`Bin`], [`LotBin`]); what there was is added up from months
//! ([`Flow`]) and the moves of the last, broken one; what was known then is added up from the moves alone, as each says when it was
//! recorded. What of it was set aside, over, promised or on order then follows from facts too ([`stock_at`]): promises and orders note each
//! change ([`Commitment`]), lots and locations what they became ([`LotStanding`], [`KindOfLocation`]).

mod as_of;
mod ask;
mod batch;
mod error;
mod promise;
mod read;
mod record;
mod restate;
mod standing;
mod verify;

use chrono::{Datelike, NaiveDate};
use fondaco_core::engine::Part;
use fondaco_core::store::Record;

pub(crate) use as_of::Course;
pub use as_of::{stock_at, stock_known_at};
pub use ask::{available, contents, lies_under, on_hand, on_order, promised};
pub(crate) use batch::{Levels, Touched};
pub use error::LevelError;
pub use promise::{Commitment, Expected, Reservation};
pub(crate) use read::decimal;
pub use read::{
    BalanceOf, Explained, below_zero, bins, expected, explain_on_hand, lot_bins, moves_of,
    moves_of_lot, on_hand_at, on_hand_known_at, open_reservations, reservations_of, stock,
    stock_by_site, weights, weights_of_lot,
};
pub(crate) use record::number_of;
pub use record::{
    Bin, Flow, LocationUse, LotBin, LotLapse, LotTotal, MoveUse, Serial, Stock, Weight,
};
pub(crate) use restate::{lapse_if_over, lapse_overdue, restate, schedule};
pub use standing::{KindOfLocation, LotStanding};
pub(crate) use standing::{Standing, columns, note_kind};
pub use verify::{Discrepancy, verify};

/// What the engine has of levels.
pub(crate) static PART: Part = Part::new(&[
    Stock::TABLE,
    Bin::TABLE,
    LotBin::TABLE,
    LotTotal::TABLE,
    Serial::TABLE,
    LotLapse::TABLE,
    Weight::TABLE,
    Flow::TABLE,
    LocationUse::TABLE,
    MoveUse::TABLE,
    Commitment::TABLE,
    LotStanding::TABLE,
    KindOfLocation::TABLE,
])
.on_due(&[(restate::KIND, restate::lapse)])
.verified_by(verify::of_part);

/// The number of the month that a day is in: consecutive, so that months can be compared.
///
/// ```
/// use fondaco_inventory::levels::month_of;
/// let (december, january) = (month_of("2025-12-31".parse()?), month_of("2026-01-01".parse()?));
/// assert_eq!(january - december, 1);
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn month_of(date: NaiveDate) -> i32 {
    date.year() * 12 + date.month0() as i32
}

/// The first day of a month.
pub(crate) fn first_of(month: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)
}
