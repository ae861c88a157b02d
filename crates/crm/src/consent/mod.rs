//! Who may be written to, on what ground, and who never again.
//!
//! Consent is kept by channel and purpose, with its lawful basis (GDPR, article 6) and its proof (article 7), as facts: what is said last of a
//! time counts, a withdrawal wins, and what was known at a time can be shown. A purpose may demand a second confirmation (double opt-in). Who unsubscribes is
//! withdrawn; who is [erased](EraseContact) may leave a keyed hash of each address on the suppression list, so that nobody writes to the person
//! when a later import brings the address back, while the list itself tells no address.
//!
//! [`may_contact`] answers for one contact, channel and purpose. Nothing is allowed that nobody has recorded a basis for.

mod ask;
mod erase;
mod error;
mod lift;
mod purpose;
mod query;
mod record;
pub mod rights;
mod said;
mod suppression;
mod withdraw;

pub use ask::{ConfirmConsent, NewConsent, RecordConsents};
pub use erase::{EraseContact, Erasure};
pub use error::ConsentError;
pub use lift::LiftSuppression;
pub use purpose::{DefinePurposes, NewPurpose, Purpose};
pub use query::{MayContact, consents, may_contact};
pub use record::{Channel, ConsentFact, ConsentStatus, LawfulBasis};
#[cfg(feature = "import")]
pub(crate) use suppression::suppressed_among;
pub use suppression::{CrmSecret, SetSuppressionKey, Suppress, Suppression, is_suppressed};
pub use withdraw::Unsubscribe;

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};
use std::sync::Arc;

/// What the engine has of consent.
pub(crate) static PART: Part =
    Part::new(&[Purpose::TABLE, ConsentFact::TABLE, Suppression::TABLE, CrmSecret::TABLE])
        .permissions(&[&rights::RECORD_CONSENT, &rights::LIFT_SUPPRESSION, &rights::ERASE])
        .holdings(&[Holding::of::<ConsentFact>(), Holding::untied::<CrmSecret>()]);

impl HeldOnParty for ConsentFact {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<ConsentFact>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}
