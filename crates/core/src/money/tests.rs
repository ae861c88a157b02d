//! What money promises.

use proptest::prelude::*;

use super::*;

fn eur(text: &str) -> Money {
    Money::new(decimal::parse(text).unwrap(), Currency::EUR)
}

fn money() -> impl Strategy<Value = Money> {
    (any::<i64>(), 0u32..=12, 0usize..178).prop_map(|(units, digits, place)| {
        Money::new(decimal::from_fixed(units, digits), Currency::all().nth(place).unwrap())
    })
}

#[test]
fn two_currencies_are_never_reckoned_together() {
    let (euro, dollar) = (Money::minor(1, Currency::EUR), Money::minor(1, Currency::USD));
    let error = MoneyError::CurrencyMismatch { left: Currency::EUR, right: Currency::USD };
    assert_eq!(euro.add(dollar), Err(error.clone()));
    assert_eq!(euro.sub(dollar), Err(error.clone()));
    assert_eq!(euro.compare(dollar), Err(error.clone()));
    assert_eq!(Money::sum(Currency::EUR, [dollar]), Err(error.clone()));
    assert_eq!(
        error.to_string(),
        "EUR and USD cannot be reckoned together: convert one of them first"
    );
}

#[test]
fn what_has_no_room_is_an_error() {
    let most = Money::new(Decimal::MAX, Currency::EUR);
    assert_eq!(most.add(most).unwrap_err().code(), "core.overflow");
    assert_eq!(most.add(eur("0.01")).unwrap_err().code(), "core.inexact");
    assert_eq!(most.mul(2).unwrap_err().code(), "core.overflow");
    assert_eq!(most.neg().sub(eur("1")).unwrap_err().code(), "core.overflow");
    assert_eq!(most.to_minor(), None);
}

#[test]
fn equal_amounts_are_equal_however_they_were_written() {
    assert_eq!(Money::parse("12.30 EUR"), Money::parse("12.3 EUR"));
    let nothing = Money::zero(Currency::EUR);
    assert_eq!(nothing.neg().amount().serialize(), nothing.amount().serialize());
    assert!(!Money::parse("-0.00 EUR").unwrap().is_negative());
    assert!(!nothing.is_positive());
}

#[test]
fn text_has_the_digits_of_the_currency_or_more() {
    let cases = [
        ("1234.5 EUR", "1234.50 EUR"),
        ("-7 EUR", "-7.00 EUR"),
        ("0 EUR", "0.00 EUR"),
        ("1.2345 EUR", "1.2345 EUR"),
        ("5 JPY", "5 JPY"),
        ("1 BHD", "1.000 BHD"),
        ("2.5 XAU", "2.5 XAU"),
    ];
    for (given, written) in cases {
        assert_eq!(Money::parse(given).unwrap().to_string(), written);
    }
}

#[test]
fn a_column_lines_up_and_digits_are_never_cut() {
    let price = eur("-12.345");
    assert_eq!(format!("{price:>12}|{price:<12}|"), " -12.345 EUR|-12.345 EUR |");
    assert_eq!(format!("{price:.1}"), "-12.345 EUR");
}

#[test]
fn only_an_amount_and_a_currency_are_read() {
    let cases = [
        ("12.34", "core.money_syntax"),
        ("12.34  EUR", "core.unknown_currency"),
        ("12.34 eur", "core.unknown_currency"),
        ("12,34 EUR", "core.decimal_syntax"),
        ("EUR 12.34", "core.decimal_syntax"),
        (" 1 EUR", "core.decimal_syntax"),
        ("1 EUR ", "core.unknown_currency"),
    ];
    for (text, code) in cases {
        assert_eq!(Money::parse(text).unwrap_err().code(), code, "{text}");
    }
}

#[test]
fn json_holds_the_amount_as_text_and_nothing_else() {
    let price = eur("12.34");
    assert_eq!(serde_json::to_string(&price).unwrap(), r#"{"amount":"12.34","currency":"EUR"}"#);
    for json in [
        r#"{"amount":12.34,"currency":"EUR"}"#,
        r#"{"amount":"12.34","currency":"EU"}"#,
        r#"{"amount":"1e3","currency":"EUR"}"#,
        r#"{"amount":"1"}"#,
        r#"{"amount":"1","currency":"EUR","x":1}"#,
    ] {
        assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
    }
}

#[test]
fn gold_has_no_smallest_unit() {
    let gold = Money::parse("1.2345 XAU").unwrap();
    assert!(gold.is_rounded());
    assert_eq!(gold.round(Rounding::Down), gold);
    assert_eq!(Money::minor(3, Currency::XAU).to_string(), "3 XAU");
}

proptest! {
    #[test]
    fn text_and_json_give_back_the_money(money in money()) {
        prop_assert_eq!(money.to_string().parse::<Money>().unwrap(), money);
        let json = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
    }

    #[test]
    fn sums_do_not_depend_on_order_or_grouping(a: i64, b: i64, c: i64, place in 0usize..178) {
        let of = |units| Money::minor(units, Currency::all().nth(place).unwrap());
        let (a, b, c) = (of(a), of(b), of(c));
        prop_assert_eq!(a.add(b).unwrap().add(c).unwrap(), a.add(b.add(c).unwrap()).unwrap());
        prop_assert_eq!(a.add(b).unwrap(), b.add(a).unwrap());
        prop_assert_eq!(a.add(b).unwrap().sub(b).unwrap(), a);
        prop_assert!(a.add(-a).unwrap().is_zero());
    }

    #[test]
    fn rounding_leaves_what_is_rounded_and_moves_less_than_a_unit(money in money()) {
        let rounded = money.round(Rounding::HalfEven);
        prop_assert!(rounded.is_rounded());
        prop_assert_eq!(rounded.round(Rounding::Up), rounded);
        if let Some(digits) = money.currency().minor_units() {
            let moved = rounded.sub(money).unwrap().abs().amount();
            prop_assert!(moved <= Decimal::new(5, digits + 1));
        }
    }

    #[test]
    fn minor_units_give_back_the_amount(units: i64, place in 0usize..178) {
        let money = Money::minor(units, Currency::all().nth(place).unwrap());
        prop_assert_eq!(money.to_minor(), Some(units));
        prop_assert!(money.is_rounded());
    }
}
