//! The methods of `BigDecimal` that a file may call, as Java documents them.

use fondaco_core::Rounding;

use super::big::{Big, Mode};
use super::compile::Compiler;
use super::program::{Op, Reckon};
use super::scope::Type;
use super::syntax::{Expr, Fault, Kind};
use super::value::{Operand, Wanted};

/// What there is, for who wrote another name.
const METHODS: &str = "abs, add, compareTo, divide, divideToIntegralValue, doubleValue, equals, intValue, intValueExact, longValue, \
     longValueExact, max, min, movePointLeft, movePointRight, multiply, negate, plus, pow, remainder, scale, scaleByPowerOfTen, setScale, \
     signum, stripTrailingZeros, subtract";

impl Compiler<'_> {
    pub(super) fn call(
        &mut self,
        at: usize,
        owner: &Expr,
        method: &str,
        arguments: &[Expr],
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        match &owner.kind {
            Kind::Name(class) if class == "BigDecimal" => {
                self.value_of_call(at, method, arguments, wanted)
            }
            Kind::Name(class) if class == "Math" => self.math(at, method, arguments, wanted),
            _ => {
                let on = self.value(owner, None)?;
                match on.ty {
                    Type::Decimal => self.big_call(at, on, method, arguments, wanted),
                    other => Err((
                        at,
                        format!(
                            "{} has no method {method}: only a BigDecimal has methods",
                            other.name()
                        ),
                    )),
                }
            }
        }
    }

    /// `new BigDecimal(...)` of a whole number, a text, or the exact binary value of a double.
    pub(super) fn new_big(
        &mut self,
        at: usize,
        class: &str,
        arguments: &[Expr],
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        let [argument] = arguments else {
            return Err((at, format!("new {class} takes one argument here")));
        };
        if class != "BigDecimal" {
            return Err((at, format!("there is no class {class} here but BigDecimal")));
        }
        if let Kind::Text(text) = &argument.kind {
            let value = Big::parse(text.trim())
                .ok_or_else(|| (argument.at, format!("{text:?} is no decimal that has room")))?;
            let register = self.register(Type::Decimal).map_err(|why| (at, why))?;
            self.program.start.bigs[register as usize] = value;
            return Ok(Operand { ty: Type::Decimal, register, fixed: true });
        }
        let from = self.value(argument, None)?;
        match from.ty {
            Type::Decimal => Ok(from),
            Type::Whole => self.emit(Type::Decimal, &[from], wanted, |to, from| Op::BigOfInt {
                to,
                from: from[0],
            }),
            Type::Double => self.emit(Type::Decimal, &[from], wanted, |to, from| Op::BigOfBinary {
                to,
                from: from[0],
            }),
            Type::Truth => Err("a truth is no number".to_owned()),
        }
        .map_err(|why| (at, why))
    }

    /// `BigDecimal.valueOf(long)`, `valueOf(double)` and `valueOf(long, scale)`.
    fn value_of_call(
        &mut self,
        at: usize,
        method: &str,
        arguments: &[Expr],
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        if method != "valueOf" {
            return Err((
                at,
                format!("BigDecimal.{method} is not known: there is BigDecimal.valueOf"),
            ));
        }
        let (first, scale) = match arguments {
            [first] => (first, None),
            [first, scale] => (first, Some(self.scale(scale)?)),
            _ => {
                return Err((
                    at,
                    "valueOf takes a number, or a whole number and a scale".to_owned(),
                ));
            }
        };
        let from = self.value(first, None)?;
        match (from.ty, scale) {
            (Type::Whole, None) => self.emit(Type::Decimal, &[from], wanted, |to, from| {
                Op::BigOfInt { to, from: from[0] }
            }),
            (Type::Whole, Some(scale)) => self.emit(Type::Decimal, &[from], wanted, |to, from| {
                Op::BigOfScaledInt { to, from: from[0], scale }
            }),
            (Type::Double, None) => self.emit(Type::Decimal, &[from], wanted, |to, from| {
                Op::BigOfDouble { to, from: from[0] }
            }),
            (other, _) => Err(format!("valueOf takes a number, and this is {}", other.name())),
        }
        .map_err(|why| (at, why))
    }

    fn math(
        &mut self,
        at: usize,
        method: &str,
        arguments: &[Expr],
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        let (how, left, right) = match (method, arguments) {
            ("min", [left, right]) => (Reckon::Smaller, left, right),
            ("max", [left, right]) => (Reckon::Larger, left, right),
            _ => {
                return Err((
                    at,
                    format!(
                        "Math.{method} is not known: there are Math.min and Math.max of two numbers"
                    ),
                ));
            }
        };
        let (a, b) = (self.value(left, None)?, self.value(right, None)?);
        self.reckon(at, how, (a, left), (b, right), wanted)
    }

    fn big_call(
        &mut self,
        at: usize,
        on: Operand,
        method: &str,
        arguments: &[Expr],
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        match arguments {
            [] => self.alone(at, on, method, wanted),
            [argument]
                if matches!(
                    method,
                    "setScale" | "pow" | "movePointLeft" | "movePointRight" | "scaleByPowerOfTen"
                ) =>
            {
                self.with_number(at, on, method, argument, wanted)
            }
            [argument] => self.with_other(at, on, method, argument, wanted),
            [argument, mode] if method == "setScale" => {
                let (scale, mode) = (self.scale(argument)?, self.mode(mode)?);
                self.emit(Type::Decimal, &[on], wanted, |to, from| Op::SetScale {
                    to,
                    a: from[0],
                    scale,
                    mode,
                })
                .map_err(|why| (at, why))
            }
            [by, mode] if method == "divide" => {
                let (by, mode) = (self.value_of(Type::Decimal, by)?, self.mode(mode)?);
                let op = |to, from: &[u16]| Op::DivideKeeping { to, a: from[0], b: from[1], mode };
                self.emit(Type::Decimal, &[on, by], wanted, op).map_err(|why| (at, why))
            }
            [by, scale, mode] if method == "divide" => {
                let by = self.value_of(Type::Decimal, by)?;
                let (scale, mode) = (self.scale(scale)?, self.mode(mode)?);
                let op =
                    |to, from: &[u16]| Op::DivideTo { to, a: from[0], b: from[1], scale, mode };
                self.emit(Type::Decimal, &[on, by], wanted, op).map_err(|why| (at, why))
            }
            _ => Err((at, unknown(method, arguments.len()))),
        }
    }

    fn alone(
        &mut self,
        at: usize,
        on: Operand,
        method: &str,
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        let zero = self.zero().map_err(|why| (at, why))?;
        match method {
            "negate" => {
                self.emit(Type::Decimal, &[on], wanted, |to, from| Op::Negate { to, a: from[0] })
            }
            "abs" => {
                self.emit(Type::Decimal, &[on], wanted, |to, from| Op::Absolute { to, a: from[0] })
            }
            "stripTrailingZeros" => {
                self.emit(Type::Decimal, &[on], wanted, |to, from| Op::Strip { to, a: from[0] })
            }
            "plus" => Ok(on),
            "longValue" | "intValue" | "longValueExact" | "intValueExact" => {
                self.emit(Type::Whole, &[on], wanted, |to, from| Op::IntOfBig { to, from: from[0] })
            }
            "doubleValue" => self.emit(Type::Double, &[on], wanted, |to, from| Op::DoubleOfBig {
                to,
                from: from[0],
            }),
            "signum" => self.emit(Type::Whole, &[on, zero], wanted, |to, from| Op::Compare {
                to,
                a: from[0],
                b: from[1],
            }),
            "scale" => {
                self.emit(Type::Whole, &[on], wanted, |to, from| Op::ScaleOf { to, from: from[0] })
            }
            _ => Err(unknown(method, 0)),
        }
        .map_err(|why| (at, why))
    }

    fn with_number(
        &mut self,
        at: usize,
        on: Operand,
        method: &str,
        argument: &Expr,
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        if method == "pow" {
            let power = self.value_of(Type::Whole, argument)?;
            let op = |to, from: &[u16]| Op::Pow { to, a: from[0], power: from[1] };
            return self.emit(Type::Decimal, &[on, power], wanted, op).map_err(|why| (at, why));
        }
        let number = self.scale(argument)?;
        self.emit(Type::Decimal, &[on], wanted, |to, from| match method {
            "setScale" => Op::SetScale { to, a: from[0], scale: number, mode: None },
            "movePointLeft" => Op::MovePoint { to, a: from[0], left: number },
            _ => Op::MovePoint { to, a: from[0], left: -number },
        })
        .map_err(|why| (at, why))
    }

    fn with_other(
        &mut self,
        at: usize,
        on: Operand,
        method: &str,
        argument: &Expr,
        wanted: Wanted,
    ) -> Result<Operand, Fault> {
        let both = [on, self.value_of(Type::Decimal, argument)?];
        match method {
            "add" => self.emit(Type::Decimal, &both, wanted, |to, from| Op::Add {
                to,
                a: from[0],
                b: from[1],
            }),
            "subtract" => self.emit(Type::Decimal, &both, wanted, |to, from| Op::Subtract {
                to,
                a: from[0],
                b: from[1],
            }),
            "multiply" => self.emit(Type::Decimal, &both, wanted, |to, from| Op::Multiply {
                to,
                a: from[0],
                b: from[1],
            }),
            "divide" => self.emit(Type::Decimal, &both, wanted, |to, from| Op::Divide {
                to,
                a: from[0],
                b: from[1],
            }),
            "divideToIntegralValue" => self.emit(Type::Decimal, &both, wanted, |to, from| {
                Op::DivideWhole { to, a: from[0], b: from[1] }
            }),
            "remainder" => self.emit(Type::Decimal, &both, wanted, |to, from| Op::Remainder {
                to,
                a: from[0],
                b: from[1],
            }),
            "min" => self.emit(Type::Decimal, &both, wanted, |to, from| Op::Smaller {
                to,
                a: from[0],
                b: from[1],
            }),
            "max" => self.emit(Type::Decimal, &both, wanted, |to, from| Op::Larger {
                to,
                a: from[0],
                b: from[1],
            }),
            "compareTo" => self.emit(Type::Whole, &both, wanted, |to, from| Op::Compare {
                to,
                a: from[0],
                b: from[1],
            }),
            "equals" => self.emit(Type::Truth, &both, wanted, |to, from| Op::Same {
                to,
                a: from[0],
                b: from[1],
            }),
            _ => Err(unknown(method, 1)),
        }
        .map_err(|why| (at, why))
    }

    fn zero(&mut self) -> Result<Operand, String> {
        let register = self.register(Type::Decimal)?;
        Ok(Operand { ty: Type::Decimal, register, fixed: true })
    }

    /// A scale, or how far a point moves: known now, and small.
    fn scale(&mut self, expr: &Expr) -> Result<i16, Fault> {
        let found = self.value_of(Type::Whole, expr)?;
        let known = found.fixed.then(|| self.program.start.int(found.register));
        let scale = known
            .filter(|scale| (-60..=60).contains(scale))
            .and_then(|scale| i16::try_from(scale).ok());
        scale.ok_or_else(|| (expr.at, "a scale has to be a constant from -60 to 60".to_owned()))
    }

    /// `BigDecimal.ROUND_DOWN`, `RoundingMode.DOWN`, or the number that the former stands for.
    fn mode(&mut self, expr: &Expr) -> Result<Mode, Fault> {
        let name = match &expr.kind {
            Kind::Field(owner, name) => match &owner.kind {
                Kind::Name(class) if class == "BigDecimal" => name.strip_prefix("ROUND_"),
                Kind::Name(class) if class == "RoundingMode" => Some(name.as_str()),
                Kind::Field(_, class) if class == "RoundingMode" => Some(name.as_str()),
                _ => None,
            },
            Kind::Name(name) => name.strip_prefix("ROUND_"),
            Kind::Whole(number) => {
                usize::try_from(*number).ok().and_then(|number| NAMES.get(number)).copied()
            }
            _ => None,
        };
        name.and_then(mode_of).ok_or_else(|| {
            (
                expr.at,
                format!(
                    "this is no rounding: write BigDecimal.ROUND_ and one of {}",
                    NAMES.join(", ")
                ),
            )
        })
    }
}

/// Java's roundings, in the order of their old numbers.
const NAMES: &[&str] =
    &["UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN", "UNNECESSARY"];

fn mode_of(name: &str) -> Option<Mode> {
    Some(match name {
        "UP" => Some(Rounding::Up),
        "DOWN" => Some(Rounding::Down),
        "CEILING" => Some(Rounding::Ceiling),
        "FLOOR" => Some(Rounding::Floor),
        "HALF_UP" => Some(Rounding::HalfUp),
        "HALF_DOWN" => Some(Rounding::HalfDown),
        "HALF_EVEN" => Some(Rounding::HalfEven),
        "UNNECESSARY" => None,
        _ => return None,
    })
}

fn unknown(method: &str, arguments: usize) -> String {
    format!("a BigDecimal has no method {method} of {arguments} arguments here: it has {METHODS}")
}
