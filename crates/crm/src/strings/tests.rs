//! Distances against a naive reference and the laws of a metric; codes against published ones.

use proptest::prelude::*;

use super::*;

/// Levenshtein's recursion, written down.
fn naive(a: &[char], b: &[char]) -> usize {
    match (a, b) {
        (rest, []) | ([], rest) => rest.len(),
        ([x, a @ ..], [y, b @ ..]) if x == y => naive(a, b),
        ([x, rest_a @ ..], [y, rest_b @ ..]) => {
            let with = |c: &char, rest: &[char]| [std::slice::from_ref(c), rest].concat();
            let (whole_a, whole_b) = (with(x, rest_a), with(y, rest_b));
            let either = naive(rest_a, &whole_b).min(naive(&whole_a, rest_b));
            1 + either.min(naive(rest_a, rest_b))
        }
    }
}

fn naive_subsequence(a: &[char], b: &[char]) -> usize {
    match (a, b) {
        ([x, a @ ..], [y, b @ ..]) if x == y => 1 + naive_subsequence(a, b),
        ([_, rest_a @ ..], [_, rest_b @ ..]) => {
            naive_subsequence(rest_a, b).max(naive_subsequence(a, rest_b))
        }
        _ => 0,
    }
}

proptest! {
    #[test]
    fn distances_are_those_of_a_naive_reference(a in "[abü]{0,6}", b in "[abü]{0,6}", most in 0usize..7) {
        let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let distance = naive(&x, &y);
        prop_assert_eq!(levenshtein(&a, &b), distance);
        let within = (distance <= most).then_some(distance);
        prop_assert_eq!(levenshtein_within(&a, &b, most), within);
        prop_assert_eq!(longest_common_subsequence(&a, &b), naive_subsequence(&x, &y));
        prop_assert!(damerau_levenshtein(&a, &b) <= optimal_alignment(&a, &b));
        prop_assert!(optimal_alignment(&a, &b) <= distance && distance <= indel(&a, &b));
    }

    #[test]
    fn within_is_levenshtein_for_longer_texts(a in "[abc]{0,40}", b in "[abc]{0,40}", most in 0usize..45) {
        let distance = levenshtein(&a, &b);
        prop_assert_eq!(levenshtein_within(&a, &b, most), (distance <= most).then_some(distance));
    }

    #[test]
    fn distances_are_metrics(a in "\\PC{0,8}", b in "\\PC{0,8}", c in "\\PC{0,8}") {
        for distance in [levenshtein, indel, damerau_levenshtein] {
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
            prop_assert!(distance(&a, &c) <= distance(&a, &b) + distance(&b, &c));
        }
    }

    #[test]
    fn similarities_lie_between_nothing_and_the_same(a in "\\PC{0,12}", b in "\\PC{0,12}") {
        for alike in [jaro, jaro_winkler, levenshtein_similarity, indel_similarity] {
            prop_assert!((0.0..=1.0).contains(&alike(&a, &b)));
            prop_assert!((alike(&a, &b) - alike(&b, &a)).abs() < 1e-12);
            prop_assert!((alike(&a, &a) - 1.0).abs() < 1e-12);
        }
        prop_assert!(jaro_winkler(&a, &b) >= jaro(&a, &b));
    }

    #[test]
    fn codes_take_whatever_people_write(name in "\\PC{0,20}") {
        let (soundex, _, _) = (soundex(&name), metaphone(&name), nysiis(&name));
        prop_assert!(soundex.is_empty() || soundex.chars().count() == 4);
        prop_assert!(match_rating(&name).is_ok_and(|code| code.chars().count() <= 6)
            || name.chars().any(|c| !c.is_ascii_alphabetic()));
    }
}

#[test]
fn accents_are_not_heard() {
    for (plain, accented) in [("Muller", "Müller"), ("Francois", "François"), ("Nguyen", "Nguyễn")]
    {
        assert_eq!(soundex(plain), soundex(accented));
        assert_eq!(metaphone(plain), metaphone(accented));
        assert_eq!(nysiis(plain), nysiis(accented));
        assert_eq!(match_rating(plain), match_rating(accented));
    }
}

/// Examples of the National Archives, "The Soundex Indexing System".
#[test]
fn soundex_is_that_of_the_national_archives() {
    for (name, code) in [
        ("Washington", "W252"),
        ("Lee", "L000"),
        ("Gutierrez", "G362"),
        ("Pfister", "P236"),
        ("Jackson", "J250"),
        ("Tymczak", "T522"),
        ("Ashcraft", "A261"),
    ] {
        assert_eq!(soundex(name), code);
    }
}

#[test]
fn a_text_of_ten_megabytes_is_compared_within_a_limit() {
    let long = "a".repeat(10_000_000);
    assert_eq!(levenshtein_within(&long, "anna@example.com", 2), None);
}
