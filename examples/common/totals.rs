//! The totals of a half year, as read and to the cent as booked, and how two of them compare.
//!
//! They are the check on the whole way from file to books: found once by other means (published
//! with the data, or counted in whole numbers while a company was generated), then recomputed from
//! the documents by [`Totals::of`] and compared line by line.

use std::{collections::BTreeSet, fmt};

use rust_decimal::Decimal;

use super::{
    company::{Company, CostSource, PurchaseDocument},
    rounding::{TooLarge, cents, plus, sum, times},
};

/// What must come out of a half year's documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Number of sales orders.
    pub sales_orders: usize,
    /// Number of their lines.
    pub sales_lines: usize,
    /// Sales orders without a customer.
    pub unknown_buyers: usize,
    /// Number of purchase orders.
    pub purchase_orders: usize,
    /// Number of their lines.
    pub purchase_lines: usize,
    /// Purchase lines of which something was rejected.
    pub rejected_lines: usize,
    /// Number of work orders.
    pub work_orders: usize,
    /// Work orders that scrapped something.
    pub scrap_lines: usize,
    /// Of those, the ones whose product has no cost: they count as zero.
    pub scrap_lines_without_cost: usize,
    /// Products without a cost among them.
    pub scrapped_products_without_cost: usize,
    /// Products made here.
    pub made_products: usize,
    /// Of those, the ones without standard cost.
    pub made_products_without_cost: usize,
    /// Products bought.
    pub bought_products: usize,
    /// Of those, the ones without standard cost: the last receipt counts.
    pub bought_products_without_cost: usize,
    /// Sales orders, exactly as read: net, tax, freight and their sum.
    pub sales_read: Parts,
    /// Sales orders to the cent, each part rounded on its own.
    pub sales_booked: Parts,
    /// Purchase orders, exactly as read: everything ordered.
    pub purchases_read: Parts,
    /// Bills to the cent: what was stocked, half-up per line; tax on that; freight.
    pub purchases_booked: Parts,
    /// Ordered quantity x price, half-up per line.
    pub ordered: Decimal,
    /// Received quantity x price, half-up per line.
    pub received: Decimal,
    /// Rejected quantity x price, half-up per line.
    pub rejected: Decimal,
    /// Units scrapped.
    pub scrapped_units: Decimal,
    /// Scrapped quantity x cost, exactly.
    pub scrap_read: Decimal,
    /// Scrapped quantity x cost, half-up per line.
    pub scrap_booked: Decimal,
}

/// Net, tax and freight, and their sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    /// Goods.
    pub net: Decimal,
    /// Tax.
    pub tax: Decimal,
    /// Freight.
    pub freight: Decimal,
    /// The sum of the three.
    pub total: Decimal,
}

impl Parts {
    fn add(&mut self, net: Decimal, tax: Decimal, freight: Decimal) -> Result<(), TooLarge> {
        self.net = plus(self.net, net)?;
        self.tax = plus(self.tax, tax)?;
        self.freight = plus(self.freight, freight)?;
        self.total = sum([self.net, self.tax, self.freight])?;
        Ok(())
    }
}

/// A total that came out otherwise than it must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Which total.
    pub what: String,
    /// What must come out.
    pub expected: Decimal,
    /// What did.
    pub actual: Decimal,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, expected, actual } = self;
        write!(f, "{what}: {expected} must come out, {actual} did")?;
        actual
            .checked_sub(*expected)
            .map_or(Ok(()), |difference| write!(f, " (difference {difference})"))
    }
}

impl Totals {
    /// The totals of these documents.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn of(company: &Company) -> Result<Self, TooLarge> {
        let mut totals = Self::default();
        totals.count_products(company);
        totals.add_sales(company)?;
        company.purchases.iter().try_for_each(|purchase| totals.add_purchase(purchase))?;
        totals.add_work(company)?;
        Ok(totals)
    }

    /// Each total that is otherwise in `actual`.
    pub fn compare(&self, actual: &Self) -> Vec<Mismatch> {
        let pairs = self.named().into_iter().zip(actual.named());
        let other = pairs.filter(|((_, expected), (_, actual))| expected != actual);
        other.map(|((what, expected), (_, actual))| Mismatch { what, expected, actual }).collect()
    }

    /// Every total with its name, in order: for a table, and for [`Totals::compare`].
    pub fn named(&self) -> Vec<(String, Decimal)> {
        let parts = [
            ("sales as read", self.sales_read),
            ("sales booked", self.sales_booked),
            ("purchases as read", self.purchases_read),
            ("purchases booked", self.purchases_booked),
        ];
        let counts =
            self.counts().into_iter().map(|(name, count)| (name.to_owned(), Decimal::from(count)));
        let parts = parts.into_iter().flat_map(|(name, parts)| {
            let Parts { net, tax, freight, total } = parts;
            [("net", net), ("tax", tax), ("freight", freight), ("total", total)]
                .map(|(part, amount)| (format!("{name}, {part}"), amount))
        });
        let amounts = [
            ("purchase lines ordered", self.ordered),
            ("purchase lines received", self.received),
            ("purchase lines rejected", self.rejected),
            ("units scrapped", self.scrapped_units),
            ("scrap as read", self.scrap_read),
            ("scrap booked", self.scrap_booked),
        ];
        counts.chain(parts).chain(amounts.map(|(name, amount)| (name.to_owned(), amount))).collect()
    }

    fn counts(&self) -> [(&'static str, usize); 14] {
        [
            ("sales orders", self.sales_orders),
            ("sales lines", self.sales_lines),
            ("sales orders of an unknown buyer", self.unknown_buyers),
            ("purchase orders", self.purchase_orders),
            ("purchase lines", self.purchase_lines),
            ("purchase lines with rejects", self.rejected_lines),
            ("work orders", self.work_orders),
            ("scrap lines", self.scrap_lines),
            ("scrap lines without a cost", self.scrap_lines_without_cost),
            ("scrapped products without a cost", self.scrapped_products_without_cost),
            ("products made", self.made_products),
            ("products made without standard cost", self.made_products_without_cost),
            ("products bought", self.bought_products),
            ("products bought without standard cost", self.bought_products_without_cost),
        ]
    }

    fn count_products(&mut self, company: &Company) {
        for product in company.products.values() {
            let without_cost = usize::from(product.standard_cost.is_zero());
            let (products, costless) = match product.made {
                true => (&mut self.made_products, &mut self.made_products_without_cost),
                false => (&mut self.bought_products, &mut self.bought_products_without_cost),
            };
            *products += 1;
            *costless += without_cost;
        }
    }

    fn add_sales(&mut self, company: &Company) -> Result<(), TooLarge> {
        for sale in &company.sales {
            self.sales_orders += 1;
            self.sales_lines += sale.lines.len();
            self.unknown_buyers += usize::from(sale.customer.is_none());
            self.sales_read.add(sale.net, sale.tax, sale.freight)?;
            let booked = sale.booked()?;
            self.sales_booked.add(booked.net, booked.tax, booked.freight)?;
        }
        Ok(())
    }

    fn add_purchase(&mut self, purchase: &PurchaseDocument) -> Result<(), TooLarge> {
        self.purchase_orders += 1;
        self.purchases_read.add(purchase.net, purchase.tax, purchase.freight)?;
        let booked = purchase.booked()?;
        self.purchases_booked.add(booked.net, booked.tax, booked.freight)?;
        for line in &purchase.lines {
            self.purchase_lines += 1;
            self.rejected_lines += usize::from(!line.rejected.is_zero());
            self.ordered = plus(self.ordered, line.value_of(line.ordered)?)?;
            self.received = plus(self.received, line.value_of(line.received)?)?;
            self.rejected = plus(self.rejected, line.value_of(line.rejected)?)?;
        }
        Ok(())
    }

    fn add_work(&mut self, company: &Company) -> Result<(), TooLarge> {
        self.work_orders = company.work_orders.len();
        let mut without_cost = BTreeSet::new();
        for order in company.scraps() {
            let (cost, source) = company.unit_cost(order.product);
            let value = times(order.scrapped, cost)?;
            self.scrap_lines += 1;
            self.scrapped_units = plus(self.scrapped_units, order.scrapped)?;
            self.scrap_read = plus(self.scrap_read, value)?;
            self.scrap_booked = plus(self.scrap_booked, cents(value))?;
            if source == CostSource::Unknown {
                self.scrap_lines_without_cost += 1;
                without_cost.insert(order.product);
            }
        }
        self.scrapped_products_without_cost = without_cost.len();
        Ok(())
    }
}
