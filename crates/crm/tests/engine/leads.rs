//! Leads and stages: only the steps that may be, each kept with its time.

use fondaco_core::Timestamp;
use fondaco_crm::consent::EraseContact;
use fondaco_crm::contacts::*;
use fondaco_crm::leads::*;
use fondaco_crm::matching::SetDomains;
use fondaco_testkit::Host;
use proptest::prelude::*;

use crate::firm::*;

fn open(host: &Host, name: &str, party: &str) -> Option<String> {
    let taken = host.must(name, &OpenLeads::new(vec![NewLead::new(p(party), "webinar")]));
    taken.refused.first().map(|one| one.code.to_string())
}

fn go(host: &Host, name: &str, to: LeadStatus, reason: Option<&str>) -> Option<String> {
    let one = LeadMove { reason: reason.map(Into::into), ..LeadMove::new(p("ada"), to) };
    let taken = host.must(name, &MoveLeads::new(vec![one]));
    taken.refused.first().map(|one| one.code.to_string())
}

#[test]
fn a_lead_is_worked_on_until_it_is_closed_and_then_there_is_another() {
    everywhere(|host| {
        assert_eq!(go(host, "none", LeadStatus::Working, None).as_deref(), Some("crm.no_lead"));
        assert_eq!(open(host, "open", "ada"), None);
        assert_eq!(open(host, "twice", "ada").as_deref(), Some("crm.lead_open"));
        assert_eq!(open(host, "nobody", "nobody").as_deref(), Some("crm.unknown_contact"));
        host.wait(3600);
        assert_eq!(
            go(host, "recycle", LeadStatus::Recycled, Some("later")).as_deref(),
            Some("crm.lead_move")
        );
        assert_eq!(go(host, "work", LeadStatus::Working, None), None);
        host.must("assign", &AssignLead::new(p("ada"), "seller-9"));
        assert_eq!(
            go(host, "no reason", LeadStatus::Disqualified, None).as_deref(),
            Some("crm.lead_reason")
        );
        assert_eq!(go(host, "no", LeadStatus::Disqualified, Some("no_budget")), None);
        assert_eq!(open(host, "again", "ada"), None);
        let now = host.view(|view| lead(view, p("ada"))).unwrap();
        assert_eq!(
            (now.number, now.status, now.organisation),
            (2, LeadStatus::New, Some(p("firm")))
        );
        let steps = host.view(|view| lead_steps(view, p("ada"), 1));
        let told: Vec<_> = steps
            .iter()
            .map(|step| (step.status, step.owner.as_deref(), step.reason.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                (LeadStatus::New, None, None),
                (LeadStatus::Working, None, None),
                (LeadStatus::Working, Some("seller-9"), None),
                (LeadStatus::Disqualified, Some("seller-9"), Some("no_budget")),
            ]
        );
        let first = host.rows::<Lead>().into_iter().find(|lead| lead.number == 1).unwrap();
        assert_eq!(first.worked_at.unwrap().since(first.opened_at).num_seconds(), 3600);
        assert_eq!(host.view(|view| leads_with(view, LeadStatus::New)).len(), 1);
    });
}

#[test]
fn a_lead_belongs_to_the_organisation_of_its_domain() {
    everywhere(|host| {
        host.must("domain", &SetDomains::new(p("firm"), ["berg.example"]));
        assert_eq!(open(host, "bo", "bo"), None);
        let lead = host.view(|view| lead(view, p("bo"))).unwrap();
        assert_eq!((lead.organisation, lead.owner.as_deref()), (Some(p("firm")), None));
        let early = LeadMove {
            at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            ..LeadMove::new(p("bo"), LeadStatus::Working)
        };
        let taken = host.must("early", &MoveLeads::new(vec![early]));
        assert_eq!(taken.refused[0].code, "crm.lead_time");
    });
}

const STAGES: [LifecycleStage; 6] = [
    LifecycleStage::Subscriber,
    LifecycleStage::Lead,
    LifecycleStage::Mql,
    LifecycleStage::Sql,
    LifecycleStage::Opportunity,
    LifecycleStage::Customer,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Times at stages add up to the time since the contact came, and no step back is without a reason.
    #[test]
    fn times_at_stages_add_up(steps in prop::collection::vec((0usize..6, any::<bool>(), 0i64..5_000), 0..12)) {
        let host = in_memory();
        let began = host.now();
        let mut at = LifecycleStage::Subscriber;
        let mut wanted = vec![at];
        for (number, (to, with_reason, wait)) in steps.into_iter().enumerate() {
            host.wait(wait);
            let to = STAGES[to];
            let command = if with_reason { MoveStages::recycle(p("ada"), to, "why") } else { MoveStages::up(p("ada"), to) };
            let taken = host.must(&format!("step {number}"), &command);
            prop_assert_eq!(taken.refused.is_empty(), to >= at || with_reason);
            if taken.entered == 1 {
                at = to;
                wanted.push(to);
            }
        }
        let until: Timestamp = host.now();
        let times = host.view(|view| stage_times(view, p("ada"), until));
        prop_assert_eq!(times.iter().map(|time| time.stage).collect::<Vec<_>>(), wanted);
        prop_assert_eq!(times.iter().map(|time| time.seconds).sum::<i64>(), until.since(began).num_seconds());
    }
}

#[test]
fn a_stage_is_neither_told_before_the_last_nor_of_the_future() {
    everywhere(|host| {
        for at in ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"] {
            let one = StageMove {
                party: p("ada"),
                to: LifecycleStage::Mql,
                at: Some(at.parse().unwrap()),
                reason: None,
            };
            let taken = host.must(at, &MoveStages::all(vec![one]));
            assert_eq!(taken.refused[0].code, "crm.stage_time");
        }
        assert_eq!(host.refused("unknown", &AssignLead::new(p("bo"), "x")).code(), "crm.no_lead");
    });
}

#[test]
fn why_a_lead_was_lost_stays_when_somebody_else_looks_at_it() {
    everywhere(|host| {
        assert_eq!(open(host, "open", "ada"), None);
        assert_eq!(go(host, "no", LeadStatus::Disqualified, Some("no_budget")), None);
        let holiday =
            AssignLead { reason: Some("holiday".into()), ..AssignLead::new(p("ada"), "seller-9") };
        host.must("holiday", &holiday);
        let there = host.view(|view| lead(view, p("ada"))).unwrap();
        assert_eq!(there.reason.as_deref(), Some("no_budget"));
        let steps = host.view(|view| lead_steps(view, p("ada"), 1));
        assert_eq!(steps.last().unwrap().reason.as_deref(), Some("holiday"));
    });
}

#[test]
fn no_lead_of_the_erased_or_of_a_person_for_a_firm() {
    everywhere(|host| {
        assert_eq!(open(host, "open", "ada"), None);
        let erased = EraseContact { suppress: false, ..EraseContact::new(p("ada"), "asked") };
        host.must("erase", &erased);
        assert_eq!(
            go(host, "work", LeadStatus::Working, None).as_deref(),
            Some("crm.contact_erased")
        );
        let assigned = host.refused("assign", &AssignLead::new(p("ada"), "seller-9"));
        assert_eq!(assigned.code(), "crm.contact_erased");
        let of_ada = NewLead { organisation: Some(p("ada")), ..NewLead::new(p("bo"), "fair") };
        let taken = host.must("of a person", &OpenLeads::new(vec![of_ada]));
        assert!(!taken.refused.is_empty());
        let of_bo = NewLead { organisation: Some(p("bo")), ..NewLead::new(p("bo"), "fair") };
        let taken = host.must("of bo", &OpenLeads::new(vec![of_bo]));
        assert_eq!(taken.refused[0].code, "crm.bad_contact");
    });
}
