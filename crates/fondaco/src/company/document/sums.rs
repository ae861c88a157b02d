//! Sums of stored amounts and quantities, checked: what would be beyond what is stored is an error that names where.

use fondaco_core::store::Fixed;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::company::CompanyError;

/// Where a figure stands: the line of the document at hand (0 of the document itself), and the field. Which document that is, who has it at
/// hand says: [`CompanyError::of`].
pub(crate) type At = (u32, &'static str);

/// The sum.
pub(crate) fn plus<const DIGITS: u8>(
    one: Fixed<DIGITS>,
    other: Fixed<DIGITS>,
    at: At,
) -> Result<Fixed<DIGITS>, CompanyError> {
    one.checked_add(other)
        .ok_or_else(|| beyond::<DIGITS>(at, one.to_decimal() + other.to_decimal()))
}

/// The difference.
pub(crate) fn less<const DIGITS: u8>(
    one: Fixed<DIGITS>,
    other: Fixed<DIGITS>,
    at: At,
) -> Result<Fixed<DIGITS>, CompanyError> {
    one.checked_sub(other)
        .ok_or_else(|| beyond::<DIGITS>(at, one.to_decimal() - other.to_decimal()))
}

/// The opposite.
pub(crate) fn minus<const DIGITS: u8>(
    one: Fixed<DIGITS>,
    at: At,
) -> Result<Fixed<DIGITS>, CompanyError> {
    less(Fixed::ZERO, one, at)
}

/// The sum of several.
pub(crate) fn sum<const DIGITS: u8>(
    of: impl IntoIterator<Item = Fixed<DIGITS>>,
    at: At,
) -> Result<Fixed<DIGITS>, CompanyError> {
    of.into_iter().try_fold(Fixed::ZERO, |sum, one| plus(sum, one, at))
}

/// That a figure is beyond what is stored of its kind.
pub(crate) fn beyond<const DIGITS: u8>((line, field): At, value: Decimal) -> CompanyError {
    let most = Fixed::<DIGITS>::from_units(i64::MAX).to_decimal();
    let value = value.normalize().to_string();
    CompanyError::TooLarge { document: SmolStr::default(), line, field, value, most }
}

#[cfg(test)]
mod tests {
    use fondaco_accounting::ledger::Amount;

    use super::*;

    const MOST: Amount = Amount::from_units(i64::MAX);
    const LEAST: Amount = Amount::from_units(i64::MIN);
    const AT: At = (3, "net amount");

    #[test]
    fn what_fits_is_exact_and_what_does_not_is_said() {
        let cent = Amount::from_units(100);
        assert_eq!(plus(cent, cent, AT).unwrap(), Amount::from_units(200));
        assert_eq!(less(cent, MOST, AT).unwrap(), Amount::from_units(100 - i64::MAX));
        assert_eq!(sum([MOST, minus(MOST, AT).unwrap(), cent], AT).unwrap(), cent);
        let said = |error: CompanyError| error.of(&"invoice/7".into()).to_string();
        assert_eq!(
            said(plus(MOST, cent, AT).unwrap_err()),
            "invoice/7, line 3: net amount is 922337203685477.5907, beyond the 922337203685477.5807 that is stored: split the document"
        );
        assert!(less(LEAST, cent, AT).is_err() && minus(LEAST, AT).is_err());
        assert!(sum([MOST, cent, minus(MOST, AT).unwrap()], AT).is_err());
    }
}
