//! What the runner prints: a line per file as it goes, then the failures, then what is not done yet
//! and why, then the sum.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

use crate::case::{Case, Verdict};

#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) unsupported: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.unsupported += other.unsupported;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, unsupported } = self;
        write!(f, "{passed} passed, {failed} failed, {unsupported} unsupported")
    }
}

#[derive(Default)]
pub(crate) struct Report {
    sum: Tally,
    failures: Vec<String>,
    /// Cases and files by reason.
    unsupported: BTreeMap<String, (usize, usize)>,
    not_found: Vec<&'static str>,
}

impl Report {
    /// Takes in the judged cases of one file and prints its line.
    pub(crate) fn file(&mut self, file: &str, cases: &[(Case, Verdict)]) {
        let mut tally = Tally::default();
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for (case, verdict) in cases {
            match verdict {
                Verdict::Passed => tally.passed += 1,
                Verdict::Failed { actual } => {
                    tally.failed += 1;
                    self.failures.push(failure(file, &case.id, &case.expected, actual));
                }
                Verdict::Unsupported { reason } => {
                    tally.unsupported += 1;
                    *reasons.entry(format!("{file}: {reason}")).or_default() += 1;
                }
            }
        }
        for (reason, count) in reasons {
            self.add_reason(reason, count);
        }
        self.line(file, tally);
    }

    /// A file that nobody has written an adapter for.
    pub(crate) fn without_adapter(&mut self, file: &str, cases: usize) {
        self.add_reason("no adapter yet".to_owned(), cases);
        self.line(file, Tally { unsupported: cases, ..Tally::default() });
    }

    /// A file that its adapter could not read.
    pub(crate) fn unreadable(&mut self, file: &str, why: &str) {
        self.failures.push(failure(file, "(the file itself)", "a file we can read", why));
        self.line(file, Tally { failed: 1, ..Tally::default() });
    }

    /// A file that has an adapter and is not there.
    pub(crate) fn not_found(&mut self, file: &'static str) {
        self.not_found.push(file);
    }

    /// Prints the rest, and says whether all is well.
    pub(crate) fn finish(self) -> bool {
        for failure in &self.failures {
            println!("{failure}");
        }
        for file in &self.not_found {
            println!("not found, so not run: {file}");
        }
        for (reason, (cases, files)) in &self.unsupported {
            println!("unsupported: {cases} in {files} file(s): {reason}");
        }
        println!("sum: {}", self.sum);
        self.sum.failed == 0
    }

    fn add_reason(&mut self, reason: String, count: usize) {
        let (cases, files) = self.unsupported.entry(reason).or_default();
        *cases += count;
        *files += 1;
    }

    fn line(&mut self, file: &str, tally: Tally) {
        println!("{file}: {tally}");
        self.sum += tally;
    }
}

fn failure(file: &str, id: &str, expected: &str, actual: &str) -> String {
    format!("FAILED {file}: {id}\n  expected {expected}\n  actual   {actual}")
}
