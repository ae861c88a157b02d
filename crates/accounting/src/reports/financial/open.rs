//! How a row is opened: the rows that it is made of, down to those that take accounts, and what each of these takes.

use std::sync::Arc;

use fondaco_core::{DateRange, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::super::general_ledger::{LedgerLine, entries};
use super::columns::{Of, Span};
use super::drill::RowAccountPostings;
use super::fill::{Filled, Sides};
use super::make::Whose;
use super::paid::Flow;
use super::parties::{OfParty, parties_of};
use super::query::FinancialQuery;
use super::taken::Taken;
use crate::ledger::{
    Amounts, ItemKey, LedgerError, PeriodKey, Posting, Side, decimal, is_closing, postings,
};
use crate::reports::layout::{Column, Summand, said};
use crate::reports::{LayoutRow, Measure};

/// A part of a row.
enum Leaf {
    /// A row that takes accounts, and whether it is taken off: in debits less credits.
    Takes(usize, bool),
    /// A figure that has no postings, debits less credits: of a row that is reckoned, or a number that the layout names.
    Figure(usize, Decimal),
}

/// What is opened: one column of a filled layout.
pub(super) struct Opener<'f, 'l> {
    filled: &'f Filled<'l>,
    column: usize,
    query: &'f FinancialQuery,
    /// The figures of all rows, by column.
    values: Vec<Vec<Option<Decimal>>>,
    /// How cash moved on the column's days, where a row asks for it.
    flows: Vec<Flow>,
}

impl<'f, 'l> Opener<'f, 'l> {
    pub(super) fn read(
        read: &mut impl Reading,
        filled: &'f Filled<'l>,
        query: &'f FinancialQuery,
        column: usize,
    ) -> Result<Opener<'f, 'l>, LedgerError> {
        let shares: Vec<_> =
            (0..filled.layout.rows.len()).map(|row| filled.accounts_of(row)).collect();
        let values = filled.values(&shares);
        let asks = filled
            .taken
            .iter()
            .any(|taken| matches!(taken.measure, Measure::Paid | Measure::Exchange));
        let span = filled.columns.get(column).map(|column| column.wanted.days());
        let flows = match span.filter(|_| asks) {
            Some(span) => filled.payments().of(read, &filled.cells, span)?,
            None => Vec::new(),
        };
        Ok(Opener { filled, column, query, values, flows })
    }

    /// What a row is made of, by account.
    pub(super) fn accounts(
        &self,
        read: &mut impl Reading,
        row: usize,
    ) -> Result<Vec<RowAccountPostings>, LedgerError> {
        let mut leaves = Vec::new();
        self.leaves_of(row, false, &mut leaves);
        let reckoned = |leaf: &Leaf| matches!(leaf, Leaf::Figure(at, _) if *at == row);
        if let (true, Some(of)) = (leaves.iter().any(reckoned), self.row(row)) {
            let formula = of.formula.as_ref().map(ToString::to_string).unwrap_or_default();
            let why = format!(
                "{} is reckoned as {formula}, not added up: open the rows that it names",
                of.code
            );
            return Err(LedgerError::BadInput { what: "row", why });
        }
        let mut accounts = Vec::new();
        for leaf in leaves {
            match leaf {
                Leaf::Takes(row, taken_off) => {
                    for taken in self.filled.taken.iter().filter(|taken| taken.row == row) {
                        self.open(read, taken, taken_off, &mut accounts)?;
                    }
                }
                Leaf::Figure(row, amount) => accounts.push(self.figure(row, amount)),
            }
        }
        Ok(accounts)
    }

    fn row(&self, at: usize) -> Option<&'l LayoutRow> {
        self.filled.layout.rows.get(at)
    }

    /// The parts of a row, in debits less credits.
    fn leaves_of(&self, at: usize, taken_off: bool, leaves: &mut Vec<Leaf>) {
        let layout = self.filled.layout;
        let Some(row) = self.row(at) else { return };
        let Some(formula) = &row.formula else {
            leaves.push(Leaf::Takes(at, taken_off));
            return;
        };
        let place = |code: &str| layout.rows.iter().position(|row| row.code == code);
        let value = |at: usize, of: Column| {
            let column = self.filled.column_of(self.column, of);
            self.values.get(at)?.get(column).copied().flatten()
        };
        let of_row = &mut |code: &str, of| value(place(code)?, of);
        // Only what is compared or multiplied needs it.
        let of_below = &mut |of| value(at, of);
        // A figure with its row's sign.
        let figure = |units: Decimal, less: bool| {
            let turned = (row.positive == Side::Debit) == (less == taken_off);
            let amount = if turned { units } else { Decimal::ZERO.saturating_sub(units) };
            Leaf::Figure(at, amount)
        };
        for (summand, less) in formula.summands(of_row, of_below).unwrap_or_default() {
            match summand {
                Summand::Row(code) => {
                    let Some(other) = place(code) else { continue };
                    // A figure of another sign than its side has come from the other side.
                    let same = self.row(other).is_some_and(|other| other.positive == row.positive);
                    self.leaves_of(other, (taken_off != less) == same, leaves);
                }
                // Turned already by the sign that they are added up with.
                Summand::Below => {
                    for below in layout.below(at).collect::<Vec<_>>() {
                        self.leaves_of(below, taken_off != less, leaves);
                    }
                }
                Summand::Number(number) if number.is_zero() => {}
                Summand::Number(number) => leaves.push(figure(number, less)),
                Summand::Reckoned(value) => leaves.push(figure(value, less)),
            }
        }
    }

    fn figure(&self, row: usize, amount: Decimal) -> RowAccountPostings {
        let language = self.filled.layout.language(self.query.language.as_deref());
        let name = self.row(row).map(|row| said(&row.titles, language)).unwrap_or_default();
        RowAccountPostings {
            account: None,
            name,
            opening: amount,
            lines: Vec::new(),
            amount,
            taken_off: false,
        }
    }

    fn open(
        &self,
        read: &mut impl Reading,
        taken: &Taken<'_>,
        taken_off: bool,
        accounts: &mut Vec<RowAccountPostings>,
    ) -> Result<(), LedgerError> {
        let of_results = taken.results.iter();
        let of_results = of_results.filter(|of| self.filled.are_on_side(taken, **of, self.column));
        for of in of_results {
            for account in self.filled.accounts_of_result().collect::<Vec<_>>() {
                accounts.extend(self.open_account(read, taken, account, *of, taken_off)?);
            }
        }
        for account in &taken.accounts {
            accounts.extend(self.open_account(read, taken, *account, Of::Account, taken_off)?);
        }
        Ok(())
    }

    fn open_account(
        &self,
        read: &mut impl Reading,
        taken: &Taken<'_>,
        at: usize,
        of: Of,
        taken_off: bool,
    ) -> Result<Option<RowAccountPostings>, LedgerError> {
        let sides = match of {
            Of::Account => self.filled.sides(taken, at, self.column),
            _ => Sides::Whole,
        };
        let (account, name) = self.filled.named(Whose::Account(at));
        let Some(code) = account.as_ref().filter(|_| !matches!(sides, Sides::Nothing)) else {
            return Ok(None);
        };
        let mut parts = self.parts(read, taken, code, of)?;
        let opening = match sides {
            Sides::Parties(parties) => {
                parts = self.of_parties(read, parts, &parties)?;
                let whole = self.filled.of_account(taken, at).get(self.column).copied();
                // What was cleared with another's came to them without a posting: it is with what was there before.
                whole.unwrap_or(0) - parts.iter().map(|flow| flow.units).sum::<i128>()
            }
            _ => self.filled.before(taken, at, of, self.column),
        };
        let opening = decimal(opening);
        if opening.is_zero() && parts.is_empty() {
            return Ok(None);
        }
        let entries = entries(read, parts.iter().map(|flow| &flow.posting))?;
        let mut amount = opening;
        let mut lines = Vec::with_capacity(parts.len());
        for Flow { posting, date, units } in &parts {
            let entry = entries.get(&posting.entry);
            let line = LedgerLine::part_of(posting, entry, amount, decimal(*units));
            amount = line.balance;
            lines.push(LedgerLine { date: *date, ..line });
        }
        Ok(Some(RowAccountPostings { account, name, opening, lines, amount, taken_off }))
    }

    /// Those that are with some parties.
    fn of_parties(
        &self,
        read: &mut impl Reading,
        parts: Vec<Flow>,
        parties: &[&OfParty],
    ) -> Result<Vec<Flow>, LedgerError> {
        let keys: Vec<_> =
            parts.iter().map(|flow| ItemKey::new(flow.posting.entry, flow.posting.line)).collect();
        let of = parties_of(read, &keys)?;
        let with = parts.into_iter().zip(of).filter(|(_, with)| {
            let with = self.filled.kept(*with);
            parties.iter().any(|wanted| wanted.with == with)
        });
        Ok(with.map(|(flow, _)| flow).collect())
    }

    /// What of an account's postings the take has on the column's days.
    fn parts(
        &self,
        read: &mut impl Reading,
        taken: &Taken<'_>,
        code: &SmolStr,
        of: Of,
    ) -> Result<Vec<Flow>, LedgerError> {
        let Some(column) = self.filled.columns.get(self.column) else { return Ok(Vec::new()) };
        let mut parts: Vec<Flow> = match taken.measure {
            Measure::Opening => Vec::new(),
            Measure::Paid | Measure::Exchange => {
                let of_account = self.flows.iter().filter(|flow| flow.posting.account == *code);
                of_account.cloned().collect()
            }
            Measure::Corrected => {
                let days = Some(column.wanted.days());
                let mut posted = self.posted(read, code, days, LeftOut::Closings)?;
                posted.retain(|flow| self.filled.brought.late.contains(&flow.posting.entry));
                posted
            }
            Measure::Closing | Measure::Movement => {
                let wanted = &column.wanted;
                let days = match (taken.measure, of) {
                    (Measure::Closing, of) => wanted.days_of(of),
                    _ => Some(wanted.days()),
                };
                let left_out = match taken.measure {
                    Measure::Closing => {
                        LeftOut::Closing(wanted.unclosed().filter(|_| of != Of::EarlierResults))
                    }
                    _ => LeftOut::Closings,
                };
                self.posted(read, code, days, left_out)?
            }
        };
        parts.retain(|flow| self.has(taken, &flow.posting));
        Ok(parts)
    }

    fn posted(
        &self,
        read: &mut impl Reading,
        code: &SmolStr,
        days: Option<Span>,
        left_out: LeftOut,
    ) -> Result<Vec<Flow>, LedgerError> {
        let Some(span) = days else { return Ok(Vec::new()) };
        let range = DateRange::between(Some(span.from), Some(span.through));
        let Ok(range) = range else { return Ok(Vec::new()) };
        let cells = &self.filled.cells;
        let brought = |posting: &Posting| {
            left_out == LeftOut::Closings
                && self.filled.layout.says_what_changed()
                && self.filled.brought.entries.contains(&posting.entry)
        };
        let found = postings(read, code, range)?.into_iter().filter(|posting| {
            let closing = match left_out {
                LeftOut::Closings => is_closing(posting.period),
                LeftOut::Closing(period) => Some(posting.period) == period,
            };
            cells.counts(posting, span.known) && !closing && !brought(posting)
        });
        let part = |posting: Arc<Posting>| {
            let units = Amounts::of_posting(&posting).net().1;
            Flow { date: posting.date, units, posting }
        };
        Ok(found.map(part).collect())
    }

    /// Whether a posting has the dimensions that the take, the column and the query want.
    fn has(&self, taken: &Taken<'_>, posting: &Posting) -> bool {
        let value = |name: &str| posting.dimensions.get(name);
        let wanted = taken.take.dimensions.iter();
        let fits = wanted.map(|(name, wanted)| value(name).unwrap_or_default() == wanted);
        let (narrowed, dimensions) = (&self.filled.narrowed, &posting.dimensions);
        let of_column = self.filled.columns.get(self.column);
        of_column.is_some_and(|column| narrowed.is_in(&column.column, dimensions))
            && narrowed.takes(self.query, dimensions)
            && { fits }.all(|fits| fits)
    }
}

/// Closing entries that don't count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeftOut {
    /// All of them: in what was posted on days.
    Closings,
    /// Those of the last day's fiscal year: in a balance.
    Closing(Option<PeriodKey>),
}
