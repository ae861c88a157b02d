//! Material that goes into work orders, at what it costs.

use chrono::NaiveDate;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Id, ItemId, Quantity, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::items::Lot;
use fondaco_inventory::levels::Reservation;
use fondaco_inventory::moves::NewMove;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::release::promise_again;
use super::{WorkError, WorkLine, WorkLineKind, WorkOrder, Works, allow};
use crate::company::document::{Desk, Document, DocumentKind, Line, blank, plus, stored_quantity};
use crate::company::sales::{Prepared, carry_out, head};
use crate::company::{CompanyError, rights};

/// So much for a line of a work order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueLine {
    /// The work order's line, from 1.
    pub line: u32,
    /// How much of it, in any unit that converts into the item's; all that is left where it is left out. It may be more than was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Id<Lot>>,
    /// Out of which location; the order's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
    /// Another item that is taken instead, and how much of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<(ItemId, Quantity)>,
}

impl IssueLine {
    /// All that is left of a line.
    pub fn all(line: u32) -> IssueLine {
        IssueLine { line, quantity: None, lot: None, location: None, instead: None }
    }

    /// So much of a line.
    pub fn new(line: u32, quantity: Quantity) -> IssueLine {
        IssueLine { quantity: Some(quantity), ..IssueLine::all(line) }
    }

    /// Of a lot.
    #[must_use]
    pub fn lot(self, lot: Id<Lot>) -> IssueLine {
        IssueLine { lot: Some(lot), ..self }
    }

    /// So much of another item in its place.
    ///
    /// ```
    /// use fondaco::company::IssueLine;
    /// use fondaco::core::ItemId;
    /// let other = IssueLine::all(2).instead(ItemId::named("M8x45"), "4 pcs".parse()?);
    /// assert!(other.instead.is_some());
    /// # Ok::<(), fondaco::core::QuantityError>(())
    /// ```
    #[must_use]
    pub fn instead(self, item: ItemId, quantity: Quantity) -> IssueLine {
        IssueLine { instead: Some((item, quantity)), ..self }
    }
}

/// Material to be issued.
///
/// ```
/// use fondaco::company::NewIssue;
/// let all = NewIssue::new("M-1", "W-1", "2026-03-04".parse()?);
/// assert!(all.lines.is_none()); // all that is left
/// # Ok::<(), fondaco::chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewIssue {
    /// Its code.
    pub code: SmolStr,
    /// The code of the work order.
    pub order: SmolStr,
    /// The day on which the material leaves.
    pub date: NaiveDate,
    /// What of the order's material; all that is left where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<IssueLine>>,
}

impl NewIssue {
    /// All material that is left to go into an order.
    pub fn new(code: impl Into<SmolStr>, order: impl Into<SmolStr>, date: NaiveDate) -> NewIssue {
        NewIssue { code: code.into(), order: order.into(), date, lines: None }
    }

    /// Some of it.
    #[must_use]
    pub fn line(mut self, line: IssueLine) -> NewIssue {
        self.lines.get_or_insert_default().push(line);
        self
    }
}

/// Issues material to work orders: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueMaterial {
    /// The issues.
    pub issues: Vec<NewIssue>,
}

impl IssueMaterial {
    /// These.
    ///
    /// ```
    /// use fondaco::company::IssueMaterial;
    /// assert!(IssueMaterial::new(vec![]).issues.is_empty());
    /// ```
    pub fn new(issues: Vec<NewIssue>) -> IssueMaterial {
        IssueMaterial { issues }
    }
}

impl Act for IssueMaterial {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::WORK)?;
        let mut desk = Desk::open(tx)?;
        let codes = self.issues.iter().map(|new| &new.order);
        let new = self.issues.iter().map(|new| DocumentKind::MaterialIssue.id(&new.code));
        Works::read_ahead(tx, new, codes)?;
        let (mut moves, mut parts, mut orders) = (Vec::new(), Vec::new(), Vec::new());
        for (index, new) in self.issues.iter().enumerate() {
            let name = DocumentKind::MaterialIssue.name_of(&new.code);
            let (made, order) = prepare(tx, &mut desk, &authority, new)
                .map_err(|error| error.of(&name).at(index))?;
            orders.push(order);
            for (moved, line) in made {
                moves.push(moved);
                parts.push(line);
            }
        }
        carry_out(tx, &mut desk, (&moves, &parts))?;
        for (order, new) in orders.into_iter().zip(&self.issues) {
            desk.settle_work(tx, order)?;
            for line in new.lines.iter().flatten().filter(|line| line.instead.is_some()) {
                promise_again(tx, &mut desk, (order, line.line))?;
            }
        }
        tx.emit(Event::new("work_order.issued").with("issues", self.issues.len() as i64));
        desk.finish(tx)?;
        Ok(self.issues.iter().map(|new| DocumentKind::MaterialIssue.id(&new.code)).collect())
    }
}

fn prepare(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewIssue,
) -> Result<(Prepared, DocumentId), CompanyError> {
    let (order, work) = desk.open_work(tx, &new.order)?;
    let name = DocumentKind::MaterialIssue.name_of(&new.code);
    allow(tx, authority, &name, order.site)?;
    let lines = desk.work_lines(tx, &work)?;
    let taken = match &new.lines {
        Some(named) => {
            let mut taken = Vec::with_capacity(named.len());
            for line in named {
                let one = named_line(tx, desk, (&order, &lines), (line, &taken))?;
                taken.push(one);
            }
            taken
        }
        None => {
            let open = lines.iter().filter(|line| line.kind == WorkLineKind::Component);
            let open = open.filter(|line| line.left() > Qty::ZERO);
            open.map(|line| Taken::plain(line.number, line.left())).collect()
        }
    };
    let id = order.id;
    Ok((issue(tx, desk, (order, work), (&new.code, new.date, taken))?, id))
}

/// What is taken for a line of a work order.
pub(super) struct Taken {
    /// The line.
    pub(super) line: u32,
    /// How much of it, in its unit.
    pub(super) quantity: Qty,
    lot: Option<Id<Lot>>,
    location: Option<SmolStr>,
    instead: Option<(ItemId, Qty)>,
}

impl Taken {
    pub(super) fn plain(line: u32, quantity: Qty) -> Taken {
        Taken { line, quantity, lot: None, location: None, instead: None }
    }
}

fn named_line(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, lines): (&Document, &[WorkLine]),
    (named, before): (&IssueLine, &[Taken]),
) -> Result<Taken, CompanyError> {
    let name = order.name();
    let unknown = || CompanyError::UnknownLine {
        document: name.clone(),
        line: named.line,
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
    };
    let line = lines.iter().find(|line| line.number == named.line).ok_or_else(unknown)?;
    let component = line.item.filter(|_| line.kind == WorkLineKind::Component);
    let other = || WorkError::OtherLine {
        document: name.clone(),
        line: line.number,
        kind: line.kind.code(),
        wanted: "a component",
        act: "issued",
    };
    let at = (&name, line.number);
    let item = desk.item(tx, component.ok_or_else(other)?)?;
    let quantity = match named.quantity {
        Some(quantity) => stored_quantity(tx, &item, quantity, at)?,
        // What the same issue took of it before, say of another lot, is not left.
        None => {
            let before = before.iter().filter(|one| one.line == line.number);
            let before: Vec<Qty> = before.map(|one| one.quantity).collect();
            Line::left(line.left(), &before)
        }
    };
    if quantity <= Qty::ZERO {
        return Err(CompanyError::NothingLeft { document: name, act: "issue" });
    }
    let instead = match named.instead {
        Some((other, given)) => {
            let other = desk.item(tx, other)?;
            Some((other.id, stored_quantity(tx, &other, given, at)?))
        }
        None => None,
    };
    let (lot, location) = (named.lot, named.location.clone());
    Ok(Taken { line: line.number, quantity, lot, location, instead })
}

/// Puts an issue on the desk; gives the moves that are to be made.
pub(super) fn issue(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, work): (Document, WorkOrder),
    (code, date, taken): (&SmolStr, NaiveDate, Vec<Taken>),
) -> Result<Prepared, CompanyError> {
    let kind = DocumentKind::MaterialIssue;
    desk.check_new(tx, kind, code)?;
    let id = kind.id(code);
    let (mut lines, mut made) = (Vec::new(), Prepared::new());
    for taken in &taken {
        let Some(planned) = desk.works.lines.get(tx, &(work.id, taken.line))? else { continue };
        for (quantity, promise) in by_promise(tx, desk, (&planned, taken))? {
            let number = u32::try_from(lines.len() + 1).unwrap_or(u32::MAX);
            let (item, given, unit) = match taken.instead {
                Some((item, given)) => (item, given, desk.item(tx, item)?.unit),
                None => match planned.item {
                    Some(item) => (item, quantity, planned.unit),
                    None => continue,
                },
            };
            let from = taken.location.clone().unwrap_or_else(|| work.material_from(&order));
            let mut moved = NewMove::issue(item, Quantity::from_fixed(given, unit), from, date);
            moved = moved.document(id);
            (moved.fulfils, moved.lot) = (promise, taken.lot);
            made.push((moved, (id, number)));
            lines.push(Line {
                document: id,
                number,
                item: Some(item),
                quantity: given,
                unit,
                of: Some(work.id),
                of_line: Some(planned.number),
                matched: quantity,
                ..blank()
            });
        }
        let done = plus(planned.done, taken.quantity, (planned.number, "quantity"))?;
        desk.works.lines.put(WorkLine { done, ..planned });
    }
    if made.is_empty() {
        return Err(CompanyError::NothingLeft { document: order.name(), act: "issue" });
    }
    let document = Document {
        date,
        site: work.material_site(&order),
        location: work.material_from(&order),
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        of: Some(order.id),
        ..head(tx, kind, code, order.currency)
    };
    desk.add(document, lines);
    Ok(made)
}

type ByPromise = Vec<(Qty, Option<Id<Reservation>>)>;

/// What is taken, as far as it was promised to the line, and the rest. What is taken instead of what was promised fulfils nothing.
fn by_promise(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (planned, taken): (&WorkLine, &Taken),
) -> Result<ByPromise, CompanyError> {
    let promise = planned.promise.copied().filter(|_| taken.instead.is_none());
    let Some(promise) = promise else { return Ok(vec![(taken.quantity, None)]) };
    let row = tx.get::<Reservation>(&promise)?.filter(|row| row.open.is_some());
    let Some(row) = row else { return Ok(vec![(taken.quantity, None)]) };
    // What this act takes of it is not in the row yet.
    let before = desk.works.fulfilled.entry(promise).or_default();
    let promised = row.held.units().saturating_add(row.backordered.units());
    let open = promised.saturating_sub(before.units()).clamp(0, taken.quantity.units());
    *before = plus(*before, Qty::from_units(open), (planned.number, "quantity"))?;
    let rest = Qty::from_units(taken.quantity.units().saturating_sub(open));
    let parts = [(Qty::from_units(open), Some(promise)), (rest, None)];
    Ok(parts.into_iter().filter(|(quantity, _)| *quantity > Qty::ZERO).collect())
}
