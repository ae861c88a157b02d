//! Factors and searches against what is known of them.

use proptest::prelude::*;

use super::*;

proptest! {
    /// A matrix of the form A A' + I is positive definite: its solution is held against the matrix itself.
    #[test]
    fn what_is_solved_solves(width in 1usize..8, seed in prop::collection::vec(-3.0f64..3.0, 64 + 8)) {
        let a = |row: usize, column: usize| seed[row * 8 + column];
        let cell = |row: usize, column: usize| {
            (0..width).map(|k| a(row, k) * a(column, k)).sum::<f64>() + f64::from(u8::from(row == column))
        };
        let matrix: Vec<f64> = (0..width * width).map(|n| cell(n / width, n % width)).collect();
        let right = &seed[64..64 + width];
        let x = Cholesky::of(matrix, width).unwrap().solve(right);
        for (row, right) in right.iter().enumerate() {
            let left: f64 = (0..width).map(|column| cell(row, column) * x[column]).sum();
            prop_assert!((left - right).abs() < 1e-8, "{left} {right}");
        }
    }

    #[test]
    fn powers_are_those_of_the_library(power in -690.0f64..0.0, small in -1e-3f64..0.0) {
        for power in [power, small, 0.0] {
            prop_assert!((exp_below(power) / power.exp() - 1.0).abs() < 5e-16, "{power}");
        }
    }

    #[test]
    fn sums_side_by_side_are_sums(values in prop::collection::vec(-9.0f64..9.0, 0..40)) {
        let naive: f64 = values.iter().map(|value| value * value).sum();
        prop_assert!((dot(&values, &values) - naive).abs() < 1e-10);
        prop_assert!((squares_about(&values, 0.0) - naive).abs() < 1e-10);
        prop_assert!((sum(&values) - values.iter().sum::<f64>()).abs() < 1e-10);
        prop_assert!((largest(&values) - values.iter().fold(0.0, |m: f64, v| m.max(v.abs()))).abs() < 1e-12);
    }
}

#[test]
fn probabilities_of_log_odds_reach_both_ends() {
    for log_odds in [-800.0, -40.0, -1e-9, 0.0, 1e-9, 3.5, 40.0, 800.0] {
        let expected = 1.0 / (1.0 + f64::exp(-log_odds));
        assert!((logistic(log_odds) - expected).abs() <= 1e-15 * expected + 1e-300, "{log_odds}");
    }
    assert!(logistic(f64::NAN).is_nan());
}

#[test]
fn a_matrix_that_is_not_positive_definite_has_no_factor() {
    assert!(Cholesky::of(vec![1.0, 2.0, 2.0, 1.0], 2).is_none());
    assert!(Cholesky::of(vec![f64::NAN], 1).is_none());
}

/// Rosenbrock's valley (1960), least at (1, 1).
#[test]
fn both_searches_find_the_end_of_the_valley() {
    let valley = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
    let (found, value) = nelder_mead(vec![-1.2, 1.0], 0.5, 1e-16, 5_000, valley).unwrap();
    assert!((found[0] - 1.0).abs() < 1e-6 && (found[1] - 1.0).abs() < 1e-6 && value < 1e-12);
    let found = lbfgs(vec![-1.2, 1.0], 1e-11, 1_000, <[f64]>::to_vec, |x, gradient| {
        gradient[0] = -2.0 * (1.0 - x[0]) - 400.0 * x[0] * (x[1] - x[0] * x[0]);
        gradient[1] = 200.0 * (x[1] - x[0] * x[0]);
        valley(x)
    })
    .unwrap();
    assert!((found[0] - 1.0).abs() < 1e-9 && (found[1] - 1.0).abs() < 1e-9);
}

#[test]
fn quantiles_lie_between_neighbours() {
    let sorted = [1.0, 2.0, 4.0, 8.0];
    for (share, expected) in [(0.0, 1.0), (0.5, 3.0), (1.0, 8.0), (0.25, 1.75)] {
        assert!((quantile(&sorted, share) - expected).abs() < 1e-12);
    }
    assert!(quantile(&[], 0.5).abs() < 1e-12);
}
