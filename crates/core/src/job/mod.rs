//! Jobs: what is too long for one commit.
//!
//! An import, a payroll run or a revaluation is done in **chunks**, each an act of its own and one atomic commit. The
//! same commit stores how far the job is: its **cursor**. So a job that was killed goes on at the cursor, and does
//! nothing twice; a chunk that is refused leaves everything before it in place, and the job waits to be run again.
//!
//! # What always holds
//! - **Once.** Chunk `n` of a job is a command whose id is made from the job's id and `n`. Two processes that run one job do
//!   each chunk once: whoever comes second gets the first one's answer, and goes on after it.
//! - **The same work.** A [`JobState`] keeps the digest of the job's input. Whoever runs it with another is refused, with
//!   both digests named.
//! - **Stopped is not undone.** A watcher ([`Progress`](crate::Progress)) or [`Driver::cancel_job`](crate::Driver::cancel_job)
//!   stops a job between two chunks, in all processes that run it. Run it again, and it goes on.
//! - **Valid at the end.** A last small commit, [`Job::finish`], makes the work valid and keeps the report.
//!
//! # Two ways of being valid
//! What chunks have stored before the last commit is there for all to read. An engine chooses what that means:
//! - **Each chunk stands.** Its facts are right by themselves, as the entries of an import are; `finish` adds a report.
//! - **Valid by the last commit.** Chunks write rows that name the job (payslips of a run, amounts of a revaluation), and
//!   readers take such rows only when [`is_done`] says so; or chunks fill a table of their own, and `finish` changes the one row
//!   that points to it. Both make a work of any length valid in one small commit, and a job that never ends leaves rows
//!   that nobody reads.
//!
//! Each chunk is an act by itself, also to rights: a limit for all documents of one act holds for each chunk, and not for the job. Whom such
//! a limit is to bind is given no right to run the job (`job.run`, within its kinds).
//!
//! # What a job sees of the world
//! [`Job::chunk`] and [`Job::finish`] are acts: they take everything from the [`Tx`], from the cursor, and from the job. What comes
//! from outside, such as the lines of a file, is brought by [`Job::fetch`] before each chunk. The cursor, the report and
//! the texts of refusals are kept and shown: they hold ids and counts, no personal data.

mod course;
mod deed;
mod driver;
mod error;
mod state;

pub(crate) use course::{Course, Turn};
pub use driver::{JobCall, JobDone};
pub use error::JobError;
pub use state::{JobId, JobState, JobStatus, is_done, job, jobs};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::digest::DigestError;
use crate::engine::{Engine, Part};
use crate::policy::Permission;
use crate::store::{Hash, Record};
use crate::{ActError, Progressed, Tx};

/// Run jobs of a kind; what their chunks do needs its own right besides.
pub const RUN: Permission =
    Permission::new("job.run", "run imports, runs and other jobs").within(&["kind"]);
/// Cancel jobs.
pub const CANCEL: Permission = Permission::new("job.cancel", "cancel jobs");

/// What can be allowed about jobs. Every driver with a policy knows it.
pub static ENGINE: Engine = Engine { name: "job", parts: &[&PART] };

static PART: Part = Part::new(&[JobState::TABLE]).permissions(&[&RUN, &CANCEL]);

/// Work in chunks. The [module](self) says what holds for all of it.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use serde::{Deserialize, Serialize};
///
/// /// Puts a word before the label of every shelf, a hundred a chunk.
/// #[derive(Serialize)]
/// struct Relabel { word: String }
///
/// /// The last shelf that is done, and how many are.
/// #[derive(Default, Clone, Serialize, Deserialize)]
/// struct Cursor { number: i64, shelves: i64 }
///
/// impl Job for Relabel {
///     type Cursor = Cursor;
///     type Report = i64; // how many shelves were relabelled
///     type Error = Halt;
///
///     fn kind(&self) -> &'static str { "shop.relabel" }
///     fn input(&self) -> Result<Hash, digest::DigestError> { digest::of(self) }
///     fn progress(&self, cursor: &Cursor) -> Progressed { Progressed::new("relabelling", cursor.shelves) }
///
///     fn chunk(&self, tx: &mut Tx<'_>, _: JobId, cursor: &Cursor) -> Result<Step<Cursor>, Halt> {
///         let next = Range::<Shelf>::all().from(&(cursor.number + 1)).limit(100);
///         let shelves = tx.scan(&next)?;
///         let mut cursor = cursor.clone();
///         for shelf in &shelves {
///             let label = format!("{} {}", self.word, shelf.label).into();
///             tx.put(Shelf { label, ..shelf.as_ref().clone() })?;
///             cursor = Cursor { number: shelf.number, shelves: cursor.shelves + 1 };
///         }
///         Ok(if shelves.len() < 100 { Step::Last(cursor) } else { Step::More(cursor) })
///     }
///
///     fn finish(&self, _: &mut Tx<'_>, _: JobId, cursor: &Cursor) -> Result<i64, Halt> {
///         Ok(cursor.shelves)
///     }
/// }
///
/// let (shop, clerk) = (shop(), ActorId::new("clerk-7"));
/// let call = JobCall::new(JobId::named("spring"), &clerk, &Timestamp::now);
/// let mut relabel = Relabel { word: "old".into() };
/// let done = shop.run_job(&call, &mut relabel, &mut |at: &Progressed| {
///     println!("{at}"); // "relabelling: 2"
///     std::ops::ControlFlow::Continue(())
/// })?;
/// assert_eq!((done.report, done.replayed), (2, false));
/// assert!(shop.run_job(&call, &mut relabel, &mut ())?.replayed); // done, and not done twice
///
/// let other = shop.run_job(&call, &mut Relabel { word: "new".into() }, &mut ());
/// assert_eq!(other.unwrap_err().code(), "job.other_input");
/// # Ok::<(), job::JobError<Halt>>(())
/// ```
pub trait Job {
    /// Where it stands between two chunks; the default is the beginning. Kept as JSON: small, and without floats.
    type Cursor: Serialize + DeserializeOwned + Default + Clone + Send + Sync;
    /// What it has done in the end. Kept as JSON.
    type Report: Serialize + DeserializeOwned;
    /// Why it may be refused.
    type Error: ActError;

    /// What sort of work it is, for ever: `accounting.import_entries`.
    fn kind(&self) -> &'static str;

    /// The digest of all that the work is made from: a file's, and that of how it is to be read. It is kept as it is, so
    /// an input that can be guessed and tells something of a person is to be salted.
    ///
    /// # Errors
    /// As [`digest::of`](crate::digest::of).
    fn input(&self) -> Result<Hash, DigestError>;

    /// How far it is at this cursor.
    fn progress(&self, cursor: &Self::Cursor) -> Progressed;

    /// Brings what the chunk at `cursor` needs from outside. It is called before each chunk, and may block.
    ///
    /// # Errors
    /// What ends this run of the job, as a refusal does.
    fn fetch(&mut self, cursor: &Self::Cursor) -> Result<(), Self::Error> {
        let _ = cursor;
        Ok(())
    }

    /// Does the part of the work that begins at `cursor`, and says where the next one begins. Rows that are valid only once
    /// the job is done name its `id`.
    ///
    /// # Errors
    /// The engine's refusals, and [`Halt`](crate::Halt) passed on. A refusal leaves the job at `cursor`.
    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        cursor: &Self::Cursor,
    ) -> Result<Step<Self::Cursor>, Self::Error>;

    /// Makes the work valid, in one last small commit.
    ///
    /// # Errors
    /// As [`Job::chunk`].
    fn finish(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        cursor: &Self::Cursor,
    ) -> Result<Self::Report, Self::Error>;
}

/// What a chunk leaves to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<C> {
    /// Another chunk, from here on.
    More(C),
    /// Nothing: the job is finished next.
    Last(C),
}
