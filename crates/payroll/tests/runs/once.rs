//! Cases that a host brings pay the days of a period once: the second approval is refused.

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
        assert_eq!(code(house.approve(second)), "payroll.paid_already");
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
        assert_eq!(code(house.approve(late)), "payroll.paid_already");
        house.host.must("void", &VoidSlip::new(retro, who(2), "off-cycle instead"));
        house.host.run_job("renewed", &mut RenewRun::new(late, "voided"), &mut ()).unwrap();
        house.settle(late);
        house.clean();
    });
}
