//! The seam: what takes part in the commits of contacts and events, as scores and segments do.
//!
//! A feature implements [`Along`] and stands in the one tuple [`GoesAlong`]. Each act hands over all that it [changed](Change) about
//! contacts, once, after everything is judged and before it is staged: so a feature reads what it needs for all of it in few trips,
//! folds in memory, and stages its rows once. It is not called for what is refused.
//!
//! - What a feature keeps goes by the party **as it is written** in the change. Who was [merged](Change::Merged) keeps its rows and is
//!   told by [`group`](crate::contacts::group) to be one with others: sums of several parties add up on reading, so that a merge can be
//!   taken back without a trace.
//! - Events come late, out of order and once. A correction is a [withdrawal](Change::Withdrawn) and a [new event](Change::Event) in one
//!   call; the event that is withdrawn is as it was when it came.
//! - What machines did is handed over too: [`BehaviourEvent::machine`] says so.
//! - Rows that the act stages itself may not be visible yet: what is needed of them is in the change.

use fondaco_core::news::News;
use fondaco_core::{Halt, PartyId, Timestamp, Tx};
use smol_str::SmolStr;

use crate::CrmError;
use crate::attributes::Value;
use crate::contacts::Profile;
use crate::events::BehaviourEvent;

/// What changed about a contact.
#[derive(Debug, Clone)]
#[allow(dead_code)] // what is told, whoever listens
pub(crate) enum Change<'c> {
    /// Something that somebody did counts from now on.
    Event(&'c BehaviourEvent),
    /// It doesn't any more: it was corrected, or erased.
    Withdrawn(&'c BehaviourEvent),
    /// A contact was added.
    Added(&'c Profile),
    /// Owner, territory or stage changed.
    Profile {
        /// As it was.
        before: &'c Profile,
        /// As it is.
        after: &'c Profile,
    },
    /// A value that is known of somebody changed. Only for what holds now: what was said late of an earlier time changes history alone.
    Attribute {
        /// Whose.
        party: PartyId,
        /// Which, by its code.
        attribute: SmolStr,
        /// What was known.
        before: Option<Value>,
        /// Since when that held.
        before_at: Timestamp,
        /// What is known from now on.
        after: Option<Value>,
        /// Since when it holds.
        at: Timestamp,
    },
    /// Two were found to be one person.
    Merged {
        /// Who is an alias from now on.
        gone: PartyId,
        /// Of whom.
        keep: PartyId,
    },
    /// They were not, after all.
    Separated {
        /// Who stands for itself again.
        gone: PartyId,
        /// Who it was merged into.
        keep: PartyId,
    },
    /// What is personal of somebody is erased in this commit: values are gone, counts stay.
    Erased {
        /// Whose.
        party: PartyId,
    },
}

/// A feature that takes part in the commits of contacts and events.
pub(crate) trait Along {
    /// Takes note of what one act changed. Called once for each command, with all of it in order.
    fn note(tx: &mut Tx<'_>, changes: &[Change<'_>]) -> Result<(), CrmError>;
}

/// Who takes part, in this order.
pub(crate) type GoesAlong = (crate::scores::Keeping, crate::membership::Keeping);

/// Tells all that take part.
pub(crate) fn note(tx: &mut Tx<'_>, changes: &[Change<'_>]) -> Result<(), CrmError> {
    if changes.is_empty() { Ok(()) } else { GoesAlong::note(tx, changes) }
}

/// What core merges and erases by itself goes along as if it were said here; whichever engine's act it is part of.
pub(crate) fn hear(tx: &mut Tx<'_>, news: &News) -> Result<(), Halt> {
    let changes: Vec<Change<'_>> = match news {
        News::Merged { keep, gone } => vec![Change::Merged { gone: *gone, keep: *keep }],
        News::Erased { parties } => parties.iter().map(|&party| Change::Erased { party }).collect(),
        _ => Vec::new(),
    };
    note(tx, &changes).map_err(|error| match error {
        CrmError::Halt(halt) => halt,
        error => Halt::Bug(format!("what goes along with contacts: {error}")),
    })
}

/// Several that take part, in this order.
macro_rules! along_tuple {
    ($($name:ident),*) => {
        impl<$($name: Along),*> Along for ($($name,)*) {
            #[allow(unused_variables)] // by nobody
            fn note(tx: &mut Tx<'_>, changes: &[Change<'_>]) -> Result<(), CrmError> {
                $( $name::note(tx, changes)?; )*
                Ok(())
            }
        }
    };
}

along_tuple!();
along_tuple!(A);
along_tuple!(A, B);
along_tuple!(A, B, C);
