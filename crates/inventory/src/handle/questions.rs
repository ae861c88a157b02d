//! What a user asks first, of the handle.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{DocumentId, ItemId, Quantity, SiteId, Timestamp, View};

use crate::levels::{self, BalanceOf, Bin, Expected, Reservation, Stock as Level};
use crate::moves::Move;
use crate::ordering::PickRule;
use crate::replenish::{self, Shortage};
use crate::reserve::{self, PickList};
use crate::{Qty, Stock, StockError, items};

/// What there is, what is promised, on order and short, and where to take something.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # use fondaco_inventory::moves::NewMove;
/// # use fondaco_inventory::ordering::{PickBy, PickRule};
/// # use fondaco_inventory::posting::MoveStock;
/// # use fondaco_inventory::reserve::{Reserve, Wanted};
/// # let stock = stock();
/// let (bolt, main, order) = (ItemId::named("M8x40"), SiteId::named("MAIN"), DocumentId::named("order/1"));
/// let come = NewMove::receipt(bolt, "50 pcs".parse()?, "MAIN/A/01", day("2026-06-01"));
/// stock.send("come", &MoveStock::new(vec![come]))?;
/// stock.send("promise", &Reserve::new(order, vec![Wanted::new(bolt, main, "20 pcs".parse()?)]))?;
/// assert_eq!(stock.on_hand(bolt, main)?.to_string(), "50 pcs");
/// assert_eq!(stock.available(bolt, main)?.to_string(), "30 pcs");
/// assert_eq!(stock.lies_under(bolt, "MAIN/A")?.to_string(), "50 pcs");
/// let rule = PickRule::new(PickBy::Nearest, day("2026-06-01"));
/// let free = stock.pick_list((bolt, main), "40 pcs".parse()?, &rule)?;
/// assert_eq!(free.missing.to_decimal(), 10.into()); // the rest is promised
/// let for_order = stock.pick_list_for(order, (bolt, main), "20 pcs".parse()?, &rule)?;
/// assert_eq!(for_order.lines[0].location, "MAIN/A/01");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Stock<'_> {
    /// What is on hand of an item at a site, quarantine included.
    ///
    /// # Errors
    /// As [`levels::on_hand`].
    pub fn on_hand(&self, item: ItemId, site: SiteId) -> Result<Quantity, StockError> {
        self.view(|view| levels::on_hand(view, item, site))
    }

    /// What can be promised or issued of an item at a site: on hand - reserved - quarantined - expired.
    ///
    /// # Errors
    /// As [`levels::on_hand`].
    pub fn available(&self, item: ItemId, site: SiteId) -> Result<Quantity, StockError> {
        self.view(|view| levels::available(view, item, site))
    }

    /// What of an item at a site is kept for those whom it is promised to; what waits for goods is not in it.
    ///
    /// # Errors
    /// As [`levels::on_hand`].
    pub fn promised(&self, item: ItemId, site: SiteId) -> Result<Quantity, StockError> {
        self.view(|view| levels::promised(view, item, site))
    }

    /// What was ordered of an item for a site and has not come.
    ///
    /// # Errors
    /// As [`levels::on_hand`].
    pub fn on_order(&self, item: ItemId, site: SiteId) -> Result<Quantity, StockError> {
        self.view(|view| levels::on_order(view, item, site))
    }

    /// All figures of an item at a site.
    ///
    /// # Errors
    /// As [`levels::stock`].
    pub fn level(&self, item: ItemId, site: SiteId) -> Result<Level, StockError> {
        self.view(|view| levels::stock(view, item, site))
    }

    /// All figures of an item, site by site.
    ///
    /// # Errors
    /// As [`levels::stock_by_site`].
    pub fn levels(&self, item: ItemId) -> Result<Vec<Arc<Level>>, StockError> {
        self.view(|view| levels::stock_by_site(view, item))
    }

    /// Where an item lies, location by location, whosever it is.
    ///
    /// # Errors
    /// As [`levels::bins`].
    pub fn bins(&self, item: ItemId) -> Result<Vec<Arc<Bin>>, StockError> {
        self.view(|view| levels::bins(view, item))
    }

    /// What lies of an item in a location and in all that stand under it, whosever it is.
    ///
    /// # Errors
    /// As [`levels::lies_under`].
    pub fn lies_under(&self, item: ItemId, location: &str) -> Result<Quantity, StockError> {
        self.view(|view| levels::lies_under(view, item, &location.into()))
    }

    /// All that lies in a location and in those that stand under it: item by item.
    ///
    /// # Errors
    /// As [`levels::contents`].
    pub fn contents(&self, location: &str) -> Result<Vec<(ItemId, Quantity)>, StockError> {
        self.view(|view| levels::contents(view, &location.into()))
    }

    /// What was on hand at the end of a day, by what is known now.
    ///
    /// # Errors
    /// As [`levels::on_hand_at`].
    pub fn on_hand_at(&self, of: &BalanceOf, date: NaiveDate) -> Result<Qty, StockError> {
        self.view(|view| levels::on_hand_at(view, of, date))
    }

    /// All figures of an item at a site at the end of a day, by what is known now.
    ///
    /// # Errors
    /// As [`levels::stock_at`].
    pub fn level_at(
        &self,
        item: ItemId,
        site: SiteId,
        date: NaiveDate,
    ) -> Result<Level, StockError> {
        self.view(|view| levels::stock_at(view, item, site, date))
    }

    /// All figures of an item at a site at the end of a day, by what had been recorded at an instant.
    ///
    /// # Errors
    /// As [`levels::stock_known_at`].
    pub fn level_known_at(
        &self,
        item: ItemId,
        site: SiteId,
        date: NaiveDate,
        known: Timestamp,
    ) -> Result<Level, StockError> {
        self.view(|view| levels::stock_known_at(view, item, site, date, known))
    }

    /// The promises of an item at a site that are not over, in the order in which they were made.
    ///
    /// # Errors
    /// As [`levels::open_reservations`].
    pub fn promises(
        &self,
        item: ItemId,
        site: SiteId,
    ) -> Result<Vec<Arc<Reservation>>, StockError> {
        self.view(|view| levels::open_reservations(view, item, site))
    }

    /// What was promised to a document.
    ///
    /// # Errors
    /// As [`levels::reservations_of`].
    pub fn promised_to(&self, document: DocumentId) -> Result<Vec<Arc<Reservation>>, StockError> {
        self.view(|view| levels::reservations_of(view, document))
    }

    /// What is on order of an item for a site, the next first.
    ///
    /// # Errors
    /// As [`levels::expected`].
    pub fn orders(&self, item: ItemId, site: SiteId) -> Result<Vec<Arc<Expected>>, StockError> {
        self.view(|view| levels::expected(view, item, site))
    }

    /// The moves that belong to a document, with both legs of each.
    ///
    /// # Errors
    /// As [`levels::moves_of`].
    pub fn moves_of(&self, document: DocumentId) -> Result<Vec<Arc<Move>>, StockError> {
        self.view(|view| levels::moves_of(view, document))
    }

    /// All that is short now, by item and site, with what is suggested to be ordered.
    ///
    /// # Errors
    /// As [`replenish::shortages`].
    pub fn short(&self) -> Result<Vec<Arc<Shortage>>, StockError> {
        self.view(|view| replenish::shortages(view))
    }

    /// Where to take so much of an item on a site, of what is promised to nobody.
    ///
    /// # Errors
    /// As [`reserve::pick_list`]; a quantity that doesn't convert into the item's stock unit.
    pub fn pick_list(
        &self,
        (item, site): (ItemId, SiteId),
        quantity: Quantity,
        rule: &PickRule,
    ) -> Result<PickList, StockError> {
        self.view(|view| pick(view, None, (item, site), quantity, rule))
    }

    /// Where to take so much of an item on a site for a document: of what is promised to it, and to nobody.
    ///
    /// # Errors
    /// As [`pick_list`](Self::pick_list).
    pub fn pick_list_for(
        &self,
        document: DocumentId,
        (item, site): (ItemId, SiteId),
        quantity: Quantity,
        rule: &PickRule,
    ) -> Result<PickList, StockError> {
        self.view(|view| pick(view, Some(document), (item, site), quantity, rule))
    }
}

/// Where to take a quantity in any unit of the item; for a document, of what is promised to it too.
pub(super) fn pick(
    view: &mut View<'_>,
    document: Option<DocumentId>,
    (item, site): (ItemId, SiteId),
    quantity: Quantity,
    rule: &PickRule,
) -> Result<PickList, StockError> {
    let quantity = items::stored_quantity(view, item, quantity)?;
    match document {
        Some(document) => reserve::pick_list_for(view, document, (item, site), quantity, rule),
        None => reserve::pick_list(view, (item, site), quantity, rule),
    }
}
