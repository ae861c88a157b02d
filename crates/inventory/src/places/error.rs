//! Why a site or a location can't be as it is given.

use chrono::NaiveDate;
use fondaco_core::{ErrorCode, SiteId};
use smol_str::SmolStr;

use super::LocationKind;

/// What is wrong with sites and locations.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum PlaceError {
    /// No such site.
    #[error("there is no site {site}: open it first, or correct the id")]
    #[kind(NotFound)]
    UnknownSite {
        /// The id.
        site: SiteId,
    },
    /// No such location.
    #[error("there is no location {location}: open it first, or correct the code")]
    #[kind(NotFound)]
    UnknownLocation {
        /// The code.
        location: SmolStr,
    },
    /// What shall name it names another already.
    #[error("{what} {code} exists already: choose another code")]
    #[kind(Conflict)]
    #[code("place_exists")]
    Exists {
        /// What: `site`, `location`.
        what: &'static str,
        /// The code.
        code: SmolStr,
    },
    /// A location under nothing: only the root of a site stands so.
    #[error(
        "location {location} stands under nothing: put it under another of its site, or under the site's root, which has the site's code"
    )]
    #[kind(Invalid)]
    NoParent {
        /// The location.
        location: SmolStr,
    },
    /// What it shall stand under is in another site.
    #[error(
        "location {location} can't stand under {parent}, which is in another site: open another there"
    )]
    #[kind(Invalid)]
    #[code("parent_in_other_site")]
    OtherSite {
        /// The location.
        location: SmolStr,
        /// What it shall stand under.
        parent: SmolStr,
    },
    /// What it shall stand under takes none of its kind.
    #[error("location {location} is {} and can't stand under {parent}, which is {}: anything stands under storage, nothing under a bin, elsewhere more of the same", kind.code(), parent_kind.code())]
    #[kind(Invalid)]
    #[code("bad_location_kind")]
    BadKind {
        /// The location.
        location: SmolStr,
        /// Its kind.
        kind: LocationKind,
        /// What it shall stand under.
        parent: SmolStr,
        /// The kind of that.
        parent_kind: LocationKind,
    },
    /// It takes nothing new after its last day.
    #[error("{what} {code} closes after {closes}: reopen it first")]
    #[kind(Refused)]
    #[code("place_closed")]
    Closed {
        /// What: `site`, `location`.
        what: &'static str,
        /// Its code.
        code: SmolStr,
        /// Its last day.
        closes: NaiveDate,
    },
    /// The root of a site is what the site is.
    #[error("location {location} is the root of its site: {why}")]
    #[kind(Refused)]
    #[code("root_location")]
    Root {
        /// The location.
        location: SmolStr,
        /// What can't be done with it, and the way out.
        why: &'static str,
    },
    /// What holds stock can't become something else.
    #[error("location {location} can't change its {field}: {why}")]
    #[kind(Refused)]
    #[code("cannot_change_place")]
    CannotChange {
        /// The location.
        location: SmolStr,
        /// Which field.
        field: &'static str,
        /// Why, and the way out.
        why: String,
    },
    /// Something is still there.
    #[error("{what} {code} can't be closed: {why}")]
    #[kind(Refused)]
    #[code("cannot_close_place")]
    CannotClose {
        /// What: `site`, `location`.
        what: &'static str,
        /// Its code.
        code: SmolStr,
        /// Why, and the way out.
        why: String,
    },
}
