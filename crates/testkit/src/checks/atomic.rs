//! All or nothing: whatever a batch is refused for, nothing of it is there afterwards.

use chrono::NaiveDate;
use fondaco_core::store::{Batch, Event, Floor};

use crate::probe::{Probe, Verdict, ensure, home, key, same};
use crate::records::{Item, Sample, Stock, Unknown};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "atomic.moved",
        promise: "a batch that saw what is no longer so leaves nothing",
        run: |probe| {
            leaves_nothing(probe, "store.refused", |b| b.sees(key::<Item>((1, "old".into())), 99))
        },
    },
    Check {
        name: "atomic.stale_put",
        promise: "a batch with a stale put leaves nothing",
        run: |probe| leaves_nothing(probe, "store.refused", |b| b.put(Item::new(1, "gone"), 1)),
    },
    Check {
        name: "atomic.clash",
        promise: "a batch that clashes in a unique index leaves nothing",
        run: |probe| {
            let taken = Item { barcode: Some("taken".into()), ..Item::new(1, "z") };
            leaves_nothing(probe, "store.refused", |b| b.insert(vec![taken.clone()]))
        },
    },
    Check {
        name: "atomic.short",
        promise: "a batch that breaks a floor leaves nothing",
        run: |probe| {
            let floor = Floor::new(&[(2, 1)], 0);
            leaves_nothing(probe, "store.refused", |b| {
                b.add_over(vec![Stock::of("z", -1, 0)], std::slice::from_ref(&floor))
            })
        },
    },
    Check {
        name: "atomic.late",
        promise: "a batch with a late draw leaves nothing",
        run: |probe| {
            let day = NaiveDate::MIN;
            leaves_nothing(probe, "store.refused", |b| b.draw_dated("dated", 1, day, day))
        },
    },
    Check {
        name: "atomic.exists",
        promise: "a batch that inserts a key that exists leaves nothing",
        run: |probe| {
            leaves_nothing(probe, "store.exists", |b| b.insert(vec![Item::new(1, "old2")]))
        },
    },
    Check {
        name: "atomic.overflow",
        promise: "a batch with a sum beyond its column leaves nothing",
        run: |probe| {
            leaves_nothing(probe, "store.overflow", |b| {
                b.add(vec![Stock { on_hand: i64::MAX, ..Stock::of("old2", 0, 0) }])
            })
        },
    },
    Check {
        name: "atomic.misused",
        promise: "a batch that changes one key twice leaves nothing",
        run: |probe| {
            leaves_nothing(probe, "store.misused", |b| b.insert(vec![Item::new(1, "new")]))
        },
    },
    Check {
        name: "atomic.unprepared",
        promise: "a batch that uses a table that was not prepared leaves nothing",
        run: |probe| {
            leaves_nothing(probe, "store.unprepared", |b| b.insert(vec![Unknown { number: 1 }]))
        },
    },
    Check {
        name: "atomic.check_stores_nothing",
        promise: "a batch with `check` only compares what was seen: it stores nothing, not even its id",
        run: check_stores_nothing,
    },
];

fn old() -> Item {
    Item { barcode: Some("taken".into()), ..Item::new(1, "old") }
}

/// Rows to stumble over.
fn ground(probe: &Probe<'_>) -> Verdict {
    let day = NaiveDate::from_ymd_opt(2025, 6, 30).unwrap_or_default();
    let batch = probe.batch().insert(vec![old(), Item::new(1, "old2")]);
    let batch = batch.add(vec![Stock::of("old", 5, 0), Stock::of("old2", 5, 0)]);
    probe.done(batch.draw_dated("dated", 2, day, day).draw("plain", 2)).map(|_| ())
}

/// A batch with every kind of change, none of which may stay.
fn everything(probe: &Probe<'_>) -> Batch {
    let batch = probe.batch().insert(vec![Sample::new(1, 1)]).insert(vec![Item::new(1, "new")]);
    let batch = batch.put(Item { level: 9, ..old() }, 1);
    let batch = batch.add(vec![Stock::of("new", 1, 0), Stock::of("old", 1, 0)]).draw("plain", 5);
    batch.tells(Event::new("kit.never"))
}

fn leaves_nothing(probe: &Probe<'_>, code: &str, spoil: impl Fn(Batch) -> Batch) -> Verdict {
    ground(probe)?;
    let before = state(probe)?;
    let batch = spoil(everything(probe));
    let id = batch.id;
    probe.fails(batch, code)?;
    unchanged(probe, &before)?;
    same("the receipt of what was refused", probe.receipt(home(), id)?, None)?;
    // What was refused has left nothing that stands in the way of the next.
    probe.done(everything(probe)).map(|_| ())
}

fn check_stores_nothing(probe: &Probe<'_>) -> Verdict {
    ground(probe)?;
    let before = state(probe)?;
    let seen = |version| {
        let mut batch = probe.batch().sees(key::<Item>((1, "old".into())), version);
        batch.check = true;
        batch.sees(key::<Item>((1, "none".into())), 0)
    };
    let batch = seen(1);
    let id = batch.id;
    same("the newest position", probe.commit(batch)?.position, 1)?;
    unchanged(probe, &before)?;
    same("the receipt of a check", probe.receipt(home(), id)?, None)?;
    let refusal = probe.refused(seen(7))?;
    same("rows moved", refusal.moved.len(), 1)
}

/// Everything that can be read of the suite's tables, as text.
fn state(probe: &Probe<'_>) -> Verdict<String> {
    let facts = probe.all::<Sample>()?;
    let items = probe.all::<Item>()?;
    let stocks = probe.all::<Stock>()?;
    let series = (probe.series("plain")?, probe.series("dated")?);
    let version = probe.version::<Item>((1, "old".into()))?;
    let feed = probe.feed(home(), 0)?.len();
    Ok(format!("{facts:?} {items:?} {stocks:?} {series:?} {version} {feed} {}", probe.position()?))
}

fn unchanged(probe: &Probe<'_>, before: &str) -> Verdict {
    let after = state(probe)?;
    ensure(after == before, || format!("something was stored: was {before}, is {after}"))
}
