//! What is told of one employee: values by name, each checked as it comes in.

use chrono::{Datelike, NaiveDate};
use fondaco_core::{Money, Quantity, Rate, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{InputSlot, Program};
use crate::PayError;
use crate::rules::names_like;
use crate::units::{Type, Units};

/// A value of an input, as hosts have it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Read as the input's type is written: `"1250.00"`, `"6.2%"`, `"single"`, `"2025-04-06"`, `"true"`.
    Text(SmolStr),
    /// A number of the input's unit.
    Number(Decimal),
    /// Money, of the rules' currency.
    Money(Money),
    /// A quantity: hours, days, pieces.
    Quantity(Quantity),
    /// A share.
    Rate(Rate),
    /// Yes or no.
    Bool(bool),
    /// A day.
    Date(NaiveDate),
}

/// An employee's inputs for one period.
///
/// Giving a wrong value is no error yet: it is one when the case is run, so that in a batch the other employees are still computed.
#[derive(Clone, Debug)]
pub struct Case<'p> {
    pub(crate) program: &'p Program,
    pub(crate) employee: SmolStr,
    /// One for each input, in its smallest digits.
    pub(crate) values: Vec<Option<i64>>,
    pub(crate) wrong: Option<PayError>,
}

impl Program {
    /// A case of an employee, with nothing said yet. The name is what errors tell: give an id, where no person should be known from a log.
    #[must_use]
    pub fn case(&self, employee: &str) -> Case<'_> {
        Case {
            program: self,
            employee: employee.into(),
            values: vec![None; self.inputs.len()],
            wrong: None,
        }
    }

    /// The input of a name.
    pub(crate) fn slot(&self, employee: &str, name: &str) -> Result<usize, PayError> {
        let found = self.inputs.iter().position(|input| input.name == name);
        found.ok_or_else(|| PayError::UnknownInput {
            employee: employee.into(),
            field: name.into(),
            like: names_like(name, self.inputs()),
        })
    }
}

impl<'p> Case<'p> {
    /// The same with a value. Of several that are wrong the first is told.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let case = program.case("Ada").with("salary", "2000").with("pension_rate", "4%");
    /// assert_eq!(program.run(&case)?.amount("pension")?, 80.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Case<'p> {
        self.set(name, value);
        self
    }

    /// Says a value, instead of the one said before.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let mut case = program.case("Ada");
    /// for salary in [1000, 2000] {
    ///     case.set("salary", salary); // once more is in place of what was told before
    ///     assert_eq!(program.run(&case)?.gross()?, salary.into());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let set = self.program.slot(&self.employee, name).and_then(|at| {
            let input = &self.program.inputs[at];
            self.values[at] = Some(input.take(&self.employee, &value.into(), self.program)?);
            if let Some((count, row)) = input.row {
                self.reaches(count, row.into());
            }
            Ok(())
        });
        if let Err(error) = set {
            self.wrong.get_or_insert(error);
        }
    }

    /// Makes a list at least so long as a row that was given of it.
    fn reaches(&mut self, count: super::Reg, row: i64) {
        let at = self.program.inputs.iter().position(|input| input.reg == count);
        if let Some(rows) = at.and_then(|at| self.values.get_mut(at)) {
            *rows = Some(rows.unwrap_or_default().max(row));
        }
    }

    /// The same with another row of a list, by its columns.
    ///
    /// ```
    /// use fondaco_payroll::RuleSet;
    /// let rules = RuleSet::from_toml(r#"
    /// name = "demo"
    /// currency = "USD"
    /// [[list]]
    /// name = "shift"
    /// most = 7
    /// columns = [{ name = "worked", type = "hour", min = 0 }, { name = "hourly", type = "money/hour", digits = 2 }]
    /// [[rule]]
    /// name = "pay"
    /// kind = "earning"
    /// formula = "round(sum(shift, worked * hourly), 2, half_up)"
    /// "#)?;
    /// let program = rules.on("2026-01-01".parse()?)?;
    /// let case = program.case("Ada").row("shift", [("worked", "8"), ("hourly", "20.00")]);
    /// let slip = program.run(&case.row("shift", [("worked", "4.5"), ("hourly", "30.00")]))?;
    /// assert_eq!(slip.amount("pay")?.to_string(), "295");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn row<V: Into<Value>>(
        mut self,
        list: &str,
        columns: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Case<'p> {
        let count = format!("{list}.rows");
        let rows = self.program.inputs.iter().position(|input| input.name == count);
        let rows = rows.and_then(|at| self.values[at]).unwrap_or_default() + 1;
        // One row more than there may be is refused here.
        self.set(&count, Decimal::from(rows));
        for (column, value) in columns {
            self.set(&format!("{list}.{rows}.{column}"), value);
        }
        self
    }

    /// Whose it is.
    #[must_use]
    pub fn employee(&self) -> &str {
        &self.employee
    }
}

impl InputSlot {
    /// A value in the input's smallest digits, if it is one that the input may have.
    pub(crate) fn take(
        &self,
        employee: &str,
        value: &Value,
        program: &Program,
    ) -> Result<i64, PayError> {
        let read = self.read(value, program).map_err(|way_out| PayError::BadInput {
            employee: employee.into(),
            field: self.name.clone(),
            value: value.shown(),
            wanted: format!("{}: {way_out}", self.of),
        })?;
        let out = self.least.is_some_and(|least| i128::from(read) < least)
            || self.most.is_some_and(|most| i128::from(read) > most);
        match out {
            true => Err(PayError::InputOutOfRange {
                employee: employee.into(),
                field: self.name.clone(),
                value: value.shown(),
                wanted: self.range(),
            }),
            false => Ok(read),
        }
    }

    /// `0 or more`, `from 1 to 53`.
    fn range(&self) -> String {
        let shown = |units: i128| {
            decimal::from_fixed(i64::try_from(units).unwrap_or_default(), self.digits.into())
                .to_string()
        };
        match (self.least, self.most) {
            (Some(least), Some(most)) => format!("{} to {}", shown(least), shown(most)),
            (Some(least), None) => format!("{} or more", shown(least)),
            (None, Some(most)) => format!("{} or less", shown(most)),
            (None, None) => "any".to_owned(),
        }
    }

    fn read(&self, value: &Value, program: &Program) -> Result<i64, String> {
        match (value, &self.of) {
            (Value::Text(text), of) => {
                let read = crate::rules::read_text(text, of, &self.values)?;
                self.scaled(read.units, read.digits.into())
            }
            (Value::Number(number), Type::Number(_)) => self.decimal(*number),
            (Value::Rate(rate), Type::Number(units)) if units.is_none() => {
                self.decimal(rate.factor())
            }
            (Value::Money(money), of) if of.is_money() => {
                match money.currency() == program.currency {
                    true => self.decimal(money.amount()),
                    false => {
                        Err(format!("these rules are in {}: convert it first", program.currency))
                    }
                }
            }
            (Value::Quantity(quantity), Type::Number(units)) => match unit(*quantity) == *units {
                true => self.decimal(quantity.amount()),
                false => Err(format!("convert it to {units} first")),
            },
            (Value::Bool(is), Type::Bool) => Ok(i64::from(*is)),
            (Value::Date(date), Type::Date) => Ok(date.num_days_from_ce().into()),
            (_, of) => Err(format!("give a value of type {of}")),
        }
    }

    fn decimal(&self, number: Decimal) -> Result<i64, String> {
        let number = decimal::normalize(number);
        self.scaled(number.mantissa(), number.scale())
    }

    fn scaled(&self, units: i128, digits: u32) -> Result<i64, String> {
        let more = u32::from(self.digits).checked_sub(digits);
        let more = more
            .ok_or_else(|| format!("give no more than {} digits behind the point", self.digits))?;
        let units = 10_i128.checked_pow(more).and_then(|power| units.checked_mul(power));
        units.and_then(|units| i64::try_from(units).ok()).ok_or_else(|| {
            "give one below 9 million million million of its smallest digits".to_owned()
        })
    }
}

/// The unit of a quantity, as rules call it.
fn unit(quantity: Quantity) -> Units {
    let code = quantity.unit().to_string();
    let name = match code.as_str() {
        "h" => "hour",
        "d" => "day",
        "wk" => "week",
        "pcs" => "piece",
        "km" => "kilometre",
        "mi" => "mile",
        other => other,
    };
    Units::one(name)
}

impl Value {
    fn shown(&self) -> String {
        match self {
            Value::Text(text) => text.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Money(money) => money.to_string(),
            Value::Quantity(quantity) => quantity.to_string(),
            Value::Rate(rate) => rate.to_string(),
            Value::Bool(is) => is.to_string(),
            Value::Date(date) => date.to_string(),
        }
    }
}

macro_rules! values {
    ($($from:ty => |$value:ident| $to:expr),* $(,)?) => {
        $(impl From<$from> for Value {
            fn from($value: $from) -> Value {
                $to
            }
        })*
    };
}

values! {
    &str => |text| Value::Text(text.into()),
    String => |text| Value::Text(text.into()),
    SmolStr => |text| Value::Text(text),
    Decimal => |number| Value::Number(number),
    i32 => |number| Value::Number(number.into()),
    i64 => |number| Value::Number(number.into()),
    u32 => |number| Value::Number(number.into()),
    Money => |money| Value::Money(money),
    Quantity => |quantity| Value::Quantity(quantity),
    Rate => |rate| Value::Rate(rate),
    bool => |is| Value::Bool(is),
    NaiveDate => |date| Value::Date(date),
}
