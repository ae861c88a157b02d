//! What a part of a pending entry is worth in the ledger's currency: as much of what was held as the part is of the whole.
//!
//! The lines of one currency on one side are valued together and their worth is shared out, so that what balanced as a
//! whole balances in part, whether worths were given or came from a rate.

use fondaco_core::allocation::{self, Residual};
use fondaco_core::{Currency, Money, Rounding, decimal};
use rust_decimal::Decimal;

use super::Loaded;
use crate::ledger::judge::contradict;
use crate::ledger::{AMOUNT_DIGITS, Amount, LedgerError, NewPosting, Side};

/// The lines of one currency on one side.
struct Group {
    lines: Vec<usize>,
    side: Side,
    /// What they are worth, in smallest units.
    worth: i128,
}

impl Loaded {
    /// Gives each line of another currency than the ledger's its part of the worth that is held.
    pub(super) fn value(
        &self,
        ledger: Currency,
        part: &mut [NewPosting],
    ) -> Result<(), LedgerError> {
        let digits = ledger.minor_units().unwrap_or(u32::from(AMOUNT_DIGITS));
        let step = 10i128.pow(u32::from(AMOUNT_DIGITS).saturating_sub(digits));
        let mut groups = self.groups(ledger, part, step);
        settle(&mut groups, own(ledger, part), step);
        for group in &groups {
            self.share(group, ledger, digits, part)?;
        }
        Ok(())
    }

    fn groups(&self, ledger: Currency, part: &[NewPosting], step: i128) -> Vec<Group> {
        let mut found: Vec<(Currency, Side)> = Vec::new();
        for line in part.iter().filter(|line| line.amount.currency() != ledger) {
            let of = (line.amount.currency(), line.side);
            if !found.contains(&of) {
                found.push(of);
            }
        }
        let groups = found.into_iter().map(|(currency, side)| {
            let mine = |line: &NewPosting| line.side == side && line.amount.currency() == currency;
            let lines: Vec<usize> =
                part.iter().enumerate().filter(|(_, line)| mine(line)).map(|(at, _)| at).collect();
            let held = |at: &usize| self.lines.get(*at);
            let sum = |of: fn(&super::PendingPosting) -> Amount| -> i128 {
                let held = lines.iter().filter_map(held);
                held.map(|line| i128::from(of(line).units()).abs()).sum()
            };
            let taken = lines.iter().filter_map(|at| part.get(*at)).map(units).sum();
            let (whole, worth) = (sum(|line| line.amount), sum(|line| line.ledger_amount));
            let worth = proportion(worth, taken, whole, step);
            Group { lines, side, worth }
        });
        groups.collect()
    }

    /// Shares the worth of a group out over its lines.
    fn share(
        &self,
        group: &Group,
        ledger: Currency,
        digits: u32,
        part: &mut [NewPosting],
    ) -> Result<(), LedgerError> {
        let too_large = |line: &NewPosting| LedgerError::TooLarge {
            code: line.account.clone(),
            amount: line.amount.amount(),
        };
        let weight = |at: &usize| -> Option<Decimal> {
            let (held, line) = (self.lines.get(*at)?, part.get(*at)?);
            let (worth, whole) =
                (held.ledger_amount.to_decimal().abs(), held.amount.to_decimal().abs());
            if whole.is_zero() {
                return Some(Decimal::ZERO);
            }
            let share = decimal::div_round(line.amount.amount(), whole, 12, Rounding::HalfEven);
            decimal::mul_round(worth, share.ok()?, 12, Rounding::HalfEven).ok()
        };
        let Some(first) = group.lines.first().and_then(|at| part.get(*at)) else { return Ok(()) };
        let total = Decimal::try_from_i128_with_scale(group.worth, u32::from(AMOUNT_DIGITS));
        let total = Money::new(total.map_err(|_| too_large(first))?, ledger);
        let weights: Option<Vec<Decimal>> = group.lines.iter().map(weight).collect();
        let weights = weights.ok_or_else(|| too_large(first))?;
        let shares = if weights.iter().all(Decimal::is_zero) {
            let rest = group.lines.len().saturating_sub(1);
            [total].into_iter().chain(std::iter::repeat_n(Money::zero(ledger), rest)).collect()
        } else {
            allocation::allocate_to(digits, total, &weights, Residual::LargestRemainder)
                .map_err(|_| too_large(first))?
        };
        for (at, share) in group.lines.iter().zip(shares) {
            if let Some(line) = part.get_mut(*at) {
                line.ledger_amount = Some(share);
                // A share that rounding took off the rate has a rate of its own.
                line.rate = line.rate.filter(|rate| !contradict(line.amount, share, *rate));
            }
        }
        Ok(())
    }
}

/// Debits less credits of the lines in the ledger's own currency.
fn own(ledger: Currency, part: &[NewPosting]) -> i128 {
    let own = part.iter().filter(|line| line.amount.currency() == ledger);
    own.map(|line| if line.side == Side::Debit { units(line) } else { -units(line) }).sum()
}

/// Gives what rounding left between the sides to the largest worth; what is more than rounding stays, to be refused.
fn settle(groups: &mut [Group], own: i128, step: i128) {
    let signed = |group: &Group| if group.side == Side::Debit { group.worth } else { -group.worth };
    let difference = own + groups.iter().map(signed).sum::<i128>();
    let most = step * groups.len() as i128;
    let Some(largest) = groups.iter_mut().max_by_key(|group| group.worth) else { return };
    let settled = match largest.side {
        Side::Debit => largest.worth - difference,
        Side::Credit => largest.worth + difference,
    };
    if difference.abs() <= most && settled >= 0 {
        largest.worth = settled;
    }
}

/// `worth × taken ÷ whole` in whole steps, half up; beyond what can be reckoned with, all of it.
fn proportion(worth: i128, taken: i128, whole: i128, step: i128) -> i128 {
    if whole == 0 || taken == whole {
        return worth;
    }
    let (Some(product), Some(divisor)) = (worth.checked_mul(taken), whole.checked_mul(step)) else {
        return worth;
    };
    let (quotient, rest) = (product / divisor, product % divisor);
    let up = i128::from(rest >= divisor - rest);
    (quotient + up) * step
}

fn units(line: &NewPosting) -> i128 {
    // An amount that no posting can hold is refused where the entry is judged.
    let units = Amount::from_decimal(line.amount.amount()).map_or(i64::MAX, Amount::units);
    i128::from(units).abs()
}
