//! What contacts do: events from any source, each exactly once, late and in any order.
//!
//! An event is known by the id that its source gives it. The same id with the same content is recorded once, however often it is sent; with
//! another content it is refused, and both are named. It has the time at which it happened and the time at which it was recorded, so that
//! what was known at a time can be asked. What was wrong is corrected by the next revision, under the same id; what shall not be kept is
//! erased, and does not come again. Machines that open mails and follow links are flagged ([`Machine`]).
//!
//! Values of events are personal and go with the person; kind, source and time stay, so that counts stay right.

mod correct;
mod error;
mod given;
mod query;
mod record;
pub mod rights;
mod take;

pub use correct::{CorrectEvent, EraseEvent};
pub use error::EventError;
pub use given::NewEvent;
pub use query::{each_event, events_known_at, events_of};
pub use record::{BehaviourEvent, Machine, Superseded};
pub use take::RecordEvents;

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};
use std::sync::Arc;

/// What the engine has of events.
pub(crate) static PART: Part = Part::new(&[BehaviourEvent::TABLE, Superseded::TABLE])
    .permissions(&[&rights::RECORD_EVENTS, &rights::CORRECT_EVENTS])
    .holdings(&[Holding::of::<BehaviourEvent>(), Holding::of::<Superseded>()]);

impl HeldOnParty for BehaviourEvent {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<BehaviourEvent>>, Halt> {
        read.peek_scan(&Range::by(BehaviourEvent::BY_PARTY, &party))
    }
}

impl HeldOnParty for Superseded {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Superseded>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}
