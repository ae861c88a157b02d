//! Members of segments in the store: with each act, with the clock, through merges and erasure; what is refused; what is told.

use fondaco_core::calendar::{SetZone, Zone};
use fondaco_core::party::{self, EraseParty, MergeParties};
use fondaco_core::store::{FeedFrom, Value as Stored};
use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, Timestamp};
use fondaco_crm::ENGINE;
use fondaco_crm::attributes::*;
use fondaco_crm::consent::EraseContact;
use fondaco_crm::contacts::{AddContacts, NewContact};
use fondaco_crm::events::*;
use fondaco_crm::membership::*;
use fondaco_crm::merge::*;
use fondaco_crm::scores::{PutScorecard, UseScorecard, contact_score};
use fondaco_testkit::Host;

use crate::firm::*;

fn used(host: &Host, segment: StoredSegment) {
    let (name, version) = (segment.name.clone(), segment.version);
    host.must(&format!("put {name} {version}"), &PutSegment::new(segment));
    host.must(&format!("use {name} {version}"), &UseSegment::new(name, Some(version)));
}

fn callers(version: u32, is: &str) -> StoredSegment {
    StoredSegment::new("callers", version, is).event("call", [("minutes", ValueKind::Number)])
}

fn members(host: &Host, segment: &str) -> Vec<fondaco_core::PartyId> {
    host.view(|view| members_of(view, segment)).iter().map(|member| member.party).collect()
}

fn told(host: &Host, party: &str) -> Vec<(String, bool, SegmentCause, String)> {
    let steps = host.view(|view| segment_steps(view, p(party)));
    let told = |step: &SegmentStep| {
        (step.segment.to_string(), step.entered, step.cause, step.at.to_string())
    };
    steps.iter().map(|step| told(step)).collect()
}

#[test]
fn who_comes_and_goes_is_told_once_with_its_moment_and_its_cause() {
    everywhere(|host| {
        host.at("2026-05-02T00:00:00Z");
        used(host, callers(1, "count(call) in 30 days >= 2"));
        used(
            host,
            StoredSegment::new("lapsed", 1, "kind = \"person\" and not in segment \"callers\""),
        );
        let calls = |ids: &[(&str, i64)]| {
            RecordEvents::new(ids.iter().map(|(id, at)| did("ada", "call", id, *at)).collect())
        };
        host.must("one", &calls(&[("a", 5)]));
        assert!(members(host, "callers").is_empty());
        host.must("two", &calls(&[("b", 9), ("a", 5)]));
        assert_eq!(members(host, "callers"), [p("ada")]);
        // Nothing happens for thirty days: at that very moment she has called once in them, whenever the host ticks.
        host.at("2026-06-20T00:00:00Z");
        host.tick();
        host.tick();
        assert!(members(host, "callers").is_empty());
        let (came, asked) =
            ("2026-05-02T00:00:00Z".to_owned(), "2026-05-31T00:05:00.000001Z".to_owned());
        let of_callers: Vec<_> =
            told(host, "ada").into_iter().filter(|(segment, ..)| segment == "callers").collect();
        assert_eq!(
            of_callers,
            [
                ("callers".into(), true, SegmentCause::Event, came),
                ("callers".into(), false, SegmentCause::Clock, asked),
            ]
        );
        assert_eq!(members(host, "lapsed").len(), 2);
        assert_eq!(host.view(|view| segments_of(view, p("ada"))), ["lapsed"]);
    });
}

#[test]
fn what_no_tick_has_carried_out_is_told_before_what_comes_after_it() {
    everywhere(|host| {
        host.at("2026-05-02T00:00:00Z");
        used(host, callers(1, "done(call) in 30 days"));
        host.must("call", &RecordEvents::new(vec![did("ada", "call", "a", 5)]));
        host.wait(1);
        host.tick();
        // Nobody ticks for weeks; she leaves, and comes again.
        host.at("2026-07-01T00:00:00Z");
        let minutes = 60 * 24 * 61 - 10;
        host.must("again", &RecordEvents::new(vec![did("ada", "call", "b", minutes)]));
        let of = |entered: bool, cause: SegmentCause, at: &str| {
            ("callers".to_owned(), entered, cause, at.to_owned())
        };
        assert_eq!(
            told(host, "ada"),
            [
                of(true, SegmentCause::Event, "2026-05-02T00:00:00Z"),
                of(false, SegmentCause::Clock, "2026-05-31T00:05:00.000001Z"),
                of(true, SegmentCause::Event, "2026-07-01T00:00:00Z"),
            ]
        );
        host.tick();
        assert_eq!(told(host, "ada").len(), 3);
        assert_eq!(members(host, "callers"), [p("ada")]);
    });
}

#[test]
fn the_outbox_says_why_and_nothing_about_the_person() {
    let host = in_memory();
    host.at("2026-05-02T00:00:00Z");
    used(&host, callers(3, "sum(call.minutes) in 30 days > 10 and title = \"Countess\""));
    host.must("title", &SetValues::one(p("ada"), "title", Value::from("Countess")));
    let call = did("ada", "call", "a", 5).with("minutes", 12);
    host.must("call", &RecordEvents::new(vec![call]));
    let feed = host.store().feed(&FeedFrom::new(CompanyId::named("acme"), 0, 1_000));
    let commits = feed.unwrap();
    let mut event = commits.iter().flat_map(|commit| &commit.events);
    let event = event.rfind(|event| event.name == "crm.segment_entered").unwrap();
    let of = |name: &str| {
        let found = event.data.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).unwrap()
    };
    assert_eq!(of("segment"), Stored::text("callers"));
    assert_eq!(of("version"), Stored::I64(3));
    assert_eq!(of("cause"), Stored::text("event"));
    assert_eq!(of("because"), Stored::text("sum(call.minutes) in 30 days > 10"));
    // What is known of her decides, and what it is isn't told.
    host.must("other", &SetValues::one(p("ada"), "title", Value::from("Lady")));
    host.must("again", &SetValues::one(p("ada"), "title", Value::from("Countess")));
    let feed = host.store().feed(&FeedFrom::new(CompanyId::named("acme"), 0, 1_000)).unwrap();
    let events: Vec<_> = feed.iter().flat_map(|commit| &commit.events).collect();
    let moves: Vec<_> =
        events.iter().filter(|event| event.name.starts_with("crm.segment_")).collect();
    let because =
        moves.iter().filter_map(|event| event.data.iter().find(|(name, _)| *name == "because"));
    let because: Vec<_> = because.map(|(_, value)| value.clone()).collect();
    assert_eq!(because[1], Stored::text("not: title = ..."));
    assert!(!format!("{moves:?}").contains("Countess"));
}

#[test]
fn another_definition_is_asked_of_everybody_by_ticks_or_by_a_job() {
    everywhere(|host| {
        host.at("2026-05-02T00:00:00Z");
        host.must("call", &RecordEvents::new(vec![did("ada", "call", "a", 5).with("minutes", 12)]));
        used(host, callers(1, "done(call)"));
        assert!(members(host, "callers").is_empty());
        host.wait(1);
        host.tick();
        assert_eq!(members(host, "callers"), [p("ada")]);
        assert_eq!(told(host, "ada")[0].2, SegmentCause::Definition);
        used(host, callers(2, "not done(call)"));
        host.clean();
        let done = host.run_job("recount", &mut RecountSegments::default(), &mut ()).unwrap();
        assert_eq!((done.report.asked, done.report.moved), (3, 3));
        assert_eq!(members(host, "callers").len(), 2);
        host.must("none", &UseSegment::new("callers", None));
        host.wait(1);
        host.tick();
        assert!(members(host, "callers").is_empty());
        assert!(host.next_due().is_none());
    });
}

#[test]
fn one_contact_under_two_ids_is_one_member() {
    everywhere(|host| {
        let host = &host.clone().with(&fondaco_core::party::ENGINE);
        host.at("2026-05-02T00:00:00Z");
        used(host, callers(1, "count(call) >= 2"));
        used(host, StoredSegment::new("called", 1, "done(call)").event("call", []));
        let calls = vec![did("ada", "call", "a", 5), did("bo", "call", "b", 6)];
        host.must("calls", &RecordEvents::new(calls));
        assert_eq!((members(host, "callers").len(), members(host, "called").len()), (0, 2));
        host.must("merge", &MergeContacts::new(p("ada"), p("bo"), "same"));
        assert_eq!(members(host, "callers"), [p("ada")]);
        assert_eq!(members(host, "called"), [p("ada")]);
        assert_eq!(host.view(|view| segments_of(view, p("bo"))), ["called", "callers"]);
        host.must("unmerge", &UnmergeContact::new(p("bo"), "not_so"));
        assert_eq!((members(host, "callers").len(), members(host, "called").len()), (0, 2));
        // What core merges and erases by itself goes along in the same commit, too.
        host.must("for good", &MergeParties { keep: p("ada"), gone: p("bo") });
        host.clean();
        assert_eq!(
            (members(host, "callers"), members(host, "called")),
            (vec![p("ada")], vec![p("ada")])
        );
        host.must("erase", &EraseParty::new(p("ada")));
        host.clean();
        assert!(members(host, "callers").is_empty() && members(host, "called").is_empty());
        let done = host.run_job("recount", &mut RecountSegments::default(), &mut ()).unwrap();
        assert_eq!(done.report.moved, 0);
        let causes = |who: &str| -> Vec<_> {
            told(host, who)
                .into_iter()
                .map(|(name, entered, cause, _)| (name, entered, cause))
                .collect()
        };
        let of = |name: &str, entered: bool, cause: SegmentCause| (name.to_owned(), entered, cause);
        let both = causes("ada");
        assert_eq!(both.iter().filter(|(.., cause)| *cause == SegmentCause::Merged).count(), 4);
        assert!(both.contains(&of("callers", true, SegmentCause::Merged)), "{both:?}");
        assert!(both.contains(&of("called", false, SegmentCause::Merged)), "{both:?}");
        assert!(both.contains(&of("callers", false, SegmentCause::Separated)), "{both:?}");
        assert!(both.contains(&of("called", true, SegmentCause::Separated)), "{both:?}");
        assert!(
            both.ends_with(&[
                of("called", false, SegmentCause::Erased),
                of("callers", false, SegmentCause::Erased)
            ]),
            "{both:?}"
        );
    });
}

#[test]
fn a_late_tick_does_not_judge_the_past_by_a_later_definition() {
    everywhere(|host| {
        host.at("2026-05-02T00:00:00Z");
        used(host, callers(1, "done(call) in 30 days"));
        host.must("call", &RecordEvents::new(vec![did("ada", "call", "a", 5)]));
        host.wait(1);
        host.tick();
        host.at("2026-06-20T12:00:00Z");
        used(host, callers(2, "not done(call) in 1 day"));
        host.at("2026-06-20T13:00:00Z");
        host.tick();
        host.tick();
        host.clean();
        // She is in by the second version as she was by the first: nothing is told of the time between.
        let since: Timestamp = "2026-06-20T12:00:00Z".parse().unwrap();
        let steps = host.view(|view| segment_steps(view, p("ada")));
        assert_eq!(steps.len(), 1, "{steps:?}");
        let steps = host.view(|view| segment_steps(view, p("bo")));
        assert_eq!(steps.len(), 1, "{steps:?}");
        assert_eq!(steps[0].cause, SegmentCause::Definition);
        assert!(steps[0].at >= since);
    });
}

#[test]
fn what_a_definition_changes_is_told_before_what_an_act_does() {
    everywhere(|host| {
        host.at("2026-05-02T00:00:00Z");
        host.must("call", &RecordEvents::new(vec![did("ada", "call", "a", 5)]));
        used(host, callers(1, "done(call)"));
        host.wait(1);
        host.tick();
        used(host, callers(2, "count(call) >= 3"));
        host.must("two", &RecordEvents::new(vec![did("ada", "call", "b", 6)]));
        let causes = |_: ()| -> Vec<_> {
            told(host, "ada").into_iter().map(|(_, entered, cause, _)| (entered, cause)).collect()
        };
        let came = (true, SegmentCause::Definition);
        assert_eq!(causes(()), [came, (false, SegmentCause::Definition)]);
        host.must("three", &RecordEvents::new(vec![did("ada", "call", "c", 7)]));
        assert_eq!(causes(())[2..], [(true, SegmentCause::Event)]);
    });
}

#[test]
fn another_zone_asks_everybody_again() {
    everywhere(|host| {
        let host = &host.clone().with(&fondaco_core::calendar::ENGINE);
        host.at("2026-05-01T23:45:00Z");
        used(host, callers(1, "done(call) today"));
        host.must("call", &RecordEvents::new(vec![did("ada", "call", "a", 23 * 60 + 30)]));
        assert_eq!(members(host, "callers"), [p("ada")]);
        host.wait(60);
        host.must("zone", &SetZone::new(Zone::minutes_east(-14 * 60).unwrap()));
        host.clean();
        host.at("2026-05-02T00:15:00Z");
        assert!(!host.view(|view| settled(view)).holds_at(host.now()));
        host.tick();
        host.tick();
        host.clean();
        // It is still the first of May there.
        assert!(host.view(|view| settled(view)).holds_at(host.now()));
        assert_eq!(members(host, "callers"), [p("ada")]);
        assert_eq!(told(host, "ada").len(), 1);
    });
}

#[test]
fn who_does_something_at_this_very_moment_is_in_with_that_commit() {
    everywhere(|host| {
        host.at("2026-05-02T00:05:00Z");
        used(host, callers(1, "done(call) in 30 days"));
        let now = host.now();
        host.must(
            "now",
            &RecordEvents::new(vec![NewEvent::new(p("ada"), "call", ("web", "n"), now)]),
        );
        assert_eq!(members(host, "callers"), [p("ada")]);
        let at = "2026-05-02T00:05:00.000001Z".to_owned();
        assert_eq!(told(host, "ada"), [("callers".into(), true, SegmentCause::Event, at)]);
        let later = "2026-07-01T00:00:00Z".parse().unwrap();
        assert!(host.view(|view| segments_at(view, p("ada"), later)).is_empty());
        assert_eq!(host.view(|view| segments_of(view, p("ada"))), ["callers"]);
    });
}

#[test]
fn of_two_acts_at_a_time_the_second_sees_the_first() {
    for (name, store) in stores() {
        let driver = Driver::new(store, CompanyId::named("acme"));
        driver.join(&party::ENGINE).unwrap();
        driver.join(&ENGINE).unwrap();
        let time: Timestamp = "2026-05-02T00:00:00Z".parse().unwrap();
        let send = |name: &str| Envelope::new(CommandId::named(name), ActorId::new("clerk"), time);
        let ada = NewContact::person(p("ada"), "Ada Lovelace");
        driver.carry_out(send("add"), &AddContacts::new(vec![ada])).unwrap();
        for (least, name) in [(2, "two"), (5, "five"), (8, "eight"), (9, "nine")] {
            let is = format!("count(call) in 30 days >= {least}");
            let segment = StoredSegment::new(name, 1, is).event("call", []);
            driver.carry_out(send(&format!("put {name}")), &PutSegment::new(segment)).unwrap();
            let used = UseSegment::new(name, Some(1));
            driver.carry_out(send(&format!("use {name}")), &used).unwrap();
        }
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (driver, send) = (&driver, &send);
                scope.spawn(move || {
                    for call in 0..2 {
                        let id = format!("c{thread}/{call}");
                        let event = RecordEvents::new(vec![did("ada", "call", &id, 5)]);
                        driver.carry_out(send(&id), &event).unwrap();
                    }
                });
            }
        });
        let steps = driver.view(|view| segment_steps(view, p("ada"))).unwrap();
        let entered: Vec<_> = steps.iter().map(|step| step.segment.as_str()).collect();
        assert_eq!(entered, ["two", "five", "eight"], "on {name}");
    }
}

#[test]
fn who_is_erased_is_in_nothing() {
    everywhere(|host| {
        let host = &host.clone().with(&fondaco_core::party::ENGINE);
        host.at("2026-05-02T00:00:00Z");
        used(host, callers(1, "not done(call) in 30 days"));
        host.must("call", &RecordEvents::new(vec![did("ada", "call", "a", 5)]));
        host.wait(1);
        host.tick();
        assert_eq!(members(host, "callers").len(), 2);
        let erase =
            |who: &str| EraseContact { suppress: false, ..EraseContact::new(p(who), "asked") };
        host.must("bo", &erase("bo"));
        host.must("ada", &erase("ada"));
        assert_eq!(members(host, "callers"), [p("firm")]);
        host.at("2026-07-01T00:00:00Z");
        host.tick();
        assert_eq!(members(host, "callers"), [p("firm")]);
    });
}

#[test]
fn why_somebody_is_in_is_told_part_by_part() {
    let host = in_memory();
    host.at("2026-05-02T00:00:00Z");
    used(&host, callers(1, "sum(call.minutes) in 30 days > 10 and title = \"Countess\""));
    host.must("call", &RecordEvents::new(vec![did("ada", "call", "a", 5).with("minutes", 12)]));
    let now = host.now();
    let why = host.view(|view| segment_why(view, p("ada"), "callers", now)).unwrap();
    assert_eq!(
        why.to_string(),
        format!(
            "contact {} is out of \"callers\" at 2026-05-02T00:00:00Z\n\
            - unknown: sum(call.minutes) in 30 days > 10 and title = \"Countess\"\n  \
            - yes: sum(call.minutes) in 30 days > 10 (12), until 2026-05-31T00:05:00.000001Z\n  \
            - unknown: title = \"Countess\" (missing)\n\
            to be in it, would have to hold: title = \"Countess\"\n",
            p("ada")
        )
    );
    assert!(host.view(|view| segment_why(view, p("nobody"), "callers", now)).is_none());
}

#[test]
fn what_can_not_be_a_segment_is_refused() {
    let host = in_memory();
    let put = |name: &str, segment: StoredSegment| {
        let error = host.refused(name, &PutSegment::new(segment));
        (fondaco_core::ActError::code(&error), error.to_string())
    };
    let of = |is: &str| StoredSegment::new("one", 1, is);
    let (code, text) = put("syntax", of("count(call) in 30 days =>"));
    assert_eq!(code, "crm.segment_syntax");
    assert!(text.starts_with("line 1, column 25: "), "{text}");
    let (code, text) = put("unknown", of("title = \"x\" and\n  sise > 3"));
    assert_eq!(code, "crm.segment_unknown_name");
    assert!(
        text.starts_with("line 2, column 3: there is no attribute \"sise\"; there are "),
        "{text}"
    );
    assert_eq!(put("event", of("done(call)")).0, "crm.segment_unknown_name");
    assert_eq!(put("type", of("title > 3")).0, "crm.segment_type_mismatch");
    assert_eq!(
        put("window", of("done(call) between 3 days and 5 days ago").event("call", [])).0,
        "crm.segment_impossible_window"
    );
    // Words of closed lists, and numbers that are not kept.
    for (name, is, says) in [
        ("stage", "in stage \"MQL\"", "there is no stage \"MQL\"; there are subscriber, lead, mql"),
        (
            "kind",
            "kind = \"company\"",
            "column 8: there is no choice \"company\"; there are person",
        ),
        (
            "choice",
            "segment in (\"small\", \"lrge\")",
            "there is no choice \"lrge\"; there are small, large",
        ),
        ("far", "employees >= 10000000000000", "is kept with 6 decimals and up to 9000000000000"),
        ("fine", "employees >= 0.1234563", "is kept with 6 decimals"),
    ] {
        let (_, text) = put(name, of(is));
        assert!(text.contains(says), "{text}");
    }
    let reserved = NewAttribute::new("owner", "Owner", ValueKind::Text);
    let refused = host.must("reserved", &DefineAttributes::new(vec![reserved])).refused;
    assert_eq!(refused[0].code, "crm.bad_value");
    assert_eq!(put("self", of("in segment \"one\"")).0, "crm.segment_cycle");
    assert_eq!(put("score", of("score(fit) >= 5")).0, "crm.segment_unknown_name");
    assert_eq!(put("of people", of("people any (title = \"x\")")).0, "crm.segment_not_kept");
    let deep = format!("{}title = \"x\"{}", "(not ".repeat(60), ")".repeat(60));
    assert_eq!(put("deep", of(&deep)).0, "crm.segment_too_large");

    used(&host, StoredSegment::new("two", 1, "title = \"x\""));
    used(&host, StoredSegment::new("one", 1, "in segment \"two\""));
    let differs = StoredSegment::new("one", 1, "title = \"y\"");
    assert_eq!(put("differs", differs).0, "crm.segment_differs");
    let refused = |name: &str, command: UseSegment| {
        fondaco_core::ActError::code(&host.refused(name, &command))
    };
    assert_eq!(refused("none", UseSegment::new("two", Some(9))), "crm.unknown_segment");
    // Another rests on it.
    assert_eq!(refused("still used", UseSegment::new("two", None)), "crm.segment_unknown_name");
    host.must("ring", &PutSegment::new(StoredSegment::new("two", 2, "in segment \"one\"")));
    assert_eq!(refused("use ring", UseSegment::new("two", Some(2))), "crm.segment_cycle");
    let call = |name: &str, kind: ValueKind| {
        StoredSegment::new(name, 1, "done(call)").event("call", [("minutes", kind)])
    };
    used(&host, call("numbers", ValueKind::Number));
    host.must("texts", &PutSegment::new(call("texts", ValueKind::Text)));
    assert_eq!(
        refused("use texts", UseSegment::new("texts", Some(1))),
        "crm.segment_field_differs"
    );
}

/// A host may put its segments whenever it starts: what is there is not held against what can be now.
#[test]
fn a_segment_that_is_there_is_left_alone_whatever_can_be_put_since() {
    everywhere(|host| {
        let small = StoredSegment::new("small", 1, "segment = \"small\"");
        used(host, small.clone());
        let fewer = NewAttribute::choice("segment", "Segment", ["medium", "large"]);
        assert!(host.must("fewer", &DefineAttributes::new(vec![fewer])).refused.is_empty());
        host.must("at each start", &PutSegment::new(small.clone()));
        let differs = StoredSegment { is: "segment = \"tiny\"".into(), ..small.clone() };
        let code = |name: &str, segment: StoredSegment| {
            fondaco_core::ActError::code(&host.refused(name, &PutSegment::new(segment)))
        };
        assert_eq!(code("differs", differs), "crm.segment_differs");
        // A new version is.
        assert_ne!(code("new", StoredSegment { version: 2, ..small }), "crm.segment_differs");
    });
}

#[test]
fn who_was_known_before_it_was_brought_in_is_known_since_then() {
    everywhere(|host| {
        host.at("2026-05-02T00:00:00Z");
        let old = "created ago >= 90 days and not done(call) in 90 days";
        used(host, callers(1, old));
        let card = r#"{"name": "leads", "version": 1, "events": {"call": {}}, "engagement": {"rules": [
            {"code": "silent", "points": "-5", "of": {"recent": {"kind": "call", "days": 30, "at_most": 0}}}]}}"#;
        host.must("card", &PutScorecard::new(serde_json::from_str(card).unwrap()));
        host.must("use card", &UseScorecard::new("leads", Some(1)));
        let since: Timestamp = "2021-06-01T00:00:00Z".parse().unwrap();
        let brought = NewContact::person(p("old"), "Old Customer").since(since);
        host.must("brought", &AddContacts::new(vec![brought]));
        assert_eq!(members(host, "callers"), [p("old")]);
        let now = host.now();
        let points = |name| host.view(|view| contact_score(view, p(name), "leads", now)).unwrap();
        assert_eq!((points("old").total, points("ada").total), ((-5).into(), 0.into()));
    });
}
