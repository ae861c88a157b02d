//! Who recorded what pay rests on does not approve it, of the sorts of data that a pay group says.

use fondaco_core::ActError;
use fondaco_payroll::calendars::*;
use fondaco_payroll::leave::*;
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;
use crate::running::*;

pub const SALARY: (&str, &str, PayPer) = ("SALARY", "5000", PayPer::Month);

pub fn keep_apart(host: &Host, name: &str, segregated: Vec<PayData>) {
    let calendar =
        PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
    let group = DefinePayGroup::new("monthly", "Offices", "united_states", calendar);
    host.must(name, &DefinePayGroup { segregated: Some(segregated), ..group });
}

/// The code that an approval by somebody is refused with; empty where it is made.
pub fn approved_by(host: &Host, who: &str, run: fondaco_core::Id<Run>) -> String {
    let mut approve = AdvanceRun::approve(run, "looked at");
    let done = host.acting_as(who).run_job(&format!("{who} {run}"), &mut approve, &mut ());
    done.err().map(|error| error.code().into()).unwrap_or_default()
}

pub fn month(host: &Host, name: &str, days: (&str, &str)) -> fondaco_core::Id<Run> {
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
    assert!(
        facts.iter().all(|fact| fact
            .recorded_by
            .iter()
            .map(fondaco_core::ActorId::as_str)
            .eq(["eve"])),
        "{facts:?}"
    );
}

pub fn terms(host: &Host, name: &str, span: &str, said: Said) {
    let term = NewTerm { span: span.parse().unwrap(), ..NewTerm::from("1", d("2026-01-01"), said) };
    say(host, name, term);
}

pub fn car(amount: i64) -> Said {
    Said::Recurring("CAR".into(), Recurring::new(amount.into()))
}

pub const MONTHS: [(&str, (&str, &str)); 4] = [
    ("january", ("2026-01-01", "2026-01-31")),
    ("february", ("2026-02-01", "2026-02-28")),
    ("march", ("2026-03-01", "2026-03-31")),
    ("april", ("2026-04-01", "2026-04-30")),
];

/// The runs of so many months, approved by the boss.
pub fn approved(host: &Host, months: std::ops::Range<usize>) {
    for (name, days) in &MONTHS[months] {
        let run = month(host, name, *days);
        assert_eq!(approved_by(host, "boss", run), "", "{name}");
    }
}

#[test]
fn what_was_recorded_ahead_is_looked_at_with_the_first_slip_of_its_days() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", SALARY);
        keep_apart(host, "apart", PayData::ALL.to_vec());
        host.wait(60);
        let eve = host.acting_as("eve");
        terms(&eve, "a car from March on", "2026-03-01/..", car(100));
        terms(
            &eve,
            "a card of March",
            "2026-03-01/..",
            Said::card("united_states", [("w4_status", "married")]),
        );
        let item = NewItem::new("1", d("2026-03-20"), "BONUS", 50.into(), "well done");
        host.acting_as("ida").must("an item of March", &RecordItems::new(vec![item]));
        let loan =
            SetDeduction::loan(employee_party("1"), "LOAN", 500.into(), 50.into(), d("2026-03-15"));
        host.acting_as("lea").must("a loan from March on", &loan);
        approved(host, 0..2);
        let march = month(host, "march", MONTHS[2].1);
        for hand in ["eve", "ida", "lea"] {
            assert_eq!(approved_by(host, hand, march), "policy.four_eyes", "{hand}");
        }
        assert_eq!(approved_by(host, "boss", march), "");
        let april = month(host, "april", MONTHS[3].1);
        assert_eq!(approved_by(host, "eve", april), "");
    });
}

#[test]
fn what_was_recorded_late_is_looked_at_with_the_retro_pay_of_its_days() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", SALARY);
        keep_apart(host, "apart", PayData::ALL.to_vec());
        approved(host, 0..2);
        host.wait(60);
        terms(&host.acting_as("cleo"), "a car from March on", "2026-03-01/..", car(100));
        // It holds up to the one of March, and that is all that March's slip shows.
        terms(&host.acting_as("eve"), "a car of before", "2026-01-01/..", car(70));
        approved(host, 2..3);
        host.wait(60);
        let made = retro_of(host, "retro", ("2026-04-01", "2026-04-30"), "2026-04-30");
        let retro = retro_computed(host, "retro", made, RetroLaw::OldPeriods);
        assert_eq!(approved_by(host, "eve", retro), "policy.four_eyes");
        assert_eq!(approved_by(host, "cleo", retro), "");
        // Once somebody has looked at it, it is nobody's hand any more.
        host.wait(60);
        terms(
            &host.acting_as("ed"),
            "more",
            "2026-02-01/2026-02-28",
            Said::Recurring("PENSION".into(), Recurring::new(10.into())),
        );
        let made = retro_of(host, "again", ("2026-04-01", "2026-04-30"), "2026-04-30");
        let again = retro_computed(host, "again", made, RetroLaw::OldPeriods);
        assert_eq!(approved_by(host, "ed", again), "policy.four_eyes");
        assert_eq!(approved_by(host, "eve", again), "");
    });
}

#[test]
fn an_approval_that_kept_nothing_apart_has_looked_at_nothing() {
    everywhere(|host| {
        let eve = host.acting_as("eve");
        hire(&eve, "1", "monthly", "2026-01-01/..", SALARY);
        let january = month(host, "january", MONTHS[0].1);
        assert_eq!(approved_by(host, "eve", january), "");
        host.wait(60);
        keep_apart(host, "apart", PayData::ALL.to_vec());
        let february = month(host, "february", MONTHS[1].1);
        assert_eq!(approved_by(host, "eve", february), "policy.four_eyes");
        assert_eq!(approved_by(host, "boss", february), "");
        let march = month(host, "march", MONTHS[2].1);
        assert_eq!(approved_by(host, "eve", march), "");
    });
}

#[test]
fn a_run_is_asked_for_what_its_own_period_keeps_apart() {
    let host = in_memory();
    keep_apart(&host, "apart", PayData::ALL.to_vec());
    hire(&host.acting_as("eve"), "1", "monthly", "2026-01-01/..", SALARY);
    let calendar =
        PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
    let mut later = DefinePayGroup::new("monthly", "Offices", "united_states", calendar);
    // Said anew without a word on it, it stays.
    later.title = "All offices".into();
    host.must("another title", &later);
    let group = || host.view(|view| pay_group(view, &"monthly".into()));
    assert_eq!((group().title.as_str(), group().segregated.len()), ("All offices", 10));
    later.from = Some(d("2026-02-01"));
    later.segregated = Some(Vec::new());
    host.must("nothing from February on", &later);
    let january = month(&host, "january", MONTHS[0].1);
    assert_eq!(approved_by(&host, "eve", january), "policy.four_eyes");
    assert_eq!(approved_by(&host, "boss", january), "");
    hire(&host.acting_as("eve"), "2", "monthly", "2026-02-01/..", SALARY);
    let february = month(&host, "february", MONTHS[1].1);
    assert_eq!(approved_by(&host, "eve", february), "");
    host.clean();
}

#[test]
fn an_actor_is_told_by_the_whole_of_an_id() {
    let host = in_memory();
    keep_apart(&host, "apart", PayData::ALL.to_vec());
    let eve = host.acting_as("Weber, Eve");
    hire(&eve, "1", "monthly", "2026-01-01/..", SALARY);
    let run = month(&eve, "january", MONTHS[0].1);
    assert_eq!(approved_by(&host, "Weber, Eve", run), "policy.four_eyes");
    assert_eq!(approved_by(&host, "Weber", run), "");
}

#[test]
fn what_a_pay_scale_pays_is_of_the_jobs_that_go_by_it() {
    let host = in_memory();
    let scale = |name: &str, who: &str, from: &str, amount: i64| {
        let pay = ScalePay { amount: amount.into(), per: PayPer::Month, months_to_next: None };
        let span = fondaco_core::timeline::Span::from(d(from));
        let step = NewScalePay { grade: "9b".into(), step: 1, pay, span };
        host.acting_as(who).must(name, &RecordScale::new("TVOED", vec![step]));
    };
    scale("scale", "clerk", "2026-01-01", 4000);
    hire(&host, "1", "monthly", "2026-01-01/..", SALARY);
    let (scale_of, grade) = ("TVOED".into(), "9b".into());
    let pay = JobPay::Grade { scale: scale_of, grade, step: 1, since: None };
    let job = Job { pay, ..Job::new("Work", "SALARY", 1.into(), PayPer::Month) };
    terms(&host, "by grade", "2026-01-02/..", Said::Job("main".into(), job));
    keep_apart(&host, "apart", vec![PayData::Jobs]);
    scale("more from February on", "eve", "2026-02-01", 9000);
    let january = month(&host, "january", MONTHS[0].1);
    assert_eq!(approved_by(&host, "clerk", january), "policy.four_eyes");
    assert_eq!(approved_by(&host, "eve", january), "");
    let february = month(&host, "february", MONTHS[1].1);
    assert_eq!(approved_by(&host, "eve", february), "policy.four_eyes");
    assert_eq!(approved_by(&host, "clerk", february), "");
}

#[test]
fn who_lent_a_right_has_a_hand_in_what_was_done_by_it() {
    use fondaco_core::policy::stored::{Delegate, RegisterActor};
    let store = std::sync::Arc::new(fondaco_store::Memory::new());
    let parties = &fondaco_core::party::ENGINE;
    let host = Host::restricted("memory", store, &fondaco_payroll::ENGINE).with(parties);
    let jobs = &fondaco_core::job::ENGINE;
    let host = host.staffed(&[&fondaco_payroll::ENGINE, parties, jobs]);
    set_up(&host);
    keep_apart(&host, "apart", vec![PayData::Leave, PayData::Deductions]);
    hire(&host, "1", "monthly", "2026-01-01/..", SALARY);
    for who in ["eve", "ed", "boss"] {
        host.hire(who, "chief");
    }
    let id = |who: &str| fondaco_core::ActorId::new(who);
    for (from, to) in [("eve", "tom"), ("ed", "tim")] {
        host.acting_as("root").must(to, &RegisterActor::person(id(to)));
        let lend = Delegate::new(id(from), id(to), d("2026-06-01"), d("2026-06-30"));
        host.acting_as("root").must(&format!("{from} lends"), &lend);
    }
    let asked = RequestLeave::new("1", "TIME-OFF", d("2026-01-15"), d("2026-01-15"));
    let asked = host.acting_as("tom").must("asked", &asked);
    let yes = DecideLeave::new(asked, LeaveDecision::Approve, "well");
    assert_eq!(host.acting_as("eve").refused("own", &yes).code(), "policy.four_eyes");
    host.acting_as("boss").must("granted", &yes);
    let january = month(&host, "january", MONTHS[0].1);
    assert_eq!(approved_by(&host, "eve", january), "policy.four_eyes");
    assert_eq!(approved_by(&host, "ed", january), "");
    host.wait(60);
    let loan =
        SetDeduction::loan(employee_party("1"), "LOAN", 500.into(), 50.into(), d("2026-01-01"));
    host.acting_as("tim").must("loan", &loan);
    let february = month(&host, "february", MONTHS[1].1);
    assert_eq!(approved_by(&host, "ed", february), "policy.four_eyes");
    assert_eq!(approved_by(&host, "eve", february), "");
    let steps = host.rows::<DeductionStep>();
    assert!(steps.iter().all(|step| step.actor == id("tim") && step.rights_of[..] == [id("ed")]));
}

#[test]
fn who_withdraws_leave_does_not_stand_for_who_granted_it() {
    let host = in_memory();
    keep_apart(&host, "apart", vec![PayData::Leave]);
    hire(&host, "1", "monthly", "2026-01-01/..", SALARY);
    let asked = RequestLeave::new("1", "TIME-OFF", d("2026-01-15"), d("2026-01-15"));
    let asked = host.acting_as("ann").must("asked", &asked);
    host.acting_as("eve").must("granted", &DecideLeave::new(asked, LeaveDecision::Approve, "well"));
    let run = month(&host, "january", MONTHS[0].1);
    host.wait(60);
    let withdrawn = DecideLeave::new(asked, LeaveDecision::Withdraw, "it rains");
    host.acting_as("will").must("withdrawn", &withdrawn);
    let request = host.rows::<LeaveRequest>().remove(0);
    assert_eq!(request.granted_by[..], [fondaco_core::ActorId::new("eve")]);
    assert_eq!(request.decided_by[..], [fondaco_core::ActorId::new("will")]);
    // The slip rests on what was granted; what became of it afterwards is of the next one.
    assert_eq!(approved_by(&host, "eve", run), "policy.four_eyes");
    assert_eq!(approved_by(&host, "will", run), "");
}
