//! What can go wrong with an ordered map.

use fondaco_core::CommandId;
use fondaco_core::store::StoreError;

/// Why a map failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MapError {
    /// Nothing of the write is there; the same may work later.
    Unavailable(String),
    /// Whether the write is there is not known.
    Unknown(String),
    /// What is stored is damaged, or not ours.
    Corrupt(String),
}

impl std::fmt::Display for MapError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MapError::Unavailable(why) => write!(f, "the map is not available: {why}"),
            MapError::Unknown(why) => write!(f, "whether the map was written is not known: {why}"),
            MapError::Corrupt(what) => write!(f, "the map is damaged: {what}"),
        }
    }
}

impl std::error::Error for MapError {}

impl MapError {
    /// The error in the words of the store port, for the write of a command.
    pub(super) fn of_command(self, id: CommandId) -> StoreError {
        match self {
            MapError::Unknown(why) => StoreError::Unknown { id, why },
            other => other.into(),
        }
    }
}

impl From<MapError> for StoreError {
    fn from(error: MapError) -> StoreError {
        match error {
            MapError::Corrupt(what) => StoreError::Corrupt(what),
            MapError::Unavailable(why) | MapError::Unknown(why) => StoreError::Unavailable(why),
        }
    }
}
