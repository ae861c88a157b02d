//! Limits by amount hold for the company's own permissions: per document and per act, whatever the act says.

use std::sync::Arc;

use fondaco::company::*;
use fondaco::core::policy::stored::*;
use fondaco::core::{Act, ActError, ActorId, Driver};
use fondaco::prelude::*;

use crate::firm::*;

/// A firm's company as `clerk` sees it, whose role `root` defines.
struct House {
    clerk: Company<'static>,
    root: Company<'static>,
    asked: std::cell::Cell<u32>,
}

impl House {
    fn of(firm: impl Fn(&Firm)) -> House {
        let store = Arc::new(Memory::new());
        firm(&Firm::on(store.clone(), &set_up()));
        let now: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
        let driver = Driver::new(store, CompanyId::named("acme")).with_policy(Stored);
        #[cfg(feature = "payroll")]
        driver.join(&fondaco::payroll::ENGINE).unwrap();
        let company = Company::over(driver).unwrap().with_clock(move || now);
        let (root, clerk) = (company.clone().acting_as("root"), company.acting_as("clerk"));
        let house = House { clerk, root, asked: 0.into() };
        house.must(&AppointFirst::new(ActorId::new("root")));
        house.must(&RegisterActor::person(ActorId::new("clerk")));
        house.must(&DefineRole::new("clerk", "Clerk"));
        house.must(&AssignRole::new(ActorId::new("clerk"), "clerk"));
        let worker = ["company.receive", "company.ship"].map(NewGrant::new);
        let worker = worker.into_iter().fold(DefineRole::new("worker", "Worker"), DefineRole::may);
        house.must(&worker);
        house.must(&AssignRole::new(ActorId::new("root"), "worker"));
        house
    }

    fn name(&self) -> String {
        self.asked.set(self.asked.get() + 1);
        format!("of the house {}", self.asked.get())
    }

    fn must<C: Act>(&self, command: &C) {
        self.root.send(&self.name(), command).unwrap_or_else(|error| panic!("{error}"));
    }

    fn may(&self, grant: NewGrant) {
        self.must(&DefineRole::new("clerk", "Clerk").may(grant));
    }

    fn sends<C: Act>(&self, command: &C) -> &'static str {
        self.clerk.send(&self.name(), command).map_or_else(|error| error.code(), |_| "fine")
    }

    /// A document of this amount, and an act of this much in all: to the cent, and no cent more.
    fn holds<C: Act>(&self, permission: &str, (each, all): (&str, &str), command: &C) {
        let cent = eur("0.01");
        let less = |amount: &str| eur(amount).sub(cent).unwrap();
        let grant = || NewGrant::new(permission);
        for (grant, code) in [
            (grant().up_to(less(each)), "policy.over_limit"),
            (grant().up_to_in_all(less(all)), "policy.over_total"),
            (grant().up_to(eur(each)).up_to_in_all(less(all)), "policy.over_total"),
            (grant().up_to(eur(each)).up_to_in_all(eur(all)), "fine"),
        ] {
            self.may(grant);
            assert_eq!(self.sends(command), code, "{permission}");
        }
    }
}

/// Two orders of 119 EUR each, and what follows them.
#[test]
fn limits_hold_to_the_cent_per_document_and_per_act() {
    let house = House::of(|_| {});
    let date = day("2026-03-02");
    let order = |code: &str, partner: &str| {
        let line = NewLine::new(bolt(), pcs("10")).price("10 EUR/pcs".parse().unwrap());
        NewOrder::new(code, partner, date).line(line)
    };
    let sold = PlaceOrders::new(vec![order("1", "C-1"), order("2", "C-1")]);
    house.holds("company.sell", ("119", "238"), &sold);
    let bought = OrderGoods::new(vec![order("1", "V-1"), order("2", "V-1")]);
    house.holds("company.buy", ("119", "238"), &bought);
    house.must(&Receive::new(vec![
        NewReceipt::new("1", "1", date),
        NewReceipt::new("2", "2", date),
    ]));
    house.must(&Deliver::new(vec![
        NewDelivery::new("1", "1", date),
        NewDelivery::new("2", "2", date),
    ]));
    let bill = |code: &str| NewBill::new(code, "V-1", date).order(code);
    house.holds("company.bill", ("119", "238"), &EnterBills::new(vec![bill("1"), bill("2")]));
    let invoice = |code: &str| NewInvoice::new(code, code, date);
    let invoices = InvoiceCustomers::new(vec![invoice("1"), invoice("2")]);
    house.holds("company.invoice", ("119", "238"), &invoices);
    let paid = |code: &str| {
        let paid = NewPayment::received(code, "C-1", day("2026-04-20"), eur("119"));
        paid.settles(Settles::invoice(code))
    };
    house.holds("company.pay", ("119", "238"), &Pay::new(vec![paid("1"), paid("2")]));
}

/// Freight of 10 comes upon ten bolts of 4.
#[test]
fn who_moves_goods_does_not_say_what_they_are_worth() {
    use fondaco::inventory::moves::NewMove;
    use fondaco::inventory::valuation::Basis;
    use fondaco::inventory::value::AddLandedCost;
    let receipt = std::cell::Cell::new(None);
    let house = House::of(|firm| {
        let come = NewMove::receipt(bolt(), pcs("10"), "MAIN", day("2026-02-01")).cost(eur("40"));
        receipt.set(firm.must(&MoveGoods::new(vec![come])).ids().next());
    });
    let receipts = vec![receipt.get().unwrap()];
    let freight = ChangeCost::Landed(AddLandedCost::new(receipts, eur("10"), Basis::Quantity));
    house.may(NewGrant::new("company.move_goods"));
    assert_eq!(house.sends(&freight), "policy.not_held");
    house.holds("company.change_cost", ("10", "10"), &freight);
}

#[cfg(feature = "payroll")]
#[test]
fn who_is_limited_posts_no_run_of_any_size() {
    use crate::pay::{self, BOOK};
    use fondaco::payroll::runs::*;
    let run = std::cell::Cell::new(None);
    let house = House::of(|firm| {
        let office = firm.company.office();
        office.join(&fondaco::payroll::ENGINE).unwrap();
        firm.must(&StoreRules::new("house", BOOK));
        let created = firm.must(&CreateRun::new("MONTHLY", pay::month(1), pay::month(1).1));
        let cases = vec![pay::case(1, 1, 3000.into()), pay::case(2, 1, 1000.into())];
        let mut job = CalculateRun::new(created, PaySource::given(cases).unwrap());
        office.run_job("calculate", &mut job, &mut ()).unwrap();
        let boss = office.clone().acting_as("boss");
        boss.run_job("approve", &mut AdvanceRun::approve(created, "looked at"), &mut ()).unwrap();
        run.set(Some(created));
    });
    // A tenth of 4,000 is tax.
    house.holds("company.pay_people", ("3600", "3600"), &PostPay::of(run.get().unwrap()));
    let owed = |centre: &str| LeaveOwed { centre: centre.into(), amount: eur("50") };
    let accrue = AccrueLeave::on(day("2026-03-31"), vec![owed("PLANT"), owed("SHOP")]);
    house.holds("company.pay_people", ("100", "100"), &accrue);
}
