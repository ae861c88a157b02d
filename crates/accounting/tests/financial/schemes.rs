//! The public schemes that come with the library: they are read, they take every account of their chart, and their sides agree.

use fondaco_accounting::close::{CloseYear, SetClosing};
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::{FinancialQuery, Layout};
use fondaco_core::Currency;

use crate::common::*;
use crate::firm::{filled, same, shipped};
use crate::model::every_row_opens;

#[test]
fn all_are_written_as_they_are_read() {
    for code in Layout::all_shipped() {
        let layout = shipped(code);
        assert_eq!(Layout::parse(&layout.to_text()).unwrap(), layout, "{code}");
        let json = serde_json::to_string(&layout).unwrap();
        assert_eq!(Layout::from_json(&json).unwrap(), layout, "{code}");
        let titled =
            layout.rows.iter().filter(|row| !row.titles.iter().all(|title| title.is_empty()));
        assert!(
            titled.into_iter().all(|row| row.titles.len() == layout.languages.len()),
            "{code}: a title in each language"
        );
    }
}

/// Accounts of DATEV's SKR04: code, class, and the row of the scheme that has it.
const SKR04: [(&str, AccountClass, &str); 65] = {
    use AccountClass::*;
    [
        ("0090", Asset, "a.B.II.4"),
        ("0135", Asset, "a.A.I.2"),
        ("0144", Asset, "a.A.I.1"),
        ("0150", Asset, "a.A.I.3"),
        ("0170", Asset, "a.A.I.4"),
        ("0240", Asset, "a.A.II.1"),
        ("0440", Asset, "a.A.II.2"),
        ("0520", Asset, "a.A.II.3"),
        ("0650", Asset, "a.A.II.3"),
        ("0710", Asset, "a.A.II.4"),
        ("0800", Asset, "a.A.III.1"),
        ("0820", Asset, "a.A.III.3"),
        ("0900", Asset, "a.A.III.5"),
        ("0960", Asset, "a.A.III.6"),
        ("1000", Asset, "a.B.I.1"),
        ("1050", Asset, "a.B.I.2"),
        ("1140", Asset, "a.B.I.3"),
        ("1180", Asset, "a.B.I.4"),
        ("1200", Asset, "a.B.II.1"),
        ("1260", Asset, "a.B.II.2"),
        ("1300", Asset, "a.B.II.4"),
        ("1406", Asset, "a.B.II.4"),
        ("1460", Asset, "a.B.IV"),
        ("1510", Asset, "a.B.III.2"),
        ("1600", Asset, "a.B.IV"),
        ("1800", Asset, "a.B.IV"),
        ("1900", Asset, "a.C"),
        ("1950", Asset, "a.D"),
        ("2900", Equity, "p.A.I"),
        ("2920", Equity, "p.A.II"),
        ("2930", Equity, "p.A.III.1"),
        ("2935", Equity, "p.A.III.2"),
        ("2950", Equity, "p.A.III.3"),
        ("2960", Equity, "p.A.III.4"),
        ("2970", Equity, "p.A.IV"),
        ("2990", Liability, "p.S"),
        ("3000", Liability, "pensions"),
        ("3035", Liability, "p.B.2"),
        ("3065", Liability, "p.E"),
        ("3095", Liability, "p.B.3"),
        ("3150", Liability, "p.C.2"),
        ("3250", Liability, "p.C.3"),
        ("3300", Liability, "p.C.4"),
        ("3400", Liability, "p.C.6"),
        ("3720", Liability, "p.C.8"),
        ("3806", Liability, "p.C.8"),
        ("3900", Liability, "p.D"),
        ("4400", Income, "g1"),
        ("4800", Income, "g2"),
        ("4830", Income, "g4"),
        ("5400", Expense, "g5a"),
        ("5900", Expense, "g5b"),
        ("6000", Expense, "g6a"),
        ("6110", Expense, "g6b"),
        ("6220", Expense, "g7a"),
        ("6310", Expense, "g8"),
        ("7020", Income, "g11"),
        ("7030", Income, "g10"),
        ("7194", Income, "g11y"),
        ("7310", Expense, "g13"),
        ("7392", Expense, "g13y"),
        ("7450", Income, "g4"),
        ("10000", Asset, "a.B.II.1"),
        ("70000", Liability, "p.C.4"),
        ("7600", Expense, "g14"),
    ]
};

/// Accounts of the plan comptable général, likewise.
const PCG: [(&str, AccountClass, &str); 51] = {
    use AccountClass::*;
    [
        ("109000", Equity, "capital_non_appele"),
        ("101300", Equity, "capital"),
        ("104100", Equity, "primes"),
        ("106100", Equity, "reserves"),
        ("110000", Equity, "report"),
        ("131000", Equity, "subventions"),
        ("145000", Equity, "reglementees"),
        ("151100", Liability, "provisions"),
        ("163000", Liability, "obligataires"),
        ("164000", Liability, "credit"),
        ("165000", Liability, "divers"),
        ("201000", Asset, "etablissement"),
        ("205000", Asset, "concessions"),
        ("280500", Asset, "concessions"),
        ("207000", Asset, "fonds"),
        ("211000", Asset, "terrains"),
        ("213000", Asset, "constructions"),
        ("215400", Asset, "techniques"),
        ("281540", Asset, "techniques"),
        ("218300", Asset, "autres_corporelles"),
        ("231000", Asset, "en_cours"),
        ("261000", Asset, "participations"),
        ("274000", Asset, "prets"),
        ("275000", Asset, "autres_financieres"),
        ("310000", Asset, "matieres"),
        ("355000", Asset, "produits_finis"),
        ("370000", Asset, "marchandises"),
        ("397000", Asset, "marchandises"),
        ("401000", Liability, "fournisseurs"),
        ("404000", Liability, "dettes_immobilisations"),
        ("409100", Asset, "avances_versees"),
        ("411000", Asset, "clients"),
        ("491000", Asset, "clients"),
        ("419100", Liability, "avances_recues"),
        ("421000", Liability, "fiscales"),
        ("445660", Asset, "autres_creances"),
        ("445710", Liability, "fiscales"),
        ("455000", Liability, "divers"),
        ("467000", Asset, "autres_creances"),
        ("486000", Asset, "charges_avance"),
        ("487000", Liability, "produits_avance"),
        ("503000", Asset, "valeurs"),
        ("512000", Asset, "disponibilites"),
        ("601000", Expense, "achats_matieres"),
        ("603700", Expense, "variation_marchandises"),
        ("607000", Expense, "achats_marchandises"),
        ("613200", Expense, "externes"),
        ("641100", Expense, "salaires"),
        ("681120", Expense, "dotations"),
        ("701000", Income, "production"),
        ("707000", Income, "ventes"),
    ]
};

/// The books of a firm that has one entry on every account, against a counter account, with the amount 1, 2, 4, ... cents.
fn firm_of(chart: &[(&str, AccountClass, &str)]) -> Firm {
    let firm = in_memory();
    firm.must("set up", &SetUp::new(Currency::EUR));
    let accounts = chart.iter().map(|(code, class, _)| NewAccount::new(*code, "", *class)).map(
        |mut account| {
            account.name = format!("Account {}", account.code).into();
            account
        },
    );
    firm.must("chart", &OpenAccounts::new(accounts.collect()));
    firm.must("gen", &OpenJournal::new("GEN", "General"));
    firm.must("2026", &OpenFiscalYear::calendar_year(2026));
    firm
}

/// Posts a different amount to each account, so that no two rows can stand for one another.
fn post_all(firm: &Firm, chart: &[(&str, AccountClass, &str)], counter: &str) {
    for (n, (code, class, _)) in chart.iter().enumerate().filter(|(_, (code, ..))| *code != counter)
    {
        let amount = eur(&(1000 + n * n * 7).to_string());
        let entry = NewEntry::new("GEN", d("2026-06-01"));
        let entry = match class.grows_by_debit() {
            true => entry.debit(*code, amount).credit(counter, amount),
            false => entry.debit(counter, amount).credit(*code, amount),
        };
        firm.post(code, entry);
    }
}

fn every_account_is_in_its_row(
    chart: &[(&str, AccountClass, &str)],
    layouts: [&str; 2],
    (counter, retained): (&str, &str),
) {
    let firm = firm_of(chart);
    post_all(&firm, chart, counter);
    let query = FinancialQuery::new().at(d("2026-12-31"));
    let statements = layouts.map(|code| filled(&firm, &shipped(code), &query));
    for statement in &statements {
        assert!(statement.untaken.is_empty(), "{:?}", statement.untaken);
        assert!(statement.failed.is_empty(), "{:?}", statement.failed);
    }
    // A row opens whether or not something stands in it, and over a closing.
    firm.must("closing", &SetClosing::new(retained, "GEN"));
    layouts.iter().for_each(|code| every_row_opens(&firm, &shipped(code), &query));
    firm.must("close", &CloseYear::new(2026).early());
    let days = FinancialQuery::new().days("2026-03-01/2026-12-31".parse().unwrap());
    layouts.iter().for_each(|code| every_row_opens(&firm, &shipped(code), &days));
    for (code, _, row) in chart.iter().filter(|(code, ..)| *code != counter) {
        let rows = statements.iter().flat_map(|statement| &statement.rows);
        let has = |row: &&fondaco_accounting::reports::StatementRow| {
            row.accounts.iter().any(|account| account.account.as_deref() == Some(*code))
        };
        let found: Vec<_> = rows.filter(has).map(|row| row.code.as_str()).collect();
        // What is of it is told beneath it once more.
        let (first, of_it) = found.split_first().unwrap();
        assert_eq!(first, row, "{code}");
        assert!(of_it.iter().all(|memo| memo.starts_with(*row)), "{code}: {of_it:?}");
    }
}

#[test]
fn skr04_in_the_commercial_code() {
    every_account_is_in_its_row(&SKR04, ["hgb-266-skr04", "hgb-275-skr04"], ("1800", "2970"));
}

#[test]
fn the_plan_comptable_general_in_its_own_statements() {
    every_account_is_in_its_row(
        &PCG,
        ["pcg-balance-sheet", "pcg-income-statement"],
        ("512000", "110000"),
    );
}

#[test]
fn a_german_year_letter_by_letter() {
    let firm = firm_of(&SKR04);
    for (n, (debit, credit, amount)) in [
        ("1800", "2900", "25000"),
        ("0520", "3300", "30000"),
        ("1200", "4400", "20000"),
        ("1200", "3806", "3800"),
        ("5400", "3300", "9000"),
        ("6000", "1800", "40000"),
        ("6220", "0520", "6000"),
        ("1140", "3300", "500"),
    ]
    .into_iter()
    .enumerate()
    {
        let entry = NewEntry::new("GEN", d("2026-06-01"))
            .debit(debit, eur(amount))
            .credit(credit, eur(amount));
        firm.post(&n.to_string(), entry);
    }
    let query = FinancialQuery::new().at(d("2026-12-31")).without_empty();
    let sheet = filled(&firm, &shipped("hgb-266-skr04"), &query);
    same(&sheet.to_string(), GERMAN_SHEET);
    // With a deficit, which is on the other side, the sums open as well.
    every_row_opens(&firm, &shipped("hgb-266-skr04"), &query);
    let income = filled(&firm, &shipped("hgb-275-skr04"), &query);
    same(&income.to_string(), GERMAN_INCOME);
}

const GERMAN_SHEET: &str = "
Bilanz (EUR)
Item                                                         2026-12-31
===========================================================  ==========
AKTIVA
  A. Anlagevermögen                                           24,000.00
    II. Sachanlagen                                           24,000.00
      3. Andere Anlagen, Betriebs- und Geschäftsausstattung   24,000.00
  B. Umlaufvermögen                                           24,300.00
    I. Vorräte                                                   500.00
      3. Fertige Erzeugnisse und Waren                           500.00
    II. Forderungen und sonstige Vermögensgegenstände         23,800.00
      1. Forderungen aus Lieferungen und Leistungen           23,800.00
  Nicht durch Eigenkapital gedeckter Fehlbetrag               10,000.00
-----------------------------------------------------------  ----------
Summe Aktiva                                                  58,300.00
PASSIVA
  A. Eigenkapital                                                  0.00
    I. Gezeichnetes Kapital                                   25,000.00
    V. Jahresüberschuss/Jahresfehlbetrag                     -35,000.00
    Nicht durch Eigenkapital gedeckter Fehlbetrag             10,000.00
  C. Verbindlichkeiten                                        58,300.00
    2. Verbindlichkeiten gegenüber Kreditinstituten           15,000.00
    4. Verbindlichkeiten aus Lieferungen und Leistungen       39,500.00
    8. Sonstige Verbindlichkeiten                              3,800.00
      davon aus Steuern                                        3,800.00
-----------------------------------------------------------  ----------
Summe Passiva                                                 58,300.00
Nicht durch Eigenkapital gedeckter Fehlbetrag: § 268 Abs. 3 HGB: nur wenn das Eigenkapital durch Verluste aufgebraucht ist.
8. Sonstige Verbindlichkeiten: Mit kreditorischen Debitoren, soweit Konten nach offenen Posten geführt sind oder je Kunde eines.
";

const GERMAN_INCOME: &str = "
Gewinn- und Verlustrechnung (EUR)
Item                                                                                  2026
==============================================================================  ==========
1. Umsatzerlöse                                                                  20,000.00
5. Materialaufwand                                                                9,000.00
  a) Aufwendungen für Roh-, Hilfs- und Betriebsstoffe und für bezogene Waren      9,000.00
6. Personalaufwand                                                               40,000.00
  a) Löhne und Gehälter                                                          40,000.00
7. Abschreibungen                                                                 6,000.00
  a) auf immaterielle Vermögensgegenstände des Anlagevermögens und Sachanlagen    6,000.00
------------------------------------------------------------------------------  ----------
Betriebsergebnis                                                                -35,000.00
------------------------------------------------------------------------------  ----------
Ergebnis vor Steuern                                                            -35,000.00
------------------------------------------------------------------------------  ----------
15. Ergebnis nach Steuern                                                       -35,000.00
------------------------------------------------------------------------------  ----------
17. Jahresüberschuss/Jahresfehlbetrag                                           -35,000.00
";
