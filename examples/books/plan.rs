//! From documents to entries, and from entries to commands: all that will be booked, made before
//! anything is.
//!
//! | document | entries |
//! |---|---|
//! | sales order | the invoice (customer owes net, tax, freight), and its goods at cost |
//! | purchase order | the receipt with what was sent back, and the bill |
//! | work order with scrap | the scrapped goods at cost |
//!
//! A day's documents of a kind are one command with a name of its own, `books/sales/2013-07-01`:
//! all of it is booked or none, and once, however often it is sent. That is the whole secret of
//! going on after a crash.

use std::{collections::BTreeMap, error::Error};

use fondaco::prelude::*;

use super::{
    chart::{Chart, Event},
    opening::{OpeningItem, opening_stock},
};
use crate::common::{
    company::{Company, Origin, Party, PurchaseDocument, SalesDocument, WorkOrder},
    rounding::{TooLarge, plus, sum},
};

/// Everything that will be booked.
pub struct Plan<'c> {
    pub opening: Vec<OpeningItem<'c>>,
    /// In order of their days.
    pub batches: Vec<Batch>,
    /// The day before the first document: the opening stock is booked on it.
    pub eve: NaiveDate,
    /// The day of the first document.
    pub first: NaiveDate,
    /// The day of the last one.
    pub last: NaiveDate,
}

/// What goes into the books in one step.
pub struct Batch {
    /// The name that makes it happen once.
    pub name: String,
    pub command: PostMany,
    /// Where each entry's document stands in the source, for messages.
    pub origins: Vec<Origin>,
}

impl Plan<'_> {
    /// Makes all entries of a company.
    ///
    /// # Errors
    /// The company has no documents, its currency is none, or an amount is too large.
    pub fn of<'c>(company: &'c Company, chart: &Chart) -> Result<Plan<'c>, Box<dyn Error>> {
        let (first, last) = company.days().ok_or("the company has no documents to book")?;
        let eve = first.pred_opt().ok_or("the first document is too early to open books before")?;
        let mut writer = Writer::new(company, chart)?;
        let opening = opening_stock(company)?;
        writer.opening(eve, &opening)?;
        company.sales.iter().try_for_each(|sale| writer.sale(sale))?;
        company.purchases.iter().try_for_each(|purchase| writer.purchase(purchase))?;
        company.scraps().try_for_each(|work| writer.scrap(work))?;
        Ok(Plan { opening, batches: writer.into_batches(), eve, first, last })
    }

    /// The opening stock at unit cost, half-up per item and part.
    ///
    /// # Errors
    /// A sum is too large.
    pub fn opening_value(&self, company: &Company) -> Result<Decimal, TooLarge> {
        self.opening.iter().try_fold(Decimal::ZERO, |total, item| {
            let counted = company.cost_of(item.product.id, item.counted)?;
            plus(total, plus(counted, company.cost_of(item.product.id, item.missing)?)?)
        })
    }

    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.batches.iter().map(|batch| batch.command.entries.len()).sum()
    }
}

/// A part of a document: its name in the booking rules, its amount, a text where one helps.
struct Part(&'static str, Decimal, Option<String>);

fn part(name: &'static str, amount: Decimal) -> Part {
    Part(name, amount, None)
}

type Dimensions = Vec<(&'static str, String)>;

/// Writes entries, and keeps them by day and kind.
struct Writer<'a> {
    company: &'a Company,
    chart: &'a Chart,
    currency: Currency,
    days: BTreeMap<(NaiveDate, &'static str), Day>,
}

/// A day's entries of one kind, and where their documents stand.
#[derive(Default)]
struct Day {
    entries: Vec<NewEntry>,
    origins: Vec<Origin>,
}

impl<'a> Writer<'a> {
    fn new(company: &'a Company, chart: &'a Chart) -> Result<Writer<'a>, Box<dyn Error>> {
        let currency = Currency::from_code(&company.currency)
            .ok_or_else(|| format!("{} is no currency of ISO 4217", company.currency))?;
        Ok(Writer { company, chart, currency, days: BTreeMap::new() })
    }

    /// The stock as counted, and what must have been there besides.
    fn opening(&mut self, eve: NaiveDate, items: &[OpeningItem]) -> Result<(), Box<dyn Error>> {
        self.opening_entry(eve, "Stock as counted", items, |item| item.counted)?;
        self.opening_entry(eve, "Opening adjustment", items, |item| item.missing)
    }

    /// A line for each item.
    fn opening_entry(
        &mut self,
        eve: NaiveDate,
        text: &str,
        items: &[OpeningItem],
        units: impl Fn(&OpeningItem) -> Decimal,
    ) -> Result<(), Box<dyn Error>> {
        let (mut parts, mut total) = (Vec::new(), Decimal::ZERO);
        for item in items {
            let units = units(item);
            let value = self.company.cost_of(item.product.id, units)?;
            total = plus(total, value)?;
            parts.push(Part("item", value, Some(format!("{}: {units}", item.product.number))));
        }
        parts.push(part("total", total));
        let entry = NewEntry::new(Event::Opening.journal(), eve).text(text).source("opening");
        let origin = Origin { file: "(opening stock)".into(), line: 1 };
        self.book("opening", Event::Opening, entry, parts, vec![], &origin);
        Ok(())
    }

    /// Invoice and delivery, both on the day of the order.
    ///
    /// Revenue is the header's: the lines' prices are before discounts. The cost of the goods is
    /// the lines' quantities at standard cost, which every ware of AdventureWorks has. That is a
    /// true figure for the margin, and less than that for stock: standard cost holds the labour of
    /// making a ware, and as the data has no hours, no labour was ever added to stock.
    fn sale(&mut self, sale: &SalesDocument) -> Result<(), Box<dyn Error>> {
        let booked = sale.booked()?;
        let text = match sale.customer {
            Some(_) => format!("Sales order {}", sale.id),
            None => format!("Sales order {}, {}", sale.id, self.company.buyer(sale)),
        };
        let entry = |event: Event| {
            NewEntry::new(event.journal(), sale.date)
                .text(text.as_str())
                .source(format!("sales_order/{}", sale.id))
                .party(customer(sale.customer))
        };
        let due = sale.customer.and_then(|id| self.company.customers.get(&id));
        let invoice = with_due_date(entry(Event::Sale), due, sale.date);
        let parts = vec![
            part("net", booked.net),
            part("tax", booked.tax),
            part("freight", booked.freight),
            part("total", booked.total),
        ];
        let dimensions = self.market(sale);
        self.book("sales", Event::Sale, invoice, parts, dimensions.clone(), &sale.origin);
        let cost = vec![part("cost", self.company.cost_of_goods(sale)?)];
        self.book("sales", Event::Delivery, entry(Event::Delivery), cost, dimensions, &sale.origin);
        Ok(())
    }

    fn market(&self, sale: &SalesDocument) -> Dimensions {
        let channel = if sale.online { "online" } else { "sales people" };
        let mut dimensions = vec![("channel", channel.to_owned())];
        let territory = sale.territory.and_then(|id| self.company.territories.get(&id));
        dimensions.extend(territory.map(|name| ("territory", name.clone())));
        dimensions
    }

    /// All that came stands in inspection, owed but not billed; what passes goes into stock, what
    /// fails goes back and is owed no more. The bill clears the rest. What was rejected is what
    /// came less what passed, so that both accounts in between end at zero: rounding it by itself
    /// would leave cents there.
    fn purchase(&mut self, purchase: &PurchaseDocument) -> Result<(), Box<dyn Error>> {
        let booked = purchase.booked()?;
        let received = received(purchase)?;
        let entry = |event: Event, text: String| {
            NewEntry::new(event.journal(), purchase.received_on)
                .text(text)
                .source(format!("purchase_order/{}", purchase.id))
                .party(vendor(purchase.vendor))
        };
        let parts = vec![
            part("received", received),
            part("stocked", booked.net),
            part("rejected", received - booked.net),
        ];
        let receipt = entry(Event::Receipt, format!("Goods of purchase order {}", purchase.id));
        self.book("purchases", Event::Receipt, receipt, parts, vec![], &purchase.origin);
        let parts = vec![
            part("net", booked.net),
            part("tax", booked.tax),
            part("freight", booked.freight),
            part("total", booked.total),
        ];
        let bill = entry(Event::Bill, format!("Bill for purchase order {}", purchase.id));
        let due = self.company.vendors.get(&purchase.vendor);
        let bill = with_due_date(bill, due, purchase.received_on);
        self.book("purchases", Event::Bill, bill, parts, vec![], &purchase.origin);
        Ok(())
    }

    fn scrap(&mut self, work: &WorkOrder) -> Result<(), Box<dyn Error>> {
        let entry = NewEntry::new(Event::Scrap.journal(), work.ended_on)
            .text(format!("Scrap of work order {}", work.id))
            .source(format!("work_order/{}", work.id));
        let cost = vec![part("cost", self.company.cost_of(work.product, work.scrapped)?)];
        let reason = work.scrap_reason.iter().map(|reason| ("reason", reason.clone()));
        self.book("scrap", Event::Scrap, entry, cost, reason.collect(), &work.origin);
        Ok(())
    }

    /// Completes an entry by the booking rules and puts it into its day's batch. Parts of zero have
    /// no posting, and an entry without postings is none.
    fn book(
        &mut self,
        kind: &'static str,
        event: Event,
        mut entry: NewEntry,
        parts: Vec<Part>,
        mut dimensions: Dimensions,
        origin: &Origin,
    ) {
        dimensions.push(("movement", event.name().to_owned()));
        for rule in self.chart.rules_for(event) {
            for Part(_, amount, text) in
                parts.iter().filter(|part| part.0 == rule.part && !part.1.is_zero())
            {
                let money = Money::new(*amount, self.currency);
                let mut posting = NewPosting::new(rule.account.as_str(), rule.side, money);
                posting.text = text.as_deref().map(Into::into);
                for (name, value) in dimensions.iter().filter(|(name, _)| rule.takes(name)) {
                    posting = posting.dimension(*name, value.as_str());
                }
                entry = entry.posting(posting);
            }
        }
        if !entry.postings.is_empty() {
            let day = self.days.entry((entry.date, kind)).or_default();
            day.entries.push(entry);
            day.origins.push(origin.clone());
        }
    }

    fn into_batches(self) -> Vec<Batch> {
        let batch = |((date, kind), day): ((NaiveDate, &str), Day)| Batch {
            name: format!("books/{kind}/{date}"),
            command: PostMany::new(day.entries),
            origins: day.origins,
        };
        self.days.into_iter().map(batch).collect()
    }
}

/// All that came, at the order's price, to the cent per line.
fn received(purchase: &PurchaseDocument) -> Result<Decimal, Box<dyn Error>> {
    let lines = purchase.lines.iter().map(|line| line.value_of(line.received));
    Ok(sum(lines.collect::<Result<Vec<_>, _>>()?)?)
}

fn with_due_date(entry: NewEntry, party: Option<&Party>, date: NaiveDate) -> NewEntry {
    match party.and_then(|party| party.due(date)) {
        Some(due) => entry.due_date(due),
        None => entry,
    }
}

/// A customer in the ledger. The source's numbers start from 1, so 0 is free for the unknown buyer.
fn customer(id: Option<u32>) -> PartyId {
    PartyId::from_u128((1 << 64) | u128::from(id.unwrap_or(0)))
}

/// A vendor in the ledger.
fn vendor(id: u32) -> PartyId {
    PartyId::from_u128((2 << 64) | u128::from(id))
}
