//! Merges, taken back in any order, with erasures and late events between: nothing is lost, nothing stays.

use std::collections::{BTreeMap, BTreeSet};

use fondaco_core::enter::Taking;
use fondaco_core::party::{self, MergeParties};
use fondaco_core::{ActError as _, PartyId};
use fondaco_crm::attributes::*;
use fondaco_crm::consent::*;
use fondaco_crm::contacts::*;
use fondaco_crm::events::*;
use fondaco_crm::leads::{NewLead, OpenLeads, lead};
use fondaco_crm::membership::{PutSegment, StoredSegment, UseSegment, segments_of};
use fondaco_crm::merge::*;
use fondaco_crm::opportunities::{OpenOpportunity, opportunities_of};
use fondaco_testkit::Host;
use proptest::prelude::*;

use crate::firm::*;

const PEOPLE: [&str; 5] = ["c0", "c1", "c2", "c3", "c4"];

fn house() -> Host {
    let host = in_memory().with(&party::ENGINE);
    let people = PEOPLE.map(|name| {
        NewContact::person(p(name), format!("Person {name}"))
            .email(format!("{name}@people.example"))
    });
    host.must("people here", &AddContacts::new(people.into()));
    host.must("news", &DefinePurposes::one("news", "News", false));
    host
}

#[derive(Clone, Debug)]
enum Deed {
    Merge(usize, usize),
    Unmerge(usize),
    Erase(usize),
    Event(usize, u8),
    Value(usize, i64),
    Clear(usize),
    Consent(usize, bool),
    Lead(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = || 0..PEOPLE.len();
    prop_oneof![
        5 => (who(), who()).prop_map(|(keep, gone)| Deed::Merge(keep, gone)),
        3 => who().prop_map(Deed::Unmerge),
        1 => who().prop_map(Deed::Erase),
        4 => (who(), any::<u8>()).prop_map(|(who, id)| Deed::Event(who, id)),
        3 => (who(), 0i64..9).prop_map(|(who, value)| Deed::Value(who, value)),
        2 => who().prop_map(Deed::Clear),
        2 => (who(), any::<bool>()).prop_map(|(who, agreed)| Deed::Consent(who, agreed)),
        1 => who().prop_map(Deed::Lead),
    ]
}

/// What a naive reader believes.
#[derive(Default, Clone, Debug)]
struct Naive {
    into: BTreeMap<usize, usize>,
    erased: BTreeSet<usize>,
    events: BTreeMap<usize, BTreeSet<String>>,
}

impl Naive {
    fn root(&self, who: usize) -> usize {
        self.into.get(&who).map_or(who, |into| self.root(*into))
    }

    fn group(&self, who: usize) -> Vec<usize> {
        let root = self.root(who);
        (0..PEOPLE.len()).filter(|other| self.root(*other) == root).collect()
    }

    fn told(&self, who: usize) -> Vec<String> {
        let mut all: Vec<_> = self
            .group(who)
            .iter()
            .flat_map(|one| self.events.get(one))
            .flatten()
            .cloned()
            .collect();
        all.sort();
        all
    }

    fn ids(&self, who: usize) -> (PartyId, BTreeSet<PartyId>) {
        let ids = self.group(who).into_iter().map(|one| p(PEOPLE[one])).collect();
        (p(PEOPLE[self.root(who)]), ids)
    }
}

/// Does it, here and in a company that never merges; whether that went as a naive reader believes.
fn act(merging: &Host, never: &Host, naive: &mut Naive, at: usize, deed: &Deed) {
    let name = format!("deed {at}");
    let id = |who: usize| p(PEOPLE[who]);
    match *deed {
        Deed::Merge(keep, gone) => {
            let root = naive.root(keep);
            let may = !naive.into.contains_key(&gone)
                && root != gone
                && !naive.erased.contains(&root)
                && !naive.erased.contains(&gone);
            let done = merging.send(&name, &MergeContacts::new(id(keep), id(gone), "why"));
            assert_eq!(done.is_ok(), may, "{done:?}");
            if may {
                naive.into.insert(gone, keep);
            }
        }
        Deed::Unmerge(gone) => {
            let may = naive.into.remove(&gone).is_some();
            let done = merging.send(&name, &UnmergeContact::new(id(gone), "why"));
            assert_eq!(done.is_ok(), may, "{done:?}");
        }
        Deed::Erase(who) => {
            let erase = |who| EraseContact { suppress: false, ..EraseContact::new(id(who), "why") };
            merging.must(&name, &erase(who));
            for one in naive.group(who) {
                never.must(&format!("{name}/{one}"), &erase(one));
                naive.erased.insert(one);
            }
        }
        Deed::Event(who, number) => {
            let event = did(PEOPLE[who], "view", &format!("{who}/{number}"), i64::from(number));
            let command = RecordEvents::good_ones(vec![event.with("page", "/")]);
            let known = naive
                .events
                .get(&who)
                .is_some_and(|known| known.contains(&format!("{who}/{number}")));
            let taken = merging.must(&name, &command);
            assert_eq!(taken, never.must(&name, &command));
            assert_eq!(taken.refused.len(), usize::from(!known && naive.erased.contains(&who)));
            if taken.entered == 1 {
                naive.events.entry(who).or_default().insert(format!("{who}/{number}"));
            }
        }
        Deed::Value(who, value) => {
            let text = format!("title {value}");
            // What is said of an alias is said of whom it stands for, and stays there.
            let command = |who| SetValues {
                taking: Taking::GoodOnes,
                ..SetValues::one(id(who), "title", Value::from(text.as_str()))
            };
            let (here, there) = (command(who), command(naive.root(who)));
            assert_eq!(merging.must(&name, &here).entered, never.must(&name, &there).entered);
        }
        Deed::Clear(who) => {
            // What is cleared is so under each id that has it.
            let command = |who: PartyId| {
                let clear = vec!["title".into()];
                let one = NewValues { party: who, values: Values::default(), clear, at: None };
                SetValues { contacts: vec![one], taking: Taking::GoodOnes }
            };
            let here = merging.must(&name, &command(id(who))).entered;
            let there = naive
                .group(who)
                .into_iter()
                .map(|one| never.must(&format!("{name}/{one}"), &command(id(one))).entered);
            assert_eq!(here, there.sum::<u32>().min(1));
            if let Some(known) = shown_at(merging, PEOPLE[who]) {
                assert_eq!(known.values.get("title"), None);
            }
        }
        Deed::Consent(who, agreed) => {
            let given = NewConsent::given(id(who), Channel::Email, "news", format!("form {at}"));
            let basis =
                if agreed { LawfulBasis::Consent } else { LawfulBasis::LegitimateInterests };
            let command = RecordConsents::new(vec![NewConsent { basis, ..given }]);
            assert_eq!(merging.must(&name, &command), never.must(&name, &command));
        }
        Deed::Lead(who) => {
            // Who is one has one lead: who never merges would have several.
            if naive.group(who).len() == 1 {
                let command = OpenLeads::new(vec![NewLead::new(id(who), "fair")]);
                assert_eq!(merging.must(&name, &command), never.must(&name, &command));
            }
        }
    }
}

/// All that is kept of each person by itself.
fn kept(host: &Host) -> Vec<(Values, Vec<String>, LifecycleStage, bool)> {
    let of = |name: &&str| {
        let known = host.view(|view| values(view, p(name)));
        let events = host.view(|view| events_of(view, p(name)));
        let mut told: Vec<String> =
            events.iter().map(|row| format!("{} {}", row.source_id, row.is_erased())).collect();
        for fact in host.view(|view| consents(view, p(name))) {
            told.push(format!(
                "{} {} {:?}",
                fact.number,
                fact.basis == LawfulBasis::Consent,
                fact.at
            ));
        }
        told.extend(host.view(|view| lead(view, p(name))).map(|lead| format!("{lead:?}")));
        let profile = host.rows::<Profile>().into_iter().find(|row| row.party == p(name)).unwrap();
        (known, told, profile.stage, profile.is_erased())
    };
    PEOPLE.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn merges_are_taken_back_exactly(deeds in prop::collection::vec(deed(), 1..30), order in Just((0..5).collect::<Vec<usize>>()).prop_shuffle()) {
        let (merging, never) = (house(), house());
        let mut naive = Naive::default();
        for (at, deed) in deeds.iter().enumerate() {
            merging.wait(60);
            never.wait(60);
            act(&merging, &never, &mut naive, at, deed);
            for (who, name) in PEOPLE.iter().enumerate() {
                let group = merging.view(|view| group(view, p(name)));
                prop_assert_eq!((group[0], group.iter().copied().collect::<BTreeSet<_>>()), naive.ids(who));
                let mut told: Vec<String> = merging.view(|view| events_of(view, p(name))).iter().map(|row| row.source_id.to_string()).collect();
                told.sort();
                prop_assert_eq!(told, naive.told(who));
            }
        }
        // What is exported under any id is all that is held on the person, and nothing personal once it is erased.
        for (who, name) in PEOPLE.iter().enumerate() {
            let export = merging.view(|view| party::export(view, p(name))).to_json().to_string();
            for (other, known) in PEOPLE.iter().enumerate() {
                let is_told = export.contains(&format!("{}@people.example", known));
                let is_same = naive.root(who) == naive.root(other);
                prop_assert_eq!(is_told, is_same && !naive.erased.contains(&other));
            }
        }
        for who in order {
            act(&merging, &never, &mut naive, 1_000 + who, &Deed::Unmerge(who));
        }
        prop_assert_eq!(kept(&merging), kept(&never));
        merging.clean();
    }
}

#[test]
fn who_can_not_be_one_is_told_why() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        let born = |name: &str, day: &str| {
            let born = party::ChangeParty {
                born: Some(party::Private(day.parse().unwrap())),
                ..party::ChangeParty::new(p(name))
            };
            host.must(&format!("{name} {day}"), &born);
        };
        born("ada", "1990-12-10");
        born("bo", "1991-12-10");
        let merge = |keep: &str, gone: &str| MergeContacts::new(p(keep), p(gone), "why");
        assert_eq!(host.refused("born", &merge("ada", "bo")).code(), "crm.cannot_merge");
        assert_eq!(host.refused("kind", &merge("ada", "firm")).code(), "crm.cannot_merge");
        assert_eq!(host.refused("self", &merge("ada", "ada")).code(), "crm.cannot_merge");
        assert_eq!(host.refused("nobody", &merge("ada", "nobody")).code(), "crm.unknown_contact");
        assert_eq!(
            host.refused("none", &UnmergeContact::new(p("bo"), "why")).code(),
            "crm.not_merged"
        );
        born("bo", "1990-12-10");
        host.must("one", &merge("ada", "bo"));
        assert_eq!(host.refused("twice", &merge("ada", "bo")).code(), "crm.merged_already");
        assert_eq!(host.refused("ring", &merge("bo", "ada")).code(), "crm.cannot_merge");
        host.must("two", &UnmergeContact::new(p("bo"), "why"));
        let steps = host.view(|view| merges(view, p("bo")));
        assert_eq!(steps.iter().map(|step| step.merged).collect::<Vec<_>>(), [true, false]);
        host.must("one again", &merge("bo", "ada"));
        assert_eq!(host.view(|view| group(view, p("ada"))), [p("bo"), p("ada")]);
    });
}

/// All that are one with somebody, by the naive order of their ids.
fn one_with(host: &Host, party: &str) -> BTreeSet<PartyId> {
    host.view(|view| group(view, p(party))).into_iter().collect()
}

fn ids<const N: usize>(names: [&str; N]) -> BTreeSet<PartyId> {
    names.map(p).into()
}

#[test]
fn what_core_merged_for_good_goes_with_its_contact_when_that_is_separated() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        let people = ["a", "b", "x", "y", "z"].map(|name| NewContact::person(p(name), name));
        host.must("five", &AddContacts::new(people.into()));
        let merge = |keep: &str, gone: &str| MergeContacts::new(p(keep), p(gone), "why");
        host.must("for good", &MergeParties::new(p("b"), p("x")));
        host.must("a+b", &merge("a", "b"));
        host.must("x+y", &merge("x", "y")); // said of x, who is b
        host.must("a, for good", &MergeParties::new(p("a"), p("z")));
        assert_eq!(one_with(host, "a"), ids(["a", "b", "x", "y", "z"]));
        let event = did("x", "view", "1", 1).with("page", "/");
        host.must("event", &RecordEvents::new(vec![event]));
        // Core leaves alone who may be taken back.
        assert_eq!(host.refused("z+b", &MergeParties::new(p("bo"), p("b"))).code(), "party.merged");
        assert_eq!(
            host.refused("b+bo", &MergeParties::new(p("b"), p("bo"))).code(),
            "party.merged"
        );
        assert_eq!(host.refused("half", &party::EraseParty::new(p("b"))).code(), "party.merged");
        let back = |name: &str| UnmergeContact::new(p(name), "why");
        assert_eq!(host.refused("x", &back("x")).code(), "crm.not_merged");
        host.must("b", &back("b"));
        assert_eq!(one_with(host, "x"), ids(["b", "x", "y"]));
        assert_eq!(one_with(host, "a"), ids(["a", "z"]));
        assert_eq!(host.view(|view| events_of(view, p("b"))).len(), 1);
        assert!(host.view(|view| events_of(view, p("a"))).is_empty());
        host.must("y", &back("y"));
        assert_eq!((one_with(host, "x"), one_with(host, "y")), (ids(["b", "x"]), ids(["y"])));
    });
}

#[test]
fn a_contact_that_core_merged_into_no_contact_is_found_under_it() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        host.must("key", &SetSuppressionKey::new("0123 4567 89ab cdef"));
        host.must("books", &party::RegisterParty::person(p("customer"), "Ada Lovelace"));
        host.must("for good", &MergeParties::new(p("customer"), p("ada")));
        let may =
            |party: &str| host.view(|view| may_contact(view, p(party), Channel::Email, "offers"));
        assert_eq!((may("ada"), may("customer")), (MayContact::NotAsked, MayContact::NotAsked));
        for party in ["ada", "customer"] {
            host.must(party, &Unsubscribe::from_all(p(party), Channel::Email));
        }
        assert_eq!(may("customer"), MayContact::Withdrawn);
        host.must("one", &MergeContacts::new(p("customer"), p("bo"), "why"));
        host.must("erase", &EraseContact::new(p("ada"), "asked"));
        assert_eq!((may("ada"), may("bo")), (MayContact::Erased, MayContact::Erased));
        host.must("erase again", &EraseContact::new(p("bo"), "asked"));
        let reach = party::ContactKind::Email;
        assert!(host.view(|view| is_suppressed(view, reach, "ada@analytical.example")));
        let export = host.view(|view| party::export(view, p("ada"))).to_json().to_string();
        assert!(!export.contains("example") && !export.contains("Lovelace"), "{export}");
    });
}

#[test]
fn whole_groups_are_compared_and_no_organisation_becomes_its_own_parent() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        let people = ["a", "b", "c"].map(|name| NewContact::person(p(name), name));
        host.must("three", &AddContacts::new(people.into()));
        for (name, day) in [("b", "1990-12-10"), ("c", "1991-12-10")] {
            let born = Some(party::Private(day.parse().unwrap()));
            host.must(day, &party::ChangeParty { born, ..party::ChangeParty::new(p(name)) });
        }
        let merge = |keep: &str, gone: &str| MergeContacts::new(p(keep), p(gone), "why");
        host.must("a+b", &merge("a", "b"));
        assert_eq!(host.refused("a+c", &merge("a", "c")).code(), "crm.cannot_merge");
        assert_eq!(host.refused("c+a", &merge("c", "a")).code(), "crm.cannot_merge");
        let firms = ["f", "g", "h", "i"].map(|name| NewContact::organisation(p(name), name));
        host.must("firms", &AddContacts::new(firms.into()));
        host.must("g under f", &SetParent::new(p("g"), p("f")));
        host.must("g+h", &merge("g", "h"));
        host.must("i under h", &SetParent::new(p("i"), p("h")));
        for (keep, gone) in [("f", "g"), ("g", "f"), ("f", "i"), ("i", "f")] {
            let error = host.refused(&format!("{keep}+{gone}"), &merge(keep, gone));
            assert!(error.to_string().contains("stands under"), "{error}");
        }
        // f over g, who is h, over i.
        assert_eq!(host.refused("ring", &SetParent::new(p("f"), p("i"))).code(), "crm.ring");
    });
}

fn check(host: &Host, probe: &Probe) -> Vec<Same> {
    host.view(|view| check_person(view, probe))
}

#[test]
fn a_shared_number_or_an_address_of_a_role_decides_nothing() {
    everywhere(|host| {
        let contacts = vec![
            NewContact::person(p("i1"), "Ines Ibarra")
                .email("info@shop.example")
                .phone("+34 91 123 4567"),
            NewContact::person(p("i2"), "Igor Ivanov")
                .email("igor@shop.example")
                .phone("+34 91 123 4567"),
            NewContact::person(p("x1"), "Xenia Xu").email("family@xu.example"),
            NewContact::person(p("x2"), "Xaver Xu").email("family@xu.example"),
        ];
        host.must("some", &AddContacts::new(contacts));
        let role = check(host, &Probe::person("Ines Ibarra").email("info@shop.example"));
        assert_eq!((role[0].party, role[0].is_certain), (p("i1"), false));
        let shared = check(host, &Probe::person("Igor Ivanov").phone("0034911234567"));
        assert!(shared.iter().all(|same| !same.is_certain), "{shared:?}");
        assert_eq!(shared[0].party, p("i2"));
        assert!(shared[0].why.contains(&SameWhy::Phone { shared_by: 2 }));
        let family = check(host, &Probe::person("Xenia Xu").email("FAMILY@xu.example"));
        assert_eq!((family[0].party, family[0].is_certain), (p("x1"), false));
        let own = check(host, &Probe::person("Ivanov, Igor").email("igor+x@shop.example"));
        assert_eq!((own[0].party, own[0].is_certain), (p("i2"), true));
        let other = check(host, &Probe::person("Walter Quux").email("igor@shop.example"));
        assert!(!other[0].is_certain, "{other:?}"); // his address, and quite another name
        let name = check(host, &Probe::person("Igor Ivanof"));
        assert_eq!((name.len(), name[0].party, name[0].is_certain), (1, p("i2"), false));
        // One number of a household, of which one is entered yet: a near name is another's.
        let maria = NewContact::person(p("m"), "Maria Schmidt").phone("+49 30 901820");
        host.must("maria", &AddContacts::new(vec![maria]));
        let mario = check(host, &Probe::person("Mario Schmidt").phone("+49 30 901820"));
        assert_eq!((mario[0].party, mario[0].is_certain), (p("m"), false));
        let herself = check(host, &Probe::person("Schmidt, Maria").phone("+49 30 901820"));
        assert_eq!((herself[0].party, herself[0].is_certain), (p("m"), true));
        assert!(check(host, &Probe::person("Nobody Known")).is_empty());
        // Once they are one, the family's address is of one contact alone.
        host.must("one", &MergeContacts::new(p("x1"), p("x2"), "why"));
        let family = check(host, &Probe::person("Xaver Xu").email("family@xu.example"));
        assert_eq!((family.len(), family[0].party, family[0].is_certain), (1, p("x1"), true));
    });
}

/// A mailbox is one however it is written, and a number with or without its country's code, whichever of the two is stored.
#[test]
fn who_is_the_same_is_found_from_both_sides() {
    everywhere(|host| {
        let stored = vec![
            NewContact::person(p("tag"), "Tag").email("tag+fair@example.org"),
            NewContact::person(p("dots"), "Dots").email("d.o.t.s@googlemail.com"),
            NewContact::person(p("home"), "Home").phone("020 7946 0999"),
            NewContact::person(p("far"), "Far").phone("+49 30 1234567"),
        ];
        host.must("written otherwise", &AddContacts::new(stored));
        let found = |probe: Probe| {
            let probe = Probe { name: None, ..probe };
            let same = host.view(|view| check_person(view, &probe));
            same.iter().map(|one| one.party).collect::<Vec<_>>()
        };
        let none = || Probe::person("");
        assert_eq!(found(none().email("TAG@example.org")), [p("tag")]);
        assert_eq!(found(none().email("dots@gmail.com")), [p("dots")]);
        assert_eq!(found(none().phone("+44 20 7946 0999")), [p("home")]);
        assert_eq!(found(none().phone("030 1234567")), [p("far")]);
        assert!(found(none().phone("+43 30 1234567")).is_empty(), "of another country");
    });
}

/// Of a name that six hundred have, the one whose first name is known is found.
#[test]
fn a_common_name_hides_nobody() {
    let host = in_memory();
    let smiths = (0..600).map(|n| {
        let name = format!("{} Smith", ["Adam", "Berta", "Carl", "Dora"][n % 4]);
        NewContact::person(p(&format!("s{n}")), name)
    });
    let mut all: Vec<NewContact> = smiths.collect();
    all.push(NewContact::person(p("last"), "Zacharias Smith"));
    host.must("smiths", &AddContacts::new(all));
    let same = host.view(|view| check_person(view, &Probe::person("Smyth, Zacharias")));
    assert_eq!(same[0].party, p("last"));
}

fn shown(host: &Host, name: &str) -> Golden {
    shown_at(host, name).unwrap()
}

fn shown_at(host: &Host, name: &str) -> Option<Golden> {
    host.view(|view| golden(view, p(name), &Survivorship::default()))
}

/// What is known of a contact is one thing, by whichever id it is said and asked.
#[test]
fn what_is_said_of_an_alias_is_said_of_whom_it_stands_for() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        host.must("first", &SetValues::one(p("ada"), "title", Value::from("clerk")));
        host.must("s1", &ChangeContact::new(p("ada")).owner("s1"));
        host.wait(60);
        host.must("one", &MergeContacts::new(p("ada"), p("bo"), "same"));
        host.wait(60);
        host.must("title", &SetValues::one(p("bo"), "title", Value::from("head")));
        host.must("s2", &ChangeContact::new(p("bo")).owner("s2").name("Ada King"));
        host.must("customer", &MoveStages::up(p("bo"), LifecycleStage::Customer));
        let ada = shown(host, "bo");
        assert_eq!(ada.values.get("title"), Some(&Value::from("head")));
        assert_eq!((ada.owner.as_deref(), ada.stage), (Some("s2"), LifecycleStage::Customer));
        assert_eq!(ada.name.as_deref(), Some("Ada King"));
        let back = host.must("back", &MoveStages::up(p("ada"), LifecycleStage::Lead));
        assert_eq!(back.refused[0].code, "crm.stage_back");
        assert_eq!(host.view(|view| profile_changes(view, p("bo"))).len(), 2);
        let now = host.now();
        let times = host.view(|view| stage_times(view, p("bo"), now));
        assert_eq!(times.last().unwrap().stage, LifecycleStage::Customer);
    });
}

/// What is cleared comes up from no other id, whichever of them it was said of and whichever is named.
#[test]
fn what_is_cleared_of_a_contact_is_cleared_under_each_of_its_ids() {
    let clear = |name: &str| {
        let clear = vec!["title".into()];
        SetValues::new(vec![NewValues {
            party: p(name),
            values: Values::default(),
            clear,
            at: None,
        }])
    };
    for (named, is_of_both) in [("bo", false), ("ada", false), ("bo", true), ("ada", true)] {
        everywhere(|host| {
            host.must(
                "put",
                &PutSegment::new(StoredSegment::new("clerks", 1, "title = \"clerk\"")),
            );
            host.must("use", &UseSegment::new("clerks", Some(1)));
            host.must("put2", &PutSegment::new(StoredSegment::new("owned", 1, "owner = \"s1\"")));
            host.must("use2", &UseSegment::new("owned", Some(1)));
            host.must("clerk", &SetValues::one(p("bo"), "title", Value::from("clerk")));
            host.must("s1", &ChangeContact::new(p("bo")).owner("s1"));
            if is_of_both {
                host.must("head", &SetValues::one(p("ada"), "title", Value::from("head")));
                host.must("s2", &ChangeContact::new(p("ada")).owner("s2").territory("uk"));
            }
            host.wait(60);
            let host = &host.clone().with(&party::ENGINE);
            host.must("one", &MergeContacts::new(p("ada"), p("bo"), "same"));
            let expected: &[&str] = if is_of_both { &[] } else { &["clerks", "owned"] };
            assert_eq!(host.view(|view| segments_of(view, p("ada"))), expected);
            host.wait(60);
            let cleared = host.must("clear", &clear(named));
            assert_eq!((cleared.entered, cleared.refused.len()), (1, 0));
            let nobody =
                ChangeContact { clear: vec![ProfileField::Owner], ..ChangeContact::new(p(named)) };
            host.must("nobody", &nobody);
            let ada = shown(host, "bo");
            assert_eq!((ada.values.get("title"), ada.owner.as_deref()), (None, None));
            assert_eq!(ada.territory.as_deref(), is_of_both.then_some("uk"));
            assert!(host.view(|view| segments_of(view, p("ada"))).is_empty());
            let changes = host.view(|view| profile_changes(view, p("ada")));
            let gone = changes.iter().filter(|one| one.after.is_none()).count();
            assert_eq!(gone, 1 + usize::from(is_of_both));
            // Again nothing is there to be cleared.
            assert_eq!(host.must("clear again", &clear(named)).entered, 0);
        });
    }
}

#[test]
fn a_contact_is_as_far_as_any_of_its_ids() {
    everywhere(|host| {
        host.must("customer", &MoveStages::up(p("bo"), LifecycleStage::Customer));
        host.wait(60);
        host.must("lead", &MoveStages::up(p("ada"), LifecycleStage::Lead));
        host.wait(60);
        let of_leads = StoredSegment::new("customers", 1, "in stage \"customer\"");
        host.must("put", &PutSegment::new(of_leads));
        host.must("use", &UseSegment::new("customers", Some(1)));
        let host = &host.clone().with(&party::ENGINE);
        host.must("one", &MergeContacts::new(p("ada"), p("bo"), "same"));
        assert_eq!(shown(host, "ada").stage, LifecycleStage::Customer);
        assert_eq!(host.view(|view| segments_of(view, p("ada"))), ["customers"]);
        let now = host.now();
        let stages = |host: &Host| {
            let times = host.view(|view| stage_times(view, p("ada"), now));
            times.iter().map(|time| time.stage).collect::<Vec<_>>()
        };
        assert_eq!(stages(host), [LifecycleStage::Subscriber, LifecycleStage::Customer]);
        // Who goes back goes back with all its ids.
        host.must("recycle", &MoveStages::recycle(p("ada"), LifecycleStage::Lead, "left"));
        assert_eq!(shown(host, "bo").stage, LifecycleStage::Lead);
        assert!(host.view(|view| segments_of(view, p("ada"))).is_empty());
        assert_eq!(stages(host).last(), Some(&LifecycleStage::Lead));
    });
}

/// Of those that were merged into a contact, segments and scores take the newest value, as is shown.
#[test]
fn the_newest_value_of_those_that_are_gone_counts_everywhere() {
    everywhere(|host| {
        let others = ["x1", "x2"].map(|name| NewContact::person(p(name), "Ada L"));
        host.must("others", &AddContacts::new(others.into()));
        host.must("old", &SetValues::one(p("x1"), "title", Value::from("old")));
        host.wait(60);
        host.must("new", &SetValues::one(p("x2"), "title", Value::from("new")));
        host.must("put", &PutSegment::new(StoredSegment::new("new", 1, "title = \"new\"")));
        host.must("use", &UseSegment::new("new", Some(1)));
        let host = &host.clone().with(&party::ENGINE);
        for name in ["x1", "x2"] {
            host.must(name, &MergeContacts::new(p("ada"), p(name), "same"));
        }
        assert_eq!(shown(host, "ada").values.get("title"), Some(&Value::from("new")));
        assert_eq!(host.view(|view| segments_of(view, p("ada"))), ["new"]);
    });
}

/// Whichever of its ids stood somewhere, an organisation that is moved stands where that says alone.
#[test]
fn an_organisation_that_was_merged_is_moved_with_all_its_ids() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        let firms = ["twin", "daughter", "daughter2", "other"];
        let firms = firms.map(|name| NewContact::organisation(p(name), format!("Firm {name}")));
        host.must("firms", &AddContacts::new(firms.into()));
        host.must("under", &SetParent::new(p("daughter"), p("twin")));
        host.must("under2", &SetParent::new(p("daughter2"), p("firm")));
        host.wait(86_400);
        host.must("same daughter", &MergeContacts::new(p("daughter2"), p("daughter"), "same"));
        host.must("one", &MergeContacts::new(p("firm"), p("twin"), "same"));
        let under = |name: &str| {
            let today = host.now().date_utc();
            host.view(|view| below(view, p(name), today))
        };
        // There already, by whatever ids that is said.
        let before = host.rows::<party::Relation>();
        host.must("there", &SetParent::new(p("daughter"), p("twin")));
        assert_eq!(host.rows::<party::Relation>(), before);
        assert_eq!(under("twin"), [(p("daughter2"), 1)]);
        host.must("moved", &SetParent::new(p("daughter"), p("other")));
        assert_eq!((under("firm"), under("other")), (vec![], vec![(p("daughter2"), 1)]));
        host.must("alone", &SetParent { organisation: p("daughter2"), parent: None });
        assert!(["firm", "twin", "other"].into_iter().all(|name| under(name).is_empty()));
    });
}

#[test]
fn deals_daughters_and_buyers_are_read_under_all_ids() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        let firms = ["twin", "daughter", "daughter2"];
        let firms = firms.map(|name| NewContact::organisation(p(name), format!("Firm {name}")));
        host.must("firms", &AddContacts::new(firms.into()));
        host.must("under", &SetParent::new(p("daughter"), p("twin")));
        host.must("under2", &SetParent::new(p("daughter2"), p("firm")));
        let decides = vec![BuyingRole::DecisionMaker];
        host.must("role", &SetBuyingRoles::new(p("bo"), p("twin"), decides.clone()));
        host.must("pipeline", &crate::opportunities::sales());
        let deal = OpenOpportunity { party: p("twin"), ..crate::opportunities::engine("d", "10") };
        host.must("deal", &deal);
        host.must("one", &MergeContacts::new(p("firm"), p("twin"), "same"));
        host.must("same daughter", &MergeContacts::new(p("daughter2"), p("daughter"), "same"));
        host.must("same person", &MergeContacts::new(p("ada"), p("bo"), "same"));
        let today = host.now().date_utc();
        for firm in ["firm", "twin"] {
            assert_eq!(host.view(|view| opportunities_of(view, p(firm))).len(), 1);
            assert_eq!(host.view(|view| below(view, p(firm), today)), [(p("daughter2"), 1)]);
            let roles = host.view(|view| buying_centre(view, p(firm)));
            assert_eq!(roles, [(p("ada"), BuyingRole::DecisionMaker)]);
        }
        // Said again of the others, it is there; said to be none, it is none.
        host.must("again", &SetBuyingRoles::new(p("ada"), p("firm"), decides));
        assert_eq!(host.rows::<HasRole>().len(), 1);
        host.must("none", &SetBuyingRoles::new(p("ada"), p("firm"), vec![]));
        assert!(host.rows::<HasRole>().is_empty());
    });
}
