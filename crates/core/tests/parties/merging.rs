//! Two parties that are one: what moves, what is refused, and what comes of those who act meanwhile.

use std::cell::RefCell;

use fondaco_core::party::*;
use fondaco_core::store::{FeedFrom, Personal, Record};
use fondaco_core::{Act, ActError, CommandId, Driver, PartyId, Tx};
use smol_str::SmolStr;

use crate::exporting::{CALLS, Call, call};
use crate::host::*;

const LEI: &str = "5493006MHB84DD0ZWV18";

fn text(personal: Option<&Personal<SmolStr>>) -> Option<&str> {
    personal.and_then(Personal::get).map(SmolStr::as_str)
}

/// Ada once more, as she came in over the web.
fn web(host: &Host) -> PartyId {
    let web = id("web");
    let mail = |text: &str| AddContact::new(web, ContactKind::Email, text);
    host.must("web", &RegisterParty::person(web, "Markada Markking").language("it"));
    host.must("web home", &AddAddress::new(web, home()));
    host.must("web other home", &AddAddress::new(web, home().street("Markcampo 1")));
    host.must("web mail", &mail("MARKADA@EXAMPLE.ORG"));
    host.must("web other mail", &mail("markweb@example.org").label("Markprivate"));
    host.must("web lei", &AddIdentifier::new(web, IdentifierKind::Lei, LEI));
    host.must("web old", &AddIdentifier::new(web, IdentifierKind::Iban, "DE89370400440532013000"));
    host.must("web no longer", &RemoveIdentifier::new(web, 2));
    host.must("web role", &AddRole::new(web, "customer").on(days("2025-07-01/2026-06-30")));
    host.must("web lead", &AddRole::new(web, "lead"));
    let hired = Relate::new(web, RelationKind::EmployeeOf, id("firm"));
    host.must("web hired", &hired.on(days("2024-01-01/2025-12-31")));
    host.must("web asked", &Relate::new(id("firm"), RelationKind::ContactOf, web));
    host.must("web knows", &Relate::new(web, RelationKind::ContactOf, id("ada")));
    host.must("web blocked", &ChangeParty::new(web).status(PartyStatus::Blocked));
    web
}

#[test]
fn who_was_registered_twice_is_kept_once() {
    on_every_store(|host| {
        let (ada, web) = (ada(host), web(host));
        host.must("no alias", &ChangeParty::new(ada).clear(PartyField::KnownAs));
        let merge = MergeParties::new(ada, web);
        let done = host.must("merge", &merge);
        let counts = (done.addresses, done.contacts, done.identifiers, done.roles, done.relations);
        assert_eq!(counts, (1, 1, 1, 2, 2), "on {}", host.name);
        assert_eq!(done.differed, ["name", "language"]);
        let again = host.send("merge", &merge).unwrap();
        assert_eq!((again.replayed, &again.answer), (true, &done));

        let whole = host.whole(ada);
        let party = &whole.party;
        assert_eq!(text(Some(&party.name)), Some("Markada Marklovelace"));
        assert_eq!(text(party.known_as.as_ref()), Some("Markada Markking"));
        assert_eq!(
            (party.status, party.language.as_deref()),
            (PartyStatus::Blocked, Some("en-GB"))
        );
        let alias = &whole.aliases[0];
        assert_eq!((alias.party, text(alias.name.as_ref())), (web, Some("Markada Markking")));
        let streets = whole.addresses.iter().map(|row| text(row.street.as_ref()).unwrap());
        assert_eq!(streets.collect::<Vec<_>>(), ["Markstreet 5\nMarkfloor", "Markcampo 1"]);
        let labels: Vec<_> = whole.contacts.iter().map(|row| text(row.label.as_ref())).collect();
        assert_eq!(labels, [Some("Marklabel"), None, Some("Markprivate")]);
        let numbers: Vec<u32> = whole.identifiers.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 2, 3], "counted on");
        let roles = whole.roles.iter().map(|row| format!("{} {}", row.role, row.days()));
        assert_eq!(roles.collect::<Vec<_>>(), ["customer 2025-07-01/..", "lead ../.."]);
        let relations = whole.relations.iter().map(|row| format!("{:?} {}", row.kind, row.days()));
        let stints =
            ["EmployeeOf 2026-03-01/..", "EmployeeOf 2024-01-01/2025-12-31", "ContactOf ../.."];
        assert_eq!(relations.collect::<Vec<_>>(), stints);

        assert_eq!(host.whole(web), whole, "under either id");
        let whose = |kind, number: &str| host.view(|view| by_identifier(view, kind, number));
        assert_eq!(whose(IdentifierKind::Lei, LEI), Some(ada));
        let reached = |text: &str| host.view(|view| by_contact(view, ContactKind::Email, text));
        assert_eq!(
            (reached("markweb@example.org"), reached("markada@example.org")),
            (vec![ada], vec![ada])
        );
        for (name, code) in [
            ("address", host.refused("address", &AddAddress::new(web, home()))),
            ("change", host.refused("change", &ChangeParty::new(web))),
            (
                "relate",
                host.refused("relate", &Relate::new(id("firm"), RelationKind::ContactOf, web)),
            ),
            ("erase", host.refused("erase", &EraseParty::new(web))),
            ("gone again", host.refused("gone again", &MergeParties::new(id("firm"), web))),
            ("keep", host.refused("keep", &MergeParties::new(web, ada))),
        ] {
            assert_eq!(code, "party.merged", "{name} on {}", host.name);
        }
        assert_eq!(host.refused("register", &RegisterParty::person(web, "Mark")), "party.exists");
        host.must(
            "iban is free",
            &AddIdentifier::new(ada, IdentifierKind::Iban, "DE89370400440532013000"),
        );
        host.clean();
    });
}

/// Where `keep` is known under another name already, those of `gone` stay with the alias, also when that is merged on.
#[test]
fn no_name_is_lost() {
    on_every_store(|host| {
        let ada = ada(host);
        let king =
            RegisterParty::person(id("king"), "Markada Markking").known_as("Markcountess II");
        host.must("king", &king);
        host.must("merge", &MergeParties::new(ada, id("king")));
        let names = |whole: &WholeParty| {
            let alias = whole.aliases.iter().find(|alias| alias.party == id("king")).unwrap();
            [&alias.name, &alias.known_as].map(|name| text(name.as_ref()).map(str::to_owned))
        };
        let both = [Some("Markada Markking".to_owned()), Some("Markcountess II".to_owned())];
        let whole = host.whole(ada);
        assert_eq!(
            (text(whole.party.known_as.as_ref()), names(&whole)),
            (Some("Markcountess"), both.clone())
        );
        host.must("last", &RegisterParty::person(id("last"), "Markada"));
        host.must("on", &MergeParties::new(id("last"), ada));
        assert_eq!(names(&host.whole(ada)), both);
        host.must("erase", &EraseParty::new(id("last")));
        assert_eq!(names(&host.whole(ada)), [None, None]);
        let json = host.view(|view| Ok(export(view, ada)?)).to_json().to_string();
        assert!(!json.contains("Mark"), "{json}");
        host.clean();
    });
}

/// What `keep` lacks comes from `gone`.
#[test]
fn what_was_not_known_is_known_then() {
    on_every_store(|host| {
        let ada = ada(host);
        host.must("plain", &RegisterParty::person(id("plain"), "Markada Marklovelace"));
        host.must("blocked", &ChangeParty::new(id("plain")).status(PartyStatus::Blocked));
        let done = host.must("merge", &MergeParties::new(id("plain"), ada));
        assert!(done.differed.is_empty());
        let party = host.whole(ada).party;
        assert_eq!((party.id, party.status), (id("plain"), PartyStatus::Blocked));
        let names = [&party.given_name, &party.family_name, &party.known_as];
        let names = names.map(|name| text(name.as_ref()));
        assert_eq!(names, [Some("Markada"), Some("Marklovelace"), Some("Markcountess")]);
        assert_eq!(party.born.as_ref().and_then(Personal::get), Some(&day("1815-12-10")));
        assert_eq!(party.language.as_deref(), Some("en-GB"));
        host.clean();
    });
}

#[test]
fn what_can_t_be_one_is_refused() {
    on_every_store(|host| {
        let ada = ada(host);
        let merge = |keep: &str, gone: &str| MergeParties::new(id(keep), id(gone));
        let refused =
            |keep: &str, gone: &str| host.refused(&format!("{keep}+{gone}"), &merge(keep, gone));
        host.must("young", &RegisterParty::person(id("young"), "Markada").born(day("1836-05-12")));
        for name in ["a", "b", "c", "d"] {
            host.must(name, &RegisterParty::organisation(id(name), name));
        }
        let parent = |parent: &str, child: &str, on: &str| {
            let relate = Relate::new(id(parent), RelationKind::ParentOf, id(child)).on(days(on));
            host.must(&format!("{parent}>{child}"), &relate);
        };
        parent("a", "b", "../..");
        parent("b", "c", "2020-01-01/2024-12-31");
        parent("c", "d", "2025-01-01/..");
        assert_eq!(refused("ada", "nobody"), "party.unknown");
        assert_eq!(refused("nobody", "ada"), "party.unknown");
        assert_eq!(refused("ada", "ada"), "party.cannot_merge");
        assert_eq!(refused("ada", "firm"), "party.cannot_merge");
        assert_eq!(refused("ada", "young"), "party.cannot_merge");
        host.must("no day", &ChangeParty::new(id("young")).clear(PartyField::Born));
        host.must("ada+young, the same", &merge("ada", "young"));
        // One is above the other, by itself or over a third.
        for (keep, gone) in [("a", "b"), ("b", "a"), ("a", "c"), ("c", "a"), ("d", "c")] {
            assert_eq!(refused(keep, gone), "party.circle", "{keep}+{gone} on {}", host.name);
        }
        host.must("a+d", &merge("a", "d")); // c was under b, and d is under c, but never at once
        assert_eq!(host.whole(id("d")).relations.len(), 2);
        host.must("erase", &EraseParty::new(ada));
        host.must("late", &RegisterParty::person(id("late"), "Markada"));
        assert_eq!(refused("late", "ada"), "party.erased");
        assert_eq!(refused("ada", "late"), "party.erased");
        assert_eq!(host.refused("young+late", &merge("late", "young")), "party.merged");
        host.clean();
    });
}

#[test]
fn an_alias_is_one_step_away() {
    on_every_store(|host| {
        for name in ["a", "b", "c"] {
            host.must(name, &RegisterParty::person(id(name), format!("Mark{name}")));
        }
        host.must("b+a", &MergeParties::new(id("b"), id("a")));
        host.must("c+b", &MergeParties::new(id("c"), id("b")));
        for name in ["a", "b", "c"] {
            assert_eq!(host.view(|view| Ok(resolve(view, id(name))?)), id("c"));
            assert_eq!(host.whole(id(name)).party.id, id("c"));
        }
        let mut both = vec![id("a"), id("b")];
        both.sort();
        assert_eq!(host.view(|view| Ok(aliases(view, id("c"))?)), both);
        let nobody = PartyId::named("nobody");
        assert_eq!(host.view(|view| Ok(resolve(view, nobody)?)), nobody);
        host.clean();
    });
}

/// While one merges, another does the same the other way round.
#[test]
fn two_do_not_become_each_other_s_aliases() {
    on_every_store(|host| {
        if host.asynchronous.is_some() {
            return;
        }
        let (ada, web) = (ada(host), web(host));
        let runs = RefCell::new(0);
        let merge = MergeParties::new(ada, web);
        let result = host.driver.run(envelope("one"), "one", |tx, _| {
            let merged = merge.act(tx);
            if *runs.borrow() == 0 {
                let other = Driver::new(host.store.clone(), acme());
                other.carry_out(envelope("other"), &MergeParties::new(web, ada))?;
            }
            *runs.borrow_mut() += 1;
            merged
        });
        assert_eq!((result.unwrap_err().code(), *runs.borrow()), ("party.merged", 2));
        assert_eq!(host.view(|view| Ok(resolve(view, ada)?)), web);
        host.clean();
    });
}

/// While one merges, another adds to either party: it is there afterwards.
#[test]
fn what_is_added_meanwhile_is_not_lost() {
    type Add = fn(&Driver<'_>) -> Result<(), PartyError>;
    fn add<C: Act<Error = PartyError>>(driver: &Driver<'_>, command: &C) -> Result<(), PartyError> {
        driver.carry_out(envelope("meanwhile"), command).map(drop)
    }
    fn late(party: &str) -> AddContact {
        AddContact::new(id(party), ContactKind::Email, "late@example.org")
    }
    // What is added, and how many addresses, contacts, roles and relations there are then.
    let cases: [(Add, [usize; 4]); 5] = [
        (|other| add(other, &AddAddress::new(id("web"), home().extra("Marklate"))), [3, 3, 2, 3]),
        (|other| add(other, &late("web")), [2, 4, 2, 3]),
        (|other| add(other, &late("ada")), [2, 4, 2, 3]),
        (|other| add(other, &AddRole::new(id("web"), "supplier")), [2, 3, 3, 3]),
        (
            |other| add(other, &Relate::new(id("firm"), RelationKind::ParentOf, id("web"))),
            [2, 3, 2, 4],
        ),
    ];
    for (what, (add, expected)) in cases.into_iter().enumerate() {
        on_every_store(|host| {
            if host.asynchronous.is_some() {
                return;
            }
            let (ada, web) = (ada(host), web(host));
            let runs = RefCell::new(0);
            let merge = MergeParties::new(ada, web);
            let merged = host.driver.run(envelope("one"), "one", |tx, _| {
                let merged = merge.act(tx);
                if *runs.borrow() == 0 {
                    add(&Driver::new(host.store.clone(), acme()))?;
                }
                *runs.borrow_mut() += 1;
                merged
            });
            assert!(merged.is_ok() && *runs.borrow() == 2, "{what} on {}", host.name);
            let whole = host.whole(ada);
            let counts = [whole.addresses.len(), whole.contacts.len(), whole.roles.len()];
            assert_eq!(counts, expected[..3], "{what} on {}", host.name);
            assert_eq!(whole.relations.len(), expected[3], "{what} on {}", host.name);
            host.clean();
        });
    }
}

/// Engines' rows keep the id that they were written with: an export and an erasure of the one go over both.
#[test]
fn export_and_erasure_cover_both() {
    on_every_store(|host| {
        let (ada, web) = (ada(host), web(host));
        host.store.prepare(&[Call::TABLE]).unwrap();
        host.tell(CALLS);
        call(host, web, 1);
        call(host, ada, 2);
        host.must("merge", &MergeParties::new(ada, web));
        let of_either = [ada, web].map(|party| host.view(|view| Ok(export(view, party)?)));
        assert_eq!(of_either[0].to_json(), of_either[1].to_json());
        let json = of_either[0].to_json();
        assert_eq!(
            (&json["party"], &json["aliases"][0]),
            (&ada.to_string().into(), &web.to_string().into())
        );
        let calls: Vec<&str> = json["tables"]["call"]
            .as_array()
            .unwrap()
            .iter()
            .map(|call| call["party"].as_str().unwrap())
            .collect();
        assert_eq!(calls, [ada.to_string(), web.to_string()]);
        assert!(json.to_string().contains("Markcampo"));

        // The party, two addresses, three contacts, three numbers, two calls, the alias.
        assert_eq!(host.must("erase", &EraseParty::new(ada)), 12);
        let text = host.view(|view| Ok(export(view, ada)?)).to_json().to_string();
        assert!(!text.to_lowercase().contains("mark"), "{text}");
        assert_eq!(host.refused("late", &ChangeParty::new(web)), "party.merged");
        let findings = host.driver.verify(&[TABLES, &[Call::TABLE]].concat()).unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
        let commits = host.store.feed(&FeedFrom::new(acme(), 0, usize::MAX)).unwrap();
        for name in
            ["ada", "web", "web home", "web other mail", "web lei", "merge", "call 1", "call 2"]
        {
            let commit = commits.iter().find(|commit| commit.id == CommandId::named(name)).unwrap();
            assert!(commit.salt.is_none(), "{name} on {}", host.name);
        }
    });
}

/// An engine may make aliases that it can take back: the alias keeps its own rows until then.
#[test]
fn an_alias_that_an_engine_made_is_neither_merged_nor_erased_by_itself() {
    on_every_store(|host| {
        if host.asynchronous.is_some() {
            return;
        }
        let (ada, web) = (ada(host), web(host));
        let alias = |tx: &mut Tx<'_>| {
            tx.get::<PartyAlias>(&web)?;
            let (merged_at, name, known_as) = (tx.now(), None, None);
            tx.insert(PartyAlias { party: web, keep: ada, merged_at, name, known_as })?;
            Ok::<(), PartyError>(())
        };
        host.driver.run(envelope("alias"), "alias", |tx, _| alias(tx)).unwrap();
        host.must("third", &RegisterParty::person(id("third"), "Markthird"));
        assert_eq!(host.refused("half", &EraseParty::new(web)), "party.merged");
        for (keep, gone) in [("web", "third"), ("third", "web")] {
            let merge = MergeParties::new(id(keep), id(gone));
            assert_eq!(host.refused(&format!("{keep}+{gone}"), &merge), "party.merged");
        }
        host.must("whole", &EraseParty::new(ada));
        for party in [ada, web] {
            let text = host.view(|view| Ok(export(view, party)?)).to_json().to_string();
            assert!(!text.to_lowercase().contains("mark"), "{text}");
        }
        host.clean();
    });
}
