//! The checks of numbers that come from people and tables, and their change into whole numbers.

use chrono::{Datelike, NaiveDate};
use fondaco_core::decimal::to_fixed;
use rust_decimal::Decimal;
use smol_str::{SmolStr, ToSmolStr};

use super::options::MOST_DAYS;
use super::{Item, LotRule, MrpError, Sku};
use crate::QUANTITY_DIGITS;
use crate::lot_sizing::{LotCosts, LotSizing, Sizer};

/// A count of things that is kept in 32 bits.
pub(crate) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A day as a count of days.
pub(crate) fn day(date: NaiveDate) -> i32 {
    date.num_days_from_ce()
}

/// The day of a count.
pub(crate) fn date(day: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day).unwrap_or(if day < 0 {
        NaiveDate::MIN
    } else {
        NaiveDate::MAX
    })
}

/// A day so many days after another.
pub(crate) fn later(day: i32, days: u32) -> i32 {
    day.saturating_add(i32::try_from(days).unwrap_or(i32::MAX))
}

/// A number of something, by its name.
#[derive(Clone)]
pub(crate) struct Field {
    of: SmolStr,
    field: &'static str,
}

impl Field {
    pub(crate) fn new(of: &Sku, field: &'static str) -> Field {
        Field { of: of.to_smolstr(), field }
    }

    pub(crate) fn of_text(of: &str, field: &'static str) -> Field {
        Field { of: of.into(), field }
    }

    fn refuse(self, value: Decimal, way_out: &'static str) -> MrpError {
        MrpError::Number { of: self.of, field: self.field, value, way_out }
    }

    pub(crate) fn not_negative(self, value: Decimal) -> Result<Decimal, MrpError> {
        if value >= Decimal::ZERO {
            return Ok(value);
        }
        Err(self.refuse(value, "give zero or a number above it"))
    }

    /// A part of something.
    pub(crate) fn at_most(self, value: Decimal, whole: Decimal) -> Result<Decimal, MrpError> {
        if value <= whole {
            return Ok(value);
        }
        Err(self.refuse(value, "give no more than all that is wanted"))
    }

    pub(crate) fn positive(self, value: Decimal) -> Result<Decimal, MrpError> {
        if value > Decimal::ZERO {
            return Ok(value);
        }
        Err(self.refuse(value, "give a number above zero"))
    }

    /// What is lost: some, but not all.
    pub(crate) fn lost_share(self, value: Decimal) -> Result<Decimal, MrpError> {
        if value >= Decimal::ZERO && value < Decimal::ONE {
            return Ok(value);
        }
        Err(self.refuse(value, "give a share of at least 0 and below 1, such as 0.1 for 10 %"))
    }

    /// What turns out good: not nothing.
    pub(crate) fn good_share(self, value: Decimal) -> Result<Decimal, MrpError> {
        if value > Decimal::ZERO && value <= Decimal::ONE {
            return Ok(value);
        }
        Err(self.refuse(value, "give a share above 0 and of at most 1, such as 0.95 for 95 %"))
    }

    /// A number of days that leads no further than a horizon may.
    pub(crate) fn days(self, days: u32) -> Result<u32, MrpError> {
        if days <= MOST_DAYS {
            return Ok(days);
        }
        Err(self.refuse(days.into(), "give at most 36,525 days, which are 100 years"))
    }

    /// The quantity in millionths, if it has no more digits than these.
    pub(crate) fn micro(self, value: Decimal, digits: u8) -> Result<i64, MrpError> {
        let step = step(digits);
        match to_fixed(value, u32::from(QUANTITY_DIGITS)) {
            Some(units) if units % step == 0 => Ok(units),
            None if to_fixed(value.trunc(), u32::from(QUANTITY_DIGITS)).is_none() => {
                Err(self.refuse(value, "give a number below 9 million million, in a larger unit"))
            }
            _ => Err(MrpError::TooFine { of: self.of, field: self.field, value, digits }),
        }
    }
}

/// The smallest quantity of an item in millionths.
pub(crate) fn step(digits: u8) -> i64 {
    10_i64.pow(u32::from(QUANTITY_DIGITS.saturating_sub(digits)))
}

/// The rule on whole millionths.
pub(crate) fn sizer(item: &Item, rule: &LotSizing, costs: &LotCosts) -> Result<Sizer, MrpError> {
    let sizer = Sizer::new(rule, costs, u32::from(QUANTITY_DIGITS));
    sizer.map_err(|error| MrpError::Kernel { sku: item.sku.clone(), error })
}

/// Refuses what can't be said of an item.
pub(crate) fn item(item: &Item) -> Result<(), MrpError> {
    let field = |name| Field::new(&item.sku, name);
    if item.digits > QUANTITY_DIGITS {
        let way_out = "give 0 for whole pieces, and at most 6";
        return Err(field("the number of digits").refuse(item.digits.into(), way_out));
    }
    let exact = |name, value| field(name).micro(field(name).not_negative(value)?, item.digits);
    exact("safety stock", item.safety_stock)?;
    for (_, quantity) in &item.safety_steps {
        exact("safety stock", *quantity)?;
    }
    field("yield").good_share(item.yield_share)?;
    for (name, days) in [
        ("safety time", item.safety_days),
        ("the demand time fence", item.demand_fence_days),
        ("the planning time fence", item.planning_fence_days),
        ("consumption backward", item.consumption.backward_days),
        ("consumption forward", item.consumption.forward_days),
    ] {
        field(name).days(days)?;
    }
    exact("the least order", item.modifiers.minimum)?;
    for (name, value) in [
        ("the multiple of orders", item.modifiers.multiple),
        ("the largest order", item.modifiers.maximum),
    ] {
        if let Some(value) = value {
            field(name).micro(field(name).positive(value)?, item.digits)?;
        }
    }
    // Whether they can hold together: asked by an order for as little as there can be.
    let kernel = |error| MrpError::Kernel { sku: item.sku.clone(), error };
    item.modifiers.orders(Decimal::ZERO).map_err(kernel)?;
    match &item.lot {
        LotRule::LotForLot => {}
        LotRule::ByCost { rule, costs } => drop(sizer(item, rule, costs)?),
        LotRule::Fixed { quantity } => {
            let name = "the fixed order quantity";
            field(name).micro(field(name).positive(*quantity)?, item.digits)?;
        }
        LotRule::Days { days: count } | LotRule::Periods { periods: count } => {
            field("what a lot covers").positive((*count).into())?;
        }
    }
    Ok(())
}
