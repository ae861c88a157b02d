//! A chart in words, for those who can't see it.

use rust_decimal::Decimal;

use super::super::{Cell, Locale, Phrase};
use super::{Chart, Grid, Plot, Series, Step, gantt, waterfall};

impl Chart {
    /// What the chart shows, in a few sentences.
    pub(super) fn in_words(&self, locale: &Locale) -> String {
        match &self.plot {
            Plot::Bars(grid) => self.grid_in_words("Bars", grid, locale),
            Plot::Stacked(grid) => self.grid_in_words("Stacked bars", grid, locale),
            Plot::Line(grid) => self.grid_in_words("Lines", grid, locale),
            Plot::Waterfall(steps) => self.steps_in_words(steps, locale),
            Plot::Pareto(items) => self.items_in_words(items, locale),
            Plot::Gantt(tasks) => gantt::in_words(tasks, locale),
        }
    }

    fn figure(&self, value: Decimal, locale: &Locale) -> String {
        locale.cell(&Cell::Number(value), &self.values)
    }

    fn grid_in_words(&self, what: &str, grid: &Grid, locale: &Locale) -> String {
        let what = locale.word(what);
        let ends = match grid.categories.as_slice() {
            [] => return format!("{what} {}.", locale.word("without data")),
            [only] => only.show(locale),
            [first, .., last] => {
                format!("{} {} {}", first.show(locale), locale.word("to"), last.show(locale))
            }
        };
        let series =
            grid.series.iter().filter_map(|series| self.series_in_words(grid, series, locale));
        std::iter::once(format!("{what}, {ends}.")).chain(series).collect::<Vec<_>>().join(" ")
    }

    fn series_in_words(&self, grid: &Grid, series: &Series, locale: &Locale) -> Option<String> {
        let figures = series.values.iter().zip(&grid.categories);
        let figures: Vec<_> =
            figures.filter_map(|(value, name)| value.map(|value| (value, name))).collect();
        let (least, most) =
            (figures.iter().min_by_key(|it| it.0)?, figures.iter().max_by_key(|it| it.0)?);
        let told = |(value, name): &(Decimal, &Phrase)| {
            format!("{} ({})", self.figure(*value, locale), name.show(locale))
        };
        let name = series.name.show(locale);
        let [lowest, highest] = ["least", "most"].map(|word| locale.word(word));
        Some(format!("{name}: {lowest} {}, {highest} {}.", told(least), told(most)))
    }

    fn steps_in_words(&self, steps: &[Step], locale: &Locale) -> String {
        let told = waterfall::rows(steps).into_iter().zip(steps).map(|(row, step)| {
            let value = row.cell(1).figure().or_else(|| row.cell(2).figure()).unwrap_or_default();
            format!("{} {}", step.name().show(locale), self.figure(value, locale))
        });
        format!("{}: {}.", locale.word("Steps"), told.collect::<Vec<_>>().join(", "))
    }

    fn items_in_words(&self, items: &[(Phrase, Decimal)], locale: &Locale) -> String {
        let what = locale.word("Bars by size");
        let Some((name, value)) = items.iter().max_by_key(|(_, value)| *value) else {
            return format!("{what}, {}.", locale.word("without data"));
        };
        let (count, largest) = (locale.value(&items.len().into()), name.show(locale));
        let [items, most] = ["items", "Largest"].map(|word| locale.word(word));
        format!("{what}, {count} {items}. {most}: {largest}, {}.", self.figure(*value, locale))
    }
}
