//! What is due to whom, and what becomes of it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use fondaco_core::map::HashMap;

use chrono::TimeDelta;
use fondaco_core::Timestamp;

use super::{Audience, Campaign, Decision, Message, Reason, Rules, Trigger};
use crate::KernelError;
use crate::segments::{Change, Span};

/// In which order messages are due: by moment, then what matters most, then by contact and campaign.
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

    /// When the next message is due: the moment to [decide](Self::decide).
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.waiting.first_key_value().map(|((due, ..), ())| *due)
    }

    /// Decides all that is due by now, what matters most first: it leaves now, however long it has been due, so suppression, consent, membership, caps and quiet hours are
    /// those of now. What falls into quiet hours waits until they end.
    ///
    /// ```
    /// # use fondaco_core::Timestamp;
    /// # use fondaco_core::calendar::Zone;
    /// # use fondaco_crm::campaigns::{Audience, Campaign, Outreach, QuietHours, Rules};
    /// # use fondaco_crm::segments::Change;
    /// # static UTC: Zone = Zone::UTC;
    /// # struct Everybody;
    /// # impl Audience for Everybody {
    /// #     fn zone(&self, _: u32) -> &Zone { &UTC }
    /// #     fn consents(&self, _: u32, _: &str, _: &str, _: Timestamp) -> bool { true }
    /// #     fn is_suppressed(&self, _: u32, _: Timestamp) -> bool { false }
    /// #     fn is_member(&self, _: &str, _: u32, _: Timestamp) -> bool { true }
    /// # }
    /// let quiet = Some(QuietHours { from: "21:00:00".parse()?, to: "08:00:00".parse()? });
    /// let campaigns = vec![Campaign::on_entry("thanks", "loyal")];
    /// let mut outreach = Outreach::new(Rules { campaigns, quiet, ..Rules::default() })?;
    /// let at = "2026-03-01T20:30:00Z".parse()?;
    /// outreach.note("loyal", &Change { at, segment: 0, contact: 7, entered: true });
    /// // The host was down at half past eight, and comes back at two in the night.
    /// assert!(outreach.decide("2026-03-02T02:00:00Z".parse()?, &Everybody).is_empty());
    /// assert_eq!(outreach.next_due(), Some("2026-03-02T08:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide(&mut self, now: Timestamp, audience: &impl Audience) -> Vec<Decision> {
        let mut due: Vec<Place> = Vec::new();
        while let Some(entry) = self.waiting.first_entry().filter(|entry| entry.key().0 <= now) {
            due.push(*entry.key());
            entry.remove();
        }
        due.sort_by_key(|(due, priority, ..)| (*priority, *due));
        due.into_iter().filter_map(|place| self.decide_one(place, now, audience)).collect()
    }

    /// What would have been decided until a moment by a host that decides each message when it is due: for trying rules on what was.
    pub fn replay(&mut self, until: Timestamp, audience: &impl Audience) -> Vec<Decision> {
        let mut decided = Vec::new();
        while let Some(due) = self.next_due().filter(|due| *due <= until) {
            decided.extend(self.decide(due, audience));
        }
        decided
    }

    /// Decides one message that leaves at a moment, unless that is quiet.
    fn decide_one(
        &mut self,
        (_, priority, contact, number, caused_at): Place,
        at: Timestamp,
        audience: &impl Audience,
    ) -> Option<Decision> {
        let quiet = self.rules.quiet;
        let later = quiet.map_or(at, |quiet| quiet.put_off(at, audience.zone(contact)));
        if later > at {
            self.waiting.insert((later, priority, contact, number, caused_at), ());
            return None;
        }
        let campaign = self.rules.campaigns.get(number)?;
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
        Some(Decision { message, held_by })
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
