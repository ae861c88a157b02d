//! What is told before a run is approved, and what approval itself sees.

use fondaco_core::ActError;
use fondaco_payroll::garnishment::Limit;
use fondaco_payroll::runs::*;

use crate::house::*;

fn codes(house: &House, run: fondaco_core::Id<Run>) -> Vec<String> {
    let found = house.host.view(|view| warnings(view, run, dec("20")));
    found.iter().map(|one| format!("{} {}", one.number, one.code)).collect()
}

fn at(account: &str, mut case: PayInput) -> PayInput {
    case.bank = vec![BankShare { account: account.into(), part: BankPart::Rest }];
    case
}

#[test]
fn an_order_that_is_served_after_the_calculation_is_not_missed() {
    House::everywhere(|house| {
        let run = house.create(RunKind::Regular, 1, "january");
        house
            .calculate(run, "calculate", vec![case(1, 1, dec("1000")), case(2, 1, dec("900"))])
            .unwrap();
        house.host.wait(1);
        let order =
            SetDeduction::order(who(1), "CHILD", dec("200"), (1, Limit::All), d("2026-01-01"));
        house.host.must("order", &order);
        assert_eq!(codes(&house, run), ["1 stale"]);
        assert_eq!(code(house.approve(run)), "payroll.stale_slip");
        let mut renew = RenewRun::new(run, "an order came");
        let report = house.host.run_job("renew", &mut renew, &mut ()).unwrap().report;
        assert_eq!(report, RunReport { slips: 1, refused: 0 });
        assert_eq!((house.slip(run, 1).edition, house.slip(run, 2).edition), (2, 1));
        assert!(codes(&house, run).is_empty());
        house.advance("approve renewed", AdvanceRun::approve(run, "looked at")).unwrap();
        assert_eq!((line(&house.slip(run, 1), "CHILD"), house.owed(1)), (dec("200"), dec("0")));
        let late =
            house.host.run_job("late", &mut RenewRun::new(run, "again"), &mut ()).unwrap_err();
        assert_eq!(late.code(), "payroll.illegal_move");
        house.clean();
    });
}

#[test]
fn all_slips_that_are_stale_are_told_and_renewed_at_once_and_who_renews_is_an_author() {
    House::everywhere(|house| {
        let many = |of: RunKind, name: &str| {
            let run = house.create(of, 1, name);
            let cases = (1..=4).map(|one| case(one, 1, dec("2000"))).collect();
            house.calculate(run, &format!("{name} computed"), cases).unwrap();
            run
        };
        let regular = many(RunKind::Regular, "regular");
        let bonus = many(RunKind::Bonus, "bonus");
        house.settle(bonus);
        assert_eq!(codes(&house, regular).iter().filter(|code| code.ends_with("stale")).count(), 4);
        let boss = house.host.acting_as("boss");
        let mut renew = RenewRun::new(regular, "after the bonus");
        assert_eq!(boss.run_job("renew", &mut renew, &mut ()).unwrap().report.slips, 4);
        assert_eq!(code(house.approve(regular)), "policy.four_eyes");
        let other = house.host.acting_as("other");
        other.run_job("other", &mut AdvanceRun::approve(regular, "looked at"), &mut ()).unwrap();
        assert_eq!(house.sum(3, "taxed_to_date"), dec("4000"));
        house.clean();
    });
}

#[test]
fn accounts_are_looked_at_over_runs_and_over_time() {
    let house = House::memory();
    house.paid(1, vec![at("A", case(1, 1, dec("1000"))), at("B", case(2, 1, dec("1000")))]);
    let create = CreateRun::new("OTHER", month(2), month(2).1);
    let other = house.host.must("other", &create);
    house.calculate(other, "other computed", vec![at("C", case(7, 2, dec("1000")))]).unwrap();
    let run = house.create(RunKind::Regular, 2, "february");
    let cases = vec![at("A", case(1, 2, dec("1000"))), at("C", case(2, 2, dec("1000")))];
    house.calculate(run, "february computed", cases).unwrap();
    assert_eq!(codes(&house, run), ["2 account_changed", "2 account_shared"]);
}

#[test]
fn gross_that_changed_is_told_though_net_is_the_same() {
    let house = House::memory();
    house.paid(1, vec![case(1, 1, dec("1000"))]);
    let run = house.create(RunKind::Regular, 2, "february");
    let mut more = case(1, 2, dec("1300"));
    more.components.push(PayComponent::new("DUES", "dues", dec("210")));
    house.calculate(run, "february computed", vec![more]).unwrap();
    assert_eq!(codes(&house, run), ["1 pay_changed"]);
}

#[test]
fn what_is_paid_already_is_told_in_runs_of_every_kind() {
    let house = House::memory();
    house.paid(1, vec![case(1, 1, dec("1000"))]);
    let run = house.create(RunKind::OffCycle, 1, "off-cycle");
    house.calculate(run, "off-cycle computed", vec![case(1, 1, dec("1000"))]).unwrap();
    assert_eq!(codes(&house, run), ["1 paid_twice"]);
    let bonus = house.create(RunKind::Bonus, 1, "bonus");
    let mut case = case(1, 1, dec("0"));
    case.components = vec![PayComponent::new("BONUS", "bonus", dec("50"))];
    house.calculate(bonus, "bonus computed", vec![case]).unwrap();
    assert!(codes(&house, bonus).is_empty());
}

#[test]
fn one_person_is_not_paid_under_two_ids() {
    let mut twice = case(2, 1, dec("100"));
    twice.number = "1".into();
    let refused = PaySource::given(vec![case(1, 1, dec("100")), twice]).unwrap_err();
    assert_eq!(refused, RunError::Twice { number: "1".into() });
}

#[test]
fn terms_that_change_hold_from_then_on_and_what_held_is_still_known() {
    House::everywhere(|house| {
        let loan = SetDeduction::loan(who(1), "CAR", dec("900"), dec("300"), d("2026-01-01"));
        let loan = house.host.must("loan", &loan);
        let before = house.host.now();
        let run = house.create(RunKind::Regular, 1, "january");
        let mut poor = case(2, 1, dec("100"));
        poor.net_floor = dec("70");
        house.calculate(run, "calculate", vec![case(1, 1, dec("1000")), poor]).unwrap();
        house.host.wait(1);
        let terms = |known| house.host.view(|view| deduction_terms(view, loan, known)).unwrap();
        let less = DeductionTerms { instalment: Some(dec("100")), ..terms(None) };
        let change = ChangeDeduction { deduction: loan, terms: less, reason: "as agreed".into() };
        house.host.must("less", &change);
        assert_eq!(terms(None).instalment, Some(dec("100")));
        assert_eq!(terms(Some(before)).instalment, Some(dec("300")));
        // Another is set that gets nothing above the floor: that is looked at, too.
        let other = SetDeduction::loan(who(2), "BIKE", dec("50"), dec("10"), d("2026-01-01"));
        house.host.must("other", &other);
        assert_eq!(code(house.approve(run)), "payroll.stale_slip");
        house.host.run_job("renew", &mut RenewRun::new(run, "terms"), &mut ()).unwrap();
        house.advance("approve renewed", AdvanceRun::approve(run, "looked at")).unwrap();
        assert_eq!((line(&house.slip(run, 1), "CAR"), house.owed(1)), (dec("100"), dec("800")));
        house.clean();
    });
}
