//! What drafts declare.

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

use super::{Draft, DraftPosting, DraftRight, DraftStep};
use crate::rights;

pub(crate) static PART: Part =
    Part::new(&[Draft::TABLE, DraftPosting::TABLE, DraftStep::TABLE, DraftRight::TABLE])
        .permissions(&[&rights::DRAFT, &rights::APPROVE])
        .holdings(&[Holding::of::<Draft>(), Holding::of::<DraftPosting>()]);
