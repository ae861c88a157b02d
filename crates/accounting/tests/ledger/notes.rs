//! What is written about a person can be erased: by its party, registered or not, or entry by entry; and nothing else is lost.

use crate::common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::party::{self, EraseParty, RegisterParty};
use fondaco_core::{ActError, Id, PartyId};

fn ada() -> PartyId {
    PartyId::named("customer/1")
}

fn ben() -> PartyId {
    PartyId::named("customer/2")
}

fn noted(amount: &str) -> NewEntry {
    sale("2026-01-05", amount).note("Marklovelace, Markgasse 7")
}

fn said(firm: &Firm, id: Id<Entry>) -> Option<String> {
    firm.view(|view| note(view, id)).map(String::from)
}

/// All that is held on a party, as JSON.
fn held(firm: &Firm, of: PartyId) -> String {
    firm.view(|view| Ok(party::export(view, of)?)).to_json().to_string()
}

fn erase(firm: &Firm, name: &str, of: PartyId) -> Result<u32, party::PartyError> {
    let envelope = firm.books.envelope(name);
    firm.books.driver().carry_out(envelope, &EraseParty::new(of)).map(|done| done.answer)
}

#[test]
fn notes_are_erased_with_the_party_that_they_are_about() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.books.driver().prepare(party::TABLES).unwrap();
        let hers = firm.post("hers", noted("10").party(ada())).id;
        let mut line = noted("20");
        line.postings[0].party = Some(ada());
        let of_a_line = firm.post("of a line", line).id;
        let his = firm.post("his", noted("30").party(ben())).id;
        let mut two = noted("40");
        two.postings[0].party = Some(ada());
        two.postings[1].party = Some(ben());
        let of_two = firm.post("of two", two).id;
        assert_eq!(held(&firm, ada()).matches("Marklovelace").count(), 2, "on {}", firm.name);

        // She was never registered, and is forgotten all the same.
        assert_eq!(erase(&firm, "erase", ada()).unwrap(), 2, "on {}", firm.name);
        assert_eq!((said(&firm, hers), said(&firm, of_a_line)), (None, None));
        assert!(said(&firm, his).is_some() && said(&firm, of_two).is_some());
        assert!(!held(&firm, ada()).contains("Marklovelace"));
        assert!(held(&firm, ada()).contains(&hers.to_string()), "the books stay");
        firm.clean();
        assert_eq!(erase(&firm, "again", ada()).unwrap_err().code(), "party.unknown");

        // One who is registered loses the notes with the rest.
        let register = RegisterParty::person(ben(), "Ben");
        firm.books.driver().carry_out(firm.books.envelope("ben"), &register).unwrap();
        assert_eq!(erase(&firm, "erase ben", ben()).unwrap(), 2, "on {}", firm.name);
        assert_eq!(said(&firm, his), None);
        assert_eq!(
            firm.must("forget of two", &EraseNotes::new(vec![of_two, hers])),
            1,
            "hers is gone already"
        );
        assert_eq!(said(&firm, of_two), None);
        firm.clean();
    });
}

#[test]
fn an_entry_with_a_note_is_any_other_entry() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let keyed = |note: &str| sale("2026-01-05", "10").key("payment/1").note(note);
        let first = firm.post("first", keyed("from her brother"));
        assert_eq!(firm.post("again", keyed("from her brother")).id, first.id);
        let other = firm.refused("other", &Post::new(keyed("from her sister")));
        assert_eq!(other.code(), "accounting.key_differs");
        assert!(
            !other.to_string().contains("sister") && other.to_string().contains("note"),
            "{other}"
        );
        assert_eq!(firm.must("forget", &EraseNotes::new(vec![first.id, first.id])), 1);
        assert_eq!(
            firm.post("once more", keyed("from whom?")).id,
            first.id,
            "nobody knows any more"
        );

        let many = firm.must("many", &PostMany::new(vec![sale("2026-01-06", "1"), noted("2")]));
        assert_eq!(said(&firm, many.entries[0].id), None);
        assert!(said(&firm, many.entries[1].id).is_some());
        let reversal = firm.must("reverse", &Reverse::new(many.entries[1].id, d("2026-01-07")));
        assert_eq!(said(&firm, reversal.id), None, "what was said once is not said twice");
        firm.clean();
    });
}

#[test]
fn where_a_note_would_not_be_erased_it_is_refused() {
    let firm = in_memory().set_up();
    let refused = |name: &str, error: LedgerError| {
        assert_eq!(error.code(), "accounting.bad_input", "{name}: {error}");
        assert!(
            error.to_string().contains("note") && !error.to_string().contains("Mark"),
            "{error}"
        );
    };
    refused("draft", firm.refused("draft", &PrepareDraft::new(noted("1"))));
    refused("held", firm.refused("held", &RecordPending::new(NewPending::new(noted("1")))));
    refused("plan", firm.refused("plan", &PostReversing::new(noted("1"))));
    refused("empty", firm.refused("empty", &Post::new(sale("2026-01-05", "1").note(""))));
    let long = "x".repeat(10_001);
    refused("long", firm.refused("long", &Post::new(sale("2026-01-05", "1").note(long))));
    let nul = sale("2026-01-05", "1").note("Mark\0");
    refused("nul", firm.refused("nul", &Post::new(nul)));

    let unknown = firm.refused("unknown", &EraseNotes::new(vec![Id::from_u128(7)]));
    assert_eq!(unknown.code(), "accounting.unknown_entry");
    let many = (0..10_001).map(Id::from_u128).collect();
    let many = firm.refused("many", &EraseNotes::new(many));
    assert!(many.to_string().contains("10,000 at a time"), "{many}");
    assert_eq!(firm.must("none", &EraseNotes::new(Vec::new())), 0);
}

#[test]
fn a_note_comes_through_json_and_no_log() {
    let entry = noted("1");
    let json = serde_json::to_string(&entry).unwrap();
    assert!(json.contains(r#""note":"Marklovelace, Markgasse 7""#), "{json}");
    assert_eq!(serde_json::from_str::<NewEntry>(&json).unwrap(), entry);
    assert!(!format!("{entry:?}").contains("Mark"));
    let erase = EraseNotes::new(vec![Id::from_u128(7)]);
    let json = serde_json::to_string(&erase).unwrap();
    assert_eq!(serde_json::from_str::<EraseNotes>(&json).unwrap(), erase);
}
