//! Unique indexes: judged after the whole batch.

use fondaco_core::store::{Batch, Clash, Drawn, Key, KeyParts, Personal, Record, StoreError};
use smol_str::SmolStr;

use crate::probe::{Probe, Verdict, key, same, together};
use crate::records::{Item, Sample, Seat, Ticket, Visitor};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "unique.clash",
        promise: "a clash names index, taken columns, the row that holds them and the row that wanted them",
        run: clash,
    },
    Check {
        name: "unique.all_named",
        promise: "all clashes of a batch are named together",
        run: all_named,
    },
    Check {
        name: "unique.within_batch",
        promise: "two rows of one batch may not have the same columns either",
        run: within_batch,
    },
    Check {
        name: "unique.nulls",
        promise: "rows whose index column is null never clash",
        run: nulls,
    },
    Check {
        name: "unique.swap",
        promise: "rows of one batch may swap their entries, and hold them afterwards",
        run: swap,
    },
    Check {
        name: "unique.freed",
        promise: "an entry is free again after its row is deleted, put without it, or erased",
        run: freed,
    },
    Check {
        name: "unique.freed_in_batch",
        promise: "what a batch deletes, changes or erases frees its entries for the same batch",
        run: freed_in_batch,
    },
    Check {
        name: "unique.compound",
        promise: "an index over several columns is unique in all of them together",
        run: compound,
    },
    Check {
        name: "unique.on_the_key",
        promise: "an index on a part of the key stays taken when its row is put or erased, and is free when it is deleted",
        run: on_the_key,
    },
    Check {
        name: "unique.drawn",
        promise: "rows are compared with the numbers that their batch draws",
        run: drawn,
    },
    Check {
        name: "unique.under_threads",
        promise: "of many threads that claim one entry, one gets it",
        run: under_threads,
    },
];

fn barcoded(code: &str, barcode: &str) -> Item {
    Item { barcode: Some(barcode.into()), ..Item::new(1, code) }
}

fn item(code: &str) -> Key {
    key::<Item>((1, code.into()))
}

fn mail(text: &str) -> Option<Personal<SmolStr>> {
    Some(Personal::Kept(text.into(), [3; 16]))
}

fn wanted(part: &str, holder: &str, wanted: &str) -> Clash {
    let index = Item::BY_BARCODE.position();
    Clash {
        index,
        part: SmolStr::from(part).to_bytes(),
        holder: item(holder),
        wanted: item(wanted),
    }
}

fn clash(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![barcoded("a", "one"), barcoded("b", "two")]))?;
    let refusal = probe.refused(probe.batch().insert(vec![barcoded("c", "one")]))?;
    same("the clash of an insert", refusal.clashes, vec![wanted("one", "a", "c")])?;
    let refusal = probe.refused(probe.batch().put(barcoded("b", "one"), 1))?;
    same("the clash of a put", refusal.clashes, vec![wanted("one", "a", "b")])?;
    let serial = |number| Sample { serial: Some("s".into()), ..Sample::new(1, number) };
    probe.done(probe.batch().insert(vec![serial(1)]))?;
    let clashes = probe.refused(probe.batch().insert(vec![serial(2)]))?.clashes;
    let holders: Vec<_> = clashes.into_iter().map(|clash| (clash.index, clash.holder)).collect();
    same(
        "the holder among facts",
        holders,
        vec![(Sample::BY_SERIAL.position(), key::<Sample>((1, 1)))],
    )
}

fn all_named(probe: &Probe<'_>) -> Verdict {
    let codes = ["a", "b", "c"];
    probe.done(probe.batch().insert(codes.map(|code| barcoded(code, code)).to_vec()))?;
    let rows = vec![barcoded("x", "a"), barcoded("y", "free"), barcoded("z", "c")];
    let mut clashes = probe.refused(probe.batch().insert(rows))?.clashes;
    clashes.sort_by(|a, b| a.part.cmp(&b.part));
    same("the clashes", clashes, vec![wanted("a", "a", "x"), wanted("c", "c", "z")])
}

fn within_batch(probe: &Probe<'_>) -> Verdict {
    let clashes =
        probe.refused(probe.batch().insert(vec![barcoded("a", "x"), barcoded("b", "x")]))?.clashes;
    same("clashes", clashes.len(), 1)?;
    for clash in clashes {
        let mut rows = [clash.holder, clash.wanted];
        rows.sort();
        same("the rows that clash", rows, [item("a"), item("b")])?;
    }
    Ok(())
}

fn nulls(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a"), Item::new(1, "b")]))?;
    probe.done(probe.batch().insert(vec![Item::new(1, "c"), barcoded("d", "")]))?;
    probe.refused(probe.batch().insert(vec![barcoded("e", "")])).map(|_| ())
}

fn swap(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![barcoded("a", "1"), barcoded("b", "2")]))?;
    probe.done(probe.batch().put(barcoded("a", "2"), 1).put(barcoded("b", "1"), 1))?;
    let refusal = probe.refused(probe.batch().insert(vec![barcoded("c", "1")]))?;
    same("the holder after the swap", refusal.clashes, vec![wanted("1", "b", "c")])?;
    let refusal = probe.refused(probe.batch().insert(vec![barcoded("c", "2")]))?;
    same("the other holder after the swap", refusal.clashes, vec![wanted("2", "a", "c")])
}

fn freed(probe: &Probe<'_>) -> Verdict {
    let rows =
        vec![barcoded("a", "1"), barcoded("b", "2"), Item { mail: mail("m"), ..Item::new(1, "c") }];
    let visitor = |number| Visitor { number, mail: mail("m") };
    probe.done(probe.batch().insert(rows).insert(vec![visitor(1)]))?;
    probe.done(probe.batch().delete(item("a"), 1).put(Item::new(1, "b"), 1))?;
    probe.done(probe.batch().erase(item("c")).erase(key::<Visitor>(1)))?;
    let rows =
        vec![barcoded("x", "1"), barcoded("y", "2"), Item { mail: mail("m"), ..Item::new(1, "z") }];
    probe.done(probe.batch().insert(rows).insert(vec![visitor(2)]))?;
    let refusal = probe.refused(probe.batch().insert(vec![visitor(3)]))?;
    let holders: Vec<_> = refusal.clashes.into_iter().map(|clash| clash.holder).collect();
    same("the new holder", holders, vec![key::<Visitor>(2)])
}

fn freed_in_batch(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![barcoded("a", "1"), barcoded("b", "2")]))?;
    let rows = vec![barcoded("c", "1"), barcoded("d", "2")];
    probe.done(probe.batch().insert(rows).delete(item("a"), 1).put(Item::new(1, "b"), 1))?;
    let refusal = probe.refused(probe.batch().put(barcoded("b", "2"), 2))?;
    same("the new holder", refusal.clashes, vec![wanted("2", "d", "b")])?;
    let mailed = |code| Item { mail: mail("m"), ..Item::new(1, code) };
    let visitor = |number| Visitor { number, mail: mail("m") };
    probe.done(probe.batch().insert(vec![mailed("x")]).insert(vec![visitor(1)]))?;
    let batch = probe.batch().insert(vec![mailed("y")]).insert(vec![visitor(2)]);
    probe.done(batch.erase(item("x")).erase(key::<Visitor>(1))).map(|_| ())
}

fn compound(probe: &Probe<'_>) -> Verdict {
    let on = |site, code: &str, shelf| Item { shelf: Some(shelf), ..Item::new(site, code) };
    probe.done(probe.batch().insert(vec![on(1, "a", 1), on(1, "b", 2), on(2, "a", 1)]))?;
    let clashes = probe.refused(probe.batch().insert(vec![on(2, "c", 1)]))?.clashes;
    let holders: Vec<_> = clashes.into_iter().map(|clash| (clash.part, clash.holder)).collect();
    same("the holder", holders, vec![((2i64, 1i64).to_bytes(), key::<Item>((2, "a".into())))])
}

fn on_the_key(probe: &Probe<'_>) -> Verdict {
    probe.prepare(&[Seat::TABLE])?;
    let seat = |number| Seat { row: 1, number, guest: mail("m") };
    let first = || key::<Seat>((1, 1));
    let taken = |batch: Batch| {
        let holders = |clashes: Vec<Clash>| -> Vec<_> {
            clashes.into_iter().map(|clash| [clash.holder, clash.wanted]).collect()
        };
        let mut found = holders(probe.refused(batch)?.clashes);
        found.iter_mut().for_each(|rows| rows.sort());
        same("the rows that clash", found, vec![[first(), key::<Seat>((1, 2))]])
    };
    probe.done(probe.batch().insert(vec![seat(1)]))?;
    taken(probe.batch().insert(vec![seat(2)]))?;
    taken(probe.batch().put(seat(1), 1).insert(vec![seat(2)]))?;
    taken(probe.batch().insert(vec![seat(2)]).put(seat(1), 1))?;
    taken(probe.batch().erase(first()).insert(vec![seat(2)]))?;
    probe.done(probe.batch().put(seat(1), 1))?;
    probe.done(probe.batch().delete(first(), 2).insert(vec![seat(2)])).map(|_| ())
}

fn drawn(probe: &Probe<'_>) -> Verdict {
    probe.prepare(&[Ticket::TABLE])?;
    let ticket = |code, number| Ticket { code, number: Some(number) };
    let place = || Drawn::Place { draw: 0, offset: 0 };
    let holders = |clashes: Vec<Clash>| -> Vec<_> {
        clashes.into_iter().map(|clash| (clash.part, clash.holder, clash.wanted)).collect()
    };
    probe.done(probe.batch().insert(vec![ticket(2, Drawn::Number(2))]))?;
    probe.done(probe.batch().insert(vec![ticket(1, place())]).draw("t", 1))?;
    let clash = vec![(2i64.to_bytes(), key::<Ticket>(2), key::<Ticket>(3))];
    let refusal = probe.refused(probe.batch().insert(vec![ticket(3, place())]).draw("t", 1))?;
    same("the holder of a drawn number", holders(refusal.clashes), clash.clone())?;
    probe.done(probe.batch().insert(vec![ticket(3, Drawn::Number(9))]))?;
    let version = probe.version::<Ticket>(3)?;
    let refusal = probe.refused(probe.batch().put(ticket(3, place()), version).draw("t", 1))?;
    same("the same of a row that is put", holders(refusal.clashes), clash)?;
    probe.done(probe.batch().delete(key::<Ticket>(2), 1))?;
    probe.done(probe.batch().insert(vec![ticket(4, place())]).draw("t", 1)).map(|_| ())
}

fn under_threads(probe: &Probe<'_>) -> Verdict {
    for round in 0..6 {
        let stored = together(4, |thread| {
            let row = barcoded(&format!("r{round}t{thread}"), &format!("r{round}"));
            match probe.commit(probe.batch().insert(vec![row])) {
                Ok(_) => Ok(1),
                Err(StoreError::Refused(_)) => Ok(0),
                Err(other) => Err(other.into()),
            }
        })?;
        same("rows with one entry", stored.iter().sum::<i32>(), 1)?;
    }
    Ok(())
}
