//! What somebody's points are, and why.

use fondaco_core::Timestamp;
use fondaco_core::report::{Explain, Phrase, word};
use rust_decimal::Decimal;
use serde::Serialize;

use super::value::Value;

/// What is known of somebody besides their events.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Person<'p> {
    /// Attributes that are known; what is missing is left out.
    pub attributes: &'p [(&'p str, Value<'p>)],
    /// Since when they are known; nothing for always. Nobody is silent for longer.
    pub since: Option<Timestamp>,
}

/// Somebody's points at a time. The points of all parts of an axis add up to the axis, and both axes to the total, exactly.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score<'s> {
    /// As of when.
    pub at: Timestamp,
    /// For what they are.
    pub fit: Reading<'s>,
    /// For what they did.
    pub engagement: Reading<'s>,
    /// Both.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub total: Decimal,
    /// How many of their events were made by machines, and gave nothing.
    pub automated: u64,
}

/// Points on one axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading<'s> {
    /// All parts together.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub points: Decimal,
    /// The part of the axis in which they lie; nothing below the lowest.
    pub grade: Option<&'s str>,
    /// What gave or took points, in the order of the scorecard; caps after the rules.
    pub parts: Vec<Part<'s>>,
}

/// Why somebody has some of their points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part<'s> {
    /// The code of the rule, or the name of the group that was capped; of the axis it is empty.
    pub code: &'s str,
    /// What people read as the reason.
    pub says: &'s str,
    /// How many, caps of the rule included.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub points: Decimal,
    /// Where they come from.
    pub from: Origin,
}

/// Where points come from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A rule over attributes, or over recent events, holds.
    Holds,
    /// So many events, each counted for what is left of it; before the rule's cap they came to these points.
    Events {
        /// How many whole events they are worth.
        worth: f64,
        /// What they came to before the cap.
        #[serde(with = "fondaco_core::decimal::as_text")]
        uncapped: Decimal,
    },
    /// A group of rules came to more or less than it may: the difference.
    GroupCap,
    /// The axis came to more or less than it may: the difference.
    AxisCap,
}

impl Score<'_> {
    /// The cell of the grid, such as "A1"; nothing where an axis is below its lowest grade.
    #[must_use]
    pub fn cell(&self) -> Option<String> {
        Some(format!("{}{}", self.fit.grade?, self.engagement.grade?))
    }

    /// All parts, those that move the score most first.
    #[must_use]
    pub fn reasons(&self) -> Vec<&Part<'_>> {
        let mut parts: Vec<_> = self.fit.parts.iter().chain(&self.engagement.parts).collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.points.abs()));
        parts
    }

    /// Why it is so, as a tree.
    #[must_use]
    pub fn explain(&self) -> Explain {
        let axis = |name, reading: &Reading<'_>| {
            let parts = reading.parts.iter().map(Part::explain);
            let axis = Explain::new(word(name), reading.points).inputs(parts);
            reading.grade.into_iter().fold(axis, |axis, grade| axis.source(grade))
        };
        Explain::new(word("Score"), self.total)
            .rule(word("fit + engagement"))
            .inputs([axis("Fit", &self.fit), axis("Engagement", &self.engagement)])
    }
}

impl Part<'_> {
    fn explain(&self) -> Explain {
        let says = if self.says.is_empty() { self.code } else { self.says };
        match self.from {
            Origin::Holds => Explain::new(says, self.points),
            Origin::Events { uncapped, .. } if uncapped != self.points => {
                let capped = Phrase::from(word("capped from")).and(uncapped);
                Explain::new(says, self.points).rule(capped)
            }
            Origin::Events { .. } => Explain::new(says, self.points),
            Origin::GroupCap => {
                Explain::new(Phrase::from(word("Cap of the group")).and(self.code), self.points)
            }
            Origin::AxisCap => Explain::new(word("Cap of the axis"), self.points),
        }
    }
}
