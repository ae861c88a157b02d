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

/// Reads every figure and table that holds on a day, those too that no rule uses.
pub(crate) fn check_figures(rules: &RuleSet, on: NaiveDate) -> Result<(), RuleError> {
    let mut lowering = Lowering::new(rules, on, Timestamp::MAX);
    let good = |read: Result<(), RuleError>| match read {
        Err(error) if is_missing(&error) => Ok(()),
        other => other,
    };
    for index in 0..rules.file.parameters.len() {
        good(lowering.figures(index).map(|_| ()))?;
    }
    for (index, table) in rules.file.tables.iter().enumerate() {
        good(
            lowering.brackets(index, 0).map(|_| ()).map_err(|error| error.of("table", &table.name)),
        )?;
    }
    Ok(())
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
    match lowered(rules, on, Timestamp::MAX, &mut faults) {
        Ok(_) => faults,
        Err(error) => [faults, vec![error.into()]].concat(),
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
    let order = graph::order(rules, on, known)?;
    let mut lowering = Lowering::new(rules, on, known);
    for (index, input) in rules.file.inputs.iter().enumerate() {
        lowering.input(index).map_err(|error| error.of("input", &input.name))?;
    }
    for (index, accumulator) in rules.accumulators.iter().enumerate() {
        lowering.accumulator(index).map_err(|error| error.of("accumulator", &accumulator.name))?;
    }
    for (index, list) in rules.file.lists.iter().enumerate() {
        lowering.list(index).map_err(|error| error.of("list", &list.name))?;
    }
    let mut checks: Vec<usize> = (0..rules.file.checks.len()).collect();
    lowering.checks(&mut checks, faults);
    for symbol in order {
        match symbol {
            Symbol::Rule(index) => {
                if let Err(fault) = lowering.rule(index) {
                    faults.push(*fault);
                    lowering.instead_of_rule(index)?;
                }
            }
            Symbol::Base(index) => {
                lowering.base(index).map_err(|error| error.of("base", &rules.bases[index].name))?;
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
        lowering.accumulate(index).map_err(|error| error.of("accumulator", &accumulator.name))?;
    }
    Ok(lowering)
}
