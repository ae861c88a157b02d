//! NUMERIC as it travels in binary: groups of four decimal digits, the first of which stands for `10000^weight`.

use bytes::{BufMut, BytesMut};
use rust_decimal::Decimal;

const GROUP: u128 = 10_000;
const NEGATIVE: u16 = 0x4000;

/// Writes `mantissa * 10^-scale`.
pub(super) fn write(mantissa: i128, scale: u32, out: &mut BytesMut) {
    // Groups begin at the point, so the fraction is filled up to whole ones.
    let fill = (4 - scale % 4) % 4;
    let mut rest = mantissa.unsigned_abs().saturating_mul(10u128.pow(fill));
    let fraction = (scale + fill) / 4;
    let (mut groups, mut count) = ([0u16; 12], 0usize);
    while rest > 0 {
        if let Some(group) = groups.get_mut(count) {
            *group = (rest % GROUP) as u16;
        }
        (rest, count) = (rest / GROUP, count + 1);
    }
    let used = groups.get(..count).unwrap_or(&groups);
    let zeros = used.iter().take_while(|group| **group == 0).count();
    let sign = if mantissa < 0 { NEGATIVE } else { 0 };
    out.put_u16((count - zeros) as u16);
    out.put_i16(if count == 0 { 0 } else { count as i16 - 1 - fraction as i16 });
    out.put_u16(sign);
    out.put_u16(scale as u16);
    used.iter().skip(zeros).rev().for_each(|group| out.put_u16(*group));
}

/// Mantissa and scale; `None` for what is no number we keep.
pub(super) fn read(bytes: &[u8]) -> Option<(i128, u32)> {
    let mut words = bytes.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]]));
    let count = words.next()?;
    let weight = words.next()? as i16;
    let sign = words.next()?;
    let scale = u32::from(words.next()?);
    let mut mantissa = 0i128;
    for _ in 0..count {
        mantissa = mantissa.checked_mul(GROUP as i128)?.checked_add(i128::from(words.next()?))?;
    }
    // The last group stands for 10000^(weight - count + 1); bring it to 10^-scale.
    let power = (i32::from(weight) - i32::from(count) + 1) * 4 + i32::try_from(scale).ok()?;
    let ten = |power: u32| 10i128.checked_pow(power);
    let mantissa = match u32::try_from(power) {
        Ok(up) if count > 0 => mantissa.checked_mul(ten(up)?)?,
        Ok(_) => 0,
        Err(_) => {
            let by = ten(power.unsigned_abs())?;
            (mantissa % by == 0).then_some(mantissa / by)?
        }
    };
    match sign {
        0 => Some((mantissa, scale)),
        NEGATIVE => Some((-mantissa, scale)),
        _ => None,
    }
}

/// A decimal without zeros at its end.
pub(super) fn read_decimal(bytes: &[u8]) -> Option<Decimal> {
    let (mut mantissa, mut scale) = read(bytes)?;
    while scale > 0 && mantissa % 10 == 0 {
        (mantissa, scale) = (mantissa / 10, scale - 1);
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// The units of `10^-digits` of a number that has no more digits.
pub(super) fn read_units(bytes: &[u8], digits: u32) -> Option<i64> {
    let (mantissa, scale) = read(bytes)?;
    let mantissa = match (digits.checked_sub(scale), scale.checked_sub(digits)) {
        (Some(up), _) => mantissa.checked_mul(10i128.checked_pow(up)?)?,
        (None, Some(down)) => {
            let by = 10i128.checked_pow(down)?;
            (mantissa % by == 0).then_some(mantissa / by)?
        }
        (None, None) => return None,
    };
    i64::try_from(mantissa).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(mantissa: i128, scale: u32) -> BytesMut {
        let mut out = BytesMut::new();
        write(mantissa, scale, &mut out);
        out
    }

    proptest! {
        #[test]
        fn units_come_back(units: i64, digits in 0u32..19) {
            let bytes = written(i128::from(units), digits);
            prop_assert_eq!(read_units(&bytes, digits), Some(units));
        }

        #[test]
        fn decimals_come_back(lo: u32, mid: u32, hi in 0u32..500_000_000, negative: bool, scale in 0u32..29) {
            let value = Decimal::from_parts(lo, mid, hi, negative, scale).normalize();
            let bytes = written(value.mantissa(), value.scale());
            let back = read_decimal(&bytes).unwrap();
            prop_assert_eq!((back, back.scale()), (value, value.scale()));
        }
    }

    /// As `numeric_send` of PostgreSQL 15 writes them.
    #[test]
    fn the_bytes_are_postgresqls() {
        assert_eq!(&written(0, 2)[..], [0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(&written(-1250, 2)[..], [0, 2, 0, 0, 0x40, 0, 0, 2, 0, 12, 0x13, 0x88]);
        assert_eq!(&written(100_000_000, 0)[..], [0, 1, 0, 2, 0, 0, 0, 0, 0, 1]);
        assert_eq!(&written(1, 4)[..], [0, 1, 0xFF, 0xFF, 0, 0, 0, 4, 0, 1]);
    }
}
