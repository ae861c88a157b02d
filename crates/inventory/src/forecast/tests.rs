//! What holds of all methods, and figures that were worked by hand.

use std::num::NonZeroUsize;

use proptest::prelude::*;

use super::*;

fn methods() -> Vec<Method> {
    let ets = |trend, season| Method::Ets(Ets::new(ErrorForm::Additive, trend, season));
    vec![
        Method::Naive,
        Method::SeasonalNaive,
        Method::Drift,
        Method::Mean,
        Method::MovingAverage { window: 3 },
        Method::SeasonalAverage { seasons: 2 },
        Method::Ses { alpha: Some(0.2) },
        Method::Ses { alpha: None },
        ets(TrendForm::None, SeasonForm::None),
        ets(TrendForm::Damped, SeasonForm::Additive),
        Method::AutoEts,
        Method::Theta,
        Method::OptimisedTheta,
        Method::Croston { alpha: None },
        Method::Sba { alpha: Some(0.1) },
        Method::Tsb { size: 0.1, probability: 0.1 },
        Method::Adida,
        Method::Imapa,
    ]
}

/// Months of a demand with seasons.
fn months(count: usize) -> Vec<f64> {
    let of = |n: usize| 40.0 + n as f64 + [19.0, -3.0, -16.0, 0.0][n % 4] + (n * n * 7 % 11) as f64;
    (0..count).map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Another unit of goods changes the figures by its factor.
    #[test]
    fn units_make_no_difference(values in prop::collection::vec(1.0..90.0f64, 30), times in prop::sample::select(vec![0.001, 7.0, 1e6])) {
        let larger: Vec<f64> = values.iter().map(|value| value * times).collect();
        let [one, other] = [&values, &larger].map(|values| Series::new(values).unwrap().seasonal(4).unwrap());
        for method in methods() {
            let (one, other) = (method.forecast(&one, 5).unwrap(), method.forecast(&other, 5).unwrap());
            for (one, other) in one.points.iter().zip(&other.points) {
                prop_assert!((one * times - other).abs() <= 2e-3 * other.abs().max(times), "{method:?}: {one} {other}");
            }
        }
    }

    /// Whatever the series, figures are finite, and the same on one thread and on several.
    #[test]
    fn threads_make_no_difference(
        demands in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0.0), 0.0..1e9f64], 1..40), 1..30),
        which in 0..18usize,
    ) {
        let series: Vec<Series<'_>> = demands.iter().map(|demand| Series::new(demand).unwrap().seasonal(3).unwrap()).collect();
        let method = methods()[which];
        let of = |threads| forecast_each(&series, &method, 4, NonZeroUsize::new(threads).unwrap());
        let one = of(1);
        prop_assert_eq!(&one, &of(3));
        for forecast in one.into_iter().flatten() {
            prop_assert!(forecast.points.iter().all(|point| point.is_finite()));
            prop_assert!(forecast.deviations.iter().flatten().all(|deviation| *deviation >= 0.0));
        }
    }

    /// Only what is observed counts: what stands in missing periods may be anything.
    #[test]
    fn nothing_is_learnt_from_missing_periods(at in prop::collection::vec(any::<bool>(), 36), other in 0.0..1e6f64) {
        let values = months(36);
        let changed: Vec<f64> = values.iter().zip(&at).map(|(value, at)| if *at { other } else { *value }).collect();
        prop_assume!(at.iter().filter(|at| !**at).count() > 16);
        let [one, other] = [&values, &changed]
            .map(|values| Series::new(values).unwrap().seasonal(4).unwrap().missing(&at).unwrap());
        for method in methods() {
            prop_assert_eq!(method.forecast(&one, 6), method.forecast(&other, 6));
        }
    }
}

#[test]
fn seasons_are_forecast_where_there_are_any() {
    let values = months(48);
    let (known, came) = values.split_at(40);
    let series = Series::new(known).unwrap().seasonal(4).unwrap();
    let error = |method: Method| {
        let forecast = method.forecast(&series, came.len()).unwrap();
        accuracy(came, &forecast.points).unwrap().mean_absolute_error
    };
    let naive = error(Method::Naive);
    for method in [Method::SeasonalNaive, Method::AutoEts, Method::Theta, Method::OptimisedTheta] {
        assert!(error(method) < 0.85 * naive, "{method:?}: {} {naive}", error(method));
    }
}

#[test]
fn gaps_are_gone_through() {
    let values = months(48);
    let missing: Vec<bool> = (0..48).map(|n| (20..26).contains(&n)).collect();
    let whole = Series::new(&values).unwrap().seasonal(4).unwrap();
    let gap = whole.missing(&missing).unwrap();
    for method in [Method::AutoEts, Method::Theta, Method::SeasonalNaive] {
        let [one, other] = [whole, gap].map(|series| method.forecast(&series, 4).unwrap().points);
        let far =
            one.iter().zip(&other).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
        assert!(far < 12.0, "{method:?}: {one:?} {other:?}");
    }
}

#[test]
fn croston_by_hand() {
    // Sizes 4, 8; after 2 and 3 periods.
    let series = Series::new(&[0.0, 4.0, 0.0, 0.0, 8.0, 0.0]).unwrap();
    let fit = Method::Croston { alpha: Some(0.5) }.fit(&series).unwrap();
    assert_eq!(fit.forecast(1).unwrap().points, [6.0 / 2.5]);
    assert_eq!(fit.fitted, [None, None, Some(2.0), Some(2.0), Some(2.0), Some(2.4)]);
    let fit = Method::Tsb { size: 0.5, probability: 0.5 }.fit(&series).unwrap();
    // The probability: 0, 0.5, 0.25, 0.125, 0.5625, 0.28125.
    assert_eq!(fit.forecast(1).unwrap().points, [6.0 * 0.281_25]);
}

#[test]
fn where_nothing_was_asked_for_nothing_is_expected() {
    let series = Series::new(&[0.0; 12]).unwrap();
    for method in methods() {
        let method = if matches!(method, Method::Ets(_)) { Method::Mean } else { method };
        let forecast = method.forecast(&series, 3).unwrap();
        assert!(forecast.points.iter().all(|point| point.abs() < 1e-9), "{method:?}: {forecast:?}");
    }
    assert_eq!(classify(&series).unwrap().pattern, Pattern::None);
}

#[test]
fn one_value_is_enough_for_the_simplest() {
    let series = Series::new(&[7.0]).unwrap();
    for method in [Method::Naive, Method::Mean, Method::Ses { alpha: None }, Method::AutoEts] {
        let forecast = method.forecast(&series, 2).unwrap();
        assert_eq!(forecast.points, [7.0, 7.0], "{method:?}");
        assert!(forecast.intervals(0.9).unwrap_err().to_string().contains("too short"));
    }
    assert!(Method::Drift.forecast(&series, 2).is_err());
    assert!(Method::MovingAverage { window: 0 }.forecast(&series, 2).is_err());
    assert!(Method::Sba { alpha: Some(1.0) }.forecast(&series, 2).is_err());
}

#[test]
fn numbers_beyond_all_sense_are_refused() {
    let series = Series::new(&[7.0, 8.0, 9.0]).unwrap();
    for method in [Method::Naive, Method::Theta, Method::SeasonalNaive] {
        let refused = method.forecast(&series, usize::MAX).unwrap_err().to_string();
        assert!(refused.contains("no forecast reckons with more than 10,000 periods"), "{refused}");
    }
    assert!(HoltWinters::new(0.5, 7.0).run(&series).unwrap().forecast(usize::MAX).is_err());
    let many = NonZeroUsize::new(usize::MAX).unwrap();
    assert_eq!(forecast_each(&[series, series], &Method::Naive, 1, many).len(), 2);
}

#[test]
fn intervals_hold_what_comes_as_often_as_they_say() {
    // Uniform noise about 50: of what came, nine in ten within.
    let mut seed = 9u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        40.0 + 20.0 * ((seed >> 33) as f64 / (1u64 << 31) as f64)
    };
    let values: Vec<f64> = (0..400).map(|_| next()).collect();
    let forecast = Method::Mean.forecast(&Series::new(&values[..300]).unwrap(), 100).unwrap();
    let within = forecast
        .intervals(0.9)
        .unwrap()
        .iter()
        .zip(&values[300..])
        .filter(|(interval, came)| (interval.low..interval.high).contains(*came))
        .count();
    assert!((85..=100).contains(&within), "{within}");
}

#[test]
fn a_backtest_knows_only_what_was_known() {
    let values = [1.0, 2.0, 3.0, 4.0, 100.0];
    let done = Backtest::new(2, 2).run(&Series::new(&values).unwrap(), &Method::Naive).unwrap();
    // From 2: 3, 4; from 3: 4, 100; from 4: 100.
    assert_eq!(done.origins, 3);
    assert_eq!(done.all.count, 5);
    assert!((done.all.mean_absolute_error - (1.0 + 2.0 + 1.0 + 97.0 + 96.0) / 5.0).abs() < 1e-12);
    assert_eq!(done.ahead[1].unwrap().count, 2);
    assert!(Backtest::new(0, 1).run(&Series::new(&values).unwrap(), &Method::Naive).is_err());
    assert!(Backtest::new(5, 1).run(&Series::new(&values).unwrap(), &Method::Naive).is_err());
}

#[test]
fn accuracy_of_nothing_or_of_no_numbers_is_refused() {
    assert!(accuracy(&[], &[]).is_err());
    assert!(accuracy(&[1.0], &[]).unwrap_err().to_string().starts_with("expected is 0"));
    assert!(accuracy(&[1.0], &[f64::NAN]).unwrap_err().to_string().contains("row 0"));
    let told = accuracy(&[0.0, 2.0], &[0.0, 1.0]).unwrap();
    assert_eq!((told.mape, told.smape), (None, (0.0 + 1.0 / 1.5) / 2.0));
    assert!(naive_error(&[1.0], 1).is_err());
}
