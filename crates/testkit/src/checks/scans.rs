//! Scans: order of values, bounds, limits, pages.

use std::collections::BTreeMap;

use fondaco_core::IndexOf;
use fondaco_core::store::{
    Ask, At, KeyBytes, KeyParts, KeyWriter, Personal, Record, Reply, Row, Scan, Sums, Within,
};
use smol_str::SmolStr;

use crate::probe::{
    Probe, Verdict, away, broken, ensure, got, home, key, records, rows, same, whole,
};
use crate::random::Random;
use crate::records::{Item, Place, Sample, Stock, Tick};
use crate::samples;
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "scans.get",
        promise: "Get answers one row or nothing per key, in the order of the keys, repeated ones too",
        run: get,
    },
    Check {
        name: "scans.key_order",
        promise: "rows by key come in the order of the values of the key, whatever their types",
        run: key_order,
    },
    Check {
        name: "scans.index_order",
        promise: "rows by an index come in the order of its values, then of the key, for every type that has an order",
        run: index_order,
    },
    Check {
        name: "scans.nulls",
        promise: "a row whose index column is null or erased is not in that index",
        run: nulls,
    },
    Check {
        name: "scans.bounds",
        promise: "a scan has the rows from its first place, inclusive, to its last, exclusive; an empty range has none",
        run: bounds,
    },
    Check {
        name: "scans.prefix",
        promise: "a prefix of the parts of a key or index bounds exactly the rows that begin with it",
        run: prefix,
    },
    Check {
        name: "scans.limit",
        promise: "a scan has at most `limit` rows: the first of its order, or the last when it runs backwards",
        run: limit,
    },
    Check {
        name: "scans.pages",
        promise: "reading on after the last row's place, either way and in pages of any size, loses no row and doubles none",
        run: pages,
    },
    Check {
        name: "scans.changed_rows",
        promise: "a row put under other index columns is found under these, and no longer under the old",
        run: changed_rows,
    },
    Check {
        name: "scans.counters",
        promise: "counters are scanned by key and by index like other rows",
        run: counters,
    },
    Check {
        name: "scans.sums",
        promise: "Sums gives what the counters come to that share columns of their key, all of them or those within a range of one",
        run: sums,
    },
    Check {
        name: "scans.sums_held",
        promise: "Sums of a held snapshot are what its counters came to, whatever was added since",
        run: sums_held,
    },
];

fn get(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a"), Item::new(2, "b")]))?;
    let keys = [(2, "b"), (1, "none"), (1, "a"), (2, "b"), (-1, "a")];
    let keys = keys.map(|(site, code)| key::<Item>((site, code.into())).bytes);
    let rows = got(probe.ask(Ask::Get(Item::TABLE, keys.to_vec()))?)?;
    let codes: Vec<Option<SmolStr>> = rows
        .iter()
        .map(|row| row.as_ref().map(|row| Ok(row.record::<Item>()?.code.clone())).transpose())
        .collect::<Verdict<_>>()?;
    let some = |code: &str| Some(SmolStr::from(code));
    same("the rows", codes, vec![some("b"), None, some("a"), some("b"), None])
}

/// Many rows whose values come from the edges of their types.
fn filled(probe: &Probe<'_>, random: &mut Random) -> Verdict<Vec<Sample>> {
    let samples: Vec<Sample> = (0..80).map(|i| samples::sample(random, i / 20, i)).collect();
    probe.done(probe.batch().insert(samples.clone()))?;
    Ok(samples)
}

fn key_order(probe: &Probe<'_>) -> Verdict {
    let mut random = Random::new(11);
    let mut places: Vec<Place> = (0..150).map(|_| samples::place(&mut random)).collect();
    let order =
        |p: &Place| (p.flag, p.name.as_bytes().to_vec(), p.raw.0.to_vec(), p.amount, p.day, p.link);
    places.sort_by_key(order);
    places.dedup();
    let mut ticks: Vec<Tick> =
        (0..60).map(|i| Tick { moment: samples::moment(&mut random), number: i % 7 - 3 }).collect();
    ticks.sort_by_key(|tick| (tick.moment.micros(), tick.number));
    ticks.dedup();
    probe.done(probe.batch().insert(places.clone()).insert(ticks.clone()))?;
    same("rows by key", probe.all::<Place>()?, places)?;
    same("rows by instant", probe.all::<Tick>()?, ticks)
}

fn index_order(probe: &Probe<'_>) -> Verdict {
    let samples = filled(probe, &mut Random::new(12))?;
    by(probe, &samples, Sample::BY_FLAG.position(), |s| s.flag)?;
    by(probe, &samples, Sample::BY_COUNT.position(), |s| s.count)?;
    by(probe, &samples, Sample::BY_AMOUNT.position(), |s| Some(s.amount?.units()))?;
    by(probe, &samples, Sample::BY_NAME.position(), |s| {
        Some(s.name.as_ref()?.as_bytes().to_vec())
    })?;
    by(probe, &samples, Sample::BY_RAW.position(), |s| Some(s.raw.as_ref()?.0.to_vec()))?;
    by(probe, &samples, Sample::BY_DAY.position(), |s| s.day)?;
    by(probe, &samples, Sample::BY_MOMENT.position(), |s| Some(s.moment?.micros()))?;
    by(probe, &samples, Sample::BY_LINK.position(), |s| s.link)?;
    by(probe, &samples, Sample::BY_TWO.position(), |s| {
        Some((s.bucket, s.name.as_ref()?.as_bytes().to_vec(), s.day?))
    })
}

/// That a scan by `index` has the rows with a `value`, in the order of value and key, and the same backwards.
fn by<V: Ord>(
    probe: &Probe<'_>,
    samples: &[Sample],
    index: usize,
    value: impl Fn(&Sample) -> Option<V>,
) -> Verdict {
    let mut wanted: Vec<Sample> = samples.iter().filter(|s| value(s).is_some()).cloned().collect();
    wanted.sort_by_key(|s| (value(s), s.bucket, s.number));
    let scan = whole(Sample::TABLE, Some(index));
    let found = records::<Sample>(&probe.scan(scan.clone())?)?;
    let name = Sample::TABLE.indexes.get(index).map_or("", |index| index.name);
    let keys = |rows: &[Sample]| rows.iter().map(Sample::key).collect::<Vec<_>>();
    same(&format!("rows {name}"), keys(&found), keys(&wanted))?;
    let mut found = records::<Sample>(&probe.scan(Scan { backwards: true, ..scan })?)?;
    found.reverse();
    same(&format!("rows {name} backwards"), keys(&found), keys(&wanted))
}

fn nulls(probe: &Probe<'_>) -> Verdict {
    let mail = Some(Personal::Kept("m".into(), [1; 16]));
    let with = Item { barcode: Some("".into()), mail, ..Item::new(1, "b") };
    probe.done(probe.batch().insert(vec![Item::new(1, "a"), with]))?;
    let found = |index: IndexOf<Item>| -> Verdict<usize> {
        Ok(probe.scan(whole(Item::TABLE, Some(index.position())))?.len())
    };
    same("rows with a barcode", found(Item::BY_BARCODE)?, 1)?;
    same("rows with a mail", found(Item::BY_MAIL)?, 1)?;
    same("rows with a shelf", found(Item::BY_SHELF)?, 0)?;
    probe.done(probe.batch().erase(key::<Item>((1, "b".into()))))?;
    same("rows with a mail after the erase", found(Item::BY_MAIL)?, 0)?;
    same("rows with a barcode after the erase", found(Item::BY_BARCODE)?, 1)?;
    same("rows by key", probe.all::<Item>()?.len(), 2)
}

fn numbers(probe: &Probe<'_>, scan: Scan) -> Verdict<Vec<i64>> {
    Ok(records::<Sample>(&probe.scan(scan)?)?.into_iter().map(|sample| sample.number).collect())
}

fn numbered(probe: &Probe<'_>, buckets: &[i64], count: i64) -> Verdict {
    let row = |bucket, number| Sample { count: Some(number / 2), ..Sample::new(bucket, number) };
    let rows = buckets.iter().flat_map(|b| (0..count).map(move |number| row(*b, number)));
    probe.done(probe.batch().insert(rows.collect::<Vec<_>>())).map(|_| ())
}

fn bounds(probe: &Probe<'_>) -> Verdict {
    numbered(probe, &[1], 6)?;
    let place = |number: i64| (1i64, number).to_bytes();
    let scan = |from, to| Scan { from, to, ..whole(Sample::TABLE, None) };
    same("from 2 to 4", numbers(probe, scan(place(2), Some(place(4))))?, vec![2, 3])?;
    same("from 4 on", numbers(probe, scan(place(4), None))?, vec![4, 5])?;
    same("to 1", numbers(probe, scan(KeyBytes::new(&[]), Some(place(1))))?, vec![0])?;
    same("from 3 to 3", numbers(probe, scan(place(3), Some(place(3))))?, vec![])?;
    same("from 4 to 2", numbers(probe, scan(place(4), Some(place(2))))?, vec![])?;
    let back = Scan { backwards: true, ..scan(place(2), Some(place(5))) };
    same("from 2 to 5 backwards", numbers(probe, back)?, vec![4, 3, 2])?;
    let back = Scan { backwards: true, ..scan(place(4), Some(place(2))) };
    same("from 4 to 2 backwards", numbers(probe, back)?, vec![])?;
    let from = (1i64, 1i64, 3i64).to_bytes();
    let to = Some((2i64, 1i64, 5i64).to_bytes());
    let by_count = Scan { from, to, ..whole(Sample::TABLE, Some(Sample::BY_COUNT.position())) };
    same("by index between places", numbers(probe, by_count)?, vec![3, 4])
}

fn prefix(probe: &Probe<'_>) -> Verdict {
    numbered(probe, &[-1, 0, 1, 255, 256], 2)?;
    for bucket in [-1i64, 0, 1, 255, 256] {
        let from = bucket.to_bytes();
        let to = from.after_prefix();
        let rows =
            records::<Sample>(&probe.scan(Scan { from, to, ..whole(Sample::TABLE, None) })?)?;
        let buckets: Vec<i64> = rows.into_iter().map(|sample| sample.bucket).collect();
        same("the buckets of a prefix", buckets, vec![bucket; 2])?;
    }
    let texts = ["a", "a b", "ab", "b", ""];
    let row = |(i, text): (usize, &&str)| Sample {
        name: Some((*text).into()),
        ..Sample::new(2, i as i64)
    };
    probe.done(probe.batch().insert(texts.iter().enumerate().map(row).collect::<Vec<_>>()))?;
    for (number, text) in texts.iter().enumerate() {
        let from = SmolStr::from(*text).to_bytes();
        let to = from.after_prefix();
        let scan = Scan { from, to, ..whole(Sample::TABLE, Some(Sample::BY_NAME.position())) };
        same(&format!("rows named {text:?}"), numbers(probe, scan)?, vec![number as i64])?;
    }
    Ok(())
}

fn limit(probe: &Probe<'_>) -> Verdict {
    numbered(probe, &[1], 5)?;
    let scan = |limit, backwards| Scan { limit, backwards, ..whole(Sample::TABLE, None) };
    same("the first two", numbers(probe, scan(2, false))?, vec![0, 1])?;
    same("the last two", numbers(probe, scan(2, true))?, vec![4, 3])?;
    same("none", numbers(probe, scan(0, false))?, vec![])?;
    same("more than there are", numbers(probe, scan(100, false))?.len(), 5)?;
    same("all", numbers(probe, scan(usize::MAX, true))?.len(), 5)
}

fn pages(probe: &Probe<'_>) -> Verdict {
    filled(probe, &mut Random::new(13))?;
    for index in [None, Some(Sample::BY_NAME.position()), Some(Sample::BY_FLAG.position())] {
        for backwards in [false, true] {
            let all = probe.scan(Scan { backwards, ..whole(Sample::TABLE, index) })?;
            for size in [1, 7, 30] {
                let paged = paged(probe, index, backwards, size, all.len())?;
                let keys = |rows: &[Row]| rows.iter().map(Row::key).collect::<Vec<_>>();
                same(&format!("rows in pages of {size}"), keys(&paged), keys(&all))?;
            }
        }
    }
    Ok(())
}

fn paged(
    probe: &Probe<'_>,
    index: Option<usize>,
    backwards: bool,
    limit: usize,
    all: usize,
) -> Verdict<Vec<Row>> {
    let mut scan = Scan { backwards, limit, ..whole(Sample::TABLE, index) };
    let mut out = Vec::new();
    loop {
        let page = probe.scan(scan.clone())?;
        let Some(last) = page.last() else { return Ok(out) };
        let place = last.order(index).ok_or_else(|| broken("a row without a place in its scan"))?;
        if backwards {
            scan.to = Some(place);
        } else {
            let mut after = KeyWriter::new();
            after.raw(place.as_slice());
            after.raw(&[0]);
            scan.from = after.to_key();
        }
        out.extend(page);
        ensure(out.len() <= all, || "paging finds more rows than there are".into())?;
    }
}

fn changed_rows(probe: &Probe<'_>) -> Verdict {
    let level = |level| Item { level, ..Item::new(1, "a") };
    probe.done(probe.batch().insert(vec![level(5)]))?;
    probe.done(probe.batch().put(level(-5), 1))?;
    let at = |level: i64| -> Verdict<usize> {
        let from = level.to_bytes();
        let to = from.after_prefix();
        let index = Some(Item::BY_LEVEL.position());
        Ok(probe.scan(Scan { from, to, ..whole(Item::TABLE, index) })?.len())
    };
    same("rows under the old level", at(5)?, 0)?;
    same("rows under the new level", at(-5)?, 1)?;
    probe.done(probe.batch().delete(key::<Item>((1, "a".into())), 2))?;
    same("rows after the delete", at(-5)?, 0)
}

fn counters(probe: &Probe<'_>) -> Verdict {
    let at = |site, item: &str| Stock { site, ..Stock::of(item, site, 0) };
    let rows = vec![at(1, "a"), at(1, "b"), at(2, "a"), at(3, "b")];
    probe.done(probe.batch().add(rows))?;
    let order = |index| -> Verdict<String> {
        let stocks = records::<Stock>(&probe.scan(whole(Stock::TABLE, index))?)?;
        let name = |stock: &Stock| format!("{}{}", stock.item, stock.site);
        Ok(stocks.iter().map(name).collect::<Vec<_>>().join(" "))
    };
    same::<String>("by key", order(None)?, "a1 b1 a2 b3".into())?;
    same::<String>("by item", order(Some(Stock::BY_ITEM.position()))?, "a1 a2 b1 b3".into())
}

/// What counters came to: for the columns in common how many pieces and cents, whichever row's key is shown with them.
type Summed = Vec<(String, i128, i128)>;

fn sums(probe: &Probe<'_>) -> Verdict {
    let mut random = Random::new(11);
    let mut stocks = Vec::new();
    for round in 0..3 {
        // Not in order, and some of them again.
        let mut rows: Vec<Stock> = Vec::new();
        for _ in 0..40 {
            let item = random.pick(&["", "a", "a\u{1}", "ab", "b", "zz"]);
            let site = random.pick(&[-70_000, -1, 0, 1, 255, 256, 70_000]);
            if !rows.iter().any(|row| (row.site, row.item.as_str()) == (site, item)) {
                let pieces = random.below(1000) as i64 - 500 + round;
                rows.push(Stock { site, ..Stock::of(item, pieces, 1) });
            }
        }
        rows.sort_by(|a, b| (a.site, &a.item).cmp(&(b.site, &b.item)));
        stocks.extend(rows.iter().cloned());
        probe.done(probe.batch().add(rows))?;
    }
    let within = Within::new(0, &-1i64, &255i64);
    let item = Within::new(1, &SmolStr::from("a"), &SmolStr::from("b"));
    for within in [None, Some(within), Some(item)] {
        for by in [&[][..], &[0], &[1], &[0, 1]] {
            let sums = Sums { within: within.clone(), ..Sums::new(Stock::TABLE, by) };
            let what =
                format!("the sums by {by:?} within {:?}", sums.within.as_ref().map(|it| it.column));
            let found = summed(&sums, probe.ask(Ask::Sums(sums.clone()))?)?;
            same(&what, found, expected(&sums, &stocks))?;
        }
    }
    large(probe)
}

/// Sums beyond what a column holds come in several rows, and nothing of another company is in them.
fn large(probe: &Probe<'_>) -> Verdict {
    let stock = |site, on_hand| Stock { site, on_hand, reserved: 0, ..Stock::of("large", 0, 0) };
    let stocks = [stock(1, i64::MAX), stock(2, i64::MAX - 1), stock(3, i64::MIN), stock(4, 5)];
    probe.done(probe.batch().add(stocks.to_vec()))?;
    probe.done(probe.batch_of(away()).add(vec![stock(1, 7)]))?;
    let large = SmolStr::from("large");
    let within = Some(Within::new(1, &large, &large));
    let sums = Sums { within, ..Sums::new(Stock::TABLE, &[1]) };
    let found = summed(&sums, probe.ask(Ask::Sums(sums.clone()))?)?;
    same("the sums of large counters", found, expected(&sums, &stocks))
}

fn sums_held(probe: &Probe<'_>) -> Verdict {
    let at = |site, item: &str, pieces| Stock { site, ..Stock::of(item, pieces, 0) };
    let before = vec![at(1, "a", 10), at(1, "b", 20), at(2, "a", 30)];
    probe.done(probe.batch().add(before.clone()))?;
    let held = probe.hold()?;
    probe.done(probe.batch().add(vec![at(1, "a", 1), at(1, "c", 5), at(3, "a", 7)]))?;
    for by in [&[][..], &[0], &[1]] {
        let sums = Sums::new(Stock::TABLE, by);
        let reply = probe.ask_at(home(), At::Held(held), Ask::Sums(sums.clone()))?;
        same(&format!("the sums by {by:?}"), summed(&sums, reply)?, expected(&sums, &before))?;
    }
    Ok(())
}

/// The columns in common as people read them.
fn common(sums: &Sums, stock: &Stock) -> String {
    let column = |&column: &usize| match column {
        0 => stock.site.to_string(),
        _ => stock.item.to_string(),
    };
    sums.by.iter().map(column).collect::<Vec<_>>().join("/")
}

fn summed(sums: &Sums, reply: Reply) -> Verdict<Summed> {
    let rows = rows(reply)?;
    let mut found: Summed = Vec::new();
    let mut last: Option<Vec<KeyBytes>> = None;
    for stock in records::<Stock>(&rows)? {
        let parts = [stock.site.to_bytes(), stock.item.to_bytes()];
        let parts = sums.by.iter().filter_map(|&at| parts.get(at).cloned()).collect();
        let (again, rises) = (last.as_ref() == Some(&parts), last.as_ref() <= Some(&parts));
        ensure(rises, || "sums come out of the order of the columns in common".into())?;
        let (pieces, cents) = (i128::from(stock.on_hand), i128::from(stock.value.units()));
        match found.last_mut().filter(|_| again) {
            Some(sum) => (sum.1, sum.2) = (sum.1 + pieces, sum.2 + cents),
            None => found.push((common(sums, &stock), pieces, cents)),
        }
        last = Some(parts);
    }
    Ok(found)
}

fn expected(sums: &Sums, stocks: &[Stock]) -> Summed {
    let mut found: BTreeMap<Vec<KeyBytes>, (String, i128, i128)> = BTreeMap::new();
    for stock in stocks {
        let parts = [stock.site.to_bytes(), stock.item.to_bytes()];
        let part = |at: usize| parts.get(at).cloned().unwrap_or_else(|| KeyBytes::new(&[]));
        let meant = sums
            .within
            .as_ref()
            .is_none_or(|within| (&within.from..=&within.through).contains(&&part(within.column)));
        if meant {
            let common = || (common(sums, stock), 0, 0);
            let key = sums.by.iter().map(|&at| part(at)).collect();
            let sum = found.entry(key).or_insert_with(common);
            (sum.1, sum.2) =
                (sum.1 + i128::from(stock.on_hand), sum.2 + i128::from(stock.value.units()));
        }
    }
    found.into_values().collect()
}
