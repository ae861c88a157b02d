//! What each recipe runs.

#![allow(clippy::disallowed_methods, reason = "a seed may be said, or new")]

use std::path::Path;

use crate::step::Step;

/// Where proptest looks for what its random cases come from: what passed a landing passes it again, and what is new is looked for by
/// [`properties`].
const SEED: &str = "PROPTEST_RNG_SEED";

/// Everything that proves behaviour. One `cargo test` covers units, integration tests, the oracle
/// runner (a test target without harness) and documentation examples, with every feature, and builds all examples.
/// Nothing has to be installed or started first, and one failure hides no other.
pub(crate) fn test() -> Vec<Step> {
    let test = ["test", "--workspace", "--all-features", "--no-fail-fast"];
    let seed = std::env::var(SEED).unwrap_or_else(|_| "20261127".into());
    vec![Step::cargo("test", &test).env(SEED, &seed).with_postgres().with_python()]
}

/// The properties with cases that nobody has seen, eight times as many; the seed finds a failure again.
pub(crate) fn properties(seed: Option<&str>) -> Vec<Step> {
    let test = ["test", "--workspace", "--all-features", "--no-fail-fast", "--lib", "--tests"];
    let today = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    let seed = seed.map_or_else(|| today.to_string(), Into::into);
    println!("the seed is {seed}");
    let step = Step::cargo("properties", &test).env(SEED, &seed).env("PROPTEST_CASES", "2048");
    vec![step.with_postgres().with_python()]
}

/// The oracle runner alone. It finds its default folder itself, so that plain `cargo test` finds the same one.
pub(crate) fn oracles(dir: Option<&Path>) -> Vec<Step> {
    let step = Step::cargo(
        "oracles",
        &["test", "--quiet", "--package", "fondaco", "--test", "oracles", "--"],
    );
    vec![match dir {
        Some(dir) => step.arg("--dir").arg(dir),
        None => step,
    }]
}

/// The tortures, by minutes, seed and name as told; without a word those rounds that belong to `test`.
pub(crate) fn torture(words: &[&str]) -> Vec<Step> {
    let target = ["test", "--quiet", "--package", "fondaco", "--all-features", "--test", "torture"];
    let step = Step::cargo("torture", &[&target[..], &["--"]].concat());
    vec![words.iter().fold(step, |step, word| step.arg(word)).with_postgres()]
}

pub(crate) fn fmt() -> Vec<Step> {
    vec![Step::cargo("fmt", &["fmt", "--all"])]
}

pub(crate) fn fmt_check() -> Vec<Step> {
    vec![Step::cargo("fmt --check", &["fmt", "--all", "--", "--check"])]
}

pub(crate) fn lint() -> Vec<Step> {
    let clippy =
        ["clippy", "--workspace", "--all-features", "--all-targets", "--", "--deny", "warnings"];
    vec![Step::cargo("lint", &clippy)]
}

/// As the world will see them: a public page that links to a private item is a warning only here.
pub(crate) fn docs() -> Vec<Step> {
    let doc = ["doc", "--workspace", "--all-features", "--no-deps"];
    // Of the engine whose parts are features: a page may not link to what is left out.
    let bare = ["doc", "--package", "fondaco-payroll", "--no-deps"];
    let steps = [Step::cargo("docs", &doc), Step::cargo("docs without features", &bare)];
    steps.map(|step| step.env("RUSTDOCFLAGS", "--deny warnings")).into()
}

/// cargo-deny takes four minutes to compile, so no recipe installs it; where it is missing, the step
/// says so and the rest goes on.
pub(crate) fn deny() -> Vec<Step> {
    let check = ["deny", "--all-features", "check"];
    let advice =
        "cargo-deny is not installed; `cargo install --locked cargo-deny` takes some minutes";
    vec![Step::cargo("deny", &check).only_where(&["deny", "--version"], advice)]
}

pub(crate) fn bench(name: Option<&str>) -> Vec<Step> {
    let step = Step::cargo("bench", &["bench", "--package", "fondaco", "--all-features"]);
    vec![match name {
        Some(name) => step.arg("--bench").arg(name),
        None => step.arg("--benches"),
    }]
}

/// Cheap and telling first: a missing blank line should not wait for the tests.
pub(crate) fn ci() -> Vec<Step> {
    [fmt_check(), lint(), docs(), deny(), test()].into_iter().flatten().collect()
}
