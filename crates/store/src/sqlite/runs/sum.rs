//! The checksum of a page of an index: CRC-32 (ISO 3309, that of zip and PNG), sixteen bytes at a time (Kounavis and Berry,
//! 2005).
//!
//! It is over the page and whose page it is, so that neither a page that was changed nor one of another run passes. It
//! finds damage, not ill will: whoever can write into the file can write a sum, and is found by `chain::verify`.

use super::run::Run;

/// `TABLES[k][b]`: what the byte `b` becomes when `k` more bytes follow.
static TABLES: [[u32; 256]; 16] = tables();

const fn tables() -> [[u32; 256]; 16] {
    let mut out = [[0; 256]; 16];
    let mut byte = 0;
    while byte < 256 {
        let (mut rest, mut bit) = (byte as u32, 0);
        while bit < 8 {
            rest = if rest & 1 == 1 { 0xEDB8_8320 ^ (rest >> 1) } else { rest >> 1 };
            bit += 1;
        }
        out[0][byte] = rest;
        byte += 1;
    }
    let mut more = 1;
    while more < 16 {
        let mut byte = 0;
        while byte < 256 {
            let before = out[more - 1][byte];
            out[more][byte] = (before >> 8) ^ out[0][(before & 0xFF) as usize];
            byte += 1;
        }
        more += 1;
    }
    out
}

/// The sum of a page of `run`.
pub(super) fn of_page(run: &Run, packed: &[u8]) -> i64 {
    let mut state = u32::MAX;
    for number in [run.owner.company, run.owner.index, run.id] {
        state = add(state, &number.to_le_bytes());
    }
    i64::from(!add(state, packed))
}

fn add(mut state: u32, bytes: &[u8]) -> u32 {
    let (sixteens, rest) = bytes.as_chunks::<16>();
    for sixteen in sixteens {
        let word = u128::from_le_bytes(*sixteen) ^ u128::from(state);
        state = (0..16).fold(0, |sum, at| {
            let byte = (word >> (8 * at)) as u8;
            sum ^ TABLES[15 - at][usize::from(byte)]
        });
    }
    rest.iter().fold(state, |state, byte| (state >> 8) ^ TABLES[0][usize::from(state as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_check_value_of_crc_32() {
        assert_eq!(!add(u32::MAX, b"123456789"), 0xCBF4_3926);
    }

    proptest! {
        #[test]
        fn sixteen_at_a_time_is_one_at_a_time(bytes: Vec<u8>, cut in 0usize..40) {
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            let single = bytes.iter().fold(7, |state, byte| add(state, &[*byte]));
            prop_assert_eq!(add(add(7, head), tail), single);
        }
    }
}
