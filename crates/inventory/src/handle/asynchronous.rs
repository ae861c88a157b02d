//! The handle of a host that must not block.

use std::ops::Deref;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{AsyncStore, StoreError};
use fondaco_core::{AsyncOffice, CompanyId, DocumentId, ItemId, Quantity, SiteId, Timestamp};

use super::questions::pick;
use crate::levels::{self, BalanceOf, Bin, Expected, Reservation, Stock as Level};
use crate::moves::Move;
use crate::ordering::PickRule;
use crate::replenish::{self, Shortage};
use crate::reserve::PickList;
use crate::{ENGINE, Qty, Settings, StockError};

/// As [`Stock`](crate::Stock), over an asynchronous store: the same engine, the same questions.
///
/// ```
/// use fondaco_core::{CompanyId, Currency, ItemId, SiteId, Unit};
/// use fondaco_inventory::items::{AddItems, Item};
/// use fondaco_inventory::{AsyncStock, SetUpStock};
/// # use fondaco_testkit::{Model, Unloaded, block_on};
/// # block_on(async {
/// let store = Unloaded::new(Model::new(), 2); // an asynchronous store
/// let stock = AsyncStock::open(store, CompanyId::named("acme")).await?;
/// stock.send("set up", &SetUpStock::new(Currency::EUR)).await?;
/// let bolt = Item::new("M8x40", "Bolt M8 x 40", Unit::PIECE);
/// stock.send("bolt", &AddItems::new(vec![bolt])).await?;
/// let on_hand = stock.on_hand(ItemId::named("M8x40"), SiteId::named("MAIN")).await?;
/// assert_eq!(on_hand.to_string(), "0 pcs");
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What is not said here (`send`, `view`, `tick`, `verify`, ...) is said by its [`AsyncOffice`].
#[derive(Debug, Clone)]
pub struct AsyncStock<'s>(AsyncOffice<'s>);

impl<'s> Deref for AsyncStock<'s> {
    type Target = AsyncOffice<'s>;

    fn deref(&self) -> &AsyncOffice<'s> {
        &self.0
    }
}

impl<'s> AsyncStock<'s> {
    /// Opens the stock of `company`, making its tables ready.
    ///
    /// # Errors
    /// As [`Store::prepare`](fondaco_core::store::Store::prepare).
    pub async fn open(
        store: impl AsyncStore + 's,
        company: CompanyId,
    ) -> Result<AsyncStock<'s>, StoreError> {
        AsyncStock::of(&AsyncOffice::open(store, company).await?).await
    }

    /// The stock of an office, which the engine joins: beside the handles of other engines.
    ///
    /// # Errors
    /// As [`AsyncOffice::join`].
    pub async fn of(office: &AsyncOffice<'s>) -> Result<AsyncStock<'s>, StoreError> {
        office.join(&ENGINE).await?;
        Ok(AsyncStock(office.clone()))
    }

    /// The office of this stock, for the handle of another engine.
    pub fn office(&self) -> &AsyncOffice<'s> {
        &self.0
    }

    /// The same stock, for somebody who acts: [`AsyncOffice::acting_as`].
    #[must_use]
    pub fn acting_as(self, actor: &str) -> AsyncStock<'s> {
        AsyncStock(self.0.acting_as(actor))
    }

    /// The same stock under another clock: [`AsyncOffice::with_clock`].
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> AsyncStock<'s> {
        AsyncStock(self.0.with_clock(clock))
    }

    /// What holds for the whole stock.
    ///
    /// # Errors
    /// [`StockError::NotSetUp`].
    pub async fn settings(&self) -> Result<Arc<Settings>, StockError> {
        self.view(|view| Settings::seen(view)).await
    }

    /// What is on hand of an item at a site, quarantine included.
    ///
    /// # Errors
    /// As [`levels::on_hand`].
    pub async fn on_hand(&self, item: ItemId, site: SiteId) -> Result<Quantity, StockError> {
        self.view(|view| levels::on_hand(view, item, site)).await
    }

    /// What can be promised or issued of an item at a site: on hand - reserved - quarantined - expired.
    ///
    /// # Errors
    /// As [`levels::on_hand`].
    pub async fn available(&self, item: ItemId, site: SiteId) -> Result<Quantity, StockError> {
        self.view(|view| levels::available(view, item, site)).await
    }

    /// What of an item at a site is kept for those whom it is promised to; what waits for goods is not in it.
    ///
    /// # Errors
    /// As [`levels::on_hand`].
    pub async fn promised(&self, item: ItemId, site: SiteId) -> Result<Quantity, StockError> {
        self.view(|view| levels::promised(view, item, site)).await
    }

    /// What was ordered of an item for a site and has not come.
    ///
    /// # Errors
    /// As [`levels::on_hand`].
    pub async fn on_order(&self, item: ItemId, site: SiteId) -> Result<Quantity, StockError> {
        self.view(|view| levels::on_order(view, item, site)).await
    }

    /// All figures of an item at a site.
    ///
    /// # Errors
    /// As [`levels::stock`].
    pub async fn level(&self, item: ItemId, site: SiteId) -> Result<Level, StockError> {
        self.view(|view| levels::stock(view, item, site)).await
    }

    /// All figures of an item, site by site.
    ///
    /// # Errors
    /// As [`levels::stock_by_site`].
    pub async fn levels(&self, item: ItemId) -> Result<Vec<Arc<Level>>, StockError> {
        self.view(|view| levels::stock_by_site(view, item)).await
    }

    /// Where an item lies, location by location, whosever it is.
    ///
    /// # Errors
    /// As [`levels::bins`].
    pub async fn bins(&self, item: ItemId) -> Result<Vec<Arc<Bin>>, StockError> {
        self.view(|view| levels::bins(view, item)).await
    }

    /// What lies of an item in a location and in all that stand under it, whosever it is.
    ///
    /// # Errors
    /// As [`levels::lies_under`].
    pub async fn lies_under(&self, item: ItemId, location: &str) -> Result<Quantity, StockError> {
        self.view(|view| levels::lies_under(view, item, &location.into())).await
    }

    /// All that lies in a location and in those that stand under it: item by item.
    ///
    /// # Errors
    /// As [`levels::contents`].
    pub async fn contents(&self, location: &str) -> Result<Vec<(ItemId, Quantity)>, StockError> {
        self.view(|view| levels::contents(view, &location.into())).await
    }

    /// What was on hand at the end of a day, by what is known now.
    ///
    /// # Errors
    /// As [`levels::on_hand_at`].
    pub async fn on_hand_at(&self, of: &BalanceOf, date: NaiveDate) -> Result<Qty, StockError> {
        self.view(|view| levels::on_hand_at(view, of, date)).await
    }

    /// All figures of an item at a site at the end of a day, by what is known now.
    ///
    /// # Errors
    /// As [`levels::stock_at`].
    pub async fn level_at(
        &self,
        item: ItemId,
        site: SiteId,
        date: NaiveDate,
    ) -> Result<Level, StockError> {
        self.view(|view| levels::stock_at(view, item, site, date)).await
    }

    /// All figures of an item at a site at the end of a day, by what had been recorded at an instant.
    ///
    /// # Errors
    /// As [`levels::stock_known_at`].
    pub async fn level_known_at(
        &self,
        item: ItemId,
        site: SiteId,
        date: NaiveDate,
        known: Timestamp,
    ) -> Result<Level, StockError> {
        self.view(|view| levels::stock_known_at(view, item, site, date, known)).await
    }

    /// The promises of an item at a site that are not over, in the order in which they were made.
    ///
    /// # Errors
    /// As [`levels::open_reservations`].
    pub async fn promises(
        &self,
        item: ItemId,
        site: SiteId,
    ) -> Result<Vec<Arc<Reservation>>, StockError> {
        self.view(|view| levels::open_reservations(view, item, site)).await
    }

    /// What was promised to a document.
    ///
    /// # Errors
    /// As [`levels::reservations_of`].
    pub async fn promised_to(
        &self,
        document: DocumentId,
    ) -> Result<Vec<Arc<Reservation>>, StockError> {
        self.view(|view| levels::reservations_of(view, document)).await
    }

    /// What is on order of an item for a site, the next first.
    ///
    /// # Errors
    /// As [`levels::expected`].
    pub async fn orders(
        &self,
        item: ItemId,
        site: SiteId,
    ) -> Result<Vec<Arc<Expected>>, StockError> {
        self.view(|view| levels::expected(view, item, site)).await
    }

    /// The moves that belong to a document, with both legs of each.
    ///
    /// # Errors
    /// As [`levels::moves_of`].
    pub async fn moves_of(&self, document: DocumentId) -> Result<Vec<Arc<Move>>, StockError> {
        self.view(|view| levels::moves_of(view, document)).await
    }

    /// All that is short now, by item and site, with what is suggested to be ordered.
    ///
    /// # Errors
    /// As [`replenish::shortages`].
    pub async fn short(&self) -> Result<Vec<Arc<Shortage>>, StockError> {
        self.view(|view| replenish::shortages(view)).await
    }

    /// Where to take so much of an item on a site, of what is promised to nobody.
    ///
    /// # Errors
    /// As [`reserve::pick_list`](crate::reserve::pick_list); a quantity that doesn't convert into the item's stock unit.
    pub async fn pick_list(
        &self,
        (item, site): (ItemId, SiteId),
        quantity: Quantity,
        rule: &PickRule,
    ) -> Result<PickList, StockError> {
        self.view(|view| pick(view, None, (item, site), quantity, rule)).await
    }

    /// Where to take so much of an item on a site for a document: of what is promised to it, and to nobody.
    ///
    /// # Errors
    /// As [`pick_list`](Self::pick_list).
    pub async fn pick_list_for(
        &self,
        document: DocumentId,
        (item, site): (ItemId, SiteId),
        quantity: Quantity,
        rule: &PickRule,
    ) -> Result<PickList, StockError> {
        self.view(|view| pick(view, Some(document), (item, site), quantity, rule)).await
    }
}
