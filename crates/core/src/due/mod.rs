//! The due queue: all that happens by the clock, in one place.
//!
//! Expiries, reminders, time windows, recurring entries: an engine puts an item on the queue in the same commit as the
//! fact that causes it ([`Tx::due`](crate::Tx::due)), moves it or takes it off ([`Tx::cancel_due`](crate::Tx::cancel_due)).
//! Nothing happens by itself: the host says what time it is with [`Queue::tick`], and asks with [`Queue::next_due`] when to
//! come again. So a server, a cron job and an app on a phone all drive the same engines, and a test needs no clock.
//!
//! # What is promised
//! - **Exactly once.** Each item is carried out by a command of its own, in one commit with its removal from the queue (or
//!   its move to the next occurrence). The command's id comes from the item's, which is new whenever the item is put or
//!   moved. So ticks that come late, twice, out of order, or from two processes at once do no harm.
//! - **Never early**, and in order: by due time, then kind, then subject. After a week's sleep the occurrences of two series
//!   come as they would have come.
//! - **Never lost.** An item whose handler refuses, finds a damaged row or brings a mistake of the program to light stays on the queue,
//!   with the count of tries and the code, and is tried again by a named rule ([`Backoff`]); the others go on. What the actor of the tick may not do by the
//!   [policy](crate::policy) stays untouched for who may ([`Ticked::denied`]). An item of a kind that no handler takes stays untouched,
//!   and the tick says so ([`Ticked::unhandled`]).
//! - **No reading of clocks.** The time of an act is the tick's. A tick from before one that did something does nothing, and
//!   says so ([`Ticked::past`]).
//!
//! # How a host drives it
//! A server: tick, then sleep until something is due, though not longer than a minute or so, since another process may put
//! something earlier on the queue.
//!
//! ```no_run
//! # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
//! # use shop::*;
//! # use std::time::Duration;
//! use fondaco_core::due::{DueItem, Handlers, Queue};
//!
//! # let shop = shop();
//! let handlers = Handlers::new().on("shop.reminder", |tx, item| {
//!     tx.emit(Event::new("shop.remind").with("what", Value::text(&item.subject)));
//!     Ok(())
//! });
//! let queue = Queue::new(&shop, handlers);
//! loop {
//!     let ticked = queue.tick(Timestamp::now())?;
//!     println!("{ticked}");
//!     let wait = match queue.next_due()? {
//!         _ if ticked.more => Duration::ZERO, // a long sleep left more than one tick takes
//!         _ if !ticked.denied.is_empty() => Duration::MAX, // due, and for somebody else to do
//!         Some(at) => at.since(Timestamp::now()).to_std().unwrap_or(Duration::ZERO),
//!         None => Duration::MAX,
//!     };
//!     std::thread::sleep(wait.min(Duration::from_secs(60)));
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A cron job: call `tick(Timestamp::now())` until `more` is false, and end; if two runs overlap, each item is still
//! carried out once. An app on a phone: call it when it wakes, and ask the system for an alarm at `next_due()`; what fell
//! due meanwhile is done in order, each with its own due time in [`DueItem::at`] and the tick's time as the time of
//! recording. Handlers read both, and decide what being late means.
//!
//! # Dates
//! An item is due at an instant. What is due on a *day* is due when the company's day begins: its zone
//! ([`Tx::zone`](crate::Tx::zone), set by [`SetZone`](crate::calendar::SetZone)) gives the instant.

mod acts;
mod asynchronous;
mod backoff;
mod error;
mod handlers;
mod item;
mod look;
mod pass;
mod queue;
mod settle;
mod stage;
mod ticked;

pub use asynchronous::AsyncQueue;
pub use backoff::Backoff;
pub use error::{DueError, TickError};
pub use handlers::{DueHandler, Handlers, Refused};
pub use item::{Due, DueClock, DueItem, DueKey};
pub use look::items;
pub use queue::Queue;
pub use settle::{CancelDue, RetryDue, SetDueClock};
pub use ticked::{CarriedOut, DeniedItem, RefusedItem, Ticked, Unhandled, Unreadable};

use crate::engine::{Engine, Part};
use crate::policy::Permission;
use crate::store::{Record, Table};

/// The queue's tables: every driver that an engine [joins](crate::Driver::join) has them.
pub const TABLES: &[&Table] = &[DueItem::TABLE, DueClock::TABLE];

/// Carry out what is due; what an item does needs its own right besides.
pub const TICK: Permission = Permission::new("due.tick", "carry out what is due");
/// Retry and cancel items, and set the queue's clock.
pub const MANAGE: Permission =
    Permission::new("due.manage", "retry and cancel what is due, set the clock");

/// What can be allowed about the queue. Every driver with a policy knows it. Items are put on the queue by the acts of other
/// engines, under their permissions.
pub static ENGINE: Engine = Engine { name: "due", parts: &[&PART] };

static PART: Part = Part::new(&[DueClock::TABLE])
    .otherwise(&[(DueItem::TABLE, "put there by acts of engines, under their permissions")])
    .permissions(&[&TICK, &MANAGE]);
