//! Reading decimals strictly: one grammar, `-?[0-9]+(\.[0-9]+)?`, and nothing is rounded away.

use rust_decimal::Decimal;

use super::{DecimalError, MAX_DIGITS, from_parts};

/// Reads a plain decimal: digits, with one point between digits if need be, and `-` before a
/// negative one.
///
/// Exponents, `+`, blanks, separators of thousands and a bare `.5` or `5.` are refused, since each
/// of them is read differently somewhere.
///
/// ```
/// use fondaco_core::decimal;
/// assert_eq!(decimal::parse("-12.340")?.to_string(), "-12.34");
/// assert!(decimal::parse("1e3").is_err());
/// assert!(decimal::parse("1_000").is_err());
/// # Ok::<(), decimal::DecimalError>(())
/// ```
///
/// # Errors
/// [`DecimalError::Syntax`], and [`DecimalError::TooManyDigits`] when the value has more than 28
/// digits behind the point or is too large to be held exactly.
pub fn parse(text: &str) -> Result<Decimal, DecimalError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(fraction) {
        return Err(DecimalError::Syntax { text: text.into() });
    }
    exact(negative, whole, fraction)
        .ok_or_else(|| DecimalError::TooManyDigits { text: text.into() })
}

fn exact(negative: bool, whole: &str, fraction: &str) -> Option<Decimal> {
    let scale = u32::try_from(fraction.len()).ok().filter(|scale| *scale <= MAX_DIGITS)?;
    let mut size = 0u128;
    for byte in whole.bytes().chain(fraction.bytes()) {
        size = size.checked_mul(10)?.checked_add(u128::from(byte - b'0'))?;
    }
    from_parts(size, negative, scale)
}
