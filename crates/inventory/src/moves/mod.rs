//! Moves: the facts of stock, judged one after the other and stored together.
//!
//! There is one road, [`MoveStock`](crate::posting::MoveStock): one move is a batch of one. All or none are made, or each stands alone and
//! the answer says which were refused, and why. A move is stored as one row for each place that something left or came to ([`Move`]);
//! what was wrong is never changed but taken back by a reversal, which names it.
//!
//! # Phases
//! | phase | trips to the store | bounded by |
//! |---|---|---|
//! | `Book::read`: settings, items, locations, lots, locks, the moves that moves are of; then sites, units | 2, or 3 where a move is in another unit than its item's | distinct things named |
//! | `judge`: each move alone, pure: units, kinds, lots, dates, places | none | moves |
//! | `Levels::prepare`: the counters of all that goes down, peeked; what goes along reads its own | 1 + what goes along | distinct items, places and lots |
//! | `Days::prepare`: of what is dated before moves that are stored, those moves | none, or 1 for each item and site where it is so | moves since |
//! | `Pages::take`: each move after those before it: counters in memory, lines they may not fall below | none, but one for each counter that refuses, and for each count its place | moves |
//! | `Pages::stage`: one insert of all legs, one addition for each counter, under floors | the commit | legs and distinct counters |
//!
//! So a batch takes the same number of trips however long it is. What bounds it is memory: about 400 bytes for each move until the commit,
//! and 16,000,000 moves by the ids that one command can make.
//!
//! # What rests on what
//! Levels are peeked; what a move rests on is a floor for each counter, which the store judges at the commit: exactly what was judged in
//! memory ([`Running`](fondaco_core::tx::Running)). So two who sell from one shelf never wait for one another, until one of them is refused.
//! Items, places, lots and locks are rested on: who closes a location while something is put there is first, or the move is judged again.
//! That nothing was moved later is a floor too: what is dated before other moves of its item at its site is judged by all days since, and
//! rests on the place that it leaves. Of goods that are counted and weighed, what leaves a place rests on what lies and weighs there.
//!
//! # What counts as what
//! A leg counts to its site's [`on_hand`](crate::levels::Stock::on_hand) where its location is for storage or quarantine, unless the goods
//! are a customer's; to `expired` too once its lot's last day is over, or while it is blocked; else in quarantine, or of a lot that waits
//! for an inspection, to `quarantined`. It follows from the location's kind, the lot's status and its lapse alone, so who changes one of these moves what lies there
//! from one column to another ([`levels::restate`](crate::levels)).

mod along;
mod asking;
mod batch;
mod book;
mod counted;
mod days;
mod error;
mod given;
mod judge;
mod lock;
mod moved;
mod record;
pub mod rights;
mod weigh;

use fondaco_core::engine::Part;
use fondaco_core::store::Record;
use fondaco_core::{Id, Tx, tx};

pub(crate) use along::Along;
pub(crate) use asking::{Asking, categories_above};
pub(crate) use batch::{Ids, Pages};
pub(crate) use book::{Book, Held, Map};
pub use error::MoveError;
pub use given::{MoveCost, Movement, NewMove};
pub(crate) use judge::{Judged, Leg, judge};
pub use lock::{LockStock, StockLock};
pub use moved::{Moved, RefusedMove};
pub use record::{Move, MoveKind, Stage};

use crate::StockError;
pub use crate::levels::{Expected, Reservation};

/// What the engine has of moves.
pub(crate) static PART: Part = Part::new(&[Move::TABLE, StockLock::TABLE]).permissions(&[
    &rights::MOVE,
    &rights::ADJUST,
    &rights::REVERSE,
    &rights::LOCK,
]);

/// Makes moves with what goes along: all or none, or each on its own.
///
/// # Errors
/// [`StockError::At`] with the first move that is refused where they stand or fall together; [`StockError::NotSetUp`],
/// [`MoveError::TooMany`], or a [`Halt`](fondaco_core::Halt).
pub(crate) fn post<A: Along>(
    tx: &mut Tx<'_>,
    moves: &[NewMove],
    each: bool,
    mut asking: Asking,
) -> Result<Moved, StockError> {
    let book = Book::read(tx, moves)?;
    let ids = Ids::draw(tx, moves.len())?;
    let judged: Vec<_> = moves.iter().map(|new| judge(&book, new)).collect();
    if let (false, Some((index, error))) = (each, first_error(&judged)) {
        return Err(StockError::from(error.clone()).at(index));
    }
    let good: Vec<&Judged<'_>> = judged.iter().flatten().collect();
    let mut pages = Pages::<A>::prepare(tx, &book, &good)?;
    let made = if each {
        tx::each(tx, &mut pages, &judged, |tx, pages, judged| match judged {
            Ok(judged) => pages.take(tx, (&book, &ids, &mut asking), judged),
            Err(error) => Err(error.clone().into()),
        })?
    } else {
        let mut made = Vec::with_capacity(good.len());
        for (index, judged) in good.into_iter().enumerate() {
            let taken = pages.take(tx, (&book, &ids, &mut asking), judged);
            made.push(Ok::<Id<Move>, StockError>(taken.map_err(|error| error.at(index))?));
        }
        made
    };
    pages.stage(tx, &book, &ids)?;
    Ok(Moved { moves: made.into_iter().map(|made| made.map_err(RefusedMove::from)).collect() })
}

fn first_error<'j>(judged: &'j [Result<Judged<'_>, MoveError>]) -> Option<(usize, &'j MoveError)> {
    judged.iter().enumerate().find_map(|(index, judged)| Some((index, judged.as_ref().err()?)))
}
