//! From a plan to a work order: what a run proposes is firmed, carried out as a document, made and sent.

use fondaco::company::*;
use fondaco::core::job::JobId;
use fondaco::inventory::planning::{
    FirmProposals, FirmStatus, PlanSettings, SetWantedDay, firm_orders, planned_orders,
};
use fondaco::inventory::replenish::{ReplenishmentPolicy, ReplenishmentSource, SetReorderRule};
use fondaco::prelude::*;

use crate::firm::*;
use crate::workshop::*;

#[test]
fn what_a_plan_proposes_becomes_a_work_order_and_is_made() {
    let main = SiteId::named("MAIN");
    let firm = Firm::new().workshop().stocked(bolt(), "40", "160", "2026-02-01");
    let firm = firm.stocked(nut(), "80", "40", "2026-02-01");
    let rule = |item, source| SetReorderRule {
        source,
        lead_time_days: 2,
        ..SetReorderRule::new(item, main, ReplenishmentPolicy::Planned)
    };
    firm.must(&rule(gear(), ReplenishmentSource::Make));
    let (today, due) = (day("2026-06-30"), day("2026-07-15"));
    let line = NewLine::new(gear(), pcs("6")).price("50 EUR/pcs".parse().unwrap());
    let order = NewOrder::new("SO-1", "C-1", today).line(line);
    firm.must(&PlaceOrders::new(vec![order]));
    firm.must(&SetWantedDay::new(DocumentKind::SalesOrder.id("SO-1"), due));
    let stock = firm.company.stock();
    stock.plan("june", &PlanSettings::new(today), &mut ()).unwrap();
    let run = JobId::named("june");
    let proposed = stock.view(|view| planned_orders(view, run)).unwrap();
    let gears = proposed.iter().find(|row| row.item == gear()).unwrap();
    assert_eq!(gears.quantity.to_decimal(), 6.into());
    let firmed = firm.must(&FirmProposals::new(run, vec![gears.number]));
    let work = NewWorkOrder::firm("W-1", firmed[0], today).released();
    firm.must(&PlanWorkOrders::new(vec![work]));
    assert_eq!(stock.on_order(gear(), main).unwrap(), pcs("6"));
    assert_eq!(stock.promised(bolt(), main).unwrap(), pcs("12"));
    let released = stock.view(|view| firm_orders(view, FirmStatus::Released)).unwrap();
    assert_eq!(released[0].document, Some(DocumentKind::WorkOrder.id("W-1")));
    let again = NewWorkOrder::firm("W-2", firmed[0], today);
    let over = firm.send(&PlanWorkOrders::new(vec![again])).unwrap_err();
    assert_eq!(over.code(), "company.firm_order_over");
    firm.must(&IssueMaterial::new(vec![NewIssue::new("M-1", "W-1", today)]));
    assert_eq!(stock.promised(bolt(), main).unwrap(), pcs("0"));
    firm.must(&CompleteWorkOrders::new(vec![NewCompletion::new("C-1", "W-1", today)]));
    firm.must(&CloseWorkOrders::new(vec![NewClose::new("W-1", today)]));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", today)]));
    firm.clean();
    assert_eq!(firm.balances(["1420", "1440"]), ["60", "0"]);
}

#[test]
fn what_a_plan_proposes_to_buy_becomes_an_order_to_its_supplier() {
    let main = SiteId::named("MAIN");
    let firm = Firm::new();
    let rule = SetReorderRule {
        source: ReplenishmentSource::Buy { supplier: Some(PartyId::named("V-1")) },
        lead_time_days: 2,
        ..SetReorderRule::new(bolt(), main, ReplenishmentPolicy::Planned)
    };
    firm.must(&rule);
    let (today, due) = (day("2026-06-30"), day("2026-07-15"));
    let line = NewLine::new(bolt(), pcs("6"));
    firm.must(&PlaceOrders::new(vec![NewOrder::new("SO-1", "C-1", today).line(line)]));
    firm.must(&SetWantedDay::new(DocumentKind::SalesOrder.id("SO-1"), due));
    let stock = firm.company.stock();
    stock.plan("june", &PlanSettings::new(today), &mut ()).unwrap();
    let run = JobId::named("june");
    let proposed = stock.view(|view| planned_orders(view, run)).unwrap();
    let firmed = firm.must(&FirmProposals::new(run, vec![proposed[0].number]));
    let order = |code: &str, party: &str, count: &str, firmed| {
        let line = NewLine::new(bolt(), pcs(count)).price("4 EUR/pcs".parse().unwrap());
        NewOrder::new(code, party, today).line(line.firm(firmed))
    };
    let buy =
        |code: &str, count: &str, firmed| OrderGoods::new(vec![order(code, "V-1", count, firmed)]);
    let sold = firm.send(&PlaceOrders::new(vec![order("SO-2", "C-1", "6", firmed[0])]));
    assert_eq!(sold.unwrap_err().code(), "company.firm_not_bought");
    let other = firm.send(&buy("PO-1", "7", firmed[0])).unwrap_err();
    assert!(other.to_string().contains("PO-1, line 1: quantity is not what firm order"), "{other}");
    // It comes on the day that the order says, whatever the plan thought.
    let later = order("PO-1", "V-1", "6", firmed[0]).wanted_on(day("2026-07-20"));
    firm.must(&OrderGoods::new(vec![later]));
    assert_eq!(stock.on_order(bolt(), main).unwrap(), pcs("6"));
    let page = firm.company.item_page(bolt()).unwrap();
    let due: Vec<_> = page.expected.iter().map(|row| row.due).collect();
    assert_eq!(due, [Some(day("2026-07-20"))]);
    let released = stock.view(|view| firm_orders(view, FirmStatus::Released)).unwrap();
    assert_eq!(released[0].document, Some(DocumentKind::PurchaseOrder.id("PO-1")));
    let over = firm.send(&buy("PO-2", "6", firmed[0])).unwrap_err();
    assert_eq!(over.code(), "company.firm_order_over");
    firm.must(&Receive::new(vec![NewReceipt::new("R-1", "PO-1", today)]));
    assert_eq!(stock.on_order(bolt(), main).unwrap(), pcs("0"));
    firm.must(&Deliver::new(vec![NewDelivery::new("D-1", "SO-1", today)]));
    firm.clean();
}
