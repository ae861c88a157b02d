//! A formula's text as words and signs, each with its place.

use fondaco_core::decimal;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::RuleError;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Number(Decimal),
    Percent(Decimal),
    Text(SmolStr),
    Word(SmolStr),
    Sign(&'static str),
    End,
}

/// Longest first, so that `<=` is not read as `<`.
const SIGNS: &[&str] =
    &["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ","];

/// Every token with its column, counted in characters from 1; [`Token::End`] is the last.
pub(crate) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, RuleError> {
    let mut found = Vec::new();
    let (mut rest, mut column) = (text, 1);
    loop {
        let trimmed = rest.trim_start();
        column += rest[..rest.len() - trimmed.len()].chars().count();
        rest = trimmed;
        let Some(first) = rest.chars().next() else {
            found.push((column, Token::End));
            return Ok(found);
        };
        let (token, length) = token(first, rest).map_err(|why| bad(column, why))?;
        found.push((column, token));
        column += rest[..length].chars().count();
        rest = &rest[length..];
    }
}

pub(crate) fn bad(column: usize, why: impl Into<String>) -> RuleError {
    RuleError::BadFormula { column, why: why.into() }
}

/// The token that a text begins with, and its length in bytes.
fn token(first: char, rest: &str) -> Result<(Token, usize), String> {
    if first.is_ascii_digit() {
        return number(rest);
    }
    if first == '\'' || first == '"' {
        return text(first, rest);
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
        return Ok((Token::Word(rest[..length].into()), length));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => Err(format!(
            "{first:?} means nothing here: write numbers, names and + - * / ( ) [ ] , == != < <= > >="
        )),
    }
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let value = decimal::parse(&rest[..length]).map_err(|error| error.to_string())?;
    match rest[length..].strip_prefix('%') {
        Some(_) => Ok((Token::Percent(value), length + 1)),
        None => Ok((Token::Number(value), length)),
    }
}

fn text(quote: char, rest: &str) -> Result<(Token, usize), String> {
    let inner = &rest[1..];
    match inner.find(quote) {
        Some(end) => Ok((Token::Text(inner[..end].into()), end + 2)),
        None => Err(format!("a text that begins with {quote} does not end: close it with {quote}")),
    }
}
