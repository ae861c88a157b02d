//! What contacts do, as it is stored: facts.

use fondaco_core::store::{Field, Personal, Rare, Record};
use fondaco_core::{PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::attributes::Values;

/// Why something was not done by a person.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Machine {
    /// A mail program that loads pictures before anybody reads: the opening says nothing.
    Opener,
    /// A scanner that follows links to see whether they do harm.
    Scanner,
    /// A crawler or another program.
    Bot,
}

/// Something that a contact did, or that was done with it: a page seen, a mail opened, a call, a meeting, a purchase.
///
/// Facts: what was wrong is [superseded](Superseded), and what is right stands beside it under the same id, as the next revision.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "crm_event", kind = fact, key(source, source_id, revision), index(by_party(party, at)),
)]
pub struct BehaviourEvent {
    /// Which program it comes from: `web`, `mail`, `calendar`.
    pub source: SmolStr,
    /// That program's own id of it. No name, no address: it stays when the person is erased.
    pub source_id: SmolStr,
    /// How often it was corrected before, from 0.
    pub revision: u32,
    /// Whose it is, as it was said: [`group`](crate::contacts::group) tells who that is now.
    pub party: PartyId,
    /// When it happened.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// What it is: `page_view`, `mail_open`, `purchase`.
    pub kind: SmolStr,
    /// Where it was no person: such counts for nothing in scores.
    pub machine: Option<Machine>,
    /// What else is known of it.
    pub details: Rare<Personal<Values>>,
}

impl BehaviourEvent {
    /// A value of the event; `None` where it has none such, or was erased.
    pub fn value(&self, name: &str) -> Option<&crate::attributes::Value> {
        self.details.get()?.get()?.get(name)
    }

    /// Whether its values were erased.
    pub fn is_erased(&self) -> bool {
        self.details.get().is_some_and(|values| values.get().is_none())
    }
}

/// An event that doesn't count any more: it was corrected, or erased.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_event_superseded", kind = fact, key(party, source, source_id, revision))]
pub struct Superseded {
    /// Whose it was.
    pub party: PartyId,
    /// See [`BehaviourEvent::source`].
    pub source: SmolStr,
    /// See [`BehaviourEvent::source_id`].
    pub source_id: SmolStr,
    /// Which revision.
    pub revision: u32,
    /// Whether the next revision takes its place; else it was erased.
    pub corrected: bool,
    /// When that was recorded.
    pub recorded_at: Timestamp,
    /// Why, by a code of the host's.
    pub reason: SmolStr,
}
