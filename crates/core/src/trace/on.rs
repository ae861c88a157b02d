//! Spans and events, as the page above names them.

use std::future::Future;

use tracing::{Instrument, debug, debug_span, info, info_span, warn};

use crate::due::{TickError, Ticked};
use crate::job::JobId;
use crate::store::{Batch, Read, Refusal};
use crate::{ActError, CommandId, CompanyId, Progressed};

/// A span that work is done in.
pub(crate) struct Within(tracing::Span);

impl Within {
    pub(crate) fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.in_scope(work)
    }

    pub(crate) fn wait<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        work.instrument(self.0.clone())
    }
}

pub(crate) fn act(company: CompanyId, command: CommandId, of: &'static str) -> Within {
    Within(info_span!(target: "fondaco", "act", %company, %command, act = name_of(of)))
}

/// A type's name without its path and what it is generic over: `PostMany`.
fn name_of(of: &'static str) -> &'static str {
    let plain = of.split('<').next().unwrap_or(of);
    plain.rsplit("::").next().unwrap_or(plain)
}

pub(crate) fn view(company: CompanyId) -> Within {
    Within(debug_span!(target: "fondaco", "view", %company))
}

pub(crate) fn read(read: &Read) -> Within {
    Within(debug_span!(target: "fondaco", "read", asks = read.asks.len()))
}

pub(crate) fn commit(batch: &Batch) -> Within {
    let (changes, seen, check) = (batch.changes.len(), batch.seen.len(), batch.check);
    Within(debug_span!(target: "fondaco", "commit", changes, seen, check))
}

pub(crate) fn job(company: CompanyId, job: JobId, kind: &'static str) -> Within {
    Within(info_span!(target: "fondaco", "job", %company, %job, kind))
}

pub(crate) fn fetch(job: JobId, chunk: u32) -> Within {
    Within(debug_span!(target: "fondaco", "fetch", %job, chunk))
}

pub(crate) fn tick(company: CompanyId) -> Within {
    Within(info_span!(target: "fondaco", "tick", %company))
}

/// Tells of a tick as it ends, in its span.
pub(crate) fn ticked(result: &Result<Ticked, TickError>) {
    let (done, failed) = match result {
        Ok(done) => (done, None),
        Err(error) => (error.done.as_ref(), Some(error.code())),
    };
    let (carried, refused) = (done.carried_out.len(), done.refused.len());
    let (denied, elsewhere, unhandled) = (done.denied.len(), done.elsewhere, done.unhandled.len());
    match failed {
        Some(code) => {
            warn!(name: "tick.failed", target: "fondaco", code, carried, refused, denied, "tick.failed")
        }
        None => {
            let (past, more) = (done.past.is_some(), done.more);
            let damaged = done.unreadable.len();
            info!(name: "tick.done", target: "fondaco", carried, refused, denied, elsewhere, unhandled, damaged, past, more, "tick.done");
        }
    }
}

pub(crate) fn act_done(position: u64, replayed: bool, (runs, conflicts): (u32, u32)) {
    info!(name: "act.done", target: "fondaco", position, replayed, runs, conflicts, "act.done");
}

pub(crate) fn act_ended(error: &impl ActError, (runs, conflicts): (u32, u32)) {
    let code = error.code();
    match error.halt() {
        Some(halt) if !halt.is_refusal() => {
            warn!(name: "act.failed", target: "fondaco", code, runs, conflicts, "act.failed")
        }
        _ => info!(name: "act.refused", target: "fondaco", code, runs, conflicts, "act.refused"),
    }
}

pub(crate) fn act_again(refusal: &Refusal, conflicts: u32) {
    let (moved, clashes) = (refusal.moved.len(), refusal.clashes.len());
    let (short, late) = (refusal.short.len(), refusal.late.len());
    debug!(name: "act.again", target: "fondaco", moved, clashes, short, late, conflicts, "act.again");
}

pub(crate) fn act_alone(conflicts: u32) {
    info!(name: "act.alone", target: "fondaco", conflicts, "act.alone");
}

pub(crate) fn job_progress(job: JobId, chunks: u32, at: &Progressed) {
    let (phase, done, total) = (at.phase.as_str(), at.done, at.total.unwrap_or(-1));
    info!(name: "job.progress", target: "fondaco", %job, chunks, phase, done, total, "job.progress");
}

pub(crate) fn job_done(job: JobId, chunks: u32) {
    info!(name: "job.done", target: "fondaco", %job, chunks, "job.done");
}

pub(crate) fn job_stopped(job: JobId, chunks: u32) {
    info!(name: "job.stopped", target: "fondaco", %job, chunks, "job.stopped");
}

pub(crate) fn job_failed(job: JobId, chunks: u32, error: &impl ActError) {
    warn!(name: "job.failed", target: "fondaco", %job, chunks, code = error.code(), "job.failed");
}
