//! A small bounded set of connections, each with the statements it has prepared.

use std::fmt;
use std::future::Future;
use std::ops::DerefMut;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fondaco_core::store::StoreError;
use postgres::{Client, Row};

use super::calls::Source;
use super::error::{Outcome, unavailable};
use super::wire::{Blocking, Params, Statements, Wire, ends};

/// A client of whoever made it: our own, or one of a pool, which takes it back when it is dropped.
pub(super) type Handle = Box<dyn DerefMut<Target = Client> + Send>;
/// What makes connections.
pub(super) type Make = Box<dyn Fn() -> Result<Handle, String> + Send + Sync>;

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(30);

struct Open {
    client: Handle,
    statements: Statements,
}

#[derive(Default)]
struct State {
    idle: Vec<Open>,
    /// Connections there are, idle ones included.
    count: usize,
    /// Of these, those that hold a snapshot.
    holding: usize,
}

pub(super) struct Pool {
    make: Make,
    most: usize,
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
        Pool { make, most: most.max(2), state: Mutex::default(), freed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection, idle or new. Waits for one that comes free.
    pub(super) fn take_now(self: &Arc<Pool>, holds: bool) -> Result<Lent, StoreError> {
        let mut state = self.lock();
        loop {
            let free = !state.idle.is_empty() || state.count < self.most;
            if free && (!holds || state.holding < self.most / 2) {
                break;
            }
            let (back, waited) =
                self.freed.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            state = back;
            if waited.timed_out() {
                return Err(unavailable(format!(
                    "all {} connections are in use{}: give the store more (PostgresOptions::connections)",
                    self.most,
                    if holds { ", or half of them hold snapshots" } else { "" }
                )));
            }
        }
        state.holding += usize::from(holds);
        let mut lent = Lent { pool: self.clone(), open: None, holds, sound: true, inside: false };
        match state.idle.pop() {
            Some(open) => lent.open = Some(open),
            None => {
                // Counted before it is there, so that there are never more.
                state.count += 1;
                drop(state);
                let client = (self.make)().map_err(unavailable)?;
                lent.open = Some(Open { client, statements: Statements::default() });
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
    open: Option<Open>,
    holds: bool,
    sound: bool,
    /// Whether a transaction is open.
    inside: bool,
}

impl fmt::Debug for Lent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").field("holds", &self.holds).finish_non_exhaustive()
    }
}

impl Lent {
    fn on<T>(&mut self, act: impl FnOnce(&mut Blocking<'_, Client>) -> Outcome<T>) -> Outcome<T> {
        let Some(Open { client, statements }) = self.open.as_mut() else {
            return Err(unavailable("the connection is closed").into());
        };
        self.inside = true;
        let done = act(&mut Blocking { client: &mut **client, statements });
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
        std::future::ready(self.on(|wire| wire.query_now(sql, params)))
    }

    fn execute<'a>(
        &'a mut self,
        sql: &'a str,
        params: Params<'a>,
    ) -> impl Future<Output = Outcome<u64>> + Send + 'a {
        std::future::ready(self.on(|wire| wire.execute_now(sql, params)))
    }

    fn run<'a>(&'a mut self, sql: &'a str) -> impl Future<Output = Outcome<()>> + Send + 'a {
        let done = self.on(|wire| wire.run_now(sql));
        self.inside &= done.is_err() || !ends(sql);
        std::future::ready(done)
    }

    fn forget(&mut self) {
        if let Some(open) = &mut self.open {
            open.statements.clear();
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.inside && self.sound && self.open.is_some() {
            let ended = self.on(|wire| wire.run_now("ROLLBACK"));
            self.sound &= ended.is_ok();
        }
        let open = self.open.take().filter(|open| self.sound && !open.client.is_closed());
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
