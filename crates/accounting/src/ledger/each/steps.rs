//! What each kind of item does: in TigerBeetle's order of checks, where several apply.

use fondaco_core::store::Tags;
use fondaco_core::{Id, Money, Timestamp, Tx};

use super::item::Piece;
use super::keys::{EntryKey, KeyOf};
use super::recorder::{Recorder, Told};
use super::{Recorded, RecordedAs};
use crate::dimensions::complete;
use crate::ledger::account::check_tags;
use crate::ledger::judge::Judged;
use crate::ledger::notes::check_note;
use crate::ledger::pages::{Place, too_many};
use crate::ledger::pending::{
    Expiry, Loaded, NewPending, PendingEntry, PendingPosting, PendingSettled, PostPending,
    SettleOptions, Settled, VoidPending, release,
};
use crate::ledger::post::examine;
use crate::ledger::spending::Standing;
use crate::ledger::totals::Layer;
use crate::ledger::{
    Amount, Entry, EntryDetail, EntryOptions, LedgerError, NewEntry, Posted, Side,
    account::check_code,
};
use crate::parallel::check_all_ledgers;

/// An entry before the limits are asked.
struct Prepared {
    /// What is posted, where it is not what was given: with dimensions filled in, or with the amounts that there are.
    amended: Option<NewEntry>,
    /// Whether its amounts are others.
    balanced: bool,
}

impl Recorder<'_> {
    pub(super) fn step(
        &mut self,
        tx: &mut Tx<'_>,
        piece: Piece<'_>,
    ) -> Result<Recorded, LedgerError> {
        let given = piece.given();
        if let Some(key) = given.key {
            check_code("key", key)?;
        }
        if let Some(known) = self.keys.find(given.key)? {
            return self.repeat(tx, &known, piece);
        }
        match piece {
            Piece::Entry(new) => self.post(tx, piece, new),
            Piece::Pending(new) => self.hold(tx, piece, new),
            Piece::Post(new) => self.post_pending(tx, piece, new),
            Piece::Void(new) => self.void(tx, piece, new),
        }
    }

    /// Posts an entry.
    fn post(
        &mut self,
        tx: &mut Tx<'_>,
        piece: Piece<'_>,
        new: &NewEntry,
    ) -> Result<Recorded, LedgerError> {
        let mut judged = std::mem::take(&mut self.judged);
        let posted = self.post_judged(tx, piece, new, &mut judged);
        self.judged = judged;
        posted
    }

    fn post_judged(
        &mut self,
        tx: &mut Tx<'_>,
        piece: Piece<'_>,
        new: &NewEntry,
        judged: &mut Vec<Judged>,
    ) -> Result<Recorded, LedgerError> {
        let Prepared { amended, balanced } = self.prepare(tx, piece, new, judged)?;
        let asked = balanced.then(|| amount_of(new));
        let new = amended.as_ref().unwrap_or(new);
        self.pages.run(tx, &self.rules, Layer::Posted, (new, judged))?;
        let given = piece.given();
        let (posted, moved) = self.write(tx, (new, judged), given.imported_at, false)?;
        if let Some(options) = new.options.as_deref() {
            self.keep_detail(tx, new, options, (posted.id, asked));
        }
        if let Some(key) = given.key {
            let key = EntryKey::new(key.clone(), KeyOf::Entry, given.linked);
            let lines = new.postings.len() as u32;
            self.keys.give(EntryKey { entry: Some(posted.id), lines, ..key });
        }
        self.told.posted(posted.id, new.postings.len());
        self.askings.of(piece)?.count();
        Ok(Recorded { done: RecordedAs::Posted(posted), moved, existed: false })
    }

    /// Keeps what an entry carries besides its lines, if anything.
    fn keep_detail(
        &mut self,
        tx: &mut Tx<'_>,
        new: &NewEntry,
        options: &EntryOptions,
        (entry, asked): (Id<Entry>, Option<Amount>),
    ) {
        let mut detail = EntryDetail {
            key: options.key.clone(),
            kind: options.kind.clone(),
            tags: options.tags.clone(),
            balancing: options.balancing,
            asked: asked.filter(|_| options.balancing.is_some()),
            imported: options.imported_at.is_some(),
            ..EntryDetail::of(entry)
        };
        if let Some(note) = new.noted() {
            detail.note = Some(tx.personal(note.clone())).into();
            detail.note_about = new.note_about().into();
        }
        if detail.says_something() {
            self.pages.details.push(detail);
        }
    }

    /// All that may be wrong with an entry before the limits are asked; the entry that is to be posted, where it is another.
    fn prepare(
        &mut self,
        tx: &mut Tx<'_>,
        piece: Piece<'_>,
        new: &NewEntry,
        judged: &mut Vec<Judged>,
    ) -> Result<Prepared, LedgerError> {
        self.rules.journal(&new.journal)?;
        let completed = complete(tx, &self.rules, new)?;
        let new = completed.as_ref().unwrap_or(new);
        if let Some(options) = new.options.as_deref() {
            check_tags(options.kind.as_ref(), &options.tags)?;
            check_note(options.note.as_ref())?;
        }
        examine(&self.rules, self.askings.of(piece)?, tx, new, judged)?;
        if let Some(instant) = piece.given().imported_at {
            self.import(tx, instant, new.postings.iter().map(|posting| &posting.account))?;
            if matches!(piece, Piece::Pending(NewPending { expires: Some(_), .. })) {
                return Err(LedgerError::ImportExpires);
            }
        }
        self.pages.check_closed(&self.rules.chart, (new, judged))?;
        match new.options.as_deref().and_then(|options| options.balancing) {
            None => Ok(Prepared { amended: completed, balanced: false }),
            Some(balancing) => {
                let balanced = self.balanced(tx, new, judged, balancing)?;
                Ok(Prepared { balanced: balanced.is_some(), amended: balanced.or(completed) })
            }
        }
    }

    fn import<'c>(
        &mut self,
        tx: &mut Tx<'_>,
        instant: Timestamp,
        accounts: impl Iterator<Item = &'c smol_str::SmolStr>,
    ) -> Result<(), LedgerError> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        watch.check(tx, instant, accounts)?;
        watch.latest = Some(instant);
        Ok(())
    }

    /// Numbers an entry, which may settle what was held, and takes it down; with how much it moves.
    fn write(
        &mut self,
        tx: &mut Tx<'_>,
        (new, judged): (&NewEntry, &[Judged]),
        imported_at: Option<Timestamp>,
        settles: bool,
    ) -> Result<(Posted, Money), LedgerError> {
        let period = self.rules.period_for(new)?;
        let journal = self.rules.journal(&new.journal)?;
        let exceeding = self.exceeding;
        let place = Place { settles, exceeding, ..self.pages.place(tx, imported_at)? };
        let posted = self.pages.write(tx, &self.rules, (new, judged), (period, journal), place)?;
        Ok((posted, moved(new)))
    }

    /// Holds an entry.
    fn hold(
        &mut self,
        tx: &mut Tx<'_>,
        piece: Piece<'_>,
        new: &NewPending,
    ) -> Result<Recorded, LedgerError> {
        let mut judged = Vec::new();
        if new.entry.noted().is_some() {
            let why = "what is pending has no note: write it with an entry that is posted".into();
            return Err(LedgerError::BadInput { what: "note", why });
        }
        if new.entry.adjustment().is_some() {
            let why = "what is pending lies in no adjustment period: post it at once".into();
            return Err(LedgerError::BadInput { what: "adjustment", why });
        }
        check_all_ledgers(self.rules.journal(&new.entry.journal)?, "entries that are held")?;
        let Prepared { amended, balanced } = self.prepare(tx, piece, &new.entry, &mut judged)?;
        let asked = balanced.then(|| amount_of(&new.entry));
        let entry = amended.as_ref().unwrap_or(&new.entry);
        let given = piece.given();
        let place = self.pages.place(tx, given.imported_at)?;
        let expires_at = expiry(new.expires, place.recorded_at);
        let allowed =
            self.pages.running.allow(tx, &self.rules.chart, Layer::Pending, (entry, &judged));
        let expires_at = match (allowed, expires_at) {
            // Whether a sum fits comes before whether an instant does, and limits come last.
            (
                Err(
                    LedgerError::ExceedsCredits { .. }
                    | LedgerError::ExceedsDebits { .. }
                    | LedgerError::ExceedsOnDay { .. },
                )
                | Ok(()),
                Err(late),
            ) => return Err(late),
            (Err(error), _) => return Err(error),
            (Ok(()), Ok(expires_at)) => expires_at,
        };
        let period = self.rules.period_for(entry)?;
        let layer = Layer::Pending;
        let standing = Standing { id: place.id, layer, exceeding: None, settles: false };
        let what = (entry, judged.as_slice(), period);
        self.pages.spending.allow(tx, &self.rules, what, &standing)?;
        self.pages.skip();
        let id = Id::from_u128(place.id.to_u128());
        let options = entry.options.as_deref().cloned().unwrap_or_default();
        let pending = PendingEntry {
            id,
            journal: entry.journal.clone(),
            date: entry.date,
            recorded_at: place.recorded_at,
            document_date: entry.document_date,
            due_date: entry.due_date,
            text: entry.text.clone(),
            party: entry.party,
            source: entry.source.clone(),
            conversion: entry.conversion,
            lines: entry.postings.len() as u32,
            expires_at,
            timeout_seconds: match new.expires {
                Some(Expiry::After(seconds)) => Some(seconds),
                _ => None,
            },
            closing: new.closing,
            key: options.key,
            kind: options.kind,
            tags: options.tags,
            balancing: options.balancing,
            asked: asked.filter(|_| options.balancing.is_some()),
            imported: options.imported_at.is_some(),
        };
        if let Some(closing) = new.closing {
            let closed = entry.postings.iter().filter(|posting| closing.is_on(posting.side));
            closed.for_each(|posting| self.pages.closings.set(&posting.account, true));
        }
        let lines = entry.postings.iter().zip(&judged).zip(1..);
        let lines = lines.map(|((posting, judged), line)| held(id, line, posting, judged));
        self.holds.record(pending, lines.collect());
        if let Some(key) = given.key {
            let key = EntryKey::new(key.clone(), KeyOf::Pending, given.linked);
            let lines = entry.postings.len() as u32;
            self.keys.give(EntryKey { pending: Some(id), lines, ..key });
        }
        self.told.push(Told::Held(id));
        self.askings.of(piece)?.count();
        Ok(Recorded { done: RecordedAs::Held(id), moved: moved(entry), existed: false })
    }

    /// Posts a pending entry.
    fn post_pending(
        &mut self,
        tx: &mut Tx<'_>,
        piece: Piece<'_>,
        new: &PostPending,
    ) -> Result<Recorded, LedgerError> {
        let unknown = || LedgerError::UnknownPending { pending: new.pending.clone() };
        let id = self.hold_of(&new.pending)?.ok_or_else(unknown)?;
        let hold = self.holds.find(id).ok_or_else(unknown)?.clone();
        check_expected(&hold, new.options.expected.as_deref())?;
        check_expected_amount(&hold, new.options.expected.as_deref())?;
        let postings = hold.part(&new.part, self.rules.currency)?;
        check_unsettled(&hold, tx.now())?;
        if let Some(instant) = new.options.imported_at {
            self.import(tx, instant, std::iter::empty())?;
        }
        check_tags(None, &new.options.tags)?;
        let entry = hold.pending.to_entry(new.date.unwrap_or(hold.pending.date), postings);
        let mut judged = Vec::new();
        examine(&self.rules, self.askings.of(piece)?, tx, &entry, &mut judged)?;
        self.pages.check_closed(&self.rules.chart, (&entry, &judged))?;
        for ((line, posting), judged) in hold.lines.iter().zip(&entry.postings).zip(&judged) {
            let gate = self.rules.chart.gate(judged.account);
            self.pages.running.settle(gate, (posting, Some(judged.amount)), line.amount)?;
        }
        let by_day = Some((&entry, judged.as_slice()));
        self.pages.running.settle_by_day(tx, &self.rules.chart, &hold, by_day)?;
        self.pages.spending.release(tx, &self.rules, &hold)?;
        let imported_at = new.options.imported_at;
        let (posted, moved) = self.write(tx, (&entry, &judged), imported_at, true)?;
        let tags = hold.pending.tags_with(&new.options.tags);
        self.pages.details.push(EntryDetail {
            key: new.options.key.clone(),
            kind: hold.pending.kind.clone(),
            tags: tags.clone(),
            pending: Some(id),
            imported: new.options.imported_at.is_some(),
            ..EntryDetail::of(posted.id)
        });
        let settling = Settling { settled: Settled::Posted, entry: Some(posted), tags };
        self.settle(tx, id, &new.options, settling)?;
        self.told.push(Told::PendingPosted { pending: id, entry: posted.id });
        self.told.posted(posted.id, entry.postings.len());
        self.askings.of(piece)?.count();
        let done = RecordedAs::PendingPosted { pending: id, entry: posted };
        Ok(Recorded { done, moved, existed: false })
    }

    /// Voids a pending entry: the only thing that a closed account allows.
    fn void(
        &mut self,
        tx: &mut Tx<'_>,
        piece: Piece<'_>,
        new: &VoidPending,
    ) -> Result<Recorded, LedgerError> {
        let unknown = || LedgerError::UnknownPending { pending: new.pending.clone() };
        let id = self.hold_of(&new.pending)?.ok_or_else(unknown)?;
        let hold = self.holds.find(id).ok_or_else(unknown)?.clone();
        check_expected(&hold, new.options.expected.as_deref())?;
        check_expected_amount(&hold, new.options.expected.as_deref())?;
        check_unsettled(&hold, tx.now())?;
        if let Some(instant) = new.options.imported_at {
            self.import(tx, instant, std::iter::empty())?;
        }
        check_tags(None, &new.options.tags)?;
        let lines = hold.lines.iter().map(|line| line.to_posting(self.rules.currency)).collect();
        let entry = hold.pending.to_entry(hold.pending.date, lines);
        self.askings.of(piece)?.allow_writing(tx, &entry)?;
        release(&hold, self.rules.currency, (&mut self.pages.running, &mut self.pages.closings))?;
        self.pages.running.settle_by_day(tx, &self.rules.chart, &hold, None)?;
        self.pages.spending.release(tx, &self.rules, &hold)?;
        let tags = hold.pending.tags_with(&new.options.tags);
        let settling = Settling { settled: Settled::Voided, entry: None, tags };
        self.settle(tx, id, &new.options, settling)?;
        self.told.push(Told::Voided(id));
        let done = RecordedAs::PendingVoided(id);
        Ok(Recorded { done, moved: hold.amount(), existed: false })
    }

    /// Writes down what became of a pending entry.
    fn settle(
        &mut self,
        tx: &mut Tx<'_>,
        pending: Id<PendingEntry>,
        options: &SettleOptions,
        settling: Settling,
    ) -> Result<(), LedgerError> {
        let Settling { settled, entry, tags } = settling;
        let at = options.imported_at.unwrap_or(tx.now());
        let id = match entry {
            Some(entry) => entry.id.to_u128(),
            None => self.pages.next_id().ok_or_else(too_many)?,
        };
        self.holds.settle(PendingSettled {
            pending,
            settled,
            at,
            id: Id::from_u128(id),
            entry: entry.map(|entry| entry.id),
            key: options.key.clone(),
            tags,
            imported: options.imported_at.is_some(),
        });
        if let Some(key) = &options.key {
            let of = if settled == Settled::Posted {
                KeyOf::PostedPending
            } else {
                KeyOf::VoidedPending
            };
            let lines = self.holds.find(pending).map_or(0, |hold| hold.lines.len() as u32);
            let entry = entry.map(|entry| entry.id);
            let key = EntryKey::new(key.clone(), of, options.linked);
            self.keys.give(EntryKey { entry, pending: Some(pending), lines, ..key });
        }
        Ok(())
    }
}

/// What becomes of a pending entry.
struct Settling {
    settled: Settled,
    entry: Option<Posted>,
    tags: Tags,
}

impl EntryDetail {
    fn says_something(&self) -> bool {
        self.key.is_some()
            || self.kind.is_some()
            || !self.tags.is_empty()
            || self.balancing.is_some()
            || self.imported
            || self.note.get().is_some()
    }
}

/// The debits of an entry in the currency of its first line.
pub(super) fn moved(entry: &NewEntry) -> Money {
    let Some(first) = entry.postings.first() else {
        return Money::zero(fondaco_core::Currency::EUR);
    };
    let currency = first.amount.currency();
    let mine = entry
        .postings
        .iter()
        .filter(|posting| posting.side == Side::Debit && posting.amount.currency() == currency);
    // Each was judged to be within 64 bits: their sum is within a decimal.
    mine.fold(Money::zero(currency), |sum, posting| sum.add(posting.amount).unwrap_or(sum))
}

fn amount_of(entry: &NewEntry) -> Amount {
    let amount = entry.postings.first().map(|posting| posting.amount.amount());
    amount.and_then(Amount::from_decimal).unwrap_or_default()
}

fn held(
    pending: Id<PendingEntry>,
    line: u32,
    new: &crate::ledger::NewPosting,
    judged: &Judged,
) -> PendingPosting {
    PendingPosting {
        pending,
        line,
        account: new.account.clone(),
        side: new.side,
        amount: judged.amount,
        currency: new.amount.currency(),
        ledger_amount: judged.ledger_amount,
        rate: judged.rate,
        text: new.text.clone(),
        party: new.party,
        due_date: new.due_date,
        dimensions: new.dimensions.clone(),
    }
}

/// The instant at which it expires.
fn expiry(
    expires: Option<Expiry>,
    recorded_at: Timestamp,
) -> Result<Option<Timestamp>, LedgerError> {
    match expires {
        None => Ok(None),
        Some(Expiry::After(0)) => {
            let why = "it would expire as it is recorded: give seconds to come, or leave it out";
            Err(LedgerError::BadInput { what: "expiry", why: why.into() })
        }
        Some(Expiry::After(seconds)) => {
            let span = chrono::TimeDelta::seconds(i64::from(seconds));
            let at = recorded_at.checked_add(span);
            Ok(Some(at.ok_or(LedgerError::ExpiresTooLate { seconds })?))
        }
        Some(Expiry::At(at)) if at <= recorded_at => {
            let why = format!("{at} is past at {recorded_at}: give an instant to come");
            Err(LedgerError::BadInput { what: "expiry", why })
        }
        Some(Expiry::At(at)) => Ok(Some(at)),
    }
}

/// Whether it is what it is believed to be.
fn check_expected(
    hold: &Loaded,
    expected: Option<&crate::ledger::Expected>,
) -> Result<(), LedgerError> {
    let Some(expected) = expected else { return Ok(()) };
    let has = |side, account: &Option<smol_str::SmolStr>| {
        account.as_ref().is_none_or(|account| hold.has(side, account))
    };
    let currency = hold.amount().currency();
    let kind = expected.kind.is_none() || expected.kind == hold.pending.kind;
    let fields = [
        ("debit_account", has(Side::Debit, &expected.debit)),
        ("credit_account", has(Side::Credit, &expected.credit)),
        ("currency", expected.currency.is_none_or(|expected| expected == currency)),
        ("kind", kind),
    ];
    match fields.into_iter().find(|(_, same)| !same) {
        None => Ok(()),
        Some((field, _)) => Err(LedgerError::PendingDiffers { pending: hold.pending.id, field }),
    }
}

fn check_expected_amount(
    hold: &Loaded,
    expected: Option<&crate::ledger::Expected>,
) -> Result<(), LedgerError> {
    let Some(expected) = expected.and_then(|expected| expected.amount) else { return Ok(()) };
    let held = hold.amount();
    if expected.amount() > held.amount() {
        return Err(LedgerError::ExceedsPending {
            pending: hold.pending.id,
            amount: expected,
            held,
        });
    }
    if expected != held {
        return Err(LedgerError::PendingDiffers { pending: hold.pending.id, field: "amount" });
    }
    Ok(())
}

/// Whether it is still pending.
fn check_unsettled(hold: &Loaded, now: Timestamp) -> Result<(), LedgerError> {
    let pending = hold.pending.id;
    match hold.settled.as_ref().map(|settled| settled.settled) {
        Some(Settled::Posted) => Err(LedgerError::PendingPosted { pending }),
        Some(Settled::Voided) => Err(LedgerError::PendingVoided { pending }),
        Some(Settled::Expired) => Err(LedgerError::PendingExpired { pending }),
        None if hold.pending.is_expired(now) => Err(LedgerError::PendingExpired { pending }),
        None => Ok(()),
    }
}
