//! What recurring entries declare.

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

use super::{Occurrence, RECURRING, Recurring, RecurringVersion, carry_out};
use crate::rights;

const PLANNED: &str = "goes by ledger.plan and the right to carry out what is due";

pub(crate) static PART: Part = Part::new(&[])
    .otherwise(&[
        (Recurring::TABLE, PLANNED),
        (RecurringVersion::TABLE, PLANNED),
        (Occurrence::TABLE, PLANNED),
    ])
    .permissions(&[&rights::PLAN])
    .holdings(&[Holding::of::<RecurringVersion>()])
    .on_due(&[(RECURRING, carry_out)]);
