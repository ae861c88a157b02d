//! Opportunities: each step kept, figures read from the store, what can't be refused.

use chrono::NaiveDate;
use fondaco_core::calendar::{SetZone, Zone};
use fondaco_core::{Currency, Money};
use fondaco_crm::opportunities::*;
use fondaco_crm::pipeline::{Deal, Summary, funnel, weighted_forecast};
use fondaco_testkit::Host;

use crate::firm::*;

pub fn sales() -> SetPipeline {
    let stages = [
        ("talk", 10, ForecastCategory::Pipeline),
        ("offer", 50, ForecastCategory::BestCase),
        ("deal", 90, ForecastCategory::Commit),
    ];
    SetPipeline::new("sales", stages)
}

pub fn id(name: &str) -> OpportunityId {
    OpportunityId::named(name)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn engine(name: &str, euros: &str) -> OpenOpportunity {
    let amount = Money::parse(&format!("{euros} EUR")).unwrap();
    OpenOpportunity::new(id(name), p("firm"), ("sales", "Engine"), amount, day("2026-09-30"))
}

fn ready(host: &Host) {
    host.at("2026-07-01T00:00:00Z");
    host.must("pipeline", &sales());
}

#[test]
fn each_step_is_kept_and_figures_follow() {
    everywhere(|host| {
        ready(host);
        host.must("a", &engine("a", "1000"));
        host.must("b", &engine("b", "400"));
        host.wait(86_400 * 4);
        host.must("a offer", &ChangeOpportunity::to(id("a"), "offer"));
        host.must(
            "a owner",
            &ChangeOpportunity {
                owner: Some("seller-7".into()),
                ..ChangeOpportunity::new(id("a"))
            },
        );
        host.must("a same", &ChangeOpportunity::to(id("a"), "offer"));
        let sums = host.view(|view| forecast(view, "sales"));
        let shown: Vec<_> =
            sums.iter().map(|sum| (sum.category, sum.count, sum.weighted.to_string())).collect();
        assert_eq!(
            shown,
            [
                (ForecastCategory::Pipeline, 1, "40.00 EUR".to_owned()),
                (ForecastCategory::BestCase, 1, "500.00 EUR".to_owned())
            ]
        );
        host.wait(86_400 * 6);
        host.must("a won", &EndOpportunity::won(id("a"), day("2026-07-11")));
        host.must("b lost", &EndOpportunity::lost(id("b"), day("2026-07-05"), "price"));
        let steps = host.view(|view| opportunity_steps(view, id("a")));
        let told: Vec<_> = steps
            .iter()
            .map(|step| (step.stage.as_str(), step.outcome, step.owner.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("talk", OpportunityOutcome::Open, None),
                ("offer", OpportunityOutcome::Open, None),
                ("offer", OpportunityOutcome::Open, Some("seller-7")),
                ("offer", OpportunityOutcome::Won, Some("seller-7")),
            ]
        );
        let deals = host.view(|view| deals(view, "sales", Currency::EUR));
        // A deal with a name of its own, of which none has ended: as of all, one of two was won for 1000.
        let open = Deal::open("Acme, 200 seats", None);
        let all = [deals.clone(), vec![open]].concat();
        assert!((weighted_forecast(&all).unwrap() - 500.0).abs() < 1e-9);
        let seen = Summary::of(&deals).unwrap();
        assert_eq!((seen.won, seen.lost, seen.win_rate()), (1, 1, Some(0.5)));
        assert!(seen.won_cycle.is_some_and(|cycle| (cycle.mean_days - 10.0).abs() < 1e-9));
        let visits = host.view(|view| visits(view, "sales"));
        let steps = funnel(&visits, 3).unwrap();
        assert_eq!((steps[0].reached, steps[1].reached, steps[0].mean_days), (2, 1, Some(4.0)));
    });
}

#[test]
fn what_can_not_be_is_refused_and_nothing_is_stored() {
    let host = in_memory();
    ready(&host);
    host.must("a", &engine("a", "1000"));
    let steps = host.rows::<OpportunityStep>().len();
    let refused = |error: fondaco_crm::CrmError| error.code();
    host.must("the same", &engine("a", "1000"));
    assert_eq!(refused(host.refused("1", &engine("a", "1001"))), "crm.opportunity_exists");
    let other = OpenOpportunity { pipeline: "rent".into(), ..engine("c", "1") };
    assert_eq!(refused(host.refused("2", &other)), "crm.unknown_pipeline");
    assert_eq!(
        refused(host.refused("3", &ChangeOpportunity::to(id("a"), "oral"))),
        "crm.unknown_stage"
    );
    assert_eq!(
        refused(host.refused("4", &ChangeOpportunity::to(id("z"), "offer"))),
        "crm.unknown_opportunity"
    );
    let sure = ChangeOpportunity { probability: Some(2.into()), ..ChangeOpportunity::new(id("a")) };
    assert_eq!(refused(host.refused("5", &sure)), "crm.bad_opportunity");
    let no_reason =
        EndOpportunity { reason: None, ..EndOpportunity::lost(id("a"), day("2026-07-01"), "x") };
    assert_eq!(refused(host.refused("6", &no_reason)), "crm.bad_opportunity");
    assert_eq!(
        refused(host.refused("7", &EndOpportunity::won(id("a"), day("2026-07-02")))),
        "crm.bad_opportunity"
    );
    let early = ChangeOpportunity {
        at: Some("2026-06-01T00:00:00Z".parse().unwrap()),
        ..ChangeOpportunity::to(id("a"), "offer")
    };
    assert_eq!(refused(host.refused("8", &early)), "crm.opportunity_time");
    let twice = SetPipeline { stages: [sales().stages, sales().stages].concat(), ..sales() };
    assert_eq!(refused(host.refused("9", &twice)), "crm.bad_pipeline");
    host.must("won", &EndOpportunity::won(id("a"), day("2026-07-01")));
    assert_eq!(
        refused(host.refused("10", &ChangeOpportunity::to(id("a"), "offer"))),
        "crm.opportunity_ended"
    );
    assert_eq!(host.rows::<OpportunityStep>().len(), steps + 1);
    host.clean();
}

#[test]
fn deals_begin_and_end_on_the_days_of_the_company() {
    everywhere(|host| {
        let east = |minutes| Zone::minutes_east(minutes).unwrap();
        host.must("pipeline", &sales());
        // In Sydney it is eight in the morning on the 2nd, in New York eight in the evening on the 1st.
        for (name, zone, at, on) in [
            ("sydney", east(600), "2026-06-01T22:00:00Z", "2026-06-02"),
            ("new york", east(-240), "2026-06-03T00:00:00Z", "2026-06-02"),
        ] {
            host.at(at);
            host.must(&format!("zone {name}"), &SetZone::new(zone));
            host.must(name, &engine(name, "10"));
            let row = host.view(|view| opportunity(view, id(name))).unwrap();
            assert_eq!(row.opened_on, day(on));
            let came = host.view(|view| visits(view, "sales"));
            let came = came.iter().find(|visit| visit.deal == id(name)).unwrap();
            assert_eq!(came.on, day(on));
            host.must(&format!("{name} won"), &EndOpportunity::won(id(name), day(on)));
        }
    });
}
