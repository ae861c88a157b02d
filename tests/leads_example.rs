//! The example that scores leads does what it says, on leads that it makes up and on real ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a test's helpers may fail the test"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

mod program;
#[path = "example_data/scratch.rs"]
mod scratch;

use scratch::fresh;

#[test]
fn leads_that_are_made_up_are_cleaned_scored_and_given_out() {
    let page = fresh(".html");
    let out = good(&run(&["--page", page.to_str().unwrap()]));
    for told in [
        "lines refused",
        "TotalVisits is \"many\": give a number",
        "demo-0498 is there twice",
        "area under the ROC curve",
        "Would the rules have found the buyers?",
        "Learning ranks worse than the rules by",
        "Who is next",
        "Who got them",
        "an average lead, and what each feature adds",
    ] {
        assert!(out.contains(told), "{told} is missing in {out}");
    }
    assert_eq!(good(&run(&[])).lines().count(), out.lines().count(), "it says the same each time");
    let html = fs::read_to_string(&page).unwrap();
    fs::remove_file(&page).unwrap();
    for part in [
        "Buyers found by asking the first",
        "Does it mean what it says?",
        "Leads by seller",
        "Its points by the rules",
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("<link"));
}

#[test]
fn real_leads_are_scored_as_well_as_they_are_elsewhere() {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = "shared/oracles/crm/datasets/x_education_leads_9col.csv";
    let Some(data) = from.ancestors().map(|up| up.join(file)).find(|path| path.is_file()) else {
        eprintln!("skipped: there is no {file} above {}", from.display());
        return;
    };
    let out = good(&run(&["--data", data.to_str().unwrap()]));
    let after = out.split_once("area under the ROC curve").unwrap().1;
    let auc: f64 = after.split_whitespace().next().unwrap().parse().unwrap();
    // scikit-learn reaches 0.852 on these leads, taught by four of five.
    assert!(auc > 0.84 && auc < 0.87, "{auc}");
}

#[test]
fn what_can_not_be_read_is_told() {
    let file = fresh(".csv");
    fs::write(&file, "ProspectID,LeadOrigin\n1,API\n").unwrap();
    let told = bad(&run(&["--data", file.to_str().unwrap()]));
    assert!(told.contains("has no column \"LeadSource\""), "{told}");
    fs::remove_file(&file).unwrap();
    assert!(bad(&run(&["--data", "nowhere.csv"])).contains("nowhere.csv"));
}

fn program() -> PathBuf {
    program::example("leads")
}

fn run(line: &[&str]) -> Output {
    let page = fresh(".html");
    let mut command = Command::new(program());
    command.args(line);
    if !line.contains(&"--page") {
        command.arg("--page").arg(&page);
    }
    let output = command.output().unwrap();
    let _ = fs::remove_file(&page);
    output
}

/// What it printed; it must have ended well.
fn good(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What it complained of; it must have ended with 1.
fn bad(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    errors
}
