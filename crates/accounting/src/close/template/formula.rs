//! Formulas of amounts: `net * 0.19 rounded half up`.
//!
//! Names of inputs, numbers with a point, `+`, `-`, `*`, `/`, brackets, and `rounded` with a rule: to the digits of the currency, or
//! `to 4`. It rounds all that stands before it in its bracket, and more may be added to that; a part of a sum is rounded alone in
//! brackets of its own. Everything is exact; a division that does not come out is an error unless it is rounded.

use std::fmt;
use std::str::FromStr;

use fondaco_core::{Ratio, Rounding, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::close::CloseError;

/// A formula deeper than this is a mistake of whoever made it.
const MAX_DEPTH: u32 = 64;

/// So is one of more numbers, inputs and roundings than this: all that walks a formula goes down as far as it has of them.
const MAX_TERMS: u32 = 256;

/// How an amount is made of named inputs.
///
/// ```
/// use fondaco_accounting::close::AmountFormula;
/// let tax: AmountFormula = "net * 0.19 rounded half up".parse()?;
/// assert_eq!(tax.inputs(), ["net"]);
/// let wrong = "net * (0.19".parse::<AmountFormula>().unwrap_err();
/// assert_eq!(wrong.to_string(), "formula \"net * (0.19\", place 12: a bracket is not closed");
/// # Ok::<(), fondaco_accounting::close::CloseError>(())
/// ```
///
/// `rounded` is of all before it in its bracket: `net + net * 0.19 rounded half up` rounds the gross amount, `net + (net * 0.19 rounded
/// half up)` the tax alone, and `net * 0.19 rounded half up + net` rounds the tax and adds the rest as it is. What is rounded is
/// multiplied or divided in brackets: `(net / 3 rounded down) * 2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AmountFormula {
    text: SmolStr,
    root: Node,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Number(Decimal),
    Input(SmolStr),
    Minus(Box<Node>),
    Two(char, Box<Node>, Box<Node>),
    /// With so many digits; `None` for those of the currency.
    Rounded(Box<Node>, Rounding, Option<u32>),
}

impl AmountFormula {
    /// The names of its inputs, in order, each once.
    pub fn inputs(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.inputs(&mut names);
        names
    }

    /// What it comes to, exactly: with the values of inputs, and the digits of the currency.
    ///
    /// # Errors
    /// [`CloseError::TemplateInput`] for an input that is not given, [`CloseError::BadFormula`] for a division by zero or beyond
    /// what is reckoned exactly.
    pub(super) fn value<'v>(
        &self,
        digits: u32,
        inputs: impl Fn(&str) -> Option<&'v Decimal>,
    ) -> Result<Ratio, CloseError> {
        self.root.value(self, digits, &inputs)
    }

    pub(super) fn fails(&self, place: usize, why: &'static str) -> CloseError {
        CloseError::BadFormula { formula: self.text.clone(), place, why }
    }
}

impl Node {
    fn inputs<'n>(&'n self, names: &mut Vec<&'n str>) {
        match self {
            Node::Number(_) => {}
            Node::Input(name) => {
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
            Node::Minus(of) | Node::Rounded(of, ..) => of.inputs(names),
            Node::Two(_, a, b) => {
                a.inputs(names);
                b.inputs(names);
            }
        }
    }

    fn value<'v>(
        &self,
        formula: &AmountFormula,
        digits: u32,
        inputs: &impl Fn(&str) -> Option<&'v Decimal>,
    ) -> Result<Ratio, CloseError> {
        let beyond = || formula.fails(1, "it goes beyond what is reckoned exactly");
        let of = |decimal: Decimal| Ratio::from_decimal(decimal);
        match self {
            Node::Number(number) => Ok(of(*number)),
            Node::Input(name) => match inputs(name) {
                Some(value) => Ok(of(*value)),
                None => {
                    Err(CloseError::TemplateInput { name: name.clone(), why: "give it a value" })
                }
            },
            Node::Minus(node) => {
                let value = node.value(formula, digits, inputs)?;
                of(Decimal::ZERO).sub(value).map_err(|_| beyond())
            }
            Node::Two(op, a, b) => {
                let (a, b) = (a.value(formula, digits, inputs)?, b.value(formula, digits, inputs)?);
                let value = match op {
                    '+' => a.add(b),
                    '-' => a.sub(b),
                    '*' => a.mul(b),
                    _ if b == of(Decimal::ZERO) => {
                        return Err(formula.fails(1, "it divides by zero"));
                    }
                    _ => a.div(b),
                };
                value.map_err(|_| beyond())
            }
            Node::Rounded(node, rounding, to) => {
                let value = node.value(formula, digits, inputs)?;
                let value = value.round(to.unwrap_or(digits), *rounding);
                value.map(of).map_err(|_| beyond())
            }
        }
    }
}

impl FromStr for AmountFormula {
    type Err = CloseError;

    fn from_str(text: &str) -> Result<AmountFormula, CloseError> {
        let mut parser = Parser { text, at: 0, depth: 0, terms: 0 };
        let root = parser.sum()?;
        match parser.peek() {
            None => Ok(AmountFormula { text: text.into(), root }),
            Some(_) => Err(parser.fails("here nothing more is expected")),
        }
    }
}

impl TryFrom<String> for AmountFormula {
    type Error = CloseError;

    fn try_from(text: String) -> Result<AmountFormula, CloseError> {
        text.parse()
    }
}

impl From<AmountFormula> for String {
    fn from(formula: AmountFormula) -> String {
        formula.text.into()
    }
}

impl fmt::Display for AmountFormula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
    terms: u32,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: &[char]) -> Option<char> {
        let next = self.peek().filter(|next| wanted.contains(next))?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// An error at the place that was reached, counted in characters from 1.
    fn fails(&self, why: &'static str) -> CloseError {
        let place = self.text.get(..self.at).map_or(0, |before| before.chars().count()) + 1;
        CloseError::BadFormula { formula: self.text.into(), place, why }
    }

    fn count(&mut self) -> Result<(), CloseError> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(self.fails("it has more than 256 terms: make two of it"));
        }
        Ok(())
    }

    fn sum(&mut self) -> Result<Node, CloseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fails("it is nested too deep"));
        }
        let first = self.product()?;
        let mut node = self.rounded(first)?;
        while let Some(op) = self.take(&['+', '-']) {
            let sum = Node::Two(op, Box::new(node), Box::new(self.product()?));
            node = self.rounded(sum)?;
        }
        if matches!(node, Node::Rounded(..)) && matches!(self.peek(), Some('*' | '/')) {
            return Err(self.fails("put what is rounded in brackets, to multiply or divide it"));
        }
        self.depth -= 1;
        Ok(node)
    }

    fn product(&mut self) -> Result<Node, CloseError> {
        let mut node = self.atom()?;
        while let Some(op) = self.take(&['*', '/']) {
            node = Node::Two(op, Box::new(node), Box::new(self.atom()?));
        }
        Ok(node)
    }

    fn atom(&mut self) -> Result<Node, CloseError> {
        self.count()?;
        match self.peek() {
            Some('-') => {
                self.at += 1;
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(self.fails("it is nested too deep"));
                }
                let node = Node::Minus(Box::new(self.atom()?));
                self.depth -= 1;
                Ok(node)
            }
            Some('(') => {
                self.at += 1;
                let node = self.sum()?;
                match self.take(&[')']) {
                    Some(_) => Ok(node),
                    None => Err(self.fails("a bracket is not closed")),
                }
            }
            Some(digit) if digit.is_ascii_digit() => {
                let number = self.while_is(|c| c.is_ascii_digit() || c == '.');
                // As exactly as it is written, or not at all.
                let parsed = decimal::parse(number).ok().filter(|_| !number.ends_with('.'));
                parsed.map(Node::Number).ok_or_else(|| self.fails("this is no number"))
            }
            Some(letter) if letter.is_alphabetic() => {
                let name = self.while_is(|c| c.is_alphanumeric() || c == '_');
                match name {
                    "rounded" | "to" => Err(self.fails("an amount is expected before this word")),
                    name => Ok(Node::Input(name.into())),
                }
            }
            Some(_) => Err(self.fails("a number, an input or a bracket is expected")),
            None => Err(self.fails("a number, an input or a bracket is expected at the end")),
        }
    }

    fn while_is(&mut self, is: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !is(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn word(&mut self, word: &str) -> bool {
        self.peek();
        let found = self.rest().strip_prefix(word);
        let ends = found.is_some_and(|rest| {
            rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_')
        });
        if ends {
            self.at += word.len();
        }
        ends
    }

    /// `rounded half up`, `rounded down to 4`: of all that stands before it in its bracket.
    fn rounded(&mut self, mut node: Node) -> Result<Node, CloseError> {
        while self.word("rounded") {
            self.count()?;
            let rules = [
                ("half up", Rounding::HalfUp),
                ("half down", Rounding::HalfDown),
                ("half even", Rounding::HalfEven),
                ("up", Rounding::Up),
                ("down", Rounding::Down),
            ];
            let start = self.at;
            let rule = rules.into_iter().find(|(words, _)| {
                self.at = start;
                words.split(' ').all(|word| self.word(word))
            });
            let Some((_, rule)) = rule else {
                return Err(
                    self.fails("a rule is expected: half up, half down, half even, up, down")
                );
            };
            let to = if self.word("to") {
                self.peek();
                let digits = self.while_is(|c| c.is_ascii_digit());
                let digits = digits.parse().ok().filter(|digits| *digits <= 12);
                Some(digits.ok_or_else(|| self.fails("a number of digits up to 12 is expected"))?)
            } else {
                None
            };
            node = Node::Rounded(Box::new(node), rule, to);
        }
        Ok(node)
    }
}
