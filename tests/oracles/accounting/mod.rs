//! Adapters of `accounting/`.

pub(crate) mod allocation_residual;
pub(crate) mod iso4217_minor_units;
pub(crate) mod payment_terms;
mod python_random;
pub(crate) mod tigerbeetle;
pub(crate) mod trial_balance_100k;
mod tryton_close;
pub(crate) mod tryton_stories;
