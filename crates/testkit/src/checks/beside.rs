//! Two store objects on one database, as two programs have it: what one knows, kept in its memory or not, the other may change.

use fondaco_core::store::{Record, StoreError};

use crate::probe::{Flaw, Probe, Verdict, batch, broken, home, key, records, same, whole};
use crate::records::{Item, Note, OldNote, OldTally, Stock, Tally, Unknown};
use crate::stage::Stage;
use crate::suite::Check;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "beside.seen",
        promise: "what one store object commits, another on the same database sees in its next read, and counts on",
        run: seen,
    },
    Check {
        name: "beside.moved",
        promise: "what one has seen and another has changed since is refused, and names the version that is",
        run: moved,
    },
    Check {
        name: "beside.older",
        promise: "an older program whose tables another has brought to a newer layout is refused, also when it prepares others, and reads no index that is gone",
        run: older,
    },
];

fn seen(probe: &Probe<'_>) -> Verdict {
    let other = probe.beside()?;
    for turn in 0..8u64 {
        let (writes, reads) = if turn % 2 == 0 { (probe, &other) } else { (&other, probe) };
        let items = vec![Item::new(1, &format!("{turn:02}"))];
        let staged = writes.batch().insert(items).add(vec![Stock::of("a", 1, 0)]).draw("s", 1);
        let count = turn + 1;
        same("the position", writes.done(staged)?.position, count)?;
        same("rows", reads.scan(whole(Item::TABLE, None))?.len() as u64, count)?;
        let stock = reads.record::<Stock>((1, "a".into()))?;
        same("the counter", stock.on_hand, count as i64)?;
        same("the series", reads.series("s")?.last, count as i64)?;
        same("commits in the feed", reads.feed(home(), 0)?.len() as u64, count)?;
    }
    let mut first = batch(home(), 1);
    first.changes.clear();
    same("whether the other's command is known", other.commit(first)?.replayed, true)
}

fn moved(probe: &Probe<'_>) -> Verdict {
    let other = probe.beside()?;
    let item = |level| Item { level, ..Item::new(1, "a") };
    probe.done(probe.batch().insert(vec![item(0)]).add(vec![Stock::of("a", 5, 0)]))?;
    other.done(other.batch().put(item(1), 1).add(vec![Stock::of("a", -1, 0)]))?;
    let (row, sum) = (key::<Item>((1, "a".into())), key::<Stock>((1, "a".into())));
    let refusal = probe.refused(probe.batch().put(item(2), 1))?;
    let versions: Vec<u64> = refusal.moved.iter().map(|seen| seen.version).collect();
    same("versions of what moved", versions, vec![2])?;
    for rests_on in [row, sum] {
        let staged = probe.batch().sees(rests_on, 1).insert(vec![Item::new(2, "b")]);
        same("what moved", probe.refused(staged)?.moved.len(), 1)?;
    }
    same("the row", probe.record::<Item>((1, "a".into()))?.level, 1)
}

fn older(probe: &Probe<'_>) -> Verdict {
    let newer = probe.beside()?;
    probe.prepare(&[OldNote::TABLE, OldTally::TABLE])?;
    let tally = |number: i64| OldTally { number, place: 9 - number, shade: number % 2 };
    probe.done(probe.batch().insert((1..5).map(tally).collect::<Vec<_>>()))?;
    newer.prepare(&[Note::TABLE, Tally::TABLE])?;
    probe.prepare(&[Unknown::TABLE])?;
    match probe.scan(whole(OldTally::TABLE, Some(OldTally::BY_IT.position()))) {
        Ok(rows) => {
            let numbers: Vec<i64> =
                records(&rows)?.iter().map(|row: &OldTally| row.number).collect();
            same("facts in the order that the older program knows", numbers, vec![4, 3, 2, 1])?;
        }
        Err(Flaw::Broken(flaw)) if flaw.to_string().contains("store.newer_layout") => {}
        Err(flaw) => return Err(flaw),
    }
    let note = OldNote { number: 1, text: "t".into(), tag: None };
    match probe.commit(probe.batch().insert(vec![note])) {
        Err(StoreError::NewerLayout { .. }) => {}
        other => return Err(broken(format!("had to be NewerLayout, not {other:?}"))),
    }
    let note = Note { number: 1, text: "t".into(), tag: None, rank: Some(1) };
    newer.done(newer.batch().insert(vec![note])).map(|_| ())
}
