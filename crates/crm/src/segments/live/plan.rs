//! What rests on what: which conditions an event, an attribute or a segment can change, and which segments a condition.

use crate::segments::Window;
use crate::segments::compile::{Acts, Bounds, Condition, Goal, SegmentSet};

/// How many events lie within some time of now: by the newest of them that would have to be there.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) condition: u32,
    pub(super) micros: i64,
    /// So many are needed; of 0, none.
    pub(super) least: usize,
    /// So many are too many; of 0, none are.
    pub(super) above: usize,
    pub(super) negated: bool,
}

/// What an attribute adds up to within some time of now.
#[derive(Clone, Debug)]
pub(super) struct Summed {
    pub(super) condition: u32,
    pub(super) micros: i64,
    pub(super) bounds: Bounds,
}

/// What is asked of events of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct OfKind {
    pub(super) counts: Vec<Counted>,
    /// By attribute, the shortest time first.
    pub(super) sums: Vec<(usize, Vec<Summed>)>,
    /// Conditions that are asked one by one.
    pub(super) others: Vec<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Conditions by the kind of event that they read.
    pub(super) on_kind: Vec<OfKind>,
    /// Conditions by the attribute that they read.
    pub(super) on_field: Vec<Vec<u32>>,
    /// Conditions that a segment's members are, by segment.
    pub(super) on_segment: Vec<Vec<u32>>,
    /// Conditions on an organisation's people, by the segment that says what they are to be.
    pub(super) on_people: Vec<Vec<u32>>,
    /// Whether there are any such.
    pub(super) asks_people: bool,
    /// All conditions that contacts answer by themselves and that are asked one by one.
    pub(super) singly: Vec<u32>,
    /// All that contacts answer by themselves.
    pub(super) alone: Vec<u32>,
    /// Segments by the condition that they ask.
    pub(super) used_by: Vec<Vec<u32>>,
}

impl Plan {
    pub(super) fn of(set: &SegmentSet) -> Plan {
        let lists = |count: usize| vec![Vec::new(); count];
        let mut plan = Plan {
            on_kind: vec![OfKind::default(); set.schema.events.len()],
            on_field: lists(set.schema.attributes.list().len()),
            on_segment: lists(set.segments.len()),
            on_people: lists(set.segments.len()),
            asks_people: false,
            singly: Vec::new(),
            alone: Vec::new(),
            used_by: lists(set.conditions.len()),
        };
        for (at, condition) in (0_u32..).zip(&set.conditions) {
            plan.add(at, condition);
        }
        for of in &mut plan.on_kind {
            of.sums.iter_mut().for_each(|(_, sums)| sums.sort_by_key(|sum| sum.micros));
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
            Condition::Behaviour(acts) => {
                if self.add_plain(at, acts) {
                    self.alone.push(at);
                    return;
                }
                self.put(acts.kind, at);
            }
            Condition::Sequence(path) => path.steps.iter().for_each(|step| self.put(step.kind, at)),
            Condition::Interest(decayed) => {
                decayed.weights.iter().for_each(|of| self.put(of.kind, at));
            }
            Condition::Segment(other) => put(&mut self.on_segment, *other, at),
            Condition::People(other, _) => {
                put(&mut self.on_people, *other, at);
                self.asks_people = true;
            }
        }
        if !matches!(condition, Condition::Segment(_) | Condition::People(..)) {
            self.alone.push(at);
            self.singly.push(at);
        }
    }

    /// Counts and sums of all events of some time before now; whether this is one.
    fn add_plain(&mut self, condition: u32, acts: &Acts) -> bool {
        let micros = match acts.window {
            Window::Ever => i64::MAX,
            Window::Last(span) => span.micros(),
            _ => return false,
        };
        let Some(of) = self.on_kind.get_mut(acts.kind).filter(|_| acts.filter.is_always()) else {
            return false;
        };
        match &acts.goal {
            Goal::Count(bounds) => {
                let Some((least, above)) = thresholds(*bounds) else { return false };
                let negated = bounds.negated;
                of.counts.push(Counted { condition, micros, least, above, negated });
                true
            }
            Goal::Sum(field, bounds) => {
                let summed = Summed { condition, micros, bounds: *bounds };
                match of.sums.iter_mut().find(|(one, _)| one == field) {
                    Some((_, sums)) => sums.push(summed),
                    None => of.sums.push((*field, vec![summed])),
                }
                true
            }
            _ => false,
        }
    }

    fn put(&mut self, kind: usize, at: u32) {
        let list = self.on_kind.get_mut(kind).map(|of| &mut of.others);
        if let Some(list) = list.filter(|list| list.last() != Some(&at)) {
            list.push(at);
        }
    }
}

/// Bounds on a count: how many are needed, and how many are too many. Nothing for bounds that hold nothing.
fn thresholds(bounds: Bounds) -> Option<(usize, usize)> {
    if bounds.low > bounds.high || bounds.high < 0 {
        return None;
    }
    let least = usize::try_from(bounds.low.max(0)).ok()?;
    let above = usize::try_from(bounds.high.saturating_add(1)).unwrap_or(0);
    Some((least, above))
}

fn put(lists: &mut [Vec<u32>], place: usize, at: u32) {
    if let Some(list) = lists.get_mut(place).filter(|list| list.last() != Some(&at)) {
        list.push(at);
    }
}
