//! Moves that are dated before others: no day since may fall below zero, and nothing comes before what it is of.

use fondaco_core::store::{Event, FeedFrom, Value};
use fondaco_core::{Id, Reading};
use fondaco_inventory::Qty;
use fondaco_inventory::levels::{self, BalanceOf};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_testkit::Random;

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

/// The counts that a commit told not to be right any more, of all commits.
fn outdated(host: &Host) -> Vec<Id<Move>> {
    let Over::Sync(driver) = &host.over else { return Vec::new() };
    let commits = driver.store().feed(&FeedFrom::new(driver.company(), 0, 10_000)).unwrap();
    let events = commits.iter().flat_map(|commit| &commit.events);
    let told = events.filter(|event| event.name == "stock.count_outdated");
    let count = |event: &Event| event.data.iter().find(|(name, _)| *name == "count").cloned();
    let ids = told.filter_map(count).map(|(_, value)| value);
    ids.map(|value| match value {
        Value::Id(id) => Id::from_u128(id),
        other => panic!("{other:?} is no id"),
    })
    .collect()
}

#[test]
fn a_count_is_told_when_something_of_an_earlier_day_comes_after_it() {
    on_every_store(|host| {
        host.made("came", on(receipt(bolt(), "10 pcs", "MAIN/A"), "2026-06-01"));
        let count = |at: &str, quantity: &str| {
            on(NewMove::count(bolt(), q(quantity), at, today()), "2026-06-05")
        };
        let counted = host.made("counted", count("MAIN/A", "8 pcs"));
        host.made("later", on(issue(bolt(), "1 pcs", "MAIN/A"), "2026-06-06"));
        host.made("put there", on(receipt(bolt(), "1 pcs", "MAIN/B"), "2026-06-02"));
        let sync = matches!(host.over, Over::Sync(_));
        assert_eq!(outdated(&host), []);
        // The difference stays, and two more are gone.
        host.made("late", on(issue(bolt(), "2 pcs", "MAIN/A"), "2026-06-03"));
        assert_eq!(at(&host, "MAIN/A", "2026-06-05"), "6");
        if sync {
            assert_eq!(outdated(&host), [counted]);
        }
        // Who knows that it was those two takes the difference back.
        let back =
            NewMove::new(bolt(), q("2 pcs"), Movement::Reversal { of: counted }, d("2026-06-05"));
        host.made("was that", back);
        assert_eq!(at(&host, "MAIN/A", "2026-06-05"), "8");
        host.made("late again", on(issue(bolt(), "1 pcs", "MAIN/A"), "2026-06-04"));
        if sync {
            assert_eq!(outdated(&host), [counted], "what was taken back is not told");
        }
        host.clean();
    });
}

/// Whatever is moved and counted on whichever day: a count of which nothing was told is still what lay there at the end of its day, and
/// what is told was one that something earlier came after.
#[test]
fn a_count_of_which_nothing_is_told_is_right() {
    let (mut told, mut right) = (0, 0);
    for seed in 0..30 {
        let (host, mut random) = (in_memory(), Random::new(seed));
        host.made("much", on(receipt(bolt(), "500 pcs", "MAIN/A"), "2026-04-01"));
        // Each on a day of its own, in any order.
        let mut days: Vec<u64> = (1..60).collect();
        let mut made: Vec<(chrono::NaiveDate, Id<Move>, Option<i64>, Qty)> = Vec::new();
        for step in 0..9 {
            let day = d("2026-04-20") + chrono::Days::new(days.remove(random.below(days.len())));
            let count = random.between(1, 9);
            let (new, counted) = match random.below(4) {
                0 => (NewMove::count(bolt(), pcs(400 + count), "MAIN/A", day), Some(400 + count)),
                1 => (NewMove { date: day, ..receipt(bolt(), "1 pcs", "MAIN/A") }, None),
                _ => (
                    NewMove { date: day, ..issue(bolt(), &format!("{count} pcs"), "MAIN/A") },
                    None,
                ),
            };
            if let Ok(done) = host.send(&format!("{step}"), &MoveStock::new(vec![new])) {
                let id = done.answer.moves[0].clone().unwrap();
                let leg = host.view(|view| Ok(view.peek::<Move>(&(id, 0))?.unwrap()));
                made.push((day, id, counted, leg.quantity));
            }
        }
        let outdated = outdated(&host);
        for (at_step, (day, id, counted, _)) in made.iter().enumerate() {
            let Some(counted) = counted else { continue };
            // A count that finds what was booked moves nothing.
            let earlier =
                |(other, _, _, moved): &(_, _, _, Qty)| other < day && *moved != Qty::ZERO;
            let late = made[at_step + 1..].iter().any(earlier);
            assert_eq!(outdated.contains(id), late, "seed {seed}: the count of {day}");
            if late {
                told += 1;
            } else {
                right += 1;
                assert_eq!(
                    at(&host, "MAIN/A", &day.to_string()),
                    counted.to_string(),
                    "seed {seed}, {day}"
                );
            }
        }
        host.clean();
    }
    assert!(told > 10 && right > 10, "{told} told, {right} right");
}
