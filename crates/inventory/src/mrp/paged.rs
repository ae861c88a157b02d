//! A list in shared pages: a copy of it is a copy of its table of pages, and a change copies one page. What a what-if of one item costs doesn't
//! grow with the number of items, as that of a plain list of shared rows does, which counts each row once more.

use std::sync::Arc;

/// So many rows are copied for one that changes.
const PAGE: usize = 256;

/// A list in shared pages.
#[derive(Clone, Debug)]
pub(crate) struct Paged<T> {
    pages: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for Paged<T> {
    fn default() -> Paged<T> {
        Paged { pages: Vec::new(), len: 0 }
    }
}

impl<T: Clone> Paged<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn get(&self, at: usize) -> Option<&T> {
        self.pages.get(at / PAGE)?.get(at % PAGE)
    }

    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        Arc::make_mut(self.pages.get_mut(at / PAGE)?).get_mut(at % PAGE)
    }

    pub(crate) fn push(&mut self, row: T) {
        if self.len.is_multiple_of(PAGE) {
            self.pages.push(Arc::new(Vec::with_capacity(PAGE)));
        }
        if let Some(page) = self.pages.last_mut() {
            Arc::make_mut(page).push(row);
            self.len += 1;
        }
    }

    /// Adds rows until there are so many.
    pub(crate) fn grow(&mut self, len: usize, row: &T) {
        while self.len < len {
            self.push(row.clone());
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.iter())
    }
}

impl<T: Clone> FromIterator<T> for Paged<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Paged<T> {
        let mut paged = Paged::default();
        rows.into_iter().for_each(|row| paged.push(row));
        paged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_copy_is_none_of_the_original() {
        let original: Paged<usize> = (0..1000).collect();
        let mut copy = original.clone();
        *copy.get_mut(700).unwrap() = 7;
        copy.grow(1001, &1);
        assert_eq!((original.get(700), copy.get(700)), (Some(&700), Some(&7)));
        assert_eq!((original.len(), copy.len(), original.get(1000)), (1000, 1001, None));
        assert!(original.iter().copied().eq(0..1000));
        let shared = original.pages.iter().zip(&copy.pages).filter(|(a, b)| Arc::ptr_eq(a, b));
        assert_eq!(shared.count(), 2); // of four: one changed, one grew
    }
}
