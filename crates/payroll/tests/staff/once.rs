//! What is paid once: a period and a one-off item, whichever of regular, off-cycle, bonus, final and retro runs come across it.

use fondaco_core::{ActError, Id};
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;
use crate::running::*;

fn hired(host: &Host, number: &str, span: &str) {
    hire(host, number, "monthly", span, ("SALARY", "60000", PayPer::Year));
}

/// A retro run in February over January.
fn february(host: &Host, name: &str) -> (Id<Run>, Vec<PayInput>) {
    retro_of(host, name, ("2026-02-01", "2026-02-28"), "2026-02-27")
}

fn computed(host: &Host, name: &str, made: (Id<Run>, Vec<PayInput>)) -> Id<Run> {
    retro_computed(host, name, made, RetroLaw::PayDate { input: None })
}

fn made_good(host: &Host, name: &str) -> Id<Run> {
    let made = february(host, name);
    let retro = computed(host, name, made);
    settled(host, name, retro);
    retro
}

#[test]
fn a_period_whose_slip_was_voided_and_that_retro_pay_made_good_is_paid_by_no_other_run() {
    everywhere(|host| {
        hired(host, "1", "2026-01-01/2026-01-31");
        hired(host, "2", "2026-01-01/..");
        let regular = january(host, "regular", RunKind::Regular);
        settled(host, "regular", regular);
        for number in ["1", "2"] {
            let void = VoidSlip::new(regular, employee_party(number), "never left");
            host.must(&format!("void {number}"), &void);
        }
        let retro = made_good(host, "retro");
        assert_eq!(paid(host, retro), ["1 5000", "2 5000"]);
        for (name, kind) in [("off-cycle", RunKind::OffCycle), ("final", RunKind::Final)] {
            assert!(paid(host, january(host, name, kind)).is_empty(), "{name}");
        }
        // Of retro pay that was taken back the period is still to be paid.
        host.must("void retro", &VoidSlip::new(retro, employee_party("2"), "wrong"));
        assert_eq!(paid(host, january(host, "again", RunKind::OffCycle)), ["2 5000"]);
    });
}

#[test]
fn who_has_a_bonus_of_a_period_alone_is_paid_it_once() {
    everywhere(|host| {
        hired(host, "1", "2026-01-01/..");
        let regular = january(host, "regular", RunKind::Regular);
        settled(host, "regular", regular);
        hired(host, "2", "2026-01-01/.."); // told late
        bonus(host, "2", "300");
        let early = january(host, "bonus", RunKind::Bonus);
        assert_eq!(paid(host, early), ["2 300"]);
        settled(host, "bonus", early);
        assert_eq!(paid(host, made_good(host, "retro")), ["2 5000"]);
        assert!(paid(host, january(host, "off-cycle", RunKind::OffCycle)).is_empty());
    });
}

#[test]
fn retro_pay_of_a_run_that_was_cancelled_keeps_nobody_from_being_paid() {
    everywhere(|host| {
        hired(host, "1", "2026-01-01/..");
        let regular = january(host, "regular", RunKind::Regular);
        settled(host, "regular", regular);
        hired(host, "2", "2026-01-01/..");
        let made = february(host, "retro");
        let retro = computed(host, "retro", made);
        assert!(paid(host, january(host, "off-cycle", RunKind::OffCycle)).is_empty());
        host.must("cancel", &CancelRun { run: retro, reason: "off-cycle instead".into() });
        assert_eq!(paid(host, january(host, "again", RunKind::OffCycle)), ["2 5000"]);
    });
}

#[test]
fn an_item_that_retro_pay_paid_is_paid_by_no_run_of_its_period() {
    everywhere(|host| {
        hired(host, "1", "2026-01-01/..");
        let regular = january(host, "regular", RunKind::Regular);
        settled(host, "regular", regular);
        bonus(host, "1", "300");
        assert_eq!(paid(host, made_good(host, "retro")), ["1 300"]);
        for (name, kind) in [("off-cycle", RunKind::OffCycle), ("bonus", RunKind::Bonus)] {
            assert!(paid(host, january(host, name, kind)).is_empty(), "{name}");
        }
        bonus(host, "1", "70");
        assert_eq!(paid(host, january(host, "more", RunKind::Bonus)), ["1 70"]);
        // That is computed: it is no retro pay.
        let made = february(host, "later");
        assert!(paid(host, computed(host, "later", made)).is_empty());
    });
}

#[test]
fn an_item_that_two_runs_were_computed_with_is_refused_by_the_second_approval() {
    everywhere(|host| {
        hired(host, "1", "2026-01-01/..");
        let regular = january(host, "regular", RunKind::Regular);
        settled(host, "regular", regular);
        bonus(host, "1", "300");
        let made = february(host, "retro"); // gathered, and computed later
        let early = january(host, "bonus", RunKind::Bonus);
        let retro = computed(host, "retro", made);
        assert_eq!(
            (paid(host, early), paid(host, retro)),
            (vec!["1 300".into()], vec!["1 300".into()])
        );
        settled(host, "retro", retro);
        host.run_job("renewed", &mut RenewRun::new(early, "retro came first"), &mut ()).unwrap();
        let found = host.view(|view| warnings(view, early, n("20")));
        assert!(found.iter().any(|one| one.code == "paid_twice"), "{found:?}");
        let boss = host.acting_as("boss");
        let mut approve = AdvanceRun::approve(early, "looked at");
        let error = boss.run_job("bonus approved", &mut approve, &mut ()).unwrap_err();
        assert_eq!(error.code(), "payroll.paid_already");
        assert!(
            error.to_string().starts_with("employee 1: BONUS is paid by the retro payroll run"),
            "{error}"
        );
    });
}

#[test]
fn last_pay_that_was_computed_beside_the_regular_slip_is_refused_by_the_second_approval() {
    everywhere(|host| {
        hired(host, "1", "2026-01-01/2026-01-31");
        hired(host, "2", "2026-01-01/..");
        // Both computed from cases that don't know of one another.
        let period = ("monthly", 2026, 1);
        let all: Vec<PayInput> =
            gathered(host, period, None).into_iter().map(|one| one.input.unwrap()).collect();
        let run = |name: &str, kind, cases: Vec<PayInput>| {
            let days = (d("2026-01-01"), d("2026-01-31"));
            let create = CreateRun::new("monthly", days, d("2026-01-30"));
            let run = host.must(name, &CreateRun { kind, ..create });
            let source = PaySource::given(cases).unwrap();
            host.run_job(&format!("{name} computed"), &mut CalculateRun::new(run, source), &mut ())
                .unwrap();
            run
        };
        let last: Vec<PayInput> = all.iter().filter(|one| one.number == "1").cloned().collect();
        let last = last.into_iter().map(PayInput::in_place_of_regular).collect();
        let last = run("last", RunKind::Final, last);
        let regular = run("regular", RunKind::Regular, all);
        settled(host, "regular", regular);
        host.run_job("renewed", &mut RenewRun::new(last, "the regular run came first"), &mut ())
            .unwrap();
        let mut approve = AdvanceRun::approve(last, "looked at");
        let error = host.acting_as("boss").run_job("last approved", &mut approve, &mut ());
        assert_eq!(error.unwrap_err().code(), "payroll.paid_already");
    });
}
