//! Why somebody is in or out, part by part; until when it stays so by itself; and what little would change it.

use std::fmt;

use fondaco_core::Timestamp;

use super::figure::found;
use crate::segments::compile::{Program, SegmentSet};
use crate::segments::evaluate::{Asked, Records, next};
use crate::segments::predicate::{Formula, Leaf, Node};
use crate::segments::{Columns, Live, SegmentError, Truth};

/// A part of a segment, and whether it holds for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The part, as text.
    pub part: String,
    /// Whether it holds.
    pub truth: Truth,
    /// What was found where it was asked; of joins, nothing.
    pub found: Option<String>,
    /// The next moment at which time alone may change it.
    pub until: Option<Timestamp>,
    /// The parts that it joins.
    pub parts: Vec<Explanation>,
}

/// A condition that would have to turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The condition, as text.
    pub part: String,
    /// The condition without the values that it compares attributes with, which tell something about whoever it holds for:
    /// `title = ...`.
    pub shape: String,
    /// Whether it would have to hold, or not to.
    pub to_hold: bool,
    /// What was found.
    pub found: Option<String>,
}

/// Why a contact is in a segment or out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The segment.
    pub segment: String,
    /// The contact.
    pub contact: u32,
    /// When it was asked.
    pub at: Timestamp,
    /// The whole, with its parts.
    pub explanation: Explanation,
    /// As few conditions as can be that would make it otherwise, if all of them turned.
    pub flips: Vec<Flip>,
}

impl Why {
    /// Whether the contact is in.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.explanation.truth.is_yes()
    }
}

impl Why {
    /// All of it as text, of a contact that is called so.
    pub(crate) fn tell(&self, who: &dyn fmt::Display, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stands = |is: bool| if is { "in" } else { "out of" };
        let (segment, at) = (&self.segment, self.at);
        writeln!(f, "contact {who} is {} {segment:?} at {at}", stands(self.is_member()))?;
        let mut open = vec![(0, &self.explanation)];
        while let Some((depth, one)) = open.pop() {
            let said = match one.truth {
                Truth::Yes => "yes",
                Truth::No => "no",
                Truth::Unknown => "unknown",
            };
            write!(f, "{}- {said}: {}", "  ".repeat(depth), one.part)?;
            if let Some(found) = &one.found {
                write!(f, " ({found})")?;
            }
            if let Some(until) = one.until {
                write!(f, ", until {until}")?;
            }
            writeln!(f)?;
            open.extend(one.parts.iter().rev().map(|part| (depth + 1, part)));
        }
        for flip in &self.flips {
            let way = if flip.to_hold { "would have to hold" } else { "would have not to hold" };
            writeln!(f, "to be {} it, {way}: {}", stands(!self.is_member()), flip.part)?;
        }
        Ok(())
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell(&self.contact, f)
    }
}

impl Columns {
    /// Why a contact is in a segment or out of it.
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set, [`SegmentError::UnknownContact`].
    ///
    /// ```
    /// use fondaco_crm::segments::{ColumnsBuilder, Kind, Predicate, Schema, SegmentSet, Value};
    ///
    /// let schema = Schema::new().attribute("plan", Kind::Text).event("login", []);
    /// let mut builder = ColumnsBuilder::new(&schema);
    /// let ada = builder.contact(None, None, &[Value::Text("pro".into())])?;
    /// builder.event(ada, "login", "2026-03-01T08:00:00Z".parse()?, &[])?;
    /// let columns = builder.finish();
    /// let active: Predicate = "plan = \"pro\" and count(login) in 14 days >= 2".parse()?;
    /// let set = SegmentSet::compile(&schema, [("active", active)])?;
    /// let why = columns.explain(&set, "active", ada, "2026-03-10T00:00:00Z".parse()?)?;
    /// assert_eq!(why.to_string(), "\
    /// contact 0 is out of \"active\" at 2026-03-10T00:00:00Z
    /// - no: plan = \"pro\" and count(login) in 14 days >= 2
    ///   - yes: plan = \"pro\" (\"pro\")
    ///   - no: count(login) in 14 days >= 2 (1)
    /// to be in it, would have to hold: count(login) in 14 days >= 2
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(
        &self,
        set: &SegmentSet,
        segment: &str,
        contact: u32,
        now: Timestamp,
    ) -> Result<Why, SegmentError> {
        let place = set.need(segment)?;
        let count = self.contacts();
        if contact as usize >= count {
            return Err(SegmentError::UnknownContact { contact, count });
        }
        let asked = Asked { records: self, contact, now: now.micros() };
        let truth = |condition| self.condition_truth(set, condition, contact, now);
        Ok(why(&asked, set, place, truth))
    }
}

impl Live {
    /// Why a contact is in a segment or out of it now.
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set, [`SegmentError::UnknownContact`].
    pub fn explain(&self, segment: &str, contact: u32) -> Result<Why, SegmentError> {
        let place = self.set().need(segment)?;
        if contact as usize >= self.contacts() {
            return Err(SegmentError::UnknownContact { contact, count: self.contacts() });
        }
        Ok(why(&self.asked(contact), self.set(), place, |at| self.condition_truth(contact, at)))
    }
}

fn why<R: Records>(
    asked: &Asked<'_, R>,
    set: &SegmentSet,
    place: usize,
    mut truth: impl FnMut(usize) -> Truth,
) -> Why {
    let at = Timestamp::from_micros(asked.now).unwrap_or(Timestamp::MAX);
    let mut teller = Teller { asked, set, truth: &mut truth };
    let nothing = || turned(said(String::new(), Truth::Unknown, Vec::new()), String::new());
    let ready = set.segments.get(place);
    let told = ready.and_then(|ready| {
        let mut people = ready.people.iter().copied();
        let nodes = ready.predicate.nodes();
        ready.predicate.fold(|at, node, parts: Vec<Told>| {
            let first = parts.first().map_or(at, |part| part.first);
            let part = nodes.get(first..=at).unwrap_or_default().to_vec();
            let text = Formula::of_nodes(part).to_string();
            Told { first, ..teller.told(node, text, parts, &mut people) }
        })
    });
    let told = told.unwrap_or_else(nothing);
    let flips = if told.explanation.truth.is_yes() { told.to_no } else { told.to_yes };
    let segment = ready.and_then(|ready| ready.name.clone()).unwrap_or_default();
    Why { segment, contact: asked.contact, at, explanation: told.explanation, flips }
}

fn said(part: String, truth: Truth, parts: Vec<Explanation>) -> Explanation {
    Explanation { part, truth, found: None, until: None, parts }
}

/// A part, and as few conditions as can be that would make it hold, or not hold.
struct Told {
    /// Where the part begins among all nodes.
    first: usize,
    explanation: Explanation,
    to_yes: Vec<Flip>,
    to_no: Vec<Flip>,
}

struct Teller<'t, 'r, R: Records> {
    asked: &'t Asked<'r, R>,
    set: &'t SegmentSet,
    truth: &'t mut dyn FnMut(usize) -> Truth,
}

impl<R: Records> Teller<'_, '_, R> {
    fn told(
        &mut self,
        node: &Node<Leaf>,
        text: String,
        parts: Vec<Told>,
        people: &mut impl Iterator<Item = usize>,
    ) -> Told {
        let truths = parts.iter().map(|part| part.explanation.truth);
        match node {
            Node::Leaf(leaf) => self.leaf(text, leaf),
            Node::All(_) => {
                let truth = truths.min().unwrap_or(Truth::Yes);
                let to_yes = all(&parts, |part| &part.to_yes);
                let to_no = one(&parts, |part| &part.to_no);
                joined(text, truth, parts, to_yes, to_no)
            }
            Node::Any(_) => {
                let truth = truths.max().unwrap_or(Truth::No);
                let to_yes = one(&parts, |part| &part.to_yes);
                let to_no = all(&parts, |part| &part.to_no);
                joined(text, truth, parts, to_yes, to_no)
            }
            Node::Not => {
                let truth = truths.map(|truth| !truth).next().unwrap_or(Truth::Unknown);
                let to_yes = one(&parts, |part| &part.to_no);
                let to_no = one(&parts, |part| &part.to_yes);
                joined(text, truth, parts, to_yes, to_no)
            }
            Node::People(_) => {
                let truth = people.next().map_or(Truth::Unknown, |at| (self.truth)(at));
                let shape = "people ...".to_owned();
                turned(said(text, truth, Vec::new()), shape)
            }
        }
    }

    fn leaf(&mut self, text: String, leaf: &Leaf) -> Told {
        let none = Program { ops: Vec::new() };
        let program = self.set.asked.get(leaf).unwrap_or(&none);
        let truth = program.truth(|at| (self.truth)(*at));
        let conditions: Vec<_> = program
            .ops
            .iter()
            .filter_map(|op| match op {
                crate::segments::compile::Op::Leaf(at) => self.set.conditions.get(*at),
                _ => None,
            })
            .collect();
        let found: Vec<String> =
            conditions.iter().filter_map(|one| found(self.asked, one)).collect();
        let until = conditions.iter().filter_map(|one| next(self.asked, one)).min();
        let explanation = Explanation {
            found: (!found.is_empty()).then(|| found.join(", ")),
            until: until.and_then(Timestamp::from_micros),
            ..said(text, truth, Vec::new())
        };
        turned(explanation, leaf.shape())
    }
}

/// A condition, which turns by itself.
fn turned(explanation: Explanation, shape: String) -> Told {
    let flip = |to_hold: bool| Flip {
        part: explanation.part.clone(),
        shape: shape.clone(),
        to_hold,
        found: explanation.found.clone(),
    };
    let to_yes = if explanation.truth == Truth::Yes { Vec::new() } else { vec![flip(true)] };
    let to_no = if explanation.truth == Truth::No { Vec::new() } else { vec![flip(false)] };
    Told { first: 0, explanation, to_yes, to_no }
}

fn joined(
    text: String,
    truth: Truth,
    parts: Vec<Told>,
    to_yes: Vec<Flip>,
    to_no: Vec<Flip>,
) -> Told {
    let parts = parts.into_iter().map(|part| part.explanation).collect();
    Told { first: 0, explanation: said(text, truth, parts), to_yes, to_no }
}

/// What turns all parts.
fn all(parts: &[Told], way: impl Fn(&Told) -> &Vec<Flip>) -> Vec<Flip> {
    parts.iter().flat_map(|part| way(part).iter().cloned()).collect()
}

/// What turns the part that takes least; none, where a part stands so already.
fn one(parts: &[Told], way: impl Fn(&Told) -> &Vec<Flip>) -> Vec<Flip> {
    parts.iter().map(way).min_by_key(|flips| flips.len()).cloned().unwrap_or_default()
}
