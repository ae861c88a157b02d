//! Batches that break the rules of the contract, whatever is stored.

use fondaco_core::store::{Batch, Key, StoreError};

use crate::probe::{Probe, Verdict, broken, home, key, same};
use crate::records::{Item, Sample, Stock, TABLES};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "misuse.one_key_twice",
        promise: "a batch that changes one key twice is Misused, counters too",
        run: one_key_twice,
    },
    Check {
        name: "misuse.facts_stay",
        promise: "a put or delete of a fact is Misused",
        run: facts_stay,
    },
    Check {
        name: "misuse.counters_add",
        promise: "counters are changed by adding alone, and nothing else is added to",
        run: counters_add,
    },
    Check {
        name: "misuse.unseen",
        promise: "a put or delete over version 0 is Misused: an absent row is inserted",
        run: unseen,
    },
    Check {
        name: "misuse.unsorted",
        promise: "rows that are not in order of key are Misused; a store that sorts them itself must store all of them, and verify",
        run: unsorted,
    },
];

fn item(code: &str) -> Key {
    key::<Item>((1, code.into()))
}

/// That all these batches are `Misused` and leave nothing.
fn misused(probe: &Probe<'_>, batches: Vec<Batch>) -> Verdict {
    let before = probe.position()?;
    for batch in batches {
        probe.fails(batch, "store.misused")?;
    }
    same("the position afterwards", probe.position()?, before)
}

fn one_key_twice(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]))?;
    let put = || Item { level: 1, ..Item::new(1, "a") };
    let batches = vec![
        probe.batch().insert(vec![Item::new(1, "b"), Item::new(1, "b")]),
        probe.batch().insert(vec![Item::new(1, "b")]).insert(vec![Item::new(1, "b")]),
        probe.batch().insert(vec![Sample::new(1, 1), Sample::new(1, 1)]),
        probe.batch().put(put(), 1).put(put(), 1),
        probe.batch().put(put(), 1).delete(item("a"), 1),
        probe.batch().delete(item("a"), 1).insert(vec![Item::new(1, "a")]),
        probe.batch().delete(item("a"), 1).erase(item("a")),
        probe.batch().add(vec![Stock::of("a", 1, 0), Stock::of("a", 1, 0)]),
        probe.batch().add(vec![Stock::of("a", 1, 0)]).add(vec![Stock::of("a", 1, 0)]),
    ];
    misused(probe, batches)
}

fn facts_stay(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Sample::new(1, 1)]))?;
    let put = probe.batch().put(Sample { flag: Some(true), ..Sample::new(1, 1) }, 1);
    misused(probe, vec![put, probe.batch().delete(key::<Sample>((1, 1)), 1)])
}

fn counters_add(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().add(vec![Stock::of("a", 1, 0)]))?;
    let stock = || key::<Stock>((1, "a".into()));
    let batches = vec![
        probe.batch().insert(vec![Stock::of("b", 1, 0)]),
        probe.batch().put(Stock::of("a", 1, 0), 1),
        probe.batch().delete(stock(), 1),
        probe.batch().erase(stock()),
        probe.batch().add(vec![Item::new(1, "a")]),
        probe.batch().add(vec![Sample::new(1, 1)]),
    ];
    misused(probe, batches)
}

fn unseen(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]))?;
    let batches = vec![
        probe.batch().put(Item::new(1, "b"), 0),
        probe.batch().put(Item::new(1, "a"), 0),
        probe.batch().delete(item("b"), 0),
    ];
    misused(probe, batches)
}

fn unsorted(probe: &Probe<'_>) -> Verdict {
    let rows = vec![Sample::new(1, 3), Sample::new(1, 1), Sample::new(1, 2)];
    match probe.commit(probe.batch().insert(rows)) {
        Err(StoreError::Misused(_)) => same("the feed afterwards", probe.feed(home(), 0)?.len(), 0),
        Err(other) => Err(broken(format!("had to be Misused, not {other}"))),
        Ok(_) => {
            same("rows", probe.all::<Sample>()?.len(), 3)?;
            super::chain::clean(probe, TABLES)
        }
    }
}
