//! Pairs that are worth comparing.

use std::collections::{BTreeMap, BTreeSet};

use super::Records;
use crate::KernelError;

/// Two rows, the first of them first.
pub type Pair = (usize, usize);

/// Pairs of rows that agree in all columns of at least one of the keys, each once, in order. What is missing agrees with nothing.
///
/// # Errors
/// When a column is not there.
pub fn candidates(records: &Records, keys: &[&[&str]]) -> Result<Vec<Pair>, KernelError> {
    let mut pairs = BTreeSet::new();
    for key in keys {
        for rows in blocks(records, key)?.into_values() {
            for (at, first) in rows.iter().enumerate() {
                pairs.extend(rows.iter().skip(at + 1).map(|second| (*first, *second)));
            }
        }
    }
    Ok(pairs.into_iter().collect())
}

/// As [`candidates`], of which one is below this row and the other isn't: between two lists, put one after the other.
///
/// # Errors
/// When a column is not there.
pub fn candidates_between(
    records: &Records,
    second_from: usize,
    keys: &[&[&str]],
) -> Result<Vec<Pair>, KernelError> {
    let mut pairs = BTreeSet::new();
    for key in keys {
        for rows in blocks(records, key)?.into_values() {
            let (first, second) = rows.split_at(rows.partition_point(|row| *row < second_from));
            for one in first {
                pairs.extend(second.iter().map(|other| (*one, *other)));
            }
        }
    }
    Ok(pairs.into_iter().collect())
}

/// Rows by what they have in all columns of a key, rising.
fn blocks<'r>(
    records: &'r Records,
    key: &[&str],
) -> Result<BTreeMap<Vec<&'r str>, Vec<usize>>, KernelError> {
    let columns = key.iter().map(|name| records.column(name)).collect::<Result<Vec<_>, _>>()?;
    let mut blocks: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for row in 0..records.len() {
        let values = columns.iter().map(|column| records.value(row, *column));
        if let Some(values) = values.collect::<Option<Vec<_>>>() {
            blocks.entry(values).or_default().push(row);
        }
    }
    Ok(blocks)
}
