//! Who carries items out.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Backoff, DueItem};
use crate::{ActError, Engine, ErrorKind, Halt, Tx};

/// What carries out items of a kind that an engine declares: an act, as [`Handlers`] says.
pub type DueHandler = fn(&mut Tx<'_>, &DueItem) -> Result<(), Refused>;

type Handle<'h> = dyn Fn(&mut Tx<'_>, &DueItem) -> Result<(), Refused> + Send + Sync + 'h;

pub(super) struct Handler<'h> {
    pub(super) handle: Box<Handle<'h>>,
    pub(super) backoff: Backoff,
}

/// The handlers of the engines in use, by the kind of item they take.
///
/// A handler is an act: it reads, decides and stages, and may run several times. When it runs, its item is off the queue
/// already; one that recurs puts the next occurrence there with [`Tx::due`], at a later time.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::due::{Due, Handlers, Queue};
/// use chrono::TimeDelta;
///
/// let handlers = Handlers::new().on("shop.count", |tx, item| {
///     tx.add_all(vec![Stock { item: 7, pieces: 1 }])?;
///     let tomorrow = item.at.checked_add(TimeDelta::days(1)).ok_or(Halt::Bug("9999".into()))?;
///     tx.due(Due::new(&*item.kind, &*item.subject, tomorrow))?; // every day
///     Ok(())
/// });
/// # let shop = shop();
/// let start = envelope("start").time;
/// shop.run(envelope("start"), "start", |tx, _| {
///     tx.due(Due::new("shop.count", "stock", tx.now())).map(|_| ())
/// })?;
/// let queue = Queue::new(&shop, handlers);
/// let ticked = queue.tick(start.checked_add(TimeDelta::days(2)).ok_or("9999")?)?; // two days late
/// assert_eq!(ticked.carried_out.len(), 3);
/// assert_eq!(shop.view(|view| view.peek::<Stock>(&7))?.map(|stock| stock.pieces), Some(13));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Handlers<'h> {
    by_kind: BTreeMap<SmolStr, Handler<'h>>,
}

impl<'h> Handlers<'h> {
    /// None yet.
    pub fn new() -> Handlers<'h> {
        Handlers::default()
    }

    /// Those that engines declare.
    ///
    /// ```
    /// use fondaco_core::due::Handlers;
    /// use fondaco_core::engine::{Engine, Part};
    /// static COUNTING: Part = Part::new(&[]).on_due(&[("shop.count", |_, _| Ok(()))]);
    /// static SHOP: Engine = Engine { name: "shop", parts: &[&COUNTING] };
    /// let handlers = Handlers::of([&SHOP]).on("host.reminder", |_, _| Ok(()));
    /// assert_eq!(handlers.kinds().collect::<Vec<_>>(), ["host.reminder", "shop.count"]);
    /// ```
    pub fn of(engines: impl IntoIterator<Item = &'static Engine>) -> Handlers<'h> {
        let declared = engines.into_iter().flat_map(Engine::due);
        declared.fold(Handlers::new(), |handlers, (kind, handle)| handlers.on(kind, handle))
    }

    /// These and those of others, which come before these where both take a kind.
    ///
    /// ```
    /// use fondaco_core::due::Handlers;
    /// let of_shop = Handlers::new().on("shop.count", |_, _| Ok(()));
    /// let of_desk = Handlers::new().on("desk.close", |_, _| Ok(()));
    /// assert_eq!(of_shop.and(of_desk).kinds().count(), 2);
    /// ```
    #[must_use]
    pub fn and(mut self, others: Handlers<'h>) -> Handlers<'h> {
        self.by_kind.extend(others.by_kind);
        self
    }

    /// Takes items of `kind`; refused ones wait by the usual rule. In place of the handler that took them before, if there
    /// was one: so a host can put its own before an engine's.
    #[must_use]
    pub fn on(
        self,
        kind: impl Into<SmolStr>,
        handle: impl Fn(&mut Tx<'_>, &DueItem) -> Result<(), Refused> + Send + Sync + 'h,
    ) -> Handlers<'h> {
        self.on_with(kind, Backoff::default(), handle)
    }

    /// As [`on`](Handlers::on); refused items wait by `backoff`.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::due::{Backoff, Due, Handlers, Queue, Refused};
    /// let shut = |_: &mut Tx<'_>, _: &_| Err(Refused::new("shop.shut", "the shop is shut"));
    /// let handlers = Handlers::new().on_with("shop.count", Backoff::Steady { minutes: 60 }, shut);
    /// # let shop = shop();
    /// # let now = envelope("start").time;
    /// # shop.run(envelope("start"), "start", |tx, _| {
    /// #     tx.due(Due::new("shop.count", "stock", tx.now())).map(|_| ())
    /// # })?;
    /// let queue = Queue::new(&shop, handlers);
    /// let ticked = queue.tick(now)?;
    /// assert_eq!(ticked.refused[0].code, "shop.shut");
    /// assert_eq!(queue.next_due()?, now.checked_add(chrono::TimeDelta::hours(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_with(
        mut self,
        kind: impl Into<SmolStr>,
        backoff: Backoff,
        handle: impl Fn(&mut Tx<'_>, &DueItem) -> Result<(), Refused> + Send + Sync + 'h,
    ) -> Handlers<'h> {
        let handle = Box::new(handle);
        self.by_kind.insert(kind.into(), Handler { handle, backoff });
        self
    }

    /// The kinds that are taken, in order.
    ///
    /// ```
    /// use fondaco_core::due::Handlers;
    /// let handlers = Handlers::new().on("b", |_, _| Ok(())).on("a", |_, _| Ok(()));
    /// assert_eq!(handlers.kinds().collect::<Vec<_>>(), ["a", "b"]);
    /// ```
    pub fn kinds(&self) -> impl Iterator<Item = &SmolStr> {
        self.by_kind.keys()
    }

    pub(super) fn get(&self, kind: &str) -> Option<&Handler<'h>> {
        self.by_kind.get(kind)
    }
}

impl std::fmt::Debug for Handlers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.kinds()).finish()
    }
}

/// Why a handler does not carry an item out: any engine's error becomes one by `?`. A [`Halt`] stays one: what the store
/// can't do now ends the tick, a damaged row and a mistake of the program keep the item back as a refusal does.
///
/// ```
/// use fondaco_core::ErrorKind;
/// use fondaco_core::due::{DueError, Refused};
/// let unknown = DueError::UnknownItem { kind: "shop.count".into(), subject: "stock".into() };
/// let refused = Refused::from(unknown);
/// assert_eq!((refused.code(), refused.kind()), ("due.unknown_item", ErrorKind::NotFound));
/// ```
#[derive(Debug, Clone)]
pub struct Refused(Box<Refusal>);

#[derive(Debug, Clone)]
struct Refusal {
    code: SmolStr,
    kind: ErrorKind,
    why: String,
    halt: Option<Halt>,
}

impl Refused {
    /// A refusal of a host's own handler, of kind [`ErrorKind::Refused`].
    pub fn new(code: impl Into<SmolStr>, why: impl Into<String>) -> Refused {
        let (code, kind, why) = (code.into(), ErrorKind::Refused, why.into());
        Refused(Box::new(Refusal { code, kind, why, halt: None }))
    }

    /// Its stable code.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What can be done about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Why, in words.
    pub fn why(&self) -> &str {
        &self.0.why
    }

    /// The halt, when it is one.
    pub fn halt(&self) -> Option<&Halt> {
        self.0.halt.as_ref()
    }

    /// Whether it is the actor who may not: somebody else may.
    pub(super) fn is_denial(&self) -> bool {
        matches!(self.halt(), Some(Halt::Denied(_)))
    }
}

impl<E: ActError> From<E> for Refused {
    fn from(error: E) -> Refused {
        let halt = error.halt().cloned();
        let (code, kind) = (SmolStr::new_static(error.code()), error.kind());
        Refused(Box::new(Refusal { code, kind, why: error.to_string(), halt }))
    }
}
