//! How what the ledger holds on parties is found, for [`export`](fondaco_core::party::export()): entries, postings, open items and
//! clearings, what is pending, drafts and recurring entries that name one.
//!
//! Books are kept for as long as the law says, and name a party by its id alone. What is written about a person goes into an entry's
//! [note](crate::ledger::NewEntry::note), which is personal, and is erased with its party, registered or only named, or alone. No erasure
//! reaches what somebody wrote into texts, sources, tags and dimensions of entries, nor into drafts and keys: they are
//! facts, and the chain covers them. Write there what tells a stranger nothing, such as a document's number, and keep names with the
//! [`Party`](fondaco_core::party::Party). Lines of imports that were refused have personal columns, and no party:
//! [`EraseRefusals`](crate::import::EraseRefusals) is for them.
//!
//! ```
//! # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
//! # use firm::*;
//! # let books = books();
//! use fondaco_core::PartyId;
//! use fondaco_core::party;
//! books.join(&party::ENGINE)?;
//! let ada = PartyId::named("customer/1");
//! let sale = NewEntry::new("GEN", "2026-03-01".parse()?)
//!     .debit("1200", Money::parse("40 EUR")?)
//!     .credit("4000", Money::parse("40 EUR")?)
//!     .party(ada);
//! let posted = books.post("sale", sale)?.answer;
//! let export = books.view(|view| Ok(party::export(view, ada)?))?;
//! let json = export.to_json();
//! assert_eq!(json["tables"]["ledger_entry"][0]["id"], posted.id.to_string());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::Arc;

use fondaco_core::party::{HeldOnParty, held_where};
use fondaco_core::{Halt, PartyId, Reading};

use super::{
    Clearing, ClearingDifference, Draft, DraftPosting, Entry, EntryDetail, OpenItem, PendingEntry,
    PendingPosting, Posting, RecurringVersion,
};

macro_rules! held_by_party {
    ($($record:ty),*) => { $(
        impl HeldOnParty for $record {
            fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Self>>, Halt> {
                held_where(read, |row: &Self| Ok(row.party == Some(party)))
            }
        }
    )* };
}

held_by_party!(
    Entry,
    Posting,
    OpenItem,
    Clearing,
    ClearingDifference,
    PendingEntry,
    PendingPosting,
    Draft,
    DraftPosting
);

impl HeldOnParty for EntryDetail {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Self>>, Halt> {
        held_where(read, |row: &Self| Ok(row.note_about == Some(party)))
    }
}

impl HeldOnParty for RecurringVersion {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Self>>, Halt> {
        held_where(read, |row: &RecurringVersion| {
            let entry = row.terms()?.entry;
            let of_a_line = entry.postings.iter().any(|line| line.party == Some(party));
            Ok(entry.party == Some(party) || of_a_line)
        })
    }
}
