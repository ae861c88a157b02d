//! The checksum of a counter, in the column `_sum` beside it.
//!
//! Facts and state are in the hash chain, pages of packed indexes have their own sum; a counter is in neither, and commits
//! decide by it without reading what it was added up from. So its row says whether it is the one that was written: a bit
//! that flipped on the disk is damage that is told, and no other sum.
//!
//! It finds damage, not ill will: who can write into the file can write a sum, and is found by whoever adds up the facts.

use fondaco_core::chain;
use fondaco_core::store::{Row, Stored, Version};

use super::error::{Outcome, damaged};

/// The sum of a counter of company number `company`, as the commit at `version` leaves it.
pub(super) fn sum(company: i64, version: Version, row: &dyn Stored) -> i64 {
    let hash = chain::row_hash(row);
    let (eights, _) = hash.as_chunks::<8>();
    let first = eights.first().copied().map_or(0, i64::from_le_bytes);
    // Odd factors: whatever bit of either is another, so is the product.
    let of = company.wrapping_mul(0x5851_F42D_4C95_7F2D);
    let at = (version as i64).wrapping_mul(0x2545_F491_4F6C_DD1D);
    first ^ of.rotate_left(32) ^ at
}

/// That a counter is as it was written.
pub(super) fn check(company: i64, row: &Row, found: i64) -> Outcome<()> {
    if sum(company, row.version, row.stored()) == found {
        return Ok(());
    }
    Err(damaged(format!(
        "{:?} is not as it was written: the disk failed, or somebody changed it by hand; go back to a copy of the file",
        row.key()
    )))
}
