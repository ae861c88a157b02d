//! The workbench of payroll rules says what it finds: a good file and a wrong one, a case with its reasons, whose pay changes, and what is
//! wrong with a command line.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a test's helpers may fail the test"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use fondaco::payroll::RuleSet;

mod program;
#[path = "example_data/scratch.rs"]
mod scratch;

/// What it prints, and what it complains of.
fn run(program: &Path, line: &[&str]) -> (bool, String, String) {
    let output = Command::new(program).args(line).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_workbench_checks_explains_and_compares() {
    let program = program::example("payroll_rules");
    let estonia = concat!(env!("CARGO_MANIFEST_DIR"), "/../payroll/jurisdictions/estonia.toml");
    let (before, after) = (format!("{estonia}@2025-06-30"), format!("{estonia}@2026-06-30"));

    assert!(run(&program, &["check", estonia]).0);
    let wrong = scratch::fresh(".toml");
    let said = fs::read_to_string(estonia).unwrap().replacen("\"2025-01-01\"", "\"2025-13-01\"", 1);
    fs::write(&wrong, said).unwrap();
    let (good, told, _) = run(&program, &["check", wrong.to_str().unwrap()]);
    assert!(!good && told.contains("\"2025-13-01\" is no day"), "{told}");

    let case = ["--input", "salary=2000.00", "pension_rate=4%", "--of", "income_tax"];
    let (_, slip, _) = run(&program, &[&["explain", before.as_str()][..], &case].concat());
    for part in ["Net pay", "1,488.63", "Paid by the employer on top", "income_tax"] {
        assert!(slip.contains(part), "no {part} in {slip}");
    }

    let grid = |range| run(&program, &["diff", &before, &after, "--grid", range]);
    let (_, changes, _) = grid("salary=500..2500/500");
    assert!(changes.contains("of 5 cases change: net pay of "), "{changes}");
    // The tax is less because a figure of the law is more.
    assert!(changes.contains("full_exemption 654.00 to 700.00"), "{changes}");
    let (good, _, why) = grid("salary=2500..500/100");
    assert!(!good && why.contains("the smaller comes first"), "{why}");
    let (good, _, why) = run(&program, &["look", &before]);
    assert!(!good && why.contains("none of check, taxability, explain, diff"), "{why}");

    // A state's file is checked behind its federation's, with its own lines.
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../payroll/jurisdictions");
    let federal = format!("{rules}/united_states.toml");
    let state = format!("{rules}/united_states/pennsylvania.toml");
    let both = format!("{federal}+{state}");
    assert!(run(&program, &["check", &both]).0);
    assert!(!run(&program, &["check", &state]).0);
    let broken = scratch::fresh(".toml");
    let said = fs::read_to_string(&state).unwrap().replacen("* pa_tax_rate", "* pa_rate", 1);
    let line = 1 + said.lines().position(|line| line.contains("* pa_rate")).unwrap();
    fs::write(&broken, said).unwrap();
    let broken = broken.display().to_string();
    let (good, told, _) = run(&program, &["check", &format!("{federal}+{broken}")]);
    assert!(!good && told.contains(&format!("{broken}:{line}:")), "{told}");
    let case = ["--input", "frequency=biweekly", "wages=2000", "pa_unemployment_rate=3.822%"];
    let (_, slip, _) =
        run(&program, &[&["explain", &format!("{both}@2026-03-31")][..], &case].concat());
    assert!(slip.contains("61.40"), "{slip}");

    // Rules of JSON are the same rules.
    let file = RuleSet::from_toml(&fs::read_to_string(estonia).unwrap()).unwrap().file().clone();
    let json = scratch::fresh(".json");
    fs::write(&json, serde_json::to_string_pretty(&file).unwrap()).unwrap();
    let json = json.display().to_string();
    assert!(run(&program, &["check", &json]).0);
    let case = ["--input", "salary=2000.00", "pension_rate=4%"];
    let (_, slip, _) =
        run(&program, &[&["explain", &format!("{json}@2025-06-30")][..], &case].concat());
    assert!(slip.contains("1,488.63"), "{slip}");
    fs::write(&json, "{\"name\": \"demo\", \"wages\": 1}").unwrap();
    let (good, told, _) = run(&program, &["check", &json]);
    assert!(!good && told.contains(&format!("{json}:1:")) && told.contains("wages"), "{told}");
}
