//! A revaluation as people read it, and why each figure is what it is.

use std::fmt;

use fondaco_core::Money;
use fondaco_core::report::{Cell, Column, Explain, Kind, Phrase, Report, Row, word};
use smol_str::{SmolStr, format_smolstr};

use super::{Revaluation, RevaluedItem, RevaluedLine, ValuationMethod};

/// The lowest value principle, as reports say it.
const PRUDENT: &str =
    "losses, and gains of what falls due within a year alone (sections 252 and 256a HGB)";

impl Revaluation {
    /// The result as text, HTML and tables show it: a row for each account and currency.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates();
    /// use fondaco_accounting::currency::Revalue;
    /// let nothing = books.revaluation(&Revalue::at(day("2026-03-31")))?.to_report();
    /// assert!(nothing.to_csv().starts_with("Account,Name,Open,"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(word("Revaluation at")).and(self.date);
        let by = match &self.ledger {
            Some(ledger) => format_smolstr!("({}, {ledger}),", self.source),
            None => format_smolstr!("({}),", self.source),
        };
        let title = title.and(by).and(word("in"));
        let amount = |name| Column::amount(word(name), self.currency);
        let mut report = Report::new(title.and(SmolStr::new(self.currency.code())))
            .column(Column::text(word("Account")))
            .column(Column::text(word("Name")).naming_rows())
            .column(Column::new(word("Open"), Kind::Money))
            .column(Column::new(
                word("Rate"),
                Kind::Quantity { unit: SmolStr::default(), digits: 6 },
            ))
            .column(Column::date(word("Rate of")))
            .columns(["Books", "Worth", "Difference"].map(amount));
        let prudent = self.method == ValuationMethod::LowestValue;
        if prudent {
            report = report.column(amount("Not recognised"));
        }
        self.lines.iter().for_each(|line| report.push(row(line, prudent)));
        let sum = |of: fn(&RevaluedLine) -> Money| {
            let sum = self.lines.iter().map(|line| of(line).amount());
            Cell::Number(
                sum.fold(rust_decimal::Decimal::ZERO, rust_decimal::Decimal::saturating_add),
            )
        };
        let mut total = vec![
            Cell::Empty,
            word("Total"),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            sum(|line| line.before),
            sum(|line| line.worth),
            sum(RevaluedLine::difference),
        ];
        if prudent {
            total.push(sum(RevaluedLine::unrecognised));
            report = report.note(word(PRUDENT));
        }
        report.push(Row::total(total));
        report
            .note(Phrase::from(word("Gains")).and(self.gains()))
            .note(Phrase::from(word("Losses")).and(self.losses()))
    }

    /// Why each account would gain or lose what it does: its items, and the rate down to its recording.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25
    /// use fondaco_accounting::currency::{MarkMonetary, Revalue};
    /// let dollars = NewEntry::new("GEN", day("2026-03-01")).conversion()
    ///     .posting(NewPosting::debit("1010", Money::parse("100 USD").unwrap()).worth(eur("90")))
    ///     .credit("1000", eur("90"));
    /// books.post("dollars", dollars)?;
    /// books.send("monetary", &MarkMonetary::new(["1010"]))?;
    /// let why = books.revaluation(&Revalue::at(day("2026-03-31")))?.explain();
    /// assert_eq!(why[0].to_string(), "\
    /// 1010 Dollars, USD, not realised at 2026-03-31: -10.00 EUR
    /// │ worth by the rate less worth in the books
    /// ├─ by the rate, of 100.00 USD: 80.00 EUR
    /// │  └─ 1 USD in EUR, on 2026-03-31: 0.8
    /// │     │ one by the rate recorded the other way round, rounded half even
    /// │     └─ the inverse of SPOT EUR/USD: 1.25 (recorded at 2026-06-01T08:00:00Z)
    /// │          valid from: 2026-01-02
    /// └─ in the books: 90.00 EUR
    /// ");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn explain(&self) -> Vec<Explain> {
        self.lines.iter().map(|line| self.explain_line(line)).collect()
    }

    fn explain_line(&self, line: &RevaluedLine) -> Explain {
        let what = format_smolstr!("{} {}, {},", line.account, line.name, line.open.currency());
        let what = Phrase::from(what).and(word("not realised at")).and(self.date);
        let by_rate = Phrase::from(word("by the rate, of")).and(line.open);
        let by_rate = Explain::new(by_rate, line.by_rate)
            .inputs(line.rate.iter().map(|rate| rate.explain()))
            .inputs(line.items.iter().map(|item| explain_item(item, item.by_rate)));
        let before = Explain::new(word("in the books"), line.before)
            .inputs(line.items.iter().map(|item| explain_item(item, item.before)));
        let why = Explain::new(what, line.difference());
        let why = match self.method {
            ValuationMethod::ClosingRate => {
                return why
                    .rule(word("worth by the rate less worth in the books"))
                    .input(by_rate)
                    .input(before);
            }
            ValuationMethod::LowestValue => why.rule(word(PRUDENT)).input(by_rate),
        };
        let gains = line.items.iter().filter(|item| !item.unrecognised().is_zero());
        let gains = Explain::new(word("gains that are not recognised"), line.unrecognised())
            .inputs(gains.map(|item| explain_item(item, item.unrecognised())));
        why.input(gains).input(before)
    }
}

fn explain_item(item: &RevaluedItem, worth: Money) -> Explain {
    let source = format_smolstr!("entry {}, line {}", item.key.entry, item.key.line);
    Explain::new(item.open, worth).source(source)
}

fn row(line: &RevaluedLine, prudent: bool) -> Row {
    let rate = line.rate.as_ref().and_then(|rate| rate.rate().ok());
    // Since when it holds: of two recordings through a pivot the older one.
    let since =
        line.rate.as_ref().and_then(|rate| rate.legs.iter().map(|leg| leg.span.start).min());
    let unrecognised = prudent.then(|| line.unrecognised().amount().into());
    let cells = [
        line.account.clone().into(),
        line.name.clone().into(),
        line.open.into(),
        rate.map_or(Cell::Empty, Cell::Number),
        since.map_or(Cell::Empty, Cell::Date),
        line.before.amount().into(),
        line.worth.amount().into(),
        line.difference().amount().into(),
    ];
    Row::new(cells.into_iter().chain(unrecognised))
}

impl fmt::Display for Revaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
