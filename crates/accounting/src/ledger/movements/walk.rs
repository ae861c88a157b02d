//! What was recorded, in order, a piece at a time: as far as somebody reads, and no further.
//!
//! Entries, and what is held, lie in order of their ids, which is that of recording to the millisecond. So do an account's postings of one
//! day. What of a period is more than a few postings is therefore read day by day, beside one another: each day is a
//! [`Stream`], and what lies before the point that all streams have reached is known in full. What is of one millisecond is put in
//! order together.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use fondaco_core::{DateRange, Halt, Id, Range, Reading};
use smol_str::SmolStr;

use super::Movement;
use super::gather::{self, Found};
use super::stream::{Stream, Timed, Window, fill};
use crate::ledger::lookup::{periods_on, posted_account};
use crate::ledger::{
    Entry, EntryDetail, LedgerError, PendingEntry, PendingPosting, PendingSettled, Period, Posting,
};

/// Whose movements are read.
#[derive(Debug, Clone)]
pub(super) enum Whose {
    /// Those that have a line on an account, with those lines.
    Account(SmolStr),
    /// Those of a kind.
    Kind(SmolStr),
    /// All there are.
    All,
}

/// A period of an account is read day by day from so many postings on.
const FEW: usize = 32;
/// So many streams are read on in one trip, where one of them is needed.
const AHEAD: usize = 8;
/// So many movements at least are put together at once.
const PIECE: usize = 64;

/// A walk through what was recorded.
pub(super) struct Walk {
    whose: Whose,
    window: Window,
    postings: Vec<Stream<Posting>>,
    entries: Option<Stream<Entry>>,
    details: Option<Stream<EntryDetail>>,
    lines: Option<Stream<PendingPosting>>,
    holds: Option<Stream<PendingEntry>>,
    settled: Stream<PendingSettled>,
    own: Own,
    /// In order, and not yet put together.
    found: VecDeque<Found>,
    piece: usize,
    ended: bool,
}

/// The pending entries of an account or a kind, read beside what became of all: whichever ends first says what became of these.
#[derive(Default)]
struct Own {
    lines: Option<Stream<PendingPosting>>,
    holds: Option<Stream<PendingEntry>>,
    ids: BTreeSet<Id<PendingEntry>>,
}

impl Walk {
    /// Through what lies in a window, where so many movements are wanted; all of them where no number is given.
    pub(super) fn new(
        read: &mut impl Reading,
        whose: Whose,
        window: Window,
        wanted: Option<usize>,
    ) -> Result<Walk, LedgerError> {
        let whole = wanted.is_none() && window.is_open();
        let first = if whole { usize::MAX } else { wanted.unwrap_or(256).clamp(1, 2048) + 1 };
        let settled = Range::by(PendingSettled::BY_PLACE, &());
        let mut walk = Walk {
            postings: Vec::new(),
            entries: None,
            details: None,
            lines: None,
            holds: None,
            settled: Stream::new(settled, window, first),
            own: Own::default(),
            found: VecDeque::new(),
            piece: wanted.unwrap_or(usize::MAX).clamp(PIECE, 1024),
            ended: false,
            whose,
            window,
        };
        walk.open(read, first)?;
        Ok(walk)
    }

    /// Opens the streams that are needed.
    fn open(&mut self, read: &mut impl Reading, first: usize) -> Result<(), LedgerError> {
        let (window, anytime) = (self.window, Window::default());
        match &self.whose {
            Whose::Account(account) => {
                self.postings = postings_of(read, account, window, first)?;
                let lines = Range::by(PendingPosting::BY_ACCOUNT, account);
                self.lines = Some(Stream::new(lines.clone(), window, first));
                self.own.lines = Some(Stream::new(lines, anytime, first));
            }
            Whose::Kind(kind) => {
                let details = Range::by(EntryDetail::BY_KIND, kind);
                self.details = Some(Stream::new(details, window, first));
                let holds = Range::by(PendingEntry::BY_KIND, kind);
                self.holds = Some(Stream::new(holds.clone(), window, first));
                self.own.holds = Some(Stream::new(holds, anytime, first));
            }
            Whose::All => {
                self.entries = Some(Stream::new(Range::all(), window, first));
                self.holds = Some(Stream::new(Range::all(), window, first));
            }
        }
        Ok(())
    }

    /// What comes next, in order; `None` behind the last. May be empty before that.
    pub(super) fn next(
        &mut self,
        read: &mut impl Reading,
    ) -> Result<Option<Vec<Movement>>, LedgerError> {
        while self.found.is_empty() {
            if self.ended {
                return Ok(None);
            }
            self.read_on(read)?;
        }
        let piece: Vec<Found> = self.found.drain(..self.piece.min(self.found.len())).collect();
        gather::complete(read, piece).map(Some)
    }

    /// Reads on where least was read, and takes what is known in full.
    fn read_on(&mut self, read: &mut impl Reading) -> Result<(), LedgerError> {
        let through = self.behind();
        fill(read, &mut self.postings, through)?;
        fill(read, &mut self.entries, through)?;
        fill(read, &mut self.details, through)?;
        fill(read, &mut self.lines, through)?;
        fill(read, &mut self.holds, through)?;
        if self.settled.reached().is_some_and(|at| at <= through) {
            self.read_on_settled(read)?;
        }
        let horizon = self.reached().min();
        self.ended = horizon.is_none();
        self.take(read, horizon)
    }

    /// How far each stream was read that has not ended.
    fn reached(&self) -> impl Iterator<Item = i64> {
        let postings = self.postings.iter().map(Stream::reached);
        let others = [
            self.entries.as_ref().and_then(Stream::reached),
            self.details.as_ref().and_then(Stream::reached),
            self.lines.as_ref().and_then(Stream::reached),
            self.holds.as_ref().and_then(Stream::reached),
            self.settled.reached(),
        ];
        postings.chain(others).flatten()
    }

    /// The rank through which streams are read on that were not read further: that of a few.
    fn behind(&self) -> i64 {
        let mut reached: Vec<i64> = self.reached().collect();
        reached.sort_unstable();
        let at = reached.len().min(AHEAD).saturating_sub(1);
        reached.get(at).copied().unwrap_or(i64::MAX)
    }

    /// Reads what became of pending entries: of those of the account or kind, where they are fewer than all are.
    fn read_on_settled(&mut self, read: &mut impl Reading) -> Result<(), LedgerError> {
        fill(read, &mut self.own.lines, i64::MAX)?;
        fill(read, &mut self.own.holds, i64::MAX)?;
        let mut known = false;
        if let Some(lines) = &mut self.own.lines {
            known = lines.ended;
            self.own.ids.extend(lines.take(None).map(|line| line.pending));
        }
        if let Some(holds) = &mut self.own.holds {
            known = holds.ended;
            self.own.ids.extend(holds.take(None).map(|hold| hold.id));
        }
        if !known {
            return Ok(fill(read, [&mut self.settled], i64::MAX)?);
        }
        let ids: Vec<_> = std::mem::take(&mut self.own.ids).into_iter().collect();
        let settled = read.peek_many::<PendingSettled>(&ids)?.into_iter().flatten();
        let (window, last) = (self.window, self.settled.last.clone());
        let in_window = |settled: &Arc<PendingSettled>| window.has(settled.millis());
        let place = |settled: &Arc<PendingSettled>| (settled.at, settled.id);
        // What was read before is here already.
        let is_new = |settled: &Arc<PendingSettled>| match last.as_ref().map(place) {
            None => true,
            Some(last) if window.backwards => place(settled) < last,
            Some(last) => place(settled) > last,
        };
        let mut rows: Vec<_> = settled.filter(in_window).filter(is_new).collect();
        rows.sort_unstable_by_key(place);
        if window.backwards {
            rows.reverse();
        }
        self.settled.ended = true;
        self.settled.rows.extend(rows);
        Ok(())
    }

    /// Takes what comes before a rank, and puts it in order.
    fn take(&mut self, read: &mut impl Reading, before: Option<i64>) -> Result<(), LedgerError> {
        let settled = self.settled.take(before).collect();
        let mut found = match &self.whose {
            Whose::Account(account) => {
                let postings = taken(&mut self.postings, before);
                let lines = taken(&mut self.lines, before);
                gather::of_account(read, account, (postings, lines, settled))?
            }
            Whose::Kind(kind) => {
                let details = taken(&mut self.details, before);
                let holds = taken(&mut self.holds, before);
                gather::of_kind(read, kind, (details, holds, settled))?
            }
            Whose::All => {
                let entries = taken(&mut self.entries, before);
                let holds = taken(&mut self.holds, before);
                gather::of_all(read, (entries, holds, settled))?
            }
        };
        found.sort_unstable_by_key(Found::place);
        if self.window.backwards {
            found.reverse();
        }
        self.found.extend(found);
        Ok(())
    }
}

/// What comes before a rank in some streams.
fn taken<'s, R: Timed>(
    streams: impl IntoIterator<Item = &'s mut Stream<R>>,
    before: Option<i64>,
) -> Vec<Arc<R>> {
    streams.into_iter().flat_map(|stream| stream.take(before)).collect()
}

/// The postings of an account: those of a period with few of them together, those of others by day.
fn postings_of(
    read: &mut impl Reading,
    account: &SmolStr,
    window: Window,
    wanted: usize,
) -> Result<Vec<Stream<Posting>>, LedgerError> {
    let code = posted_account(read, account)?.code.clone();
    let periods = periods_on(read, DateRange::always())?;
    let few = FEW.max(wanted.saturating_mul(2) / periods.len().max(1));
    let range = |period: &Arc<Period>| {
        Range::by(Posting::BY_ACCOUNT, &(code.clone(), period.period)).limit(few)
    };
    let ranges: Vec<_> = periods.iter().map(range).collect();
    let (mut known, mut days) = (Vec::new(), Vec::new());
    for (period, rows) in periods.iter().zip(read.peek_ranges(&ranges)?) {
        if rows.len() < few {
            let rows = rows.iter().map(|row| row.record::<Posting>());
            known.extend(rows.collect::<Result<Vec<_>, _>>().map_err(Halt::from)?);
            continue;
        }
        let dates = period.start.iter_days().take_while(|date| *date <= period.end);
        days.extend(dates.map(|date| (code.clone(), period.period, date)));
    }
    known.retain(|posting| window.has(posting.millis()));
    known.sort_unstable_by_key(|posting| posting.place());
    if window.backwards {
        known.reverse();
    }
    let first = (wanted / days.len().max(1)).saturating_add(2);
    let days =
        days.iter().map(|day| Stream::new(Range::by(Posting::BY_ACCOUNT, day), window, first));
    Ok(std::iter::once(Stream::of(known, window)).chain(days).collect())
}
