//! What is to be ordered and made next: a planning run over all levels of bills, by what was sold in the last quarter, what lies there and what
//! is on order. The most urgent of what it proposes is done: bought of the vendors, and made by work orders that carry out the plan.

use std::{collections::BTreeMap, error::Error, sync::Arc};

use chrono::Days;
use fondaco::{
    company::{Company as Firm, NewLine, NewOrder, NewWorkOrder, OrderGoods, PlanWorkOrders},
    core::{
        UnitPrice,
        job::JobId,
        report::{Chart, Report, Task},
    },
    inventory::{
        planning::{
            Expectation, FirmProposals, ForecastLine, PlanFilter, PlanReport, PlanSettings,
            PlannedOrder, RecordForecast, planned_orders,
        },
        replenish::SourceKind,
    },
    prelude::*,
};

use crate::{
    common::company::Company,
    goods::Goods,
    papers::{vendor_code, vendors},
    sources::Sources,
    together::Together,
    workshop::Workshop,
};

type Done<T> = Result<T, Box<dyn Error>>;

/// The name of the run.
const RUN: &str = "supply/run";
/// What was sold in so many days is expected in as many.
const QUARTER_DAYS: u64 = 91;
/// What is to be released within so many days is urgent.
const URGENT_DAYS: u64 = 7;
/// So many orders of each kind are done.
const DONE: usize = 10;
/// How many rows a table or a chart has.
const ROWS: usize = 25;

/// The plan.
pub struct Supply {
    pub report: PlanReport,
    /// By day of release.
    orders: Vec<Arc<PlannedOrder>>,
    names: BTreeMap<ItemId, String>,
    tables: [Report; 2],
    /// The machines' schedule, where routings are known.
    workshop: Option<Workshop>,
    /// How many purchases and work orders were made of it.
    pub ordered: (usize, usize),
}

/// Plans from a day on, and orders what is urgent.
///
/// # Errors
/// What the engines refuse.
pub fn plan(
    firm: &Firm<'static>,
    company: &Company,
    goods: &Goods,
    (today, currency): (NaiveDate, Currency),
) -> Done<Supply> {
    let vendor = |vendor: u32| PartyId::named(&vendor_code(vendor));
    let sources = Sources { company, goods, site: SiteId::named("MAIN"), vendor };
    firm.send("supply/bills", &sources.bills()?)?;
    let (rules, parameters) =
        sources.products().map(|it| (sources.rule(it), sources.parameters(it))).unzip();
    firm.send("supply/rules", &Together(rules))?;
    firm.send("supply/parameters", &Together(parameters))?;
    firm.send("supply/forecast", &forecast(&sources, today))?;
    let settings = PlanSettings {
        days: 182,
        release_days: 7,
        expedite_days: 3,
        defer_days: 14,
        ..PlanSettings::new(today)
    };
    let report = firm.stock().plan(RUN, &settings, &mut ())?.report;
    let mut orders = firm.stock().view(|view| planned_orders(view, JobId::named(RUN)))?;
    orders.sort_by_key(|it| (it.release_on, it.due_on, it.number));
    let urgent = today + Days::new(URGENT_DAYS);
    let urgent = || orders.iter().filter(|it| it.release_on <= urgent);
    let made = make(firm, urgent(), today)?;
    let bought = buy(firm, urgent(), &sources, (today, currency))?;
    let first = PlanFilter { limit: Some(ROWS), ..PlanFilter::default() };
    let tables = [
        firm.stock().plan_message_list(&first)?.to_report(),
        firm.stock().proposal_list(&first)?.to_report(),
    ];
    let workshop = Workshop::of(company, today, &orders)?;
    let workshop = (!workshop.is_empty()).then_some(workshop);
    let name =
        |it: &crate::common::company::Product| (ItemId::named(&it.number), it.number.clone());
    let names = company.products.values().map(name).collect();
    Ok(Supply { report, orders, names, tables, workshop, ordered: (bought, made) })
}

/// What was sold in the last quarter is expected in the next, a thirteenth of it each week, in whole pieces.
fn forecast(sources: &Sources<'_>, today: NaiveDate) -> RecordForecast {
    let since = today.checked_sub_days(Days::new(QUARTER_DAYS)).unwrap_or(today);
    let mut sold: BTreeMap<u32, Decimal> = BTreeMap::new();
    for sale in sources.company.sales.iter().filter(|sale| sale.date > since && sale.date <= today)
    {
        for line in &sale.lines {
            *sold.entry(line.product).or_default() += line.quantity;
        }
    }
    let mut lines = Vec::with_capacity(sold.len());
    for product in sources.products() {
        let Some(quarter) = sold.get(&product.id) else { continue };
        let until = |week: u64| (quarter * Decimal::from(week) / Decimal::from(13)).floor();
        let weeks = (0..13_u64).map(|week| {
            let quantity = Quantity::new(until(week + 1) - until(week), Unit::PIECE);
            Expectation::new(today + Days::new(7 * week), quantity)
        });
        let item = ItemId::named(&product.number);
        lines.push(ForecastLine::new(item, sources.site, today, weeks.collect()));
    }
    RecordForecast::new(lines)
}

/// Work orders that carry out what is to be made first: firmed, so that no run changes them any more, and released with their material.
fn make<'o>(
    firm: &Firm<'_>,
    urgent: impl Iterator<Item = &'o Arc<PlannedOrder>>,
    today: NaiveDate,
) -> Done<usize> {
    let numbers: Vec<u32> =
        urgent.filter(|it| it.version.is_some()).map(|it| it.number).take(DONE).collect();
    if numbers.is_empty() {
        return Ok(0);
    }
    let firmed = FirmProposals::new(JobId::named(RUN), numbers);
    let firmed = firm.send("supply/firmed", &firmed)?.answer;
    let work = firmed.iter().zip(1..).map(|(order, number): (_, usize)| {
        NewWorkOrder::firm(format!("PLAN-{number}"), *order, today).released()
    });
    let orders: Vec<NewWorkOrder> = work.collect();
    firm.send("supply/work orders", &PlanWorkOrders::new(orders.clone()))?;
    Ok(orders.len())
}

/// What is to be bought first, an order for each vendor whom the company knows.
fn buy<'o>(
    firm: &Firm<'_>,
    urgent: impl Iterator<Item = &'o Arc<PlannedOrder>>,
    sources: &Sources<'_>,
    (today, currency): (NaiveDate, Currency),
) -> Done<usize> {
    let articles: BTreeMap<ItemId, u32> =
        sources.products().map(|it| (ItemId::named(&it.number), it.id)).collect();
    let known = vendors(sources.company);
    let mut orders: BTreeMap<u32, NewOrder> = BTreeMap::new();
    for planned in urgent.filter(|it| it.source == Some(SourceKind::Buy)) {
        let offer = articles.get(&planned.item).and_then(|id| sources.offer(*id));
        let Some(offer) = offer.filter(|offer| known.contains(&offer.vendor)) else { continue };
        if orders.len() == DONE && !orders.contains_key(&offer.vendor) {
            continue;
        }
        let price = UnitPrice::new(Money::new(offer.price, currency), Unit::PIECE);
        let quantity = Quantity::new(planned.begun.to_decimal(), Unit::PIECE);
        let vendor = vendor_code(offer.vendor);
        let order = orders.remove(&offer.vendor).unwrap_or_else(|| NewOrder {
            wanted_on: Some(planned.due_on),
            ..NewOrder::new(format!("PLAN-{vendor}"), vendor, today)
        });
        let order = order.line(NewLine::new(planned.item, quantity).price(price));
        orders.insert(offer.vendor, order);
    }
    let orders: Vec<NewOrder> = orders.into_values().collect();
    let count = orders.len();
    if count > 0 {
        firm.send("supply/purchase orders", &OrderGoods::new(orders))?;
    }
    Ok(count)
}

impl Supply {
    /// All of it in a line.
    pub fn told(&self) -> String {
        let PlanReport { items, orders, messages, .. } = self.report;
        let (bought, made) = self.ordered;
        format!(
            "Planned {items} articles: {orders} orders, {messages} messages; {bought} purchase orders and {made} work orders of it are placed."
        )
    }

    /// What is to be done, what is proposed, and what the machines are asked for.
    pub fn reports(&self) -> Vec<Report> {
        let load = self.workshop.as_ref().map(Workshop::report);
        self.tables.iter().cloned().chain(load).collect()
    }

    /// The work orders on the machines; where no routings are known, over the days that making takes.
    pub fn gantt(&self) -> Chart {
        if let Some(workshop) = &self.workshop {
            return workshop.gantt();
        }
        let made = self.orders.iter().filter(|it| it.source == Some(SourceKind::Make));
        let tasks = made.take(ROWS).map(|it| {
            let name = self.names.get(&it.item).map_or("", String::as_str);
            let name = format!("{name}: {}", it.begun.to_decimal().normalize());
            Task::new(name, it.release_on, it.due_on)
        });
        Chart::gantt("What is made next, by the days that it takes", tasks)
    }
}
