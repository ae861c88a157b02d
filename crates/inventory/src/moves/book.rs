//! What a batch reads before it judges: each thing once, whatever the batch, in two trips.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::quantity::CatchRule;
use fondaco_core::{Conversions, Id, ItemId, Needs, Range, SiteId, Tx, Unit};
use smol_str::SmolStr;

use super::{Move, NewMove, StockLock};
use crate::items::{Item, ItemUnit, Lot, Ownership};
use crate::levels::{LotLapse, lapse_if_over};
use crate::places::{Location, LocationKind, Site};
use crate::{BelowZero, Settings, StockError};

pub(crate) type Map<K, V> = fondaco_core::map::HashMap<K, V>;

/// An item, and what its moves are judged by.
pub(crate) struct Kept {
    pub(crate) item: Arc<Item>,
    /// How its units convert, where a move of the batch is in another than the stock unit.
    pub(crate) conversions: Option<Conversions>,
    pub(crate) catch: Option<CatchRule>,
}

/// A location with its site.
pub(crate) struct Shelf {
    pub(crate) location: Arc<Location>,
    pub(crate) site: Arc<Site>,
}

/// A lot, and whether what there is of it counts as expired already.
pub(crate) struct Held {
    pub(crate) lot: Arc<Lot>,
    pub(crate) lapsed: bool,
}

/// What the moves of a batch are judged by.
pub(crate) struct Book {
    pub(crate) today: NaiveDate,
    below_zero: BelowZero,
    items: Map<ItemId, Kept>,
    shelves: Map<SmolStr, Shelf>,
    sites: Map<SiteId, Arc<Site>>,
    lots: Map<Id<Lot>, Held>,
    /// The legs of the moves that moves of the batch are of.
    origins: Map<Id<Move>, Vec<Arc<Move>>>,
    locks: Vec<Arc<StockLock>>,
}

impl Book {
    /// Reads what these moves name. What is not there is missed when a move is judged.
    ///
    /// # Errors
    /// [`StockError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
    pub(crate) fn read(tx: &mut Tx<'_>, moves: &[NewMove]) -> Result<Book, StockError> {
        let named = Named::by(moves);
        let locks = Range::<StockLock>::all();
        let origin_keys: Vec<_> =
            named.origins.iter().flat_map(|of| [(*of, 0u8), (*of, 1u8)]).collect();
        let needs = Needs::new()
            .rows::<Settings>(&[Settings::key()])
            .rows::<Item>(&named.items)
            .rows::<Location>(&named.locations)
            .rows::<Lot>(&named.lots)
            .rows::<LotLapse>(&named.lots)
            .rows::<Move>(&origin_keys)
            .range(&locks)?;
        tx.need_all(needs)?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(StockError::NotSetUp)?;
        let mut book = Book {
            today: tx.today()?,
            below_zero: settings.below_zero,
            items: Map::default(),
            shelves: Map::default(),
            sites: Map::default(),
            lots: Map::default(),
            origins: Map::default(),
            locks: tx.scan(&locks)?,
        };
        for leg in tx.get_many::<Move>(&origin_keys)?.into_iter().flatten() {
            book.origins.entry(leg.id).or_default().push(leg);
        }
        book.read_items(tx, &named)?;
        book.read_places(tx, named, moves)?;
        Ok(book)
    }

    fn read_items(&mut self, tx: &mut Tx<'_>, named: &Named) -> Result<(), StockError> {
        for item in tx.get_many::<Item>(&named.items)?.into_iter().flatten() {
            let catch = if item.weighed_in.is_some() { item.catch_rule()? } else { None };
            self.items.insert(item.id, Kept { item, conversions: None, catch });
        }
        let written = named.units.iter().filter_map(|(id, unit)| Some((self.items.get(id)?, unit)));
        let foreign = written.filter(|(kept, unit)| kept.item.unit != **unit);
        let mut foreign: Vec<ItemId> = foreign.map(|(kept, _)| kept.item.id).collect();
        foreign.dedup();
        let ranges: Vec<_> = foreign.iter().map(Range::<ItemUnit>::by_key).collect();
        for (item, given) in foreign.iter().zip(tx.scan_each(&ranges)?) {
            let Some(kept) = self.items.get_mut(item) else { continue };
            let given = given.iter().map(|unit| unit.conversion);
            kept.conversions = Some(kept.item.conversions(given)?);
        }
        Ok(())
    }

    /// Locations with their sites, and lots; also those of the moves that moves of the batch are of.
    fn read_places(
        &mut self,
        tx: &mut Tx<'_>,
        mut named: Named,
        moves: &[NewMove],
    ) -> Result<(), StockError> {
        for leg in self.origins.values().flatten() {
            named.locations.extend(Some(&leg.location).filter(|code| !code.is_empty()).cloned());
            named.lots.extend(leg.lot.copied());
            named.sites.push(leg.site);
        }
        named.dedup();
        let locations = tx.get_many::<Location>(&named.locations)?;
        named.sites.extend(locations.iter().flatten().map(|location| location.site));
        named.sites.extend(moves.iter().filter_map(|new| new.movement.to_site()));
        named.dedup();
        for site in tx.get_many::<Site>(&named.sites)?.into_iter().flatten() {
            self.sites.insert(site.id, site);
        }
        for location in locations.into_iter().flatten() {
            if let Some(site) = self.sites.get(&location.site).cloned() {
                self.shelves.insert(location.code.clone(), Shelf { location, site });
            }
        }
        let lapses = tx.get_many::<LotLapse>(&named.lots)?;
        for (lot, lapse) in tx.get_many::<Lot>(&named.lots)?.into_iter().zip(lapses) {
            if let Some(lot) = lot {
                // Whatever the clock has done: what is moved counts by the day on which it is.
                let is_over = lot.is_expired(self.today);
                let lapsed = lapse.is_some() || (is_over && lapse_if_over(tx, &lot)?);
                self.lots.insert(lot.id, Held { lot, lapsed });
            }
        }
        Ok(())
    }

    pub(crate) fn item(&self, id: &ItemId) -> Option<&Kept> {
        self.items.get(id)
    }

    pub(crate) fn shelf(&self, code: &SmolStr) -> Option<&Shelf> {
        self.shelves.get(code)
    }

    pub(crate) fn site(&self, id: &SiteId) -> Option<&Arc<Site>> {
        self.sites.get(id)
    }

    pub(crate) fn lot(&self, id: &Id<Lot>) -> Option<&Held> {
        self.lots.get(id)
    }

    /// The legs of a move that one of the batch is of; empty when there is none.
    pub(crate) fn origin(&self, of: &Id<Move>) -> &[Arc<Move>] {
        self.origins.get(of).map_or(&[], Vec::as_slice)
    }

    /// The last locked day of a site.
    pub(crate) fn locked_through(&self, site: SiteId) -> Option<NaiveDate> {
        let of = |lock: &&Arc<StockLock>| lock.site == site || lock.is_of_company();
        self.locks.iter().filter(of).map(|lock| lock.through).max()
    }

    /// Whether there may be less than none of an item at a site: the item's word counts before the site's, and that before the
    /// company's. Nothing that is told apart goes out before it came.
    pub(crate) fn may_be_below_zero(&self, item: &Item, site: &SiteId) -> bool {
        let of_site = || self.sites.get(site).and_then(|site| site.below_zero);
        let said = item.below_zero.or_else(of_site).unwrap_or(self.below_zero);
        said == BelowZero::Allow && item.tracking == crate::items::Tracking::None
    }
}

impl Kept {
    /// Whose it is: as the lot says, else as the item does.
    pub(crate) fn ownership(&self, lot: Option<&Held>) -> Ownership {
        lot.map_or(self.item.ownership, |held| held.lot.ownership)
    }
}

impl Shelf {
    pub(crate) fn kind(&self) -> LocationKind {
        self.location.kind
    }

    /// The last day on which anything comes here.
    pub(crate) fn closes(&self) -> Option<NaiveDate> {
        [self.location.closes, self.site.closes].into_iter().flatten().min()
    }
}

/// The keys of what moves name.
#[derive(Default)]
struct Named {
    items: Vec<ItemId>,
    units: Vec<(ItemId, Unit)>,
    locations: Vec<SmolStr>,
    sites: Vec<SiteId>,
    lots: Vec<Id<Lot>>,
    origins: Vec<Id<Move>>,
}

impl Named {
    fn by(moves: &[NewMove]) -> Named {
        let mut named = Named::default();
        for new in moves {
            // Most batches go through one item or place after another.
            if named.units.last() != Some(&(new.item, new.quantity.unit())) {
                named.items.push(new.item);
                named.units.push((new.item, new.quantity.unit()));
            }
            if let Some(super::MoveCost::Each(price)) = &new.cost {
                named.units.push((new.item, price.per().unit()));
            }
            for place in [new.movement.from(), new.movement.to()].into_iter().flatten() {
                if named.locations.last() != Some(place) {
                    named.locations.push(place.clone());
                }
            }
            named.lots.extend(new.lot);
            named.lots.extend(new.movement.to_lot());
            named.origins.extend(new.movement.of());
        }
        named.dedup();
        named
    }

    fn dedup(&mut self) {
        fn sorted<T: Ord>(all: &mut Vec<T>) {
            all.sort_unstable();
            all.dedup();
        }
        sorted(&mut self.items);
        sorted(&mut self.units);
        sorted(&mut self.locations);
        sorted(&mut self.sites);
        sorted(&mut self.lots);
        sorted(&mut self.origins);
    }
}
