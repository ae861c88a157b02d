//! Balance assertions: checked when stated, held to by every backdated entry, and kept right in odd orders.

use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use proptest::prelude::*;

#[test]
fn what_is_stated_is_checked_and_then_held_to() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.post("one", sale("2026-01-10", "100.00"));
        let wrong = AssertBalance::new("1000", d("2026-01-31"), eur("101"));
        assert_eq!(firm.refused("wrong", &wrong).code(), "accounting.assertion_fails");
        firm.must("about", &wrong.clone().within(dec("1")));
        firm.must("exact", &AssertBalance::new("1000", d("2026-01-31"), eur("100")));
        firm.must("all", &AssertBalance::new("1", d("2026-01-31"), eur("100")).subtree());
        let refused = firm.refused("late", &Post::new(sale("2026-01-31", "0.50")));
        assert_eq!(
            refused.to_string(),
            "account 1000 was asserted to stand at 100.00 EUR at the end of 2026-01-31, and would stand \
             at 100.50 EUR: date the entry later, or withdraw the assertion"
        );
        // Other accounts, other currencies, later days, and what comes out even are fine.
        firm.post("later", sale("2026-02-01", "7.00"));
        let dollars = NewEntry::new("GEN", d("2026-01-05"))
            .posting(NewPosting::debit("1000", usd("5")).worth(eur("4")))
            .posting(NewPosting::credit("4000", usd("5")).worth(eur("4")));
        firm.post("dollars", dollars);
        let even = NewEntry::new("GEN", d("2026-01-05"))
            .debit("1000", eur("3"))
            .credit("1000", eur("2"))
            .credit("1000", eur("1"));
        firm.post("even", even);
        let under =
            NewEntry::new("GEN", d("2026-01-06")).debit("1200", eur("3")).credit("4000", eur("3"));
        assert_eq!(firm.refused("under", &Post::new(under)).code(), "accounting.breaks_assertion");
        let each = PostEach::new(vec![sale("2026-01-31", "1.00"), sale("2026-02-28", "1.00")]);
        let told = firm.must("each", &each).entries;
        assert_eq!(told[0].as_ref().unwrap_err().code, "accounting.breaks_assertion");
        assert!(told[1].is_ok());
        let keyed = sale("2026-01-31", "1.00").key("k");
        assert_eq!(firm.refused("keyed", &Post::new(keyed)).code(), "accounting.breaks_assertion");
        for assertion in firm.view(|view| assertions(view)) {
            firm.must(&format!("{}", assertion.id), &WithdrawAssertion::new(assertion.id));
        }
        firm.post("late", sale("2026-01-31", "0.50"));
        firm.clean();
    });
}

#[test]
fn what_is_captured_is_held_to_on_its_day_of_posting() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.post("one", sale("2026-01-10", "500.00"));
        firm.must("stated", &AssertBalance::new("1000", d("2026-01-31"), eur("500")));
        let hold = |key: &str| NewPending::new(sale("2026-03-01", "40.00").key(key));
        let held = firm.must("hold", &RecordPending::new(hold("h")));
        for date in ["2026-01-20", "2026-01-31"] {
            let refused = firm.refused(date, &PostPending::new(held.id).on(d(date)));
            assert_eq!(refused.code(), "accounting.breaks_assertion", "{date}");
            // Also where it is held and captured in one batch.
            let held = Item::Pending(hold(&format!("held {date}")));
            let key = PendingRef::Key(format!("held {date}").into());
            let post = Item::Post(PostPending::new(key).on(d(date)));
            let each = firm.must(&format!("each {date}"), &RecordEach::new(vec![held, post]));
            assert!(each.items[0].is_ok());
            assert_eq!(each.items[1].as_ref().unwrap_err().code, "accounting.breaks_assertion");
        }
        firm.clean();
        firm.must("after", &PostPending::new(held.id).on(d("2026-02-01")));
        firm.clean();
    });
}

#[test]
fn who_asserts_within_a_heading_also_withdraws_there() {
    use crate::common::staff::*;
    use fondaco_core::policy::stored::NewGrant;
    with_staff_everywhere(|staff| {
        staff.role("banker", [NewGrant::new("ledger.assert_balance").within("account", ["1"])]);
        staff.hire("bea", "banker");
        let own = AssertBalance::new("1000", d("2026-01-31"), eur("0"));
        let own = staff.must("bea", &own);
        let other = staff.must("chief", &AssertBalance::new("3000", d("2026-01-31"), eur("0")));
        staff.must("bea", &WithdrawAssertion::new(own));
        let denied = staff.send("bea", &WithdrawAssertion::new(other)).unwrap_err();
        assert!(denied.to_string().contains("account 3000 is not within"), "{denied}");
    });
}

#[test]
fn what_leaves_an_asserted_heading_or_comes_to_it_is_counted_anew() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let heading = NewAccount::heading("12", "Receivable", AccountClass::Asset).parent("1");
        firm.must("12", &OpenAccounts::new(vec![heading]));
        firm.must("under it", &ChangeAccount::move_under("1200", Some("12".into())));
        let owed =
            NewEntry::new("GEN", d("2026-01-10")).debit("1200", eur("7")).credit("4000", eur("7"));
        firm.post("owed", owed.clone());
        firm.post("cash", sale("2026-01-11", "100.00"));
        let on = |account: &str, amount: &str| {
            AssertBalance::new(account, d("2026-01-31"), eur(amount)).subtree()
        };
        firm.must("all", &on("1", "107").warning());
        let receivable = firm.must("receivable", &on("12", "7"));
        let found = |firm: &Firm| -> Vec<String> {
            let all = firm.view(|view| assertions(view));
            all.iter().map(|of| of.found.to_decimal().normalize().to_string()).collect()
        };
        // What refuses to be broken refuses this too.
        let top = |code: &str| ChangeAccount::move_under(code, None);
        let refused = firm.refused("customers to the top", &top("1200"));
        assert_eq!(refused.code(), "accounting.breaks_assertion");
        firm.must("empty", &ChangeAccount::move_under("1010", Some("12".into())));
        assert_eq!(found(&firm), ["107", "7"]);
        // A heading takes all along that stands under it.
        firm.must("12 to the top", &top("12"));
        assert_eq!(found(&firm), ["100", "7"]);
        assert!(!firm.view(|view| assertions(view))[0].is_kept());
        firm.clean();
        firm.must("back", &ChangeAccount::move_under("12", Some("1".into())));
        assert!(firm.view(|view| assertions(view))[0].is_kept());
        firm.must("withdraw", &WithdrawAssertion::new(receivable));
        firm.must("customers to the top, now", &top("1200"));
        firm.post("more is owed", owed); // of the heading no longer
        assert_eq!(found(&firm), ["100"]);
        firm.clean();
    });
}

#[test]
fn what_warns_is_noted_and_mended() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let id =
            firm.must("zero", &AssertBalance::new("1000", d("2026-01-31"), eur("0")).warning());
        let late = firm.post("late", sale("2026-01-10", "5.00"));
        let found = firm.view(|view| assertions(view));
        assert_eq!((found[0].difference(), found[0].is_kept()), (dec("5"), false));
        let list = firm.view(|view| checklist(view, 202_601));
        let told: Vec<String> = list.points.iter().map(Point::to_string).collect();
        assert_eq!(
            told,
            ["accounts otherwise than asserted: 1, such as 1000; find the difference"]
        );
        firm.must("back", &Reverse::new(late.id, d("2026-01-10")));
        assert!(firm.view(|view| assertions(view))[0].is_kept());
        firm.must("withdraw", &WithdrawAssertion::new(id));
        let twice = firm.refused("twice", &WithdrawAssertion::new(id));
        assert_eq!(twice.code(), "accounting.unknown_assertion");
        firm.clean();
    });
}

#[test]
fn what_can_t_be_stated() {
    let firm = in_memory().set_up();
    let on = |account: &str| AssertBalance::new(account, d("2026-01-31"), eur("0"));
    assert_eq!(firm.refused("a", &on("9999")).code(), "accounting.unknown_account");
    assert_eq!(firm.refused("b", &on("1")).code(), "accounting.heading");
    assert_eq!(firm.refused("c", &on("1000").within(dec("-1"))).code(), "accounting.bad_input");
    let large = AssertBalance::new("1000", d("2026-01-31"), eur("0.00001"));
    assert_eq!(firm.refused("d", &large).code(), "accounting.too_large");
    firm.must("nothing yet", &on("1000"));
}

#[test]
fn a_closed_year_keeps_what_was_asserted_of_its_last_day() {
    let firm = crate::years::with_two_years(in_memory());
    firm.post("sale", sale("2025-03-01", "42.00"));
    firm.must("sales", &AssertBalance::new("4000", d("2025-12-31"), eur("-42")));
    firm.must("close", &CloseYear::new(2025));
    assert!(firm.view(|view| assertions(view))[0].is_kept());
    firm.must("zero", &AssertBalance::new("4000", d("2026-01-01"), eur("0")));
    let reopen = firm.refused("reopen", &ReopenYear::new(2025, "x"));
    assert_eq!(reopen.code(), "accounting.breaks_assertion"); // a figure of 2026 rests on it
    firm.clean();
}

#[test]
fn writers_at_once_never_slip_past_an_assertion() {
    let firm = in_memory().set_up();
    let stated = AssertBalance::new("1000", d("2026-01-31"), eur("0")).within(dec("10"));
    firm.must("ten at most", &stated);
    let books = &firm.books;
    std::thread::scope(|scope| {
        for hand in 0..4 {
            scope.spawn(move || {
                for n in 0..10 {
                    let _ = books.post(&format!("{hand}/{n}"), sale("2026-01-05", "1.00"));
                }
            });
        }
    });
    assert_eq!(firm.sum(&BalanceQuery::account("1000")), "10");
    firm.clean();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    /// Whatever is posted, corrected and taken back in whatever order: an assertion always says what its account stands
    /// at, one that refuses is always kept, and what was known at any time never moves.
    #[test]
    fn assertions_and_what_was_known_in_odd_orders(
        deeds in prop::collection::vec((0..4_u8, 0..60_i64, 1..300_i64), 1..20)
    ) {
        let firm = in_memory().set_up();
        let day = |n: i64| d("2026-01-01") + chrono::TimeDelta::days(n);
        let amount = |cents: i64| fondaco_core::Money::minor(cents, fondaco_core::Currency::EUR);
        let entry = |n, cents| {
            NewEntry::new("GEN", day(n)).debit("1000", amount(cents)).credit("4000", amount(cents))
        };
        let balances = |at: i64| firm.balances(&BalanceQuery::all().known_at(minute(at)));
        let (mut known, mut posted) = (Vec::new(), Vec::new());
        for (step, (deed, n, cents)) in (0_i64..).zip(deeds) {
            firm.at_minute(step * 2);
            let name = step.to_string();
            match deed {
                0 => {
                    if let Ok(done) = firm.send(&name, &Post::new(entry(n, cents))) {
                        posted.push(done.answer.id);
                    }
                }
                1 => {
                    let until = BalanceQuery::account("1000").until(day(n));
                    let stands = dec(&firm.sum(&until));
                    let stated = fondaco_core::Money::new(stands, fondaco_core::Currency::EUR);
                    let stated = AssertBalance::new("1000", day(n), stated).within(dec("3"));
                    firm.must(&name, &stated);
                }
                2 => {
                    if let Some(id) = posted.pop()
                        && let Ok(done) = firm.send(&name, &Correct::new(id, entry(n, cents)))
                    {
                        posted.push(done.answer.entry.id);
                    }
                }
                _ => {
                    if let Some(id) = posted.pop() {
                        let _ = firm.send(&name, &Reverse::new(id, day(59)));
                    }
                }
            }
            known.push((step * 2, balances(step * 2)));
        }
        for (at, then) in known {
            assert_eq!(balances(at), then, "known at minute {at}");
        }
        assert!(firm.view(|view| assertions(view)).iter().all(|assertion| assertion.is_kept()));
        firm.clean();
    }
}
