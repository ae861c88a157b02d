//! From the plan to the goods: each step's entries, worked out by hand; and the same profit by every profile.

use fondaco::company::posting::Profile;
use fondaco::company::*;
use fondaco::inventory::bills::{self, NewComponent, SetBills};
use fondaco::inventory::valuation::Method;
use fondaco::prelude::*;

use crate::firm::*;
use crate::workshop::*;

/// Stock, work in progress, labour and overhead absorbed, scrap.
const BOOKS: [&str; 5] = ["1400", "1440", "5400", "5410", "5480"];
const VARIANCES: [&str; 6] = ["5100", "5430", "5440", "5450", "5460", "5470"];

fn issue_all(firm: &Firm, code: &str) {
    let all = NewIssue::new(code, "W-1", day("2026-03-03"));
    firm.must(&IssueMaterial::new(vec![all]));
}

fn work(firm: &Firm, labour: &str, overhead: &str) {
    let time = NewTime::new("T-1", "W-1", day("2026-03-04"));
    let time = time.labour("SAW", hours(labour)).overhead("SAW", hours(overhead));
    firm.must(&BookTime::new(vec![time]));
}

fn complete(firm: &Firm, made: NewCompletion) {
    firm.must(&CompleteWorkOrders::new(vec![made]));
    firm.clean();
}

fn close(firm: &Firm) {
    close_on(firm, "2026-03-31");
}

fn close_on(firm: &Firm, date: &str) {
    firm.must(&CloseWorkOrders::new(vec![NewClose::new("W-1", day(date))]));
    firm.clean();
    assert_eq!(firm.status("W-1"), Status::Closed);
    assert_eq!(firm.balance("1440"), "0");
}

fn made(code: &str) -> NewCompletion {
    NewCompletion::new(code, "W-1", day("2026-03-06"))
}

#[test]
fn what_is_made_costs_what_went_in() {
    let firm = Firm::new().workshop().ten_gears();
    let stock = firm.company.stock();
    let main = SiteId::named("MAIN");
    assert_eq!(firm.status("W-1"), Status::Released);
    assert_eq!(stock.on_order(gear(), main).unwrap(), pcs("10"));
    assert_eq!(stock.promised(nut(), main).unwrap(), pcs("40"));
    issue_all(&firm, "M-1");
    assert_eq!(firm.status("W-1"), Status::InProgress);
    assert_eq!(stock.promised(nut(), main).unwrap(), pcs("0"));
    assert_eq!(firm.balances(BOOKS), ["100", "100", "0", "0", "0"]);
    work(&firm, "3", "1");
    assert_eq!(firm.balances(BOOKS), ["100", "202", "-90", "-12", "0"]);
    complete(&firm, made("C-1").good(pcs("4")));
    assert_eq!(firm.balances(BOOKS), ["180.8", "121.2", "-90", "-12", "0"]);
    assert_eq!(stock.on_order(gear(), main).unwrap(), pcs("6"));
    complete(&firm, made("C-2"));
    assert_eq!(firm.status("W-1"), Status::Finished);
    assert_eq!(firm.balances(BOOKS), ["302", "0", "-90", "-12", "0"]);
    close(&firm);
    assert_eq!(firm.worth(gear()), "202");
    let order = firm.company.work_order("W-1").unwrap().unwrap();
    assert_eq!((order.completed, order.in_progress.units()), (order.quantity, 0));
}

#[test]
fn what_comes_later_is_put_upon_what_was_made_wherever_it_is() {
    // Of a moving average stock bears what it covers; of layers each issue what its layer cost.
    for (method, sent, there) in [(Method::Average, "20", "182"), (Method::Fifo, "40.4", "161.6")] {
        let firm = Firm::of(&by(method)).workshop().ten_gears();
        issue_all(&firm, "M-1");
        complete(&firm, made("C-1").good(pcs("4"))); // 40 of 100
        let sold = NewOrder::new("SO-1", "C-1", day("2026-03-07"))
            .line(NewLine::new(gear(), pcs("2")).price("50 EUR/pcs".parse().unwrap()));
        firm.must(&PlaceOrders::new(vec![sold]));
        firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-07"))]));
        assert_eq!(firm.balance("1420"), "20");
        complete(&firm, made("C-2")); // the rest
        work(&firm, "3", "1");
        assert_eq!(firm.balance("1440"), "102");
        close(&firm);
        // Ten gears cost 202; two of them are gone.
        let worth = (firm.balance("1420"), firm.worth(gear()));
        assert_eq!(worth, (sent.into(), there.into()), "{method}");
        assert_eq!(firm.balances(VARIANCES), ["0"; 6]);
    }
}

#[test]
fn beside_a_standard_everything_is_a_variance_by_its_cause() {
    let firm = Firm::new().workshop().gears_at("20.20").ten_gears();
    let more = NewIssue::new("M-1", "W-1", day("2026-03-03"))
        .line(IssueLine::new(1, pcs("22")))
        .line(IssueLine::all(2));
    firm.must(&IssueMaterial::new(vec![more]));
    let dear = TimeLine {
        centre: "SAW".into(),
        kind: WorkLineKind::Labour,
        hours: hours("3.5"),
        rate: Some("32 EUR/h".parse().unwrap()),
    };
    let time = NewTime::new("T-1", "W-1", day("2026-03-04")).line(dear).overhead("SAW", hours("1"));
    firm.must(&BookTime::new(vec![time]));
    complete(&firm, made("C-1").good(pcs("9")).scrapped(pcs("1")));
    assert_eq!(firm.worth(gear()), "181.8");
    assert_eq!(firm.balance("1440"), "50.2");
    close(&firm);
    // Two bolts more; 2 an hour more for 3.5 h; half an hour more at 30; one gear less of 20.20.
    assert_eq!(firm.balances(VARIANCES), ["0", "8", "7", "15", "20.2", "0"]);
}

#[test]
fn what_is_scrapped_beyond_what_is_usual_is_lost_and_the_rest_is_borne() {
    let firm = Firm::new().workshop().ten_gears();
    issue_all(&firm, "M-1");
    work(&firm, "3", "1");
    complete(&firm, made("C-1").good(pcs("4")).scrapped(pcs("1")));
    assert_eq!(firm.worth(gear()), "101"); // five cost that
    complete(&firm, made("C-2").good(pcs("3")).scrapped(pcs("2")).abnormal());
    assert_eq!(firm.worth(gear()), "161.6");
    assert_eq!(firm.balances(BOOKS), ["261.6", "0", "-90", "-12", "40.4"]);
    close(&firm);
}

#[test]
fn beside_a_standard_what_is_lost_or_shared_is_of_what_was_spent() {
    // Ten gears cost 202, whatever five of them were credited at before; two of the rest are lost, or in one act with those.
    for standard in ["12", "20.20", "60"] {
        for at_once in [false, true] {
            let firm = Firm::new().workshop().gears_at(standard).ten_gears();
            issue_all(&firm, "M-1");
            work(&firm, "3", "1");
            let five = made("C-1").good(pcs("5"));
            let lost = made("C-2").good(pcs("0")).scrapped(pcs("2")).abnormal();
            match at_once {
                true => drop(firm.must(&CompleteWorkOrders::new(vec![five, lost]))),
                false => {
                    complete(&firm, five);
                    complete(&firm, lost);
                }
            }
            firm.clean();
            assert_eq!(firm.balance("5480"), "40.4", "{standard} {at_once}");
            complete(&firm, made("C-3"));
            close(&firm);
        }
    }
    // Chips take a fifth of what the last five cost.
    let firm = Firm::new().workshop().gears_at("12").stocked(bolt(), "40", "160", "2026-02-01");
    let value = Some(OutputValue::Share(Rate::percent("20").unwrap()));
    let chips = WorkOutput { item: chips(), quantity: Some(pcs("10")), value };
    let order = NewWorkOrder::new("W-1", gear(), pcs("10"), day("2026-03-02"));
    let order = order.material(bolt(), pcs("25")).output(chips);
    firm.must(&PlanWorkOrders::new(vec![order.released()]));
    issue_all(&firm, "M-1");
    complete(&firm, made("C-1").good(pcs("5")));
    complete(&firm, made("C-2"));
    assert_eq!(firm.worth(crate::workshop::chips()), "20");
    close(&firm);
}

#[test]
fn nothing_is_made_of_what_came_on_a_later_day() {
    let firm = Firm::new().workshop().ten_gears();
    let some = |code: &str, date: &str, bolts: &str, nuts: &str| {
        let issue = NewIssue::new(code, "W-1", day(date));
        issue.line(IssueLine::new(1, pcs(bolts))).line(IssueLine::new(2, pcs(nuts)))
    };
    firm.must(&IssueMaterial::new(vec![some("M-1", "2026-03-01", "10", "20")]));
    firm.must(&IssueMaterial::new(vec![some("M-2", "2026-03-06", "10", "20")]));
    let on = |code: &str, date: &str, good: &str| {
        CompleteWorkOrders::new(vec![NewCompletion::new(code, "W-1", day(date)).good(pcs(good))])
    };
    let early = firm.send(&on("C-1", "2026-03-02", "6")).unwrap_err();
    assert_eq!(early.code(), "company.made_too_early");
    let said = "completion/C-1: on 2026-03-02 work_order/W-1 had cost 50.00 EUR, and what is made costs 60.00 EUR";
    assert!(early.to_string().contains(said), "{early}");
    // What had gone in by then is enough for five.
    firm.must(&on("C-1", "2026-03-02", "5"));
    firm.must(&on("C-2", "2026-03-07", "5"));
    let again = firm.send(&on("C-3", "2026-03-08", "1")).unwrap_err();
    assert_eq!(again.code(), "company.over_made");
    let state = firm.company.close_state(&CloseMonth::ending(day("2026-03-31"))).unwrap();
    let of_work = state.steps.iter().filter(|step| step.code == "work" && !step.blocks);
    let text: Vec<&str> = of_work.map(|step| step.text.as_str()).collect();
    assert_eq!(text, ["CloseWorkOrders that all was made of: work_order/W-1 and 0 more"]);
    close(&firm);
}

#[test]
fn what_comes_late_is_shared_with_what_came_out_besides() {
    let output = |item, value| WorkOutput { item, quantity: Some(pcs("10")), value: Some(value) };
    let of = |share: &str| OutputValue::Share(Rate::percent(share).unwrap());
    for early in [true, false] {
        let firm = Firm::new().workshop().stocked(bolt(), "40", "160", "2026-02-01");
        let order = NewWorkOrder::new("W-1", gear(), pcs("10"), day("2026-03-02"));
        let order = order.material(bolt(), pcs("25")).output(output(chips(), of("20")));
        let nuts = output(nut(), OutputValue::Price("0.50 EUR/pcs".parse().unwrap()));
        firm.must(&PlanWorkOrders::new(vec![order.output(nuts).released()]));
        issue_all(&firm, "M-1");
        if early {
            work(&firm, "2", "1");
        }
        complete(&firm, made("C-1").good(pcs("4")));
        complete(&firm, made("C-2"));
        if !early {
            work(&firm, "2", "1");
        }
        close(&firm);
        // Bolts for 100 and hours for 72: a fifth of it is borne by the chips, nuts have their price.
        let worth = [chips(), nut(), gear()].map(|item| firm.worth(item));
        assert_eq!(worth, ["34.4", "5", "132.6"], "{early}");
        firm.must(&Cancel::one(DocumentKind::ProductionClose, "W-1", day("2026-04-01")));
        firm.clean();
    }
}

#[test]
fn what_comes_out_besides_takes_a_price_or_a_share() {
    let output = |value| WorkOutput { item: chips(), quantity: None, value: Some(value) };
    for (value, chips_worth) in [
        (OutputValue::Price("0.20 EUR/pcs".parse().unwrap()), "2"),
        (OutputValue::Share(Rate::percent("10").unwrap()), "10"),
    ] {
        let firm = Firm::new().workshop().stocked(bolt(), "40", "160", "2026-02-01");
        let bolts = vec![NewComponent::new(bolt(), pcs("2.5").round(0, Rounding::Down))];
        let mut bill = bills::NewBill::new(gear(), "2", pcs("1"), bolts);
        bill.outputs.push(leaves_chips());
        bill.priority = 1;
        firm.must(&SetBills::new(vec![bill]));
        let mut order = NewWorkOrder::new("W-1", gear(), pcs("10"), day("2026-03-02"));
        order = order
            .material(bolt(), pcs("25"))
            .output(WorkOutput { quantity: Some(pcs("10")), ..output(value) });
        firm.must(&PlanWorkOrders::new(vec![order.released()]));
        issue_all(&firm, "M-1");
        complete(&firm, made("C-1").good(pcs("4")));
        complete(&firm, made("C-2"));
        assert_eq!(firm.worth(chips()), chips_worth);
        close(&firm);
        let gears: Decimal = firm.worth(gear()).parse().unwrap();
        assert_eq!(gears + chips_worth.parse::<Decimal>().unwrap(), 100.into());
        // The bill says them too.
        let of_bill = NewWorkOrder {
            version: Some("2".into()),
            ..NewWorkOrder::new("W-2", gear(), pcs("3"), day("2026-03-02"))
        };
        firm.must(&PlanWorkOrders::new(vec![of_bill.output(output(value))]));
        let lines = firm.company.work_lines("W-2").unwrap();
        let said: Vec<_> =
            lines.iter().map(|line| (line.kind, line.planned.to_decimal())).collect();
        assert_eq!(said, [(WorkLineKind::Component, 6.into()), (WorkLineKind::Output, 3.into())]);
    }
}

#[test]
fn material_comes_back_is_taken_instead_and_with_what_is_made() {
    let firm = Firm::new().workshop().ten_gears();
    let main = SiteId::named("MAIN");
    let stock = firm.company.stock();
    let part = NewIssue::new("M-1", "W-1", day("2026-03-03")).line(IssueLine::new(1, pcs("8")));
    firm.must(&IssueMaterial::new(vec![part]));
    let back = NewReturn::new("MR-1", "M-1", day("2026-03-03")).line(PartLine::new(1, pcs("3")));
    firm.must(&ReturnMaterial::new(vec![back]));
    assert_eq!(firm.balance("1440"), "20");
    // Ten of forty nuts are replaced by five bolts.
    let other = IssueLine::new(2, pcs("10")).instead(bolt(), pcs("5"));
    let other = NewIssue::new("M-2", "W-1", day("2026-03-03")).line(other);
    firm.must(&IssueMaterial::new(vec![other]));
    assert_eq!(firm.balance("1440"), "40");
    assert_eq!(stock.promised(nut(), main).unwrap(), pcs("30"));
    firm.clean();
    complete(&firm, made("C-1").good(pcs("4")).backflush());
    // Eight bolts for four gears: five were there. Nuts: sixteen, less ten.
    let issue = firm.company.lines(DocumentKind::MaterialIssue, "C-1").unwrap();
    let taken: Vec<_> = issue.iter().map(|line| line.quantity.to_decimal()).collect();
    assert_eq!(taken, [3.into(), 6.into()]);
    complete(&firm, made("C-2").backflush());
    assert_eq!(stock.on_hand(nut(), main).unwrap(), pcs("50"));
    assert_eq!(stock.on_hand(bolt(), main).unwrap(), pcs("15"));
    close(&firm);
    assert_eq!(firm.worth(gear()), "115"); // twenty bolts, five more, thirty nuts
    assert_eq!(stock.promised(bolt(), main).unwrap(), pcs("0"));
}

#[test]
fn what_is_closed_early_is_not_on_order_any_more() {
    let firm = Firm::new().workshop().ten_gears();
    let main = SiteId::named("MAIN");
    complete(&firm, made("C-1").good(pcs("2")).backflush());
    close(&firm);
    let stock = firm.company.stock();
    assert_eq!(stock.on_order(gear(), main).unwrap(), pcs("0"));
    assert_eq!(stock.promised(nut(), main).unwrap(), pcs("0"));
    assert_eq!(firm.worth(gear()), "20");
}

/// Six of ten gears are sold at 50; another order is begun. At 20.20 each 102 of hours are absorbed, and 30 in what is not made yet.
pub fn six_gears_sold(profile: Profile, standard: Option<&str>) -> Firm {
    let firm = Firm::of(&set_up().profiled(profile)).workshop();
    let firm = match standard {
        Some(cost) => firm.gears_at(cost),
        None => firm,
    };
    let firm = firm.ten_gears();
    issue_all(&firm, "M-1");
    work(&firm, "3", "1");
    complete(&firm, made("C-1"));
    firm.must(&CloseWorkOrders::new(vec![NewClose::new("W-1", day("2026-03-10"))]));
    let sold = NewOrder::new("SO-1", "C-1", day("2026-03-11"))
        .line(NewLine::new(gear(), pcs("6")).price("50 EUR/pcs".parse().unwrap()));
    firm.must(&PlaceOrders::new(vec![sold]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-11"))]));
    firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-03-11"))]));
    let next = NewWorkOrder::new("W-2", gear(), pcs("5"), day("2026-03-12"));
    firm.must(&PlanWorkOrders::new(vec![next.released()]));
    firm.must(&IssueMaterial::new(vec![NewIssue::new("M-2", "W-2", day("2026-03-12"))]));
    let time = NewTime::new("T-2", "W-2", day("2026-03-12")).labour("SAW", hours("1"));
    firm.must(&BookTime::new(vec![time]));
    firm.must(&PostAccruals::on(day("2026-03-31")));
    firm.clean();
    firm
}

#[test]
fn every_profile_shows_the_same_profit_of_what_is_made() {
    for (standard, profit) in [(None, "310.80"), (Some("20"), "310.00")] {
        for profile in Profile::ALL {
            let firm = six_gears_sold(profile, standard);
            let books = firm.company.books();
            let statement = books.income_statement(day("2026-01-01"), day("2026-03-31")).unwrap();
            assert_eq!(statement.result, profit.parse().unwrap(), "{profile:?} {standard:?}");
            let sheet = books.balance_sheet(day("2026-03-31")).unwrap();
            assert_eq!(sheet.assets.total, sheet.financing(), "{profile:?}");
        }
    }
}

/// Bolts lie at the works, which make gears of them for 5 each; the bill is dearer by a tenth.
fn subcontracted(firm: Firm) -> Firm {
    let works = Location::new("WORKS", "At the works", SiteId::named("MAIN"), "MAIN");
    firm.must(&OpenLocations::new(vec![works]));
    let firm =
        firm.stocked(bolt(), "40", "160", "2026-02-01").stocked(nut(), "80", "40", "2026-02-01");
    let sent = vec![
        NewMove::transfer(bolt(), pcs("20"), ("MAIN", "WORKS"), day("2026-03-01")),
        NewMove::transfer(nut(), pcs("40"), ("MAIN", "WORKS"), day("2026-03-01")),
    ];
    firm.must(&MoveGoods::new(sent));
    let order = NewWorkOrder::new("W-1", gear(), pcs("10"), day("2026-03-02"));
    firm.must(&PlanWorkOrders::new(vec![order.material_from("WORKS").released()]));
    let service = NewLine::service("Make gears", pcs("10"), "5 EUR/pcs".parse().unwrap());
    firm.must(&OrderGoods::new(vec![
        NewOrder::new("PO-1", "V-1", day("2026-03-02")).line(service),
    ]));
    let came = ReceivedLine::new(1, pcs("10")).into_work("W-1");
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", day("2026-03-06")).line(came)]));
    firm.clean();
    firm
}

#[test]
fn what_others_make_of_our_material_costs_both() {
    let firm = subcontracted(Firm::new().workshop());
    assert_eq!(firm.balances(["1440", "2050"]), ["50", "-50"]);
    complete(&firm, made("C-1").backflush());
    assert_eq!(firm.worth(gear()), "150");
    let dear = BillLine::all(1).at("5.50 EUR/pcs".parse().unwrap());
    let bill = NewBill::new("B-1", "V-1", day("2026-03-20")).order("PO-1").line(dear);
    firm.must(&EnterBills::new(vec![bill]));
    firm.clean();
    assert_eq!(firm.balances(["1440", "2050", "5100", "6000"]), ["0", "0", "5", "0"]);
    let receipt = || Cancel::one(DocumentKind::Receipt, "R-1", day("2026-04-01"));
    assert_eq!(firm.send(&receipt()).unwrap_err().code(), "company.in_use");
    firm.must(&Cancel::one(DocumentKind::Bill, "B-1", day("2026-04-01")));
    firm.clean();
    assert_eq!(firm.balances(["1440", "2050", "5100"]), ["0", "-50", "0"]);
    firm.must(&receipt());
    firm.clean();
    assert_eq!(firm.balances(["1440", "2050", "5100"]), ["-50", "0", "0"]);
    let again = ReceivedLine::new(1, pcs("10")).into_work("W-1");
    firm.must(&Receive::new(vec![NewReceipt::new("R-2", "PO-1", day("2026-04-02")).line(again)]));
    close_on(&firm, "2026-04-02");
    assert_eq!(firm.worth(gear()), "150");
}

#[test]
fn also_of_what_others_make_every_profile_shows_the_same_profit() {
    for profile in Profile::ALL {
        let firm = subcontracted(Firm::of(&set_up().profiled(profile)).workshop());
        complete(&firm, made("C-1").good(pcs("6")).backflush());
        let half = BillLine::new(1, pcs("4"));
        let bill = NewBill::new("B-1", "V-1", day("2026-03-20")).order("PO-1").line(half);
        firm.must(&EnterBills::new(vec![bill]));
        let sold = NewOrder::new("SO-1", "C-1", day("2026-03-11"))
            .line(NewLine::new(gear(), pcs("2")).price("50 EUR/pcs".parse().unwrap()));
        firm.must(&PlaceOrders::new(vec![sold]));
        firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", day("2026-03-11"))]));
        firm.must(&InvoiceCustomers::new(vec![NewInvoice::new("I-1", "SO-1", day("2026-03-11"))]));
        firm.must(&PostAccruals::on(day("2026-03-31")));
        firm.clean();
        let statement = firm.company.books().income_statement(day("2026-01-01"), day("2026-03-31"));
        // Each gear costs 10 of material and 5 of work.
        assert_eq!(statement.unwrap().result, "70.00".parse().unwrap(), "{profile:?}");
    }
}

#[test]
fn what_is_no_good_is_worked_on_again() {
    let firm = Firm::new().workshop().ten_gears();
    complete(&firm, made("C-1").backflush());
    let again =
        NewWorkOrder::new("W-2", gear(), pcs("3"), day("2026-03-10")).material(gear(), pcs("3"));
    firm.must(&PlanWorkOrders::new(vec![again.released()]));
    let time = NewTime::new("T-2", "W-2", day("2026-03-10")).labour("SAW", hours("0.5"));
    firm.must(&BookTime::new(vec![time]));
    let made = NewCompletion::new("C-2", "W-2", day("2026-03-11")).backflush();
    firm.must(&CompleteWorkOrders::new(vec![made]));
    firm.must(&CloseWorkOrders::new(vec![NewClose::new("W-2", day("2026-03-11"))]));
    firm.clean();
    assert_eq!(firm.balances(["1440", "5400"]), ["0", "-15"]);
    assert_eq!(firm.worth(gear()), "115");
}

#[test]
fn a_lot_that_is_made_knows_what_it_was_made_of() {
    let firm = Firm::new().workshop();
    let by_lots =
        |code: &str| Item { tracking: Tracking::Lot, ..Item::new(code, code, Unit::PIECE) };
    let (steel, shaft) = (by_lots("STEEL"), by_lots("SHAFT"));
    let (steel_id, shaft_id) = (steel.id, shaft.id);
    firm.must(&AddItems::new(vec![steel, shaft]));
    let lots = ["S-1", "S-2"].map(|code| NewLot::new(steel_id, code)).to_vec();
    let lots = firm.must(&AddLots::new(lots));
    let come = |lot| {
        NewMove::receipt(steel_id, pcs("5"), "MAIN", day("2026-02-01")).cost(eur("10")).lot(lot)
    };
    firm.must(&MoveGoods::new(lots.iter().copied().map(come).collect()));
    let order = NewWorkOrder::new("W-1", shaft_id, pcs("3"), day("2026-03-02"));
    firm.must(&PlanWorkOrders::new(vec![order.material(steel_id, pcs("6")).released()]));
    let both = NewIssue::new("M-1", "W-1", day("2026-03-03"))
        .line(IssueLine::new(1, pcs("5")).lot(lots[0]))
        .line(IssueLine::new(1, pcs("1")).lot(lots[1]));
    firm.must(&IssueMaterial::new(vec![both]));
    let without = CompleteWorkOrders::new(vec![made("C-1")]);
    assert!(firm.send(&without).unwrap_err().to_string().contains("completion/C-1, line 1"));
    complete(&firm, made("C-1").new_lot("SH-1"));
    close(&firm);
    let receipt = firm.company.lines(DocumentKind::Completion, "C-1").unwrap();
    let moved = firm.company.stock().view(|view| {
        view.peek::<fondaco::inventory::moves::Move>(&(receipt[0].stock_move.unwrap(), 0))
            .map_err(StockError::from)
    });
    let lot = moved.unwrap().unwrap().lot.copied().unwrap();
    let up = firm.company.stock().trace_up(lot).unwrap().to_string();
    assert!(up.contains("S-1") && up.contains("S-2"), "{up}");
    assert_eq!(firm.worth(shaft_id), "12");
}
