//! What can be wrong with lines that are to be items or stock, besides what can be with any file's.

use fondaco_core::ErrorCode;
use fondaco_core::import::Fault;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "import")]
#[allow(clippy::enum_variant_names)] // the names are the codes: `import.bad_days`
pub(super) enum Flaw {
    /// A word that stands for no way of tracking.
    #[error("that is no way of tracking")]
    #[kind(Invalid)]
    BadTracking,
    /// A pack can't hold so much.
    #[error("that is no content of a pack")]
    #[kind(Invalid)]
    BadPack,
    /// A unit that is none, and no word of the file's.
    #[error("that is no unit")]
    #[kind(Invalid)]
    BadUnit,
    /// Days that are no whole number, or below zero.
    #[error("that is no number of days")]
    #[kind(Invalid)]
    BadDays,
    /// A cost below zero.
    #[error("that is below zero")]
    #[kind(Invalid)]
    BadCost,
}

impl From<Flaw> for Fault {
    fn from(flaw: Flaw) -> Fault {
        let way_out = match flaw {
            Flaw::BadTracking => {
                "write none, lot or serial, or name the file's words in the mapping"
            }
            Flaw::BadPack => "write how many stock units one of it is, above zero, or nothing",
            Flaw::BadUnit => {
                "write its code, such as pcs or kg, or name the file's words in the mapping"
            }
            Flaw::BadDays => "write a whole number",
            Flaw::BadCost => "write what it cost, above zero, or nothing where it is not known",
        };
        Fault::new(flaw.code(), flaw.to_string(), way_out)
    }
}
