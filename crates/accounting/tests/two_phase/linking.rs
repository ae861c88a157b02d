//! Chains that stand or fall together, in batches of steps and of accounts.

use crate::*;
use fondaco_core::store::Value;

fn linked(entry: NewEntry) -> Item {
    Item::Entry(entry.linked())
}

#[test]
fn a_chain_stands_or_falls_together() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        let items = vec![
            linked(pay("1000", "w1", "10")),
            linked(pay("w1", "w2", "4")),
            Item::Entry(pay("w2", "w3", "5")), // breaks it
            Item::Entry(pay("1000", "w1", "3")),
            linked(pay("w1", "w2", "3")),
            Item::Entry(pay("w2", "w3", "3")),
            linked(pay("1000", "w1", "1")),
            linked(pay("1000", "w1", "1")), // the batch ends in its middle
        ];
        let (failed, open) = ("linked_failed", "linked_open");
        let expected = [failed, failed, "exceeds_credits", "ok", "ok", "ok", failed, open];
        assert_eq!(each(&firm, "chains", items), expected, "{}", firm.name);
        assert_eq!(sums(&firm, "w1"), ["3", "3", "0", "0"].map(String::from));
        assert_eq!(sums(&firm, "w3"), ["0", "3", "0", "0"].map(String::from));
        // No number is lost with what fell.
        let numbers: Vec<_> = firm.entries().iter().map(|entry| entry.number.number()).collect();
        assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
        firm.clean();
    });
}

/// What a commit reports are the entries that stand: not those of a chain that fell after them.
#[test]
fn what_falls_is_not_told() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        let items = vec![
            Item::Entry(pay("1000", "w1", "10")),
            linked(pay("w1", "w2", "4")),
            Item::Entry(pay("w2", "w3", "5")), // breaks the chain
        ];
        assert_eq!(each(&firm, "chain", items), ["ok", "linked_failed", "exceeds_credits"]);
        let commits = firm.books.driver().feed(0, 1000).unwrap();
        let posted = commits.iter().flat_map(|commit| &commit.events);
        let posted: Vec<_> = posted.filter(|event| event.name == "ledger.posted").collect();
        let [event] = posted.as_slice() else { panic!("{posted:?}") };
        let counts: Vec<&Value> = event.data[1..].iter().map(|(_, count)| count).collect();
        assert_eq!(counts, [&Value::I64(1), &Value::I64(2)], "on {}", firm.name);
    });
}

/// What falls takes nothing along: holds, settlings, closed accounts, keys.
#[test]
fn what_falls_leaves_nothing() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        firm.post("in", pay("1000", "w1", "10"));
        let held = firm.must("hold", &RecordPending::new(hold("w1", "4000", "2"))).id;
        let key = |key: &str| PendingRef::Key(key.into());
        let mut post = PostPending::new(held);
        post.options.linked = true;
        let mut close = hold("w1", "w2", "0").closing(Closing::Debit);
        close.entry = close.entry.key("close").linked();
        let mut void = VoidPending::new(key("close"));
        void.options.linked = true;
        let chain = |last: NewEntry| {
            vec![
                Item::Post(post.clone()),
                Item::Pending(close.clone()),
                Item::Void(void.clone()),
                Item::Entry(last),
            ]
        };
        let failed = "linked_failed";
        let broken = each(&firm, "broken", chain(pay("w1", "w2", "9")));
        assert_eq!(broken, [failed, failed, failed, "exceeds_credits"], "{}", firm.name);
        assert_eq!(sums(&firm, "w1"), ["0", "10", "2", "0"].map(String::from));
        firm.clean();
        let whole = each(&firm, "whole", chain(pay("w1", "w2", "8")));
        assert_eq!(whole, ["ok"; 4], "{}", firm.name);
        assert_eq!(sums(&firm, "w1"), ["10", "10", "0", "0"].map(String::from));
        firm.clean();
    });
}

#[test]
fn accounts_are_opened_in_chains() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let account = |code: &str| NewAccount::new(code, "Wallet", AccountClass::Liability);
        let accounts = vec![
            account("a"),
            account("b").linked(),
            account("a").linked(), // is there, and linked now
            account("c"),
            account("d").linked(),
            account("e"),
            account("f").parent("5"), // another class
            account("g").linked(),
        ];
        let answer = firm.must("each", &OpenEach::new(accounts)).accounts;
        let code = |answer: &Result<Opened, RefusedItem>| match answer {
            Ok(opened) => format!("{}", opened.existed),
            Err(refused) => refused.code.trim_start_matches("accounting.").to_owned(),
        };
        let codes: Vec<String> = answer.iter().map(code).collect();
        let failed = "linked_failed";
        let expected =
            ["false", failed, "key_differs", failed, "false", "false", "bad_parent", "linked_open"];
        assert_eq!(codes, expected, "{}", firm.name);
        firm.post("to one that is open", pay("1000", "d", "1"));
        assert_eq!(firm.refused_entry(pay("1000", "b", "1")), "accounting.unknown_account");
        firm.clean();
    });
}

/// What a chain had spent before it broke is given back, to the items after it too.
#[test]
fn a_broken_chain_gives_its_spending_back() {
    let firm = wallets(in_memory());
    let limit = SetSpendingLimit::new("L", "Limit", fondaco_core::Currency::EUR).account("5000");
    firm.must("limit", &limit.refuse_above(eur("10")));
    let items = vec![
        Item::Entry(pay("5000", "1000", "8").linked()),
        Item::Entry(pay("nobody", "1000", "1")),
        Item::Entry(pay("5000", "1000", "9")),
    ];
    assert_eq!(each(&firm, "chain", items), ["linked_failed", "unknown_account", "ok"]);
    let report = firm.view(|view| spending(view, "L", d("2026-06-01")));
    assert_eq!(report.lines[0].spent, eur("9"));
    firm.clean();
}
