//! Two acts on one store, in all orders of their calls.
//!
//! After PostgreSQL's isolation tester, which runs the steps of its sessions in every order. A step here is one call to the
//! store, which is atomic by contract. Both acts run in threads of their own and stop before each call; which of them goes
//! on is drawn from a list of choices, and all lists are gone through, the last choice first. An act that meets the
//! other's commit runs again and so has more steps: the lists grow as they are gone through.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use fondaco_core::store::{
    Answer, Batch, Commit, FeedFrom, Prepared, Read, Store, StoreError, Table,
};

use super::Trouble;
use crate::probe::lock;
use crate::random::Random;

/// What [`orders`] went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Orders {
    /// How many orders were run.
    pub run: usize,
    /// Whether these were all there are.
    pub all: bool,
    /// How many of them ended as if the second act had come first.
    pub second_first: usize,
}

/// How a run ended: what both acts said, and what the store has.
type Ended<T> = ([String; 2], T);

/// Runs two acts at once on new stores of `make`, in all orders of their calls, or in `most` of them that `seed` draws; each
/// order must end as one act after the other would have ended: in what they say, and in what `look` finds afterwards.
///
/// An act is given its own way to the store. It may block on nothing else that the other act holds: not on a driver, which
/// lets one of its commits wait for another, so each act makes its own.
///
/// ```
/// use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, Halt, Timestamp};
/// use fondaco_core::store::Store;
/// use fondaco_testkit::Model;
/// use fondaco_testkit::faults::orders;
///
/// let send = |store: &dyn Store, name: &str| {
///     let envelope = Envelope::new(CommandId::named(name), ActorId::new("a"), Timestamp::EPOCH);
///     let driver = Driver::new(store, CompanyId::named("acme"));
///     let done = driver.run(envelope, name, |_, _| Ok::<(), Halt>(()));
///     done.map_or_else(|halt| halt.to_string(), |done| format!("commit {}", done.position))
/// };
/// let (a, b) = (|store: &dyn Store| send(store, "a"), |store: &dyn Store| send(store, "b"));
/// let orders = orders(Model::new, [&a, &b], |_| (), 7, 1000)?;
/// assert!(orders.all && orders.run == 2); // one call each: a before b, and b before a
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Trouble::Broken`] with the order of calls that ended as neither.
pub fn orders<S: Store, T: PartialEq + fmt::Debug>(
    make: impl Fn() -> S,
    acts: [&Act<'_>; 2],
    look: impl Fn(&S) -> T,
    seed: u64,
    most: usize,
) -> Result<Orders, Trouble> {
    let [first, second] = acts;
    let serial = [[first, second], [second, first]].map(|acts| {
        let store = make();
        let said = acts.map(|act| act(&store));
        (said, look(&store))
    });
    let [one, (other_said, other)] = serial;
    let [second_said, first_said] = other_said;
    let serial = [one, ([first_said, second_said], other)];
    let (mut choices, mut random) = (Vec::new(), Random::new(seed));
    let mut out = Orders { run: 0, all: false, second_first: 0 };
    while out.run < most {
        let store = make();
        let (said, taken) = run(&store, acts, &choices);
        let ended: Ended<T> = (said, look(&store));
        out.run += 1;
        match serial.iter().position(|serial| *serial == ended) {
            None => return Err(neither(&taken, &ended, &serial)),
            Some(which) => out.second_first += which,
        }
        // In turn; where there are more than are wanted, the second half is any, so that early calls take turns too.
        choices = match following(&taken) {
            _ if out.run > most / 2 => (0..taken.len()).map(|_| random.below(2)).collect(),
            Some(next) => next,
            None => return Ok(Orders { all: true, ..out }),
        };
    }
    Ok(out)
}

/// What is run: it calls its store, and says what came of it.
pub type Act<'a> = dyn Fn(&dyn Store) -> String + Sync + 'a;

fn neither<T: fmt::Debug>(taken: &[Taken], ended: &Ended<T>, serial: &[Ended<T>; 2]) -> Trouble {
    let order: Vec<String> =
        taken.iter().map(|step| format!("act {} {}", step.act + 1, step.call)).collect();
    Trouble::Broken(format!(
        "in the order [{}] two acts end as\n{ended:#?}\none after the other they end as\n{:#?}\nor\n{:#?}",
        order.join(", "),
        serial[0],
        serial[1]
    ))
}

/// A choice that was made: who went on with which call, and whether the other might have.
struct Taken {
    act: usize,
    free: bool,
    call: &'static str,
}

/// The list of choices that comes after the one that was taken: its last free choice of the first act goes to the second.
fn following(taken: &[Taken]) -> Option<Vec<usize>> {
    let last = taken.iter().rposition(|step| step.free && step.act == 0)?;
    let before = taken.iter().take(last).map(|step| step.act);
    Some(before.chain([1]).collect())
}

/// Runs both acts, the choices as given and then the first act first.
fn run(store: &dyn Store, acts: [&Act<'_>; 2], choices: &[usize]) -> ([String; 2], Vec<Taken>) {
    let turns = Arc::new(Turns::default());
    std::thread::scope(|scope| {
        let threads = [0, 1].map(|me| {
            let stepped = Stepped { store, turns: turns.clone(), me };
            let act = acts[me];
            scope.spawn(move || act(&stepped))
        });
        let taken = turns.lead(choices);
        let said = threads.map(|thread| thread.join().unwrap_or_else(|_| "it panicked".into()));
        (said, taken)
    })
}

/// What an act is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stand {
    /// Between two calls, or in one.
    #[default]
    Runs,
    /// Before a call.
    Waits(&'static str),
    /// Done.
    Done,
}

#[derive(Default)]
struct Turns {
    stands: Mutex<[Stand; 2]>,
    changed: Condvar,
}

impl Turns {
    /// Lets one call after the other through until both acts are done.
    fn lead(&self, choices: &[usize]) -> Vec<Taken> {
        let (mut taken, mut choices) = (Vec::new(), choices.iter().copied());
        loop {
            let mut stands = self.settled();
            let waits = [0, 1].map(|act| matches!(stands[act], Stand::Waits(_)));
            let act = match waits {
                [false, false] => return taken,
                [true, false] => 0,
                [false, true] => 1,
                [true, true] => choices.next().unwrap_or(0),
            };
            // A choice that is none is used up all the same: lists are of calls.
            if waits != [true, true] {
                choices.next();
            }
            if let Stand::Waits(call) = stands[act] {
                taken.push(Taken { act, free: waits == [true, true], call });
            }
            stands[act] = Stand::Runs;
            self.changed.notify_all();
        }
    }

    /// Waits until no act runs.
    fn settled(&self) -> MutexGuard<'_, [Stand; 2]> {
        let runs = |stands: &mut [Stand; 2]| stands.contains(&Stand::Runs);
        self.changed
            .wait_while(lock(&self.stands), runs)
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn set(&self, me: usize, stand: Stand) {
        if let Some(mine) = lock(&self.stands).get_mut(me) {
            *mine = stand;
        }
        self.changed.notify_all();
    }

    /// Waits before a call until it may be made.
    fn wait(&self, me: usize, call: &'static str) {
        self.set(me, Stand::Waits(call));
        let waits = |stands: &mut [Stand; 2]| matches!(stands.get(me), Some(Stand::Waits(_)));
        drop(self.changed.wait_while(lock(&self.stands), waits));
    }
}

/// One act's way to the store.
struct Stepped<'a> {
    store: &'a dyn Store,
    turns: Arc<Turns>,
    me: usize,
}

impl Drop for Stepped<'_> {
    /// The act is done, or has panicked.
    fn drop(&mut self) {
        self.turns.set(self.me, Stand::Done);
    }
}

impl Store for Stepped<'_> {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.turns.wait(self.me, "prepares");
        self.store.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.turns.wait(self.me, "reads");
        self.store.read(read)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        let call = if batch.check { "checks" } else { "commits" };
        self.turns.wait(self.me, call);
        self.store.commit(batch)
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.turns.wait(self.me, "feeds");
        self.store.feed(from)
    }
}
