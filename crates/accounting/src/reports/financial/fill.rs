//! A layout filled from the books: the figures of what each row takes.

use std::cmp::Ordering;
use std::sync::Arc;

use fondaco_core::report::{Phrase, word};
use fondaco_core::store::Tags;
use fondaco_core::{Currency, Range, Reading};
use smol_str::SmolStr;

use super::brought::{Brought, add_entries};
use super::cells::Cells;
use super::closed::Closings;
use super::columns::{Of, Places, Plan, StatementColumn, Wanted};
use super::narrowed::Narrowed;
use super::paid::Payments;
use super::parties::{OfParty, Parties, With};
use super::query::FinancialQuery;
use super::taken::{Taken, has, taken};
use crate::ledger::{Account, AccountClass, LedgerError, Period, Settings, Side, accounts_known};
use crate::reports::layout::Column as OfColumn;
use crate::reports::{Layout, Measure, Pick};

/// A layout with all that its statement is made of.
pub(super) struct Filled<'l> {
    pub(super) layout: &'l Layout,
    pub(super) currency: Currency,
    pub(super) periods: Vec<Arc<Period>>,
    pub(super) cells: Cells,
    pub(super) columns: Vec<Column>,
    pub(super) taken: Vec<Taken<'l>>,
    /// The accounts that are cash.
    pub(super) cash: Vec<usize>,
    /// Those that are shown in an invoice's stead.
    pub(super) follows: Vec<usize>,
    /// Entries that only brought balances over, and what corrects them, where that matters.
    pub(super) brought: Brought,
    /// Pairs of columns whose difference is wanted.
    pub(super) changes: Vec<(usize, usize)>,
    pub(super) narrowed: Narrowed,
    /// Collective accounts, by party.
    parties: Parties,
}

/// A column with where its figures are, and which combinations of dimensions it has.
pub(super) struct Column {
    pub(super) column: StatementColumn,
    pub(super) wanted: Wanted,
    places: Places,
    has: Vec<bool>,
    /// Those of all columns of its days together, by which it is judged on which side an account is: so rows add up across.
    whole: Arc<Vec<bool>>,
    /// The place of that of them which is the total.
    total: usize,
}

impl<'l> Filled<'l> {
    pub(super) fn read(
        read: &mut impl Reading,
        layout: &'l Layout,
        query: &FinancialQuery,
        opened: bool,
    ) -> Result<Filled<'l>, LedgerError> {
        layout.check()?;
        query.check()?;
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let periods = read.peek_scan(&Range::<Period>::all())?;
        let accounts = accounts_known(read, query.known_together())?;
        let closings = Closings::of(&periods);
        let plan = Plan::of(query, layout, &periods, &closings, opened);
        let narrowed = Narrowed::read(read, query)?;
        let apart = !query.dimensions.is_empty()
            || !query.under.is_empty()
            || query.split.is_some()
            || layout
                .rows
                .iter()
                .any(|row| row.takes.iter().any(|take| !take.dimensions.is_empty()));
        let mut cells = Cells::new(accounts, &periods, plan.places(), apart);
        let picked = |picks: &[Pick]| -> Vec<usize> {
            let any =
                |account: &Account| picks.iter().any(|pick| has(layout, &cells, pick, account));
            let accounts = cells.accounts.iter().enumerate();
            accounts.filter(|(_, account)| any(account)).map(|(at, _)| at).collect()
        };
        let (cash, follows) = (picked(&layout.cash), picked(&layout.follows));
        let closings: Vec<_> = plan.closing_places().collect();
        cells.read_moments(read, &periods, &plan.moments, &closings)?;
        let spans = [&plan.brought, &plan.paid, &plan.corrected];
        let brought = match spans.iter().all(|spans| spans.is_empty()) {
            true => Brought::default(),
            false => Brought::read(read)?,
        };
        for (at, span) in plan.brought.iter().enumerate() {
            add_entries(read, &mut cells, &brought.entries, *span, plan.brought_place(at))?;
        }
        for (at, span) in plan.corrected.iter().enumerate() {
            add_entries(read, &mut cells, &brought.late, *span, plan.corrected_place(at))?;
        }
        let currency = settings.currency;
        let payments = Payments {
            periods: &periods,
            cash: &cash,
            follows: &follows,
            brought: &brought,
            currency,
        };
        payments.fill(read, &plan, &mut cells)?;
        let parties = Parties::read(read, layout, &plan, &mut cells)?;
        let (columns, changes) = columns(&plan, query, &cells, &narrowed);
        let taken = taken(layout, &cells, &cash)?;
        Ok(Filled {
            layout,
            currency,
            periods,
            cells,
            columns,
            taken,
            cash,
            follows,
            brought,
            changes,
            narrowed,
            parties,
        })
    }

    /// What says how entries move cash.
    pub(super) fn payments(&self) -> Payments<'_> {
        let Filled { periods, cash, follows, brought, currency, .. } = self;
        Payments { periods, cash, follows, brought, currency: *currency }
    }

    /// What a take has of an account, by column, in units: debits less credits.
    pub(super) fn of_account(&self, taken: &Taken<'_>, account: usize) -> Vec<i128> {
        let figure = |column: &Column| {
            let fits = |at: usize| is(&column.has, at) && is(&taken.fits, at);
            match self.on_side(taken, account, column) {
                Sides::Parties(parties) => parties.iter().map(|party| party.sum(fits)).sum(),
                Sides::Whole => {
                    let terms = column.places.terms(taken.measure, Of::Account);
                    self.sum(column, account, terms, |at| is(&taken.fits, at))
                }
                Sides::Nothing => 0,
            }
        };
        self.columns.iter().map(figure).collect()
    }

    /// What of the figure of an account, or of a result's part of it, was there before a column's days.
    pub(super) fn before(&self, taken: &Taken<'_>, account: usize, of: Of, column: usize) -> i128 {
        let Some(column) = self.columns.get(column) else { return 0 };
        let terms = column.places.before(taken.measure, of);
        self.sum(column, account, terms, |at| is(&taken.fits, at))
    }

    /// Whether all results together are on the side that a take wants in a column.
    pub(super) fn are_on_side(&self, taken: &Taken<'_>, of: Of, column: usize) -> bool {
        let whole = self.whole_results(taken.measure, of);
        let whole = whole.get(column).copied().unwrap_or(0);
        taken.take.side.is_none_or(|side| is_of(side, whole, OF_RESULTS))
    }

    /// What of an account's balance in a column is on the side that a take wants.
    pub(super) fn sides(&self, taken: &Taken<'_>, account: usize, column: usize) -> Sides<'_> {
        let column = self.columns.get(column);
        column.map_or(Sides::Nothing, |column| self.on_side(taken, account, column))
    }

    fn on_side(&self, taken: &Taken<'_>, account: usize, column: &Column) -> Sides<'_> {
        let Some(side) = taken.take.side else { return Sides::Whole };
        let nought = self.normal_side(account);
        let terms = column.places.terms(taken.measure, Of::Account);
        let whole = |at: usize| is(&column.whole, at);
        let of_closing = terms.first().filter(|_| taken.measure == Measure::Closing);
        if let Some(parties) = of_closing.and_then(|(at, _)| self.parties.of(account, *at)) {
            return Sides::Parties(Parties::on_side(parties, (side, nought), whole));
        }
        let met = self.cells.of(account).filter(|cell| whole(cell.dimensions));
        match is_of(side, met.map(|cell| cell.sum(terms)).sum(), nought) {
            true => Sides::Whole,
            false => Sides::Nothing,
        }
    }

    fn normal_side(&self, account: usize) -> Side {
        let class = self.cells.accounts.get(account).map(|account| account.class);
        match class.is_some_and(AccountClass::grows_by_debit) {
            true => Side::Debit,
            false => Side::Credit,
        }
    }

    /// The place of a column, or of the total of its days.
    pub(super) fn column_of(&self, column: usize, of: OfColumn) -> usize {
        match of {
            OfColumn::Own => column,
            OfColumn::Total => self.columns.get(column).map_or(column, |column| column.total),
        }
    }

    /// By the id that stays.
    pub(super) fn kept(&self, with: With) -> With {
        self.parties.kept(with)
    }

    /// What a take has of results, by column, in units: debits less credits; nothing where they are not on the side that it wants.
    pub(super) fn of_results(&self, taken: &Taken<'_>, of: Of) -> Vec<i128> {
        let figures = self.results(taken.measure, of, |_| true, |at| is(&taken.fits, at));
        self.judged(taken, of, figures)
    }

    /// What of that is of one account.
    pub(super) fn part_of_results(&self, taken: &Taken<'_>, account: usize, of: Of) -> Vec<i128> {
        let only = |at: usize| at == account;
        let figures = self.results(taken.measure, of, only, |at| is(&taken.fits, at));
        self.judged(taken, of, figures)
    }

    /// Figures of results, in the columns in which all of them together are on the side that a take wants.
    fn judged(&self, taken: &Taken<'_>, of: Of, figures: Vec<i128>) -> Vec<i128> {
        let Some(side) = taken.take.side else { return figures };
        let judged = figures.into_iter().zip(self.whole_results(taken.measure, of));
        let on_side = |whole| is_of(side, whole, OF_RESULTS);
        judged.map(|(figure, whole)| if on_side(whole) { figure } else { 0 }).collect()
    }

    /// All results of the days of each column.
    fn whole_results(&self, measure: Measure, of: Of) -> Vec<i128> {
        let figure = |column: &Column| {
            let terms = column.places.terms(measure, of);
            let cells = self.accounts_of_result().flat_map(|account| self.cells.of(account));
            cells
                .filter(|cell| is(&column.whole, cell.dimensions))
                .map(|cell| cell.sum(terms))
                .sum()
        };
        self.columns.iter().map(figure).collect()
    }

    /// What of an account that a take has is of a result.
    pub(super) fn part(&self, taken: &Taken<'_>, account: usize, of: Of) -> Vec<i128> {
        let figure = |column: &Column| match self.on_side(taken, account, column) {
            Sides::Nothing => 0,
            _ => {
                let terms = column.places.terms(taken.measure, of);
                self.sum(column, account, terms, |at| is(&taken.fits, at))
            }
        };
        self.columns.iter().map(figure).collect()
    }

    /// The accounts of income and expense.
    pub(super) fn accounts_of_result(&self) -> impl Iterator<Item = usize> {
        (0..self.cells.accounts.len()).filter(|at| self.is_of_result(*at))
    }

    pub(super) fn is_of_result(&self, account: usize) -> bool {
        self.cells.accounts.get(account).is_some_and(|account| account.class.is_result())
    }

    /// The results of some accounts of income and expense.
    pub(super) fn results(
        &self,
        measure: Measure,
        of: Of,
        counts: impl Fn(usize) -> bool,
        fits: impl Fn(usize) -> bool,
    ) -> Vec<i128> {
        let of_result: Vec<usize> = self.accounts_of_result().filter(|at| counts(*at)).collect();
        let figure = |column: &Column| {
            let terms = column.places.terms(measure, of);
            of_result.iter().map(|account| self.sum(column, *account, terms, &fits)).sum()
        };
        self.columns.iter().map(figure).collect()
    }

    /// What there is of an account, by column, whoever takes it.
    pub(super) fn whole(&self, account: usize, measure: Measure) -> Vec<i128> {
        let figure = |column: &Column| {
            self.sum(column, account, column.places.terms(measure, Of::Account), |_| true)
        };
        self.columns.iter().map(figure).collect()
    }

    fn sum(
        &self,
        column: &Column,
        account: usize,
        terms: &[(usize, i128)],
        fits: impl Fn(usize) -> bool,
    ) -> i128 {
        let cells = self.cells.of(account);
        let met = cells.filter(|cell| is(&column.has, cell.dimensions) && fits(cell.dimensions));
        met.map(|cell| cell.sum(terms)).sum()
    }
}

/// Where results stand that come to nought: they are equity.
const OF_RESULTS: Side = Side::Credit;

/// What of an account is on a side.
pub(super) enum Sides<'f> {
    /// All of it.
    Whole,
    /// What some parties have of it.
    Parties(Vec<&'f OfParty>),
    Nothing,
}

/// Nought has a side as well: its parts by dimension are something, and must stand somewhere.
pub(super) fn is_of(side: Side, balance: i128, nought: Side) -> bool {
    let of = match balance.cmp(&0) {
        Ordering::Greater => Side::Debit,
        Ordering::Less => Side::Credit,
        Ordering::Equal => nought,
    };
    side == of
}

fn is(flags: &[bool], at: usize) -> bool {
    flags.get(at).copied().unwrap_or(false)
}

/// The plan's columns, each once for every value of the dimension that splits them; and which differences are wanted.
fn columns(
    plan: &Plan,
    query: &FinancialQuery,
    cells: &Cells,
    narrowed: &Narrowed,
) -> (Vec<Column>, Vec<(usize, usize)>) {
    let parts = parts(query.split.as_ref(), cells, narrowed);
    let split = parts.len();
    let mut columns = Vec::with_capacity(plan.columns.len() * split);
    for (column, wanted) in &plan.columns {
        let whole = |dimensions: &Tags| narrowed.takes(query, dimensions);
        let whole = Arc::new(cells.dimensions.iter().map(whole).collect::<Vec<_>>());
        let total = columns.len() + split - 1;
        for part in &parts {
            let heading = heading(&column.heading, part, plan.columns.len(), split);
            let column = StatementColumn { heading, dimension: part.clone(), ..column.clone() };
            let has = |dimensions: &Tags| {
                narrowed.is_in(&column, dimensions) && narrowed.takes(query, dimensions)
            };
            let has = cells.dimensions.iter().map(has).collect();
            let (places, wanted) = (plan.locate(wanted), wanted.clone());
            columns.push(Column { places, wanted, has, column, whole: whole.clone(), total });
        }
    }
    let changes = query.changes.iter().flat_map(|(now, before)| {
        (0..split).map(move |part| (now * split + part, before * split + part))
    });
    (columns, changes.collect())
}

/// What stands over a column of a part: the part alone, where all columns have the same days.
fn heading(days: &Phrase, part: &Part, columns: usize, parts: usize) -> Phrase {
    let part = match part {
        Some((_, Some(value))) => Phrase::from(value),
        Some((name, None)) => Phrase::from(word("Without")).and(name),
        None if parts > 1 => word("Total").into(),
        None => return days.clone(),
    };
    if columns == 1 { part } else { part.parts().iter().cloned().fold(days.clone(), Phrase::and) }
}

type Part = Option<(SmolStr, Option<SmolStr>)>;

/// The values of a dimension, then without it, then all together.
fn parts(split: Option<&SmolStr>, cells: &Cells, narrowed: &Narrowed) -> Vec<Part> {
    let Some(name) = split else { return vec![None] };
    let values = cells.dimensions.iter().filter_map(|dimensions| dimensions.get(name));
    let mut values: Vec<SmolStr> = values.map(|value| narrowed.part(value)).collect();
    values.sort_unstable();
    values.dedup();
    let values = values.into_iter().map(Some).chain([None]);
    values.map(|value| Some((name.clone(), value))).chain([None]).collect()
}
