//! What a segment says of its members: a typed tree of conditions, built, read from JSON or from text.

mod build;
mod formula;
mod leaf;
mod tree;

pub use formula::{Formula, Node, Quantifier};
pub use leaf::{
    AttributeTest, Behaviour, Compare, Interest, Leaf, Literal, Measure, Sequence, Step, Test,
    Weight, Window,
};

/// What is asked of one event: conditions on its own attributes.
pub type Filter = Formula<AttributeTest>;

/// What is asked of a contact. It is a value: comparing two, storing one as JSON and showing it as text cost no schema.
///
/// ```
/// use fondaco_crm::segments::{Behaviour, Compare, Predicate, Span, Window};
///
/// let active = Predicate::attribute("plan").equals("pro")
///     .and(Behaviour::count("login").within(Window::Last(Span::days(14))).at_least(3));
/// assert_eq!(active.to_string(), r#"plan = "pro" and count(login) in 14 days >= 3"#);
///
/// let read: Predicate = r#"plan = "pro" and count(login) in 14 days >= 3"#.parse()?;
/// assert_eq!(read, active);
/// let json = serde_json::to_string(&active)?;
/// assert_eq!(serde_json::from_str::<Predicate>(&json)?, active);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type Predicate = Formula<Leaf>;
