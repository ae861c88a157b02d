//! The formulas alone: plain functions on numbers, for whoever has the numbers.
//!
//! Sources: liquidity and days outstanding as financialmodelingprep.com's page on liquidity has them; where others divide by other bases,
//! the caller gives the other number. OEE after Nakajima (*Introduction to TPM*, 1988): availability × performance × quality. Pipeline
//! velocity: opportunities × win rate × deal ÷ days of a cycle.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::measure::{NotDefined, over, times};

/// What there is for what is owed: current assets (or those that are quick, or cash) over current liabilities.
///
/// ```
/// use fondaco::company::figures::liquidity;
/// assert_eq!(liquidity(300.into(), 200.into()).unwrap().to_string(), "1.5");
/// assert!(liquidity(300.into(), 0.into()).unwrap_err().to_string().contains("because current liabilities is zero"));
/// ```
///
/// # Errors
/// [`NotDefined`] where nothing is owed.
pub fn liquidity(assets: Decimal, liabilities: Decimal) -> Result<Decimal, NotDefined> {
    over(assets, liabilities, "current liabilities")
}

/// How many days of a flow a balance is: receivables by sales (DSO), stock by cost of sales (DIO), payables by cost of sales (DPO).
/// `days` are those of the flow, or 365 for the flow of a year.
///
/// ```
/// use fondaco::company::figures::days_outstanding;
/// // 36 of receivables, and 365 of sales in a year.
/// assert_eq!(days_outstanding(36.into(), 365.into(), 365).unwrap(), 36.into());
/// ```
///
/// # Errors
/// [`NotDefined`] where nothing flowed.
pub fn days_outstanding(balance: Decimal, flow: Decimal, days: i64) -> Result<Decimal, NotDefined> {
    over(times(balance, Decimal::from(days))?, flow, "what flowed in these days")
}

/// How long money is away: from paying suppliers to being paid. `DIO + DSO - DPO`, in days.
///
/// ```
/// use fondaco::company::figures::cash_conversion_cycle;
/// assert_eq!(cash_conversion_cycle(50.into(), 36.into(), 30.into()).unwrap(), 56.into());
/// ```
///
/// # Errors
/// [`NotDefined`] beyond 28 digits.
pub fn cash_conversion_cycle(
    days_inventory: Decimal,
    days_sales: Decimal,
    days_payables: Decimal,
) -> Result<Decimal, NotDefined> {
    let sum = days_inventory.checked_add(days_sales).and_then(|sum| sum.checked_sub(days_payables));
    sum.ok_or_else(|| NotDefined::new("it is beyond 28 digits"))
}

/// What a machine did in a shift: times in one unit (minutes), pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineTime {
    /// How long it was to run.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub planned: Decimal,
    /// How long it ran.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub run: Decimal,
    /// How long one piece takes at best.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub ideal_cycle: Decimal,
    /// How many pieces it made.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub total: Decimal,
    /// How many of them are good.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub good: Decimal,
}

/// Overall equipment effectiveness, and what it is made of: factors of 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effectiveness {
    /// Of the planned time, how much it ran.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub availability: Decimal,
    /// Of what it could have made in that time, how much it made; at most 1.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub performance: Decimal,
    /// The same as it was measured: above 1 where the ideal cycle is too long.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub performance_uncapped: Decimal,
    /// Of what it made, how much is good.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub quality: Decimal,
    /// All three multiplied.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub oee: Decimal,
}

impl MachineTime {
    /// How effective it was. Performance counts as 1 at most, and is told as it was besides.
    ///
    /// ```
    /// use fondaco::company::figures::MachineTime;
    /// let shift = MachineTime {
    ///     planned: 480.into(), run: 420.into(), ideal_cycle: 1.into(), total: 400.into(), good: 380.into(),
    /// };
    /// assert_eq!(shift.effectiveness().unwrap().oee.round_dp(4).to_string(), "0.7917");
    /// ```
    ///
    /// # Errors
    /// [`NotDefined`] where nothing was planned, or nothing made.
    pub fn effectiveness(&self) -> Result<Effectiveness, NotDefined> {
        let availability = over(self.run, self.planned, "the planned time")?;
        let ideal = times(self.ideal_cycle, self.total)?;
        let performance_uncapped = over(ideal, self.run, "the time it ran")?;
        let performance = performance_uncapped.min(Decimal::ONE);
        let quality = over(self.good, self.total, "the number of pieces")?;
        // From the times themselves, so that nothing is rounded twice.
        let oee = match performance_uncapped <= Decimal::ONE {
            true => over(times(self.ideal_cycle, self.good)?, self.planned, "the planned time")?,
            false => times(availability, quality)?,
        };
        Ok(Effectiveness { availability, performance, performance_uncapped, quality, oee })
    }
}

/// What a pipeline brings a day: how many opportunities, how many of them are won, for how much, in how many days.
///
/// ```
/// use fondaco::company::figures::velocity_per_day;
/// let day = velocity_per_day(100.into(), "0.25".parse()?, 50_000.into(), 60.into()).unwrap();
/// assert_eq!(day.round_dp(2).to_string(), "20833.33");
/// # Ok::<(), rust_decimal::Error>(())
/// ```
///
/// # Errors
/// [`NotDefined`] where a cycle takes no time.
pub fn velocity_per_day(
    opportunities: Decimal,
    win_rate: Decimal,
    deal: Decimal,
    cycle_days: Decimal,
) -> Result<Decimal, NotDefined> {
    let worth = times(times(opportunities, win_rate)?, deal)?;
    over(worth, cycle_days, "the days of a cycle")
}
