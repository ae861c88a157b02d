//! Finding sites and locations.

use std::sync::Arc;

use fondaco_core::tree::{self, Tree};
use fondaco_core::{Halt, Range, Reading, SiteId};
use smol_str::SmolStr;

use super::{Location, PlaceError, Site};
use crate::{Stock, StockError};

/// The site of this id.
///
/// # Errors
/// [`PlaceError::UnknownSite`], or a [`Halt`].
pub fn site(read: &mut impl Reading, site: SiteId) -> Result<Arc<Site>, StockError> {
    read.peek_require(&site, || PlaceError::UnknownSite { site }.into())
}

/// The site of this code.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn site_by_code(read: &mut impl Reading, code: &SmolStr) -> Result<Option<Arc<Site>>, Halt> {
    Ok(read.peek_scan(&Range::by(Site::BY_CODE, code).limit(1))?.into_iter().next())
}

/// The location of this code.
///
/// # Errors
/// [`PlaceError::UnknownLocation`], or a [`Halt`].
pub fn location(read: &mut impl Reading, code: &SmolStr) -> Result<Arc<Location>, StockError> {
    read.peek_require(code, || PlaceError::UnknownLocation { location: code.clone() }.into())
}

/// The locations of a site, each before those under it, in order of codes.
///
/// # Errors
/// [`PlaceError::UnknownSite`], or a [`Halt`].
pub fn locations(read: &mut impl Reading, id: SiteId) -> Result<Vec<Arc<Location>>, StockError> {
    site(read, id)?;
    let mut found = read.peek_scan(&Range::by(Location::BY_SITE, &id))?;
    let tree = Tree::of(found.iter().map(AsRef::as_ref));
    found.sort_by_key(|location| tree.place(&location.code));
    Ok(found)
}

/// A location and all that stands under it.
///
/// # Errors
/// [`PlaceError::UnknownLocation`], or a [`Halt`].
pub fn locations_under(
    read: &mut impl Reading,
    code: &SmolStr,
) -> Result<Vec<Arc<Location>>, StockError> {
    let top = location(read, code)?;
    let below = tree::below::<Location>(read, code)?;
    Ok(std::iter::once(top).chain(below).collect())
}

impl Stock<'_> {
    /// All sites, by code.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn sites(&self) -> Result<Vec<Arc<Site>>, StockError> {
        self.view(|view| Ok(view.peek_scan(&Range::<Site>::by(Site::BY_CODE, &()))?))
    }

    /// The site of this id.
    ///
    /// # Errors
    /// As [`site`].
    pub fn site(&self, id: SiteId) -> Result<Arc<Site>, StockError> {
        self.view(|view| site(view, id))
    }

    /// The site of this code.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn site_by_code(&self, code: &str) -> Result<Option<Arc<Site>>, StockError> {
        self.view(|view| Ok(site_by_code(view, &code.into())?))
    }

    /// The location of this code.
    ///
    /// # Errors
    /// As [`location`].
    pub fn location(&self, code: &str) -> Result<Arc<Location>, StockError> {
        self.view(|view| location(view, &code.into()))
    }

    /// The locations of a site, each before those under it.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let found = stock.locations(SiteId::named("MAIN"))?;
    /// let codes: Vec<&str> = found.iter().map(|location| location.code.as_str()).collect();
    /// assert_eq!(codes, ["MAIN", "MAIN/A", "MAIN/A/01"]);
    /// # Ok::<(), StockError>(())
    /// ```
    ///
    /// # Errors
    /// As [`locations`].
    pub fn locations(&self, site: SiteId) -> Result<Vec<Arc<Location>>, StockError> {
        self.view(|view| locations(view, site))
    }

    /// A location and all that stands under it.
    ///
    /// # Errors
    /// As [`locations_under`].
    pub fn locations_under(&self, code: &str) -> Result<Vec<Arc<Location>>, StockError> {
        self.view(|view| locations_under(view, &code.into()))
    }
}
