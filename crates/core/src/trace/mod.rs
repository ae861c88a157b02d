//! What is seen from outside while acts are carried out: spans and events of [`tracing`](https://docs.rs/tracing), with the
//! feature `tracing`. Without it there is nothing, not even a check.
//!
//! Everything has the target `fondaco`. A name, once it is here, stays; fields may be added. Nothing personal is in any
//! of it: ids of companies, commands and jobs, counts, stable codes, positions. No actor, no text, no value of a record.
//! How long something took is what a subscriber measures between a span's ends: acts know no clock.
//!
//! # Spans
//! | name | level | of | fields |
//! |---|---|---|---|
//! | `act` | info | a command, from its first run to its answer | `company`, `command`, `act` |
//! | `view` | debug | a read-only unit of work | `company` |
//! | `read` | debug | one trip to the store | `asks` |
//! | `commit` | debug | one batch at the store | `changes`, `seen`, `check` |
//! | `job` | info | a run of a job, with its chunks' acts in it | `company`, `job`, `kind` |
//! | `fetch` | debug | what a chunk needs from outside | `job`, `chunk` |
//! | `tick` | info | a tick of the due queue, with its items' acts in it | `company` |
//!
//! # Events
//! An event's name is its message too, since most subscribers print the message alone.
//!
//! | name | level | when | fields |
//! |---|---|---|---|
//! | `act.done` | info | the answer is there | `position`, `replayed`, `runs`, `conflicts` |
//! | `act.refused` | info | the engine refuses | `code`, `runs`, `conflicts` |
//! | `act.failed` | warn | the store or the program failed | `code`, `runs`, `conflicts` |
//! | `act.again` | debug | the store refused the batch and the act runs again | `moved`, `clashes`, `short`, `late`, `conflicts` |
//! | `act.alone` | info | it lost too often, and other commits wait for it | `conflicts` |
//! | `job.progress` | info | before each chunk, and before the last commit | `job`, `chunks`, `phase`, `done`, `total` |
//! | `job.done`, `job.stopped` | info | a run of a job ends | `job`, `chunks` |
//! | `job.failed` | warn | a run of a job ends in a refusal or failure | `job`, `chunks`, `code` |
//! | `tick.done` | info | a tick ends | `carried`, `refused`, `denied`, `elsewhere`, `unhandled`, `damaged`, `past`, `more` |
//! | `tick.failed` | warn | a tick can't go on | `code`, `carried`, `refused`, `denied` |
//!
//! The field `act` says what the command is: the name of its type (`PostMany`), of a job's commits `job.begin`, `job.chunk`,
//! `job.finish`, `job.cancel`, `job.fail`, of the due queue's `due.open`, `due.carry_out`, `due.refuse`. Those of a tick count
//! [items](crate::due::Ticked).
//!
//! A `total` of -1 is an unknown one. `phase` and `kind` are words of the engine's, `code` is a stable code.
//!
//! ```
//! // What a host's subscriber may filter by; the tests hold the code and this page to it.
//! use fondaco_core::trace::{EVENTS, SPANS};
//! assert!(SPANS.iter().any(|known| known.name == "commit" && known.fields.contains(&"changes")));
//! assert_eq!(EVENTS.len(), 11);
//! ```

#[cfg(not(feature = "tracing"))]
#[path = "off.rs"]
mod seen;
#[cfg(feature = "tracing")]
#[path = "on.rs"]
mod seen;

pub(crate) use seen::*;

/// A span or event as it is documented on this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// `info`, `debug` or `warn`.
    pub level: &'static str,
    /// Its fields.
    pub fields: &'static [&'static str],
}

const fn known(name: &'static str, level: &'static str, fields: &'static [&'static str]) -> Known {
    Known { name, level, fields }
}

/// The target of all of it.
pub const TARGET: &str = "fondaco";

/// All spans.
pub const SPANS: &[Known] = &[
    known("act", "info", &["company", "command", "act"]),
    known("view", "debug", &["company"]),
    known("read", "debug", &["asks"]),
    known("commit", "debug", &["changes", "seen", "check"]),
    known("job", "info", &["company", "job", "kind"]),
    known("fetch", "debug", &["job", "chunk"]),
    known("tick", "info", &["company"]),
];

/// All events.
pub const EVENTS: &[Known] = &[
    known("act.done", "info", &["position", "replayed", "runs", "conflicts"]),
    known("act.refused", "info", &["code", "runs", "conflicts"]),
    known("act.failed", "warn", &["code", "runs", "conflicts"]),
    known("act.again", "debug", &["moved", "clashes", "short", "late", "conflicts"]),
    known("act.alone", "info", &["conflicts"]),
    known("job.progress", "info", &["job", "chunks", "phase", "done", "total"]),
    known("job.done", "info", &["job", "chunks"]),
    known("job.stopped", "info", &["job", "chunks"]),
    known("job.failed", "warn", &["job", "chunks", "code"]),
    known(
        "tick.done",
        "info",
        &["carried", "refused", "denied", "elsewhere", "unhandled", "damaged", "past", "more"],
    ),
    known("tick.failed", "warn", &["code", "carried", "refused", "denied"]),
];
