//! A company with stock on some store, under a clock that the test moves.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::NaiveDate;
use fondaco_core::due::{AsyncQueue, Due, Handlers, Queue, Ticked};
use fondaco_core::store::{Record, Store};
use fondaco_core::*;
use fondaco_inventory::items::*;
use fondaco_inventory::levels::{self, Stock};
use fondaco_inventory::moves::*;
use fondaco_inventory::places::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::*;
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, Unloaded, block_on};

pub enum Over {
    Sync(Driver<'static>),
    Async(Box<AsyncDriver<'static>>),
}

pub struct Host {
    pub name: &'static str,
    pub over: Over,
    clock: AtomicI64,
}

/// Noon of the day on which tests begin.
const START: &str = "2026-06-30T12:00:00Z";

impl Host {
    pub fn on(name: &'static str, store: Arc<dyn Store>) -> Host {
        let over = Over::Sync(Driver::new(store, CompanyId::named("acme")));
        Host { name, over, clock: AtomicI64::new(0) }
    }

    /// A company in memory, set up.
    pub fn memory() -> Host {
        Host::on("memory", Arc::new(Memory::new())).set_up()
    }

    /// A company on a store that has nothing loaded, set up.
    pub fn async_model() -> Host {
        Host::unloaded("unloaded", Arc::new(Model::new())).set_up()
    }

    pub fn unloaded(name: &'static str, store: Arc<dyn Store>) -> Host {
        let driver = AsyncDriver::new(Unloaded::new(store, 1), CompanyId::named("acme"));
        Host { name, over: Over::Async(Box::new(driver)), clock: AtomicI64::new(0) }
    }

    /// Sets the clock to so many minutes after the start.
    pub fn at_minute(&self, minute: i64) {
        self.clock.store(minute * 60, Ordering::SeqCst);
    }

    pub fn now(&self) -> Timestamp {
        let start: Timestamp = START.parse().unwrap();
        Timestamp::from_micros(start.micros() + self.clock.load(Ordering::SeqCst) * 1_000_000)
            .unwrap()
    }

    /// When the next command is sent.
    pub fn next_time(&self) -> Timestamp {
        self.time_before(-1)
    }

    /// So many seconds before the last command.
    pub fn time_before(&self, seconds: i64) -> Timestamp {
        Timestamp::from_micros(self.now().micros() - seconds * 1_000_000).unwrap()
    }

    /// Each command is sent a second after the one before.
    fn envelope(&self, name: &str) -> Envelope {
        self.clock.fetch_add(1, Ordering::SeqCst);
        Envelope::new(CommandId::named(name), ActorId::new("host"), self.now())
    }

    pub fn send<C: Act<Error = StockError>>(
        &self,
        name: &str,
        command: &C,
    ) -> Result<Done<C::Answer>, StockError> {
        match &self.over {
            Over::Sync(driver) => driver.carry_out(self.envelope(name), command),
            Over::Async(driver) => block_on(driver.carry_out(self.envelope(name), command)),
        }
    }

    pub fn must<C: Act<Error = StockError>>(&self, name: &str, command: &C) -> C::Answer {
        match self.send(name, command) {
            Ok(done) => done.answer,
            Err(error) => panic!("{name} on {}: {error}", self.name),
        }
    }

    pub fn refused<C: Act<Error = StockError, Answer: Debug>>(
        &self,
        name: &str,
        command: &C,
    ) -> StockError {
        match self.send(name, command) {
            Ok(done) => panic!("{name} on {} was not refused: {:?}", self.name, done.answer),
            Err(error) => error,
        }
    }

    /// Makes one move.
    pub fn made(&self, name: &str, new: NewMove) -> Id<Move> {
        self.must(name, &MoveStock::new(vec![new])).ids().next().unwrap()
    }

    /// The code of the refusal of one move.
    pub fn refusal(&self, new: NewMove) -> String {
        let error = self.refused(&format!("{new:?}"), &MoveStock::new(vec![new.clone()]));
        error.code().to_owned()
    }

    pub fn view<T>(&self, read: impl Fn(&mut View<'_>) -> Result<T, StockError>) -> T {
        let result = match &self.over {
            Over::Sync(driver) => driver.view(read),
            Over::Async(driver) => block_on(driver.view(read)),
        };
        result.unwrap_or_else(|error| panic!("a view on {}: {error}", self.name))
    }

    pub fn tick(&self, at: &str) -> Ticked {
        let at: Timestamp = at.parse().unwrap();
        let ticked = match &self.over {
            Over::Sync(driver) => Queue::new(driver, Handlers::of([&ENGINE])).tick(at),
            Over::Async(driver) => {
                block_on(AsyncQueue::new(driver, Handlers::of([&ENGINE])).tick(at))
            }
        };
        ticked.unwrap_or_else(|error| panic!("a tick on {}: {error}", self.name))
    }

    /// Puts rows in place.
    pub fn insert<R: Record>(&self, name: &str, rows: Vec<R>) {
        let name = format!("insert {name}");
        let act = |tx: &mut Tx<'_>| insert(tx, rows.clone());
        match &self.over {
            Over::Sync(driver) => {
                driver.run(self.envelope(&name), &name, |tx, _| act(tx)).map(|_| ())
            }
            Over::Async(driver) => {
                block_on(driver.run(self.envelope(&name), &name, |tx, _| act(tx))).map(|_| ())
            }
        }
        .unwrap();
    }

    pub fn stock(&self, item: ItemId, site: SiteId) -> Stock {
        self.view(|view| levels::stock(view, item, site))
    }

    /// On hand, reserved, quarantined, expired, in transit, on order and backordered.
    pub fn figures(&self, item: ItemId, site: SiteId) -> [String; 7] {
        let Stock {
            on_hand,
            reserved,
            quarantined,
            expired,
            in_transit,
            on_order,
            backordered,
            ..
        } = self.stock(item, site);
        [on_hand, reserved, quarantined, expired, in_transit, on_order, backordered]
            .map(|quantity| quantity.to_decimal().to_string())
    }

    pub fn clean(&self) {
        let found = self.view(|view| Ok(levels::verify(view)?));
        assert!(found.is_empty(), "on {}: {found:#?}", self.name);
    }

    /// A company with two sites, and items of each kind.
    pub fn set_up(self) -> Host {
        match &self.over {
            Over::Sync(driver) => driver.join(&ENGINE).unwrap(),
            Over::Async(driver) => block_on(driver.join(&ENGINE)).unwrap(),
        };
        let act = |tx: &mut Tx<'_>| set_up_rows(tx, Currency::EUR);
        let envelope = self.envelope("set up");
        match &self.over {
            Over::Sync(driver) => driver.run(envelope, "set up", |tx, _| act(tx)).map(|_| ()),
            Over::Async(driver) => {
                block_on(driver.run(envelope, "set up", |tx, _| act(tx))).map(|_| ())
            }
        }
        .unwrap();
        self
    }
}

fn insert<R: Record>(tx: &mut Tx<'_>, rows: Vec<R>) -> Result<(), Halt> {
    let keys: Vec<R::Key> = rows.iter().map(|row| row.key()).collect();
    tx.get_many::<R>(&keys)?;
    tx.insert_all(rows)
}

/// Puts rows in place, as the commands that add items and places do.
pub fn set_up_rows(tx: &mut Tx<'_>, currency: Currency) -> Result<(), Halt> {
    let (value_digits, below_zero) = (2, BelowZero::Refuse);
    insert(tx, vec![Settings { stock: Settings::key(), currency, value_digits, below_zero }])?;
    insert(tx, vec![Site::new("MAIN", "Main warehouse"), Site::new("SHOP", "Shop")])?;
    insert(tx, locations())?;
    insert(tx, items())?;
    insert(tx, vec![ItemUnit::new(bolt(), "1 carton = 12 pcs".parse().unwrap())])?;
    for lot in lots() {
        let good = lot.expires.filter(|last| *last >= today());
        if let Some(after) = good.and_then(|last| last.succ_opt()) {
            let at = tx.zone()?.start_of(after).unwrap();
            tx.due(Due::new("stock.lot_expiry", lot.id.to_string(), at))?;
        }
    }
    insert(tx, lots())
}

pub fn main_site() -> SiteId {
    SiteId::named("MAIN")
}

pub fn shop() -> SiteId {
    SiteId::named("SHOP")
}

/// Pieces of which one is as good as another.
pub fn bolt() -> ItemId {
    ItemId::named("BOLT")
}

/// Litres in lots that expire.
pub fn milk() -> ItemId {
    ItemId::named("MILK")
}

/// Pieces with serial numbers.
pub fn drill() -> ItemId {
    ItemId::named("DRILL")
}

/// Wheels that are weighed.
pub fn cheese() -> ItemId {
    ItemId::named("CHEESE")
}

/// What may be sold before it came.
pub fn sand() -> ItemId {
    ItemId::named("SAND")
}

fn locations() -> Vec<Location> {
    let at = |code: &str, site: &str| Location::new(code, code, SiteId::named(site), site);
    let root = |code: &str| Location { parent: None, ..at(code, code) };
    vec![
        root("MAIN"),
        root("SHOP"),
        Location { kind: LocationKind::Bin, pick_order: Some(2), ..at("MAIN/A", "MAIN") },
        Location { kind: LocationKind::Bin, pick_order: Some(1), ..at("MAIN/B", "MAIN") },
        Location { kind: LocationKind::Quarantine, ..at("MAIN/Q", "MAIN") },
        Location { kind: LocationKind::Scrap, ..at("MAIN/X", "MAIN") },
        Location { closes: Some(d("2026-03-31")), ..at("MAIN/OLD", "MAIN") },
        Location { frozen: true, ..at("MAIN/ICE", "MAIN") },
        Location { kind: LocationKind::Transit, ..at("SHOP/ROAD", "SHOP") },
    ]
}

fn items() -> Vec<Item> {
    vec![
        Item::new("BOLT", "Bolt M8 x 40", Unit::PIECE),
        Item { tracking: Tracking::Lot, ..Item::new("MILK", "Milk", Unit::LITRE) },
        Item { tracking: Tracking::Serial, ..Item::new("DRILL", "Drill", Unit::PIECE) },
        Item {
            weighed_in: Some(Unit::KILOGRAM),
            nominal_weight: Some("7.5 kg".parse().unwrap()),
            weight_tolerance: Some(Rate::percent("10").unwrap()),
            ..Item::new("CHEESE", "Cheese", Unit::PIECE)
        },
        Item { below_zero: Some(BelowZero::Allow), ..Item::new("SAND", "Sand", Unit::KILOGRAM) },
        Item { closed: true, ..Item::new("GONE", "Gone", Unit::PIECE) },
    ]
}

pub fn lot_id(code: &str) -> Id<Lot> {
    Id::from_u128(ItemId::named(code).to_u128())
}

pub fn a_lot(item: ItemId, code: &str, expires: Option<&str>) -> Lot {
    Lot {
        id: lot_id(code),
        item,
        code: code.into(),
        expires: expires.map(d),
        made_on: None,
        status: LotStatus::Released,
        ownership: Ownership::Own,
        owner: None.into(),
        supplier: None,
        supplier_code: None,
    }
}

fn lots() -> Vec<Lot> {
    vec![
        a_lot(milk(), "M1", Some("2026-07-10")),
        a_lot(milk(), "M2", Some("2026-08-10")),
        a_lot(milk(), "M0", Some("2026-05-01")),
        Lot { status: LotStatus::Quarantined, ..a_lot(milk(), "MQ", Some("2026-09-01")) },
        Lot { ownership: Ownership::Consigned, ..a_lot(milk(), "MC", None) },
        Lot { ownership: Ownership::Customer, ..a_lot(milk(), "MK", None) },
        a_lot(drill(), "S1", None),
        a_lot(drill(), "S2", None),
    ]
}

pub fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The day on which tests begin.
pub fn today() -> NaiveDate {
    d("2026-06-30")
}

pub fn q(text: &str) -> Quantity {
    text.parse().unwrap()
}

pub fn pcs(count: i64) -> Quantity {
    Quantity::new(count, Unit::PIECE)
}

pub fn receipt(item: ItemId, quantity: &str, to: &str) -> NewMove {
    NewMove::receipt(item, q(quantity), to, today())
}

pub fn issue(item: ItemId, quantity: &str, from: &str) -> NewMove {
    NewMove::issue(item, q(quantity), from, today())
}

pub fn moved(item: ItemId, quantity: &str, movement: Movement) -> NewMove {
    NewMove::new(item, q(quantity), movement, today())
}

pub fn on(mut new: NewMove, date: &str) -> NewMove {
    new.date = d(date);
    new
}

pub fn stores() -> Vec<(&'static str, Arc<dyn Store>)> {
    vec![
        ("memory", Arc::new(Memory::new())),
        ("model", Arc::new(Model::new())),
        ("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
    ]
}

/// Runs a test on every store there is, blocking and not.
pub fn on_every_store(test: impl Fn(Host)) {
    stores().into_iter().for_each(|(name, store)| test(Host::on(name, store).set_up()));
    test(Host::unloaded("model, not loaded", Arc::new(Model::new())).set_up());
}

pub fn in_memory() -> Host {
    Host::on("memory", Arc::new(Memory::new())).set_up()
}
