//! Commands and their refusals.

use fondaco_core::party::*;

use crate::host::*;

#[test]
fn a_party_is_kept_and_found() {
    on_every_store(|host| {
        let ada = ada(host);
        let whole = host.whole(ada);
        assert_eq!(whole.party.name.get().map(|name| name.as_str()), Some("Markada Marklovelace"));
        assert_eq!(whole.party.born.as_ref().and_then(|born| born.get()), Some(&day("1815-12-10")));
        assert_eq!(
            (whole.party.kind, whole.party.status),
            (PartyKind::Person, PartyStatus::Active)
        );
        assert_eq!(whole.roles[0].days(), days("2026-01-01/.."));
        assert_eq!(whole.addresses[0].country, country("IT"));
        assert_eq!(
            (whole.contacts.len(), whole.identifiers.len(), whole.relations.len()),
            (2, 2, 1)
        );
        let number = |kind, text: &str| host.view(|view| by_identifier(view, kind, text));
        assert_eq!(number(IdentifierKind::Iban, "gb29nwbk60161331926819"), Some(ada));
        assert_eq!(number(IdentifierKind::Vat, "IT00743110157"), Some(ada));
        assert_eq!(number(IdentifierKind::Iban, "DE89370400440532013000"), None);
        let reached = |kind, text: &str| host.view(|view| by_contact(view, kind, text));
        assert_eq!(reached(ContactKind::Email, "MARKADA@EXAMPLE.ORG"), [ada]);
        assert_eq!(reached(ContactKind::Phone, "+39 (041) 555.01.99"), [ada]);
        assert_eq!(reached(ContactKind::Phone, "0039 (0)41 555 0199"), [ada]); // Italy dials the nought
        assert_eq!(reached(ContactKind::Mobile, "+39 041 555-0199"), []);
        host.must("mobile", &AddContact::new(ada, ContactKind::Mobile, "+49 (0)171 123 45 67"));
        for text in
            ["+491711234567", "0049 171 1234567", "+49 (0) 171-1234567", "00 49 171 1234567"]
        {
            assert_eq!(reached(ContactKind::Mobile, text), [ada], "{text}");
        }
        assert_eq!(host.whole(id("firm")).relations[0].party, ada, "seen from the other side");
        assert_eq!(host.view(|view| whole_party(view, id("nobody"))), None);
        assert!(host.send("ada", &RegisterParty::person(ada, "Other")).is_err(), "another command");
        host.clean();
    });
}

#[test]
fn what_is_left_out_of_a_change_stays() {
    on_every_store(|host| {
        let ada = ada(host);
        host.must("marries", &ChangeParty::new(ada).name("Markada Markking"));
        host.must("blocks", &ChangeParty::new(ada).status(PartyStatus::Blocked));
        let party = host.whole(ada).party;
        assert_eq!(party.name.get().map(|name| name.as_str()), Some("Markada Markking"));
        assert_eq!(
            party.family_name.as_ref().and_then(|name| name.get()).map(|n| n.as_str()),
            Some("Marklovelace")
        );
        assert_eq!(
            (party.status, party.language.as_deref()),
            (PartyStatus::Blocked, Some("en-GB"))
        );
        host.must(
            "forgets",
            &ChangeParty::new(ada)
                .clear(PartyField::Born)
                .clear(PartyField::KnownAs)
                .clear(PartyField::Language),
        );
        let party = host.whole(ada).party;
        assert!(party.born.is_none() && party.known_as.is_none() && party.language.is_none());
        assert!(party.given_name.is_some(), "what was not named stays");
        host.must("moved", &EndAddress::new(ada, 1, day("2026-06-30")));
        assert_eq!(host.whole(ada).addresses[0].days(), days("../2026-06-30"));
        host.must(
            "leaves",
            &EndRelation::new(ada, RelationKind::EmployeeOf, id("firm"), day("2026-12-31")),
        );
        host.must(
            "again",
            &Relate::new(ada, RelationKind::EmployeeOf, id("firm")).on(days("2028-01-01/..")),
        );
        host.must("no customer", &EndRole::new(ada, "customer", day("2026-12-31")));
        host.must("customer again", &AddRole::new(ada, "customer").on(days("2027-02-01/..")));
        let whole = host.whole(ada);
        assert_eq!((whole.relations.len(), whole.roles.len()), (2, 2));
        host.clean();
    });
}

#[test]
fn every_refusal_has_its_code_and_stores_nothing() {
    on_every_store(|host| {
        let ada = ada(host);
        let (firm, nobody) = (id("firm"), id("nobody"));
        let refused = |code: &str, command: &str, got: String| assert_eq!(got, code, "{command}");
        macro_rules! refuse {
            ($code:literal, $command:expr) => {
                refused($code, stringify!($command), host.refused(stringify!($command), &$command))
            };
        }
        refuse!("party.exists", RegisterParty::person(ada, "Markanother"));
        refuse!("party.bad_text", RegisterParty::person(nobody, ""));
        refuse!("party.bad_text", RegisterParty::person(nobody, " Markblank"));
        refuse!("party.bad_text", RegisterParty::person(nobody, "Markline\nbreak"));
        refuse!("party.bad_text", RegisterParty::person(nobody, "Mark\0nul"));
        refuse!("party.bad_text", RegisterParty::person(nobody, "Mark".repeat(101)));
        refuse!("party.bad_text", RegisterParty::person(nobody, "Markada").language("english"));
        refuse!("party.bad_text", RegisterParty::person(nobody, "Markada").language("e1"));
        refuse!(
            "party.not_a_person",
            RegisterParty::organisation(nobody, "Markfirm").born(day("2000-01-01"))
        );
        refuse!(
            "party.not_a_person",
            RegisterParty::organisation(nobody, "Markfirm").names("Marka", "Markb")
        );
        refuse!("party.unknown", ChangeParty::new(nobody).name("Marknobody"));
        refuse!("party.bad_text", ChangeParty::new(ada).name("\u{7}Markbell"));
        refuse!("party.unknown", AddRole::new(nobody, "customer"));
        refuse!(
            "party.role_overlaps",
            AddRole::new(ada, "customer").on(days("2025-01-01/2026-01-01"))
        );
        refuse!("party.no_role", EndRole::new(ada, "supplier", day("2026-01-01")));
        refuse!("party.no_role", EndRole::new(ada, "customer", day("2025-01-01")));
        refuse!("party.unknown", EndRole::new(nobody, "customer", day("2025-01-01")));
        refuse!("party.no_role", RemoveRole::new(ada, "customer", 2));
        refuse!("party.no_relation", RemoveRelation::new(ada, RelationKind::EmployeeOf, firm, 2));
        refuse!("party.unknown", AddAddress::new(nobody, home()));
        refuse!("party.bad_text", AddAddress::new(ada, home().street("Markstreet\n\nMarkgap")));
        refuse!("party.no_such", EndAddress::new(ada, 2, day("2026-01-01")));
        refuse!("party.no_such", RemoveAddress::new(ada, 9));
        refuse!("party.unknown", AddContact::new(nobody, ContactKind::Web, "Markpage.example"));
        refuse!("party.bad_text", AddContact::new(ada, ContactKind::Email, "Markada.example.org"));
        refuse!("party.bad_text", AddContact::new(ada, ContactKind::Email, "Mark ada@example.org"));
        refuse!("party.bad_text", AddContact::new(ada, ContactKind::Email, "Mark@ada@example.org"));
        refuse!("party.bad_text", AddContact::new(ada, ContactKind::Phone, "555-MARK"));
        refuse!("party.bad_text", AddContact::new(ada, ContactKind::Mobile, "12"));
        refuse!("party.no_such", RemoveContact { party: ada, number: 3 });
        refuse!(
            "party.identifier_check_digits",
            AddIdentifier::new(ada, IdentifierKind::Iban, "GB29 NWBK 6016 1331 9268 18")
        );
        refuse!(
            "party.identifier_length",
            AddIdentifier::new(ada, IdentifierKind::Vat, "IT 0074311015")
        );
        refuse!(
            "party.identifier_character",
            AddIdentifier::new(ada, IdentifierKind::Lei, "MARKMARKMARKMARKMARK")
        );
        refuse!(
            "party.identifier_country",
            AddIdentifier::new(ada, IdentifierKind::Iban, "Markmark")
        );
        refuse!(
            "party.identifier_taken",
            AddIdentifier::new(firm, IdentifierKind::Iban, "gb29nwbk60161331926819")
        );
        refuse!("party.identifier_taken", AddIdentifier::new(ada, IdentifierKind::Vat, VAT));
        refuse!(
            "party.unknown",
            AddIdentifier::new(nobody, IdentifierKind::Iban, "DE89370400440532013000")
        );
        refuse!("party.no_such", RemoveIdentifier { party: firm, number: 1 });
        refuse!("party.related_to_itself", Relate::new(ada, RelationKind::ContactOf, ada));
        refuse!("party.unknown", Relate::new(ada, RelationKind::ContactOf, nobody));
        refuse!("party.unknown", Relate::new(nobody, RelationKind::ContactOf, ada));
        refuse!("party.relation_overlaps", Relate::new(ada, RelationKind::EmployeeOf, firm));
        refuse!(
            "party.no_relation",
            EndRelation::new(ada, RelationKind::ContactOf, firm, day("2026-01-01"))
        );
        refuse!(
            "party.no_relation",
            EndRelation::new(ada, RelationKind::EmployeeOf, firm, day("2026-02-28"))
        );
        refuse!("party.unknown", EraseParty::new(nobody));
        host.must("ends", &AddAddress::new(ada, home().on(days("2026-05-01/.."))));
        refuse!("party.reversed", EndAddress::new(ada, 2, day("2026-04-30")));
        host.clean();
    });
}

#[test]
fn removing_erases_and_frees() {
    on_every_store(|host| {
        let ada = ada(host);
        host.must("no iban", &RemoveIdentifier { party: ada, number: 1 });
        host.must("no home", &RemoveAddress::new(ada, 1));
        host.must("no mail", &RemoveContact { party: ada, number: 1 });
        let whole = host.whole(ada);
        assert_eq!(
            (whole.identifiers.len(), whole.addresses.len(), whole.contacts.len()),
            (1, 0, 1)
        );
        assert_eq!(host.refused("twice", &RemoveAddress::new(ada, 1)), "party.no_such");
        assert_eq!(
            host.must("firm's", &AddIdentifier::new(id("firm"), IdentifierKind::Iban, IBAN)),
            1
        );
        assert_eq!(
            host.must("new home", &AddAddress::new(ada, home())),
            2,
            "numbers are not given again"
        );
        host.clean();
    });
}
