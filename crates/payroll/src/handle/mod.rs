//! One handle for a program that just wants to pay its people.

mod asynchronous;

use std::ops::Deref;
use std::sync::Arc;

use fondaco_core::store::{Store, StoreError};
use fondaco_core::{CompanyId, Driver, Office, Timestamp, party};

pub use asynchronous::AsyncPayroll;

use crate::ENGINE;

/// A company's payroll on a store: the engine's commands and queries in one place.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_payroll::Payroll;
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// assert!(payroll.verify()?.is_clean());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is a handle over an [`Office`], which other engines' handles may share: what is not said here (`send`, `view`, `tick`,
/// `verify`, ...) is said there.
#[derive(Debug, Clone)]
pub struct Payroll<'s>(Office<'s>);

impl<'s> Deref for Payroll<'s> {
    type Target = Office<'s>;

    fn deref(&self) -> &Office<'s> {
        &self.0
    }
}

impl<'s> Payroll<'s> {
    /// Opens the payroll of `company`, making its tables ready.
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// use fondaco_payroll::Payroll;
    /// use fondaco_store::Memory;
    /// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
    /// assert!(payroll.verify()?.is_clean());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn open(store: impl Store + 's, company: CompanyId) -> Result<Payroll<'s>, StoreError> {
        Payroll::over(Driver::new(store, company))
    }

    /// The payroll over a driver that the host has.
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn over(driver: impl Into<Arc<Driver<'s>>>) -> Result<Payroll<'s>, StoreError> {
        Payroll::of(&Office::over(driver))
    }

    /// The payroll of an office, which the engine joins: beside the handles of other engines.
    ///
    /// ```
    /// use fondaco_core::{CompanyId, Office};
    /// use fondaco_payroll::Payroll;
    /// use fondaco_store::Memory;
    ///
    /// let office = Office::open(Memory::new(), CompanyId::named("acme"))?;
    /// let payroll = Payroll::of(&office.acting_as("clerk-7"))?;
    /// assert_eq!(payroll.actor().as_str(), "clerk-7");
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Driver::join`].
    pub fn of(office: &Office<'s>) -> Result<Payroll<'s>, StoreError> {
        office.join(&party::ENGINE)?; // employees are parties
        office.join(&ENGINE)?;
        Ok(Payroll(office.clone()))
    }

    /// The office of this payroll, for the handle of another engine.
    pub fn office(&self) -> &Office<'s> {
        &self.0
    }

    /// The same payroll, for somebody who acts: [`Office::acting_as`].
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (payroll, run) = computed();
    /// // Who computed a run does not approve it; somebody else does.
    /// let boss = payroll.clone().acting_as("boss");
    /// let without_refused = RunMove::Approve { without_refused: true };
    /// let mut approve = AdvanceRun { to: without_refused, ..AdvanceRun::approve(run, "looked at") };
    /// assert!(payroll.run_job("own", &mut approve, &mut ()).is_err());
    /// assert!(boss.run_job("other", &mut approve, &mut ()).is_ok());
    /// ```
    #[must_use]
    pub fn acting_as(self, actor: &str) -> Payroll<'s> {
        Payroll(self.0.acting_as(actor))
    }

    /// The same payroll under another clock: [`Office::with_clock`].
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> Payroll<'s> {
        Payroll(self.0.with_clock(clock))
    }
}
