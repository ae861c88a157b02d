//! One contact's events of one kind, in the order of time, wherever they lie.

use super::Range;

/// Events in order: when each was, and the row of its attributes.
pub(crate) trait Track {
    fn len(&self) -> usize;
    /// When; beyond the last, after all times.
    fn at(&self, place: usize) -> i64;
    fn row(&self, place: usize) -> usize;

    /// The first place whose time is not before this.
    #[inline]
    fn first_at(&self, time: i64) -> usize {
        let (mut low, mut high) = (0, self.len());
        // Most questions are about what is newest.
        if high > 0 && self.at(high - 1) < time {
            return high;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at(middle) < time { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The places of what lies within.
    #[inline]
    fn within(&self, range: Range) -> std::ops::Range<usize> {
        let end = self.first_at(range.until);
        let start = self.first_at(range.from).min(end);
        start..end
    }
}

/// Events whose times lie side by side, as do their rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice<'t> {
    pub(crate) times: &'t [i64],
    pub(crate) first: usize,
}

impl Track for Slice<'_> {
    #[inline]
    fn len(&self) -> usize {
        self.times.len()
    }

    #[inline]
    fn at(&self, place: usize) -> i64 {
        self.times.get(place).copied().unwrap_or(i64::MAX)
    }

    #[inline]
    fn row(&self, place: usize) -> usize {
        self.first + place
    }
}
