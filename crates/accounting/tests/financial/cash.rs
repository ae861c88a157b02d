//! Both cash flow statements come from the same opening to the same closing balance, and say the same of investing and financing.

use fondaco_accounting::close::{Correct, OpenAdjustmentPeriods};
use fondaco_accounting::currency::SetExchangeAccounts;
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::FinancialQuery;
use fondaco_core::Reading;

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
Change of cash by payments           455.00  1,140.00    -685.00       -60.1%
Effect of exchange rates on cash       0.00      0.00       0.00
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

/// A machine bought on credit, and what pays it.
fn machine_on_credit(firm: &Firm) -> (ItemKey, ItemKey) {
    firm.must("suppliers", &ChangeAccount::open_items("2000", true));
    let bill = NewEntry::new("GEN", d("2026-12-20"))
        .debit("1500", eur("400"))
        .debit("2200", eur("80"))
        .credit("2000", eur("480"));
    let bill = ItemKey::new(firm.post("bill", bill).id, 3);
    let paid = firm.post("paid", moved("2026-12-27", "2000", "1000", "240"));
    (bill, ItemKey::new(paid.id, 1))
}

#[test]
fn what_is_bought_on_credit_is_invested_when_it_is_paid() {
    let firm = bare();
    let (bill, paid) = machine_on_credit(&firm);
    let of = |code: &str| {
        let flow = filled(&firm, &shipped(code), &year(2026));
        ["operating", "investing"].map(|row| flow.amount(row, 0).unwrap().normalize().to_string())
    };
    assert_eq!(of("plain-cash-flow-direct"), ["-240", "0"], "nothing says what it was for");
    let clear = Clear::new("2000").part(bill, eur("-240")).part(paid, eur("240"));
    let cleared = firm.must("cleared", &clear);
    for code in ["plain-cash-flow-direct", "plain-cash-flow-indirect"] {
        assert_eq!(of(code), ["-40", "-200"], "{code}: the tax is no investment");
    }
    let opened =
        firm.books.row_postings(&shipped("plain-cash-flow-direct"), &year(2026), "investing", 0);
    let line = opened.unwrap().accounts[0].lines[0].clone();
    assert_eq!(
        (line.date, line.debit, line.entry),
        (d("2026-12-27"), Some(dec("200")), bill.entry)
    );
    firm.must("not so", &Unclear::new(cleared.clearing));
    assert_eq!(of("plain-cash-flow-direct"), ["-240", "0"]);
}

const BOTH: [&str; 2] = ["plain-cash-flow-direct", "plain-cash-flow-indirect"];

/// Operating, investing and exchange of a cash flow of 2026, which must explain the cash.
fn flows(firm: &Firm, code: &str) -> [String; 3] {
    let flow = filled(firm, &shipped(code), &year(2026));
    assert!(flow.failed.is_empty() && flow.untaken.is_empty(), "{flow}");
    crate::model::every_row_opens(firm, &shipped(code), &year(2026));
    ["operating", "investing", "exchange"]
        .map(|row| flow.amount(row, 0).unwrap().normalize().to_string())
}

/// An entry of dollars that are worth so much.
fn dollars(date: &str, debit: &str, credit: &str, worth: &str) -> NewEntry {
    NewEntry::new("GEN", d(date))
        .posting(NewPosting::debit(debit, usd("100")).worth(eur(worth)))
        .posting(NewPosting::credit(credit, usd("100")).worth(eur(worth)))
}

#[test]
fn what_a_rate_made_dearer_is_paid_for_the_same() {
    let firm = bare();
    for account in ["1200", "2000"] {
        firm.must(account, &ChangeAccount::open_items(account, true));
    }
    // Interest, so that a difference that counted as paid would be seen.
    firm.must("differences", &SetExchangeAccounts::new("GEN", "5800", "5800"));
    let bill = firm.post("machine", dollars("2026-03-01", "1500", "2000", "85")).id;
    let paid = firm.post("paid", dollars("2026-04-01", "2000", "1000", "95")).id;
    let clear = Clear::new("2000").all(ItemKey::new(bill, 2)).all(ItemKey::new(paid, 1));
    firm.must("a loss of 10", &clear);
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["0", "-95", "0"], "{code}: 10 of it is no interest");
    }
    let sale = firm.post("sale", dollars("2026-05-01", "1200", "4000", "85")).id;
    let came = firm.post("received", dollars("2026-06-01", "1000", "1200", "90")).id;
    let clear = Clear::new("1200").all(ItemKey::new(sale, 1)).all(ItemKey::new(came, 2));
    firm.must("a gain of 5", &clear);
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["90", "-95", "0"], "{code}");
    }
    let direct = filled(&firm, &shipped(BOTH[0]), &year(2026));
    assert_eq!(direct.amount("from_customers", 0), Some(dec("90")), "{direct}");
    firm.clean();
}

/// A bill of a machine for 400, of which so much is paid.
fn paid_machine(firm: &Firm, paid: &str) -> (ItemKey, ItemKey) {
    firm.must("suppliers", &ChangeAccount::open_items("2000", true));
    let bill = firm.post("bill", moved("2026-03-01", "1500", "2000", "400")).id;
    let payment = firm.post("paid", moved("2026-04-01", "2000", "1000", paid)).id;
    let (bill, payment) = (ItemKey::new(bill, 2), ItemKey::new(payment, 1));
    let part = eur(&format!("-{paid}"));
    firm.must("cleared", &Clear::new("2000").part(bill, part).all(payment));
    (bill, payment)
}

fn open(firm: &Firm) -> Vec<String> {
    let open = firm.view(|view| open_items(view, &OpenItemQuery::account("2000")));
    open.items.iter().map(|item| item.open.amount().normalize().to_string()).collect()
}

#[test]
fn a_bill_that_is_corrected_after_it_was_paid_is_paid_as_what_it_is() {
    let firm = bare();
    let (bill, _) = paid_machine(&firm, "400");
    let before = firm.entries().len();
    let rent = Correct::new(bill.entry, moved("2026-03-01", "5100", "2000", "400"));
    firm.at_minute(1);
    let rent = firm.must("it was rent", &rent).entry.id;
    assert_eq!((firm.entries().len(), open(&firm).len()), (before + 2, 0), "nothing is owed");
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["-400", "0", "0"], "{code}");
        let then = year(2026).known_at(minute(0));
        let known = filled(&firm, &shipped(code), &then);
        assert_eq!(known.amount("investing", 0), Some(dec("-400")), "{code}: as it was known");
    }
    // And once more: a machine after all.
    let again = Correct::new(rent, moved("2026-03-01", "1500", "2000", "400"));
    firm.must("no, a machine", &again);
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["0", "-400", "0"], "{code}");
    }
    assert!(open(&firm).is_empty());
    firm.clean();
}

/// The payment is for what stands in the end; what is over of it is open once, on one side.
#[test]
fn a_correction_that_is_corrected_is_paid_as_what_it_is() {
    let firm = bare();
    let (bill, _) = paid_machine(&firm, "400");
    let rent = |amount: &str| moved("2026-03-01", "5100", "2000", amount);
    let first = firm.must("rent of 300", &Correct::new(bill.entry, rent("300"))).entry.id;
    assert_eq!(open(&firm), ["100"]);
    let second = firm.must("350", &Correct::new(first, rent("350"))).entry.id;
    assert_eq!(open(&firm), ["50"], "350 of 400 were owed");
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["-350", "-50", "0"], "{code}");
    }
    let third = firm.must("420", &Correct::new(second, rent("420"))).entry.id;
    assert_eq!(open(&firm), ["-20"], "20 are owed still");
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["-400", "0", "0"], "{code}");
    }
    firm.must("400 after all", &Correct::new(third, rent("400")));
    assert!(open(&firm).is_empty(), "{:?}", open(&firm));
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["-400", "0", "0"], "{code}");
    }
    firm.clean();
}

#[test]
fn dollars_pay_dollars_whatever_each_bill_was_worth() {
    let firm = bare();
    firm.must("suppliers", &ChangeAccount::open_items("2000", true));
    firm.must("differences", &SetExchangeAccounts::new("GEN", "5800", "5800"));
    let machine = firm.post("machine", dollars("2026-03-01", "1500", "2000", "80")).id;
    let rent = firm.post("rent", dollars("2026-03-02", "5100", "2000", "90")).id;
    let both = NewEntry::new("GEN", d("2026-04-01"))
        .posting(NewPosting::debit("2000", usd("200")).worth(eur("190")))
        .posting(NewPosting::credit("1000", usd("200")).worth(eur("190")));
    let paid = firm.post("both", both).id;
    let clear = Clear::new("2000")
        .all(ItemKey::new(machine, 2))
        .all(ItemKey::new(rent, 2))
        .all(ItemKey::new(paid, 1));
    firm.must("cleared", &clear);
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["-95", "-95", "0"], "{code}");
    }
    firm.clean();
}

#[test]
fn as_much_of_a_payment_follows_its_correction_as_that_comes_to() {
    let firm = bare();
    let (bill, _) = paid_machine(&firm, "300");
    let less = Correct::new(bill.entry, moved("2026-03-01", "5100", "2000", "250"));
    firm.must("rent of 250", &less);
    assert_eq!(open(&firm), ["50"], "it was paid too much");
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["-250", "-50", "0"], "{code}: 50 were for the machine");
    }
    // What is given back was paid for the same.
    let back = firm.post("back", moved("2026-06-01", "1000", "2000", "50")).id;
    let mirror = firm.view(|view| Ok(view.peek::<Reversal>(&bill.entry)?)).unwrap().by;
    let clear = Clear::new("2000").all(ItemKey::new(back, 2)).all(ItemKey::new(mirror, 2));
    firm.must("given back", &clear);
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["-250", "0", "0"], "{code}");
    }
    firm.clean();
}

#[test]
fn more_is_owed_where_the_bill_was_higher() {
    let firm = bare();
    let (bill, _) = paid_machine(&firm, "300");
    let more = Correct::new(bill.entry, moved("2026-03-01", "1500", "2000", "500"));
    firm.must("500", &more);
    assert_eq!(open(&firm), ["-200"]);
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["0", "-300", "0"], "{code}");
    }
    firm.clean();
}

#[test]
fn a_payment_that_is_taken_back_takes_back_what_it_was_for() {
    let firm = bare();
    let (_, payment) = paid_machine(&firm, "400");
    firm.must("bounced", &Reverse::new(payment.entry, d("2026-05-01")));
    for code in BOTH {
        assert_eq!(flows(&firm, code), ["0", "0", "0"], "{code}");
    }
    let (bare, till) = (bare(), moved("2026-04-01", "2000", "1010", "400"));
    let (_, payment) = paid_machine(&bare, "400");
    bare.must("from the till", &Correct::new(payment.entry, till));
    for code in BOTH {
        assert_eq!(flows(&bare, code), ["0", "-400", "0"], "{code}");
    }
    assert!(open(&bare).is_empty());
    bare.clean();
}

#[test]
fn wages_are_paid_as_far_as_they_leave() {
    let firm = bare();
    let wages = NewEntry::new("GEN", d("2026-05-31"))
        .debit("5200", eur("100"))
        .credit("2200", eur("20"))
        .credit("1000", eur("80"));
    firm.post("wages", wages);
    let direct = filled(&firm, &shipped("plain-cash-flow-direct"), &year(2026));
    assert_eq!(direct.amount("to_suppliers", 0), Some(dec("-80")));
    assert_eq!(direct.amount("other_operating", 0), Some(dec("0")));
}

#[test]
fn rates_move_no_cash() {
    let firm = bare();
    let dollars = |account: &str, side| NewPosting::new(account, side, money("0 USD"));
    let fell = NewEntry::new("GEN", d("2026-12-31"))
        .conversion()
        .posting(dollars("1000", Side::Credit).worth(eur("10")))
        .posting(dollars("1200", Side::Credit).worth(eur("20")))
        .debit("5800", eur("30"));
    firm.post("rates fell", fell);
    for code in ["plain-cash-flow-direct", "plain-cash-flow-indirect"] {
        let flow = filled(&firm, &shipped(code), &year(2026));
        let of = |row| flow.amount(row, 0).unwrap().normalize().to_string();
        assert_eq!(
            (of("operating"), of("change"), of("exchange")),
            ("0".into(), "0".into(), "-10".into())
        );
        assert!(flow.failed.is_empty() && flow.untaken.is_empty(), "{flow}");
    }
}

#[test]
fn the_year_before_its_adjustments_stands_beside_the_year_with_them() {
    let firm = company();
    firm.must("2026 audited", &OpenAdjustmentPeriods::new(2026, 1));
    firm.must("2025/13", &OpenAdjustmentPeriods::new(2025, 1));
    firm.post("audit", moved("2026-12-31", "5100", "1000", "11").adjusting(13));
    firm.post("audit of 2025", moved("2025-12-31", "5100", "1000", "2").adjusting(13));
    let query = year(2026).without_adjustments().days("2026-01-01/2026-12-31".parse().unwrap());
    let of = |code: &str, row: &str| {
        let statement = filled(&firm, &shipped(code), &query);
        assert!(statement.failed.is_empty() && statement.untaken.is_empty(), "{statement}");
        crate::model::every_row_opens(&firm, &shipped(code), &query);
        [0, 1].map(|column| statement.amount(row, column).unwrap().normalize().to_string())
    };
    assert_eq!(of("plain-income-statement", "costs"), ["215", "226"]);
    assert_eq!(of("plain-balance-sheet", "cash_assets"), ["1593", "1582"], "that of 2025 counts");
    assert_eq!(of("plain-balance-sheet", "earlier"), ["118", "118"]);
    for code in ["plain-cash-flow-direct", "plain-cash-flow-indirect"] {
        assert_eq!(of(code, "operating"), ["545", "534"]);
    }
    let heading =
        filled(&firm, &shipped("plain-income-statement"), &query).columns[0].heading.to_string();
    assert_eq!(heading, "2026 before adjustments");
}
