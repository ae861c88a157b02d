//! Contacts, what is known of them, what stands under what.

use std::collections::BTreeSet;

use fondaco_core::enter::Taking;
use fondaco_core::party::{self, NewAddress, Private};
use fondaco_core::{DocumentId, Timestamp};
use fondaco_crm::attributes::*;
use fondaco_crm::contacts::*;
use fondaco_crm::documents::{LinkDocument, LinkedDocument, UnlinkDocument, documents};
use fondaco_crm::leads::*;
use fondaco_crm::matching::*;
use fondaco_crm::merge::{MergeContacts, Probe, SameWhy, check_person};
use fondaco_testkit::Host;
use proptest::prelude::*;

use crate::firm::*;

fn codes(taken: &fondaco_core::enter::Entered) -> Vec<&str> {
    taken.refused.iter().map(|one| one.code.as_str()).collect()
}

#[test]
fn a_contact_is_added_once_and_bad_ones_are_named() {
    everywhere(|host| {
        let long = format!("{}@example.org", "x".repeat(10_000_000));
        let new = |name: &str| NewContact::person(p(name), "Some Body");
        let contacts = vec![
            NewContact::person(p("ada"), "Ada Lovelace"),
            NewContact::organisation(p("ada"), "Ada"),
            new("long").email(long),
            new("none").email("no address"),
            new("phone").phone("call me"),
            new("twice"),
            new("twice"),
            new("value").values([("employees", Value::from(3))].into_iter().collect()),
            new("what").values([("shoe", Value::from(3))].into_iter().collect()),
            new("works").works_for(p("nowhere")),
            NewContact { name: None, ..new("nameless").email("a@b.example") },
            NewContact::visitor(p("visitor")),
            NewContact { name: None, ..NewContact::organisation(p("o"), "") },
            NewContact { name: Some(Private("x\n".into())), ..new("line") },
        ];
        let taken = host.must("all", &AddContacts { contacts, taking: Taking::GoodOnes });
        assert_eq!((taken.entered, taken.there), (2, 2), "{taken:?}");
        assert_eq!(
            codes(&taken),
            [
                "crm.contact_exists",
                "crm.field_too_long",
                "party.bad_text",
                "party.bad_text",
                "crm.not_of_these",
                "crm.unknown_attribute",
                "party.unknown",
                "crm.bad_contact",
                "crm.bad_contact",
                "party.bad_text",
            ]
        );
        assert!(taken.refused.iter().all(|one| one.message.len() < 500));
        // Nothing is half-stored: who was refused is not there at all.
        for name in ["long", "none", "phone", "value", "what", "works", "nameless", "line"] {
            assert!(host.view(|view| party::whole_party(view, p(name))).is_none(), "{name}");
        }
    });
}

#[test]
fn a_contact_that_comes_again_otherwise_is_told_and_not_lost_unsaid() {
    everywhere(|host| {
        let address = |street: &str| {
            let country = party::Country::from_code("GB").unwrap();
            Some(NewAddress::new(party::AddressKind::Main, country, "London").street(street))
        };
        let values = |title: &str| [("title", Value::from(title))].into_iter().collect();
        let cy = NewContact {
            address: address("Downing Street 10"),
            ..NewContact::person(p("cy"), "Cy Coy")
                .email("Cy@Coy.example")
                .phone("+44 20 7946 0123")
                .works_for(p("firm"))
                .owner("seller-1")
                .stage(LifecycleStage::Mql)
                .values(values("Dr"))
        };
        host.must("cy", &AddContacts::new(vec![cy.clone()]));
        host.must("up", &MoveStages::up(p("cy"), LifecycleStage::Sql));
        let same = NewContact { emails: Vec::new(), ..cy.clone() }.email("cy+fair@coy.example");
        let taken = host.must("again", &AddContacts::new(vec![cy.clone(), same]));
        assert_eq!((taken.there, taken.refused.len()), (2, 0), "{taken:?}");
        let others = vec![
            (cy.clone().email("c@coy.example"), "reached"),
            (cy.clone().phone("+44 20 7946 0124"), "reached"),
            (NewContact { address: address("Downing Street 11"), ..cy.clone() }, "reached"),
            (cy.clone().works_for(p("bo")), "work there"),
            (cy.clone().owner("seller-2"), "owner"),
            (cy.clone().territory("north"), "territory"),
            (cy.clone().source("fair"), "source"),
            (cy.clone().values(values("Prof")), "values"),
            (NewContact { name: Some(Private("Cyrus".into())), ..cy }, "name"),
        ];
        let contacts = others.iter().map(|(new, _)| new.clone()).collect();
        let good_ones = AddContacts { taking: Taking::GoodOnes, ..AddContacts::new(contacts) };
        let taken = host.must("others", &good_ones);
        assert_eq!(taken.refused.len(), others.len(), "{taken:?}");
        for (refused, (_, word)) in taken.refused.iter().zip(&others) {
            assert_eq!(refused.code, "crm.contact_exists");
            assert!(refused.message.contains(word), "{word}: {}", refused.message);
        }
    });
}

#[test]
fn what_is_shown_of_two_that_are_one_is_that_of_both() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        let twice = vec![
            NewContact::person(p("ada2"), "Ada King").works_for(p("firm")),
            NewContact::organisation(p("firm2"), "Analytical Engines"),
            NewContact::person(p("cy"), "Cy").email("cy@engines.example"),
        ];
        host.must("twice", &AddContacts::new(twice));
        host.must("domain", &SetDomains::new(p("firm2"), ["engines.example"]));
        let offer = DocumentId::named("offer/2");
        host.must("offer", &LinkDocument::new(p("ada2"), offer, "offer"));
        host.must("lead", &OpenLeads::new(vec![NewLead::new(p("ada2"), "fair")]));
        let one = |keep: &str, gone: &str| MergeContacts::new(p(keep), p(gone), "same");
        host.must("one", &one("ada", "ada2"));
        host.must("one firm", &one("firm", "firm2"));
        // One lead at a time, whichever id it was opened for.
        assert_eq!(host.view(|view| lead(view, p("ada"))).unwrap().party, p("ada2"));
        let second = host.must("second", &OpenLeads::new(vec![NewLead::new(p("ada"), "fair")]));
        assert_eq!(codes(&second), ["crm.lead_open"]);
        host.must("work", &MoveLeads::new(vec![LeadMove::new(p("ada"), LeadStatus::Working)]));
        assert_eq!(host.view(|view| lead(view, p("ada2"))).unwrap().status, LeadStatus::Working);
        host.must("unlink", &UnlinkDocument::new(p("ada"), offer));
        assert!(host.view(|view| documents(view, p("ada"))).is_empty());
        // The lead of who writes from the other's domain goes to whom that is now.
        host.must("cy's", &OpenLeads::new(vec![NewLead::new(p("cy"), "web")]));
        let organisation = host.view(|view| lead(view, p("cy"))).unwrap().organisation;
        assert_eq!(organisation, Some(p("firm")));
        let named = host.view(|view| find_organisation(view, None, Some("Analytical Engines")));
        assert_eq!(named.len(), 1, "{named:?}");
        assert_eq!(named[0].organisation, p("firm"));
    });
}

#[test]
fn values_keep_their_history_however_late_they_are_told() {
    everywhere(|host| {
        let say = |name: &str, number: i64, at: &str| {
            let values = [("employees", Value::from(number))].into_iter().collect();
            let at = Some(at.parse().unwrap());
            let new = NewValues { party: p("firm"), values, clear: Vec::new(), at };
            host.must(name, &SetValues::new(vec![new]))
        };
        let code = "employees".into();
        let known = |at: &str| {
            let (at, now) = (at.parse().unwrap(), host.now());
            host.view(|view| value_at(view, (p("firm"), &code), at, now))
        };
        say("march", 30, "2026-03-01T00:00:00Z");
        say("may", 50, "2026-05-01T00:00:00Z");
        say("april, late", 40, "2026-04-01T00:00:00Z");
        assert_eq!(say("april, twice", 40, "2026-04-01T00:00:00Z").there, 1);
        assert_eq!(say("may, twice", 50, "2026-05-01T00:00:00Z").there, 1);
        // It holds on: what is told late of a time between is past.
        assert_eq!(say("may again", 50, "2026-05-03T00:00:00Z").entered, 1);
        assert_eq!(say("may, late", 45, "2026-05-02T00:00:00Z").entered, 1);
        assert_eq!(known("2026-05-02T12:00:00Z"), Some(Value::from(45)));
        assert_eq!(known("2026-05-03T12:00:00Z"), Some(Value::from(50)));
        assert_eq!(known("2026-02-01T00:00:00Z"), None);
        assert_eq!(known("2026-03-15T00:00:00Z"), Some(Value::from(30)));
        assert_eq!(known("2026-04-15T00:00:00Z"), Some(Value::from(40)));
        assert_eq!(
            host.view(|view| values(view, p("firm"))).get("employees"),
            Some(&Value::from(50))
        );
        let none = NewValues {
            party: p("firm"),
            values: Values::default(),
            clear: vec!["employees".into()],
            at: None,
        };
        host.must("clear", &SetValues::new(vec![none]));
        assert!(host.view(|view| values(view, p("firm"))).is_empty());
        let bad = [
            (SetValues::one(p("firm"), "employees", Value::from("many")), "crm.wrong_type"),
            (SetValues::one(p("firm"), "segment", Value::from("huge")), "crm.no_such_choice"),
            (SetValues::one(p("firm"), "title", Value::from("Dr")), "crm.not_of_these"),
            (SetValues::one(p("firm"), "shoes", Value::from("Dr")), "crm.unknown_attribute"),
            (SetValues::one(p("nobody"), "segment", Value::from("small")), "crm.unknown_contact"),
        ];
        for (at, (command, code)) in bad.into_iter().enumerate() {
            assert_eq!(codes(&host.must(&format!("bad {at}"), &command)), [code]);
        }
        let kind = NewAttribute::new("employees", "Employees", ValueKind::Text)
            .of(ContactKind::Organisation);
        assert_eq!(
            codes(&host.must("kind", &DefineAttributes::new(vec![kind]))),
            ["crm.attribute_defined"]
        );
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What is known now, and was at any time, doesn't depend on the order in which it is told.
    #[test]
    fn values_told_in_any_order_are_those_told_in_order(mut told in prop::collection::vec((0i64..8, 0i64..3), 1..9)) {
        let mut days = BTreeSet::new();
        told.retain(|(day, _)| days.insert(*day)); // of one time the last word counts
        let code = "employees".into();
        let at = |day: i64| Timestamp::from_micros(1_777_593_600_000_000 + day * 86_400_000_000).unwrap();
        let all = |told: &[(i64, i64)]| {
            let host = in_memory();
            for (number, (day, value)) in told.iter().enumerate() {
                let values = [("employees", Value::from(*value))].into_iter().collect();
                let new = NewValues { party: p("firm"), values, clear: Vec::new(), at: Some(at(*day)) };
                host.must(&format!("told {number}"), &SetValues::new(vec![new]));
            }
            let now = host.now();
            let past: Vec<_> = (0..9).map(|day| host.view(|view| value_at(view, (p("firm"), &code), at(day), now))).collect();
            (host.view(|view| values(view, p("firm"))), past)
        };
        let late = all(&told);
        told.sort_unstable();
        prop_assert_eq!(late, all(&told));
    }
}

#[test]
fn a_ring_of_organisations_is_refused_with_all_that_are_in_it() {
    everywhere(|host| {
        let contacts = ["a", "b", "c"].map(|name| NewContact::organisation(p(name), name));
        host.must("three", &AddContacts::new(contacts.into()));
        host.must("b under a", &SetParent::new(p("b"), p("a")));
        host.must("c under b", &SetParent::new(p("c"), p("b")));
        host.must("again", &SetParent::new(p("c"), p("b")));
        let ring = host.refused("ring", &SetParent::new(p("a"), p("c")));
        assert_eq!(ring.code(), "crm.ring");
        let text = ring.to_string();
        assert!(["a", "b", "c"].iter().all(|name| text.contains(&p(name).to_string())), "{text}");
        assert_eq!(host.refused("self", &SetParent::new(p("a"), p("a"))).code(), "crm.ring");
        let today = "2026-06-01".parse().unwrap();
        assert_eq!(host.view(|view| below(view, p("a"), today)), [(p("b"), 1), (p("c"), 2)]);
        host.must("c alone", &SetParent { organisation: p("c"), parent: None });
        host.must("a under c", &SetParent::new(p("a"), p("c")));
        assert_eq!(host.view(|view| below(view, p("c"), today)), [(p("a"), 1), (p("b"), 2)]);
        assert_eq!(
            host.refused("person", &SetParent::new(p("ada"), p("c"))).code(),
            "crm.bad_contact"
        );
    });
}

#[test]
fn who_has_a_say_is_kept_by_organisation() {
    everywhere(|host| {
        let roles = |name: &str, roles: Vec<BuyingRole>| {
            host.must(name, &SetBuyingRoles::new(p("ada"), p("firm"), roles));
            host.view(|view| buying_centre(view, p("firm")))
        };
        roles("two", vec![BuyingRole::Champion, BuyingRole::Influencer]);
        let now = roles("other", vec![BuyingRole::Champion, BuyingRole::DecisionMaker]);
        assert_eq!(now, [(p("ada"), BuyingRole::Champion), (p("ada"), BuyingRole::DecisionMaker)]);
        assert!(roles("none", Vec::new()).is_empty());
    });
}

#[test]
fn a_domain_tells_the_organisation_and_free_mail_nothing() {
    everywhere(|host| {
        let set = |organisation: &str, domain: &str| SetDomains::new(p(organisation), [domain]);
        host.must("domain", &set("firm", "analytical.example"));
        let find = |email: &str| host.view(|view| find_organisation(view, Some(email), None));
        assert_eq!(
            find("X@UK.Analytical.Example")[0].why,
            WhyBelongs::Domain("analytical.example".into())
        );
        assert!(
            find("x@notanalytical.example").is_empty()
                && find("x@gmail.com").is_empty()
                && find("x").is_empty()
        );
        assert_eq!(host.refused("free", &set("firm", "yahoo.co.uk")).code(), "crm.bad_contact");
        assert_eq!(host.refused("no domain", &set("firm", "analytical")).code(), "crm.bad_contact");
        assert_eq!(host.refused("person", &set("ada", "ada.example")).code(), "crm.bad_contact");
        host.must(
            "other",
            &AddContacts::new(vec![NewContact::organisation(p("other"), "Other AG")]),
        );
        assert_eq!(
            host.refused("taken", &set("other", "analytical.example")).code(),
            "crm.domain_taken"
        );
        for domain in ["co.uk", "github.io"] {
            assert_eq!(host.refused(domain, &set("firm", domain)).code(), "crm.bad_contact");
        }
        host.must("none", &SetDomains { organisation: p("firm"), domains: Vec::new() });
        host.must("free again", &set("other", "analytical.example"));
        assert_eq!(find("x@analytical.example")[0].organisation, p("other"));
    });
}

#[test]
fn documents_are_linked_and_go_with_the_person() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        let offer = DocumentId::named("offer/7");
        let title = Some(Private("For the Countess".into()));
        host.must("link", &LinkDocument { title, ..LinkDocument::new(p("ada"), offer, "offer") });
        assert_eq!(host.view(|view| documents(view, p("ada"))).len(), 1);
        host.must("erase", &party::EraseParty::new(p("ada")));
        assert!(
            host.rows::<LinkedDocument>()
                .iter()
                .all(|row| row.title.as_ref().is_none_or(|title| title.get().is_none()))
        );
        host.must("unlink", &UnlinkDocument::new(p("ada"), offer));
        assert!(host.view(|view| documents(view, p("ada"))).is_empty());
    });
}

#[test]
fn an_address_comes_with_the_contact() {
    everywhere(|host: &Host| {
        let country = "GB".parse().unwrap();
        let home = NewAddress::new(party::AddressKind::Main, country, "London").postcode("W1");
        let new = NewContact { address: Some(home), ..NewContact::person(p("eve"), "Eve Adams") };
        host.must("eve", &AddContacts::new(vec![new]));
        let whole = host.view(|view| party::whole_party(view, p("eve"))).unwrap();
        assert_eq!(whole.addresses.len(), 1);
        host.must(
            "renamed",
            &ChangeContact {
                clear: vec![ProfileField::Owner],
                ..ChangeContact::new(p("eve")).name("Eva Adam")
            },
        );
        let visitor = AddContacts::new(vec![NewContact::visitor(p("v"))]);
        host.must("visitor", &visitor);
        let half = ChangeContact {
            given_name: Some(party::Private("Vi".into())),
            ..ChangeContact::new(p("v"))
        };
        assert_eq!(host.refused("half a name", &half).code(), "crm.bad_contact");
        host.must("name", &ChangeContact::new(p("v")).name("Vi Vane").email("vi@example.org"));
        let probe = |probe: Probe| host.view(|view| check_person(view, &probe));
        assert_eq!(probe(Probe::person("Vi Vain"))[0].party, p("v"), "by how the name sounds");
        let nameless = Probe { name: None, ..Probe::person("").email("Vi+Shop@example.org") };
        assert_eq!(probe(nameless)[0].why, [SameWhy::Email]);
    });
}

#[test]
fn who_looked_after_a_contact_is_kept() {
    everywhere(|host: &Host| {
        host.must("two", &ChangeContact::new(p("ada")).owner("seller-2").territory("north"));
        host.must("the same", &ChangeContact::new(p("ada")).owner("seller-2"));
        let none =
            ChangeContact { clear: vec![ProfileField::Owner], ..ChangeContact::new(p("ada")) };
        host.must("nobody", &none);
        let changes = host.view(|view| profile_changes(view, p("ada")));
        let told: Vec<_> = changes
            .iter()
            .map(|one| (one.number, one.field, one.before.as_deref(), one.after.as_deref()))
            .collect();
        let before = told[0].2;
        assert_eq!(
            told,
            [
                (1, ProfileField::Owner, before, Some("seller-2")),
                (2, ProfileField::Territory, None, Some("north")),
                (3, ProfileField::Owner, Some("seller-2"), None),
            ]
        );
    });
}

/// A customer of years is brought in today; values hold since then, and nothing comes from the future.
#[test]
fn a_contact_is_at_its_stage_since_then() {
    everywhere(|host: &Host| {
        let now = host.now();
        let since = now.checked_add(chrono::TimeDelta::days(-1_000)).unwrap();
        let customer = |name: &str| {
            NewContact::person(p(name), "Vi Vane").stage(LifecycleStage::Customer).since(since)
        };
        host.must("old", &AddContacts::new(vec![customer("v")]));
        let times = host.view(|view| stage_times(view, p("v"), now));
        assert_eq!((times[0].from, times[0].seconds), (since, 86_400_000));
        let ahead = NewContact {
            since: now.checked_add(chrono::TimeDelta::days(1)),
            ..NewContact::person(p("w"), "Wim")
        };
        let refused = host.must("ahead", &AddContacts::new(vec![ahead])).refused;
        assert_eq!(refused[0].code, "crm.bad_contact");
    });
}
