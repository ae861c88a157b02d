//! Who is paid: the real company's people from its files, or those of a demo company; rates, departments, and how often each is paid.

use std::{collections::BTreeMap, error::Error, path::Path};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::common::table::{DataError, read_rows};

/// How often somebody is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Biweekly,
    Monthly,
}

/// Somebody who is paid. What holds from a day on holds until the next such day.
#[derive(Debug, Clone)]
pub struct Person {
    /// The company's number for them.
    pub number: String,
    /// The name: of the real company the log-in, because its names are not in the files.
    pub name: String,
    /// What they do.
    pub title: String,
    /// Whether a year's salary is paid, or hours.
    pub is_salaried: bool,
    pub group: Group,
    pub hired: NaiveDate,
    pub left: Option<NaiveDate>,
    /// Dollars an hour.
    pub rates: Vec<(NaiveDate, Decimal)>,
    /// The department, which is the cost centre.
    pub departments: Vec<(NaiveDate, String)>,
}

impl Person {
    /// What an hour pays on a day, as was known on another: a rise that nobody knew of yet doesn't count.
    pub fn rate_on(&self, day: NaiveDate, known: impl Fn(NaiveDate) -> bool) -> Decimal {
        let held = self.rates.iter().filter(|(from, _)| *from <= day && known(*from));
        held.last().or(self.rates.first()).map_or(Decimal::ZERO, |(_, rate)| *rate)
    }

    /// Where they work on a day.
    pub fn department_on(&self, day: NaiveDate) -> &str {
        let mut held = self.departments.iter().filter(|(from, _)| *from <= day);
        held.next_back().or(self.departments.first()).map_or("", |(_, department)| department)
    }
}

/// A company's people, and what its departments are called.
pub struct People {
    pub company: &'static str,
    pub all: Vec<Person>,
    pub departments: BTreeMap<String, String>,
}

impl People {
    /// Reads the real company's people, or makes a demo company's.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn of(data: Option<&Path>) -> Result<People, Box<dyn Error>> {
        let mut people = match data {
            Some(folder) => read(folder)?,
            None => demo()?,
        };
        people.all.sort_by(|a, b| (a.number.len(), &a.number).cmp(&(b.number.len(), &b.number)));
        people.all.iter_mut().for_each(|person| {
            person.rates.sort();
            person.departments.sort();
        });
        Ok(people)
    }
}

fn read(folder: &Path) -> Result<People, DataError> {
    let rates = read_rows(
        folder,
        "EmployeePayHistory.csv",
        &["BusinessEntityID", "RateChangeDate", "Rate", "PayFrequency"],
        |row| {
            let (from, rate) = (row.date("RateChangeDate")?, row.amount("Rate")?);
            Ok((row.id("BusinessEntityID")?, from, rate, row.id("PayFrequency")?))
        },
    )?;
    let stays = read_rows(
        folder,
        "EmployeeDepartmentHistory.csv",
        &["BusinessEntityID", "DepartmentID", "StartDate"],
        |row| {
            let (from, department) =
                (row.date("StartDate")?, format!("D{:02}", row.id("DepartmentID")?));
            Ok((row.id("BusinessEntityID")?, from, department))
        },
    )?;
    let departments = read_rows(folder, "Department.csv", &["DepartmentID", "Name"], |row| {
        Ok((format!("D{:02}", row.id("DepartmentID")?), row.name("Name")?.to_owned()))
    })?;
    let all = read_rows(
        folder,
        "Employee.csv",
        &["BusinessEntityID", "LoginID", "JobTitle", "HireDate", "SalariedFlag"],
        |row| {
            let id = row.id("BusinessEntityID")?;
            let paid = rates.iter().filter(|(of, ..)| *of == id);
            // 1 is once a month, 2 is every other week.
            let group = match paid.clone().next_back() {
                Some((.., 1)) => Group::Monthly,
                _ => Group::Biweekly,
            };
            let login = row.name("LoginID")?;
            Ok(Person {
                number: id.to_string(),
                name: login.rsplit('\\').next().unwrap_or(login).to_owned(),
                title: row.name("JobTitle")?.to_owned(),
                is_salaried: row.flag("SalariedFlag")?,
                group,
                hired: row.date("HireDate")?,
                left: None,
                rates: paid.map(|(_, from, rate, _)| (*from, *rate)).collect(),
                departments: stays
                    .iter()
                    .filter(|(of, ..)| *of == id)
                    .map(|(_, from, department)| (*from, department.clone()))
                    .collect(),
            })
        },
    )?;
    let departments = departments.into_iter().collect();
    Ok(People { company: "Adventure Works Cycles", all, departments })
}

/// Twenty people of a trading house: some by salary, some by the hour, with rises in the middle of July.
fn demo() -> Result<People, Box<dyn Error>> {
    const NAMES: [&str; 20] = [
        "Ada Weber",
        "Bruno Conti",
        "Carla Diaz",
        "David Okoye",
        "Elena Petrova",
        "Farid Haddad",
        "Grace Liu",
        "Hugo Martin",
        "Ines Silva",
        "Jonas Berg",
        "Kira Novak",
        "Liam Byrne",
        "Mona Rossi",
        "Nils Holm",
        "Olga Ivanova",
        "Paul Meyer",
        "Quentin Roy",
        "Rosa Lopez",
        "Sven Dahl",
        "Tara Singh",
    ];
    const PLACES: [(&str, &str); 4] =
        [("D01", "Sales"), ("D02", "Warehouse"), ("D03", "Production"), ("D04", "Administration")];
    let (hired, rise, moved) =
        ("2011-03-01".parse()?, "2013-07-16".parse()?, "2013-11-14".parse()?);
    let mut all = Vec::with_capacity(NAMES.len());
    for (at, name) in NAMES.into_iter().enumerate() {
        let is_salaried = at % 5 == 0;
        let hourly =
            Decimal::new(if is_salaried { 4_150 } else { 1_850 } + 75 * i64::try_from(at)?, 2);
        let mut rates = vec![(hired, hourly)];
        if (7..=9).contains(&at) {
            rates.push((rise, hourly + Decimal::ONE));
        }
        let mut departments = vec![(hired, PLACES[at % 4].0.to_owned())];
        if at == 13 {
            departments.push((moved, PLACES[3].0.to_owned()));
        }
        all.push(Person {
            number: (101 + at).to_string(),
            name: name.to_owned(),
            title: if is_salaried { "Manager" } else { "Associate" }.to_owned(),
            is_salaried,
            group: if at % 3 == 1 && !is_salaried { Group::Monthly } else { Group::Biweekly },
            hired,
            left: None,
            rates,
            departments,
        });
    }
    let departments = PLACES.map(|(code, name)| (code.to_owned(), name.to_owned()));
    Ok(People { company: "Rialto Trading", all, departments: departments.into() })
}
