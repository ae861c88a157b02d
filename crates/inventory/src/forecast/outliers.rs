//! Values that have nothing to say about what comes.

use super::Series;
use crate::KernelError;
use crate::error::positive;

/// How many periods on each side a value is compared with.
const ABOUT: usize = 3;
/// What a median distance is multiplied by to stand for a standard deviation of normal errors.
const AS_DEVIATION: f64 = 1.482_602_218_505_602;

/// Marks the periods whose values are further from those about them than so many deviations: seasons are taken off, the median of seven
/// periods is taken for the level, and the deviation is by the median distance from it (F. R. Hampel, *Journal of the American
/// Statistical Association* 69, 1974). Three or more is usual.
///
/// The marks go to [`Series::missing`], with those of periods that were missing already.
///
/// # Errors
/// When `deviations` is not above zero.
///
/// ```
/// use fondaco_inventory::forecast::{Series, outliers};
///
/// let sold = [10.0, 12.0, 11.0, 13.0, 950.0, 12.0, 10.0, 11.0];
/// let series = Series::new(&sold)?;
/// let marks = outliers(&series, 4.0)?;
/// assert_eq!(marks.iter().position(|mark| *mark), Some(4));
/// assert_eq!(series.missing(&marks)?.observed().count(), 7);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn outliers(series: &Series<'_>, deviations: f64) -> Result<Vec<bool>, KernelError> {
    let far = positive("deviations", deviations)?;
    let filled = series.filled();
    let seasons = typical(&filled, series.period());
    let level = |index: usize| filled[index] - seasons[index % seasons.len()];
    let from_level = |index: usize| {
        let last = filled.len() - 1;
        let from = index.saturating_sub(ABOUT).min(last.saturating_sub(2 * ABOUT));
        let about = from..=(from + 2 * ABOUT).min(last);
        level(index) - median(about.map(level).collect())
    };
    let apart: Vec<f64> = (0..filled.len()).map(from_level).collect();
    let deviation = AS_DEVIATION * median(apart.iter().map(|apart| apart.abs()).collect());
    let size = filled.iter().fold(0.0f64, |size, value| size.max(value.abs()));
    // Where most values are alike any other would be far: nothing can be said.
    let told = deviation > size * 1e-9;
    let mark = |(index, apart): (usize, &f64)| {
        series.at(index).is_none() || (told && apart.abs() > far * deviation)
    };
    Ok(apart.iter().enumerate().map(mark).collect())
}

/// What is usual in each season beside the periods about it, by medians, so that an outlier doesn't make its season an unusual one.
fn typical(values: &[f64], period: usize) -> Vec<f64> {
    if period < 2 || values.len() < 3 * period {
        return vec![0.0];
    }
    let half = period / 2;
    let apart = |index: usize| {
        let about = index.saturating_sub(half)..(index + half + 1).min(values.len());
        values[index] - median(values[about].to_vec())
    };
    let of_season = |season| (season..values.len()).step_by(period).map(apart).collect();
    (0..period).map(|season| median(of_season(season))).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match (values.get(half), values.len() % 2) {
        (Some(upper), 0) => (values[half - 1] + upper) / 2.0,
        (Some(middle), _) => *middle,
        (None, _) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_in_its_season_is_no_outlier() {
        let of = |n: usize| 20.0 + [0.0, 0.0, 90.0, 0.0][n % 4] + (n * 7919 % 101) as f64 / 20.0;
        let mut values: Vec<f64> = (0..80).map(of).collect();
        values[21] += 90.0;
        let marks = outliers(&Series::new(&values).unwrap().seasonal(4).unwrap(), 5.0).unwrap();
        let marked: Vec<usize> = (0..80).filter(|index| marks[*index]).collect();
        assert_eq!(marked, [21]);
    }

    #[test]
    fn of_equal_values_nothing_can_be_said() {
        let mut values = vec![5.0; 30];
        values[3] = 6.0;
        assert!(!outliers(&Series::new(&values).unwrap(), 3.0).unwrap().contains(&true));
        assert!(outliers(&Series::new(&values).unwrap(), 0.0).is_err());
    }
}
