//! What is wrong with a segment, and where.

use std::fmt;

use fondaco_core::ErrorCode;

use crate::KernelError;

/// Where in a definition: a line and a column of its text, or a path into its JSON form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the text.
    Text {
        /// The line, counted from 1.
        line: usize,
        /// The column, in characters, counted from 1.
        column: usize,
    },
    /// In the tree: a JSON pointer (RFC 6901), after the segment's name where there are several.
    Path(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Text { line, column } => write!(f, "line {line}, column {column}"),
            Place::Path(path) => f.write_str(path),
        }
    }
}

/// Why a segment can't be.
#[derive(Clone, Debug, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum SegmentError {
    /// A text that can't be read.
    #[error("{place}: {found} stands where {wanted} belongs")]
    #[kind(Invalid)]
    #[code("segment_syntax")]
    Syntax {
        /// Where.
        place: Place,
        /// What stands there.
        found: String,
        /// What may stand there.
        wanted: String,
    },
    /// A name that the schema, or the set, doesn't have.
    #[error("{place}: there is no {what} {name:?}; {known}")]
    #[kind(NotFound)]
    #[code("segment_unknown_name")]
    UnknownName {
        /// Where.
        place: Place,
        /// What kind of thing.
        what: &'static str,
        /// The name as given.
        name: String,
        /// Which there are.
        known: String,
    },
    /// Something is asked of a value that it has no answer to.
    #[error("{place}: {what}: {why}")]
    #[kind(Invalid)]
    #[code("segment_type_mismatch")]
    Mismatch {
        /// Where.
        place: Place,
        /// What was asked.
        what: String,
        /// Why not, and the way out.
        why: String,
    },
    /// A window in which nothing can ever lie.
    #[error("{place}: the window {window} can hold nothing: {why}")]
    #[kind(Invalid)]
    #[code("segment_impossible_window")]
    ImpossibleWindow {
        /// Where.
        place: Place,
        /// The window.
        window: String,
        /// Why, and the way out.
        why: &'static str,
    },
    /// What clocks show never, or twice.
    #[error("{place}: clocks in {zone} show {local} {times}: {way_out}")]
    #[kind(Invalid)]
    #[code("segment_local_time")]
    LocalTime {
        /// Where.
        place: Place,
        /// What they are to show.
        local: String,
        /// The zone.
        zone: String,
        /// How often they do.
        times: &'static str,
        /// What to do about it.
        way_out: &'static str,
    },
    /// Segments that rest on one another.
    #[error("{place}: segment {name:?} rests on itself: {through}")]
    #[kind(Invalid)]
    #[code("segment_cycle")]
    Cycle {
        /// Where the first of them names the second.
        place: Place,
        /// The segment.
        name: String,
        /// The way round, by names.
        through: String,
    },
    /// More than can be evaluated in time.
    #[error("{place}: the segment has more than {most} {what}: make segments of its parts")]
    #[kind(Invalid)]
    #[code("segment_too_large")]
    TooLarge {
        /// Where the first one too many is.
        place: Place,
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// Two definitions under one name.
    #[error("there are two definitions of {what} {name:?}: give each a name of its own")]
    #[kind(Conflict)]
    #[code("segment_defined_twice")]
    DefinedTwice {
        /// What kind of thing.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A value of a contact or an event that the schema doesn't allow.
    #[error("{what} {name:?} is {found}: give {wanted}")]
    #[kind(Invalid)]
    #[code("segment_bad_value")]
    BadValue {
        /// Of what.
        what: &'static str,
        /// Its name.
        name: String,
        /// What was given.
        found: String,
        /// What it may be.
        wanted: String,
    },
    /// There is no such contact.
    #[error("there is no contact {contact}: there are {count}, counted from 0")]
    #[kind(NotFound)]
    #[code("segment_unknown_contact")]
    UnknownContact {
        /// Its number.
        contact: u32,
        /// How many there are.
        count: usize,
    },
    /// An event came again with other content.
    #[error(
        "event {id} of contact {contact} came again with other content: correct it, or give it an id of its own"
    )]
    #[kind(Conflict)]
    #[code("segment_event_differs")]
    EventDiffers {
        /// The contact.
        contact: u32,
        /// The event's id.
        id: u64,
    },
    /// There is no such event.
    #[error("contact {contact} has no event {id} of that kind at {at}")]
    #[kind(NotFound)]
    #[code("segment_unknown_event")]
    UnknownEvent {
        /// The contact.
        contact: u32,
        /// The event's id.
        id: u64,
        /// When it was said to be.
        at: fondaco_core::Timestamp,
    },
    /// Time was to run backwards.
    #[error("it is {now} already: {given} is before it")]
    #[kind(Invalid)]
    #[code("segment_clock_backwards")]
    Backwards {
        /// The clock.
        now: fondaco_core::Timestamp,
        /// What it was to be.
        given: fondaco_core::Timestamp,
    },
    /// A formula that the segment rests on.
    #[error(transparent)]
    #[inner]
    Kernel(#[from] KernelError),
}
