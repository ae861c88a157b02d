//! From employees to slips: whole runs over what is recorded.

use fondaco_payroll::PayrollError;
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;

fn run_of(
    host: &Host,
    name: &str,
    group: &str,
    days: (&str, &str),
    paid: &str,
) -> fondaco_core::Id<Run> {
    host.must(name, &CreateRun::new(group, (d(days.0), d(days.1)), d(paid)))
}

fn calculated(host: &Host, name: &str, run: fondaco_core::Id<Run>) -> RunReport {
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
        let mut why: Vec<&str> = refused.iter().map(|refusal| refusal.why.as_str()).collect();
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
fn january(host: &Host, name: &str, kind: RunKind) -> fondaco_core::Id<Run> {
    let days = (d("2026-01-01"), d("2026-01-31"));
    let run =
        host.must(name, &CreateRun { kind, ..CreateRun::new("monthly", days, d("2026-01-30")) });
    calculated(host, &format!("{name} computed"), run);
    run
}

fn settled(host: &Host, name: &str, run: fondaco_core::Id<Run>) {
    let boss = host.acting_as("boss");
    let to = RunMove::Approve { without_refused: true };
    let mut approve = AdvanceRun { run, to, reason: "looked at".into() };
    boss.run_job(&format!("{name} approved"), &mut approve, &mut ()).unwrap();
}

/// Who gets how much.
fn paid(host: &Host, run: fondaco_core::Id<Run>) -> Vec<String> {
    let slips = host.view(|view| slips(view, run));
    let mut told: Vec<String> =
        slips.iter().map(|slip| format!("{} {}", slip.number, slip.gross.to_decimal())).collect();
    told.sort();
    told
}

fn bonus(host: &Host, number: &str, amount: &str) {
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
        assert_eq!(paid(host, january(host, "regular", RunKind::Regular)), ["1 50", "2 5000"]);
    });
}
