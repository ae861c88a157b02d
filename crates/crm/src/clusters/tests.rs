//! Clusters against laws, and what they refuse.

use proptest::prelude::*;

use super::points::nearest;
use super::*;
use crate::KernelError;

fn points() -> impl Strategy<Value = Points> {
    let cells = prop::collection::vec(-5.0f64..5.0, 8..80);
    cells.prop_map(|mut cells| {
        cells.truncate(cells.len() / 2 * 2);
        Points::new(2, cells).unwrap()
    })
}

proptest! {
    #[test]
    fn rows_are_with_their_nearest_centre_which_is_their_mean(points in points(), count in 1usize..4, seed: u64) {
        let found = KMeans::new(count).seed(seed).starts(2).fit(&points).unwrap();
        let far: f64 = points.rows().map(|row| nearest(row, &found.centres).1).sum();
        prop_assert!((far - found.inertia).abs() < 1e-9);
        for (profile, centre) in profiles(&points, &found).unwrap().iter().zip(&found.centres) {
            for (mean, centre) in profile.means.iter().zip(centre) {
                prop_assert!(profile.rows == 0 || (mean - centre).abs() < 1e-9);
            }
        }
        let again = KMeans::new(count).seed(seed).starts(2).fit(&points).unwrap();
        prop_assert_eq!(&found, &again);
        // More centres leave no more to be far from.
        let one = KMeans::new(1).fit(&points).unwrap();
        prop_assert!(found.inertia <= one.inertia + 1e-9);
    }

    #[test]
    fn a_chunk_moves_a_centre_to_the_mean_of_all_its_rows(points in points(), later in points()) {
        let mut clusters = MiniBatch::begin(KMeans::new(1), &points).unwrap();
        clusters.absorb(&later).unwrap();
        let all: Vec<&[f64]> = points.rows().chain(later.rows()).collect();
        for feature in 0..2 {
            let mean = all.iter().map(|row| row[feature]).sum::<f64>() / all.len() as f64;
            prop_assert!((clusters.centres()[0][feature] - mean).abs() < 1e-9);
        }
    }
}

#[test]
fn rows_that_are_all_the_same_are_no_trouble() {
    let points = Points::new(2, vec![3.0; 20]).unwrap().standardised();
    let found = KMeans::new(3).fit(&points).unwrap();
    assert!(found.inertia < 1e-12 && found.labels.len() == 10);
}

#[test]
fn what_can_not_be_clustered_is_refused() {
    let error = Points::new(2, vec![1.0, 2.0, 3.0, f64::NAN]).unwrap_err();
    assert!(error.to_string().contains("row 1 (counted from 0): feature 1 is NaN"));
    assert!(Points::new(2, vec![1.0; 3]).is_err() && Points::new(0, vec![]).is_err());
    let points = Points::new(1, vec![1.0, 2.0]).unwrap();
    assert!(matches!(KMeans::new(3).fit(&points), Err(KernelError::TooFew { .. })));
    assert!(KMeans::new(0).fit(&points).is_err());
    assert!(silhouette(&points, &[0, 0]).is_err());
    assert!(KMeans::new(1).fit_from(&points, vec![vec![f64::INFINITY]]).is_err());
}
