//! Formulas over the rows of a layout.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Peekable;
use std::str::{Chars, FromStr};

use fondaco_core::{Rounding, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::LayoutError;

/// Digits after the point of what a division gives, rounded half-up.
pub(super) const RATIO_DIGITS: u32 = 6;

/// How a row is made of others: `sales - costs`, `profit / sales`, `max(equity, 0)`, `rows` for those right under it.
///
/// `+`, `-`, `*`, `/`, brackets, numbers with a point, `min` and `max` of two; at most 200 rows and numbers. A figure is what its row shows, with its row's sign. A
/// division is rounded to six digits; by zero it gives nothing, and so does what is made of it. Which of two `min` and `max` are is said by all columns of the
/// same days together, where a dimension splits them: so rows add up across.
///
/// ```
/// use fondaco_accounting::reports::Formula;
/// let margin: Formula = "(sales - costs) / sales".parse()?;
/// assert_eq!(margin.to_string(), "(sales - costs) / sales");
/// assert_eq!(margin.rows().collect::<Vec<_>>(), ["sales", "costs", "sales"]);
/// let error = "sales +".parse::<Formula>().unwrap_err();
/// assert_eq!(error.code(), "accounting.layout_formula");
/// # Ok::<(), fondaco_accounting::reports::LayoutError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Formula {
    text: SmolStr,
    root: Node,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    Number(Decimal),
    Row(SmolStr),
    /// The rows right under the one that it belongs to.
    Below,
    Minus(Box<Node>),
    Two(Op, Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Op {
    Plus,
    Less,
    Times,
    By,
    Min,
    Max,
}

impl Formula {
    /// The sum of the rows right under the one that it belongs to.
    pub fn below() -> Formula {
        Formula { text: SmolStr::new_static("rows"), root: Node::Below }
    }

    /// The rows that it names, in order.
    pub fn rows(&self) -> impl Iterator<Item = &str> {
        let mut found = Vec::new();
        self.root.rows(&mut found);
        found.into_iter()
    }

    /// Whether it is made of the rows right under its own.
    pub fn is_of_rows_below(&self) -> bool {
        self.root.has_below()
    }

    /// What it comes to: `row` gives a row's figure, `below` that of the rows under its own. `None` where a row has none, after a
    /// division by zero, and beyond 28 digits.
    pub(crate) fn value(
        &self,
        row: &mut dyn FnMut(&str, Column) -> Option<Decimal>,
        below: &mut dyn FnMut(Column) -> Option<Decimal>,
    ) -> Option<Decimal> {
        self.root.value(Column::Own, row, below)
    }

    /// What it adds, and whether it takes it off instead, given the figures of the rows; `None` where it can't be reckoned.
    pub(crate) fn summands(
        &self,
        row: &mut dyn FnMut(&str, Column) -> Option<Decimal>,
        below: &mut dyn FnMut(Column) -> Option<Decimal>,
    ) -> Option<Vec<(Summand<'_>, bool)>> {
        let mut found = Vec::new();
        self.root.summands(false, row, below, &mut found)?;
        Some(found)
    }
}

/// Of which column a figure is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// Of the one that is reckoned.
    Own,
    /// Of all columns of its days together, where a dimension splits them.
    Total,
}

/// A part of a formula that is added up with others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Summand<'f> {
    /// A row.
    Row(&'f str),
    /// The rows under its own.
    Below,
    /// A number that the layout names.
    Number(Decimal),
    /// What comes of multiplying or dividing.
    Reckoned(Decimal),
}

impl Node {
    fn rows<'n>(&'n self, found: &mut Vec<&'n str>) {
        match self {
            Node::Row(code) => found.push(code),
            Node::Minus(of) => of.rows(found),
            Node::Two(_, a, b) => {
                a.rows(found);
                b.rows(found);
            }
            Node::Number(_) | Node::Below => {}
        }
    }

    fn has_below(&self) -> bool {
        match self {
            Node::Below => true,
            Node::Minus(of) => of.has_below(),
            Node::Two(_, a, b) => a.has_below() || b.has_below(),
            Node::Number(_) | Node::Row(_) => false,
        }
    }

    fn summands<'n>(
        &'n self,
        less: bool,
        row: &mut dyn FnMut(&str, Column) -> Option<Decimal>,
        below: &mut dyn FnMut(Column) -> Option<Decimal>,
        found: &mut Vec<(Summand<'n>, bool)>,
    ) -> Option<()> {
        match self {
            Node::Row(code) => found.push((Summand::Row(code), less)),
            Node::Below => found.push((Summand::Below, less)),
            Node::Number(value) => found.push((Summand::Number(*value), less)),
            Node::Minus(of) => of.summands(!less, row, below, found)?,
            Node::Two(op @ (Op::Plus | Op::Less), a, b) => {
                a.summands(less, row, below, found)?;
                b.summands(less != (*op == Op::Less), row, below, found)?;
            }
            // The one of the two that it is.
            Node::Two(op @ (Op::Min | Op::Max), a, b) => {
                chosen(*op, (a, b), row, below)?.summands(less, row, below, found)?;
            }
            Node::Two(Op::Times | Op::By, ..) => {
                found.push((Summand::Reckoned(self.value(Column::Own, row, below)?), less));
            }
        }
        Some(())
    }

    fn value(
        &self,
        of: Column,
        row: &mut dyn FnMut(&str, Column) -> Option<Decimal>,
        below: &mut dyn FnMut(Column) -> Option<Decimal>,
    ) -> Option<Decimal> {
        match self {
            Node::Number(value) => Some(*value),
            Node::Row(code) => row(code, of),
            Node::Below => below(of),
            Node::Minus(node) => Decimal::ZERO.checked_sub(node.value(of, row, below)?),
            Node::Two(op @ (Op::Min | Op::Max), a, b) => {
                chosen(*op, (a, b), row, below)?.value(of, row, below)
            }
            Node::Two(op, a, b) => {
                let (a, b) = (a.value(of, row, below)?, b.value(of, row, below)?);
                match op {
                    Op::Plus => a.checked_add(b),
                    Op::Less => a.checked_sub(b),
                    Op::Times => a.checked_mul(b),
                    Op::By => decimal::div_round(a, b, RATIO_DIGITS, Rounding::HalfUp).ok(),
                    Op::Min | Op::Max => None, // one of the two, above
                }
            }
        }
    }
}

impl Node {
    /// Which of two equal ones `min` and `max` choose: of `max(equity, 0)` and `max(-equity, 0)` one has the equity, though it comes to nought.
    fn goes_before(&self) -> u8 {
        match self {
            Node::Minus(_) => 0,
            Node::Number(_) => 1,
            Node::Row(_) | Node::Below | Node::Two(..) => 2,
        }
    }
}

/// Of two that `min` or `max` compares the one that it is: for all columns of the same days together, so that a row adds up across.
fn chosen<'n>(
    op: Op,
    (a, b): (&'n Node, &'n Node),
    row: &mut dyn FnMut(&str, Column) -> Option<Decimal>,
    below: &mut dyn FnMut(Column) -> Option<Decimal>,
) -> Option<&'n Node> {
    let (of_a, of_b) = (a.value(Column::Total, row, below)?, b.value(Column::Total, row, below)?);
    let first = match of_a.cmp(&of_b) {
        Ordering::Less => op == Op::Min,
        Ordering::Greater => op == Op::Max,
        Ordering::Equal => a.goes_before() > b.goes_before(),
    };
    Some(if first { a } else { b })
}

/// How deep brackets may stand in one another.
const MAX_DEPTH: usize = 32;
/// How many rows and numbers a formula may name: each is one step deeper in its tree.
const MAX_TERMS: usize = 200;

struct Reader<'t> {
    chars: Peekable<Chars<'t>>,
    depth: usize,
    terms: usize,
}

impl Reader<'_> {
    fn skip_blanks(&mut self) {
        while self.chars.next_if(|c| c.is_whitespace()).is_some() {}
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.skip_blanks();
        self.chars.next_if_eq(&wanted).is_some()
    }

    fn must(&mut self, wanted: char) -> Result<(), String> {
        match self.takes(wanted) {
            true => Ok(()),
            false => Err(format!("a {wanted} is missing")),
        }
    }

    fn sum(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!(
                "more than {MAX_DEPTH} brackets in one another: make rows of its parts"
            ));
        }
        let mut left = self.product()?;
        loop {
            let op = if self.takes('+') {
                Op::Plus
            } else if self.takes('-') {
                Op::Less
            } else {
                self.depth -= 1;
                return Ok(left);
            };
            left = Node::Two(op, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Node, String> {
        let mut left = self.one()?;
        loop {
            let op = if self.takes('*') {
                Op::Times
            } else if self.takes('/') {
                Op::By
            } else {
                return Ok(left);
            };
            left = Node::Two(op, Box::new(left), Box::new(self.one()?));
        }
    }

    fn one(&mut self) -> Result<Node, String> {
        if self.takes('-') {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err("too many signs".to_owned());
            }
            let of = self.one()?;
            self.depth -= 1;
            return Ok(Node::Minus(Box::new(of)));
        }
        if self.takes('(') {
            let inside = self.sum()?;
            self.must(')')?;
            return Ok(inside);
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(format!(
                "it names more than {MAX_TERMS} rows and numbers: make rows of its parts"
            ));
        }
        let word = self.word();
        match word.chars().next() {
            Some(c) if c.is_ascii_digit() => number(&word),
            Some(_) => self.named(word),
            None => Err(match self.chars.peek() {
                Some(c) => format!("a row or a number was expected at {c:?}"),
                None => "a row or a number is missing at its end".to_owned(),
            }),
        }
    }

    fn named(&mut self, word: String) -> Result<Node, String> {
        let op = match word.as_str() {
            "rows" => return Ok(Node::Below),
            "min" => Op::Min,
            "max" => Op::Max,
            _ => return Ok(Node::Row(word.into())),
        };
        self.must('(')?;
        let a = self.sum()?;
        self.must(',')?;
        let b = self.sum()?;
        self.must(')')?;
        Ok(Node::Two(op, Box::new(a), Box::new(b)))
    }

    fn word(&mut self) -> String {
        self.skip_blanks();
        let mut word = String::new();
        while let Some(c) = self.chars.next_if(|c| in_code(*c)) {
            word.push(c);
        }
        word
    }
}

fn number(word: &str) -> Result<Node, String> {
    let value = decimal::parse(word);
    value.map(Node::Number).map_err(|error| format!("{error}; codes of rows begin with a letter"))
}

/// Whether a code of a row can have it.
fn in_code(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_')
}

/// Whether a text can name a row: letters, digits, `.` and `_`, with a letter first, and no word that formulas have.
pub(super) fn is_row_code(text: &str) -> bool {
    text.len() <= 64
        && text.chars().next().is_some_and(char::is_alphabetic)
        && text.chars().all(in_code)
        && !matches!(text, "rows" | "min" | "max")
}

impl FromStr for Formula {
    type Err = LayoutError;

    fn from_str(text: &str) -> Result<Formula, LayoutError> {
        let text = text.trim();
        let mut reader = Reader { chars: text.chars().peekable(), depth: 0, terms: 0 };
        let whole = reader.sum().and_then(|root| {
            reader.skip_blanks();
            match reader.chars.peek() {
                None => Ok(root),
                Some(c) => Err(format!("it should have ended before {c:?}")),
            }
        });
        let root = whole.map_err(|why| LayoutError::Formula { text: text.to_owned(), why })?;
        Ok(Formula { text: text.into(), root })
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Formula {
    type Error = LayoutError;

    fn try_from(text: String) -> Result<Formula, LayoutError> {
        text.parse()
    }
}

impl From<Formula> for String {
    fn from(formula: Formula) -> String {
        formula.text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        let formula: Formula = text.parse().unwrap();
        let mut row = |code: &str, _: Column| match code {
            "a" => Some(Decimal::from(6)),
            "b.1" => Some(Decimal::from(-4)),
            _ => None,
        };
        let of = formula.value(&mut row, &mut |_| Some(Decimal::from(100)));
        of.map(|value| value.normalize().to_string())
    }

    #[test]
    fn they_reckon_as_schools_teach_it() {
        for (text, result) in [
            ("a + b.1 * 2", "-2"),
            ("(a + b.1) * 2", "4"),
            ("a - b.1 - 1", "9"),
            ("-a / b.1", "1.5"),
            ("a - -a", "12"),
            ("1 / 3", "0.333333"),
            ("max(b.1, 0) + min(b.1, 0)", "-4"),
            ("rows / a", "16.666667"),
            ("0.5 * a", "3"),
        ] {
            assert_eq!(value(text).as_deref(), Some(result), "{text}");
        }
        assert_eq!(value("a / (a - 6)"), None, "by zero there is nothing");
        assert_eq!(value("a + c"), None, "nor of a row that has nothing");
    }

    #[test]
    fn what_is_no_formula_is_refused_with_the_place() {
        let why = |text: &str| text.parse::<Formula>().unwrap_err().to_string();
        assert!(why("").ends_with("missing at its end"));
        assert!(why("a b").contains("should have ended before 'b'"));
        assert!(why("(a").contains("a ) is missing"));
        assert!(why("a + %").contains("expected at '%'"));
        assert!(why("1a").contains("begin with a letter"));
        assert!(why("max(a)").contains("a , is missing"));
        assert!(why(&"(".repeat(99)).contains("in one another"));
        assert!(why(&"-".repeat(99)).contains("too many signs"));
        let sum = |terms: usize| vec!["a"; terms].join(" + ");
        assert!(why(&sum(100_000)).contains("more than 200 rows and numbers"));
        assert_eq!(value(&sum(200)).as_deref(), Some("1200"));
    }

    /// A site owes 4 where all together have 6: of the site too it is the row, and not nothing.
    #[test]
    fn of_two_all_columns_together_choose() {
        let of = |text: &str| {
            let formula: Formula = text.parse().unwrap();
            let mut row = |_: &str, of: Column| match of {
                Column::Own => Some(Decimal::from(-4)),
                Column::Total => Some(Decimal::from(6)),
            };
            let value = formula.value(&mut row, &mut |_| None).unwrap().to_string();
            (value, format!("{:?}", formula.summands(&mut row, &mut |_| None).unwrap()))
        };
        assert_eq!(of("max(a, 0)"), ("-4".into(), r#"[(Row("a"), false)]"#.into()));
        assert_eq!(of("min(a, 0)"), ("0".into(), "[(Number(0), false)]".into()));
        assert_eq!(of("max(-a, 0)").0, "0");
    }

    /// What comes to nought over all columns is in one of two rows, not in neither.
    #[test]
    fn of_two_equal_ones_one_has_what_is_under_it() {
        let of = |text: &str| {
            let formula: Formula = text.parse().unwrap();
            let mut row = |_: &str, of: Column| match of {
                Column::Own => Some(Decimal::from(-4)),
                Column::Total => Some(Decimal::ZERO),
            };
            formula.value(&mut row, &mut |_| None).unwrap().to_string()
        };
        for text in ["max(a, 0)", "max(0, a)", "min(a, 0)", "min(0, a)"] {
            assert_eq!(of(text), "-4", "{text}");
        }
        for text in ["max(-a, 0)", "max(0, -a)", "min(-a, 0)", "min(0, -a)"] {
            assert_eq!(of(text), "0", "{text}");
        }
    }

    #[test]
    fn sums_have_summands() {
        let of = |text: &str| {
            let formula: Formula = text.parse().unwrap();
            let mut row = |code: &str, _: Column| (code != "c").then(|| Decimal::from(code.len()));
            let found = formula.summands(&mut row, &mut |_| Some(Decimal::ONE));
            found.map(|found| format!("{found:?}"))
        };
        let said = |text: &str| of(text).unwrap();
        assert_eq!(
            said("a - (b - rows)"),
            r#"[(Row("a"), false), (Row("b"), true), (Below, false)]"#
        );
        assert_eq!(said("max(-a, bb - 1)"), r#"[(Row("bb"), false), (Number(1), true)]"#);
        assert_eq!(said("-min(a, bb)"), r#"[(Row("a"), true)]"#);
        assert_eq!(said("a / bb"), "[(Reckoned(0.5), false)]");
        assert_eq!(of("max(c, 1)"), None);
    }
}
