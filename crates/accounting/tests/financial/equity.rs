//! Changes in equity: each account's way, and that they close with the balance sheet's equity.

use fondaco_core::ActError;

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
