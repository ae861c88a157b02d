//! Rules as data: what a file of them says, and the checked set that programs are compiled from.

mod blocks;
mod changed;
mod day;
mod figure;
mod file;
mod names;
mod places;
mod problems;
mod set;
mod taxability;
mod versions;
mod withholding;

pub use blocks::{Arrears, Claim, Claims, List, Method, Withholding};
pub use figure::Figure;
pub(crate) use figure::read as read_text;
pub(crate) use file::PAY_PERIOD;
pub use file::{
    Accumulator, Argument, Base, Callable, Check, Choice, Formula, Input, Key, Kind, Parameter,
    ParameterVersion, Rounded, Rule, RuleFile, Scaled, Step, Table, TableKind, TableVersion,
};
pub(crate) use set::is_missing;
pub use set::{RuleSet, TOTALS};

/// A JSON schema of files of rules, for editors: they offer and check fields, kinds and days while one writes. Save it beside the file, and
/// say `#:schema rules.schema.json` in the file's first line.
pub const SCHEMA: &str = include_str!("../../jurisdictions/rules.schema.json");

/// The same for a part of a file, such as a state's: it has no head of its own.
pub const PART_SCHEMA: &str = include_str!("../../jurisdictions/part.schema.json");

/// What may have been meant by a name: the nearest of those that there are.
pub(crate) fn names_like<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let nearest = known.map(|other| (distance(name, other), other)).min();
    match nearest {
        Some((far, other)) if far <= 3.max(name.len() / 2) => format!("did you mean {other}?"),
        Some((_, other)) => format!("there is {other}, among others"),
        None => "there are none".to_owned(),
    }
}

/// How many letters have to be put in, left out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = corner + usize::from(from != *to);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
