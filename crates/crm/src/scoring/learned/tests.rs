//! Models against naive references, laws and what they must refuse.

use proptest::prelude::*;

use super::calibration::{Isotonic, pool_adjacent_violators};
use super::frequencies::{End, Frequencies, Lead, Settings};
use super::logistic::{ClassWeights, Logistic, NumberEncoding, Solver, TextEncoding};
use super::metrics::{Confusion, Costs, auc, cheapest_threshold, compare_aucs, gains};
use super::split::{by_time, rolling};
use super::versions::{Verdict, contest};
use super::*;
use crate::KernelError;

/// Rows of two numbers, a text and an outcome.
fn rows() -> impl Strategy<Value = Vec<(f64, Option<f64>, u8, bool)>> {
    let row = (-5.0f64..5.0, prop::option::weighted(0.8, 0.0f64..100.0), 0u8..4, any::<bool>());
    prop::collection::vec(row, 4..60)
        .prop_filter("both outcomes", |rows| rows.iter().any(|r| r.3) && rows.iter().any(|r| !r.3))
}

fn table(rows: &[(f64, Option<f64>, u8, bool)]) -> (Table, Vec<bool>) {
    let source = |n: u8| ["web", "fair", "phone"].get(usize::from(n)).copied();
    let table = Table::new()
        .numbers("fit", rows.iter().map(|row| row.0).collect())
        .and_then(|t| t.numbers_or_missing("visits", rows.iter().map(|row| row.1).collect()))
        .and_then(|t| t.texts("source", rows.iter().map(|row| source(row.2))));
    (table.unwrap(), rows.iter().map(|row| row.3).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Both searches end at one place; one row at a time gives what a table does; the parts add up.
    #[test]
    fn solvers_rows_and_parts_agree(rows in rows()) {
        let (table, outcomes) = table(&rows);
        let newton = Logistic::new().solver(Solver::Newton).fit(&table, &outcomes).unwrap();
        let lbfgs = Logistic::new().solver(Solver::Lbfgs).fit(&table, &outcomes).unwrap();
        let (one, two) = (newton.probabilities(&table).unwrap(), lbfgs.probabilities(&table).unwrap());
        let mut base = None;
        for (row, (a, b)) in rows.iter().zip(one.iter().zip(&two)) {
            prop_assert!((a - b).abs() < 1e-5, "{a} {b}");
            let source = ["web", "fair", "phone"].get(usize::from(row.2));
            let lead = [
                Value::Number(row.0),
                row.1.map_or(Value::Missing, Value::Number),
                source.map_or(Value::Missing, |s| Value::Text(s)),
            ];
            prop_assert!((newton.probability(&lead).unwrap() - a).abs() < 1e-12);
            let why = newton.explain(&lead).unwrap();
            let sum: f64 = why.parts.iter().map(|part| part.amount).sum();
            prop_assert!((why.base + sum - why.log_odds).abs() < 1e-9);
            prop_assert!((base.unwrap_or(why.base) - why.base).abs() < 1e-12);
            base = Some(why.base);
        }
        // Parts are against the average, so they come to nothing over all rows; and probabilities to what happened, as the intercept is free.
        let said: f64 = one.iter().sum();
        let happened = outcomes.iter().filter(|outcome| **outcome).count() as f64;
        prop_assert!((said - happened).abs() < 1e-6 * rows.len() as f64);
    }

    #[test]
    fn a_model_comes_back_from_json(rows in rows()) {
        let (table, outcomes) = table(&rows);
        let model = Logistic::new().weights(ClassWeights::Balanced).fit(&table, &outcomes).unwrap();
        let text = serde_json::to_string(&model).unwrap();
        let back: super::logistic::Model = serde_json::from_str(&text).unwrap();
        let (one, two) = (model.probabilities(&table).unwrap(), back.probabilities(&table).unwrap());
        prop_assert!(one.iter().zip(&two).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn the_area_is_the_share_of_pairs(rows in prop::collection::vec((0u8..5, any::<bool>()), 2..40)) {
        let likely: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 4.0).collect();
        let outcomes: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let pairs = rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b)));
        let pairs: Vec<f64> = pairs.filter(|(a, b)| a.1 && !b.1).map(|(a, b)| match a.0.cmp(&b.0) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        }).collect();
        match auc(&likely, &outcomes) {
            Ok(area) => prop_assert!((area - pairs.iter().sum::<f64>() / pairs.len() as f64).abs() < 1e-12),
            Err(error) => {
                let refused = matches!(error, KernelError::OneClass { .. });
                prop_assert!(pairs.is_empty() && refused, "{}", error);
            }
        }
    }

    #[test]
    fn compared_areas_differ_by_their_difference(rows in prop::collection::vec((0u8..9, 0u8..9, any::<bool>()), 3..40)) {
        let one: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 8.0).collect();
        let two: Vec<f64> = rows.iter().map(|row| f64::from(row.1) / 8.0).collect();
        let outcomes: Vec<bool> = rows.iter().map(|row| row.2).collect();
        if let (Ok(a), Ok(b)) = (auc(&one, &outcomes), auc(&two, &outcomes)) {
            let (difference, _, chance) = compare_aucs(&one, &two, &outcomes).unwrap();
            prop_assert!((difference - (b - a)).abs() < 1e-12 && (0.0..=1.0).contains(&chance));
        }
    }

    #[test]
    fn pooled_values_rise_and_keep_their_mean(values in prop::collection::vec((0.0f64..1.0, 0.1f64..3.0), 1..40)) {
        let (y, w): (Vec<f64>, Vec<f64>) = values.into_iter().unzip();
        let fitted = pool_adjacent_violators(&y, &w).unwrap();
        prop_assert!(fitted.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
        let sum = |values: &[f64]| values.iter().zip(&w).map(|(y, w)| y * w).sum::<f64>();
        prop_assert!((sum(&y) - sum(&fitted)).abs() < 1e-9);
        // What rises already stays as it is.
        let again = pool_adjacent_violators(&fitted, &w).unwrap();
        prop_assert!(again.iter().zip(&fitted).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn the_cheapest_threshold_is_cheapest(
        rows in prop::collection::vec((0u8..10, any::<bool>()), 2..30), no in 0.0f64..9.0, yes in 0.0f64..9.0,
    ) {
        let likely: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 9.0).collect();
        let outcomes: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let costs = Costs { false_positive: no, false_negative: yes };
        if let Ok((threshold, cost)) = cheapest_threshold(&likely, &outcomes, costs) {
            let at = |t: f64| Confusion::at(t, &likely, &outcomes).unwrap().cost(costs).unwrap();
            let none = outcomes.iter().filter(|o| **o).count() as f64 * yes;
            let best = likely.iter().map(|t| at(*t)).fold(none, f64::min);
            prop_assert!((cost - best).abs() < 1e-9);
            prop_assert!((threshold.map_or(none, at) - cost).abs() < 1e-9);
        }
    }

    /// What is forgotten leaves no trace but the smoothing of what was new.
    #[test]
    fn leads_are_learned_in_any_order(leads in prop::collection::vec((0u8..3, 0usize..3, 0u8..4, any::<bool>()), 1..30)) {
        let lead = |(team, stage, source, won): &(u8, usize, u8, bool)| {
            let team = (*team > 0).then(|| team.to_string());
            let values = [("source".to_owned(), source.to_string())].into();
            (Lead { team, stage: *stage, values, tags: Vec::new() }, if *won { End::Won } else { End::Lost })
        };
        let fold = |order: &mut dyn Iterator<Item = &(u8, usize, u8, bool)>| {
            let mut counts = Frequencies::new(Settings::new(4)).unwrap();
            for row in order {
                let (lead, end) = lead(row);
                counts.learn(&lead, end).unwrap();
                counts.learn(&lead, End::Won).unwrap();
                counts.forget(&lead, End::Won).unwrap();
            }
            counts
        };
        let (one, two) = (fold(&mut leads.iter()), fold(&mut leads.iter().rev()));
        for row in &leads {
            let (lead, _) = lead(row);
            let (a, b) = (one.chance(&lead).unwrap(), two.chance(&lead).unwrap());
            prop_assert!((a - b).abs() < 1e-9 && (0.0..=1.0).contains(&a));
        }
    }

    #[test]
    fn cuts_by_time_leak_nothing(rows in prop::collection::vec((0u8..50, 0u8..20), 1..50), cut in 0u8..60) {
        let began: Vec<u8> = rows.iter().map(|row| row.0).collect();
        let known: Vec<u8> = rows.iter().map(|row| row.0 + row.1).collect();
        let split = by_time(&began, &known, cut).unwrap();
        prop_assert!(split.train.iter().all(|row| known[*row] < cut));
        prop_assert!(split.test.iter().all(|row| began[*row] >= cut));
        prop_assert_eq!(split.train.len() + split.test.len() + split.undecided.len(), rows.len());
        for split in rolling(&began, &known, &[10, 20, 40]).unwrap() {
            prop_assert!(split.test.iter().all(|row| (10..40).contains(&began[*row])));
        }
    }
}

/// Levels that few rows have, weights, and missing values: where the search by gradients ends is where Newton's does.
#[test]
fn many_rows_of_many_levels_are_learned_alike_by_both_searches() {
    let rows = 45_000_usize;
    let mixed = |row: usize, times: usize| (row * times + row * row / 7) % 10_007;
    let number = |row: usize| (row % 11 != 3).then(|| mixed(row, 7_919) as f64 / 3_000.0);
    let level = |row: usize| (mixed(row, 104_729) as f64).powf(0.4) as usize;
    let levels: Vec<String> = (0..rows).map(|row| format!("level {}", level(row))).collect();
    let table = Table::new()
        .numbers_or_missing("a", (0..rows).map(number).collect())
        .and_then(|table| table.texts("b", levels.iter().map(|level| Some(level.as_str()))))
        .unwrap();
    let outcome = |row: usize| {
        number(row).unwrap_or(1.0) + (level(row) % 5) as f64 > mixed(row, 31) as f64 / 1_700.0
    };
    let outcomes: Vec<bool> = (0..rows).map(outcome).collect();
    let fit = |solver| {
        let logistic = Logistic::new().l2(0.7).weights(ClassWeights::Balanced).solver(solver);
        logistic.fit(&table, &outcomes).unwrap()
    };
    let (newton, lbfgs) = (fit(Solver::Newton), fit(Solver::Lbfgs));
    assert!(newton.coefficients().count() > 35);
    for ((name, one), (_, two)) in newton.coefficients().zip(lbfgs.coefficients()) {
        assert!((one - two).abs() < 1e-8, "{name}: {one} and {two}");
    }
    assert!((newton.intercept() - lbfgs.intercept()).abs() < 1e-8);
}

#[test]
fn what_says_the_same_twice_is_shared_out() {
    let x = vec![1.0, 4.0, 2.0, 5.0, 3.0, 2.5];
    let outcomes = [false, true, false, true, true, false];
    let twice = Table::new().numbers("a", x.clone()).unwrap().numbers("b", x).unwrap();
    let model = Logistic::new().fit(&twice, &outcomes).unwrap();
    let found: Vec<f64> = model.coefficients().map(|(_, value)| value).collect();
    assert!((found[0] - found[1]).abs() < 1e-9);
}

#[test]
fn what_can_not_be_learned_is_refused_by_its_name() {
    let table = Table::new().numbers("visits", vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    let apart = [false, false, true, true];
    // The second tells all but two rows apart entirely.
    let nearly = Table::new().numbers("visits", vec![1.0, 2.0, 2.0, 4.0]).unwrap();
    for (table, solver) in
        [(&table, Solver::Newton), (&table, Solver::Lbfgs), (&nearly, Solver::Newton)]
    {
        let free = Logistic::new().l2(0.0).solver(solver).fit(table, &apart);
        assert!(matches!(free, Err(KernelError::NoAnswer { .. })), "{free:?}");
    }
    let refused = |logistic: Logistic, outcomes: &[bool]| {
        logistic.fit(&table, outcomes).unwrap_err().to_string()
    };
    assert!(refused(Logistic::new(), &[true; 4]).contains("outcome is true in all 4 rows"));
    assert!(refused(Logistic::new(), &[true, false]).contains("outcomes has 2 values"));
    assert!(refused(Logistic::new().l2(f64::NAN), &apart).contains("l2 is NaN"));
    let typo = Logistic::new().column("visit", NumberEncoding::default());
    assert!(refused(typo, &apart).contains("\"visit\""));
    let weights = ClassWeights::Of { no: 1.0, yes: -1.0 };
    assert!(
        refused(Logistic::new().weights(weights), &apart).contains("class weight of yes is -1")
    );
    let logs = NumberEncoding {
        transform: super::logistic::Transform::Log1p,
        ..NumberEncoding::default()
    };
    let below = Table::new().numbers("time", vec![1.0, -2.0, 3.0, 4.0]).unwrap();
    let error = Logistic::new().numbers(logs).fit(&below, &apart).unwrap_err();
    assert!(error.to_string().contains("time is -2"), "{error}");
}

#[test]
fn a_lead_that_does_not_fit_the_model_is_refused_by_the_feature() {
    let table = Table::new()
        .numbers("visits", vec![1.0, 2.0, 3.0, 4.0])
        .and_then(|table| table.texts("source", ["web", "fair", "web", "fair"].map(Some)))
        .unwrap();
    let model = Logistic::new().fit(&table, &[false, true, false, true]).unwrap();
    let refused = |lead: &[Value<'_>]| model.probability(lead).unwrap_err().to_string();
    let web = Value::Text("web");
    assert!(refused(&[Value::Number(f64::INFINITY), web]).starts_with("visits is inf"));
    assert!(refused(&[web, web]).starts_with("visits is \"web\""));
    assert!(refused(&[Value::Number(1.0), Value::Number(2.0)]).starts_with("source is 2"));
    assert!(refused(&[web]).contains("values of the lead has 1"));
    // A level that was never seen, and one that is missing where none was, say nothing.
    let unseen = model.probability(&[Value::Number(1.0), Value::Text("tv")]).unwrap();
    let missing = model.probability(&[Value::Number(1.0), Value::Missing]).unwrap();
    assert!((unseen - missing).abs() < 1e-12);
    let other = Table::new().numbers("visits", vec![1.0]).unwrap();
    assert!(model.probabilities(&other).unwrap_err().to_string().contains("\"source\""));
}

#[test]
fn rare_levels_share_a_coefficient_with_those_never_seen() {
    let sources = ["web", "web", "fair", "fair", "tv", "radio"].map(Some);
    let table = Table::new().texts("source", sources).unwrap();
    let logistic = Logistic::new().texts(TextEncoding { rare_below: 2 });
    let model = logistic.fit(&table, &[true, true, false, true, false, false]).unwrap();
    let names: Vec<String> = model.coefficients().map(|(name, _)| name).collect();
    assert_eq!(names, ["source=fair", "source=web", "source (rare)"]);
    let of = |text| model.probability(&[Value::Text(text)]).unwrap();
    assert!((of("tv") - of("never seen")).abs() < 1e-12 && of("tv") < of("web"));
}

#[test]
fn calibrated_scores_keep_their_order() {
    let scores: Vec<f64> = (0..100).map(|n| f64::from(n) / 100.0).collect();
    let outcomes: Vec<bool> = (0..100).map(|n| (n * 7) % 100 < n).collect();
    let isotonic = Isotonic::fit(&scores, &outcomes).unwrap();
    let fitted: Vec<f64> = scores.iter().map(|score| isotonic.of(*score).unwrap()).collect();
    assert!(fitted.windows(2).all(|pair| pair[0] <= pair[1]));
    assert!(isotonic.of(f64::NAN).is_err());
    let all = gains(&fitted, &outcomes, 10).unwrap();
    assert!((all[9].found - 1.0).abs() < 1e-12 && (all[9].lift - 1.0).abs() < 1e-12);
}

#[test]
fn what_is_forgotten_leaves_no_trace() {
    use super::frequencies::{End, Frequencies, Lead, Settings};
    let lead = |team: &str, source: &str, tags: &[&str]| Lead {
        team: Some(team.to_owned()),
        values: [("source".to_owned(), source.to_owned())].into(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Lead::default()
    };
    let mut counts = Frequencies::new(Settings::new(3)).unwrap();
    for nth in 0..110 {
        let end = if nth < 10 { End::Won } else { End::Lost };
        counts.learn(&lead("a", "web", &["hot"]), end).unwrap();
    }
    let before = counts.clone();
    let phone = lead("a", "phone", &["hot", "hot", "new"]);
    let chance = counts.chance(&phone).unwrap();
    assert!((chance - 10.1 / 110.2).abs() < 1e-12, "{chance}");
    for one in [&phone, &lead("b", "web", &[])] {
        counts.learn(one, End::Won).unwrap();
        assert!(counts.forget(one, End::Lost).is_err());
        counts.forget(one, End::Won).unwrap();
        assert_eq!(counts, before);
    }
    // What was never learned is not forgotten.
    assert!(counts.forget(&phone, End::Won).is_err());
    assert_eq!(counts, before);
}

#[test]
fn one_that_is_always_better_is_better_by_no_chance() {
    let outcomes: Vec<bool> = (0..200).map(|row| row % 2 == 0).collect();
    let perfect: Vec<f64> = outcomes.iter().map(|yes| if *yes { 0.9 } else { 0.1 }).collect();
    let (gained, _, chance) = compare_aucs(&[0.5; 200], &perfect, &outcomes).unwrap();
    assert!((gained - 0.5).abs() < 1e-12 && chance < 1e-12, "{gained} {chance}");
    let (gained, _, chance) = compare_aucs(&perfect, &perfect, &outcomes).unwrap();
    assert!(gained.abs() < 1e-12 && (chance - 1.0).abs() < 1e-12);
    // Whoever guesses has one and one right half of the time, two and two once in six; either way twice as often.
    for (yes, no, wanted) in [(1, 1, 1.0), (2, 2, 1.0 / 3.0), (1, 39, 0.05), (3, 3, 0.1)] {
        let outcomes: Vec<bool> = (0..yes + no).map(|row| row < yes).collect();
        let perfect: Vec<f64> = outcomes.iter().map(|yes| if *yes { 0.9 } else { 0.1 }).collect();
        let guesses = vec![0.5; outcomes.len()];
        let (_, _, chance) = compare_aucs(&guesses, &perfect, &outcomes).unwrap();
        assert!((chance - wanted).abs() < 1e-12, "{yes} and {no}: {chance}");
        let judged = contest(&guesses, &perfect, &outcomes, 0.05).unwrap();
        assert_eq!(judged.verdict, Verdict::Undecided, "{yes} and {no}");
        // Nor is what has next to no variance sure.
        let mut nearly = perfect;
        nearly.iter_mut().take(1).for_each(|likely| *likely = 0.1);
        let (_, _, chance) = compare_aucs(&guesses, &nearly, &outcomes).unwrap();
        assert!(chance >= wanted - 1e-12, "{yes} and {no}: {chance}");
    }
    assert_eq!(Isotonic::fit(&[0.2, 0.4], &[true, true]).unwrap_err().code(), "crm.one_class");
}
