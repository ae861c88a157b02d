//! A formula as text again, with the parentheses that it needs and no more.

use std::fmt;

use fondaco_core::Rounding;

use super::parse::MODES;
use super::{Binary, Expr, Unary};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(f, 0)
    }
}

/// What `not` binds like.
const NOT: u8 = 3;
/// What a minus before a value binds like.
const MINUS: u8 = 7;

impl Expr {
    /// Shown where operators no looser than this can stand.
    fn show(&self, f: &mut fmt::Formatter<'_>, within: u8) -> fmt::Result {
        let strength = match self {
            Expr::Binary(sign, ..) => sign.strength(),
            Expr::Unary(Unary::Not, _) => NOT,
            Expr::Unary(Unary::Minus, _) => MINUS,
            _ => u8::MAX,
        };
        if strength <= within {
            f.write_str("(")?;
            self.show_bare(f)?;
            return f.write_str(")");
        }
        self.show_bare(f)
    }

    fn show_bare(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Number(value) => write!(f, "{value}"),
            Expr::Percent(value) => write!(f, "{value}%"),
            Expr::Bool(value) => write!(f, "{value}"),
            Expr::Text(text) if text.contains('\'') => write!(f, "\"{text}\""),
            Expr::Text(text) => write!(f, "'{text}'"),
            Expr::Name(name) => f.write_str(name),
            Expr::Unary(Unary::Minus, of) => {
                f.write_str("-")?;
                of.show(f, MINUS - 1)
            }
            Expr::Unary(Unary::Not, of) => {
                f.write_str("not ")?;
                of.show(f, NOT - 1)
            }
            Expr::Binary(sign, a, b) => show_binary(f, *sign, a, b),
            Expr::If(parts) => call(f, "if", &parts[..]),
            Expr::Round { value, digits, rounding } => {
                write!(f, "round({value}, {digits}, {})", mode(*rounding))
            }
            Expr::RoundTo { value, step, rounding } => {
                write!(f, "round_to({value}, {step}, {})", mode(*rounding))
            }
            Expr::Cell(name, cells) => list(f, name, '[', cells, ']'),
            Expr::Call { name, cells, args } if cells.is_empty() => call(f, name, args),
            Expr::Call { name, cells, args } => {
                list(f, name, '[', cells, ']')?;
                call(f, "", args)
            }
        }
    }
}

/// What stands right of an operator of the same strength was in parentheses; comparisons take none of their own on either side.
fn show_binary(f: &mut fmt::Formatter<'_>, sign: Binary, a: &Expr, b: &Expr) -> fmt::Result {
    let strength = sign.strength();
    let chains = !matches!(strength, 4);
    // `not` reaches as far right as it can: left of an operator that binds tighter it needs its parentheses.
    a.show(f, if chains { strength - 1 } else { strength })?;
    write!(f, " {} ", sign.sign())?;
    b.show(f, strength)
}

fn call(f: &mut fmt::Formatter<'_>, name: &str, args: &[Expr]) -> fmt::Result {
    list(f, name, '(', args, ')')
}

fn list(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    open: char,
    items: &[Expr],
    close: char,
) -> fmt::Result {
    write!(f, "{name}{open}")?;
    for (index, item) in items.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{item}")?;
    }
    write!(f, "{close}")
}

fn mode(rounding: Rounding) -> &'static str {
    MODES.iter().find(|(_, mode)| *mode == rounding).map_or("half_up", |(name, _)| name)
}
