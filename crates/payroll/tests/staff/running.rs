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
