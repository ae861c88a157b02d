//! The examples as programs, for the tests that run them.

use std::path::PathBuf;
use std::process::Command;

/// The example of this name, built. With the features that `cargo xtask test` builds all of it with: then nothing is built
/// a second time.
#[allow(clippy::expect_used, clippy::unwrap_used, reason = "a test's helpers may fail the test")]
pub(crate) fn example(name: &str) -> PathBuf {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--offline", "--workspace", "--all-features", "--example", name]);
    build.arg("--message-format=json").current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let built = build.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let told = String::from_utf8(built.stdout).unwrap();
    let mut messages = told.lines().map(|line| serde_json::from_str(line).unwrap());
    let program = |message: serde_json::Value| {
        let found = message["target"]["name"] == name && message["executable"].is_string();
        found.then(|| message["executable"].as_str().unwrap().into())
    };
    messages.find_map(program).expect("cargo built the example")
}
