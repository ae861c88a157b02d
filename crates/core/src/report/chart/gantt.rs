//! Bars over dates (after H. L. Gantt): what is done when, under what it belongs to, after what it waits for.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::super::{Cell, Column, Locale, Phrase, Report, Row, word};
use super::canvas::{Canvas, Size, text_width};
use super::label;

/// Something that is done from one day to another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Task {
    /// What it is.
    pub name: Phrase,
    /// Its first day.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
    /// How deep it stands under the ones before it: 0 at the top. One that has others under it is drawn as their span.
    pub level: u8,
    /// What must be done before, by place in the list, from 0.
    pub after: Vec<usize>,
}

impl Task {
    /// From a first to a last day, both included; one whose last day lies before its first takes that day alone.
    ///
    /// ```
    /// use fondaco_core::report::Task;
    /// let (first, last) = ("2026-03-02".parse()?, "2026-03-06".parse()?);
    /// let task = Task::new("Pour the floor", first, last).at_level(1).after([0]);
    /// assert_eq!((task.days(), task.level), (5, 1));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn new(name: impl Into<Phrase>, start: NaiveDate, end: NaiveDate) -> Task {
        Task { name: name.into(), start, end: end.max(start), level: 0, after: Vec::new() }
    }

    /// The same, under the last one before it that stands less deep.
    #[must_use]
    pub fn at_level(mut self, level: u8) -> Task {
        self.level = level;
        self
    }

    /// The same, after others of the list, by place from 0. What is not in the list is passed over.
    #[must_use]
    pub fn after(mut self, places: impl IntoIterator<Item = usize>) -> Task {
        self.after.extend(places);
        self
    }

    /// How many days it takes.
    pub fn days(&self) -> i64 {
        (self.end - self.start).num_days() + 1
    }
}

/// What a task takes of the picture's height.
const ROW: f64 = 22.0;
const BAR: f64 = 12.0;
/// How far a level is indented.
const INDENT: f64 = 12.0;
/// Dates along the top need so much of the height.
const HEAD: f64 = 24.0;

/// A picture as tall as its tasks need.
pub(super) fn sized(size: Size, tasks: &[Task]) -> Size {
    let rows = HEAD + ROW * tasks.len() as f64 + 8.0;
    if tasks.is_empty() { size } else { Size { height: rows as u32, ..size } }
}

pub(super) fn report(report: Report, tasks: &[Task]) -> Report {
    let names = |task: &Task| {
        let names = task.after.iter().filter_map(|at| tasks.get(*at));
        names.map(|task| task.name.to_string()).collect::<Vec<_>>().join(", ")
    };
    let dates = ["Start", "End"].map(|name| Column::date(word(name)));
    let mut report = report.columns(dates).column(Column::count(word("Days")));
    report = report.column(Column::text(word("After")));
    for task in tasks {
        let after = names(task);
        let after = if after.is_empty() { Cell::Empty } else { after.into() };
        let cells =
            [label(&task.name), task.start.into(), task.end.into(), task.days().into(), after];
        report.push(Row::new(cells).at_level(task.level));
    }
    report
}

/// The first and the last day of all.
fn ends(tasks: &[Task]) -> Option<(NaiveDate, NaiveDate)> {
    let first = tasks.iter().map(|task| task.start).min()?;
    Some((first, tasks.iter().map(|task| task.end).max()?))
}

pub(super) fn in_words(tasks: &[Task], locale: &Locale) -> String {
    let what = locale.word("Bars over dates");
    let Some((first, last)) = ends(tasks) else {
        return format!("{what} {}.", locale.word("without data"));
    };
    let (first, to, last) = (locale.date(first), locale.word("to"), locale.date(last));
    let count = locale.value(&tasks.len().into());
    format!("{what}, {first} {to} {last}, {count} {}.", locale.word("items"))
}

/// Where days stand across the picture.
struct Scale {
    first: NaiveDate,
    days: f64,
    left: f64,
    width: f64,
}

impl Scale {
    /// Where a day begins.
    fn x(&self, date: NaiveDate) -> f64 {
        self.left + (date - self.first).num_days() as f64 / self.days * self.width
    }

    /// Where it ends.
    fn x_after(&self, date: NaiveDate) -> f64 {
        self.x(date) + self.width / self.days
    }
}

pub(super) fn draw(canvas: &mut Canvas<'_>, tasks: &[Task]) {
    let Some((first, last)) = ends(tasks) else { return canvas.nothing() };
    let names: Vec<String> = tasks.iter().map(|task| canvas.show(&task.name)).collect();
    let indented = |(name, task): (&String, &Task)| text_width(name) + indent(task);
    let widest = names.iter().zip(tasks).map(indented).fold(0.0, f64::max);
    let room = (canvas.right - canvas.left) * 0.4;
    let (names_left, left) = (canvas.left, canvas.left + widest.min(room) + 10.0);
    let days = (last - first).num_days() as f64 + 1.0;
    let scale = Scale { first, days, left, width: canvas.right - left };
    dates(canvas, &scale, last, tasks.len());
    for (at, (task, name)) in tasks.iter().zip(&names).enumerate() {
        let shown = cut(name, left - names_left - 10.0 - indent(task));
        canvas.text(&shown, (names_left + indent(task), middle(at) + 4.0), "start");
        let is_span = tasks.get(at + 1).is_some_and(|next| next.level > task.level);
        let (class, height) = if is_span { ("s8", BAR / 2.0) } else { ("s1", BAR) };
        let (from, to) = (canvas.locale.date(task.start), canvas.locale.date(task.end));
        let tip = format!("{name}: {from} {} {to}", canvas.locale.word("to"));
        let (x, end) = (scale.x(task.start), scale.x_after(task.end));
        canvas.rect(class, (x, middle(at) - height / 2.0), ((end - x).max(1.0), height), &tip);
    }
    for (at, task) in tasks.iter().enumerate() {
        for before in task.after.iter().filter(|before| **before != at) {
            let Some(known) = tasks.get(*before) else { continue };
            let from = (scale.x_after(known.end), middle(*before));
            arrow(canvas, from, (scale.x(task.start), middle(at)));
        }
    }
}

fn indent(task: &Task) -> f64 {
    INDENT * f64::from(task.level.min(8))
}

/// The middle of a row.
fn middle(at: usize) -> f64 {
    HEAD + ROW * (at as f64 + 0.5)
}

/// From the end of one bar to the beginning of another, in right angles.
fn arrow(canvas: &mut Canvas<'_>, (x, y): (f64, f64), (to_x, to_y): (f64, f64)) {
    let down = if to_y > y { 1.0 } else { -1.0 };
    let between = to_y - down * ROW / 2.0;
    let out = (x + 4.0).min(canvas.right);
    let path = if to_x >= out + 4.0 {
        vec![(x, y), (out, y), (out, to_y), (to_x, to_y)]
    } else {
        let back = to_x - 6.0;
        vec![(x, y), (out, y), (out, between), (back, between), (back, to_y), (to_x, to_y)]
    };
    canvas.path("dep", &path);
    canvas.path("dep", &[(to_x - 4.0, to_y - 3.0), (to_x, to_y), (to_x - 4.0, to_y + 3.0)]);
}

/// The dates along the top, with lines through all rows.
fn dates(canvas: &mut Canvas<'_>, scale: &Scale, last: NaiveDate, rows: usize) {
    let foot = HEAD + ROW * rows as f64;
    let sample = text_width(&canvas.locale.date(last)) + 14.0;
    let stride = Stride::of(scale, sample);
    let begins = canvas.locale.date(scale.first);
    let next = stride.dates(scale.first, last).next().map_or(canvas.right, |date| scale.x(date));
    if next - scale.left >= text_width(&begins) + 8.0 {
        canvas.text(&begins, (scale.left, HEAD - 10.0), "start"); // where it all begins
    }
    let mut free = f64::MIN;
    for date in stride.dates(scale.first, last) {
        let x = scale.x(date);
        canvas.line("grid", (x, HEAD - 6.0), (x, foot));
        let shown = match stride {
            Stride::Days(_) => canvas.locale.date(date),
            Stride::Months(_) => canvas.locale.month(date),
        };
        let width = text_width(&shown);
        if x >= free && x + width <= canvas.right {
            canvas.text(&shown, (x, HEAD - 10.0), "start");
            free = x + width + 8.0;
        }
    }
}

/// How far apart the dates along the top are.
#[derive(Clone, Copy)]
enum Stride {
    Days(u64),
    Months(u32),
}

impl Stride {
    /// The smallest that leaves each date its room.
    fn of(scale: &Scale, room: f64) -> Stride {
        let day = scale.width / scale.days;
        let days = [1, 2, 7, 14].into_iter().find(|days| day * *days as f64 >= room);
        let months = [1, 2, 3, 6, 12, 24, 60, 120, 600, 1200];
        let month = months.into_iter().find(|months| day * 30.0 * f64::from(*months) >= room);
        days.map(Stride::Days).or(month.map(Stride::Months)).unwrap_or(Stride::Months(12_000))
    }

    /// From the first of its dates in a stretch of days to the last: weeks begin on Mondays, months on their first.
    fn dates(self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let begins = match self {
            Stride::Days(days) if days >= 7 => {
                let ahead = (7 - first.weekday().num_days_from_monday()) % 7;
                first.checked_add_days(Days::new(ahead.into()))
            }
            Stride::Days(_) => Some(first),
            Stride::Months(months) => {
                let month = first.year() * 12 + first.month0().cast_signed();
                let months = months.cast_signed();
                let next = if first.day() == 1 { month } else { month + 1 };
                let next = (next + months - 1).div_euclid(months) * months;
                let of_year = u32::try_from(next.rem_euclid(12)).unwrap_or_default();
                NaiveDate::from_ymd_opt(next.div_euclid(12), of_year + 1, 1)
            }
        };
        let next = move |date: &NaiveDate| match self {
            Stride::Days(days) => date.checked_add_days(Days::new(days)),
            Stride::Months(months) => date.checked_add_months(Months::new(months)),
        };
        std::iter::successors(begins, next).take_while(move |date| *date <= last)
    }
}

/// As much of a name as there is room for.
fn cut(name: &str, room: f64) -> String {
    if text_width(name) <= room {
        return name.to_owned();
    }
    let mut kept = String::new();
    for letter in name.chars() {
        kept.push(letter);
        if text_width(&kept) + text_width("…") > room {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}
