//! What the engine promises, shown on small rules.

mod batches;
mod blocks;
mod checks;
mod explained;
mod formulas;
mod gross_up;
mod ireland;
mod labels;
mod lists;
mod periods;
mod places;
mod refused;
mod schema;
mod versions;
mod withholding;

use crate::{PayError, RuleError, RuleSet, Slip};

/// A file with a head that every file has.
fn file(body: &str) -> String {
    format!("name = \"demo\"\ncurrency = \"EUR\"\n{body}")
}

fn rules(body: &str) -> RuleSet {
    RuleSet::from_toml(&file(body)).unwrap()
}

fn refused(body: &str) -> String {
    match RuleSet::from_toml(&file(body)) {
        Ok(_) => panic!("these rules were taken"),
        // Where it stands is what the tests of places are about.
        Err(RuleError::At { error, .. }) => error.to_string(),
        Err(error) => error.to_string(),
    }
}

/// One value of a formula, over the inputs `pay` (money), `before` (money), `hours`, `status` (single, married), `born` and `day`.
fn asked(formula: &str, of: &str, says: &[(&str, &str)]) -> Result<String, PayError> {
    let rules = rules(&format!(
        "{INPUTS}\n[[rule]]\nname = \"asked\"\nkind = \"value\"\ntype = \"{of}\"\nformula = \"{formula}\""
    ));
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let mut case = program.case("Ada");
    for (name, value) in says {
        case.set(name, *value);
    }
    let answer = |slip: Slip<'_>| slip.amount("asked").map(|amount| amount.to_string());
    program.run(&case).and_then(answer)
}

const INPUTS: &str = r#"
[[choice]]
name = "status"
values = ["single", "married"]
[[input]]
name = "pay"
type = "money"
default = "1000.00"
[[input]]
name = "before"
type = "money"
default = 0
[[input]]
name = "hours"
type = "hour"
default = 40
min = 0
[[input]]
name = "status"
type = "status"
default = "single"
[[input]]
name = "born"
type = "date"
default = "1990-02-28"
[[input]]
name = "day"
type = "date"
default = "2026-02-27"
"#;
