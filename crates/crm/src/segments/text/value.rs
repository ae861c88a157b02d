//! Names and values.

use super::lexer::{Spot, Token};
use super::parse::{Parser, Part, Read};
use super::words::{WORDS, Want};
use crate::segments::predicate::{Compare, Literal};
use crate::segments::{SegmentError, Span};

impl Parser {
    /// A name; what it names has been said to `wants`.
    pub(super) fn name(&mut self, part: Part, inner: Option<usize>) -> Read<String> {
        let spot = self.spot();
        let name = match self.peek() {
            Token::Name(name) => name.clone(),
            Token::Word(word) if !WORDS.contains(&word.as_str()) => word.clone(),
            _ => return Err(self.refused()),
        };
        self.mark(inner, part, spot);
        self.step_on();
        Ok(name)
    }

    pub(super) fn text(&mut self) -> Read<String> {
        let Token::Text(text) = self.peek() else {
            self.wants.push(Want::Text);
            return Err(self.refused());
        };
        let text = text.clone();
        self.step_on();
        Ok(text)
    }

    pub(super) fn compare(&mut self) -> Read<Compare> {
        const ALL: [Compare; 6] = [
            Compare::Equal,
            Compare::NotEqual,
            Compare::AtMost,
            Compare::AtLeast,
            Compare::Less,
            Compare::More,
        ];
        let found = ALL.into_iter().find(|compare| self.sign(compare.sign()));
        found.ok_or_else(|| self.refused())
    }

    pub(super) fn value(&mut self, number: usize, inner: Option<usize>) -> Read<Literal> {
        let spot = self.spot();
        self.mark(inner, Part::Value(number), spot);
        let negative = self.sign("-");
        self.wants.retain(|want| *want != Want::Sign("-"));
        let value = match self.peek().clone() {
            Token::Number(number) => {
                let unit = self.tokens.get(self.at + 1).map(|(_, token)| token);
                let is_span = matches!(unit, Some(Token::Word(word)) if Span::is_unit(word));
                if is_span && !negative {
                    return self.span().map(Literal::Span);
                }
                Literal::Number(if negative { -number } else { number })
            }
            _ if negative => {
                self.wants.push(Want::Number);
                return Err(self.refused());
            }
            Token::Text(text) => Literal::Text(text),
            Token::Day(day) => Literal::Day(day),
            Token::Instant(at) => Literal::Instant(at),
            Token::Local(at, zone) => Literal::Local(at, zone),
            Token::Word(word) if word == "true" => Literal::Flag(true),
            Token::Word(word) if word == "false" => Literal::Flag(false),
            _ => {
                self.wants.extend([Want::Number, Want::Value]);
                return Err(self.refused());
            }
        };
        self.step_on();
        Ok(value)
    }

    /// A whole number, not below zero.
    pub(super) fn count(&mut self) -> Read<u32> {
        let Token::Number(number) = self.peek() else {
            self.wants.push(Want::Number);
            return Err(self.refused());
        };
        let whole = u32::try_from(*number).ok().filter(|_| number.fract().is_zero());
        let whole = whole.ok_or_else(|| self.syntax("a whole number".into()))?;
        self.step_on();
        Ok(whole)
    }

    pub(super) fn number(&mut self) -> Read<rust_decimal::Decimal> {
        match self.value(0, None)? {
            Literal::Number(number) => Ok(number),
            _ => {
                self.at -= 1;
                self.wants = vec![Want::Number];
                Err(self.refused())
            }
        }
    }

    pub(super) fn span(&mut self) -> Read<Span> {
        let spot = self.spot();
        let count = self.count()?;
        self.unit(spot, count)
    }

    pub(super) fn unit(&mut self, spot: Spot, count: u32) -> Read<Span> {
        let Token::Word(word) = self.peek() else {
            self.wants.push(Want::Unit);
            return Err(self.refused());
        };
        let word = word.clone();
        let span = Span::of(i64::from(count), &word).map_err(|why| SegmentError::Syntax {
            place: if Span::is_unit(&word) { spot.into() } else { self.spot().into() },
            found: format!("{count} {word}"),
            wanted: format!("a length of time ({why})"),
        })?;
        self.step_on();
        Ok(span)
    }
}
