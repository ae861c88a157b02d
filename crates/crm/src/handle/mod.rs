//! One handle for a program that just wants to know its customers.

mod asynchronous;

use std::ops::Deref;
use std::sync::Arc;

use fondaco_core::store::{Store, StoreError};
use fondaco_core::{CompanyId, Driver, Office, PartyId, Reading, Timestamp, party};

pub use asynchronous::AsyncCrm;

use crate::contacts::Profile;
use crate::{ContactError, CrmError, ENGINE};

/// A company's customers on a store: the engine's commands and queries in one place.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_crm::Crm;
/// use fondaco_store::Memory;
///
/// let crm = Crm::open(Memory::new(), CompanyId::named("acme"))?;
/// assert!(crm.verify()?.is_clean());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It is a handle over an [`Office`], which other engines' handles may share: what is not said here (`send`, `view`, `tick`,
/// `verify`, ...) is said there.
#[derive(Debug, Clone)]
pub struct Crm<'s>(Office<'s>);

impl<'s> Deref for Crm<'s> {
    type Target = Office<'s>;

    fn deref(&self) -> &Office<'s> {
        &self.0
    }
}

impl<'s> Crm<'s> {
    /// Opens the CRM of `company`, making its tables ready.
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn open(store: impl Store + 's, company: CompanyId) -> Result<Crm<'s>, StoreError> {
        Crm::over(Driver::new(store, company))
    }

    /// The CRM over a driver that the host has.
    ///
    /// # Errors
    /// As [`Store::prepare`].
    pub fn over(driver: impl Into<Arc<Driver<'s>>>) -> Result<Crm<'s>, StoreError> {
        Crm::of(&Office::over(driver))
    }

    /// The CRM of an office, which the engine joins: beside the handles of other engines.
    ///
    /// ```
    /// use fondaco_core::{CompanyId, Office};
    /// use fondaco_crm::Crm;
    /// use fondaco_store::Memory;
    ///
    /// let office = Office::open(Memory::new(), CompanyId::named("acme"))?;
    /// let crm = Crm::of(&office.acting_as("clerk-7"))?;
    /// assert_eq!(crm.actor().as_str(), "clerk-7");
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Driver::join`].
    pub fn of(office: &Office<'s>) -> Result<Crm<'s>, StoreError> {
        office.join(&party::ENGINE)?; // contacts are parties
        office.join(&ENGINE)?;
        Ok(Crm(office.clone()))
    }

    /// The office of this CRM, for the handle of another engine.
    pub fn office(&self) -> &Office<'s> {
        &self.0
    }

    /// The same CRM, for somebody who acts: [`Office::acting_as`].
    #[must_use]
    pub fn acting_as(self, actor: &str) -> Crm<'s> {
        Crm(self.0.acting_as(actor))
    }

    /// The same CRM under another clock: [`Office::with_clock`].
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> Crm<'s> {
        Crm(self.0.with_clock(clock))
    }

    /// What is kept of a contact, under this id alone.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// assert_eq!(crm.profile(ada())?.owner.as_deref(), Some("seller-1"));
    /// assert_eq!(crm.profile(PartyId::named("nobody")).unwrap_err().code(), "crm.unknown_contact");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ContactError::UnknownContact`].
    pub fn profile(&self, party: PartyId) -> Result<Arc<Profile>, CrmError> {
        let unknown = || CrmError::from(ContactError::UnknownContact { party });
        self.view(|view| view.peek_require::<Profile, _>(&party, unknown))
    }
}
