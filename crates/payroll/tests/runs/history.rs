//! In whatever order slips are paid, voided, corrected and made good in retro: after the last retro run, every component of every period
//! and every sum is what a straight history gives, and money adds up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::Id;
use fondaco_payroll::RuleSet;
use fondaco_payroll::runs::*;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::house::*;

const EMPLOYEES: u32 = 3;
const MONTHS: u32 = 5;

#[derive(Debug, Clone)]
enum Deed {
    /// The next month is paid, with these salaries.
    Month([u16; EMPLOYEES as usize]),
    /// The oldest run that is open is closed.
    Close,
    /// A slip of a month is voided, if it can be.
    Void { of_month: u32, employee: u32 },
    /// A slip is corrected to another salary, if it can be.
    Correct { of_month: u32, employee: u32, salary: u16 },
    /// From a month on an employee should have had another salary.
    Retro { from: u32, employee: u32, salary: u16 },
    /// Something is paid besides.
    Bonus { employee: u32, amount: u16 },
    /// Some money comes back from the bank.
    Returned { of_month: u32, employee: u32 },
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let salary = || 0_u16..3_000;
    let of_month = || 1..=MONTHS;
    let employee = || 1..=EMPLOYEES;
    let deed = prop_oneof![
        3 => [salary(), salary(), salary()].prop_map(Deed::Month),
        1 => Just(Deed::Close),
        2 => (of_month(), employee()).prop_map(|(of_month, employee)| Deed::Void { of_month, employee }),
        2 => (of_month(), employee(), salary())
            .prop_map(|(of_month, employee, salary)| Deed::Correct { of_month, employee, salary }),
        2 => (of_month(), employee(), salary())
            .prop_map(|(from, employee, salary)| Deed::Retro { from, employee, salary }),
        1 => (employee(), salary()).prop_map(|(employee, amount)| Deed::Bonus { employee, amount }),
        1 => (of_month(), employee()).prop_map(|(of_month, employee)| Deed::Returned { of_month, employee }),
    ];
    prop::collection::vec(deed, 3..14)
}

/// What is done, and what should have been paid.
struct Life {
    house: House,
    months: u32,
    count: usize,
    closed: u32,
    /// The regular run of each month, and the runs of corrections.
    runs: Vec<Id<Run>>,
    corrections: Vec<Id<Run>>,
    salaries: BTreeMap<(u32, u32), Decimal>,
}

impl Life {
    fn new() -> Life {
        Life {
            house: House::memory(),
            months: 0,
            count: 0,
            closed: 0,
            runs: Vec::new(),
            corrections: Vec::new(),
            salaries: BTreeMap::new(),
        }
    }

    fn name(&mut self, what: &str) -> String {
        self.count += 1;
        format!("{what} {}", self.count)
    }

    fn salary(&self, employee: u32, of_month: u32) -> Decimal {
        self.salaries.get(&(employee, of_month)).copied().unwrap_or_default()
    }

    fn deed(&mut self, deed: &Deed) {
        match *deed {
            Deed::Month(salaries) if self.months < MONTHS => {
                self.months += 1;
                let month = self.months;
                for (employee, salary) in (1..).zip(salaries) {
                    self.salaries.insert((employee, month), salary.into());
                }
                let cases = (1..=EMPLOYEES).map(|one| case(one, month, self.salary(one, month)));
                let run = self.house.paid(month, cases.collect());
                self.runs.push(run);
            }
            Deed::Close if (self.closed as usize) < self.runs.len() => {
                let run = self.runs[self.closed as usize];
                // Money that came back keeps it open.
                if self.house.close(run).is_ok() {
                    self.closed += 1;
                }
            }
            Deed::Void { of_month, employee } => self.void(of_month, employee),
            Deed::Correct { of_month, employee, salary } => {
                self.correct(of_month, employee, salary.into())
            }
            Deed::Retro { from, employee, salary } if from <= self.months => {
                for of_month in from..=self.months {
                    self.salaries.insert((employee, of_month), salary.into());
                }
                self.retro(from, &[employee]);
            }
            Deed::Bonus { employee, amount } if self.months > 0 => {
                self.bonus(employee, amount.into())
            }
            Deed::Returned { of_month, employee } => self.returned(of_month, employee),
            _ => {}
        }
    }

    fn run_of(&self, of_month: u32) -> Option<Id<Run>> {
        self.runs.get(of_month as usize - 1).copied()
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
        let name = self.name("correction");
        let into = self.house.create(RunKind::Correction, of_month, &name);
        let case = Some(Box::new(case(employee, of_month, salary)));
        let (set, reason) = (BTreeMap::new(), "put right".into());
        let correct = CorrectSlip { run, employee: who(employee), into, case, set, reason };
        if self.house.host.send(&format!("{name} done"), &correct).is_ok() {
            self.salaries.insert((employee, of_month), salary);
            self.house.settle(into);
            self.corrections.push(into);
        }
    }

    fn retro(&mut self, from: u32, employees: &[u32]) {
        let name = self.name("retro");
        let run = self.house.create(RunKind::Retro, self.months + 1, &name);
        let retro = |from: u32, name: &str| {
            let months = |one: &u32| {
                let one = *one;
                (from..=self.months).map(move |of_month| (one, of_month))
            };
            let cases = employees.iter().flat_map(months);
            let cases = cases.map(|(one, of)| case(one, of, self.salary(one, of)));
            self.house.retro(run, name, cases.collect(), RetroLaw::OldPeriods).unwrap()
        };
        let mut report = retro(from, &format!("{name} done"));
        if report.refused > 0 {
            // What retro pay made good before is asked for by every later one.
            let again = ReopenRun { run, reason: "more cases".into() };
            self.house.host.must(&format!("{name} reopened"), &again);
            report = retro(1, &format!("{name} done again"));
        }
        assert_eq!(report.refused, 0);
        if report.slips > 0 {
            self.house.settle(run);
        }
    }

    fn bonus(&mut self, employee: u32, amount: Decimal) {
        let name = self.name("bonus");
        let run = self.house.create(RunKind::Bonus, self.months + 1, &name);
        let mut case = case(employee, self.months + 1, Decimal::ZERO);
        case.components = vec![PayComponent::new("BONUS", "bonus", amount)];
        self.house.calculate(run, &format!("{name} computed"), vec![case]).unwrap();
        self.house.settle(run);
    }

    fn returned(&mut self, of_month: u32, employee: u32) {
        let name = self.name("returned");
        let Some(run) = self.run_of(of_month) else { return };
        let lines = vec![PaymentLine { employee: who(employee), amount: Decimal::ONE }];
        let (way, day) = (PaymentWay::Returned, d("2026-07-01"));
        let back = RecordPayments { run, way, lines, day, reference: "bank".into() };
        self.house.host.send(&name, &back).ok();
    }
}

type Lines = BTreeMap<(NaiveDate, String), Decimal>;

/// What is paid of each component of each period by all slips that count.
fn paid(slips: &[std::sync::Arc<Slip>]) -> Lines {
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

/// The same, of a straight history: each slip that stands, in order of its period, from the rules alone.
fn straight(
    life: &Life,
    employee: u32,
    slips: &[std::sync::Arc<Slip>],
) -> (Lines, BTreeMap<String, Decimal>) {
    let rules = RuleSet::from_toml(BOOK).unwrap();
    let standing = slips.iter().filter(|slip| slip.status.counts() && slip.kind != RunKind::Retro);
    // Every month pays its salary, by its slip or by retro pay; what was paid besides stands.
    let mut standing: Vec<_> = standing
        .map(|slip| {
            let amount = slip.input.components[0].amount;
            let bonus = (slip.kind == RunKind::Bonus).then_some(amount);
            (slip.period_start, slip.pay_date, false, Some(slip.run), bonus)
        })
        .collect();
    for of_month in 1..=life.months {
        let (first, last) = month(of_month);
        if !standing.iter().any(|of| of.0 == first && of.4.is_none()) {
            standing.push((first, last, true, None, None));
        }
    }
    standing.sort();
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    let mut lines = Lines::new();
    for (first, paid, _, _, bonus) in standing {
        let of_month = chrono::Datelike::month(&first);
        let salary = ("SALARY", "salary", life.salary(employee, of_month));
        let (component, input, amount) = bonus.map_or(salary, |bonus| ("BONUS", "bonus", bonus));
        let program = rules.known_at(paid, life.house.host.now()).unwrap();
        let mut case = program.case("straight").with(input, amount);
        for name in ["taxed_to_date", "tax_to_date"] {
            case.set(name, sums.get(name).copied().unwrap_or_default());
        }
        let done = program.run(&case).unwrap();
        for name in ["taxed_to_date", "tax_to_date"] {
            sums.insert(name.into(), done.amount(name).unwrap());
        }
        for line in done.lines().unwrap() {
            let name = if line.name == input { component } else { line.name };
            *lines.entry((first, name.into())).or_default() += line.amount;
        }
    }
    lines.retain(|_, amount| !amount.is_zero());
    (lines, sums)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn odd_orders_end_as_a_straight_history(deeds in deeds()) {
        let mut life = Life::new();
        deeds.iter().for_each(|deed| life.deed(deed));
        if life.months > 0 {
            life.retro(1, &[1, 2, 3]);
        }
        life.house.clean();
        for employee in 1..=EMPLOYEES {
            let slips = life.house.host.view(|view| slips_of(view, who(employee)));
            let (lines, sums) = straight(&life, employee, &slips);
            prop_assert_eq!(paid(&slips), lines);
            for name in ["taxed_to_date", "tax_to_date"] {
                let straight = sums.get(name).copied().unwrap_or_default();
                prop_assert_eq!(life.house.sum(employee, name), straight);
            }
            money(&life, employee, &slips)?;
        }
        let closed: BTreeSet<_> = life.runs.iter().take(life.closed as usize).collect();
        // What is closed is opened by money that comes back alone.
        for run in closed {
            let slips = life.house.host.view(|view| slips(view, *run));
            let came_back = slips.iter().any(|slip| slip.status != SlipStatus::Closed);
            prop_assert!(came_back || life.house.run(*run).status == RunStatus::Closed);
        }
    }
}

/// What left, less what came back, is what slips that count say by their lines, and what is owed besides.
fn money(life: &Life, employee: u32, slips: &[std::sync::Arc<Slip>]) -> Result<(), TestCaseError> {
    let left: Decimal = slips.iter().map(|slip| slip.paid.to_decimal()).sum();
    let due: Decimal = slips
        .iter()
        .filter(|slip| slip.status.counts())
        .map(|slip| (slip.net.checked_sub(slip.paid)).unwrap().to_decimal())
        .sum();
    let lines = slips.iter().filter(|slip| slip.status.counts()).flat_map(|slip| slip.lines.iter());
    let lines = lines.filter(|line| line.deduction.is_none());
    let earned: Decimal = lines.map(|line| Decimal::from(line.kind.on_net()) * line.amount).sum();
    prop_assert_eq!(left + due, earned + life.house.owed(employee));
    Ok(())
}
