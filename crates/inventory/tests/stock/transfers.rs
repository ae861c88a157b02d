//! Transfers that are ordered: on order where they are waited for until they are on their way, so that nothing is proposed twice.

use fondaco_core::{DocumentId, Id};
use fondaco_inventory::levels::Expected;
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::replenish::*;
use fondaco_inventory::reserve::*;
use fondaco_testkit::Random;

use crate::host::*;

fn min_max() -> SetReorderRule {
    let policy = ReplenishmentPolicy::OrderUpTo { point: q("5 pcs"), up_to: q("20 pcs") };
    SetReorderRule::new(bolt(), shop(), policy)
}

fn ordered(host: &Host, name: &str, count: i64) -> Id<Expected> {
    let line = ExpectedLine::new(bolt(), shop(), pcs(count), d("2026-07-03"));
    host.must(name, &AnnounceStock::new(DocumentId::named(name), vec![line]))[0]
}

fn dispatch(count: i64) -> NewMove {
    let movement = Movement::Dispatch { from: "MAIN/A".into(), to_site: shop() };
    NewMove::new(bolt(), pcs(count), movement, today())
}

/// What is on order and in transit to the shop, and what is to be ordered there.
fn waits(host: &Host) -> [String; 3] {
    let found = host.view(|view| suggestion(view, (bolt(), shop()), today()));
    let level =
        host.view(|view| fondaco_inventory::levels::stock_at(view, bolt(), shop(), today()));
    let shown = |units: fondaco_inventory::Qty| units.to_decimal().to_string();
    [shown(level.on_order), shown(level.in_transit), found.need.to_string()]
}

#[test]
fn a_transfer_is_on_order_until_it_is_on_its_way() {
    on_every_store(|host| {
        host.made("here", receipt(bolt(), "50 pcs", "MAIN/A"));
        host.made("there", receipt(bolt(), "3 pcs", "SHOP"));
        host.must("rule", &min_max());
        assert_eq!(waits(&host), ["0", "0", "17 pcs"]);
        let order = ordered(&host, "transfer/1", 17);
        assert_eq!(waits(&host), ["17", "0", "0 pcs"], "on {}", host.name);
        assert!(host.view(|view| shortages(view)).is_empty());
        let first = host.made("first", dispatch(10).receives(order));
        assert_eq!(waits(&host), ["7", "10", "0 pcs"], "on {}", host.name);
        // In one step there is nothing on its way.
        let put = NewMove::transfer(bolt(), pcs(4), ("MAIN/A", "SHOP"), today());
        host.made("put", put.receives(order));
        assert_eq!(waits(&host), ["3", "10", "0 pcs"], "on {}", host.name);
        // What did not leave after all is to come again.
        host.made(
            "not sent",
            NewMove::new(bolt(), pcs(10), Movement::Reversal { of: first }, today()),
        );
        assert_eq!(waits(&host), ["13", "0", "0 pcs"], "on {}", host.name);
        host.made("again", dispatch(13).receives(order));
        assert_eq!(waits(&host), ["0", "13", "0 pcs"], "on {}", host.name);
        host.clean();
    });
}

#[test]
fn what_is_sent_comes_on_no_order_of_elsewhere() {
    on_every_store(|host| {
        host.made("here", receipt(bolt(), "50 pcs", "MAIN/A"));
        let order = ordered(&host, "transfer/1", 17);
        let line = ExpectedLine::new(bolt(), main_site(), pcs(5), d("2026-07-03"));
        let own = AnnounceStock::new(DocumentId::named("purchase/1"), vec![line]);
        let own = host.must("purchase", &own)[0];
        let within = NewMove::transfer(bolt(), pcs(1), ("MAIN/A", "MAIN/B"), today());
        for (name, new) in [
            ("sent on its own order", dispatch(1).receives(own)),
            ("put within the site", within.clone().receives(own)),
            ("put elsewhere", within.receives(order)),
        ] {
            let refused = host.send(name, &MoveStock::new(vec![new])).unwrap_err();
            assert_eq!(refused.code(), "inventory.expected_differs", "{name}: {refused}");
        }
        let issue = issue(bolt(), "1 pcs", "MAIN/A").receives(order);
        let refused = host.send("issued", &MoveStock::new(vec![issue])).unwrap_err();
        assert_eq!(refused.code(), "inventory.unfit");
        assert_eq!(waits_on_order(&host), "17");
        host.clean();
    });
}

fn waits_on_order(host: &Host) -> String {
    let level =
        host.view(|view| fondaco_inventory::levels::stock_at(view, bolt(), shop(), today()));
    level.on_order.to_decimal().to_string()
}

/// Whatever is ordered, sent, taken back and cancelled in whichever order: on order is what is left of each order, added up by hand, and
/// the position is never counted twice.
#[test]
fn any_history_of_transfers_is_what_is_left_of_each_order() {
    for seed in 0..6 {
        let (host, mut random) = (in_memory(), Random::new(seed));
        host.made("here", receipt(bolt(), "900 pcs", "MAIN/A"));
        // Of each order how much was ordered, sent, and whether it was cancelled.
        let mut orders: Vec<(Id<Expected>, i64, i64, bool)> = Vec::new();
        // Of each that was sent on which order, how much, and how much of it has not arrived.
        let mut sent: Vec<(Id<Move>, usize, i64, i64)> = Vec::new();
        let (mut there, mut road) = (0, 0);
        for step in 0..50 {
            let (name, count) = (format!("seed {seed}, step {step}"), random.between(1, 20));
            let at = random.below(orders.len().max(1));
            match (random.below(6), orders.get_mut(at)) {
                (0, _) | (_, None) => orders.push((ordered(&host, &name, count), count, 0, false)),
                (1 | 2, Some(order)) => {
                    let id = host.made(&name, dispatch(count).receives(order.0));
                    order.2 += count;
                    sent.push((id, at, count, count));
                    road += count;
                }
                (3, Some(order)) => {
                    let put = NewMove::transfer(bolt(), pcs(count), ("MAIN/A", "SHOP"), today());
                    host.made(&name, put.receives(order.0));
                    order.2 += count;
                    there += count;
                }
                (4, _) if !sent.is_empty() => {
                    let at = random.below(sent.len());
                    let (id, order, count, left) = &mut sent[at];
                    if *left == *count && *count > 0 && random.once_in(2) {
                        let back = Movement::Reversal { of: *id };
                        host.made(&name, NewMove::new(bolt(), pcs(*count), back, today()));
                        orders[*order].2 -= *count;
                        road -= *count;
                        (*count, *left) = (0, 0);
                    } else if *left > 0 {
                        let part = random.between(1, *left);
                        let arrival = Movement::Arrival { of: *id, to: "SHOP".into() };
                        host.made(&name, NewMove::new(bolt(), pcs(part), arrival, today()));
                        (*left, road, there) = (*left - part, road - part, there + part);
                    }
                }
                (_, Some(order)) if !order.3 && random.once_in(3) => {
                    host.must(&name, &CancelExpected::new(vec![order.0]));
                    // What was left of it then does not come; what is taken back of it later is not waited for.
                    order.1 = order.2.min(order.1);
                    order.3 = true;
                }
                _ => {}
            }
            let left = |order: &(_, i64, i64, bool)| (order.1 - order.2).max(0);
            let on_order: i64 = orders.iter().map(left).sum();
            let level = host
                .view(|view| fondaco_inventory::levels::stock_at(view, bolt(), shop(), today()));
            let found = [level.on_order, level.in_transit, level.on_hand];
            let found = found.map(|units| units.to_decimal().to_string());
            assert_eq!(found, [on_order, road, there].map(|units| units.to_string()), "{name}");
        }
        host.clean();
    }
}
