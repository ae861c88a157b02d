//! How leads stand, and how they came to.

use std::sync::Arc;

use fondaco_core::{Halt, PartyId, Range, Reading};

use super::{Lead, LeadStatus, LeadStep};
use crate::contacts::group;

/// The lead of a contact under any of its ids: the open one, or else the last.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn lead(read: &mut impl Reading, party: PartyId) -> Result<Option<Arc<Lead>>, Halt> {
    let mut leads = Vec::new();
    for party in group(read, party)? {
        leads.extend(read.peek_scan(&Range::<Lead>::by_key(&party).backwards().limit(1))?);
    }
    Ok(current(leads))
}

/// Of the last lead of each id that a contact has, the one that counts: two may be open, where both were before they were found to be one.
pub(super) fn current(leads: Vec<Arc<Lead>>) -> Option<Arc<Lead>> {
    leads.into_iter().max_by_key(|lead| (!lead.status.is_closed(), lead.opened_at))
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
