//! Changing what is said of an employee for good.

use chrono::NaiveDate;
use fondaco_core::input::check_code;
use fondaco_core::party::Private;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Employee, StaffError, known, numbered, rights};
use crate::PayrollError;

/// Changes an employee's number, tax number, or since when years of service count. What is left out stays. What a person is called is said
/// of the party ([`ChangeParty`](fondaco_core::party::ChangeParty)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeEmployee {
    /// The employee's number.
    pub employee: SmolStr,
    /// Another number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<SmolStr>,
    /// See [`Employee::tax_number`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<Private<SmolStr>>,
    /// See [`Employee::senior_since`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub senior_since: Option<NaiveDate>,
}

impl ChangeEmployee {
    /// Changes nothing yet.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let payroll = payroll();
    /// let taken = ChangeEmployee { number: Some("1002".into()), ..ChangeEmployee::new("1001") };
    /// assert_eq!(payroll.send("taken", &taken).unwrap_err().code(), "payroll.number_taken");
    /// let free = ChangeEmployee { number: Some("2001".into()), ..ChangeEmployee::new("1001") };
    /// payroll.send("free", &free)?;
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn new(employee: impl Into<SmolStr>) -> ChangeEmployee {
        let employee = employee.into();
        ChangeEmployee { employee, number: None, tax_number: None, senior_since: None }
    }
}

impl Act for ChangeEmployee {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        tx.authorize(&Request::new(&rights::KEEP_STAFF))?;
        let both = std::iter::once(&self.employee).chain(&self.number);
        let employees = numbered(tx, both)?;
        let employee = known(&employees, &self.employee)?;
        let mut changed = employee.as_ref().clone();
        if let Some(number) = &self.number {
            check_code("employee number", number)?;
            let holder = employees.get(number).cloned();
            let holder = holder.or(tx.unique(Employee::BY_NUMBER, number)?);
            if holder.is_some_and(|holder| holder.party != employee.party) {
                return Err(StaffError::NumberTaken { employee: number.clone() }.into());
            }
            changed.number = number.clone();
        }
        if let Some(tax) = &self.tax_number {
            changed.tax_number = Some(tx.personal(tax.0.clone()));
        }
        changed.senior_since = self.senior_since.or(changed.senior_since);
        let party = Value::Id(employee.party.to_u128());
        tx.emit(Event::new("payroll.employee_changed").with("party", party));
        Ok(tx.put(changed)?)
    }
}
