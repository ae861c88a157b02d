//! Formulas: the tree that a rule's text stands for.
//!
//! A formula is written as people write it, `round(min(wages, ceiling - before) * rate, 2, half_up)`, in TOML and in JSON alike; the
//! tree is what it means. Text and tree are each other's: what [`Expr`] displays reads back as the same tree.
//!
//! The language is total: no loops, no names that are assigned twice, nothing that changes. What it can't say, a function in Rust can.

mod lexer;
mod parse;
mod show;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use fondaco_core::Rounding;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::RuleError;

pub use parse::is_name;
pub(crate) use parse::placed;

/// A formula.
///
/// ```
/// use fondaco_payroll::expr::Expr;
/// let share: Expr = "round( wages*6.2%, 2, half_up )".parse()?;
/// assert_eq!(share.to_string(), "round(wages * 6.2%, 2, half_up)");
/// let wrong = "round(wages * 6.2%)".parse::<Expr>().unwrap_err();
/// assert_eq!(wrong.code(), "payroll.bad_formula");
/// # Ok::<(), fondaco_payroll::RuleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A number: `12`, `0.25`.
    Number(Decimal),
    /// A share in percent: `6.2%`. The number is that before the sign.
    Percent(Decimal),
    /// Yes or no: `true`, `false`.
    Bool(bool),
    /// One of a choice: `'single'`.
    Text(SmolStr),
    /// An input, a parameter, an accumulator or another rule, by its name.
    Name(SmolStr),
    /// The opposite, of a condition or a number.
    Unary(Unary, Box<Expr>),
    /// Two values joined.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `if(condition, then, else)`.
    If(Box<[Expr; 3]>),
    /// `round(value, digits, mode)`: the only place where digits are dropped.
    Round {
        /// What is rounded; a quotient in it is taken exactly, and rounded once.
        value: Box<Expr>,
        /// How many digits stay behind the point.
        digits: u8,
        /// Which way.
        rounding: Rounding,
    },
    /// `round_to(value, step, mode)`: to a multiple, such as 0.05 or 100.
    RoundTo {
        /// What is rounded.
        value: Box<Expr>,
        /// To multiples of what.
        step: Decimal,
        /// Which way.
        rounding: Rounding,
    },
    /// One value of a parameter that has several: `deduction[status]`.
    Cell(SmolStr, Vec<Expr>),
    /// A function, a table or a unit with its arguments: `max(a, b)`, `tax_table[status](income)`, `hours(40)`.
    Call {
        /// Which.
        name: SmolStr,
        /// Which of a table's versions by choice, in square brackets.
        cells: Vec<Expr>,
        /// With what.
        args: Vec<Expr>,
    },
}

/// What is done with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `-a`
    Minus,
    /// `not a`
    Not,
}

/// How two values are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a < b`
    Less,
    /// `a <= b`
    AtMost,
    /// `a > b`
    Greater,
    /// `a >= b`
    AtLeast,
    /// `a + b`
    Plus,
    /// `a - b`
    Minus,
    /// `a * b`
    Times,
    /// `a / b`, which stands within `round`, for a quotient has no last digit.
    Over,
}

impl Binary {
    /// How tightly it binds, the loosest 1.
    pub(crate) fn strength(self) -> u8 {
        match self {
            Binary::Or => 1,
            Binary::And => 2,
            Binary::Equal
            | Binary::NotEqual
            | Binary::Less
            | Binary::AtMost
            | Binary::Greater
            | Binary::AtLeast => 4,
            Binary::Plus | Binary::Minus => 5,
            Binary::Times | Binary::Over => 6,
        }
    }

    /// As it is written.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Binary::Or => "or",
            Binary::And => "and",
            Binary::Equal => "==",
            Binary::NotEqual => "!=",
            Binary::Less => "<",
            Binary::AtMost => "<=",
            Binary::Greater => ">",
            Binary::AtLeast => ">=",
            Binary::Plus => "+",
            Binary::Minus => "-",
            Binary::Times => "*",
            Binary::Over => "/",
        }
    }
}

impl Expr {
    /// Everything in it that is named, each as often as it stands there: what it depends on.
    ///
    /// ```
    /// use fondaco_payroll::expr::Expr;
    /// let tax: Expr = "brackets[status](max(0, income - free))".parse()?;
    /// let mut names = Vec::new();
    /// tax.names(&mut |name| names.push(name.to_string()));
    /// assert_eq!(names, ["brackets", "status", "max", "income", "free"]);
    /// # Ok::<(), fondaco_payroll::RuleError>(())
    /// ```
    pub fn names<'e>(&'e self, found: &mut dyn FnMut(&'e SmolStr)) {
        if let Expr::Name(name) | Expr::Cell(name, _) | Expr::Call { name, .. } = self {
            found(name);
        }
        self.parts().into_iter().for_each(|part| part.names(found));
    }

    /// The same with every part of a name replaced by a formula.
    pub(crate) fn with(&self, name: &str, by: &Expr) -> Expr {
        let each = |parts: &[Expr]| parts.iter().map(|part| part.with(name, by)).collect();
        let one = |part: &Expr| Box::new(part.with(name, by));
        match self {
            Expr::Name(own) if own == name => by.clone(),
            Expr::Number(_) | Expr::Percent(_) | Expr::Bool(_) | Expr::Text(_) | Expr::Name(_) => {
                self.clone()
            }
            Expr::Unary(sign, of) => Expr::Unary(*sign, one(of)),
            Expr::Binary(sign, a, b) => Expr::Binary(*sign, one(a), one(b)),
            Expr::If(parts) => Expr::If(Box::new(parts.each_ref().map(|part| part.with(name, by)))),
            Expr::Round { value, digits, rounding } => {
                Expr::Round { value: one(value), digits: *digits, rounding: *rounding }
            }
            Expr::RoundTo { value, step, rounding } => {
                Expr::RoundTo { value: one(value), step: *step, rounding: *rounding }
            }
            Expr::Cell(own, cells) => Expr::Cell(own.clone(), each(cells)),
            Expr::Call { name: own, cells, args } => {
                Expr::Call { name: own.clone(), cells: each(cells), args: each(args) }
            }
        }
    }

    /// What it is made of, left to right.
    pub(crate) fn parts(&self) -> Vec<&Expr> {
        match self {
            Expr::Number(_) | Expr::Percent(_) | Expr::Bool(_) | Expr::Text(_) | Expr::Name(_) => {
                Vec::new()
            }
            Expr::Unary(_, of) => vec![of],
            Expr::Binary(_, a, b) => vec![a, b],
            Expr::If(parts) => parts.iter().collect(),
            Expr::Round { value, .. } | Expr::RoundTo { value, .. } => vec![value],
            Expr::Cell(_, cells) => cells.iter().collect(),
            Expr::Call { cells, args, .. } => cells.iter().chain(args).collect(),
        }
    }

    /// Every part of it, each after what it is made of, and itself at the end.
    pub(crate) fn parts_first(&self) -> Vec<&Expr> {
        let mut all: Vec<&Expr> = self.parts().into_iter().flat_map(Expr::parts_first).collect();
        all.push(self);
        all
    }

    /// The part of it, or it itself, that is shown as a text: the outermost of several.
    pub(crate) fn shown_as(&self, text: &str) -> Option<&Expr> {
        let mut level = vec![self];
        while !level.is_empty() {
            if let Some(found) = level.iter().find(|part| part.to_string() == text) {
                return Some(found);
            }
            level = level.into_iter().flat_map(Expr::parts).collect();
        }
        None
    }
}

impl FromStr for Expr {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Expr, RuleError> {
        parse::formula(text)
    }
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Expr, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// Reads a formula: a text, or a whole number by itself.
struct Reader;

impl serde::de::Visitor<'_> for Reader {
    type Value = Expr;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a formula, such as \"round(wages * 6.2%, 2, half_up)\"")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Expr, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Expr, E> {
        number.to_string().parse().map_err(E::custom)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Expr, E> {
        number.to_string().parse().map_err(E::custom)
    }
}
