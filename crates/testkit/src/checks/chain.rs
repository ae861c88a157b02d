//! The hash chain: what is stored verifies, erased or not, and the same history has the same links.

use fondaco_core::chain;
use fondaco_core::store::{Drawn, Event, Hash, Personal, Record, StoreError, Table, Value};

use crate::probe::{Flaw, Probe, Verdict, broken, ensure, home, key, same, together, whole};
use crate::random::Random;
use crate::records::{Item, Sample, Stock, TABLES, Visitor};
use crate::samples;
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "chain.verifies",
        promise: "after changes of every kind the chain verifies against all rows",
        run: verifies,
    },
    Check {
        name: "chain.erased",
        promise: "after facts and state rows are erased the chain still verifies",
        run: erased,
    },
    Check {
        name: "chain.many_rows",
        promise: "commits of many rows in several tables and inserts verify",
        run: many_rows,
    },
    Check {
        name: "chain.same_links",
        promise: "the same history has the same links on every store",
        run: same_links,
    },
    Check {
        name: "chain.under_threads",
        promise: "a chain written by many threads verifies",
        run: under_threads,
    },
];

/// That the chain verifies against all rows of `tables`.
pub(super) fn clean(probe: &Probe<'_>, tables: &[&'static Table]) -> Verdict {
    let sealed = probe.feed(home(), 0)?.iter().any(|commit| commit.seal.is_some());
    if !sealed {
        return Err(Flaw::NotOffered("the store keeps no hash chain".into()));
    }
    let verified = match chain::verify(probe.store.as_ref(), home(), tables) {
        Err(StoreError::SnapshotGone) => {
            return Err(Flaw::NotOffered("the store holds no snapshots to verify in".into()));
        }
        other => other?,
    };
    let findings: Vec<String> = verified.findings.iter().map(ToString::to_string).collect();
    ensure(findings.is_empty(), || format!("verify finds: {}", findings.join("; ")))?;
    same("commits verified", verified.commits, probe.position()?)
}

fn history(probe: &Probe<'_>) -> Verdict<Hash> {
    let mut random = Random::new(31);
    let samples: Vec<Sample> = (0..8).map(|i| samples::sample(&mut random, 1, i)).collect();
    let mail = Some(Personal::Kept("m".into(), [2; 16]));
    let items = vec![Item { mail: mail.clone(), ..Item::new(1, "a") }, Item::new(1, "b")];
    let batch = probe.batch().insert(items).insert(samples).add(vec![Stock::of("a", 1, 0)]);
    probe.done(batch.insert(vec![Visitor { number: 1, mail }]))?;
    let place = Drawn::Place { draw: 0, offset: 0 };
    let numbered = Item { drawn: Some(place), ..Item::new(1, "b") };
    let drawn = Value::Drawn { draw: 0, offset: 0 };
    let batch = probe.batch().put(numbered, 1).draw("s", 1).answers(drawn.clone());
    let batch = batch.insert(vec![Sample { drawn: Some(place), ..Sample::new(2, 1) }]);
    probe.done(batch.tells(Event::new("kit.numbered").with("no", drawn)))?;
    probe.done(probe.batch().delete(key::<Item>((1, "b".into())), 2))?;
    probe.done(probe.batch().insert(vec![Item::new(1, "b")]))?;
    let erased = probe.batch().erase(key::<Item>((1, "a".into()))).erase(key::<Visitor>(1));
    probe.done(erased.put(Item { level: 3, ..Item::new(1, "b") }, 4))?;
    let last = probe.done(probe.batch())?;
    let seal = last.seal.ok_or_else(|| Flaw::NotOffered("the store keeps no hash chain".into()))?;
    Ok(seal.link)
}

fn verifies(probe: &Probe<'_>) -> Verdict {
    history(probe)?;
    clean(probe, TABLES)
}

fn erased(probe: &Probe<'_>) -> Verdict {
    let mut random = Random::new(32);
    let samples: Vec<Sample> = (0..12).map(|i| samples::sample(&mut random, 1, i)).collect();
    probe.done(probe.batch().insert(samples))?;
    for number in [3, 4, 11] {
        probe.done(probe.batch().erase(key::<Sample>((1, number))))?;
        clean(probe, TABLES)?;
    }
    let before = probe.record::<Sample>((1, 3))?;
    ensure(before.secret.is_none_or(|it| it.get().is_none()), || "it was not erased".into())?;
    // Erasing once more changes nothing.
    probe.done(probe.batch().erase(key::<Sample>((1, 3))))?;
    clean(probe, TABLES)
}

fn many_rows(probe: &Probe<'_>) -> Verdict {
    for round in 0..2 {
        let rows = |bucket| (0..70).map(|i| Sample::new(bucket, i)).collect::<Vec<_>>();
        let items = (0..40).map(|i| Item::new(round, &format!("{i:02}"))).collect::<Vec<_>>();
        let more = (40..45).map(|i| Item::new(round, &format!("{i:02}"))).collect::<Vec<_>>();
        // Two inserts into one table, the later rows first: the root is in order of key all the same.
        let batch = probe.batch().insert(rows(9 - 2 * round)).insert(more);
        probe.done(batch.insert(items).insert(rows(8 - 2 * round)))?;
    }
    clean(probe, TABLES)
}

fn same_links(probe: &Probe<'_>) -> Verdict {
    let ours = history(&Probe::new(&|| Box::new(crate::Model::new())).ready()?)?;
    same("the link", history(probe)?, ours)?;
    same("the link on a second store", history(&probe.another()?)?, ours)
}

fn under_threads(probe: &Probe<'_>) -> Verdict {
    together(3, |thread| {
        for step in 0..8 {
            let code = format!("{thread}-{step}");
            let batch = probe.batch().insert(vec![Item::new(1, &code)]);
            let version =
                probe.done(batch.insert(vec![Sample::new(thread as i64, step)]))?.position;
            let put = Item { level: step, ..Item::new(1, &code) };
            probe.done(probe.batch().put(put, version))?;
        }
        Ok(())
    })?;
    let feed = probe.feed(home(), 0)?;
    let last = feed.last().ok_or_else(|| broken("the feed is empty"))?;
    same("the last position", last.position, 48)?;
    same("rows", probe.scan(whole(Item::TABLE, None))?.len(), 24)?;
    clean(probe, TABLES)
}
