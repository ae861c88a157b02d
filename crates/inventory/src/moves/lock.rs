//! Locks: no moves of a day or before it, for a site or for the company.

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, SiteId, Tx};
use serde::{Deserialize, Serialize};

use super::rights;
use crate::places::Site;
use crate::{MoveError, StockError};

/// The last day that is locked, of a site or of the company.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_lock", kind = state, key(site), guard(all()))]
pub struct StockLock {
    /// The site; all zeros for the company.
    pub site: SiteId,
    /// The last day on which nothing is moved any more.
    pub through: NaiveDate,
}

impl StockLock {
    /// Whose lock is for all sites.
    const COMPANY: SiteId = SiteId::from_u128(0);

    /// Whether it is for all sites.
    ///
    /// ```
    /// use fondaco_core::SiteId;
    /// use fondaco_inventory::moves::StockLock;
    /// let lock = StockLock { site: SiteId::named("shop"), through: "2026-03-31".parse()? };
    /// assert!(!lock.is_of_company());
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn is_of_company(&self) -> bool {
        self.site == StockLock::COMPANY
    }
}

/// Locks all days through one: from then on nothing is moved on them, and nothing of them is taken back on them. A lock that is there is
/// moved, back too; without a day it is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockStock {
    /// Which site; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// The last locked day; `None` for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<NaiveDate>,
}

impl LockStock {
    /// Locks all days through this one, for all sites.
    ///
    /// ```
    /// use fondaco_core::SiteId;
    /// use fondaco_inventory::moves::LockStock;
    /// let quarter = LockStock::through("2026-03-31".parse()?);
    /// let of_shop = LockStock { site: Some(SiteId::named("shop")), ..quarter.clone() };
    /// assert_eq!(quarter.site, None);
    /// # let _ = of_shop;
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn through(date: NaiveDate) -> LockStock {
        LockStock { site: None, through: Some(date) }
    }
}

impl LockStock {
    /// Locks all days through this one, for a site.
    ///
    /// ```
    /// use fondaco_core::SiteId;
    /// use fondaco_inventory::moves::LockStock;
    /// let shop = SiteId::named("SHOP");
    /// assert_eq!(LockStock::site(shop, "2026-03-31".parse()?).site, Some(shop));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn site(site: SiteId, date: NaiveDate) -> LockStock {
        LockStock { site: Some(site), ..LockStock::through(date) }
    }
}

impl Act for LockStock {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let request = Request::new(&rights::LOCK);
        let request = match self.site {
            None => request.nowhere("site"),
            Some(site) => {
                let unknown = || MoveError::UnknownSite { site };
                let code = tx.get::<Site>(&site)?.ok_or_else(unknown)?.code.clone();
                request.about(code.clone()).at("site", code)
            }
        };
        tx.authorize(&request)?;
        let site = self.site.unwrap_or(StockLock::COMPANY);
        let event = Event::new("stock.locked").with("site", site);
        match self.through {
            Some(through) => {
                tx.upsert(StockLock { site, through })?;
                tx.emit(event.with("through", through));
            }
            None => {
                if tx.get::<StockLock>(&site)?.is_some() {
                    tx.delete::<StockLock>(&site)?;
                }
                tx.emit(event);
            }
        }
        Ok(())
    }
}
