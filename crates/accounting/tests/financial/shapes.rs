//! What statements look like: text, CSV, HTML, by site, by function, opened down to postings.

use fondaco_accounting::ledger::{AccountClass, NewAccount, OpenAccounts};
use fondaco_accounting::reports::{FinancialQuery, Layout};
use fondaco_core::report::{Locale, Page};

use crate::common::*;
use crate::firm::*;
use crate::model::every_row_opens;

#[test]
fn the_balance_sheet_of_two_years() {
    let firm = company();
    let query = year(2026).beside_last_year().shares().with_accounts().language("de-AT");
    let sheet = filled(&firm, &shipped("plain-balance-sheet"), &query);
    same(&sheet.to_report().to_text(&Locale::de(), None), SHEET);
    assert!(sheet.failed.is_empty() && sheet.untaken.is_empty());
}

const SHEET: &str = "
Bilanz (EUR)
Posten                                  31.12.2026  31.12.2026 in %  31.12.2025  31.12.2025 in %  Veränderung  Veränderung in %
======================================  ==========  ===============  ==========  ===============  ===========  ================
Aktiva
  Langfristige Vermögenswerte               200,00            9,6\u{202f}%      320,00           21,2\u{202f}%      \u{2212}120,00           \u{2212}37,5\u{202f}%
    1500 Machines                           300,00           14,5\u{202f}%      400,00           26,5\u{202f}%      \u{2212}100,00           \u{2212}25,0\u{202f}%
    1590 Machines, written off             \u{2212}100,00           \u{2212}4,8\u{202f}%      \u{2212}80,00           \u{2212}5,3\u{202f}%       \u{2212}20,00           \u{2212}25,0\u{202f}%
  Sonstige kurzfristige Vermögenswerte      280,00           13,5\u{202f}%       50,00            3,3\u{202f}%       230,00           460,0\u{202f}%
    1200 Customers                          250,00           12,0\u{202f}%       50,00            3,3\u{202f}%       200,00           400,0\u{202f}%
    1300 Stock                               30,00            1,4\u{202f}%        0,00            0,0\u{202f}%        30,00
  Kasse und Bank                          1.595,00           76,9\u{202f}%    1.140,00           75,5\u{202f}%       455,00            39,9\u{202f}%
    1000 Bank                             1.590,00           76,6\u{202f}%    1.140,00           75,5\u{202f}%       450,00            39,5\u{202f}%
    1010 Till                                 5,00            0,2\u{202f}%        0,00            0,0\u{202f}%         5,00
--------------------------------------  ----------  ---------------  ----------  ---------------  -----------  ----------------
Summe Aktiva                              2.075,00          100,0\u{202f}%    1.510,00          100,0\u{202f}%       565,00            37,4\u{202f}%
Passiva
  Verbindlichkeiten                         420,00           20,2\u{202f}%      390,00           25,8\u{202f}%        30,00             7,7\u{202f}%
    Langfristige Verbindlichkeiten          250,00           12,0\u{202f}%      300,00           19,9\u{202f}%       \u{2212}50,00           \u{2212}16,7\u{202f}%
      2500 Loan                             250,00           12,0\u{202f}%      300,00           19,9\u{202f}%       \u{2212}50,00           \u{2212}16,7\u{202f}%
    Kurzfristige Verbindlichkeiten          170,00            8,2\u{202f}%       90,00            6,0\u{202f}%        80,00            88,9\u{202f}%
      2000 Suppliers                        170,00            8,2\u{202f}%       50,00            3,3\u{202f}%       120,00           240,0\u{202f}%
      2200 Tax due                            0,00            0,0\u{202f}%       40,00            2,6\u{202f}%       \u{2212}40,00          \u{2212}100,0\u{202f}%
    Überzogene Bankkonten                     0,00            0,0\u{202f}%        0,00            0,0\u{202f}%         0,00
  Eigenkapital                            1.655,00           79,8\u{202f}%    1.120,00           74,2\u{202f}%       535,00            47,8\u{202f}%
    Kapital und Rücklagen                   900,00           43,4\u{202f}%    1.000,00           66,2\u{202f}%      \u{2212}100,00           \u{2212}10,0\u{202f}%
      3000 Capital                          900,00           43,4\u{202f}%    1.000,00           66,2\u{202f}%      \u{2212}100,00           \u{2212}10,0\u{202f}%
    Ergebnisse früherer Jahre               120,00            5,8\u{202f}%        0,00            0,0\u{202f}%       120,00
    Ergebnis des Jahres                     635,00           30,6\u{202f}%      120,00            7,9\u{202f}%       515,00           429,2\u{202f}%
--------------------------------------  ----------  ---------------  ----------  ---------------  -----------  ----------------
Summe Passiva                             2.075,00          100,0\u{202f}%    1.510,00          100,0\u{202f}%       565,00            37,4\u{202f}%
";

#[test]
fn by_site_the_columns_add_up() {
    let firm = company();
    let query = year(2026).by_dimension("site");
    let income = filled(&firm, &shipped("plain-income-statement"), &query);
    let headings: Vec<_> = income.columns.iter().map(|column| column.heading.to_string()).collect();
    assert_eq!(headings, ["Lido", "Mestre", "Without site", "Total"]);
    for row in &income.rows {
        let [lido, mestre, without, total] = row.amounts[..] else { panic!("four columns") };
        if let (Some(a), Some(b), Some(c), Some(total), false) =
            (lido, mestre, without, total, row.code == "margin")
        {
            assert_eq!(a + b + c, total, "{}", row.code);
        }
    }
    assert_eq!(income.amount("costs", 1), Some(dec("100")));
    let narrowed =
        filled(&firm, &shipped("plain-income-statement"), &year(2026).dimension("site", "Lido"));
    assert_eq!(narrowed.amount("costs", 0), Some(dec("25")));
    assert!(narrowed.to_string().starts_with("Income statement site Lido (EUR)\n"));
}

/// Lines of the bank carry no site: what a site spent was paid by none, which is shown and is no fault.
#[test]
fn a_balance_sheet_by_site_says_what_sites_have_from_one_another() {
    let firm = company();
    let layout = shipped("plain-balance-sheet");
    let sheet = filled(&firm, &layout, &year(2026).by_dimension("site"));
    assert_eq!(sheet.failed, []);
    let [lido, mestre, without, total] = sheet.row("balanced").unwrap().amounts[..] else {
        panic!("four columns")
    };
    assert_eq!([lido, mestre, without, total], ["25", "100", "-125", "0"].map(|of| Some(dec(of))));
    let line = "Assets less liabilities and equity";
    let shown = sheet.to_string();
    assert!(shown.contains(line) && !shown.contains("where it should be nothing"), "{shown}");
    let narrowed = filled(&firm, &layout, &year(2026).dimension("site", "Lido"));
    assert!(narrowed.failed.is_empty() && narrowed.to_string().contains(line), "{narrowed}");
    let whole = filled(&firm, &layout, &year(2026));
    assert!(whole.failed.is_empty() && !whole.to_string().contains(line), "{whole}");
    let flow = filled(&firm, &shipped("plain-cash-flow-direct"), &year(2026).by_dimension("site"));
    assert_eq!(flow.failed, [], "{flow}");
}

#[test]
fn by_function_what_has_none_stands_apart() {
    let firm = company();
    let layout = shipped("plain-income-by-function");
    let income = filled(&firm, &layout, &year(2026));
    let of = |row| income.amount(row, 0).unwrap().normalize().to_string();
    assert_eq!(of("cost_of_sales"), "70");
    assert_eq!(
        (of("selling"), of("administration"), of("other_costs")),
        ("30".into(), "20".into(), "165".into())
    );
    let by_nature = filled(&firm, &shipped("plain-income-statement"), &year(2026));
    assert_eq!(income.amount("result", 0), by_nature.amount("result", 0));
    assert!(income.untaken.is_empty());
    // A function that the layout doesn't know is not lost.
    let entry = fondaco_accounting::ledger::NewEntry::new("GEN", d("2026-11-01"))
        .posting(
            fondaco_accounting::ledger::NewPosting::debit("5200", eur("7"))
                .dimension("function", "sports"),
        )
        .credit("1000", eur("7"));
    firm.post("sports", entry);
    let income = filled(&firm, &layout, &year(2026));
    assert_eq!(income.untaken.len(), 1);
    assert_eq!(income.untaken_sum(), [dec("7")]);
}

#[test]
fn many_months_are_lines_and_few_columns_bars() {
    let firm = company();
    let months = FinancialQuery::new().months(d("2026-01-01"), d("2026-12-31"));
    let income = filled(&firm, &shipped("plain-income-statement"), &months);
    assert_eq!(income.columns.len(), 12);
    assert_eq!(income.columns[1].heading.to_string(), "2026-02");
    let sum: rust_decimal::Decimal =
        (0..12).map(|month| income.amount("result", month).unwrap()).sum();
    let whole = filled(&firm, &shipped("plain-income-statement"), &year(2026));
    assert_eq!(Some(sum), whole.amount("result", 0));
    let html = income.to_report().to_html(&Locale::en());
    assert!(html.contains("<polyline") || html.contains("<path"), "a line chart");
    assert!(whole.to_report().to_html(&Locale::en()).contains("<rect"), "a bar chart");
}

#[test]
fn on_a_page_rows_lead_to_postings_and_accounts_to_the_ledger() {
    let firm = company();
    let (layout, query) = (shipped("plain-income-statement"), year(2026).with_accounts());
    let income = filled(&firm, &layout, &query);
    let costs = firm.books.row_postings(&layout, &query, "costs", 0).unwrap();
    let ledger = firm.books.general_ledger("2026-01-01/2026-12-31".parse().unwrap()).unwrap();
    let page = Page::new("2026")
        .report(income.to_report())
        .report(costs.to_report())
        .report(ledger.to_report())
        .to_html(&Locale::en());
    assert!(page.contains(r##"<a href="#row_2f_plain-income-statement_2f_costs">Expenses</a>"##));
    assert!(page.contains(r#"id="row_2f_plain-income-statement_2f_costs""#));
    assert!(page.contains(r##"<a href="#account_2f_5200">5200 Wages</a>"##));
}

#[test]
fn every_row_of_every_plain_layout_opens_into_its_figure() {
    let firm = company();
    let query = FinancialQuery::new()
        .days("2026-03-01/2026-10-20".parse().unwrap())
        .days("2025-03-01/2026-02-10".parse().unwrap())
        .by_dimension("site");
    for code in Layout::all_shipped().filter(|code| code.starts_with("plain")) {
        every_row_opens(&firm, &shipped(code), &query);
    }
}

#[test]
fn stores_agree() {
    let text = |firm: &Firm| {
        let query = FinancialQuery::new().at(d("2026-05-15")).beside_last_year();
        let layouts = ["plain-balance-sheet", "plain-cash-flow-direct"].map(shipped);
        let statements = layouts.map(|layout| {
            firm.view(|view| {
                fondaco_accounting::reports::financial_statement(view, &layout, &query)
            })
            .to_string()
        });
        statements.concat()
    };
    let expected = text(&company());
    for (name, store) in in_process() {
        let firm = Firm::on(name, store);
        set_up(&firm);
        assert_eq!(text(&firm), expected, "{name}");
    }
    let unloaded = Firm::unloaded("not loaded", std::sync::Arc::new(fondaco_testkit::Model::new()));
    set_up(&unloaded);
    assert_eq!(text(&unloaded), expected);
}

#[test]
fn what_was_known_stands_beside_what_is() {
    let firm = company();
    firm.at_minute(60);
    firm.post("late", moved("2025-12-30", "5100", "1000", "11"));
    let query = FinancialQuery::new()
        .at(d("2025-12-31"))
        .known_at(minute(30))
        .at(d("2025-12-31"))
        .change(1, 0);
    let income = filled(&firm, &shipped("plain-income-statement"), &query);
    assert_eq!(income.amount("costs", 0), Some(dec("260")));
    assert_eq!(income.amount("costs", 1), Some(dec("271")));
    assert!(income.columns[0].heading.to_string().starts_with("2025 as known at 2026-06-01T00:30"));
}

#[test]
fn taxes_that_no_cash_was_paid_for_are_taxes() {
    let firm = company();
    let deferred = NewAccount::new("5950", "Deferred tax", AccountClass::Expense)
        .tag("flow", "non_cash")
        .tag("result", "tax");
    firm.must("deferred tax", &OpenAccounts::new(vec![deferred]));
    let layout = shipped("plain-income-statement");
    let before = filled(&firm, &layout, &year(2026));
    firm.post("deferred", moved("2026-12-30", "5950", "2200", "12"));
    let after = filled(&firm, &layout, &year(2026));
    let moved = |row: &str| after.amount(row, 0).unwrap() - before.amount(row, 0).unwrap();
    assert_eq!(
        (moved("tax"), moved("depreciation"), moved("result")),
        (dec("12"), dec("0"), dec("-12"))
    );
}
