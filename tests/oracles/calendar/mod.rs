//! Adapters of `calendar/`.

pub(crate) mod holidays;
