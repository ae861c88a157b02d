//! What segments have in common: every combination with those who are in exactly it (Venn's regions; the bars of an UpSet plot).

use fondaco_core::map::HashMap;

use roaring::RoaringBitmap;

use crate::KernelError;

/// How several segments lie to one another.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    /// The segments, in the order of the bits.
    pub names: Vec<String>,
    /// For each combination that anybody is in, as bits by place, how many are in exactly those; the largest first.
    pub regions: Vec<(u32, u64)>,
}

impl Overlap {
    /// Of up to 32 segments.
    ///
    /// # Errors
    /// When there are more.
    ///
    /// ```
    /// use fondaco_crm::segments::Overlap;
    /// use roaring::RoaringBitmap;
    ///
    /// let (loyal, lapsed) = (RoaringBitmap::from([1, 2, 3]), RoaringBitmap::from([3, 4]));
    /// let overlap = Overlap::of([("loyal", &loyal), ("lapsed", &lapsed)])?;
    /// assert_eq!(overlap.regions, [(0b01, 2), (0b10, 1), (0b11, 1)]);
    /// assert_eq!((overlap.both(0, 1), overlap.jaccard(0, 1)), (1, 0.25));
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn of<'o>(
        segments: impl IntoIterator<Item = (&'o str, &'o RoaringBitmap)>,
    ) -> Result<Overlap, KernelError> {
        let segments: Vec<(&str, &RoaringBitmap)> = segments.into_iter().collect();
        if segments.len() > 32 {
            let value = segments.len() as f64;
            let field = "segments".to_owned();
            return Err(KernelError::OutOfRange { field, value, wanted: "32 at most" });
        }
        let mut masks: HashMap<u32, u32> = HashMap::default();
        for (place, (_, members)) in segments.iter().enumerate() {
            for contact in *members {
                *masks.entry(contact).or_default() |= 1 << place;
            }
        }
        let mut counts: HashMap<u32, u64> = HashMap::default();
        for mask in masks.into_values() {
            *counts.entry(mask).or_default() += 1;
        }
        let mut regions: Vec<(u32, u64)> = counts.into_iter().collect();
        regions.sort_by_key(|(mask, count)| (std::cmp::Reverse(*count), *mask));
        let names = segments.iter().map(|(name, _)| (*name).to_owned()).collect();
        Ok(Overlap { names, regions })
    }

    fn with(&self, wanted: impl Fn(u32) -> bool) -> u64 {
        self.regions.iter().filter(|(mask, _)| wanted(*mask)).map(|(_, count)| count).sum()
    }

    /// How many are in both of two, whatever else they are in.
    #[must_use]
    pub fn both(&self, one: usize, other: usize) -> u64 {
        self.with(|mask| has(mask, one) && has(mask, other))
    }

    /// How much of what is in either is in both: 0 for nothing, 1 for the same. Of two empty segments, 0.
    #[must_use]
    pub fn jaccard(&self, one: usize, other: usize) -> f64 {
        let either = self.with(|mask| has(mask, one) || has(mask, other));
        if either == 0 { 0.0 } else { self.both(one, other) as f64 / either as f64 }
    }
}

fn has(mask: u32, place: usize) -> bool {
    u32::try_from(place)
        .ok()
        .and_then(|place| mask.checked_shr(place))
        .is_some_and(|bit| bit & 1 == 1)
}
