//! What a run leaves out, for this machine lacks what it needs: said where it is found, and again at the end, where it is read.
//!
//! Tests note it in the file that the variable [`NAME`] names (`fondaco_testkit::left_out`); so do steps here. Who sets the variable says
//! the whole at the end, as `.ci/run` does; else the recipe does.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::step::announce;

/// Where the file's name is.
pub(crate) const NAME: &str = "FONDACO_LEFT_OUT";

/// The file of this run.
pub(crate) struct LeftOut {
    path: PathBuf,
    /// Whether it is this program's, which then says what is in it.
    own: bool,
}

impl LeftOut {
    /// The file of whoever runs this, or one of its own.
    #[allow(clippy::disallowed_methods, reason = "it is about this process")]
    pub(crate) fn of_this_run() -> LeftOut {
        match std::env::var_os(NAME).filter(|name| !name.is_empty()) {
            Some(name) => LeftOut { path: name.into(), own: false },
            None => {
                let name = format!("fondaco-left-out-{}", std::process::id());
                LeftOut { path: std::env::temp_dir().join(name), own: true }
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Notes what is left out, and why.
    pub(crate) fn note(&self, what: &str) {
        let line = format!("{}\n", what.replace('\n', " "));
        let file = fs::OpenOptions::new().create(true).append(true).open(&self.path);
        if let Err(error) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
            announce(&format!("{}: {error}; left out: {what}", self.path.display()));
        }
    }

    /// Says all of it, unless somebody else does.
    pub(crate) fn say(&self) {
        if self.own {
            let noted = fs::read_to_string(&self.path).unwrap_or_default();
            summary(&noted).iter().for_each(|line| announce(line));
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Each thing once, with how often it was left out.
fn summary(noted: &str) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    noted.lines().for_each(|line| *counts.entry(line).or_default() += 1);
    let times = |count: usize| if count == 1 { String::new() } else { format!(" ({count} times)") };
    let lines = counts.into_iter().map(|(what, count)| format!("LEFT OUT: {what}{}", times(count)));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_said_once() {
        let noted = "PostgreSQL, for there is none\nChromium\nPostgreSQL, for there is none\n";
        let said = ["LEFT OUT: Chromium", "LEFT OUT: PostgreSQL, for there is none (2 times)"];
        assert_eq!(summary(noted), said);
        assert!(summary("").is_empty());
    }

    #[test]
    fn what_is_noted_is_kept_for_who_asked_for_it() {
        let path = std::env::temp_dir().join(format!("left-out-test-{}", std::process::id()));
        let file = LeftOut { path: path.clone(), own: false };
        file.note("deny: it is not\ninstalled");
        file.note("Chromium");
        file.say(); // another does
        let kept = fs::read_to_string(&path);
        let _ = fs::remove_file(&path);
        assert_eq!(kept.ok().as_deref(), Some("deny: it is not installed\nChromium\n"));
    }
}
