//! An export holds all that is kept on one party, over all engines.

use std::sync::Arc;

use fondaco_core::party::*;
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};

use crate::host::*;

/// Something of another engine: notes on calls.
#[derive(Record, Debug, Clone)]
#[record(table = "call", kind = fact, key(party, number))]
pub(crate) struct Call {
    pub(crate) party: PartyId,
    pub(crate) number: i64,
    pub(crate) notes: fondaco_core::store::Personal<smol_str::SmolStr>,
}

impl HeldOnParty for Call {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Call>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

pub(crate) const CALLS: &[Holding] = &[Holding::of::<Call>()];

pub(crate) fn call(host: &Host, party: PartyId, number: i64) {
    let command = envelope(&format!("call {number}"));
    let done = host.driver.run(command, &number, |tx, number| {
        let notes = tx.personal("Marknotes".into());
        tx.insert(Call { party, number: *number, notes })
    });
    done.unwrap();
}

#[test]
fn an_export_holds_all_and_after_erasure_nothing() {
    on_every_store(|host| {
        let ada = ada(host);
        host.store.prepare(&[Call::TABLE]).unwrap();
        call(host, ada, 1);
        host.tell(CALLS);
        let all = || host.view(|view| Ok(export(view, ada)?));
        let json = all().to_json();
        assert_eq!(json["party"], ada.to_string());
        let text = json.to_string();
        for held in [
            "Markada Marklovelace",
            "Markcountess",
            "1815-12-10",
            "en-GB",
            "customer",
            "2026-01-01",
            "Markvenezia",
            "Markstreet 5\\nMarkfloor",
            "Markhost",
            "Mark30123",
            "Markveneto",
            "Markada@example.org",
            "Marklabel",
            "+39 041 555-0199",
            "GB29NWBK60161331926819",
            "IT00743110157",
            "employee_of",
            "Marknotes",
        ] {
            assert!(text.contains(held), "{held} on {}: {text}", host.name);
        }
        let debug = format!("{:?} {:#?}", all(), CALLS);
        assert!(!debug.contains("Mark") && debug.contains("\"party_contact\": 2"), "{debug}");
        assert_eq!(host.must("erase", &EraseParty::new(ada)), 7);
        let text = all().to_json().to_string();
        assert!(
            !text.contains("Mark") && !text.contains("1815") && text.contains("employee_of"),
            "{text}"
        );
        let findings = host.driver.verify(&[TABLES, &[Call::TABLE]].concat()).unwrap().findings;
        assert!(findings.is_empty());
        let read: EraseParty = serde_json::from_value(serde_json::json!({ "party": ada })).unwrap();
        assert_eq!(host.must("erase", &read), 7, "read from JSON, it is the same command");
    });
}

/// Somebody wrote something about somebody: nobody knows whom.
#[derive(Record, Debug, Clone)]
#[record(table = "remark", kind = fact, key(number))]
struct Remark {
    number: i64,
    text: fondaco_core::store::Personal<smol_str::SmolStr>,
}

#[test]
fn nothing_is_erased_while_an_engine_has_not_said_what_it_holds() {
    on_every_store(|host| {
        let ada = ada(host);
        host.driver.prepare(&[Remark::TABLE]).unwrap();
        if host.asynchronous.is_some() {
            return;
        }
        let refused = host.send("erase", &EraseParty::new(ada)).unwrap_err();
        assert!(refused.to_string().contains("table remark"), "{refused}");
        assert!(!host.whole(ada).party.is_erased());
        const REMARKS: &[Holding] = &[Holding::untied::<Remark>()];
        host.tell(REMARKS);
        host.tell(REMARKS); // once, however often
        let export = host.view(|view| Ok(export(view, ada)?));
        assert_eq!(export.tables.len(), TABLES.len(), "what is tied to nobody is in no export");
        assert_eq!(host.must("erase", &EraseParty::new(ada)), 6);
    });
}
