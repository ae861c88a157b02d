//! From a half year's documents to the commands of a company, day by day: what was ordered, came, was made, sold, billed and paid.
//!
//! | document | commands |
//! |---|---|
//! | purchase order | ordered; on the day of its receipt received, what was rejected refused, and billed as it was stocked; paid after 30 days |
//! | work order | begun with its material; completed and closed on its last day, what was scrapped left out |
//! | sales order | ordered, delivered and invoiced on its day; paid at once where it came online, else after 30 days |
//!
//! Prices are those of the source: of a sale the header's net amount, shared out over the lines by what they cost; the tax is the header's, at
//! the shortest rate that gives it to the cent. What is due after the last day stays open.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};

use chrono::Days;
use fondaco::{
    company::{
        BillLine, NewBill, NewClose, NewCompletion, NewDelivery, NewInvoice, NewIssue, NewLine,
        NewOrder, NewPayment, NewReceipt, NewWorkOrder, Promise, ReceivedLine, Settles,
    },
    core::{
        Rate, UnitPrice,
        allocation::{Residual, allocate},
    },
    prelude::*,
};

use crate::common::{
    company::{
        Company, Origin, Product, PurchaseDocument, SalesDocument, UNKNOWN_BUYER, WorkOrder,
    },
    rounding::{cents, times},
};

/// What products are made of: each part and how much of it a piece takes.
pub type Parts = BTreeMap<u32, Vec<(u32, Decimal)>>;

/// After how many days is paid what is not paid at once.
const TERMS: Days = Days::new(30);

/// All of it.
pub struct Papers {
    /// What is done on each day.
    pub days: BTreeMap<NaiveDate, Day>,
    /// The tax codes that its documents have.
    pub taxes: BTreeMap<String, Rate>,
    /// The customers who bought, by their codes.
    pub customers: BTreeMap<String, Buyer>,
    /// How many sales have no customer in the source.
    pub unknown: usize,
    currency: Currency,
    last: NaiveDate,
}

/// Who bought.
pub struct Buyer {
    pub name: String,
    /// `online`, or `reseller` for whom a sales person called on.
    pub channel: &'static str,
}

/// One kind of document of a day, each with its place in the source.
pub type Pile<T> = Vec<(T, Origin)>;

/// What is done on a day, in this order.
#[derive(Default)]
pub struct Day {
    pub orders_to_vendors: Pile<NewOrder>,
    pub receipts: Pile<NewReceipt>,
    pub completions: Pile<NewCompletion>,
    pub closes: Pile<NewClose>,
    pub bills: Pile<NewBill>,
    pub work: Pile<NewWorkOrder>,
    pub material: Pile<NewIssue>,
    pub orders: Pile<NewOrder>,
    pub deliveries: Pile<NewDelivery>,
    pub invoices: Pile<NewInvoice>,
    pub payments: Pile<NewPayment>,
}

type Done<T> = Result<T, Box<dyn Error>>;

impl Papers {
    /// Makes all of a company's papers; with what its products are made of, also those of its production.
    ///
    /// # Errors
    /// A sum is too large, or a document can't be taxed or priced, with its place in the source.
    pub fn of(company: &Company, parts: Option<&Parts>) -> Done<Papers> {
        let currency = Currency::from_code(&company.currency).ok_or("the currency is unknown")?;
        let (_, last) = company.days().ok_or("the company has no documents")?;
        let (days, taxes, customers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut papers = Papers { days, taxes, customers, unknown: 0, currency, last };
        for purchase in &company.purchases {
            papers.purchase(company, purchase)?;
        }
        let work = company.work_orders.iter().filter(|work| !work.ordered.is_zero());
        for work in work.filter(|_| parts.is_some()) {
            let of_product = parts.and_then(|parts| parts.get(&work.product));
            papers.work(company, work, of_product.map(Vec::as_slice).unwrap_or_default())?;
        }
        for sale in &company.sales {
            papers.sale(company, sale)?;
        }
        Ok(papers)
    }

    /// How many documents there are.
    pub fn count(&self) -> usize {
        self.days.values().map(Day::count).sum()
    }

    fn on(&mut self, day: NaiveDate) -> &mut Day {
        self.days.entry(day).or_default()
    }

    fn money(&self, amount: Decimal) -> Money {
        Money::new(amount, self.currency)
    }

    /// The code of the tax that makes `tax` of `net`.
    fn tax(&mut self, net: Decimal, tax: Decimal, origin: &Origin) -> Done<String> {
        let rate = shortest_rate(net, tax)
            .ok_or_else(|| origin.error("tax", &tax.to_string(), "is no rate of the net amount"))?;
        let code = format!("T{}", (rate * Decimal::ONE_HUNDRED).normalize());
        self.taxes.insert(code.clone(), Rate::new(rate)?);
        Ok(code)
    }

    fn purchase(&mut self, company: &Company, purchase: &PurchaseDocument) -> Done<()> {
        let code = format!("PO-{}", purchase.id);
        let vendor = vendor_code(purchase.vendor);
        let booked = purchase.booked()?;
        let tax = self.tax(Decimal::ONE, purchase.tax_rate, &purchase.origin)?;
        let day = purchase.received_on;
        let mut order = NewOrder::new(code.as_str(), vendor.as_str(), purchase.ordered_on);
        order.wanted_on = Some(day);
        let mut receipt = NewReceipt::new(code.as_str(), code.as_str(), day);
        let mut bill = NewBill::new(code.as_str(), vendor.as_str(), day).order(code.as_str());
        let ordered = purchase.lines.iter().filter(|line| !line.ordered.is_zero());
        for (number, line) in (1_u32..).zip(ordered) {
            let price = UnitPrice::new(self.money(line.unit_price), Unit::PIECE);
            let new = NewLine::new(item_of(company, line.product)?, pieces(line.ordered));
            order = order.line(new.price(price).tax_code(tax.as_str()));
            let refused = (!line.rejected.is_zero()).then(|| pieces(line.rejected));
            // A line that was refused whole is no part of a receipt.
            if !line.stocked.is_zero() {
                let came = ReceivedLine::new(number, pieces(line.stocked));
                receipt = receipt.line(ReceivedLine { refused, ..came });
                bill = bill.line(BillLine::new(number, pieces(line.stocked)).at(price));
            }
        }
        if order.lines.is_empty() {
            return Ok(());
        }
        if !booked.freight.is_zero() {
            let freight = UnitPrice::new(self.money(booked.freight), Unit::PIECE);
            let one = pieces(Decimal::ONE);
            bill = bill.charge(NewLine::service("Freight", one, freight));
        }
        if bill.lines.is_none() {
            bill.order = None;
        }
        let origin = || purchase.origin.clone();
        self.on(purchase.ordered_on).orders_to_vendors.push((order, origin()));
        if receipt.lines.is_some() {
            self.on(day).receipts.push((receipt, origin()));
        }
        if !booked.total.is_zero() {
            self.on(day).bills.push((bill, origin()));
            let paid = day.checked_add_days(TERMS).unwrap_or(day);
            let amount = self.money(booked.total);
            let payment = NewPayment::made(format!("PO-{}", purchase.id), vendor, paid, amount);
            self.pay(payment.settles(Settles::bill(code)), origin());
        }
        Ok(())
    }

    /// What is due after the last day stays open.
    fn pay(&mut self, payment: NewPayment, origin: Origin) {
        if payment.date <= self.last {
            self.on(payment.date).payments.push((payment, origin));
        }
    }

    fn work(&mut self, company: &Company, work: &WorkOrder, parts: &[(u32, Decimal)]) -> Done<()> {
        let code = format!("WO-{}", work.id);
        let item = item_of(company, work.product)?;
        let (from, to) = (work.started_on, work.ended_on);
        let mut order = NewWorkOrder::new(code.as_str(), item, pieces(work.ordered), from).due(to);
        order.material = Some(Vec::new());
        for (part, of_one) in parts {
            let quantity = pieces(times(*of_one, work.ordered)?);
            order = order.material(item_of(company, *part)?, quantity);
        }
        // What it needs is issued on the same day: there is nothing to promise.
        order.release = Some(Promise::Nothing);
        let origin = || work.origin.clone();
        self.on(from).work.push((order, origin()));
        if !parts.is_empty() {
            let issue = NewIssue::new(code.as_str(), code.as_str(), from);
            self.on(from).material.push((issue, origin()));
        }
        let mut done = NewCompletion::new(code.as_str(), code.as_str(), to).as_issued();
        done = done.good(pieces(work.stocked));
        if !work.scrapped.is_zero() {
            done = done.scrapped(pieces(work.scrapped));
        }
        self.on(to).completions.push((done, origin()));
        self.on(to).closes.push((NewClose::new(code, to), origin()));
        Ok(())
    }

    fn sale(&mut self, company: &Company, sale: &SalesDocument) -> Done<()> {
        let code = format!("SO-{}", sale.id);
        let booked = sale.booked()?;
        let customer = self.customer(company, sale);
        let tax = self.tax(booked.net, booked.tax, &sale.origin)?;
        let mut order = NewOrder::new(code.as_str(), customer.as_str(), sale.date);
        let lines: Vec<_> = sale.lines.iter().filter(|line| !line.quantity.is_zero()).collect();
        let mut weights = Vec::with_capacity(lines.len());
        for line in &lines {
            weights.push(company.cost_of(line.product, line.quantity)?);
        }
        if weights.iter().all(Decimal::is_zero) {
            weights = lines.iter().map(|line| line.quantity).collect();
        }
        let net = self.money(booked.net);
        let shares = match lines.is_empty() {
            true => Vec::new(),
            false => allocate(net, &weights, Residual::LargestRemainder)?,
        };
        for (line, share) in lines.iter().zip(shares) {
            let quantity = pieces(line.quantity);
            let price = UnitPrice::for_each(share, quantity)?;
            let new = NewLine::new(item_of(company, line.product)?, quantity);
            order = order.line(new.price(price).tax_code(tax.as_str()));
        }
        for (text, amount, tax) in
            [("Freight", booked.freight, None), ("Goods", booked.net, Some(&tax))]
        {
            if amount.is_zero() || (text == "Goods" && !lines.is_empty()) {
                continue;
            }
            let price = UnitPrice::new(self.money(amount), Unit::PIECE);
            let new = NewLine::service(text, pieces(Decimal::ONE), price);
            order = order.line(match tax {
                Some(tax) => new.tax_code(tax.as_str()),
                None => new,
            });
        }
        if order.lines.is_empty() {
            return Ok(());
        }
        let origin = || sale.origin.clone();
        let amount = self.money(booked.total);
        let day = self.on(sale.date);
        day.orders.push((order, origin()));
        if !lines.is_empty() {
            let delivery = NewDelivery::new(code.as_str(), code.as_str(), sale.date);
            day.deliveries.push((delivery, origin()));
        }
        let invoice = NewInvoice::new(code.as_str(), code.as_str(), sale.date);
        day.invoices.push((invoice, origin()));
        let later = sale.date.checked_add_days(TERMS).unwrap_or(sale.date);
        let paid = if sale.online { sale.date } else { later };
        if amount.is_positive() {
            let payment = NewPayment::received(code.as_str(), customer, paid, amount);
            self.pay(payment.settles(Settles::invoice(code)), origin());
        }
        Ok(())
    }

    /// The buyer's code, who is noted.
    fn customer(&mut self, company: &Company, sale: &SalesDocument) -> String {
        let known = sale.customer.and_then(|id| company.customers.get(&id));
        let (code, name) = match known {
            Some(party) => (party.number.clone(), party.name.clone()),
            None => {
                self.unknown += 1;
                ("UNKNOWN".to_owned(), UNKNOWN_BUYER.to_owned())
            }
        };
        let buyer = self.customers.entry(code.clone()).or_insert(Buyer { name, channel: "online" });
        if !sale.online {
            buyer.channel = "reseller";
        }
        code
    }
}

impl Day {
    /// How many documents it has.
    pub fn count(&self) -> usize {
        let bought = self.orders_to_vendors.len() + self.receipts.len() + self.bills.len();
        let made = self.work.len() + self.material.len() + self.completions.len();
        let sold = self.orders.len() + self.deliveries.len() + self.invoices.len();
        bought + made + self.closes.len() + sold + self.payments.len()
    }
}

/// A vendor's code in the company.
pub fn vendor_code(vendor: u32) -> String {
    format!("V-{vendor}")
}

/// The code of a product in the company is its number.
pub fn item_of(company: &Company, product: u32) -> Result<ItemId, String> {
    let product = company.products.get(&product);
    product.map(item).ok_or_else(|| "a document has a product that is none".to_owned())
}

/// The item of a product.
pub fn item(product: &Product) -> ItemId {
    ItemId::named(&product.number)
}

/// So many pieces.
pub fn pieces(count: Decimal) -> Quantity {
    Quantity::new(count, Unit::PIECE)
}

/// The rate with the fewest digits that makes `tax` of `net`, to the cent.
fn shortest_rate(net: Decimal, tax: Decimal) -> Option<Decimal> {
    if tax.is_zero() {
        return Some(Decimal::ZERO);
    }
    let exact = tax.checked_div(net)?;
    let mut rates = (2..=12).map(|digits| exact.round_dp(digits));
    rates.find(|rate| net.checked_mul(*rate).map(cents) == Some(cents(tax)))
}

/// What must have been there when the half year opened, by product: what was counted, and what is sold and used up before enough of it
/// comes.
pub fn opening(company: &Company, papers: &Papers) -> Done<BTreeMap<u32, Decimal>> {
    let numbers: BTreeMap<ItemId, u32> =
        company.products.values().map(|product| (item(product), product.id)).collect();
    let mut stock: BTreeMap<u32, Level> = company.products.values().map(Level::counted).collect();
    let mut change = |item: ItemId, by: Decimal| -> Done<()> {
        let product = numbers.get(&item).ok_or("an item is none of the products")?;
        Ok(stock.entry(*product).or_default().change(by)?)
    };
    let mut made: BTreeMap<&str, ItemId> = BTreeMap::new();
    let mut bought: BTreeMap<(&str, u32), ItemId> = BTreeMap::new();
    for day in papers.days.values() {
        for (order, _) in &day.orders_to_vendors {
            for (number, line) in (1_u32..).zip(&order.lines) {
                bought.extend(line.item.map(|item| ((order.code.as_str(), number), item)));
            }
        }
        for (receipt, _) in &day.receipts {
            for line in receipt.lines.iter().flatten() {
                let item = bought.get(&(receipt.order.as_str(), line.line));
                let quantity = line.quantity.map_or(Decimal::ZERO, |come| come.amount());
                item.map_or(Ok(()), |item| change(*item, quantity))?;
            }
        }
        for (done, _) in &day.completions {
            let item = made.get(done.order.as_str());
            let good = done.good.map_or(Decimal::ZERO, |good| good.amount());
            item.map_or(Ok(()), |item| change(*item, good))?;
        }
        for (work, _) in &day.work {
            if let fondaco::company::Makes::Item { item, .. } = &work.makes {
                made.insert(work.code.as_str(), *item);
            }
            for part in work.material.iter().flatten() {
                change(part.item, -part.quantity.amount())?;
            }
        }
        for line in day.orders.iter().flat_map(|(order, _)| &order.lines) {
            line.item.map_or(Ok(()), |item| change(item, -line.quantity.amount()))?;
        }
    }
    let opened = stock.into_iter().map(|(product, level)| Ok((product, level.opening()?)));
    opened.filter(|level| !matches!(level, Ok((_, level)) if level.is_zero())).collect()
}

/// How far a product's stock goes down.
#[derive(Default, Clone, Copy)]
struct Level {
    counted: Decimal,
    now: Decimal,
    lowest: Decimal,
}

impl Level {
    fn counted(product: &Product) -> (u32, Level) {
        let counted = product.opening_quantity;
        (product.id, Level { counted, now: counted, lowest: Decimal::ZERO })
    }

    fn change(&mut self, by: Decimal) -> Result<(), crate::common::rounding::TooLarge> {
        self.now = crate::common::rounding::plus(self.now, by)?;
        self.lowest = self.lowest.min(self.now);
        Ok(())
    }

    fn opening(self) -> Result<Decimal, crate::common::rounding::TooLarge> {
        crate::common::rounding::plus(self.counted, self.lowest.abs())
    }
}

/// The codes of the vendors whom something is bought from.
pub fn vendors(company: &Company) -> BTreeSet<u32> {
    company.purchases.iter().map(|purchase| purchase.vendor).collect()
}
