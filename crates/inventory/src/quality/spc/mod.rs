//! Statistical process control: is what varies only chance?
//!
//! After W. A. Shewhart; D. C. Montgomery, *Introduction to Statistical Quality Control*; ASTM E2587. A chart's limits lie three
//! standard deviations around its centre ([`charts`], [`attributes`]), reckoned by constants that are integrated and not typed
//! ([`constants`]); the [`rules`] say which points are unlikely to be chance.

use fondaco_core::report::{Cell, Chart, Column, Grid, Kind, Phrase, Report, Row, word};
use smol_str::SmolStr;

use crate::KernelError;
use crate::error::{finite, not_negative};
use crate::exact::shown;

pub mod attributes;
pub mod charts;
pub mod constants;
pub mod rules;

pub use constants::ChartConstants;
pub use rules::{Rule, Signal};

/// A point of a control chart with the limits that hold for it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Point {
    /// What was measured.
    pub value: f64,
    /// The lower control limit.
    pub lower: f64,
    /// The centre line.
    pub centre: f64,
    /// The upper control limit.
    pub upper: f64,
    /// The standard deviation of such a value, a third of the way from the centre to a limit that is not cut off.
    pub sigma: f64,
}

/// A figure of a point.
type Figure = fn(&Point) -> f64;

/// A control chart.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ControlChart {
    /// What it is a chart of.
    pub name: &'static str,
    /// Its points, in order of time.
    pub points: Vec<Point>,
}

impl ControlChart {
    /// A chart of values that each have a standard deviation, around a centre that is known or agreed: for watching a process by
    /// limits set before. No limit is below `least`, for what can't be.
    ///
    /// # Errors
    /// When there are no values, one is no number or has a standard deviation below zero, or the tables differ in length.
    ///
    /// ```
    /// use fondaco_inventory::quality::ControlChart;
    /// let chart = ControlChart::around("Fill weight", &[10.2, 9.9], 10.0, &[0.1, 0.1], f64::NEG_INFINITY)?;
    /// assert!((chart.points[0].upper - 10.3).abs() < 1e-12);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn around(
        name: &'static str,
        values: &[f64],
        centre: f64,
        sigmas: &[f64],
        least: f64,
    ) -> Result<ControlChart, KernelError> {
        if values.is_empty() {
            return Err(KernelError::TooFew { field: "values", count: 0, least: 1 });
        }
        if sigmas.len() != values.len() {
            return Err(KernelError::Contradiction {
                field: "sigmas",
                value: sigmas.len() as f64,
                other: "values are another number",
                way_out: "give one for each value",
            });
        }
        let centre = finite("centre", centre)?;
        let point = |(index, (value, sigma)): (usize, (&f64, &f64))| -> Result<Point, KernelError> {
            let at = |error: KernelError| error.at(index);
            let value = finite("values", *value).map_err(at)?;
            let sigma = not_negative("sigmas", *sigma).map_err(at)?;
            let (lower, upper) = ((centre - 3.0 * sigma).max(least), centre + 3.0 * sigma);
            finite("upper", upper).map_err(at)?;
            Ok(Point { value, lower, centre, upper, sigma })
        };
        let points = values.iter().zip(sigmas).enumerate().map(point);
        Ok(ControlChart { name, points: points.collect::<Result<_, _>>()? })
    }

    /// Which points break which of these rules, in order of the points.
    ///
    /// ```
    /// use fondaco_inventory::quality::{Rule, spc::charts::individuals};
    /// let (values, _) = individuals(&[5.0, 5.1, 4.9, 5.0, 5.1, 9.0])?;
    /// let signals = values.signals(&Rule::western_electric());
    /// assert_eq!((signals[0].point, signals[0].rule), (5, Rule::Beyond { sigmas: 3.0 }));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn signals(&self, rules: &[Rule]) -> Vec<Signal> {
        rules::signals(&self.points, rules)
    }

    /// Whether no point breaks any of these rules.
    ///
    /// ```
    /// use fondaco_inventory::quality::{Rule, spc::charts::individuals};
    /// let (values, _) = individuals(&[5.0, 5.1, 4.9, 5.0, 5.1])?;
    /// assert!(values.is_in_control(&Rule::nelson()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn is_in_control(&self, rules: &[Rule]) -> bool {
        self.signals(rules).is_empty()
    }

    /// The chart as text, HTML and tables show it, with its picture: each point, its limits, and the rules it breaks. Figures have
    /// so many digits.
    ///
    /// ```
    /// use fondaco_inventory::quality::{Rule, spc::attributes::counts};
    /// let chart = counts(&[4, 6, 3, 7, 5, 2, 8, 4, 5, 26])?;
    /// let report = chart.to_report(&Rule::western_electric(), 1);
    /// assert_eq!(report.charts.len(), 1);
    /// assert!(report.to_string().contains("10   26.0    0.0     7.0   14.9  beyond 3 sigma"));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn to_report(&self, rules: &[Rule], digits: u32) -> Report {
        let kind = Kind::Quantity { unit: SmolStr::default(), digits };
        let series: [(&'static str, Figure); 4] = [
            ("Value", |point| point.value),
            ("Lower", |point| point.lower),
            ("Centre", |point| point.centre),
            ("Upper", |point| point.upper),
        ];
        let names = (1..=self.points.len()).map(Phrase::from);
        let mut grid = Grid::new(names);
        let mut columns = vec![Column::count(word("Point"))];
        for (name, of) in series {
            let values = self.points.iter().map(|point| shown(of(point), digits));
            grid = grid.series_with_gaps(word(name), values);
            columns.push(Column::new(word(name), kind.clone()));
        }
        columns.push(Column::text(word("Signal")));
        let chart = Chart::line(word(self.name), kind, grid);
        let mut report = Report::new(word(self.name)).columns(columns).chart(chart);
        let mut broken = vec![String::new(); self.points.len()];
        for signal in self.signals(rules) {
            let text = &mut broken[signal.point];
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str(&signal.rule.to_string());
        }
        for (number, (point, broken)) in self.points.iter().zip(broken).enumerate() {
            let figures = series.map(|(_, of)| Cell::from(shown(of(point), digits)));
            let broken = if broken.is_empty() { Cell::Empty } else { broken.into() };
            let cells = std::iter::once(Cell::from(number + 1)).chain(figures).chain([broken]);
            report.push(Row::new(cells));
        }
        report
    }
}
