//! What is held on employees: all of it goes by their id, and what is personal of it is erased with them.

use std::sync::Arc;

use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::{Halt, PartyId, Range, Reading};

use super::{Employee, PayItem, PrivateFact, TermFact, TimeSheet};
use crate::leave::{LeaveGrant, LeaveRequest};

/// What is held on employees, for [`export`](fondaco_core::party::export()) and [`EraseParty`](fondaco_core::party::EraseParty). What was
/// paid stays, under the employee's id and number, and so does leave that was granted with its policy, which pay rests on: the law demands the
/// books. Requests for leave that were never granted go. Why an item is paid and why leave was granted goes, too, but in rows of before these
/// were personal (layout 1 of [`PayItem`] and [`LeaveGrant`]) and in the events that decisions about leave had before
/// [`LeaveRequest::why`] was (`payroll.leave_approved` and its like with a `reason`): facts are never changed, and neither is the log. A host
/// that has such rows or events says so to who asks.
pub const HOLDINGS: &[Holding] = &[
    Holding::of::<Employee>(),
    Holding::of::<TermFact>(),
    Holding::of::<PrivateFact>(),
    Holding::of::<PayItem>(),
    Holding::of::<TimeSheet>(),
    Holding::of::<LeaveGrant>(),
    Holding::of::<LeaveRequest>(),
];

macro_rules! held_by_key {
    ($($record:ty),*) => { $(
        impl HeldOnParty for $record {
            fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Self>>, Halt> {
                read.peek_scan(&Range::by_key(&party))
            }
        }
    )* };
}

held_by_key!(Employee, TermFact, PrivateFact, PayItem, TimeSheet, LeaveGrant, LeaveRequest);
