//! Sites and the locations in them: where stock is kept.

mod record;

pub use record::{Location, LocationKind, Site};
