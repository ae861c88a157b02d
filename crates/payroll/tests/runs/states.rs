//! Which moves of a run are legal, who may make them, and what one slip's change leaves alone.

use fondaco_core::ActError;
use fondaco_payroll::runs::*;
use fondaco_payroll::{Amt, PayrollError};

use crate::house::*;

#[test]
fn a_run_goes_forward_state_by_state() {
    House::everywhere(|house| {
        let run = house.create(RunKind::Regular, 1, "january");
        assert_eq!(code(house.approve(run)), "payroll.illegal_move");
        let cases = vec![case(1, 1, dec("2000")), case(2, 1, dec("3000"))];
        let report = house.calculate(run, "calculate", cases).unwrap();
        assert_eq!(report, RunReport { slips: 2, refused: 0 });
        let slip = house.slip(run, 1);
        assert_eq!((line(&slip, "SALARY"), line(&slip, "tax")), (dec("2000"), dec("400")));
        assert_eq!(
            (slip.net, slip.status),
            (Amt::from_decimal(dec("1400")).unwrap(), SlipStatus::Calculated)
        );
        assert_eq!(house.sum(1, "taxed_to_date"), dec("0")); // nothing counts yet
        assert_eq!(code(house.post(run)), "payroll.illegal_move");
        house.advance("approve", AdvanceRun::approve(run, "looked at")).unwrap();
        assert_eq!(
            (house.sum(1, "taxed_to_date"), house.sum(2, "tax_to_date")),
            (dec("2000"), dec("600"))
        );
        assert_eq!(
            code(house.advance("approve again", AdvanceRun::approve(run, "again"))),
            "payroll.illegal_move"
        );
        house.advance("post", AdvanceRun::post(run, "booked")).unwrap();
        house.advance("pay", AdvanceRun::pay(run, d("2026-01-31"), "file 1")).unwrap();
        assert_eq!(house.run(run).status, RunStatus::Paid);
        assert_eq!(house.slip(run, 2).paid, house.slip(run, 2).net);
        assert_eq!(
            code(house.advance("pay again", AdvanceRun::pay(run, d("2026-01-31"), "file 2"))),
            "payroll.illegal_move"
        );
        house.close(run).unwrap();
        let voided = house.host.refused("void", &VoidSlip::new(run, who(1), "wrong"));
        assert_eq!(voided.code(), "payroll.illegal_move");
        let deeds: Vec<RunDeed> =
            house.host.view(|view| history(view, run)).iter().map(|step| step.deed).collect();
        use RunDeed::*;
        assert_eq!(deeds, [Created, Calculated, Approved, Posted, Paid, Closed]);
        house.clean();
    });
}

#[test]
fn who_computed_a_run_or_changed_a_slip_does_not_approve_it() {
    House::everywhere(|house| {
        let run = house.create(RunKind::Regular, 1, "january");
        house.calculate(run, "calculate", vec![case(1, 1, dec("2000"))]).unwrap();
        let own = house.host.run_job("own", &mut AdvanceRun::approve(run, "mine"), &mut ());
        assert_eq!(own.unwrap_err().code(), "policy.four_eyes");
        let boss = house.host.acting_as("boss");
        let changed = ChangeSlip::of(run, case(1, 1, dec("2100")), "a bonus forgotten");
        assert_eq!(boss.must("change", &changed), 2);
        assert_eq!(code(house.approve(run)), "policy.four_eyes"); // the boss changed a slip
        let other = house.host.acting_as("other");
        other.run_job("other", &mut AdvanceRun::approve(run, "looked at"), &mut ()).unwrap();
        assert_eq!(house.run(run).status, RunStatus::Approved);
        house.clean();
    });
}

#[test]
fn the_same_command_twice_pays_once() {
    House::everywhere(|house| {
        let run = house.create(RunKind::Regular, 1, "january");
        assert_eq!(house.create(RunKind::Regular, 1, "january"), run);
        let calculate =
            || house.calculate(run, "calculate", vec![case(1, 1, dec("2000"))]).unwrap();
        assert_eq!(calculate(), calculate());
        let again = CreateRun::new("MONTHLY", month(1), month(1).1);
        assert_eq!(house.host.refused("another", &again).code(), "payroll.period_has_run");
        house.settle(run);
        house.settle(run);
        assert_eq!(house.host.view(|view| payments_of(view, run, who(1))).len(), 1);
        assert_eq!(house.sum(1, "taxed_to_date"), dec("2000"));
        house.clean();
    });
}

#[test]
fn one_who_cannot_be_computed_stops_nobody() {
    House::everywhere(|house| {
        let run = house.create(RunKind::Regular, 1, "january");
        let mut unknown = case(3, 1, dec("100"));
        unknown.rules = "hause".into();
        let kept = case(4, 1, dec("100")).with("taxed_to_date", "7");
        let mistyped = case(5, 1, dec("100")).with("salery", "7");
        let cases = vec![case(1, 1, dec("2000")), case(2, 1, dec("-5")), unknown, kept, mistyped];
        let report = house.calculate(run, "calculate", cases).unwrap();
        assert_eq!(report, RunReport { slips: 1, refused: 4 });
        let mut why: Vec<String> = house
            .host
            .view(|view| refusals(view, run))
            .iter()
            .map(|refusal| refusal.why().to_owned())
            .collect();
        why.sort();
        let known = "canada, estonia, france, germany, united_kingdom, united_states";
        assert_eq!(why, [
            "employee 2: salary is -5: give 0 or more".to_owned(),
            format!("employee 3: rules are \"hause\": store that book first, or name one of house, {known}"),
            "employee 4: taxed_to_date is kept by the payroll: leave it out, and enter what was before as an opening sum".to_owned(),
            "employee 5: these rules have no salery: did you mean salary?".to_owned(),
        ]);
        assert_eq!(code(house.approve(run)), "payroll.refused_left");
        house.host.must("mended", &ChangeSlip::of(run, case(2, 1, dec("5")), "a sign"));
        for (name, employee) in [("drop 3", 3), ("drop 4", 4), ("drop 5", 5)] {
            let reason = "left out".into();
            house.host.must(name, &DropSlip { run, employee: who(employee), reason });
        }
        house.advance("approve mended", AdvanceRun::approve(run, "looked at")).unwrap();
        assert_eq!(house.host.view(|view| run_total(view, run)).slips, 2);
        house.clean();
    });
}

#[test]
fn a_run_computed_again_forgets_what_it_said_before() {
    House::everywhere(|house| {
        let run = house.create(RunKind::Regular, 1, "january");
        house
            .calculate(run, "first", vec![case(1, 1, dec("2000")), case(2, 1, dec("-1"))])
            .unwrap();
        let reopen = ReopenRun { run, reason: "a list was missing".into() };
        house.host.must("reopen", &reopen);
        assert_eq!(house.host.refused("reopen twice", &reopen).code(), "payroll.illegal_move");
        let report = house
            .calculate(run, "second", vec![case(2, 1, dec("900")), case(3, 1, dec("700"))])
            .unwrap();
        assert_eq!(report, RunReport { slips: 2, refused: 0 });
        let slips = house.host.view(|view| slips(view, run));
        let mut numbers: Vec<&str> = slips.iter().map(|slip| slip.number.as_str()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, ["2", "3"]);
        assert!(house.host.rows::<RunRefusal>().is_empty());
        house.settle(run);
        let cancel = CancelRun { run, reason: "no".into() };
        assert_eq!(house.host.refused("cancel", &cancel).code(), "payroll.illegal_move");
        house.clean();
    });
}

#[test]
fn a_slip_that_rests_on_what_has_changed_is_computed_again_before_it_counts() {
    House::everywhere(|house| {
        let january = house.create(RunKind::Regular, 1, "january");
        house.calculate(january, "calculate", vec![case(1, 1, dec("2000"))]).unwrap();
        let bonus = house.create(RunKind::Bonus, 1, "bonus");
        house.calculate(bonus, "calculate bonus", vec![case(1, 1, dec("4000"))]).unwrap();
        house.settle(bonus);
        let stale = house.approve(january).unwrap_err();
        assert_eq!(stale.code(), "payroll.stale_slip");
        assert!(stale.to_string().contains("taxed_to_date 0, which is 4000 by now"), "{stale}");
        house.host.must("again", &ChangeSlip::again(january, who(1), "a bonus came between"));
        house.settle(january);
        // The cap is crossed: 4,000 of the bonus and 1,000 of the salary.
        assert_eq!(line(&house.slip(january, 1), "contribution"), dec("100"));
        house.clean();
    });
}

#[test]
fn money_leaves_in_parts_and_comes_back() {
    House::everywhere(|house| {
        let run = house.create(RunKind::Regular, 1, "january");
        house
            .calculate(run, "calculate", vec![case(1, 1, dec("2000")), case(2, 1, dec("1000"))])
            .unwrap();
        house.approve(run).unwrap();
        let pay = |name: &str, way, employee, amount: &str| {
            let lines = vec![PaymentLine::new(who(employee), dec(amount))];
            let record =
                RecordPayments { run, way, lines, day: d("2026-01-31"), reference: name.into() };
            house.host.send(name, &record).map(|_| ())
        };
        assert_eq!(
            pay("early", PaymentWay::Paid, 1, "100").unwrap_err().code(),
            "payroll.illegal_move"
        );
        house.post(run).unwrap();
        pay("part", PaymentWay::Paid, 1, "1000").unwrap();
        assert_eq!(
            (house.run(run).status, house.slip(run, 1).status),
            (RunStatus::PartPaid, SlipStatus::PartPaid)
        );
        assert_eq!(
            pay("too much", PaymentWay::Paid, 1, "400.01").unwrap_err().code(),
            "payroll.too_much"
        );
        pay("rest", PaymentWay::Paid, 1, "400").unwrap();
        assert_eq!(house.slip(run, 1).status, SlipStatus::Paid);
        house.pay(run).unwrap();
        assert_eq!(house.run(run).status, RunStatus::Paid);
        pay("returned", PaymentWay::Returned, 2, "700").unwrap();
        assert_eq!(
            (house.run(run).status, house.slip(run, 2).status),
            (RunStatus::PartPaid, SlipStatus::Returned)
        );
        assert_eq!(code(house.close(run)), "payroll.illegal_move");
        pay("once more", PaymentWay::Paid, 2, "700").unwrap();
        house.close(run).unwrap();
        assert_eq!(house.host.view(|view| payments_of(view, run, who(2))).len(), 3);
        house.clean();
    });
}

#[test]
fn warnings_say_what_to_look_at() {
    let house = House::memory();
    house.paid(1, vec![case(1, 1, dec("2000")), case(2, 1, dec("1000"))]);
    let run = house.create(RunKind::Regular, 2, "february");
    let share = |account: &str| vec![BankShare { account: account.into(), part: BankPart::Rest }];
    let mut raised = case(1, 2, dec("2900"));
    raised.bank = share("A-7");
    let mut same = case(2, 2, dec("1000"));
    same.bank = share("A-7");
    let about = "left on 2026-01-15".into();
    same.warnings = vec![InputWarning { code: "leaver_paid".into(), about }];
    house.calculate(run, "february", vec![raised, same, case(3, 2, dec("-1"))]).unwrap();
    let found = house.host.view(|view| warnings(view, run, dec("20")));
    let said: Vec<String> =
        found.iter().map(|one| format!("{} {}", one.number, one.code)).collect();
    assert_eq!(
        said,
        [
            "1 account_shared",
            "1 pay_changed",
            "2 account_shared",
            "2 leaver_paid",
            "3 not_computed"
        ]
    );
    let table = warnings_report(&found).to_string();
    assert!(table.contains("net pay is 2030, and was 1400 on 2026-01-31"), "{table}");
}

#[test]
fn a_figure_of_a_slip_says_why() {
    let house = House::memory();
    let run = house.paid(1, vec![case(1, 1, dec("2000"))]);
    let run_2 = house.paid(2, vec![case(1, 2, dec("4000"))]);
    let why = house.host.view(|view| explain(view, (run_2, who(1)), "contribution"));
    let text = why.to_string();
    assert!(
        text.contains("300") && text.contains("taxed_to_date") && text.contains("2,000"),
        "{text}"
    );
    let unknown = house.host.office().unwrap().view(|view| explain(view, (run, who(9)), "tax"));
    assert_eq!(PayrollError::code(&unknown.unwrap_err()), "payroll.unknown_slip");
    // Nothing of a preview is stored.
    let before = house.host.commits();
    let slip = house.host.view(|view| preview(view, &case(1, 3, dec("1000"))));
    assert_eq!((line(&slip, "contribution"), line(&slip, "tax")), (dec("0"), dec("200")));
    assert_eq!(house.host.commits(), before);
}

#[test]
fn retro_pay_and_loans_say_why_they_are_what_they_are() {
    let house = House::memory();
    let loan = SetDeduction::loan(who(1), "CAR", dec("500"), dec("300"), d("2026-01-01"));
    house.host.must("loan", &loan);
    let january = house.paid(1, vec![case(1, 1, dec("1000"))]);
    let why = house.host.view(|view| explain(view, (january, who(1)), "CAR")).to_string();
    assert!(why.starts_with("CAR: 300.00 EUR") && why.contains("Owed before: 500.00 EUR"), "{why}");
    house.paid(2, vec![case(1, 2, dec("1000"))]);
    let run = house.create(RunKind::Retro, 3, "retro");
    let cases = vec![case(1, 1, dec("1100")), case(1, 2, dec("1200"))];
    house.retro(run, "rise", cases, RetroLaw::OldPeriods).unwrap();
    let why = |what: &str| house.host.view(|view| explain(view, (run, who(1)), what)).to_string();
    let tax = why("tax");
    assert!(tax.starts_with("tax: 60.00 EUR"), "{tax}");
    assert!(
        tax.contains("2026-01-01: 20.00 EUR") && tax.contains("2026-02-01: 40.00 EUR"),
        "{tax}"
    );
    assert!(why("net").starts_with("net: 210.00 EUR"), "{}", why("net"));
    let unknown = house.host.office().unwrap().view(|view| explain(view, (run, who(1)), "taxes"));
    assert_eq!(PayrollError::code(&unknown.unwrap_err()), "payroll.unknown_input");
}
