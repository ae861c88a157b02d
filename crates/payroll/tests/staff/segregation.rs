//! Who recorded what pay rests on does not approve it, of the sorts of data that a pay group says.

use fondaco_core::ActError;
use fondaco_payroll::calendars::*;
use fondaco_payroll::leave::*;
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;
use crate::running::*;

const SALARY: (&str, &str, PayPer) = ("SALARY", "5000", PayPer::Month);

fn keep_apart(host: &Host, name: &str, segregated: Vec<PayData>) {
    let calendar =
        PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
    let group = DefinePayGroup::new("monthly", "Offices", "united_states", calendar);
    host.must(name, &DefinePayGroup { segregated, ..group });
}

/// The code that an approval by somebody is refused with; empty where it is made.
fn approved_by(host: &Host, who: &str, run: fondaco_core::Id<Run>) -> String {
    let mut approve = AdvanceRun::approve(run, "looked at");
    let done = host.acting_as(who).run_job(&format!("{who} {run}"), &mut approve, &mut ());
    done.err().map(|error| error.code().into()).unwrap_or_default()
}

fn month(host: &Host, name: &str, days: (&str, &str)) -> fondaco_core::Id<Run> {
    host.wait(60);
    let run = run_of(host, name, "monthly", days, days.1);
    assert_eq!(calculated(host, &format!("{name} computed"), run).refused, 0);
    run
}

/// Records something of a sort, of employee 1.
fn record(host: &Host, data: PayData) {
    let from = |said| RecordTerms::new(vec![NewTerm::from("1", d("2026-01-02"), said)]);
    let sum = NewSum {
        employee: "1".into(),
        sum: "futa_wages_to_date".into(),
        year: 2026,
        amount: 1.into(),
    };
    let done = match data {
        PayData::Contracts => {
            let mut other = Contract::new("monthly", 40.into()).at("HQ");
            other.weekly_days = 4.into();
            host.must("contract", &from(Said::Contract(other)))
        }
        PayData::Jobs => {
            let job = Job::new("Work", "SALARY", 5200.into(), PayPer::Month);
            host.must("job", &from(Said::Job("main".into(), job)))
        }
        PayData::Recurring => {
            let car = Said::Recurring("CAR".into(), Recurring::new(100.into()));
            host.must("car", &from(car))
        }
        PayData::Cards => {
            host.must("card", &from(Said::card("united_states", [("w4_status", "married")])))
        }
        PayData::Accounts => {
            let other = vec![PayAccount::new("us:021000021:666")];
            host.must("account", &from(Said::Accounts(other)))
        }
        PayData::Items => {
            let item = NewItem::new("1", d("2026-01-15"), "BONUS", 50.into(), "well done");
            host.must("item", &RecordItems::new(vec![item]))
        }
        PayData::Hours => {
            let sheet = NewSheet::hours("1", d("2026-01-15"), "main", 8.into());
            host.must("hours", &RecordTime::new(vec![sheet]))
        }
        PayData::Leave => {
            let day = d("2026-01-15");
            let asked = host.acting_as("clerk");
            let asked = asked.must("asked", &RequestLeave::new("1", "TIME-OFF", day, day));
            host.must("granted", &DecideLeave::new(asked, LeaveDecision::Approve, "well"));
            return;
        }
        PayData::Deductions => {
            let loan = SetDeduction::loan(
                employee_party("1"),
                "LOAN",
                500.into(),
                50.into(),
                d("2026-01-01"),
            );
            host.must("loan", &loan);
            return;
        }
        PayData::Sums => host.must("sum", &EnterSums::new("united_states", vec![sum], "before")),
        _ => panic!("{data:?}"),
    };
    assert!(done.refused.is_empty(), "{done:?}");
}

#[test]
fn who_recorded_data_of_a_sort_that_is_kept_apart_does_not_approve_it() {
    for data in PayData::ALL {
        let others = PayData::ALL.into_iter().filter(|other| *other != data);
        for (name, apart, code) in
            [("others", others.collect(), ""), ("this", vec![data], "policy.four_eyes")]
        {
            let host = in_memory();
            hire(&host, "1", "monthly", "2026-01-01/..", SALARY);
            keep_apart(&host, name, apart);
            host.wait(60);
            record(&host.acting_as("eve"), data);
            let run = month(&host, "january", ("2026-01-01", "2026-01-31"));
            assert_eq!(approved_by(&host, "eve", run), code, "{data:?} {name}");
            if !code.is_empty() {
                assert_eq!(approved_by(&host, "boss", run), "", "{data:?}");
            }
            host.clean();
        }
    }
}

#[test]
fn what_an_earlier_slip_rested_on_is_nobodys_hand_any_more() {
    everywhere(|host| {
        keep_apart(host, "apart", PayData::ALL.to_vec());
        let eve = host.acting_as("eve");
        hire(&eve, "1", "monthly", "2026-01-01/..", SALARY);
        let january = month(host, "january", ("2026-01-01", "2026-01-31"));
        assert_eq!(approved_by(host, "eve", january), "policy.four_eyes");
        // What is recorded after it was computed is none of it, and is of the next one.
        host.wait(60);
        let late = NewItem::new("1", d("2026-01-20"), "BONUS", 70.into(), "late");
        host.acting_as("late").must("late", &RecordItems::new(vec![late]));
        assert_eq!(approved_by(host, "boss", january), "");
        let bonus = CreateRun::new("monthly", (d("2026-01-01"), d("2026-01-31")), d("2026-02-10"));
        let bonus = host.must("bonus", &CreateRun { kind: RunKind::OffCycle, ..bonus });
        host.wait(60);
        assert_eq!(calculated(host, "bonus computed", bonus).slips, 1);
        assert_eq!(approved_by(host, "late", bonus), "policy.four_eyes");
        assert_eq!(approved_by(host, "eve", bonus), "");
        // A voided slip has looked at nothing.
        let void = VoidSlip::new(january, employee_party("1"), "wrong");
        host.must("void", &void);
        let again = CreateRun::new("monthly", (d("2026-01-01"), d("2026-01-31")), d("2026-02-11"));
        let again = host.must("again", &CreateRun { kind: RunKind::OffCycle, ..again });
        host.wait(60);
        assert_eq!(calculated(host, "again computed", again).slips, 1);
        assert_eq!(approved_by(host, "eve", again), "policy.four_eyes");
        let steps = host.view(|view| history(view, bonus));
        assert_eq!(steps.last().unwrap().actor.as_str(), "eve");
    });
}

#[test]
fn nothing_is_kept_apart_unless_the_pay_group_says_so() {
    let host = in_memory();
    hire(&host.acting_as("eve"), "1", "monthly", "2026-01-01/..", SALARY);
    let run = month(&host, "january", ("2026-01-01", "2026-01-31"));
    assert_eq!(approved_by(&host, "eve", run), "");
    let facts = host.rows::<TermFact>();
    assert!(facts.iter().all(|fact| fact.recorded_by.as_deref() == Some("eve")), "{facts:?}");
}
