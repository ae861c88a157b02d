//! What the ledger holds on parties: entries and postings that name one.

use std::sync::Arc;

use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::{Halt, PartyId, Range, Reading};

use super::{Draft, DraftPosting, Entry, Posting};

/// What the ledger holds on parties, for [`export`](fondaco_core::party::export()). Nothing in it is a personal column: books
/// are kept for as long as the law says, and name a party by its id alone.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_core::PartyId;
/// use fondaco_core::party::export;
/// let ada = PartyId::named("customer/1");
/// let sale = NewEntry::new("GEN", "2026-03-01".parse()?)
///     .debit("1200", Money::parse("40 EUR")?)
///     .credit("4000", Money::parse("40 EUR")?)
///     .party(ada);
/// let posted = books.post("sale", sale)?.answer;
/// let export = books.view(|view| Ok(export(view, ada, &[HOLDINGS])?))?;
/// let json = export.to_json();
/// assert_eq!(json["tables"]["ledger_entry"][0]["id"], posted.id.to_string());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub const HOLDINGS: &[Holding] = &[
    Holding::of::<Entry>(),
    Holding::of::<Posting>(),
    Holding::of::<Draft>(),
    Holding::of::<DraftPosting>(),
];

// Reads the whole book: an export is asked for seldom, and an index on parties would cost each posting.
macro_rules! held_by_party {
    ($($record:ty),*) => { $(
        impl HeldOnParty for $record {
            fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Self>>, Halt> {
                let mut found = Vec::new();
                read.peek_each(&Range::<Self>::all(), |row| {
                    if row.party == Some(party) {
                        found.push(Arc::new(row.clone()));
                    }
                    Ok::<(), Halt>(())
                })?;
                Ok(found)
            }
        }
    )* };
}

held_by_party!(Entry, Posting, Draft, DraftPosting);
