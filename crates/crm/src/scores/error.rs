//! Why something about stored scores is refused.

use fondaco_core::ErrorCode;
use smol_str::SmolStr;

/// A scorecard that can't be stored or used: nothing was stored.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum ScoreError {
    /// There is no such scorecard, or no such version of it.
    #[error("there is no version {version} of scorecard {name}: put it first")]
    #[kind(NotFound)]
    UnknownCard {
        /// The scorecard.
        name: SmolStr,
        /// Which version; 0 where none was named.
        version: u32,
    },
    /// A version is never changed.
    #[error(
        "version {version} of scorecard {name} is there with other rules: give the new rules another version"
    )]
    #[kind(Conflict)]
    CardDiffers {
        /// The scorecard.
        name: SmolStr,
        /// Which version.
        version: u32,
    },
}
