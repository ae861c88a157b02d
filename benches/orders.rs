//! Orders under load: `cargo bench --bench orders -- [WHAT] [TIMES] [ORDERS]`, WHAT one of life, life-single, memory, sqlite, steps, all. "life": one order of
//! four lines placed, delivered, invoiced and paid, 100 a command, in memory; "life-single": each step a command of its own. "memory" and
//! "sqlite": half a year of a company (184 days, 11,442 orders with 40,947 lines, 1,183 purchase orders with 2,667, the sizes of the
//! real company's), TIMES as much (1), each day's commands of a kind in one commit; "steps": the same on SQLite, each step a commit. Perpetual,
//! anglo-saxon, moving average, one tax, with everything on: rights, digests, price lists, credit exposure, promises, three-way match.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use fondaco::company::*;
use fondaco::core::terms::PaymentTerms;
use fondaco::core::{Act, Office};
use fondaco::inventory::moves::NewMove;
use fondaco::prelude::*;
use smol_str::{SmolStr, format_smolstr};

const DAYS: usize = 184;
const ORDERS: usize = 11_442;
const BOUGHT: usize = 1_183;
const ITEMS: usize = 504;
const CUSTOMERS: usize = 10_000;
const SUPPLIERS: usize = 104;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let what = args.first().map_or("all", String::as_str);
    let number =
        |at: usize, or: usize| args.get(at).map_or(or, |text| text.parse().expect("a number"));
    let times = number(1, 1);
    let is = |name: &str| what == name || what == "all";
    if is("life") {
        life("memory, 100 a command", number(2, 10_000), 100);
    }
    if is("life-single") {
        life("memory, one a command", number(2, 10_000), 1);
    }
    if is("memory") {
        half_year("memory", &Firm::open(Memory::new()), times, usize::MAX);
    }
    if is("sqlite") {
        on_sqlite(|firm| half_year("SQLite", firm, times, usize::MAX));
    }
    if is("steps") {
        on_sqlite(|firm| half_year("SQLite, a commit each step", firm, times, 1));
    }
}

/// Runs on a new file, on the disk that holds the build.
fn on_sqlite(run: impl FnOnce(&Firm)) {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("orders-{}.db", std::process::id()));
    run(&Firm::open(Sqlite::open(&path).unwrap()));
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
}

/// A company, and what its commands took.
struct Firm {
    company: Company<'static>,
    sent: std::cell::Cell<u32>,
    took: std::cell::RefCell<BTreeMap<&'static str, (Duration, usize)>>,
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
}

fn day(at: usize) -> NaiveDate {
    first_day() + Days::new(at as u64)
}

fn item(n: usize) -> ItemId {
    ItemId::named(&format!("P{n:04}"))
}

fn pieces(count: usize) -> Quantity {
    Quantity::new(count as i64, Unit::PIECE)
}

/// A small generator of our own: the same orders in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

impl Firm {
    fn open(store: impl fondaco::core::store::Store + 'static) -> Firm {
        let now: Timestamp = "2026-12-31T12:00:00Z".parse().unwrap();
        let office = Office::open(store, CompanyId::named("bench")).unwrap();
        let company = Company::of(&office).unwrap().with_clock(move || now);
        let firm = Firm { company, sent: 0.into(), took: BTreeMap::new().into() };
        firm.set_up();
        firm.took.borrow_mut().clear();
        firm
    }

    fn send<C: Act>(&self, what: &'static str, count: usize, command: &C)
    where
        C::Error: std::fmt::Display,
    {
        let sent = self.sent.get();
        self.sent.set(sent + 1);
        let start = Instant::now();
        let done = self.company.send(&format!("command {sent}"), command);
        let elapsed = start.elapsed();
        if let Err(error) = done {
            panic!("{what}: {error}");
        }
        let mut took = self.took.borrow_mut();
        let sum = took.entry(what).or_default();
        *sum = (sum.0 + elapsed, sum.1 + count);
    }

    fn set_up(&self) {
        self.send("set up", 1, &SetUpCompany::new(Currency::USD, 2026));
        let of = |n: usize| Item::new(format!("P{n:04}"), format!("Part {n}"), Unit::PIECE);
        self.send("items", 1, &AddItems::new((0..ITEMS).map(of).collect()));
        let rate = Rate::percent("8").unwrap();
        let tax = TaxCode { code: "STD".into(), name: "Sales tax".into(), rate };
        self.send("taxes", 1, &SetTaxCodes::new(vec![tax]));
        let terms = PaymentTerms::net(30);
        let with = |partner: NewPartner| partner.tax_code("STD").terms(terms.clone());
        let customers = (0..CUSTOMERS).map(|n| with(NewPartner::customer(format!("C{n}"))));
        let suppliers = (0..SUPPLIERS).map(|n| with(NewPartner::supplier(format!("V{n}"))));
        self.send("partners", 1, &AddPartners::new(customers.chain(suppliers).collect()));
        let price = |n: usize| {
            let price = format!("{}.25 USD/pcs", 10 + n % 90).parse().unwrap();
            NewPrice::new(item(n), price, first_day())
        };
        let prices = SetPrices::new("LIST", (0..ITEMS).map(price).collect());
        self.send("prices", 1, &prices.for_all());
        let cost = |n: usize| Money::new((6_000_000 + n as i64).into(), Currency::USD);
        let opening = (0..ITEMS).map(|n| {
            NewMove::receipt(item(n), pieces(1_000_000), "MAIN", first_day()).cost(cost(n))
        });
        self.send("opening", 1, &MoveGoods::new(opening.collect()));
    }

    /// Documents of a day, `most` a command.
    fn each<T: Clone, C: Act>(
        &self,
        what: &'static str,
        most: usize,
        all: Vec<T>,
        command: impl Fn(Vec<T>) -> C,
    ) where
        C::Error: std::fmt::Display,
    {
        for some in all.chunks(most.min(all.len()).max(1)) {
            self.send(what, some.len(), &command(some.to_vec()));
        }
    }
}

/// An order as it is followed.
#[derive(Clone)]
struct Order {
    code: SmolStr,
    partner: SmolStr,
    lines: Vec<(usize, usize)>,
}

impl Order {
    fn gross(&self) -> Money {
        // Whole prices with a quarter, eight per cent: as the company computes it.
        let net: i64 = self
            .lines
            .iter()
            .map(|(n, count)| (1_025 + n.wrapping_rem(90) as i64 * 100) * *count as i64)
            .sum();
        let tax = (net * 8 + 50) / 100;
        Money::new(rust_decimal::Decimal::new(net + tax, 2), Currency::USD)
    }
}

fn orders(
    random: &mut Random,
    kind: &str,
    at: usize,
    count: usize,
    lines: (usize, usize),
) -> Vec<Order> {
    (0..count)
        .map(|n| {
            let partner = match kind {
                "SO" => format_smolstr!("C{}", random.below(CUSTOMERS)),
                _ => format_smolstr!("V{}", random.below(SUPPLIERS)),
            };
            let many = lines.0 + usize::from(random.below(100) < lines.1);
            let lines = (0..many).map(|_| (random.below(ITEMS), 1 + random.below(5))).collect();
            Order { code: format_smolstr!("{kind}-{at}-{n}"), partner, lines }
        })
        .collect()
}

impl Firm {
    fn place(&self, date: NaiveDate, most: usize, orders: &[Order]) {
        let new = orders.iter().map(|order| {
            let new = NewOrder::new(order.code.clone(), order.partner.clone(), date);
            let lines = order.lines.iter();
            lines.fold(new, |new, (n, count)| new.line(NewLine::new(item(*n), pieces(*count))))
        });
        self.each("orders placed", most, new.collect(), PlaceOrders::new);
    }

    fn deliver(&self, date: NaiveDate, most: usize, orders: &[Order]) {
        let new = |order: &Order| NewDelivery::new(order.code.clone(), order.code.clone(), date);
        self.each("deliveries", most, orders.iter().map(new).collect(), Deliver::new);
    }

    fn invoice(&self, date: NaiveDate, most: usize, orders: &[Order]) {
        let new = |order: &Order| NewInvoice::new(order.code.clone(), order.code.clone(), date);
        self.each("invoices", most, orders.iter().map(new).collect(), InvoiceCustomers::new);
    }

    fn paid(&self, date: NaiveDate, most: usize, orders: &[Order]) {
        let new = |order: &Order| {
            let (code, partner) = (order.code.clone(), order.partner.clone());
            NewPayment::received(code.clone(), partner, date, order.gross())
                .settles(Settles::invoice(code))
        };
        self.each("payments", most, orders.iter().map(new).collect(), Pay::new);
    }

    fn buy(&self, date: NaiveDate, most: usize, orders: &[Order]) {
        let new = orders.iter().map(|order| {
            let new = NewOrder::new(order.code.clone(), order.partner.clone(), date);
            order.lines.iter().fold(new, |new, (n, count)| {
                let price = "6.05 USD/pcs".parse().unwrap();
                new.line(NewLine::new(item(*n), pieces(100 * count)).price(price))
            })
        });
        self.each("purchase orders", most, new.collect(), OrderGoods::new);
    }

    fn receive(&self, date: NaiveDate, most: usize, orders: &[Order]) {
        let new = |order: &Order| NewReceipt::new(order.code.clone(), order.code.clone(), date);
        self.each("receipts", most, orders.iter().map(new).collect(), Receive::new);
    }

    fn billed(&self, date: NaiveDate, most: usize, orders: &[Order]) {
        let new = |order: &Order| {
            NewBill::new(order.code.clone(), order.partner.clone(), date).order(order.code.clone())
        };
        self.each("bills", most, orders.iter().map(new).collect(), EnterBills::new);
    }

    fn report(&self, what: &str, orders: usize) -> Duration {
        let took = self.took.borrow();
        let all: Duration = took.values().map(|(time, _)| *time).sum();
        for (step, (time, count)) in took.iter() {
            let each = time.as_secs_f64() * 1e6 / *count as f64;
            println!("  {step:<16} {count:>7}  {:>7.2} s  {each:>7.1} us each", time.as_secs_f64());
        }
        let each = all.as_secs_f64() * 1e6 / orders as f64;
        println!(
            "{what}: {orders} orders in {:.2} s, {each:.1} us an order, load {}",
            all.as_secs_f64(),
            load()
        );
        all
    }
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg")
        .unwrap_or_default()
        .split(' ')
        .next()
        .unwrap_or("")
        .into()
}

/// Orders of four lines, from order to payment.
fn life(what: &str, count: usize, most: usize) {
    let firm = Firm::open(Memory::new());
    let mut random = Random(7);
    for at in 0..count / 100 {
        let (date, orders) =
            (day(at * DAYS / (count / 100)), orders(&mut random, "SO", at, 100, (4, 0)));
        firm.place(date, most, &orders);
        firm.deliver(date, most, &orders);
        firm.invoice(date, most, &orders);
        firm.paid(date, most, &orders);
    }
    firm.report(what, count / 100 * 100);
}

/// Half a year: what is ordered is shipped and invoiced a week later, and paid after a month; what is bought comes after nine days.
fn half_year(what: &str, firm: &Firm, times: usize, most: usize) {
    let mut random = Random(42);
    let spread = |all: usize, at: usize| all * times * (at + 1) / DAYS - all * times * at / DAYS;
    let (mut sold, mut bought): (Vec<Vec<Order>>, Vec<Vec<Order>>) = (Vec::new(), Vec::new());
    for at in 0..DAYS + 31 {
        if at < DAYS {
            sold.push(orders(&mut random, "SO", at, spread(ORDERS, at), (3, 58)));
            bought.push(orders(&mut random, "PO", at, spread(BOUGHT, at), (2, 25)));
        }
        let of = |all: &[Vec<Order>], ago: usize| -> Vec<Order> {
            at.checked_sub(ago).and_then(|at| all.get(at)).cloned().unwrap_or_default()
        };
        let date = day(at);
        firm.place(date, most, &of(&sold, 0));
        firm.buy(date, most, &of(&bought, 0));
        firm.receive(date, most, &of(&bought, 9));
        firm.billed(date, most, &of(&bought, 9));
        firm.deliver(date, most, &of(&sold, 7));
        firm.invoice(date, most, &of(&sold, 7));
        firm.paid(date, most, &of(&sold, 30));
    }
    firm.report(what, ORDERS * times);
    let start = Instant::now();
    let verified = firm.company.verify().unwrap();
    println!("  verify: {:.2} s, clean: {}", start.elapsed().as_secs_f64(), verified.is_clean());
}
