//! Limits: one after the other, whatever the dates; and sums at the edge of their type.

use crate::*;

#[test]
fn a_batch_is_judged_in_its_order() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        let entries = vec![
            pay("w1", "4000", "1"), // nothing is there yet
            pay("1000", "w1", "10"),
            pay("w1", "4000", "7"),
            pay("w1", "w2", "4"), // 3 are left
            pay("w1", "w2", "3"),
            pay("w2", "till", "3"), // the till has nothing to give
            pay("w2", "4000", "3"),
        ];
        let answer = firm.must("batch", &PostEach::new(entries.clone())).entries;
        let codes: Vec<&str> = answer
            .iter()
            .map(|item| item.as_ref().map_or_else(|e| e.code.as_str(), |_| ""))
            .collect();
        let (credits, debits) = ("accounting.exceeds_credits", "accounting.exceeds_debits");
        assert_eq!(codes, [credits, "", "", credits, "", debits, ""], "{}", firm.name);
        assert_eq!(sums(&firm, "w1"), ["10", "10", "0", "0"].map(String::from));
        assert_eq!(sums(&firm, "w2"), ["3", "3", "0", "0"].map(String::from));
        let refused = firm.refused("many", &PostMany::new(entries));
        assert!(matches!(refused, LedgerError::At { index: 0, .. }), "{refused}");
        firm.clean();
    });
}

/// An entry is judged as a whole: what it puts in itself may be taken out by it.
#[test]
fn an_entry_is_one() {
    let firm = wallets(in_memory());
    let through = pay("w1", "4000", "5").posting(NewPosting::debit("1000", eur("5")));
    let through = through.posting(NewPosting::credit("w1", eur("5")));
    firm.post("through", through);
    assert_eq!(sums(&firm, "w1"), ["5", "5", "0", "0"].map(String::from));
    firm.clean();
}

/// Limits go by the order of recording: a date of the past is no way around one.
#[test]
fn dates_are_no_way_around_a_limit() {
    let firm = wallets(in_memory());
    firm.post("in December", NewEntry { date: d("2026-12-01"), ..pay("1000", "w1", "10") });
    firm.post("out in January", NewEntry { date: d("2026-01-01"), ..pay("w1", "4000", "10") });
    let late = NewEntry { date: d("2026-12-31"), ..pay("w1", "4000", "0.01") };
    assert_eq!(firm.refused_entry(late), "accounting.exceeds_credits");
    firm.clean();
}

/// Each currency by itself, over all dimensions.
#[test]
fn each_currency_has_a_limit_of_its_own() {
    let firm = wallets(in_memory());
    let dollars = |debit: &str, credit: &str, amount: &str| {
        let line = |posting: NewPosting| posting.worth(eur(amount)).dimension("site", debit);
        NewEntry::new("GEN", d("2026-06-01"))
            .posting(line(NewPosting::debit(debit, usd(amount))))
            .posting(line(NewPosting::credit(credit, usd(amount))))
    };
    firm.post("euro", pay("1000", "w1", "10"));
    assert_eq!(firm.refused_entry(dollars("w1", "4000", "1")), "accounting.exceeds_credits");
    firm.post("dollars in", dollars("1010", "w1", "5"));
    firm.post("dollars out", dollars("w1", "4000", "5"));
    assert_eq!(firm.refused_entry(dollars("w1", "4000", "0.01")), "accounting.exceeds_credits");
    firm.clean();
}

/// A limit that comes later knows the past, and lets what breaks it already only become better.
#[test]
fn a_limit_may_be_set_and_lifted() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.post("in", pay("1000", "2000", "10"));
        firm.post("out", pay("2000", "4000", "12"));
        let limit = ChangeAccount::limit("2000", AccountLimit::DebitsWithinCredits);
        firm.must("limit", &limit);
        assert_eq!(sums(&firm, "2000"), ["12", "10", "0", "0"].map(String::from));
        assert_eq!(firm.refused_entry(pay("2000", "4000", "0")), "accounting.exceeds_credits");
        firm.post("better", pay("1000", "2000", "1"));
        assert_eq!(firm.refused_entry(pay("2000", "4000", "0.01")), "accounting.exceeds_credits");
        firm.post("good", pay("1000", "2000", "2"));
        firm.post("again", pay("2000", "4000", "1"));
        firm.clean();
        firm.must("unlimited", &ChangeAccount::unlimited("2000"));
        assert_eq!(sums(&firm, "2000"), ["0", "0", "0", "0"].map(String::from));
        firm.post("any", pay("2000", "4000", "100"));
        firm.must("track", &ChangeAccount::track("2000"));
        assert_eq!(sums(&firm, "2000"), ["113", "13", "0", "0"].map(String::from));
        firm.clean();
    });
}

#[test]
fn as_much_as_there_is() {
    on_every_store(|firm| {
        let firm = wallets(firm);
        firm.post("in", pay("1000", "w1", "10"));
        let sweep = |amount: &str, balancing| pay("w1", "w2", amount).balancing(balancing);
        let moved = |name: &str, entry: NewEntry| {
            let answer = firm.must(name, &RecordEach::new(vec![Item::Entry(entry)]));
            answer.items[0].as_ref().unwrap().moved
        };
        assert_eq!(moved("some", sweep("4", Balancing::Debit)), eur("4"));
        assert_eq!(moved("rest", sweep("1000", Balancing::Debit)), eur("6"));
        assert_eq!(moved("nothing", sweep("1000", Balancing::Debit)), eur("0"));
        // w2 has nothing on its debit side that its credits could balance.
        assert_eq!(moved("credit", pay("1000", "w2", "5").balancing(Balancing::Credit)), eur("0"));
        let untracked = pay("2000", "1000", "1").balancing(Balancing::Debit);
        assert_eq!(firm.refused_entry(untracked), "accounting.not_tracked");
        let three = pay("w1", "w2", "1").debit("1000", eur("0")).balancing(Balancing::Both);
        assert_eq!(firm.refused_entry(three), "accounting.bad_input");
        firm.clean();
    });
}

/// Sums at the edge of their type name which; the rest of the batch goes on.
#[test]
fn sums_at_the_edge_are_refused_one_by_one() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let chart =
            ["a", "b"].map(|code| NewAccount::new(code, code, AccountClass::Asset).tracked());
        firm.must("tracked", &OpenAccounts::new(chart.to_vec()));
        let edge = "922337203685477.58";
        let items = vec![
            Item::Entry(pay("a", "b", edge)),
            Item::Entry(pay("a", "b", "0.01")),
            Item::Pending(hold("b", "a", edge)),
            Item::Pending(hold("b", "a", "0.01")),
            Item::Entry(pay("b", "a", "0.01")),
            Item::Entry(pay("b", "a", "0")),
        ];
        let answer = firm.must("edge", &RecordEach::new(items));
        let large = "total_too_large";
        assert_eq!(codes(&answer), ["ok", large, "ok", large, large, "ok"], "{}", firm.name);
        let about = |at: usize| answer.items[at].clone().unwrap_err().about.unwrap().to_string();
        assert_eq!(about(1), "posted debits");
        assert_eq!(about(3), "pending debits");
        assert_eq!(about(4), "posted and pending debits");
        firm.clean();
    });
}
