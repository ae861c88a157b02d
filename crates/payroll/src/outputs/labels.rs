//! What components are called on payslips, by language: a table that the company adds to.
//!
//! The shipped part names what the [shipped rules](crate::jurisdictions) compute, in English and German. Languages are those of a report's
//! [`Locale`]; one that lacks a label takes the English one.

use std::collections::BTreeMap;

use fondaco_core::report::Locale;
use smol_str::SmolStr;

mod shipped;

/// Labels of components, by language.
///
/// ```
/// use fondaco_core::report::Locale;
/// use fondaco_payroll::outputs::Labels;
/// let labels = Labels::shipped().with("SALARY", "en", "Salary").with("SALARY", "de", "Gehalt");
/// assert_eq!(labels.of("united_states", "SALARY", "wages", &Locale::de()), "Gehalt");
/// assert_eq!(labels.of("united_states", "federal_income_tax", "federal_income_tax", &Locale::en()), "Federal income tax");
/// assert_eq!(labels.of("united_states", "federal_income_tax", "federal_income_tax", &Locale::de()), "Bundeseinkommensteuer");
/// assert_eq!(labels.of("acme", "own_plan", "own_plan", &Locale::en()), "own plan");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Labels {
    /// By component, then by language: `en`, `de-AT`.
    own: BTreeMap<SmolStr, BTreeMap<SmolStr, SmolStr>>,
}

impl Labels {
    /// The shipped labels.
    pub fn shipped() -> Labels {
        Labels::default()
    }

    /// With the label of a component in a language: a tag of BCP 47.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let labels = Labels::shipped().with("income_tax", "en", "Tax");
    /// assert_eq!(labels.of("estonia", "income_tax", "income_tax", &Locale::en()), "Tax");
    /// ```
    #[must_use]
    pub fn with(
        mut self,
        component: impl Into<SmolStr>,
        language: impl Into<SmolStr>,
        label: impl Into<SmolStr>,
    ) -> Labels {
        self.own.entry(component.into()).or_default().insert(language.into(), label.into());
        self
    }

    /// What a component is called: by its own label, by the one of the rule that it comes from, by what shipped rules say of
    /// it, else by its code without underscores.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let labels = Labels::shipped().with("SALARY", "de", "Gehalt");
    /// assert_eq!(labels.of("estonia", "SALARY", "salary", &Locale::de()), "Gehalt");
    /// ```
    pub fn of(&self, rules: &str, component: &str, rule: &str, locale: &Locale) -> SmolStr {
        let own = self.own(component, locale).or_else(|| self.own(rule, locale));
        let shipped = || shipped::label(rules, rule, language(&locale.tag) == "de");
        own.cloned()
            .or_else(|| shipped().map(SmolStr::new_static))
            .or_else(|| shipped::about(rules, rule).map(SmolStr::new_static))
            .unwrap_or_else(|| component.replace('_', " ").into())
    }

    fn own(&self, component: &str, locale: &Locale) -> Option<&SmolStr> {
        let by_language = self.own.get(component)?;
        let tags = [locale.tag.as_str(), language(&locale.tag), "en"];
        tags.iter().find_map(|tag| by_language.get(*tag))
    }
}

/// The language of a tag: `de` of `de-AT`.
fn language(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jurisdictions;

    #[test]
    fn no_component_of_the_shipped_rules_stands_on_a_payslip_by_its_code() {
        for set in [
            jurisdictions::united_states::united_states(),
            jurisdictions::united_kingdom::united_kingdom(),
            jurisdictions::germany::germany(),
            jurisdictions::estonia::estonia(),
            jurisdictions::canada::canada(),
            jurisdictions::france::france(),
        ] {
            let set = set.unwrap();
            let file = set.file();
            let inputs =
                file.inputs.iter().filter_map(|input| input.kind.map(|kind| (&input.name, kind)));
            let rules = file.rules.iter().map(|rule| (&rule.name, rule.kind));
            for (name, _) in inputs.chain(rules).filter(|(_, kind)| kind.is_paid()) {
                let label = shipped::label(&file.name, name, false);
                assert!(
                    label.or_else(|| shipped::about(&file.name, name)).is_some(),
                    "{} {name}",
                    file.name
                );
            }
        }
        assert_eq!(shipped::about("united_states", "medicare"), Some("Medicare"));
        assert_eq!(shipped::about("united_states", "nothing"), None);
    }

    #[test]
    fn a_variant_of_a_language_takes_what_the_language_says() {
        let labels =
            Labels::shipped().with("13TH", "de", "13. Gehalt").with("13TH", "en", "13th salary");
        let locale = |tag: &str| Locale { tag: tag.into(), ..Locale::en() };
        assert_eq!(labels.of("x", "13TH", "bonus", &locale("de-AT")), "13. Gehalt");
        assert_eq!(labels.of("x", "13TH", "bonus", &locale("fr")), "13th salary");
        assert_eq!(
            labels.of(
                "germany",
                "pension_insurance_employee",
                "pension_insurance_employee",
                &locale("fr")
            ),
            "Pension insurance"
        );
    }
}
