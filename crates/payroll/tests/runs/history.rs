//! In whatever order slips are paid, left out, voided, corrected, paid off-cycle and made good in retro: after the last retro run, every
//! component of every period is what a straight history gives, over the turn of a year and under either law; and money adds up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use fondaco_core::{ActError, Id};
use fondaco_payroll::RuleSet;
use fondaco_payroll::garnishment::Limit;
use fondaco_payroll::runs::*;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::house::*;

const EMPLOYEES: u32 = 3;
/// October 2026 to February 2027.
const FIRST: u32 = 10;
const LAST: u32 = 14;

#[derive(Debug, Clone)]
enum Deed {
    /// The next month is paid, with these salaries; who is marked is left out. In parts, or at once.
    Month([(u16, bool); EMPLOYEES as usize], bool),
    /// The oldest run that is open is closed.
    Close,
    /// A slip of a month is voided, if it can be.
    Void { of_month: u32, employee: u32 },
    /// A slip is corrected to another salary, if it can be.
    Correct { of_month: u32, employee: u32, salary: u16 },
    /// Who has no slip of a month that counts is paid off-cycle, if that can be.
    OffCycle { of_month: u32, employee: u32 },
    /// From a month on an employee should have had another salary.
    Retro { from: u32, employee: u32, salary: u16 },
    /// Something is paid besides: now, or by a run that stays open meanwhile.
    Bonus { employee: u32, amount: u16, open: bool },
    /// The oldest run that stayed open is renewed, approved and paid.
    Settle,
    /// Last pay beside the regular slip.
    Final { employee: u32, amount: u16 },
    /// Some money comes back from the bank.
    Returned { of_month: u32, employee: u32 },
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let salary = || 0_u16..3_000;
    let of_month = || FIRST..=LAST;
    let employee = || 1..=EMPLOYEES;
    let one = move || (salary(), prop::bool::weighted(0.15));
    let deed = prop_oneof![
        4 => ([one(), one(), one()], any::<bool>()).prop_map(|(of, parts)| Deed::Month(of, parts)),
        1 => Just(Deed::Close),
        2 => (of_month(), employee()).prop_map(|(of_month, employee)| Deed::Void { of_month, employee }),
        2 => (of_month(), employee(), salary())
            .prop_map(|(of_month, employee, salary)| Deed::Correct { of_month, employee, salary }),
        1 => (of_month(), employee())
            .prop_map(|(of_month, employee)| Deed::OffCycle { of_month, employee }),
        2 => (of_month(), employee(), salary())
            .prop_map(|(from, employee, salary)| Deed::Retro { from, employee, salary }),
        2 => (employee(), salary(), any::<bool>())
            .prop_map(|(employee, amount, open)| Deed::Bonus { employee, amount, open }),
        1 => Just(Deed::Settle),
        1 => (employee(), salary()).prop_map(|(employee, amount)| Deed::Final { employee, amount }),
        1 => (of_month(), employee()).prop_map(|(of_month, employee)| Deed::Returned { of_month, employee }),
    ];
    prop::collection::vec(deed, 3..18)
}

/// The first and last day of a month, counted from January 2026.
fn days(of_month: u32) -> (NaiveDate, NaiveDate) {
    let first = month(1).0 + chrono::Months::new(of_month - 1);
    (first, first + chrono::Months::new(1) - chrono::Days::new(1))
}

/// A case of a month; the second employee has a floor under net pay.
fn pays(employee: u32, of_month: u32, component: (&str, &str), amount: Decimal) -> PayInput {
    let (first, last) = days(of_month);
    let period = fondaco_core::DateRange::new(first, last).unwrap();
    let (code, input) = component;
    let mut case = PayInput::new(who(employee), employee.to_string(), period, last, "house")
        .component(PayComponent::new(code, input, amount));
    if employee == 2 {
        case.net_floor = dec("400");
    }
    case
}

const SALARY: (&str, &str) = ("SALARY", "salary");
const BONUS: (&str, &str) = ("BONUS", "bonus");

/// What is done, and what should have been paid.
struct Life {
    house: House,
    law: RetroLaw,
    months: u32,
    count: usize,
    closed: u32,
    /// The regular run of each month.
    runs: Vec<Id<Run>>,
    open: Vec<Id<Run>>,
    salaries: BTreeMap<(u32, u32), Decimal>,
    with_final: BTreeSet<u32>,
}

impl Life {
    /// The first employee has a loan, the third an order of a court.
    fn new(law: RetroLaw) -> Life {
        let house = House::memory();
        let from = days(FIRST).0;
        house.host.must("loan", &SetDeduction::loan(who(1), "CAR", dec("900"), dec("150"), from));
        let limit = Limit::Part(dec("0.5"));
        house
            .host
            .must("order", &SetDeduction::order(who(3), "CHILD", dec("250"), (1, limit), from));
        Life {
            house,
            law,
            months: 0,
            count: 0,
            closed: 0,
            runs: Vec::new(),
            open: Vec::new(),
            salaries: BTreeMap::new(),
            with_final: BTreeSet::new(),
        }
    }

    fn name(&mut self, what: &str) -> String {
        self.count += 1;
        format!("{what} {}", self.count)
    }

    fn salary(&self, employee: u32, of_month: u32) -> Decimal {
        self.salaries.get(&(employee, of_month)).copied().unwrap_or_default()
    }

    /// The months that are paid so far.
    fn paid(&self) -> std::ops::Range<u32> {
        FIRST..FIRST + self.months
    }

    fn next(&self) -> u32 {
        FIRST + self.months
    }

    fn deed(&mut self, deed: &Deed) {
        match *deed {
            Deed::Month(of, parts) if self.next() <= LAST => self.month(of, parts),
            Deed::Close if (self.closed as usize) < self.runs.len() => {
                let run = self.runs[self.closed as usize];
                // Money that came back keeps it open.
                let name = self.name("close");
                if self.house.advance(&name, AdvanceRun::close(run, "done")).is_ok() {
                    self.closed += 1;
                }
            }
            Deed::Void { of_month, employee } => self.void(of_month, employee),
            Deed::Correct { of_month, employee, salary } => {
                self.correct(of_month, employee, salary.into())
            }
            Deed::OffCycle { of_month, employee } => self.off_cycle(of_month, employee),
            Deed::Retro { from, employee, salary } if self.paid().contains(&from) => {
                for of_month in from..self.next() {
                    self.salaries.insert((employee, of_month), salary.into());
                }
                self.retro(from, &[employee]);
            }
            Deed::Bonus { employee, amount, open } if self.months > 0 => {
                let run = self.computed(
                    RunKind::Bonus,
                    self.next(),
                    pays(employee, self.next(), BONUS, amount.into()),
                );
                match open {
                    true => self.open.push(run),
                    false => self.house.settle(run),
                }
            }
            Deed::Settle if !self.open.is_empty() => self.settle_open(),
            Deed::Final { employee, amount } if self.months > 0 => {
                // Of one employee once: two of a month without a regular slip would be two to choose from.
                let of_month = self.next() - 1;
                if self.closed < self.months && self.with_final.insert(employee) {
                    let case = pays(employee, of_month, BONUS, amount.into());
                    let run = self.computed(RunKind::Final, of_month, case);
                    self.house.settle(run);
                }
            }
            Deed::Returned { of_month, employee } => self.returned(of_month, employee),
            _ => {}
        }
    }

    fn create(&mut self, kind: RunKind, of_month: u32) -> Option<Id<Run>> {
        let name = self.name("run");
        let create =
            CreateRun { kind, ..CreateRun::new("MONTHLY", days(of_month), days(of_month).1) };
        self.house.host.wait(1);
        self.house.host.send(&name, &create).ok().map(|sent| sent.answer)
    }

    fn computed(&mut self, kind: RunKind, of_month: u32, case: PayInput) -> Id<Run> {
        let run = self.create(kind, of_month).unwrap();
        self.house.calculate(run, &format!("calculate {run}"), vec![case]).unwrap();
        run
    }

    fn month(&mut self, of: [(u16, bool); EMPLOYEES as usize], in_parts: bool) {
        let of_month = self.next();
        self.months += 1;
        let mut cases = Vec::new();
        for (employee, (salary, left_out)) in (1..).zip(of) {
            self.salaries.insert((employee, of_month), salary.into());
            // A run pays somebody.
            if !left_out || employee == 1 {
                cases.push(pays(employee, of_month, SALARY, salary.into()));
            }
        }
        let run = self.create(RunKind::Regular, of_month).unwrap();
        self.house.calculate(run, &format!("calculate {run}"), cases).unwrap();
        self.house.approve(run).unwrap();
        self.house.post(run).unwrap();
        let net = self.house.slip(run, 1).net.to_decimal();
        if in_parts && net > Decimal::ONE {
            let lines = vec![PaymentLine::new(who(1), Decimal::ONE)];
            let (way, day, name) = (PaymentWay::Paid, d("2026-12-01"), self.name("part"));
            let part = RecordPayments { run, way, lines, day, reference: "part".into() };
            self.house.host.must(&name, &part);
        }
        self.house.pay(run).unwrap();
        self.runs.push(run);
    }

    fn run_of(&self, of_month: u32) -> Option<Id<Run>> {
        self.runs.get((of_month - FIRST) as usize).copied()
    }

    fn void(&mut self, of_month: u32, employee: u32) {
        let name = self.name("void");
        if let Some(run) = self.run_of(of_month) {
            // What is closed or voided already stays as it is.
            self.house.host.send(&name, &VoidSlip::new(run, who(employee), "taken back")).ok();
        }
    }

    fn correct(&mut self, of_month: u32, employee: u32, salary: Decimal) {
        let Some(run) = self.run_of(of_month) else { return };
        let Some(into) = self.create(RunKind::Correction, of_month) else { return };
        let case = Some(Box::new(pays(employee, of_month, SALARY, salary)));
        let (set, reason) = (BTreeMap::new(), "put right".into());
        let correct = CorrectSlip { run, employee: who(employee), into, case, set, reason };
        let name = self.name("correct");
        if self.house.host.send(&name, &correct).is_ok() {
            self.salaries.insert((employee, of_month), salary);
            self.house.settle(into);
        }
    }

    fn off_cycle(&mut self, of_month: u32, employee: u32) {
        let (first, _) = days(of_month);
        let slips = self.house.host.view(|view| slips_of(view, who(employee)));
        let has_one = slips.iter().any(|slip| {
            slip.status.counts() && slip.kind == RunKind::Regular && slip.period_start == first
        });
        if has_one || !self.paid().contains(&of_month) {
            return;
        }
        let Some(run) = self.create(RunKind::OffCycle, of_month) else { return };
        let salary = self.salary(employee, of_month);
        let case = pays(employee, of_month, SALARY, salary).in_place_of_regular();
        self.house.calculate(run, &format!("calculate {run}"), vec![case]).unwrap();
        match self.house.approve(run) {
            Ok(_) => {
                self.house.post(run).unwrap();
                self.house.pay(run).unwrap();
            }
            // What retro pay made good is not paid again.
            Err(error) => {
                assert_eq!(error.code(), "payroll.paid_already");
                let cancel = CancelRun { run, reason: "made good".into() };
                self.house.host.must(&format!("cancel {run}"), &cancel);
            }
        }
    }

    fn settle_open(&mut self) {
        let run = self.open.remove(0);
        let name = self.name("renew");
        let mut renew = RenewRun::new(run, "others came between");
        self.house.host.run_job(&name, &mut renew, &mut ()).unwrap();
        self.house.settle(run);
    }

    fn retro(&mut self, from: u32, employees: &[u32]) {
        let run = self.create(RunKind::Retro, self.next()).unwrap();
        let law = match &self.law {
            RetroLaw::PayDate { .. } => RetroLaw::PayDate { input: Some("bonus".into()) },
            law => law.clone(),
        };
        let done = |from: u32, name: &str| {
            let months = |one: &u32| {
                let one = *one;
                (from..self.next()).map(move |of_month| (one, of_month))
            };
            let cases = employees.iter().flat_map(months);
            let cases = cases.map(|(one, of)| pays(one, of, SALARY, self.salary(one, of)));
            self.house.retro(run, name, cases.collect(), law.clone()).unwrap()
        };
        let mut report = done(from, &format!("retro {run}"));
        if report.refused > 0 {
            // What retro pay made good before is asked for by every later one.
            let again = ReopenRun { run, reason: "more cases".into() };
            self.house.host.must(&format!("reopen {run}"), &again);
            report = done(FIRST, &format!("retro {run} again"));
        }
        let refused = self.house.host.view(|view| refusals(view, run));
        assert_eq!(report.refused, 0, "{refused:?}");
        if report.slips > 0 {
            self.house.settle(run);
        }
    }

    fn returned(&mut self, of_month: u32, employee: u32) {
        let name = self.name("returned");
        let Some(run) = self.run_of(of_month) else { return };
        let lines = vec![PaymentLine::new(who(employee), Decimal::ONE)];
        let (way, day) = (PaymentWay::Returned, d("2027-03-01"));
        let back = RecordPayments { run, way, lines, day, reference: "bank".into() };
        self.house.host.send(&name, &back).ok();
    }

    /// All that stayed open is settled, and everybody gets what is missing.
    fn end(&mut self) {
        while !self.open.is_empty() {
            self.settle_open();
        }
        if self.months > 0 {
            self.retro(FIRST, &[1, 2, 3]);
        }
    }
}

type Lines = BTreeMap<(NaiveDate, String), Decimal>;

/// What is paid of each component of each period by all slips that count.
fn paid(slips: &[Arc<Slip>]) -> Lines {
    let mut lines = Lines::new();
    for slip in slips.iter().filter(|slip| slip.status.counts()) {
        for line in slip.lines.iter().filter(|line| line.deduction.is_none()) {
            let period = line.original.unwrap_or(slip.period_start);
            *lines.entry((period, line.component.to_string())).or_default() += line.amount;
        }
    }
    lines.retain(|_, amount| !amount.is_zero());
    lines
}

/// A period and its day of payment, whether no slip pays it, the run, and how much besides the salary.
type Stands = (NaiveDate, NaiveDate, bool, Option<Id<Run>>, Option<Decimal>);

/// What stands besides the salaries of all months: bonuses, and last pay of months that have a regular slip.
fn standing(life: &Life, slips: &[Arc<Slip>]) -> Vec<Stands> {
    let counted = || slips.iter().filter(|slip| slip.status.counts() && slip.rests_on.is_none());
    let regular = |first: NaiveDate| {
        counted().find(|slip| slip.kind == RunKind::Regular && slip.period_start == first)
    };
    let besides = counted().filter(|slip| match slip.kind {
        RunKind::Bonus => true,
        RunKind::Final => regular(slip.period_start).is_some(),
        _ => false,
    });
    let mut all: Vec<_> = besides
        .map(|slip| {
            let amount = slip.input.components[0].amount;
            (slip.period_start, slip.pay_date, false, Some(slip.run), Some(amount))
        })
        .collect();
    for of_month in life.paid() {
        let (first, last) = days(of_month);
        // Without a regular slip the last pay is the pay of the month.
        let last_pay =
            || counted().find(|slip| slip.kind == RunKind::Final && slip.period_start == first);
        let slip = regular(first).or_else(last_pay);
        all.push((first, last, slip.is_none(), slip.map(|slip| slip.run), None));
    }
    all.sort();
    all
}

/// The same, of a straight history: in order of periods, from the rules alone; and the sums by year.
fn straight(
    life: &Life,
    employee: u32,
    slips: &[Arc<Slip>],
) -> (Lines, BTreeMap<(String, i32), Decimal>) {
    let rules = RuleSet::from_toml(BOOK).unwrap();
    let mut sums: BTreeMap<(String, i32), Decimal> = BTreeMap::new();
    let mut lines = Lines::new();
    for (first, paid, _, _, besides) in standing(life, slips) {
        let of_month = first.month() + 12 * (first.year() - 2026) as u32;
        let salary = (SALARY.0, SALARY.1, life.salary(employee, of_month));
        let (component, input, amount) =
            besides.map_or(salary, |amount| (BONUS.0, BONUS.1, amount));
        let program = rules.known_at(paid, life.house.host.now()).unwrap();
        let mut case = program.case("straight").with(input, amount);
        let key = |name: &str| (name.to_owned(), paid.year());
        for name in ["taxed_to_date", "tax_to_date"] {
            case.set(name, sums.get(&key(name)).copied().unwrap_or_default());
        }
        let done = program.run(&case).unwrap();
        for name in ["taxed_to_date", "tax_to_date"] {
            sums.insert(key(name), done.amount(name).unwrap());
        }
        for line in done.lines().unwrap() {
            let name = if line.name == input { component } else { line.name };
            *lines.entry((first, name.into())).or_default() += line.amount;
        }
    }
    lines.retain(|_, amount| !amount.is_zero());
    (lines, sums)
}

/// How the sums of an employee stand.
fn sums(life: &Life, employee: u32) -> BTreeMap<(String, i32), Decimal> {
    let all = life.house.host.view(|view| year_sums(view, who(employee)));
    all.iter().map(|row| ((row.sum.to_string(), row.year), row.amount.to_decimal())).collect()
}

fn nonzero<K: Ord>(mut all: BTreeMap<K, Decimal>) -> BTreeMap<K, Decimal> {
    all.retain(|_, amount| !amount.is_zero());
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn odd_orders_end_as_a_straight_history(deeds in deeds()) {
        let mut life = Life::new(RetroLaw::OldPeriods);
        deeds.iter().for_each(|deed| life.deed(deed));
        life.end();
        life.house.clean();
        for employee in 1..=EMPLOYEES {
            let slips = life.house.host.view(|view| slips_of(view, who(employee)));
            let (lines, straight_sums) = straight(&life, employee, &slips);
            prop_assert_eq!(paid(&slips), lines);
            prop_assert_eq!(nonzero(sums(&life, employee)), nonzero(straight_sums));
            money(&life, employee, &slips)?;
        }
        closed(&life)?;
    }

    /// Where the law is that of the day of payment, what is earned is that of a straight history; taxes are those of the days.
    #[test]
    fn odd_orders_end_with_all_that_was_earned(deeds in deeds()) {
        let mut life = Life::new(RetroLaw::PayDate { input: None });
        deeds.iter().for_each(|deed| life.deed(deed));
        life.end();
        life.house.clean();
        for employee in 1..=EMPLOYEES {
            let slips = life.house.host.view(|view| slips_of(view, who(employee)));
            let earned = |mut lines: Lines| {
                lines.retain(|(_, component), _| [SALARY.0, BONUS.0].contains(&component.as_str()));
                lines
            };
            let (lines, _) = straight(&life, employee, &slips);
            prop_assert_eq!(earned(paid(&slips)), earned(lines));
            money(&life, employee, &slips)?;
        }
        closed(&life)?;
    }
}

/// What is closed is opened by money that comes back alone.
fn closed(life: &Life) -> Result<(), TestCaseError> {
    for run in life.runs.iter().take(life.closed as usize) {
        let slips = life.house.host.view(|view| slips(view, *run));
        let came_back = slips.iter().any(|slip| slip.status != SlipStatus::Closed);
        prop_assert!(came_back || life.house.run(*run).status == RunStatus::Closed);
    }
    Ok(())
}

/// What left, less what came back, is what slips that count say by their lines, less what others got, and what is claimed besides.
fn money(life: &Life, employee: u32, slips: &[Arc<Slip>]) -> Result<(), TestCaseError> {
    let owed = life.house.host.view(|view| deductions_of(view, who(employee)));
    let claims: BTreeSet<Id<Deduction>> = owed
        .iter()
        .filter(|(one, _)| one.kind == DeductionKind::Claim)
        .map(|(one, _)| one.id)
        .collect();
    let claimed: Decimal =
        owed.iter().filter(|(one, _)| claims.contains(&one.id)).map(|(_, owed)| *owed).sum();
    let left: Decimal = slips.iter().map(|slip| slip.paid.to_decimal()).sum();
    let counted = || slips.iter().filter(|slip| slip.status.counts());
    let due: Decimal = counted().map(|slip| slip.net.to_decimal() - slip.paid.to_decimal()).sum();
    let mut earned = Decimal::ZERO;
    for line in counted().flat_map(|slip| slip.lines.iter()) {
        if line.deduction.is_none_or(|id| !claims.contains(&id)) {
            earned += Decimal::from(line.kind.on_net()) * line.amount;
        }
    }
    prop_assert_eq!(left + due, earned + claimed);
    // Nobody is paid less than nothing, and a loan is never paid back twice.
    prop_assert!(counted().all(|slip| !slip.net.to_decimal().is_sign_negative()));
    for (loan, owed) in owed.iter().filter(|(one, _)| one.kind == DeductionKind::Loan) {
        let taken = counted().flat_map(|slip| slip.takings.iter());
        let taken: Decimal =
            taken.filter(|one| one.deduction == loan.id).map(|one| one.taken).sum();
        prop_assert_eq!(*owed + taken, dec("900"));
        prop_assert!(*owed >= Decimal::ZERO);
    }
    Ok(())
}
