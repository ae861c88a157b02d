//! Standard cost against actual cost, by cause.
//!
//! The textbook form (C. T. Horngren, S. M. Datar and M. Rajan, *Cost Accounting: A Managerial Emphasis*, ch. 7 and 8), all of it exact:
//! above zero is unfavourable, a cost above the standard, below zero favourable.

use fondaco_core::report::{Column, Kind, Report, Row, word};
use rust_decimal::Decimal;

use crate::KernelError;
use crate::exact::{mul, not_negative, sub, sum};

/// What was planned and what happened, for one product and period. What is left at zero has no variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StandardCost {
    /// The standard price of a unit of material.
    pub standard_price: Decimal,
    /// What it cost in fact.
    pub actual_price: Decimal,
    /// How much material was bought.
    pub quantity_purchased: Decimal,
    /// How much material the output should have taken.
    pub standard_quantity_allowed: Decimal,
    /// How much it took.
    pub actual_quantity_used: Decimal,
    /// The standard rate of an hour of labour.
    pub standard_rate: Decimal,
    /// What an hour cost in fact.
    pub actual_rate: Decimal,
    /// How many hours were worked.
    pub actual_hours: Decimal,
    /// How many hours the output should have taken.
    pub standard_hours_allowed: Decimal,
    /// The standard rate of variable overhead for an hour.
    pub variable_overhead_rate: Decimal,
    /// The variable overhead in fact.
    pub actual_variable_overhead: Decimal,
    /// The fixed overhead that was planned.
    pub fixed_overhead_budget: Decimal,
    /// What of it an hour is to absorb.
    pub fixed_overhead_rate: Decimal,
    /// The fixed overhead in fact.
    pub actual_fixed_overhead: Decimal,
}

/// The variances, by cause: above zero is unfavourable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variances {
    /// Material was dearer than standard; of all that was bought.
    pub purchase_price: Decimal,
    /// More material was used than the output allows, at the standard price.
    pub material_usage: Decimal,
    /// Hours were dearer than standard.
    pub labour_rate: Decimal,
    /// More hours were worked than the output allows, at the standard rate.
    pub labour_efficiency: Decimal,
    /// Variable overhead cost more than the hours worked allow.
    pub variable_overhead_spending: Decimal,
    /// More hours were worked than the output allows, at the rate of variable overhead.
    pub variable_overhead_efficiency: Decimal,
    /// Fixed overhead cost more than planned.
    pub fixed_overhead_spending: Decimal,
    /// The output absorbed less fixed overhead than planned.
    pub fixed_overhead_volume: Decimal,
}

impl StandardCost {
    /// The variances by cause.
    ///
    /// # Errors
    /// When a figure is below zero, or an exact product has no room in 28 digits.
    ///
    /// ```
    /// use fondaco_inventory::ordering::StandardCost;
    /// use rust_decimal::Decimal;
    /// let cost = StandardCost {
    ///     standard_price: 2.into(),
    ///     actual_price: Decimal::new(22, 1),
    ///     quantity_purchased: 5000.into(),
    ///     standard_quantity_allowed: 4600.into(),
    ///     actual_quantity_used: 4800.into(),
    ///     ..StandardCost::default()
    /// };
    /// let variances = cost.variances()?;
    /// assert_eq!((variances.purchase_price, variances.material_usage), (1000.into(), 400.into()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn variances(&self) -> Result<Variances, KernelError> {
        self.checked()?;
        let more = |what, actual, standard, at| mul(what, sub(what, actual, standard)?, at);
        let (hours, allowed) = (self.actual_hours, self.standard_hours_allowed);
        let (price, rate) = (self.standard_price, self.standard_rate);
        let variable = mul("variable_overhead_rate", hours, self.variable_overhead_rate)?;
        let absorbed = mul("fixed_overhead_rate", allowed, self.fixed_overhead_rate)?;
        Ok(Variances {
            purchase_price: more(
                "purchase_price",
                self.actual_price,
                price,
                self.quantity_purchased,
            )?,
            material_usage: more(
                "material_usage",
                self.actual_quantity_used,
                self.standard_quantity_allowed,
                price,
            )?,
            labour_rate: more("labour_rate", self.actual_rate, rate, hours)?,
            labour_efficiency: more("labour_efficiency", hours, allowed, rate)?,
            variable_overhead_spending: sub(
                "variable_overhead_spending",
                self.actual_variable_overhead,
                variable,
            )?,
            variable_overhead_efficiency: more(
                "variable_overhead_efficiency",
                hours,
                allowed,
                self.variable_overhead_rate,
            )?,
            fixed_overhead_spending: sub(
                "fixed_overhead_spending",
                self.actual_fixed_overhead,
                self.fixed_overhead_budget,
            )?,
            fixed_overhead_volume: sub(
                "fixed_overhead_volume",
                self.fixed_overhead_budget,
                absorbed,
            )?,
        })
    }

    fn checked(&self) -> Result<(), KernelError> {
        let figures = [
            ("standard_price", self.standard_price),
            ("actual_price", self.actual_price),
            ("quantity_purchased", self.quantity_purchased),
            ("standard_quantity_allowed", self.standard_quantity_allowed),
            ("actual_quantity_used", self.actual_quantity_used),
            ("standard_rate", self.standard_rate),
            ("actual_rate", self.actual_rate),
            ("actual_hours", self.actual_hours),
            ("standard_hours_allowed", self.standard_hours_allowed),
            ("variable_overhead_rate", self.variable_overhead_rate),
            ("actual_variable_overhead", self.actual_variable_overhead),
            ("fixed_overhead_budget", self.fixed_overhead_budget),
            ("fixed_overhead_rate", self.fixed_overhead_rate),
            ("actual_fixed_overhead", self.actual_fixed_overhead),
        ];
        figures.into_iter().try_for_each(|(field, value)| not_negative(field, value).map(drop))
    }
}

impl Variances {
    /// Each variance with what it is called, in order of the fields.
    #[must_use]
    pub fn by_cause(&self) -> [(&'static str, Decimal); 8] {
        [
            ("Purchase price", self.purchase_price),
            ("Material usage", self.material_usage),
            ("Labour rate", self.labour_rate),
            ("Labour efficiency", self.labour_efficiency),
            ("Variable overhead, spending", self.variable_overhead_spending),
            ("Variable overhead, efficiency", self.variable_overhead_efficiency),
            ("Fixed overhead, spending", self.fixed_overhead_spending),
            ("Fixed overhead, volume", self.fixed_overhead_volume),
        ]
    }

    /// All of them together.
    ///
    /// # Errors
    /// When the exact sum has no room in 28 digits.
    ///
    /// ```
    /// use fondaco_inventory::ordering::StandardCost;
    /// let cost = StandardCost { actual_fixed_overhead: 3.into(), ..StandardCost::default() };
    /// assert_eq!(cost.variances()?.total()?, 3.into());
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn total(&self) -> Result<Decimal, KernelError> {
        sum("total", self.by_cause().map(|(_, value)| value))
    }

    /// The variances as text, HTML and tables show them; `money` says what they are amounts of.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_core::report::Kind;
    /// use fondaco_inventory::ordering::StandardCost;
    /// let cost = StandardCost { actual_fixed_overhead: 3.into(), ..StandardCost::default() };
    /// let report = cost.variances()?.to_report(Kind::Amount(Currency::EUR));
    /// assert!(report.to_csv().contains("\"Fixed overhead, spending\",3.00"));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn to_report(&self, money: Kind) -> Report {
        let columns =
            [Column::text(word("Cause")).naming_rows(), Column::new(word("Unfavourable"), money)];
        let mut report = Report::new(word("Variances from standard cost")).columns(columns);
        for (cause, value) in self.by_cause() {
            report.push(Row::new([word(cause), value.into()]));
        }
        if let Ok(total) = self.total() {
            report.push(Row::total([word("Total"), total.into()]));
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_figure_below_zero_is_refused_by_name() {
        let cost = StandardCost { actual_hours: (-1).into(), ..StandardCost::default() };
        let error = cost.variances().unwrap_err();
        assert_eq!(error.to_string(), "actual_hours is -1: give zero or a number above it");
    }

    proptest! {
        /// Where all that is bought is used, the variances lead from the standard cost of the output to the actual cost.
        #[test]
        fn the_variances_explain_the_whole_difference(figures in prop::array::uniform13(0i64..100_000)) {
            let [sp, ap, used, sq, sr, ar, hours, allowed, vr, av, budget, fr, af] =
                figures.map(|figure| Decimal::new(figure, 2));
            let cost = StandardCost {
                standard_price: sp, actual_price: ap, quantity_purchased: used,
                standard_quantity_allowed: sq, actual_quantity_used: used, standard_rate: sr, actual_rate: ar,
                actual_hours: hours, standard_hours_allowed: allowed, variable_overhead_rate: vr,
                actual_variable_overhead: av, fixed_overhead_budget: budget, fixed_overhead_rate: fr,
                actual_fixed_overhead: af,
            };
            let actual = ap * used + ar * hours + av + af;
            let standard = sp * sq + (sr + vr + fr) * allowed;
            prop_assert_eq!(cost.variances().unwrap().total().unwrap(), actual - standard);
        }
    }
}
