//! Loans, orders, claims: what is taken from pay, what stays, and what a void gives back.

use fondaco_core::Id;
use fondaco_payroll::garnishment::Limit;
use fondaco_payroll::outputs::payments::BankAccount;
use fondaco_payroll::outputs::year::W2;
use fondaco_payroll::outputs::{AccountRole, Journal, transfers};
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
            lines: vec![PaymentLine::new(who(1), dec(amount))],
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

/// A correction of a slip of January that says the same, or a salary of so much.
fn corrected(house: &House, run: Id<Run>, name: &str, case: Option<PayInput>) -> Id<Run> {
    let into = house.create(RunKind::Correction, 1, name);
    let correct = CorrectSlip {
        run,
        employee: who(1),
        into,
        case: case.map(Box::new),
        set: Default::default(),
        reason: "looked at again".into(),
    };
    house.host.must(&format!("correct {name}"), &correct);
    into
}

#[test]
fn a_correction_pays_no_floor_no_expenses_and_no_order_again() {
    House::everywhere(|house| {
        let limit = Limit::support(true, false);
        let order = SetDeduction::order(who(1), "CHILD", dec("200"), (1, limit), d("2026-01-01"));
        house.host.must("order", &order);
        let spent = |salary: &str| {
            let trip = PayComponent::new("TRIP", "expenses", dec("400"));
            let mut case = case(1, 1, dec(salary)).component(trip);
            case.net_floor = dec("800");
            case
        };
        // 1,000 less 300 of taxes and 200 of the order, and 400 that were spent: 900.
        let january = house.paid(1, vec![spent("1000")]);
        assert_eq!(house.slip(january, 1).net.to_decimal(), dec("900"));
        let same = corrected(&house, january, "same", None);
        let slip = house.slip(same, 1);
        assert_eq!((line(&slip, "overpaid"), slip.net.to_decimal()), (dec("900"), dec("0")));
        assert_eq!((line(&slip, "CHILD"), slip.replaces), (dec("200"), Some(january)));
        let again = ChangeSlip::again(same, who(1), "looked at twice");
        house.host.must("again", &again);
        let slip = house.slip(same, 1);
        assert_eq!((slip.net.to_decimal(), slip.replaces), (dec("0"), Some(january)));
        house.approve(same).unwrap();
        assert_eq!(house.owed(1), dec("0"));
        // 100 more are earned, of which 70 are left; what was paid on the first of the three slips still counts.
        let more = corrected(&house, same, "more", Some(spent("1100")));
        let slip = house.slip(more, 1);
        assert_eq!((line(&slip, "overpaid"), slip.net.to_decimal()), (dec("900"), dec("70")));
        house.settle(more);
        assert_eq!(house.owed(1), dec("0"));
        house.clean();
    });
}

#[test]
fn an_instalment_is_due_once_for_each_period() {
    House::everywhere(|house| {
        let child =
            SetDeduction::order(who(1), "CHILD", dec("300"), (1, Limit::All), d("2026-01-01"));
        house.host.must("order", &child);
        let loan = SetDeduction::loan(who(1), "CAR", dec("900"), dec("100"), d("2026-01-01"));
        house.host.must("loan", &loan);
        let computed = |kind, name: &str, salary: &str| {
            let run = house.create(kind, 1, name);
            house
                .calculate(run, &format!("calculate {name}"), vec![case(1, 1, dec(salary))])
                .unwrap();
            run
        };
        let taken = |run| {
            let slip = house.slip(run, 1);
            (line(&slip, "CHILD"), line(&slip, "CAR"))
        };
        // A bonus comes first, and brings no instalment with it.
        let bonus = computed(RunKind::Bonus, "bonus", "500");
        house.settle(bonus);
        assert_eq!(taken(bonus), (dec("0"), dec("0")));
        // Both ask for the period's instalment, as neither counts yet: the second to be approved is told.
        let regular = computed(RunKind::Regular, "regular", "200");
        let between = computed(RunKind::OffCycle, "between", "2000");
        house.settle(regular); // 140 left, all of which the order takes
        assert_eq!((taken(regular), house.owed(1)), ((dec("140"), dec("0")), dec("1060")));
        assert_eq!(code(house.approve(between)), "payroll.stale_slip");
        house.host.must("again", &ChangeSlip::again(between, who(1), "after the regular run"));
        house.settle(between);
        // What it did not get is arrears, and nothing more; the loan got nothing in January yet.
        assert_eq!((taken(between), house.owed(1)), ((dec("160"), dec("100")), dec("800")));
        let last = computed(RunKind::Final, "final", "2000");
        house.settle(last);
        assert_eq!((taken(last), house.owed(1)), ((dec("0"), dec("0")), dec("800")));
        house.clean();
    });
}

#[test]
fn the_tax_year_is_that_of_the_shipped_rules_or_has_to_be_said() {
    let period = |rules: &str, day: &str| {
        PayInput::new(who(1), "1", "2026-01-01/2026-01-31".parse().unwrap(), d(day), rules)
    };
    let british = |day: &str| period("united_kingdom", day).year("tax_year");
    assert_eq!((british("2026-01-30"), british("2026-04-05")), (Some(2025), Some(2025)));
    assert_eq!(british("2026-04-06"), Some(2026));
    let other = period("house", "2026-01-30");
    assert_eq!((other.year("tax_year"), other.year("calendar_year")), (None, Some(2026)));
}

#[test]
fn payments_of_two_runs_and_of_what_came_back_have_references_of_their_own() {
    let house = House::memory();
    let with_bank = |mut case: PayInput| {
        case.bank.push(BankShare { account: "MAIN".into(), part: BankPart::Rest });
        case
    };
    let account = BankAccount::iban("DE89370400440532013000", None).unwrap();
    let reference = |run| {
        let slips = house.host.view(|view| slips(view, run));
        let all = transfers(&slips, &|_, _| Some(("Ada".into(), account.clone()))).unwrap();
        all[0].reference.to_string()
    };
    let mut told = std::collections::BTreeSet::new();
    let kinds = [RunKind::Regular, RunKind::Bonus, RunKind::OffCycle];
    let runs = kinds.map(|kind| {
        let run = house.create(kind, 1, &format!("{kind:?}"));
        let cases = vec![with_bank(case(1, 1, dec("1000")))];
        house.calculate(run, &format!("calculate {kind:?}"), cases).unwrap();
        house.approve(run).unwrap();
        house.post(run).unwrap();
        assert_eq!(reference(run), reference(run));
        told.insert(reference(run));
        run
    });
    house.pay(runs[0]).unwrap();
    let back = RecordPayments {
        run: runs[0],
        way: PaymentWay::Returned,
        lines: vec![PaymentLine::new(who(1), dec("700"))],
        day: d("2026-02-02"),
        reference: "bank".into(),
    };
    house.host.must("back", &back);
    told.insert(reference(runs[0]));
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told.iter().all(|reference| reference.len() <= 15), "{told:?}");
}

#[test]
fn the_books_come_to_nothing_when_a_claim_is_settled() {
    let house = House::memory();
    let january = house.paid(1, vec![case(1, 1, dec("1000"))]);
    let kinds = || {
        let all = house.host.view(|view| deductions_of(view, who(1)));
        all.iter().map(|(known, _)| (known.id, known.kind)).collect()
    };
    let posted = Journal::of(&[house.slip(january, 1)], &kinds()).unwrap();
    house.host.must("void", &VoidSlip::new(january, who(1), "paid to the wrong person"));
    let back = RecordPayments {
        run: january,
        way: PaymentWay::Returned,
        lines: vec![PaymentLine::new(who(1), dec("200"))],
        day: d("2026-02-02"),
        reference: "bank".into(),
    };
    house.host.must("bank", &back);
    let claim = house.host.view(|view| deductions_of(view, who(1)))[0].0.clone();
    let cash = RepayDeduction { deduction: claim.id, amount: dec("100"), reason: "cash".into() };
    house.host.must("cash", &cash);
    let february = house.paid(2, vec![case(1, 2, dec("500"))]); // 350 of 400 are taken
    let end = EndDeduction { deduction: claim.id, reason: "let go".into() };
    house.host.must("end", &end);
    let steps = house.host.view(|view| deduction_steps(view, claim.id));
    let slip = house.slip(february, 1);
    let journals = [
        posted.clone(),
        posted.reversed(),
        Journal::of(std::slice::from_ref(&*slip), &kinds()).unwrap(),
        Journal::of_steps(slip.currency, &steps, &[claim]).unwrap(),
    ];
    let stands = |role| journals.iter().map(|journal| journal.balance(role).unwrap()).sum();
    let money = dec("700") - dec("200") - dec("100"); // what left, less what came back
    let net: rust_decimal::Decimal = stands(AccountRole::NetPay);
    assert_eq!((net + money, stands(AccountRole::Claims)), (dec("0"), dec("0")));
    assert_eq!(stands(AccountRole::Wages), dec("550")); // February's pay, and 50 that were let go
}

#[test]
fn a_w2_holds_nothing_of_a_slip_that_was_voided_after_the_next() {
    let house = House::memory();
    let paid = |of_month: u32| {
        let mut case = case(1, of_month, dec("0")).with("frequency", "monthly");
        case.rules = "united_states".into();
        case.components = vec![PayComponent::new("SALARY", "wages", dec("5000"))];
        house.paid(of_month, vec![case.with("w4_status", "single")])
    };
    let sum = "medicare_wages_to_date";
    let line = OpeningLine { employee: who(1), sum: sum.into(), year: 2026, amount: dec("1000") };
    let of = |sum: &str, amount: &str| OpeningLine {
        sum: sum.into(),
        amount: dec(amount),
        ..line.clone()
    };
    let before = [
        ("wages", "950"),
        ("federal_income_tax", "80"),
        ("social_security", "62"),
        ("medicare", "14.5"),
    ];
    let mut lines: Vec<_> = before.map(|(sum, amount)| of(sum, amount)).to_vec();
    lines.push(line);
    let open = OpenSums::new("united_states", lines, "the payroll before");
    house.host.must("open", &open);
    let runs = [paid(1), paid(2)];
    house.host.must("void", &VoidSlip::new(runs[0], who(1), "not worked"));
    let slips: Vec<_> = runs.iter().map(|run| house.slip(*run, 1)).collect();
    let slips: Vec<&Slip> = slips.iter().map(|slip| &**slip).collect();
    let opened = house.host.view(|view| opening_sums(view, who(1)));
    let w2 = W2::of(&slips, &opened, 2026).unwrap();
    assert_eq!((w2.social_security_wages, w2.medicare_wages), (dec("5000"), dec("6000")));
    // All boxes have what the year began with, not two of them alone.
    let plain = W2::of(&slips, &[], 2026).unwrap();
    assert_eq!(
        (w2.wages, w2.federal_income_tax),
        (dec("5950"), plain.federal_income_tax + dec("80"))
    );
    assert_eq!(w2.social_security_tax, plain.social_security_tax + dec("62"));
    assert_eq!(w2.medicare_tax, plain.medicare_tax + dec("14.5"));
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

#[test]
fn arrears_that_an_off_cycle_slip_took_are_no_instalment() {
    House::everywhere(|house| {
        let limit = Limit::support(true, false);
        let order = SetDeduction::order(who(1), "CHILD", dec("300"), (1, limit), d("2026-01-01"));
        house.host.must("order", &order);
        // 200 less 60 of taxes: half of 140, and 230 are left open.
        let january = house.paid(1, vec![case(1, 1, dec("200"))]);
        assert_eq!(
            (line(&house.slip(january, 1), "CHILD"), house.owed(1)),
            (dec("70"), dec("230"))
        );
        let extra = house.create(RunKind::OffCycle, 1, "extra");
        house.calculate(extra, "extra computed", vec![case(1, 1, dec("1000"))]).unwrap();
        house.settle(extra);
        assert_eq!((line(&house.slip(extra, 1), "CHILD"), house.owed(1)), (dec("230"), dec("0")));
        // The regular slip asks for its 300 again, of which 230 are there.
        let right = corrected(&house, january, "right", Some(case(1, 1, dec("1000"))));
        assert_eq!(line(&house.slip(right, 1), "CHILD"), dec("70"));
        house.approve(right).unwrap();
        house.clean();
    });
}

/// 15 USC 1673: what an order leaves free, and a floor under net pay, are of a period, however many slips it has.
#[test]
fn what_stays_free_stays_free_once_for_all_slips_of_a_period() {
    House::everywhere(|house| {
        let limit = Limit::Protected { free: dec("500"), full_from: dec("700"), part: dec("0.25") };
        let order = SetDeduction::order(who(1), "LEVY", dec("2000"), (1, limit), d("2026-01-01"));
        house.host.must("order", &order);
        let paid = |employee: u32, salary: &str| {
            let mut case = case(employee, 1, dec(salary));
            if employee == 2 {
                case.net_floor = dec("600");
            }
            case
        };
        let loan = SetDeduction::loan(who(2), "CAR", dec("900"), dec("900"), d("2026-01-01"));
        house.host.must("loan", &loan);
        // Of 560 disposable 60 may be taken; the loan gets what is above the floor, 100 of 700.
        let january = house.paid(1, vec![paid(1, "800"), paid(2, "1000")]);
        assert_eq!(line(&house.slip(january, 1), "LEVY"), dec("60"));
        assert_eq!(line(&house.slip(january, 2), "CAR"), dec("100"));
        // With 700 more 1,260 are disposable: a quarter is 315, of which 60 are taken.
        let extra = house.create(RunKind::OffCycle, 1, "extra");
        house.calculate(extra, "extra computed", vec![paid(1, "1000"), paid(2, "200")]).unwrap();
        assert_eq!(line(&house.slip(extra, 1), "LEVY"), dec("255"));
        house.settle(extra);
        house.clean();
    });
}
