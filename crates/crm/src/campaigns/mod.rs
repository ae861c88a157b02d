//! Acting on segments: what is written to whom when somebody comes into a segment or leaves it, and what keeps a message back.
//!
//! A [`Campaign`] writes on entry or exit, at once or after a delay. Before a message leaves it is asked, in this order: is the contact
//! suppressed, does it consent to this purpose on this channel, is it still in (where the campaign wants that), was the same written lately, is a
//! frequency cap reached. Messages that are decided together go by priority, so that what matters more gets the room under a cap. Quiet hours of the
//! contact's own clock put a message off until they end. [`Outreach`] decides, deterministically and with the reason, and sends nothing
//! itself: its [`Message`]s carry ids by which a service knows the same message again. Fed with the changes of last month, it
//! [says](Outreach::replay) what a rule would have sent.

mod outreach;
mod quiet;
#[cfg(test)]
mod tests;

use fondaco_core::Timestamp;
use fondaco_core::calendar::Zone;
use serde::{Deserialize, Serialize};

use crate::segments::Span;

pub use outreach::Outreach;
pub use quiet::QuietHours;

/// On what a campaign writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trigger {
    /// Somebody comes into the segment.
    Entry,
    /// Somebody leaves it.
    Exit,
}

/// A message that is written when somebody comes or goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Its name.
    pub name: String,
    /// The segment whose changes it goes by.
    pub segment: String,
    /// Which changes.
    pub on: Trigger,
    /// How long after; at once, if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
    /// Whether what was so at the change has to be so still when the message leaves: in after an entry, out after an exit.
    pub only_while: bool,
    /// How it is sent: `email`.
    pub channel: String,
    /// What for, as consent is given: `marketing`.
    pub purpose: String,
    /// Which goes first, the greatest number, where several are due to one contact.
    pub priority: i32,
    /// How long the same is not written to the same contact again; for ever, if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_after: Option<Span>,
}

impl Campaign {
    /// A message by e-mail for marketing on entry, at once, while the contact is in, once for ever.
    #[must_use]
    pub fn on_entry(name: &str, segment: &str) -> Campaign {
        Campaign {
            name: name.to_owned(),
            segment: segment.to_owned(),
            on: Trigger::Entry,
            after: None,
            only_while: true,
            channel: "email".into(),
            purpose: "marketing".into(),
            priority: 0,
            again_after: None,
        }
    }

    /// The same so long after.
    #[must_use]
    pub fn after(mut self, span: Span) -> Campaign {
        self.after = Some(span);
        self
    }

    /// The same with a priority.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Campaign {
        self.priority = priority;
        self
    }

    /// The same, again to the same contact after so long.
    #[must_use]
    pub fn again_after(mut self, span: Span) -> Campaign {
        self.again_after = Some(span);
        self
    }
}

/// How many messages a contact gets at most.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// On this channel; on all together, if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// So many.
    pub most: u32,
    /// In any time so long.
    pub within: Span,
}

/// All campaigns, and what holds for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The campaigns; each has a name of its own.
    pub campaigns: Vec<Campaign>,
    /// All of them hold.
    #[serde(default)]
    pub caps: Vec<Cap>,
    /// When nothing is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
}

/// What is known of those who are written to, at a moment.
pub trait Audience {
    /// The clock of the contact.
    fn zone(&self, contact: u32) -> &Zone;
    /// Whether the contact agrees to this purpose on this channel.
    fn consents(&self, contact: u32, channel: &str, purpose: &str, at: Timestamp) -> bool;
    /// Whether the contact is on the suppression list.
    fn is_suppressed(&self, contact: u32, at: Timestamp) -> bool;
    /// Whether the contact is in the segment at a moment: the one at which the message leaves, which is long past in a [replay](Outreach::replay).
    fn is_member(&self, segment: &str, contact: u32, at: Timestamp) -> bool;
}

/// A message to one contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The campaign.
    pub campaign: String,
    /// To whom.
    pub contact: u32,
    /// How it is sent.
    pub channel: String,
    /// The change that it goes by.
    pub caused_at: Timestamp,
    /// When it leaves.
    pub at: Timestamp,
}

impl Message {
    /// What the message is known by again: the campaign, the contact and the change, whenever it leaves.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.campaign, self.contact, self.caused_at.micros())
    }
}

/// What keeps a message back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The contact is on the suppression list.
    Suppressed,
    /// The contact did not agree.
    NoConsent,
    /// What it goes by is not so any more.
    NoLonger,
    /// The same was written lately.
    Again,
    /// A frequency cap is reached.
    Capped,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// The message.
    pub message: Message,
    /// What keeps it back; nothing, if it is sent.
    pub held_by: Option<Reason>,
}
