//! Expressions and statements as trees: what is read, before anybody knows what the names mean.

use super::lex::{Token, Word, words};

/// How deep an expression may lie in itself, so that no file overflows the stack.
const MOST_DEPTH: usize = 100;

/// An expression, and where its most telling word stands, in bytes.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Whole(i64),
    Double(f64),
    Text(String),
    Name(String),
    /// `BigDecimal.ZERO`, or a variable named with the class it is in.
    Field(Box<Expr>, String),
    /// `x.add(y)`, or `BigDecimal.valueOf(1)`.
    Call(Box<Expr>, String, Vec<Expr>),
    /// `new BigDecimal(0)`.
    New(String, Vec<Expr>),
    /// `TAB1[J]`.
    Index(Box<Expr>, Box<Expr>),
    /// `{a, b}`, of constants.
    List(Vec<Expr>),
    /// `(int) x`
    Cast(String, Box<Expr>),
    Negative(Box<Expr>),
    Not(Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// `condition ? one : other`
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// `NAME = value`.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) value: Expr,
}

/// Where something can't be read, and why.
pub(super) type Fault = (usize, String);

/// One expression.
pub(super) fn expression(code: &str) -> Result<Expr, Fault> {
    let mut parser = Parser::of(code)?;
    let read = parser.expression()?;
    parser.end()?;
    Ok(read)
}

/// Assignments, separated by semicolons; a last one is of no matter.
pub(super) fn assignments(code: &str) -> Result<Vec<Assignment>, Fault> {
    let mut parser = Parser::of(code)?;
    let mut found = Vec::new();
    while parser.peek().is_some() {
        found.push(parser.assignment()?);
        while parser.takes(";") {}
    }
    match found.is_empty() {
        true => Err((0, "there is nothing to do: give an assignment such as X = Y".to_owned())),
        false => Ok(found),
    }
}

/// Binary operators by how tightly they bind, loosest first.
const BINDING: &[&[&str]] =
    &[&["||"], &["&&"], &["==", "!="], &["<", "<=", ">", ">="], &["+", "-"], &["*", "/", "%"]];

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    length: usize,
}

impl Parser {
    fn of(code: &str) -> Result<Self, Fault> {
        Ok(Self { tokens: words(code)?, next: 0, depth: 0, length: code.len() })
    }

    fn assignment(&mut self) -> Result<Assignment, Fault> {
        let at = self.at();
        let name = self.name("a variable to assign to")?;
        for (sign, operator) in [
            ("=", None),
            ("+=", Some("+")),
            ("-=", Some("-")),
            ("*=", Some("*")),
            ("/=", Some("/")),
        ] {
            if !self.takes(sign) {
                continue;
            }
            let right = self.expression()?;
            let value = match operator {
                None => right,
                Some(operator) => {
                    let before = Expr { at, kind: Kind::Name(name.clone()) };
                    Expr { at, kind: Kind::Binary(operator, Box::new(before), Box::new(right)) }
                }
            };
            return Ok(Assignment { at, name, value });
        }
        Err(self.expected("= after the variable"))
    }

    fn expression(&mut self) -> Result<Expr, Fault> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err((self.at(), "the expression lies too deep in itself: part it".to_owned()));
        }
        let condition = self.binary(0)?;
        let at = self.at();
        let read = if self.takes("?") {
            let one = self.expression()?;
            self.needs(":")?;
            let other = self.expression()?;
            Expr { at, kind: Kind::Choice(Box::new(condition), Box::new(one), Box::new(other)) }
        } else {
            condition
        };
        self.depth -= 1;
        Ok(read)
    }

    fn binary(&mut self, level: usize) -> Result<Expr, Fault> {
        let Some(operators) = BINDING.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = operators.iter().find(|sign| self.sees(sign)) {
            let at = self.at();
            self.next += 1;
            let right = self.binary(level + 1)?;
            left = Expr { at, kind: Kind::Binary(operator, Box::new(left), Box::new(right)) };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err((at, "the expression lies too deep in itself: part it".to_owned()));
        }
        let read = if self.takes("-") {
            Expr { at, kind: Kind::Negative(Box::new(self.unary()?)) }
        } else if self.takes("+") {
            self.unary()?
        } else if self.takes("!") {
            Expr { at, kind: Kind::Not(Box::new(self.unary()?)) }
        } else if let Some(to) = self.cast() {
            Expr { at, kind: Kind::Cast(to, Box::new(self.unary()?)) }
        } else {
            self.postfix()?
        };
        self.depth -= 1;
        Ok(read)
    }

    /// `(int)`, `(long)` or `(double)`.
    fn cast(&mut self) -> Option<String> {
        let [open, name, close] = self.tokens.get(self.next..self.next + 3)? else { return None };
        let Word::Name(to) = &name.word else { return None };
        let is = open.word == Word::Sign("(") && close.word == Word::Sign(")");
        let primitive = ["int", "long", "double"].contains(&to.as_str());
        (is && primitive).then(|| to.clone()).inspect(|_| self.next += 3)
    }

    fn postfix(&mut self) -> Result<Expr, Fault> {
        let mut read = self.primary()?;
        loop {
            let at = self.at();
            if self.takes(".") {
                let name = self.name("a method or a field after the point")?;
                let kind = match self.takes("(") {
                    true => Kind::Call(Box::new(read), name, self.list(")")?),
                    false => Kind::Field(Box::new(read), name),
                };
                read = Expr { at: at + 1, kind };
            } else if self.takes("[") {
                let index = self.expression()?;
                self.needs("]")?;
                read = Expr { at, kind: Kind::Index(Box::new(read), Box::new(index)) };
            } else {
                return Ok(read);
            }
        }
    }

    fn primary(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        let Some(token) = self.tokens.get(self.next) else { return Err(self.expected("a value")) };
        let word = token.word.clone();
        self.next += 1;
        let kind = match word {
            Word::Whole(value) => Kind::Whole(value),
            Word::Double(value) => Kind::Double(value),
            Word::Text(text) => Kind::Text(text),
            Word::Name(name) if name == "new" => {
                let class = self.name("a class after new")?;
                self.needs("(")?;
                Kind::New(class, self.list(")")?)
            }
            Word::Name(name) => Kind::Name(name),
            Word::Sign("(") => {
                let read = self.expression()?;
                self.needs(")")?;
                return Ok(read);
            }
            Word::Sign("{") => Kind::List(self.list("}")?),
            Word::Sign(_) => {
                self.next -= 1;
                return Err(self.expected("a value"));
            }
        };
        Ok(Expr { at, kind })
    }

    /// Expressions up to the closing bracket, separated by commas.
    fn list(&mut self, close: &'static str) -> Result<Vec<Expr>, Fault> {
        let mut found = Vec::new();
        while !self.takes(close) {
            found.push(self.expression()?);
            if !self.takes(",") && !self.sees(close) {
                return Err(self.expected(", or the closing bracket"));
            }
        }
        Ok(found)
    }

    fn name(&mut self, what: &str) -> Result<String, Fault> {
        match self.peek() {
            Some(Word::Name(name)) => {
                let name = name.clone();
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.expected(what)),
        }
    }

    fn peek(&self) -> Option<&Word> {
        self.tokens.get(self.next).map(|token| &token.word)
    }

    fn sees(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Word::Sign(found)) if *found == sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is = self.sees(sign);
        self.next += usize::from(is);
        is
    }

    fn needs(&mut self, sign: &'static str) -> Result<(), Fault> {
        if self.takes(sign) { Ok(()) } else { Err(self.expected(sign)) }
    }

    fn end(&self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.expected("the end")),
        }
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.length, |token| token.at)
    }

    fn expected(&self, what: &str) -> Fault {
        let found = match self.peek() {
            None => "it ends".to_owned(),
            Some(Word::Name(name)) => format!("there is {name}"),
            Some(Word::Text(text)) => format!("there is {text:?}"),
            Some(Word::Whole(value)) => format!("there is {value}"),
            Some(Word::Double(value)) => format!("there is {value}"),
            Some(Word::Sign(sign)) => format!("there is {sign}"),
        };
        (self.at(), format!("{found} where {what} is expected"))
    }
}
