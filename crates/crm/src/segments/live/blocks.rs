//! Many short lists in few long ones: blocks of some sizes, each size side by side. A list costs eight bytes besides its block.

/// How many acts the blocks of each size hold; longer lists lie elsewhere.
const SIZES: [u8; 10] = [2, 4, 6, 8, 12, 16, 24, 32, 48, 64];

/// Where a list lies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    /// The block among those of its size.
    block: u32,
    /// Its size, counted from 1; 0 for a list of nothing.
    size: u8,
    len: u8,
}

impl Slot {
    /// The list lies elsewhere.
    pub(super) const ELSEWHERE: Slot = Slot { block: 0, size: u8::MAX, len: 0 };

    pub(super) fn is_elsewhere(self) -> bool {
        self.size == u8::MAX
    }

    fn size(self) -> usize {
        usize::from(self.size).wrapping_sub(1)
    }
}

/// Makes room in a long list for some more, and an eighth of it besides: half of all memory is not kept for what may never come.
pub(super) fn make_room<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(64).max(list.len() / 8));
    }
}

/// The blocks of one size.
#[derive(Clone, Debug)]
struct Class<T> {
    room: usize,
    items: Vec<T>,
    free: Vec<u32>,
}

impl<T: Copy> Class<T> {
    fn block(&self, block: u32) -> &[T] {
        let start = block as usize * self.room;
        self.items.get(start..start + self.room).unwrap_or_default()
    }

    fn block_mut(&mut self, block: u32) -> &mut [T] {
        let start = block as usize * self.room;
        self.items.get_mut(start..start + self.room).unwrap_or_default()
    }

    fn take(&mut self, filler: T) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            let block = self.items.len() / self.room;
            make_room(&mut self.items, self.room);
            self.items.extend(std::iter::repeat_n(filler, self.room));
            u32::try_from(block).unwrap_or(u32::MAX)
        })
    }
}

#[derive(Clone, Debug)]
pub(super) struct Blocks<T> {
    classes: Vec<Class<T>>,
}

impl<T: Copy> Blocks<T> {
    pub(super) fn new() -> Blocks<T> {
        let class = |room: u8| Class { room: room.into(), items: Vec::new(), free: Vec::new() };
        Blocks { classes: SIZES.map(class).into() }
    }

    #[inline]
    pub(super) fn list(&self, slot: Slot) -> &[T] {
        let block = self.classes.get(slot.size()).map(|class| class.block(slot.block));
        block.and_then(|block| block.get(..usize::from(slot.len))).unwrap_or_default()
    }

    /// Puts one at a place; false, and nothing is changed, where no block is large enough for one more.
    pub(super) fn insert(&mut self, slot: &mut Slot, place: usize, item: T) -> bool {
        let len = usize::from(slot.len);
        let room = self.classes.get(slot.size()).map_or(0, |class| class.room);
        if len == room && !self.grow(slot, item) {
            return false;
        }
        let Some(class) = self.classes.get_mut(slot.size()) else { return false };
        let block = class.block_mut(slot.block);
        let place = place.min(len);
        if let Some(moved) = block.get_mut(place..=len) {
            moved.rotate_right(1);
        }
        if let Some(there) = block.get_mut(place) {
            *there = item;
        }
        slot.len += 1;
        true
    }

    /// Moves a list into a block of the next size.
    fn grow(&mut self, slot: &mut Slot, filler: T) -> bool {
        let next = usize::from(slot.size);
        let Some(class) = self.classes.get_mut(next) else { return false };
        let block = class.take(filler);
        let size = slot.size + 1;
        let len = usize::from(slot.len);
        let (before, after) = self.classes.split_at_mut(next);
        if let (Some(old), Some(new)) = (before.last(), after.first_mut()) {
            let items = old.block(slot.block);
            let room = new.block_mut(block);
            room.iter_mut().zip(items).take(len).for_each(|(room, item)| *room = *item);
        }
        self.release(*slot);
        *slot = Slot { block, size, len: slot.len };
        true
    }

    pub(super) fn remove(&mut self, slot: &mut Slot, place: usize) {
        let len = usize::from(slot.len);
        let class = self.classes.get_mut(slot.size());
        let moved = class.and_then(|class| class.block_mut(slot.block).get_mut(place..len));
        if let Some(moved) = moved.filter(|moved| !moved.is_empty()) {
            moved.rotate_left(1);
            slot.len -= 1;
        }
    }

    /// Gives a list's block back.
    pub(super) fn release(&mut self, slot: Slot) {
        if let Some(class) = self.classes.get_mut(slot.size()) {
            class.free.push(slot.block);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let class =
            |class: &Class<T>| class.items.capacity() * size_of::<T>() + 4 * class.free.capacity();
        self.classes.iter().map(class).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_are_what_was_put_into_them(
            steps in prop::collection::vec((0_usize..3, any::<prop::sample::Index>(), any::<bool>(), any::<u32>()), 1..300),
        ) {
            let mut blocks = Blocks::new();
            let mut slots = [Slot::default(); 3];
            let mut plain = [const { Vec::new() }; 3];
            for (which, place, comes, item) in steps {
                let list: &mut Vec<u32> = &mut plain[which];
                if comes || list.is_empty() {
                    let place = place.index(list.len() + 1);
                    if blocks.insert(&mut slots[which], place, item) {
                        list.insert(place, item);
                    } else {
                        prop_assert_eq!(list.len(), 64);
                    }
                } else {
                    let place = place.index(list.len());
                    blocks.remove(&mut slots[which], place);
                    list.remove(place);
                }
                for (slot, list) in slots.iter().zip(&plain) {
                    prop_assert_eq!(blocks.list(*slot), list.as_slice());
                }
            }
        }
    }
}
