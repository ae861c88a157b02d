//! What quantities, units, conversions and prices promise.

use proptest::prelude::*;

use super::*;
use crate::currency::Currency;
use crate::money::Money;
use crate::rate::Rate;

mod catch_weight;
mod conversions;

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

fn price(text: &str) -> UnitPrice {
    text.parse().unwrap()
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn unit(code: &str) -> Unit {
    code.parse().unwrap()
}

const ALL: [Rounding; 7] = [
    Rounding::HalfUp,
    Rounding::HalfDown,
    Rounding::HalfEven,
    Rounding::Up,
    Rounding::Down,
    Rounding::Ceiling,
    Rounding::Floor,
];

/// Units, names and rounded factors as Recommendation 20 publishes them (revision 17, its English
/// code list; no factor where it gives none or only in words).
const REC_20: &str = include_str!("tests/rec20.csv");

/// Where the published factor is another: a decimal point that slipped, and the acre of the United
/// States' survey.
const ELSEWHERE: [&str; 2] = ["APZ", "ACR"];

#[test]
fn the_table_is_that_of_recommendation_20() {
    let mut rows = 0;
    for line in REC_20.lines().skip(1) {
        let (code, rest) = line.split_once(',').unwrap();
        let (name, factor) = rest.rsplit_once(',').unwrap();
        let unit = Unit::from_rec20(code).unwrap_or_else(|| panic!("{code}, {name}"));
        rows += 1;
        if factor.is_empty() || ELSEWHERE.contains(&code) {
            continue;
        }
        let published: Ratio = factor.parse().unwrap();
        let off = unit.factor().unwrap().div(published).unwrap().sub(Ratio::ONE).unwrap();
        let published_digits = Ratio::new(5, 1_000_000).unwrap();
        assert!(off.max(Ratio::ZERO.sub(off).unwrap()) < published_digits, "{unit}: {factor}");
    }
    assert_eq!(rows, Unit::all().count());
}

#[test]
fn codes_are_unique_and_each_finds_its_unit() {
    for unit in Unit::all() {
        assert_eq!(Unit::from_code(unit.code()), Some(unit));
        assert_eq!(unit.code().parse(), Ok(unit));
        assert_eq!(Unit::from_rec20(unit.rec20().unwrap()), Some(unit));
        assert!(unit.factor().unwrap().is_positive() && unit.dimension().is_some());
        let json = serde_json::to_string(&unit).unwrap();
        assert_eq!(json, format!("\"{}\"", unit.code()));
        assert_eq!(serde_json::from_str::<Unit>(&json).unwrap(), unit);
    }
    let mut codes: Vec<String> = Unit::all().map(|unit| unit.code().to_lowercase()).collect();
    codes.sort();
    codes.dedup();
    // `MB` and `mb` would be one code to a careless eye; none of the table's are.
    assert_eq!(codes.len(), Unit::all().count());
    assert!(Unit::all().any(|unit| unit == Unit::TEBIBYTE), "the last row");
}

/// Definitions, as laws and treaties give them.
#[test]
fn factors_are_exact() {
    for (one, as_much) in [
        ("1 lb", "0.45359237 kg"),
        ("16 oz", "1 lb"),
        ("7000 gr", "1 lb"),
        ("14 lb", "1 st"),
        ("2000 lb", "1 ton_us"),
        ("2240 lb", "1 ton_uk"),
        ("100 lb", "1 cwt_us"),
        ("112 lb", "1 cwt_uk"),
        ("480 gr", "1 oz_t"),
        ("12 in", "1 ft"),
        ("3 ft", "1 yd"),
        ("1760 yd", "1 mi"),
        ("1 in", "2.54 cm"),
        ("144 in2", "1 ft2"),
        ("9 ft2", "1 yd2"),
        ("4840 yd2", "1 ac"),
        ("640 ac", "1 mi2"),
        ("231 in3", "1 gal_us"),
        ("1728 in3", "1 ft3"),
        ("27 ft3", "1 yd3"),
        ("42 gal_us", "1 bbl"),
        ("4 qt_us", "1 gal_us"),
        ("2 pt_us", "1 qt_us"),
        ("16 fl_oz_us", "1 pt_us"),
        ("2150.42 in3", "1 bu_us"),
        ("4.54609 l", "1 gal_uk"),
        ("4 qt_uk", "1 gal_uk"),
        ("2 pt_uk", "1 qt_uk"),
        ("20 fl_oz_uk", "1 pt_uk"),
        ("8 gal_uk", "1 bu_uk"),
        ("1 kl", "1 m3"),
        ("1 l", "1 dm3"),
        ("7 d", "1 wk"),
        ("24 h", "1 d"),
        ("4 qr", "1 yr"),
        ("12 doz", "1 gross"),
        ("12 gross", "1 great_gross"),
        ("1 kWh", "3.6 MJ"),
        ("100000 Btu", "1 therm"),
        ("8 bit", "1 B"),
        ("1024 GiB", "1 TiB"),
        ("5 ct", "1 g"),
    ] {
        let (one, as_much) = (quantity(one), quantity(as_much));
        assert_eq!(one.convert(as_much.unit()).unwrap(), as_much);
        assert_eq!(as_much.convert(one.unit()).unwrap(), one);
    }
}

#[test]
fn what_no_unit_can_be_called_is_refused() {
    let long = "a".repeat(16);
    for text in
        ["", " ", "1kg", "-x", "a b", "a/b", "a=b", "a\u{a0}b", "a\0", "\u{1b}x", ".x", &long]
    {
        assert_eq!(text.parse::<Unit>(), Err(UnitError::Syntax { text: text.into() }), "{text:?}");
    }
    for (text, meant) in [
        ("KG", Unit::KILOGRAM),
        ("KGM", Unit::KILOGRAM),
        ("mb", Unit::MEGABYTE),
        ("Pcs", Unit::PIECE),
    ] {
        assert_eq!(text.parse::<Unit>(), Err(UnitError::LooksLike { text: text.into(), meant }));
    }
    for text in ["carton", "Stück", "ящик", "箱", "m°", "a-b.c_d(2)", "abcdefghijklmno"] {
        assert_eq!(text.parse::<Unit>().unwrap().code(), text);
    }
    // A unit that a store kept stays, whatever the list has grown by since.
    assert_eq!(Unit::stored("KG").unwrap().code(), "KG");
    assert_eq!(Unit::stored("a b"), None);
}

#[test]
fn only_an_amount_a_blank_and_a_unit_are_read() {
    for text in [
        "", "12.5", "12.5kg", "kg 12.5", "1e3 kg", "1,5 kg", "12.5  kg", "12.5 kg ", "+1 kg",
        " 1 kg",
    ] {
        assert!(text.parse::<Quantity>().is_err(), "{text:?}");
        assert!(serde_json::from_value::<Quantity>(text.into()).is_err());
    }
    let blank = Quantity::parse(" 1 kg").unwrap_err().to_string();
    assert!(blank.contains("\" 1 kg\""), "{blank}");
    assert!(serde_json::from_str::<Quantity>("12.5").is_err(), "a number has no unit");
    assert_eq!(quantity("-0.00 kg"), Quantity::zero(Unit::KILOGRAM));
    assert_eq!(
        format!("{:>10}|{:.1}", quantity("1.25 kg"), quantity("1.25 kg")),
        "   1.25 kg|1.25 kg"
    );
}

#[test]
fn units_do_not_mix() {
    let (kilos, pieces, grams) = (quantity("1 kg"), quantity("1 pcs"), quantity("1000 g"));
    for other in [pieces, grams] {
        let mismatch = QuantityError::UnitMismatch { left: Unit::KILOGRAM, right: other.unit() };
        assert_eq!(kilos.add(other), Err(mismatch.clone()));
        assert_eq!(kilos.sub(other), Err(mismatch.clone()));
        assert_eq!(kilos.compare(other), Err(mismatch));
        assert_ne!(kilos, other);
    }
    let no_factor = QuantityError::NoFactor { item: None, from: Unit::KILOGRAM, to: Unit::PIECE };
    assert_eq!(kilos.convert(Unit::PIECE), Err(no_factor));
    assert!(quantity("1 mo").convert(Unit::DAY).is_err(), "a month is no fixed number of days");
    assert!(quantity("1 carton").convert(Unit::PIECE).is_err());
    assert_eq!(quantity("1 carton").convert(unit("carton")), Ok(quantity("1 carton")));
}

#[test]
fn what_a_conversion_would_lose_is_said() {
    let error = quantity("10 kg").convert(Unit::POUND).unwrap_err();
    let QuantityError::Inexact { quantity: given, nearest, lost } = error else {
        panic!("{error}")
    };
    assert_eq!((given, nearest), (quantity("10 kg"), quantity("22.0462262184 lb")));
    // Nearest and lost together are what the decimal can hold of it: less than one in the last digit.
    let back = nearest.add(lost).unwrap().convert(Unit::KILOGRAM).unwrap_or_else(|_| {
        nearest.add(lost).unwrap().convert_round(Unit::KILOGRAM, 20, Rounding::Down).unwrap()
    });
    assert!(
        quantity("10 kg")
            .sub(back)
            .unwrap()
            .compare(quantity("0.00000000000000000001 kg"))
            .unwrap()
            .is_le()
    );
    let error = Quantity::new(Decimal::MAX, Unit::TONNE).convert(Unit::MICROGRAM).unwrap_err();
    assert_eq!(error, QuantityError::Amount(DecimalError::Overflow));
    let error = Quantity::new(Decimal::MAX, Unit::PIECE).convert(Unit::GROSS).unwrap_err();
    assert!(matches!(error, QuantityError::Inexact { .. }), "{error}");
}

#[test]
fn the_edge_is_an_error() {
    let most = Quantity::new(Decimal::MAX, Unit::KILOGRAM);
    assert_eq!(most.add(quantity("1 kg")), Err(DecimalError::Overflow.into()));
    assert_eq!(most.add(quantity("0.4 kg")), Err(DecimalError::Inexact.into()));
    assert_eq!(most.mul(2), Err(DecimalError::Overflow.into()));
    assert_eq!(most.to_fixed::<6>(), None);
    assert_eq!(quantity("0.0000001 kg").to_fixed::<6>(), None);
}

#[test]
fn prices_have_the_digits_they_need_and_totals_round_once() {
    let fine = price("0.0000123456 EUR/pcs");
    assert_eq!(fine.total(quantity("1000000 pcs"), Rounding::HalfUp), Ok(money("12.35 EUR")));
    assert_eq!(fine.total(quantity("12345 pcs"), Rounding::HalfUp), Ok(money("0.15 EUR")));
    // 1/3 EUR a piece, as 1 EUR per 3: no digits are lost between price and total.
    let third = price("1 EUR/3 pcs");
    assert_eq!(
        third.total(quantity("300000000 pcs"), Rounding::HalfUp),
        Ok(money("100000000 EUR"))
    );
    assert_eq!(third.total(quantity("1 pcs"), Rounding::Up), Ok(money("0.34 EUR")));
    assert_eq!(
        price("100 JPY/kg").total(quantity("1.005 kg"), Rounding::HalfEven),
        Ok(money("100 JPY"))
    );
    assert_eq!(
        price("2 BHD/l").total(quantity("0.00025 l"), Rounding::HalfUp),
        Ok(money("0.001 BHD"))
    );
    assert_eq!(
        price("-3 EUR/doz").total(quantity("6 pcs"), Rounding::HalfUp),
        Ok(money("-1.5 EUR"))
    );
    assert_eq!(price("31.1034768 USD/oz_t").convert(Unit::GRAM).unwrap(), price("1 USD/g"));
    assert!(matches!(
        price("1 EUR/doz").convert(Unit::PIECE),
        Err(QuantityError::InexactPrice { .. })
    ));
    assert!(matches!(
        third.total(quantity("1 kg"), Rounding::Up),
        Err(QuantityError::NoFactor { .. })
    ));
    let dear = UnitPrice::new(Money::new(Decimal::MAX, Currency::EUR), Unit::PIECE);
    assert_eq!(dear.total(quantity("2 pcs"), Rounding::Down), Err(DecimalError::Overflow.into()));
}

#[test]
fn prices_are_read_as_they_are_written() {
    for text in [
        "1.25 EUR/kg",
        "3.20 EUR/100 pcs",
        "0.0000000001 USD/kWh",
        "-7.00 GBP/carton",
        "5 JPY/0.5 l",
    ] {
        assert_eq!(price(text).to_string(), text);
        assert_eq!(serde_json::from_value::<UnitPrice>(text.into()).unwrap(), price(text));
    }
    for text in [
        "1.25 EUR",
        "1.25/kg",
        "EUR/kg",
        "1.25 EUR/0 kg",
        "1.25 EUR/-1 kg",
        "1.25 EUR/",
        "1.25 EUR/ kg",
        "1 EUR/1/kg",
    ] {
        assert!(text.parse::<UnitPrice>().is_err(), "{text:?}");
    }
    let zero = UnitPrice::of_total(money("1 EUR"), quantity("0 kg"), 10, Rounding::HalfUp);
    assert_eq!(zero.unwrap_err().code(), "core.bad_price_quantity");
}

#[test]
fn records_hold_them_as_text() {
    use crate::store::{Field, Value, ValueSink};
    fn round_trip<T: Field + PartialEq + fmt::Debug>(value: T, text: &str) {
        let mut sink = ValueSink::default();
        value.write(&mut sink);
        assert_eq!(sink.values, [Value::text(text)]);
        assert_eq!(T::read(Value::text(text)).unwrap(), value);
        assert!(T::read(Value::text("?")).is_err());
    }
    round_trip(Unit::KILOGRAM, "kg");
    round_trip(quantity("12.5 carton"), "12.5 carton");
    round_trip(price("3.20 EUR/100 pcs"), "3.20 EUR/100 pcs");
    round_trip(price("3.20 EUR/carton"), "3.20 EUR/carton");
    round_trip("1 carton = 12 pcs".parse::<Conversion>().unwrap(), "1 carton = 12 pcs");
    round_trip(Ratio::new(5, 3).unwrap(), "5/3");
}

fn any_unit() -> impl Strategy<Value = Unit> {
    let listed = (0..Unit::all().count()).prop_map(|at| Unit::all().nth(at).unwrap());
    prop_oneof![4 => listed, 1 => "[q-z]{1,15}".prop_filter_map("looks like another", |code| code.parse().ok())]
}

fn any_quantity() -> impl Strategy<Value = Quantity> {
    (any::<i64>(), 0u32..=18, any_unit())
        .prop_map(|(units, digits, unit)| Quantity::new(decimal::from_fixed(units, digits), unit))
}

/// Two listed units of one dimension.
fn alike() -> impl Strategy<Value = (Unit, Unit)> {
    let of = |from: Unit| Unit::all().filter(move |to| to.dimension() == from.dimension());
    (0..Unit::all().count(), 0usize..100).prop_map(move |(at, other)| {
        let from = Unit::all().nth(at).unwrap();
        (from, of(from).nth(other % of(from).count()).unwrap())
    })
}

proptest! {
    #[test]
    fn text_and_json_give_back_the_quantity(it in any_quantity()) {
        prop_assert_eq!(it.to_string().parse::<Quantity>().unwrap(), it);
        let json = serde_json::to_string(&it).unwrap();
        prop_assert_eq!(serde_json::from_str::<Quantity>(&json).unwrap(), it);
        prop_assert_eq!(Quantity::stored(&it.to_string()), Some(it));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[-0-9. /=a-z]{0,30}") {
        let _ = (text.parse::<Quantity>(), text.parse::<UnitPrice>(), text.parse::<Conversion>());
    }

    #[test]
    fn sums_are_associative_and_differences_take_back(a: i32, b: i32, c: i32, digits in 0u32..9) {
        let [a, b, c] = [a, b, c].map(|n| Quantity::new(decimal::from_fixed(n.into(), digits), Unit::KILOGRAM));
        prop_assert_eq!(a.add(b).unwrap().add(c).unwrap(), a.add(b.add(c).unwrap()).unwrap());
        prop_assert_eq!(a.add(b).unwrap().sub(b).unwrap(), a);
        prop_assert_eq!(Quantity::sum(Unit::KILOGRAM, [a, b, c]).unwrap(), c.add(b).unwrap().add(a).unwrap());
    }

    #[test]
    fn there_and_back_is_exact_wherever_there_is((from, to) in alike(), units: i32, digits in 0u32..6) {
        let it = Quantity::new(decimal::from_fixed(units.into(), digits), from);
        match it.convert(to) {
            Ok(there) => prop_assert_eq!(there.convert(from).unwrap(), it),
            Err(error) => prop_assert!(matches!(error, QuantityError::Inexact { .. }), "{}", error),
        }
        prop_assert_eq!(it.convert(from).unwrap(), it);
    }

    #[test]
    fn a_rounded_conversion_is_within_a_unit((from, to) in alike(), units: i32, digits in 0u32..6, which in 0usize..7) {
        let it = Quantity::new(decimal::from_fixed(units.into(), 3), from);
        if let Ok(rounded) = it.convert_round(to, digits, ALL[which]) {
            let factor = from.factor().unwrap().div(to.factor().unwrap()).unwrap();
            let exact = factor.mul(Ratio::from_decimal(it.amount())).unwrap();
            let off = Ratio::from_decimal(rounded.amount()).sub(exact).unwrap();
            let size = off.max(Ratio::ZERO.sub(off).unwrap());
            prop_assert!(size < Ratio::new(1, 10i128.pow(digits)).unwrap());
        }
    }

    #[test]
    fn parts_add_up(units: i32, digits in 0u32..6, weights in prop::collection::vec(0u32..1000, 1..9)) {
        let it = Quantity::new(decimal::from_fixed(units.into(), digits), Unit::KILOGRAM);
        let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
        match it.split(6, &weights, Residual::LargestRemainder) {
            Ok(parts) => prop_assert_eq!(Quantity::sum(Unit::KILOGRAM, parts).unwrap(), it),
            Err(error) => prop_assert_eq!(error, QuantityError::Split(AllocationError::NoWeight)),
        }
        if it.amount().scale() > 0 {
            let too_fine = it.split(it.amount().scale() - 1, &weights, Residual::FirstParts);
            prop_assert_eq!(too_fine.unwrap_err().code(), "core.quantity_too_fine");
        }
    }

    /// The total of a price is its exact value, rounded once: whatever unit and quantity it is per.
    #[test]
    fn totals_are_exact_before_they_are_rounded(
        cents in -1_000_000i64..1_000_000, per in 1i64..10_000, units in -1_000_000i64..1_000_000, which in 0usize..7,
    ) {
        let price = UnitPrice::for_each(Money::new(decimal::from_fixed(cents, 10), Currency::EUR), Quantity::new(per, Unit::GRAM)).unwrap();
        let bought = Quantity::new(decimal::from_fixed(units, 3), Unit::KILOGRAM);
        let total = price.total(bought, ALL[which]).unwrap();
        // cents × 10^-10 × units (of a gram) ÷ per, counted in cents.
        let exact = Ratio::new(i128::from(cents) * i128::from(units), i128::from(per) * 10i128.pow(10)).unwrap();
        prop_assert_eq!(Ok(total.amount()), exact.round(2, ALL[which]));
        prop_assert!(total.is_rounded());
    }

    #[test]
    fn a_price_per_another_unit_is_as_dear((from, to) in alike(), units in 1i64..1_000_000, digits in 0u32..6) {
        let price = UnitPrice::new(Money::new(decimal::from_fixed(units, digits), Currency::EUR), from);
        if let Ok(other) = price.convert(to) {
            prop_assert_eq!(other.convert(from).unwrap(), price);
        }
    }
}
