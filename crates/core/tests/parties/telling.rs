//! Nothing personal is told, whatever happens.

use fondaco_core::party::*;
use fondaco_core::store::{Ask, At, FeedFrom, Read, Record, StoreError};
use fondaco_core::{ActError, Envelope};

use crate::host::*;

/// Whatever is said on the way - by commands, answers, refusals, events, rows, the store's own refusals - holds no mark.
#[test]
fn nothing_personal_is_told() {
    on_every_store(|host| {
        let ada = ada(host);
        let mut refused: Vec<String> = Vec::new();
        let mut refuse = |result: Result<_, PartyError>| match result {
            Err(error) => refused.push(error.code().to_owned()),
            Ok(_) => panic!("not refused"),
        };
        refuse(host.send("r1", &RegisterParty::person(ada, "Markada")).map(drop));
        refuse(host.send("r2", &RegisterParty::person(id("n"), "Mark\nada")).map(drop));
        refuse(
            host.send("r3", &RegisterParty::person(id("n"), "Markada").language("english"))
                .map(drop),
        );
        refuse(
            host.send("r4", &AddIdentifier::new(id("firm"), IdentifierKind::Iban, IBAN)).map(drop),
        );
        refuse(
            host.send(
                "r5",
                &AddIdentifier::new(ada, IdentifierKind::Iban, "GB29 NWBK 6016 1331 9268 91"),
            )
            .map(drop),
        );
        refuse(
            host.send("r6", &AddIdentifier::new(ada, IdentifierKind::Vat, "Markvat-IT00743110157"))
                .map(drop),
        );
        refuse(host.send("r7", &AddContact::new(ada, ContactKind::Email, "Mark ada")).map(drop));
        refuse(host.send("r8", &AddAddress::new(ada, home().street("Mark\0street"))).map(drop));
        refuse(
            host.send("ada", &RegisterParty::person(ada, "Markother name, same command")).map(drop),
        );
        refuse(host.send("r9", &MergeParties::new(ada, id("firm"))).map(drop));
        assert_eq!(refused.len(), 10);
        host.must("web", &RegisterParty::person(id("web"), "Markada").known_as("Markweb"));
        host.must("web mail", &AddContact::new(id("web"), ContactKind::Email, "mark@example.org"));
        host.must("one", &MergeParties::new(ada, id("web")));
        host.must("change", &ChangeParty::new(ada).name("Markada Markking"));
        let mut told = host.heard.borrow().clone();
        // Two parties in one commit that want the same number: the store itself refuses, before anybody asked it.
        let raw = host.store.commit(clashing());
        told.push(format!("{raw:?} {raw:#?}"));
        assert!(matches!(raw, Err(StoreError::Refused(_))), "{raw:?}");
        told.push(format!("{:?}", host.whole(ada)));
        told.push(format!("{:?}", host.store.feed(&FeedFrom::new(acme(), 0, usize::MAX))));
        let asks =
            vec![Ask::Scan(all_rows(PartyIdentifier::TABLE)), Ask::Scan(all_rows(Party::TABLE))];
        told.push(format!("{:?}", host.store.read(&Read::at(acme(), At::Now, asks))));
        host.must("erase", &EraseParty::new(ada));
        told.push(format!("{:?} {:?}", host.whole(ada), host.heard.borrow()));
        for text in &told {
            for mark in ["Mark", "mark", "NWBK", "nwbk", "6016", "0743110", "1815", "0199", "041"] {
                assert!(!text.contains(mark), "{mark} on {}: {text}", host.name);
            }
        }
        // And it looks in the right places: who acts, and on whom, is told.
        assert!(told.iter().any(|text| text.contains(&format!("id:{:032x}", ada.to_u128()))
            && text.contains("party.registered")));
    });
}

fn all_rows(table: &'static fondaco_core::store::Table) -> fondaco_core::store::Scan {
    let from = fondaco_core::store::KeyBytes::new(&[]);
    fondaco_core::store::Scan { table, index: None, from, to: None, backwards: false, limit: 99 }
}

/// A batch that gives the firm Ada's IBAN without having asked.
fn clashing() -> fondaco_core::store::Batch {
    use fondaco_core::store::{Batch, Change, Meta, Personal};
    let Envelope { id: command, actor, time } = envelope("clash");
    let mut batch = Batch::new(acme(), command, Meta::new(actor, time));
    let value = Personal::Kept("GB29NWBK60161331926819".into(), [7; 16]);
    let row = PartyIdentifier { party: id("firm"), number: 1, kind: IdentifierKind::Iban, value };
    batch.changes.push(Change::Insert(Box::new(vec![row])));
    batch
}
