//! Who gets which leads, as data: what people write, store and compare. [`Router`](super::Router) checks and runs it.

use std::collections::BTreeMap;

use fondaco_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::scoring::rules::{Condition, Type};

/// How leads are given to sellers.
///
/// A lead goes, if that is possible, to who had it lately, else to the owner of its organisation, else by the first rule that holds, else by its territory,
/// else to [`otherwise`](Self::otherwise). It is not possible where a seller is away without a deputy who can take it, or has as many leads as
/// they take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoutingPlan {
    /// What it is called.
    pub name: String,
    /// Counted up with each change.
    pub version: u32,
    /// Attributes of leads that rules may look at.
    pub attributes: BTreeMap<String, Type>,
    /// Who sells, by an id of the host's.
    pub sellers: BTreeMap<String, Seller>,
    /// Groups of sellers, with the weight of each: who has 2 gets twice as many leads as who has 1.
    pub teams: BTreeMap<String, BTreeMap<String, u32>>,
    /// The first that holds counts.
    pub rules: Vec<RoutingRule>,
    /// Who gets the leads of a territory.
    pub territories: BTreeMap<String, Target>,
    /// Who gets all others.
    pub otherwise: Option<Target>,
    /// A lead that comes back within so many days goes to who had it; nothing for never.
    pub sticky_days: Option<u32>,
    /// What happens to leads that nobody touches, from the shortest time to the longest.
    pub escalation: Vec<Level>,
}

/// Who sells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seller {
    /// How many open leads they take; nothing for any number.
    pub most_open: Option<u32>,
    /// How many leads they take in a day.
    pub most_a_day: Option<u32>,
    /// When they are out of office: from an instant, before another.
    pub away: Vec<(Timestamp, Timestamp)>,
    /// Who takes their leads meanwhile.
    pub deputy: Option<String>,
}

/// Where leads go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To one seller, or their deputy.
    Seller(String),
    /// To whoever's turn it is in a team.
    Team(String),
}

/// Where leads of a kind go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// Its name.
    pub code: String,
    /// Over the lead's attributes.
    pub when: Condition,
    /// Where they go.
    pub to: Target,
}

/// What happens to a lead that nobody touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// After so many minutes of working time.
    pub after_minutes: u32,
    /// Where it goes: to another than who has it.
    pub to: Target,
}

/// What sellers have, and whose turn it is. It belongs to a plan, and changes with each lead that is given out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Loads {
    /// Open leads of each seller.
    pub open: BTreeMap<String, u32>,
    /// Leads that each seller was given today.
    pub today: BTreeMap<String, u32>,
    /// By team, how far each seller is from their next turn: smooth weighted round robin.
    pub turns: BTreeMap<String, BTreeMap<String, i64>>,
}
