//! How large a segment is before it is saved, how large it was, and who came and went between two moments.

use fondaco_core::Timestamp;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use roaring::RoaringBitmap;

use crate::segments::{Bits, Columns, SegmentError, SegmentSet};
use crate::stats::Proportion;

/// A size that was asked of a part of all contacts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The most likely size.
    pub size: f64,
    /// It is no less than this, by the confidence.
    pub low: f64,
    /// And no more than this.
    pub high: f64,
    /// How many contacts were asked; where all were, the size is exact.
    pub asked: usize,
}

/// Who came and who went.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// In at the later moment alone.
    pub entered: RoaringBitmap,
    /// In at the earlier moment alone.
    pub left: RoaringBitmap,
    /// In at both.
    pub stayed: RoaringBitmap,
}

impl Columns {
    /// A segment's size, from so many contacts drawn by a seed, with bounds of a confidence such as 0.95 (Wilson's interval, narrowed for what
    /// was drawn of so few: n of N leave out (N - n) / (N - 1) of the variance).
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set, and a confidence that is none.
    pub fn estimate(
        &self,
        set: &SegmentSet,
        segment: &str,
        now: Timestamp,
        sample: usize,
        confidence: f64,
        seed: u64,
    ) -> Result<Estimate, SegmentError> {
        let count = self.contacts();
        if sample >= count || sample == 0 {
            let size = self.members(set, segment, now)?.count() as f64;
            return Ok(Estimate { size, low: size, high: size, asked: count });
        }
        let mut yes = 0_u64;
        for contact in drawn(count, sample, seed) {
            yes += u64::from(self.truth(set, segment, contact, now)?.is_yes());
        }
        let rate = Proportion::new(yes, sample as u64)?;
        let (low, high) = rate.wilson(confidence)?;
        let narrowed = ((count - sample) as f64 / (count - 1) as f64).sqrt();
        let all = count as f64;
        let bound = |bound: f64| (rate.rate() + (bound - rate.rate()) * narrowed) * all;
        // Whom we asked, we know.
        let rest = (count - sample) as f64;
        let (low, high) = (bound(low).max(yes as f64), bound(high).min(yes as f64 + rest));
        Ok(Estimate { size: rate.rate() * all, low, high, asked: sample })
    }

    /// A segment's size at several moments, for a line over time.
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set.
    pub fn trend(
        &self,
        set: &SegmentSet,
        segment: &str,
        moments: &[Timestamp],
    ) -> Result<Vec<(Timestamp, usize)>, SegmentError> {
        let size = |at: &Timestamp| Ok((*at, self.members(set, segment, *at)?.count()));
        moments.iter().map(size).collect()
    }

    /// Who came into a segment and who left it between two moments.
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set.
    pub fn difference(
        &self,
        set: &SegmentSet,
        segment: &str,
        earlier: Timestamp,
        later: Timestamp,
    ) -> Result<Difference, SegmentError> {
        let before = self.members(set, segment, earlier)?.to_bitmap();
        let after = self.members(set, segment, later)?.to_bitmap();
        Ok(Difference {
            entered: &after - &before,
            left: &before - &after,
            stayed: &before & &after,
        })
    }
}

impl Bits {
    /// The same, compressed: a snapshot that is kept, written (`serialize_into` is the portable format of Roaring bitmaps) and compared later.
    #[must_use]
    pub fn to_bitmap(&self) -> RoaringBitmap {
        RoaringBitmap::from_lsb0_bytes(0, &self.to_bytes())
    }
}

/// So many of so many, each once, all alike likely (Floyd's algorithm: Bentley, 1987).
fn drawn(count: usize, sample: usize, seed: u64) -> RoaringBitmap {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut drawn = RoaringBitmap::new();
    for last in count - sample..count {
        let last = u32::try_from(last).unwrap_or(u32::MAX);
        let wide = u128::from(random.next_u64()) * (u128::from(last) + 1);
        let one = u32::try_from(wide >> 64).unwrap_or(last);
        if !drawn.insert(one) {
            drawn.insert(last);
        }
    }
    drawn
}
