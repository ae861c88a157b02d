//! Adapters of `suites/`.

pub(crate) mod acts;
mod regimes;
mod scenarios;
