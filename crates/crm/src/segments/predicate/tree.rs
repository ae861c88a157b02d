//! The JSON form: a tree, where each join names what it joins.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AttributeTest, Behaviour, Formula, Interest, Leaf, Node, Quantifier, Sequence};
use crate::segments::{DEEPEST, Span};

/// A formula as a tree. Only ever as deep as [`DEEPEST`], so that recursion over it ends.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    People {
        how_many: Quantifier,
        are: Box<Tree>,
    },
    Attribute(AttributeTest),
    Behaviour(Behaviour),
    Sequence(Sequence),
    Interest(Interest),
    Segment(String),
    Score(AttributeTest),
    Stage {
        stage: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<Span>,
    },
}

/// A filter of events as a tree.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum FilterTree {
    All(Vec<FilterTree>),
    Any(Vec<FilterTree>),
    Not(Box<FilterTree>),
    Attribute(AttributeTest),
}

impl Serialize for Formula<Leaf> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        shallow(self).map_err(S::Error::custom)?;
        let tree = self.fold(|_, node, mut parts: Vec<Tree>| match node {
            Node::Leaf(leaf) => Tree::from(leaf.clone()),
            Node::All(_) => Tree::All(parts),
            Node::Any(_) => Tree::Any(parts),
            Node::Not => Tree::Not(Box::new(last(&mut parts, Tree::Any))),
            Node::People(how_many) => {
                Tree::People { how_many: *how_many, are: Box::new(last(&mut parts, Tree::Any)) }
            }
        });
        tree.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Formula<Leaf> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let formula = flat(Tree::deserialize(deserializer)?);
        shallow(&formula).map_err(D::Error::custom)?;
        Ok(formula)
    }
}

impl Serialize for Formula<AttributeTest> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        shallow(self).map_err(S::Error::custom)?;
        let tree = self.fold(|_, node, mut parts: Vec<FilterTree>| match node {
            Node::Leaf(leaf) => FilterTree::Attribute(leaf.clone()),
            Node::All(_) => FilterTree::All(parts),
            Node::Any(_) => FilterTree::Any(parts),
            // Filters are refused people when they are compiled: an event has none.
            Node::Not | Node::People(_) => {
                FilterTree::Not(Box::new(last(&mut parts, FilterTree::Any)))
            }
        });
        tree.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Formula<AttributeTest> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let formula = flat_filter(FilterTree::deserialize(deserializer)?);
        shallow(&formula).map_err(D::Error::custom)?;
        Ok(formula)
    }
}

fn shallow<L>(formula: &Formula<L>) -> Result<(), String> {
    match formula.depth() <= DEEPEST {
        true => Ok(()),
        false => Err(format!("it is nested deeper than {DEEPEST}: make segments of its parts")),
    }
}

fn last<T>(parts: &mut Vec<T>, none: fn(Vec<T>) -> T) -> T {
    parts.pop().unwrap_or_else(|| none(Vec::new()))
}

impl From<Leaf> for Tree {
    fn from(leaf: Leaf) -> Tree {
        match leaf {
            Leaf::Attribute(test) => Tree::Attribute(test),
            Leaf::Behaviour(behaviour) => Tree::Behaviour(behaviour),
            Leaf::Sequence(sequence) => Tree::Sequence(sequence),
            Leaf::Interest(interest) => Tree::Interest(interest),
            Leaf::Segment(name) => Tree::Segment(name),
            Leaf::Score(test) => Tree::Score(test),
            Leaf::Stage { stage, held } => Tree::Stage { stage, held },
        }
    }
}

/// Recursion is bounded by what read the tree: serde_json refuses what is nested deeper than 128.
fn flat(tree: Tree) -> Formula<Leaf> {
    match tree {
        Tree::All(parts) => Formula::all(parts.into_iter().map(flat)),
        Tree::Any(parts) => Formula::any(parts.into_iter().map(flat)),
        Tree::Not(part) => !flat(*part),
        Tree::People { how_many, are } => flat(*are).of_people(how_many),
        Tree::Attribute(test) => Formula::leaf(Leaf::Attribute(test)),
        Tree::Behaviour(behaviour) => Formula::leaf(Leaf::Behaviour(behaviour)),
        Tree::Sequence(sequence) => Formula::leaf(Leaf::Sequence(sequence)),
        Tree::Interest(interest) => Formula::leaf(Leaf::Interest(interest)),
        Tree::Segment(name) => Formula::leaf(Leaf::Segment(name)),
        Tree::Score(test) => Formula::leaf(Leaf::Score(test)),
        Tree::Stage { stage, held } => Formula::leaf(Leaf::Stage { stage, held }),
    }
}

fn flat_filter(tree: FilterTree) -> Formula<AttributeTest> {
    match tree {
        FilterTree::All(parts) => Formula::all(parts.into_iter().map(flat_filter)),
        FilterTree::Any(parts) => Formula::any(parts.into_iter().map(flat_filter)),
        FilterTree::Not(part) => !flat_filter(*part),
        FilterTree::Attribute(test) => Formula::leaf(test),
    }
}
