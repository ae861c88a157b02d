//! A small bounded set of connections, each with the statements it has prepared.

use std::fmt;
use std::future::Future;
use std::ops::DerefMut;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fondaco_core::store::StoreError;
use postgres::{Client, Row};

use super::calls::Source;
use super::error::{Outcome, unavailable};
use super::piped::Driven;
use super::trip::{Step, Told};
use super::wire::{Blocking, Params, Statements, Wire, all_end, ends};

/// A client of the host's: one of a pool goes back when it is dropped.
pub(super) type Handle = Box<dyn DerefMut<Target = Client> + Send>;
/// What makes connections.
pub(super) type Make = Box<dyn Fn() -> Result<Link, StoreError> + Send + Sync>;

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(30);

#[allow(clippy::disallowed_methods)] // How long somebody waits: no act depends on it.
fn now() -> Instant {
    Instant::now()
}

/// A connection, whoever made it.
pub(super) enum Link {
    /// Our own, which sends without waiting.
    Own(Driven),
    /// The host's, with the statements that it has prepared.
    Host(Handle, Statements),
}

impl Link {
    /// A connection of the host's.
    pub(super) fn of_host(client: Handle) -> Link {
        Link::Host(client, Statements::default())
    }

    fn is_closed(&self) -> bool {
        match self {
            Link::Own(driven) => driven.is_closed(),
            Link::Host(client, _) => client.is_closed(),
        }
    }

    fn query(&mut self, sql: &str, params: Params<'_>) -> Outcome<Vec<Row>> {
        match self {
            Link::Own(driven) => driven.wait(async |piped| piped.query(sql, params).await),
            Link::Host(client, statements) => blocking(client, statements).query_now(sql, params),
        }
    }

    fn execute(&mut self, sql: &str, params: Params<'_>) -> Outcome<u64> {
        match self {
            Link::Own(driven) => driven.wait(async |piped| piped.execute(sql, params).await),
            Link::Host(client, statements) => blocking(client, statements).execute_now(sql, params),
        }
    }

    fn run(&mut self, sql: &str) -> Outcome<()> {
        match self {
            Link::Own(driven) => driven.wait(async |piped| piped.run(sql).await),
            Link::Host(client, statements) => blocking(client, statements).run_now(sql),
        }
    }

    fn all(&mut self, steps: &[Step<'_>]) -> Outcome<Vec<Told>> {
        match self {
            Link::Own(driven) => driven.wait(async |piped| piped.all(steps).await),
            Link::Host(client, statements) => blocking(client, statements).all_now(steps),
        }
    }

    fn forget(&mut self) {
        match self {
            Link::Own(driven) => driven.forget(),
            Link::Host(_, statements) => statements.clear(),
        }
    }
}

fn blocking<'c>(client: &'c mut Handle, statements: &'c mut Statements) -> Blocking<'c, Client> {
    Blocking { client: &mut **client, statements }
}

#[derive(Default)]
struct State {
    idle: Vec<Link>,
    /// Connections there are, idle ones included.
    count: usize,
    /// Of these, those that hold a snapshot.
    holding: usize,
}

pub(super) struct Pool {
    make: Make,
    most: usize,
    patience: Duration,
    state: Mutex<State>,
    freed: Condvar,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("most", &self.most).finish_non_exhaustive()
    }
}

impl Pool {
    pub(super) fn new(make: Make, most: usize) -> Pool {
        let (state, freed) = (Mutex::default(), Condvar::new());
        Pool { make, most: most.max(2), patience: PATIENCE, state, freed }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection, idle or new. Waits for one that comes free.
    pub(super) fn take_now(self: &Arc<Pool>, holds: bool) -> Result<Lent, StoreError> {
        let (until, mut state) = (now() + self.patience, self.lock());
        loop {
            let free = !state.idle.is_empty() || state.count < self.most;
            if free && (!holds || state.holding < self.most / 2) {
                break;
            }
            // Others come first, however often: the time is counted once.
            let left = until.saturating_duration_since(now());
            if left.is_zero() {
                return Err(unavailable(format!(
                    "all {} connections are in use{}: give the store more (PostgresOptions::connections)",
                    self.most,
                    if holds { ", or half of them hold snapshots" } else { "" }
                )));
            }
            let waited = self.freed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.holding += usize::from(holds);
        let (open, sound, inside, moved) = (None, true, false, false);
        let mut lent = Lent { pool: self.clone(), open, holds, sound, inside, moved };
        match state.idle.pop() {
            Some(open) => lent.open = Some(open),
            None => {
                // Counted before it is there, so that there are never more.
                state.count += 1;
                drop(state);
                lent.open = Some((self.make)()?);
            }
        }
        Ok(lent)
    }

    /// Closes what is idle: after the server went, all of it is of no use.
    fn clear(&self) {
        let mut state = self.lock();
        state.count -= state.idle.len();
        let gone = std::mem::take(&mut state.idle);
        drop(state);
        drop(gone);
    }
}

impl Source for Arc<Pool> {
    type Lent = Lent;

    fn take(&self, holds: bool) -> impl Future<Output = Result<Lent, StoreError>> + Send {
        std::future::ready(self.take_now(holds))
    }

    fn pause(&self, time: Duration) -> impl Future<Output = ()> + Send {
        std::thread::sleep(time);
        std::future::ready(())
    }
}

/// A connection while it is used. It goes back when it is dropped, unless it is broken.
pub(super) struct Lent {
    pool: Arc<Pool>,
    open: Option<Link>,
    holds: bool,
    sound: bool,
    /// Whether a transaction is open.
    inside: bool,
    /// Whether a thread was begun to give it back.
    moved: bool,
}

impl fmt::Debug for Lent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").field("holds", &self.holds).finish_non_exhaustive()
    }
}

impl Lent {
    fn on<T>(&mut self, act: impl FnOnce(&mut Link) -> Outcome<T>) -> Outcome<T> {
        let Some(link) = self.open.as_mut() else {
            return Err(unavailable("the connection is closed").into());
        };
        self.inside = true;
        let done = act(link);
        if matches!(&done, Err(failure) if failure.is_lost()) {
            self.sound = false;
            self.pool.clear();
        }
        done
    }
}

impl Wire for Lent {
    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        params: Params<'a>,
    ) -> impl Future<Output = Outcome<Vec<Row>>> + Send + 'a {
        std::future::ready(self.on(|link| link.query(sql, params)))
    }

    fn execute<'a>(
        &'a mut self,
        sql: &'a str,
        params: Params<'a>,
    ) -> impl Future<Output = Outcome<u64>> + Send + 'a {
        std::future::ready(self.on(|link| link.execute(sql, params)))
    }

    fn run<'a>(&'a mut self, sql: &'a str) -> impl Future<Output = Outcome<()>> + Send + 'a {
        let done = self.on(|link| link.run(sql));
        self.inside &= done.is_err() || !ends(sql);
        std::future::ready(done)
    }

    fn all<'a>(
        &'a mut self,
        steps: &'a [Step<'a>],
    ) -> impl Future<Output = Outcome<Vec<Told>>> + Send + 'a {
        let done = self.on(|link| link.all(steps));
        self.inside &= done.is_err() || !all_end(steps);
        std::future::ready(done)
    }

    fn forget(&mut self) {
        if let Some(link) = &mut self.open {
            link.forget();
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let open = self.inside && self.sound && self.open.is_some();
        if open && !self.moved && std::thread::panicking() {
            // Perhaps on a thread that may not wait, where a second panic would end the process.
            let (pool, open, holds) = (self.pool.clone(), self.open.take(), self.holds);
            let lent = Lent { pool, open, holds, sound: true, inside: true, moved: true };
            drop(std::thread::Builder::new().spawn(move || drop(lent)));
            return;
        }
        if open {
            let ended = self.on(|link| link.run("ROLLBACK"));
            self.sound &= ended.is_ok();
        }
        let open = self.open.take().filter(|link| self.sound && !link.is_closed());
        let mut state = self.pool.lock();
        state.holding -= usize::from(self.holds);
        match open {
            Some(open) => state.idle.push(open),
            None => state.count -= 1,
        }
        drop(state);
        self.pool.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Connections that others give back wake whoever waits for a hold; its time is counted from the beginning all the same.
    #[test]
    fn who_waits_for_a_hold_is_told_in_time_however_busy_the_pool_is() {
        let (patience, over) = (Duration::from_millis(100), AtomicBool::new(false));
        let make = Box::new(|| Err(unavailable("nobody was to connect")));
        let pool = Arc::new(Pool { patience, ..Pool::new(make, 2) });
        pool.lock().holding = 1;
        let begun = now();
        std::thread::scope(|scope| {
            // Gives up one day, so that who is never told fails and does not hang.
            let busy = scope.spawn(|| {
                while !over.load(Ordering::SeqCst) && begun.elapsed() < Duration::from_secs(60) {
                    std::thread::sleep(Duration::from_millis(5));
                    pool.freed.notify_all();
                }
                over.load(Ordering::SeqCst)
            });
            let told = pool.take_now(true).unwrap_err();
            over.store(true, Ordering::SeqCst);
            assert!(told.to_string().contains("hold snapshots"), "{told}");
            assert!(busy.join().unwrap(), "it was told only when the pool was quiet");
        });
    }
}
