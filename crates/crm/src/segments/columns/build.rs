//! Columns from contacts and events as they come, in any order.

use std::sync::Arc;

use fondaco_core::Timestamp;

use super::{Columns, Kept, People, Table};
use crate::segments::{Schema, SegmentError, Value};

/// Takes contacts and events in, and makes [`Columns`] of them.
///
/// ```
/// use fondaco_crm::segments::{ColumnsBuilder, Kind, Schema, SegmentSet, Value};
///
/// let schema = Schema::new().attribute("plan", Kind::Text).event("login", []);
/// let mut builder = ColumnsBuilder::new(&schema);
/// let ada = builder.contact(None, None, &[Value::Text("pro".into())])?;
/// let bob = builder.contact(None, None, &[Value::Null])?;
/// builder.event(ada, "login", "2026-03-01T08:00:00Z".parse()?, &[])?;
/// let columns = builder.finish();
///
/// let active: fondaco_crm::segments::Predicate = "done(login) in 14 days".parse()?;
/// let set = SegmentSet::compile(&schema, [("active", active)])?;
/// let members = columns.members(&set, "active", "2026-03-10T00:00:00Z".parse()?)?;
/// assert!(members.has(ada as usize) && !members.has(bob as usize));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ColumnsBuilder {
    schema: Arc<Schema>,
    people: People,
    kinds: Vec<Loose>,
}

/// Events of a kind as they came.
#[derive(Debug)]
struct Loose {
    who: Vec<u32>,
    times: Vec<i64>,
    table: Table,
}

impl ColumnsBuilder {
    /// Nobody yet.
    #[must_use]
    pub fn new(schema: &Schema) -> ColumnsBuilder {
        let loose = |kind: &crate::segments::EventKind| Loose {
            who: Vec::new(),
            times: Vec::new(),
            table: Table::new(&kind.fields),
        };
        ColumnsBuilder {
            schema: Arc::new(schema.clone()),
            people: People::new(schema),
            kinds: schema.events.iter().map(loose).collect(),
        }
    }

    /// A contact: its zone, the number of its organisation, its attributes in the schema's order, of which the last may be left out. Gives
    /// its number, counted from 0.
    ///
    /// # Errors
    /// [`SegmentError::BadValue`] for a zone that the schema doesn't have, and a value of another type.
    pub fn contact(
        &mut self,
        zone: Option<&str>,
        organisation: Option<u32>,
        values: &[Value],
    ) -> Result<u32, SegmentError> {
        let zone = zone.map(|name| self.schema.zone_of(name)).transpose()?;
        let row = self.people.table.push(values)?;
        self.people.zones.push(zone.map(i64::from));
        self.people.organisations.push(organisation.map(i64::from));
        Ok(u32::try_from(row).unwrap_or(u32::MAX))
    }

    /// An event of a contact that is there, with its attributes in the schema's order.
    ///
    /// # Errors
    /// [`SegmentError::UnknownContact`], [`SegmentError::BadValue`] for a kind that the schema doesn't have, or a value of another type.
    pub fn event(
        &mut self,
        contact: u32,
        event: &str,
        at: Timestamp,
        values: &[Value],
    ) -> Result<(), SegmentError> {
        let count = self.people.table.rows;
        if contact as usize >= count {
            return Err(SegmentError::UnknownContact { contact, count });
        }
        let kind = need_kind(&self.schema, event)?;
        if let Some(loose) = self.kinds.get_mut(kind) {
            loose.table.push(values)?;
            loose.who.push(contact);
            loose.times.push(at.micros());
        }
        Ok(())
    }

    /// All of it, in order.
    #[must_use]
    pub fn finish(self) -> Columns {
        let kinds = self.kinds.into_iter().map(Loose::sorted).collect();
        Columns { schema: self.schema, people: self.people, kinds }
    }
}

/// The place of a kind of event that a host names.
pub(crate) fn need_kind(schema: &Schema, event: &str) -> Result<usize, SegmentError> {
    schema.kind_of(event).ok_or_else(|| SegmentError::BadValue {
        what: "event",
        name: "kind".into(),
        found: format!("{event:?}"),
        wanted: crate::segments::schema::listed(
            schema.events.iter().map(|kind| kind.name.as_str()),
        ),
    })
}

impl Loose {
    fn sorted(mut self) -> Kept {
        let mut order: Vec<u32> = (0..u32::try_from(self.who.len()).unwrap_or(u32::MAX)).collect();
        // Events of one instant keep the order in which they came.
        order.sort_by_key(|at| (self.who[*at as usize], self.times[*at as usize]));
        self.table.permute(&order);
        let times = order.iter().map(|at| self.times[*at as usize]).collect();
        let (mut who, mut starts) = (Vec::new(), Vec::new());
        for (at, from) in (0_u32..).zip(&order) {
            let contact = self.who[*from as usize];
            if who.last() != Some(&contact) {
                who.push(contact);
                starts.push(at);
            }
        }
        starts.push(u32::try_from(order.len()).unwrap_or(u32::MAX));
        who.shrink_to_fit();
        starts.shrink_to_fit();
        Kept { who, starts, times, table: self.table }
    }
}
