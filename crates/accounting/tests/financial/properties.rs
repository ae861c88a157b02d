//! Random books and random layouts: nothing is lost, nothing counted twice.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::{FinancialQuery, Layout, RowAccount};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::common::*;
use crate::firm::{chart, shipped};

const SITES: [&str; 3] = ["", "Lido", "Mestre"];

#[derive(Debug, Clone)]
struct Sketch {
    day: u64,
    debit: usize,
    credit: usize,
    cents: i64,
    site: usize,
}

fn sketches() -> impl Strategy<Value = Vec<Sketch>> {
    let accounts = chart().len();
    let one = (0..730u64, 0..accounts, 0..accounts, 1..1_000_000i64, 0..3usize)
        .prop_map(|(day, debit, credit, cents, site)| Sketch { day, debit, credit, cents, site });
    prop::collection::vec(one, 0..40)
}

fn firm(sketches: &[Sketch]) -> Firm {
    let firm = in_memory();
    firm.must("set up", &SetUp::new(fondaco_core::Currency::EUR));
    firm.must("chart", &OpenAccounts::new(chart()));
    firm.must("gen", &OpenJournal::new("GEN", "General"));
    firm.must("2025", &OpenFiscalYear::calendar_year(2025));
    firm.must("2026", &OpenFiscalYear::calendar_year(2026));
    let codes: Vec<_> = chart().into_iter().map(|account| account.code).collect();
    let entries: Vec<_> = sketches
        .iter()
        .map(|sketch| {
            let amount = fondaco_core::Money::new(
                Decimal::new(sketch.cents, 2),
                fondaco_core::Currency::EUR,
            );
            let on_site = |posting: NewPosting| match SITES[sketch.site] {
                "" => posting,
                site => posting.dimension("site", site),
            };
            NewEntry::new("GEN", date(sketch.day))
                .posting(on_site(NewPosting::debit(codes[sketch.debit].clone(), amount)))
                .posting(on_site(NewPosting::credit(codes[sketch.credit].clone(), amount)))
        })
        .collect();
    if !entries.is_empty() {
        firm.must("entries", &PostMany::new(entries));
    }
    firm
}

fn date(day: u64) -> NaiveDate {
    d("2025-01-01") + Days::new(day)
}

/// Balances by account as another query has them.
fn balances_of(firm: &Firm, query: &BalanceQuery) -> BTreeMap<String, Decimal> {
    let rows = firm.balances(query);
    rows.into_iter().map(|row| (row.account.to_string(), row.amounts.ledger_balance())).collect()
}

/// A layout that takes some accounts by some means, and leaves others.
fn layouts() -> impl Strategy<Value = Layout> {
    let means = [
        "1000",
        "1000..1299",
        "13*",
        "class liability",
        "debit 1500..1599",
        "credit 1500..1599",
        "class expense where site=Lido",
        "class expense where site=",
        "class equity",
        "class income",
        "kind payable",
        "result",
        "earlier results",
    ];
    (prop::collection::vec(0..means.len(), 1..6), any::<bool>()).prop_filter_map("no account twice", move |(picks, closing)| {
        let measure = if closing { "closing" } else { "movement" };
        let mut text = format!(
            "layout random\ntitle Random\nmeasure {measure}\ncovers asset, liability, equity, income, expense\n"
        );
        for (n, pick) in picks.into_iter().enumerate() {
            text.push_str(&format!("side {}\nr{n}: Row {n}\n  takes {}\n", ["debit", "credit"][n % 2], means[pick]));
        }
        Layout::parse(&text).ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What rows take and what is left are all accounts, each once.
    #[test]
    fn rows_and_what_no_row_takes_are_the_trial_balance(
        sketches in sketches(), layout in layouts(), from in 0..700u64, days in 0..400u64, site in 0..3usize,
    ) {
        let firm = firm(&sketches);
        let (from, through) = (date(from), date(from + days));
        let range = fondaco_core::DateRange::new(from, through).unwrap();
        let mut query = FinancialQuery::new().days(range);
        let mut balances = BalanceQuery::all().until(through);
        if layout.measure == fondaco_accounting::reports::Measure::Movement {
            balances = balances.from(from);
        }
        if site > 0 {
            query = query.dimension("site", SITES[site]);
            balances = balances.dimension("site", SITES[site]);
        }
        // Refused where one row takes a result, and another the income or expense in it.
        let Ok(statement) = firm.books.financial_statement(&layout, &query) else { return Ok(()) };
        let mut found: BTreeMap<String, Decimal> = BTreeMap::new();
        // What a row takes of a result is all of its accounts': in a balance they are what is not covered otherwise.
        let mut results = Decimal::ZERO;
        let mut add = |account: &RowAccount, sign: Decimal| match &account.account {
            Some(code) => *found.entry(code.to_string()).or_default() += sign * account.amounts[0],
            None => results += sign * account.amounts[0],
        };
        for row in &statement.rows {
            let sign = if row.positive == Side::Debit { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
            row.accounts.iter().for_each(|account| add(account, sign));
            let sum: Decimal = row.accounts.iter().map(|account| account.amounts[0]).sum();
            prop_assert_eq!(row.amounts[0], Some(sum));
        }
        statement.untaken.iter().for_each(|account| add(account, Decimal::ONE));
        if !results.is_zero() {
            found.insert("results".to_owned(), results);
        }
        found.retain(|_, amount| !amount.is_zero());
        let mut expected = balances_of(&firm, &balances);
        expected.retain(|_, amount| !amount.is_zero());
        let takes_results = layout.rows.iter().any(|row| {
            row.takes.iter().any(|take| take.to_string().contains("result"))
        });
        if !takes_results && results.is_zero() {
            prop_assert_eq!(found, expected);
        } else {
            // All accounts once: those of results by themselves or in the result.
            prop_assert_eq!(found.values().sum::<Decimal>(), expected.values().sum::<Decimal>());
            found.retain(|code, _| *code != "results" && code.as_str() < "4");
            expected.retain(|code, _| code.as_str() < "4");
            prop_assert_eq!(found, expected);
        }
    }

    /// The plain statements take everything, agree with one another, and open into their figures.
    #[test]
    fn plain_statements_agree(sketches in sketches(), from in 0..700u64, days in 0..400u64) {
        let firm = firm(&sketches);
        let range = fondaco_core::DateRange::new(date(from), date(from + days)).unwrap();
        let query = FinancialQuery::new().days(range);
        let fill = |code: &str| firm.books.financial_statement(&shipped(code), &query).unwrap();
        let [sheet, income, direct, indirect] =
            ["plain-balance-sheet", "plain-income-statement", "plain-cash-flow-direct", "plain-cash-flow-indirect"].map(fill);
        for statement in [&sheet, &income, &direct, &indirect] {
            prop_assert!(statement.failed.is_empty(), "{}", statement);
            prop_assert!(statement.untaken.is_empty(), "{}", statement);
        }
        for row in ["opening", "closing", "change"] {
            prop_assert_eq!(direct.amount(row, 0), indirect.amount(row, 0), "{}", row);
        }
        let result = firm.books.income_statement(date(from), date(from + days)).unwrap().result;
        prop_assert_eq!(income.amount("result", 0), Some(result));
        prop_assert_eq!(indirect.amount("result", 0), Some(result));
        let assets = firm.books.balance_sheet(date(from + days)).unwrap();
        let equity = assets.equity.total + assets.result;
        prop_assert_eq!(sheet.amount("equity", 0), Some(equity));
        let changes = firm.books.equity_changes(date(from), date(from + days)).unwrap();
        prop_assert_eq!(changes.total.closing, equity);
        for row in changes.rows.iter().chain([&changes.total]) {
            let ways = row.opening + row.result + row.contributions + row.distributions + row.other;
            prop_assert_eq!(ways, row.closing, "{}", row.name);
        }
    }
}
