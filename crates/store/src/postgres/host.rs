//! The store over the host's own transaction: what the host writes and what the engines write become one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, At, Batch, Commit, FeedFrom, Pieces, Prepared, Read, Snapshot, Store, StoreError, Table,
};
use postgres::Transaction;

use super::commit::{self, Scope};
use super::error::{Outcome, misused, unavailable};
use super::judge::Verdict;
use super::log::{self, Head};
use super::read::Frame;
use super::room::Room;
use super::wire::{Blocking, Statements, Wire, now};
use super::{PostgresOptions, load, read, schema};

/// A [`Store`] inside an open transaction of the host's; see [`Postgres::over`](super::Postgres::over).
///
/// Each commit is a savepoint; the host commits or rolls back the whole. The first read or commit locks the company until then,
/// as every commit of the store does, so keep the transaction short. In a transaction of more than read committed isolation a
/// company that somebody else changed meanwhile can't be locked: that conflict comes to the host as
/// [`StoreError::Refused`], and the host must roll back and begin again.
///
/// The settings that the store makes are the transaction's: `fondaco.company`, a lock timeout of 30 seconds, and what keeps
/// PostgreSQL's planner to indexes.
///
/// One promise of the port is kept only in part: inside a transaction there is one state, so a held snapshot lasts until the
/// next commit of its company through this store. Reading it then is [`StoreError::SnapshotGone`], never another state; drivers
/// begin a view anew.
pub struct PostgresTransaction<'c, 't> {
    inner: Mutex<(&'c mut Transaction<'t>, Statements)>,
    room: Room,
}

impl std::fmt::Debug for PostgresTransaction<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresTransaction").field("room", &self.room).finish_non_exhaustive()
    }
}

/// A part of the host's transaction.
struct Part<'r>(&'r Room);

impl Scope for Part<'_> {
    fn begin(&self, company: CompanyId) -> String {
        self.0.begin_part(Some(company))
    }
    fn end(&self) -> &'static str {
        self.0.end_part()
    }
    fn undo(&self) -> &'static str {
        "ROLLBACK TO SAVEPOINT fondaco; RELEASE SAVEPOINT fondaco"
    }
}

impl<'c, 't> PostgresTransaction<'c, 't> {
    pub(super) fn new(
        transaction: &'c mut Transaction<'t>,
        options: &PostgresOptions,
    ) -> PostgresTransaction<'c, 't> {
        PostgresTransaction {
            inner: Mutex::new((transaction, Statements::default())),
            room: options.room(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, (&'c mut Transaction<'t>, Statements)> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `act` in a savepoint that stays when it succeeds.
    fn inside<T>(
        &self,
        begin: &str,
        act: impl AsyncFnOnce(&mut Blocking<'_, Transaction<'t>>) -> Outcome<T>,
    ) -> Result<T, StoreError> {
        let mut inner = self.lock();
        let (transaction, statements) = &mut *inner;
        let mut wire = Blocking { client: &mut **transaction, statements };
        let run = async {
            wire.run(begin).await?;
            let done = act(&mut wire).await;
            wire.run(if done.is_ok() { Part(&self.room).end() } else { Part(&self.room).undo() })
                .await?;
            done
        };
        now(run).map_err(super::error::Failure::named)
    }
}

impl Store for PostgresTransaction<'_, '_> {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        if self.room.has(tables) {
            return Ok(Prepared::default());
        }
        let (prepared, forms) = self.inside(&self.room.begin_part(None), async |wire| {
            schema::prepare(wire, &self.room, tables).await
        })?;
        self.room.add_forms(forms);
        Ok(prepared)
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        let begin = Part(&self.room).begin(read.company);
        self.inside(&begin, async |wire| {
            // Nobody else commits between our questions.
            let frame = Frame { hold: true, ..Frame::default() };
            let mut answer = read::answer(wire, &self.room, read, frame).await?;
            match read.at {
                At::Hold => answer.at = Snapshot { hold: 1, ..answer.at },
                // A company's state is that of its newest commit, so a hold on it lasts until the next.
                At::Held(at) | At::Last(at)
                    if at.hold != 1 || at.position != answer.at.position =>
                {
                    return Err(StoreError::SnapshotGone.into());
                }
                At::Held(at) => answer.at = at,
                _ => {}
            }
            Ok(answer)
        })
    }

    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        let company = batch.company;
        if batch.check {
            let begin = Part(&self.room).begin(company);
            return self.inside(&begin, async |wire| commit::check(wire, &self.room, &batch).await);
        }
        let mut inner = self.lock();
        let (transaction, statements) = &mut *inner;
        let mut wire = Blocking { client: &mut **transaction, statements };
        let (scope, mut batches) = (Part(&self.room), vec![batch]);
        let done = now(commit::group(&mut wire, &self.room, &scope, company, &mut batches));
        let verdict = done.and_then(|mut group| match (group.unsure, group.verdicts.pop()) {
            // With the connection the host's transaction is gone.
            (Some((_, why)), _) => Err(unavailable(why).into()),
            (None, Some(verdict)) => Ok(verdict),
            (None, None) => Err(misused("a batch was not judged")),
        });
        match verdict.map_err(super::error::Failure::named)? {
            Verdict::Done(commit) => Ok(commit),
            Verdict::Refused(error) => Err(error),
            Verdict::Later(_) => Err(StoreError::Misused("a batch alone waits for nobody".into())),
        }
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        let begin = Part(&self.room).begin(from.company);
        self.inside(&begin, async |wire| {
            Head::hold(wire, &self.room, from.company).await?;
            log::feed(wire, &self.room, from).await
        })
    }

    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        let mut inner = self.lock();
        let (transaction, statements) = &mut *inner;
        let mut wire = Blocking { client: &mut **transaction, statements };
        let scope = Part(&self.room);
        let loaded = now(async {
            wire.run(&scope.begin(company)).await?;
            load::load(&mut wire, &self.room, &scope, company, pieces).await
        });
        match loaded.map_err(super::error::Failure::named)? {
            None => Ok(()),
            Some((_, why)) => Err(unavailable(why)),
        }
    }
}
