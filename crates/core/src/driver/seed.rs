//! Where salts come from.

use crate::store::{Hash, StoreError};
use crate::{CommandId, Halt, digest};

/// What the salts of a command are made from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seeds {
    /// The system's randomness.
    Random,
    /// The command's id: the same every time, and no protection at all.
    Predictable,
}

impl Seeds {
    #[allow(clippy::disallowed_methods)] // this is where randomness comes in
    pub(super) fn seed(self, id: CommandId) -> Result<Hash, Halt> {
        match self {
            Seeds::Predictable => Ok(digest::salted(&Hash::default(), &id.to_u128().to_be_bytes())),
            Seeds::Random => {
                let mut seed = Hash::default();
                let filled = getrandom::fill(&mut seed);
                filled.map_err(|error| {
                    StoreError::Unavailable(format!("the system gave no randomness: {error}"))
                })?;
                Ok(seed)
            }
        }
    }
}
