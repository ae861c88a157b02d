//! The queue's own acts: what a tick commits.

use smol_str::{SmolStr, format_smolstr};

use super::handlers::Handler;
use super::look::Ready;
use super::{Backoff, DueClock, DueError, DueItem, Refused, TICK};
use crate::policy::Request;
use crate::store::{Event, Record, Value};
use crate::{ActError, CommandId, ErrorKind, Halt, Id, Timestamp, Tx};

/// Why a command of a tick stores nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Stop {
    /// The item is no longer what it was when the queue was read.
    #[error("somebody else was there")]
    Elsewhere,
    /// The handler refused.
    #[error("{}", .0.why())]
    Refused(Refused),
    /// Passed on.
    #[error(transparent)]
    Halt(#[from] Halt),
}

impl ActError for Stop {
    fn halt(&self) -> Option<&Halt> {
        if let Stop::Halt(halt) = self { Some(halt) } else { None }
    }
    fn code(&self) -> &'static str {
        match self {
            Stop::Elsewhere => "due.elsewhere",
            Stop::Refused(_) => "due.refused",
            Stop::Halt(halt) => halt.code(),
        }
    }
    fn kind(&self) -> ErrorKind {
        self.halt().map_or(ErrorKind::Refused, Halt::kind)
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Stop {
        match refused.halt() {
            Some(halt) if !halt.is_refusal() => Stop::Halt(halt.clone()),
            _ => Stop::Refused(refused),
        }
    }
}

/// The item of the same key that the handler put on the queue, and when it is due; whether it changed others too.
pub(super) type Following = (Option<(Id<DueItem>, i64)>, bool);

/// A clock may be set back, and the same time be told again: that is another tick, so where the company stood tells them apart.
pub(super) fn command_of_tick(now: Timestamp, position: u64) -> CommandId {
    CommandId::derived("due tick:", &format_smolstr!("{}/{position}", now.micros()))
}

pub(super) fn command_of_item(ready: &Ready) -> CommandId {
    CommandId::derived("due item:", &ready.id.to_string())
}

pub(super) fn command_of_refusal(ready: &Ready) -> CommandId {
    CommandId::derived("due refusal:", &format_smolstr!("{}/{}", ready.id, ready.tries))
}

/// Notes that a tick of this time does something. Runs at most once per tick, before its first item.
pub(super) fn open(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Stop> {
    tx.authorize(&Request::new(&TICK))?;
    match tx.get::<DueClock>(&DueClock::main())? {
        Some(clock) if clock.ticked >= now => Err(Stop::Elsewhere),
        Some(_) => Ok(tx.put(DueClock::at(now))?),
        None => Ok(tx.insert(DueClock::at(now))?),
    }
}

/// Takes an item off the queue and has it carried out.
pub(super) fn carry_out(
    tx: &mut Tx<'_>,
    ready: &Ready,
    handler: &Handler<'_>,
) -> Result<Following, Stop> {
    tx.authorize(&Request::new(&TICK))?;
    let item = still_ready(tx, ready)?;
    tx.delete::<DueItem>(&item.due_key())?;
    tx.emit(event("due.carried_out", &item).with("at", Value::Instant(item.at)));
    (handler.handle)(tx, &item)?;
    let others = changes_others(tx);
    match tx.due_item(&item.kind, &item.subject)? {
        None => Ok((None, others)),
        Some(next) if next.at > item.at => Ok((Some((next.id, next.at.micros())), others)),
        Some(next) => Err(not_later(&item, next.at).into()),
    }
}

/// Whether this act has changed more of the queue than the item it is about.
fn changes_others(tx: &Tx<'_>) -> bool {
    let staged = tx.stage.staged(DueItem::TABLE);
    staged.is_some_and(|staged| {
        staged.slots.len() > 1 || staged.inserts.as_ref().is_some_and(|rows| !rows.is_empty())
    })
}

/// Keeps a refused item, with what it was refused for and when it is tried again.
pub(super) fn note_refusal(
    tx: &mut Tx<'_>,
    ready: &Ready,
    refused: &Refused,
    backoff: Backoff,
) -> Result<(u32, Option<i64>), Stop> {
    tx.authorize(&Request::new(&TICK))?;
    let item = still_ready(tx, ready)?;
    if item.tries != ready.tries {
        return Err(Stop::Elsewhere);
    }
    let tries = item.tries.saturating_add(1);
    let try_at = backoff.next(tx.now(), tries);
    // A host's own code may hold anything; a stored text may not.
    let code: SmolStr = refused.code().replace('\0', "\u{fffd}").into();
    let noted = event("due.refused", &item).with("code", Value::Text(code.clone()));
    tx.emit(noted.with("tries", Value::I64(i64::from(tries))));
    tx.put(DueItem { tries, try_at, refused: Some(code), ..item })?;
    Ok((tries, try_at.map(Timestamp::micros)))
}

/// The item as it stands, if it is the one that was read, and its time has come by the tick's.
fn still_ready(tx: &mut Tx<'_>, ready: &Ready) -> Result<DueItem, Stop> {
    let item = tx.due_item(&ready.place.kind, &ready.place.subject)?.ok_or(Stop::Elsewhere)?;
    let now = tx.now();
    if item.id != ready.id || item.try_at.is_none_or(|at| at > now) {
        return Err(Stop::Elsewhere);
    }
    Ok(item.as_ref().clone())
}

fn event(name: &'static str, item: &DueItem) -> Event {
    let (kind, subject) = item.due_key();
    Event::new(name).with("kind", Value::Text(kind)).with("subject", Value::Text(subject))
}

/// Else one tick would carry it out again and again.
fn not_later(item: &DueItem, next: Timestamp) -> Refused {
    let (kind, subject) = item.due_key();
    DueError::NotLater { kind, subject, next, at: item.at }.into()
}
