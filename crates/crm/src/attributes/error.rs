//! Why a value, or the definition of an attribute, is refused.

use fondaco_core::{ErrorCode, InputError};
use smol_str::SmolStr;

/// A value or an attribute that can't be. Messages name the attribute and never repeat a text that is known of somebody.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum AttributeError {
    /// Nobody defined it.
    #[error("there is no attribute {attribute:?}: define it first, or correct the code")]
    #[kind(NotFound)]
    UnknownAttribute {
        /// What was named.
        attribute: SmolStr,
    },
    /// It is defined already, otherwise.
    #[error("attribute {attribute} is {kind} already, and what is stored is such: define another")]
    #[kind(Conflict)]
    AttributeDefined {
        /// Which.
        attribute: SmolStr,
        /// What it is.
        kind: &'static str,
    },
    /// A value of another type.
    #[error(
        "attribute {attribute} is {wanted}, and {found} was given: convert it, or define another attribute"
    )]
    #[kind(Invalid)]
    WrongType {
        /// Which.
        attribute: SmolStr,
        /// What it takes.
        wanted: &'static str,
        /// What was given.
        found: &'static str,
    },
    /// A text that is none of the choices.
    #[error("attribute {attribute} takes one of {choices}, and none of them was given")]
    #[kind(Invalid)]
    NoSuchChoice {
        /// Which.
        attribute: SmolStr,
        /// What it takes, listed.
        choices: SmolStr,
    },
    /// An attribute of organisations given to a person, or the other way round.
    #[error("attribute {attribute} is one of {of}: leave it out here")]
    #[kind(Invalid)]
    NotOfThese {
        /// Which.
        attribute: SmolStr,
        /// Whose attribute it is.
        of: &'static str,
    },
    /// NaN, infinite, or beyond 28 digits.
    #[error("{attribute} is {value}: give a finite number of at most 28 digits, or leave it out")]
    #[kind(Invalid)]
    NotANumber {
        /// Which attribute.
        attribute: SmolStr,
        /// What was given.
        value: f64,
    },
    /// A text that is longer than one keeps of anybody.
    #[error("{attribute} has {bytes} bytes: shorten it to {most}")]
    #[kind(Invalid)]
    #[code("too_long")]
    TooLong {
        /// Which field or attribute.
        attribute: SmolStr,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// A value that no store can keep, or a definition that says nothing.
    #[error("{attribute}: {why}")]
    #[kind(Invalid)]
    BadValue {
        /// Which attribute.
        attribute: SmolStr,
        /// What is wrong, and the way out.
        why: &'static str,
    },
    /// More values than one event or contact has.
    #[error("{count} values were given: give at most {most}")]
    #[kind(Invalid)]
    #[code("too_many_values")]
    TooMany {
        /// How many.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// A code that can't name anything.
    #[error(transparent)]
    #[inner]
    Input(#[from] InputError),
}
