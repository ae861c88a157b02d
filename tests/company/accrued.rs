//! What is accrued is what stood on the day, in whatever order things are entered, in each ledger by its own table.

use fondaco::accounting::ledger::OpenJournal;
use fondaco::accounting::parallel::DefineLedger;
use fondaco::company::posting::{Profile, Role};
use fondaco::company::*;
use fondaco::prelude::*;

use crate::firm::*;
use crate::workshop::*;

fn result(firm: &Firm, until: &str) -> String {
    let statement = firm.company.books().income_statement(day("2026-01-01"), day(until)).unwrap();
    statement.result.normalize().to_string()
}

fn buy(firm: &Firm, code: &str, date: &str) {
    let line = NewLine::new(bolt(), pcs("10")).price("4 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new(code, "V-1", day(date)).line(line)]));
    firm.must(&Receive::new(vec![NewReceipt::new(code, code, day(date))]));
    firm.must(&EnterBills::new(vec![NewBill::new(code, "V-1", day(date)).order(code)]));
}

fn sell(firm: &Firm, code: &str, date: &str) {
    let line = NewLine::new(bolt(), pcs("5"));
    firm.must(&PlaceOrders::new(vec![NewOrder::new(code, "C-1", day(date)).line(line)]));
    firm.must(&Deliver::new(vec![NewDelivery::new(code, code, day(date))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new(code, code, day(date))]));
}

#[test]
fn work_in_progress_is_that_of_the_day() {
    for profile in Profile::ALL {
        let firm = Firm::of(&set_up().profiled(profile)).workshop().ten_gears();
        firm.must(&IssueMaterial::new(vec![NewIssue::new("1", "W-1", day("2026-03-10"))]));
        let march = Firm::of(&set_up().profiled(profile)).workshop().ten_gears();
        march.must(&IssueMaterial::new(vec![NewIssue::new("1", "W-1", day("2026-03-10"))]));
        march.must(&PostAccruals::on(day("2026-03-31")));
        // In April hours are booked and gears are made; what was issued in March comes back.
        let april = day("2026-04-02");
        firm.must(&BookTime::new(vec![NewTime::new("1", "W-1", april).labour("SAW", hours("2"))]));
        firm.must(&CompleteWorkOrders::new(vec![
            NewCompletion::new("1", "W-1", april).good(pcs("4")).as_issued(),
        ]));
        firm.must(&Cancel::one(DocumentKind::Completion, "1", april));
        firm.must(&Cancel::one(DocumentKind::MaterialIssue, "1", april));
        firm.must(&PostAccruals::on(day("2026-03-31")));
        assert_eq!(result(&firm, "2026-03-31"), result(&march, "2026-03-31"), "{profile:?}");
        firm.clean();
    }
}

#[test]
fn what_was_cancelled_later_counts_until_then() {
    for profile in Profile::ALL {
        let firm = Firm::of(&set_up().profiled(profile));
        buy(&firm, "1", "2026-03-02");
        sell(&firm, "1", "2026-03-20");
        let april = day("2026-04-05");
        firm.must(&Cancel::one(DocumentKind::Invoice, "1", april));
        firm.must(&Cancel::one(DocumentKind::Delivery, "1", april));
        firm.must(&Cancel::one(DocumentKind::SalesOrder, "1", april));
        firm.must(&Cancel::one(DocumentKind::Bill, "1", april));
        firm.must(&Cancel::one(DocumentKind::Receipt, "1", april));
        firm.must(&PostAccruals::on(day("2026-03-31")));
        assert_eq!(result(&firm, "2026-03-31"), "30", "{profile:?}");
        firm.must(&PostAccruals::on(day("2026-04-30")));
        assert_eq!(result(&firm, "2026-04-30"), "0", "{profile:?}");
        firm.clean();
    }
}

#[test]
fn accruals_come_in_any_order() {
    for profile in Profile::ALL {
        let firm = Firm::of(&set_up().profiled(profile));
        buy(&firm, "1", "2026-01-10");
        sell(&firm, "1", "2026-02-10");
        firm.must(&PostAccruals::on(day("2026-03-31")));
        firm.must(&PostAccruals::on(day("2026-01-31")));
        assert_eq!(result(&firm, "2026-01-31"), "0", "{profile:?}");
        assert_eq!(result(&firm, "2026-03-31"), "30", "{profile:?}");
        // What comes later, of January, has both posted again; the month asks for it.
        buy(&firm, "2", "2026-01-20");
        let line = NewLine::new(bolt(), pcs("5"));
        firm.must(&PlaceOrders::new(vec![NewOrder::new("2", "C-1", day("2026-01-20")).line(line)]));
        firm.must(&Deliver::new(vec![NewDelivery::new("2", "2", day("2026-01-21"))]));
        let january = CloseMonth::ending(day("2026-01-31"));
        let refused = firm.send(&january).unwrap_err().to_string();
        assert!(refused.contains("PostAccruals on 2026-01-31 again"), "{refused}");
        firm.must(&PostAccruals::on(day("2026-01-31")));
        let again = firm.send(&PostAccruals::on(day("2026-01-31"))).unwrap_err();
        assert!(again.to_string().contains("nothing of the time"), "{again}");
        assert_eq!(result(&firm, "2026-01-31"), "30", "{profile:?}");
        firm.must(&PostAccruals::on(day("2026-03-31")));
        assert_eq!(result(&firm, "2026-03-31"), "60", "{profile:?}");
        firm.must(&january);
        firm.clean();
    }
}

#[test]
fn each_ledger_values_stock_by_its_own_table() {
    for leading in Profile::ALL {
        for beside in Profile::ALL {
            let firm = Firm::of(&set_up().profiled(leading));
            firm.must(&DefineLedger::new("tax", "Tax"));
            firm.must(&OpenJournal::new("TAX", "Tax").in_ledger("tax"));
            firm.must(&SetProfile::beside("tax", beside.table().unwrap(), "tax", "TAX"));
            buy(&firm, "1", "2026-01-10");
            sell(&firm, "1", "2026-02-10");
            firm.must(&PostAccruals::on(day("2026-01-31")));
            firm.must(&PostAccruals::on(day("2026-03-31")));
            let books = firm.company.books().clone();
            let tax = books.clone().of_ledger("tax");
            for books in [books, tax] {
                let statement = books.income_statement(day("2026-01-01"), day("2026-03-31"));
                let result = statement.unwrap().result;
                assert_eq!(result, "30".parse().unwrap(), "{leading:?} and {beside:?}");
            }
            firm.clean();
        }
    }
}

#[test]
fn a_profile_takes_the_place_of_that_of_its_ledger() {
    let firm = Firm::new();
    let table = Profile::PeriodicAngloSaxon.table().unwrap();
    let set = |profile: &str, ledger: Option<&str>, journal: Option<&str>| SetProfile {
        profile: profile.into(),
        postings: table.clone(),
        ledger: ledger.map(Into::into),
        journal: journal.map(Into::into),
    };
    for (wrong, what) in [
        (set("tax", Some("tax"), Some("TAX")), "ledger"),
        (set("tax", None, Some("NONE")), "journal of the ledger"),
    ] {
        let refused = firm.send(&wrong).unwrap_err().to_string();
        assert!(refused.contains(what), "{refused}");
    }
    let mut lacks = set("zz", None, None);
    lacks.postings = "receipt cost stock pay_rounding".parse().unwrap();
    assert!(
        firm.company
            .view(|view| {
                let rules = view.peek_scan(&Range::<AccountRow>::all())?;
                Ok::<_, CompanyError>(rules.iter().all(|row| row.role != Role::PayRounding))
            })
            .unwrap()
            == firm.send(&lacks).is_err()
    );
    firm.must(&set("zz", None, None));
    buy(&firm, "1", "2026-01-10");
    assert_eq!(firm.balances(["1400", "2050"]), ["0", "0"]); // expensed, as the periodic table says
}

#[test]
fn what_no_order_has_is_blocked_above_the_tolerance() {
    let firm = Firm::new();
    firm.must(&SetTolerances {
        amount: Some(eur("50")),
        ..SetTolerances::new(Rate::ZERO, Rate::ZERO)
    });
    for (code, price, is_blocked) in [("1", "50", false), ("2", "50.01", true)] {
        let charge =
            NewLine::service("Advice", pcs("1"), format!("{price} EUR/pcs").parse().unwrap());
        let bill = NewBill::new(code, "V-1", day("2026-02-04")).charge(charge);
        firm.must(&EnterBills::new(vec![bill]));
        let bill = firm.company.document(DocumentKind::Bill, code).unwrap().unwrap();
        assert_eq!(bill.blocked.get().is_some(), is_blocked);
    }
}

#[test]
fn a_receipt_that_was_billed_costs_what_its_bill_says() {
    let firm = Firm::new();
    buy(&firm, "1", "2026-01-10");
    let of = firm.company.lines(DocumentKind::Receipt, "1").unwrap()[0].stock_move.unwrap();
    let change = fondaco::inventory::value::CorrectReceiptCost::new(of, eur("55"));
    let refused = firm.send(&ChangeCost::Receipt(change)).unwrap_err().to_string();
    assert!(refused.contains("costs what its bill says"), "{refused}");
}

/// What was invoiced ahead is not earned before it is shipped, also when no more of its order will be.
#[test]
fn what_was_invoiced_ahead_waits_though_its_order_is_closed_short() {
    for profile in Profile::ALL {
        let firm = Firm::of(&set_up().profiled(profile)).stocked(bolt(), "10", "40", "2026-02-01");
        let order = NewOrder::new("1", "C-1", day("2026-03-02"));
        firm.must(&PlaceOrders::new(vec![order.line(NewLine::new(bolt(), pcs("10")))]));
        let ahead = NewInvoice::new("1", "1", day("2026-03-03")).ahead();
        firm.must(&InvoiceCustomers::new(vec![ahead]));
        let some = NewDelivery::new("1", "1", day("2026-03-04")).line(PartLine::new(1, pcs("4")));
        firm.must(&Deliver::new(vec![some]));
        firm.must(&CloseOrders::new(vec![Named::new(DocumentKind::SalesOrder, "1")]));
        firm.must(&PostAccruals::on(day("2026-03-31")));
        let books = firm.company.books();
        let statement = books.income_statement(day("2026-03-01"), day("2026-03-31")).unwrap();
        // Four of ten at 10, which cost 4.
        assert_eq!(statement.result.normalize().to_string(), "24", "{profile:?}");
        firm.clean();
    }
}
