//! Adapters of `inventory/`.

pub(crate) mod misc_inventory;
pub(crate) mod working_calendar;
