//! What moves of goods changed in value, told to the books: each fact of value on its day, against what its cause says.
//!
//! A fact is about a move: the one that was made, or an earlier one that it corrects. Of a delivery that was not invoiced a correction stands
//! with the goods shipped, of one that was with the cost of sales; the delivery's line says how much of it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::{DocumentId, Id, PartyId, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::moves::{Move, MoveKind, Stage};
use fondaco_inventory::valuation::Cause;
use fondaco_inventory::value::{CostChange, CostChangeKind, ValueEntry};
use smol_str::SmolStr;

use crate::company::document::{At, Desk, DocumentKind, Line, less, minus, plus, share, sum};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place, Role};
use crate::company::{CompanyError, production};

/// What a fact of value is about.
#[derive(Clone, Copy, PartialEq)]
struct Origin {
    event: BusinessEvent,
    /// The line of a document whose goods were moved.
    line: Option<(DocumentId, u32)>,
}

/// Moves whose facts of value are told.
pub(crate) struct Telling<'a> {
    /// The document that made them, or what else an entry has as its source.
    pub(crate) document: SmolStr,
    /// With whom.
    pub(crate) party: Option<PartyId>,
    /// The moves and changes of cost, which the act itself made.
    pub(crate) by: &'a [Id<Move>],
}

/// Tells the books what these moves and changes of cost changed in value, and their documents' lines what stands where.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt); what can't be added up.
pub(crate) fn tell_value(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    telling: &Telling<'_>,
) -> Result<(), CompanyError> {
    tell(tx, desk, telling).map_err(|error| error.of(&telling.document))
}

fn tell(tx: &mut Tx<'_>, desk: &mut Desk, telling: &Telling<'_>) -> Result<(), CompanyError> {
    let mut origins: BTreeMap<Id<Move>, Origin> = BTreeMap::new();
    let mut told: BTreeMap<(NaiveDate, BusinessEvent), Facts> = BTreeMap::new();
    for by in telling.by {
        let undone = leg_of(tx, *by)?.filter(|leg| leg.kind == MoveKind::Reversal);
        let undone = undone.and_then(|leg| leg.of.copied());
        for entry in desk.values_by(tx, *by) {
            let about = entry.about();
            let origin = match origins.get(&about) {
                Some(known) => *known,
                None => {
                    let found = origin(tx, desk, about)?;
                    origins.insert(about, found);
                    found
                }
            };
            let is_back = undone.is_some() && (about == *by || undone == Some(about));
            for (event, fact) in facts_of(tx, desk, &entry, (origin, is_back))? {
                let facts = told.entry((entry.date, event)).or_insert_with(|| Facts {
                    party: telling.party,
                    ..Facts::new(event, entry.date, telling.document.clone())
                });
                facts.facts.push(fact);
            }
        }
    }
    told.into_values().for_each(|facts| desk.tell(facts, None));
    Ok(())
}

/// What a move was, of what document; or which change of a cost.
fn origin(tx: &mut Tx<'_>, desk: &mut Desk, about: Id<Move>) -> Result<Origin, CompanyError> {
    let Some(leg) = leg_of(tx, about)? else {
        let kind = tx.get::<CostChange>(&about)?.map(|change| change.kind);
        let event = match kind {
            Some(CostChangeKind::Opening) => BusinessEvent::Opening,
            Some(CostChangeKind::NetRealisable) => BusinessEvent::WriteDown,
            Some(CostChangeKind::Price) => BusinessEvent::Receipt,
            Some(CostChangeKind::Landed) => BusinessEvent::LandedCost,
            _ => BusinessEvent::Revaluation,
        };
        return Ok(Origin { event, line: None });
    };
    // What takes a move back is what that was, the other way round.
    let taken_back = match (leg.kind, leg.of.copied()) {
        (MoveKind::Reversal, Some(of)) => leg_of(tx, of)?,
        _ => None,
    };
    let leg = taken_back.unwrap_or(leg);
    let line = match leg.kind {
        MoveKind::Issue
        | MoveKind::Receipt
        | MoveKind::CustomerReturn
        | MoveKind::SupplierReturn => desk.line_of_move(tx, leg.id)?,
        _ => None,
    };
    let line = line.map(|line| (line.document, line.number));
    let of = match line {
        Some((document, _)) => Some(desk.document(tx, document)?.kind),
        None => None,
    };
    Ok(Origin { event: event_of(&leg, of), line })
}

fn leg_of(tx: &mut Tx<'_>, of: Id<Move>) -> Result<Option<Arc<Move>>, CompanyError> {
    Ok(tx.get::<Move>(&(of, 0))?)
}

fn event_of(leg: &Move, of: Option<DocumentKind>) -> BusinessEvent {
    let is_of_document = of.is_some();
    match (leg.kind, of) {
        (_, Some(DocumentKind::MaterialIssue | DocumentKind::MaterialReturn)) => {
            return BusinessEvent::ComponentIssue;
        }
        (_, Some(DocumentKind::Completion)) => return BusinessEvent::FinishedReceipt,
        _ => {}
    }
    match leg.kind {
        MoveKind::Receipt if leg.stage == Stage::Outside => BusinessEvent::DropShipment,
        // What came beside any supplier's document is what the company began with.
        MoveKind::Receipt | MoveKind::SupplierReturn if !is_of_document => BusinessEvent::Opening,
        MoveKind::Receipt | MoveKind::OwnerChange => BusinessEvent::Receipt,
        MoveKind::Issue if is_of_document => BusinessEvent::Delivery,
        MoveKind::CustomerReturn if !is_of_document => BusinessEvent::Consumption,
        MoveKind::Issue => BusinessEvent::Consumption,
        MoveKind::CustomerReturn => BusinessEvent::CustomerReturn,
        MoveKind::SupplierReturn => BusinessEvent::SupplierReturn,
        MoveKind::Gain | MoveKind::Count => BusinessEvent::Count,
        MoveKind::Loss | MoveKind::Scrap | MoveKind::TransitLoss => BusinessEvent::Scrap,
        _ => BusinessEvent::Transfer,
    }
}

/// Whether an event takes goods out, so that its figures are above zero when value falls.
fn takes_out(event: BusinessEvent) -> bool {
    use BusinessEvent as E;
    matches!(
        event,
        E::Delivery
            | E::CustomerReturn
            | E::SupplierReturn
            | E::Consumption
            | E::Scrap
            | E::ComponentIssue
    )
}

/// Whether what was paid or credited beside the cost that stock goes by is told apart.
fn varies(event: BusinessEvent) -> bool {
    use BusinessEvent as E;
    matches!(
        event,
        E::Receipt
            | E::SupplierReturn
            | E::CustomerReturn
            | E::LandedCost
            | E::Count
            | E::Transfer
            | E::ComponentIssue
            | E::FinishedReceipt
    )
}

/// Whether it corrects no move by name, but what a change of a cost could not give to the goods.
fn is_unnamed(event: BusinessEvent, entry: &ValueEntry) -> bool {
    let of_cost = matches!(event, BusinessEvent::Receipt | BusinessEvent::LandedCost);
    of_cost && entry.about() == entry.by
}

/// Whether it came about by freight.
fn lands(tx: &mut Tx<'_>, entry: &ValueEntry) -> Result<bool, CompanyError> {
    let change = tx.get::<CostChange>(&entry.by)?;
    Ok(change.is_some_and(|change| change.kind == CostChangeKind::Landed))
}

/// The figures of a fact of value.
fn facts_of(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    entry: &ValueEntry,
    (origin, is_back): (Origin, bool),
) -> Result<Vec<(BusinessEvent, Fact)>, CompanyError> {
    let origin = match entry.cause {
        // Freight comes upon the goods, and from there to what was sold of them.
        Cause::Correction if origin.event == BusinessEvent::DropShipment && lands(tx, entry)? => {
            Origin { event: BusinessEvent::Delivery, ..origin }
        }
        _ => origin,
    };
    let event = match entry.cause {
        Cause::Landed => BusinessEvent::LandedCost,
        Cause::WriteDown => BusinessEvent::WriteDown,
        Cause::Revaluation => BusinessEvent::Revaluation,
        _ => origin.event,
    };
    let figure = match entry.cause {
        Cause::Variance if varies(event) => Figure::Variance,
        // What came upon goods that are gone, and nobody can tell by which issue.
        Cause::Correction if is_unnamed(event, entry) => Figure::Variance,
        _ => Figure::Cost,
    };
    // What went straight through is told once: both of its facts are the same.
    let goes_out = entry.cause == Cause::Correction || (entry.quantity < Qty::ZERO && !is_back);
    if event == BusinessEvent::DropShipment && goes_out {
        return Ok(Vec::new());
    }
    let amount = match takes_out(event) {
        true => minus(entry.value, (origin.line.map_or(0, |(_, line)| line), "cost"))?,
        false => entry.value,
    };
    let line = match origin.line {
        Some(key) => desk.line(tx, key)?,
        None => None,
    };
    let (place, (role, apart)) = match &line {
        Some(line) => places(desk, tx, (line, event), entry)?,
        None => {
            let place = desk.place(tx, Some(entry.item), entry.site)?;
            (place.clone(), (Role::Stock, place))
        }
    };
    let currency = desk.currency();
    let parts = match line {
        Some(line) if figure == Figure::Cost && event == origin.event => {
            stand(desk, tx, line, (event, amount), is_back)?
        }
        _ => vec![(event, figure, amount)],
    };
    let fact = |(event, figure, amount): Part| {
        let fact = Fact::new(figure, amount.money(currency)).at(place.clone());
        (event, fact.but(role, apart.clone()))
    };
    Ok(parts.into_iter().filter(|(.., amount)| *amount != Amount::ZERO).map(fact).collect())
}

/// Where what a line of a document moved stands, and where the goods themselves do; of what went straight through, where its receipt does. What is to be invoiced, billed or completed stands by the
/// document and, of a work order, by what it makes, so that what takes it off finds it there, wherever the goods lie.
fn places(
    desk: &mut Desk,
    tx: &mut Tx<'_>,
    (line, event): (&Line, BusinessEvent),
    entry: &ValueEntry,
) -> Result<(Place, (Role, Place)), CompanyError> {
    let head = desk.document(tx, line.document)?;
    let (item, party) = (Some(entry.item), Some(head.party));
    let of_line = Place { item, party, ..desk.place_of(tx, &head, line)? };
    if event == BusinessEvent::DropShipment && head.kind == DocumentKind::Delivery {
        let receipt = DocumentKind::Receipt.id(&head.code);
        if let Some(received) = desk.line(tx, (receipt, line.number))? {
            let receipt = desk.document(tx, receipt)?;
            let received = desk.place_of(tx, &receipt, &received)?;
            return Ok((of_line, (Role::GoodsReceived, received)));
        }
    }
    let goods = (Role::Stock, Place { site: Some(entry.site), ..of_line.clone() });
    let is_of_work = matches!(
        head.kind,
        DocumentKind::MaterialIssue | DocumentKind::MaterialReturn | DocumentKind::Completion
    );
    let of_work = if is_of_work { desk.work_of(tx, line)? } else { None };
    let Some((order, _)) = of_work else { return Ok((of_line, goods)) };
    let made = desk.work(tx, &order)?.item;
    Ok((Place { party, ..desk.place(tx, Some(made), order.site)? }, goods))
}

/// A part of a cost, as it is told.
type Part = (BusinessEvent, Figure, Amount);

/// Shares a cost out to where the line's cost stands, and has the line remember it.
fn stand(
    desk: &mut Desk,
    tx: &mut Tx<'_>,
    line: Line,
    (event, amount): (BusinessEvent, Amount),
    is_back: bool,
) -> Result<Vec<Part>, CompanyError> {
    let at: At = (line.number, "cost");
    let coins = (desk.currency(), at);
    let told = match event {
        BusinessEvent::Delivery | BusinessEvent::DropShipment => {
            let open = line.uninvoiced();
            let whole = plus(open, line.invoiced, (line.number, "quantity"))?;
            let kept = match (open.units(), line.invoiced.units()) {
                (_, 0) => amount,
                (0, _) => Amount::ZERO,
                _ => share(amount, open, whole, coins)?,
            };
            let sold = less(amount, kept, at)?;
            split(desk, line, amount, sold)?
        }
        BusinessEvent::CustomerReturn => {
            // What had never been invoiced comes off the delivery; the rest waits for a credit note.
            let (line, off, variance) = off_moved(desk, tx, (line, amount), is_back)?;
            let rest = sum([amount, minus(off, at)?, minus(variance, at)?], at)?;
            let open = Line::left(line.quantity, &[line.matched]);
            let sold = match line.invoiced.units() {
                0 => Amount::ZERO,
                _ => share(rest, line.invoiced, open, coins)?,
            };
            split(desk, line, rest, sold)?;
            let kept = sum([amount, minus(sold, at)?, minus(variance, at)?], at)?;
            vec![(Figure::Cost, kept), (Figure::SoldCost, sold), (Figure::Variance, variance)]
        }
        BusinessEvent::Receipt => {
            split(desk, line, amount, Amount::ZERO)?;
            vec![(Figure::Cost, amount)]
        }
        BusinessEvent::SupplierReturn => {
            // The supplier owes it: what was not billed comes off the receipt.
            let owed = minus(amount, at)?;
            let (line, off, variance) = off_moved(desk, tx, (line, owed), is_back)?;
            let rest = sum([owed, minus(off, at)?, minus(variance, at)?], at)?;
            let open = Line::left(line.quantity, &[line.matched]);
            let credited = match line.invoiced.units() {
                0 => Amount::ZERO,
                _ => share(rest, line.invoiced, open, coins)?,
            };
            split(desk, line, rest, credited)?;
            // What was credited before it went back was told as a difference: now it is known what for.
            let credit = BusinessEvent::SupplierCredit;
            return Ok(vec![
                (event, Figure::Cost, plus(amount, variance, at)?),
                (event, Figure::Variance, minus(variance, at)?),
                (credit, Figure::Goods, minus(credited, at)?),
                (credit, Figure::Difference, credited),
            ]);
        }
        BusinessEvent::ComponentIssue | BusinessEvent::FinishedReceipt => {
            production::stand(desk, tx, line, event, amount)?
        }
        _ => vec![(Figure::Cost, amount)],
    };
    Ok(told.into_iter().map(|(figure, amount)| (event, figure, amount)).collect())
}

/// Takes what comes or goes back and was never invoiced off what it takes back: all that stands there where nothing of that is left to be
/// invoiced, so that none of it stands for ever. Gives the line, how much came off, and how much more or less it cost; a return that is taken
/// back gives what it took.
fn off_moved(
    desk: &mut Desk,
    tx: &mut Tx<'_>,
    (line, amount): (Line, Amount),
    is_back: bool,
) -> Result<(Line, Amount, Amount), CompanyError> {
    let at: At = (line.number, "cost");
    let key = line.of.zip(line.of_line).filter(|_| line.matched != Qty::ZERO);
    let Some(key) = key else { return Ok((line, Amount::ZERO, Amount::ZERO)) };
    let cost = share(amount, line.matched, line.quantity, (desk.currency(), at))?;
    let Some(moved) = desk.line(tx, key)? else { return Ok((line, cost, Amount::ZERO)) };
    let off = match is_back {
        true => minus(line.taken, at)?,
        false if moved.uninvoiced() <= Qty::ZERO => minus(moved.clearing, at)?,
        false => cost,
    };
    split(desk, moved, off, Amount::ZERO)?;
    let taken = plus(line.taken, off, at)?;
    Ok((Line { taken, ..line }, off, less(cost, off, at)?))
}

/// Adds to what stands for a line: so much in all, of which so much with the cost of sales.
fn split(
    desk: &mut Desk,
    line: Line,
    amount: Amount,
    sold: Amount,
) -> Result<Vec<(Figure, Amount)>, CompanyError> {
    let at = (line.number, "cost");
    let kept = less(amount, sold, at)?;
    desk.put_line(Line {
        clearing: plus(line.clearing, kept, at)?,
        sold: plus(line.sold, sold, at)?,
        ..line
    });
    Ok(vec![(Figure::Cost, kept), (Figure::SoldCost, sold)])
}
