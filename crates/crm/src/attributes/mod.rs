//! What is known of contacts besides names and addresses: attributes with types, defined as data.
//!
//! An [`Attribute`] is defined once; each value is checked against it. What holds now is a row of [`AttributeValue`]; each change is a
//! [`ValueFact`], with the time from which it holds and the time at which it was recorded: what is said late of an earlier time changes
//! history and not the present. Values are personal: they are exported and erased with the contact.

mod define;
mod error;
mod query;
mod set;
mod value;

pub use define::{Attribute, DefineAttributes, NewAttribute};
pub use error::AttributeError;
pub use query::{value_at, values};
pub use set::{AttributeValue, NewValues, SetValues, ValueFact};
pub(crate) use set::{Setting, needs, set};
pub use value::{MAX_TEXT, MAX_VALUES, Value, ValueKind, Values};

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};
use std::sync::Arc;

/// What the engine has of attributes.
pub(crate) static PART: Part =
    Part::new(&[Attribute::TABLE, AttributeValue::TABLE, ValueFact::TABLE])
        .holdings(&[Holding::of::<AttributeValue>(), Holding::of::<ValueFact>()]);

impl HeldOnParty for AttributeValue {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<AttributeValue>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

impl HeldOnParty for ValueFact {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<ValueFact>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}
