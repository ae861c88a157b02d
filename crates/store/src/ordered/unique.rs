//! Unique indexes, judged after the whole batch: what the batch changes frees its entries first, so rows may swap.

use std::collections::{HashMap, HashSet};

use fondaco_core::store::{Clash, Key, KeyBytes, StoreError, Table};

use super::read::primary_key;
use super::{KeyRange, MapSnapshot, place};

/// What the rows of a batch claim in unique indexes.
#[derive(Default)]
pub(super) struct Claims {
    claims: Vec<Claim>,
    /// Rows whose stored entries the batch frees.
    freed: HashSet<Key>,
}

/// An entry that a row wants.
struct Claim {
    /// The index, by its position in its table.
    index: usize,
    /// What the keys of its entries begin with.
    prefix: Vec<u8>,
    /// The index columns.
    part: Vec<u8>,
    wanted: Key,
}

impl Claims {
    /// A row of a table with unique indexes is changed: its stored entries are free.
    pub(super) fn free(&mut self, key: Key) {
        self.freed.insert(key);
    }

    /// A row will stand in an index under the columns `part`.
    pub(super) fn claim(&mut self, index: usize, prefix: Vec<u8>, part: Vec<u8>, wanted: Key) {
        self.claims.push(Claim { index, prefix, part, wanted });
    }

    /// The claims on what other rows hold.
    pub(super) fn clashes(self, map: &dyn MapSnapshot) -> Result<Vec<Clash>, StoreError> {
        let Claims { claims, freed } = self;
        let mut by_part: HashMap<Vec<u8>, Key> = HashMap::new();
        let mut clashes = Vec::new();
        for Claim { index, prefix, part, wanted } in claims {
            let entry = [&prefix[..], &part].concat();
            let stored = holder(map, &prefix, &entry, wanted.table)?;
            let stored = stored.filter(|holder| !freed.contains(holder));
            match stored.or_else(|| by_part.get(&entry).cloned()) {
                Some(holder) => {
                    clashes.push(Clash { index, part: KeyBytes::new(&part), holder, wanted });
                }
                None => {
                    by_part.insert(entry, wanted);
                }
            }
        }
        Ok(clashes)
    }
}

/// The stored row whose entry begins with `entry`: in a unique index there is at most one.
fn holder(
    map: &dyn MapSnapshot,
    prefix: &[u8],
    entry: &[u8],
    table: &'static Table,
) -> Result<Option<Key>, StoreError> {
    let end = place::after(entry);
    let range = KeyRange { from: entry, to: end.as_deref(), backwards: false, limit: 1 };
    let Some((key, value)) = map.range(&range)?.pop() else { return Ok(None) };
    let bytes = primary_key(key.get(prefix.len()..).unwrap_or_default(), &value)?;
    Ok(Some(Key { table, bytes: KeyBytes::new(bytes) }))
}
