//! What a batch keeps in memory is taken back item by item, by one place for all of it.

use std::cell::Cell;

use crate::common::*;
use fondaco_core::store::{Event, Value};
use fondaco_core::tx::{self, Events, Logged, Noted, Pending, Rows, Running};
use fondaco_core::{Halt, Reading, Tx};
use proptest::prelude::*;

/// Everything there is, nested.
#[derive(Pending)]
struct Pages {
    rows: (Rows<Move>, Rows<Log>),
    stocks: Running<Stock>,
    events: Events,
    taken: Noted<i64>,
}

impl Pages {
    fn new() -> Pages {
        Pages {
            rows: Default::default(),
            stocks: Running::default(),
            events: Events::default(),
            taken: Noted(0),
        }
    }

    /// One item leaves something everywhere.
    fn take(&mut self, tx: &mut Tx<'_>, number: i64) -> Result<i64, ShopError> {
        self.rows.0.push(Move::new(1, number, 1, number));
        self.rows.1.extend([Log { number }]);
        self.stocks.add(Stock::of(1, 1, number))?;
        self.events.push(Event::new("taken").with("number", number));
        self.taken.0 += 1;
        tx.draw("slips", None)?;
        match number % 2 {
            0 => no(format!("{number} is even")),
            _ => Ok(self.taken.0),
        }
    }
}

#[test]
fn refused_items_leave_nothing_and_the_others_everything() {
    on_every_host(|host| {
        let answers = host.done("batch", |tx| {
            let mut pages = Pages::new();
            let taken =
                tx::each(tx, &mut pages, 1..=5, |tx, pages, number| pages.take(tx, number))?;
            assert_eq!((pages.rows.0.len(), pages.rows.1.len()), (3, 3));
            pages.finish(tx)?;
            Ok(taken.into_iter().map(|taken| taken.unwrap_or(0)).collect::<Vec<i64>>())
        });
        assert_eq!(answers, [1, 0, 2, 0, 3], "on {}", host.name);
        host.view(|view| {
            let moves = view.peek_scan(&fondaco_core::Range::<Move>::all())?;
            let numbers: Vec<i64> = moves.iter().map(|row| row.number).collect();
            assert_eq!(numbers, [1, 3, 5]);
            assert_eq!(view.peek::<Log>(&2)?, None);
            assert_eq!(view.peek::<Stock>(&(1, 1))?.map(|row| row.on_hand), Some(9));
            assert_eq!(view.peek_series("slips")?.last, 3);
            Ok(())
        });
        let feed = host.feed();
        let events = feed.last().unwrap().events.iter();
        let numbers: Vec<&Value> = events.map(|event| &event.data[0].1).collect();
        assert_eq!(numbers, [&Value::I64(1), &Value::I64(3), &Value::I64(5)]);
    });
}

#[test]
fn a_halt_passes_and_ends_the_batch() {
    on_every_host(|host| {
        let reached = Cell::new(0);
        let halted = host.run("batch", |tx| {
            reached.set(0);
            tx::each(tx, &mut Pages::new(), 1..=5, |tx, pages, number| {
                reached.set(number);
                if number == 3 {
                    return Err(ShopError::Halt(Halt::Bug("on purpose".into())));
                }
                pages.take(tx, number)
            })?;
            Ok(())
        });
        assert!(matches!(halt(halted), Halt::Bug(why) if why == "on purpose"), "on {}", host.name);
        assert_eq!(reached.get(), 3);
    });
}

#[test]
fn an_empty_batch_stages_nothing() {
    on_every_host(|host| {
        host.done("nothing", |tx| Ok(Pages::new().finish(tx)?));
        assert!(host.feed().last().unwrap().events.is_empty());
        assert_eq!(host.view(|view| Ok(view.peek::<Stock>(&(1, 1))?)), None);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever changed after a mark, going back gives the list as it was; marks nest.
    #[test]
    fn a_logged_list_goes_back(
        before in prop::collection::vec(0..9i32, 0..5),
        parts in prop::collection::vec(prop::collection::vec((0..8usize, 0..9i32), 0..6), 0..5),
    ) {
        let (mut logged, mut marks) = (Logged::from(before), Vec::new());
        for part in parts {
            marks.push((logged.mark(), logged.as_slice().to_vec()));
            for (at, value) in part {
                match logged.get_mut(at) {
                    Some(cell) => *cell = value,
                    None => {
                        let at = logged.push(value);
                        prop_assert_eq!(logged.get(at), Some(&value));
                    }
                }
            }
        }
        for (mark, was) in marks.into_iter().rev() {
            logged.back_to(mark);
            prop_assert_eq!(logged.as_slice(), was.as_slice());
        }
    }
}
