//! What can be wrong with a field or line of any file, whatever the lines mean.

use crate::ErrorCode;

/// What can be wrong with any file's lines. Engines have flaws of their own beside these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "import")]
pub(super) enum Flaw {
    /// A field that has to be there is empty.
    #[error("the field is empty")]
    #[kind(Invalid)]
    Missing,
    /// A field's bytes are no text.
    #[error("the field is no text in the file's encoding")]
    #[kind(Invalid)]
    #[code("not_utf8")]
    NotText,
    /// A line has more fields than the others, or fewer.
    #[error("the line has {found} fields, {expected} were expected")]
    #[kind(Invalid)]
    FieldCount { found: usize, expected: usize },
    /// A number that can't be read.
    #[error("that is no amount written as the mapping says")]
    #[kind(Invalid)]
    BadAmount,
    /// A date that can't be read.
    #[error("that is no date written as {patterns}")]
    #[kind(Invalid)]
    BadDate { patterns: String },
    /// A currency that is none.
    #[error("that is no currency of ISO 4217")]
    #[kind(Invalid)]
    BadCurrency,
    /// A word that stands for neither yes nor no.
    #[error("that is neither yes nor no")]
    #[kind(Invalid)]
    BadFlag,
    /// A code stands for something further up.
    #[error("this code was met further up")]
    #[kind(Invalid)]
    RepeatedCode,
}

impl Flaw {
    /// What to do about it.
    pub(super) fn way_out(&self) -> &'static str {
        match self {
            Flaw::Missing => "fill it in, or map the field to a constant",
            Flaw::NotText => "save the file in UTF-8, or name its encoding in the mapping",
            Flaw::FieldCount { .. } => "check for a delimiter or a quote too many or too few",
            Flaw::BadAmount => {
                "correct the amount, or the mapping's marks for decimals and thousands"
            }
            Flaw::BadDate { .. } => "correct the date, or the mapping's date patterns",
            Flaw::BadCurrency => "write its three capital letters, such as EUR",
            Flaw::BadFlag => "write yes or no",
            Flaw::RepeatedCode => "leave one of the lines out",
        }
    }
}
