//! What is called in a formula: tables, functions of the language, units, functions in Rust.

use rust_decimal::Decimal;

use super::lower::{Lowering, Value, named, wrong_type};
use super::names::Figures;
use super::*;
use crate::expr::{Binary, Expr};
use crate::function::Bound;
use crate::program::{CalendarPart, Days, Op, Reg};
use crate::units::{UNITS, Units};

/// The functions of the language.
pub(super) const FUNCTIONS: &[&str] = &[
    "min",
    "max",
    "abs",
    "part_below",
    "part_above",
    "part_between",
    "number",
    "year_of",
    "month_of",
    "day_of",
    "weekday_of",
    "days_in_month",
    "age",
    "days_30",
    "weekdays",
    "sum",
    "count",
];

/// Whether a name is one that formulas call without anybody declaring it.
pub(crate) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}

type Lowered = Result<(Value, Node), RuleError>;

impl Lowering<'_> {
    pub(super) fn call(
        &mut self,
        name: &SmolStr,
        cells: &[Expr],
        args: &[Expr],
        expr: &Expr,
    ) -> Lowered {
        match self.rules.symbols.get(name) {
            Some(Symbol::Table(index)) => return self.table(*index, cells, args, expr),
            Some(Symbol::Function(index)) if cells.is_empty() => {
                return self.function(*index, args, expr);
            }
            Some(Symbol::Callable(index)) if cells.is_empty() => {
                return self.called(*index, args, expr);
            }
            _ => {}
        }
        if !cells.is_empty() {
            return Err(self.unknown(name));
        }
        let is_unit = UNITS.contains(&name.as_str()) || self.rules.file.units.contains(name);
        match name.as_str() {
            "min" | "max" => self.extreme(name, args, expr),
            "abs" => {
                let [of] = self.args(name, args)?;
                let (value, node, _) = self.counted(of)?;
                let result = self.fresh(value.digits, value.of, || expr.to_string())?;
                self.ops.push(Op::Abs { to: result.reg, a: value.reg });
                Ok((result.clone(), named(What::Join(vec![node]), &result)))
            }
            "part_below" => {
                let [part, before, end] = self.args(name, args)?;
                self.part(part, before, None, Some(end), expr)
            }
            "part_above" => {
                let [part, before, start] = self.args(name, args)?;
                self.part(part, before, Some(start), None, expr)
            }
            "part_between" => {
                let [part, before, start, end] = self.args(name, args)?;
                self.part(part, before, Some(start), Some(end), expr)
            }
            "number" => self.cast(name, args, None),
            "year_of" => self.calendar(name, args, CalendarPart::Year),
            "month_of" => self.calendar(name, args, CalendarPart::Month),
            "day_of" => self.calendar(name, args, CalendarPart::Day),
            "weekday_of" => self.calendar(name, args, CalendarPart::Weekday),
            "days_in_month" => self.calendar(name, args, CalendarPart::DaysInMonth),
            "age" => self.age(name, args),
            "days_30" => self.days(name, args, Days::Thirty),
            "weekdays" => self.days(name, args, Days::Weekdays),
            "sum" => {
                let [list, of] = self.args(name, args)?;
                self.summed(list, of, expr)
            }
            "count" => {
                let [list] = self.args(name, args)?;
                self.row_count(list)
            }
            _ if is_unit => self.cast(name, args, Some(Units::one(name))),
            _ => Err(self.unknown(name)),
        }
    }

    fn args<'e, const N: usize>(
        &self,
        name: &SmolStr,
        args: &'e [Expr],
    ) -> Result<[&'e Expr; N], RuleError> {
        let wrong = || RuleError::WrongArguments {
            name: name.clone(),
            found: args.len(),
            wanted: N.to_string(),
        };
        args.iter().collect::<Vec<_>>().try_into().map_err(|_| wrong())
    }

    fn extreme(&mut self, name: &SmolStr, args: &[Expr], expr: &Expr) -> Lowered {
        let [first, rest @ ..] = args else {
            return Err(RuleError::WrongArguments {
                name: name.clone(),
                found: 0,
                wanted: "one or more".into(),
            });
        };
        let (mut least, node) = self.value(first)?;
        let mut nodes = vec![node];
        for arg in rest {
            let (value, node) = self.value(arg)?;
            nodes.push(node);
            least = self.lesser(name == "max", &least, &value, expr)?;
        }
        if matches!(least.of, Type::Bool | Type::Choice(_)) {
            return Err(RuleError::WrongType {
                text: expr.to_string(),
                found: least.of.to_string(),
                wanted: "a number or a date".into(),
            });
        }
        Ok((least.clone(), named(What::Join(nodes), &least)))
    }

    fn lesser(
        &mut self,
        greater: bool,
        a: &Value,
        b: &Value,
        expr: &Expr,
    ) -> Result<Value, RuleError> {
        let of = self.same(a, b, || expr.to_string())?;
        let (a, b) = self.aligned(a, b)?;
        let result = self.fresh(a.digits, of, || expr.to_string())?;
        let any_unit = a.any_unit && b.any_unit;
        let (to, a, b) = (result.reg, a.reg, b.reg);
        self.ops.push(if greater { Op::Max { to, a, b } } else { Op::Min { to, a, b } });
        Ok(Value { any_unit, ..result })
    }

    /// The part of a value that lies between two ends, when so much went before it: what the whole has there, less what it had before.
    fn part(
        &mut self,
        part: &Expr,
        before: &Expr,
        start: Option<&Expr>,
        end: Option<&Expr>,
        expr: &Expr,
    ) -> Lowered {
        let ((value, one, _), (before, two, _)) = (self.counted(part)?, self.counted(before)?);
        let mut nodes = vec![one, two];
        let of = self.same(&value, &before, || part.to_string())?;
        let after = self.added(Binary::Plus, &before, &value, of, expr)?;
        let (mut before, mut after) = (before, after);
        for (bound, greater) in [(start, true), (end, false)] {
            if let Some(bound) = bound {
                let (bound, node, _) = self.counted(bound)?;
                nodes.push(node);
                before = self.lesser(greater, &before, &bound, expr)?;
                after = self.lesser(greater, &after, &bound, expr)?;
            }
        }
        let of = after.of.clone();
        let result = self.added(Binary::Minus, &after, &before, of, expr)?;
        Ok((result.clone(), named(What::Join(nodes), &result)))
    }

    /// A number as one of a unit, or without its unit.
    fn cast(&mut self, name: &SmolStr, args: &[Expr], unit: Option<Units>) -> Lowered {
        let [of] = self.args(name, args)?;
        let (value, node, units) = self.counted(of)?;
        let of = match unit {
            Some(unit) if units.is_none() => unit,
            Some(_) => return Err(wrong_type(of.to_string(), &value.of, &Type::number())),
            None => Units::none(),
        };
        let value = Value { of: Type::Number(of), any_unit: false, ..value };
        Ok((value.clone(), Node { of: value.of, ..node }))
    }

    fn date(&mut self, expr: &Expr) -> Lowered {
        let (value, node) = self.value_as(expr, Some(&Type::Date))?;
        match value.of {
            Type::Date => Ok((value, node)),
            of => Err(wrong_type(expr.to_string(), &of, &Type::Date)),
        }
    }

    fn calendar(&mut self, name: &SmolStr, args: &[Expr], part: CalendarPart) -> Lowered {
        let [of] = self.args(name, args)?;
        let (date, node) = self.date(of)?;
        let of = match part {
            CalendarPart::DaysInMonth => Type::Number(Units::one("day")),
            _ => Type::number(),
        };
        let result = self.fresh(0, of, String::new)?;
        self.ops.push(Op::Calendar { to: result.reg, a: date.reg, part });
        Ok((result.clone(), named(What::Join(vec![node]), &result)))
    }

    fn age(&mut self, name: &SmolStr, args: &[Expr]) -> Lowered {
        let [from, on] = self.args(name, args)?;
        let ((from, one), (on, two)) = (self.date(from)?, self.date(on)?);
        let result = self.fresh(0, Type::Number(Units::one("year")), String::new)?;
        self.ops.push(Op::Age { to: result.reg, a: from.reg, b: on.reg });
        Ok((result.clone(), named(What::Join(vec![one, two]), &result)))
    }

    /// The days from one to another, both counted.
    fn days(&mut self, name: &SmolStr, args: &[Expr], how: Days) -> Lowered {
        let [from, to] = self.args(name, args)?;
        let ((from, one), (last, two)) = (self.date(from)?, self.date(to)?);
        let result = self.fresh(0, Type::Number(Units::one("day")), String::new)?;
        self.ops.push(Op::Days { to: result.reg, a: from.reg, b: last.reg, how });
        Ok((result.clone(), named(What::Join(vec![one, two]), &result)))
    }

    /// One cell of a parameter.
    pub(super) fn cell(&mut self, name: &SmolStr, cells: &[Expr]) -> Lowered {
        let Some(Symbol::Parameter(parameter)) = self.rules.symbols.get(name).copied() else {
            return Err(self.unknown(name));
        };
        let by = &self.rules.file.parameters[parameter].by;
        let (index, nodes) = self.index(name, by, cells)?;
        let Figures { units, digits, of } = self.figures(parameter)?;
        let first = self.cells.len() as u32;
        self.cells.extend(units);
        let result = self.fresh(digits, of, || name.to_string())?;
        self.ops.push(Op::Cell { to: result.reg, first, index });
        Ok((result.clone(), named(What::Cell { parameter, index, cells: nodes }, &result)))
    }

    /// Which of the cells, counted as in [`RuleSet::cells`].
    pub(super) fn index(
        &mut self,
        name: &SmolStr,
        by: &[SmolStr],
        cells: &[Expr],
    ) -> Result<(Reg, Vec<Node>), RuleError> {
        if by.len() != cells.len() {
            let wanted = if by.is_empty() {
                "none in square brackets".into()
            } else {
                format!("[{}]", by.join(", "))
            };
            return Err(RuleError::WrongArguments {
                name: name.clone(),
                found: cells.len(),
                wanted,
            });
        }
        let mut index = self.constant(0, 0, Type::number())?;
        let mut nodes = Vec::new();
        for (by, cell) in by.iter().zip(cells) {
            let wanted = self.rules.type_of(by)?;
            let count = self.rules.values(&wanted).len() as i128;
            let (value, node) = self.value_as(cell, Some(&wanted))?;
            if value.of != wanted {
                return Err(wrong_type(cell.to_string(), &value.of, &wanted));
            }
            nodes.push(node);
            let value = Value { of: Type::number(), ..value };
            index = match index.constant {
                Some(0) => value,
                _ => {
                    let count = self.constant(count, 0, Type::number())?;
                    let rows = self.product(&index, &count, Type::number(), cell)?;
                    self.added(Binary::Plus, &rows, &value, Type::number(), cell)?
                }
            };
        }
        Ok((index.reg, nodes))
    }

    fn function(&mut self, index: usize, args: &[Expr], expr: &Expr) -> Lowered {
        let function = self.rules.functions[index].clone();
        let takes = function.takes();
        if takes.len() != args.len() {
            let wanted = takes.join(", ");
            return Err(RuleError::WrongArguments {
                name: function.name().into(),
                found: args.len(),
                wanted,
            });
        }
        let mut values = Vec::new();
        let mut nodes = Vec::new();
        for (wanted, arg) in takes.into_iter().zip(args) {
            let wanted = self.rules.type_of(wanted)?;
            let (value, node) = self.value_of_type(arg, &wanted)?;
            values.push(value);
            nodes.push(node);
        }
        let known = |value: &Value| {
            value.constant.and_then(|units| {
                Decimal::try_from_i128_with_scale(units, value.digits.into()).ok()
            })
        };
        let constants: Vec<Option<Decimal>> = values.iter().map(known).collect();
        function.check_constants(&constants).map_err(|why| RuleError::BadRule {
            field: "formula",
            why: format!("calls {}, which refuses: {why}", function.name()),
        })?;
        // Side by side in the frame, as the function takes them.
        let mut first = None;
        for value in &values {
            let to = self.place(0)?;
            first.get_or_insert(to);
            let zero = self.constant(0, value.digits, value.of.clone())?.reg;
            self.ops.push(Op::Add { to, a: value.reg, b: zero });
        }
        let (of, digits) = function.gives();
        let of = self.rules.type_of(of)?;
        let result = self.fresh(digits, of, || expr.to_string())?;
        let bound = Bound {
            name: function.name().into(),
            digits: values.iter().map(|value| value.digits).collect(),
            gives: digits,
            function: function.clone(),
        };
        let at = self.functions.len() as u16;
        self.functions.push(bound);
        self.ops.push(Op::Call { to: result.reg, function: at, first: first.unwrap_or_default() });
        Ok((result.clone(), named(What::Join(nodes), &result)))
    }
}
