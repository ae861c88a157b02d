//! The program that lowered rules come to, with what explains it.

use std::collections::BTreeSet;

use super::lower::Lowering;
use super::*;
use crate::program::Slices;

impl Lowering<'_> {
    pub(super) fn finish(mut self, on: NaiveDate) -> Result<Program, RuleError> {
        // They were computed in the order in which they need each other; people read them as the file has them.
        self.outputs.sort_by_key(|output| place(self.rules.symbols.get(&output.name)));
        Ok(Program {
            name: self.rules.file.name.clone(),
            title: self.rules.file.title.clone(),
            currency: self.rules.file.currency,
            on,
            ops: self.ops,
            template: self.template,
            cells: self.cells,
            has_rows: self.inputs.iter().any(|input| input.row.is_some()),
            tables: self.tables.brackets,
            functions: self.functions,
            checks: self.checks,
            claims: self.claims,
            inputs: self.inputs,
            outputs: self.outputs,
            lines: self.lines,
            spans: self.spans,
            figures: self.figures,
            table_texts: self.tables.texts,
            names: names(self.rules),
            accumulators: self.rules.accumulators.clone(),
            callables: callables(self.rules, on, self.known),
            inner_names: inner_names(self.rules),
            slices: Slices::default(),
        })
    }
}

/// Where a result stands: pay that is told, rules, claims, sums, what is carried on, each in the file's order.
fn place(symbol: Option<&Symbol>) -> (u8, usize) {
    match symbol {
        Some(Symbol::Input(at)) => (0, *at),
        Some(Symbol::Rule(at)) => (1, *at),
        Some(Symbol::Claim(at)) => (2, *at),
        Some(Symbol::Base(at)) => (3, *at),
        Some(Symbol::Accumulator(at)) => (4, *at),
        _ => (5, 0),
    }
}

/// The name of every symbol.
fn names(rules: &RuleSet) -> BTreeMap<Symbol, SmolStr> {
    rules.symbols.iter().map(|(name, symbol)| (*symbol, name.clone())).collect()
}

/// The names of formulas that are called, of their arguments and their steps.
fn inner_names(rules: &RuleSet) -> BTreeSet<SmolStr> {
    let all = rules.file.formulas.iter().flat_map(|formula| {
        let of = formula.of.iter().map(|argument| &argument.name);
        of.chain(formula.steps.iter().map(|step| &step.name)).chain([&formula.name])
    });
    all.cloned().collect()
}

/// The text and the law of every formula that is called, as it holds.
fn callables(rules: &RuleSet, on: NaiveDate, known: Timestamp) -> Vec<(String, String)> {
    let held = rules.callables.iter().map(|versions| versions.held(&[], on, known));
    let said = held.map(|held| held.map(|held| (held.value.0.to_string(), held.value.1.clone())));
    said.map(Result::unwrap_or_default).collect()
}
