//! From rules to a program: which need which, what is of which type, and each formula as steps.
//!
//! Everything that can be known before an employee is seen is decided here: names, types, units, how many digits each value has, which
//! version of each figure holds. The program that comes out only adds and multiplies.

mod callable;
mod calls;
mod claims;
mod finish;
mod graph;
mod lists;
mod lower;
mod names;
mod rounding;
mod tables;
mod tree;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{DateRange, Timestamp};
use smol_str::SmolStr;

use crate::RuleError;
use crate::expr::Expr;
use crate::program::{CheckSlot, InputSlot, Lines, OutputSlot, Program};
use crate::rules::{Kind, RuleSet, is_missing};
use crate::units::Type;

pub(crate) use calls::is_function;
pub(crate) use tree::{Exact, Node, What};

use lower::Lowering;

/// What a name stands for, by its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Symbol {
    Input(usize),
    Parameter(usize),
    Table(usize),
    Base(usize),
    Accumulator(usize),
    Rule(usize),
    Function(usize),
    Callable(usize),
    List(usize),
    /// All that want of one amount.
    Claims(usize),
    /// One of them.
    Claim(usize),
}

/// What is wrong with the figures and tables that hold on a day, with those too that no rule uses.
pub(crate) fn check_figures(rules: &RuleSet, on: NaiveDate) -> Vec<RuleError> {
    let mut lowering = Lowering::new(rules, on, Timestamp::MAX);
    let mut wrong = Vec::new();
    for index in 0..rules.file.parameters.len() {
        wrong.extend(lowering.figures(index).err());
    }
    for (index, table) in rules.file.tables.iter().enumerate() {
        wrong.extend(
            lowering.brackets(index, 0).map_err(|error| error.of("table", &table.name)).err(),
        );
    }
    wrong.retain(|error| !is_missing(error));
    wrong
}

/// What is wrong with rules, and in which part of which formula, where it is in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) error: RuleError,
    pub(crate) part: Option<Part>,
}

/// A part of a formula, by its place in [`Expr::parts_first`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) formula: Expr,
    pub(crate) index: usize,
}

impl From<RuleError> for Fault {
    fn from(error: RuleError) -> Fault {
        Fault { error, part: None }
    }
}

/// What is wrong with the rules that hold on a day: of every rule, as far as one can be looked at without the others.
pub(crate) fn faults(rules: &RuleSet, on: NaiveDate) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Err(error) = lowered(rules, on, Timestamp::MAX, &mut faults) {
        faults.push(error.into());
    }
    // Who names what is wrong by itself is not wrong for that.
    let wrong: Vec<SmolStr> = faults.iter().filter_map(|fault| given(&fault.error)).collect();
    let is_besides = |fault: &Fault| {
        given(&fault.error).is_some() || !wrong.iter().any(|name| fault.error.mentions(name))
    };
    faults.retain(is_besides);
    faults
}

/// The input, sum or list that an error lies in.
fn given(error: &RuleError) -> Option<SmolStr> {
    match error {
        RuleError::In { what: "input" | "accumulator" | "list" | "base", name, .. } => {
            Some(name.clone())
        }
        _ => None,
    }
}

pub(crate) fn compile(
    rules: &RuleSet,
    on: NaiveDate,
    known: Timestamp,
) -> Result<Program, RuleError> {
    let mut faults = Vec::new();
    let lowering = lowered(rules, on, known, &mut faults);
    match faults.into_iter().next() {
        Some(fault) => Err(fault.error),
        None => lowering?.finish(on),
    }
}

/// The rules as steps. A rule that is wrong is told, and stands for a value of its type, so that the others are looked at too.
fn lowered<'r>(
    rules: &'r RuleSet,
    on: NaiveDate,
    known: Timestamp,
    faults: &mut Vec<Fault>,
) -> Result<Lowering<'r>, RuleError> {
    let graph::Order { sorted, circles } = graph::order(rules, on, known)?;
    let mut lowering = Lowering::new(rules, on, known);
    lowering.given(faults);
    let mut checks: Vec<usize> = (0..rules.file.checks.len()).collect();
    lowering.checks(&mut checks, faults);
    for circle in &circles {
        faults.push(RuleError::Cycle { path: circle.path.clone() }.into());
        lowering.instead_of(&circle.symbols)?;
    }
    let is_in_circle =
        |symbol: &Symbol| circles.iter().any(|circle| circle.symbols.contains(symbol));
    for symbol in sorted {
        match symbol {
            // Its sums are added up from what stands for their members.
            Symbol::Rule(_) | Symbol::Claims(_) | Symbol::Callable(_) if is_in_circle(&symbol) => {}
            Symbol::Rule(index) => {
                if let Err(fault) = lowering.rule(index) {
                    faults.push(*fault);
                    lowering.instead_of_rule(index)?;
                }
            }
            Symbol::Base(index) => {
                let name = &rules.bases[index].name;
                faults
                    .extend(lowering.base(index).err().map(|error| error.of("base", name).into()));
            }
            Symbol::Claims(index) => {
                if let Err(fault) = lowering.claims(index) {
                    faults.push(*fault);
                    lowering.instead_of_claims(index)?;
                }
            }
            Symbol::Callable(index) => {
                if let Err(fault) = lowering.callable(index) {
                    faults.push(*fault);
                }
            }
            _ => {}
        }
        lowering.checks(&mut checks, faults);
    }
    for (index, accumulator) in rules.accumulators.iter().enumerate() {
        if !lowering.done.contains_key(&Symbol::Accumulator(index)) {
            continue;
        }
        let carried = lowering.accumulate(index);
        faults.extend(carried.err().map(|error| error.of("accumulator", &accumulator.name).into()));
    }
    Ok(lowering)
}
