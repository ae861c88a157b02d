//! Reserving.

use std::sync::Arc;

use fondaco_core::due::Due;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::Event;
use fondaco_core::tx::{Pending, Rows};
use fondaco_core::{
    Act, DocumentId, Halt, Id, ItemId, Needs, Outcome, PartyId, Quantity, Range, SiteId, Timestamp,
    Tx,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{KIND, ReserveError, rights};
use crate::items::{Item, ItemUnit, Lot, Tracking};
use crate::levels::{Bin, Commitment, Levels, LotBin, Reservation, Stock, Touched, lapse_overdue};
use crate::places::{Location, Site};
use crate::{MoveError, Qty, StockError};

/// What becomes of what is wanted and not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// Nothing is reserved at all.
    #[default]
    Refuse,
    /// It is left out.
    TakeWhatIsThere,
    /// It waits for goods.
    Backorder,
}

/// So much of an item, at a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// How much, in any unit that converts into the item's stock unit.
    pub quantity: Quantity,
    /// Out of which location; `None` for wherever it lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
    /// Of which lot; `None` for any. It is promised out of a location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Id<Lot>>,
}

impl Wanted {
    /// So much of an item, wherever it lies at a site.
    pub fn new(item: ItemId, site: SiteId, quantity: Quantity) -> Wanted {
        Wanted { item, site, quantity, location: None, lot: None }
    }
}

/// Promises stock to a document.
///
/// ```
/// use fondaco_core::{DocumentId, ItemId, SiteId};
/// use fondaco_inventory::reserve::{Otherwise, Reserve, Wanted};
///
/// let wanted = Wanted::new(ItemId::named("M8x40"), SiteId::named("MAIN"), "40 pcs".parse()?);
/// let reserve = Reserve {
///     otherwise: Otherwise::Backorder,
///     ..Reserve::new(DocumentId::named("order/51921"), vec![wanted])
/// };
/// assert_eq!(reserve.lines.len(), 1);
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reserve {
    /// The document: an order.
    pub document: DocumentId,
    /// What it wants.
    pub lines: Vec<Wanted>,
    /// What becomes of what is not there.
    #[serde(default)]
    pub otherwise: Otherwise,
    /// Whom it is promised to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl Reserve {
    /// All of it, or nothing, until it is fulfilled or released.
    pub fn new(document: DocumentId, lines: Vec<Wanted>) -> Reserve {
        Reserve { document, lines, otherwise: Otherwise::Refuse, party: None, expires_at: None }
    }
}

/// What became of the lines of a [`Reserve`], in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Outcome)]
pub struct Reserved {
    /// One per line.
    pub lines: Vec<ReservedLine>,
}

/// What became of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Outcome)]
pub struct ReservedLine {
    /// The reservation; `None` where nothing was there and nothing waits.
    pub reservation: Option<Id<Reservation>>,
    /// How much is kept, in the item's stock unit.
    pub held: Qty,
    /// How much waits for goods.
    pub backordered: Qty,
}

impl Act for Reserve {
    type Answer = Reserved;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Reserved, StockError> {
        reserve(tx, self)
    }
}

/// Promises stock in a unit of work.
///
/// # Errors
/// [`StockError::At`] with the line that is refused: [`MoveError::Short`], [`MoveError::BinShort`], [`MoveError::LotShort`], what is wrong
/// with its item, place, lot or unit; [`ReserveError::ExpiresInThePast`]; or a [`Halt`](fondaco_core::Halt).
pub fn reserve(tx: &mut Tx<'_>, command: &Reserve) -> Result<Reserved, StockError> {
    let reserved = reserve_many(tx, std::slice::from_ref(command));
    let mut reserved = reserved.map_err(|error| match error {
        StockError::At { error, .. } => *error,
        error => error,
    })?;
    Ok(reserved.pop().unwrap_or_default())
}

/// Promises stock to several documents in a unit of work, each after those before it: to all or to none. What all of them name is read
/// once.
///
/// # Errors
/// [`StockError::At`] with the one that is refused, and what [`reserve`] says of it.
pub fn reserve_many(tx: &mut Tx<'_>, commands: &[Reserve]) -> Result<Vec<Reserved>, StockError> {
    let authority = tx.authority(&rights::RESERVE)?;
    for (index, command) in commands.iter().enumerate() {
        if let Some(at) = command.expires_at.filter(|at| *at <= tx.now()) {
            return Err(StockError::from(ReserveError::ExpiresInThePast { at }).at(index));
        }
    }
    let mut batch = Batch::prepare(tx, commands)?;
    let mut reserved = Vec::with_capacity(commands.len());
    for (index, command) in commands.iter().enumerate() {
        let lines = batch.promise(tx, &authority, command);
        reserved.push(lines.map_err(|error| error.at(index))?);
    }
    crate::posting::stage_levels(tx, batch.levels)?;
    batch.rows.finish(tx)?;
    Ok(reserved)
}

struct Batch {
    levels: Levels,
    rows: Rows<Reservation>,
}

impl Batch {
    /// Reads all that the lines name, in two trips.
    fn prepare(tx: &mut Tx<'_>, commands: &[Reserve]) -> Result<Batch, StockError> {
        let lines: Vec<&Wanted> = commands.iter().flat_map(|command| &command.lines).collect();
        let mut touched = Touched::default();
        for line in &lines {
            touched.stocks.push((line.item, line.site));
            if let Some(location) = &line.location {
                touched.bins.push((line.item, location.clone()));
                touched.lot_bins.extend(line.lot.map(|lot| (lot, location.clone())));
            }
        }
        let items: Vec<ItemId> = lines.iter().map(|line| line.item).collect();
        let sites: Vec<SiteId> = lines.iter().map(|line| line.site).collect();
        let locations: Vec<SmolStr> =
            lines.iter().filter_map(|line| line.location.clone()).collect();
        let lots: Vec<Id<Lot>> = lines.iter().filter_map(|line| line.lot).collect();
        let needs = Needs::new()
            .rows::<Item>(&items)
            .rows::<Site>(&sites)
            .rows::<Location>(&locations)
            .rows::<Lot>(&lots)
            .rows::<Stock>(&touched.stocks);
        tx.need_all(needs)?;
        let tracked = tx.get_many::<Item>(&items)?.into_iter().flatten();
        let tracked = tracked.filter(|item| item.tracking != Tracking::None).map(|item| item.id);
        lapse_overdue(tx, tracked)?;
        Ok(Batch { levels: Levels::prepare(tx, touched)?, rows: Rows::default() })
    }

    /// Promises what one document wants.
    fn promise(
        &mut self,
        tx: &mut Tx<'_>,
        authority: &Authority,
        command: &Reserve,
    ) -> Result<Reserved, StockError> {
        let mut lines = Vec::with_capacity(command.lines.len());
        for (index, wanted) in command.lines.iter().enumerate() {
            let line = self.take(tx, authority, command, wanted);
            lines.push(line.map_err(|error| error.at(index))?);
        }
        let held = lines.iter().filter(|line| line.held > Qty::ZERO).count();
        let waiting = lines.iter().filter(|line| line.backordered > Qty::ZERO).count();
        let event = Event::new("stock.reserved").with("document", command.document);
        tx.emit(event.with("held", held as i64).with("waiting", waiting as i64));
        Ok(Reserved { lines })
    }

    fn take(
        &mut self,
        tx: &mut Tx<'_>,
        authority: &Authority,
        command: &Reserve,
        wanted: &Wanted,
    ) -> Result<ReservedLine, StockError> {
        let item = tx.get::<Item>(&wanted.item)?;
        let item = item.ok_or(MoveError::UnknownItem { item: wanted.item })?;
        if !item.is_open() {
            return Err(MoveError::ItemClosed { item: item.code.clone() }.into());
        }
        let unknown = MoveError::UnknownSite { site: wanted.site };
        let site = tx.get::<Site>(&wanted.site)?.ok_or(unknown)?;
        let lot = check_place(tx, command, wanted, &item)?;
        ask(tx, authority, &item, &site)?;
        site.check_open(tx.today()?)?;
        let units = units(tx, &item, wanted.quantity)?;
        let named = Named { item: &item, site: &site, lot: lot.as_deref() };
        let missing = self.missing(tx, named, wanted, (units, command.otherwise))?;
        let held = units - missing;
        let backordered = if command.otherwise == Otherwise::Backorder { missing } else { 0 };
        let (held, backordered) = (Qty::from_units(held), Qty::from_units(backordered));
        if held == Qty::ZERO && backordered == Qty::ZERO {
            return Ok(ReservedLine { reservation: None, held, backordered });
        }
        if backordered > Qty::ZERO {
            crate::held::await_at(tx, [site.as_ref()])?;
        }
        let id = self.write(tx, command, wanted, (units, held, backordered))?;
        Ok(ReservedLine { reservation: Some(id), held, backordered })
    }

    /// Keeps what is there, and says how much is not: an error where that refuses the line.
    fn missing(
        &mut self,
        tx: &mut Tx<'_>,
        named: Named<'_>,
        wanted: &Wanted,
        (units, otherwise): (i64, Otherwise),
    ) -> Result<i64, StockError> {
        let mark = self.levels.mark();
        let lack = self.keep(tx, wanted, units)?;
        let Some(lack) = lack.filter(|lack| lack.units > 0) else { return Ok(0) };
        if otherwise == Otherwise::Refuse {
            return Err(lack.refusal(named, wanted, units).into());
        }
        // What is not there was read again: what is left is kept in its place.
        self.levels.back_to(mark);
        let missing = lack.units.min(units);
        match self.keep(tx, wanted, units - missing)? {
            Some(more) if more.units > 0 && missing < units => {
                Err(Halt::Bug(format!("{wanted:?} is short after it was made less")).into())
            }
            _ => Ok(missing),
        }
    }

    /// Adds to what is reserved, and says what is most lacking then.
    fn keep(
        &mut self,
        tx: &mut Tx<'_>,
        wanted: &Wanted,
        units: i64,
    ) -> Result<Option<Lack>, StockError> {
        if units == 0 {
            return Ok(None);
        }
        let Wanted { item, site, location, lot, .. } = wanted;
        let reserved = Qty::from_units(units);
        let cell = self.levels.add(Stock { reserved, ..Stock::none(*item, *site) })?;
        let short = self.levels.stocks.judge(tx, cell, Stock::AVAILABLE, 0)?;
        let mut most = Lack::of(At::Site, short);
        if let Some(location) = location {
            let (item, on_hand) = (*item, Qty::ZERO);
            let bin = Bin { item, location: location.clone(), on_hand, reserved };
            let cell = self.levels.bins.add(bin)?;
            let short = self.levels.bins.judge(tx, cell, Bin::FREE, 0)?;
            most = most.max(Lack::of(At::Location, short));
            if let Some(lot) = *lot {
                let bin = LotBin { lot, location: location.clone(), on_hand, reserved };
                let cell = self.levels.lot_bins.add(bin)?;
                let short = self.levels.lot_bins.judge(tx, cell, LotBin::FREE, 0)?;
                most = most.max(Lack::of(At::Lot, short));
            }
        }
        Ok(most)
    }

    /// Takes a reservation down; one that ends by itself goes on the queue.
    fn write(
        &mut self,
        tx: &mut Tx<'_>,
        command: &Reserve,
        wanted: &Wanted,
        (wanted_units, held, backordered): (i64, Qty, Qty),
    ) -> Result<Id<Reservation>, StockError> {
        let id: Id<Reservation> = tx.id()?;
        let today = tx.today()?;
        let mut row = Reservation {
            id,
            item: wanted.item,
            site: wanted.site,
            document: command.document,
            party: command.party.into(),
            open: None,
            waiting: None,
            location: wanted.location.clone(),
            lot: wanted.lot,
            wanted: Qty::from_units(wanted_units),
            held,
            backordered,
            fulfilled: Qty::ZERO,
            reserved_at: tx.now(),
            expires_at: command.expires_at,
            changed_on: today,
        };
        row.settle();
        let none = Commitment::none(tx, (row.item, row.site), today)?;
        self.levels.commitments.push(Commitment { reserved: held, backordered, ..none });
        if backordered > Qty::ZERO {
            self.levels.add(Stock { backordered, ..Stock::none(row.item, row.site) })?;
            let short = Event::new("stock.short").with("item", row.item).with("site", row.site);
            tx.emit(short.with("reservation", id).with("missing", backordered.to_decimal()));
        }
        if let Some(at) = command.expires_at {
            tx.due_anew(Due::new(KIND, id.to_string(), at))?;
        }
        self.rows.push(row);
        Ok(id)
    }
}

/// What a line names.
#[derive(Clone, Copy)]
struct Named<'l> {
    item: &'l Item,
    site: &'l Site,
    lot: Option<&'l Lot>,
}

/// What is lacking, and where.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Lack {
    units: i64,
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    Site,
    Location,
    Lot,
}

impl Lack {
    fn of(at: At, missing: Option<i128>) -> Option<Lack> {
        let units = missing.map(|units| i64::try_from(units).unwrap_or(i64::MAX));
        units.map(|units| Lack { units, at })
    }

    fn refusal(
        self,
        Named { item, site, lot }: Named<'_>,
        wanted: &Wanted,
        units: i64,
    ) -> MoveError {
        let shown = |units| item.quantity(Qty::from_units(units));
        let there = shown(units.saturating_sub(self.units));
        let location = wanted.location.clone().unwrap_or_default();
        let (item, wanted) = (item.code.clone(), shown(units));
        match self.at {
            At::Site => {
                MoveError::Short { item, site: site.code.clone(), wanted, available: there }
            }
            At::Location => MoveError::BinShort { item, location, wanted, there },
            At::Lot => {
                let lot = lot.map(|lot| lot.code.clone()).unwrap_or_default();
                MoveError::LotShort { lot, location, wanted, there }
            }
        }
    }
}

/// The quantity in the item's stock unit, as it is stored.
pub(crate) fn units(tx: &mut Tx<'_>, item: &Item, quantity: Quantity) -> Result<i64, StockError> {
    if !quantity.is_positive() {
        return Err(ReserveError::NotPositive { item: item.code.clone(), quantity }.into());
    }
    let of_item = |error| MoveError::Quantity { item: item.code.clone(), error: Box::new(error) };
    let in_unit = if quantity.unit() == item.unit {
        quantity
    } else {
        let given = tx.scan(&Range::<ItemUnit>::by_key(&item.id))?;
        let given = given.iter().map(|unit| unit.conversion);
        let conversions = item.conversions(given).map_err(of_item)?;
        conversions.convert(quantity, item.unit).map_err(of_item)?
    };
    Ok(item.stored(in_unit).map_err(of_item)?.units())
}

/// Whether the place and the lot that a line names are such that something can be promised there; gives the lot.
fn check_place(
    tx: &mut Tx<'_>,
    command: &Reserve,
    wanted: &Wanted,
    item: &Item,
) -> Result<Option<Arc<Lot>>, StockError> {
    let Some(location) = &wanted.location else {
        return match wanted.lot {
            Some(_) => Err(ReserveError::LocationRequired.into()),
            None => Ok(None),
        };
    };
    if command.otherwise == Otherwise::Backorder {
        return Err(ReserveError::LocatedBackorder.into());
    }
    let unknown = || MoveError::UnknownLocation { location: location.clone() };
    let found = tx.get::<Location>(location)?.ok_or_else(unknown)?;
    if found.site != wanted.site || !found.kind.is_available() {
        return Err(ReserveError::WrongLocation { location: location.clone() }.into());
    }
    let Some(lot) = wanted.lot else { return Ok(None) };
    let found = tx.get::<Lot>(&lot)?.ok_or(MoveError::UnknownLot { lot })?;
    if found.item != item.id {
        let (lot, item) = (found.code.clone(), item.code.clone());
        return Err(MoveError::LotOfOtherItem { lot, item }.into());
    }
    if !found.status.is_usable() {
        return Err(MoveError::LotNotReleased { lot: found.code.clone() }.into());
    }
    match found.expires {
        Some(last) if found.is_expired(tx.today()?) => {
            let (lot, date) = (found.code.clone(), tx.today()?);
            Err(MoveError::LotExpired { lot, last, date }.into())
        }
        _ => Ok(Some(found)),
    }
}

pub(crate) fn ask(
    tx: &mut Tx<'_>,
    authority: &Authority,
    item: &Item,
    site: &Site,
) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let request = Request::new(authority.permission()).about(item.code.clone());
    let request = request.at("site", site.code.clone()).at("item", item.code.clone());
    let request = match &item.category {
        None => request.nowhere("category"),
        Some(category) => {
            let above = crate::moves::categories_above(tx, category)?;
            request.under("category", category.clone(), above)
        }
    };
    tx.allow(authority, &request).map(|_| ())
}
