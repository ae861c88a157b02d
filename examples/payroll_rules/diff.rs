//! Two files of rules, or one on two days: what they say otherwise, and whose pay it changes.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use fondaco::core::report::{Column, Locale, Page, Report, Row};
use fondaco::payroll::{Cause, PayError, Program};
use rust_decimal::Decimal;

use super::command::Diff;
use super::explain;

/// More cases than anybody reads are a slip of the pen in a range.
const MOST_CASES: usize = 100_000;

/// Inputs with their values, and whose they are.
struct Person {
    name: String,
    inputs: Vec<(String, String)>,
}

/// Prints both reports, and writes them as a page, if one is wanted.
pub fn diff(out: &mut dyn Write, what: &Diff) -> Result<(), Box<dyn Error>> {
    let ((old, before), (new, after)) = (super::rules(&what.before)?, super::rules(&what.after)?);
    let title =
        format!("{} on {} and {} on {}", before.name(), before.day(), after.name(), after.day());
    let changed = old.changed(before.day(), &new, after.day());
    let mut reports = vec![said_otherwise(&title, &changed)];
    let people = people(what)?;
    if !people.is_empty() {
        reports.push(pay_changed(&before, &after, &people)?);
    }
    let mut page = Page::new(title);
    for report in reports {
        writeln!(out, "{report}")?;
        page = page.report(report);
    }
    if let Some(file) = &what.html {
        std::fs::write(file, page.to_html(&Locale::en()))
            .map_err(|error| format!("{}: {error}", file.display()))?;
        writeln!(out, "The page is {}", file.display())?;
    }
    Ok(())
}

fn said_otherwise(title: &str, changed: &[Cause]) -> Report {
    let columns =
        [Column::text("What").naming_rows(), Column::text("Before"), Column::text("After")];
    let mut report = Report::new(title).columns(columns);
    for cause in changed {
        let cells = [cause.what.as_str(), cause.before.as_str(), cause.after.as_str()];
        report.push(Row::new(cells.map(Into::into)));
    }
    match changed.is_empty() {
        true => report.note("Nothing is said otherwise."),
        false => report,
    }
}

/// One row for everybody of whose components one is another amount, or who can't be computed.
fn pay_changed(
    before: &Program,
    after: &Program,
    people: &[Person],
) -> Result<Report, Box<dyn Error>> {
    let columns = [
        Column::text("Case").naming_rows(),
        Column::amount("Net before", before.currency()),
        Column::amount("Net after", after.currency()),
        Column::amount("Difference", after.currency()),
        Column::amount("Cost more", after.currency()),
        Column::text("Because"),
    ];
    let mut report = Report::new("Whose pay changes").columns(columns);
    let (mut changed, mut nets, mut costs, mut wrong) = (0, 0, 0, 0);
    for person in people {
        match compared(before, after, person) {
            Ok(pay) if pay.lines.is_empty() => {}
            Ok(pay) => {
                let (net, cost) = (pay.net.1 - pay.net.0, pay.cost.1 - pay.cost.0);
                changed += 1;
                nets += i32::from(!net.is_zero());
                costs += i32::from(!cost.is_zero());
                report.push(Row::new([
                    person.name.as_str().into(),
                    pay.net.0.into(),
                    pay.net.1.into(),
                    net.into(),
                    cost.into(),
                    pay.lines.join("; ").into(),
                ]));
            }
            Err(error) => {
                wrong += 1;
                let empty = || fondaco::core::report::Cell::Empty;
                let name = person.name.as_str().into();
                let cells = [name, empty(), empty(), empty(), empty(), error.to_string().into()];
                report.push(Row::new(cells));
            }
        }
    }
    let all = people.len();
    Ok(report.note(format!(
        "{changed} of {all} cases change: net pay of {nets}, the employer's cost of {costs}; {wrong} can't be computed."
    )))
}

/// Of one case, before and after.
struct Pay {
    net: (Decimal, Decimal),
    cost: (Decimal, Decimal),
    /// What is another amount on the payslip, and what that comes from.
    lines: Vec<String>,
}

fn compared(before: &Program, after: &Program, person: &Person) -> Result<Pay, PayError> {
    let old = before.run(&explain::case(before, &person.name, &known(person, before, after)))?;
    let new = after.run(&explain::case(after, &person.name, &known(person, after, before)))?;
    let lines = [old.lines()?, new.lines()?].concat();
    let all = old.compare(&new)?;
    let changes = all.iter().filter_map(|change| {
        let line = lines.iter().find(|line| line.name == change.name)?;
        let (old, new) = (change.before.unwrap_or_default(), change.after.unwrap_or_default());
        let shown = |amount: Decimal| Locale::en().amount(amount, after.currency());
        let roots: Vec<String> = change.roots(&all).iter().map(root).collect();
        let roots =
            if roots.is_empty() { String::new() } else { format!(" by {}", roots.join(", ")) };
        let line = format!("{} {} to {}{roots}", line.about, shown(old), shown(new));
        Some(line).filter(|_| old != new)
    });
    let lines = changes.collect();
    let cost = (old.amount("employer_cost")?, new.amount("employer_cost")?);
    Ok(Pay { net: (old.net()?, new.net()?), cost, lines })
}

/// A figure with what it was and is; brackets and formulas, which are long, stand in the table before.
fn root(cause: &Cause) -> String {
    let is_long = |text: &str| text.len() > 20;
    match is_long(&cause.before) || is_long(&cause.after) || cause.what == "formula" {
        true => cause.what.clone(),
        false => format!("{} {} to {}", cause.what, cause.before, cause.after),
    }
}

/// The inputs for one of two programs: without those that only the other has.
fn known(person: &Person, one: &Program, other: &Program) -> Vec<(String, String)> {
    let has = |program: &Program, name: &str| program.inputs().any(|input| input == name);
    let inputs = person.inputs.iter();
    inputs.filter(|(name, _)| has(one, name) || !has(other, name)).cloned().collect()
}

fn people(what: &Diff) -> Result<Vec<Person>, Box<dyn Error>> {
    let mut people = match &what.cases {
        Some(file) => table(file)?,
        None => Vec::new(),
    };
    if people.is_empty() && !(what.inputs.is_empty() && what.grid.is_empty()) {
        people.push(Person { name: String::new(), inputs: Vec::new() });
    }
    for (name, range) in &what.grid {
        let values = values(name, range)?;
        if people.len().saturating_mul(values.len()) > MOST_CASES {
            let why =
                format!("{name}={range} makes more than {MOST_CASES} cases: take a larger step");
            return Err(why.into());
        }
        let with = |person: &Person, value: &Decimal| {
            let said = format!("{name} {value}");
            let names = [person.name.as_str(), said.as_str()].into_iter();
            let own = (name.clone(), value.to_string());
            Person {
                name: names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", "),
                inputs: [person.inputs.as_slice(), &[own]].concat(),
            }
        };
        let each = people.iter().flat_map(|person| values.iter().map(move |value| (person, value)));
        people = each.map(|(person, value)| with(person, value)).collect();
    }
    for person in &mut people {
        person.inputs = [what.inputs.as_slice(), person.inputs.as_slice()].concat();
        if person.name.is_empty() {
            person.name = "as told".to_owned();
        }
    }
    Ok(people)
}

/// `1000..5000/500`: from, to and step.
fn values(name: &str, range: &str) -> Result<Vec<Decimal>, Box<dyn Error>> {
    let wrong = || format!("{name}={range}: write a range as {name}=1000..5000/500");
    let (from, rest) = range.split_once("..").ok_or_else(wrong)?;
    let (to, step) = rest.split_once('/').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<Decimal>().map_err(|_| wrong());
    let (from, to, step) = (number(from)?, number(to)?, number(step)?);
    if step <= Decimal::ZERO {
        return Err(format!("{name}={range}: the step is above 0").into());
    }
    if from > to {
        return Err(format!(
            "{name}={range}: there is nothing from {from} up to {to}; the smaller comes first"
        )
        .into());
    }
    let next = |value: &Decimal| value.checked_add(step);
    let all = std::iter::successors(Some(from), next).take_while(|value| *value <= to);
    Ok(all.take(MOST_CASES + 1).collect())
}

/// Cases of a table, one row each: a column for each input, and one with whose it is. A field that is empty says nothing.
fn table(file: &Path) -> Result<Vec<Person>, Box<dyn Error>> {
    let said = |error: csv::Error| format!("{}: {error}", file.display());
    let mut reader = csv::Reader::from_path(file).map_err(said)?;
    let headings = reader.headers().map_err(said)?.clone();
    let mut people = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(said)?;
        let mut person = Person { name: format!("row {}", index + 1), inputs: Vec::new() };
        for (heading, value) in headings.iter().zip(&record).filter(|(_, value)| !value.is_empty())
        {
            match heading.trim() {
                "employee" => person.name = value.to_owned(),
                heading => person.inputs.push((heading.to_owned(), value.trim().to_owned())),
            }
        }
        people.push(person);
    }
    Ok(people)
}
