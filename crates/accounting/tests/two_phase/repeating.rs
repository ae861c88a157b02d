//! What comes again under a key: once, exactly, and never after a failure.

use crate::*;
use fondaco_core::ActError;

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
