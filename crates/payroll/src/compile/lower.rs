//! Formulas as steps.

use std::collections::BTreeSet;

use fondaco_core::map::HashMap;
use rust_decimal::Decimal;

use super::tables::TableCache;
use super::*;
use crate::expr::{Binary, Expr, Unary};
use crate::function::Bound;
use crate::program::{ClaimsSlot, Op, Reg};
use crate::rules::Figure;
use crate::units::Units;

/// The most digits behind the point that a value may have.
pub(super) const MOST_DIGITS: u8 = 24;

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
    pub(super) checks: Vec<CheckSlot>,
    pub(super) constants: HashMap<i128, Reg>,
    pub(super) done: BTreeMap<Symbol, Value>,
    pub(super) inputs: Vec<InputSlot>,
    pub(super) outputs: Vec<OutputSlot>,
    pub(super) lines: Vec<Lines>,
    /// Up to which step each rule reaches.
    pub(super) spans: Vec<(usize, SmolStr)>,
    /// Of a parameter and its cell: the figure, its law, its days, and which cell it is.
    pub(super) figures: BTreeMap<(usize, usize), (Figure, String, DateRange, SmolStr)>,
    /// The innermost part of a formula that could not be lowered.
    pub(super) failed: Option<*const Expr>,
    /// The same within a formula that is called, which stands elsewhere.
    pub(super) failed_inside: Option<Part>,
    /// The arguments and steps of the formula that is being called.
    pub(super) locals: BTreeMap<SmolStr, Value>,
    /// The rows of each list.
    pub(super) lists: BTreeMap<usize, super::lists::Rows>,
    pub(super) claims: Vec<ClaimsSlot>,
    /// What each claim wanted and did not get.
    pub(super) shorts: BTreeMap<SmolStr, Value>,
    /// Formulas with arguments that are wrong by themselves, which was told.
    pub(super) broken: BTreeSet<usize>,
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
            checks: Vec::new(),
            constants: HashMap::default(),
            done: BTreeMap::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            lines: Vec::new(),
            spans: Vec::new(),
            figures: BTreeMap::new(),
            failed: None,
            failed_inside: None,
            locals: BTreeMap::new(),
            broken: BTreeSet::new(),
            lists: BTreeMap::new(),
            claims: Vec::new(),
            shorts: BTreeMap::new(),
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

    // ---- What is computed

    /// A formula's value.
    pub(super) fn value(&mut self, expr: &Expr) -> Result<(Value, Node), RuleError> {
        let lowered = self.lowered(expr);
        if lowered.is_err() {
            self.failed.get_or_insert(std::ptr::from_ref(expr));
        }
        lowered
    }

    fn lowered(&mut self, expr: &Expr) -> Result<(Value, Node), RuleError> {
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
                if let Some(value) = self.locals.get(name).cloned() {
                    return Ok((value.clone(), named(What::Local(name.clone()), &value)));
                }
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

    pub(super) fn number(
        &mut self,
        number: Decimal,
        more: u8,
        expr: &Expr,
    ) -> Result<Value, RuleError> {
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

    pub(super) fn condition(&mut self, expr: &Expr) -> Result<(Value, Node), RuleError> {
        let (value, node) = self.value(expr)?;
        match value.of {
            Type::Bool => Ok((value, node)),
            of => Err(wrong_type(expr.to_string(), &of, &Type::Bool)),
        }
    }

    pub(super) fn unary(&mut self, sign: Unary, of: &Expr) -> Result<(Value, Node), RuleError> {
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

    pub(super) fn binary(
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
    pub(super) fn sum(
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

    pub(super) fn comparison(
        &mut self,
        sign: Binary,
        a: &Expr,
        b: &Expr,
    ) -> Result<(Value, Node), RuleError> {
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
    pub(super) fn choice(
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
        let lowered = match (expr, wanted) {
            (Expr::Text(text), Some(of)) => self.text(text, of),
            (Expr::If(parts), _) => self.choice([&parts[0], &parts[1], &parts[2]], wanted),
            _ => return self.value(expr),
        };
        if lowered.is_err() {
            self.failed.get_or_insert(std::ptr::from_ref(expr));
        }
        lowered
    }
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
