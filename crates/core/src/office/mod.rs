//! The handle of a program that works for one company: a driver that is shared, who acts, and a clock.
//!
//! An [`Office`] says nothing of any engine. Each engine that people call by methods has a thin handle over one, which adds what
//! it can be asked: several handles share an office, and with it one driver, one gate, one queue of what is due, and one
//! verification.
//!
//! # A handle
//! What an engine writes for its own; `Books` of accounting is one:
//!
//! ```
//! # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
//! # use desk::*;
//! /// The cash desk of an office.
//! #[derive(Debug, Clone)]
//! struct Desk<'s>(Office<'s>);
//!
//! impl<'s> Desk<'s> {
//!     /// The desk of an office, which the engine joins.
//!     fn of(office: &Office<'s>) -> Result<Desk<'s>, StoreError> {
//!         office.join(&DESK)?;
//!         Ok(Desk(office.clone()))
//!     }
//!
//!     /// All that was paid out.
//!     fn paid(&self) -> Result<i64, Halt> {
//!         let paid = self.0.view(|view| view.peek_scan(&Range::<Paid>::all()))?;
//!         Ok(paid.iter().map(|paid| paid.cents).sum())
//!     }
//! }
//!
//! impl<'s> std::ops::Deref for Desk<'s> {
//!     type Target = Office<'s>; // `send`, `tick`, `verify`, ...
//!     fn deref(&self) -> &Office<'s> {
//!         &self.0
//!     }
//! }
//!
//! let office = Office::open(fondaco_store::Memory::new(), CompanyId::named("acme"))?;
//! let desk = Desk::of(&office)?;
//! pay(desk.driver(), "anna", "slip/1", "front", "5 EUR")?;
//! assert_eq!(desk.paid()?, 500);
//! assert!(desk.verify()?.is_clean());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod asynchronous;
mod seat;
mod verification;

pub use asynchronous::AsyncOffice;
pub use verification::Verification;

use std::fmt;
use std::sync::Arc;

use seat::Seat;

use crate::due::{Queue, TickError, Ticked};
use crate::policy::{Request, Verdict};
use crate::store::{Prepared, Store, StoreError};
use crate::{
    Act, ActError, ActorId, CompanyId, Done, Driver, Engine, Envelope, Halt, Job, JobDone,
    JobError, JobId, JobState, Progress, Timestamp, View, job,
};

/// A driver that is shared, somebody who acts, and a clock. Clones are cheap, and share the driver.
///
/// ```
/// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
/// # use desk::*;
/// let office = Office::open(fondaco_store::Memory::new(), CompanyId::named("acme"))?;
/// office.join(&DESK)?;
/// let (anna, ben) = (office.clone().acting_as("anna"), office.acting_as("ben"));
/// let paris = calendar::SetZone::new(calendar::Zone::minutes_east(60)?);
/// assert!(!anna.send("zone", &paris)?.replayed);
/// assert!(ben.send("zone", &paris)?.replayed); // the same command, whoever sends it again
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Office<'s> {
    driver: Arc<Driver<'s>>,
    seat: Seat<'s>,
}

impl<'s> Office<'s> {
    /// An office for `company` on a store; engines [join](Office::join) it, or their handles do.
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn open(store: impl Store + 's, company: CompanyId) -> Result<Office<'s>, StoreError> {
        let driver = Driver::new(store, company);
        driver.prepare(&[])?;
        Ok(Office::over(driver))
    }

    /// An office over a driver that the host has, also one that others share already.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
    /// let office = Office::over(driver.with_policy(Stored));
    /// office.join(&DESK)?;
    /// office.acting_as("root").send("first", &AppointFirst::new(ActorId::new("root")))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn over(driver: impl Into<Arc<Driver<'s>>>) -> Office<'s> {
        Office { driver: driver.into(), seat: Seat::of_host() }
    }

    /// An engine joins the driver: [`Driver::join`].
    ///
    /// # Errors
    /// As [`Driver::join`].
    pub fn join(&self, engine: &'static Engine) -> Result<Prepared, StoreError> {
        self.driver.join(engine)
    }

    /// The same office, for somebody who acts: an id of the host's, not a name. Clones share one driver, so that each user
    /// of a program has a handle of his own. Else it is `host`.
    #[must_use]
    pub fn acting_as(self, actor: &str) -> Office<'s> {
        Office { seat: self.seat.acting_as(actor), ..self }
    }

    /// The same office under another clock: for tests, and for importing what was recorded before. Else it is the system's.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> Office<'s> {
        Office { seat: self.seat.with_clock(clock), ..self }
    }

    /// The driver underneath.
    pub fn driver(&self) -> &Driver<'s> {
        &self.driver
    }

    /// The driver underneath, for whoever shares it longer than this handle lives.
    pub fn shared_driver(&self) -> Arc<Driver<'s>> {
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

    /// An envelope for a command under this name, by this office's actor and clock.
    ///
    /// ```
    /// # use fondaco_core::{CompanyId, Office, Timestamp, TimestampError};
    /// # let office = Office::open(fondaco_store::Memory::new(), CompanyId::named("acme")).unwrap();
    /// let then: Timestamp = "2019-03-01T12:00:00Z".parse()?; // when an old program recorded it
    /// let office = office.acting_as("clerk-7").with_clock(move || then);
    /// let envelope = office.envelope("imported/1");
    /// assert_eq!((envelope.actor.as_str(), envelope.time), ("clerk-7", then));
    /// # Ok::<(), TimestampError>(())
    /// ```
    pub fn envelope(&self, name: &str) -> Envelope {
        self.seat.envelope(name)
    }

    /// Carries out any command of any engine that joined under a name of the host's: once, however often it is sent.
    ///
    /// # Errors
    /// The command's refusal, or a [`Halt`].
    pub fn send<C: Act>(&self, name: &str, command: &C) -> Result<Done<C::Answer>, C::Error> {
        self.driver.carry_out(self.envelope(name), command)
    }

    /// Whether who acts here may do something now, and why: without doing it.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn may(&self, request: &Request) -> Result<Verdict, Halt> {
        self.driver.may(self.actor(), self.now(), request)
    }

    /// Reads at one moment, whatever is committed meanwhile: [`Driver::view`].
    ///
    /// # Errors
    /// What `read` answers, or a [`Halt`].
    pub fn view<T, E: ActError>(
        &self,
        read: impl Fn(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.driver.view(read)
    }

    /// Runs a [job] under a name of the host's, from wherever it stands to its end. `progress` watches it, and may stop it.
    ///
    /// # Errors
    /// As [`Driver::run_job`].
    pub fn run_job<J: Job>(
        &self,
        name: &str,
        job: &mut J,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<J::Report>, JobError<J::Error>> {
        self.driver.run_job(&self.seat.job(name), job, progress)
    }

    /// Stops the job of this name, whoever runs it, before its next chunk. Run it again, and it goes on.
    ///
    /// # Errors
    /// As [`Driver::cancel_job`].
    pub fn cancel_job(&self, name: &str) -> Result<(), JobError<Halt>> {
        self.driver.cancel_job(&self.seat.job(name))
    }

    /// The jobs that were begun last, at most `limit`, the newest first; each with how far it is and its report.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn jobs(&self, limit: usize) -> Result<Vec<Arc<JobState>>, Halt> {
        self.view(|view| job::jobs(view, None, limit))
    }

    /// The job of this name, if it was ever begun.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn job(&self, name: &str) -> Result<Option<Arc<JobState>>, Halt> {
        self.view(|view| job::job(view, JobId::named(name)))
    }

    /// The queue of what comes by the clock, with the handlers of the engines that joined, by this office's actor.
    ///
    /// A host with items of its own adds its handlers to [`Driver::due_handlers`], and makes a [`Queue`] of them.
    pub fn due_queue(&self) -> Queue<'_, 's, 'static> {
        Queue::new(&self.driver, self.driver.due_handlers()).acting_as(self.actor().clone())
    }

    /// Carries out what is due by this office's clock, of all engines that joined.
    ///
    /// # Errors
    /// As [`Queue::tick`].
    pub fn tick(&self) -> Result<Ticked, TickError> {
        self.due_queue().tick(self.now())
    }

    /// When [`tick`](Office::tick) has something to do next; `None` when nothing is planned.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn next_due(&self) -> Result<Option<Timestamp>, Halt> {
        self.due_queue().next_due()
    }

    /// Recomputes everything that the engines that joined derive, and checks every row against the hash chain, also what other
    /// engines keep behind the same driver: [`Driver::verify`] says what must be prepared for that.
    ///
    /// # Errors
    /// Failures of the store; what does not fit is in the result.
    pub fn verify(&self) -> Result<Verification, Halt> {
        let chain = self.driver.verify(&[])?;
        Ok(Verification { chain, discrepancies: self.driver.discrepancies()? })
    }
}

impl fmt::Debug for Office<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Office")
            .field("driver", &self.driver)
            .field("actor", self.actor())
            .finish_non_exhaustive()
    }
}
