//! Progress on standard error: one line that counts up on a terminal, a line per quarter where
//! nobody watches.
//!
//! It asks no clock, so that an example prints the same on every run: a terminal's line changes
//! with every whole percent.

use std::io::{self, IsTerminal, Write};

/// How far a long task is.
#[derive(Debug)]
pub struct Progress {
    what: String,
    total: u64,
    done: u64,
    shown: Option<u64>,
    terminal: bool,
}

impl Progress {
    /// Nothing done yet of `total` steps of `what`, say "sales orders".
    pub fn new(what: impl Into<String>, total: usize) -> Self {
        match io::stderr().is_terminal() {
            true => Self::terminal(what, total),
            false => Self::plain(what, total),
        }
    }

    /// For somebody who watches a terminal.
    pub fn terminal(what: impl Into<String>, total: usize) -> Self {
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        Self { what: what.into(), total, done: 0, shown: None, terminal: true }
    }

    /// For a file or a pipe.
    pub fn plain(what: impl Into<String>, total: usize) -> Self {
        Self { terminal: false, ..Self::terminal(what, total) }
    }

    /// `steps` more are done: counts and shows them.
    pub fn add(&mut self, steps: usize) {
        if let Some(text) = self.step(steps) {
            // Progress that can't be shown is no reason to stop the work.
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }

    /// `steps` more are done: counts them, and gives what is to be shown, if anything changed.
    pub fn step(&mut self, steps: usize) -> Option<String> {
        self.done = self.done.saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
        let percent =
            self.done.min(self.total).saturating_mul(100).checked_div(self.total).unwrap_or(100);
        let mark = if self.terminal { percent } else { percent / 25 * 25 };
        if self.shown.is_some_and(|shown| shown >= mark) || (mark == 0 && !self.terminal) {
            return None;
        }
        self.shown = Some(mark);
        let Self { what, total, done, .. } = self;
        Some(match self.terminal {
            true if percent == 100 => format!("\r{what}: {done} of {total} (100 %)\n"),
            true => format!("\r{what}: {done} of {total} ({percent} %)"),
            false => format!("{what}: {done} of {total}\n"),
        })
    }
}
