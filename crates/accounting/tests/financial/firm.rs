//! A trading company with a little of everything: two years, fixed assets, a loan, two sites, functions.

use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::{FinancialQuery, FinancialStatement, Layout};
use fondaco_core::Currency;

use crate::common::*;

/// The chart of accounts: kinds and tags are those that the plain layouts know.
pub fn chart() -> Vec<NewAccount> {
    use AccountClass::*;
    let account = |code: &str, name: &str, class| NewAccount::new(code, name, class);
    let kind = |kind: &str, account: NewAccount| NewAccount { kind: Some(kind.into()), ..account };
    let tagged = |tags: &[(&str, &str)], account: NewAccount| NewAccount {
        tags: tags.iter().map(|(name, value)| (*name, *value)).collect(),
        ..account
    };
    let flow = |flow: &str, account| tagged(&[("flow", flow)], account);
    vec![
        kind("bank", account("1000", "Bank", Asset)),
        kind("cash", account("1010", "Till", Asset)),
        kind("receivable", account("1200", "Customers", Asset)),
        account("1300", "Stock", Asset),
        tagged(&[("flow", "investing"), ("term", "long")], account("1500", "Machines", Asset)),
        tagged(
            &[("flow", "investing"), ("term", "long")],
            account("1590", "Machines, written off", Asset),
        ),
        kind("payable", account("2000", "Suppliers", Liability)),
        account("2200", "Tax due", Liability),
        tagged(&[("flow", "financing"), ("term", "long")], account("2500", "Loan", Liability)),
        account("3000", "Capital", Equity),
        account("3100", "Retained", Equity),
        tagged(&[("equity", "other")], account("3200", "Revaluation", Equity)),
        account("4000", "Sales", Income),
        flow("disposal", account("4800", "Gains on disposal", Income)),
        account("5000", "Goods", Expense),
        account("5100", "Rent", Expense),
        account("5200", "Wages", Expense),
        flow("non_cash", account("5300", "Depreciation", Expense)),
        tagged(&[("result", "financial")], account("5800", "Interest", Expense)),
        tagged(&[("result", "tax")], account("5900", "Income tax", Expense)),
    ]
}

pub fn company() -> Firm {
    let firm = in_memory();
    set_up(&firm);
    firm
}

/// Its books before anything was posted.
pub fn bare() -> Firm {
    let firm = in_memory();
    open_books(&firm);
    firm
}

fn open_books(firm: &Firm) {
    firm.must("set up", &SetUp::new(Currency::EUR));
    firm.must("chart", &OpenAccounts::new(chart()));
    firm.must("gen", &OpenJournal::new("GEN", "General"));
    for year in [2025, 2026] {
        firm.must(&year.to_string(), &OpenFiscalYear::calendar_year(year));
    }
}

pub fn set_up(firm: &Firm) {
    open_books(firm);
    for (n, (date, debit, credit, amount)) in ENTRIES.into_iter().enumerate() {
        firm.post(&n.to_string(), moved(date, debit, credit, amount));
    }
    let sold = NewEntry::new("GEN", d("2026-09-30"))
        .debit("1000", eur("60"))
        .debit("1590", eur("50"))
        .credit("1500", eur("100"))
        .credit("4800", eur("10"));
    firm.post("a machine is sold", sold);
    for (n, (account, site, function, amount)) in [
        ("5100", "Mestre", "sales", "30"),
        ("5200", "Mestre", "production", "70"),
        ("5200", "Lido", "administration", "20"),
        ("5100", "Lido", "", "5"),
    ]
    .into_iter()
    .enumerate()
    {
        let posting = NewPosting::debit(account, eur(amount)).dimension("site", site);
        let posting =
            if function.is_empty() { posting } else { posting.dimension("function", function) };
        let entry =
            NewEntry::new("GEN", d("2026-10-15")).posting(posting).credit("1000", eur(amount));
        firm.post(&format!("site/{n}"), entry);
    }
}

pub fn moved(date: &str, debit: &str, credit: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit(debit, eur(amount)).credit(credit, eur(amount))
}

const ENTRIES: [(&str, &str, &str, &str); 21] = [
    ("2025-01-02", "1000", "3000", "1000"),
    ("2025-02-01", "1500", "1000", "400"),
    ("2025-03-01", "1000", "2500", "300"),
    ("2025-04-01", "1200", "4000", "500"),
    ("2025-05-01", "1000", "1200", "450"),
    ("2025-06-01", "5000", "2000", "200"),
    ("2025-07-01", "2000", "1000", "150"),
    ("2025-08-01", "5100", "1000", "60"),
    ("2025-12-31", "5300", "1590", "80"),
    ("2025-12-31", "5900", "2200", "40"),
    ("2026-01-10", "2200", "1000", "40"),
    ("2026-02-01", "1200", "4000", "900"),
    ("2026-02-15", "1010", "4000", "25"),
    ("2026-03-01", "1000", "1200", "700"),
    ("2026-03-05", "1000", "1010", "20"),
    ("2026-04-01", "1300", "2000", "120"),
    ("2026-05-01", "5000", "1300", "90"),
    ("2026-06-30", "3000", "1000", "100"),
    ("2026-07-01", "5800", "1000", "15"),
    ("2026-07-01", "2500", "1000", "50"),
    ("2026-12-31", "5300", "1590", "70"),
];

/// A layout that comes with the library.
pub fn shipped(code: &str) -> Layout {
    Layout::shipped(code).unwrap()
}

pub fn filled(firm: &Firm, layout: &Layout, query: &FinancialQuery) -> FinancialStatement {
    firm.books.financial_statement(layout, query).unwrap()
}

pub fn year(year: i32) -> FinancialQuery {
    FinancialQuery::new().days(format!("{year}-01-01/{year}-12-31").parse().unwrap())
}

pub fn same(shown: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n');
    assert_eq!(shown.trim_end(), expected.trim_end(), "\n{shown}");
}
