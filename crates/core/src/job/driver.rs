//! Running jobs on a driver of either sort.

use super::deed::{self, Deed};
use super::{Course, Job, JobError, JobId, JobState, JobStatus, Turn};
use crate::digest::Digester;
use crate::{
    ActorId, AsyncDriver, CommandId, Driver, Envelope, Halt, Progress, Reading, Timestamp, trace,
};

/// Who runs which job, by which clock.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct JobCall<'c> {
    /// Which job.
    pub job: JobId,
    /// Who acts.
    pub actor: &'c ActorId,
    /// The host's clock, asked before each commit: chunks are recorded when they are made.
    pub clock: &'c (dyn Fn() -> Timestamp + Sync),
}

impl<'c> JobCall<'c> {
    /// `job`, run by `actor` under a clock.
    ///
    /// ```
    /// use fondaco_core::job::{JobCall, JobId};
    /// use fondaco_core::{ActorId, Timestamp};
    /// let clerk = ActorId::new("clerk-7");
    /// let call = JobCall::new(JobId::named("payroll/2026-03"), &clerk, &Timestamp::now);
    /// assert_eq!(call.actor.as_str(), "clerk-7");
    /// ```
    pub fn new(
        job: JobId,
        actor: &'c ActorId,
        clock: &'c (dyn Fn() -> Timestamp + Sync),
    ) -> JobCall<'c> {
        JobCall { job, actor, clock }
    }

    pub(super) fn envelope(&self, id: CommandId) -> Envelope {
        Envelope::new(id, self.actor.clone(), (self.clock)())
    }
}

impl std::fmt::Debug for JobCall<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JobCall").field("job", &self.job).finish_non_exhaustive()
    }
}

/// A job that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDone<R> {
    /// Its report.
    pub report: R,
    /// Whether it was done before.
    pub replayed: bool,
}

impl Driver<'_> {
    /// Runs a job to its end, from wherever it stands: chunk after chunk, then the commit that makes it valid. A job that is
    /// done gives its report again. [`Job`] has an example.
    ///
    /// # Errors
    /// [`JobError::OtherInput`] and [`JobError::OtherKind`] before anything is done, [`JobError::Stopped`] when the watcher or
    /// another process stopped it, the engine's refusal (the job is [`Failed`](JobStatus::Failed) then), or a [`Halt`].
    /// Whatever it was: run it again, and it goes on at its cursor.
    pub fn run_job<J: Job>(
        &self,
        call: &JobCall<'_>,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        trace::job(self.company(), call.job, job.kind()).run(|| self.run_on(call, job, progress))
    }

    fn run_on<J: Job>(
        &self,
        call: &JobCall<'_>,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        let known = self.view::<_, Halt>(|view| view.peek::<JobState>(&call.job))?;
        let mut course = Course::new(call, job, known.as_deref())?;
        loop {
            match course.next(call, job, progress) {
                Turn::Carry(envelope, deed) => {
                    let (name, job) = (&course.name, &*job);
                    let digest = (deed.what(), Ok(deed.digest(name)));
                    let act = |tx: &mut crate::Tx<'_>| deed.act(tx, name, job);
                    let carried = self.run_digested(envelope, digest, act);
                    course.carried(carried)?;
                }
                Turn::End(result) => return result,
            }
        }
    }

    /// Stops a job, whoever runs it: before its next chunk. Run it again, and it goes on.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let (shop, clerk) = (shop(), ActorId::new("clerk-7"));
    /// let call = JobCall::new(JobId::named("stock"), &clerk, &Timestamp::now);
    /// let stopped = shop.run_job(&call, &mut Count { to: 3 }, &mut |at: &Progressed| {
    ///     if at.done == 1 { shop.cancel_job(&call).ok(); } // another thread or process, say
    ///     std::ops::ControlFlow::Continue(())
    /// });
    /// assert_eq!(stopped.unwrap_err().code(), "job.stopped");
    /// assert_eq!(shop.run_job(&call, &mut Count { to: 3 }, &mut ())?.report, 3); // it went on
    /// assert_eq!(shop.cancel_job(&call).unwrap_err().code(), "job.finished");
    /// # Ok::<(), job::JobError<Halt>>(())
    /// ```
    ///
    /// # Errors
    /// [`JobError::Unknown`], [`JobError::Finished`], or a [`Halt`].
    pub fn cancel_job(&self, call: &JobCall<'_>) -> Result<(), JobError<Halt>> {
        let known = self.view::<_, Halt>(|view| view.peek::<JobState>(&call.job))?;
        let (envelope, digest) = cancelling(call, known.as_deref())?;
        let job = call.job;
        let done = self.run_digested(envelope, ("job.cancel", Ok(digest)), |tx| {
            deed::cancel_any::<Halt>(tx, job)
        })?;
        was_stopped(job, done.answer.status)
    }
}

impl AsyncDriver<'_> {
    /// As [`Driver::run_job`]. [`Job::fetch`] is called on this task: a job that reads files blocks it meanwhile.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_testkit::{Model, Unloaded, block_on};
    /// # let driver = AsyncDriver::new(Unloaded::new(Model::new(), 2), CompanyId::named("acme"));
    /// # block_on(async {
    /// # driver.prepare(&[Stock::TABLE]).await?;
    /// # let clerk = ActorId::new("clerk-7");
    /// let call = JobCall::new(JobId::named("stock"), &clerk, &Timestamp::now);
    /// let done = driver.run_job(&call, &mut Count { to: 3 }, &mut ()).await;
    /// assert_eq!(done.map(|done| done.report).ok(), Some(3));
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`Driver::run_job`].
    pub async fn run_job<J: Job>(
        &self,
        call: &JobCall<'_>,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        let job_span = trace::job(self.company(), call.job, job.kind());
        job_span.wait(self.run_on(call, job, progress)).await
    }

    async fn run_on<J: Job>(
        &self,
        call: &JobCall<'_>,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        let known = self.view::<_, Halt>(|view| view.peek::<JobState>(&call.job)).await?;
        let mut course = Course::new(call, job, known.as_deref())?;
        loop {
            match course.next(call, job, progress) {
                Turn::Carry(envelope, deed) => {
                    let (name, job) = (&course.name, &*job);
                    let digest = (deed.what(), Ok(deed.digest(name)));
                    let act = |tx: &mut crate::Tx<'_>| deed.act(tx, name, job);
                    let carried = self.run_digested(envelope, digest, act).await;
                    course.carried(carried)?;
                }
                Turn::End(result) => return result,
            }
        }
    }

    /// As [`Driver::cancel_job`].
    ///
    /// # Errors
    /// As [`Driver::cancel_job`].
    pub async fn cancel_job(&self, call: &JobCall<'_>) -> Result<(), JobError<Halt>> {
        let known = self.view::<_, Halt>(|view| view.peek::<JobState>(&call.job)).await?;
        let (envelope, digest) = cancelling(call, known.as_deref())?;
        let job = call.job;
        let act = |tx: &mut crate::Tx<'_>| deed::cancel_any::<Halt>(tx, job);
        let done = self.run_digested(envelope, ("job.cancel", Ok(digest)), act).await?;
        was_stopped(job, done.answer.status)
    }
}

fn cancelling(
    call: &JobCall<'_>,
    known: Option<&JobState>,
) -> Result<(Envelope, crate::store::Hash), JobError<Halt>> {
    let known = known.ok_or(JobError::Unknown { job: call.job })?;
    let deed: Deed<()> = Deed::Cancel { chunks: known.chunks, resumed: known.resumed };
    let mut digester = Digester::new("core.job");
    digester.text("cancel");
    Ok((call.envelope(deed.command(call.job)), digester.finish()))
}

fn was_stopped(job: JobId, status: JobStatus) -> Result<(), JobError<Halt>> {
    if status == JobStatus::Done { Err(JobError::Finished { job }) } else { Ok(()) }
}
