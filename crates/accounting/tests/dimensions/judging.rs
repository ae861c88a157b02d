//! Which rule counts, what is filled in, which combinations hold; on every store.

use fondaco_core::DateRange;

use crate::*;

fn demand(code: &str, demand: Demand) -> SetDimensionRule {
    SetDimensionRule::new(code, "cost_centre", demand)
}

#[test]
fn the_nearest_rule_counts() {
    on_every_store(|firm| {
        let firm = with_centres(firm);
        firm.must("all", &demand("ALL", Demand::Forbidden));
        firm.must("costs", &demand("COSTS", Demand::Required).account("5"));
        firm.must("rent", &demand("RENT", Demand::Optional).account("5100"));
        firm.must(
            "rent inv",
            &demand("RENT-INV", Demand::Fixed("20".into())).account("5100").journal("INV"),
        );
        let refused = |name: &str, entry| firm.refused(name, &Post::new(entry)).to_string();
        // For all accounts: none.
        assert_eq!(
            refused("sale", cost("2000", "2026-03-01", &[("cost_centre", "10")])),
            "line 1, account 2000: cost_centre 10 may not be given, by rule ALL: leave it out, or post elsewhere",
        );
        // The heading's is nearer.
        assert_eq!(
            refused("goods", cost("5000", "2026-03-01", &[])),
            "line 1, account 5000: cost_centre is missing, which rule COSTS demands: give it, or have the rule fill it in",
        );
        firm.post("goods", cost("5000", "2026-03-01", &[("cost_centre", "10")]));
        // The account's is nearest: neither required nor forbidden.
        firm.post("rent without", rent("2026-03-01", &[]));
        firm.post("rent with", rent("2026-03-01", &[("cost_centre", "11")]));
        // And in this journal another.
        let invoice =
            |dimensions| NewEntry { journal: "INV".into(), ..rent("2026-03-01", dimensions) };
        assert_eq!(
            refused("invoice", invoice(&[("cost_centre", "10")])),
            "line 1, account 5100: cost_centre 10 is not 20, which rule RENT-INV fixes: leave it out, or post elsewhere",
        );
        let posted = firm.post("filled in", invoice(&[]));
        assert_eq!(first_line(&firm, posted.id), r#"{"cost_centre":"20"}"#);
        // What is nearer by account goes before what is nearer by journal.
        firm.must("5 inv", &demand("COSTS-INV", Demand::Forbidden).account("5").journal("INV"));
        firm.post("still filled in", invoice(&[]));
        firm.clean();
    });
}

#[test]
fn rules_hold_on_their_days() {
    let firm = with_centres(in_memory());
    let spring: DateRange = "2026-03-01/2026-05-31".parse().unwrap();
    firm.must("spring", &demand("SPRING", Demand::Required).account("5100").on(spring));
    let later = DateRange::from(d("2026-06-01"));
    firm.must("later", &demand("LATER", Demand::Forbidden).account("5100").on(later));
    firm.post("February", rent("2026-02-28", &[]));
    assert_eq!(firm.refused_entry(rent("2026-03-01", &[])), "accounting.dimension_missing");
    assert_eq!(firm.refused_entry(rent("2026-05-31", &[])), "accounting.dimension_missing");
    firm.post("June", rent("2026-06-01", &[]));
    let with = rent("2026-06-01", &[("cost_centre", "10")]);
    assert_eq!(firm.refused_entry(with), "accounting.dimension_forbidden");
    // Set again, a rule is another; taken away, it is none.
    firm.must("spring again", &demand("SPRING", Demand::Optional).account("5100").on(spring));
    firm.post("March", rent("2026-03-01", &[]));
    firm.must("gone", &RemoveDimensionRule::new("LATER"));
    firm.post("June with", rent("2026-06-01", &[("cost_centre", "10")]));
}

#[test]
fn all_combinations_hold() {
    in_process().into_iter().take(2).map(|(name, store)| Firm::on(name, store)).for_each(|firm| {
        let firm = with_centres(firm);
        let project =
            |code: &str| SetDimensionCombination::new(code, "cost_centre").when("project", "P1");
        firm.must("one", &project("ONE").between("10", "19").value("20"));
        firm.must("two", &project("TWO").under("EAST").under("WEST"));
        let rents = SetDimensionCombination::new("RENTS", "cost_centre")
            .account("5")
            .under("EAST")
            .or_none();
        firm.must("three", &rents);
        let of = |centre| vec![("project", "P1"), ("cost_centre", centre)];
        firm.post("10", rent("2026-03-01", &of("10")));
        assert_eq!(
            firm.refused("20", &Post::new(rent("2026-03-01", &of("20")))).to_string(),
            "line 1, account 5100: cost_centre 20 does not go with account 5 by combination RENTS, which allows \
             all under EAST, none: take one of these, or change the rest",
        );
        firm.post("elsewhere", cost("2000", "2026-03-01", &of("20")));
        // None is allowed by RENTS, and not by the others.
        assert_eq!(
            firm.refused("none", &Post::new(rent("2026-03-01", &[("project", "P1")]))).to_string(),
            "line 1, account 5100: cost_centre missing does not go with project P1 by combination ONE, which \
             allows 10 to 19, 20: take one of these, or change the rest",
        );
        firm.post("another project", rent("2026-03-01", &[("project", "P2")]));
        firm.must("gone", &RemoveDimensionCombination::new("ONE"));
        firm.must("gone too", &RemoveDimensionCombination::new("TWO"));
        firm.post("none now", rent("2026-03-01", &[("project", "P1")]));
    });
}

#[test]
fn what_follows_from_values_is_filled_in_one_after_the_other() {
    let firm = with_centres(in_memory());
    firm.must("segments", &DefineDimension::new("segment", "Segments"));
    firm.must("owners", &DefineDimension::new("a_owner", "Owners"));
    // By its code the second step comes first.
    let owner = SetDimensionCombination::new("A", "a_owner").when("segment", "retail");
    firm.must("a", &owner.deriving("carla"));
    let retail = SetDimensionCombination::new("B", "segment").when("cost_centre", "EAST");
    firm.must("b", &retail.deriving("retail"));
    let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Default("11".into()));
    firm.must("rents", &rents.account("5100"));
    let posted = firm.post("rent", rent("2026-03-01", &[]));
    let all = r#"{"a_owner":"carla","cost_centre":"11","segment":"retail"}"#;
    assert_eq!(first_line(&firm, posted.id), all);
    // A default lets another stand, and what is derived alone does not.
    let posted = firm.post("West", rent("2026-03-01", &[("cost_centre", "20")]));
    assert_eq!(first_line(&firm, posted.id), r#"{"cost_centre":"20"}"#);
    let other = rent("2026-03-01", &[("segment", "wholesale")]);
    assert_eq!(firm.refused_entry(other), "accounting.dimension_combination");
    // What an account forbids is not filled in there; the combination then lacks it.
    let never = SetDimensionRule::new("NEVER", "a_owner", Demand::Forbidden).account("5100");
    firm.must("never", &never);
    assert_eq!(firm.refused_entry(rent("2026-03-01", &[])), "accounting.dimension_combination");
    let or_none = SetDimensionCombination::new("A", "a_owner").when("segment", "retail").or_none();
    firm.must("or none", &or_none.deriving("carla"));
    let posted = firm.post("without an owner", rent("2026-03-01", &[]));
    assert_eq!(first_line(&firm, posted.id), r#"{"cost_centre":"11","segment":"retail"}"#);
}

/// A value stands where it does on the entry's date.
#[test]
fn combinations_go_by_the_tree_of_the_day() {
    let firm = with_centres(in_memory());
    let east = SetDimensionCombination::new("EAST", "cost_centre").account("5100").under("EAST");
    firm.must("east", &east);
    let west = MoveDimensionValue::new("cost_centre", "10", Some("WEST"), d("2026-07-01"));
    firm.must("move", &west);
    firm.post("June", rent("2026-06-30", &[("cost_centre", "10")]));
    let july = rent("2026-07-01", &[("cost_centre", "10")]);
    assert_eq!(firm.refused_entry(july), "accounting.dimension_combination");
}

#[test]
fn values_are_known_open_and_no_headings() {
    in_process().into_iter().map(|(name, store)| Firm::on(name, store)).for_each(|firm| {
        let firm = with_centres(firm);
        let refused =
            |value: &str, date: &str| firm.refused_entry(rent(date, &[("cost_centre", value)]));
        assert_eq!(refused("12", "2026-03-01"), "accounting.dimension_value_not_known");
        assert_eq!(refused("EAST", "2026-03-01"), "accounting.dimension_heading");
        let days = "2026-02-01/2026-02-28".parse().unwrap();
        firm.must("days", &ChangeDimensionValue::new("cost_centre", "10").on(days));
        assert_eq!(refused("10", "2026-01-31"), "accounting.dimension_not_open");
        firm.post("February", rent("2026-02-28", &[("cost_centre", "10")]));
        assert_eq!(refused("10", "2026-03-01"), "accounting.dimension_not_open");
        // A free dimension takes any value, but holds those that were opened to their days.
        firm.post("any", rent("2026-03-01", &[("project", "any"), ("colour", "red")]));
        let over = NewDimensionValue::new("over", "Over").on(DateRange::until(d("2026-01-31")));
        firm.must("over", &OpenDimensionValues::new("project", vec![over]));
        let entry = rent("2026-03-01", &[("project", "over")]);
        assert_eq!(firm.refused_entry(entry), "accounting.dimension_not_open");
        let free = ChangeDimension::new("cost_centre").values(DimensionValues::Free);
        firm.must("free", &free);
        firm.post("12", rent("2026-03-01", &[("cost_centre", "12")]));
        firm.must("no others", &SetDimensionUse::new(DimensionUse::Defined));
        let entry = rent("2026-03-01", &[("colour", "red")]);
        assert_eq!(firm.refused_entry(entry), "accounting.dimension_not_defined");
        firm.must("others", &SetDimensionUse::new(DimensionUse::Any));
        firm.post("red", rent("2026-03-01", &[("colour", "red")]));
    });
}

/// Who defines nothing has what he had: any dimension, any value, no rows of rules read.
#[test]
fn without_definitions_everything_is_free() {
    let firm = in_memory().set_up();
    firm.post("any", rent("2026-03-01", &[("cost_centre", "anything"), ("x", "y")]));
    let settings = firm.view(|view| {
        use fondaco_core::Reading;
        Ok(view.peek::<Settings>(&"main".into())?)
    });
    assert_eq!(settings.unwrap().dimensions, None);
}
