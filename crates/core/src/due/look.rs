//! What of the queue is ready, read at one moment.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::{DueClock, DueItem, Handlers, Unhandled, Unreadable};
use crate::{ErrorKind, Halt, Id, Range, Reading, Timestamp, View};

/// Where an item stands in the order of carrying out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) try_at: Timestamp,
    pub(super) kind: SmolStr,
    pub(super) subject: SmolStr,
}

/// An item that may be carried out, as it was read: a hint, which its command looks at again.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    pub(super) place: Place,
    pub(super) id: Id<DueItem>,
    pub(super) tries: u32,
}

/// What one look at the queue showed.
#[derive(Debug)]
pub(super) struct Look {
    /// The position of the newest commit that it showed.
    pub(super) position: u64,
    /// The newest tick that did something.
    pub(super) clock: Option<Timestamp>,
    /// Ready items, in order.
    pub(super) ready: Vec<Ready>,
    /// Beyond this place the look did not see everything.
    pub(super) horizon: Option<Place>,
    /// Kinds that are ready and that nobody takes.
    pub(super) unhandled: Vec<Unhandled>,
    /// Kinds of which a row is damaged: the others go on.
    pub(super) unreadable: Vec<Unreadable>,
}

/// Looks for up to `room` items of each kind that are ready at `now`.
pub(super) fn look(
    read: &mut View<'_>,
    handlers: &Handlers<'_>,
    now: Timestamp,
    room: usize,
) -> Result<Look, Halt> {
    let clock = DueClock::peek(read)?;
    let (mut ready, mut horizon, mut unreadable) = (Vec::new(), None::<Place>, Vec::new());
    for kind in handlers.kinds() {
        let items = due_of(read, kind, (now, room), &mut unreadable)?;
        let items: Vec<Ready> = items.iter().filter_map(ready_of).collect();
        if let Some(last) = items.last().filter(|_| items.len() >= room) {
            let nearer = horizon.as_ref().is_none_or(|horizon| last.place < *horizon);
            horizon = if nearer { Some(last.place.clone()) } else { horizon };
        }
        ready.extend(items);
    }
    ready.sort_by(|a, b| a.place.cmp(&b.place));
    if let Some(horizon) = &horizon {
        ready.retain(|item| item.place <= *horizon);
    }
    let unhandled = unhandled(read, handlers, now, &mut unreadable)?;
    Ok(Look { position: read.position(), clock, ready, horizon, unhandled, unreadable })
}

/// Up to `room` items of a kind that are ready: those before the first row that is damaged, where there is one.
fn due_of(
    read: &mut View<'_>,
    kind: &SmolStr,
    (now, room): (Timestamp, usize),
    unreadable: &mut Vec<Unreadable>,
) -> Result<Vec<Arc<DueItem>>, Halt> {
    let all = Range::by(DueItem::BY_TIME, kind).through(&now);
    let damage = match read.peek_scan(&all.clone().limit(room)) {
        Err(halt) if halt.kind() == ErrorKind::Corrupt => halt,
        items => return items,
    };
    unreadable.push(Unreadable::of(kind.clone(), &damage));
    // So many can be read, and so many can't.
    let (mut items, mut good, mut bad) = (Vec::new(), 0, room);
    while good + 1 < bad {
        let middle = good.midpoint(bad);
        match read.peek_scan(&all.clone().limit(middle)) {
            Ok(found) => (items, good) = (found, middle),
            Err(halt) if halt.kind() == ErrorKind::Corrupt => bad = middle,
            Err(halt) => return Err(halt),
        }
    }
    Ok(items)
}

fn ready_of(item: &Arc<DueItem>) -> Option<Ready> {
    let (kind, subject) = item.due_key();
    let place = Place { try_at: item.try_at?, kind, subject };
    Some(Ready { place, id: item.id, tries: item.tries })
}

/// Goes from kind to kind by the index, whatever the number of items of each; past kinds that are damaged.
fn unhandled(
    read: &mut impl Reading,
    handlers: &Handlers<'_>,
    now: Timestamp,
    unreadable: &mut Vec<Unreadable>,
) -> Result<Vec<Unhandled>, Halt> {
    let (mut found, mut from) = (Vec::new(), SmolStr::default());
    loop {
        let next = Range::by(DueItem::BY_TIME, &()).from(&from).limit(1);
        let kind = match read.peek_scan(&next) {
            Ok(mut items) => {
                let Some(item) = items.pop() else { return Ok(found) };
                if let Some(since) = item.try_at.filter(|at| *at <= now)
                    && handlers.get(&item.kind).is_none()
                {
                    found.push(Unhandled { kind: item.kind.clone(), since });
                }
                item.kind.clone()
            }
            Err(halt) if halt.kind() == ErrorKind::Corrupt => {
                let damaged = unreadable.iter().map(|of| &of.kind).filter(|kind| **kind >= from);
                let Some(kind) = damaged.min().cloned() else {
                    // Of whichever kind it is, nobody takes it.
                    unreadable.push(Unreadable::of(SmolStr::default(), &halt));
                    return Ok(found);
                };
                kind
            }
            Err(halt) => return Err(halt),
        };
        // The first text after all that begin with this kind and end there.
        from = format_smolstr!("{kind}\u{1}");
    }
}

/// When the next item that somebody takes is tried. Kinds whose next row is damaged are left out: a tick tells of them.
pub(super) fn next_due(
    read: &mut impl Reading,
    handlers: &Handlers<'_>,
) -> Result<Option<Timestamp>, Halt> {
    let mut next = None::<Timestamp>;
    for kind in handlers.kinds() {
        let first = match read.peek_scan(&Range::by(DueItem::BY_TIME, kind).limit(1)) {
            Err(halt) if halt.kind() == ErrorKind::Corrupt => continue,
            items => items?.pop(),
        };
        let at = first.and_then(|item| item.try_at);
        next = [next, at].into_iter().flatten().min();
    }
    Ok(next)
}

/// What is on the queue, of one kind or of all, also what is held or refused: by due time, then kind, then subject.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::due::{self, Due};
/// # let shop = shop();
/// shop.run(envelope("remind"), "remind", |tx, _| {
///     tx.due(Due::new("shop.reminder", "shelf/2", Timestamp::MAX))?;
///     tx.due(Due::new("shop.reminder", "shelf/1", tx.now())).map(|_| ())
/// })?;
/// let items = shop.view(|view| due::items(view, Some("shop.reminder")))?;
/// let subjects: Vec<&str> = items.iter().map(|item| item.subject.as_str()).collect();
/// assert_eq!(subjects, ["shelf/1", "shelf/2"]);
/// # Ok::<(), Halt>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn items(read: &mut impl Reading, kind: Option<&str>) -> Result<Vec<Arc<DueItem>>, Halt> {
    let range = kind.map_or_else(Range::all, |kind| Range::by_key(&SmolStr::new(kind)));
    let mut items = Vec::new();
    read.peek_each(&range, |item: &DueItem| {
        items.push(Arc::new(item.clone()));
        Ok::<(), Halt>(())
    })?;
    items.sort_by(|a, b| (a.at, &a.kind, &a.subject).cmp(&(b.at, &b.kind, &b.subject)));
    Ok(items)
}
