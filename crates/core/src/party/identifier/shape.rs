//! Patterns of numbers, and which part of a text does not fit them.

use smol_str::SmolStr;

use super::Flaw;

/// A pattern and its check digits. In the pattern `9` is a digit, `A` a letter, `X` either, `?` a letter, a digit, `+` or `*`,
/// and `#U` the letter U; the check gets what fits the pattern.
pub(super) type Shape = (&'static str, fn(&[u8]) -> bool);

/// The pattern that fits.
pub(super) fn fit(shapes: &[Shape], of: &'static str, text: &str) -> Result<Shape, Flaw> {
    let alike = |shape: &&Shape| tokens(shape.0).count() == text.len();
    let mut flaw = None;
    let mut fitting = shapes.iter().filter(alike).filter(|shape| match odd(shape.0, text) {
        Some(at) => {
            let Flaw::Character { at: best } = flaw.get_or_insert(Flaw::Character { at }) else {
                return false;
            };
            *best = at.max(*best);
            false
        }
        None => true,
    });
    let first = fitting.next();
    let checked = first.into_iter().chain(fitting).find(|shape| (shape.1)(text.as_bytes()));
    match (checked, first, flaw) {
        (Some(shape), ..) => Ok(*shape),
        (None, Some(_), _) => Err(Flaw::CheckDigits),
        (None, None, Some(flaw)) => Err(flaw),
        (None, None, None) => {
            Err(Flaw::Length { found: text.len(), expected: lengths(shapes), of })
        }
    }
}

/// The lengths that there are, as a list.
fn lengths(shapes: &[Shape]) -> SmolStr {
    let mut lengths: Vec<usize> = shapes.iter().map(|shape| tokens(shape.0).count()).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
    lengths.join(" or ").into()
}

/// The place, counted from 1, of the first character that does not fit.
fn odd(pattern: &str, text: &str) -> Option<usize> {
    let stands = |(token, byte): (Token, u8)| match token {
        Token::Digit => byte.is_ascii_digit(),
        Token::Letter => byte.is_ascii_uppercase(),
        Token::Either => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        Token::Any => byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"+*".contains(&byte),
        Token::Just(wanted) => byte == wanted,
    };
    tokens(pattern).zip(text.bytes()).position(|pair| !stands(pair)).map(|at| at + 1)
}

#[derive(Clone, Copy)]
enum Token {
    Digit,
    Letter,
    Either,
    Any,
    Just(u8),
}

fn tokens(pattern: &str) -> impl Iterator<Item = Token> {
    let mut bytes = pattern.bytes();
    std::iter::from_fn(move || {
        Some(match bytes.next()? {
            b'9' => Token::Digit,
            b'A' => Token::Letter,
            b'X' => Token::Either,
            b'?' => Token::Any,
            b'#' => Token::Just(bytes.next()?),
            other => Token::Just(other),
        })
    })
}
