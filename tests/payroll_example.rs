//! The example that pays a company does what it says: runs, a payslip with its reasons, a file for the bank, a page; and a second run pays
//! nobody twice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub,
    reason = "a test's helpers may fail the test"
)]

use std::{
    fs,
    process::{Command, Output},
};

#[path = "common/chromium.rs"]
mod chromium;
mod program;
#[path = "example_data/scratch.rs"]
mod scratch;

use scratch::{adventure_works, fresh};

#[test]
fn a_second_run_pays_nobody_twice_and_tells_the_same() {
    let (store, page) = (fresh(".db"), fresh(".html"));
    let argument = format!("sqlite:{}", store.display());
    let line = ["--store", &argument, "--page", page.to_str().unwrap()];
    let program = program::example("payroll");
    let run = || good(&Command::new(&program).args(line).output().unwrap());
    let (first, second) = (run(), run());
    let bank = page.with_extension("ach");
    let (told, paid) = first.split_once("The bank's file").expect("a file is written");
    let (again, nothing) =
        second.split_once("Nothing was left to pay").expect("nobody is paid twice");
    assert_eq!(told, again);
    assert!(paid.contains("payments") && nothing.contains("The half year as a page"));
    for part in [
        "the federal law of 2025",
        "arrears",
        "2013-10-27 final",
        "Garnishment",
        "Payroll register",
        "Form W-2 2013",
        "Journal lines",
    ] {
        assert!(told.contains(part), "{part} is missing in {told}");
    }
    let file = fs::read_to_string(&bank).unwrap();
    assert!(file.lines().all(|line| line.len() == 94) && file.lines().count() % 10 == 0);
    let html = fs::read_to_string(&page).unwrap();
    for part in
        ["cost by cost centre", "Forecast of 2014", "Why federal income tax", "What was assumed"]
    {
        assert!(html.contains(part), "{part} is missing");
    }
    let payslip = fs::read_to_string(page.with_extension("payslip.html")).unwrap();
    for html in [&html, &payslip] {
        assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("<link"));
    }
    assert!(payslip.contains("Net pay") && payslip.contains("Year to date"));
    laid_out(&html, &payslip);
    for file in [page.with_extension("payslip.html"), page, bank] {
        fs::remove_file(&file).unwrap();
    }
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", store.display()));
    }
}

/// The 290 people of AdventureWorks, where this machine has its data. A half year of an unoptimised build takes a while, so it is paid once.
#[test]
fn the_real_company_is_paid_for_half_a_year() {
    let Some(data) = adventure_works() else { return };
    let page = fresh(".html");
    let line = ["--data", data.to_str().unwrap(), "--page", page.to_str().unwrap()];
    let told = good(&Command::new(program::example("payroll")).args(line).output().unwrap());
    for part in ["the federal law of 2025", "arrears", "Garnishment", "290", "The bank's file"] {
        assert!(told.contains(part), "{part} is missing in {told}");
    }
    let bank = fs::read_to_string(page.with_extension("ach")).unwrap();
    // One entry, a line that begins with 6, for each payment that the file's end counts.
    let entries = bank.lines().filter(|line| line.starts_with('6')).count();
    let end = bank.lines().find(|line| line.starts_with("9000")).unwrap();
    assert_eq!(end.get(13..21), Some(format!("{entries:08}").as_str()));
    // The last run of the half year, of one of the pay groups.
    assert!(entries > 100, "{entries} are paid");
    for ending in ["payslip.html", "ach", "html"] {
        fs::remove_file(page.with_extension(ending)).unwrap();
    }
}

/// No figure of the page or the payslip is broken over lines on a phone or a desk, and neither is wider than that; a payslip is printed on one
/// sheet, and has no table that has to be scrolled.
fn laid_out(page: &str, payslip: &str) {
    let Some(chromium) = chromium::chromium() else {
        fondaco_testkit::left_out("pages in a browser, for there is no Chromium");
        return;
    };
    for width in [390, 1280] {
        for (name, html) in [("page", page), ("payslip", payslip)] {
            let measured = chromium::measured(&chromium, html, width);
            assert!(measured.len() > 2, "{measured:?}");
            assert_eq!(measured.last().unwrap(), "page:fits:0", "{name} at {width} pixels");
            for table in &measured {
                assert!(table.ends_with(":0"), "{name} at {width} pixels: {table}");
                assert!(name == "page" || table.contains(":fits:"), "{width} pixels: {table}");
            }
        }
    }
    assert_eq!(chromium::sheets(&chromium, payslip), 1);
    assert!((2..=12).contains(&chromium::sheets(&chromium, page)));
}

/// What it printed; it must have ended well.
fn good(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}
