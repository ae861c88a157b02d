//! Differences have the dimensions of what they arise from: a segment's books stand at the closing rate by themselves.

use crate::common::*;
use crate::firm::*;

fn tagged(account: &str, date: &str, amount: &str, worth: &str, desk: &str) -> NewEntry {
    let mut entry = entry(account, date, amount, worth);
    if !desk.is_empty() {
        entry.postings[0].dimensions.set("desk", desk);
    }
    entry
}

fn firm_of(firm: Firm) -> Firm {
    let firm = named(firm);
    firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
    let rate = NewRate::new(Currency::USD, Currency::EUR, dec("0.50"), d("2026-01-01"));
    firm.must("rates", &RecordRates::new("SPOT", vec![rate]));
    firm.must("monetary", &MarkMonetary::new(["1010", "1200"]));
    firm
}

fn of(firm: &Firm, account: &str, desk: &str) -> String {
    firm.sum(&BalanceQuery::account(account).dimension("desk", desk).until(d("2026-03-31")))
}

fn posted(firm: &Firm, entry: Id<Entry>) -> Vec<String> {
    let whole = firm.view(|view| fondaco_accounting::ledger::entry(view, entry)).unwrap();
    let line = |posting: &std::sync::Arc<Posting>| {
        let worth = posting.ledger_amount.to_decimal().normalize();
        format!("{} {worth} {}", posting.account, posting.dimensions.to_json())
    };
    whole.postings.iter().map(line).collect()
}

#[test]
fn items_are_valued_with_their_dimensions() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        firm.post("a", tagged("1200", "2026-01-05", "10 USD", "4 EUR", "A"));
        firm.post("b", tagged("1200", "2026-01-05", "20 USD", "12 EUR", "B"));
        firm.post("b too", tagged("1200", "2026-02-05", "2 USD", "1 EUR", "B"));
        firm.post("none", tagged("1200", "2026-01-05", "6 USD", "2 EUR", ""));
        let run = Revalue::at(d("2026-03-31"));
        let done = firm.must("March", &run);
        assert_eq!((done.lines, done.difference.to_decimal()), (1, dec("0")));
        assert_eq!(
            posted(&firm, done.entry().unwrap()),
            [
                "1200 1 {}",
                r#"1200 1 {"desk":"A"}"#,
                r#"1200 -2 {"desk":"B"}"#,
                "4900 -1 {}",
                r#"4900 -1 {"desk":"A"}"#,
                r#"5900 2 {"desk":"B"}"#,
            ],
            "on {}",
            firm.name
        );
        assert_eq!((of(&firm, "1200", "A"), of(&firm, "1200", "B")), ("5".into(), "11".into()));
        assert_eq!(firm.must("again", &run).entry(), None);
        firm.tick("2026-04-01");
        let left = BalanceQuery::account("4900").dimension("desk", "A");
        assert_eq!(firm.sum(&left), "0");
        firm.clean();
    });
}

/// A balance is rounded once, and what its parts are off goes to the largest; whole periods and parts of periods count alike.
#[test]
fn balances_are_valued_with_their_dimensions() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        firm.post("a", tagged("1010", "2026-01-05", "10.01 USD", "4 EUR", "A"));
        firm.post("b", tagged("1010", "2026-03-05", "20.01 USD", "12 EUR", "B"));
        firm.post("after", tagged("1010", "2026-03-25", "100 USD", "12 EUR", "B"));
        for day in ["2026-03-24", "2026-03-31"] {
            let run = Revalue::at(d(day));
            let preview = firm.view(|view| revaluation(view, &run));
            let done = firm.must(day, &run);
            let total = preview.lines[0].worth.amount().normalize().to_string();
            let until = BalanceQuery::account("1010").until(d(day));
            assert_eq!(firm.sum(&until), total, "on {}", firm.name);
            // 5.005 and 10.005 are 15.01 together; of the larger one 10.00.
            let a = firm.sum(&until.clone().dimension("desk", "A"));
            let b = firm.sum(&until.dimension("desk", "B"));
            let of_b = if day == "2026-03-24" { "10" } else { "60" };
            assert_eq!((a.as_str(), b.as_str()), ("5.01", of_b), "{day} on {}", firm.name);
            firm.must(&format!("again {day}"), &CancelReversal::new(done.entry().unwrap()));
            assert_eq!(firm.must(&format!("no more {day}"), &run).entry(), None);
        }
        firm.clean();
    });
}

/// On an adjustment account too a second run posts for each what is missing, and only that.
#[test]
fn adjustments_are_known_by_their_dimensions() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let valued = NewAccount::new("1209", "Customers, valued", AccountClass::Asset);
        firm.must("accounts", &OpenAccounts::new(vec![valued]));
        let own = SetExchangeAccounts::new("GEN", "4900", "5900").of_account("1200");
        firm.must("adjusted", &own.adjustment("1209").dimension("origin", "rates"));
        firm.post("a", tagged("1200", "2026-01-05", "10 USD", "4 EUR", "A"));
        firm.post("b", tagged("1200", "2026-01-05", "20 USD", "12 EUR", "B"));
        let run = Revalue::at(d("2026-03-31"));
        firm.must("March", &run);
        assert_eq!((of(&firm, "1209", "A"), of(&firm, "1209", "B")), ("1".into(), "-2".into()));
        assert_eq!(firm.must("again", &run).entry(), None, "on {}", firm.name);
        firm.post("more of b", tagged("1200", "2026-01-05", "2 USD", "0 EUR", "B"));
        let more = firm.must("and again", &run);
        assert_eq!(
            posted(&firm, more.entry().unwrap()),
            [r#"1209 1 {"desk":"B"}"#, r#"4900 -1 {"desk":"B","origin":"rates"}"#]
        );
        assert_eq!((of(&firm, "1209", "A"), of(&firm, "1209", "B")), ("1".into(), "-1".into()));
        firm.clean();
    });
}

/// What a clearing realises has the dimensions in which its items agree.
#[test]
fn realised_with_what_the_items_agree_in() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let mut n = 0;
        let mut cleared = |bills: &[&str], paid: &str| {
            n += 1;
            let post = |name: &str, amount: &str, worth: &str, desk: &str| {
                let entry = tagged("1200", "2026-01-05", amount, worth, desk);
                ItemKey::new(firm.post(&format!("{name} {n}"), entry).id, 1)
            };
            let mut clear = Clear::new("1200");
            for (at, desk) in bills.iter().enumerate() {
                clear = clear.all(post(&format!("bill {at}"), "10 USD", "4 EUR", desk));
            }
            let all = format!("-{}0 USD", bills.len());
            clear = clear.all(post("paid", &all, "-9 EUR", paid));
            let clearing = firm.must(&format!("clear {n}"), &clear).clearing;
            let entry = realised_of(&firm, clearing).unwrap().entry;
            posted(&firm, entry).last().unwrap().clone()
        };
        assert_eq!(cleared(&["A"], ""), r#"4900 -5 {"desk":"A"}"#, "on {}", firm.name);
        assert_eq!(cleared(&["A", "A"], "A"), r#"4900 -1 {"desk":"A"}"#);
        assert_eq!(cleared(&["A", "B"], ""), "4900 -1 {}");
        assert_eq!(cleared(&["A", ""], "B"), "4900 -1 {}");
        let own = SetExchangeAccounts::new("GEN", "4900", "5900").dimension("desk", "treasury");
        firm.must("all to one desk", &own);
        assert_eq!(cleared(&["A"], ""), r#"4900 -5 {"desk":"treasury"}"#);
        firm.clean();
    });
}
