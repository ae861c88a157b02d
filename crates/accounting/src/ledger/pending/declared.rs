//! What pending entries declare.

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

use super::{EXPIRY, PendingEntry, PendingPosting, PendingSettled, expire};
use crate::rights;

pub(crate) static PART: Part =
    Part::new(&[PendingEntry::TABLE, PendingPosting::TABLE, PendingSettled::TABLE])
        .permissions(&[
            &rights::HOLD,
            &rights::POST_PENDING,
            &rights::VOID_PENDING,
            &rights::EXPIRE_PENDING,
        ])
        .holdings(&[Holding::of::<PendingEntry>(), Holding::of::<PendingPosting>()])
        .on_due(&[(EXPIRY, expire)]);
