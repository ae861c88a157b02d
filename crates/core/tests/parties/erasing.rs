//! An erased party is nobody, and the chain holds.

use std::cell::RefCell;

use fondaco_core::party::*;
use fondaco_core::store::FeedFrom;
use fondaco_core::{Act, CommandId, Driver};

use crate::host::*;

#[test]
fn an_erased_party_is_nobody_and_the_chain_holds() {
    on_every_store(|host| {
        let ada = ada(host);
        host.must("renamed", &ChangeParty::new(ada).name("Markada Markking"));
        host.must("gone before", &RemoveContact { party: ada, number: 1 });
        host.clean();
        assert_eq!(
            host.must("erase", &EraseParty::new(ada)),
            5,
            "party, address, a contact, two numbers; the other contact was erased before"
        );
        host.clean();
        let whole = host.whole(ada);
        assert!(
            whole.party.is_erased()
                && whole.party.born.as_ref().is_some_and(|born| born.get().is_none())
        );
        assert_eq!(
            (whole.addresses.len(), whole.contacts.len(), whole.identifiers.len()),
            (0, 0, 0)
        );
        assert_eq!((whole.roles.len(), whole.relations.len()), (1, 1), "ids and days stay");
        assert_eq!(host.view(|view| by_identifier(view, IdentifierKind::Iban, IBAN)), None);
        for (name, command) in
            [("name", ChangeParty::new(ada).name("Markada")), ("status", ChangeParty::new(ada))]
        {
            assert_eq!(host.refused(name, &command), "party.erased");
        }
        assert_eq!(host.refused("address", &AddAddress::new(ada, home())), "party.erased");
        assert_eq!(host.refused("role 2", &AddRole::new(ada, "lead")), "party.erased");
        assert_eq!(
            host.refused("number", &AddIdentifier::new(ada, IdentifierKind::Iban, IBAN)),
            "party.erased"
        );
        assert_eq!(
            host.refused("register", &RegisterParty::person(ada, "Markada")),
            "party.exists"
        );
        host.must("another has it", &AddIdentifier::new(id("firm"), IdentifierKind::Iban, IBAN));
        assert_eq!(host.must("erase again", &EraseParty::new(ada)), 0);
        host.clean();
        // Of the commands that carried something of her, no salt is left by which a guess could be tried.
        let commits = host.store.feed(&FeedFrom::new(acme(), 0, usize::MAX)).unwrap();
        let salted = |name: &str| {
            let commit = commits.iter().find(|commit| commit.id == CommandId::named(name));
            commit.unwrap().salt.is_some()
        };
        for name in ["ada", "home", "mail", "phone", "iban", "vat", "renamed"] {
            assert!(!salted(name), "{name} on {}", host.name);
        }
        assert!(salted("firm") && salted("hired"), "on {}", host.name);
    });
}

#[test]
fn what_is_added_while_one_erases_is_erased_too() {
    fn add(host: &Host, what: usize) -> Result<u32, PartyError> {
        let (ada, other) = (id("ada"), Driver::new(host.store.clone(), acme()));
        let mail = AddContact::new(ada, ContactKind::Email, "late@example.org");
        let number = AddIdentifier::new(ada, IdentifierKind::Lei, "5493006MHB84DD0ZWV18");
        let done = match what {
            0 => other.carry_out(envelope("meanwhile"), &AddAddress::new(ada, home())),
            1 => other.carry_out(envelope("meanwhile"), &mail),
            _ => other.carry_out(envelope("meanwhile"), &number),
        };
        done.map(|done| done.answer)
    }
    for what in 0..3 {
        on_every_store(|host| {
            if host.asynchronous.is_some() {
                return;
            }
            let ada = ada(host);
            let runs = RefCell::new(0);
            let erase = EraseParty::new(ada);
            let erased = host.driver.run(envelope("erase"), "erase", |tx, _| {
                let rows = erase.act(tx);
                if *runs.borrow() == 0 {
                    add(host, what)?;
                }
                *runs.borrow_mut() += 1;
                rows
            });
            assert_eq!((erased.unwrap().answer, *runs.borrow()), (7, 2), "{what} on {}", host.name);
            let whole = host.whole(ada);
            assert!(whole.addresses.is_empty() && whole.contacts.is_empty());
            assert!(whole.identifiers.is_empty());
        });
    }
}
