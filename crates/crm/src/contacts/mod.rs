//! Contacts: people, organisations and households, each a party of core's of which the CRM keeps its part.
//!
//! Names, addresses, numbers and relations are kept once, in [`core::party`](fondaco_core::party), for all engines; a [`Profile`] says
//! whose the contact is, where it comes from and how far it is. What else is known has [attributes](crate::attributes), what it does are
//! [events](crate::events). Who was found twice is one [`group`].

mod add;
mod error;
mod profile;
pub mod rights;
mod sound;

pub use add::{AddContacts, MAX_EMAIL, MAX_PHONE, NewContact};
pub use error::ContactError;
pub(crate) use profile::living;
pub use profile::{ContactKind, LifecycleStage, Profile, group};
pub use sound::name_words;

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Reading};
use std::sync::Arc;

/// What the engine has of contacts.
pub(crate) static PART: Part = Part::new(&[Profile::TABLE])
    .permissions(&[&rights::SET_UP, &rights::KEEP_CONTACTS])
    .holdings(&[Holding::of::<Profile>()]);

impl HeldOnParty for Profile {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Profile>>, Halt> {
        Ok(read.peek::<Profile>(&party)?.into_iter().collect())
    }
}
