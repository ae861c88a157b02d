//! Opening leads.

use std::sync::Arc;

use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::tx::Needs;
use fondaco_core::{Act, PartyId, Range, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::query::current;
use super::rights::WORK_LEADS;
use super::{Lead, LeadError, LeadStatus};
use crate::contacts::{ContactError, ContactKind, Profile, group, living};
use crate::matching::organisation_of;
use crate::{CrmError, check_code, check_count, is_ahead};

/// Interest of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLead {
    /// Whose.
    pub party: PartyId,
    /// See [`Lead::source`].
    pub source: SmolStr,
    /// Who works on it; the contact's owner where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SmolStr>,
    /// The organisation; that for which the contact works, or whose domain its e-mail has, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<PartyId>,
    /// When the interest came; now where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl NewLead {
    /// Interest that came from a source.
    pub fn new(party: PartyId, source: impl Into<SmolStr>) -> NewLead {
        NewLead { party, source: source.into(), owner: None, organisation: None, at: None }
    }
}

/// Opens leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenLeads {
    /// The leads, at most 100,000.
    pub leads: Vec<NewLead>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl OpenLeads {
    /// Opens all of these, or none.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::leads::{LeadStatus, NewLead, OpenLeads, lead};
    /// crm.send("lead", &OpenLeads::new(vec![NewLead::new(ada(), "webinar")]))?;
    /// let lead = crm.view(|view| lead(view, ada()))?.ok_or("there is one")?;
    /// assert_eq!((lead.number, lead.status), (1, LeadStatus::New));
    /// assert_eq!(lead.organisation, Some(firm())); // for whom she works
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(leads: Vec<NewLead>) -> OpenLeads {
        OpenLeads { leads, taking: Taking::AllOrNothing }
    }
}

impl Act for OpenLeads {
    type Answer = Entered;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, CrmError> {
        tx.authorize(&Request::new(&WORK_LEADS))?;
        check_count(self.leads.len())?;
        let ids: Vec<PartyId> = self.leads.iter().map(|new| new.party).collect();
        let mut needs = Needs::new().rows::<Profile>(&ids);
        for party in &ids {
            needs = needs.range(&Range::<Lead>::by_key(party))?;
        }
        tx.need_all(needs)?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.leads.iter().enumerate() {
                let done = tx.attempt(|tx| open(tx, new).map(|()| true))?;
                entered.note(at, done);
            }
            Ok(entered)
        })
    }
}

/// The lead that a contact has under any of its ids; the decision rests on it.
pub(super) fn last(tx: &mut Tx<'_>, party: PartyId) -> Result<Option<Arc<Lead>>, CrmError> {
    let mut leads = Vec::new();
    for party in group(tx, party)? {
        leads.extend(tx.scan(&Range::<Lead>::by_key(&party))?.pop());
    }
    Ok(current(leads))
}

/// The organisation that a lead is said to belong to: a person is none.
fn whose(tx: &mut Tx<'_>, organisation: PartyId) -> Result<PartyId, CrmError> {
    let profile = living(tx, organisation)?;
    if profile.kind == ContactKind::Person {
        let why = "is a person: name an organisation, or leave it out for the one that the person works for";
        return Err(ContactError::BadContact { field: "organisation", why }.into());
    }
    Ok(profile.party)
}

fn open(tx: &mut Tx<'_>, new: &NewLead) -> Result<(), CrmError> {
    check_code("source", &new.source)?;
    new.owner.as_ref().map_or(Ok(()), |owner| check_code("owner", owner))?;
    let (party, now) = (new.party, tx.now());
    let profile = living(tx, party)?;
    let at = new.at.unwrap_or(now);
    if is_ahead(at, now) {
        return Err(LeadError::LeadTime { party, at, since: profile.added_at, now }.into());
    }
    if let Some(there) = last(tx, party)?.filter(|there| !there.status.is_closed()) {
        let (party, number, status) = (there.party, there.number, there.status.code());
        return Err(LeadError::LeadOpen { party, number, status }.into());
    }
    let before = tx.scan(&Range::<Lead>::by_key(&party))?.pop();
    let organisation = match new.organisation {
        Some(organisation) => Some(whose(tx, organisation)?),
        None => {
            let today = tx.today()?;
            organisation_of(tx, party, today)?
        }
    };
    let lead = Lead {
        party,
        number: before.map_or(1, |before| before.number.saturating_add(1)),
        status: LeadStatus::New,
        since: at,
        opened_at: at,
        worked_at: None,
        steps: 1,
        source: new.source.clone(),
        owner: new.owner.clone().or_else(|| profile.owner.clone()),
        organisation,
        reason: None,
    };
    let actor = tx.actor().clone();
    tx.insert(lead.last_step(at, now, actor.as_str()))?;
    let event = Event::new("crm.lead_opened").with("party", Value::Id(party.to_u128()));
    tx.emit(event.with("number", Value::I64(lead.number.into())));
    Ok(tx.insert(lead)?)
}
