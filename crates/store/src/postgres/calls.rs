//! The port's calls over any source of connections, blocking or not.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fondaco_core::store::{
    Answer, At, Batch, Commit, FeedFrom, Pieces, Prepared, Read, Reply, Salt, Snapshot, StoreError,
    Table, same_command,
};
use fondaco_core::{CommandId, CompanyId};

use super::commit::{self, Group, Own};
use super::error::{Failure, Outcome, misused, unavailable};
use super::form::Forms;
use super::judge::{self, Verdict};
use super::log::{self, Head};
use super::read::Frame;
use super::room::{Mode, Room};
use super::wire::Wire;
use super::{load, read, schema};
use crate::holds::Holds;

/// How often what was not begun is begun on another connection.
const TRIES: u32 = 3;

/// Where connections come from.
pub(super) trait Source: Send + Sync {
    /// A connection while it is used; it goes back when it is dropped, without a transaction.
    type Lent: Wire + 'static;

    /// A connection, where need be after waiting for one; one that `holds` a snapshot leaves half of all to others.
    fn take(&self, holds: bool) -> impl Future<Output = Result<Self::Lent, StoreError>> + Send;

    /// Waits.
    fn pause(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// What is asked in a transaction of its own that sees one moment.
pub(super) trait Question: Sync {
    type Answer: Send;

    fn ask<W: Wire>(
        &self,
        wire: &mut W,
        room: &Room,
    ) -> impl Future<Output = Outcome<Self::Answer>> + Send;

    /// Begins the transaction, asks, and ends it.
    fn ask_alone<W: Wire>(
        &self,
        wire: &mut W,
        room: &Room,
        begin: &str,
    ) -> impl Future<Output = Outcome<Self::Answer>> + Send {
        async move {
            wire.run(begin).await?;
            let answer = self.ask(wire, room).await?;
            wire.run("COMMIT").await?;
            Ok(answer)
        }
    }
}

impl Question for &Read {
    type Answer = Answer;
    async fn ask<W: Wire>(&self, wire: &mut W, room: &Room) -> Outcome<Answer> {
        read::answer(wire, room, self, Frame::default()).await
    }

    async fn ask_alone<W: Wire>(&self, wire: &mut W, room: &Room, begin: &str) -> Outcome<Answer> {
        let frame = Frame { begin: Some(begin), end: Some("COMMIT"), hold: false };
        read::answer(wire, room, self, frame).await
    }
}

impl Question for &FeedFrom {
    type Answer = Vec<Commit>;
    async fn ask<W: Wire>(&self, wire: &mut W, room: &Room) -> Outcome<Vec<Commit>> {
        log::feed(wire, room, self).await
    }
}

/// Whether a batch still fits what it has seen.
impl Question for &Batch {
    type Answer = Commit;
    async fn ask<W: Wire>(&self, wire: &mut W, room: &Room) -> Outcome<Commit> {
        commit::check(wire, room, self).await
    }
}

/// The salt of the command at a position.
struct SaltOf(CompanyId, u64);

impl Question for SaltOf {
    type Answer = Option<Salt>;
    async fn ask<W: Wire>(&self, wire: &mut W, room: &Room) -> Outcome<Option<Salt>> {
        log::salt(wire, room, self.0, self.1).await
    }
}

/// Where the connection of a hold is.
enum Place<L> {
    Free(L),
    /// Somebody reads from it.
    Lent,
    /// It broke, or its transaction did: nobody sees that moment again.
    Gone,
}

/// A held connection, which whoever reads from it borrows.
type Held<L> = Arc<Mutex<Place<L>>>;

/// A borrowed connection. Its place is left as gone unless it is put back, however the reading ends: a future may be dropped
/// in the middle of it.
struct Borrowed<'h, L> {
    held: &'h Held<L>,
    wire: Option<L>,
}

impl<L> Borrowed<'_, L> {
    fn put_back(mut self) {
        if let Some(wire) = self.wire.take() {
            *place(self.held) = Place::Free(wire);
        }
    }
}

impl<L> Drop for Borrowed<'_, L> {
    fn drop(&mut self) {
        if self.wire.is_some() {
            *place(self.held) = Place::Gone;
        }
    }
}

/// What became of a batch that was taken from the line.
pub(super) enum Taken {
    Answered(Result<Commit, StoreError>),
    /// It waits once more, before all others.
    Again(Batch),
}

/// A store over a source of connections.
pub(super) struct Calls<S: Source> {
    pub(super) room: Room,
    pub(super) source: S,
    holds: Holds<Held<S::Lent>>,
}

impl<S: Source> Calls<S> {
    pub(super) fn new(room: Room, source: S) -> Calls<S> {
        Calls { room, source, holds: Holds::new() }
    }

    /// Releases holds that were forgotten.
    pub(super) fn sweep(&self) {
        self.holds.sweep();
    }

    /// Releases a hold without waiting: its connection ends the transaction when it goes back.
    #[cfg(feature = "postgres-async")]
    pub(super) fn release(&self, company: CompanyId, at: Snapshot) {
        drop(self.holds.find(company, at, true));
    }

    pub(super) async fn prepare(&self, tables: &[&'static Table]) -> Outcome<Prepared> {
        if self.room.has(tables) {
            return Ok(Prepared::default());
        }
        let mut tries = 0;
        loop {
            let mut wire = self.begun(&self.room.begin_to_prepare()).await?;
            tries += 1;
            match prepare_all(&mut wire, &self.room, tables).await {
                Ok((prepared, forms)) => {
                    self.room.add_forms(forms);
                    return Ok(prepared);
                }
                // Writers and readers go on meanwhile, and lock what they use in an order of their own.
                Err(failure) if failure.is_race() && tries < TRIES => wire.forget(),
                Err(failure) if failure.is_race() => {
                    let why = failure.named();
                    return Err(
                        unavailable(format!("others use the tables all the time ({why})")).into()
                    );
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    pub(super) async fn read(&self, read: &Read) -> Outcome<Answer> {
        self.sweep();
        match read.at {
            At::Hold => self.hold(read).await,
            At::Held(at) | At::Last(at) => self.held(read, at).await,
            _ => self.ask(read.company, read).await,
        }
    }

    /// Asks in a transaction of its own. A connection that broke while it was idle is replaced.
    pub(super) async fn ask<Q: Question>(
        &self,
        company: CompanyId,
        question: Q,
    ) -> Outcome<Q::Answer> {
        let begin = self.room.begin(Mode::Read, company);
        let mut tries = 0;
        loop {
            let mut wire = self.source.take(false).await?;
            tries += 1;
            match question.ask_alone(&mut wire, &self.room, &begin).await {
                Err(failure) if tries < TRIES && (failure.is_lost() || failure.is_race()) => {
                    wire.forget();
                }
                done => return done,
            }
        }
    }

    /// A connection inside a transaction that has begun. One that broke while it was idle is replaced.
    async fn begun(&self, begin: &str) -> Outcome<S::Lent> {
        let mut tries = 0;
        loop {
            let mut wire = self.source.take(false).await?;
            tries += 1;
            match wire.run(begin).await {
                Err(failure) if tries < TRIES && failure.is_lost() => {}
                done => return done.map(|()| wire),
            }
        }
    }

    async fn hold(&self, read: &Read) -> Outcome<Answer> {
        let begin = self.room.begin(Mode::Read, read.company);
        let mut tries = 0;
        loop {
            let mut wire = self.source.take(true).await?;
            tries += 1;
            let frame = Frame { begin: Some(&begin), ..Frame::default() };
            match read::answer(&mut wire, &self.room, read, frame).await {
                Ok(mut answer) => {
                    let held = Arc::new(Mutex::new(Place::Free(wire)));
                    answer.at = self.holds.keep(read.company, answer.at.position, held);
                    return Ok(answer);
                }
                Err(failure) if tries < TRIES && (failure.is_lost() || failure.is_race()) => {
                    wire.forget();
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    async fn held(&self, read: &Read, at: Snapshot) -> Outcome<Answer> {
        let last = matches!(read.at, At::Last(_));
        let held = self.holds.find(read.company, at, last)?;
        let Some(mut borrowed) = self.borrow(&held).await else {
            self.holds.forget(at);
            return Err(StoreError::SnapshotGone.into());
        };
        let answer = match &mut borrowed.wire {
            Some(wire) => read::answer(wire, &self.room, read, Frame::default()).await,
            None => Err(StoreError::SnapshotGone.into()),
        };
        match &answer {
            // The transaction is over with the statement that failed.
            Err(Failure::Sql(_) | Failure::Silent(_)) => {
                drop(borrowed);
                self.holds.forget(at);
            }
            _ if last => drop(borrowed),
            _ => borrowed.put_back(),
        }
        let mut answer = match answer {
            // The server may close what is held after a time of its own, and goes when it restarts; tables may have grown.
            Err(failure) if failure.is_lost() || failure.is_race() => {
                return Err(StoreError::SnapshotGone.into());
            }
            answer => answer?,
        };
        self.forget_salts(read.company, &mut answer).await?;
        answer.at.hold = if last { 0 } else { at.hold };
        Ok(answer)
    }

    /// The connection of a hold, once nobody else reads from it; `None` when it is gone.
    async fn borrow<'h>(&self, held: &'h Held<S::Lent>) -> Option<Borrowed<'h, S::Lent>> {
        loop {
            let found = std::mem::replace(&mut *place(held), Place::Lent);
            match found {
                Place::Free(wire) => return Some(Borrowed { held, wire: Some(wire) }),
                Place::Lent => self.source.pause(Duration::from_millis(1)).await,
                Place::Gone => {
                    *place(held) = Place::Gone;
                    return None;
                }
            }
        }
    }

    /// What was erased since is forgotten in held snapshots too.
    async fn forget_salts(&self, company: CompanyId, answer: &mut Answer) -> Outcome<()> {
        for reply in &mut answer.replies {
            if let Reply::Command(Some(receipt)) = reply
                && receipt.salt.is_some()
            {
                receipt.salt = self.ask(company, SaltOf(company, receipt.position)).await?;
            }
        }
        Ok(())
    }

    /// Lets a role read a company, or no longer.
    pub(super) async fn reader(&self, company: CompanyId, role: &str, may: bool) -> Outcome<()> {
        let mut wire = self.begun(&self.room.begin(Mode::Write, company)).await?;
        let head = Head::of(&mut wire, &self.room, company).await?;
        if head.position == 0 {
            return Err(misused(format!("company {company} has no commit yet")));
        }
        match may {
            true => schema::let_read(&mut wire, &self.room, role, head.company).await?,
            false => schema::forbid_read(&mut wire, &self.room, role, head.company).await?,
        }
        wire.run("COMMIT").await
    }

    /// Puts a company in place as another store had it.
    pub(super) async fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Outcome<()> {
        let own = Own(&self.room);
        let mut wire = self.begun(&self.room.begin(Mode::Load, company)).await?;
        let Some((last, why)) = load::load(&mut wire, &self.room, &own, company, pieces).await?
        else {
            return Ok(());
        };
        drop(wire);
        match self.ask_again(company, &[last.id]).await {
            Some(found) if found.iter().any(|found| commit::is_same(&last, found)) => Ok(()),
            Some(_) => Err(nothing_stored(&why).into()),
            None => Err(unavailable(format!(
                "the connection was lost when all was to be made to last, and the server does not come back: whether \
                 company {company} is there, its head will tell ({why})"
            ))
            .into()),
        }
    }

    /// Commits the batches at the head of a company's line.
    pub(super) async fn group(&self, company: CompanyId, mut batches: Vec<Batch>) -> Vec<Taken> {
        let count = batches.len();
        match self.group_on_some_connection(company, &mut batches).await {
            Ok(group) => self.settled(company, group).await,
            Err(failure) => {
                let error = failure.named();
                (0..count).map(|_| Taken::Answered(Err(error.clone()))).collect()
            }
        }
    }

    async fn group_on_some_connection(
        &self,
        company: CompanyId,
        batches: &mut Vec<Batch>,
    ) -> Outcome<Group> {
        let mut tries = 0;
        loop {
            let mut wire = self.source.take(false).await?;
            let (room, own) = (&self.room, Own(&self.room));
            tries += 1;
            match commit::group(&mut wire, room, &own, company, batches).await {
                // The connection was idle when the server went: nothing was begun.
                Err(failure) if failure.is_lost() && tries < TRIES && !batches.is_empty() => {}
                done => return done,
            }
        }
    }

    /// The answers, where need be after asking the server what became of a commit.
    async fn settled(&self, company: CompanyId, group: Group) -> Vec<Taken> {
        let Group { mut verdicts, unsure } = group;
        let fate = match unsure {
            Some((batches, why)) => {
                let ids: Vec<CommandId> = batches.iter().map(|batch| batch.id).collect();
                let fate = Fate::of(&verdicts, self.ask_again(company, &ids).await);
                if !matches!(fate, Fate::Stored) {
                    commit::unfound(&mut verdicts, &ids);
                }
                Some((batches, why, fate))
            }
            None => None,
        };
        let answer = |verdict| match verdict {
            Verdict::Later(batch) => Taken::Again(batch),
            Verdict::Refused(error) => Taken::Answered(Err(error)),
            Verdict::Done(commit) => Taken::Answered(match &fate {
                Some((batches, why, fate)) => {
                    match batches.iter().find(|batch| batch.id == commit.id) {
                        Some(batch) => fate.answer(commit, batch, why),
                        None => Ok(commit),
                    }
                }
                None => Ok(commit),
            }),
        };
        verdicts.into_iter().map(answer).collect()
    }

    /// The commits of some commands that are stored, says the server once it is there again; `None` when it does not come back.
    async fn ask_again(&self, company: CompanyId, ids: &[CommandId]) -> Option<Vec<Commit>> {
        // A server that restarts takes a while to come back.
        for pause in [0, 100, 400, 1_000, 2_000] {
            self.source.pause(Duration::from_millis(pause)).await;
            let Ok(mut wire) = self.source.take(false).await else { continue };
            if let Ok(found) = commit::settle(&mut wire, &self.room, company, ids).await {
                return Some(found);
            }
        }
        None
    }
}

fn place<L>(held: &Held<L>) -> MutexGuard<'_, Place<L>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prepares tables in a transaction that has begun, and makes it last.
async fn prepare_all(
    wire: &mut impl Wire,
    room: &Room,
    tables: &[&'static Table],
) -> Outcome<(Prepared, Forms)> {
    let done = schema::prepare(wire, room, tables).await?;
    wire.run("COMMIT").await?;
    Ok(done)
}

/// What became of batches whose connection was lost when they were to be made to last: together, or not at all.
enum Fate {
    Stored,
    /// They are not; some of their commands are, by another program that was asked the same.
    Gone(Vec<Commit>),
    Unknown,
}

impl Fate {
    /// By what is stored under their commands, if the server told.
    fn of(verdicts: &[Verdict], found: Option<Vec<Commit>>) -> Fate {
        let Some(found) = found else { return Fate::Unknown };
        let ours = |verdict: &Verdict| match verdict {
            Verdict::Done(commit) => found.iter().any(|found| commit::is_same(commit, found)),
            _ => false,
        };
        if verdicts.iter().any(ours) { Fate::Stored } else { Fate::Gone(found) }
    }

    /// What is true of one of them, which was to be `commit`.
    fn answer(&self, commit: Commit, batch: &Batch, why: &str) -> Result<Commit, StoreError> {
        let found = match self {
            Fate::Stored => return Ok(commit),
            Fate::Unknown => return Err(StoreError::Unknown { id: batch.id, why: why.into() }),
            Fate::Gone(found) => found.iter().find(|found| found.id == batch.id),
        };
        match found {
            None => Err(nothing_stored(why)),
            Some(done) if same_command(batch, &done.digest, done.salt.as_ref()) => {
                Ok(judge::replayed(done.clone()))
            }
            Some(_) => Err(StoreError::CommandReused { id: batch.id }),
        }
    }
}

fn nothing_stored(why: &str) -> StoreError {
    unavailable(format!(
        "the connection was lost during the commit, and nothing of it is stored ({why})"
    ))
}

/// A failure in the words of the port.
pub(super) fn named<T>(done: Outcome<T>) -> Result<T, StoreError> {
    done.map_err(Failure::named)
}
