//! What is, was, and was known of a contact.

use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::{AttributeValue, Value, ValueFact, Values};

/// What is known of one party now, as it stands under this id alone.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn values(read: &mut impl Reading, party: PartyId) -> Result<Values, Halt> {
    let rows = read.peek_scan(&Range::<AttributeValue>::by_key(&party))?;
    let known = rows
        .iter()
        .filter_map(|row| Some((row.attribute.clone(), row.value.as_ref()?.get()?.clone())));
    Ok(known.collect())
}

/// What an attribute was at an instant, as it had been recorded by another.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::attributes::{NewValues, SetValues, Value, value_at};
/// let values = [("employees", Value::from(80))].into_iter().collect();
/// let late = NewValues { party: firm(), values, clear: Vec::new(), at: Some("2026-01-01T00:00:00Z".parse()?) };
/// crm.send("late", &SetValues::new(vec![late]))?;
/// let (then, now) = ("2026-02-01T00:00:00Z".parse()?, "2026-12-31T00:00:00Z".parse()?);
/// let employees = "employees".into();
/// assert_eq!(crm.view(|view| value_at(view, (firm(), &employees), then, now))?, Some(Value::from(80)));
/// assert_eq!(crm.view(|view| value_at(view, (firm(), &employees), then, then))?, None); // nobody had said so
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn value_at(
    read: &mut impl Reading,
    (party, attribute): (PartyId, &SmolStr),
    at: Timestamp,
    known: Timestamp,
) -> Result<Option<Value>, Halt> {
    let said = read.peek_scan(&Range::<ValueFact>::by_key(&(party, attribute.clone())))?;
    let held = said.iter().filter(|fact| fact.at <= at && fact.recorded_at <= known);
    let last = held.max_by_key(|fact| (fact.at, fact.number));
    Ok(last.and_then(|fact| fact.value.as_ref()?.get().cloned()))
}
