//! Two commands at once end as one after the other, wherever the second slips in between the calls of the first to its store.

use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, PoisonError};

use fondaco_core::store::Store;
use fondaco_core::{Act, ActError, Engine};

use crate::{Host, Moment, Slipping};

/// A command under its name, and what came of it in words.
#[derive(Clone)]
pub struct Sent(Arc<dyn Fn(&Host) -> Told + Send + Sync>);

type Told = (String, Option<u64>);

impl Sent {
    /// A command to be sent under a name.
    pub fn new<C>(name: &'static str, command: C) -> Sent
    where
        C: Act<Answer: Debug> + Send + Sync + 'static,
    {
        Sent(Arc::new(move |host| match host.send(name, &command) {
            Ok(done) => (format!("{name}: {:?}", done.answer), Some(done.position)),
            Err(error) => (format!("{name}: {} {:?}", error.code(), error.halt()), None),
        }))
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sent")
    }
}

/// What came of both commands, and all that is stored afterwards. The positions say which order it was: a batch that is posted after
/// the lock of its period is wrong, though before it it would have been right.
#[derive(Debug, PartialEq)]
struct Ended {
    first: Told,
    second: Told,
    rows: Vec<String>,
}

/// Two commands that race on an engine.
///
/// - `stores` gives new stores, each time it is called;
/// - `before` sets the company up;
/// - `rows` says all that is stored and may differ, as texts.
pub struct Race<'r> {
    /// The engine.
    pub engine: &'static Engine,
    /// New stores, each time.
    pub stores: &'r dyn Fn() -> crate::host::Stores,
    /// Sets the company up.
    pub before: &'r dyn Fn(&Host),
    /// What is stored, row by row.
    pub rows: &'r dyn Fn(&Host) -> Vec<String>,
}

impl Race<'_> {
    /// Each of the two in the other's way, at every call, on every store, blocking and not: it ends as one after the other. The order
    /// must matter, else there is no race.
    ///
    /// # Panics
    /// When it ends otherwise: that is what it is for.
    pub fn race(&self, a: &Sent, b: &Sent) {
        let orders = self.orders(a, b);
        let words =
            |ended: &Ended| (ended.first.0.clone(), ended.second.0.clone(), ended.rows.clone());
        let [one, other] = &orders;
        assert!(
            words(one) != words(other),
            "the order does not matter, so there is no race: {one:?}"
        );
        self.meet(a, b);
    }

    /// The same of two that end alike in either order, where neither may miss the other.
    ///
    /// # Panics
    /// When it ends otherwise: that is what it is for.
    pub fn meet(&self, a: &Sent, b: &Sent) {
        for (first, second) in [(a, b), (b, a)] {
            let orders = self.orders(first, second);
            let hosts = (self.stores)().len();
            let mut met = 0;
            for (nth, asynchronous) in (0..hosts).flat_map(|nth| [(nth, false), (nth, true)]) {
                for calls in [Moment::Read, Moment::Commit] {
                    met += self.slip_in((nth, asynchronous), calls, (first, second), &orders);
                }
            }
            // Whoever slips in commits at once, so it is the first at some call behind each driver on each store.
            let hosts = 2 * hosts;
            assert!(met >= hosts, "the second was first only {met} times, on {hosts} hosts");
        }
    }

    /// Lets the second in before each of these calls that the first makes on the n-th store, and says how often the second was first.
    fn slip_in(
        &self,
        (nth, asynchronous): (usize, bool),
        calls: fn(u32) -> Moment,
        both: (&Sent, &Sent),
        orders: &[Ended; 2],
    ) -> usize {
        let mut met = 0;
        for moment in (1..16).map(calls) {
            let Some((name, store)) = (self.stores)().into_iter().nth(nth) else { break };
            let at = (moment, asynchronous);
            // The first was done before that call, so it is before all later ones.
            let Some(ended) = self.at_once((name, store), at, both) else { break };
            assert!(
                orders.contains(&ended),
                "{name}, {at:?}:\n{ended:#?}\nis neither\n{orders:#?}"
            );
            met += usize::from(orders.last() == Some(&ended));
        }
        met
    }

    /// What comes of it one after the other: the first before the second, and behind it.
    fn orders(&self, first: &Sent, second: &Sent) -> [Ended; 2] {
        [true, false].map(|first_first| {
            let (name, store) = self.one_store();
            let host = Host::on(name, store, self.engine);
            (self.before)(&host);
            let told = |sent: &Sent| (sent.0)(&host);
            let (first, second) = if first_first {
                let first = told(first);
                (first, told(second))
            } else {
                let second = told(second);
                (told(first), second)
            };
            Ended { first, second, rows: (self.rows)(&host) }
        })
    }

    fn one_store(&self) -> (&'static str, Arc<dyn Store>) {
        let model: (&'static str, Arc<dyn Store>) = ("model", Arc::new(crate::Model::new()));
        (self.stores)().into_iter().next().unwrap_or(model)
    }

    /// `None` when the first command was done before that call.
    fn at_once(
        &self,
        (name, store): (&'static str, Arc<dyn Store>),
        (moment, asynchronous): (Moment, bool),
        (first, second): (&Sent, &Sent),
    ) -> Option<Ended> {
        let (engine, plain) = (self.engine, Host::on(name, store.clone(), self.engine));
        (self.before)(&plain);
        let said = Arc::new(Mutex::new(None));
        let (heard, second, beside) = (said.clone(), second.clone(), plain.clone());
        let slipping = Slipping::over(store, moment, move |_| {
            let told = (second.0)(&beside);
            *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
        });
        let host = match asynchronous {
            true => Host::unloaded(name, slipping, engine),
            false => Host::on(name, slipping, engine),
        };
        let first = (first.0)(&host);
        let second = said.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        plain.clean();
        Some(Ended { first, second, rows: (self.rows)(&plain) })
    }
}

impl fmt::Debug for Race<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Race").field("engine", &self.engine.name).finish_non_exhaustive()
    }
}
