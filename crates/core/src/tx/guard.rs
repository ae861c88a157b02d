//! Range guards: counters that change whenever a row of their range does.
//!
//! A table's ranges are many, one per account and period, and a batch touches thousands of them; what rests on one is rare.
//! So the ranges of a guard share 1,024 counters: a decision may be made anew because of another range, never kept in spite
//! of a change in its own.

use smol_str::SmolStr;

use super::{Halt, Range};
use crate::store::{KeyBytes, KeyParts, Record};

/// How often rows of some ranges changed: what a guarded scan rests on. `Tx` keeps them; every driver prepares the table.
///
/// Since layout 2 ranges share counters; a program that counts each range apart refuses the store.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "range_guard", kind = counter, key(table, guard, part), layout = 2)]
pub struct GuardCount {
    /// The guarded table's name.
    pub table: SmolStr,
    /// Which of its guards.
    pub guard: u8,
    /// Which of the guard's counters, two bytes; none for a guard without columns, which has one.
    pub part: KeyBytes,
    /// How many rows changed.
    pub changes: i64,
}

/// The key of the narrowest guard that covers a range.
pub(super) fn key<R: Record>(range: &Range<R>) -> Result<KeyBytes, Halt> {
    let (guard, columns) = range.guard().ok_or(Halt::Unguarded { table: R::TABLE.name })?;
    let part = part(stripe(columns.as_slice()));
    Ok((SmolStr::new_static(R::TABLE.name), guard as u8, part).to_bytes())
}

/// The counter of a range, by the guard's columns as key parts; `None` for the whole table.
pub(super) type Stripe = Option<u16>;

/// The counter of the range with these columns. It is stored: the same for ever, on every machine.
///
/// The bytes are hashed eight at a time by multiplication (Knuth, *The Art of Computer Programming* 3, 6.4), of which the
/// upper ten bits are taken.
pub(super) fn stripe(columns: &[u8]) -> Stripe {
    let mix =
        |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (words, rest) = columns.as_chunks::<8>();
    let hash = words.iter().fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let hash = if rest.is_empty() { hash } else { mix(hash, last) };
    (!columns.is_empty()).then_some((hash >> 54) as u16)
}

/// How many counters the ranges of a guard share.
const STRIPES: usize = 1 << 10;

/// How often each stripe comes, in order. Few are sorted, many are counted.
pub(super) fn counted(mut stripes: Vec<Stripe>) -> Vec<(Stripe, i64)> {
    if stripes.len() < STRIPES {
        stripes.sort_unstable();
        let same = stripes.chunk_by(|a, b| a == b);
        return same.filter_map(|same| Some((*same.first()?, same.len() as i64))).collect();
    }
    let mut counts = vec![0; STRIPES + 1];
    for stripe in stripes {
        let at = stripe.map_or(0, |stripe| usize::from(stripe) + 1);
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
        }
    }
    let stripes = std::iter::once(None).chain((0..).map(Some));
    stripes.zip(counts).filter(|(_, count)| *count > 0).collect()
}

/// A stripe as a part of the counter's key.
pub(super) fn part(stripe: Stripe) -> KeyBytes {
    stripe.map_or_else(|| KeyBytes::new(&[]), |stripe| KeyBytes::new(&stripe.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_stay_as_they_are_and_parts_order_as_they_do() {
        let of = |account: &str, period: i32| {
            stripe((SmolStr::new(account), period).to_bytes().as_slice())
        };
        let some = [of("1000", 202_601), of("1000", 202_602), of("1001", 202_601), of("", 0)];
        assert_eq!(some, [Some(811), Some(178), Some(318), Some(755)]);
        assert_eq!(stripe(&[]), None);
        assert!(part(None) < part(Some(0)) && part(Some(255)) < part(Some(256)));
    }

    #[test]
    fn many_are_counted_as_few_are() {
        let few: Vec<Stripe> = (0..900).map(|at| (at % 7 > 0).then_some(at * 37 % 1024)).collect();
        let many: Vec<Stripe> = few.iter().chain(&few).copied().collect();
        let twice = counted(few).into_iter().map(|(stripe, count)| (stripe, count * 2));
        assert_eq!(counted(many), twice.collect::<Vec<_>>());
    }

    #[test]
    fn ranges_are_spread_evenly() {
        let mut counts = [0; 1024];
        for account in 10_000..20_000 {
            for period in 202_601..=202_612 {
                let columns = (SmolStr::new(account.to_string()), period).to_bytes();
                counts[usize::from(stripe(columns.as_slice()).unwrap_or_default())] += 1;
            }
        }
        // 117 each on the average; by chance one in a thousand would lie outside of 85 to 152.
        assert!(counts.iter().all(|count| (70..=170).contains(count)), "{counts:?}");
    }
}
