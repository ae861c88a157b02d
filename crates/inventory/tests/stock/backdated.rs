//! Moves that are dated before others: no day since may fall below zero, and nothing comes before what it is of.

use fondaco_inventory::levels::{self, BalanceOf};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;

use crate::host::*;

fn at(host: &Host, location: &str, day: &str) -> String {
    let of = BalanceOf { location: Some(location.into()), ..BalanceOf::site(bolt(), main_site()) };
    host.view(|view| levels::on_hand_at(view, &of, d(day))).to_decimal().to_string()
}

#[test]
fn nothing_goes_before_it_came() {
    on_every_store(|host| {
        host.made("came", on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-06-20"));
        let early = on(issue(bolt(), "5 pcs", "MAIN/A"), "2026-06-10");
        let error = host.refused("early", &MoveStock::new(vec![early.clone()]));
        assert_eq!(error.code(), "inventory.short_since");
        assert_eq!(
            error.to_string(),
            "item 0 (counted from 0): dated 2026-06-10, the move would leave 5 pcs less than none of item BOLT in MAIN/A at the end \
             of 2026-06-10, by what was moved since: date it 2026-06-20 or later, or record first what came before it",
        );
        host.made("in time", on(early, "2026-06-20"));
        assert_eq!(at(&host, "MAIN/A", "2026-06-19"), "0");
        host.clean();
    });
}

#[test]
fn what_was_there_between_two_days_is_what_can_be_taken() {
    on_every_store(|host| {
        // 10 from the 1st, 2 from the 10th, 12 from the 20th.
        host.made("came", on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-06-01"));
        host.made("went", on(issue(bolt(), "8 pcs", "MAIN/A"), "2026-06-10"));
        host.made("came again", on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-06-20"));
        let take = |count: &str, day: &str| on(issue(bolt(), count, "MAIN/A"), day);
        let error = host.refused("too many", &MoveStock::new(vec![take("5 pcs", "2026-06-05")]));
        let said = error.to_string();
        assert!(said.contains("leave 3 pcs less than none of item BOLT in MAIN/A"), "{said}");
        assert!(said.contains("at the end of 2026-06-10"), "{said}");
        assert!(said.contains("date it 2026-06-20 or later"), "{said}");
        host.made("two", take("2 pcs", "2026-06-05"));
        assert_eq!(host.refusal(take("1 pcs", "2026-06-04")), "inventory.short_since");
        host.made("ten", take("10 pcs", "2026-06-25"));
        // Elsewhere, and where it may be below zero, it is as it was.
        host.made("elsewhere", on(receipt(bolt(), "1 pcs", "MAIN/B"), "2026-06-02"));
        host.made("taken there", on(issue(bolt(), "1 pcs", "MAIN/B"), "2026-06-03"));
        host.made("sand comes", on(receipt(sand(), "5 kg", "MAIN/A"), "2026-06-20"));
        host.made("sand went", on(issue(sand(), "5 kg", "MAIN/A"), "2026-06-10"));
        host.clean();
    });
}

#[test]
fn days_are_judged_within_a_batch_too() {
    on_every_store(|host| {
        let come = |count: &str, day: &str| on(receipt(bolt(), count, "MAIN/A"), day);
        let go = |count: &str, day: &str| on(issue(bolt(), count, "MAIN/A"), day);
        let answer = host.must(
            "each",
            &MoveStock::each(vec![
                come("10 pcs", "2026-06-20"),
                go("4 pcs", "2026-06-10"),
                come("3 pcs", "2026-06-05"),
                go("4 pcs", "2026-06-10"),
                go("3 pcs", "2026-06-10"),
                go("10 pcs", "2026-06-21"),
            ]),
        );
        let made: Vec<bool> = answer.moves.iter().map(Result::is_ok).collect();
        assert_eq!(made, [true, false, true, false, true, true]);
        let stock = host.stock(bolt(), main_site());
        assert_eq!(stock.last_moved(), Some(d("2026-06-21")));
        // A refused move leaves no trace: not even as the last day.
        let each = vec![go("1 pcs", "2026-06-30"), come("1 pcs", "2026-06-22")];
        host.must("one of two", &MoveStock::each(each));
        assert_eq!(host.stock(bolt(), main_site()).last_moved(), Some(d("2026-06-22")));
        host.clean();
    });
}

#[test]
fn a_count_and_a_reversal_leave_the_days_since_possible() {
    on_every_store(|host| {
        let came = host.made("came", on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-06-01"));
        host.made("went", on(issue(bolt(), "8 pcs", "MAIN/A"), "2026-06-10"));
        host.made("came again", on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-06-20"));
        let count =
            |count: i64| on(NewMove::count(bolt(), pcs(count), "MAIN/A", today()), "2026-06-05");
        assert_eq!(host.refusal(count(7)), "inventory.short_since");
        host.made("counted", count(9));
        let back = moved(bolt(), "10 pcs", Movement::Reversal { of: came });
        assert_eq!(host.refusal(on(back.clone(), "2026-06-15")), "inventory.short_since");
        assert_eq!(host.refusal(on(back.clone(), "2026-05-31")), "inventory.before_origin");
        host.made("taken back", on(back, "2026-06-20"));
        host.clean();
    });
}

#[test]
fn nothing_comes_back_before_it_went() {
    on_every_store(|host| {
        let came = host.made("came", on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-06-01"));
        let went = host.made("went", on(issue(bolt(), "4 pcs", "MAIN/A"), "2026-06-10"));
        let sent = Movement::Dispatch { from: "MAIN/A".into(), to_site: shop() };
        let sent = host.made("sent", on(moved(bolt(), "4 pcs", sent), "2026-06-20"));
        let of = |movement: Movement| moved(bolt(), "1 pcs", movement);
        let cases = [
            (
                of(Movement::SupplierReturn { of: came, from: "MAIN/A".into() }),
                "2026-05-31",
                "2026-06-01",
            ),
            (
                of(Movement::CustomerReturn { of: went, to: "MAIN/A".into() }),
                "2026-06-09",
                "2026-06-10",
            ),
            (of(Movement::Arrival { of: sent, to: "SHOP".into() }), "2026-06-19", "2026-06-20"),
            (of(Movement::TransitLoss { of: sent }), "2026-06-19", "2026-06-20"),
        ];
        for (new, before, then) in cases {
            assert_eq!(host.refusal(on(new.clone(), before)), "inventory.before_origin", "{new:?}");
            host.made(&format!("{new:?}"), on(new, then));
        }
        host.clean();
    });
}

#[test]
fn lots_and_serial_numbers_keep_their_days() {
    on_every_store(|host| {
        let come = |day: &str| on(receipt(milk(), "10 l", "MAIN/A").lot(lot_id("M2")), day);
        host.made("milk", come("2026-06-20"));
        host.made(
            "other milk",
            on(receipt(milk(), "9 l", "MAIN/A").lot(lot_id("M1")), "2026-06-01"),
        );
        let go = on(issue(milk(), "2 l", "MAIN/A").lot(lot_id("M2")), "2026-06-19");
        let error = host.refused("early", &MoveStock::new(vec![go])).to_string();
        assert!(error.contains("2 l less than none of item MILK, lot M2, in MAIN/A"), "{error}");

        let drill = |day: &str, to: &str| on(receipt(drill(), "1 pcs", to).lot(lot_id("S1")), day);
        host.made("drill", drill("2026-06-10", "MAIN/A"));
        let gone = issue(crate::host::drill(), "1 pcs", "MAIN/A").lot(lot_id("S1"));
        host.made("gone", on(gone, "2026-06-20"));
        for (day, to) in [("2026-06-05", "MAIN/A"), ("2026-06-05", "SHOP"), ("2026-06-19", "SHOP")]
        {
            assert_eq!(host.refusal(drill(day, to)), "inventory.serial_taken_since", "{day} {to}");
        }
        host.made("back", drill("2026-06-20", "SHOP"));
        host.clean();
    });
}
