//! The closing rates, found as they are needed.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use fondaco_core::{Currency, Ratio, Reading, Rounding};
use smol_str::SmolStr;

use super::earlier::Moment;
use super::prudence::Prudence;
use crate::currency::FoundRate;
use crate::currency::needed::{Holding, Needed};
use crate::ledger::open_items::money;
use crate::ledger::{AMOUNT_DIGITS, Amount, LedgerError};

/// The rates of a day.
pub(super) struct Closing {
    pub(super) at: Moment,
    pub(super) ledger: Currency,
    /// Whether items are valued: they are of all ledgers.
    pub(super) has_items: bool,
    /// What gains are not recognised; `None` where all are.
    pub(super) prudence: Option<Prudence>,
    needed: Needed,
    found: BTreeMap<Currency, Rate>,
}

/// A rate, and what a conversion needs of it, worked out once for many items.
#[derive(Debug, Clone)]
pub(super) struct Rate {
    found: FoundRate,
    /// `None` where it has no room: then each conversion says so.
    ratio: Option<Ratio>,
    digits: u32,
}

impl Closing {
    pub(super) fn new(
        source: &SmolStr,
        at: Moment,
        ledger: Currency,
        oldest: Option<u32>,
        has_items: bool,
    ) -> Closing {
        let needed = Needed { source: source.clone(), known_at: at.known_at, oldest };
        Closing { at, ledger, has_items, prudence: None, needed, found: BTreeMap::new() }
    }

    pub(super) fn source(&self) -> &SmolStr {
        &self.needed.source
    }

    /// Takes a rate that was found elsewhere.
    pub(super) fn take(&mut self, found: FoundRate) {
        self.found.insert(found.from, Rate::new(found));
    }

    /// The rate that was found for a currency, if one was needed.
    pub(super) fn found(&self, currency: Currency) -> Option<&FoundRate> {
        self.found.get(&currency).map(|rate| &rate.found)
    }

    /// Every rate that was found, as it says itself.
    pub(super) fn said(&self) -> impl Iterator<Item = (Currency, String)> {
        self.found.iter().map(|(currency, rate)| (*currency, rate.found.to_string()))
    }

    /// The rate of what an account holds.
    pub(super) fn rate(
        &mut self,
        read: &mut impl Reading,
        holding: Holding<'_>,
    ) -> Result<&Rate, LedgerError> {
        let rate = match self.found.entry(holding.1) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let found = self.needed.find(read, (self.ledger, self.at.date), holding)?;
                place.insert(Rate::new(found))
            }
        };
        self.needed.check(&rate.found, holding)?;
        Ok(rate)
    }
}

impl Rate {
    fn new(found: FoundRate) -> Rate {
        let (ratio, digits) = (found.ratio().ok(), found.to.minor_units());
        Rate { found, ratio, digits: digits.unwrap_or(u32::from(AMOUNT_DIGITS)) }
    }

    /// What so many units are worth, in units of the ledger's amounts, half up to the currency's digits: as
    /// [`FoundRate::convert`] has it.
    pub(super) fn worth(&self, units: i128) -> Option<i128> {
        self.quickly(units).or_else(|| {
            let worth = self.found.convert(money(units, self.found.from), Rounding::HalfUp).ok()?;
            Amount::from_decimal(worth.amount()).map(|worth| worth.units().into())
        })
    }

    /// In whole numbers, where all of it has room in 128 bits.
    fn quickly(&self, units: i128) -> Option<i128> {
        let ratio = self.ratio?;
        let unit = 10i128.checked_pow(u32::from(AMOUNT_DIGITS).checked_sub(self.digits)?)?;
        let product = units.checked_mul(ratio.numerator())?;
        let whole = ratio.denominator().checked_mul(unit)?;
        let (size, half) = (product.checked_abs()?.checked_mul(2)?, whole.checked_mul(2)?);
        // Half up: twice the product and once the divisor over twice the divisor, rounded down.
        let steps = size.checked_add(whole)? / half;
        let worth = (steps * product.signum()).checked_mul(unit)?;
        i64::try_from(worth).ok().map(i128::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::currency::RateLeg;
    use chrono::NaiveDate;
    use fondaco_core::Timestamp;
    use fondaco_core::timeline::Span;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    fn rate(rates: &[(i64, u32, bool)], to: Currency) -> Rate {
        let date = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap_or_default();
        let leg = |(rate, scale, inverted): &(i64, u32, bool)| RateLeg {
            source: "SPOT".into(),
            base: Currency::USD,
            quote: to,
            rate: Decimal::new(*rate, *scale),
            inverted: *inverted,
            span: Span { start: date, end: None },
            recorded_at: Timestamp::EPOCH,
        };
        let legs = rates.iter().map(leg).collect();
        Rate::new(FoundRate { from: Currency::USD, to, date, legs, max_age_days: None })
    }

    proptest! {
        /// The quick way is the exact one, to the last digit, wherever it has room.
        #[test]
        fn quick_is_exact(
            units in prop_oneof![-1_000_000_000i64..1_000_000_000, any::<i64>()],
            rates in prop::collection::vec((1..9_999_999_999i64, 0..13u32, any::<bool>()), 1..3),
            to in prop::sample::select(vec![Currency::EUR, Currency::JPY, Currency::USD]),
        ) {
            let rate = rate(&rates, to);
            let exact = rate.found.convert(money(units.into(), Currency::USD), Rounding::HalfUp);
            let exact = exact.ok().and_then(|worth| Amount::from_decimal(worth.amount()));
            if let Some(quick) = rate.quickly(units.into()) {
                prop_assert_eq!(Some(quick), exact.map(|worth| i128::from(worth.units())));
            }
        }
    }

    #[test]
    fn half_a_cent_goes_up() {
        let half = rate(&[(5, 1, false)], Currency::EUR);
        for (units, worth) in [(100, 100), (-100, -100), (300, 200), (-300, -200), (0, 0)] {
            assert_eq!(half.quickly(units), Some(worth), "half of {units}");
        }
        let yen = rate(&[(15, 1, false)], Currency::JPY);
        assert_eq!((yen.quickly(10_000), yen.quickly(9_900)), (Some(20_000), Some(10_000)));
    }
}
