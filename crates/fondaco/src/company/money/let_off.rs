//! What is let off: what was agreed for paying early, how amounts without tax and taxes share it, and what a credit takes back of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::allocation::{Residual, allocate};
use fondaco_core::{Money, Rounding, Tx};
use fondaco_inventory::Qty;
use smol_str::SmolStr;

use crate::company::CompanyError;
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, Status, less, plus, share, stored, sum,
};
use crate::company::posting::Figure;

/// What was agreed to be let off for paying on a day: of what was not credited, less what was let off before.
pub(super) fn discount(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    date: NaiveDate,
) -> Result<Amount, CompanyError> {
    let (credited, let_off) = so_far(tx, desk, document)?;
    let owed = less(document.gross(), credited, (0, "amount credited"))?.max(Amount::ZERO);
    let gross = document.money(owed);
    let name = document.name();
    let offers = match document.agreed()? {
        Some(terms) => terms
            .discounts(gross, document.date, Rounding::HalfUp)
            .map_err(|error| CompanyError::Terms { document: name.clone(), error })?,
        None => Vec::new(),
    };
    let best = offers
        .iter()
        .filter(|offer| date <= offer.until)
        .max_by_key(|offer| offer.reduction.amount());
    let Some(best) = best else {
        let last = offers.iter().map(|offer| offer.until).max();
        let why = last.map_or("none is agreed: give a write_off".to_owned(), |last| {
            format!("it held until {last}")
        });
        return Err(CompanyError::NoDiscount {
            document: name,
            discount: Money::zero(document.currency),
            date,
            why,
        });
    };
    let all = stored(best.reduction, &name, (0, "discount"))?;
    Ok(less(all, let_off, (0, "discount"))?.max(Amount::ZERO))
}

/// How much of a document was credited, and how much let off for paying early.
fn so_far(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
) -> Result<(Amount, Amount), CompanyError> {
    let (mut credited, mut let_off) = (Amount::ZERO, Amount::ZERO);
    for row in desk.settlements_by(tx, document.id)? {
        let by = desk.document(tx, row.document)?;
        if by.status == Status::Cancelled {
            continue;
        }
        let_off = plus(let_off, row.discount, (0, "discount"))?;
        if matches!(by.kind, DocumentKind::CreditNote | DocumentKind::SupplierCredit) {
            credited = plus(credited, row.amount, (0, "amount credited"))?;
        }
    }
    Ok((credited, let_off))
}

/// What is let off or given up of a document, by tax code: of the amounts without tax, and of the taxes, each in its share of the whole.
pub(crate) fn let_off(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, figure): (&Document, Figure),
    amount: Amount,
) -> Result<Vec<(Figure, Option<SmolStr>, Money)>, CompanyError> {
    if amount == Amount::ZERO {
        return Ok(Vec::new());
    }
    let lines = desk.lines_of(tx, document)?;
    let shared = by_tax(document, &lines, amount)?.into_iter().map(|((code, is_tax), share)| {
        (if is_tax { Figure::DiscountTax } else { figure }, code, share)
    });
    Ok(shared.collect())
}

/// Amounts, by tax code and whether they are tax.
type ByTax = Vec<((Option<SmolStr>, bool), Money)>;

/// What is let off a document, shared out among what its lines come to without tax and their taxes.
pub(crate) fn by_tax(
    document: &Document,
    lines: &[Line],
    amount: Amount,
) -> Result<ByTax, CompanyError> {
    let mut sums: BTreeMap<(Option<SmolStr>, bool), Amount> = BTreeMap::new();
    for line in lines {
        for (is_tax, amount) in [(false, line.net), (true, line.tax)] {
            let sum = sums.entry((line.tax_code.clone(), is_tax)).or_default();
            *sum = plus(*sum, amount, (line.number, "discount"))?;
        }
    }
    let weights: Vec<_> = sums.values().map(|sum| sum.to_decimal()).collect();
    let all = document.money(amount);
    // Of a document whose lines can't share it, all of it is without tax.
    match allocate(all, &weights, Residual::LargestRemainder) {
        Ok(shares) => Ok(sums.into_keys().zip(shares).collect()),
        Err(_) => Ok(vec![((None, false), all)]),
    }
}

/// What of a discount a credit takes back: its share of what is not credited yet.
pub(crate) fn discount_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (invoice, credited): (&Document, Amount),
) -> Result<Amount, CompanyError> {
    let at: At = (0, "discount");
    let (_, let_off) = so_far(tx, desk, invoice)?;
    if let_off <= Amount::ZERO {
        return Ok(Amount::ZERO);
    }
    let mut before = Amount::ZERO;
    for line in desk.lines_of(tx, invoice)? {
        before = sum([before, line.taken, line.tax_taken], at)?;
    }
    // The lines have this credit taken already.
    let left = less(plus(invoice.gross(), credited, at)?, before, at)?;
    let (part, whole) = (Qty::from_units(credited.units()), Qty::from_units(left.units()));
    share(let_off, part, whole, (invoice.currency, at))
}
