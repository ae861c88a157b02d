//! The queue for hosts that must not block.

use std::sync::Arc;

use super::acts::{self, Stop};
use super::look;
use super::pass::{Pass, Step};
use super::queue::USUAL_LIMIT;
use super::{DueItem, Handlers, TickError, Ticked};
use crate::{
    ActorId, AsyncDriver, CommandId, Done, Envelope, Halt, Outcome, Timestamp, Tx, digest, trace,
};

/// As [`Queue`](super::Queue), over an asynchronous store: the same handlers, the same promises.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// # use fondaco_testkit::{Model, Unloaded, block_on};
/// use fondaco_core::due::{self, AsyncQueue, Due, Handlers};
///
/// # let driver = AsyncDriver::new(Unloaded::new(Model::new(), 2), CompanyId::named("acme"));
/// # block_on(async {
/// driver.prepare(due::TABLES).await?;
/// let queue = AsyncQueue::new(&driver, Handlers::new().on("shop.reminder", |_, _| Ok(())));
/// driver.run(envelope("remind"), "remind", |tx, _| {
///     tx.due(Due::new("shop.reminder", "shelf/1", tx.now())).map(|_| ())
/// }).await?;
/// let next = queue.next_due().await?.ok_or("a reminder is due")?;
/// assert_eq!(queue.tick(next).await?.carried_out.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct AsyncQueue<'d, 's, 'h> {
    driver: &'d AsyncDriver<'s>,
    handlers: Handlers<'h>,
    actor: ActorId,
    limit: usize,
}

impl<'d, 's, 'h> AsyncQueue<'d, 's, 'h> {
    /// See [`Queue::new`](super::Queue::new).
    pub fn new(driver: &'d AsyncDriver<'s>, handlers: Handlers<'h>) -> AsyncQueue<'d, 's, 'h> {
        AsyncQueue { driver, handlers, actor: ActorId::new("clock"), limit: USUAL_LIMIT }
    }

    /// See [`Queue::acting_as`](super::Queue::acting_as).
    #[must_use]
    pub fn acting_as(mut self, actor: ActorId) -> AsyncQueue<'d, 's, 'h> {
        self.actor = actor;
        self
    }

    /// See [`Queue::at_most`](super::Queue::at_most).
    #[must_use]
    pub fn at_most(mut self, items: usize) -> AsyncQueue<'d, 's, 'h> {
        self.limit = items.max(1);
        self
    }

    /// See [`Queue::tick`](super::Queue::tick). Dropping the future leaves each item carried out whole or not at all; the
    /// next tick goes on from there.
    ///
    /// # Errors
    /// As [`Queue::tick`](super::Queue::tick).
    pub async fn tick(&self, now: Timestamp) -> Result<Ticked, TickError> {
        let ticking = async {
            let result = self.pass(now).await;
            trace::ticked(&result);
            result
        };
        trace::tick(self.driver.company()).wait(ticking).await
    }

    async fn pass(&self, now: Timestamp) -> Result<Ticked, TickError> {
        let mut pass = Pass::new(now, self.limit);
        loop {
            match pass.step() {
                Step::Look(room) => {
                    let look =
                        |view: &mut crate::View<'_>| look::look(view, &self.handlers, now, room);
                    let look = self.driver.view(look).await;
                    pass.looked(look)?;
                }
                Step::Open(position) => {
                    let id = acts::command_of_tick(now, position);
                    let opened = self.run((id, "due.open"), now, |tx| acts::open(tx, now)).await;
                    pass.opened(opened.map(|_| ()))?;
                }
                Step::Carry(ready) => {
                    let Some(handler) = self.handlers.get(&ready.place.kind) else { continue };
                    let id = acts::command_of_item(&ready);
                    let act = |tx: &mut Tx<'_>| acts::carry_out(tx, &ready, handler);
                    let carried = self.run((id, "due.carry_out"), now, act).await;
                    pass.carried(ready, carried)?;
                }
                Step::Note(ready, refused) => {
                    let Some(handler) = self.handlers.get(&ready.place.kind) else { continue };
                    let id = acts::command_of_refusal(&ready);
                    let act =
                        |tx: &mut Tx<'_>| acts::note_refusal(tx, &ready, &refused, handler.backoff);
                    let noted = self.run((id, "due.refuse"), now, act).await;
                    pass.noted(ready, &refused, noted)?;
                }
                Step::End => return Ok(pass.take()),
            }
        }
    }

    async fn run<A: Outcome>(
        &self,
        (id, what): (CommandId, &'static str),
        now: Timestamp,
        act: impl Fn(&mut Tx<'_>) -> Result<A, Stop>,
    ) -> Result<Done<A>, Stop> {
        let envelope = Envelope::new(id, self.actor.clone(), now);
        self.driver.run_digested(envelope, (what, digest::of(&id)), act).await
    }

    /// See [`Queue::next_due`](super::Queue::next_due).
    ///
    /// # Errors
    /// A [`Halt`] of the store.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, Halt> {
        self.driver.view(|view| look::next_due(view, &self.handlers)).await
    }

    /// See [`Queue::items`](super::Queue::items).
    ///
    /// # Errors
    /// A [`Halt`] of the store.
    pub async fn items(&self) -> Result<Vec<Arc<DueItem>>, Halt> {
        self.driver.view(|view| look::items(view, None)).await
    }
}
