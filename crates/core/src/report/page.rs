//! Results as one HTML page: its style inside, without scripts or outside files, so that it can be mailed, kept and opened
//! in twenty years.
//!
//! It is light or dark as its reader's screen, fits a phone, prints with repeated headings, and says to those who can't
//! see it what a picture or a table is.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::html::id;
use super::{Cell, Chart, Explain, Html, Locale, Phrase, Report};

mod parts;

#[cfg(test)]
mod tests;

use parts::Writer;

/// The style of a page and of all that stands on it; its colours are variables of `:root`.
pub const STYLE: &str = concat!(include_str!("chart/chart.css"), include_str!("page.css"));

/// Results together on one page.
///
/// ```
/// use fondaco_core::report::{Chart, Column, Figure, Grid, Kind, Locale, Page, Report};
/// use fondaco_core::Money;
/// let page = Page::new("Acme, March")
///     .figures([Figure::new("Sales", Money::parse("700 EUR")?)])
///     .chart(Chart::bars("Orders", Kind::Count, Grid::new(["Mar"]).series("Orders", [7.into()])))
///     .report(Report::new("Open items").column(Column::text("Customer")));
/// let html = page.to_html(&Locale::de());
/// assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"de\">"));
/// assert!(html.contains("<dd>700,00\u{202f}€</dd>"));
/// assert!(!html.contains("<script"));
/// # Ok::<(), fondaco_core::MoneyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Page {
    /// What it is.
    pub title: Phrase,
    /// A line under it.
    pub about: Phrase,
    /// The language of its words, by BCP 47: what a voice reads it in. Empty for that of the locale.
    pub language: Cow<'static, str>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Figures(Vec<Figure>),
    Chart(Chart),
    Report(Report),
    Explain(Phrase, Explain),
}

/// A figure that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figure {
    /// What it is.
    pub name: Phrase,
    /// How much.
    pub value: Cell,
}

impl Figure {
    /// A figure and what it is.
    pub fn new(name: impl Into<Phrase>, value: impl Into<Cell>) -> Figure {
        Figure { name: name.into(), value: value.into() }
    }
}

impl Page {
    /// A page without anything on it.
    pub fn new(title: impl Into<Phrase>) -> Page {
        Page { title: title.into(), ..Page::default() }
    }

    /// The same with a line under its title.
    #[must_use]
    pub fn about(mut self, about: impl Into<Phrase>) -> Page {
        self.about = about.into();
        self
    }

    /// The same with figures that stand out.
    #[must_use]
    pub fn figures(mut self, figures: impl IntoIterator<Item = Figure>) -> Page {
        self.parts.push(Part::Figures(figures.into_iter().collect()));
        self
    }

    /// The same with a chart. Charts that follow one another stand side by side where there is room.
    #[must_use]
    pub fn chart(mut self, chart: Chart) -> Page {
        self.parts.push(Part::Chart(chart));
        self
    }

    /// The same with a report.
    #[must_use]
    pub fn report(mut self, report: Report) -> Page {
        self.parts.push(Part::Report(report));
        self
    }

    /// The same with an explanation, to be opened step by step.
    ///
    /// ```
    /// use fondaco_core::report::{Explain, Locale, Page};
    /// let why = Explain::new("Pieces on hand", 7_i64).input(Explain::new("Received", 7_i64));
    /// let html = Page::new("Stock").explain("Why 7 pieces", why).to_html(&Locale::en());
    /// assert!(html.contains("<summary>") && html.contains("Why 7 pieces"));
    /// ```
    #[must_use]
    pub fn explain(mut self, title: impl Into<Phrase>, why: Explain) -> Page {
        self.parts.push(Part::Explain(title.into(), why));
        self
    }

    /// The page.
    pub fn to_html(&self, locale: &Locale) -> String {
        let language = if self.language.is_empty() { locale.tag.as_str() } else { &self.language };
        document(language, &self.title.show(locale), |html| self.body(html, locale))
    }

    fn body(&self, html: &mut Html, locale: &Locale) {
        html.element("header", &[], |html| {
            html.with_text("h1", &[], &self.title.show(locale));
            if !self.about.is_empty() {
                html.with_text("p", &[], &self.about.show(locale));
            }
        });
        self.contents(html, locale);
        html.constant("\n");
        html.element("main", &[], |html| {
            let writer = Writer { locale, anchors: self.anchors() };
            let mut rest = self.parts.as_slice();
            while let Some(first) = rest.first() {
                let at = self.parts.len() - rest.len();
                let charts = rest.iter().map_while(Part::as_chart).collect::<Vec<_>>();
                match first {
                    Part::Figures(figures) => writer.figures(html, figures),
                    Part::Chart(_) => writer.charts(html, &charts, &place(at, None)),
                    Part::Report(report) => {
                        writer.report(html, report, &place(at, report.anchor.as_deref()), "h2");
                    }
                    Part::Explain(title, why) => {
                        writer.explain(html, title, why, &place(at, None));
                    }
                }
                html.constant("\n");
                rest = rest.split_at(charts.len().max(1)).1;
            }
        });
    }

    /// Where the reports and explanations are, if there are several.
    fn contents(&self, html: &mut Html, locale: &Locale) {
        let titled = self.parts.iter().enumerate().filter_map(|(at, part)| match part {
            Part::Report(report) => Some((&report.title, place(at, report.anchor.as_deref()))),
            Part::Explain(title, _) => Some((title, place(at, None))),
            Part::Figures(_) | Part::Chart(_) => None,
        });
        let titled: Vec<_> = titled.collect();
        if titled.len() < 2 {
            return;
        }
        html.element("nav", &[("aria-label", locale.word("Contents"))], |html| {
            html.element("ol", &[], |html| {
                for (title, place) in &titled {
                    let link = format!("#{place}");
                    html.element("li", &[], |html| {
                        html.with_text("a", &[("href", &link)], &title.show(locale));
                    });
                }
            });
        });
    }

    fn anchors(&self) -> BTreeSet<&str> {
        self.parts.iter().filter_map(Part::as_report).flat_map(Report::anchors).collect()
    }
}

impl Part {
    fn as_chart(&self) -> Option<&Chart> {
        if let Part::Chart(chart) = self { Some(chart) } else { None }
    }

    fn as_report(&self) -> Option<&Report> {
        if let Part::Report(report) = self { Some(report) } else { None }
    }
}

/// A whole document around a body.
fn document(language: &str, title: &str, body: impl FnOnce(&mut Html)) -> String {
    let mut html = Html::new();
    html.constant("<!DOCTYPE html>\n");
    html.element("html", &[("lang", language)], |html| {
        html.element("head", &[], |html| {
            let fit = "width=device-width, initial-scale=1";
            html.void("meta", &[("charset", "utf-8")]);
            html.void("meta", &[("name", "viewport"), ("content", fit)]);
            html.with_text("title", &[], title);
            html.element("style", &[], |html| {
                html.constant(STYLE);
            });
        });
        html.constant("\n");
        html.element("body", &[], body);
    });
    html.constant("\n");
    html.into_string()
}

/// The id of the part at this place.
fn place(at: usize, anchor: Option<&str>) -> String {
    anchor.map_or_else(|| format!("part_{}", at + 1), id)
}

impl Report {
    /// The report as a page of its own.
    ///
    /// ```
    /// use fondaco_core::report::{Column, Locale, Report, Row};
    /// let mut report = Report::new("Stock").column(Column::text("Item"));
    /// report.push(Row::new(["Rice & beans".into()]));
    /// let html = report.to_html(&Locale::en());
    /// assert!(html.contains("<caption>Stock</caption>"));
    /// assert!(html.contains(r#"<th scope="row">Rice &amp; beans</th>"#));
    /// ```
    pub fn to_html(&self, locale: &Locale) -> String {
        let writer = Writer { locale, anchors: self.anchors().collect() };
        let place = place(0, self.anchor.as_deref());
        document(&locale.tag, &self.title.show(locale), |html| {
            html.element("main", &[], |html| writer.report(html, self, &place, "h1"));
        })
    }

    /// The report without a page around it, for pages that are not ours: they bring [`STYLE`] or their own.
    ///
    /// ```
    /// use fondaco_core::report::{Column, Locale, Report};
    /// let fragment = Report::new("Stock").column(Column::text("Item")).to_fragment(&Locale::en());
    /// assert!(fragment.starts_with(r#"<section class="report""#));
    /// ```
    pub fn to_fragment(&self, locale: &Locale) -> String {
        let mut html = Html::new();
        let writer = Writer { locale, anchors: self.anchors().collect() };
        writer.report(&mut html, self, &place(0, self.anchor.as_deref()), "h2");
        html.into_string()
    }

    fn anchors(&self) -> impl Iterator<Item = &str> {
        let rows = self.rows.iter().filter_map(|row| row.anchor.as_deref());
        self.anchor.as_deref().into_iter().chain(rows)
    }
}
