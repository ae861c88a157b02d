//! What allocations declare.

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

use super::{AllocationPart, AllocationRule, AllocationRun, AllocationShare, StatisticalValue};
use crate::rights;

pub(crate) static PART: Part = Part::new(&[
    AllocationRule::TABLE,
    AllocationShare::TABLE,
    StatisticalValue::TABLE,
    AllocationRun::TABLE,
    AllocationPart::TABLE,
])
.permissions(&[&rights::SET_ALLOCATION, &rights::ALLOCATE]);
