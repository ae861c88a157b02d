//! What open items declare.

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

use super::{Clearing, ClearingDifference, ClearingLine, OpenItem, Realised, Unclearing, keep};
use crate::rights;

pub(crate) static PART: Part = Part::new(&[
    OpenItem::TABLE,
    Clearing::TABLE,
    ClearingLine::TABLE,
    ClearingDifference::TABLE,
    Unclearing::TABLE,
    Realised::TABLE,
])
.permissions(&[&rights::CLEAR, &rights::CLEAR_ACROSS_PARTIES, &rights::UNCLEAR])
.holdings(&[
    Holding::of::<OpenItem>(),
    Holding::of::<Clearing>(),
    Holding::of::<ClearingDifference>(),
])
.jobs(&[keep::KIND]);
