//! What work orders cost: where facts of value about their goods stand, and what goes along with what is made.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::{Currency, DocumentId, Range, Reading, Rounding, SiteId, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::items::Item;
use fondaco_inventory::valuation::Method;
use fondaco_inventory::value::cost_now;
use smol_str::SmolStr;

use super::{WorkLine, WorkLineKind, WorkOrder};
use crate::company::CompanyError;
use crate::company::closing::AsOf;
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, Status, minus, plus, share,
};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure};

/// Has a work order, its line and the document's line remember a fact of value about the goods of that; gives the figures that it is told
/// as. What comes once the order is closed is nothing of it any more.
pub(crate) fn stand(
    desk: &mut Desk,
    tx: &mut Tx<'_>,
    line: Line,
    event: BusinessEvent,
    amount: Amount,
) -> Result<Vec<(Figure, Amount)>, CompanyError> {
    let Some((order, planned)) = desk.work_of(tx, &line)? else {
        return Ok(vec![(Figure::Variance, amount)]);
    };
    if matches!(order.status, Status::Closed | Status::Cancelled) {
        return Ok(vec![(Figure::Variance, amount)]);
    }
    let at: At = (line.number, "cost");
    let goes_in = match event {
        BusinessEvent::FinishedReceipt => minus(amount, at)?,
        _ => amount,
    };
    if let Some(planned) = planned {
        let spent = plus(planned.spent, amount, (planned.number, "cost"))?;
        desk.works.lines.put(WorkLine { spent, ..planned });
    }
    let work = desk.work(tx, &order)?;
    let in_progress = plus(work.in_progress, goes_in, (0, "cost of the work order"))?;
    desk.works.orders.put(WorkOrder { in_progress, ..work });
    let clearing = plus(line.clearing, amount, at)?;
    desk.put_line(Line { clearing, ..line });
    Ok(vec![(Figure::Cost, amount)])
}

/// How much of a line goes along with so much that was made: as much as was planned for it, of what there is. Of what was not planned, as
/// much as is made of all.
fn goes_with(line: &WorkLine, work: &WorkOrder, made: Qty) -> i128 {
    let (done, whole) = (i128::from(line.done.units()), i128::from(work.quantity.units()).max(1));
    let base = if line.planned > Qty::ZERO { i128::from(line.planned.units()) } else { done };
    (base * i128::from(made.units()) / whole).min(done)
}

/// What was spent on an order that goes with the part that is made now, from `before` to `after` of all, and what of it is not gone with
/// parts before.
fn by_plan(work: &WorkOrder, lines: &[WorkLine], (before, after): (Qty, Qty)) -> (i128, i128) {
    let (mut part, mut standing) = (0_i128, 0_i128);
    for line in lines.iter().filter(|line| line.kind != WorkLineKind::Output) {
        let done = i128::from(line.done.units());
        if done <= 0 {
            continue;
        }
        let spent = i128::from(line.spent.units());
        let (gone, goes) = (goes_with(line, work, before), goes_with(line, work, after));
        part += spent * (goes - gone) / done;
        standing += spent * (done - gone) / done;
    }
    (part, standing)
}

/// So much of an amount as a part is of a whole, in coins.
fn portion(amount: i128, (part, whole): (i128, i128), currency: Currency) -> Amount {
    let digits = currency.digits_within(4);
    let coin = 10_i128.pow(4_u32.saturating_sub(digits));
    let coins = Rounding::HalfEven.divide(amount * part, whole * coin).unwrap_or(0);
    Amount::from_units(i64::try_from(coins * coin).unwrap_or(0))
}

/// How much of what a work order costs so far goes with the part that is made now, from `before` to `after` of all; with the last piece
/// all of it.
pub(super) fn goes_along(
    work: &WorkOrder,
    lines: &[WorkLine],
    made: (Qty, Qty),
    currency: Currency,
) -> Amount {
    if made.1 >= work.quantity {
        return work.in_progress;
    }
    let (part, standing) = by_plan(work, lines, made);
    match standing <= 0 {
        true => Amount::ZERO,
        false => {
            let cost = i128::from(work.in_progress.units());
            portion(cost, (part.min(standing), standing), currency)
        }
    }
}

/// The same of an order whose goods go by a standard cost: what they were credited at says nothing of what was spent on the rest.
pub(super) fn goes_of_spent(
    work: &WorkOrder,
    lines: &[WorkLine],
    made: (Qty, Qty),
    currency: Currency,
) -> Amount {
    let (part, standing) = by_plan(work, lines, made);
    portion(if made.1 >= work.quantity { standing } else { part.min(standing) }, (1, 1), currency)
}

/// How much of a line the part that is made takes by plan, in the digits of what it is counted in.
pub(super) fn takes(line: &WorkLine, work: &WorkOrder, made: Qty, round: (u8, Rounding)) -> Qty {
    let (digits, rounding) = round;
    let step = 10_i128.pow(6_u32.saturating_sub(u32::from(digits)));
    let product = i128::from(line.planned.units()) * i128::from(made.units());
    let whole = i128::from(work.quantity.units()).max(1) * step;
    let units = rounding.divide(product, whole).unwrap_or(0) * step;
    Qty::from_units(i64::try_from(units).unwrap_or(i64::MAX)).min(line.planned)
}

/// What so much of an item is worth now, and whether it goes by a standard cost; `None` of what nobody knows the cost of.
pub(super) fn worth_now(
    tx: &mut Tx<'_>,
    item: &Item,
    (site, quantity): (SiteId, Qty),
    currency: Currency,
) -> Result<(Option<Amount>, bool), CompanyError> {
    let Some(now) = cost_now(tx, item, site)? else { return Ok((None, false)) };
    let worth = match now.cost {
        Some(_) if quantity == Qty::ZERO => Some(Amount::ZERO),
        Some(cost) => Some(share(cost.value, quantity, cost.per, (currency, (0, "cost")))?),
        None => None,
    };
    Ok((worth, now.method == Method::Standard))
}

/// What a line of production adds to what its work order costs.
pub(crate) fn adds(kind: DocumentKind, line: &Line) -> i128 {
    let (clearing, net) = (i128::from(line.clearing.units()), i128::from(line.net.units()));
    match kind {
        DocumentKind::MaterialIssue | DocumentKind::MaterialReturn => clearing,
        DocumentKind::TimeBooking => net,
        DocumentKind::Completion => -clearing - i128::from(line.sold.units()),
        // What was put upon what was made stands with that.
        DocumentKind::ProductionClose if line.of.is_none() => -net,
        _ => 0,
    }
}

/// What open work orders cost on a day, by where it stands: posted at the end of a period where books don't follow it. `made` are documents of
/// production that came about after the day.
pub(crate) fn in_progress(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (made, as_of): (&[&Document], &AsOf),
    date: NaiveDate,
) -> Result<Facts, CompanyError> {
    let document = SmolStr::new_static("accruals");
    let mut told = Facts::new(BusinessEvent::WorkInProgress, date, document);
    let mut later: BTreeMap<DocumentId, i128> = BTreeMap::new();
    for document in made.iter().filter(|one| one.kind != DocumentKind::WorkOrder) {
        let Some(order) = order_of(tx, desk, document)? else { continue };
        // What came later is taken off; what was cancelled later is put on again.
        let sign = match (document.date > date, document.status) {
            (true, _) => 1,
            (false, Status::Cancelled) => -1,
            (false, _) => continue,
        };
        for line in desk.lines_of(tx, document)? {
            let line = if sign < 0 { as_of.restored(tx, desk, document, line)? } else { line };
            *later.entry(order).or_default() += sign * adds(document.kind, &line);
        }
    }
    for (order, cost) in as_of.served() {
        *later.entry(order).or_default() += cost;
    }
    for work in tx.peek_scan(&Range::<WorkOrder>::all())? {
        let later = later.get(&work.id).copied().unwrap_or_default();
        let cost = i64::try_from(i128::from(work.in_progress.units()) - later);
        let cost = Amount::from_units(cost.unwrap_or(i64::MAX));
        if cost == Amount::ZERO {
            continue;
        }
        let order: Document = desk.document(tx, work.id)?;
        let place = desk.place(tx, Some(work.item), order.site)?;
        told.facts.push(Fact::new(Figure::Cost, cost.money(desk.currency())).at(place));
    }
    Ok(told)
}

fn order_of(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
) -> Result<Option<DocumentId>, CompanyError> {
    let Some(of) = document.of else { return Ok(None) };
    let of = desk.document(tx, of)?;
    Ok(if of.kind == DocumentKind::WorkOrder { Some(of.id) } else { of.of })
}

#[cfg(test)]
mod tests {
    use fondaco_core::{ItemId, Unit};

    use super::*;

    fn order(quantity: i64, in_progress: i64) -> WorkOrder {
        WorkOrder {
            id: DocumentKind::WorkOrder.id("1"),
            item: ItemId::named("BIKE"),
            unit: Unit::PIECE,
            quantity: Qty::from_units(quantity),
            due_on: NaiveDate::MIN,
            material_from: None.into(),
            material_site: None.into(),
            version: None,
            firm: None,
            expected: None,
            completed: Qty::ZERO,
            scrapped: Qty::ZERO,
            in_progress: Amount::from_units(in_progress),
            lines: 0,
        }
    }

    fn line(planned: i64, done: i64, spent: i64) -> WorkLine {
        WorkLine {
            order: DocumentKind::WorkOrder.id("1"),
            number: 1,
            kind: WorkLineKind::Component,
            item: None,
            unit: Unit::PIECE,
            planned: Qty::from_units(planned),
            done: Qty::from_units(done),
            spent: Amount::from_units(spent),
            planned_cost: Amount::ZERO,
            promise: None.into(),
            expected: None.into(),
            centre: None.into(),
            rate: None.into(),
            price: None.into(),
            share: None.into(),
        }
    }

    #[test]
    fn a_part_takes_what_was_planned_for_it_and_the_last_one_the_rest() {
        let qty = Qty::from_units;
        let both = [line(20, 20, 1_000_000), line(10, 5, 400_000)];
        // Two of ten: four of twenty of the one, two of the five that are there of the other.
        let first = goes_along(&order(10, 1_400_000), &both, (qty(0), qty(2)), Currency::EUR);
        assert_eq!(first, Amount::from_units(200_000 + 160_000));
        let last = goes_along(&order(10, 1_040_000), &both, (qty(2), qty(10)), Currency::EUR);
        assert_eq!(last, Amount::from_units(1_040_000));
        // Hours that nobody planned go with the pieces.
        let hours = [line(0, 7, 700_000)];
        let third = goes_along(&order(10, 700_000), &hours, (qty(0), qty(3)), Currency::EUR);
        assert_eq!(third, Amount::from_units(200_000)); // of seven whole units, two
        assert_eq!(goes_along(&order(10, 0), &[], (qty(0), qty(3)), Currency::EUR), Amount::ZERO);
    }

    #[test]
    fn beside_a_standard_it_is_of_what_was_spent_whatever_was_credited() {
        let qty = Qty::from_units;
        let lines = [line(20, 20, 1_000_000)];
        for in_progress in [700_000, -100_000] {
            let of = |from: i64, to: i64| {
                let made = (qty(from), qty(to));
                goes_of_spent(&order(10, in_progress), &lines, made, Currency::EUR).units()
            };
            assert_eq!((of(5, 7), of(5, 10)), (200_000, 500_000));
        }
    }

    #[test]
    fn what_is_taken_is_whole_pieces() {
        let pieces = line(10_000_000, 0, 0);
        let of = |made: i64, rounding| {
            takes(&pieces, &order(3, 0), Qty::from_units(made), (0, rounding)).units()
        };
        assert_eq!((of(1, Rounding::Down), of(1, Rounding::Up)), (3_000_000, 4_000_000));
        assert_eq!(of(3, Rounding::Up), 10_000_000);
    }
}
