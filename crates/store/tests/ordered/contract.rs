//! What the adapter makes of an ordered map keeps the contract: over a map that holds snapshots, over one that doesn't, over
//! one that somebody else keeps moving, with and without hash chain, and closed and opened again.

use std::sync::atomic::{AtomicU64, Ordering};

use fondaco_store::OrderedStore;
use fondaco_store::ordered::{InMemory, MapError, MapSnapshot, Ordered, Put, Written};
use fondaco_testkit::{Outcome, Suite, certify, histories};

/// A map that offers no holds, and answers every third write as if somebody else had written.
#[derive(Default)]
struct Weak {
    map: InMemory,
    writes: AtomicU64,
    moves: bool,
}

impl Ordered for Weak {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        self.map.snapshot()
    }

    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        assert!(puts.is_sorted_by(|a, b| a.key < b.key), "puts are sorted, each key once");
        if self.moves && !self.writes.fetch_add(1, Ordering::Relaxed).is_multiple_of(3) {
            return Ok(Written::Moved);
        }
        self.map.write(position, puts)
    }
}

fn in_memory() -> OrderedStore<InMemory> {
    OrderedStore::open(InMemory::new()).unwrap()
}

#[test]
fn a_map_that_holds_keeps_every_promise() {
    let report = certify(in_memory);
    let not_offered = report.checks.iter().filter(|check| check.outcome != Outcome::Kept);
    assert_eq!(not_offered.count(), 0, "{report}");
}

#[test]
fn random_histories_are_those_of_the_model() {
    histories(in_memory, 7_000..7_120, 60).assert();
}

#[test]
fn a_map_that_holds_nothing_and_keeps_moving_keeps_every_promise_but_holds() {
    let weak = || OrderedStore::open(Weak { moves: true, ..Weak::default() }).unwrap();
    let report = Suite::new(weak).brief_holds().run();
    report.assert();
    let unkept = report.checks.iter().filter(|check| check.outcome != Outcome::Kept);
    // The last of them reads beside a writer, and may be the faster.
    let unkept = unkept.filter(|check| check.name != "snapshots.holds_block_nobody");
    let names: Vec<&str> = unkept.map(|check| check.name).collect();
    // All of these read a hold after a commit. While its company rests, a hold is one: verification works.
    let wanted = [
        "scans.sums_held",
        "snapshots.held_rows",
        "snapshots.held_order",
        "snapshots.held_answers",
        "snapshots.many_holds",
        "snapshots.released",
        "loads.series_held",
        "loads.tables_held",
    ];
    assert_eq!(names, wanted, "{report}");
}

#[test]
fn without_a_chain_all_else_is_the_same() {
    certify(|| in_memory().with_chain(false)).assert();
}

#[test]
fn what_is_in_the_map_is_all_there_is() {
    let reopen = |store: OrderedStore<InMemory>| OrderedStore::open(store.into_map()).unwrap();
    Suite::new(in_memory).reopen(reopen).only("reopen").run().assert();
}
