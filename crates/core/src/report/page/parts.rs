//! The parts of a page as HTML: figures, charts, tables, explanations.

use std::collections::BTreeSet;

use super::super::chart::Size;
use super::super::html::id;
use super::super::{Cell, Chart, Column, Explain, Html, Kind, Locale, Phrase, Report, Role, Row};
use super::Figure;

/// What all parts of a page share.
pub(super) struct Writer<'w> {
    pub(super) locale: &'w Locale,
    /// Where links can lead.
    pub(super) anchors: BTreeSet<&'w str>,
}

impl Writer<'_> {
    pub(super) fn figures(&self, html: &mut Html, figures: &[Figure]) {
        html.element("dl", &[("class", "figures")], |html| {
            for figure in figures {
                html.element("div", &[], |html| {
                    html.with_text("dt", &[], &figure.name.show(self.locale));
                    html.with_text("dd", &[], &self.locale.value(&figure.value));
                });
            }
        });
    }

    pub(super) fn charts(&self, html: &mut Html, charts: &[&Chart], place: &str) {
        html.element("div", &[("class", "charts")], |html| {
            for (at, chart) in charts.iter().enumerate() {
                self.chart(html, chart, &format!("{place}_{}", at + 1));
            }
        });
    }

    /// The picture twice, for room and for little room, of which a reader meets one; and its figures.
    fn chart(&self, html: &mut Html, chart: &Chart, place: &str) {
        html.element("figure", &[], |html| {
            html.with_text("figcaption", &[], &chart.title.show(self.locale));
            chart.draw(html, self.locale, Size::WIDE, &format!("{place}_wide"), false);
            chart.draw(html, self.locale, Size::NARROW, &format!("{place}_narrow"), false);
            html.element("details", &[("class", "data")], |html| {
                html.with_text("summary", &[], self.locale.word("The figures"));
                self.table(html, &chart.to_report(), None);
            });
        });
    }

    /// A report, its title in a heading of the given rank.
    pub(super) fn report(&self, html: &mut Html, report: &Report, place: &str, rank: &'static str) {
        html.element("section", &[("class", "report"), ("id", place)], |html| {
            let title = format!("{place}_title");
            html.with_text(rank, &[("id", &title)], &report.title.show(self.locale));
            for (at, chart) in report.charts.iter().enumerate() {
                self.chart(html, chart, &format!("{place}_{}", at + 1));
            }
            self.table(html, report, Some(&title));
            for note in &report.notes {
                html.with_text("p", &[("class", "note")], &note.show(self.locale));
            }
        });
    }

    /// A table that scrolls by itself where it is too wide, also by keyboard.
    fn table(&self, html: &mut Html, report: &Report, title: Option<&str>) {
        let scroll: &[_] = match title {
            Some(title) => &[
                ("class", "scroll"),
                ("tabindex", "0"),
                ("role", "region"),
                ("aria-labelledby", title),
            ],
            None => &[("class", "scroll")],
        };
        html.element("div", scroll, |html| {
            let over = over_figures(report);
            let class: &[_] = &[("class", over.unwrap_or_default())];
            html.element(
                "table",
                class.get(..usize::from(over.is_some())).unwrap_or_default(),
                |html| {
                    html.with_text("caption", &[], &report.title.show(self.locale));
                    self.heading(html, report);
                    self.rows(html, report);
                },
            );
        });
    }

    fn heading(&self, html: &mut Html, report: &Report) {
        html.element("thead", &[], |html| {
            html.element("tr", &[], |html| {
                for (_, column) in report.shown_columns() {
                    let class = class(&column.kind, false);
                    let attributes = [("scope", "col"), ("class", class)];
                    let attributes = attributes.get(..if class.is_empty() { 1 } else { 2 });
                    html.with_text(
                        "th",
                        attributes.unwrap_or_default(),
                        &column.heading.show(self.locale),
                    );
                }
            });
        });
    }

    fn rows(&self, html: &mut Html, report: &Report) {
        let columns: Vec<_> = report.shown_columns().collect();
        let naming = report.naming_column();
        let mut cell = String::new();
        let mut rest = report.rows.as_slice();
        while !rest.is_empty() {
            let group = 1 + rest.iter().skip(1).take_while(|row| !row.starts_group).count();
            let (rows, after) = rest.split_at(group);
            html.element("tbody", &[], |html| {
                for row in rows {
                    html.constant("\n");
                    self.row(html, row, &columns, naming, &mut cell);
                }
            });
            rest = after;
        }
    }

    fn row(
        &self,
        html: &mut Html,
        row: &Row,
        columns: &[(usize, &Column)],
        naming: Option<usize>,
        cell: &mut String,
    ) {
        let place = row.anchor.as_deref().map(id);
        let class = match row.role {
            Role::Line => None,
            Role::Heading => Some("h"),
            Role::Total => Some("t"),
        };
        let attributes = [("class", class), ("id", place.as_deref())];
        let attributes: Vec<_> =
            attributes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let span = Span::of(row, columns, naming);
        html.element("tr", &attributes, |html| {
            for (place, (at, column)) in columns.iter().enumerate() {
                if span.covers(place) {
                    continue;
                }
                cell.clear();
                self.locale.push_cell(cell, row.cell(*at), &column.kind);
                match naming == Some(*at) && !cell.is_empty() {
                    true => self.name(html, row, column, cell, &span),
                    false => self.cell(html, row.cell(*at), column, cell),
                }
            }
        });
    }

    fn cell(&self, html: &mut Html, value: &Cell, column: &Column, shown: &str) {
        let negative =
            value.figure().is_some_and(|figure| figure.is_sign_negative() && !figure.is_zero());
        match class(&column.kind, negative) {
            "" => html.with_text("td", &[], shown),
            class => html.with_text("td", &[("class", class)], shown),
        };
    }

    /// The cell that names its row: indented by level, and leading where the row leads.
    fn name(&self, html: &mut Html, row: &Row, column: &Column, shown: &str, span: &Span) {
        let level = LEVELS.get(usize::from(row.level)).or(LEVELS.last()).copied().unwrap_or("");
        let class = if level.is_empty() { class(&column.kind, false) } else { level };
        let columns = (span.columns > 1).then(|| span.columns.to_string());
        let attributes = [
            ("scope", Some("row")),
            ("class", Some(class).filter(|class| !class.is_empty())),
            ("colspan", columns.as_deref()),
        ];
        let attributes: Vec<_> =
            attributes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        html.element("th", &attributes, |html| {
            match row.link.as_deref().filter(|link| self.anchors.contains(link)) {
                Some(link) => html.with_text("a", &[("href", &format!("#{}", id(link)))], shown),
                None => html.text(shown),
            };
        });
    }

    pub(super) fn explain(&self, html: &mut Html, title: &Phrase, why: &Explain, place: &str) {
        html.element("section", &[("class", "why"), ("id", place)], |html| {
            html.with_text("h2", &[], &title.show(self.locale));
            html.element("ul", &[], |html| self.reason(html, why, true));
        });
    }

    /// A figure with what it was made of, to be opened.
    fn reason(&self, html: &mut Html, why: &Explain, open: bool) {
        html.element("li", &[], |html| {
            let line = |html: &mut Html| {
                html.element("span", &[("class", "what")], |html| {
                    html.with_text("span", &[], &why.what.show(self.locale));
                    html.with_text("b", &[], &self.locale.value(&why.value));
                });
            };
            if why.inputs.is_empty() {
                html.element("div", &[("class", "line")], line);
                self.grounds(html, why);
                return;
            }
            let attributes: &[_] = if open { &[("open", "")] } else { &[] };
            html.element("details", attributes, |html| {
                html.element("summary", &[], line);
                self.grounds(html, why);
                html.element("ul", &[], |html| {
                    why.inputs.iter().for_each(|input| self.reason(html, input, false));
                });
            });
        });
    }

    fn grounds(&self, html: &mut Html, why: &Explain) {
        for ground in why.grounds(self.locale) {
            html.with_text("p", &[("class", "how")], &ground);
        }
    }
}

/// The columns over which a row's name reaches: a heading's over all that is empty beside it.
struct Span {
    first: usize,
    name: usize,
    columns: usize,
}

impl Span {
    fn of(row: &Row, columns: &[(usize, &Column)], naming: Option<usize>) -> Span {
        let name = columns.iter().position(|(at, _)| naming == Some(*at)).unwrap_or(0);
        if row.role != Role::Heading {
            return Span { first: name, name, columns: 1 };
        }
        let empty = |(at, _): &&(usize, &Column)| *row.cell(*at) == Cell::Empty;
        let before = columns.iter().take(name).rev().take_while(empty).count();
        let after = columns.iter().skip(name + 1).take_while(empty).count();
        Span { first: name - before, name, columns: before + 1 + after }
    }

    /// Whether the name takes the place of this column's cell.
    fn covers(&self, place: usize) -> bool {
        place != self.name && (self.first..self.first + self.columns).contains(&place)
    }
}

/// The classes of a table whose rows are a name, perhaps a code before it, and two to four figures: on a phone, where they don't fit
/// beside one another, each name stands over its figures. Wider ones scroll.
fn over_figures(report: &Report) -> Option<&'static str> {
    let naming = report.naming_column()?;
    let columns: Vec<_> = report.shown_columns().collect();
    let name = columns.iter().position(|(at, _)| *at == naming)?;
    let (before, after) = (columns.get(..name)?, columns.get(name + 1..)?);
    let is_figure = |(_, column): &(usize, &Column)| class(&column.kind, false) == "n";
    if !after.iter().all(is_figure) || !before.iter().all(|(_, column)| column.kind == Kind::Text) {
        return None;
    }
    let is_share =
        after.last().is_some_and(|(_, column)| matches!(column.kind, Kind::Percent { .. }));
    Some(match (before.len(), after.len(), is_share) {
        (0, 2, _) => "over f2",
        (0, 3, _) => "over f3",
        (0, 4, false) => "over f4",
        (0, 4, true) => "over f4 share",
        (1, 2, _) => "over f2 coded",
        (1, 3, _) => "over f3 coded",
        (1, 4, false) => "over f4 coded",
        (1, 4, true) => "over f4 share coded",
        _ => return None,
    })
}

/// Classes of levels; deeper ones stand with the last.
const LEVELS: [&str; 7] = ["", "i1", "i2", "i3", "i4", "i5", "i6"];

fn class(kind: &Kind, negative: bool) -> &'static str {
    match (kind, negative) {
        (Kind::Text, _) => "",
        (Kind::Date, _) => "d",
        (_, true) => "n neg",
        (_, false) => "n",
    }
}
