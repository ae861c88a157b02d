//! What comes again under a key: once, exactly, and never after a failure.

use crate::*;

#[test]
fn the_same_again_is_what_is_there() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        let payment = pay("1000", "w1", "10").key("payment/1").kind("payment").tag("order", "7");
        let first = firm.post("first", payment.clone());
        assert_eq!(firm.post("second", payment.clone()), first);
        let many = firm.must("many", &PostMany::new(vec![payment.clone()]));
        assert_eq!(many.entries, [first]);
        let twice = each(&firm, "twice", vec![Item::Entry(payment.clone()), Item::Entry(payment)]);
        assert_eq!(twice, ["again", "again"]);
        let new = pay("1000", "w1", "1").key("payment/2");
        let batch = vec![Item::Entry(new.clone()), Item::Entry(new)];
        assert_eq!(each(&firm, "in one batch", batch), ["ok", "again"]);
        assert_eq!(sums(&firm, "w1"), ["0", "11", "0", "0"].map(String::from));
        firm.clean();
    });
}

#[test]
fn the_first_field_that_differs_is_named() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        let payment = pay("1000", "w1", "10").key("k").kind("payment").tag("order", "7").text("x");
        firm.post("first", payment.clone());
        type Change = fn(NewEntry) -> NewEntry;
        let changes: [(&str, Change); 12] = [
            ("handling", |entry| entry.linked()),
            ("handling", |entry| entry.balancing(Balancing::Debit)),
            ("debit_account", |mut entry| {
                entry.postings[0].account = "2000".into();
                entry
            }),
            ("credit_account", |mut entry| {
                entry.postings[1].account = "w2".into();
                entry
            }),
            ("amount", |mut entry| {
                entry.postings.iter_mut().for_each(|line| line.amount = eur("9"));
                entry
            }),
            ("order", |entry| entry.tag("order", "8")),
            ("room", |entry| entry.tag("room", "1")),
            ("currency", |mut entry| {
                entry.postings.iter_mut().for_each(|line| line.amount = usd("10"));
                entry
            }),
            ("kind", |entry| entry.kind("fee")),
            ("date", |entry| NewEntry { date: d("2026-06-02"), ..entry }),
            ("text", |entry| entry.text("y")),
            ("postings", |mut entry| {
                entry.postings[0].dimensions.set("site", "Mestre");
                entry
            }),
        ];
        for (at, (field, change)) in changes.into_iter().enumerate() {
            // A chain of one more would stay open: the linked one is followed by another.
            let items =
                vec![Item::Entry(change(payment.clone())), Item::Entry(pay("1000", "w1", "0"))];
            let answer = firm.must(&format!("other {at}"), &RecordEach::new(items));
            let refused = answer.items[0].clone().unwrap_err();
            assert_eq!(refused.code, "accounting.key_differs", "{field}: {refused}");
            assert_eq!(refused.about.as_deref(), Some(field), "{refused}");
        }
        let held = firm.refused("held", &RecordPending::new(NewPending::new(payment)));
        assert_eq!(
            held.to_string(),
            "entry \"k\" is there with another handling: give the same, or another key"
        );
        firm.clean();
    });
}

#[test]
fn what_failed_by_how_things_stood_stays_failed() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        let out = pay("w1", "4000", "5").key("out");
        let batch = |entry: &NewEntry| vec![Item::Entry(entry.clone())];
        assert_eq!(each(&firm, "short", batch(&out)), ["exceeds_credits"]);
        firm.post("in", pay("1000", "w1", "10"));
        assert_eq!(each(&firm, "again", batch(&out)), ["key_failed"]);
        let single = firm.refused("single", &Post::new(out));
        assert_eq!(single.code(), "accounting.key_failed");
        assert_eq!(
            single.to_string(),
            "what came under the key \"out\" failed (accounting.exceeds_credits): give another key"
        );
        let unknown = pay("w1", "nobody", "5").key("unknown");
        assert_eq!(each(&firm, "unknown", batch(&unknown)), ["unknown_account"]);
        assert_eq!(each(&firm, "unknown again", batch(&unknown)), ["key_failed"]);
        // What is wrong in itself may be mended under the same key.
        let wrong = pay("w1", "4000", "5.001").key("wrong");
        assert_eq!(each(&firm, "wrong", batch(&wrong)), ["too_many_digits"]);
        assert_eq!(each(&firm, "mended", batch(&pay("w1", "4000", "5").key("wrong"))), ["ok"]);
        firm.clean();
    });
}

#[test]
fn settlings_come_again_too() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        firm.post("in", pay("1000", "w1", "10"));
        let mut held = hold("w1", "4000", "6").expires_after(60);
        held.entry = held.entry.key("hold");
        let named = || PendingRef::Key("hold".into());
        let post = PostPending::new(named()).amount(eur("5")).key("post");
        let all = || vec![Item::Pending(held.clone()), Item::Post(post.clone())];
        assert_eq!(each(&firm, "first", all()), ["ok", "ok"]);
        assert_eq!(each(&firm, "second", all()), ["again", "again"]);
        let other = Item::Post(PostPending::new(named()).key("post"));
        let longer = Item::Pending(NewPending { expires: Some(Expiry::After(61)), ..held.clone() });
        let answer = firm.must("other", &RecordEach::new(vec![other, longer]));
        let about = |at: usize| answer.items[at].clone().unwrap_err().about.unwrap().to_string();
        assert_eq!((about(0), about(1)), ("amount".to_owned(), "timeout".to_owned()));
        let void = Item::Void(VoidPending::new(named()).key("void"));
        assert_eq!(each(&firm, "void", vec![void]), ["pending_already_posted"]);
        let no_hold = Item::Void(VoidPending::new(PendingRef::Key("post".into())));
        assert_eq!(each(&firm, "no hold", vec![no_hold]), ["not_pending"]);
        firm.clean();
    });
}

/// Two programs send the same payment at once: one is carried out.
#[test]
fn a_key_is_given_once_at_once() {
    for (name, store) in stores() {
        let firm = wallets(Firm::on(name, store));
        let sent: Vec<_> = std::thread::scope(|scope| {
            let send = |n: usize| {
                let books = firm.books.clone();
                let entry = pay("1000", "w1", "10").key("payment");
                scope.spawn(move || books.post(&format!("sender {n}"), entry).unwrap().answer)
            };
            let threads: Vec<_> = (0..8).map(send).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(sent.iter().all(|posted| *posted == sent[0]), "on {name}: {sent:?}");
        assert_eq!(sums(&firm, "w1"), ["0", "10", "0", "0"].map(String::from));
        firm.clean();
    }
}

/// A key names one entry: what comes again, later, or from somebody else has none.
#[test]
fn what_comes_later_has_no_key() {
    use fondaco_core::recurrence::Recurrence;
    let firm = wallets(in_memory());
    let keyed = || pay("1000", "w1", "1").key("k");
    let drafted = firm.refused("draft", &PrepareDraft::new(pay("1000", "w1", "1").kind("fee")));
    let accrued = firm.refused("accrue", &PostReversing::new(keyed()));
    let terms = |entry: NewEntry| RecurringTerms::new(entry, Recurrence::monthly());
    let recurs = firm.refused("recur", &StartRecurring::new("r", terms(keyed())));
    for refused in [drafted, accrued, recurs] {
        assert_eq!(refused.code(), "accounting.bad_input", "{refused}");
    }
    let fee = pay("1000", "w1", "1").kind("fee");
    firm.must("recur with a kind", &StartRecurring::new("r", terms(fee)));
    firm.tick("2026-06-02");
    let fees = firm.view(|view| movements(view, &MovementQuery::all().kind("fee")));
    assert_eq!(fees.len(), 1);
    firm.clean();
}

/// What is posted of a hold comes again by the same amounts of the same currencies on the same day, and by nothing else.
#[test]
fn a_part_is_compared_by_currency_and_day() {
    let firm = wallets(in_memory());
    firm.post("in", pay("1000", "w1", "30"));
    firm.must("hold", &RecordPending::new(NewPending::new(pay("w1", "4000", "10").key("hold"))));
    let post = |amount| {
        Item::Post(PostPending::new(PendingRef::Key("hold".into())).amount(amount).key("post"))
    };
    assert_eq!(each(&firm, "post", vec![post(eur("7"))]), ["ok"]);
    assert_eq!(each(&firm, "again", vec![post(eur("7"))]), ["again"]);
    for (name, other) in [("dollars", usd("7")), ("yen", money("7 JPY")), ("more", eur("8"))] {
        assert_eq!(each(&firm, name, vec![post(other)]), ["key_differs"], "{name}");
    }
    let other_day = PostPending::new(PendingRef::Key("hold".into())).amount(eur("7")).key("post");
    let other_day = Item::Post(other_day.on(d("2026-06-02")));
    assert_eq!(each(&firm, "other day", vec![other_day]), ["key_differs"]);
    firm.clean();
}

#[test]
fn a_hold_in_two_currencies_is_posted_once() {
    let firm = in_memory().set_up();
    let order = NewEntry::new("GEN", d("2026-06-01"))
        .posting(NewPosting::debit("1010", usd("10")).worth(eur("9")))
        .posting(NewPosting::credit("4000", usd("10")).worth(eur("9")))
        .debit("1000", eur("5"))
        .credit("4000", eur("5"));
    firm.must("hold", &RecordPending::new(NewPending::new(order.key("hold"))));
    let post = || vec![Item::Post(PostPending::new(PendingRef::Key("hold".into())).key("post"))];
    assert_eq!(each(&firm, "first", post()), ["ok"]);
    assert_eq!(each(&firm, "second", post()), ["again"]);
    firm.clean();
}

#[test]
fn worths_and_due_dates_are_compared_too() {
    let firm = in_memory().set_up();
    let order = |worth: &str| {
        NewEntry::new("GEN", d("2026-06-01"))
            .posting(NewPosting::debit("1010", usd("10")).worth(eur(worth)))
            .posting(NewPosting::credit("4000", usd("10")).worth(eur(worth)))
            .key("order")
    };
    firm.post("order", order("9"));
    firm.post("the same", order("9"));
    let other = firm.refused("other worth", &Post::new(order("8")));
    assert!(other.to_string().contains("another worth"), "{other}");
    let mut due = order("9");
    due.postings[0].due_date = Some(d("2026-07-01"));
    assert!(firm.refused("due", &Post::new(due)).to_string().contains("another postings"));
}

/// A chain that ends with a linked entry waits for one that never comes, whoever takes it.
#[test]
fn open_chains_are_refused_by_all() {
    let firm = wallets(in_memory());
    let linked = || pay("1000", "w1", "5").linked();
    assert_eq!(firm.refused("alone", &Post::new(linked())).code(), "accounting.linked_open");
    let many = firm.refused("many", &PostMany::new(vec![pay("1000", "w1", "5"), linked()]));
    assert_eq!(many.code(), "accounting.linked_open");
    assert!(many.to_string().starts_with("item 1 "), "{many}");
}

/// A key that settled one hold does not stand for another, nor one expiry for another.
#[test]
fn other_holds_and_other_expiries_are_others() {
    let firm = wallets(in_memory());
    firm.post("in", pay("1000", "w1", "30"));
    let at = |hour: u32| {
        let instant = instant(&format!("2030-01-01T{hour:02}:00:00Z"));
        let hold = NewPending::new(pay("w1", "4000", "5").key("timed")).expires_at(instant);
        vec![Item::Pending(hold)]
    };
    assert_eq!(each(&firm, "timed", at(1)), ["ok"]);
    assert_eq!(each(&firm, "timed again", at(1)), ["again"]);
    assert_eq!(each(&firm, "other time", at(2)), ["key_differs"]);
    for key in ["a", "b"] {
        firm.must(key, &RecordPending::new(NewPending::new(pay("w1", "4000", "5").key(key))));
    }
    let post =
        |hold: &str| vec![Item::Post(PostPending::new(PendingRef::Key(hold.into())).key("post"))];
    assert_eq!(each(&firm, "post a", post("a")), ["ok"]);
    assert_eq!(each(&firm, "post b", post("b")), ["key_differs"]);
    let mut believed = PostPending::new(PendingRef::Key("b".into()));
    believed.options.expected =
        Some(Box::new(Expected { amount: Some(eur("3")), ..Expected::default() }));
    assert_eq!(each(&firm, "believed", vec![Item::Post(believed)]), ["pending_differs"]);
}
