//! What can be promised by a day: of what is there and what comes by then, less what waits already.

use fondaco::company::*;
use fondaco::prelude::*;

use crate::firm::*;

const MAIN: &str = "MAIN";

fn bought(firm: &Firm, code: &str, count: &str, due: &str) {
    let line = NewLine::new(bolt(), pcs(count)).price("4 EUR/pcs".parse().unwrap());
    let order = NewOrder::new(code, "V-1", day("2026-03-02")).line(line).wanted_on(day(due));
    firm.must(&OrderGoods::new(vec![order]));
}

fn sold(code: &str, count: &str, by: &str, promise: Promise) -> NewOrder {
    let order = NewOrder::new(code, "C-1", day("2026-03-02"));
    order.line(NewLine::new(bolt(), pcs(count))).wanted_on(day(by)).promise(promise)
}

fn place(firm: &Firm, order: NewOrder) -> Result<(), CompanyError> {
    firm.send(&PlaceOrders::new(vec![order])).map(drop)
}

#[test]
fn an_order_is_on_time_when_what_comes_covers_all_that_waits() {
    let firm = Firm::new().stocked(bolt(), "10", "40", "2026-03-01");
    bought(&firm, "1", "10", "2026-03-10");
    bought(&firm, "2", "10", "2026-03-20");
    let on_time =
        |code: &str, count: &str, by: &str| place(&firm, sold(code, count, by, Promise::OnTime));
    let first = |count: &str| {
        let main = SiteId::named(MAIN);
        let found = firm.company.promise_day(bolt(), main, pcs(count), day("2026-03-02")).unwrap();
        found.map(|day| day.to_string())
    };
    assert_eq!(first("10").as_deref(), Some("2026-03-02"));
    assert_eq!(first("20").as_deref(), Some("2026-03-10"));
    assert_eq!(first("21").as_deref(), Some("2026-03-20"));
    assert_eq!(first("31"), None);
    let late = on_time("a", "21", "2026-03-19").unwrap_err();
    assert_eq!(
        late.to_string(),
        "item 0 (counted from 0): sales_order/a, line 1: 21 pcs of BOLT can't be there on 2026-03-19: what is on order covers it on 2026-03-20; take a later day, or another promise"
    );
    on_time("a", "15", "2026-03-10").unwrap();
    assert_eq!(first("5").as_deref(), Some("2026-03-10"));
    // What waits without a day waits all the same.
    place(&firm, sold("b", "5", "2026-12-31", Promise::Backorder)).unwrap();
    assert!(on_time("c", "1", "2026-03-10").is_err());
    on_time("c", "1", "2026-03-20").unwrap();
    let never = on_time("d", "10", "2026-12-31").unwrap_err().to_string();
    assert!(never.contains("nothing that is on order covers it"), "{never}");
    firm.clean();
}

#[test]
fn orders_of_one_command_wait_one_after_the_other() {
    let firm = Firm::new();
    bought(&firm, "1", "10", "2026-03-10");
    let both = |second: &str| {
        let orders = vec![
            sold("a", "6", "2026-03-10", Promise::OnTime),
            sold("b", second, "2026-03-10", Promise::OnTime),
        ];
        firm.send(&PlaceOrders::new(orders))
    };
    let refused = both("5").unwrap_err().to_string();
    assert!(refused.starts_with("item 1 (counted from 0): sales_order/b, line 1"), "{refused}");
    both("4").unwrap();
    firm.clean();
}
