//! Taking an address off the suppression list: one that was mistyped, or whose owner asks to be written to again.

use fondaco_core::party::{ContactKind as Reach, Private};
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rights::LIFT_SUPPRESSION;
use super::suppression::{check_address, hash, key};
use super::{ConsentError, Suppression};
use crate::{CrmError, check_code};

/// Takes an address off the suppression list; answers whether it was there. Consent stands as it stood: that alone lets nobody be written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiftSuppression {
    /// What kind of address.
    pub kind: Reach,
    /// The address, in whatever way it is written.
    pub address: Private<SmolStr>,
    /// Why, by a code of the host's; it stays with the event.
    pub reason: SmolStr,
}

impl LiftSuppression {
    /// Takes an e-mail address off the list.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_core::party::ContactKind;
    /// use fondaco_crm::consent::{LiftSuppression, SetSuppressionKey, Suppress, is_suppressed};
    /// crm.send("key", &SetSuppressionKey::new("0b1e 77f0 9a3c 5d2e 41f8"))?;
    /// crm.send("never", &Suppress::email("max@example.org", "complained"))?;
    /// let lift = LiftSuppression::email("Max@example.org", "it_was_mia");
    /// assert!(crm.send("not him", &lift)?.answer);
    /// assert!(!crm.view(|view| is_suppressed(view, ContactKind::Email, "max@example.org"))?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn email(address: impl Into<SmolStr>, reason: impl Into<SmolStr>) -> LiftSuppression {
        let (address, reason) = (Private(address.into()), reason.into());
        LiftSuppression { kind: Reach::Email, address, reason }
    }
}

impl Act for LiftSuppression {
    type Answer = bool;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<bool, CrmError> {
        tx.authorize(&Request::new(&LIFT_SUPPRESSION))?;
        check_code("reason", &self.reason)?;
        check_address(self.kind, &self.address)?;
        let key = key(tx)?.ok_or(ConsentError::NoSuppressionKey)?;
        let hash = hash(&key, self.kind, &self.address.0);
        if tx.get::<Suppression>(&hash)?.is_none() {
            return Ok(false);
        }
        tx.delete::<Suppression>(&hash)?;
        tx.emit(Event::new("crm.suppression_lifted").with("reason", self.reason.clone()));
        Ok(true)
    }
}
