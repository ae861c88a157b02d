//! Why a claim gets what it gets: what there is, what it wants and may take, and what went before it.

use fondaco_core::report::{Explain, Phrase, word};

use super::{Said, Teller};
use crate::compile::Node;

impl Teller<'_> {
    /// What a claim rests on, and those that were served before it or share with it.
    pub(super) fn claim(
        &mut self,
        claims: u16,
        at: usize,
        parts: &[(&'static str, Node)],
        said: &mut Said,
    ) {
        for (label, node) in parts {
            let value = self.shown(node.reg, node.digits, &node.of, &[]);
            let part = Explain::new(word(label), value);
            said.inputs.push(self.grounds(part, node));
        }
        let Some(slots) = self.slip.program.claims.get(usize::from(claims)) else { return };
        let Some(own) = slots.each.get(at) else { return };
        let digits = parts.first().map_or(0, |(_, node)| node.digits);
        let of = crate::units::Type::money();
        for other in &slots.each {
            let is_before = self.units(other.rank) < self.units(own.rank);
            let is_peer =
                other.taken != own.taken && self.units(other.rank) == self.units(own.rank);
            if (is_before || is_peer) && self.units(other.taken) != 0 {
                let before = if is_before { "served before it" } else { "shares with it" };
                let what = Phrase::from(word(before)).and(other.name.as_str());
                let value = self.shown(Some(other.taken), digits, &of, &[]);
                said.inputs.push(Explain::new(what, value));
            }
        }
    }
}
