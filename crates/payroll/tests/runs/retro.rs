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
        let again = house.create(RunKind::Retro, 4, "retro again");
        let report = house.retro(again, "fall", lower, law).unwrap();
        assert_eq!(report, RunReport { slips: 0, refused: 1 });
        let refused = house.host.view(|view| refusals(view, again));
        assert_eq!(refused[0].code, "payroll.overpaid_before");
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
