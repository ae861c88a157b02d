//! Random histories: documents of every kind, on days back and forth, cancelled in between, sent twice, refused; after each step books, stock
//! and documents agree, and what was refused left nothing.

use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::inventory::moves::{Movement, NewMove};
use fondaco::inventory::valuation::Method;
use fondaco::inventory::value::LateMoves;
use fondaco::prelude::*;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::firm::*;
use crate::workshop::*;

/// A company on a random way.
pub struct History {
    pub firm: Firm,
    dice: Xoshiro256PlusPlus,
    pub seed: u64,
    pub step: u32,
    /// How many steps were carried out, and how many refused.
    pub done: (u32, u32),
    pub documents: Vec<(DocumentKind, String)>,
    /// Whether people are paid, and what was.
    #[cfg(feature = "payroll")]
    pub paid: Option<crate::paid::Paid>,
    /// Whether most of what happens is production.
    makes: bool,
    /// Whether books follow each move, and the cost of sales stands apart.
    is_followed: bool,
}

impl History {
    pub fn new(set_up: &SetUpCompany, seed: u64) -> History {
        let firm = Firm::of(set_up).workshop();
        // Every second company keeps what is owed, and what waits for another document, on accounts apart.
        if seed.is_multiple_of(2) {
            firm.apart();
        }
        // Every third company's gears go by a standard cost.
        let firm = if seed.is_multiple_of(3) { firm.gears_at("11.11") } else { firm };
        let firm = firm.stocked(bolt(), "50", "177.77", "2026-01-05");
        let firm = firm.stocked(nut(), "80", "13.31", "2026-01-05");
        let dice = Xoshiro256PlusPlus::seed_from_u64(seed);
        let is_followed = set_up.profile == Profile::PerpetualAngloSaxon;
        History {
            is_followed,
            firm,
            dice,
            seed,
            step: 0,
            done: (0, 0),
            documents: Vec::new(),
            #[cfg(feature = "payroll")]
            paid: None,
            makes: false,
        }
    }

    pub fn below(&mut self, count: u64) -> u64 {
        self.dice.next_u64() % count
    }

    fn count(&mut self, most: u64) -> Quantity {
        pcs(&(1 + self.below(most)).to_string())
    }

    fn date(&mut self) -> NaiveDate {
        // Mostly forward, sometimes back.
        let at = match self.below(4) {
            0 => self.below(150),
            _ => u64::from(self.step).min(150),
        };
        day("2026-01-10") + chrono_days(at)
    }

    fn price(&mut self, unit: &str) -> fondaco::core::UnitPrice {
        let cents = 50 + self.below(900);
        format!("{}.{:02} EUR/{unit}", cents / 100, cents % 100).parse().unwrap()
    }

    fn one_of(&mut self, kind: DocumentKind) -> Option<String> {
        let of: Vec<String> = self
            .documents
            .iter()
            .filter(|(other, _)| *other == kind)
            .map(|(_, code)| code.clone())
            .collect();
        let at = usize::try_from(self.below(of.len().max(1) as u64)).unwrap();
        of.get(at).cloned()
    }

    /// Sends a command, twice now and then: the second time changes nothing.
    pub fn send<C: fondaco::core::Act<Error = CompanyError>>(
        &mut self,
        kind: Option<DocumentKind>,
        command: &C,
    ) {
        let name = format!("step {}", self.step);
        let position =
            |firm: &Firm| firm.company.view(|view| Ok::<_, CompanyError>(view.position())).unwrap();
        let before = position(&self.firm);
        match self.firm.company.send(&name, command) {
            Ok(_) => {
                self.done.0 += 1;
                let after = position(&self.firm);
                if self.below(8) == 0 {
                    assert!(self.firm.company.send(&name, command).unwrap().replayed);
                    assert_eq!(position(&self.firm), after, "a replay changed something");
                }
                self.documents.extend(kind.map(|kind| (kind, self.step.to_string())));
            }
            Err(error) => {
                let expected = ["Refused", "NotFound", "Invalid"];
                let found = format!("{:?}", error.kind());
                assert!(
                    expected.contains(&found.as_str()),
                    "seed {} step {}: {error}",
                    self.seed,
                    self.step
                );
                assert_eq!(position(&self.firm), before, "{error}");
                self.done.1 += 1;
            }
        }
    }

    fn step(&mut self) {
        self.step += 1;
        let (code, date) = (self.step.to_string(), self.date());
        #[cfg(feature = "payroll")]
        if self.paid.is_some() && self.below(3) == 0 {
            return self.of_pay(&code, date);
        }
        let act = match self.makes && self.below(4) > 0 {
            true => 19 + self.below(9),
            false => self.below(37),
        };
        match act {
            0..=2 => self.order(&code, date),
            3..=5 => self.deliver(&code, date),
            6..=7 => self.invoice(&code, date),
            8 => self.receive_payment(&code, date),
            9 => self.take_back(&code, date),
            10 => self.credit(&code, date),
            11..=12 => self.buy(&code, date),
            13..=14 => self.receive(&code, date),
            15 => self.bill(&code, date),
            16 => self.pay(&code, date),
            17 => self.send_back(&code, date),
            18 => self.moves(date),
            19 => self.plan(&code, date),
            20..=21 => self.issue(&code, date),
            22 => self.work(&code, date),
            23..=24 => self.complete(&code, date),
            25 => self.close(&code, date),
            26 => self.outside(&code, date),
            27..=28 => self.pay_ahead(&code, date),
            30..=31 => self.use_up(&code, date),
            32 => self.close_short(),
            33 => self.credit_supplier(&code, date),
            34 => self.regroup(),
            35 => self.quote(&code, date),
            36 => self.accrue(),
            _ => self.cancel(date),
        }
    }

    fn order(&mut self, code: &str, date: NaiveDate) {
        let mut order = NewOrder::new(code, "C-1", date);
        for item in [bolt(), nut()] {
            let line = NewLine::new(item, self.count(9)).price(self.price("pcs"));
            order = order.line(line);
        }
        self.send(Some(DocumentKind::SalesOrder), &PlaceOrders::new(vec![order]));
    }

    fn deliver(&mut self, code: &str, date: NaiveDate) {
        let Some(order) = self.one_of(DocumentKind::SalesOrder) else { return };
        let mut delivery = NewDelivery::new(code, order, date);
        if self.below(2) == 0 {
            delivery = delivery.line(PartLine::new(1 + self.below(2) as u32, self.count(5)));
        }
        self.send(Some(DocumentKind::Delivery), &Deliver::new(vec![delivery]));
    }

    fn invoice(&mut self, code: &str, date: NaiveDate) {
        let Some(order) = self.one_of(DocumentKind::SalesOrder) else { return };
        let mut invoice = NewInvoice::new(code, order, date);
        if self.below(3) == 0 {
            invoice = invoice.line(PartLine::new(1 + self.below(2) as u32, self.count(5))).ahead();
        }
        invoice.deposits.extend(self.deposit_of(DocumentKind::CustomerDeposit, &invoice.order));
        self.send(Some(DocumentKind::Invoice), &InvoiceCustomers::new(vec![invoice]));
    }

    fn pay_ahead(&mut self, code: &str, date: NaiveDate) {
        let amount = Money::minor(1 + self.below(3000) as i64, Currency::EUR);
        let (kind, deposit) = if self.below(3) > 0 {
            let Some(order) = self.one_of(DocumentKind::SalesOrder) else { return };
            (DocumentKind::CustomerDeposit, NewDeposit::received(code, order, date, amount))
        } else {
            let Some(order) = self.one_of(DocumentKind::PurchaseOrder) else { return };
            (DocumentKind::SupplierDeposit, NewDeposit::made(code, order, date, amount))
        };
        let deposit = if self.below(2) == 0 { deposit.taxed("STD") } else { deposit };
        self.send(Some(kind), &PayAhead::new(vec![deposit]));
    }

    /// A deposit of an order that has something left.
    fn deposit_of(&mut self, kind: DocumentKind, order: &str) -> Option<smol_str::SmolStr> {
        let of = match kind {
            DocumentKind::CustomerDeposit => DocumentKind::SalesOrder.id(order),
            _ => DocumentKind::PurchaseOrder.id(order),
        };
        let found =
            self.documents.iter().filter(|(other, _)| *other == kind).find_map(|(_, code)| {
                let document = self.firm.company.document(kind, code).unwrap()?;
                (document.of == Some(of) && document.status == Status::Open).then(|| code.clone())
            });
        found.map(Into::into)
    }

    fn receive_payment(&mut self, code: &str, date: NaiveDate) {
        let Some(invoice) = self.one_of(DocumentKind::Invoice) else { return };
        let amount = Money::minor(100 + self.below(9000) as i64, Currency::EUR);
        let mut settles = Settles::invoice(invoice);
        if self.below(2) == 0 {
            settles = settles
                .amount(Money::minor(100, Currency::EUR))
                .write_off(Money::minor(1, Currency::EUR));
        }
        let paid = NewPayment::received(code, "C-1", date, amount).settles(settles);
        self.send(Some(DocumentKind::CustomerPayment), &Pay::new(vec![paid]));
    }

    /// What stands on account of a credit or a payment pays an invoice, or goes back.
    fn use_up(&mut self, code: &str, date: NaiveDate) {
        let kinds = [DocumentKind::CreditNote, DocumentKind::CustomerPayment];
        let open = self.documents.iter().filter(|(kind, _)| kinds.contains(kind));
        let open = open.filter_map(|(kind, code)| self.firm.company.document(*kind, code).unwrap());
        let open = open.filter(|one| one.status == Status::Open);
        let Some(found) = open.collect::<Vec<_>>().pop() else { return };
        let (kind, of, stands) = (found.kind, found.code.clone(), found.money(found.open()));
        let from = match kind {
            DocumentKind::CreditNote => Settles::credit(of),
            _ => Settles::payment(of),
        };
        let date = date.max(day("2026-06-15"));
        let used = match self.one_of(DocumentKind::Invoice) {
            Some(invoice) if self.below(3) > 0 => {
                let open = self.firm.company.document(DocumentKind::Invoice, &invoice).unwrap();
                let open = open.map_or(stands, |invoice| invoice.money(invoice.open()));
                let some = if open.amount() < stands.amount() { open } else { stands };
                NewPayment::allocation(code, "C-1", date, Currency::EUR)
                    .settles(from.amount(some))
                    .settles(Settles::invoice(invoice).amount(some))
            }
            _ => NewPayment::refund(code, "C-1", date, stands).settles(from),
        };
        self.send(Some(DocumentKind::CustomerPayment), &Pay::new(vec![used]));
    }

    fn close_short(&mut self) {
        let kind =
            if self.below(2) == 0 { DocumentKind::SalesOrder } else { DocumentKind::PurchaseOrder };
        let Some(order) = self.one_of(kind) else { return };
        self.send(None, &CloseOrders::new(vec![Named::new(kind, order)]));
    }

    fn credit_supplier(&mut self, code: &str, date: NaiveDate) {
        let Some(bill) = self.one_of(DocumentKind::Bill) else { return };
        let credit = NewCredit::new(code, bill, date).line(PartLine::new(1, self.count(3)));
        self.send(Some(DocumentKind::SupplierCredit), &CreditSuppliers::new(vec![credit]));
    }

    /// The customer or the supplier belongs to another group from now on: what stands stands where it did.
    fn regroup(&mut self) {
        let partner = match self.below(2) {
            0 => NewPartner::customer("C-1"),
            _ => NewPartner::supplier("V-1"),
        };
        let partner = partner.tax_code("STD");
        let partner = if self.below(2) == 0 { partner.group("ABROAD") } else { partner };
        self.send(None, &ChangePartner::to(partner));
    }

    /// What is accrued at the end of a month, also after that of a later one, and again when something came since.
    fn accrue(&mut self) {
        let ends = ["2026-01-31", "2026-03-31", "2026-04-30"];
        let at = usize::try_from(self.below(3)).unwrap();
        self.send(None, &PostAccruals::on(day(ends[at])));
    }

    /// A quote, which is confirmed or not.
    fn quote(&mut self, code: &str, date: NaiveDate) {
        let line = NewLine::new(bolt(), self.count(9)).price(self.price("pcs"));
        let order = NewOrder::new(code, "C-1", date).line(line).as_quote();
        self.send(Some(DocumentKind::SalesOrder), &PlaceOrders::new(vec![order]));
        self.step += 1;
        if self.below(2) == 0 {
            self.send(None, &ConfirmOrders::new([code]));
        }
    }

    fn take_back(&mut self, code: &str, date: NaiveDate) {
        let Some(delivery) = self.one_of(DocumentKind::Delivery) else { return };
        let back = NewReturn::new(code, delivery, date).line(PartLine::new(1, self.count(3)));
        self.send(Some(DocumentKind::CustomerReturn), &TakeBack::new(vec![back]));
    }

    fn credit(&mut self, code: &str, date: NaiveDate) {
        let Some(invoice) = self.one_of(DocumentKind::Invoice) else { return };
        let credit = NewCredit::new(code, invoice, date).line(PartLine::new(1, self.count(3)));
        self.send(Some(DocumentKind::CreditNote), &CreditCustomers::new(vec![credit]));
    }

    fn buy(&mut self, code: &str, date: NaiveDate) {
        let mut order = NewOrder::new(code, "V-1", date);
        for item in [bolt(), nut()] {
            order = order.line(NewLine::new(item, self.count(12)).price(self.price("pcs")));
        }
        self.send(Some(DocumentKind::PurchaseOrder), &OrderGoods::new(vec![order]));
    }

    fn receive(&mut self, code: &str, date: NaiveDate) {
        let Some(order) = self.one_of(DocumentKind::PurchaseOrder) else { return };
        let mut receipt = NewReceipt::new(code, order, date);
        if self.below(2) == 0 {
            receipt = receipt.line(ReceivedLine::new(1 + self.below(2) as u32, self.count(7)));
        }
        self.send(Some(DocumentKind::Receipt), &Receive::new(vec![receipt]));
    }

    fn bill(&mut self, code: &str, date: NaiveDate) {
        let Some(order) = self.one_of(DocumentKind::PurchaseOrder) else { return };
        let mut bill = NewBill::new(code, "V-1", date).order(order.clone());
        bill.deposits.extend(self.deposit_of(DocumentKind::SupplierDeposit, &order));
        if self.below(2) == 0 {
            let line = BillLine::new(1 + self.below(2) as u32, self.count(7)).at(self.price("pcs"));
            bill = bill.line(line);
        }
        self.send(Some(DocumentKind::Bill), &EnterBills::new(vec![bill]));
    }

    fn pay(&mut self, code: &str, date: NaiveDate) {
        let Some(bill) = self.one_of(DocumentKind::Bill) else { return };
        let amount = Money::minor(100 + self.below(9000) as i64, Currency::EUR);
        let settles = Settles::bill(bill).amount(Money::minor(100, Currency::EUR));
        let paid = NewPayment::made(code, "V-1", date, amount).settles(settles);
        self.send(Some(DocumentKind::SupplierPayment), &Pay::new(vec![paid]));
    }

    fn send_back(&mut self, code: &str, date: NaiveDate) {
        let Some(receipt) = self.one_of(DocumentKind::Receipt) else { return };
        let back = NewReturn::new(code, receipt, date).line(PartLine::new(1, self.count(3)));
        self.send(Some(DocumentKind::SupplierReturn), &SendBack::new(vec![back]));
    }

    fn plan(&mut self, code: &str, date: NaiveDate) {
        let mut order = NewWorkOrder::new(code, gear(), self.count(6), date);
        if self.below(3) == 0 {
            order = order.material(bolt(), self.count(9)).output(WorkOutput {
                item: chips(),
                quantity: Some(self.count(4)),
                value: Some(OutputValue::Price(self.price("pcs"))),
            });
        }
        if self.below(2) == 0 {
            order = order.labour("SAW", hours("1.5"));
        }
        self.send(Some(DocumentKind::WorkOrder), &PlanWorkOrders::new(vec![order.released()]));
    }

    fn issue(&mut self, code: &str, date: NaiveDate) {
        if self.below(5) == 0 {
            let Some(issue) = self.one_of(DocumentKind::MaterialIssue) else { return };
            let back = NewReturn::new(code, issue, date).line(PartLine::new(1, self.count(3)));
            let returned = Some(DocumentKind::MaterialReturn);
            return self.send(returned, &ReturnMaterial::new(vec![back]));
        }
        let Some(order) = self.one_of(DocumentKind::WorkOrder) else { return };
        let mut issue = NewIssue::new(code, order, date);
        match self.below(3) {
            0 => issue = issue.line(IssueLine::new(1, self.count(6))),
            1 => issue = issue.line(IssueLine::new(1, self.count(2)).instead(nut(), self.count(4))),
            _ => {}
        }
        self.send(Some(DocumentKind::MaterialIssue), &IssueMaterial::new(vec![issue]));
    }

    fn work(&mut self, code: &str, date: NaiveDate) {
        let Some(order) = self.one_of(DocumentKind::WorkOrder) else { return };
        let time = NewTime::new(code, order, date).labour("SAW", hours("0.7"));
        let time = if self.below(2) == 0 { time.overhead("SAW", hours("0.3")) } else { time };
        self.send(Some(DocumentKind::TimeBooking), &BookTime::new(vec![time]));
    }

    fn complete(&mut self, code: &str, date: NaiveDate) {
        let Some(order) = self.one_of(DocumentKind::WorkOrder) else { return };
        let mut made = NewCompletion::new(code, order, date).good(self.count(3));
        if self.below(4) == 0 {
            made = made.scrapped(self.count(2));
        }
        made.abnormal = self.below(3) == 0;
        let made = if self.below(2) == 0 { made.backflush() } else { made.as_issued() };
        let backflushed = made.backflush;
        let before = self.done.0;
        self.send(Some(DocumentKind::Completion), &CompleteWorkOrders::new(vec![made]));
        if backflushed && self.done.0 > before {
            self.documents.push((DocumentKind::MaterialIssue, code.to_owned()));
        }
    }

    /// Others work on it: the service is ordered, and comes.
    fn outside(&mut self, code: &str, date: NaiveDate) {
        let Some(work) = self.one_of(DocumentKind::WorkOrder) else { return };
        let service = NewLine::service("Hardened", self.count(5), self.price("pcs"));
        let order = NewOrder::new(code, "V-1", date).line(service);
        self.send(Some(DocumentKind::PurchaseOrder), &OrderGoods::new(vec![order]));
        self.step += 1;
        let (receipt, some) = (self.step.to_string(), self.count(3));
        let came = ReceivedLine::new(1, some).into_work(work);
        let came = NewReceipt::new(receipt, code, date).line(came);
        self.send(Some(DocumentKind::Receipt), &Receive::new(vec![came]));
    }

    fn close(&mut self, code: &str, date: NaiveDate) {
        let Some(order) = self.one_of(DocumentKind::WorkOrder) else { return };
        let date = if self.below(4) == 0 { date } else { day("2026-06-20") };
        let close = NewClose::new(order, date).code(code);
        self.send(Some(DocumentKind::ProductionClose), &CloseWorkOrders::new(vec![close]));
    }

    fn moves(&mut self, date: NaiveDate) {
        let quantity = self.count(2);
        let movement = match self.below(3) {
            0 => Movement::Scrap { from: "MAIN".into() },
            1 => Movement::Gain { at: "MAIN".into() },
            _ => Movement::Issue { from: "MAIN".into() },
        };
        self.send(None, &MoveGoods::new(vec![NewMove::new(bolt(), quantity, movement, date)]));
    }

    fn cancel(&mut self, date: NaiveDate) {
        let count = self.documents.len() as u64;
        let at = usize::try_from(self.below(count.max(1))).unwrap();
        let Some((kind, code)) = self.documents.get(at).cloned() else { return };
        // On the last day there is, so that it comes after what it takes back.
        let date = if self.below(4) == 0 { date } else { day("2026-06-20") };
        self.send(None, &Cancel::one(kind, code, date));
    }
}

fn chrono_days(days: u64) -> fondaco::chrono::Days {
    fondaco::chrono::Days::new(days)
}

fn run(set_up: &SetUpCompany, seed: u64, steps: u32) -> History {
    live(History::new(set_up, seed), steps)
}

/// A company that mostly makes things, of plenty.
fn make(set_up: &SetUpCompany, seed: u64, steps: u32) -> History {
    let mut history = History::new(set_up, seed);
    history.makes = true;
    history.firm = history.firm.stocked(bolt(), "300", "777.77", "2026-01-06");
    history.firm = history.firm.stocked(nut(), "500", "99.99", "2026-01-06");
    live(history, steps)
}

pub fn live(mut history: History, steps: u32) -> History {
    let seed = history.seed;
    for _ in 0..steps {
        history.step();
        if history.step.is_multiple_of(10) || history.step == steps {
            let verified = history.firm.company.verify().unwrap();
            assert!(verified.is_clean(), "seed {seed}, step {}: {verified}", history.step);
            #[cfg(feature = "payroll")]
            history.check_pay();
            if history.step.is_multiple_of(20) {
                crate::figures::figures_agree(&history.firm, history.is_followed);
            }
        }
    }
    assert!(
        history.done.0 > history.done.1 / if history.makes { 4 } else { 2 },
        "seed {seed}: {:?} were done and refused",
        history.done
    );
    history
}

#[test]
fn whatever_happens_books_stock_and_documents_agree() {
    for (seed, method) in
        [(1, Method::Average), (2, Method::Fifo), (3, Method::Lifo), (4, Method::Average)]
    {
        let late = if seed % 2 == 0 { LateMoves::Keep } else { LateMoves::Replay };
        run(&SetUpCompany { late, ..by(method) }, seed, 50);
    }
}

#[test]
fn also_where_differences_are_an_expense_or_books_follow_otherwise() {
    let expense = SetUpCompany { differences: Differences::Expense, ..set_up() };
    run(&expense, 11, 80);
    for (seed, profile) in (20..).zip(Profile::ALL) {
        run(&set_up().profiled(profile), seed, 50);
    }
}

#[test]
fn whatever_is_made_work_in_progress_is_what_open_orders_cost() {
    for (seed, method) in [(41, Method::Average), (42, Method::Fifo), (43, Method::Lifo)] {
        for late in [LateMoves::Keep, LateMoves::Replay] {
            make(&SetUpCompany { late, ..by(method) }, seed, 60);
        }
    }
    for (seed, profile) in (50..).zip(Profile::ALL) {
        make(&set_up().profiled(profile), seed, 40);
    }
}

#[test]
fn after_the_closing_entries_every_profile_shows_one_profit_of_what_happened() {
    for seed in 60..63 {
        let mut results = Vec::new();
        for profile in Profile::ALL {
            let history = make(&set_up().profiled(profile), seed, 60);
            history.firm.must(&PostAccruals::on(day("2026-06-30")));
            let books = history.firm.company.books();
            let statement = books.income_statement(day("2026-01-01"), day("2026-06-30"));
            results.push((profile, history.done, statement.unwrap().result));
        }
        let same = results
            .iter()
            .all(|(_, done, result)| (done, result) == (&results[0].1, &results[0].2));
        assert!(same, "seed {seed}: {results:?}");
    }
}

#[test]
fn and_so_they_do_for_long() {
    for seed in 1000..1005 {
        let methods = [Method::Average, Method::Fifo, Method::Lifo];
        let method = methods[usize::try_from(seed % 3).unwrap()];
        let late = if seed % 2 == 0 { LateMoves::Keep } else { LateMoves::Replay };
        let profile = Profile::ALL[usize::try_from(seed % 6).unwrap()];
        run(&SetUpCompany { late, ..by(method) }.profiled(profile), seed, 110);
    }
}
