//! A count says what is there; what is stored is the difference.

use fondaco_inventory::levels::{self, BalanceOf};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;

use crate::host::*;

#[test]
fn a_count_stores_the_difference() {
    on_every_store(|host| {
        host.made("come", receipt(bolt(), "10 pcs", "MAIN/A"));
        host.made("less", NewMove::count(bolt(), pcs(7), "MAIN/A", today()));
        assert_eq!(host.figures(bolt(), main_site())[0], "7");
        host.made("as the books say", NewMove::count(bolt(), pcs(7), "MAIN/A", today()));
        host.made("more", NewMove::count(bolt(), pcs(9), "MAIN/A", today()));
        host.made("where nothing was", NewMove::count(bolt(), pcs(2), "MAIN/B", today()));
        host.made("none", NewMove::count(bolt(), pcs(0), "MAIN/A", today()));
        assert_eq!(host.figures(bolt(), main_site())[0], "2");
        let legs = host.view(|view| {
            levels::explain_on_hand(view, &BalanceOf::site(bolt(), main_site()), today())
        });
        let differences: Vec<String> =
            legs.legs.iter().map(|(leg, _)| leg.quantity.to_decimal().to_string()).collect();
        assert_eq!(differences, ["10", "-3", "0", "2", "2", "-9"]);
        host.clean();
    });
}

#[test]
fn a_count_of_a_past_day_leaves_what_came_later() {
    on_every_store(|host| {
        host.made("came", on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-05-01"));
        host.made("came later", on(receipt(bolt(), "5 pcs", "MAIN/A"), "2026-05-20"));
        host.made("elsewhere", on(receipt(bolt(), "5 pcs", "MAIN/B"), "2026-05-20"));
        host.made("counted", on(NewMove::count(bolt(), pcs(8), "MAIN/A", today()), "2026-05-10"));
        assert_eq!(host.figures(bolt(), main_site())[0], "18");
        // In one batch with what came later.
        let count = |quantity: i64| {
            on(NewMove::count(bolt(), pcs(quantity), "MAIN/A", today()), "2026-05-10")
        };
        let later = on(receipt(bolt(), "4 pcs", "MAIN/A"), "2026-05-21");
        host.must("batch", &MoveStock::new(vec![later, count(6), count(7)]));
        assert_eq!(host.figures(bolt(), main_site())[0], "21");
        let at = |date: &str| {
            host.view(|view| {
                let of = BalanceOf {
                    location: Some("MAIN/A".into()),
                    ..BalanceOf::site(bolt(), main_site())
                };
                levels::on_hand_at(view, &of, d(date))
            })
        };
        assert_eq!(at("2026-05-10").to_decimal().to_string(), "7");
        assert_eq!(at("2026-05-21").to_decimal().to_string(), "16");
        host.clean();
    });
}
