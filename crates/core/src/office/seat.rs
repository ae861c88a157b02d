//! Who acts, and by which clock: the same for both sorts of offices.

use std::sync::Arc;

use crate::{ActorId, CommandId, Envelope, JobCall, JobId, Timestamp};

#[derive(Clone)]
pub(super) struct Seat<'s> {
    actor: ActorId,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync + 's>,
}

impl<'s> Seat<'s> {
    /// The host's own, by the system's clock.
    #[allow(clippy::disallowed_methods)] // a host's handle: this is where the host's time comes in
    pub(super) fn of_host() -> Seat<'s> {
        Seat { actor: ActorId::new("host"), clock: Arc::new(Timestamp::now) }
    }

    pub(super) fn acting_as(self, actor: &str) -> Seat<'s> {
        Seat { actor: ActorId::new(actor), ..self }
    }

    pub(super) fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 's) -> Seat<'s> {
        Seat { clock: Arc::new(clock), ..self }
    }

    pub(super) fn actor(&self) -> &ActorId {
        &self.actor
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(super) fn envelope(&self, name: &str) -> Envelope {
        Envelope::new(CommandId::named(name), self.actor.clone(), self.now())
    }

    pub(super) fn job(&self, name: &str) -> JobCall<'_> {
        JobCall::new(JobId::named(name), &self.actor, &*self.clock)
    }
}
