//! The stock engine under load: `cargo bench --bench stock -- [WHAT] [MOVES] [ITEMS]`, WHAT one of memory, memory-off, sqlite, single, all; by default
//! 1,000,000 moves of 10,000 items at one site, in batches of 8,189 through `Stock::send(MoveStock)`: two receipts to three issues, every tenth
//! batch a batch of promises that later issues fulfil. With everything on: ids and digests, rights, rules, levels by item, site and
//! location, months, floors, promises, an index of moves by item, site and day. "single" is one promise in one command.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![allow(dead_code, reason = "the benchmarks of the ledger share more")]

use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use fondaco_core::{CompanyId, Currency, DocumentId, ItemId, Quantity, SiteId, Unit};
use fondaco_inventory::items::{AddItems, Item};
use fondaco_inventory::moves::NewMove;
use fondaco_inventory::places::{OpenSites, Site};
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::reserve::{Otherwise, Reserve, Wanted};
use fondaco_inventory::{SetUpStock, Stock};
use fondaco_store::{Memory, Sqlite};

const BATCH: usize = 8_189;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let what = args.first().map_or("all", String::as_str);
    let number =
        |at: usize, or: usize| args.get(at).map_or(or, |text| text.parse().expect("a number"));
    let (moves, items) = (number(1, 1_000_000), number(2, 10_000));
    let is = |name: &str| what == name || what == "all";
    let company = || CompanyId::named("bench");
    if is("memory-off") {
        batches(
            "memory, chain off",
            &Stock::open(Memory::without_chain(), company()).unwrap(),
            moves,
            items,
        );
    }
    if is("memory") {
        batches("memory", &Stock::open(Memory::new(), company()).unwrap(), moves, items);
    }
    if is("sqlite") {
        on_sqlite(|stock| batches("SQLite", stock, moves, items));
    }
    if is("single") {
        single(&Stock::open(Memory::new(), company()).unwrap(), items);
    }
}

/// Runs on a new file, on the disk that holds the build.
fn on_sqlite(run: impl FnOnce(&Stock<'static>)) {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("stock-{}.db", std::process::id()));
    run(&Stock::open(Sqlite::open(&path).unwrap(), CompanyId::named("bench")).unwrap());
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
}

fn item(n: usize) -> ItemId {
    ItemId::named(&code(n))
}

fn code(n: usize) -> String {
    format!("P{n:05}")
}

fn site() -> SiteId {
    SiteId::named("MAIN")
}

fn set_up(stock: &Stock<'_>, items: usize) {
    stock.send("set up", &SetUpStock::new(Currency::EUR)).unwrap();
    let of = |n: usize| Item::new(code(n), format!("Part {n}"), Unit::PIECE);
    stock.send("items", &AddItems::new((0..items).map(of).collect())).unwrap();
    stock.send("sites", &OpenSites::new(vec![Site::new("MAIN", "Main")])).unwrap();
    let day = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let opening = (0..items).map(|n| NewMove::receipt(item(n), pieces(1_000), "MAIN", day));
    stock.send("opening", &MoveStock::new(opening.collect())).unwrap();
}

fn pieces(count: usize) -> Quantity {
    Quantity::new(count as i64, Unit::PIECE)
}

/// A small generator of our own: the same moves in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

fn batches(store: &str, stock: &Stock<'static>, moves: usize, items: usize) {
    set_up(stock, items);
    let mut random = Random(42);
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let (mut took, mut slowest, mut made, mut promised) = (Duration::ZERO, Duration::ZERO, 0, 0);
    let mut promising = Duration::ZERO;
    let mut at = 0;
    while made < moves {
        let day = first + Days::new((made * 364 / moves) as u64);
        let mut fulfils = Vec::new();
        if at % 10 == 0 {
            let lines: Vec<Wanted> = (0..BATCH / 4)
                .map(|_| Wanted::new(item(random.below(items)), site(), pieces(1)))
                .collect();
            let count = lines.len();
            let wanted = lines.clone();
            let document = DocumentId::named(&format!("order {at}"));
            let command =
                Reserve { otherwise: Otherwise::TakeWhatIsThere, ..Reserve::new(document, lines) };
            let start = Instant::now();
            let done = stock.send(&format!("promise {at}"), &command).unwrap().answer;
            promising += start.elapsed();
            promised += count;
            fulfils = done
                .lines
                .iter()
                .zip(wanted)
                .filter_map(|(line, wanted)| Some((line.reservation?, wanted)))
                .collect();
        }
        let mut batch = Vec::with_capacity(BATCH);
        for (reservation, wanted) in fulfils {
            batch.push(
                NewMove::issue(wanted.item, wanted.quantity, "MAIN", day).fulfils(reservation),
            );
        }
        while batch.len() < BATCH.min(moves - made) {
            let (item, count) = (item(random.below(items)), pieces(1 + random.below(9)));
            batch.push(match random.below(5) {
                0 | 1 => NewMove::receipt(item, count, "MAIN", day),
                _ => NewMove::issue(item, pieces(1 + random.below(3)), "MAIN", day),
            });
        }
        let command = MoveStock::each(batch);
        let start = Instant::now();
        let done = stock.send(&format!("moves {at}"), &command).unwrap().answer;
        let elapsed = start.elapsed();
        took += elapsed;
        slowest = slowest.max(elapsed);
        made += command.moves.len();
        assert!(done.ids().count() * 100 >= command.moves.len() * 99, "most moves are made");
        at += 1;
    }
    let per_second = |count: usize, time: Duration| count as f64 / time.as_secs_f64();
    println!(
        "{store}: {made} moves in {:.2} s, {:.0} moves/s, slowest batch {:.1} ms; {promised} promises in batches, {:.0}/s",
        took.as_secs_f64(),
        per_second(made, took),
        slowest.as_secs_f64() * 1e3,
        per_second(promised, promising),
    );
}

/// One promise in one command.
fn single(stock: &Stock<'static>, items: usize) {
    set_up(stock, items);
    let mut random = Random(7);
    let count = 100_000;
    let commands: Vec<(String, Reserve)> = (0..count)
        .map(|n| {
            let line = Wanted::new(item(random.below(items)), site(), pieces(1));
            (format!("r{n}"), Reserve::new(DocumentId::named(&format!("order {n}")), vec![line]))
        })
        .collect();
    let start = Instant::now();
    for (name, command) in &commands {
        stock.send(name, command).unwrap();
    }
    let took = start.elapsed();
    println!(
        "memory: one promise in one command: {:.2} us",
        took.as_secs_f64() * 1e6 / count as f64
    );
}
