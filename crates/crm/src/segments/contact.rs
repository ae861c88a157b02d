//! One contact, asked alone.

use fondaco_core::Timestamp;

use super::bulk::needed;
use super::columns::Columns;
use super::compile::{Condition, Op, SegmentSet};
use super::evaluate::{Asked, Records, answer, condition};
use super::{SegmentError, Truth};

impl Columns {
    /// Whether a contact is in a segment at a moment; [`Truth::Yes`] makes a member.
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set, [`SegmentError::UnknownContact`].
    pub fn truth(
        &self,
        set: &SegmentSet,
        segment: &str,
        contact: u32,
        now: Timestamp,
    ) -> Result<Truth, SegmentError> {
        let place = set.need(segment)?;
        let count = self.contacts();
        if contact as usize >= count {
            return Err(SegmentError::UnknownContact { contact, count });
        }
        let needed = needed(set, place);
        let asks_people = needed.iter().any(|place| {
            set.conditions_of(*place)
                .any(|one| matches!(set.conditions.get(one), Some(Condition::People(..))))
        });
        // Of an organisation's people everything is to be known: then asking all is no more.
        if asks_people {
            return Ok(self.truth_among_all(set, place, contact, now));
        }
        let asked = Asked { records: self, contact, now: now.micros() };
        Ok(truth(&asked, set, &needed))
    }
}

/// The last of these segments, each of which rests on those before it; without people.
pub(super) fn truth<R: Records>(asked: &Asked<'_, R>, set: &SegmentSet, needed: &[usize]) -> Truth {
    let mut found: Vec<(usize, Truth)> = Vec::with_capacity(needed.len());
    for place in needed {
        let Some(ready) = set.segments.get(*place) else { continue };
        let truth = ready.program.truth(|at| match set.conditions.get(*at) {
            Some(Condition::Segment(other)) => {
                let known = found.iter().find(|(place, _)| place == other);
                known.is_some_and(|(_, truth)| truth.is_yes()).into()
            }
            Some(one) => condition(asked, one),
            None => Truth::Unknown,
        });
        found.push((*place, truth));
    }
    found.last().map_or(Truth::Unknown, |(_, truth)| *truth)
}

impl Columns {
    /// The names of the segments that a contact is in, and the next moment at which time alone may change that; without people.
    pub(crate) fn standing<'s>(
        &self,
        set: &'s SegmentSet,
        contact: u32,
        now: Timestamp,
    ) -> (Vec<&'s str>, Option<Timestamp>) {
        let asked = Asked { records: self, contact, now: now.micros() };
        let answers: Vec<_> = set.conditions.iter().map(|one| answer(&asked, one)).collect();
        let mut is_in = Vec::with_capacity(set.segments.len());
        for ready in &set.segments {
            let truth = ready.program.truth(|at| match set.conditions.get(*at) {
                Some(Condition::Segment(other)) => {
                    is_in.get(*other).copied().unwrap_or(false).into()
                }
                _ => answers.get(*at).map_or(Truth::Unknown, |(truth, _)| *truth),
            });
            is_in.push(truth.is_yes());
        }
        let next = answers.iter().filter_map(|(_, next)| *next).min();
        let members = set.segments.iter().zip(is_in).filter(|(_, is)| *is);
        let names = members.filter_map(|(ready, _)| ready.name.as_deref());
        (names.collect(), next.and_then(Timestamp::from_micros))
    }
}

impl SegmentSet {
    /// Whether an organisation's people are asked.
    pub(crate) fn asks_people(&self) -> bool {
        self.conditions.iter().any(|one| matches!(one, Condition::People(..)))
    }

    /// The conditions that a segment's program asks.
    pub(super) fn conditions_of(&self, segment: usize) -> impl Iterator<Item = usize> {
        let ops = self.segments.get(segment).map(|ready| ready.program.ops.as_slice());
        ops.unwrap_or_default().iter().filter_map(|op| match op {
            Op::Leaf(condition) => Some(*condition),
            _ => None,
        })
    }
}
