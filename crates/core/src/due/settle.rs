//! What people do with the queue by hand.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{DueClock, DueError, DueItem, MANAGE};
use crate::policy::Request;
use crate::store::{Event, Value};
use crate::{Act, Timestamp, Tx};

/// Has a refused item tried by the next tick, because what it was refused for is mended.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::due::RetryDue;
/// # let shop = shop();
/// let retry = RetryDue { kind: "shop.count".into(), subject: "stock".into() };
/// let nothing = shop.carry_out(envelope("again"), &retry).unwrap_err();
/// assert_eq!(nothing.code(), "due.unknown_item");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryDue {
    /// See [`DueItem::kind`].
    pub kind: SmolStr,
    /// See [`DueItem::subject`].
    pub subject: SmolStr,
}

/// Takes an item off the queue, whatever it was for: for what no engine takes off itself.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::due::{CancelDue, Due};
/// # let shop = shop();
/// shop.run(envelope("remind"), "remind", |tx, _| {
///     tx.due(Due::new("shop.reminder", "shelf/1", tx.now())).map(|_| ())
/// })?;
/// let cancel = CancelDue { kind: "shop.reminder".into(), subject: "shelf/1".into() };
/// shop.carry_out(envelope("never mind"), &cancel)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelDue {
    /// See [`DueItem::kind`].
    pub kind: SmolStr,
    /// See [`DueItem::subject`].
    pub subject: SmolStr,
}

/// Sets the queue's clock: for a host whose own was ahead by mistake, so that its ticks now come from the past. What was
/// carried out early by that mistake stays carried out.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::due::{Due, Handlers, Queue, SetDueClock};
/// # let shop = shop();
/// # let now = envelope("x").time;
/// # shop.run(envelope("remind"), "remind", |tx, _| {
/// #     tx.due(Due::new("shop.reminder", "shelf/1", tx.now())).map(|_| ())
/// # })?;
/// let queue = Queue::new(&shop, Handlers::new().on("shop.reminder", |_, _| Ok(())));
/// queue.tick(Timestamp::MAX)?; // a clock that is very wrong
/// assert_eq!(queue.tick(now)?.past, Some(Timestamp::MAX));
/// shop.carry_out(envelope("set back"), &SetDueClock { to: now })?;
/// assert_eq!(queue.tick(now)?.past, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDueClock {
    /// The time from which ticks count again.
    pub to: Timestamp,
}

impl Act for RetryDue {
    type Answer = ();
    type Error = DueError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), DueError> {
        tx.authorize(&Request::new(&MANAGE))?;
        let RetryDue { kind, subject } = self;
        let unknown = || DueError::UnknownItem { kind: kind.clone(), subject: subject.clone() };
        let item = tx.due_item(kind, subject)?.ok_or_else(unknown)?;
        let try_at = Some(item.at); // never early: what was not refused waits for its time
        tx.emit(event("due.retried", kind, subject));
        tx.put(DueItem { try_at, ..item.as_ref().clone() })?;
        Ok(())
    }
}

impl Act for CancelDue {
    type Answer = ();
    type Error = DueError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), DueError> {
        tx.authorize(&Request::new(&MANAGE))?;
        let CancelDue { kind, subject } = self;
        if !tx.cancel_due(kind, subject)? {
            return Err(DueError::UnknownItem { kind: kind.clone(), subject: subject.clone() });
        }
        tx.emit(event("due.cancelled", kind, subject));
        Ok(())
    }
}

impl Act for SetDueClock {
    type Answer = ();
    type Error = DueError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), DueError> {
        tx.authorize(&Request::new(&MANAGE))?;
        match tx.get::<DueClock>(&DueClock::main())? {
            Some(_) => tx.put(DueClock::at(self.to))?,
            None => tx.insert(DueClock::at(self.to))?,
        }
        tx.emit(Event::new("due.clock_set").with("to", Value::Instant(self.to)));
        Ok(())
    }
}

fn event(name: &'static str, kind: &SmolStr, subject: &SmolStr) -> Event {
    let (kind, subject) = (Value::Text(kind.clone()), Value::Text(subject.clone()));
    Event::new(name).with("kind", kind).with("subject", subject)
}
