//! Predicates and filters built by hand.

use super::{AttributeTest, Compare, Filter, Formula, Leaf, Literal, Predicate, Test};
use crate::segments::Span;

/// An attribute about which something is to be asked.
#[derive(Clone, Debug)]
pub struct Attribute<L> {
    name: String,
    leaf: fn(AttributeTest) -> L,
}

impl<L> Attribute<L> {
    /// It stands so to a value.
    #[must_use]
    pub fn is(self, compare: Compare, value: impl Into<Literal>) -> Formula<L> {
        self.test(Test::Compare(compare, value.into()))
    }

    /// It is this.
    #[must_use]
    pub fn equals(self, value: impl Into<Literal>) -> Formula<L> {
        self.is(Compare::Equal, value)
    }

    /// It is one of these.
    #[must_use]
    pub fn one_of<V: Into<Literal>>(self, values: impl IntoIterator<Item = V>) -> Formula<L> {
        self.test(Test::In(values.into_iter().map(Into::into).collect()))
    }

    /// It is a list with this in it.
    #[must_use]
    pub fn has(self, value: &str) -> Formula<L> {
        self.test(Test::HasAny(vec![value.to_owned()]))
    }

    /// It isn't there.
    #[must_use]
    pub fn missing(self) -> Formula<L> {
        self.test(Test::IsNull)
    }

    /// Any other question.
    #[must_use]
    pub fn test(self, test: Test) -> Formula<L> {
        Formula::leaf((self.leaf)(AttributeTest { name: self.name, test }))
    }
}

impl Predicate {
    /// An attribute of the contact, about which something is to be asked.
    #[must_use]
    pub fn attribute(name: &str) -> Attribute<Leaf> {
        Attribute { name: name.to_owned(), leaf: Leaf::Attribute }
    }

    /// A score of the contact, about which something is to be asked.
    #[must_use]
    pub fn score(name: &str) -> Attribute<Leaf> {
        Attribute { name: name.to_owned(), leaf: Leaf::Score }
    }

    /// A member of another segment.
    #[must_use]
    pub fn in_segment(name: &str) -> Predicate {
        Formula::leaf(Leaf::Segment(name.to_owned()))
    }

    /// Where the contact stands in its lifecycle.
    #[must_use]
    pub fn in_stage(stage: &str) -> Predicate {
        Formula::leaf(Leaf::Stage { stage: stage.to_owned(), held: None })
    }

    /// Whoever exists that long or longer, by the attribute that says since when, such as `created`.
    #[must_use]
    pub fn existed(since: &str, span: Span) -> Predicate {
        Predicate::attribute(since).test(Test::Ago(Compare::AtLeast, span))
    }
}

impl Filter {
    /// An attribute of the event, about which something is to be asked.
    #[must_use]
    pub fn attribute(name: &str) -> Attribute<AttributeTest> {
        Attribute { name: name.to_owned(), leaf: |test| test }
    }
}
