//! What was posted before a rule: listed, and left as it is.

use fondaco_core::DateRange;

use crate::*;

#[test]
fn what_would_not_satisfy_is_listed_before_and_after() {
    in_process().into_iter().take(2).map(|(name, store)| Firm::on(name, store)).for_each(|firm| {
        let firm = with_centres(firm);
        firm.post("with", rent("2026-03-01", &[("cost_centre", "10")]));
        let without = firm.post("without", rent("2026-03-02", &[]));
        firm.post("goods", cost("5000", "2026-03-03", &[]));
        let invoice = NewEntry { journal: "INV".into(), ..rent("2026-04-01", &[]) };
        firm.post("invoice", invoice);
        let rule = SetDimensionRule::new("COSTS", "cost_centre", Demand::Required).account("5");
        let unmet = |proposal: &DimensionProposal, days: &str, limit| {
            let days: DateRange = days.parse().unwrap();
            firm.view(|view| unmet(view, proposal, days, limit))
        };
        let proposed = DimensionProposal::Rule(rule.clone());
        let found = unmet(&proposed, "../..", 2);
        assert_eq!(found.count, 3);
        let places: Vec<_> =
            found.postings.iter().map(|row| (row.account.as_str(), row.date)).collect();
        assert_eq!(places, [("5000", d("2026-03-03")), ("5100", d("2026-03-02"))]);
        assert_eq!(found.postings[1].entry, without.id);
        assert_eq!(unmet(&proposed, "2026-03-03/2026-03-31", 9).count, 1);
        let in_inv = DimensionProposal::Rule(rule.clone().journal("INV"));
        assert_eq!(unmet(&in_inv, "../..", 9).count, 1);
        // What a nearer rule says otherwise is none of this one's.
        let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Optional).account("5100");
        firm.must("rents", &rents);
        assert_eq!(unmet(&proposed, "../..", 9).count, 1);
        // Nothing was set by asking.
        assert_eq!(unmet(&DimensionProposal::Standing, "../..", 9).count, 0);
        firm.must("costs", &rule);
        let standing = unmet(&DimensionProposal::Standing, "../..", 9);
        assert_eq!(
            (standing.count, standing.postings[0].why.code()),
            (1, "accounting.dimension_missing")
        );
        let east = SetDimensionCombination::new("EAST", "cost_centre")
            .account("5")
            .under("WEST")
            .or_none();
        let found = unmet(&DimensionProposal::Combination(east), "../..", 9);
        assert_eq!(
            (found.count, found.postings[0].why.code()),
            (1, "accounting.dimension_combination")
        );
        let nowhere = SetDimensionRule::new("X", "cost_centre", Demand::Required).account("7");
        let nowhere = DimensionProposal::Rule(nowhere);
        let error = firm.books.unmet(&nowhere, DateRange::always(), 1).unwrap_err();
        assert_eq!(error.code(), "accounting.unknown_account");
    });
}

/// Closings repeat what was judged: they are not listed.
#[test]
fn closings_are_left_out() {
    use fondaco_accounting::close::{CloseYear, SetClosing};
    let firm = with_centres(in_memory());
    firm.post("rent", rent("2026-03-01", &[]));
    firm.must("target", &SetClosing::new("3000", "GEN"));
    firm.must("close", &CloseYear::new(2026).early());
    let rule = SetDimensionRule::new("ALL", "cost_centre", Demand::Required);
    let found = firm.books.unmet(&DimensionProposal::Rule(rule), DateRange::always(), 9).unwrap();
    let accounts: Vec<_> = found.postings.iter().map(|row| row.account.as_str()).collect();
    assert_eq!(accounts, ["1000", "5100"]);
}
