//! Production that is taken back, step by step; and what is refused.

use fondaco::company::*;
use fondaco::inventory::valuation::Method;
use fondaco::prelude::*;

use crate::firm::*;
use crate::workshop::*;

const ACCOUNTS: [&str; 10] =
    ["1400", "1440", "5100", "5400", "5410", "5430", "5440", "5460", "5470", "5480"];

type State = ([String; 10], [Quantity; 4], Status, (i64, i64, i64));

/// What accounts stand at, what is there, on order and promised, and how the work order stands.
fn state(firm: &Firm) -> State {
    let (stock, main) = (firm.company.stock(), SiteId::named("MAIN"));
    let order = firm.company.work_order("W-1").unwrap();
    let order = order.map_or((0, 0, 0), |order| {
        (order.completed.units(), order.scrapped.units(), order.in_progress.units())
    });
    let quantities = [
        stock.on_hand(bolt(), main),
        stock.on_hand(gear(), main),
        stock.on_order(gear(), main),
        stock.promised(bolt(), main),
    ];
    let status = firm.company.document(DocumentKind::WorkOrder, "W-1").unwrap();
    (
        firm.balances(ACCOUNTS),
        quantities.map(Result::unwrap),
        status.map_or(Status::Cancelled, |one| one.status),
        order,
    )
}

#[test]
fn production_is_taken_back_step_by_step() {
    for (method, standard) in
        [(Method::Average, None), (Method::Fifo, None), (Method::Average, Some("20"))]
    {
        let firm = Firm::of(&by(method)).workshop();
        let firm = match standard {
            Some(cost) => firm.gears_at(cost),
            None => firm,
        };
        let firm = firm.ten_gears();
        let date = day("2026-03-05");
        let mut states = vec![state(&firm)];
        let issue = NewIssue::new("M-1", "W-1", date).line(IssueLine::new(1, pcs("20")));
        firm.must(&IssueMaterial::new(vec![issue]));
        states.push(state(&firm));
        let back = NewReturn::new("MR-1", "M-1", date).line(PartLine::new(1, pcs("4")));
        firm.must(&ReturnMaterial::new(vec![back]));
        states.push(state(&firm));
        let time = NewTime::new("T-1", "W-1", date).labour("SAW", hours("2.5"));
        firm.must(&BookTime::new(vec![time]));
        states.push(state(&firm));
        let made = NewCompletion::new("C-1", "W-1", date).good(pcs("5")).scrapped(pcs("2"));
        firm.must(&CompleteWorkOrders::new(vec![made.abnormal().as_issued()]));
        states.push(state(&firm));
        firm.must(&BookTime::new(vec![
            NewTime::new("T-2", "W-1", date).overhead("SAW", hours("1.25")),
        ]));
        states.push(state(&firm));
        firm.must(&CloseWorkOrders::new(vec![NewClose::new("W-1", date)]));
        firm.clean();
        for (kind, code) in [
            (DocumentKind::ProductionClose, "W-1"),
            (DocumentKind::TimeBooking, "T-2"),
            (DocumentKind::Completion, "C-1"),
            (DocumentKind::TimeBooking, "T-1"),
            (DocumentKind::MaterialReturn, "MR-1"),
            (DocumentKind::MaterialIssue, "M-1"),
        ] {
            firm.must(&Cancel::one(kind, code, day("2026-04-01")));
            firm.clean();
            assert_eq!(state(&firm), states.pop().unwrap(), "{code} by {method} {standard:?}");
            let again = firm.send(&Cancel::one(kind, code, day("2026-04-01"))).unwrap_err();
            assert_eq!(again.code(), "company.wrong_state");
        }
        firm.must(&Cancel::one(DocumentKind::WorkOrder, "W-1", day("2026-04-01")));
        firm.clean();
        let (stock, main) = (firm.company.stock(), SiteId::named("MAIN"));
        assert_eq!(stock.on_order(gear(), main).unwrap(), pcs("0"));
        assert_eq!(stock.promised(bolt(), main).unwrap(), pcs("0"));
    }
}

/// A refusal, which leaves nothing.
fn refused<C: fondaco::core::Act<Error = CompanyError>>(firm: &Firm, command: &C) -> String {
    let position = || firm.company.view(|view| Ok::<_, CompanyError>(view.position())).unwrap();
    let before = position();
    let Err(error) = firm.send(command) else { panic!("it was not refused") };
    assert_eq!(position(), before, "{error}");
    firm.clean();
    format!("{}: {error}", error.code())
}

#[test]
fn what_is_refused_names_document_line_value_and_way_out() {
    let firm = Firm::new().workshop().ten_gears();
    let date = day("2026-03-05");
    let plan = |order: NewWorkOrder| PlanWorkOrders::new(vec![order]);
    let order = |code: &str, item| NewWorkOrder::new(code, item, pcs("3"), date);
    assert_eq!(
        refused(&firm, &plan(order("W-2", bolt()))),
        "company.no_bill: item 0 (counted from 0): work_order/W-2: no bill of material of item BOLT holds on 2026-03-05: \
         set one with SetBills, or give the order its material"
    );
    let version = NewWorkOrder { version: Some("9".into()), ..order("W-2", gear()) };
    assert!(refused(&firm, &plan(version)).starts_with("company.no_version"));
    assert!(refused(&firm, &plan(order("W-1", gear()))).starts_with("company.document_exists"));
    let unknown = order("W-2", gear()).labour("LATHE", hours("1"));
    assert!(refused(&firm, &plan(unknown)).contains("there is no work centre LATHE"));
    let complete = |made: NewCompletion| CompleteWorkOrders::new(vec![made]);
    let made = |code: &str| NewCompletion::new(code, "W-1", date);
    let some =
        NewIssue::new("M-1", "W-1", date).line(IssueLine::new(1, pcs("9"))).line(IssueLine::all(2));
    firm.must(&IssueMaterial::new(vec![some]));
    assert_eq!(
        refused(&firm, &complete(made("C-1").good(pcs("5")))),
        "company.not_issued: item 0 (counted from 0): completion/C-1: what is made takes 10 pcs of BOLT, and 9 pcs was issued to \
         work_order/W-1, line 1: issue the rest, complete less, complete with backflush, or say that it was made of what was issued"
    );
    assert_eq!(
        refused(&firm, &complete(made("C-1").good(pcs("9")).scrapped(pcs("2")).as_issued())),
        "company.over_made: item 0 (counted from 0): completion/C-1: 11 pcs is more than the 10 pcs that is left to make of \
         work_order/W-1: complete less, or plan another order for the rest"
    );
    firm.must(&plan(order("W-2", gear())));
    let planned = NewIssue::new("M-2", "W-2", date);
    assert!(
        refused(&firm, &IssueMaterial::new(vec![planned]))
            .contains("work_order/W-2 is planned: release it with ReleaseWorkOrders first")
    );
    let close = |code: &str| CloseWorkOrders::new(vec![NewClose::new(code, date)]);
    assert!(refused(&firm, &close("W-2")).contains("cancel what was not begun"));
    let hours_line = NewIssue::new("M-2", "W-1", date).line(IssueLine::new(3, pcs("1")));
    assert!(
        refused(&firm, &IssueMaterial::new(vec![hours_line]))
            .contains("line 3: it is labour, and a component can be issued")
    );
    let twice = NewIssue::new("M-2", "W-1", date).line(IssueLine::all(1)).line(IssueLine::all(1));
    assert!(refused(&firm, &IssueMaterial::new(vec![twice])).starts_with("company.nothing_left"));
    let no_line = NewIssue::new("M-2", "W-1", date).line(IssueLine::all(9));
    assert!(refused(&firm, &IssueMaterial::new(vec![no_line])).starts_with("company.unknown_line"));
    let too_much = NewIssue::new("M-2", "W-1", date).line(IssueLine::new(1, pcs("90")));
    assert!(
        refused(&firm, &IssueMaterial::new(vec![too_much])).contains("material_issue/M-2, line")
    );
    let shared = order("W-3", gear()).output(WorkOutput {
        item: chips(),
        quantity: Some(pcs("1")),
        value: Some(OutputValue::Share(Rate::percent("100").unwrap())),
    });
    assert!(refused(&firm, &plan(shared)).starts_with("company.all_shared"));
    firm.must(&complete(made("C-1").good(pcs("4"))));
    let service = NewLine::service("Hardened", pcs("1"), "5 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![NewOrder::new("PO-1", "V-1", date).line(service)]));
    firm.must(&EnterBills::new(vec![NewBill::new("B-1", "V-1", date).order("PO-1")]));
    let late = NewReceipt::new("R-1", "PO-1", date).line(ReceivedLine::all(1).into_work("W-1"));
    assert!(refused(&firm, &Receive::new(vec![late])).contains("cancel the bill first"));
    let in_use = Cancel::one(DocumentKind::WorkOrder, "W-1", date);
    assert!(refused(&firm, &in_use).contains("rests on it; cancel that first"));
    firm.must(&close("W-1"));
    let closed = Cancel::one(DocumentKind::Completion, "C-1", date);
    assert!(refused(&firm, &closed).contains("work_order/W-1 is closed"));
    assert!(refused(&firm, &complete(made("C-2"))).contains("cancel its production_close first"));
}
