//! Who may be written to: nobody without a ground, and never again who asked not to be.

use fondaco_core::Timestamp;
use fondaco_core::party::{self, ContactKind as Reach};
use fondaco_crm::consent::*;
use fondaco_crm::contacts::*;
use fondaco_crm::events::*;
use fondaco_crm::merge::MergeContacts;
use fondaco_testkit::Host;
use proptest::prelude::*;

use crate::firm::*;

const NEWS: &str = "newsletter";

fn ready(host: &Host) {
    host.must("news", &DefinePurposes::one(NEWS, "Our newsletter", true));
    host.must("offers", &DefinePurposes::one("offers", "Offers", false));
    host.must("key", &SetSuppressionKey::new("0123 4567 89ab cdef"));
}

fn may(host: &Host, party: &str) -> MayContact {
    host.view(|view| may_contact(view, p(party), Channel::Email, NEWS))
}

fn given(party: &str) -> RecordConsents {
    RecordConsents::new(vec![NewConsent::given(p(party), Channel::Email, NEWS, "form 12")])
}

#[test]
fn a_double_opt_in_counts_once_it_is_confirmed() {
    everywhere(|host| {
        ready(host);
        assert_eq!(
            (may(host, "ada"), may(host, "nobody")),
            (MayContact::NotAsked, MayContact::Unknown)
        );
        let confirm = ConfirmConsent::new(p("ada"), Channel::Email, NEWS, "link");
        assert_eq!(host.refused("early", &confirm).code(), "crm.nothing_pending");
        host.must("form", &given("ada"));
        assert_eq!(may(host, "ada"), MayContact::Pending);
        host.must("link", &confirm);
        assert_eq!(may(host, "ada"), MayContact::Yes(LawfulBasis::Consent));
        assert_eq!(host.refused("again", &confirm).code(), "crm.nothing_pending");
        host.wait(60);
        host.must("stop", &Unsubscribe::new(p("ada"), Channel::Email, NEWS));
        assert_eq!(may(host, "ada"), MayContact::Withdrawn);
        let none =
            NewConsent { proof: None, ..NewConsent::given(p("bo"), Channel::Email, NEWS, "") };
        let code = |name: &str, consent: NewConsent| {
            host.must(name, &RecordConsents::new(vec![consent])).refused[0].code.to_string()
        };
        assert_eq!(code("proof", none), "crm.no_proof");
        assert_eq!(
            code("purpose", NewConsent::given(p("bo"), Channel::Sms, "spam", "x")),
            "crm.unknown_purpose"
        );
        let future = Some("2030-01-01T00:00:00Z".parse().unwrap());
        let future =
            NewConsent { at: future, ..NewConsent::given(p("bo"), Channel::Sms, "offers", "x") };
        assert_eq!(code("future", future), "crm.future_consent");
        // A contract needs neither proof nor a second confirmation.
        let basis = LawfulBasis::Contract;
        let contract = NewConsent {
            basis,
            proof: None,
            ..NewConsent::given(p("bo"), Channel::Email, NEWS, "")
        };
        host.must("contract", &RecordConsents::new(vec![contract]));
        assert_eq!(may(host, "bo"), MayContact::Yes(LawfulBasis::Contract));
    });
}

#[test]
fn an_import_does_not_write_again_to_who_was_erased() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        assert_eq!(
            host.refused("no key", &EraseContact::new(p("ada"), "asked")).code(),
            "crm.no_suppression_key"
        );
        ready(host);
        assert_eq!(
            host.refused("key twice", &SetSuppressionKey::new("another key, as long")).code(),
            "crm.suppression_key_set"
        );
        host.must("hit", &RecordEvents::new(vec![did("ada", "view", "1", 1).with("page", "/")]));
        host.must("form", &given("ada"));
        host.must("link", &ConfirmConsent::new(p("ada"), Channel::Email, NEWS, "ip 10.0.0.1"));
        let twice = NewContact::person(p("ada2"), "A. Lovelace").email("ada@home.example");
        host.must("twice", &AddContacts::new(vec![twice]));
        host.must("one", &MergeContacts::new(p("ada"), p("ada2"), "same"));
        host.must("erase", &EraseContact::new(p("ada2"), "asked")); // under her other id
        assert_eq!(may(host, "ada"), MayContact::Erased);
        assert_eq!(host.view(|view| events_of(view, p("ada"))).len(), 1);
        assert_eq!(
            host.refused("erase twice", &EraseContact::new(p("ada"), "asked")).code(),
            "crm.contact_erased"
        );
        for (at, address) in ["ADA@analytical.example", "ada+new@home.example"].iter().enumerate() {
            let name = format!("list {at}");
            let again = NewContact::person(p(&name), "Ada L").email(*address);
            host.must(&name, &AddContacts::new(vec![again]));
            host.must(&format!("consent {at}"), &given(&name));
            host.must(
                &format!("link {at}"),
                &ConfirmConsent::new(p(&name), Channel::Email, NEWS, "bought"),
            );
            assert_eq!(may(host, &name), MayContact::Suppressed);
        }
        assert!(host.view(|view| is_suppressed(view, Reach::Phone, "0044 20 7946 0123")));
        assert!(!host.view(|view| is_suppressed(view, Reach::Phone, "0044 20 7946 0124")));
        // Nothing that is stored says who it was.
        for row in host.rows::<Suppression>() {
            assert!(row.hash.len() == 64 && row.hash.chars().all(|c| c.is_ascii_hexdigit()));
        }
        let export = host.view(|view| party::export(view, p("ada"))).to_json().to_string();
        assert!(!export.contains("example") && !export.contains("10.0.0.1"), "{export}");
    });
}

#[test]
fn who_unsubscribes_under_one_id_is_not_written_to_under_another() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        ready(host);
        host.must("ada", &given("ada"));
        host.must("link", &ConfirmConsent::new(p("ada"), Channel::Email, NEWS, "link"));
        let twice = NewContact::person(p("ada2"), "A. Lovelace").email("ada@home.example");
        host.must("twice", &AddContacts::new(vec![twice]));
        host.must("one", &MergeContacts::new(p("ada"), p("ada2"), "same"));
        host.wait(60);
        host.must(
            "stop",
            &Unsubscribe { suppress: true, ..Unsubscribe::from_all(p("ada2"), Channel::Email) },
        );
        assert_eq!(may(host, "ada"), MayContact::Suppressed);
        assert_eq!(
            host.view(|view| may_contact(view, p("ada"), Channel::Sms, NEWS)),
            MayContact::NotAsked
        );
        assert_eq!(host.view(|view| consents(view, p("ada"))).len(), 3);
        host.must("someone", &Suppress::email("someone@else.example", "complained"));
        assert!(host.view(|view| is_suppressed(view, Reach::Email, "Someone@Else.example")));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// In whatever order consents of a purpose are told, the last of a time counts, and of several at once the withdrawal.
    #[test]
    fn the_last_word_counts(told in prop::collection::vec((0i64..6, any::<bool>()), 1..10)) {
        let host = in_memory();
        ready(&host);
        let now = host.now();
        let mut last: Option<(Timestamp, Timestamp, bool)> = None;
        for (number, (hour, give)) in told.into_iter().enumerate() {
            host.wait(60);
            let at = if give { now.checked_add(chrono::TimeDelta::hours(hour - 10)).unwrap() } else { host.now() };
            let name = format!("told {number}");
            if give {
                let mut consent = NewConsent::given(p("ada"), Channel::Email, "offers", "form");
                consent.at = Some(at);
                host.must(&name, &RecordConsents::new(vec![consent]));
            } else {
                host.must(&name, &Unsubscribe::new(p("ada"), Channel::Email, "offers"));
            }
            // A withdrawal of what is withdrawn already says nothing new.
            let word = (at, host.now(), !give);
            if give || last.is_none_or(|last| !last.2) {
                last = last.max(Some(word));
            }
            let may = host.view(|view| may_contact(view, p("ada"), Channel::Email, "offers"));
            let wanted = if last.unwrap().2 { MayContact::Withdrawn } else { MayContact::Yes(LawfulBasis::Consent) };
            prop_assert_eq!(may, wanted);
        }
    }
}
