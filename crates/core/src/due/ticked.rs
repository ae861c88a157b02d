//! What a tick did.

use std::fmt;

use smol_str::SmolStr;

use crate::report::{Cell, Column, Phrase, Report, Row, word};
use crate::{ErrorKind, Halt, Timestamp};

/// What came of a tick. Its text says it in a few lines.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ticked {
    /// The tick's time.
    pub now: Timestamp,
    /// The time of the newest tick, when this one came from before it: then nothing was done. A host whose clock was ahead
    /// by mistake sets it back with [`SetDueClock`](super::SetDueClock).
    pub past: Option<Timestamp>,
    /// What was carried out, in order.
    pub carried_out: Vec<CarriedOut>,
    /// What was refused, and stays.
    pub refused: Vec<RefusedItem>,
    /// What the actor of this tick may not do, and stays as it is for who may: no try is counted, and nobody waits for it.
    pub denied: Vec<DeniedItem>,
    /// How many items somebody else carried out, moved or cancelled while this tick ran.
    pub elsewhere: usize,
    /// Kinds that are due and that no handler takes.
    pub unhandled: Vec<Unhandled>,
    /// Kinds of which a row of the queue is damaged: their items before it were tried, and all of others.
    pub unreadable: Vec<Unreadable>,
    /// Whether the tick's limit ended it: there may be more, so tick again.
    pub more: bool,
}

/// An item that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedOut {
    /// See [`DueItem::kind`](super::DueItem::kind).
    pub kind: SmolStr,
    /// See [`DueItem::subject`](super::DueItem::subject).
    pub subject: SmolStr,
    /// When it was due, or was to be tried again.
    pub at: Timestamp,
    /// The position of its commit.
    pub position: u64,
}

/// An item that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedItem {
    /// See [`DueItem::kind`](super::DueItem::kind).
    pub kind: SmolStr,
    /// See [`DueItem::subject`](super::DueItem::subject).
    pub subject: SmolStr,
    /// The refusal's stable code.
    pub code: SmolStr,
    /// What can be done about it: a mistake of the program and damage stand apart from what an engine refuses.
    pub error: ErrorKind,
    /// The refusal in words.
    pub why: String,
    /// How often it was refused by now.
    pub tries: u32,
    /// When it is tried again; `None` when it is held.
    pub try_at: Option<Timestamp>,
}

/// An item that the actor of the tick may not carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeniedItem {
    /// See [`DueItem::kind`](super::DueItem::kind).
    pub kind: SmolStr,
    /// See [`DueItem::subject`](super::DueItem::subject).
    pub subject: SmolStr,
    /// When it was due, or was to be tried again.
    pub at: Timestamp,
    /// The denial's stable code.
    pub code: SmolStr,
    /// The denial in words.
    pub why: String,
}

/// A kind that is due and that no handler takes: its items stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhandled {
    /// The kind.
    pub kind: SmolStr,
    /// Since when its first item has been due.
    pub since: Timestamp,
}

/// A kind of which a row of the queue is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The kind; empty where the row is of a kind that nobody takes.
    pub kind: SmolStr,
    /// The damage's stable code.
    pub code: SmolStr,
    /// The damage in words.
    pub why: String,
}

impl Unreadable {
    pub(super) fn of(kind: SmolStr, damage: &Halt) -> Unreadable {
        Unreadable { kind, code: damage.code().into(), why: damage.to_string() }
    }
}

impl Ticked {
    pub(super) fn at(now: Timestamp) -> Ticked {
        let (carried_out, refused, denied, unhandled) = Default::default();
        Ticked {
            now,
            past: None,
            carried_out,
            refused,
            denied,
            elsewhere: 0,
            unhandled,
            unreadable: Vec::new(),
            more: false,
        }
    }

    /// Whether all that was met is as it should be: engines may refuse, but nothing was damaged, and no mistake of the program was
    /// met. What isn't is what a host wakes somebody for, since a tick goes on past it.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::due::{Due, Handlers, Queue};
    /// # let shop = shop();
    /// shop.run(envelope("remind"), "remind", |tx, _| {
    ///     tx.due(Due::new("shop.reminder", "shelf/1", tx.now())).map(|_| ())
    /// })?;
    /// let wrong = Handlers::new().on("shop.reminder", |_, _| Err(Halt::Bug("no such shelf".into()).into()));
    /// let ticked = Queue::new(&shop, wrong).tick(Timestamp::MAX)?;
    /// assert!(!ticked.is_sound());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_sound(&self) -> bool {
        let broken = |item: &RefusedItem| matches!(item.error, ErrorKind::Bug | ErrorKind::Corrupt);
        self.unreadable.is_empty() && !self.refused.iter().any(broken)
    }

    /// What became of each item, as people look at it; [`Display`](fmt::Display) is for logs.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::due::{Due, Handlers, Queue, Refused};
    /// # let shop = shop();
    /// shop.run(envelope("remind"), "remind", |tx, _| {
    ///     tx.due(Due::new("shop.reminder", "shelf/1", tx.now())).map(|_| ())
    /// })?;
    /// let shut = Handlers::new().on("shop.reminder", |_, _| Err(Refused::new("shop.shut", "it is shut")));
    /// let ticked = Queue::new(&shop, shut).tick(Timestamp::MAX)?;
    /// let csv = ticked.to_report().to_csv();
    /// assert!(csv.contains("shop.reminder,shelf/1,") && csv.contains(",refused,it is shut,shop.shut,"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let columns = ["Kind", "Subject", "Due", "Outcome", "Why", "Code", "Next try"];
        let report = Report::new(word("Carried out by the clock"));
        let mut report = report.columns(columns.map(|name| Column::text(word(name))));
        if let Some(past) = self.past {
            let said = Phrase::from(word("nothing done, the clock has been further before:"));
            return report.note(said.and(past.to_string()));
        }
        let time = |at: &Timestamp| Cell::text(at.to_string());
        for CarriedOut { kind, subject, at, .. } in &self.carried_out {
            let row = [kind.into(), subject.into(), time(at), word("carried out")];
            report.push(Row::new(row));
        }
        for RefusedItem { kind, subject, code, error, why, try_at, .. } in &self.refused {
            let next = try_at.as_ref().map_or_else(|| word("held"), time);
            let outcome = match error {
                ErrorKind::Bug => word("a mistake in the program"),
                ErrorKind::Corrupt => word("damaged"),
                _ => word("refused"),
            };
            let why = [outcome, why.as_str().into(), code.into(), next];
            let row = [kind.into(), subject.into(), Cell::Empty].into_iter().chain(why);
            report.push(Row::new(row));
        }
        for DeniedItem { kind, subject, at, code, why } in &self.denied {
            let why = [word("denied"), why.as_str().into(), code.into()];
            report.push(Row::new([kind.into(), subject.into(), time(at)].into_iter().chain(why)));
        }
        for Unhandled { kind, since } in &self.unhandled {
            report.push(Row::new([kind.into(), Cell::Empty, time(since), word("nobody takes it")]));
        }
        for Unreadable { kind, code, why } in &self.unreadable {
            let why = [word("damaged"), why.as_str().into(), code.into()];
            report.push(Row::new([kind.into(), Cell::Empty, Cell::Empty].into_iter().chain(why)));
        }
        let report = if report.rows.is_empty() { report.note(word("nothing")) } else { report };
        if self.more { report.note(word("more may be due")) } else { report }
    }
}

impl fmt::Display for Ticked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(past) = self.past {
            return write!(f, "{}: nothing done, the clock has been at {past} before", self.now);
        }
        let (done, refused) = (self.carried_out.len(), self.refused.len());
        write!(f, "{}: {done} carried out, {refused} refused", self.now)?;
        if !self.denied.is_empty() {
            write!(f, ", {} denied", self.denied.len())?;
        }
        if self.elsewhere > 0 {
            write!(f, ", {} met by somebody else", self.elsewhere)?;
        }
        if self.more {
            write!(f, ", more may be due")?;
        }
        for RefusedItem { kind, subject, code, why, tries, try_at, .. } in &self.refused {
            write!(f, "\n  {kind} for {subject}: {why} ({code}, try {tries}; ")?;
            match try_at {
                Some(at) => write!(f, "again at {at})")?,
                None => write!(f, "held)")?,
            }
        }
        for DeniedItem { kind, subject, code, why, .. } in &self.denied {
            write!(f, "\n  {kind} for {subject}: {why} ({code}; it stays for who may)")?;
        }
        for Unhandled { kind, since } in &self.unhandled {
            write!(f, "\n  {kind}: due since {since}, and no handler takes it")?;
        }
        for Unreadable { kind, code, why } in &self.unreadable {
            write!(
                f,
                "\n  {kind}: {why} ({code}; what comes after it of this kind was not tried)"
            )?;
        }
        Ok(())
    }
}
