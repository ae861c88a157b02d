//! What is on order: announced when it is ordered, received by the receipts, or what another site sends, that name it, cancelled when it will
//! not come.

use chrono::NaiveDate;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Halt, Id, ItemId, Needs, PartyId, Quantity, SiteId, Tx};
use serde::{Deserialize, Serialize};

use super::reservation::units;
use super::{ReserveError, rights};
use crate::items::Item;
use crate::levels::{Commitment, Expected, Stock};
use crate::places::Site;
use crate::{MoveError, Qty, StockError};

/// So much of an item, that should come to a site on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedLine {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// How much, in any unit that converts into the item's stock unit.
    pub quantity: Quantity,
    /// The day on which it should come.
    pub due_on: NaiveDate,
}

impl ExpectedLine {
    /// So much of an item, to a site, on a day.
    pub fn new(item: ItemId, site: SiteId, quantity: Quantity, due_on: NaiveDate) -> ExpectedLine {
        ExpectedLine { item, site, quantity, due_on }
    }
}

/// Says what was ordered of a supplier, of production, or of another site; gives the ids of the lines, which receipts, or what is sent from
/// there, then name ([`NewMove::receives`](crate::moves::NewMove::receives)): so nothing is proposed again while it is waited for.
///
/// ```
/// use fondaco_core::{DocumentId, ItemId, SiteId};
/// use fondaco_inventory::reserve::{AnnounceStock, ExpectedLine};
///
/// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
/// let line = ExpectedLine::new(bolt, main, "3 carton".parse()?, "2026-04-01".parse()?);
/// let announce = AnnounceStock::new(DocumentId::named("purchase/7"), vec![line]);
/// assert_eq!(announce.lines.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnounceStock {
    /// The order.
    pub document: DocumentId,
    /// The supplier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// What was ordered.
    pub lines: Vec<ExpectedLine>,
}

impl AnnounceStock {
    /// An order of nobody in particular.
    pub fn new(document: DocumentId, lines: Vec<ExpectedLine>) -> AnnounceStock {
        AnnounceStock { document, party: None, lines }
    }
}

/// Says that what is left of order lines will not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelExpected {
    /// Which.
    pub expected: Vec<Id<Expected>>,
}

impl CancelExpected {
    /// What is left of these will not come.
    ///
    /// ```
    /// use fondaco_core::Id;
    /// use fondaco_inventory::reserve::CancelExpected;
    /// assert_eq!(CancelExpected::new(vec![Id::from_u128(7)]).expected.len(), 1);
    /// ```
    pub fn new(expected: Vec<Id<Expected>>) -> CancelExpected {
        CancelExpected { expected }
    }
}

impl Act for AnnounceStock {
    type Answer = Vec<Id<Expected>>;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<Id<Expected>>, StockError> {
        let authority = tx.authority(&rights::ANNOUNCE)?;
        let items: Vec<ItemId> = self.lines.iter().map(|line| line.item).collect();
        let sites: Vec<SiteId> = self.lines.iter().map(|line| line.site).collect();
        tx.need_all(Needs::new().rows::<Item>(&items).rows::<Site>(&sites))?;
        let mut rows = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.iter().enumerate() {
            let row = expected(tx, &authority, self, line);
            rows.push(row.map_err(|error| error.at(index))?);
        }
        let on_order =
            |row: &Expected| Stock { on_order: row.ordered, ..Stock::none(row.item, row.site) };
        let ids = rows.iter().map(|row| row.id).collect();
        crate::posting::stage_stocks(tx, rows.iter().map(on_order).collect())?;
        let commitments = rows.iter().map(|row| commitment(tx, row, row.ordered));
        let commitments = commitments.collect::<Result<_, _>>()?;
        tx.insert_all::<Commitment>(commitments)?;
        tx.emit(Event::new("stock.announced").with("document", self.document));
        tx.insert_all(rows)?;
        Ok(ids)
    }
}

fn expected(
    tx: &mut Tx<'_>,
    authority: &Authority,
    command: &AnnounceStock,
    line: &ExpectedLine,
) -> Result<Expected, StockError> {
    let item = tx.get::<Item>(&line.item)?;
    let item = item.ok_or(MoveError::UnknownItem { item: line.item })?;
    if !item.is_open() {
        return Err(MoveError::ItemClosed { item: item.code.clone() }.into());
    }
    let unknown = MoveError::UnknownSite { site: line.site };
    let site = tx.get::<Site>(&line.site)?.ok_or(unknown)?;
    allow(tx, authority, &site)?;
    site.check_open(line.due_on.max(tx.today()?))?;
    crate::held::await_at(tx, [site.as_ref()])?;
    Ok(Expected {
        id: tx.id()?,
        item: line.item,
        site: line.site,
        due_on: line.due_on,
        document: command.document,
        party: command.party.into(),
        open: Some(line.item),
        ordered: Qty::from_units(units(tx, &item, line.quantity)?),
        received: Qty::ZERO,
        cancelled: Qty::ZERO,
        changed_on: tx.today()?,
    })
}

/// So much more is to come of a line, from the day on from which it is as it is.
fn commitment(tx: &mut Tx<'_>, row: &Expected, on_order: Qty) -> Result<Commitment, Halt> {
    let none = Commitment::none(tx, (row.item, row.site), row.changed_on)?;
    Ok(Commitment { on_order, ..none })
}

/// So much more of a line is on order where it comes to.
fn put_on_order(tx: &mut Tx<'_>, row: &Expected, more: Qty) -> Result<(), StockError> {
    if more == Qty::ZERO {
        return Ok(());
    }
    let on_order = Stock { on_order: more, ..Stock::none(row.item, row.site) };
    crate::posting::stage_stocks(tx, vec![on_order])?;
    let commitment = commitment(tx, row, more)?;
    Ok(tx.insert(commitment)?)
}

impl Act for CancelExpected {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::ANNOUNCE)?;
        let rows = tx.get_many::<Expected>(&self.expected)?;
        let sites: Vec<SiteId> = rows.iter().flatten().map(|row| row.site).collect();
        tx.need_all(Needs::new().rows::<Site>(&sites))?;
        for (index, id) in self.expected.iter().enumerate() {
            cancel(tx, &authority, *id).map_err(|error| error.at(index))?;
        }
        Ok(())
    }
}

fn cancel(tx: &mut Tx<'_>, authority: &Authority, id: Id<Expected>) -> Result<(), StockError> {
    // Read again, as a line may be named twice.
    let row = tx.get::<Expected>(&id)?;
    let row = row.ok_or(ReserveError::UnknownExpected { expected: id })?;
    if let Some(site) = tx.get::<Site>(&row.site)? {
        allow(tx, authority, &site)?;
    }
    let left = row.to_come();
    let cancelled = row.cancelled.units().saturating_add(left.units());
    let on_order = Qty::from_units(left.units().saturating_neg());
    let (cancelled, changed_on) = (Qty::from_units(cancelled), row.changed_on.max(tx.today()?));
    let row = Expected { open: None, cancelled, changed_on, ..row.as_ref().clone() };
    put_on_order(tx, &row, on_order)?;
    tx.put(row)?;
    tx.emit(Event::new("stock.order_cancelled").with("expected", id));
    Ok(())
}

/// How much is still to come of what was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StillToCome {
    /// Of which line.
    pub expected: Id<Expected>,
    /// How much, in the item's stock unit; nothing where it is below zero.
    pub left: Qty,
    /// On which day, where it is another than it was.
    pub due_on: Option<NaiveDate>,
}

/// From now on so much is to come of each of these lines, also of one that was over. They stay what they are: since when they are on order, and
/// whose they are.
///
/// # Errors
/// [`StockError::At`] with the one that is refused: [`ReserveError::UnknownExpected`], or a denial; or a [`Halt`].
pub fn amend_expected(tx: &mut Tx<'_>, amended: &[StillToCome]) -> Result<(), StockError> {
    let authority = tx.authority(&rights::ANNOUNCE)?;
    let ids: Vec<Id<Expected>> = amended.iter().map(|one| one.expected).collect();
    let rows = tx.get_many::<Expected>(&ids)?;
    let sites: Vec<SiteId> = rows.iter().flatten().map(|row| row.site).collect();
    tx.need_all(Needs::new().rows::<Site>(&sites))?;
    for (index, one) in amended.iter().enumerate() {
        amend_one(tx, &authority, one).map_err(|error| error.at(index))?;
    }
    Ok(())
}

fn amend_one(tx: &mut Tx<'_>, authority: &Authority, one: &StillToCome) -> Result<(), StockError> {
    let id = one.expected;
    let row = tx.get::<Expected>(&id)?;
    let row = row.ok_or(ReserveError::UnknownExpected { expected: id })?;
    if let Some(site) = tx.get::<Site>(&row.site)? {
        allow(tx, authority, &site)?;
    }
    let (before, left) = (row.to_come().units(), one.left.units().max(0));
    let due_on = one.due_on.unwrap_or(row.due_on);
    if before == left && due_on == row.due_on {
        return Ok(());
    }
    let too_much = || Halt::Bug(format!("of order line {id} too much is to come"));
    let taken = row.received.units().checked_add(left).ok_or_else(too_much)?;
    let ordered = row.ordered.units().max(taken);
    let more = Qty::from_units(left - before);
    let row = Expected {
        due_on,
        open: (left > 0).then_some(row.item),
        ordered: Qty::from_units(ordered),
        cancelled: Qty::from_units(ordered - taken),
        changed_on: row.changed_on.max(tx.today()?),
        ..row.as_ref().clone()
    };
    put_on_order(tx, &row, more)?;
    let event = Event::new("stock.order_amended").with("expected", id);
    tx.emit(event.with("quantity", Qty::from_units(left).to_decimal()).with("due_on", due_on));
    Ok(tx.put(row)?)
}

fn allow(tx: &mut Tx<'_>, authority: &Authority, site: &Site) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let request = Request::new(authority.permission()).at("site", site.code.clone());
    tx.allow(authority, &request).map(|_| ())
}
