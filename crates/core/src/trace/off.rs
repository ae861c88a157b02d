//! Nothing: what is left of spans and events without the feature `tracing`.

use std::future::Future;

use crate::due::{TickError, Ticked};
use crate::job::JobId;
use crate::store::{Batch, Read, Refusal};
use crate::{ActError, CommandId, CompanyId, Progressed};

/// No span.
pub(crate) struct Within;

impl Within {
    #[inline(always)]
    pub(crate) fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }

    #[inline(always)]
    pub(crate) fn wait<F: Future>(&self, work: F) -> F {
        work
    }
}

#[inline(always)]
pub(crate) fn act(_: CompanyId, _: CommandId, _: &'static str) -> Within {
    Within
}

#[inline(always)]
pub(crate) fn view(_: CompanyId) -> Within {
    Within
}

#[inline(always)]
pub(crate) fn read(_: &Read) -> Within {
    Within
}

#[inline(always)]
pub(crate) fn commit(_: &Batch) -> Within {
    Within
}

#[inline(always)]
pub(crate) fn job(_: CompanyId, _: JobId, _: &'static str) -> Within {
    Within
}

#[inline(always)]
pub(crate) fn fetch(_: JobId, _: u32) -> Within {
    Within
}

#[inline(always)]
pub(crate) fn tick(_: CompanyId) -> Within {
    Within
}

#[inline(always)]
pub(crate) fn ticked(_: &Result<Ticked, TickError>) {}

#[inline(always)]
pub(crate) fn act_done(_: u64, _: bool, _: (u32, u32)) {}

#[inline(always)]
pub(crate) fn act_ended(_: &impl ActError, _: (u32, u32)) {}

#[inline(always)]
pub(crate) fn act_again(_: &Refusal, _: u32) {}

#[inline(always)]
pub(crate) fn act_alone(_: u32) {}

#[inline(always)]
pub(crate) fn job_progress(_: JobId, _: u32, _: &Progressed) {}

#[inline(always)]
pub(crate) fn job_done(_: JobId, _: u32) {}

#[inline(always)]
pub(crate) fn job_stopped(_: JobId, _: u32) {}

#[inline(always)]
pub(crate) fn job_failed(_: JobId, _: u32, _: &impl ActError) {}
