//! A hash table from keys to numbers that leaves the keys where they are: eight bytes per key, so that the tables of
//! many thousand accounts stay in a processor's cache. For stores in memory, and for acts that judge thousands of counters.
//!
//! Open addressing with linear probing and backward-shift deletion (Knuth, *The Art of Computer Programming* 3, 6.4,
//! algorithms L and R). Keys are big-endian and alike, so they are hashed with foldhash, which mixes; the upper half of the
//! hash is kept beside the number, and whoever asks compares the bytes.

use std::hash::{BuildHasher, Hasher};

/// The hash of a key as it is kept: of one [`KeyTable`].
pub type Tag = u32;

const FREE: u32 = u32::MAX;

/// Numbers by keys, which whoever keeps them compares: places in a list, say.
///
/// ```
/// use fondaco_core::store::KeyTable;
///
/// let (mut table, shelves) = (KeyTable::default(), ["door", "window"]);
/// for (number, shelf) in (0..).zip(shelves) {
///     table.insert(table.tag(shelf.as_bytes()), number);
/// }
/// let find = |label: &str| table.find(table.tag(label.as_bytes()), |number| shelves[number as usize] == label);
/// assert_eq!((find("window"), find("cellar")), (Some(1), None));
/// ```
#[derive(Debug, Default, Clone)]
pub struct KeyTable {
    /// Tag and number, or [`FREE`]; a power of two of them, at most three quarters taken.
    table: Vec<(Tag, u32)>,
    count: usize,
    hasher: foldhash::fast::RandomState,
}

impl KeyTable {
    /// The tag of a key, in this table.
    #[inline]
    pub fn tag(&self, key: &[u8]) -> Tag {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(key);
        (hasher.finish() >> 32) as Tag
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.table.len() - 1)
    }

    /// The number under a key with this tag for which `is` holds.
    #[inline]
    pub fn find(&self, tag: Tag, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.home(tag);
        loop {
            match *self.table.get(at)? {
                (_, FREE) => return None,
                (other, number) if other == tag && is(number) => return Some(number),
                _ => at = self.after(at),
            }
        }
    }

    /// The numbers under many keys, whose bytes `is` compares. Each pass is a short loop whose steps do not wait for one
    /// another, so that a processor fetches many places from memory at once.
    pub fn find_all<'k>(
        &self,
        keys: impl ExactSizeIterator<Item = &'k [u8]> + Clone,
        is: impl Fn(u32, &[u8]) -> bool,
    ) -> Vec<Option<u32>> {
        let tags: Vec<Tag> = keys.clone().map(|key| self.tag(key)).collect();
        let mut found: Vec<_> = tags.iter().map(|&tag| self.likely(tag)).collect();
        for ((found, key), &tag) in found.iter_mut().zip(keys).zip(&tags) {
            if !found.is_some_and(|number| is(number, key)) {
                *found = self.find(tag, |number| is(number, key));
            }
        }
        found
    }

    /// The number that lies first for this tag, if the tag is the same: nearly always the one that [`find`](KeyTable::find)
    /// gives, and found without looking at any key.
    fn likely(&self, tag: Tag) -> Option<u32> {
        let (other, number) = *self.table.get(self.home(tag))?;
        (other == tag && number != FREE).then_some(number)
    }

    /// Adds a number under a key that is not there.
    pub fn insert(&mut self, tag: Tag, number: u32) {
        self.reserve(1);
        self.count += 1;
        self.put(tag, number);
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        if (self.count + more) * 4 <= self.table.len() * 3 {
            return;
        }
        let room = ((self.count + more) * 4 / 3 + 1).next_power_of_two();
        let room = room.max(self.table.len() * 2).max(8);
        let old = std::mem::replace(&mut self.table, vec![(0, FREE); room]);
        let taken = old.into_iter().filter(|(_, number)| *number != FREE);
        taken.for_each(|(tag, number)| self.put(tag, number));
    }

    fn put(&mut self, tag: Tag, number: u32) {
        let mut at = self.home(tag);
        while self.table.get(at).is_some_and(|(_, other)| *other != FREE) {
            at = self.after(at);
        }
        if let Some(free) = self.table.get_mut(at) {
            *free = (tag, number);
        }
    }

    /// Removes a number that was added under this tag.
    pub fn remove(&mut self, tag: Tag, number: u32) {
        let mut hole = self.home(tag);
        loop {
            match self.table.get(hole) {
                Some(&(_, other)) if other == number => break,
                None | Some((_, FREE)) => return,
                _ => hole = self.after(hole),
            }
        }
        self.count -= 1;
        // What stands behind the hole moves into it, unless that would bring it before its home.
        let mut at = self.after(hole);
        while let Some(&(tag, number)) = self.table.get(at).filter(|(_, number)| *number != FREE) {
            let mask = self.table.len() - 1;
            let (from_home, from_hole) = (at.wrapping_sub(self.home(tag)), at.wrapping_sub(hole));
            if from_home & mask >= from_hole & mask {
                self.set(hole, (tag, number));
                hole = at;
            }
            at = self.after(at);
        }
        self.set(hole, (0, FREE));
    }

    fn home(&self, tag: Tag) -> usize {
        tag as usize & self.table.len().wrapping_sub(1)
    }

    fn set(&mut self, at: usize, entry: (Tag, u32)) {
        if let Some(place) = self.table.get_mut(at) {
            *place = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn it_holds_what_a_map_holds(steps in prop::collection::vec((any::<bool>(), 0u32..40), 0..400), spread in 1u32..9) {
            // Few tags, so that keys collide and chains wrap around.
            let tag = |key: u32| (key / spread).wrapping_sub(3);
            let (mut keys, mut model) = (KeyTable::default(), HashMap::new());
            for (add, key) in steps {
                match (add, model.contains_key(&key)) {
                    (true, false) => { keys.insert(tag(key), key); model.insert(key, ()); }
                    (false, true) => { keys.remove(tag(key), key); model.remove(&key); }
                    _ => {}
                }
                for key in 0..40 {
                    let found = keys.find(tag(key), |number| number == key);
                    prop_assert_eq!(found, model.get(&key).map(|()| key));
                }
            }
        }

        #[test]
        fn many_are_found_as_one_is(stored in prop::collection::hash_set(any::<u16>(), 0..200), asked: Vec<u16>) {
            let mut keys = KeyTable::default();
            for key in &stored {
                keys.insert(keys.tag(&key.to_be_bytes()), u32::from(*key));
            }
            let is = |number: u32, key: &[u8]| key == (number as u16).to_be_bytes();
            let bytes: Vec<[u8; 2]> = asked.iter().map(|key| key.to_be_bytes()).collect();
            let found = keys.find_all(bytes.iter().map(|key| &key[..]), is);
            let expected = asked.iter().map(|key| stored.get(key).map(|key| u32::from(*key)));
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }
}
