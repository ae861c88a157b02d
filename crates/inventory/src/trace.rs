//! A lot's trace: up to what it was made of, down to what was made of it, and where each of them went.
//!
//! What a lot was made of is said when it is registered ([`NewLot::origins`](crate::items::NewLot::origins)) or later
//! ([`AddOrigins`](crate::items::AddOrigins)); where it came from and went to is what its moves say. Down answers a recall: which
//! customers have something of this flour. Up answers a complaint: whose flour was in this bread.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::report::{Cell, Column, Report, Row, word};
use fondaco_core::{Halt, Id, ItemId, Range, Reading};

use crate::items::{CatalogueError, Item, Lot, LotOrigin};
use crate::moves::{Map, Move};
use crate::{Stock, StockError};

/// Which way to follow a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the lots that it was made of.
    Up,
    /// To the lots that were made of it.
    Down,
}

/// A lot on a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedLot {
    /// The lot.
    pub lot: Arc<Lot>,
    /// Its item.
    pub item: Arc<Item>,
    /// How many steps it is away; 0 for the lot that was asked for.
    pub level: u32,
    /// The lots one step nearer that it was followed from: several where lots met again.
    pub from: Vec<Id<Lot>>,
    /// The legs of its moves, in the order in which they were recorded.
    pub moves: Vec<Arc<Move>>,
}

/// All that a lot was made of, or that was made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Which way it was followed.
    pub direction: Direction,
    /// The lots, the one that was asked for first, then level by level; each once, at the level where it was met first.
    pub lots: Vec<TracedLot>,
}

/// Follows a lot, level by level: two trips for each level, and one for all moves.
///
/// # Errors
/// [`CatalogueError::UnknownLot`], or a [`Halt`].
pub fn trace(
    read: &mut impl Reading,
    lot: Id<Lot>,
    direction: Direction,
) -> Result<Trace, StockError> {
    let (mut lots, mut met) = (Vec::new(), BTreeSet::from([lot]));
    let mut next: Vec<(Id<Lot>, Vec<Id<Lot>>)> = vec![(lot, Vec::new())];
    let mut places = Map::<Id<Lot>, usize>::default();
    let mut level = 0;
    while !next.is_empty() {
        let ids: Vec<Id<Lot>> = next.iter().map(|(lot, _)| *lot).collect();
        lots.extend(rows(read, &next, level)?);
        next.clear();
        places.clear();
        for (from, found) in ids.iter().zip(steps(read, &ids, direction)?) {
            for lot in found {
                match places.get(&lot).and_then(|at| next.get_mut(*at)) {
                    Some((_, all)) => all.push(*from),
                    None if met.insert(lot) => {
                        places.insert(lot, next.len());
                        next.push((lot, vec![*from]));
                    }
                    None => {}
                }
            }
        }
        level += 1;
    }
    let ranges: Vec<Range<Move>> =
        lots.iter().map(|traced: &TracedLot| Range::by(Move::BY_LOT, &traced.lot.id)).collect();
    for (traced, moves) in lots.iter_mut().zip(read.peek_scans(&ranges)?) {
        traced.moves = moves;
    }
    Ok(Trace { direction, lots })
}

/// The lots of a level with their items.
fn rows(
    read: &mut impl Reading,
    level: &[(Id<Lot>, Vec<Id<Lot>>)],
    number: u32,
) -> Result<Vec<TracedLot>, StockError> {
    let ids: Vec<Id<Lot>> = level.iter().map(|(lot, _)| *lot).collect();
    let mut lots = Vec::with_capacity(ids.len());
    for (&lot, found) in ids.iter().zip(read.peek_many::<Lot>(&ids)?) {
        lots.push(found.ok_or(CatalogueError::UnknownLot { lot })?);
    }
    let ids: Vec<ItemId> = lots.iter().map(|lot| lot.item).collect();
    let mut rows = Vec::with_capacity(ids.len());
    for ((lot, item), (_, from)) in lots.into_iter().zip(read.peek_many::<Item>(&ids)?).zip(level) {
        let item = item.ok_or(CatalogueError::UnknownItem { item: lot.item })?;
        rows.push(TracedLot { lot, item, level: number, from: from.clone(), moves: Vec::new() });
    }
    Ok(rows)
}

/// The lots one step further from each of these.
fn steps(
    read: &mut impl Reading,
    lots: &[Id<Lot>],
    direction: Direction,
) -> Result<Vec<Vec<Id<Lot>>>, Halt> {
    let range = |lot: &Id<Lot>| match direction {
        Direction::Up => Range::<LotOrigin>::by_key(lot),
        Direction::Down => Range::by(LotOrigin::BY_ORIGIN, lot),
    };
    let further = |row: &Arc<LotOrigin>| match direction {
        Direction::Up => row.origin,
        Direction::Down => row.lot,
    };
    let found = read.peek_scans(&lots.iter().map(range).collect::<Vec<_>>())?;
    Ok(found.iter().map(|rows| rows.iter().map(further).collect()).collect())
}

impl Trace {
    /// The trace as people look at it: each lot with its moves under it, as far in as it is away.
    pub fn to_report(&self) -> Report {
        let title = match self.direction {
            Direction::Up => word("What a lot was made of"),
            Direction::Down => word("What was made of a lot"),
        };
        let texts = ["Lot", "Item", "Move", "Location", "Quantity", "Party"];
        let columns = texts.map(|name| Column::text(word(name)));
        let mut report = Report::new(title).columns(columns).column(Column::date(word("Date")));
        for traced in &self.lots {
            let level = u8::try_from(traced.level).unwrap_or(u8::MAX);
            report.push(traced.heading().at_level(level));
            for leg in &traced.moves {
                report.push(traced.row(leg).at_level(level.saturating_add(1)));
            }
        }
        report
    }
}

impl TracedLot {
    fn heading(&self) -> Row {
        let (lot, item) = (self.lot.code.clone().into(), self.item.code.clone().into());
        Row::new([lot, item, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty])
    }

    fn row(&self, leg: &Move) -> Row {
        Row::new([
            Cell::Empty,
            Cell::Empty,
            Cell::choice(leg.kind.code()),
            leg.location.clone().into(),
            self.item.quantity(leg.quantity).to_string().into(),
            leg.party.copied().map(|party| party.to_string()).into(),
            leg.date.into(),
        ])
    }
}

impl std::fmt::Display for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_report().fmt(f)
    }
}

impl Stock<'_> {
    /// What a lot was made of, and that, and so on; with the moves of each.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = stock();
    /// let flour = ItemId::named("FLOUR-550");
    /// let milled = stock.send("milled", &AddLots::new(vec![NewLot::new(flour, "7")]))?.answer[0];
    /// let mixed = NewLot { origins: vec![milled], ..NewLot::new(flour, "mixed") };
    /// let mixed = stock.send("mixed", &AddLots::new(vec![mixed]))?.answer[0];
    /// let up = stock.trace_up(mixed)?;
    /// assert_eq!(up.lots.iter().map(|traced| traced.lot.code.as_str()).collect::<Vec<_>>(), ["mixed", "7"]);
    /// assert_eq!(stock.trace_down(milled)?.lots[1].lot.id, mixed);
    /// # Ok::<(), StockError>(())
    /// ```
    ///
    /// # Errors
    /// As [`trace`].
    pub fn trace_up(&self, lot: Id<Lot>) -> Result<Trace, StockError> {
        self.view(|view| trace(view, lot, Direction::Up))
    }

    /// What was made of a lot, and of that, and so on; with the moves of each: who received something of it.
    ///
    /// # Errors
    /// As [`trace`].
    pub fn trace_down(&self, lot: Id<Lot>) -> Result<Trace, StockError> {
        self.view(|view| trace(view, lot, Direction::Down))
    }
}
