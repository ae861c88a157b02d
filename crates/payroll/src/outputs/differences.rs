//! What is different from the last run: who came and who left, and whose pay moved by which components.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use fondaco_core::report::{Cell, Column, Locale, Phrase, Report, Row, word};
use fondaco_core::{Currency, PartyId, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::journal::currency_of;
use super::{Labels, OutputError, add, by_number, standing};
use crate::rules::Kind;
use crate::runs::Slip;

/// A component that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The component.
    pub component: SmolStr,
    /// The rules, and the input or rule of them that it comes from.
    pub rules: SmolStr,
    /// See [`rules`](Moved::rules).
    pub rule: SmolStr,
    /// What it does to pay.
    pub kind: Kind,
    /// What it was.
    pub before: Decimal,
    /// What it is.
    pub after: Decimal,
}

/// An employee whose pay is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The employee's number.
    pub number: SmolStr,
    /// Who.
    pub employee: PartyId,
    /// Net pay before; `None` of who wasn't paid then.
    pub before: Option<Decimal>,
    /// Net pay now; `None` of who isn't paid now.
    pub after: Option<Decimal>,
    /// The components that moved, by name.
    pub moved: Vec<Moved>,
}

/// All differences of two runs, the largest of net pay first. What only the employer bears is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences {
    /// What they are in.
    pub currency: Currency,
    /// By how much net pay moved.
    pub of: Vec<Difference>,
    /// How many are paid the same.
    pub same: usize,
}

type Lines = BTreeMap<(SmolStr, Kind), Sum>;

/// What lines of a component come to, and which rule of which rules the first of them is of.
#[derive(Default)]
struct Sum {
    rules: SmolStr,
    rule: SmolStr,
    amount: Decimal,
}

/// What the employer pays on top moves whenever a ceiling is reached, which is nobody's pay.
fn is_told(kind: Kind) -> bool {
    kind.is_paid() && kind != Kind::Employer
}

/// Of each employee: the number, net pay, and the lines that do something to pay. Several slips of one employee add up.
fn by_employee(
    slips: &[impl Borrow<Slip>],
) -> Result<BTreeMap<PartyId, (SmolStr, Decimal, Lines)>, OutputError> {
    let mut all: BTreeMap<PartyId, (SmolStr, Decimal, Lines)> = BTreeMap::new();
    for slip in standing(slips) {
        let (number, net, lines) = all.entry(slip.employee).or_default();
        *number = slip.number.clone();
        add("net pay", net, slip.net.to_decimal())?;
        for line in slip.lines.iter().filter(|line| is_told(line.kind)) {
            let key = (line.component.clone(), line.kind);
            let sum = lines.entry(key).or_insert_with(|| Sum {
                rules: slip.rules.clone(),
                rule: line.rule().into(),
                ..Sum::default()
            });
            add("a component", &mut sum.amount, line.amount)?;
        }
    }
    Ok(all)
}

impl Differences {
    /// Compares the slips of a run with those of the one before it.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let slips = slips_of_january();
    /// let same = Differences::between(&slips, &slips)?;
    /// assert_eq!((same.of.len(), same.same), (0, 2));
    /// let one = Differences::between(&slips, &slips[..1])?;
    /// assert_eq!(one.of[0].after, None); // who is paid no more
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError`]: no slip at all, two currencies, a figure without room.
    pub fn between<S: Borrow<Slip>>(before: &[S], now: &[S]) -> Result<Differences, OutputError> {
        let currency = currency_of(if now.is_empty() { before } else { now })?;
        if let Some(other) =
            before.iter().map(Borrow::borrow).find(|slip: &&Slip| slip.currency != currency)
        {
            let (number, found) = (other.number.clone(), other.currency);
            return Err(OutputError::Currency { number, found, wanted: currency });
        }
        let (mut old, new) = (by_employee(before)?, by_employee(now)?);
        let (mut of, mut same) = (Vec::new(), 0);
        for (employee, (number, net, lines)) in new {
            let (was, were) = match old.remove(&employee) {
                Some((_, net, lines)) => (Some(net), lines),
                None => (None, Lines::new()),
            };
            let moved = moved(were, lines);
            match was == Some(net) && moved.is_empty() {
                true => same += 1,
                false => {
                    of.push(Difference { number, employee, before: was, after: Some(net), moved })
                }
            }
        }
        let gone = old.into_iter().map(|(employee, (number, net, lines))| {
            let moved = moved(lines, Lines::new());
            Difference { number, employee, before: Some(net), after: None, moved }
        });
        of.extend(gone);
        of.sort_by(|a, b| {
            let by_change = b.change().abs().cmp(&a.change().abs());
            by_change.then_with(|| by_number(&a.number, &b.number))
        });
        Ok(Differences { currency, of, same })
    }

    /// The differences as a table: each employee, and under them the components that moved, by their codes.
    pub fn to_report(&self, names: &dyn Fn(PartyId) -> Option<SmolStr>) -> Report {
        self.table(names, &|moved| (&moved.component).into())
    }

    /// The same, with what components are called on payslips in a language.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// use fondaco_core::report::Locale;
    /// let slips = slips_of_january();
    /// let one = Differences::between(&slips, &slips[..1])?;
    /// let text = one.to_report_with(&|_| None, (&Labels::shipped(), &Locale::en())).to_string();
    /// assert!(text.contains("Income tax") && !text.contains("income_tax"), "{text}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report_with(
        &self,
        names: &dyn Fn(PartyId) -> Option<SmolStr>,
        (labels, locale): (&Labels, &Locale),
    ) -> Report {
        let label =
            |moved: &Moved| labels.of(&moved.rules, &moved.component, &moved.rule, locale).into();
        self.table(names, &label)
    }

    fn table(
        &self,
        names: &dyn Fn(PartyId) -> Option<SmolStr>,
        called: &dyn Fn(&Moved) -> Cell,
    ) -> Report {
        let mut report = Report::new(word("Differences to the last run"))
            .column(Column::text(word("Number")).naming_rows())
            .column(Column::text(word("What")))
            .column(Column::amount(word("Before"), self.currency))
            .column(Column::amount(word("After"), self.currency))
            .column(Column::amount(word("Change"), self.currency));
        for of in &self.of {
            let what = of.what(names(of.employee));
            let cells =
                [(&of.number).into(), what, of.before.into(), of.after.into(), of.change().into()];
            report.push(Row::new(cells).starting_group());
            for moved in &of.moved {
                let change = difference(moved.after, moved.before);
                report.push(
                    Row::new([
                        Cell::Empty,
                        called(moved),
                        moved.before.into(),
                        moved.after.into(),
                        change.into(),
                    ])
                    .at_level(1),
                );
            }
        }
        let same = fondaco_core::report::Phrase::from(self.same).and(word("are paid the same"));
        report.note(same)
    }
}

impl Difference {
    /// Who it is, and whether they are new or gone.
    fn what(&self, name: Option<SmolStr>) -> Cell {
        let state = match (self.before, self.after) {
            (None, _) => Some(word("New")),
            (_, None) => Some(word("Not paid any more")),
            _ => None,
        };
        match (name, state) {
            (Some(name), Some(state)) => Phrase::from(name).and("·").and(state).into_cell(),
            (Some(name), None) => name.into(),
            (None, state) => state.unwrap_or_else(|| word("Net pay")),
        }
    }

    /// How much net pay moved.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let slips = slips_of_january();
    /// let all = Differences::between(&[], &slips)?;
    /// assert!(all.of.iter().all(|one| one.before.is_none() && one.change() == one.after.unwrap()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn change(&self) -> Decimal {
        difference(self.after.unwrap_or_default(), self.before.unwrap_or_default())
    }
}

/// A difference for people to read; one without room, which no pay comes near, is shown as what is.
fn difference(after: Decimal, before: Decimal) -> Decimal {
    decimal::sub(after, before).unwrap_or(after)
}

fn moved(mut before: Lines, after: Lines) -> Vec<Moved> {
    let mut all: Vec<Moved> = Vec::new();
    for ((component, kind), Sum { rules, rule, amount: after }) in after {
        let before = before.remove(&(component.clone(), kind)).map(|sum| sum.amount);
        let before = before.unwrap_or_default();
        if before != after {
            all.push(Moved { component, rules, rule, kind, before, after });
        }
    }
    let gone = before.into_iter().filter(|(_, sum)| !sum.amount.is_zero());
    all.extend(gone.map(|((component, kind), Sum { rules, rule, amount: before })| Moved {
        component,
        rules,
        rule,
        kind,
        before,
        after: Decimal::ZERO,
    }));
    all.sort_by(|a, b| a.component.cmp(&b.component));
    all
}
