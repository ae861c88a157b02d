//! Days of a file: what is none is told with the text that stands there, and how a day is written.

use chrono::NaiveDate;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

fn day<E: Error>(text: &str) -> Result<NaiveDate, E> {
    text.parse().map_err(|_| {
        E::custom(format!("{text:?} is no day: write one of the calendar as 2025-04-06"))
    })
}

/// A day that has to be there.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    day(&String::deserialize(deserializer)?)
}

/// A day that may be left out.
pub(super) fn read_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDate>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(|text| day(&text)).transpose()
}
