//! Conversions: chains, circles, what is missing.

use super::*;

fn conversions(item: &str, given: &[&str]) -> Conversions {
    let none = Conversions::new().of_item(item);
    given.iter().try_fold(none, |all, next| all.with(next.parse().unwrap())).unwrap()
}

#[test]
fn a_factor_is_found_over_any_chain_in_any_order() {
    let given = [
        "1 pallet = 40 carton",
        "1 carton = 12 pcs",
        "1 pcs = 0.35 kg",
        "2 roll = 1 l",
        "1 l = 3 pcs",
    ];
    for turn in 0..given.len() {
        let mut order = given;
        order.rotate_left(turn);
        let item = conversions("A7", &order);
        for (from, to) in [
            ("1 pallet", "168 kg"),
            ("168 kg", "1 pallet"),
            ("1 pallet", "168000 g"),
            ("1 carton", "4.2 kg"),
            ("1 carton", "1 doz"),
            ("3 pcs", "1 l"),
            ("1 pallet", "160 l"),
            ("1 pallet", "320 roll"),
        ] {
            let (from, to) = (quantity(from), quantity(to));
            assert_eq!(item.convert(from, to.unit()), Ok(to), "turned by {turn}");
        }
    }
}

#[test]
fn circles_must_agree() {
    let item = conversions("A7", &["1 carton = 12 pcs", "1 pcs = 0.35 kg"]);
    for good in [
        "1 carton = 4.2 kg",
        "4200 g = 1 carton",
        "1 doz = 1 carton",
        "20 pcs = 7 kg",
        "1 kg = 1000 g",
    ] {
        assert!(item.clone().with(good.parse().unwrap()).is_ok(), "{good}");
    }
    for (bad, implied) in [
        ("1 carton = 4.3 kg", "21/5"),
        ("1 carton = 10 pcs", "12"),
        ("1 kg = 999 g", "1000"),
        ("1 kg = 3 pcs", "20/7"),
        ("1 gross = 13 doz", "12"),
    ] {
        let error = item.clone().with(bad.parse().unwrap()).unwrap_err();
        let QuantityError::FactorsDisagree { item, given, implied: by_others } = &error else {
            panic!("{error}")
        };
        assert_eq!((item.as_deref(), given.to_string().as_str()), (Some("A7"), bad));
        assert_eq!(by_others.to_string(), implied, "{bad}");
        assert!(error.to_string().starts_with(&format!("A7: {bad} does not fit")), "{error}");
    }
}

#[test]
fn without_a_chain_item_units_and_way_out_are_named() {
    let item = conversions("bolt M8", &["1 carton = 12 pcs", "1 drum = 200 l"]);
    let error = item.convert(quantity("3 carton"), unit("drum")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "bolt M8: there is no factor from carton to drum: give a conversion, such as 1 carton = 12 drum"
    );
    assert_eq!(error.code(), "core.no_unit_factor");
    assert!(item.convert(quantity("3 crate"), Unit::PIECE).is_err());
    assert_eq!(item.convert(quantity("3 crate"), unit("crate")), Ok(quantity("3 crate")));
    assert!(item.total(price("1 EUR/kg"), quantity("1 carton"), Rounding::Up).is_err());
    assert!(item.convert_price(price("1 EUR/kg"), unit("carton")).is_err());
}

#[test]
fn no_conversion_is_of_nothing_or_of_a_unit_into_itself() {
    for text in [
        "0 carton = 12 pcs",
        "1 carton = -12 pcs",
        "1 carton = 1 carton",
        "1 carton",
        "1 carton=12 pcs",
        "",
    ] {
        assert_eq!(
            text.parse::<Conversion>(),
            Err(QuantityError::BadConversion { given: text.into() }),
            "{text}"
        );
    }
}

#[test]
fn a_factor_without_room_is_refused_and_leaves_nothing_wrong() {
    let mut item = Conversions::new().of_item("tiny");
    let step =
        |n: usize| format!("1 w{n} = 0.9999999999999999999999999 w{}", n + 1).parse().unwrap();
    let refused = (0..9).find_map(|n| match item.clone().with(step(n)) {
        Ok(more) => {
            item = more;
            None
        }
        Err(error) => Some((n, error)),
    });
    let (n, error) = refused.unwrap();
    assert_eq!(error.code(), "core.ratio_overflow");
    assert!(n > 0 && item.factor(unit("w0"), unit("w1")).is_ok());
    assert!(item.factor(unit("w0"), unit(&format!("w{}", n + 1))).is_err());
}

#[test]
fn they_are_data() {
    let item = conversions("A7", &["1 carton = 12 pcs", "1 pcs = 0.35 kg"]);
    let json = serde_json::to_string(&item).unwrap();
    assert_eq!(json, r#"{"item":"A7","given":["1 carton = 12 pcs","1 pcs = 0.35 kg"]}"#);
    let back: Conversions = serde_json::from_str(&json).unwrap();
    assert_eq!(back, item);
    assert_eq!(back.convert(quantity("5 carton"), Unit::KILOGRAM), Ok(quantity("21 kg")));
    let disagree = json.replace("0.35 kg\"", "0.35 kg\",\"1 carton = 5 kg\"");
    let error = serde_json::from_str::<Conversions>(&disagree).unwrap_err().to_string();
    assert!(error.starts_with("A7: 1 carton = 5 kg does not fit"), "{error}");
}

proptest! {
    /// A tree of conversions, each written either way round, converts any of its units into any other as reckoned by hand,
    /// and any circle over it is known for right or wrong.
    #[test]
    fn nets_are_consistent(
        edges in prop::collection::vec((0usize..8, 1i64..40, 1i64..40, any::<bool>()), 1..8), a in 0usize..9, b in 0usize..9, amount in 1i64..1000,
    ) {
        let name = |n: usize| unit(&format!("u{n}"));
        let (mut net, mut worth) = (Conversions::new(), vec![Ratio::ONE]);
        for (n, (up, left, right, turned)) in edges.iter().enumerate() {
            let up = up % (n + 1);
            let (new, old) = (Quantity::new(*left, name(n + 1)), Quantity::new(*right, name(up)));
            let (left_side, right_side) = if *turned { (old, new) } else { (new, old) };
            net = net.with(Conversion::new(left_side, right_side).unwrap()).unwrap();
            worth.push(worth[up].mul(Ratio::new((*right).into(), (*left).into()).unwrap()).unwrap());
        }
        let (a, b) = (a % worth.len(), b % worth.len());
        let by_hand = worth[a].div(worth[b]).unwrap();
        let (a, b) = (name(a), name(b));
        let (there, back) = (net.factor(a, b).unwrap(), net.factor(b, a).unwrap());
        prop_assert_eq!(there, by_hand);
        prop_assert_eq!(there.mul(back).unwrap(), Ratio::ONE);
        let it = Quantity::new(amount, a);
        if let Ok(converted) = net.convert(it, b) {
            prop_assert_eq!(net.convert(converted, a).unwrap(), it);
        }
        if a != b {
            let whole = |n: i128| Quantity::new(Decimal::from(n), b);
            let closes = Conversion::new(Quantity::new(Decimal::from(there.denominator()), a), whole(there.numerator())).unwrap();
            prop_assert!(net.clone().with(closes).is_ok());
            let wrong = Conversion::new(Quantity::new(Decimal::from(there.denominator()), a), whole(there.numerator() + 1)).unwrap();
            prop_assert_eq!(net.with(wrong).unwrap_err().code(), "core.unit_factors_disagree");
        }
    }
}
