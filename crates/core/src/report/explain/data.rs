//! As data: nested, as it is shown, and flat where that would be deeper than readers of JSON go.

use serde::{Deserialize, Serialize};

use super::{Explain, Parameter, Rounded};
use crate::report::{Cell, Phrase};

/// So many levels stand in each other: of JSON twice as many, and its readers stop at about 128.
const NESTED: usize = 40;

/// A node as it is written and read.
#[derive(Serialize, Deserialize)]
pub(super) struct Node {
    what: Phrase,
    value: Cell,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<Phrase>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Parameter>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rounded: Option<Rounded>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Phrase>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<Node>,
    /// All that is below a node that nests no further, each after what it was made for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    below: Vec<Below>,
}

#[derive(Serialize, Deserialize)]
struct Below {
    /// 1 for what the node itself was made of, 2 for what that was made of.
    level: usize,
    node: Node,
}

impl Node {
    /// A node without what it was made of, and that.
    fn alone(explain: Explain) -> (Node, Vec<Explain>) {
        let Explain { what, value, rule, parameters, rounded, source, inputs } = explain;
        let (none, below) = (Vec::new(), Vec::new());
        (Node { what, value, rule, parameters, rounded, source, inputs: none, below }, inputs)
    }

    fn nested(explain: Explain, room: usize) -> Node {
        let (mut node, inputs) = Node::alone(explain);
        match room.checked_sub(1) {
            Some(room) => {
                node.inputs = inputs.into_iter().map(|input| Node::nested(input, room)).collect();
            }
            None => node.below = flat(inputs),
        }
        node
    }
}

fn flat(inputs: Vec<Explain>) -> Vec<Below> {
    let mut next: Vec<_> = inputs.into_iter().rev().map(|input| (1, input)).collect();
    let mut below = Vec::new();
    while let Some((level, explain)) = next.pop() {
        let (node, inputs) = Node::alone(explain);
        below.push(Below { level, node });
        next.extend(inputs.into_iter().rev().map(|input| (level + 1, input)));
    }
    below
}

/// So deep is what is read: each level takes of the stack of whoever looks at it.
const DEEPEST: usize = 500;

/// The trees of what is below a node. What skips a level stands as deep as there is something to stand under.
fn trees(below: Vec<Below>) -> Result<Vec<Explain>, String> {
    let mut open: Vec<Explain> = vec![Explain::default()];
    for Below { level, node } in below {
        close(&mut open, level.max(1));
        open.push(Explain::try_from(node)?);
    }
    close(&mut open, 1);
    Ok(open.pop().map(|root| root.inputs).unwrap_or_default())
}

/// Puts those from a level on under what they were made for.
fn close(open: &mut Vec<Explain>, level: usize) {
    while open.len() > level
        && let Some(done) = open.pop()
    {
        match open.last_mut() {
            Some(parent) => parent.inputs.push(done),
            None => open.push(done),
        }
    }
}

impl From<Explain> for Node {
    fn from(explain: Explain) -> Node {
        Node::nested(explain, NESTED)
    }
}

impl TryFrom<Node> for Explain {
    type Error = String;

    fn try_from(node: Node) -> Result<Explain, String> {
        if let Some(deep) = node.below.iter().find(|below| below.level > DEEPEST) {
            return Err(format!(
                "level {} of an explanation: no more than {DEEPEST} are read",
                deep.level
            ));
        }
        if node.below.iter().any(|of| !of.node.inputs.is_empty() || !of.node.below.is_empty()) {
            return Err("what is below an explanation's node stands in one list".into());
        }
        let Node { what, value, rule, parameters, rounded, source, inputs, below } = node;
        let nested: Result<Vec<Explain>, String> =
            inputs.into_iter().map(Explain::try_from).collect();
        let mut inputs = nested?;
        inputs.extend(trees(below)?);
        Ok(Explain { what, value, rule, parameters, rounded, source, inputs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A node for each level under the last, with a leaf beside each.
    fn chain(levels: i64) -> Explain {
        (0..levels).rev().fold(Explain::new("end", levels), |under, level| {
            let beside = Explain::new("beside", level).rule("a leaf");
            Explain::new("level", level).rule("a sum").inputs([under, beside])
        })
    }

    #[test]
    fn however_deep_it_is_it_can_be_read_back() {
        for levels in [1, 39, 40, 41, 42, 60, 80, 500] {
            let json = serde_json::to_string(&chain(levels)).unwrap();
            let read: Explain = serde_json::from_str(&json).unwrap();
            assert_eq!(read, chain(levels), "{levels} levels");
            assert_eq!(json.contains("below"), levels > 40);
        }
    }

    #[test]
    fn what_is_too_deep_is_refused_and_not_read() {
        let deep = serde_json::to_string(&chain(600)).unwrap();
        let error = serde_json::from_str::<Explain>(&deep).unwrap_err().to_string();
        assert!(error.contains("no more than 500 are read"), "{error}");
    }

    #[test]
    fn levels_that_are_skipped_lose_nothing() {
        let odd = r#"{"what":{"type":"text","value":"sum"},"value":{"type":"empty"},"below":[
            {"level":7,"node":{"what":{"type":"text","value":"a"},"value":{"type":"empty"}}},
            {"level":0,"node":{"what":{"type":"text","value":"b"},"value":{"type":"empty"}}}]}"#;
        let odd = odd.replace(r#"{"type":"text","value":"sum"}"#, &phrase("sum"));
        let odd = odd.replace(r#"{"type":"text","value":"a"}"#, &phrase("a"));
        let odd = odd.replace(r#"{"type":"text","value":"b"}"#, &phrase("b"));
        let read: Explain = serde_json::from_str(&odd).unwrap();
        assert_eq!(read.inputs.len(), 2);
    }

    fn phrase(text: &str) -> String {
        serde_json::to_string(&Phrase::from(text)).unwrap()
    }
}
