//! How leads stand, and how they came to.

use std::sync::Arc;

use fondaco_core::{Halt, PartyId, Range, Reading};

use super::{Lead, LeadStatus, LeadStep};

/// The last lead of a contact.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn lead(read: &mut impl Reading, party: PartyId) -> Result<Option<Arc<Lead>>, Halt> {
    Ok(read.peek_scan(&Range::<Lead>::by_key(&party).backwards().limit(1))?.pop())
}

/// The steps of a lead, the first of which opened it.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn lead_steps(
    read: &mut impl Reading,
    party: PartyId,
    number: u32,
) -> Result<Vec<Arc<LeadStep>>, Halt> {
    read.peek_scan(&Range::<LeadStep>::by_key(&(party, number)))
}

/// The leads that stand so, those first that do so longest.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::leads::{LeadStatus, NewLead, OpenLeads, leads_with};
/// crm.send("lead", &OpenLeads::new(vec![NewLead::new(ada(), "webinar")]))?;
/// assert_eq!(crm.view(|view| leads_with(view, LeadStatus::New))?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn leads_with(read: &mut impl Reading, status: LeadStatus) -> Result<Vec<Arc<Lead>>, Halt> {
    read.peek_scan(&Range::by(Lead::BY_STATUS, &status))
}
