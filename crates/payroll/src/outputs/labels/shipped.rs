//! The labels of what the shipped rules compute, in English and German: those of their files.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use smol_str::SmolStr;

use crate::RuleSet;
use crate::jurisdictions::united_states::{CALIFORNIA, PENNSYLVANIA, TEXAS, with_states};
use crate::jurisdictions::{canada, estonia, france, germany, united_kingdom, us_labour};

/// What a payroll run puts on a slip of whatever rules.
const CARRIED: (&str, &str, &str) =
    ("carried_forward", "Carried forward to the next pay", "Übertrag auf die nächste Abrechnung");

/// What a file says of a component.
struct Said {
    label: BTreeMap<SmolStr, String>,
    about: String,
}

/// By rules, then by component.
type Files = BTreeMap<SmolStr, BTreeMap<SmolStr, Said>>;

fn files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let all = [
            canada(),
            estonia(),
            france(),
            germany(),
            united_kingdom(),
            with_states(&[CALIFORNIA, PENNSYLVANIA, TEXAS]),
            us_labour(),
        ];
        all.into_iter().flatten().map(|set| (set.file().name.clone(), components(&set))).collect()
    })
}

fn components(set: &RuleSet) -> BTreeMap<SmolStr, Said> {
    let file = set.file();
    let inputs = file.inputs.iter().map(|input| (&input.name, &input.label, &input.about));
    let rules = file.rules.iter().map(|rule| (&rule.name, &rule.label, &rule.about));
    let said = inputs.chain(rules).map(|(name, label, about)| {
        (name.clone(), Said { label: label.clone(), about: about.clone() })
    });
    said.collect()
}

fn said(rules: &str, component: &str) -> Option<&'static Said> {
    files().get(rules)?.get(component)
}

/// What a shipped file of rules says of a component that has no label.
pub(super) fn about(rules: &str, component: &str) -> Option<&'static str> {
    said(rules, component).map(|said| said.about.as_str()).filter(|about| !about.is_empty())
}

/// The label of a component; of rules of the host's own, those that no country has for itself.
pub(super) fn label(rules: &str, component: &str, german: bool) -> Option<&'static str> {
    let language = if german { "de" } else { "en" };
    let of_file = said(rules, component).and_then(|said| said.label.get(language));
    let (carried, english, in_german) = CARRIED;
    let of_all = (component == carried).then_some(if german { in_german } else { english });
    of_file.map(String::as_str).or(of_all)
}
