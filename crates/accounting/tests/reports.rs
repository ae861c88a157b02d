//! The reports as people read them, letter by letter, and what must hold between their figures.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::Currency;
use rust_decimal::Decimal;

/// A chart five levels deep and a little of everything.
fn shop() -> Firm {
    use AccountClass::*;
    let firm = in_memory();
    firm.must("set up", &SetUp::new(Currency::EUR));
    firm.must(
        "chart",
        &OpenAccounts::new(vec![
            NewAccount::new("1.1.1.1.1", "Till, at the \"front\" door", Asset).parent("1.1.1.1"),
            NewAccount::new("1.1.1.1.2", "Kasse für Bücher", Asset).parent("1.1.1.1"),
            NewAccount::heading("1.1.1.1", "Cash", Asset).parent("1.1.1"),
            NewAccount::heading("1.1.1", "Cash and bank", Asset).parent("1.1"),
            NewAccount::heading("1.1", "Current", Asset).parent("1"),
            NewAccount::heading("1", "Assets", Asset),
            NewAccount::new("1.2", "Shelves", Asset).parent("1"),
            NewAccount::new("1.9", "Never used", Asset).parent("1"),
            NewAccount::heading("2", "Empty heading", Liability),
            NewAccount::new("2000", "Suppliers", Liability),
            NewAccount::new("3000", "Capital", Equity),
            NewAccount::new("4000", "Sales", Income),
            NewAccount::new("5000", "Goods", Expense),
        ]),
    );
    firm.must("gen", &OpenJournal::new("GEN", "General"));
    for year in [2025, 2026] {
        firm.must(&year.to_string(), &OpenFiscalYear::calendar_year(year));
    }
    for (n, (date, debit, credit, amount)) in [
        ("2025-01-01", "1.1.1.1.1", "3000", "10000"),
        ("2025-02-01", "1.2", "2000", "1234567.89"),
        ("2025-03-01", "1.1.1.1.2", "4000", "500"),
        ("2025-12-31", "5000", "1.1.1.1.1", "200.5"),
        ("2026-01-01", "1.1.1.1.1", "4000", "1000"),
        ("2026-06-30", "5000", "1.1.1.1.1", "2500.25"),
        ("2026-07-01", "2000", "1.1.1.1.1", "0.01"),
    ]
    .into_iter()
    .enumerate()
    {
        let entry =
            NewEntry::new("GEN", d(date)).debit(debit, eur(amount)).credit(credit, eur(amount));
        firm.post(&n.to_string(), entry);
    }
    firm
}

fn same(shown: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n');
    assert_eq!(shown.trim_end(), expected.trim_end(), "\n{shown}");
    assert!(shown.lines().all(|line| line == line.trim_end()), "no line ends in spaces");
}

#[test]
fn the_trial_balance() {
    let sheet = shop().books.trial_balance(d("2026-12-31")).unwrap();
    same(&sheet.to_string(), TRIAL_BALANCE);
    same(&sheet.to_table().to_csv(), TRIAL_BALANCE_CSV);
    assert_eq!(sheet.debit, sheet.credit);
}

const TRIAL_BALANCE: &str = r#"
Trial balance as of 2026-12-31 (EUR)
Account    Name                              Debit        Credit        Balance
=========  =========================  ============  ============  =============
1.1.1.1.1  Till, at the "front" door     11,000.00      2,700.76       8,299.24
1.1.1.1.2  Kasse für Bücher                 500.00          0.00         500.00
1.2        Shelves                    1,234,567.89          0.00   1,234,567.89
2000       Suppliers                          0.01  1,234,567.89  -1,234,567.88
3000       Capital                            0.00     10,000.00     -10,000.00
4000       Sales                              0.00      1,500.00      -1,500.00
5000       Goods                          2,700.75          0.00       2,700.75
---------  -------------------------  ------------  ------------  -------------
Total      7 accounts                 1,248,768.65  1,248,768.65           0.00
"#;

const TRIAL_BALANCE_CSV: &str = r#"
Account,Name,Debit,Credit,Balance
1.1.1.1.1,"Till, at the ""front"" door",11000.00,2700.76,8299.24
1.1.1.1.2,Kasse für Bücher,500.00,0.00,500.00
1.2,Shelves,1234567.89,0.00,1234567.89
2000,Suppliers,0.01,1234567.89,-1234567.88
3000,Capital,0.00,10000.00,-10000.00
4000,Sales,0.00,1500.00,-1500.00
5000,Goods,2700.75,0.00,2700.75
Total,7 accounts,1248768.65,1248768.65,0.00
"#;

#[test]
fn the_income_statement() {
    let firm = shop();
    let year = firm.books.income_statement(d("2026-01-01"), d("2026-12-31")).unwrap();
    same(&year.to_string(), INCOME_2026);
    same(&year.to_table().to_csv(), INCOME_CSV);
    let profit = firm.books.income_statement(d("2025-01-01"), d("2025-12-31")).unwrap();
    assert_eq!(profit.result, dec("299.5"));
    assert!(profit.to_string().contains("Profit"));
    let none = firm.books.income_statement(d("2024-01-01"), d("2024-12-31")).unwrap();
    same(&none.to_string(), NOTHING);
    let error = firm.books.income_statement(d("2026-02-01"), d("2026-01-01")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "through: 2026-01-01 is before 2026-02-01: give the earlier day first"
    );
}

const INCOME_2026: &str = "
Income statement 2026-01-01 to 2026-12-31 (EUR)
Account  Name              Amount
=======  ==============  ========
4000     Sales           1,000.00
-------  --------------  --------
         Total income    1,000.00
5000     Goods           2,500.25
-------  --------------  --------
         Total expenses  2,500.25
-------  --------------  --------
         Loss            1,500.25
";

const INCOME_CSV: &str = "
Account,Name,Amount
4000,Sales,1000.00
,Total income,1000.00
5000,Goods,2500.25
,Total expenses,2500.25
,Loss,1500.25
";

const NOTHING: &str = "
Income statement 2024-01-01 to 2024-12-31 (EUR)
Account  Name            Amount
=======  ==============  ======
-------  --------------  ------
         Total income      0.00
-------  --------------  ------
         Total expenses    0.00
-------  --------------  ------
         Profit            0.00
";

#[test]
fn the_balance_sheet() {
    let firm = shop();
    let sheet = firm.books.balance_sheet(d("2026-12-31")).unwrap();
    same(&sheet.to_string(), BALANCE_SHEET);
    same(&sheet.to_table().to_csv(), BALANCE_SHEET_CSV);
}

const BALANCE_SHEET: &str = r#"
Balance sheet as of 2026-12-31 (EUR)
Account    Name                                     Amount
=========  =================================  ============
1          Assets
1.1          Current
1.1.1          Cash and bank
1.1.1.1          Cash
1.1.1.1.1          Till, at the "front" door      8,299.24
1.1.1.1.2          Kasse für Bücher                 500.00
1.2          Shelves                          1,234,567.89
---------  ---------------------------------  ------------
           Total assets                       1,243,367.13
2000       Suppliers                          1,234,567.88
---------  ---------------------------------  ------------
           Total liabilities                  1,234,567.88
3000       Capital                               10,000.00
---------  ---------------------------------  ------------
           Equity before the result              10,000.00
           Result of open years                  -1,200.75
---------  ---------------------------------  ------------
           Total liabilities and equity       1,243,367.13
"#;

const BALANCE_SHEET_CSV: &str = r#"
Account,Name,Amount
1,Assets,
1.1,Current,
1.1.1,Cash and bank,
1.1.1.1,Cash,
1.1.1.1.1,"Till, at the ""front"" door",8299.24
1.1.1.1.2,Kasse für Bücher,500.00
1.2,Shelves,1234567.89
,Total assets,1243367.13
2000,Suppliers,1234567.88
,Total liabilities,1234567.88
3000,Capital,10000.00
,Equity before the result,10000.00
,Result of open years,-1200.75
,Total liabilities and equity,1243367.13
"#;

/// Before any closing, over both years, on each day.
#[test]
fn assets_equal_liabilities_equity_and_result_on_every_day() {
    let firm = shop();
    let days = d("2024-12-30").iter_days().take_while(|day| *day <= d("2027-01-02"));
    for day in days.step_by(17).chain([d("2025-12-31"), d("2026-01-01"), d("2026-12-31")]) {
        let sheet = firm.books.balance_sheet(day).unwrap();
        assert_eq!(sheet.assets.total, sheet.financing(), "{day}");
        let trial = firm.books.trial_balance(day).unwrap();
        assert_eq!(trial.debit, trial.credit, "{day}");
        let through: Decimal = firm.books.income_statement(d("2024-01-01"), day).unwrap().result;
        assert_eq!(sheet.result, through, "the result of all open years stands in it, {day}");
    }
    let two_years = firm.books.balance_sheet(d("2026-12-31")).unwrap().result;
    assert_eq!(two_years, dec("299.5") - dec("1500.25"));
}

#[test]
fn sections_add_up_to_their_totals_and_headings_to_what_is_under_them() {
    let sheet = shop().books.balance_sheet(d("2026-12-31")).unwrap();
    let depths: Vec<_> =
        sheet.assets.lines.iter().map(|line| (line.account.as_str(), line.depth)).collect();
    assert_eq!(
        depths,
        [
            ("1", 0),
            ("1.1", 1),
            ("1.1.1", 2),
            ("1.1.1.1", 3),
            ("1.1.1.1.1", 4),
            ("1.1.1.1.2", 4),
            ("1.2", 1)
        ]
    );
    let of =
        |code: &str| sheet.assets.lines.iter().find(|line| line.account == code).unwrap().amount;
    assert_eq!(of("1"), sheet.assets.total);
    assert_eq!(of("1.1"), of("1.1.1.1.1") + of("1.1.1.1.2"));
    let leaves: Decimal =
        sheet.assets.lines.iter().filter(|line| !line.heading).map(|line| line.amount).sum();
    assert_eq!(leaves, sheet.assets.total);
}

#[test]
fn books_without_anything_have_empty_reports_and_no_minus_zero() {
    let firm = in_memory().set_up();
    let text = format!(
        "{}{}{}",
        firm.books.trial_balance(d("2026-12-31")).unwrap(),
        firm.books.balance_sheet(d("2026-12-31")).unwrap(),
        firm.books.income_statement(d("2026-01-01"), d("2026-12-31")).unwrap()
    );
    assert!(!text.contains("-0."), "{text}");
    firm.post("there", sale("2026-01-05", "1.00"));
    firm.post(
        "back",
        NewEntry::new("GEN", d("2026-01-06")).debit("4000", eur("1")).credit("1000", eur("1")),
    );
    let text = firm.books.balance_sheet(d("2026-12-31")).unwrap().to_table().to_csv();
    assert!(!text.contains("-0."), "{text}");
}

#[test]
fn reports_before_the_books_are_set_up_say_so() {
    let firm = in_memory();
    for error in [
        firm.books.trial_balance(d("2026-12-31")).map(|_| ()).unwrap_err(),
        firm.books.balance_sheet(d("2026-12-31")).map(|_| ()).unwrap_err(),
        firm.books.verify().map(|_| ()).unwrap_err(),
    ] {
        assert!(matches!(error, LedgerError::NotSetUp));
    }
}
