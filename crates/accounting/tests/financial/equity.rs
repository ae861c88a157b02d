//! Changes in equity: each account's way, and that they close with the balance sheet's equity.

use fondaco_accounting::close::{CloseYear, Correct, PostOpening, SetClosing};
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::{FinancialQuery, Layout};

use crate::common::*;
use crate::firm::*;

#[test]
fn letter_by_letter() {
    let firm = company();
    firm.post("revalued", moved("2026-11-01", "1500", "3200", "12"));
    firm.post("reserved", moved("2026-11-02", "3000", "3100", "40"));
    let changes = firm.books.equity_changes(d("2026-01-01"), d("2026-12-31")).unwrap();
    same(&changes.to_string(), CHANGES);
    let sheet = filled(&firm, &shipped("plain-balance-sheet"), &year(2026));
    assert_eq!(Some(changes.total.closing), sheet.amount("equity", 0));
    let before = filled(&firm, &shipped("plain-balance-sheet"), &year(2025));
    assert_eq!(Some(changes.total.opening), before.amount("equity", 0));
}

const CHANGES: &str = "
Changes in equity 2026-01-01 to 2026-12-31 (EUR)
Account  Name                       Opening  Result  Contributions  Distributions   Other   Closing
=======  ========================  ========  ======  =============  =============  ======  ========
3000     Capital                   1,000.00    0.00           0.00        -100.00  -40.00    860.00
3100     Retained                      0.00    0.00           0.00           0.00   40.00     40.00
3200     Revaluation                   0.00    0.00           0.00           0.00   12.00     12.00
         Results of earlier years    120.00    0.00           0.00           0.00    0.00    120.00
         Result of the year            0.00  635.00           0.00           0.00    0.00    635.00
-------  ------------------------  --------  ------  -------------  -------------  ------  --------
         Total                     1,120.00  635.00           0.00        -100.00   12.00  1,667.00
";

#[test]
fn days_the_wrong_way_round_are_refused() {
    let error = company().books.equity_changes(d("2026-02-01"), d("2026-01-01")).unwrap_err();
    assert_eq!(error.code(), "accounting.bad_input");
}

/// Columns of the total, and of an account: result, contributions, distributions, other.
fn changes(firm: &Firm, account: &str) -> [String; 3] {
    let changes = firm.books.equity_changes(d("2026-01-01"), d("2026-12-31")).unwrap();
    let row = changes.rows.iter().find(|row| row.account.as_deref() == Some(account)).cloned();
    let row = row.unwrap_or_default();
    [row.contributions, row.distributions, row.other].map(|amount| amount.normalize().to_string())
}

#[test]
fn a_profit_that_is_appropriated_is_with_owners_only_as_far_as_it_leaves() {
    let firm = company();
    let before = changes(&firm, "3000");
    assert_eq!(before, ["0", "-100", "0"]);
    let appropriated = NewEntry::new("GEN", d("2026-05-01"))
        .debit("3100", eur("100"))
        .credit("2200", eur("60"))
        .credit("3000", eur("40"));
    firm.post("appropriated", appropriated);
    assert_eq!(changes(&firm, "3100"), ["0", "-60", "-40"]);
    assert_eq!(changes(&firm, "3000"), ["0", "-100", "40"]);
}

#[test]
fn what_is_reversed_goes_from_its_own_column() {
    let firm = company();
    let dividend = firm.post("dividend", moved("2026-05-01", "3100", "2200", "60")).id;
    firm.must("not yet", &Reverse::new(dividend, d("2026-05-03")));
    assert_eq!(changes(&firm, "3100"), ["0", "0", "0"]);
    let capital = firm.post("capital", moved("2026-05-01", "1000", "3100", "70")).id;
    let back = firm.must("no", &Reverse::new(capital, d("2026-05-04"))).id;
    firm.must("yes", &Reverse::new(back, d("2026-05-05")));
    assert_eq!(changes(&firm, "3100"), ["70", "0", "0"], "a reversal of the reversal");
}

/// An error of an earlier year goes against retained earnings, as a dividend does: only who posts it knows.
#[test]
fn an_error_of_an_earlier_year_is_said_to_be_nothing_with_owners() {
    let firm = company();
    let found = |equity: NewPosting| {
        NewEntry::new("GEN", d("2026-05-01")).posting(equity).credit("2200", eur("19"))
    };
    let debit = NewPosting::debit("3100", eur("19"));
    firm.post("dividend", found(debit.clone()));
    assert_eq!(changes(&firm, "3100"), ["0", "-19", "0"]);
    firm.post("a bill of 2025", found(debit.dimension("equity", "other")));
    assert_eq!(changes(&firm, "3100"), ["0", "-19", "-19"]);
    // And the other way round, of an account that is tagged.
    let owners = NewPosting::credit("3200", eur("8")).dimension("equity", "owners");
    firm.post(
        "paid in",
        NewEntry::new("GEN", d("2026-05-02")).debit("1000", eur("8")).posting(owners),
    );
    assert_eq!(changes(&firm, "3200"), ["8", "0", "0"]);
}

#[test]
fn against_expense_it_is_not_with_owners() {
    let firm = company();
    let mixed = NewEntry::new("GEN", d("2026-05-01"))
        .debit("1000", eur("90"))
        .debit("5200", eur("10"))
        .credit("3100", eur("100"));
    firm.post("shares to staff", mixed);
    assert_eq!(changes(&firm, "3100"), ["90", "0", "10"]);
}

#[test]
fn within_a_year_its_result_so_far_is_in_the_opening() {
    let firm = company();
    let changes = firm.books.equity_changes(d("2026-07-01"), d("2026-12-31")).unwrap();
    let rows: Vec<_> = changes
        .rows
        .iter()
        .filter(|row| row.account.is_none())
        .map(|row| (row.name.as_str(), row.opening.to_string(), row.result.normalize().to_string()))
        .collect();
    let so_far = firm.books.income_statement(d("2026-01-01"), d("2026-06-30")).unwrap().result;
    let rest = firm.books.income_statement(d("2026-07-01"), d("2026-12-31")).unwrap().result;
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].0, rows[0].2.as_str()), ("Results of earlier years", "0"));
    assert_eq!(rows[1].0, "Result of the year");
    assert_eq!(changes.rows.last().map(|row| (row.opening, row.result)), Some((so_far, rest)));
}

#[test]
fn what_was_brought_over_was_there_before() {
    let firm = bare();
    let opening = PostOpening::new("GEN", d("2025-01-01"))
        .line(NewPosting::debit("1000", eur("70")))
        .line(NewPosting::credit("2200", eur("20")))
        .difference_to("3000");
    let opened = firm.must("opening", &opening).entries[0].id;
    firm.post("capital", moved("2025-01-01", "1000", "3000", "5"));
    let all = || firm.books.equity_changes(d("2025-01-01"), d("2025-12-31")).unwrap().total;
    let total = all();
    assert_eq!(
        (total.opening, total.contributions, total.closing),
        (dec("50"), dec("5"), dec("55"))
    );
    // A correction of it, later, was there before as well.
    let right =
        NewEntry::new("GEN", d("2025-01-01")).debit("1000", eur("71")).credit("3000", eur("71"));
    firm.must("not 70", &Correct::new(opened, right));
    assert_eq!((all().opening, all().contributions), (dec("71"), dec("5")));
}

/// A year opens with what the one before closed with, whatever is found of the beginning of all later.
#[test]
fn what_was_brought_over_and_is_corrected_in_a_later_year_moves_in_that() {
    for reversed in [false, true] {
        let firm = bare();
        let opening = PostOpening::new("GEN", d("2025-01-01"))
            .line(NewPosting::debit("1000", eur("70")))
            .difference_to("3000");
        let opened = firm.must("opening", &opening).entries[0].id;
        firm.must("closing", &SetClosing::new("3100", "GEN"));
        firm.must("2025 is over", &CloseYear::new(2025));
        let (left, other) = match reversed {
            true => {
                firm.must("none of it", &Reverse::new(opened, d("2026-03-01")));
                ("0", "-70")
            }
            false => {
                let right = moved("2025-01-01", "1000", "3000", "71");
                firm.must("not 70", &Correct::new(opened, right));
                ("71", "1")
            }
        };
        let of = |year: i32| {
            let day = |of: &str| d(&format!("{year}-{of}"));
            let total = firm.books.equity_changes(day("01-01"), day("12-31")).unwrap().total;
            let paid = [total.contributions, total.distributions];
            assert!(paid.iter().all(|amount| amount.is_zero()), "{total:?}");
            [total.opening, total.other, total.closing].map(|of| of.normalize().to_string())
        };
        assert_eq!(
            (of(2025), of(2026)),
            (["70", "0", "70"].map(Into::into), ["70", other, left].map(Into::into))
        );
        for code in ["plain-cash-flow-direct", "plain-cash-flow-indirect"] {
            let flow = filled(&firm, &shipped(code), &year(2026).beside_last_year());
            let of = |row, column| flow.amount(row, column).unwrap().normalize().to_string();
            assert_eq!((of("opening", 0), of("closing", 1)), ("70".into(), "70".into()), "{code}");
            assert_eq!((of("closing", 0), of("change", 0)), (left.into(), "0".into()), "{code}");
            assert_eq!((of("corrected", 0), of("corrected", 1)), (other.into(), "0".into()));
            assert!(flow.failed.is_empty() && flow.untaken.is_empty(), "{flow}");
            crate::model::every_row_opens(&firm, &shipped(code), &year(2026));
        }
        firm.clean();
    }
}

/// IAS 7.6: no cent moved, so nothing is paid, whatever else the opening brought.
#[test]
fn what_was_brought_over_and_is_corrected_later_pays_nobody() {
    let firm = bare();
    let opening = PostOpening::new("GEN", d("2025-01-01"))
        .line(NewPosting::debit("1000", eur("70")))
        .line(NewPosting::debit("1500", eur("100")))
        .line(NewPosting::credit("2000", eur("80")))
        .line(NewPosting::credit("3000", eur("90")));
    let opened = firm.must("opening", &opening).entries[0].id;
    firm.must("2025 is over", &fondaco_accounting::close::LockBooks::through(d("2025-12-31")));
    let rows = ["operating", "investing", "financing", "change", "corrected", "opening", "closing"];
    let of = |code: &str| {
        let flow = filled(&firm, &shipped(code), &year(2026));
        assert!(flow.failed.is_empty() && flow.untaken.is_empty(), "{flow}");
        crate::model::every_row_opens(&firm, &shipped(code), &year(2026));
        let title = "Corrections of balances brought over";
        let shown = flow.to_string().contains(title);
        (rows.map(|row| flow.amount(row, 0).unwrap().normalize().to_string()), shown)
    };
    let all = |rows: [&str; 7], shown| {
        for code in ["plain-cash-flow-direct", "plain-cash-flow-indirect"] {
            assert_eq!(of(code), (rows.map(Into::into), shown), "{code}");
        }
    };
    all(["0", "0", "0", "0", "0", "70", "70"], false);
    let lines = |bank: &str, machines: &str, suppliers: &str, capital: &str| {
        NewEntry::new("GEN", d("2025-01-01"))
            .debit("1000", eur(bank))
            .debit("1500", eur(machines))
            .credit("2000", eur(suppliers))
            .credit("3000", eur(capital))
    };
    let right = Correct::new(opened, lines("70", "100", "60", "110"));
    let right = firm.must("20 less were owed", &right).entry.id;
    all(["0", "0", "0", "0", "0", "70", "70"], false);
    firm.must(
        "a machine less, and 5 more in the bank",
        &Correct::new(right, lines("75", "90", "60", "105")),
    );
    all(["0", "0", "0", "0", "5", "70", "75"], true);
    firm.post("rent", moved("2026-04-01", "5100", "1000", "7"));
    all(["-7", "0", "0", "-7", "5", "70", "68"], true);
    firm.clean();
}

/// IAS 1.106: the year before beside the year, by the parts of equity that a scheme has.
#[test]
fn two_years_by_the_rows_of_a_layout() {
    let firm = company();
    firm.post("reserved", moved("2026-11-02", "3000", "3100", "40"));
    let layout = shipped("plain-balance-sheet");
    let query = year(2026).beside_last_year();
    let statement = firm.books.equity_statement(Some(&layout), &query).unwrap();
    same(&statement.to_string(), TWO_YEARS);
    let [now, before] = &statement.spans[..] else { panic!("two years") };
    assert_eq!(now.total.opening, before.total.closing);
    for (year, span) in [(2026, now), (2025, before)] {
        let sheet = filled(&firm, &layout, &super::firm::year(year));
        for row in &span.rows {
            let code = row.row.as_deref().unwrap();
            assert_eq!(sheet.amount(code, 0), Some(row.closing), "{code} of {year}");
        }
    }
    let german = query.clone().language("de");
    let german = firm.books.equity_statement(Some(&layout), &german).unwrap();
    assert_eq!(german.spans[0].rows[0].name, "Kapital und Rücklagen");
    // Without a layout it is the one span after the other.
    let plain = firm.books.equity_statement(None, &query).unwrap();
    let alone = |year: i32| {
        let days = [format!("{year}-01-01"), format!("{year}-12-31")];
        firm.books.equity_changes(d(&days[0]), d(&days[1])).unwrap()
    };
    assert_eq!(plain.spans, [alone(2026), alone(2025)]);
}

const TWO_YEARS: &str = "
Changes in equity (EUR)
Account  Name                       Opening  Result  Contributions  Distributions  Other   Closing
=======  ========================  ========  ======  =============  =============  =====  ========
         2026
         Capital and reserves      1,000.00    0.00           0.00        -100.00   0.00    900.00
         Results of earlier years    120.00    0.00           0.00           0.00   0.00    120.00
         Result of the year            0.00  635.00           0.00           0.00   0.00    635.00
-------  ------------------------  --------  ------  -------------  -------------  -----  --------
         Total                     1,120.00  635.00           0.00        -100.00   0.00  1,655.00
         2025
         Capital and reserves          0.00    0.00       1,000.00           0.00   0.00  1,000.00
         Result of the year            0.00  120.00           0.00           0.00   0.00    120.00
-------  ------------------------  --------  ------  -------------  -------------  -----  --------
         Total                         0.00  120.00       1,000.00           0.00   0.00  1,120.00
";

#[test]
fn what_was_known_never_moves() {
    let firm = company();
    firm.must("the thirteenth", &fondaco_accounting::close::OpenAdjustmentPeriods::new(2026, 1));
    let query = |known: bool| {
        let query = year(2026);
        if known { query.known_at(minute(30)) } else { query }
    };
    let shown = |known| firm.books.equity_statement(None, &query(known)).unwrap();
    let printed = shown(false);
    assert_eq!(shown(true).spans, printed.spans);
    firm.at_minute(60);
    firm.post("more capital", moved("2026-12-30", "1000", "3000", "11"));
    firm.post("a late bill", moved("2026-12-30", "5100", "1000", "7"));
    let dividend = moved("2025-12-30", "3100", "1000", "5");
    firm.post("a dividend of the year before", dividend);
    firm.post("the auditors", moved("2026-12-31", "5100", "1000", "2").adjusting(13));
    assert_eq!(shown(true).spans, printed.spans, "as it was printed");
    let now = shown(false).spans.remove(0).total;
    let then = &printed.spans[0].total;
    assert_eq!(
        [
            now.contributions - then.contributions,
            now.result - then.result,
            now.opening - then.opening
        ],
        [dec("11"), dec("-9"), dec("-5")]
    );
    let before = firm.books.equity_statement(None, &query(false).without_adjustments()).unwrap();
    assert_eq!(before.spans[0].total.result - then.result, dec("-7"), "without the auditors");
}

#[test]
fn narrowed_to_a_dimension_it_is_what_carries_it() {
    let firm = company();
    let of = |account: &str, amount: &str, site: &str| {
        NewPosting::credit(account, eur(amount)).dimension("site", site)
    };
    let paid = NewEntry::new("GEN", d("2026-04-01"))
        .debit("1000", eur("50"))
        .posting(of("3000", "30", "Lido"))
        .posting(of("3000", "20", "Mestre"));
    firm.post("paid in", paid);
    let query = year(2026).dimension("site", "Lido");
    let statement = firm.books.equity_statement(None, &query).unwrap();
    let total = &statement.spans[0].total;
    // The costs of the Lido are 25.
    assert_eq!([total.contributions, total.result, total.closing], ["30", "-25", "5"].map(dec));
    assert!(statement.to_string().starts_with("Changes in equity site Lido (EUR)"), "{statement}");
    let refused = |layout: &Layout| {
        let error = firm.books.equity_statement(Some(layout), &year(2026)).unwrap_err();
        assert_eq!(error.code(), "accounting.bad_input");
        error.to_string()
    };
    let income = refused(&shipped("plain-income-statement"));
    assert!(income.contains("takes no equity: give one of the balance sheet"), "{income}");
    let by_site = Layout::parse(
        "layout sites\ntitle Sites\nmeasure closing\ncovers equity\nside credit\nlido: Lido\n  takes 3000 where site=Lido\n\
         rest: Rest\n  takes 3000 where site=Mestre\n",
    );
    let by_site = refused(&by_site.unwrap());
    assert!(by_site.contains("account 3000 in row lido and in row rest"), "{by_site}");
    for (query, code) in [
        (year(2026).by_dimension("site"), "accounting.bad_input"),
        (FinancialQuery::new(), "accounting.bad_input"),
    ] {
        assert_eq!(firm.books.equity_statement(None, &query).unwrap_err().code(), code);
    }
}
