//! Shares of teams against their weights, ways in their order, and what can't be so refused with its place.

use std::collections::BTreeMap;

use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
use fondaco_core::Timestamp;
use fondaco_core::calendar::{WorkingHours, Zone};
use proptest::prelude::*;

use super::*;
use crate::scoring::rules::Value;

const PLAN: &str = r#"{
    "name": "inbound", "version": 1, "attributes": {"country": "text", "employees": "number"},
    "sellers": {
        "ada": {"most_a_day": 2}, "bo": {"deputy": "cy", "away": [["2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"]]},
        "cy": {"most_open": 3, "deputy": "bo"}, "dee": {}, "head": {}},
    "teams": {"north": {"ada": 3, "dee": 1}, "south": {"bo": 1, "cy": 1, "dee": 2}},
    "rules": [
        {"code": "enterprise", "when": {"employees": {"at_least": 1000}}, "to": {"seller": "bo"}},
        {"code": "nordic", "when": {"country": {"one_of": ["SE", "NO"]}}, "to": {"team": "north"}}],
    "territories": {"iberia": {"team": "south"}},
    "otherwise": {"seller": "dee"},
    "sticky_days": 30,
    "escalation": [{"after_minutes": 60, "to": {"team": "south"}}, {"after_minutes": 480, "to": {"seller": "head"}}]
}"#;

fn router() -> Router {
    Router::new(serde_json::from_str(PLAN).unwrap()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

proptest! {
    /// Over any number of rounds nobody is more than one lead off their share.
    #[test]
    fn a_team_is_dealt_to_by_its_weights(weights in prop::collection::vec(1u32..7, 1..6), count in 0usize..60) {
        let names: Vec<String> = (0..weights.len()).map(|n| format!("s{n}")).collect();
        let plan = RoutingPlan {
            sellers: names.iter().map(|name| (name.clone(), Seller::default())).collect(),
            teams: [("all".to_owned(), names.iter().cloned().zip(weights.iter().copied()).collect())].into(),
            otherwise: Some(Target::Team("all".into())),
            ..RoutingPlan::default()
        };
        let (router, mut loads) = (Router::new(plan).unwrap(), Loads::default());
        for dealt in 1..=count {
            let lead = RoutedLead::default();
            prop_assert!(router.assign(&mut loads, &lead, at("2026-03-02T12:00:00Z")).unwrap().seller.is_some());
            for (name, weight) in names.iter().zip(&weights) {
                let share = dealt as f64 * f64::from(*weight) / f64::from(weights.iter().sum::<u32>());
                let has = f64::from(loads.open.get(name).copied().unwrap_or(0));
                prop_assert!((has - share).abs() <= weights.len() as f64 / 2.0 + 0.5, "{name} has {has}, not {share}");
            }
        }
        let back: Loads = serde_json::from_str(&serde_json::to_string(&loads).unwrap()).unwrap();
        prop_assert_eq!(back, loads);
    }

    #[test]
    fn nobody_gets_more_than_they_take_and_nobody_who_is_away(
        leads in prop::collection::vec((0u8..4, 0u8..3, any::<bool>()), 0..40), during in any::<bool>(),
    ) {
        let (router, mut loads) = (router(), Loads::default());
        let now = at(if during { "2026-03-04T12:00:00Z" } else { "2026-03-10T12:00:00Z" });
        for (country, owner, large) in leads {
            let attributes = [
                ("country", Value::Text(["SE", "ES", "NO", "FR"][usize::from(country)])),
                ("employees", Value::Number(if large { 5_000.0 } else { 5.0 })),
            ];
            let lead = RoutedLead {
                attributes: &attributes,
                organisation_owner: [None, Some("ada"), Some("nobody")][usize::from(owner)],
                territory: (country == 1).then_some("iberia"),
                last_owner: None,
            };
            let found = router.assign(&mut loads, &lead, now).unwrap();
            prop_assert!(found.seller.is_some() && (!during || found.seller != Some("bo")));
            prop_assert_eq!(found.steps.last().unwrap().seller, found.seller);
            prop_assert!(found.steps.iter().rev().skip(1).all(|step| step.seller.is_none() && !step.passed.is_empty()));
        }
        let count = |counts: &BTreeMap<String, u32>, name: &str| counts.get(name).copied().unwrap_or(0);
        prop_assert!(count(&loads.today, "ada") <= 2 && count(&loads.open, "cy") <= 3);
    }
}

#[test]
fn ways_are_tried_in_their_order() {
    let (router, now) = (router(), at("2026-03-04T12:00:00Z"));
    let large = [("employees", Value::Number(2_000.0)), ("country", Value::Text("se"))];
    let lead = RoutedLead {
        attributes: &large,
        last_owner: Some(("dee", at("2026-02-20T12:00:00Z"))),
        organisation_owner: Some("ada"),
        territory: Some("iberia"),
    };
    let mut loads = Loads::default();
    let mut seller = |lead: &RoutedLead<'_>| {
        router.assign(&mut loads, lead, now).unwrap().seller.map(str::to_owned)
    };
    assert_eq!(seller(&lead).as_deref(), Some("dee"));
    let long_ago = RoutedLead { last_owner: Some(("dee", at("2026-01-02T12:00:00Z"))), ..lead };
    assert_eq!(seller(&long_ago).as_deref(), Some("ada"));
    let alone = RoutedLead { last_owner: None, organisation_owner: None, ..lead };
    // Bo is away, and Cy stands in.
    assert_eq!(seller(&alone).as_deref(), Some("cy"));
    let small = RoutedLead { attributes: &[("country", Value::Text("NO"))], ..alone };
    assert_eq!(seller(&small).as_deref(), Some("ada"));
    // Two a day are all that Ada takes.
    assert_eq!(seller(&small).as_deref(), Some("dee"));
    let spanish = RoutedLead { attributes: &[], ..alone };
    assert_eq!(seller(&spanish).as_deref(), Some("dee"));
    assert_eq!(seller(&RoutedLead { territory: Some("mars"), ..spanish }).as_deref(), Some("dee"));
    let why = router.assign(&mut Loads::default(), &alone, now).unwrap().explain().to_string();
    assert_eq!(
        why,
        "\
Assigned to: cy
└─ rule enterprise: cy
   └─ bo: is out of office until 2026-03-09T00:00:00Z
"
    );
}

#[test]
fn who_is_asked_in_a_circle_is_asked_once() {
    let (router, now) = (router(), at("2026-03-04T12:00:00Z"));
    let mut loads = Loads { open: [("cy".to_owned(), 3)].into(), ..Loads::default() };
    let lead = RoutedLead { organisation_owner: Some("bo"), ..RoutedLead::default() };
    let found = router.assign(&mut loads, &lead, now).unwrap();
    assert_eq!(found.seller, Some("dee"));
    let passed: Vec<_> = found.steps[0].passed.iter().map(|(name, _)| *name).collect();
    assert_eq!(passed, ["bo", "cy"]);
}

#[test]
fn who_does_not_touch_a_lead_loses_it_after_working_time() {
    let router = router();
    let hours = WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "09:00-17:00".parse().unwrap());
    let given = at("2026-03-13T16:30:00Z"); // a Friday
    let level = |now: &str| {
        let found = router.escalation(given, (&hours, &Zone::UTC), at(now)).unwrap();
        found.map(|found| (found.level, found.since))
    };
    assert_eq!(level("2026-03-16T09:29:59Z"), None);
    assert_eq!(level("2026-03-16T09:30:00Z"), Some((1, at("2026-03-16T09:30:00Z"))));
    assert_eq!(level("2026-03-17T16:00:00Z"), Some((2, at("2026-03-16T16:30:00Z"))));
    let mut loads = Loads { open: [("dee".to_owned(), 1)].into(), ..Loads::default() };
    let now = at("2026-03-16T10:00:00Z");
    let untouched = router.escalation(given, (&hours, &Zone::UTC), now).unwrap().unwrap();
    let next = router.hand_on(&mut loads, "dee", &untouched, now);
    assert!(["bo", "cy"].contains(&next.seller.unwrap()));
    assert_eq!(loads.open.get("dee"), Some(&0));
}

#[test]
fn what_a_plan_can_not_say_is_refused_with_its_place() {
    let refused = |from: &str, to: &str, part: &str| {
        let text = PLAN.replacen(from, to, 1);
        assert_ne!(text, PLAN);
        let error = Router::new(serde_json::from_str(&text).unwrap()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    refused(
        "\"to\": {\"seller\": \"bo\"}",
        "\"to\": {\"seller\": \"bob\"}",
        "rules[0] (enterprise): there is no seller \"bob\"",
    );
    refused(
        "{\"employees\": {\"at_least\"",
        "{\"employes\": {\"at_least\"",
        "rules[0] (enterprise): there is no attribute \"employes\"",
    );
    refused("\"deputy\": \"cy\"", "\"deputy\": \"bo\"", "sellers.bo: there is no deputy \"bo\"");
    refused("\"ada\": 3", "\"ada\": 0", "teams.north: members");
    refused("\"ada\": 3", "\"eve\": 3", "teams.north: there is no seller \"eve\"");
    refused(
        "{\"team\": \"south\"}}",
        "{\"team\": \"east\"}}",
        "territories.iberia: there is no team \"east\"",
    );
    refused(
        "\"after_minutes\": 480",
        "\"after_minutes\": 60",
        "escalation[1]: after_minutes is 60",
    );
    refused("[\"2026-03-02", "[\"2026-03-12", "sellers.bo: away");
    let nan = [("employees", Value::Number(f64::NAN))];
    let lead = RoutedLead { attributes: &nan, ..RoutedLead::default() };
    assert!(router().assign(&mut Loads::default(), &lead, at("2026-03-02T12:00:00Z")).is_err());
}
