//! The company as it is today, in a stock engine: articles and what they are made of, how each is planned, what came and went, what is on
//! order and what is promised.
//!
//! One site keeps all of it. A day's moves are one command with a name of its own, so that nothing is booked twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};

use chrono::{Datelike, Days};
use fondaco::{
    core::{Act, Halt, store::StoreError},
    inventory::{
        moves::Movement,
        planning::SetWantedDay,
        reserve::{AnnounceStock, ExpectedLine, Otherwise, Reserve, Wanted},
    },
    prelude::*,
};

use super::{Documents, goods::Goods, plan::Ordered, sources::Sources};
use crate::common::{
    self,
    args::StoreChoice,
    company::{Company, Product},
};

/// The one site, and the one place there.
pub const SITE: &str = "PLANT";
/// What is sold has this reason, so that it can be told from what is used up.
pub const SOLD: &str = "sold";
/// So many days before the last sale is today.
const BEFORE_LAST: u64 = 28;
/// Orders of so many days are known today.
const KNOWN_DAYS: u64 = 14;

/// The stock, under a clock that stands at noon of today.
pub struct Today<'c> {
    pub stock: Stock<'static>,
    pub date: NaiveDate,
    /// The first Monday from which all is known.
    pub since: NaiveDate,
    pub company: &'c Company,
    pub goods: &'c Goods,
    /// What lies there of each product today, and is on order.
    pub levels: BTreeMap<u32, Decimal>,
    /// What is sold to customers.
    pub sold: BTreeSet<u32>,
    /// What the stock had to have besides what was counted.
    missing: BTreeMap<u32, Decimal>,
}

/// How much of something came and went on a day.
#[derive(Default)]
struct Flow {
    came: Decimal,
    sold: Decimal,
    used: Decimal,
}

pub fn site() -> SiteId {
    SiteId::named(SITE)
}

pub fn item_of(product: &Product) -> ItemId {
    ItemId::named(&product.number)
}

pub fn pieces(quantity: Decimal) -> Quantity {
    Quantity::new(quantity, Unit::PIECE)
}

fn vendor_of(vendor: u32) -> PartyId {
    PartyId::named(&format!("vendor/{vendor}"))
}

impl<'c> Today<'c> {
    /// Opens the store, and reckons what lies there today.
    ///
    /// # Errors
    /// The store can't be opened, or the company has sold for less than six weeks.
    pub fn open(
        store: &StoreChoice,
        company: &'c Company,
        goods: &'c Goods,
        documents: &Documents,
    ) -> Result<Today<'c>, Box<dyn Error>> {
        let date = monday(documents.sold.1 - Days::new(BEFORE_LAST));
        let since = monday(documents.sold.0);
        if (date - since).num_days() < 14 {
            return Err(
                "the company has sold for less than six weeks: nothing can be learnt".into()
            );
        }
        let id = CompanyId::named(&format!("{}/plan", company.name));
        let stock = Stock::of(&common::store::office(store, id)?)?;
        let noon = date.and_hms_opt(12, 0, 0).unwrap_or_default().and_utc().timestamp_micros();
        let now = Timestamp::from_micros(noon).ok_or("no clock has this day")?;
        let stock = stock.with_clock(move || now);
        let lines = company.sales.iter().flat_map(|sale| &sale.lines);
        let sold = lines.map(|line| line.product).collect();
        let (levels, missing) = (BTreeMap::new(), BTreeMap::new());
        let mut today = Today { stock, date, since, company, goods, levels, sold, missing };
        today.reckon(documents);
        Ok(today)
    }

    /// What lies there today, and what must have been there for nothing to fall below zero.
    fn reckon(&mut self, documents: &Documents) {
        let mut lowest: BTreeMap<u32, Decimal> = BTreeMap::new();
        for (id, good) in &self.goods.by_product {
            self.levels.insert(*id, good.lies.iter().map(|(_, quantity)| quantity).sum());
        }
        for day in documents.days.range(..self.date).map(|(_, day)| flows(day)) {
            for (id, flow) in day {
                let level = self.levels.entry(id).or_default();
                *level += flow.came - flow.sold - flow.used;
                let least = lowest.entry(id).or_default();
                *least = (*least).min(*level);
            }
        }
        self.missing = lowest.into_iter().map(|(id, least)| (id, least.abs())).collect();
        for (id, missing) in &self.missing {
            *self.levels.entry(*id).or_default() += *missing;
        }
        for line in self.on_order(documents) {
            *self.levels.entry(line.product).or_default() += line.quantity;
        }
    }

    /// What was ordered before today and had not come.
    fn on_order<'d>(
        &self,
        documents: &'d Documents,
    ) -> impl Iterator<Item = &'d Ordered> + use<'d> {
        let date = self.date;
        let ordered = documents.days.range(..date).flat_map(|(_, day)| &day.ordered);
        ordered.filter(move |line| line.due_on >= date)
    }

    /// Books all of it, and says what that was.
    ///
    /// # Errors
    /// The engine refuses something.
    pub fn book(&self, documents: &Documents) -> Result<String, Box<dyn Error>> {
        self.set_up()?;
        self.set_sources()?;
        let moves = self.move_goods(documents)?;
        let coming = self.announce(documents)?;
        let promised = self.promise()?;
        let adjusted = self.missing.values().filter(|missing| !missing.is_zero()).count();
        Ok(format!(
            "{} articles, {} of them made of others. {moves} movements until today.\n{adjusted} articles have an \
             opening adjustment, so that none falls below zero.\n{coming} lines are on order, and {promised} \
             customers' orders are known for the next {KNOWN_DAYS} days.\n",
            self.goods.by_product.len(),
            self.goods.parts.len(),
        ))
    }

    fn set_up(&self) -> Result<(), Box<dyn Error>> {
        let currency = Currency::from_code(&self.company.currency);
        let currency = currency.ok_or("the currency is unknown")?;
        self.once("plan/set up", &SetUpStock::new(currency))?;
        self.once("plan/site", &OpenSites::new(vec![Site::new(SITE, "Plant")]))?;
        let item = |it: &Product| Item::new(it.number.as_str(), it.name.as_str(), Unit::PIECE);
        let items = self.products().map(|(_, product)| item(product)).collect();
        self.once("plan/items", &AddItems::new(items))
    }

    fn products(&self) -> impl Iterator<Item = (u32, &'c Product)> {
        let products = self.goods.by_product.keys();
        products.filter_map(|id| Some((*id, self.company.products.get(id)?)))
    }

    pub fn product(&self, id: u32) -> Result<&'c Product, String> {
        self.company.products.get(&id).ok_or_else(|| format!("no article has the id {id}"))
    }

    /// What articles are made of, where each comes from, and how it is planned.
    fn set_sources(&self) -> Result<(), Box<dyn Error>> {
        let sources = self.sources();
        self.once("plan/bills", &sources.bills()?)?;
        for product in sources.products() {
            let number = &product.number;
            self.once(&format!("plan/rule/{number}"), &sources.rule(product))?;
            self.once(&format!("plan/parameters/{number}"), &sources.parameters(product))?;
        }
        Ok(())
    }

    /// Where articles come from.
    pub fn sources(&self) -> Sources<'c> {
        let Today { company, goods, .. } = *self;
        Sources { company, goods, site: site(), vendor: vendor_of }
    }

    // ---- What came, went, is coming and is promised

    fn move_goods(&self, documents: &Documents) -> Result<usize, Box<dyn Error>> {
        let mut opening = Vec::new();
        for (id, product) in self.products() {
            let lies = self.goods.by_product.get(&id).into_iter().flat_map(|good| &good.lies);
            let missing = self.missing.get(&id).copied().unwrap_or_default();
            let there = lies.map(|(_, quantity)| *quantity).sum::<Decimal>() + missing;
            if !there.is_zero() {
                let gain = Movement::Gain { at: SITE.into() };
                let new = NewMove::new(item_of(product), pieces(there), gain, documents.eve);
                opening.push(new.reason("counted"));
            }
        }
        let mut count = self.moves("plan/opening", opening)?;
        for (date, day) in documents.days.range(..self.date) {
            let (mut came, mut gone) = (Vec::new(), Vec::new());
            for (id, flow) in flows(day) {
                let item = item_of(self.product(id)?);
                if !flow.came.is_zero() {
                    came.push(NewMove::receipt(item, pieces(flow.came), SITE, *date));
                }
                for (quantity, reason) in [(flow.sold, SOLD), (flow.used, "used")] {
                    if !quantity.is_zero() {
                        let new = NewMove::issue(item, pieces(quantity), SITE, *date);
                        gone.push(new.reason(reason));
                    }
                }
            }
            came.append(&mut gone);
            count += self.moves(&format!("plan/moved/{date}"), came)?;
        }
        Ok(count)
    }

    fn moves(&self, name: &str, moves: Vec<NewMove>) -> Result<usize, Box<dyn Error>> {
        let count = moves.len();
        if count > 0 {
            self.once(name, &MoveStock::new(moves))?;
        }
        Ok(count)
    }

    fn announce(&self, documents: &Documents) -> Result<usize, Box<dyn Error>> {
        let mut orders: BTreeMap<Option<(u32, u32)>, Vec<ExpectedLine>> = BTreeMap::new();
        for line in self.on_order(documents) {
            let item = item_of(self.product(line.product)?);
            let line_of = ExpectedLine::new(item, site(), pieces(line.quantity), line.due_on);
            orders.entry(line.purchase).or_default().push(line_of);
        }
        let count = orders.values().map(Vec::len).sum();
        for (purchase, lines) in orders {
            let name = match purchase {
                Some((purchase, _)) => format!("plan/purchase/{purchase}"),
                None => "plan/work".to_owned(),
            };
            let announce = AnnounceStock {
                party: purchase.map(|(_, vendor)| vendor_of(vendor)),
                ..AnnounceStock::new(DocumentId::named(&name), lines)
            };
            self.once(&name, &announce)?;
        }
        Ok(count)
    }

    fn promise(&self) -> Result<usize, Box<dyn Error>> {
        let until = self.date + Days::new(KNOWN_DAYS);
        let known = self.company.sales.iter();
        let known = known.filter(|sale| (self.date..until).contains(&sale.date));
        let mut count = 0;
        for sale in known {
            let lines = sale.lines.iter().filter(|line| !line.quantity.is_zero());
            let lines: Vec<(u32, Decimal)> =
                lines.map(|line| (line.product, line.quantity)).collect();
            if !lines.is_empty() {
                self.promise_to(&format!("plan/order/{}", sale.id), &lines, sale.date)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// Promises goods to a customer's order, as far as they are there; the rest waits.
    ///
    /// # Errors
    /// The engine refuses it.
    pub fn promise_to(
        &self,
        name: &str,
        lines: &[(u32, Decimal)],
        wanted_on: NaiveDate,
    ) -> Result<(), Box<dyn Error>> {
        let document = DocumentId::named(name);
        let mut wanted = Vec::new();
        for (id, quantity) in lines {
            wanted.push(Wanted::new(item_of(self.product(*id)?), site(), pieces(*quantity)));
        }
        let reserve = Reserve { otherwise: Otherwise::Backorder, ..Reserve::new(document, wanted) };
        self.once(name, &reserve)?;
        self.once(&format!("{name}/wanted"), &SetWantedDay::new(document, wanted_on))
    }

    /// Carries out a command under a name; under the same name it does nothing a second time.
    ///
    /// # Errors
    /// The engine refuses it.
    pub fn once<C: Act<Error = StockError>>(
        &self,
        name: &str,
        command: &C,
    ) -> Result<(), Box<dyn Error>> {
        self.stock.send(name, command).map(drop).map_err(|error| refusal(&error, name))
    }
}

fn monday(date: NaiveDate) -> NaiveDate {
    date - Days::new(date.weekday().num_days_from_monday().into())
}

/// A day's documents, product by product.
fn flows(day: &super::plan::Day) -> BTreeMap<u32, Flow> {
    let mut flows: BTreeMap<u32, Flow> = BTreeMap::new();
    for received in &day.received {
        flows.entry(received.product).or_default().came += received.quantity;
    }
    for issued in &day.issued {
        let flow = flows.entry(issued.product).or_default();
        match issued.sold {
            true => flow.sold += issued.quantity,
            false => flow.used += issued.quantity,
        }
    }
    flows
}

/// What goes wrong with what is booked already deserves plain words.
pub fn refusal(error: &StockError, name: &str) -> Box<dyn Error> {
    match error {
        StockError::Halt(Halt::Store(StoreError::CommandReused { .. })) => format!(
            "{name} is in this stock already, with other content: the documents have changed since; \
             choose another file with --store"
        )
        .into(),
        _ => format!("{name} ({}): {error}", error.code()).into(),
    }
}
