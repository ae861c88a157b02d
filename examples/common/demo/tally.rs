//! The demo company's control totals, counted in whole numbers of cents and ten-thousandths while
//! its documents are made.
//!
//! On purpose it shares no line with [`super::super::totals`] and [`super::super::rounding`]: two
//! ways must come to the same.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{
    super::totals::{Parts, Totals},
    catalogue::{Catalogue, Item},
};

/// `amount_e4` ten-thousandths in cents, half-up.
pub(super) fn half_up_cents(amount_e4: i64) -> i64 {
    (amount_e4 + 50) / 100
}

/// `amount` x `rate_e4` ten-thousandths, half-up in the unit of `amount`.
pub(super) fn share(amount: i64, rate_e4: i64) -> i64 {
    (amount * rate_e4 + 5_000) / 10_000
}

/// A running net, tax and freight.
#[derive(Default)]
struct Sums([i64; 3]);

impl Sums {
    fn add(&mut self, parts: [i64; 3]) {
        self.0.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
    }

    fn parts(&self, decimals: u32) -> Parts {
        let [net, tax, freight] = self.0.map(|sum| Decimal::new(sum, decimals));
        Parts { net, tax, freight, total: Decimal::new(self.0.iter().sum(), decimals) }
    }
}

/// All that is counted.
#[derive(Default)]
pub(super) struct Tally {
    counts: Totals,
    sales_e4: Sums,
    sales_cents: Sums,
    purchases_e4: Sums,
    purchases_cents: Sums,
    ordered_cents: i64,
    received_cents: i64,
    rejected_cents: i64,
    scrapped_units: i64,
    scrap_e4: i64,
    scrap_cents: i64,
    scrapped_without_cost: BTreeSet<u32>,
}

impl Tally {
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        let count = |made: bool, costless: bool| {
            let alike = |item: &&Item| item.made == made && (!costless || item.standard_e4 == 0);
            catalogue.items.iter().filter(alike).count()
        };
        let counts = Totals {
            made_products: count(true, false),
            made_products_without_cost: count(true, true),
            bought_products: count(false, false),
            bought_products_without_cost: count(false, true),
            ..Totals::default()
        };
        Self { counts, ..Self::default() }
    }

    /// A sales order with these parts in ten-thousandths.
    pub(super) fn sale(&mut self, parts_e4: [i64; 3], lines: usize, known_buyer: bool) {
        self.counts.sales_orders += 1;
        self.counts.sales_lines += lines;
        self.counts.unknown_buyers += usize::from(!known_buyer);
        self.sales_e4.add(parts_e4);
        self.sales_cents.add(parts_e4.map(half_up_cents));
    }

    /// A purchase line, its quantities ordered, received, rejected; returns the cents billed.
    pub(super) fn purchase_line(
        &mut self,
        price_e4: i64,
        [ordered, received, rejected]: [i64; 3],
    ) -> i64 {
        self.counts.purchase_lines += 1;
        self.counts.rejected_lines += usize::from(rejected > 0);
        self.ordered_cents += half_up_cents(ordered * price_e4);
        self.received_cents += half_up_cents(received * price_e4);
        self.rejected_cents += half_up_cents(rejected * price_e4);
        half_up_cents((received - rejected) * price_e4)
    }

    /// A purchase order: its header's parts in ten-thousandths, and the sum of what its lines
    /// billed.
    pub(super) fn purchase(&mut self, parts_e4: [i64; 3], billed_cents: i64, tax_rate_e4: i64) {
        let [_, _, freight_e4] = parts_e4;
        self.counts.purchase_orders += 1;
        self.purchases_e4.add(parts_e4);
        self.purchases_cents.add([
            billed_cents,
            share(billed_cents, tax_rate_e4),
            half_up_cents(freight_e4),
        ]);
    }

    /// A work order that scrapped so many of `item`, mostly none.
    pub(super) fn work_order(&mut self, item: &Item, scrapped: i64) {
        self.counts.work_orders += 1;
        if scrapped == 0 {
            return;
        }
        let cost_e4 = item.booked_cost_e4();
        self.counts.scrap_lines += 1;
        self.scrapped_units += scrapped;
        self.scrap_e4 += scrapped * cost_e4;
        self.scrap_cents += half_up_cents(scrapped * cost_e4);
        if cost_e4 == 0 {
            self.counts.scrap_lines_without_cost += 1;
            self.scrapped_without_cost.insert(item.id);
        }
    }

    /// The totals so far.
    pub(super) fn totals(self) -> Totals {
        Totals {
            scrapped_products_without_cost: self.scrapped_without_cost.len(),
            sales_read: self.sales_e4.parts(4),
            sales_booked: self.sales_cents.parts(2),
            purchases_read: self.purchases_e4.parts(4),
            purchases_booked: self.purchases_cents.parts(2),
            ordered: Decimal::new(self.ordered_cents, 2),
            received: Decimal::new(self.received_cents, 2),
            rejected: Decimal::new(self.rejected_cents, 2),
            scrapped_units: Decimal::from(self.scrapped_units),
            scrap_read: Decimal::new(self.scrap_e4, 4),
            scrap_booked: Decimal::new(self.scrap_cents, 2),
            ..self.counts
        }
    }
}
