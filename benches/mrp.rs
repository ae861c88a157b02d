//! Material requirements planning at size: `cargo bench --bench mrp -- [ITEMS] [THREADS]`, by default 100,000 items on as many threads as there are
//! processors. Ten levels, ten lines an item, 52 weekly buckets, demand in each week for every item of the top level.
//!
//! Prints how long it takes to build the network, to compile it and run (regenerative), to plan again after one demand was edited, at the top, in the
//! middle and at the bottom, and how much memory the process took at most. `benches/peers/mrp.py` nets the same tables with polars: `-- [ITEMS]
//! --csv DIR` writes them there.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::time::Instant;

use chrono::{Days, NaiveDate};
use fondaco_inventory::mrp::{
    Buckets, Demand, Horizon, Item, ItemNo, LotRule, Network, Options, Plan, Source, State, run,
};
use rust_decimal::Decimal;

const LEVELS: usize = 10;
const LINES_PER_ITEM: usize = 10;
const WEEKS: u64 = 52;

fn main() {
    let mut numbers = Vec::new();
    let mut csv = None;
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    while let Some(arg) = args.next() {
        if arg == "--csv" {
            csv = args.next();
        } else {
            numbers.push(arg.parse::<usize>().expect("a number"));
        }
    }
    let items = numbers.first().copied().unwrap_or(100_000);
    let mut options = Options::default().buckets(Buckets::Days(7));
    if let Some(threads) = numbers.get(1).copied().and_then(NonZeroUsize::new) {
        options = options.threads(threads);
    }
    let world = World::of(items);
    if let Some(dir) = csv {
        world.write(&dir);
        return;
    }
    let (network, state, numbers) = time("building network and state", || world.build());
    let horizon = Horizon::new(first(), first() + Days::new(7 * WEEKS - 1));
    let planned = |options: &Options| run(&network, &state, horizon, options).unwrap();
    println!(
        "{items} items, {} lines, {WEEKS} weeks, {} threads",
        world.lines.len(),
        options.threads
    );
    let plan = time("regenerative run, compiling included", || planned(&options));
    let plan = time("the same again", || {
        drop(plan);
        planned(&options)
    });
    println!("{} orders", plan.order_count());
    let one = options.clone().threads(NonZeroUsize::MIN);
    time("the same on one thread", || planned(&one).order_count());
    for (name, level) in [("top", 0), ("middle", LEVELS / 2), ("bottom", LEVELS - 1)] {
        edits(name, &plan, &numbers, level * items / LEVELS);
    }
    println!("at most {} of memory", peak());
}

/// Ten edits of a demand at one level: one unit more in one week.
fn edits(name: &str, plan: &Plan, numbers: &[ItemNo], from: usize) {
    let mut took = Vec::new();
    let mut touched = Vec::new();
    for at in 0..10 {
        let item = numbers[from + at * 37];
        let due = first() + Days::new(7 * (30 + at as u64));
        let start = Instant::now();
        let mut edit = plan.edit();
        edit.demand(Demand::order("one more", item, 1, due)).unwrap();
        let after = edit.replan().unwrap();
        took.push(start.elapsed().as_secs_f64() * 1e3);
        touched.push(after.replanned());
    }
    took.sort_by(f64::total_cmp);
    touched.sort_unstable();
    println!(
        "net change, one demand at the {name}: median {:.3} ms, most {:.3} ms; median {} items, most {}",
        took[took.len() / 2],
        took[took.len() - 1],
        touched[touched.len() / 2],
        touched[touched.len() - 1],
    );
}

/// What is planned, as plain tables.
struct World {
    items: Vec<Row>,
    /// Parent, child, thousandths.
    lines: Vec<(usize, usize, i64)>,
    /// Item, week, quantity.
    demands: Vec<(usize, u64, i64)>,
}

struct Row {
    level: usize,
    lead_weeks: u32,
    on_hand: i64,
    safety: i64,
    /// 0 for lot for lot.
    lot: i64,
}

impl World {
    fn of(items: usize) -> World {
        let per_level = (items / LEVELS).max(1);
        let mut random = Random(42);
        let rows = (0..items).map(|at| Row {
            level: (at / per_level).min(LEVELS - 1),
            lead_weeks: 1 + random.below(2) as u32,
            on_hand: random.below(200) as i64,
            safety: if random.below(4) == 0 { 20 } else { 0 },
            lot: [0, 0, 50, 200][random.below(4) as usize] * (1 + at / per_level) as i64,
        });
        let rows: Vec<Row> = rows.collect();
        let parents = rows.iter().filter(|row| row.level + 1 < LEVELS).count();
        let mut lines = Vec::new();
        for (parent, row) in rows.iter().enumerate().take(parents) {
            let count = items * LINES_PER_ITEM / parents.max(1);
            let below = (row.level + 1) * per_level;
            // Most of what goes in lies one level below, some of it anywhere further down.
            for line in 0..count {
                let to = if line % 4 == 3 { items } else { (below + per_level).min(items) };
                let child = below + random.below((to - below) as u64) as usize;
                let quantity = [1000, 1000, 2000, 500, 100, 20][random.below(6) as usize];
                lines.push((parent, child, quantity));
            }
        }
        let top = rows.iter().filter(|row| row.level == 0).count();
        let mut demands = Vec::new();
        for item in 0..top {
            for week in 20..WEEKS {
                demands.push((item, week, 1 + random.below(20) as i64));
            }
            for week in 0..20 {
                demands.push((item, week, 1 + random.below(20) as i64));
            }
        }
        World { items: rows, lines, demands }
    }

    fn build(&self) -> (Network, State, Vec<ItemNo>) {
        let mut network = Network::new();
        let mut numbers = Vec::with_capacity(self.items.len());
        for (at, row) in self.items.iter().enumerate() {
            let mut item = Item::new(format!("I{at:07}")).digits(3).safety_stock(row.safety.into());
            if row.lot > 0 {
                item = item.lot(LotRule::Fixed { quantity: row.lot.into() });
            }
            // A single need may take more of the largest than there can be orders: multiples instead.
            if let LotRule::Fixed { quantity } = item.lot {
                item.lot = LotRule::LotForLot;
                item.modifiers.multiple = Some(quantity);
            }
            numbers.push(network.add(item).unwrap());
        }
        let mut lines = self.lines.iter().peekable();
        for (at, row) in self.items.iter().enumerate() {
            let mut source = Source::make(7 * row.lead_weeks);
            while let Some((_, child, quantity)) = lines.next_if(|line| line.0 == at) {
                source = source.of(Decimal::new(*quantity, 3).normalize(), numbers[*child]);
            }
            network.source(numbers[at], source).unwrap();
        }
        let mut state = State::of(&network);
        for (row, item) in self.items.iter().zip(&numbers) {
            state.on_hand(*item, row.on_hand.into()).unwrap();
        }
        for (item, week, quantity) in &self.demands {
            let due = first() + Days::new(7 * week);
            state.demand(Demand::order("", numbers[*item], *quantity, due)).unwrap();
        }
        (network, state, numbers)
    }

    /// The same tables for the peer.
    fn write(&self, dir: &str) {
        let mut items = String::from("item,level,lead,on_hand,safety,lot\n");
        for (at, row) in self.items.iter().enumerate() {
            let Row { level, lead_weeks, on_hand, safety, lot } = row;
            writeln!(items, "{at},{level},{lead_weeks},{on_hand},{safety},{lot}").unwrap();
        }
        let mut lines = String::from("parent,child,quantity\n");
        for (parent, child, thousandths) in &self.lines {
            writeln!(lines, "{parent},{child},{}", Decimal::new(*thousandths, 3)).unwrap();
        }
        let mut demands = String::from("item,week,quantity\n");
        for (item, week, quantity) in &self.demands {
            writeln!(demands, "{item},{week},{quantity}").unwrap();
        }
        for (name, text) in [("items", items), ("lines", lines), ("demands", demands)] {
            std::fs::write(format!("{dir}/{name}.csv"), text).expect("a folder to write to");
        }
    }
}

fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 5).unwrap()
}

/// The same numbers each time: an xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

fn time<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = run();
    println!("{what}: {:.3} s", start.elapsed().as_secs_f64());
    answer
}

/// The most memory that the process has held, as the system counts it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "an unknown amount".to_owned(), |line| line.trim().to_owned())
}
