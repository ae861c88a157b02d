//! Quantities and costs as whole numbers of the smallest digit that occurs, so that what is added and compared is exact.

use fondaco_core::decimal::DecimalError;
use rust_decimal::Decimal;

use super::{ByPeriod, LotCosts, PlannedLot, SpentCosts};
use crate::KernelError;
use crate::exact::not_negative;

/// The largest number of smallest units that a decimal can be.
const DECIMAL_MAX: i128 = (1 << 96) - 1;

fn overflow(what: &'static str) -> KernelError {
    KernelError::Exact { what, error: DecimalError::Overflow }
}

/// How many digits behind the point a value needs.
fn digits_of(value: &Decimal) -> u32 {
    if value.scale() == 0 { 0 } else { value.normalize().scale() }
}

/// A value in units of the `digits`-th decimal, of which it has no more.
fn whole(what: &'static str, value: Decimal, digits: u32) -> Result<i128, KernelError> {
    let value = if value.scale() > digits { value.normalize() } else { value };
    let raise = digits.checked_sub(value.scale()).and_then(|raise| 10_i128.checked_pow(raise));
    raise.and_then(|raise| value.mantissa().checked_mul(raise)).ok_or_else(|| overflow(what))
}

/// As [`whole`], of what has to have room in 64 bits.
pub(super) fn narrow(what: &'static str, value: Decimal, digits: u32) -> Result<i64, KernelError> {
    i64::try_from(whole(what, value, digits)?).map_err(|_| overflow(what))
}

/// So many units of the `digits`-th decimal, as a decimal.
pub(super) fn decimal(
    what: &'static str,
    mut units: i128,
    mut digits: u32,
) -> Result<Decimal, KernelError> {
    while digits > 0 && units % 10 == 0 {
        (units, digits) = (units / 10, digits - 1);
    }
    Decimal::try_from_i128_with_scale(units, digits).map_err(|_| overflow(what))
}

/// The demand in whole numbers, and of which digit. `beside` is another quantity that needs its digits.
pub(super) fn demand(
    demand: &[Decimal],
    beside: Option<Decimal>,
    needs: &mut Vec<i64>,
) -> Result<u32, KernelError> {
    let digits = demand.iter().chain(&beside).map(digits_of).max().unwrap_or(0);
    needs.clear();
    for (index, wanted) in demand.iter().enumerate() {
        let wanted = not_negative("demand", *wanted).map_err(|error| error.at(index))?;
        needs.push(narrow("demand", wanted, digits).map_err(|error| error.at(index))?);
    }
    Ok(digits)
}

/// A figure that is the same in all periods, or one for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PerPeriod<T> {
    Same(T),
    Each(Vec<T>),
}

impl<T: Copy> PerPeriod<T> {
    /// Of figures that are none of them below zero, named by their row when there are several.
    fn of(
        field: &'static str,
        given: &ByPeriod,
        units: impl Fn(Decimal) -> Result<T, KernelError>,
    ) -> Result<Self, KernelError> {
        let one = |value: Decimal| not_negative(field, value).and_then(&units);
        Ok(match given {
            ByPeriod::Same(value) => PerPeriod::Same(one(*value)?),
            ByPeriod::Each(values) => {
                let row = |(at, value): (usize, &Decimal)| one(*value).map_err(|e| e.at(at));
                PerPeriod::Each(values.iter().enumerate().map(row).collect::<Result<_, _>>()?)
            }
        })
    }

    /// The figure of a period, of which there are as many as were checked.
    #[inline]
    pub(super) fn at(&self, period: usize) -> T {
        match self {
            PerPeriod::Same(value) => *value,
            PerPeriod::Each(values) => values[period],
        }
    }

    fn check(&self, field: &'static str, periods: usize) -> Result<(), KernelError> {
        match self {
            PerPeriod::Each(values) if values.len() != periods => Err(KernelError::Contradiction {
                field,
                value: values.len() as f64,
                other: "the demand has another number of periods",
                way_out: "give one for each period, or one for all",
            }),
            _ => Ok(()),
        }
    }
}

/// Quantities by period that have to be as many as the demand: a capacity.
pub(super) fn quantities(
    field: &'static str,
    given: &ByPeriod,
    digits: u32,
    periods: usize,
) -> Result<PerPeriod<i64>, KernelError> {
    let all = PerPeriod::of(field, given, |value| narrow(field, value, digits))?;
    all.check(field, periods)?;
    Ok(all)
}

/// How many digits quantities have when these stand beside others.
pub(super) fn digits_beside(given: &ByPeriod, others: &[Decimal]) -> u32 {
    given.values().iter().chain(others).map(digits_of).max().unwrap_or(0)
}

/// Costs in whole numbers: those of a unit in theirs, those of a setup in units of a quantity's digit times a unit cost's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WholeCosts {
    /// Of which digit sums of costs are.
    pub(super) digits: u32,
    /// Of which digit costs of a unit are.
    pub(super) unit_digits: u32,
    pub(super) setup: PerPeriod<i128>,
    pub(super) holding: PerPeriod<i64>,
    pub(super) unit: PerPeriod<i64>,
}

impl WholeCosts {
    /// Costs beside quantities of so many digits.
    pub(super) fn of(costs: &LotCosts, quantity_digits: u32) -> Result<WholeCosts, KernelError> {
        let digits = |figures: &ByPeriod| figures.values().iter().map(digits_of).max().unwrap_or(0);
        let of_setup = digits(&costs.setup_cost).saturating_sub(quantity_digits);
        let unit_digits = digits(&costs.holding_cost).max(digits(&costs.unit_cost)).max(of_setup);
        let digits = quantity_digits + unit_digits;
        let of_unit = |field| move |value| narrow(field, value, unit_digits);
        let of_setup = |value| whole("setup_cost", value, digits);
        Ok(WholeCosts {
            digits,
            unit_digits,
            setup: PerPeriod::of("setup_cost", &costs.setup_cost, of_setup)?,
            holding: PerPeriod::of("holding_cost", &costs.holding_cost, of_unit("holding_cost"))?,
            unit: PerPeriod::of("unit_cost", &costs.unit_cost, of_unit("unit_cost"))?,
        })
    }

    /// That there is a cost for each period, and that every sum of costs has room while no more than `quantity` comes.
    pub(super) fn check(&self, periods: usize, quantity: i64) -> Result<(), KernelError> {
        self.setup.check("setup_cost", periods)?;
        self.holding.check("holding_cost", periods)?;
        self.unit.check("unit_cost", periods)?;
        let [mut setups, mut holding, mut unit] = [0_i128; 3];
        for period in 0..periods {
            setups = setups
                .checked_add(self.setup.at(period))
                .filter(|setups| *setups <= DECIMAL_MAX)
                .ok_or_else(|| overflow("setup_cost"))?;
            holding += i128::from(self.holding.at(period));
            unit = unit.max(self.unit.at(period).into());
        }
        let of_unit = i64::try_from(holding + unit).map_err(|_| overflow("holding_cost"))?;
        let most = i128::from(of_unit)
            .checked_mul(quantity.into())
            .and_then(|most| most.checked_add(setups));
        match most {
            Some(most) if most <= DECIMAL_MAX => Ok(()),
            _ => Err(overflow("the cost of the lots")),
        }
    }

    /// What lots cost that cover the needs.
    pub(super) fn spent(
        &self,
        needs: &[i64],
        lots: &[PlannedLot<i64>],
    ) -> Result<SpentCosts, KernelError> {
        let [mut setup, mut holding, mut purchase, mut stock] = [0_i128; 4];
        let mut lots = lots.iter().peekable();
        for (period, need) in needs.iter().enumerate() {
            if let Some(lot) = lots.next_if(|lot| lot.period == period) {
                setup += self.setup.at(period);
                purchase += i128::from(self.unit.at(period)) * i128::from(lot.quantity);
                stock += i128::from(lot.quantity);
            }
            stock -= i128::from(*need);
            holding += stock * i128::from(self.holding.at(period));
        }
        Ok(SpentCosts {
            setup: self.decimal("setup", setup)?,
            holding: self.decimal("holding", holding)?,
            purchase: self.decimal("purchase", purchase)?,
            total: self.decimal("total", setup + holding + purchase)?,
        })
    }

    /// A sum of costs as a decimal.
    pub(super) fn decimal(&self, what: &'static str, units: i128) -> Result<Decimal, KernelError> {
        decimal(what, units, self.digits)
    }
}

/// The sum of all needs.
pub(super) fn total(needs: &[i64]) -> Result<i64, KernelError> {
    let sum = needs.iter().try_fold(0_i64, |sum, need| sum.checked_add(*need));
    sum.ok_or_else(|| overflow("demand"))
}

/// The sum of all needs, of which there is room for several.
pub(super) fn roomy_total(needs: &[i64]) -> Result<i64, KernelError> {
    let sum = total(needs)?;
    if sum < i64::MAX / 4 { Ok(sum) } else { Err(overflow("demand")) }
}
