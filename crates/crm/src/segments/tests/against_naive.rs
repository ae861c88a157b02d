//! What columns say, all at once and one by one, is what the predicate says.

use proptest::prelude::*;

use super::any;
use crate::segments::naive::{Contact, Event, World};
use crate::segments::{Columns, ColumnsBuilder, Field, SegmentSet, Value};

pub(crate) fn in_order(fields: &[Field], row: &crate::segments::naive::Row) -> Vec<Value> {
    fields.iter().map(|field| row.get(&field.name).cloned().unwrap_or(Value::Null)).collect()
}

pub(crate) fn columns(contacts: &[Contact], events: &[Event]) -> Columns {
    let schema = any::schema();
    let mut builder = ColumnsBuilder::new(&schema);
    for contact in contacts {
        let values = in_order(schema.attributes().list(), &contact.values);
        builder.contact(contact.zone.as_deref(), contact.organisation, &values).unwrap();
    }
    for event in events {
        let kind = &schema.events()[schema.kind_of(&event.kind).unwrap()];
        let values = in_order(kind.fields.list(), &event.values);
        builder.event(event.contact.try_into().unwrap(), &event.kind, event.at, &values).unwrap();
    }
    builder.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn columns_say_what_the_predicate_says(
        contacts in prop::collection::vec(any::contact(), 6),
        events in prop::collection::vec(any::event(6), 0..60),
        segments in any::segments(),
        now in 0_i64..any::MOST_HALF_HOURS,
        micros in 0_i64..2,
    ) {
        let schema = any::schema();
        let now = any::half_hours(now).checked_add(chrono::TimeDelta::microseconds(micros)).unwrap();
        let columns = columns(&contacts, &events);
        let set = SegmentSet::compile(&schema, segments.clone()).unwrap();
        let all = columns.all_members(&set, now);
        for (name, members) in set.names().zip(&all) {
            let world = World { schema: &schema, contacts: &contacts, events: &events, segments: &segments, now };
            for contact in 0..contacts.len() {
                let truth = world.truth(&segments[name], contact);
                prop_assert_eq!(members.has(contact), truth.is_yes(), "{} of {}: {}", contact, name, &segments[name]);
                let alone = columns.truth(&set, name, contact.try_into().unwrap(), now).unwrap();
                prop_assert_eq!(alone, truth, "alone, {} of {}: {}", contact, name, &segments[name]);
            }
            prop_assert_eq!(&columns.members(&set, name, now).unwrap(), members);
        }
    }
}
