//! Segments from scores of purchases and from clusters, and segments split for tests.

use std::collections::BTreeMap;

use fondaco_core::{Timestamp, decimal};
use roaring::RoaringBitmap;
use rust_decimal::Decimal;

use crate::rfm::Purchase;
use crate::segments::columns::need_kind;
use crate::segments::evaluate::{Place, Track};
use crate::segments::{Columns, SegmentError, Value};
use crate::stats::Experiment;

/// Members by the group of an experiment that each is in, by the bytes of its number: the same whoever asks, and whenever.
///
/// ```
/// use fondaco_crm::segments::split;
/// use fondaco_crm::stats::Experiment;
/// use roaring::RoaringBitmap;
///
/// let test = Experiment::new("win back", [("mail", 0.9), ("holdout", 0.1)])?;
/// let members: RoaringBitmap = (0..10_000).collect();
/// let groups = split(&members, &test);
/// assert_eq!(groups["mail"].len() + groups["holdout"].len(), 10_000);
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
#[must_use]
pub fn split(members: &RoaringBitmap, experiment: &Experiment) -> BTreeMap<String, RoaringBitmap> {
    let mut groups: BTreeMap<String, RoaringBitmap> = BTreeMap::new();
    for contact in members {
        let group = experiment.group_of(&contact.to_be_bytes());
        groups.entry(group.to_owned()).or_default().insert(contact);
    }
    groups
}

impl Columns {
    /// What was bought before a moment, each on the contact's own day, for [`rfm::summarise`](crate::rfm::summarise). Events without the
    /// amount count as nothing spent.
    ///
    /// # Errors
    /// [`SegmentError::BadValue`] for a kind of event, or an attribute of it, that the schema doesn't have.
    pub fn purchases(
        &self,
        event: &str,
        amount: &str,
        now: Timestamp,
    ) -> Result<Vec<Purchase<u32>>, SegmentError> {
        let kind = need_kind(&self.schema, event)?;
        let field = self.schema.events.get(kind).and_then(|kind| kind.fields.place(amount));
        let (Some(field), Some(kept)) = (field, self.kinds.get(kind)) else {
            return Err(SegmentError::BadValue {
                what: "attribute of the event",
                name: event.to_owned(),
                found: format!("{amount:?}"),
                wanted: "the name of a number".into(),
            });
        };
        let column = kept.table.column(field);
        let mut bought = Vec::new();
        for (group, customer) in kept.who.iter().enumerate() {
            let track = kept.group(group);
            let place = Place::new(&self.schema, self.people.zone(*customer));
            for at in 0..track.first_at(now.micros()) {
                let value = column.map(|column| column.value(track.row(at)));
                let amount =
                    if let Some(Value::Number(amount)) = value { amount } else { Decimal::ZERO };
                let day = place.day(track.at(at));
                bought.push(Purchase {
                    customer: *customer,
                    day,
                    amount: decimal::normalize(amount),
                });
            }
        }
        Ok(bought)
    }

    /// Gives an attribute other values, such as the cells of RFM or the numbers of clusters, by which predicates then ask.
    ///
    /// # Errors
    /// [`SegmentError::BadValue`] for an attribute that the schema doesn't have or a value of another type, and
    /// [`SegmentError::UnknownContact`]; what came before it is stored then.
    pub fn fill(
        &mut self,
        attribute: &str,
        values: impl IntoIterator<Item = (u32, Value)>,
    ) -> Result<(), SegmentError> {
        let Some(field) = self.schema.attributes.place(attribute) else {
            return Err(SegmentError::BadValue {
                what: "attribute",
                name: attribute.to_owned(),
                found: "unknown".into(),
                wanted: "one of the schema".into(),
            });
        };
        let count = self.contacts();
        for (contact, value) in values {
            if contact as usize >= count {
                return Err(SegmentError::UnknownContact { contact, count });
            }
            self.people.table.fill(field, contact as usize, &value)?;
        }
        Ok(())
    }
}
