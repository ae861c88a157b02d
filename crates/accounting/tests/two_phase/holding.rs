//! Pending entries: held, posted in full or part, voided, expired; each exactly once.

use crate::*;
use rust_decimal::Decimal;

#[test]
fn what_is_held_counts_against_limits_and_in_no_balance() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        firm.post("in", pay("1000", "w1", "10"));
        let held = firm.must("hold", &RecordPending::new(hold("w1", "4000", "7")));
        assert_eq!(
            (held.held, sums(&firm, "w1")),
            (eur("7"), ["0", "10", "7", "0"].map(String::from))
        );
        assert_eq!(firm.refused_entry(pay("w1", "4000", "3.01")), "accounting.exceeds_credits");
        assert_eq!(firm.sum(&BalanceQuery::account("4000")), "0");
        // What is pending on the other side does not count yet.
        firm.must("hold in", &RecordPending::new(hold("1000", "w2", "5")));
        assert_eq!(firm.refused_entry(pay("w2", "4000", "1")), "accounting.exceeds_credits");
        let part = firm.must("capture", &PostPending::new(held.id).amount(eur("5")));
        assert_eq!(part.moved, eur("5"));
        assert_eq!(sums(&firm, "w1"), ["5", "10", "0", "0"].map(String::from));
        assert_eq!(firm.sum(&BalanceQuery::account("4000")), "-5");
        let whole = firm.view(|view| entry(view, part.entry.id)).unwrap();
        assert_eq!(whole.entry.number, part.entry.number);
        let detail = firm.view(|view| {
            use fondaco_core::Reading;
            Ok(view.peek::<EntryDetail>(&part.entry.id)?)
        });
        assert_eq!(detail.unwrap().pending, Some(held.id));
        firm.clean();
    });
}

#[test]
fn each_is_settled_once() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        firm.post("in", pay("1000", "w1", "30"));
        let ids: Vec<_> = (0..3)
            .map(|n| {
                firm.must(&format!("hold {n}"), &RecordPending::new(hold("w1", "4000", "10"))).id
            })
            .collect();
        firm.must("post", &PostPending::new(ids[0]));
        firm.must("void", &VoidPending::new(ids[1]));
        let expected = [
            (ids[0], "accounting.pending_already_posted"),
            (ids[1], "accounting.pending_already_voided"),
        ];
        for (id, code) in expected {
            let post = firm.refused(&format!("post {id}"), &PostPending::new(id));
            let void = firm.refused(&format!("void {id}"), &VoidPending::new(id));
            assert_eq!((post.code(), void.code()), (code, code));
        }
        let more = firm.refused("more", &PostPending::new(ids[2]).amount(eur("10.01")));
        assert_eq!(more.code(), "accounting.exceeds_pending");
        let unknown = firm.refused("unknown", &VoidPending::new(fondaco_core::Id::from_u128(7)));
        assert_eq!(unknown.code(), "accounting.unknown_pending");
        assert_eq!(sums(&firm, "w1"), ["10", "30", "10", "0"].map(String::from));
        firm.clean();
    });
}

#[test]
fn an_entry_of_several_lines_is_posted_in_part() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let order = NewEntry::new("GEN", d("2026-06-01"))
            .debit("1200", eur("119"))
            .credit("4000", eur("100"))
            .credit("2000", eur("19"));
        let held =
            |name: &str| firm.must(name, &RecordPending::new(NewPending::new(order.clone()))).id;
        let lines = |name: &str, post: PostPending| {
            let id = firm.must(name, &post).entry.id;
            let whole = firm.view(|view| entry(view, id)).unwrap();
            let amount =
                |line: &std::sync::Arc<Posting>| line.money().amount().normalize().to_string();
            whole.postings.iter().map(amount).collect::<Vec<_>>()
        };
        let third = PostPending::new(held("a")).amount(eur("39.67")).on(d("2026-07-01"));
        assert_eq!(lines("third", third), ["39.67", "-33.34", "-6.33"]);
        let chosen = PostPending::new(held("b")).lines(vec![eur("50"), eur("31"), eur("19")]);
        assert_eq!(lines("chosen", chosen), ["50", "-31", "-19"]);
        let unequal = PostPending::new(held("c")).lines(vec![eur("50"), eur("30"), eur("19")]);
        assert_eq!(firm.refused("unequal", &unequal).code(), "accounting.unbalanced");
        let two = PostPending::new(held("d")).lines(vec![eur("50"), eur("50")]);
        assert_eq!(firm.refused("two", &two).code(), "accounting.bad_input");
        let nothing = PostPending::new(held("e")).amount(eur("0"));
        assert_eq!(lines("nothing", nothing), ["0", "0", "0"]);
        firm.clean();
    });
}

/// A part of foreign money is worth its part.
#[test]
fn foreign_money_is_posted_in_part_by_its_rate() {
    let firm = in_memory().set_up();
    let line = |posting: NewPosting| posting.worth(eur("92"));
    let dollars = NewEntry::new("GEN", d("2026-06-01"))
        .posting(line(NewPosting::debit("1010", usd("100"))))
        .posting(line(NewPosting::credit("4000", usd("100"))));
    let held = firm.must("hold", &RecordPending::new(NewPending::new(dollars))).id;
    let id = firm.must("half", &PostPending::new(held).amount(usd("50"))).entry.id;
    let whole = firm.view(|view| entry(view, id)).unwrap();
    assert_eq!(whole.postings[0].ledger_amount.to_decimal(), dec("46"));
    firm.clean();
}

#[test]
fn what_expires_is_refused_at_its_instant_and_freed_by_the_clock() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        firm.post("in", pay("1000", "w1", "10"));
        let minute =
            firm.must("hold", &RecordPending::new(hold("w1", "4000", "6").expires_after(60)));
        let until = hold("w1", "4000", "4").expires_at(super::common::minute(60));
        let hour = firm.must("hold longer", &RecordPending::new(until));
        assert_eq!(firm.next_due().as_deref(), Some("2026-06-01T00:01:00Z"));
        firm.at_minute(1);
        let late = firm.refused("late", &PostPending::new(minute.id));
        assert_eq!(late.code(), "accounting.pending_expired");
        assert_eq!(firm.refused_entry(pay("w1", "4000", "6")), "accounting.exceeds_credits");
        let ticked = firm.tick("2026-06-01T00:01:00Z");
        assert_eq!((ticked.carried_out.len(), ticked.refused.len()), (1, 0));
        firm.post("free", pay("w1", "4000", "6"));
        assert_eq!(sums(&firm, "w1"), ["6", "10", "4", "0"].map(String::from));
        let late = firm.refused("too late", &VoidPending::new(minute.id));
        assert_eq!(late.code(), "accounting.pending_expired");
        // What was posted in time does not expire.
        firm.must("in time", &PostPending::new(hour.id));
        assert_eq!(firm.next_due(), None);
        assert!(firm.tick("2026-06-02").carried_out.is_empty());
        firm.clean();
    });
}

#[test]
fn an_expiry_that_can_t_be_is_refused() {
    let firm = wallets(in_memory());
    let past = RecordPending::new(hold("1000", "w1", "1").expires_at(minute(0)));
    assert_eq!(firm.refused("past", &past).code(), "accounting.bad_input");
    let books = firm.books.clone().with_clock(|| fondaco_core::Timestamp::MAX);
    let late = RecordPending::new(hold("1000", "w1", "1").expires_after(1));
    let refused = books.send("late", &late).unwrap_err();
    assert_eq!(refused.to_string(), "1 seconds from now is after the year 9999: give fewer");
}

/// A closed account takes nothing, whatever the date, but what frees it.
#[test]
fn a_closing_entry_closes_and_its_end_reopens() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        firm.post("in", pay("1000", "w1", "10"));
        let other = firm.must("hold", &RecordPending::new(hold("w1", "4000", "1"))).id;
        let close =
            RecordPending::new(hold("w1", "w2", "0").closing(Closing::Both).expires_after(60));
        let closing = firm.must("close", &close).id;
        for (name, entry) in [("out", pay("w1", "4000", "1")), ("in", pay("1000", "w2", "1"))] {
            assert_eq!(firm.refused_entry(entry), "accounting.account_closed", "{name}");
        }
        let earlier = NewEntry { date: d("2026-01-01"), ..pay("1000", "w1", "1") };
        assert_eq!(firm.refused_entry(earlier), "accounting.account_closed");
        let post = firm.refused("post", &PostPending::new(other));
        assert_eq!(post.code(), "accounting.account_closed");
        let itself = firm.refused("itself", &PostPending::new(closing));
        assert_eq!(itself.code(), "accounting.account_closed");
        let reopen = firm.refused("reopen", &ReopenAccount::new("w1"));
        assert_eq!(reopen.code(), "accounting.account_closed");
        firm.must("void", &VoidPending::new(other)); // the only thing that is allowed
        firm.clean();
        firm.at_minute(1);
        firm.tick("2026-06-01T00:01:00Z");
        firm.post("open", pay("w1", "4000", "1"));
        firm.clean();
    });
}

/// Closing by date is another thing: bills of its open days still come, and what is pending is settled first.
#[test]
fn closing_by_date_waits_for_what_is_pending() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let held = firm.must("hold", &RecordPending::new(hold("5100", "2000", "5"))).id;
        let close = CloseAccount::new("2000", d("2026-06-30"));
        let refused = firm.refused("close", &close);
        assert_eq!(
            refused.to_string(),
            "account 2000 can't be closed on 2026-06-30: 5.00 EUR is pending: post or void it first"
        );
        firm.must("void", &VoidPending::new(held));
        firm.must("close now", &close);
        firm.post("a late bill", pay("5100", "2000", "5"));
        let july = NewEntry { date: d("2026-07-01"), ..pay("5100", "2000", "5") };
        assert_eq!(firm.refused_entry(july.clone()), "accounting.account_not_open");
        firm.must("reopen", &ReopenAccount::new("2000"));
        firm.post("july", july);
        assert_eq!(
            firm.refused("again", &ReopenAccount::new("2000")).code(),
            "accounting.account_open"
        );
        firm.clean();
    });
}

/// What is held on somebody is part of what is told of him.
#[test]
fn an_export_has_what_is_held() {
    let firm = wallets(in_memory());
    firm.books.driver().prepare(fondaco_core::party::TABLES).unwrap();
    let ada = fondaco_core::PartyId::named("ada");
    let entry = pay("1000", "w1", "5").party(ada);
    let held = firm.must("hold", &RecordPending::new(NewPending::new(entry))).id;
    let told = firm.view(|view| Ok(fondaco_core::party::export(view, ada)?)).to_json();
    assert_eq!(told["tables"]["ledger_pending"][0]["id"], held.to_string());
}

/// A foreign sum is held with worths of its own, or by rate, and each part of it balances to the cent, also over three lines.
#[test]
fn a_part_of_a_foreign_hold_is_worth_its_part() {
    let firm = in_memory().set_up();
    for cents in (1..10_000).step_by(37) {
        let share = |part: i64| usd(&Decimal::new(part, 2).to_string());
        let whole = NewEntry::new("GEN", d("2026-06-01"))
            .posting(NewPosting::debit("1010", usd("100")).worth(eur("92.35")))
            .posting(NewPosting::credit("4000", usd("84.03")).worth(eur("77.60")))
            .posting(NewPosting::credit("2000", usd("15.97")).worth(eur("14.75")));
        let held = RecordPending::new(NewPending::new(whole));
        let held = firm.must(&format!("hold {cents}"), &held).id;
        let part = PostPending::new(held).amount(share(cents));
        let posted = firm.must(&format!("part {cents}"), &part);
        let whole = firm.view(|view| entry(view, posted.entry.id)).unwrap();
        let worth = whole.postings[0].ledger_amount.to_decimal();
        let exact = dec("92.35") * Decimal::new(cents, 4);
        assert!((worth - exact).abs() <= dec("0.005"), "{cents}: {worth} of {exact}");
        let sum: Decimal = whole.postings.iter().map(|line| line.ledger_amount.to_decimal()).sum();
        assert!(sum.is_zero(), "{cents}: {sum}");
    }
    let by_rate = |line: NewPosting| line.rate(dec("0.9235"));
    let whole = NewEntry::new("GEN", d("2026-06-01"))
        .posting(by_rate(NewPosting::debit("1010", usd("100"))))
        .posting(by_rate(NewPosting::credit("4000", usd("84.03"))))
        .posting(by_rate(NewPosting::credit("2000", usd("15.97"))));
    let held = firm.must("by rate", &RecordPending::new(NewPending::new(whole))).id;
    let lines = ["33.33", "17.36", "15.97"].map(usd).to_vec();
    firm.must("one line whole", &PostPending::new(held).lines(lines));
    firm.clean();
}

#[test]
fn nothing_expires_as_it_is_recorded() {
    let firm = wallets(in_memory());
    let at_once = RecordPending::new(hold("1000", "w1", "5").expires_after(0));
    assert_eq!(firm.refused("at once", &at_once).code(), "accounting.bad_input");
}
