//! The commits of a job, each an act: begin, chunk, finish, cancel, fail.

use smol_str::SmolStr;

use super::state::{from_json, to_json};
use super::{CANCEL, Job, JobError, JobId, JobState, JobStatus, RUN, Step};
use crate::digest::Digester;
use crate::policy::Request;
use crate::store::{DecodeError, Event, Hash, Value};
use crate::{ActError, CommandId, Halt, Outcome, Progressed, Tx};

/// Which job, and of what.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) job: JobId,
    pub(crate) kind: &'static str,
    pub(crate) input: SmolStr,
}

/// One commit of a job.
#[derive(Debug, Clone)]
pub(crate) enum Deed<C> {
    /// Begins it, or goes on after it was stopped `resumed` times.
    Begin { resumed: u32 },
    /// Does a part of it.
    Chunk { number: u32, cursor: C },
    /// Makes it valid.
    Finish { cursor: C },
    /// Stops it; `chunks` and `resumed` tell this stop from others.
    Cancel { chunks: u32, resumed: u32 },
    /// Notes why it does not go on.
    Fail { chunks: u32, resumed: u32, code: &'static str, text: SmolStr },
}

impl<C> Deed<C> {
    /// The command's id: two processes that do the same for a job send the same command.
    pub(crate) fn command(&self, job: JobId) -> CommandId {
        let what = match self {
            Deed::Begin { resumed } => format!("begin/{resumed}"),
            Deed::Chunk { number, .. } => format!("chunk/{number}"),
            Deed::Finish { .. } => "finish".into(),
            Deed::Cancel { chunks, resumed } => format!("cancel/{chunks}/{resumed}"),
            Deed::Fail { chunks, resumed, .. } => format!("fail/{chunks}/{resumed}"),
        };
        CommandId::named(&format!("fondaco job {job}/{what}"))
    }

    /// What it is, for who looks on.
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Deed::Begin { .. } => "job.begin",
            Deed::Chunk { .. } => "job.chunk",
            Deed::Finish { .. } => "job.finish",
            Deed::Cancel { .. } => "job.cancel",
            Deed::Fail { .. } => "job.fail",
        }
    }

    /// The command's digest. What is done to a job rests on its input; that it is begun or stopped does not, so that the
    /// answer can name the input it has.
    pub(crate) fn digest(&self, name: &Name) -> Hash {
        let mut digester = Digester::new("core.job");
        match self {
            Deed::Begin { resumed } => digester.text("begin").count(*resumed as usize),
            Deed::Chunk { number, .. } => {
                digester.text("chunk").text(name.kind).text(&name.input).count(*number as usize)
            }
            Deed::Finish { .. } => digester.text("finish").text(name.kind).text(&name.input),
            Deed::Cancel { .. } => digester.text("cancel"),
            Deed::Fail { .. } => digester.text("fail"),
        };
        digester.finish()
    }

    pub(crate) fn act<J: Job<Cursor = C>>(
        &self,
        tx: &mut Tx<'_>,
        name: &Name,
        job: &J,
    ) -> Result<Standing, JobError<J::Error>>
    where
        C: Default + serde::Serialize,
    {
        tx.authorize(&Request::new(&RUN).about(name.kind).at("kind", name.kind))?;
        match self {
            Deed::Begin { .. } => begin(tx, name, job),
            Deed::Chunk { number, cursor } => chunk(tx, name, job, *number, cursor),
            Deed::Finish { cursor } => finish(tx, name, job, cursor),
            Deed::Cancel { .. } => cancel(tx, name.job),
            Deed::Fail { code, text, .. } => fail(tx, name.job, code, text),
        }
    }
}

/// What is told of a job between two of its commits.
#[derive(Debug, Clone, PartialEq, Outcome)]
pub(crate) struct Standing {
    pub(crate) kind: SmolStr,
    pub(crate) input: SmolStr,
    pub(crate) status: JobStatus,
    pub(crate) chunks: u32,
    pub(crate) cursor: String,
    pub(crate) exhausted: bool,
    pub(crate) done: i64,
    pub(crate) resumed: u32,
    pub(crate) report: Option<String>,
}

impl Standing {
    pub(crate) fn of(state: &JobState) -> Standing {
        Standing {
            kind: state.kind.clone(),
            input: state.input.clone(),
            status: state.status,
            chunks: state.chunks,
            cursor: state.cursor.0.to_string(),
            exhausted: state.exhausted,
            done: state.done,
            resumed: state.resumed,
            report: state.report.as_ref().map(|report| report.0.to_string()),
        }
    }

    pub(crate) fn cursor<C: serde::de::DeserializeOwned>(&self) -> Result<C, Halt> {
        from_json(&self.cursor, "the cursor of a job")
    }

    pub(crate) fn report<R: serde::de::DeserializeOwned>(&self) -> Result<R, Halt> {
        let text = self.report.as_deref();
        let text = text.ok_or_else(|| DecodeError::unexpected("nothing", "the report of a job"))?;
        from_json(text, "the report of a job")
    }
}

fn begin<J: Job>(tx: &mut Tx<'_>, name: &Name, job: &J) -> Result<Standing, JobError<J::Error>> {
    let known = tx.get::<JobState>(&name.job)?;
    let state = match known.as_deref() {
        None => new_state(tx, name, job)?,
        // Somebody else was faster, or it is of other input, which the caller is told.
        Some(known) if matches!(known.status, JobStatus::Running | JobStatus::Done) => {
            return Ok(Standing::of(known));
        }
        Some(known) => JobState {
            status: JobStatus::Running,
            resumed: known.resumed.saturating_add(1),
            changed_at: tx.now(),
            ..known.clone()
        },
    };
    tx.emit(event("job.begun", name.job).with("kind", Value::text(name.kind)));
    let standing = Standing::of(&state);
    if known.is_some() {
        tx.put(state)?
    } else {
        tx.insert(state)?
    }
    Ok(standing)
}

fn new_state<J: Job>(tx: &Tx<'_>, name: &Name, job: &J) -> Result<JobState, Halt> {
    let cursor = J::Cursor::default();
    let Progressed { phase, done, total } = job.progress(&cursor);
    Ok(JobState {
        job: name.job,
        kind: SmolStr::new_static(name.kind),
        input: name.input.clone(),
        status: JobStatus::Running,
        chunks: 0,
        cursor: to_json(&cursor, "cursor")?,
        exhausted: false,
        phase,
        done,
        total,
        resumed: 0,
        actor: tx.actor().as_str().into(),
        begun_at: tx.now(),
        changed_at: tx.now(),
        failure: None,
        failure_text: None,
        report: None,
    })
}

fn chunk<J: Job>(
    tx: &mut Tx<'_>,
    name: &Name,
    job: &J,
    number: u32,
    cursor: &J::Cursor,
) -> Result<Standing, JobError<J::Error>> {
    let state = running(tx, name.job)?;
    if state.chunks != number {
        let found = state.chunks;
        return Err(out_of_step(name.job, format!("chunk {number} follows {found} chunks")).into());
    }
    let (cursor, exhausted) = match job.chunk(tx, name.job, cursor).map_err(JobError::Act)? {
        Step::More(cursor) => (cursor, false),
        Step::Last(cursor) => (cursor, true),
    };
    let Progressed { phase, done, total } = job.progress(&cursor);
    let chunks = number.saturating_add(1);
    let told = event("job.chunk", name.job).with("chunks", Value::I64(i64::from(chunks)));
    tx.emit(told.with("done", Value::I64(done)));
    let cursor = to_json(&cursor, "cursor")?;
    if !exhausted && cursor == state.cursor {
        let why =
            format!("a chunk of {} gives its own cursor back: it would come for ever", name.kind);
        return Err(JobError::Act(J::Error::from(Halt::Bug(why))));
    }
    let changed_at = tx.now();
    put(tx, JobState { chunks, cursor, exhausted, phase, done, total, changed_at, ..state })
}

fn finish<J: Job>(
    tx: &mut Tx<'_>,
    name: &Name,
    job: &J,
    cursor: &J::Cursor,
) -> Result<Standing, JobError<J::Error>> {
    let state = running(tx, name.job)?;
    if !state.exhausted {
        return Err(out_of_step(name.job, "it ends before its last chunk".into()).into());
    }
    let report = job.finish(tx, name.job, cursor).map_err(JobError::Act)?;
    let report = Some(to_json(&report, "report")?);
    tx.emit(event("job.done", name.job).with("done", Value::I64(state.done)));
    let (failure, failure_text, changed_at) = (None, None, tx.now());
    let status = JobStatus::Done;
    put(tx, JobState { status, report, failure, failure_text, changed_at, ..state })
}

/// Stops a job, whoever runs it.
pub(crate) fn cancel_any<E: ActError>(
    tx: &mut Tx<'_>,
    job: JobId,
) -> Result<Standing, JobError<E>> {
    tx.authorize(&Request::new(&CANCEL))?;
    cancel(tx, job)
}

/// Stops a job that is not done.
fn cancel<E: ActError>(tx: &mut Tx<'_>, job: JobId) -> Result<Standing, JobError<E>> {
    let state = tx.get::<JobState>(&job)?.ok_or(JobError::Unknown { job })?;
    if matches!(state.status, JobStatus::Done | JobStatus::Cancelled) {
        return Ok(Standing::of(&state));
    }
    tx.emit(event("job.cancelled", job).with("done", Value::I64(state.done)));
    let (status, changed_at) = (JobStatus::Cancelled, tx.now());
    put(tx, JobState { status, changed_at, ..state.as_ref().clone() })
}

fn fail<E: ActError>(
    tx: &mut Tx<'_>,
    job: JobId,
    code: &'static str,
    text: &SmolStr,
) -> Result<Standing, JobError<E>> {
    let state = running::<E>(tx, job)?;
    tx.emit(event("job.failed", job).with("code", Value::text(code)));
    let (status, changed_at) = (JobStatus::Failed, tx.now());
    let (failure, failure_text) = (Some(SmolStr::new_static(code)), Some(text.clone()));
    put(tx, JobState { status, failure, failure_text, changed_at, ..state })
}

/// The job, if it may go on.
fn running<E: ActError>(tx: &mut Tx<'_>, job: JobId) -> Result<JobState, JobError<E>> {
    let state = tx.get::<JobState>(&job)?.ok_or(JobError::Unknown { job })?;
    match state.status {
        JobStatus::Running => Ok(state.as_ref().clone()),
        JobStatus::Done => Err(JobError::Finished { job }),
        _ => Err(JobError::Stopped { job, done: state.done }),
    }
}

fn put<E: ActError>(tx: &mut Tx<'_>, state: JobState) -> Result<Standing, JobError<E>> {
    let standing = Standing::of(&state);
    tx.put(state)?;
    Ok(standing)
}

fn event(name: &'static str, job: JobId) -> Event {
    Event::new(name).with("job", Value::Id(job.to_u128()))
}

fn out_of_step(job: JobId, why: String) -> Halt {
    Halt::Bug(format!("job {job} is out of step: {why}"))
}

/// What a store can keep of an error's text.
pub(crate) fn storable(text: &str) -> SmolStr {
    text.replace('\0', "\u{fffd}").into()
}
