//! What a run's end may not hang on, which days are paid once, and what is asked before anything is done.

use std::collections::BTreeMap;

use fondaco_payroll::outputs::Journal;
use fondaco_payroll::runs::*;

use crate::house::*;

fn payment(run: fondaco_core::Id<Run>, way: PaymentWay, of: (u32, &str)) -> RecordPayments {
    let lines = vec![PaymentLine::new(who(of.0), dec(of.1))];
    RecordPayments { run, way, lines, day: d("2026-02-03"), reference: "bank".into() }
}

#[test]
fn a_slip_of_nothing_keeps_no_run_open() {
    House::everywhere(|house| {
        let run = house.create(RunKind::Regular, 1, "january");
        house
            .calculate(run, "calculate", vec![case(1, 1, dec("1000")), case(2, 1, dec("0"))])
            .unwrap();
        house.approve(run).unwrap();
        house.post(run).unwrap();
        house.host.must("all", &payment(run, PaymentWay::Paid, (1, "700")));
        assert_eq!(house.run(run).status, RunStatus::Paid);
        house.close(run).unwrap();
        assert_eq!(house.slip(run, 2).status, SlipStatus::Closed);
        house.clean();
    });
}

#[test]
fn what_comes_back_of_a_closed_run_is_paid_again() {
    House::everywhere(|house| {
        let run = house.paid(1, vec![case(1, 1, dec("2000")), case(2, 1, dec("1000"))]);
        house.close(run).unwrap();
        house.host.must("back", &payment(run, PaymentWay::Returned, (2, "700")));
        assert_eq!(
            (house.run(run).status, house.slip(run, 2).status),
            (RunStatus::PartPaid, SlipStatus::Returned)
        );
        // The other slip stays as it is.
        let other = VoidSlip::new(run, who(1), "wrong");
        assert_eq!(house.host.refused("other", &other).code(), "payroll.illegal_slip_move");
        let again = AdvanceRun::pay(run, d("2026-02-05"), "file 2");
        house.advance("pay again", again).unwrap();
        assert_eq!(
            (house.slip(run, 1).status, house.slip(run, 2).status),
            (SlipStatus::Closed, SlipStatus::Paid)
        );
        house.advance("close again", AdvanceRun::close(run, "done")).unwrap();
        assert_eq!(house.run(run).status, RunStatus::Closed);
        assert_eq!(house.host.view(|view| payments_of(view, run, who(2))).len(), 3);
        house.clean();
    });
}

#[test]
fn what_comes_back_of_a_voided_slip_is_owed_no_longer_though_the_run_is_closed() {
    House::everywhere(|house| {
        let run = house.paid(1, vec![case(1, 1, dec("2000")), case(2, 1, dec("1000"))]);
        house.host.must("void", &VoidSlip::new(run, who(2), "not worked"));
        house.close(run).unwrap();
        assert_eq!(house.owed(2), dec("700"));
        house.host.must("back", &payment(run, PaymentWay::Returned, (2, "700")));
        assert_eq!((house.owed(2), house.run(run).status), (dec("0"), RunStatus::Closed));
        house.clean();
    });
}

#[test]
fn a_reason_that_is_none_is_told_before_anything_is_done() {
    let house = House::memory();
    let run = house.create(RunKind::Regular, 1, "january");
    let source = PaySource::given(vec![case(1, 1, dec("1000"))]).unwrap();
    let mut calculate = CalculateRun { reason: "".into(), ..CalculateRun::new(run, source) };
    house.host.run_job("no reason", &mut calculate, &mut ()).unwrap_err();
    assert!(house.host.view(|view| slips(view, run)).is_empty());
    house.calculate(run, "calculate", vec![case(1, 1, dec("1000"))]).unwrap();
    house.advance("approve blindly", AdvanceRun::approve(run, "")).unwrap_err();
    assert_eq!(house.slip(run, 1).status, SlipStatus::Calculated);
    house.approve(run).unwrap();
    house.post(run).unwrap();
    house.advance("no file", AdvanceRun::pay(run, d("2026-01-31"), "")).unwrap_err();
    assert_eq!(house.slip(run, 1).status, SlipStatus::Posted);
    assert!(house.host.view(|view| payments_of(view, run, who(1))).is_empty());
    house.pay(run).unwrap();
    house.clean();
}

#[test]
fn corrections_come_one_by_one_and_are_not_computed_as_a_whole() {
    House::everywhere(|house| {
        let january = house.paid(1, vec![case(1, 1, dec("2000"))]);
        let into = house.create(RunKind::Correction, 1, "correction");
        let cases = || vec![case(1, 1, dec("2100"))];
        assert_eq!(code(house.calculate(into, "whole", cases())), "payroll.bad_run");
        let correct = CorrectSlip {
            run: january,
            employee: who(1),
            into,
            case: Some(Box::new(case(1, 1, dec("2100")))),
            set: BTreeMap::new(),
            reason: "hours".into(),
        };
        house.host.must("correct", &correct);
        let reopen = ReopenRun { run: into, reason: "again".into() };
        assert_eq!(house.host.refused("reopen", &reopen).code(), "payroll.illegal_move");
        house.settle(into);
        let retro = house.create(RunKind::Retro, 2, "retro");
        assert_eq!(code(house.calculate(retro, "retro whole", cases())), "payroll.bad_run");
        house.clean();
    });
}

#[test]
fn no_day_is_paid_by_two_regular_runs() {
    House::everywhere(|house| {
        let create = |kind, days: (&str, &str)| CreateRun {
            kind,
            ..CreateRun::new("MONTHLY", (d(days.0), d(days.1)), d("2026-01-31"))
        };
        let half = create(RunKind::Regular, ("2026-01-01", "2026-01-15"));
        let run = house.host.must("half", &half);
        for (name, days) in [
            ("whole", ("2026-01-01", "2026-01-31")),
            ("later", ("2026-01-15", "2026-02-14")),
            ("around", ("2025-12-20", "2026-01-20")),
            ("within", ("2026-01-03", "2026-01-04")),
        ] {
            let refused = house.host.refused(name, &create(RunKind::Regular, days));
            assert_eq!(refused.code(), "payroll.period_has_run", "{name}");
        }
        let rest = create(RunKind::Regular, ("2026-01-16", "2026-01-31"));
        house.host.must("rest", &rest);
        house.host.must("before", &create(RunKind::Regular, ("2025-12-01", "2025-12-31")));
        house.host.must("bonus", &create(RunKind::Bonus, ("2026-01-01", "2026-01-31")));
        // A case is of days of its run.
        let report =
            house.calculate(run, "calculate", vec![case(1, 1, dec("100")), case(2, 2, dec("100"))]);
        assert_eq!(report.unwrap(), RunReport { slips: 0, refused: 2 });
        house.host.must("cancel", &CancelRun { run, reason: "wrong days".into() });
        house.host.must("half again", &half);
        house.clean();
    });
}

#[test]
fn the_journal_takes_what_counts() {
    let house = House::memory();
    let run = house.paid(1, vec![case(1, 1, dec("2000")), case(2, 1, dec("1000"))]);
    house.host.must("void", &VoidSlip::new(run, who(2), "not worked"));
    let both = house.host.view(|view| slips(view, run));
    let both: Vec<Slip> = both.iter().map(|slip| slip.as_ref().clone()).collect();
    let (one, voided): (Vec<Slip>, Vec<Slip>) =
        both.iter().cloned().partition(|slip| slip.employee == who(1));
    let journal = |slips: &[Slip]| Journal::of(slips, &BTreeMap::new()).unwrap();
    assert_eq!(journal(&both), journal(&one));
    // What was posted of the voided one is there to be reversed.
    assert_eq!(journal(&voided).total().unwrap().amount(), dec("1050"));
}

fn corrects(
    run: fondaco_core::Id<Run>,
    into: fondaco_core::Id<Run>,
    case: Option<PayInput>,
) -> CorrectSlip {
    let (case, set, reason) = (case.map(Box::new), BTreeMap::new(), "put right".into());
    CorrectSlip { run, employee: who(1), into, case, set, reason }
}

#[test]
fn a_voided_slip_is_put_right_once() {
    House::everywhere(|house| {
        let january = house.paid(1, vec![case(1, 1, dec("1000"))]);
        house.host.must("void", &VoidSlip::new(january, who(1), "wrong"));
        let into = house.create(RunKind::Correction, 1, "correction");
        let more = || Some(case(1, 1, dec("1100")));
        house.host.must("correct", &corrects(january, into, more()));
        let other = house.create(RunKind::Correction, 1, "another");
        let twice = house.host.refused("twice", &corrects(january, other, more()));
        assert_eq!(twice.code(), "payroll.illegal_slip_move");
        // Who gives the correction up drops its slip, after which the voided one can be put right again.
        let cancel = CancelRun { run: into, reason: "no".into() };
        assert_eq!(house.host.refused("cancel", &cancel).code(), "payroll.illegal_move");
        let drop = DropSlip { run: into, employee: who(1), reason: "no".into() };
        house.host.must("drop", &drop);
        house.host.must("correct again", &corrects(january, other, more()));
        house.settle(other);
        assert_eq!((house.sum(1, "taxed_to_date"), house.owed(1)), (dec("1100"), dec("0")));
        // What is paid in its place by another run is not put right besides.
        house.host.must("void 2", &VoidSlip::new(other, who(1), "wrong"));
        let late = house.create(RunKind::OffCycle, 1, "late");
        let cases = vec![case(1, 1, dec("1000")).in_place_of_regular()];
        house.calculate(late, "late computed", cases).unwrap();
        house.settle(late);
        let third = house.create(RunKind::Correction, 1, "third");
        let paid = house.host.refused("paid", &corrects(other, third, more()));
        assert_eq!(paid.code(), "payroll.illegal_slip_move");
        house.clean();
    });
}

#[test]
fn retro_pay_is_voided_and_not_corrected() {
    let house = House::memory();
    house.paid(1, vec![case(1, 1, dec("1000"))]);
    let retro = house.create(RunKind::Retro, 2, "retro");
    let cases = vec![case(1, 1, dec("1100"))];
    house.retro(retro, "rise", cases, RetroLaw::OldPeriods).unwrap();
    house.settle(retro);
    let into = house.create(RunKind::Correction, 2, "correction");
    let refused = house.host.refused("correct", &corrects(retro, into, None));
    assert_eq!(refused.code(), "payroll.illegal_slip_move");
    let other =
        CreateRun { kind: RunKind::Correction, ..CreateRun::new("OTHER", month(2), month(2).1) };
    let other = house.host.must("other", &other);
    let january = house.host.view(|view| runs(view, "MONTHLY"))[0].id;
    let refused = house.host.refused("other calendar", &corrects(january, other, None));
    assert_eq!(refused.code(), "payroll.bad_run");
}

#[test]
fn what_left_in_one_year_is_not_corrected_in_another() {
    House::everywhere(|house| {
        let december = PayInput::new(
            who(1),
            "1",
            "2025-12-01/2025-12-31".parse().unwrap(),
            d("2025-12-31"),
            "estonia",
        );
        let december = december.component(PayComponent::new("SALARY", "salary", dec("2000")));
        let days = (d("2025-12-01"), d("2025-12-31"));
        let run = house.host.must("december", &CreateRun::new("MONTHLY", days, days.1));
        house.calculate(run, "december computed", vec![december]).unwrap();
        house.approve(run).unwrap();
        let into = |name: &str| house.create(RunKind::Correction, 1, name);
        // As long as nothing has left it is pay of the day on which it leaves.
        let early = into("early");
        house.host.must("correct", &corrects(run, early, None));
        let slip = house.slip(early, 1);
        assert_eq!(
            (slip.input.year("calendar_year"), slip.rules_on),
            (Some(2026), d("2026-01-31"))
        );
        house.host.must("drop", &DropSlip { run: early, employee: who(1), reason: "no".into() });
        let old = house.create(RunKind::Correction, 1, "late");
        house.host.must("correct again", &corrects(run, old, None));
        house.settle(old);
        let next = CreateRun {
            kind: RunKind::Correction,
            ..CreateRun::new("MONTHLY", month(2), d("2027-01-04"))
        };
        let next = house.host.must("next year", &next);
        let refused = house.host.refused("too late", &corrects(old, next, None));
        assert_eq!(refused.code(), "payroll.bad_run");
        house.clean();
    });
}

#[test]
fn a_correction_takes_for_the_same_orders_though_they_have_ended() {
    House::everywhere(|house| {
        let limit = fondaco_payroll::garnishment::Limit::All;
        let order = SetDeduction {
            to: Some(d("2026-01-31")),
            ..SetDeduction::order(who(1), "CHILD", dec("200"), (1, limit), d("2026-01-01"))
        };
        house.host.must("order", &order);
        let loan = SetDeduction::loan(who(1), "CAR", dec("500"), dec("100"), d("2026-01-01"));
        let loan = house.host.must("loan", &loan);
        let january = house.paid(1, vec![case(1, 1, dec("1000"))]);
        assert_eq!(house.slip(january, 1).net.to_decimal(), dec("400"));
        house.host.must("end", &EndDeduction { deduction: loan, reason: "a gift".into() });
        let create = CreateRun::new("MONTHLY", month(1), d("2026-02-10"));
        let into =
            house.host.must("correction", &CreateRun { kind: RunKind::Correction, ..create });
        house.host.must("correct", &corrects(january, into, None));
        let slip = house.slip(into, 1);
        assert_eq!((line(&slip, "CHILD"), line(&slip, "CAR")), (dec("200"), dec("100")));
        assert_eq!(slip.net.to_decimal(), dec("0"));
        house.settle(into);
        assert_eq!(house.owed(1), dec("0"));
        house.clean();
    });
}
