//! Retro pay: a rise that was known late, paid by the law of old periods or of the day of payment.

use fondaco_payroll::runs::*;

use crate::house::*;

/// January to March are paid 1,000 each, and closed; then the salary turns out to be 1,200 from February on.
fn raised(house: &House) -> Vec<PayInput> {
    for of_month in 1..=3 {
        let run = house
            .paid(of_month, vec![case(1, of_month, dec("1000")), case(2, of_month, dec("1000"))]);
        house.close(run).unwrap();
    }
    vec![case(1, 2, dec("1200")), case(1, 3, dec("1200")), case(2, 2, dec("1000"))]
}

fn said(slip: &Slip) -> Vec<String> {
    let one = |line: &SlipLine| {
        let of = line.original.map(|day| day.to_string()).unwrap_or_default();
        format!("{} {} {of}", line.component, line.amount)
    };
    slip.lines.iter().map(one).collect()
}

#[test]
fn old_periods_are_taxed_anew_component_by_component() {
    House::everywhere(|house| {
        let cases = raised(&house);
        let run = house.create(RunKind::Retro, 4, "retro");
        house.host.at("2026-09-01T09:00:00Z"); // the rate of March was raised in August, for the past
        let report = house.retro(run, "rise", cases.clone(), RetroLaw::OldPeriods).unwrap();
        assert_eq!(report, RunReport { slips: 2, refused: 0 }); // the other's rate changed too
        let slip = house.slip(run, 1);
        assert_eq!(
            said(&slip),
            [
                "SALARY 200 2026-02-01",
                "contribution 20 2026-02-01",
                "levy 10 2026-02-01",
                "tax 40 2026-02-01",
                "SALARY 200 2026-03-01",
                "contribution 44 2026-03-01", // at 12 %, as is known by now
                "levy 10 2026-03-01",
                "tax 40 2026-03-01",
            ]
        );
        assert_eq!(slip.net.to_decimal(), dec("256"));
        house.settle(run);
        assert_eq!(
            (house.sum(1, "taxed_to_date"), house.sum(1, "tax_to_date")),
            (dec("3400"), dec("680"))
        );
        assert_eq!(
            said(&house.slip(run, 2)),
            ["contribution 20 2026-03-01", "carried_forward -20 "]
        );
        let again = house.create(RunKind::Retro, 4, "retro again");
        assert_eq!(house.retro(again, "rise again", cases, RetroLaw::OldPeriods).unwrap().slips, 0);
        house.clean();
    });
}

#[test]
fn old_rates_are_those_that_were_known() {
    House::everywhere(|house| {
        house.host.at("2026-06-10T09:00:00Z");
        let cases = raised(&house);
        let run = house.create(RunKind::Retro, 4, "retro");
        house.host.at("2026-09-01T09:00:00Z"); // the rate of March was raised in August, for the past
        let report = house.retro(run, "rise", cases, RetroLaw::OldPeriodsAsKnown).unwrap();
        assert_eq!(report.slips, 1); // nothing changed for the other
        assert_eq!(line(&house.slip(run, 1), "contribution"), dec("40"));
    });
}

#[test]
fn pay_of_the_past_is_taxed_as_pay_of_now() {
    House::everywhere(|house| {
        let mut cases = raised(&house);
        cases.push(case(1, 4, dec("1200")));
        let run = house.create(RunKind::Retro, 4, "retro");
        let law = RetroLaw::PayDate { input: Some("bonus".into()) };
        house.retro(run, "rise", cases.clone(), law.clone()).unwrap();
        let slip = house.slip(run, 1);
        assert_eq!(said(&slip)[..2], ["SALARY 200 2026-02-01", "SALARY 200 2026-03-01"]);
        assert_eq!((line(&slip, "tax"), line(&slip, "contribution")), (dec("80"), dec("40")));
        house.settle(run);
        assert_eq!(house.sum(1, "taxed_to_date"), dec("3400"));
        let lower = vec![case(1, 2, dec("900")), case(1, 4, dec("1200"))];
        let without = house.create(RunKind::Retro, 4, "without march");
        let report = house.retro(without, "without", lower.clone(), law.clone()).unwrap();
        assert_eq!(report, RunReport { slips: 0, refused: 1 });
        // What was made good before is taken back by nobody who leaves it out.
        assert_eq!(house.host.view(|view| refusals(view, without))[0].code, "payroll.case_missing");
        let lower = [lower, vec![case(1, 3, dec("1200"))]].concat();
        let again = house.create(RunKind::Retro, 4, "retro again");
        let report = house.retro(again, "fall", lower.clone(), law.clone()).unwrap();
        assert_eq!(report, RunReport { slips: 1, refused: 0 });
        // February was paid 1,200 by now: 300 too much, which are owed, and what was withheld of them stays so.
        let slip = house.slip(again, 1);
        assert_eq!(said(&slip), ["SALARY -300 2026-02-01", "carried_forward -300 "]);
        house.settle(again);
        // A repayment within the year is no pay of it (IRS, Publication 15, section 13): 3,100 were earned.
        assert_eq!((house.owed(1), house.sum(1, "taxed_to_date")), (dec("300"), dec("3100")));
        assert_eq!(house.sum(1, "tax_to_date"), dec("680"));
        let third = house.create(RunKind::Retro, 4, "retro thrice");
        assert_eq!(house.retro(third, "nothing", lower, law).unwrap().slips, 0);
        house.clean();
    });
}

#[test]
fn retro_pay_rests_on_all_slips() {
    let house = House::memory();
    let cases = raised(&house);
    let run = house.create(RunKind::Retro, 4, "retro");
    house.retro(run, "rise", cases, RetroLaw::OldPeriods).unwrap();
    house.paid(4, vec![case(1, 4, dec("0"))]);
    assert_eq!(code(house.approve(run)), "payroll.stale_slip");
    let regular = house.create(RunKind::Regular, 5, "may");
    let wrong = house.retro(regular, "no retro run", Vec::new(), RetroLaw::OldPeriods);
    assert_eq!(code(wrong), "payroll.bad_run");
}

#[test]
fn who_has_no_difference_any_more_has_no_slip_when_retro_pay_is_computed_again() {
    House::everywhere(|house| {
        let cases = raised(&house);
        let run = house.create(RunKind::Retro, 4, "retro");
        let both = [cases.clone(), vec![case(2, 3, dec("1100"))]].concat();
        assert_eq!(house.retro(run, "both", both, RetroLaw::OldPeriods).unwrap().slips, 2);
        house.host.must("reopen", &ReopenRun { run, reason: "no rise for one".into() });
        assert_eq!(house.retro(run, "one", cases, RetroLaw::OldPeriods).unwrap().slips, 1);
        assert_eq!(house.host.view(|view| slips(view, run)).len(), 1);
        house.settle(run);
        assert_eq!(house.run(run).status, RunStatus::Paid);
        house.clean();
    });
}

#[test]
fn a_case_stands_for_the_regular_slip_and_final_pay_beside_it_stays() {
    House::everywhere(|house| {
        house.paid(1, vec![case(1, 1, dec("2000"))]);
        let last = house.create(RunKind::Final, 1, "final");
        house.calculate(last, "final pay", vec![case(1, 1, dec("300"))]).unwrap();
        house.settle(last);
        let run = house.create(RunKind::Retro, 2, "retro");
        let same = vec![case(1, 1, dec("2000"))];
        assert_eq!(house.retro(run, "same", same, RetroLaw::OldPeriods).unwrap().slips, 0);
        house.clean();
    });
}

#[test]
fn one_component_too_high_keeps_no_other_from_being_paid() {
    House::everywhere(|house| {
        let with = |salary: &str, bonus: &str| {
            case(1, 1, dec(salary)).component(PayComponent::new("BONUS", "bonus", dec(bonus)))
        };
        house.paid(1, vec![with("1000", "200")]);
        let run = house.create(RunKind::Retro, 2, "retro");
        let law = RetroLaw::PayDate { input: None };
        let cases = vec![with("1300", "150"), case(1, 2, dec("0"))];
        house.retro(run, "both ways", cases, law).unwrap();
        let slip = house.slip(run, 1);
        // 300 of now less 60 of tax and 30 of contribution, and 50 that were paid too much.
        assert_eq!(
            said(&slip),
            [
                "SALARY 300 2026-01-01",
                "contribution 30 ",
                "tax 60 ",
                "levy 15 ",
                "BONUS -50 2026-01-01"
            ]
        );
        assert_eq!((slip.gross.to_decimal(), slip.net.to_decimal()), (dec("250"), dec("160")));
        house.settle(run);
        house.clean();
    });
}

/// A January of another calendar.
fn other_january(house: &House, salary: &str) {
    let create = CreateRun::new("OTHER", month(1), month(1).1);
    let run = house.host.must("other calendar", &create);
    house.calculate(run, "other computed", vec![case(1, 1, dec(salary))]).unwrap();
    house.settle(run);
}

#[test]
fn a_case_stands_for_the_slip_of_its_own_calendar_alone() {
    House::everywhere(|house| {
        house.paid(1, vec![case(1, 1, dec("2000"))]);
        other_january(&house, "700");
        let run = house.create(RunKind::Retro, 2, "retro");
        let same = vec![case(1, 1, dec("2000"))];
        assert_eq!(house.retro(run, "same", same, RetroLaw::OldPeriods).unwrap().slips, 0);
        let run = house.create(RunKind::Retro, 2, "retro more");
        let more = vec![case(1, 1, dec("2100"))];
        assert_eq!(house.retro(run, "more", more, RetroLaw::OldPeriods).unwrap().slips, 1);
        assert_eq!(line(&house.slip(run, 1), "SALARY"), dec("100"));
        house.clean();
    });
}

/// A regular run that went on without the second employee.
fn without_two(house: &House, of_month: u32) -> fondaco_core::Id<Run> {
    let run = house.create(RunKind::Regular, of_month, &format!("regular {of_month}"));
    let cases = vec![case(1, of_month, dec("1000")), case(2, of_month, dec("-1"))];
    house.calculate(run, &format!("calculate {run}"), cases).unwrap();
    let to = RunMove::Approve { without_refused: true };
    let approve = AdvanceRun { run, to, reason: "without 2".into() };
    house.advance(&format!("approve {run}"), approve).unwrap();
    house.post(run).unwrap();
    house.pay(run).unwrap();
    run
}

#[test]
fn who_was_left_out_of_a_period_gets_all_of_it_once() {
    House::everywhere(|house| {
        without_two(&house, 1);
        let run = house.create(RunKind::Retro, 2, "retro");
        let cases = || vec![case(2, 1, dec("900"))];
        assert_eq!(house.retro(run, "all", cases(), RetroLaw::OldPeriods).unwrap().slips, 1);
        let slip = house.slip(run, 2);
        assert_eq!(
            said(&slip),
            [
                "SALARY 900 2026-01-01",
                "contribution 90 2026-01-01",
                "levy 45 2026-01-01",
                "tax 180 2026-01-01"
            ]
        );
        house.settle(run);
        assert_eq!(house.sum(2, "taxed_to_date"), dec("900"));
        let again = house.create(RunKind::Retro, 2, "again");
        assert_eq!(house.retro(again, "none", cases(), RetroLaw::OldPeriods).unwrap().slips, 0);
        // Retro pay of later months needs its case, as nothing else says what it was.
        house.paid(2, vec![case(1, 2, dec("1000")), case(2, 2, dec("900"))]);
        let later = house.create(RunKind::Retro, 3, "later");
        let cases = vec![case(2, 2, dec("950"))];
        let report = house.retro(later, "later", cases.clone(), RetroLaw::OldPeriods).unwrap();
        assert_eq!(report, RunReport { slips: 0, refused: 1 });
        assert_eq!(house.host.view(|view| refusals(view, later))[0].code, "payroll.case_missing");
        let both = house.create(RunKind::Retro, 3, "both");
        let cases = [cases, vec![case(2, 1, dec("900"))]].concat();
        house.retro(both, "both", cases, RetroLaw::OldPeriods).unwrap();
        assert_eq!(line(&house.slip(both, 2), "SALARY"), dec("50"));
        house.clean();
    });
}

#[test]
fn what_is_still_to_be_paid_by_its_own_run_is_no_retro_pay() {
    House::everywhere(|house| {
        house.paid(1, vec![case(1, 1, dec("1000"))]);
        let february = house.create(RunKind::Regular, 2, "february");
        house.calculate(february, "february computed", vec![case(1, 2, dec("1000"))]).unwrap();
        let run = house.create(RunKind::Retro, 3, "retro");
        let cases = vec![case(1, 1, dec("1100")), case(1, 2, dec("1100"))];
        let report = house.retro(run, "early", cases, RetroLaw::OldPeriods).unwrap();
        assert_eq!(report, RunReport { slips: 0, refused: 1 });
        assert_eq!(house.host.view(|view| refusals(view, run))[0].code, "payroll.not_paid_yet");
        house.clean();
    });
}

#[test]
fn what_is_paid_off_cycle_in_place_of_the_regular_slip_is_made_good_as_that_is() {
    House::everywhere(|house| {
        let january = house.paid(1, vec![case(1, 1, dec("1000"))]);
        house.host.must("void", &VoidSlip::new(january, who(1), "another account"));
        let again = house.create(RunKind::OffCycle, 1, "off-cycle");
        let cases = vec![case(1, 1, dec("1000")).in_place_of_regular()];
        house.calculate(again, "off-cycle computed", cases).unwrap();
        house.settle(again);
        assert_eq!(house.slip(again, 1).kind, RunKind::Regular);
        let run = house.create(RunKind::Retro, 2, "retro");
        let cases = vec![case(1, 1, dec("1200"))];
        house.retro(run, "rise", cases, RetroLaw::OldPeriods).unwrap();
        assert_eq!(line(&house.slip(run, 1), "SALARY"), dec("200"));
        house.clean();
    });
}

#[test]
fn retro_pay_without_a_case_of_now_counts_to_the_year_of_its_day() {
    let house = House::memory();
    let december =
        |salary: &str| {
            let days = "2025-12-01/2025-12-31".parse().unwrap();
            PayInput::new(who(1), "1", days, d("2025-12-31"), "estonia")
                .component(PayComponent::new("SALARY", "salary", dec(salary)))
        };
    let days = (d("2025-12-01"), d("2025-12-31"));
    let run = house.host.must("december", &CreateRun::new("MONTHLY", days, days.1));
    house.calculate(run, "december computed", vec![december("2000")]).unwrap();
    house.settle(run);
    let retro = house.create(RunKind::Retro, 1, "retro");
    let law = RetroLaw::PayDate { input: None };
    house.retro(retro, "rise", vec![december("2100")], law).unwrap();
    let slip = house.slip(retro, 1);
    assert_eq!((slip.input.year("calendar_year"), slip.rules_on), (Some(2026), d("2026-01-31")));
}
