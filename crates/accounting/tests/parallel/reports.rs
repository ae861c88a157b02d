//! Everything that reads books, written out: of two companies that are to show the same.
#![allow(unreachable_pub)] // what the modules of one test program share

use fondaco_accounting::Books;
use fondaco_accounting::allocation::allocation;
use fondaco_accounting::export::{
    ExportQuery, GobdQuery, GobdSupplier, SaftAddress, SaftCompany, SaftContact, SaftQuery,
};
use fondaco_accounting::reports::{FinancialQuery, Layout, StatementQuery, explain_opening};
use fondaco_core::DateRange;

use crate::common::*;
use crate::firm::*;

/// What is shown, with what it is.
pub type Shown = Vec<(String, String)>;

fn days(text: &str) -> DateRange {
    text.parse().unwrap()
}

/// The figures that stay what they are however years are closed: by account, period, day and dimension.
pub fn figures(books: &Books<'_>) -> Shown {
    let mut shown = Shown::new();
    let mut show = |what: &str, text: String| shown.push((what.to_owned(), text));
    let known = minute(20);
    let queries = [
        ("all", BalanceQuery::all()),
        ("known", BalanceQuery::all().known_at(known)),
        ("until", BalanceQuery::all().until(d("2026-03-15"))),
        ("from", BalanceQuery::all().from(d("2025-12-10")).until(d("2026-02-10"))),
        ("under", BalanceQuery::subtree("5").until(d("2026-06-30"))),
        ("one", BalanceQuery::account("6200").until(d("2025-12-31"))),
        ("site", BalanceQuery::all().dimension("site", "Mestre")),
        ("dollars", BalanceQuery::all().currency(Currency::USD)),
        ("before closing", BalanceQuery::all().until(d("2025-12-31")).before_closing()),
        ("without closings", BalanceQuery::all().without_closings()),
        ("without adjustments", BalanceQuery::all().without_adjustments()),
    ];
    for (name, query) in queries {
        // How many postings took an amount there is told by entries, which closings are not alike in.
        let rows = books.balances(&query).unwrap();
        let row = |row: &AccountBalance| {
            let AccountBalance { account, currency, amounts } = row;
            let (balance, worth) = (amounts.balance(*currency), amounts.ledger_balance());
            format!("{account} {balance} {}", worth.normalize())
        };
        let rows: Vec<_> = rows.iter().filter(|row| !row.amounts.is_zero()).map(row).collect();
        show(&format!("balances, {name}"), rows.join("\n"));
    }
    for date in ["2025-12-31", "2026-01-01", "2026-03-15", "2026-12-31"] {
        show("balance sheet", books.balance_sheet(d(date)).unwrap().to_string());
    }
    for (from, to) in [("2025-01-01", "2025-12-31"), ("2026-01-10", "2026-03-15")] {
        show("income statement", books.income_statement(d(from), d(to)).unwrap().to_string());
    }
    let (now, before) = (days("2026-01-01/2026-12-31"), days("2025-01-01/2025-12-31"));
    let compared = books.compare_income_statements(now, before).unwrap();
    show("compared", compared.to_report().to_csv());
    for code in [
        "plain-balance-sheet",
        "plain-income-statement",
        "plain-cash-flow-direct",
        "plain-cash-flow-indirect",
    ] {
        let layout = Layout::shipped(code).unwrap();
        for query in [
            FinancialQuery::new().days(now).beside_last_year().with_accounts(),
            FinancialQuery::new().days(days("2026-01-10/2026-03-15")),
            FinancialQuery::new().days(now).by_dimension("site"),
            FinancialQuery::new().days(now).dimension("site", "Lido"),
            FinancialQuery::new().days(now).known_at(known),
        ] {
            let statement = books.financial_statement(&layout, &query);
            let statement = statement.map(|statement| statement.to_report().to_csv());
            show(code, statement.unwrap_or_else(|error| error.to_string()));
        }
    }
    let equity = |from, to| books.equity_changes(d(from), d(to)).unwrap().to_report().to_csv();
    show("equity", equity("2026-01-01", "2026-12-31"));
    for average in [false, true] {
        let query = TranslationQuery::new(Currency::USD, now);
        let query = if average { query.average("SPOT") } else { query };
        show("translation", books.translation(&query).unwrap().to_string());
    }
    shown
}

/// What is shown entry by entry, where no year was closed.
pub fn entries(books: &Books<'_>) -> Shown {
    let mut shown = Shown::new();
    let mut show = |what: &str, text: String| shown.push((what.to_owned(), text));
    let all = books.balances(&BalanceQuery::all()).unwrap();
    show("balances with counts", format!("{all:?}"));
    show("trial balance", books.trial_balance(d("2026-12-31")).unwrap().to_string());
    let some = days("2025-12-10/2026-03-15");
    let ledger = books.general_ledger(some).unwrap();
    show("general ledger", ledger.to_report().to_csv());
    for account in ["1000", "0400", "6200", "1010"] {
        let query = StatementQuery::new(account, some);
        show("statement", books.statement(&query).unwrap().to_string());
        let why = books.view(|view| explain_opening(view, &query)).unwrap();
        show("opening", format!("{why:?}"));
        let named = query.party(fondaco_core::PartyId::named("ada"));
        show("of a party", books.statement(&named).unwrap().to_string());
        let why = books.explain_balance(account, DateRange::until(d("2026-12-31"))).unwrap();
        show("explained", why.to_string());
        let postings = books.postings(account, DateRange::always()).unwrap();
        show(
            "postings",
            format!(
                "{} {:?}",
                account,
                postings.iter().map(|p| (p.entry, p.line)).collect::<Vec<_>>()
            ),
        );
        let moved = books.movements(&MovementQuery::account(account)).unwrap();
        show("movements of one", format!("{:?}", moved.iter().map(|m| &m.did).collect::<Vec<_>>()));
    }
    let moved = books.movements(&MovementQuery::all()).unwrap();
    show("movements", format!("{:?}", moved.iter().map(|m| &m.did).collect::<Vec<_>>()));
    let kinds = books.movements(&MovementQuery::all().kind("k")).unwrap();
    show("movements of a kind", format!("{:?}", kinds.iter().map(|m| &m.did).collect::<Vec<_>>()));
    for code in ["plain-balance-sheet", "plain-income-statement", "plain-cash-flow-direct"] {
        let layout = Layout::shipped(code).unwrap();
        let query = FinancialQuery::new().days(some);
        for row in layout.rows.iter().step_by(4) {
            let opened = books.row_postings(&layout, &query, &row.code, 0);
            let opened = opened.map(|opened| opened.to_report().to_csv());
            show(&row.code, opened.unwrap_or_else(|error| error.to_string()));
        }
    }
    let query = ChangeQuery::new(minute(5), d("2026-12-31"));
    let changes = books.view(|view| changes(view, &query)).unwrap();
    show("changes", changes.to_report().to_csv());
    show("SAF-T", saft(books));
    for (file, text) in gobd(books) {
        show(&file, text);
    }
    shown
}

/// What is of all ledgers, and so of the leading one, alone.
pub fn of_all(books: &Books<'_>) -> Shown {
    let shared = books.view(|view| allocation(view, "rent", 202_603));
    let run = Revalue::at(d("2026-03-31"));
    let valued = books.view(|view| revaluation(view, &run)).unwrap();
    let totals = books.totals("1000").unwrap();
    vec![
        ("allocation".into(), shared.map_or_else(|e| e.to_string(), |it| format!("{it:?}"))),
        ("revaluation".into(), valued.to_string()),
        ("totals".into(), format!("{totals:?}")),
    ]
}

/// All tables of an export, of a company that has read one ledger.
pub fn tables(books: &Books<'_>) -> Shown {
    let tables = books.export(&ExportQuery::all()).unwrap();
    tables.files()
}

fn gobd(books: &Books<'_>) -> Vec<(String, String)> {
    let (name, location, comment) = ("Acme".into(), "Berlin".into(), "2026".into());
    let supplier = GobdSupplier { name, location, comment };
    books.export_gobd(&GobdQuery::new(supplier, d("2026-01-01"), d("2026-12-31"))).unwrap()
}

fn saft(books: &Books<'_>) -> String {
    let by_code = |account: &Account| Some(("RF-1167".into(), account.code.clone()));
    let company = SaftCompany {
        registration_number: "999999999".into(),
        name: "Acme".into(),
        address: SaftAddress { street: None, city: None, postal_code: None, country: None },
        contact: SaftContact {
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
            telephone: None,
            email: None,
        },
        tax_registration: None,
    };
    let query = SaftQuery::new(company, d("2026-01-01"), d("2026-12-31"), d("2027-01-15"))
        .grouping(&by_code);
    books.export_saft(&query).unwrap()
}

/// Nothing is shown otherwise.
pub fn same(found: &Shown, expected: &Shown) {
    assert_eq!(found.len(), expected.len());
    for ((what, found), (_, expected)) in found.iter().zip(expected) {
        assert_eq!(found, expected, "{what}:\n{found}\n{expected}");
    }
}
