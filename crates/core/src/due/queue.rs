//! The host's handle of the queue.

use std::sync::Arc;

use super::acts::{self, Stop};
use super::look;
use super::pass::{Pass, Step};
use super::{DueItem, Handlers, TickError, Ticked};
use crate::{
    ActorId, CommandId, Done, Driver, Envelope, Halt, Outcome, Timestamp, Tx, digest, trace,
};

/// So many items a tick tries, unless the host says otherwise.
pub(super) const USUAL_LIMIT: usize = 1000;

/// The queue of a company, with the handlers of the engines in use.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::due::{Due, Handlers, Queue};
///
/// # let shop = shop();
/// let queue = Queue::new(&shop, Handlers::new().on("shop.reminder", |tx, item| {
///     tx.emit(Event::new("shop.remind").with("what", Value::text(&item.subject)));
///     Ok(())
/// }));
/// let now = envelope("remind").time;
/// shop.run(envelope("remind"), "remind", |tx, _| {
///     tx.due(Due::new("shop.reminder", "shelf/1", tx.now())).map(|_| ())
/// })?;
/// assert_eq!(queue.next_due()?, Some(now));
/// assert_eq!(queue.tick(now)?.carried_out.len(), 1);
/// assert_eq!(queue.tick(now)?.carried_out.len(), 0); // a doubled tick does no harm
/// assert_eq!(queue.next_due()?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Queue<'d, 's, 'h> {
    driver: &'d Driver<'s>,
    handlers: Handlers<'h>,
    actor: ActorId,
    limit: usize,
}

impl<'d, 's, 'h> Queue<'d, 's, 'h> {
    /// The queue behind `driver`, whose items `handlers` carry out.
    pub fn new(driver: &'d Driver<'s>, handlers: Handlers<'h>) -> Queue<'d, 's, 'h> {
        Queue { driver, handlers, actor: ActorId::new("clock"), limit: USUAL_LIMIT }
    }

    /// Who acts when the clock does; else it is `clock`.
    #[must_use]
    pub fn acting_as(mut self, actor: ActorId) -> Queue<'d, 's, 'h> {
        self.actor = actor;
        self
    }

    /// A tick tries at most so many items, at least one; else 1000.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_core::due::{Due, Handlers, Queue};
    /// # let shop = shop();
    /// # let now = envelope("remind").time;
    /// shop.run(envelope("remind"), "remind", |tx, _| {
    ///     tx.due(Due::new("shop.reminder", "shelf/1", tx.now()))?;
    ///     tx.due(Due::new("shop.reminder", "shelf/2", tx.now())).map(|_| ())
    /// })?;
    /// let queue = Queue::new(&shop, Handlers::new().on("shop.reminder", |_, _| Ok(()))).at_most(1);
    /// let ticked = queue.tick(now)?;
    /// assert_eq!((ticked.carried_out.len(), ticked.more), (1, true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at_most(mut self, items: usize) -> Queue<'d, 's, 'h> {
        self.limit = items.max(1);
        self
    }

    /// Carries out what is due at `now`, in order.
    ///
    /// # Errors
    /// [`TickError`] when the store fails or a handler halts; what was done before stays done, and it says what.
    pub fn tick(&self, now: Timestamp) -> Result<Ticked, TickError> {
        trace::tick(self.driver.company()).run(|| {
            let result = self.pass(now);
            trace::ticked(&result);
            result
        })
    }

    fn pass(&self, now: Timestamp) -> Result<Ticked, TickError> {
        let mut pass = Pass::new(now, self.limit);
        loop {
            match pass.step() {
                Step::Look(room) => {
                    let look = self.driver.view(|view| look::look(view, &self.handlers, now, room));
                    pass.looked(look)?;
                }
                Step::Open(position) => {
                    let id = acts::command_of_tick(now, position);
                    let opened = self.run((id, "due.open"), now, |tx| acts::open(tx, now));
                    pass.opened(opened.map(|_| ()))?;
                }
                Step::Carry(ready) => {
                    let Some(handler) = self.handlers.get(&ready.place.kind) else { continue };
                    let id = acts::command_of_item(&ready);
                    let act = |tx: &mut Tx<'_>| acts::carry_out(tx, &ready, handler);
                    let carried = self.run((id, "due.carry_out"), now, act);
                    pass.carried(ready, carried)?;
                }
                Step::Note(ready, refused) => {
                    let Some(handler) = self.handlers.get(&ready.place.kind) else { continue };
                    let id = acts::command_of_refusal(&ready);
                    let act =
                        |tx: &mut Tx<'_>| acts::note_refusal(tx, &ready, &refused, handler.backoff);
                    let noted = self.run((id, "due.refuse"), now, act);
                    pass.noted(ready, &refused, noted)?;
                }
                Step::End => return Ok(pass.take()),
            }
        }
    }

    /// A command of a tick: its id says all of it, whatever the tick's time.
    fn run<A: Outcome>(
        &self,
        (id, what): (CommandId, &'static str),
        now: Timestamp,
        act: impl Fn(&mut Tx<'_>) -> Result<A, Stop>,
    ) -> Result<Done<A>, Stop> {
        let envelope = Envelope::new(id, self.actor.clone(), now);
        self.driver.run_digested(envelope, (what, digest::of(&id)), act)
    }

    /// When a tick has something to do next, also when that is past; `None` when nothing is on the queue that a handler
    /// takes and that is not held.
    ///
    /// # Errors
    /// A [`Halt`] of the store.
    pub fn next_due(&self) -> Result<Option<Timestamp>, Halt> {
        self.driver.view(|view| look::next_due(view, &self.handlers))
    }

    /// All that is on the queue, of every kind, also what was refused and what is held: by due time.
    ///
    /// # Errors
    /// A [`Halt`] of the store.
    pub fn items(&self) -> Result<Vec<Arc<DueItem>>, Halt> {
        self.driver.view(|view| look::items(view, None))
    }
}
