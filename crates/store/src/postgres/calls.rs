//! The port's calls over any source of connections, blocking or not.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fondaco_core::store::{
    Answer, At, Batch, Commit, FeedFrom, Pieces, Prepared, Read, Reply, Salt, Snapshot, StoreError,
    Table,
};
use fondaco_core::{CommandId, CompanyId};

use super::commit::{self, Group, Own};
use super::error::{Failure, Outcome, misused};
use super::judge::Verdict;
use super::log::{self, Head};
use super::room::{Mode, Room};
use super::wire::Wire;
use super::{load, read, schema};
use crate::holds::Holds;

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
}

impl Question for &Read {
    type Answer = Answer;
    async fn ask<W: Wire>(&self, wire: &mut W, room: &Room) -> Outcome<Answer> {
        read::answer(wire, room, self).await
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

/// A held connection, in its place or lent to whoever reads.
type Held<L> = Arc<Mutex<Option<L>>>;

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

    pub(super) async fn prepare(&self, tables: &[&'static Table]) -> Outcome<Prepared> {
        if self.room.has(tables) {
            return Ok(Prepared::default());
        }
        let mut wire = self.source.take(false).await?;
        wire.run(&self.room.begin_to_prepare()).await?;
        let (prepared, forms) = schema::prepare(&mut wire, &self.room, tables).await?;
        wire.run("COMMIT").await?;
        self.room.set_forms(forms);
        Ok(prepared)
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
            match once(&mut wire, &self.room, &begin, &question).await {
                Err(failure) if tries < 3 && (failure.is_lost() || failure.is_race()) => {
                    wire.forget();
                }
                done => return done,
            }
        }
    }

    async fn hold(&self, read: &Read) -> Outcome<Answer> {
        let mut wire = self.source.take(true).await?;
        wire.run(&self.room.begin(Mode::Read, read.company)).await?;
        let mut answer = read::answer(&mut wire, &self.room, read).await?;
        let held = Arc::new(Mutex::new(Some(wire)));
        answer.at = self.holds.keep(read.company, answer.at.position, held);
        Ok(answer)
    }

    async fn held(&self, read: &Read, at: Snapshot) -> Outcome<Answer> {
        let last = matches!(read.at, At::Last(_));
        let held = self.holds.find(read.company, at, last)?;
        let mut wire = self.lend(&held).await;
        let answer = read::answer(&mut wire, &self.room, read).await;
        // The server may close what is held after a time of its own, and goes when it restarts.
        let gone = matches!(&answer, Err(failure) if failure.is_lost());
        if !last && !gone {
            *place(&held) = Some(wire);
        }
        if gone {
            return Err(StoreError::SnapshotGone.into());
        }
        let mut answer = answer?;
        self.forget_salts(read.company, &mut answer).await?;
        answer.at.hold = if last { 0 } else { at.hold };
        Ok(answer)
    }

    /// The connection of a hold, once nobody else reads from it.
    async fn lend(&self, held: &Held<S::Lent>) -> S::Lent {
        loop {
            let free = place(held).take();
            match free {
                Some(wire) => return wire,
                None => self.source.pause(Duration::from_millis(1)).await,
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
        let mut wire = self.source.take(false).await?;
        wire.run(&self.room.begin(Mode::Write, company)).await?;
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
        let mut wire = self.source.take(false).await?;
        load::load(&mut wire, &self.room, &Own(&self.room), company, pieces).await
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
                Err(failure) if failure.is_lost() && tries < 3 && !batches.is_empty() => {}
                done => return done,
            }
        }
    }

    /// The answers, where need be after asking the server what became of a commit.
    async fn settled(&self, company: CompanyId, group: Group) -> Vec<Taken> {
        let Group { verdicts, unsure } = group;
        let found = match unsure {
            Some((ids, why)) => {
                let stored = self.ask_again(company, &ids).await;
                Some((ids, why, stored))
            }
            None => None,
        };
        let answer = |verdict| match verdict {
            Verdict::Later(batch) => Taken::Again(batch),
            Verdict::Refused(error) => Taken::Answered(Err(error)),
            Verdict::Done(commit) => Taken::Answered(match &found {
                Some((ids, why, stored)) if ids.contains(&commit.id) => {
                    truth(commit, why, stored.as_deref())
                }
                _ => Ok(commit),
            }),
        };
        verdicts.into_iter().map(answer).collect()
    }

    async fn ask_again(&self, company: CompanyId, ids: &[CommandId]) -> Option<Vec<CommandId>> {
        // A server that restarts takes a while to come back.
        for pause in [0, 100, 400, 1_000, 2_000] {
            self.source.pause(Duration::from_millis(pause)).await;
            let Ok(mut wire) = self.source.take(false).await else { continue };
            if let Ok(found) = commit::settle(&mut wire, &self.room, company, ids).await {
                return Some(found.into_iter().map(|commit| commit.id).collect());
            }
        }
        None
    }
}

fn place<L>(held: &Held<L>) -> std::sync::MutexGuard<'_, Option<L>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn once<Q: Question>(
    wire: &mut impl Wire,
    room: &Room,
    begin: &str,
    question: &Q,
) -> Outcome<Q::Answer> {
    wire.run(begin).await?;
    let answer = question.ask(wire, room).await?;
    wire.run("COMMIT").await?;
    Ok(answer)
}

/// What became of a commit whose connection was lost.
fn truth(commit: Commit, why: &str, stored: Option<&[CommandId]>) -> Result<Commit, StoreError> {
    match stored {
        Some(stored) if stored.contains(&commit.id) => Ok(commit),
        Some(_) => Err(StoreError::Unavailable(format!(
            "the connection was lost during the commit, and nothing of it is stored ({why})"
        ))),
        None => Err(StoreError::Unknown { id: commit.id, why: why.into() }),
    }
}

/// A failure in the words of the port.
pub(super) fn named<T>(done: Outcome<T>) -> Result<T, StoreError> {
    done.map_err(Failure::named)
}
