use proptest::prelude::*;

use super::*;
use crate::currency::{CashRounding, Currency};
use crate::rounding::Rounding;

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn shown(due: &[DueAmount]) -> Vec<String> {
    due.iter().map(|part| format!("{} {}", part.date, part.amount)).collect()
}

fn eur(text: &str) -> Money {
    Money::parse(&format!("{text} EUR")).unwrap()
}

#[test]
fn steps_are_taken_one_after_the_other() {
    use DateStep::*;
    let cases: [(&str, &[DateStep], &str); 14] = [
        ("2026-01-31", &[Days(30), EndOfMonth], "2026-03-31"),
        ("2026-01-31", &[EndOfMonth, Days(30)], "2026-03-02"),
        ("2026-01-15", &[Months(1), DayOfMonth(15)], "2026-02-15"),
        ("2026-03-31", &[Months(-1)], "2026-02-28"),
        ("2026-01-10", &[Days(-10)], "2025-12-31"),
        ("2026-01-10", &[Weeks(2)], "2026-01-24"),
        ("2026-02-10", &[DayOfMonth(31)], "2026-02-28"),
        ("2026-01-31", &[Month(2)], "2026-02-28"),
        ("2026-01-31", &[Month(2), DayOfMonth(31)], "2026-02-28"),
        ("2026-01-15", &[NextDayOfMonth(15)], "2026-01-15"),
        ("2026-01-16", &[NextDayOfMonth(15)], "2026-02-15"),
        ("2026-02-28", &[NextDayOfMonth(31)], "2026-02-28"),
        ("2026-12-31", &[NextDayOfMonth(1)], "2027-01-01"),
        ("2026-01-30", &[NextWeekday(chrono::Weekday::Fri)], "2026-01-30"),
    ];
    for (from, steps, expected) in cases {
        let terms = PaymentTerms::after(steps.iter().copied());
        assert_eq!(terms.due_dates(d(from)).unwrap(), [d(expected)], "{from} {steps:?}");
    }
}

#[test]
fn a_part_that_is_too_large_takes_the_rest() {
    let terms = PaymentTerms::in_parts()
        .then(Share::OfTotal(Rate::percent("60").unwrap()), [])
        .then(Share::Fixed(eur("50")), [DateStep::Days(1)])
        .then(Share::Rest, [DateStep::Days(2)]);
    let due =
        |amount| shown(&terms.schedule(eur(amount), d("2026-01-01"), Rounding::HalfUp).unwrap());
    assert_eq!(due("100"), ["2026-01-01 60.00 EUR", "2026-01-02 40.00 EUR"]);
    assert_eq!(due("-100"), ["2026-01-01 -60.00 EUR", "2026-01-02 -40.00 EUR"]);
    assert_eq!(due("125"), ["2026-01-01 75.00 EUR", "2026-01-02 50.00 EUR"]);
    assert_eq!(due("0"), ["2026-01-02 0.00 EUR"]);
    let net = PaymentTerms::net(30).schedule(eur("0"), d("2026-01-01"), Rounding::HalfUp);
    assert_eq!(shown(&net.unwrap()), ["2026-01-01 0.00 EUR"]);
}

/// 40 % of 100.01 are 40.00, and 20 % are 20.00: the cent that is left is the last one's.
#[test]
fn shares_that_come_to_all_of_it_leave_nothing() {
    let of = |shares: &[&str]| {
        shares.iter().fold(PaymentTerms::in_parts(), |terms, share| {
            terms.then(Share::OfTotal(Rate::percent(share).unwrap()), [])
        })
    };
    let due = |terms: &PaymentTerms, amount, rounding| {
        let due = terms.schedule(eur(amount), d("2026-01-01"), rounding).unwrap();
        due.iter().map(|part| part.amount.to_string()).collect::<Vec<_>>()
    };
    let thrice = of(&["40", "40", "20"]);
    assert_eq!(due(&thrice, "100.01", Rounding::HalfUp), ["40.00 EUR", "40.00 EUR", "20.01 EUR"]);
    assert_eq!(
        due(&thrice, "-100.01", Rounding::HalfUp),
        ["-40.00 EUR", "-40.00 EUR", "-20.01 EUR"]
    );
    let twice = of(&["50", "50"]);
    assert_eq!(due(&twice, "100.01", Rounding::HalfEven), ["50.00 EUR", "50.01 EUR"]);
    assert_eq!(due(&twice, "0.01", Rounding::Down), ["0.01 EUR"]);
    let less = of(&["50", "49"]).schedule(eur("100"), d("2026-01-01"), Rounding::HalfUp);
    assert!(matches!(less, Err(TermsError::Unpaid { .. })));
}

#[test]
fn coins_are_what_parts_are_rounded_to() {
    let third = Share::OfTotal(Rate::percent("33.33").unwrap());
    let terms = PaymentTerms::in_parts().then(third, []).then(third, []).then(Share::Rest, []);
    let rounding = CashRounding::new("0.05".parse().unwrap(), Rounding::HalfEven).unwrap();
    let amount = Money::parse("100.05 CHF").unwrap();
    let due = terms.schedule(amount, d("2026-01-01"), rounding).unwrap();
    let amounts: Vec<String> = due.iter().map(|part| part.amount.to_string()).collect();
    assert_eq!(amounts, ["33.35 CHF", "33.35 CHF", "33.35 CHF"]);
}

#[test]
fn terms_that_come_to_nothing_are_refused() {
    let half = Rate::percent("50").unwrap();
    let schedule = |terms: PaymentTerms| {
        terms.schedule(eur("100"), d("2026-01-01"), Rounding::HalfUp).unwrap_err()
    };
    let error = schedule(PaymentTerms::in_parts().then(Share::OfTotal(half), []));
    assert_eq!(
        error.to_string(),
        "the instalments leave 50.00 EUR of 100.00 EUR over: let the last one take the rest"
    );
    assert_eq!(schedule(PaymentTerms::in_parts()).code(), "core.terms_unpaid");
    let less = PaymentTerms::in_parts().then(Share::Fixed(eur("-1")), []).then(Share::Rest, []);
    assert_eq!(
        schedule(less).to_string(),
        "instalment 1 (counted from 1) is -1.00 EUR: a share is not below zero"
    );
    let less = PaymentTerms::in_parts().then(Share::OfRest(Rate::percent("-1").unwrap()), []);
    assert_eq!(schedule(less).code(), "core.terms_negative");
    let dollars = Money::parse("1 USD").unwrap();
    let other = PaymentTerms::in_parts().then(Share::Fixed(dollars), []).then(Share::Rest, []);
    assert_eq!(schedule(other).code(), "core.currency_mismatch");
    assert_eq!(schedule(PaymentTerms::after([DateStep::Month(13)])).code(), "core.terms_step");
    assert_eq!(schedule(PaymentTerms::net(i32::MAX)).code(), "core.terms_date");
    assert_eq!(
        schedule(PaymentTerms::after([DateStep::Months(i32::MIN)])).code(),
        "core.terms_date"
    );
}

#[test]
fn terms_are_data() {
    let terms = PaymentTerms::in_parts()
        .then(
            Share::OfTotal(Rate::percent("30").unwrap()),
            [DateStep::NextWeekday(chrono::Weekday::Fri)],
        )
        .then(Share::Rest, [DateStep::Months(1), DateStep::EndOfMonth])
        .discount(Rate::percent("2").unwrap(), [DateStep::Days(10)]);
    let json = serde_json::to_string(&terms).unwrap();
    assert_eq!(serde_json::from_str::<PaymentTerms>(&json).unwrap(), terms);
    assert!(json.contains(r#"{"share":"rest","due":[{"months":1},"end_of_month"]}"#), "{json}");
}

#[test]
fn a_discount_takes_something_off() {
    let offer = |percent: &str| {
        let discount = Rate::percent(percent).unwrap();
        let terms = PaymentTerms::net(30).discount(Rate::ZERO, []).discount(discount, []);
        terms.discounts(Money::parse("100 EUR").unwrap(), d("2026-01-01"), Rounding::HalfUp)
    };
    assert_eq!(offer("100").unwrap()[1].pay, Money::zero(Currency::EUR));
    for wrong in ["-0.01", "100.01"] {
        let refused = offer(wrong).unwrap_err();
        assert_eq!(refused.code(), "core.terms_discount");
        assert_eq!(
            refused.to_string(),
            format!(
                "discount 2 (counted from 1) is {wrong}%: take off something between 0 % and 100 %"
            )
        );
    }
}

proptest! {
    #[test]
    fn no_cent_is_lost(cents in -1_000_000i64..1_000_000, percents in prop::collection::vec((0u32..120, prop::bool::ANY), 0..6), fixed in 0i64..100_000) {
        let mut terms = PaymentTerms::in_parts();
        for (percent, of_rest) in percents {
            let rate = Rate::from_percent(percent.into()).unwrap();
            terms = terms.then(if of_rest { Share::OfRest(rate) } else { Share::OfTotal(rate) }, []);
        }
        let terms = terms.then(Share::Fixed(Money::minor(fixed, Currency::EUR)), []).then(Share::Rest, []);
        let amount = Money::minor(cents, Currency::EUR);
        let due = terms.schedule(amount, d("2026-01-01"), Rounding::HalfEven).unwrap();
        let sum = due.iter().try_fold(Money::zero(Currency::EUR), |sum, part| sum.add(part.amount)).unwrap();
        prop_assert_eq!(sum, amount);
        prop_assert!(due.iter().all(|part| part.amount.is_zero() || part.amount.is_negative() == amount.is_negative()));
        prop_assert!(due.len() == 1 || due.iter().all(|part| !part.amount.is_zero()));
    }
}
