//! Leads: interest that somebody works on, from its source to being qualified or not.
//!
//! A contact has one lead at a time; when that is closed, the next interest is a lead of its own. Each step is a fact with who took it and
//! why. A lead belongs to the organisation that its person works for, or whose [domain](crate::matching) its e-mail has.

mod error;
mod open;
mod query;
mod record;
pub mod rights;
mod step;

pub use error::LeadError;
pub use open::{NewLead, OpenLeads};
pub use query::{lead, lead_steps, leads_with};
pub use record::{Lead, LeadStatus, LeadStep};
pub use step::{AssignLead, LeadMove, MoveLeads};

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};
use std::sync::Arc;

/// What the engine has of leads.
pub(crate) static PART: Part = Part::new(&[Lead::TABLE, LeadStep::TABLE])
    .permissions(&[&rights::WORK_LEADS])
    .holdings(&[Holding::of::<Lead>(), Holding::of::<LeadStep>()]);

impl HeldOnParty for Lead {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Lead>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

impl HeldOnParty for LeadStep {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<LeadStep>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}
