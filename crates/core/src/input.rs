//! What every engine checks of the codes, texts and tags that it is given, before anything else.

use smol_str::SmolStr;

use crate::ErrorCode;
use crate::names::is_code;
use crate::store::{Field, Tags};

/// The longest text that stands in a line, in bytes.
const MAX_LINE: usize = 400;

/// A code, text or tag that can't be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "core")]
#[non_exhaustive]
pub enum InputError {
    /// A code that can't name anything.
    #[error(
        "{field} {code:?} is no code: a code has 1 to 64 bytes, no control characters, and no space at either end"
    )]
    #[kind(Invalid)]
    #[code("bad_code")]
    Code {
        /// The field.
        field: &'static str,
        /// What was given.
        code: SmolStr,
    },
    /// A text that can't stand in a line.
    #[error("{field} {text:?}: {why}")]
    #[kind(Invalid)]
    #[code("bad_text")]
    Text {
        /// The field.
        field: &'static str,
        /// How what was given begins.
        text: SmolStr,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// Tags that can't be kept.
    #[error("{field}: {why}")]
    #[kind(Invalid)]
    #[code("bad_tags")]
    Tags {
        /// The field.
        field: &'static str,
        /// What is wrong with one, and the way out.
        why: &'static str,
    },
}

/// A code that can name something: see [`is_code`].
///
/// ```
/// use fondaco_core::input::check_code;
/// assert!(check_code("item code", "BK-M68B").is_ok());
/// assert_eq!(check_code("item code", " BK").unwrap_err().code(), "core.bad_code");
/// ```
///
/// # Errors
/// [`InputError::Code`].
pub fn check_code(field: &'static str, code: &str) -> Result<(), InputError> {
    if is_code(code) { Ok(()) } else { Err(InputError::Code { field, code: beginning(code) }) }
}

/// A text that can stand in a line of a report: something, without blanks at its ends, control characters, or more than 400
/// bytes.
///
/// ```
/// use fondaco_core::input::check_line;
/// assert!(check_line("name", "Bolt M8 x 40").is_ok());
/// assert_eq!(
///     check_line("name", "Bolt\n").unwrap_err().to_string(),
///     "name \"Bolt\\n\": it begins or ends with a blank: leave that out",
/// );
/// ```
///
/// # Errors
/// [`InputError::Text`].
pub fn check_line(field: &'static str, text: &str) -> Result<(), InputError> {
    let why = match text {
        _ if text.trim().is_empty() => "it is empty: give one that people know",
        _ if text.trim() != text => "it begins or ends with a blank: leave that out",
        _ if text.chars().any(char::is_control) => {
            "it holds a line break or another control character: leave that out"
        }
        _ if text.len() > MAX_LINE => "it is longer than 400 bytes: shorten it",
        _ => return Ok(()),
    };
    Err(InputError::Text { field, text: beginning(text), why })
}

/// Tags that have names, and that every store can keep.
///
/// ```
/// use fondaco_core::input::check_tags;
/// assert!(check_tags("tags", &[("colour", "red")].into_iter().collect()).is_ok());
/// assert_eq!(check_tags("tags", &[("", "red")].into_iter().collect()).unwrap_err().code(), "core.bad_tags");
/// ```
///
/// # Errors
/// [`InputError::Tags`].
pub fn check_tags(field: &'static str, tags: &Tags) -> Result<(), InputError> {
    let why = match tags.iter().any(|(name, _)| name.trim().is_empty()) {
        true => Some("a tag has no name: give it one, such as colour"),
        false => tags.check(),
    };
    why.map_or(Ok(()), |why| Err(InputError::Tags { field, why }))
}

/// As much of a text as an error quotes.
fn beginning(text: &str) -> SmolStr {
    text.chars().take(80).filter(|&c| c != '\0').collect()
}
