//! The stock that the half year opens with, item by item.
//!
//! The counted stock alone does not carry the half year: some items are sold before enough of them
//! was bought or made. So an opening adjustment is booked for those, just enough that none falls
//! below zero, and shown. An item moves when it is received, made and sold.
//!
//! Parts issued to production are left out, on purpose: production moves value from parts to wares
//! within one stock account, so it has no entry in these books. (AdventureWorks' own lists of parts
//! are no help here: by them its work orders use up two million bearings more than there ever
//! were.) An engine that keeps stock by item does better.

use std::{collections::BTreeMap, error::Error};

use fondaco::prelude::*;

use crate::common::{
    company::{Company, Product},
    rounding::{TooLarge, plus, times},
};

/// An item's opening stock.
pub struct OpeningItem<'c> {
    pub product: &'c Product,
    /// Units counted.
    pub counted: Decimal,
    /// Units that must have been there besides.
    pub missing: Decimal,
}

/// The opening stock of every item that has any, in order of their ids.
///
/// # Errors
/// A sum is too large.
pub fn opening_stock(company: &Company) -> Result<Vec<OpeningItem<'_>>, Box<dyn Error>> {
    let shortfalls = shortfalls(company)?;
    let items = company.products.values().map(|product| OpeningItem {
        product,
        counted: product.opening_quantity,
        missing: shortfalls.get(&product.id).copied().unwrap_or_default(),
    });
    Ok(items.filter(|item| !item.counted.is_zero() || !item.missing.is_zero()).collect())
}

/// How far below zero each item falls at its lowest.
fn shortfalls(company: &Company) -> Result<BTreeMap<u32, Decimal>, TooLarge> {
    let mut stock: BTreeMap<u32, Decimal> =
        company.products.values().map(|item| (item.id, item.opening_quantity)).collect();
    let mut shortfalls = BTreeMap::new();
    for (_, _, product, quantity) in movements(company)? {
        let on_hand = stock.entry(product).or_default();
        *on_hand = plus(*on_hand, quantity)?;
        if on_hand.is_sign_negative() && !on_hand.is_zero() {
            let lowest = shortfalls.entry(product).or_insert(Decimal::ZERO);
            *lowest = on_hand.abs().max(*lowest);
        }
    }
    Ok(shortfalls)
}

/// Day, out after in, product, units: in order.
type Movement = (NaiveDate, bool, u32, Decimal);

fn movements(company: &Company) -> Result<Vec<Movement>, TooLarge> {
    let mut all = Vec::new();
    for purchase in &company.purchases {
        let day = purchase.received_on;
        all.extend(purchase.lines.iter().map(|line| (day, false, line.product, line.stocked)));
    }
    for work in &company.work_orders {
        all.push((work.ended_on, false, work.product, work.stocked));
    }
    for sale in &company.sales {
        for line in &sale.lines {
            all.push((sale.date, true, line.product, times(line.quantity, Decimal::NEGATIVE_ONE)?));
        }
    }
    all.sort_unstable();
    Ok(all)
}
