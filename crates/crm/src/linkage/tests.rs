//! What is learned of pairs whose truth is known; groups against a naive closure.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn groups_are_all_that_can_be_reached(pairs in prop::collection::vec((0usize..12, 0usize..12), 0..14)) {
        let mut reach = [[false; 12]; 12];
        (0..12).for_each(|n| reach[n][n] = true);
        for (a, b) in &pairs {
            reach[*a][*b] = true;
            reach[*b][*a] = true;
        }
        for k in 0..12 {
            let by_way = reach[k];
            for row in reach.iter_mut().filter(|row| row[k]) {
                row.iter_mut().zip(by_way).for_each(|(there, by_way)| *there |= by_way);
            }
        }
        let found = groups(12, &pairs);
        for (i, row) in reach.iter().enumerate() {
            let alone = row.iter().filter(|there| **there).count() == 1;
            for (j, there) in row.iter().enumerate() {
                let together = found.iter().any(|group| group.contains(&i) && group.contains(&j));
                prop_assert_eq!(together, *there && !(alone && i == j));
            }
        }
    }

    /// Pairs in the numbers that known shares make of them lead back to those shares.
    #[test]
    fn known_shares_are_found_again(
        prior in 0.2f64..0.6, m in prop::array::uniform4(0.75f64..0.95), u in prop::array::uniform4(0.05f64..0.2),
    ) {
        let names = ["a", "b", "c", "d"];
        let mut linker = Linker::new(names.map(|name| Comparison::new(name, [Level::Exact]))).unwrap();
        let mut pairs = Vec::new();
        for pattern in 0..16_usize {
            let level = |n: usize| pattern >> n & 1;
            let likely = |shares: &[f64; 4]| -> f64 {
                (0..4).map(|n| if level(n) == 0 { shares[n] } else { 1.0 - shares[n] }).product()
            };
            let count = 1e6 * (prior * likely(&m) + (1.0 - prior) * likely(&u));
            pairs.push(((0..4).map(|n| Some(level(n))).collect::<Vec<_>>(), count));
        }
        let how = Learning { rounds: 20_000, tolerance: 1e-13, ..Learning::default() };
        linker.learn_of_levels(&pairs, how).unwrap();
        prop_assert!((linker.share_of_matches() - prior).abs() < 1e-4);
        for ((_, found_m, found_u), (m, u)) in linker.levels().zip(m.iter().zip(&u)) {
            prop_assert!((found_m[0] - m).abs() < 1e-4 && (found_u[0] - u).abs() < 1e-4);
        }
    }
}

#[test]
fn reasons_add_up_and_what_is_missing_says_nothing() {
    let rows = [[Some("Jack"), Some("x")], [Some("Jack"), None], [Some("Maria"), Some("x")]];
    let people = Records::new(["name", "city"], rows).unwrap();
    let comparisons = [
        Comparison::new("name", [Level::Exact, Level::Levenshtein(2)]).rarity(0.6),
        Comparison::new("city", [Level::Exact]),
    ];
    let linker = Linker::new(comparisons).unwrap().prior(0.2).unwrap();
    let weighed = linker.weigh(&people, (0, 1)).unwrap();
    let sum: f64 = weighed.reasons.iter().map(|reason| reason.weight).sum();
    assert!((weighed.weight - sum - 0.25_f64.log2()).abs() < 1e-12);
    assert!((weighed.probability - 1.0 / (1.0 + (-weighed.weight).exp2())).abs() < 1e-12);
    assert_eq!((weighed.reasons[1].level, weighed.reasons[1].weight.abs() < 1e-12), (None, true));
    // Two of three are called so: no rarer than pairs of two persons that agree.
    let expected = (0.9_f64 / 0.05).log2() + 0.6 * (0.05_f64 / (2.0 / 3.0)).log2();
    assert!((weighed.reasons[0].weight - expected).abs() < 1e-12);
}

#[test]
fn what_can_not_be_compared_is_refused_by_its_name() {
    let people = Records::new(["name"], [[Some("a")], [Some("b")]]).unwrap();
    let linker = Linker::new([Comparison::new("city", [Level::Exact])]).unwrap();
    let error = linker.weigh(&people, (0, 1)).unwrap_err();
    assert!(error.to_string().contains("\"city\""), "{error}");
    assert!(Linker::new([]).is_err() && Linker::new([Comparison::new("a", [])]).is_err());
    let bad = Comparison::new("a", [Level::Exact]).starting(vec![f64::NAN, 0.5], vec![0.5, 0.5]);
    assert!(Linker::new([bad]).unwrap_err().to_string().starts_with("m of a is NaN"));
    assert!(Records::new(["a", "b"], [[Some("x")]]).is_err());
    assert!(candidates(&people, &[&["zip"]]).is_err());
    assert!(linker.probability_of_levels(&[Some(7)]).is_err());
}

/// Ten megabytes in a field are cut, and not waited for.
#[test]
fn a_field_of_ten_megabytes_is_compared_by_its_beginning() {
    let long = "x".repeat(10_000_000);
    let people = Records::new(["name"], [[Some(long.as_str())], [Some("anna")]]).unwrap();
    let linker = Linker::new([Comparison::new("name", [Level::JaroWinkler(0.9)])]).unwrap();
    assert!(linker.weigh(&people, (0, 1)).unwrap().probability < 0.3);
}
