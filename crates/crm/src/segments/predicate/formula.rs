//! Conditions joined by and, or and not, as a flat list: each join stands behind what it joins.
//!
//! The list (postfix, as Łukasiewicz wrote it backwards) needs no recursion to be built, copied, compared, checked or dropped, so that no
//! depth of nesting can overflow a stack. [`Formula::fold`] walks it as the tree that it is.

use super::super::Truth;

/// One part of a formula.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Node<L> {
    /// A condition.
    Leaf(L),
    /// All of so many formulas before it; of none, everybody.
    All(usize),
    /// At least one of so many formulas before it; of none, nobody.
    Any(usize),
    /// The formula before it does not hold.
    Not,
    /// How many of the people of the contact's organisation the formula before it holds for.
    People(Quantifier),
}

/// How many people of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quantifier {
    /// All of them.
    All,
    /// So many, or more.
    AtLeast(u32),
}

/// Conditions, joined.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Formula<L> {
    /// Well-formed: each join has what it joins before it, and one part is left at the end.
    nodes: Vec<Node<L>>,
}

impl<L> Formula<L> {
    /// One condition.
    #[must_use]
    pub fn leaf(leaf: L) -> Self {
        Self { nodes: vec![Node::Leaf(leaf)] }
    }

    /// What holds for everybody.
    #[must_use]
    pub fn everybody() -> Self {
        Self { nodes: vec![Node::All(0)] }
    }

    /// All of these hold.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(parts, Node::All)
    }

    /// At least one of these holds.
    #[must_use]
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(parts, Node::Any)
    }

    fn joined(parts: impl IntoIterator<Item = Self>, join: fn(usize) -> Node<L>) -> Self {
        let (mut nodes, mut count) = (Vec::new(), 0);
        for part in parts {
            nodes.extend(part.nodes);
            count += 1;
        }
        nodes.push(join(count));
        Self { nodes }
    }

    /// It holds for so many of the people of the contact's organisation, the contact among them.
    #[must_use]
    pub fn of_people(mut self, quantifier: Quantifier) -> Self {
        self.nodes.push(Node::People(quantifier));
        self
    }

    /// This and another.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    /// This or another.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    /// The parts, each join behind what it joins.
    #[must_use]
    pub fn nodes(&self) -> &[Node<L>] {
        &self.nodes
    }

    /// A formula of parts that are well-formed.
    pub(crate) fn of_nodes(nodes: Vec<Node<L>>) -> Self {
        debug_assert!(!nodes.is_empty(), "a formula has a part");
        Self { nodes }
    }

    /// Whether it is [`everybody`](Self::everybody).
    #[must_use]
    pub fn is_everybody(&self) -> bool {
        matches!(self.nodes.as_slice(), [Node::All(0)])
    }

    /// Makes something of each part, from the first leaf to the whole: given is the number of the part, the part and what was made of
    /// those that it joins.
    pub fn fold<T>(&self, mut make: impl FnMut(usize, &Node<L>, Vec<T>) -> T) -> Option<T> {
        let mut stack = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let parts = stack.split_off(stack.len().saturating_sub(arity(node)));
            stack.push(make(at, node, parts));
        }
        stack.pop()
    }

    /// How deep it is nested: 1 for a single condition.
    #[must_use]
    pub fn depth(&self) -> usize {
        let deepest = |parts: Vec<usize>| parts.into_iter().max().unwrap_or(0);
        self.fold(|_, _, parts| deepest(parts) + 1).unwrap_or(0)
    }

    /// Whether it holds, where each leaf is asked. Parts on people are never known here.
    pub fn truth(&self, mut leaf: impl FnMut(&L) -> Truth) -> Truth {
        let joined = |node: &Node<L>, parts: Vec<Truth>| match node {
            Node::Leaf(one) => leaf(one),
            Node::All(_) => parts.into_iter().min().unwrap_or(Truth::Yes),
            Node::Any(_) => parts.into_iter().max().unwrap_or(Truth::No),
            Node::Not => parts.first().map_or(Truth::Unknown, |one| !*one),
            Node::People(_) => Truth::Unknown,
        };
        let mut joined = joined;
        self.fold(|_, node, parts| joined(node, parts)).unwrap_or(Truth::Unknown)
    }

    /// For each part, the part that joins it and its number among those; `None` for the whole.
    pub(crate) fn parents(&self) -> Vec<Option<(usize, usize)>> {
        let mut parents = vec![None; self.nodes.len()];
        self.fold(|at, _, parts: Vec<usize>| {
            for (number, part) in parts.into_iter().enumerate() {
                if let Some(parent) = parents.get_mut(part) {
                    *parent = Some((at, number));
                }
            }
            at
        });
        parents
    }
}

impl<L> std::ops::Not for Formula<L> {
    type Output = Self;

    fn not(mut self) -> Self {
        self.nodes.push(Node::Not);
        self
    }
}

/// How many formulas before it a part joins.
fn arity<L>(node: &Node<L>) -> usize {
    match node {
        Node::Leaf(_) => 0,
        Node::All(count) | Node::Any(count) => *count,
        Node::Not | Node::People(_) => 1,
    }
}
