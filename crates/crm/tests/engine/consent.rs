//! Who may be written to: nobody without a ground, and never again who asked not to be.

use fondaco_core::digest::DigestError;
use fondaco_core::enter::Taking;
use fondaco_core::party::{self, ContactKind as Reach};
use fondaco_core::store::Hash;
use fondaco_core::{Act, Outcome, Timestamp, Tx};
use fondaco_crm::CrmError;
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
        host.must("erase twice", &EraseContact::new(p("ada"), "asked")); // which does no harm
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
        assert_eq!(host.view(|view| consents(view, p("ada"))).len(), 4); // each id has said so
        host.must("someone", &Suppress::email("someone@else.example", "complained"));
        assert!(host.view(|view| is_suppressed(view, Reach::Email, "Someone@Else.example")));
    });
}

fn may_by(host: &Host, (party, purpose): (&str, &str)) -> MayContact {
    host.view(|view| may_contact(view, p(party), Channel::Email, purpose))
}

/// One consent that is taken; whether it was new.
fn told(host: &Host, name: &str, consent: NewConsent) -> bool {
    let entered = host.must(name, &RecordConsents::new(vec![consent]));
    assert!(entered.refused.is_empty(), "{entered:?}");
    entered.entered == 1
}

fn on(basis: LawfulBasis, purpose: &str) -> NewConsent {
    NewConsent { basis, proof: None, ..NewConsent::given(p("bo"), Channel::Email, purpose, "") }
}

#[test]
fn a_withdrawal_wins_over_a_clock_that_was_ahead() {
    everywhere(|host| {
        ready(host);
        for (at, stop) in [
            Unsubscribe::new(p("bo"), Channel::Email, "offers"),
            Unsubscribe::from_all(p("bo"), Channel::Email),
        ]
        .into_iter()
        .enumerate()
        {
            let ahead = host.now().checked_add(chrono::TimeDelta::minutes(4)).unwrap();
            let consent = NewConsent::given(p("bo"), Channel::Email, "offers", "form");
            told(host, &format!("fast {at}"), NewConsent { at: Some(ahead), ..consent });
            assert_eq!(may_by(host, ("bo", "offers")), MayContact::Yes(LawfulBasis::Consent));
            host.wait(60);
            host.must(&format!("stop {at}"), &stop);
            assert_eq!(may_by(host, ("bo", "offers")), MayContact::Withdrawn);
            host.wait(600);
            assert_eq!(may_by(host, ("bo", "offers")), MayContact::Withdrawn);
        }
    });
}

#[test]
fn who_wants_nothing_more_by_a_channel_is_asked_for_nothing_new_either() {
    everywhere(|host| {
        ready(host);
        host.must("invoices", &DefinePurposes::one("invoices", "Invoices", false));
        told(host, "contract", on(LawfulBasis::Contract, "invoices"));
        told(host, "our news", on(LawfulBasis::LegitimateInterests, NEWS));
        host.wait(60);
        let stop = Unsubscribe::from_all(p("bo"), Channel::Email);
        host.must("stop", &stop);
        host.must("stop again", &stop); // says nothing new
        assert_eq!(host.view(|view| consents(view, p("bo"))).len(), 3);
        host.wait(60);
        told(host, "ours", on(LawfulBasis::LegitimateInterests, "offers"));
        assert_eq!(may_by(host, ("bo", "offers")), MayContact::Withdrawn);
        assert_eq!(may_by(host, ("bo", NEWS)), MayContact::Withdrawn);
        assert_eq!(may_by(host, ("bo", "invoices")), MayContact::Yes(LawfulBasis::Contract));
        let by_text = host.view(|view| may_contact(view, p("bo"), Channel::Sms, "offers"));
        assert_eq!(by_text, MayContact::NotAsked);
        // What she agreed to before is told late, and changes nothing; what she agrees to now counts, for that alone.
        let early = host.now().checked_add(chrono::TimeDelta::hours(-1));
        let consent = NewConsent::given(p("bo"), Channel::Email, "offers", "form 1");
        told(host, "early", NewConsent { at: early, ..consent.clone() });
        assert_eq!(may_by(host, ("bo", "offers")), MayContact::Withdrawn);
        told(host, "now", NewConsent { proof: Some(party::Private("form 2".into())), ..consent });
        assert_eq!(may_by(host, ("bo", "offers")), MayContact::Yes(LawfulBasis::Consent));
        assert_eq!(may_by(host, ("bo", NEWS)), MayContact::Withdrawn);
        host.wait(60);
        host.must("stop for good", &stop);
        assert_eq!(may_by(host, ("bo", "offers")), MayContact::Withdrawn);
        // One that was on the list may still have its invoice.
        host.must("list", &Suppress::email("bo@berg.example", "complained"));
        assert_eq!(may_by(host, ("bo", "offers")), MayContact::Suppressed);
        assert_eq!(may_by(host, ("bo", "invoices")), MayContact::Yes(LawfulBasis::Contract));
    });
}

#[test]
fn a_form_that_comes_again_takes_no_confirmed_consent_away() {
    everywhere(|host| {
        ready(host);
        let form = NewConsent::given(p("ada"), Channel::Email, NEWS, "form 12");
        let dated = NewConsent { at: Some(host.now()), ..form.clone() };
        assert!(told(host, "form", dated.clone()));
        let confirm = ConfirmConsent::new(p("ada"), Channel::Email, NEWS, "link");
        host.wait(60);
        host.must("link", &confirm);
        host.wait(60);
        assert!(!told(host, "the same line", dated));
        assert!(!told(host, "the same, without a day", form.clone()));
        let proof = Some(party::Private("form 13, ip 10.0.0.9".into()));
        assert!(told(host, "a stranger", NewConsent { proof, ..form.clone() }));
        assert_eq!(may(host, "ada"), MayContact::Yes(LawfulBasis::Consent));
        host.wait(60);
        host.must("stop", &Unsubscribe::from_all(p("ada"), Channel::Email));
        assert_eq!(host.refused("late link", &confirm).code(), "crm.nothing_pending");
        host.wait(60);
        assert!(told(host, "once more", form));
        assert_eq!(may(host, "ada"), MayContact::Pending);
        host.must("link again", &confirm);
        assert_eq!(may(host, "ada"), MayContact::Yes(LawfulBasis::Consent));
    });
}

#[test]
fn an_address_that_several_have_is_not_silenced_for_one_of_them() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        ready(host);
        let phone = "+34 91 123 4567";
        let contacts = vec![
            NewContact::person(p("ines"), "Ines Ibarra")
                .email("info@shop.example")
                .email("ines@shop.example")
                .phone(phone),
            NewContact::person(p("igor"), "Igor Ivanov").email("igor@shop.example").phone(phone),
        ];
        host.must("two", &AddContacts::new(contacts));
        let erasure = host.must("erase", &EraseContact::new(p("ines"), "asked"));
        assert_eq!((erasure.role_addresses, erasure.shared_with), (1, vec![p("igor")]));
        let is_on = |kind: Reach, text: &str| host.view(|view| is_suppressed(view, kind, text));
        assert!(is_on(Reach::Email, "ines@shop.example"));
        assert!(!is_on(Reach::Email, "info@shop.example") && !is_on(Reach::Phone, phone));
        // The last one who has it takes it along.
        let stop =
            Unsubscribe { suppress: true, ..Unsubscribe::from_all(p("igor"), Channel::Phone) };
        host.must("stop", &stop);
        assert!(is_on(Reach::Mobile, phone) && !is_on(Reach::Email, "igor@shop.example"));
        let lift = |address: &str| LiftSuppression::email(address, "mistyped");
        assert!(host.must("lift", &lift("Ines+x@shop.example")));
        assert!(!host.must("lift again", &lift("ines@shop.example")));
        assert!(!is_on(Reach::Email, "ines@shop.example"));
        let post =
            Unsubscribe { suppress: true, ..Unsubscribe::from_all(p("igor"), Channel::Post) };
        assert_eq!(host.refused("letters", &post).code(), "crm.bad_contact");
        // A firm of one woman has a role's address, and she is there twice.
        let both =
            ["una", "una2"].map(|id| NewContact::person(p(id), "Una").email("info@una.example"));
        host.must("una", &AddContacts::new(both.into()));
        let all = EraseContact { suppress_shared: true, ..EraseContact::new(p("una"), "asked") };
        let erasure = host.must("erase una", &all);
        assert_eq!((erasure.role_addresses, erasure.shared_with), (0, vec![]));
        assert!(is_on(Reach::Email, "info@una.example"));
    });
}

/// As earlier versions erased: the answer was how many rows.
#[derive(serde::Serialize)]
struct ErasedOfBefore(EraseContact);

impl Act for ErasedOfBefore {
    type Answer = u32;
    type Error = CrmError;

    fn digest(&self) -> Result<Hash, DigestError> {
        self.0.digest()
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, CrmError> {
        Ok(self.0.act(tx)?.rows)
    }
}

#[test]
fn an_erasure_of_before_the_answer_told_more_is_answered_again() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        ready(host);
        let erase = EraseContact::new(p("ada"), "asked");
        let rows = host.must("erase", &ErasedOfBefore(erase.clone()));
        let again = host.send("erase", &erase).unwrap();
        assert!(again.replayed && rows > 0);
        assert_eq!(again.answer, Erasure { rows, ..Erasure::default() });
        // What is answered now is answered again in full.
        let erase = EraseContact::new(p("bo"), "asked");
        let told = host.must("erase bo", &erase);
        assert_eq!(host.must("erase bo", &erase), told);
        let whole = Erasure { rows: 7, role_addresses: 2, shared_with: vec![p("ada"), p("bo")] };
        let mut values = Vec::new();
        whole.encode(&mut values);
        assert_eq!(Erasure::decode(&mut values.into_iter()).unwrap(), whole);
    });
}

#[test]
fn a_proof_says_something_that_can_be_kept() {
    everywhere(|host| {
        ready(host);
        let consents = ["form\0 12", " ", "form 12"]
            .map(|proof| NewConsent::given(p("bo"), Channel::Sms, "offers", proof));
        let good_ones =
            RecordConsents { taking: Taking::GoodOnes, ..RecordConsents::new(consents.into()) };
        let entered = host.must("proofs", &good_ones);
        assert_eq!(entered.entered, 1);
        assert!(entered.refused.iter().all(|one| one.code == "crm.bad_contact"), "{entered:?}");
        assert_eq!(entered.refused.len(), 2);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// In whatever order consents of a purpose are told, under whichever id and by whatever clock: the last of a time counts, and a withdrawal is
    /// of no earlier time than what it withdraws.
    #[test]
    fn the_last_word_counts(told in prop::collection::vec((0i64..7, any::<bool>(), any::<bool>()), 1..10)) {
        let host = in_memory().with(&party::ENGINE);
        ready(&host);
        host.must("twice", &AddContacts::new(vec![NewContact::person(p("ada2"), "Ada King")]));
        host.must("one", &MergeContacts::new(p("ada"), p("ada2"), "same"));
        let begin = host.now();
        let after = |time: Timestamp, minutes: i64| time.checked_add(chrono::TimeDelta::minutes(minutes)).unwrap();
        let mut last: Option<(Timestamp, bool)> = None;
        for (number, (hour, give, under_other)) in told.into_iter().enumerate() {
            host.wait(60);
            let (now, party) = (host.now(), p(if under_other { "ada2" } else { "ada" }));
            let name = format!("told {number}");
            if give {
                // The last of the hours is that of a clock that is ahead.
                let at = if hour == 6 { after(now, 4) } else { after(begin, 60 * (hour - 10)) };
                let mut consent = NewConsent::given(party, Channel::Email, "offers", "form");
                consent.at = Some(at);
                host.must(&name, &RecordConsents::new(vec![consent]));
                last = last.max(Some((at, false)));
            } else {
                host.must(&name, &Unsubscribe::new(party, Channel::Email, "offers"));
                // A withdrawal of what is withdrawn already says nothing new.
                if last.is_none_or(|(_, withdrawn)| !withdrawn) {
                    last = Some((last.map_or(now, |(at, _)| at.max(now)), true));
                }
            }
            let may = host.view(|view| may_contact(view, p("ada"), Channel::Email, "offers"));
            let wanted = if last.unwrap().1 { MayContact::Withdrawn } else { MayContact::Yes(LawfulBasis::Consent) };
            prop_assert_eq!(may, wanted);
        }
    }
}
