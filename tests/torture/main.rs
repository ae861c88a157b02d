//! Tortures: what the world does to a store and to the books in it, made to happen, driven by seeds.
//!
//! `cargo xtask torture --minutes N [--seed S] [--only WORD]` goes through them again and again with new seeds; `cargo test`
//! runs a few rounds of each with seeds that are always the same. A round that breaks something prints its name and seed,
//! and the command that repeats it. `docs/torture.md` says what each one does, and what runs have found.
//!
//! The program is its own child: what has to be killed, or run out of disk, is this program again, told what to do.

#![allow(clippy::disallowed_methods, reason = "it is about the world: clocks, processes, disks")]

mod children;
mod clock;
#[allow(dead_code, unreachable_pub, reason = "an example's modules, used here in part")]
#[path = "../../examples/directory_store/directory.rs"]
mod directory;
mod disk;
mod firm;
mod flip;
mod homes;
mod kill;
#[allow(dead_code, unreachable_pub, reason = "an example's modules, used here in part")]
#[path = "../../examples/directory_store/log.rs"]
mod log;
mod many;
mod rounds;
#[cfg(all(feature = "postgres", unix))]
mod server;

use std::process::ExitCode;
use std::time::Duration;

use fondaco_testkit::faults::Trouble;
use rounds::{Options, Torture};

/// All tortures, with how many rounds of each belong to `cargo test`.
const TORTURES: &[Torture] = &[
    Torture { name: "kill.sqlite", short: 3, run: kill::sqlite },
    Torture { name: "kill.sqlite_fast", short: 2, run: kill::sqlite_fast },
    Torture { name: "kill.redb", short: 1, run: kill::redb },
    Torture { name: "kill.directory", short: 1, run: kill::directory },
    Torture { name: "kill.processes", short: 1, run: kill::processes },
    Torture { name: "disk.full_sqlite", short: 2, run: disk::full_sqlite },
    // redb fills its file too slowly for every day.
    Torture { name: "disk.full_redb", short: 0, run: disk::full_redb },
    Torture { name: "disk.limit_sqlite", short: 2, run: disk::limit_sqlite },
    Torture { name: "disk.limit_redb", short: 0, run: disk::limit_redb },
    Torture { name: "disk.read_only", short: 1, run: disk::read_only },
    Torture { name: "flip.books", short: 1, run: flip::books },
    Torture { name: "flip.log", short: 1, run: flip::log },
    Torture { name: "flip.cut", short: 1, run: flip::cut },
    Torture { name: "bank.memory", short: 2, run: many::memory },
    Torture { name: "bank.ordered", short: 1, run: many::ordered },
    Torture { name: "bank.sqlite", short: 2, run: many::sqlite },
    Torture { name: "bank.redb", short: 1, run: many::redb },
    Torture { name: "bank.directory", short: 1, run: many::directory },
    Torture { name: "bank.failing", short: 2, run: many::failing },
    Torture { name: "orders.acts", short: 6, run: many::orders_of_acts },
    Torture { name: "failing.firm", short: 2, run: many::failing_firm },
    Torture { name: "clock.backwards", short: 1, run: clock::backwards },
    #[cfg(all(feature = "postgres", unix))]
    Torture { name: "kill.postgres", short: 1, run: server::killed },
    #[cfg(all(feature = "postgres", unix))]
    Torture { name: "kill.postgres_server", short: 1, run: server::restarted },
    #[cfg(all(feature = "postgres", unix))]
    Torture { name: "cut.postgres", short: 1, run: server::cut },
    #[cfg(all(feature = "postgres", unix))]
    Torture { name: "bank.postgres", short: 1, run: server::bank },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("child", what)) = arguments.split_first().map(|(a, b)| (a.as_str(), b)) {
        return children::live(what);
    }
    match Options::from_arguments(&arguments) {
        Ok(options) => rounds::all(TORTURES, &options),
        Err(error) => {
            eprintln!("torture: {error}");
            ExitCode::from(2)
        }
    }
}

/// That something holds.
fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Trouble> {
    if holds { Ok(()) } else { Err(Trouble::Broken(what())) }
}

/// Something that the torture itself needs failed.
fn needs<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) -> Result<T, Trouble> {
    result.map_err(|error| Trouble::Broken(format!("{what}: {error}")))
}

fn micros(count: u64) -> Duration {
    Duration::from_micros(count)
}
