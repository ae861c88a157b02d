//! What a decision rests on: conflicts are refused, and versions never come back.

use std::sync::atomic::{AtomicI64, Ordering};

use fondaco_core::store::{Batch, Commit, Key, Seen, Snapshot, StoreError};

use crate::probe::{Flaw, Probe, Verdict, broken, ensure, key, same, together};
use crate::records::{Item, Sample, Stock};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "seen.moved",
        promise: "every row that has another version than was seen is named, once, with the version it has now",
        run: moved,
    },
    Check {
        name: "seen.absent",
        promise: "rows seen absent (version 0) must be absent, and rows seen present must be there",
        run: absent,
    },
    Check {
        name: "seen.exists",
        promise: "an insert of a key that exists is a moved row when it was seen absent, else Exists",
        run: exists,
    },
    Check {
        name: "seen.counters",
        promise: "a counter's version rises with each add, one of zero too, and can be rested on",
        run: counters,
    },
    Check {
        name: "seen.hint",
        promise: "`Batch::at` is a hint: what changed after that snapshot is found all the same",
        run: hint,
    },
    Check {
        name: "seen.versions_never_reused",
        promise: "a row deleted and inserted again has a new version: what saw the old one is refused",
        run: versions_never_reused,
    },
    Check {
        name: "seen.write_skew",
        promise: "of two batches of which each saw what the other changes, one is refused",
        run: write_skew,
    },
    Check {
        name: "seen.absence_under_threads",
        promise: "of many batches that each saw no row and insert their own, one is stored",
        run: absence_under_threads,
    },
    Check {
        name: "seen.lost_updates",
        promise: "puts by many threads lose no update",
        run: lost_updates,
    },
];

fn item(code: &str) -> Key {
    key::<Item>((1, code.into()))
}

fn moved(probe: &Probe<'_>) -> Verdict {
    let codes = ["a", "b", "c", "d"];
    probe.done(probe.batch().insert(codes.map(|code| Item::new(1, code)).to_vec()))?;
    probe.done(probe.batch().put(Item { level: 1, ..Item::new(1, "a") }, 1))?;
    probe.done(probe.batch().delete(item("b"), 1))?;
    let batch = probe.batch().sees(item("a"), 1).sees(item("b"), 1).sees(item("c"), 1);
    let batch = batch.sees(item("x"), 0).put(Item { level: 5, ..Item::new(1, "a") }, 1);
    let mut moved = probe.refused(batch.put(Item { level: 5, ..Item::new(1, "d") }, 1))?.moved;
    moved.sort_by(|a, b| a.key.cmp(&b.key));
    moved.dedup();
    let wanted = vec![Seen { key: item("a"), version: 2 }, Seen { key: item("b"), version: 0 }];
    same("the rows that moved", moved, wanted)
}

fn absent(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]))?;
    probe.done(probe.batch().sees(item("b"), 0).insert(vec![Sample::new(1, 1)]))?;
    probe.done(probe.batch().sees(key::<Sample>((1, 1)), 2))?;
    let refusal = probe.refused(probe.batch().sees(item("a"), 0))?;
    same("the row that is there", refusal.moved, vec![Seen { key: item("a"), version: 1 }])?;
    let refusal = probe.refused(probe.batch().sees(item("c"), 4))?;
    same("the row that is not", refusal.moved, vec![Seen { key: item("c"), version: 0 }])?;
    let refusal = probe.refused(probe.batch().put(Item::new(1, "c"), 4))?;
    same("a put of no row", refusal.moved, vec![Seen { key: item("c"), version: 0 }])?;
    let refusal = probe.refused(probe.batch().delete(item("c"), 4))?;
    same("a delete of no row", refusal.moved, vec![Seen { key: item("c"), version: 0 }])
}

fn exists(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]).insert(vec![Sample::new(1, 1)]))?;
    let refusal =
        probe.refused(probe.batch().sees(item("a"), 0).insert(vec![Item::new(1, "a")]))?;
    same("the moved row", refusal.moved, vec![Seen { key: item("a"), version: 1 }])?;
    for batch in [
        probe.batch().insert(vec![Item::new(1, "a"), Item::new(1, "b")]),
        probe.batch().insert(vec![Sample::new(1, 0), Sample::new(1, 1)]),
    ] {
        match probe.commit(batch) {
            Err(StoreError::Exists { key: found }) => {
                let there = [item("a"), key::<Sample>((1, 1))].contains(&found);
                ensure(there, || format!("Exists names {found:?}"))?;
            }
            other => return Err(broken(format!("had to be Exists, not {other:?}"))),
        }
    }
    Ok(())
}

fn counters(probe: &Probe<'_>) -> Verdict {
    let stock = || key::<Stock>((1, "a".into()));
    probe.done(probe.batch().sees(stock(), 0).add(vec![Stock::of("a", 1, 0)]))?;
    same("the version", probe.version::<Stock>((1, "a".into()))?, 1)?;
    probe.done(probe.batch().sees(stock(), 1).add(vec![Stock::of("a", 0, 0)]))?;
    same("the version after an add of zero", probe.version::<Stock>((1, "a".into()))?, 2)?;
    let refusal = probe.refused(probe.batch().sees(stock(), 1))?;
    same("the counter that moved", refusal.moved, vec![Seen { key: stock(), version: 2 }])?;
    probe.done(probe.batch().add(vec![Stock::of("new", 0, 0)]))?;
    same("the version of an add of zero to no row", probe.version::<Stock>((1, "new".into()))?, 3)
}

fn hint(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]).add(vec![Stock::of("a", 1, 0)]))?;
    let at = |batch: Batch, position| {
        let mut batch = batch;
        batch.at = Snapshot { position, hold: 0 };
        batch
    };
    let sees = |version| probe.batch().sees(item("a"), version).sees(item("none"), 0);
    probe.done(at(sees(1), 1))?;
    probe.done(probe.batch().put(Item { level: 1, ..Item::new(1, "a") }, 1))?;
    for position in [0, 1, 2] {
        let refusal = probe.refused(at(sees(1), position))?;
        same("what moved", refusal.moved, vec![Seen { key: item("a"), version: 3 }])?;
    }
    let stock = || key::<Stock>((1, "a".into()));
    probe.done(probe.batch().add(vec![Stock::of("a", 1, 0)]))?;
    probe.refused(at(probe.batch().sees(stock(), 1), 3))?;
    probe.done(probe.batch().insert(vec![Item::new(1, "none")]))?;
    probe.refused(at(sees(3), 4))?;
    probe.done(at(probe.batch().sees(stock(), 4).sees(item("a"), 3), 5)).map(|_| ())
}

fn versions_never_reused(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]))?;
    probe.done(probe.batch().delete(item("a"), 1))?;
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]))?;
    same("the version of the row inserted again", probe.version::<Item>((1, "a".into()))?, 3)?;
    let stale = [
        probe.batch().put(Item { level: 1, ..Item::new(1, "a") }, 1),
        probe.batch().delete(item("a"), 1),
        probe.batch().sees(item("a"), 1),
    ];
    for batch in stale {
        let refusal = probe.refused(batch)?;
        same("what moved", refusal.moved, vec![Seen { key: item("a"), version: 3 }])?;
    }
    Ok(())
}

/// Two doctors, one of whom must stay on call: each may leave only while the other is there.
fn write_skew(probe: &Probe<'_>) -> Verdict {
    for round in 0..12 {
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        let start = probe.done(probe.batch().insert(vec![Item::new(1, &a), Item::new(1, &b)]))?;
        let leave = |mine: &str, other: &str| {
            let batch = probe.batch().sees(item(other), start.position);
            settled(
                probe.commit(batch.put(Item { level: 1, ..Item::new(1, mine) }, start.position)),
            )
        };
        let left = together(2, |me| if me == 0 { leave(&a, &b) } else { leave(&b, &a) })?;
        same("batches stored of two that exclude each other", count(&left), 1)?;
    }
    Ok(())
}

fn absence_under_threads(probe: &Probe<'_>) -> Verdict {
    for round in 0..6 {
        let codes: Vec<String> = (0..3).map(|thread| format!("r{round}t{thread}")).collect();
        let stored = together(3, |me| {
            let unseen = |batch, code: &String| Stage::sees(batch, item(code), 0);
            let batch = codes.iter().fold(probe.batch(), unseen);
            let mine = codes.get(me).map(|code| Item::new(1, code)).into_iter().collect();
            settled(probe.commit(batch.insert(mine)))
        })?;
        same("batches stored of three that exclude one another", count(&stored), 1)?;
    }
    Ok(())
}

fn count(stored: &[bool]) -> usize {
    stored.iter().filter(|stored| **stored).count()
}

/// Whether a commit was stored; a refusal is an answer, anything else is not.
fn settled(result: Result<Commit, StoreError>) -> Verdict<bool> {
    match result {
        Ok(_) => Ok(true),
        Err(StoreError::Refused(_)) => Ok(false),
        Err(other) => Err(Flaw::from(other)),
    }
}

fn lost_updates(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]))?;
    let won = AtomicI64::new(0);
    together(3, |_| {
        for _ in 0..10 {
            let row =
                probe.get::<Item>((1, "a".into()))?.ok_or_else(|| broken("the row is gone"))?;
            let item = Item::clone(&*row.record::<Item>()?);
            let next = Item { level: item.level + 1, ..item };
            if settled(probe.commit(probe.batch().put(next, row.version)))? {
                won.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    })?;
    let level = probe.record::<Item>((1, "a".into()))?.level;
    same("updates kept", level, won.load(Ordering::Relaxed))
}
