//! Why an amount is what it is: the rule, the figures of the law with their validity and source, what went in, and what was rounded.
//!
//! A run leaves every step's value in its frame, and the compiler kept the tree of every formula with the places in the frame. So to
//! explain costs nothing until somebody asks, and what is explained is what was computed.
//! A sum says what is taken from it as `less`, and leaves out what is nothing, so that its parts add up to it by hand; of brackets each
//! band says what it adds.

mod bands;
mod claims;

pub(crate) use bands::BAND_WORDS;

use std::collections::BTreeSet;

use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};
use fondaco_core::{DateRange, Money, Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::PayError;
use crate::compile::{Exact, Node, Symbol, What};
use crate::program::{Lines, Reg, Slip, decimal_of};
use crate::units::Type;

/// To how many digits a quotient is shown before it was rounded.
const SHOWN_DIGITS: u32 = 12;

impl Slip<'_> {
    /// Why a result is what it is: a tree that is shown as text, as HTML on a [`Page`](fondaco_core::report::Page), and is data by serde.
    /// A rule that was explained once stands with its value alone where it comes again.
    ///
    /// # Errors
    /// [`PayError::UnknownInput`] when nothing has the name.
    pub fn explain(&self, name: &str) -> Result<Explain, PayError> {
        self.amount(name)?;
        let mut teller = Teller { slip: self, told: BTreeSet::new() };
        Ok(teller.line(name))
    }
}

struct Teller<'s> {
    slip: &'s Slip<'s>,
    told: BTreeSet<SmolStr>,
}

/// What a part of a formula adds to the explanation of the whole.
#[derive(Default)]
struct Said {
    parameters: Vec<Parameter>,
    inputs: Vec<Explain>,
    /// What was said by its name: once is enough.
    named: BTreeSet<Symbol>,
    /// Of a formula that is called: the names of its own that were said.
    locals: BTreeSet<SmolStr>,
}

impl Teller<'_> {
    fn line(&mut self, name: &str) -> Explain {
        let program = self.slip.program;
        let output = program.outputs.iter().find(|output| output.name == name);
        let line = program.lines.iter().find(|line| line.name == name);
        let (Some(output), Some(line)) = (output, line) else {
            return Explain::new(name, Cell::Empty);
        };
        let value = self.shown(Some(output.reg), output.digits, &output.of, &output.values);
        let explain = Explain::new(titled(line), value);
        if !self.told.insert(line.name.clone()) {
            return explain;
        }
        let Some(node) = &line.node else { return explain };
        let explain = match (&line.formula, &line.source) {
            (Some(formula), Some(source)) => explain.rule(formula.as_str()).source(source.as_str()),
            (Some(formula), None) => explain.rule(formula.as_str()),
            (None, _) => explain,
        };
        self.grounds(explain, node)
    }

    /// A figure with all that its formula rests on, and the rounding at the formula's end.
    fn grounds(&mut self, explain: Explain, node: &Node) -> Explain {
        self.grounds_besides(explain, node, Said::default())
    }

    /// The same without what was said.
    fn grounds_besides(&mut self, explain: Explain, node: &Node, mut said: Said) -> Explain {
        let explain = match &node.what {
            What::Round { exact, to_digits: Some(digits), rounding, of, .. } => {
                of.iter().for_each(|node| self.part(node, &mut said));
                self.rounded(explain, *exact, *rounding, *digits)
            }
            _ => {
                self.part(node, &mut said);
                explain
            }
        };
        said.parameters.into_iter().fold(explain, Explain::parameter).inputs(said.inputs)
    }

    fn rounded(&self, explain: Explain, exact: Exact, rounding: Rounding, digits: u8) -> Explain {
        match self.exact(exact) {
            Some(exact) => explain.rounded(rounding, digits.into(), exact),
            None => explain,
        }
    }

    fn exact(&self, exact: Exact) -> Option<Decimal> {
        let get = |(reg, digits): (Reg, u8)| decimal_of(&self.slip.frame, reg, digits);
        let value = get(exact.value)?;
        match exact.over {
            Some(over) => {
                decimal::div_round(value, get(over)?, SHOWN_DIGITS, Rounding::HalfEven).ok()
            }
            None => Some(value),
        }
    }

    /// What a part is made of, of the sides of a choice only that which was taken.
    fn part(&mut self, node: &Node, said: &mut Said) {
        match &node.what {
            What::Literal => {}
            What::Name(symbol) => self.name(*symbol, node, said),
            What::Join(parts) => parts.iter().for_each(|part| self.part(part, said)),
            What::Sum(parts) => {
                parts.iter().for_each(|(sign, part)| self.added(*sign, part, said));
            }
            What::If(parts) => {
                self.part(&parts[0], said);
                let holds = parts[0].reg.is_some_and(|reg| self.units(reg) != 0);
                self.part(if holds { &parts[1] } else { &parts[2] }, said);
            }
            What::Round { exact, to_digits, rounding, of, text } => {
                let mut inner = Said::default();
                of.iter().for_each(|part| self.part(part, &mut inner));
                let value = self.shown(node.reg, node.digits, &node.of, &[]);
                // Several may stand in one formula: each is called by what it says there.
                let explain = Explain::new(text.as_str(), value);
                let explain = match to_digits {
                    Some(digits) => self.rounded(explain, *exact, *rounding, *digits),
                    None => explain,
                };
                let explain = inner.parameters.into_iter().fold(explain, Explain::parameter);
                said.inputs.push(explain.inputs(inner.inputs));
            }
            What::Cell { parameter, index, cells } => {
                cells.iter().for_each(|part| self.part(part, said));
                let cell = usize::try_from(self.units(*index)).unwrap_or(0);
                said.parameters.extend(self.figure(*parameter, cell));
            }
            What::Table { .. } => said.inputs.push(self.table(node)),
            What::Local(name) => {
                if said.locals.insert(name.clone()) {
                    said.inputs.push(self.local(name, node));
                }
            }
            What::Rows { list, rows } => {
                for (row, (present, node)) in (1_i64..).zip(rows) {
                    if self.units(*present) != 0 {
                        let value = self.shown(node.reg, node.digits, &node.of, &[]);
                        let row = Explain::new(Phrase::from(list.as_str()).and(row), value);
                        said.inputs.push(self.grounds(row, node));
                    }
                }
            }
            What::Claim { claims, at, parts } => self.claim(*claims, *at, parts, said),
            What::Call { callable, of, steps, answer } => {
                said.inputs.push(self.call(*callable, of, steps, answer, node));
            }
        }
    }

    /// A formula that is called: what it is called with, its steps, and what its answer rests on.
    fn call(
        &mut self,
        callable: usize,
        of: &[(SmolStr, String, Node)],
        steps: &[(SmolStr, String, Node)],
        answer: &Node,
        node: &Node,
    ) -> Explain {
        let program = self.slip.program;
        let name = program.names.get(&Symbol::Callable(callable)).cloned().unwrap_or_default();
        let value = self.shown(node.reg, node.digits, &node.of, self.choices(&node.of));
        let mut explain = Explain::new(name, value);
        if let Some((text, source)) = program.callables.get(callable) {
            explain = explain.rule(text.as_str());
            if !source.is_empty() {
                explain = explain.source(source.as_str());
            }
        }
        let mut said = Said::default();
        for (name, text, part) in of.iter().chain(steps) {
            let local = self.local(name, part).rule(text.as_str());
            explain = explain.input(self.grounds(local, part));
            said.locals.insert(name.clone());
        }
        self.grounds_besides(explain, answer, said)
    }

    fn local(&self, name: &str, node: &Node) -> Explain {
        Explain::new(name, self.shown(node.reg, node.digits, &node.of, self.choices(&node.of)))
    }

    /// The values of a choice, which the program keeps with its inputs.
    fn choices(&self, of: &Type) -> &[SmolStr] {
        let inputs = &self.slip.program.inputs;
        inputs.iter().find(|input| input.of == *of).map_or(&[][..], |input| &input.values)
    }

    /// A part of a sum, unless it is nothing.
    fn added(&mut self, sign: i8, node: &Node, said: &mut Said) {
        let Some(reg) = node.reg else { return };
        if self.units(reg) == 0 {
            return;
        }
        let mut one = Said::default();
        self.part(node, &mut one);
        let less = |mut explain: Explain| {
            let what = std::mem::take(&mut explain.what);
            explain.what = Phrase::from(word("less")).and(what.into_cell());
            explain
        };
        let parts = one.inputs.into_iter();
        said.inputs.extend(parts.map(|part| if sign < 0 { less(part) } else { part }));
    }

    fn name(&mut self, symbol: Symbol, node: &Node, said: &mut Said) {
        if !said.named.insert(symbol) {
            return;
        }
        let name = self.slip.program.names.get(&symbol).cloned().unwrap_or_default();
        match symbol {
            Symbol::Parameter(index) => said.parameters.extend(self.figure(index, 0)),
            Symbol::Rule(_) | Symbol::Base(_) | Symbol::Claim(_) => {
                said.inputs.push(self.line(&name));
            }
            Symbol::Accumulator(_) => {
                let before = self.shown(node.reg, node.digits, &node.of, &[]);
                let what = Phrase::from(name).and(word("before this period"));
                said.inputs.push(Explain::new(what, before));
            }
            Symbol::Input(index) => {
                let values =
                    self.slip.program.inputs.get(index).map_or(&[][..], |input| &input.values);
                said.inputs
                    .push(Explain::new(name, self.shown(node.reg, node.digits, &node.of, values)));
            }
            Symbol::Table(_)
            | Symbol::Function(_)
            | Symbol::Callable(_)
            | Symbol::List(_)
            | Symbol::Claims(_) => {}
        }
    }

    fn figure(&self, index: usize, cell: usize) -> Option<Parameter> {
        let program = self.slip.program;
        let name = program.names.get(&Symbol::Parameter(index))?;
        let (figure, source, days, of) = program.figures.get(&(index, cell))?;
        let name = if of.is_empty() { name.clone() } else { format!("{name}[{of}]").into() };
        Some(sourced(Parameter::new(name, figure.0.as_str()), source, *days))
    }

    fn units(&self, reg: Reg) -> i128 {
        self.slip.frame.get(usize::from(reg)).copied().unwrap_or_default()
    }

    fn shown(&self, reg: Option<Reg>, digits: u8, of: &Type, values: &[SmolStr]) -> Cell {
        let Some(reg) = reg else { return Cell::Empty };
        let units = self.units(reg);
        match of {
            Type::Number(_) => match decimal_of(&self.slip.frame, reg, digits) {
                Some(value) if of.is_money() => {
                    Money::new(value, self.slip.program.currency).into()
                }
                Some(value) => Cell::Number(value),
                None => Cell::Empty,
            },
            Type::Bool => word(if units == 0 { "no" } else { "yes" }),
            Type::Date => {
                let day = i32::try_from(units)
                    .ok()
                    .and_then(chrono::NaiveDate::from_num_days_from_ce_opt);
                day.into()
            }
            Type::Choice(_) => usize::try_from(units).ok().and_then(|at| values.get(at)).into(),
        }
    }
}

fn titled(line: &Lines) -> String {
    if line.about.is_empty() {
        line.name.to_string()
    } else {
        format!("{} ({})", line.about, line.name)
    }
}

fn sourced(parameter: Parameter, source: &str, days: DateRange) -> Parameter {
    let parameter = parameter.valid(days);
    if source.is_empty() { parameter } else { parameter.source(source) }
}
