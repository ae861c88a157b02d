//! The gradient beside differences, fits beside what series were made of, and spreads beside many random ways.

use proptest::prelude::*;

use super::recursion::{Parameters, Recursion, Trace};
use super::*;

/// Uniform numbers from a seed, 0 to 1.
fn uniform(seed: &mut u64) -> f64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    (*seed >> 11) as f64 / (1u64 << 53) as f64
}

/// Normal numbers, by the sum of twelve uniform ones.
fn normal(seed: &mut u64) -> f64 {
    (0..12).map(|_| uniform(seed)).sum::<f64>() - 6.0
}

fn values(seed: &mut u64, count: usize) -> Vec<f64> {
    let of = |n: usize| 4.0 + 0.02 * n as f64 + [0.9, -0.3, -0.6][n % 3] + 0.2 * normal(seed);
    (0..count).map(of).collect()
}

proptest! {
    #[test]
    fn the_gradient_is_that_of_small_differences(seed in 1u64.., form in 0..18usize) {
        let mut seed = seed;
        let all = [ErrorForm::Additive, ErrorForm::Multiplicative].into_iter().flat_map(|error| {
            [TrendForm::None, TrendForm::Additive, TrendForm::Damped].into_iter().flat_map(move |trend| {
                [SeasonForm::None, SeasonForm::Additive, SeasonForm::Multiplicative]
                    .into_iter().map(move |season| Ets::new(error, trend, season))
            })
        });
        let model = all.collect::<Vec<_>>()[form];
        let mut recursion = Recursion {
            model,
            values: values(&mut seed, 20).into_iter().map(Some).collect(),
            period: 3,
        };
        recursion.values[7] = None;
        let seasons = match model.season {
            SeasonForm::None => vec![],
            SeasonForm::Additive => vec![0.8, -0.2, -0.6],
            SeasonForm::Multiplicative => vec![1.2, 0.95, 0.85],
        };
        if seasons.is_empty() {
            recursion.period = 1;
        }
        let given = Parameters {
            alpha: 0.1 + 0.5 * uniform(&mut seed), beta: 0.05, gamma: 0.2,
            phi: match model.trend { TrendForm::None => 0.0, TrendForm::Additive => 1.0, TrendForm::Damped => 0.9 },
            level: 4.1,
            trend: if model.trend == TrendForm::None { 0.0 } else { 0.03 },
            seasons,
        };
        let mut trace = Trace::default();
        prop_assume!(recursion.run(&given, &mut trace).is_some());
        let mut slopes = Parameters::default();
        recursion.gradient(&given, &trace, &mut slopes);
        type Place = fn(&mut Parameters) -> &mut f64;
        let mut places: Vec<(&str, Place)> = vec![("alpha", |p| &mut p.alpha), ("level", |p| &mut p.level)];
        if model.trend != TrendForm::None {
            places.extend([("beta", (|p| &mut p.beta) as Place), ("trend", |p| &mut p.trend), ("phi", |p| &mut p.phi)]);
        }
        if model.season != SeasonForm::None {
            places.extend([("gamma", (|p| &mut p.gamma) as Place), ("a season", |p| &mut p.seasons[1])]);
        }
        for (name, place) in places {
            let at = |step: f64| {
                let mut moved = given.clone();
                *place(&mut moved) += step;
                recursion.run(&moved, &mut Trace::default()).unwrap()
            };
            let expected = (at(1e-6) - at(-1e-6)) / 2e-6;
            let slope = *place(&mut slopes);
            prop_assert!((slope - expected).abs() <= 1e-4 * expected.abs().max(1.0), "{model} {name}: {slope} {expected}");
        }
    }
}

fn fitted(model: Ets, values: &[f64], period: usize) -> Learned {
    let series = Series::new(values).unwrap().seasonal(period).unwrap();
    fit(model, &series, &mut |_, _| {}).unwrap()
}

#[test]
fn a_series_made_by_a_form_is_found_again() {
    let (mut seed, mut level, mut seasons) = (7, 50.0, [5.0, -2.0, -3.0, 0.0]);
    let mut made = Vec::new();
    for n in 0..400 {
        let error = normal(&mut seed);
        made.push(level + seasons[n % 4] + error);
        level += 0.3 * error;
        seasons[n % 4] += 0.1 * error;
    }
    let model = Ets::new(ErrorForm::Additive, TrendForm::None, SeasonForm::Additive);
    let found = fitted(model, &made, 4);
    let parameters: Vec<f64> = found.parameters.iter().flatten().map(|(_, value)| *value).collect();
    assert!(
        (parameters[0] - 0.3).abs() < 0.1 && (parameters[1] - 0.1).abs() < 0.06,
        "{parameters:?}"
    );
    assert!((found.errors.deviation(0).unwrap() - 1.0).abs() < 0.1);
}

#[test]
fn what_grows_by_parts_is_found_to_multiply() {
    let mut seed = 5;
    let of = |n: usize| {
        20.0 * 1.02f64.powi(n as i32) * [1.4, 0.7, 0.9][n % 3] * (1.0 + 0.02 * normal(&mut seed))
    };
    let made: Vec<f64> = (0..60).map(of).collect();
    let series = Series::new(&made).unwrap().seasonal(3).unwrap();
    let found = auto(&series, &mut |_, _| {}).unwrap();
    let Method::Ets(model) = found.method else { panic!("{found:?}") };
    assert_eq!(
        (model.error, model.season),
        (ErrorForm::Multiplicative, SeasonForm::Multiplicative)
    );
}

/// The deviations of many random ways on from the states that a fit ends in.
fn by_many_ways(model: Ets, values: &[f64], period: usize, horizon: usize) -> (Vec<f64>, Vec<f64>) {
    let found = fitted(model, values, period);
    let Course::Smoothed(smoothed) = &found.course else { panic!("{found:?}") };
    let told = smoothed.forecast(horizon).unwrap().deviations.unwrap();
    let (mut seed, ways) = (3, 20_000);
    let mut squares = vec![(0.0, 0.0); horizon];
    for _ in 0..ways {
        for ((sum, square), value) in
            squares.iter_mut().zip(smoothed.way(horizon, &mut || normal(&mut seed)))
        {
            *sum += value;
            *square += value * value;
        }
    }
    let count = f64::from(ways);
    let deviation = |(sum, square): &(f64, f64)| (square / count - (sum / count).powi(2)).sqrt();
    (told, squares.iter().map(deviation).collect())
}

#[test]
fn spreads_are_those_of_many_ways() {
    let mut seed = 11;
    let made = values(&mut seed, 60);
    for model in Ets::all() {
        let (told, ways) = by_many_ways(model, &made, 3, 8);
        // With seasons that multiply the formula is near, not exact.
        let within = if model.season == SeasonForm::Multiplicative { 0.06 } else { 0.03 };
        for (ahead, (told, ways)) in told.iter().zip(&ways).enumerate() {
            assert!((told / ways - 1.0).abs() < within, "{model} {ahead}: {told} {ways}");
        }
    }
}

#[test]
fn a_constant_series_stays_so() {
    for values in [[5.0; 30], [0.0; 30]] {
        let series = Series::new(&values).unwrap().seasonal(4).unwrap();
        let forecast = auto(&series, &mut |_, _| {}).unwrap().forecast(3).unwrap();
        assert!(
            forecast.points.iter().all(|point| (point - values[0]).abs() < 1e-6),
            "{forecast:?}"
        );
    }
}

#[test]
fn what_has_no_room_or_no_logarithm_is_refused() {
    let model = Ets::new(ErrorForm::Multiplicative, TrendForm::None, SeasonForm::None);
    let refused = |values: &[f64]| {
        let series = Series::new(values).unwrap();
        fit(model, &series, &mut |_, _| {}).unwrap_err().to_string()
    };
    assert_eq!(refused(&[1.0, 2.0]), "values has 2 values: give at least 5");
    assert!(
        refused(&[1.0, 2.0, 0.0, 4.0, 5.0, 6.0]).starts_with("row 2 (counted from 0): values is 0")
    );
    let seasonal = Ets::new(ErrorForm::Additive, TrendForm::None, SeasonForm::Additive);
    let series = Series::new(&[1.0; 20]).unwrap();
    assert!(
        fit(seasonal, &series, &mut |_, _| {})
            .unwrap_err()
            .to_string()
            .contains("the form has seasons")
    );
}
