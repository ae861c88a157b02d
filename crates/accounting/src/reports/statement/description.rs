//! A statement as rows and columns, from which text, HTML and tables come.

use std::fmt;

use fondaco_core::report::{Cell, Column, Kind, Phrase, Report, Row, word};
use fondaco_core::{Currency, Money};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::{AccountStatement, CurrencyStatement, Movement, StatementSums};
use crate::ledger::Side;
use crate::reports::general_ledger::{name, title_of_days};
use crate::reports::sheet::account_anchor;

/// Counter accounts that a line names; of more it says how many.
const NAMED: usize = 3;

impl AccountStatement {
    /// As rows and columns. A statement in another currency than the ledger's says beside each amount what it is worth; one of
    /// several currencies names the currency of each amount. Balances are [as shown](AccountStatement::shown).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = books.statement(&StatementQuery::new("1000", "2026-02-01/2026-02-28".parse()?))?;
    /// assert_eq!(bank.to_string(), "\
    /// Statement of account 1000 Bank 2026-02-01 to 2026-02-28 (EUR)
    /// Date        Entry  Text             Counter accounts  Debit  Credit  Balance
    /// ==========  =====  ===============  ================  =====  ======  =======
    ///                    Opening balance                                    500.00
    /// 2026-02-01  GEN 2                   5100                      40.00   460.00
    /// ----------  -----  ---------------  ----------------  -----  ------  -------
    ///                    Closing balance                     0.00   40.00   460.00
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let form = Form::of(self);
        let mut report = Report::new(self.title(&form)).columns(form.columns());
        for section in &self.currencies {
            self.push_section(&form, section, &mut report);
        }
        if form.several() {
            let all = self.worth(&self.ledger);
            let row = form.row(self, None, word("Total"), [(); 3].map(|()| Cell::Empty), all);
            report.push(Row::total(row));
        }
        let report = report.anchored(account_anchor(&self.account));
        let report = match self.balances_on {
            Side::Debit => report,
            Side::Credit => report.note(word("Balances are credits less debits")),
        };
        match self.known_at {
            Some(time) => report.note(Phrase::from(word("As known at")).and(time.to_string())),
            None => report,
        }
    }

    fn title(&self, form: &Form) -> Phrase {
        let title = Phrase::from(word("Statement of account")).and(format_smolstr!(
            "{} {}",
            self.account,
            self.name
        ));
        let title = title_of_days(title, self.days);
        let title = match form.only {
            Some(currency) => title.and(format_smolstr!("({})", currency.code())),
            None => title,
        };
        if self.page == 1 && !self.goes_on {
            return title;
        }
        title.and(word("page")).and(i64::from(self.page))
    }

    fn push_section(&self, form: &Form, section: &CurrencyStatement, report: &mut Report) {
        let opening =
            if self.page == 1 { word("Opening balance") } else { word("Brought forward") };
        let closing = if self.goes_on { word("Carried forward") } else { word("Closing balance") };
        let StatementSums { debit, credit, .. } = section.sums;
        let (sums, ledger) = (&section.sums, &section.ledger);
        let first = Row::new(form.row(
            self,
            Some(section.currency),
            opening,
            [Cell::Empty, Cell::Empty, form.amount(self.shown(sums.opening), section)],
            [Cell::Empty, Cell::Empty, self.shown(ledger.opening).into()],
        ));
        report.push(first.starting_group());
        for movement in &section.movements {
            report.push(Row::new(form.movement(self, section, movement)));
        }
        report.push(Row::total(form.row(
            self,
            Some(section.currency),
            closing,
            [debit, credit, self.shown(sums.closing)].map(|amount| form.amount(amount, section)),
            self.worth(ledger),
        )));
    }

    /// What moved, and what there is then, in the ledger's currency.
    fn worth(&self, ledger: &StatementSums) -> [Cell; 3] {
        [ledger.debit, ledger.credit, self.shown(ledger.closing)].map(Cell::from)
    }
}

/// Which columns a statement needs.
struct Form {
    /// The one currency that it is in.
    only: Option<Currency>,
    /// The ledger's, where amounts are in another.
    beside: Option<Currency>,
}

impl Form {
    fn of(statement: &AccountStatement) -> Form {
        let only = match statement.currencies.as_slice() {
            [section] => Some(section.currency),
            _ => None,
        };
        let ledger = statement.ledger_currency;
        Form { only, beside: (only != Some(ledger)).then_some(ledger) }
    }

    fn several(&self) -> bool {
        self.only.is_none()
    }

    fn columns(&self) -> Vec<Column> {
        let kind = self.only.map_or(Kind::Money, Kind::Amount);
        let names = ["Debit", "Credit", "Balance"];
        let mut columns = vec![
            Column::text(word("Account")).for_tables_only(),
            Column::text(word("Currency")).for_tables_only(),
            Column::date(word("Date")),
            Column::text(word("Entry")),
            Column::text(word("Text")).naming_rows(),
            Column::text(word("Party")).for_tables_only(),
            Column::text(word("Counter accounts")),
        ];
        columns.extend(names.map(|name| Column::new(word(name), kind.clone())));
        if let Some(ledger) = self.beside {
            let beside = |name| Phrase::from(word(name)).and(ledger.code());
            columns.extend(names.map(|name| Column::amount(beside(name), ledger)));
        }
        columns
    }

    fn amount(&self, amount: Decimal, section: &CurrencyStatement) -> Cell {
        match self.only {
            Some(_) => amount.into(),
            None => Money::new(amount, section.currency).into(),
        }
    }

    /// A row that is no movement.
    fn row(
        &self,
        statement: &AccountStatement,
        currency: Option<Currency>,
        what: Cell,
        amounts: [Cell; 3],
        worth: [Cell; 3],
    ) -> Vec<Cell> {
        let currency = currency.map_or(Cell::Empty, |currency| currency.code().into());
        let mut cells = vec![statement.account.clone().into(), currency];
        cells.extend([Cell::Empty, Cell::Empty, what, Cell::Empty, Cell::Empty]);
        cells.extend(amounts);
        cells.extend(worth); // beyond the columns where there are none for it
        cells
    }

    fn movement(
        &self,
        statement: &AccountStatement,
        section: &CurrencyStatement,
        movement: &Movement,
    ) -> Vec<Cell> {
        let amount = |amount: Option<Decimal>| {
            amount.map_or(Cell::Empty, |amount| self.amount(amount, section))
        };
        let party = movement.party.map(|party| SmolStr::from(party.to_string()));
        let value = movement.ledger_amount;
        let negative = Decimal::ZERO.saturating_sub(value);
        vec![
            statement.account.clone().into(),
            section.currency.code().into(),
            movement.date.into(),
            name(&movement.journal, movement.number).into(),
            movement.text.clone().into(),
            party.into(),
            counter_accounts(&movement.counter_accounts),
            amount(movement.debit),
            amount(movement.credit),
            amount(Some(statement.shown(movement.balance))),
            movement.debit.map(|_| value).into(),
            movement.credit.map(|_| negative).into(),
            statement.shown(movement.ledger_balance).into(),
        ]
    }
}

fn counter_accounts(accounts: &[SmolStr]) -> Cell {
    let (named, others) = accounts.split_at(accounts.len().min(NAMED));
    let named = named.join(", ");
    if others.is_empty() {
        return named.into();
    }
    Phrase::from(named).and(word("and")).and(others.len()).and(word("others")).into_cell()
}

impl fmt::Display for AccountStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
