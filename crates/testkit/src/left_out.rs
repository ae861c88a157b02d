//! What a run of tests leaves out is said.

use std::io::Write;

/// Says that a test, or a part of one, is left out, for this machine lacks what it needs: `pages in a browser, for there is no Chromium`.
///
/// It is said on standard error, past what a passed test prints, and noted in the file that `FONDACO_LEFT_OUT` names: `cargo xtask` and
/// `.ci/run` say all of it at the end of a run.
///
/// ```
/// fondaco_testkit::left_out("an example, for it needs nothing");
/// ```
#[allow(clippy::disallowed_methods, reason = "it is about a run of tests")]
pub fn left_out(what: &str) {
    // Not through a macro: what a passed test prints is not shown.
    let _ = std::io::stderr().write_all(format!("LEFT OUT: {what}\n").as_bytes());
    if let Some(path) = std::env::var_os("FONDACO_LEFT_OUT").filter(|path| !path.is_empty()) {
        let line = format!("{}\n", what.replace('\n', " "));
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}
