//! `prepare`: declarations checked, created, upgraded, refused.

use fondaco_core::store::{
    Ask, Column, Fixed, Index, Kind, Personal, Read, Record, StoreError, Table, Type,
};

use crate::probe::{Probe, Verdict, broken, home, key, records, same, together, whole};
use crate::records::{
    Item, Line, Mark, Note, OldLine, OldMark, OldNote, OldTally, Stock, TABLES, Tally, Unknown,
};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "tables.prepared_twice",
        promise: "tables may be prepared as often as one likes: the second time nothing is created, and rows stay",
        run: prepared_twice,
    },
    Check {
        name: "tables.by_many",
        promise: "several threads may prepare the same tables at once",
        run: by_many,
    },
    Check {
        name: "tables.unprepared",
        promise: "reading or writing a table that was not prepared is Unprepared, and names it",
        run: unprepared,
    },
    Check {
        name: "tables.bad_declaration",
        promise: "a bad declaration is Misused, and no table of that call is prepared",
        run: bad_declaration,
    },
    Check {
        name: "tables.newer_layout",
        promise: "a stored layout above the program's is NewerLayout, and nothing is changed",
        run: newer_layout,
    },
    Check {
        name: "tables.upgraded",
        promise: "under a newer layout old rows have null in the new columns and are in the new indexes",
        run: upgraded,
    },
    Check {
        name: "tables.new_unique",
        promise: "a new unique index that stored rows break is Misused, and nothing is changed",
        run: new_unique,
    },
    Check {
        name: "tables.index_changed",
        promise: "an index that a newer layout declares of other columns has all rows in their new places",
        run: index_changed,
    },
    Check {
        name: "tables.upgrade_keeps_chain",
        promise: "rows written under an older layout keep their hashes under the newer",
        run: upgrade_keeps_chain,
    },
];

fn prepared_twice(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]))?;
    let again = probe.prepare(TABLES)?;
    same("tables created", again.created, vec![])?;
    same("tables upgraded", again.upgraded, vec![])?;
    same("rows", probe.all::<Item>()?.len(), 1)?;
    let more = probe.prepare(&[Item::TABLE, Unknown::TABLE])?;
    same("tables created", more.created, vec!["kit_unknown"])
}

fn by_many(probe: &Probe<'_>) -> Verdict {
    let probe = probe.bare();
    together(4, |thread| {
        probe.prepare(TABLES)?;
        probe.done(probe.batch().insert(vec![Item::new(thread as i64, "a")])).map(|_| ())
    })?;
    same("rows", probe.all::<Item>()?.len(), 4)
}

fn unprepared(probe: &Probe<'_>) -> Verdict {
    let get = Ask::Get(Unknown::TABLE, vec![key::<Unknown>(1).bytes]);
    for ask in [get, Ask::Scan(whole(Unknown::TABLE, None))] {
        match probe.read(&Read::now(home(), vec![ask])) {
            Err(StoreError::Unprepared { table }) => {
                same("the table", table.as_str(), "kit_unknown")?
            }
            other => return Err(broken(format!("had to be Unprepared, not {other:?}"))),
        }
    }
    probe.fails(probe.batch().insert(vec![Unknown { number: 1 }]), "store.unprepared")?;
    probe.fails(probe.batch().delete(key::<Unknown>(1), 1), "store.unprepared")?;
    same("the position", probe.position()?, 0)
}

const NUMBER: Column =
    Column { name: "number", ty: Type::I64, nullable: false, personal: false, since: 1 };

const fn bad(columns: &'static [Column], key: usize, indexes: &'static [Index]) -> Table {
    let (name, kind) = ("kit_bad", Kind::Fact);
    Table { name, kind, layout: 1, columns, key, indexes, guards: &[], decode: None }
}

static NO_KEY: Table = bad(&[NUMBER], 0, &[]);
static NULL_KEY: Table = bad(&[Column { nullable: true, ..NUMBER }], 1, &[]);
static NO_ORDER: Table = bad(&[Column { ty: Type::Json, ..NUMBER }], 1, &[]);
static FAR_INDEX: Table =
    bad(&[NUMBER], 1, &[Index { name: "by_none", columns: &[5], unique: false }]);

fn bad_declaration(probe: &Probe<'_>) -> Verdict {
    for table in [&NO_KEY, &NULL_KEY, &NO_ORDER, &FAR_INDEX] {
        refused(probe, &[Unknown::TABLE, table], "store.misused")?;
    }
    Ok(())
}

/// That a call of `prepare` is refused and [`Unknown`], one of its tables, stays unprepared.
fn refused(probe: &Probe<'_>, tables: &[&'static Table], code: &str) -> Verdict {
    match probe.prepare(tables) {
        Err(error) => same("the error", error.code(), code)?,
        Ok(_) => return Err(broken(format!("prepared, must be {code}"))),
    }
    probe.fails(probe.batch().insert(vec![Unknown { number: 1 }]), "store.unprepared")
}

fn note(number: i64) -> Note {
    Note { number, text: "t".into(), tag: None, rank: Some(number) }
}

fn newer_layout(probe: &Probe<'_>) -> Verdict {
    probe.prepare(&[Note::TABLE])?;
    probe.done(probe.batch().insert(vec![note(1)]))?;
    match probe.prepare(&[OldNote::TABLE]) {
        Err(StoreError::NewerLayout { table, found, known }) => {
            same("table and layouts", (table.as_str(), found, known), ("kit_note", 2, 1))?;
        }
        other => return Err(broken(format!("had to be NewerLayout, not {other:?}"))),
    }
    refused(probe, &[Unknown::TABLE, OldNote::TABLE], "store.newer_layout")?;
    same("the row", probe.record::<Note>(1)?, note(1))
}

/// Rows under the old layouts, then the new layouts.
fn upgrade(probe: &Probe<'_>) -> Verdict {
    probe.prepare(&[OldNote::TABLE, OldLine::TABLE])?;
    let old = |number: i64| {
        let tag = (number > 1).then(|| format!("tag {number}").into());
        OldNote { number, text: format!("text {}", 9 - number).into(), tag }
    };
    let line = |number: i64| OldLine { number, amount: Fixed::from_units(100 - number) };
    let batch = probe.batch().insert((1..4).map(old).collect::<Vec<_>>());
    probe.done(batch.insert((1..4).map(line).collect::<Vec<_>>()))?;
    probe.done(probe.batch().put(OldNote { text: "new".into(), ..old(3) }, 1))?;
    let done = probe.prepare(&[Note::TABLE, Line::TABLE])?;
    let mut upgraded = done.upgraded;
    upgraded.sort_unstable();
    same("tables upgraded", upgraded, vec![("kit_line", 1), ("kit_note", 1)])
}

fn upgraded(probe: &Probe<'_>) -> Verdict {
    upgrade(probe)?;
    let first = Note { number: 1, text: "text 8".into(), tag: None, rank: None };
    same("an old row", probe.record::<Note>(1)?, first)?;
    same("an old row's version", probe.version::<Note>(3)?, 2)?;
    let by = |index| records::<Note>(&probe.scan(whole(Note::TABLE, Some(index)))?);
    let tagged: Vec<i64> = by(Note::BY_TAG.position())?.iter().map(|note| note.number).collect();
    same("old rows in the new index", tagged, vec![2, 3])?;
    same("old rows in the index of the new column", by(Note::BY_RANK.position())?.len(), 0)?;
    let lines =
        records::<Line>(&probe.scan(whole(Line::TABLE, Some(Line::BY_AMOUNT.position())))?)?;
    let lines: Vec<i64> = lines.iter().map(|line| line.number).collect();
    same("old facts in the new index", lines, vec![3, 2, 1])?;
    let taken = Note { tag: Some("tag 2".into()), ..note(7) };
    same(
        "clashes with an old row",
        probe.refused(probe.batch().insert(vec![taken]))?.clashes.len(),
        1,
    )?;
    let ranked = Note { rank: Some(5), ..probe.record::<Note>(1)? };
    probe.done(probe.batch().put(ranked.clone(), 1).insert(vec![note(9)]))?;
    same("an old row put anew", probe.record::<Note>(1)?, ranked)?;
    same("rows by the new column", by(Note::BY_RANK.position())?.len(), 2)
}

fn new_unique(probe: &Probe<'_>) -> Verdict {
    probe.prepare(&[OldNote::TABLE])?;
    let old = |number| OldNote { number, text: "t".into(), tag: Some("twice".into()) };
    probe.done(probe.batch().insert(vec![old(1), old(2)]))?;
    refused(probe, &[Unknown::TABLE, Note::TABLE], "store.misused")?;
    same("the row", probe.record::<OldNote>(2)?, old(2))?;
    probe.done(probe.batch().put(OldNote { tag: None, ..old(2) }, 1))?;
    let done = probe.prepare(&[Note::TABLE])?;
    same("tables upgraded once they differ", done.upgraded, vec![("kit_note", 1)])
}

fn index_changed(probe: &Probe<'_>) -> Verdict {
    probe.prepare(&[OldMark::TABLE, OldTally::TABLE])?;
    let mark = |number: i64| OldMark { number, place: 9 - number, shade: number % 2 };
    let tally = |number: i64| OldTally { number, place: 9 - number, shade: number % 2 };
    let batch = probe.batch().insert((1..5).map(mark).collect::<Vec<_>>());
    probe.done(batch.insert((1..5).map(tally).collect::<Vec<_>>()))?;
    probe.prepare(&[Mark::TABLE, Tally::TABLE])?;
    probe.done(probe.batch().insert(vec![Mark { number: 0, place: 0, shade: 0 }]))?;
    let marks = records::<Mark>(&probe.scan(whole(Mark::TABLE, Some(Mark::BY_IT.position())))?)?;
    let marks: Vec<i64> = marks.iter().map(|mark| mark.number).collect();
    same("state rows by shade, then place", marks, vec![0, 4, 2, 3, 1])?;
    let by_it = Some(Tally::BY_IT.position());
    let tallies = records::<Tally>(&probe.scan(whole(Tally::TABLE, by_it))?)?;
    let tallies: Vec<i64> = tallies.iter().map(|tally| tally.number).collect();
    same("facts by shade, then place", tallies, vec![4, 2, 3, 1])
}

fn upgrade_keeps_chain(probe: &Probe<'_>) -> Verdict {
    upgrade(probe)?;
    probe.done(probe.batch().insert(vec![note(9)]).delete(key::<Note>(2), 1))?;
    super::chain::clean(probe, &[Note::TABLE, Line::TABLE])?;
    let mail = Some(Personal::Kept("m".into(), [1; 16]));
    probe.done(
        probe
            .batch()
            .insert(vec![Item { mail, ..Item::new(1, "a") }])
            .add(vec![Stock::of("a", 1, 0)]),
    )?;
    super::chain::clean(probe, &[Note::TABLE, Line::TABLE, Item::TABLE])
}
