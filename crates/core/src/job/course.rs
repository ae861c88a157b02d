//! A job on its way, without any input or output: which commit comes next, and what to make of its answer.

use super::deed::{Deed, Name, Standing, storable};
use super::driver::{JobCall, JobDone};
use super::{Job, JobError, JobState, JobStatus};
use crate::digest::hex;
use crate::{ActError, Done, Envelope, Halt, Progress, trace};

/// What the driver has to do.
pub(crate) enum Turn<J: Job> {
    /// Carry this out.
    Carry(Envelope, Deed<J::Cursor>),
    /// Nothing more.
    End(Result<JobDone<J::Report>, JobError<J::Error>>),
}

pub(crate) struct Course<J: Job> {
    pub(crate) name: Name,
    standing: Option<Standing>,
    cursor: J::Cursor,
    /// Whether this run has begun the job, or found it running.
    begun: bool,
    /// Whether it was done before this run.
    replayed: bool,
    /// Why it does not go on, and whether the store was told.
    refusal: Option<(JobError<J::Error>, bool)>,
}

impl<J: Job> Course<J> {
    /// A run of a job that the store has in this state, if it has it.
    pub(crate) fn new(
        call: &JobCall<'_>,
        job: &J,
        known: Option<&JobState>,
    ) -> Result<Course<J>, JobError<J::Error>> {
        let input = job.input().map_err(|error| Halt::Bug(error.to_string()))?;
        let name = Name { job: call.job, kind: job.kind(), input: hex(&input).into() };
        let mut course = Course {
            name,
            standing: None,
            cursor: J::Cursor::default(),
            begun: known.is_some_and(|state| state.status == JobStatus::Running),
            replayed: known.is_some_and(|state| state.status == JobStatus::Done),
            refusal: None,
        };
        known.map_or(Ok(()), |state| course.stands(Standing::of(state)))?;
        Ok(course)
    }

    /// What comes next: asks the watcher and brings what the next chunk needs.
    pub(crate) fn next(
        &mut self,
        call: &JobCall<'_>,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Turn<J> {
        let end = match self.deed(job, progress) {
            Ok(Some(deed)) => return Turn::Carry(call.envelope(deed.command(call.job)), deed),
            Ok(None) => self.done(),
            Err(error) => Err(error),
        };
        Turn::End(self.told(end))
    }

    /// Tells how the run ends.
    fn told<T>(&self, end: Result<T, JobError<J::Error>>) -> Result<T, JobError<J::Error>> {
        let (job, chunks) = (self.name.job, self.standing.as_ref().map_or(0, |known| known.chunks));
        match &end {
            Ok(_) => trace::job_done(job, chunks),
            Err(JobError::Stopped { .. }) => trace::job_stopped(job, chunks),
            Err(error) => trace::job_failed(job, chunks, error),
        }
        end
    }

    fn deed(
        &mut self,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<Option<Deed<J::Cursor>>, JobError<J::Error>> {
        let Some(standing) = &self.standing else { return Ok(Some(Deed::Begin { resumed: 0 })) };
        let (chunks, resumed) = (standing.chunks, standing.resumed);
        if let Some((refusal, told)) = self.refusal.take() {
            if told {
                return Err(refusal);
            }
            let (code, text) = (refusal.code(), storable(&refusal.to_string()));
            self.refusal = Some((refusal, true));
            return Ok(Some(Deed::Fail { chunks, resumed, code, text }));
        }
        match standing.status {
            JobStatus::Done => return Ok(None),
            JobStatus::Running => self.begun = true,
            _ if self.begun => {
                return Err(JobError::Stopped { job: self.name.job, done: standing.done });
            }
            _ => return Ok(Some(Deed::Begin { resumed: resumed.saturating_add(1) })),
        }
        let (exhausted, cursor) = (standing.exhausted, self.cursor.clone());
        let at = job.progress(&cursor);
        trace::job_progress(self.name.job, chunks, &at);
        if progress.tell(&at).is_break() {
            return Ok(Some(Deed::Cancel { chunks, resumed }));
        }
        if exhausted {
            return Ok(Some(Deed::Finish { cursor }));
        }
        match trace::fetch(self.name.job, chunks).run(|| job.fetch(&cursor)) {
            Ok(()) => Ok(Some(Deed::Chunk { number: chunks, cursor })),
            Err(error) if !refuses(&error) => Err(JobError::Act(error)),
            Err(error) => {
                self.refusal = Some((JobError::Act(error), false));
                self.deed(job, progress)
            }
        }
    }

    /// Takes what came of a commit.
    pub(crate) fn carried(
        &mut self,
        result: Result<Done<Standing>, JobError<J::Error>>,
    ) -> Result<(), JobError<J::Error>> {
        let end = match result {
            Ok(done) => self.stands(done.answer),
            // What was refused is what counts, even when that can't be noted.
            Err(error) => match self.refusal.take() {
                Some((refusal, _)) => Err(refusal),
                // Who may not even begin it leaves it as it is.
                None if self.begun && is_refusal(&error) => {
                    self.refusal = Some((error, false));
                    Ok(())
                }
                None => Err(error),
            },
        };
        if end.is_err() { self.told(end) } else { Ok(()) }
    }

    fn stands(&mut self, standing: Standing) -> Result<(), JobError<J::Error>> {
        let Name { job, kind, input } = &self.name;
        if standing.kind != *kind {
            let (known, given) = (standing.kind, (*kind).into());
            return Err(JobError::OtherKind { job: *job, known, given });
        }
        if standing.input != *input {
            let (known, given) = (standing.input, input.clone());
            return Err(JobError::OtherInput { job: *job, known, given });
        }
        self.cursor = standing.cursor()?;
        self.standing = Some(standing);
        Ok(())
    }

    fn done(&self) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        let standing = self.standing.as_ref().ok_or(JobError::Unknown { job: self.name.job })?;
        Ok(JobDone { report: standing.report()?, replayed: self.replayed })
    }
}

/// Whether the engine refused, or can't do it however often it is tried: then the job has failed, and the store is told.
fn is_refusal<E: ActError>(error: &JobError<E>) -> bool {
    matches!(error, JobError::Act(error) if refuses(error))
}

fn refuses(error: &impl ActError) -> bool {
    error.halt().is_none_or(|halt| halt.is_refusal() || halt.is_of_act())
}
