//! Statements by a layout: `cargo run --release --example statements -- [--page FOLDER]`.
//!
//! A small company keeps its books by the German SKR04 for two years. Its balance sheet and income statement come out by the
//! commercial code, this year beside the last, and the cash flow by a layout of its own; each opens down to its postings. With a
//! folder, they are written there as one page of HTML, the ledger as CSV files, and with the feature `xlsx` a workbook.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use fondaco::accounting::export::ExportQuery;
use fondaco::accounting::reports::{FinancialQuery, FinancialStatement, Layout};
use fondaco::core::report::{Figure, Locale, Page, Report};
use fondaco::core::store::Store;
use fondaco::prelude::*;
use story::Offer;

#[path = "common/exit.rs"]
mod exit;
#[path = "common/story.rs"]
mod story;

fn main() -> ExitCode {
    exit::code(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let offers = [Offer::Page("a folder for the page, the workbook and the ledger as CSV")];
    let Some(story) = story::begin("Statements of a joinery by German layouts.", &offers)? else {
        return Ok(());
    };
    let books = company(story.store)?;
    let year = FinancialQuery::new().days("2026-01-01/2026-12-31".parse()?).beside_last_year();
    let year = year.without_empty().language("de");

    // The public schemes come with the library; a house's own is a text.
    let layouts = [
        Layout::shipped("hgb-266-skr04")?,
        Layout::shipped("hgb-275-skr04")?,
        Layout::parse(CASH_FLOW)?,
    ];
    let statements = layouts.iter().map(|layout| books.financial_statement(layout, &year));
    let statements: Vec<FinancialStatement> = statements.collect::<Result<_, _>>()?;
    for statement in &statements {
        println!("{}", statement.to_report().to_text(&Locale::de(), None));
        // Nothing is lost: what no row took, and checks that failed, would be said.
        assert!(statement.untaken.is_empty() && statement.failed.is_empty());
    }
    let [sheet, income, _] = &statements[..] else { return Err("three layouts".into()) };
    let equity = books.equity_changes("2026-01-01".parse()?, "2026-12-31".parse()?)?;
    println!("{}", equity.to_report().to_text(&Locale::de(), None));

    // Why is it so much? Down to the rows, the accounts, the postings.
    let why = income.explain("g17", 0).ok_or("there is such a row")?;
    println!("{why}");
    let travel = books.row_postings(&layouts[1], &year, "g8", 0)?;
    println!("{}", travel.to_report().to_text(&Locale::de(), None));
    assert_eq!(sheet.amount("p.A.V", 0), income.amount("g17", 0));
    println!("Gewinn der Bilanz und der Gewinn- und Verlustrechnung sind gleich.");

    if let Some(folder) = story.page {
        let mut reports: Vec<Report> =
            statements.iter().map(FinancialStatement::to_report).collect();
        reports.extend([equity.to_report(), travel.to_report()]);
        reports.push(books.general_ledger("2026-01-01/2026-12-31".parse()?)?.to_report());
        write(&folder, &books, income, reports)?;
    }
    Ok(())
}

fn write(
    folder: &Path,
    books: &Books<'_>,
    income: &FinancialStatement,
    reports: Vec<Report>,
) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    #[cfg(feature = "xlsx")]
    std::fs::write(
        folder.join("2026.xlsx"),
        fondaco::core::report::workbook(&reports, &Locale::de())?,
    )?;
    let result = income.amount("g17", 0).unwrap_or_default();
    let page = Page::new("Tischlerei am Lido, 2026")
        .figures([Figure::new("Jahresüberschuss", Money::new(result, income.currency))]);
    let page = reports.into_iter().fold(page, Page::report);
    std::fs::write(folder.join("2026.html"), page.to_html(&Locale::de()))?;
    for (name, text) in books.export(&ExportQuery::all())?.files() {
        std::fs::write(folder.join(name), text)?;
    }
    println!("Geschrieben nach {}", folder.display());
    Ok(())
}

/// A direct cash flow by the ranges of SKR04.
const CASH_FLOW: &str = "
layout    cash-flow
language  de
title     Kapitalflussrechnung (direkt)
measure   paid
covers    asset, liability, equity, income, expense
cash      1600..1899

side      credit
chart betrieb: Laufende Geschäftstätigkeit
  takes 1000..1599, 3000..3149, 3300..3899, 4000..7699
chart investition: Investitionen
  takes 0000..0999
chart finanzierung: Finanzierung
  takes 2000..2999, 3150..3299
total chart veraenderung: Veränderung des Finanzmittelfonds
  = betrieb + investition + finanzierung
side      debit
anfang: Finanzmittelfonds am Anfang
  takes opening cash
total ende: Finanzmittelfonds am Ende
  takes closing cash
check erklaert: Ende abzüglich Anfang und Veränderung
  = ende - anfang - veraenderung
";

/// Two years of a joinery.
fn company(store: Box<dyn Store>) -> Result<Books<'static>, Box<dyn Error>> {
    use AccountClass::{Asset, Equity, Expense, Income, Liability};
    let books = Books::open(store, CompanyId::named("tischlerei"))?;
    books.send("set up", &SetUp::new(Currency::EUR))?;
    let chart = [
        ("0440", "Maschinen", Asset),
        ("0520", "Pkw", Asset),
        ("1140", "Waren (Bestand)", Asset),
        ("1200", "Forderungen aus Lieferungen und Leistungen", Asset),
        ("1406", "Abziehbare Vorsteuer 19 %", Asset),
        ("1800", "Bank", Asset),
        ("2900", "Gezeichnetes Kapital", Equity),
        ("2970", "Gewinnvortrag vor Verwendung", Equity),
        ("3150", "Verbindlichkeiten gegenüber Kreditinstituten", Liability),
        ("3300", "Verbindlichkeiten aus Lieferungen und Leistungen", Liability),
        ("3806", "Umsatzsteuer 19 %", Liability),
        ("4400", "Erlöse 19 % USt", Income),
        ("5400", "Wareneingang 19 % Vorsteuer", Expense),
        ("6000", "Löhne und Gehälter", Expense),
        ("6110", "Gesetzliche soziale Aufwendungen", Expense),
        ("6220", "Abschreibungen auf Sachanlagen", Expense),
        ("6310", "Miete", Expense),
        ("6650", "Reisekosten Arbeitnehmer", Expense),
        ("7310", "Zinsaufwendungen für kurzfristige Verbindlichkeiten", Expense),
        ("7600", "Körperschaftsteuer", Expense),
    ];
    let accounts = chart.map(|(code, name, class)| NewAccount::new(code, name, class));
    books.send("chart", &OpenAccounts::new(accounts.to_vec()))?;
    books.send("journal", &OpenJournal::new("GEN", "Hauptjournal"))?;
    for year in [2025, 2026] {
        books.send(&format!("{year}"), &OpenFiscalYear::calendar_year(year))?;
    }
    let mut entries = Vec::new();
    for (year, growth) in [(2025, 100), (2026, 118)] {
        for (day, debit, credit, amount, text) in YEAR {
            let amount = Money::minor(amount * growth, Currency::EUR);
            let date = format!("{year}-{day}").parse()?;
            entries.push(
                NewEntry::new("GEN", date)
                    .text(*text)
                    .debit(*debit, amount)
                    .credit(*credit, amount),
            );
        }
    }
    let start = NewEntry::new("GEN", "2025-01-02".parse()?).text("Stammeinlage");
    let capital = Money::parse("50000 EUR")?;
    books.post("start", start.debit("1800", capital).credit("2900", capital))?;
    books.send("entries", &PostMany::new(entries))?;
    Ok(books)
}

/// What happens in a year, in euro of the first: day, debit, credit, amount, text.
const YEAR: &[(&str, &str, &str, i64, &str)] = &[
    ("01-15", "0440", "1800", 18_000, "Formatkreissäge"),
    ("01-20", "1800", "3150", 20_000, "Darlehen"),
    ("02-10", "1140", "3300", 9_000, "Eiche und Lärche"),
    ("02-10", "1406", "3300", 1_710, "Eiche und Lärche"),
    ("03-05", "3300", "1800", 10_710, "Holzhandlung bezahlt"),
    ("03-31", "5400", "1140", 7_500, "Verbrauch"),
    ("04-15", "1200", "4400", 60_000, "Treppe für das Arsenal"),
    ("04-15", "1200", "3806", 11_400, "Treppe für das Arsenal"),
    ("05-20", "1800", "1200", 58_000, "Zahlung des Arsenals"),
    ("06-10", "3806", "1800", 9_690, "Umsatzsteuer"),
    ("06-10", "3806", "1406", 1_710, "Umsatzsteuer"),
    ("06-30", "6000", "1800", 24_000, "Löhne"),
    ("06-30", "6110", "1800", 5_000, "Sozialversicherung"),
    ("07-01", "6310", "1800", 6_000, "Miete der Werkstatt"),
    ("09-12", "6650", "1800", 480, "Reise zur Messe"),
    ("10-01", "3150", "1800", 2_000, "Tilgung"),
    ("10-01", "7310", "1800", 700, "Zinsen"),
    ("12-31", "6220", "0440", 3_600, "Abschreibung der Säge"),
    ("12-31", "7600", "1800", 2_100, "Körperschaftsteuer"),
];
