//! Adapters of `crm/`.

pub(crate) mod sla;
