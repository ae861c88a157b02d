//! Promises: what is kept for a document, what waits for goods, and what is on order.
//!
//! A reservation keeps a part of what is available ([`Stock::reserved`](crate::levels::Stock::reserved)), so nobody else can have it: two
//! sellers never promise the same piece. It rests on a floor under the counter alone, so promises of one item don't wait for one another
//! until one of them is short. What is not there is refused, left out, or waits ([`Otherwise`]); what comes, or is free again, goes to what
//! waits in the order in which it was promised, in the same commit. A reservation is fulfilled by the issue that names it, released, or
//! ends by the clock.
//!
//! What is found to be so is recorded, whatever was promised: a count, a loss, what is scrapped or set aside, a lot that is blocked or
//! expires. What is not there any more is nobody's: the newest promises wait from then on, and `stock.promise_uncovered` tells whose and how
//! much, in the same commit. A promise out of a place that names no lot is kept out of any place of the site where goods are left.

mod age;
mod amend;
mod changed;
mod cover;
mod error;
mod expect;
mod expire;
mod pick;
mod promises;
mod release;
mod reservation;
pub mod rights;

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

pub use amend::amend;
pub use error::ReserveError;
pub use expect::{AnnounceStock, CancelExpected, ExpectedLine, StillToCome, amend_expected};
pub(crate) use expire::KIND;
pub use pick::{PickLine, PickList, pick_list, pick_list_for};
pub(crate) use promises::Promises;
pub use release::{Release, ReleaseDocument};
pub use reservation::{Otherwise, Reserve, Reserved, ReservedLine, Wanted, reserve, reserve_many};
pub(crate) use reservation::{ask, units};

use crate::levels::{Expected, Reservation};

/// What the engine has of promises.
pub(crate) static PART: Part = Part::new(&[Reservation::TABLE, Expected::TABLE])
    .permissions(&[&rights::RESERVE, &rights::RELEASE, &rights::ANNOUNCE, &rights::EXPIRE])
    .on_due(&[(KIND, expire::expire)]);
