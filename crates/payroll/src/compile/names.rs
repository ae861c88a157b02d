//! What has a name in a formula: inputs, parameters, accumulators, rules and bases, and where the results of a case are found.

use super::lower::{Lowering, MOST_DIGITS, Value, named, wrong_type};
use super::*;
use crate::program::Op;
use crate::rules::{Accumulator, Figure, Input, names_like};

/// The figures of a parameter, one for each of its cells, all with the same digits.
pub(super) struct Figures {
    pub(super) units: Vec<i128>,
    pub(super) digits: u8,
    pub(super) of: Type,
}

impl Lowering<'_> {
    pub(super) fn input(&mut self, index: usize) -> Result<(), RuleError> {
        let input = &self.rules.file.inputs[index];
        let value = self.slot(input)?;
        self.done.insert(Symbol::Input(index), value.clone());
        if let Some(kind) = input.kind {
            self.check_paid(kind, &value)?;
            self.output(&input.name, called(&input.label, &input.about), Some(kind), &value);
            self.lines.push(Lines::of(&input.name, &input.about));
        }
        Ok(())
    }

    /// A place for an input.
    pub(super) fn slot(&mut self, input: &Input) -> Result<Value, RuleError> {
        let of = self.rules.type_of(&input.of)?;
        let digits = input.digits.unwrap_or_else(|| self.usual_digits(&of, &input.of));
        if digits > 12 || (!matches!(of, Type::Number(_)) && digits > 0) {
            return Err(RuleError::BadRule {
                field: "digits",
                why: format!("is {digits}: give 0 to 12, and of numbers alone"),
            });
        }
        let slot = InputSlot {
            name: input.name.clone(),
            values: self.rules.values(&of),
            least: self.bound(&input.min, &of, digits)?,
            most: self.bound(&input.max, &of, digits)?,
            default: self.bound(&input.default, &of, digits)?,
            reg: self.place(0)?,
            of: of.clone(),
            digits,
            carries: None,
            row: None,
        };
        let value = Value { reg: slot.reg, digits, of, constant: None, any_unit: false };
        self.inputs.push(slot);
        Ok(value)
    }

    pub(super) fn bound(
        &self,
        figure: &Option<Figure>,
        of: &Type,
        digits: u8,
    ) -> Result<Option<i128>, RuleError> {
        let Some(figure) = figure else { return Ok(None) };
        let read = figure.read(of, &self.rules.values(of))?;
        let power = digits.checked_sub(read.digits);
        let units =
            power.and_then(|power| read.units.checked_mul(10_i128.checked_pow(power.into())?));
        units.map(Some).ok_or_else(|| RuleError::BadFigure {
            value: figure.0.clone(),
            wanted: of.to_string(),
            way_out: format!("give no more than {digits} digits behind the point"),
        })
    }

    pub(super) fn usual_digits(&self, of: &Type, written: &str) -> u8 {
        match of {
            Type::Number(_) if of.is_money() => self.minor_units(),
            Type::Number(_) if written == "rate" => 6,
            Type::Number(units) if units.is_none() => 0,
            Type::Number(_) => 4,
            _ => 0,
        }
    }

    pub(super) fn minor_units(&self) -> u8 {
        self.rules.file.currency.minor_units().map_or(0, |digits| digits as u8)
    }

    /// The sum before this period, which is an input.
    pub(super) fn accumulator(&mut self, index: usize) -> Result<(), RuleError> {
        let accumulator = &self.rules.accumulators[index];
        let written = self.declared(&accumulator.of)?;
        let of = self.rules.type_of(&written)?;
        let digits = self.usual_digits(&of, &written);
        let reg = self.place(0)?;
        let default = self.bound(&accumulator.default, &of, digits)?;
        self.inputs.push(InputSlot {
            name: accumulator.name.clone(),
            values: Vec::new(),
            least: None,
            most: None,
            default,
            carries: Some(index),
            row: None,
            reg,
            of: of.clone(),
            digits,
        });
        let value = Value { reg, digits, of, constant: None, any_unit: false };
        self.done.insert(Symbol::Accumulator(index), value);
        Ok(())
    }

    /// The type that something is declared with.
    pub(super) fn declared(&self, name: &str) -> Result<SmolStr, RuleError> {
        match self.rules.symbols.get(name) {
            Some(Symbol::Input(index)) => Ok(self.rules.file.inputs[*index].of.clone()),
            Some(Symbol::Rule(index)) => Ok(self.rules.file.rules[*index].of.clone()),
            Some(Symbol::Base(_) | Symbol::Claim(_)) => Ok("money".into()),
            _ => Err(self.unknown(name)),
        }
    }

    /// The sum after this period.
    pub(super) fn accumulate(&mut self, index: usize) -> Result<(), RuleError> {
        let accumulator = &self.rules.accumulators[index];
        let before = self.value_of(Symbol::Accumulator(index), &accumulator.name)?;
        let Some(symbol) = self.rules.symbols.get(&accumulator.of).copied() else {
            return Err(self.unknown(&accumulator.of));
        };
        let added = self.value_of(symbol, &accumulator.of)?;
        if added.digits > before.digits {
            return Err(RuleError::PayNotRounded { digits: added.digits, most: before.digits });
        }
        let added = self.raised(&added, before.digits)?;
        if index >= self.rules.file.accumulators.len() {
            return self.owing(accumulator, &before);
        }
        let after = self.fresh(before.digits, before.of.clone(), || accumulator.of.to_string())?;
        self.ops.push(Op::Add { to: after.reg, a: before.reg, b: added.reg });
        self.spans.push((self.ops.len(), accumulator.name.clone()));
        self.output(&accumulator.name, &accumulator.about, None, &after);
        let node = |symbol, value: &Value| named(What::Name(symbol), value);
        let mut line = Lines::of(&accumulator.name, &accumulator.about);
        line.formula = Some(format!("{} + {}", accumulator.name, accumulator.of));
        line.node = Some(named(
            What::Join(vec![node(Symbol::Accumulator(index), &before), node(symbol, &added)]),
            &after,
        ));
        self.lines.push(line);
        Ok(())
    }

    /// What is left owing of a claim.
    fn owing(&mut self, accumulator: &Accumulator, before: &Value) -> Result<(), RuleError> {
        let Some(short) = self.shorts.get(&accumulator.of).cloned() else {
            return Err(self.unknown(&accumulator.of));
        };
        self.output(&accumulator.name, &accumulator.about, None, &short);
        let mut line = Lines::of(&accumulator.name, &accumulator.about);
        line.formula = Some(format!("what {} wanted and did not get", accumulator.of));
        let owed = self.rules.symbols.get(&accumulator.name).copied();
        let taken = self.rules.symbols.get(&accumulator.of).copied();
        let nodes = [
            owed.map(|symbol| named(What::Name(symbol), before)),
            taken.and_then(|symbol| {
                self.done.get(&symbol).map(|value| named(What::Name(symbol), value))
            }),
        ];
        line.node = Some(named(What::Join(nodes.into_iter().flatten().collect()), &short));
        self.lines.push(line);
        Ok(())
    }

    pub(super) fn rule(&mut self, index: usize) -> Result<(), Box<Fault>> {
        let rule = &self.rules.file.rules[index];
        let held = self.rules.formulas[index].held(&[], self.on, self.known);
        let (formula, source) =
            held.map_err(|error| Box::new(Fault::from(error.of("rule", &rule.name))))?.value;
        (self.failed, self.failed_inside) = (None, None);
        self.formula(index, formula, source).map_err(|error| {
            let inside = self.failed_inside.take();
            let part = inside.or_else(|| Some(part(formula, self.failed, &error)));
            Box::new(Fault { part, error: error.of("rule", &rule.name) })
        })
    }

    fn formula(&mut self, index: usize, formula: &Expr, source: &str) -> Result<(), RuleError> {
        let rule = &self.rules.file.rules[index];
        let wanted = self.rules.type_of(&rule.of)?;
        let (value, node) = self.value_of_type(formula, &wanted)?;
        self.check_paid(rule.kind, &value)?;
        self.spans.push((self.ops.len(), rule.name.clone()));
        self.output(&rule.name, called(&rule.label, &rule.about), Some(rule.kind), &value);
        let mut line = Lines::of(&rule.name, &rule.about);
        line.formula = Some(formula.to_string());
        line.source = Some(source.to_owned()).filter(|source| !source.is_empty());
        line.node = Some(node);
        self.lines.push(line);
        self.done.insert(Symbol::Rule(index), value);
        Ok(())
    }

    /// Puts in every check as soon as all that it names is there, so that a case is refused before anything comes of it.
    pub(super) fn checks(&mut self, left: &mut Vec<usize>, faults: &mut Vec<Fault>) {
        for index in std::mem::take(left) {
            let check = &self.rules.file.checks[index];
            let named = self.named_by(&check.condition);
            let later = |symbol: &Symbol| {
                matches!(symbol, Symbol::Rule(_) | Symbol::Base(_) | Symbol::Claim(_))
                    && !self.done.contains_key(symbol)
            };
            if named.iter().any(later) {
                left.push(index);
                continue;
            }
            (self.failed, self.failed_inside) = (None, None);
            if let Err(error) = self.check(index, &named) {
                let inside = self.failed_inside.take();
                let part = inside.or_else(|| Some(part(&check.condition, self.failed, &error)));
                faults.push(Fault { part, error: error.of("check", &check.name) });
            }
        }
    }

    /// All that a formula names, and what the formulas name that it calls.
    fn named_by(&self, formula: &Expr) -> Vec<Symbol> {
        let mut named = Vec::new();
        formula.names(&mut |name| named.extend(self.rules.symbols.get(name).copied()));
        let mut at = 0;
        while let Some(symbol) = named.get(at).copied() {
            at += 1;
            if matches!(symbol, Symbol::Callable(_)) {
                let more = super::graph::needs(self.rules, symbol, self.on, self.known);
                for symbol in more.unwrap_or_default() {
                    if !named.contains(&symbol) {
                        named.push(symbol);
                    }
                }
            }
        }
        named
    }

    fn check(&mut self, index: usize, named: &[Symbol]) -> Result<(), RuleError> {
        let check = &self.rules.file.checks[index];
        let (value, _) = self.value_of_type(&check.condition, &Type::Bool)?;
        let inputs = self.rules.file.inputs.len();
        let mut given: Vec<usize> = Vec::new();
        for symbol in named {
            let place = match symbol {
                Symbol::Input(at) => *at,
                Symbol::Accumulator(at) => inputs + at,
                _ => continue,
            };
            if !given.contains(&place) {
                given.push(place);
            }
        }
        let place = u16::try_from(self.checks.len()).map_err(|_| RuleError::BadRule {
            field: "check",
            why: "are more than 65,536: split the rules into several sets".into(),
        })?;
        self.checks.push(CheckSlot {
            name: check.name.clone(),
            message: check.message.clone(),
            way_out: check.way_out.clone(),
            inputs: given,
        });
        self.ops.push(Op::Check { condition: value.reg, check: place });
        self.spans.push((self.ops.len(), check.name.clone()));
        Ok(())
    }

    /// A value of the type of a rule that is wrong, for the rules that need it.
    /// Inputs, accumulators and lists: what is there before anything is computed.
    pub(super) fn given(&mut self, faults: &mut Vec<Fault>) {
        let rules = self.rules;
        for (index, input) in rules.file.inputs.iter().enumerate() {
            let read = self.input(index).map_err(|error| error.of("input", &input.name));
            faults.extend(read.err().map(Fault::from));
        }
        for (index, sum) in rules.accumulators.iter().enumerate() {
            let read = self.accumulator(index).map_err(|error| error.of("accumulator", &sum.name));
            faults.extend(read.err().map(Fault::from));
        }
        for (index, list) in rules.file.lists.iter().enumerate() {
            let read = self.list(index).map_err(|error| error.of("list", &list.name));
            faults.extend(read.err().map(Fault::from));
        }
    }

    /// Values of their types for what lies on a circle.
    pub(super) fn instead_of(&mut self, symbols: &[Symbol]) -> Result<(), RuleError> {
        for symbol in symbols {
            match *symbol {
                Symbol::Rule(index) => self.instead_of_rule(index)?,
                Symbol::Claims(index) => self.instead_of_claims(index)?,
                Symbol::Callable(index) => {
                    self.broken.insert(index);
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn instead_of_rule(&mut self, index: usize) -> Result<(), RuleError> {
        let rule = &self.rules.file.rules[index];
        let of = self.rules.type_of(&rule.of).map_err(|error| error.of("rule", &rule.name))?;
        // Without digits: nothing that is made of it has too many.
        let value = self.fresh(0, of, || rule.name.to_string())?;
        self.done.insert(Symbol::Rule(index), value);
        Ok(())
    }

    pub(super) fn check_paid(&self, kind: Kind, value: &Value) -> Result<(), RuleError> {
        if !kind.is_paid() {
            return Ok(());
        }
        if !value.of.is_money() {
            return Err(wrong_type("what is paid".into(), &value.of, &Type::money()));
        }
        match value.digits > self.minor_units() {
            true => {
                Err(RuleError::PayNotRounded { digits: value.digits, most: self.minor_units() })
            }
            false => Ok(()),
        }
    }

    pub(super) fn base(&mut self, index: usize) -> Result<(), RuleError> {
        let sum = &self.rules.bases[index];
        let mut total = self.constant(0, self.minor_units(), Type::money())?;
        let mut nodes = Vec::new();
        for (symbol, sign) in &sum.members {
            let member = self.value_of(*symbol, &sum.name)?;
            if !member.of.is_money() {
                return Err(wrong_type("what adds to it".into(), &member.of, &Type::money()));
            }
            nodes.push((*sign, named(What::Name(*symbol), &member)));
            let (a, b) = self.aligned(&total, &member)?;
            total = self.fresh(a.digits, Type::money(), || sum.name.to_string())?;
            let (to, a, b) = (total.reg, a.reg, b.reg);
            self.ops.push(if *sign < 0 { Op::Sub { to, a, b } } else { Op::Add { to, a, b } });
        }
        self.spans.push((self.ops.len(), sum.name.clone()));
        self.output(&sum.name, &sum.about, None, &total);
        let mut line = Lines::of(&sum.name, &sum.about);
        line.formula = self.sum_text(&sum.members);
        line.node = Some(named(What::Sum(nodes), &total));
        self.lines.push(line);
        self.done.insert(Symbol::Base(index), total);
        Ok(())
    }

    /// A sum as a formula would say it: `salary + bonus - pension`; nothing where nothing adds to it.
    fn sum_text(&self, members: &[(Symbol, i8)]) -> Option<String> {
        let mut text = String::new();
        for (symbol, sign) in members {
            let name = match symbol {
                Symbol::Input(at) => &self.rules.file.inputs[*at].name,
                Symbol::Rule(at) => &self.rules.file.rules[*at].name,
                Symbol::Claim(at) => match self.rules.claims.get(*at) {
                    Some((claims, each)) => &self.rules.file.claims[*claims].each[*each].name,
                    None => continue,
                },
                _ => continue,
            };
            text.push_str(match (*sign < 0, text.is_empty()) {
                (true, true) => "-",
                (true, false) => " - ",
                (false, true) => "",
                (false, false) => " + ",
            });
            text.push_str(name);
        }
        Some(text).filter(|text| !text.is_empty())
    }

    pub(super) fn output(
        &mut self,
        name: &SmolStr,
        about: &str,
        kind: Option<Kind>,
        value: &Value,
    ) {
        self.outputs.push(OutputSlot {
            name: name.clone(),
            about: about.to_owned(),
            kind,
            of: value.of.clone(),
            digits: value.digits,
            reg: value.reg,
            values: self.rules.values(&value.of),
        });
    }

    pub(super) fn unknown(&self, name: &str) -> RuleError {
        let known = self
            .rules
            .symbols
            .keys()
            .chain(self.locals.keys())
            .map(SmolStr::as_str)
            .chain(super::calls::FUNCTIONS.iter().copied());
        RuleError::UnknownName { name: name.into(), like: names_like(name, known) }
    }

    pub(super) fn value_of(&mut self, symbol: Symbol, name: &str) -> Result<Value, RuleError> {
        if let Some(value) = self.done.get(&symbol) {
            return Ok(value.clone());
        }
        match symbol {
            Symbol::Parameter(index) if self.rules.file.parameters[index].by.is_empty() => {
                self.parameter(index)
            }
            Symbol::Callable(_) => {
                let wanted = "its arguments in round brackets".to_owned();
                Err(RuleError::WrongArguments { name: name.into(), found: 0, wanted })
            }
            Symbol::Parameter(_) | Symbol::Table(_) => {
                let wanted = "its cell in square brackets, or its value in round ones".to_owned();
                Err(RuleError::WrongArguments { name: name.into(), found: 0, wanted })
            }
            _ => Err(self.unknown(name)),
        }
    }

    pub(super) fn parameter(&mut self, index: usize) -> Result<Value, RuleError> {
        let Figures { units, digits, of } = self.figures(index)?;
        let units = units.first().copied().unwrap_or_default();
        let value = self.constant(units, digits, of)?;
        self.done.insert(Symbol::Parameter(index), value.clone());
        Ok(value)
    }

    /// What a parameter is in each of its cells, all with the same digits.
    pub(super) fn figures(&mut self, index: usize) -> Result<Figures, RuleError> {
        let parameter = &self.rules.file.parameters[index];
        self.all_figures(index).map_err(|error| error.of("parameter", &parameter.name))
    }

    pub(super) fn all_figures(&mut self, index: usize) -> Result<Figures, RuleError> {
        let parameter = &self.rules.file.parameters[index];
        let of = self.rules.type_of(&parameter.of)?;
        let values = self.rules.values(&of);
        let mut read = Vec::new();
        for (place, cell) in self.rules.cells(&parameter.by)?.iter().enumerate() {
            let held = self.rules.parameters[index].held(cell, self.on, self.known)?;
            let (figure, source) = held.value;
            read.push(figure.read(&of, &values)?);
            let told = (figure.clone(), source.clone(), held.days, cell.join(", ").into());
            self.figures.insert((index, place), told);
        }
        let digits = read.iter().map(|figure| figure.digits).max().unwrap_or(0);
        let units = read.iter().map(|figure| {
            let power = 10_i128.checked_pow((digits - figure.digits).into())?;
            figure.units.checked_mul(power)
        });
        let units = units.collect::<Option<Vec<i128>>>();
        let units = units.ok_or_else(|| RuleError::TooManyDigits {
            text: parameter.name.to_string(),
            digits: digits.into(),
            most: MOST_DIGITS,
        })?;
        Ok(Figures { units, digits, of })
    }
}

/// The part of a formula that an error is about: the innermost that failed, or what in it the error shows.
pub(super) fn part(formula: &Expr, failed: Option<*const Expr>, error: &RuleError) -> Part {
    let all = formula.parts_first();
    let place = |part: &Expr| all.iter().position(|other| std::ptr::eq(*other, part));
    let failed = all.iter().find(|part| failed.is_some_and(|failed| std::ptr::eq(**part, failed)));
    let within = failed.copied().unwrap_or(formula);
    let shown = match error {
        RuleError::WrongType { text, .. }
        | RuleError::NotRounded { text }
        | RuleError::TooManyDigits { text, .. } => within.shown_as(text),
        RuleError::BadFigure { value, .. } => within.shown_as(&format!("'{value}'")),
        _ => None,
    };
    let index = place(shown.unwrap_or(within)).unwrap_or(all.len() - 1);
    Part { formula: formula.clone(), index }
}

/// What stands on a payslip: the label, where there is one.
fn called<'r>(label: &'r BTreeMap<SmolStr, String>, about: &'r str) -> &'r str {
    label.get("en").or_else(|| label.values().next()).map_or(about, String::as_str)
}
