//! Sorted keys packed into a page: each key is written as what differs from the one before.
//!
//! A key is a length shared with the key before, a length of the rest, and the rest. A length below 255 is one byte, else 255
//! and four bytes. The first key shares nothing, so that a search can look at it alone.

use super::super::error::{Outcome, damaged};

/// How many bytes a page takes: with its row it just fits a page of SQLite of 4,096 bytes.
pub(super) const ROOM: usize = 4040;

/// Packs keys that come in order.
#[derive(Debug, Default)]
pub(super) struct Packer {
    bytes: Vec<u8>,
    last: Vec<u8>,
    pub(super) count: usize,
}

impl Packer {
    /// Whether `key` still has room; the first always has.
    pub(super) fn has_room(&self, key: &[u8]) -> bool {
        let shared = shared(&self.last, key);
        self.count == 0 || self.bytes.len() + key.len() - shared + 10 <= ROOM
    }

    pub(super) fn push(&mut self, key: &[u8]) {
        let shared = if self.count == 0 { 0 } else { shared(&self.last, key) };
        let rest = key.get(shared..).unwrap_or_default();
        put_length(&mut self.bytes, shared);
        put_length(&mut self.bytes, rest.len());
        self.bytes.extend_from_slice(rest);
        self.last.truncate(shared);
        self.last.extend_from_slice(rest);
        self.count += 1;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.last.clear();
        self.count = 0;
    }
}

fn shared(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(short) if short < u8::MAX => out.push(short),
        _ => {
            out.push(u8::MAX);
            out.extend_from_slice(&(length as u32).to_le_bytes()); // SQLite's blobs end before 4 GB
        }
    }
}

fn length(bytes: &mut &[u8]) -> Option<usize> {
    let (&short, rest) = bytes.split_first()?;
    *bytes = rest;
    if short < u8::MAX {
        return Some(usize::from(short));
    }
    let (long, rest) = bytes.split_at_checked(4)?;
    *bytes = rest;
    Some(u32::from_le_bytes(long.try_into().ok()?) as usize)
}

/// The keys of a page, unpacked.
#[derive(Debug, Default)]
pub(super) struct Page {
    bytes: Vec<u8>,
    /// Where each key begins, and where the last ends.
    starts: Vec<u32>,
}

impl Page {
    /// Unpacks `packed` in place of what was here.
    pub(super) fn unpack(&mut self, packed: &[u8]) -> Outcome<()> {
        self.bytes.clear();
        self.starts.clear();
        self.starts.push(0);
        let (mut rest, mut before) = (packed, 0);
        while !rest.is_empty() {
            let here = self.bytes.len();
            let parts = length(&mut rest).zip(length(&mut rest));
            let (shared, tail) = parts
                .and_then(|(shared, own)| {
                    let (tail, after) = rest.split_at_checked(own)?;
                    rest = after;
                    (before + shared <= here).then_some((shared, tail))
                })
                .ok_or_else(|| damaged("a page of an index can't be read"))?;
            self.bytes.extend_from_within(before..before + shared);
            self.bytes.extend_from_slice(tail);
            self.starts.push(self.bytes.len() as u32);
            before = here;
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(super) fn key(&self, at: usize) -> Option<&[u8]> {
        let (start, end) = (*self.starts.get(at)?, *self.starts.get(at + 1)?);
        self.bytes.get(start as usize..end as usize)
    }

    /// The place of the first key at or above `key`.
    pub(super) fn lower_bound(&self, key: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.key(middle).is_some_and(|found| found < key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// The first key of a packed page.
pub(super) fn first(packed: &[u8]) -> Outcome<&[u8]> {
    let mut rest = packed;
    let first = length(&mut rest).zip(length(&mut rest)).and_then(|(_, own)| rest.get(..own));
    first.ok_or_else(|| damaged("a page of an index can't be read"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_packed_comes_back(mut keys in proptest::collection::vec(proptest::collection::vec(0u8..3, 0..300), 1..20)) {
            keys.sort();
            let mut packer = Packer::default();
            keys.iter().for_each(|key| packer.push(key));
            let mut page = Page::default();
            page.unpack(packer.bytes()).unwrap();
            prop_assert_eq!(page.len(), keys.len());
            for (at, key) in keys.iter().enumerate() {
                prop_assert_eq!(page.key(at), Some(key.as_slice()));
                prop_assert!(page.lower_bound(key) <= at);
            }
            prop_assert_eq!(first(packer.bytes()).unwrap(), keys[0].as_slice());
        }

        #[test]
        fn damage_is_reported(bytes: Vec<u8>) {
            let _ = Page::default().unpack(&bytes);
        }
    }
}
