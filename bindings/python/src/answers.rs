//! What the engines' commands answer, field by field.

use fondaco::accounting::allocation::Allocated;
use fondaco::accounting::close::{Corrected, YearClosed};
use fondaco::accounting::currency::Revalued;
use fondaco::accounting::dimensions::MovedDimensionValue;
use fondaco::accounting::import::ErasedRefusals;
use fondaco::accounting::ledger::{
    Approved, Cleared, Held, Opened, OpenedEach, Posted, PostedClearing, PostedEach, PostedMany,
    PostedPending, Recorded, RecordedAs, RecordedEach, RefusedEntry, RefusedItem,
};
use fondaco::core::enter::{Entered, RefusedLine};
use fondaco::core::party::Merged;
use fondaco::crm::consent::Erasure;
use fondaco::inventory::moves::{Moved, RefusedMove};
use fondaco::inventory::planning::{Forgotten, Released};
use fondaco::inventory::reserve::{Reserved, ReservedLine};

use crate::told::{Tell, Told};

/// A dict of the fields that are named.
macro_rules! fields {
    ($($type:ty { $($field:ident),* $(,)? })*) => { $(
        impl Tell for $type {
            fn tell(&self) -> Told {
                Told::dict([$((stringify!($field), self.$field.tell())),*])
            }
        }
    )* };
}

fields! {
    Allocated { entry, parts, amount, left }
    Approved { approvals, needed, posted }
    Cleared { clearing, difference }
    Corrected { reversal, entry, date }
    Entered { entered, there, refused }
    ErasedRefusals { lines, more }
    Erasure { rows, role_addresses, shared_with }
    Forgotten { rows, more }
    Held { id, held }
    Merged { addresses, contacts, identifiers, roles, relations, differed }
    MovedDimensionValue { left, joined, values, postings, until }
    Opened { existed }
    Posted { id, number }
    PostedClearing { posted, clearings }
    PostedPending { entry, moved }
    Recorded { done, moved, existed }
    RefusedEntry { code, message, invalid }
    RefusedItem { code, message, invalid, about }
    RefusedMove { code, message, invalid }
    Released { expected, promises }
    ReservedLine { reservation, held, backordered }
    Revalued { entries, lines, difference }
    YearClosed { result, entries }
}

/// Lists alone: told as lists.
macro_rules! lists {
    ($($type:ty: $field:ident)*) => { $(
        impl Tell for $type {
            fn tell(&self) -> Told {
                self.$field.tell()
            }
        }
    )* };
}

lists! {
    Moved: moves
    OpenedEach: accounts
    PostedEach: entries
    PostedMany: entries
    RecordedEach: items
    Reserved: lines
}

impl Tell for RecordedAs {
    fn tell(&self) -> Told {
        match self {
            RecordedAs::Posted(posted) => Told::dict([("posted", posted.tell())]),
            RecordedAs::Held(pending) => Told::dict([("held", pending.tell())]),
            RecordedAs::PendingPosted { pending, entry } => {
                Told::dict([("pending", pending.tell()), ("posted", entry.tell())])
            }
            RecordedAs::PendingVoided(pending) => Told::dict([("voided", pending.tell())]),
        }
    }
}

impl Tell for RefusedLine {
    fn tell(&self) -> Told {
        Told::dict([
            ("at", self.at.tell()),
            ("code", self.code.tell()),
            ("message", self.message.tell()),
        ])
    }
}
