//! What a work order cost beside the standard cost of what was made, by cause: the textbook form (C. T. Horngren, S. M. Datar and M. Rajan,
//! *Cost Accounting*, ch. 7), line by line, against what was known when the order was released.
//!
//! | figure | of each line |
//! |---|---|
//! | price, rate | what it cost, less what it took at the planned cost of one |
//! | usage, efficiency | what it took, less what was planned for all that was made, at that cost |
//! | yield | what was planned for what was made and is no good, at that cost |
//! | remaining | what is left of the order's cost: the standard was set by other plans, or there was none |

use std::collections::BTreeMap;

use fondaco_accounting::ledger::Amount;
use fondaco_core::{Currency, Rounding};
use fondaco_inventory::Qty;

use super::{WorkLine, WorkLineKind, WorkOrder};
use crate::company::CompanyError;
use crate::company::document::{At, less, minus, plus, share, sum};
use crate::company::posting::Figure;

/// Above zero is dearer than planned.
pub(super) type Variances = BTreeMap<Figure, Amount>;

/// What is left of an order's cost, by cause; `lost` is what was scrapped beyond what is usual, which is no variance.
pub(super) fn variances(
    work: &WorkOrder,
    lines: &[WorkLine],
    (lost, currency): (Amount, Currency),
) -> Result<Variances, CompanyError> {
    let mut found = Variances::new();
    for line in lines.iter().filter(|line| line.kind != WorkLineKind::Output) {
        let (price, usage) = match line.kind {
            WorkLineKind::Component | WorkLineKind::Service => {
                (Figure::PriceVariance, Figure::UsageVariance)
            }
            _ => (Figure::RateVariance, Figure::EfficiencyVariance),
        };
        let at: At = (line.number, "variance");
        let planned = |quantity: Qty| planned(line, quantity, (currency, at));
        let at_plan = planned(line.done)?;
        let allowed = planned(part(line, work.made(), work.quantity))?;
        let good = planned(part(line, work.completed, work.quantity))?;
        add(&mut found, price, less(line.spent, at_plan, at)?)?;
        add(&mut found, usage, less(at_plan, allowed, at)?)?;
        add(&mut found, Figure::YieldVariance, less(allowed, good, at)?)?;
    }
    add(&mut found, Figure::YieldVariance, minus(lost, OF_ALL)?)?;
    let of_plan = sum(found.values().copied(), OF_ALL)?;
    add(&mut found, Figure::RemainingVariance, less(work.in_progress, of_plan, OF_ALL)?)?;
    found.retain(|_, amount| *amount != Amount::ZERO);
    Ok(found)
}

const OF_ALL: At = (0, "variance");

fn add(found: &mut Variances, figure: Figure, amount: Amount) -> Result<(), CompanyError> {
    let sum = found.entry(figure).or_default();
    *sum = plus(*sum, amount, OF_ALL)?;
    Ok(())
}

/// What of a line was planned for so much of what is made.
fn part(line: &WorkLine, made: Qty, whole: Qty) -> Qty {
    let product = i128::from(line.planned.units()) * i128::from(made.units());
    let units = Rounding::HalfUp.divide(product, i128::from(whole.units()).max(1)).unwrap_or(0);
    Qty::from_units(i64::try_from(units).unwrap_or(0))
}

/// What so much of a line would have cost by plan, in whole coins; nothing of what was not planned.
fn planned(line: &WorkLine, quantity: Qty, into: (Currency, At)) -> Result<Amount, CompanyError> {
    match (line.planned.units(), quantity.units()) {
        (0, _) | (_, 0) => Ok(Amount::ZERO),
        _ => share(line.planned_cost, quantity, line.planned, into),
    }
}

#[cfg(test)]
mod tests {
    use fondaco_core::{ItemId, Unit};

    use super::*;
    use crate::company::document::DocumentKind;

    fn line(kind: WorkLineKind, planned: (i64, i64), actual: (i64, i64)) -> WorkLine {
        WorkLine {
            kind,
            planned: Qty::from_units(planned.0 * 1_000_000),
            planned_cost: Amount::from_units(planned.1 * 10_000),
            done: Qty::from_units(actual.0 * 1_000_000),
            spent: Amount::from_units(actual.1 * 10_000),
            ..super::super::order::blank(Unit::PIECE)
        }
    }

    #[test]
    fn a_textbook_case_is_told_by_cause_and_nothing_is_left() {
        let made = |units: i64| Qty::from_units(units * 1_000_000);
        // Planned for 100: 200 kg at 2, 50 h at 15. 95 are good, 5 are not; 210 kg cost 462, 48 h cost 768. The standard is 11.50.
        let lines = [
            line(WorkLineKind::Component, (200, 400), (210, 462)),
            line(WorkLineKind::Labour, (50, 750), (48, 768)),
        ];
        let work = WorkOrder {
            id: DocumentKind::WorkOrder.id("1"),
            item: ItemId::named("GEAR"),
            unit: Unit::PIECE,
            quantity: made(100),
            due_on: chrono::NaiveDate::MIN,
            material_from: None.into(),
            material_site: None.into(),
            version: None,
            firm: None,
            expected: None,
            completed: made(95),
            scrapped: made(5),
            in_progress: Amount::from_units((462 + 768) * 10_000 - 95 * 115_000),
            lines: 2,
        };
        let found = variances(&work, &lines, (Amount::ZERO, Currency::EUR)).unwrap();
        let shown: Vec<(Figure, String)> = found
            .iter()
            .map(|(figure, amount)| (*figure, amount.to_decimal().normalize().to_string()))
            .collect();
        let expected = [
            (Figure::PriceVariance, "42"),
            (Figure::UsageVariance, "20"),
            (Figure::RateVariance, "48"),
            (Figure::EfficiencyVariance, "-30"),
            (Figure::YieldVariance, "57.5"),
        ];
        assert_eq!(shown, expected.map(|(figure, amount)| (figure, amount.to_owned())));
    }
}
