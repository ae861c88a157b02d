//! Employees: parties that the company pays.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::input::check_code;
use fondaco_core::party::{KEEP, Party, PartyKind, Private, RegisterParty};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Personal, Record, Value};
use fondaco_core::timeline::{Timeline, TimelineRules};
use fondaco_core::{Act, DateRange, Halt, PartyId, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{StaffError, TermFact, Topic, check_count, rights};
use crate::PayrollError;

/// A party that the company pays. What is said of it over time stands elsewhere.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "payroll_employee", kind = state, key(party), index(by_number(number), unique), guard(all()))]
pub struct Employee {
    /// Who it is.
    pub party: PartyId,
    /// The company's own number for them.
    pub number: SmolStr,
    /// Under which number the tax office knows them.
    pub tax_number: Option<Personal<SmolStr>>,
    /// Since when years of service count, where that is not the first day of the first contract.
    pub senior_since: Option<NaiveDate>,
}

/// The employee who has a number.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// let payroll = payroll();
/// let ada = payroll.view(|view| employee_numbered(view, "1001"))?;
/// assert_eq!(ada.party, employee_party("1001"));
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// [`StaffError::UnknownEmployee`], or a [`Halt`] to be passed on.
pub fn employee_numbered(
    read: &mut impl Reading,
    number: &str,
) -> Result<Arc<Employee>, PayrollError> {
    let number = SmolStr::new(number);
    let found = read.peek_scan(&Range::by(Employee::BY_NUMBER, &number).limit(1))?;
    let unknown = || StaffError::UnknownEmployee { employee: number.clone() };
    Ok(found.into_iter().next().ok_or_else(unknown)?)
}

/// The days on which somebody is employed, by the contracts that are known: one behind the other without a day between is one employment.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// let payroll = payroll();
/// let employed = payroll.view(|view| employments(view, "1001"))?;
/// assert_eq!(employed, ["2026-01-01/2026-12-31".parse().unwrap()]);
/// // A contract that follows on goes on with the employment.
/// let next = Said::Contract(Contract::new("monthly", 20.into()));
/// payroll.send("part time", &RecordTerms::new(vec![NewTerm::from("1001", day("2027-01-01"), next)]))?;
/// let employed = payroll.view(|view| employments(view, "1001"))?;
/// assert_eq!(employed, ["2026-01-01/..".parse().unwrap()]);
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// [`StaffError::UnknownEmployee`], or a [`Halt`] to be passed on.
pub fn employments(read: &mut impl Reading, number: &str) -> Result<Vec<DateRange>, PayrollError> {
    let party = employee_numbered(read, number)?.party;
    let contracts = read.peek_scan(&Range::<TermFact>::by_key(&(party, Topic::Contract)))?;
    let timeline = Timeline::of_rows(TimelineRules::default(), &contracts)?;
    let mut all: Vec<DateRange> = Vec::new();
    for segment in timeline.segments() {
        let joins = |last: &&mut DateRange| {
            last.end()
                .and_then(|end| end.succ_opt())
                .is_some_and(|next| Some(next) == segment.days.start())
        };
        match all.last_mut().filter(joins) {
            Some(last) => *last = last.span(segment.days),
            None => all.push(segment.days),
        }
    }
    Ok(all)
}

/// The employees who have these numbers now, by number, in few trips; the decision rests on each that is found.
pub(crate) fn numbered<'n>(
    tx: &mut Tx<'_>,
    numbers: impl Iterator<Item = &'n SmolStr>,
) -> Result<BTreeMap<SmolStr, Arc<Employee>>, Halt> {
    let mut numbers: Vec<&SmolStr> = numbers.collect();
    numbers.sort();
    numbers.dedup();
    let ranges: Vec<_> =
        numbers.iter().map(|number| Range::by(Employee::BY_NUMBER, *number).limit(1)).collect();
    let ids: Vec<PartyId> =
        tx.peek_scans(&ranges)?.iter().flatten().map(|employee| employee.party).collect();
    let found = tx.get_many::<Employee>(&ids)?.into_iter().flatten();
    Ok(found.map(|employee| (employee.number.clone(), employee)).collect())
}

/// One of those, who has to be there.
pub(crate) fn known<'e>(
    employees: &'e BTreeMap<SmolStr, Arc<Employee>>,
    number: &SmolStr,
) -> Result<&'e Arc<Employee>, StaffError> {
    employees.get(number).ok_or_else(|| StaffError::UnknownEmployee { employee: number.clone() })
}

/// Where a company keeps its employees here, money is owed by and paid to these alone: an id that is none of theirs was mistyped.
pub(crate) fn must_be_employee(tx: &mut Tx<'_>, party: PartyId) -> Result<(), PayrollError> {
    if tx.peek::<Employee>(&party)?.is_some() {
        return Ok(());
    }
    match tx.peek_scan(&Range::<Employee>::all().limit(1))?.is_empty() {
        true => Ok(()),
        false => Err(StaffError::NoEmployee { party }.into()),
    }
}

/// A person to be taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEmployee {
    /// See [`Employee::number`].
    pub number: SmolStr,
    /// Who it is: a person whom the company knows, or whom `person` says; one that comes from the number where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// The person, to be registered where nobody has that id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<NewPerson>,
    /// See [`Employee::tax_number`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<Private<SmolStr>>,
    /// See [`Employee::senior_since`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub senior_since: Option<NaiveDate>,
}

/// What has to be known of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The full name.
    pub name: Private<SmolStr>,
    /// The given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<Private<SmolStr>>,
    /// The family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<Private<SmolStr>>,
    /// The day of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<Private<NaiveDate>>,
    /// The language to write to them in: `de`, `en-GB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<SmolStr>,
}

impl NewEmployee {
    /// A person of this name under a number.
    ///
    /// ```
    /// use fondaco_payroll::staff::NewEmployee;
    /// let ada = NewEmployee::named("1001", "Ada Lovelace").born("1990-12-10".parse()?);
    /// assert!(!format!("{ada:?}").contains("Ada")); // no log shows it
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn named(number: impl Into<SmolStr>, name: impl Into<SmolStr>) -> NewEmployee {
        let person = NewPerson {
            name: Private(name.into()),
            given_name: None,
            family_name: None,
            born: None,
            language: None,
        };
        NewEmployee {
            number: number.into(),
            party: None,
            person: Some(person),
            tax_number: None,
            senior_since: None,
        }
    }

    /// A party that is registered.
    pub fn of(number: impl Into<SmolStr>, party: PartyId) -> NewEmployee {
        let party = Some(party);
        NewEmployee {
            number: number.into(),
            party,
            person: None,
            tax_number: None,
            senior_since: None,
        }
    }

    /// Born on a day.
    #[must_use]
    pub fn born(mut self, day: NaiveDate) -> NewEmployee {
        if let Some(person) = &mut self.person {
            person.born = Some(Private(day));
        }
        self
    }

    /// Written to in a language.
    #[must_use]
    pub fn language(mut self, tag: impl Into<SmolStr>) -> NewEmployee {
        if let Some(person) = &mut self.person {
            person.language = Some(tag.into());
        }
        self
    }

    /// Who it is, by id.
    pub fn id(&self) -> PartyId {
        self.party.unwrap_or_else(|| employee_party(&self.number))
    }
}

/// The id of a person who is taken on without one: it comes from the number.
///
/// ```
/// use fondaco_payroll::staff::{NewEmployee, employee_party};
/// assert_eq!(NewEmployee::named("1001", "Ada Lovelace").id(), employee_party("1001"));
/// ```
pub fn employee_party(number: &str) -> PartyId {
    PartyId::named(&format!("employee/{number}"))
}

/// Takes employees on. One that is there, under the same number and id, is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddEmployees {
    /// The employees, at most 100,000.
    pub employees: Vec<NewEmployee>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl AddEmployees {
    /// Takes all of these on, or none.
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// use fondaco_payroll::Payroll;
    /// use fondaco_payroll::staff::{AddEmployees, NewEmployee};
    /// # use fondaco_store::Memory;
    /// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
    /// let added = payroll.send("ada", &AddEmployees::new(vec![NewEmployee::named("1001", "Ada Lovelace")]))?;
    /// assert_eq!(added.answer.entered, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(employees: Vec<NewEmployee>) -> AddEmployees {
        AddEmployees { employees, taking: Taking::AllOrNothing }
    }
}

impl Act for AddEmployees {
    type Answer = Entered;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, PayrollError> {
        tx.authorize(&Request::new(&rights::KEEP_STAFF))?;
        if self.employees.iter().any(|new| new.person.is_some()) {
            tx.authorize(&Request::new(&KEEP))?; // who is new is registered
        }
        check_count(self.employees.len())?;
        let ids: Vec<PartyId> = self.employees.iter().map(NewEmployee::id).collect();
        let there = numbered(tx, self.employees.iter().map(|new| &new.number))?;
        tx.need::<Employee>(&ids)?;
        tx.need::<Party>(&ids)?;
        let today = tx.today()?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.employees.iter().enumerate() {
                let done = tx.attempt(|tx| add(tx, new, there.get(&new.number), today))?;
                entered.note(at, done);
            }
            Ok(entered)
        })
    }
}

/// Takes one on; whether that is new.
fn add(
    tx: &mut Tx<'_>,
    new: &NewEmployee,
    numbered: Option<&Arc<Employee>>,
    today: NaiveDate,
) -> Result<bool, PayrollError> {
    let (number, party) = (&new.number, new.id());
    check_code("employee number", number)?;
    if let Some(employee) = tx.get::<Employee>(&party)? {
        let other = || StaffError::EmployedAlready {
            employee: number.clone(),
            other: employee.number.clone(),
        };
        return if employee.number == *number { Ok(false) } else { Err(other().into()) };
    }
    let taken = numbered.is_some() || tx.unique(Employee::BY_NUMBER, number)?.is_some();
    if taken {
        return Err(StaffError::NumberTaken { employee: number.clone() }.into());
    }
    let is_to_come = |born: Option<NaiveDate>| match born.filter(|born| *born >= today) {
        Some(born) => {
            let way_out = "it lies in the future: correct the year";
            Err(StaffError::bad(number, "day of birth", born, way_out))
        }
        None => Ok(()),
    };
    is_to_come(new.person.as_ref().and_then(|person| person.born.as_ref()).map(|born| born.0))?;
    let born = register(tx, new, party)?;
    is_to_come(born)?;
    if new.senior_since.is_some_and(|since| born.is_some_and(|born| since <= born)) {
        let since = new.senior_since.unwrap_or_default();
        let way_out = "it lies before the day of birth: correct one of them";
        return Err(StaffError::bad(number, "senior since", since, way_out).into());
    }
    let tax_number = new.tax_number.as_ref().map(|tax| tx.personal(tax.0.clone()));
    let event = Event::new("payroll.employee_added").with("party", Value::Id(party.to_u128()));
    tx.emit(event);
    let senior_since = new.senior_since;
    tx.insert(Employee { party, number: number.clone(), tax_number, senior_since })?;
    Ok(true)
}

/// Registers the person where nobody has the id; the day of birth.
fn register(
    tx: &mut Tx<'_>,
    new: &NewEmployee,
    party: PartyId,
) -> Result<Option<NaiveDate>, PayrollError> {
    if let Some(found) = tx.get::<Party>(&party)? {
        if found.kind != PartyKind::Person || found.is_erased() {
            let way_out = "it is an organisation, or was erased: name a person";
            return Err(StaffError::bad(&new.number, "party", party, way_out).into());
        }
        return Ok(found.born.as_ref().and_then(|born| born.get().copied()));
    }
    let Some(person) = &new.person else {
        let way_out = "nobody has that id: register the person first, or give the name";
        return Err(StaffError::bad(&new.number, "party", party, way_out).into());
    };
    let register = RegisterParty {
        given_name: person.given_name.clone(),
        family_name: person.family_name.clone(),
        born: person.born.clone(),
        language: person.language.clone(),
        ..RegisterParty::person(party, person.name.0.clone())
    };
    register.act(tx)?;
    Ok(person.born.as_ref().map(|born| born.0))
}
