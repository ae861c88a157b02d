//! Acts that do between them everything that an act can do, for random histories.

use fondaco_core::store::{Event, Record, Value};
use fondaco_core::{Added, Drew, Range, Reading, Tx};
use proptest::prelude::*;
use smol_str::SmolStr;

use super::*;

#[derive(Debug, Clone, serde::Serialize)]
pub enum Act {
    /// Puts a labelled shelf there, or moves the one that has the label.
    Label(i64, i64, usize),
    /// Doubles the load of the fullest shelves of an aisle.
    Double(i64, usize),
    Remove(i64, i64),
    Deliver(i64, i64, i64),
    /// Takes pieces from the first lots that have enough.
    Take(i64, Vec<i64>),
    Slip(i64, u32),
    Person(i64, usize),
    Forget(i64),
}

const WORDS: [&str; 3] = ["a", "b", "c"];

pub fn act(tx: &mut Tx<'_>, act: &Act) -> Result<Vec<i64>, ShopError> {
    tx.emit(Event::new("act").with("words", Value::text(format!("{act:?}"))));
    match act {
        Act::Label(aisle, number, word) => label(tx, *aisle, *number, WORDS[*word]),
        Act::Double(aisle, limit) => {
            let fullest = Range::by(Shelf::BY_LOAD, aisle).backwards().limit(*limit);
            let shelves = tx.scan(&fullest)?;
            for shelf in &shelves {
                if shelf.load > 1_000 {
                    return no(format!("shelf {} is full", shelf.number));
                }
                tx.put(Shelf { load: shelf.load * 2 + 1, ..shelf.as_ref().clone() })?;
            }
            Ok(tx.scan(&fullest)?.iter().map(|shelf| shelf.load).collect())
        }
        Act::Remove(aisle, number) => {
            if tx.get::<Shelf>(&(*aisle, *number))?.is_none() {
                return no("no such shelf");
            }
            tx.delete::<Shelf>(&(*aisle, *number))?;
            Ok(vec![tx.scan(&Range::<Shelf>::by_key(aisle))?.len() as i64])
        }
        Act::Deliver(item, lot, pieces) => {
            tx.add(Stock::of(*item, *lot, *pieces), &[])?;
            Ok(vec![tx.peek::<Stock>(&(*item, *lot))?.map_or(0, |stock| stock.on_hand)])
        }
        Act::Take(item, wanted) => {
            let mut lots = Vec::new();
            for pieces in wanted {
                let part = tx.attempt(|tx| take(tx, *item, *pieces))?;
                lots.push(part.unwrap_or(-1));
            }
            if lots.iter().all(|lot| *lot < 0) { no("nothing left") } else { Ok(lots) }
        }
        Act::Slip(item, on) => {
            let number = tx.scan(&Range::<Move>::by_key(item))?.len() as i64;
            match tx.draw("slips", Some(day(*on)))? {
                Drew::Place(slip) => {
                    tx.insert(Move { slip: Some(slip), ..Move::new(*item, number, *on, 1) })?;
                    Ok(vec![number, tx.series("slips")?.last])
                }
                Drew::Late(last) => no(format!("late: {last}")),
            }
        }
        Act::Person(number, word) => {
            let mail = SmolStr::new(WORDS[*word]);
            if let Some(holder) = tx.unique(Person::BY_MAIL, &mail)? {
                tx.put(Person { points: holder.points + 1, ..holder.as_ref().clone() })?;
                return Ok(vec![holder.number, holder.points + 1]);
            }
            let personal = Some(tx.personal(mail));
            match tx.get::<Person>(number)? {
                Some(person) => tx.put(Person { mail: personal, ..person.as_ref().clone() })?,
                None => tx.insert(Person { number: *number, mail: personal, points: 0 })?,
            }
            Ok(vec![*number])
        }
        Act::Forget(number) => {
            if tx.get::<Person>(number)?.is_none() {
                return no("nobody");
            }
            tx.erase::<Person>(number)?;
            Ok(vec![])
        }
    }
}

fn label(tx: &mut Tx<'_>, aisle: i64, number: i64, word: &str) -> Result<Vec<i64>, ShopError> {
    if let Some(holder) = tx.unique(Shelf::BY_LABEL, &SmolStr::new(word))? {
        tx.put(Shelf { load: holder.load + 1, ..holder.as_ref().clone() })?;
        return Ok(vec![holder.aisle, holder.number]);
    }
    let new = Shelf::new(aisle, number, number).labelled(word);
    match tx.get::<Shelf>(&(aisle, number))? {
        Some(shelf) => tx.put(Shelf { load: shelf.load, ..new })?,
        None => tx.insert(new)?,
    }
    Ok(vec![])
}

fn take(tx: &mut Tx<'_>, item: i64, pieces: i64) -> Result<i64, ShopError> {
    for lot in 0..3 {
        if let Added::Fine = tx.add(Stock::of(item, lot, -pieces), &[Stock::floor()])? {
            return Ok(lot);
        }
    }
    no("short")
}

pub fn acts() -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(one_act(), 1..30)
}

pub fn one_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..2i64, 0..4i64, 0..3usize).prop_map(|(a, n, w)| Act::Label(a, n, w)),
        (0..2i64, 0..4usize).prop_map(|(a, n)| Act::Double(a, n)),
        (0..2i64, 0..4i64).prop_map(|(a, n)| Act::Remove(a, n)),
        (0..2i64, 0..3i64, 0..10i64).prop_map(|(i, l, n)| Act::Deliver(i, l, n)),
        (0..2i64, prop::collection::vec(1..6i64, 1..4)).prop_map(|(i, w)| Act::Take(i, w)),
        (0..2i64, 1..28u32).prop_map(|(i, d)| Act::Slip(i, d)),
        (0..3i64, 0..3usize).prop_map(|(n, w)| Act::Person(n, w)),
        (0..3i64).prop_map(Act::Forget),
    ]
}

/// All rows of all tables but the salts' own, shown.
pub fn rows(host: &Host) -> Vec<String> {
    host.view(|view| {
        let mut all = Vec::new();
        view.peek_each(&Range::<Shelf>::all(), |row| show(&mut all, row))?;
        view.peek_each(&Range::by(Shelf::BY_LABEL, &()), |row| show(&mut all, row))?;
        view.peek_each(&Range::<Move>::all(), |row| show(&mut all, row))?;
        view.peek_each(&Range::<Stock>::all(), |row| show(&mut all, row))?;
        view.peek_each(&Range::<Person>::all(), |row| show(&mut all, row))?;
        Ok(all)
    })
}

fn show<R: Record + std::fmt::Debug>(all: &mut Vec<String>, row: &R) -> Result<(), ShopError> {
    all.push(format!("{row:?}"));
    Ok(())
}
