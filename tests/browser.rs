//! Pages as a browser lays them out, on a phone and on a desk: what has few figures is all in sight, and nothing is broken over lines
//! that should not be. It takes a Chromium; where there is none, the test says that it was left out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers may fail the test")]
#![allow(clippy::disallowed_methods, unreachable_pub, reason = "it starts a browser")]
#![allow(dead_code, reason = "other tests print pages")]

use fondaco::core::report::{Column, Page, Row};
use fondaco::prelude::*;

#[path = "common/chromium.rs"]
mod chromium;

use chromium::{chromium, measured};

/// Two statements side by side, a trial balance, and a ledger with more columns than a phone has room for.
fn page() -> String {
    let amounts = |names: &[&str]| -> Vec<Column> {
        names.iter().map(|name| Column::amount((*name).to_owned(), Currency::USD)).collect()
    };
    let table = |title: &str, figures: Vec<Column>, cells: &[&str]| {
        let columns = [Column::text("Account"), Column::text("Name").naming_rows()];
        let mut report = Report::new(title.to_owned()).columns(columns).columns(figures);
        let row = |name: &str| {
            let figures = cells.iter().map(|cell| cell.parse::<Decimal>().unwrap().into());
            ["1150".into(), name.into()].into_iter().chain(figures).collect::<Vec<_>>()
        };
        report.push(Row::heading(["1".into(), "Assets".into()]));
        report.push(Row::new(row("Recoverable purchase tax")).at_level(2));
        report.push(Row::total(row("Total liabilities and equity")));
        report
    };
    let mut compared =
        amounts(&["1 Oct 2013 to 31 Dec 2013", "1 Jul 2013 to 30 Sep 2013", "Change"]);
    compared.push(Column::percent("Change in %"));
    let long = "135157516.12";
    Page::new("Wide")
        .report(table(
            "Compared",
            compared,
            &["52665688.57", "40036412.88", "-12629275.69", "-1.118"],
        ))
        .report(table(
            "Trial balance",
            amounts(&["Debit", "Credit", "Balance"]),
            &[long, long, long],
        ))
        .report(table("Wider", amounts(&["A", "B", "C", "D", "E", "F"]), &[long; 6]))
        .to_html(&Locale::en())
}

#[test]
fn on_a_phone_statements_fit_and_only_what_is_wider_scrolls() {
    let Some(chromium) = chromium() else {
        fondaco_testkit::left_out("pages in a browser, for there is no Chromium");
        return;
    };
    let fit = ["Compared:fits:0", "Trial balance:fits:0"];
    for width in [360, 375, 390] {
        let phone = measured(&chromium, &page(), width);
        assert_eq!(phone, [fit[0], fit[1], "Wider:scrolls:0", "page:fits:0"], "at {width} pixels");
    }
    let desk = measured(&chromium, &page(), 1280);
    assert_eq!(desk, [fit[0], fit[1], "Wider:fits:0", "page:fits:0"], "at 1280 pixels");
}
