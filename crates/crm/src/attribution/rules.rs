//! Conversions shared out journey by journey.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::{at_least, finite, not_negative, positive, share};

/// People who met the same channels in the same order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journey<C> {
    /// In the order in which they were met.
    pub channels: Vec<C>,
    /// How often it ended in a conversion.
    pub conversions: f64,
    /// How often it ended in nothing.
    pub nothing: f64,
    /// What the conversions were worth in all: a statistic.
    pub worth: f64,
}

/// What a channel is credited with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Credit<C> {
    /// The channel.
    pub channel: C,
    /// Conversions.
    pub conversions: f64,
    /// Their worth.
    pub worth: f64,
}

/// How a journey's conversions are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Rule {
    /// All to the first channel.
    First,
    /// All to the last.
    Last,
    /// The same to every place.
    Linear,
    /// These parts to the first and the last place, the rest to those between; where there are none, both get more in proportion.
    Position {
        /// Of the first place.
        first: f64,
        /// Of the last place.
        last: f64,
    },
    /// Half as much for each so many places farther from the end.
    Decay {
        /// How many places halve it.
        half_life: f64,
    },
}

impl Rule {
    /// 40 % to the first and the last place, 20 % to those between.
    pub const USUAL_POSITION: Self = Self::Position { first: 0.4, last: 0.4 };

    /// What each of so many places gets; together one.
    fn parts(self, places: usize) -> Result<Vec<f64>, KernelError> {
        let last_place = places - 1;
        let raw: Vec<f64> = match self {
            Self::First => (0..places).map(|place| f64::from(u8::from(place == 0))).collect(),
            Self::Last => {
                (0..places).map(|place| f64::from(u8::from(place == last_place))).collect()
            }
            Self::Linear => vec![1.0; places],
            Self::Position { first, last } => {
                let (first, last) = (share("first", first)?, share("last", last)?);
                share("first and last", first + last)?;
                let between = (1.0 - first - last) / last_place.saturating_sub(1).max(1) as f64;
                let part = |place: usize| match place {
                    0 => first,
                    place if place == last_place => last,
                    _ => between,
                };
                (0..places).map(part).collect()
            }
            Self::Decay { half_life } => {
                let half_life = positive("half_life", half_life)?;
                let away = |place: usize| (last_place - place) as f64;
                (0..places).map(|place| (-away(place) / half_life).exp2()).collect()
            }
        };
        let all: f64 = raw.iter().sum();
        Ok(raw.into_iter().map(|part| part / all).collect())
    }
}

/// What each channel is credited with by a rule, in the order of the channels.
///
/// # Errors
/// When a journey has no channel, a count is below zero, a number is not finite, or the rule's parts are not above 0 and below 1.
pub fn credits<C: Ord + Copy>(
    journeys: &[Journey<C>],
    rule: Rule,
) -> Result<Vec<Credit<C>>, KernelError> {
    checked(journeys)?;
    let mut sums = BTreeMap::new();
    for journey in journeys {
        let parts = rule.parts(journey.channels.len())?;
        give(&mut sums, journey, journey.channels.iter().copied().zip(parts));
    }
    Ok(listed(sums))
}

/// What each channel is credited with by Shapley's value (1953) of the game in which a set of channels brings the conversions of the journeys that need no other.
///
/// Each such journey brings something to sets that have all its channels alone, so that its value is shared equally among them: in time with the
/// journeys' lengths, where adding up over all sets would take time with the power of the channels.
///
/// # Errors
/// As [`credits`], but for the rule.
///
/// ```
/// use fondaco_crm::attribution::{Journey, shapley};
///
/// let journeys = [Journey { channels: vec!["ad", "mail", "ad"], conversions: 10.0, nothing: 0.0, worth: 0.0 }];
/// assert_eq!(shapley(&journeys)?[0].conversions, 5.0);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn shapley<C: Ord + Copy>(journeys: &[Journey<C>]) -> Result<Vec<Credit<C>>, KernelError> {
    checked(journeys)?;
    let mut sums = BTreeMap::new();
    for journey in journeys {
        let channels: BTreeSet<C> = journey.channels.iter().copied().collect();
        let part = 1.0 / channels.len() as f64;
        give(&mut sums, journey, channels.into_iter().map(|channel| (channel, part)));
    }
    Ok(listed(sums))
}

fn give<C: Ord + Copy>(
    sums: &mut BTreeMap<C, (f64, f64)>,
    journey: &Journey<C>,
    parts: impl Iterator<Item = (C, f64)>,
) {
    for (channel, part) in parts {
        let (conversions, worth) = sums.entry(channel).or_default();
        *conversions += part * journey.conversions;
        *worth += part * journey.worth;
    }
}

fn listed<C>(sums: BTreeMap<C, (f64, f64)>) -> Vec<Credit<C>> {
    let credit = |(channel, (conversions, worth))| Credit { channel, conversions, worth };
    sums.into_iter().map(credit).collect()
}

pub(super) fn checked<C>(journeys: &[Journey<C>]) -> Result<(), KernelError> {
    for (row, journey) in journeys.iter().enumerate() {
        let counts = [("conversions", journey.conversions), ("nothing", journey.nothing)];
        for (field, count) in counts {
            not_negative(field, count).map_err(|error| error.at(row))?;
        }
        finite("worth", journey.worth).map_err(|error| error.at(row))?;
        at_least("channels", journey.channels.len(), 1).map_err(|error| error.at(row))?;
    }
    Ok(())
}
