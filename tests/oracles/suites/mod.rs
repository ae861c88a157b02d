//! Adapters of `suites/`.

pub(crate) mod acts;
mod kpi;
mod regimes;
mod scenarios;
