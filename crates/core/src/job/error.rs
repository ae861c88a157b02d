//! Why a job does not go on.

use smol_str::SmolStr;

use super::JobId;
use crate::{ActError, ErrorKind, Halt};

/// What ends a run of a job. What was committed stays.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum JobError<E: ActError> {
    /// The job was begun with other input.
    #[error(
        "job {job} was begun with input {known}, this is {given}: run it with the input it was begun with, or name a new job"
    )]
    OtherInput {
        /// The job.
        job: JobId,
        /// The digest of the input it was begun with.
        known: SmolStr,
        /// The digest of the input given now.
        given: SmolStr,
    },
    /// The job is of another kind.
    #[error("job {job} is {known}, not {given}: run it as what it is, or name a new job")]
    OtherKind {
        /// The job.
        job: JobId,
        /// Its kind.
        known: SmolStr,
        /// The kind given now.
        given: SmolStr,
    },
    /// There is no such job.
    #[error("there is no job {job}: correct the id, or run the job first")]
    Unknown {
        /// The job.
        job: JobId,
    },
    /// Somebody stopped it.
    #[error("job {job} was stopped, {done} units are done: run it again to go on")]
    Stopped {
        /// The job.
        job: JobId,
        /// How many units are done.
        done: i64,
    },
    /// It is done already.
    #[error("job {job} is done already: there is nothing left to stop")]
    Finished {
        /// The job.
        job: JobId,
    },
    /// The engine's refusal, or a [`Halt`].
    #[error(transparent)]
    Act(E),
}

impl<E: ActError> From<Halt> for JobError<E> {
    fn from(halt: Halt) -> JobError<E> {
        JobError::Act(halt.into())
    }
}

impl<E: ActError> ActError for JobError<E> {
    fn halt(&self) -> Option<&Halt> {
        match self {
            JobError::Act(error) => error.halt(),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            JobError::OtherInput { .. } => "job.other_input",
            JobError::OtherKind { .. } => "job.other_kind",
            JobError::Unknown { .. } => "job.unknown",
            JobError::Stopped { .. } => "job.stopped",
            JobError::Finished { .. } => "job.finished",
            JobError::Act(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            JobError::OtherInput { .. } | JobError::OtherKind { .. } => ErrorKind::Conflict,
            JobError::Unknown { .. } => ErrorKind::NotFound,
            JobError::Stopped { .. } | JobError::Finished { .. } => ErrorKind::Refused,
            JobError::Act(error) => error.kind(),
        }
    }
}
