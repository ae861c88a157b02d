//! Scorecards as data: what people write, store and compare. [`Scorer`](super::Scorer) checks and runs them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use fondaco_core::decimal::as_text;

use super::condition::Condition;
use super::value::Type;

/// Rules that give points to people: for what they are (fit) and for what they do (engagement).
///
/// Points have at most [`digits`](Self::digits) digits after the point. What has decayed is rounded half up to them, rule by rule, before caps: so the parts
/// that are shown add up to the score that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    /// What it is called, such as "leads".
    pub name: String,
    /// Counted up with each change: what was counted by one version is not read by another.
    pub version: u32,
    /// Digits of points after the point, up to 4.
    #[serde(default)]
    pub digits: u32,
    /// Attributes of people that rules may look at.
    #[serde(default)]
    pub attributes: BTreeMap<String, Type>,
    /// Kinds of events that rules may count, with their properties.
    #[serde(default)]
    pub events: BTreeMap<String, BTreeMap<String, Type>>,
    /// Groups of rules that are capped together.
    #[serde(default)]
    pub groups: BTreeMap<String, Cap>,
    /// Points for what somebody is.
    #[serde(default)]
    pub fit: Axis,
    /// Points for what somebody does.
    #[serde(default)]
    pub engagement: Axis,
    /// What points lead to, from the lowest stage to the highest.
    #[serde(default)]
    pub stages: Vec<Stage>,
}

/// Between which points a sum is kept when it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Never more than this.
    #[serde(default, with = "as_text::option", skip_serializing_if = "Option::is_none")]
    pub most: Option<Decimal>,
    /// Never less than this.
    #[serde(default, with = "as_text::option", skip_serializing_if = "Option::is_none")]
    pub least: Option<Decimal>,
}

/// One axis of the grid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// For the sum of all its rules.
    #[serde(default)]
    pub cap: Cap,
    /// Names of parts of the axis, from the highest to the lowest: the first whose points are reached counts.
    #[serde(default)]
    pub grades: Vec<Grade>,
    /// What gives points.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A part of an axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// What it is called, such as "A".
    pub grade: String,
    /// From how many points on.
    #[serde(with = "as_text")]
    pub from: Decimal,
}

/// What gives or takes points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name: once in a scorecard.
    pub code: String,
    /// What people read as the reason.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub says: String,
    /// How many points: below zero takes them.
    #[serde(with = "as_text")]
    pub points: Decimal,
    /// For what.
    pub of: Basis,
    /// Between which points all that it gives is kept.
    #[serde(default)]
    pub cap: Cap,
    /// The group that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// What a rule gives its points for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Once, as long as somebody's attributes meet a condition.
    Person(Condition),
    /// For each event.
    Each(Each),
    /// Once, as long as there are so many events on the last days.
    Recent(Recent),
}

/// For each event that meets a condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// Which kind of event.
    pub kind: String,
    /// Over its properties; without, all count.
    #[serde(default, rename = "when", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// After how many days half of the points are gone; without, they stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life_days: Option<f64>,
}

/// Once, as long as the number of events on the last days is within limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recent {
    /// Which kind of event.
    pub kind: String,
    /// Over its properties; without, all count.
    #[serde(default, rename = "when", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// How many days, today included, by UTC; 1 to 3,660.
    pub days: u32,
    /// So many events or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// So many or fewer: 0 is silence. Holds only of those who are known for as many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
}

/// What points lead to. Who has left it by losing points comes back by [`enter`](Self::enter); who is in it stays down to [`keep`](Self::keep), so that
/// nobody goes back and forth over one limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What it is called, such as "mql".
    pub stage: String,
    /// From which points on somebody enters it.
    pub enter: Threshold,
    /// Down to which points somebody stays; where nothing is said, as `enter`.
    #[serde(default)]
    pub keep: Threshold,
}

/// Points that have to be reached, all that are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// On the axis of fit.
    #[serde(default, with = "as_text::option", skip_serializing_if = "Option::is_none")]
    pub fit: Option<Decimal>,
    /// On the axis of engagement.
    #[serde(default, with = "as_text::option", skip_serializing_if = "Option::is_none")]
    pub engagement: Option<Decimal>,
    /// In all.
    #[serde(default, with = "as_text::option", skip_serializing_if = "Option::is_none")]
    pub total: Option<Decimal>,
}
