//! What rests on what: which conditions an event, an attribute or a segment can change, and which segments a condition.

use crate::segments::compile::{Condition, SegmentSet};

#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Conditions by the kind of event that they read.
    pub(super) on_kind: Vec<Vec<u32>>,
    /// Conditions by the attribute that they read.
    pub(super) on_field: Vec<Vec<u32>>,
    /// Conditions that a segment's members are, by segment.
    pub(super) on_segment: Vec<Vec<u32>>,
    /// Conditions on an organisation's people, by the segment that says what they are to be.
    pub(super) on_people: Vec<Vec<u32>>,
    /// All conditions that contacts answer by themselves.
    pub(super) alone: Vec<u32>,
    /// Segments by the condition that they ask.
    pub(super) used_by: Vec<Vec<u32>>,
}

impl Plan {
    pub(super) fn of(set: &SegmentSet) -> Plan {
        let lists = |count: usize| vec![Vec::new(); count];
        let mut plan = Plan {
            on_kind: lists(set.schema.events.len()),
            on_field: lists(set.schema.attributes.list().len()),
            on_segment: lists(set.segments.len()),
            on_people: lists(set.segments.len()),
            alone: Vec::new(),
            used_by: lists(set.conditions.len()),
        };
        for (at, condition) in (0_u32..).zip(&set.conditions) {
            plan.add(at, condition);
        }
        for segment in 0..set.segments.len() {
            for condition in set.conditions_of(segment) {
                put(&mut plan.used_by, condition, u32::try_from(segment).unwrap_or(u32::MAX));
            }
        }
        plan
    }

    fn add(&mut self, at: u32, condition: &Condition) {
        match condition {
            Condition::Attribute(check) => put(&mut self.on_field, check.field, at),
            Condition::Behaviour(acts) => put(&mut self.on_kind, acts.kind, at),
            Condition::Sequence(path) => {
                path.steps.iter().for_each(|step| put(&mut self.on_kind, step.kind, at));
            }
            Condition::Interest(decayed) => {
                decayed.weights.iter().for_each(|of| put(&mut self.on_kind, of.kind, at));
            }
            Condition::Segment(other) => put(&mut self.on_segment, *other, at),
            Condition::People(other, _) => put(&mut self.on_people, *other, at),
        }
        if !matches!(condition, Condition::Segment(_) | Condition::People(..)) {
            self.alone.push(at);
        }
    }
}

fn put(lists: &mut [Vec<u32>], place: usize, at: u32) {
    if let Some(list) = lists.get_mut(place).filter(|list| list.last() != Some(&at)) {
        list.push(at);
    }
}
