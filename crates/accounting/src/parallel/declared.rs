//! What parallel ledgers declare.

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

use super::ParallelLedger;
use crate::rights;

pub(crate) static PART: Part =
    Part::new(&[ParallelLedger::TABLE]).permissions(&[&rights::DEFINE_LEDGER]);
