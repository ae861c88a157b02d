//! Children: this program again, told to live on a store until it is killed, or something fails.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};

use fondaco::core::store::Store;
use fondaco_testkit::faults::{Bank, Life, Trouble};

use crate::homes::Home;
use crate::needs;

/// What a child is told to do.
pub(crate) enum Task {
    /// Live the history of a seed from a step on.
    Life { seed: u64, step: u64 },
    /// Carry out the transfers of a bank.
    Bank { seed: u64 },
    /// Live until the disk is full, make room, live on, and say how it went.
    Full { seed: u64 },
}

/// The bank that several processes share.
pub(crate) fn shared_bank(seed: u64) -> Bank {
    Bank::new(seed).writers(3).transfers(60)
}

impl Task {
    fn words(&self) -> Vec<String> {
        match self {
            Task::Life { seed, step } => vec!["life".into(), seed.to_string(), step.to_string()],
            Task::Bank { seed } => vec!["bank".into(), seed.to_string()],
            Task::Full { seed } => vec!["full".into(), seed.to_string()],
        }
    }

    /// The command that runs it on a store.
    pub(crate) fn command(&self, home: &Home, place: &str) -> Result<Command, Trouble> {
        let mut command = Command::new(needs("this program", std::env::current_exe())?);
        command.args(["child", home.name, place]).args(self.words());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        Ok(command)
    }
}

/// A child that runs.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Result<Running, Trouble> {
        let mut child = needs("starting a child", command.spawn())?;
        let out = needs("a child's words", child.stdout.take().ok_or("it has none"))?;
        Ok(Running { child, lines: BufReader::new(out).lines() })
    }

    /// The next line that it says; `None` when it has ended.
    pub(crate) fn line(&mut self) -> Option<String> {
        self.lines.next()?.ok()
    }

    /// SIGKILL; what it had still said.
    pub(crate) fn kill(mut self) -> Vec<String> {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.lines.map_while(Result::ok).collect()
    }

    /// What it says until it ends, which must be well.
    pub(crate) fn end(mut self) -> Result<Vec<String>, Trouble> {
        let said: Vec<String> = self.lines.by_ref().map_while(Result::ok).collect();
        let status = needs("a child", self.child.wait())?;
        match status.success() {
            true => Ok(said),
            false => Err(Trouble::Broken(format!("a child ended with {status}: {said:?}"))),
        }
    }
}

/// The number after a word.
pub(crate) fn told(line: &str, word: &str) -> Option<u64> {
    line.strip_prefix(word)?.trim().parse().ok()
}

// ---- In the child

fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    // A parent that is gone hears nothing.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

pub(crate) fn live(words: &[String]) -> ExitCode {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [home, place, "life", seed, step] => with(home, |home| life(home, place, seed, step)),
        [home, place, "bank", seed] => with(home, |home| bank(home, place, seed)),
        [home, place, "full", seed] => with(home, |home| full(home, place, seed)),
        other => Err(Trouble::Broken(format!("no such child: {other:?}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Trouble::Failed(error)) => {
            say(format!("failed {}: {error}", error.code()));
            ExitCode::SUCCESS
        }
        Err(other) => {
            say(format!("broken {other}"));
            ExitCode::FAILURE
        }
    }
}

fn with(home: &str, task: impl FnOnce(&Home) -> Result<(), Trouble>) -> Result<(), Trouble> {
    task(needs("a child", Home::named(home).ok_or(format!("no store is called {home}")))?)
}

fn number(text: &str) -> Result<u64, Trouble> {
    needs(text, text.parse())
}

fn life(home: &Home, place: &str, seed: &str, step: &str) -> Result<(), Trouble> {
    let store = reopened(home, place)?;
    let mut life = Life::new(number(seed)?);
    life.skip(number(step)?);
    loop {
        say(format!("step {}", life.live(&store)?));
    }
}

fn bank(home: &Home, place: &str, seed: &str) -> Result<(), Trouble> {
    let store = (home.open)(place)?;
    let answered = |number| say(format!("transfer {number}"));
    shared_bank(number(seed)?).work(&store, &answered)
}

/// The store lies in a folder of its own on a small disk, beside `ballast`, which is what there is room for later: more than what is done then
/// takes, with the log that is copied into the file first.
fn full(home: &Home, place: &str, seed: &str) -> Result<(), Trouble> {
    let ballast = Path::new(place).with_file_name("ballast");
    needs("ballast", std::fs::write(&ballast, vec![7; 768 * 1024]))?;
    let store = reopened(home, place)?;
    let mut life = Life::new(number(seed)?);
    let error = loop {
        match life.live(&store) {
            Ok(_) => {}
            Err(Trouble::Failed(error)) => break error,
            Err(other) => return Err(other),
        }
    };
    let steps = life.steps();
    say(format!("full {steps} {}: {error}", error.code()));
    needs("room", std::fs::remove_file(&ballast))?;
    // With room it goes on, or says that it has to be opened again.
    let store = match life.live(&store) {
        Err(Trouble::Failed(error)) if error.to_string().contains("open it again") => {
            drop(store);
            reopened(home, place)?
        }
        other => other.map(|_| store)?,
    };
    (0..20).try_for_each(|_| life.live(&store).map(|_| ()))?;
    drop(store);
    let found = Life::new(number(seed)?).find(&reopened(home, place)?, life.steps())?;
    say(format!("found {found}"));
    Ok(())
}

fn reopened(home: &Home, place: &str) -> Result<Box<dyn Store>, Trouble> {
    let store = (home.open)(place)?;
    store.prepare(Life::TABLES)?;
    Ok(store)
}
