//! Several engines on one driver: one act, one commit, one queue, one verification, whichever of them it touches.

use std::sync::Arc;

use fondaco_core::due::{Due, DueItem, Refused, Ticked};
use fondaco_core::engine::{Engine, Part};
use fondaco_core::policy::stored::{
    AppointFirst, AssignRole, DefineRole, NewGrant, RegisterActor, Stored,
};
use fondaco_core::policy::{Permission, Request};
use fondaco_core::store::{FeedFrom, Record, Store};
use fondaco_core::{
    Act, ActorId, AsyncDriver, AsyncOffice, Driver, ErrorKind, Halt, Office, Range, Reading, Tx,
};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Failing, Model, Unloaded, block_on};
use serde::Serialize;

use crate::common::{Log, Move, Shelf, Stock, acme, envelope};

const MOVE: Permission = Permission::new("goods.move", "move goods");
const SHELVE: Permission = Permission::new("room.shelve", "put up shelves");

/// Counts what is moved: at noon of the next day a move is logged.
static GOODS: Engine = Engine { name: "goods", parts: &[&MOVES, &COUNTS] };
static MOVES: Part = Part::new(&[Move::TABLE, Stock::TABLE]).permissions(&[&MOVE]);
static COUNTS: Part = Part::new(&[])
    .otherwise(&[(Log::TABLE, "goes by the right to carry out what is due")])
    .on_due(&[("goods.count", log)])
    .verified_by(|view, found| {
        let sum: i64 = view.peek_scan(&Range::<Move>::all())?.iter().map(|one| one.pieces).sum();
        let stock: i64 =
            view.peek_scan(&Range::<Stock>::all())?.iter().map(|one| one.on_hand).sum();
        if sum != stock {
            found.say(format_args!("{stock} pieces are there, and {sum} were moved"));
        }
        Ok(())
    });

static ROOM: Engine = Engine { name: "room", parts: &[&SHELVES] };
static SHELVES: Part =
    Part::new(&[Shelf::TABLE]).permissions(&[&SHELVE]).on_due(&[("room.sweep", log)]);

fn log(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    let number = item.subject.parse().map_err(|_| Refused::new("test.subject", "no number"))?;
    Ok(tx.insert(Log { number })?)
}

/// Puts up a shelf and what lies on it: the work of two engines.
#[derive(Serialize)]
struct Furnish {
    pieces: i64,
    asks: [bool; 2],
}

impl Act for Furnish {
    type Answer = ();
    type Error = Halt;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        for (permission, asks) in [&SHELVE, &MOVE].into_iter().zip(self.asks) {
            if asks {
                tx.authorize(&Request::new(permission))?;
            }
        }
        tx.get::<Shelf>(&(1, 1))?;
        tx.insert(Shelf::new(1, 1, self.pieces))?;
        tx.insert(Move::new(7, 1, 1, self.pieces))?;
        tx.add_all(vec![Stock::of(7, 1, self.pieces)])?;
        tx.due(Due::new("goods.count", "1", tx.now()))?;
        tx.due(Due::new("room.sweep", "2", tx.now())).map(|_| ())
    }
}

/// The office of either sort of host.
enum Either {
    Sync(Office<'static>),
    Async(AsyncOffice<'static>),
}

impl Either {
    fn everywhere(stored: bool) -> Vec<(Arc<dyn Store>, Either)> {
        let stores: [Arc<dyn Store>; 3] = [
            Arc::new(Memory::new()),
            Arc::new(Model::new()),
            Arc::new(Sqlite::in_memory().unwrap()),
        ];
        let mut all = Vec::new();
        for store in stores {
            let driver = Driver::new(store.clone(), acme());
            let driver = if stored { driver.with_policy(Stored) } else { driver };
            all.push((store, Either::Sync(Office::over(driver))));
        }
        let store: Arc<dyn Store> = Arc::new(Model::new());
        let driver = AsyncDriver::new(Unloaded::new(store.clone(), 1), acme());
        let driver = if stored { driver.with_policy(Stored) } else { driver };
        all.push((store, Either::Async(AsyncOffice::over(driver))));
        all
    }

    fn join(&self, engine: &'static Engine) -> usize {
        let prepared = match self {
            Either::Sync(office) => office.join(engine),
            Either::Async(office) => block_on(office.join(engine)),
        };
        prepared.unwrap().created.len()
    }

    fn send<C: Act>(&self, actor: &str, name: &str, command: &C) -> Result<(), C::Error> {
        let done = match self {
            Either::Sync(office) => office.clone().acting_as(actor).send(name, command),
            Either::Async(office) => block_on(office.clone().acting_as(actor).send(name, command)),
        };
        done.map(|_| ())
    }

    fn tick(&self) -> Ticked {
        match self {
            Either::Sync(office) => office.tick().unwrap(),
            Either::Async(office) => block_on(office.tick()).unwrap(),
        }
    }

    fn verify(&self) -> String {
        match self {
            Either::Sync(office) => office.verify().unwrap().to_string(),
            Either::Async(office) => block_on(office.verify()).unwrap().to_string(),
        }
    }
}

#[test]
fn one_act_of_two_engines_is_one_commit_and_both_are_ticked_and_verified() {
    for (store, office) in Either::everywhere(false) {
        assert!(office.join(&GOODS) > 0 && office.join(&ROOM) > 0);
        assert_eq!((office.join(&GOODS), office.join(&ROOM)), (0, 0), "joined already");
        office.send("anna", "furnish", &Furnish { pieces: 3, asks: [true, true] }).unwrap();
        let commits = || store.feed(&FeedFrom::new(acme(), 0, usize::MAX)).unwrap().len();
        assert_eq!(commits(), 1);
        let ticked = office.tick();
        assert_eq!((ticked.carried_out.len(), ticked.unhandled.len()), (2, 0), "{ticked}");
        assert!(office.verify().ends_with("are as they were written"), "{}", office.verify());
        // Behind the engines' back, by a driver that knows neither.
        let rival = Driver::new(store.clone(), acme());
        rival.run(envelope("rob"), "rob", |tx, _| tx.add_all(vec![Stock::of(7, 1, -1)])).unwrap();
        assert!(office.verify().contains("goods: 2 pieces are there, and 3 were moved"));
    }
}

#[test]
fn the_tables_of_every_engine_that_joined_are_watched() {
    for (_, office) in Either::everywhere(true) {
        office.join(&GOODS); // the policy's tables are ready now
        let root = ActorId::new("root");
        office.send("root", "first", &AppointFirst::new(root.clone())).unwrap();
        // A permission of an engine that has not joined is unknown; then it joins.
        let fitter = DefineRole::new("fitter", "Fitter")
            .may(NewGrant::new("goods.move"))
            .may(NewGrant::new("room.shelve"));
        assert_eq!(
            office.send("root", "early", &fitter).unwrap_err().code(),
            "policy.unknown_permission"
        );
        office.join(&ROOM);
        office.send("root", "fitter", &fitter).unwrap();
        office.send("root", "anna", &RegisterActor::person(ActorId::new("anna"))).unwrap();
        office.send("root", "is one", &AssignRole::new(ActorId::new("anna"), "fitter")).unwrap();
        for (asks, engine) in [([true, false], "goods"), ([false, true], "room")] {
            let bug = office.send("anna", engine, &Furnish { pieces: 3, asks }).unwrap_err();
            assert!(bug.to_string().contains(&format!("no permission of {engine}")), "{bug}");
        }
        office.send("anna", "furnish", &Furnish { pieces: 3, asks: [true, true] }).unwrap();
        let denied = office.send("rob", "rob", &Furnish { pieces: 1, asks: [true, true] });
        assert_eq!(denied.unwrap_err().code(), "policy.unknown_actor");
    }
}

#[test]
fn an_engine_whose_tables_are_not_ready_has_not_joined() {
    let driver = Driver::new(Failing::new(Memory::new(), 1), acme());
    assert_eq!(driver.join(&GOODS).unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(driver.joined().is_empty());
    driver.join(&GOODS).unwrap();
    assert_eq!(driver.joined()[0].name, "goods");
}
