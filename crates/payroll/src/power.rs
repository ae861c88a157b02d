//! `power(base, exponent)`: the one function that formulas have beside those of the language, for laws whose curves are no straight lines.
//!
//! Exponents are quarters, as of the French general reduction (1.75): a whole power and two square roots, each by Newton's method on
//! decimals, so that every machine has the same digits. Nothing that laws write needs more; a logarithm would lose the last of them.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::function::Function;

/// The digits behind the point that it gives.
const DIGITS: u8 = 12;

/// `power(base, exponent)`.
pub(crate) struct Power;

impl Function for Power {
    fn name(&self) -> &'static str {
        "power"
    }

    fn takes(&self) -> Vec<&str> {
        vec!["number", "number"]
    }

    fn gives(&self) -> (&str, u8) {
        ("number", DIGITS)
    }

    fn check_constants(&self, values: &[Option<Decimal>]) -> Result<(), String> {
        match *values {
            [_, Some(exponent)] => quarters(exponent).map(|_| ()),
            _ => Ok(()),
        }
    }

    fn call(&self, values: &[Decimal]) -> Result<Decimal, String> {
        let [base, exponent] = *values else { return Err("give a base and an exponent".into()) };
        if base.is_sign_negative() && !base.is_zero() {
            return Err(format!("the base is {base}: give 0 or more"));
        }
        let power = raised(base, quarters(exponent)?)
            .ok_or_else(|| format!("{base} to the power of {exponent} is too large"))?;
        Ok(power.round_dp_with_strategy(u32::from(DIGITS), RoundingStrategy::MidpointAwayFromZero))
    }
}

/// How many quarters an exponent is.
fn quarters(exponent: Decimal) -> Result<u32, String> {
    let quarters = exponent.checked_mul(Decimal::from(4)).filter(|quarters| quarters.is_integer());
    let quarters = quarters.and_then(|quarters| u32::try_from(quarters).ok());
    quarters
        .filter(|count| *count <= 40)
        .ok_or_else(|| format!("the exponent is {exponent}: give a multiple of 0.25, from 0 to 10"))
}

fn raised(base: Decimal, quarters: u32) -> Option<Decimal> {
    let root = root(base)?;
    let parts = [(base, quarters / 4), (root, quarters / 2 % 2), (self::root(root)?, quarters % 2)];
    parts.iter().try_fold(Decimal::ONE, |product, (of, times)| {
        (0..*times).try_fold(product, |product, _| product.checked_mul(*of))
    })
}

/// The square root: each step doubles the digits that are right, so that 100 are more than enough from any start.
fn root(of: Decimal) -> Option<Decimal> {
    if of.is_zero() {
        return Some(Decimal::ZERO);
    }
    let mut guess = of.max(Decimal::ONE);
    for _ in 0..100 {
        let next = guess.checked_add(of.checked_div(guess)?)?.checked_div(Decimal::TWO)?;
        if next >= guess {
            break;
        }
        guess = next;
    }
    Some(guess)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(base: &str, exponent: &str) -> Result<String, String> {
        let values = [base.parse().unwrap(), exponent.parse().unwrap()];
        Power.call(&values).map(|power| power.normalize().to_string())
    }

    #[test]
    fn powers_have_all_their_digits() {
        assert_eq!(power("0.25", "0.5").unwrap(), "0.5");
        assert_eq!(power("16", "0.25").unwrap(), "2");
        assert_eq!(power("0.0001", "1.75").unwrap(), "0.0000001");
        assert_eq!(power("2", "1.75").unwrap(), "3.363585661015"); // 2^1.75 = 3.36358566101485817...
        assert_eq!(power("0.7", "1.75").unwrap(), "0.535699905825"); // 0.53569990582528257...
        assert_eq!(power("0", "1.75").unwrap(), "0");
        assert_eq!(power("7", "0").unwrap(), "1");
    }

    #[test]
    fn the_fourth_power_of_a_fourth_root_is_what_it_was_taken_of() {
        for thousandths in 1..=3000 {
            let base = Decimal::new(thousandths, 3);
            let root = Power.call(&[base, Decimal::new(25, 2)]).unwrap();
            let again = Power.call(&[root, Decimal::from(4)]).unwrap();
            assert!((again - base).abs() <= Decimal::new(3, 11), "{base}: {again}");
        }
    }

    #[test]
    fn what_it_can_not_do_it_says() {
        assert!(power("-1", "1").unwrap_err().contains("give 0 or more"));
        assert!(power("2", "0.3").unwrap_err().contains("multiple of 0.25"));
        assert!(power("2", "-1").unwrap_err().contains("from 0 to 10"));
        assert!(power("1000000000", "10").unwrap_err().contains("too large"));
    }
}
