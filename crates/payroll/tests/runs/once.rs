//! Cases that a host brings pay the days of a period once: the second approval is refused.

use fondaco_core::ActError;
use fondaco_payroll::runs::*;

use crate::house::*;

/// An off-cycle run that pays February of the second employee, whom the regular run went on without.
fn off_cycle(house: &House, name: &str) -> fondaco_core::Id<Run> {
    let run = house.create(RunKind::OffCycle, 2, name);
    let case = case(2, 2, dec("1000")).in_place_of_regular();
    house.calculate(run, &format!("{name} computed"), vec![case]).unwrap();
    run
}

#[test]
fn two_slips_that_pay_the_same_days_do_not_both_count() {
    House::everywhere(|house| {
        house.paid(2, vec![case(1, 2, dec("1000"))]);
        let (first, second) = (off_cycle(&house, "first"), off_cycle(&house, "second"));
        house.settle(first);
        let renew = &mut RenewRun::new(second, "another came first");
        house.host.run_job("renewed", renew, &mut ()).unwrap();
        let refused = house.approve(second).unwrap_err();
        assert_eq!(refused.code(), "payroll.paid_already");
        assert!(
            refused.to_string().contains(&format!("off_cycle payroll run {first}")),
            "{refused}"
        );
        // What pays something besides is no second pay of the days.
        let bonus = house.create(RunKind::Bonus, 2, "bonus");
        house.calculate(bonus, "bonus computed", vec![case(2, 2, dec("50"))]).unwrap();
        house.settle(bonus);
        house.clean();
    });
}

#[test]
fn retro_pay_and_an_off_cycle_slip_of_the_same_days_do_not_both_count() {
    House::everywhere(|house| {
        house.paid(2, vec![case(1, 2, dec("1000"))]);
        let retro = house.create(RunKind::Retro, 3, "retro");
        let cases = vec![case(2, 2, dec("1000"))];
        house.retro(retro, "left out", cases, RetroLaw::OldPeriods).unwrap();
        house.settle(retro);
        let late = off_cycle(&house, "late");
        let refused = house.approve(late).unwrap_err();
        assert_eq!(refused.code(), "payroll.paid_already");
        let says = refused.to_string();
        assert!(says.contains("retro payroll run") && says.contains("a later retro run"), "{says}");
        house.host.must("void", &VoidSlip::new(retro, who(2), "off-cycle instead"));
        house.host.run_job("renewed", &mut RenewRun::new(late, "voided"), &mut ()).unwrap();
        house.settle(late);
        house.clean();
    });
}

#[test]
fn an_off_cycle_run_of_other_days_pays_none_of_the_regular_runs_again() {
    House::everywhere(|house| {
        // The second half of February, brought before the regular run of the month is approved.
        let regular = house.create(RunKind::Regular, 2, "regular");
        let cases = vec![case(1, 2, dec("1000")), case(2, 2, dec("1000"))];
        house.calculate(regular, "regular computed", cases).unwrap();
        let half = (d("2026-02-15"), d("2026-02-28"));
        let create = CreateRun {
            kind: RunKind::OffCycle,
            ..CreateRun::new("MONTHLY", half, d("2026-02-28"))
        };
        let half_run = house.host.must("half", &create);
        let days = fondaco_core::DateRange::new(half.0, half.1).unwrap();
        let half = PayInput::new(who(2), "2", days, d("2026-02-28"), "house");
        let half = half.component(PayComponent::new("SALARY", "salary", dec("500")));
        house.calculate(half_run, "half computed", vec![half.in_place_of_regular()]).unwrap();
        house.settle(half_run);
        house.host.run_job("renewed", &mut RenewRun::new(regular, "sums"), &mut ()).unwrap();
        assert_eq!(code(house.approve(regular)), "payroll.paid_already");
        house.clean();
    });
}
