//! Distributions against values of mpmath 1.3 (40 digits) and scipy 1.17.1, and against sums and integrals of their own densities.

#![expect(
    clippy::float_cmp,
    clippy::excessive_precision,
    reason = "whole numbers, and values as their source prints them"
)]

use proptest::prelude::*;

use super::special::{beta_tails, gamma_tails};
use super::*;
use crate::KernelError;

fn close(actual: f64, expected: f64, relative: f64) {
    let error = (actual - expected).abs();
    assert!(
        error <= relative * expected.abs(),
        "{actual:e} is not {expected:e} (off by {:e})",
        error / expected.abs()
    );
}

#[test]
fn both_tails_of_the_gamma_function_are_exact() {
    let cases = [
        (0.01, 1e-50, 0.318_032_328_776_226_1, 0.681_967_671_223_773_9),
        (0.5, 0.2, 0.472_910_743_134_461_93, 0.527_089_256_865_538_1),
        (2.0, 30.0, 0.999_999_999_997_099_1, 2.900_863_120_340_454e-12),
        (5.0, 700.0, 1.0, 9.920_391_479_800_145e-295),
        (30.0, 3.0, 4.277_047_721_426_897e-20, 1.0),
        (100.0, 100.0, 0.513_298_798_279_148_7, 0.486_701_201_720_851_34),
        (100.0, 180.0, 0.999_999_999_970_517, 2.948_294_557_648_284_5e-11),
        (9999.0, 9700.0, 0.001_275_845_435_306_954_8, 0.998_724_154_564_693),
        (1e4, 1e4, 0.501_329_808_339_955_2, 0.498_670_191_660_044_8),
        (12_345.5, 12_000.0, 0.000_856_328_421_156_867_5, 0.999_143_671_578_843_1),
        (12_345.5, 13_500.0, 1.0, 3.177_423_785_972_823e-24),
        (1e6, 1_001_000.0, 0.841_344_786_368_340_3, 0.158_655_213_631_659_7),
        (1e9, 1e9 + 1e5, 0.999_217_043_838_041_7, 0.000_782_956_161_958_326_3),
        (1e9, 1e9 - 1e5, 0.000_782_446_139_962_784_5, 0.999_217_553_860_037_3),
    ];
    for (a, x, below, above) in cases {
        let tails = gamma_tails(a, x);
        close(tails.below, below, 2e-12);
        close(tails.above, above, 2e-12);
    }
}

#[test]
fn both_tails_of_the_beta_function_are_exact() {
    let cases = [
        (0.05, 0.3, 0.0, 0.941_577_479_852_408_8, 0.058_422_520_147_591_186),
        (0.05, 0.3, 12.0, 0.999_880_574_596_419_9, 0.000_119_425_403_580_080_32),
        (3.2, 4.0 / 9.0, 5.0, 0.742_359_788_896_928_5, 0.257_640_211_103_071_5),
        (3.2, 4.0 / 9.0, 60.0, 0.999_999_999_999_825_9, 1.740_854_417_899_794_3e-13),
        (100.0, 0.01, 12_000.0, 0.977_852_777_477_781_2, 0.022_147_222_522_218_82),
        (100.0, 0.01, 9_000.0, 0.184_270_937_980_172_53, 0.815_729_062_019_827_5),
        (1000.0, 0.999, 9.0, 0.999_999_883_405_091_8, 1.165_949_082_234_346_1e-7),
    ];
    for (size, success, failures, below, above) in cases {
        let tails = beta_tails(size, failures + 1.0, success, 1.0 - success);
        close(tails.below, below, 1e-12);
        close(tails.above, above, 1e-12);
    }
}

#[test]
fn quantiles_are_those_of_scipy() {
    for (probability, z) in [
        (1e-300, -37.047_096_299_361_2),
        (1e-20, -9.262_340_089_798_409),
        (1e-9, -5.997_807_015_007_687),
        (0.3, -0.524_400_512_708_040_9),
        (0.95, 1.644_853_626_951_472_2),
    ] {
        close(normal::quantile(probability).unwrap(), z, 1e-14);
    }
    let gamma = |shape, scale, p| Gamma::new(shape, scale).unwrap().quantile(p).unwrap();
    close(gamma(0.05, 2.0, 0.1), 1.168_926_411_457_301e-20, 1e-11);
    close(gamma(0.05, 2.0, 0.99), 2.175_254_800_183_618_7, 1e-11);
    close(gamma(0.5, 1.0, 0.001), 7.853_985_746_312_461e-7, 1e-11);
    close(gamma(2.0, 1.5, 0.95), 7.115_796_777_585_866, 1e-12);
    close(gamma(30.0, 1.0, 0.999_999), 63.548_180_124_816_32, 1e-10);
    close(gamma(1e5, 0.01, 0.05), 994.804_207_467_887_2, 1e-12);
    let poisson = |mean, p| Poisson::new(mean).unwrap().quantile(p).unwrap();
    let found = [(0.1, 0.95), (4.0, 0.9), (75.0, 0.999), (1e6, 0.001), (1e6, 0.9999)]
        .map(|(mean, p)| poisson(mean, p));
    assert_eq!(found, [1.0, 7.0, 103.0, 996_911.0, 1_003_721.0]);
    let binomial = |size, p, at| NegativeBinomial::new(size, p).unwrap().quantile(at).unwrap();
    let found =
        [(0.05, 0.3, 0.99), (3.2, 4.0 / 9.0, 0.95), (100.0, 0.01, 0.001), (100.0, 0.01, 0.99999)]
            .map(|(size, p, at)| binomial(size, p, at));
    assert_eq!(found, [3.0, 10.0, 7_106.0, 14_726.0]);
}

#[test]
fn a_loss_far_out_is_small_and_not_nothing() {
    // of mpmath: the integral of the tail
    close(normal::loss(8.0).unwrap(), 7.550_262_411_946_499e-17, 1e-11);
    let z = normal::inverse_loss(7.550_262_411_946_499e-17).unwrap();
    close(z, 8.0, 1e-13);
    for loss in [1e-300, 1e-40, 0.3, 0.398_942_280_401_432_7, 1.0, 50.0, 1e9] {
        close(normal::loss(normal::inverse_loss(loss).unwrap()).unwrap(), loss, 1e-12);
    }
    assert_eq!(Poisson::new(5.0).unwrap().upper_quantile(1e-30).unwrap(), 48.0);
}

/// One of each kind, of the same mean and (where it can be) variance.
fn each(mean: f64, variance: f64) -> Vec<Distribution> {
    vec![
        Normal::from_moments(mean, variance).unwrap().into(),
        Gamma::from_moments(mean, variance).unwrap().into(),
        LogNormal::from_moments(mean, variance).unwrap().into(),
        Poisson::new(mean).unwrap().into(),
        Distribution::counting(mean, mean + variance).unwrap(),
    ]
}

/// Simpson's rule.
fn integral(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let steps = 4_000;
    let width = (to - from) / f64::from(steps);
    let weight = |step: i32| {
        if step == 0 || step == steps {
            1.0
        } else if step % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    (0..=steps).map(|step| weight(step) * f(from + width * f64::from(step))).sum::<f64>() * width
        / 3.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn losses_are_the_sums_and_integrals_of_the_tails(mean in 0.3..60.0_f64, ratio in 0.15..0.8_f64, at in -0.5..3.0_f64) {
        let (variance, x) = ((mean * ratio).powi(2), mean * at);
        for demand in each(mean, variance) {
            let scale = 1e-6 * mean.max(1.0);
            let (end, low) = (x.max(mean) + 40.0 * demand.sd(), -6.0 * demand.sd());
            let (loss, second, left_over);
            if demand.counts() {
                let whole = x.floor();
                let from = |start: f64| (0..4_000).map(move |step| start + f64::from(step));
                loss = from(whole).map(|y| demand.exceeds(y)).sum::<f64>() - (x - whole) * demand.exceeds(whole);
                second = from(whole + 1.0).map(|y| demand.loss(y)).sum::<f64>();
                left_over = from(0.0).take_while(|y| *y < whole).map(|y| demand.cumulative(y)).sum::<f64>()
                    + (x - whole) * demand.cumulative(whole);
                prop_assert!((demand.second_loss(whole) - second).abs() < 1e-6 * second.max(1.0), "{demand:?}");
            } else {
                loss = integral(|y| demand.exceeds(y), x, end);
                second = integral(|y| demand.loss(y), x, end);
                left_over = if x > low { integral(|y| demand.cumulative(y), low, x) } else { 0.0 };
                prop_assert!((demand.second_loss(x) - second).abs() < 1e-4 * second.max(1.0), "{demand:?}");
            }
            prop_assert!((demand.loss(x) - loss).abs() < 10.0 * scale, "{demand:?} loses {} at {x}, not {loss}", demand.loss(x));
            prop_assert!((demand.complementary_loss(x) - left_over).abs() < 10.0 * scale, "{demand:?} {x} {left_over}");
            let difference = demand.loss(x) - demand.complementary_loss(x) - (demand.mean() - x);
            prop_assert!(difference.abs() < 1e-9 * mean.max(1.0), "what is missing less what is left over is the mean less x");
            prop_assert!((demand.cumulative(x) + demand.exceeds(x) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_quantile_is_the_least_level_that_is_enough(mean in 0.05..200.0_f64, ratio in 0.1..3.0_f64, p in 0.0005..0.9995_f64) {
        for demand in each(mean, (mean * ratio).powi(2)) {
            let x = demand.quantile(p).unwrap();
            let slack = 1e-10;
            prop_assert!(demand.cumulative(x) >= p - slack, "{demand:?}");
            let less = if demand.counts() { x - 1.0 } else { x - 1e-6 * x.abs() };
            prop_assert!(demand.cumulative(less) < p, "{demand:?}: {less} is enough, not only {x}");
            let tail = demand.upper_quantile(1.0 - p).unwrap();
            prop_assert!((tail - x).abs() <= 1e-9 * x.abs(), "{demand:?}: {tail} and {x}");
        }
    }

    #[test]
    fn a_table_of_a_distribution_is_that_distribution(mean in 0.1..30.0_f64, periods in 1_u32..6, at in -5.0..90.0_f64) {
        let day = Poisson::new(mean).unwrap();
        let cells: Vec<_> = (0..200).map(|k| (k, day.density(k as f64))).collect();
        let table = Discrete::new(&cells).unwrap().over(periods).unwrap();
        let exact = day.over(f64::from(periods)).unwrap();
        let pairs: [(f64, f64); 7] = [
            (table.mean(), exact.mean()),
            (table.variance(), exact.variance()),
            (table.cumulative(at), exact.cumulative(at)),
            (table.exceeds(at), exact.exceeds(at)),
            (table.loss(at), exact.loss(at)),
            (table.complementary_loss(at), exact.complementary_loss(at)),
            (table.second_loss(at), exact.second_loss(at)),
        ];
        for (index, (table, exact)) in pairs.into_iter().enumerate() {
            prop_assert!((table - exact).abs() < 1e-9 * exact.abs().max(1.0), "{index}: {table} and {exact}");
        }
        prop_assert_eq!(table.quantile(0.9).unwrap(), exact.quantile(0.9).unwrap());
    }
}

#[test]
fn demand_over_a_gamma_lead_time_is_the_mixture_of_its_lead_times() {
    let day = Poisson::new(3.0).unwrap();
    let closed = day.over_gamma(4.0, 2.0).unwrap();
    let lead_time = Gamma::from_moments(4.0, 4.0).unwrap();
    let cuts = 4_000;
    let parts: Vec<_> = (0..cuts)
        .map(|cut| (lead_time.quantile((f64::from(cut) + 0.5) / f64::from(cuts)).unwrap(), 1.0))
        .collect();
    let mixed = Distribution::from(day).over_random(&parts).unwrap();
    assert!(mixed.counts());
    close(mixed.mean(), closed.mean(), 1e-3);
    for level in [3.0, 12.0, 25.0] {
        close(mixed.cumulative(level), closed.cumulative(level), 2e-3);
        close(mixed.loss(level), closed.loss(level), 2e-2);
    }
    assert_eq!(mixed.quantile(0.9).unwrap(), closed.quantile(0.9).unwrap());
}

#[test]
fn a_mixture_with_a_lead_time_of_nothing_has_a_step_at_nothing() {
    let month = Distribution::from(Normal::new(100.0, 10.0).unwrap());
    let demand = month.over_random(&[(0.0, 0.3), (1.0, 0.7)]).unwrap();
    assert!(!demand.counts());
    close(demand.mean(), 70.0, 1e-12);
    assert!(demand.quantile(0.2).unwrap().abs() < 1e-9);
    close(demand.cumulative(demand.quantile(0.8).unwrap()), 0.8, 1e-12);
}

#[test]
fn what_is_no_distribution_is_refused_by_its_name() {
    let said = |refused: Result<Distribution, KernelError>| refused.unwrap_err().to_string();
    assert_eq!(
        said(Normal::new(-1.0, 2.0).map(Into::into)),
        "mean is -1: give zero or a number above it"
    );
    assert_eq!(said(Normal::new(1.0, 0.0).map(Into::into)), "sd is 0: give a number above zero");
    assert_eq!(
        said(Normal::new(f64::NAN, 1.0).map(Into::into)),
        "mean is NaN: give a finite number"
    );
    assert_eq!(said(Poisson::new(0.0).map(Into::into)), "mean is 0: give a number above zero");
    assert!(
        said(Poisson::new(1e10).map(Into::into))
            .starts_with("mean is 10000000000, but units are counted")
    );
    assert_eq!(
        said(Gamma::new(1.0, -2.0).map(Into::into)),
        "scale is -2: give a number above zero"
    );
    assert_eq!(
        said(Gamma::from_moments(1.0, 0.0).map(Into::into)),
        "variance is 0: give a number above zero"
    );
    let flat = said(NegativeBinomial::from_moments(4.0, 4.0).map(Into::into));
    assert!(flat.starts_with("variance is 4, but it is not above the mean"), "{flat}");
    assert_eq!(
        said(NegativeBinomial::new(4.0, 1.0).map(Into::into)),
        "probability is 1: give a number above 0 and below 1, such as 0.95 for 95 %",
    );
    assert!(said(LogNormal::from_logs(1e3, 1.0).map(Into::into)).starts_with("variance is inf"));
    assert_eq!(
        said(Discrete::new(&[]).map(Into::into)),
        "probabilities has 0 values: give at least 1"
    );
    assert_eq!(
        said(Discrete::new(&[(1, 0.5), (2, -0.5)]).map(Into::into)),
        "row 1 (counted from 0): probability is -0.5: give zero or a number above it",
    );
    assert!(
        said(Discrete::new(&[(1, 0.5)]).map(Into::into))
            .starts_with("sum of the probabilities is 0.5")
    );
    assert!(
        said(Discrete::weighted(&[(1, 0.0)]).map(Into::into))
            .starts_with("sum of the weights is 0")
    );
    assert!(
        said(Discrete::new(&[(0, 0.5), (1 << 40, 0.5)]).map(Into::into)).contains("four million")
    );
    let table = Distribution::from(Discrete::new(&[(0, 0.5), (1, 0.5)]).unwrap());
    assert!(said(table.over(1.5)).starts_with("periods is 1.5, but a table"));
    assert_eq!(said(table.over(0.0)), "periods is 0: give a number above zero");
    assert_eq!(
        table.over_random(&[(1.0, 1.0), (-1.0, 1.0)]).unwrap_err().to_string(),
        "row 1 (counted from 0): lead_time is -1: give zero or a number above it",
    );
    for demand in each(4.0, 9.0) {
        assert!(matches!(demand.quantile(1.0), Err(KernelError::NotAShare { value: 1.0, .. })));
        assert!(matches!(demand.upper_quantile(0.0), Err(KernelError::NotAShare { .. })));
    }
}
