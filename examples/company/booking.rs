//! Sends the papers to the company, under a clock that goes with their days: each day's documents of a kind are one commit, or each is one.
//!
//! A command has the name of its day and kind, so that it is carried out once: a run that was killed goes on where it was.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use fondaco::{
    accounting::ledger::AccountClass,
    company::{
        AddPartners, CloseWorkOrders, Company as Firm, CompanyError, CompleteWorkOrders, Deliver,
        EnterBills, InvoiceCustomers, IssueMaterial, MoveGoods, NewPartner, OrderGoods, Pay,
        PlaceOrders, PlanWorkOrders, PostAccruals, Receive, SetAccounts, SetTaxCodes, SetUpCompany,
        TaxCode,
        posting::{AccountRule, Role},
    },
    core::{Act, Halt, Rate, store::StoreError},
    prelude::*,
};

use super::papers::{Buyer, Day, Papers, Pile, item, pieces, vendor_code, vendors};
use crate::common::{
    self,
    args::StoreChoice,
    company::{Company, Origin},
    table::DataError,
};

type Done<T> = Result<T, Box<dyn Error>>;

/// The company, and the clock that it goes by.
pub struct Booking<'b> {
    pub firm: Firm<'static>,
    clock: Arc<AtomicI64>,
    company: &'b Company,
    currency: Currency,
    /// Whether each document is a commit of its own.
    each: bool,
    pub tally: Tally,
}

/// How many documents of each kind were booked, and how long that took.
#[derive(Default)]
pub struct Tally {
    kinds: BTreeMap<&'static str, (usize, Duration)>,
    pub booked: usize,
    pub there_before: usize,
}

impl<'b> Booking<'b> {
    /// Opens the company in a store, and sets it up where nobody did.
    ///
    /// # Errors
    /// The store can't be opened, or the currency is none.
    pub fn open(
        store: &StoreChoice,
        company: &'b Company,
        papers: &Papers,
        each: bool,
    ) -> Done<Booking<'b>> {
        let currency = Currency::from_code(&company.currency).ok_or("the currency is unknown")?;
        let (first, _) = company.days().ok_or("the company has no documents")?;
        let clock = Arc::new(AtomicI64::new(0));
        let now = Arc::clone(&clock);
        // A day that no clock has is refused before it comes to this.
        let now =
            move || Timestamp::from_micros(now.load(Ordering::SeqCst)).unwrap_or(Timestamp::EPOCH);
        let office = common::store::office(store, CompanyId::named(&company.name))?;
        let firm = Firm::of(&office)?.with_clock(now);
        let booking = Booking { firm, clock, company, currency, each, tally: Tally::default() };
        booking.on(first.pred_opt().unwrap_or(first));
        booking.set_up(papers)?;
        Ok(booking)
    }

    /// Sets the clock to noon of a day.
    pub fn on(&self, day: NaiveDate) {
        let noon = day.and_hms_opt(12, 0, 0).unwrap_or_default();
        self.clock.store(noon.and_utc().timestamp_micros(), Ordering::SeqCst);
    }

    // ---- Getting ready

    fn set_up(&self, papers: &Papers) -> Done<()> {
        let years = papers.days.keys().map(chrono::Datelike::year);
        let (from, to) = years.clone().min().zip(years.max()).ok_or("there are no documents")?;
        // Of what came short of an order, half a cent may be billed more than its part of the order's amount.
        let price_tolerance = Rate::percent("0.5")?;
        let set_up = SetUpCompany { price_tolerance, ..SetUpCompany::new(self.currency, from) };
        self.once("set up", &set_up)?;
        for year in from + 1..=to {
            self.once(&format!("year {year}"), &OpenFiscalYear::calendar_year(year))?;
        }
        let freight = NewAccount::new("4050", "Freight charged", AccountClass::Income);
        self.once("freight", &OpenAccounts::new(vec![freight]))?;
        let goods = AccountRule::new(Role::Sales, "4000").category("GOODS");
        let other = AccountRule::new(Role::Sales, "4050");
        self.once("accounts", &SetAccounts::new(vec![goods, other]))?;
        self.once("category", &AddCategories::new(vec![Category::new("GOODS", "Goods")]))?;
        let new = |it: &crate::common::company::Product| Item {
            category: Some("GOODS".into()),
            ..Item::new(it.number.as_str(), it.name.as_str(), Unit::PIECE)
        };
        self.once("items", &AddItems::new(self.company.products.values().map(new).collect()))?;
        let code = |(code, rate): (&String, &Rate)| TaxCode {
            code: code.as_str().into(),
            name: format!("{} %", code.trim_start_matches('T')).into(),
            rate: *rate,
        };
        self.once("taxes", &SetTaxCodes::new(papers.taxes.iter().map(code).collect()))?;
        let vendor = |id: u32| {
            let name = self.company.vendors.get(&id).map_or("?", |vendor| vendor.name.as_str());
            NewPartner::supplier(vendor_code(id)).named(name)
        };
        let sellers = vendors(self.company).into_iter().map(vendor);
        self.once("vendors", &AddPartners::new(sellers.collect()))?;
        let buyers = papers.customers.iter();
        let buyer = |(code, buyer): (&String, &Buyer)| {
            NewPartner::customer(code.as_str()).named(buyer.name.as_str()).group(buyer.channel)
        };
        let buyers: Vec<NewPartner> = buyers.map(buyer).collect();
        for (number, some) in buyers.chunks(1_000).enumerate() {
            self.once(&format!("customers {number}"), &AddPartners::new(some.to_vec()))?;
        }
        Ok(())
    }

    /// The goods that the half year opens with, at what they cost.
    ///
    /// # Errors
    /// The company refuses it.
    pub fn open_stock(&self, opening: &BTreeMap<u32, Decimal>) -> Done<()> {
        let (first, _) = self.company.days().ok_or("the company has no documents")?;
        let eve = first.pred_opt().unwrap_or(first);
        let mut moves = Vec::with_capacity(opening.len());
        for (product, quantity) in opening {
            let Some(of) = self.company.products.get(product) else { continue };
            let cost = Money::new(self.company.cost_of(*product, *quantity)?, self.currency);
            let come = NewMove::receipt(item(of), pieces(*quantity), "MAIN", eve);
            moves.push(come.cost(cost).reason("opening"));
        }
        for (number, some) in moves.chunks(1_000).enumerate() {
            self.once(&format!("opening {number}"), &MoveGoods::new(some.to_vec()))?;
        }
        Ok(())
    }

    /// Carries out a command under a name; under the same name it does nothing a second time.
    fn once<C: Act>(&self, name: &str, command: &C) -> Done<()>
    where
        C::Error: Error + 'static,
    {
        let sent = self.firm.send(&format!("company/{name}"), command);
        Ok(sent.map(drop).map_err(|error| format!("{name}: {error}"))?)
    }

    // ---- Day by day

    /// Lives through all of it, the ends of months too; `progress` is told how many documents more.
    ///
    /// # Errors
    /// The company refuses something, with the document's place in the source.
    pub fn live(&mut self, papers: &Papers, mut progress: impl FnMut(usize)) -> Done<()> {
        let mut month = None;
        for (day, of_day) in &papers.days {
            let first = chrono::Datelike::with_day(day, 1);
            if let Some(ended) = month.filter(|_| month != first) {
                self.close_month(ended)?;
            }
            month = first;
            self.day(*day, of_day)?;
            progress(of_day.count());
        }
        month.map_or(Ok(()), |last| self.close_month(last))
    }

    /// Books a day's papers.
    ///
    /// # Errors
    /// The company refuses something, with the document's place in the source.
    pub fn day(&mut self, day: NaiveDate, papers: &Day) -> Done<()> {
        self.on(day);
        let Day { orders_to_vendors, receipts, completions, closes, bills, .. } = papers;
        self.pile((day, "purchase orders"), orders_to_vendors, OrderGoods::new)?;
        self.pile((day, "receipts"), receipts, Receive::new)?;
        self.pile((day, "completions"), completions, CompleteWorkOrders::new)?;
        self.pile((day, "closed work orders"), closes, CloseWorkOrders::new)?;
        self.pile((day, "bills"), bills, EnterBills::new)?;
        let Day { work, material, orders, deliveries, invoices, payments, .. } = papers;
        self.pile((day, "work orders"), work, PlanWorkOrders::new)?;
        self.pile((day, "material issued"), material, IssueMaterial::new)?;
        self.pile((day, "sales orders"), orders, PlaceOrders::new)?;
        self.pile((day, "deliveries"), deliveries, Deliver::new)?;
        self.pile((day, "invoices"), invoices, InvoiceCustomers::new)?;
        self.pile((day, "payments"), payments, Pay::new)
    }

    /// Ends a month: what was shipped and not invoiced, received and not billed is accrued.
    ///
    /// # Errors
    /// The company refuses it.
    pub fn close_month(&self, first: NaiveDate) -> Done<()> {
        let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
        let last = next.pred_opt().unwrap_or(first);
        self.once(&format!("accruals {last}"), &PostAccruals::on(last))
    }

    /// A day's documents of a kind: in one commit, or each in one.
    fn pile<T: Clone, C: Act<Error = CompanyError>>(
        &mut self,
        (day, kind): (NaiveDate, &'static str),
        pile: &Pile<T>,
        command: impl Fn(Vec<T>) -> C,
    ) -> Done<()> {
        let size = if self.each { 1 } else { pile.len().max(1) };
        for (number, some) in pile.chunks(size).enumerate() {
            let name = match self.each {
                true => format!("{day}/{kind}/{number}"),
                false => format!("{day}/{kind}"),
            };
            let command = command(some.iter().map(|(document, _)| document.clone()).collect());
            let started = now();
            let done = self.firm.send(&name, &command);
            let took = started.elapsed();
            let done = done.map_err(|error| refused(error, &name, some.iter().map(|it| &it.1)))?;
            self.tally.add(kind, some.len(), took, done.replayed);
        }
        Ok(())
    }
}

/// The company names the document of the command; we know where it stands.
fn refused<'o>(
    error: CompanyError,
    name: &str,
    mut origins: impl Iterator<Item = &'o Origin>,
) -> Box<dyn Error> {
    match &error {
        CompanyError::Halt(Halt::Store(StoreError::CommandReused { .. })) => format!(
            "{name} is in this company already, with other content: the documents have changed since; choose another file \
             with --store"
        )
        .into(),
        CompanyError::At { index, error: why } => match origins.nth(*index) {
            Some(origin) => Box::new(DataError {
                file: origin.file.to_string(),
                line: Some(origin.line),
                column: None,
                value: None,
                problem: why.to_string(),
            }),
            None => format!("{name}: {error}").into(),
        },
        _ => format!("{name}: {error}").into(),
    }
}

impl Tally {
    fn add(&mut self, kind: &'static str, count: usize, took: Duration, replayed: bool) {
        if replayed {
            self.there_before += count;
            return;
        }
        self.booked += count;
        let (documents, time) = self.kinds.entry(kind).or_default();
        *documents += count;
        *time += took;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.booked == 0 {
            return write!(
                f,
                "Nothing new: all {} documents were booked before.",
                self.there_before
            );
        }
        let time: Duration = self.kinds.values().map(|(_, time)| *time).sum();
        write!(f, "Booked {} documents in {:.2} s:", self.booked, time.as_secs_f64())?;
        for (kind, (documents, time)) in &self.kinds {
            write!(f, "\n  {documents:>6} {kind:<20} {:>7.2} s", time.as_secs_f64())?;
        }
        match self.there_before {
            0 => Ok(()),
            before => write!(f, "\n{before} documents were there before: it went on after them."),
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a program may time itself; an engine may not")]
fn now() -> Instant {
    Instant::now()
}
