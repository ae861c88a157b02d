//! Adapters of `payroll/`.

pub(crate) mod lohnsteuer;
