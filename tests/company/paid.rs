//! People are paid in random histories: runs that are approved or not, posted, paid, voided; leave and remittances on any day; months that
//! are closed in between. What stands on the accounts of pay is what follows from the slips by hand.

use std::collections::BTreeMap;

use fondaco::accounting::ledger::BalanceQuery;
use fondaco::company::*;
use fondaco::core::Id;
use fondaco::payroll::ENGINE;
use fondaco::payroll::runs::*;
use fondaco::prelude::*;

use crate::firm::*;
use crate::histories::History;
use crate::pay::{BOOK, case, month, who};

/// What was done about pay, as it is to stand in the books.
#[derive(Default)]
pub struct Paid {
    runs: Vec<Id<Run>>,
    /// What each earns in each run, in cents.
    salaries: BTreeMap<(Id<Run>, u32), i64>,
    leave: BTreeMap<&'static str, BTreeMap<NaiveDate, i64>>,
}

/// A tenth is tax, and a twentieth comes on top, each rounded half up.
fn withheld(cents: i64) -> i64 {
    (cents + 5).div_euclid(10) + (cents + 10).div_euclid(20)
}

fn euros(cents: i64) -> Money {
    Money::minor(cents, Currency::EUR)
}

impl History {
    /// Payroll joins, with its rules.
    pub fn employing(mut self) -> History {
        self.firm.company.office().join(&ENGINE).unwrap();
        self.firm.must(&StoreRules::new("house", BOOK));
        self.paid = Some(Paid::default());
        self
    }

    pub fn of_pay(&mut self, code: &str, date: NaiveDate) {
        match self.below(10) {
            0..=1 => self.run(),
            2..=4 => self.post_pay(date),
            5 => self.pay_out(),
            6 => self.void(),
            7 => self.remit(code, date),
            8 => self.accrue_leave(date),
            _ => self.close_month(),
        }
    }

    fn a_run(&mut self) -> Option<Id<Run>> {
        let count = self.paid.as_ref()?.runs.len();
        let at = usize::try_from(self.below(count.max(1) as u64)).unwrap();
        self.paid.as_ref()?.runs.get(at).copied()
    }

    fn run(&mut self) {
        let Some(of_month) = self.paid.as_ref().map(|paid| paid.runs.len() as u32 + 1) else {
            return;
        };
        if of_month > 5 {
            return;
        }
        let create = CreateRun::new("MONTHLY", month(of_month), month(of_month).1);
        let run = self.firm.must(&create);
        let salaries = [1, 2].map(|who| (who, 50_000 + self.below(300_000) as i64));
        let of = |(who, cents): &(u32, i64)| case(*who, of_month, euros(*cents).amount());
        let cases = salaries.iter().map(of).collect();
        let mut job = CalculateRun::new(run, PaySource::given(cases).unwrap());
        let office = self.firm.company.office().clone();
        office.run_job(&format!("computed {run}"), &mut job, &mut ()).unwrap();
        if self.below(6) > 0 {
            self.advance(AdvanceRun::approve(run, "looked at"), &format!("approved {run}"));
        }
        let paid = self.paid.as_mut().unwrap();
        paid.runs.push(run);
        paid.salaries.extend(salaries.map(|(who, cents)| ((run, who), cents)));
    }

    /// Goes on with a run, where that may be.
    fn advance(&mut self, mut to: AdvanceRun, name: &str) {
        let boss = self.firm.company.office().clone().acting_as("boss");
        drop(boss.run_job(&format!("{name} {}", self.step), &mut to, &mut ()));
    }

    fn post_pay(&mut self, date: NaiveDate) {
        let Some(run) = self.a_run() else { return };
        let post = PostPay::of(run).on(date);
        let post = if self.below(2) == 0 { post.money_from(date) } else { post };
        self.send(None, &post);
    }

    fn pay_out(&mut self) {
        let Some(run) = self.a_run() else { return };
        self.advance(AdvanceRun::post(run, "booked"), "booked");
        self.advance(AdvanceRun::pay(run, day("2026-05-31"), "file"), "paid");
    }

    fn void(&mut self) {
        let Some(run) = self.a_run() else { return };
        let boss = self.firm.company.office().clone().acting_as("boss");
        let void = VoidSlip::new(run, who(2), "a mistake");
        drop(boss.send(&format!("void {}", self.step), &void));
    }

    fn remit(&mut self, code: &str, date: NaiveDate) {
        let amount = euros(1 + self.below(40_000) as i64);
        let remit = Remit::new(code, date, Remitted::Withheld, amount);
        self.send(Some(DocumentKind::Remittance), &remit);
    }

    fn accrue_leave(&mut self, date: NaiveDate) {
        let centre = if self.below(2) == 0 { "PLANT" } else { "SHOP" };
        let cents = self.below(90_000) as i64;
        let owed = LeaveOwed { centre: centre.into(), amount: euros(cents) };
        let before = self.done.0;
        self.send(None, &AccrueLeave::on(date, vec![owed]));
        if self.done.0 > before {
            let paid = self.paid.as_mut().unwrap();
            paid.leave.entry(centre).or_default().insert(date, cents);
        }
    }

    /// January is closed once all of it is in the books.
    fn close_month(&mut self) {
        let last = day("2026-01-31");
        self.send(None, &PostAccruals::on(last));
        self.step += 1;
        self.send(None, &CloseMonth::ending(last));
    }

    /// What stands on the accounts of pay, counted by hand.
    pub fn check_pay(&self) {
        let Some(paid) = &self.paid else { return };
        let on = |account: &str, date: &str, centre: Option<&str>| {
            let query = BalanceQuery::account(account).until(day(date));
            let query = match centre {
                Some(centre) => query.dimension("cost_centre", centre),
                None => query,
            };
            let rows = self.firm.company.books().balances(&query).unwrap();
            rows.iter().map(|row| row.amounts.ledger_balance()).sum::<Decimal>()
        };
        let (mut wages, mut owed) = (0, 0);
        for ((run, employee), cents) in &paid.salaries {
            let key = (DocumentId::from_u128(run.to_u128()), who(*employee));
            let row = self.firm.company.office().view(|view| view.peek::<PaySlip>(&key)).unwrap();
            if row.is_some_and(|row| !row.voided) {
                wages += cents;
                owed += withheld(*cents);
            }
        }
        assert_eq!(on("6010", "2026-12-31", None), euros(wages).amount(), "seed {}", self.seed);
        let remitted = self.documents.iter().filter(|(kind, _)| *kind == DocumentKind::Remittance);
        let remitted = remitted.filter_map(|(kind, code)| {
            let found = self.firm.company.document(*kind, code).unwrap()?;
            (found.status != Status::Cancelled).then(|| found.net.to_decimal())
        });
        let left = euros(owed).amount() - remitted.sum::<Decimal>();
        assert_eq!(on("2410", "2026-12-31", None), -left, "seed {}", self.seed);
        for (centre, days) in &paid.leave {
            for (date, cents) in days {
                let stands = on("2450", &date.to_string(), Some(centre));
                assert_eq!(stands, -euros(*cents).amount(), "{centre} {date}");
            }
        }
    }
}

/// One that pays people as well as it trades and makes.
fn employ(set_up: &SetUpCompany, seed: u64, steps: u32) -> History {
    crate::histories::live(History::new(set_up, seed).employing(), steps)
}

#[test]
fn whoever_is_paid_in_between_books_have_it_once() {
    use fondaco::company::posting::Profile;
    for (seed, profile) in (70..).zip(Profile::ALL) {
        employ(&set_up().profiled(profile), seed, 60);
    }
}

#[test]
fn hours_on_work_orders_are_held_against_pay() {
    let history = History::new(&set_up(), 1).employing();
    let (from, on) = (day("2026-03-01"), day("2026-03-31"));
    let absorbed = || history.firm.company.labour_absorption(from, on).unwrap();
    assert!(absorbed().value.unwrap_err().to_string().contains("pay is zero"));
    let order = NewWorkOrder::new("W-1", crate::workshop::gear(), pcs("1"), day("2026-03-02"));
    history.firm.must(&PlanWorkOrders::new(vec![order.released()]));
    let hours = |code: &str| {
        let time = NewTime::new(code, "W-1", day("2026-03-04"));
        time.labour("SAW", crate::workshop::hours("7")).overhead("SAW", crate::workshop::hours("2"))
    };
    history.firm.must(&BookTime::new(vec![hours("T-1"), hours("T-2")]));
    history.firm.must(&Cancel::one(DocumentKind::TimeBooking, "T-2", day("2026-03-05")));
    let run = history.firm.must(&CreateRun::new("MONTHLY", month(3), month(3).1));
    let cases = vec![case(1, 3, Decimal::from(2000))];
    let mut job = CalculateRun::new(run, PaySource::given(cases).unwrap());
    let office = history.firm.company.office();
    office.run_job("computed", &mut job, &mut ()).unwrap();
    let boss = office.clone().acting_as("boss");
    boss.run_job("approved", &mut AdvanceRun::approve(run, "looked at"), &mut ()).unwrap();
    history.firm.must(&PostPay::of(run));
    // Seven hours at 30 of 2000 and the twentieth on top.
    assert_eq!(absorbed().number(), Some("0.1".parse().unwrap()));
    let why = absorbed().explain.to_string();
    assert!(why.contains("210.00 EUR (time_booking/T-1)") && !why.contains("T-2"), "{why}");
}
