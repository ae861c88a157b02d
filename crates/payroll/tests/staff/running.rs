//! From employees to slips: whole runs over what is recorded.

use fondaco_payroll::PayrollError;
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;

pub fn run_of(
    host: &Host,
    name: &str,
    group: &str,
    days: (&str, &str),
    paid: &str,
) -> fondaco_core::Id<Run> {
    host.must(name, &CreateRun::new(group, (d(days.0), d(days.1)), d(paid)))
}

pub fn calculated(host: &Host, name: &str, run: fondaco_core::Id<Run>) -> RunReport {
    host.run_job(name, &mut CalculateRun::new(run, PaySource::Staff), &mut ()).unwrap().report
}

#[test]
fn a_month_is_run_over_what_is_recorded_and_one_who_can_not_be_paid_stops_nobody() {
    everywhere(|host| {
        for number in ["1", "2", "3"] {
            hire(host, number, "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
        }
        host.must("no card", &AddEmployees::new(vec![NewEmployee::named("4", "Di")]));
        say(
            host,
            "contract 4",
            NewTerm::from(
                "4",
                d("2026-01-01"),
                Said::Contract(Contract::new("monthly", 40.into())),
            ),
        );
        let lost = NewItem::new("3", d("2026-01-20"), "BONUS", (-5).into(), "what no bonus can be");
        host.must("lost", &RecordItems::new(vec![lost]));
        let run = run_of(host, "january", "monthly", ("2026-01-01", "2026-01-31"), "2026-01-30");
        let report = calculated(host, "january computed", run);
        assert_eq!((report.slips, report.refused), (2, 2));
        let (mut slips, refused) =
            host.view(|view| Ok::<_, PayrollError>((slips(view, run)?, refusals(view, run)?)));
        slips.sort_by_key(|slip| slip.number.clone());
        // IRS Publication 15-T of 2026: 5,000 a month, single.
        let told: Vec<String> = slips
            .iter()
            .map(|slip| format!("{} {}", slip.number, slip.gross.to_decimal()))
            .collect();
        assert_eq!(told, ["1 5000", "2 5000"]);
        let mut why: Vec<&str> = refused.iter().map(|refusal| refusal.why()).collect();
        why.sort_unstable();
        assert!(why[0].starts_with("employee 3: supplemental_wages is -5"), "{why:?}");
        assert!(why[1].starts_with("employee 4: "), "{why:?}"); // no wages
    });
}

#[test]
fn a_period_that_nobody_opened_is_no_period() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
    let run = run_of(&host, "odd", "monthly", ("2026-01-05", "2026-01-31"), "2026-01-30");
    let error = host
        .run_job("odd computed", &mut CalculateRun::new(run, PaySource::Staff), &mut ())
        .unwrap_err();
    assert!(
        error.to_string().contains("pay group monthly has no period of 2026-01-05/2026-01-31"),
        "{error}"
    );
}

#[test]
fn leave_in_a_closed_period_is_refused() {
    use fondaco_payroll::leave::RequestLeave;
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
    let run = run_of(&host, "january", "monthly", ("2026-01-01", "2026-01-31"), "2026-01-30");
    calculated(&host, "computed", run);
    let boss = host.acting_as("boss");
    for (name, step) in [
        ("yes", AdvanceRun::approve(run, "fine")),
        ("post", AdvanceRun::post(run, "in the books")),
        ("pay", AdvanceRun::pay(run, d("2026-01-30"), "file 1")),
        ("close", AdvanceRun::close(run, "done")),
    ] {
        boss.run_job(name, &mut { step }, &mut ()).unwrap();
    }
    let late = RequestLeave::new("1", "VACATION", d("2026-01-12"), d("2026-01-12"));
    assert_eq!(host.refused("late", &late).code(), "payroll.leave_closed");
}

/// A run of January 2026 of the offices, computed.
pub fn january(host: &Host, name: &str, kind: RunKind) -> fondaco_core::Id<Run> {
    let days = (d("2026-01-01"), d("2026-01-31"));
    let run =
        host.must(name, &CreateRun { kind, ..CreateRun::new("monthly", days, d("2026-01-30")) });
    calculated(host, &format!("{name} computed"), run);
    run
}

pub fn settled(host: &Host, name: &str, run: fondaco_core::Id<Run>) {
    let boss = host.acting_as("boss");
    let to = RunMove::Approve { without_refused: true };
    let mut approve = AdvanceRun { run, to, reason: "looked at".into() };
    boss.run_job(&format!("{name} approved"), &mut approve, &mut ()).unwrap();
}

/// A retro run of a month over all months of 2026 before, and the cases that are gathered for it: nobody is refused.
pub fn retro_of(
    host: &Host,
    name: &str,
    days: (&str, &str),
    paid: &str,
) -> (fondaco_core::Id<Run>, Vec<PayInput>) {
    let create = CreateRun::new("monthly", (d(days.0), d(days.1)), d(paid));
    let retro = host.must(name, &CreateRun { kind: RunKind::Retro, ..create });
    let (cases, refused) = host.view(|view| retro_cases(view, retro, d("2026-01-01")));
    assert!(refused.is_empty(), "{refused:?}");
    (retro, cases)
}

pub fn retro_computed(
    host: &Host,
    name: &str,
    (retro, cases): (fondaco_core::Id<Run>, Vec<PayInput>),
    law: RetroLaw,
) -> fondaco_core::Id<Run> {
    let mut job = RetroRun::new(retro, cases, law, "late");
    host.run_job(&format!("{name} computed"), &mut job, &mut ()).unwrap();
    retro
}

/// Who gets how much.
pub fn paid(host: &Host, run: fondaco_core::Id<Run>) -> Vec<String> {
    let slips = host.view(|view| slips(view, run));
    let mut told: Vec<String> =
        slips.iter().map(|slip| format!("{} {}", slip.number, slip.gross.to_decimal())).collect();
    told.sort();
    told
}

pub fn bonus(host: &Host, number: &str, amount: &str) {
    let item = NewItem::new(number, d("2026-01-20"), "BONUS", n(amount), "well done");
    host.must(&format!("bonus {number} {amount}"), &RecordItems::new(vec![item]));
}

#[test]
fn what_a_regular_run_pays_no_other_run_of_the_period_pays_again() {
    everywhere(|host| {
        for number in ["1", "2"] {
            hire(host, number, "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
        }
        bonus(host, "1", "300");
        // An item is paid by the run that is computed first, the salary by the regular one.
        let early = january(host, "early", RunKind::Bonus);
        assert_eq!(paid(host, early), ["1 300"]);
        settled(host, "early", early);
        bonus(host, "1", "70");
        let regular = january(host, "regular", RunKind::Regular);
        assert_eq!(paid(host, regular), ["1 5070", "2 5000"]);
        let between = january(host, "between", RunKind::OffCycle);
        assert!(paid(host, between).is_empty());
        settled(host, "regular", regular);
        for (name, kind) in
            [("bonus", RunKind::Bonus), ("off-cycle", RunKind::OffCycle), ("final", RunKind::Final)]
        {
            assert!(paid(host, january(host, name, kind)).is_empty(), "{name}");
        }
        bonus(host, "2", "400");
        let late = january(host, "late", RunKind::OffCycle);
        assert_eq!(paid(host, late), ["2 400"]);
        // Another that is computed meanwhile doesn't pay it too.
        assert!(paid(host, january(host, "later", RunKind::Bonus)).is_empty());
        settled(host, "late", late);
        // Nothing of it is retro pay.
        let days = (d("2026-02-01"), d("2026-02-28"));
        let create = CreateRun::new("monthly", days, d("2026-02-27"));
        let retro = host.must("retro", &CreateRun { kind: RunKind::Retro, ..create });
        let (cases, _) = host.view(|view| retro_cases(view, retro, d("2026-01-01")));
        let mut job = RetroRun::new(retro, cases, RetroLaw::OldPeriods, "none");
        assert_eq!(host.run_job("retro computed", &mut job, &mut ()).unwrap().report.slips, 0);
    });
}

#[test]
fn who_was_left_out_is_paid_off_cycle_once() {
    everywhere(|host| {
        for number in ["1", "2", "3"] {
            hire(host, number, "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
        }
        bonus(host, "2", "-5"); // which no bonus can be
        let regular = january(host, "regular", RunKind::Regular);
        assert_eq!(paid(host, regular), ["1 5000", "3 5000"]);
        settled(host, "regular", regular);
        bonus(host, "2", "5");
        let employee = host.view(|view| slips(view, regular));
        let employee = employee.iter().find(|slip| slip.number == "3").unwrap().employee;
        host.must("void", &VoidSlip::new(regular, employee, "another account"));
        let late = january(host, "late", RunKind::OffCycle);
        assert_eq!(paid(host, late), ["2 5000", "3 5000"]);
        settled(host, "late", late);
        assert!(paid(host, january(host, "later", RunKind::OffCycle)).is_empty());
    });
}

#[test]
fn a_final_run_pays_those_who_leave_and_the_regular_one_no_more() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/2026-01-31", ("SALARY", "60000", PayPer::Year));
        hire(host, "2", "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
        let last = january(host, "final", RunKind::Final);
        assert_eq!(paid(host, last), ["1 5000"]);
        settled(host, "final", last);
        bonus(host, "1", "50");
        let regular = january(host, "regular", RunKind::Regular);
        assert_eq!(paid(host, regular), ["1 50", "2 5000"]);
        settled(host, "regular", regular);
    });
}

#[test]
fn what_is_told_of_days_that_are_paid_is_refused_unless_a_retro_run_is_to_pay_it() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("WAGES", "20", PayPer::Hour));
        let hours =
            |day: &str| RecordTime::new(vec![NewSheet::hours("1", d(day), "main", 8.into())]);
        host.must("hours", &hours("2026-01-05"));
        let run = january(host, "regular", RunKind::Regular);
        settled(host, "regular", run);
        let late = host.must("late", &hours("2026-01-06"));
        assert_eq!(late.refused[0].code, "payroll.period_paid");
        // What is there already is no news.
        assert_eq!(host.must("same", &hours("2026-01-05")).there, 1);
        host.wait(1);
        host.must("for retro", &RecordTime { for_retro: true, ..hours("2026-01-06") });
        let found = host.view(|view| warnings(view, run, n("20")));
        let told: Vec<&str> = found.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(told, ["changed_since"]);
        assert!(found[0].about.starts_with("hours of 2026-01-06 was recorded on"), "{found:?}");
        let days = (d("2026-02-01"), d("2026-02-28"));
        let create = CreateRun::new("monthly", days, d("2026-02-27"));
        let retro = host.must("retro", &CreateRun { kind: RunKind::Retro, ..create });
        let (cases, _) = host.view(|view| retro_cases(view, retro, d("2026-01-01")));
        let mut job = RetroRun::new(retro, cases, RetroLaw::PayDate { input: None }, "hours");
        assert_eq!(host.run_job("retro computed", &mut job, &mut ()).unwrap().report.slips, 1);
        assert_eq!(paid(host, retro), ["1 160"]);
        // An item is paid off-cycle as long as the regular run is open.
        bonus(host, "1", "50");
        let boss = host.acting_as("boss");
        for (name, step) in [
            ("post", AdvanceRun::post(run, "in the books")),
            ("pay", AdvanceRun::pay(run, d("2026-01-30"), "file 1")),
            ("close", AdvanceRun::close(run, "done")),
        ] {
            boss.run_job(name, &mut { step }, &mut ()).unwrap();
        }
        let item = NewItem::new("1", d("2026-01-20"), "BONUS", n("70"), "late");
        let closed = RecordItems::new(vec![item]);
        assert_eq!(host.must("closed", &closed).refused[0].code, "payroll.period_paid");
        let taken = host.must("closed, for retro", &RecordItems { for_retro: true, ..closed });
        assert_eq!(taken.entered, 1);
    });
}

#[test]
fn what_changes_after_a_calculation_is_told_before_the_approval() {
    everywhere(|host| {
        for number in ["1", "2"] {
            hire(host, number, "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
        }
        let run = january(host, "regular", RunKind::Regular);
        host.wait(1);
        let job = Job::new("Lead", "SALARY", 72_000.into(), PayPer::Year);
        say(host, "rise", NewTerm::from("1", d("2026-01-20"), Said::Job("main".into(), job)));
        let later = Job::new("Lead", "SALARY", 72_000.into(), PayPer::Year);
        say(host, "later", NewTerm::from("2", d("2026-02-01"), Said::Job("main".into(), later)));
        let found = host.view(|view| warnings(view, run, n("20")));
        let told: Vec<_> = found.iter().filter(|one| one.code == "changed_since").collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].number, "1");
    });
}

#[test]
fn money_is_owed_by_employees_alone() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
    let loan = |party| SetDeduction::loan(party, "CAR", n("500"), n("100"), d("2026-01-01"));
    let mistyped = fondaco_core::PartyId::named("nobody");
    assert_eq!(host.refused("mistyped", &loan(mistyped)).code(), "payroll.no_employee");
    let line = OpeningLine {
        employee: mistyped,
        sum: "medicare_wages_to_date".into(),
        year: 2026,
        amount: n("1"),
    };
    let open = OpenSums::new("united_states", vec![line], "before");
    assert!(host.refused("sums", &open).to_string().contains("is no employee"));
    host.must("loan", &loan(employee_party("1")));
}
