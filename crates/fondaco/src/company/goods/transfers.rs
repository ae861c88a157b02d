//! Transfers between places of the company, as documents: in one step, or sent and taken in when they arrive.
//!
//! Within an account of stock nothing is posted; between sites that have accounts of their own what one has less the other has more, from
//! the day on which it is sent (EVENTS row 23, ADR 0016).

use chrono::NaiveDate;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Id, ItemId, Quantity, SiteId, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::items::Lot;
use fondaco_inventory::moves::{Movement, NewMove};
use fondaco_inventory::places::Location;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::company::cancel::reverse;
use crate::company::document::{
    Desk, Document, DocumentKind, Line, PartLine, Status, blank, plus, stored_quantity,
};
use crate::company::production::allow;
use crate::company::sales::{Prepared, carry_out, head, in_state, parts};
use crate::company::{CompanyError, rights};

/// So much of an item to be put elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferLine {
    /// The item.
    pub item: ItemId,
    /// How much, in any unit that converts into the item's.
    pub quantity: Quantity,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Id<Lot>>,
}

/// Goods to be put elsewhere.
///
/// ```
/// use fondaco::company::NewTransfer;
/// use fondaco::core::ItemId;
/// let day = "2026-03-02".parse()?;
/// let sent = NewTransfer::new("X-1", ("MAIN", "SHOP"), day).line(ItemId::named("BOLT"), "20 pcs".parse()?).in_transit();
/// assert!(sent.in_transit && sent.lines.len() == 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTransfer {
    /// Its code.
    pub code: SmolStr,
    /// The day on which it leaves.
    pub date: NaiveDate,
    /// The location that it leaves.
    pub from: SmolStr,
    /// The location that it comes to.
    pub to: SmolStr,
    /// Whether it is on its way until it is taken in ([`TakeIn`]); else it is there at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_transit: bool,
    /// What.
    pub lines: Vec<TransferLine>,
}

impl NewTransfer {
    /// Nothing yet, from one location to another.
    pub fn new(
        code: impl Into<SmolStr>,
        (from, to): (impl Into<SmolStr>, impl Into<SmolStr>),
        date: NaiveDate,
    ) -> NewTransfer {
        let (code, from, to) = (code.into(), from.into(), to.into());
        NewTransfer { code, date, from, to, in_transit: false, lines: Vec::new() }
    }

    /// With so much of an item.
    #[must_use]
    pub fn line(mut self, item: ItemId, quantity: Quantity) -> NewTransfer {
        self.lines.push(TransferLine { item, quantity, lot: None });
        self
    }

    /// On its way until it is taken in.
    #[must_use]
    pub fn in_transit(self) -> NewTransfer {
        NewTransfer { in_transit: true, ..self }
    }
}

/// Transfers goods: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferGoods {
    /// The transfers.
    pub transfers: Vec<NewTransfer>,
}

impl TransferGoods {
    /// These.
    ///
    /// ```
    /// use fondaco::company::TransferGoods;
    /// assert!(TransferGoods::new(vec![]).transfers.is_empty());
    /// ```
    pub fn new(transfers: Vec<NewTransfer>) -> TransferGoods {
        TransferGoods { transfers }
    }
}

impl Act for TransferGoods {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::MOVE_GOODS)?;
        let (mut desk, mut made) = (Desk::open(tx)?, Prepared::new());
        for (index, new) in self.transfers.iter().enumerate() {
            let name = DocumentKind::Transfer.name_of(&new.code);
            let moves = send(tx, &mut desk, &authority, new);
            made.extend(moves.map_err(|error| error.of(&name).at(index))?);
        }
        post(tx, &mut desk, made)?;
        tx.emit(Event::new("transfer.sent").with("transfers", self.transfers.len() as i64));
        desk.finish(tx)?;
        Ok(self.transfers.iter().map(|new| DocumentKind::Transfer.id(&new.code)).collect())
    }
}

fn post(tx: &mut Tx<'_>, desk: &mut Desk, made: Prepared) -> Result<(), CompanyError> {
    let (moves, lines): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    carry_out(tx, desk, (&moves, &lines)).map(drop)
}

/// The site that a location is at.
pub(crate) fn site_of(tx: &mut Tx<'_>, location: &SmolStr) -> Result<SiteId, CompanyError> {
    let unknown = || CompanyError::Unknown { what: "location", code: location.clone() };
    Ok(tx.require::<Location, CompanyError>(location, unknown)?.site)
}

fn send(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewTransfer,
) -> Result<Prepared, CompanyError> {
    let kind = DocumentKind::Transfer;
    desk.check_new(tx, kind, &new.code)?;
    let (name, id) = (kind.name_of(&new.code), kind.id(&new.code));
    let (site, to_site) = (site_of(tx, &new.from)?, site_of(tx, &new.to)?);
    for site in [site, to_site] {
        allow(tx, authority, &name, site)?;
    }
    if new.lines.is_empty() {
        return Err(CompanyError::NoLines { document: name });
    }
    let (mut lines, mut made) = (Vec::with_capacity(new.lines.len()), Prepared::new());
    for (given, number) in new.lines.iter().zip(1..) {
        let item = desk.item(tx, given.item)?;
        let quantity = stored_quantity(tx, &item, given.quantity, (&name, number))?;
        let (from, to) = (new.from.clone(), new.to.clone());
        let movement = match new.in_transit {
            true => Movement::Dispatch { from, to_site },
            false => Movement::Transfer { from, to },
        };
        let moved = NewMove::new(item.id, item.quantity(quantity), movement, new.date);
        made.push((NewMove { lot: given.lot, ..moved.document(id) }, (id, number)));
        let shipped = if new.in_transit { Qty::ZERO } else { quantity };
        lines.push(Line {
            document: id,
            number,
            item: Some(item.id),
            quantity,
            unit: item.unit,
            shipped,
            ..blank()
        });
    }
    let status = if new.in_transit { Status::Open } else { Status::Done };
    let document = Document {
        status,
        date: new.date,
        site,
        location: new.from.clone(),
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        // Where it goes.
        reference: Some(new.to.clone()).into(),
        ..head(tx, kind, &new.code, desk.currency())
    };
    desk.add(document, lines);
    Ok(made)
}

/// What arrived of a transfer.
///
/// ```
/// use fondaco::company::NewArrival;
/// let all = NewArrival::new("A-1", "X-1", "2026-03-04".parse()?);
/// assert!(all.lines.is_none()); // all that is on its way
/// # Ok::<(), fondaco::chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewArrival {
    /// Its code.
    pub code: SmolStr,
    /// The code of the transfer.
    pub transfer: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// What of it; all that is on its way where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<PartLine>>,
    /// Whether that will not arrive: it is lost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

impl NewArrival {
    /// All that is on its way.
    pub fn new(
        code: impl Into<SmolStr>,
        transfer: impl Into<SmolStr>,
        date: NaiveDate,
    ) -> NewArrival {
        let (code, transfer) = (code.into(), transfer.into());
        NewArrival { code, transfer, date, lines: None, lost: false }
    }

    /// Some of it.
    #[must_use]
    pub fn line(mut self, part: PartLine) -> NewArrival {
        self.lines.get_or_insert_default().push(part);
        self
    }

    /// It will not arrive.
    #[must_use]
    pub fn lost(self) -> NewArrival {
        NewArrival { lost: true, ..self }
    }
}

/// Takes in what was sent, or says that it is lost: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeIn {
    /// What arrived.
    pub arrivals: Vec<NewArrival>,
}

impl TakeIn {
    /// These.
    ///
    /// ```
    /// use fondaco::company::TakeIn;
    /// assert!(TakeIn::new(vec![]).arrivals.is_empty());
    /// ```
    pub fn new(arrivals: Vec<NewArrival>) -> TakeIn {
        TakeIn { arrivals }
    }
}

impl Act for TakeIn {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::MOVE_GOODS)?;
        let (mut desk, mut made) = (Desk::open(tx)?, Prepared::new());
        for (index, new) in self.arrivals.iter().enumerate() {
            let name = DocumentKind::Arrival.name_of(&new.code);
            let moves = arrive(tx, &mut desk, &authority, new);
            made.extend(moves.map_err(|error| error.of(&name).at(index))?);
        }
        post(tx, &mut desk, made)?;
        tx.emit(Event::new("transfer.arrived").with("arrivals", self.arrivals.len() as i64));
        desk.finish(tx)?;
        Ok(self.arrivals.iter().map(|new| DocumentKind::Arrival.id(&new.code)).collect())
    }
}

fn arrive(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewArrival,
) -> Result<Prepared, CompanyError> {
    let kind = DocumentKind::Arrival;
    desk.check_new(tx, kind, &new.code)?;
    let sent = desk.named(tx, DocumentKind::Transfer, &new.transfer)?;
    in_state(&sent, &[Status::Open], "nothing of it is on its way")?;
    let to = sent.reference.get().cloned().unwrap_or_default();
    let site = site_of(tx, &to)?;
    allow(tx, authority, &kind.name_of(&new.code), site)?;
    let parts = parts(tx, desk, (&sent, &new.lines), ("take in", Line::to_ship))?;
    let (id, mut lines, mut made) = (kind.id(&new.code), Vec::new(), Prepared::new());
    for ((of, quantity, lot), number) in parts.into_iter().zip(1..) {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let (Some(item), Some(dispatch)) = (of.item, of.stock_move) else { continue };
        let movement = match new.lost {
            true => Movement::TransitLoss { of: dispatch },
            false => Movement::Arrival { of: dispatch, to: to.clone() },
        };
        let given = Quantity::from_fixed(quantity, of.unit);
        let moved = NewMove::new(item, given, movement, new.date).document(id);
        made.push((NewMove { lot, ..moved }, (id, number)));
        lines.push(of.carried_by((id, number), quantity));
        let shipped = plus(of.shipped, quantity, (of.number, "quantity"))?;
        desk.put_line(Line { shipped, ..of });
    }
    if made.is_empty() {
        return Err(CompanyError::NothingLeft { document: sent.name(), act: "take in" });
    }
    let document = Document {
        date: new.date,
        site,
        location: to,
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        of: Some(sent.id),
        ..head(tx, kind, &new.code, sent.currency)
    };
    desk.add(document, lines);
    settle(tx, desk, sent)?;
    Ok(made)
}

/// A transfer is done when nothing of it is on its way.
fn settle(tx: &mut Tx<'_>, desk: &mut Desk, sent: Document) -> Result<(), CompanyError> {
    let lines = desk.lines_of(tx, &sent)?;
    let is_there = lines.iter().all(|line| line.to_ship() <= Qty::ZERO);
    let status = if is_there { Status::Done } else { Status::Open };
    desk.put(Document { status, ..sent });
    Ok(())
}

/// Takes a transfer or an arrival back: goods lie where they lay, or are on their way.
pub(crate) fn cancel(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    reverse(tx, desk, document, date)?;
    let Some(sent) = document.of else { return Ok(()) };
    for line in desk.lines_of(tx, document)? {
        let Some(key) = line.of.zip(line.of_line) else { continue };
        if let Some(of) = desk.line(tx, key)? {
            desk.put_line(Line { shipped: Line::left(of.shipped, &[line.quantity]), ..of });
        }
    }
    let sent = desk.document(tx, sent)?;
    settle(tx, desk, sent)
}
