//! XYZ: whose demand is steady, whose swings, whose comes as it will; and the matrix of ABC and XYZ.
//!
//! The measure is the coefficient of variation, the standard deviation of a period's demand over its mean; the cuts are most often
//! 0.5 and 1 (H. Hartmann, *Materialwirtschaft*, 1986; S. Scholz-Reiter et al., "Integration of demand forecasts in ABC-XYZ
//! analysis", 2012).

use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use rust_decimal::Decimal;

use super::abc::Class;
use crate::KernelError;
use crate::error::{not_negative, positive};
use crate::exact::{self, float, shown};

/// Up to which coefficients of variation an item is X, and Y.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct XyzRule {
    /// The largest coefficient of an X.
    pub steady: f64,
    /// The largest coefficient of a Y; above it is Z.
    pub swinging: f64,
}

impl XyzRule {
    /// X up to one coefficient of variation, Y up to another.
    #[must_use]
    pub fn new(steady: f64, swinging: f64) -> XyzRule {
        XyzRule { steady, swinging }
    }

    fn checked(&self) -> Result<(), KernelError> {
        positive("steady", self.steady)?;
        positive("swinging", self.swinging)?;
        if self.swinging >= self.steady {
            return Ok(());
        }
        Err(KernelError::Contradiction {
            field: "swinging",
            value: self.swinging,
            other: "steady is above it",
            way_out: "give the smaller coefficient as steady",
        })
    }
}

impl Default for XyzRule {
    /// X up to 0.5, Y up to 1.
    fn default() -> XyzRule {
        XyzRule::new(0.5, 1.0)
    }
}

/// How steady an item's demand is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Steadiness {
    /// The mean of a period.
    pub mean: f64,
    /// The standard deviation of a period, with one less than the periods as divisor.
    pub standard_deviation: f64,
    /// The coefficient of variation; none where nothing was asked for.
    pub coefficient: Option<f64>,
    /// The class: 0 is X, 1 is Y, 2 is Z. Where nothing was asked for it is Z.
    pub class: Class,
}

/// How steady a demand is, from what was asked for in each period, those without demand included.
///
/// # Errors
/// When there are fewer than two periods, one has a demand below zero or that is no number, or the rule's cuts fall.
///
/// ```
/// use fondaco_inventory::measures::{XyzRule, xyz};
/// let bread = xyz(&[100.0, 104.0, 96.0, 100.0], &XyzRule::default())?;
/// assert_eq!(bread.class.letter('X'), 'X');
/// let candles = xyz(&[0.0, 0.0, 5.0, 90.0], &XyzRule::default())?;
/// assert_eq!(candles.class.letter('X'), 'Z');
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn xyz(demand_per_period: &[f64], rule: &XyzRule) -> Result<Steadiness, KernelError> {
    rule.checked()?;
    let count = demand_per_period.len();
    if count < 2 {
        return Err(KernelError::TooFew { field: "demand_per_period", count, least: 2 });
    }
    for (index, demand) in demand_per_period.iter().enumerate() {
        not_negative("demand_per_period", *demand).map_err(|error| error.at(index))?;
    }
    // By the largest, so that no sum of squares overflows.
    let largest = demand_per_period.iter().copied().fold(0.0, f64::max);
    let scale = if largest > 0.0 { largest } else { 1.0 };
    let scaled = || demand_per_period.iter().map(|demand| demand / scale);
    let mean = scaled().sum::<f64>() / count as f64;
    let squares: f64 = scaled().map(|demand| (demand - mean).powi(2)).sum();
    let deviation = (squares / (count - 1) as f64).sqrt();
    let coefficient = (mean > 0.0).then(|| deviation / mean);
    let class = match coefficient {
        Some(coefficient) if coefficient <= rule.steady => Class(0),
        Some(coefficient) if coefficient <= rule.swinging => Class(1),
        _ => Class(2),
    };
    Ok(Steadiness { mean: mean * scale, standard_deviation: deviation * scale, coefficient, class })
}

/// How many items, and how much value, are of each pair of classes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Matrix {
    /// By the first class, then by the second: how many items, and their value.
    pub cells: Vec<Vec<(usize, Decimal)>>,
    /// The value of all.
    pub total: Decimal,
}

/// Puts two classings of the same items together, as ABC by value and XYZ by steadiness.
///
/// # Errors
/// When the three tables are not of one length, or the values have no exact sum.
///
/// ```
/// use fondaco_inventory::measures::{Class, matrix};
/// let (abc, xyz) = ([Class(0), Class(0), Class(2)], [Class(0), Class(1), Class(0)]);
/// let matrix = matrix(&abc, &xyz, &[50.into(), 40.into(), 10.into()])?;
/// assert_eq!(matrix.cells[0][1], (1, 40.into()));
/// assert_eq!(matrix.to_report().to_string(), "\
/// ABC and XYZ
///    X  X by value  Y  Y by value  Z  Z by value
/// =  =  ==========  =  ==========  =  ==========
/// A  1       50.0%  1       40.0%  0        0.0%
/// B  0        0.0%  0        0.0%  0        0.0%
/// C  1       10.0%  0        0.0%  0        0.0%
/// ");
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn matrix(abc: &[Class], xyz: &[Class], values: &[Decimal]) -> Result<Matrix, KernelError> {
    for (field, count) in [("xyz", xyz.len()), ("values", values.len())] {
        if count != abc.len() {
            let (other, way_out) = ("abc has another length", "give one of each for every item");
            return Err(KernelError::Contradiction { field, value: count as f64, other, way_out });
        }
    }
    let most = |classes: &[Class]| {
        let most = classes.iter().map(|class| usize::from(class.0)).max().unwrap_or(0);
        most.max(2) + 1
    };
    let mut cells = vec![vec![(0, Decimal::ZERO); most(xyz)]; most(abc)];
    let mut total = Decimal::ZERO;
    for ((row, column), value) in abc.iter().zip(xyz).zip(values) {
        let cell: &mut (usize, Decimal) = &mut cells[usize::from(row.0)][usize::from(column.0)];
        *cell = (cell.0 + 1, exact::add("values", cell.1, *value)?);
        total = exact::add("values", total, *value)?;
    }
    Ok(Matrix { cells, total })
}

impl Matrix {
    /// The matrix as text, HTML and tables show it: how many items each pair of classes has, and their share of the value.
    #[must_use]
    pub fn to_report(&self) -> Report {
        let class = |place: usize, first| {
            Class(u8::try_from(place).unwrap_or(u8::MAX)).letter(first).to_string()
        };
        let width = self.cells.first().map_or(0, Vec::len);
        let mut report = Report::new(word("ABC and XYZ")).column(Column::text("").naming_rows());
        for place in 0..width {
            let share = Phrase::from(class(place, 'X')).and(word("by value"));
            let columns = [Column::count(class(place, 'X')), Column::percent(share)];
            report = report.columns(columns);
        }
        for (place, row) in self.cells.iter().enumerate() {
            let share = |value: Decimal| {
                let all = if self.total.is_zero() { 1.0 } else { float(self.total) };
                shown(float(value) / all, 6).map_or(Cell::Empty, Cell::Percent)
            };
            let cells = row.iter().flat_map(|(items, value)| [(*items).into(), share(*value)]);
            report.push(Row::new(std::iter::once(class(place, 'A').into()).chain(cells)));
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_that_of_a_sample() {
        let item = xyz(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], &XyzRule::default()).unwrap();
        assert!((item.mean - 5.0).abs() < 1e-12);
        assert!((item.standard_deviation - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_coefficient_at_the_cut_is_still_of_its_class() {
        // Mean 1, deviation exactly 1.
        let item = xyz(&[0.0, 1.0, 2.0], &XyzRule::default()).unwrap();
        assert_eq!(item.class, Class(1));
        assert_eq!(xyz(&[0.0, 1.0, 2.0], &XyzRule::new(0.2, 0.9)).unwrap().class, Class(2));
    }

    #[test]
    fn where_nothing_is_asked_for_it_is_z_without_a_coefficient() {
        let item = xyz(&[0.0, 0.0], &XyzRule::default()).unwrap();
        assert_eq!((item.class, item.coefficient), (Class(2), None));
    }

    #[test]
    fn huge_demands_give_finite_figures() {
        let item = xyz(&[1e300, 3e300], &XyzRule::default()).unwrap();
        assert!(item.standard_deviation.is_finite() && item.coefficient.unwrap() < 1.0);
    }

    #[test]
    fn the_variance_of_nothing_is_refused_by_name() {
        let refused = |demand: &[f64]| xyz(demand, &XyzRule::default()).unwrap_err().to_string();
        assert_eq!(refused(&[]), "demand_per_period has 0 values: give at least 2");
        assert_eq!(refused(&[1.0]), "demand_per_period has 1 values: give at least 2");
        assert!(
            refused(&[1.0, -1.0]).contains("row 1") && refused(&[f64::NAN, 1.0]).contains("NaN")
        );
        assert!(xyz(&[1.0, 2.0], &XyzRule::new(1.0, 0.5)).is_err());
    }

    #[test]
    fn tables_of_other_lengths_are_refused() {
        let error = matrix(&[Class(0)], &[], &[1.into()]).unwrap_err();
        assert!(error.to_string().starts_with("xyz is 0, but abc has another length"));
    }
}
