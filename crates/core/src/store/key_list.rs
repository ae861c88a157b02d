//! Many keys at once: written one after another into one buffer, then sorted.

use super::KeyWriter;

/// Keys in one buffer, as they come: no allocation per key, and sorted without moving their bytes.
///
/// ```
/// use fondaco_core::store::{KeyField, KeyList};
/// let mut keys = KeyList::default();
/// for number in [7i64, -2, 7] {
///     keys.push(|key| { number.write_key(key); true });
/// }
/// keys.push(|_| false); // what has no key is left out
/// let sorted = keys.sorted();
/// assert_eq!(sorted.len(), 3);
/// assert!(sorted[0] < sorted[1] && sorted[1] == sorted[2]);
/// ```
#[derive(Debug, Default)]
pub struct KeyList {
    writer: KeyWriter,
    /// Where each key begins and ends.
    spans: Vec<(u32, u32)>,
}

impl KeyList {
    /// Room for `count` keys.
    pub fn with_capacity(count: usize) -> KeyList {
        KeyList { writer: KeyWriter::new(), spans: Vec::with_capacity(count) }
    }

    /// Adds the key that `write` writes, unless it says that there is none.
    pub fn push(&mut self, write: impl FnOnce(&mut KeyWriter) -> bool) {
        let start = self.writer.position();
        if write(&mut self.writer) {
            self.spans.push((start as u32, self.writer.position() as u32));
        }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The keys in rising order.
    pub fn sorted(&self) -> Vec<&[u8]> {
        let keys: Vec<&[u8]> = self.spans.iter().map(|span| self.key(*span)).collect();
        super::order::sorted_positions(&keys)
            .into_iter()
            .filter_map(|at| keys.get(at as usize).copied())
            .collect()
    }

    fn key(&self, (start, end): (u32, u32)) -> &[u8] {
        self.writer.as_slice().get(start as usize..end as usize).unwrap_or_default()
    }
}
