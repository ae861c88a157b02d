//! Which rule needs which, found from the formulas: an order in which they can be computed, and the circles that forbid it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use petgraph::algo::{tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};

use super::Symbol;
use crate::RuleError;
use crate::expr::Expr;
use crate::rules::RuleSet;

/// Rules, bases and formulas that are called.
pub(super) struct Order {
    /// Each after what it needs, but for what lies on a circle.
    pub(super) sorted: Vec<Symbol>,
    pub(super) circles: Vec<Circle>,
}

/// What needs each other.
pub(super) struct Circle {
    pub(super) symbols: Vec<Symbol>,
    /// The names on it.
    pub(super) path: String,
}

/// Finds an order.
pub(super) fn order(rules: &RuleSet, on: NaiveDate, known: Timestamp) -> Result<Order, RuleError> {
    let mut graph = DiGraph::<Symbol, ()>::new();
    let all = (0..rules.file.rules.len())
        .map(Symbol::Rule)
        .chain((0..rules.bases.len()).map(Symbol::Base))
        .chain((0..rules.file.formulas.len()).map(Symbol::Callable))
        .chain((0..rules.file.claims.len()).map(Symbol::Claims))
        .chain((0..rules.claims.len()).map(Symbol::Claim));
    let places: BTreeMap<Symbol, NodeIndex> =
        all.map(|symbol| (symbol, graph.add_node(symbol))).collect();
    for (symbol, place) in &places {
        for needed in needs(rules, *symbol, on, known)? {
            if let Some(needed) = places.get(&needed) {
                graph.update_edge(*needed, *place, ());
            }
        }
    }
    if let Ok(sorted) = toposort(&graph, None) {
        let sorted = sorted.into_iter().map(|place| graph[place]).collect();
        return Ok(Order { sorted, circles: Vec::new() });
    }
    // Knots come after what needs them.
    let mut knots = tarjan_scc(&graph);
    knots.reverse();
    let is_circle = |knot: &&Vec<NodeIndex>| {
        knot.len() > 1 || knot.iter().any(|place| graph.contains_edge(*place, *place))
    };
    let circles = knots.iter().filter(is_circle).map(|knot| Circle {
        symbols: knot.iter().map(|place| graph[*place]).collect(),
        path: path(rules, &graph, knot),
    });
    let circles = circles.collect();
    let sorted = knots.iter().flatten().map(|place| graph[*place]).collect();
    Ok(Order { sorted, circles })
}

/// What the formula of a rule, or the members of a base, name.
pub(super) fn needs(
    rules: &RuleSet,
    symbol: Symbol,
    on: NaiveDate,
    known: Timestamp,
) -> Result<Vec<Symbol>, RuleError> {
    match symbol {
        Symbol::Rule(index) => {
            let held = rules.formulas[index].held(&[], on, known);
            let held = held.map_err(|error| error.of("rule", &rules.file.rules[index].name))?;
            Ok(named(rules, [&held.value.0]))
        }
        Symbol::Claims(index) => {
            let claims = &rules.file.claims[index];
            let each = claims.each.iter();
            let each = each.flat_map(|claim| {
                [Some(&claim.wanted), Some(&claim.rank), claim.limit.as_ref()].into_iter().flatten()
            });
            Ok(named(rules, each.chain([&claims.from]).chain(&claims.keep)))
        }
        Symbol::Claim(index) => Ok(rules
            .claims
            .get(index)
            .map(|(claims, _)| Symbol::Claims(*claims))
            .into_iter()
            .collect()),
        Symbol::Callable(index) => {
            let callable = &rules.file.formulas[index];
            let held = rules.callables[index].held(&[], on, known);
            let held = held.map_err(|error| error.of("formula", &callable.name))?;
            let steps = callable.steps.iter().map(|step| &step.formula);
            Ok(named(rules, steps.chain([&held.value.0])))
        }
        Symbol::Base(index) => {
            Ok(rules.bases[index].members.iter().map(|(member, _)| *member).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// Everything that formulas name.
fn named<'e>(rules: &RuleSet, formulas: impl IntoIterator<Item = &'e Expr>) -> Vec<Symbol> {
    let mut found = Vec::new();
    for formula in formulas {
        formula.names(&mut |name| found.extend(rules.symbols.get(name).copied()));
    }
    found
}

/// One circle of a knot, by the names on it: `a -> b -> a`, each needing the next.
fn path(rules: &RuleSet, graph: &DiGraph<Symbol, ()>, knot: &[NodeIndex]) -> String {
    let mut path: Vec<NodeIndex> = knot.iter().min().into_iter().copied().collect();
    // Every part of a knot needs another part of it, so that going on meets one that was met.
    while let Some(last) = path.last().copied() {
        let needed = graph
            .neighbors_directed(last, petgraph::Incoming)
            .filter(|next| knot.contains(next))
            .min();
        let Some(needed) = needed else { break };
        let met = path.iter().position(|place| *place == needed);
        path.push(needed);
        if let Some(met) = met {
            path.drain(..met);
            break;
        }
    }
    let names = path.into_iter().map(|place| match graph[place] {
        Symbol::Rule(index) => rules.file.rules[index].name.as_str(),
        Symbol::Base(index) => rules.bases[index].name.as_str(),
        Symbol::Callable(index) => rules.file.formulas[index].name.as_str(),
        Symbol::Claims(index) => rules.file.claims[index].name.as_str(),
        Symbol::Claim(index) => rules
            .claims
            .get(index)
            .map_or("", |(claims, at)| rules.file.claims[*claims].each[*at].name.as_str()),
        _ => "",
    });
    names.collect::<Vec<_>>().join(" -> ")
}
