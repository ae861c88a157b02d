//! Random companies, and what their cash flow must be by a model that knows what each event was, not how it was posted.

use chrono::{Days, NaiveDate};
use fondaco_accounting::close::PostOpening;
use fondaco_accounting::currency::SetExchangeAccounts;
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::{FinancialQuery, FinancialStatement, Layout, RowUnit};
use fondaco_core::{Currency, Money};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::common::*;
use crate::firm::{bare, shipped};

/// What happened, of so many cents on a day.
#[derive(Debug, Clone, Copy)]
enum What {
    Capital,
    Loan,
    Dividend,
    Sale,
    Purchase,
    Machine,
    MachineForCash,
    MachineSold,
    Wages,
    Transfer,
    Depreciation,
    Provision,
    RatesRose,
    RatesFell,
    Dollars,
    /// What was bought or sold before and is not paid yet, the oldest first.
    Settlement,
    /// A whole day's payments in one entry.
    Collected,
    CapitalBack,
}

const ALL: [What; 18] = {
    use What::*;
    [
        Capital,
        Loan,
        Dividend,
        Sale,
        Purchase,
        Machine,
        MachineForCash,
        MachineSold,
        Wages,
        Transfer,
        Depreciation,
        Provision,
        RatesRose,
        RatesFell,
        Dollars,
        Settlement,
        Collected,
        CapitalBack,
    ]
};

/// What cash did on a day: operating, investing, financing, exchange; and what owners put in and took out.
type Effect = [i64; 6];

#[derive(Debug, Clone, Copy)]
struct Event {
    day: u64,
    what: What,
    cents: i64,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let one = (0..700u64, 0..ALL.len(), 1..100_000i64).prop_map(|(day, what, hundreds)| Event {
        day,
        what: ALL[what],
        cents: hundreds * 100,
    });
    prop::collection::vec(one, 1..30).prop_map(|mut events| {
        events.sort_by_key(|event| event.day);
        events
    })
}

struct Company {
    firm: Firm,
    effects: Vec<(NaiveDate, Effect)>,
    unpaid: Vec<(ItemKey, i64, What)>,
    count: usize,
    last_capital: Option<(fondaco_core::Id<Entry>, i64)>,
}

fn cents(cents: i64) -> Money {
    Money::new(Decimal::new(cents, 2), Currency::EUR)
}

fn date(day: u64) -> NaiveDate {
    d("2025-01-01") + Days::new(day)
}

const OPENED: i64 = 500_000;

impl Company {
    fn of(events: &[Event]) -> Company {
        let firm = bare();
        use AccountClass::*;
        let account = |code: &str, class| NewAccount::new(code, code, class);
        let more = vec![
            NewAccount { kind: Some("bank".into()), ..account("1020", Asset) },
            account("1400", Asset),
            account("2100", Liability),
            account("4900", Income),
            account("5950", Expense),
        ];
        firm.must("more", &OpenAccounts::new(more));
        for code in ["1200", "2000"] {
            firm.must(code, &ChangeAccount::open_items(code, true));
        }
        firm.must("rates", &SetExchangeAccounts::new("GEN", "4900", "5950"));
        let opening = PostOpening::new("GEN", d("2025-01-01"))
            .line(NewPosting::debit("1000", cents(OPENED)))
            .line(NewPosting::debit("1500", cents(7)))
            .difference_to("3000");
        firm.must("opening", &opening);
        let (effects, unpaid) = (Vec::new(), Vec::new());
        let mut company = Company { firm, effects, unpaid, count: 0, last_capital: None };
        events.iter().for_each(|event| company.happen(*event));
        company
    }

    fn post(&mut self, date: NaiveDate, lines: &[(&str, i64)]) -> Posted {
        self.count += 1;
        let entry = lines.iter().filter(|(_, cents)| *cents != 0).fold(
            NewEntry::new("GEN", date),
            |entry, (account, amount)| match *amount > 0 {
                true => entry.debit(*account, cents(*amount)),
                false => entry.credit(*account, cents(-amount)),
            },
        );
        self.firm.post(&self.count.to_string(), entry)
    }

    fn happen(&mut self, Event { day, what, cents: c }: Event) {
        let at = date(day);
        let [operating, investing, financing] = [0, 1, 2].map(|place| {
            move |cents: i64| {
                let mut effect = Effect::default();
                effect[place] = cents;
                effect
            }
        });
        let effect = match what {
            What::Capital => {
                let posted = self.post(at, &[("1000", c), ("3000", -c)]);
                self.last_capital = Some((posted.id, c));
                [0, 0, c, 0, c, 0]
            }
            What::CapitalBack => match self.last_capital.take() {
                Some((entry, c)) => {
                    self.count += 1;
                    self.firm.must(&self.count.to_string(), &Reverse::new(entry, at));
                    [0, 0, -c, 0, -c, 0]
                }
                None => Effect::default(),
            },
            What::Loan => {
                self.post(at, &[("1000", c), ("2500", -c)]);
                financing(c)
            }
            What::Dividend => {
                // Half of it stays, as a reserve.
                self.post(at, &[("3100", c), ("1000", -c / 2), ("3000", -c / 2)]);
                [0, 0, -c / 2, 0, 0, -c / 2]
            }
            What::Sale => {
                let sale =
                    self.post(at, &[("1200", c), ("4000", -c / 100 * 80), ("2200", -c / 100 * 20)]);
                self.unpaid.push((ItemKey::new(sale.id, 1), c, what));
                Effect::default()
            }
            What::Purchase => {
                let bill =
                    self.post(at, &[("2000", -c), ("5000", c / 100 * 80), ("1400", c / 100 * 20)]);
                self.unpaid.push((ItemKey::new(bill.id, 1), -c, what));
                Effect::default()
            }
            What::Machine => {
                let bill =
                    self.post(at, &[("2000", -c), ("1500", c / 100 * 80), ("1400", c / 100 * 20)]);
                self.unpaid.push((ItemKey::new(bill.id, 1), -c, what));
                Effect::default()
            }
            What::MachineForCash => {
                self.post(at, &[("1500", c), ("1000", -c)]);
                investing(-c)
            }
            What::MachineSold => {
                self.post(at, &[("1000", c), ("1590", c / 2), ("1500", -c), ("4800", -c / 2)]);
                investing(c)
            }
            What::Wages => {
                self.post(at, &[("5200", c), ("2200", -c / 100 * 20), ("1000", -c / 100 * 80)]);
                operating(-c / 100 * 80)
            }
            What::Transfer => {
                self.post(at, &[("1010", c), ("1000", -c)]);
                Effect::default()
            }
            What::Depreciation => {
                self.post(at, &[("5300", c), ("1590", -c)]);
                Effect::default()
            }
            What::Provision => {
                self.post(at, &[("5200", c), ("2100", -c)]);
                Effect::default()
            }
            What::RatesRose => self.revalue(at, c),
            What::RatesFell => self.revalue(at, -c),
            What::Dollars => {
                self.count += 1;
                let dollars = Money::new(Decimal::new(c, 2), Currency::USD);
                let entry = NewEntry::new("GEN", at)
                    .conversion()
                    .posting(NewPosting::debit("1020", dollars).worth(cents(c)))
                    .credit("1000", cents(c / 100 * 90))
                    .credit("4900", cents(c / 100 * 10));
                self.firm.post(&self.count.to_string(), entry);
                [0, 0, 0, c / 100 * 10, 0, 0]
            }
            What::Settlement => self.settle(at),
            What::Collected => {
                self.post(at, &[("1000", c), ("4000", -c), ("5100", c / 4), ("1000", -c / 4)]);
                operating(c - c / 4)
            }
        };
        self.effects.push((at, effect));
    }

    /// One entry over cash and what customers owe.
    fn revalue(&mut self, at: NaiveDate, c: i64) -> Effect {
        self.count += 1;
        let side = if c > 0 { Side::Debit } else { Side::Credit };
        let line = |account: &str, c: i64| {
            let nothing = Money::zero(Currency::USD);
            NewPosting::new(account, side, nothing).worth(cents(c.abs()))
        };
        let result = if c > 0 { "4900" } else { "5950" };
        let entry = NewEntry::new("GEN", at)
            .conversion()
            .posting(line("1020", c))
            .posting(line("2500", c * 2))
            .posting(NewPosting::new(result, side.opposite(), cents(c.abs() * 3)));
        self.firm.post(&self.count.to_string(), entry);
        [0, 0, 0, c, 0, 0]
    }

    fn settle(&mut self, at: NaiveDate) -> Effect {
        if self.unpaid.is_empty() {
            return Effect::default();
        }
        let (item, c, what) = self.unpaid.remove(0);
        let account = if c > 0 { "1200" } else { "2000" };
        let entry = NewEntry::new("GEN", at);
        let entry = match c > 0 {
            true => entry.debit("1000", cents(c)).credit(account, cents(c)),
            false => entry.credit("1000", cents(-c)).debit(account, cents(-c)),
        };
        self.count += 1;
        let paid = PostClearing::new(entry).pays(Pays::new(2).part(item, cents(c)));
        self.firm.must(&self.count.to_string(), &paid);
        match what {
            What::Machine => [c / 100 * 20, c / 100 * 80, 0, 0, 0, 0],
            _ => [c, 0, 0, 0, 0, 0],
        }
    }

    fn expected(&self, from: NaiveDate, through: NaiveDate) -> Effect {
        let on_days = self.effects.iter().filter(|(at, _)| (from..=through).contains(at));
        on_days.fold(Effect::default(), |sum, (_, effect)| {
            std::array::from_fn(|place| sum[place] + effect[place])
        })
    }
}

/// Every row opens into postings that come to its figure, in every column.
pub fn every_row_opens(firm: &Firm, layout: &Layout, query: &FinancialQuery) {
    let statement = firm.books.financial_statement(layout, query).unwrap();
    for row in &statement.rows {
        for (column, amount) in row.amounts.iter().enumerate() {
            let named = format!("{} {} {column}", layout.code, row.code);
            let opened = match firm.books.row_postings(layout, query, &row.code, column) {
                Ok(opened) => opened,
                Err(error) => {
                    assert!(row.unit != RowUnit::Amount, "{named}: {error}");
                    continue;
                }
            };
            if row.unit == RowUnit::Amount {
                assert_eq!(opened.total, amount.unwrap_or_default(), "{named}");
            }
            for account in &opened.accounts {
                let mut balance = account.opening;
                for line in &account.lines {
                    balance += line.debit.unwrap_or_default() - line.credit.unwrap_or_default();
                    assert_eq!(line.balance, balance, "{named}");
                }
                assert_eq!(balance, account.amount, "{named}");
            }
        }
    }
}

fn amount(statement: &FinancialStatement, row: &str) -> Decimal {
    statement.amount(row, 0).unwrap_or_else(|| panic!("no {row} in {statement}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn cash_flows_and_equity_are_what_happened(events in events(), from in 0..700u64, days in 0..500u64) {
        let company = Company::of(&events);
        let (from, through) = (date(from), date((from + days).min(729)));
        let query = FinancialQuery::new().days(fondaco_core::DateRange::new(from, through).unwrap());
        let expected = company.expected(from, through);
        let before = company.expected(d("2025-01-01"), from.pred_opt().unwrap());
        let before: i64 = OPENED + before[..4].iter().sum::<i64>();
        for code in ["plain-cash-flow-direct", "plain-cash-flow-indirect"] {
            let flow = company.firm.books.financial_statement(&shipped(code), &query).unwrap();
            let rows = ["operating", "investing", "financing", "exchange"];
            for (row, cents) in rows.into_iter().zip(expected) {
                prop_assert_eq!(amount(&flow, row), Decimal::new(cents, 2), "{} of {}\n{}", row, code, flow);
            }
            prop_assert_eq!(amount(&flow, "opening"), Decimal::new(before, 2));
            let change: i64 = expected[..4].iter().sum();
            prop_assert_eq!(amount(&flow, "closing"), Decimal::new(before + change, 2));
            prop_assert!(flow.failed.is_empty() && flow.untaken.is_empty(), "{}", flow);
        }
        let changes = company.firm.books.equity_changes(from, through).unwrap();
        prop_assert_eq!(changes.total.contributions, Decimal::new(expected[4], 2));
        prop_assert_eq!(changes.total.distributions, Decimal::new(expected[5], 2));
        let sheet = company.firm.books.financial_statement(&shipped("plain-balance-sheet"), &query).unwrap();
        prop_assert_eq!(changes.total.closing, amount(&sheet, "equity"));
        for row in changes.rows.iter().chain([&changes.total]) {
            let ways = row.opening + row.result + row.contributions + row.distributions + row.other;
            prop_assert_eq!(ways, row.closing, "{}", row.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn all_plain_rows_open(events in events(), from in 0..700u64, days in 0..500u64, close in any::<bool>()) {
        let company = Company::of(&events);
        if close {
            company.firm.must("closing", &fondaco_accounting::close::SetClosing::new("3100", "GEN"));
            company.firm.must("close", &fondaco_accounting::close::CloseYear::new(2025));
        }
        let range = fondaco_core::DateRange::new(date(from), date((from + days).min(729))).unwrap();
        let query = FinancialQuery::new().days(range).at(d("2026-12-31"));
        for code in Layout::all_shipped().filter(|code| code.starts_with("plain")) {
            every_row_opens(&company.firm, &shipped(code), &query);
        }
    }
}
