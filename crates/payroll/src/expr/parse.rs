//! From the text of a formula to its tree.
//!
//! Operators bind by strength, the tightest first: `-a`; `* /`; `+ -`; comparisons, which don't chain; `not`; `and`; `or`.

use fondaco_core::Rounding;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::lexer::{Token, bad, tokens};
use super::{Binary, Expr, Unary};
use crate::RuleError;

/// Deeper than any law, shallower than any stack.
const DEEPEST: u32 = 100;
/// How many operators and functions one value may go through: `a + b + c` is two high.
const HIGHEST: u32 = 250;
/// What `not` stands before.
const COMPARISON: u8 = 4;
/// What words can't be used as names.
const WORDS: &[&str] = &["and", "or", "not", "true", "false", "if", "round", "round_to", "floor"];

/// Whether a text can name an input, a parameter, a table or a rule: small letters, digits and `_`, a letter first, and no word of
/// the language.
///
/// ```
/// use fondaco_payroll::expr::is_name;
/// assert!(is_name("class_1_wages"));
/// assert!(!is_name("1st") && !is_name("Wages") && !is_name("if"));
/// ```
#[must_use]
pub fn is_name(text: &str) -> bool {
    let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(small)
        && !WORDS.contains(&text)
}

pub(super) fn formula(text: &str) -> Result<Expr, RuleError> {
    placed(text).map(|(expr, _)| expr)
}

/// A formula, and the column at which each of its parts begins, in the order of [`Expr::parts_first`].
pub(crate) fn placed(text: &str) -> Result<(Expr, Vec<usize>), RuleError> {
    let mut parser =
        Parser { tokens: tokens(text)?, at: 0, depth: 0, height: 0, columns: Vec::new() };
    let expr = parser.expr(0)?;
    match parser.peek() {
        Token::End => Ok((expr, parser.columns)),
        other => {
            Err(parser
                .bad(format!("{} is too much here: the formula was at its end", named(other))))
        }
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: u32,
    /// That of the highest expression that was read within the one being read.
    height: u32,
    /// Where each part begins that was read, parts before what is made of them.
    columns: Vec<usize>,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(_, token)| token)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is = matches!(self.peek(), Token::Sign(found) if *found == sign);
        self.at += usize::from(is);
        is
    }

    fn wants(&mut self, sign: &str) -> Result<(), RuleError> {
        match self.takes(sign) {
            true => Ok(()),
            false => Err(self.bad(format!("{} stands where {sign} belongs", named(self.peek())))),
        }
    }

    fn bad(&self, why: String) -> RuleError {
        bad(self.column(self.at), why)
    }

    /// The column of a token.
    fn column(&self, at: usize) -> usize {
        let last = self.tokens.len().saturating_sub(1);
        self.tokens.get(at.min(last)).map_or(1, |(column, _)| *column)
    }

    /// What was read from a token on.
    fn read(&mut self, from: usize, expr: Expr) -> Expr {
        self.columns.push(self.column(from));
        expr
    }

    /// An expression of operators no looser than this.
    fn expr(&mut self, loosest: u8) -> Result<Expr, RuleError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.bad(format!(
                "the formula is nested deeper than {DEEPEST}: give its parts rules of their own"
            )));
        }
        let outer = std::mem::take(&mut self.height);
        let start = self.at;
        let mut left = self.operand()?;
        let mut height = self.height + 1;
        while let Some(sign) = self.binary().filter(|sign| sign.strength() > loosest) {
            self.at += 1;
            self.height = height;
            let right = self.expr(sign.strength())?;
            height = self.height + 1;
            if height > HIGHEST {
                return Err(self.bad(format!(
                    "the formula joins more than {HIGHEST} values one by one: give its parts rules of their own"
                )));
            }
            left = self.read(start, Expr::Binary(sign, Box::new(left), Box::new(right)));
            let again = self.binary().is_some_and(|next| next.strength() == COMPARISON);
            if sign.strength() == COMPARISON && again {
                return Err(self.bad("comparisons don't chain: join two of them with and".into()));
            }
        }
        self.depth -= 1;
        self.height = outer.max(height);
        Ok(left)
    }

    fn binary(&self) -> Option<Binary> {
        Some(match self.peek() {
            Token::Word(word) if word == "or" => Binary::Or,
            Token::Word(word) if word == "and" => Binary::And,
            Token::Sign("==") => Binary::Equal,
            Token::Sign("!=") => Binary::NotEqual,
            Token::Sign("<") => Binary::Less,
            Token::Sign("<=") => Binary::AtMost,
            Token::Sign(">") => Binary::Greater,
            Token::Sign(">=") => Binary::AtLeast,
            Token::Sign("+") => Binary::Plus,
            Token::Sign("-") => Binary::Minus,
            Token::Sign("*") => Binary::Times,
            Token::Sign("/") => Binary::Over,
            _ => return None,
        })
    }

    fn operand(&mut self) -> Result<Expr, RuleError> {
        let start = self.at;
        let expr = match self.next() {
            Token::Number(value) => Expr::Number(value),
            Token::Percent(value) => Expr::Percent(value),
            Token::Text(text) => Expr::Text(text),
            Token::Sign("-") => Expr::Unary(Unary::Minus, Box::new(self.expr(6)?)),
            Token::Sign("(") => {
                let inner = self.expr(0)?;
                self.wants(")")?;
                return Ok(inner);
            }
            Token::Word(word) => self.word(word)?,
            other => {
                self.at = start;
                return Err(self.bad(format!("{} stands where a value belongs", named(&other))));
            }
        };
        Ok(self.read(start, expr))
    }

    fn word(&mut self, word: SmolStr) -> Result<Expr, RuleError> {
        match word.as_str() {
            "true" => return Ok(Expr::Bool(true)),
            "false" => return Ok(Expr::Bool(false)),
            "not" => return Ok(Expr::Unary(Unary::Not, Box::new(self.expr(COMPARISON - 1)?))),
            "if" | "round" | "round_to" | "floor" => {
                if !matches!(self.peek(), Token::Sign("(")) {
                    self.at -= 1;
                    return Err(self.bad(format!(
                        "{word} is a word of formulas, called as {word}(...): give what you named so another name"
                    )));
                }
                return match word.as_str() {
                    "if" => self.choice(),
                    "round" => self.rounded(),
                    "round_to" => self.rounded_to(),
                    _ => self.floored(),
                };
            }
            _ => {}
        }
        if !is_name(&word) {
            self.at -= 1;
            return Err(
                self.bad(format!("{word:?} is no name: names are of small letters, digits and _"))
            );
        }
        let cells = if self.takes("[") { self.list("]")? } else { Vec::new() };
        if self.takes("(") {
            let args = self.list(")")?;
            return Ok(Expr::Call { name: word, cells, args });
        }
        Ok(if cells.is_empty() { Expr::Name(word) } else { Expr::Cell(word, cells) })
    }

    /// One expression or more, to the closing sign.
    fn list(&mut self, end: &str) -> Result<Vec<Expr>, RuleError> {
        let mut items = vec![self.expr(0)?];
        while self.takes(",") {
            items.push(self.expr(0)?);
        }
        self.wants(end)?;
        Ok(items)
    }

    fn choice(&mut self) -> Result<Expr, RuleError> {
        self.wants("(")?;
        let condition = self.expr(0)?;
        self.wants(",")?;
        let then = self.expr(0)?;
        self.wants(",")?;
        let other = self.expr(0)?;
        self.wants(")")?;
        Ok(Expr::If(Box::new([condition, then, other])))
    }

    fn rounded(&mut self) -> Result<Expr, RuleError> {
        self.wants("(")?;
        let value = Box::new(self.expr(0)?);
        self.wants(",")?;
        let digits = self.number("how many digits stay, from 0 to 18")?;
        let digits = u8::try_from(digits).ok().filter(|n| *n <= 18 && digits.scale() == 0);
        let digits = digits.ok_or_else(|| {
            self.bad("give the digits that stay as a whole number from 0 to 18".into())
        })?;
        self.wants(",")?;
        let rounding = self.mode()?;
        self.wants(")")?;
        Ok(Expr::Round { value, digits, rounding })
    }

    fn rounded_to(&mut self) -> Result<Expr, RuleError> {
        self.wants("(")?;
        let value = Box::new(self.expr(0)?);
        self.wants(",")?;
        let step = self.number("the step, such as 0.05 or 100")?;
        if step.is_zero() {
            return Err(self.bad(
                "a step of 0 has no multiples: give one above it, such as 0.05 or 100".into(),
            ));
        }
        self.wants(",")?;
        let rounding = self.mode()?;
        self.wants(")")?;
        Ok(Expr::RoundTo { value, step, rounding })
    }

    /// `floor(a)` is short for `round(a, 0, floor)`.
    fn floored(&mut self) -> Result<Expr, RuleError> {
        self.wants("(")?;
        let value = Box::new(self.expr(0)?);
        self.wants(")")?;
        Ok(Expr::Round { value, digits: 0, rounding: Rounding::Floor })
    }

    fn number(&mut self, what: &str) -> Result<Decimal, RuleError> {
        match self.peek() {
            Token::Number(value) => {
                let value = *value;
                self.at += 1;
                Ok(value)
            }
            other => {
                Err(self.bad(format!("{} stands where a number belongs: {what}", named(other))))
            }
        }
    }

    fn mode(&mut self) -> Result<Rounding, RuleError> {
        let mode = match self.peek() {
            Token::Word(word) => mode(word),
            _ => None,
        };
        self.at += usize::from(mode.is_some());
        mode.ok_or_else(|| {
            let modes = MODES.map(|(name, _)| name).join(", ");
            self.bad(format!("{} is no way to round: write one of {modes}", named(self.peek())))
        })
    }
}

/// The ways to round, as they are written.
pub(super) const MODES: [(&str, Rounding); 7] = [
    ("half_up", Rounding::HalfUp),
    ("half_down", Rounding::HalfDown),
    ("half_even", Rounding::HalfEven),
    ("up", Rounding::Up),
    ("down", Rounding::Down),
    ("ceiling", Rounding::Ceiling),
    ("floor", Rounding::Floor),
];

fn mode(word: &str) -> Option<Rounding> {
    MODES.iter().find(|(name, _)| *name == word).map(|(_, mode)| *mode)
}

fn named(token: &Token) -> String {
    match token {
        Token::Number(value) => value.to_string(),
        Token::Percent(value) => format!("{value}%"),
        Token::Text(text) => format!("'{text}'"),
        Token::Word(word) => word.to_string(),
        Token::Sign(sign) => (*sign).to_owned(),
        Token::End => "the end".to_owned(),
    }
}
