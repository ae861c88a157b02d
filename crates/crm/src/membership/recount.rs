//! Asking everybody again, as a job.

use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::policy::Request;
use fondaco_core::store::Hash;
use fondaco_core::{PartyId, Progressed, Tx};
use serde::{Deserialize, Serialize};

use super::clock::chunk;
use super::{SegmentCause, rights};
use crate::CrmError;

/// What the job is called.
pub(super) const KIND: &str = "crm.recount_segments";

/// So many contacts one chunk takes.
const CHUNK: usize = if cfg!(test) { 3 } else { 500 };
/// So many of those whose answer was another are named.
const NAMED: usize = 100;

/// Asks everybody again, as of now, and reports for whom the answer is another than what was kept: after a definition changed, those who
/// are not asked yet; where the clock was not ticked, those whose time has come; else nobody.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_core::job::JobId;
/// use fondaco_crm::membership::{PutSegment, RecountSegments, StoredSegment, UseSegment};
/// let people = StoredSegment::new("people", 1, "kind = \"person\"");
/// crm.send("of people", &PutSegment::new(people))?;
/// crm.send("use", &UseSegment::new("people", Some(1)))?;
/// let done = crm.run_job("recount/1", &mut RecountSegments::default(), &mut ())?;
/// assert_eq!((done.report.asked, done.report.moved), (2, 1));
/// assert_eq!(done.report.named, [ada()]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecountSegments {}

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecountCursor {
    next: Option<PartyId>,
    report: RecountReport,
}

/// What a recount found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecountReport {
    /// How many contacts were asked.
    pub asked: u64,
    /// For how many the answer was another than what was kept.
    pub moved: u64,
    /// The first 100 of them.
    pub named: Vec<PartyId>,
}

impl Job for RecountSegments {
    type Cursor = RecountCursor;
    type Report = RecountReport;
    type Error = CrmError;

    fn kind(&self) -> &'static str {
        KIND
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(self)
    }

    fn progress(&self, cursor: &RecountCursor) -> Progressed {
        let asked = i64::try_from(cursor.report.asked).unwrap_or(i64::MAX);
        Progressed::new("asking contacts", asked)
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &RecountCursor,
    ) -> Result<Step<RecountCursor>, CrmError> {
        tx.authorize(&Request::new(&rights::RECOUNT_SEGMENTS))?;
        let at = tx.now();
        let (next, done) = chunk(tx, (cursor.next, None), CHUNK, SegmentCause::Recount, at)?;
        let mut report = cursor.report.clone();
        report.asked += done.asked as u64;
        report.moved += done.moved.len() as u64;
        let room = NAMED.saturating_sub(report.named.len());
        report.named.extend(done.moved.into_iter().take(room));
        let cursor = RecountCursor { next, report };
        Ok(if next.is_some() { Step::More(cursor) } else { Step::Last(cursor) })
    }

    fn finish(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &RecountCursor,
    ) -> Result<RecountReport, CrmError> {
        tx.authorize(&Request::new(&rights::RECOUNT_SEGMENTS))?;
        Ok(cursor.report.clone())
    }
}
