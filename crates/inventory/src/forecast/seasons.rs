//! Seasons by the classical decomposition: means over a whole cycle taken off, what is left averaged by season (as M. G. Kendall and
//! A. Stuart, *The Advanced Theory of Statistics*, volume 3, 1966).

/// What each season is more than the rest, or how many times the rest: the season of the first value first. They add up to nothing, or
/// to their number. Where there are fewer than two cycles, seasons make no difference.
pub(super) fn indices(values: &[f64], period: usize, multiplies: bool) -> Vec<f64> {
    let none = if multiplies { 1.0 } else { 0.0 };
    if values.len() < 2 * period || period < 2 {
        return vec![none; period];
    }
    let (mut sums, mut counts) = (vec![0.0; period], vec![0.0f64; period]);
    for (index, trend) in cycle_means(values, period) {
        let left = if multiplies { values[index] / trend } else { values[index] - trend };
        if left.is_finite() {
            sums[index % period] += left;
            counts[index % period] += 1.0;
        }
    }
    let mean = |(sum, count): (&f64, &f64)| if *count > 0.0 { sum / count } else { none };
    let mut seasons: Vec<f64> = sums.iter().zip(&counts).map(mean).collect();
    let all = seasons.iter().sum::<f64>() / period as f64;
    for season in &mut seasons {
        *season = if multiplies { *season / all } else { *season - all };
    }
    if seasons.iter().all(|season| season.is_finite()) { seasons } else { vec![none; period] }
}

/// The mean of a whole cycle about each value that has one.
fn cycle_means(values: &[f64], period: usize) -> impl Iterator<Item = (usize, f64)> {
    let half = period / 2;
    (half..values.len() - half).filter_map(move |index| {
        let about = values.get(index - half..=index + half)?;
        let sum: f64 = about.iter().sum();
        let sum = match period % 2 {
            // Both ends are of one season: half of each.
            0 => sum - 0.5 * (about[0] + about[period]),
            _ => sum,
        };
        Some((index, sum / period as f64))
    })
}

/// Where the line of least squares is at the first value, and by how much it rises with each.
pub(super) fn line(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / count;
    let (mut along, mut across) = (0.0, 0.0);
    for (index, value) in values.iter().enumerate() {
        let from = index as f64 - middle;
        along += from * from;
        across += from * (value - mean);
    }
    let slope = if along > 0.0 { across / along } else { 0.0 };
    (mean - slope * middle, slope)
}

/// Whether values are like those a whole cycle before: the autocorrelation at that lag is beyond what chance gives nine times of ten,
/// by Bartlett's formula.
pub(super) fn are_there(values: &[f64], period: usize) -> bool {
    let count = values.len();
    if period < 2 || count < 2 * period + 1 {
        return false;
    }
    let mean = values.iter().sum::<f64>() / count as f64;
    let apart: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let all: f64 = apart.iter().map(|value| value * value).sum();
    if all <= 0.0 {
        return false;
    }
    let at = |lag: usize| -> f64 {
        let pairs = apart.iter().zip(&apart[lag..]);
        pairs.map(|(one, other)| one * other).sum::<f64>() / all
    };
    let earlier: f64 = (1..period).map(|lag| at(lag).powi(2)).sum();
    const ONE_IN_TWENTY: f64 = 1.644_853_626_951_472_2;
    at(period).abs() / ((1.0 + 2.0 * earlier) / count as f64).sqrt() > ONE_IN_TWENTY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seasons_of_a_line_with_seasons_are_found() {
        let values = (0..16).map(|n| 10.0 + n as f64 + [3.0, -1.0, -2.0, 0.0][n % 4]);
        let values = values.collect::<Vec<_>>();
        let found = indices(&values, 4, false);
        assert!(found.iter().zip([3.0, -1.0, -2.0, 0.0]).all(|(a, b)| (a - b).abs() < 1e-12));
        let level: Vec<f64> = (0..40).map(|n| 10.0 + [3.0, -1.0, -2.0, 0.0][n % 4]).collect();
        assert!(are_there(&level, 4));
        let odd: Vec<f64> = (0..15).map(|n| 10.0 * [1.5, 0.9, 0.6][n % 3]).collect();
        let found = indices(&odd, 3, true);
        assert!(found.iter().zip([1.5, 0.9, 0.6]).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn where_there_are_none_none_are_found() {
        let noise: Vec<f64> = (0..60).map(|n| f64::from((n * 7919 % 101) % 37)).collect();
        assert!(!are_there(&noise, 12));
        assert!(!are_there(&[1.0; 40], 12) && !are_there(&[1.0, 2.0], 12));
        assert_eq!(indices(&[1.0, 2.0, 3.0], 2, true), [1.0, 1.0]);
    }

    #[test]
    fn a_line_is_its_own_line() {
        let (first, slope) = line(&[3.0, 5.0, 7.0]);
        assert!((first - 3.0).abs() < 1e-12 && (slope - 2.0).abs() < 1e-12);
        assert_eq!(line(&[4.0]), (4.0, 0.0));
    }
}
