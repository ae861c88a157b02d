//! A predicate's text as words and signs, each with its place.

use chrono::{NaiveDate, NaiveDateTime};
use fondaco_core::{Timestamp, decimal};
use rust_decimal::Decimal;

use crate::segments::{Place, SegmentError};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A word of the language, or a name; of an event's attribute with its dot.
    Word(String),
    /// A name in backticks, which is never a word of the language.
    Name(String),
    Text(String),
    Number(Decimal),
    Day(NaiveDate),
    Instant(Timestamp),
    Local(NaiveDateTime, String),
    Sign(&'static str),
    End,
}

impl Token {
    /// As it is called in messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Token::Word(word) => format!("{word:?}"),
            Token::Name(name) => format!("`{name}`"),
            Token::Text(text) => format!("the text {text:?}"),
            Token::Number(number) => number.to_string(),
            Token::Day(day) => day.to_string(),
            Token::Instant(at) => at.to_string(),
            Token::Local(at, zone) => format!("{at}[{zone}]"),
            Token::Sign(sign) => format!("{sign:?}"),
            Token::End => "the end".into(),
        }
    }
}

/// Longest first, so that `<=` is not read as `<`.
const SIGNS: &[&str] = &["!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "*", ";", "-", "."];

/// Where a token begins: its line and its column in characters, both from 1, and its byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) byte: usize,
}

impl From<Spot> for Place {
    fn from(spot: Spot) -> Place {
        Place::Text { line: spot.line, column: spot.column }
    }
}

/// All tokens; [`Token::End`] is the last.
pub(super) fn tokens(text: &str) -> Result<Vec<(Spot, Token)>, SegmentError> {
    let mut found = Vec::new();
    let mut spot = Spot { line: 1, column: 1, byte: 0 };
    loop {
        let rest = &text[spot.byte..];
        let blank = rest.len() - rest.trim_start().len();
        spot = after(spot, &rest[..blank]);
        let rest = &text[spot.byte..];
        if rest.is_empty() {
            found.push((spot, Token::End));
            return Ok(found);
        }
        let (token, length) = token(rest).map_err(|(found, wanted)| SegmentError::Syntax {
            place: spot.into(),
            found,
            wanted,
        })?;
        found.push((spot, token));
        spot = after(spot, &rest[..length]);
    }
}

fn after(mut spot: Spot, passed: &str) -> Spot {
    spot.byte += passed.len();
    for c in passed.chars() {
        match c {
            '\n' => (spot.line, spot.column) = (spot.line + 1, 1),
            _ => spot.column += 1,
        }
    }
    spot
}

type Refused = (String, String);

/// The token that a text begins with, and its length in bytes.
fn token(rest: &str) -> Result<(Token, usize), Refused> {
    let first = rest.chars().next().unwrap_or(' ');
    if first.is_ascii_digit() {
        return number_or_time(rest);
    }
    if first == '"' || first == '`' {
        return quoted(first, rest);
    }
    if is_letter(first) {
        let length = word_length(rest);
        return Ok((Token::Word(rest[..length].to_owned()), length));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => Err((format!("{first:?}"), "a name, a value or a sign".into())),
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Words have letters, digits, `_` and single dots between such.
pub(super) fn word_length(rest: &str) -> usize {
    let mut chars = rest.char_indices().peekable();
    let mut end = 0;
    while let Some((at, c)) = chars.next() {
        let goes_on = match c {
            '.' => at > 0 && chars.peek().is_some_and(|(_, next)| is_letter(*next)),
            _ => is_letter(c) || c.is_numeric(),
        };
        if !goes_on {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

fn quoted(quote: char, rest: &str) -> Result<(Token, usize), Refused> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => text.extend(chars.next().map(|(_, c)| if c == 'n' { '\n' } else { c })),
            _ if c == quote => {
                let token = if quote == '"' { Token::Text(text) } else { Token::Name(text) };
                return Ok((token, at + 1));
            }
            _ => text.push(c),
        }
    }
    Err(("the end of a text that was not closed".into(), format!("another {quote}")))
}

/// A number, a day, an instant, or what clocks of a zone show (RFC 9557: `2026-03-29T03:30[Europe/Berlin]`).
fn number_or_time(rest: &str) -> Result<(Token, usize), Refused> {
    let bytes = rest.as_bytes();
    let is_day = bytes.len() >= 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    if !is_day {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let part = rest[digits..]
            .strip_prefix('.')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let part = part
            .map_or(0, |rest| 1 + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let length = digits + part;
        let number = decimal::parse(&rest[..length]);
        return number
            .map(|number| (Token::Number(number), length))
            .map_err(|error| (rest[..length].to_owned(), format!("a number ({error})")));
    }
    let time = |c: char| c.is_ascii_digit() || "-+:.TZ".contains(c);
    let length = rest.find(|c| !time(c)).unwrap_or(rest.len());
    let said = &rest[..length];
    if let Some(zone) = rest[length..].strip_prefix('[') {
        let end =
            zone.find(']').ok_or_else(|| ("a zone that was not closed".into(), "a ]".into()))?;
        let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(said, form).ok());
        let local =
            local.ok_or_else(|| (said.to_owned(), "such as 2026-03-29T03:30".to_owned()))?;
        return Ok((Token::Local(local, zone[..end].to_owned()), length + end + 2));
    }
    if let Ok(day) = said.parse() {
        return Ok((Token::Day(day), length));
    }
    match said.parse() {
        Ok(instant) => Ok((Token::Instant(instant), length)),
        Err(_) => {
            Err((said.to_owned(), "a day or an instant, such as 2026-07-01T12:00:00Z".to_owned()))
        }
    }
}
