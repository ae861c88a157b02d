//! Expressions to operations: each part's type is known here, and what is made of constants alone is reckoned at once.

use super::compile::Compiler;
use super::program::{Op, Orders, Reckon, Register};
use super::scope::{Binding, Type};
use super::syntax::{Expr, Fault, Kind};

/// How deep an expression may lie in itself, chains of calls included.
const MOST_DEPTH: usize = 300;

/// Where a value is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    pub(super) ty: Type,
    pub(super) register: Register,
    /// It is known now and never changes.
    pub(super) fixed: bool,
}

/// Where a value would best go, if it is of that type.
pub(super) type Wanted = Option<(Type, Register)>;

impl Compiler<'_> {
    /// Leaves the value of an expression in this register.
    pub(super) fn value_into(&mut self, ty: Type, to: Register, expr: &Expr) -> Result<(), Fault> {
        let found = self.value(expr, Some((ty, to)))?;
        let from = self.coerced(found, ty, expr, Some((ty, to)))?.register;
        if from != to {
            self.push(moved(ty, to, from));
        }
        Ok(())
    }

    /// A value that is known now, and of this type: what constants, tables and defaults consist of.
    pub(super) fn fixed(&mut self, ty: Type, expr: &Expr) -> Result<Register, Fault> {
        let found = self.value(expr, None)?;
        let op = |to, from: &[Register]| match (found.ty, ty) {
            (Type::Whole, _) => Op::BigOfInt { to, from: from[0] },
            (_, Type::Decimal) => Op::BigOfDouble { to, from: from[0] },
            _ => Op::IntOfDouble { to, from: from[0] },
        };
        // Published defaults: `0` of a BigDecimal, `1.0` of an int.
        let found = match (found.ty, ty) {
            (Type::Whole | Type::Double, Type::Decimal) => {
                self.emit(ty, &[found], None, op).map_err(|why| (expr.at, why))?
            }
            (Type::Double, Type::Whole) if self.is_whole(found) => {
                self.emit(ty, &[found], None, op).map_err(|why| (expr.at, why))?
            }
            _ => self.coerced(found, ty, expr, None)?,
        };
        match found.fixed {
            true => Ok(found.register),
            false => Err((expr.at, "a constant or default may name constants only".to_owned())),
        }
    }

    /// A double that is known, and has nothing after the point.
    fn is_whole(&self, found: Operand) -> bool {
        let value = self.program.start.double(found.register);
        found.fixed && value.trunc().to_bits() == value.to_bits()
    }

    /// A value of the type that is needed; only a whole number becomes a double by itself.
    fn coerced(
        &mut self,
        found: Operand,
        ty: Type,
        expr: &Expr,
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        match (found.ty, ty) {
            _ if found.ty == ty => Ok(found),
            (Type::Whole, Type::Double) => self
                .emit(Type::Double, &[found], wanted, |to, from| Op::DoubleOfInt {
                    to,
                    from: from[0],
                })
                .map_err(|why| (expr.at, why)),
            (Type::Whole | Type::Double, Type::Decimal) => Err((
                expr.at,
                format!(
                    "this is {}, where a BigDecimal is needed: write BigDecimal.valueOf(...)",
                    found.ty.name()
                ),
            )),
            _ => Err((
                expr.at,
                format!("this is {}, where {} is needed", found.ty.name(), ty.name()),
            )),
        }
    }

    /// A value, of this type.
    pub(super) fn value_of(&mut self, ty: Type, expr: &Expr) -> Result<Operand, Fault> {
        let found = self.value(expr, None)?;
        self.coerced(found, ty, expr, None)
    }

    pub(super) fn value(&mut self, expr: &Expr, wanted: Wanted) -> Result<Operand, Fault> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err((expr.at, "the expression lies too deep in itself: part it".to_owned()));
        }
        let found = self.value_within(expr, wanted);
        self.depth -= 1;
        found
    }

    fn value_within(&mut self, expr: &Expr, wanted: Wanted) -> Result<Operand, Fault> {
        let at = |why: String| (expr.at, why);
        match &expr.kind {
            Kind::Whole(value) => self.whole(*value).map_err(at),
            Kind::Double(value) => self.double(*value).map_err(at),
            Kind::Name(name) if name == "true" || name == "false" => {
                let register = self.whole(i64::from(name == "true")).map_err(at)?.register;
                Ok(Operand { ty: Type::Truth, register, fixed: true })
            }
            Kind::Name(name) => self.named(name).map_err(at),
            Kind::Field(owner, name) => self.field(owner, name).map_err(at),
            Kind::Index(table, index) => self.entry(table, index, wanted),
            Kind::New(class, arguments) => self.new_big(expr.at, class, arguments, wanted),
            Kind::Call(owner, method, arguments) => {
                self.call(expr.at, owner, method, arguments, wanted)
            }
            Kind::Cast(to, value) => self.cast(to, value, wanted),
            Kind::Negative(value) => self.negative(expr.at, value, wanted),
            Kind::Binary("+" | "-" | "*" | "/" | "%", _, _) => self.reckoned(expr, wanted),
            Kind::Binary(..) | Kind::Not(_) => self.truth(expr),
            Kind::Choice(condition, one, other) => self.choice(condition, one, other),
            Kind::Text(text) => {
                Err(at(format!("the text {text:?} can only stand in new BigDecimal(\"...\")")))
            }
            Kind::List(_) => Err(at("a table can only be the value of a constant".to_owned())),
        }
    }

    /// An operation on these; done at once if all of them are fixed.
    pub(super) fn emit(
        &mut self,
        ty: Type,
        sources: &[Operand],
        wanted: Wanted,
        op: impl FnOnce(Register, &[Register]) -> Op,
    ) -> Result<Operand, String> {
        let registers: Vec<Register> = sources.iter().map(|source| source.register).collect();
        if sources.iter().all(|source| source.fixed) {
            let register = self.register(ty)?;
            self.fold(&op(register, &registers))?;
            return Ok(Operand { ty, register, fixed: true });
        }
        let register = match wanted {
            Some((wanted, register)) if wanted == ty => register,
            _ => self.in_between(ty)?,
        };
        self.push(op(register, &registers));
        Ok(Operand { ty, register, fixed: false })
    }

    pub(super) fn whole(&mut self, value: i64) -> Result<Operand, String> {
        let register = self.register(Type::Whole)?;
        self.program.start.ints[register as usize] = value;
        Ok(Operand { ty: Type::Whole, register, fixed: true })
    }

    fn double(&mut self, value: f64) -> Result<Operand, String> {
        let register = self.register(Type::Double)?;
        self.program.start.doubles[register as usize] = value;
        Ok(Operand { ty: Type::Double, register, fixed: true })
    }

    // ---- Names

    fn named(&mut self, name: &str) -> Result<Operand, String> {
        match self.scope.find(name) {
            Some(Binding::Variable(ty, register)) => Ok(Operand { ty, register, fixed: false }),
            Some(Binding::Constant(ty, register)) => Ok(Operand { ty, register, fixed: true }),
            Some(Binding::Table(..)) => {
                Err(format!("{name} is a table: say which entry, {name}[...]"))
            }
            None => Err(format!("there is no variable and no constant {name}")),
        }
    }

    /// `BigDecimal.ZERO`, or a name with the class before it that the file is compiled to elsewhere.
    fn field(&mut self, owner: &Expr, name: &str) -> Result<Operand, String> {
        match &owner.kind {
            Kind::Name(class) if class == "BigDecimal" => {
                let units = match name {
                    "ZERO" => 0,
                    "ONE" => 1,
                    "TWO" => 2,
                    "TEN" => 10,
                    _ => {
                        return Err(format!(
                            "BigDecimal.{name} is no value: there are ZERO, ONE, TWO and TEN"
                        ));
                    }
                };
                let whole = self.whole(units)?;
                self.emit(Type::Decimal, &[whole], None, |to, from| Op::BigOfInt {
                    to,
                    from: from[0],
                })
            }
            Kind::Name(class) if self.is_this(class) => self.named(name),
            _ => Err(format!("there is no field {name} here")),
        }
    }

    fn is_this(&self, class: &str) -> bool {
        class == "this" || class.eq_ignore_ascii_case(self.pap)
    }

    fn entry(&mut self, table: &Expr, index: &Expr, wanted: Wanted) -> Result<Operand, Fault> {
        let name = match &table.kind {
            Kind::Name(name) => name,
            Kind::Field(owner, name) if matches!(&owner.kind, Kind::Name(class) if self.is_this(class)) => {
                name
            }
            _ => return Err((table.at, "only a table has entries".to_owned())),
        };
        let Some(Binding::Table(ty, number)) = self.scope.find(name) else {
            return Err((table.at, format!("{name} is no table")));
        };
        let index = self.value_of(Type::Whole, index)?;
        self.emit(ty, &[index], wanted, |to, from| match ty {
            Type::Decimal => Op::Entry { to, table: number, index: from[0] },
            Type::Double => Op::DoubleEntry { to, table: number, index: from[0] },
            Type::Whole | Type::Truth => Op::IntEntry { to, table: number, index: from[0] },
        })
        .map_err(|why| (table.at, why))
    }

    // ---- Whole numbers and doubles

    fn reckoned(&mut self, expr: &Expr, wanted: Wanted) -> Result<Operand, Fault> {
        let Kind::Binary(sign, left, right) = &expr.kind else {
            return Err((expr.at, "this is no sum".to_owned()));
        };
        let how = match *sign {
            "+" => Reckon::Add,
            "-" => Reckon::Subtract,
            "*" => Reckon::Multiply,
            "/" => Reckon::Divide,
            _ => Reckon::Remainder,
        };
        let (a, b) = (self.value(left, None)?, self.value(right, None)?);
        self.reckon(expr.at, how, (a, left), (b, right), wanted)
    }

    /// Two numbers under one sign: as doubles if one of them is.
    pub(super) fn reckon(
        &mut self,
        at: usize,
        how: Reckon,
        (a, left): (Operand, &Expr),
        (b, right): (Operand, &Expr),
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        let ty = match (a.ty, b.ty) {
            (Type::Whole, Type::Whole) => Type::Whole,
            (Type::Whole | Type::Double, Type::Whole | Type::Double) => Type::Double,
            (Type::Decimal, _) | (_, Type::Decimal) => {
                return Err((
                    at,
                    "BigDecimals are reckoned with by methods, such as x.add(y)".to_owned(),
                ));
            }
            _ => return Err((at, "truths are no numbers".to_owned())),
        };
        let (a, b) = (self.coerced(a, ty, left, None)?, self.coerced(b, ty, right, None)?);
        self.emit(ty, &[a, b], wanted, |to, from| match ty {
            Type::Double => Op::Doubles { how, to, a: from[0], b: from[1] },
            _ => Op::Ints { how, to, a: from[0], b: from[1] },
        })
        .map_err(|why| (at, why))
    }

    fn negative(&mut self, at: usize, value: &Expr, wanted: Wanted) -> Result<Operand, Fault> {
        let found = self.value(value, None)?;
        let zero = self.whole(0).map_err(|why| (at, why))?;
        self.reckon(at, Reckon::Subtract, (zero, value), (found, value), wanted)
    }

    fn cast(&mut self, to: &str, value: &Expr, wanted: Wanted) -> Result<Operand, Fault> {
        let found = self.value(value, None)?;
        let ty = if to == "double" { Type::Double } else { Type::Whole };
        match (found.ty, ty) {
            (Type::Double, Type::Whole) => self
                .emit(ty, &[found], wanted, |to, from| Op::IntOfDouble { to, from: from[0] })
                .map_err(|why| (value.at, why)),
            _ => self.coerced(found, ty, value, wanted),
        }
    }

    // ---- Conditions

    /// Jumps that are taken when the condition comes out as `on`; otherwise it goes on behind them.
    pub(super) fn branch(&mut self, condition: &Expr, on: bool) -> Result<Vec<usize>, Fault> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err((
                condition.at,
                "the condition lies too deep in itself: part it".to_owned(),
            ));
        }
        let found = self.branch_within(condition, on);
        self.depth -= 1;
        found
    }

    fn branch_within(&mut self, condition: &Expr, on: bool) -> Result<Vec<usize>, Fault> {
        match &condition.kind {
            Kind::Not(inner) => self.branch(inner, !on),
            Kind::Binary(sign @ ("&&" | "||"), left, right) => {
                // Of two that must both hold, either one decides that they don't; and the other way round.
                let either = (*sign == "||") == on;
                if either {
                    let mut jumps = self.branch(left, on)?;
                    jumps.extend(self.branch(right, on)?);
                    return Ok(jumps);
                }
                let past = self.branch(left, !on)?;
                let jumps = self.branch(right, on)?;
                self.land(&past);
                Ok(jumps)
            }
            Kind::Binary(sign @ ("==" | "!=" | "<" | "<=" | ">" | ">="), left, right) => {
                self.comparison(condition.at, orders(sign), left, right, on)
            }
            _ => {
                let found = self.value(condition, None)?;
                if found.ty != Type::Truth {
                    return Err((
                        condition.at,
                        format!("this is {}, where a condition is needed", found.ty.name()),
                    ));
                }
                let zero = self.whole(0).map_err(|why| (condition.at, why))?.register;
                let equal = if on { Orders::EQUAL.not() } else { Orders::EQUAL };
                Ok(vec![self.push(Op::JumpInt {
                    a: found.register,
                    b: zero,
                    on: equal,
                    target: 0,
                })])
            }
        }
    }

    fn comparison(
        &mut self,
        at: usize,
        orders: Orders,
        left: &Expr,
        right: &Expr,
        on: bool,
    ) -> Result<Vec<usize>, Fault> {
        if let Some((one, other)) = compared(left) {
            let than = self.value_of(Type::Whole, right)?;
            if than.fixed {
                let than = self.program.start.int(than.register);
                let a = self.value_of(Type::Decimal, one)?;
                let b = self.value_of(Type::Decimal, other)?;
                // Which outcomes of -1, 0 and 1 compare so with the number on the right.
                let outcomes = [(-1, Orders::LESS), (0, Orders::EQUAL), (1, Orders::GREATER)];
                let holding = outcomes.iter().filter(|(outcome, _)| orders.has(outcome.cmp(&than)));
                let holding = holding.fold(Orders::none(), |all, (_, one)| all.or(*one));
                let on = if on { holding } else { holding.not() };
                return Ok(vec![self.push(Op::JumpBig {
                    a: a.register,
                    b: b.register,
                    on,
                    target: 0,
                })]);
            }
        }
        let (a, b) = (self.value(left, None)?, self.value(right, None)?);
        let on = if on { orders } else { orders.not() };
        let whole = |ty| matches!(ty, Type::Whole | Type::Truth);
        let jump = match (a.ty, b.ty) {
            (one, other) if whole(one) && one == other => {
                Op::JumpInt { a: a.register, b: b.register, on, target: 0 }
            }
            (Type::Whole | Type::Double, Type::Whole | Type::Double) => {
                let a = self.coerced(a, Type::Double, left, None)?;
                let b = self.coerced(b, Type::Double, right, None)?;
                Op::JumpDouble { a: a.register, b: b.register, on, target: 0 }
            }
            (Type::Decimal, _) | (_, Type::Decimal) => {
                return Err((
                    at,
                    "BigDecimals are compared by x.compareTo(y), and that with 0".to_owned(),
                ));
            }
            _ => {
                return Err((
                    at,
                    format!("{} can't be compared with {}", a.ty.name(), b.ty.name()),
                ));
            }
        };
        Ok(vec![self.push(jump)])
    }

    /// A condition as a value, 1 or 0.
    fn truth(&mut self, expr: &Expr) -> Result<Operand, Fault> {
        let at = |why: String| (expr.at, why);
        let to = self.in_between(Type::Truth).map_err(at)?;
        let (yes, no) = (self.whole(1).map_err(at)?.register, self.whole(0).map_err(at)?.register);
        self.push(Op::IntMove { to, from: no });
        let past = self.branch(expr, false)?;
        self.push(Op::IntMove { to, from: yes });
        self.land(&past);
        Ok(Operand { ty: Type::Truth, register: to, fixed: false })
    }

    fn choice(&mut self, condition: &Expr, one: &Expr, other: &Expr) -> Result<Operand, Fault> {
        let past = self.branch(condition, false)?;
        let found = self.value(one, None)?;
        let ty = found.ty;
        let to = self.in_between(ty).map_err(|why| (one.at, why))?;
        self.push(moved(ty, to, found.register));
        let end = self.push(Op::Jump { target: 0 });
        self.land(&past);
        let otherwise = self.value_of(ty, other)?;
        self.push(moved(ty, to, otherwise.register));
        self.land(&[end]);
        Ok(Operand { ty, register: to, fixed: false })
    }
}

fn moved(ty: Type, to: Register, from: Register) -> Op {
    match ty {
        Type::Decimal => Op::Move { to, from },
        Type::Double => Op::DoubleMove { to, from },
        Type::Whole | Type::Truth => Op::IntMove { to, from },
    }
}

/// `x.compareTo(y)`, whatever brackets are around it.
fn compared(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match &expr.kind {
        Kind::Call(one, method, arguments) if method == "compareTo" => match arguments.as_slice() {
            [other] => Some((one, other)),
            _ => None,
        },
        _ => None,
    }
}

fn orders(sign: &str) -> Orders {
    match sign {
        "==" => Orders::EQUAL,
        "!=" => Orders::EQUAL.not(),
        "<" => Orders::LESS,
        "<=" => Orders::GREATER.not(),
        ">" => Orders::GREATER,
        _ => Orders::LESS.not(),
    }
}
