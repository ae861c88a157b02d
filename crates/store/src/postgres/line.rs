//! Where the batches of one company wait while a transaction of this program commits others: whoever comes first takes all that
//! wait into its own, so that sixteen writers share one lock and one wait for the disk.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use fondaco_core::store::{Batch, Commit, StoreError};
use fondaco_core::{CommandId, CompanyId};

use super::calls::Taken;
use super::commit::weight;

/// So many batches at most share a transaction.
const BATCHES: usize = 64;
/// So many rows, unless one batch alone has more.
const ROWS: usize = 20_000;

pub(super) type Answer = Result<Commit, StoreError>;

/// The batches of one company, each with where its answer goes.
pub(super) struct Line<T> {
    pub(super) busy: bool,
    pub(super) waiting: VecDeque<(T, Batch)>,
}

impl<T> Default for Line<T> {
    fn default() -> Line<T> {
        Line { busy: false, waiting: VecDeque::new() }
    }
}

/// The lines of all companies, in which threads wait.
#[derive(Default)]
pub(super) struct Lines {
    lines: Mutex<HashMap<CompanyId, Line<Arc<Ticket>>>>,
    moved: Condvar,
}

/// Where a waiting caller finds its answer.
#[derive(Default)]
struct Ticket(Mutex<Option<Answer>>);

impl Ticket {
    fn slot(&self) -> MutexGuard<'_, Option<Answer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Line<T> {
    /// As many as one transaction takes.
    pub(super) fn take(&mut self) -> Vec<(T, Batch)> {
        let (mut group, mut rows) = (Vec::new(), 0);
        while let Some((_, batch)) = self.waiting.front() {
            rows += weight(batch);
            if !group.is_empty() && (rows > ROWS || group.len() >= BATCHES) {
                break;
            }
            group.extend(self.waiting.pop_front());
        }
        group
    }
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, HashMap<CompanyId, Line<Arc<Ticket>>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits in the line of the batch's company until it is answered; `run` commits the batches at its head.
    pub(super) fn commit(
        &self,
        batch: Batch,
        run: impl Fn(CompanyId, Vec<Batch>) -> Vec<Taken>,
    ) -> Answer {
        let (company, ticket) = (batch.company, Arc::new(Ticket::default()));
        let mut lines = self.lock();
        lines.entry(company).or_default().waiting.push_back((ticket.clone(), batch));
        loop {
            if let Some(answer) = ticket.slot().take() {
                return answer;
            }
            let line = lines.entry(company).or_default();
            if line.busy {
                lines = self.moved.wait(lines).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            line.busy = true;
            let group = line.take();
            drop(lines);
            Turn { lines: self, company, group: Vec::new() }.run(group, &run);
            lines = self.lock();
        }
    }
}

/// One group's turn. However it ends, everybody is answered and the line goes on.
struct Turn<'l> {
    lines: &'l Lines,
    company: CompanyId,
    group: Vec<(Arc<Ticket>, CommandId)>,
}

impl Turn<'_> {
    fn run(
        mut self,
        group: Vec<(Arc<Ticket>, Batch)>,
        run: impl Fn(CompanyId, Vec<Batch>) -> Vec<Taken>,
    ) {
        self.group = group.iter().map(|(ticket, batch)| (ticket.clone(), batch.id)).collect();
        let batches = group.into_iter().map(|(_, batch)| batch).collect();
        let taken = run(self.company, batches);
        let mut again = Vec::new();
        for ((ticket, _), taken) in self.group.drain(..).zip(taken) {
            match taken {
                Taken::Answered(answer) => *ticket.slot() = Some(answer),
                Taken::Again(batch) => again.push((ticket, batch)),
            }
        }
        let mut lines = self.lines.lock();
        let line = lines.entry(self.company).or_default();
        again.into_iter().rev().for_each(|waiting| line.waiting.push_front(waiting));
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        for (ticket, id) in self.group.drain(..) {
            // Only after a panic on the way, which may have been after the commit.
            let why = "the thread that committed it panicked".into();
            ticket.slot().get_or_insert(Err(StoreError::Unknown { id, why }));
        }
        let mut lines = self.lines.lock();
        let idle = lines.get_mut(&self.company).is_some_and(|line| {
            line.busy = false;
            line.waiting.is_empty()
        });
        if idle {
            lines.remove(&self.company);
        }
        drop(lines);
        self.lines.moved.notify_all();
    }
}
