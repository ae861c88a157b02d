//! Sales: seven of ten orders come from homes, small and at list price; the rest from dealers,
//! large and with a discount.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    super::company::{SalesDocument, SalesLine},
    calendar::{Rhythm, days},
    catalogue::{Catalogue, Item, Partner, territory},
    origin,
    random::{Random, Weights},
    tally::{Tally, share},
};

/// Under this a home pays freight: 100.00.
const FREE_FROM_E4: i64 = 1_000_000;

/// What it pays: 6.90.
const HOME_FREIGHT_E4: i64 = 69_000;

/// What dealers pay, of the net amount: 2.5 %.
const DEALER_FREIGHT_RATE_E4: i64 = 250;

/// What customers choose from, and how likely.
struct Market<'c> {
    catalogue: &'c Catalogue,
    shelf: Vec<&'c Item>,
    item_weights: Weights,
    dealer_weights: Weights,
    home_weights: Weights,
}

/// One order before it is a document.
struct Order {
    customer: Option<u32>,
    territory: u32,
    tax_e4: i64,
    freight_e4: i64,
    net_e4: i64,
    lines: Vec<SalesLine>,
}

/// `count` sales orders in order of their dates, with ids from 10,001.
pub(super) fn sales(
    random: &mut Random,
    count: u32,
    catalogue: &Catalogue,
    tally: &mut Tally,
) -> Vec<SalesDocument> {
    let market = Market::new(catalogue);
    let online = count * 7 / 10;
    let mut calls: Vec<_> =
        days(random, online, Rhythm::Homes).into_iter().map(|day| (day, true)).collect();
    calls.extend(
        days(random, count - online, Rhythm::Businesses).into_iter().map(|day| (day, false)),
    );
    calls.sort_unstable();
    (1..).zip(calls).map(|(number, call)| market.sale(random, number, call, tally)).collect()
}

impl<'c> Market<'c> {
    fn new(catalogue: &'c Catalogue) -> Self {
        let shelf: Vec<_> = catalogue.items.iter().filter(|item| item.sold).collect();
        Self {
            // Popular sizes are spread over the families: rank by a fixed shuffle of the list.
            item_weights: Weights::new(
                (0_u64..).take(shelf.len()).map(|place| 1_000_000 / (place * 37 % 133 + 6)),
            ),
            shelf,
            dealer_weights: Weights::zipf(catalogue.dealers.len(), 3),
            home_weights: Weights::zipf(catalogue.homes.len(), 200),
            catalogue,
        }
    }

    fn sale(
        &self,
        random: &mut Random,
        number: u32,
        (date, online): (NaiveDate, bool),
        tally: &mut Tally,
    ) -> SalesDocument {
        let order = if online { self.home_order(random) } else { self.dealer_order(random) };
        let tax_e4 = share(order.net_e4 + order.freight_e4, order.tax_e4);
        tally.sale(
            [order.net_e4, tax_e4, order.freight_e4],
            order.lines.len(),
            order.customer.is_some(),
        );
        SalesDocument {
            id: 10_000 + number,
            date,
            customer: order.customer,
            territory: Some(order.territory),
            sales_person: (!online).then_some(order.territory),
            online,
            net: Decimal::new(order.net_e4, 4),
            tax: Decimal::new(tax_e4, 4),
            freight: Decimal::new(order.freight_e4, 4),
            lines: order.lines,
            origin: origin(number),
        }
    }

    /// One to four things at list price; one home in thirty orders as a guest, whom nobody knows.
    fn home_order(&self, random: &mut Random) -> Order {
        let guest = random.chance(33);
        let buyer = random.weighted(&self.catalogue.homes, &self.home_weights).filter(|_| !guest);
        let (territory, tax_e4) =
            buyer.map_or_else(|| territory(random), |home| (home.territory, home.tax_e4));
        let count = 1 + Weights::new([50, 28, 14, 8]).draw(random);
        let (net_e4, lines) = self.basket(random, count, 0, |random| {
            if random.chance(800) { 1 } else { random.between(2, 4) }
        });
        let freight_e4 = if net_e4 < FREE_FROM_E4 { HOME_FREIGHT_E4 } else { 0 };
        Order { customer: buyer.map(|home| home.id), territory, tax_e4, freight_e4, net_e4, lines }
    }

    /// Two to twelve things by the box, at the dealer's discount.
    fn dealer_order(&self, random: &mut Random) -> Order {
        let dealer = random.weighted(&self.catalogue.dealers, &self.dealer_weights);
        let (territory, tax_e4) =
            dealer.map_or_else(|| territory(random), |dealer| (dealer.territory, dealer.tax_e4));
        let discount = dealer.map_or(0, |dealer: &Partner| dealer.discount_percent);
        let count = usize::try_from(random.between(2, 12)).unwrap_or(2);
        let (net_e4, lines) = self
            .basket(random, count, discount, |random| random.between(1, 12) * random.between(1, 3));
        let freight_e4 = share(net_e4, DEALER_FREIGHT_RATE_E4);
        Order {
            customer: dealer.map(|dealer| dealer.id),
            territory,
            tax_e4,
            freight_e4,
            net_e4,
            lines,
        }
    }

    /// `count` lines and their net amount. List prices are in whole cents, so a discount in whole
    /// percent is exact.
    fn basket(
        &self,
        random: &mut Random,
        count: usize,
        discount_percent: i64,
        mut units: impl FnMut(&mut Random) -> i64,
    ) -> (i64, Vec<SalesLine>) {
        let mut net_e4 = 0;
        let mut lines = Vec::with_capacity(count);
        for _ in 0..count {
            let Some(item) = random.weighted(&self.shelf, &self.item_weights) else { continue };
            let quantity = units(random);
            net_e4 += quantity * item.price_e4 * (100 - discount_percent) / 100;
            lines.push(SalesLine { product: item.id, quantity: Decimal::from(quantity) });
        }
        (net_e4, lines)
    }
}
