//! Items of parties: apart, across, merged, and of nobody.

use fondaco_accounting::ledger::*;
use fondaco_core::party::{MergeParties, RegisterParty, TABLES as PARTIES};
use fondaco_core::{ActorId, CommandId, Envelope};

use crate::common::*;
use crate::firm::*;

fn of(firm: &Firm, name: &str, entry: NewEntry, line: u32, who: &str) -> ItemKey {
    ItemKey::new(firm.post(name, entry.party(party(who))).id, line)
}

#[test]
fn parties_are_kept_apart_unless_that_is_not_meant() {
    on_every_store(|firm| {
        let firm = by_items(firm);
        let ada = of(&firm, "ada", invoice("2026-01-05", "50.00 EUR"), 1, "ada");
        let ben = of(&firm, "ben", payment("2026-01-06", "50.00 EUR"), 2, "ben");
        assert_eq!(open(&firm, &customers().party(party("ada"))), "50.00 EUR");
        assert_eq!(open(&firm, &customers().party(party("ben"))), "-50.00 EUR");
        assert_eq!(open(&firm, &customers().party(party("carla"))), "");
        let clear = Clear::new("1200").all(ada).all(ben);
        let error = firm.refused("apart", &clear);
        assert_eq!(error.code(), "accounting.item_of_other_party");
        firm.must("ben pays for ada", &clear.across_parties());
        assert_eq!(open(&firm, &customers()), "");
        assert_eq!(open(&firm, &customers().party(party("ada")).at(d("2026-01-05"))), "50.00 EUR");
        firm.clean();
    });
}

#[test]
fn who_names_no_party_goes_with_any() {
    let firm = in_memory_by_items();
    let ada = of(&firm, "ada", invoice("2026-01-05", "50.00 EUR"), 1, "ada");
    let somebody = paid(&firm, "paid", "2026-01-06", "50.00 EUR");
    firm.must("clear", &Clear::new("1200").all(ada).all(somebody));
    let history = firm.view(|view| clearings_of(view, ada));
    assert_eq!(history[0].clearing.party, Some(party("ada")));
}

/// The posting's party is meant where it has one, else the entry's.
#[test]
fn a_posting_may_have_a_party_of_its_own() {
    let firm = in_memory_by_items();
    let entry = NewEntry::new("GEN", d("2026-01-05"))
        .posting(NewPosting::debit("1200", eur("10")).party(party("ben")).due_date(d("2026-02-01")))
        .debit("1200", eur("20"))
        .credit("4000", eur("30"))
        .party(party("ada"))
        .source("order/1")
        .document_date(d("2026-01-04"))
        .due_date(d("2026-03-01"));
    firm.post("two", entry);
    let ben = &found(&firm, &customers().party(party("ben"))).items[0];
    assert_eq!(
        (ben.open, ben.due_date, ben.document_date),
        (eur("10"), d("2026-02-01"), d("2026-01-04"))
    );
    let ada = &found(&firm, &customers().party(party("ada"))).items[0];
    assert_eq!((ada.open, ada.due_date), (eur("20"), d("2026-03-01")));
    assert_eq!(ada.source.as_deref(), Some("order/1"));
}

#[test]
fn merged_parties_are_one() {
    for (name, store) in stores() {
        let firm = by_items(Firm::on(name, store));
        firm.books.driver().prepare(PARTIES).unwrap();
        let send =
            |name: &str| Envelope::new(CommandId::named(name), ActorId::new("clerk"), minute(0));
        for who in ["ada", "ada, on the web", "ben"] {
            let register = RegisterParty::person(party(who), who);
            firm.books.driver().carry_out(send(who), &register).unwrap();
        }
        let bill = of(&firm, "bill", invoice("2026-01-05", "50.00 EUR"), 1, "ada");
        let paid = of(&firm, "paid", payment("2026-01-06", "50.00 EUR"), 2, "ada, on the web");
        let clear = Clear::new("1200").all(bill).all(paid);
        assert_eq!(firm.refused("two", &clear).code(), "accounting.item_of_other_party");
        let merge = MergeParties::new(party("ada"), party("ada, on the web"));
        firm.books.driver().carry_out(send("merge"), &merge).unwrap();
        for who in ["ada", "ada, on the web"] {
            let query = customers().party(party(who));
            assert_eq!(open(&firm, &query), "50.00 EUR, -50.00 EUR", "on {name}");
            assert!(found(&firm, &query).items.iter().all(|item| item.party == Some(party("ada"))));
        }
        assert!(
            found(&firm, &customers()).items.iter().all(|item| item.party == Some(party("ada")))
        );
        firm.must("one", &clear);
        assert_eq!(open(&firm, &customers()), "");
        let before = customers().party(party("ada, on the web")).at(d("2026-01-05"));
        assert_eq!(open(&firm, &before), "50.00 EUR");
        firm.clean();
    }
}
