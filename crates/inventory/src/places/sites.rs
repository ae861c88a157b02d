//! Opening, changing and closing sites.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::input::{check_code, check_line, check_tags};
use fondaco_core::policy::Authority;
use fondaco_core::store::{Event, Tags};
use fondaco_core::{Act, Range, SiteId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Location, PlaceError, Site};
use crate::change::{Change, set};
use crate::settings::BelowZero;
use crate::{Settings, StockError, held, rights};

/// Opens sites, each with its root location: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpenSites {
    /// The sites.
    pub sites: Vec<Site>,
}

impl OpenSites {
    /// Opens `sites`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// stock.send("shop", &OpenSites::new(vec![Site::new("SHOP", "Shop in Mestre")]))?;
    /// assert_eq!(stock.location("SHOP")?.site, SiteId::named("SHOP")); // its root
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn new(sites: Vec<Site>) -> OpenSites {
        OpenSites { sites }
    }
}

impl Act for OpenSites {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::OPEN_PLACE)?;
        Settings::of(tx)?;
        tx.need::<Site>(&self.sites.iter().map(|site| site.id).collect::<Vec<_>>())?;
        tx.need::<Location>(
            &self.sites.iter().map(|site| site.root().clone()).collect::<Vec<_>>(),
        )?;
        for (at, site) in self.sites.iter().enumerate() {
            open(tx, &authority, site).map_err(|error| error.at(at))?;
        }
        Ok(())
    }
}

fn open(tx: &mut Tx<'_>, authority: &Authority, site: &Site) -> Result<(), StockError> {
    check_site(site)?;
    rights::allow_site(tx, authority, site)?;
    let taken = |what, code: SmolStr| Err(PlaceError::Exists { what, code }.into());
    if tx.get::<Site>(&site.id)?.is_some() || tx.unique(Site::BY_CODE, &site.code)?.is_some() {
        return taken("site", site.code.clone());
    }
    if tx.get::<Location>(site.root())?.is_some() {
        return taken("location", site.root().clone());
    }
    tx.emit(event("stock.site_opened", site));
    tx.insert(Location::root(site.root().clone(), site.name.clone(), site.id))?;
    Ok(tx.insert(site.clone())?)
}

fn event(name: &'static str, site: &Site) -> Event {
    Event::new(name).with("site", site.id)
}

/// What is wrong with a site by itself.
fn check_site(site: &Site) -> Result<(), StockError> {
    check_code("site code", &site.code)?;
    check_line("site name", &site.name)?;
    site.calendar.as_ref().map_or(Ok(()), |calendar| check_code("calendar", calendar))?;
    Ok(check_tags("tags", &site.tags)?)
}

/// A site that is there. The decision rests on it.
pub(crate) fn existing_site(tx: &mut Tx<'_>, site: SiteId) -> Result<Arc<Site>, StockError> {
    tx.require(&site, || PlaceError::UnknownSite { site }.into())
}

/// Changes a site. What is left out stays. Its code, which is its root's, can't change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSite {
    /// Which site.
    pub site: SiteId,
    /// See [`Site::name`].
    #[serde(default)]
    pub name: Option<SmolStr>,
    /// See [`Site::calendar`].
    #[serde(default)]
    pub calendar: Change<SmolStr>,
    /// See [`Site::below_zero`].
    #[serde(default)]
    pub below_zero: Change<BelowZero>,
    /// See [`Site::tags`]: all of them, as they are from now on.
    #[serde(default)]
    pub tags: Option<Tags>,
}

impl ChangeSite {
    /// No change yet.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let main = SiteId::named("MAIN");
    /// let italian = ChangeSite { calendar: Change::To("IT".into()), ..ChangeSite::of(main) };
    /// stock.send("calendar", &italian)?;
    /// assert_eq!(stock.site(main)?.calendar.as_deref(), Some("IT"));
    /// # Ok::<(), StockError>(())
    /// ```
    pub fn of(site: SiteId) -> ChangeSite {
        ChangeSite {
            site,
            name: None,
            calendar: Change::Keep,
            below_zero: Change::Keep,
            tags: None,
        }
    }
}

impl Act for ChangeSite {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CHANGE_PLACE)?;
        let before = existing_site(tx, self.site)?;
        rights::allow_site(tx, &authority, &before)?;
        let mut site = before.as_ref().clone();
        set(&mut site.name, &self.name);
        self.calendar.apply(&mut site.calendar);
        self.below_zero.apply(&mut site.below_zero);
        set(&mut site.tags, &self.tags);
        if site != *before {
            check_site(&site)?;
            tx.emit(event("stock.site_changed", &site));
            tx.put(site)?;
        }
        Ok(())
    }
}

/// Closes a site after a day, when nothing is there, and its locations but the root are closed by then. Its reorder rules end; what others
/// are replenished by from there, is changed before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseSite {
    /// Which site.
    pub site: SiteId,
    /// The last day on which anything comes there.
    pub end: NaiveDate,
}

impl CloseSite {
    /// Closes `site` after `end`.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let main = SiteId::named("MAIN");
    /// let refused = stock.send("close", &CloseSite::new(main, day("2026-12-31"))).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "site MAIN can't be closed: location MAIN/A in it is open: close that first",
    /// );
    /// ```
    pub fn new(site: SiteId, end: NaiveDate) -> CloseSite {
        CloseSite { site, end }
    }
}

impl Act for CloseSite {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CLOSE_PLACE)?;
        let before = existing_site(tx, self.site)?;
        rights::allow_site(tx, &authority, &before)?;
        if let Some(why) = why_not_close(tx, &before, self.end)? {
            let code = before.code.clone();
            return Err(PlaceError::CannotClose { what: "site", code, why }.into());
        }
        let root = super::existing_location(tx, before.root())?;
        tx.put(Location { closes: Some(self.end), ..root.as_ref().clone() })?;
        held::end_rules_at(tx, before.id)?;
        tx.emit(event("stock.site_closed", &before).with("last_day", self.end));
        Ok(tx.put(Site { closes: Some(self.end), ..before.as_ref().clone() })?)
    }
}

fn why_not_close(
    tx: &mut Tx<'_>,
    site: &Site,
    end: NaiveDate,
) -> Result<Option<String>, StockError> {
    if let Some(closes) = site.closes {
        return Ok(Some(format!("it closes after {closes} already: reopen it first")));
    }
    let within = tx.scan(&Range::by(Location::BY_SITE, &site.id))?;
    let open = |location: &&Arc<Location>| {
        location.code != *site.root() && location.closes.is_none_or(|closes| closes > end)
    };
    if let Some(open) = within.iter().find(open) {
        return Ok(Some(format!("location {} in it is open: close that first", open.code)));
    }
    held::keeps_site(tx, site, end)
}

/// Reopens a closed site with its root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReopenSite {
    /// Which site.
    pub site: SiteId,
}

impl ReopenSite {
    /// Reopens `site`.
    pub fn new(site: SiteId) -> ReopenSite {
        ReopenSite { site }
    }
}

impl Act for ReopenSite {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::CLOSE_PLACE)?;
        let before = existing_site(tx, self.site)?;
        rights::allow_site(tx, &authority, &before)?;
        if before.closes.is_none() {
            return Ok(());
        }
        let root = super::existing_location(tx, before.root())?;
        tx.put(Location { closes: None, ..root.as_ref().clone() })?;
        tx.emit(event("stock.site_reopened", &before));
        Ok(tx.put(Site { closes: None, ..before.as_ref().clone() })?)
    }
}
