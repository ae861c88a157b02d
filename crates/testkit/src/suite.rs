//! Runs the checks, each on stores of its own, and writes the report.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use fondaco_core::store::{Store, StoreError};

use crate::history;
use crate::probe::{Difference, Flaw, Maker, Probe, Told, Verdict, differs, lock};
use crate::records;
use crate::report::{Checked, Outcome, Report};

/// One promise, and the small function that puts it to the test.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) promise: &'static str,
    pub(crate) run: fn(&Probe<'_>) -> Verdict,
}

/// A promise of the contract, as the suite knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Promise {
    /// The name of its check, as `group.promise`: what [`Suite::only`] takes, and a report names.
    pub name: &'static str,
    /// What is promised.
    pub promise: &'static str,
    /// What a store may do without, so that the check is not offered; `None` for what every store must keep.
    pub needs: Option<&'static str>,
}

/// All promises that the suite puts to the test, in the order of the contract.
///
/// ```
/// let all = fondaco_testkit::promises();
/// let sums = all.iter().find(|promise| promise.name == "counters.sums");
/// assert!(sums.is_some_and(|sums| sums.needs.is_none()));
/// assert!(all.len() > 80);
/// ```
pub fn promises() -> Vec<Promise> {
    use crate::checks::{beside, crash, reopen};
    let checks = crate::checks::ALL.iter().flat_map(|group| group.iter());
    let all = checks.map(|check| (check.name, check.promise));
    let beside = beside::CHECKS.iter().map(|check| (check.name, check.promise));
    let kept = [(reopen::NAME, reopen::PROMISE), (crash::NAME, crash::PROMISE)];
    let all = all.chain(kept).chain(beside);
    all.map(|(name, promise)| Promise { name, promise, needs: needs(name) }).collect()
}

/// What a check needs that a store may do without.
fn needs(name: &str) -> Option<&'static str> {
    let (group, _) = name.split_once('.')?;
    match group {
        "reopen" | "crash" => Some("outliving its program"),
        "beside" => Some("several store objects on one database"),
        "chain" => Some("the hash chain"),
        _ if name == "tables.upgrade_keeps_chain" => Some("the hash chain"),
        _ if name == "scans.sums" => Some("adding counters up"),
        _ if name == "scans.sums_held" => Some("adding counters up, and held snapshots"),
        _ if name == "loads.all_series" => Some("telling all series"),
        _ if name == "loads.all_tables" => Some("telling all tables"),
        _ if name == "loads.tables_held" => Some("telling all tables, and held snapshots"),
        _ if name == "loads.series_held" => Some("telling all series, and held snapshots"),
        "loads" => Some("loading companies, for which it needs the hash chain"),
        _ if HOLDS.contains(&name) => Some("held snapshots"),
        _ => None,
    }
}

/// Checks that hold a snapshot.
const HOLDS: &[&str] = &[
    "companies.holds",
    "snapshots.held_rows",
    "snapshots.held_order",
    "snapshots.held_answers",
    "snapshots.many_holds",
    "snapshots.released",
    "snapshots.holds_block_nobody",
];

/// Puts a store to the test: every promise of the contract, each on new, empty stores that `make` gives.
///
/// ```
/// use fondaco_testkit::{Model, certify};
/// certify(Model::new).assert();
/// ```
pub fn certify<S: Store + 'static>(make: impl Fn() -> S + Send + Sync + 'static) -> Report {
    Suite::new(make).run()
}

/// Compares a store with the [`Model`](crate::Model) over one random history of `steps` steps per seed: as long a test
/// as one likes, beyond the histories that [`certify`] runs.
///
/// ```
/// use fondaco_testkit::{Model, histories};
/// histories(Model::new, 1000..1003, 40).assert();
/// ```
pub fn histories<S: Store + 'static>(
    make: impl Fn() -> S + Send + Sync + 'static,
    seeds: std::ops::Range<u64>,
    steps: usize,
) -> Report {
    let make: Box<Maker> = Box::new(move || Box::new(make()));
    let run = |seed| {
        let name = "histories.random";
        let promise =
            "a random history has the same answers, refusals, states, feed and links as the model";
        examine(name, promise, &make, false, |probe| history::run(probe, seed, steps))
    };
    Report { checks: seeds.map(run).collect() }
}

type Make<S> = Arc<dyn Fn() -> S + Send + Sync>;
type Crash<S> = Box<dyn Fn(&S) -> S>;
type Beside<S> = Arc<dyn Fn(&S) -> S + Send + Sync>;

/// The suite with its settings; [`certify`] is the short way.
pub struct Suite<S> {
    make: Make<S>,
    reopen: Option<Box<dyn Fn(S) -> S>>,
    crash: Option<Crash<S>>,
    beside: Option<Beside<S>>,
    only: Option<String>,
    brief_holds: bool,
}

impl<S> fmt::Debug for Suite<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = f.debug_struct("Suite");
        all.field("reopen", &self.reopen.is_some()).field("crash", &self.crash.is_some());
        all.field("beside", &self.beside.is_some());
        all.finish_non_exhaustive()
    }
}

impl<S: Store + 'static> Suite<S> {
    /// All checks, on stores that `make` gives: each new and empty, and not known to the others.
    ///
    /// ```
    /// use fondaco_testkit::{Model, Suite};
    /// let report = Suite::new(Model::new).only("scans.").run();
    /// assert!(report.checks.iter().all(|check| check.name.starts_with("scans.")));
    /// report.assert();
    /// ```
    pub fn new(make: impl Fn() -> S + Send + Sync + 'static) -> Suite<S> {
        let (reopen, crash, beside, only) = (None, None, None, None);
        Suite { make: Arc::new(make), reopen, crash, beside, only, brief_holds: false }
    }

    /// Also checks that what was committed survives `reopen`, which closes a store and opens it again.
    ///
    /// ```
    /// use fondaco_testkit::{Model, Suite};
    /// // For a store in a file: note its path, drop the store, open the file again.
    /// Suite::new(Model::new).reopen(|store| store).only("reopen").run().assert();
    /// ```
    #[must_use]
    pub fn reopen(mut self, reopen: impl Fn(S) -> S + 'static) -> Suite<S> {
        self.reopen = Some(Box::new(reopen));
        self
    }

    /// Also checks that what was committed survives a kill: `crash` opens what a kill of its program at this moment would leave of a store,
    /// which stays open, and is neither closed nor dropped before.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use fondaco_testkit::{Model, Suite};
    /// # // What outlives its program here is the model, which is cloned as a file would be copied.
    /// // For a store in files: `|store| MyStore::open(faults::killed(store.path(), &new_folder())?)`.
    /// let left = |store: &Arc<Model>| Arc::new(store.copy());
    /// Suite::new(|| Arc::new(Model::new())).crash(left).only("crash").run().assert();
    /// ```
    #[must_use]
    pub fn crash(mut self, crash: impl Fn(&S) -> S + 'static) -> Suite<S> {
        self.crash = Some(Box::new(crash));
        self
    }

    /// Also checks that two store objects on one database, as two programs have it, keep the contract together: `beside` opens the
    /// database of a store once more. What one keeps in memory the other may change.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use fondaco_testkit::{Model, Suite};
    /// // For a store in a file: open the same path.
    /// let twice = |store: &Arc<Model>| store.clone();
    /// Suite::new(|| Arc::new(Model::new())).beside(twice).only("beside.seen").run().assert();
    /// ```
    #[must_use]
    pub fn beside(mut self, beside: impl Fn(&S) -> S + Send + Sync + 'static) -> Suite<S> {
        self.beside = Some(Arc::new(beside));
        self
    }

    /// Only the checks whose name contains `part`: for a store in the making.
    ///
    /// ```
    /// use fondaco_testkit::{Model, Suite};
    /// let report = Suite::new(Model::new).only("counters.sums").run();
    /// assert_eq!(report.checks.len(), 1);
    /// ```
    #[must_use]
    pub fn only(mut self, part: &str) -> Suite<S> {
        self.only = Some(part.into());
        self
    }

    /// Says that a held snapshot of this store may be gone after the next commit of its company: checks in which that
    /// happens are then reported as not offered. What is read from a hold before must still be that state.
    ///
    /// ```
    /// use fondaco_testkit::{Model, Suite};
    /// Suite::new(Model::new).brief_holds().only("snapshots").run().assert();
    /// ```
    #[must_use]
    pub fn brief_holds(mut self) -> Suite<S> {
        self.brief_holds = true;
        self
    }

    /// Runs the suite.
    pub fn run(self) -> Report {
        let Suite { make, reopen, crash, beside, only, brief_holds } = self;
        let wanted = |name: &str| only.as_ref().is_none_or(|part| name.contains(part.as_str()));
        let mut checks = Vec::new();
        if wanted(crate::checks::reopen::NAME)
            && let Some(reopen) = reopen
        {
            checks.push(crate::checks::reopen::run(make.as_ref(), &reopen));
        }
        if wanted(crate::checks::crash::NAME)
            && let Some(crash) = crash
        {
            checks.push(crate::checks::crash::run(make.as_ref(), &crash));
        }
        if let Some(beside) = beside {
            let make = pairs(make.clone(), beside);
            let all = crate::checks::beside::CHECKS.iter().filter(|check| wanted(check.name));
            let run = |check: &Check| examine(check.name, check.promise, &make, false, check.run);
            checks.extend(all.map(run));
        }
        let make: Box<Maker> = Box::new(move || Box::new(make()));
        let all = crate::checks::ALL.iter().flat_map(|group| group.iter());
        let all = all.filter(|check| wanted(check.name));
        let run = |check: &Check| examine(check.name, check.promise, &make, brief_holds, check.run);
        checks.extend(all.map(run));
        Report { checks }
    }
}

/// Gives a new store and another object on its database, in turn.
fn pairs<S: Store + 'static>(make: Make<S>, beside: Beside<S>) -> Box<Maker> {
    let first: Mutex<Option<Arc<S>>> = Mutex::default();
    Box::new(move || {
        let mut first = lock(&first);
        match first.take() {
            Some(store) => Box::new(beside(&store)),
            None => Box::new(first.insert(Arc::new(make())).clone()),
        }
    })
}

/// Runs one check on a new store with the suite's tables.
fn examine(
    name: &'static str,
    promise: &'static str,
    make: &Maker,
    brief_holds: bool,
    check: impl Fn(&Probe<'_>) -> Verdict,
) -> Checked {
    let probe = match catch_unwind(AssertUnwindSafe(|| Probe::new(make))) {
        Ok(probe) => probe.with_brief_holds(brief_holds),
        Err(_) => {
            return Checked { name, promise, outcome: outcome(Err(panicked()), Told::default) };
        }
    };
    let run = || {
        probe.prepare(records::TABLES)?;
        check(&probe)
    };
    let verdict = match catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(panicked())) {
        Err(Flaw::Gone) if brief_holds => Err(Flaw::NotOffered(BRIEF.into())),
        verdict => verdict,
    };
    Checked { name, promise, outcome: outcome(verdict, || probe.told()) }
}

const BRIEF: &str = "a held snapshot lasts until the next commit of its company";

pub(crate) fn panicked() -> Flaw {
    differs("the store", "a panic", "an answer or an error")
}

pub(crate) fn outcome(verdict: Verdict, told: impl FnOnce() -> Told) -> Outcome {
    let difference = match verdict {
        Ok(()) => return Outcome::Kept,
        Err(Flaw::NotOffered(why)) => return Outcome::NotOffered { why },
        Err(Flaw::Broken(difference)) => difference,
        Err(Flaw::Gone) => Difference {
            what: "a call".into(),
            came: StoreError::SnapshotGone.to_string(),
            due: "what was held".into(),
        },
    };
    let Told { lines: history, of: calls, shown } = told();
    let Difference { what, came, due } = shown.unwrap_or(difference);
    Outcome::Broken { what, came, due, history, calls }
}
