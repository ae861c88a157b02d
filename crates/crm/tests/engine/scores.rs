//! Scores that are kept, against a recount: whatever is recorded, corrected, erased, merged, in whatever order.

use std::collections::BTreeMap;

use fondaco_core::digest::{DigestError, Digester};
use fondaco_core::party::{EraseParty, MergeParties};
use fondaco_core::store::{Hash, Json};
use fondaco_core::{Act, Timestamp, Tx};
use fondaco_crm::CrmError;
use fondaco_crm::attributes::*;
use fondaco_crm::consent::EraseContact;
use fondaco_crm::events::*;
use fondaco_crm::merge::*;
use fondaco_crm::scores::*;
use fondaco_crm::scoring::rules::{Event, Person, Scorecard, Scorer, Value as Known};
use fondaco_testkit::Host;
use proptest::prelude::*;

use crate::firm::*;

const CARD: &str = r#"{
    "name": "leads", "version": 1, "digits": 1,
    "attributes": {"employees": "number", "title": "text", "renewal": "date"},
    "events": {"view": {"page": "text", "seconds": "number"}, "call": {}},
    "groups": {"web": {"most": "12"}},
    "fit": {"rules": [
        {"code": "large", "points": "10", "of": {"person": {"employees": {"at_least": 100}}}},
        {"code": "head", "points": "6", "of": {"person": {"title": {"contains": "head"}}}}]},
    "engagement": {"rules": [
        {"code": "prices", "points": "4", "group": "web", "of": {"each": {"kind": "view", "when": {"page": {"is": "/pricing"}}, "half_life_days": 2}}},
        {"code": "view", "points": "1", "group": "web", "of": {"each": {"kind": "view", "half_life_days": 5}}},
        {"code": "call", "points": "5", "cap": {"most": "10"}, "of": {"each": {"kind": "call"}}}]},
    "stages": [{"stage": "mql", "enter": {"total": "9"}, "keep": {"total": "6"}}, {"stage": "sql", "enter": {"total": "18"}}]
}"#;

pub fn card(version: u32) -> Scorecard {
    let text = CARD.replace("\"version\": 1", &format!("\"version\": {version}"));
    serde_json::from_str(&text).unwrap()
}

fn in_use(host: &Host) {
    host.at("2026-07-01T00:00:00Z");
    host.must("card", &PutScorecard::new(card(1)));
    host.must("use", &UseScorecard::new("leads", Some(1)));
}

fn score(host: &Host, name: &str) -> KeptScore {
    let now = host.now();
    host.view(|view| contact_score(view, p(name), "leads", now)).unwrap()
}

fn view(party: &str, id: &str, minute: i64, page: &str) -> NewEvent {
    did(party, "view", id, minute).with("page", page).with("seconds", 30)
}

#[test]
fn a_score_is_right_in_the_commit_of_its_cause() {
    everywhere(|host| {
        in_use(host);
        host.must("title", &SetValues::one(p("ada"), "title", Value::from("Head of Engines")));
        assert_eq!((score(host, "ada").total, score(host, "ada").stage), (6.into(), None));
        host.must(
            "call",
            &RecordEvents::new(vec![did("ada", "call", "c", 5), did("bo", "mail", "m", 5)]),
        );
        let ada = score(host, "ada");
        assert_eq!((ada.total, ada.stage.as_deref()), (11.into(), Some("mql")));
        let kept = host.view(|view| scored_as(view, "leads", "mql"));
        assert_eq!(kept.iter().map(|row| row.party).collect::<Vec<_>>(), [p("ada")]);
        let history = host.view(|view| score_history(view, p("ada"), "leads"));
        let told: Vec<_> =
            history.iter().map(|point| (point.number, point.stage.as_deref())).collect();
        assert_eq!(told, [(1, Some("mql"))]);
        // A machine's calls give nothing, and a doubled event is one.
        host.must(
            "bots",
            &RecordEvents::new(vec![
                did("ada", "call", "bot", 6).by(Machine::Bot),
                did("ada", "call", "c", 5),
            ]),
        );
        assert_eq!(score(host, "ada").total, 11.into());
        host.must("wrong", &EraseEvent::new("web", "c", "mistake"));
        assert_eq!(
            (score(host, "ada").total, score(host, "ada").stage.as_deref()),
            (6.into(), Some("mql"))
        );
    });
}

#[test]
fn who_was_there_before_a_card_is_counted_by_it_from_the_first() {
    everywhere(|host| {
        host.at("2026-07-01T00:00:00Z");
        host.must("title", &SetValues::one(p("ada"), "title", Value::from("head")));
        host.must(
            "before",
            &RecordEvents::new(vec![did("ada", "call", "a", 1), view("ada", "v", 2, "/pricing")]),
        );
        in_use(host);
        let before = score(host, "ada");
        assert_eq!(before.fit, 6.into());
        host.must(
            "after",
            &RecordEvents::new(vec![did("ada", "call", "b", 3), did("ada", "call", "c", 4)]),
        );
        assert_eq!(
            score(host, "ada").engagement,
            before.engagement + rust_decimal::Decimal::from(5)
        );
        host.must("second", &PutScorecard::new(Scorecard { digits: 2, ..card(2) }));
        host.must("use second", &UseScorecard::new("leads", Some(2)));
        let correct = CorrectEvent::new(did("ada", "call", "a", 9), "time");
        host.must("correct", &correct);
        assert_eq!(score(host, "ada").stage.as_deref(), Some("mql"));
    });
}

#[test]
fn points_fade_and_a_stage_is_left_when_it_is_looked_at() {
    everywhere(|host| {
        in_use(host);
        let now = host.now();
        let at = |hours: i64| Timestamp::from_micros(now.micros() - hours * 3_600_000_000).unwrap();
        let views: Vec<NewEvent> = (0..4)
            .map(|n| NewEvent { at: at(n), ..view("ada", &format!("v{n}"), 0, "/pricing") })
            .collect();
        host.must("views", &RecordEvents::new(views));
        let kept = |host: &Host| {
            host.view(|view| score_history(view, p("ada"), "leads"))
                .last()
                .map(|point| point.stage.clone())
        };
        assert_eq!(kept(host), Some(Some("mql".into())));
        host.wait(3_600 * 24 * 2);
        assert_eq!(
            host.must("soon", &RefreshScores::new("leads", vec![p("ada"), p("bo"), p("nobody")])),
            0
        );
        host.wait(3_600 * 24 * 20);
        assert_eq!(host.must("later", &RefreshScores::new("leads", vec![p("ada")])), 1);
        assert_eq!(kept(host), Some(None));
        let points = host.view(|view| score_history(view, p("ada"), "leads"));
        assert!(
            points.len() == 3 && points.windows(2).all(|two| two[0].engagement > two[1].engagement)
        );
    });
}

#[test]
fn whom_was_merged_is_one_and_whom_was_erased_is_gone() {
    everywhere(|host| {
        in_use(host);
        let host = &host.clone().with(&fondaco_core::party::ENGINE);
        host.must(
            "calls",
            &RecordEvents::new(vec![did("ada", "call", "a", 1), did("bo", "call", "b", 2)]),
        );
        host.must("title", &SetValues::one(p("bo"), "title", Value::from("head")));
        host.must("merge", &MergeParties { keep: p("ada"), gone: p("bo") });
        let joint = score(host, "ada");
        assert_eq!((joint.fit, joint.engagement), (6.into(), 10.into()));
        host.must("erase", &EraseParty::new(p("ada")));
        assert!(
            host.view(|view| scored_as(view, "leads", "mql"))
                .iter()
                .all(|row| row.is_erased() || row.party != p("ada"))
        );
    });
}

#[test]
fn what_can_not_be_a_card_is_refused() {
    let host = in_memory();
    in_use(&host);
    host.must("again", &PutScorecard::new(card(1)));
    let other = Scorecard { digits: 2, ..card(1) };
    assert_eq!(host.refused("other", &PutScorecard::new(other)).code(), "crm.card_differs");
    assert_eq!(
        host.refused("none", &UseScorecard::new("leads", Some(7))).code(),
        "crm.unknown_card"
    );
    assert_eq!(
        host.refused("no", &RefreshScores::new("nobody", vec![])).code(),
        "crm.unknown_card"
    );
    for (version, name, declared) in [(7, "employes", "number"), (8, "employees", "text")] {
        let mut wrong = card(version);
        let declared = serde_json::from_str(&format!("\"{declared}\"")).unwrap();
        wrong.attributes.insert(name.to_owned(), declared);
        wrong.fit.rules.remove(0);
        host.must(name, &PutScorecard::new(wrong));
        let error =
            host.refused(&format!("use {name}"), &UseScorecard::new("leads", Some(version)));
        assert!(error.to_string().contains(name), "{error}");
    }
    let mut bad = card(9);
    bad.attributes.remove("title");
    let error = host.refused("bad", &PutScorecard::new(bad));
    assert!(error.to_string().contains("fit.rules[1] (head): there is no attribute"), "{error}");
}

/// As an earlier version put a scorecard to use: whatever it looks at.
#[derive(serde::Serialize)]
struct UsedUnchecked(Scorecard);

impl Act for UsedUnchecked {
    type Answer = ();
    type Error = CrmError;

    fn digest(&self) -> Result<Hash, DigestError> {
        Ok(Digester::new("test.used_unchecked").finish())
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        let card = Json::of(&self.0);
        let (name, version, since) = (self.0.name.as_str().into(), Some(self.0.version), tx.now());
        tx.upsert(CardInUse { name, version, card, since, uses: None })?;
        Ok(())
    }
}

#[test]
fn a_card_that_counts_already_is_left_alone_whatever_it_looks_at() {
    everywhere(|host| {
        let mut old = card(1);
        old.attributes.insert("employes".to_owned(), old.attributes["employees"]);
        host.must("card", &PutScorecard::new(old.clone()));
        let code = |name: &str| host.refused(name, &UseScorecard::new("leads", Some(1))).code();
        assert_eq!(code("new"), "crm.unknown_attribute");
        host.must("of before", &UsedUnchecked(old));
        let before = host.rows::<CardInUse>();
        host.wait(60);
        host.must("at each start", &UseScorecard::new("leads", Some(1)));
        assert_eq!(host.rows::<CardInUse>(), before);
        host.must("none", &UseScorecard::new("leads", None));
        assert_eq!(code("anew"), "crm.unknown_attribute");
    });
}

/// Who was in a stage, by the id that they go by.
fn standing(host: &Host, stage: &str) -> Vec<fondaco_core::PartyId> {
    host.view(|view| scored_as(view, "leads", stage)).iter().map(|row| row.party).collect()
}

fn calls(host: &Host, name: &str, ids: &[(&str, i64)]) {
    let calls = ids.iter().map(|(id, minute)| did(name, "call", id, *minute)).collect();
    host.must(&format!("calls {ids:?}"), &RecordEvents::new(calls));
}

#[test]
fn a_card_that_is_put_back_to_use_counts_what_happened_meanwhile() {
    everywhere(|host| {
        in_use(host);
        calls(host, "ada", &[("a", 1)]);
        assert_eq!(score(host, "ada").engagement, 5.into());
        host.must("none", &UseScorecard::new("leads", None));
        calls(host, "ada", &[("b", 2)]);
        host.must("back", &UseScorecard::new("leads", Some(1)));
        assert_eq!(score(host, "ada").engagement, 10.into());
        // By another version calls are nothing; what came by it is erased after that, and the one before, too.
        let mut other = card(2);
        other.events.remove("call");
        other.engagement.rules.pop();
        host.must("second", &PutScorecard::new(other));
        host.must("use second", &UseScorecard::new("leads", Some(2)));
        calls(host, "ada", &[("c", 3), ("d", 4)]);
        host.must("back again", &UseScorecard::new("leads", Some(1)));
        for id in ["c", "b", "a"] {
            host.must(&format!("erase {id}"), &EraseEvent::new("web", id, "asked"));
        }
        assert_eq!(score(host, "ada").engagement, 5.into());
    });
}

#[test]
fn who_is_merged_comes_to_the_stage_of_both_in_that_commit_and_leaves_it_in_that_of_its_end() {
    everywhere(|host| {
        in_use(host);
        calls(host, "ada", &[("a", 1)]);
        host.must("title", &SetValues::one(p("bo"), "title", Value::from("head")));
        assert!(standing(host, "mql").is_empty());
        host.must("merge", &MergeContacts::new(p("ada"), p("bo"), "same"));
        assert_eq!(score(host, "bo").total, 11.into());
        assert_eq!(standing(host, "mql"), [p("ada")]);
        assert_eq!(host.must("look", &RefreshScores::new("leads", vec![p("ada"), p("bo")])), 0);
        // What the alias does moves whom it stands for.
        calls(host, "bo", &[("b", 2)]);
        host.must("title of both", &SetValues::one(p("ada"), "title", Value::from("none")));
        assert_eq!((standing(host, "mql"), score(host, "ada").total), (vec![p("ada")], 10.into()));
        let told = host.view(|view| score_history(view, p("bo"), "leads"));
        let told: Vec<_> = told.iter().map(|one| (one.party, one.stage.as_deref())).collect();
        assert_eq!(told, [(p("ada"), Some("mql"))]);
        host.must("apart", &UnmergeContact::new(p("bo"), "not the same"));
        assert_eq!(score(host, "ada").stage, None);
        assert_eq!((score(host, "bo").total, standing(host, "mql")), (11.into(), vec![p("bo")]));
    });
}

#[test]
fn an_alias_leaves_its_stage_and_what_it_kept_is_kept_for_both() {
    everywhere(|host| {
        in_use(host);
        let host = &host.clone().with(&fondaco_core::party::ENGINE);
        calls(host, "bo", &[("a", 1), ("b", 2)]);
        assert_eq!(standing(host, "mql"), [p("bo")]);
        host.must("less", &EraseEvent::new("web", "b", "mistake"));
        host.must("title", &SetValues::one(p("ada"), "title", Value::from("head")));
        assert!(standing(host, "mql").is_empty()); // 5 are too few to keep it
        calls(host, "bo", &[("c", 3)]);
        host.must("merge", &MergeParties { keep: p("ada"), gone: p("bo") });
        assert_eq!(standing(host, "mql"), [p("ada")]);
        host.must("less again", &EraseEvent::new("web", "c", "mistake"));
        host.must("no title", &SetValues::one(p("ada"), "title", Value::from("clerk")));
        host.must("title back", &SetValues::one(p("bo"), "title", Value::from("head")));
        let erase = EraseContact { suppress: false, ..EraseContact::new(p("bo"), "asked") };
        host.must("erase", &erase);
        assert!(standing(host, "mql").is_empty());
        let now = host.now();
        assert!(host.view(|view| contact_score(view, p("ada"), "leads", now)).is_none());
    });
}

#[test]
fn a_clock_that_is_a_little_ahead_leaves_nobody_without_a_score() {
    let host = in_memory();
    in_use(&host);
    let now = host.now();
    let later = |seconds: i64| Timestamp::from_micros(now.micros() + seconds * 1_000_000).unwrap();
    let soon = NewEvent { at: later(180), ..did("ada", "call", "a", 0) };
    host.must("soon", &RecordEvents::new(vec![soon]));
    let read = host.view(|view| contact_score(view, p("ada"), "leads", now)).unwrap();
    assert_eq!((read.at, read.engagement), (later(180), 5.into()));
    let far = Timestamp::from_micros(now.micros() - 600_000_000).unwrap();
    let past = host.view(|view| Ok::<_, CrmError>(contact_score(view, p("ada"), "leads", far)));
    assert!(past.unwrap_err().to_string().contains("something was recorded after that"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Events in any order, some corrected and some erased, in batches: as by hand, and as `verify` counts.
    #[test]
    fn what_is_kept_is_what_a_recount_gives(
        acts in prop::collection::vec((0usize..8, 0u8..4, 0i64..60_000, 0u8..3), 1..40), batch in 1usize..6,
    ) {
        let host = in_memory();
        in_use(&host);
        let mut holds: BTreeMap<usize, (i64, u8)> = BTreeMap::new();
        let mut gone = Vec::new();
        let made = |id: usize, (minute, kind): (i64, u8)| match kind {
            0 => view("ada", &format!("e{id}"), minute, "/pricing"),
            1 => view("ada", &format!("e{id}"), minute, "/jobs"),
            _ => did("ada", "call", &format!("e{id}"), minute),
        };
        let mut waiting = Vec::new();
        for (nth, (id, act, minute, kind)) in acts.into_iter().enumerate() {
            let there = holds.contains_key(&id);
            match act {
                0 if there && !waiting.iter().any(|(other, _)| *other == id) => {
                    host.must(&format!("erase {nth}"), &EraseEvent::new("web", format!("e{id}"), "asked"));
                    holds.remove(&id);
                    gone.push(id);
                }
                1 if there && holds[&id] != (minute, kind) && !waiting.iter().any(|(other, _)| *other == id) => {
                    host.must(&format!("correct {nth}"), &CorrectEvent::new(made(id, (minute, kind)), "typo"));
                    holds.insert(id, (minute, kind));
                }
                _ if !there && !gone.contains(&id) => {
                    holds.insert(id, (minute, kind));
                    waiting.push((id, (minute, kind)));
                }
                _ => {}
            }
            if waiting.len() >= batch {
                let events = waiting.drain(..).map(|(id, one)| made(id, one)).collect();
                host.must(&format!("record {nth}"), &RecordEvents::new(events));
            }
        }
        let events = waiting.drain(..).map(|(id, one)| made(id, one)).collect();
        host.must("rest", &RecordEvents::new(events));
        host.clean();
        let scorer = Scorer::new(card(1)).unwrap();
        let mut tally = scorer.tally();
        let now = host.now();
        for (minute, kind) in holds.values() {
            let at = did("ada", "x", "x", *minute).at;
            let page = [("page", Known::Text(if *kind == 0 { "/pricing" } else { "/jobs" }))];
            let event = match kind {
                0 | 1 => Event::new("view", at).with(&page),
                _ => Event::new("call", at),
            };
            scorer.record(&mut tally, &event, now).unwrap();
        }
        let naive = scorer.score(&tally, &Person::default(), now).unwrap();
        let kept = host.view(|view| contact_score(view, p("ada"), "leads", now)).unwrap();
        prop_assert_eq!(kept.total, naive.total);
        prop_assert_eq!(kept.why.to_string(), naive.explain().to_string());
    }
}
