//! Conditions on an event's own attributes: the same joins, over attributes alone.

use super::parse::{Parser, Part, Read};
use super::words::Want;
use crate::segments::MOST_NODES;
use crate::segments::predicate::{AttributeTest, Filter, Formula, Node};

impl Parser {
    pub(super) fn filter(&mut self, event: &str) -> Read<Filter> {
        let mut nodes = Vec::new();
        self.filter_either(event, &mut nodes)?;
        Ok(Formula::of_nodes(nodes))
    }

    fn filter_either(&mut self, event: &str, nodes: &mut Vec<Node<AttributeTest>>) -> Read<()> {
        self.filter_both(event, nodes)?;
        let mut count = 1;
        while self.word("or") {
            self.filter_both(event, nodes)?;
            count += 1;
        }
        if count > 1 {
            nodes.push(Node::Any(count));
        }
        Ok(())
    }

    fn filter_both(&mut self, event: &str, nodes: &mut Vec<Node<AttributeTest>>) -> Read<()> {
        self.filter_single(event, nodes)?;
        let mut count = 1;
        while self.word("and") {
            self.filter_single(event, nodes)?;
            count += 1;
        }
        if count > 1 {
            nodes.push(Node::All(count));
        }
        Ok(())
    }

    fn filter_single(&mut self, event: &str, nodes: &mut Vec<Node<AttributeTest>>) -> Read<()> {
        if nodes.len() >= MOST_NODES {
            return Err(self.too_many());
        }
        if self.word("not") {
            self.deeper(|parser| parser.filter_single(event, nodes))?;
            nodes.push(Node::Not);
            return Ok(());
        }
        if self.sign("(") {
            self.deeper(|parser| parser.filter_either(event, nodes))?;
            return self.need(")");
        }
        self.wants.push(Want::FieldOf(event.to_owned()));
        let inner = Some(nodes.len());
        let name = self.name(Part::Name, inner)?;
        let test = self.test_of(name, inner)?;
        nodes.push(Node::Leaf(test));
        Ok(())
    }
}
