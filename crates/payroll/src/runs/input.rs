//! What a slip is computed from: one employee's case for one period, with everything that has to be known besides the rules.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use fondaco_core::{DateRange, Id, PartyId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Value;
use crate::calendars::{Numbering, PayFrequency, TaxBasis, TaxTime};
use crate::rules::PAY_PERIOD;
use crate::staff::PayItem;

/// A value of an input of the rules, as a slip keeps it: texts of choices, days and yes or no; numbers of everything else.
///
/// `Debug` never shows it: values come from tax cards.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PayValue {
    /// `true`, `false`.
    Bool(bool),
    /// Written as the rules read it: `"1250.00"`, `"6.2%"`, `"single"`, `"2025-04-06"`.
    Text(SmolStr),
}

impl std::fmt::Debug for PayValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<told>")
    }
}

impl From<&str> for PayValue {
    fn from(text: &str) -> PayValue {
        PayValue::Text(text.into())
    }
}

impl From<SmolStr> for PayValue {
    fn from(text: SmolStr) -> PayValue {
        PayValue::Text(text)
    }
}

impl From<Decimal> for PayValue {
    fn from(number: Decimal) -> PayValue {
        PayValue::Text(smol_str::format_smolstr!("{}", fondaco_core::decimal::normalize(number)))
    }
}

/// Money and quantities without their unit, which is that of the input.
impl From<Value> for PayValue {
    fn from(value: Value) -> PayValue {
        match value {
            Value::Text(text) => text.into(),
            Value::Number(number) => number.into(),
            Value::Money(money) => money.amount().into(),
            Value::Quantity(quantity) => quantity.amount().into(),
            Value::Rate(rate) => rate.factor().into(),
            Value::Bool(is) => is.into(),
            Value::Date(day) => day.into(),
        }
    }
}

impl From<bool> for PayValue {
    fn from(is: bool) -> PayValue {
        PayValue::Bool(is)
    }
}

impl From<NaiveDate> for PayValue {
    fn from(day: NaiveDate) -> PayValue {
        PayValue::Text(smol_str::format_smolstr!("{day}"))
    }
}

/// Which part of something a cost centre bears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostShare {
    /// The cost centre's code.
    pub centre: SmolStr,
    /// Its weight: shares are in proportion, and need not come to one.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub share: Decimal,
}

/// One thing that is paid or withheld: a salary, hours at a rate, a bonus. Several of one input add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayComponent {
    /// The component's code, which the slip's line is called.
    pub code: SmolStr,
    /// The input of the rules that it feeds.
    pub input: SmolStr,
    /// How much it is, in the input's unit: money, hours.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub amount: Decimal,
    /// Of how much of something, if it is that times a rate.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "fondaco_core::decimal::as_text::option"
    )]
    pub quantity: Option<Decimal>,
    /// In which unit: `hour`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<SmolStr>,
    /// At which rate.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "fondaco_core::decimal::as_text::option"
    )]
    pub rate: Option<Decimal>,
    /// The first day of the period that it belongs to, where that is another than the slip's: retro pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<NaiveDate>,
    /// The one-off item that it is, where it is one that is recorded of the employee: it is paid by one slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Id<PayItem>>,
    /// Which cost centres bear it, where they are not those of the whole slip.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<CostShare>,
}

impl PayComponent {
    /// An amount that feeds an input.
    ///
    /// ```
    /// use fondaco_payroll::runs::PayComponent;
    /// let bonus = PayComponent::new("BONUS", "bonus", "250.00".parse()?);
    /// assert_eq!(bonus.input, "bonus");
    /// # Ok::<(), rust_decimal::Error>(())
    /// ```
    pub fn new(
        code: impl Into<SmolStr>,
        input: impl Into<SmolStr>,
        amount: Decimal,
    ) -> PayComponent {
        PayComponent {
            code: code.into(),
            input: input.into(),
            amount,
            quantity: None,
            unit: None,
            rate: None,
            original: None,
            item: None,
            shares: Vec::new(),
        }
    }

    /// Whether it pays anything, and is pay of the period rather than a one-off item.
    pub(crate) fn is_regular(&self) -> bool {
        self.item.is_none() && !self.amount.is_zero()
    }
}

/// Days of the period on which nothing changes: why an amount is prorated, and where each part belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaySegment {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// What held on these days, in short: a job's code, a rate.
    pub about: SmolStr,
}

/// What of net pay goes to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BankPart {
    /// So much, as far as there is enough.
    Amount(#[serde(with = "fondaco_core::decimal::as_text")] Decimal),
    /// So many per cent.
    Percent(#[serde(with = "fondaco_core::decimal::as_text")] Decimal),
    /// All that is left; the last one takes it whether it says so or not.
    Rest,
}

/// An account that is paid to. Its number stays where the employee's data are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankShare {
    /// What it is known by, the same for everybody who uses the same account.
    pub account: SmolStr,
    /// How much of net pay goes there.
    pub part: BankPart,
}

/// Something that a person should look at before the slip is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputWarning {
    /// Which sort of thing: `missing_card`, `leaver_paid`.
    pub code: SmolStr,
    /// What it is about, in people's words, without a name.
    pub about: SmolStr,
}

/// An employee's case for one period: what is told to the rules, and where its parts come from and go to.
///
/// ```
/// use fondaco_core::PartyId;
/// use fondaco_payroll::runs::{PayComponent, PayInput};
/// let input = PayInput::new(PartyId::named("ada"), "1001", "2026-01-01/2026-01-31".parse()?, "2026-01-30".parse()?, "estonia")
///     .with("pension_rate", "2%")
///     .component(PayComponent::new("SALARY", "salary", "2000.00".parse()?));
/// assert_eq!(input.year("calendar_year"), Some(2026));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PayInput {
    /// Who is paid.
    pub employee: PartyId,
    /// The company's own number for them, which errors and reports say instead of a name.
    pub number: SmolStr,
    /// The first day of the period that is paid.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// The day on which it is paid.
    pub pay_date: NaiveDate,
    /// Which rules: the code of a stored rule book, or a shipped set's name; `united_states+california` are the federal ones and a state's.
    pub rules: SmolStr,
    /// The day whose rules hold: the pay date, unless the law goes by the period that is worked.
    pub rules_on: NaiveDate,
    /// What the rules are told, besides what components feed. Stored slips keep it [apart](super::Told), as it is personal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<SmolStr, PayValue>,
    /// What is paid and withheld.
    #[serde(default)]
    pub components: Vec<PayComponent>,
    /// Which year each kind of year-to-date sum counts to: of `calendar_year`, `tax_year` and so on, as rules say `over`.
    #[serde(default)]
    pub years: BTreeMap<SmolStr, i32>,
    /// Where the period is cut.
    #[serde(default)]
    pub segments: Vec<PaySegment>,
    /// Which cost centres bear the slip.
    #[serde(default)]
    pub shares: Vec<CostShare>,
    /// Where net pay goes; personal, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bank: Vec<BankShare>,
    /// Whether it is the pay of its period though its run is off-cycle or final: of who has no slip of the regular run. Cases of retro pay
    /// stand for it, and no other slip pays these days.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pays_period: bool,
    /// By which law its pay belongs to a tax year and a tax period; where it is not said that of the shipped rules, or what
    /// [`rules_on`](PayInput::rules_on) lets guess: the day of payment where both are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxTime>,
    /// Of retro pay: the first days of the periods that it made good by cases of their own, without which no later retro pay knows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made_good: Vec<NaiveDate>,
    /// Of retro pay: the one-off items of those periods that no slip paid before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Id<PayItem>>,
    /// How much is paid out in any case, before loans, orders and arrears take anything.
    #[serde(default, with = "fondaco_core::decimal::as_text")]
    pub net_floor: Decimal,
    /// What should be looked at before the slip is approved.
    #[serde(default)]
    pub warnings: Vec<InputWarning>,
}

impl PayInput {
    /// A case with nothing said yet, under the rules of the pay date, whose calendar year is that of the pay date. The tax year of the shipped
    /// rules `united_kingdom` is the one from 6 April on in which it lies; that of other rules [has to be said](PayInput::in_year), as far as
    /// they sum anything up over it.
    pub fn new(
        employee: PartyId,
        number: impl Into<SmolStr>,
        period: DateRange,
        pay_date: NaiveDate,
        rules: impl Into<SmolStr>,
    ) -> PayInput {
        let rules = rules.into();
        let british = (super::base(&rules) == "united_kingdom")
            .then(|| TaxTime::united_kingdom().year_of(pay_date))
            .flatten()
            .map(|year| ("tax_year", year));
        let years = [Some(("calendar_year", pay_date.year())), british].into_iter().flatten();
        PayInput {
            employee,
            number: number.into(),
            from: period.start().unwrap_or(pay_date),
            to: period.end().unwrap_or(pay_date),
            pay_date,
            rules,
            rules_on: pay_date,
            values: BTreeMap::new(),
            components: Vec::new(),
            years: years.map(|(over, year)| (over.into(), year)).collect(),
            segments: Vec::new(),
            shares: Vec::new(),
            bank: Vec::new(),
            pays_period: false,
            tax: None,
            made_good: Vec::new(),
            items: Vec::new(),
            net_floor: Decimal::ZERO,
            warnings: Vec::new(),
        }
    }

    /// The same, with a value for an input of the rules.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_payroll::runs::{PayComponent, PayInput};
    /// let case = PayInput::new(PartyId::named("ada"), "1001", "2026-01-01/2026-01-31".parse()?, "2026-01-30".parse()?, "estonia");
    /// let case = case.with("pension_rate", "4%").with("exempts", false);
    /// assert_eq!(case.values["pension_rate"], "4%".into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with(mut self, input: impl Into<SmolStr>, value: impl Into<PayValue>) -> PayInput {
        self.values.insert(input.into(), value.into());
        self
    }

    /// The same, with something that is paid or withheld besides.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_payroll::runs::{PayComponent, PayInput};
    /// let case = PayInput::new(PartyId::named("ada"), "1001", "2026-01-01/2026-01-31".parse()?, "2026-01-30".parse()?, "estonia");
    /// let bonus = PayComponent::new("BONUS", "salary", 250.into());
    /// let case = case.component(PayComponent::new("SALARY", "salary", 2000.into())).component(bonus);
    /// assert_eq!(case.components.len(), 2); // the input is 2,250, and the slip has both lines
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn component(mut self, component: PayComponent) -> PayInput {
        self.components.push(component);
        self
    }

    /// The same, with sums over `over` counting to this year: the tax year that begins in 2025 is 2025.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_payroll::runs::{PayComponent, PayInput};
    /// let case = PayInput::new(PartyId::named("ada"), "1001", "2026-01-01/2026-01-31".parse()?, "2026-01-30".parse()?, "estonia");
    /// let case = case.in_year("tax_year", 2025); // of the year that begins in 2025
    /// assert_eq!(case.year("tax_year"), Some(2025));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_year(mut self, over: impl Into<SmolStr>, year: i32) -> PayInput {
        self.years.insert(over.into(), year);
        self
    }

    /// The same, as the pay of its period, for an off-cycle run: of who was left out of the regular one.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_payroll::runs::{PayComponent, PayInput};
    /// let case = PayInput::new(PartyId::named("ada"), "1001", "2026-01-01/2026-01-31".parse()?, "2026-01-30".parse()?, "estonia");
    /// assert!(case.in_place_of_regular().pays_period);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_place_of_regular(mut self) -> PayInput {
        self.pays_period = true;
        self
    }

    /// The same, paid on another day. Where the law goes by the day of payment, rules, years and tax period are those of that day; where it goes
    /// by the period, they stay.
    #[must_use]
    pub(crate) fn paid_on(self, day: NaiveDate) -> PayInput {
        match self.tax_time().basis {
            TaxBasis::PeriodEnd => PayInput { pay_date: day, ..self },
            TaxBasis::PayDate | TaxBasis::RegularPayDate => self.into_pay_of(day),
        }
    }

    /// The same as pay of another day, by the law, the years and the tax period of that, whatever the law says of pay of a period.
    #[must_use]
    pub(crate) fn into_pay_of(mut self, day: NaiveDate) -> PayInput {
        if day == self.pay_date {
            return self;
        }
        let tax = self.tax_time();
        let before = self.rules_on;
        for (over, year) in &mut self.years {
            let of = |day: NaiveDate| match over.as_str() {
                "calendar_year" => Some(day.year()),
                "tax_year" => self.tax.unwrap_or(TaxTime::united_kingdom()).year_of(day),
                _ => None,
            };
            // A year that is reckoned in another way is not known here.
            if of(before) == Some(*year) {
                *year = of(day).unwrap_or(*year);
            }
        }
        if tax.numbering == Numbering::FromYearStart && self.values.contains_key("period") {
            let frequency = match self.values.get("frequency") {
                Some(PayValue::Text(word)) => PayFrequency::of_word(word),
                _ => None,
            };
            // Pay that is rarer than monthly counts by months, too.
            let number = tax.number_of(day, frequency.unwrap_or(PayFrequency::Monthly));
            let number = number.map(|number| Decimal::from(number).into());
            self.values.extend(number.map(|number| ("period".into(), number)));
        }
        (self.rules_on, self.pay_date) = (day, day);
        self
    }

    fn tax_time(&self) -> TaxTime {
        let basis = match self.rules_on == self.pay_date {
            true => TaxBasis::PayDate,
            false => TaxBasis::PeriodEnd,
        };
        self.tax.unwrap_or_else(|| match super::base(&self.rules) {
            "united_kingdom" => TaxTime::united_kingdom(),
            "germany" => TaxTime::germany(),
            _ => TaxTime { basis, ..TaxTime::united_states() },
        })
    }

    /// The year that sums over `over` count to. What slips of the same days have together is summed over `pay_period`, which is told by its
    /// first day: 20260101.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_payroll::runs::{PayComponent, PayInput};
    /// let case = PayInput::new(PartyId::named("ada"), "1001", "2026-01-01/2026-01-31".parse()?, "2026-01-30".parse()?, "estonia");
    /// assert_eq!(case.year("calendar_year"), Some(2026));
    /// assert_eq!(case.year("pay_period"), Some(20_260_101));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn year(&self, over: &str) -> Option<i32> {
        let said = self.years.get(over).copied();
        let day = i32::try_from(self.from.month0() * 100 + 100 + self.from.day()).ok();
        let period = (over == PAY_PERIOD).then(|| Some(self.from.year() * 10_000 + day?));
        said.or(period.flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn case(rules: &str, month: &str, paid: &str) -> PayInput {
        let days = month.parse().unwrap();
        PayInput::new(PartyId::named("ada"), "1", days, d(paid), rules)
    }

    fn text(case: &PayInput, name: &str) -> String {
        match case.values.get(name) {
            Some(PayValue::Text(text)) => text.to_string(),
            _ => String::new(),
        }
    }

    #[test]
    fn british_pay_of_another_day_is_of_the_tax_month_of_that_day() {
        let paid = |month: &str, first: &str, period: &str, then: &str| {
            let case = case("united_kingdom", month, first)
                .with("frequency", "monthly")
                .with("period", period);
            let case = case.paid_on(d(then));
            (case.rules_on, case.year("tax_year"), text(&case, "period"))
        };
        // Earnings of June, month 3, that are put right in September.
        let june = paid("2026-06-01/2026-06-30", "2026-06-30", "3", "2026-09-30");
        assert_eq!(june, (d("2026-09-30"), Some(2026), "6".into()));
        let march = paid("2027-03-01/2027-03-31", "2027-03-31", "12", "2027-04-30");
        assert_eq!(march, (d("2027-04-30"), Some(2027), "1".into()));
        let week = case("united_kingdom", "2026-06-01/2026-06-07", "2026-06-12")
            .with("frequency", "weekly")
            .with("period", "10")
            .paid_on(d("2026-06-26"));
        assert_eq!(text(&week, "period"), "12");
        // A regular pay day that a holiday moved before the year's turn counts to the new year, and goes on to.
        let mut easter =
            case("united_kingdom", "2026-03-01/2026-03-31", "2026-04-02").with("period", "1");
        (easter.rules_on, easter.tax) = (d("2026-04-06"), Some(TaxTime::united_kingdom()));
        let easter = easter.in_year("tax_year", 2026);
        assert_eq!(easter.clone().paid_on(d("2026-04-02")), easter);
        assert_eq!(easter.paid_on(d("2026-05-06")).year("tax_year"), Some(2026));
    }

    #[test]
    fn german_wages_stay_of_the_period_that_they_are_for() {
        for paid in ["2025-12-31", "2025-12-29"] {
            let december = case("germany", "2025-12-01/2025-12-31", paid);
            let later = december.clone().paid_on(d("2026-01-30"));
            assert_eq!((later.rules_on, later.year("calendar_year")), (d(paid), Some(2025)));
            // As pay of now they are of now.
            let now = december.into_pay_of(d("2026-01-30"));
            assert_eq!((now.rules_on, now.year("calendar_year")), (d("2026-01-30"), Some(2026)));
        }
        let american = case("united_states", "2025-12-01/2025-12-31", "2025-12-31");
        assert_eq!(american.paid_on(d("2026-01-30")).year("calendar_year"), Some(2026));
    }
}
