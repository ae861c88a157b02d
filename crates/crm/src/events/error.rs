//! Why something that somebody did can't be recorded.

use fondaco_core::{ErrorCode, PartyId, Timestamp};
use smol_str::SmolStr;

/// An event that is refused: nothing of it was stored.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum EventError {
    /// The source's id was used for something else.
    #[error(
        "event {id} of {source_code} is {kind_there} of party {party_there} at {at_there}, and {kind} of party {party} at {at} was given with \
         the same id{differs}: give it an id of its own, or correct the first"
    )]
    #[kind(Conflict)]
    EventDiffers {
        /// The source.
        source_code: SmolStr,
        /// The source's id.
        id: SmolStr,
        /// What is recorded: its kind,
        kind_there: SmolStr,
        /// whose,
        party_there: PartyId,
        /// and when.
        at_there: Timestamp,
        /// What was given: its kind,
        kind: SmolStr,
        /// whose,
        party: PartyId,
        /// and when.
        at: Timestamp,
        /// Where all of these are the same, what is not.
        differs: &'static str,
    },
    /// It has not happened yet.
    #[error(
        "event {id} of {source_code} is of {at}, and now it is {now}: correct the time, or the clock of the source"
    )]
    #[kind(Invalid)]
    FutureEvent {
        /// The source.
        source_code: SmolStr,
        /// The source's id.
        id: SmolStr,
        /// When it is said to have happened.
        at: Timestamp,
        /// The company's time.
        now: Timestamp,
    },
    /// No such event.
    #[error("there is no event {id} of {source_code}: record it first, or correct the id")]
    #[kind(NotFound)]
    UnknownEvent {
        /// The source.
        source_code: SmolStr,
        /// The source's id.
        id: SmolStr,
    },
    /// It was erased.
    #[error("event {id} of {source_code} was erased: record what is right under another id")]
    #[kind(Refused)]
    EventErased {
        /// The source.
        source_code: SmolStr,
        /// The source's id.
        id: SmolStr,
    },
}
