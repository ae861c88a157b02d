//! Adapters of `suites/`.

pub(crate) mod acts;
