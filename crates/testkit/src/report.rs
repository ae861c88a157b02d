//! What a certification found: each promise of the contract, and whether the store kept it.

use std::fmt;

/// All that was checked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// One entry per check, in the order of the contract.
    pub checks: Vec<Checked>,
}

/// One promise of the contract, put to the test.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Checked {
    /// The check's name, as `group.promise`: stable, so that a host can look for it.
    pub name: &'static str,
    /// The promise that it proves.
    pub promise: &'static str,
    /// How it went.
    pub outcome: Outcome,
}

/// How a check went.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The store kept the promise.
    Kept,
    /// It did not.
    Broken {
        /// What differs; where `due` is empty, a sentence that tells all.
        what: String,
        /// What the store answered, or was found to have.
        came: String,
        /// What should have come.
        due: String,
        /// The calls that show it, in order, each with its answer: the fewest that were found to. Where threads were needed to
        /// show it, the calls of all of them, in the order of their answers.
        history: Vec<String>,
        /// How many calls the check had made when the promise broke.
        calls: usize,
    },
    /// The contract lets a store do without, and this one does.
    NotOffered {
        /// What it said.
        why: String,
    },
}

impl Report {
    /// The checks that failed.
    ///
    /// ```
    /// use fondaco_testkit::{Model, Suite};
    /// let report = Suite::new(Model::new).only("counters").run();
    /// for check in report.broken() {
    ///     println!("{}: {}", check.name, check.promise);
    /// }
    /// assert!(report.is_kept());
    /// ```
    pub fn broken(&self) -> impl Iterator<Item = &Checked> {
        self.checks.iter().filter(|check| matches!(check.outcome, Outcome::Broken { .. }))
    }

    /// The check called `name`.
    ///
    /// ```
    /// use fondaco_testkit::{Model, Outcome, Suite};
    /// let report = Suite::new(Model::new).only("counters").run();
    /// let sums = report.check("counters.sums");
    /// assert!(sums.is_some_and(|check| check.outcome == Outcome::Kept));
    /// ```
    pub fn check(&self, name: &str) -> Option<&Checked> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// Whether every promise that the store offers is kept.
    pub fn is_kept(&self) -> bool {
        self.broken().next().is_none()
    }

    /// For a `#[test]`: ends it with the report's text unless every promise is kept.
    ///
    /// # Panics
    /// When a promise is broken: that is what it is for.
    #[track_caller]
    #[allow(clippy::panic, reason = "the one place where a broken store ends a test")]
    pub fn assert(&self) {
        if !self.is_kept() {
            panic!("the store does not keep the contract\n{self}");
        }
    }
}

impl fmt::Display for Report {
    /// The broken promises, each with what came, what was due and the calls that show it; what is not offered; the count.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut kept, mut broken, mut not_offered) = (0, 0, 0);
        for check in &self.checks {
            match &check.outcome {
                Outcome::Kept => kept += 1,
                Outcome::NotOffered { why } => {
                    not_offered += 1;
                    writeln!(f, "not offered  {}: {why}", check.name)?;
                }
                Outcome::Broken { what, came, due, history, calls } => {
                    broken += 1;
                    writeln!(f, "BROKEN       {}: {}", check.name, check.promise)?;
                    writeln!(f, "             {what}")?;
                    if !due.is_empty() {
                        writeln!(f, "             what came: {came}")?;
                        writeln!(f, "             what was due: {due}")?;
                    }
                    let shown = history.len();
                    writeln!(f, "             the calls that show it, {shown} of {calls}:")?;
                    for (at, line) in history.iter().enumerate() {
                        writeln!(f, "             {:>3}. {line}", at + 1)?;
                    }
                }
            }
        }
        write!(f, "{kept} promises kept, {broken} broken, {not_offered} not offered")
    }
}
