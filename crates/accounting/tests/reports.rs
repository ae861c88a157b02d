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
    let shown = &shown.replace("\r\n", "\n"); // the line ends of CSV
    let expected = expected.trim_start_matches('\n');
    assert_eq!(shown.trim_end(), expected.trim_end(), "\n{shown}");
    assert!(shown.lines().all(|line| line == line.trim_end()), "no line ends in spaces");
}

#[test]
fn the_trial_balance() {
    let sheet = shop().books.trial_balance(d("2026-12-31")).unwrap();
    same(&sheet.to_string(), TRIAL_BALANCE);
    same(&sheet.to_report().to_csv(), TRIAL_BALANCE_CSV);
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
    same(&year.to_report().to_csv(), INCOME_CSV);
    let profit = firm.books.income_statement(d("2025-01-01"), d("2025-12-31")).unwrap();
    assert_eq!(profit.result, dec("299.5"));
    assert!(profit.to_string().contains("Profit"));
    let none = firm.books.income_statement(d("2024-01-01"), d("2024-12-31")).unwrap();
    same(&none.to_string(), NOTHING);
    let error = firm.books.income_statement(d("2026-02-01"), d("2026-01-01")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "end: 2026-01-01 is before 2026-02-01: give the earlier day first"
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
    same(&sheet.to_report().to_csv(), BALANCE_SHEET_CSV);
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

#[test]
fn the_balance_sheet_beside_that_of_the_year_before() {
    let firm = shop();
    let sheets = firm.books.compare_balance_sheets(d("2026-12-31"), d("2025-12-31")).unwrap();
    same(&sheets.to_string(), BALANCE_SHEETS);
    for (date, sheet) in [("2026-12-31", &sheets.now), ("2025-12-31", &sheets.before)] {
        let alone = firm.books.balance_sheet(d(date)).unwrap();
        assert_eq!((sheet.assets.total, sheet.result), (alone.assets.total, alone.result));
    }
}

const BALANCE_SHEETS: &str = r#"
Balance sheets as of 2026-12-31 and 2025-12-31 (EUR)
Account    Name                                 2026-12-31    2025-12-31     Change  Change in %
=========  =================================  ============  ============  =========  ===========
1          Assets
1.1          Current
1.1.1          Cash and bank
1.1.1.1          Cash
1.1.1.1.1          Till, at the "front" door      8,299.24      9,799.50  -1,500.26       -15.3%
1.1.1.1.2          Kasse für Bücher                 500.00        500.00       0.00         0.0%
1.2          Shelves                          1,234,567.89  1,234,567.89       0.00         0.0%
---------  ---------------------------------  ------------  ------------  ---------  -----------
           Total assets                       1,243,367.13  1,244,867.39  -1,500.26        -0.1%
2000       Suppliers                          1,234,567.88  1,234,567.89      -0.01         0.0%
---------  ---------------------------------  ------------  ------------  ---------  -----------
           Total liabilities                  1,234,567.88  1,234,567.89      -0.01         0.0%
3000       Capital                               10,000.00     10,000.00       0.00         0.0%
---------  ---------------------------------  ------------  ------------  ---------  -----------
           Equity before the result              10,000.00     10,000.00       0.00         0.0%
           Result of open years                  -1,200.75        299.50  -1,500.25      -500.9%
---------  ---------------------------------  ------------  ------------  ---------  -----------
           Total liabilities and equity       1,243,367.13  1,244,867.39  -1,500.26        -0.1%
"#;

/// An account that only one of them has stands in both.
#[test]
fn income_statements_side_by_side_have_the_same_accounts() {
    let firm = shop();
    let spring = "2025-03-01/2025-03-31".parse().unwrap();
    let eve = "2025-12-31/2025-12-31".parse().unwrap();
    let both = firm.books.compare_income_statements(spring, eve).unwrap();
    let codes = |statement: &fondaco_accounting::reports::IncomeStatement| {
        let lines = statement.income.lines.iter().chain(&statement.expense.lines);
        lines.map(|line| (line.account.to_string(), line.amount)).collect::<Vec<_>>()
    };
    assert_eq!(codes(&both.now), [("4000".into(), dec("500")), ("5000".into(), dec("0"))]);
    assert_eq!(codes(&both.before), [("4000".into(), dec("0")), ("5000".into(), dec("200.5"))]);
    let open = "2026-01-01/..".parse().unwrap();
    let error = firm.books.compare_income_statements(spring, open).unwrap_err();
    assert_eq!(
        error.to_string(),
        "before: 2026-01-01/.. has no beginning or no end: give both days"
    );
}

#[test]
fn the_general_ledger_of_half_a_year() {
    let firm = shop();
    let ledger = firm.books.general_ledger("2026-06-30/2026-12-31".parse().unwrap()).unwrap();
    same(&ledger.to_string(), GENERAL_LEDGER);
    let csv = ledger.to_report().to_csv();
    assert!(csv.starts_with("Account,Date,Entry,Text,Debit,Credit,Balance\r\n"), "{csv}");
    assert!(csv.contains("\r\n5000,2026-06-30,GEN 2,,2500.25,,2700.75\r\n"), "{csv}");
}

const GENERAL_LEDGER: &str = r#"
General ledger 2026-06-30 to 2026-12-31 (EUR)
Date        Entry  Text                                    Debit    Credit        Balance
==========  =====  ===================================  ========  ========  =============
                   1.1.1.1.1 Till, at the "front" door
                   Opening balance                                              10,799.50
2026-06-30  GEN 2                                                 2,500.25       8,299.25
2026-07-01  GEN 3                                                     0.01       8,299.24
----------  -----  -----------------------------------  --------  --------  -------------
                   Closing balance                          0.00  2,500.26       8,299.24
                   1.1.1.1.2 Kasse für Bücher
                   Opening balance                                                 500.00
----------  -----  -----------------------------------  --------  --------  -------------
                   Closing balance                          0.00      0.00         500.00
                   1.2 Shelves
                   Opening balance                                           1,234,567.89
----------  -----  -----------------------------------  --------  --------  -------------
                   Closing balance                          0.00      0.00   1,234,567.89
                   2000 Suppliers
                   Opening balance                                          -1,234,567.89
2026-07-01  GEN 3                                           0.01            -1,234,567.88
----------  -----  -----------------------------------  --------  --------  -------------
                   Closing balance                          0.01      0.00  -1,234,567.88
                   3000 Capital
                   Opening balance                                             -10,000.00
----------  -----  -----------------------------------  --------  --------  -------------
                   Closing balance                          0.00      0.00     -10,000.00
                   4000 Sales
                   Opening balance                                              -1,500.00
----------  -----  -----------------------------------  --------  --------  -------------
                   Closing balance                          0.00      0.00      -1,500.00
                   5000 Goods
                   Opening balance                                                 200.50
2026-06-30  GEN 2                                       2,500.25                 2,700.75
----------  -----  -----------------------------------  --------  --------  -------------
                   Closing balance                      2,500.25      0.00       2,700.75
"#;

/// On every store: openings and closings are the balances of their days, and each explanation adds up to what it explains.
#[test]
fn ledgers_and_explanations_add_up_to_the_balances() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        for (n, date) in ["2026-01-05", "2026-01-31", "2026-02-01", "2026-03-15"].iter().enumerate()
        {
            firm.post(&n.to_string(), sale(date, &format!("{}.05", n + 1)));
        }
        let dollars = NewEntry::new("GEN", d("2026-03-20"))
            .conversion()
            .posting(NewPosting::debit("1010", usd("10")).worth(eur("9.20")))
            .credit("1000", eur("9.20"));
        firm.post("dollars", dollars);
        for days in [
            "../..",
            "2026-01-31/2026-03-15",
            "2026-02-01/..",
            "../2026-01-04",
            "2027-01-01/2027-12-31",
        ] {
            let days: fondaco_core::DateRange = days.parse().unwrap();
            adds_up(&firm, days);
        }
    });
}

fn adds_up(firm: &Firm, days: fondaco_core::DateRange) {
    use fondaco_accounting::reports::{explain_balance, general_ledger};
    let ledger = firm.view(|view| general_ledger(view, days));
    for account in &ledger.accounts {
        let query = BalanceQuery::account(account.account.clone());
        let query = days.end().map_or(query.clone(), |end| query.until(end));
        assert_eq!(account.closing.normalize().to_string(), firm.sum(&query), "{days}");
        let moved = account.debit - account.credit;
        assert_eq!(account.opening + moved, account.closing, "{days}");
    }
    for code in ["1", "1000", "1010", "1200", "4000"] {
        let why = firm.view(|view| explain_balance(view, code, days));
        sums_up(&why);
        let query = BalanceQuery::subtree(code);
        let query = days.end().map_or(query.clone(), |end| query.until(end));
        let value = why.value.figure().unwrap().normalize().to_string();
        assert_eq!(value, firm.sum(&query), "{code} {days}");
    }
}

fn sums_up(why: &fondaco_core::report::Explain) {
    if !why.inputs.is_empty() {
        let sum: Decimal = why.inputs.iter().filter_map(|input| input.value.figure()).sum();
        assert_eq!(why.value.figure(), Some(sum), "{why}");
    }
    why.inputs.iter().for_each(sums_up);
}

#[test]
fn statements_explain_themselves_down_to_the_accounts() {
    let firm = shop();
    let sheet = firm.books.balance_sheet(d("2026-12-31")).unwrap();
    let [assets, financing] = sheet.explain();
    sums_up(&financing);
    assert_eq!(assets.value, financing.value);
    assert!(assets.to_string().contains("│        ├─ 1.1.1.1.1 Till, at the"), "{assets}");
    let year = firm.books.income_statement(d("2026-01-01"), d("2026-12-31")).unwrap();
    let why = year.explain().to_string();
    assert!(
        why.starts_with("Loss 2026-01-01 to 2026-12-31: 1,500.25 EUR\n│ expenses less income\n"),
        "{why}"
    );
}

#[test]
fn what_a_foreign_amount_is_worth_is_explained_by_its_rate() {
    let firm = in_memory().set_up();
    let rate = NewPosting::debit("1010", usd("10")).rate(dec("0.92"));
    let buy = NewEntry::new("GEN", d("2026-03-20")).conversion().posting(rate);
    firm.post("buy", buy.credit("1000", eur("9.20")));
    let why =
        firm.books.explain_balance("1010", fondaco_core::DateRange::always()).unwrap().to_string();
    assert!(why.contains("10.00 USD in the ledger's currency"), "{why}");
    assert!(why.contains("EUR for one USD: 0.92"), "{why}");
    let unknown = firm.books.explain_balance("9999", fondaco_core::DateRange::always());
    assert_eq!(unknown.unwrap_err().code(), "accounting.unknown_account");
}

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
    let text = firm.books.balance_sheet(d("2026-12-31")).unwrap().to_report().to_csv();
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

/// Words too are the locale's; names of accounts are the company's.
#[test]
fn statements_in_german() {
    use fondaco_core::report::Locale;
    let (books, de) = (shop().books, Locale::de());
    let balance = books.trial_balance(d("2025-12-31")).unwrap().to_report().to_text(&de, None);
    same(
        &balance,
        r#"
Summen- und Saldenliste zum 31.12.2025 (EUR)
Konto      Name                               Soll         Haben          Saldo
=========  =========================  ============  ============  =============
1.1.1.1.1  Till, at the "front" door     10.000,00        200,50       9.799,50
1.1.1.1.2  Kasse für Bücher                 500,00          0,00         500,00
1.2        Shelves                    1.234.567,89          0,00   1.234.567,89
2000       Suppliers                          0,00  1.234.567,89  −1.234.567,89
3000       Capital                            0,00     10.000,00     −10.000,00
4000       Sales                              0,00        500,00        −500,00
5000       Goods                            200,50          0,00         200,50
---------  -------------------------  ------------  ------------  -------------
Summe      7 Konten                   1.245.268,39  1.245.268,39           0,00
"#,
    );
    let year = books.income_statement(d("2025-01-01"), d("2025-12-31")).unwrap();
    same(
        &year.to_report().to_text(&de, None),
        r#"
Gewinn- und Verlustrechnung 01.01.2025 bis 31.12.2025 (EUR)
Konto  Name                Betrag
=====  ==================  ======
4000   Sales               500,00
-----  ------------------  ------
       Summe Erträge       500,00
5000   Goods               200,50
-----  ------------------  ------
       Summe Aufwendungen  200,50
-----  ------------------  ------
       Gewinn              299,50
"#,
    );
    let sheet = books.balance_sheet(d("2025-12-31")).unwrap();
    same(
        &sheet.to_report().to_text(&de, None),
        r#"
Bilanz zum 31.12.2025 (EUR)
Konto      Name                                     Betrag
=========  =================================  ============
1          Assets
1.1          Current
1.1.1          Cash and bank
1.1.1.1          Cash
1.1.1.1.1          Till, at the "front" door      9.799,50
1.1.1.1.2          Kasse für Bücher                 500,00
1.2          Shelves                          1.234.567,89
---------  ---------------------------------  ------------
           Summe Aktiva                       1.244.867,39
2000       Suppliers                          1.234.567,89
---------  ---------------------------------  ------------
           Summe Verbindlichkeiten            1.234.567,89
3000       Capital                               10.000,00
---------  ---------------------------------  ------------
           Eigenkapital vor Ergebnis             10.000,00
           Ergebnis offener Jahre                   299,50
---------  ---------------------------------  ------------
           Summe Passiva                      1.244.867,39
"#,
    );
}

/// Each word of the shipped statements, their charts' and explanations' too, is there in German.
#[test]
fn no_word_of_the_statements_is_lacking() {
    use fondaco_core::report::{Cell, Explain, Locale, Phrase, Report};
    fn words(parts: &[Cell], known: &mut Vec<String>) {
        for part in parts {
            match part {
                Cell::Word(word) => known.push(word.to_string()),
                Cell::Phrase(phrase) => words(phrase.parts(), known),
                _ => {}
            }
        }
    }
    fn of_report(report: &Report, known: &mut Vec<String>) {
        let headings = report.columns.iter().map(|column| &column.heading);
        headings.chain([&report.title]).for_each(|phrase: &Phrase| words(phrase.parts(), known));
        report.rows.iter().for_each(|row| words(&row.cells, known));
        report.charts.iter().for_each(|chart| of_report(&chart.to_report(), known));
    }
    fn of_tree(why: &Explain, known: &mut Vec<String>) {
        words(why.what.parts(), known);
        why.rule.iter().chain(&why.source).for_each(|said| words(said.parts(), known));
        why.parameters.iter().for_each(|parameter| words(parameter.name.parts(), known));
        why.inputs.iter().for_each(|input| of_tree(input, known));
    }
    let (books, mut known) = (shop().books, Vec::new());
    let (first, last) = (d("2026-01-01"), d("2026-12-31"));
    let days = |text: &str| text.parse::<fondaco_core::DateRange>().unwrap();
    let year = books.income_statement(first, last).unwrap();
    let sheet = books.balance_sheet(last).unwrap();
    for report in [
        books.trial_balance(last).unwrap().to_report(),
        year.to_report(),
        books.income_statement(d("2025-05-01"), d("2025-12-31")).unwrap().to_report(), // a loss
        sheet.to_report(),
        books
            .compare_income_statements(days("2026-01-01/2026-12-31"), days("2025-01-01/2025-12-31"))
            .unwrap()
            .to_report(),
        books.compare_balance_sheets(last, d("2025-12-31")).unwrap().to_report(),
        books.general_ledger(days("2026-01-01/..")).unwrap().to_report(),
        books.general_ledger(days("../2026-12-31")).unwrap().to_report(),
        books.general_ledger(days("2026-01-01/2026-12-31")).unwrap().to_report(),
    ] {
        of_report(&report, &mut known);
    }
    for why in sheet.explain().iter().chain([
        &year.explain(),
        &books.explain_balance("1.1.1.1.1", days("2026-03-01/2026-12-31")).unwrap(),
        &books.explain_balance("1.1.1.1.1", days("2026-03-01/..")).unwrap(),
    ]) {
        of_tree(why, &mut known);
    }
    for inverted in [vec![], vec![false], vec![true], vec![true, false]] {
        use fondaco_accounting::currency::{FoundRate, RateLeg};
        let (base, quote, span) =
            (Currency::EUR, Currency::USD, "2026-01-02/2026-12-31".parse().unwrap());
        let leg = |inverted| RateLeg {
            source: "SPOT".into(),
            base,
            quote,
            rate: dec("1.25"),
            inverted,
            span,
            recorded_at: fondaco_core::Timestamp::EPOCH,
        };
        let legs = inverted.into_iter().map(leg).collect();
        of_tree(
            &FoundRate { from: base, to: quote, date: last, legs, max_age_days: None }.explain(),
            &mut known,
        );
    }
    known.sort();
    known.dedup();
    assert!(known.len() > 40, "{known:?}");
    let german = Locale::de();
    known.retain(|word| !german.words.contains_key(word.as_str()));
    assert!(known.is_empty(), "German lacks {known:?}");
}

/// Every list that the ledger gives is a report, in each language, with as many cells as columns.
#[test]
fn lists_are_reports() {
    use fondaco_core::report::{Listed, Locale, list};

    fn shown<T: Listed>(title: &'static str, rows: &[T]) -> String {
        assert!(!rows.is_empty(), "{title}");
        let columns = T::columns().len();
        assert!(rows.iter().all(|row| row.row().cells.len() == columns), "{title}");
        list(title, rows).to_text(&Locale::de(), None)
    }

    let firm = in_memory().set_up();
    let books = &firm.books;
    let pay = || sale("2026-01-05", "5").text("Barverkauf");
    books.post("sale", pay()).unwrap();
    books.prepare_draft("draft", pay()).unwrap();
    let held = NewPending::new(pay().key("hold/1"));
    books.send("hold", &RecordPending::new(held)).unwrap();
    assert!(shown("Konten", &books.accounts().unwrap()).contains("Aktiva"));
    assert!(shown("Perioden", &books.periods().unwrap()).contains("offen"));
    let drafts = shown("Entwürfe", &books.drafts(DraftStatus::Open).unwrap());
    assert!(drafts.contains("Fassung") && drafts.contains("Barverkauf"), "{drafts}");
    let query = MovementQuery::account("1000");
    let moved = shown("Bewegungen", &books.movements(&query).unwrap());
    assert!(moved.contains("angehalten") && moved.contains("hold/1"), "{moved}");
    assert!(shown("Verlauf", &books.history(&query).unwrap()).contains("Vorgemerkt Soll"));
    let totals = shown("Summen", &books.totals("1000").unwrap());
    assert!(totals.contains("5,00"), "{totals}");
    let balances = shown("Salden", &firm.balances(&BalanceQuery::all()));
    assert!(balances.contains("−5,00"), "{balances}");
}
