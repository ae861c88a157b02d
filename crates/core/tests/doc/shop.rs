// What the examples of the documentation share: a small shop on a new store.
pub use fondaco_core::store::*;
pub use fondaco_core::*;
pub use smol_str::SmolStr;

/// A shelf: state, with a unique label, and a guard over all shelves.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "shelf", kind = state, key(number), index(by_label(label), unique), guard(all()))]
pub struct Shelf {
    pub number: i64,
    pub label: SmolStr,
}

/// A note about somebody: a fact with something personal, without a guard.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "note", kind = fact, key(id))]
pub struct Note {
    pub id: Id<Note>,
    pub text: Personal<SmolStr>,
    pub slip: Option<Drawn>,
}

/// What is there of an item: a counter.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "stock", kind = counter, key(item))]
pub struct Stock {
    pub item: i64,
    pub pieces: i64,
}

pub fn shelf(number: i64, label: &str) -> Shelf {
    Shelf { number, label: label.into() }
}

pub fn envelope(command: &str) -> Envelope {
    let time: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    Envelope::new(CommandId::named(command), ActorId::new("clerk-7"), time)
}

/// Shelf 1 is called "door", shelf 2 "window"; of item 7 there are 10 pieces.
pub fn shop() -> Driver<'static> {
    let driver = Driver::new(fondaco_testkit::Model::new(), CompanyId::named("acme"));
    driver.prepare(&[Shelf::TABLE, Note::TABLE, Stock::TABLE]).unwrap();
    driver.prepare(due::TABLES).unwrap();
    let fill = |tx: &mut Tx<'_>, _: &str| -> Result<(), Halt> {
        tx.insert_all(vec![shelf(1, "door"), shelf(2, "window")])?;
        tx.add(Stock { item: 7, pieces: 10 }, &[])?;
        Ok(())
    };
    driver.run(envelope("fill"), "fill", fill).unwrap();
    driver
}

/// Runs an act in the shop.
pub fn run(act: impl Fn(&mut Tx<'_>) -> Result<(), Halt>) {
    shop().run(envelope("act"), "act", |tx, _| act(tx)).unwrap();
}

/// A job: adds 1 to the pieces of item 1, once a chunk.
pub struct Count {
    pub to: i64,
}

impl Job for Count {
    type Cursor = i64;
    type Report = i64;
    type Error = Halt;

    fn kind(&self) -> &'static str {
        "shop.count"
    }
    fn input(&self) -> Result<Hash, digest::DigestError> {
        digest::of(&self.to)
    }
    fn progress(&self, cursor: &i64) -> Progressed {
        Progressed::new("counting", *cursor).of(self.to)
    }
    fn chunk(&self, tx: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<Step<i64>, Halt> {
        tx.add(Stock { item: 1, pieces: 1 }, &[])?;
        let next = cursor + 1;
        Ok(if next < self.to { Step::More(next) } else { Step::Last(next) })
    }
    fn finish(&self, _: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<i64, Halt> {
        Ok(*cursor)
    }
}
