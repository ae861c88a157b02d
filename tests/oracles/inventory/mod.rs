//! Adapters of `inventory/`.

pub(crate) mod working_calendar;
