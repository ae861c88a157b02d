//! The words of the expressions: the part of Java that PAP files are written in.

/// A word, and where it begins in the expression, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) word: Word,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Name(String),
    /// A whole number; with an `L` it is a `long`.
    Whole(i64),
    /// A number with a point, an exponent or a `D`: a `double`.
    Double(f64),
    Text(String),
    /// Brackets, operators and separators.
    Sign(&'static str),
}

/// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: &[&str] = &[
    "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "(", ")", "{", "}", "[", "]", ",",
    ";", ".", "=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":",
];

/// How many words an expression may have; the longest table of a published file has 600.
const MOST_WORDS: usize = 5_000;

/// The words of an expression, or what can't be read and where.
pub(super) fn words(code: &str) -> Result<Vec<Token>, (usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = code[at..].chars().next() {
        if found.len() > MOST_WORDS {
            return Err((at, format!("the expression has more than {MOST_WORDS} words: part it")));
        }
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let (word, length) = word(&code[at..], next).map_err(|why| (at, why))?;
        found.push(Token { at, word });
        at += length;
    }
    Ok(found)
}

fn word(rest: &str, next: char) -> Result<(Word, usize), String> {
    let digit_at = |at: usize| rest.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    if next.is_ascii_digit() || (next == '.' && digit_at(1)) {
        return number(rest);
    }
    if next.is_alphabetic() || next == '_' || next == '$' {
        let length = length(rest, |c| c.is_alphanumeric() || c == '_' || c == '$');
        return Ok((Word::Name(rest[..length].to_owned()), length));
    }
    if next == '"' || next == '\'' {
        let inside = &rest[1..];
        let end = inside.find(next).ok_or("a text has no end: close it with a quote")?;
        return Ok((Word::Text(inside[..end].to_owned()), end + 2));
    }
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
    sign.map(|sign| (Word::Sign(sign), sign.len()))
        .ok_or_else(|| format!("{next:?} has no meaning here"))
}

fn number(rest: &str) -> Result<(Word, usize), String> {
    let mut end = length(rest, |c| c.is_ascii_digit() || c == '.' || c == '_');
    if rest[end..].starts_with(['e', 'E']) {
        let signed = rest[end + 1..].starts_with(['+', '-']);
        let from = end + 1 + usize::from(signed);
        end = from + length(&rest[from..], |c| c.is_ascii_digit());
    }
    let text = rest[..end].replace('_', "");
    let (word, suffix) = match rest[end..].chars().next() {
        Some('d' | 'D' | 'f' | 'F') => (text.parse().ok().map(Word::Double), 1),
        Some('l' | 'L') => (text.parse().ok().map(Word::Whole), 1),
        _ if text.contains(['.', 'e', 'E']) => (text.parse().ok().map(Word::Double), 0),
        _ => (text.parse().ok().map(Word::Whole), 0),
    };
    let word = word.ok_or_else(|| format!("{text:?} is no number that has room"))?;
    Ok((word, end + suffix))
}

fn length(text: &str, part: impl Fn(char) -> bool) -> usize {
    text.find(|c| !part(c)).unwrap_or(text.len())
}
