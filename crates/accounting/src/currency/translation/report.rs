//! A translation as people read it, and why each figure is what it is.

use std::fmt;

use fondaco_core::Money;
use fondaco_core::report::{Cell, Column, Explain, Kind, Phrase, Report, Row, word};
use smol_str::{SmolStr, format_smolstr};

use super::{TranslatedLine, TranslatedPart, Translation};
use crate::ledger::AccountClass;

const SECTIONS: [(AccountClass, &str); 5] = [
    (AccountClass::Asset, "Total assets"),
    (AccountClass::Liability, "Total liabilities"),
    (AccountClass::Equity, "Equity at historical rates"),
    (AccountClass::Income, "Total income"),
    (AccountClass::Expense, "Total expenses"),
];

impl Translation {
    /// The result as text, HTML and tables show it: each account in both currencies, its rate where it is one, and the
    /// translation difference.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 from 2 January on
    /// use fondaco_accounting::currency::{NewRate, RecordRates, TranslationQuery};
    /// let closing = NewRate::new(Currency::EUR, Currency::USD, 2.into(), day("2026-12-31"));
    /// books.send("closing rate", &RecordRates::new("SPOT", vec![closing]))?;
    /// let year = "2026-01-01/2026-12-31".parse()?;
    /// let dollars = books.translation(&TranslationQuery::new(Currency::USD, year))?;
    /// assert_eq!(dollars.to_string(), "\
    /// Translation into USD at 2026-12-31
    /// Account  Name                             EUR      Rate       USD
    /// =======  ============================  ======  ========  ========
    /// 1000     Bank                          460.00  2.000000    920.00
    /// 1200     Customers                     119.00  2.000000    238.00
    /// -------  ----------------------------  ------  --------  --------
    ///          Total assets                  579.00            1,158.00
    /// 2200     Tax due                        19.00  2.000000     38.00
    /// -------  ----------------------------  ------  --------  --------
    ///          Total liabilities              19.00               38.00
    /// 3000     Capital                       500.00  1.250000    625.00
    /// -------  ----------------------------  ------  --------  --------
    ///          Equity at historical rates    500.00              625.00
    /// 4000     Sales                         100.00  1.250000    125.00
    /// -------  ----------------------------  ------  --------  --------
    ///          Total income                  100.00              125.00
    /// 5100     Rent                           40.00  1.250000     50.00
    /// -------  ----------------------------  ------  --------  --------
    ///          Total expenses                 40.00               50.00
    /// -------  ----------------------------  ------  --------  --------
    ///          Result of these days           60.00               75.00
    /// -------  ----------------------------  ------  --------  --------
    ///          Results of earlier years        0.00                0.00
    /// -------  ----------------------------  ------  --------  --------
    ///          Translation difference                            420.00
    /// -------  ----------------------------  ------  --------  --------
    ///          Total liabilities and equity  579.00            1,158.00
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(word("Translation into")).and(SmolStr::new(self.to.code()));
        let title = title.and(word("at")).and(self.date);
        let mut report = Report::new(title)
            .column(Column::text(word("Account")))
            .column(Column::text(word("Name")).naming_rows())
            .column(Column::amount(SmolStr::new(self.from.code()), self.from))
            .column(Column::new(
                word("Rate"),
                Kind::Quantity { unit: SmolStr::default(), digits: 6 },
            ))
            .column(Column::amount(SmolStr::new(self.to.code()), self.to));
        for (class, total) in SECTIONS {
            let lines = self.lines.iter().filter(|line| line.class == class);
            lines.for_each(|line| report.push(row(line)));
            report.push(total_row(total, self.in_books(class), self.of(class)));
        }
        let result =
            |books: Money, translated: Money| total_row("Result of these days", books, translated);
        let books = |income: Money, expense: Money| {
            Money::new(income.amount().saturating_sub(expense.amount()), self.from)
        };
        let result_in_books =
            books(self.in_books(AccountClass::Income), self.in_books(AccountClass::Expense));
        report.push(result(result_in_books, self.result()));
        let earlier = &self.earlier;
        report.push(total_row("Results of earlier years", earlier.amount, earlier.translated));
        let difference = self.difference();
        if let Some((before, of_days)) = self.opening_difference.zip(self.difference_of_days()) {
            let shown = [
                ("Translation difference before these days", before),
                ("Translation difference of these days", of_days),
            ];
            for (what, amount) in shown.into_iter().filter(|_| !before.is_zero()) {
                let amount = Cell::Number(amount.amount());
                report.push(Row::new([Cell::Empty, word(what), Cell::Empty, Cell::Empty, amount]));
            }
        }
        let nothing = Cell::Empty;
        let words = [nothing.clone(), word("Translation difference"), nothing.clone(), nothing];
        let amount = Cell::Number(difference.amount());
        report.push(Row::total(words.into_iter().chain([amount])));
        let owed = self.of(AccountClass::Liability).amount();
        let owned = [self.equity(), self.earlier.translated, self.result(), difference];
        let all = owned.iter().fold(owed, |sum, part| sum.saturating_add(part.amount()));
        let books = self.in_books(AccountClass::Asset);
        report.push(total_row("Total liabilities and equity", books, self.money(all)));
        report
    }

    fn of(&self, class: AccountClass) -> Money {
        match class {
            AccountClass::Asset => self.assets(),
            AccountClass::Liability => self.liabilities(),
            AccountClass::Equity => self.equity(),
            _ => self.sum_of(class, |line| line.translated, self.to),
        }
    }

    fn in_books(&self, class: AccountClass) -> Money {
        self.sum_of(class, |line| line.amount, self.from)
    }

    fn sum_of(
        &self,
        class: AccountClass,
        of: fn(&TranslatedLine) -> Money,
        currency: fondaco_core::Currency,
    ) -> Money {
        let lines = self.lines.iter().filter(|line| line.class == class);
        let sum = lines
            .fold(rust_decimal::Decimal::ZERO, |sum, line| sum.saturating_add(of(line).amount()));
        Money::new(sum, currency)
    }

    /// Why the translation difference is what it is: what is held at the closing rate, less what is known by history and as
    /// it was earned.
    pub fn explain_difference(&self) -> Explain {
        let what = Phrase::from(word("Translation difference")).and(word("at")).and(self.date);
        let of = |name: &'static str, amount: Money| Explain::new(word(name), amount);
        Explain::new(what, self.difference())
            .rule(word("what is held less what is owed, less equity and results at the rates of their days"))
            .input(of("assets at the closing rate", self.assets()))
            .input(of("liabilities at the closing rate", self.liabilities().neg()))
            .input(of("Equity at historical rates", self.equity().neg()))
            .input(of("Results of earlier years", self.earlier.translated.neg()))
            .input(of("Result of these days", self.result().neg()))
    }

    /// Why each account is worth what it is: its parts, each with its rate down to the recording.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates(); // EUR/USD 1.25 from 2 January on
    /// use fondaco_accounting::currency::TranslationQuery;
    /// let year = "2026-01-01/2026-12-31".parse()?;
    /// let dollars = books.translation(&TranslationQuery::new(Currency::USD, year))?;
    /// let why = dollars.explain();
    /// let rent = why.iter().find(|why| why.what.to_string().starts_with("5100")).expect("rent was paid");
    /// assert_eq!(rent.to_string(), "\
    /// 5100 Rent: 50.00 USD
    /// └─ 40.00 EUR of 2026-02-01: 50.00 USD
    ///    └─ 1 EUR in USD, on 2026-02-01: 1.25
    ///       │ as recorded
    ///       └─ SPOT EUR/USD: 1.25 (recorded at 2026-06-01T08:00:00Z)
    ///            valid from: 2026-01-02
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self) -> Vec<Explain> {
        let lines = self.lines.iter().map(explain_line);
        lines.chain([explain_line(&self.earlier), self.explain_difference()]).collect()
    }
}

fn explain_line(line: &TranslatedLine) -> Explain {
    let what = match line.account.is_empty() {
        true => Phrase::from(word("Results of earlier years")),
        false => Phrase::from(format_smolstr!("{} {}", line.account, line.name)),
    };
    Explain::new(what, line.translated).inputs(line.parts.iter().map(explain_part))
}

fn explain_part(part: &TranslatedPart) -> Explain {
    let what = Phrase::from(part.amount).and(word("of"));
    let what = match (part.days.start(), part.days.end()) {
        (Some(first), Some(last)) if first == last => what.and(first),
        (Some(first), Some(last)) => what.and(first).and(word("through")).and(last),
        _ => what,
    };
    let why = Explain::new(what, part.translated);
    match &part.rate {
        Some(rate) => why.input(rate.explain()),
        None => why.rule(word("given by its history")),
    }
}

fn row(line: &TranslatedLine) -> Row {
    let one = match line.parts.as_slice() {
        [part] => part.rate.as_ref().and_then(|rate| rate.rate().ok()),
        _ => None,
    };
    Row::new([
        line.account.clone().into(),
        line.name.clone().into(),
        line.amount.amount().into(),
        one.map_or(Cell::Empty, Cell::Number),
        line.translated.amount().into(),
    ])
}

fn total_row(name: &'static str, books: Money, translated: Money) -> Row {
    let (books, translated) = (books.amount().into(), translated.amount().into());
    Row::total([Cell::Empty, word(name), books, Cell::Empty, translated])
}

impl fmt::Display for Translation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
