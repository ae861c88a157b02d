//! Two contacts that are one, and two that were not after all.
//!
//! [`check_person`] tells at entry who may be the same person, and why: the same address, the same number, a name that is close. An address
//! of a role (`info@`) or a number that several share proposes and never decides. [`MergeContacts`] makes one contact an alias of another, in
//! all engines ([`party::resolve`](fondaco_core::party::resolve)), and moves nothing: every fact stays under the id that it was written for,
//! and what is shown of the contact is drawn together on reading, by [rules](Survivorship); segments and scores go by the rule that holds where
//! nobody says another. What is said of an alias' stage, owner, territory, names and values from then on is said of whom it stands for, and stays there. So [`UnmergeContact`] gives back exactly what
//! was, in whatever order merges are taken back, also where core merged parties for good before.

mod act;
mod check;
mod error;
mod golden;
mod record;
pub mod rights;

pub use act::{MergeContacts, UnmergeContact};
pub(crate) use check::holders;
pub use check::{Probe, Same, SameWhy, check_person};
pub use error::MergeError;
pub(crate) use golden::joint_values;
pub use golden::{Candidate, Golden, SurvivorRule, Survivorship, golden};
pub use record::{Carried, MergeStep, Merged, merges};

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};
use std::sync::Arc;

/// What the engine has of merges.
pub(crate) static PART: Part = Part::new(&[Merged::TABLE, Carried::TABLE, MergeStep::TABLE])
    .permissions(&[&rights::MERGE])
    .holdings(&[Holding::of::<Merged>(), Holding::of::<Carried>(), Holding::of::<MergeStep>()]);

impl HeldOnParty for Merged {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Merged>>, Halt> {
        let mut all: Vec<_> = read.peek::<Merged>(&party)?.into_iter().collect();
        all.extend(read.peek_scan(&Range::by(Merged::BY_KEEP, &party))?);
        Ok(all)
    }
}

impl HeldOnParty for Carried {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Carried>>, Halt> {
        let mut all: Vec<_> = read.peek::<Carried>(&party)?.into_iter().collect();
        all.extend(read.peek_scan(&Range::by(Carried::BY_WITH, &party))?);
        Ok(all)
    }
}

impl HeldOnParty for MergeStep {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<MergeStep>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}
