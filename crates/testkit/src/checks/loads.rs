//! Loading a company as another store had it; not every store offers it.

use chrono::NaiveDate;
use fondaco_core::CompanyId;
use fondaco_core::store::{
    Ask, At, Commit, Event, FeedFrom, Moment, Personal, Piece, PieceReader, Read, Record, Reply,
    Row, SeriesState, Store, StoreError, Value,
};
use smol_str::SmolStr;

use super::chain::clean;
use super::numbers::day;
use crate::model::Model;
use crate::probe::{
    Flaw, Probe, Verdict, away, batch, broken, ensure, home, key, rows as scanned, same, whole,
};
use crate::records::{Item, Sample, Stock, TABLES, Visitor};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "loads.as_it_was",
        promise: "a company that is loaded has the rows with their versions, the series, the receipts, the feed and the \
                  links that it had, and verifies",
        run: as_it_was,
    },
    Check {
        name: "loads.goes_on",
        promise: "after loading, commands are replayed, versions, numbers, unique entries and the chain go on",
        run: goes_on,
    },
    Check {
        name: "loads.forgets",
        promise: "after loading, erasing a row forgets the salts of all commits that wrote it",
        run: forgets,
    },
    Check {
        name: "loads.once",
        promise: "a company that has commits is not loaded, and stays as it is; another company is not touched",
        run: once,
    },
    Check {
        name: "loads.all_or_nothing",
        promise: "when a piece fails, or the pieces contradict themselves, nothing of the company is there, and it can be loaded then",
        run: all_or_nothing,
    },
    Check {
        name: "loads.all_series",
        promise: "all series are told in order of name, each as far as it has come",
        run: all_series,
    },
    Check {
        name: "loads.series_held",
        promise: "a held snapshot tells all series as they were",
        run: series_held,
    },
    Check {
        name: "loads.all_tables",
        promise: "all tables in which a company has rows are told in order of name, counters too, and no others",
        run: all_tables,
    },
    Check {
        name: "loads.tables_held",
        promise: "a held snapshot tells the tables that had rows then",
        run: tables_held,
    },
];

/// A company that has seen changes of every kind, on the model.
fn source() -> Verdict<Model> {
    let model = Model::new();
    model.prepare(TABLES)?;
    let mail = || Some(Personal::Kept("m".into(), [2; 16]));
    let items = vec![Item { mail: mail(), ..Item::new(1, "a") }, Item::new(1, "b")];
    let samples: Vec<Sample> = (0..40).map(|number| Sample::new(1, number)).collect();
    let visitors = vec![Visitor { number: 1, mail: mail() }, Visitor { number: 2, mail: None }];
    let first = batch(home(), 1).insert(items).insert(samples).draw("s", 3).draw("a", 1);
    let first = first.draw_dated("d", 1, day(3), day(5));
    let first =
        first.tells(Event::new("kit.b").with("n", Value::I64(1))).tells(Event::new("kit.a"));
    let batches = [
        first.add(vec![Stock::of("a", 5, 1)]).insert(visitors),
        batch(home(), 2).put(Item { level: 1, mail: mail(), ..Item::new(1, "a") }, 1),
        batch(home(), 3).delete(key::<Item>((1, "b".into())), 1),
        batch(home(), 4).add(vec![Stock::of("a", 2, 0), Stock::of("b", 1, 0)]).draw("s", 2),
        batch(home(), 5).insert(vec![Sample::new(0, 7)]).answers(Value::I64(5)),
        batch(home(), 6).erase(key::<Visitor>(1)),
    ];
    for batch in batches {
        model.commit(batch)?;
    }
    Ok(model)
}

fn pieces(model: &Model) -> Verdict<Vec<Piece>> {
    let mut reader = PieceReader::new(Moment::hold(model, home())?, TABLES)?;
    let mut pieces = Vec::new();
    while let Some(piece) = reader.next()? {
        pieces.push(piece);
    }
    Ok(pieces)
}

/// Pieces, in place of one of which there may be an error.
type Coming = Vec<Result<Piece, StoreError>>;

fn load(probe: &Probe<'_>, company: CompanyId, pieces: Coming) -> Result<(), StoreError> {
    let mut pieces = pieces.into_iter();
    let loaded = probe.store.load(company, &mut || pieces.next().transpose());
    probe.note(format!("load -> {loaded:?}"));
    loaded
}

fn good(model: &Model) -> Verdict<Coming> {
    Ok(pieces(model)?.into_iter().map(Ok).collect())
}

fn loaded(probe: &Probe<'_>) -> Verdict<Model> {
    let elsewhere = probe.another()?;
    if elsewhere.done(elsewhere.batch())?.seal.is_none() {
        return Err(Flaw::NotOffered("the store keeps no hash chain".into()));
    }
    let model = source()?;
    match load(probe, home(), good(&model)?) {
        Err(StoreError::Unsupported { .. }) => {
            Err(Flaw::NotOffered("the store does not load companies".into()))
        }
        other => Ok(other.map(|()| model)?),
    }
}

/// All rows of all tables with their versions, in each of their orders.
fn rows(store: &dyn Store) -> Verdict<Vec<(String, Vec<Value>)>> {
    let mut all = Vec::new();
    for &table in TABLES {
        for index in std::iter::once(None).chain((0..table.indexes.len()).map(Some)) {
            let answer = store.read(&Read::now(home(), vec![Ask::Scan(whole(table, index))]))?;
            let reply = answer.replies.into_iter().next();
            let found = scanned(reply.ok_or_else(|| broken("a scan was not answered"))?)?;
            let shown = |row: &Row| (format!("{row:?} by {index:?}"), row.stored().values());
            all.extend(found.iter().map(shown));
        }
    }
    Ok(all)
}

fn feed(store: &dyn Store) -> Verdict<Vec<Commit>> {
    Ok(store.feed(&FeedFrom::new(home(), 0, usize::MAX))?)
}

fn as_it_was(probe: &Probe<'_>) -> Verdict {
    let model = loaded(probe)?;
    let store = probe.store.as_ref();
    same("the rows", rows(store)?, rows(&model)?)?;
    let commits = feed(&model)?;
    same("the feed", feed(store)?, commits.clone())?;
    for commit in commits {
        let receipt = probe.receipt(home(), commit.id)?;
        let receipt = receipt.map(|found| (found.position, found.digest, found.salt, found.answer));
        let Commit { position, digest, salt, answer, .. } = commit;
        same("a receipt", receipt, Some((position, digest, salt, answer)))?;
    }
    for name in ["a", "d", "never", "s"] {
        let reply = model.read(&Read::now(home(), vec![Ask::Series(name.into())]))?.replies.pop();
        let Some(Reply::Series(due)) = reply else { return Err(broken("a series was not told")) };
        same(&format!("series {name}"), probe.series(name)?, due)?;
    }
    clean(probe, TABLES)
}

fn goes_on(probe: &Probe<'_>) -> Verdict {
    let model = loaded(probe)?;
    let replay = probe.commit(batch(home(), 1))?;
    ensure(replay.replayed && replay.position == 1, || "a loaded command is done again".into())?;
    let mut other = batch(home(), 2);
    other.digest = [9; 32];
    probe.fails(other, "store.command_reused")?;
    let next = || {
        let next = batch(home(), 7).put(Item { level: 9, ..Item::new(1, "a") }, 2).draw("s", 1);
        next.add(vec![Stock::of("a", 1, 0)]).insert(vec![Sample::new(2, 1)])
    };
    let theirs = model.commit(next())?;
    same("the next commit", probe.done(next())?, theirs)?;
    same("the rows afterwards", rows(probe.store.as_ref())?, rows(&model)?)?;
    probe.refused(batch(home(), 8).put(Item::new(1, "a"), 2))?;
    let late = probe.refused(batch(home(), 8).draw_dated("d", 1, day(4), day(9)))?.late;
    same("the late series", late, vec![("d".into(), day(5))])?;
    let taken = Some(Personal::Kept("n".into(), [3; 16]));
    probe.done(batch(home(), 9).insert(vec![Visitor { number: 3, mail: taken.clone() }]))?;
    probe.refused(batch(home(), 10).insert(vec![Visitor { number: 4, mail: taken }]))?;
    clean(probe, TABLES)
}

fn forgets(probe: &Probe<'_>) -> Verdict {
    loaded(probe)?;
    probe.done(batch(home(), 7).erase(key::<Item>((1, "a".into()))))?;
    let salted = probe.feed(home(), 0)?.into_iter().map(|commit| commit.salt.is_some()).collect();
    same("the salts in the feed", salted, vec![false, false, true, true, true, true, true])?;
    clean(probe, TABLES)
}

fn once(probe: &Probe<'_>) -> Verdict {
    probe.done(batch(away(), 1).insert(vec![Sample::new(5, 5)]))?;
    let model = loaded(probe)?;
    let before = rows(probe.store.as_ref())?;
    match load(probe, home(), good(&model)?) {
        Err(StoreError::Occupied { company }) => same("the company", company, home())?,
        other => return Err(broken(format!("loaded over what is there: {other:?}"))),
    }
    same("the rows", rows(probe.store.as_ref())?, before)?;
    same("commits of the other company", probe.feed(away(), 0)?.len(), 1)
}

/// All pieces, and with the visitors two more, who have the same mail as one another: they came with these commits.
fn twice(all: &[Piece], versions: [u64; 2]) -> Coming {
    let mail = || Some(Personal::Kept("twice".into(), [4; 16]));
    let row =
        |number, version| Row::one(version, std::sync::Arc::new(Visitor { number, mail: mail() }));
    let mut all = all.to_vec();
    for piece in &mut all {
        if let Piece::Rows(rows) = piece
            && rows.iter().any(|row| row.stored().table().name == Visitor::TABLE.name)
        {
            rows.extend([row(11, versions[0]), row(12, versions[1])]);
        }
    }
    all.into_iter().map(Ok).collect()
}

fn all_or_nothing(probe: &Probe<'_>) -> Verdict {
    let model = loaded(&probe.another()?)?;
    let all = pieces(&model)?;
    let without = |at: usize| {
        let rest = all.iter().enumerate().filter(move |(place, _)| *place != at);
        rest.map(|(_, piece)| Ok(piece.clone())).collect::<Vec<_>>()
    };
    let mut failing = without(all.len());
    failing.push(Err(StoreError::Stopped));
    let unsealed = without(all.len()).into_iter().map(|piece| match piece {
        Ok(Piece::Commits(mut commits)) => {
            commits.iter_mut().for_each(|commit| commit.seal = None);
            Ok(Piece::Commits(commits))
        }
        other => other,
    });
    let late =
        |piece: &Piece| vec![Ok(piece.clone())].into_iter().chain(without(all.len())).collect();
    let cases: [(&str, Coming, &str); 6] = [
        ("a piece that fails", failing, "store.stopped"),
        ("pieces without a commit", without(all.len() - 1), "store.misused"),
        ("commits without seals", unsealed.collect(), "store.misused"),
        ("two visitors of one commit with one mail", twice(&all, [1, 1]), "store.misused"),
        ("two visitors of two commits with one mail", twice(&all, [1, 5]), "store.misused"),
        ("the first piece twice", all.first().map_or_else(Vec::new, late), "store.misused"),
    ];
    for (what, pieces, code) in cases {
        match load(probe, home(), pieces) {
            Ok(()) => return Err(broken(format!("{what}: it was loaded"))),
            Err(error) => same(what, error.code(), code)?,
        }
        same("commits afterwards", probe.feed(home(), 0)?.len(), 0)?;
        same("rows afterwards", rows(probe.store.as_ref())?.len(), 0)?;
    }
    load(probe, home(), good(&model)?)?;
    same("the feed", feed(probe.store.as_ref())?, feed(&model)?)?;
    clean(probe, TABLES)
}

/// The tables that have rows.
fn used(probe: &Probe<'_>, at: At) -> Verdict<Vec<SmolStr>> {
    let replies = match probe.read(&Read::at(home(), at, vec![Ask::AllTables])) {
        Err(StoreError::Unsupported { .. }) => {
            return Err(Flaw::NotOffered("the store does not tell which tables it has".into()));
        }
        other => other?.replies,
    };
    match replies.into_iter().next() {
        Some(Reply::AllTables(all)) => Ok(all),
        other => Err(broken(format!("answered with {other:?}"))),
    }
}

fn tables(names: &[&str]) -> Vec<SmolStr> {
    names.iter().map(|name| (*name).into()).collect()
}

fn all_tables(probe: &Probe<'_>) -> Verdict {
    same("tables with rows at first", used(probe, At::Now)?, vec![])?;
    let batch = probe.batch().insert(vec![Item::new(1, "a")]).insert(vec![Sample::new(1, 1)]);
    probe.done(batch.add(vec![Stock::of("a", 0, 0)]))?;
    let visitor = Visitor { number: 1, mail: Some(Personal::Kept("m".into(), [2; 16])) };
    probe.done(probe.batch_of(away()).insert(vec![visitor.clone()]))?;
    let first = tables(&["kit_item", "kit_sample", "kit_stock"]);
    same("tables with rows", used(probe, At::Now)?, first)?;
    probe.done(probe.batch().delete(key::<Item>((1, "a".into())), 1).insert(vec![visitor]))?;
    probe.done(probe.batch().erase(key::<Visitor>(1)))?;
    let later = tables(&["kit_sample", "kit_stock", "kit_visitor"]);
    same("tables with rows after a delete and an erase", used(probe, At::Now)?, later)
}

fn tables_held(probe: &Probe<'_>) -> Verdict {
    used(probe, At::Now)?;
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]))?;
    let held = probe.hold()?;
    let batch = probe.batch().delete(key::<Item>((1, "a".into())), 1);
    probe.done(batch.insert(vec![Sample::new(1, 1)]).add(vec![Stock::of("a", 1, 0)]))?;
    same("tables with rows held", used(probe, At::Last(held))?, tables(&["kit_item"]))?;
    same("tables with rows now", used(probe, At::Now)?, tables(&["kit_sample", "kit_stock"]))
}

/// All series, as far as they have come.
fn told(probe: &Probe<'_>, at: At) -> Verdict<Vec<(SmolStr, SeriesState)>> {
    let replies = match probe.read(&Read::at(home(), at, vec![Ask::AllSeries])) {
        Err(StoreError::Unsupported { .. }) => {
            return Err(Flaw::NotOffered("the store does not tell its series".into()));
        }
        other => other?.replies,
    };
    match replies.into_iter().next() {
        Some(Reply::AllSeries(all)) => Ok(all),
        other => Err(broken(format!("answered with {other:?}"))),
    }
}

fn named(all: &[(&str, i64, Option<NaiveDate>)]) -> Vec<(SmolStr, SeriesState)> {
    let state = |&(name, last, date): &(&str, _, _)| (name.into(), SeriesState { last, date });
    all.iter().map(state).collect()
}

fn all_series(probe: &Probe<'_>) -> Verdict {
    same("series at first", told(probe, At::Now)?, vec![])?;
    probe.done(probe.batch().draw("b/2", 2).draw("a", 1).draw("é", 1).draw("none", 0))?;
    probe.done(probe.batch().draw("a", 4).draw_dated("d", 2, day(1), day(6)))?;
    probe.done(probe.batch_of(away()).draw("theirs", 1))?;
    let all = [("a", 5, None), ("b/2", 2, None), ("d", 2, Some(day(6))), ("é", 1, None)];
    same("series", told(probe, At::Now)?, named(&all))
}

fn series_held(probe: &Probe<'_>) -> Verdict {
    told(probe, At::Now)?;
    probe.done(probe.batch().draw("b", 2))?;
    let held = probe.hold()?;
    probe.done(probe.batch().draw("a", 1).draw("b", 1))?;
    same("series held", told(probe, At::Last(held))?, named(&[("b", 2, None)]))
}
