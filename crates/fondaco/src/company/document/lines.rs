//! Lines as they are given, priced and taxed: the same for what is sold and what is bought.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::allocation::{Residual, allocate};
use fondaco_core::{Currency, Id, ItemId, Money, Quantity, Range, Rate, Rounding, Tx, UnitPrice};
use fondaco_inventory::Qty;
use fondaco_inventory::items::{Item, ItemUnit, Lot};
use fondaco_inventory::planning::FirmOrder;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr};

use super::desk::stored;
use super::{Desk, DocumentKind, Line, id_of, plus, stored_quantity};
use crate::company::CompanyError;
use crate::company::masters::{Partner, TaxCode, check_price, find_price};

/// A line to be ordered.
///
/// ```
/// use fondaco::company::NewLine;
/// use fondaco::core::ItemId;
/// let bolts = NewLine::new(ItemId::named("M8x40"), "200 pcs".parse()?).price("12 EUR/100 pcs".parse()?);
/// assert!(bolts.price.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// The item; `None` of what is no goods: a service, freight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// How much, in any unit that converts into the item's.
    pub quantity: Quantity,
    /// The price, for any such unit; by the price list where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<UnitPrice>,
    /// What is taken off the price; by the price list and the partner where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Rate>,
    /// The tax code; the partner's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_code: Option<SmolStr>,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<SmolStr>,
    /// Of an order to a supplier: the firm order of a plan that it carries out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firm: Option<Id<FirmOrder>>,
}

impl NewLine {
    /// So much of an item, at the price of the list.
    pub fn new(item: ItemId, quantity: Quantity) -> NewLine {
        let (price, discount, tax_code, text, firm) = (None, None, None, None, None);
        NewLine { item: Some(item), quantity, price, discount, tax_code, text, firm }
    }

    /// Something that is no goods.
    pub fn service(text: impl Into<SmolStr>, quantity: Quantity, price: UnitPrice) -> NewLine {
        let (discount, tax_code) = (None, None);
        NewLine {
            item: None,
            quantity,
            price: Some(price),
            discount,
            tax_code,
            text: Some(text.into()),
            firm: None,
        }
    }

    /// What a plan has as a firm order, which is released by the order to a supplier that has this line.
    #[must_use]
    pub fn firm(self, order: Id<FirmOrder>) -> NewLine {
        NewLine { firm: Some(order), ..self }
    }

    /// At a price.
    #[must_use]
    pub fn price(self, price: UnitPrice) -> NewLine {
        NewLine { price: Some(price), ..self }
    }

    /// With something taken off.
    #[must_use]
    pub fn discount(self, discount: Rate) -> NewLine {
        NewLine { discount: Some(discount), ..self }
    }

    /// Under a tax code.
    #[must_use]
    pub fn tax_code(self, code: impl Into<SmolStr>) -> NewLine {
        NewLine { tax_code: Some(code.into()), ..self }
    }
}

/// So much of a line of a document.
///
/// ```
/// use fondaco::company::PartLine;
/// let some = PartLine::new(1, "20 pcs".parse()?);
/// assert_eq!(some.line, 1);
/// # Ok::<(), fondaco::core::QuantityError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartLine {
    /// The line, from 1.
    pub line: u32,
    /// How much; all that is left where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Id<Lot>>,
}

impl PartLine {
    /// So much of a line.
    pub fn new(line: u32, quantity: Quantity) -> PartLine {
        PartLine { line, quantity: Some(quantity), lot: None }
    }

    /// All that is left of a line.
    pub fn all(line: u32) -> PartLine {
        PartLine { line, quantity: None, lot: None }
    }

    /// Of a lot.
    #[must_use]
    pub fn lot(self, lot: Id<Lot>) -> PartLine {
        PartLine { lot: Some(lot), ..self }
    }
}

/// What lines are priced by.
pub(crate) struct Pricing<'a> {
    pub(crate) document: &'a SmolStr,
    pub(crate) partner: &'a Partner,
    pub(crate) currency: Currency,
    pub(crate) date: NaiveDate,
    /// Whether price lists are looked into: for what is sold.
    pub(crate) by_list: bool,
}

impl Pricing<'_> {
    /// A line as it is stored, without its tax.
    pub(crate) fn line(
        &self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        new: &NewLine,
        number: u32,
    ) -> Result<Line, CompanyError> {
        let at = (self.document, number);
        if let Some(firm) =
            new.firm.filter(|_| !DocumentKind::PurchaseOrder.is_named(self.document))
        {
            let (document, firm) = (self.document.clone(), firm.to_smolstr());
            return Err(CompanyError::FirmNotBought { document, line: number, firm });
        }
        let (item, quantity, unit) = match new.item {
            Some(id) => {
                let item = desk.item(tx, id)?;
                let quantity = stored_quantity(tx, &item, new.quantity, at)?;
                (Some(item.clone()), quantity, item.unit)
            }
            None => (None, self.plain(new.quantity, number)?, new.quantity.unit()),
        };
        let (price, discount) = self.price(tx, desk, new, (item.as_deref(), quantity), number)?;
        if price.currency() != self.currency {
            let (document, given) = (self.document.clone(), price.currency());
            return Err(CompanyError::OtherCurrency { document, given, expected: self.currency });
        }
        let net = total(tx, item.as_deref(), (price, discount), new.quantity, at)?;
        let tax_code = new.tax_code.clone().or_else(|| self.partner.tax_code.clone());
        let tax_rate = match &tax_code {
            Some(code) => Some(self.tax_rate(tx, code)?),
            None => None,
        };
        Ok(Line {
            document: id_of(self.document),
            number,
            item: new.item,
            quantity,
            unit,
            price: Some(price),
            discount: discount.into(),
            net: stored(net, self.document, (number, "net amount"))?,
            tax_code,
            tax_rate,
            text: new.text.clone().into(),
            ..blank()
        })
    }

    fn tax_rate(&self, tx: &mut Tx<'_>, code: &SmolStr) -> Result<Rate, CompanyError> {
        let unknown = || CompanyError::Unknown { what: "tax code", code: code.clone() };
        Ok(tx.require::<TaxCode, CompanyError>(code, unknown)?.rate)
    }

    /// A quantity of what is no goods.
    fn plain(&self, quantity: Quantity, line: u32) -> Result<Qty, CompanyError> {
        let (document, value) = (self.document.clone(), quantity.to_string());
        let stored = quantity.to_fixed::<6>().filter(|_| quantity.is_positive());
        stored.ok_or(CompanyError::NotPositive { document, line, field: "quantity", value })
    }

    fn price(
        &self,
        tx: &mut Tx<'_>,
        desk: &Desk,
        new: &NewLine,
        (item, quantity): (Option<&Item>, Qty),
        line: u32,
    ) -> Result<(UnitPrice, Option<Rate>), CompanyError> {
        if let Some(price) = new.price {
            check_price(self.document, (line, price), new.discount)?;
            return Ok((price, new.discount));
        }
        let list = self.partner.price_list.clone().or_else(|| desk.settings.price_list.clone());
        let list = list.filter(|_| self.by_list).unwrap_or_default();
        let found = match item {
            Some(item) => find_price(tx, (&list, item.id), quantity, self.date)?,
            None => None,
        };
        let Some(found) = found else {
            let (document, quantity, date) = (self.document.clone(), new.quantity, self.date);
            let item = item.map_or_else(SmolStr::default, |item| item.code.clone());
            return Err(CompanyError::NoPrice { document, line, list, item, quantity, date });
        };
        let agreed = new.discount.or(found.discount).or(self.partner.discount);
        check_price(self.document, (line, found.price), agreed)?;
        Ok((found.price, agreed))
    }
}

/// What a quantity comes to at a price, with something taken off, rounded once to whole coins.
fn total(
    tx: &mut Tx<'_>,
    item: Option<&Item>,
    (price, discount): (UnitPrice, Option<Rate>),
    quantity: Quantity,
    (document, line): (&SmolStr, u32),
) -> Result<Money, CompanyError> {
    let wrong =
        |error| CompanyError::Quantity { document: document.clone(), line, error: Box::new(error) };
    let money = |error| CompanyError::Money { document: document.clone(), error };
    let all = match item {
        Some(item) if price.per().unit() != quantity.unit() => {
            let given = tx.scan(&Range::<ItemUnit>::by_key(&item.id))?;
            let known = item.conversions(given.iter().map(|unit| unit.conversion));
            known.and_then(|known| known.total_round(price, quantity, 10, Rounding::HalfUp))
        }
        _ => fondaco_core::Conversions::new().total_round(price, quantity, 10, Rounding::HalfUp),
    };
    let all = all.map_err(wrong)?;
    let net = match discount {
        Some(rate) => {
            let kept = rust_decimal::Decimal::ONE.checked_sub(rate.factor()).unwrap_or_default();
            all.mul_round(kept, Rounding::HalfUp).map_err(money)?
        }
        None => all,
    };
    Ok(net.round(Rounding::HalfUp))
}

/// Taxes lines: by code the tax on the sum of their amounts, rounded once and shared out by largest remainder, so that lines add up to it.
/// Gives what the lines come to, without tax and the tax.
pub(crate) fn tax(
    lines: &mut [Line],
    document: &SmolStr,
    currency: Currency,
) -> Result<(Amount, Amount), CompanyError> {
    let money = |error| CompanyError::Money { document: document.clone(), error };
    let mut by_code: BTreeMap<(SmolStr, Rate), Vec<usize>> = BTreeMap::new();
    let mut net = Money::zero(currency);
    for (at, line) in lines.iter().enumerate() {
        net = net.add(line.net.money(currency)).map_err(money)?;
        if let (Some(code), Some(rate)) = (&line.tax_code, line.tax_rate) {
            by_code.entry((code.clone(), rate)).or_default().push(at);
        }
    }
    let mut all = Money::zero(currency);
    for ((_, rate), places) in by_code {
        let bases: Vec<Money> = places
            .iter()
            .filter_map(|at| lines.get(*at).map(|line| line.net.money(currency)))
            .collect();
        let base = Money::sum(currency, bases.iter().copied()).map_err(money)?;
        let tax = rate.of(base, Rounding::HalfUp).map_err(money)?.round(Rounding::HalfUp);
        all = all.add(tax).map_err(money)?;
        let weights: Vec<_> = bases.iter().map(|base| base.amount()).collect();
        // Lines of nothing have no tax.
        let shares = allocate(tax, &weights, Residual::LargestRemainder).unwrap_or_default();
        for (at, share) in places.iter().zip(shares) {
            if let Some(line) = lines.get_mut(*at) {
                line.tax = stored(share, document, (line.number, "tax"))?;
            }
        }
    }
    let (net, taxed) =
        (stored(net, document, (0, "net amount"))?, stored(all, document, (0, "tax"))?);
    // That what is to be paid fits too is relied on from here.
    plus(net, taxed, (0, "amount with tax")).map_err(|error| error.of(document))?;
    Ok((net, taxed))
}

/// A line of nothing.
pub(crate) fn blank() -> Line {
    Line {
        document: fondaco_core::DocumentId::from_u128(0),
        number: 0,
        item: None,
        category: None.into(),
        quantity: Qty::ZERO,
        unit: fondaco_core::Unit::PIECE,
        price: None,
        discount: None.into(),
        net: Amount::ZERO,
        tax_code: None,
        tax_rate: None,
        tax: Amount::ZERO,
        of: None,
        of_line: None,
        waits_as: None,
        shipped: Qty::ZERO,
        invoiced: Qty::ZERO,
        matched: Qty::ZERO,
        returned: Qty::ZERO,
        given_up: Qty::ZERO,
        taken: Amount::ZERO,
        tax_taken: Amount::ZERO,
        clearing: Amount::ZERO,
        sold: Amount::ZERO,
        stock_move: None,
        promise: None.into(),
        expected: None.into(),
        charge: None.into(),
        refused: None.into(),
        text: None.into(),
    }
}
