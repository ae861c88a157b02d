//! Contacts: people, organisations and households, each a party of core's of which the CRM keeps its part.
//!
//! Names, addresses, numbers and relations are kept once, in [`core::party`](fondaco_core::party), for all engines; a [`Profile`] says
//! whose the contact is, where it comes from and how far it is. What else is known has [attributes](crate::attributes), what it does are
//! [events](crate::events). Who was found twice is one [`group`].

mod add;
mod again;
mod change;
mod error;
mod groups;
mod hierarchy;
mod history;
mod profile;
pub mod rights;
mod sound;
mod stage;

pub use add::{AddContacts, MAX_EMAIL, MAX_PHONE, NewContact};
pub use change::ChangeContact;
pub use error::ContactError;
pub(crate) use groups::{groups, joint, peek_groups, told_of};
pub(crate) use hierarchy::stands_under;
pub use hierarchy::{BuyingRole, HasRole, SetBuyingRoles, SetParent, below, buying_centre};
pub use history::{ProfileChange, ProfileField, profile_changes};
pub use profile::{ContactKind, Profile, group};
pub(crate) use profile::{all_living, living, living_in_group};
pub use sound::name_words;
pub(crate) use sound::sounding_alike;
pub use stage::{LifecycleStage, MoveStages, StageMove, StageStep, StageTime, stage_times};

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};
use std::sync::Arc;

/// What the engine has of contacts.
pub(crate) static PART: Part =
    Part::new(&[Profile::TABLE, StageStep::TABLE, HasRole::TABLE, ProfileChange::TABLE])
        .permissions(&[&rights::SET_UP, &rights::KEEP_CONTACTS])
        .hears(crate::along::hear)
        .holdings(&[
            Holding::of::<Profile>(),
            Holding::of::<StageStep>(),
            Holding::of::<HasRole>(),
            Holding::of::<ProfileChange>(),
        ]);

impl HeldOnParty for Profile {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Profile>>, Halt> {
        Ok(read.peek::<Profile>(&party)?.into_iter().collect())
    }
}

impl HeldOnParty for StageStep {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<StageStep>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

impl HeldOnParty for ProfileChange {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<ProfileChange>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

impl HeldOnParty for HasRole {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<HasRole>>, Halt> {
        let mut all = read.peek_scan(&Range::<HasRole>::by_key(&party))?;
        all.extend(read.peek_scan(&Range::by(HasRole::BY_PARTY, &party))?);
        Ok(all)
    }
}
