//! Statements, limits and allocations by headings of trees.

use fondaco_accounting::allocation::*;
use fondaco_accounting::reports::{FinancialQuery, Layout};
use fondaco_core::Currency;
use rust_decimal::Decimal;

use crate::*;

fn centre(code: &str) -> Vec<(&'static str, &str)> {
    vec![("cost_centre", code)]
}

/// 10 each for 10, 11, 20 and nobody; in July 10 goes to the West.
fn spending() -> Firm {
    let firm = with_centres(in_memory());
    for code in ["10", "11", "20"] {
        firm.post(code, rent("2026-03-01", &centre(code)));
    }
    firm.post("nobody's", rent("2026-03-01", &[]));
    let west = MoveDimensionValue::new("cost_centre", "10", Some("WEST"), d("2026-07-01"));
    firm.must("move", &west);
    firm
}

/// The columns of a statement: by which value, and what it costs.
fn costs(firm: &Firm, query: &FinancialQuery) -> Vec<(String, Decimal)> {
    let layout = Layout::shipped("plain-income-statement").unwrap();
    let statement = firm.books.financial_statement(&layout, query).unwrap();
    let of = |(at, column): (usize, &fondaco_accounting::reports::StatementColumn)| {
        let name = match &column.dimension {
            Some((_, Some(value))) => value.to_string(),
            Some((_, None)) => "without".to_owned(),
            None => "all".to_owned(),
        };
        (name, statement.amount("costs", at).unwrap().normalize())
    };
    statement.columns.iter().enumerate().map(of).collect()
}

#[test]
fn columns_by_level_tie_out_with_those_by_value() {
    let firm = spending();
    let at = |day| FinancialQuery::new().at(d(day));
    let named = |columns: Vec<(String, Decimal)>| -> Vec<String> {
        columns.into_iter().map(|(name, amount)| format!("{name} {amount}")).collect()
    };
    let by = |day, level| named(costs(&firm, &at(day).by_level("cost_centre", level)));
    assert_eq!(by("2026-06-30", 1), ["SALES 30", "without 10", "all 40"]);
    assert_eq!(by("2026-06-30", 2), ["EAST 20", "WEST 10", "without 10", "all 40"]);
    let flat = ["10 10", "11 10", "20 10", "without 10", "all 40"];
    assert_eq!(by("2026-06-30", 3), flat);
    assert_eq!(by("2026-06-30", 9), flat);
    assert_eq!(named(costs(&firm, &at("2026-06-30").by_dimension("cost_centre"))), flat);
    // The tree of the last day, for all columns, so that they compare.
    assert_eq!(by("2026-12-31", 2), ["EAST 10", "WEST 20", "without 10", "all 40"]);
    let both = at("2026-06-30").at(d("2026-12-31")).by_level("cost_centre", 2);
    let both = named(costs(&firm, &both));
    assert_eq!(both[..4], both[4..]);
    // Each column is the statement of its heading.
    for day in ["2026-06-30", "2026-12-31"] {
        for (name, amount) in costs(&firm, &at(day).by_level("cost_centre", 2)) {
            if ["EAST", "WEST"].contains(&name.as_str()) {
                let alone = costs(&firm, &at(day).under("cost_centre", name.as_str()));
                assert_eq!(alone, [("all".to_owned(), amount)], "{name} on {day}");
            }
        }
    }
}

#[test]
fn statements_refuse_headings_that_are_not_there() {
    let firm = spending();
    let layout = Layout::shipped("plain-income-statement").unwrap();
    let refused = |query: FinancialQuery| {
        firm.books.financial_statement(&layout, &query).unwrap_err().to_string()
    };
    let at = || FinancialQuery::new().at(d("2026-12-31"));
    assert_eq!(
        refused(at().under("cost_centre", "NORTH")),
        "there is no cost_centre NORTH: open it first, or correct the code",
    );
    let unknown = "there is no dimension site: define it first, or correct the name";
    assert_eq!(refused(at().under("site", "x")), unknown);
    assert_eq!(refused(at().by_level("site", 1)), unknown);
    assert_eq!(
        refused(at().by_level("cost_centre", 0)),
        "columns: levels of a tree are counted from 1: the topmost is 1",
    );
    let statement = firm.books.financial_statement(&layout, &at().under("cost_centre", "EAST"));
    assert!(statement.unwrap().to_string().contains("cost_centre EAST"));
}

/// A row opens down to the postings of its heading, which add up to it.
#[test]
fn rows_open_by_heading() {
    let firm = spending();
    let layout = Layout::shipped("plain-income-statement").unwrap();
    let query = FinancialQuery::new().at(d("2026-12-31")).by_level("cost_centre", 2);
    let open = |column| {
        let opened = firm.books.row_postings(&layout, &query, "costs", column).unwrap();
        opened.to_string().matches("2026-03-01").count()
    };
    assert_eq!((open(0), open(1), open(2), open(3)), (1, 2, 1, 4));
}

#[test]
fn limits_count_what_stands_under_their_heading_on_the_day() {
    on_every_store(|firm| {
        let firm = with_centres(firm);
        firm.post("before", rent("2026-03-01", &centre("10")));
        let limit = SetSpendingLimit::new("EAST", "East", Currency::EUR).account("5");
        firm.must("limit", &limit.clone().under("cost_centre", "EAST").refuse_above(eur("30")));
        firm.post("one", rent("2026-08-01", &centre("10")));
        firm.post("two", rent("2026-08-01", &centre("11")));
        firm.post("elsewhere", rent("2026-08-01", &centre("20")));
        let more = || rent("2026-08-01", &centre("11"));
        assert_eq!(firm.refused_entry(more()), "accounting.spending_limit");
        let held = RecordPending::new(NewPending::new(rent("2026-08-01", &centre("20"))));
        let held = firm.must("held", &held).id;
        // What counted in August counts no more, what was spent in March does.
        let west = MoveDimensionValue::new("cost_centre", "10", Some("WEST"), d("2026-07-01"));
        firm.must("move", &west);
        firm.clean();
        firm.post("three", more());
        let east = MoveDimensionValue::new("cost_centre", "20", Some("EAST"), d("2026-08-01"));
        firm.must("more comes", &east);
        firm.clean();
        let spent = || firm.books.spending("EAST", d("2026-08-01")).unwrap().lines[0].clone();
        assert_eq!((spent().spent, spent().held), (eur("40"), eur("10")));
        firm.must("captured", &PostPending::new(held)); // it was held before
        assert_eq!((spent().spent, spent().held), (eur("50"), eur("0")));
        firm.clean();
        let error = firm.refused(
            "nowhere",
            &SetSpendingLimit { code: "N".into(), ..limit.under("cost_centre", "NORTH") },
        );
        assert_eq!(error.code(), "accounting.unknown_dimension_value");
    });
}

#[test]
fn receivers_stand_under_their_heading_at_the_period_s_end() {
    let firm = spending();
    for (n, period) in [202_603, 202_607].into_iter().enumerate() {
        let heads = RecordStatistics::new("heads", period).value("10", dec("1"));
        firm.must(&format!("heads {n}"), &heads.value("11", dec("1")));
    }
    firm.post("July", rent("2026-07-05", &centre("20")));
    let rule =
        SetAllocation::new("r", "R", "GEN", "5100", "cost_centre", "20").by_statistic("heads");
    firm.must("r", &rule.clone().among("EAST"));
    let parts = |period| {
        let shared = firm.books.allocation("r", period).unwrap();
        shared
            .lines
            .iter()
            .map(|line| format!("{} {}", line.value, line.amount))
            .collect::<Vec<_>>()
    };
    assert_eq!(parts(202_603), ["10 5.00 EUR", "11 5.00 EUR"]);
    assert_eq!(parts(202_607), ["11 10.00 EUR"]);
    firm.must("run", &Allocate::new("r", 202_607));
    assert_eq!(firm.sum(&BalanceQuery::account("5100").under("cost_centre", "EAST")), "20");
    firm.must("nobody", &rule.clone().among("20"));
    let none = firm.books.allocation("r", 202_603).unwrap_err();
    assert_eq!(none.code(), "accounting.allocation_without_base");
    assert_eq!(
        firm.refused("nowhere", &rule.among("NORTH")).code(),
        "accounting.unknown_dimension_value",
    );
    firm.clean();
}
