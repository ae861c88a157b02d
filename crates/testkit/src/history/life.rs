//! A history that is lived on a store which may die: what comes next is known from the seed, what must be there from the
//! model.

use std::fmt;

use fondaco_core::ErrorKind;
use fondaco_core::store::{Ask, FeedFrom, Read, Store, StoreError, Table};

use super::compare;
use super::generate::Generator;
use super::step::{Spec, When, companies, everything};
use crate::Model;
use crate::faults::Trouble;
use crate::probe::{Flaw, Verdict, same};
use crate::random::Random;
use crate::records;

/// A random history of commits in two companies, taken step by step on a store and on the [`Model`]: inserts, changes,
/// deletes, erasures, sums with floors, numbers, unique entries, refusals, replays.
///
/// Whoever lives the same seed has the same history. So a child process can live it on a store in a file until it is
/// killed, and its parent can say what must be in the file afterwards:
///
/// ```
/// use fondaco_core::store::Store;
/// use fondaco_testkit::Model;
/// use fondaco_testkit::faults::Life;
///
/// let store = Model::new(); // stands for one in a file
/// store.prepare(Life::TABLES)?;
/// let mut child = Life::new(7);
/// for _ in 0..20 {
///     child.live(&store)?; // the child says each step that is answered
/// }
/// // ... and is killed. What was answered is there, and at most one step more:
/// let mut parent = Life::new(7);
/// let found = parent.find(&store, child.steps())?;
/// assert!(found == 20 || found == 21);
/// parent.live(&store)?; // and it goes on
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Life {
    seed: u64,
    random: Random,
    generator: Generator,
    model: Model,
    steps: u64,
    /// The step that comes next, and whether it was asked for already.
    next: Option<(Spec, bool)>,
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Life { seed, steps, .. } = self;
        f.debug_struct("Life").field("seed", seed).field("steps", steps).finish_non_exhaustive()
    }
}

impl Life {
    /// The tables that the store has to prepare.
    pub const TABLES: &'static [&'static Table] = records::TABLES;

    /// The history of a seed, before its first step.
    pub fn new(seed: u64) -> Life {
        let (random, model) = (Random::new(seed), Model::new());
        let prepared = model.prepare(records::TABLES);
        debug_assert!(prepared.is_ok(), "{prepared:?}");
        Life { seed, random, generator: Generator::default(), model, steps: 0, next: None }
    }

    /// How many steps were taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Takes the next step on a store, whose answer must be the model's; how many steps that makes.
    ///
    /// # Errors
    /// [`Trouble::Failed`] when the store failed: the step is not taken, the next call asks for it again.
    /// [`Trouble::Broken`] when the answer is not the model's.
    pub fn live(&mut self, store: &dyn Store) -> Result<u64, Trouble> {
        let (spec, asked) = self.next();
        let mut found = store.commit(spec.batch(&self.model));
        if let Err(error) = &found
            && is_failure(error)
        {
            self.next = Some((spec, true));
            return Err(Trouble::Failed(error.clone()));
        }
        let wanted = self.model.attempt(spec.batch(&self.model));
        if let (true, Ok(found), Ok(wanted)) = (asked, &mut found, &wanted) {
            // It may have been stored when its answer was lost.
            found.replayed = wanted.replayed;
        }
        self.steps += 1;
        compare::commits(found, wanted, spec.check).map_err(|flaw| self.trouble(flaw))?;
        Ok(self.steps)
    }

    /// Takes steps on the model alone, until so many are taken.
    pub fn skip(&mut self, steps: u64) {
        while self.steps < steps {
            let (spec, _) = self.next();
            // A refusal is a step too.
            let _ = self.model.attempt(spec.batch(&self.model));
            self.steps += 1;
        }
    }

    /// That a store has exactly what the first `answered` steps, or one more, have left: each row by every order, the
    /// numbers, receipts and the feed, and a chain that verifies. How many steps it is; the next one can be lived.
    ///
    /// # Errors
    /// [`Trouble::Broken`] with what differs, or [`Trouble::Failed`] when the store can't be read.
    pub fn find(&mut self, store: &dyn Store, answered: u64) -> Result<u64, Trouble> {
        self.skip(answered);
        if !self.stands(store)? {
            self.skip(answered + 1);
        }
        same("the companies' positions", positions(store)?, positions(&self.model)?)
            .and_then(|()| self.compare(store))
            .map_err(|flaw| self.trouble(flaw))?;
        Ok(self.steps)
    }

    /// Whether a store stands where the first `steps` steps end; then it must have exactly what they have left. For a store
    /// that may have lost its newest steps, each whole.
    ///
    /// # Errors
    /// As [`Life::find`].
    pub fn find_at(&mut self, store: &dyn Store, steps: u64) -> Result<bool, Trouble> {
        self.skip(steps);
        let stands = self.stands(store)?;
        if stands {
            self.compare(store).map_err(|flaw| self.trouble(flaw))?;
        }
        Ok(stands)
    }

    fn stands(&self, store: &dyn Store) -> Result<bool, Trouble> {
        Ok(positions(store)? == positions(&self.model)?)
    }

    fn compare(&self, store: &dyn Store) -> Verdict {
        for company in companies() {
            for (when, ask) in everything(company) {
                if matches!(when, When::Now) {
                    let read = Read::now(company, vec![ask]);
                    compare::answers(&store.read(&read)?, &self.model.read(&read)?, false)?;
                }
            }
            let all = FeedFrom::new(company, 0, usize::MAX);
            let feed = store.feed(&all)?;
            let asks = feed.iter().map(|commit| Ask::Command(commit.id));
            let receipts = Read::now(company, asks.collect());
            compare::answers(&store.read(&receipts)?, &self.model.read(&receipts)?, false)?;
            compare::feeds(feed, &self.model, company)?;
            compare::chain(store, company)?;
        }
        Ok(())
    }

    fn next(&mut self) -> (Spec, bool) {
        let Life { next, generator, random, model, .. } = self;
        next.take().unwrap_or_else(|| (generator.next_commit(random, model), false))
    }

    fn trouble(&self, flaw: Flaw) -> Trouble {
        let what = flaw.to_string();
        Trouble::Broken(format!("history of seed {}, step {}: {what}", self.seed, self.steps))
    }
}

fn positions(store: &dyn Store) -> Result<Vec<u64>, StoreError> {
    let position = |company| Ok(store.read(&Read::now(company, Vec::new()))?.at.position);
    companies().into_iter().map(position).collect()
}

/// Whether the store failed, rather than answered.
fn is_failure(error: &StoreError) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Corrupt)
}
