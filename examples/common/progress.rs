//! Progress on standard error: one line that counts up on a terminal, a line per quarter where nobody watches.
//!
//! It asks no clock, so that an example prints the same on every run: a terminal's line changes with every whole percent.

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
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        Self {
            what: what.into(),
            total,
            done: 0,
            shown: None,
            terminal: io::stderr().is_terminal(),
        }
    }

    /// `steps` more are done.
    pub fn add(&mut self, steps: usize) {
        self.done = self.done.saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
        if let Some(text) = self.next_text() {
            // Progress that can't be shown is no reason to stop the work.
            let _ = write!(io::stderr(), "{text}");
        }
    }

    /// What to print now, if anything changed since.
    pub fn next_text(&mut self) -> Option<String> {
        let percent =
            self.done.min(self.total).saturating_mul(100).checked_div(self.total).unwrap_or(100);
        let step = if self.terminal { percent } else { percent / 25 * 25 };
        let news = self.shown.is_none_or(|shown| shown < step) && (self.terminal || step > 0);
        if !news {
            return None;
        }
        self.shown = Some(step);
        let Self { what, total, done, .. } = self;
        let end = if percent == 100 { "\n" } else { "" };
        Some(match self.terminal {
            true => format!("\r{what}: {done} of {total} ({percent} %){end}"),
            false => format!("{what}: {done} of {total}\n"),
        })
    }
}
