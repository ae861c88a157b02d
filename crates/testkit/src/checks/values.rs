//! Values: what comes back is what was given, for every type to its edges.

use fondaco_core::store::{
    Ask, At, Blob, Event, Fixed, Json, Personal, Read, Record, Row, StoreError, Stored, Value,
};

use crate::probe::{Probe, Verdict, broken, ensure, exactly, got, home, key, rows, same, whole};
use crate::random::Random;
use crate::records::{Item, Sample, Visitor};
use crate::samples;
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "values.edges",
        promise: "every value of every type comes back as it was given, to the edges: extremes, empty, long, zeros, before 1970",
        run: edges,
    },
    Check {
        name: "values.random",
        promise: "rows of random values come back by key, in a scan and by Get, column for column",
        run: random,
    },
    Check { name: "values.long", promise: "long texts, bytes and JSON come back whole", run: long },
    Check {
        name: "values.exact_texts",
        promise: "texts that differ in case, accents, spelling or a space at the end are different keys, unique entries and series",
        run: exact_texts,
    },
    Check {
        name: "values.personal",
        promise: "a personal value comes back with its salt; once erased, its commitment alone is left, in every later read",
        run: personal,
    },
    Check {
        name: "values.erase_versions",
        promise: "an erase raises the version of a state row and leaves that of a fact; of an absent row it is nothing",
        run: erase_versions,
    },
    Check {
        name: "values.events",
        promise: "values of every type in events and answers come back from the feed as they were given",
        run: in_events,
    },
];

/// One sample per edge of each type.
fn all_edges() -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut add = |set: &dyn Fn(&mut Sample)| {
        let mut sample = Sample::new(0, samples.len() as i64);
        set(&mut sample);
        samples.push(sample);
    };
    [true, false].iter().for_each(|v| add(&|s| s.flag = Some(*v)));
    samples::INTEGERS.iter().for_each(|v| add(&|s| s.count = Some(*v)));
    samples::INTEGERS.iter().for_each(|v| add(&|s| s.amount = Some(Fixed::from_units(*v))));
    samples::rates().iter().for_each(|v| add(&|s| s.rate = Some(*v)));
    samples::TEXTS.iter().for_each(|v| add(&|s| s.name = Some((*v).into())));
    samples::BYTES.iter().for_each(|v| {
        add(&|s| s.raw = Some(Blob((*v).into())));
    });
    samples::days().iter().for_each(|v| add(&|s| s.day = Some(*v)));
    samples::moments().iter().for_each(|v| add(&|s| s.moment = Some(*v)));
    samples::IDS.iter().for_each(|v| add(&|s| s.link = Some(*v)));
    samples::JSONS.iter().for_each(|v| add(&|s| s.note = Some(Json((*v).into()))));
    samples::TEXTS.iter().for_each(|v| {
        add(&|s| s.secret = Some(Personal::Kept((*v).into(), [0; 16])));
    });
    samples
}

fn edges(probe: &Probe<'_>) -> Verdict {
    let samples = all_edges();
    probe.done(probe.batch().insert(samples.clone()))?;
    compare(probe, &samples)
}

fn random(probe: &Probe<'_>) -> Verdict {
    let mut random = Random::new(21);
    let samples: Vec<Sample> = (0..60).map(|i| samples::sample(&mut random, 1, i)).collect();
    probe.done(probe.batch().insert(samples.clone()))?;
    compare(probe, &samples)
}

fn compare(probe: &Probe<'_>, samples: &[Sample]) -> Verdict {
    let keys = samples.iter().map(|sample| sample.row_key().bytes).collect();
    let got = got(probe.ask(Ask::Get(Sample::TABLE, keys))?)?;
    let scanned = probe.scan(whole(Sample::TABLE, None))?;
    same("rows scanned", scanned.len(), samples.len())?;
    for ((sample, row), scanned) in samples.iter().zip(got).zip(scanned) {
        let row = row.ok_or_else(|| broken(format!("{:?} is gone", sample.key())))?;
        same_row(&row, sample)?;
        same_row(&scanned, sample)?;
    }
    Ok(())
}

/// That a row has exactly the columns of a record, each in its canonical form.
fn same_row(row: &Row, record: &Sample) -> Verdict {
    let (found, wanted) = (row.stored().values(), record.values());
    for ((found, wanted), column) in found.iter().zip(&wanted).zip(Sample::TABLE.columns) {
        let equal = exactly(found, wanted);
        ensure(equal, || {
            format!(
                "column {} of {:?}: found {found:?}, must be {wanted:?}",
                column.name,
                record.key()
            )
        })?;
    }
    same("the columns", found.len(), wanted.len())?;
    same("the record", &*row.record::<Sample>()?, record)
}

fn long(probe: &Probe<'_>) -> Verdict {
    let text = "äö😀 ".repeat(20_000);
    let bytes: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
    // Longer than what some databases cut a text to, and not than what others take into an index.
    let name: String = text.chars().take(600).collect();
    let sample = Sample {
        raw: Some(Blob(bytes.into())),
        name: Some(name.into()),
        note: Some(Json(format!("[\"{text}\"]").into())),
        secret: Some(Personal::Kept(text.into(), [1; 16])),
        ..Sample::new(1, 1)
    };
    probe.store.commit(probe.batch().insert(vec![sample.clone()]))?;
    let found =
        probe.store.read(&Read::now(home(), vec![Ask::Scan(whole(Sample::TABLE, None))]))?;
    let rows = found.replies.into_iter().next().map(rows).transpose()?.unwrap_or_default();
    let row = rows.first().ok_or_else(|| broken("a long row is gone"))?;
    ensure(*row.record::<Sample>()? == sample, || "a long value came back changed".into())
}

/// Texts that somebody might take for the same.
const ALIKE: [&str; 10] = ["a", "A", "a ", "ä", "a\u{308}", "ss", "ß", "1", "01", "a\u{200b}"];

fn exact_texts(probe: &Probe<'_>) -> Verdict {
    let item = |text: &str| Item { barcode: Some(text.into()), ..Item::new(1, text) };
    for (number, text) in (1..).zip(ALIKE) {
        let commit = probe.done(probe.batch().insert(vec![item(text)]).draw(text, number))?;
        same("the position", commit.position, u64::from(number))?;
    }
    for (number, text) in (1..).zip(ALIKE) {
        same("the item", probe.record::<Item>((1, text.into()))?, item(text))?;
        same("the series", probe.series(text)?.last, number)?;
        let clash = probe.refused(
            probe.batch().insert(vec![Item { barcode: Some(text.into()), ..Item::new(2, "new") }]),
        )?;
        let holders: Vec<_> = clash.clashes.into_iter().map(|clash| clash.holder).collect();
        same("the holder of the unique entry", holders, vec![key::<Item>((1, text.into()))])?;
    }
    Ok(())
}

fn personal(probe: &Probe<'_>) -> Verdict {
    let mail = Personal::Kept("a@b".into(), [5; 16]);
    let item = Item { mail: Some(mail.clone()), level: 4, ..Item::new(1, "a") };
    let visitor = Visitor { number: 1, mail: Some(mail) };
    probe.done(probe.batch().insert(vec![item.clone()]).insert(vec![visitor.clone()]))?;
    same("the item", probe.record::<Item>((1, "a".into()))?, item.clone())?;
    let held = probe.hold().ok();
    probe.done(probe.batch().erase(key::<Item>((1, "a".into()))).erase(key::<Visitor>(1)))?;
    let (mut item, mut visitor) = (item, visitor);
    Record::erase(&mut item);
    Record::erase(&mut visitor);
    same("the erased item", probe.record::<Item>((1, "a".into()))?, item)?;
    same("the erased fact", probe.record::<Visitor>(1)?, visitor)?;
    if let Some(held) = held {
        match probe.read(&Read::at(home(), At::Last(held), Vec::new())) {
            Err(StoreError::SnapshotGone) if probe.brief_holds => {}
            other => drop(other?),
        }
    }
    Ok(())
}

fn erase_versions(probe: &Probe<'_>) -> Verdict {
    let visitor = Visitor { number: 1, mail: None };
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]).insert(vec![visitor]))?;
    probe.done(probe.batch().erase(key::<Item>((1, "a".into()))).erase(key::<Visitor>(1)))?;
    same("the state row's version", probe.version::<Item>((1, "a".into()))?, 2)?;
    same("the fact's version", probe.version::<Visitor>(1)?, 1)?;
    probe.refused(probe.batch().put(Item { level: 1, ..Item::new(1, "a") }, 1))?;
    probe.done(probe.batch().erase(key::<Item>((1, "none".into()))).erase(key::<Visitor>(9)))?;
    same("an absent row after its erase", probe.version::<Visitor>(9)?, 0)
}

fn in_events(probe: &Probe<'_>) -> Verdict {
    let mut values: Vec<Value> = all_edges().iter().flat_map(Stored::values).collect();
    values.retain(|value| !matches!(value, Value::Personal(..)));
    values.dedup();
    let event =
        values.iter().fold(Event::new("kit.values"), |event, value| event.with("v", value.clone()));
    let batch = values.iter().cloned().fold(probe.batch(), Stage::answers);
    let id = probe.done(batch.tells(event))?.id;
    let commit = probe.feed(home(), 0)?.pop().ok_or_else(|| broken("the feed is empty"))?;
    let receipt = probe.receipt(home(), id)?.ok_or_else(|| broken("no receipt"))?;
    let told: Vec<Value> =
        commit.events.into_iter().flat_map(|event| event.data).map(|(_, value)| value).collect();
    for (place, found) in [("events", told), ("answer", commit.answer), ("receipt", receipt.answer)]
    {
        same(&format!("values in the {place}"), found.len(), values.len())?;
        for (found, wanted) in found.iter().zip(&values) {
            ensure(exactly(found, wanted), || {
                format!("{place}: found {found:?}, must be {wanted:?}")
            })?;
        }
    }
    Ok(())
}
