//! Loans, orders, claims: what is taken from pay, what stays, and what a void gives back.

use fondaco_core::Id;
use fondaco_payroll::garnishment::Limit;
use fondaco_payroll::runs::*;

use crate::house::*;

#[test]
fn a_loan_comes_back_by_instalments_and_a_floor_stays() {
    House::everywhere(|house| {
        let loan = SetDeduction::loan(who(1), "CAR", dec("500"), dec("300"), d("2026-01-01"));
        house.host.must("loan", &loan);
        let mut poor = case(1, 2, dec("1000")); // net 700
        poor.net_floor = dec("600");
        let january = house.paid(1, vec![case(1, 1, dec("1000"))]);
        assert_eq!((line(&house.slip(january, 1), "CAR"), house.owed(1)), (dec("300"), dec("200")));
        let february = house.paid(2, vec![poor]);
        assert_eq!(
            (line(&house.slip(february, 1), "CAR"), house.owed(1)),
            (dec("100"), dec("100"))
        );
        assert_eq!(house.slip(february, 1).net.to_decimal(), dec("600"));
        house.host.must("void", &VoidSlip::new(february, who(1), "not worked"));
        assert_eq!(house.owed(1), dec("800")); // 200 of the loan, and the 600 that had left
        house.clean();
    });
}

#[test]
fn orders_share_what_may_be_taken_and_carry_arrears() {
    House::everywhere(|house| {
        let limit = Limit::support(true, false);
        let child = |name: &str, each: &str| {
            SetDeduction::order(who(1), name, dec(each), (1, limit), d("2026-01-01"))
        };
        house.host.must("first", &child("CHILD-1", "300"));
        house.host.must("second", &child("CHILD-2", "150"));
        let debt = Limit::Part(dec("0.25"));
        house.host.must(
            "debt",
            &SetDeduction::debt(who(1), "CREDITOR", dec("900"), (2, debt), d("2026-01-01")),
        );
        // 1,000 less 300 of taxes are 700 disposable: support may take half, which leaves the creditor nothing.
        let january = house.paid(1, vec![case(1, 1, dec("1000"))]);
        let slip = house.slip(january, 1);
        assert_eq!(
            (line(&slip, "CHILD-1"), line(&slip, "CHILD-2")),
            (dec("233.33"), dec("116.67"))
        );
        assert_eq!((line(&slip, "CREDITOR"), slip.net.to_decimal()), (dec("0"), dec("350")));
        // In February there is enough, arrears and all; the creditor's quarter is 700 of 2,800, less what support takes.
        let february = house.paid(2, vec![case(1, 2, dec("4000"))]);
        let slip = house.slip(february, 1);
        assert_eq!(
            (line(&slip, "CHILD-1"), line(&slip, "CHILD-2")),
            (dec("366.67"), dec("183.33"))
        );
        assert_eq!(line(&slip, "CREDITOR"), dec("150"));
        assert_eq!(house.owed(1), dec("750"));
        house.clean();
    });
}

#[test]
fn pay_below_zero_is_owed_and_taken_next() {
    House::everywhere(|house| {
        let mut dues = case(1, 1, dec("100"));
        dues.components.push(PayComponent::new("DUES", "dues", dec("95")));
        let january = house.paid(1, vec![dues]);
        let slip = house.slip(january, 1);
        assert_eq!((slip.net.to_decimal(), line(&slip, "carried_forward")), (dec("0"), dec("-25")));
        assert_eq!(house.owed(1), dec("25"));
        let february = house.paid(2, vec![case(1, 2, dec("100"))]);
        assert_eq!(
            (house.slip(february, 1).net.to_decimal(), house.owed(1)),
            (dec("45"), dec("0"))
        );
        // Taken back after it was settled, it is owed to the employee.
        house.host.must("void", &VoidSlip::new(january, who(1), "never hired"));
        assert_eq!(house.owed(1), dec("-25"));
        let march = house.paid(3, vec![case(1, 3, dec("100"))]);
        assert_eq!(
            (line(&house.slip(march, 1), "carried_forward"), house.owed(1)),
            (dec("-25"), dec("0"))
        );
        house.clean();
    });
}

#[test]
fn money_of_a_voided_slip_is_owed_until_it_comes_back() {
    House::everywhere(|house| {
        let january = house.paid(1, vec![case(1, 1, dec("1000")), case(2, 1, dec("1000"))]);
        house.host.must("void", &VoidSlip::new(january, who(1), "paid to the wrong person"));
        assert_eq!((house.owed(1), house.sum(1, "taxed_to_date")), (dec("700"), dec("0")));
        let again = house.host.refused("void again", &VoidSlip::new(january, who(1), "again"));
        assert_eq!(again.code(), "payroll.illegal_slip_move");
        let back = |name: &str, amount: &str| RecordPayments {
            run: january,
            way: PaymentWay::Returned,
            lines: vec![PaymentLine { employee: who(1), amount: dec(amount) }],
            day: d("2026-02-02"),
            reference: name.into(),
        };
        house.host.must("bank", &back("bank", "200"));
        assert_eq!(house.owed(1), dec("500"));
        let claim = house.host.view(|view| deductions_of(view, who(1)))[0].0.id;
        let repaid = |amount: &str| RepayDeduction {
            deduction: claim,
            amount: dec(amount),
            reason: "cash".into(),
        };
        assert_eq!(house.host.refused("too much", &repaid("500.01")).code(), "payroll.too_much");
        house.host.must("cash", &repaid("100"));
        let february = house.paid(2, vec![case(1, 2, dec("1000"))]);
        let slip = house.slip(february, 1);
        assert_eq!((line(&slip, "overpaid"), slip.net.to_decimal()), (dec("400"), dec("300")));
        assert_eq!(house.owed(1), dec("0"));
        // The bank returns the rest late: the employee paid it already, and gets it.
        house.host.must("late", &back("late", "500"));
        assert_eq!(house.owed(1), dec("-500"));
        let march = house.paid(3, vec![case(1, 3, dec("1000"))]);
        assert_eq!(house.slip(march, 1).net.to_decimal(), dec("1200"));
        assert_eq!(house.owed(1), dec("0"));
        house.clean();
    });
}

#[test]
fn a_corrected_slip_pays_the_difference() {
    House::everywhere(|house| {
        let january = house.paid(1, vec![case(1, 1, dec("1000"))]);
        let into = house.create(RunKind::Correction, 1, "correction");
        let correct = CorrectSlip {
            run: january,
            employee: who(1),
            into,
            case: Some(Box::new(case(1, 1, dec("1500")))),
            set: Default::default(),
            reason: "hours were missing".into(),
        };
        house.host.must("correct", &correct);
        let slip = house.slip(into, 1);
        assert_eq!((line(&slip, "overpaid"), slip.net.to_decimal()), (dec("700"), dec("350")));
        assert_eq!(slip.replaces, Some(january));
        house.settle(into);
        assert_eq!((house.sum(1, "taxed_to_date"), house.owed(1)), (dec("1500"), dec("0")));
        house.clean();
        let lost = VoidSlip::new(Id::from_u128(7), who(1), "what?");
        assert_eq!(house.host.refused("unknown", &lost).code(), "payroll.unknown_run");
    });
}

#[test]
fn a_loan_that_was_let_go_takes_no_more() {
    let house = House::memory();
    let loan = SetDeduction::advance(who(1), "ADVANCE", dec("500"), d("2026-01-01"));
    let id = house.host.must("advance", &loan);
    let run = house.create(RunKind::Regular, 1, "january");
    house.calculate(run, "calculate", vec![case(1, 1, dec("1000"))]).unwrap();
    let end = EndDeduction { deduction: id, reason: "a gift".into() };
    house.host.must("end", &end);
    assert_eq!(house.host.refused("end again", &end).code(), "payroll.unknown_deduction");
    assert_eq!(code(house.approve(run)), "payroll.stale_slip");
    house.host.must("again", &ChangeSlip::again(run, who(1), "the advance is a gift"));
    house.settle(run);
    assert_eq!(house.slip(run, 1).net.to_decimal(), dec("700"));
    let bad = SetDeduction { owed: dec("-1"), ..loan };
    assert_eq!(house.host.refused("bad", &bad).code(), "payroll.bad_run");
    house.clean();
}
