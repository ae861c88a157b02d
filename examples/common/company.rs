//! A company's half year as plain business documents: who, what, when, how much, exactly as read.
//!
//! Nothing here knows accounts, engines or stores. Each document keeps its source amounts (up to
//! four decimals) and says, by `booked`, what of it goes into the books to the cent: each part of a
//! sales header rounded half-up on its own; a purchase billed by what was stocked, half-up per
//! line, tax on the document, freight of the header; scrap at standard cost, half-up per line. The
//! parts are the total.

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::{
    rounding::{TooLarge, cents, plus, sum, times},
    table::DataError,
    totals::{Mismatch, Totals},
};

/// What sales orders without a customer are booked to, all of them.
pub const UNKNOWN_BUYER: &str = "unknown buyer";

/// A company: its master data by id, its documents in order of their ids, and the totals that must
/// come out.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    /// The name for the head of reports.
    pub name: String,
    /// ISO 4217 code of all amounts.
    pub currency: String,
    /// Customers by id.
    pub customers: BTreeMap<u32, Party>,
    /// Vendors by id.
    pub vendors: BTreeMap<u32, Party>,
    /// Products by id.
    pub products: BTreeMap<u32, Product>,
    /// Names of sales territories by id.
    pub territories: BTreeMap<u32, String>,
    /// Sales orders, to be booked on their date.
    pub sales: Vec<SalesDocument>,
    /// Purchase orders, to be booked on the day of their receipt.
    pub purchases: Vec<PurchaseDocument>,
    /// Finished work orders; most scrapped nothing, see [`Company::scraps`].
    pub work_orders: Vec<WorkOrder>,
    /// The totals that must come out, found by other means than from these documents; none for
    /// files nobody published totals for.
    pub checks: Option<Totals>,
}

/// A customer or a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The id that documents refer to.
    pub id: u32,
    /// The number on papers.
    pub number: String,
    /// The name, or the number where the source has none.
    pub name: String,
    /// Days from the document's date to the due date, where terms are known.
    pub terms_days: Option<u16>,
}

/// A thing bought, made or sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The id that documents refer to.
    pub id: u32,
    /// The number on papers.
    pub number: String,
    /// The name.
    pub name: String,
    /// Made here (true) or bought.
    pub made: bool,
    /// Standard cost per unit; zero means that nobody set one.
    pub standard_cost: Decimal,
    /// What the vendor with the latest receipt took per unit; of two on one day the one with the
    /// lower id.
    pub last_receipt_cost: Option<Decimal>,
    /// Units in stock when the half year opens, all places together.
    pub opening_quantity: Decimal,
}

/// Where a unit cost comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostSource {
    /// The product's standard cost.
    Standard,
    /// A bought product without standard cost: the vendor's last receipt.
    LastReceipt,
    /// Nobody knows: it counts as zero, and is counted.
    Unknown,
}

/// Where a document came from, for messages: a line of a file, or an item of the generator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file's path, or `(generated)`.
    pub file: Arc<str>,
    /// The line as an editor shows it: the header is line 1. For generated documents a running
    /// number.
    pub line: u64,
}

/// A sales order, delivered and invoiced on its date.
#[derive(Debug, Clone, PartialEq)]
pub struct SalesDocument {
    /// Unique among sales orders.
    pub id: u32,
    /// The date of the order.
    pub date: NaiveDate,
    /// The customer, where known; see [`UNKNOWN_BUYER`].
    pub customer: Option<u32>,
    /// The sales territory.
    pub territory: Option<u32>,
    /// The sales person, for orders that had one.
    pub sales_person: Option<u32>,
    /// Ordered by the customer online (true) or through a sales person.
    pub online: bool,
    /// Net amount, as read.
    pub net: Decimal,
    /// Sales tax, as read.
    pub tax: Decimal,
    /// Freight charged, as read.
    pub freight: Decimal,
    /// What was sold. Revenue is the header's: line prices may be before discounts.
    pub lines: Vec<SalesLine>,
    /// Where it stands in the source.
    pub origin: Origin,
}

/// A product and how much of it was sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesLine {
    /// The product.
    pub product: u32,
    /// Units.
    pub quantity: Decimal,
}

/// A sales document to the cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookedSale {
    /// Revenue.
    pub net: Decimal,
    /// Sales tax owed.
    pub tax: Decimal,
    /// Freight charged to the customer.
    pub freight: Decimal,
    /// What the customer owes: the sum of the three.
    pub total: Decimal,
}

impl SalesDocument {
    /// The exact total, as read.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn total(&self) -> Result<Decimal, TooLarge> {
        sum([self.net, self.tax, self.freight])
    }

    /// The parts to the cent; the total is their sum, whatever the exact total rounds to.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn booked(&self) -> Result<BookedSale, TooLarge> {
        let (net, tax, freight) = (cents(self.net), cents(self.tax), cents(self.freight));
        Ok(BookedSale { net, tax, freight, total: sum([net, tax, freight])? })
    }
}

/// A purchase order with its receipt and its bill, both on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct PurchaseDocument {
    /// Unique among purchase orders.
    pub id: u32,
    /// The date of the order.
    pub ordered_on: NaiveDate,
    /// The date of receipt and bill: the day it is booked.
    pub received_on: NaiveDate,
    /// The vendor.
    pub vendor: u32,
    /// Recoverable tax on the document, as a fraction: 0.08 is 8 %.
    pub tax_rate: Decimal,
    /// Net amount of all that was ordered, as read.
    pub net: Decimal,
    /// Tax on all that was ordered, as read.
    pub tax: Decimal,
    /// Freight of the header, as read.
    pub freight: Decimal,
    /// What was ordered, received, rejected.
    pub lines: Vec<PurchaseLine>,
    /// Where its header stands in the source.
    pub origin: Origin,
}

/// A line of a purchase order. Received = rejected + stocked.
#[derive(Debug, Clone, PartialEq)]
pub struct PurchaseLine {
    /// Unique among all purchase lines.
    pub id: u32,
    /// The product.
    pub product: u32,
    /// Price per unit, as read.
    pub unit_price: Decimal,
    /// Units ordered.
    pub ordered: Decimal,
    /// Units that came.
    pub received: Decimal,
    /// Units sent back at the dock; not billed.
    pub rejected: Decimal,
    /// Units that went into stock; billed.
    pub stocked: Decimal,
    /// Where it stands in the source.
    pub origin: Origin,
}

impl PurchaseLine {
    /// `quantity` units at this line's price, to the cent.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn value_of(&self, quantity: Decimal) -> Result<Decimal, TooLarge> {
        Ok(cents(times(quantity, self.unit_price)?))
    }

    /// What is billed and goes into stock, to the cent.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn billed(&self) -> Result<Decimal, TooLarge> {
        self.value_of(self.stocked)
    }
}

/// A purchase document to the cent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedPurchase {
    /// Into stock, one amount per line in the document's order; zero where all was rejected.
    pub lines: Vec<Decimal>,
    /// The sum of the lines.
    pub net: Decimal,
    /// Recoverable tax on `net`.
    pub tax: Decimal,
    /// Freight.
    pub freight: Decimal,
    /// What the vendor gets: net, tax and freight.
    pub total: Decimal,
}

impl PurchaseDocument {
    /// The exact total of all that was ordered, as read.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn total(&self) -> Result<Decimal, TooLarge> {
        sum([self.net, self.tax, self.freight])
    }

    /// The bill to the cent: what was stocked, not what was ordered. The freight is due even when
    /// every unit was rejected.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn booked(&self) -> Result<BookedPurchase, TooLarge> {
        let lines = self.lines.iter().map(PurchaseLine::billed).collect::<Result<Vec<_>, _>>()?;
        let net = sum(lines.iter().copied())?;
        let tax = cents(times(net, self.tax_rate)?);
        let freight = cents(self.freight);
        Ok(BookedPurchase { lines, net, tax, freight, total: sum([net, tax, freight])? })
    }
}

/// A finished work order. Ordered = stocked + scrapped.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkOrder {
    /// Unique among work orders.
    pub id: u32,
    /// What was made.
    pub product: u32,
    /// Units ordered.
    pub ordered: Decimal,
    /// Units that went into stock.
    pub stocked: Decimal,
    /// Units scrapped.
    pub scrapped: Decimal,
    /// Why, when anything was scrapped.
    pub scrap_reason: Option<String>,
    /// The first day.
    pub started_on: NaiveDate,
    /// The last day: the day its scrap is booked.
    pub ended_on: NaiveDate,
    /// Where it stands in the source.
    pub origin: Origin,
}

impl Company {
    /// The work orders that scrapped something.
    pub fn scraps(&self) -> impl Iterator<Item = &WorkOrder> {
        self.work_orders.iter().filter(|order| !order.scrapped.is_zero())
    }

    /// The cost of one unit and where it comes from: standard cost; for bought products without one
    /// the last receipt; else zero.
    pub fn unit_cost(&self, product: u32) -> (Decimal, CostSource) {
        let Some(product) = self.products.get(&product) else {
            return (Decimal::ZERO, CostSource::Unknown);
        };
        match product.last_receipt_cost {
            _ if !product.standard_cost.is_zero() => (product.standard_cost, CostSource::Standard),
            Some(cost) if !product.made => (cost, CostSource::LastReceipt),
            _ => (Decimal::ZERO, CostSource::Unknown),
        }
    }

    /// `quantity` units of `product` at their unit cost, half-up to the cent: the value of scrap,
    /// of an opening stock, of goods sold.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn cost_of(&self, product: u32, quantity: Decimal) -> Result<Decimal, TooLarge> {
        Ok(cents(times(quantity, self.unit_cost(product).0)?))
    }

    /// The goods of a sales order at their unit cost, half-up per line.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn cost_of_goods(&self, sale: &SalesDocument) -> Result<Decimal, TooLarge> {
        sale.lines.iter().try_fold(Decimal::ZERO, |total, line| {
            plus(total, self.cost_of(line.product, line.quantity)?)
        })
    }

    /// The stock the half year opens with, at unit cost, half-up per product.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn opening_stock(&self) -> Result<Decimal, TooLarge> {
        self.products.values().try_fold(Decimal::ZERO, |total, item| {
            plus(total, self.cost_of(item.id, item.opening_quantity)?)
        })
    }

    /// The buyer's name: the customer's, or [`UNKNOWN_BUYER`].
    pub fn buyer(&self, sale: &SalesDocument) -> &str {
        sale.customer
            .and_then(|id| self.customers.get(&id))
            .map_or(UNKNOWN_BUYER, |party| &party.name)
    }

    /// The first and the last day on which anything is booked; nothing for a company without
    /// documents.
    pub fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        let sales = self.sales.iter().map(|sale| sale.date);
        let receipts = self.purchases.iter().map(|purchase| purchase.received_on);
        let scraps = self.scraps().map(|order| order.ended_on);
        let mut days = sales.chain(receipts).chain(scraps);
        let first = days.next()?;
        Some(days.fold((first, first), |(from, to), day| (from.min(day), to.max(day))))
    }

    /// Recomputes all totals from the documents and compares them with [`Company::checks`]; an
    /// empty list is good news.
    ///
    /// # Errors
    /// [`TooLarge`] instead of an overflow.
    pub fn check(&self) -> Result<Vec<Mismatch>, TooLarge> {
        match &self.checks {
            Some(expected) => Ok(expected.compare(&Totals::of(self)?)),
            None => Ok(Vec::new()),
        }
    }
}

impl Party {
    /// When a document of `date` must be paid, where terms are known.
    pub fn due(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.checked_add_days(Days::new(self.terms_days?.into()))
    }
}

impl Origin {
    /// Something that turned out to be wrong here only later, say an account the books don't have.
    pub fn error(&self, column: &str, value: &str, problem: impl Into<String>) -> DataError {
        DataError::at(self.file.as_ref(), self.line, column, value, problem)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)
    }
}
