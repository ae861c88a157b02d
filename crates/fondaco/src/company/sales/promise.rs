//! What is promised to orders: of what is there, of what comes, or nothing.

use std::collections::BTreeMap;

use fondaco_core::{Act, DocumentId, Id, Tx};
use fondaco_inventory::levels::Reservation;
use fondaco_inventory::planning::SetWantedDay;
use fondaco_inventory::reserve::{Otherwise, Reserve, Wanted, amend, reserve_many};
use fondaco_inventory::{Qty, StockError};
use serde::{Deserialize, Serialize};

use super::on_time::OnTime;
use crate::company::document::{Desk, Document, Line, Status};
use crate::company::{CompanyError, ENGINE};

/// What is promised to an order of what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// All of it; what is not there waits for goods.
    #[default]
    Backorder,
    /// All of it, or the order is refused.
    All,
    /// All of it, by the day on which it is [wanted](super::NewOrder::wanted_on): of what is there, and of what is on order and comes by then; or
    /// the order is refused.
    OnTime,
    /// Nothing: what is there when it is shipped is shipped.
    Nothing,
}

/// Promises what is there to orders that count by now, each with its place in the command.
pub(super) fn promise_orders(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    orders: &[(usize, DocumentId, Promise)],
) -> Result<(), CompanyError> {
    let mut wanting = Vec::with_capacity(orders.len());
    for (index, id, promise) in orders {
        let document = desk.document(tx, *id)?;
        if document.status == Status::Open {
            let lines = desk.lines_of(tx, &document)?;
            wanting.push(Wanting { index: Some(*index), document, lines, promise: *promise });
        }
    }
    promise_goods(tx, desk, wanting)
}

/// Lines of an order to which goods are to be promised.
struct Wanting {
    /// The order's place in the command, where it is one of several.
    index: Option<usize>,
    document: Document,
    lines: Vec<Line>,
    promise: Promise,
}

impl Wanting {
    /// What is asked of the stock; `None` where nothing is.
    fn reserve(&self) -> Option<Reserve> {
        let otherwise = match self.promise {
            Promise::Nothing => return None,
            Promise::All => Otherwise::Refuse,
            Promise::Backorder | Promise::OnTime => Otherwise::Backorder,
        };
        let site = self.document.site;
        let wanted = self.lines.iter().filter_map(|line| {
            let quantity = fondaco_core::Quantity::from_fixed(line.to_ship(), line.unit);
            Some(Wanted::new(line.item?, site, quantity))
        });
        let wanted: Vec<Wanted> = wanted.collect();
        let party = Some(self.document.party);
        let reserve = Reserve { otherwise, party, ..Reserve::new(self.document.id, wanted) };
        Some(reserve).filter(|reserve| !reserve.lines.is_empty())
    }

    /// Tells planning when it is wanted: without a word it is today.
    fn say_when(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let today = tx.today()?;
        if let Some(day) = self.document.wanted_on.copied().filter(|day| *day > today) {
            let wanted = SetWantedDay::new(self.document.id, day);
            tx.as_engine(&ENGINE, |tx| wanted.act(tx))?;
        }
        Ok(())
    }

    fn refused(&self, error: StockError) -> CompanyError {
        let goods = || self.lines.iter().filter(|line| line.item.is_some());
        let line = |index| goods().nth(index).map_or(0, |line| line.number);
        placed(self.index, super::delivery::of_line(error, &self.document, line))
    }
}

/// An error with the place of its order in the command, where it is one of several.
fn placed(index: Option<usize>, error: CompanyError) -> CompanyError {
    match index {
        Some(index) => error.at(index),
        None => error,
    }
}

/// Promises what is there to the lines of orders, all at once.
fn promise_goods(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    wanting: Vec<Wanting>,
) -> Result<(), CompanyError> {
    let asked = wanting.into_iter().filter_map(|one| Some((one.reserve()?, one)));
    let (commands, wanting): (Vec<Reserve>, Vec<Wanting>) = asked.unzip();
    if commands.is_empty() {
        return Ok(());
    }
    let mut on_time = OnTime::default();
    if wanting.iter().any(|one| one.promise == Promise::OnTime) {
        for one in &wanting {
            on_time.read(tx, &one.document, &one.lines)?;
        }
    }
    let reserved = match tx.as_engine(&ENGINE, |tx| reserve_many(tx, &commands)) {
        Ok(reserved) => reserved,
        Err(StockError::At { index, error }) => {
            return Err(match wanting.get(index) {
                Some(one) => one.refused(*error),
                None => (*error).into(),
            });
        }
        Err(error) => return Err(error.into()),
    };
    for (one, answers) in wanting.into_iter().zip(reserved) {
        one.say_when(tx)?;
        let goods = one.lines.into_iter().filter(|line| line.item.is_some());
        for (line, answer) in goods.zip(answers.lines) {
            let waits = (answer.backordered, one.promise == Promise::OnTime);
            let checked = on_time.check(tx, desk, (&one.document, &line), waits);
            checked.map_err(|error| placed(one.index, error))?;
            desk.put_line(Line { promise: answer.reservation.into(), ..line });
        }
    }
    Ok(())
}

/// What is left of the promises to some lines of an order is of what is still to be shipped, with what comes back of each, and no more. They keep
/// their place among those that wait; what was given back by hand is not promised anew.
pub(crate) fn promise_again(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: &Document,
    back: BTreeMap<u32, Qty>,
) -> Result<(), CompanyError> {
    let mut amended = Vec::new();
    for line in desk.lines_of(tx, order)? {
        let Some((id, back)) = line.promise.copied().zip(back.get(&line.number)) else { continue };
        let Some(row) = tx.get::<Reservation>(&id)? else { continue };
        let all = [row.held, row.backordered, *back].into_iter().map(Qty::units);
        let left = Qty::from_units(all.fold(0, i64::saturating_add)).min(line.to_ship());
        amended.push((id, left));
    }
    amend_promises(tx, &amended)
}

/// So much is left of each of these promises.
pub(crate) fn amend_promises(
    tx: &mut Tx<'_>,
    promised: &[(Id<Reservation>, Qty)],
) -> Result<(), CompanyError> {
    if promised.is_empty() {
        return Ok(());
    }
    Ok(tx.as_engine(&ENGINE, |tx| amend(tx, promised))?)
}
