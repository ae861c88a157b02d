//! A damaged file: a bit that flipped on any page, a file that was cut short. Either somebody says so (opening, reading,
//! `verify`), or nothing that is read is another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use fondaco::core::store::Store;
use fondaco::prelude::*;
use fondaco_testkit::Random;
use fondaco_testkit::faults::{Life, Trouble};

use crate::homes::SQLITE_FAST;
use crate::rounds::Round;
use crate::{ensure, firm, needs};

/// How many bits of each page flip in a round.
const BITS: usize = 2;

/// What damage came to.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// Somebody says so.
    Told,
    /// It is where nothing lies that is read.
    Harmless,
    /// Something is read that was not written, and nobody says so.
    Silent(String),
}

/// Books of a firm in a file that was closed.
struct Written {
    bytes: Vec<u8>,
    /// All that is in them.
    rows: Vec<String>,
}

impl Written {
    fn make(place: &str) -> Result<Written, Trouble> {
        let store = (SQLITE_FAST.open)(place)?;
        needs("a firm", firm::year(&store, &firm::steady))?;
        let rows = firm::told(&store)?;
        drop(store);
        Ok(Written { bytes: needs(place, std::fs::read(place))?, rows })
    }

    /// Opens a damaged copy, reads all of it, verifies it, writes on, and verifies it again.
    fn fate(&self, place: &str, damaged: &[u8]) -> Result<Fate, Trouble> {
        for beside in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{place}{beside}"));
        }
        needs(place, std::fs::write(place, damaged))?;
        let look = || -> Fate {
            let Ok(store) = (SQLITE_FAST.open)(place) else { return Fate::Told };
            let Ok(books) = fondaco::prelude::Books::open(&store, firm::company()) else {
                return Fate::Told;
            };
            let Ok(rows) = firm::every_way(&store) else { return Fate::Told };
            if !books.verify().is_ok_and(|verified| verified.is_clean()) {
                return Fate::Told;
            }
            if let Some(differs) = apart(&rows, &self.rows) {
                return Fate::Silent(differs);
            }
            match again(&store) {
                Err(Silent(what)) => Fate::Silent(what),
                Ok(true) => Fate::Harmless,
                Ok(false) => Fate::Told,
            }
        };
        let panicked = |_| Fate::Silent("it panicked".into());
        Ok(catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(panicked))
    }
}

struct Silent(String);

/// Sends all commands of the year again: each was done. Then something new. Whether all is well.
fn again(store: &dyn Store) -> Result<bool, Silent> {
    let position = |store: &dyn Store| {
        let read = fondaco::core::store::Read::now(firm::company(), Vec::new());
        store.read(&read).map(|answer| answer.at.position)
    };
    let Ok(before) = position(store) else { return Ok(false) };
    if firm::year(store, &firm::steady).is_err() {
        return Ok(false);
    }
    match position(store) {
        Err(_) => return Ok(false),
        Ok(after) if after != before => {
            return Err(Silent(format!("{} commands were carried out twice", after - before)));
        }
        Ok(_) => {}
    }
    let Ok(books) = Books::open(store, firm::company()) else { return Ok(false) };
    let amount = Money::minor(77, Currency::EUR);
    let sale =
        |n: u32| NewEntry::new("GEN", firm::day(5, n)).debit("1000", amount).credit("4000", amount);
    let posted = (1..=5).all(|n| books.post(&format!("new {n}"), sale(n)).is_ok());
    Ok(posted && books.verify().is_ok_and(|verified| verified.is_clean()))
}

/// The first row that is another.
fn apart(found: &[String], wanted: &[String]) -> Option<String> {
    if found == wanted {
        return None;
    }
    let pair = found.iter().zip(wanted).find(|(a, b)| a != b);
    Some(match pair {
        Some((found, wanted)) => format!("{found}, was {wanted}"),
        None => format!("{} rows, were {}", found.len(), wanted.len()),
    })
}

#[derive(Default)]
struct Fates {
    told: usize,
    harmless: usize,
    silent: Vec<String>,
}

impl Fates {
    fn add(&mut self, what: impl FnOnce() -> String, fate: Fate) {
        match fate {
            Fate::Told => self.told += 1,
            Fate::Harmless => self.harmless += 1,
            Fate::Silent(why) => self.silent.push(format!("{}: {why}", what())),
        }
    }

    fn end(self, of: &str) -> Result<Option<String>, Trouble> {
        let Fates { told, harmless, silent } = self;
        ensure(silent.is_empty(), || format!("nobody said so:\n{}", silent.join("\n")))?;
        ensure(told > 0, || "no damage was told".into())?;
        Ok(Some(format!("{of}: {told} told, {harmless} where nothing lies")))
    }
}

fn page_size(bytes: &[u8]) -> usize {
    let size = bytes.get(16..18).map_or(4096, |two| usize::from(two[0]) << 8 | usize::from(two[1]));
    if size == 1 { 65_536 } else { size }
}

pub(crate) fn books(round: &Round) -> Result<Option<String>, Trouble> {
    let place = SQLITE_FAST.place(&round.dir);
    let whole = Written::make(&place)?;
    let (size, mut random) = (page_size(&whole.bytes), Random::new(round.seed));
    let pages = whole.bytes.len() / size;
    let mut fates = Fates::default();
    for page in 0..pages {
        for _ in 0..BITS {
            let bit = page * size * 8 + bit_of(&whole.bytes[page * size..][..size], &mut random);
            let mut damaged = whole.bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let what = || format!("page {} byte {} bit {}", page + 1, bit / 8 % size, bit % 8);
            fates.add(what, whole.fate(&place, &damaged)?);
        }
    }
    fates.end(&format!("{BITS} bits on each of {pages} pages"))
}

/// A bit of a page, mostly one of a byte that is not zero: much of a page may be empty.
fn bit_of(page: &[u8], random: &mut Random) -> usize {
    let used: Vec<usize> = (0..page.len()).filter(|at| page.get(*at) != Some(&0)).collect();
    let any = used.is_empty() || random.once_in(5);
    let byte = if any { random.below(page.len()) } else { random.pick(&used) };
    byte * 8 + random.below(8)
}

pub(crate) fn cut(round: &Round) -> Result<Option<String>, Trouble> {
    let place = SQLITE_FAST.place(&round.dir);
    let whole = Written::make(&place)?;
    let (size, mut random) = (page_size(&whole.bytes), Random::new(round.seed));
    let pages = whole.bytes.len() / size;
    let mut fates = Fates::default();
    for page in 0..pages {
        // At a page's end, or within.
        let within = if random.once_in(2) { random.below(size) } else { 0 };
        let length = page * size + within;
        // Nothing at all is a new file: only who says that it must be there can tell.
        if length > 0 {
            let fate = whole.fate(&place, whole.bytes.get(..length).unwrap_or_default())?;
            fates.add(|| format!("cut to {length} bytes"), fate);
        }
    }
    fates.end(&format!("cut at {pages} places"))
}

/// The write-ahead log of a program that was killed: SQLite takes a damaged frame for its end. So newest commits may be gone
/// and what is left is whole: a beginning of the history, that verifies.
pub(crate) fn log(round: &Round) -> Result<Option<String>, Trouble> {
    let place = SQLITE_FAST.place(&round.dir);
    let (database, log, steps) = lived(&place, round.seed)?;
    let mut random = Random::new(round.seed);
    let (mut told, mut shorter, mut same) = (0, 0, 0);
    for _ in 0..60 {
        let bit = random.below(log.len() * 8);
        let mut damaged = log.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        match beginning(&place, &database, &damaged, round.seed, steps)? {
            None => told += 1,
            Some(found) if found == steps => same += 1,
            Some(_) => shorter += 1,
        }
    }
    Ok(Some(format!("60 bits of the log: {shorter} took newest commits, {told} told, {same} none")))
}

/// A file and its log as they lie there before the store is closed, and how many steps were lived.
fn lived(place: &str, seed: u64) -> Result<(Vec<u8>, Vec<u8>, u64), Trouble> {
    let store = (SQLITE_FAST.open)(place)?;
    store.prepare(Life::TABLES)?;
    let (mut life, beside) = (Life::new(seed), format!("{place}-wal"));
    loop {
        life.live(&store)?;
        // What erases empties the log, so that it forgets too.
        let log = needs(&beside, std::fs::read(&beside))?;
        if life.steps() >= 30 && log.len() > 60_000 {
            return Ok((needs(place, std::fs::read(place))?, log, life.steps()));
        }
        ensure(life.steps() < 3_000, || "the log stays short".into())?;
    }
}

/// How many steps a damaged store has, if they are a beginning; `None` when it says that it is damaged.
fn beginning(
    place: &str,
    database: &[u8],
    log: &[u8],
    seed: u64,
    steps: u64,
) -> Result<Option<u64>, Trouble> {
    let _ = std::fs::remove_file(format!("{place}-shm"));
    needs(place, std::fs::write(Path::new(place), database))?;
    needs(place, std::fs::write(format!("{place}-wal"), log))?;
    let Ok(store) = (SQLITE_FAST.open)(place) else { return Ok(None) };
    if store.prepare(Life::TABLES).is_err() {
        return Ok(None);
    }
    let mut life = Life::new(seed);
    for step in 0..=steps {
        match life.find_at(&store, step) {
            Ok(true) => return Ok(Some(step)),
            Ok(false) => {}
            Err(Trouble::Failed(_)) => return Ok(None),
            Err(other) => return Err(other),
        }
    }
    Err(Trouble::Broken("what is left is no beginning of the history".into()))
}
