//! The rows that income statement and balance sheet share, for one span of days or for two side by side.

use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use fondaco_core::{Currency, Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::{Section, StatementLine};

/// What links to an account's part of the general ledger name.
pub(super) fn account_anchor(code: &str) -> SmolStr {
    format_smolstr!("account/{code}")
}

/// A statement in the making, with an amount for each of `N` spans of days; two of them bring what changed.
pub(super) struct Sheet<const N: usize> {
    report: Report,
}

impl<const N: usize> Sheet<N> {
    pub(super) fn new(title: Phrase, currency: Currency, headings: [Phrase; N]) -> Sheet<N> {
        let title = title.and(format_smolstr!("({})", currency.code()));
        let names = [Column::text(word("Account")), Column::text(word("Name")).naming_rows()];
        let amounts = headings.map(|heading| Column::amount(heading, currency));
        let report = Report::new(title).columns(names).columns(amounts);
        let change =
            [Column::amount(word("Change"), currency), Column::percent(word("Change in %"))];
        let report = if N == 2 { report.columns(change) } else { report };
        Sheet { report }
    }

    /// The accounts of a class, line by line the same in all sections, and their total.
    pub(super) fn section(&mut self, sections: [&Section; N], total: &'static str) {
        let lines = sections.map(|section| section.lines.as_slice());
        for (at, line) in lines.first().copied().unwrap_or_default().iter().enumerate() {
            let amounts =
                lines.map(|lines| lines.get(at).map_or(Decimal::ZERO, |line| line.amount));
            self.report.push(row(line, amounts));
        }
        self.total(total, sections.map(|section| section.total));
    }

    pub(super) fn line(&mut self, name: &'static str, amounts: [Decimal; N]) {
        self.report.push(Row::new([Cell::Empty, word(name)].into_iter().chain(figures(amounts))));
    }

    pub(super) fn total(&mut self, name: &'static str, amounts: [Decimal; N]) {
        self.report.push(Row::total([Cell::Empty, word(name)].into_iter().chain(figures(amounts))));
    }

    pub(super) fn into_report(self) -> Report {
        self.report
    }
}

/// A heading has the accounts under it, and no amount of its own.
fn row<const N: usize>(line: &StatementLine, amounts: [Decimal; N]) -> Row {
    let names = [line.account.clone().into(), line.name.clone().into()];
    if line.heading {
        return Row::heading(names).at_level(line.depth);
    }
    let row = Row::new(names.into_iter().chain(figures(amounts))).at_level(line.depth);
    row.linked_to(account_anchor(&line.account))
}

fn figures<const N: usize>(amounts: [Decimal; N]) -> impl Iterator<Item = Cell> {
    let changed = match amounts.as_slice() {
        [now, before] => vec![now.saturating_sub(*before).into(), change(*now, *before).into()],
        _ => Vec::new(),
    };
    amounts.into_iter().map(Cell::from).chain(changed)
}

/// By what part an amount is more or less than it was, to six digits; nothing where it was zero.
pub(super) fn change(now: Decimal, before: Decimal) -> Option<Decimal> {
    decimal::div_round(now.saturating_sub(before), before.abs(), 6, Rounding::HalfUp).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_is_a_part_of_what_was() {
        let change = |now: i64, before: i64| {
            change(now.into(), before.into()).map(|change| change.to_string()).unwrap_or_default()
        };
        assert_eq!(change(150, 100), "0.5");
        assert_eq!(change(-50, -100), "0.5", "half a loss is better, not worse");
        assert_eq!(change(-100, 100), "-2");
        assert_eq!(change(1, 3), "-0.666667");
        assert_eq!(change(1, 0), "");
    }
}
