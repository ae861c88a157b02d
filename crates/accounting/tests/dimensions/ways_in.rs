//! Every way in is judged, and what only repeats what was judged is not.

use fondaco_accounting::allocation::*;
use fondaco_accounting::close::*;
use fondaco_core::recurrence::Recurrence;

use crate::*;

/// A firm whose rent has a cost centre.
fn firm() -> Firm {
    let firm = with_centres(in_memory());
    let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Required).account("5100");
    firm.must("rents", &rents);
    firm
}

const MISSING: &str = "accounting.dimension_missing";

#[test]
fn batches_and_chains() {
    let firm = firm();
    let (bad, good) = (rent("2026-03-01", &[]), rent("2026-03-01", &[("cost_centre", "10")]));
    let many = firm.refused("many", &PostMany::new(vec![good.clone(), bad.clone()]));
    assert_eq!(
        many.to_string(),
        "item 1 (counted from 0): line 1, account 5100: cost_centre is missing, which rule RENT demands: give it, \
         or have the rule fill it in",
    );
    let each = firm.must("each", &PostEach::new(vec![good.clone(), bad.clone()])).entries;
    assert!(each[0].is_ok());
    assert_eq!(each[1].as_ref().unwrap_err().code, MISSING);
    let keyed =
        firm.must("keyed", &PostEach::new(vec![good.clone().key("a"), bad.clone().key("b")]));
    assert!(keyed.entries[0].is_ok());
    assert_eq!(keyed.entries[1].as_ref().unwrap_err().code, MISSING);
    let exceeding = PostExceeding::new(bad.clone(), "urgent");
    assert_eq!(firm.refused("exceeding", &exceeding).code(), MISSING);
    let reversing = PostReversing::new(bad.clone());
    assert_eq!(firm.refused("reversing", &reversing).code(), MISSING);
    let start = StartRecurring::new("rent", RecurringTerms::new(bad, Recurrence::monthly()));
    assert_eq!(firm.refused("recurring", &start).code(), MISSING);
    firm.clean();
}

/// What comes again under a key is the same, though its dimensions were filled in.
#[test]
fn a_key_gives_the_same_answer_for_what_was_filled_in() {
    let firm = with_centres(in_memory());
    let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Default("10".into()));
    firm.must("rents", &rents.account("5100"));
    let first = firm.post("one", rent("2026-03-01", &[]).key("k"));
    assert_eq!(first_line(&firm, first.id), r#"{"cost_centre":"10"}"#);
    assert_eq!(firm.post("two", rent("2026-03-01", &[]).key("k")), first);
    let named = rent("2026-03-01", &[("cost_centre", "10")]).key("k");
    assert_eq!(firm.post("three", named), first);
    let other = rent("2026-03-01", &[("cost_centre", "11")]).key("k");
    assert_eq!(firm.refused_entry(other), "accounting.key_differs");
    let hold = NewPending::new(rent("2026-03-01", &[]).key("h"));
    let held = firm.must("hold", &RecordPending::new(hold.clone()));
    assert_eq!(firm.must("hold again", &RecordPending::new(hold)).id, held.id);
    // Of what was not given a part is not the whole.
    let less = rent("2026-03-01", &[("cost_centre", "10")]).key("less");
    firm.must("gone", &RemoveDimensionRule::new("RENT"));
    firm.post("less", less);
}

#[test]
fn drafts_are_judged_when_submitted_and_when_approved() {
    let firm = firm();
    let draft = firm.must("draft", &PrepareDraft::new(rent("2026-03-01", &[])));
    assert_eq!(firm.refused("submit", &SubmitDraft::new(draft)).code(), MISSING);
    firm.must(
        "changed",
        &ChangeDraft::new(draft, rent("2026-03-01", &[("project", "P1"), ("cost_centre", "10")])),
    );
    firm.must("submitted", &SubmitDraft::new(draft));
    let never = SetDimensionRule::new("P", "project", Demand::Forbidden).account("5100");
    firm.must("never", &never);
    let approve = ApproveDraft::new(draft, 2);
    let carla = firm.books.clone().acting_as("carla");
    assert_eq!(
        carla.send("approve", &approve).unwrap_err().code(),
        "accounting.dimension_forbidden"
    );
    firm.must("gone", &RemoveDimensionRule::new("P"));
    assert!(carla.send("approve", &approve).unwrap().answer.posted.is_some());
}

/// What was held was judged: it is posted whatever came after.
#[test]
fn what_is_held_is_judged_when_it_is_held() {
    let firm = with_centres(in_memory());
    let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Default("10".into()));
    firm.must("rents", &rents.clone().account("5100"));
    let hold = |name: &str, entry| firm.must(name, &RecordPending::new(NewPending::new(entry))).id;
    let held = hold("held", rent("2026-03-01", &[]));
    let other = hold("other", rent("2026-03-01", &[]));
    let forbidden = SetDimensionRule::new("RENT", "cost_centre", Demand::Forbidden).account("5100");
    firm.must("now forbidden", &forbidden);
    let close =
        ChangeDimensionValue::new("cost_centre", "10").on("2026-01-01/2026-01-31".parse().unwrap());
    firm.must("closed", &close);
    let posted = firm.must("capture", &PostPending::new(held));
    assert_eq!(first_line(&firm, posted.entry.id), r#"{"cost_centre":"10"}"#);
    firm.must("void", &VoidPending::new(other));
    let again = RecordPending::new(NewPending::new(rent("2026-03-01", &[("cost_centre", "10")])));
    assert_eq!(firm.refused("again", &again).code(), "accounting.dimension_not_open");
    firm.clean();
}

/// A reversal takes back what was posted; what is posted in its place is judged.
#[test]
fn reversals_stay_possible() {
    in_process().into_iter().map(|(name, store)| Firm::on(name, store)).for_each(|firm| {
        let firm = with_centres(firm);
        let one = firm.post("one", rent("2026-03-01", &[("cost_centre", "10"), ("project", "P1")]));
        let two = firm.post("two", rent("2026-03-01", &[]));
        let three = firm.post("three", rent("2026-03-01", &[]));
        let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Fixed("20".into()));
        firm.must("rents", &rents.account("5100"));
        firm.must("never", &SetDimensionRule::new("NEVER", "project", Demand::Forbidden));
        let close = ChangeDimensionValue::new("cost_centre", "10");
        firm.must("closed", &close.on("2026-01-01/2026-01-31".parse().unwrap()));
        let back = firm.must("back", &Reverse::new(one.id, d("2026-03-02")));
        assert_eq!(first_line(&firm, back.id), r#"{"cost_centre":"10","project":"P1"}"#);
        let back = firm.must("back too", &Reverse::new(two.id, d("2026-03-02")));
        assert_eq!(first_line(&firm, back.id), "{}", "nothing is filled in");
        let wrong = Correct::new(three.id, rent("2026-03-01", &[("cost_centre", "11")]));
        assert_eq!(firm.refused("wrong", &wrong).code(), "accounting.dimension_fixed");
        firm.must("right", &Correct::new(three.id, rent("2026-03-01", &[])));
        assert_eq!(firm.sum(&BalanceQuery::account("5100").dimension("cost_centre", "20")), "10");
        assert_eq!(firm.sum(&BalanceQuery::account("5100")), "10");
        firm.clean();
    });
}

/// Years are closed, opened again and closed whatever accounts demand: also that to which the result goes.
#[test]
fn closing_years_is_not_judged() {
    let firm = firm();
    firm.post("rent", rent("2026-03-01", &[("cost_centre", "10")]));
    firm.must("target", &SetClosing::new("3000", "GEN"));
    let capital = SetDimensionRule::new("CAPITAL", "cost_centre", Demand::Required).account("3000");
    firm.must("capital", &capital);
    firm.must("all", &SetDimensionRule::new("ALL", "project", Demand::Required));
    firm.must("close", &CloseYear::new(2026).early().keep("cost_centre"));
    assert_eq!(firm.sum(&BalanceQuery::account("5100")), "0");
    firm.must("reopen", &ReopenYear::new(2026, "late"));
    assert_eq!(firm.sum(&BalanceQuery::account("5100")), "10");
    firm.must("close again", &CloseYear::new(2026).early());
    firm.clean();
}

/// Runs of the engine post as everybody does: a default fills in what they can't know.
#[test]
fn allocations_and_deferrals_are_judged() {
    let firm = firm();
    firm.post("rent", rent("2026-03-01", &[("cost_centre", "10")]));
    firm.must(
        "some project",
        &SetDimensionRule::new("P", "project", Demand::Required).account("5100"),
    );
    let shares = SetAllocation::new("a", "A", "GEN", "5100", "cost_centre", "10");
    firm.must("a", &shares.share("11", dec("1")).share("20", dec("2")));
    let refused = firm.refused("run", &Allocate::new("a", 202_603)).to_string();
    assert!(refused.contains("project is missing, which rule P demands"), "{refused}");
    let default = SetDimensionRule::new("P", "project", Demand::Default("none".into()));
    firm.must("default", &default.account("5100"));
    let run = firm.must("run", &Allocate::new("a", 202_603));
    assert!(first_line(&firm, run.entry.unwrap()).contains(r#""project":"none""#));
    firm.must("undo", &UndoAllocation::new("a", 202_603));

    let plan = SpreadPlan::periods(d("2026-01-01"), 3);
    let deferral = StartDeferral::expense("d", "GEN", ("1200", "5100"), eur("30"), plan);
    assert_eq!(firm.refused("without a centre", &deferral).code(), MISSING);
    let with = StartDeferral { code: "e".into(), ..deferral.dimension("cost_centre", "10") };
    firm.must("with one", &with);
    // What comes to be demanded later stands in the way of the next part.
    let more = SetDimensionRule::new("P", "project", Demand::Required).account("5100");
    firm.must("more", &more);
    let late = firm.refused("late", &RecogniseDeferrals::through(d("2026-01-31")));
    assert_eq!(late.code(), MISSING);
    firm.must("less", &RemoveDimensionRule::new("P"));
    firm.must("taken", &RecogniseDeferrals::through(d("2026-01-31")).of("e"));
    firm.clean();
}

/// Limits see what was filled in.
#[test]
fn limits_see_what_is_filled_in() {
    let firm = with_centres(in_memory());
    let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Default("10".into()));
    firm.must("rents", &rents.account("5100"));
    let limit = SetSpendingLimit::new("TEN", "Ten", fondaco_core::Currency::EUR);
    firm.must("limit", &limit.dimension("cost_centre", "10").refuse_above(eur("15")));
    firm.post("one", rent("2026-03-01", &[]));
    assert_eq!(firm.refused_entry(rent("2026-03-01", &[])), "accounting.spending_limit");
    firm.post("elsewhere", rent("2026-03-01", &[("cost_centre", "11")]));
    firm.clean();
}
