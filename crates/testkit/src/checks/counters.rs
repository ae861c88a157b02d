//! Counters and their floors.

use fondaco_core::store::{Fixed, Floor, StoreError};

use crate::probe::{Flaw, Probe, Verdict, broken, key, same, together};
use crate::records::Stock;
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "counters.sums",
        promise: "adds of integers and decimals sum up exactly, each in its column; a new counter begins at zero",
        run: sums,
    },
    Check {
        name: "counters.floors",
        promise: "a floor is judged on the row as it stands after the add, over all its terms",
        run: floors,
    },
    Check {
        name: "counters.floor_extremes",
        promise: "the terms of a floor are summed exactly, even beyond what one column can hold",
        run: floor_extremes,
    },
    Check {
        name: "counters.short",
        promise: "all counters below a floor are named together, each with its row as it stands without the batch",
        run: short,
    },
    Check {
        name: "counters.no_floor",
        promise: "without a floor a counter may go below zero",
        run: no_floor,
    },
    Check {
        name: "counters.overflow",
        promise: "a sum beyond its column is Overflow, naming counter and column, in both directions",
        run: overflow,
    },
    Check {
        name: "counters.sellers",
        promise: "of more sellers than there is stock exactly as many succeed as there is, under threads",
        run: sellers,
    },
    Check {
        name: "counters.floors_each",
        promise: "each counter of an addition is judged by its own line, where it has one",
        run: floors_each,
    },
    Check {
        name: "counters.no_lost_adds",
        promise: "adds by many threads lose nothing and need no retry",
        run: no_lost_adds,
    },
];

/// Many counters, so that a store adds to them at once: each is judged by its own line, and those that have none by nothing.
fn floors_each(probe: &Probe<'_>) -> Verdict {
    let items: Vec<String> = (10..40).map(|at| format!("i{at}")).collect();
    let of =
        |on_hand: i64| items.iter().map(|item| Stock::of(item, on_hand, 0)).collect::<Vec<_>>();
    let lines = |first: i64, third: Option<i64>| {
        let mins = (0..30).map(|at| if at % 3 == 2 { third } else { Some(first - at) });
        Floor::each(&[(2, 1), (3, -1)], mins.collect())
    };
    // None of them is there before.
    probe.done(probe.batch().add_over(of(5), &[lines(5, None)]))?;
    let mut short = probe.refused(probe.batch().add_over(of(-3), &[lines(12, None)]))?.short;
    short.sort_by(|a, b| a.0.cmp(&b.0));
    // 2 are left of each: less than 12 - at for those before the tenth, but for every third.
    let broken = items.iter().take(10).enumerate().filter(|(at, _)| at % 3 != 2);
    let broken: Vec<_> = broken.map(|(_, item)| key::<Stock>((1, item.as_str().into()))).collect();
    same("the short counters", short.into_iter().map(|(key, _)| key).collect(), broken)?;
    probe.refused(probe.batch().add_over(of(-3), &[lines(0, Some(3))]))?;
    probe.done(probe.batch().add_over(of(-3), &[lines(2, Some(2))]))?;
    same("a counter", probe.record::<Stock>((1, "i12".into()))?, Stock::of("i12", 2, 0))
}

/// On hand less reserved may not fall below `min`.
fn free(min: i64) -> Floor {
    Floor::new(&[(2, 1), (3, -1)], min)
}

fn sums(probe: &Probe<'_>) -> Verdict {
    let of = |on_hand, reserved, cents| {
        let value = Fixed::from_units(cents);
        Stock { on_hand, reserved, value, ..Stock::of("a", 0, 0) }
    };
    for (on_hand, reserved, cents) in [(5, 0, 10), (-2, 3, 20), (0, 0, -1)] {
        probe.done(probe.batch().add(vec![of(on_hand, reserved, cents)]))?;
    }
    same("the sums", probe.record::<Stock>((1, "a".into()))?, of(3, 3, 29))?;
    probe.done(probe.batch().add(vec![of(i64::MAX - 3, 0, i64::MIN)]))?;
    same(
        "the largest sums",
        probe.record::<Stock>((1, "a".into()))?,
        of(i64::MAX, 3, i64::MIN + 29),
    )
}

fn floors(probe: &Probe<'_>) -> Verdict {
    let add = |on_hand, reserved, min| {
        probe.batch().add_over(vec![Stock::of("a", on_hand, reserved)], &[free(min)])
    };
    probe.done(add(5, 5, 0))?;
    probe.refused(add(0, 1, 0))?;
    probe.refused(add(-1, 0, 0))?;
    // Each term alone would break the floor; together they keep it.
    probe.done(add(-3, -3, 0))?;
    probe.done(add(0, 1, -1))?;
    probe.refused(add(0, 1, -1))?;
    let two = [free(-100), Floor::new(&[(2, 1)], 2)];
    probe.refused(probe.batch().add_over(vec![Stock::of("a", -1, 0)], &two))?;
    let value = Floor::new(&[(4, 1)], 700);
    probe.refused(
        probe.batch().add_over(vec![Stock::of("v", 200, 0)], std::slice::from_ref(&value)),
    )?;
    probe.done(probe.batch().add_over(vec![Stock::of("v", 234, 0)], &[value])).map(|_| ())
}

fn floor_extremes(probe: &Probe<'_>) -> Verdict {
    let of = |on_hand, reserved| Stock { value: Fixed::ZERO, ..Stock::of("a", on_hand, reserved) };
    let add = |floor, on_hand, reserved| {
        probe.batch().add_over(vec![Stock { on_hand, reserved, ..of(0, 0) }], &[floor])
    };
    let both = |min| Floor::new(&[(2, 1), (3, 1)], min);
    probe.done(add(both(i64::MAX), i64::MAX, i64::MAX))?;
    probe.done(add(both(i64::MIN), i64::MIN, i64::MIN))?;
    probe.done(add(both(-2), 0, 0))?;
    probe.refused(add(both(-1), 0, 0))?;
    let less = |min| Floor::new(&[(2, 1), (3, -1)], min);
    probe.done(probe.batch().add(vec![of(i64::MIN + 1, i64::MAX)]))?;
    probe.refused(add(less(i64::MIN), 0, 0))?;
    probe.done(add(less(i64::MIN), i64::MAX, 0)).map(|_| ())
}

fn short(probe: &Probe<'_>) -> Verdict {
    let stock = vec![Stock::of("a", 5, 0), Stock::of("b", 1, 0), Stock::of("c", 1, 0)];
    probe.done(probe.batch().add(stock))?;
    let sold = ["a", "b", "c", "none"].map(|item| Stock::of(item, -2, 0)).to_vec();
    let mut short = probe.refused(probe.batch().add_over(sold, &[free(0)]))?.short;
    short.sort_by(|a, b| a.0.cmp(&b.0));
    let keys: Vec<_> = short.iter().map(|(key, _)| key.clone()).collect();
    same(
        "the short counters",
        keys,
        ["b", "c", "none"].map(|i| key::<Stock>((1, i.into()))).to_vec(),
    )?;
    for (key, row) in short {
        let absent = key == crate::probe::key::<Stock>((1, "none".into()));
        match row {
            None if absent => {}
            Some(row) if !absent => {
                same("the short row's version", row.version, 1)?;
                same("the short row", row.record::<Stock>()?.on_hand, 1)?;
            }
            other => return Err(broken(format!("{key:?} is short with row {other:?}"))),
        }
    }
    Ok(())
}

fn no_floor(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().add(vec![Stock::of("a", -7, 0)]))?;
    same("the counter", probe.record::<Stock>((1, "a".into()))?, Stock::of("a", -7, 0))
}

fn overflow(probe: &Probe<'_>) -> Verdict {
    let of =
        |on_hand, cents| Stock { on_hand, value: Fixed::from_units(cents), ..Stock::of("a", 0, 0) };
    probe.done(probe.batch().add(vec![of(i64::MAX, i64::MIN)]))?;
    for (delta, column) in [(of(1, 0), "on_hand"), (of(0, -1), "value")] {
        match probe.commit(probe.batch().add(vec![delta])) {
            Err(StoreError::Overflow { key: counter, column: named }) => {
                same("the counter", counter, key::<Stock>((1, "a".into())))?;
                same("the column", named.as_str(), column)?;
            }
            other => return Err(broken(format!("had to be Overflow, not {other:?}"))),
        }
    }
    same("the counter", probe.record::<Stock>((1, "a".into()))?, of(i64::MAX, i64::MIN))
}

fn sellers(probe: &Probe<'_>) -> Verdict {
    let (threads, each, stock) = (4, 8, 19);
    probe.done(probe.batch().add(vec![Stock::of("a", stock, 0)]))?;
    let sold = together(threads, |_| {
        let mut sold = 0;
        for _ in 0..each {
            let sale = probe.batch().add_over(vec![Stock::of("a", -1, 0)], &[free(0)]);
            match probe.commit(sale) {
                Ok(_) => sold += 1,
                Err(StoreError::Refused(refusal)) if !refusal.short.is_empty() => {}
                Err(other) => return Err(Flaw::from(other)),
            }
        }
        Ok(sold)
    })?;
    same("sales of 19 pieces to 32 buyers", sold.iter().sum::<i64>(), stock)?;
    same("the stock left", probe.record::<Stock>((1, "a".into()))?.on_hand, 0)
}

fn no_lost_adds(probe: &Probe<'_>) -> Verdict {
    together(4, |thread| {
        for step in 0..10 {
            let own = format!("t{thread}");
            let add = vec![Stock::of("all", 1, step), Stock::of(&own, 1, 0)];
            probe.done(probe.batch().add(add))?;
        }
        Ok(())
    })?;
    let all = probe.record::<Stock>((1, "all".into()))?;
    same("the sum of all adds", (all.on_hand, all.reserved), (40, 4 * 45))?;
    same("the position", probe.position()?, 40)
}
