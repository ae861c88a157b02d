//! Why the queue refuses, and why a tick ends early.

use smol_str::SmolStr;

use super::{DueKey, Ticked};
use crate::{ErrorCode, ErrorKind, Halt, Timestamp};

/// A refusal of the queue's own commands, and of what a handler puts on it.
#[derive(Debug, Clone, thiserror::Error, ErrorCode)]
#[error_code(engine = "due")]
#[non_exhaustive]
pub enum DueError {
    /// No such item.
    #[error("nothing of kind {kind} is due for {subject}: it was carried out or cancelled")]
    #[kind(NotFound)]
    UnknownItem {
        /// The kind.
        kind: SmolStr,
        /// The subject.
        subject: SmolStr,
    },
    /// A handler would have one tick carry its item out again and again.
    #[error(
        "the handler of {kind} put {subject} on the queue again for {next}, which is not after {at}: put it later"
    )]
    #[kind(Bug)]
    NotLater {
        /// The kind.
        kind: SmolStr,
        /// The subject.
        subject: SmolStr,
        /// For when it was put on the queue again.
        next: Timestamp,
        /// When it was due.
        at: Timestamp,
    },
    /// Passed on.
    #[error(transparent)]
    #[halt]
    Halt(#[from] Halt),
}

/// A tick that could not go on: the store failed, or a handler halted. What was carried out before stays so; the next tick
/// goes on from there.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}{halt}", at.as_ref().map_or(String::new(), |at| format!("{} for {}: ", at.0, at.1)))]
pub struct TickError {
    /// Why.
    #[source]
    pub halt: Halt,
    /// The item that was being carried out, if it was one.
    pub at: Option<Box<DueKey>>,
    /// What was done before.
    pub done: Box<Ticked>,
}

impl TickError {
    /// The stable code of its halt.
    pub fn code(&self) -> &'static str {
        self.halt.code()
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.halt.kind()
    }
}
