//! Sites and the locations in them: where stock is kept.
//!
//! A site has a root location of its own code; all its locations stand under that, in a tree. Who keeps no bins keeps stock at the root.
//!
//! # Commands
//! [`OpenSites`], [`ChangeSite`], [`CloseSite`], [`ReopenSite`]; [`OpenLocations`], [`ChangeLocation`], [`MoveLocation`],
//! [`CloseLocation`], [`ReopenLocation`].

mod error;
mod locations;
mod query;
mod record;
mod sites;

pub use error::PlaceError;
pub(crate) use locations::existing_location;
pub use locations::{ChangeLocation, CloseLocation, MoveLocation, OpenLocations, ReopenLocation};
pub use query::{location, locations, locations_under, site, site_by_code};
pub use record::{Location, LocationKind, Site};
pub(crate) use sites::existing_site;
pub use sites::{ChangeSite, CloseSite, OpenSites, ReopenSite};

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

use crate::rights;

/// What the engine has of places.
pub(crate) static PART: Part = Part::new(&[Site::TABLE, Location::TABLE]).permissions(&[
    &rights::OPEN_PLACE,
    &rights::CHANGE_PLACE,
    &rights::CLOSE_PLACE,
]);
