//! What the CRM consists of, each part declared beside its records.

use fondaco_core::Engine;

/// What the CRM consists of, for [`Driver::join`](fondaco_core::Driver::join): its tables, what can be allowed, what is held on
/// parties, what happens by the clock, and how it is verified.
///
/// ```
/// use fondaco_core::{CompanyId, Office};
/// use fondaco_store::Memory;
///
/// let office = Office::open(Memory::new(), CompanyId::named("acme"))?;
/// office.join(&fondaco_crm::ENGINE)?;
/// assert!(office.verify()?.is_clean());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub static ENGINE: Engine = Engine {
    name: "crm",
    parts: &[
        &crate::contacts::PART,
        &crate::attributes::PART,
        &crate::events::PART,
        &crate::leads::PART,
        &crate::matching::PART,
        &crate::documents::PART,
        &crate::consent::PART,
        &crate::merge::PART,
        &crate::import::PART,
        &crate::scores::PART,
        &crate::membership::PART,
        &crate::opportunities::PART,
    ],
};
