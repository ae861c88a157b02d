//! Whatever is recorded late, paid besides, voided and made good, in whichever order: in the end every month has paid what is known of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::Id;
use fondaco_core::enter::Taking;
use fondaco_payroll::calendars::pay_period;
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::firm::*;

/// Something that happens.
#[derive(Clone, Debug)]
enum Deed {
    /// The regular run of the next month is computed and approved.
    Month,
    /// Somebody has another salary from a day on, of the past as well.
    Salary(usize, u32, u32),
    /// A bonus of a month.
    Bonus(usize, u32, u32),
    /// An allowance in per cent of pay holds for some days.
    Duty(usize, u32, u32, u32),
    /// A day of unpaid leave in a month.
    Off(usize, u32, u32),
    /// Somebody comes who is told late.
    Joins(usize),
    /// Items of a month, and who was left out, are paid besides.
    Besides(RunKind, u32),
    /// What is wrong of all months is made good.
    Retro,
    /// A slip that counts is voided.
    Voids(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let (who, month, day) = (0usize..3, 1u32..5, 0u32..110);
    let kind = prop_oneof![Just(RunKind::OffCycle), Just(RunKind::Bonus), Just(RunKind::Final)];
    prop_oneof![
        4 => Just(Deed::Month),
        3 => (who.clone(), day.clone(), 10u32..90).prop_map(|(who, day, pay)| Deed::Salary(who, day, pay)),
        3 => (who.clone(), month.clone(), 1u32..900).prop_map(|(who, of, pay)| Deed::Bonus(who, of, pay)),
        2 => (who.clone(), day, 1u32..40, 1u32..30).prop_map(|(who, day, days, part)| Deed::Duty(who, day, days, part)),
        1 => (who.clone(), month.clone(), 1u32..28).prop_map(|(who, of, day)| Deed::Off(who, of, day)),
        1 => who.prop_map(Deed::Joins),
        2 => (kind, month).prop_map(|(kind, of)| Deed::Besides(kind, of)),
        2 => Just(Deed::Retro),
        2 => any::<usize>().prop_map(Deed::Voids),
    ]
}

const WHO: [&str; 3] = ["1", "2", "3"];

/// A firm whose months are paid one after the other.
struct Firm {
    host: Host,
    names: u32,
    months: u32,
    there: [bool; 3],
}

impl Firm {
    fn new() -> Firm {
        let host = in_memory();
        let mut duty = NewComponent::new("DUTY", "wages");
        duty.basis = Basis::PercentOfPay;
        host.must("duty", &DefineComponents::new(vec![duty]));
        let mut firm = Firm { host, names: 0, months: 0, there: [false; 3] };
        firm.joins(0);
        firm
    }

    fn name(&mut self) -> String {
        self.names += 1;
        self.host.wait(60);
        format!("deed {}", self.names)
    }

    fn joins(&mut self, who: usize) {
        if !std::mem::replace(&mut self.there[who], true) {
            let pay = ("SALARY", "3000", PayPer::Month);
            hire(&self.host, WHO[who], "monthly", "2026-01-01/..", pay);
        }
    }

    /// A run of a month, computed by a source of its own and approved; given up where it pays nobody.
    fn run(&mut self, kind: RunKind, month: u32, compute: impl Fn(&Host, &str, Id<Run>)) -> bool {
        let name = self.name();
        let period = self.host.view(|view| pay_period(view, &"monthly".into(), 2026, month));
        let days = (period.starts, period.ends);
        let create = CreateRun { kind, ..CreateRun::new("monthly", days, period.pay_date) };
        let run = self.host.must(&name, &create);
        compute(&self.host, &format!("{name} computed"), run);
        assert!(self.host.view(|view| refusals(view, run)).is_empty(), "{kind:?} of {month}");
        if self.host.view(|view| slips(view, run)).is_empty() {
            self.host.must(&format!("{name} none"), &CancelRun { run, reason: "nobody".into() });
            return false;
        }
        let boss = self.host.acting_as("boss");
        let mut approve = AdvanceRun::approve(run, "looked at");
        boss.run_job(&format!("{name} approved"), &mut approve, &mut ()).unwrap();
        true
    }

    fn of_staff(&mut self, kind: RunKind, month: u32) {
        self.run(kind, month, |host, name, run| {
            host.run_job(name, &mut CalculateRun::new(run, PaySource::Staff), &mut ()).unwrap();
        });
    }

    /// Whether a retro run in the month after the last one that is paid finds a difference.
    fn retro(&mut self) -> bool {
        self.run(RunKind::Retro, self.months + 1, |host, name, run| {
            let (cases, refused) = host.view(|view| retro_cases(view, run, d("2026-01-01")));
            assert!(refused.is_empty(), "{refused:?}");
            let mut retro = RetroRun::new(run, cases, RetroLaw::OldPeriods, "late");
            host.run_job(name, &mut retro, &mut ()).unwrap();
        })
    }

    /// Records a term, unless it meets another of those days.
    fn say(&mut self, who: usize, day: u32, last: Option<u32>, said: Said) {
        let at = |day: u32| d("2026-01-01") + chrono::Days::new(day.into());
        let term = NewTerm::from(WHO[who], at(day), said);
        let term = last.map_or(term.clone(), |days| term.until(at(day + days)).unwrap());
        let name = self.name();
        let record = RecordTerms { taking: Taking::GoodOnes, ..RecordTerms::new(vec![term]) };
        self.host.must(&name, &record);
    }

    fn does(&mut self, deed: &Deed) {
        match *deed {
            Deed::Month if self.months < 4 => {
                self.of_staff(RunKind::Regular, self.months + 1);
                self.months += 1;
            }
            Deed::Salary(who, day, pay) => {
                let job = Job::new("Work", "SALARY", (pay * 100).into(), PayPer::Month);
                self.say(who, day, None, Said::Job("main".into(), job));
            }
            Deed::Duty(who, day, days, part) => {
                let duty = Said::Recurring("DUTY".into(), Recurring::new(part.into()));
                self.say(who, day, Some(days), duty);
            }
            Deed::Bonus(who, month, pay) if self.there[who] => {
                let day = NaiveDate::from_ymd_opt(2026, month, 15).unwrap();
                let item = NewItem::new(WHO[who], day, "BONUS", pay.into(), "well done");
                let record = RecordItems { for_retro: true, ..RecordItems::new(vec![item]) };
                let name = self.name();
                self.host.must(&name, &record);
            }
            Deed::Off(who, month, day) if self.there[who] => {
                use fondaco_payroll::leave::{DecideLeave, LeaveDecision, RequestLeave};
                let day = NaiveDate::from_ymd_opt(2026, month, day).unwrap();
                let name = self.name();
                let ask = RequestLeave::new(WHO[who], "TIME-OFF", day, day);
                if let Ok(done) = self.host.send(&name, &ask) {
                    let request = done.answer;
                    let decide = DecideLeave::new(request, LeaveDecision::Approve, "fine");
                    self.host.acting_as("boss").must(&format!("{name} granted"), &decide);
                }
            }
            Deed::Joins(who) => self.joins(who),
            Deed::Besides(kind, month) if month <= self.months => self.of_staff(kind, month),
            Deed::Retro if self.months > 0 => drop(self.retro()),
            Deed::Voids(which) => {
                let all = self.host.rows::<Slip>();
                let counting: Vec<_> = all.iter().filter(|slip| slip.status.counts()).collect();
                if !counting.is_empty() {
                    let slip = counting[which % counting.len()];
                    let void = VoidSlip::new(slip.run, slip.employee, "wrong");
                    let name = self.name();
                    self.host.must(&name, &void);
                }
            }
            _ => {}
        }
    }

    /// What each month paid to each, by component.
    fn paid(&self) -> BTreeMap<(String, NaiveDate, String), Decimal> {
        let mut all = BTreeMap::new();
        for slip in self.host.rows::<Slip>().iter().filter(|slip| slip.status.counts()) {
            for line in slip.lines.iter().filter(|line| line.kind.is_earned()) {
                let month = line.original.unwrap_or(slip.period_start);
                let key = (slip.number.to_string(), month, line.component.to_string());
                *all.entry(key).or_default() += line.amount;
            }
        }
        all.retain(|_, amount: &mut Decimal| !amount.is_zero());
        all
    }

    /// What it should have.
    fn known(&self) -> BTreeMap<(String, NaiveDate, String), Decimal> {
        let mut all = BTreeMap::new();
        for month in 1..=self.months {
            for one in gathered(&self.host, ("monthly", 2026, month), None) {
                let input = one.input.unwrap();
                for line in &input.components {
                    let key = (one.number.to_string(), input.from, line.code.to_string());
                    *all.entry(key).or_default() += line.amount;
                }
            }
        }
        all.retain(|_, amount: &mut Decimal| !amount.is_zero());
        all
    }

    /// The wages of the year so far, of all.
    fn wages(&self) -> Decimal {
        let sums = self.host.rows::<YearSum>();
        let of = sums.iter().filter(|sum| sum.sum == "medicare_wages_to_date");
        of.map(|sum| sum.amount.to_decimal()).sum()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_month_pays_what_is_known_of_it(deeds in prop::collection::vec(deed(), 1..24)) {
        let mut firm = Firm::new();
        for deed in &deeds {
            firm.does(deed);
        }
        if firm.months == 0 {
            firm.does(&Deed::Month);
        }
        firm.retro();
        prop_assert_eq!(firm.paid(), firm.known());
        let all: Decimal = firm.known().into_values().sum();
        prop_assert_eq!(firm.wages(), all);
        prop_assert!(!firm.retro(), "a second retro run finds something");
        firm.host.clean();
    }
}
