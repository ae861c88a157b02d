//! The bits of an id, and its text.

use std::fmt;

use crate::timestamp::Timestamp;

const VERSION_7: u128 = 7 << 76;
const VARIANT: u128 = 0b10 << 62;
const COMMAND_BITS: u32 = 50;

/// The milliseconds of an instant, where an id has room for them.
#[inline]
pub(super) fn millis(at: Timestamp) -> Option<u64> {
    // Timestamps end in the year 9999, long before 48 bits do.
    u64::try_from(at.millis()).ok()
}

/// `millis` in 48 bits, `counter` in 24, `command` in 50.
#[inline]
pub(super) fn compose(millis: u64, counter: u32, command: u64) -> u128 {
    let (high, low) = (u128::from(counter >> 12), u128::from(counter & 0xfff));
    u128::from(millis) << 80
        | VERSION_7
        | high << 64
        | VARIANT
        | low << COMMAND_BITS
        | u128::from(command)
}

/// The same id with another counter.
#[inline]
pub(super) fn with_counter(bits: u128, counter: u32) -> u128 {
    let others = bits & !(0xfff << 64 | 0xfff << COMMAND_BITS);
    others | u128::from(counter >> 12) << 64 | u128::from(counter & 0xfff) << COMMAND_BITS
}

#[inline]
pub(super) fn counter(bits: u128) -> u32 {
    let (high, low) = ((bits >> 64) as u32 & 0xfff, (bits >> COMMAND_BITS) as u32 & 0xfff);
    high << 12 | low
}

pub(super) fn is_version_7(bits: u128) -> bool {
    bits & (0xf << 76) == VERSION_7 && bits & (0b11 << 62) == VARIANT
}

pub(super) fn timestamp(bits: u128) -> Option<Timestamp> {
    i64::try_from(bits >> 80).ok().and_then(Timestamp::from_millis)
}

/// 50 bits that stand for a command: every bit of the command moves half of them.
///
/// Stored ids rest on this function: it never changes. It is two rounds of the finalizer of
/// MurmurHash3 (Austin Appleby, public domain), a bijection on 64 bits.
#[inline]
pub(super) fn mix(command: u128) -> u64 {
    let high = finalize((command >> 64) as u64 ^ 0x9e37_79b9_7f4a_7c15);
    finalize(high.wrapping_add(command as u64)) >> (64 - COMMAND_BITS)
}

#[inline]
fn finalize(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ bits >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ bits >> 33
}

/// Writes the hyphenated form: 8-4-4-4-12 hexadecimal digits, small letters.
pub(super) fn write(bits: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [b'-'; 36];
    let digits = text.iter_mut().enumerate().filter(|(at, _)| !HYPHENS.contains(at));
    for (nibble, (_, digit)) in (0..32).rev().zip(digits) {
        let value = (bits >> (4 * nibble)) as u8 & 0xf;
        *digit = if value < 10 { b'0' + value } else { b'a' + value - 10 };
    }
    f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

/// Where the hyphens of the hyphenated form are.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// Reads the hyphenated form, in small letters or capitals.
pub(super) fn read(text: &str) -> Option<u128> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut bits = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if HYPHENS.contains(&at) {
            (*byte == b'-').then_some(())?;
        } else {
            bits = bits << 4 | u128::from(char::from(*byte).to_digit(16)?);
        }
    }
    Some(bits)
}
