//! What is kept up to date against what is counted anew, reasons added up, and what can't be so refused with its place.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::KernelError;

const CARD: &str = r#"{
    "name": "leads", "version": 3, "digits": 1,
    "attributes": {"country": "text", "employees": "number", "student": "flag", "founded": "date"},
    "events": {"visit": {"path": "text", "seconds": "number"}, "demo": {}, "open": {}},
    "groups": {"web": {"most": "25"}, "firm": {"least": "-5", "most": "18"}},
    "fit": {
        "cap": {"least": "0"},
        "grades": [{"grade": "A", "from": "15"}, {"grade": "B", "from": "5"}],
        "rules": [
            {"code": "near", "points": "10", "group": "firm", "of": {"person": {"country": {"one_of": ["DE", "at"]}}}},
            {"code": "large", "says": "200 or more work there", "points": "12.5", "group": "firm",
             "of": {"person": {"all": [{"employees": {"at_least": 200}}, {"not": {"student": {"is": true}}}]}}},
            {"code": "student", "points": "-30", "of": {"person": {"student": {"is": true}}}},
            {"code": "young", "points": "3", "of": {"person": {"founded": {"above": "2020-12-31"}}}}
        ]},
    "engagement": {
        "grades": [{"grade": "1", "from": "30"}, {"grade": "2", "from": "0"}],
        "rules": [
            {"code": "prices", "points": "7", "group": "web", "cap": {"most": "20"},
             "of": {"each": {"kind": "visit", "when": {"path": {"contains": "Prices"}}, "half_life_days": 10}}},
            {"code": "visit", "points": "1.3", "group": "web", "of": {"each": {"kind": "visit", "half_life_days": 10}}},
            {"code": "jobs", "points": "-4", "of": {"each": {"kind": "visit", "when": {"path": {"starts_with": "/jobs"}}, "half_life_days": 3.5}}},
            {"code": "demo", "points": "30", "cap": {"most": "30"}, "of": {"each": {"kind": "demo"}}},
            {"code": "often", "points": "5", "of": {"recent": {"kind": "visit", "days": 7, "at_least": 3}}},
            {"code": "silent", "points": "-9.5", "of": {"recent": {"kind": "visit", "days": 30, "at_most": 0}}}
        ]},
    "stages": [
        {"stage": "mql", "enter": {"fit": "5", "engagement": "10"}, "keep": {"engagement": "6"}},
        {"stage": "sql", "enter": {"total": "45"}, "keep": {"total": "35"}}]
}"#;

fn scorer() -> Scorer {
    Scorer::new(serde_json::from_str(CARD).unwrap()).unwrap()
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_micros(1_770_000_000_000_000 + hour * 3_600_000_000).unwrap()
}

/// An event of the tests: its kind and path, its hour, whether a machine made it.
type Made = (u8, i64, bool);

const PATHS: [[(&str, Value<'static>); 1]; 3] = [
    [("path", Value::Text("/PRICES"))],
    [("path", Value::Text("/jobs/1"))],
    [("path", Value::Text("/"))],
];

fn event((kind, at, automated): Made) -> Event<'static> {
    let event = match kind {
        0..3 => Event::new("visit", hour(at)).with(&PATHS[usize::from(kind)]),
        3 => Event::new("visit", hour(at)),
        4 => Event::new("demo", hour(at)),
        _ => Event::new("open", hour(at)),
    };
    if automated { event.automated() } else { event }
}

fn made() -> impl Strategy<Value = Made> {
    (0u8..6, 0i64..4_000, prop::bool::weighted(0.1))
}

/// What the card says, written down once more, event by event.
fn naive(events: &[Made], at: i64) -> BTreeMap<&'static str, f64> {
    let mut points = BTreeMap::new();
    let left = |then: &i64, days: f64| (-((at - then) as f64) / 24.0 / days).exp2();
    let events = || events.iter().filter(|(_, _, automated)| !automated);
    let visits = || events().filter(|(kind, ..)| *kind < 4);
    let sum = |kind: u8, days: f64| -> f64 {
        events().filter(|event| event.0 == kind).map(|event| left(&event.1, days)).sum()
    };
    points.insert("prices", (7.0 * sum(0, 10.0)).min(20.0));
    points.insert("visit", 1.3 * visits().map(|event| left(&event.1, 10.0)).sum::<f64>());
    points.insert("jobs", -4.0 * sum(1, 3.5));
    points.insert("demo", if events().any(|event| event.0 == 4) { 30.0 } else { 0.0 });
    let day = |at: i64| hour(at).micros().div_euclid(86_400_000_000);
    let since = |days: i64| visits().filter(|event| day(event.1) > day(at) - days).count();
    points.insert("often", if since(7) >= 3 { 5.0 } else { 0.0 });
    points.insert("silent", if since(30) == 0 { -9.5 } else { 0.0 });
    points
}

fn sum<'p>(parts: impl IntoIterator<Item = &'p Part<'p>>) -> Decimal {
    parts.into_iter().map(|part| part.points).sum()
}

proptest! {
    /// Doubled, corrected, erased and out of order: as if only what holds had come, in its order, and as counted by hand.
    #[test]
    fn what_is_kept_up_to_date_is_what_is_counted_anew(
        events in prop::collection::vec(made(), 1..25),
        acts in prop::collection::vec((0usize..25, 0u8..4, made()), 0..40), later in 0i64..3_000,
    ) {
        let scorer = scorer();
        let ids: Vec<String> = (0..events.len()).map(|id| format!("web/{id}")).collect();
        let now = hour(4_000);
        let mut history = History::new(&scorer);
        let mut holds: BTreeMap<usize, Made> = BTreeMap::new();
        for (id, made) in events.iter().enumerate() {
            // Recorded when it happened, or all at once.
            history.record(&scorer, &ids[id], event(*made), if later % 2 == 0 { hour(made.1) } else { now }).unwrap();
            holds.insert(id, *made);
        }
        for (id, act, made) in acts {
            let id = id % events.len();
            match (act, holds.contains_key(&id)) {
                (0, true) => {
                    history.correct(&scorer, &ids[id], event(made), now).unwrap();
                    holds.insert(id, made);
                }
                (1, true) => {
                    history.erase(&scorer, &ids[id], now).unwrap();
                    holds.remove(&id);
                }
                (2, true) => prop_assert!(!history.record(&scorer, &ids[id], event(holds[&id]), now).unwrap()),
                (_, false) => {
                    prop_assert!(history.record(&scorer, &ids[id], event(made), now).unwrap());
                    holds.insert(id, made);
                }
                _ => prop_assert!(history.correct(&scorer, "nobody", event(made), now).is_err()),
            }
        }
        let left: Vec<Made> = holds.values().copied().collect();
        let mut anew = scorer.tally();
        let mut in_order = left.clone();
        in_order.sort_by_key(|made| made.1);
        for made in &in_order {
            scorer.record(&mut anew, &event(*made), hour(made.1)).unwrap();
        }
        let at = 4_000 + later;
        let read = |tally: &Tally| serde_json::to_string(&scorer.score(tally, &Person::default(), hour(at)).unwrap()).unwrap();
        prop_assert_eq!(read(history.tally()), read(&anew));
        prop_assert_eq!(&Tally::from_bytes(&anew.to_bytes()).unwrap(), &anew);

        let score = scorer.score(&anew, &Person::default(), hour(at)).unwrap();
        let mut expected = naive(&left, at);
        for part in score.engagement.parts.iter().filter(|part| part.from != Origin::GroupCap) {
            let points: f64 = part.points.to_string().parse().unwrap();
            let by_hand = expected.remove(part.code).unwrap();
            prop_assert!((points - by_hand).abs() < 0.05 + 1e-9, "{}: {points} for {by_hand}", part.code);
        }
        prop_assert!(expected.values().all(|points| points.abs() < 0.05 + 1e-9), "{expected:?}");
        prop_assert_eq!(sum(&score.engagement.parts), score.engagement.points);
        prop_assert_eq!(score.automated as usize, left.iter().filter(|made| made.2).count());
    }

    #[test]
    fn parts_add_up_and_caps_hold(
        country in prop::option::of(prop::sample::select(vec!["DE", "AT", "FR"])), employees in prop::option::of(0.0f64..500.0),
        student in prop::option::of(any::<bool>()), events in prop::collection::vec(made(), 0..40),
    ) {
        let scorer = scorer();
        let mut attributes = Vec::new();
        attributes.extend(country.map(|country| ("country", Value::Text(country))));
        attributes.extend(employees.map(|employees| ("employees", Value::Number(employees))));
        attributes.extend(student.map(|student| ("student", Value::Flag(student))));
        let mut tally = scorer.tally();
        for made in events {
            scorer.record(&mut tally, &event(made), hour(4_000)).unwrap();
        }
        let person = Person { attributes: &attributes, since: None };
        let score = scorer.score(&tally, &person, hour(4_000)).unwrap();
        for reading in [&score.fit, &score.engagement] {
            prop_assert_eq!(sum(&reading.parts), reading.points);
        }
        prop_assert_eq!(score.fit.points + score.engagement.points, score.total);
        prop_assert_eq!(sum(score.reasons()), score.total);
        prop_assert!(score.fit.points >= Decimal::ZERO);
        let web = score.engagement.parts.iter().filter(|part| ["prices", "visit", "web"].contains(&part.code));
        prop_assert!(sum(web) <= 25.into());
        prop_assert!(score.fit.parts.iter().all(|part| part.code != "large" || student == Some(false)));
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(tally) = Tally::from_bytes(&bytes) {
            prop_assert_eq!(Tally::from_bytes(&tally.to_bytes()).unwrap(), tally);
        }
    }
}

#[test]
fn a_scorecard_is_the_same_after_json() {
    let card: Scorecard = serde_json::from_str(CARD).unwrap();
    let text = serde_json::to_string(&card).unwrap();
    assert_eq!(serde_json::from_str::<Scorecard>(&text).unwrap(), card);
    let typo = CARD.replace("half_life_days", "half_live_days");
    assert!(
        serde_json::from_str::<Scorecard>(&typo)
            .unwrap_err()
            .to_string()
            .contains("half_live_days")
    );
}

#[test]
fn reasons_say_what_gave_what() {
    let scorer = scorer();
    let mut tally = scorer.tally();
    for _ in 0..4 {
        scorer.record(&mut tally, &event((0, 0, false)), hour(0)).unwrap();
    }
    let attributes = [
        ("country", Value::Text("De")),
        ("employees", Value::Number(200.0)),
        ("student", Value::Flag(false)),
    ];
    let score =
        scorer.score(&tally, &Person { attributes: &attributes, since: None }, hour(240)).unwrap();
    assert_eq!(
        score.explain().to_string(),
        "\
Score: 34.6
│ fit + engagement
├─ Fit: 18 (A)
│  ├─ near: 10
│  ├─ 200 or more work there: 12.5
│  └─ Cap of the group firm: -4.5
└─ Engagement: 16.6 (2)
   ├─ prices: 14
   └─ visit: 2.6
"
    );
    assert_eq!(score.cell().as_deref(), Some("A2"));
    assert_eq!(score.reasons()[0].code, "prices");
}

#[test]
fn who_is_in_a_stage_stays_longer_than_it_takes_to_enter() {
    let scorer = scorer();
    let mut history = History::new(&scorer);
    history.record(&scorer, "a", event((0, 0, false)), hour(0)).unwrap();
    history.record(&scorer, "b", event((0, 24, false)), hour(24)).unwrap();
    let person = Person { attributes: &[("country", Value::Text("de"))], since: None };
    let hours = [0, 24, 24 * 8, 24 * 12, 24 * 60];
    let course = history.course(&scorer, &person, &hours.map(hour)).unwrap();
    let stages: Vec<_> =
        course.iter().map(|(score, stage)| (score.engagement.points, *stage)).collect();
    let points = |text: &str| text.parse::<Decimal>().unwrap();
    assert_eq!(stages[0], (points("8.3"), None));
    assert_eq!(stages[1].1, Some("mql"));
    assert!(stages[2].0 < 10.into() && stages[2].1 == Some("mql"), "{stages:?}");
    assert!(stages[4].0 < 6.into() && stages[4].1.is_none(), "{stages:?}");
}

#[test]
fn silence_is_of_those_who_were_known() {
    let scorer = scorer();
    let at = hour(24 * 100);
    let silent = |since| {
        let person = Person { attributes: &[], since };
        scorer.score(&scorer.tally(), &person, at).unwrap().engagement.points
    };
    assert_eq!(silent(None).to_string(), "-9.5");
    assert_eq!(silent(Some(hour(24 * 71))).to_string(), "-9.5");
    assert_eq!(silent(Some(hour(24 * 72))), Decimal::ZERO);
    assert_eq!(scorer.looks_back(), TimeDelta::days(30));
}

#[test]
fn what_can_not_be_recorded_changes_nothing() {
    let scorer = scorer();
    let mut tally = scorer.tally();
    scorer.record(&mut tally, &event((0, 5, false)), hour(10)).unwrap();
    let before = tally.clone();
    let nan = [("seconds", Value::Number(f64::NAN))];
    let typed = [("path", Value::Number(1.0))];
    let typo = [("pth", Value::Text("/"))];
    let ten_megabytes = "x".repeat(10_000_000);
    let long = [("seconds", Value::Text(ten_megabytes.as_str()))];
    let refused = |event: Event<'_>, part: &str| {
        let mut tally = before.clone();
        let error = scorer.record(&mut tally, &event, hour(10)).unwrap_err().to_string();
        assert!(error.contains(part) && error.len() < 300, "{error}");
        assert_eq!(tally, before);
    };
    let visit = Event::new("visit", hour(5));
    refused(visit.with(&nan), "seconds is NaN");
    refused(visit.with(&typed), "path is 1, but it is declared as a text");
    refused(visit.with(&typo), "there is no property \"pth\"");
    refused(visit.with(&long), "seconds is \"xxx");
    refused(Event::new("visti", hour(5)), "there is no kind of event \"visti\"");
    refused(Event::new("visit", hour(11)), "that is in the future");
    assert!(scorer.take_back(&mut tally, &event((0, 6, false)), hour(10)).is_err());
    assert!(scorer.take_back(&mut tally, &event((1, 5, false)), hour(10)).is_err());
    assert!(scorer.take_back(&mut tally, &event((0, 5, true)), hour(10)).is_err());
    assert_eq!(tally, before);
    assert!(scorer.score(&tally, &Person::default(), hour(9)).is_err());
    let unknown = Person { attributes: &[("town", Value::Text("Ulm"))], since: None };
    assert!(
        scorer
            .score(&tally, &unknown, hour(10))
            .unwrap_err()
            .to_string()
            .contains("attribute \"town\"")
    );
    let other = CARD.replace("\"version\": 3", "\"version\": 4");
    let other = Scorer::new(serde_json::from_str(&other).unwrap()).unwrap();
    assert!(matches!(
        other.score(&tally, &Person::default(), hour(10)),
        Err(KernelError::Contradiction { .. })
    ));
}

#[test]
fn what_a_scorecard_can_not_say_is_refused_with_its_place() {
    let refused = |from: &str, to: &str, part: &str| {
        let text = CARD.replacen(from, to, 1);
        assert_ne!(text, CARD);
        let error = Scorer::new(serde_json::from_str(&text).unwrap()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    refused(
        "{\"student\": {\"is\": true}}}]",
        "{\"studnt\": {\"is\": true}}}]",
        "fit.rules[1] (large): all[1]: not: there is no attribute \"studnt\"",
    );
    refused(
        "{\"at_least\": 200}",
        "{\"at_least\": \"many\"}",
        "fit.rules[1] (large): all[0]: employees is \"many\", but it is declared as a number",
    );
    refused(
        "{\"above\": \"2020-12-31\"}",
        "{\"above\": \"2020-13-31\"}",
        "founded is \"2020-13-31\"",
    );
    refused("{\"one_of\": [\"DE\", \"at\"]}", "{\"above\": \"DE\"}", "country is a text");
    refused("\"code\": \"visit\"", "\"code\": \"prices\"", "engagement.rules[1] (prices): code is");
    refused("\"points\": \"1.3\"", "\"points\": \"1.33\"", "points is 1.33");
    refused("\"half_life_days\": 10", "\"half_life_days\": 0", "half_life_days is 0");
    refused("\"kind\": \"demo\"", "\"kind\": \"demos\"", "there is no kind of event \"demos\"");
    refused("\"days\": 7", "\"days\": 0", "days is 0");
    refused("\"at_most\": 0", "\"at_least\": 2, \"at_most\": 0", "at_most is 0");
    refused("\"least\": \"-5\"", "\"least\": \"19\"", "groups.firm: cap.least is 19");
    refused("\"group\": \"web\", \"cap\"", "\"group\": \"firm\", \"cap\"", "group is firm");
    refused(
        "{\"grade\": \"B\", \"from\": \"5\"}",
        "{\"grade\": \"B\", \"from\": \"15\"}",
        "fit.grades[1] (B)",
    );
    refused(
        "{\"engagement\": \"6\"}",
        "{\"engagement\": \"11\"}",
        "stages[0] (mql): engagement is 11",
    );
    refused(
        "{\"total\": \"45\"}, \"keep\": {\"total\": \"35\"}",
        "{}",
        "stages[1] (sql): enter is empty",
    );
    refused(
        "\"student\": \"flag\"",
        "\"student\": \"flag\", \"any\": \"text\"",
        "name of a field is any",
    );
}

#[test]
fn machines_are_known_by_what_they_do() {
    let phone = Signal {
        at: hour(2),
        agent: "Mozilla/5.0 (Linux; Android 13; CUBOT P80) Chrome/125.0 Mobile Safari/537.36",
        link: Some("/prices"),
    };
    let robot = Signal { agent: "Mozilla/5.0 (compatible; bingbot/2.0)", ..phone };
    assert_eq!(Machines::default().flag(hour(0), &[phone, robot]), [None, Some(Machine::Agent)]);
    let never = Machines { many_links: 0, ..Machines::default() };
    assert_eq!(never.flag(hour(0), &[phone]), [None]);
    let sent = hour(0);
    let person =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36";
    let at = |second: i64| Timestamp::from_micros(sent.micros() + second * 1_000_000).unwrap();
    let click = |second, link| Signal { at: at(second), agent: person, link: Some(link) };
    let machines = Machines { hidden_links: vec!["/trap".into()], ..Machines::default() };
    let flags = |signals: &[Signal<'_>]| machines.flag(sent, signals);
    assert_eq!(flags(&[click(1, "/a"), click(60, "/a")]), [Some(Machine::TooSoon), None]);
    let many =
        [click(30, "/a"), click(32, "/b"), click(34, "/c"), click(90, "/a"), click(92, "/b")];
    assert_eq!(
        flags(&many),
        [Some(Machine::ManyLinks), Some(Machine::ManyLinks), Some(Machine::ManyLinks), None, None]
    );
    assert_eq!(
        flags(&[click(30, "/trap"), click(33, "/a"), click(50, "/a")]),
        [Some(Machine::HiddenLink), Some(Machine::HiddenLink), None]
    );
    let open = Signal { at: at(40), agent: "Googlebot/2.1", link: None };
    assert_eq!(flags(&[open, Signal { agent: person, ..open }]), [Some(Machine::Agent), None]);
}

#[test]
fn a_trial_finds_the_buyers_that_the_present_card_does_not() {
    let present = scorer();
    let mut card: Scorecard = serde_json::from_str(CARD).unwrap();
    card.version = 4;
    card.stages.remove(0);
    card.stages[0] = Stage {
        stage: "mql".into(),
        enter: Threshold { total: Some(30.into()), ..Threshold::default() },
        keep: Threshold::default(),
    };
    let mut both: Scorecard = serde_json::from_str(CARD).unwrap();
    both.stages.remove(1);
    let (new, present) = (Scorer::new(card).unwrap(), {
        drop(present);
        Scorer::new(both).unwrap()
    });
    let demo = [event((4, 100, false)), event((3, 90, false))];
    // One happened too late, one was heard of too late.
    let late = [event((4, 900, false)), event((4, 100, false)).recorded_at(hour(901))];
    let machine = [event((4, 100, true))];
    let one =
        Past { id: "quiet", person: Person::default(), events: &[], stage: None, bought: None };
    let people = [
        one,
        Past { id: "buyer", events: &demo, bought: Some(hour(700)), ..one },
        Past { id: "demo", events: &demo, ..one },
        Past { id: "late demo", events: &late, bought: Some(hour(800)), ..one },
        Past { id: "machine", events: &machine, ..one },
        Past { id: "bought before", events: &demo, bought: Some(hour(400)), ..one },
        Past { id: "bought much later", bought: Some(hour(9_000)), ..one },
    ];
    let seen =
        trial(&new, Some(&present), &people, hour(500), TimeDelta::days(30), hour(9_000)).unwrap();
    assert_eq!((seen.rows.len(), seen.left_out), (6, 1));
    let moves: Vec<_> = seen.moves().map(|row| (row.id, row.stage_now, row.stage)).collect();
    assert_eq!(moves, [("buyer", None, Some("mql")), ("demo", None, Some("mql"))]);
    let mql = seen.found.stages[0];
    assert_eq!(
        (mql.confusion.precision(), mql.confusion.recall(), mql.lift),
        (Some(0.5), Some(0.5), Some(1.5))
    );
    let now = seen.found_now.unwrap();
    assert_eq!((now.stages[0].confusion.true_positives, now.stages[0].lift), (0, None));
    assert!(seen.found.auc.unwrap() > 0.6 && seen.found.gains.len() == 10);
    let unfinished =
        trial(&new, None, &people, hour(500), TimeDelta::days(30), hour(600)).unwrap_err();
    assert!(unfinished.to_string().contains("may still buy"), "{unfinished}");
}

#[test]
fn what_is_too_old_gives_nothing_whenever_it_was_recorded() {
    let card = r#"{"name": "old", "version": 1, "digits": 0, "events": {"visit": {}}, "engagement": {"rules": [
        {"code": "half", "points": "10", "cap": {"least": "5"}, "of": {"each": {"kind": "visit", "half_life_days": 1}}}]}}"#;
    let scorer = Scorer::new(serde_json::from_str(card).unwrap()).unwrap();
    let (visit, later) = (Event::new("visit", hour(0)), hour(24 * 100));
    let read = |recorded: Timestamp| {
        let mut tally = scorer.tally();
        scorer.record(&mut tally, &visit, recorded).unwrap();
        scorer.score(&tally, &Person::default(), later).unwrap().total
    };
    assert_eq!((read(hour(0)), read(later)), (Decimal::ZERO, Decimal::ZERO));
}
