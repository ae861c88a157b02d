//! What sets the members of a segment apart from everybody else, and whether that is more than chance.

use std::collections::BTreeMap;

use super::figure::shown;
use crate::segments::{Bits, Columns, Kind, SegmentError, Value};
use crate::stats::{Comparison, Proportion};

/// How often something is found among members, and among all others.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The attribute, or the kind of event.
    pub attribute: String,
    /// The value; of numbers, days and instants the quarter in which it lies; of events, whether there are any.
    pub value: String,
    /// How many of the members.
    pub members: u64,
    /// How many of all others.
    pub others: u64,
    /// The members' rate over the others'; `None` where no other has it.
    pub lift: Option<f64>,
    /// The chance of so great a difference if there were none (two proportions, z test), times how many shares were compared at most: by
    /// Benjamini and Hochberg (1995), of those below 0.05 one in twenty is chance.
    pub adjusted_p: f64,
}

impl Columns {
    /// What is found more often or less often among members than among all others, the surest first. Values that fewer than `least` contacts
    /// have are left out.
    ///
    /// # Errors
    /// Where a formula has no answer.
    pub fn profile(&self, members: &Bits, least: u64) -> Result<Vec<Share>, SegmentError> {
        let all = self.contacts() as u64;
        let inside = members.count() as u64;
        if inside == 0 || inside >= all {
            return Ok(Vec::new());
        }
        let mut shares = Vec::new();
        for ((attribute, value), (among, count)) in self.counted(members) {
            if count < least || count == all {
                continue;
            }
            let others = count - among;
            let comparison = Comparison::new(
                Proportion::new(among, inside)?,
                Proportion::new(others, all - inside)?,
            );
            let rate = |count: u64, of: u64| count as f64 / of as f64;
            let lift = (others > 0).then(|| rate(among, inside) / rate(others, all - inside));
            let adjusted_p = comparison.p_value()?;
            shares.push(Share { attribute, value, members: among, others, lift, adjusted_p });
        }
        shares.sort_by(|one, other| one.adjusted_p.total_cmp(&other.adjusted_p));
        adjust(&mut shares);
        Ok(shares)
    }

    /// For each attribute and value, how many members and how many of all have it.
    fn counted(&self, members: &Bits) -> BTreeMap<(String, String), (u64, u64)> {
        let mut counts: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
        let mut count = |attribute: &str, value: String, contact: usize| {
            let (among, all) = counts.entry((attribute.to_owned(), value)).or_default();
            *among += u64::from(members.has(contact));
            *all += 1;
        };
        for (place, field) in self.schema.attributes.list().iter().enumerate() {
            let Some(column) = self.people.table.column(place) else { continue };
            let quarters = match field.kind {
                Kind::Number { .. } | Kind::Day | Kind::Instant => {
                    quarters(column, self.contacts())
                }
                _ => Vec::new(),
            };
            for contact in 0..self.contacts() {
                match (column.value(contact), column.get(contact)) {
                    (Value::Texts(texts), _) => {
                        texts
                            .iter()
                            .for_each(|text| count(&field.name, format!("{text:?}"), contact));
                    }
                    (_, Some(held)) if !quarters.is_empty() => {
                        let quarter = quarters.partition_point(|cut| *cut < held);
                        count(&field.name, format!("quarter {}", quarter + 1), contact);
                    }
                    (value, _) => count(&field.name, shown(&value), contact),
                }
            }
        }
        for (kind, kept) in self.schema.events.iter().zip(&self.kinds) {
            kept.who.iter().for_each(|contact| count(&kind.name, "any".into(), *contact as usize));
        }
        counts
    }
}

/// The three values that cut what is there into quarters.
fn quarters(column: &crate::segments::columns::Column, rows: usize) -> Vec<i64> {
    let mut values: Vec<i64> = (0..rows).filter_map(|row| column.get(row)).collect();
    values.sort_unstable();
    let cut = |quarter: usize| values.get((values.len() * quarter / 4).saturating_sub(1)).copied();
    [1, 2, 3].into_iter().filter_map(cut).collect()
}

/// Each chance times how many were compared, over its rank, and no greater than that of the next.
fn adjust(sorted: &mut [Share]) {
    let count = sorted.len() as f64;
    let mut least = 1.0_f64;
    for (rank, share) in sorted.iter_mut().enumerate().rev() {
        least = least.min(share.adjusted_p * count / (rank + 1) as f64);
        share.adjusted_p = least;
    }
}
