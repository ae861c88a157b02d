//! What a commit does: it gets the next position, and every later read sees it.

use fondaco_core::CompanyId;
use fondaco_core::store::{Ask, At, Event, Floor, Read, Record, Value};

use crate::probe::{
    Probe, Verdict, away, broken, ensure, got, home, key, rows, same, together, whole,
};
use crate::records::{Item, Sample, Stock};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "commits.positions",
        promise: "the commits of a company are numbered 1, 2, 3, ..., and a row's version is the position that last changed it",
        run: positions,
    },
    Check {
        name: "commits.read_yours",
        promise: "every read after a commit sees it: facts, state, counters, index entries, deletes",
        run: read_yours,
    },
    Check {
        name: "commits.answer",
        promise: "a commit comes back with its id, events and answer as they were given",
        run: answer,
    },
    Check {
        name: "commits.empty",
        promise: "a batch without changes is a commit like any other",
        run: empty,
    },
    Check {
        name: "commits.large",
        promise: "batches and reads of thousands of rows, keys and seen versions work as small ones do",
        run: large,
    },
    Check {
        name: "companies.under_threads",
        promise: "companies written at once by several threads have positions, numbers and counters of their own",
        run: companies_under_threads,
    },
    Check {
        name: "companies.separate",
        promise: "nothing of one company is seen or touched through another: rows, commands, series, positions, feed, unique entries",
        run: separate,
    },
    Check {
        name: "companies.holds",
        promise: "a snapshot held for one company shows nothing of it to another",
        run: foreign_hold,
    },
];

fn positions(probe: &Probe<'_>) -> Verdict {
    same("the position of an empty company", probe.position()?, 0)?;
    for position in 1..=4 {
        let code = format!("i{position}");
        let commit = probe.done(probe.batch().insert(vec![Item::new(1, &code)]))?;
        same("the commit's position", commit.position, position)?;
        same("the position read", probe.position()?, position)?;
        same("the new row's version", probe.version::<Item>((1, code.into()))?, position)?;
    }
    probe.done(probe.batch().put(Item { level: 7, ..Item::new(1, "i2") }, 2))?;
    same("the changed row's version", probe.version::<Item>((1, "i2".into()))?, 5)?;
    same("the other row's version", probe.version::<Item>((1, "i3".into()))?, 3)
}

fn read_yours(probe: &Probe<'_>) -> Verdict {
    let sample = Sample { name: Some("a".into()), ..Sample::new(1, 1) };
    let batch = probe.batch().insert(vec![sample.clone()]).insert(vec![Item::new(1, "a")]);
    probe.done(batch.add(vec![Stock::of("a", 5, 1)]))?;
    same("the fact", probe.record::<Sample>((1, 1))?, sample.clone())?;
    same("the state row", probe.record::<Item>((1, "a".into()))?, Item::new(1, "a"))?;
    same("the counter", probe.record::<Stock>((1, "a".into()))?, Stock::of("a", 5, 1))?;
    let found = probe.scan(whole(Sample::TABLE, Some(Sample::BY_NAME.position())))?;
    same("rows by index", found.len(), 1)?;
    probe.done(probe.batch().delete(key::<Item>((1, "a".into())), 1))?;
    ensure(probe.get::<Item>((1, "a".into()))?.is_none(), || "a deleted row is still read".into())?;
    probe.done(probe.batch().add(vec![Stock::of("a", -5, 0)]))?;
    let stock = probe.record::<Stock>((1, "a".into()))?;
    same("the counter's columns", (stock.on_hand, stock.reserved, stock.value.units()), (0, 1, 0))
}

fn answer(probe: &Probe<'_>) -> Verdict {
    let event = Event::new("kit.done").with("count", Value::I64(3)).with("id", Value::Id(7));
    let events = vec![event, Event::new("kit.b"), Event::new("kit.a"), Event::new("kit.b")];
    let batch = events.iter().cloned().fold(probe.batch(), Stage::tells);
    let batch = batch.answers(Value::text("fine")).answers(Value::Null);
    let (id, meta, salt) = (batch.id, batch.meta.clone(), batch.salt);
    let commit = probe.done(batch)?;
    same("the id", commit.id, id)?;
    same("actor and time", commit.meta, meta)?;
    same("the salt", commit.salt, Some(salt))?;
    same("the events, in order", commit.events, events)?;
    same("the answer", commit.answer, vec![Value::text("fine"), Value::Null])
}

fn empty(probe: &Probe<'_>) -> Verdict {
    let commit = probe.done(probe.batch())?;
    same("the position", commit.position, 1)?;
    let receipt = probe.receipt(home(), commit.id)?;
    same("the position in the receipt", receipt.map(|receipt| receipt.position), Some(1))
}

fn large(probe: &Probe<'_>) -> Verdict {
    const ROWS: i64 = 2_500;
    let code = |number: i64| format!("{number:05}");
    let items: Vec<Item> = (0..ROWS).map(|number| Item::new(1, &code(number))).collect();
    let stocks = || (0..ROWS).map(|number| Stock::of(&code(number), number, 0)).collect::<Vec<_>>();
    let samples = (0..ROWS).map(|number| Sample::new(1, number)).collect();
    let batch = probe.batch().insert(items.clone()).insert::<Sample>(samples);
    probe.done(batch.add(stocks()))?;
    let floor = Floor::new(&[(2, 1)], 0);
    let mut batch = probe.batch().add_over(stocks(), &[floor]);
    for item in items {
        batch =
            batch.sees(key::<Item>((1, item.code.clone())), 1).put(Item { level: 1, ..item }, 1);
    }
    probe.done((0..ROWS).fold(batch, |batch, number| batch.sees(key::<Sample>((1, number)), 1)))?;
    let keys = (0..ROWS).rev().map(|number| key::<Item>((1, code(number).into())).bytes).collect();
    let rows = got(probe.ask(Ask::Get(Item::TABLE, keys))?)?;
    let put = rows.iter().flatten().filter(|row| row.version == 2).count();
    same("rows that were put", put as i64, ROWS)?;
    let sum: i64 = probe.all::<Stock>()?.iter().map(|stock| stock.on_hand).sum();
    same("the sum of the counters", sum, ROWS * (ROWS - 1))
}

fn companies_under_threads(probe: &Probe<'_>) -> Verdict {
    let company = |thread: usize| CompanyId::from_u128(0xC0 + thread as u128);
    together(3, |thread| {
        for step in 1..=8 {
            let batch = probe.batch_of(company(thread)).add(vec![Stock::of("a", 1, 0)]);
            let batch = batch.draw("s", 1).answers(Value::Drawn { draw: 0, offset: 0 });
            let commit = probe.done(batch.insert(vec![Sample::new(1, step)]))?;
            same("the position", commit.position, step as u64)?;
            same("the number", commit.answer, vec![Value::I64(step)])?;
        }
        Ok(())
    })?;
    for thread in 0..3 {
        let row = probe.get_at::<Stock>(company(thread), At::Now, (1, "a".into()))?;
        let row = row.ok_or_else(|| broken("a counter is gone"))?;
        same("the counter", row.record::<Stock>()?.on_hand, 8)?;
    }
    Ok(())
}

fn separate(probe: &Probe<'_>) -> Verdict {
    let item = Item { barcode: Some("b".into()), ..Item::new(1, "a") };
    let full = |company| {
        let batch = probe.batch_of(company).insert(vec![item.clone()]);
        batch.add(vec![Stock::of("a", 1, 0)]).draw("s", 3)
    };
    let commit = probe.done(full(home()))?;
    let row = probe.get_at::<Item>(away(), At::Now, (1, "a".into()))?;
    ensure(row.is_none(), || "a row of another company is read".into())?;
    same("the receipt in another company", probe.receipt(away(), commit.id)?, None)?;
    same("the feed of another company", probe.feed(away(), 0)?.len(), 0)?;
    let mut again = full(away());
    (again.id, again.digest) = (commit.id, [9; 32]);
    let other = probe.done(again)?;
    same("the other company's position", other.position, 1)?;
    let drawn = probe.series("s")?.last;
    same("the series of the first company", drawn, 3)?;
    same("the position of the first company", probe.position()?, 1)?;
    same("the counter of the first company", probe.record::<Stock>((1, "a".into()))?.on_hand, 1)?;
    probe.done(probe.batch_of(away()).delete(key::<Item>((1, "a".into())), 1))?;
    same("the row of the first company", probe.record::<Item>((1, "a".into()))?, item)
}

fn foreign_hold(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]))?;
    let held = probe.hold()?;
    let ask = Ask::Scan(whole(Item::TABLE, None));
    match probe.read(&Read::at(away(), At::Held(held), vec![ask])) {
        Err(_) => Ok(()),
        Ok(mut answer) => {
            let rows = answer.replies.pop().map(rows).transpose()?.unwrap_or_default();
            same("rows of another company", rows.len(), 0)
        }
    }
}
