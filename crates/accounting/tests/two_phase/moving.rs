//! Movements and histories: by account, side, kind, tags, time, in both orders and with pages; and what the feed tells.

use crate::*;

fn keys(movements: &[Movement]) -> Vec<&str> {
    movements.iter().map(|movement| movement.key.as_deref().unwrap_or("-")).collect()
}

fn busy(firm: Firm) -> Firm {
    let firm = wallets(firm);
    let entry = |debit: &str, credit: &str, amount: &str, key: &str, kind: &str| {
        pay(debit, credit, amount).key(key).kind(kind).tag("order", key)
    };
    firm.at_minute(1);
    let mut held = NewPending::new(entry("w1", "w2", "4", "c", "payment")).expires_after(60);
    held.entry.postings[0].dimensions.set("site", "Mestre");
    let items = vec![
        Item::Entry(entry("1000", "w1", "10", "a", "top up")),
        Item::Entry(entry("w1", "4000", "1", "b", "fee")),
        Item::Pending(held),
        Item::Pending(NewPending::new(entry("w1", "w3", "2", "d", "payment")).expires_after(60)),
    ];
    firm.must("one", &RecordEach::new(items));
    firm.at_minute(2);
    let named = |key: &str| PendingRef::Key(key.into());
    let items = vec![Item::Post(PostPending::new(named("c")).amount(eur("3")).key("e"))];
    let late = firm.must("late", &RecordEach::new(items));
    assert_eq!(late.items[0].as_ref().unwrap_err().code, "accounting.pending_expired");
    firm
}

#[test]
fn movements_are_found() {
    on_every_store(|firm| {
        let firm = busy(firm);
        firm.tick("2026-06-01T00:02:00Z");
        let found = |query: &MovementQuery| firm.view(|view| movements(view, query));
        let of_w1 = MovementQuery::account("w1");
        assert_eq!(keys(&found(&of_w1))[..4], ["a", "b", "c", "d"]);
        assert_eq!(found(&of_w1).len(), 6, "and two that expired");
        assert_eq!(keys(&found(&of_w1.clone().side(Side::Credit))), ["a"]);
        assert_eq!(keys(&found(&of_w1.clone().kind("fee"))), ["b"]);
        assert_eq!(keys(&found(&of_w1.clone().dimension("site", "Mestre").limit(1))), ["c"]);
        let newest = found(&of_w1.clone().newest_first().through(minute(1)));
        assert_eq!(keys(&newest), ["d", "c", "b", "a"]);
        let rest = of_w1.clone().newest_first().through(minute(1)).after(&newest[1]).limit(1);
        assert_eq!(keys(&found(&rest)), ["b"]);
        assert_eq!(found(&of_w1.clone().from(minute(2))).len(), 2);
        let all = MovementQuery::all();
        assert_eq!(keys(&found(&all.clone().kind("payment").limit(2))), ["c", "d"]);
        assert_eq!(keys(&found(&all.clone().tag("order", "b"))), ["b"]);
        assert_eq!(found(&all.clone().currency(fondaco_core::Currency::USD)).len(), 0);
        assert_eq!(
            keys(&found(&all.clone().currency(fondaco_core::Currency::EUR).limit(1))),
            ["a"]
        );
        let first = &found(&all)[1];
        assert_eq!(keys(&found(&all.clone().since(first).limit(2))), ["b", "c"]);
        assert_eq!(keys(&found(&all.clone().until(first))), ["a", "b"]);
        let refused = firm.books.movements(&all.side(Side::Debit)).unwrap_err();
        assert_eq!(fondaco_core::ActError::code(&refused), "accounting.bad_input");
    });
}

#[test]
fn a_history_says_what_stood_after_each() {
    on_every_store(|firm| {
        let firm = busy(firm);
        firm.tick("2026-06-01T00:02:00Z");
        let rows = firm.view(|view| history(view, &MovementQuery::account("w1")));
        let after = |row: &HistoryRow| {
            let of = |amount: Amount| amount.to_decimal().normalize().to_string();
            let t = &row.totals;
            format!("{} {} {}", of(t.debit), of(t.credit), of(t.pending_debit))
        };
        let after: Vec<String> = rows.iter().map(after).collect();
        let four = ["0 10 0", "1 10 0", "1 10 4", "1 10 6"];
        assert_eq!(after[..4], four);
        assert_eq!(after[5], "1 10 0");
        let last = firm.view(|view| totals(view, "w1"));
        assert_eq!(rows[5].totals, last[0], "the last row is what stands");
    });
}

#[test]
fn the_feed_tells_what_was_done() {
    let firm = busy(in_memory());
    firm.at_minute(0);
    let hold = firm.must("hold", &RecordPending::new(hold("1000", "w1", "5"))).id;
    let entry = firm.must("post", &PostPending::new(hold)).entry.id;
    firm.tick("2026-06-01T00:02:00Z");
    let commits = firm.books.driver().feed(0, 1000).unwrap();
    let told: Vec<Did> = commits.iter().flat_map(deeds).collect();
    assert!(matches!(told[..4], [Did::Post(_), Did::Post(_), Did::Hold(_), Did::Hold(_)]));
    assert_eq!(told[4..6], [Did::Hold(hold), Did::PostPending { pending: hold, entry }]);
    assert!(matches!(told[6..], [Did::Expire(_), Did::Expire(_)]));
    let found = firm.view(|view| movements(view, &MovementQuery::all()));
    assert_eq!(found.len(), told.len());
    assert!(told.iter().all(|did| found.iter().any(|movement| movement.did == *did)));
}

/// An account that holds two currencies has the totals of each after a movement of both.
#[test]
fn a_movement_of_two_currencies_has_a_row_for_each() {
    let firm = in_memory().set_up();
    let change = NewEntry::new("GEN", d("2026-06-01"))
        .posting(NewPosting::debit("1000", usd("10")).worth(eur("9")))
        .credit("1000", eur("9"))
        .conversion();
    firm.post("change", change);
    let rows = |query: MovementQuery| {
        let rows = firm.view(|view| history(view, &query));
        rows.iter().map(|row| row.totals.currency.code()).collect::<Vec<_>>()
    };
    assert_eq!(rows(MovementQuery::account("1000")), ["EUR", "USD"]);
    let dollars = MovementQuery::account("1000").currency(fondaco_core::Currency::USD);
    assert_eq!(rows(dollars), ["USD"]);
}
