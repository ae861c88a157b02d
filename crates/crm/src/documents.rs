//! Documents that belong to contacts: offers, contracts, letters, which lie elsewhere.

use std::sync::Arc;

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding, Private};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Personal, Record, Value};
use fondaco_core::{Act, DocumentId, Halt, PartyId, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::contacts::rights::KEEP_CONTACTS;
use crate::contacts::{group, living};
use crate::{CrmError, check_code, check_text};

/// The longest title, in bytes.
const MAX_TITLE: usize = 400;

/// What the engine has of documents.
pub(crate) static PART: Part =
    Part::new(&[LinkedDocument::TABLE]).holdings(&[Holding::of::<LinkedDocument>()]);

/// That a document belongs to a contact.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_document", kind = state, key(party, document), index(by_document(document)))]
pub struct LinkedDocument {
    /// Whose.
    pub party: PartyId,
    /// Which.
    pub document: DocumentId,
    /// What it is, by a code of the host's: `offer`.
    pub kind: SmolStr,
    /// Since when it is linked.
    pub linked_at: Timestamp,
    /// What people read.
    pub title: Option<Personal<SmolStr>>,
}

impl HeldOnParty for LinkedDocument {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<LinkedDocument>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

/// Links a document to a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkDocument {
    /// Whose.
    pub party: PartyId,
    /// Which.
    pub document: DocumentId,
    /// See [`LinkedDocument::kind`].
    pub kind: SmolStr,
    /// See [`LinkedDocument::title`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Private<SmolStr>>,
}

impl LinkDocument {
    /// Links `document`, an `offer` or the like, to `party`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_core::DocumentId;
    /// use fondaco_crm::documents::{LinkDocument, documents};
    /// let offer = DocumentId::named("offer/7");
    /// crm.send("offer", &LinkDocument::new(ada(), offer, "offer"))?;
    /// assert_eq!(crm.view(|view| documents(view, ada()))?[0].document, offer);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, document: DocumentId, kind: impl Into<SmolStr>) -> LinkDocument {
        LinkDocument { party, document, kind: kind.into(), title: None }
    }
}

impl Act for LinkDocument {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&KEEP_CONTACTS))?;
        check_code("document kind", &self.kind)?;
        self.title.as_ref().map_or(Ok(()), |title| check_text("title", &title.0, MAX_TITLE))?;
        living(tx, self.party)?;
        let (party, document, kind) = (self.party, self.document, self.kind.clone());
        let there = tx.get::<LinkedDocument>(&(party, document))?;
        let title = match &self.title {
            Some(title) => Some(tx.personal(title.0.clone())),
            None => there.as_ref().and_then(|there| there.title.clone()),
        };
        let linked_at = there.map_or(tx.now(), |there| there.linked_at);
        let event = Event::new("crm.document_linked").with("party", Value::Id(party.to_u128()));
        tx.emit(event.with("document", Value::Id(document.to_u128())));
        tx.upsert(LinkedDocument { party, document, kind, linked_at, title })?;
        Ok(())
    }
}

/// Takes a document from a contact, whichever of its ids it was linked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlinkDocument {
    /// Whose.
    pub party: PartyId,
    /// Which.
    pub document: DocumentId,
}

impl UnlinkDocument {
    /// Takes `document` from `party`, if it has it.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_core::DocumentId;
    /// use fondaco_crm::documents::{LinkDocument, UnlinkDocument, documents};
    /// let offer = DocumentId::named("offer/7");
    /// crm.send("offer", &LinkDocument::new(ada(), offer, "offer"))?;
    /// crm.send("not hers", &UnlinkDocument::new(ada(), offer))?;
    /// assert!(crm.view(|view| documents(view, ada()))?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, document: DocumentId) -> UnlinkDocument {
        UnlinkDocument { party, document }
    }
}

impl Act for UnlinkDocument {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&KEEP_CONTACTS))?;
        for party in group(tx, self.party)? {
            let key = (party, self.document);
            if tx.get::<LinkedDocument>(&key)?.is_some() {
                let event = Event::new("crm.document_unlinked");
                tx.emit(event.with("party", Value::Id(party.to_u128())));
                tx.delete::<LinkedDocument>(&key)?;
            }
        }
        Ok(())
    }
}

/// The documents of a contact and of those that were merged into it.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn documents(
    read: &mut impl Reading,
    party: PartyId,
) -> Result<Vec<Arc<LinkedDocument>>, Halt> {
    let mut all = Vec::new();
    for party in group(read, party)? {
        all.extend(LinkedDocument::held(read, party)?);
    }
    Ok(all)
}
