//! Documents: heads and lines that carry what became of them, and links from line to line.

mod desk;
mod kind;
mod lines;
mod quantity;
mod record;
mod settle;
mod shelf;
mod sums;

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::{Event, Record};
use fondaco_core::{DocumentId, Tx};

pub(crate) use desk::{Ahead, Desk, Values, stored};
pub(crate) use kind::id_of;
pub use kind::{DocumentKind, Status};
pub use lines::{NewLine, PartLine};
pub(crate) use lines::{Pricing, blank, tax};
pub(crate) use quantity::{share, stored_quantity};
pub use record::{Document, Line, LineMatch, Settlement};
pub(crate) use settle::{ordered, settle};
pub(crate) use shelf::Shelf;
pub(crate) use sums::{At, beyond, less, minus, plus, sum};

/// What the engine has of them.
pub(crate) static PART: Part =
    Part::new(&[Document::TABLE, Line::TABLE, LineMatch::TABLE, Settlement::TABLE])
        .holdings(&[Holding::of::<Document>()]);

/// Says of each document by itself what came about, so that who listens knows which.
pub(crate) fn emit_each(tx: &mut Tx<'_>, event: &'static str, documents: &[DocumentId]) {
    for document in documents {
        tx.emit(Event::new(event).with("document", *document));
    }
}
