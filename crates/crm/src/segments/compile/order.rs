//! Which segment comes after which, and paths into their JSON form.

use fondaco_core::map::HashMap;

use super::Origin;
use crate::segments::SegmentError;
use crate::segments::predicate::{Leaf, Node, Quantifier};
use crate::segments::schema::listed;
use crate::segments::text::{Definition, Mark, Part};

type Given = [(String, Definition)];

/// The places of all segments, each after those that it rests on (Kahn, 1962).
pub(super) fn order(
    given: &Given,
    names: &HashMap<String, usize>,
) -> Result<Vec<usize>, SegmentError> {
    let mut rests_on: Vec<Vec<(usize, usize)>> = Vec::new();
    for (place, (name, definition)) in given.iter().enumerate() {
        let mut found = Vec::new();
        for (node, one) in definition.predicate.nodes().iter().enumerate() {
            if let Node::Leaf(Leaf::Segment(other)) = one {
                let origin = Origin { name, definition, node };
                let other_place = names.get(other).ok_or_else(|| {
                    let known = given.iter().map(|(name, _)| name.as_str());
                    let known = known.filter(|known| *known != given[place].0);
                    SegmentError::UnknownName {
                        place: origin.place(Part::Name),
                        what: "segment",
                        name: other.clone(),
                        known: listed(known),
                    }
                })?;
                found.push((*other_place, node));
            }
        }
        rests_on.push(found);
    }
    let mut missing: Vec<usize> = rests_on.iter().map(Vec::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); given.len()];
    for (place, found) in rests_on.iter().enumerate() {
        for (other, _) in found {
            needed_by[*other].push(place);
        }
    }
    let mut order: Vec<usize> = (0..given.len()).filter(|place| missing[*place] == 0).collect();
    let mut at = 0;
    while let Some(done) = order.get(at).copied() {
        at += 1;
        for next in &needed_by[done] {
            missing[*next] -= 1;
            if missing[*next] == 0 {
                order.push(*next);
            }
        }
    }
    match missing.iter().position(|count| *count > 0) {
        None => Ok(order),
        Some(stuck) => Err(cycle(given, &rests_on, &missing, stuck)),
    }
}

/// Each segment that is stuck rests on one that is: so going on leads round.
fn cycle(
    given: &Given,
    rests_on: &[Vec<(usize, usize)>],
    missing: &[usize],
    stuck: usize,
) -> SegmentError {
    let next =
        |place: usize| rests_on[place].iter().copied().find(|(other, _)| missing[*other] > 0);
    let mut walked = vec![stuck];
    let mut at = stuck;
    let round = loop {
        let Some((other, _)) = next(at) else { break walked.as_slice() };
        if let Some(first) = walked.iter().position(|place| *place == other) {
            break &walked[first..];
        }
        walked.push(other);
        at = other;
    };
    let first = round.first().copied().unwrap_or(stuck);
    let (name, definition) = &given[first];
    let node = next(first).map_or(0, |(_, node)| node);
    let through = round.iter().chain([&first]).map(|place| given[*place].0.as_str());
    SegmentError::Cycle {
        place: Origin { name, definition, node }.place(Part::Name),
        name: name.clone(),
        through: through.collect::<Vec<_>>().join(" -> "),
    }
}

/// The segment's name, and from there the JSON pointer of a part.
pub(super) fn path(origin: Origin<'_>, mark: Mark) -> String {
    let predicate = &origin.definition.predicate;
    let mut path = origin.name.to_owned();
    path.push_str(&steps(predicate, mark.node));
    let Some(Node::Leaf(leaf)) = predicate.nodes().get(mark.node) else { return path };
    let (kind, filter) = match leaf {
        Leaf::Attribute(_) => ("attribute", None),
        Leaf::Behaviour(one) => ("behaviour", Some(&one.filter)),
        Leaf::Sequence(one) => ("sequence", one.steps.get(mark.step).map(|step| &step.filter)),
        Leaf::Interest(one) => ("interest", one.weights.get(mark.step).map(|of| &of.filter)),
        Leaf::Segment(_) => ("segment", None),
        Leaf::Score(_) => ("score", None),
        Leaf::Stage { .. } => ("stage", None),
    };
    path = format!("{path}/{kind}");
    let is_part = !matches!((mark.part, mark.inner), (Part::Window, _));
    match leaf {
        Leaf::Sequence(_) if is_part => path = format!("{path}/steps/{}", mark.step),
        Leaf::Interest(_) if is_part && mark.part != Part::HalfLife => {
            path = format!("{path}/weights/{}", mark.step);
        }
        _ => {}
    }
    if let (Some(inner), Some(filter)) = (mark.inner, filter) {
        path = format!("{path}/filter{}/attribute", steps(filter, inner));
    }
    let is_segment = matches!(leaf, Leaf::Segment(_));
    match mark.part {
        Part::Whole => path,
        Part::Name if is_segment => path,
        Part::Name => path + "/name",
        Part::Event => path + "/event",
        Part::Field => path + "/measure",
        Part::Value(_) if mark.inner.is_none() && filter.is_some() => path + "/value",
        Part::Value(_) => path + "/test",
        Part::Window => path + "/window",
        Part::Within => path + "/within",
        Part::HalfLife => path + "/half_life",
    }
}

/// From the root of a formula to a part of it.
fn steps<L>(formula: &crate::segments::Formula<L>, node: usize) -> String {
    let parents = formula.parents();
    let mut steps = Vec::new();
    let mut at = node;
    while let Some(Some((parent, number))) = parents.get(at) {
        steps.push(match formula.nodes().get(*parent) {
            Some(Node::All(_)) => format!("/all/{number}"),
            Some(Node::Any(_)) => format!("/any/{number}"),
            Some(Node::People(Quantifier::All | Quantifier::AtLeast(_))) => "/people/are".into(),
            _ => "/not".into(),
        });
        at = *parent;
    }
    steps.reverse();
    steps.concat()
}
