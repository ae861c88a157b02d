//! What all charts are drawn with: the frame, the axis with its grid, marks with their tips.

use rust_decimal::Decimal;

use super::super::{Cell, Html, Kind, Locale, Phrase, display_width};
use super::axis::Axis;
use super::labels::Labels;

/// How large a picture is, in units that are pixels at its natural size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) class: &'static str,
}

impl Size {
    /// For desks and paper.
    pub(crate) const WIDE: Size = Size { width: 600, height: 300, class: "chart wide" };
    /// For phones: the same letters, in half the room.
    pub(crate) const NARROW: Size = Size { width: 360, height: 280, class: "chart narrow" };

    /// How many categories have room for a bar each.
    pub(super) fn most_bars(self) -> usize {
        self.width as usize / 40
    }
}

const FONT: f64 = 12.0;

/// What a text takes in the picture, near enough: fonts differ.
pub(super) fn text_width(text: &str) -> f64 {
    FONT * 0.58 * display_width(text) as f64
}

/// A picture in the making, with the room that is left for the marks.
pub(super) struct Canvas<'c> {
    pub(super) html: &'c mut Html,
    pub(super) locale: &'c Locale,
    pub(super) kind: &'c Kind,
    pub(super) size: Size,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl<'c> Canvas<'c> {
    pub(super) fn new(
        html: &'c mut Html,
        locale: &'c Locale,
        kind: &'c Kind,
        size: Size,
    ) -> Canvas<'c> {
        let (right, bottom) = (f64::from(size.width) - 6.0, f64::from(size.height) - 6.0);
        Canvas { html, locale, kind, size, left: 4.0, right, top: 12.0, bottom }
    }

    pub(super) fn show(&self, phrase: &Phrase) -> String {
        phrase.show(self.locale)
    }

    /// A figure as the data's table shows it.
    pub(super) fn figure(&self, value: Decimal) -> String {
        self.locale.cell(&Cell::Number(value), self.kind)
    }

    /// Names and colours of series, in rows at the top; one series needs none.
    pub(super) fn legend<'p>(&mut self, names: impl ExactSizeIterator<Item = &'p Phrase>) {
        if names.len() < 2 {
            return;
        }
        let (mut x, mut y) = (self.left, 14.0);
        for (at, name) in names.enumerate() {
            let name = self.show(name);
            let room = text_width(&name) + 34.0;
            if x > self.left && x + room > self.right {
                (x, y) = (self.left, y + 18.0);
            }
            self.rect(&series(at), (x, y - 9.0), (10.0, 10.0), "");
            self.text(&name, (x + 15.0, y), "start");
            x += room;
        }
        self.top = y + 18.0;
    }

    /// Makes room for the axis' numbers and the categories' names, and draws both and the grid.
    pub(super) fn frame(&mut self, axis: &Axis, categories: &[String], spread: bool) -> Vec<f64> {
        let numbers = self.tick_texts(axis);
        let widest = numbers.iter().map(|number| text_width(number)).fold(0.0, f64::max);
        self.left += widest + 8.0;
        let labels = Labels::lay(categories, spread, self);
        self.left = self.left.max(labels.least_left);
        self.bottom -= labels.height;
        for (tick, number) in axis.ticks.iter().zip(&numbers) {
            let y = self.y(axis, *tick);
            let class = if tick.is_zero() { "zero" } else { "grid" };
            self.line(class, (self.left, y), (self.right, y));
            self.text(number, (self.left - 6.0, y + 4.0), "end");
        }
        labels.draw(self)
    }

    fn tick_texts(&self, axis: &Axis) -> Vec<String> {
        let percent = |tick: &Decimal| match self.kind {
            Kind::Percent { .. } => self.locale.value(&Cell::Percent(*tick)),
            _ => self.locale.short_number(*tick, axis.largest()),
        };
        axis.ticks.iter().map(percent).collect()
    }

    /// Where a value stands.
    pub(super) fn y(&self, axis: &Axis, value: Decimal) -> f64 {
        self.bottom - axis.place(value) * (self.bottom - self.top)
    }

    /// A bar between two values, of a width about a middle.
    pub(super) fn bar(
        &mut self,
        axis: &Axis,
        class: &str,
        (middle, width): (f64, f64),
        (from, to): (Decimal, Decimal),
        tip: &str,
    ) {
        let (a, b) = (self.y(axis, from), self.y(axis, to));
        // What is not zero is seen, however small beside the others.
        let least = if from == to { 0.0 } else { 1.0 };
        let height = (a - b).abs().max(least);
        self.rect(class, (middle - width / 2.0, a.min(b)), (width, height), tip);
    }

    pub(super) fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64), tip: &str) {
        let attributes = [
            ("class", class),
            ("x", &unit(at.0)),
            ("y", &unit(at.1)),
            ("width", &unit(size.0)),
            ("height", &unit(size.1)),
        ];
        self.html.element("rect", &attributes, |html| tell(html, tip));
    }

    pub(super) fn point(&mut self, class: &str, at: (f64, f64), radius: f64, tip: &str) {
        let attributes =
            [("class", class), ("cx", &unit(at.0)), ("cy", &unit(at.1)), ("r", &unit(radius))];
        self.html.element("circle", &attributes, |html| tell(html, tip));
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let attributes = [
            ("class", class),
            ("x1", &unit(from.0)),
            ("y1", &unit(from.1)),
            ("x2", &unit(to.0)),
            ("y2", &unit(to.1)),
        ];
        self.html.element("line", &attributes, |_| {});
    }

    pub(super) fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let points = points.iter().map(|(x, y)| format!("{},{}", unit(*x), unit(*y)));
        let points = points.collect::<Vec<_>>().join(" ");
        self.html.element("polyline", &[("class", class), ("points", &points)], |_| {});
    }

    pub(super) fn text(&mut self, text: &str, (x, y): (f64, f64), anchor: &str) {
        let attributes = [("x", &*unit(x)), ("y", &unit(y)), ("text-anchor", anchor)];
        self.html.with_text("text", &attributes, text);
    }

    /// A text that leans, ending at a point; the whole of it as its tip where it was cut.
    pub(super) fn leaning(&mut self, text: &str, whole: &str, (x, y): (f64, f64)) {
        let turn = format!("rotate(-35 {} {})", unit(x), unit(y));
        let (x, y) = (unit(x), unit(y));
        let attributes = [("x", &*x), ("y", &y), ("text-anchor", "end"), ("transform", &turn)];
        self.html.element("text", &attributes, |html| {
            html.text(text);
            tell(html, if text == whole { "" } else { whole });
        });
    }

    /// What stands where there is nothing to draw.
    pub(super) fn nothing(&mut self) {
        let middle = (f64::from(self.size.width) / 2.0, f64::from(self.size.height) / 2.0);
        let nothing = self.locale.word("no data");
        self.text(nothing, middle, "middle");
    }
}

/// The class of a series' colour; after the eighth they begin again.
pub(super) fn series(at: usize) -> String {
    format!("s{}", at % 8 + 1)
}

fn tell(html: &mut Html, tip: &str) {
    if !tip.is_empty() {
        html.with_text("title", &[], tip);
    }
}

/// A length with one digit, and none where it is whole.
fn unit(length: f64) -> String {
    let tenths = (length * 10.0).round() as i64;
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        _ => format!("{:.1}", tenths as f64 / 10.0),
    }
}
