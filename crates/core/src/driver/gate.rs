//! Where a driver's commits wait while one of them, which lost too often, runs alone.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::task::{Poll, Waker};

/// The gate of a synchronous driver.
#[derive(Debug, Default)]
pub(super) struct Gate(RwLock<()>);

impl Gate {
    /// Passes together with others.
    pub(super) fn pass(&self) -> RwLockReadGuard<'_, ()> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody passes, and lets nobody pass.
    pub(super) fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The gate of an asynchronous driver: the same without blocking, and without a runtime.
#[derive(Debug, Default)]
pub(super) struct AsyncGate(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    passing: usize,
    alone: bool,
    /// How many wait to run alone: while there are any, nobody else comes in.
    losers: usize,
    waiting: Vec<Waker>,
}

/// Somebody is in the gate until this is dropped, also by a cancelled request.
pub(super) struct Inside<'g> {
    gate: &'g AsyncGate,
    alone: bool,
}

impl AsyncGate {
    pub(super) async fn enter(&self, alone: bool) -> Inside<'_> {
        let _wish = alone.then(|| Wish::new(self));
        poll_fn(|context| {
            let mut state = self.state();
            let shut = if alone { state.passing > 0 } else { state.losers > 0 };
            if state.alone || shut {
                // Polled again meanwhile, it is still one that waits.
                if !state.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                    state.waiting.push(context.waker().clone());
                }
                return Poll::Pending;
            }
            if alone {
                state.alone = true
            } else {
                state.passing += 1
            }
            Poll::Ready(Inside { gate: self, alone })
        })
        .await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody waits to run alone until this is dropped, also by a cancelled request.
struct Wish<'g>(&'g AsyncGate);

impl Wish<'_> {
    fn new(gate: &AsyncGate) -> Wish<'_> {
        gate.state().losers += 1;
        Wish(gate)
    }
}

impl Drop for Wish<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.losers = state.losers.saturating_sub(1);
        state.waiting.drain(..).for_each(Waker::wake);
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        if self.alone {
            state.alone = false
        } else {
            state.passing = state.passing.saturating_sub(1)
        }
        state.waiting.drain(..).for_each(Waker::wake);
    }
}
