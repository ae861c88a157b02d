//! A stock kept by adding everything up anew for each question: what the engine is compared with.

use chrono::NaiveDate;
use fondaco_core::{Id, ItemId, SiteId, Timestamp};
use fondaco_inventory::items::Lot;
use fondaco_inventory::levels::Reservation;
use fondaco_inventory::moves::{Move, MoveKind};

use crate::host::*;

/// Where something lies.
#[derive(Debug, Clone, PartialEq)]
pub enum At {
    Bin(&'static str),
    Road(SiteId),
}

#[derive(Debug, Clone)]
pub struct Leg {
    pub item: ItemId,
    pub lot: Option<Id<Lot>>,
    pub at: At,
    pub date: NaiveDate,
    pub recorded: Timestamp,
    pub units: i64,
}

/// A move that was made.
#[derive(Debug, Clone)]
pub struct Made {
    pub id: Id<Move>,
    pub kind: MoveKind,
    pub units: i64,
    pub used: i64,
    pub of: Option<usize>,
    pub legs: Vec<Leg>,
}

#[derive(Debug, Clone)]
pub struct Promise {
    pub id: Id<Reservation>,
    pub item: ItemId,
    pub site: SiteId,
    pub held: i64,
    pub waiting: i64,
}

#[derive(Debug, Clone, Default)]
pub struct Naive {
    pub made: Vec<Made>,
    pub promises: Vec<Promise>,
    /// Lots whose last day is over.
    pub expired: Vec<Id<Lot>>,
}

/// What somebody wants to do, in whole stock units.
#[derive(Debug, Clone)]
pub struct Deed {
    pub kind: MoveKind,
    pub item: ItemId,
    pub lot: Option<Id<Lot>>,
    /// The lot that it becomes a part of.
    pub to_lot: Option<Id<Lot>>,
    pub units: i64,
    pub from: Option<&'static str>,
    pub to: Option<&'static str>,
    pub date: NaiveDate,
    pub of: Option<usize>,
    pub fulfils: Option<usize>,
}

pub fn site_of(bin: &str) -> SiteId {
    if bin.starts_with("SHOP") { shop() } else { main_site() }
}

impl Naive {
    pub fn legs(&self) -> impl Iterator<Item = &Leg> {
        self.made.iter().flat_map(|made| &made.legs)
    }

    pub fn bin(&self, item: ItemId, bin: &str) -> i64 {
        self.legs()
            .filter(|leg| leg.item == item && leg.at == At::Bin(leak(bin)))
            .map(|leg| leg.units)
            .sum()
    }

    pub fn lot_bin(&self, lot: Id<Lot>, bin: &str) -> i64 {
        let there = |leg: &&Leg| leg.lot == Some(lot) && leg.at == At::Bin(leak(bin));
        self.legs().filter(there).map(|leg| leg.units).sum()
    }

    pub fn on_hand(&self, item: ItemId, site: SiteId) -> i64 {
        self.on_hand_at(item, site, NaiveDate::MAX, Timestamp::MAX)
    }

    pub fn on_hand_at(&self, item: ItemId, site: SiteId, date: NaiveDate, known: Timestamp) -> i64 {
        let there = |leg: &&Leg| {
            let here = matches!(leg.at, At::Bin(bin) if site_of(bin) == site);
            leg.item == item && here && leg.date <= date && leg.recorded <= known
        };
        self.legs().filter(there).map(|leg| leg.units).sum()
    }

    /// Whether there was less than none on some day from this one on: of a lot in a bin, or of an item.
    fn is_short_since(&self, leg: &Leg) -> bool {
        let here =
            |other: &&Leg| (other.item, other.lot, &other.at) == (leg.item, leg.lot, &leg.at);
        let then = |day: NaiveDate| {
            let until = self.legs().filter(here).filter(|other| other.date <= day);
            until.map(|other| other.units).sum::<i64>()
        };
        let mut days = self.legs().filter(here).map(|other| other.date);
        days.any(|day| day >= leg.date && then(day) < 0)
    }

    pub fn quarantined(&self, item: ItemId, site: SiteId, date: NaiveDate) -> i64 {
        let over = |leg: &&Leg| {
            date > d("2026-07-10") && leg.lot.is_some_and(|lot| self.expired.contains(&lot))
        };
        let aside = |leg: &&Leg| {
            let there = leg.item == item && leg.at == At::Bin("MAIN/Q");
            there && leg.date <= date && !over(leg)
        };
        let aside = self.legs().filter(aside).map(|leg| leg.units);
        if site == main_site() { aside.sum() } else { 0 }
    }

    pub fn expired(&self, item: ItemId, site: SiteId) -> i64 {
        let over = |leg: &&Leg| {
            let here = matches!(leg.at, At::Bin(bin) if site_of(bin) == site);
            leg.item == item && here && leg.lot.is_some_and(|lot| self.expired.contains(&lot))
        };
        self.legs().filter(over).map(|leg| leg.units).sum()
    }

    /// The last day of a lot is over.
    pub fn expire(&mut self, item: ItemId, lot: Id<Lot>) {
        self.expired.push(lot);
        [main_site(), shop()].into_iter().for_each(|site| self.uncover(item, site));
    }

    pub fn in_transit(&self, item: ItemId, site: SiteId) -> i64 {
        let there = |leg: &&Leg| leg.item == item && leg.at == At::Road(site);
        self.legs().filter(there).map(|leg| leg.units).sum()
    }

    pub fn reserved(&self, item: ItemId, site: SiteId) -> i64 {
        self.of(item, site).map(|promise| promise.held).sum()
    }

    pub fn waiting(&self, item: ItemId, site: SiteId) -> i64 {
        self.of(item, site).map(|promise| promise.waiting).sum()
    }

    fn of(&self, item: ItemId, site: SiteId) -> impl Iterator<Item = &Promise> {
        self.promises.iter().filter(move |promise| promise.item == item && promise.site == site)
    }

    pub fn available(&self, item: ItemId, site: SiteId) -> i64 {
        let blocked = self.quarantined(item, site, NaiveDate::MAX) + self.expired(item, site);
        self.on_hand(item, site) - self.reserved(item, site) - blocked
    }

    /// The legs of a deed.
    fn legs_of(&self, deed: &Deed, recorded: Timestamp) -> Vec<Leg> {
        let leg = |at, units| Leg {
            item: deed.item,
            lot: deed.lot,
            at,
            date: deed.date,
            recorded,
            units,
        };
        let bin = |code: Option<&'static str>| At::Bin(code.unwrap());
        match deed.kind {
            MoveKind::Reversal => {
                let made = &self.made[deed.of.unwrap()];
                made.legs
                    .iter()
                    .map(|of| Leg { units: -of.units, date: deed.date, recorded, ..of.clone() })
                    .collect()
            }
            MoveKind::Dispatch => {
                vec![leg(bin(deed.from), -deed.units), leg(At::Road(shop()), deed.units)]
            }
            MoveKind::Arrival => {
                vec![leg(At::Road(shop()), -deed.units), leg(bin(deed.to), deed.units)]
            }
            MoveKind::TransitLoss => vec![leg(At::Road(shop()), -deed.units)],
            MoveKind::OwnerChange => {
                let into = Leg { lot: deed.to_lot, ..leg(bin(deed.to), deed.units) };
                vec![leg(bin(deed.to), -deed.units), into]
            }
            MoveKind::Count => {
                let place = deed.to.unwrap();
                let there = |leg: &&Leg| {
                    leg.item == deed.item
                        && leg.lot == deed.lot
                        && leg.at == At::Bin(place)
                        && leg.date <= deed.date
                };
                let then: i64 = self.legs().filter(there).map(|leg| leg.units).sum();
                vec![leg(bin(deed.to), deed.units - then)]
            }
            _ => {
                let out = deed.from.map(|from| leg(At::Bin(from), -deed.units));
                let into = deed.to.map(|to| leg(At::Bin(to), deed.units));
                out.into_iter().chain(into).collect()
            }
        }
    }

    /// Makes a move, or says by which code it is refused.
    pub fn make(
        &mut self,
        deed: &Deed,
        id: Id<Move>,
        recorded: Timestamp,
    ) -> Result<(), &'static str> {
        let mut after = self.clone();
        let legs = self.legs_of(deed, recorded);
        let for_use =
            matches!(deed.kind, MoveKind::Issue | MoveKind::Dispatch | MoveKind::Transfer);
        let aside = |leg: &&Leg| leg.units < 0 && leg.at == At::Bin("MAIN/Q");
        if for_use && legs.iter().any(|leg| aside(&leg)) {
            return Err("inventory.set_aside");
        }
        if deed.of.is_some_and(|of| deed.date < self.made[of].legs[0].date) {
            return Err("inventory.before_origin");
        }
        if let Some(promise) = deed.fulfils {
            let promise = &mut after.promises[promise];
            if promise.held + promise.waiting == 0 {
                return Err("inventory.reservation_over");
            }
            if deed.units > promise.held + promise.waiting {
                return Err("inventory.over_fulfilled");
            }
            let held = deed.units.min(promise.held);
            promise.held -= held;
            promise.waiting -= deed.units - held;
        }
        let finding = is_finding(deed.kind);
        // Of a count the difference is what was moved.
        let units = legs.first().map_or(0, |leg| leg.units.abs());
        let made = Made { id, kind: deed.kind, units, used: 0, of: deed.of, legs: legs.clone() };
        after.made.push(made);
        let strict = deed.item != sand();
        for leg in legs.iter().filter(|leg| leg.units < 0) {
            let At::Bin(bin) = leg.at else { continue };
            if leg.lot.is_some_and(|lot| after.lot_bin(lot, bin) < 0) {
                return Err("inventory.lot_short");
            }
            if strict && after.bin(leg.item, bin) < 0 {
                return Err("inventory.bin_short");
            }
        }
        for site in [main_site(), shop()] {
            let (before, now) = (self.available(deed.item, site), after.available(deed.item, site));
            let refused = strict || after.reserved(deed.item, site) > 0;
            if now < before && now < 0 && refused && !finding {
                let code = ["inventory.promised_to_others", "inventory.short"];
                return Err(code[usize::from(strict)]);
            }
        }
        for leg in legs.iter().filter(|leg| leg.units < 0 && matches!(leg.at, At::Bin(_))) {
            if (strict || leg.lot.is_some()) && after.is_short_since(leg) {
                return Err("inventory.short_since");
            }
        }
        if let Some(of) = deed.of {
            let origin = &mut after.made[of];
            origin.used += deed.units;
            if origin.used > origin.units {
                let reversal = deed.kind == MoveKind::Reversal;
                return Err(if reversal { "inventory.in_use" } else { "inventory.over_used" });
            }
            if let (MoveKind::Reversal, Some(first)) = (deed.kind, origin.of) {
                after.made[first].used -= deed.units;
            }
        }
        *self = after;
        for leg in &legs {
            let At::Bin(bin) = leg.at else { continue };
            match leg.units {
                1.. => self.fill(leg.item, site_of(bin)),
                0 => {}
                _ if finding => self.uncover(leg.item, site_of(bin)),
                _ => {}
            }
        }
        Ok(())
    }

    /// What is promised and not there waits: the newest promises first.
    fn uncover(&mut self, item: ItemId, site: SiteId) {
        for at in (0..self.promises.len()).rev() {
            let missing = -self.available(item, site);
            let promise = &mut self.promises[at];
            if promise.item == item && promise.site == site && missing > 0 {
                let waits = promise.held.min(missing);
                promise.held -= waits;
                promise.waiting += waits;
            }
        }
    }

    /// Gives what came to what waits, in order.
    pub fn fill(&mut self, item: ItemId, site: SiteId) {
        for at in 0..self.promises.len() {
            let free = self.available(item, site);
            let promise = &mut self.promises[at];
            if promise.item == item && promise.site == site && free > 0 {
                let filled = promise.waiting.min(free);
                promise.waiting -= filled;
                promise.held += filled;
            }
        }
    }
}

/// What is recorded as it was found, whatever was promised.
fn is_finding(kind: MoveKind) -> bool {
    matches!(kind, MoveKind::Count | MoveKind::Loss | MoveKind::Scrap | MoveKind::Quarantine)
}

/// The bins that the test knows, as texts that stay.
fn leak(bin: &str) -> &'static str {
    BINS.iter().find(|known| **known == bin).copied().unwrap_or("nowhere")
}

pub const BINS: [&str; 4] = ["MAIN/A", "MAIN/B", "MAIN/Q", "SHOP"];
