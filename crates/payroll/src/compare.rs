//! Two results compared: what changed, by how much, and why.

use std::collections::{BTreeMap, BTreeSet};

use fondaco_core::report::{Cell, Column, Explain, Locale, Report, Row};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::PayError;
use crate::explain::BAND_WORDS;
use crate::program::Slip;

/// A result that is another one in two slips.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Its name in the rules.
    pub name: SmolStr,
    /// What it was; `None` where the rules did not have it.
    pub before: Option<Decimal>,
    /// What it is; `None` where the rules no longer have it.
    pub after: Option<Decimal>,
    /// What its rule rests on and is another: inputs, figures of the law, other rules, the formula itself.
    pub because: Vec<Cause>,
}

/// Something that a result rests on, before and after; empty where it did not rest on it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// What it is.
    pub what: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

impl Change {
    /// What it comes from in the end: the inputs, figures, brackets and formulas that are others, through all results between, which are `all`
    /// of the same comparison. Each once, in the order in which they are met.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let rules = estonia()?;
    /// let (old, new) = (rules.on("2025-06-30".parse()?)?, rules.on("2026-06-30".parse()?)?);
    /// let before = old.run(&old.case("Ada").with("salary", "1000.00"))?;
    /// let changes = before.compare(&new.run(&new.case("Ada").with("salary", "1000.00"))?)?;
    /// let net = changes.iter().find(|change| change.name == "net").ok_or("net pay changed")?;
    /// // Net pay rests on the tax, the tax on the exemption, and that on its figure and formula of the year.
    /// let roots = net.roots(&changes);
    /// assert!(roots.iter().any(|root| root.what.contains("full_exemption")), "{roots:?}");
    /// assert!(roots.iter().all(|root| !root.what.contains("income_tax")), "{roots:?}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn roots(&self, all: &[Change]) -> Vec<Cause> {
        let (mut roots, mut met) = (Vec::new(), BTreeSet::from([self.name.clone()]));
        let mut left: Vec<&Cause> = self.because.iter().rev().collect();
        while let Some(cause) = left.pop() {
            let between = all.iter().find(|change| change.name == named(&cause.what));
            match between {
                Some(change) if met.insert(change.name.clone()) => {
                    left.extend(change.because.iter().rev());
                }
                Some(_) => {}
                None if roots.contains(cause) => {}
                None => roots.push(cause.clone()),
            }
        }
        roots
    }
}

/// The name of what an explanation calls `Basic exemption (exemption)`.
fn named(what: &str) -> &str {
    let inside = what.strip_suffix(')').and_then(|what| what.rsplit_once('('));
    inside.map_or(what, |(_, name)| name)
}

impl Slip<'_> {
    /// What is another result in a later slip, and why: of the same employee after a correction, or under the rules of another year.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let rules = estonia()?;
    /// let (old, new) = (rules.on("2025-06-30".parse()?)?, rules.on("2026-06-30".parse()?)?);
    /// let before = old.run(&old.case("Ada").with("salary", "1000.00"))?;
    /// let after = new.run(&new.case("Ada").with("salary", "1000.00"))?;
    /// let changes = before.compare(&after)?;
    /// let tax = changes.iter().find(|change| change.name == "income_tax").ok_or("the tax changed")?;
    /// assert_eq!((tax.before, tax.after), (Some("68.2".parse()?), Some("58.08".parse()?)));
    /// assert_eq!(tax.because[0].what, "Basic exemption (exemption)");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::FigureTooLarge`].
    pub fn compare(&self, after: &Slip<'_>) -> Result<Vec<Change>, PayError> {
        let names = self.program.outputs().chain(after.program.outputs());
        let mut seen = BTreeSet::new();
        let mut changes = Vec::new();
        let inner = &self.program.inner_names | &after.program.inner_names;
        for name in names.filter(|name| seen.insert(*name)) {
            let (old, new) = (found(self, name)?, found(after, name)?);
            let value = |side: &Option<(Decimal, Explain)>| side.as_ref().map(|(value, _)| *value);
            if value(&old) == value(&new) {
                continue;
            }
            let because =
                causes(old.as_ref().map(|(_, why)| why), new.as_ref().map(|(_, why)| why), &inner);
            changes.push(Change {
                name: name.into(),
                before: value(&old),
                after: value(&new),
                because,
            });
        }
        Ok(changes)
    }
}

/// Changes as a table.
///
/// ```
/// use fondaco_payroll::jurisdictions::estonia;
/// let program = estonia()?.on("2025-06-30".parse()?)?;
/// let case = program.case("Ada").with("salary", "1000.00");
/// let same = program.run(&case)?.compare(&program.run(&case)?)?;
/// assert!(same.is_empty());
/// let raised = program.run(&case)?.compare(&program.run(&case.clone().with("salary", "1100.00"))?)?;
/// let text = fondaco_payroll::changes_report("Ada, June", &raised).to_string();
/// assert!(text.contains("net") && text.contains("salary: 1,000.00 EUR to 1,100.00 EUR"), "{text}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn changes_report(title: &str, changes: &[Change]) -> Report {
    let columns = [
        Column::text("Result").naming_rows(),
        Column::text("Before"),
        Column::text("After"),
        Column::text("Because"),
    ];
    let mut report = Report::new(title).columns(columns);
    let shown = |value: Option<Decimal>| value.map(|value| value.to_string()).unwrap_or_default();
    for change in changes {
        let because = change.because.iter().map(|cause| {
            match (cause.before.as_str(), cause.after.as_str()) {
                ("", after) => format!("{}: now {after}", cause.what),
                (before, "") => format!("{}: no longer {before}", cause.what),
                (before, after) => format!("{}: {before} to {after}", cause.what),
            }
        });
        let because = because.collect::<Vec<_>>().join("; ");
        let cells = [
            change.name.as_str().into(),
            shown(change.before).into(),
            shown(change.after).into(),
            because.into(),
        ];
        report.push(Row::new(cells));
    }
    report
}

fn found(slip: &Slip<'_>, name: &str) -> Result<Option<(Decimal, Explain)>, PayError> {
    match slip.program.outputs().any(|output| output == name) {
        true => Ok(Some((slip.amount(name)?, slip.explain(name)?))),
        false => Ok(None),
    }
}

fn causes(
    before: Option<&Explain>,
    after: Option<&Explain>,
    inner: &BTreeSet<SmolStr>,
) -> Vec<Cause> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    for (explain, rests) in [(before, &mut old), (after, &mut new)] {
        if let Some(explain) = explain {
            if let Some(rule) = &explain.rule {
                rests.insert("formula".to_owned(), rule.to_string());
            }
            collect(explain, inner, rests);
        }
    }
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let each = names.into_iter().map(|what| {
        let side = |rests: &BTreeMap<String, String>| rests.get(what).cloned().unwrap_or_default();
        Cause { what: what.clone(), before: side(&old), after: side(&new) }
    });
    each.filter(|cause| cause.before != cause.after).collect()
}

/// What a figure rests on: of parts of its own formula and of the formulas that it calls, what they rest on; of other rules, their values.
fn collect(explain: &Explain, inner: &BTreeSet<SmolStr>, rests: &mut BTreeMap<String, String>) {
    let locale = Locale::plain();
    for parameter in &explain.parameters {
        let name = match parameter.name.to_string().as_str() {
            "rows" => format!("rows of {}", explain.what),
            name => name.to_owned(),
        };
        rests.insert(name, locale.value(&parameter.value));
    }
    for input in explain.inputs.iter().filter(|input| !is_band(input)) {
        let what = input.what.to_string();
        let is_inner = inner.contains(what.as_str());
        let is_part =
            input.rule.is_none() && !(input.inputs.is_empty() && input.parameters.is_empty());
        if is_part || is_inner {
            collect(input, inner, rests);
        } else {
            rests.insert(what, locale.value(&input.value));
        }
    }
}

/// What a band of a table adds says nothing that the rows and the value don't.
fn is_band(explain: &Explain) -> bool {
    let first = explain.what.parts().first();
    explain.rule.is_none()
        && matches!(first, Some(Cell::Word(word)) if BAND_WORDS.contains(&word.as_str()))
}
