//! One command on its way, without any input or output: what to do next, and what to make of the answer.

use std::sync::Arc;

use super::seed::Seeds;
use super::{Done, Known};
use crate::digest::DigestError;
use crate::policy::Rights;
use crate::store::{Answer, Ask, At, Batch, Commit, Hash, Receipt, Reply, StoreError};
use crate::tx::{Cache, Compiled, Context, Learned, Source};
use crate::{ActError, CommandId, CompanyId, Envelope, Halt, Outcome, Tx, digest, trace};

/// So many conflicts end in an error.
const MAX_CONFLICTS: u32 = 64;
/// So many runs end in an error, whatever each of them learnt.
const MAX_RUNS: u32 = 4096;
/// After so many conflicts the command runs alone.
const LOSER: u32 = 2;

/// What the driver has to do.
pub(super) enum Turn<A, E> {
    /// Read this.
    Load(Vec<Ask>),
    /// Commit this.
    Commit(Box<Batch>),
    /// Compare this before the refusal leaves.
    Check(Box<Batch>, E),
    /// Nothing.
    End(Next<A, E>),
}

/// How it goes on.
pub(super) enum Next<A, E> {
    /// Run the act again.
    Again,
    /// It is done.
    Done(Done<A>),
    /// It failed.
    Fail(E),
}

pub(super) struct Course {
    context: Context,
    learned: Learned,
    cache: Cache,
    looked_up: bool,
    conflicts: u32,
    runs: u32,
}

impl Course {
    pub(super) fn new(
        company: CompanyId,
        envelope: Envelope,
        digest: Result<Hash, DigestError>,
        seeds: &Seeds,
        (compiled, rights, known): (&Compiled, &Option<Arc<Rights>>, &Arc<Known>),
    ) -> Result<Course, Halt> {
        if envelope.time < crate::Timestamp::EPOCH {
            return Err(Halt::TooEarly { time: envelope.time });
        }
        let digest = digest.map_err(|error| Halt::Bug(error.to_string()))?;
        let seed = seeds.seed(envelope.id)?;
        let (compiled, rights, known) = (compiled.clone(), rights.clone(), known.clone());
        let context = Context { company, envelope, digest, seed, compiled, rights, known };
        let (learned, cache) = (Learned::default(), Cache::default());
        Ok(Course { context, learned, cache, looked_up: false, conflicts: 0, runs: 0 })
    }

    /// Which command.
    pub(super) fn command(&self) -> CommandId {
        self.context.envelope.id
    }

    /// What the caller gets, once it is known.
    pub(super) fn end<A, E: ActError>(&self, next: Next<A, E>) -> Option<Result<Done<A>, E>> {
        let counts = (self.runs, self.conflicts);
        match next {
            Next::Again => None,
            Next::Done(done) => {
                trace::act_done(done.position, done.replayed, counts);
                Some(Ok(done))
            }
            Next::Fail(error) => {
                trace::act_ended(&error, counts);
                Some(Err(error))
            }
        }
    }

    /// Whether it lost so often that it runs alone.
    pub(super) fn loses(&self) -> bool {
        self.conflicts >= LOSER
    }

    /// Runs the act once.
    pub(super) fn turn<A, E>(
        &mut self,
        source: Source<'_>,
        act: impl FnOnce(&mut Tx<'_>) -> Result<A, E>,
    ) -> Turn<A, E>
    where
        A: Outcome,
        E: ActError,
    {
        self.runs += 1;
        let cache = std::mem::take(&mut self.cache);
        let mut tx = Tx::new(&self.context, source, At::Now, &self.learned, cache, self.looked_up);
        let result = act(&mut tx);
        self.looked_up = tx.looked_up;
        if let Some(receipt) = tx.receipt.take() {
            return Turn::End(self.replay(*receipt));
        }
        // Whatever the act made of a miss: it has not seen all that it asked for, so nothing is decided yet.
        if !tx.missing.is_empty() {
            let mut asks = std::mem::take(&mut tx.missing);
            self.cache = tx.cache;
            if !self.looked_up {
                asks.push(Ask::Command(self.context.envelope.id));
            }
            return Turn::Load(asks);
        }
        match result {
            Ok(answer) => match tx.has_asked().and_then(|()| tx.into_batch(&answer)) {
                // What was read goes: after a refusal it is read again, and a store in memory adds to rows that nobody else has.
                Ok(batch) => Turn::Commit(Box::new(batch)),
                Err(halt) => Turn::End(Next::Fail(halt.into())),
            },
            Err(error) => match error.halt() {
                // What can't be may come of reads of different moments: it is looked at again, as a refusal is.
                Some(halt) if !halt.is_refusal() && !matches!(halt, Halt::Bug(_)) => {
                    Turn::End(Next::Fail(error))
                }
                _ => self.refused(tx.used_learned, tx.into_check(), error),
            },
        }
    }

    /// A refusal leaves only when the command is known to be new, and what it rests on still holds.
    fn refused<A, E>(
        &mut self,
        used_learned: bool,
        (batch, cache): (Batch, Cache),
        error: E,
    ) -> Turn<A, E> {
        let one_moment = cache.trips <= 1 && !used_learned;
        self.cache = cache;
        if !self.looked_up {
            Turn::Load(vec![Ask::Command(self.context.envelope.id)])
        } else if one_moment {
            Turn::End(Next::Fail(error))
        } else {
            Turn::Check(Box::new(batch), error)
        }
    }

    /// Takes what was read.
    pub(super) fn loaded<A: Outcome, E: ActError>(
        &mut self,
        answer: Result<Answer, StoreError>,
        asks: Vec<Ask>,
    ) -> Next<A, E> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Next::Fail(Halt::Store(error).into()),
        };
        self.cache.answered(answer.at);
        let mut replies = answer.replies;
        if let Some(at) = asks.iter().position(|ask| matches!(ask, Ask::Command(_))) {
            self.looked_up = true;
            if let Some(Reply::Command(Some(receipt))) = replies.get_mut(at) {
                let receipt = receipt.as_ref().clone();
                return self.replay(receipt);
            }
        }
        self.cache.take(asks, replies);
        Next::Again
    }

    /// Takes what became of the commit.
    pub(super) fn committed<A: Outcome, E: ActError>(
        &mut self,
        result: Result<Commit, StoreError>,
    ) -> Next<A, E> {
        match result {
            Ok(commit) => finish(commit.answer, commit.position, commit.replayed),
            Err(error) => self.again(error),
        }
    }

    /// Takes what became of the comparison before a refusal.
    pub(super) fn checked<A: Outcome, E: ActError>(
        &mut self,
        result: Result<Commit, StoreError>,
        refusal: E,
    ) -> Next<A, E> {
        match result {
            // The same command came twice at once, and the other was faster: what it changed is no reason to refuse it.
            Ok(commit) if commit.replayed => finish(commit.answer, commit.position, true),
            Ok(_) => Next::Fail(refusal),
            Err(error) => self.again(error),
        }
    }

    /// Runs again after a refusal of the store, if that is what it was.
    fn again<A, E: ActError>(&mut self, error: StoreError) -> Next<A, E> {
        let StoreError::Refused(refusal) = error else {
            return Next::Fail(Halt::Store(error).into());
        };
        let again = StoreError::Refused(refusal.clone());
        if !self.learned.learn(*refusal) {
            self.conflicts += 1;
            if self.conflicts == LOSER {
                trace::act_alone(self.conflicts);
            }
        }
        if let StoreError::Refused(refusal) = &again {
            trace::act_again(refusal, self.conflicts);
        }
        if self.conflicts >= MAX_CONFLICTS || self.runs >= MAX_RUNS {
            return Next::Fail(Halt::Store(again).into());
        }
        self.cache = Cache::default();
        self.looked_up = false;
        Next::Again
    }

    fn replay<A: Outcome, E: ActError>(&self, receipt: Receipt) -> Next<A, E> {
        let given = receipt.salt.map(|salt| digest::salted(&self.context.digest, &salt));
        if given.is_some_and(|given| given != receipt.digest) {
            let id = self.context.envelope.id;
            return Next::Fail(Halt::Store(StoreError::CommandReused { id }).into());
        }
        finish(receipt.answer, receipt.position, true)
    }
}

fn finish<A: Outcome, E: ActError>(
    answer: Vec<crate::store::Value>,
    position: u64,
    replayed: bool,
) -> Next<A, E> {
    match A::decode(&mut answer.into_iter()) {
        Ok(answer) => Next::Done(Done { answer, position, replayed }),
        Err(error) => Next::Fail(Halt::from(error).into()),
    }
}
