//! Predicates checked against a schema and made ready: names become places, texts become checks, and what many segments ask is asked once.

mod bounds;
mod check;
mod leaves;
mod order;
mod program;
mod values;

use fondaco_core::map::HashMap;
use std::sync::Arc;

use super::predicate::{Formula, Leaf, Node, Predicate, Quantifier, Window};
use super::text::{Definition, Mark, Part};
use super::{DEEPEST, MOST_NODES, Place, Schema, SegmentError};

pub(crate) use bounds::{Bounds, scaled};
pub(crate) use check::{Check, ListCheck, Mean, WordCheck};
pub(crate) use program::{Op, Program};

/// A check of a column, by its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldCheck {
    pub(crate) field: usize,
    pub(crate) check: Check,
}

/// A condition, ready to be evaluated.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Attribute(FieldCheck),
    Behaviour(Acts),
    Sequence(Path),
    Interest(Decayed),
    /// A member of another segment, by its place.
    Segment(usize),
    /// How many people of the organisation are members of a segment.
    People(usize, Quantifier),
}

/// What is made of events of a kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Acts {
    pub(crate) kind: usize,
    pub(crate) filter: Program<FieldCheck>,
    pub(crate) window: Window,
    pub(crate) goal: Goal,
}

/// What is asked of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Goal {
    Count(Bounds),
    Frequency(Bounds),
    Sum(usize, Bounds),
    Distinct(usize, Bounds),
    Average(usize, Mean),
    /// One event, by which it is, and what is asked of its attribute.
    One(Which, FieldCheck),
    /// How long ago the last or the first was, in microseconds.
    Since(Which, Bounds),
}

/// Which of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    First,
    Last,
    Least,
    Greatest,
}

/// A sequence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    pub(crate) steps: Vec<PathStep>,
    pub(crate) within: Option<i64>,
    pub(crate) window: Window,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathStep {
    pub(crate) kind: usize,
    pub(crate) filter: Program<FieldCheck>,
    pub(crate) within: Option<i64>,
}

/// A sum of weights that halve in a fixed time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decayed {
    pub(crate) weights: Vec<DecayedWeight>,
    pub(crate) half_life_micros: f64,
    pub(crate) compare: super::Compare,
    pub(crate) value: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DecayedWeight {
    pub(crate) kind: usize,
    pub(crate) filter: Program<FieldCheck>,
    pub(crate) weight: f64,
}

/// A segment that is ready.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    /// None for what is asked of people of an organisation, which is nobody's segment.
    pub(crate) name: Option<String>,
    pub(crate) predicate: Predicate,
    /// Over conditions of the set.
    pub(crate) program: Program<usize>,
    /// The conditions that its parts on people became, in their order.
    pub(crate) people: Vec<usize>,
}

/// Segments that are evaluated together. What several of them ask is asked once.
#[derive(Clone, Debug)]
pub struct SegmentSet {
    pub(crate) schema: Arc<Schema>,
    /// In an order in which each comes after those that it rests on.
    pub(crate) segments: Vec<Ready>,
    pub(crate) conditions: Vec<Condition>,
    by_name: HashMap<String, usize>,
    /// What each leaf became, over conditions.
    pub(crate) asked: HashMap<Leaf, Program<usize>>,
}

impl SegmentSet {
    /// Checks segments with their names against a schema, and makes them ready.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place in the text, or in the tree after the segment's name.
    ///
    /// ```
    /// use fondaco_crm::segments::{Definition, Kind, Schema, SegmentSet};
    ///
    /// let schema = Schema::new().attribute("age", Kind::Number { decimals: 0 });
    /// let refused = SegmentSet::compile(&schema, [("old", Definition::parse("age >= \"60\"")?)]).unwrap_err();
    /// assert_eq!(refused.to_string(), "line 1, column 8: age >= \"60\": age is a number: compare it with a number");
    /// # Ok::<(), fondaco_crm::segments::SegmentError>(())
    /// ```
    pub fn compile<N: Into<String>, D: Into<Definition>>(
        schema: &Schema,
        definitions: impl IntoIterator<Item = (N, D)>,
    ) -> Result<SegmentSet, SegmentError> {
        let mut given: Vec<(String, Definition)> = Vec::new();
        let mut names = HashMap::default();
        for (name, definition) in definitions {
            let name = name.into();
            if names.insert(name.clone(), given.len()).is_some() {
                return Err(SegmentError::DefinedTwice { what: "segment", name });
            }
            given.push((name, definition.into()));
        }
        for (name, definition) in &given {
            within_limits(name, definition)?;
        }
        let order = order::order(&given, &names)?;
        let set = SegmentSet {
            schema: Arc::new(schema.clone()),
            segments: Vec::new(),
            conditions: Vec::new(),
            by_name: HashMap::default(),
            asked: HashMap::default(),
        };
        let mut compiler = Compiler { set };
        for place in order {
            if let Some((name, definition)) = given.get(place) {
                compiler.add(name, definition)?;
            }
        }
        Ok(compiler.set)
    }

    /// The names of the segments, each after those that it rests on.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| segment.name.as_deref())
    }

    /// What a segment says.
    #[must_use]
    pub fn predicate(&self, name: &str) -> Option<&Predicate> {
        self.place(name).and_then(|place| self.segments.get(place)).map(|ready| &ready.predicate)
    }

    /// What is known of contacts.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The place of a segment.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The place of a segment that has to be there.
    pub(crate) fn need(&self, name: &str) -> Result<usize, SegmentError> {
        self.place(name).ok_or_else(|| SegmentError::UnknownName {
            place: Place::Path(name.to_owned()),
            what: "segment",
            name: name.to_owned(),
            known: super::schema::listed(self.names()),
        })
    }
}

/// Before anything walks a formula as the tree that it is.
fn within_limits(name: &str, definition: &Definition) -> Result<(), SegmentError> {
    let predicate = &definition.predicate;
    let too_large = |what, most| SegmentError::TooLarge { place: at_root(name), what, most };
    let filters = predicate.nodes().iter().flat_map(|node| match node {
        Node::Leaf(Leaf::Behaviour(one)) => vec![&one.filter],
        Node::Leaf(Leaf::Sequence(one)) => one.steps.iter().map(|step| &step.filter).collect(),
        Node::Leaf(Leaf::Interest(one)) => one.weights.iter().map(|of| &of.filter).collect(),
        _ => Vec::new(),
    });
    let mut nodes = predicate.nodes().len();
    if nodes <= MOST_NODES {
        for filter in filters {
            nodes += filter.nodes().len();
            if nodes <= MOST_NODES && filter.depth() > DEEPEST {
                return Err(too_large("levels", DEEPEST));
            }
        }
    }
    if nodes > MOST_NODES {
        return Err(too_large("parts", MOST_NODES));
    }
    match predicate.depth() > DEEPEST {
        true => Err(too_large("levels", DEEPEST)),
        false => Ok(()),
    }
}

fn at_root(name: &str) -> Place {
    Place::Path(name.to_owned())
}

struct Compiler {
    set: SegmentSet,
}

impl Compiler {
    fn add(&mut self, name: &str, definition: &Definition) -> Result<(), SegmentError> {
        let (mut failed, mut people) = (None, Vec::new());
        let predicate = &definition.predicate;
        let program = predicate.fold(|at, node, mut parts: Vec<Program<usize>>| match node {
            Node::Leaf(leaf) => {
                let origin = Origin { name, definition, node: at };
                self.condition(leaf, origin).unwrap_or_else(|error| {
                    failed.get_or_insert(error);
                    Program { ops: vec![Op::No] }
                })
            }
            Node::All(_) => Program::joined(parts, Op::Yes, || Op::And),
            Node::Any(_) => Program::joined(parts, Op::No, || Op::Or),
            Node::Not => {
                let mut part = parts.pop().unwrap_or(Program { ops: vec![Op::No] });
                part.ops.push(Op::Not);
                part
            }
            Node::People(quantifier) => {
                let part = parts.pop().unwrap_or(Program { ops: vec![Op::No] });
                let condition = self.people(part, *quantifier);
                people.push(condition);
                Program::leaf(condition)
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let program = program.unwrap_or(Program { ops: vec![Op::Yes] });
        let place = self.set.segments.len();
        let (name_of, predicate) = (Some(name.to_owned()), predicate.clone());
        let ready = Ready { name: name_of, predicate, program, people };
        self.set.segments.push(ready);
        self.set.by_name.insert(name.to_owned(), place);
        Ok(())
    }

    /// What is asked of each of the people becomes a segment without a name.
    fn people(&mut self, program: Program<usize>, quantifier: Quantifier) -> usize {
        let predicate = Formula::everybody();
        self.set.segments.push(Ready { name: None, predicate, program, people: Vec::new() });
        self.set.conditions.push(Condition::People(self.set.segments.len() - 1, quantifier));
        self.set.conditions.len() - 1
    }

    fn condition(
        &mut self,
        leaf: &Leaf,
        origin: Origin<'_>,
    ) -> Result<Program<usize>, SegmentError> {
        if let Some(known) = self.set.asked.get(leaf) {
            return Ok(known.clone());
        }
        let conditions = match leaf {
            Leaf::Segment(name) => match self.set.place(name) {
                Some(place) => Program::leaf(Condition::Segment(place)),
                None => return Err(origin.unknown(Part::Name, "segment", name, self.set.names())),
            },
            other => leaves::condition(&self.set.schema, other, origin)?,
        };
        let program = self.placed(conditions);
        self.set.asked.insert(leaf.clone(), program.clone());
        Ok(program)
    }

    /// Conditions become conditions of the set.
    fn placed(&mut self, program: Program<Condition>) -> Program<usize> {
        let conditions = &mut self.set.conditions;
        let placed = program.ops.into_iter().map(|op| match op {
            Op::Leaf(condition) => {
                conditions.push(condition);
                Op::Leaf(conditions.len() - 1)
            }
            Op::Yes => Op::Yes,
            Op::No => Op::No,
            Op::And => Op::And,
            Op::Or => Op::Or,
            Op::Not => Op::Not,
        });
        Program { ops: placed.collect() }
    }
}

/// Where a condition comes from.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'d> {
    pub(crate) name: &'d str,
    pub(crate) definition: &'d Definition,
    pub(crate) node: usize,
}

impl Origin<'_> {
    pub(crate) fn place(self, part: Part) -> Place {
        self.place_in(0, None, part)
    }

    pub(crate) fn place_in(self, step: usize, inner: Option<usize>, part: Part) -> Place {
        let mark = Mark { node: self.node, step, inner, part };
        let text = self.definition.place(mark);
        text.unwrap_or_else(|| Place::Path(order::path(self, mark)))
    }

    pub(crate) fn unknown<'n>(
        self,
        part: Part,
        what: &'static str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> SegmentError {
        let known = super::schema::listed(known);
        SegmentError::UnknownName { place: self.place(part), what, name: name.to_owned(), known }
    }

    pub(crate) fn window(self, window: Window) -> Result<Window, SegmentError> {
        let why = match window {
            Window::Between { from, to } if from <= to => {
                "it begins when it ends or later: say the longer time first"
            }
            Window::LocalDays(0) | Window::BusinessDays(0) => "it has no days: give 1 or more",
            Window::LocalDays(days) | Window::BusinessDays(days) | Window::Day { ago: days }
                if days > 36_500 =>
            {
                "it is more than 36500 days ago: give fewer"
            }
            Window::Days { from, to } if to < from => {
                "it ends before it begins: say the earlier day first"
            }
            fine => return Ok(fine),
        };
        Err(SegmentError::ImpossibleWindow {
            place: self.place(Part::Window),
            window: window.to_string().trim().to_owned(),
            why,
        })
    }
}
