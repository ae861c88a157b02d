//! What is due to whom, and what becomes of it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use fondaco_core::map::HashMap;

use chrono::TimeDelta;
use fondaco_core::Timestamp;

use super::{Audience, Campaign, Decision, Message, Reason, Rules, Trigger};
use crate::KernelError;
use crate::segments::{Change, Span};

/// In which order messages are decided: by moment, then what matters most, then by contact and campaign.
type Place = (Timestamp, Reverse<i32>, u32, usize, Timestamp);

/// Messages that wait, and what was sent to whom.
///
/// ```
/// use fondaco_core::Timestamp;
/// use fondaco_core::calendar::Zone;
/// use fondaco_crm::campaigns::{Audience, Campaign, Outreach, Rules};
/// use fondaco_crm::segments::Change;
///
/// static UTC: Zone = Zone::UTC;
/// struct Everybody;
/// impl Audience for Everybody {
///     fn zone(&self, _: u32) -> &Zone { &UTC }
///     fn consents(&self, _: u32, _: &str, _: &str, _: Timestamp) -> bool { true }
///     fn is_suppressed(&self, _: u32, _: Timestamp) -> bool { false }
///     fn is_member(&self, _: &str, _: u32, _: Timestamp) -> bool { true }
/// }
/// let rules = Rules { campaigns: vec![Campaign::on_entry("thanks", "loyal")], ..Rules::default() };
/// let mut outreach = Outreach::new(rules)?;
/// let at: Timestamp = "2026-03-01T10:00:00Z".parse()?;
/// outreach.note("loyal", &Change { at, segment: 0, contact: 7, entered: true });
/// let decided = outreach.decide(at, &Everybody);
/// assert_eq!(decided[0].message.id(), "thanks/7/1772359200000000");
/// assert_eq!(decided[0].held_by, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Outreach {
    rules: Rules,
    waiting: BTreeMap<Place, ()>,
    /// What was sent to each, by time: the channel and the campaign.
    sent: HashMap<u32, Vec<(Timestamp, usize)>>,
}

impl Outreach {
    /// Rules, of which nothing was sent yet.
    ///
    /// # Errors
    /// When two campaigns have one name.
    pub fn new(rules: Rules) -> Result<Outreach, KernelError> {
        let names = rules.campaigns.iter().map(|campaign| campaign.name.as_str());
        for (place, name) in names.clone().enumerate() {
            if names.clone().take(place).any(|other| other == name) {
                return Err(KernelError::Contradiction {
                    field: "campaigns".into(),
                    found: format!("{name:?} twice"),
                    other: "a message is known again by the campaign's name",
                    way_out: "give each a name of its own",
                });
            }
        }
        Ok(Outreach { rules, waiting: BTreeMap::new(), sent: HashMap::default() })
    }

    /// Somebody came into a segment, or left it: what goes by that, waits for its moment. The same change again changes nothing.
    pub fn note(&mut self, segment: &str, change: &Change) {
        let trigger = if change.entered { Trigger::Entry } else { Trigger::Exit };
        for (number, campaign) in self.rules.campaigns.iter().enumerate() {
            if campaign.segment == segment && campaign.on == trigger {
                let due = campaign.after.map_or(change.at, |span| later(change.at, span));
                let priority = Reverse(campaign.priority);
                self.waiting.insert((due, priority, change.contact, number, change.at), ());
            }
        }
    }

    /// How many messages wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Decides all that is due until a moment, in order. What falls into quiet hours waits until they end.
    pub fn decide(&mut self, until: Timestamp, audience: &impl Audience) -> Vec<Decision> {
        let mut decided = Vec::new();
        while let Some(entry) = self.waiting.first_entry().filter(|entry| entry.key().0 <= until) {
            let (due, priority, contact, number, caused_at) = *entry.key();
            entry.remove();
            let Some(campaign) = self.rules.campaigns.get(number) else { continue };
            let quiet = self.rules.quiet;
            let at = quiet.map_or(due, |quiet| quiet.put_off(due, audience.zone(contact)));
            if at > due {
                self.waiting.insert((at, priority, contact, number, caused_at), ());
                continue;
            }
            let message = Message {
                campaign: campaign.name.clone(),
                contact,
                channel: campaign.channel.clone(),
                caused_at,
                at,
            };
            let held_by = self.held_by(campaign, number, &message, audience);
            if held_by.is_none() {
                self.sent.entry(contact).or_default().push((at, number));
            }
            decided.push(Decision { message, held_by });
        }
        decided
    }

    fn held_by(
        &self,
        campaign: &Campaign,
        number: usize,
        message: &Message,
        audience: &impl Audience,
    ) -> Option<Reason> {
        let (contact, at) = (message.contact, message.at);
        if audience.is_suppressed(contact, at) {
            return Some(Reason::Suppressed);
        }
        if !audience.consents(contact, &campaign.channel, &campaign.purpose, at) {
            return Some(Reason::NoConsent);
        }
        let is = audience.is_member(&campaign.segment, contact, at);
        if campaign.only_while && is != (campaign.on == Trigger::Entry) {
            return Some(Reason::NoLonger);
        }
        let sent = self.sent.get(&contact).map(Vec::as_slice).unwrap_or_default();
        let lately = |span: Option<Span>, when: Timestamp| {
            span.is_none_or(|span| at.since(when) < TimeDelta::microseconds(span.micros()))
        };
        let again = |(when, which): &(Timestamp, usize)| {
            *which == number && lately(campaign.again_after, *when)
        };
        if sent.iter().any(again) {
            return Some(Reason::Again);
        }
        let full = |cap: &super::Cap| {
            let counts = |which: usize| {
                let of = self.rules.campaigns.get(which);
                cap.channel.as_ref().is_none_or(|one| of.is_some_and(|of| of.channel == *one))
            };
            let applies = cap.channel.as_ref().is_none_or(|one| *one == campaign.channel);
            let count = sent
                .iter()
                .filter(|(when, which)| counts(*which) && lately(Some(cap.within), *when));
            applies && count.count() >= cap.most as usize
        };
        self.rules.caps.iter().any(full).then_some(Reason::Capped)
    }
}

fn later(at: Timestamp, span: Span) -> Timestamp {
    at.checked_add(TimeDelta::microseconds(span.micros())).unwrap_or(Timestamp::MAX)
}
