//! Rows that a batch has loaded, and those of them that it changed.

use fondaco_core::tx::{LogMark, Logged};

use crate::moves::Map;

/// Rows by the numbers of their ids. What was loaded or changed after a mark can be taken back.
pub(super) struct Changed<R> {
    rows: Logged<Kept<R>>,
    places: Map<u128, usize>,
}

#[derive(Clone)]
struct Kept<R> {
    id: u128,
    row: R,
    changed: bool,
}

impl<R> Default for Changed<R> {
    fn default() -> Changed<R> {
        Changed { rows: Logged::default(), places: Map::default() }
    }
}

impl<R: Clone> Changed<R> {
    /// Has a row as it is stored, unless it is here already.
    pub(super) fn load(&mut self, id: u128, row: R) {
        if self.get(id).is_none() {
            let at = self.rows.push(Kept { id, row, changed: false });
            self.places.insert(id, at);
        }
    }

    pub(super) fn get(&self, id: u128) -> Option<&R> {
        let kept = self.places.get(&id).and_then(|at| self.rows.get(*at));
        // A row that was taken back may have left its place to another.
        kept.filter(|kept| kept.id == id).map(|kept| &kept.row)
    }

    /// Sets a row that was loaded.
    pub(super) fn set(&mut self, id: u128, row: R) {
        let cell = self.places.get(&id).and_then(|at| self.rows.get_mut(*at));
        if let Some(cell) = cell.filter(|kept| kept.id == id) {
            *cell = Kept { id, row, changed: true };
        }
    }

    pub(super) fn into_changed(self) -> impl Iterator<Item = R> {
        self.rows.into_vec().into_iter().filter(|kept| kept.changed).map(|kept| kept.row)
    }

    pub(super) fn mark(&self) -> LogMark {
        self.rows.mark()
    }

    pub(super) fn back_to(&mut self, mark: LogMark) {
        self.rows.back_to(mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_was_taken_back_is_no_other_one() {
        let mut rows = Changed::default();
        rows.load(1, "one");
        let mark = rows.mark();
        rows.load(2, "two");
        rows.set(1, "changed");
        rows.back_to(mark);
        rows.load(3, "three");
        assert_eq!((rows.get(1), rows.get(2), rows.get(3)), (Some(&"one"), None, Some(&"three")));
        rows.set(2, "nothing");
        rows.load(2, "two again");
        assert_eq!((rows.get(2), rows.get(3)), (Some(&"two again"), Some(&"three")));
        assert_eq!(rows.into_changed().count(), 0);
    }
}
