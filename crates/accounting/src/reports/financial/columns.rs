//! The columns of a statement, and where each finds its figures in a row of [`Cells`](super::cells::Cells).

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use fondaco_core::report::{Phrase, word};
use fondaco_core::store::Tags;
use smol_str::SmolStr;

use super::super::compared::span;
use super::cells::Moment;
use super::closed::Closings;
use super::query::FinancialQuery;
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
    /// The dimension that it is narrowed to; without a value, postings that don't have it.
    pub dimension: Option<(SmolStr, Option<SmolStr>)>,
}

impl StatementColumn {
    /// Whether a posting with these dimensions is in it.
    pub(super) fn has(&self, dimensions: &Tags) -> bool {
        let fits =
            |(name, value): &(SmolStr, Option<SmolStr>)| dimensions.get(name) == value.as_deref();
        self.dimension.as_ref().is_none_or(fits)
    }
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
    opening: Standing,
    movement: Terms,
    paid: Terms,
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
        let standing = match measure {
            Measure::Closing => &self.closing,
            Measure::Opening => &self.opening,
            Measure::Movement if of != Of::EarlierResults => return &self.movement,
            Measure::Paid if of != Of::EarlierResults => return &self.paid,
            Measure::Movement | Measure::Paid => return &[],
        };
        match of {
            Of::Account => &standing.balance,
            Of::Result => &standing.result,
            Of::EarlierResults => &standing.earlier,
        }
    }
}

/// A period of closing entries, as known at a time.
pub(super) type ClosingSums = (Option<Timestamp>, PeriodKey);

/// Days with the time as known at: those of the cash that was paid.
pub(super) type PaidSpan = (Option<Timestamp>, NaiveDate, NaiveDate);

/// All figures that the columns need, each named once.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The first places of a row.
    pub(super) moments: Vec<Moment>,
    /// What closing entries posted: the next places.
    pub(super) closings: Vec<ClosingSums>,
    /// What was paid: the last places.
    pub(super) paid: Vec<PaidSpan>,
    /// The columns before they are split by a dimension, with their places.
    pub(super) columns: Vec<(StatementColumn, Wanted)>,
}

/// What a column needs, by the names of its figures.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    closing: Moment,
    year_before: Moment,
    opening: Moment,
    year_before_opening: Moment,
    closed: Vec<ClosingSums>,
    closed_in_closing: Option<ClosingSums>,
    closed_in_opening: Option<ClosingSums>,
    paid: PaidSpan,
}

impl Plan {
    pub(super) fn of(
        query: &FinancialQuery,
        layout: &Layout,
        periods: &[Arc<Period>],
        closings: &Closings,
    ) -> Plan {
        let mut plan = Plan::default();
        let known = query.columns.first().and_then(|column| column.known_at);
        let several = query.columns.iter().any(|column| column.known_at != known);
        for asked in &query.columns {
            let Some(through) = asked.through else { continue };
            let year = year_start(periods, through);
            let from = asked.from.unwrap_or(year);
            let known = asked.known_at;
            let heading = match layout.measure {
                Measure::Closing | Measure::Opening => Phrase::from(through),
                Measure::Movement | Measure::Paid => span(from, through),
            };
            let heading = match known.filter(|_| several) {
                Some(time) => heading.and(word("as known at")).and(time.to_string()),
                None => heading,
            };
            let (eve, dimension) = (eve_of(from), None);
            let column = StatementColumn { heading, from, through, known_at: known, dimension };
            let closed = closings.on(from, through).map(|period| (known, period)).collect();
            let wanted = Wanted {
                closing: (known, through),
                year_before: (known, eve_of(year)),
                opening: (known, eve),
                year_before_opening: (known, eve_of(year_start(periods, eve))),
                closed,
                closed_in_closing: closings
                    .of_year(periods, through)
                    .map(|closing| (known, closing)),
                closed_in_opening: closings.of_year(periods, eve).map(|closing| (known, closing)),
                paid: (known, from, through),
            };
            plan.want(&wanted, layout);
            plan.columns.push((column, wanted));
        }
        plan
    }

    /// Each figure that the layout's rows need, once.
    fn want(&mut self, wanted: &Wanted, layout: &Layout) {
        let takes = layout.rows.iter().flat_map(|row| &row.takes);
        let measures: Vec<_> = takes.map(|take| take.measure.unwrap_or(layout.measure)).collect();
        let needs = |measure| layout.measure == measure || measures.contains(&measure);
        let mut moments = Vec::new();
        if needs(Measure::Closing) || needs(Measure::Movement) {
            moments.push(wanted.closing);
        }
        if needs(Measure::Closing) {
            moments.push(wanted.year_before);
        }
        if needs(Measure::Opening) || needs(Measure::Movement) {
            moments.push(wanted.opening);
        }
        if needs(Measure::Opening) {
            moments.push(wanted.year_before_opening);
        }
        add_new(&mut self.moments, moments);
        let closed = wanted.closed.iter().chain(&wanted.closed_in_closing);
        add_new(&mut self.closings, closed.chain(&wanted.closed_in_opening).copied());
        if needs(Measure::Paid) {
            add_new(&mut self.paid, [wanted.paid]);
        }
    }

    /// How many figures a row has.
    pub(super) fn places(&self) -> usize {
        self.moments.len() + self.closings.len() + self.paid.len()
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

    /// Where a column's figures are.
    pub(super) fn locate(&self, wanted: &Wanted) -> Places {
        let moment = |moment: Moment| self.moments.iter().position(|known| *known == moment);
        let closing = |closing: ClosingSums| self.closing_place(closing);
        let plus = |place: Option<usize>| place.map(|place| (place, 1));
        let less = |place: Option<usize>| place.map(|place| (place, -1));
        let standing = |at: Moment, before: Moment, closed: Option<ClosingSums>| {
            let (at, before, closed) = (moment(at), moment(before), closed.and_then(closing));
            Standing {
                balance: plus(at).into_iter().chain(less(closed)).collect(),
                result: plus(at).into_iter().chain(less(closed)).chain(less(before)).collect(),
                earlier: plus(before).into_iter().collect(),
            }
        };
        let closed = wanted.closed.iter().filter_map(|closed| less(closing(*closed)));
        let (through, eve) = (plus(moment(wanted.closing)), less(moment(wanted.opening)));
        let paid = self.paid.iter().position(|paid| *paid == wanted.paid);
        Places {
            closing: standing(wanted.closing, wanted.year_before, wanted.closed_in_closing),
            opening: standing(wanted.opening, wanted.year_before_opening, wanted.closed_in_opening),
            movement: through.into_iter().chain(eve).chain(closed).collect(),
            paid: plus(paid.map(|at| self.paid_place(at))).into_iter().collect(),
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
    let begun = periods.iter().filter(|period| period.start <= date);
    let latest = begun
        .max_by_key(|period| (period.start, period.fiscal_year))
        .map(|period| period.fiscal_year);
    let of_year = periods.iter().filter(|period| Some(period.fiscal_year) == latest);
    of_year.map(|period| period.start).min().unwrap_or(date)
}

/// The day before; the first of all has none.
pub(super) fn eve_of(date: NaiveDate) -> NaiveDate {
    date.pred_opt().unwrap_or(date)
}
