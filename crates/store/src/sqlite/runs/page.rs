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

/// The keys of a page, unpacked as far as somebody asked: a search needs half of them, mostly.
#[derive(Debug, Default)]
pub(super) struct Page {
    packed: Vec<u8>,
    /// How many bytes of `packed` are unpacked.
    done: usize,
    bytes: Vec<u8>,
    /// Where each key begins, and where the last ends.
    starts: Vec<u32>,
}

impl Page {
    /// Takes `packed` in place of what was here.
    pub(super) fn take(&mut self, packed: &[u8]) {
        self.packed.clear();
        self.packed.extend_from_slice(packed);
        self.done = 0;
        self.bytes.clear();
        self.bytes.reserve(packed.len() * 3); // what keys share is half of them and more
        self.starts.clear();
        self.starts.reserve(packed.len() / 16);
        self.starts.push(0);
    }

    /// Unpacks the next key; `false` when there is none.
    fn unpack_next(&mut self) -> Outcome<bool> {
        let mut rest = self.packed.get(self.done..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(false);
        }
        let here = self.bytes.len();
        let before = self.starts.iter().nth_back(1).map_or(0, |&start| start as usize);
        let parts = length(&mut rest).zip(length(&mut rest));
        let (shared, tail) = parts
            .and_then(|(shared, own)| {
                let (tail, after) = rest.split_at_checked(own)?;
                self.done = self.packed.len() - after.len();
                (before + shared <= here).then_some((shared, tail))
            })
            .ok_or_else(|| damaged("a page of an index can't be read"))?;
        self.bytes.extend_from_within(before..before + shared);
        self.bytes.extend_from_slice(tail);
        self.starts.push(self.bytes.len() as u32);
        Ok(true)
    }

    /// Whether there is a key at `at`.
    pub(super) fn reach(&mut self, at: usize) -> Outcome<bool> {
        while at + 1 >= self.starts.len() {
            if !self.unpack_next()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many keys there are.
    pub(super) fn len(&mut self) -> Outcome<usize> {
        while self.unpack_next()? {}
        Ok(self.starts.len().saturating_sub(1))
    }

    /// The key at `at`, which was [reached](Page::reach).
    pub(super) fn key(&self, at: usize) -> Option<&[u8]> {
        let (start, end) = (*self.starts.get(at)?, *self.starts.get(at + 1)?);
        self.bytes.get(start as usize..end as usize)
    }

    /// The place of the first key at or above `key`, from place `from` on.
    pub(super) fn lower_bound(&mut self, from: usize, key: &[u8]) -> Outcome<usize> {
        let mut at = from;
        while self.reach(at)? && self.key(at).is_some_and(|found| found < key) {
            at += 1;
        }
        Ok(at)
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
            for (at, key) in keys.iter().enumerate() {
                page.take(packer.bytes());
                let bound = page.lower_bound(0, key).unwrap();
                prop_assert!(bound <= at);
                prop_assert_eq!(page.key(bound), Some(key.as_slice()));
                prop_assert!(page.reach(at).unwrap());
                prop_assert_eq!(page.key(at), Some(key.as_slice()));
            }
            prop_assert_eq!(page.len().unwrap(), keys.len());
            prop_assert!(!page.reach(keys.len()).unwrap());
            prop_assert_eq!(first(packer.bytes()).unwrap(), keys[0].as_slice());
        }

        #[test]
        fn damage_is_reported(bytes: Vec<u8>) {
            let mut page = Page::default();
            page.take(&bytes);
            let _ = page.len();
        }
    }
}
