//! Adapters of `crm/`.

pub(crate) mod decay;
pub(crate) mod sla;
pub(crate) mod strings;
