//! Goes over the items of a batch: reads all that they name, takes one after the other, stages everything once.
//!
//! Phases, whatever the number of items: the keys; the pending entries that they name, with their lines; what the entries
//! name. Then no more reading but for what is refused or comes again.

use std::borrow::Cow;

use fondaco_core::policy::Permission;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Id, Tx};

use super::imported::ImportWatch;
use super::item::Piece;
use super::keys::Keys;
use super::{EntryKey, KeyOf};
use crate::ledger::pending::{Holds, PendingEntry, PendingRef, PostPending, VoidPending};
use crate::ledger::post::{Pages, PagesMark, posted};
use crate::ledger::rights::Asking;
use crate::ledger::rules::Rules;
use crate::ledger::spending::Override;
use crate::ledger::weight::Weight;
use crate::ledger::{Entry, LedgerError, NewEntry, Settings, rights};

pub(crate) struct Recorder<'p> {
    pub(super) pieces: Vec<Piece<'p>>,
    pub(super) rules: Rules,
    pub(super) askings: Askings,
    pub(super) pages: Pages,
    pub(super) keys: Keys,
    pub(super) holds: Holds,
    pub(super) watch: Option<ImportWatch>,
    pub(super) told: Vec<Told>,
    /// Why entries may be above spending limits.
    pub(super) exceeding: Option<&'p Override<'p>>,
}

/// What a commit reports, in order.
pub(super) enum Told {
    Posted { first: Id<Entry>, entries: usize, postings: usize },
    Held(Id<PendingEntry>),
    PendingPosted { pending: Id<PendingEntry>, entry: Id<Entry> },
    Voided(Id<PendingEntry>),
}

/// How far a batch has come.
pub(super) struct Mark {
    pages: PagesMark,
    keys: usize,
    holds: (usize, usize),
    watch: Option<fondaco_core::Timestamp>,
    told: usize,
    askings: Vec<Option<Weight>>,
}

impl<'p> Recorder<'p> {
    pub(super) fn new(
        tx: &mut Tx<'_>,
        pieces: Vec<Piece<'p>>,
    ) -> Result<Recorder<'p>, LedgerError> {
        let askings = Askings::new(tx, &pieces)?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let keys = Keys::read(tx, named_keys(&pieces))?;
        let holds = Holds::read(tx, named_holds(&pieces, &keys))?;
        let mut entries: Vec<Cow<'p, NewEntry>> =
            pieces.iter().filter_map(|piece| piece.entry()).collect();
        for hold in holds.all() {
            let lines = hold.lines.iter().map(|line| line.to_posting(settings.currency));
            entries.push(Cow::Owned(hold.pending.to_entry(hold.pending.date, lines.collect())));
        }
        let rules = Rules::read(tx, &entries)?;
        // What is captured may take effect before the day of its hold: assertions are read from that day on.
        let captured = pieces.iter().filter_map(|piece| match piece {
            Piece::Post(post) => post.date,
            _ => None,
        });
        entries.extend(captured.min().map(|first| Cow::Owned(NewEntry::new("", first))));
        let pages = Pages::new(tx, &rules, &entries, pieces.len())?;
        let imported = pieces.first().is_some_and(|piece| piece.given().imported_at.is_some());
        let watch = if imported { Some(ImportWatch::new(tx)?) } else { None };
        let (told, exceeding) = (Vec::new(), None);
        Ok(Recorder { pieces, rules, askings, pages, keys, holds, watch, told, exceeding })
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            pages: self.pages.mark(),
            keys: self.keys.mark(),
            holds: self.holds.mark(),
            watch: self.watch.as_ref().and_then(|watch| watch.latest),
            told: self.told.len(),
            askings: self.askings.totals(),
        }
    }

    /// Takes back all that was taken since; what it drew is given back by [`Tx::attempt`].
    pub(super) fn back_to(&mut self, mark: &Mark) {
        self.pages.back_to(&self.rules.chart, &mark.pages);
        self.keys.back_to(mark.keys);
        self.holds.back_to(mark.holds);
        if let Some(watch) = &mut self.watch {
            watch.latest = mark.watch;
        }
        self.told.truncate(mark.told);
        self.askings.back_to(&mark.askings);
    }

    /// The pending entry that is meant; `None` when there is none.
    pub(super) fn hold_of(
        &self,
        named: &PendingRef,
    ) -> Result<Option<Id<PendingEntry>>, LedgerError> {
        match named {
            PendingRef::Id(id) => Ok(self.holds.find(*id).map(|hold| hold.pending.id)),
            PendingRef::Key(key) => match self.keys.find(Some(key)) {
                Ok(Some(EntryKey { of: KeyOf::Pending, pending, .. })) => Ok(pending),
                Ok(Some(_)) => Err(LedgerError::NotPending { key: key.clone() }),
                // What failed is not there.
                Ok(None) | Err(_) => Ok(None),
            },
        }
    }

    /// Tells of a posted entry, together with the one before if their ids follow one another.
    pub(super) fn tell_posted(&mut self, id: Id<Entry>, lines: usize) {
        if let Some(Told::Posted { first, entries, postings }) = self.told.last_mut()
            && fondaco_core::IdRun::new(*first, *entries as u32 + 1)
                .is_ok_and(|run| run.get(*entries as u32) == Some(id))
        {
            (*entries, *postings) = (*entries + 1, *postings + lines);
            return;
        }
        self.told.push(Told::Posted { first: id, entries: 1, postings: lines });
    }

    /// Stages everything.
    pub(super) fn finish(self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        for told in self.told {
            tx.emit(told.event());
        }
        self.pages.finish(tx, &self.rules)?;
        self.keys.finish(tx)?;
        self.holds.finish(tx)?;
        if let Some(watch) = self.watch {
            watch.finish(tx)?;
        }
        Ok(())
    }
}

impl Told {
    fn event(&self) -> Event {
        let pending =
            |name, id: &Id<PendingEntry>| Event::new(name).with("pending", Value::Id(id.to_u128()));
        match self {
            Told::Posted { first, entries, postings } => posted(*first, *entries, *postings),
            Told::Held(id) => pending("ledger.pending_recorded", id),
            Told::PendingPosted { pending: id, entry } => {
                pending("ledger.pending_posted", id).with("entry", Value::Id(entry.to_u128()))
            }
            Told::Voided(id) => pending("ledger.pending_voided", id),
        }
    }
}

/// All keys that are given or named.
fn named_keys(pieces: &[Piece<'_>]) -> Vec<smol_str::SmolStr> {
    let mut keys = Vec::new();
    for piece in pieces {
        keys.extend(piece.given().key.cloned());
        if let Piece::Post(PostPending { pending: PendingRef::Key(key), .. })
        | Piece::Void(VoidPending { pending: PendingRef::Key(key), .. }) = piece
        {
            keys.push(key.clone());
        }
    }
    keys
}

/// All pending entries that are named, or came under a key that is given again.
fn named_holds(pieces: &[Piece<'_>], keys: &Keys) -> Vec<Id<PendingEntry>> {
    let mut ids: Vec<_> = keys.all().filter_map(|key| key.pending).collect();
    for piece in pieces {
        if let Piece::Post(PostPending { pending: PendingRef::Id(id), .. })
        | Piece::Void(VoidPending { pending: PendingRef::Id(id), .. }) = piece
        {
            ids.push(*id);
        }
    }
    ids
}

/// How who acts stands with each permission that the batch needs.
pub(super) struct Askings(Vec<(&'static Permission, Asking)>);

impl Askings {
    fn new(tx: &mut Tx<'_>, pieces: &[Piece<'_>]) -> Result<Askings, LedgerError> {
        let mut askings: Vec<(&'static Permission, Asking)> = Vec::new();
        let permissions = pieces.iter().map(|piece| permission(*piece));
        // An empty batch asks too: whether one may post does not depend on what is posted.
        for permission in permissions.chain(pieces.is_empty().then_some(&rights::POST)) {
            if !askings.iter().any(|(known, _)| known.name == permission.name) {
                askings.push((permission, Asking::new(tx, permission)?));
            }
        }
        Ok(Askings(askings))
    }

    /// The one for an item.
    pub(super) fn of(&mut self, piece: Piece<'_>) -> Result<&mut Asking, LedgerError> {
        let name = permission(piece).name;
        let found = self.0.iter_mut().find(|(known, _)| known.name == name);
        let found = found.map(|(_, asking)| asking);
        found.ok_or_else(|| fondaco_core::Halt::Bug(format!("{name} was not asked for")).into())
    }

    fn totals(&self) -> Vec<Option<Weight>> {
        self.0.iter().map(|(_, asking)| asking.taken()).collect()
    }

    fn back_to(&mut self, totals: &[Option<Weight>]) {
        for ((_, asking), total) in self.0.iter_mut().zip(totals) {
            asking.take_back_to(total.clone());
        }
    }
}

fn permission(piece: Piece<'_>) -> &'static Permission {
    match piece {
        Piece::Entry(_) => &rights::POST,
        Piece::Pending(_) => &rights::HOLD,
        Piece::Post(_) => &rights::POST_PENDING,
        Piece::Void(_) => &rights::VOID_PENDING,
    }
}
