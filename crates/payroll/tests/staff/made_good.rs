//! Retro pay over what is recorded: benefits and expenses as what they are, by who bears them, and in the boxes of the year.

use fondaco_core::Id;
use fondaco_payroll::outputs::year::W2;
use fondaco_payroll::outputs::{AccountRole, Journal};
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;
use crate::running::*;

/// The months of 2026 up to one are paid.
fn months(host: &Host, until: u32) {
    for month in 1..=until {
        let last = ["2026-01-31", "2026-02-28", "2026-03-31"][month as usize - 1];
        let paid = ["2026-01-30", "2026-02-27", "2026-03-31"][month as usize - 1];
        let name = format!("month {month}");
        let run = run_of(host, &name, "monthly", (&format!("{}-01", &last[..7]), last), paid);
        calculated(host, &format!("{name} computed"), run);
        settled(host, &name, run);
    }
}

/// A retro run in March over all before.
fn march(host: &Host, name: &str, law: RetroLaw) -> Id<Run> {
    let made = retro_of(host, name, ("2026-03-01", "2026-03-31"), "2026-03-31");
    retro_computed(host, name, made, law)
}

fn of(host: &Host, run: Id<Run>) -> Vec<std::sync::Arc<Slip>> {
    host.view(|view| slips(view, run))
}

fn said(slip: &Slip) -> Vec<String> {
    let of_old = slip.lines.iter().filter(|line| line.original.is_some());
    let one = |line: &SlipLine| {
        let centres: Vec<&str> = line.shares.iter().map(|share| share.centre.as_str()).collect();
        let (month, kind) = (line.original.unwrap().format("%m"), line.kind);
        format!("{month} {} {kind:?} {} {}", line.component, line.amount, centres.join("+"))
    };
    of_old.map(one).collect()
}

#[test]
fn benefits_and_expenses_that_are_told_late_are_no_supplemental_wages() {
    everywhere(|host| {
        let travel = NewComponent::new("TRAVEL", "reimbursements");
        host.must("travel", &DefineComponents::new(vec![travel]));
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
        let car = |value: i64| Said::Recurring("CAR".into(), Recurring::new(value.into()));
        say(host, "car", NewTerm::from("1", d("2026-01-01"), car(100)));
        months(host, 2);
        say(host, "dearer", NewTerm::from("1", d("2026-01-01"), car(200)).corrected());
        let trip = NewItem::new("1", d("2026-02-10"), "TRAVEL", 80.into(), "to the fair");
        host.must("trip", &RecordItems::new(vec![trip]));
        let law = || RetroLaw::PayDate { input: Some("supplemental_wages".into()) };
        let retro = march(host, "retro", law());
        let slip = &of(host, retro)[0];
        assert_eq!(
            said(slip),
            ["01 CAR Benefit 100 ", "02 CAR Benefit 100 ", "02 TRAVEL Reimbursement 80 ",]
        );
        assert_eq!(slip.gross.to_decimal(), n("0"));
        // The benefit is taxed, and nothing of it is paid out: 80 less what is withheld of 200.
        assert!(slip.net.to_decimal() < n("80"), "{}", slip.net.to_decimal());
        settled(host, "retro", retro);
        assert!(of(host, march(host, "again", law())).is_empty());
    });
}

#[test]
fn those_bear_retro_pay_who_bore_what_it_makes_good() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "36000", PayPer::Year));
        let job = |amount: i64, centre: &str| {
            let job = Job::new("Work", "SALARY", amount.into(), PayPer::Year).at(centre);
            Said::Job("main".into(), job)
        };
        let none = Said::Contract(Contract::new("monthly", 40.into()));
        say(host, "no centre", NewTerm::from("1", d("2026-01-01"), none).corrected());
        say(
            host,
            "in the plant",
            NewTerm::from("1", d("2026-01-01"), job(36_000, "PLANT")).corrected(),
        );
        say(host, "to the lab", NewTerm::from("1", d("2026-02-01"), job(36_000, "LAB")));
        let half = Job::new("Teacher", "SALARY", 12_000.into(), PayPer::Year).at("SCHOOL");
        say(host, "second", NewTerm::from("1", d("2026-01-01"), Said::Job("two".into(), half)));
        months(host, 2);
        let raised = |from: &str, centre: &str| NewTerm::from("1", d(from), job(37_200, centre));
        say(host, "raised 1", raised("2026-01-01", "PLANT").corrected());
        say(host, "raised 2", raised("2026-02-01", "LAB").corrected());
        for (name, law) in [
            ("old", RetroLaw::OldPeriods),
            ("now", RetroLaw::PayDate { input: Some("supplemental_wages".into()) }),
        ] {
            let retro = march(host, name, law);
            let slip = of(host, retro).remove(0);
            let pay: Vec<String> =
                said(&slip).into_iter().filter(|line| line.contains("SALARY")).collect();
            assert_eq!(pay, ["01 SALARY Earning 100 PLANT", "02 SALARY Earning 100 LAB"], "{name}");
            let journal = Journal::of(&[&*slip], &Default::default()).unwrap();
            let wages = journal.lines.iter().filter(|line| line.role == AccountRole::Wages);
            let wages: Vec<_> = wages.map(|line| (line.centre.as_deref(), line.debit)).collect();
            assert_eq!(wages, [(Some("LAB"), n("100")), (Some("PLANT"), n("100"))], "{name}");
            host.must(&format!("no {name}"), &CancelRun { run: retro, reason: "a try".into() });
        }
    });
}

#[test]
fn wages_of_the_year_that_are_taken_back_leave_all_boxes() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
        months(host, 2);
        let less = Job::new("Work", "SALARY", 54_000.into(), PayPer::Year);
        let term = NewTerm::from("1", d("2026-02-01"), Said::Job("main".into(), less));
        say(host, "less", term);
        let law = RetroLaw::PayDate { input: Some("supplemental_wages".into()) };
        let retro = march(host, "retro", law);
        settled(host, "retro", retro);
        let all = host.view(|view| slips_of(view, employee_party("1")));
        let w2 = W2::of(&all, &[], 2026).unwrap();
        assert_eq!(w2.wages, n("9500"));
        assert_eq!((w2.social_security_wages, w2.medicare_wages), (n("9500"), n("9500")));
    });
}
