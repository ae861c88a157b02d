//! The unit of work: what a business act reads, decides and stages.
//!
//! An act is a plain function over a [`Tx`]: it reads what it needs, decides, and stages changes; the driver commits them
//! all or nothing. It may run several times (something was not loaded, somebody else was there first), so it takes its
//! time and its ids from the `Tx` and nothing from anywhere else.
//!
//! # Three strengths of reading
//! - [`get`](Tx::get), [`get_many`](Tx::get_many), [`scan`](Tx::scan): the decision rests on what was read, absence
//!   included; if it changes before the commit, the act runs again.
//! - [`peek`](Reading::peek), [`peek_many`](Reading::peek_many), [`peek_scan`](Reading::peek_scan): read without resting on it. A changed row
//!   that is then put is still a conflict.
//! - A [`View`] reads everything from one held snapshot, and can't stage anything.
//!
//! A `Tx` sees what it staged itself.
//!
//! # Examples
//! The examples of this module and of the [drivers](crate::driver) share a small shop: `shop()` is
//! a driver over a new store in which shelf 1 has the label "door", shelf 2 "window", and of item 7
//! there are 10 pieces; `envelope` makes an envelope for a command's name. Its tables:
//!
//! ```
//! use fondaco_core::Id;
//! use fondaco_core::store::{Drawn, Personal, Record};
//! use smol_str::SmolStr;
//!
//! #[derive(Record, Debug, Clone, PartialEq)]
//! #[record(
//!     table = "shelf", kind = state, key(number),
//!     index(by_label(label), unique), guard(all()),
//! )]
//! struct Shelf { number: i64, label: SmolStr }
//!
//! #[derive(Record, Debug, Clone, PartialEq)]
//! #[record(table = "note", kind = fact, key(id))]
//! struct Note { id: Id<Note>, text: Personal<SmolStr>, slip: Option<Drawn> }
//!
//! #[derive(Record, Debug, Clone, PartialEq)]
//! #[record(table = "stock", kind = counter, key(item))]
//! struct Stock { item: i64, pieces: i64 }
//! ```

mod cache;
mod compiled;
mod filtered;
mod finish;
mod guard;
mod halt;
mod learned;
mod needs;
mod outcome;
mod range;
mod read;
mod running;
mod shorthand;
mod stage;
mod undo;
mod view;
mod write;

pub(crate) use cache::Cache;
pub(crate) use compiled::Compiled;
pub use filtered::{Filtered, RowFilter};
pub use guard::GuardCount;
pub use halt::{ActError, Halt};
pub(crate) use learned::Learned;
pub use needs::Needs;
pub use outcome::Outcome;
pub use range::{IndexOf, Range};
pub use read::Reading;
pub use running::{Cell, Measure, Running, RunningMark};
pub(crate) use stage::Stage;
pub use undo::{Events, LogMark, Logged, Noted, Pending, Rows, each, item};
pub use view::View;
pub use write::{Added, Drew};

use std::sync::Arc;

use crate::driver::Known;
use crate::engine::Engine;
use crate::policy::{Allowed, Rights};
use crate::store::{Ask, At, Hash, Read, Receipt, Reply, Salt, Store};
use crate::{ActorId, CommandId, CompanyId, Timestamp, trace};

/// Who sends a command, under which id, and when by the host's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The command's id: carried out at most once.
    pub id: CommandId,
    /// Who acts.
    pub actor: ActorId,
    /// The host's time: when the act is recorded.
    pub time: Timestamp,
}

impl Envelope {
    /// `id`, sent by `actor` at `time`.
    ///
    /// ```
    /// use fondaco_core::{ActorId, CommandId, Envelope, Timestamp};
    ///
    /// let time: Timestamp = "2026-11-21T08:00:00Z".parse()?; // a host's `Timestamp::now()`
    /// let envelope = Envelope::new(CommandId::named("order/7"), ActorId::new("clerk-7"), time);
    /// assert_eq!(envelope.time, time);
    /// # Ok::<(), fondaco_core::TimestampError>(())
    /// ```
    pub fn new(id: CommandId, actor: ActorId, time: Timestamp) -> Envelope {
        Envelope { id, actor, time }
    }
}

/// Everything about a run of an act that does not depend on what it reads.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) company: CompanyId,
    pub(crate) envelope: Envelope,
    pub(crate) digest: Hash,
    /// Where salts come from: random, the same for every run of the act.
    pub(crate) seed: Hash,
    /// What the driver keeps between acts.
    pub(crate) compiled: Compiled,
    /// Who may do what; `None` when nobody is restricted.
    pub(crate) rights: Option<Arc<Rights>>,
    /// What the driver was told of engines.
    pub(crate) known: Arc<Known>,
}

impl Context {
    /// A view carries out no command.
    pub(crate) fn of_view(
        company: CompanyId,
        rights: &Option<Arc<Rights>>,
        known: &Arc<Known>,
    ) -> Context {
        let envelope = Envelope::new(CommandId::from_u128(0), ActorId::new(""), Timestamp::EPOCH);
        let (digest, seed, compiled) = Default::default();
        let (rights, known) = (rights.clone(), known.clone());
        Context { company, envelope, digest, seed, compiled, rights, known }
    }

    /// The engines whose tables are watched; none without a policy that restricts.
    pub(crate) fn engines(&self) -> Vec<&'static Engine> {
        self.rights.as_ref().map_or_else(Vec::new, |rights| rights.watched(self.known.engines()))
    }

    /// The `n`-th salt; the command's digest has number 0.
    pub(crate) fn salt(&self, n: u32) -> Salt {
        let digest = crate::digest::salted(&self.seed, &u128::from(n).to_be_bytes());
        std::array::from_fn(|i| digest.get(i).copied().unwrap_or(0))
    }
}

/// Where a `Tx` reads what it has not read yet.
#[derive(Clone, Copy)]
pub(crate) enum Source<'s> {
    /// Straight from the store.
    Through(&'s dyn Store),
    /// Nowhere: what is missing is noted, and the act stops.
    Loaded,
}

/// A unit of work. The [module](crate::tx) says how it reads and writes.
pub struct Tx<'s> {
    pub(crate) context: &'s Context,
    source: Source<'s>,
    at: At,
    learned: &'s Learned,
    pub(crate) cache: Cache,
    pub(crate) stage: Stage,
    /// Questions that the act waits for.
    pub(crate) missing: Vec<Ask>,
    /// The receipt that was found for the command.
    pub(crate) receipt: Option<Box<Receipt>>,
    /// Whether the command was looked up.
    pub(crate) looked_up: bool,
    /// Whether the decision rests on what an earlier run learnt.
    pub(crate) used_learned: bool,
    /// The engine in whose name something is done.
    pub(crate) engine: Option<&'static str>,
    /// Whether it asked for any permission.
    pub(crate) asked: bool,
    /// The engines of which a permission was given.
    pub(crate) granted: Vec<&'static str>,
    /// How much was allowed by permissions that are limited, in each currency.
    pub(crate) allowed: Allowed,
    ids: u32,
    salts: u32,
}

impl<'s> Tx<'s> {
    pub(crate) fn new(
        context: &'s Context,
        source: Source<'s>,
        at: At,
        learned: &'s Learned,
        mut cache: Cache,
        looked_up: bool,
    ) -> Tx<'s> {
        cache.run += 1;
        Tx {
            context,
            source,
            at,
            learned,
            cache,
            stage: Stage::default(),
            missing: Vec::new(),
            receipt: None,
            looked_up,
            used_learned: false,
            engine: None,
            asked: false,
            granted: Vec::new(),
            allowed: Allowed::default(),
            ids: 0,
            salts: 1,
        }
    }

    /// When this act is recorded: the host's time, the same in every run.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let envelope = envelope("look");
    /// shop.run(envelope.clone(), "look", |tx, _| {
    ///     assert_eq!((tx.now(), tx.actor()), (envelope.time, &envelope.actor));
    ///     assert_eq!((tx.command(), tx.company()), (envelope.id, CompanyId::named("acme")));
    ///     Ok::<(), Halt>(())
    /// })?;
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn now(&self) -> Timestamp {
        self.context.envelope.time
    }

    /// Who acts.
    pub fn actor(&self) -> &ActorId {
        &self.context.envelope.actor
    }

    /// The command that is carried out.
    pub fn command(&self) -> CommandId {
        self.context.envelope.id
    }

    /// Whose data this is.
    pub fn company(&self) -> CompanyId {
        self.context.company
    }

    /// Asks the store, and gives the questions back with the replies; in an asynchronous host, notes the questions and
    /// stops the act.
    fn ask(&mut self, asks: Vec<Ask>) -> Result<(Vec<Ask>, Vec<Reply>), Halt> {
        match self.source {
            Source::Through(store) => self.ask_through(store, asks),
            Source::Loaded => {
                self.missing.extend(asks);
                Err(Halt::Missing)
            }
        }
    }

    /// The first trip asks for the command too, so that a replay costs no trip of its own.
    fn ask_through(
        &mut self,
        store: &dyn Store,
        mut asks: Vec<Ask>,
    ) -> Result<(Vec<Ask>, Vec<Reply>), Halt> {
        let first = !std::mem::replace(&mut self.looked_up, true);
        if first {
            asks.push(Ask::Command(self.command()));
        }
        let mut read = Read::at(self.context.company, self.at, asks);
        let answer = trace::read(&read).run(|| store.read(&read))?;
        self.cache.answered(answer.at);
        let mut replies = answer.replies;
        if first && let Some(Reply::Command(receipt)) = replies.pop() {
            read.asks.pop();
            self.receipt = receipt;
            if self.receipt.is_some() {
                return Err(Halt::Replayed);
            }
        }
        Ok((read.asks, replies))
    }

    fn is_view(&self) -> bool {
        self.at != At::Now
    }
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("envelope", &self.context.envelope).finish_non_exhaustive()
    }
}
