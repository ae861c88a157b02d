//! Opening, changing, moving and closing locations.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::input::{check_code, check_line, check_tags};
use fondaco_core::policy::Authority;
use fondaco_core::store::{Event, Tags};
use fondaco_core::tree::{self, Branch, Levels};
use fondaco_core::{Act, IndexOf, Range, SiteId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Location, LocationKind, PlaceError, Site, existing_site};
use crate::change::{Change, set};
use crate::levels::note_kind;
use crate::{Settings, StockError, held, rights};

impl Branch for Location {
    const WHAT: &'static str = "location";
    const UNDER: IndexOf<Location> = Location::BY_PARENT;

    fn code(&self) -> &SmolStr {
        &self.code
    }

    fn parent(&self) -> Option<&SmolStr> {
        self.parent.as_ref()
    }
}

/// Opens locations: all or none. A location may come before or after those under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpenLocations {
    /// The locations.
    pub locations: Vec<Location>,
}

impl OpenLocations {
    /// Opens `locations`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock(); // MAIN/A is a hall, MAIN/A/01 a bin in it
    /// let main = SiteId::named("MAIN");
    /// let shelf = Location::new("MAIN/A/02", "Second shelf", main, "MAIN/A");
    /// stock.send("shelf", &OpenLocations::new(vec![shelf]))?;
    /// let in_a_bin = Location::new("MAIN/A/01/x", "A box", main, "MAIN/A/01");
    /// let refused = stock.send("box", &OpenLocations::new(vec![in_a_bin])).unwrap_err();
    /// assert_eq!(refused.code(), "inventory.bad_location_kind");
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(locations: Vec<Location>) -> OpenLocations {
        OpenLocations { locations }
    }
}

impl Act for OpenLocations {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::OPEN_PLACE)?;
        Settings::of(tx)?;
        let codes = self.locations.iter().flat_map(|row| [Some(&row.code), row.parent.as_ref()]);
        tx.need::<Location>(&codes.flatten().cloned().collect::<Vec<_>>())?;
        let mut sites: Vec<SiteId> = self.locations.iter().map(|row| row.site).collect();
        sites.dedup();
        tx.need::<Site>(&sites)?;
        let order = tree::opening_order(&self.locations)
            .map_err(|(at, circle)| StockError::from(circle).at(at))?;
        let mut levels = Levels::default();
        for (at, new) in order.into_iter().filter_map(|at| Some((at, self.locations.get(at)?))) {
            open(tx, &authority, new, &mut levels).map_err(|error| error.at(at))?;
        }
        Ok(())
    }
}

fn open(
    tx: &mut Tx<'_>,
    authority: &Authority,
    new: &Location,
    levels: &mut Levels<Location>,
) -> Result<(), StockError> {
    check_location(new)?;
    let site = existing_site(tx, new.site)?;
    rights::allow_location(tx, authority, new, &site)?;
    if tx.get::<Location>(&new.code)?.is_some() {
        let (what, code) = ("location", new.code.clone());
        return Err(PlaceError::Exists { what, code }.into());
    }
    let parent = levels.under::<StockError>(tx, new)?;
    check_under(new, parent.as_deref())?;
    tx.emit(event("stock.location_opened", new));
    Ok(tx.insert(new.clone())?)
}

fn event(name: &'static str, location: &Location) -> Event {
    Event::new(name).with("location", &location.code)
}

/// What is wrong with a location by itself.
fn check_location(location: &Location) -> Result<(), StockError> {
    check_code("location code", &location.code)?;
    check_line("location name", &location.name)?;
    Ok(check_tags("tags", &location.tags)?)
}

/// That a location can stand under another: in the same site, of a kind that may, and as long open.
fn check_under(location: &Location, parent: Option<&Location>) -> Result<(), StockError> {
    let code = location.code.clone();
    let Some(parent) = parent else { return Err(PlaceError::NoParent { location: code }.into()) };
    if parent.site != location.site {
        return Err(PlaceError::OtherSite { location: code, parent: parent.code.clone() }.into());
    }
    if !location.kind.may_stand_under(parent.kind) {
        let (kind, parent_kind) = (location.kind, parent.kind);
        let parent = parent.code.clone();
        return Err(PlaceError::BadKind { location: code, kind, parent, parent_kind }.into());
    }
    match parent.closes {
        Some(closes) if location.closes.is_none_or(|own| own > closes) => {
            Err(PlaceError::Closed { what: "location", code: parent.code.clone(), closes }.into())
        }
        _ => Ok(()),
    }
}

/// A location that is there. The decision rests on it.
pub(crate) fn existing_location(
    tx: &mut Tx<'_>,
    code: &SmolStr,
) -> Result<Arc<Location>, StockError> {
    tx.require(code, || PlaceError::UnknownLocation { location: code.clone() }.into())
}

/// A location that may be changed by who acts.
fn allowed(
    tx: &mut Tx<'_>,
    authority: &Authority,
    code: &SmolStr,
) -> Result<Arc<Location>, StockError> {
    let location = existing_location(tx, code)?;
    let site = existing_site(tx, location.site)?;
    rights::allow_location(tx, authority, &location, &site)?;
    Ok(location)
}

/// Changes a location. What is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeLocation {
    /// Which location.
    pub location: SmolStr,
    /// See [`Location::name`].
    #[serde(default)]
    pub name: Option<SmolStr>,
    /// See [`Location::kind`]. It can change only while nothing lies there, as what does would count as something else.
    #[serde(default)]
    pub kind: Option<LocationKind>,
    /// See [`Location::pick_order`].
    #[serde(default)]
    pub pick_order: Change<i64>,
    /// See [`Location::frozen`].
    #[serde(default)]
    pub frozen: Option<bool>,
    /// See [`Location::tags`]: all of them, as they are from now on.
    #[serde(default)]
    pub tags: Option<Tags>,
}

impl ChangeLocation {
    /// No change yet.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let near = ChangeLocation { pick_order: Change::To(1), ..ChangeLocation::of("MAIN/A/01") };
    /// stock.send("near the door", &near)?;
    /// assert_eq!(stock.location("MAIN/A/01")?.pick_order, Some(1));
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn of(location: impl Into<SmolStr>) -> ChangeLocation {
        ChangeLocation {
            location: location.into(),
            name: None,
            kind: None,
            pick_order: Change::Keep,
            frozen: None,
            tags: None,
        }
    }

    /// Freezes a location while it is counted, or frees it again: what is frozen takes no moves.
    pub fn frozen(location: impl Into<SmolStr>, frozen: bool) -> ChangeLocation {
        ChangeLocation { frozen: Some(frozen), ..ChangeLocation::of(location) }
    }
}

impl Act for ChangeLocation {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CHANGE_PLACE)?;
        let before = allowed(tx, &authority, &self.location)?;
        let mut location = before.as_ref().clone();
        set(&mut location.name, &self.name);
        set(&mut location.kind, &self.kind);
        self.pick_order.apply(&mut location.pick_order);
        set(&mut location.frozen, &self.frozen);
        set(&mut location.tags, &self.tags);
        if location == *before {
            return Ok(());
        }
        check_location(&location)?;
        if location.kind != before.kind {
            check_kind(tx, &before, &location)?;
            note_kind(tx, &location.code, (before.kind, location.kind))?;
        }
        tx.emit(event("stock.location_changed", &location));
        Ok(tx.put(location)?)
    }
}

/// That a location can become one of another kind, where it is and with what stands under it.
fn check_kind(tx: &mut Tx<'_>, before: &Location, after: &Location) -> Result<(), StockError> {
    let location = before.code.clone();
    let Some(parent) = &before.parent else {
        let why = "it is storage for ever, so that everything can stand under it";
        return Err(PlaceError::Root { location, why }.into());
    };
    let parent = existing_location(tx, parent)?;
    check_under(after, Some(&parent))?;
    for below in tx.scan(&Range::by(Location::BY_PARENT, &before.code))? {
        check_under(&below, Some(after))?;
    }
    match held::keeps_location(tx, before, None)? {
        Some(why) => Err(PlaceError::CannotChange { location, field: "kind", why }.into()),
        None => Ok(()),
    }
}

/// Moves a location, with all that stands under it and lies there, under another of the same site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveLocation {
    /// Which location.
    pub location: SmolStr,
    /// What it stands under from now on.
    pub parent: SmolStr,
}

impl MoveLocation {
    /// Moves `location` under `parent`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// stock.send("move", &MoveLocation::new("MAIN/A/01", "MAIN"))?;
    /// assert_eq!(stock.location("MAIN/A/01")?.parent.as_deref(), Some("MAIN"));
    /// let into_a_bin = stock.send("into a bin", &MoveLocation::new("MAIN/A", "MAIN/A/01")).unwrap_err();
    /// assert_eq!(into_a_bin.code(), "inventory.bad_location_kind");
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(location: impl Into<SmolStr>, parent: impl Into<SmolStr>) -> MoveLocation {
        MoveLocation { location: location.into(), parent: parent.into() }
    }
}

impl Act for MoveLocation {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CHANGE_PLACE)?;
        let before = allowed(tx, &authority, &self.location)?;
        if before.parent.is_none() {
            let (location, why) =
                (before.code.clone(), "it can't be moved: move what stands under it");
            return Err(PlaceError::Root { location, why }.into());
        }
        if before.parent.as_ref() == Some(&self.parent) {
            return Ok(());
        }
        let location = Location { parent: Some(self.parent.clone()), ..before.as_ref().clone() };
        let parent = tree::check_move::<Location, StockError>(tx, &before, Some(&self.parent))?;
        check_under(&location, parent.as_deref())?;
        // Who moves a location takes it out of one and puts it under another: both must be his.
        let site = existing_site(tx, location.site)?;
        rights::allow_location(tx, &authority, &location, &site)?;
        tx.emit(event("stock.location_moved", &location).with("parent", &self.parent));
        Ok(tx.put(location)?)
    }
}

/// Closes a location after a day, when nothing lies there, and what stands under it is closed by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseLocation {
    /// Which location.
    pub location: SmolStr,
    /// The last day on which anything comes there; what lies there can leave later.
    pub end: NaiveDate,
}

impl CloseLocation {
    /// Closes `location` after `end`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let end = day("2026-06-30");
    /// let refused = stock.send("the hall first", &CloseLocation::new("MAIN/A", end)).unwrap_err();
    /// assert_eq!(refused.code(), "inventory.cannot_close_place");
    /// stock.send("the bin", &CloseLocation::new("MAIN/A/01", end))?;
    /// stock.send("the hall", &CloseLocation::new("MAIN/A", end))?;
    /// assert!(!stock.location("MAIN/A")?.is_open(day("2026-07-01")));
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(location: impl Into<SmolStr>, end: NaiveDate) -> CloseLocation {
        CloseLocation { location: location.into(), end }
    }
}

impl Act for CloseLocation {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CLOSE_PLACE)?;
        let before = allowed(tx, &authority, &self.location)?;
        if before.parent.is_none() {
            let (location, why) = (before.code.clone(), "close the site, and it closes with it");
            return Err(PlaceError::Root { location, why }.into());
        }
        if let Some(why) = why_not_close(tx, &before, self.end)? {
            let code = before.code.clone();
            return Err(PlaceError::CannotClose { what: "location", code, why }.into());
        }
        tx.emit(event("stock.location_closed", &before).with("last_day", self.end));
        Ok(tx.put(Location { closes: Some(self.end), ..before.as_ref().clone() })?)
    }
}

fn why_not_close(
    tx: &mut Tx<'_>,
    location: &Location,
    end: NaiveDate,
) -> Result<Option<String>, StockError> {
    if let Some(closes) = location.closes {
        return Ok(Some(format!("it closes after {closes} already: reopen it first")));
    }
    let under = tx.scan(&Range::by(Location::BY_PARENT, &location.code))?;
    let open = under.iter().find(|under| under.closes.is_none_or(|closes| closes > end));
    if let Some(open) = open {
        return Ok(Some(format!("location {} under it is open: close that first", open.code)));
    }
    held::keeps_location(tx, location, Some(end))
}

/// Reopens a closed location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReopenLocation {
    /// Which location.
    pub location: SmolStr,
}

impl ReopenLocation {
    /// Reopens `location`.
    pub fn new(location: impl Into<SmolStr>) -> ReopenLocation {
        ReopenLocation { location: location.into() }
    }
}

impl Act for ReopenLocation {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CLOSE_PLACE)?;
        let before = allowed(tx, &authority, &self.location)?;
        if before.closes.is_none() {
            return Ok(());
        }
        let Some(parent) = &before.parent else {
            let (location, why) = (before.code.clone(), "reopen the site, and it opens with it");
            return Err(PlaceError::Root { location, why }.into());
        };
        let location = Location { closes: None, ..before.as_ref().clone() };
        let parent = existing_location(tx, parent)?;
        check_under(&location, Some(&parent))?;
        tx.emit(event("stock.location_reopened", &location));
        Ok(tx.put(location)?)
    }
}
