//! The columns of a statement, and where each finds its figures in a row of [`Cells`](super::cells::Cells).

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use fondaco_core::report::{Phrase, word};
use smol_str::SmolStr;

use super::super::compared::span;
use super::cells::{Known, Moment};
use super::closed::Closings;
use super::query::{AskedColumn, FinancialQuery};
use crate::ledger::{Period, PeriodKey};
use crate::reports::{Layout, Measure};

/// A column of a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementColumn {
    /// What stands over it.
    pub heading: Phrase,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub through: NaiveDate,
    /// As known at this time; `None` for all that is known.
    pub known_at: Option<Timestamp>,
    /// Whether it has what lies in adjustment periods of its fiscal year.
    pub adjustments: bool,
    /// The dimension that it is narrowed to, with the value, or the heading where columns are those of a level; without either,
    /// postings that don't have it.
    pub dimension: Option<(SmolStr, Option<SmolStr>)>,
}

/// Places of a row with the sign in which they are taken.
pub(super) type Terms = Vec<(usize, i128)>;

/// The figures of a balance: of an account, and of the results that are not closed to equity.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    balance: Terms,
    result: Terms,
    earlier: Terms,
}

/// Where one column's figures are.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    closing: Standing,
    /// What of that was there before the column's days: for those who open a row.
    carried: Standing,
    opening: Standing,
    movement: Terms,
    paid: Terms,
    corrected: Terms,
}

/// What of an account's, or of all results', figures is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Account,
    Result,
    EarlierResults,
}

impl Places {
    pub(super) fn terms(&self, measure: Measure, of: Of) -> &[(usize, i128)] {
        match measure {
            Measure::Closing => self.closing.of(of),
            Measure::Opening => self.opening.of(of),
            Measure::Movement if of != Of::EarlierResults => &self.movement,
            Measure::Paid | Measure::Exchange if of != Of::EarlierResults => &self.paid,
            Measure::Corrected if of != Of::EarlierResults => &self.corrected,
            Measure::Movement | Measure::Paid | Measure::Exchange | Measure::Corrected => &[],
        }
    }

    /// What of such a figure was there before the column's days.
    pub(super) fn before(&self, measure: Measure, of: Of) -> &[(usize, i128)] {
        match measure {
            Measure::Closing => self.carried.of(of),
            Measure::Opening => self.opening.of(of),
            _ => &[],
        }
    }
}

impl Standing {
    fn of(&self, of: Of) -> &[(usize, i128)] {
        match of {
            Of::Account => &self.balance,
            Of::Result => &self.result,
            Of::EarlierResults => &self.earlier,
        }
    }
}

/// A period of closing entries, with what counts.
pub(super) type ClosingSums = (Known, PeriodKey);

/// Days, with what counts on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) known: Known,
    pub(super) from: NaiveDate,
    pub(super) through: NaiveDate,
}

impl Span {
    pub(super) fn has(&self, date: NaiveDate) -> bool {
        (self.from..=self.through).contains(&date)
    }

    /// From the first day of some spans through the last.
    pub(super) fn around(spans: &[Span]) -> Option<(NaiveDate, NaiveDate)> {
        let first = spans.iter().map(|span| span.from).min();
        first.zip(spans.iter().map(|span| span.through).max())
    }
}

/// All figures that the columns need, each named once.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The first places of a row.
    pub(super) moments: Vec<Moment>,
    /// What closing entries posted: the next places.
    pub(super) closings: Vec<ClosingSums>,
    /// What was paid: the places after them.
    pub(super) paid: Vec<Span>,
    /// What was brought over from other books, where a layout says how balances changed: the places after them.
    pub(super) brought: Vec<Span>,
    /// What of that was corrected in a later year: the last places.
    pub(super) corrected: Vec<Span>,
    /// The columns before they are split by a dimension, with their places.
    pub(super) columns: Vec<(StatementColumn, Wanted)>,
}

/// What a column needs, by the names of its figures.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The fiscal year's first day.
    year: NaiveDate,
    closing: Moment,
    year_before: Moment,
    opening: Moment,
    year_before_opening: Moment,
    closed: Vec<ClosingSums>,
    /// With its last day.
    closed_in_closing: Option<(ClosingSums, NaiveDate)>,
    closed_in_opening: Option<ClosingSums>,
    days: Span,
}

impl Wanted {
    pub(super) fn days(&self) -> Span {
        self.days
    }

    /// The days on which what is in a balance came to it: the result of the year since its beginning, those of earlier years until
    /// then.
    pub(super) fn days_of(&self, of: Of) -> Option<Span> {
        let days = self.days;
        let days = match of {
            Of::Account => days,
            Of::Result => Span { from: days.from.max(self.year), ..days },
            Of::EarlierResults => Span { through: eve_of(self.year), ..days },
        };
        (days.from <= days.through).then_some(days)
    }

    /// The period of closing entries that a balance at the end leaves out.
    pub(super) fn unclosed(&self) -> Option<PeriodKey> {
        self.closed_in_closing.map(|((_, period), _)| period)
    }
}

impl Plan {
    /// `opened` plans for rows that are opened as well.
    pub(super) fn of(
        query: &FinancialQuery,
        layout: &Layout,
        periods: &[Arc<Period>],
        closings: &Closings,
        opened: bool,
    ) -> Plan {
        let mut plan = Plan::default();
        let several = Several::of(query);
        for asked in &query.columns {
            let Some((from, through)) = asked.days(periods) else { continue };
            let year = year_start(periods, through);
            let from = from.unwrap_or(year);
            let heading = match layout.measure.is_flow() {
                true => span(from, through),
                false => Phrase::from(through),
            };
            let column = StatementColumn {
                heading: several.heading(heading, asked),
                from,
                through,
                known_at: asked.known_at,
                adjustments: asked.adjustments,
                dimension: None,
            };
            let unadjusted = fiscal_year(periods, through).filter(|_| !asked.adjustments);
            let known = Known { at: asked.known_at, unadjusted };
            let wanted = Wanted::of(Span { known, from, through }, year, periods, closings);
            plan.want(&wanted, layout, opened);
            plan.columns.push((column, wanted));
        }
        plan
    }

    /// Each figure that the layout's rows need, once.
    fn want(&mut self, wanted: &Wanted, layout: &Layout, opened: bool) {
        let needs = |measure| layout.measures().any(|needed| needed == measure);
        let mut moments = Vec::new();
        if needs(Measure::Closing) || needs(Measure::Movement) {
            moments.push(wanted.closing);
        }
        if needs(Measure::Closing) {
            moments.push(wanted.year_before);
        }
        if needs(Measure::Opening) || needs(Measure::Movement) || opened {
            moments.push(wanted.opening);
        }
        if needs(Measure::Opening) {
            moments.push(wanted.year_before_opening);
        }
        add_new(&mut self.moments, moments);
        let closed = wanted.closed_in_closing.iter().map(|(closing, _)| closing);
        let closed = wanted.closed.iter().chain(closed);
        add_new(&mut self.closings, closed.chain(&wanted.closed_in_opening).copied());
        if needs(Measure::Paid) || needs(Measure::Exchange) {
            add_new(&mut self.paid, [wanted.days]);
        }
        if layout.says_what_changed() {
            add_new(&mut self.brought, [wanted.days]);
        }
        if needs(Measure::Corrected) {
            add_new(&mut self.corrected, [wanted.days]);
        }
    }

    /// The ends of the columns, with their places.
    pub(super) fn closing_moments(&self) -> impl Iterator<Item = (usize, Moment)> {
        let ends = |moment: &Moment| self.columns.iter().any(|(_, of)| of.closing == *moment);
        self.moments.iter().copied().enumerate().filter(move |(_, moment)| ends(moment))
    }

    /// How many figures a row has.
    pub(super) fn places(&self) -> usize {
        self.corrected_place(self.corrected.len())
    }

    /// Where the sums of closing entries are.
    fn closing_place(&self, closing: ClosingSums) -> Option<usize> {
        let at = self.closings.iter().position(|known| *known == closing)?;
        Some(self.moments.len() + at)
    }

    /// The sums of closing entries with their places.
    pub(super) fn closing_places(&self) -> impl Iterator<Item = (ClosingSums, usize)> {
        self.closings.iter().filter_map(|closing| Some((*closing, self.closing_place(*closing)?)))
    }

    pub(super) fn paid_place(&self, at: usize) -> usize {
        self.moments.len() + self.closings.len() + at
    }

    pub(super) fn brought_place(&self, at: usize) -> usize {
        self.paid_place(self.paid.len()) + at
    }

    pub(super) fn corrected_place(&self, at: usize) -> usize {
        self.brought_place(self.brought.len()) + at
    }

    /// Where a column's figures are.
    pub(super) fn locate(&self, wanted: &Wanted) -> Places {
        let moment = |moment: Moment| self.moments.iter().position(|known| *known == moment);
        let closing = |closing: ClosingSums| self.closing_place(closing);
        let plus = |place: Option<usize>| place.map(|place| (place, 1));
        let less = |place: Option<usize>| place.map(|place| (place, -1));
        let all = |terms: &[Option<(usize, i128)>]| terms.iter().copied().flatten().collect();
        let (at, eve) = (moment(wanted.closing), moment(wanted.opening));
        let year_before = moment(wanted.year_before);
        let closed_at_end = wanted.closed_in_closing;
        let closed = closed_at_end.and_then(|(sums, _)| closing(sums));
        // A closing that lies before the days already.
        let closed_before = closed_at_end.filter(|(_, end)| *end < wanted.days.from);
        let closed_before = closed_before.and_then(|(sums, _)| closing(sums));
        let closed_in_opening = wanted.closed_in_opening.and_then(closing);
        let year_before_opening = moment(wanted.year_before_opening);
        let brought = self.brought.iter().position(|span| *span == wanted.days);
        let brought = brought.map(|at| self.brought_place(at));
        let within = wanted.days.from > wanted.year;
        let carried = match within {
            true => Standing {
                balance: all(&[plus(eve), less(closed_before)]),
                result: all(&[plus(eve), less(closed_before), less(year_before)]),
                earlier: all(&[plus(year_before)]),
            },
            false => Standing {
                balance: all(&[plus(eve), less(closed_before)]),
                result: Vec::new(),
                earlier: all(&[plus(eve)]),
            },
        };
        let on_days = wanted.closed.iter().filter_map(|closed| less(closing(*closed)));
        let movement = [plus(at), less(eve), less(brought)].into_iter().flatten();
        let paid = self.paid.iter().position(|span| *span == wanted.days);
        let corrected = self.corrected.iter().position(|span| *span == wanted.days);
        Places {
            closing: Standing {
                balance: all(&[plus(at), less(closed)]),
                result: all(&[plus(at), less(closed), less(year_before)]),
                earlier: all(&[plus(year_before)]),
            },
            carried,
            opening: Standing {
                balance: all(&[plus(eve), less(closed_in_opening), plus(brought)]),
                result: all(&[
                    plus(eve),
                    less(closed_in_opening),
                    less(year_before_opening),
                    plus(brought),
                ]),
                earlier: all(&[plus(year_before_opening)]),
            },
            movement: movement.chain(on_days).collect(),
            paid: all(&[plus(paid.map(|at| self.paid_place(at)))]),
            corrected: all(&[plus(corrected.map(|at| self.corrected_place(at)))]),
        }
    }
}

impl Wanted {
    fn of(days: Span, year: NaiveDate, periods: &[Arc<Period>], closings: &Closings) -> Wanted {
        let Span { known, from, through } = days;
        let at = |date: NaiveDate| Moment { known, date };
        let eve = eve_of(from);
        let closed_in_closing = closings.of_year(periods, through);
        Wanted {
            year,
            closing: at(through),
            year_before: at(eve_of(year)),
            opening: at(eve),
            year_before_opening: at(eve_of(year_start(periods, eve))),
            closed: closings.on(from, through).map(|period| (known, period)).collect(),
            closed_in_closing: closed_in_closing.map(|(period, end)| ((known, period), end)),
            closed_in_opening: closings.of_year(periods, eve).map(|(period, _)| (known, period)),
            days,
        }
    }
}

/// In what the columns of a query differ, beside their days.
struct Several {
    known: bool,
    adjustments: bool,
}

impl Several {
    fn of(query: &FinancialQuery) -> Several {
        let differ = |same: fn(&AskedColumn, &AskedColumn) -> bool| {
            query.columns.windows(2).any(|two| matches!(two, [one, other] if !same(one, other)))
        };
        Several {
            known: differ(|one, other| one.known_at == other.known_at),
            adjustments: differ(|one, other| one.adjustments == other.adjustments),
        }
    }

    fn heading(&self, days: Phrase, asked: &AskedColumn) -> Phrase {
        let heading = match asked.known_at.filter(|_| self.known) {
            Some(time) => days.and(word("as known at")).and(time.to_string()),
            None => days,
        };
        match self.adjustments && !asked.adjustments {
            true => heading.and(word("before adjustments")),
            false => heading,
        }
    }
}

fn add_new<T: PartialEq>(all: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

/// The first day of the fiscal year of a date; the date itself where no year has begun by then.
pub(super) fn year_start(periods: &[Arc<Period>], date: NaiveDate) -> NaiveDate {
    let year = fiscal_year(periods, date);
    let of_year = periods.iter().filter(|period| Some(period.fiscal_year) == year);
    of_year.map(|period| period.start).min().unwrap_or(date)
}

/// The fiscal year of a date: the last that has begun by then.
pub(super) fn fiscal_year(periods: &[Arc<Period>], date: NaiveDate) -> Option<i32> {
    let begun = periods.iter().filter(|period| period.start <= date);
    let latest = begun.max_by_key(|period| (period.start, period.fiscal_year));
    latest.map(|period| period.fiscal_year)
}

/// The day before; the first of all has none.
pub(super) fn eve_of(date: NaiveDate) -> NaiveDate {
    date.pred_opt().unwrap_or(date)
}
