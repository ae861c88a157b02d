//! What can't be defined: each refusal names what is wrong and the way out, and stores nothing.

use fondaco_core::{Act, DateRange};

use crate::*;

fn refused<C: Act<Error = LedgerError>>(firm: &Firm, command: &C, text: &str) {
    let error = firm.refused(text, command);
    assert_eq!(error.to_string(), text);
}

#[test]
fn dimensions_that_can_not_be() {
    let firm = in_memory();
    refused(
        &firm,
        &DefineDimension::new("site", "Sites"),
        "the ledger has no settings yet: carry out SetUp first",
    );
    let firm = with_centres(firm);
    refused(
        &firm,
        &DefineDimension::new(" site", "Sites"),
        "dimension code \" site\": a code has 1 to 64 bytes, no control characters, and no space at either end",
    );
    refused(
        &firm,
        &DefineDimension::new("site", " "),
        "dimension name: it is empty: give one that people know",
    );
    refused(
        &firm,
        &DefineDimension::new("project", "Projects"),
        "dimension project exists already: choose another code",
    );
    let unknown = "there is no dimension site: define it first, or correct the name";
    refused(&firm, &ChangeDimension::new("site"), unknown);
    refused(&firm, &OpenDimensionValues::new("site", vec![]), unknown);
    refused(&firm, &MoveDimensionValue::new("site", "a", None, d("2026-01-01")), unknown);
    refused(&firm, &SetDimensionRule::new("R", "site", Demand::Required), unknown);
    refused(&firm, &SetDimensionCombination::new("C", "site").value("a"), unknown);
}

#[test]
fn values_that_can_not_be() {
    let firm = with_centres(in_memory());
    let open = |value| OpenDimensionValues::new("cost_centre", vec![value]);
    refused(
        &firm,
        &open(NewDimensionValue::new("", "None")),
        "item 0 (counted from 0): dimension value code \"\": a code has 1 to 64 bytes, no control characters, and \
         no space at either end",
    );
    refused(
        &firm,
        &open(NewDimensionValue::new("10", "Ten")),
        "item 0 (counted from 0): dimension value 10 exists already: choose another code",
    );
    let twice = vec![NewDimensionValue::new("30", "One"), NewDimensionValue::new("30", "Two")];
    refused(
        &firm,
        &OpenDimensionValues::new("cost_centre", twice),
        "item 1 (counted from 0): dimension value 30 exists already: choose another code",
    );
    refused(
        &firm,
        &open(NewDimensionValue::new("30", "Thirty").under("NORTH")),
        "cost_centre 30 can't stand under NORTH: there is no such value: open it first, or with it",
    );
    refused(
        &firm,
        &open(NewDimensionValue::new("30", "Thirty").under("30")),
        "cost_centre 30 can't stand under 30: it would stand under itself: take another",
    );
    refused(
        &firm,
        &ChangeDimensionValue::new("cost_centre", "30"),
        "there is no cost_centre 30: open it first, or correct the code",
    );
    let deep = (0..65).map(|n| {
        let value = NewDimensionValue::new(format!("L{n}"), "Level");
        if n == 0 { value } else { value.under(format!("L{}", n - 1)) }
    });
    let deep: Vec<NewDimensionValue> = deep.collect();
    refused(
        &firm,
        &OpenDimensionValues::new("cost_centre", deep.clone()),
        "cost_centre L1 can't stand under L0: a tree has at most 64 levels: take one further up",
    );
    firm.must("64 levels", &OpenDimensionValues::new("cost_centre", deep[..64].to_vec()));
    let moved = |code, parent, day: &str| {
        MoveDimensionValue::new("cost_centre", code, Some(parent), d(day))
    };
    refused(
        &firm,
        &moved("L0", "SALES", "2026-07-01"),
        "cost_centre L0 can't stand under SALES: a tree has at most 64 levels: take one further up",
    );
    refused(
        &firm,
        &moved("SALES", "10", "2026-07-01"),
        "cost_centre SALES can't stand under 10: it would stand under itself: take another",
    );
    refused(
        &firm,
        &moved("10", "NORTH", "2026-07-01"),
        "cost_centre 10 can't stand under NORTH: there is no such value: open it first",
    );
}

/// A move that is fine on its day may close a circle with another that comes later.
#[test]
fn no_circle_on_any_later_day() {
    let firm = with_centres(in_memory());
    let moved = |code, parent, day: &str| {
        MoveDimensionValue::new("cost_centre", code, Some(parent), d(day))
    };
    firm.must("later", &moved("EAST", "WEST", "2027-01-01"));
    refused(
        &firm,
        &moved("WEST", "10", "2026-07-01"),
        "cost_centre WEST can't stand under 10: on 2027-01-01 it would stand under itself: take another",
    );
    refused(
        &firm,
        &moved("WEST", "EAST", "2028-01-01"),
        "cost_centre WEST can't stand under EAST: it would stand under itself: take another",
    );
    // It is fine where EAST goes back before.
    firm.must("back", &moved("EAST", "SALES", "2028-01-01"));
    firm.must("then", &moved("WEST", "EAST", "2028-01-01"));
}

#[test]
fn rules_that_can_not_be() {
    let firm = with_centres(in_memory());
    let rule = |code: &str, demand| SetDimensionRule::new(code, "cost_centre", demand);
    refused(
        &firm,
        &rule("R", Demand::Required).account("7"),
        "there is no account 7: open it first, or correct the code",
    );
    let unknown_journal = firm.refused("journal", &rule("R", Demand::Required).journal("X"));
    assert_eq!(unknown_journal.code(), "accounting.unknown_journal");
    refused(
        &firm,
        &rule("R", Demand::Fixed("12".into())),
        "there is no cost_centre 12: open it first, or correct the code",
    );
    refused(
        &firm,
        &rule("R", Demand::Default("EAST".into())),
        "dimension rule R: cost_centre EAST is a heading: name a value under it",
    );
    firm.must("any project", &SetDimensionRule::new("P", "project", Demand::Fixed("new".into())));
    let first_half: DateRange = "2026-01-01/2026-06-30".parse().unwrap();
    firm.must("R", &rule("R", Demand::Required).account("5100").on(first_half));
    let late = rule("S", Demand::Forbidden).account("5100").on(DateRange::from(d("2026-06-30")));
    refused(
        &firm,
        &late,
        "rule S is about the same account, journal and days as rule R: change that one, or make it end before",
    );
    assert_eq!(firm.refused("kind", &late).kind(), fondaco_core::ErrorKind::Conflict);
    firm.must("S", &late.on(DateRange::from(d("2026-07-01"))));
    firm.must("of a journal", &rule("T", Demand::Forbidden).account("5100").journal("GEN"));
    refused(
        &firm,
        &RemoveDimensionRule::new("U"),
        "there is no dimension rule U: set it first, or correct the code",
    );
}

#[test]
fn combinations_that_can_not_be() {
    let firm = with_centres(in_memory());
    let combination = || SetDimensionCombination::new("C", "cost_centre");
    refused(
        &firm,
        &combination().when("project", "P1"),
        "dimension rule C: it allows nothing: name values, or forbid the dimension",
    );
    refused(
        &firm,
        &combination().when("cost_centre", "10").value("20"),
        "dimension rule C: cost_centre can't go with itself: allow some values of it",
    );
    refused(
        &firm,
        &combination().between("19", "10"),
        "dimension rule C: 10 comes before 19: give the lesser one first",
    );
    let unknown = "there is no cost_centre 12: open it first, or correct the code";
    refused(&firm, &combination().value("12"), unknown);
    refused(&firm, &combination().deriving("12"), unknown);
    let projects = SetDimensionCombination::new("C", "project").when("cost_centre", "12");
    refused(&firm, &projects.value("any"), unknown);
    refused(
        &firm,
        &SetDimensionCombination::new("C", "project").under("any"),
        "there is no project any: open it first, or correct the code",
    );
    refused(
        &firm,
        &combination().when("site", "x").value("10"),
        "there is no dimension site: define it first, or correct the name",
    );
    refused(
        &firm,
        &RemoveDimensionCombination::new("C"),
        "there is no combination of dimensions C: set it first, or correct the code",
    );
    refused(
        &firm,
        &combination().account("7").value("10"),
        "there is no account 7: open it first, or correct the code",
    );
}
