//! The office of a host that must not block.

use std::fmt;
use std::sync::Arc;

use super::Verification;
use super::seat::Seat;
use crate::due::{AsyncQueue, TickError, Ticked};
use crate::policy::{Request, Verdict};
use crate::store::{AsyncStore, Prepared, StoreError};
use crate::{
    Act, ActError, ActorId, AsyncDriver, CompanyId, Done, Engine, Envelope, Halt, Job, JobDone,
    JobError, JobId, JobState, Progress, Timestamp, View, job,
};

/// As [`Office`](super::Office), over an asynchronous store: the same engines, the same promises.
///
/// ```
/// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
/// # use desk::*;
/// # use fondaco_testkit::{Model, Unloaded, block_on};
/// # block_on(async {
/// let store = Unloaded::new(Model::new(), 2); // an asynchronous store
/// let office = AsyncOffice::open(store, CompanyId::named("acme")).await?;
/// office.join(&DESK).await?;
/// let paris = calendar::SetZone::new(calendar::Zone::minutes_east(60)?);
/// office.clone().acting_as("anna").send("zone", &paris).await?;
/// assert!(office.tick().await?.carried_out.is_empty());
/// assert!(office.verify().await?.is_clean());
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct AsyncOffice<'s> {
    driver: Arc<AsyncDriver<'s>>,
    seat: Seat<'s>,
}

impl<'s> AsyncOffice<'s> {
    /// See [`Office::open`](super::Office::open).
    ///
    /// # Errors
    /// As [`Store::prepare`](crate::store::Store::prepare).
    pub async fn open(
        store: impl AsyncStore + 's,
        company: CompanyId,
    ) -> Result<AsyncOffice<'s>, StoreError> {
        let driver = AsyncDriver::new(store, company);
        driver.prepare(&[]).await?;
        Ok(AsyncOffice::over(driver))
    }

    /// See [`Office::over`](super::Office::over).
    pub fn over(driver: impl Into<Arc<AsyncDriver<'s>>>) -> AsyncOffice<'s> {
        AsyncOffice { driver: driver.into(), seat: Seat::of_host() }
    }

    /// See [`Office::join`](super::Office::join).
    ///
    /// # Errors
    /// As [`AsyncDriver::join`].
    pub async fn join(&self, engine: &'static Engine) -> Result<Prepared, StoreError> {
        self.driver.join(engine).await
    }

    /// See [`Office::acting_as`](super::Office::acting_as).
    #[must_use]
    pub fn acting_as(self, actor: &str) -> AsyncOffice<'s> {
        AsyncOffice { seat: self.seat.acting_as(actor), ..self }
    }

    /// See [`Office::with_clock`](super::Office::with_clock).
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> AsyncOffice<'s> {
        AsyncOffice { seat: self.seat.with_clock(clock), ..self }
    }

    /// The driver underneath.
    pub fn driver(&self) -> &AsyncDriver<'s> {
        &self.driver
    }

    /// See [`Office::shared_driver`](super::Office::shared_driver).
    pub fn shared_driver(&self) -> Arc<AsyncDriver<'s>> {
        self.driver.clone()
    }

    /// Who acts.
    pub fn actor(&self) -> &ActorId {
        self.seat.actor()
    }

    /// What time it is by this office's clock.
    pub fn now(&self) -> Timestamp {
        self.seat.now()
    }

    /// See [`Office::envelope`](super::Office::envelope).
    pub fn envelope(&self, name: &str) -> Envelope {
        self.seat.envelope(name)
    }

    /// See [`Office::send`](super::Office::send). Dropping the future leaves the command done whole or not at all; sending it again
    /// tells which.
    ///
    /// # Errors
    /// The command's refusal, or a [`Halt`].
    pub async fn send<C: Act>(&self, name: &str, command: &C) -> Result<Done<C::Answer>, C::Error> {
        self.driver.carry_out(self.envelope(name), command).await
    }

    /// See [`Office::may`](super::Office::may).
    ///
    /// # Errors
    /// A [`Halt`].
    pub async fn may(&self, request: &Request) -> Result<Verdict, Halt> {
        self.driver.may(self.actor(), self.now(), request).await
    }

    /// See [`AsyncDriver::view`].
    ///
    /// # Errors
    /// What `read` answers, or a [`Halt`].
    pub async fn view<T, E: ActError>(
        &self,
        read: impl Fn(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.driver.view(read).await
    }

    /// See [`Office::run_job`](super::Office::run_job), and [`AsyncDriver::run_job`] for what blocks.
    ///
    /// # Errors
    /// As [`Driver::run_job`](crate::Driver::run_job).
    pub async fn run_job<J: Job>(
        &self,
        name: &str,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        self.driver.run_job(&self.seat.job(name), job, progress).await
    }

    /// See [`Office::cancel_job`](super::Office::cancel_job).
    ///
    /// # Errors
    /// As [`Driver::cancel_job`](crate::Driver::cancel_job).
    pub async fn cancel_job(&self, name: &str) -> Result<(), JobError<Halt>> {
        self.driver.cancel_job(&self.seat.job(name)).await
    }

    /// See [`Office::jobs`](super::Office::jobs).
    ///
    /// # Errors
    /// A [`Halt`].
    pub async fn jobs(&self, limit: usize) -> Result<Vec<Arc<JobState>>, Halt> {
        self.view(|view| job::jobs(view, None, limit)).await
    }

    /// See [`Office::job`](super::Office::job).
    ///
    /// # Errors
    /// A [`Halt`].
    pub async fn job(&self, name: &str) -> Result<Option<Arc<JobState>>, Halt> {
        self.view(|view| job::job(view, JobId::named(name))).await
    }

    /// See [`Office::due_queue`](super::Office::due_queue).
    pub fn due_queue(&self) -> AsyncQueue<'_, 's, 'static> {
        AsyncQueue::new(&self.driver, self.driver.due_handlers()).acting_as(self.actor().clone())
    }

    /// See [`Office::tick`](super::Office::tick).
    ///
    /// # Errors
    /// As [`Queue::tick`](crate::due::Queue::tick).
    pub async fn tick(&self) -> Result<Ticked, TickError> {
        self.due_queue().tick(self.now()).await
    }

    /// See [`Office::next_due`](super::Office::next_due).
    ///
    /// # Errors
    /// A [`Halt`].
    pub async fn next_due(&self) -> Result<Option<Timestamp>, Halt> {
        self.due_queue().next_due().await
    }

    /// See [`Office::verify`](super::Office::verify).
    ///
    /// # Errors
    /// Failures of the store; what does not fit is in the result.
    pub async fn verify(&self) -> Result<Verification, Halt> {
        let chain = self.driver.verify(&[]).await?;
        Ok(Verification { chain, discrepancies: self.driver.discrepancies().await? })
    }
}

impl fmt::Debug for AsyncOffice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncOffice")
            .field("driver", &self.driver)
            .field("actor", self.actor())
            .finish_non_exhaustive()
    }
}
