//! The handle of a host that must not block.

use std::ops::Deref;

use fondaco_core::store::{AsyncStore, StoreError};
use fondaco_core::{AsyncOffice, CompanyId, Timestamp, party};

use crate::ENGINE;

/// As [`Crm`](crate::Crm), over an asynchronous store: the same engine, the same questions.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_crm::AsyncCrm;
/// # use fondaco_testkit::{Model, Unloaded, block_on};
/// # block_on(async {
/// let store = Unloaded::new(Model::new(), 2); // an asynchronous store
/// let crm = AsyncCrm::open(store, CompanyId::named("acme")).await?;
/// assert!(crm.verify().await?.is_clean());
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What is not said here (`send`, `view`, `tick`, `verify`, ...) is said by its [`AsyncOffice`].
#[derive(Debug, Clone)]
pub struct AsyncCrm<'s>(AsyncOffice<'s>);

impl<'s> Deref for AsyncCrm<'s> {
    type Target = AsyncOffice<'s>;

    fn deref(&self) -> &AsyncOffice<'s> {
        &self.0
    }
}

impl<'s> AsyncCrm<'s> {
    /// Opens the CRM of `company`, making its tables ready.
    ///
    /// # Errors
    /// As [`Store::prepare`](fondaco_core::store::Store::prepare).
    pub async fn open(
        store: impl AsyncStore + 's,
        company: CompanyId,
    ) -> Result<AsyncCrm<'s>, StoreError> {
        AsyncCrm::of(&AsyncOffice::open(store, company).await?).await
    }

    /// The CRM of an office, which the engine joins: beside the handles of other engines.
    ///
    /// # Errors
    /// As [`AsyncOffice::join`].
    pub async fn of(office: &AsyncOffice<'s>) -> Result<AsyncCrm<'s>, StoreError> {
        office.join(&party::ENGINE).await?; // contacts are parties
        office.join(&ENGINE).await?;
        Ok(AsyncCrm(office.clone()))
    }

    /// The office of this CRM, for the handle of another engine.
    pub fn office(&self) -> &AsyncOffice<'s> {
        &self.0
    }

    /// The same CRM, for somebody who acts: [`AsyncOffice::acting_as`].
    #[must_use]
    pub fn acting_as(self, actor: &str) -> AsyncCrm<'s> {
        AsyncCrm(self.0.acting_as(actor))
    }

    /// The same CRM under another clock: [`AsyncOffice::with_clock`].
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> AsyncCrm<'s> {
        AsyncCrm(self.0.with_clock(clock))
    }
}
