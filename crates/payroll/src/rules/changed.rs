//! Two sets of rules compared: what the law says otherwise, before anybody's pay is looked at.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use smol_str::SmolStr;

use super::RuleSet;
use crate::compare::Cause;

impl RuleSet {
    /// What is another figure, other brackets or another formula under later rules, or under these on a later day; what only one of
    /// them has is empty in the other. In the order of their names: formulas that are called, parameters, rules, tables.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let rules = estonia()?;
    /// let changed = rules.changed("2025-06-30".parse()?, &rules, "2026-06-30".parse()?);
    /// let exemption = changed.iter().find(|cause| cause.what == "parameter full_exemption").ok_or("it rises")?;
    /// assert_eq!((exemption.before.as_str(), exemption.after.as_str()), ("654.00", "700.00"));
    /// assert!(changed.iter().any(|cause| cause.what == "rule exemption"));
    /// assert!(rules.changed("2025-06-30".parse()?, &rules, "2025-07-31".parse()?).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn changed(&self, on: NaiveDate, after: &RuleSet, after_on: NaiveDate) -> Vec<Cause> {
        let (old, new) = (self.said_on(on), after.said_on(after_on));
        let all: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let each = all.into_iter().map(|what| Cause {
            what: what.clone(),
            before: old.get(what).cloned().unwrap_or_default(),
            after: new.get(what).cloned().unwrap_or_default(),
        });
        each.filter(|cause| cause.before != cause.after).collect()
    }

    /// All that is said for a day, by what it is said of.
    fn said_on(&self, on: NaiveDate) -> BTreeMap<String, String> {
        let known = Timestamp::MAX;
        let mut said = BTreeMap::new();
        for (parameter, versions) in self.file.parameters.iter().zip(&self.parameters) {
            for case in versions.cases() {
                if let Ok(held) = versions.held(case, on, known) {
                    said.insert(of("parameter", &parameter.name, case), held.value.0.to_string());
                }
            }
        }
        for (table, versions) in self.file.tables.iter().zip(&self.tables) {
            for case in versions.cases() {
                if let Ok(held) = versions.held(case, on, known) {
                    let row = |row: &Vec<super::Figure>| {
                        row.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                    };
                    let rows: Vec<String> = held.value.rows.iter().map(row).collect();
                    said.insert(of("table", &table.name, case), rows.join("; "));
                }
            }
        }
        for (formula, versions) in self.file.formulas.iter().zip(&self.callables) {
            if let Ok(held) = versions.held(&[], on, known) {
                let steps = formula.steps.iter();
                let steps = steps.map(|step| format!("{} = {}; ", step.name, step.formula));
                let text = steps.collect::<String>() + &held.value.0.to_string();
                said.insert(of("formula", &formula.name, &[]), text);
            }
        }
        for claim in self.file.claims.iter().flat_map(|claims| &claims.each) {
            let limit = claim.limit.iter().map(|limit| format!(", at most {limit}"));
            let limit = limit.collect::<String>();
            let text = format!("wants {}{limit}, by rank {}", claim.wanted, claim.rank);
            said.insert(of("claim", &claim.name, &[]), text);
        }
        for (rule, versions) in self.file.rules.iter().zip(&self.formulas) {
            if let Ok(held) = versions.held(&[], on, known) {
                said.insert(of("rule", &rule.name, &[]), held.value.0.to_string());
            }
        }
        said
    }
}

/// `parameter deduction[single]`
fn of(what: &str, name: &str, case: &[SmolStr]) -> String {
    match case.is_empty() {
        true => format!("{what} {name}"),
        false => format!("{what} {name}[{}]", case.join(", ")),
    }
}
