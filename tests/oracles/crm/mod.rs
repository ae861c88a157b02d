//! Adapters of `crm/`.

pub(crate) mod attribution;
pub(crate) mod clv;
pub(crate) mod decay;
pub(crate) mod linkage;
pub(crate) mod ml;
pub(crate) mod odoo_pls;
pub(crate) mod pipeline;
pub(crate) mod rfm;
pub(crate) mod segments;
pub(crate) mod sla;
pub(crate) mod stats;
pub(crate) mod strings;
