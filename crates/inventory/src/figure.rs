//! Floats as figures of an explanation.

use fondaco_core::report::{Cell, Explain, word};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

/// How many digits behind the point are shown of what is 1 or more.
const DIGITS: u32 = 4;
/// How many digits that count are shown of what is less.
const SIGNIFICANT: u32 = 6;

/// A float as people read it: with four digits behind the point, or with six that count when it is below 1.
///
/// What no decimal can hold is written in powers of ten.
pub(crate) fn figure(value: f64) -> Cell {
    let shown = Decimal::from_f64(value).and_then(|exact| {
        if value.abs() < 1.0 { exact.round_sf(SIGNIFICANT) } else { Some(exact.round_dp(DIGITS)) }
    });
    shown.map_or_else(|| Cell::text(format!("{value:e}")), |shown| Cell::Number(shown.normalize()))
}

/// A share as people read it: in percent, with two digits behind the point.
pub(crate) fn percent(share: f64) -> Cell {
    let shown = Decimal::from_f64(share).map(|exact| exact.round_dp(DIGITS).normalize());
    shown.map_or_else(|| figure(share), Cell::Percent)
}

/// A figure and what it is, said in words that locales know.
pub(crate) fn because(what: &'static str, value: f64) -> Explain {
    Explain::new(word(what), figure(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_shown_with_the_digits_that_people_read() {
        let shown = |value| Explain::new("x", figure(value)).to_string();
        assert_eq!(shown(304.046_780_026_436_8), "x: 304.0468\n");
        assert_eq!(shown(201_251_093.75), "x: 201,251,093.75\n");
        assert_eq!(shown(0.000_123_456_789), "x: 0.000123457\n");
        assert_eq!(shown(0.0), "x: 0\n");
        assert_eq!(shown(1.5e300), "x: 1.5e300\n");
        assert_eq!(Explain::new("x", percent(0.95)).to_string(), "x: 95%\n");
    }
}
