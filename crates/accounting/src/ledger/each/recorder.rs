//! Goes over the items of a batch: reads all that they name, takes one after the other, stages everything once.
//!
//! Phases, whatever the number of items: the keys; the pending entries that they name, with their lines; what the entries
//! name. Then no more reading but for what is refused or comes again.

use std::borrow::Cow;

use fondaco_core::policy::Permission;
use fondaco_core::store::Event;
use fondaco_core::tx::{LogMark, Logged, Pending};
use fondaco_core::{Halt, Id, Tx};

use super::imported::ImportWatch;
use super::item::Piece;
use super::keys::Keys;
use super::{EntryKey, KeyOf};
use crate::ledger::judge::Judged;
use crate::ledger::pages::Pages;
use crate::ledger::pending::{Holds, PendingEntry, PendingRef, PostPending, VoidPending};
use crate::ledger::post::posted;
use crate::ledger::rights::Asking;
use crate::ledger::rules::Rules;
use crate::ledger::spending::Override;
use crate::ledger::weight::Weight;
use crate::ledger::{Entry, LedgerError, NewEntry, Settings, rights};

#[derive(Pending)]
pub(super) struct Recorder<'p> {
    #[pending(skip)]
    pub(super) pieces: Vec<Piece<'p>>,
    #[pending(skip)]
    pub(super) rules: Rules,
    /// Why entries may be above spending limits.
    #[pending(skip)]
    pub(super) exceeding: Option<&'p Override<'p>>,
    pub(super) askings: Askings,
    pub(super) told: Report,
    pub(super) pages: Pages,
    pub(super) keys: Keys,
    pub(super) holds: Holds,
    pub(super) watch: Option<ImportWatch>,
    /// Room for what is known of an entry's postings.
    #[pending(skip)]
    pub(super) judged: Vec<Judged>,
}

/// What a commit reports, in order.
#[derive(Default)]
pub(super) struct Report(Logged<Told>);

#[derive(Clone)]
pub(super) enum Told {
    Posted { first: Id<Entry>, entries: usize, postings: usize },
    Held(Id<PendingEntry>),
    PendingPosted { pending: Id<PendingEntry>, entry: Id<Entry> },
    Voided(Id<PendingEntry>),
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
        let (told, exceeding, judged) = (Report::default(), None, Vec::new());
        Ok(Recorder { pieces, rules, askings, pages, keys, holds, watch, told, exceeding, judged })
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
}

impl Report {
    /// Tells of a posted entry, together with the one before if their ids follow one another.
    pub(super) fn posted(&mut self, id: Id<Entry>, lines: usize) {
        let follows = |told: &Told| {
            let Told::Posted { first, entries, .. } = told else { return false };
            fondaco_core::IdRun::new(*first, *entries as u32 + 1)
                .is_ok_and(|run| run.get(*entries as u32) == Some(id))
        };
        let last = self.0.as_slice().len().wrapping_sub(1);
        if self.0.get(last).is_some_and(follows)
            && let Some(Told::Posted { entries, postings, .. }) = self.0.get_mut(last)
        {
            (*entries, *postings) = (*entries + 1, *postings + lines);
            return;
        }
        self.push(Told::Posted { first: id, entries: 1, postings: lines });
    }

    pub(super) fn push(&mut self, told: Told) {
        self.0.push(told);
    }
}

impl Pending for Report {
    type Mark = LogMark;

    fn mark(&self) -> LogMark {
        self.0.mark()
    }
    fn back_to(&mut self, mark: LogMark) {
        self.0.back_to(mark);
    }
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        self.0.as_slice().iter().for_each(|told| tx.emit(told.event()));
        Ok(())
    }
}

impl Told {
    fn event(&self) -> Event {
        match self {
            Told::Posted { first, entries, postings } => posted(*first, *entries, *postings),
            Told::Held(id) => Event::new("ledger.pending_recorded").with("pending", *id),
            Told::PendingPosted { pending, entry } => {
                Event::new("ledger.pending_posted").with("pending", *pending).with("entry", *entry)
            }
            Told::Voided(id) => Event::new("ledger.pending_voided").with("pending", *id),
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
        found.ok_or_else(|| Halt::Bug(format!("{name} was not asked for")).into())
    }
}

impl Pending for Askings {
    type Mark = Vec<Option<Weight>>;

    /// Empty while nothing counts towards the limit of anybody's right.
    fn mark(&self) -> Vec<Option<Weight>> {
        if self.0.iter().all(|(_, asking)| asking.has_taken_nothing()) {
            return Vec::new();
        }
        self.0.iter().map(|(_, asking)| asking.taken()).collect()
    }
    fn back_to(&mut self, totals: Vec<Option<Weight>>) {
        let totals = totals.into_iter().chain(std::iter::repeat(None));
        for ((_, asking), total) in self.0.iter_mut().zip(totals) {
            asking.take_back_to(total);
        }
    }
    fn finish(self, _: &mut Tx<'_>) -> Result<(), Halt> {
        Ok(())
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
