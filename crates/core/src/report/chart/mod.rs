//! Charts: figures as inline SVG, without scripts, fonts or files from elsewhere.
//!
//! A chart is described by its figures, exact as everywhere; only where a mark stands on the picture is reckoned in
//! floats. Colours are CSS variables, so that a page can be light or dark. A picture has a title, a description in words
//! for those who can't see it, and its data as a [`Report`].

use rust_decimal::Decimal;

use super::{Cell, Column, Html, Kind, Locale, Phrase, Report, Row, word};

mod axis;
mod bars;
mod canvas;
mod gantt;
mod labels;
mod line;
mod pareto;
mod waterfall;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use canvas::Size;
pub use gantt::Task;

/// What a chart shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chart {
    /// What it is.
    pub title: Phrase,
    /// What its figures are: [`Kind::Amount`] of a currency, [`Kind::Count`].
    pub values: Kind,
    /// How it is drawn, with the figures.
    pub plot: Plot,
}

/// How figures are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Plot {
    /// Bars beside one another.
    Bars(Grid),
    /// Bars on one another: what is below zero under the line.
    Stacked(Grid),
    /// Lines from point to point.
    Line(Grid),
    /// Steps that lead from one sum to another.
    Waterfall(Vec<Step>),
    /// Bars by size, and what the largest add up to, in percent of all (after V. Pareto and J. M. Juran).
    Pareto(Vec<(Phrase, Decimal)>),
    /// Bars over dates (after H. L. Gantt).
    Gantt(Vec<Task>),
}

/// Several series of figures over the same categories.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Grid {
    /// What stands along the axis: months, sites.
    pub categories: Vec<Phrase>,
    /// The series, in order of drawing.
    pub series: Vec<Series>,
}

/// A series of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Series {
    /// What it is.
    pub name: Phrase,
    /// A figure for each category; `None` where there is none.
    pub values: Vec<Option<Decimal>>,
}

impl Grid {
    /// A grid without series.
    ///
    /// ```
    /// use fondaco_core::report::Grid;
    /// let grid = Grid::new(["Mestre", "Lido"]).series("Sales", [120.into(), 80.into()]);
    /// assert_eq!((grid.categories.len(), grid.series.len()), (2, 1));
    /// ```
    pub fn new<T: Into<Phrase>>(categories: impl IntoIterator<Item = T>) -> Grid {
        Grid { categories: categories.into_iter().map(Into::into).collect(), series: Vec::new() }
    }

    /// The same with one series more.
    #[must_use]
    pub fn series(
        self,
        name: impl Into<Phrase>,
        values: impl IntoIterator<Item = Decimal>,
    ) -> Grid {
        self.series_with_gaps(name, values.into_iter().map(Some))
    }

    /// The same with one series more, in which figures may be missing.
    ///
    /// ```
    /// use fondaco_core::report::Grid;
    /// let grid = Grid::new(["Q1", "Q2"]).series_with_gaps("Price", [None, Some(3.into())]);
    /// assert_eq!(grid.series[0].values, [None, Some(3.into())]);
    /// ```
    #[must_use]
    pub fn series_with_gaps(
        mut self,
        name: impl Into<Phrase>,
        values: impl IntoIterator<Item = Option<Decimal>>,
    ) -> Grid {
        self.series.push(Series { name: name.into(), values: values.into_iter().collect() });
        self
    }

    /// Every figure with the place of its series and of its category.
    fn figures(&self) -> impl Iterator<Item = (usize, usize, Decimal)> {
        self.series.iter().enumerate().flat_map(|(series, of)| {
            let within = of.values.iter().take(self.categories.len()).enumerate();
            within.filter_map(move |(at, value)| value.map(|value| (series, at, value)))
        })
    }
}

/// A step of a waterfall.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// What is added, or if negative, taken away.
    Change(Phrase, Decimal),
    /// Where all before it has led.
    Total(Phrase),
}

impl Step {
    /// What is added, or if negative, taken away.
    pub fn change(name: impl Into<Phrase>, value: Decimal) -> Step {
        Step::Change(name.into(), value)
    }

    /// Where all before it has led.
    pub fn total(name: impl Into<Phrase>) -> Step {
        Step::Total(name.into())
    }
}

impl Chart {
    fn new(title: impl Into<Phrase>, values: Kind, plot: Plot) -> Chart {
        Chart { title: title.into(), values, plot }
    }

    /// Bars beside one another.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_core::report::{Chart, Grid, Kind, Locale};
    /// let grid = Grid::new(["Jan", "Feb"]).series("Sales", [500.into(), 700.into()]);
    /// let svg = Chart::bars("Sales by month", Kind::Amount(Currency::EUR), grid).to_svg(&Locale::en());
    /// assert!(svg.starts_with("<svg ") && svg.contains("<title>Jan, Sales: 500.00</title>"));
    /// ```
    pub fn bars(title: impl Into<Phrase>, values: Kind, grid: Grid) -> Chart {
        Chart::new(title, values, Plot::Bars(grid))
    }

    /// Bars on one another.
    pub fn stacked(title: impl Into<Phrase>, values: Kind, grid: Grid) -> Chart {
        Chart::new(title, values, Plot::Stacked(grid))
    }

    /// Lines from point to point; broken where a figure is missing.
    pub fn line(title: impl Into<Phrase>, values: Kind, grid: Grid) -> Chart {
        Chart::new(title, values, Plot::Line(grid))
    }

    /// Steps from one sum to another.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_core::report::{Chart, Kind, Step};
    /// let steps = [Step::change("Sales", 500.into()), Step::change("Rent", (-40).into()), Step::total("Profit")];
    /// let profit = Chart::waterfall("From sales to profit", Kind::Amount(Currency::EUR), steps);
    /// assert!(profit.to_report().to_csv().ends_with("Profit,,460.00\r\n"));
    /// ```
    pub fn waterfall(
        title: impl Into<Phrase>,
        values: Kind,
        steps: impl IntoIterator<Item = Step>,
    ) -> Chart {
        Chart::new(title, values, Plot::Waterfall(steps.into_iter().collect()))
    }

    /// Bars by size, and what the largest add up to in percent.
    ///
    /// ```
    /// use fondaco_core::report::{Chart, Kind};
    /// let reasons = [("Scratched", 2.into()), ("Bent", 8.into())];
    /// let chart = Chart::pareto("Why pieces were rejected", Kind::Count, reasons);
    /// assert_eq!(chart.to_report().to_csv(), ",Value,Share of all up to here\r\nBent,8,0.8\r\nScratched,2,1\r\n");
    /// ```
    pub fn pareto<T: Into<Phrase>>(
        title: impl Into<Phrase>,
        values: Kind,
        items: impl IntoIterator<Item = (T, Decimal)>,
    ) -> Chart {
        let items = items.into_iter().map(|(name, value)| (name.into(), value));
        Chart::new(title, values, Plot::Pareto(items.collect()))
    }

    /// Bars over dates: what is done when, under what it belongs to, after what it waits for; as tall as it has rows.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_core::report::{Chart, Task};
    /// let day = |text: &str| text.parse::<NaiveDate>();
    /// let tasks = [
    ///     Task::new("Hall 3", day("2026-03-02")?, day("2026-03-20")?),
    ///     Task::new("Floor", day("2026-03-02")?, day("2026-03-06")?).at_level(1),
    ///     Task::new("Racks", day("2026-03-09")?, day("2026-03-20")?).at_level(1).after([1]),
    /// ];
    /// let plan = Chart::gantt("Plan", tasks);
    /// assert_eq!(plan.to_report().to_string(), "\
    /// Plan
    ///          Start       End         Days  After
    /// =======  ==========  ==========  ====  =====
    /// Hall 3   2026-03-02  2026-03-20    19
    ///   Floor  2026-03-02  2026-03-06     5
    ///   Racks  2026-03-09  2026-03-20    12  Floor
    /// ");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn gantt(title: impl Into<Phrase>, tasks: impl IntoIterator<Item = Task>) -> Chart {
        Chart::new(title, Kind::Count, Plot::Gantt(tasks.into_iter().collect()))
    }

    /// The picture by itself, with its style inside: for a file, or a page that is not ours.
    pub fn to_svg(&self, locale: &Locale) -> String {
        let mut html = Html::new();
        self.draw(&mut html, locale, Size::WIDE, "chart", true);
        html.into_string()
    }

    /// The figures as a table.
    ///
    /// ```
    /// use fondaco_core::report::{Chart, Grid, Kind};
    /// let grid = Grid::new(["Jan", "Feb"]).series("Orders", [5.into(), 7.into()]);
    /// let data = Chart::line("Orders", Kind::Count, grid).to_report();
    /// assert_eq!(data.to_csv(), ",Orders\r\nJan,5\r\nFeb,7\r\n");
    /// ```
    pub fn to_report(&self) -> Report {
        let mut data = Report::new(self.title.clone()).column(Column::text("").naming_rows());
        match &self.plot {
            Plot::Bars(grid) | Plot::Stacked(grid) | Plot::Line(grid) => {
                let column =
                    |series: &Series| Column::new(series.name.clone(), self.values.clone());
                data = data.columns(grid.series.iter().map(column));
                for (at, category) in grid.categories.iter().enumerate() {
                    let figure =
                        |series: &Series| Cell::from(series.values.get(at).copied().flatten());
                    let figures = grid.series.iter().map(figure);
                    data.push(Row::new(std::iter::once(label(category)).chain(figures)));
                }
            }
            Plot::Waterfall(steps) => {
                let columns =
                    ["Change", "Sum"].map(|name| Column::new(word(name), self.values.clone()));
                data = data.columns(columns);
                waterfall::rows(steps).into_iter().for_each(|row| data.push(row));
            }
            Plot::Pareto(items) => {
                data = data.column(Column::new(word("Value"), self.values.clone()));
                data = data.column(Column::percent(word("Share of all up to here")));
                pareto::rows(items).into_iter().for_each(|row| data.push(row));
            }
            Plot::Gantt(tasks) => data = gantt::report(data, tasks),
        }
        data
    }

    /// Draws it: `id` is the page's name for it, `alone` brings the style with it.
    pub(crate) fn draw(&self, html: &mut Html, locale: &Locale, size: Size, id: &str, alone: bool) {
        let size = match &self.plot {
            Plot::Gantt(tasks) => gantt::sized(size, tasks),
            _ => size,
        };
        let (title, about) = (format!("{id}-title"), format!("{id}-about"));
        let view = format!("0 0 {} {}", size.width, size.height);
        let labelled = format!("{title} {about}");
        let attributes = [
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("class", size.class),
            ("viewBox", &view),
            ("role", "img"),
            ("aria-labelledby", &labelled),
        ];
        html.element("svg", &attributes, |html| {
            html.with_text("title", &[("id", &title)], &self.title.show(locale));
            html.with_text("desc", &[("id", &about)], &self.in_words(locale));
            if alone {
                html.element("style", &[], |html| {
                    html.constant(STYLE);
                });
            }
            let mut canvas = canvas::Canvas::new(html, locale, &self.values, size);
            match &self.plot {
                Plot::Bars(grid) => bars::beside(&mut canvas, grid),
                Plot::Stacked(grid) => bars::stacked(&mut canvas, grid),
                Plot::Line(grid) => line::draw(&mut canvas, grid),
                Plot::Waterfall(steps) => waterfall::draw(&mut canvas, steps),
                Plot::Pareto(items) => pareto::draw(&mut canvas, items),
                Plot::Gantt(tasks) => gantt::draw(&mut canvas, tasks),
            }
        });
    }
}

/// A category as a cell: its only part where it has one, so that dates stay dates.
fn label(phrase: &Phrase) -> Cell {
    match phrase.parts() {
        [one] => one.clone(),
        _ => phrase.clone().into_cell(),
    }
}

/// How charts look; a page may set the variables otherwise.
const STYLE: &str = include_str!("chart.css");
