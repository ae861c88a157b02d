//! A company that pays by rules of its own: a capped contribution and a tax that is reckoned up over the year, so that order matters.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Store;
use fondaco_core::{ActError, DateRange, Id, JobError, PartyId};
use fondaco_payroll::runs::*;
use fondaco_payroll::{ENGINE, PayrollError};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Host, Model};
use rust_decimal::Decimal;

/// `salary` and `bonus` are earned; a tenth of what is earned up to 5,000 a year is a contribution; a fifth of all, cut to cents over the
/// year, is tax; the employer pays a twentieth on top.
pub const BOOK: &str = r#"
name = "house"
currency = "EUR"

[[input]]
name = "salary"
type = "money"
default = 0
min = 0
kind = "earning"
adds_to = ["taxed"]

[[input]]
name = "bonus"
type = "money"
default = 0
kind = "earning"
adds_to = ["taxed"]

[[input]]
name = "dues"
type = "money"
default = 0
kind = "post_tax"

[[input]]
name = "expenses"
type = "money"
default = 0
kind = "reimbursement"

[[base]]
name = "taxed"

[[accumulator]]
name = "taxed_to_date"
of = "taxed"
over = "calendar_year"

[[accumulator]]
name = "tax_to_date"
of = "tax"
over = "calendar_year"

[[parameter]]
name = "share"
type = "rate"
values = [
  { from = "2026-01-01", value = "10%" },
  { from = "2026-03-01", value = "12%", recorded = "2026-08-01T00:00:00Z" },
]

[[rule]]
name = "contribution"
kind = "tax"
formula = "round(part_below(taxed, taxed_to_date, money(5000)) * share, 2, half_up)"

[[rule]]
name = "tax"
kind = "tax"
formula = "round((taxed_to_date + taxed) * 20%, 2, floor) - tax_to_date"

[[rule]]
name = "levy"
kind = "employer"
formula = "round(taxed * 5%, 2, half_up)"
"#;

pub fn stores() -> Vec<(&'static str, Arc<dyn Store>)> {
    vec![
        ("memory", Arc::new(Memory::new())),
        ("sqlite", Arc::new(Sqlite::in_memory().unwrap())),
        ("model", Arc::new(Model::new())),
    ]
}

pub fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn who(number: u32) -> PartyId {
    PartyId::named(&format!("employee {number}"))
}

/// The first and last day of a month of 2026.
pub fn month(month: u32) -> (NaiveDate, NaiveDate) {
    let first = NaiveDate::from_ymd_opt(2026, month, 1).unwrap();
    (first, first + chrono::Months::new(1) - chrono::Days::new(1))
}

/// A case of a month that pays a salary.
pub fn case(employee: u32, of_month: u32, salary: Decimal) -> PayInput {
    let (first, last) = month(of_month);
    let period = DateRange::new(first, last).unwrap();
    let number = employee.to_string();
    PayInput::new(who(employee), number, period, last, "house")
        .component(PayComponent::new("SALARY", "salary", salary))
}

/// A company on some store, with its rule book.
pub struct House {
    pub host: Host,
}

pub type Ran = Result<RunReport, JobError<PayrollError>>;

impl House {
    pub fn on(host: Host) -> House {
        host.must("rules", &StoreRules::new("house", BOOK));
        House { host }
    }

    pub fn memory() -> House {
        House::on(Host::on("memory", Arc::new(Memory::new()), &ENGINE))
    }

    pub fn everywhere(test: impl Fn(House)) {
        Host::everywhere(stores(), &ENGINE, |host| test(House::on(host)));
    }

    pub fn create(&self, kind: RunKind, of_month: u32, name: &str) -> Id<Run> {
        let create =
            CreateRun { kind, ..CreateRun::new("MONTHLY", month(of_month), month(of_month).1) };
        self.host.wait(1);
        self.host.must(name, &create)
    }

    pub fn calculate(&self, run: Id<Run>, name: &str, cases: Vec<PayInput>) -> Ran {
        let source = PaySource::given(cases).unwrap();
        self.host.wait(1);
        Ok(self.host.run_job(name, &mut CalculateRun::new(run, source), &mut ())?.report)
    }

    pub fn retro(&self, run: Id<Run>, name: &str, cases: Vec<PayInput>, law: RetroLaw) -> Ran {
        Ok(self.host.run_job(name, &mut RetroRun::new(run, cases, law, "raised"), &mut ())?.report)
    }

    /// Takes a run forward, by somebody who had no hand in it.
    pub fn advance(&self, name: &str, mut advance: AdvanceRun) -> Ran {
        let boss = self.host.acting_as("boss");
        self.host.wait(1);
        Ok(boss.run_job(name, &mut advance, &mut ())?.report)
    }

    pub fn approve(&self, run: Id<Run>) -> Ran {
        self.advance(&format!("approve {run}"), AdvanceRun::approve(run, "looked at"))
    }

    pub fn post(&self, run: Id<Run>) -> Ran {
        self.advance(&format!("post {run}"), AdvanceRun::post(run, "booked"))
    }

    pub fn pay(&self, run: Id<Run>) -> Ran {
        self.advance(&format!("pay {run}"), AdvanceRun::pay(run, d("2026-06-30"), "file"))
    }

    pub fn close(&self, run: Id<Run>) -> Ran {
        self.advance(&format!("close {run}"), AdvanceRun::close(run, "done"))
    }

    /// A month's run of some cases, approved, posted and paid.
    pub fn paid(&self, of_month: u32, cases: Vec<PayInput>) -> Id<Run> {
        let run = self.create(RunKind::Regular, of_month, &format!("month {of_month}"));
        self.calculate(run, &format!("calculate {run}"), cases).unwrap();
        self.settle(run);
        run
    }

    /// Approves, posts and pays.
    pub fn settle(&self, run: Id<Run>) {
        self.approve(run).unwrap();
        self.post(run).unwrap();
        self.pay(run).unwrap();
    }

    pub fn slip(&self, run: Id<Run>, employee: u32) -> Arc<Slip> {
        let slips = self.host.view(|view| slips(view, run));
        slips.into_iter().find(|slip| slip.employee == who(employee)).unwrap()
    }

    pub fn run(&self, id: Id<Run>) -> Arc<Run> {
        self.host.view(|view| run(view, id))
    }

    /// How a sum of 2026 stands.
    pub fn sum(&self, employee: u32, sum: &str) -> Decimal {
        let sums = self.host.view(|view| year_sums(view, who(employee)));
        sums.iter().find(|row| row.sum == sum).map_or(Decimal::ZERO, |row| row.amount.to_decimal())
    }

    /// What is owed by an employee in all, claims and loans.
    pub fn owed(&self, employee: u32) -> Decimal {
        let all = self.host.view(|view| deductions_of(view, who(employee)));
        all.iter().map(|(_, owed)| *owed).sum()
    }

    /// Nothing differs from what the facts add up to.
    pub fn clean(&self) {
        self.host.clean();
    }
}

pub fn line(slip: &Slip, component: &str) -> Decimal {
    slip.lines.iter().filter(|line| line.component == component).map(|line| line.amount).sum()
}

/// The code of a job's refusal.
pub fn code(ran: Ran) -> String {
    ran.unwrap_err().code().to_owned()
}
