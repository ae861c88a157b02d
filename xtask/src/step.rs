//! One step of a recipe: a cargo command with a name, run from the
//! workspace's root with its output passed through.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use crate::left_out::LeftOut;

pub(crate) struct Step {
    name: &'static str,
    command: Command,
    needs: Option<Need>,
    with_postgres: bool,
    with_python: bool,
}

/// A tool that may be missing: its probe, and what to tell people who lack it.
struct Need {
    probe: Command,
    advice: &'static str,
}

impl Step {
    pub(crate) fn cargo(name: &'static str, arguments: &[&str]) -> Self {
        Self {
            name,
            command: cargo(arguments),
            needs: None,
            with_postgres: false,
            with_python: false,
        }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self
    }

    /// Leaves the step out, with the advice printed, where `cargo <probe>` does not succeed.
    pub(crate) fn only_where(mut self, probe: &[&str], advice: &'static str) -> Self {
        self.needs = Some(Need { probe: cargo(probe), advice });
        self
    }

    /// Runs the step beside a PostgreSQL server, one for all its programs.
    pub(crate) fn with_postgres(mut self) -> Self {
        self.with_postgres = true;
        self
    }

    /// Runs the step with an environment of Python, for the tests of its package.
    pub(crate) fn with_python(mut self) -> Self {
        self.with_python = true;
        self
    }

    fn run(mut self, left_out: &LeftOut) -> Outcome {
        if let Some(mut need) = self.needs
            && !succeeds(need.probe.stdout(Stdio::null()).stderr(Stdio::null()))
        {
            return Outcome::LeftOut(need.advice);
        }
        self.command.env(crate::left_out::NAME, left_out.path());
        #[cfg(unix)]
        let server = match self.with_postgres.then(crate::postgres::server) {
            Some(Ok(server)) => {
                self.command.env(crate::server::URL, server.url());
                Some(server)
            }
            Some(Err(why)) => {
                announce("no PostgreSQL, its tests are left out (or fail, with CI set)");
                left_out.note(&format!("the tests of the PostgreSQL store, for {why}"));
                None
            }
            None => None,
        };
        if self.with_python {
            set_python(&mut self.command, left_out);
        }
        if succeeds(&mut self.command) {
            return Outcome::Done;
        }
        #[cfg(unix)]
        if let Some(said) = server.and_then(|server| server.last_words()) {
            announce(&format!("PostgreSQL's log ends with:\n{said}"));
        }
        Outcome::Failed
    }
}

/// The tests leave themselves out where there is no Python; `none` tells them that it was looked for.
fn set_python(command: &mut Command, left_out: &LeftOut) {
    use crate::python::{PYTHON, Without, environment};
    match environment(root()) {
        Ok(interpreter) => {
            command.env(PYTHON, interpreter);
        }
        Err(Without::Python) => {
            announce("no Python of 3.10 or later, the tests of its package are left out");
            left_out
                .note("the tests of the Python package, for there is no Python of 3.10 or later");
            command.env(PYTHON, "none");
        }
        Err(Without::Packages(why)) => {
            announce("the tests of the Python package are left out (or fail, with CI set)");
            left_out.note(&format!("the tests of the Python package, for {why}"));
        }
    }
}

enum Outcome {
    Done,
    LeftOut(&'static str),
    Failed,
}

/// Runs the steps in order, up to the first that fails; what was left out is said last.
pub(crate) fn run_all(steps: Vec<Step>) -> ExitCode {
    let left_out = LeftOut::of_this_run();
    let done = run_each(steps, &left_out);
    left_out.say();
    announce(if done { "all done" } else { "failed" });
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether none failed.
fn run_each(steps: Vec<Step>, left_out: &LeftOut) -> bool {
    let count = steps.len();
    for (index, step) in steps.into_iter().enumerate() {
        let name = step.name;
        announce(&format!("[{}/{count}] {name}: {}", index + 1, as_typed(&step.command)));
        match step.run(left_out) {
            Outcome::Done => {}
            Outcome::LeftOut(advice) => {
                announce(&format!("{name} is left out"));
                left_out.note(&format!("{name}, for {advice}"));
            }
            Outcome::Failed => {
                announce(&format!("{name} failed"));
                return false;
            }
        }
    }
    true
}

/// On standard error, where cargo's own progress goes, so that the order on a screen is right.
pub(crate) fn announce(line: &str) {
    if std::io::stderr().is_terminal() {
        eprintln!("\x1b[1m==> {line}\x1b[0m");
    } else {
        eprintln!("==> {line}");
    }
}

fn as_typed(command: &Command) -> String {
    let words = command.get_args().map(|word| word.to_string_lossy());
    std::iter::once("cargo".into()).chain(words).collect::<Vec<_>>().join(" ")
}

/// The cargo that runs us, so that a toolchain chosen with `cargo +name xtask` stays chosen.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

fn succeeds(command: &mut Command) -> bool {
    match command.stdin(Stdio::null()).status() {
        Ok(status) => status.success(),
        Err(error) => {
            announce(&format!("{} does not start: {error}", as_typed(command)));
            false
        }
    }
}
