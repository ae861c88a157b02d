//! The names of a file: each stands for one thing, and none for what formulas call anyway.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;

use super::{RuleFile, TOTALS};
use crate::RuleError;
use crate::compile::{self, Symbol};
use crate::expr::is_name;
use crate::function::Function;
use crate::units::UNITS;

/// Every name with what it stands for, each once.
pub(super) fn symbols(
    file: &RuleFile,
    functions: &[Arc<dyn Function>],
) -> Result<BTreeMap<SmolStr, Symbol>, RuleError> {
    let mut symbols = BTreeMap::new();
    let mut add = |name: &str, symbol: Symbol| -> Result<(), RuleError> {
        if !is_name(name) {
            return Err(RuleError::BadName { name: name.into() });
        }
        // What is called by its name can't be called like something else that is; other names may be those of units.
        let called = matches!(symbol, Symbol::Table(_) | Symbol::Function(_) | Symbol::Callable(_));
        let is_unit = UNITS.contains(&name) || file.units.iter().any(|unit| unit == name);
        let taken = compile::is_function(name) || (called && is_unit);
        match symbols.insert(SmolStr::new(name), symbol) {
            None if !taken => Ok(()),
            _ => Err(RuleError::NameTwice { name: name.into() }),
        }
    };
    for (index, input) in file.inputs.iter().enumerate() {
        add(&input.name, Symbol::Input(index))?;
    }
    for (index, parameter) in file.parameters.iter().enumerate() {
        add(&parameter.name, Symbol::Parameter(index))?;
    }
    for (index, table) in file.tables.iter().enumerate() {
        add(&table.name, Symbol::Table(index))?;
    }
    let bases = file.bases.iter().map(|base| base.name.as_str());
    for (index, name) in bases.chain(TOTALS).enumerate() {
        add(name, Symbol::Base(index))?;
    }
    let sums = file.accumulators.iter().map(|accumulator| &accumulator.name);
    let owing = file.claims.iter().flat_map(|claims| &claims.each);
    let owing = owing.filter_map(|claim| claim.arrears.as_ref().map(|arrears| &arrears.name));
    for (index, name) in sums.chain(owing).enumerate() {
        add(name, Symbol::Accumulator(index))?;
    }
    for (index, list) in file.lists.iter().enumerate() {
        add(&list.name, Symbol::List(index))?;
    }
    for (index, claims) in file.claims.iter().enumerate() {
        add(&claims.name, Symbol::Claims(index))?;
    }
    for (index, claim) in file.claims.iter().flat_map(|claims| &claims.each).enumerate() {
        add(&claim.name, Symbol::Claim(index))?;
    }
    for (index, rule) in file.rules.iter().enumerate() {
        add(&rule.name, Symbol::Rule(index))?;
    }
    for (index, formula) in file.formulas.iter().enumerate() {
        add(&formula.name, Symbol::Callable(index))?;
    }
    for (index, function) in functions.iter().enumerate() {
        add(function.name(), Symbol::Function(index))?;
    }
    local_names(file, &symbols)?;
    check_names(file)?;
    choice_names(file)?;
    Ok(symbols)
}

/// Names within a formula are its own, and none that the file says something else by.
fn local_names(file: &RuleFile, symbols: &BTreeMap<SmolStr, Symbol>) -> Result<(), RuleError> {
    let own = |names: Vec<&SmolStr>| {
        let mut seen = BTreeSet::new();
        for name in names {
            if !is_name(name) {
                return Err(RuleError::BadName { name: name.clone() });
            }
            if symbols.contains_key(name) || !seen.insert(name) {
                return Err(RuleError::NameTwice { name: name.clone() });
            }
        }
        Ok(())
    };
    for formula in &file.formulas {
        let steps = formula.steps.iter().map(|step| &step.name);
        let names = formula.of.iter().map(|argument| &argument.name).chain(steps).collect();
        own(names).map_err(|error| error.of("formula", &formula.name))?;
    }
    for list in &file.lists {
        let names = list.columns.iter().map(|column| &column.name).collect();
        own(names).map_err(|error| error.of("list", &list.name))?;
    }
    Ok(())
}

fn check_names(file: &RuleFile) -> Result<(), RuleError> {
    let mut checks = BTreeSet::new();
    for check in &file.checks {
        if !is_name(&check.name) {
            return Err(RuleError::BadName { name: check.name.clone() });
        }
        if !checks.insert(&check.name) {
            return Err(RuleError::NameTwice { name: check.name.clone() });
        }
    }
    Ok(())
}

fn choice_names(file: &RuleFile) -> Result<(), RuleError> {
    for choice in &file.choices {
        let mut seen = BTreeSet::new();
        let twice = choice.values.iter().find(|value| !seen.insert(*value));
        if let Some(value) = twice {
            return Err(RuleError::NameTwice { name: value.clone() }.of("choice", &choice.name));
        }
        if !is_name(&choice.name) || choice.values.is_empty() {
            return Err(RuleError::BadName { name: choice.name.clone() }.of("choice", &choice.name));
        }
    }
    Ok(())
}
