//! Formulas as steps.

use std::collections::HashMap;

use fondaco_core::Rounding;
use rust_decimal::Decimal;

use super::tables::TableCache;
use super::*;
use crate::expr::{Binary, Expr, Unary};
use crate::function::Bound;
use crate::program::{Op, Reg};
use crate::rules::{Figure, names_like};
use crate::units::Units;

/// The most digits behind the point that a value may have.
const MOST_DIGITS: u8 = 24;

pub(super) struct Lowering<'r> {
    pub(super) rules: &'r RuleSet,
    pub(super) on: NaiveDate,
    pub(super) known: Timestamp,
    /// What the frame holds before anything is computed.
    pub(super) template: Vec<i128>,
    pub(super) ops: Vec<Op>,
    pub(super) cells: Vec<i128>,
    pub(super) tables: TableCache,
    pub(super) functions: Vec<Bound>,
    constants: HashMap<i128, Reg, foldhash::fast::FixedState>,
    done: BTreeMap<Symbol, Value>,
    inputs: Vec<InputSlot>,
    outputs: Vec<OutputSlot>,
    lines: Vec<Lines>,
    /// Up to which step each rule reaches.
    spans: Vec<(usize, SmolStr)>,
    figures: BTreeMap<(usize, usize), (Figure, String, DateRange)>,
}

/// A value that is computed, or known.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) reg: Reg,
    pub(super) digits: u8,
    pub(super) of: Type,
    /// What it is, if it is the same for all.
    pub(super) constant: Option<i128>,
    /// A zero that is written as 0 is one of any unit.
    pub(super) any_unit: bool,
}

/// A value over another one, which is rounded before it is used.
pub(super) struct Quotient {
    pub(super) value: Value,
    pub(super) over: Option<Value>,
    pub(super) nodes: Vec<Node>,
}

impl<'r> Lowering<'r> {
    pub(super) fn new(rules: &'r RuleSet, on: NaiveDate, known: Timestamp) -> Lowering<'r> {
        Lowering {
            rules,
            on,
            known,
            template: Vec::new(),
            ops: Vec::new(),
            cells: Vec::new(),
            tables: TableCache::default(),
            functions: Vec::new(),
            constants: HashMap::default(),
            done: BTreeMap::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            lines: Vec::new(),
            spans: Vec::new(),
            figures: BTreeMap::new(),
        }
    }

    // ---- What stands in the frame

    pub(super) fn place(&mut self, value: i128) -> Result<Reg, RuleError> {
        let reg = Reg::try_from(self.template.len()).ok().filter(|reg| *reg < Reg::MAX);
        let reg = reg.ok_or_else(|| RuleError::BadRule {
            field: "rules",
            why: "come to more than 65,000 values: split them into several sets".into(),
        })?;
        self.template.push(value);
        Ok(reg)
    }

    pub(super) fn constant(
        &mut self,
        units: i128,
        digits: u8,
        of: Type,
    ) -> Result<Value, RuleError> {
        let reg = match self.constants.get(&units) {
            Some(reg) => *reg,
            None => {
                let reg = self.place(units)?;
                self.constants.insert(units, reg);
                reg
            }
        };
        Ok(Value { reg, digits, of, constant: Some(units), any_unit: false })
    }

    pub(super) fn fresh(
        &mut self,
        digits: u8,
        of: Type,
        text: impl Fn() -> String,
    ) -> Result<Value, RuleError> {
        if digits > MOST_DIGITS {
            return Err(RuleError::TooManyDigits {
                text: text(),
                digits: digits.into(),
                most: MOST_DIGITS,
            });
        }
        Ok(Value { reg: self.place(0)?, digits, of, constant: None, any_unit: false })
    }

    /// The value with so many digits, which are no fewer than it has.
    pub(super) fn raised(&mut self, value: &Value, digits: u8) -> Result<Value, RuleError> {
        let Some(power) = digits.checked_sub(value.digits).filter(|power| *power > 0) else {
            return Ok(value.clone());
        };
        let known =
            value.constant.and_then(|units| units.checked_mul(10_i128.checked_pow(power.into())?));
        if let Some(units) = known {
            let raised = self.constant(units, digits, value.of.clone())?;
            return Ok(Value { any_unit: value.any_unit, ..raised });
        }
        let raised = self.fresh(digits, value.of.clone(), || "a part of it".into())?;
        self.ops.push(Op::Raise { to: raised.reg, a: value.reg, power });
        Ok(Value { any_unit: value.any_unit, ..raised })
    }

    pub(super) fn aligned(&mut self, a: &Value, b: &Value) -> Result<(Value, Value), RuleError> {
        let digits = a.digits.max(b.digits);
        Ok((self.raised(a, digits)?, self.raised(b, digits)?))
    }

    /// The type of two values that are compared, added, or stand for one another.
    pub(super) fn same(
        &self,
        a: &Value,
        b: &Value,
        text: impl Fn() -> String,
    ) -> Result<Type, RuleError> {
        match (a.any_unit, b.any_unit) {
            _ if a.of == b.of => Ok(a.of.clone()),
            (true, _) if matches!(b.of, Type::Number(_)) => Ok(b.of.clone()),
            (_, true) if matches!(a.of, Type::Number(_)) => Ok(a.of.clone()),
            _ => Err(wrong_type(text(), &b.of, &a.of)),
        }
    }

    // ---- What has a name

    pub(super) fn input(&mut self, index: usize) -> Result<(), RuleError> {
        let input = &self.rules.file.inputs[index];
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
        };
        let value = Value { reg: slot.reg, digits, of, constant: None, any_unit: false };
        self.done.insert(Symbol::Input(index), value.clone());
        self.inputs.push(slot);
        if let Some(kind) = input.kind {
            self.check_paid(kind, &value)?;
            self.output(&input.name, &input.about, Some(kind), &value);
            self.lines.push(Lines::of(&input.name, &input.about));
        }
        Ok(())
    }

    fn bound(
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

    fn usual_digits(&self, of: &Type, written: &str) -> u8 {
        match of {
            Type::Number(_) if of.is_money() => self.minor_units(),
            Type::Number(_) if written == "rate" => 6,
            Type::Number(units) if units.is_none() => 0,
            Type::Number(_) => 4,
            _ => 0,
        }
    }

    fn minor_units(&self) -> u8 {
        self.rules.file.currency.minor_units().map_or(0, |digits| digits as u8)
    }

    /// The sum before this period, which is an input.
    pub(super) fn accumulator(&mut self, index: usize) -> Result<(), RuleError> {
        let accumulator = &self.rules.file.accumulators[index];
        let written = self.declared(&accumulator.of)?;
        let of = self.rules.type_of(&written)?;
        let digits = self.usual_digits(&of, &written);
        let reg = self.place(0)?;
        self.inputs.push(InputSlot {
            name: accumulator.name.clone(),
            values: Vec::new(),
            least: None,
            most: None,
            default: Some(0),
            reg,
            of: of.clone(),
            digits,
        });
        let value = Value { reg, digits, of, constant: None, any_unit: false };
        self.done.insert(Symbol::Accumulator(index), value);
        Ok(())
    }

    /// The type that something is declared with.
    fn declared(&self, name: &str) -> Result<SmolStr, RuleError> {
        match self.rules.symbols.get(name) {
            Some(Symbol::Input(index)) => Ok(self.rules.file.inputs[*index].of.clone()),
            Some(Symbol::Rule(index)) => Ok(self.rules.file.rules[*index].of.clone()),
            Some(Symbol::Base(_)) => Ok("money".into()),
            _ => Err(self.unknown(name)),
        }
    }

    /// The sum after this period.
    pub(super) fn accumulate(&mut self, index: usize) -> Result<(), RuleError> {
        let accumulator = &self.rules.file.accumulators[index];
        let before = self.value_of(Symbol::Accumulator(index), &accumulator.name)?;
        let Some(symbol) = self.rules.symbols.get(&accumulator.of).copied() else {
            return Err(self.unknown(&accumulator.of));
        };
        let added = self.value_of(symbol, &accumulator.of)?;
        if added.digits > before.digits {
            return Err(RuleError::PayNotRounded { digits: added.digits, most: before.digits });
        }
        let added = self.raised(&added, before.digits)?;
        let after = self.fresh(before.digits, before.of.clone(), || accumulator.of.to_string())?;
        self.ops.push(Op::Add { to: after.reg, a: before.reg, b: added.reg });
        self.spans.push((self.ops.len(), accumulator.name.clone()));
        self.output(&accumulator.name, &accumulator.about, None, &after);
        let node = |symbol, value: &Value| named(What::Name(symbol), value);
        let mut line = Lines::of(&accumulator.name, &accumulator.about);
        line.node = Some(named(
            What::Join(vec![node(Symbol::Accumulator(index), &before), node(symbol, &added)]),
            &after,
        ));
        self.lines.push(line);
        Ok(())
    }

    pub(super) fn rule(&mut self, index: usize) -> Result<(), RuleError> {
        let rule = &self.rules.file.rules[index];
        let wanted = self.rules.type_of(&rule.of)?;
        let held = self.rules.formulas[index].held(&[], self.on, self.known)?;
        let (formula, source) = held.value;
        let (value, node) = self.value_as(formula, Some(&wanted))?;
        if value.of != wanted && !(value.any_unit && matches!(wanted, Type::Number(_))) {
            return Err(wrong_type(formula.to_string(), &value.of, &wanted));
        }
        let value = Value { of: wanted, any_unit: false, ..value };
        self.check_paid(rule.kind, &value)?;
        self.spans.push((self.ops.len(), rule.name.clone()));
        self.output(&rule.name, &rule.about, Some(rule.kind), &value);
        let mut line = Lines::of(&rule.name, &rule.about);
        line.formula = Some(formula.to_string());
        line.source = Some(source.clone()).filter(|source| !source.is_empty());
        line.node = Some(node);
        self.lines.push(line);
        self.done.insert(Symbol::Rule(index), value);
        Ok(())
    }

    fn check_paid(&self, kind: Kind, value: &Value) -> Result<(), RuleError> {
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
            nodes.push(named(What::Name(*symbol), &member));
            let (a, b) = self.aligned(&total, &member)?;
            total = self.fresh(a.digits, Type::money(), || sum.name.to_string())?;
            let (to, a, b) = (total.reg, a.reg, b.reg);
            self.ops.push(if *sign < 0 { Op::Sub { to, a, b } } else { Op::Add { to, a, b } });
        }
        self.spans.push((self.ops.len(), sum.name.clone()));
        self.output(&sum.name, &sum.about, None, &total);
        let mut line = Lines::of(&sum.name, &sum.about);
        line.node = Some(named(What::Join(nodes), &total));
        self.lines.push(line);
        self.done.insert(Symbol::Base(index), total);
        Ok(())
    }

    fn output(&mut self, name: &SmolStr, about: &str, kind: Option<Kind>, value: &Value) {
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
            .map(SmolStr::as_str)
            .chain(super::calls::FUNCTIONS.iter().copied());
        RuleError::UnknownName { name: name.into(), like: names_like(name, known) }
    }

    fn value_of(&mut self, symbol: Symbol, name: &str) -> Result<Value, RuleError> {
        if let Some(value) = self.done.get(&symbol) {
            return Ok(value.clone());
        }
        match symbol {
            Symbol::Parameter(index) if self.rules.file.parameters[index].by.is_empty() => {
                self.parameter(index)
            }
            Symbol::Parameter(_) | Symbol::Table(_) => {
                let wanted = "its cell in square brackets, or its value in round ones".to_owned();
                Err(RuleError::WrongArguments { name: name.into(), found: 0, wanted })
            }
            _ => Err(self.unknown(name)),
        }
    }

    fn parameter(&mut self, index: usize) -> Result<Value, RuleError> {
        let (units, digits, of) = self.figures(index)?;
        let units = units.first().copied().unwrap_or_default();
        let value = self.constant(units, digits, of)?;
        self.done.insert(Symbol::Parameter(index), value.clone());
        Ok(value)
    }

    /// What a parameter is in each of its cells, all with the same digits.
    pub(super) fn figures(&mut self, index: usize) -> Result<(Vec<i128>, u8, Type), RuleError> {
        let parameter = &self.rules.file.parameters[index];
        self.all_figures(index).map_err(|error| error.of("parameter", &parameter.name))
    }

    fn all_figures(&mut self, index: usize) -> Result<(Vec<i128>, u8, Type), RuleError> {
        let parameter = &self.rules.file.parameters[index];
        let of = self.rules.type_of(&parameter.of)?;
        let values = self.rules.values(&of);
        let mut read = Vec::new();
        for (place, cell) in self.rules.cells(&parameter.by)?.iter().enumerate() {
            let held = self.rules.parameters[index].held(cell, self.on, self.known)?;
            let (figure, source) = held.value;
            read.push(figure.read(&of, &values)?);
            self.figures.insert((index, place), (figure.clone(), source.clone(), held.days));
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
        Ok((units, digits, of))
    }

    // ---- What is computed

    /// A formula's value.
    pub(super) fn value(&mut self, expr: &Expr) -> Result<(Value, Node), RuleError> {
        let literal = |value: Value| Ok((value.clone(), named(What::Literal, &value)));
        match expr {
            Expr::Number(number) => {
                let value = self.number(*number, 0, expr)?;
                literal(Value { any_unit: number.is_zero(), ..value })
            }
            Expr::Percent(number) => {
                let value = self.number(*number, 2, expr)?;
                literal(value)
            }
            Expr::Bool(is) => {
                let value = self.constant(i128::from(*is), 0, Type::Bool)?;
                literal(value)
            }
            Expr::Text(text) => Err(RuleError::WrongType {
                text: format!("'{text}'"),
                found: "text".into(),
                wanted: "a value: a text says one of a choice, or a day, beside one".into(),
            }),
            Expr::Name(name) => {
                let Some(symbol) = self.rules.symbols.get(name).copied() else {
                    return Err(self.unknown(name));
                };
                let value = self.value_of(symbol, name)?;
                Ok((value.clone(), named(What::Name(symbol), &value)))
            }
            Expr::Unary(sign, of) => self.unary(*sign, of),
            Expr::Binary(sign, a, b) => self.binary(*sign, a, b, expr),
            Expr::If(parts) => self.choice([&parts[0], &parts[1], &parts[2]], None),
            Expr::Round { value, digits, rounding } => {
                self.rounded(value, *digits, *rounding, expr)
            }
            Expr::RoundTo { value, step, rounding } => {
                self.rounded_to(value, *step, *rounding, expr)
            }
            Expr::Cell(name, cells) => self.cell(name, cells),
            Expr::Call { name, cells, args } => self.call(name, cells, args, expr),
        }
    }

    fn number(&mut self, number: Decimal, more: u8, expr: &Expr) -> Result<Value, RuleError> {
        let number = fondaco_core::decimal::normalize(number);
        let digits = number.scale() + u32::from(more);
        if digits > MOST_DIGITS.into() {
            return Err(RuleError::TooManyDigits {
                text: expr.to_string(),
                digits,
                most: MOST_DIGITS,
            });
        }
        self.constant(number.mantissa(), digits as u8, Type::number())
    }

    /// A value, of a number.
    pub(super) fn counted(&mut self, expr: &Expr) -> Result<(Value, Node, Units), RuleError> {
        let (value, node) = self.value(expr)?;
        match &value.of {
            Type::Number(units) => {
                let units = units.clone();
                Ok((value, node, units))
            }
            of => Err(RuleError::WrongType {
                text: expr.to_string(),
                found: of.to_string(),
                wanted: "a number".into(),
            }),
        }
    }

    fn condition(&mut self, expr: &Expr) -> Result<(Value, Node), RuleError> {
        let (value, node) = self.value(expr)?;
        match value.of {
            Type::Bool => Ok((value, node)),
            of => Err(wrong_type(expr.to_string(), &of, &Type::Bool)),
        }
    }

    fn unary(&mut self, sign: Unary, of: &Expr) -> Result<(Value, Node), RuleError> {
        let (value, node) = match sign {
            Unary::Minus => self.counted(of).map(|(value, node, _)| (value, node))?,
            Unary::Not => self.condition(of)?,
        };
        if let (Unary::Minus, Some(units)) = (sign, value.constant) {
            let opposite = self.constant(-units, value.digits, value.of)?;
            return Ok((opposite.clone(), named(What::Literal, &opposite)));
        }
        let result = self.fresh(value.digits, value.of, || of.to_string())?;
        let (to, a) = (result.reg, value.reg);
        self.ops.push(match sign {
            Unary::Minus => Op::Negate { to, a },
            Unary::Not => Op::Not { to, a },
        });
        Ok((result.clone(), named(What::Join(vec![node]), &result)))
    }

    fn binary(
        &mut self,
        sign: Binary,
        a: &Expr,
        b: &Expr,
        expr: &Expr,
    ) -> Result<(Value, Node), RuleError> {
        match sign {
            // What stands right is not computed where the left decides.
            Binary::And => self.choice([a, b, &Expr::Bool(false)], None),
            Binary::Or => self.choice([a, &Expr::Bool(true), b], None),
            Binary::Plus | Binary::Minus => self.sum(sign, a, b, expr),
            Binary::Times => {
                let ((a, x, left), (b, y, right)) = (self.counted(a)?, self.counted(b)?);
                let product = self.product(&a, &b, Type::Number(left.times(&right)), expr)?;
                Ok((product.clone(), named(What::Join(vec![x, y]), &product)))
            }
            Binary::Over => Err(RuleError::NotRounded { text: expr.to_string() }),
            _ => self.comparison(sign, a, b),
        }
    }

    pub(super) fn product(
        &mut self,
        a: &Value,
        b: &Value,
        of: Type,
        expr: &Expr,
    ) -> Result<Value, RuleError> {
        let digits = a.digits + b.digits;
        let known = a.constant.zip(b.constant).and_then(|(a, b)| a.checked_mul(b));
        if let Some(units) = known.filter(|_| digits <= MOST_DIGITS) {
            return self.constant(units, digits, of);
        }
        let product = self.fresh(digits, of, || expr.to_string())?;
        self.ops.push(Op::Mul { to: product.reg, a: a.reg, b: b.reg });
        Ok(product)
    }

    /// Numbers of one unit; a day and a count of days; two days, whose difference is a count.
    fn sum(
        &mut self,
        sign: Binary,
        a: &Expr,
        b: &Expr,
        expr: &Expr,
    ) -> Result<(Value, Node), RuleError> {
        let ((x, left), (y, right)) = (self.value(a)?, self.value(b)?);
        let days = Type::Number(Units::one("day"));
        let of = match (&x.of, &y.of, sign) {
            (Type::Date, Type::Date, Binary::Minus) => days,
            (Type::Date, other, _) if *other == days && y.digits == 0 => Type::Date,
            (Type::Number(_), _, _) => self.same(&x, &y, || b.to_string())?,
            (other, ..) => {
                return Err(RuleError::WrongType {
                    text: a.to_string(),
                    found: other.to_string(),
                    wanted: "a number".into(),
                });
            }
        };
        let sum = self.added(sign, &x, &y, of, expr)?;
        Ok((sum.clone(), named(What::Join(vec![left, right]), &sum)))
    }

    pub(super) fn added(
        &mut self,
        sign: Binary,
        a: &Value,
        b: &Value,
        of: Type,
        expr: &Expr,
    ) -> Result<Value, RuleError> {
        let (a, b) = self.aligned(a, b)?;
        let known = a.constant.zip(b.constant).and_then(|(a, b)| match sign {
            Binary::Minus => a.checked_sub(b),
            _ => a.checked_add(b),
        });
        if let Some(units) = known {
            return self.constant(units, a.digits, of);
        }
        let sum = self.fresh(a.digits, of, || expr.to_string())?;
        let (to, a, b) = (sum.reg, a.reg, b.reg);
        self.ops.push(if sign == Binary::Minus {
            Op::Sub { to, a, b }
        } else {
            Op::Add { to, a, b }
        });
        Ok(sum)
    }

    fn comparison(&mut self, sign: Binary, a: &Expr, b: &Expr) -> Result<(Value, Node), RuleError> {
        let (x, left, y, right) = match (a, b) {
            (_, Expr::Text(text)) => {
                let (x, left) = self.value(a)?;
                let (y, right) = self.text(text, &x.of)?;
                (x, left, y, right)
            }
            (Expr::Text(text), _) => {
                let (y, right) = self.value(b)?;
                let (x, left) = self.text(text, &y.of)?;
                (x, left, y, right)
            }
            _ => {
                let ((x, left), (y, right)) = (self.value(a)?, self.value(b)?);
                (x, left, y, right)
            }
        };
        let of = self.same(&x, &y, || b.to_string())?;
        let ordered = !matches!(sign, Binary::Equal | Binary::NotEqual);
        if ordered && matches!(of, Type::Bool | Type::Choice(_)) {
            return Err(RuleError::WrongType {
                text: a.to_string(),
                found: of.to_string(),
                wanted: "a number or a date, which have an order".into(),
            });
        }
        let (x, y) = self.aligned(&x, &y)?;
        let mut result = self.fresh(0, Type::Bool, String::new)?;
        let (to, a, b) = (result.reg, x.reg, y.reg);
        self.ops.push(match sign {
            Binary::Less => Op::Less { to, a, b },
            Binary::AtMost => Op::AtMost { to, a, b },
            Binary::Greater => Op::Less { to, a: b, b: a },
            Binary::AtLeast => Op::AtMost { to, a: b, b: a },
            _ => Op::Equal { to, a, b },
        });
        if sign == Binary::NotEqual {
            let equal = result.reg;
            result = self.fresh(0, Type::Bool, String::new)?;
            self.ops.push(Op::Not { to: result.reg, a: equal });
        }
        Ok((result.clone(), named(What::Join(vec![left, right]), &result)))
    }

    /// A value of a choice, or a day, which only the other side tells the type of.
    pub(super) fn text(&mut self, text: &SmolStr, of: &Type) -> Result<(Value, Node), RuleError> {
        if !matches!(of, Type::Choice(_) | Type::Date) {
            return Err(RuleError::WrongType {
                text: format!("'{text}'"),
                found: "text".into(),
                wanted: of.to_string(),
            });
        }
        let read = Figure(text.clone()).read(of, &self.rules.values(of))?;
        let value = self.constant(read.units, 0, of.clone())?;
        Ok((value.clone(), named(What::Literal, &value)))
    }

    /// Only one of two is computed.
    fn choice(
        &mut self,
        parts: [&Expr; 3],
        wanted: Option<&Type>,
    ) -> Result<(Value, Node), RuleError> {
        let [condition, then, other] = parts;
        let (condition, said) = self.condition(condition)?;
        let unless = self.ops.len();
        self.ops.push(Op::Jump { step: 0 });
        let (first, yes) = self.value_as(then, wanted)?;
        let jump = self.ops.len();
        self.ops.push(Op::Jump { step: 0 });
        let (second, no) = self.value_as(other, wanted)?;
        let of = self.same(&first, &second, || other.to_string())?;
        if self.ops.len() == unless + 2 {
            // Nothing has to be computed for either: no step to go around.
            self.ops.truncate(unless);
        } else {
            self.ops[unless] = Op::Unless { condition: condition.reg, step: (jump + 1) as u32 };
            self.ops[jump] = Op::Jump { step: self.ops.len() as u32 };
        }
        let digits = first.digits.max(second.digits);
        let any_unit = first.any_unit && second.any_unit;
        let result = self.fresh(digits, of, || other.to_string())?;
        self.ops.push(Op::Select {
            to: result.reg,
            condition: condition.reg,
            then: first.reg,
            other: second.reg,
            raise_then: digits - first.digits,
            raise_other: digits - second.digits,
        });
        let node = named(What::If(Box::new([said, yes, no])), &result);
        Ok((Value { any_unit, ..result }, node))
    }

    /// A value where one of a type is wanted: a text is one of that type's.
    pub(super) fn value_as(
        &mut self,
        expr: &Expr,
        wanted: Option<&Type>,
    ) -> Result<(Value, Node), RuleError> {
        match (expr, wanted) {
            (Expr::Text(text), Some(of)) => self.text(text, of),
            (Expr::If(parts), _) => self.choice([&parts[0], &parts[1], &parts[2]], wanted),
            _ => self.value(expr),
        }
    }

    // ---- Rounding

    /// A value, or a value over another: what may stand within a rounding.
    fn quotient(&mut self, expr: &Expr) -> Result<Quotient, RuleError> {
        match expr {
            Expr::Binary(Binary::Over, a, b) => {
                let (x, y) = (self.quotient(a)?, self.quotient(b)?);
                let value = self.times(&x.value, y.over.as_ref(), expr)?;
                let over = self.times(&y.value, x.over.as_ref(), expr)?;
                Ok(Quotient { value, over: Some(over), nodes: joined(x.nodes, y.nodes) })
            }
            Expr::Binary(Binary::Times, a, b) if has_quotient(a) || has_quotient(b) => {
                let (x, y) = (self.quotient(a)?, self.quotient(b)?);
                let value = self.times(&x.value, Some(&y.value), expr)?;
                let over = match (x.over, y.over) {
                    (Some(x), Some(y)) => Some(self.times(&x, Some(&y), expr)?),
                    (x, y) => x.or(y),
                };
                Ok(Quotient { value, over, nodes: joined(x.nodes, y.nodes) })
            }
            Expr::Binary(sign @ (Binary::Plus | Binary::Minus), a, b)
                if has_quotient(a) || has_quotient(b) =>
            {
                let (x, y) = (self.quotient(a)?, self.quotient(b)?);
                let left = self.times(&x.value, y.over.as_ref(), expr)?;
                let right = self.times(&y.value, x.over.as_ref(), expr)?;
                let of = self.same(&left, &right, || b.to_string())?;
                let value = self.added(*sign, &left, &right, of, expr)?;
                let over = match (x.over, y.over) {
                    (Some(x), Some(y)) => Some(self.times(&x, Some(&y), expr)?),
                    (x, y) => x.or(y),
                };
                Ok(Quotient { value, over, nodes: joined(x.nodes, y.nodes) })
            }
            _ => {
                let (value, node, _) = self.counted(expr)?;
                Ok(Quotient { value, over: None, nodes: vec![node] })
            }
        }
    }

    fn times(&mut self, a: &Value, b: Option<&Value>, expr: &Expr) -> Result<Value, RuleError> {
        let Some(b) = b else { return Ok(a.clone()) };
        let (Type::Number(left), Type::Number(right)) = (&a.of, &b.of) else {
            return Err(wrong_type(expr.to_string(), &a.of, &Type::number()));
        };
        let product = self.product(a, b, Type::Number(left.times(right)), expr)?;
        Ok(Value { any_unit: a.any_unit || b.any_unit, ..product })
    }

    fn rounded(
        &mut self,
        of: &Expr,
        digits: u8,
        rounding: Rounding,
        expr: &Expr,
    ) -> Result<(Value, Node), RuleError> {
        let Quotient { value, over, nodes } = self.quotient(of)?;
        let exact = Exact {
            value: (value.reg, value.digits),
            over: over.as_ref().map(|over| (over.reg, over.digits)),
        };
        let result = match over {
            Some(over) => self.divided(&value, &over, digits, rounding, expr)?,
            None if value.digits <= digits => {
                return Ok((value.clone(), named(What::Join(nodes), &value)));
            }
            None => {
                let result = self.fresh(digits, value.of.clone(), || expr.to_string())?;
                let power = value.digits - digits;
                self.ops.push(Op::Round { to: result.reg, a: value.reg, power, rounding });
                result
            }
        };
        let what = What::Round { exact, to_digits: Some(digits), rounding, of: nodes };
        Ok((result.clone(), named(what, &result)))
    }

    /// A quotient to so many digits.
    fn divided(
        &mut self,
        value: &Value,
        over: &Value,
        digits: u8,
        rounding: Rounding,
        expr: &Expr,
    ) -> Result<Value, RuleError> {
        let (Type::Number(above), Type::Number(below)) = (&value.of, &over.of) else {
            return Err(wrong_type(expr.to_string(), &value.of, &Type::number()));
        };
        let of = Type::Number(above.over(below));
        // value / 10^v over over / 10^o, times 10^digits: one of the two is raised by the difference.
        let (a, b) = match (over.digits + digits).checked_sub(value.digits) {
            Some(more) => (self.raised(value, value.digits + more)?, over.clone()),
            None => (value.clone(), self.raised(over, value.digits - digits)?),
        };
        let result = self.fresh(digits, of, || expr.to_string())?;
        self.ops.push(Op::Divide { to: result.reg, a: a.reg, b: b.reg, rounding });
        Ok(result)
    }

    /// How many steps go into it, times the step.
    fn rounded_to(
        &mut self,
        of: &Expr,
        step: Decimal,
        rounding: Rounding,
        expr: &Expr,
    ) -> Result<(Value, Node), RuleError> {
        let Quotient { value, over, nodes } = self.quotient(of)?;
        let exact = Exact {
            value: (value.reg, value.digits),
            over: over.as_ref().map(|over| (over.reg, over.digits)),
        };
        let step = self.number(step, 0, expr)?;
        let over = match over {
            Some(over) => self.times(&over, Some(&step), expr)?,
            None => step.clone(),
        };
        let steps = self.divided(&value, &over, 0, rounding, expr)?;
        let of = steps.of.clone();
        let result = self.product(&steps, &step, of, expr)?;
        let what = What::Round { exact, to_digits: None, rounding, of: nodes };
        Ok((result.clone(), named(what, &result)))
    }

    // ---- The program

    pub(super) fn finish(self, on: NaiveDate) -> Result<Program, RuleError> {
        Ok(Program {
            name: self.rules.file.name.clone(),
            title: self.rules.file.title.clone(),
            currency: self.rules.file.currency,
            on,
            ops: self.ops,
            template: self.template,
            cells: self.cells,
            tables: self.tables.brackets,
            functions: self.functions,
            inputs: self.inputs,
            outputs: self.outputs,
            lines: self.lines,
            spans: self.spans,
            figures: self.figures,
            table_texts: self.tables.texts,
            names: names(self.rules),
        })
    }
}

/// The name of every symbol.
fn names(rules: &RuleSet) -> BTreeMap<Symbol, SmolStr> {
    rules.symbols.iter().map(|(name, symbol)| (*symbol, name.clone())).collect()
}

pub(super) fn named(what: What, value: &Value) -> Node {
    Node { what, reg: Some(value.reg), digits: value.digits, of: value.of.clone() }
}

pub(super) fn wrong_type(text: String, found: &Type, wanted: &Type) -> RuleError {
    let said = match wanted {
        // The commonest: a bare number beside an amount.
        Type::Number(units) if *found == Type::number() && units.is_one() => {
            format!("{wanted}, written {wanted}({text}),")
        }
        _ => wanted.to_string(),
    };
    RuleError::WrongType { text, found: found.to_string(), wanted: said }
}

fn joined(mut a: Vec<Node>, b: Vec<Node>) -> Vec<Node> {
    a.extend(b);
    a
}

/// Whether a quotient stands in it that the rounding around it takes in.
fn has_quotient(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(Binary::Over, ..) => true,
        Expr::Binary(Binary::Times | Binary::Plus | Binary::Minus, a, b) => {
            has_quotient(a) || has_quotient(b)
        }
        _ => false,
    }
}
