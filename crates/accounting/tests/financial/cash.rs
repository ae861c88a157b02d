//! Both cash flow statements come from the same opening to the same closing balance, and say the same of investing and financing.

use fondaco_accounting::reports::FinancialQuery;

use crate::common::*;
use crate::firm::*;

#[test]
fn the_direct_one_letter_by_letter() {
    let firm = company();
    let direct = filled(&firm, &shipped("plain-cash-flow-direct"), &year(2026).beside_last_year());
    same(&direct.to_string(), DIRECT);
    assert!(direct.untaken.is_empty() && direct.failed.is_empty());
}

const DIRECT: &str = "
Cash flow statement (direct) (EUR)
Item                                   2026      2025     Change  Change in %
=================================  ========  ========  =========  ===========
Operating activities
  Received from customers            725.00    450.00     275.00        61.1%
  Paid to suppliers and employees   -125.00   -210.00      85.00        40.5%
  Interest                           -15.00      0.00     -15.00
  Taxes on income                      0.00      0.00       0.00
  Other, such as taxes and duties    -40.00      0.00     -40.00
---------------------------------  --------  --------  ---------  -----------
Cash from operating activities       545.00    240.00     305.00       127.1%
Cash from investing activities        60.00   -400.00     460.00       115.0%
Cash from financing activities      -150.00  1,300.00  -1,450.00      -111.5%
---------------------------------  --------  --------  ---------  -----------
Change of cash                       455.00  1,140.00    -685.00       -60.1%
Cash at the beginning              1,140.00      0.00   1,140.00
---------------------------------  --------  --------  ---------  -----------
Cash at the end                    1,595.00  1,140.00     455.00        39.9%
";

#[test]
fn the_indirect_one_comes_to_the_same() {
    let firm = company();
    let query = year(2026).beside_last_year();
    let direct = filled(&firm, &shipped("plain-cash-flow-direct"), &query);
    let indirect = filled(&firm, &shipped("plain-cash-flow-indirect"), &query);
    assert!(indirect.untaken.is_empty() && indirect.failed.is_empty(), "{indirect}");
    for column in [0, 1] {
        for row in ["change", "opening", "closing", "financing"] {
            assert_eq!(direct.amount(row, column), indirect.amount(row, column), "{row} {column}");
        }
    }
    let of = |row| indirect.amount(row, 0).unwrap().normalize().to_string();
    assert_eq!(of("result"), "635");
    assert_eq!(of("non_cash"), "70");
    assert_eq!(of("disposal"), "-10");
    // What the machine was sold for: 10 of gain among the sales there, all of it here.
    assert_eq!((of("investing").as_str(), of("operating").as_str()), ("60", "545"));
    let sheet = filled(&firm, &shipped("plain-balance-sheet"), &query);
    let cash = sheet.amount("cash_assets", 0).unwrap() - sheet.amount("overdrafts", 0).unwrap();
    assert_eq!(
        indirect.amount("closing", 0),
        Some(cash),
        "the end is the cash of the balance sheet"
    );
}

#[test]
fn transfers_between_cash_accounts_move_no_cash() {
    let firm = company();
    let query = FinancialQuery::new().days("2026-03-05/2026-03-05".parse().unwrap());
    let direct = filled(&firm, &shipped("plain-cash-flow-direct"), &query);
    assert_eq!(direct.amount("change", 0), Some(dec("0")));
    assert_eq!(direct.amount("operating", 0), Some(dec("0")));
}
