//! Sites and the locations in them, as they are stored.

use chrono::NaiveDate;
use fondaco_core::SiteId;
use fondaco_core::store::{Field, Record, Tags};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::PlaceError;
use crate::settings::BelowZero;

/// A warehouse, a shop, a plant, a van: a place for which stock is counted and replenished. It is also what
/// `OpenSites` is given.
#[derive(Record, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[record(table = "stock_site", kind = state, key(id), index(by_code(code), unique), guard(all()))]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// What names it in every engine, for ever.
    pub id: SiteId,
    /// What people call it by, and the code of its root location: see [`Site::root`].
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// The calendar of its working days, by which lead times are counted; where there is none, every day counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<SmolStr>,
    /// Whether there may be less than none of an item here; `None` for what the company says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below_zero: Option<BelowZero>,
    /// The last day on which anything comes here; what lies here can leave later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<NaiveDate>,
    /// Whatever else the host tells apart.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Site {
    /// A site. Its id is that of its code.
    ///
    /// ```
    /// use fondaco_core::SiteId;
    /// use fondaco_inventory::places::Site;
    /// let main = Site::new("MAIN", "Main warehouse");
    /// assert_eq!((main.id, main.root().as_str()), (SiteId::named("MAIN"), "MAIN"));
    /// ```
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Site {
        let (code, name) = (code.into(), name.into());
        let (id, tags) = (SiteId::named(&code), Tags::default());
        Site { id, code, name, calendar: None, below_zero: None, closes: None, tags }
    }

    /// The location that all its locations stand under: who keeps no bins keeps stock there.
    pub fn root(&self) -> &SmolStr {
        &self.code
    }

    /// Whether anything can come here on `date`.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_inventory::places::Site;
    /// let june = NaiveDate::from_ymd_opt(2026, 6, 30).ok_or("a day")?;
    /// let shop = Site { closes: Some(june), ..Site::new("SHOP", "Shop") };
    /// assert!(shop.is_open(june) && !shop.is_open(june.succ_opt().ok_or("a day")?));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn is_open(&self, date: NaiveDate) -> bool {
        self.closes.is_none_or(|last| date <= last)
    }

    /// That anything can be sent here, ordered for here or promised here on `date`: what every engine act asks that brings something about
    /// at a site.
    pub(crate) fn check_open(&self, date: NaiveDate) -> Result<(), PlaceError> {
        match self.closes {
            Some(closes) if !self.is_open(date) => {
                Err(PlaceError::Closed { what: "site", code: self.code.clone(), closes })
            }
            _ => Ok(()),
        }
    }
}

/// What a location is for, and so what its stock counts as.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LocationKind {
    /// A part of the site: a hall, a zone, an aisle, or all of it. On hand.
    #[default]
    Storage,
    /// A place to put things, with nothing under it. On hand.
    Bin,
    /// What waits for an inspection or a decision. On hand, but not available.
    Quarantine,
    /// On the way to this site: not on hand, but in its inventory position.
    Transit,
    /// Where what is thrown away goes. No longer there.
    Scrap,
    /// Goods that lie at a supplier's. Not on hand.
    Supplier,
    /// Goods that lie at a customer's. Not on hand.
    Customer,
    /// The shop floor: what is being made into something else. Not on hand.
    Production,
}

impl LocationKind {
    /// Whether what lies there is on hand.
    ///
    /// ```
    /// use fondaco_inventory::places::LocationKind;
    /// assert!(LocationKind::Quarantine.is_on_hand() && !LocationKind::Transit.is_on_hand());
    /// ```
    pub fn is_on_hand(self) -> bool {
        matches!(self, LocationKind::Storage | LocationKind::Bin | LocationKind::Quarantine)
    }

    /// Whether what lies there can be promised and picked.
    ///
    /// ```
    /// use fondaco_inventory::places::LocationKind;
    /// assert!(LocationKind::Bin.is_available() && !LocationKind::Quarantine.is_available());
    /// ```
    pub fn is_available(self) -> bool {
        matches!(self, LocationKind::Storage | LocationKind::Bin)
    }

    /// Whether a location of this kind can stand under one of that: anything under storage, nothing under a bin, and elsewhere
    /// only more of the same. So what a location's stock counts as is said by its own kind alone.
    ///
    /// ```
    /// use fondaco_inventory::places::LocationKind::*;
    /// assert!(Bin.may_stand_under(Storage) && Quarantine.may_stand_under(Quarantine));
    /// assert!(!Bin.may_stand_under(Quarantine) && !Bin.may_stand_under(Bin));
    /// ```
    pub fn may_stand_under(self, parent: LocationKind) -> bool {
        match parent {
            LocationKind::Storage => true,
            LocationKind::Bin => false,
            other => self == other,
        }
    }
}

/// A place within a site. It is also what `OpenLocations` is given.
#[derive(Record, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[record(
    table = "stock_location", kind = state, key(code), index(by_parent(parent)), index(by_site(site)),
    guard(all()), guard(by_parent(parent)), guard(by_site(site))
)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// What names it for ever, in the whole company: `MAIN/A-01-02`. Codes of up to 20 bytes keep the keys of stock short.
    pub code: SmolStr,
    /// The site.
    pub site: SiteId,
    /// The location it stands under; `None` only of a site's root.
    pub parent: Option<SmolStr>,
    /// What people read.
    pub name: SmolStr,
    /// What it is for.
    #[serde(default)]
    pub kind: LocationKind,
    /// Its place on the way that pickers go: the smaller, the nearer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pick_order: Option<i64>,
    /// The last day on which anything comes here; what lies here can leave later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<NaiveDate>,
    /// Whether it is being counted: until then nothing is moved here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
    /// Whatever else the host tells apart.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Location {
    /// A location for storage under another, in the site of that.
    ///
    /// ```
    /// use fondaco_core::SiteId;
    /// use fondaco_inventory::places::{Location, LocationKind};
    /// let hall = Location::new("MAIN/A", "Hall A", SiteId::named("MAIN"), "MAIN");
    /// let bin = Location {
    ///     kind: LocationKind::Bin,
    ///     pick_order: Some(10),
    ///     ..Location::new("MAIN/A/01", "First shelf", hall.site, hall.code.clone())
    /// };
    /// assert_eq!(bin.parent.as_deref(), Some("MAIN/A"));
    /// ```
    pub fn new(
        code: impl Into<SmolStr>,
        name: impl Into<SmolStr>,
        site: SiteId,
        parent: impl Into<SmolStr>,
    ) -> Location {
        Location { parent: Some(parent.into()), ..Location::root(code.into(), name.into(), site) }
    }

    /// A location under nothing.
    pub(crate) fn root(code: SmolStr, name: SmolStr, site: SiteId) -> Location {
        Location {
            code,
            site,
            parent: None,
            name,
            kind: LocationKind::Storage,
            pick_order: None,
            closes: None,
            frozen: false,
            tags: Tags::default(),
        }
    }

    /// Whether anything can come here on `date`, when it is not being counted.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_core::SiteId;
    /// use fondaco_inventory::places::Location;
    /// let june = NaiveDate::from_ymd_opt(2026, 6, 30).ok_or("a day")?;
    /// let hall = Location::new("MAIN/A", "Hall A", SiteId::named("MAIN"), "MAIN");
    /// let hall = Location { closes: Some(june), ..hall };
    /// assert!(hall.is_open(june) && !hall.is_open(june.succ_opt().ok_or("a day")?));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn is_open(&self, date: NaiveDate) -> bool {
        self.closes.is_none_or(|last| date <= last)
    }
}
