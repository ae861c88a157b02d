//! Sends the plan to the stock engine, under a clock that goes with its days: articles and places, what vendors ask, when each article is
//! ordered, then every day's orders, receipts and issues.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use fondaco::{
    core::{Act, Halt, Id, UnitPrice, store::StoreError},
    inventory::{
        levels::Expected,
        moves::{Move, Movement},
        replenish::{
            PriceBreak, ReplenishmentPolicy, ReplenishmentSource, SetReorderRule, SetVendorPrices,
        },
        reserve::{AnnounceStock, CancelExpected, ExpectedLine},
        valuation::Method,
        value::{SetCosting, SetUpCosting},
    },
    prelude::*,
};

use super::{
    goods::{Goods, Warehouse},
    plan::{Day, Issued, Order, Ordered, Plan, Received},
};
use crate::common::{
    args::StoreChoice,
    company::{Company, Origin, Product},
    table::DataError,
};

/// The stock, and the clock that it goes by.
pub struct Booking<'b> {
    pub stock: Stock<'static>,
    clock: Arc<AtomicI64>,
    company: &'b Company,
    currency: Currency,
    goods: &'b Goods,
    /// Where how much of each product lies, the place that receipts go to first.
    shelves: BTreeMap<u32, Vec<(String, Decimal)>>,
    /// The orders that are not received.
    orders: HashMap<Order, Id<Expected>>,
    /// The receipts of what was bought.
    pub bought: HashSet<Id<Move>>,
    pub tally: Tally,
}

/// What was booked, and how long the engine and its store took for it.
#[derive(Default)]
pub struct Tally {
    pub moves: usize,
    pub there_before: usize,
    pub time: Duration,
}

/// The id of a product in the engine: by its number.
pub fn item_of(product: &Product) -> ItemId {
    ItemId::named(&product.number)
}

/// The id of a vendor in the engine.
pub fn vendor_of(vendor: u32) -> PartyId {
    PartyId::named(&format!("vendor/{vendor}"))
}

fn pieces(quantity: Decimal) -> Quantity {
    Quantity::new(quantity, Unit::PIECE)
}

impl<'b> Booking<'b> {
    /// Opens the company's stock in the store that the command line asks for.
    ///
    /// # Errors
    /// The store can't be opened, or the currency is none.
    pub fn open(
        store: &StoreChoice,
        company: &'b Company,
        goods: &'b Goods,
    ) -> Result<Booking<'b>, Box<dyn Error>> {
        let currency = Currency::from_code(&company.currency).ok_or("the currency is unknown")?;
        let id = CompanyId::named(&company.name);
        let stock = Stock::of(&crate::common::store::office(store, id)?)?;
        let clock = Arc::new(AtomicI64::new(0));
        let now = Arc::clone(&clock);
        // A day that no clock has is refused before it comes to this.
        let now =
            move || Timestamp::from_micros(now.load(Ordering::SeqCst)).unwrap_or(Timestamp::EPOCH);
        let (shelves, orders, tally) = (BTreeMap::new(), HashMap::new(), Tally::default());
        let stock = stock.with_clock(now);
        let bought = HashSet::new();
        Ok(Booking { stock, clock, company, currency, goods, shelves, orders, bought, tally })
    }

    /// Sets the clock to noon of a day.
    fn on(&self, day: NaiveDate) {
        let noon = day.and_hms_opt(12, 0, 0).unwrap_or_default();
        self.clock.store(noon.and_utc().timestamp_micros(), Ordering::SeqCst);
    }

    /// Books all of it; `progress` is told how many moves more.
    ///
    /// # Errors
    /// The engine refuses something, with the document's place in the source.
    pub fn book(
        &mut self,
        plan: &Plan,
        mut progress: impl FnMut(usize),
    ) -> Result<(), Box<dyn Error>> {
        self.on(plan.eve);
        self.set_up()?;
        progress(self.open_stock(plan)?);
        self.set_rules()?;
        for (day, of_day) in &plan.days {
            self.on(*day);
            self.order(*day, of_day)?;
            progress(self.receive(*day, &of_day.received)?);
            progress(self.issue(*day, &of_day.issued)?);
        }
        Ok(())
    }

    // ---- Getting ready

    fn set_up(&self) -> Result<(), Box<dyn Error>> {
        self.once("stock/set up", &SetUpStock::new(self.currency))?;
        self.once("stock/value", &SetUpCosting::default())?;
        self.once("stock/costing", &SetCosting::company(Method::Average))?;
        let sites = Warehouse::ALL.map(|it| Site::new(it.code(), it.name()));
        self.once("stock/sites", &OpenSites::new(sites.into()))?;
        let place = |(code, (warehouse, name)): (&String, &(Warehouse, String))| {
            Location::new(code.as_str(), name.as_str(), warehouse.site(), warehouse.code())
        };
        let places: Vec<Location> = self.goods.places.iter().map(place).collect();
        if !places.is_empty() {
            self.once("stock/places", &OpenLocations::new(places))?;
        }
        let products = self.goods.by_product.keys();
        let products = products.filter_map(|id| self.company.products.get(id));
        let item = |it: &Product| Item::new(it.number.as_str(), it.name.as_str(), Unit::PIECE);
        self.once("stock/items", &AddItems::new(products.map(item).collect()))
    }

    /// As counted, and what must have been there besides.
    fn open_stock(&mut self, plan: &Plan) -> Result<usize, Box<dyn Error>> {
        let mut moves = Vec::new();
        for (id, missing) in &plan.missing {
            let Some(good) = self.goods.by_product.get(id) else { continue };
            let item = self.item(*id)?;
            let mut lies = good.lies.clone();
            let counted = lies.iter().map(|(place, quantity)| (place, *quantity, "counted"));
            let besides = lies.first().map(|(place, _)| (place, *missing, "adjustment"));
            for (place, quantity, reason) in counted.chain(besides) {
                if !quantity.is_zero() {
                    let movement = Movement::Gain { at: place.into() };
                    let new = NewMove::new(item, pieces(quantity), movement, plan.eve);
                    let cost = Money::new(self.company.cost_of(*id, quantity)?, self.currency);
                    moves.push(new.cost(cost).reason(reason));
                }
            }
            if let Some((_, quantity)) = lies.first_mut() {
                *quantity += *missing;
            }
            self.shelves.insert(*id, lies);
        }
        let count = moves.len();
        self.moves("stock/opening", moves, |_| None)?;
        Ok(count)
    }

    /// What vendors ask, and how each article is ordered today.
    fn set_rules(&self) -> Result<(), Box<dyn Error>> {
        for (id, good) in &self.goods.by_product {
            let (item, number) = (self.item(*id)?, self.number(*id));
            for offer in &good.offers {
                let price = UnitPrice::new(Money::new(offer.price, self.currency), Unit::PIECE);
                let prices = SetVendorPrices {
                    item,
                    supplier: vendor_of(offer.vendor),
                    lead_time_days: Some(offer.lead_days),
                    prices: vec![PriceBreak { from: pieces(offer.minimum), price }],
                };
                self.once(&format!("stock/price/{number}/{}", offer.vendor), &prices)?;
            }
            if good.reorder_point.is_zero() {
                continue;
            }
            let made = self.company.products.get(id).is_some_and(|it| it.made);
            let (point, quantity) = (pieces(good.reorder_point), pieces(good.lot));
            let policy = ReplenishmentPolicy::ReorderPoint { point, quantity };
            let rule = SetReorderRule {
                source: match made {
                    true => ReplenishmentSource::Make,
                    false => ReplenishmentSource::Buy { supplier: None },
                },
                safety_stock: Some(pieces(good.safety_stock)),
                lead_time_days: good.offers.iter().map(|it| it.lead_days).min().unwrap_or(14),
                ..SetReorderRule::new(item, good.warehouse.site(), policy)
            };
            self.once(&format!("stock/rule/{number}"), &rule)?;
        }
        Ok(())
    }

    // ---- Day by day

    /// Announces a day's orders: each purchase order, and all work orders together.
    fn order(&mut self, day: NaiveDate, of_day: &Day) -> Result<(), Box<dyn Error>> {
        let mut documents: BTreeMap<Option<(u32, u32)>, Vec<&Ordered>> = BTreeMap::new();
        for ordered in &of_day.ordered {
            documents.entry(ordered.purchase).or_default().push(ordered);
        }
        for (purchase, ordered) in documents {
            let name = match purchase {
                Some((purchase, _)) => format!("stock/purchase/{purchase}"),
                None => format!("stock/work/{day}"),
            };
            let lines = ordered.iter().map(|line| self.expected(line)).collect::<Result<_, _>>()?;
            let announce = AnnounceStock {
                document: DocumentId::named(&name),
                party: purchase.map(|(_, vendor)| vendor_of(vendor)),
                lines,
            };
            let done = self.stock.send(&name, &announce).map_err(|error| refusal(&error, &name))?;
            self.orders.extend(ordered.iter().map(|line| line.order).zip(done.answer));
        }
        Ok(())
    }

    fn expected(&self, line: &Ordered) -> Result<ExpectedLine, Box<dyn Error>> {
        let good = self.goods.by_product.get(&line.product).ok_or("an order of nothing known")?;
        Ok(ExpectedLine {
            item: self.item(line.product)?,
            site: good.warehouse.site(),
            quantity: pieces(line.quantity),
            due_on: line.due_on,
        })
    }

    /// What came, and that the rest will not come.
    fn receive(&mut self, day: NaiveDate, all: &[Received]) -> Result<usize, Box<dyn Error>> {
        let (mut moves, mut origins, mut short) = (Vec::new(), Vec::new(), Vec::new());
        let mut billed = Vec::new();
        for received in all {
            let order = self.orders.remove(&received.order);
            short.extend(order.filter(|_| received.short));
            if received.quantity.is_zero() {
                continue;
            }
            let item = self.item(received.product)?;
            let Some((place, there)) =
                self.shelves.get_mut(&received.product).and_then(|lies| lies.first_mut())
            else {
                continue;
            };
            *there += received.quantity;
            let new = NewMove::receipt(item, pieces(received.quantity), place.as_str(), day);
            let cost = match received.billed {
                Some(billed) => billed,
                None => self.company.cost_of(received.product, received.quantity)?,
            };
            let new = new.cost(Money::new(cost, self.currency));
            billed.push(received.billed.is_some());
            moves.push(match order {
                Some(order) => new.receives(order),
                None => new,
            });
            origins.push(&received.origin);
        }
        let count = moves.len();
        let name = format!("stock/received/{day}");
        let made = self.moves(&name, moves, |at| origins.get(at).copied())?;
        self.bought.extend(made.into_iter().zip(billed).filter(|it| it.1).map(|it| it.0));
        if !short.is_empty() {
            let cancel = CancelExpected { expected: short };
            self.once(&format!("stock/not coming/{day}"), &cancel)?;
        }
        Ok(count)
    }

    /// What was used up and sold: from the fullest place on, as far as each goes.
    fn issue(&mut self, day: NaiveDate, all: &[Issued]) -> Result<usize, Box<dyn Error>> {
        let (mut moves, mut origins) = (Vec::new(), Vec::new());
        for issued in all {
            let item = self.item(issued.product)?;
            let document = match issued.sold {
                true => DocumentId::named(&format!("sales/{}", issued.document)),
                false => DocumentId::named(&format!("work/{}", issued.document)),
            };
            let lies = self.shelves.entry(issued.product).or_default();
            let mut left = issued.quantity;
            for (place, there) in lies {
                let taken = left.min(*there);
                if !taken.is_zero() {
                    let new = NewMove::issue(item, pieces(taken), place.as_str(), day);
                    moves.push(new.document(document));
                    origins.push(&issued.origin);
                    (left, *there) = (left - taken, *there - taken);
                }
            }
        }
        let count = moves.len();
        self.moves(&format!("stock/issued/{day}"), moves, |at| origins.get(at).copied())?;
        Ok(count)
    }

    // ---- Sending

    /// Gives the ids of the moves.
    fn moves<'o>(
        &mut self,
        name: &str,
        moves: Vec<NewMove>,
        origin: impl Fn(usize) -> Option<&'o Origin>,
    ) -> Result<Vec<Id<Move>>, Box<dyn Error>> {
        if moves.is_empty() {
            return Ok(Vec::new());
        }
        let (count, started) = (moves.len(), now());
        let done = self.stock.send(name, &MoveStock::new(moves));
        let time = started.elapsed();
        match done {
            Ok(done) if done.replayed => {
                self.tally.there_before += count;
                Ok(done.answer.ids().collect())
            }
            Ok(done) => {
                self.tally.moves += count;
                self.tally.time += time;
                Ok(done.answer.ids().collect())
            }
            Err(StockError::At { index, error }) => Err(match origin(index) {
                Some(origin) => Box::new(DataError {
                    file: origin.file.to_string(),
                    line: Some(origin.line),
                    column: None,
                    value: None,
                    problem: error.to_string(),
                }),
                None => refusal(&error, name),
            }),
            Err(error) => Err(refusal(&error, name)),
        }
    }

    /// Carries out a command under a name; under the same name it does nothing a second time.
    fn once<C: Act<Error = StockError>>(
        &self,
        name: &str,
        command: &C,
    ) -> Result<(), Box<dyn Error>> {
        self.stock.send(name, command).map(drop).map_err(|error| refusal(&error, name))
    }

    fn item(&self, product: u32) -> Result<ItemId, String> {
        let product = self.company.products.get(&product);
        product.map(item_of).ok_or_else(|| "a move of an article that is not known".to_owned())
    }

    fn number(&self, product: u32) -> &str {
        self.company.products.get(&product).map_or("", |product| &product.number)
    }
}

#[allow(clippy::disallowed_methods, reason = "a program may time itself; an engine may not")]
fn now() -> Instant {
    Instant::now()
}

/// What goes wrong with what is booked already deserves plain words.
fn refusal(error: &StockError, name: &str) -> Box<dyn Error> {
    match error {
        StockError::Halt(Halt::Store(StoreError::CommandReused { .. })) => format!(
            "{name} is in this stock already, with other content: the documents have changed since; \
             choose another file with --store"
        )
        .into(),
        _ => format!("{name} ({}): {error}", error.code()).into(),
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Tally { moves, there_before, time } = self;
        if *moves == 0 {
            return write!(f, "Nothing new: all {there_before} moves were booked before.");
        }
        let seconds = time.as_secs_f64().max(1e-6);
        let each = *moves as f64 / seconds;
        write!(f, "Booked {moves} moves in {seconds:.2} s: {each:.0} moves/s.")?;
        match there_before {
            0 => Ok(()),
            _ => write!(f, "\n{there_before} moves were there before: it went on after them."),
        }
    }
}
