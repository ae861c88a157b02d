//! What the store keeps of a job.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;

use crate::names::named;
use crate::report::{Cell, Column, Listed, Row, word};
use crate::store::{DecodeError, Field, Json, Record};
use crate::{Halt, Id, Progressed, Range, Reading, Timestamp};

/// Names a job for ever: done once, however often it is run.
pub type JobId = Id<JobState>;

impl JobId {
    /// The id that stands for a name of the host's: the same for the same name, for ever.
    ///
    /// ```
    /// use fondaco_core::job::JobId;
    /// assert_eq!(JobId::named("payroll/2026-03"), JobId::named("payroll/2026-03"));
    /// ```
    pub fn named(name: &str) -> JobId {
        Id::from_u128(named("fondaco job:", name))
    }
}

/// What became of a job so far.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// It was begun. Whether a process is at work nobody knows: it may have been killed.
    Running,
    /// It was stopped; run it again, and it goes on.
    Cancelled,
    /// Its next chunk was refused; mend what was wrong and run it again, and it goes on.
    Failed,
    /// It is done, and what it did is valid.
    Done,
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A job as it is stored. Every driver prepares the table.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "job", kind = state, key(job), index(by_begun(begun_at)), index(by_status(status, begun_at)))]
pub struct JobState {
    /// Which job.
    pub job: JobId,
    /// What sort of work: [`Job::kind`](super::Job::kind).
    pub kind: SmolStr,
    /// The digest of its input, in hexadecimal digits.
    pub input: SmolStr,
    /// What became of it so far.
    pub status: JobStatus,
    /// How many chunks are committed.
    pub chunks: u32,
    /// Where the next one begins, as the job's own JSON.
    pub cursor: Json,
    /// Whether all chunks are done, and only the last commit is not.
    pub exhausted: bool,
    /// See [`Progressed::phase`].
    pub phase: SmolStr,
    /// See [`Progressed::done`].
    pub done: i64,
    /// See [`Progressed::total`].
    pub total: Option<i64>,
    /// How often it was begun again after it was stopped or had failed.
    pub resumed: u32,
    /// Who began it.
    pub actor: SmolStr,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// When something of it was last stored.
    pub changed_at: Timestamp,
    /// The stable code of what it failed with last.
    pub failure: Option<SmolStr>,
    /// The text of it.
    pub failure_text: Option<SmolStr>,
    /// What it has done, as the job's own JSON, once it is done.
    pub report: Option<Json>,
}

impl JobState {
    /// How far it is.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let shop = shop();
    /// let clerk = ActorId::new("clerk-7");
    /// let call = JobCall::new(JobId::named("stock"), &clerk, &Timestamp::now);
    /// shop.run_job(&call, &mut Count { to: 3 }, &mut ())?; // adds 1 to a counter, three times
    /// let state = shop.view(|view| job::job(view, call.job))?.ok_or(Halt::Missing)?;
    /// assert_eq!(state.progressed().to_string(), "counting: 3 of 3");
    /// assert_eq!(state.to_string(), "shop.count: done, counting: 3 of 3");
    /// assert_eq!(state.report_as::<i64>()?, Some(3));
    /// # Ok::<(), job::JobError<Halt>>(())
    /// ```
    pub fn progressed(&self) -> Progressed {
        Progressed { phase: self.phase.clone(), done: self.done, total: self.total }
    }

    /// Where its next chunk begins.
    ///
    /// # Errors
    /// When the stored cursor is none of this type.
    pub fn cursor_as<C: DeserializeOwned>(&self) -> Result<C, Halt> {
        from_json(&self.cursor.0, "the cursor of a job")
    }

    /// Its report; `None` while it is not done.
    ///
    /// # Errors
    /// When the stored report is none of this type.
    pub fn report_as<R: DeserializeOwned>(&self) -> Result<Option<R>, Halt> {
        self.report.as_ref().map(|report| from_json(&report.0, "the report of a job")).transpose()
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, {}", self.kind, self.status, self.progressed())?;
        let text = self.failure_text.as_ref().filter(|_| self.status == JobStatus::Failed);
        text.map_or(Ok(()), |text| write!(f, " ({text})"))
    }
}

/// What of it people look at: sort of work, status, how far it is, who began it and when, why it failed.
impl Listed for JobState {
    fn columns() -> Vec<Column> {
        let first = [Column::text(word("Job")).naming_rows(), Column::text(word("Status"))];
        let counts = ["Chunks", "Done", "Of"].map(|name| Column::count(word(name)));
        let last = ["Phase", "Begun by", "Begun at", "Changed at", "Refused"];
        first.into_iter().chain(counts).chain(last.map(|name| Column::text(word(name)))).collect()
    }

    fn row(&self) -> Row {
        let failed = self.failure_text.as_ref().filter(|_| self.status == JobStatus::Failed);
        Row::new([
            Cell::from(&self.kind),
            Cell::choice(self.status.code()),
            self.chunks.into(),
            self.done.into(),
            self.total.into(),
            Cell::from(&self.phase),
            Cell::from(&self.actor),
            Cell::text(self.begun_at.to_string()),
            Cell::text(self.changed_at.to_string()),
            failed.into(),
        ])
    }
}

/// A job, if there is one of this id.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn job(read: &mut impl Reading, job: JobId) -> Result<Option<Arc<JobState>>, Halt> {
    read.peek::<JobState>(&job)
}

/// All jobs of this status, or all there are, the newest first, at most `limit`.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// # let (shop, clerk) = (shop(), ActorId::new("clerk-7"));
/// for name in ["monday", "tuesday"] {
///     let call = JobCall::new(JobId::named(name), &clerk, &Timestamp::now);
///     shop.run_job(&call, &mut Count { to: 3 }, &mut ())?;
/// }
/// let (all, failed) = shop.view(|view| {
///     Ok::<_, Halt>((job::jobs(view, None, 50)?, job::jobs(view, Some(JobStatus::Failed), 50)?))
/// })?;
/// assert_eq!((all.len(), failed.len()), (2, 0));
/// assert!(fondaco_core::report::list("Jobs", &all).to_csv().contains("shop.count,done,"));
/// # Ok::<(), job::JobError<Halt>>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn jobs(
    read: &mut impl Reading,
    status: Option<JobStatus>,
    limit: usize,
) -> Result<Vec<Arc<JobState>>, Halt> {
    let range = match status {
        Some(status) => Range::by(JobState::BY_STATUS, &status),
        None => Range::by(JobState::BY_BEGUN, &()),
    };
    read.peek_scan(&range.backwards().limit(limit))
}

/// Whether a job is done, and the rows that name it are valid: what readers of such rows ask.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// let never_run = JobId::named("never run");
/// assert!(!shop().view(|view| job::is_done(view, never_run))?);
/// # Ok::<(), Halt>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn is_done(read: &mut impl Reading, id: JobId) -> Result<bool, Halt> {
    Ok(job(read, id)?.is_some_and(|state| state.status == JobStatus::Done))
}

pub(super) fn to_json(value: &impl Serialize, what: &'static str) -> Result<Json, Halt> {
    let text = serde_json::to_string(value);
    text.map(|text| Json(text.into()))
        .map_err(|error| Halt::Bug(format!("a job's {what} can't be kept: {error}")))
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, Halt> {
    serde_json::from_str(text)
        .map_err(|_| Halt::from(DecodeError::unexpected("another JSON", what)))
}
