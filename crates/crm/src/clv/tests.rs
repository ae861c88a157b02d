//! Models against sums and integrals done step by step, and against themselves.

use proptest::prelude::*;

use super::special::{hypergeometric_slope, ln_hypergeometric_next};
use super::*;

/// Gauss's series as it is defined.
fn gauss(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for n in 0..20_000 {
        sum += term;
        let n = f64::from(n);
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
    }
    sum
}

/// How many purchases are expected in a time.
type Expected = Box<dyn Fn(f64) -> f64>;

fn history() -> impl Strategy<Value = History> {
    (0u8..20, 0.01f64..1.0, 1.0f64..80.0).prop_map(|(repeats, part, age)| {
        let last = if repeats > 0 { part * age } else { 0.0 };
        History::new(repeats.into(), last, age).unwrap()
    })
}

proptest! {
    #[test]
    fn transformed_series_are_gauss(a in 0.1f64..9.0, b in 0.1f64..9.0, c in 0.1f64..9.0, z in 0.0f64..0.95) {
        let whole = gauss(a, b, a + 1.0, z);
        prop_assert!((ln_hypergeometric_next(a, b, z) - whole.ln()).abs() < 1e-9);
        let slope = (gauss(a, b - 1.0, c, z) - 1.0) / (b - 1.0);
        let near_one = (b - 1.0).abs() < 1e-3;
        let found = hypergeometric_slope(a, b, c, z);
        prop_assert!(near_one || (found - slope).abs() < 1e-8 * slope.abs().max(1.0), "{found} {slope}");
    }

    /// What is expected grows with time, by ever less, and is at most what one who never leaves buys.
    #[test]
    fn expectations_are_sane(
        customer in history(), r in 0.1f64..3.0, alpha in 0.5f64..20.0, a in 0.2f64..3.0, b in 0.2f64..5.0,
    ) {
        let models: [(f64, Expected); 3] = [
            {
                let model = BgNbd::new(Variant::Plain, r, alpha, a, b).unwrap();
                (model.alive(customer), Box::new(move |t| model.expected(customer, t).unwrap()))
            },
            {
                let model = BgNbd::new(Variant::Modified, r, alpha, a, b).unwrap();
                (model.alive(customer), Box::new(move |t| model.expected(customer, t).unwrap()))
            },
            {
                let model = ParetoNbd::new(r, alpha, a, b).unwrap();
                (model.alive(customer), Box::new(move |t| model.expected(customer, t).unwrap()))
            },
        ];
        let rate = (r + customer.repeats()) / (alpha + customer.age);
        for (alive, expected) in models {
            prop_assert!((0.0..=1.0).contains(&alive));
            let counts = [0.0, 10.0, 20.0, 30.0].map(&expected);
            prop_assert!(counts[0].abs() < 1e-12);
            prop_assert!(counts.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
            prop_assert!(counts[2] - counts[1] <= counts[1] - counts[0] + 1e-9);
            prop_assert!(counts[1] <= alive * rate * 10.0 + 1e-9, "{} {}", counts[1], alive * rate * 10.0);
        }
    }

    /// A chance to leave of exactly 1 is no gap in the formulas.
    #[test]
    fn formulas_have_no_gap_at_one(customer in history(), time in 0.1f64..60.0) {
        let bg = |a: f64| BgNbd::new(Variant::Plain, 0.5, 4.0, a, 2.0).unwrap().expected(customer, time).unwrap();
        let pareto = |s: f64| ParetoNbd::new(0.5, 4.0, s, 7.0).unwrap().expected(customer, time).unwrap();
        for [below, at, above] in [[0.9999, 1.0, 1.0001].map(bg), [0.9999, 1.0, 1.0001].map(pareto)] {
            prop_assert!(((below + above) / 2.0 - at).abs() < 1e-6 * at.max(1e-9));
        }
    }
}

/// Pareto/NBD by its definition: rates of purchase and of leaving drawn from their distributions, step by step.
#[test]
fn pareto_is_an_integral_over_rates() {
    for (model, customer) in [
        (ParetoNbd::new(2.0, 8.0, 1.5, 9.0).unwrap(), History::new(3.0, 10.0, 20.0).unwrap()),
        (ParetoNbd::new(2.0, 8.0, 1.5, 5.0).unwrap(), History::new(1.0, 4.0, 20.0).unwrap()),
    ] {
        let density = |x: f64, shape: f64, scale: f64| {
            (shape * scale.ln() - statrs::function::gamma::ln_gamma(shape) + (shape - 1.0) * x.ln()
                - scale * x)
                .exp()
        };
        let (mut all, mut stayed) = (0.0, 0.0);
        let width = 0.0025;
        for i in 0..800 {
            let buys = (f64::from(i) + 0.5) * width;
            for j in 0..800 {
                let leaves = (f64::from(j) + 0.5) * width;
                let weight = density(buys, model.r, model.alpha)
                    * density(leaves, model.s, model.beta)
                    * width
                    * width;
                let both = buys + leaves;
                let stays = buys.powf(customer.repeats) * (-both * customer.age).exp();
                let left = buys.powf(customer.repeats) * leaves / both
                    * ((-both * customer.last).exp() - (-both * customer.age).exp());
                all += weight * (stays + left);
                stayed += weight * stays;
            }
        }
        assert!((model.log_likelihood(&[customer]) - all.ln()).abs() < 1e-3, "{all}");
        assert!((model.alive(customer) - stayed / all).abs() < 1e-3);
    }
}

/// BG/BB by all that may have happened at three occasions: what is seen adds up to one.
#[test]
fn all_that_may_be_seen_is_certain() {
    let model = BgBb::new(1.2, 0.75, 0.66, 2.78).unwrap();
    let mut sum = 0.0;
    for seen in 0..8_u32 {
        let last = (1..=3).filter(|n| seen >> (n - 1) & 1 == 1).max().unwrap_or(0);
        let occasions = Occasions::new(seen.count_ones(), last, 3).unwrap();
        sum += model.log_likelihood(&[(occasions, 1.0)]).exp();
    }
    assert!((sum - 1.0).abs() < 1e-12);
}

#[test]
fn histories_that_can_not_be_are_refused() {
    for (repeats, last, age) in
        [(1.0, 0.0, 9.0), (0.0, 3.0, 9.0), (2.0, 10.0, 9.0), (f64::NAN, 1.0, 9.0)]
    {
        assert!(History::new(repeats, last, age).is_err());
    }
    assert!(Occasions::new(3, 2, 6).is_err() && Occasions::new(0, 2, 6).is_err());
    assert!(BgNbd::new(Variant::Plain, 0.0, 1.0, 1.0, 1.0).is_err());
    assert!(BgNbd::fit(Variant::Plain, &[]).is_err());
    assert!(GammaGamma::fit(&[Spending { purchases: 1.0, mean: 0.0 }; 3]).is_err());
    assert!(
        GammaGamma::new(1.0, 0.5, 1.0)
            .unwrap()
            .expected_mean(Spending { purchases: 0.0, mean: 0.0 })
            .is_err()
    );
    assert!(lifetime_value(1.0, Horizon::months(12, -1.0), Ok).is_err());
}
