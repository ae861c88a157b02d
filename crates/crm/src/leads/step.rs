//! What becomes of leads.

use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, PartyId, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::open::last;
use super::rights::WORK_LEADS;
use super::{Lead, LeadError, LeadStatus, LeadStep};
use crate::contacts::living_in_group;
use crate::{CrmError, check_code, check_count, is_ahead};

/// That a lead stands otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadMove {
    /// Whose last lead.
    pub party: PartyId,
    /// How it stands from now on.
    pub to: LeadStatus,
    /// Why, by a code of the host's: needed for what is disqualified or recycled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
    /// Since when; now where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl LeadMove {
    /// The lead of `party` stands so from now on.
    pub fn new(party: PartyId, to: LeadStatus) -> LeadMove {
        LeadMove { party, to, reason: None, at: None }
    }

    /// For a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<SmolStr>) -> LeadMove {
        self.reason = Some(reason.into());
        self
    }
}

/// Says how leads stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveLeads {
    /// Lead by lead, at most 100,000.
    pub moves: Vec<LeadMove>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl MoveLeads {
    /// All of these, or none.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::leads::{LeadMove, LeadStatus, MoveLeads, NewLead, OpenLeads};
    /// crm.send("lead", &OpenLeads::new(vec![NewLead::new(ada(), "webinar")]))?;
    /// let no = LeadMove::new(ada(), LeadStatus::Disqualified);
    /// let refused = crm.send("no", &MoveLeads::new(vec![no.clone()]))?.answer.refused;
    /// assert_eq!(refused[0].code, "crm.lead_reason");
    /// crm.send("no budget", &MoveLeads::new(vec![no.because("no_budget")]))?;
    /// crm.send("again", &OpenLeads::new(vec![NewLead::new(ada(), "fair")]))?; // another lead, number 2
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(moves: Vec<LeadMove>) -> MoveLeads {
        MoveLeads { moves, taking: Taking::AllOrNothing }
    }
}

impl Act for MoveLeads {
    type Answer = Entered;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, CrmError> {
        tx.authorize(&Request::new(&WORK_LEADS))?;
        check_count(self.moves.len())?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, one) in self.moves.iter().enumerate() {
                let done = tx.attempt(|tx| move_one(tx, one))?;
                entered.note(at, done);
            }
            Ok(entered)
        })
    }
}

fn move_one(tx: &mut Tx<'_>, one: &LeadMove) -> Result<bool, CrmError> {
    let LeadMove { party, to, .. } = *one;
    living_in_group(tx, party)?;
    let there = last(tx, party)?.ok_or(LeadError::NoLead { party })?;
    if there.status == to {
        return Ok(false);
    }
    let number = there.number;
    if !there.status.may_become(to) {
        let (from, may) = (there.status.code(), there.status.may());
        return Err(LeadError::LeadMove { party, number, from, to: to.code(), may }.into());
    }
    match &one.reason {
        Some(reason) => check_code("reason", reason)?,
        None if to.needs_reason() => return Err(LeadError::LeadReason { to: to.code() }.into()),
        None => {}
    }
    let (now, since) = (tx.now(), there.since);
    // The step before may be of a clock that is a little ahead.
    let at = one.at.unwrap_or(now.max(since));
    if at < since || is_ahead(at, now) {
        return Err(LeadError::LeadTime { party, at, since, now }.into());
    }
    let reason = one.reason.clone();
    let worked_at = there.worked_at.or(Some(at));
    let steps = there.steps.saturating_add(1);
    let lead = Lead { status: to, since: at, reason, worked_at, steps, ..there.as_ref().clone() };
    let told = lead.last_step(at, now, tx.actor().as_str());
    step(tx, lead, told, "crm.lead_moved")?;
    Ok(true)
}

/// Stages a lead after another step, with that step.
fn step(tx: &mut Tx<'_>, lead: Lead, step: LeadStep, told: &'static str) -> Result<(), CrmError> {
    tx.insert(step)?;
    let event = Event::new(told).with("party", Value::Id(lead.party.to_u128()));
    tx.emit(
        event.with("number", Value::I64(lead.number.into())).with("status", lead.status.code()),
    );
    Ok(tx.put(lead)?)
}

/// Gives the lead of a contact to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignLead {
    /// Whose last lead.
    pub party: PartyId,
    /// Who works on it from now on; nobody where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SmolStr>,
    /// Why, by a code of the host's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}

impl AssignLead {
    /// `owner` works on the lead of `party`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::leads::{AssignLead, NewLead, OpenLeads, lead_steps};
    /// crm.send("lead", &OpenLeads::new(vec![NewLead::new(ada(), "webinar")]))?;
    /// crm.send("assign", &AssignLead::new(ada(), "seller-2"))?;
    /// let steps = crm.view(|view| lead_steps(view, ada(), 1))?;
    /// assert_eq!(steps[1].owner.as_deref(), Some("seller-2"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, owner: impl Into<SmolStr>) -> AssignLead {
        AssignLead { party, owner: Some(owner.into()), reason: None }
    }
}

impl Act for AssignLead {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&WORK_LEADS))?;
        let party = self.party;
        for (field, code) in [("owner", &self.owner), ("reason", &self.reason)] {
            code.as_ref().map_or(Ok(()), |code| check_code(field, code))?;
        }
        living_in_group(tx, party)?;
        let there = last(tx, party)?.ok_or(LeadError::NoLead { party })?;
        if there.owner == self.owner {
            return Ok(());
        }
        let (owner, steps) = (self.owner.clone(), there.steps.saturating_add(1));
        let lead = Lead { owner, steps, ..there.as_ref().clone() };
        // Why it stands as it does stays so: why somebody else works on it is the step's.
        let (now, reason) = (tx.now(), self.reason.clone());
        let told = LeadStep { reason, ..lead.last_step(now, now, tx.actor().as_str()) };
        step(tx, lead, told, "crm.lead_assigned")
    }
}
